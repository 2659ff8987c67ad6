//! X12 transactions of HIPAA (837, 835, 834, 270, 271, 276, 277, 278, 820): elements by segment and qualifier.
//!
//! Source of positions: the implementation guides 005010; code lists in `rules/formats/x12.tsv`.

mod codes;
mod frame;

use std::ops::Range;

use self::codes::Class;
use self::frame::{Separators, Walk};
use super::hl7v2::claims::Claims;
use super::remarks::Remark;
use super::{Field, Format, Mark, Owner};
use crate::document::Document;

/// X12 interchanges: in files, wrapped or not, in log lines and string literals.
pub const FORMAT: Format = Format { name: "x12", mark: Mark::Text(&["ISA", "ST*", "GS*", "NM1*"]), is, read };

fn is(document: &Document) -> bool {
    let begins = |bytes: &[u8]| frame::next_start(bytes, 0, bytes.len()).is_some();
    begins(&document.bytes) || document.head.as_deref().is_some_and(begins)
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = document.bytes.as_slice();
    let begun = document.head.as_deref().and_then(|head| frame::next_start(head, 0, head.len()));
    let mut reader = Reader { claims: Claims::new(bytes, out), party: Owner::Unknown, begun: false };
    for (by, range) in Walk::new(bytes, begun.map(|b| b.1)) {
        reader.claims.open(range.start);
        reader.segment(by, range.clone());
        reader.claims.close(range.end);
    }
}

struct Reader<'a> {
    claims: Claims<'a>,
    /// Whom the latest NM1, N1 or HL names.
    party: Owner,
    /// A record has begun.
    begun: bool,
}

impl Reader<'_> {
    fn segment(&mut self, by: Separators, range: Range<usize>) {
        let elements = Elements::split(self.claims.bytes, range, by.element);
        match elements.text(0) {
            b"ST" | b"INS" | b"CLP" => self.next_record(),
            b"HL" => self.level(elements.text(3)),
            _ => {}
        }
        match elements.text(0) {
            b"NM1" => self.entity(&elements),
            b"N1" => self.party_of(&elements),
            b"N3" => {
                self.claims.kind("address", elements.at(1), self.party);
                self.claims.kind("address", elements.at(2), self.party);
            }
            b"N4" => {
                self.claims.kind("city", elements.at(1), self.party);
                self.claims.kind("zip", elements.at(3), self.party);
            }
            b"PER" => self.contact(&elements),
            b"REF" | b"RMR" => self.reference(&elements),
            b"ENT" => self.identified(&elements, 3, 4, Owner::Person),
            b"DMG" => self.claims.kind("dob", elements.at(2), Owner::Person),
            b"DTP" => self.date(&elements, 1, 3),
            b"DTM" => self.date(&elements, 1, 2),
            b"PAT" => self.claims.kind("date", elements.at(6), Owner::Person),
            b"INS" => self.claims.kind("date", elements.at(12), Owner::Person),
            b"SBR" => self.claims.kind("health_plan_id", elements.at(3), Owner::Person),
            b"COB" => self.claims.kind("health_plan_id", elements.at(2), Owner::Person),
            b"CLM" => {
                self.party = Owner::Unknown;
                self.claims.kind("account", elements.at(1), Owner::Person);
            }
            b"CLP" => {
                self.claims.kind("account", elements.at(1), Owner::Person);
                self.claims.kind("account", elements.at(7), Owner::Person);
            }
            b"NTE" => self.claims.prose(elements.at(2)),
            b"MSG" | b"K3" => self.claims.prose(elements.at(1)),
            b"III" => self.claims.prose(elements.at(4)),
            b"CR1" => {
                self.claims.prose(elements.at(9));
                self.claims.prose(elements.at(10));
            }
            _ => {}
        }
    }

    fn next_record(&mut self) {
        self.claims.record += u32::from(self.begun);
        self.begun = true;
        self.party = Owner::Unknown;
    }

    /// HL-03: 19 provider, 20 payer, 21 receiver, 22 subscriber, 23 dependent, PT patient.
    fn level(&mut self, code: &[u8]) {
        self.party = match code {
            b"22" => {
                self.next_record();
                Owner::Person
            }
            b"23" | b"PT" => Owner::Person,
            b"19" => Owner::Provider,
            _ => Owner::Organisation,
        };
    }

    fn entity(&mut self, elements: &Elements) {
        let person = elements.text(2) == b"1";
        self.party = match codes::class("98", elements.text(1)) {
            Some(Class::Owner(owner)) => owner,
            _ if person => Owner::Unknown,
            _ => Owner::Organisation,
        };
        // A person named for an organisation (a submitter who is a single clinician) is no patient.
        let owner = if self.party == Owner::Organisation && person { Owner::Provider } else { self.party };
        if person || owner == Owner::Person {
            for n in 3..=5 {
                self.claims.kind("name", elements.at(n), owner);
            }
        }
        self.identified(elements, 8, 9, owner);
    }

    fn party_of(&mut self, elements: &Elements) {
        self.party = match codes::class("98", elements.text(1)) {
            Some(Class::Owner(owner)) => owner,
            _ => Owner::Organisation,
        };
        if self.party == Owner::Person {
            self.claims.kind("name", elements.at(2), self.party);
        }
        self.identified(elements, 3, 4, self.party);
    }

    /// An identification code (element 67) behind its qualifier (element 66).
    fn identified(&mut self, elements: &Elements, qualifier: usize, value: usize, owner: Owner) {
        let value = elements.at(value);
        match (codes::class("66", elements.text(qualifier)), owner) {
            (Some(Class::Kind("license")), Owner::Organisation) => {}
            (Some(Class::Kind("license")), _) => self.claims.kind("license", value, Owner::Provider),
            // Of an organisation or provider these are numbers of its own, except for a clinician's SSN.
            (Some(Class::Kind("ssn")), _) => self.claims.kind("ssn", value, owner),
            (Some(Class::Kind(kind)), Owner::Person | Owner::Unknown) => self.claims.kind(kind, value, owner),
            // Mutually defined, not of a provider: a member's number.
            (_, Owner::Person) if elements.text(qualifier) == b"ZZ" => self.claims.kind("health_plan_id", value, owner),
            _ => {}
        }
    }

    /// A reference (element 127) behind its qualifier (element 128).
    fn reference(&mut self, elements: &Elements) {
        let value = elements.at(2);
        match codes::class("128", elements.text(1)) {
            Some(Class::Kind("license")) => self.claims.kind("license", value, Owner::Provider),
            Some(Class::Kind("ssn")) if matches!(self.party, Owner::Provider | Owner::Organisation) => {
                self.claims.kind("ssn", value, Owner::Provider);
            }
            Some(Class::Kind(kind)) => self.claims.kind(kind, value, Owner::Person),
            _ => {}
        }
    }

    /// PER: a contact of the latest party, with up to three numbers, each behind its qualifier.
    fn contact(&mut self, elements: &Elements) {
        let name = if self.party == Owner::Organisation { Owner::Provider } else { self.party };
        self.claims.kind("name", elements.at(2), name);
        for n in [3, 5, 7] {
            if let Some(Class::Kind(kind)) = codes::class("365", elements.text(n)) {
                self.claims.kind(kind, elements.at(n + 1), self.party);
            }
        }
    }

    fn date(&mut self, elements: &Elements, qualifier: usize, value: usize) {
        let value = elements.at(value);
        if codes::class("374", elements.text(qualifier)).is_none() {
            self.claims.kind("date", value, Owner::Person);
        }
    }
}

/// The elements of a segment that are ever looked at.
struct Elements<'a> {
    bytes: &'a [u8],
    ranges: [Range<usize>; 16],
}

impl<'a> Elements<'a> {
    fn split(bytes: &'a [u8], range: Range<usize>, by: u8) -> Self {
        let mut ranges: [Range<usize>; 16] = std::array::from_fn(|_| range.end..range.end);
        let mut at = range.start;
        let parts = bytes.get(range).unwrap_or_default().split(|b| *b == by);
        for (slot, part) in ranges.iter_mut().zip(parts) {
            *slot = at..at + part.len();
            at += part.len() + 1;
        }
        Self { bytes, ranges }
    }

    fn at(&self, n: usize) -> Range<usize> {
        self.ranges.get(n).cloned().unwrap_or(0..0)
    }

    fn text(&self, n: usize) -> &'a [u8] {
        self.bytes.get(self.at(n)).unwrap_or_default().trim_ascii()
    }
}

/// Where a file's interchange begins that does not end.
pub(super) fn broken(document: &Document) -> Option<Remark> {
    let bytes = &document.bytes[..];
    if !bytes.trim_ascii_start().starts_with(b"ISA") {
        return None;
    }
    let mut open = None;
    for (_, segment) in Walk::new(bytes, None) {
        match &bytes[segment.start..(segment.start + 3).min(segment.end)] {
            b"ISA" if open.is_some() => break,
            b"ISA" => open = Some(segment.start),
            b"IEA" => open = None,
            _ => {}
        }
    }
    let says = "an X12 interchange does not end (no IEA); what follows its last segment was read as text";
    open.map(|at| Remark { at, says })
}
