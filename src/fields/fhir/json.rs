//! A small JSON walker that forgives: it never fails, keeps exact offsets, and gives up only at great depth.

use std::ops::Range;

/// Deeper nesting ends the reading.
const DEEPEST: usize = 256;

/// What stands in an object. Elements of an array come with the array's key.
pub(crate) enum Event {
    Open { key: Range<usize>, at: usize },
    Close,
    Text { key: Range<usize>, value: Range<usize> },
    Number { key: Range<usize>, value: Range<usize> },
}

/// Walks one value, an object most often, from its first byte to its last.
pub(crate) struct Json<'a> {
    bytes: &'a [u8],
    /// Where reading stands; behind the value when the walk is over.
    pub(crate) at: usize,
    escaped: bool,
    open: Vec<Level>,
    key: Range<usize>,
    done: bool,
}

struct Level {
    array: bool,
    /// Key of the value that is open.
    key: Range<usize>,
}

impl<'a> Json<'a> {
    /// `escaped`: quotes are written `\"`.
    pub(crate) fn new(bytes: &'a [u8], at: usize, escaped: bool) -> Self {
        Self { bytes, at, escaped, open: Vec::new(), key: at..at, done: false }
    }

    /// The next event; none when the value has ended.
    pub(crate) fn next(&mut self) -> Option<Event> {
        while !self.done {
            let at = self.at;
            match *self.bytes.get(at)? {
                b'{' => {
                    let key = self.value_key();
                    self.push(false)?;
                    return Some(Event::Open { key, at });
                }
                b'[' => self.push(true)?,
                close @ (b'}' | b']') => {
                    self.at += 1;
                    let object = self.pop(close == b']');
                    self.done = self.open.is_empty();
                    if object {
                        return Some(Event::Close);
                    }
                }
                b'"' | b'\\' if self.at_quote() => {
                    let text = self.string()?;
                    if self.is_key() {
                        self.key = text;
                    } else {
                        return Some(Event::Text { key: self.value_key(), value: text });
                    }
                }
                b'-' | b'0'..=b'9' => {
                    let value = self.number();
                    return Some(Event::Number { key: self.value_key(), value });
                }
                // The string of code around it has ended.
                b'"' if self.escaped => return None,
                _ if self.open.is_empty() => return None,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        None
    }

    /// Is something still open where the walk has ended?
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn push(&mut self, array: bool) -> Option<()> {
        let key = self.value_key();
        self.open.push(Level { array, key });
        self.at += 1;
        (self.open.len() <= DEEPEST).then_some(())
    }

    /// Closes; true when an object was closed. A closer of the wrong kind closes what is open, as a reader would guess.
    fn pop(&mut self, array: bool) -> bool {
        let wrong = self.open.last().is_some_and(|level| level.array != array);
        if wrong && self.open.len() > 1 && array {
            return false;
        }
        let level = self.open.pop();
        self.key = 0..0;
        if wrong && !array && self.open.last().is_some_and(|l| !l.array) {
            self.open.pop();
            return true;
        }
        level.is_some_and(|level| !level.array)
    }

    /// The key of the value that begins here.
    fn value_key(&self) -> Range<usize> {
        match self.open.last() {
            Some(level) if level.array => level.key.clone(),
            _ => self.key.clone(),
        }
    }

    fn at_quote(&self) -> bool {
        !self.escaped && self.bytes[self.at] == b'"' || self.escaped && self.bytes[self.at..].starts_with(b"\\\"")
    }

    /// Is the string just read a key: does a colon follow, in an object?
    fn is_key(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.open.last().is_some_and(|level| !level.array) && rest.trim_ascii_start().first() == Some(&b':')
    }

    /// The string that begins here, without its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1 + usize::from(self.escaped);
        let mut at = start;
        loop {
            at += self.bytes.get(at..)?.iter().position(|&b| b == b'"' || b == b'\\')?;
            if self.bytes[at] == b'"' {
                // In a string of code a bare quote ends that string, so this one was cut off.
                self.at = at + usize::from(!self.escaped);
                return (!self.escaped).then_some(start..at);
            }
            let slashes = self.bytes[at..].iter().take(4).take_while(|&&b| b == b'\\').count();
            if self.escaped && slashes == 1 && self.bytes.get(at + 1) == Some(&b'"') {
                self.at = at + 2;
                return Some(start..at);
            }
            at += if self.escaped { slashes + usize::from(slashes > 1) } else { 2 };
        }
    }

    fn number(&mut self) -> Range<usize> {
        let start = self.at;
        let is = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E');
        self.at += self.bytes[start..].iter().take_while(|b| is(b)).count();
        start..self.at
    }
}

/// Where `needle` stands at or after `from` (Horspool).
pub(crate) fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let length = needle.len();
    let mut shifts = [length; 256];
    for (i, &b) in needle.iter().enumerate().take(length.saturating_sub(1)) {
        shifts[usize::from(b)] = length - 1 - i;
    }
    let mut at = from;
    let last = *needle.last()?;
    while let Some(&byte) = bytes.get(at + length - 1) {
        if byte == last && bytes[at..at + length] == *needle {
            return Some(at);
        }
        at += shifts[usize::from(byte)];
    }
    None
}
