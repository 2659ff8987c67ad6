//! Values that stand for a value: templates, masks, words such as `unknown`.

/// Words that are no value, whatever the kind.
const WORDS: &[&str] = &[
    "-",
    "--",
    "?",
    "??",
    "???",
    "...",
    "n/a",
    "na",
    "n.a.",
    "n.a",
    "n\\a",
    "null",
    "none",
    "nil",
    "nan",
    "nul",
    "undefined",
    "redacted",
    "removed",
    "masked",
    "hidden",
    "deidentified",
    "de-identified",
    "anonymized",
    "anonymised",
    "anonymous",
    "unknown",
    "unk",
    "test",
    "testing",
    "tests",
    "example",
    "sample",
    "demo",
    "dummy",
    "fake",
    "mock",
    "placeholder",
    "anytown",
    "tbd",
    "tba",
    "todo",
    "fixme",
    "string",
    "str",
    "varchar",
    "text",
    "int",
    "integer",
    "number",
    "bool",
    "boolean",
    "true",
    "false",
    "yes",
    "no",
    "y",
    "n",
    "date",
    "datetime",
    "timestamp",
    "uuid",
    "value",
    "empty",
    "blank",
    "default",
    "optional",
    "required",
    "missing",
    "invalid",
    "other",
    "any",
    "not applicable",
    "not available",
    "not provided",
    "not specified",
    "not known",
    "not recorded",
    "declined",
    "refused",
    "changeme",
    "change_me",
    "change-me",
    "lorem ipsum",
    "foo",
    "bar",
    "baz",
    "qux",
    "foobar",
    "abc",
    "xyz",
    "asdf",
    "qwerty",
    "phi",
    "pii",
    "secret",
    "xxx-xx-xxxx",
    "###-##-####",
    "mm/dd/yyyy",
    "dd/mm/yyyy",
    "yyyy-mm-dd",
    "yyyymmdd",
    "mm-dd-yyyy",
    "yyyy/mm/dd",
    "dd.mm.yyyy",
    "[redacted]",
    "first last",
    "firstname lastname",
];
/// What template values begin with.
const HEADS: &[&str] = &[
    "your_", "your-", "your ", "my_", "some_", "insert_", "insert ", "enter ", "enter_", "replace_", "<your",
    "example_", "sample_", "dummy_", "fake_", "mock_",
];

/// Whether a value is templated, masked or a word for no value (`${ssn}`, `<name>`, `XXX-XX-XXXX`, `N/A`, `[REDACTED]`),
/// of whatever kind; the whole value must be, without regard to case, quotes and white space around it.
#[must_use]
pub fn is_placeholder(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let value = match value {
        [open @ (b'"' | b'\'' | b'`'), inner @ .., close] if open == close => inner.trim_ascii(),
        _ => value,
    };
    // No word of the list begins with a digit, or has so many: most values of logs need not be compared with it.
    let begins = value.first().is_some_and(u8::is_ascii_digit);
    let wordy = !begins && value.iter().filter(|b| b.is_ascii_digit()).count() <= 4;
    value.is_empty() || is_template(value) || is_mask(value) || (wordy && is_word(value))
}

fn is_word(value: &[u8]) -> bool {
    let is = |word: &&str| value.eq_ignore_ascii_case(word.as_bytes());
    let begins = |head: &&str| value.get(..head.len()).is_some_and(|v| v.eq_ignore_ascii_case(head.as_bytes()));
    WORDS.iter().any(is) || HEADS.iter().any(begins)
}

/// `${x}`, `$x`, `{{ x }}`, `{x}`, `<x>`, `<%= x %>`, `%s`, `%(x)s`, `%x%`, `#{x}`, `[x]`, `:x`, `@x@`, `__X__`.
fn is_template(value: &[u8]) -> bool {
    let name = |text: &[u8]| {
        text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && text.iter().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b))
    };
    match value {
        [b'{', .., b'}'] | [b'<', .., b'>'] | [b'$' | b'#' | b'%' | b'@', b'{' | b'(', .., b'}' | b')'] => true,
        [b'%', b'(', .., b's' | b'd'] => true,
        [b'%', b's' | b'd' | b'v' | b'r' | b'i' | b'f' | b'u' | b'q' | b'@'] => true,
        [b'%', inner @ .., b'%'] | [b'@', inner @ .., b'@'] | [b'_', b'_', inner @ .., b'_', b'_'] => name(inner),
        [b'$', rest @ ..] => name(rest.strip_prefix(b"$").unwrap_or(rest)),
        [b'[', inner @ .., b']'] => inner.iter().all(|b| b.is_ascii_alphabetic() || b" _-*".contains(b)),
        [b':', rest @ ..] => name(rest),
        _ => value.contains(&b'{') && value.contains(&b'}') && is_embedded(value),
    }
}

/// Does a text hold `${…}`, `{{…}}` or `{name}`?
fn is_embedded(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|b| *b == b'{') else { return false };
    let Some(len) = value[open..].iter().position(|b| *b == b'}') else { return false };
    let inner = &value[open + 1..open + len];
    inner.iter().all(|b| b.is_ascii_alphanumeric() || b" _.{:-[]()$".contains(b))
}

/// Only x, #, *, `_`, bullets and separators.
fn is_mask(value: &[u8]) -> bool {
    let mut rest = value;
    let mut masks = 0;
    loop {
        rest = match rest {
            [] => return masks > 0,
            [b'x' | b'X' | b'#' | b'*' | b'_' | b'?', rest @ ..]
            | [0xE2, 0x80, 0xA2, rest @ ..]
            | [0xE2, 0x96, 0x88, rest @ ..] => {
                masks += 1;
                rest
            }
            [b'-' | b'/' | b'.' | b' ' | b'(' | b')' | b'+' | b':' | b',' | b'@', rest @ ..] => rest,
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_passed_over_are_none_of_the_list() {
        for word in WORDS.iter().chain(HEADS) {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            assert!(digits <= 4 && !word.starts_with(|c: char| c.is_ascii_digit()), "{word}");
        }
    }
}
