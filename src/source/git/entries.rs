//! Ids of objects, entries of trees, fields of commits and tags.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// The id of an object: SHA-1 (20 bytes, then zeros) or SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// An id out of its bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut id = Self { bytes: [0; 32], len: u8::try_from(bytes.len()).ok()? };
        id.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(id)
    }

    /// An id out of `2 * len` hex digits.
    pub(super) fn of_hex(hex: &[u8], len: usize) -> Option<Self> {
        if hex.len() != 2 * len || len > 32 {
            return None;
        }
        let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut id = Self { bytes: [0; 32], len: u8::try_from(len).ok()? };
        for (byte, pair) in id.bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(id)
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Does it stand for nothing (git writes zeros then)?
    pub(super) fn is_none(&self) -> bool {
        self.bytes == [0; 32]
    }
}

/// Ids are hashes already: their first bytes are good enough for a table.
#[derive(Default)]
pub(super) struct First(u64);

impl Hasher for First {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(23) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A set of ids.
pub(super) type Ids = HashSet<Id, BuildHasherDefault<First>>;
/// A table by ids, or by numbers.
pub(super) type Table<K, V> = HashMap<K, V, BuildHasherDefault<First>>;

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut first = [0; 8];
        first.copy_from_slice(&self.bytes[..8]);
        state.write_u64(u64::from_le_bytes(first));
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a tree's entry is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// A file, or a symbolic link (whose text is its target).
    File,
    /// A folder.
    Tree,
    /// A commit of another repository.
    Submodule,
}

impl Mode {
    /// Out of octal digits.
    pub(super) fn of(octal: &[u8]) -> Self {
        match octal {
            b"40000" | b"040000" => Self::Tree,
            b"160000" => Self::Submodule,
            _ => Self::File,
        }
    }
}

/// An entry of a tree.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    pub(super) mode: Mode,
    pub(super) name: &'t [u8],
    pub(super) id: Id,
}

/// The entries of a tree, in git's order; stops at what is none.
pub(super) fn entries(tree: &[u8], id_len: usize) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = tree;
    std::iter::from_fn(move || {
        let blank = memchr::memchr(b' ', rest)?;
        let nul = memchr::memchr(0, rest)?;
        let name = rest.get(blank + 1..nul)?;
        let id = Id::of(rest.get(nul + 1..nul + 1 + id_len)?)?;
        let mode = Mode::of(&rest[..blank]);
        rest = &rest[nul + 1 + id_len..];
        Some(Entry { mode, name, id })
    })
}

/// A field in the head of a commit or tag: `tree`, `author`, `object` …
pub(super) fn field<'o>(object: &'o [u8], name: &str) -> Option<&'o [u8]> {
    let head = object.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let value = |line: &'o [u8]| line.strip_prefix(name.as_bytes())?.strip_prefix(b" ");
    head.into_iter().find_map(value)
}

/// The message of a commit or tag.
pub(super) fn message(object: &[u8]) -> &[u8] {
    let head = memchr::memmem::find(object, b"\n\n");
    head.map_or(&[], |head| &object[head + 2..])
}

/// The time in `Name <mail> 1700000000 +0100`, in seconds since 1970.
pub(super) fn time(person: &[u8]) -> Option<i64> {
    let mut words = person.rsplit(|byte| *byte == b' ');
    std::str::from_utf8(words.nth(1)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_and_heads_are_read() {
        let tree = [b"100644 a b\0".as_slice(), &[7; 20], b"40000 d\0", &[8; 20], b"160000 s\0", &[9; 20]].concat();
        let modes: Vec<(Mode, &[u8])> = entries(&tree, 20).map(|entry| (entry.mode, entry.name)).collect();
        assert_eq!(modes, [(Mode::File, b"a b".as_slice()), (Mode::Tree, b"d"), (Mode::Submodule, b"s")]);
        for end in 0..tree.len() {
            assert!(entries(&tree[..end], 20).count() <= 2);
        }
        let commit = b"tree 12\nparent 34\nauthor A B <a@b> 1700000000 +0100\n\nfirst\n\nsecond";
        assert_eq!(field(commit, "author").and_then(time), Some(1_700_000_000));
        assert_eq!((field(commit, "tree"), field(commit, "tagger")), (Some(b"12".as_slice()), None));
        assert_eq!(message(commit), b"first\n\nsecond");
        assert!(Id::of_hex(b"zz", 1).is_none() && Id::of_hex(b"0aff", 2).is_some_and(|id| id.to_string() == "0aff"));
    }
}
