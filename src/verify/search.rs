//! The search for what was hashed: all values of a space, on all threads.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::hashes::Target;
use super::spaces::{LONGEST, Space};

/// Numbers that a thread takes at once.
const CHUNK: u64 = 1 << 15;

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

/// Digests by their first bytes: the target's number, the digest, the target's group.
type ByStart = HashMap<[u8; FEWEST], Vec<(usize, Vec<u8>, usize)>>;
/// What is wanted of an algorithm; the last is a table of bits by which most of what is not wanted is known at once.
type Wanted = (&'static Algorithm, ByStart, Vec<u64>);

/// A search for some digests.
pub(super) struct Search {
    /// By algorithm and first bytes: which targets.
    wanted: Vec<Wanted>,
    /// Which groups have been broken.
    broken: Vec<AtomicBool>,
    left: AtomicU64,
    undone: Mutex<Vec<(usize, &'static str, &'static str)>>,
}

impl Search {
    /// A search for these targets, which are of so many groups.
    pub(super) fn new(targets: &[Target], groups: usize) -> Self {
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

    /// What was undone: target, algorithm, space.
    pub(super) fn undone(self) -> Vec<(usize, &'static str, &'static str)> {
        self.undone.into_inner().unwrap_or_default()
    }

    /// Is one of each group undone?
    pub(super) fn all_undone(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Tries a space; says how many of its numbers were tried.
    pub(super) fn run(&self, space: &Space, threads: usize, expired: &(dyn Fn() -> bool + Sync)) -> u64 {
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
