//! For whoever writes documents anew: what a stream of bytes is, and its parts as they stand.

use std::io::{self, BufRead, Read};

use super::decode::Decoder;
use super::parts::Parts;
use super::unpack::{self, Body, Name};
use super::{Item, Sink};
use crate::kind::is_binary;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or another superset of ASCII.
    Bytes,
    /// UTF-16; big end first?
    Utf16(bool),
    /// UTF-32; big end first?
    Utf32(bool),
}

/// What a stream of bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text(Encoding),
    /// A text in which other documents stand encoded: a notebook, a mail.
    Holder(&'static str),
    /// A DICOM file.
    Dicom,
    /// A compressed stream, by its name in messages.
    Packed(&'static str),
    /// A zip or tar.
    Archive(&'static str),
    /// Something else, that is not written anew.
    Other(&'static str),
}

/// Tells from name and first bytes (4 KiB are enough) what a stream is.
#[must_use]
pub fn form(name: &str, head: &[u8]) -> Form {
    if let Some((name, codec)) = unpack::format(name, head) {
        return match name {
            _ if codec => Form::Packed(name),
            "zip" | "tar" => Form::Archive(name),
            "notebook" | "HAR" | "mail" => Form::Holder(name),
            _ => Form::Other(name),
        };
    }
    if head.get(128..132) == Some(b"DICM") {
        return Form::Dicom;
    }
    match Decoder::of(head) {
        Decoder::Utf16 { big, .. } => Form::Text(Encoding::Utf16(big)),
        Decoder::Utf32 { big, .. } => Form::Text(Encoding::Utf32(big)),
        _ if is_binary(head) => Form::Other("binary"),
        _ => Form::Text(Encoding::Bytes),
    }
}

/// Opens a compressed stream, by its name in messages ([`Form::Packed`]), and says what a document of this name is called
/// inside: `app.log.gz` is `app.log`. `None` where this build cannot.
///
/// # Errors
/// What stands there is no such stream.
pub fn unpacked<'r>(
    codec: &str,
    name: &str,
    from: &'r mut dyn BufRead,
) -> Option<io::Result<(Box<dyn Read + 'r>, String)>> {
    let (open, inner) = unpack::codec(codec, name)?;
    Some(open(from).map(|opened| (opened, inner)))
}

/// Hands on the parts of a text, decoded, one after the other; nothing is unpacked.
pub fn parts(name: &str, mut bytes: impl Read, sink: Sink<'_>) {
    let name = Name { shown: name.to_owned(), kind: name.to_owned() };
    Parts::new(name, &mut Body::new(&mut bytes, None, None), false).run(&mut |item: Item| sink(item));
}

impl Encoding {
    /// A text (UTF-8) as this encoding writes it. `None` where it is none: characters were broken when it was read.
    #[must_use]
    pub fn encode(self, text: &[u8]) -> Option<Vec<u8>> {
        let (big, wide) = match self {
            Self::Bytes => return Some(text.to_vec()),
            Self::Utf16(big) => (big, false),
            Self::Utf32(big) => (big, true),
        };
        let text = std::str::from_utf8(text).ok().filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))?;
        Some(match (wide, big) {
            (false, false) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            (false, true) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            (true, false) => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            (true, true) => text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        })
    }
}
