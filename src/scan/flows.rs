//! The code checks of a run: files of a workspace are read on all cores, then solved at once.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::detect::flow::ir::File;
use crate::detect::flow::rust::{self, Language};
use crate::detect::flow::solve::{Flow, Input, Solver, Step};
use crate::detect::flow::{Analysis, workspace};
use crate::detect::{FlowHit, FlowStep};
use crate::document::{line_around, utf16_width};

/// A file of a workspace.
pub struct Source {
    /// What reports call it.
    pub name: String,
    /// Where it lies, with `/`, in one form for all files.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Are findings in it asked for?
    pub wanted: bool,
}

/// Facts of files that were read before, by the key of their content.
pub type Known = HashMap<[u8; 32], Vec<u8>>;

/// What is found in the documents of a run, by their names.
pub type Flows = HashMap<String, Vec<FlowHit>>;

/// Longest line of a step that is drawn, in bytes.
const LONG: usize = 1024;

/// Parsers and trees go as deep as their input: their threads have room for what is not refused before.
const STACK: usize = 1 << 29;

/// Runs `work` on a thread with a large stack.
pub(super) fn roomy<R: Send>(work: impl FnOnce() -> R + Send) -> Option<R> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// What reaches a sink in the wanted files of a workspace. Where facts are kept (`known`), those of files that have not
/// changed are taken from there, and new ones are added.
#[must_use]
pub fn flows(
    analysis: &Analysis,
    sources: &[Source],
    manifests: &[(String, String)],
    threads: usize,
    known: Option<&mut Known>,
) -> Flows {
    let crates = workspace::crates(manifests);
    let mut language = analysis.language.clone();
    for source in sources {
        if source.text.contains("macro_rules!") {
            let krate = workspace::crate_of(&crates, &source.path).map(|k| crates[k as usize].name.clone());
            language.add_macros(&source.text, krate.as_deref().unwrap_or("crate"));
        }
    }
    let facts = read_all(&language, sources, threads, known);
    let found = roomy(|| {
        let inputs = sources.iter().zip(&facts).map(|(source, facts)| Input {
            path: source.path.clone(),
            facts,
            krate: workspace::crate_of(&crates, &source.path),
            test: workspace::is_test(&crates, &source.path),
            wanted: source.wanted,
        });
        let inputs = inputs.collect();
        Solver::new(inputs, crates.clone(), &analysis.vocabulary, &analysis.spec, analysis.tests).solve()
    });
    let mut flows = Flows::new();
    for source in sources.iter().filter(|source| source.wanted) {
        flows.insert(source.name.clone(), Vec::new());
    }
    let ends: Vec<LineEnds> = sources.iter().map(|_| LineEnds::new()).collect();
    for flow in found.unwrap_or_default() {
        if let Some((name, hit)) = hit(analysis, (sources, &ends), &flow) {
            flows.entry(name).or_default().push(hit);
        }
    }
    flows
}

/// What reaches a sink in one file, seen alone.
#[must_use]
pub fn alone(analysis: &Analysis, name: &str, text: &str) -> Vec<FlowHit> {
    let source = Source { name: name.to_owned(), path: name.to_owned(), text: text.to_owned(), wanted: true };
    flows(analysis, &[source], &[], 1, None).remove(name).unwrap_or_default()
}

/// A source's place, its key, its facts, and these packed where they are new.
type ReadFile = (usize, [u8; 32], File, Option<Vec<u8>>);

/// The facts of all files, on all threads.
fn read_all(language: &Language, sources: &[Source], threads: usize, known: Option<&mut Known>) -> Vec<File> {
    let context = context(language);
    let next = AtomicUsize::new(0);
    let read: Mutex<Vec<ReadFile>> = Mutex::new(Vec::with_capacity(sources.len()));
    let before = known.as_deref();
    let keeps = before.is_some();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, sources.len().max(1)) {
            let work = || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(source) = sources.get(at) else { break };
                    let key = *blake3::keyed_hash(&context, source.text.as_bytes()).as_bytes();
                    let old =
                        before.and_then(|known| known.get(&key)).and_then(|bytes| postcard::from_bytes(bytes).ok());
                    let (file, bytes) = match old {
                        Some(file) => (file, None),
                        None => {
                            let file = rust::read(&source.text, language);
                            let bytes = keeps.then(|| postcard::to_stdvec(&file).ok()).flatten();
                            (file, bytes)
                        }
                    };
                    if let Ok(mut read) = read.lock() {
                        read.push((at, key, file, bytes));
                    }
                }
            };
            // A thread that cannot be started leaves its work to the others.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
    });
    let mut read = read.into_inner().unwrap_or_default();
    read.sort_by_key(|(at, ..)| *at);
    let mut known = known;
    let mut facts: Vec<File> = Vec::with_capacity(sources.len());
    for (at, key, file, bytes) in read {
        facts.resize_with(at, File::default);
        if let (Some(known), Some(bytes)) = (known.as_deref_mut(), bytes) {
            known.insert(key, bytes);
        }
        facts.push(file);
    }
    facts.resize_with(sources.len(), File::default);
    facts
}

/// What the facts of a file depend on beside its text: this version, macros, how macros are read.
fn context(language: &Language) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(concat!("phivet ", env!("CARGO_PKG_VERSION"), " facts 2"));
    let mut macros: Vec<(&String, &String)> =
        language.macros.iter().flat_map(|(name, all)| all.iter().map(move |m| (name, &m.body))).collect();
    macros.sort();
    for (name, body) in macros {
        hasher.update(name.as_bytes()).update(&[0]).update(body.as_bytes()).update(&[0]);
    }
    let mut grammars: Vec<String> = language.grammars.keys().cloned().collect();
    grammars.sort();
    hasher.update(grammars.join(" ").as_bytes()).update(language.verbs.join(" ").as_bytes());
    for words in &language.declared {
        hasher.update(&[0]).update(words.join(" ").as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Where a source's lines end, once somebody asks: many flows may lead through one file.
type LineEnds = OnceCell<Vec<usize>>;

/// A flow as the judge wants it: in a wanted file, at the sink or, if that lies elsewhere, where the value leaves.
fn hit(analysis: &Analysis, (sources, ends): (&[Source], &[LineEnds]), flow: &Flow) -> Option<(String, FlowHit)> {
    let wanted = |file: u32| sources.get(file as usize).is_some_and(|source| source.wanted);
    let end = Step { file: flow.file, span: flow.span };
    let at = if wanted(flow.file) { &end } else { flow.trail.iter().rev().find(|step| wanted(step.file))? };
    let source = &sources[at.file as usize];
    let place = range(&source.text, at);
    let last = flow.trail.len().saturating_sub(1);
    let trail = flow.trail.iter().enumerate().filter_map(|(i, step)| {
        let says = if i == 0 {
            "here it comes from"
        } else if i == last {
            "here it is revealed"
        } else {
            "here it is handed on"
        };
        let of = sources.get(step.file as usize)?;
        let range = range(&of.text, step);
        let line = line_around(of.text.as_bytes(), range.start);
        let at = range.start..range.end.min(line.end).max(range.start);
        // Of part of a line nobody can say what of it is a text.
        let (line, at) = match of.text.get(line.clone()).filter(|text| text.len() <= LONG) {
            Some(text) => (text.to_owned(), at.start - line.start..at.end - line.start),
            None => (String::new(), 0..0),
        };
        let places = places(&of.text, ends.get(step.file as usize)?, step);
        Some(FlowStep { document: of.name.clone(), places, line, at, says })
    });
    let hit = FlowHit {
        rule: *analysis.rules.get(usize::from(flow.rule))?,
        edit: rust::edit(&source.text, &place),
        at: place,
        kinds: flow.kinds.clone(),
        trail: trail.collect(),
        unsure: flow.unsure,
        mild: flow.mild,
        advice: flow.advice.clone(),
    };
    Some((source.name.clone(), hit))
}

fn range(text: &str, step: &Step) -> std::ops::Range<usize> {
    let start = (step.span.0 as usize).min(text.len());
    start..(step.span.1 as usize).clamp(start, text.len())
}

fn places(text: &str, ends: &LineEnds, step: &Step) -> [(u64, u64); 2] {
    let range = range(text, step);
    let bytes = text.as_bytes();
    let ends = ends.get_or_init(|| memchr::memchr_iter(b'\n', bytes).collect());
    [range.start, range.end].map(|at| {
        let line = ends.partition_point(|end| *end < at) as u64 + 1;
        let start = line_around(bytes, at).start;
        (line, 1 + utf16_width(&bytes[start.min(at)..at]))
    })
}
