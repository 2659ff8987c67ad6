//! Tiles a stretch of bytes with fields: what a format does not name is claimed as nothing.

use std::ops::Range;

use super::shape;
use crate::fields::{Field, Label, Owner};

/// Fields in the order they stand; the gaps between them become `Label::Nothing`.
pub(in crate::fields) struct Claims<'a> {
    /// The document.
    pub(in crate::fields) bytes: &'a [u8],
    /// Number of the record that the next fields belong to.
    pub(in crate::fields) record: u32,
    out: &'a mut Vec<Field>,
    at: usize,
}

impl<'a> Claims<'a> {
    /// No claims yet.
    pub(in crate::fields) fn new(bytes: &'a [u8], out: &'a mut Vec<Field>) -> Self {
        Self { bytes, record: 0, out, at: 0 }
    }

    /// A segment begins: what stands before it is not this format's.
    pub(in crate::fields) fn open(&mut self, start: usize) {
        self.at = self.at.max(start);
    }

    /// The segment ends: what it holds beside its fields identifies nobody.
    pub(in crate::fields) fn close(&mut self, end: usize) {
        self.nothing_until(end);
    }

    /// An identifier of known kind. What cannot be of that kind is left to the text detectors.
    pub(in crate::fields) fn kind(&mut self, kind: &'static str, value: Range<usize>, owner: Owner) {
        let Some(value) = self.held(value) else { return };
        self.nothing_until(value.start);
        self.at = value.end;
        if shape::fits(kind, &self.bytes[value.clone()]) {
            self.push(Label::Kind(kind), value, owner);
        }
    }

    /// Free text.
    pub(in crate::fields) fn prose(&mut self, value: Range<usize>) {
        let Some(value) = self.held(value) else { return };
        self.nothing_until(value.start);
        self.at = value.end;
        self.push(Label::Prose, value, Owner::Unknown);
    }

    /// A document, encoded.
    pub(in crate::fields) fn base64(&mut self, value: Range<usize>) {
        let Some(value) = self.held(value) else { return };
        self.nothing_until(value.start);
        self.at = value.end;
        self.push(Label::Base64, value, Owner::Unknown);
    }

    /// The value without white space, unless it is empty, deleted (`""`) or overlaps an earlier one.
    fn held(&self, value: Range<usize>) -> Option<Range<usize>> {
        let value = shape::trimmed(self.bytes, value);
        let text = self.bytes.get(value.clone())?;
        let says = text.iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
        (says && value.start >= self.at).then_some(value)
    }

    fn nothing_until(&mut self, end: usize) {
        let gap = self.at..end.max(self.at);
        self.at = gap.end;
        if self.bytes.get(gap.clone()).is_some_and(|g| g.iter().any(u8::is_ascii_alphanumeric)) {
            self.push(Label::Nothing, gap, Owner::Unknown);
        }
    }

    fn push(&mut self, label: Label, value: Range<usize>, owner: Owner) {
        self.out.push(Field { label, value, owner, record: self.record });
    }
}
