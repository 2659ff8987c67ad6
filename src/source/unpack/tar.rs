//! tar: POSIX.1-1988 (ustar), POSIX.1-2001 (pax), GNU and the V7 of old; layers and images of containers too.
//!
//! Own code: the well-known crate keeps long names of any claimed length in memory and takes a cut-off member for a whole.

use std::io;

use super::body::Body;
use super::bytes::{Exact, array_or_end, broken, bytes, cut_off, number, pass, until_nul};
use super::members::Members;

const BLOCK: usize = 512;

/// Longest name or set of pax records, in bytes.
const RECORDS: u64 = 1 << 20;

/// What the headers before a member's own say of it.
#[derive(Default)]
struct Ahead {
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(|block| block[0] != 0 && is_header(block))
}

/// The checksum is the sum of all bytes, its own field taken as blanks (POSIX.1-1988, 10.1.1).
fn is_header(block: &[u8; BLOCK]) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let stated = number(until_nul(&block[148..156]), 8);
    stated.is_some_and(|stated| stated > 0 && stated == sum(block) - sum(&block[148..156]) + 8 * u64::from(b' '))
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let mut ahead = Ahead::default();
    let mut ended = false;
    while let Some(block) = array_or_end::<BLOCK>(body)? {
        if block.iter().all(|byte| *byte == 0) {
            ended = true;
            continue;
        }
        if !is_header(&block) {
            return Err(broken(if ended { "something follows its end" } else { "a header in it is damaged" }));
        }
        ended = false;
        entry(members, body, &block, &mut ahead)?;
    }
    if ended { Ok(()) } else { Err(cut_off()) }
}

fn entry(members: &mut Members<'_, '_>, body: &mut Body<'_>, block: &[u8; BLOCK], ahead: &mut Ahead) -> io::Result<()> {
    let own = size(&block[124..136]).ok_or_else(|| broken("the size of a member is no number"))?;
    let records = |body: &mut Body<'_>| -> io::Result<Vec<u8>> {
        let records = bytes(body, own, RECORDS)?;
        pass(body, padding(own)).map(|()| records)
    };
    match block[156] {
        b'L' => ahead.path = Some(until_nul(&records(body)?).to_vec()),
        b'x' => pax(&records(body)?, ahead),
        b'K' | b'g' => drop(records(body)?),
        kind => {
            let ahead = std::mem::take(ahead);
            if kind == b'S' {
                sparse_map(body, block)?;
            }
            let size = if matches!(kind, b'1'..=b'6') { 0 } else { ahead.size.unwrap_or(own) };
            let path = ahead.path.unwrap_or_else(|| path(block));
            if kind == b'5' || (size == 0 && matches!(kind, b'1'..=b'6')) || path.ends_with(b"/") {
                return pass(body, size.saturating_add(padding(size)));
            }
            let mut content = Exact::new(body, size);
            members.member(&path, &mut content, Some(size))?;
            content.finish()?;
            pass(body, padding(size))?;
        }
    }
    Ok(())
}

/// GNU's list of holes may go on in blocks of its own; holes hold nothing, so where they are does not matter.
fn sparse_map(body: &mut Body<'_>, block: &[u8; BLOCK]) -> io::Result<()> {
    let mut more = block[482] != 0;
    while more {
        let next = array_or_end::<BLOCK>(body)?.ok_or_else(cut_off)?;
        more = next[504] != 0;
    }
    Ok(())
}

fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64).saturating_sub(size)
}

/// Octal digits, or GNU's base 256 where the first bit is set.
fn size(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let value = field[1..].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        return u64::try_from(value).ok();
    }
    number(until_nul(field), 8)
}

fn path(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = until_nul(&block[..100]);
    let prefix = if &block[257..263] == b"ustar\0" { until_nul(&block[345..500]) } else { b"" };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// Records `LEN KEY=VALUE\n` (POSIX.1-2001).
fn pax(records: &[u8], ahead: &mut Ahead) {
    let mut rest = records;
    while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
        let Some(len) = number(&rest[..blank], 10).and_then(|len| usize::try_from(len).ok()) else { return };
        let Some(record) = rest.get(blank + 1..len.max(blank + 1)) else { return };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(path) = record.strip_prefix(b"path=") {
            ahead.path = Some(path.to_vec());
        } else if let Some(path) = record.strip_prefix(b"GNU.sparse.name=") {
            ahead.path = Some(path.to_vec());
        } else if let Some(size) = record.strip_prefix(b"size=") {
            ahead.size = number(size, 10);
        }
        rest = rest.get(len..).unwrap_or_default();
        if len == 0 {
            return;
        }
    }
}
