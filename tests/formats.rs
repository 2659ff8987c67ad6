//! The formats of health software, each read as what it is: `testdata/formats`, and what must be found there.
//!
//! `testdata/formats.expected.tsv` holds, for every file and line, `rule=value` of all findings of the profile
//! `safe-harbor`, and nothing else. `BLESS=1` rewrites it; read the difference before you believe it.
#![allow(clippy::disallowed_methods)] // it reads the files

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use phivet::fields::remarks;
use phivet::{Document, Policy, Profile, Rules, Scanner};
use proptest::prelude::*;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let policy = Policy { profile: Profile::SafeHarbor, ..Policy::default() };
    Scanner::new(Rules::builtin().expect("the built-in rules"), policy).expect("a scanner")
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// The files, by name.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = std::fs::read_dir(root().join("formats")).expect("testdata/formats");
    let read = |path: PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        (name, std::fs::read(path).expect("a file"))
    };
    let mut files: Vec<_> = folder.map(|entry| read(entry.expect("an entry").path())).collect();
    files.sort();
    files
});

fn found(name: &str, bytes: &[u8]) -> Vec<(u64, String)> {
    let shown = |finding: phivet::Finding| {
        let at = usize::try_from(finding.start_byte).unwrap_or(0)..usize::try_from(finding.end_byte).unwrap_or(0);
        let value = String::from_utf8_lossy(&bytes[at]).replace(['\t', '\n', '\r'], " ");
        let rule = SCANNER.rules().get(finding.rule).id.clone();
        (finding.start.line, format!("{rule}={value}"))
    };
    SCANNER.scan(&Document::of(name, bytes.to_vec())).into_iter().map(shown).collect()
}

#[test]
fn what_each_format_says_is_found_and_nothing_else() {
    let mut lines: Vec<String> = Vec::new();
    for (name, bytes) in FILES.iter() {
        let mut by_line: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (line, text) in found(name, bytes) {
            by_line.entry(line).or_default().push(text);
        }
        lines.extend(by_line.into_iter().map(|(line, texts)| format!("{name}\t{line}\t{}", texts.join("; "))));
    }
    let path = root().join("formats.expected.tsv");
    let head = "# What the profile safe-harbor reports in testdata/formats, and nothing else. Read and written by tests/formats.rs.\n\
                # file\tline\trule=value; …\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{head}{}\n", lines.join("\n"))).expect("a file to write");
    }
    let text = std::fs::read_to_string(&path).expect("formats.expected.tsv");
    let expected: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let missing: Vec<_> = expected.iter().filter(|line| !lines.iter().any(|found| found == *line)).collect();
    let extra: Vec<_> = lines.iter().filter(|line| !expected.contains(&line.as_str())).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "expected, not found:\n{missing:#?}\nfound, not expected:\n{extra:#?}"
    );
}

#[test]
fn every_encoding_of_a_data_set_says_the_same() {
    let values = |name: &str| {
        let file = FILES.iter().find(|(file, _)| file == name).expect("the file");
        found(name, &file.1).into_iter().map(|found| found.1).collect::<Vec<_>>()
    };
    let plain = values("dicom-explicit-little.dcm");
    assert!(plain.len() >= 20, "{plain:?}");
    for other in ["dicom-implicit-little.dcm", "dicom-explicit-big.dcm", "dicom-undefined-lengths.dcm"] {
        assert_eq!(values(other), plain, "{other}");
    }
    assert!(!plain.iter().any(|value| value.contains("219-09-9998")), "pixels are not read as text: {plain:?}");
}

/// Truncated input: no panic, and findings lie inside what is there.
#[test]
fn every_prefix_of_every_file() {
    for (name, bytes) in FILES.iter() {
        // All of them are short; the longest is looked at in steps, to be done in time.
        let step = 1 + bytes.len() / 1500;
        for end in (0..=bytes.len()).step_by(step) {
            let document = Document::of(name.as_str(), bytes[..end].to_vec());
            let findings = SCANNER.scan(&document);
            assert!(
                findings.iter().all(|f| f.start_byte < f.end_byte && f.end_byte <= end as u64),
                "{name} up to {end}"
            );
            assert!(remarks::remarks(&document).iter().all(|remark| remark.at <= end), "{name} up to {end}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes turned over at random, and pieces of one format between those of another.
    #[test]
    fn flipped_and_interleaved(
        one in 0..FILES.len(),
        other in 0..FILES.len(),
        flips in prop::collection::vec((0.0..1.0f64, any::<u8>()), 0..24),
        cut in 0.0..1.0f64,
    ) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let place = |share: f64, len: usize| (share * len as f64) as usize;
        let (name, mut bytes) = FILES[one].clone();
        for (share, byte) in flips {
            let at = place(share, bytes.len());
            bytes[at] ^= byte;
        }
        let middle = place(cut, bytes.len());
        if cut > 0.5 {
            bytes.splice(middle..middle, FILES[other].1.iter().copied());
        }
        let document = Document::of(name, bytes.clone());
        for finding in SCANNER.scan(&document) {
            prop_assert!(finding.start_byte < finding.end_byte && finding.end_byte <= bytes.len() as u64);
        }
        prop_assert!(remarks::remarks(&document).iter().all(|remark| remark.at <= bytes.len()));
    }
}

/// What is cut off or malformed is told, format by format; what is whole is not.
#[test]
fn what_breaks_off_is_told() {
    let file = |name: &str| FILES.iter().find(|(file, _)| file == name).expect("the file").1.clone();
    let told = |name: &str, bytes: &[u8]| remarks::remarks(&Document::of(name, bytes.to_vec())).len();
    for name in [
        "oru-ed-base64.hl7",
        "fhir-attachment.json",
        "ncpdp-script.xml",
        "cda-nonxml-body.xml",
        "dicom-explicit-little.dcm",
        "dicom-explicit-big.dcm",
    ] {
        let bytes = file(name);
        assert_eq!(told(name, &bytes), 0, "{name} is whole");
        let broken = match name {
            "oru-ed-base64.hl7" => {
                [b"MSH|^~\\&|A|B|C|D|2024||ADT^A08|1|P|2.5\rnoise between segments\r", &bytes[..]].concat()
            }
            _ => bytes[..bytes.len() * 2 / 3].to_vec(),
        };
        assert_eq!(told(name, &broken), 1, "{name} is broken");
    }
    let claim = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304*^*00501*000000017*0*T*:~\
                 GS*HC*S*R*20240102*0304*17*X*005010X222A1~ST*837*0001~NM1*IL*1*CALDWELL*DENISE~SE*3*0001~GE*1*17~IEA*1*000000017~";
    assert_eq!(told("claim.edi", claim.as_bytes()), 0);
    assert_eq!(told("claim.edi", &claim.as_bytes()[..200]), 1);
}
