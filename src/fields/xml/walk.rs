//! A small XML reader that forgives: no document type, no entities, no tree; what is no tag is text.

use std::ops::Range;

/// What stands next. Names come without their namespace's prefix.
pub(crate) enum Event {
    /// `<name`; its attributes are in `Walk::attributes`.
    Start { name: Range<usize> },
    /// `</name>` or `/>`.
    End { name: Range<usize> },
    /// Text between tags, without blanks around it.
    Text(Range<usize>),
}

/// Reads a document from its beginning.
pub(crate) struct Walk<'a> {
    bytes: &'a [u8],
    /// Where reading stands.
    pub(crate) at: usize,
    /// Names and values of the last start tag's attributes.
    pub(crate) attributes: Vec<(Range<usize>, Range<usize>)>,
    /// The last start tag was an empty element's.
    empty: Option<Range<usize>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, attributes: Vec::new(), empty: None }
    }

    pub(crate) fn next(&mut self) -> Option<Event> {
        if let Some(name) = self.empty.take() {
            return Some(Event::End { name });
        }
        while self.at < self.bytes.len() {
            if self.bytes[self.at] != b'<' {
                let text = self.text();
                if !text.is_empty() {
                    return Some(Event::Text(text));
                }
                continue;
            }
            match self.bytes.get(self.at + 1).copied() {
                Some(b'!') if self.bytes[self.at..].starts_with(b"<![CDATA[") => {
                    return Some(Event::Text(self.cdata()));
                }
                Some(b'!') if self.bytes[self.at..].starts_with(b"<!--") => self.skip_past(b"-->"),
                Some(b'?') => self.skip_past(b"?>"),
                Some(b'!') => self.skip_past(b">"),
                Some(b'/') => return Some(self.end()),
                Some(b) if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => {
                    return Some(self.start());
                }
                _ => self.at += 1,
            }
        }
        None
    }

    /// Text up to the next tag.
    fn text(&mut self) -> Range<usize> {
        let start = self.at;
        let rest = &self.bytes[start..];
        self.at += rest.iter().position(|&b| b == b'<').unwrap_or(rest.len());
        trim(self.bytes, start..self.at)
    }

    fn cdata(&mut self) -> Range<usize> {
        let start = self.at + 9;
        self.skip_past(b"]]>");
        let end = if self.bytes[..self.at].ends_with(b"]]>") { self.at - 3 } else { self.at };
        trim(self.bytes, start..end.max(start))
    }

    fn skip_past(&mut self, mark: &[u8]) {
        let rest = &self.bytes[self.at..];
        let found = rest.windows(mark.len()).position(|w| w == mark);
        self.at += found.map_or(rest.len(), |n| n + mark.len());
    }

    fn end(&mut self) -> Event {
        self.at += 2;
        let name = self.name();
        let rest = &self.bytes[self.at..];
        let close = rest.iter().take(1000).position(|&b| b == b'>' || b == b'<').unwrap_or(0);
        self.at += close + usize::from(rest.get(close) == Some(&b'>'));
        Event::End { name }
    }

    fn start(&mut self) -> Event {
        self.at += 1;
        let name = self.name();
        self.attributes.clear();
        while let Some(&b) = self.bytes.get(self.at) {
            match b {
                b'>' => {
                    self.at += 1;
                    break;
                }
                // A tag that never closed.
                b'<' => break,
                b'/' if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    self.empty = Some(name.clone());
                    break;
                }
                _ if is_name(b) => self.attribute(),
                _ => self.at += 1,
            }
        }
        Event::Start { name }
    }

    /// `name="value"`; a value without quotes ends at a blank.
    fn attribute(&mut self) {
        let name = self.name();
        self.skip_blanks();
        if self.bytes.get(self.at) != Some(&b'=') {
            return;
        }
        self.at += 1;
        self.skip_blanks();
        let Some(&quote) = self.bytes.get(self.at) else {
            return;
        };
        let quoted = quote == b'"' || quote == b'\'';
        let start = self.at + usize::from(quoted);
        let rest = &self.bytes[start..];
        let ends = |b: &u8| {
            if quoted { *b == quote || *b == b'<' } else { b.is_ascii_whitespace() || *b == b'>' }
        };
        let end = start + rest.iter().position(ends).unwrap_or(rest.len());
        self.at = end + usize::from(quoted && self.bytes.get(end) == Some(&quote));
        self.attributes.push((name, trim(self.bytes, start..end)));
    }

    /// A name; reading stands behind it, its prefix is left out.
    fn name(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += self.bytes[start..].iter().take_while(|b| is_name(**b)).count();
        let prefix = self.bytes[start..self.at].iter().rposition(|&b| b == b':').map_or(0, |i| i + 1);
        start + prefix..self.at
    }

    fn skip_blanks(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'_' | b'-' | b'.' | b':')
}

fn trim(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let range = range.start.min(bytes.len())..range.end.min(bytes.len());
    let text = &bytes[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}
