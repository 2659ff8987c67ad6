//! JSON as a walk over its values, each with its path: enough for notebooks and archives of web traffic.
//!
//! Own code: trees of values take many times the memory of their text, and what is cut off is lost to them.

use std::io;

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

/// Calls `on` for each string, number, `true`, `false` and `null`, with its path; strings are decoded.
pub(super) fn walk(text: &[u8], on: &mut dyn FnMut(&[Step], String) -> io::Result<()>) -> io::Result<()> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut walker = Walker { text, at: 0, path: Vec::new(), on };
    walker.value()?;
    walker.blank();
    if walker.at == text.len() { Ok(()) } else { Err(broken("something follows its end")) }
}

struct Walker<'t, 'o> {
    text: &'t [u8],
    at: usize,
    path: Vec<Step>,
    on: &'o mut dyn FnMut(&[Step], String) -> io::Result<()>,
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
                let text = self.string()?;
                (self.on)(&self.path, text)
            }
            _ => {
                let rest = &self.text[self.at..];
                let len = rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
                let word = &rest[..len.unwrap_or(rest.len())];
                if word.is_empty() || word.len() > 64 {
                    return Err(broken("no JSON"));
                }
                self.at += word.len();
                (self.on)(&self.path, String::from_utf8_lossy(word).into_owned())
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
            let key = self.string()?;
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

    fn string(&mut self) -> io::Result<String> {
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
        Ok(serde_json::from_slice(raw).unwrap_or_else(|_| String::from_utf8_lossy(&raw[1..raw.len() - 1]).into_owned()))
    }
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
            found.push(format!("{}={value}", path.collect::<Vec<_>>().join(".")));
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
    fn whatever_is_cut_off_is_an_error() {
        let text = r#"{"a": [1, {"b": "x\n"}], "c": true}"#;
        for end in 0..text.len() {
            assert!(walked(&text[..end]).is_err(), "{end}");
        }
        assert!(walked(&"[".repeat(10_000)).is_err());
    }
}
