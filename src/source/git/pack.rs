//! Packs of objects and their indexes (`gitformat-pack(5)`), read in place.
#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::delta::number;
use super::entries::Id;

/// Largest index that is read, in bytes: fifty million objects.
const INDEX_LIMIT: u64 = 2 << 30;

/// What an entry of a pack is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packed {
    Commit,
    Tree,
    Blob,
    Tag,
    /// A delta to the object that begins so many bytes earlier.
    Earlier(u64),
    /// A delta to the object of this id.
    Of(Id),
}

/// A pack and its index.
pub(super) struct Pack {
    file: Handle,
    /// Sorted ids, one behind the other.
    ids: Vec<u8>,
    id_len: usize,
    /// By number of the id: where the object begins.
    offsets: Vec<u64>,
    /// The same, sorted: an object ends where the next begins.
    starts: Vec<u64>,
    end: u64,
}

impl Pack {
    /// Opens the pack that belongs to an index of version 2; `None` for anything else.
    pub(super) fn open(index: &Path, id_len: usize) -> Option<Self> {
        let mut bytes = Vec::new();
        File::open(index).ok()?.take(INDEX_LIMIT).read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(b"\xfftOc\0\0\0\x02")?;
        let count = usize::try_from(big(rest.get(255 * 4..256 * 4)?)).ok()?;
        let ids_at = 8 + 256 * 4;
        let short_at = ids_at + count.checked_mul(id_len + 4)?;
        let long_at = short_at + count * 4;
        let short = bytes.get(short_at..long_at)?;
        let offset = |at: &[u8]| {
            let low = big(at);
            if low & 0x8000_0000 == 0 {
                return Some(low);
            }
            let at = long_at + 8 * usize::try_from(low & 0x7fff_ffff).ok()?;
            bytes.get(at..at + 8).map(big)
        };
        let offsets: Vec<u64> = short.chunks_exact(4).map(offset).collect::<Option<_>>()?;
        let mut starts = offsets.clone();
        starts.sort_unstable();
        let ids = bytes.get(ids_at..ids_at + count * id_len)?.to_vec();
        let file = File::open(index.with_extension("pack")).ok()?;
        let end = file.metadata().ok()?.len().checked_sub(id_len as u64)?;
        Some(Self { file: Handle(file), ids, id_len, offsets, starts, end })
    }

    /// Where the object of this id begins.
    pub(super) fn find(&self, id: &Id) -> Option<u64> {
        let (mut low, mut high) = (0, self.offsets.len());
        while low < high {
            let middle = (low + high) / 2;
            let found = &self.ids[middle * self.id_len..(middle + 1) * self.id_len];
            match found.cmp(id.bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(self.offsets[middle]),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Reads the entry at `offset`: what it is, its size when inflated, and where in `raw` its compressed bytes begin.
    pub(super) fn entry(&self, offset: u64, raw: &mut Vec<u8>) -> Option<(Packed, u64, usize)> {
        let next = self.starts.partition_point(|start| *start <= offset);
        let end = self.starts.get(next).copied().unwrap_or(self.end);
        raw.resize(usize::try_from(end.checked_sub(offset)?).ok()?, 0);
        self.file.read_at(raw, offset).ok()?;
        header(raw, self.id_len)
    }
}

/// The head of an entry.
fn header(raw: &[u8], id_len: usize) -> Option<(Packed, u64, usize)> {
    let first = *raw.first()?;
    let (size, mut rest) = if first & 0x80 == 0 {
        (u64::from(first & 0xf), &raw[1..])
    } else {
        let (high, rest) = number(&raw[1..])?;
        (u64::from(first & 0xf) | high.checked_mul(16)?, rest)
    };
    let packed = match first >> 4 & 7 {
        1 => Packed::Commit,
        2 => Packed::Tree,
        3 => Packed::Blob,
        4 => Packed::Tag,
        6 => {
            let (back, behind) = backwards(rest)?;
            rest = behind;
            Packed::Earlier(back)
        }
        7 => {
            let (id, behind) = rest.split_at_checked(id_len)?;
            rest = behind;
            Packed::Of(Id::of(id)?)
        }
        _ => return None,
    };
    Some((packed, size, raw.len() - rest.len()))
}

/// An offset in groups of seven bits, the highest first, each but the last plus one.
fn backwards(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
        value += 1;
    }
    None
}

fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// A file that is read at many places by many threads.
#[cfg(unix)]
struct Handle(File);
#[cfg(not(unix))]
struct Handle(std::sync::Mutex<File>);

impl Handle {
    #[cfg(unix)]
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, into, offset)
    }

    #[cfg(not(unix))]
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        use std::io::{Seek, SeekFrom};
        let mut file = self.0.lock().map_err(|_| io::ErrorKind::Other)?;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heads_of_entries() {
        assert_eq!(header(&[0x3f, 9], 20), Some((Packed::Blob, 15, 1)));
        assert_eq!(header(&[0xbf, 0x01, 9], 20), Some((Packed::Blob, 31, 2)));
        assert_eq!(header(&[0x65, 0x80, 0x00, 9], 20), Some((Packed::Earlier(128), 5, 3)));
        assert_eq!(header(&[0x05], 20), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_panic(raw in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = header(&raw, 20);
        }
    }
}
