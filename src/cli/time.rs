//! Times on the command line.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 now.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// The year now, of the common era.
pub(super) fn year() -> i64 {
    crate::report::words::date(now()).get(..4).and_then(|year| year.parse().ok()).unwrap_or(2026)
}

/// `2026-11-01`, `2026-11-01T12:00:00Z` (both UTC), `7d`, `12h`, in seconds since 1970.
pub(super) fn time(text: &str) -> Result<i64, String> {
    let units = [("d", 86_400), ("h", 3600), ("m", 60)];
    let ago = units.iter().find_map(|(unit, seconds)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number >= 0)?;
        number.checked_mul(*seconds)
    });
    ago.map(|ago| now() - ago)
        .or_else(|| absolute(text))
        .ok_or_else(|| "a time is 2026-11-01, 2026-11-01T12:00:00Z (UTC), or 7d, 12h, 30m ago".to_owned())
}

fn absolute(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let numbers = |text: &str, sign: char| text.split(sign).map(|part| part.parse().ok()).collect::<Option<Vec<i64>>>();
    let [year, month, day] = numbers(date, '-')?[..] else { return None };
    let clock = numbers(clock.strip_suffix('Z').unwrap_or(clock), ':')?;
    let (hour, minute, second) = match clock[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let is_good = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    // Days of years that begin in March, after Howard Hinnant's `days_from_civil`.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    is_good.then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words;

    #[test]
    fn times_are_understood() {
        assert_eq!(time("1970-01-01"), Ok(0));
        assert_eq!(time("2026-11-01T12:30:00Z"), Ok(1_793_536_200));
        for day in ["2000-02-29", "2024-12-31", "2100-03-01", "2026-01-01"] {
            assert_eq!(time(day).map(words::date).as_deref(), Ok(day));
        }
        assert!((now() - 7 * 86_400 - time("7d").expect("a time")).abs() < 5);
        for text in ["", "yesterday", "2026-13-01", "2026-1", "-5d", "2026-01-01T25:00"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
