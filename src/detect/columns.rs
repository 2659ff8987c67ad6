//! Identifiers in structured formats: what the columns, elements and positions of a format say.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::detect::checks::{self, Verdict};
use crate::detect::engine::Engine;
use crate::detect::labels::Called;
use crate::detect::matcher::Match;
use crate::detect::{Clues, Detector, Hit, Sight, Text, encoded, names};
use crate::document::Document;
use crate::fields::{FORMATS, Field, Holds, Label, Owner};
use crate::rule::{RuleId, Value};
use crate::words;

/// Documents encoded in documents are read so deep.
const DEEPEST: u8 = 3;

/// Rules whose value is a plain yes.
const FLAGS: &[&str] = &["burned-in-annotation"];

/// The detector that reads formats.
pub(crate) struct Columns {
    engine: Arc<Engine>,
    /// In how many encoded documents the document is wrapped.
    depth: u8,
}

impl Detector for Columns {
    fn detect(&self, (document, holds): (&Document, Holds), seen: &mut Sight) {
        let hits = &mut seen.hits;
        let mut fields = Vec::new();
        let mut columns: HashMap<Label, Option<Called>> = HashMap::new();
        for (i, format) in FORMATS.iter().enumerate() {
            if holds.is_format(i) && (format.is)(document) {
                fields.clear();
                (format.read)(document, &mut fields);
                self.fields((document, format.name), &fields, &mut columns, hits);
            }
        }
    }
}

impl Columns {
    /// The detector for a document that stands by itself.
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, depth: 0 }
    }

    /// The fields of one format.
    fn fields(
        &self,
        (document, format): (&Document, &str),
        fields: &[Field],
        columns: &mut HashMap<Label, Option<Called>>,
        hits: &mut Vec<Hit>,
    ) {
        let people = self.is_about_people(&document.bytes, fields, columns);
        let about = match (people, format == "table" && is_about_goods(&document.bytes, columns)) {
            (true, _) => About::People,
            (false, true) => About::Goods,
            (false, false) => About::Anything,
        };
        let synthetic: HashSet<u32> = fields.iter().filter(|f| f.label == Label::Synthetic).map(|f| f.record).collect();
        for field in fields {
            let before = hits.len();
            if field.label == Label::Base64 && self.depth < DEEPEST {
                let inner = Self { engine: Arc::clone(&self.engine), depth: self.depth + 1 };
                encoded::read(&inner, &Text(Arc::clone(&self.engine)), document, field, hits);
            } else {
                self.field(&document.bytes, field, (&*columns, about), hits);
            }
            if synthetic.contains(&field.record) {
                hits[before..].iter_mut().for_each(|hit| hit.clues = hit.clues.with(Clues::RESERVED));
            }
        }
    }

    /// Looks up all labels. Do they tell who somebody is, so that a column of names may hold any?
    fn is_about_people(&self, text: &[u8], fields: &[Field], columns: &mut HashMap<Label, Option<Called>>) -> bool {
        let words = fields.iter().filter(|field| matches!(field.label, Label::Text(_) | Label::Word(_)));
        for field in words {
            if !columns.contains_key(&field.label) {
                columns.insert(field.label.clone(), self.called(text, &field.label));
            }
        }
        let is = |kind: &&&str| {
            let rules = self.engine.of_kind(kind);
            columns.values().flatten().any(|called| called.strong && rules.contains(&called.rule))
        };
        let who = PERSONAL[..4].iter().filter(is).count();
        let named = columns.values().flatten().any(|called| Some(called.rule) == self.engine.name);
        who > 0 && (named || PERSONAL.iter().filter(is).count() >= 2)
    }

    fn field(
        &self,
        text: &[u8],
        field: &Field,
        (columns, about): (&HashMap<Label, Option<Called>>, About),
        hits: &mut Vec<Hit>,
    ) {
        match &field.label {
            Label::Prose | Label::Base64 => {}
            Label::Nothing | Label::Synthetic => {
                hits.push(hit(None, field, field.value.clone(), None, Clues::POSITION, field.owner))
            }
            Label::Kind(kind) => self.position(text, field, kind, hits),
            Label::Text(_) | Label::Word(_) => match columns.get(&field.label) {
                Some(Some(called)) if called.strong || about != About::Goods => {
                    self.labelled(text, field, *called, about == About::People, hits);
                }
                _ if about == About::Goods || is_foreign_key(text, field) => {
                    hits.push(hit(None, field, field.value.clone(), None, Clues::COLUMN, field.owner));
                }
                _ => {}
            },
        }
    }

    fn called(&self, text: &[u8], label: &Label) -> Option<Called> {
        match label {
            Label::Text(at) => self.engine.words.look_up(text.get(at.clone())?),
            Label::Word(word) => self.engine.words.look_up(word.as_bytes()),
            _ => None,
        }
    }

    /// A value in a labelled column.
    fn labelled(&self, text: &[u8], field: &Field, called: Called, people: bool, hits: &mut Vec<Hit>) {
        let named = people && self.engine.matchers.get(called.rule).value == Value::Name;
        let trusted = called.strong || named;
        let Some((at, verdict, clues)) = self.value(text, field.value.clone(), called.rule, trusted) else {
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
        let rules = self.engine.of_kind(kind);
        // A check that rules out nearly everything (MBI, IMEI) knows better than the kind's own rule.
        let fits = |id: &RuleId| {
            let value = self.value(text, field.value.clone(), *id, true)?;
            (value.0 == field.value).then_some((*id, value.0, value.1))
        };
        let best = rules.iter().filter(|id| self.engine.matchers.get(**id).is_telling()).find_map(fits);
        let generic = || rules.iter().find(|id| self.engine.matchers.get(**id).generic).or_else(|| rules.first());
        // An address inside a network is nobody's.
        let plain = || Some((*generic()?, field.value.clone(), Verdict::Valid)).filter(|_| kind != "ip");
        let Some((rule, at, verdict)) = best.or_else(|| generic().and_then(fits)).or_else(plain) else { return };
        if kind == "ip" && verdict == Verdict::Reserved {
            return;
        }
        if at.is_empty() || !FLAGS.contains(&kind) && checks::is_placeholder(text.get(at.clone()).unwrap_or_default()) {
            return;
        }
        // `1`, `123`: what examples count their people by.
        let short = at.len() <= 3 && text[at.clone()].iter().all(u8::is_ascii_digit);
        if short && COUNTED.contains(&kind) {
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
        let matcher = self.engine.matchers.get(rule);
        let value = text.get(room.clone())?;
        let start = room.start + value.len() - value.trim_ascii_start().len();
        let end = start + value.trim_ascii().len();
        match matcher.value {
            Value::Pattern => {
                if !strong && matcher.is_short_number(&text[start..end]) {
                    return None;
                }
                // The longest match could reach into the next cell.
                let found =
                    matcher.at(&text[..end], start, true).filter(|m| m.end <= end && (end - m.end) * 3 <= end - start);
                let loose = || {
                    (strong && matcher.is_loose(&text[start..end])).then_some(Match { end, verdict: Verdict::Valid })
                };
                let Match { end: stop, verdict } = found.or_else(loose)?;
                Some((start..stop, verdict, Clues::default().when(matcher.check.is_some(), Clues::CHECKED)))
            }
            Value::Name => {
                // Headings follow headings: `<th>Patient</th><th>Date of birth</th>`.
                if self.engine.words.look_up(&text[start..end]).is_some() {
                    return None;
                }
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

/// Kinds whose values are numbers that institutions give.
const COUNTED: &[&str] = &["other_id", "account", "health_plan_id"];

/// Kinds that tell who somebody is: one of the first four, and another.
const PERSONAL: &[&str] = &["dob", "ssn", "mrn", "health_plan_id", "phone", "address", "email", "name"];

/// What the labels of a table tell of its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// They say who somebody is: a column of names may hold any.
    People,
    /// They are things that are made, sold and stored: what looks like an identifier is a part's number.
    Goods,
    Anything,
}

/// Words of columns that things have.
const GOODS: &[&[u8]] = &[
    b"sku",
    b"upc",
    b"ean",
    b"gtin",
    b"asin",
    b"isbn",
    b"barcode",
    b"part",
    b"item",
    b"product",
    b"catalog",
    b"qty",
    b"quantity",
    b"price",
    b"vendor",
    b"supplier",
    b"warehouse",
    b"stock",
];

/// Do two columns at least speak of goods?
fn is_about_goods(text: &[u8], columns: &HashMap<Label, Option<Called>>) -> bool {
    let speaks = |label: &&Label| {
        let name = match label {
            Label::Text(at) => text.get(at.clone()).unwrap_or_default(),
            Label::Word(word) => word.as_bytes(),
            _ => return false,
        };
        name.split(|b| !b.is_ascii_alphanumeric()).any(|word| GOODS.iter().any(|own| word.eq_ignore_ascii_case(own)))
    };
    columns.keys().filter(speaks).count() >= 2
}

/// What the names of keys, codes and counts end in.
const KEYS: &[&str] = &["id", "key", "code", "cd", "count", "cnt", "seq", "num", "_c"];

/// A short number in a column of keys or codes that no rule knows is that of another row, not of a person.
fn is_foreign_key(text: &[u8], field: &Field) -> bool {
    let name = match &field.label {
        Label::Text(at) => text.get(at.clone()).unwrap_or_default(),
        Label::Word(word) => word.as_bytes(),
        _ => return false,
    };
    let value = text.get(field.value.clone()).unwrap_or_default();
    let ends =
        |end: &&str| name.len() > end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    (1..=7).contains(&value.len()) && value.iter().all(u8::is_ascii_digit) && KEYS.iter().any(ends)
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
