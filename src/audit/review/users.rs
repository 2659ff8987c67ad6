//! What is known of a user, and who stands far from the others.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::event::{Action, Event, Spot};
use super::peers::{FAR, PEERS_LEAST, above};

/// So many failed log-ins before a successful one, within so many seconds, are told.
const FAILED_LEAST: usize = 5;
const FAILED_WITHIN: i64 = 15 * 60;

/// Of how many events the hours of somebody say something.
const EVENTS_LEAST: u64 = 20;

/// The working day, from and to an hour, if the mapping does not say.
const HOURS: (u8, u8) = (7, 19);

/// A user, so far.
pub(super) struct User {
    /// Their first event.
    pub(super) first: Spot,
    pub(super) role: Option<String>,
    patients: HashSet<u128>,
    events: u64,
    off_hours: u64,
    failed: VecDeque<i64>,
}

impl User {
    pub(super) fn new(first: Spot) -> Self {
        Self { first, role: None, patients: HashSet::new(), events: 0, off_hours: 0, failed: VecDeque::new() }
    }

    /// Notes an event; answers how many log-ins failed before it, if that is to be told.
    pub(super) fn notes(&mut self, event: &Event, hours: Option<(u8, u8)>) -> Option<usize> {
        if matches!(event.action, Action::Access | Action::BreakGlass | Action::Export) {
            self.patients.extend(event.patient);
        }
        let (local, utc) = event.time?;
        self.events += 1;
        self.off_hours += u64::from(is_off_hours(local, hours.unwrap_or(HOURS)));
        match event.action {
            Action::LoginFailed => {
                self.failed.push_back(utc);
                while self.failed.len() > FAILED_LEAST * 20 {
                    self.failed.pop_front();
                }
                None
            }
            Action::Login => {
                let near = self.failed.iter().filter(|time| (0..=FAILED_WITHIN).contains(&(utc - **time))).count();
                self.failed.clear();
                (near >= FAILED_LEAST).then_some(near)
            }
            _ => None,
        }
    }

    #[allow(clippy::cast_precision_loss)] // no log has 2^52 events
    fn off_share(&self) -> Option<f64> {
        (self.events >= EVENTS_LEAST).then(|| self.off_hours as f64 / self.events as f64)
    }

    #[allow(clippy::cast_precision_loss)]
    fn seen(&self) -> f64 {
        self.patients.len() as f64
    }
}

/// At night, or on a Saturday or Sunday.
fn is_off_hours(local: i64, (from, to): (u8, u8)) -> bool {
    let hour = local.rem_euclid(86_400) / 3600;
    // The first of January 1970 was a Thursday.
    let weekday = (local.div_euclid(86_400) + 3).rem_euclid(7);
    weekday >= 5 || !(i64::from(from)..i64::from(to)).contains(&hour)
}

/// Who has seen far more patients than the others of the same role, or works far more at night: rule, user, evidence.
pub(super) fn far_from_peers(users: &BTreeMap<String, User>) -> Vec<(&'static str, String, Vec<String>)> {
    let mut told = Vec::new();
    for (name, user) in users {
        let (others, whose) = peers(users, name, user);
        let seen: Vec<f64> = others.iter().map(|other| other.seen()).filter(|seen| *seen > 0.0).collect();
        // Counts scatter by the root of their mean, at the least.
        let middle = above(0.0, &seen, 1.0).map_or(0.0, |(middle, _)| middle);
        if let Some((middle, far)) = above(user.seen(), &seen, middle.sqrt().max(1.0))
            && far > FAR
            && user.seen() >= 2.0 * middle
        {
            let says =
                format!("{} distinct patients, where the median of {} {whose} is {middle}", user.seen(), seen.len());
            told.push((
                "access-outlier",
                name.clone(),
                vec![says, format!("{far:.1} robust standard deviations above")],
            ));
        }
        let shares: Vec<f64> = others.iter().filter_map(|other| other.off_share()).collect();
        let own = user.off_share().unwrap_or(0.0);
        if let Some((middle, far)) = above(own, &shares, 0.05)
            && far > FAR
            && own >= 0.25
        {
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            let says = format!(
                "{} of the events at night or on weekends, where the median of {} {whose} is {}",
                percent(own),
                shares.len(),
                percent(middle)
            );
            told.push(("access-off-hours", name.clone(), vec![says]));
        }
    }
    told
}

/// The others of the same role, if there are enough of them; else all others.
fn peers<'u>(users: &'u BTreeMap<String, User>, name: &str, user: &User) -> (Vec<&'u User>, &'static str) {
    let others = || users.iter().filter(|(other, _)| *other != name).map(|(_, other)| other);
    let alike: Vec<&User> = others().filter(|other| user.role.is_some() && other.role == user.role).collect();
    if alike.len() >= PEERS_LEAST { (alike, "others of the same role") } else { (others().collect(), "others") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::time::parse;

    #[test]
    fn nights_and_weekends_are_off_hours() {
        for (time, off) in [
            ("2026-11-20T10:00:00", false), // a Friday
            ("2026-11-20T06:59:59", true),
            ("2026-11-20T19:00:00", true),
            ("2026-11-21T10:00:00", true),
            ("2026-11-22T10:00:00", true),
            ("2026-11-23T18:59:59", false),
        ] {
            assert_eq!(is_off_hours(parse(time).expect("a time"), HOURS), off, "{time}");
        }
    }
}
