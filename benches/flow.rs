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

fn bare(sources: &[Source]) -> Duration {
    let started = Instant::now();
    for source in sources {
        divan::black_box(syn::parse_file(&source.text).is_ok());
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    started.elapsed()
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
    let roomy = std::thread::Builder::new().stack_size(1 << 29);
    let parse = std::thread::scope(|scope| {
        roomy.spawn_scoped(scope, || bare(&sources)).expect("a thread").join().expect("it ends")
    });
    let mut known = Known::new();
    let started = Instant::now();
    divan::black_box(flows(&analysis, &sources, &[], 1, Some(&mut known)));
    let cold = started.elapsed();
    let facts: usize = known.values().map(Vec::len).sum();
    sources.iter_mut().for_each(|source| source.wanted = false);
    if let Some(first) = sources.first_mut() {
        first.text.push_str("\n// changed\n");
        first.wanted = true;
    }
    let started = Instant::now();
    divan::black_box(flows(&analysis, &sources, &[], 1, Some(&mut known)));
    let warm = started.elapsed();
    println!("{} files, {bytes} bytes; bare parse {} ms", sources.len(), parse.as_millis());
    println!("cold {} ms: {:.2} x the bare parse", cold.as_millis(), cold.as_secs_f64() / parse.as_secs_f64());
    println!(
        "one changed file, warm {} ms: 1/{:.1} of cold",
        warm.as_millis(),
        cold.as_secs_f64() / warm.as_secs_f64()
    );
    println!("facts kept: {:.2} bytes a byte of source", facts as f64 / bytes as f64);
}
