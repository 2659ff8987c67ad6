//! Every kind of container, alone and inside others: what is planted is found at its member and line, nothing leaks,
//! and what is cut off is told. The samples in `tests/containers` are written by `make.py` beside them.
#![cfg(feature = "containers")]
#![allow(clippy::disallowed_methods)] // it reads samples

mod support;
#[path = "containers/wrap.rs"]
mod wrap;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use phivet::source::{self, Item, Limits};
use phivet::{Policy, Rules, Scanner};
use support::Folder;

/// Sample, member, line of the planted number; and whether every cut is noticed.
const SAMPLES: &[(&str, &str, u64)] = &[
    ("visit.log.gz", "", 2),
    ("visit.log.bz2", "", 2),
    ("visit.log.xz", "", 2),
    ("visit.log.zst", "", 2),
    ("visit.log.lz4", "", 2),
    ("visit.log.zz", "", 2),
    ("plain.tar", "!app/visit.log", 2),
    ("long-pax.tar", "/visit.log", 2),
    ("long-gnu.tar", "/visit.log", 2),
    ("plain.zip", "!app/visit.log", 2),
    ("stored.zip", "!app/visit.log", 2),
    ("bzip2.zip", "!app/visit.log", 2),
    ("streamed.zip", "!app/visit.log", 2),
    ("plain.a", "!visit.log", 2),
    ("plain.cpio", "!app/visit.log", 2),
    ("plain.rpm", "!app/visit.log", 2),
    ("plain.deb", "!data.tar.xz!app/visit.log", 2),
    ("image.tar", "!config.json", 1),
    ("image.tar", "!l1/layer.tar!app/visit.log", 2),
    ("clinic.db", "!patients", 2),
    ("null.avro", "!records", 2),
    ("deflate.avro", "!records", 2),
    ("snappy.avro", "!records", 2),
    ("zstandard.avro", "!records", 2),
    ("snappy.parquet", "!rows", 2),
    ("zstd.parquet", "!rows", 2),
    ("clinic.xlsx", "!xl/worksheets/sheet1.xml", 3),
    ("letter.docx", "!word/document.xml", 2),
    ("round.pptx", "!ppt/slides/slide1.xml", 1),
    ("letter.odt", "!content.xml", 2),
    ("visit.eml", "!part 1.txt", 3),
    ("visit.eml", "!part 2.html", 1),
    ("visit.eml", "!visit.log.gz", 2),
    ("visit.mbox", "!message 2 part 1.txt", 3),
    ("visit.mbox", "!message 2 visit.log.gz", 2),
    ("visit.ipynb", "", 9),
    ("visit.ipynb", "", 19),
    ("visit.ipynb", "", 24),
    ("visit.har", "!1 request", 2),
    ("visit.har", "!1 response body", 1),
    ("wound.jpg", "!metadata", 1),
    ("wound.png", "!metadata", 1),
    ("wound.tiff", "!metadata", 1),
    ("letter.pdf", "!text", 2),
    ("core", "", 1),
];

/// The planted number, and how it must not come out.
const PLANTED: [&str; 3] = ["536-90-4399", "536904399", "00482913"];

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/containers").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn scanner() -> Scanner {
    Scanner::new(Rules::builtin().expect("rules"), Policy::default()).expect("a scanner")
}

/// What a scan of some bytes comes to: places of Social Security numbers, and what was not read.
fn scanned(scanner: &Scanner, name: &str, bytes: &[u8], limits: &Limits) -> (BTreeSet<(String, u64)>, Vec<String>) {
    let (mut found, mut skipped) = (BTreeSet::new(), Vec::new());
    source::unpack(name, bytes, limits, &mut |item| match item {
        Item::Part(document) => {
            for finding in scanner.scan(&document).iter().filter(|finding| finding.kind == "ssn") {
                let excerpt = finding.excerpt.as_str();
                assert!(PLANTED.iter().all(|value| !excerpt.contains(value)), "{name} leaks");
                found.insert((document.name.clone(), finding.start.line));
            }
        }
        Item::Skipped { name, reason } => {
            assert!(PLANTED.iter().all(|value| !reason.contains(value)), "{name} leaks");
            skipped.push(format!("{name}: {reason}"));
        }
        Item::End { .. } | Item::Pause => {}
    });
    (found, skipped)
}

fn is_found(found: &BTreeSet<(String, u64)>, outer: &str, member: &str, line: u64) -> bool {
    found.iter().any(|(name, at)| name.starts_with(outer) && name.ends_with(member) && *at == line)
}

#[test]
fn every_kind_is_read_alone_and_in_three_nestings() {
    let scanner = scanner();
    let mut wrong = Vec::new();
    for (name, member, line) in SAMPLES {
        let plain = sample(name);
        let nested = [
            ((*name).to_owned(), plain.clone(), (*name).to_owned()),
            ("a.tar.gz".to_owned(), wrap::gzip(&wrap::tar(&[(name, &plain)])), format!("a.tar.gz!{name}")),
            ("b.zip".to_owned(), wrap::zip(&[(name, &plain)]), format!("b.zip!{name}")),
            (
                "c.tgz".to_owned(),
                wrap::gzip(&wrap::tar(&[("in.zip", &wrap::zip(&[("d/e.tar", &wrap::tar(&[(name, &plain)]))]))])),
                format!("c.tgz!in.zip!d/e.tar!{name}"),
            ),
        ];
        for (outer, bytes, path) in nested {
            let (found, skipped) = scanned(&scanner, &outer, &bytes, &Limits::default());
            if !is_found(&found, &path, member, *line) {
                wrong.push(format!("{path}{member}:{line} is not among {found:#?}; not read: {skipped:?}"));
            }
            if !skipped.is_empty() {
                wrong.push(format!("{path}: {skipped:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_read_as_streams_are() {
    let folder = Folder::new("containers");
    for (name, ..) in SAMPLES {
        folder.file(name, sample(name));
    }
    let mut written = Vec::new();
    for threads in ["-j1", "-j4"] {
        let ran =
            folder.phivet(&["scan", ".", "--isolated", "--all", "--quiet", "--format", "jsonl", threads]).exits(1);
        for (name, member, line) in SAMPLES {
            let found = ran.records().iter().any(|record| {
                let path = record["path"].as_str().unwrap_or_default();
                record["rule"] == "ssn" && record["line"] == *line && path.starts_with(name) && path.ends_with(member)
            });
            assert!(found, "{name}{member}:{line}");
        }
        assert!(PLANTED.iter().all(|value| !ran.out.contains(value) && !ran.err.contains(value)));
        written.push(ran.out);
    }
    assert!(written[0] == written[1], "one thread and four do not write the same");
}

#[test]
fn notebooks_are_told_where_they_stand() {
    let scanner = scanner();
    let cell = |source: &str, metadata: &str| {
        format!(
            r#"{{"cells":[{{"cell_type":"code","metadata":{{{metadata}}},"outputs":[],"source":{source}}}],"metadata":{{}},"nbformat":4}}"#
        )
    };
    let ssn = r#""patient \u00e9 \"ssn\": 536-90-4399""#;
    for text in [
        cell(ssn, ""),
        cell(&format!("[\"import x\\n\",\r\n {ssn}]"), ""),
        format!("\u{feff}{}", cell(ssn, "")),
        cell("\"x = 1\"", r#""tags":["é"],"patient_ssn":"536-90-4399""#),
    ] {
        let mut places = Vec::new();
        source::unpack("a.ipynb", text.as_bytes(), &Limits::default(), &mut |item| {
            if let Item::Part(document) = item {
                let found = scanner.scan(&document).into_iter().filter(|finding| finding.kind == "ssn");
                places.extend(found.map(|finding| (finding.start_byte, finding.end_byte, finding.start.line)));
            }
        });
        let at = text.find("536-90-4399").expect("it is there") as u64;
        let line = 1 + text[..at as usize].matches('\n').count() as u64;
        assert_eq!(places, [(at, at + 11, line)], "{text}");
    }
}

/// Formats that end where their content ends: whatever is cut off is content.
const EXACT: &[&str] = &[
    "visit.log.gz",
    "visit.log.bz2",
    "visit.log.xz",
    "visit.log.zst",
    "visit.log.zz",
    "plain.zip",
    "stored.zip",
    "plain.cpio",
    "plain.rpm",
    "streamed.zip",
];

#[test]
fn every_cut_is_told() {
    let scanner = scanner();
    let (mut archives, mut wrong) = (0, Vec::new());
    for (name, member, line) in SAMPLES {
        let whole = sample(name);
        // Every cut of the small ones; of the others as many as are quick.
        let step = (whole.len() / 64).max(1);
        for end in (24..whole.len()).step_by(if EXACT.contains(name) { 1.max(step / 8) } else { step }) {
            let (found, skipped) = scanned(&scanner, name, &whole[..end], &Limits::default());
            archives += 1;
            // Between two members of a gzip nothing is cut off.
            let between = *name == "visit.log.gz" && whole[end..].starts_with(&[0x1f, 0x8b, 8]);
            if EXACT.contains(name) && skipped.is_empty() && !between {
                wrong.push(format!("{name} cut at {end} of {}", whole.len()));
            }
            // What a cut hides is told.
            if skipped.is_empty() && !is_found(&found, name, member, *line) && *name != "core" && end > 600 {
                wrong.push(format!("{name} cut at {end} of {}: nothing is found, nothing told", whole.len()));
            }
        }
    }
    assert!(archives >= 200);
    assert!(wrong.is_empty(), "{} of {archives}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn damaged_bytes_do_no_harm() {
    let scanner = scanner();
    for (name, ..) in SAMPLES {
        let whole = sample(name);
        let step = (whole.len() / 24).max(1);
        for at in (0..whole.len()).step_by(step) {
            for value in [0xff, whole[at] ^ 0x10] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let _ = scanned(&scanner, name, &bytes, &Limits { expanded: 64 << 20, ..Limits::default() });
            }
        }
    }
}

#[test]
fn limits_hold_and_are_told() {
    let scanner = scanner();
    let log = sample("visit.log.gz");
    let mut deep = log.clone();
    (0..12).for_each(|_| deep = wrap::gzip(&deep));
    let many: Vec<(String, Vec<u8>)> = (0..50).map(|n| (format!("{n}.txt"), b"x".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let zeros = wrap::gzip(&vec![b'0'; 8 << 20]);
    let few = Limits { entries: 40, expanded: 1 << 20, ..Limits::default() };
    for (bytes, limits, says) in [
        (deep, Limits::default(), "--max-depth"),
        (wrap::tar(&many), few, "--max-entries"),
        (wrap::zip(&many), few, "--max-entries"),
        (zeros.clone(), few, "--max-expanded"),
        (wrap::tar(&[("a.gz", &zeros), ("b.gz", &log)]), few, "--max-expanded"),
        (zeros, Limits { seconds: 0, ..few }, "--max-time"),
        (wrap::tar(&[("../../etc/passwd", b"x")]), few, "leads out of the archive"),
        (wrap::huge_tar(), few, "ends too early"),
        (wrap::overlapping_zip(), few, "overlap"),
        (b"7z\xbc\xaf\x27\x1c\0\x04 and more".to_vec(), few, "unpack it first"),
    ] {
        let (_, skipped) = scanned(&scanner, "a", &bytes, &limits);
        // What is cut off is told of the member, and of the archive around it.
        assert!(skipped.len() == 1 || (says == "ends too early" && skipped.len() == 2), "{says}: {skipped:?}");
        assert!(skipped[0].contains(says), "{says}: {skipped:?}");
    }
}

#[test]
fn a_bomb_ends_at_its_ratio_and_a_quine_at_its_depth() {
    let folder = Folder::new("bombs");
    // 300 MiB of blanks, packed twice.
    let bomb = wrap::gzip(&wrap::gzip_of_blanks(300 << 20));
    folder.file("bomb.gz", bomb).file("a.log", "patient ssn=536-90-4399\n");
    let ran = folder.phivet(&["scan", ".", "--isolated", "--format", "jsonl", "--strict"]).exits(1);
    assert!(ran.out.contains("--max-ratio"), "{}", ran.out);
    let ran = folder.phivet(&["scan", "bomb.gz", "--isolated"]).exits(0);
    assert!(ran.out.contains("1 not read"), "{}", ran.out);
    folder.phivet(&["scan", "bomb.gz", "--isolated", "--strict"]).exits(2);
    // A zip that holds itself (Russ Cox, "Zip Files All The Way Down") goes on for ever; one that nests is as good.
    let mut nested = wrap::zip(&[("x", b"x")]);
    (0..40).for_each(|_| nested = wrap::zip(&[("r/r.zip", &nested)]));
    folder.file("r.zip", nested);
    let ran = folder.phivet(&["scan", "r.zip", "--isolated", "--format", "jsonl", "--max-depth", "5"]).exits(0);
    assert!(ran.out.contains("--max-depth"), "{}", ran.out);
}
