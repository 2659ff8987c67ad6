//! What each piece of evidence adds, and what it would be worth: the procedure behind the weights of `judge/score.rs`.
//!
//! `cargo run --profile quick --example weigh [-- DIR]` reads labelled documents, those of `testdata/accuracy` unless
//! told others (`docs/weights.md` says how they are labelled). It prints
//! 1. precision, recall and F1 with all evidence, and how they change without each piece (overlap, safe-harbor profile);
//! 2. the worth that a logistic regression gives each piece, beside the one in the table;
//! 3. how often findings of a confidence are right.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a tool for developers: it reads files and prints")]

#[path = "../tests/support/labelled.rs"]
mod labelled;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use labelled::{Labelled, Measure, Result, Verdict, judge};
use phivet::judge::score;
use phivet::{Finding, Policy, Profile};

fn main() -> Result<()> {
    let own = || concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/accuracy").to_owned();
    let documents = labelled::read(Path::new(&std::env::args().nth(1).unwrap_or_else(own)))?;
    let all = measure(&documents, &[])?;
    println!(
        "{} documents: precision {:.3} recall {:.3} F1 {:.3}\n",
        documents.len(),
        all.precision,
        all.recall,
        all.f1
    );
    let samples = samples(&documents)?;
    let fitted = fit(&samples);
    println!(
        "{:62} {:>7} {:>7} {:>6} {:>6} {:>7} {:>7} {:>7}",
        "evidence", "worth", "fitted", "seen", "right", "dP", "dR", "dF1"
    );
    for (says, worths) in worths() {
        let without = measure(&documents, std::slice::from_ref(&says))?;
        let with: Vec<&Sample> = samples.iter().filter(|s| s.says.contains(&says)).collect();
        let right = with.iter().filter(|s| s.right).count();
        println!(
            "{says:62} {:>7} {:>7.2} {:>6} {:>6.2} {:>+7.3} {:>+7.3} {:>+7.3}",
            worths,
            fitted.get(&says).copied().unwrap_or(0.0),
            with.len(),
            right as f64 / with.len().max(1) as f64,
            without.precision - all.precision,
            without.recall - all.recall,
            without.f1 - all.f1,
        );
    }
    println!("\nconfidence   findings  right");
    let judged: Vec<(f32, bool)> = samples.iter().map(|s| (s.confidence, s.right)).collect();
    for (from, all, right) in labelled::calibration(&judged) {
        println!("{from:.1} to {:.1}   {all:>8}  {:>5.3}", from + 0.1, right as f64 / all.max(1) as f64);
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

/// The share of right findings and of found labels, with all evidence but `without`.
fn measure(documents: &[Labelled], without: &[String]) -> Result<Measure> {
    Ok(labelled::tally(documents, &scan(documents, without, 0.5)?).overlap())
}

fn scan(documents: &[Labelled], without: &[String], least: f32) -> Result<Vec<Vec<Finding>>> {
    let (profile, without) = (Profile::SafeHarbor, without.to_vec());
    labelled::scan(documents, Policy { profile, min_confidence: Some(least), without, ..Policy::default() })
}

/// A finding as the regression sees it.
struct Sample {
    says: BTreeSet<String>,
    right: bool,
    confidence: f32,
}

/// All findings, unlikely ones too, that are right or wrong.
fn samples(documents: &[Labelled]) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (document, found) in documents.iter().zip(scan(documents, &[], 0.01)?) {
        for finding in found {
            let verdict = judge(&finding, document);
            if verdict != Verdict::Open {
                let (right, confidence) = (verdict != Verdict::Wrong, finding.confidence);
                samples.push(Sample {
                    says: finding.evidence.into_iter().map(Into::into).collect(),
                    right,
                    confidence,
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
