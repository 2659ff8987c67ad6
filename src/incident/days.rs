//! Deadlines from the day of discovery, 45 CFR 164.404-410.

use serde::Serialize;

/// What is due until when, as `2027-01-31`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// The first day on which the breach was known, or would have been by reasonable diligence.
    pub discovered: String,
    /// Individuals, without unreasonable delay and no later (164.404(b)); also from a business associate to the covered
    /// entity (164.410(b)).
    pub individuals: String,
    /// The Secretary: with 500 people or more at once (164.408(b)), else within 60 days of the year's end (164.408(c)).
    pub secretary: String,
    /// Prominent media of each state with more than 500 residents concerned (164.406).
    pub media: Option<String>,
}

/// People from whom on the Secretary is told at once.
pub(super) const MANY: u64 = 500;

impl Deadlines {
    /// The deadlines for a breach that was discovered on a day (`2026-11-22`) and concerns so many people, and so many in
    /// the state with most of them. `None` where the day is none.
    #[must_use]
    pub fn of(discovered: &str, people: u64, in_a_state: u64) -> Option<Self> {
        let (year, month, day) = parse(discovered)?;
        let sixty = written(number(year, month, day) + 60);
        let of_year = written(number(year, 12, 31) + 60);
        Some(Self {
            discovered: discovered.to_owned(),
            secretary: if people >= MANY { sixty.clone() } else { of_year },
            media: (in_a_state > MANY).then(|| sixty.clone()),
            individuals: sixty,
        })
    }
}

/// Does a day (`2026-11-22`) lie more than so many days behind another? Not, where one of them is no day.
#[must_use]
pub fn is_after(day: &str, other: &str, days: i64) -> bool {
    let of = |text: &str| parse(text).map(|(year, month, day)| number(year, month, day));
    of(day).zip(of(other)).is_some_and(|(day, other)| day > other + days)
}

fn parse(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let known = (1990..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let same = written(number(year, month, day)) == text;
    (known && same && parts.next().is_none()).then_some((year, month, day))
}

/// Days since 1970 (Howard Hinnant's `days_from_civil`).
fn number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day of a number, as `2027-01-31`.
pub(super) fn written(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + i64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_days_are_counted_over_years() {
        let few = Deadlines::of("2026-11-22", 499, 499).expect("a day");
        assert_eq!((few.individuals.as_str(), few.secretary.as_str(), few.media), ("2027-01-21", "2027-03-01", None));
        let many = Deadlines::of("2027-12-31", 501, 501).expect("a day");
        assert_eq!((many.individuals.as_str(), many.secretary.as_str()), ("2028-02-29", "2028-02-29"));
        assert_eq!(many.media.as_deref(), Some("2028-02-29"));
        assert_eq!(Deadlines::of("2027-02-01", 500, 500).expect("a day").media, None);
        assert!(is_after("2027-01-02", "2026-12-31", 1) && !is_after("2027-01-01", "2026-12-31", 1));
        for no in ["2026-02-30", "2026-13-01", "22.11.2026", "2026-1-1", "", "2026-11-22-1"] {
            assert_eq!(Deadlines::of(no, 1, 1), None, "{no}");
        }
    }
}
