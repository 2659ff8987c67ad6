//! Times of entries: RFC 3339 in UTC.

/// Days of a year's months before each, and the civil calendar, after Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970, after Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (month, day) = (if month < 10 { month + 3 } else { month - 9 }, day - (153 * month + 2) / 5 + 1);
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Milliseconds since 1970 as `2026-11-22T21:40:04.123Z`.
#[must_use]
pub fn rfc3339(millis: i64) -> String {
    let (seconds, part) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{part:03}Z")
}

/// The day so many years after the day of a time, as `2032-11-22`; the 29th of February becomes the 1st of March.
#[must_use]
pub fn years_after(seconds: i64, years: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let (year, month, day) = civil(days(year + years, month, day));
    format!("{year:04}-{month:02}-{day:02}")
}

/// A time as logs write it, in seconds since 1970: RFC 3339 (`2026-11-22T21:40:04.123+01:00`, a blank instead of the `T`,
/// without an offset UTC), a day, or a number of seconds, milliseconds or microseconds since 1970.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    parse_local(text).map(|(local, offset)| local - offset)
}

/// The same, as the clock on the wall said it (for the hour of the day), and the offset from UTC in seconds.
#[must_use]
pub fn parse_local(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        let scale = if text.len() >= 16 {
            1_000_000
        } else if text.len() >= 13 {
            1000
        } else {
            1
        };
        return (text.len() >= 9).then_some((number.div_euclid(scale), 0));
    }
    let day = text.get(..10)?;
    let mut parts = day.split(['-', '/']);
    let (a, b, c) = (part(parts.next()?)?, part(parts.next()?)?, part(parts.next()?)?);
    // 2026-11-22, or 11/22/2026 as in the United States.
    let (year, month, dayof) = if day.as_bytes()[4].is_ascii_digit() { (c, a, b) } else { (a, b, c) };
    let good = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&dayof);
    let rest = text[10..].trim_start_matches(['T', 't', ' ']);
    let (clock, offset) = clock(rest)?;
    good.then(|| (days(year, month, dayof) * 86_400 + clock, offset))
}

fn part(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The time of the day and the offset, both in seconds.
fn clock(text: &str) -> Option<(i64, i64)> {
    if text.is_empty() {
        return Some((0, 0));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    let mut parts = clock.split('.').next()?.split(':');
    let (hour, minute) = (part(parts.next()?)?, part(parts.next()?)?);
    let second = parts.next().map_or(Some(0), part)?;
    let zone = zone.trim();
    let (hour, zone) = match zone.to_ascii_uppercase().as_str() {
        "AM" => (hour % 12, ""),
        "PM" => (hour % 12 + 12, ""),
        _ => (hour, zone),
    };
    let sign = match zone.bytes().next() {
        None | Some(b'Z' | b'z') => 0,
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let offset =
        if sign == 0 { 0 } else { part(digits.get(..2)?)? * 3600 + digits.get(2..4).map_or(Some(0), part)? * 60 };
    let good = hour < 24 && minute < 60 && second <= 60 && offset <= 50_400;
    good.then_some((hour * 3600 + minute * 60 + second, sign * offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_793_536_200_123, "2026-11-01T12:30:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(millis), text);
            assert_eq!(parse(text), Some(millis.div_euclid(1000)));
        }
        for text in [
            "2026-11-01 12:30:00",
            "2026-11-01T13:30:00+01:00",
            "2026-11-01T07:30:00.5-0500",
            "11/01/2026 12:30 PM",
            "1793536200",
            "1793536200123",
            "1793536200123456",
        ] {
            assert_eq!(parse(text), Some(1_793_536_200), "{text}");
        }
        assert_eq!(parse_local("2026-11-01T13:30:00+01:00"), Some((1_793_539_800, 3600)));
        for text in ["", "yesterday", "2026-13-01", "2026-11-01T25:00", "12", "2026-11-01T10", "äöüäöü-ä"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(years_after(1_793_536_200, 6), "2032-11-01");
        assert_eq!(years_after(951_782_400, 1), "2001-03-01");
    }
}
