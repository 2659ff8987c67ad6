//! What is planted: the examples of the rules, which are made up and each of which its rule must find.

use std::path::Path;

use super::copy::Copy;
use super::told::Fate;
use crate::cli::outputs;
use crate::error::Result;
use crate::kind::Kind;
use crate::rule::{Rule, Rules};

/// A made-up identifier in a file of the copy.
pub(super) struct Plant {
    /// The file, relative to the copy.
    pub(super) path: String,
    /// Its first line, from 1, and how many it has.
    pub(super) line: u64,
    pub(super) lines: u64,
    /// The rule whose example it is.
    pub(super) rule: String,
    /// Does an allow comment stand beside it?
    pub(super) allowed: bool,
    /// What became of it.
    pub(super) fate: Fate,
}

/// What marks the lines, for whoever finds the copy.
const MARK: &str = "phivet drill: nobody's identifiers";

/// Plants one example of each rule into each copied file, in lines of its own.
pub(super) fn plant(copy: &Copy, rules: &Rules) -> Result<Vec<Plant>> {
    let mut plants = Vec::new();
    for path in copy.files() {
        let full = copy.root().join(path);
        let Ok(mut text) = std::fs::read_to_string(&full) else { continue };
        if Kind::of(path, text.as_bytes()) == Kind::Generated || Kind::of(path, text.as_bytes()) == Kind::Legal {
            continue;
        }
        let comment = comment(path);
        if !text.ends_with('\n') && !text.is_empty() {
            text.push('\n');
        }
        let mut line = text.lines().count() as u64 + 1;
        text.push_str(&written(MARK, comment));
        line += 1;
        for (_, rule) in rules.iter() {
            let Some(example) = example(rule) else { continue };
            text.push_str(&written(example, comment));
            plants.push(Plant {
                path: path.clone(),
                line,
                lines: 1,
                rule: rule.id.clone(),
                allowed: false,
                fate: Fate::Missed,
            });
            line += 1;
        }
        if let Some((_, rule)) = rules.by_id("ssn")
            && let Some(example) = example(rule)
        {
            text.push_str(&written(&format!("{example} phivet:allow ssn -- drill"), comment));
            plants.push(Plant {
                path: path.clone(),
                line,
                lines: 1,
                rule: "ssn".to_owned(),
                allowed: true,
                fate: Fate::Missed,
            });
        }
        std::fs::write(&full, text).map_err(|error| outputs::unwritten(&full.display().to_string(), &error))?;
    }
    Ok(plants)
}

/// An example on one line of an identifier that Safe Harbor names, and that is reported wherever it stands.
fn example(rule: &Rule) -> Option<&str> {
    let wanted = rule.safe_harbor.is_some() && rule.sink.is_none();
    rule.examples.hit.iter().map(String::as_str).find(|text| wanted && !text.contains('\n') && text.len() < 200)
}

/// What stands before and behind a line that a format must not take for its own.
fn comment(path: &str) -> (&'static str, &'static str) {
    let ending = Path::new(path).extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_ref().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "rs" | "js" | "ts" | "tsx" | "jsx" | "java" | "go" | "c" | "h" | "cpp" | "cs" | "kt" | "swift" | "scala"
        | "php" | "css" => ("// ", ""),
        "py" | "rb" | "sh" | "yaml" | "yml" | "toml" | "tf" | "pl" | "r" | "conf" | "ini" | "properties" | "env" => {
            ("# ", "")
        }
        "sql" | "lua" | "hs" => ("-- ", ""),
        "html" | "xml" | "svg" | "md" | "vue" => ("<!-- ", " -->"),
        _ => ("", ""),
    }
}

fn written(text: &str, (before, behind): (&str, &str)) -> String {
    format!("{before}{text}{behind}\n")
}
