//! Every format over the same findings.

use super::*;
use crate::judge::finding::{Pos, Step};
use crate::mask::{Masked, document_name};
use crate::rule::RuleId;

/// The fingerprint of the finding that the baseline knows.
const KNOWN: &str = "fedcba9876543210";

const SSN: &str = "
id: ssn
title: Social Security number
safe_harbor: G
severity: error
why: It opens accounts in a person's name, and it cannot be changed.
fix: Log an opaque request id instead.
identifier: {kind: ssn, looks: ['[0-9]{3}-[0-9]{2}-[0-9]{4}'], called: [ssn]}
examples: {hit: ['ssn 219-09-9999'], miss: ['ssn none']}
";

fn rules() -> Rules {
    Rules::default().with_texts(&[("ssn.yaml".to_owned(), SSN.to_owned())]).expect("the rule is good")
}

fn meta(rules: &Rules) -> Meta<'_> {
    let root = Some("/home/me/clinic".to_owned());
    Meta {
        rules,
        rules_hash: "aa".into(),
        config_hash: "bb".into(),
        profile: "default".into(),
        root,
        color: false,
        baseline: false,
        provenance: None,
    }
}

fn masked(text: &str) -> Masked {
    document_name(text, &[])
}

fn finding() -> Finding {
    let (start, end) = (Pos { line: 7, column: 11 }, Pos { line: 7, column: 22 });
    Finding {
        rule: RuleId(0),
        kind: "ssn".into(),
        severity: Severity::Error,
        confidence: 0.984,
        phi: true,
        document: masked("/home/me/clinic/logs/visit 1.log"),
        start_byte: 120,
        end_byte: 131,
        start,
        end,
        excerpt: masked("xxxx ssn: 000-00-0000 xxxxx"),
        marked: 10..21,
        trail: Vec::new(),
        evidence: vec!["labelled ssn".into(), "a diagnosis in the same record".into()],
        seal: None,
        fingerprint: "0123456789abcdef".into(),
        in_column: None,
        more: 0,
        suppressed: None,
        note: None,
        edit: None,
        exposure: None,
    }
}

fn findings() -> Vec<Finding> {
    let step = Step {
        document: masked("src/a.rs"),
        start: finding().start,
        end: finding().end,
        excerpt: masked("    info!(\"{}\", patient.ssn);"),
        marked: 16..27,
        says: "is logged here".into(),
    };
    let repeated = Finding { severity: Severity::Warning, phi: false, more: 41, trail: vec![step], ..finding() };
    let allowed = Finding { suppressed: Some(masked("a made-up patient")), ..finding() };
    let noted = Finding { severity: Severity::Note, note: Some("A published sample value.".into()), ..finding() };
    let known = Finding { fingerprint: KNOWN.into(), ..finding() };
    vec![noted, repeated, allowed, known, finding()]
}

fn report(name: &str, findings: &[Finding], skipped: usize) -> String {
    let rules = rules();
    let meta = meta(&rules);
    let mut out = Vec::new();
    let mut summary = Summary { files: 3, bytes: 4096, skipped: skipped as u64, ..Summary::default() };
    let mut report = Report::begin(&meta, format(name).expect("a format"), Box::new(&mut out)).expect("memory");
    for finding in findings {
        if finding.fingerprint == KNOWN {
            summary.known += 1;
            report.known(finding).expect("memory");
            continue;
        }
        summary.count(finding);
        report.finding(finding).expect("memory");
    }
    if summary.known > 0 {
        summary.notices.push("1 entry of the baseline covers nothing any more.".into());
    }
    for number in 0..skipped {
        let skipped = Skipped { document: masked(&format!("dev/{number}")), reason: "a device".into() };
        report.skipped(&skipped).expect("memory");
    }
    report.end(&summary).expect("memory");
    String::from_utf8(out).expect("a report is UTF-8")
}

fn sarif(findings: &[Finding], skipped: usize) -> serde_json::Value {
    let sarif = serde_json::from_str(&report("sarif", findings, skipped)).expect("it is JSON");
    // OASIS left a stray bracket in the pattern of language tags, which only lenient engines take.
    let schema = include_str!("../../tests/data/sarif-2.1.0.json").replace("{2}]?$", "{2}\\\\]?$");
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> =
        validator.iter_errors(&sarif).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    sarif
}

#[test]
fn formats_say_the_same() {
    for (name, _) in FORMATS {
        let mut text = report(name, &findings(), 2);
        if *name == "sarif" {
            text = serde_json::to_string_pretty(&sarif(&findings(), 2)).expect("it is JSON");
        }
        insta::assert_snapshot!(format!("report_{name}"), text.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    }
}

#[test]
fn formats_of_nothing() {
    for (name, _) in FORMATS {
        insta::assert_snapshot!(
            format!("empty_{name}"),
            report(name, &[], 0).replace(env!("CARGO_PKG_VERSION"), "[version]")
        );
    }
    sarif(&[], 0);
}

#[test]
fn json_is_json() {
    let json: serde_json::Value = serde_json::from_str(&report("json", &findings(), 3)).expect("it is JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(3));
    for line in report("jsonl", &findings(), 3).lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

/// In a run the worst stand first, and what is left out is said.
#[test]
fn sarif_tells_the_worst_first() {
    let mut many: Vec<Finding> =
        std::iter::repeat_with(|| Finding { severity: Severity::Note, ..finding() }).take(6_000).collect();
    many.push(finding());
    let sarif = sarif(&many, 0);
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["level"], "error");
    assert_eq!(run["results"].as_array().map(Vec::len), Some(6_001));
    let told = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert!(told["message"]["text"].as_str().is_some_and(|text| text.starts_with("GitHub keeps 5000")), "{told}");
}

/// GitHub takes 20 runs in a file.
#[test]
fn sarif_says_what_is_left_out() {
    let rules = rules();
    let meta = meta(&rules);
    let mut out = Vec::new();
    let mut report = Report::begin(&meta, format("sarif").expect("a format"), Box::new(&mut out)).expect("memory");
    for _ in 0..500_007 {
        report.finding(&finding()).expect("memory");
    }
    report.end(&Summary::default()).expect("memory");
    let text = String::from_utf8(out).expect("a report is UTF-8");
    assert_eq!(text.matches("\"ruleId\":").count(), 500_000);
    assert_eq!(text.matches("\"automationDetails\":").count(), 20);
    assert!(text.contains("7 more results are not in this file"));
}

/// What is bounded says how much it left out; hostile names stay within their place.
#[test]
fn bounded_formats_say_what_they_leave_out() {
    let many: Vec<Finding> = std::iter::repeat_with(finding).take(10_050).collect();
    for (name, says) in [
        ("github", "10,041 more findings are not annotated"),
        ("markdown", "10,020 more are not listed here"),
        ("junit", "50 more findings are not listed"),
        ("html", "5,050 more findings are counted above and not listed"),
    ] {
        let text = report(name, &many, 0);
        assert!(text.contains(says), "{name}:\n{}", &text[..text.len().min(2_000)]);
    }
    assert!(report("markdown", &many, 1_000).len() < 65_536);
}

#[test]
fn names_break_out_of_no_format() {
    let name = "=a,b\"c\n::error file=x::</script><img src=x onerror=alert(1)>|`@team";
    let hostile = vec![Finding { document: masked(name), ..finding() }];
    let text = |format: &str| report(format, &hostile, 0);
    assert_eq!(text("github").lines().filter(|line| line.starts_with("::")).count(), 1);
    assert!(!text("html").contains("<img"));
    assert!(!text("junit").contains("<img"));
    assert!(!text("markdown").contains("<img") && !text("markdown").contains("@team"));
    assert!(text("csv").contains("\"'=a,b\"\"c"));
    assert!(serde_json::from_str::<serde_json::Value>(&text("gitlab")).is_ok());
}

/// GitHub refuses a run of more than 25,000 results; what was not read is told once, and counted beyond a limit.
#[test]
fn sarif_keeps_to_limits() {
    let many: Vec<Finding> = std::iter::repeat_with(finding).take(25_001).collect();
    let sarif = sarif(&many, SKIPPED_LIMIT + 5);
    let runs = sarif["runs"].as_array().expect("runs");
    let results: Vec<usize> = runs.iter().filter_map(|run| run["results"].as_array().map(Vec::len)).collect();
    assert_eq!(results, [25_000, 1]);
    assert_ne!(runs[0]["automationDetails"]["id"], runs[1]["automationDetails"]["id"]);
    let told = runs[1]["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    assert_eq!(told.len(), SKIPPED_LIMIT + 2);
    assert_eq!(told[SKIPPED_LIMIT + 1]["descriptor"]["id"], "limit");
    assert_eq!(told[SKIPPED_LIMIT]["message"]["text"], "5 more documents were not read.");
}

#[test]
fn a_writer_that_is_full_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let rules = rules();
    let meta = meta(&rules);
    for (_, format) in FORMATS {
        let told = Report::begin(&meta, *format, Box::new(Full)).and_then(|mut report| {
            report.finding(&finding())?;
            report.end(&Summary::default())
        });
        assert!(told.is_err());
    }
}
