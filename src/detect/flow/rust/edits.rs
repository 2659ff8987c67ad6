//! What may be written into a program so that a value no longer reaches a sink, where that is safe.

use std::ops::Range;

use crate::detect::Edit;

/// Skips all parameters in the `#[instrument]` whose path stands at `place`. Fields that it names stay; where parameters
/// are skipped by name already, nothing is proposed: both together do not compile.
pub fn edit(text: &str, place: &Range<usize>) -> Option<Edit> {
    let path = text.get(place.clone())?;
    // The place may be the path's last name only.
    let before = text.get(..place.start)?.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':'));
    let before = before.trim_end();
    let is_attribute = before.ends_with("#[") || before.ends_with(',') && text[..place.start].contains("cfg_attr");
    if path.rsplit("::").next()? != "instrument" || !is_attribute {
        return None;
    }
    let rest = text.get(place.end..)?;
    if rest.starts_with([']', ')']) {
        return Some(Edit { at: place.end, text: "(skip_all)" });
    }
    let inside = rest.strip_prefix('(')?;
    let close = closing(inside)?;
    let arguments = &inside[..close];
    if arguments.contains("skip") {
        return None;
    }
    let text = if arguments.trim().is_empty() { "skip_all" } else { "skip_all, " };
    Some(Edit { at: place.end + 1, text })
}

/// Where the bracket closes whose inside begins `text`; texts are not looked into.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(i),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> Option<String> {
        let start = text.find("instrument")?;
        let start = text[..start].rfind(['[', ' ', ',']).map_or(start, |i| i + 1);
        let end = start + text[start..].find(['(', ']', ')'])?;
        let edit = edit(text, &(start..end))?;
        Some(format!("{}{}{}", &text[..edit.at], edit.text, &text[edit.at..]))
    }

    #[test]
    fn parameters_are_skipped() {
        for (text, is) in [
            ("#[instrument]\nfn f() {}", Some("#[instrument(skip_all)]\nfn f() {}")),
            ("#[tracing::instrument()]", Some("#[tracing::instrument(skip_all)]")),
            (
                "#[instrument(name = \"a)\", fields(id = f(x)))]",
                Some("#[instrument(skip_all, name = \"a)\", fields(id = f(x)))]"),
            ),
            (
                "#[cfg_attr(feature = \"trace\", instrument)]",
                Some("#[cfg_attr(feature = \"trace\", instrument(skip_all))]"),
            ),
            ("#[instrument(skip(db))]", None),
            ("fn instrument() {}", None),
        ] {
            assert_eq!(edited(text).as_deref(), is, "{text}");
        }
    }
}
