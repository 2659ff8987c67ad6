//! Text that is hidden in base64 inside of text: data URIs, tokens, dumps. Only what looks like it is decoded.

use std::ops::Range;

use crate::document::{Document, utf16_width};
use crate::judge::{Finding, Pos};

/// Fewest characters of base64 that may hold a label and a value (`detect/questions.rs` asks for them), and most that are
/// decoded.
const FEWEST: usize = 24;
const MOST: usize = 1 << 20;

/// How many characters are decoded to see whether they are text.
const TASTE: usize = 64;

/// Of base64's alphabets; a small letter; a capital.
const ANY: u8 = 1;
const SMALL: u8 = 2;
const CAPITAL: u8 = 4;

/// What each byte is: a table, since every text is asked.
static BASE64: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'a'..=b'z' => ANY | SMALL,
            b'A'..=b'Z' => ANY | CAPITAL,
            b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' => ANY,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// What six bits each character stands for (RFC 4648, sections 4 and 5); of others it does not matter.
static SIX: [u8; 256] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut table = [63; 256];
    let mut six = 0;
    while six < letters.len() {
        table[letters[six] as usize] = six as u8;
        six += 1;
    }
    table[b'+' as usize] = 62;
    table[b'-' as usize] = 62;
    table
};

/// Runs of base64 that hold text, each with the text, among those that begin at `runs`.
pub(crate) fn texts(bytes: &[u8], runs: &[usize]) -> Vec<(Range<usize>, Vec<u8>)> {
    let run = |start: &usize| {
        tastes_of_text(bytes.get(*start..)?).then_some(())?;
        let (mut kinds, mut end) = (0, *start);
        while let Some(kind @ 1..) = bytes.get(end).map(|byte| BASE64[usize::from(*byte)]) {
            kinds |= kind;
            end += 1;
        }
        // Text in base64 has letters of both cases: words, paths and numbers in hex have not.
        (kinds == ANY | SMALL | CAPITAL).then_some(())?;
        Some((*start..end, text(&bytes[*start..end])?))
    };
    runs.iter().filter_map(run).collect()
}

/// A finding in such a text, placed where the run stands in its document. The excerpt is that of the text.
pub(crate) fn placed(mut finding: Finding, document: &Document, run: &Range<usize>) -> Finding {
    (finding.start_byte, finding.end_byte) =
        (document.first_byte + run.start as u64, document.first_byte + run.end as u64);
    (finding.start, finding.end) = (place(document, run.start), place(document, run.end));
    finding.evidence.push("stands inside base64".into());
    finding
}

fn place(document: &Document, at: usize) -> Pos {
    let start = document.line_around(at).start;
    let before = &document.bytes[..start];
    let ends = memchr::memchr2_iter(b'\n', b'\r', before);
    let lines = ends.filter(|at| before[*at] == b'\n' || before.get(at + 1) != Some(&b'\n')).count();
    let first = if start == 0 { document.first_column } else { 1 };
    Pos { line: document.first_line + lines as u64, column: first + utf16_width(&document.bytes[start..at]) }
}

/// Might the run be text that `bytes` begin with? Most are words or numbers, and cease to look so soon.
fn tastes_of_text(bytes: &[u8]) -> bool {
    let mut odd = 0;
    for four in bytes[..bytes.len().min(TASTE)].as_chunks::<4>().0 {
        if four.iter().any(|byte| BASE64[usize::from(*byte)] == 0) {
            break;
        }
        odd += three(four).iter().filter(is_plain).count().abs_diff(3);
        if odd * 20 > TASTE / 4 * 3 {
            return false;
        }
    }
    true
}

/// The text inside, if it is text. What stands before it and is base64 too by chance (`/`) shifts it.
fn text(run: &[u8]) -> Option<Vec<u8>> {
    let taste = decode(&run[..run.len().min(TASTE)]);
    is_text(&taste).then(|| decode(&run[..run.len().min(MOST)])).filter(|text| is_text(text))
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.len() >= FEWEST / 2 && bytes.iter().filter(is_plain).count() * 20 >= bytes.len() * 19
}

fn is_plain(byte: &&u8) -> bool {
    matches!(**byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// RFC 4648, sections 4 and 5, without padding.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for four in text.chunks(4) {
        out.extend_from_slice(&three(four)[..four.len() - 1]);
    }
    out
}

/// The bytes of up to four characters; zeros in the place of what is not there.
fn three(four: &[u8]) -> [u8; 3] {
    let six = |bits: u32, byte: &u8| bits << 6 | u32::from(SIX[usize::from(*byte)]);
    let bits = four.iter().fold(0_u32, six) << (6 * (4 - four.len()));
    let [_, one, two, three] = bits.to_be_bytes();
    [one, two, three]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_text_is_decoded() {
        let packed = "eyJwYXRpZW50IjoiRGVuaXNlIENhbGR3ZWxsIiwic3NuIjoiNTM2LTkwLTQzOTkifQ";
        let line = format!("token={packed}== sha512-{}", "Qw9".repeat(30));
        let found = texts(line.as_bytes(), &[0, 6]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 6..6 + packed.len());
        assert_eq!(found[0].1, br#"{"patient":"Denise Caldwell","ssn":"536-90-4399"}"#);
        assert!(texts(b"src/source/unpack/Some/Very/Long/Path/That/Goes/On/And/On/For/Ever.rs", &[0]).is_empty());
    }

    proptest! {
        /// A taste never keeps text out.
        #[test]
        fn text_tastes_of_text(words in "[ -~\\n\u{1}\u{ff}]{0,90}", lead in 0usize..3, cut in 0usize..4) {
            const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let mut run = b"Ab/"[..lead].to_vec();
            for three in words.as_bytes().chunks(3) {
                let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
                run.extend((0..=three.len()).map(|n| LETTERS[(bits >> (18 - 6 * n) & 63) as usize]));
            }
            run.truncate(run.len().saturating_sub(cut));
            prop_assert!(tastes_of_text(&run) || text(&run).is_none());
            run.extend(b" and more");
            prop_assert!(tastes_of_text(&run) || text(&run[..run.len() - 9]).is_none());
        }
    }
}
