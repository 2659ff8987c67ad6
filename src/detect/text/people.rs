//! Names that nothing labels, and the days of notes.

use std::cell::LazyCell;
use std::ops::Range;

use super::{Pass, is_word};
use crate::detect::{Clues, beside, names, rows};
use crate::fields::Owner;
use crate::rule::RuleId;
use crate::words::{self, Class};

impl Pass<'_> {
    /// A capital: perhaps the beginning of a name.
    pub(super) fn capital(&mut self, start: usize, end: usize) {
        let text = self.text;
        let known = LazyCell::new(|| words::facts(&text[start..end]));
        if self.document.kind.is_running_text()
            && end - start >= 3
            && matches!(text.get(end), Some(b' ' | b'.'))
            && known.is(Class::Month)
        {
            self.date_in_prose(start);
        }
        let Some(rule) = self.engine.name else { return };
        let next = |i: usize| text.get(i).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
        let (title, after) = match text.get(end..) {
            Some([b'.', b' ', ..]) => (end - start <= 4, end + 2),
            Some([b' ', ..]) => (end - start <= 4, end + 1),
            Some([b',', b' ', ..]) => (false, end + 2),
            Some([b'|' | b'\t' | b',' | b';', ..]) => return self.name_cells(start, end),
            Some([b'\'' | b'-', ..]) => (false, end + 1),
            _ => return,
        };
        if !next(after) {
            return;
        }
        if title && known.is(Class::Title) {
            if let Some((at, clues)) = names::after_cue(text, after) {
                let doctor = text[start..end].eq_ignore_ascii_case(b"dr");
                let owner = if doctor { Owner::Provider } else { Owner::Person };
                self.name(rule, at, clues.with(Clues::CUE), owner);
            }
            return;
        }
        if let Some((at, clues)) = names::in_text(text, start) {
            let cue = beside::cue(text, start);
            self.name(rule, at, clues.when(cue, Clues::CUE), Owner::Unknown);
        } else if known.given() >= 3 && beside::cue(text, start) {
            // `patient Norma Delacroix`: a surname may be new behind a cue.
            if let Some((at, clues)) = names::after_cue(text, start).filter(|(at, _)| at.end > end) {
                self.name(rule, at, clues.with(Clues::CUE), Owner::Unknown);
            }
        } else if text.get(end) == Some(&b',')
            && beside::cue(text, start)
            && let Some((at, clues)) = names::last_first_after_cue(text, start)
        {
            self.name(rule, at, clues.with(Clues::CUE), Owner::Unknown);
        }
    }

    /// Two cells that are a surname and a given name: the line may be a record.
    fn name_cells(&mut self, start: usize, end: usize) {
        let next = self.text[end + 1..].iter().take_while(|b| is_word(**b)).count();
        // Lists of constants: `FOO,` and a line end.
        if next == 0 {
            return;
        }
        let (one, two) = (words::facts(&self.text[start..end]), words::facts(&self.text[end + 1..end + 1 + next]));
        let both = one.surname().max(one.given()) >= 2 && two.given().max(two.surname()) >= 2;
        if both && one.common() <= 4 && two.common() <= 4 {
            self.seeds.push(start);
        }
    }

    /// Notes are full of dates that nothing labels.
    pub(super) fn date_in_prose(&mut self, at: usize) {
        let Some(rule) = self.engine.date else { return };
        if let Some(end) = rows::date_at(self.engine, rule, self.text, at, true) {
            self.push(rule, at..end, None, Clues::SHAPE.with(Clues::DATE), Owner::Unknown);
        }
    }

    fn name(&mut self, rule: RuleId, at: Range<usize>, clues: Clues, owner: Owner) {
        self.named_until = at.end;
        let reserved = words::is_placeholder_person(&self.text[at.clone()]);
        if let Some((number, at)) = beside::behind_name(self.engine, self.text, at.end).filter(|_| !reserved) {
            self.push(number, at, None, Clues::SHAPE.with(Clues::ROW), owner);
        }
        self.push(rule, at, None, clues.with(Clues::SHAPE).when(reserved, Clues::RESERVED), owner);
    }
}
