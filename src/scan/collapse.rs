//! Ordinals for fingerprints; and repeats: the first few findings of a rule in a document stand for the rest.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::judge::Finding;
#[cfg(feature = "cli")]
use crate::judge::SHOWN;
use crate::mask;
use crate::rule::Rules;

/// Counts, within a document, the findings of one rule on lines that look alike.
#[derive(Default)]
pub(crate) struct Ordinals(HashMap<u64, u32>);

impl Ordinals {
    /// Gives a finding its fingerprint.
    pub(crate) fn number(&mut self, rules: &Rules, finding: &mut Finding) {
        let ordinal = self.count(finding);
        fingerprint(rules, finding, ordinal);
    }

    /// How many like it came before.
    pub(crate) fn count(&mut self, finding: &Finding) -> u32 {
        let mut hasher = DefaultHasher::new();
        (finding.rule, finding.excerpt.as_str().trim(), lasting_seal(finding)).hash(&mut hasher);
        let count = self.0.entry(hasher.finish()).or_insert(0);
        *count += 1;
        *count - 1
    }
}

/// A fingerprint outlives the run, and so must what it is made of.
fn lasting_seal(finding: &Finding) -> Option<&str> {
    finding.seal.as_deref().filter(|seal| !seal.starts_with(mask::PASSING))
}

/// Gives a finding its fingerprint; `ordinal` is how many like it came before.
pub(crate) fn fingerprint(rules: &Rules, finding: &mut Finding, ordinal: u32) {
    let rule = &rules.get(finding.rule).id;
    finding.fingerprint = mask::fingerprint(rule, &finding.document, &finding.excerpt, lasting_seal(finding), ordinal);
}

/// More columns of one rule are counted as one; of each the first finding is shown.
#[cfg(feature = "cli")]
const COLUMNS: usize = 64;

/// Collects the findings of one document after the other.
#[cfg(feature = "cli")]
pub struct Collapse {
    all: bool,
    kept: Vec<Finding>,
    /// By rule: how many are kept, and where in `kept` the last of them is.
    rules: HashMap<crate::rule::RuleId, (usize, usize)>,
    /// By rule and column: where in `kept` the finding is that stands for it.
    columns: HashMap<(crate::rule::RuleId, u64), usize>,
}

#[cfg(feature = "cli")]
impl Collapse {
    /// A collector; with `all` it collapses nothing.
    #[must_use]
    pub fn new(all: bool) -> Self {
        Self { all, kept: Vec::new(), rules: HashMap::new(), columns: HashMap::new() }
    }

    /// Does it collapse nothing?
    pub(crate) fn is_idle(&self) -> bool {
        self.all
    }

    /// Takes the next finding of the document; gives it to `on` at once, or keeps it until the document's end.
    /// Answers what `on` does: whether more is wanted.
    pub fn add(&mut self, finding: Finding, on: &mut dyn FnMut(Finding) -> bool) -> bool {
        self.add_with(finding, |_| {}, on)
    }

    /// The same; `complete` is called for a finding that is told or kept: most of many are only counted.
    pub(crate) fn add_with(
        &mut self,
        mut finding: Finding,
        complete: impl FnOnce(&mut Finding),
        on: &mut dyn FnMut(Finding) -> bool,
    ) -> bool {
        // Every line that lets PHI out of a program is mended by itself.
        if self.all || finding.suppressed.is_some() || finding.kind.starts_with("flow.") {
            complete(&mut finding);
            return on(finding);
        }
        let shown = match finding.in_column {
            Some(column) => self.of_column((finding.rule, column)),
            None => self.of_rule(finding.rule),
        };
        if let Some(shown) = shown.and_then(|at| self.kept.get_mut(at)) {
            shown.more += 1 + finding.more;
            shown.severity = shown.severity.max(finding.severity);
        } else {
            complete(&mut finding);
            self.kept.push(finding);
        }
        true
    }

    /// Where the finding is kept that stands for further ones of a rule, once enough are.
    fn of_rule(&mut self, rule: crate::rule::RuleId) -> Option<usize> {
        let (count, last) = self.rules.entry(rule).or_insert((0, 0));
        if *count < SHOWN {
            *count += 1;
            *last = self.kept.len();
            return None;
        }
        Some(*last)
    }

    /// Where the finding is kept that stands for a column.
    fn of_column(&mut self, column: (crate::rule::RuleId, u64)) -> Option<usize> {
        if let Some(at) = self.columns.get(&column) {
            return Some(*at);
        }
        if self.columns.len() >= COLUMNS {
            return self.of_rule(column.0);
        }
        self.columns.insert(column, self.kept.len());
        None
    }

    /// The document has ended, or nobody waits for more of it: what is kept is told, and counting begins anew.
    pub fn flush(&mut self, on: &mut dyn FnMut(Finding) -> bool) -> bool {
        self.rules.clear();
        self.columns.clear();
        self.kept.drain(..).all(on)
    }
}
