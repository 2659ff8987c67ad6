//! `phivet.yaml`: found from the working directory upward to the repository's root, never in what is scanned elsewhere.

#![allow(clippy::disallowed_methods)]

mod globs;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::judge::policy::Profile;
use crate::redact::{Ready, Strategy};
use crate::rule::{Severity, yaml_error};

pub use globs::{Globs, plain};
pub use schema::schema;

/// The names under which a configuration is looked for in a folder.
pub const NAMES: [&str; 2] = ["phivet.yaml", "phivet.yml"];

/// Largest configuration that is read, in bytes.
const LIMIT: u64 = 64 << 10;

/// What `phivet.yaml` may say.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which findings are wanted.
    pub profile: Option<Profile>,
    /// The least severity that makes a scan fail.
    pub fail_on: Option<Severity>,
    /// Paths that are not scanned, in the syntax of `.gitignore`, relative to this file.
    pub exclude: Vec<String>,
    /// The file of findings that are known already, relative to this file.
    pub baseline: Option<String>,
    /// The audit trail in which every run is recorded, relative to this file.
    pub audit: Option<String>,
    /// Folders with further rules, relative to this file.
    pub rules: Vec<String>,
    /// Rules that are switched off.
    pub ignore: Vec<String>,
    /// Other severities than the rules' own.
    pub severity: BTreeMap<String, Severity>,
    /// Words of this project.
    pub words: Words,
    /// What is different for some paths; the last that matches wins.
    pub paths: Vec<PathConfig>,
    /// What this project's own code is like.
    pub code: Code,
    /// How identifiers are replaced.
    pub redact: Redact,
}

/// How `phivet redact` replaces what it finds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redact {
    /// The policy to begin with.
    pub policy: Option<Ready>,
    /// Other strategies for some kinds.
    pub kinds: BTreeMap<String, Strategy>,
    /// The file of keys, relative to this file; it lies outside of the repository.
    pub key_file: Option<String>,
    /// A command that prints the keys; it is run only where the configuration is named on the command line.
    pub key_command: Option<String>,
    /// The vault of pseudonyms, relative to this file; it lies outside of the repository.
    pub vault: Option<String>,
}

/// What a project says of its own code.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Code {
    /// Fields and variables that are PHI: name and kind.
    pub sources: BTreeMap<String, String>,
    /// Names that are nobody's.
    pub safe: Vec<String>,
    /// Macros (`audit!`) and functions (`trail::note`) that reveal what they are given.
    pub sinks: Vec<String>,
    /// Functions that leave nothing of their argument to be known.
    pub sanitizers: Vec<String>,
    /// Look at test code too?
    pub include_tests: bool,
    /// A folder, relative to this file, for what is known of files that did not change.
    pub cache: Option<String>,
}

/// Words of a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// A value whose label holds one of these words is nobody's identifier.
    pub never: Vec<String>,
}

/// What is different for some paths.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathConfig {
    /// Which paths, in the syntax of `.gitignore`, relative to this file.
    pub path: String,
    /// Do not scan them.
    #[serde(default)]
    pub exclude: bool,
    /// Rules that are switched off there.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Another profile.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Other severities.
    #[serde(default)]
    pub severity: BTreeMap<String, Severity>,
}

/// A configuration and where it came from.
#[derive(Clone, Default)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The folder that its paths are relative to.
    pub base: PathBuf,
    /// The revision that it (and the rules it names) is read from, if not from the disk.
    pub revision: Option<String>,
    text: String,
}

/// Looks for a configuration from `from` upward to the folder with `.git`; without a repository only in `from`.
#[must_use]
pub fn find(from: &Path) -> Option<PathBuf> {
    let root = from.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(from);
    from.ancestors()
        .take_while(|folder| folder.starts_with(root))
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// Reads a configuration.
///
/// # Errors
/// [`Error::Read`] if there is no such file or it is over 64 KiB; [`Error::Yaml`] at the place that is wrong.
pub fn load(path: &Path) -> Result<Loaded> {
    let shown = path.display().to_string();
    let unread = |reason: String| Error::Read {
        path: shown.clone(),
        reason,
        help: "name a file with --config, or scan without one with --isolated".to_owned(),
    };
    let size = std::fs::metadata(path).map_err(|error| unread(error.to_string()))?.len();
    if size > LIMIT {
        return Err(unread(format!("it has {size} bytes; a configuration has at most {LIMIT}")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unread(error.to_string()))?;
    of_text(path, text, None)
}

/// The configuration that stands in a text, as if it were read from `path`, or from there in a revision.
///
/// # Errors
/// [`Error::Yaml`] at the place that is wrong.
pub fn of_text(path: &Path, text: String, revision: Option<String>) -> Result<Loaded> {
    let shown = path.display().to_string();
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let config = parse(&shown, &text)?;
    Ok(Loaded { config, file: Some(path.to_owned()), base, revision, text })
}

fn parse(name: &str, text: &str) -> Result<Config> {
    // A file of nothing but comments is a configuration that says nothing.
    serde_yaml::from_str::<Option<Config>>(text).map(Option::unwrap_or_default).map_err(|error| {
        let at = error.location().map_or(0, |place| place.index());
        yaml_error(name, text, &error.to_string(), "`phivet config schema` prints what a configuration may say", at)
    })
}

impl Loaded {
    /// Do both say the same, to the letter?
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// An error at the first place where the configuration says `word`.
    #[must_use]
    pub fn error_at(&self, word: &str, what: &str, help: &str) -> Error {
        let name = self.file.as_ref().map_or_else(String::new, |file| file.display().to_string());
        let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let whole = |(at, _): &(usize, &str)| {
            let before = self.text[..*at].chars().next_back();
            let after = self.text[at + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        };
        let at = self.text.match_indices(word).find(whole).map_or(0, |(at, _)| at);
        yaml_error(&name, &self.text, what, help, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_keys_and_types_are_shown_in_place() {
        for (text, says, at) in [
            ("profile: default\nseverty: {}\n", "unknown field `severty`", "severty"),
            ("profile: loose\n", "unknown variant `loose`", "loose"),
            ("exclude: 3\n", "invalid type", "3"),
        ] {
            let Err(Error::Yaml { what, at: span, .. }) = parse("phivet.yaml", text) else { panic!("{text} passed") };
            assert!(what.contains(says), "{what}");
            assert_eq!(&text[span.offset()..span.offset() + span.len()], at);
        }
    }

    #[test]
    fn laughs_are_an_error() {
        let mut text = String::from("a0: &a0 [x]\n");
        for n in 1..40 {
            text += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","));
        }
        assert!(parse("phivet.yaml", &text).is_err());
        assert!(parse("phivet.yaml", &"[".repeat(20_000)).is_err());
    }

    #[test]
    fn nothing_is_a_configuration() {
        assert!(parse("phivet.yaml", "# nothing yet\n").is_ok());
    }
}
