//! Bytes per second of a scan, beside ripgrep's own crates looking for twenty patterns in the same bytes,
//! and the time from a process's start to its end. `docs/performance.md` says how to read it.
#![allow(clippy::disallowed_methods)] // it starts the binary and writes the file that it scans

#[path = "scan/texts.rs"]
#[allow(dead_code)]
mod texts;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{Searcher, SearcherBuilder, Sink, SinkMatch};
use phivet::source::{self, Input, Item, Limits, Stream};
use phivet::{Document, Policy, Rules, Scanner};

fn main() {
    divan::main();
}

/// How large each text is, in bytes.
const SIZE: usize = 8 << 20;

static LOG: LazyLock<Vec<u8>> = LazyLock::new(|| texts::log(SIZE));
static SOURCE: LazyLock<Vec<u8>> = LazyLock::new(|| texts::source(SIZE));
static LOG_5: LazyLock<Vec<u8>> = LazyLock::new(|| texts::log_with(SIZE, 50));
static ONE_LINE: LazyLock<Vec<u8>> = LazyLock::new(|| texts::one_line(SIZE));
static HITS: LazyLock<Vec<u8>> = LazyLock::new(|| texts::hits(SIZE / 8));
static HL7: LazyLock<Vec<u8>> = LazyLock::new(|| texts::hl7(SIZE / 8));
static FHIR: LazyLock<Vec<u8>> = LazyLock::new(|| texts::fhir(SIZE / 8));

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let rules = Rules::builtin().expect("the built-in rules");
    let scanner = Scanner::new(rules, Policy::default()).expect("a scanner");
    // Patterns compile when they are first needed: not while the clock runs.
    for text in [&*LOG, &*SOURCE, &*HITS] {
        for part in parts("warm.log", &text[..text.len() / 8]) {
            divan::black_box(scanner.scan(&part));
        }
    }
    scanner
});

/// A text, cut into parts as a source cuts it.
fn parts(name: &str, text: &[u8]) -> Vec<Document> {
    let (bytes, size) = (text.to_vec(), Some(text.len() as u64));
    let open = Box::new(move || Ok(Stream::new(std::io::Cursor::new(bytes), size)));
    let mut parts = Vec::new();
    source::read(Input { name: name.to_owned(), open }, &Limits::default(), &mut |item| {
        if let Item::Part(part) = item {
            parts.push(part);
        }
    });
    parts
}

/// One thread, from documents in memory to findings.
fn scan(bencher: Bencher<'_, '_>, name: &str, text: &[u8]) {
    let (scanner, parts) = (&*SCANNER, parts(name, text));
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| parts.iter().map(|part| scanner.scan(part).len()).sum::<usize>());
}

/// What somebody would grep for.
const PATTERNS: &str = include_str!("patterns.txt");

static MATCHER: LazyLock<RegexMatcher> = LazyLock::new(|| {
    RegexMatcherBuilder::new()
        .line_terminator(Some(b'\n'))
        .unicode(false)
        .build_many(&PATTERNS.lines().collect::<Vec<_>>())
        .expect("the patterns")
});

/// One thread, counting the lines that match.
fn grep(bencher: Bencher<'_, '_>, text: &[u8]) {
    let matcher = &*MATCHER;
    let mut searcher = SearcherBuilder::new().line_number(false).build();
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        let mut lines = Lines(0);
        searcher.search_slice(matcher, text, &mut lines).expect("a search in memory");
        lines.0
    });
}

/// Counts lines that match.
struct Lines(usize);

impl Sink for Lines {
    type Error = std::io::Error;

    fn matched(&mut self, _: &Searcher, _: &SinkMatch<'_>) -> Result<bool, Self::Error> {
        self.0 += 1;
        Ok(true)
    }
}

/// phivet and the reference on one text.
macro_rules! group {
    ($name:ident, $text:ident, $file:literal) => {
        #[divan::bench_group(sample_count = 10, sample_size = 1)]
        mod $name {
            use super::{Bencher, $text};

            #[divan::bench]
            fn phivet(bencher: Bencher<'_, '_>) {
                super::scan(bencher, $file, &$text);
            }

            #[divan::bench]
            fn grep_20_patterns(bencher: Bencher<'_, '_>) {
                super::grep(bencher, &$text);
            }
        }
    };
}

group!(log, LOG, "service.log");
group!(log_5_percent, LOG_5, "service.log");
group!(one_line, ONE_LINE, "service.log");
group!(only_hits, HITS, "hits.log");
group!(hl7, HL7, "messages.hl7");
group!(fhir, FHIR, "bundles.ndjson");
group!(source_code, SOURCE, "service.rs");

/// From a process's start to its end.
#[divan::bench_group(sample_count = 50, sample_size = 1)]
mod start {
    use super::{Bencher, Command, PathBuf, Stdio, texts};

    fn run(bencher: Bencher<'_, '_>, program: &str, arguments: &[&str]) {
        bencher.bench_local(|| {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().expect("the program starts")
        });
    }

    #[divan::bench]
    fn phivet_one_file_of_2_kb(bencher: Bencher<'_, '_>) {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("start.log");
        std::fs::write(&file, &texts::log(4096)[..2048]).expect("a file");
        run(bencher, env!("CARGO_BIN_EXE_phivet"), &["scan", "--isolated", &file.to_string_lossy()]);
    }

    #[divan::bench]
    fn the_program_true(bencher: Bencher<'_, '_>) {
        run(bencher, "true", &[]);
    }
}
