//! Rules: checked YAML, one file a rule. A rule is everything there is to say about an identifier.

mod sink;
mod texts;

use miette::NamedSource;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

pub use sink::{Barriers, Calls, Companion, Macros, Methods, Reveal, Shape, Sink, Structs};
pub use texts::Texts;

/// Index of a rule in its catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleId(pub u16);

/// How bad a finding of a rule is, before the judge has seen its context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a build by default.
    Note,
    /// Fails a build by default.
    Warning,
    /// Fails a build; a person's identifier in clear.
    Error,
}

/// What evidence a value needs beside its own looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alone {
    /// Only behind a label, in a labelled column or at a field's position.
    #[default]
    Never,
    /// Also in running text where the record or document speaks of people or health.
    Context,
    /// A valid value stands by itself.
    Valid,
}

/// Whose identifier it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// The patient's, a relative's, an employer's (164.514(b)(2)(i)).
    #[default]
    Patient,
    /// A provider's: told apart, reported under the profile `strict`.
    Provider,
}

/// What a value is, as far as the detector of its bounds is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// What the patterns in `looks` and `labelled` match.
    #[default]
    Pattern,
    /// A person's name: dictionaries and cues decide (`detect/names.rs`).
    Name,
    /// A place's name: a city or county.
    Place,
    /// Whatever stands behind the label.
    Any,
}

/// Words that must stand near a value in running text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Near {
    /// A street suffix (USPS Publication 28, C1), behind a number.
    StreetSuffix,
}

/// How an identifier looks, what it is called, what makes it valid.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Kind in the report's contract: name address city zip dob date age_over_89 phone fax email ssn mrn
    /// health_plan_id account license vehicle device url ip biometric photo other_id, or `health.…`.
    pub kind: String,
    /// Where the value's bounds come from.
    #[serde(default)]
    pub value: Value,
    /// Patterns (ASCII, bytes) of the value. In text they are tried where a token starts.
    #[serde(default)]
    pub looks: Texts,
    /// Further patterns, accepted only behind a label or at a field's position (bare digits, say).
    #[serde(default)]
    pub labelled: Texts,
    /// Strong labels: the value is this identifier, whoever's record it stands in.
    #[serde(default)]
    pub called: Texts,
    /// Weak labels: they count inside a person (`Patient.id`), or with other evidence.
    #[serde(default)]
    pub called_with_owner: Texts,
    /// What evidence a value needs beside its looks.
    #[serde(default)]
    pub alone: Alone,
    /// Name of a check in `detect/checks.rs`.
    #[serde(default)]
    pub check: Option<String>,
    /// Share of random strings of this shape that pass pattern and check (1.0: the check proves nothing).
    #[serde(default = "one")]
    pub chance: f64,
    /// Words that veto when they stand in the label or just before it.
    #[serde(default)]
    pub never: Texts,
    /// Words that make something else of a value when they follow it (`90 and older` is a group of people).
    #[serde(default)]
    pub not_before: Vec<String>,
    /// The label alone says that the record is about health (MRN, MBI, diagnosis).
    #[serde(default)]
    pub health: bool,
    /// A word of this class must stand among the next words of running text. Asked before the patterns are:
    /// a house number looks like any number.
    #[serde(default)]
    pub near: Option<Near>,
    /// Where a format says only the kind of a value, this rule stands for the kind.
    #[serde(default)]
    pub generic: bool,
    /// Behind a strong label any value with a digit counts, whether or not pattern and check know its form.
    #[serde(default)]
    pub loose: bool,
    /// Whose identifier it is.
    #[serde(default)]
    pub party: Party,
    /// What `phivet redact` does with it by default.
    #[serde(default = "suppress")]
    pub redact: String,
}

fn one() -> f64 {
    1.0
}

fn suppress() -> String {
    "suppress".to_owned()
}

/// Texts that prove a rule: each is scanned as a document under the profile `strict`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// The rule must report each of these.
    pub hit: Texts,
    /// The rule must not report any of these.
    pub miss: Texts,
}

/// A rule, as its file says it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Reads well after "allow": `ssn`, `date-of-birth`.
    pub id: String,
    /// One line, in words.
    pub title: String,
    /// Letter of 45 CFR 164.514(b)(2)(i), `A` to `R`; absent for health information and providers.
    #[serde(default)]
    pub safe_harbor: Option<char>,
    /// How bad it is.
    pub severity: Severity,
    /// Why it matters.
    pub why: String,
    /// What to do instead.
    pub fix: String,
    /// Where the facts come from (CFR section, SSA, CMS, USPS, RFC …).
    #[serde(default)]
    pub source: Vec<String>,
    /// How it looks, what it is called; for a sink only its kind.
    #[serde(default)]
    pub identifier: Identifier,
    /// Where values of programs become visible, if the rule is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<Sink>,
    /// Proof.
    pub examples: Examples,
}

/// One rule and the file it came from.
#[derive(Clone, Debug, Deserialize)]
struct Filed {
    file: String,
    rule: Rule,
    /// Did a user bring it?
    #[serde(skip)]
    own: bool,
}

/// A checked catalogue of rules: ids are unique, labels point at one rule, examples are present.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Filed>,
    builtin: bool,
}

/// Largest rule file that is read, in bytes.
const RULE_FILE_LIMIT: usize = 1 << 20;

impl Rules {
    /// The rules that come with phivet. Their YAML was read when phivet was built.
    ///
    /// # Errors
    /// [`Error::Rule`] when the embedded catalogue is inconsistent, which a test rules out.
    pub fn builtin() -> Result<Self> {
        let embedded: Vec<Filed> = serde_json::from_str(BUILTIN).map_err(|e| {
            rule_error("builtin", &format!("the embedded catalogue is damaged: {e}"), "build phivet anew")
        })?;
        Self { rules: embedded, builtin: true }.checked()
    }

    /// This catalogue with further rule files, each a path and its text; a rule of the same id replaces.
    ///
    /// # Errors
    /// [`Error::Yaml`] with the place in the file, or [`Error::Rule`].
    pub fn with_texts(mut self, files: &[(String, String)]) -> Result<Self> {
        self.builtin &= files.is_empty();
        let mut own: Vec<Filed> = Vec::new();
        for (file, text) in files {
            let rule = parse(file, text)?;
            if let Some(twin) = own.iter().find(|f| f.rule.id == rule.id) {
                let what = format!("stands twice, in {} and {file}", twin.file);
                return Err(rule_error(&rule.id, &what, "give one of them another id"));
            }
            own.push(Filed { file: file.clone(), rule, own: true });
        }
        for filed in own {
            match self.rules.iter_mut().find(|f| f.rule.id == filed.rule.id) {
                Some(old) => *old = filed,
                None => self.rules.push(filed),
            }
        }
        self.checked()
    }

    fn checked(mut self) -> Result<Self> {
        self.rules.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        for pair in self.rules.windows(2) {
            if let [a, b] = pair
                && a.rule.id == b.rule.id
            {
                return Err(rule_error(
                    &a.rule.id,
                    &format!("stands twice, in {} and {}", a.file, b.file),
                    "give one of them another id",
                ));
            }
        }
        for filed in &mut self.rules {
            if let Some(sink) = &filed.rule.sink {
                filed.rule.identifier.kind.clone_from(&sink.kind);
                filed.rule.identifier.value = Value::Any;
            }
            check_rule(&filed.rule)?;
        }
        if self.rules.len() > usize::from(u16::MAX) {
            return Err(rule_error("catalogue", "more than 65,535 rules", "drop some"));
        }
        Ok(self)
    }

    /// All rules, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0u16..).map(RuleId).zip(self.rules.iter().map(|f| &f.rule))
    }

    /// The rule of an id that this catalogue gave out.
    #[must_use]
    pub fn get(&self, id: RuleId) -> &Rule {
        &self.rules[usize::from(id.0)].rule
    }

    /// The file that a rule came from.
    #[must_use]
    pub fn file(&self, id: RuleId) -> &str {
        &self.rules[usize::from(id.0)].file
    }

    /// The rule called `id`, if there is one.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<(RuleId, &Rule)> {
        self.iter().find(|(_, r)| r.id == id)
    }

    /// Is it the catalogue that comes with phivet, unchanged?
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// Did a user bring this rule?
    #[must_use]
    pub fn is_own(&self, id: RuleId) -> bool {
        self.rules[usize::from(id.0)].own
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Is the catalogue empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// SHA-256 of the catalogue, in hex: two runs with the same hash had the same rules.
    #[must_use]
    pub fn hash(&self) -> String {
        if self.builtin {
            return BUILTIN_HASH.to_owned();
        }
        let rules: Vec<&Rule> = self.iter().map(|(_, r)| r).collect();
        crate::mask::digest(&serde_json::to_vec(&rules).unwrap_or_default())
    }
}

/// The built-in catalogue: `rules/` as `build.rs` has packed it; its lists of texts stand apart.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
/// Its hash.
const BUILTIN_HASH: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.sha256"));

fn rule_error(id: &str, what: &str, help: &str) -> Error {
    Error::Rule { id: id.to_owned(), what: what.to_owned(), help: help.to_owned() }
}

/// Reads one rule file.
///
/// # Errors
/// [`Error::Yaml`] at the place in the text; the file is refused unread when it is over 1 MiB.
pub fn parse(file: &str, text: &str) -> Result<Rule> {
    if text.len() > RULE_FILE_LIMIT {
        return Err(yaml_error(file, "", "the rule file is over 1 MiB", "one rule a file", 0));
    }
    serde_yaml::from_str(text).map_err(|e| {
        let at = e.location().map_or(0, |l| l.index());
        yaml_error(file, text, &e.to_string(), "see CONTRIBUTING.md for the keys of a rule", at)
    })
}

/// Most of a line that is drawn, in bytes, on either side of a place.
const DRAWN: usize = 500;

/// The text with its very long lines cut, and where `at` is in it: an error is no place for a megabyte.
fn drawable(text: &str, at: usize) -> (String, usize) {
    let whole = |mut i: usize| {
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let (mut out, mut place, mut start) = (String::new(), at, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let holds = (start..=end).contains(&at);
        let from = if holds { start.max(whole(at.saturating_sub(DRAWN))) } else { start };
        let to = end.min(whole(from.max(if holds { at } else { 0 }).saturating_add(DRAWN).min(text.len())));
        if holds {
            place = out.len() + at.saturating_sub(from);
        }
        out.push_str(&text[from..to]);
        if to < end && line.ends_with('\n') {
            out.push('\n');
        }
        start = end;
    }
    let place = place.min(out.len());
    (out, place)
}

/// An error at byte `at` of a YAML text, marked up to the end of the word there.
#[must_use]
pub fn yaml_error(file: &str, text: &str, what: &str, help: &str, at: usize) -> Error {
    let (text, at) = &drawable(text, at.min(text.len()));
    let at = *at;
    let rest = text.get(at..).unwrap_or("");
    let word = rest.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(rest.len());
    Error::Yaml {
        what: format!("{file}: {what}"),
        help: help.to_owned(),
        source_code: NamedSource::new(file, text.to_owned()),
        at: (at, word.max(1).min(text.len() - at)).into(),
    }
}

const KINDS: &[&str] = &[
    "name",
    "address",
    "city",
    "zip",
    "dob",
    "date",
    "age_over_89",
    "phone",
    "fax",
    "email",
    "ssn",
    "mrn",
    "health_plan_id",
    "account",
    "license",
    "vehicle",
    "device",
    "url",
    "ip",
    "biometric",
    "photo",
    "other_id",
];

fn check_rule(rule: &Rule) -> Result<()> {
    let wrong = |what: &str, help: &str| Err(rule_error(&rule.id, what, help));
    let id_ok =
        !rule.id.is_empty() && rule.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !id_ok {
        return wrong("an id is lower-case letters, digits and hyphens", "rename it, as in `date-of-birth`");
    }
    let ident = &rule.identifier;
    if rule.sink.is_none() && ident.kind.is_empty() {
        return wrong("it has neither `identifier` nor `sink`", "say what it finds");
    }
    if rule.sink.as_ref().is_some_and(|sink| !sink.kind.starts_with("flow.") || sink.language != "rust") {
        return wrong("a sink has a kind `flow.…` and the language `rust`", "as in rules/sinks/rust/phi-in-log.yaml");
    }
    if !KINDS.contains(&ident.kind.as_str())
        && !["health.", "safeguard.", "flow."].iter().any(|p| ident.kind.starts_with(p))
    {
        return wrong(
            &format!("`{}` is not a kind", ident.kind),
            &format!("use one of {} or health.…", KINDS.join(", ")),
        );
    }
    if rule.safe_harbor.is_some_and(|l| !('A'..='R').contains(&l)) {
        return wrong("safe_harbor is a letter from A to R", "see 45 CFR 164.514(b)(2)(i)");
    }
    if !(0.0..=1.0).contains(&ident.chance) {
        return wrong("chance is a share from 0 to 1", "1.0 where the check proves nothing");
    }
    if ident.value == Value::Pattern && ident.looks.is_empty() && ident.labelled.is_empty() {
        return wrong("it has neither `looks` nor `labelled`", "say how the value looks");
    }
    if rule.examples.hit.is_empty() || rule.examples.miss.is_empty() {
        return wrong("it has no examples", "give texts that it must report and texts that it must not");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_built_in_rules() {
        assert_eq!(BUILTIN_HASH, crate::mask::digest([BUILTIN, texts::BUILTIN].concat().as_bytes()));
    }
}
