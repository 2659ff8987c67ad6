//! Identifiers in structured formats: what the columns, elements and positions of a format say.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::detect::checks::{self, Verdict};
use crate::detect::engine::Engine;
use crate::detect::labels::Called;
use crate::detect::matcher::Match;
use crate::detect::{Clues, Detector, Hit, names};
use crate::document::Document;
use crate::fields::{FORMATS, Field, Label, Owner, marks};
use crate::rule::{RuleId, Value};
use crate::words;

/// The detector that reads formats.
pub(crate) struct Columns(pub(crate) Arc<Engine>);

impl Detector for Columns {
    fn detect(&self, document: &Document, hits: &mut Vec<Hit>) {
        let mut fields = Vec::new();
        let may_be = marks::may_be(document);
        for (i, format) in FORMATS.iter().enumerate() {
            if may_be >> i & 1 == 1 && (format.is)(document) {
                (format.read)(document, &mut fields);
            }
        }
        let mut columns: HashMap<Label, Option<Called>> = HashMap::new();
        for field in &fields {
            self.field(&document.bytes, field, &mut columns, hits);
        }
    }
}

impl Columns {
    fn field(&self, text: &[u8], field: &Field, columns: &mut HashMap<Label, Option<Called>>, hits: &mut Vec<Hit>) {
        match &field.label {
            Label::Prose => {}
            Label::Nothing => hits.push(hit(None, field, field.value.clone(), None, Clues::POSITION, field.owner)),
            Label::Kind(kind) => self.position(text, field, kind, hits),
            Label::Text(_) | Label::Word(_) => {
                if !columns.contains_key(&field.label) {
                    columns.insert(field.label.clone(), self.called(text, &field.label));
                }
                if let Some(Some(called)) = columns.get(&field.label) {
                    self.labelled(text, field, *called, hits);
                }
            }
        }
    }

    fn called(&self, text: &[u8], label: &Label) -> Option<Called> {
        match label {
            Label::Text(at) => self.0.words.look_up(text.get(at.clone())?),
            Label::Word(word) => self.0.words.look_up(word.as_bytes()),
            _ => None,
        }
    }

    /// A value in a labelled column.
    fn labelled(&self, text: &[u8], field: &Field, called: Called, hits: &mut Vec<Hit>) {
        let Some((at, verdict, clues)) = self.value(text, field.value.clone(), called.rule, called.strong) else {
            return;
        };
        let owner = if called.owner == Owner::Unknown { field.owner } else { called.owner };
        let label = match &field.label {
            Label::Text(at) => Some(at.clone()),
            _ => None,
        };
        let clues = clues
            .with(if called.strong { Clues::LABEL } else { Clues::WEAK_LABEL })
            .with(Clues::COLUMN)
            .when(verdict == Verdict::Reserved, Clues::RESERVED);
        hits.push(hit(Some(called.rule), field, at, label, clues, owner));
    }

    /// A value whose kind its position tells: the rule of that kind that fits best.
    fn position(&self, text: &[u8], field: &Field, kind: &str, hits: &mut Vec<Hit>) {
        let rules = self.0.of_kind(kind);
        // A check that rules out nearly everything (MBI, IMEI) knows better than the kind's own rule.
        let fits = |id: &RuleId| {
            let value = self.value(text, field.value.clone(), *id, true)?;
            (value.0 == field.value).then_some((*id, value.0, value.1))
        };
        let best = rules.iter().filter(|id| self.0.matchers.get(**id).is_telling()).find_map(fits);
        let generic = || rules.iter().find(|id| self.0.matchers.get(**id).generic).or_else(|| rules.first());
        let plain = || Some((*generic()?, field.value.clone(), Verdict::Valid));
        let Some((rule, at, verdict)) = best.or_else(|| generic().and_then(fits)).or_else(plain) else { return };
        if at.is_empty() || checks::is_placeholder(text.get(at.clone()).unwrap_or_default()) {
            return;
        }
        let clues = Clues::POSITION.when(verdict == Verdict::Reserved, Clues::RESERVED);
        hits.push(hit(Some(rule), field, at, None, clues, field.owner));
    }

    /// The value of a rule in a field's room.
    fn value(
        &self,
        text: &[u8],
        room: Range<usize>,
        rule: RuleId,
        strong: bool,
    ) -> Option<(Range<usize>, Verdict, Clues)> {
        let matcher = self.0.matchers.get(rule);
        let value = text.get(room.clone())?;
        let start = room.start + value.len() - value.trim_ascii_start().len();
        let end = start + value.trim_ascii().len();
        match matcher.value {
            Value::Pattern => {
                if !strong && matcher.is_short_number(&text[start..end]) {
                    return None;
                }
                let found = matcher.at(text, start, true).filter(|m| m.end <= end && (end - m.end) * 3 <= end - start);
                let loose = || {
                    (strong && matcher.is_loose(&text[start..end])).then_some(Match { end, verdict: Verdict::Valid })
                };
                let Match { end: stop, verdict } = found.or_else(loose)?;
                Some((start..stop, verdict, Clues::default().when(matcher.check.is_some(), Clues::CHECKED)))
            }
            Value::Name => {
                let (at, clues) = names::behind_label(text, start, end, true, strong)?;
                let reserved = words::is_placeholder_person(&text[at.clone()]);
                Some((at, if reserved { Verdict::Reserved } else { Verdict::Valid }, clues))
            }
            Value::Place | Value::Any => {
                let value = &text[start..end];
                let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
                let plain = matcher.value == Value::Any || letters * 3 > value.len() * 2;
                (plain && value.len() > 1 && !checks::is_placeholder(value)).then_some((
                    start..end,
                    Verdict::Valid,
                    Clues::default(),
                ))
            }
        }
    }
}

fn hit(
    rule: Option<RuleId>,
    field: &Field,
    at: Range<usize>,
    label: Option<Range<usize>>,
    clues: Clues,
    owner: Owner,
) -> Hit {
    Hit { rule, at, label, clues, owner, record: Some(field.record) }
}
