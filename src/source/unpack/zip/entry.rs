//! One member of an archive: what its header says, and the bytes inside.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::super::bytes::{broken, le16, le64};
use super::super::codecs;
use super::super::limits::{Counts, Meter, Metered};

/// General purpose flags (APPNOTE 4.4.4).
const ENCRYPTED: u16 = 1;
pub(super) const SIZES_FOLLOW: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;

/// Compression methods (APPNOTE 4.4.5).
const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;

/// What a header says.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    /// CRC-32 of the content.
    pub(super) sum: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// Are sum and sizes known?
    pub(super) is_sized: bool,
}

impl Entry {
    /// Takes sizes from the extra field of zip64 where the header has no room for them; says whether there is one.
    pub(super) fn widen(&mut self, extra: &[u8], offset: bool) -> bool {
        let mut rest = extra;
        while rest.len() >= 4 {
            let len = usize::from(le16(rest, 2));
            if le16(rest, 0) == 1 {
                let mut at = 4;
                let mut take = |field: &mut u64| {
                    if *field == 0xffff_ffff && at + 8 <= 4 + len {
                        *field = le64(rest, at);
                        at += 8;
                    }
                };
                take(&mut self.size);
                take(&mut self.packed);
                if offset {
                    take(&mut self.offset);
                }
                return true;
            }
            rest = rest.get(4 + len..).unwrap_or_default();
        }
        false
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// Its path; names that are not UTF-8 are in some code page of old.
    pub(super) fn path(&self) -> String {
        let _ = UTF8;
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Why it cannot be read, if it cannot.
    pub(super) fn refusal(&self) -> Option<String> {
        if self.is_encrypted() {
            return Some("it is encrypted; unpack it first".to_owned());
        }
        let known = matches!(self.method, STORED | DEFLATED) || codecs::of_zip(self.method).is_some();
        (!known).then(|| format!("compressed by zip's method {}, which is not read", self.method))
    }

    /// Its content, whose length and sum are held against the header.
    pub(super) fn open<'r>(
        &self,
        packed: &'r mut dyn BufRead,
        meter: &'r RefCell<Meter>,
    ) -> io::Result<Box<dyn Read + 'r>> {
        let from: Box<dyn Read + 'r> = match (self.method, codecs::of_zip(self.method)) {
            (STORED, _) => Box::new(packed),
            (DEFLATED, _) => Box::new(Metered { from: DeflateDecoder::new(packed), meter, counts: Counts::Made }),
            (_, Some(open)) => Box::new(Metered { from: open(packed)?, meter, counts: Counts::Made }),
            (_, None) => return Err(broken("its method is not read")),
        };
        let expected = self.is_sized.then_some((self.size, self.sum));
        Ok(Box::new(Checked { from, expected, sum: Crc::new(), read: 0 }))
    }
}

/// Content that is checked at its end.
struct Checked<'r> {
    from: Box<dyn Read + 'r>,
    expected: Option<(u64, u32)>,
    sum: Crc,
    read: u64,
}

impl Read for Checked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.from.read(into)?;
        self.sum.update(&into[..got]);
        self.read += got as u64;
        if got == 0
            && !into.is_empty()
            && let Some((size, sum)) = self.expected.take()
            && (self.read != size || self.sum.sum() != sum)
        {
            let what =
                if self.read < size { "it ends too early; cut off?" } else { "damaged: its checksum is another" };
            return Err(broken(what));
        }
        Ok(got)
    }
}
