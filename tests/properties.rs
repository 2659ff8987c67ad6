//! What holds for every input: a scan does not panic, findings lie inside the document, a mask shows no value.

use std::ops::Range;
use std::sync::LazyLock;

use phivet::judge::Finding;
use phivet::{Document, Policy, Profile, Rules, Scanner};
use proptest::prelude::*;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::builtin().expect("the built-in rules"));
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let policy = Policy { profile: Profile::Strict, min_confidence: Some(0.0), ..Policy::default() };
    Scanner::new(RULES.clone(), policy).expect("a scanner")
});

/// Names that lead to every kind of document and to every format's reader.
const NAMES: &[&str] = &[
    "a.log",
    "a.txt",
    "a.csv",
    "a.tsv",
    "a.json",
    "a.jsonl",
    "a.xml",
    "a.html",
    "a.sql",
    "a.hl7",
    "a.edi",
    "a.yaml",
    "a.toml",
    "a.properties",
    ".env",
    "a.py",
    "a.rs",
    "a.java",
    "package-lock.json",
    "LICENSE",
    "a.bin",
    "a",
];

/// Texts with structure to break: messages, bundles, tables.
const SAMPLES: &[&[u8]] = &[
    include_bytes!("../testdata/clinic/hl7/adt_a01.hl7"),
    include_bytes!("../testdata/clinic/fhir/bundle.json"),
    include_bytes!("../testdata/clinic/exports/patients.csv"),
    include_bytes!("../testdata/clinic/exports/lab_results.tsv"),
    include_bytes!("../testdata/clinic/migrations/0002_seed.sql"),
    include_bytes!("../testdata/clinic/intake/form-20931.xml"),
    include_bytes!("../testdata/clinic/logs/app.jsonl"),
    include_bytes!("../testdata/clinic/mail/referral.eml"),
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250914*0812*^*00501*000000001*0*T*:~\
      GS*HC*S*R*20250914*0812*1*X*005010X222A1~ST*837*0001~NM1*IL*1*CALDWELL*DENISE****MI*XQK448120937~\
      N3*418 HAWTHORNE AVE~N4*PORTLAND*OR*97214~DMG*D8*19510314*F~SE*6*0001~GE*1*1~IEA*1*000000001~",
];

fn examples() -> Vec<Vec<u8>> {
    RULES.iter().flat_map(|(_, rule)| rule.examples.hit.iter().cloned().map(String::into_bytes)).collect()
}

/// A change of a text: what is done, where (a share of its length), and with which byte.
type Change = (u8, f64, u8);

fn change(text: &mut Vec<u8>, (what, place, byte): Change) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = (place * text.len() as f64) as usize;
    match what {
        0 => text.truncate(at),
        1 => text.insert(at.min(text.len()), byte),
        2 if at < text.len() => text[at] = byte,
        3 if at < text.len() => {
            text.remove(at);
        }
        4 => text.extend_from_within(..at),
        _ => text.splice(at.min(text.len())..at.min(text.len()), [byte; 40]).for_each(drop),
    }
}

fn inside(finding: &Finding, len: usize) -> Option<Range<usize>> {
    let at = usize::try_from(finding.start_byte).ok()?..usize::try_from(finding.end_byte).ok()?;
    (at.start < at.end && at.end <= len).then_some(at)
}

/// Checks all that must hold for the findings in a text.
fn holds(name: &str, text: &[u8]) -> Result<(), TestCaseError> {
    let document = Document::of(name, text.to_vec());
    for finding in SCANNER.scan(&document) {
        let Some(at) = inside(&finding, text.len()) else {
            return Err(TestCaseError::fail(format!("{} lies outside of its document", finding.kind)));
        };
        prop_assert!(finding.start <= finding.end);
        prop_assert!((0.0..=1.0).contains(&finding.confidence), "{}", finding.confidence);
        masked(&finding, &text[at])?;
    }
    Ok(())
}

/// The value is as wide as it was, and neither it nor any digit can be read.
fn masked(finding: &Finding, value: &[u8]) -> Result<(), TestCaseError> {
    let excerpt = finding.excerpt.as_str();
    let Some(shown) = excerpt.get(finding.marked.clone()) else {
        return Err(TestCaseError::fail("the mark does not lie inside the excerpt".to_owned()));
    };
    // What code calls a value is none.
    let is_code = finding.kind.starts_with("flow.");
    if !is_code && !value.starts_with(b"phivet:allow") {
        let readable: String = shown.chars().filter(|c| c.is_alphanumeric() && !matches!(c, 'x' | '0')).collect();
        prop_assert!(readable.is_empty(), "`{readable}` of {} can be read", finding.kind);
    }
    let digit = excerpt.chars().find(|c| c.is_numeric() && *c != '0');
    prop_assert!(digit.is_none(), "a digit can be read beside {}", finding.kind);
    if value.len() <= 120 {
        let width = String::from_utf8_lossy(value).chars().count();
        prop_assert_eq!(shown.chars().count(), width, "the width of {} changed", finding.kind);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(name in prop::sample::select(NAMES), text in prop::collection::vec(any::<u8>(), 0..2000)) {
        holds(name, &text)?;
    }

    #[test]
    fn any_text(name in prop::sample::select(NAMES), text in "\\PC{0,400}") {
        holds(name, text.as_bytes())?;
    }

    #[test]
    fn damaged_samples(
        name in prop::sample::select(NAMES),
        sample in prop::sample::select(SAMPLES),
        changes in prop::collection::vec((0u8..6, 0.0..1.0f64, any::<u8>()), 0..12),
    ) {
        let mut text = sample.to_vec();
        changes.into_iter().for_each(|c| change(&mut text, c));
        holds(name, &text)?;
    }

    #[test]
    fn damaged_examples(
        name in prop::sample::select(NAMES),
        pieces in prop::collection::vec((prop::sample::select(examples()), "[ ,;|\n]{0,2}"), 1..6),
        changes in prop::collection::vec((0u8..6, 0.0..1.0f64, any::<u8>()), 0..6),
    ) {
        let mut text: Vec<u8> = pieces.into_iter().flat_map(|(text, glue)| [text, glue.into_bytes()].concat()).collect();
        changes.into_iter().for_each(|c| change(&mut text, c));
        holds(name, &text)?;
    }
}

#[test]
fn examples_of_all_rules() {
    for (name, text) in NAMES.iter().flat_map(|name| examples().into_iter().map(move |text| (name, text))) {
        if let Err(error) = holds(name, &text) {
            panic!("{name}: {}: {error}", String::from_utf8_lossy(&text));
        }
    }
}
