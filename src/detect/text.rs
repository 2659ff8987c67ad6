//! Identifiers in bytes of any kind, by their looks and by what stands before them: one pass.
//!
//! Patterns are tried only where a token starts and its first bytes fit; labels are looked up where something
//! follows them (`:`, `=`, a bracket with a quote, a number behind words); names where two capitals meet.

mod calls;
mod looks;
mod people;

use std::ops::Range;
use std::sync::Arc;

use crate::detect::checks::Verdict;
use crate::detect::engine::{Engine, RuleLook};
use crate::detect::labels::{Called, Known};
use crate::detect::matcher::Match;
use crate::detect::spots::{Marks, Reader, Spots};
use crate::detect::{
    COMPANY as COMPANY_IN_LINE, Clues, Detector, Hit, Sight, arguments, beside, names, owners, rows, values,
};
use crate::document::Document;
use crate::fields::marks::DUPLICATE;
use crate::fields::{Holds, Owner};
use crate::kind::Kind;
use crate::rule::{RuleId, Value};
use crate::words;

/// How far, in bytes, something firm may be on another line from a loose label of a log that it proves: lines of a log are
/// about one thing each.
const COMPANY_IN_LOG: usize = 512;

/// The detector of everything that needs no format.
pub(crate) struct Text(pub(crate) Arc<Engine>);

impl Detector for Text {
    fn detect(&self, (document, holds): (&Document, Holds), seen: &mut Sight) {
        let hits = &mut seen.hits;
        let from = hits.len();
        let mut pass = Pass {
            engine: &self.0,
            document,
            text: &document.bytes,
            hits,
            named_until: 0,
            known: Known::of(&self.0.words),
            marks: Marks::with_room(document.bytes.len()),
            seeds: Vec::new(),
            runs: &mut seen.runs,
            later: Vec::new(),
            last: false,
            found: Vec::new(),
            looks: Vec::new(),
        };
        pass.run();
        if holds.has_folders() {
            pass.numbers_in_paths();
        }
        pass.run_later(holds.has_duplicates());
        pass.known.keep();
        let mut seeds = pass.seeds;
        if document.kind != Kind::Generated && document.kind != Kind::Binary {
            // A loose label of nobody's, an address of a machine and a diagnosis make no record.
            let ips = self.0.of_kind("ip");
            let speaks = |h: &&Hit| {
                let loose = h.clues.has(Clues::WEAK_LABEL) && h.owner != Owner::Person;
                let machine = h.rule.is_some_and(|rule| ips.contains(&rule));
                let term = h.rule.is_some_and(|rule| self.0.is_health(rule));
                !loose && !machine && !term && !h.clues.any(Clues::GLUED.with(Clues::RESERVED).with(Clues::DATE))
            };
            seeds.extend(hits[from..].iter().filter(speaks).map(|h| h.at.start));
            rows::read(&self.0, &document.bytes, &seeds, hits);
        }
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// The places of a block at which there is a bit, in order.
#[inline]
fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = bits.trailing_zeros() as usize;
        (bits != 0).then(|| bits &= bits - 1).map(|()| place)
    })
}

/// Where a value may stand.
enum Room {
    /// Behind a separator that ends here.
    Behind(usize),
    Known(values::Slot),
}

impl Room {
    fn slot(self, text: &[u8]) -> Option<values::Slot> {
        match self {
            Self::Behind(at) => values::slot(text, at),
            Self::Known(slot) => Some(slot),
        }
    }
}

struct Pass<'p> {
    engine: &'p Engine,
    document: &'p Document,
    text: &'p [u8],
    hits: &'p mut Vec<Hit>,
    /// Names are found up to here.
    named_until: usize,
    /// Keys that were looked up before.
    known: Known,
    /// Words and brackets of the text, as far as it was read.
    marks: Marks,
    /// Places on lines that may be records without labels.
    seeds: Vec<usize>,
    /// Where base64 may begin.
    runs: &'p mut Vec<usize>,
    /// Loose labels of log lines: every line has some, and few stand near anything firm.
    later: Vec<(Called, Range<usize>, Room)>,
    /// Is this the time for them?
    last: bool,
    /// Numbers of patterns, and what they are.
    found: Vec<u16>,
    looks: Vec<RuleLook>,
}

impl Pass<'_> {
    fn run(&mut self) {
        let prose = self.document.kind.is_running_text();
        let mut reader = Reader::new(self.text, prose, self.engine.plain);
        while let Some(groups) = reader.next(&mut self.marks) {
            for group in groups {
                for (block, spots) in reader.spots(group) {
                    self.block(block, &spots);
                }
            }
        }
    }

    /// What there may be in the block that begins at `at`: one kind of spots after the other, since each has its own way.
    #[inline(always)]
    fn block(&mut self, at: usize, spots: &Spots) {
        places(spots.patterns).for_each(|i| self.patterns(at + i));
        // Where a label has named somebody, no name begins: they are read in turn.
        for i in places(spots.separators | spots.names) {
            let (at, bit) = (at + i, 1 << i);
            if spots.separators & bit != 0 {
                self.separator(at);
            }
            if spots.names & bit != 0 {
                let start = self.token_start(at);
                if start >= self.named_until {
                    self.capital(start, at);
                }
            }
        }
        if let Some(own) = &self.engine.own {
            places(spots.free).for_each(|i| self.own_patterns(own, at + i));
        }
        places(spots.numbers).for_each(|i| self.number(at + i));
        if spots.runs | spots.streets | spots.hyphens | spots.dates | spots.inner == 0 {
            return;
        }
        self.runs.extend(places(spots.runs).map(|i| at + i));
        places(spots.streets).for_each(|i| self.streets(at + i));
        places(spots.hyphens).for_each(|i| self.hyphen(at + i));
        places(spots.dates).for_each(|i| self.date_in_prose(self.token_start(at + i)));
        places(spots.inner).for_each(|i| self.inner(at + i));
    }

    /// `HV-88209154`: letters may come before a number.
    fn hyphen(&mut self, at: usize) {
        let start = self.token_start(at);
        if at - start <= 4 && start > 0 && self.text[start - 1] == b' ' {
            self.number_behind_words(start);
        }
    }

    /// Where the token begins whose bytes end before `at`.
    fn token_start(&self, at: usize) -> usize {
        self.text[..at].iter().rposition(|b| !is_word(*b)).map_or(0, |i| i + 1)
    }

    /// A token behind words, whose first digit stands at `at`.
    fn number(&mut self, at: usize) {
        let start = self.token_start(at);
        // `DOB 2/11/1958`: a single digit may begin a date.
        let longer = at > start
            || match self.text.get(at + 1..) {
                Some([b'/' | b'-' | b'.', b'0'..=b'9', ..]) => true,
                Some([b, ..]) => is_word(*b),
                _ => false,
            };
        match start.checked_sub(1).map(|before| self.text[before]) {
            Some(b'+') => self.number_behind_words(start - 1),
            Some(_) if longer => self.number_behind_words(start),
            _ => {}
        }
    }

    /// Most keys end in a letter, and like no label: is it otherwise with what ends before `at`, and the blanks or the quote
    /// behind it?
    #[inline(always)]
    fn may_be_key(&self, at: usize) -> bool {
        let end = match self.text[..at] {
            [.., b'"' | b'\'' | b'`'] => at - 1,
            [.., b' ' | b'\t'] => self.behind_blanks(at),
            _ => at,
        };
        let letter = end > 0 && self.text[end - 1].is_ascii_alphabetic();
        !letter || self.engine.words.may_end_with(self.text, end, self.marks.last_word(end))
    }

    /// Where what stands before the blanks ends that end before `at`.
    fn behind_blanks(&self, at: usize) -> usize {
        match self.text[..at - 1] {
            [.., b' ' | b'\t' | b'\n'] => self.text[..at].trim_ascii_end().len(),
            _ => at - 1,
        }
    }

    /// A key stands before `at`, perhaps, and its value behind.
    fn separator(&mut self, at: usize) {
        let b = self.text[at];
        match b {
            b',' => return self.comma(at),
            // A colon has nothing but a key.
            b':' if !self.may_be_key(at) => return,
            _ => {}
        }
        let end = if b == b'=' && at > 0 && self.text[at - 1] == b':' { at - 1 } else { at };
        // `diag(1, 2)` names no value; only a date is made of numbers.
        let numbers = b == b'(' && self.text.get(at + 1).is_some_and(u8::is_ascii_digit);
        let key = self
            .key(end)
            .filter(|_| !numbers)
            .filter(|key| b != b'>' || key.start > 0 && self.text[key.start - 1] == b'<');
        let called = key.and_then(|key| Some((self.called(&key)?, key)));
        let called = called.or_else(|| self.chained(at, b)).or_else(|| self.typed(at, b));
        let Some((mut called, key)) = called else { return };
        let behind = at + 1 + usize::from(b == b'<');
        if self.waits(&mut called, &key) {
            self.later.push((called, key, Room::Behind(behind)));
        } else if let Some(slot) = values::slot(self.text, behind) {
            self.labelled(called, key, slot);
        }
    }

    /// Whose record the key stands in.
    fn owner(&self, key: &Range<usize>) -> Owner {
        let log = self.document.kind == Kind::Log;
        owners::around(self.text, key.start, (&self.engine.words, &self.marks), log)
    }

    /// Does what is called so wait until it is known what stands near? Not where its record is a person's.
    fn waits(&self, called: &mut Called, key: &Range<usize>) -> bool {
        let log = self.document.kind == Kind::Log;
        let pattern = || self.engine.matchers.get(called.rule).value == Value::Pattern;
        let may = log && !self.last && !called.strong && pattern();
        if may && called.owner == Owner::Unknown {
            called.owner = self.owner(key);
        }
        may && called.owner != Owner::Person
    }

    fn called(&mut self, key: &Range<usize>) -> Option<Called> {
        let called = self.known.look_up(&self.engine.words, &self.text[key.clone()]);
        // `Unit #: …` is the unit's number.
        let number = || matches!(self.text[key.end..], [b'#', b' ' | b':', ..] | [b' ', b'#', b' ' | b':', ..]);
        let numbered = || self.engine.words.numbered(&self.text[key.clone()]);
        let weak = self.document.kind.is_running_text();
        let called = called.or_else(|| number().then(numbered)?.filter(|called| called.strong || weak));
        // `where ssn in ("…", "…")`
        called.or_else(|| self.engine.words.look_up(values::without_in(&self.text[key.clone()])?))
    }

    /// Is it source code or a log, where commas part the arguments of calls?
    fn has_calls(&self) -> bool {
        matches!(self.document.kind, Kind::Code | Kind::Log)
    }

    /// `patient_ssn: &str = "…"`: the type of what is declared stands between it and its value.
    fn typed(&mut self, at: usize, b: u8) -> Option<(Called, Range<usize>)> {
        let colon = if b == b'=' { values::before_type(self.text, at)? } else { return None };
        let key = self.key(colon)?;
        Some((self.called(&key)?, key))
    }

    /// The key before `at`, if it may be a label.
    #[inline]
    fn key(&self, at: usize) -> Option<Range<usize>> {
        let (words, marks) = (&self.engine.words, &self.marks);
        if !self.may_be_key(at) {
            return None;
        }
        let may_end = |floor: usize, end: usize| words.may_end_label(self.text, floor, end, marks);
        values::key_before(self.text, at, may_end)
    }

    /// Reads the values behind loose labels that were put off, where something firm stands near.
    fn run_later(&mut self, duplicates: bool) {
        let later = std::mem::take(&mut self.later);
        self.last = true;
        if duplicates && self.has_calls() {
            for at in memchr::memmem::find_iter(self.text, DUPLICATE) {
                self.named_behind(arguments::duplicate(self.text, at));
            }
        }
        let ips = self.engine.of_kind("ip");
        let firm = |h: &&Hit| {
            let machine = h.label.is_none() && h.rule.is_some_and(|rule| ips.contains(&rule));
            !machine && h.rule.is_some() && !h.clues.any(Clues::GLUED.with(Clues::RESERVED))
        };
        let mut places: Vec<usize> = self.hits.iter().filter(firm).map(|h| h.at.start).collect();
        places.sort_unstable();
        for (called, key, room) in later {
            if self.has_company(key.start, &places)
                && let Some(slot) = room.slot(self.text)
            {
                self.labelled(called, key, slot);
            }
        }
    }

    /// Does something firm stand near `at`, or in its line? `firm` is where they begin, in order.
    fn has_company(&self, at: usize, firm: &[usize]) -> bool {
        let next = firm.partition_point(|place| *place < at);
        let is_in_line = |from: usize, to: usize| {
            to - from <= COMPANY_IN_LINE && memchr::memchr(b'\n', &self.text[from..to]).is_none()
        };
        let is_near = |from: usize, to: usize| to - from <= COMPANY_IN_LOG || is_in_line(from, to);
        let (before, behind) = (next.checked_sub(1).map(|last| firm[last]), firm.get(next));
        before.is_some_and(|before| is_near(before, at)) || behind.is_some_and(|behind| is_near(at, *behind))
    }

    /// `/patients/4410927/labs`.
    fn numbers_in_paths(&mut self) {
        for (called, key, start) in beside::in_paths(self.engine, self.text) {
            let room = values::Slot { start, limit: self.text.len().min(start + 40), quoted: false };
            self.labelled(called, key, room);
        }
    }

    fn number_behind_words(&mut self, start: usize) {
        let (words, marks) = (&self.engine.words, &self.marks);
        // Most words are no labels.
        let word = matches!(self.text[..start], [.., b' '] if !self.may_be_key(start));
        if word {
            return;
        }
        let may_end = |floor: usize, end: usize| words.may_end_label(self.text, floor, end, marks);
        let Some(key) = values::words_before(self.text, start, may_end) else { return };
        let Some(called) = self.called(&key) else { return };
        let called = beside::of_number(self.engine, self.text, called, (&key, start));
        if self.engine.matchers.get(called.rule).value == Value::Pattern {
            let room = values::Slot { start, limit: self.text.len().min(start + 200), quoted: false };
            self.labelled(called, key, room);
        }
    }

    /// A label was found: is there a value of its rule?
    fn labelled(&mut self, called: Called, key: Range<usize>, slot: values::Slot) {
        let text = self.text;
        let mut called = beside::of_number(self.engine, text, called, (&key, slot.start));
        let matcher = self.engine.matchers.get(called.rule);
        let code = matches!(self.document.kind, Kind::Code | Kind::Generated);
        if self.waits(&mut called, &key) {
            self.later.push((called, key, Room::Known(slot)));
            return;
        }
        // Whose it is takes longer to find out than whether it is anything.
        let owner_of = |pass: &Self| if called.owner == Owner::Unknown { pass.owner(&key) } else { called.owner };
        let (at, verdict, clues) = match matcher.value {
            Value::Pattern => {
                // `(` may open the value itself: `(415) 302-5858`, `(01)0081…`.
                let bracket = slot.start.checked_sub(1).filter(|p| text[*p] == b'(');
                let starts = bracket.into_iter().chain([slot.start]);
                let Some((start, Match { end, verdict })) =
                    starts.into_iter().find_map(|s| Some((s, matcher.at(text, s, true)?)))
                else {
                    return;
                };
                if !called.strong && matcher.is_short_number(&text[start..end]) {
                    return;
                }
                (start..end, verdict, Clues::default().when(matcher.check.is_some(), Clues::CHECKED))
            }
            _ if code && !slot.quoted => return,
            Value::Name => {
                let trusted =
                    called.strong || beside::is_part_of_name(&text[key.clone()]) && owner_of(self) == Owner::Person;
                let Some((at, clues)) = names::behind_label(text, slot.start, slot.limit, slot.quoted, trusted) else {
                    return;
                };
                self.named_until = at.end;
                let reserved = words::is_placeholder_person(&text[at.clone()]);
                (at, if reserved { Verdict::Reserved } else { Verdict::Valid }, clues)
            }
            Value::Place => {
                let Some(at) = values::place(text, &slot) else { return };
                (at, Verdict::Valid, Clues::default())
            }
            Value::Any => {
                let end = slot.start + text[slot.start..slot.limit].trim_ascii_end().len();
                let verdict =
                    if matcher.check.is_some() { matcher.verdict(&text[slot.start..end]) } else { Verdict::Valid };
                if end - slot.start < 4
                    || verdict == Verdict::Invalid
                    || crate::detect::checks::is_placeholder(&text[slot.start..end])
                {
                    return;
                }
                (slot.start..end, verdict, Clues::default())
            }
        };
        if let Some((name, (who, clues))) = self.engine.name.zip(beside::before_label(text, &key)) {
            self.push(name, who, None, clues.with(Clues::SHAPE).with(Clues::CUE), Owner::Unknown);
        }
        // `Self::Nok => "NOK"`: a code that says its own name.
        if text[key.clone()].eq_ignore_ascii_case(&text[at.clone()]) {
            return;
        }
        let owner = owner_of(self);
        let clues = clues.with(if called.strong { Clues::LABEL } else { Clues::WEAK_LABEL });
        if matcher.value == Value::Pattern {
            self.listed(called.rule, (at.clone(), &key), clues, owner);
        }
        self.push(called.rule, at, Some(key), clues.when(verdict == Verdict::Reserved, Clues::RESERVED), owner);
    }

    /// What stands in a list with the value at `at`, and looks like it: `ssns = ["…", "…"]`, `MRNs 00482913 and 00482914`.
    fn listed(&mut self, rule: RuleId, (at, key): (Range<usize>, &Range<usize>), clues: Clues, owner: Owner) {
        let matcher = self.engine.matchers.get(rule);
        let mut last = at;
        while let Some(start) = values::next_in_list(self.text, &last) {
            let Some(Match { end, verdict }) = matcher.at(self.text, start, true) else { return };
            if !values::are_alike(&self.text[last], &self.text[start..end]) {
                return;
            }
            last = start..end;
            let clues = clues.when(verdict == Verdict::Reserved, Clues::RESERVED);
            self.push(rule, last.clone(), Some(key.clone()), clues, owner);
        }
    }

    fn push(&mut self, rule: RuleId, at: Range<usize>, label: Option<Range<usize>>, clues: Clues, owner: Owner) {
        self.hits.push(Hit { rule: Some(rule), at, label, clues, owner, record: None });
    }
}
