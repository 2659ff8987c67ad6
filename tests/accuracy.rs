//! `docs/accuracy.md` says how well the rules do on labelled documents, misses and false alarms included.
//! `BLESS=1 cargo test --test accuracy` writes it anew.
//!
//! Documents of our own stand in `testdata/accuracy`, with marks around what must be found (`docs/weights.md`). A second
//! set is measured where it is at hand; elsewhere its part of the page stays as it is.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it reads and writes the page

#[path = "support/labelled.rs"]
mod labelled;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use labelled::{Labelled, Measure, Tally, Verdict, judge};
use phivet::{Finding, Policy, Profile, Rules};

/// The overlap F1 of `testdata/accuracy` may not fall under this.
const FLOOR: f64 = 0.77;

/// Where the part about the second set begins.
const SECOND: &str = "\n## On the development set\n";

const HEAD: &str = "\
<!-- Written by tests/accuracy.rs: BLESS=1 cargo test --all-features --test accuracy -->
# Accuracy

What `--profile safe-harbor` finds in labelled documents, and what it does not. [weights.md](weights.md) says how the
documents are labelled and how to measure others.

- **overlap**: a finding and a label have a byte in common, and kinds of one group (name; address, city, ZIP code; date,
  birth date, age; telephone, fax; e-mail; SSN; URL; IP address; photograph; all other numbers).
- **strict**: same bounds and same kind.
- Names of providers and organisations, their addresses and numbers, states, ages under 90 and published sample values
  are open: found or not, they do not count.
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page_path() -> PathBuf {
    root().join("docs/accuracy.md")
}

/// A set, scanned.
struct Scanned {
    documents: Vec<Labelled>,
    findings: Vec<Vec<Finding>>,
}

impl Scanned {
    fn new(folder: &Path) -> Self {
        let policy = Policy { profile: Profile::SafeHarbor, ..Policy::default() };
        let documents = labelled::read(folder).expect("labelled documents");
        let findings = labelled::scan(&documents, policy).expect("the built-in rules");
        Self { documents, findings }
    }

    fn each(&self) -> impl Iterator<Item = (&Labelled, &Vec<Finding>)> {
        self.documents.iter().zip(&self.findings)
    }

    fn own() -> Self {
        Self::new(&root().join("testdata/accuracy"))
    }

    fn second() -> Option<Self> {
        let folder = root().parent()?.join("shared/devbench/detect/quality");
        folder.join("labels.jsonl").exists().then(|| Self::new(&folder))
    }

    /// Counts by kind, by family, and in all.
    fn tallies(&self) -> (BTreeMap<String, Tally>, BTreeMap<String, Tally>, Tally) {
        let (mut kinds, mut families, mut all) = (BTreeMap::new(), BTreeMap::new(), Tally::default());
        for (document, found) in self.each() {
            let family: &mut Tally = families.entry(document.family.clone()).or_default();
            for finding in found {
                let verdict = judge(finding, document);
                let kind: &mut Tally = kinds.entry(finding.kind.clone()).or_default();
                [&mut all, family, kind].into_iter().for_each(|tally| tally.finding(verdict));
            }
            for span in document.gold() {
                let kind: &mut Tally = kinds.entry(span.kind.clone()).or_default();
                for tally in [&mut all, family, kind] {
                    tally.label(span, found);
                }
            }
        }
        (kinds, families, all)
    }

    fn measures(&self, out: &mut String) {
        let (kinds, families, all) = self.tallies();
        let silent = |(document, _): &(&Labelled, &Vec<Finding>)| document.gold().next().is_none();
        let alarmed = |(document, found): &(&Labelled, &Vec<Finding>)| {
            found.iter().any(|finding| judge(finding, document) == Verdict::Wrong)
        };
        let without = self.each().filter(silent).count();
        let _ = writeln!(
            out,
            "{} documents of {} families with {} labels; {without} of them hold nothing to find, and {} of those raise \
             an alarm.\n",
            self.documents.len(),
            families.len(),
            all.labels,
            self.each().filter(silent).filter(alarmed).count()
        );
        table(out, "", &BTreeMap::from([("all".to_owned(), all)]));
        table(out, "kind", &kinds);
        table(out, "family", &families);
        self.calibration(out);
    }

    fn calibration(&self, out: &mut String) {
        let judged = self.each().flat_map(|(document, found)| found.iter().map(move |f| (f, judge(f, document))));
        let counted = judged.filter(|(_, verdict)| *verdict != Verdict::Open);
        let pairs: Vec<(f32, bool)> =
            counted.map(|(finding, verdict)| (finding.confidence, verdict != Verdict::Wrong)).collect();
        out.push_str("| confidence | findings | right |\n|---|---:|---:|\n");
        for (from, all, right) in labelled::calibration(&pairs) {
            let share = if all > 0 { format!("{:.2}", right as f64 / all as f64) } else { "–".to_owned() };
            let _ = writeln!(out, "| {from:.1} to {:.1} | {all} | {share} |", from + 0.1);
        }
    }

    /// What was missed and what was wrong, by document: kinds, rules and lines, never a value.
    fn mistakes(&self, out: &mut String) {
        let rules = Rules::builtin().expect("the built-in rules");
        let (mut missed, mut wrong) = (String::new(), String::new());
        for (document, found) in self.each() {
            let unseen = document.gold().filter(|span| !Tally::default().label(span, found));
            list(&mut missed, document, unseen.map(|span| (document.line(span.from), span.kind.clone())));
            let alarms = found.iter().filter(|finding| judge(finding, document) == Verdict::Wrong);
            list(&mut wrong, document, alarms.map(|finding| (finding.start.line, rules.get(finding.rule).id.clone())));
        }
        let head = "| document | line: kind |\n|---|---|\n";
        let _ = write!(
            out,
            "\n### Missed\n\n{head}{missed}\n### Wrongly reported\n\n{}{wrong}",
            head.replace("kind", "rule")
        );
    }
}

/// One row: a document and its mistakes, by line.
fn list(out: &mut String, document: &Labelled, mistakes: impl Iterator<Item = (u64, String)>) {
    let mut lines: BTreeMap<u64, BTreeMap<String, usize>> = BTreeMap::new();
    for (line, what) in mistakes {
        *lines.entry(line).or_default().entry(what).or_default() += 1;
    }
    let of_line = |(line, whats): (u64, BTreeMap<String, usize>)| {
        let times = |(what, n): (&String, &usize)| if *n > 1 { format!("{what} ×{n}") } else { what.clone() };
        format!("{line}: {}", whats.iter().map(times).collect::<Vec<_>>().join(", "))
    };
    let cells: Vec<String> = lines.into_iter().map(of_line).collect();
    if !cells.is_empty() {
        let _ = writeln!(out, "| {} | {} |", document.name, cells.join("; "));
    }
}

fn table(out: &mut String, title: &str, rows: &BTreeMap<String, Tally>) {
    let _ = writeln!(out, "| {title} | labels | findings | overlap P | R | F1 | strict P | R | F1 |");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    let measure = |m: Measure| format!("{:.3} | {:.3} | {:.3}", m.precision, m.recall, m.f1);
    for (name, tally) in rows {
        let (found, overlap, strict) = (tally.right + tally.wrong, tally.overlap(), tally.strict());
        if found + tally.labels > 0 {
            let _ =
                writeln!(out, "| {name} | {} | {found} | {} | {} |", tally.labels, measure(overlap), measure(strict));
        }
    }
    out.push('\n');
}

fn first_part(own: &Scanned) -> String {
    let mut out = String::from(HEAD);
    out.push_str("\n## On our own documents\n\n`testdata/accuracy`, all invented, written to find the limits. ");
    own.measures(&mut out);
    own.mistakes(&mut out);
    out
}

fn second_part(set: &Scanned) -> String {
    let mut out = String::from(SECOND);
    out.push_str(
        "\nDocuments from public sources and carriers with generated people; they are not part of the project. ",
    );
    set.measures(&mut out);
    out
}

fn written() -> (String, String) {
    let page = std::fs::read_to_string(page_path()).unwrap_or_default().replace("\r\n", "\n");
    let cut = page.find(SECOND).unwrap_or(page.len());
    (page[..cut].to_owned(), page[cut..].to_owned())
}

#[test]
fn the_page_says_what_is_measured() {
    let (first, second) = written();
    let own = first_part(&Scanned::own());
    let set = Scanned::second().map_or_else(|| second.clone(), |set| second_part(&set));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(page_path(), own + &set).expect("docs/accuracy.md");
        return;
    }
    let advice = "docs/accuracy.md is out of date: look at what changed, then write it with \
                  BLESS=1 cargo test --all-features --test accuracy";
    let changed = |old: &str, new: &str| {
        let old: BTreeSet<&str> = old.lines().collect();
        new.lines().filter(|line| !old.contains(line)).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    assert!(first == own, "{advice}\nlines that are new:\n{}", changed(&first, &own));
    assert!(second == set, "{advice}\nlines that are new:\n{}", changed(&second, &set));
}

#[test]
fn accuracy_does_not_fall() {
    let own = Scanned::own();
    let f1 = labelled::tally(&own.documents, &own.findings).overlap().f1;
    assert!(f1 >= FLOOR, "the overlap F1 of testdata/accuracy is {f1:.3}, under {FLOOR}: see docs/accuracy.md");
}

#[test]
fn the_documents_are_many_and_varied() {
    let own = Scanned::own();
    let families: BTreeSet<&str> = own.documents.iter().map(|document| document.family.as_str()).collect();
    let silent = own.documents.iter().filter(|document| document.gold().next().is_none()).count();
    let kinds: BTreeSet<&str> = own.documents.iter().flat_map(Labelled::gold).map(|span| span.kind.as_str()).collect();
    assert!(own.documents.len() >= 70 && families.len() >= 16, "fewer documents or families than there were");
    assert!(silent * 4 >= own.documents.len(), "too few documents without identifiers");
    let all = "account address age_over_89 biometric city date device dob email fax health_plan_id ip license mrn name \
               other_id phone photo ssn url vehicle zip";
    assert_eq!(kinds.into_iter().collect::<Vec<_>>().join(" "), all, "kinds that are marked");
}

#[test]
fn marks_are_taken_out() {
    let (bytes, spans) = labelled::unmark("a ⟦?open:b ⟦name:é⟧⟧ c").expect("marks that close");
    assert_eq!(bytes, "a b é c".as_bytes());
    let found: Vec<_> = spans.iter().map(|s| (s.from, s.to, s.kind.as_str(), s.optional)).collect();
    assert_eq!(found, [(4, 6, "name", false), (2, 6, "open", true)]);
    for broken in ["⟦name:x", "x⟧", "⟦name⟧"] {
        assert!(labelled::unmark(broken).is_err(), "{broken}");
    }
}
