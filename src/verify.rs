//! Verification: is a data set de-identified under Safe Harbor, 45 CFR 164.514(b)(2)?
//!
//! A [`Verifier`] inspects each document with what the scanner has found in it ([`Scanner::with_inspection`]): findings
//! that are well-made replacements go, and what the rules do not look for comes in: parts of dates, names of columns and
//! files, disguised values, bare hashes, combinations that single people out, values of the original.

mod cells;
pub mod certificate;
mod clean;
mod columns;
mod dates;
mod disguise;
mod encodings;
mod hashes;
mod json;
mod letters;
mod name;
mod original;
mod quasi;
mod roles;
mod search;
mod spaces;
mod text;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use hashes::Undone;
pub use letters::{LETTERS, Letters, Line};
pub use quasi::{Asked, Risk};

use crate::document::Document;
use crate::judge::policy::{Policy, Profile};
use crate::judge::{Finding, named};
use crate::kind::Kind;
use crate::mask::Masked;
use crate::rule::{RuleId, Rules, Severity};
use crate::scan::Scanner;
use hashes::Hashes;
use original::Original;
use quasi::Quasi;

/// Something that may not stand in de-identified data.
struct Leak {
    rule: RuleName,
    at: Range<usize>,
    says: String,
}

/// Id of the rule under which a leak is told.
struct RuleName(Cow<'static, str>);

impl From<&'static str> for RuleName {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

/// Under this policy data are scanned before they are verified: every identifier, health context or not.
#[must_use]
pub fn policy() -> Policy {
    Policy { profile: Profile::SafeHarbor, ..Policy::default() }
}

/// Verifies documents, and keeps what concerns more than one of them.
pub struct Verifier {
    year: i64,
    hashes: Mutex<Hashes>,
    quasi: Option<Mutex<Quasi>>,
    derived: AtomicU64,
    original: Option<Original>,
}

/// What is known at the end.
pub struct Ended {
    /// What looks like a hash, and what became of it.
    pub undone: Undone,
    /// What the quasi-identifiers amount to; `None` where none were asked for or no document has them.
    pub risk: Option<Risk>,
    /// Codes that `phivet redact` has derived from values under a key (parts of documents overlap a little).
    pub derived: u64,
    /// Values of the original that found no more room and were not compared.
    pub left_out: u64,
}

/// Learns the values of an original data set.
pub struct Learner(Mutex<Original>);

impl Default for Learner {
    fn default() -> Self {
        Self(Mutex::new(Original::new()))
    }
}

impl Learner {
    /// Sees a document of the original with its findings.
    pub fn inspect(&self, document: &Document, findings: &[Finding]) {
        locked(&self.0).learn(document, findings);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Verifier {
    /// A verifier in this year (ages are told from birth years), that counts quasi-identifiers and compares with an
    /// original where that is asked for.
    #[must_use]
    pub fn new(year: i64, quasi: Option<Asked>, original: Option<Learner>) -> Self {
        Self {
            year,
            hashes: Mutex::default(),
            quasi: quasi.map(|asked| Mutex::new(Quasi::new(asked))),
            derived: AtomicU64::new(0),
            original: original.map(|learner| learner.0.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// What of a document may not stand in de-identified data.
    #[must_use]
    pub fn inspect(&self, scanner: &Scanner, document: &Document, found: Vec<Finding>) -> Vec<Finding> {
        let rules = scanner.rules();
        self.derived.fetch_add(clean::derived(&document.bytes), Ordering::Relaxed);
        let columns = columns::of(document);
        let mut leaks = self.leaks(rules, document, &columns);
        let local = |byte: u64| usize::try_from(byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        let place = |finding: &Finding| local(finding.start_byte)..local(finding.end_byte).min(document.bytes.len());
        let codes: Vec<&columns::Column> =
            columns.iter().filter(|column| column.holds_codes(&document.bytes)).collect();
        let in_codes = |at: usize| codes.iter().any(|column| column.holds(at));
        let mut findings: Vec<Finding> = found
            .into_iter()
            .filter(|finding| stands(rules, document, finding, (&place(finding), &in_codes)))
            .collect();
        let mut hits: Vec<Range<usize>> = findings.iter().map(place).collect();
        leaks.retain(|leak| document.owns(leak.at.start));
        new_ones(rules, &mut leaks, &findings, &hits);
        hits.extend(leaks.iter().map(|leak| leak.at.clone()));
        hits.sort_by_key(|hit| hit.start);
        leaks.retain(|leak| rules.by_id(&leak.rule.0).is_some());
        let places = leaks.iter().filter_map(|leak| Some((rules.by_id(&leak.rule.0)?.0, leak.at.clone())));
        findings.extend(scanner.found_each(document, places, &hits).zip(&leaks).map(|(mut finding, leak)| {
            finding.evidence.push(leak.says.clone().into());
            finding
        }));
        findings.sort_by_key(|finding| finding.start_byte);
        let known = findings.len() - leaks.len();
        let hidden = self.in_name(scanner, document, &mut findings);
        let name = || scanner.name_of(document, &hits, &hidden);
        // Naming takes a while; where nothing is new the scan has done it.
        let new_name = (findings.len() > known || !hidden.is_empty()).then(name);
        for finding in &mut findings {
            finding.document = new_name.clone().unwrap_or_else(|| finding.document.clone());
            finding.severity = finding.severity.max(Severity::Warning);
            finding.suppressed = None;
        }
        self.gather(scanner, document, &columns, (&hits, &name));
        findings
    }

    /// A file's name as it may be printed.
    #[must_use]
    pub fn name(&self, scanner: &Scanner, name: &str) -> Masked {
        let document = Document::new(name, Kind::Unknown, Vec::new());
        scanner.name_of(
            &document,
            &[],
            &self.values_of_name(scanner.rules(), name).into_iter().map(|leak| leak.at).collect::<Vec<_>>(),
        )
    }

    /// What a name holds that its own mask does not know: ZIP codes, days, and values of the original.
    fn values_of_name(&self, rules: &Rules, name: &str) -> Vec<Leak> {
        let leak = |rule: &'static str, at, says: &str| Leak { rule: RuleName::from(rule), at, says: says.to_owned() };
        let zips = name::zips(name).into_iter().map(|at| leak("zip-code", at, "a ZIP code in the name of the file"));
        // Of these years the day is more likely the one on which the file was made.
        let days = named::days(name, self.year).into_iter().filter(|(_, year)| *year < self.year - RECENT);
        let days = days.map(|(at, _)| leak("service-date", at, "a date in the name of the file"));
        let mut found: Vec<Leak> = zips.chain(days).collect();
        if let Some(original) = &self.original {
            let mut leaks = Vec::new();
            original.survivors(rules, &Document::new("", Kind::Unknown, name.as_bytes().to_vec()), &mut leaks);
            let says = "a value of the original survives in the name of the file";
            found.extend(leaks.into_iter().map(|leak| Leak { says: says.to_owned(), ..leak }));
        }
        found
    }

    fn leaks(&self, rules: &Rules, document: &Document, columns: &[columns::Column]) -> Vec<Leak> {
        let mut leaks = written(document, columns, self.year);
        if let Some(original) = &self.original {
            original.survivors(rules, document, &mut leaks);
        }
        leaks
    }

    /// What the document's name holds, told once for each document; says what of the name is to be hidden.
    fn in_name(&self, scanner: &Scanner, document: &Document, findings: &mut Vec<Finding>) -> Vec<Range<usize>> {
        let (name, masked) = (document.name.as_str(), scanner.name(&document.name));
        let values = self.values_of_name(scanner.rules(), name);
        let spans = values.iter().map(|leak| leak.at.clone()).collect();
        if document.first_byte + document.own.start as u64 > 0 {
            return spans;
        }
        let mut add = |rule: &str, says: &str| {
            if let Some((rule, _)) = scanner.rules().by_id(rule) {
                let mut finding = scanner.found(rule, document, 0..0, &[]);
                finding.evidence.push(says.to_owned().into());
                findings.insert(0, finding);
            }
        };
        let pairs = name.chars().zip(masked.as_str().chars());
        let mut hidden = pairs.filter(|(own, shown)| own != shown && !own.is_control()).map(|(own, _)| own).peekable();
        if hidden.peek().is_some() {
            if hidden.any(char::is_alphabetic) {
                add("person-name", "in the name of the file");
            } else {
                add("mrn", "a number of somebody in the name of the file");
            }
        }
        for leak in values {
            add(&leak.rule.0, &leak.says);
        }
        spans
    }

    /// Takes note of hashes and of combinations.
    fn gather(
        &self,
        scanner: &Scanner,
        document: &Document,
        columns: &[columns::Column],
        (hits, name): (&[Range<usize>], &dyn Fn() -> Masked),
    ) {
        if !matches!(document.kind, Kind::Code | Kind::Legal | Kind::Binary)
            && let Some((rule, _)) = scanner.rules().by_id("hashed-identifier")
        {
            let mut found = |at: Range<usize>| {
                let mut finding = scanner.found(rule, document, at, hits);
                finding.document = name();
                finding
            };
            // Threads wait for each other only where there is something to note.
            let seen = hashes::seen(document);
            if !seen.is_empty() {
                locked(&self.hashes).add(document, columns, (seen, &mut found));
            }
        }
        if let Some(quasi) = &self.quasi {
            locked(quasi).add(document, columns, name);
        }
    }

    /// What is known when all documents have been seen: hashes are undone on `threads` threads until `expired` says that
    /// the time is over.
    pub fn finish(&self, threads: usize, expired: &(dyn Fn() -> bool + Sync)) -> Ended {
        let hashes = std::mem::take(&mut *locked(&self.hashes));
        Ended {
            undone: hashes.undo(threads, expired),
            risk: self.quasi.as_ref().and_then(|quasi| locked(quasi).risk()),
            derived: self.derived.load(Ordering::Relaxed),
            left_out: self.original.as_ref().map_or(0, |original| original.left_out),
        }
    }
}

/// So many years back a day in a file's name is none of a patient's.
const RECENT: i64 = 3;

/// What of a document may not stand in de-identified data beside what a scan finds: under which rule, and where. `year` is
/// the present one.
pub(crate) fn leaks(rules: &Rules, document: &Document, year: i64) -> Vec<(RuleId, Range<usize>)> {
    let leaks = written(document, &columns::of(document), year);
    leaks.into_iter().filter_map(|leak| Some((rules.by_id(&leak.rule.0)?.0, leak.at))).collect()
}

fn written(document: &Document, columns: &[columns::Column], year: i64) -> Vec<Leak> {
    let mut leaks = Vec::new();
    let people = columns::tell_of_people(columns);
    for column in columns {
        cells::leaks(&document.bytes, column, (year, people), &mut leaks);
    }
    text::leaks(document, &mut leaks);
    // What a program's own columns say is no person's, and a part's number may look like anything.
    let nobody = |column: &columns::Column, leak: &Leak| match column.role {
        roles::Role::Operation => true,
        roles::Role::Term => leak.says == text::FORM,
        _ => false,
    };
    let own = |leak: &Leak| columns.iter().any(|column| nobody(column, leak) && column.holds(leak.at.start));
    leaks.retain(|leak| !own(leak));
    leaks
}

/// How many findings before a place may reach it.
const NEAR: usize = 16;

/// Leaves those leaks that tell something new: of what overlaps, one of each letter is enough.
fn new_ones(rules: &Rules, leaks: &mut Vec<Leak>, findings: &[Finding], hits: &[Range<usize>]) {
    let overlap = |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
    let letter = |leak: &Leak| rules.by_id(&leak.rule.0).and_then(|(_, rule)| rule.safe_harbor);
    let known = |leak: &Leak| {
        let of = |finding: &Finding| rules.get(finding.rule).safe_harbor;
        let behind = hits.partition_point(|hit| hit.start < leak.at.end);
        let near = behind.saturating_sub(NEAR)..behind;
        findings[near.clone()]
            .iter()
            .zip(&hits[near])
            .any(|(finding, hit)| overlap(hit, &leak.at) && of(finding) == letter(leak))
    };
    leaks.retain(|leak| !known(leak));
    leaks.sort_by_key(|leak| (leak.at.start, std::cmp::Reverse(leak.at.end)));
    leaks.dedup_by(|next, kept| overlap(&next.at, &kept.at) && letter(next) == letter(kept));
}

/// The text at a place, with the brackets around it: a value may end before one.
fn bracketed<'t>(text: &'t [u8], at: &Range<usize>) -> &'t [u8] {
    let value = text.get(at.clone()).unwrap_or_default();
    let opens = !value.starts_with(b"[") && at.start > 0 && text[at.start - 1] == b'[';
    let closes = !value.ends_with(b"]") && text.get(at.end) == Some(&b']');
    text.get(at.start - usize::from(opens)..at.end + usize::from(closes)).unwrap_or_default()
}

/// Does a finding of the scan count here: is it an identifier, and not a well-made replacement of one?
fn stands(
    rules: &Rules,
    document: &Document,
    finding: &Finding,
    (at, in_codes): (&Range<usize>, &dyn Fn(usize) -> bool),
) -> bool {
    let other = ["health.", "flow.", "safeguard."].iter().any(|kind| finding.kind.starts_with(kind));
    if other || finding.note.is_some() {
        return false;
    }
    let text = &document.bytes[..];
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_-.:".contains(b);
    let before = text[..at.start.min(text.len())].iter().rev().take_while(|b| part(b)).count();
    let after = text.get(at.end..).unwrap_or_default().iter().take_while(|b| part(b)).count();
    let whole = &text[at.start.saturating_sub(before)..(at.end + after).min(text.len())];
    let value = text.get(at.clone()).unwrap_or_default();
    let coded = matches!(
        finding.kind.as_str(),
        "mrn" | "other_id" | "account" | "device" | "health_plan_id" | "name" | "license"
    ) && (clean::is_code(whole) || clean::is_code(value) || in_codes(at.start));
    // `90+` is the group that Safe Harbor asks for.
    if finding.kind == "age_over_89" && value == b"90" && text.get(at.end) == Some(&b'+') {
        return false;
    }
    if finding.kind == "zip" && value.len() == 3 && cells::zip(value).is_none() {
        return false;
    }
    // Where a format asks for a whole day, its first instant stands for a year.
    let dicom = text.get(128..132) == Some(b"DICM");
    if matches!(finding.kind.as_str(), "date" | "dob") && dates::is_year_alone(value, dicom) {
        return false;
    }
    // DICOM counts in whole years of three digits; the group of 90 and more can be written in no other way.
    if finding.kind == "age_over_89" && dicom && value == b"090Y" {
        return false;
    }
    let is_hash = rules.get(finding.rule).id == "hashed-identifier";
    let encoded = || encodings::base64(value).and_then(encodings::printable);
    is_hash
        || !(coded
            || clean::is_removed(value)
            || clean::is_bracketed(bracketed(text, at))
            || encoded().is_some_and(|inner| clean::is_removed(&inner)))
}
