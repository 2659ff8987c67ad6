//! De-identifying a log: bytes per second beside a scan of the same bytes with the same profile, and the time that one line
//! takes. `docs/redact.md` says what it is for.
#![allow(clippy::disallowed_methods)]

#[path = "scan/texts.rs"]
#[allow(dead_code)]
mod texts;

use std::io::Write;
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use phivet::Document;
use phivet::redact::{Plan, Redactor, Writer};

fn main() {
    divan::main();
}

/// How large the log is, in bytes.
const SIZE: usize = 8 << 20;

/// How many lines are written one by one.
const LINES: usize = 1000;

static LOG: LazyLock<Vec<u8>> = LazyLock::new(|| texts::log(SIZE));
static REDACTOR: LazyLock<Arc<Redactor>> = LazyLock::new(|| {
    let redactor = Arc::new(Redactor::new(Plan::default()).expect("a redactor"));
    // Patterns compile when they are first needed: not while the clock runs.
    write(&redactor, &LOG[..SIZE / 8]);
    redactor
});

fn write(redactor: &Arc<Redactor>, log: &[u8]) {
    let mut out = Writer::new(Arc::clone(redactor), std::io::sink());
    out.write_all(log).expect("a sink");
    divan::black_box(out.finish().expect("a sink").1);
}

/// One thread, all at once.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn redact_a_log(bencher: Bencher<'_, '_>) {
    let redactor = &*REDACTOR;
    bencher.counter(BytesCount::new(LOG.len())).bench_local(|| write(redactor, &LOG));
}

/// The scan that it has in it.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn scan_a_log(bencher: Bencher<'_, '_>) {
    let scanner = REDACTOR.scanner();
    let parts: Vec<Document> = LOG.chunks(256 << 10).map(|part| Document::of("lines.log", part.to_vec())).collect();
    let count = || parts.iter().map(|part| scanner.scan(part).len()).sum::<usize>();
    bencher.counter(BytesCount::new(LOG.len())).bench_local(count);
}

/// Each line by itself, as a service writes them.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn line_by_line(bencher: Bencher<'_, '_>) {
    let redactor = &*REDACTOR;
    let lines: Vec<&[u8]> = LOG.split_inclusive(|b| *b == b'\n').take(LINES).collect();
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| {
        let mut out = Writer::new(Arc::clone(redactor), std::io::sink());
        for line in &lines {
            out.write_all(line).expect("a sink");
        }
        divan::black_box(out.finish().expect("a sink").1);
    });
}
