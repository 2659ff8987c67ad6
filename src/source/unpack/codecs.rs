//! Compression of a single stream. What is inside keeps the name, so `app.log.gz` is a log.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

/// Bytes that are handed to a decoder at once.
const BUFFER: usize = 64 << 10;

/// Most memory that a stream may ask its decoder for, in kilobytes (`zstd --ultra -22 --long`, `xz -9`).
#[cfg(feature = "containers")]
const WINDOW: u32 = 128 << 10;

/// Why a build without the feature `containers` leaves something out.
#[allow(dead_code)] // where the feature is on, nobody says so
pub(super) const NOT_BUILT: &str = "not in this build of phivet; released binaries read it, and so does what \
    `cargo install --path . --features containers` in its sources builds";

/// Opens a stream.
pub(in crate::source) type Open = for<'r> fn(&'r mut dyn BufRead) -> io::Result<Box<dyn Read + 'r>>;

/// A way to compress one stream.
pub(super) struct Codec {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// Do these first bytes begin such a stream?
    pub(super) is: fn(&[u8]) -> bool,
    /// Endings that a name loses together with it, and what stands for them.
    pub(super) endings: &'static [(&'static str, &'static str)],
    /// Its number as a method in zip (APPNOTE 4.4.5), if it is one.
    zip: Option<u16>,
    /// The bytes inside; `None` where this build cannot.
    pub(super) open: Option<Open>,
}

/// The codecs that are known.
pub(super) const CODECS: &[Codec] = &[
    Codec {
        name: "gzip",
        is: |head| head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_some_and(|flags| flags & 0xe0 == 0),
        endings: &[(".gz", ""), (".tgz", ".tar"), (".gzip", ""), (".svgz", ".svg")],
        zip: None,
        open: Some(|from| Ok(Box::new(MultiGzDecoder::new(from)))),
    },
    Codec {
        name: "zstd",
        is: |head| matches!(head, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]),
        endings: &[(".zst", ""), (".tzst", ".tar"), (".zstd", "")],
        zip: Some(93),
        open: heavy::ZSTD,
    },
    Codec {
        name: "bzip2",
        is: |head| {
            matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', ..])
                && (head[4..].starts_with(b"1AY&SY") || head[4..].starts_with(&[0x17, 0x72, 0x45, 0x38]))
        },
        endings: &[(".bz2", ""), (".tbz2", ".tar"), (".tbz", ".tar")],
        zip: Some(12),
        open: heavy::BZIP2,
    },
    Codec {
        name: "xz",
        is: |head| head.starts_with(b"\xfd7zXZ\0"),
        endings: &[(".xz", ""), (".txz", ".tar")],
        zip: Some(95),
        open: heavy::XZ,
    },
    Codec {
        name: "lz4",
        is: |head| head.starts_with(&[0x04, 0x22, 0x4d, 0x18]),
        endings: &[(".lz4", "")],
        zip: None,
        open: heavy::LZ4,
    },
    Codec {
        name: "zlib",
        is: is_zlib,
        endings: &[(".zlib", ""), (".zz", "")],
        zip: None,
        open: Some(|from| Ok(Box::new(ZlibDecoder::new(from)))),
    },
];

/// How `from` is opened by a method of zip.
pub(super) fn of_zip(method: u16) -> Option<Open> {
    CODECS.iter().find(|codec| codec.zip == Some(method)).and_then(|codec| codec.open)
}

/// The header of RFC 1950 is two bytes, which text has too (`x^`): what follows must be no text, and inflate.
fn is_zlib(head: &[u8]) -> bool {
    let [0x78, flags @ (0x01 | 0x5e | 0x9c | 0xda), ..] = head else { return false };
    let _ = flags;
    let text = |b: &&u8| matches!(**b, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let sample = &head[2..head.len().min(64)];
    let mut some = [0; 64];
    sample.iter().filter(text).count() < sample.len()
        && !matches!(ZlibDecoder::new(head).read(&mut some), Err(error) if error.kind() != io::ErrorKind::UnexpectedEof)
}

/// Opens a stream whose bytes come from anything.
pub(super) fn buffered(from: &mut dyn Read) -> BufReader<&mut dyn Read> {
    BufReader::with_capacity(BUFFER, from)
}

#[cfg(feature = "containers")]
mod heavy {
    use super::{Open, WINDOW};

    pub(super) const ZSTD: Option<Open> = Some(|from| {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(from)?;
        decoder.window_log_max(WINDOW.ilog2() + 10)?;
        Ok(Box::new(decoder))
    });
    pub(super) const BZIP2: Option<Open> = Some(|from| Ok(Box::new(bzip2::bufread::MultiBzDecoder::new(from))));
    pub(super) const XZ: Option<Open> =
        Some(|from| Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(from, true, WINDOW))));
    pub(super) const LZ4: Option<Open> = Some(|from| Ok(Box::new(lz4_flex::frame::FrameDecoder::new(from))));
}

/// What this build cannot read; the message says how to get one that can.
#[cfg(not(feature = "containers"))]
mod heavy {
    use super::Open;

    pub(super) const ZSTD: Option<Open> = None;
    pub(super) const BZIP2: Option<Open> = None;
    pub(super) const XZ: Option<Open> = None;
    pub(super) const LZ4: Option<Open> = None;
}
