//! Statements whose values are bound, as database layers log them: the placeholders' columns label the values that follow.
//!
//! Hibernate (`binding parameter [1] as [VARCHAR] - [Willow]`), MyBatis (`==> Parameters: Willow(String)`), Spring
//! (`column index 1, parameter value [Willow]`), Entity Framework (`[Parameters=[@p0='Willow']`), and lists behind the
//! statement (Sequelize, SQLAlchemy, Active Record, PDO).

use std::ops::Range;

use super::Reader;
use super::lex::{Lexer, Token};
use super::seek::Keyword;
use crate::document::line_around;

/// A statement is read so far for placeholders.
const STATEMENT: usize = 4096;
/// From one value to the next, and from the statement to the first, lie at most this many bytes.
const GAP: usize = 1500;
/// More values are of no statement.
const MOST: usize = 200;

/// A placeholder's column, and the placeholder.
type Holder = (Option<Range<usize>>, Range<usize>);

impl Reader<'_> {
    /// Values bound to the placeholders of the statement with this keyword; returns where reading goes on.
    pub(super) fn bound(&mut self, keyword: Keyword, found: &Range<usize>) -> Option<usize> {
        let near = &self.bytes[found.end..self.bytes.len().min(found.end + STATEMENT)];
        if !has_placeholder(near) || keyword != Keyword::Insert && ends_first(near) {
            return None;
        }
        let (holders, end) = match keyword {
            Keyword::Insert => self.of_insert(found.end)?,
            _ => self.of_conditions(found.end),
        };
        self.wasted += end - found.end;
        if holders.is_empty() {
            return None;
        }
        let values = self.numbered(end, holders.len()).or_else(|| self.typed(end, holders.len()));
        let values = values.or_else(|| self.named(found.start, &holders)).or_else(|| self.listed(end, holders.len()));
        let owner = self.owner(&self.table_near(found));
        self.record += 1;
        for ((column, _), value) in holders.iter().zip(values?) {
            if let (Some(column), Some(value)) = (column, value) {
                self.push(column.clone(), value, owner);
            }
        }
        Some(end)
    }

    /// The table's name: behind `into` or `update`, else behind the `from` before a `where`.
    fn table_near(&self, found: &Range<usize>) -> Range<usize> {
        let floor = found.start.saturating_sub(2000).max(self.read_to.min(found.start));
        let from = self.bytes[floor..found.start].windows(4).rposition(|w| w.eq_ignore_ascii_case(b"from"));
        let mut lexer = Lexer::new(self.bytes, from.map_or(found.end, |at| floor + at + 4));
        lexer.skip_word(b"into");
        Self::table_name(&mut lexer).unwrap_or(0..0)
    }

    /// `INSERT INTO t (a, b) VALUES (?, ?)`.
    fn of_insert(&self, at: usize) -> Option<(Vec<Holder>, usize)> {
        let mut lexer = Lexer::new(self.bytes, at);
        lexer.skip_word(b"into");
        Self::table_name(&mut lexer)?;
        if !lexer.skip(b'(') {
            return Some(self.of_conditions(at));
        }
        let columns = Self::columns(&mut lexer)?;
        while !lexer.skip_word(b"values") {
            lexer.name()?;
        }
        let (mut holders, mut end) = (Vec::new(), lexer.at);
        while lexer.skip(b'(') {
            let (mut column, mut depth) = (0, 0u32);
            loop {
                let start = lexer.at;
                match lexer.token()? {
                    Token::Mark(b'(') => depth += 1,
                    Token::Mark(b')') if depth == 0 => break,
                    Token::Mark(b')') => depth -= 1,
                    Token::Mark(b',') if depth == 0 => column += 1,
                    token => {
                        if let Some(holder) = placeholder(self.bytes, &mut lexer, &token, start) {
                            holders.push((columns.get(column).cloned(), holder));
                        }
                    }
                }
                if holders.len() > MOST || lexer.at > at + STATEMENT {
                    return None;
                }
            }
            end = lexer.at;
            lexer.skip(b',');
        }
        Some((holders, end))
    }

    /// `a = ? AND upper(b) LIKE ?`, behind `SET` or `WHERE`.
    fn of_conditions(&self, at: usize) -> (Vec<Holder>, usize) {
        let mut lexer = Lexer::new(self.bytes, at);
        let (mut name, mut column, mut holders, mut end) = (None, None, Vec::new(), at);
        while lexer.at < at + STATEMENT && holders.len() <= MOST {
            let start = lexer.at;
            let Some(token) = lexer.token() else { break };
            if let Some(holder) = placeholder(self.bytes, &mut lexer, &token, start) {
                end = holder.end;
                holders.push((column.clone(), holder));
                continue;
            }
            match token {
                Token::Word(word) if is_any(&self.bytes[word.clone()], STOPS) => break,
                Token::Word(word) if is_any(&self.bytes[word.clone()], LIMITS) => column = None,
                Token::Word(word) if is_any(&self.bytes[word.clone()], COMPARISONS) => column = name.clone(),
                Token::Word(word) if is_any(&self.bytes[word.clone()], FILLERS) => {}
                Token::Word(word) | Token::QuotedName(word) => name = Some(word),
                Token::Mark(b'=' | b'<' | b'>' | b'!') => column = name.clone(),
                Token::Mark(b';') => break,
                _ => {}
            }
        }
        (holders, end)
    }

    /// Values with their number: Hibernate's and Spring's.
    fn numbered(&self, from: usize, count: usize) -> Option<Vec<Option<Range<usize>>>> {
        let mut values = vec![None; count];
        let (mut at, mut last, mut any) = (from, 0, false);
        while let Some((number, value)) = self.next_numbered(at).filter(|(n, _)| *n > last && *n <= count) {
            at = value.end;
            last = number;
            any = true;
            values[number - 1] = (!self.bytes[value.clone()].eq_ignore_ascii_case(b"null")).then_some(value);
        }
        any.then_some(values)
    }

    fn next_numbered(&self, from: usize) -> Option<(usize, Range<usize>)> {
        let near = &self.bytes[from..self.bytes.len().min(from + GAP)];
        let hibernate = memchr::memmem::find(near, b"binding parameter ").map(|at| at + 18);
        let at = from + hibernate.or_else(|| memchr::memmem::find(near, b"column index ").map(|at| at + 13))?;
        let line = at..line_around(self.bytes, at).end;
        let text = self.bytes.get(line.clone())?;
        let lead = text.iter().take_while(|b| !b.is_ascii_digit()).count();
        let digits = text.get(lead..)?.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let number = text[lead..lead + digits].iter().fold(0, |n, b| n * 10 + usize::from(b - b'0'));
        // `[1] as [VARCHAR] - [Willow]`, `(1:VARCHAR) <- [Willow]`, `1, parameter value [Willow], value class [..]`
        let opens = [&b" - ["[..], b" <- [", b"parameter value ["];
        let open = opens.iter().find_map(|mark| memchr::memmem::find(text, mark).map(|at| at + mark.len()))?;
        let spring = memchr::memmem::find(&text[open..], b"], value class").map(|n| open + n);
        let close = spring.or_else(|| text.iter().rposition(|b| *b == b']')).filter(|close| *close >= open)?;
        (lead <= 4 && number > 0).then_some((number, line.start + open..line.start + close))
    }

    /// MyBatis: `==> Parameters: Willow(String), null, 1951-03-14(Date)`.
    fn typed(&self, from: usize, count: usize) -> Option<Vec<Option<Range<usize>>>> {
        let near = &self.bytes[from..self.bytes.len().min(from + GAP)];
        let at = from + memchr::memmem::find(near, b"> Parameters: ")? + 14;
        let end = line_around(self.bytes, at).end;
        let mut values = Vec::new();
        let mut start = at;
        while start < end && values.len() < count {
            let text = &self.bytes[start..end];
            let stop = memchr::memmem::find(text, b"), ").map_or(text.len(), |n| n + 1);
            if text.starts_with(b"null, ") || text == b"null" {
                values.push(None);
                start += 6;
                continue;
            }
            let value = text[..stop].iter().rposition(|b| *b == b'(')?;
            values.push(Some(start..start + value));
            start += stop + 2;
        }
        (values.len() == count).then_some(values)
    }

    /// Entity Framework: `[Parameters=[@p0='Willow' (Size = 450), @p1='…'], CommandType=…` on the line before.
    fn named(&self, at: usize, holders: &[Holder]) -> Option<Vec<Option<Range<usize>>>> {
        let floor = at.saturating_sub(2 * GAP);
        let mark = floor + memchr::memmem::rfind(&self.bytes[floor..at], b"[Parameters=[")? + 13;
        let list = &self.bytes[mark..at];
        let value = |name: &[u8]| {
            let start = memchr::memmem::find_iter(list, name).find(|n| list[n + name.len()..].starts_with(b"='"))?;
            let start = start + name.len() + 2;
            let end = start + list[start..].iter().position(|b| *b == b'\'')?;
            Some(mark + start..mark + end)
        };
        let values: Vec<_> = holders.iter().map(|(_, holder)| value(&self.bytes[holder.clone()])).collect();
        values.iter().any(Option::is_some).then_some(values)
    }

    /// A list of as many values as there are placeholders, soon behind the statement.
    fn listed(&self, from: usize, count: usize) -> Option<Vec<Option<Range<usize>>>> {
        let limit = self.bytes.len().min(from + 300);
        let opens = (from..limit).filter(|i| matches!(self.bytes[*i], b'[' | b'('));
        opens.take(8).find_map(|open| list(self.bytes, open, count))
    }
}

/// Words behind which no placeholder of the statement stands: of another statement, or of the line that follows in a log.
const STOPS: &[&[u8]] = &[b"insert", b"binding", b"parameters", b"preparing", b"trace", b"debug", b"info", b"warn"];
const LIMITS: &[&[u8]] = &[b"limit", b"offset", b"fetch", b"top"];
const COMPARISONS: &[&[u8]] = &[b"like", b"ilike", b"in", b"between", b"is", b"similar"];
const FILLERS: &[&[u8]] =
    &[b"and", b"or", b"not", b"any", b"all", b"upper", b"lower", b"trim", b"cast", b"concat", b"escape"];

fn is_any(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// May a placeholder stand in this text?
fn has_placeholder(text: &[u8]) -> bool {
    memchr::memchr3(b'?', b'$', b'@', text).is_some() || memchr::memmem::find(text, b"%s").is_some()
}

/// A quick no: a statement that plainly ends before any placeholder. The words of SQL stand in comments of code, too.
fn ends_first(text: &[u8]) -> bool {
    let end = text.iter().position(|b| matches!(b, b';' | b'\'' | b'"' | b'`' | b'[' | b'\\'));
    let Some(end) = end.filter(|end| text[*end] == b';') else { return false };
    let before = &text[..end];
    let comment = |pair: &[u8]| pair == b"/*" || pair == b"--";
    !has_placeholder(before) && !before.windows(2).any(comment)
}

/// Where the placeholder stands that `token` is or begins: `?`, `$1`, `@p0`, `%s`.
fn placeholder(bytes: &[u8], lexer: &mut Lexer<'_>, token: &Token, start: usize) -> Option<Range<usize>> {
    match token {
        Token::Mark(b'?') => Some(lexer.at - 1..lexer.at),
        Token::Word(word) if matches!(&bytes[word.clone()], [b'$', b'0'..=b'9', ..] | [b'@', _, ..]) => {
            Some(word.clone())
        }
        Token::Mark(b'%') if bytes.get(lexer.at) == Some(&b's') => {
            lexer.at += 1;
            Some(start..lexer.at)
        }
        _ => None,
    }
}

/// The elements of the list that opens at `open`, when there are `count` of them and one is quoted; of a pair `["name", value]` the value.
fn list(bytes: &[u8], open: usize, count: usize) -> Option<Vec<Option<Range<usize>>>> {
    let mut values = Vec::new();
    let (mut at, mut quoted) = (open + 1, false);
    loop {
        at += bytes.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let first = *bytes.get(at)?;
        let pair = first == b'[';
        let (value, next) = if pair { second(bytes, at)? } else { element(bytes, at)? };
        quoted |= matches!(bytes.get(value.start.wrapping_sub(1)), Some(b'\'' | b'"'));
        let none = matches!(&bytes[value.clone()], b"null" | b"NULL" | b"None" | b"nil" | b"");
        values.push((!none).then_some(value));
        at = next + bytes[next..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        match bytes.get(at)? {
            b',' if values.len() <= count => at += 1,
            // Python writes a tuple of one as `('Willow',)`.
            b']' | b')' => break,
            _ => return None,
        }
        if bytes.get(at) == Some(&b')') {
            break;
        }
    }
    (values.len() == count && quoted).then_some(values)
}

/// The value of the pair that opens at `open`, and where the pair ends.
fn second(bytes: &[u8], open: usize) -> Option<(Range<usize>, usize)> {
    let (_, next) = element(bytes, open + 1)?;
    let blanks = bytes.get(next + 1..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let (value, end) = element(bytes, next + 1 + blanks).filter(|_| bytes[next] == b',')?;
    (bytes.get(end) == Some(&b']')).then_some((value, end + 1))
}

/// The element of a list that begins at `at`, and where it ends.
fn element(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let rest = &bytes[at..bytes.len().min(at + GAP)];
    match *rest.first()? {
        quote @ (b'\'' | b'"') => {
            let end = 1 + rest[1..].iter().position(|b| *b == quote)?;
            Some((at + 1..at + end, at + end + 1))
        }
        b'\n' | b'[' | b'(' | b'{' => None,
        _ => {
            let end = rest.iter().position(|b| matches!(b, b',' | b']' | b')' | b'\n'))?;
            (end > 0 && end < 64).then_some((at..at + end, at + end))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What plainly ends has no placeholder before its end.
        #[test]
        fn a_quick_no_is_a_no(text in "( |;|'|\"|a|=|\\?|\\$1|@p|%s|%d|/\\*|\\*/|-- |\n|\\\\|\\[|\\]){0,16}") {
            let mut out = Vec::new();
            let (holders, _) = Reader::new(text.as_bytes(), &mut out).of_conditions(0);
            prop_assert!(holders.is_empty() || !ends_first(text.as_bytes()) && has_placeholder(text.as_bytes()));
        }
    }
}
