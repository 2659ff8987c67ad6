//! JSON as a walk over its values, each with its path: enough for notebooks and archives of web traffic.
//!
//! Own code: trees of values take many times the memory of their text, and what is cut off is lost to them.

use std::io;
use std::ops::Range;

use super::bytes::{broken, cut_off};

/// Deepest nesting.
const DEEPEST: usize = 128;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Of an object.
    Key(String),
    /// Of an array, from 0.
    Index(usize),
}

impl Step {
    /// Is it this key?
    pub(super) fn is(&self, key: &str) -> bool {
        matches!(self, Self::Key(own) if own == key)
    }
}

/// A string, number, `true`, `false` or `null`.
pub(super) struct Value {
    /// Its text; a string's is decoded.
    pub(super) text: String,
    /// Where it stands, without quotes, in bytes.
    pub(super) at: Range<usize>,
}

/// Calls `on` for each value, with its path.
pub(super) fn walk(text: &[u8], on: &mut dyn FnMut(&[Step], Value) -> io::Result<()>) -> io::Result<()> {
    let mark = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut walker = Walker { text, at: mark, path: Vec::new(), on };
    walker.value()?;
    walker.blank();
    if walker.at == text.len() { Ok(()) } else { Err(broken("something follows its end")) }
}

struct Walker<'t, 'o> {
    text: &'t [u8],
    at: usize,
    path: Vec<Step>,
    on: &'o mut dyn FnMut(&[Step], Value) -> io::Result<()>,
}

impl Walker<'_, '_> {
    fn blank(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> io::Result<u8> {
        self.blank();
        self.text.get(self.at).copied().ok_or_else(cut_off)
    }

    fn value(&mut self) -> io::Result<()> {
        match self.next()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => {
                let value = self.string()?;
                (self.on)(&self.path, value)
            }
            _ => {
                let rest = &self.text[self.at..];
                let len = rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
                let word = &rest[..len.unwrap_or(rest.len())];
                if word.is_empty() || word.len() > 64 {
                    return Err(broken("no JSON"));
                }
                let at = self.at..self.at + word.len();
                self.at = at.end;
                (self.on)(&self.path, Value { text: String::from_utf8_lossy(word).into_owned(), at })
            }
        }
    }

    fn deeper(&mut self, step: Step) -> io::Result<()> {
        if self.path.len() >= DEEPEST {
            return Err(broken("nested too deep"));
        }
        self.path.push(step);
        self.value()?;
        self.path.pop();
        Ok(())
    }

    fn object(&mut self) -> io::Result<()> {
        self.at += 1;
        if self.next()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.next()? != b'"' {
                return Err(broken("no JSON"));
            }
            let key = self.string()?.text;
            if self.next()? != b':' {
                return Err(broken("no JSON"));
            }
            self.at += 1;
            self.deeper(Step::Key(key))?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self) -> io::Result<()> {
        self.at += 1;
        if self.next()? == b']' {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            self.deeper(Step::Index(index))?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn ends(&mut self, end: u8) -> io::Result<bool> {
        let next = self.next()?;
        self.at += 1;
        if next == b',' || next == end { Ok(next == end) } else { Err(broken("no JSON")) }
    }

    fn string(&mut self) -> io::Result<Value> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.text.get(at..).unwrap_or_default()).ok_or_else(cut_off)?;
            if self.text[at] == b'"' {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        let raw = &self.text[start - 1..=at];
        // What serde cannot decode (a control character, half a pair of surrogates) stays as it is written.
        let as_written = || String::from_utf8_lossy(&raw[1..raw.len() - 1]).into_owned();
        Ok(Value { text: serde_json::from_slice(raw).unwrap_or_else(|_| as_written()), at: start..at })
    }
}

/// Where the pieces of a decoded string begin that hold no escape, in the string and as it is written (RFC 8259, 7).
pub(super) fn pieces(text: &str, written: &[u8]) -> Vec<(usize, usize)> {
    let (mut found, mut at, mut from) = (vec![(0, 0)], 0, 0);
    while let Some(len) = memchr::memchr(b'\\', &written[from..]) {
        let escape = &written[from + len..];
        let (escaped, decoded) = match hex(escape) {
            // Half of a pair: the other half follows, and both are one character.
            Some(0xd800..=0xdbff) => (12, 4),
            Some(code) => (6, char::from_u32(code).map_or(1, char::len_utf8)),
            None => (2, 1),
        };
        at += len + decoded;
        from = (from + len + escaped).min(written.len());
        found.push((at, from));
    }
    // Was it decoded at all?
    if at + (written.len() - from) == text.len() { found } else { vec![(0, 0)] }
}

/// The code of `\u00e9`.
fn hex(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        walk(text.as_bytes(), &mut |path, value| {
            let path = path.iter().map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Index(index) => index.to_string(),
            });
            assert!(pieces(&value.text, &text.as_bytes()[value.at.clone()]).len() > value.text.matches('\n').count());
            found.push(format!("{}={}", path.collect::<Vec<_>>().join("."), value.text));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn values_have_paths() {
        let found = walked(r#" {"a": [1, {"b": "x\n\"é\u00e9"}, []], "c": {}, "d": null} "#).expect("JSON");
        assert_eq!(found, ["a.0=1", "a.1.b=x\n\"éé", "d=null"]);
    }

    #[test]
    fn pieces_are_the_same_in_both() {
        let written = r#"a\n\u00e9b\ud83d\ude00c"#;
        let text: String = serde_json::from_str(&format!("\"{written}\"")).expect("JSON");
        let found = pieces(&text, written.as_bytes());
        assert_eq!(found, [(0, 0), (2, 3), (4, 9), (9, 22)]);
        assert_eq!((&text[4..5], &written[9..10]), ("b", "b"));
        assert_eq!(pieces("\\ud83d", b"\\ud83d"), [(0, 0)]);
    }

    #[test]
    fn whatever_is_cut_off_is_an_error() {
        let text = r#"{"a": [1, {"b": "x\n"}], "c": true}"#;
        for end in 0..text.len() {
            assert!(walked(&text[..end]).is_err(), "{end}");
        }
        assert!(walked(&"[".repeat(10_000)).is_err());
    }
}
