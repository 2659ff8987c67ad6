//! What is asked of every place of a text, as one program: where patterns, names, keys and numbers may be.
//!
//! For the built-in rules the program is made when phivet is built (`build.rs` shares this file), so that a start costs
//! nothing. Nothing that [`crate::detect::text`] would use may be missed; a place too many only costs time.

use regex_syntax::hir::{Hir, HirKind};

use super::program::{Builder, Node, Program};
use super::shapes::{Bytes, begins, shape, share};

/// A pattern that may begin at a larger share of ordinary text's places slows every scan.
const OFTEN: f64 = 0.01;

/// Numbers of the questions.
pub(crate) mod ask {
    /// Ends of words that begin with a capital and are followed as names are; the second counts what is so in prose.
    pub(crate) const NAMES: usize = 0;
    pub(crate) const NAMES_IN_PROSE: usize = 1;
    /// A hyphen between letters and a digit, in a token behind words.
    pub(crate) const HYPHENS: usize = 2;
    /// The first digit of a token behind words.
    pub(crate) const NUMBERS: usize = 3;
    /// The first digit of a token.
    pub(crate) const DATES: usize = 4;
    /// A key may end here and its value begin behind.
    pub(crate) const SEPARATORS: usize = 5;
    /// Where words begin, in keys too (`firstName`), and every byte of no word.
    pub(crate) const BEGINS: usize = 6;
    /// Brackets that open and that close.
    pub(crate) const OPENS: usize = 7;
    pub(crate) const CLOSES: usize = 8;
    /// Runs of 24 or more characters of base64 begin here (RFC 4648, sections 4 and 5).
    pub(crate) const RUNS: usize = 9;
    /// A pattern may begin here: any of those that follow.
    pub(crate) const PATTERNS: usize = 10;
    /// A byte by which patterns are known: any of those that follow.
    pub(crate) const INNER: usize = 11;
    /// The first pattern; one question each from here on.
    pub(crate) const FIRST: usize = 12;
}

/// A pattern: number of its rule (by id), number among the rule's looks.
pub(crate) type Look = (u16, u16);

/// What a search is made of: a pattern, how it is written, and whether a street's name must stand behind its number
/// ([`crate::rule::Near`]).
pub(crate) type Pattern<'p> = (Look, &'p str, bool);

/// The program, and which patterns it asks for.
pub(crate) struct Search {
    pub(crate) program: Program,
    /// Patterns known by how they begin, in the order of their questions.
    pub(crate) looks: Vec<Look>,
    /// Those behind them, whose beginnings are too common: known by a rarer byte inside (`@`), each with what may stand
    /// before it.
    pub(crate) inner: Vec<(Look, Bytes)>,
    /// Patterns that fit the shape of too much: no shape could be made of them, or ordinary text is full of it.
    pub(crate) costly: Vec<Look>,
    /// How it is run.
    pub(crate) how: How,
}

/// How a search is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is the one for the built-in rules, which is compiled, too.
    Compiled,
    /// Other rules are searched for, too.
    Interpreted,
    /// Without vector instructions; every pattern is tried at every token. What the others are held against.
    Plain,
}

impl Search {
    /// Derives it from patterns.
    ///
    /// # Errors
    /// The pattern that is no pattern, and why.
    pub(crate) fn new<'p>(patterns: impl Iterator<Item = Pattern<'p>>) -> Result<Self, (Look, String)> {
        Self::make(patterns, How::Interpreted)
    }

    /// The same without shapes.
    ///
    /// # Errors
    /// The pattern that is no pattern, and why.
    #[allow(dead_code, reason = "the build script has no use for it")]
    pub(crate) fn plain<'p>(patterns: impl Iterator<Item = Pattern<'p>>) -> Result<Self, (Look, String)> {
        Self::make(patterns, How::Plain)
    }

    fn make<'p>(patterns: impl Iterator<Item = Pattern<'p>>, how: How) -> Result<Self, (Look, String)> {
        let mut b = Builder::new();
        let (mut asked, free) = spots(&mut b);
        let (mut looks, mut shapes, mut inner, mut inner_shapes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut costly = Vec::new();
        let on_streets = numbers_on_streets(&mut b, free);
        for (look, pattern, street) in patterns {
            let hir = parse(pattern).map_err(|e| (look, e))?;
            if how == How::Plain {
                looks.push(look);
                shapes.push(free);
                continue;
            }
            if street && begins_with_digit(&hir) {
                looks.push(look);
                shapes.push(on_streets);
                continue;
            }
            let common = [&b"some"[..], b"Some"].iter().any(|word| begins(&hir, word));
            let found = match common.then(|| split(&hir)).flatten() {
                Some((before, rest)) => {
                    inner.push((look, before));
                    inner_shapes.extend(shape(&mut b, &rest, None));
                    continue;
                }
                None => shape(&mut b, &hir, Some(free)),
            };
            if found.is_none() || share(&hir) > OFTEN {
                costly.push(look);
            }
            looks.push(look);
            shapes.push(found.unwrap_or(free));
        }
        let none = b.set(|_| false);
        asked.push(b.any(&shapes).unwrap_or(none));
        asked.push(b.any(&inner_shapes).unwrap_or(none));
        asked.extend(shapes.into_iter().chain(inner_shapes));
        Ok(Self { program: b.finish(&asked), looks, inner, costly, how })
    }

    /// As bytes, for [`Search::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.program.to_bytes();
        let look = |bytes: &mut Vec<u8>, (rule, look): Look| {
            bytes.extend((u32::from(rule) << 16 | u32::from(look)).to_le_bytes());
        };
        for list in [&self.looks, &self.costly] {
            bytes.extend((list.len() as u32).to_le_bytes());
            list.iter().for_each(|own| look(&mut bytes, *own));
        }
        for (own, before) in &self.inner {
            look(&mut bytes, *own);
            bytes.extend(before.to_bytes());
        }
        bytes
    }

    /// Reads what [`Search::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (program, mut bytes) = Program::from_bytes(bytes)?;
        let look = |n: u32| ((n >> 16) as u16, n as u16);
        let mut lists = Vec::new();
        for _ in 0..2 {
            let list: Option<Vec<Look>> = (0..number(&mut bytes)?).map(|_| number(&mut bytes).map(look)).collect();
            lists.push(list?);
        }
        let mut inner = Vec::new();
        while let Some(own) = number(&mut bytes) {
            let (before, rest) = bytes.split_first_chunk::<32>()?;
            inner.push((look(own), Bytes::from_bytes(before)));
            bytes = rest;
        }
        let costly = lists.pop()?;
        Some(Self { program, looks: lists.pop()?, inner, costly, how: How::Compiled })
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (n, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*n))
}

fn parse(pattern: &str) -> Result<Hir, String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    parsed.map_err(|e| e.to_string())
}

/// Does every match begin with a digit?
fn begins_with_digit(hir: &Hir) -> bool {
    (0..=255_u8).filter(|b| !b.is_ascii_digit()).all(|b| !begins(hir, &[b]))
}

/// Numbers behind which a street's name may stand: a word with a capital, or a number with letters (`5th`).
fn numbers_on_streets(b: &mut Builder, free: Node) -> Node {
    let (digit, upper) = (b.set(|b| b.is_ascii_digit()), b.set(|b| b.is_ascii_uppercase()));
    let (letter, space) = (b.set(|b| b.is_ascii_alphabetic()), b.byte(b' '));
    let mut behind = b.or(letter, digit);
    for _ in 0..4 {
        let more = b.and_after(digit, behind, 1);
        behind = b.or(letter, more);
    }
    let numbered = b.and_after(digit, behind, 1);
    let name = b.or(upper, numbered);
    let mut reached = b.and_after(space, name, 1);
    let mut run = b.set(|b| b.is_ascii_alphanumeric() || b == b'-');
    for len in [1, 2, 4, 8] {
        let more = b.and_after(run, reached, len);
        reached = b.or(reached, more);
        run = b.and_after(run, run, len);
    }
    let begins = b.and(free, digit);
    b.and_after(begins, reached, 1)
}

/// Cuts a pattern before its first literal that is no letter or digit: what may stand before, and the rest.
fn split(hir: &Hir) -> Option<(Bytes, Hir)> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let sign = |b: &u8| !b.is_ascii_alphanumeric() && *b != b' ';
    let is_sign = |p: &Hir| matches!(p.kind(), HirKind::Literal(l) if l.0.first().is_some_and(sign));
    let at = parts.iter().position(is_sign)?;
    let mut before = Bytes::NONE;
    parts[..at].iter().for_each(|p| before.join_all(p));
    Some((before, Hir::concat(parts[at..].to_vec())))
}

/// The questions that no rule changes, in their order; and where a token may begin.
fn spots(b: &mut Builder) -> (Vec<Node>, Node) {
    let word = b.set(|b| b.is_ascii_alphanumeric() || b >= 0x80);
    let digit = b.set(|b| b.is_ascii_digit());
    let capital = b.set(|b| b.is_ascii_uppercase() || b >= 0xc3);
    let letters = b.less(word, digit);
    let in_word = b.before(word, 1);
    let free = b.not(in_word);
    let token = b.less(word, in_word);
    let named = b.and(token, capital);
    let capitals = b.through(named, letters);
    let capitals = b.less(capitals, word);
    let (follows, in_prose) = follows_a_name(b, capital);
    let numbers = behind_words(b, token);
    let lettered = b.and(numbers, letters);
    let number_ends = b.through(lettered, letters);
    let minus = b.byte(b'-');
    let minus = b.and_after(minus, digit, 1);
    let first = b.or(numbers, number_ends);
    let (token_digit, token_letter) = (b.and(token, digit), b.and(token, letters));
    let letters_end = b.through(token_letter, letters);
    let later_digit = b.and(letters_end, digit);
    let asked = vec![
        b.and(capitals, follows),
        b.and(capitals, in_prose),
        b.and(number_ends, minus),
        b.and(first, digit),
        b.or(token_digit, later_digit),
        separators(b, in_word, digit),
        word_begins(b, word, digit),
        b.set(|b| matches!(b, b'{' | b'(' | b'[')),
        b.set(|b| matches!(b, b'}' | b')' | b']')),
        runs(b),
    ];
    (asked, free)
}

/// Where 24 or more characters of base64 begin.
fn runs(b: &mut Builder) -> Node {
    let one = b.set(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'));
    let [mut run, mut eight] = [one; 2];
    for len in [1, 2, 4, 8] {
        eight = run;
        run = b.and_after(run, run, len);
    }
    let long = b.and_after(run, eight, 16);
    let before = b.before(one, 1);
    b.less(long, before)
}

/// Tokens behind words, with one to four bytes between.
fn behind_words(b: &mut Builder, token: Node) -> Node {
    let between = b.set(|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t' | b'-'));
    let ends_words = b.set(|b| b.is_ascii_alphabetic() || b == b'.');
    // The last byte of words; behind it one more byte between, and so on.
    let mut near = b.before(ends_words, 1);
    let mut behind = Vec::new();
    for _ in 0..4 {
        let step = b.and(between, near);
        behind.push(step);
        near = b.before(step, 1);
    }
    // The token is behind the last of the bytes between.
    let last = b.any(&behind).unwrap_or(between);
    let here = b.before(last, 1);
    let opens = b.set(|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t'));
    let opened = b.before(opens, 1);
    let (plus, space) = (b.byte(b'+'), b.byte(b' '));
    let (plus, space) = (b.before(plus, 1), b.before(space, 2));
    let signed = b.and(plus, space);
    let further = b.before(here, 1);
    let (one, two) = (b.and(opened, here), b.and(signed, further));
    let either = b.or(one, two);
    b.and(token, either)
}

/// Behind what ends of words a name goes on or ends as names do; in prose a month may go on, too.
fn follows_a_name(b: &mut Builder, capital: Node) -> (Node, Node) {
    let (space, dot, comma) = (b.byte(b' '), b.byte(b'.'), b.byte(b','));
    let in_name = b.set(|b| matches!(b, b'\'' | b'-' | b' '));
    let next = b.and_after(in_name, capital, 1);
    let sign = b.or(dot, comma);
    let behind = b.and_after(space, capital, 1);
    let wide = b.and_after(sign, behind, 1);
    let cell = b.set(|b| matches!(b, b'|' | b'\t' | b',' | b';'));
    let names = b.or(next, wide);
    let names = b.or(names, cell);
    let month = b.or(space, dot);
    (names, b.or(names, month))
}

/// Where words begin, humps and changes between letters and digits included; every byte of no word, too.
fn word_begins(b: &mut Builder, word: Node, digit: Node) -> Node {
    let upper = b.set(|b| b.is_ascii_uppercase());
    let lower = b.set(|b| b.is_ascii_lowercase());
    let (before_upper, before_lower) = (b.before(upper, 1), b.before(lower, 1));
    let last_upper = b.and_after(before_upper, lower, 1);
    let humped = b.or(before_lower, last_upper);
    let hump = b.and(upper, humped);
    let (before_word, before_digit) = (b.before(word, 1), b.before(digit, 1));
    let inside = b.and(word, before_word);
    let (to, from) = (b.less(digit, before_digit), b.less(before_digit, digit));
    let changes = b.or(to, from);
    let split = b.or(hump, changes);
    let goes_on = b.less(inside, split);
    b.not(goes_on)
}

fn separators(b: &mut Builder, in_word: Node, digit: Node) -> Node {
    let quote = b.set(|b| matches!(b, b'"' | b'\''));
    let bytes = *b":/= (<->,";
    let [colon, slash, equals, space, _, less, minus, more, comma] = bytes.map(|byte| b.byte(byte));
    let operator = b.set(|b| matches!(b, b'=' | b'!' | b'<' | b'>' | b'+' | b'~'));
    let open = b.set(|b| matches!(b, b'(' | b'['));
    let two_slashes = b.and_after(slash, slash, 1);
    let url = b.after(two_slashes, 1);
    let (next_colon, last_colon) = (b.after(colon, 1), b.before(colon, 1));
    let double = b.or(next_colon, last_colon);
    let no_key = b.or(double, url);
    let after_operator = b.before(operator, 1);
    let value = b.or(quote, digit);
    let opened = b.and_after(open, value, 1);
    let quoted = b.and_after(space, quote, 1);
    let quoted = b.or(quote, quoted);
    let (next_quoted, was_quoted) = (b.after(quoted, 1), b.before(quote, 1));
    let by_quotes = b.or(next_quoted, was_quoted);
    let all = [
        b.less(colon, no_key),
        b.less(equals, after_operator),
        b.and(opened, in_word),
        b.and_after(less, minus, 1),
        b.and(more, in_word),
        b.and(comma, by_quotes),
    ];
    b.any(&all).unwrap_or(colon)
}
