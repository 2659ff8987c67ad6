//! The certificate: what was verified, by what, with which result, for people (Markdown) and programs (JSON).

use std::fmt::Write;

use serde::Serialize;

use super::letters::Line;
use super::quasi::Risk;

/// What a verification amounts to. It holds hashes of whole files that passed, and none of a value.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// `pass`, `fail`, or `incomplete` where something was not read, or what looks like a hash was not tried.
    pub result: &'static str,
    /// The standard that was tested.
    pub standard: &'static str,
    /// The program.
    pub tool: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 of the rules, in hex.
    pub rules: String,
    /// When, in UTC.
    pub verified: String,
    /// What was read.
    pub files: Vec<FileHash>,
    /// Documents that were read (archives hold several).
    pub documents: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Documents that were not read: a certificate with any is incomplete.
    pub skipped: Vec<String>,
    /// Each letter with its result.
    pub letters: Vec<Line>,
    /// Tokens that look like hashes, and what was tried.
    pub hashes: HashesTried,
    /// What the quasi-identifiers amount to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quasi: Option<Risk>,
    /// Was the data set compared with its original?
    pub compared: bool,
    /// What else there is to know.
    pub notices: Vec<String>,
    /// What no program can see and a person must confirm.
    pub to_confirm: Vec<&'static str>,
}

/// A file as it was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHash {
    /// Its name, masked where that holds a value.
    pub path: String,
    /// SHA-256 of the whole file, in hex; none where the data did not pass: the hash of a file that holds a value may
    /// tell the value.
    pub sha256: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What was tried on tokens that look like hashes.
#[derive(Clone, Debug, Serialize)]
pub struct HashesTried {
    /// How many tokens look like hashes.
    pub seen: u64,
    /// How many were undone.
    pub undone: u64,
    /// Was everything tried, or was the time over before?
    pub complete: bool,
    /// The spaces that were tried, and how many percent of each.
    pub tried: Vec<(&'static str, u64)>,
}

/// The standard.
pub const STANDARD: &str = "45 CFR 164.514(b)(2)(i), Safe Harbor";

/// What a person must confirm, 45 CFR 164.514(b)(2)(ii) and (c).
pub const TO_CONFIRM: &[&str] = &[
    "nobody has actual knowledge that what is left could identify somebody, alone or with other information: 164.514(b)(2)(ii)",
    "codes in the data were drawn at random and are not derived from the individual, and how they are undone is not disclosed: 164.514(c)",
    "pictures, recordings and scans show no face and no voice: phivet reads their metadata, not their content",
    "free text holds no description that singles somebody out (an unusual occupation, a public event)",
];

impl Certificate {
    /// The certificate as JSON.
    ///
    /// # Errors
    /// None but those of the serializer.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The certificate as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = format!("# De-identification: {}\n\n", self.result);
        let _ = writeln!(
            out,
            "{} was tested on {} by {} {} (rules {}).\n",
            self.standard, self.verified, self.tool, self.version, self.rules
        );
        let _ = writeln!(
            out,
            "{}, {}; compared with the original: {}.\n",
            count(self.documents, "document", "documents"),
            count(self.bytes, "byte", "bytes"),
            if self.compared { "yes" } else { "no" }
        );
        out.push_str("| letter | | result | findings |\n|---|---|---|--:|\n");
        for line in &self.letters {
            let _ = writeln!(out, "| {} | {} | {} | {} |", line.letter, line.title, line.result, line.count);
        }
        let hashes = &self.hashes;
        let whole =
            if hashes.complete { "everything was tried" } else { "the time was over before everything was tried" };
        let _ = writeln!(out, "\nTokens that look like hashes: {}; undone: {}; {whole}.", hashes.seen, hashes.undone);
        for (space, share) in &hashes.tried {
            let _ = writeln!(out, "- {space}: {share} % tried");
        }
        if let Some(risk) = &self.quasi {
            out.push_str(&quasi(risk));
        }
        list(&mut out, "Not read, so not certified", self.skipped.iter().map(|name| plain(name)));
        list(&mut out, "To know", self.notices.iter().map(|notice| plain(notice)));
        list(&mut out, "To be confirmed by a person", self.to_confirm.iter().map(|says| (*says).to_owned()));
        out.push_str("\n## Files\n\n| file | bytes | SHA-256 |\n|---|--:|---|\n");
        for file in &self.files {
            let hash = file.sha256.as_deref().unwrap_or("none: it may hold values");
            let _ = writeln!(out, "| {} | {} | {hash} |", plain(&file.path), file.bytes);
        }
        out
    }
}

/// `1 document`, `2 documents`.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn quasi(risk: &Risk) -> String {
    let mut out = format!("\n## Quasi-identifiers: {}\n\n", plain(&risk.columns.join(", ")));
    let _ = writeln!(
        out,
        "k = {} (asked: {}) over {} in {}; unique: {}, at risk: {}.",
        risk.k,
        risk.k_asked,
        count(risk.records, "record", "records"),
        count(risk.classes, "class", "classes"),
        count(risk.unique, "record", "records"),
        count(risk.at_risk, "record", "records")
    );
    if let (Some(l), Some(asked)) = (risk.l, risk.l_asked) {
        let _ = writeln!(out, "l = {l} (asked: {asked}).");
    }
    list(&mut out, "Records at risk", risk.places.iter().map(|place| plain(place)));
    out
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        let _ = writeln!(out, "\n## {title}\n");
    }
    for item in items {
        let _ = writeln!(out, "- {item}");
    }
}

/// Text that Markdown takes for nothing but text.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '|' | '`' | '<' | '>' | '[' | ']' | '*' | '\n') {
                format!("&#{};", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect()
}
