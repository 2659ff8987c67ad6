//! Tokens that are bare hashes of identifiers: found by trying what the identifier can be, in the time that is given.
//!
//! 45 CFR 164.514(c)(1): a code may not be derived from information about the individual.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use md5::Md5;
use regex::bytes::Regex;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::columns::Column;
use super::spaces::{LONGEST, SPACES, Space};
use crate::document::Document;
use crate::judge::Finding;

/// Most hashes of one column (or of the text of one document) that are tried, and most columns.
const OF_GROUP: usize = 64;
const GROUPS: usize = 512;
/// Numbers that a thread takes at once.
const CHUNK: u64 = 1 << 15;

/// What looks like a hash in the data.
#[derive(Default)]
pub(super) struct Hashes {
    groups: HashMap<(String, String), usize>,
    targets: Vec<Target>,
    counts: Vec<usize>,
    /// Hashes that are not tried, since enough others of their column are.
    left_out: u64,
}

struct Target {
    group: usize,
    digest: Vec<u8>,
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
}

type Algorithm = (&'static str, usize, fn(&[u8], &mut [u8; 64]));

const ALGORITHMS: &[Algorithm] = &[
    ("MD5", 16, |text, out| out[..16].copy_from_slice(&Md5::digest(text))),
    ("SHA-1", 20, |text, out| out[..20].copy_from_slice(&Sha1::digest(text))),
    ("SHA-224", 28, |text, out| out[..28].copy_from_slice(&Sha224::digest(text))),
    ("SHA-256", 32, |text, out| out[..32].copy_from_slice(&Sha256::digest(text))),
    ("SHA-384", 48, |text, out| out[..48].copy_from_slice(&Sha384::digest(text))),
    ("SHA-512", 64, |text, out| out[..64].copy_from_slice(&Sha512::digest(text))),
];

/// Fewest bytes by which a hash that was cut off is known again.
const FEWEST: usize = 8;

impl Hashes {
    /// Takes note of what looks like a hash; `found` makes the finding for a place.
    pub(super) fn collect(
        &mut self,
        document: &Document,
        columns: &[Column],
        found: &mut dyn FnMut(std::ops::Range<usize>) -> Finding,
    ) {
        static LOOKS: OnceLock<Option<Regex>> = OnceLock::new();
        let pattern =
            r"(?-u)\b(?:[0-9a-f]{16,128}|[0-9A-F]{16,128}|[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=)";
        let Some(looks) = LOOKS.get_or_init(|| Regex::new(pattern).ok()) else { return };
        let name_of = |at: usize| {
            let column = columns.iter().find(|column| column.holds(at));
            column.map(|column| column.name.clone()).unwrap_or_default()
        };
        for seen in looks.find_iter(&document.bytes).filter(|seen| document.owns(seen.start())) {
            let after = document.bytes.get(seen.end());
            let Some(digest) = digest(seen.as_bytes()).filter(|_| !after.is_some_and(u8::is_ascii_alphanumeric)) else {
                continue;
            };
            let hints = name_of(seen.start());
            if let Some(group) = self.room((document.name.clone(), hints.join(" "))) {
                self.targets.push(Target { group, digest, finding: found(seen.range()), hints });
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
            return Undone { findings: Vec::new(), seen, tried: Vec::new(), complete: true };
        }
        let search = Search::new(&self.targets, self.counts.len());
        let mut spaces: Vec<&Space> = SPACES.iter().collect();
        let hinted =
            |space: &&Space| self.targets.iter().any(|t| t.hints.iter().any(|h| space.hints.contains(&h.as_str())));
        // What a column's name says is tried first; what takes no time before that.
        spaces.sort_by_key(|space| (space.count > 2_000_000, !hinted(space)));
        let (mut tried, mut complete) = (Vec::new(), true);
        for space in spaces {
            let done = search.run(space, threads, expired);
            tried.push((space.name, done * 100 / space.count));
            complete = done >= space.count || search.all_undone();
            if !complete || search.all_undone() {
                break;
            }
        }
        let undone = search.undone.into_inner().unwrap_or_default();
        let mut findings = Vec::new();
        for (target, algorithm, space) in undone {
            if let Some(target) = self.targets.get(target) {
                let mut finding = target.finding.clone();
                finding.confidence = 1.0;
                finding.evidence = vec![format!("undone: a bare {algorithm} hash out of the {space}")];
                findings.push(finding);
            }
        }
        findings.sort_by(|a, b| (a.document.as_str(), a.start_byte).cmp(&(b.document.as_str(), b.start_byte)));
        findings.dedup_by(|a, b| a.document == b.document && a.start_byte == b.start_byte);
        Undone { findings, seen, tried, complete }
    }
}

/// The bytes of a hash in hex or base64.
fn digest(text: &[u8]) -> Option<Vec<u8>> {
    if text.ends_with(b"=") {
        return base64(text);
    }
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    // A long number is no hash, and neither is a word; and hashes are cut at round lengths.
    if ![16, 20, 24, 32, 40, 56, 64, 96, 128].contains(&text.len()) || digits == text.len() || digits * 5 < text.len() {
        return None;
    }
    let digit = |b: &u8| (*b as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks(2).map(|two| Some(digit(&two[0])? << 4 | digit(&two[1])?)).collect()
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for byte in text.iter().take_while(|b| **b != b'=') {
        bits = bits << 6 | u32::from(super::disguise::six_bits(*byte)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    Some(out)
}

/// Digests by their first bytes: the target's number, the digest, the target's group.
type ByStart = HashMap<[u8; FEWEST], Vec<(usize, Vec<u8>, usize)>>;
/// What is wanted of an algorithm; the last is a table of bits by which most of what is not wanted is known at once.
type Wanted = (&'static Algorithm, ByStart, Vec<u64>);

/// A search for some digests.
struct Search {
    /// By algorithm and first bytes: which targets.
    wanted: Vec<Wanted>,
    /// Which groups have been broken.
    broken: Vec<AtomicBool>,
    left: AtomicU64,
    undone: Mutex<Vec<(usize, &'static str, &'static str)>>,
}

impl Search {
    fn new(targets: &[Target], groups: usize) -> Self {
        let mut wanted = Vec::new();
        for algorithm in ALGORITHMS {
            let mut by_start: ByStart = HashMap::new();
            let mut bits = vec![0_u64; 1024];
            for (number, target) in targets.iter().enumerate() {
                let whole = target.digest.len() == algorithm.1;
                // Hashes are often cut: sixteen hex digits of a SHA-256, say.
                let cut = target.digest.len() < algorithm.1
                    && target.digest.len() <= 16
                    && matches!(algorithm.0, "MD5" | "SHA-1" | "SHA-256");
                if let (true, Some(start)) = (whole || cut, target.digest.first_chunk()) {
                    bits[usize::from(start[0]) << 2 | usize::from(start[1]) >> 6] |= 1 << (start[1] & 63);
                    by_start.entry(*start).or_default().push((number, target.digest.clone(), target.group));
                }
            }
            if !by_start.is_empty() {
                wanted.push((algorithm, by_start, bits));
            }
        }
        let broken = (0..groups).map(|_| AtomicBool::new(false)).collect();
        Self { wanted, broken, left: AtomicU64::new(groups as u64), undone: Mutex::default() }
    }

    fn all_undone(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Tries a space; says how many of its numbers were tried.
    fn run(&self, space: &Space, threads: usize, expired: &(dyn Fn() -> bool + Sync)) -> u64 {
        let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    loop {
                        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
                        if from >= space.count || self.all_undone() || expired() {
                            return;
                        }
                        let to = space.count.min(from + CHUNK);
                        self.chunk(space, from..to);
                        done.fetch_add(to - from, Ordering::Relaxed);
                    }
                });
            }
        });
        done.load(Ordering::Relaxed)
    }

    fn chunk(&self, space: &Space, numbers: std::ops::Range<u64>) {
        let (mut text, mut digest) = ([0; LONGEST], [0; 64]);
        for number in numbers {
            let len = (space.write)(number, &mut text);
            for (algorithm, by_start, bits) in &self.wanted {
                (algorithm.2)(&text[..len], &mut digest);
                if bits[usize::from(digest[0]) << 2 | usize::from(digest[1]) >> 6] >> (digest[1] & 63) & 1 == 1 {
                    self.compare(space, algorithm, by_start, &digest);
                }
            }
        }
    }

    #[cold]
    fn compare(&self, space: &Space, algorithm: &Algorithm, by_start: &ByStart, digest: &[u8; 64]) {
        let hit = digest.first_chunk().and_then(|start| by_start.get(start));
        for (number, _, group) in hit.into_iter().flatten().filter(|(_, wanted, _)| digest.starts_with(wanted)) {
            if let Ok(mut undone) = self.undone.lock() {
                undone.push((*number, algorithm.0, space.name));
            }
            if !self.broken[*group].swap(true, Ordering::Relaxed) {
                self.left.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}
