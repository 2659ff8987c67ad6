//! The code checks, beside a bare `syn::parse_file` of the same bytes in the same run, on one thread: a cold run over
//! `PHIVET_BENCH_SOURCES` (default: this project's own sources), and one changed file with all other facts known.
#![allow(clippy::disallowed_methods)] // it reads sources and the clock
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use phivet::Rules;
use phivet::detect::flow::{Analysis, Own};
use phivet::scan::flows::{Known, Source, flows};

fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() && !path.ends_with("target") {
            files(&path, list);
        } else if path.extension().is_some_and(|e| e == "rs") {
            list.push(path);
        }
    }
}

fn main() {
    let root = std::env::var("PHIVET_BENCH_SOURCES").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let mut list = Vec::new();
    files(Path::new(&root), &mut list);
    list.sort();
    let read = |path: &PathBuf| {
        let name = path.to_string_lossy().into_owned();
        Some(Source { path: name.clone(), name, text: std::fs::read_to_string(path).ok()?, wanted: true })
    };
    let mut sources: Vec<Source> = list.iter().filter_map(read).collect();
    let bytes: usize = sources.iter().map(|s| s.text.len()).sum();
    let analysis = Analysis::new(&Rules::builtin().expect("the built-in rules"), &Own::default());
    let mut rounds: Vec<Round> = (0..ROUNDS).map(|_| round(&analysis, &mut sources)).collect();
    let mut median = |of: fn(&Round) -> Duration| {
        rounds.sort_by_key(of);
        of(&rounds[ROUNDS / 2])
    };
    let (parse, facts, cold, warm) = (median(|r| r.parse), median(|r| r.facts), median(|r| r.cold), median(|r| r.warm));
    let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    println!("{} files, {bytes} bytes; medians of {ROUNDS} rounds, bare parse {} ms", sources.len(), parse.as_millis());
    println!("facts {} ms: {:.2} x the bare parse", facts.as_millis(), ratio(facts, parse));
    println!("cold {} ms: {:.2} x the bare parse", cold.as_millis(), ratio(cold, parse));
    println!("one changed file, warm {} ms: 1/{:.1} of cold", warm.as_millis(), ratio(cold, warm));
    let kept = rounds.first().map_or(0, |round| round.kept);
    println!("facts kept: {:.2} bytes a byte of source", kept as f64 / bytes as f64);
}

/// Rounds, each of which does everything once.
const ROUNDS: usize = 5;

/// What one round took.
struct Round {
    parse: Duration,
    facts: Duration,
    cold: Duration,
    warm: Duration,
    kept: usize,
}

fn timed<R: Send>(work: impl FnOnce() -> R + Send) -> (Duration, R) {
    let roomy = std::thread::Builder::new().stack_size(1 << 29);
    std::thread::scope(|scope| {
        let work = || {
            let started = Instant::now();
            let made = work();
            (started.elapsed(), made)
        };
        roomy.spawn_scoped(scope, work).expect("a thread").join().expect("it ends")
    })
}

fn round(analysis: &Analysis, sources: &mut [Source]) -> Round {
    sources.iter_mut().for_each(|source| source.wanted = true);
    let all: &[Source] = sources;
    let (parse, ()) = timed(|| bare(all));
    let read = || all.iter().map(|s| phivet::detect::flow::rust::read(&s.text, &analysis.language)).collect::<Vec<_>>();
    let (facts, _) = timed(read);
    let (cold, _) = timed(|| divan::black_box(flows(analysis, all, &[], 1, None)));
    let mut known = Known::new();
    let _ = flows(analysis, all, &[], 1, Some(&mut known));
    let kept = known.values().map(Vec::len).sum();
    sources.iter_mut().for_each(|source| source.wanted = false);
    if let Some(first) = sources.first_mut() {
        first.text.push_str("\n// changed\n");
        first.wanted = true;
    }
    let all: &[Source] = sources;
    let (warm, _) = timed(|| divan::black_box(flows(analysis, all, &[], 1, Some(&mut known))));
    Round { parse, facts, cold, warm, kept }
}

fn bare(sources: &[Source]) {
    for source in sources {
        divan::black_box(syn::parse_file(&source.text).is_ok());
        proc_macro2::extra::invalidate_current_thread_spans();
    }
}
