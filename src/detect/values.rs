//! Keys and values in lines of any syntax: where a label begins, where the value behind it stands.

use std::ops::Range;

/// Longest label that is looked at, in bytes.
const LABEL: usize = 56;

/// What keys are made of.
static KEY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'_' | b'.' | b'$' | b'-');
        byte += 1;
    }
    table
};

fn is_key(b: u8) -> bool {
    KEY[usize::from(b)]
}

/// The key that ends before the separator at `at`: `"date of birth"`, `patient.ssn`, `Date of Birth`.
/// `may_end` says quickly whether a label can end so: it is given the floor below which nothing is looked at, and the key's end.
pub(crate) fn key_before(text: &[u8], at: usize, may_end: impl Fn(usize, usize) -> bool) -> Option<Range<usize>> {
    let floor = at.saturating_sub(LABEL);
    let mut end = at;
    let mut quote = None;
    // What may stand between a key and its separator: blanks, closing quotes and brackets, emphasis.
    while end > floor && at - end < 6 {
        match text[end - 1] {
            b'"' | b'\'' | b'`' if quote.is_none() => quote = Some(text[end - 1]),
            b' ' | b'\t' | b']' | b'*' | b'\\' | b'"' | b'\'' | b'#' => {}
            // `Key (ssn)=(…)`: what stands in brackets may be the key itself.
            b')' if text.get(at..at + 2) == Some(b"=(") => {}
            b')' => end = text[floor..end].iter().rposition(|b| *b == b'(').map(|i| floor + i + 1)?,
            _ => break,
        }
        end -= 1;
    }
    if !(text[end..at].contains(&b'#') || may_end(floor, end)) {
        return None;
    }
    let start = match quote {
        Some(q) => text[floor..end].iter().rposition(|b| *b == q || *b == b'\n').map(|i| floor + i + 1)?,
        None => words_start(text, floor, end),
    };
    (start < end).then_some(start..end)
}

/// Where the words that end at `end` begin: an identifier, or up to five words with single blanks between.
pub(crate) fn words_start(text: &[u8], floor: usize, end: usize) -> usize {
    let mut start = end;
    for _ in 0..5 {
        while start > floor && is_key(text[start - 1]) {
            start -= 1;
        }
        // `Patient's name`, `Name of patient`, `S.S. #`
        let joins = start >= floor + 2
            && matches!(text[start - 1], b' ' | b'\'' | b'#' | b'/')
            && match text[start - 2] {
                b'.' | b'\'' => true,
                // `ICD-9 code`, `last 4 of SSN`; but not what a number before ended with.
                b'0'..=b'9' => start > floor + 2 && !text[start - 3].is_ascii_digit(),
                b => b.is_ascii_alphabetic(),
            };
        if !joins {
            break;
        }
        start -= 1;
    }
    // `"Y\nSSN: …"`: the letter belongs to the escape, not to the word.
    let escape = start > 0 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b't' | b'r') && start + 1 < end;
    start + usize::from(escape)
}

/// The words before a value that follows them without a separator: `MRN 00482913`, `SSN is 536…`, `Acct # 77`.
pub(crate) fn words_before(text: &[u8], at: usize, may_end: impl Fn(usize, usize) -> bool) -> Option<Range<usize>> {
    let floor = at.saturating_sub(LABEL);
    let skip = |b: &u8| matches!(b, b' ' | b'#' | b'"' | b'\'' | b'`' | b'(' | b'*' | b'-' | b'\t');
    let end = floor + text[floor..at].iter().rposition(|b| !skip(b))? + 1;
    let close = at - end <= 4 && end < at && (text[end - 1].is_ascii_alphabetic() || text[end - 1] == b'.');
    // `part-719`: a hyphen without blanks glues, it does not separate.
    if !close || (at - end == 1 && text[end] == b'-') || !(text[end..at].contains(&b'#') || may_end(floor, end)) {
        return None;
    }
    let start = words_start(text, floor, end);
    (start < end).then_some(start..end)
}

/// Longest type of a declaration that is looked past, in bytes.
const TYPE: usize = 60;

/// Where the colon stands before the type that a value's `=` at `at` follows: `ssn: &str = "…"`, `mrn: Optional[str] = "…"`.
pub(crate) fn before_type(text: &[u8], at: usize) -> Option<usize> {
    let floor = at.saturating_sub(TYPE);
    let _ = memchr::memrchr(b':', &text[floor..at])?;
    // `key=value` of a log is no declaration: there a type would follow its name at once.
    let blanks = at > 0 && text[at - 1] == b' ';
    let mut depth = 0usize;
    for i in (floor..at).rev() {
        match text[i] {
            b'>' | b']' | b')' => depth += 1,
            b'<' | b'[' | b'(' => depth = depth.checked_sub(1)?,
            b',' | b';' if depth == 0 => return None,
            b':' if text.get(i + 1) == Some(&b':') || i > 0 && text[i - 1] == b':' => {}
            b':' => {
                let named = text[i + 1..at].iter().any(u8::is_ascii_alphabetic);
                return (depth == 0 && named).then_some(i);
            }
            b' ' if !blanks && depth == 0 => return None,
            b' ' | b',' | b';' | b'&' | b'*' | b'?' | b'|' | b'.' | b'_' | b'\'' | b'$' => {}
            b if b.is_ascii_alphanumeric() => {}
            _ => return None,
        }
    }
    None
}

/// A key without the `in` of a condition: `where ssn in (…)`.
pub(crate) fn without_in(key: &[u8]) -> Option<&[u8]> {
    let (rest, word) = key.split_last_chunk::<3>()?;
    word.eq_ignore_ascii_case(b" in").then_some(rest)
}

/// Where the next value of a list begins: behind quotes, a comma or a word that joins, perhaps on the next line.
pub(crate) fn next_in_list(text: &[u8], last: &Range<usize>) -> Option<usize> {
    let quote = last.start.checked_sub(1).map(|i| text[i]).filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let rest = text.get(last.end..text.len().min(last.end + 48))?;
    let behind = match quote {
        Some(quote) => rest.strip_prefix(&[quote])?,
        None => rest,
    };
    let next = behind.trim_ascii_start();
    let joined = [&b","[..], b"and ", b"or ", b"& "].iter().find_map(|join| next.strip_prefix(*join))?;
    let joined = joined.trim_ascii_start();
    let joined = joined.strip_prefix(b"and ").unwrap_or(joined);
    let value = match quote {
        Some(quote) => joined.strip_prefix(&[quote])?,
        None => joined,
    };
    Some(last.end + rest.len() - value.len())
}

/// Have two values the same form: digits, letters and signs at the same places?
pub(crate) fn are_alike(one: &[u8], other: &[u8]) -> bool {
    let form = |b: &u8| match b {
        b'0'..=b'9' => b'0',
        b if b.is_ascii_alphabetic() => b'x',
        b => *b,
    };
    one.iter().map(form).eq(other.iter().map(form))
}

/// Where the value behind a separator begins, and where it must end.
pub(crate) struct Slot {
    /// The value's first byte.
    pub(crate) start: usize,
    /// The end of the room for it.
    pub(crate) limit: usize,
    /// Is the room bounded by quotes or tags, so that the value should fill it?
    pub(crate) quoted: bool,
}

/// The room for a value behind the separator that ends at `at`.
pub(crate) fn slot(text: &[u8], at: usize) -> Option<Slot> {
    let mut i = at;
    let mut quote = None;
    let most = text.len().min(at + 40);
    while i < most {
        match text[i] {
            b' ' | b'\t' | b'=' | b'>' | b'(' | b'[' | b'*' | b'~' if quote.is_none() => {}
            // Escaped quotes: JSON in a string.
            b'\\' if matches!(text.get(i + 1), Some(b'"' | b'\'' | b'\\')) => {}
            b'"' | b'\'' | b'`' if quote.is_none() => quote = Some(text[i]),
            b'N' | b'E' | b'b' | b'r' | b'u' | b'f' | b'c' if quote.is_none() && opens(text, i).is_some() => {
                i += opens(text, i)?
            }
            b'n' if quote.is_none() && text[i..].starts_with(b"new ") => i += 3,
            _ if quote.is_none() && call(text, i).is_some() => i += call(text, i)?,
            _ => break,
        }
        i += 1;
    }
    let tag = text[..i].last() == Some(&b'>');
    let end = text.len().min(i + 200);
    let room = &text[i..end];
    let limit = match quote {
        Some(q) => i + memchr::memchr3(q, b'\n', b'\\', room)?,
        None if tag => i + memchr::memchr2(b'<', b'\n', room).unwrap_or(room.len()),
        None => i + room.iter().position(|b| STOPS[usize::from(*b)]).unwrap_or(room.len()),
    };
    (limit > i).then_some(Slot { start: i, limit, quoted: quote.is_some() || tag && text.get(limit) == Some(&b'<') })
}

/// What ends a value that stands in no quotes.
static STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"\n\r\"'|;<>{}[]()\t&`";
    let mut i = 0;
    while i < stops.len() {
        table[stops[i] as usize] = true;
        i += 1;
    }
    table
};

/// `N'…'`, `b"…"`, `c("…")`: how many bytes stand before the quote.
fn opens(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at + 1..)? {
        [b'"' | b'\'', ..] => Some(0),
        [b'(', b'"' | b'\'', ..] => Some(1),
        _ => None,
    }
}

/// `String::from("…`, `to_date('…`, `Some("…`: how many bytes stand before the bracket.
fn call(text: &[u8], at: usize) -> Option<usize> {
    let name =
        text[at..].iter().take(28).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':')).count();
    // `LocalDate.of(1951, 3, 17)`: a number may stand there, too.
    let opened =
        text.get(at + name) == Some(&b'(') && matches!(text.get(at + name + 1), Some(b'"' | b'\'' | b'0'..=b'9'));
    (name > 0 && opened).then_some(name)
}

/// A place's name: letters and blanks that fill the room, capital first.
pub(crate) fn place(text: &[u8], slot: &Slot) -> Option<Range<usize>> {
    let value = &text[slot.start..slot.limit];
    let len = value.iter().position(|b| matches!(b, b',' | b'|')).unwrap_or(value.len());
    let value = value[..len].trim_ascii_end();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let plain =
        value.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b' ' | b'.' | b'-' | b'\'' | b'+'));
    let capital = value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
    let ok = plain && capital && letters >= 3 && value.len() <= 40 && !crate::detect::checks::is_placeholder(value);
    ok.then_some(slot.start..slot.start + value.len())
}
