//! JSON and JSON Lines, as far as columns are concerned: which value stands behind which key, in which record.
//!
//! It reads parts of documents too, so it forgives whatever is cut off; what is malformed gives no columns.

use std::ops::Range;

/// A scalar with the key that it stands behind.
pub(super) struct Scalar {
    /// The key, without quotes.
    pub(super) key: Range<usize>,
    /// The value, without quotes.
    pub(super) value: Range<usize>,
    /// Number of the record: a document of JSON Lines, or an element of an array.
    pub(super) record: u64,
}

/// Deepest nesting that is followed.
const DEEPEST: usize = 128;

#[derive(Clone)]
struct Open {
    is_object: bool,
    key: Option<Range<usize>>,
    record: u64,
}

/// Does it begin like JSON?
pub(super) fn is(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    matches!(text.first(), Some(b'{'))
        || matches!(text, [b'[', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[')))
}

/// All scalars behind keys, in the order they stand.
pub(super) fn scalars(bytes: &[u8]) -> Vec<Scalar> {
    let mut walk = Walk { open: Vec::new(), records: 0, found: Vec::new() };
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'{' => walk.begin(true, at),
            b'[' => walk.begin(false, at),
            b'}' | b']' => {
                walk.open.pop();
                at + 1
            }
            b'"' => {
                let end = string_end(bytes, at + 1);
                walk.string(bytes, at + 1..end)
            }
            b'-' | b'0'..=b'9' => {
                let len = bytes[at..].iter().take_while(|b| b"+-.eE0123456789".contains(b)).count();
                walk.value(at..at + len);
                at + len
            }
            _ => at + 1,
        };
    }
    walk.found
}

/// Where the string ends that begins at `at`: at its quote, or at the end of the text.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        if bytes[at + found] == b'"' {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}

struct Walk {
    open: Vec<Open>,
    records: u64,
    found: Vec<Scalar>,
}

impl Walk {
    fn begin(&mut self, is_object: bool, at: usize) -> usize {
        let last = self.open.last();
        let nested = is_object && last.is_some_and(|open| open.is_object);
        if is_object && !nested {
            self.records += 1;
        }
        let record = if is_object {
            last.filter(|_| nested).map_or(self.records, |open| open.record)
        } else {
            last.map_or(0, |open| open.record)
        };
        let key = last.and_then(|open| open.key.clone()).filter(|_| !is_object);
        if self.open.len() < DEEPEST {
            self.open.push(Open { is_object, key, record });
        }
        at + 1
    }

    fn string(&mut self, bytes: &[u8], range: Range<usize>) -> usize {
        let behind = (range.end + 1).min(bytes.len());
        let is_key = self.open.last().is_some_and(|open| open.is_object)
            && bytes[behind..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':');
        match self.open.last_mut() {
            Some(open) if is_key => open.key = Some(range),
            _ => self.value(range),
        }
        behind
    }

    fn value(&mut self, value: Range<usize>) {
        if let Some(Open { key: Some(key), record, .. }) = self.open.last() {
            self.found.push(Scalar { key: key.clone(), value, record: *record });
        }
    }
}
