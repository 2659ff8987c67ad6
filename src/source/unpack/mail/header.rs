//! The header of a message or of a part.

use std::io;

use super::super::base64;
use super::lines::{Encoding, Lines};

/// Largest header; what is longer is taken for the body.
const MOST: usize = 1 << 20;

/// What matters of a header.
#[derive(Default)]
pub(super) struct Header {
    /// The media type, in lower case, without parameters.
    pub(super) kind: String,
    pub(super) boundary: Option<Vec<u8>>,
    pub(super) file: Option<String>,
    pub(super) encoding: Encoding,
}

impl Header {
    /// Reads to the blank line, which belongs to it.
    pub(super) fn read(lines: &mut Lines<'_, '_>) -> io::Result<(Vec<u8>, Self)> {
        let mut text = Vec::new();
        while let Some(line) = lines.next()? {
            text.extend_from_slice(line);
            if line.trim_ascii().is_empty() || text.len() > MOST {
                break;
            }
        }
        let header = Self::of(&text);
        Ok((text, header))
    }

    fn of(text: &[u8]) -> Self {
        let mut header = Self::default();
        for field in unfolded(text) {
            let Some((name, value)) = field.split_once(':') else { continue };
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "content-type" => {
                    header.kind = value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase();
                    if header.kind.starts_with("multipart/") {
                        header.boundary = parameter(value, "boundary").map(String::into_bytes);
                    }
                    header.file = header.file.or_else(|| parameter(value, "name"));
                }
                "content-disposition" => header.file = parameter(value, "filename").or(header.file),
                "content-transfer-encoding" if value.eq_ignore_ascii_case("base64") => {
                    header.encoding = Encoding::Base64
                }
                "content-transfer-encoding" if value.eq_ignore_ascii_case("quoted-printable") => {
                    header.encoding = Encoding::QuotedPrintable;
                }
                _ => {}
            }
        }
        header
    }
}

/// The fields, each on one line.
fn unfolded(text: &[u8]) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(text).lines() {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    fields
}

/// A parameter of a field: `; name=value`, `; name="value"`, `; name*=utf-8''value`.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let key = key.trim().trim_end_matches('*').trim_end_matches("*0");
        if !key.eq_ignore_ascii_case(name) {
            return None;
        }
        let value = value.trim().trim_matches('"');
        let value = value.rsplit("''").next().unwrap_or(value);
        let value = String::from_utf8_lossy(&decoded(value.as_bytes())).into_owned();
        (!value.is_empty()).then_some(value)
    })
}

/// A header with its encoded words (`=?utf-8?B?…?=`, RFC 2047) decoded.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        match word(rest) {
            Some((word, len)) => {
                out.extend(word.into_iter().map(|b| if b == b'\n' { b' ' } else { b }));
                rest = &rest[len..];
            }
            None => {
                out.extend_from_slice(b"=?");
                rest = &rest[2..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn word(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let text = &text[..text.len().min(1000)];
    let charset = 2 + text[2..].iter().position(|b| *b == b'?')?;
    let way = text.get(charset + 1)?.to_ascii_uppercase();
    let from = charset + 3;
    let len = memchr::memmem::find(text.get(from..)?, b"?=")?;
    let inner = &text[from..from + len];
    let inner = match (way, text.get(charset + 2)?) {
        (b'B', b'?') => base64::decode(inner),
        (b'Q', b'?') => {
            let blanks: Vec<u8> = inner.iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
            base64::quoted_printable(&blanks)
        }
        _ => return None,
    };
    Some((inner, from + len + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_words() {
        let text = b"Content-Type: multipart/mixed;\r\n boundary=\"a b\"\r\nContent-Transfer-Encoding: BASE64\r\n\
                     Content-Disposition: attachment; filename=\"x.pdf\"\r\n\r\n";
        let header = Header::of(text);
        assert_eq!((header.kind.as_str(), header.boundary.as_deref()), ("multipart/mixed", Some(&b"a b"[..])));
        assert_eq!((header.file.as_deref(), header.encoding), (Some("x.pdf"), Encoding::Base64));
        assert_eq!(decoded(b"a =?utf-8?B?TVJO?= =?utf-8?q?x_=C3=A9?= =?b"), "a MRN x \u{e9} =?b".as_bytes());
    }
}
