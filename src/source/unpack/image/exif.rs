//! EXIF and TIFF: tags as lines, `Name: value` (CIPA DC-008, TIFF 6.0).

use std::io::{self, Write};

use super::super::bytes::{be16, be32, broken, le16, le32};

/// Most tags that are read, and most bytes of one value.
const TAGS: usize = 4096;
const VALUE: usize = 64 << 10;

/// Names of tags that may speak of people, places and devices.
const NAMES: &[(u16, &str)] = &[
    (0x010d, "DocumentName"),
    (0x010e, "ImageDescription"),
    (0x010f, "Make"),
    (0x0110, "Model"),
    (0x0131, "Software"),
    (0x0132, "DateTime"),
    (0x013b, "Artist"),
    (0x013c, "HostComputer"),
    (0x8298, "Copyright"),
    (0x9003, "DateTimeOriginal"),
    (0x9004, "DateTimeDigitized"),
    (0x9286, "UserComment"),
    (0x927c, "MakerNote"),
    (0x9c9b, "Title"),
    (0x9c9c, "Comment"),
    (0x9c9d, "Author"),
    (0x9c9e, "Keywords"),
    (0x9c9f, "Subject"),
    (0xa420, "ImageUniqueID"),
    (0xa430, "CameraOwnerName"),
    (0xa431, "BodySerialNumber"),
    (0xa435, "LensSerialNumber"),
    (0x02bc, "XMP"),
    (0x83bb, "IPTC"),
];

/// Pointers to further directories: EXIF, GPS.
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;

struct Tiff<'t> {
    bytes: &'t [u8],
    big: bool,
}

/// Adds the tags of a TIFF structure.
pub(super) fn lines(bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let tiff = Tiff { bytes, big: bytes.starts_with(b"MM") };
    let mut left = TAGS;
    let mut next = tiff.long(4);
    let mut seen = Vec::new();
    while next != 0 && !seen.contains(&next) {
        seen.push(next);
        next = tiff.directory(next, false, &mut left, out)?;
    }
    Ok(())
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> u16 {
        if self.big { be16(self.bytes, at) } else { le16(self.bytes, at) }
    }

    fn long(&self, at: usize) -> u32 {
        if self.big { be32(self.bytes, at) } else { le32(self.bytes, at) }
    }

    /// Reads a directory; gives the place of the next.
    fn directory(&self, at: u32, is_gps: bool, left: &mut usize, out: &mut Vec<u8>) -> io::Result<u32> {
        let at = at as usize;
        let count = usize::from(self.short(at));
        if at + 2 + count * 12 > self.bytes.len() {
            return Err(broken("a directory of tags in it is cut off"));
        }
        let mut place = Place::default();
        for entry in (0..count).map(|n| at + 2 + n * 12) {
            *left = left.checked_sub(1).ok_or_else(|| broken("too many tags"))?;
            let tag = self.short(entry);
            if !is_gps && (tag == EXIF || tag == GPS) {
                self.directory(self.long(entry + 8), tag == GPS, &mut (*left).min(512), out)?;
            } else if is_gps {
                place.take(tag, self, entry);
            } else if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == tag) {
                let _ = write!(out, "{name}: ");
                super::line(&text(tag, self.value(entry)), out);
            }
        }
        place.line(out);
        Ok(self.long(at + 2 + count * 12))
    }

    fn value(&self, entry: usize) -> &[u8] {
        const SIZES: [usize; 13] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
        let size = SIZES.get(usize::from(self.short(entry + 2))).copied().unwrap_or(0);
        let len = (self.long(entry + 4) as usize).saturating_mul(size).min(VALUE);
        let from = if len <= 4 { entry + 8 } else { self.long(entry + 8) as usize };
        self.bytes.get(from..from.saturating_add(len)).unwrap_or_default()
    }

    /// Degrees, minutes and seconds as degrees.
    fn degrees(&self, entry: usize) -> Option<f64> {
        let value = self.value(entry);
        let part = |n: usize| {
            let part = value.get(n * 8..n * 8 + 8)?;
            let (top, bottom) = if self.big { (be32(part, 0), be32(part, 4)) } else { (le32(part, 0), le32(part, 4)) };
            (bottom != 0).then(|| f64::from(top) / f64::from(bottom))
        };
        Some(part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0)
    }
}

/// Windows writes its tags in UTF-16; comments say their encoding first.
fn text(tag: u16, value: &[u8]) -> Vec<u8> {
    match tag {
        0x9c9b..=0x9c9f => {
            let units: Vec<u16> = value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units).into_bytes()
        }
        0x9286 => value.get(8..).unwrap_or_default().to_vec(),
        _ => value.to_vec(),
    }
}

/// Where the picture was taken.
#[derive(Default)]
struct Place {
    latitude: Option<f64>,
    longitude: Option<f64>,
    south: bool,
    west: bool,
}

impl Place {
    fn take(&mut self, tag: u16, tiff: &Tiff<'_>, entry: usize) {
        match tag {
            1 => self.south = tiff.value(entry).first() == Some(&b'S'),
            2 => self.latitude = tiff.degrees(entry),
            3 => self.west = tiff.value(entry).first() == Some(&b'W'),
            4 => self.longitude = tiff.degrees(entry),
            _ => {}
        }
    }

    fn line(&self, out: &mut Vec<u8>) {
        if let (Some(latitude), Some(longitude)) = (self.latitude, self.longitude) {
            let sign = |negative: bool, degrees: f64| if negative { -degrees } else { degrees };
            let (latitude, longitude) = (sign(self.south, latitude), sign(self.west, longitude));
            let _ = writeln!(out, "GPSLatitude: {latitude:.6} GPSLongitude: {longitude:.6}");
        }
    }
}
