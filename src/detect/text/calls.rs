//! Values that a call names.

use std::ops::Range;

use super::Pass;
use crate::detect::labels::Called;
use crate::detect::{arguments, values};
use crate::fields::Owner;
use crate::rule::Value;

impl Pass<'_> {
    /// The bracket at `at` is of a method; what it is a method of is called so.
    pub(super) fn chained(&mut self, at: usize, b: u8) -> Option<(Called, Range<usize>)> {
        if b != b'(' || !self.has_calls() {
            return None;
        }
        if self.text.get(at + 1).is_some_and(u8::is_ascii_digit) {
            let key = arguments::made(self.text, at)?;
            return Some((self.called(&key)?, key));
        }
        let start = self.token_start(at);
        let method = || arguments::chained(self.text, start.checked_sub(1)?);
        let key = method().or_else(|| arguments::matched(self.text, at))?;
        Some((self.called(&key)?, key))
    }

    /// A comma: what stands before it may name what stands behind, or the other way about.
    pub(super) fn comma(&mut self, at: usize) {
        if !self.has_calls() {
            return;
        }
        let quoted = |b: Option<&u8>| matches!(b, Some(b'"' | b'\''));
        let next = at + 1 + usize::from(self.text.get(at + 1) == Some(&b' '));
        if !quoted(self.text.get(next)) {
            self.named_behind(arguments::expected(self.text, at));
            return;
        }
        if arguments::is_key(self.text, next) {
            return;
        }
        let keys = [arguments::before, arguments::compared].into_iter().filter_map(|find| find(self.text, at));
        let called = keys.into_iter().find_map(|key| Some((self.called(&key)?, key)));
        if let (Some((called, key)), Some(slot)) = (called, values::slot(self.text, at + 1)) {
            self.argument(called, key, slot);
        }
    }

    /// A value whose name stands behind it.
    pub(super) fn named_behind(&mut self, found: Option<(values::Slot, Vec<Range<usize>>)>) {
        let Some((slot, names)) = found else { return };
        let called = names.into_iter().find_map(|key| Some((self.called(&key)?, key)));
        if let Some((called, key)) = called {
            self.argument(called, key, slot);
        }
    }

    /// A loose label two arguments away says nothing, and neither does a `name` that is not somebody's.
    fn argument(&mut self, called: Called, key: Range<usize>, slot: values::Slot) {
        let pattern = self.engine.matchers.get(called.rule).value == Value::Pattern;
        if called.owner == Owner::Person || called.strong && pattern {
            self.labelled(called, key, slot);
        }
    }
}
