//! zip (PKWARE APPNOTE 6.3.10), written anew: contents redacted, names masked where they hold an identifier.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::rewrite::{Bounded, Done, Rewriter, Stop, unread, unwritten};

/// Most bytes behind a directory: its end with the longest comment.
const TAIL: u64 = 22 + 0xffff;

/// Methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

trait Searchable: Read + Seek {}
impl<T: Read + Seek> Searchable for T {}

/// A member, as the directory says it.
#[derive(Clone)]
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    /// Time and day, as they stand there.
    changed: [u8; 4],
    sum: u32,
    packed: u32,
    size: u32,
    attributes: [u8; 4],
    offset: u32,
}

fn damaged(what: &str) -> Stop {
    Stop::Skip(format!("zip: {what}"))
}

fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    u32::from(le16(bytes, at)) | u32::from(le16(bytes, at + 2)) << 16
}

/// Rewrites an archive, member by member. What cannot be rewritten is left out, and told.
pub(super) fn rewrite(
    rewriter: &mut Rewriter<'_>,
    name: &str,
    from: &mut dyn Read,
    file: Option<&File>,
    out: &mut dyn Write,
    depth: u32,
) -> Done {
    let mut from: Box<dyn Searchable> = match file {
        Some(file) => Box::new(BufReader::new(file.try_clone().map_err(|error| unread(&error))?)),
        None => Box::new(Cursor::new(rewriter.whole(from)?)),
    };
    let entries = directory(&mut *from)?;
    if entries.len() as u64 > rewriter.work.limits.entries {
        return Err(damaged("it has too many members (--max-entries)"));
    }
    let office = |entry: &Entry| matches!(&entry.name[..], b"[Content_Types].xml" | b"mimetype");
    if !entries.iter().any(office) {
        return members(rewriter, name, &entries, &mut *from, out, depth);
    }
    // In office documents words run over several elements: what is left of them shows in the result.
    let mut made = Vec::new();
    members(rewriter, name, &entries, &mut *from, &mut made, depth)?;
    rewriter.is_clean(name, "office document", &made)?;
    out.write_all(&made).map_err(|error| unwritten(&error))
}

fn members(
    rewriter: &mut Rewriter<'_>,
    archive: &str,
    entries: &[Entry],
    from: &mut dyn Searchable,
    out: &mut dyn Write,
    depth: u32,
) -> Done {
    let mut out = Counted { out, written: 0 };
    let mut kept = Vec::new();
    for entry in entries {
        let path = String::from_utf8_lossy(&entry.name).into_owned();
        let name = format!("{archive}!{path}");
        let mut made = Vec::new();
        match content(rewriter, &name, entry, from, &mut made, depth) {
            Ok(()) => kept.push(written(rewriter, entry, &path, &made, &mut out)?),
            Err(Stop::Skip(reason)) => rewriter.work.skip(&name, reason),
            Err(fail) => return Err(fail),
        }
    }
    let start = out.written;
    for entry in &kept {
        out.write_all(&listed(entry)).map_err(|error| unwritten(&error))?;
    }
    let (count, length) = (u16::try_from(kept.len()), u32::try_from(out.written - start));
    let (Ok(count), Ok(length), Ok(start)) = (count, length, u32::try_from(start)) else {
        return Err(damaged("the result would need zip64, which is not written"));
    };
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    end.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    end.extend([0, 0]);
    out.write_all(&end).map_err(|error| unwritten(&error))
}

/// The directory at the end.
fn directory(from: &mut dyn Searchable) -> Done<Vec<Entry>> {
    let len = from.seek(SeekFrom::End(0)).map_err(|error| unread(&error))?;
    let start = len.saturating_sub(TAIL);
    let tail = piece(from, start, len - start)?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or_else(|| damaged("it has no directory; cut off?"))?;
    let (count, size, offset) = (le16(&tail, at + 10), le32(&tail, at + 12), le32(&tail, at + 16));
    if count == 0xffff || offset == 0xffff_ffff {
        return Err(damaged("zip64 is not rewritten; unpack it first"));
    }
    // What ends behind its comment and has its directory right before this record is whole; else this may be the record
    // of an archive inside of it, or something is missing.
    let ends = at + 22 + usize::from(le16(&tail, at + 20)) == tail.len();
    if !ends || u64::from(offset) + u64::from(size) != start + at as u64 {
        return Err(damaged("its end is damaged; cut off?"));
    }
    let bytes = piece(from, u64::from(offset), u64::from(size))?;
    let (mut entries, mut rest) = (Vec::new(), &bytes[..]);
    for _ in 0..count {
        if !rest.starts_with(b"PK\x01\x02") || rest.len() < 46 {
            return Err(damaged("its directory is damaged"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(le16(rest, at)));
        let named = rest.get(46..46 + name).ok_or_else(|| damaged("its directory is damaged"))?;
        let four = |at: usize| [rest[at], rest[at + 1], rest[at + 2], rest[at + 3]];
        entries.push(Entry {
            name: named.to_vec(),
            flags: le16(rest, 8),
            method: le16(rest, 10),
            changed: four(12),
            sum: le32(rest, 16),
            packed: le32(rest, 20),
            size: le32(rest, 24),
            attributes: four(38),
            offset: le32(rest, 42),
        });
        rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
    }
    if !rest.is_empty() {
        return Err(damaged("its directory has more entries than it says"));
    }
    Ok(entries)
}

fn piece(from: &mut dyn Searchable, at: u64, len: u64) -> Done<Vec<u8>> {
    let mut bytes = Vec::new();
    from.seek(SeekFrom::Start(at)).map_err(|error| unread(&error))?;
    from.take(len).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(damaged("it is cut off")) }
}

/// A member's content, rewritten.
fn content(
    rewriter: &mut Rewriter<'_>,
    name: &str,
    entry: &Entry,
    from: &mut dyn Searchable,
    made: &mut Vec<u8>,
    depth: u32,
) -> Done {
    if entry.name.ends_with(b"/") {
        return Ok(());
    }
    let room = rewriter.work.limits.memory;
    if entry.flags & 1 != 0 {
        return Err(damaged("it is encrypted; unpack it first"));
    }
    if u64::from(entry.size) > room {
        return Err(Stop::Skip(format!("larger than what is kept in memory of a member ({room} bytes, --max-kept)")));
    }
    let header = piece(from, u64::from(entry.offset), 30)?;
    let skip = 30 + u64::from(le16(&header, 26)) + u64::from(le16(&header, 28));
    if !header.starts_with(b"PK\x03\x04") {
        return Err(damaged("its directory leads to no member"));
    }
    from.seek(SeekFrom::Start(u64::from(entry.offset) + skip)).map_err(|error| unread(&error))?;
    let packed = BufReader::new(from.take(u64::from(entry.packed)));
    let mut bytes = Vec::new();
    let most = u64::from(entry.size) + 1;
    match entry.method {
        STORED => packed.take(most).read_to_end(&mut bytes),
        DEFLATED => {
            Bounded { from: DeflateDecoder::new(packed), room: rewriter.room() }.take(most).read_to_end(&mut bytes)
        }
        method => return Err(Stop::Skip(format!("compressed by zip's method {method}, which is not rewritten"))),
    }
    .map_err(|error| unread(&error))?;
    let mut sum = Crc::new();
    sum.update(&bytes);
    if bytes.len() as u64 != u64::from(entry.size) || sum.sum() != entry.sum {
        return Err(damaged("a member is damaged: its checksum is another"));
    }
    rewriter.document(name, &mut &bytes[..], None, made, depth + 1)
}

/// Writes a member; says how the directory lists it. Fields beside the contents (owners, comments) are left out.
fn written(rewriter: &mut Rewriter<'_>, old: &Entry, path: &str, made: &[u8], out: &mut Counted<'_>) -> Done<Entry> {
    let mut sum = Crc::new();
    sum.update(made);
    let method = if old.method == STORED || made.is_empty() { STORED } else { DEFLATED };
    let packed = if method == STORED {
        made.to_vec()
    } else {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(made).and_then(|()| packed.finish()).map_err(|error| unwritten(&error))?
    };
    let too_large = || damaged("the result would need zip64, which is not written");
    let size = |len: u64| u32::try_from(len).map_err(|_| too_large());
    let entry = Entry {
        name: rewriter.work.member(path).into_bytes(),
        // Names are UTF-8 now.
        flags: 1 << 11,
        method,
        sum: sum.sum(),
        packed: size(packed.len() as u64)?,
        size: size(made.len() as u64)?,
        offset: size(out.written)?,
        ..old.clone()
    };
    let mut header = b"PK\x03\x04".to_vec();
    header.extend(common(&entry));
    header.extend([0, 0]);
    header.extend(&entry.name);
    out.write_all(&header).and_then(|()| out.write_all(&packed)).map_err(|error| unwritten(&error))?;
    Ok(entry)
}

/// What the member's own header and the directory both say: from the version to the length of the name.
fn common(entry: &Entry) -> Vec<u8> {
    let mut out = 20u16.to_le_bytes().to_vec();
    out.extend([entry.flags.to_le_bytes(), entry.method.to_le_bytes()].concat());
    out.extend(entry.changed);
    out.extend([entry.sum.to_le_bytes(), entry.packed.to_le_bytes(), entry.size.to_le_bytes()].concat());
    out.extend(u16::try_from(entry.name.len()).unwrap_or(0).to_le_bytes());
    out
}

fn listed(entry: &Entry) -> Vec<u8> {
    // Made by version 2.0 on Unix: the attributes are those of the old entry.
    let mut out = b"PK\x01\x02\x14\x03".to_vec();
    out.extend(common(entry));
    out.extend([0; 8]);
    out.extend(entry.attributes);
    out.extend(entry.offset.to_le_bytes());
    out.extend(&entry.name);
    out
}

struct Counted<'o> {
    out: &'o mut dyn Write,
    written: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let got = self.out.write(bytes)?;
        self.written += got as u64;
        Ok(got)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
