//! Small spaces: all the values that an identifier can have, counted through. There are fewer of them than a computer
//! hashes in minutes, which is why a bare hash hides nothing (SSA POMS RM 10201.035, NANPA, USPS).

use std::sync::OnceLock;

use crate::words;

/// All values of one form.
pub(super) struct Space {
    /// What they are, in words.
    pub(super) name: &'static str,
    /// Words of columns that hold them.
    pub(super) hints: &'static [&'static str],
    /// How many numbers there are to try.
    pub(super) count: u64,
    /// Writes the value of a number into the buffer and says its length; 0 where there is none.
    pub(super) write: fn(u64, &mut [u8; LONGEST]) -> usize,
}

/// Bytes of the longest value.
pub(super) const LONGEST: usize = 24;

/// Areas 001 to 899 but 666, groups 01 to 99, serials 0001 to 9999.
const SSNS: u64 = 898 * 99 * 9999;
/// Days from 1900 to 2030.
const DAYS: u64 = 47_847;
const AREA_CODES: u64 = 455;
/// Exchanges 200 to 999, lines 0000 to 9999.
const LINES: u64 = 800 * 10_000;

/// Any numbers at all.
pub(super) const NUMBERS: &str = "years, ages and numbers of up to six digits";

/// Numbers that are tried in a second or two.
const SMALL: u64 = 10_000_000;

impl Space {
    /// Does trying all of it take no time to speak of?
    pub(super) fn is_small(&self) -> bool {
        self.count <= SMALL
    }
}

/// The spaces, the small ones first.
pub(super) const SPACES: &[Space] = &[
    Space { name: "ZIP codes", hints: &["zip", "postal"], count: 100_000, write: |n, out| digits(n, 5, out) },
    Space { name: NUMBERS, hints: &["age", "year"], count: 1_000_000, write: plain },
    Space { name: "numbers of four digits", hints: &["last", "ssn"], count: 10_000, write: |n, out| digits(n, 4, out) },
    Space { name: "numbers of six digits", hints: &["mrn"], count: 1_000_000, write: |n, out| digits(n, 6, out) },
    Space { name: "dates", hints: &["dob", "birth", "date"], count: DAYS * FORMS, write: date },
    Space {
        name: "record numbers of seven digits",
        hints: &["mrn", "record", "patient"],
        count: 10_000_000,
        write: |n, out| digits(n, 7, out),
    },
    // Both ways to write them in turn: the time is rarely enough for all of both.
    Space {
        name: "Social Security numbers",
        hints: &["ssn", "social"],
        count: 2 * SSNS,
        write: |n, out| ssn(n / 2, n % 2 == 1, out),
    },
    Space {
        name: "record numbers of eight digits",
        hints: &["mrn", "record", "patient"],
        count: 100_000_000,
        write: |n, out| digits(n, 8, out),
    },
    Space {
        name: "telephone numbers",
        hints: &["phone", "tel", "mobile", "fax"],
        count: AREA_CODES * LINES,
        write: |n, out| phone(n, ["", "", ""], out),
    },
    Space {
        name: "telephone numbers with hyphens",
        hints: &["phone", "tel", "mobile", "fax"],
        count: AREA_CODES * LINES,
        write: |n, out| phone(n, ["", "-", "-"], out),
    },
    Space {
        name: "telephone numbers in brackets",
        hints: &["phone", "tel", "mobile", "fax"],
        count: AREA_CODES * LINES,
        write: |n, out| phone(n, ["(", ") ", "-"], out),
    },
    Space {
        name: "telephone numbers with +1",
        hints: &["phone", "tel", "mobile", "fax"],
        count: AREA_CODES * LINES,
        write: |n, out| phone(n, ["+1", "", ""], out),
    },
];

fn digits(mut number: u64, width: usize, out: &mut [u8; LONGEST]) -> usize {
    for at in (0..width).rev() {
        out[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    width
}

fn plain(number: u64, out: &mut [u8; LONGEST]) -> usize {
    let width = number.checked_ilog10().map_or(1, |log| log as usize + 1);
    digits(number, width, out)
}

fn put(out: &mut [u8; LONGEST], at: &mut usize, number: u64, width: usize) {
    let mut piece = [0; LONGEST];
    digits(number, width, &mut piece);
    out[*at..*at + width].copy_from_slice(&piece[..width]);
    *at += width;
}

fn sign(out: &mut [u8; LONGEST], at: &mut usize, text: &str) {
    out[*at..*at + text.len()].copy_from_slice(text.as_bytes());
    *at += text.len();
}

fn ssn(number: u64, hyphens: bool, out: &mut [u8; LONGEST]) -> usize {
    // Serials turn slowest: of a whole column one is found soon, whatever the areas are.
    let area = 1 + number % 898;
    let area = if area >= 666 { area + 1 } else { area };
    let (group, serial) = (1 + number / 898 % 99, 1 + number / (898 * 99));
    let (mut at, between) = (0, if hyphens { "-" } else { "" });
    put(out, &mut at, area, 3);
    sign(out, &mut at, between);
    put(out, &mut at, group, 2);
    sign(out, &mut at, between);
    put(out, &mut at, serial, 4);
    at
}

fn area_codes() -> &'static [u16] {
    static CODES: OnceLock<Vec<u16>> = OnceLock::new();
    CODES.get_or_init(|| (200..1000).filter(|code| words::is_area_code(*code)).collect())
}

fn phone(number: u64, signs: [&str; 3], out: &mut [u8; LONGEST]) -> usize {
    let Some(area) = usize::try_from(number % AREA_CODES).ok().and_then(|at| area_codes().get(at)) else { return 0 };
    let (exchange, line) = (200 + number / AREA_CODES % 800, number / AREA_CODES / 800);
    let mut at = 0;
    for (before, part, width) in [(signs[0], u64::from(*area), 3), (signs[1], exchange, 3), (signs[2], line, 4)] {
        sign(out, &mut at, before);
        put(out, &mut at, part, width);
    }
    at
}

/// Ways to write a day.
const FORMS: u64 = 10;

fn date(number: u64, out: &mut [u8; LONGEST]) -> usize {
    let (year, month, day) = day_of(number / FORMS);
    let (y, m, d) = ((year, 4), (month, 2), (day, 2));
    let (parts, between) = match number % FORMS {
        0 => ([y, m, d], "-"),
        1 => ([m, d, y], "/"),
        2 => ([y, m, d], ""),
        3 => ([m, d, y], ""),
        4 => ([d, m, y], "/"),
        5 => ([m, d, y], "-"),
        6 => ([y, m, d], "/"),
        7 => ([d, m, y], "."),
        8 => ([m, d, (year % 100, 2)], "/"),
        _ => ([(month, width(month)), (day, width(day)), y], "/"),
    };
    let mut at = 0;
    for (i, (part, width)) in parts.into_iter().enumerate() {
        sign(out, &mut at, if i > 0 { between } else { "" });
        put(out, &mut at, part, width);
    }
    at
}

fn width(number: u64) -> usize {
    if number < 10 { 1 } else { 2 }
}

/// The day so many days after 1900-01-01 (Howard Hinnant's algorithm of civil days).
fn day_of(days: u64) -> (u64, u64, u64) {
    // From 0000-03-01 to 1900-01-01.
    let days = days + 693_901;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(space: &str, number: u64) -> String {
        let space = SPACES.iter().find(|s| s.name == space).expect("a space");
        let mut out = [0; LONGEST];
        let len = (space.write)(number, &mut out);
        String::from_utf8(out[..len].to_vec()).expect("ASCII")
    }

    #[test]
    fn values_are_written_as_people_write_them() {
        assert_eq!(day_of(0), (1900, 1, 1));
        assert_eq!(day_of(DAYS - 1), (2030, 12, 31));
        assert_eq!(day_of(59), (1900, 3, 1));
        assert_eq!(area_codes().len() as u64, AREA_CODES);
        assert_eq!(written("dates", 1), "01/01/1900");
        assert_eq!(written("ZIP codes", 501), "00501");
        assert_eq!(written("Social Security numbers", 1), "001-01-0001");
        assert_eq!(written("Social Security numbers", 2 * SSNS - 2), "899999999");
        assert_eq!(written("telephone numbers in brackets", 0), "(201) 200-0000");
        for space in SPACES {
            let mut out = [0; LONGEST];
            assert!((space.write)(space.count - 1, &mut out) > 0, "{}", space.name);
        }
    }
}
