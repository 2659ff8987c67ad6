//! The operators that show text (ISO 32000-2, 9.4), and what the codes of fonts mean.

use std::collections::HashMap;
use std::sync::Arc;

use super::object;

/// Most codes of one font.
const CODES: usize = 70_000;

/// What the codes of a font mean.
#[derive(Clone, Default)]
pub(super) struct CharMap {
    codes: Arc<HashMap<u32, String>>,
    /// Has a code two bytes?
    wide: bool,
}

impl CharMap {
    /// Reads a table (9.10.3): `<01> <0041>` in `bfchar`, `<01> <09> <0041>` in `bfrange`.
    pub(super) fn read(text: &[u8], wide: bool) -> Self {
        let mut codes = HashMap::new();
        let words = tokens(text);
        let (mut args, mut array): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
        let (mut ranges, mut in_array) = (None, false);
        for word in words {
            match word {
                Token::String(bytes) if in_array => array.push(bytes),
                Token::String(bytes) => args.push(bytes),
                Token::Word(b"[") => in_array = true,
                Token::Word(b"]") => in_array = false,
                Token::Word(b"beginbfchar") => (ranges, args) = (Some(false), Vec::new()),
                Token::Word(b"beginbfrange") => (ranges, args) = (Some(true), Vec::new()),
                Token::Word(b"endbfchar" | b"endbfrange") => ranges = None,
                _ => {}
            }
            match ranges {
                Some(false) if args.len() == 2 => {
                    codes.insert(number(&args[0]), utf16(&args[1]));
                    args.clear();
                }
                Some(true) if args.len() == 2 && !in_array && !array.is_empty() => {
                    let first = number(&args[0]);
                    codes.extend(
                        array.drain(..).enumerate().map(|(n, to)| (first.saturating_add(n as u32), utf16(&to))),
                    );
                    args.clear();
                }
                Some(true) if args.len() == 3 => {
                    let (first, last) = (number(&args[0]), number(&args[1]));
                    let to = utf16(&args[2]).chars().next_back().map_or(0, u32::from);
                    for n in 0..=last.saturating_sub(first).min(0xffff) {
                        codes.insert(first + n, char::from_u32(to + n).map(String::from).unwrap_or_default());
                    }
                    args.clear();
                }
                _ => {}
            }
            if codes.len() > CODES {
                break;
            }
        }
        Self { codes: Arc::new(codes), wide }
    }

    fn text(&self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.codes.is_empty() && !self.wide {
            out.extend(document_text(bytes));
            return;
        }
        for code in bytes.chunks(if self.wide { 2 } else { 1 }) {
            match self.codes.get(&number(code)) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None if !self.wide => out.extend(document_text(code)),
                None => {}
            }
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// Text outside of pages: UTF-16 with a mark, or nearly Latin-1 (7.9.2.2).
pub(super) fn document_text(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest).into_bytes(),
        _ => bytes
            .iter()
            .map(|byte| if byte.is_ascii_control() { ' ' } else { char::from(*byte) })
            .collect::<String>()
            .into_bytes(),
    }
}

enum Token<'t> {
    Word(&'t [u8]),
    Name(&'t [u8]),
    Number(f64),
    String(Vec<u8>),
}

/// The tokens of a content stream.
fn tokens(text: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let first = *text.get(at)?;
            let rest = &text[at..];
            if first.is_ascii_whitespace() || matches!(first, b')' | b'>' | b'{' | b'}') || rest.starts_with(b"<<") {
                at += 1 + usize::from(rest.starts_with(b"<<"));
                continue;
            }
            if first == b'%' {
                at += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
                continue;
            }
            if matches!(first, b'(' | b'<') {
                let value = object::dictionary(rest);
                at += value.len().max(1);
                return Some(Token::String(object::string(value).unwrap_or_default()));
            }
            if matches!(first, b'[' | b']') {
                at += 1;
                return Some(Token::Word(&rest[..1]));
            }
            let len = 1 + rest[1..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"/<>[]()%".contains(b)).count();
            at += len;
            let word = &rest[..len];
            if first == b'/' {
                return Some(Token::Name(word));
            }
            let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
            return Some(number.map_or(Token::Word(word), Token::Number));
        }
    })
}

/// A page that is being read.
pub(super) struct Page<'p> {
    fonts: &'p HashMap<Vec<u8>, CharMap>,
    font: CharMap,
}

impl<'p> Page<'p> {
    pub(super) fn new(fonts: &'p HashMap<Vec<u8>, CharMap>) -> Self {
        Self { fonts, font: CharMap::default() }
    }

    /// Adds the text that a content stream shows; a new line where the place moves down or up.
    pub(super) fn show(&mut self, content: &[u8], out: &mut Vec<u8>) {
        let mut numbers: Vec<f64> = Vec::new();
        let mut strings: Vec<Option<Vec<u8>>> = Vec::new();
        let mut name: &[u8] = b"";
        let mut height = None;
        for token in tokens(content) {
            match token {
                Token::Number(number) => {
                    // A wide gap between pieces is a blank (9.4.3).
                    if number < -180.0 && strings.last().is_some_and(Option::is_some) {
                        strings.push(None);
                    }
                    numbers.push(number);
                }
                Token::String(bytes) => strings.push(Some(bytes)),
                Token::Name(word) => name = word,
                Token::Word(b"[" | b"]") => {}
                Token::Word(word) => {
                    match word {
                        b"Tf" => self.font = self.fonts.get(name).cloned().unwrap_or_default(),
                        b"T*" | b"'" | b"\"" => new_line(out),
                        b"Td" | b"TD" if numbers.last().is_some_and(|y| y.abs() > 0.5) => new_line(out),
                        b"Td" | b"TD" => blank(out),
                        b"Tm" if height == numbers.last().copied() => blank(out),
                        b"Tm" => {
                            height = numbers.last().copied();
                            new_line(out);
                        }
                        b"ET" => blank(out),
                        _ => {}
                    }
                    if matches!(word, b"Tj" | b"TJ" | b"'" | b"\"") {
                        for string in &strings {
                            match string {
                                Some(bytes) => self.font.text(bytes, out),
                                None => out.push(b' '),
                            }
                        }
                    }
                    numbers.clear();
                    strings.clear();
                }
            }
        }
        new_line(out);
    }
}

/// Parts what follows from what stands before it in its line.
fn blank(out: &mut Vec<u8>) {
    if out.last().is_some_and(|last| !last.is_ascii_whitespace()) {
        out.push(b' ');
    }
}

/// Ends the line, if one has begun.
fn new_line(out: &mut Vec<u8>) {
    if out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_through_fonts() {
        let map = CharMap::read(
            b"2 beginbfchar <0001> <0053> <0002> <0053004E> endbfchar 1 beginbfrange <0010> <0019> <0030> endbfrange",
            true,
        );
        let fonts = HashMap::from([(b"/F1".to_vec(), map)]);
        let mut out = Vec::new();
        Page::new(&fonts).show(
            b"BT /F1 12 Tf 1 0 0 1 72 700 Tm [<0001> -20 <0002>] TJ /F2 9 Tf 0 -14 Td (a\\(b) Tj 5 0 Td (c) Tj T* [(x)-500(y)] TJ ET",
            &mut out,
        );
        assert_eq!(String::from_utf8_lossy(&out), "SSN\na(b c\nx y \n");
    }
}
