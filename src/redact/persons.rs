//! Whose date it is: dates of one person are moved by the same number of days, so that intervals stay.
//!
//! A person is known by the best identifier that the document has (MRN before SSN before plan before account before name):
//! the only one in it, else the one in the same line, else the one that stands before.

use std::collections::HashMap;
use std::ops::Range;

use super::forms::Mark;
use super::known_as;
use super::values::{Maker, Moved};
use crate::document::line_around;

/// Kinds that say who somebody is, the best first.
const WHO: [&str; 5] = ["mrn", "ssn", "health_plan_id", "account", "name"];

/// Something that says who somebody is.
struct Anchor {
    at: usize,
    rank: usize,
    /// The identifier; `None` where it has been replaced already.
    who: Option<Vec<u8>>,
}

/// The persons of one document.
pub(super) struct Persons<'a> {
    bytes: &'a [u8],
    anchors: Vec<Anchor>,
    best: usize,
    only: bool,
    /// For other identifiers: the best one that once stood in the same line.
    links: HashMap<Vec<u8>, usize>,
}

impl<'a> Persons<'a> {
    /// Of identifiers that were found (place, kind), and of those that are replaced already.
    pub(super) fn new<'s>(
        bytes: &'a [u8],
        found: impl Iterator<Item = (&'s Range<usize>, &'s str)>,
        marks: &[Mark],
    ) -> Self {
        let rank = |kind: &str| WHO.iter().position(|who| *who == kind);
        let raw = found.filter_map(|(at, kind)| {
            let who = [kind.as_bytes(), b" ", &known_as(kind, &bytes[at.clone()])].concat();
            Some(Anchor { at: at.start, rank: rank(kind)?, who: Some(who) })
        });
        let replaced = marks.iter().filter_map(|mark| {
            let text = String::from_utf8_lossy(&bytes[mark.at.clone()]).to_ascii_lowercase().replace(['-', '['], "_");
            let kind = WHO.iter().position(|who| text.contains(&format!("_{who}")) || text.starts_with(who));
            Some(Anchor { at: mark.at.start, rank: kind?, who: None })
        });
        let mut anchors: Vec<Anchor> = raw.chain(replaced).collect();
        anchors.sort_by_key(|anchor| anchor.at);
        let best = anchors.iter().map(|anchor| anchor.rank).min().unwrap_or(0);
        let mut of_best = anchors.iter().filter(|anchor| anchor.rank == best).map(|anchor| &anchor.who);
        let first = of_best.next();
        let only = first.is_some_and(|first| first.is_some() && of_best.all(|who| who == first));
        let mut persons = Self { bytes, anchors, best, only, links: HashMap::new() };
        persons.link();
        persons
    }

    fn link(&mut self) {
        let mut links = HashMap::new();
        for (n, anchor) in self.anchors.iter().enumerate() {
            let Some(who) = anchor.who.as_ref().filter(|_| anchor.rank != self.best && !self.only) else { continue };
            if let Some(best) = self.in_line(anchor.at).find(|other| self.anchors[*other].rank == self.best) {
                links.entry(who.clone()).or_insert(best);
            }
            let _ = n;
        }
        self.links = links;
    }

    /// The anchors in the line around `at`.
    fn in_line(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let line = line_around(self.bytes, at);
        let first = self.anchors.partition_point(|anchor| anchor.at < line.start);
        let last = self.anchors.partition_point(|anchor| anchor.at < line.end);
        first..last
    }

    fn of(&self, at: usize) -> Option<&Anchor> {
        let is_best = |n: &usize| self.anchors[*n].rank == self.best;
        if self.only {
            return self.anchors.iter().find(|anchor| anchor.rank == self.best);
        }
        let beside = self.in_line(at).find(is_best).or_else(|| {
            let mut others = self.in_line(at).filter_map(|n| Some((n, self.anchors[n].who.as_ref()?)));
            others.next().map(|(n, who)| self.links.get(who).copied().unwrap_or(n))
        });
        let before = || (0..self.anchors.partition_point(|anchor| anchor.at < at)).rev().find(is_best);
        let behind = || (0..self.anchors.len()).find(is_best);
        beside.or_else(before).or_else(behind).map(|n| &self.anchors[n])
    }

    /// How a date at this place is moved; `None` where nobody knows whose it is.
    pub(super) fn shift(&self, maker: &Maker, at: usize) -> Option<Moved> {
        match &self.of(at)?.who {
            None => Some(Moved::Already),
            Some(who) => maker.offset(who).map(Moved::By),
        }
    }
}
