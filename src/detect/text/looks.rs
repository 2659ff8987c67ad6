//! What looks like an identifier.

use super::{Pass, is_word};
use crate::detect::Clues;
use crate::detect::checks::Verdict;
use crate::detect::engine::{Own, RuleLook, is_free};
use crate::detect::matcher::{Match, suffix_near};
use crate::fields::Owner;
use crate::rule::RuleId;

/// Longest number on a street, in bytes.
const NUMBER_ON_STREET: usize = 12;

impl Pass<'_> {
    /// Patterns that may begin at `at`.
    pub(super) fn patterns(&mut self, at: usize) {
        let engine = self.engine;
        let mut found = std::mem::take(&mut self.found);
        engine.search.openings.at(&self.text[at..], &mut found);
        if !found.is_empty() {
            found.sort_unstable();
            let mut looks = std::mem::take(&mut self.looks);
            looks.extend(found.drain(..).filter_map(|number| engine.looks[usize::from(number)]));
            self.shapes(&looks, at);
            looks.clear();
            self.looks = looks;
        }
        self.found = found;
    }

    /// Patterns of a number on a street, which ends at `at`; it may begin behind any hyphen.
    pub(super) fn streets(&mut self, at: usize) {
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        let floor = at.saturating_sub(NUMBER_ON_STREET);
        let start = self.text[floor..at].iter().rposition(|b| !inside(b)).map_or(floor, |i| floor + i + 1);
        for from in (start..=at).filter(|i| self.text[*i].is_ascii_digit() && is_free(self.text, *i)) {
            // All of these patterns ask for it.
            if suffix_near(&self.text[from..]) {
                self.shapes(&self.engine.streets, from);
            }
        }
    }

    /// Patterns of rules that are not built in, at a place where a token may begin.
    pub(super) fn own_patterns(&mut self, own: &Own, at: usize) {
        if !own.may_match(&self.text[at..]) {
            return;
        }
        let mut found = std::mem::take(&mut self.found);
        own.at(&self.text[at..], &mut found);
        if !found.is_empty() {
            found.sort_unstable();
            let looks: Vec<RuleLook> = found.drain(..).map(|number| own.looks[usize::from(number)]).collect();
            self.shapes(&looks, at);
        }
        self.found = found;
    }

    /// Tries patterns at `at`.
    fn shapes(&mut self, looks: &[RuleLook], at: usize) {
        // The looks of a rule come one after the other: what must stand near is asked for once.
        let mut far = None;
        for (rule, look) in looks {
            if far != Some(*rule) && !self.engine.matchers.get(*rule).is_near(&self.text[at..]) {
                far = Some(*rule);
            }
            if far != Some(*rule) {
                self.shape(*rule, *look, at);
            }
        }
    }

    /// Patterns that hold the byte at `at`.
    pub(super) fn inner(&mut self, at: usize) {
        let (engine, mut found) = (self.engine, std::mem::take(&mut self.found));
        engine.search.insides.at(&self.text[at..], &mut found);
        found.sort_unstable();
        for number in found.drain(..) {
            let number = usize::from(number);
            let (Some((rule, look)), (_, before)) = (engine.inner[number], engine.search.inner[number]) else {
                continue;
            };
            let floor = at.saturating_sub(80);
            let start = self.text[floor..at].iter().rposition(|b| !before.has(*b)).map_or(floor, |i| floor + i + 1);
            // The match may begin at any token from there on: the first that fits is the longest.
            let begins = |i: &usize| *i == start || !is_word(self.text[*i - 1]);
            let places: Vec<usize> = (start..at).filter(begins).collect();
            let _ = places.into_iter().any(|i| self.shape(rule, look, i));
        }
        self.found = found;
    }

    /// Tries a rule's patterns at `at`; true if there is a hit.
    pub(super) fn shape(&mut self, rule: RuleId, look: u16, at: usize) -> bool {
        let matcher = self.engine.matchers.get(rule);
        let Some(Match { end, verdict }) = matcher.look(look, self.text, at) else { return false };
        let clues = Clues::SHAPE
            .when(matcher.check.is_some(), Clues::CHECKED)
            .when(verdict == Verdict::Reserved, Clues::RESERVED)
            .when(self.glued(at, end), Clues::GLUED);
        self.push(rule, at..end, None, clues, Owner::Unknown);
        true
    }

    /// Is it a piece of a longer token (`part-719-84-6148`, `1.2.3.4.5`, a path)?
    fn glued(&self, start: usize, end: usize) -> bool {
        let text = self.text;
        let joins = |b: u8| matches!(b, b'-' | b'.' | b'_' | b'/' | b'\\' | b'#' | b'$' | b'&' | b'%' | b'~' | b'@');
        let before = start >= 1
            && joins(text[start - 1])
            && (start < 2
                || is_word(text[start - 2])
                || joins(text[start - 2])
                || matches!(text[start - 1], b'#' | b'$' | b'/'));
        let after = text.get(end).is_some_and(|b| joins(*b)) && text.get(end + 1).is_some_and(|b| is_word(*b));
        before || after
    }
}
