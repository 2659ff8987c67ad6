//! tar (POSIX.1-2001), written anew: contents redacted, names masked where they hold an identifier, owners left out.

use std::io::{self, Read, Write};

use super::rewrite::{Done, Rewriter, Stop, unread, unwritten};

const BLOCK: usize = 512;

/// Longest name or set of records, in bytes.
const RECORDS: u64 = 1 << 20;

/// Rewrites an archive, member by member. What cannot be rewritten is left out, and told.
pub(super) fn rewrite(
    rewriter: &mut Rewriter<'_>,
    name: &str,
    from: &mut dyn Read,
    out: &mut dyn Write,
    depth: u32,
) -> Done {
    let (mut long, mut size, mut is_linked_far) = (None, None, false);
    loop {
        let mut block = [0; BLOCK];
        match from.read_exact(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(Stop::Skip("tar: it is cut off".to_owned()));
            }
            read => read.map_err(|error| unread(&error))?,
        }
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        let own = number(&block[124..136]).ok_or_else(|| Stop::Skip("tar: a header in it is damaged".to_owned()))?;
        match block[156] {
            b'L' => long = Some(until_nul(&content(from, own)?).to_vec()),
            b'x' => pax(&content(from, own)?, &mut long, &mut size),
            b'g' => drop(content(from, own)?),
            b'K' => {
                drop(content(from, own)?);
                is_linked_far = true;
            }
            b'1' | b'2' if std::mem::take(&mut is_linked_far) => {
                rewriter.work.skip(name, "a link to a long name was left out");
                long = None;
            }
            _ => {
                let path = long.take().unwrap_or_else(|| path(&block));
                let path = String::from_utf8_lossy(&path).into_owned();
                member(rewriter, name, (&block, &path, size.take().unwrap_or(own)), from, out, depth)?;
            }
        }
    }
    out.write_all(&[0; 2 * BLOCK]).map_err(|error| unwritten(&error))
}

fn member(
    rewriter: &mut Rewriter<'_>,
    archive: &str,
    (block, path, size): (&[u8; BLOCK], &str, u64),
    from: &mut dyn Read,
    out: &mut dyn Write,
    depth: u32,
) -> Done {
    let name = format!("{archive}!{path}");
    match block[156] {
        b'5' => return header(block, (&rewriter.work.member(path), ""), 0, out),
        b'1' | b'2' => {
            let link = String::from_utf8_lossy(until_nul(&block[157..257])).into_owned();
            let link = rewriter.work.shown(&link);
            return header(block, (&rewriter.work.member(path), &link), 0, out);
        }
        0 | b'0' | b'7' if !path.ends_with('/') => {}
        0 | b'0' => return header(block, (&rewriter.work.member(path), ""), 0, out),
        _ => {
            rewriter.work.skip(&name, "a device: it was left out");
            return content_passed(from, size);
        }
    }
    let mut content = from.take(size);
    let mut made = Vec::new();
    let room = rewriter.work.limits.memory;
    let done = if size > room {
        Err(Stop::Skip(format!("larger than what is kept in memory of a member ({room} bytes, --max-kept)")))
    } else {
        rewriter.document(&name, &mut content, None, &mut made, depth + 1)
    };
    let rest = io::copy(&mut content, &mut io::sink()).map_err(|error| unread(&error))?;
    let _ = rest;
    if content.limit() > 0 {
        return Err(Stop::Skip("tar: it is cut off".to_owned()));
    }
    content_passed_padding(from, size)?;
    match done {
        Err(Stop::Skip(reason)) => {
            rewriter.work.skip(&name, reason);
            Ok(())
        }
        Err(fail) => Err(fail),
        Ok(()) => {
            header(block, (&rewriter.work.member(path), ""), made.len() as u64, out)?;
            padded(&made, out)
        }
    }
}

fn content(from: &mut dyn Read, size: u64) -> Done<Vec<u8>> {
    if size > RECORDS {
        return Err(Stop::Skip("tar: a name in it is too long".to_owned()));
    }
    let mut bytes = Vec::new();
    (&mut *from).take(size).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    content_passed_padding(from, size)?;
    Ok(bytes)
}

fn content_passed(from: &mut dyn Read, size: u64) -> Done {
    io::copy(&mut from.take(size), &mut io::sink()).map_err(|error| unread(&error))?;
    content_passed_padding(from, size)
}

fn content_passed_padding(from: &mut dyn Read, size: u64) -> Done {
    let padding = size.next_multiple_of(BLOCK as u64) - size;
    io::copy(&mut from.take(padding), &mut io::sink()).map(drop).map_err(|error| unread(&error))
}

fn padded(bytes: &[u8], out: &mut dyn Write) -> Done {
    let padding = bytes.len().next_multiple_of(BLOCK) - bytes.len();
    out.write_all(bytes).and_then(|()| out.write_all(&[0; BLOCK][..padding])).map_err(|error| unwritten(&error))
}

/// A header as the old one, with this name, link and size, and nobody's owner.
fn header(old: &[u8; BLOCK], (name, link): (&str, &str), size: u64, out: &mut dyn Write) -> Done {
    let mut block = [0; BLOCK];
    let name = name.as_bytes();
    if name.len() > 100 {
        // GNU's long name, which all readers know.
        let mut long = [0; BLOCK];
        long[..13].copy_from_slice(b"././@LongLink");
        long[156] = b'L';
        sealed(&mut long, name.len() as u64 + 1, b"0000644\0", out)?;
        padded(&[name, b"\0"].concat(), out)?;
    }
    let short = &name[..name.len().min(100)];
    block[..short.len()].copy_from_slice(short);
    block[136..148].copy_from_slice(&old[136..148]);
    block[156] = old[156];
    let link = &link.as_bytes()[..link.len().min(100)];
    block[157..157 + link.len()].copy_from_slice(link);
    sealed(&mut block, size, &old[100..108], out)
}

fn sealed(block: &mut [u8; BLOCK], size: u64, mode: &[u8], out: &mut dyn Write) -> Done {
    block[100..108].copy_from_slice(mode);
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    if block[136] == 0 {
        block[136..148].copy_from_slice(b"00000000000\0");
    }
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes().get(..12).unwrap_or(b"00000000000\0"));
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.write_all(block).map_err(|error| unwritten(&error))
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// Octal digits, or base 256 where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let value = field[1..].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        return u64::try_from(value).ok().filter(|size| *size < 1 << 60);
    }
    let digits = until_nul(field).trim_ascii();
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

fn path(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = until_nul(&block[..100]);
    let prefix = if &block[257..263] == b"ustar\0" { until_nul(&block[345..500]) } else { b"" };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// Records `LEN KEY=VALUE\n`.
fn pax(records: &[u8], path: &mut Option<Vec<u8>>, size: &mut Option<u64>) {
    let mut rest = records;
    while let Some(blank) = memchr::memchr(b' ', rest) {
        let len = std::str::from_utf8(&rest[..blank]).ok().and_then(|len| len.parse::<usize>().ok());
        let Some(record) = len.and_then(|len| rest.get(blank + 1..len)) else { return };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(name) = record.strip_prefix(b"path=") {
            *path = Some(name.to_vec());
        } else if let Some(number) = record.strip_prefix(b"size=") {
            *size = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        }
        rest = rest.get(len.unwrap_or(rest.len())..).unwrap_or_default();
    }
}
