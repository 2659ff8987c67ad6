//! The text between the quotes of `format!`: which arguments are printed, and how.

use super::super::ir::How;

/// A placeholder's argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// By its place.
    At(usize),
    /// By its name.
    Named(String),
}

/// A placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placeholder {
    /// What it prints.
    pub(super) which: Which,
    /// How.
    pub(super) how: How,
    /// Does it stand in a URL's query?
    pub(super) query: bool,
}

/// The placeholders of a template.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder> {
    let bytes = text.as_bytes();
    let (mut found, mut next, mut i) = (Vec::new(), 0, 0);
    while i < bytes.len() {
        match bytes[i] {
            b'{' if bytes.get(i + 1) == Some(&b'{') => i += 2,
            b'{' => {
                let end = text[i..].find('}').map_or(bytes.len(), |end| i + end);
                let query = in_query(&text[..i]);
                found.push(placeholder(text.get(i + 1..end).unwrap_or(""), &mut next, query));
                i = end + 1;
            }
            _ => i += 1,
        }
    }
    found
}

fn placeholder(inner: &str, next: &mut usize, query: bool) -> Placeholder {
    let (name, spec) = inner.split_once(':').unwrap_or((inner, ""));
    let name = name.trim();
    // `{:.*}` takes the precision from the next argument.
    if spec.contains(".*") {
        *next += 1;
    }
    // `{=u8}` of defmt is a type's hint.
    let which = if name.is_empty() || name.starts_with('=') {
        *next += 1;
        Which::At(*next - 1)
    } else if let Ok(at) = name.parse() {
        Which::At(at)
    } else {
        Which::Named(name.to_owned())
    };
    let how = if spec.trim_end().ends_with('?') { How::Debug } else { How::Display };
    Placeholder { which, how, query }
}

/// Is what follows `before` in the query of a URL?
fn in_query(before: &str) -> bool {
    let mark = before.rfind('?').filter(|_| before.contains("://") || before.starts_with('/'));
    let mark = mark.or_else(|| if before.starts_with('?') { Some(0) } else { None });
    let url = mark.is_some_and(|mark| !before[mark..].contains(char::is_whitespace));
    let start = before.rfind(char::is_whitespace).map_or(0, |i| i + 1);
    let pair = before.ends_with('=') && before[start..].contains('?');
    url || pair || before.ends_with('=') && before.contains('&') && !before.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_read() {
        let read = |text| placeholders(text).into_iter().map(|p| (p.which, p.how)).collect::<Vec<_>>();
        let named = |name: &str| Which::Named(name.to_owned());
        assert_eq!(read("{{x}} {} {a:?}"), [(Which::At(0), How::Display), (named("a"), How::Debug)]);
        assert_eq!(
            read("{1:>w$} {} {:#?}"),
            [(Which::At(1), How::Display), (Which::At(0), How::Display), (Which::At(1), How::Debug)]
        );
        assert_eq!(read("{:.*}"), [(Which::At(1), How::Display)]);
        assert_eq!(read("{"), [(Which::At(0), How::Display)]);
        assert!(placeholders("https://a.example/v1?n={}&k={}").iter().all(|p| p.query));
        assert!(!placeholders("really? {}")[0].query);
    }
}
