//! What each piece of evidence adds, and what it would be worth: the procedure behind the weights of `judge/score.rs`.
//!
//! `cargo run --release --example weigh -- DIR` reads labelled documents: `DIR/files/…` and `DIR/labels.jsonl`, one JSON
//! object a document: `path`, `spans: [{start_byte, end_byte, kind, optional}]`, as `docs/weights.md` says. It prints
//! 1. precision, recall and F1 with all evidence, and how they change without each piece (overlap, safe-harbor profile);
//! 2. the worth that a logistic regression gives each piece, beside the one in the table;
//! 3. how often findings of a confidence are right.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a tool for developers: it reads files and prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use phivet::judge::score;
use phivet::source::{self, Input, Item, Stream};
use phivet::{Document, Finding, Policy, Profile, Rules, Scanner};
use serde_json::Value;

/// A labelled document.
struct Labelled {
    parts: Vec<Document>,
    spans: Vec<Span>,
}

struct Span {
    from: u64,
    to: u64,
    group: &'static str,
    optional: bool,
}

/// Right, wrong and missed.
#[derive(Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    found: usize,
    missed: usize,
}

impl Tally {
    fn precision(self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.found as f64 / (self.found + self.missed).max(1) as f64
    }

    fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("wants a folder with labels.jsonl and files/")?;
    let documents = read(Path::new(&folder))?;
    let all = measure(&documents, &[], 0.5)?;
    println!(
        "{} documents: precision {:.3} recall {:.3} F1 {:.3}\n",
        documents.len(),
        all.precision(),
        all.recall(),
        all.f1()
    );
    let samples = samples(&documents)?;
    let fitted = fit(&samples);
    println!(
        "{:62} {:>7} {:>7} {:>6} {:>6} {:>7} {:>7} {:>7}",
        "evidence", "worth", "fitted", "seen", "right", "dP", "dR", "dF1"
    );
    for (says, worths) in worths() {
        let without = measure(&documents, std::slice::from_ref(&says), 0.5)?;
        let with: Vec<&Sample> = samples.iter().filter(|s| s.says.contains(&says)).collect();
        let right = with.iter().filter(|s| s.right).count();
        println!(
            "{says:62} {:>7} {:>7.2} {:>6} {:>6.2} {:>+7.3} {:>+7.3} {:>+7.3}",
            worths,
            fitted.get(&says).copied().unwrap_or(0.0),
            with.len(),
            right as f64 / with.len().max(1) as f64,
            without.precision() - all.precision(),
            without.recall() - all.recall(),
            without.f1() - all.f1(),
        );
    }
    println!("\nconfidence   findings  right");
    for tenth in 5..10u8 {
        let (from, to) = (f32::from(tenth) / 10.0, f32::from(tenth + 1) / 10.0);
        let within: Vec<&Sample> =
            samples.iter().filter(|s| s.confidence >= from && (s.confidence < to || tenth == 9)).collect();
        let right = within.iter().filter(|s| s.right).count();
        println!("{from:.1} to {to:.1}   {:>8}  {:>5.3}", within.len(), right as f64 / within.len().max(1) as f64);
    }
    Ok(())
}

/// Each wording once, with its worths as a text.
fn worths() -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (says, worth) in score::evidence() {
        all.entry(says.to_owned()).or_default().push(worth.map_or("varies".to_owned(), |w| format!("{w}")));
    }
    all.into_iter().map(|(says, worths)| (says, worths.join("/"))).collect()
}

fn read(folder: &Path) -> Result<Vec<Labelled>, Box<dyn Error>> {
    let mut documents = Vec::new();
    for line in fs::read_to_string(folder.join("labels.jsonl"))?.lines() {
        let label: Value = serde_json::from_str(line)?;
        let name = label["path"].as_str().ok_or("a document without a path")?;
        let spans = label["spans"].as_array().into_iter().flatten().map(|span| Span {
            from: span["start_byte"].as_u64().unwrap_or(0),
            to: span["end_byte"].as_u64().unwrap_or(0),
            group: group(span["kind"].as_str().unwrap_or_default()),
            optional: span["optional"].as_bool().unwrap_or(false),
        });
        let bytes = fs::read(folder.join("files").join(name))?;
        documents.push(Labelled { spans: spans.collect(), parts: parts(name, bytes) });
    }
    Ok(documents)
}

/// A document cut as sources cut it.
fn parts(name: &str, bytes: Vec<u8>) -> Vec<Document> {
    let size = Some(bytes.len() as u64);
    let open = Box::new(move || Ok(Stream { bytes: Box::new(std::io::Cursor::new(bytes)), size }));
    let mut parts = Vec::new();
    source::read(Input { name: name.to_owned(), open }, &mut |item| {
        if let Item::Part(part) = item {
            parts.push(part);
        }
    });
    parts
}

/// Kinds that may stand for each other.
fn group(kind: &str) -> &'static str {
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

fn findings(documents: &[Labelled], without: &[String], least: f32) -> Result<Vec<Vec<Finding>>, Box<dyn Error>> {
    let policy = Policy {
        profile: Profile::SafeHarbor,
        min_confidence: Some(least),
        without: without.to_vec(),
        ..Policy::default()
    };
    let scanner = Scanner::new(Rules::builtin()?, policy)?;
    let of_one = |document: &Labelled| document.parts.iter().flat_map(|part| scanner.scan(part)).collect();
    Ok(documents.iter().map(of_one).collect())
}

/// Is a finding right? `None` when what it touches is open.
fn is_right(finding: &Finding, spans: &[Span]) -> Option<bool> {
    let touched = || spans.iter().filter(|s| s.from < finding.end_byte && finding.start_byte < s.to);
    if touched().any(|s| !s.optional && s.group == group(&finding.kind)) {
        return Some(true);
    }
    (!touched().any(|s| s.optional)).then_some(false)
}

fn counted(finding: &Finding) -> bool {
    !finding.kind.starts_with("health.")
}

fn measure(documents: &[Labelled], without: &[String], least: f32) -> Result<Tally, Box<dyn Error>> {
    let mut tally = Tally::default();
    for (document, found) in documents.iter().zip(findings(documents, without, least)?) {
        for finding in found.iter().filter(|f| counted(f)) {
            match is_right(finding, &document.spans) {
                Some(true) => tally.right += 1,
                Some(false) => tally.wrong += 1,
                None => {}
            }
        }
        for span in document.spans.iter().filter(|s| !s.optional) {
            let hit = |f: &Finding| f.start_byte < span.to && span.from < f.end_byte && group(&f.kind) == span.group;
            if found.iter().any(hit) { tally.found += 1 } else { tally.missed += 1 }
        }
    }
    Ok(tally)
}

/// A finding as the regression sees it.
struct Sample {
    says: BTreeSet<String>,
    right: bool,
    confidence: f32,
}

/// All findings, unlikely ones too.
fn samples(documents: &[Labelled]) -> Result<Vec<Sample>, Box<dyn Error>> {
    let mut samples = Vec::new();
    for (document, found) in documents.iter().zip(findings(documents, &[], 0.01)?) {
        for finding in found.into_iter().filter(counted) {
            if let Some(right) = is_right(&finding, &document.spans) {
                samples.push(Sample {
                    says: finding.evidence.into_iter().collect(),
                    right,
                    confidence: finding.confidence,
                });
            }
        }
    }
    Ok(samples)
}

/// Logistic regression by gradient descent, with a pull towards zero; the bias stands under the empty wording.
fn fit(samples: &[Sample]) -> BTreeMap<String, f64> {
    const ROUNDS: usize = 2000;
    const PULL: f64 = 1e-4;
    let mut weights: BTreeMap<String, f64> =
        samples.iter().flat_map(|s| s.says.iter().cloned()).map(|s| (s, 0.0)).collect();
    let mut bias = 0.0;
    let rate = 4.0 / samples.len().max(1) as f64;
    for _ in 0..ROUNDS {
        let mut slopes: BTreeMap<&str, f64> = BTreeMap::new();
        let mut of_bias = 0.0;
        for sample in samples {
            let sum: f64 = bias + sample.says.iter().map(|s| weights[s]).sum::<f64>();
            let error = f64::from(u8::from(sample.right)) - 1.0 / (1.0 + (-sum).exp());
            of_bias += error;
            sample.says.iter().for_each(|s| *slopes.entry(s).or_default() += error);
        }
        bias += rate * of_bias;
        let steps: Vec<(String, f64)> = slopes.into_iter().map(|(s, slope)| (s.to_owned(), rate * slope)).collect();
        for (says, step) in steps {
            weights.entry(says).and_modify(|w| *w += step - PULL * *w);
        }
    }
    weights.insert(String::new(), bias);
    weights
}
