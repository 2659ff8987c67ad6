//! Compression of a single stream. What is inside keeps the name, so `app.log.gz` is a log.

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// Bytes that are handed to a decoder at once.
const BUFFER: usize = 64 << 10;

/// A way to compress one stream.
pub(super) struct Codec {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// Do these first bytes begin such a stream?
    pub(super) is: fn(&[u8]) -> bool,
    /// Endings that a name loses together with it, and what stands for them.
    pub(super) endings: &'static [(&'static str, &'static str)],
    /// The bytes inside.
    pub(super) open: for<'r> fn(&'r mut dyn Read) -> std::io::Result<Box<dyn Read + 'r>>,
}

/// The codecs that are read.
pub(super) const CODECS: &[Codec] = &[Codec {
    name: "gzip",
    is: |head| head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_some_and(|flags| flags & 0xe0 == 0),
    endings: &[(".gz", ""), (".tgz", ".tar"), (".gzip", "")],
    open: |from| Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, from)))),
}];
