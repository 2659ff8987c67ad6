//! zip, and what are zips by another name: jar, war, whl, nupkg, apk, docx, xlsx, pptx, odt (PKWARE APPNOTE 6.3.10).
//!
//! Own code: where the archive is a file its directory is read entry by entry, so memory does not grow with their
//! number; where it is a stream, members are read as they come, and the directory behind them is held against them.

mod directory;
mod entry;
mod office;
mod sheets;

use std::io::{self, BufReader, Read, SeekFrom};

use super::body::Body;
use super::bytes::{array_or_end, broken, bytes, cut_off, in_our_words, le16, le32, pass};
use super::members::{Members, Searchable};
use directory::Directory;
use entry::Entry;

/// Nested archives up to this many bytes are kept in memory, so that their directory can be read first.
const SMALL: u64 = 4 << 20;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    let begins = |head: &[u8]| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    begins(head)
        || head.strip_prefix(b"PK00").is_some_and(begins)
        || head.strip_prefix(b"PK\x07\x08").is_some_and(begins)
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    if let Some(file) = body.file() {
        let mut file = BufReader::with_capacity(16 << 10, file);
        return searchable(members, &mut file, body);
    }
    match members.kept(body, SMALL)? {
        Some(kept) => {
            let again = kept.clone();
            searchable(members, &mut io::Cursor::new(kept), &mut Body::new(&mut &again[..], None, None))
        }
        None => stream(members, body),
    }
}

/// By its directory; without one (cut off, perhaps) front to back as far as it goes.
fn searchable(members: &mut Members<'_, '_>, from: &mut dyn Searchable, body: &mut Body<'_>) -> io::Result<()> {
    let len = from.seek(SeekFrom::End(0))?;
    let Some(directory) = Directory::find(from, len)? else {
        return stream(members, body).and_then(|()| Err(broken("it has no directory; cut off?")));
    };
    let strings = sheets::strings(from, &directory, len, members.meter())?;
    let mut covered = 0;
    let mut at = directory.start();
    for _ in 0..directory.entries {
        let entry;
        (entry, at) = directory.entry(from, at)?;
        covered += entry.packed + 30;
        if covered > len {
            return Err(broken("its members overlap, as in a zip bomb"));
        }
        from.seek(SeekFrom::Start(entry.offset))?;
        let local = super::bytes::array::<30>(from)?;
        if !local.starts_with(b"PK\x03\x04") {
            return Err(broken("its directory leads to no member"));
        }
        pass(from, u64::from(le16(&local, 26)) + u64::from(le16(&local, 28)))?;
        let mut packed = from.take(entry.packed);
        hand_on(members, &entry, &mut BufReader::new(&mut packed), strings.as_ref())?;
    }
    Ok(())
}

/// Front to back.
fn stream(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let mut from = BufReader::with_capacity(64 << 10, body);
    let (mut seen, mut listed) = (0_u64, 0_u64);
    loop {
        let Some(mark) = array_or_end::<4>(&mut from)? else { return Err(cut_off()) };
        match &mark {
            b"PK\x03\x04" => {
                seen += 1;
                local(members, &mut from)?;
            }
            b"PK\x01\x02" => {
                listed += 1;
                let rest = super::bytes::array::<42>(&mut from)?;
                pass(&mut from, [24, 26, 28].iter().map(|at| u64::from(le16(&rest, *at))).sum())?;
            }
            b"PK\x05\x06" | b"PK\x06\x06" if listed > seen => {
                return Err(broken(format!("{} of its members stand out of order", listed - seen)));
            }
            b"PK\x05\x06" | b"PK\x06\x06" => return Ok(()),
            // Marks of an archive that was written in pieces stand before its first member.
            b"PK00" | b"PK\x07\x08" if seen == 0 => {}
            _ => return Err(broken("something stands between its members")),
        }
    }
}

fn local(members: &mut Members<'_, '_>, from: &mut BufReader<&mut Body<'_>>) -> io::Result<()> {
    let header = super::bytes::array::<26>(from)?;
    let name = bytes(from, u64::from(le16(&header, 22)), 1 << 16)?;
    let extra = bytes(from, u64::from(le16(&header, 24)), 1 << 16)?;
    let mut entry = Entry {
        name,
        flags: le16(&header, 2),
        method: le16(&header, 4),
        sum: le32(&header, 10),
        packed: u64::from(le32(&header, 14)),
        size: u64::from(le32(&header, 18)),
        offset: 0,
        is_sized: true,
    };
    let wide = entry.widen(&extra, false);
    entry.is_sized = entry.flags & entry::SIZES_FOLLOW == 0;
    if entry.is_sized {
        let packed = entry.packed;
        let mut content = super::bytes::Exact::new(from, packed);
        hand_on(members, &entry, &mut BufReader::new(&mut content), None)?;
        return content.finish();
    }
    if entry.method != entry::DEFLATED || entry.is_encrypted() {
        let path = String::from_utf8_lossy(&entry.name).into_owned();
        members.skip(&path, entry.refusal().unwrap_or_else(|| "its length is told only behind it".to_owned()));
        return Err(broken("a member's length is told only behind it; unpack it first"));
    }
    hand_on(members, &entry, from, None)?;
    let mark = super::bytes::array::<4>(from)?;
    pass(from, if &mark == b"PK\x07\x08" { 4 } else { 0 } + if wide { 16 } else { 8 })
}

/// Unpacks a member; what is wrong with it alone is told and ends nothing.
fn hand_on(
    members: &mut Members<'_, '_>,
    entry: &Entry,
    packed: &mut dyn io::BufRead,
    strings: Option<&sheets::Strings>,
) -> io::Result<()> {
    if entry.name.ends_with(b"/") && entry.size == 0 {
        return Ok(());
    }
    if let Some(reason) = entry.refusal() {
        members.skip(&String::from_utf8_lossy(&entry.name), reason);
        return Ok(());
    }
    let opened = entry.open(packed, members.meter());
    let mut content = match opened {
        Ok(content) => content,
        Err(error) => {
            members.skip(&String::from_utf8_lossy(&entry.name), super::super::open::reason(&in_our_words(error)));
            return Ok(());
        }
    };
    let path = entry.path();
    match (strings, office::part(&path)) {
        (Some(strings), Some(office::Part::Sheet)) => {
            members.lines(&path, ".csv", &mut sheets::rows(&mut content, strings))?;
        }
        (Some(_), Some(office::Part::Strings)) => {}
        (_, Some(office::Part::Text)) => members.lines(&path, ".txt", &mut office::text(&mut content))?,
        _ => members.member(&entry.name, &mut content, entry.is_sized.then_some(entry.size))?,
    }
    // Where nobody wanted the rest, the stream goes on behind it all the same.
    io::copy(&mut content, &mut io::sink()).map(drop).or_else(|error| members.unless_stopped(&error))
}
