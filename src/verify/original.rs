//! Comparison with the original: which of its values survive. Values are kept in memory alone, as seals under a key that
//! nobody knows and that ends with the run.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::clean::is_removed;
use super::{Leak, columns, dates, encodings};
use crate::document::Document;
use crate::judge::Finding;
use crate::mask::Key;
use crate::rule::{RuleId, Rules};
use crate::words;

/// Most values of the original that are remembered.
const MOST: usize = 4_000_000;
/// Pieces of letters and digits of which the longest value is made, and most signs between two of them.
const PIECES: usize = 6;
const GAP: usize = 3;
/// Bytes of the longest form that is compared.
const LONGEST: usize = 256;

/// Values of the original.
pub(super) struct Original {
    quick: RandomState,
    key: Option<Key>,
    forms: HashMap<u64, (Box<str>, RuleId, &'static str)>,
    /// Values that found no more room.
    pub(super) left_out: u64,
}

impl Original {
    pub(super) fn new() -> Self {
        Self { quick: RandomState::new(), key: Key::of_this_run(), forms: HashMap::new(), left_out: 0 }
    }

    /// Remembers what was found in a document of the original, and all cells of a column in which something was found.
    pub(super) fn learn(&mut self, document: &Document, findings: &[Finding]) {
        let text = &document.bytes[..];
        let local = |byte: u64| usize::try_from(byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        let spans: Vec<(Range<usize>, RuleId)> = findings
            .iter()
            .filter(|finding| {
                finding.note.is_none() && !finding.kind.starts_with("health.") && !finding.kind.starts_with("flow.")
            })
            .map(|finding| (local(finding.start_byte)..local(finding.end_byte).min(text.len()), finding.rule))
            .collect();
        for (at, rule) in &spans {
            if let Some(value) = text.get(at.clone()) {
                self.value(value, *rule);
            }
        }
        for column in columns::of(document) {
            if let Some((_, rule)) = spans.iter().find(|(at, _)| column.holds(at.start)) {
                column.cells.iter().for_each(|(_, cell)| self.value(&text[cell.clone()], *rule));
            }
        }
    }

    fn value(&mut self, value: &[u8], rule: RuleId) {
        let value = value.trim_ascii();
        if value.is_empty() || value.len() > LONGEST / 2 || is_removed(value) || dates::year(value).is_some() {
            return;
        }
        let folded = fold(value);
        let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        self.form(&folded, rule, "a value of the original survives");
        self.form(&encodings::reversed(&folded), rule, "a value of the original survives backwards");
        if digits.len() >= 6 && digits != folded {
            self.form(&digits, rule, "the digits of a value of the original survive");
        }
        let lower = value.to_ascii_lowercase();
        for text in [value, lower.as_slice(), &digits] {
            if text.len() >= 4 {
                self.form(&fold(&base64(text)), rule, "a value of the original survives in base64");
                self.form(&hex(text), rule, "a value of the original survives in hex");
                self.form(&hex(&Md5::digest(text)), rule, "a bare MD5 hash of a value of the original");
                self.form(&hex(&Sha1::digest(text)), rule, "a bare SHA-1 hash of a value of the original");
                self.form(&hex(&Sha256::digest(text)), rule, "a bare SHA-256 hash of a value of the original");
            }
        }
        self.parts(value, rule);
    }

    /// A name's words, each by itself and the other way round; a date with its year first and last.
    fn parts(&mut self, value: &[u8], rule: RuleId) {
        let pieces: Vec<&[u8]> = value.split(|b| !is_piece(*b)).filter(|piece| !piece.is_empty()).collect();
        let name = |piece: &&[u8]| {
            let facts = words::facts(piece);
            piece.len() >= 4 && facts.given().max(facts.surname()) >= 1 && facts.common() <= 2
        };
        if pieces.len() >= 2
            && pieces.len() <= 4
            && pieces.iter().all(|piece| piece.iter().all(u8::is_ascii_alphabetic))
        {
            let turned: Vec<u8> =
                pieces.last().into_iter().chain(&pieces[..pieces.len() - 1]).flat_map(|p| fold(p)).collect();
            self.form(&turned, rule, "a value of the original survives in another order");
            for piece in pieces.iter().filter(|piece| name(piece)) {
                self.form(&fold(piece), rule, "a part of a name of the original survives");
            }
        }
        if let ([first, second, third], true) = (pieces.as_slice(), dates::is_full(value)) {
            let (year, others) = if first.len() == 4 { (first, [second, third]) } else { (third, [first, second]) };
            let [one, other] = others;
            for parts in [[year, one, other], [year, other, one], [one, other, year], [other, one, year]] {
                self.form(
                    &parts.map(|part| fold(part)).concat(),
                    rule,
                    "a date of the original survives in another form",
                );
            }
        }
    }

    fn form(&mut self, form: &[u8], rule: RuleId, says: &'static str) {
        let number = form.iter().all(u8::is_ascii_digit);
        if form.len() < if number { 5 } else { 4 } || form.len() > LONGEST {
            return;
        }
        let Some(key) = &self.key else { return };
        if self.forms.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let quick = self.quick.hash_one(form);
        self.forms.entry(quick).or_insert_with(|| (key.seal("", form), rule, says));
    }

    /// Where values of the original stand in a document.
    pub(super) fn survivors(&self, rules: &Rules, document: &Document, out: &mut Vec<Leak>) {
        let Some(key) = &self.key else { return };
        let text = &document.bytes[..];
        let pieces = pieces(text);
        let mut form = Vec::with_capacity(LONGEST);
        let mut done = 0;
        for (first, start) in pieces.iter().enumerate() {
            if start.start < done {
                continue;
            }
            form.clear();
            let mut longest = None;
            for (count, piece) in pieces[first..].iter().take(PIECES).enumerate() {
                let gap = count > 0 && piece.start - pieces[first + count - 1].end > GAP;
                let broken = count > 0
                    && memchr::memchr2(b'\n', b'\r', &text[pieces[first + count - 1].end..piece.start]).is_some();
                if gap || broken || form.len() + piece.len() > LONGEST {
                    break;
                }
                form.extend(text[piece.clone()].iter().map(u8::to_ascii_lowercase));
                if let Some((seal, rule, says)) = self.forms.get(&self.quick.hash_one(form.as_slice()))
                    && key.seal("", &form) == *seal
                {
                    longest = Some((piece.end, *rule, *says));
                }
            }
            if let Some((end, rule, says)) = longest {
                let rule = Cow::Owned(rules.get(rule).id.clone());
                out.push(Leak { rule: super::RuleName(rule), at: start.start..end, says: says.to_owned() });
                done = end;
            }
        }
    }
}

fn is_piece(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Runs of letters and digits.
fn pieces(text: &[u8]) -> Vec<Range<usize>> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let len = text[at..].iter().take_while(|b| is_piece(**b)).count();
        if len > 0 {
            pieces.push(at..at + len);
        }
        at += len.max(1);
    }
    pieces
}

/// Letters and digits alone, small.
fn fold(value: &[u8]) -> Vec<u8> {
    value.iter().filter(|b| is_piece(**b)).map(u8::to_ascii_lowercase).collect()
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let text = bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    text.into_bytes()
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        out.extend((0..=three.len()).map(|at| ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survivors_are_known_in_every_form() {
        let rules = Rules::builtin().expect("rules");
        let (rule, _) = rules.by_id("ssn").expect("a rule");
        let mut original = Original::new();
        original.value(b"536-90-4399", rule);
        original.value(b"Denise Caldwell", rule);
        original.value(b"1962-03-14", rule);
        assert_eq!(base64(b"ab"), b"YWI");
        let seen = |text: &str| {
            let mut out = Vec::new();
            original.survivors(&rules, &Document::of("a.txt", text.as_bytes().to_vec()), &mut out);
            out.iter().map(|leak| text[leak.at.clone()].to_owned()).collect::<Vec<_>>()
        };
        for text in [
            "536904399",
            "536 90 4399",
            "993409635",
            "denise_caldwell",
            "CALDWELL, Denise",
            "RGVuaXNlIENhbGR3ZWxs",
            "caldwell",
            "03/14/1962",
            "19620314",
            "44656e6973652043616c6477656c6c",
            "3533362d39302d34333939",
        ] {
            assert_eq!(seen(&format!("x {text} y")), [text], "{text}");
        }
        assert!(seen("x 53690439 y deni secald 1962 [NAME] tok_1f").is_empty());
    }
}
