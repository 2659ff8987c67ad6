//! A look at the text before it is parsed: how deep it nests, where macros are defined.

/// Deepest nesting of brackets that is parsed.
pub(super) const DEEPEST: usize = 256;
/// Most operators and dots in one expression: parsers and trees go as deep as a chain is long.
const CHAIN: usize = 3000;

/// Walks over the code of `text`, without comments and literals: hands each byte and its place to `on`, which returns
/// `false` to end the walk.
fn code(text: &[u8], mut on: impl FnMut(u8, usize) -> bool) {
    let mut i = 0;
    while let Some(&b) = text.get(i) {
        match b {
            b'/' if text.get(i + 1) == Some(&b'/') => {
                i += memchr::memchr(b'\n', &text[i..]).unwrap_or(text.len() - i);
                continue;
            }
            b'/' if text.get(i + 1) == Some(&b'*') => {
                i = after_comment(text, i);
                continue;
            }
            b'"' => {
                i = after_string(text, i);
                continue;
            }
            b'r' | b'b' | b'c' if !i.checked_sub(1).is_some_and(|p| is_word(text[p])) => {
                if let Some(end) = after_raw(text, i) {
                    i = end;
                    continue;
                }
            }
            b'\'' => {
                i = after_quote(text, i);
                continue;
            }
            _ => {}
        }
        if !on(b, i) {
            return;
        }
        i += 1;
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

fn after_comment(text: &[u8], at: usize) -> usize {
    let (mut depth, mut i) = (0usize, at);
    while i < text.len() {
        match (text[i], text.get(i + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                i += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    i
}

fn after_string(text: &[u8], at: usize) -> usize {
    let mut i = at + 1;
    while let Some(found) = text.get(i..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        i += found;
        if text[i] == b'"' {
            return i + 1;
        }
        i += 2;
    }
    text.len()
}

/// `r"…"`, `br#"…"#`: where it ends, if it is one.
fn after_raw(text: &[u8], at: usize) -> Option<usize> {
    let mut i = at;
    if matches!(text[i], b'b' | b'c') {
        i += 1;
    }
    if text.get(i) != Some(&b'r') {
        return None;
    }
    i += 1;
    let hashes = text[i..].iter().take_while(|b| **b == b'#').count();
    i += hashes;
    if text.get(i) != Some(&b'"') {
        return None;
    }
    i += 1;
    while let Some(found) = memchr::memchr(b'"', text.get(i..)?) {
        i += found + 1;
        if text[i..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes {
            return Some(i + hashes);
        }
    }
    Some(text.len())
}

/// A character's end, or the end of a lifetime's quote.
fn after_quote(text: &[u8], at: usize) -> usize {
    if text.get(at + 1) == Some(&b'\\') {
        let end = text.iter().enumerate().skip(at + 3).take(12).find(|(_, b)| **b == b'\'');
        return end.map_or(at + 2, |(i, _)| i + 1);
    }
    let end = (2..=5).find(|n| text.get(at + n) == Some(&b'\''));
    match end {
        Some(2) => at + 3,
        Some(n) if text.get(at + 1).is_some_and(|b| *b >= 0x80) => at + n + 1,
        _ => at + 1,
    }
}

/// Is this text nested too deep, or chained too long, to be parsed safely?
pub(super) fn too_deep(text: &str) -> bool {
    let (mut depth, mut chain, mut deep) = (0usize, 0usize, false);
    let mut chains: Vec<usize> = Vec::new();
    let bytes = text.as_bytes();
    code(bytes, |b, i| {
        match b {
            b'(' | b'[' | b'{' => {
                depth += 1;
                chains.push(std::mem::take(&mut chain));
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                chain = chains.pop().unwrap_or(0);
                // A block ends a statement, unless an `else` goes on.
                let rest = bytes[i + 1..].trim_ascii_start();
                if b == b'}' && !rest.starts_with(b"else") && !rest.starts_with(b".") && !rest.starts_with(b"?") {
                    chain = 0;
                }
                chain += 1;
            }
            b';' | b',' => chain = 0,
            b'.' | b'+' | b'-' | b'*' | b'/' | b'&' | b'|' | b'!' | b'<' | b'=' | b'?' | b'%' | b'^' | b':' => {
                chain += 1
            }
            b' ' if bytes[i + 1..].starts_with(b"return ") || bytes[i + 1..].starts_with(b"as ") => chain += 1,
            _ => {}
        }
        deep = depth > DEEPEST || chain > CHAIN;
        !deep
    });
    deep
}

/// The macros that `text` defines: name, and what stands between the outer brackets.
pub(super) fn macros(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"macro_rules!") {
        let rest = &text[at + "macro_rules!".len()..];
        let name = rest.trim_start();
        let length = name.bytes().take_while(|b| is_word(*b)).count();
        let (name, after) = name.split_at(length);
        if !name.is_empty()
            && let Some(body) = bracketed(after)
        {
            found.push((name, body));
        }
    }
    found
}

/// What stands in the brackets that `text` begins with.
fn bracketed(text: &str) -> Option<&str> {
    let (mut depth, mut start, mut end) = (0usize, None, None);
    code(text.as_bytes(), |b, i| {
        match b {
            b'(' | b'[' | b'{' => {
                start = start.or(Some(i + 1));
                depth += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    end = Some(i);
                }
            }
            _ if depth == 0 && !b.is_ascii_whitespace() => return false,
            _ => {}
        }
        end.is_none()
    });
    text.get(start?..end?)
}

/// A macro's text below this is parsed without ado, in bytes.
const TABLE: usize = 400;

/// Are a macro's tokens a large table of literals (`phf_map!`), without a variable or a call?
pub(super) fn is_table(mac: &syn::Macro) -> bool {
    let span = mac.delimiter.span();
    let (start, end) = (super::lower::bytes(span.open()), super::lower::bytes(span.close()));
    end.0.saturating_sub(start.1) as usize > TABLE
        && span.join().source_text().is_some_and(|text| holds_no_names(&text))
}

/// Is there nothing in a piece of Rust but literals, types and paths?
fn holds_no_names(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += match b {
            b'"' => match string_end(&bytes[at + 1..]) {
                Some(len) => len + 2,
                None => return false,
            },
            b'A'..=b'Z' | b'0'..=b'9' => word_len(&bytes[at..]),
            b'a'..=b'z' | b'_' => {
                let len = word_len(&bytes[at..]);
                if !bytes[at + len..].starts_with(b"::") {
                    return false;
                }
                len
            }
            // Comments, characters and lifetimes are left to the parser.
            b'/' | b'\'' | 0x80.. => return false,
            _ => 1,
        };
    }
    true
}

fn word_len(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

/// Where the string ends, quote not counted.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_code() {
        let nested = |n: usize| format!("fn f() {{ {}1{} }}", "(".repeat(n), ")".repeat(n));
        assert!(!too_deep(&nested(200)) && too_deep(&nested(300)));
        assert!(!too_deep(&format!("// {}\nfn f() {{}}", "(".repeat(999))));
        assert!(!too_deep(&format!("const A: &str = r#\"{}\"#; const B: char = '(';", "\"((".repeat(999))));
        assert!(too_deep(&format!("const A: i32 = {}1;", "1 + ".repeat(5000))));
        assert!(!too_deep(&format!("const A: &[i32] = &[{}1];", "1 + 1, ".repeat(5000))));
        assert!(!too_deep(&"fn f<'a>(x: &'a str) -> char { let y = 'x'; '\\'' }\n".repeat(3000)));
    }

    #[test]
    fn macros_are_found() {
        let text = "macro_rules! a { () => { \"}\" }; }\n#[macro_export] macro_rules! b (($x:expr) => ($x););";
        assert_eq!(macros(text), [("a", " () => { \"}\" }; "), ("b", "($x:expr) => ($x);")]);
    }

    #[test]
    fn tables_hold_no_names() {
        assert!(holds_no_names(r#"{ "a\"b" => Type::Date, "c" => module::KIND, "d" => 1u8 }"#));
        for text in ["{ \"a\" => name }", "{ f(1) }", "{ 'a' }", "{ /* x */ }", "\"open", "{ x!(1) }"] {
            assert!(!holds_no_names(text), "{text}");
        }
    }
}
