//! The scanner, compiled once; and the run over many inputs.

mod collapse;
mod embedded;
mod escaped;
#[cfg(feature = "rust-flow")]
pub mod flows;
mod inspect;
#[cfg(feature = "cli")]
mod queue;
#[cfg(feature = "cli")]
mod run;
#[cfg(feature = "cli")]
mod tell;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
#[cfg(feature = "rust-flow")]
use std::sync::OnceLock;

use crate::detect::engine::Engine;
use crate::detect::{Columns, Detector, Edit, FlowHit, Mentions, Repeats, Sight, Text};
use crate::document::{Document, Origin, Place};
use crate::error::Result;
use crate::fields::Holds;
use crate::fields::remarks::Remark;
use crate::judge::policy::{Policy, Profile};
use crate::judge::{Finding, Found, Judge, Pos, Told, named};
use crate::kind::Kind;
use crate::mask::{self, Masked};
use crate::rule::{RuleId, Rules};

#[cfg(feature = "cli")]
pub use collapse::Collapse;
use collapse::Ordinals;
pub use inspect::Inspect;
#[cfg(feature = "cli")]
pub use run::{Event, Read, Remarked, Running, run};

/// Chooses the policy for a document by its name; `None` is the scanner's own.
pub type ByName = Arc<dyn Fn(&str) -> Option<Arc<Policy>> + Send + Sync>;

/// Rules, detectors and judge, built once. Shared by all threads.
pub struct Scanner {
    rules: Rules,
    engine: Arc<Engine>,
    detectors: Vec<Box<dyn Detector>>,
    judge: Judge,
    policy: Arc<Policy>,
    by_name: Option<ByName>,
    remarks: bool,
    inspect: Option<Inspect>,
    #[cfg(feature = "rust-flow")]
    own: crate::detect::flow::Own,
    /// Made for the first Rust file: most commits have none, and it takes as long as all else that is made.
    #[cfg(feature = "rust-flow")]
    analysis: OnceLock<crate::detect::flow::Analysis>,
    #[cfg(feature = "rust-flow")]
    flows: flows::Flows,
}

/// A vocabulary's number, a document's name, and where identifiers are in that.
type Named = (u64, String, Vec<Range<usize>>);

thread_local! {
    static NAMED: RefCell<Option<Named>> = const { RefCell::new(None) };
}

/// A rule that does not do what its examples say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Id of the rule.
    pub rule: String,
    /// What is wrong, in words, with the example's number from 1.
    pub what: String,
}

impl Scanner {
    /// A scanner for these rules under this policy.
    ///
    /// # Errors
    /// [`crate::Error::Rule`] when a pattern is not usable or a check does not exist.
    pub fn new(rules: Rules, policy: Policy) -> Result<Self> {
        let engine = Engine::new(&rules)?;
        Ok(Self::with(rules, policy, engine))
    }

    /// The same, slow and simple: every pattern is tried at every token. What the other is held against.
    ///
    /// # Errors
    /// As [`Scanner::new`].
    pub fn plain(rules: Rules, policy: Policy) -> Result<Self> {
        let engine = Engine::plain(&rules)?;
        Ok(Self::with(rules, policy, engine))
    }

    fn with(rules: Rules, policy: Policy, engine: Engine) -> Self {
        let engine = Arc::new(engine);
        let detectors: Vec<Box<dyn Detector>> =
            // The last two go by what the others found.
            vec![
                Box::new(Columns::new(Arc::clone(&engine))),
                Box::new(Text(Arc::clone(&engine))),
                Box::new(Mentions(Arc::clone(&engine))),
                Box::new(Repeats(Arc::clone(&engine))),
            ];
        let judge = Judge::new(&rules);
        Self {
            #[cfg(feature = "rust-flow")]
            own: crate::detect::flow::Own::default(),
            #[cfg(feature = "rust-flow")]
            analysis: OnceLock::new(),
            #[cfg(feature = "rust-flow")]
            flows: flows::Flows::new(),
            rules,
            engine,
            detectors,
            judge,
            policy: Arc::new(policy),
            by_name: None,
            remarks: false,
            inspect: None,
        }
    }

    /// The same scanner with what a project says of its own code.
    #[cfg(feature = "rust-flow")]
    #[must_use]
    pub fn with_own(mut self, own: &crate::detect::flow::Own) -> Self {
        self.own = own.clone();
        self.analysis = OnceLock::new();
        self
    }

    /// The same scanner with what is known of a workspace; a document that is not part of it is seen alone.
    #[cfg(feature = "rust-flow")]
    #[must_use]
    pub fn with_flows(mut self, flows: flows::Flows) -> Self {
        self.flows = flows;
        self
    }

    /// The code checks.
    #[cfg(feature = "rust-flow")]
    #[must_use]
    pub fn analysis(&self) -> &crate::detect::flow::Analysis {
        self.analysis.get_or_init(|| crate::detect::flow::Analysis::new(&self.rules, &self.own))
    }

    /// Where a document lets values out of a program.
    #[cfg(feature = "rust-flow")]
    fn flows_in(&self, document: &Document) -> Vec<FlowHit> {
        // What a program did once has no one to mend it; what data it held is another matter.
        if document.exposure.is_some() {
            return Vec::new();
        }
        let at = usize::try_from(document.first_byte).unwrap_or(usize::MAX);
        if let Some(known) = self.flows.get(&document.name) {
            let own = at + document.own.start..at + document.own.end;
            let mut hits: Vec<FlowHit> = known.iter().filter(|hit| own.contains(&hit.at.start)).cloned().collect();
            for hit in &mut hits {
                hit.at = hit.at.start - at..hit.at.end - at;
                hit.edit = hit.edit.take().filter(|edit| edit.at >= at).map(|edit| Edit { at: edit.at - at, ..edit });
            }
            return hits;
        }
        let whole = at == 0 && document.own == (0..document.bytes.len()) && document.name.ends_with(".rs");
        if !whole || self.analysis().is_empty() {
            return Vec::new();
        }
        let text = std::str::from_utf8(&document.bytes);
        text.map_or_else(|_| Vec::new(), |text| flows::alone(self.analysis(), &document.name, text))
    }

    /// Why code in a document was not followed, if so.
    #[cfg(feature = "rust-flow")]
    fn remark_on_code(&self, document: &Document) -> Option<Remark> {
        let text = std::str::from_utf8(&document.bytes).ok()?;
        let rust = document.name.ends_with(".rs") && !self.analysis().is_empty();
        let at = rust.then(|| flows::roomy(|| crate::detect::flow::rust::broken(text)))??;
        Some(Remark { at: at?, says: "not parsed as Rust from here on; only the words of its macros were looked at" })
    }

    #[cfg(not(feature = "rust-flow"))]
    fn remark_on_code(&self, _: &Document) -> Option<Remark> {
        None
    }

    #[cfg(not(feature = "rust-flow"))]
    fn flows_in(&self, _: &Document) -> Vec<FlowHit> {
        Vec::new()
    }

    /// The same scanner with other policies for some documents.
    #[must_use]
    pub fn with_policies(mut self, by_name: ByName) -> Self {
        self.by_name = Some(by_name);
        self
    }

    /// The same scanner, which in a run also tells where structured documents are cut off or malformed.
    #[must_use]
    pub fn with_remarks(mut self) -> Self {
        self.remarks = true;
        self
    }

    /// The rules that it looks for.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The findings in a document, in the order they stand. Pure: no files, no clock, no output.
    #[must_use]
    pub fn scan(&self, document: &Document) -> Vec<Finding> {
        let mut findings = self.unnumbered(document);
        let mut ordinals = Ordinals::default();
        for finding in &mut findings {
            ordinals.number(&self.rules, finding);
        }
        findings
    }

    /// The same for whoever does not ask which of several like them a finding is.
    pub(crate) fn unnumbered(&self, document: &Document) -> Vec<Finding> {
        self.findings(document, true)
    }

    /// The findings in a document; unless `all` are wanted, some may stand for more.
    fn findings(&self, document: &Document, all: bool) -> Vec<Finding> {
        let own = self.by_name.as_ref().and_then(|f| f(&document.name));
        let policy = own.as_ref().unwrap_or(&self.policy);
        let mut findings = self.decoded_findings(document, (policy, all || self.inspect.is_some()));
        if let Some(inspect) = &self.inspect {
            findings = inspect(self, document, findings);
        }
        if let Some(origin) = &document.origin {
            findings.iter_mut().for_each(|finding| moved(finding, origin));
        }
        findings
    }

    /// The findings in a document and in what is encoded in it, at their places in the document.
    fn decoded_findings(&self, document: &Document, wanted: (&Policy, bool)) -> Vec<Finding> {
        let (Told { mut findings, mut folded }, runs) = match escaped::Plain::of(document) {
            Some(plain) => {
                let (Told { findings, folded }, runs) = self.plain_findings(&plain.document, wanted);
                let findings = findings.into_iter().map(|finding| plain.placed(finding, document)).collect();
                let written = |places: Vec<usize>| places.into_iter().map(|at| plain.written_at(at)).collect();
                (Told { findings, folded: written(folded) }, written(runs))
            }
            None => self.plain_findings(document, wanted),
        };
        if matches!(document.kind, Kind::Generated | Kind::Binary) {
            return findings;
        }
        let seen = findings.len();
        // What a format has decoded already is told at its own place.
        let at = |f: &Finding| usize::try_from(f.start_byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        folded.extend(findings.iter().map(at));
        let hidden = embedded::texts(&document.bytes, &runs)
            .into_iter()
            .filter(|(run, _)| document.own.contains(&run.start) && !folded.iter().any(|at| run.contains(at)));
        for (run, text) in hidden {
            let inner = Document::of(document.name.clone(), text);
            let (found, _) = self.plain_findings(&inner, wanted);
            findings.extend(found.findings.into_iter().map(|finding| embedded::placed(finding, document, &run)));
        }
        if findings.len() > seen {
            findings.sort_by_key(|finding| finding.start_byte);
        }
        findings
    }

    /// The findings in a document as it stands, and where base64 may begin in it.
    fn plain_findings(&self, document: &Document, (policy, all): (&Policy, bool)) -> (Told, Vec<usize>) {
        let (mut seen, holds) = (Sight::default(), Holds::of(document));
        for detector in &self.detectors {
            detector.detect((document, holds), &mut seen);
        }
        let in_name = |name: &str| self.in_name(name);
        let flows = self.flows_in(document);
        let found = Found {
            hits: seen.hits,
            flows: &flows,
            in_name: &in_name,
            allows: holds.has_allows(),
            patients: holds.patients(),
            all,
        };
        (self.judge.judge(&self.rules, &self.engine, policy, document, found), seen.runs)
    }

    /// Where a document's name, read as a text, holds identifiers. The parts of a document have one name.
    fn in_name(&self, name: &str) -> Vec<Range<usize>> {
        let known = NAMED.with_borrow(|last| {
            let last = last.as_ref().filter(|last| (last.0, &*last.1) == (self.engine.words.number(), name));
            last.map(|last| last.2.clone())
        });
        known.unwrap_or_else(|| {
            let spans = self.read_name(name);
            NAMED.set(Some((self.engine.words.number(), name.to_owned(), spans.clone())));
            spans
        })
    }

    fn read_name(&self, name: &str) -> Vec<Range<usize>> {
        let policy = Policy { profile: Profile::Strict, ..Policy::default() };
        let mut spans = named::of_name(name, &self.engine);
        for text in named::readings(name) {
            let document = Document::new("", Kind::Unknown, text);
            let (mut seen, holds) = (Sight::default(), Holds::of(&document));
            for detector in &self.detectors {
                detector.detect((&document, holds), &mut seen);
            }
            let found = Found {
                hits: seen.hits,
                flows: &[],
                in_name: &|_| Vec::new(),
                allows: false,
                patients: holds.patients(),
                all: true,
            };
            let found = self.judge.judge(&self.rules, &self.engine, &policy, &document, found);
            let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
            spans.extend(found.findings.iter().map(|finding| at(finding.start_byte)..at(finding.end_byte)));
        }
        spans
    }

    /// A document's name as it may be printed.
    #[must_use]
    pub fn name(&self, name: &str) -> Masked {
        self.judge.name(name, self.in_name(name))
    }

    /// Patterns that ordinary text is full of places for: they are tried there, and slow every scan.
    #[must_use]
    pub fn costly(&self) -> Vec<Wrong> {
        let says = |(rule, look): &(RuleId, u16)| Wrong {
            rule: self.rules.get(*rule).id.clone(),
            what: format!(
                "pattern {} of `looks` costs: it begins like ordinary text, and is tried wherever that stands; begin it \
                 with what is rare, or move it to `labelled`",
                look + 1
            ),
        };
        self.engine.own.iter().flat_map(|own| &own.costly).map(says).collect()
    }

    /// Every rule on its own examples.
    #[must_use]
    pub fn prove(&self) -> Vec<Wrong> {
        let policy = Policy { profile: Profile::Strict, ..Policy::default() };
        let mut wrong = Vec::new();
        for (id, rule) in self.rules.iter() {
            // What reviews of access logs find no scan does: their examples are reviewed (tests/audit.rs).
            let elsewhere = rule.identifier.kind == "safeguard.access";
            if elsewhere || rule.sink.is_some() && cfg!(not(feature = "rust-flow")) {
                continue;
            }
            let reports = |text: &str| {
                let name = if rule.sink.is_some() { "src/example.rs" } else { "example.txt" };
                let document = Document::of(name, text.as_bytes().to_vec());
                self.decoded_findings(&document, (&policy, true)).iter().any(|f| f.rule == id && f.note.is_none())
            };
            let mut say = |what: String| wrong.push(Wrong { rule: rule.id.clone(), what });
            for (i, text) in rule.examples.hit.iter().enumerate() {
                if !reports(text) {
                    say(format!("does not report its `hit` example {}", i + 1));
                }
            }
            for (i, text) in rule.examples.miss.iter().enumerate() {
                if reports(text) {
                    say(format!("reports its `miss` example {}", i + 1));
                }
            }
        }
        wrong
    }
}

/// Tells a finding in a decoded document at its place in the file.
fn moved(finding: &mut Finding, origin: &Origin) {
    let place = |byte, pos: Pos, ends| origin.place(Place { byte, line: pos.line, column: pos.column }, ends);
    let (start, end) = (place(finding.start_byte, finding.start, false), place(finding.end_byte, finding.end, true));
    (finding.start_byte, finding.end_byte) = (start.byte, end.byte.max(start.byte));
    finding.start = Pos { line: start.line, column: start.column };
    finding.end = Pos { line: end.line, column: end.column };
}

/// SHA-256, in hex, of a text that holds no scanned value (a configuration).
#[must_use]
pub fn digest(text: &[u8]) -> String {
    mask::digest(text)
}
