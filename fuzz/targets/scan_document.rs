//! Any bytes under any kind of name: no panic, findings inside the document, no value in an excerpt.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use phivet::{Document, Policy, Profile, Rules, Scanner};

const NAMES: [&str; 16] = [
    "a.log",
    "a.txt",
    "a.csv",
    "a.json",
    "a.xml",
    "a.html",
    "a.sql",
    "a.hl7",
    "a.edi",
    "a.yaml",
    "a.toml",
    ".env",
    "a.py",
    "package-lock.json",
    "a.bin",
    "a",
];

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let policy = Policy { profile: Profile::Strict, min_confidence: Some(0.0), ..Policy::default() };
    Scanner::new(Rules::builtin().expect("the built-in rules"), policy).expect("a scanner")
});

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let document = Document::of(name, text.to_vec());
    assert!(phivet::fields::remarks::remarks(&document).iter().all(|remark| remark.at <= text.len()));
    for finding in SCANNER.scan(&document) {
        assert!(finding.start_byte < finding.end_byte && finding.end_byte <= text.len() as u64);
        assert!(finding.excerpt.as_str().get(finding.marked.clone()).is_some());
        assert!(!finding.excerpt.as_str().contains(|c: char| ('1'..='9').contains(&c)));
    }
});
