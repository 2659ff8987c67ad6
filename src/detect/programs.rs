//! Patterns as automata that are ready to run. Those of the built-in rules are made when phivet is built
//! (`build.rs` shares this file): compiling them would cost more than scanning a small file.

use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;

/// Most bytes that an automaton, and making it, may take: when phivet is built, and when it runs.
const LARGEST: usize = 1 << 20;
pub(crate) const LARGEST_MADE: usize = 32 << 10;

/// An automaton for matches of `pattern` that begin where the search begins; `None` when it would be larger than so many
/// bytes.
pub(crate) fn automaton(pattern: &str, largest: usize) -> Option<dense::DFA<Vec<u32>>> {
    let small = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(largest))
        .determinize_size_limit(Some(largest));
    dense::Builder::new()
        .configure(small)
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(largest)))
        .build(pattern)
        .ok()
}

/// Number of a pattern in a table of automata.
pub(crate) fn key(pattern: &str) -> u64 {
    pattern.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// The automata of many patterns as one table: their number; for each, by key, the key and where it stands (nowhere,
/// when it would be large); then they.
#[allow(dead_code, reason = "only the build script writes it")]
pub(crate) fn table<'p>(patterns: impl Iterator<Item = &'p str>, little_endian: bool) -> Vec<u8> {
    let mut ready: Vec<(u64, Vec<u8>)> = patterns
        .map(|pattern| {
            let bytes = |dfa: dense::DFA<Vec<u32>>| {
                let (bytes, pad) = if little_endian { dfa.to_bytes_little_endian() } else { dfa.to_bytes_big_endian() };
                bytes[pad..].to_vec()
            };
            (key(pattern), automaton(pattern, LARGEST).map_or_else(Vec::new, bytes))
        })
        .collect();
    ready.sort_by_key(|(key, _)| *key);
    ready.dedup_by_key(|(key, _)| *key);
    let mut head = (ready.len() as u64).to_le_bytes().to_vec();
    let mut body = Vec::new();
    let begin = 8 + 24 * ready.len();
    for (key, bytes) in ready {
        let at = begin + body.len();
        for n in [key, at as u64, (at + bytes.len()) as u64] {
            head.extend(n.to_le_bytes());
        }
        body.extend(bytes);
        body.resize(body.len().next_multiple_of(8), 0);
    }
    head.extend(body);
    head
}

/// What a table knows of a pattern.
pub(crate) enum Known<'t> {
    Ready(Box<dense::DFA<&'t [u32]>>),
    /// Its automaton would be large.
    Large,
}

/// What a table that [`table`] made, and that lies at an address divisible by eight, knows of `pattern`.
pub(crate) fn find<'t>(table: &'t [u8], pattern: &str) -> Option<Known<'t>> {
    let number = |at: usize| Some(u64::from_le_bytes(*table.get(at..)?.first_chunk::<8>()?));
    let count = usize::try_from(number(0)?).ok()?;
    let keys = table.get(8..8 + 24 * count)?.as_chunks::<24>().0;
    let wanted = key(pattern);
    let i =
        keys.binary_search_by_key(&wanted, |entry| entry.first_chunk().map_or(0, |k| u64::from_le_bytes(*k))).ok()?;
    let at = |n: usize| usize::try_from(number(8 + 24 * i + n)?).ok();
    match table.get(at(8)?..at(16)?)? {
        [] => Some(Known::Large),
        bytes => dense::DFA::from_bytes(bytes).ok().map(|(dfa, _)| Known::Ready(Box::new(dfa))),
    }
}
