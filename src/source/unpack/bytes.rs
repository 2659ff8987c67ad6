//! Small helps for reading formats from front to back.

use std::fmt;
use std::io::{self, Read};

/// An error in our own words: they hold nothing of what was read.
#[derive(Debug)]
pub(super) struct Told(pub(super) String);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

/// The error that a container is not as its format wants it.
pub(super) fn broken(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Told(reason.into()))
}

/// The error that a container ends before it should.
pub(super) fn cut_off() -> io::Error {
    broken("it ends too early; cut off?")
}

/// Another crate's error in our own words: theirs may quote what they read.
pub(super) fn in_our_words(error: io::Error) -> io::Error {
    match error.kind() {
        _ if error.get_ref().is_some_and(|inner| inner.is::<Told>()) => error,
        io::ErrorKind::UnexpectedEof => cut_off(),
        io::ErrorKind::Interrupted => error,
        _ if error.raw_os_error().is_some() => error,
        _ => broken("damaged"),
    }
}

/// Reads exactly `N` bytes.
pub(super) fn array<const N: usize>(from: &mut (impl Read + ?Sized)) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(in_our_words)?;
    Ok(bytes)
}

/// Reads `N` bytes, or `None` at the very end.
pub(super) fn array_or_end<const N: usize>(from: &mut (impl Read + ?Sized)) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    let mut got = 0;
    while got < N {
        match from.read(&mut bytes[got..]) {
            Ok(0) if got == 0 => return Ok(None),
            Ok(0) => return Err(cut_off()),
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(bytes))
}

/// Reads `len` bytes, which may be at most `most`.
pub(super) fn bytes(from: &mut (impl Read + ?Sized), len: u64, most: u64) -> io::Result<Vec<u8>> {
    if len > most {
        return Err(broken("a length in it is out of bounds"));
    }
    let mut bytes = Vec::new();
    from.take(len).read_to_end(&mut bytes).map_err(in_our_words)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(cut_off()) }
}

/// Reads past `len` bytes.
pub(super) fn pass(from: &mut (impl Read + ?Sized), len: u64) -> io::Result<()> {
    if io::copy(&mut from.take(len), &mut io::sink())? == len { Ok(()) } else { Err(cut_off()) }
}

/// Two bytes, the low one first; 0 where there are none.
pub(super) fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// Four bytes, the lowest first; 0 where there are none.
pub(super) fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// Eight bytes, the lowest first; 0 where there are none.
pub(super) fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Two bytes, the high one first; 0 where there are none.
pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_be_bytes)
}

/// Four bytes, the highest first; 0 where there are none.
pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The number that digits of `radix` in blanks and NULs are.
pub(super) fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?.trim_matches(|c: char| c == '\0' || c == ' ');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, radix).ok() }
}

/// The text before the first NUL.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or(bytes)
}

/// Reads exactly so many bytes of a stream; that it ends earlier is an error.
pub(super) struct Exact<'r> {
    from: &'r mut dyn Read,
    left: u64,
}

impl<'r> Exact<'r> {
    pub(super) fn new(from: &'r mut dyn Read, len: u64) -> Self {
        Self { from, left: len }
    }

    /// Reads past what nobody wanted.
    pub(super) fn finish(self) -> io::Result<()> {
        pass(self.from, self.left)
    }
}

impl Read for Exact<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        if most == 0 {
            return Ok(0);
        }
        let got = self.from.read(&mut into[..most])?;
        self.left -= got as u64;
        if got == 0 { Err(cut_off()) } else { Ok(got) }
    }
}
