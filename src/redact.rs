//! De-identifying: what the scanner finds is replaced in the document's own syntax, by the policy's strategy for its kind.
//!
//! ```
//! use std::io::Write;
//! use std::sync::Arc;
//! use phivet::redact::{Plan, Redactor, Writer};
//!
//! let redactor = Arc::new(Redactor::new(Plan::default())?);
//! let mut log = Writer::new(redactor, Vec::new());
//! writeln!(log, "admitted patient_ssn=536-90-4399")?;
//! let (bytes, counts) = log.finish()?;
//! assert_eq!(bytes, b"admitted patient_ssn=[SSN]\n");
//! assert_eq!(counts["ssn"], 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here touches files, clock or environment; nothing here ends up in a message.

mod base32;
mod dates;
mod elsewhere;
mod forms;
pub mod keys;
mod layers;
#[cfg(feature = "tracing")]
mod make_writer;
mod persons;
pub mod plan;
pub mod reveal;
mod seal;
mod spans;
mod surrogate;
mod syntax;
#[cfg(test)]
mod tests;
mod values;
pub mod vault;
mod writer;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::document::Document;
use crate::error::Result;
use crate::judge::named;
use crate::judge::policy::Policy;
use crate::kind::Kind;
use crate::rule::Rules;
use crate::scan::Scanner;
use crate::verify;
use forms::{Forms, Mark};
pub use keys::Ring;
#[cfg(feature = "tracing")]
pub use make_writer::MakeWriter;
use persons::Persons;
pub use plan::{Plan, Ready, Strategy};
pub use reveal::reveal;
use spans::Span;
use syntax::Syntax;
use values::{Asked, Maker};
pub use vault::Vault;
pub use writer::Writer;

/// How many values of each kind were replaced.
pub type Counts = BTreeMap<String, u64>;

/// How often a document is looked at until nothing more is found in it.
const PASSES: usize = 6;

/// What is as likely as this goes: a value too many costs less than one that stays.
const SUSPICION: f32 = 0.1;

/// How deep encoded texts inside of encoded texts are rewritten.
const DEPTH: usize = 3;

/// Finds and replaces. Shared by all threads.
pub struct Redactor {
    scanner: Scanner,
    forms: Forms,
    maker: Maker,
}

/// What became of a part.
pub struct Redacted {
    /// What stands in the place of the part's own bytes.
    pub bytes: Vec<u8>,
    /// How many bytes behind the part's own were replaced with them: the next part begins behind these.
    pub carry: usize,
    /// How many values were replaced.
    pub counts: Counts,
}

/// What is written where.
struct Edit {
    at: Range<usize>,
    text: Vec<u8>,
    kind: String,
    /// What was replaced inside of it, where it is an encoded text.
    inside: Counts,
}

impl Redactor {
    /// With phivet's own rules. A plan that needs a key gets it by [`Redactor::with_keys`]; the year is taken to be 2026
    /// until [`Redactor::in_year`] says which it is.
    ///
    /// # Errors
    /// [`crate::Error::Rule`] where a rule is not usable.
    pub fn new(plan: Plan) -> Result<Self> {
        Self::with_rules(plan, Rules::builtin()?)
    }

    /// With these rules.
    ///
    /// # Errors
    /// [`crate::Error::Rule`] where a rule is not usable.
    pub fn with_rules(plan: Plan, rules: Rules) -> Result<Self> {
        let forms =
            Forms::new(rules.iter().map(|(_, rule)| &rule.identifier.kind[..]).filter(|kind| !kind.is_empty()))?;
        let policy =
            Policy { profile: plan.profile(), min_confidence: Some(SUSPICION), places_only: true, ..Policy::default() };
        let scanner = Scanner::new(rules, policy)?;
        Ok(Self { scanner, forms, maker: Maker { plan, keys: None, vault: None, year: 2026 } })
    }

    /// The same with keys.
    #[must_use]
    pub fn with_keys(mut self, keys: Ring) -> Self {
        self.maker.keys = Some(keys);
        self
    }

    /// The same with a vault of pseudonyms.
    #[must_use]
    pub fn with_vault(mut self, vault: Vault) -> Self {
        self.maker.vault = Some(Mutex::new(vault));
        self
    }

    /// The same in this year (of the common era): years of birth that tell an age over 89 depend on it.
    #[must_use]
    pub fn in_year(mut self, year: i64) -> Self {
        self.maker.year = year;
        self
    }

    /// The scanner that finds.
    #[must_use]
    pub fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// A document's name as it may be printed and written: masked where it holds an identifier, or, unless the plan keeps
    /// dates, a day that may be somebody's.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        let keeps = ["date", "dob"].iter().all(|kind| self.maker.plan.strategy(kind) == Strategy::Keep);
        let days = if keeps { Vec::new() } else { named::days(name, self.maker.year) };
        let hidden: Vec<Range<usize>> = days.into_iter().map(|(at, _)| at).collect();
        self.scanner.name_of(&Document::new(name, Kind::Unknown, Vec::new()), &[], &hidden).as_str().to_owned()
    }

    /// The plan that it follows.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.maker.plan
    }

    /// What is to be written into the vault's file, and from which byte on, before anything is written that holds new
    /// codes; nothing where there are none and the file ends with its seal.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] where the system gives no randomness.
    pub fn take_new_codes(&self) -> Result<Vec<(u64, String)>> {
        let (Some(vault), Some(keys)) = (&self.maker.vault, &self.maker.keys) else { return Ok(Vec::new()) };
        vault.lock().unwrap_or_else(PoisonError::into_inner).take_new(keys)
    }

    /// Replaces what is found in a document, or in a part of one. A whole document is looked at again until nothing more
    /// is found: redacting it once more changes nothing.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] where a key or vault is missing, or the system gives no randomness.
    pub fn redact(&self, document: &Document) -> Result<Redacted> {
        self.at_depth(document, 0)
    }

    /// Is there anything left in a document that the plan replaces?
    ///
    /// # Errors
    /// As [`Redactor::redact`].
    pub fn finds_more(&self, document: &Document) -> Result<bool> {
        let edits = self.edits(document, Vec::new(), (0, 0))?;
        Ok(edits.iter().any(|edit| document.bytes[edit.at.clone()] != edit.text))
    }

    /// The same for a document that holds others, decoded out of it ([`Document::origin`]): what is found in them is
    /// replaced at its place too.
    ///
    /// # Errors
    /// As [`Redactor::redact`].
    pub fn redact_with(&self, document: &Document, decoded: &[Document]) -> Result<Redacted> {
        let inside =
            decoded.iter().filter(|inner| inner.origin.is_some()).flat_map(|inner| self.found(inner, document));
        self.looked_at(document, inside.collect(), 0)
    }

    fn at_depth(&self, document: &Document, depth: usize) -> Result<Redacted> {
        self.looked_at(document, Vec::new(), depth)
    }

    fn looked_at(&self, document: &Document, inside: Vec<Span>, depth: usize) -> Result<Redacted> {
        let edits = self.edits(document, inside, (depth, 0))?;
        let mut counts = Counts::new();
        let (mut bytes, mut carry) = apply(document, &edits, &mut counts);
        let is_whole = document.own == (0..document.bytes.len()) && document.first_byte == 0 && document.head.is_none();
        if is_whole && !edits.is_empty() {
            for pass in 1..PASSES {
                let next = Document::new(document.name.clone(), document.kind, bytes);
                let edits = self.edits(&next, Vec::new(), (depth, pass))?;
                let before = next.bytes.len();
                (bytes, carry) = apply(&next, &edits, &mut counts);
                if bytes.len() == before && bytes == next.bytes {
                    break;
                }
            }
        }
        Ok(Redacted { bytes, carry, counts })
    }

    /// What is to be written where in a part.
    fn edits(&self, document: &Document, inside: Vec<Span>, (depth, pass): (usize, usize)) -> Result<Vec<Edit>> {
        let mut found = self.found(document, document);
        found.extend(inside);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let marks = self.forms.find(&document.bytes);
        let syntax = Syntax::of(document);
        let (mut edits, found) = self.encoded(document, found, (depth, pass))?;
        let mut spans = spans::tidy(found, &marks, &syntax, document);
        let more = elsewhere::elsewhere(&spans, &marks, document);
        if !more.is_empty() {
            spans = spans::tidy(spans.into_iter().chain(more).collect(), &marks, &syntax, document);
        }
        spans.retain(|span| !edits.iter().any(|edit| edit.at.start < span.at.end && span.at.start < edit.at.end));
        let persons = self.persons(document, &spans, &marks);
        for span in spans {
            if let Some(text) = self.text(document, &syntax, &persons, &span)? {
                edits.push(Edit { at: span.at, text, kind: span.kind, inside: Counts::new() });
            }
        }
        edits.sort_by_key(|edit| edit.at.start);
        Ok(edits)
    }

    /// What stands for the value in a span; `None` where it stays.
    fn text(
        &self,
        document: &Document,
        syntax: &Syntax<'_>,
        persons: &Persons<'_>,
        span: &Span,
    ) -> Result<Option<Vec<u8>>> {
        let value = &document.bytes[span.at.clone()];
        let said = layers::said(value);
        if self.forms.find(&said).first().is_some_and(|mark| mark.at == (0..said.len())) {
            return Ok(None);
        }
        let is_date = matches!(&span.kind[..], "date" | "dob");
        let shifts = is_date && self.maker.plan.strategy(&span.kind) == Strategy::Shift;
        let made = self.maker.make(&Asked {
            kind: &span.kind,
            value,
            next: document.bytes.get(span.at.end).copied(),
            shift: shifts.then(|| persons.shift(&self.maker, span.at.start)).flatten(),
            plain: syntax.plain(&span.at),
            structural: syntax.is_structural(&span.at),
        })?;
        Ok(made.map(|text| layers::block(value, &text).unwrap_or_else(|| syntax.fit(&span.at, text))))
    }

    fn persons<'a>(&self, document: &'a Document, spans: &[Span], marks: &[Mark]) -> Persons<'a> {
        let shifts = ["date", "dob"].iter().any(|kind| self.maker.plan.strategy(kind) == Strategy::Shift);
        let spans = if shifts { spans } else { &[] };
        Persons::new(&document.bytes, spans.iter().map(|span| (&span.at, &span.kind[..])), marks)
    }

    /// Where in `document` the scanner finds something that is not left as it is, when it reads `read`: the document, or
    /// what was decoded out of it.
    fn found(&self, read: &Document, document: &Document) -> Vec<Span> {
        let at = |byte: u64| usize::try_from(byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        let len = document.bytes.len();
        let findings = self.scanner.unnumbered(read);
        let values = findings.into_iter().filter(|finding| {
            let rule = self.scanner.rules().get(finding.rule);
            rule.sink.is_none() && rule.identifier.redact != "keep"
        });
        let spans = values.filter(|finding| self.maker.plan.strategy(&finding.kind) != Strategy::Keep).map(|finding| {
            let start = at(finding.start_byte).min(len);
            Span { at: start..at(finding.end_byte).clamp(start, len), kind: finding.kind }
        });
        let mut spans: Vec<Span> = spans.filter(|span| !span.at.is_empty()).collect();
        if std::ptr::eq(read, document) {
            self.unverified(document, &mut spans);
        }
        spans
    }

    /// What a verification would not let pass goes, too. (Lines of a log have times of their own, and are many.)
    fn unverified(&self, document: &Document, spans: &mut Vec<Span>) {
        let is_whole = document.own == (0..document.bytes.len()) && document.first_byte == 0 && document.head.is_none();
        if !is_whole || matches!(document.kind, Kind::Log | Kind::Binary) {
            return;
        }
        for (rule, at) in verify::leaks(self.scanner.rules(), document, self.maker.year) {
            let kind = &self.scanner.rules().get(rule).identifier.kind;
            if self.maker.plan.strategy(kind) != Strategy::Keep {
                spans.push(Span { at, kind: kind.clone() });
            }
        }
    }

    /// Rewrites encoded texts that hold something; gives back what stands outside of them.
    fn encoded(
        &self,
        document: &Document,
        found: Vec<Span>,
        (depth, pass): (usize, usize),
    ) -> Result<(Vec<Edit>, Vec<Span>)> {
        let (mut edits, mut outside): (Vec<Edit>, Vec<Span>) = (Vec::new(), Vec::new());
        if document.kind == Kind::Binary {
            return Ok((edits, found));
        }
        for span in found {
            if edits.last().is_some_and(|edit| edit.at.contains(&span.at.start)) {
                continue;
            }
            let Some(layer) = layers::around(&document.bytes, &span.at) else {
                outside.push(span);
                continue;
            };
            // What began in the part before is written already: its rest becomes zeros.
            if layer.at.start < document.own.start {
                let at = span.at.start.max(document.own.start)..span.at.end;
                edits.push(Edit { text: vec![b'A'; at.len()], at, kind: span.kind, inside: Counts::new() });
                continue;
            }
            let inner = Document::of(document.name.clone(), layer.inner.clone());
            let inside = if depth < DEPTH && pass == 0 { Some(self.at_depth(&inner, depth + 1)?) } else { None };
            let changed = inside.filter(|inside| inside.bytes != layer.inner);
            let text = layer.encode(changed.as_ref().map_or(b"[REDACTED]", |inside| &inside.bytes));
            let inside = changed.map(|inside| inside.counts).unwrap_or_default();
            edits.push(Edit { at: layer.at, text, kind: span.kind, inside });
        }
        Ok((edits, outside))
    }
}

/// The part's own bytes with the edits made; how many bytes behind them an edit has taken; counts by kind.
fn apply(document: &Document, edits: &[Edit], counts: &mut Counts) -> (Vec<u8>, usize) {
    let (bytes, own) = (&document.bytes, &document.own);
    let mut out = Vec::with_capacity(own.len());
    let mut from = own.start;
    for edit in edits.iter().filter(|edit| edit.at.start >= own.start && edit.at.start < own.end) {
        if edit.at.start < from {
            continue;
        }
        out.extend_from_slice(&bytes[from..edit.at.start]);
        out.extend_from_slice(&edit.text);
        from = edit.at.end;
        let one = (&edit.kind, &1);
        let inside = edit.inside.iter().chain((edit.inside.is_empty()).then_some(one));
        if bytes[edit.at.clone()] != edit.text {
            inside.for_each(|(kind, count)| *counts.entry(kind.clone()).or_insert(0) += count);
        }
    }
    out.extend_from_slice(bytes.get(from..own.end).unwrap_or_default());
    (out, from.saturating_sub(own.end))
}

/// Words beside a name that are none of it.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "dr", "prof", "jr", "sr", "ii", "iii", "md", "rn"];

/// What a value is known as: the same for all ways to write it.
fn known_as(kind: &str, value: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(value).to_lowercase();
    let signs = |c: char| !c.is_alphanumeric();
    match kind {
        // `CALDWELL^DENISE`, `Caldwell, Denise A.` and `Denise Caldwell` are one.
        "name" => {
            let mut words: Vec<&str> = text.split(signs).filter(|word| word.chars().count() > 1).collect();
            if !words.iter().all(|word| TITLES.contains(word)) {
                words.retain(|word| !TITLES.contains(word));
            }
            words.sort_unstable();
            words.join(" ").into_bytes()
        }
        "email" | "url" => text.trim().as_bytes().to_vec(),
        "phone" | "fax" => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let short = digits.strip_prefix('1').filter(|short| short.len() == 10);
            short.unwrap_or(&digits).as_bytes().to_vec()
        }
        "date" | "dob" => match &dates::find(value, 40)[..] {
            [date] => date.plain().unwrap_or(text).into_bytes(),
            _ => text.into_bytes(),
        },
        _ => text.split(signs).collect::<String>().into_bytes(),
    }
}
