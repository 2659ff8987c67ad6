//! Labelled documents, and what a scan of them is worth: shared by `tests/accuracy.rs` and `examples/weigh.rs`.
//!
//! `docs/weights.md` says how documents are labelled and what the measures mean.
#![allow(dead_code, reason = "neither the test nor the tool needs all of it")]
#![allow(clippy::disallowed_methods, reason = "it reads the labelled files")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use phivet::source::{self, Input, Item, Limits, Stream};
use phivet::{Document, Finding, Policy, Rules, Scanner};
use serde_json::Value;

/// What may go wrong: a file that cannot be read, a mark that does not close, rules that do not load.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A labelled document.
pub(crate) struct Labelled {
    /// Path inside the set, with `/`.
    pub(crate) name: String,
    /// Its folder: notes, mail, sql …
    pub(crate) family: String,
    /// Without marks, cut as sources cut it.
    pub(crate) parts: Vec<Document>,
    pub(crate) spans: Vec<Span>,
}

impl Labelled {
    fn new(name: &str, bytes: Vec<u8>, spans: Vec<Span>) -> Self {
        let family = name.split('/').next().unwrap_or_default().to_owned();
        Self { name: name.to_owned(), family, parts: parts(name, bytes), spans }
    }

    /// Spans that must be found.
    pub(crate) fn gold(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(|span| !span.optional)
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, byte: u64) -> u64 {
        let part = self.parts.iter().rfind(|part| part.first_byte <= byte).or(self.parts.first());
        let Some(part) = part else { return 1 };
        let inside = usize::try_from(byte - part.first_byte).unwrap_or(usize::MAX).min(part.bytes.len());
        part.first_line + part.bytes[..inside].iter().filter(|b| **b == b'\n').count() as u64
    }
}

/// A labelled place, in bytes of the document without marks.
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) kind: String,
    /// Whether it is an identifier is open: neither a hit nor a miss.
    pub(crate) optional: bool,
}

impl Span {
    fn touches(&self, finding: &Finding) -> bool {
        self.from < finding.end_byte && finding.start_byte < self.to
    }

    fn in_group(&self, finding: &Finding) -> bool {
        group(&self.kind) == group(&finding.kind)
    }

    /// Same bounds and same kind; a birth date may be called a date.
    fn is_exactly(&self, finding: &Finding) -> bool {
        let date = |kind: &str| kind == "dob" || kind == "date";
        let kind = self.kind == finding.kind || (date(&self.kind) && date(&finding.kind));
        kind && self.from == finding.start_byte && self.to == finding.end_byte
    }
}

/// Kinds that may stand for each other.
pub(crate) fn group(kind: &str) -> &'static str {
    match kind {
        "name" => "name",
        "address" | "city" | "zip" => "place",
        "dob" | "date" | "age_over_89" => "date",
        "phone" | "fax" => "phone",
        "email" => "email",
        "ssn" => "ssn",
        "url" => "url",
        "ip" => "ip",
        "photo" => "photo",
        _ => "id",
    }
}

/// A document cut as sources cut it.
fn parts(name: &str, bytes: Vec<u8>) -> Vec<Document> {
    let size = Some(bytes.len() as u64);
    let open = Box::new(move || Ok(Stream::new(std::io::Cursor::new(bytes), size)));
    let mut parts = Vec::new();
    source::read(Input { name: name.to_owned(), open }, &Limits::default(), &mut |item| {
        if let Item::Part(part) = item {
            parts.push(part);
        }
    });
    parts
}

/// A folder of documents with marks, or one with `labels.jsonl` and `files/`.
pub(crate) fn read(folder: &Path) -> Result<Vec<Labelled>> {
    let listed = folder.join("labels.jsonl");
    if listed.exists() { read_listed(folder, &fs::read_to_string(listed)?) } else { read_marked(folder) }
}

/// `path`, `spans: [{start_byte, end_byte, kind, optional}]` of each document.
fn read_listed(folder: &Path, labels: &str) -> Result<Vec<Labelled>> {
    let mut documents = Vec::new();
    for line in labels.lines() {
        let label: Value = serde_json::from_str(line)?;
        let name = label["path"].as_str().ok_or("labels.jsonl: a document without a path")?;
        let spans = label["spans"].as_array().into_iter().flatten().map(|span| Span {
            from: span["start_byte"].as_u64().unwrap_or(0),
            to: span["end_byte"].as_u64().unwrap_or(0),
            kind: span["kind"].as_str().unwrap_or_default().to_owned(),
            optional: span["optional"].as_bool().unwrap_or(false),
        });
        let bytes = fs::read(folder.join("files").join(name))?;
        documents.push(Labelled::new(name, bytes, spans.collect()));
    }
    Ok(documents)
}

fn read_marked(folder: &Path) -> Result<Vec<Labelled>> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        // Offsets and findings must not depend on how a checkout ends lines.
        let text = fs::read_to_string(&path)?.replace("\r\n", "\n");
        let (bytes, spans) = unmark(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        documents.push(Labelled::new(&name, bytes, spans));
    }
    Ok(documents)
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}

/// Takes the marks out: `⟦kind:value⟧`, `⟦?kind:value⟧` where it is open. Marks may stand inside marks.
pub(crate) fn unmark(text: &str) -> Result<(Vec<u8>, Vec<Span>)> {
    let (mut bytes, mut spans, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find(['⟦', '⟧']) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = if let Some(inner) = rest[at..].strip_prefix('⟦') {
            let (kind, value) = inner.split_once(':').ok_or("a mark without `:`")?;
            open.push((kind, bytes.len() as u64));
            value
        } else {
            let (kind, from) = open.pop().ok_or("`⟧` without `⟦`")?;
            let (plain, to) = (kind.trim_start_matches('?'), bytes.len() as u64);
            spans.push(Span { from, to, kind: plain.to_owned(), optional: plain != kind });
            &rest[at + '⟧'.len_utf8()..]
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    if open.is_empty() { Ok((bytes, spans)) } else { Err("`⟦` without `⟧`".into()) }
}

/// The findings in each document that count: health information and notes on comments are no identifiers.
pub(crate) fn scan(documents: &[Labelled], policy: Policy) -> Result<Vec<Vec<Finding>>> {
    let scanner = Scanner::new(Rules::builtin()?, policy)?;
    let of_one = |document: &Labelled| {
        let all = document.parts.iter().flat_map(|part| scanner.scan(part));
        all.filter(|finding| !finding.kind.contains('.')).collect()
    };
    Ok(documents.iter().map(of_one).collect())
}

/// What a finding is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Same bounds and kind as a label.
    Exact,
    /// Touches a label of its group.
    Right,
    /// Touches none.
    Wrong,
    /// Touches only what is open.
    Open,
}

/// Compares a finding with the labels of its document.
pub(crate) fn judge(finding: &Finding, document: &Labelled) -> Verdict {
    let mut touched = document.spans.iter().filter(|span| span.touches(finding)).peekable();
    if touched.peek().is_none() {
        return Verdict::Wrong;
    }
    let right = |span: &Span| !span.optional && span.in_group(finding);
    if document.gold().any(|span| span.is_exactly(finding)) {
        Verdict::Exact
    } else if document.gold().any(|span| span.touches(finding) && right(span)) {
        Verdict::Right
    } else if touched.any(|span| span.optional) {
        Verdict::Open
    } else {
        Verdict::Wrong
    }
}

/// Counts of findings and labels.
#[derive(Default, Clone, Copy)]
pub(crate) struct Tally {
    /// Findings that are exact, that touch a label of their group, that are wrong.
    pub(crate) exact: usize,
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    /// Labels, those that a finding of their group touches, those that one matches exactly.
    pub(crate) labels: usize,
    pub(crate) touched: usize,
    pub(crate) matched: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Precision, recall and their harmonic mean.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) f1: f64,
}

impl Measure {
    fn new(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

impl Tally {
    /// A byte in common and kinds of one group.
    pub(crate) fn overlap(&self) -> Measure {
        Measure::new(share(self.right, self.right + self.wrong), share(self.touched, self.labels))
    }

    /// Same bounds and same kind.
    pub(crate) fn strict(&self) -> Measure {
        Measure::new(share(self.exact, self.right + self.wrong), share(self.matched, self.labels))
    }

    /// Counts a finding.
    pub(crate) fn finding(&mut self, verdict: Verdict) {
        self.exact += usize::from(verdict == Verdict::Exact);
        self.right += usize::from(matches!(verdict, Verdict::Exact | Verdict::Right));
        self.wrong += usize::from(verdict == Verdict::Wrong);
    }

    /// Counts a label; says whether it was found.
    pub(crate) fn label(&mut self, span: &Span, found: &[Finding]) -> bool {
        let hit = found.iter().any(|finding| span.touches(finding) && span.in_group(finding));
        self.labels += 1;
        self.touched += usize::from(hit);
        self.matched += usize::from(found.iter().any(|finding| span.is_exactly(finding)));
        hit
    }
}

/// All findings and labels of a set together.
pub(crate) fn tally(documents: &[Labelled], findings: &[Vec<Finding>]) -> Tally {
    let mut all = Tally::default();
    for (document, found) in documents.iter().zip(findings) {
        found.iter().for_each(|finding| all.finding(judge(finding, document)));
        for span in document.gold() {
            all.label(span, found);
        }
    }
    all
}

/// How sure the judge was and how often that was right: from this confidence on, findings, those that are right.
pub(crate) fn calibration(judged: &[(f32, bool)]) -> Vec<(f32, usize, usize)> {
    let within = |tenth: u8| {
        let (from, to) = (f32::from(tenth) / 10.0, f32::from(tenth + 1) / 10.0);
        let inside = judged.iter().filter(|(confidence, _)| *confidence >= from && (*confidence < to || tenth == 9));
        let (all, right) = (inside.clone().count(), inside.filter(|(_, right)| *right).count());
        (from, all, right)
    };
    (5..10).map(within).collect()
}
