//! Objects of a PDF, as bytes: dictionaries are searched where they lie (ISO 32000-2, 7.3).

use std::borrow::Cow;

/// An object that is a dictionary, perhaps with a stream; of others nothing is wanted.
pub(super) struct Object<'f> {
    pub(super) dictionary: Cow<'f, [u8]>,
    pub(super) stream: Option<&'f [u8]>,
    pub(super) end: usize,
    /// Did its stream not end?
    pub(super) is_cut: bool,
}

impl<'f> Object<'f> {
    /// The object that begins at `from`.
    pub(super) fn read(bytes: &'f [u8], from: usize) -> Self {
        let rest = bytes.get(from..).unwrap_or_default();
        let dictionary = dictionary(rest);
        let after = dictionary.as_ptr() as usize - rest.as_ptr() as usize + dictionary.len();
        let mut object = Self { dictionary: Cow::Borrowed(dictionary), stream: None, end: from + after, is_cut: false };
        let gap = rest[after..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let Some(data) = rest[after + gap..].strip_prefix(b"stream") else { return object };
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        let start = bytes.len() - data.len();
        let stated = object.number(b"/Length").filter(|len| {
            data.get(*len..).is_some_and(|after| after.iter().take(20).any(|b| *b == b'e'))
                && memchr::memmem::find(&data[*len..data.len().min(len + 24)], b"endstream").is_some()
        });
        let len = stated.or_else(|| memchr::memmem::find(data, b"endstream"));
        object.is_cut = len.is_none();
        let len = len.unwrap_or(data.len());
        object.stream = Some(&data[..len]);
        object.end = start + len;
        object
    }

    /// An object out of a stream of objects.
    pub(super) fn packed(dictionary: Vec<u8>) -> Self {
        Self { dictionary: Cow::Owned(dictionary), stream: None, end: 0, is_cut: false }
    }

    /// Does the dictionary hold this name?
    pub(super) fn has(&self, name: &[u8]) -> bool {
        memchr::memmem::find_iter(&self.dictionary, name)
            .any(|at| self.dictionary.get(at + name.len()).is_none_or(|b| !b.is_ascii_alphanumeric()))
    }

    /// Is the value of `key` the name `name`?
    pub(super) fn says(&self, key: &[u8], name: &[u8]) -> bool {
        value(&self.dictionary, key).is_some_and(|value| {
            value.strip_prefix(name).is_some_and(|rest| rest.first().is_none_or(|b| !b.is_ascii_alphanumeric()))
        })
    }

    /// The value of `key` where it is a number.
    pub(super) fn number(&self, key: &[u8]) -> Option<usize> {
        let value = value(&self.dictionary, key)?;
        reference(value).is_none().then(|| leading_number(value)).flatten()
    }
}

/// The number before ` 0 obj`.
pub(super) fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let words = &bytes[at.saturating_sub(24)..at];
    let mut words = words.rsplit(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty());
    words.next().filter(|generation| generation.iter().all(u8::is_ascii_digit))?;
    let digits = words.next()?;
    let start = digits.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
    std::str::from_utf8(&digits[start..]).ok()?.parse().ok()
}

fn leading_number(value: &[u8]) -> Option<usize> {
    let len = value.iter().take(18).take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&value[..len]).ok()?.parse().ok()
}

/// The dictionary (or other value) that `bytes` begin with, brackets included.
pub(super) fn dictionary(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    &bytes[start..start + length(&bytes[start..])]
}

/// How long the value is that `bytes` begin with.
fn length(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' => at += literal(&bytes[at..]),
            b'<' if bytes.get(at + 1) == Some(&b'<') => (depth, at) = (depth + 1, at + 2),
            b'>' if bytes.get(at + 1) == Some(&b'>') => (depth, at) = (depth.saturating_sub(1), at + 2),
            b'<' => at += bytes[at..].iter().position(|b| *b == b'>').map_or(bytes.len() - at, |end| end + 1),
            b'[' => (depth, at) = (depth + 1, at + 1),
            b']' if depth > 0 => (depth, at) = (depth - 1, at + 1),
            b']' | b'>' => return at,
            _ => {
                at += 1;
                let ends = bytes
                    .get(at)
                    .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'<' | b'[' | b'(' | b'>' | b']'));
                if depth > 0 || !ends {
                    continue;
                }
            }
        }
        if depth == 0 {
            // `12 0 R` is one value.
            let more = reference_length(&bytes[..bytes.len().min(32)]);
            return at.max(more);
        }
    }
    bytes.len()
}

fn reference_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let blank = |from: usize| bytes.get(from).is_some_and(u8::is_ascii_whitespace);
    let first = digits(0);
    let second = digits(first + 1);
    let end = first + second + 2;
    let is = first > 0 && second > 0 && blank(first) && blank(end - 1) && bytes.get(end) == Some(&b'R');
    if is { end + 1 } else { 0 }
}

/// How long the string in brackets is that `bytes` begin with.
fn literal(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

/// The names and values of a dictionary.
pub(super) fn entries(dictionary: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    let Some(inner) = dictionary.strip_prefix(b"<<") else { return found };
    let mut at = 0;
    while let Some(slash) = inner[at.min(inner.len())..].iter().position(|b| *b == b'/') {
        let name = at + slash;
        let len =
            1 + inner[name + 1..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"/<>[]()".contains(b)).count();
        let gap = inner[name + len..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let from = name + len + gap;
        let value = &inner[from..from + length(&inner[from..])];
        found.push((&inner[name..name + len], value));
        at = from + value.len().max(usize::from(value.is_empty() && !inner[from..].starts_with(b"/")));
    }
    found
}

/// The value of a key of a dictionary (its own, not that of a dictionary inside it).
pub(super) fn value<'d>(dictionary: &'d [u8], key: &[u8]) -> Option<&'d [u8]> {
    memchr::memmem::find(dictionary, key)?;
    entries(dictionary).into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The number of the object that a value refers to.
pub(super) fn reference(value: &[u8]) -> Option<u32> {
    (reference_length(value) > 0).then(|| leading_number(value)).flatten()?.try_into().ok()
}

/// The objects that a value refers to: itself a reference, or an array of them.
pub(super) fn references(value: &[u8]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = usize::from(value.starts_with(b"["));
    while at < value.len() {
        match reference(&value[at..]) {
            Some(number) => {
                found.push(number);
                at += reference_length(&value[at..]);
            }
            None => at += 1,
        }
    }
    found
}

/// The bytes of a string, in brackets or in hex (7.3.4).
pub(super) fn string(value: &[u8]) -> Option<Vec<u8>> {
    if value.starts_with(b"<<") {
        return None;
    }
    if let Some(hex) = value.strip_prefix(b"<") {
        let digits: Vec<u8> = hex.iter().filter_map(|b| char::from(*b).to_digit(16)).map(|digit| digit as u8).collect();
        return Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect());
    }
    let inner = value.strip_prefix(b"(")?;
    let inner = inner.strip_suffix(b")").unwrap_or(inner);
    let mut out = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(byte) = inner.get(at) {
        at += 1;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some(escaped) = inner.get(at) else { break };
        at += 1;
        match escaped {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = inner[at - 1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                out.push(
                    inner[at - 1..at - 1 + digits]
                        .iter()
                        .fold(0_u8, |sum, b| sum.wrapping_mul(8).wrapping_add(b - b'0')),
                );
                at += digits - 1;
            }
            other => out.push(*other),
        }
    }
    Some(out)
}

/// Five characters for four bytes (7.4.3).
pub(super) fn ascii85(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group = Vec::with_capacity(5);
    let mut put = |group: &[u8]| {
        let digit = |n: usize| u64::from(group.get(n).copied().unwrap_or(84));
        let value = (0..5).fold(0, |sum, n| sum * 85 + digit(n));
        let bytes = (value as u32).to_be_bytes();
        out.extend_from_slice(&bytes[..group.len().saturating_sub(1)]);
    };
    for byte in text {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => put(&[0; 5]),
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    put(&group);
                    group.clear();
                }
            }
            _ => {}
        }
    }
    if group.len() > 1 {
        put(&group);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries() {
        let text = b"<< /Type /Page /Kids [3 0 R 4 0 R]/Font<</F1 5 0 R>> /T (a\\)(b)\\101) /H <4a4B> /N 12>> rest";
        let dictionary = dictionary(text);
        assert!(dictionary.ends_with(b"12>>"));
        assert_eq!(value(dictionary, b"/F1"), None);
        assert_eq!(value(dictionary, b"/Font"), Some(&b"<</F1 5 0 R>>"[..]));
        assert_eq!(references(value(dictionary, b"/Kids").expect("kids")), [3, 4]);
        assert_eq!(string(value(dictionary, b"/T").expect("a string")).as_deref(), Some(&b"a)(b)A"[..]));
        assert_eq!(string(value(dictionary, b"/H").expect("a string")).as_deref(), Some(&b"JK"[..]));
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(number_before(b"xref 12 0 obj", 9), Some(12));
    }
}
