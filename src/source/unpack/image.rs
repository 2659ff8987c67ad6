//! Images by what is written in them: EXIF with its place, XMP, comments (JPEG, PNG, TIFF). Pixels are not read.

mod exif;

use std::io::{self, Read};

use flate2::bufread::ZlibDecoder;

use super::body::Body;
use super::bytes::{array, array_or_end, be32, broken, bytes, cut_off, pass, until_nul};
use super::members::Members;

/// Most bytes of one piece of text.
const TEXT: u64 = 4 << 20;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    is_jpeg(head) || is_png(head) || is_tiff(head)
}

fn is_jpeg(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xd8, 0xff])
}

fn is_png(head: &[u8]) -> bool {
    head.starts_with(b"\x89PNG\r\n\x1a\n")
}

fn is_tiff(head: &[u8]) -> bool {
    head.starts_with(b"II*\0") || head.starts_with(b"MM\0*")
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let mut text = Vec::new();
    let result = if is_jpeg(body.head()) {
        jpeg(body, &mut text)
    } else if is_png(body.head()) {
        png(body, &mut text)
    } else {
        let whole = members.whole(body)?;
        exif::lines(&whole, &mut text)
    };
    if !text.is_empty() {
        members.text("metadata", ".txt", &text)?;
    }
    result
}

/// The segments before the picture (ITU-T T.81, annex B).
fn jpeg(body: &mut Body<'_>, text: &mut Vec<u8>) -> io::Result<()> {
    pass(body, 2)?;
    loop {
        let [mut mark, mut kind] = array::<2>(body)?;
        while mark == 0xff && kind == 0xff {
            [kind] = array(body)?;
        }
        if mark != 0xff {
            return Err(broken("a segment in it is damaged"));
        }
        mark = kind;
        if matches!(mark, 0xd9 | 0xda) {
            return Ok(());
        }
        if matches!(mark, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let len = u64::from(u16::from_be_bytes(array(body)?));
        let segment = bytes(body, len.saturating_sub(2), 1 << 16)?;
        match mark {
            0xe1 => match segment.strip_prefix(b"Exif\0\0") {
                // What is wrong in it is wrong in its text only.
                Some(exif) => drop(exif::lines(exif, text)),
                None => line(until_first(&segment), text),
            },
            0xfe | 0xed => line(&segment, text),
            _ => {}
        }
    }
}

/// XMP begins behind the name of its namespace.
fn until_first(segment: &[u8]) -> &[u8] {
    segment.iter().position(|b| *b == 0).map_or(segment, |nul| &segment[nul + 1..])
}

/// Chunks of text (ISO 15948, 11.3).
fn png(body: &mut Body<'_>, text: &mut Vec<u8>) -> io::Result<()> {
    pass(body, 8)?;
    while let Some(header) = array_or_end::<8>(body)? {
        let len = u64::from(be32(&header, 0));
        match &header[4..] {
            b"IEND" => return pass(body, len.saturating_add(4)),
            b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" => {
                let chunk = bytes(body, len, TEXT)?;
                pass(body, 4)?;
                match &header[4..] {
                    b"eXIf" => drop(exif::lines(&chunk, text)),
                    kind => png_text(kind, &chunk, text),
                }
            }
            _ => pass(body, len.saturating_add(4))?,
        }
    }
    Err(cut_off())
}

fn png_text(kind: &[u8], chunk: &[u8], text: &mut Vec<u8>) {
    let key = until_nul(chunk);
    let rest = chunk.get(key.len() + 1..).unwrap_or_default();
    let inflated = |packed: &[u8]| {
        let mut plain = Vec::new();
        // What could be unpacked before an error is text all the same.
        let _ = ZlibDecoder::new(packed).take(TEXT).read_to_end(&mut plain);
        plain
    };
    let value = match kind {
        b"zTXt" => inflated(rest.get(1..).unwrap_or_default()),
        b"iTXt" => {
            let packed = rest.first() == Some(&1);
            // Flag, method, language, translated keyword.
            let value = rest.get(2..).unwrap_or_default().splitn(3, |b| *b == 0).nth(2).unwrap_or_default();
            if packed { inflated(value) } else { value.to_vec() }
        }
        _ => rest.to_vec(),
    };
    text.extend_from_slice(key);
    text.extend_from_slice(b": ");
    line(&value, text);
}

/// Adds text as a line of its own; what is no text becomes blank.
fn line(bytes: &[u8], text: &mut Vec<u8>) {
    let clean = |b: &u8| if matches!(b, 0..=8 | 14..=31 | 127) { b' ' } else { *b };
    text.extend(bytes.iter().map(clean));
    text.push(b'\n');
}
