//! Access logs reviewed, 45 CFR 164.308(a)(1)(ii)(D): "regularly review records of information system activity, such as
//! audit logs". Who is told stands far from the others, or did what somebody must look at; none of it proves a breach.
//!
//! Patients and surnames are kept as HMACs under a key that ends with the run; users as the log has them, and what is said
//! of them is masked where it is more than the id of an account. Memory grows with users and the patients that each has
//! seen, not with lines.

mod event;
mod fhir;
mod found;
mod log;
mod mapping;
mod peers;
mod users;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use event::{Action, Event, Spot};
use found::Found;
use log::Line;
use users::User;

use crate::document::Document;
use crate::judge::{Finding, Skipped};
use crate::kind::Kind;
use crate::mask::{Key, Masked};
use crate::scan::Scanner;

pub use log::Refused;
pub use mapping::{Field, Mapping};

/// How many findings of a kind are told one by one in a log, and of one user; the last stands for the rest.
const SHOWN: u64 = 3;

/// Of how many events it is looked at together what else they say.
const TOGETHER: usize = 64;

/// A log that is reviewed.
pub struct Review<'a> {
    scanner: &'a Scanner,
    name: Masked,
    mapping: &'a Mapping,
    key: Key,
    users: BTreeMap<String, User>,
    found: Vec<Found>,
    skipped: Vec<Skipped>,
    /// Emergency access that waits for a review: the entry's number, who, where.
    open: BTreeMap<u64, (String, Spot)>,
    related: HashSet<(String, u128)>,
    /// How often the same was told, and where it stands last.
    told: HashMap<(&'static str, Vec<String>), (u64, usize)>,
    /// What the last events say beside, a line each, and where they stand.
    rest: String,
    spots: Vec<Spot>,
    inside: Vec<(Spot, Finding)>,
    events: u64,
    bytes: u64,
}

/// What a review has found.
pub struct Reviewed {
    /// In the order of the log.
    pub findings: Vec<Finding>,
    /// Lines that are no events.
    pub skipped: Vec<Skipped>,
    /// How many events there were.
    pub events: u64,
    /// How many bytes the log has up to the end of the last.
    pub bytes: u64,
}

impl<'a> Review<'a> {
    /// A review of a log of this name by a scanner's rules; the scanner also says how names may be printed, and what is PHI
    /// beside the fields that are mapped. `None` if the system has no randomness for a key.
    #[must_use]
    pub fn new(scanner: &'a Scanner, name: &str, mapping: &'a Mapping) -> Option<Self> {
        Some(Self {
            scanner,
            name: scanner.name(name),
            mapping,
            key: Key::of_this_run()?,
            users: BTreeMap::new(),
            found: Vec::new(),
            skipped: Vec::new(),
            open: BTreeMap::new(),
            related: HashSet::new(),
            told: HashMap::new(),
            rest: String::new(),
            spots: Vec::new(),
            inside: Vec::new(),
            events: 0,
            bytes: 0,
        })
    }

    /// Reads the log, and says what it found.
    ///
    /// # Errors
    /// [`Refused`] where the log cannot be read, or does not say who did what.
    pub fn read(mut self, reader: impl BufRead) -> Result<Reviewed, Refused> {
        let (required, mapping) = (self.mapping.required(), self.mapping);
        log::read(reader, mapping, &mut |read| match read {
            Line::Event(spot, mut raw) => {
                self.rest.extend(raw.rest.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
                self.rest.push('\n');
                raw.rest.clear();
                self.spots.push(spot.clone());
                if self.spots.len() >= TOGETHER {
                    self.look_into();
                }
                self.event(&spot, Event::of(*raw, &self.key, &required));
            }
            Line::Unread(line, why) => {
                let reason = format!("line {line} is not reviewed: {why}");
                self.skipped.push(Skipped { document: self.name.clone(), reason });
            }
        })?;
        self.look_into();
        self.told_at_the_end();
        let mut findings = found::findings(self.found, self.scanner.rules(), &self.name);
        findings.extend(found::inside(self.inside, self.scanner.rules(), &self.name));
        findings.sort_by_key(|finding| finding.start_byte);
        Ok(Reviewed { findings, skipped: self.skipped, events: self.events, bytes: self.bytes })
    }

    fn event(&mut self, spot: &Spot, event: Event) {
        self.events += 1;
        self.bytes = spot.bytes.end;
        if !event.missing.is_empty() {
            let says = format!("the event does not say its {}", event.missing.join(", "));
            self.tell("audit-field-missing", spot, vec![says]);
        }
        for number in &event.reviews {
            self.reviewed(*number, spot, event.user.as_deref());
        }
        let Some(name) = event.user.clone() else { return };
        let user = self.users.entry(name.clone()).or_insert_with(|| User::new(spot.clone()));
        user.role.clone_from(&event.role);
        if let Some(failed) = user.notes(&event, self.mapping.hours) {
            let says = format!("{failed} failed log-ins, then a successful one, within 15 minutes");
            self.of_user("failed-logins", &name, spot, vec![says]);
        }
        match event.action {
            Action::Export => self.of_user("access-export", &name, spot, vec!["data left the system".to_owned()]),
            Action::BreakGlass if !event.reviewed => {
                // Numbers of our own trail; else the line's.
                let number = event.seq.unwrap_or(spot.line);
                self.open.insert(number, (name.clone(), spot.clone()));
            }
            _ => {}
        }
        if let (true, Some(patient)) = (event.same_surname, event.patient)
            && self.related.insert((name.clone(), patient))
        {
            self.of_user("access-same-surname", &name, spot, vec!["user and patient have the same surname".to_owned()]);
        }
    }

    /// An entry reviews another. Nobody reviews themselves.
    fn reviewed(&mut self, number: u64, spot: &Spot, by: Option<&str>) {
        if let Some((who, _)) = self.open.remove(&number)
            && by == Some(who.as_str())
        {
            let says = format!("entry {number} was reviewed only by the one who broke the glass");
            self.of_user("break-glass-unreviewed", &who, spot, vec![says]);
        }
    }

    fn told_at_the_end(&mut self) {
        for (number, (name, spot)) in std::mem::take(&mut self.open) {
            let says = if number == spot.line {
                "no review of it stands in this log".to_owned()
            } else {
                format!("no review of entry {number} stands in this log")
            };
            self.of_user("break-glass-unreviewed", &name, &spot, vec![says]);
        }
        let far = users::far_from_peers(&self.users);
        for (rule, name, says) in far {
            if let Some(spot) = self.users.get(&name).map(|user| user.first.clone()) {
                self.of_user(rule, &name, &spot, says);
            }
        }
    }

    fn of_user(&mut self, rule: &'static str, name: &str, spot: &Spot, mut says: Vec<String>) {
        says.insert(0, format!("user {}", self.shown(name)));
        self.tell(rule, spot, says);
    }

    /// A user's id, as it may be printed: whose account it is, is what a reviewer must know. One that is more than that (a
    /// person's name, an address of mail, a number as long as those of Social Security) is masked.
    fn shown(&self, name: &str) -> Masked {
        let numbers =
            name.bytes().filter(u8::is_ascii_digit).count() == 9 && !name.bytes().any(|b| b.is_ascii_alphabetic());
        let whole = (numbers || name.contains('@')).then_some(0..name.len());
        self.scanner.name_of(&Document::new(name, Kind::Unknown, Vec::new()), &[], whole.as_slice())
    }

    /// Notes a finding; the last of many that say the same stands for the rest.
    fn tell(&mut self, rule: &'static str, spot: &Spot, says: Vec<String>) {
        let (count, last) = self.told.entry((rule, says.clone())).or_default();
        *count += 1;
        if *count > SHOWN
            && let Some(last) = self.found.get_mut(*last)
        {
            last.more += 1;
            return;
        }
        *last = self.found.len();
        self.found.push(Found { rule, spot: spot.clone(), says, more: 0 });
    }

    /// Looks for PHI in what the log says beside who, whom, when and what.
    fn look_into(&mut self) {
        let (spots, text) = (std::mem::take(&mut self.spots), std::mem::take(&mut self.rest));
        if text.trim().is_empty() {
            return;
        }
        for finding in self.scanner.scan(&Document::new("", Kind::Log, text.into_bytes())) {
            let line = usize::try_from(finding.start.line).unwrap_or(usize::MAX).saturating_sub(1);
            if let Some(spot) = spots.get(line) {
                self.inside.push((spot.clone(), finding));
            }
        }
    }
}
