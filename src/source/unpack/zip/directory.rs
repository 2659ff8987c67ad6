//! The directory at an archive's end.

use std::io::{self, SeekFrom};

use super::super::bytes::{array, broken, bytes, le16, le32, le64};
use super::super::members::Searchable;
use super::entry::Entry;

/// How far from the end the end record may begin: a comment has at most 65535 bytes.
const TAIL: u64 = 22 + 0xffff;

/// Where the directory is.
pub(super) struct Directory {
    pub(super) entries: u64,
    start: u64,
    /// What stands before the archive (a program that unpacks it): offsets begin behind it.
    shift: u64,
}

impl Directory {
    /// Looks for the end record.
    pub(super) fn find(from: &mut dyn Searchable, len: u64) -> io::Result<Option<Self>> {
        let tail = len.min(TAIL);
        from.seek(SeekFrom::Start(len - tail))?;
        let bytes = bytes(from, tail, TAIL)?;
        let fits = |at: &usize| at + 22 + usize::from(le16(&bytes, at + 20)) <= bytes.len();
        let Some(at) = memchr::memmem::rfind_iter(&bytes, b"PK\x05\x06").find(|at| at + 22 <= bytes.len() && fits(at))
        else {
            return Ok(None);
        };
        let end = len - tail + at as u64;
        let (entries, size, start) =
            (u64::from(le16(&bytes, at + 10)), u64::from(le32(&bytes, at + 12)), u64::from(le32(&bytes, at + 16)));
        if (entries == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff)
            && let Some(wide) = Self::wide(from, end)?
        {
            return Ok(Some(wide));
        }
        let shift = end.checked_sub(size).and_then(|from| from.checked_sub(start));
        let shift = shift.ok_or_else(|| broken("its directory lies outside of it"))?;
        Ok(Some(Self { entries, start, shift }))
    }

    /// The end record of zip64, if one stands before `end`.
    fn wide(from: &mut dyn Searchable, end: u64) -> io::Result<Option<Self>> {
        let Some(locator) = end.checked_sub(20) else { return Ok(None) };
        from.seek(SeekFrom::Start(locator))?;
        let locator = array::<20>(from)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return Ok(None);
        }
        let at = le64(&locator, 8);
        from.seek(SeekFrom::Start(at))?;
        let record = array::<56>(from)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(broken("its directory is damaged"));
        }
        Ok(Some(Self { entries: le64(&record, 32), start: le64(&record, 48), shift: 0 }))
    }

    /// Where its first entry is.
    pub(super) fn start(&self) -> u64 {
        self.start.saturating_add(self.shift)
    }

    /// The entry at `at`, and where the next one is.
    pub(super) fn entry(&self, from: &mut dyn Searchable, at: u64) -> io::Result<(Entry, u64)> {
        from.seek(SeekFrom::Start(at))?;
        let header = array::<46>(from)?;
        if !header.starts_with(b"PK\x01\x02") {
            return Err(broken("its directory is damaged"));
        }
        let lens = [28, 30, 32].map(|at| u64::from(le16(&header, at)));
        let name = bytes(from, lens[0], 1 << 16)?;
        let extra = bytes(from, lens[1], 1 << 16)?;
        let mut entry = Entry {
            name,
            flags: le16(&header, 8),
            method: le16(&header, 10),
            sum: le32(&header, 16),
            packed: u64::from(le32(&header, 20)),
            size: u64::from(le32(&header, 24)),
            offset: u64::from(le32(&header, 42)),
            is_sized: true,
        };
        entry.widen(&extra, true);
        entry.offset = entry.offset.saturating_add(self.shift);
        Ok((entry, at + 46 + lens.iter().sum::<u64>()))
    }
}
