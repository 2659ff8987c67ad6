//! Packs bytes: as little as is needed for one container inside another.

use std::io::Write;

use flate2::Crc;
use flate2::write::GzEncoder;

/// gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// gzip of so many blanks.
pub(crate) fn gzip_of_blanks(mut len: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    let piece = vec![b' '; 1 << 20];
    while len > 0 {
        let some = len.min(piece.len());
        encoder.write_all(&piece[..some]).expect("memory");
        len -= some;
    }
    encoder.finish().expect("memory")
}

fn header(name: &str, size: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..108].copy_from_slice(b"0000644\0");
    block[124..124 + size.len()].copy_from_slice(size);
    block[148..156].fill(b' ');
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// tar.
pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in members {
        out.extend(header(name, format!("{:011o}\0", bytes.len()).as_bytes()));
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A tar whose member claims to have 8 EB.
pub(crate) fn huge_tar() -> Vec<u8> {
    let mut size = [0; 12];
    (size[0], size[4]) = (0x80, 0x7f);
    let mut out = header("huge", &size);
    out.extend_from_slice(b"a few bytes");
    out
}

/// zip, stored.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut sum = Crc::new();
        sum.update(bytes);
        entry(&mut out, &mut directory, name, bytes, sum.sum());
    }
    end(out, &directory, members.len())
}

fn entry(out: &mut Vec<u8>, directory: &mut Vec<u8>, name: &str, bytes: &[u8], sum: u32) {
    let offset = out.len() as u32;
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    common.extend(sum.to_le_bytes());
    common.extend((bytes.len() as u32).to_le_bytes());
    common.extend((bytes.len() as u32).to_le_bytes());
    common.extend((name.len() as u16).to_le_bytes());
    common.extend([0, 0]);
    out.extend_from_slice(b"PK\x03\x04");
    out.extend_from_slice(&common);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(bytes);
    listed(directory, &common, name, offset);
}

fn listed(directory: &mut Vec<u8>, common: &[u8], name: &str, offset: u32) {
    directory.extend_from_slice(b"PK\x01\x02\x14\0");
    directory.extend_from_slice(common);
    directory.extend([0; 10]);
    directory.extend(offset.to_le_bytes());
    directory.extend_from_slice(name.as_bytes());
}

fn end(mut out: Vec<u8>, directory: &[u8], count: usize) -> Vec<u8> {
    let start = out.len() as u32;
    out.extend_from_slice(directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend((count as u16).to_le_bytes());
    out.extend((count as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A zip whose directory names one member many times.
pub(crate) fn overlapping_zip() -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let bytes = vec![b'x'; 10_000];
    let mut sum = Crc::new();
    sum.update(&bytes);
    entry(&mut out, &mut directory, "a", &bytes, sum.sum());
    let directory = directory.repeat(30);
    end(out, &directory, 30)
}
