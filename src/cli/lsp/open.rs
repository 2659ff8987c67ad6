//! The texts that are open in an editor, and what was found in them.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::Globs;
use crate::document::Document;
use crate::judge::{Finding, Pos};
use crate::report::words;
use crate::rule::Severity;
use crate::scan::Scanner;

/// Largest text that is scanned while somebody types, in bytes.
const LIMIT: usize = 4 << 20;

/// Open texts, by their URI.
pub(super) struct Texts {
    open: HashMap<String, Open>,
    excluded: Globs,
}

/// One of them.
pub(super) struct Open {
    /// How its comments begin and end; `None` where there are none.
    pub(super) comment: Option<(&'static str, &'static str)>,
    /// The indentation of each line that has a finding, by its number from 0.
    pub(super) indents: HashMap<u64, String>,
    findings: Vec<Finding>,
    /// Was it too large to be scanned?
    too_large: bool,
}

impl Texts {
    pub(super) fn new(excluded: Globs) -> Self {
        Self { open: HashMap::new(), excluded }
    }

    /// A text is open, or has changed.
    pub(super) fn set(&mut self, scanner: &Scanner, uri: &str, text: &str) {
        let name = name(uri);
        let too_large = text.len() > LIMIT;
        let skip = too_large || self.excluded.matches(Path::new(&name), false);
        let document = Document::of(name.as_str(), if skip { Vec::new() } else { text.as_bytes().to_vec() });
        let findings: Vec<Finding> =
            scanner.scan(&document).into_iter().filter(|finding| finding.suppressed.is_none()).collect();
        let lines: HashMap<u64, &str> = (0..).zip(text.lines()).collect();
        let indent = |finding: &Finding| {
            let at = finding.start.line - 1;
            let line = lines.get(&at).copied().unwrap_or_default();
            (at, line[..line.len() - line.trim_start().len()].to_owned())
        };
        let indents = findings.iter().map(indent).collect();
        self.open.insert(uri.to_owned(), Open { comment: comment(&name), indents, findings, too_large });
    }

    pub(super) fn close(&mut self, uri: &str) {
        self.open.remove(uri);
    }

    pub(super) fn get(&self, uri: &str) -> Option<&Open> {
        self.open.get(uri)
    }

    /// The finding at a position.
    pub(super) fn at(&self, uri: &str, position: &Value) -> Option<&Finding> {
        let open = self.get(uri)?;
        open.within(&json!({"start": position, "end": position})).next()
    }

    /// What an editor shows of a text.
    pub(super) fn diagnostics(&self, scanner: &Scanner, uri: &str) -> Vec<Value> {
        let Some(open) = self.get(uri) else { return Vec::new() };
        let begin = json!({"line": 0, "character": 0});
        let said = "not scanned here: larger than 4 MiB; `phivet scan` reads it";
        let skipped =
            json!({"range": {"start": begin, "end": begin}, "severity": 3, "source": "phivet", "message": said});
        let skipped = open.too_large.then_some(skipped);
        skipped.into_iter().chain(open.findings.iter().map(|finding| diagnostic(scanner, finding))).collect()
    }
}

impl Open {
    /// Findings that a range touches.
    pub(super) fn within(&self, range: &Value) -> impl Iterator<Item = &Finding> {
        let (from, to) = (position(&range["start"]), position(&range["end"]));
        self.findings.iter().filter(move |finding| finding.start <= to && from <= finding.end)
    }
}

fn diagnostic(scanner: &Scanner, finding: &Finding) -> Value {
    let rule = scanner.rules().get(finding.rule);
    let severity = match finding.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    };
    json!({
        "range": range(finding),
        "severity": severity,
        "source": "phivet",
        "code": rule.id,
        "message": words::says(finding, rule),
    })
}

/// Where a finding stands, as editors count: from 0.
pub(super) fn range(finding: &Finding) -> Value {
    let place = |at: Pos| json!({"line": at.line - 1, "character": at.column - 1});
    json!({"start": place(finding.start), "end": place(finding.end)})
}

fn position(value: &Value) -> Pos {
    let number = |name: &str| value[name].as_u64().unwrap_or(0) + 1;
    Pos { line: number("line"), column: number("character") }
}

/// A document's name, out of its URI.
fn name(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = [ahead.next(), ahead.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
        match (byte, digits) {
            (b'%', [Some(high), Some(low)]) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How comments are written, by a file's ending.
fn comment(name: &str) -> Option<(&'static str, &'static str)> {
    let end = name.rsplit('/').next().unwrap_or(name).rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match end.as_str() {
        "rs" | "c" | "h" | "cc" | "cpp" | "hpp" | "java" | "js" | "jsx" | "mjs" | "ts" | "tsx" | "go" | "kt"
        | "swift" | "scala" | "cs" | "php" | "dart" | "groovy" | "proto" | "jsonc" => Some(("// ", "")),
        "py" | "rb" | "sh" | "bash" | "zsh" | "yaml" | "yml" | "toml" | "tf" | "r" | "pl" | "ex" | "exs" | "env"
        | "properties" | "conf" | "cfg" | "ini" | "dockerfile" | "makefile" | "log" | "txt" => Some(("# ", "")),
        "sql" | "lua" | "hs" | "elm" => Some(("-- ", "")),
        "html" | "htm" | "xml" | "md" | "vue" | "svg" => Some(("<!-- ", " -->")),
        "css" | "scss" | "less" => Some(("/* ", " */")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn uris_become_names() {
        for (uri, wanted) in [
            ("file:///home/me/a%20b.py", "/home/me/a b.py"),
            ("file:///caf%C3%A9.log", "/café.log"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
            ("file:///50%", "/50%"),
            ("file:///%zz%4", "/%zz%4"),
        ] {
            assert_eq!(name(uri), wanted);
        }
    }
}
