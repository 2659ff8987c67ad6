//! Tokens that are bare hashes of identifiers: found by trying what the identifier can be, in the time that is given.
//!
//! 45 CFR 164.514(c)(1): a code may not be derived from information about the individual.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::columns::Column;
use super::encodings;
use super::search::Search;
use super::spaces::{NUMBERS, SPACES, Space};
use crate::document::Document;
use crate::judge::Finding;

/// Most hashes of one column (or of the text of one document) that are tried, and most columns.
const OF_GROUP: usize = 64;
const GROUPS: usize = 512;

/// What looks like a hash in the data.
#[derive(Default)]
pub(super) struct Hashes {
    groups: HashMap<(String, String), usize>,
    targets: Vec<Target>,
    counts: Vec<usize>,
    /// Hashes that are not tried, since enough others of their column are.
    left_out: u64,
}

pub(super) struct Target {
    /// Number of its group.
    pub(super) group: usize,
    /// Its bytes.
    pub(super) digest: Vec<u8>,
    finding: Finding,
    /// Words of the column's name.
    hints: Vec<String>,
}

/// What came of the search.
pub struct Undone {
    /// A finding for each hash that was undone.
    pub findings: Vec<Finding>,
    /// How many tokens look like hashes.
    pub seen: u64,
    /// Spaces that were tried, with the share of each in percent.
    pub tried: Vec<(&'static str, u64)>,
    /// Was everything tried that there is to try (or all hashes undone)?
    pub complete: bool,
    /// Were at least the small spaces tried, which take a second or two (or all hashes undone)?
    pub small: bool,
}

/// A token that looks like a hash: where it stands, and its bytes.
pub(super) type Seen = (Range<usize>, Vec<u8>);

/// What of a document looks like a hash.
pub(super) fn seen(document: &Document) -> Vec<Seen> {
    static LOOKS: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern =
        r"(?-u)\b(?:[0-9a-f]{16,128}|[0-9A-F]{16,128}|[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=)";
    let Some(looks) = LOOKS.get_or_init(|| Regex::new(pattern).ok()) else { return Vec::new() };
    let own = looks.find_iter(&document.bytes).filter(|seen| document.owns(seen.start()));
    let whole = own.filter(|seen| !document.bytes.get(seen.end()).is_some_and(u8::is_ascii_alphanumeric));
    whole.filter_map(|seen| Some((seen.range(), digest(seen.as_bytes())?))).collect()
}

impl Hashes {
    /// Takes note of what looks like a hash; `found` makes the finding for a place.
    pub(super) fn add(
        &mut self,
        document: &Document,
        columns: &[Column],
        (seen, found): (Vec<Seen>, &mut dyn FnMut(Range<usize>) -> Finding),
    ) {
        for (at, digest) in seen {
            let column = columns.iter().find(|column| column.holds(at.start));
            let hints = column.map(|column| column.name.clone()).unwrap_or_default();
            if let Some(group) = self.room((document.name.clone(), hints.join(" "))) {
                self.targets.push(Target { group, digest, finding: found(at), hints });
            }
        }
    }

    /// The group's number, if one more of it is tried.
    fn room(&mut self, group: (String, String)) -> Option<usize> {
        if self.groups.len() >= GROUPS && !self.groups.contains_key(&group) {
            self.left_out += 1;
            return None;
        }
        let next = self.counts.len();
        let number = *self.groups.entry(group).or_insert(next);
        if number == next {
            self.counts.push(0);
        }
        if self.counts[number] >= OF_GROUP {
            self.left_out += 1;
            return None;
        }
        self.counts[number] += 1;
        Some(number)
    }

    /// Tries all spaces on `threads` threads, until one hash of each column is undone or `expired` says that the time is
    /// over.
    pub(super) fn undo(self, threads: usize, expired: &(dyn Fn() -> bool + Sync)) -> Undone {
        let seen = self.targets.len() as u64 + self.left_out;
        if self.targets.is_empty() {
            return Undone { findings: Vec::new(), seen, tried: Vec::new(), complete: true, small: true };
        }
        let search = Search::new(&self.targets, self.counts.len());
        let mut spaces: Vec<&Space> = SPACES.iter().collect();
        let hints = |target: &Target, space: &Space| target.hints.iter().any(|h| space.hints.contains(&h.as_str()));
        let hinted = |space: &&Space| self.targets.iter().any(|target| hints(target, space));
        // A column whose name says nothing may well be Social Security numbers.
        let unknown = self.targets.iter().any(|target| !SPACES.iter().any(|space| hints(target, space)));
        let likely = |space: &&Space| unknown && space.hints.contains(&"ssn");
        // What takes no time is tried first; then what a column's name says.
        spaces.sort_by_key(|space| (!space.is_small(), !hinted(space), !likely(space)));
        let (mut tried, mut complete, mut small) = (Vec::new(), true, true);
        for space in spaces {
            let done = search.run(space, threads, expired);
            tried.push((space.name, done * 100 / space.count));
            complete = done >= space.count || search.all_undone();
            if !complete || search.all_undone() {
                small = complete || !space.is_small();
                break;
            }
        }
        let undone = search.undone();
        let mut findings = Vec::new();
        for (target, algorithm, space) in undone {
            // Outside of a column a hashed `3` is a counter's, and nobody's.
            let is_telling = |target: &&Target| space != NUMBERS || !target.hints.is_empty();
            if let Some(target) = self.targets.get(target).filter(is_telling) {
                let mut finding = target.finding.clone();
                finding.confidence = 1.0;
                finding.evidence = vec![format!("undone: a bare {algorithm} hash out of the {space}").into()];
                findings.push(finding);
            }
        }
        findings.sort_by(|a, b| (a.document.as_str(), a.start_byte).cmp(&(b.document.as_str(), b.start_byte)));
        findings.dedup_by(|a, b| a.document == b.document && a.start_byte == b.start_byte);
        Undone { findings, seen, tried, complete, small }
    }
}

/// The bytes of a hash in hex or base64.
fn digest(text: &[u8]) -> Option<Vec<u8>> {
    if text.ends_with(b"=") {
        return encodings::base64(text);
    }
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    // A long number is no hash, and neither is a word; and hashes are cut at round lengths.
    if ![16, 20, 24, 32, 40, 56, 64, 96, 128].contains(&text.len()) || digits == text.len() || digits * 5 < text.len() {
        return None;
    }
    encodings::hex(text)
}
