//! What is asked of every place of a text, as one program: where patterns, names, keys and numbers may be. `build.rs`
//! makes it and compiles it; the library has it for its tests only.
//!
//! Nothing that [`crate::detect::text`] would use may be missed; a place too many only costs time. Of patterns only the
//! first bytes are asked for, many patterns together: the automaton of [`super::openings`] reads on from there.

use super::begins::{FIRST, Sample, kinds};
use super::openings::first_bytes;
use super::program::{Builder, Node, Program};
use super::search::{Group, Pattern, group, parse};
use super::shapes::Bytes;

/// The program for patterns; its questions are those of [`super::search::ask`], in their order. `ordinary` is a sample of
/// text.
///
/// # Errors
/// The pattern that is no pattern, and why.
pub(crate) fn questions<'p>(patterns: impl Iterator<Item = Pattern<'p>>, ordinary: &[u8]) -> Result<Program, String> {
    let mut b = Builder::new();
    let (asked, token) = spots(&mut b);
    let (mut openings, mut insides) = (Vec::new(), Vec::new());
    for (_, pattern, street) in patterns {
        let hir = parse(pattern)?;
        match group(&hir, street) {
            // Numbers on streets are asked for apart.
            Group::Street => {}
            Group::Inside(_, rest) => insides.push(first_bytes(&rest, FIRST)?),
            Group::Opening => openings.push(first_bytes(&hir, FIRST)?),
        }
    }
    let openings = Sample::new(ordinary, true)
        .together(openings)
        .iter()
        .map(|first| begin_with(&mut b, first, Some(token)))
        .collect();
    let insides =
        Sample::new(ordinary, false).together(insides).iter().map(|first| begin_with(&mut b, first, None)).collect();
    Ok(b.finish(&asked, &[openings, insides]))
}

/// Where these bytes follow each other, the first at one of `at`.
fn begin_with(b: &mut Builder, first: &[Bytes], at: Option<Node>) -> Node {
    let all = first.iter().rev().fold(None, |then, set| {
        let kinds: Vec<Node> = kinds(*set).into_iter().map(|kind| b.set(|byte| kind.has(byte))).collect();
        let here = b.any(&kinds)?;
        Some(then.map_or(here, |then| b.and_after(here, then, 1)))
    });
    match (all, at) {
        (Some(all), Some(at)) => b.and(at, all),
        (one, other) => one.or(other).unwrap_or_else(|| b.set(|_| true)),
    }
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
        numbers_on_streets(b, digit),
        free,
    ];
    (asked, free)
}

/// Last bytes of numbers (`12`, `12A`) that a street's name may follow: a word with a capital, or a number that is no time.
fn numbers_on_streets(b: &mut Builder, digit: Node) -> Node {
    let (upper, letter) = (b.set(|b| b.is_ascii_uppercase()), b.set(|b| b.is_ascii_alphabetic()));
    let (space, colon) = (b.byte(b' '), b.byte(b':'));
    let lettered = b.before(digit, 1);
    let lettered = b.and(letter, lettered);
    let ends = b.or(digit, lettered);
    let time = b.and_after(digit, colon, 1);
    let time = b.and_after(digit, time, 1);
    let number = b.less(digit, time);
    let name = b.or(upper, number);
    let name = b.and_after(space, name, 1);
    b.and_after(ends, name, 1)
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
    let keys = [
        b.less(colon, no_key),
        b.less(equals, after_operator),
        b.and(opened, in_word),
        b.and_after(less, minus, 1),
        b.and(more, in_word),
    ];
    let keys = b.any(&keys).unwrap_or(colon);
    let number = ends_number(b, digit);
    let (keys, commas) = (b.less(keys, number), b.and(comma, by_quotes));
    b.or(keys, commas)
}

/// Behind numbers that are no part of a name: `05:13` is a time, `address1:` is a name with a number of up to three digits.
fn ends_number(b: &mut Builder, digit: Node) -> Node {
    let name = b.set(|b| b.is_ascii_alphabetic() || b == b'_');
    let before = b.before(name, 1);
    let mut last = b.and(name, before);
    let mut named = Vec::new();
    for _ in 0..3 {
        let before = b.before(last, 1);
        last = b.and(digit, before);
        named.push(last);
    }
    let named = b.any(&named).unwrap_or(digit);
    let other = b.less(digit, named);
    b.before(other, 1)
}
