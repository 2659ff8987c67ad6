//! Between the scan and its reports: an allowance that is not trusted is taken away, what the baseline knows is quiet, and
//! what is left is collapsed.

use super::known::Known;
use super::trust::Trust;
use crate::document::Document;
use crate::judge::Finding;
use crate::judge::baseline::Entry;
use crate::scan::{Collapse, Scanner};

/// Most findings of a document that wait until the lines of all of them have been compared.
const WAITING: usize = 10_000;

/// Takes out of `found` what is alike to one of `new`, each for one.
fn take_out(found: &mut Vec<Finding>, new: &mut Vec<&Finding>, alike: &dyn Fn(&Finding, &Finding) -> bool) {
    found.retain(|finding| match new.iter().position(|new| alike(new, finding)) {
        Some(at) => {
            new.swap_remove(at);
            false
        }
        None => true,
    });
}

/// What a finding is after sifting.
pub(super) enum Sifted {
    /// To be reported.
    New(Finding),
    /// Known to the baseline.
    Known(Finding),
}

/// Takes a finding; `false` means that no more are wanted.
pub(super) type Take<'t> = &'t mut dyn FnMut(Sifted) -> bool;

/// The text of a document of which only a change is scanned, as the change leaves it.
pub(super) type Whole<'a> = Box<dyn Fn(&str) -> Option<Vec<u8>> + 'a>;

/// Sifts the findings of one document after the other.
pub(super) struct Sift<'a> {
    scanner: &'a Scanner,
    known: Option<Known>,
    trust: Option<Trust<'a>>,
    /// Of a change: what was there before covers what is known first, or each change could bring it in once more.
    whole: Option<Whole<'a>>,
    /// Are seals made under a key of this run only? Then a baseline has none.
    passing: bool,
    collapse: Collapse,
    document: String,
    waiting: Vec<Finding>,
}

impl<'a> Sift<'a> {
    pub(super) fn new(scanner: &'a Scanner, known: Option<Known>, trust: Option<Trust<'a>>, all: bool) -> Self {
        Self {
            scanner,
            known,
            trust,
            whole: None,
            passing: false,
            collapse: Collapse::new(all),
            document: String::new(),
            waiting: Vec::new(),
        }
    }

    /// The same for a change.
    pub(super) fn of_change(mut self, whole: Option<Whole<'a>>) -> Self {
        self.whole = whole;
        self
    }

    /// The same where the key of the seals is one of this run only.
    pub(super) fn with_passing_key(mut self, passing: bool) -> Self {
        self.passing = passing;
        self
    }

    /// Does it change anything? Then it must see every finding, and collapses them itself.
    pub(super) fn is_idle(&self) -> bool {
        self.known.is_none() && self.trust.is_none()
    }

    pub(super) fn finding(&mut self, mut finding: Finding, on: Take<'_>) -> bool {
        if self.is_idle() {
            return on(Sifted::New(finding));
        }
        if finding.document.as_str() != self.document {
            if !self.flush(on) {
                return false;
            }
            finding.document.as_str().clone_into(&mut self.document);
        }
        if self.whole.is_some() && self.waiting.len() < WAITING {
            self.waiting.push(finding);
            return true;
        }
        self.judge(&mut finding);
        let (Some(known), true) = (&mut self.known, finding.suppressed.is_none()) else {
            return self.collapse.add(finding, &mut |finding| on(Sifted::New(finding)));
        };
        let path = known.path(&finding);
        if known.baseline.knows(self.scanner.rules(), &path, &finding).is_some() {
            return on(Sifted::Known(finding));
        }
        if self.waiting.len() < WAITING && known.baseline.has_left(&path) {
            self.waiting.push(finding);
            return true;
        }
        self.collapse.add(finding, &mut |finding| on(Sifted::New(finding)))
    }

    fn judge(&mut self, finding: &mut Finding) {
        if let (Some(trust), true) = (&mut self.trust, finding.suppressed.is_some()) {
            trust.judge(finding);
        }
        if self.passing {
            finding.seal = None;
        }
    }

    /// What of a change is neither known by its line nor free of it.
    fn changed(&mut self, findings: Vec<Finding>, on: Take<'_>) -> (bool, Vec<Finding>) {
        self.cover_what_was_there(&findings);
        let (mut go_on, mut left) = (true, Vec::new());
        for mut finding in findings {
            self.judge(&mut finding);
            let known = self.known.as_mut().filter(|_| finding.suppressed.is_none());
            match known {
                Some(known) => {
                    let path = known.path(&finding);
                    match known.baseline.knows(self.scanner.rules(), &path, &finding) {
                        Some(_) => go_on &= on(Sifted::Known(finding)),
                        None => left.push(finding),
                    }
                }
                None => go_on &= self.collapse.add(finding, &mut |finding| on(Sifted::New(finding))),
            }
        }
        (go_on, left)
    }

    /// Findings of the whole document that are not among those of the change take what covers them.
    fn cover_what_was_there(&mut self, changed: &[Finding]) {
        let Some(first) = changed.first() else { return };
        let name = first.document.as_str();
        let path = self.known.as_ref().map(|known| known.path(first));
        let known = self.known.as_ref().zip(path.as_ref()).is_some_and(|(known, path)| known.baseline.has_left(path));
        let allowed = self.trust.is_some() && changed.iter().any(|finding| finding.suppressed.is_some());
        let Some(whole) = self.whole.as_ref().filter(|_| known || allowed) else { return };
        let Some(text) = whole(name) else { return };
        let rules = self.scanner.rules();
        let mut found = self.scanner.scan(&Document::of(name, text));
        let mut new: Vec<&Finding> = changed.iter().collect();
        // At its place it is the very finding; in an older version of the document it may stand elsewhere.
        let place = |finding: &Finding| (finding.rule, finding.start_byte);
        take_out(&mut found, &mut new, &|one, other| place(one) == place(other));
        let look = |finding: &Finding| Entry::of(rules, "", finding);
        take_out(&mut found, &mut new, &|one, other| look(one) == look(other));
        let mut others = Vec::new();
        for mut finding in found {
            let allowed = finding.suppressed.is_some();
            if allowed && self.trust.as_mut().is_none_or(|trust| trust.covers(&finding)) {
                continue;
            }
            if self.passing {
                finding.seal = None;
            }
            others.push(finding);
        }
        let (Some(known), Some(path)) = (&mut self.known, path) else { return };
        others.retain(|finding| known.baseline.knows(rules, &path, finding).is_none());
        for other in &others {
            let _ = known.baseline.knows_form(rules, &path, other);
        }
    }

    /// A document was not read, or not to its end.
    pub(super) fn skipped(&mut self, name: &str) {
        if let Some(known) = &mut self.known {
            known.skipped(name);
        }
    }

    /// Nothing more comes of the document.
    pub(super) fn flush(&mut self, on: Take<'_>) -> bool {
        let mut go_on = true;
        if self.whole.is_some() {
            let waiting = std::mem::take(&mut self.waiting);
            (go_on, self.waiting) = self.changed(waiting, on);
        }
        if let (Some(known), Some(first)) = (&mut self.known, self.waiting.first()) {
            let path = known.path(first);
            known.baseline.adopt(self.scanner.rules(), &path, &self.waiting);
        }
        for finding in std::mem::take(&mut self.waiting) {
            let known = self.known.as_mut().is_some_and(|known| {
                let path = known.path(&finding);
                known.baseline.knows_form(self.scanner.rules(), &path, &finding).is_some()
            });
            go_on &= if known {
                on(Sifted::Known(finding))
            } else {
                self.collapse.add(finding, &mut |finding| on(Sifted::New(finding)))
            };
        }
        self.document.clear();
        self.collapse.flush(&mut |finding| on(Sifted::New(finding))) && go_on
    }

    /// What there is to say at the end.
    pub(super) fn notices(&self) -> Vec<String> {
        let known = self.known.iter().flat_map(|known| known.notices(self.scanner.rules()));
        known.chain(self.trust.iter().flat_map(Trust::notices)).collect()
    }
}
