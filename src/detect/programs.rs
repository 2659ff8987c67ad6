//! Patterns as automata that are ready to run. Those of the built-in rules are made when phivet is built
//! (`build.rs` shares this file): compiling them would cost more than scanning a small file.

use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use super::digits::Digits;
use super::shapes::Bytes;

/// Most bytes that an automaton, and making it, may take: when phivet is built, and when it runs.
const LARGEST: usize = 1 << 20;
pub(crate) const LARGEST_MADE: usize = 32 << 10;
/// Most bytes of the automaton of an [`opening`].
const LARGEST_OPENING: usize = 256 << 10;
/// Repetitions of more than so many count as endless in an opening, and more ways than so many as any word of their bytes.
const MANY: u32 = 3;
const MANY_WAYS: usize = 16;

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

/// An automaton of what all matches of a large `pattern` begin with: as many of its parts as stay small when what may
/// stand often may stand endlessly. Where it finds nothing, nothing is there.
#[allow(dead_code, reason = "only the build script and a test make it")]
pub(crate) fn opening(pattern: &str) -> Option<dense::DFA<Vec<u32>>> {
    let whole = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    let parts = match whole.kind() {
        HirKind::Concat(parts) => parts.clone(),
        _ => vec![whole],
    };
    let relaxed: Vec<Hir> = parts.iter().map(relaxed).collect();
    (1..=relaxed.len()).rev().find_map(|count| {
        let opening = Hir::concat(relaxed[..count].to_vec());
        // One that is there everywhere says nothing.
        let says = opening.properties().minimum_len().is_some_and(|len| len > 0);
        says.then(|| automaton(&opening.to_string(), LARGEST_OPENING))?
    })
}

/// The same pattern, or one that matches more, without numbers of many repetitions and without lists of many words.
fn relaxed(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(own) => {
            let many = own.max.is_none_or(|max| max > MANY);
            let (min, max) = if many { (own.min.min(MANY), None) } else { (own.min, own.max) };
            Hir::repetition(Repetition { min, max, greedy: own.greedy, sub: Box::new(relaxed(&own.sub)) })
        }
        HirKind::Capture(own) => relaxed(&own.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(relaxed).collect()),
        HirKind::Alternation(ways) if ways.len() > MANY_WAYS => {
            let mut bytes = Bytes::NONE;
            bytes.join_all(hir);
            let ranges = (0..=255).filter(|byte| bytes.has(*byte)).map(|byte| ClassBytesRange::new(byte, byte));
            let sub = Box::new(Hir::class(Class::Bytes(ClassBytes::new(ranges))));
            let min = u32::from(hir.properties().minimum_len().is_some_and(|len| len > 0));
            Hir::repetition(Repetition { min, max: None, greedy: true, sub })
        }
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(relaxed).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

/// Number of a pattern in a table of automata.
pub(crate) fn key(pattern: &str) -> u64 {
    pattern.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// The automata of many patterns as one table: their number; for each, by key, the key, where it stands, whether it is of
/// the whole pattern or, since that would be large, of its [`opening`] (or nothing), and [`Digits::matching`]; then they.
#[allow(dead_code, reason = "only the build script writes it")]
pub(crate) fn table<'p>(patterns: impl Iterator<Item = &'p str>, little_endian: bool) -> Vec<u8> {
    let mut ready: Vec<(u64, bool, Digits, Vec<u8>)> = patterns
        .map(|pattern| {
            let whole = automaton(pattern, LARGEST);
            let (is_whole, made) = (whole.is_some(), whole.or_else(|| opening(pattern)));
            let digits = made.as_ref().map_or(Digits::ANY, Digits::matching);
            let bytes = made.map_or_else(Vec::new, |dfa| {
                let (bytes, pad) = if little_endian { dfa.to_bytes_little_endian() } else { dfa.to_bytes_big_endian() };
                bytes[pad..].to_vec()
            });
            (key(pattern), is_whole, digits, bytes)
        })
        .collect();
    ready.sort_by_key(|(key, ..)| *key);
    ready.dedup_by_key(|(key, ..)| *key);
    let mut head = (ready.len() as u64).to_le_bytes().to_vec();
    let mut body = Vec::new();
    let begin = 8 + ENTRY * ready.len();
    for (key, whole, digits, bytes) in ready {
        let at = begin + body.len();
        for n in [key, at as u64, (at + bytes.len()) as u64, u64::from(whole), digits.bits()] {
            head.extend(n.to_le_bytes());
        }
        body.extend(bytes);
        body.resize(body.len().next_multiple_of(8), 0);
    }
    head.extend(body);
    head
}

/// How many bytes of a table stand for each pattern before the automata.
const ENTRY: usize = 40;

/// What a table knows of a pattern.
pub(crate) enum Known<'t> {
    Ready(Box<dense::DFA<&'t [u32]>>),
    /// Its automaton would be large; this is that of its [`opening`].
    Large(Option<Box<dense::DFA<&'t [u32]>>>),
}

/// What a table that [`table`] made, and that lies at an address divisible by eight, knows of `pattern`, and what its
/// matches may begin with.
pub(crate) fn find<'t>(table: &'t [u8], pattern: &str) -> Option<(Known<'t>, Digits)> {
    let number = |at: usize| Some(u64::from_le_bytes(*table.get(at..)?.first_chunk::<8>()?));
    let count = usize::try_from(number(0)?).ok()?;
    let keys = table.get(8..8 + ENTRY * count)?.as_chunks::<ENTRY>().0;
    let wanted = key(pattern);
    let i =
        keys.binary_search_by_key(&wanted, |entry| entry.first_chunk().map_or(0, |k| u64::from_le_bytes(*k))).ok()?;
    let entry = |n: usize| number(8 + ENTRY * i + 8 * n);
    let at = |n: usize| usize::try_from(entry(n)?).ok();
    let bytes = table.get(at(1)?..at(2)?)?;
    let dfa = || dense::DFA::from_bytes(bytes).ok().map(|(dfa, _)| Box::new(dfa));
    let known = match entry(3)? {
        0 if bytes.is_empty() => Known::Large(None),
        0 => Known::Large(Some(dfa()?)),
        _ => Known::Ready(dfa()?),
    };
    Some((known, Digits::of_bits(entry(4)?)))
}
