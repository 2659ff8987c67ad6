//! ar (and so deb), cpio and rpm.

use std::io;

use super::body::Body;
use super::bytes::{Exact, array, array_or_end, be32, broken, bytes, cut_off, number, pass};
use super::members::Members;

/// Longest name of a member, in bytes.
const NAME: u64 = 64 << 10;

pub(super) fn is_ar(_: &str, head: &[u8]) -> bool {
    head.starts_with(b"!<arch>\n")
}

/// ar as GNU and BSD write it.
pub(super) fn ar(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    pass(body, 8)?;
    let mut names = Vec::new();
    while let Some(header) = array_or_end::<60>(body)? {
        let size = number(&header[48..58], 10).filter(|_| header.ends_with(b"`\n"));
        let size = size.ok_or_else(|| broken("a header in it is damaged"))?;
        let name = header[..16].trim_ascii_end();
        let mut content = Exact::new(body, size);
        if name == b"//" {
            names = bytes(&mut content, size, 16 << 20)?;
        } else if !matches!(name, b"/" | b"/SYM64/") {
            let mut rest = size;
            let path = if let Some(len) = name.strip_prefix(b"#1/").and_then(|len| number(len, 10)) {
                rest = size.checked_sub(len).ok_or_else(|| broken("the name of a member is too long"))?;
                bytes(&mut content, len, NAME)?
            } else {
                gnu_name(name, &names).to_vec()
            };
            if !path.starts_with(b"__.SYMDEF") {
                members.member(super::bytes::until_nul(&path), &mut content, Some(rest))?;
            }
        }
        content.finish()?;
        if size % 2 == 1 && array_or_end::<1>(body)?.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// `name/`, or `/offset` into the table of long names.
fn gnu_name<'n>(name: &'n [u8], names: &'n [u8]) -> &'n [u8] {
    let offset = name.strip_prefix(b"/").and_then(|at| number(at, 10)).and_then(|at| usize::try_from(at).ok());
    match offset.and_then(|at| names.get(at..)) {
        Some(long) => {
            let long = long.split(|byte| *byte == b'\n').next().unwrap_or(long);
            long.strip_suffix(b"/").unwrap_or(long)
        }
        None => name.strip_suffix(b"/").unwrap_or(name),
    }
}

pub(super) fn is_cpio(_: &str, head: &[u8]) -> bool {
    let digits = |from: usize| head.get(from..from + 8).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit));
    (head.starts_with(b"070701") || head.starts_with(b"070702") || head.starts_with(b"070707")) && digits(6)
}

/// cpio in its portable forms: newc (with or without checksum) and odc.
pub(super) fn cpio(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    loop {
        let magic: [u8; 6] = array_or_end(body)?.ok_or_else(cut_off)?;
        let (size, name_len, align) = match &magic {
            b"070701" | b"070702" => {
                let header = array::<104>(body)?;
                (number(&header[48..56], 16), number(&header[88..96], 16), 4)
            }
            b"070707" => {
                let header = array::<70>(body)?;
                (number(&header[59..70], 8), number(&header[53..59], 8), 1)
            }
            _ => return Err(broken("a header in it is damaged")),
        };
        let (Some(size), Some(name_len)) = (size, name_len) else { return Err(broken("a header in it is damaged")) };
        let header = if align == 4 { 110 } else { 76 };
        let name = bytes(body, name_len, NAME)?;
        pass(body, padding(header + name_len, align))?;
        let name = super::bytes::until_nul(&name);
        if name == b"TRAILER!!!" {
            // Padding; where it was compressed, its end says whether all came through.
            return io::copy(body, &mut io::sink()).map(drop);
        }
        let mut content = Exact::new(body, size);
        if size > 0 {
            members.member(name, &mut content, Some(size))?;
        }
        content.finish()?;
        pass(body, padding(size, align))?;
    }
}

fn padding(len: u64, to: u64) -> u64 {
    len.next_multiple_of(to) - len
}

pub(super) fn is_rpm(_: &str, head: &[u8]) -> bool {
    head.starts_with(&[0xed, 0xab, 0xee, 0xdb])
}

/// rpm: a lead, two headers, and a compressed cpio (LSB 5.0, "Package File Format").
pub(super) fn rpm(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    pass(body, 96)?;
    let signature = rpm_header(body)?;
    pass(body, padding(signature.len() as u64, 8))?;
    let header = rpm_header(body)?;
    // Who packed it, what changed: strings among numbers.
    members.text("header", ".bin", &header)?;
    members.payload(body)
}

fn rpm_header(body: &mut Body<'_>) -> io::Result<Vec<u8>> {
    let head = array::<16>(body)?;
    if !head.starts_with(&[0x8e, 0xad, 0xe8]) {
        return Err(broken("a header in it is damaged"));
    }
    let len = u64::from(be32(&head, 8)) * 16 + u64::from(be32(&head, 12));
    bytes(body, len, 16 << 20)
}
