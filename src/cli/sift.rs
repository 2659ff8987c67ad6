//! Between the scan and its reports: an allowance that is not trusted is taken away, what the baseline knows is quiet, and
//! what is left is collapsed.

use super::known::Known;
use super::trust::Trust;
use crate::judge::Finding;
use crate::scan::{Collapse, Scanner};

/// Most findings of a document that wait until the lines of all of them have been compared.
const WAITING: usize = 10_000;

/// What a finding is after sifting.
pub(super) enum Sifted {
    /// To be reported.
    New(Finding),
    /// Known to the baseline.
    Known(Finding),
}

/// Takes a finding; `false` means that no more are wanted.
pub(super) type Take<'t> = &'t mut dyn FnMut(Sifted) -> bool;

/// Sifts the findings of one document after the other.
pub(super) struct Sift<'a> {
    scanner: &'a Scanner,
    known: Option<Known>,
    trust: Option<Trust<'a>>,
    collapse: Collapse,
    document: String,
    waiting: Vec<Finding>,
}

impl<'a> Sift<'a> {
    pub(super) fn new(scanner: &'a Scanner, known: Option<Known>, trust: Option<Trust<'a>>, all: bool) -> Self {
        Self { scanner, known, trust, collapse: Collapse::new(all), document: String::new(), waiting: Vec::new() }
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
        if let (Some(trust), true) = (&mut self.trust, finding.suppressed.is_some()) {
            trust.judge(&mut finding);
        }
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

    /// A document was not read, or not to its end.
    pub(super) fn skipped(&mut self, name: &str) {
        if let Some(known) = &mut self.known {
            known.skipped(name);
        }
    }

    /// Nothing more comes of the document.
    pub(super) fn flush(&mut self, on: Take<'_>) -> bool {
        let mut go_on = true;
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
