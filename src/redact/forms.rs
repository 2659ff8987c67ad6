//! What phivet itself has written in the place of a value: it is known again and left alone.

use std::ops::Range;

use regex::bytes::Regex;

use super::base32;
use crate::error::{Error, Result};

/// One of them in a text.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Where it stands.
    pub(super) at: Range<usize>,
}

/// Finds them.
pub(super) struct Forms {
    all: Regex,
}

/// A kind as it stands in a token: `health_plan_id` is `health-plan-id`.
pub(super) fn slug(kind: &str) -> String {
    kind.replace(['_', '.'], "-")
}

/// `[NAME]`; where brackets would mean something `REDACTED-NAME`.
pub(super) fn suppressed(kind: &str, plain: bool) -> String {
    let kind = slug(kind).to_ascii_uppercase();
    if plain { format!("REDACTED-{kind}") } else { format!("[{}]", kind.replace('-', "_")) }
}

impl Forms {
    /// For these kinds.
    ///
    /// # Errors
    /// [`Error::Usage`] where a kind's name cannot stand in a pattern, which rules out nothing that rules may say.
    pub(super) fn new<'a>(kinds: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut names: Vec<String> = kinds.map(|kind| slug(kind).to_ascii_uppercase()).collect();
        names.sort_unstable();
        names.dedup();
        // The longest first: `HEALTH-PLAN-ID` before `HEALTH`.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let dashed: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
        let scored: Vec<String> = names.iter().map(|name| regex::escape(&name.replace('-', "_"))).collect();
        let pattern = format!(
            r"(?-u)(?:\[(?:{})\]|REDACTED-(?:{}))|tok_[a-z0-9-]+_[a-z0-9]{{1,16}}_[a-z2-7]{{26}}|psn_[a-z0-9-]+_[a-z2-7]{{26}}|enc_[a-z0-9-]+_[a-z0-9]{{1,16}}_[a-z2-7]+_",
            scored.join("|"),
            dashed.join("|"),
        );
        let all = Regex::new(&pattern).map_err(|error| Error::Usage {
            what: format!("the kinds of the rules make no pattern: {error}"),
            help: "name kinds in letters, digits, dots and underscores".to_owned(),
        })?;
        Ok(Self { all })
    }

    /// All in a text, in order.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Mark> {
        self.all.find_iter(text).map(|found| Mark { at: found.range() }).collect()
    }
}

/// The parts of a sealed value: its kind, the id of its key, its bytes.
pub(super) fn sealed(text: &[u8]) -> Option<(&str, &str, Vec<u8>)> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.strip_prefix("enc_")?.strip_suffix('_')?.split('_');
    let (kind, key, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    Some((kind, key, base32::decode(bytes.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_known_again() {
        let forms = Forms::new(["name", "health_plan_id", "health.diagnosis"].into_iter()).expect("a pattern");
        let code = "a".repeat(26);
        let text = format!(
            "[NAME] [SMITH] [HEALTH_PLAN_ID] REDACTED-HEALTH-PLAN-ID tok_name_k1_{code} psn_name_{code} enc_name_k1_mzxq_ tok_name_k1_ab"
        );
        let found: Vec<&str> = forms.find(text.as_bytes()).into_iter().map(|mark| &text[mark.at]).collect();
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(!found.contains(&"[SMITH]"));
        assert_eq!(sealed(b"enc_name_k1_mzxq_"), Some(("name", "k1", b"fo".to_vec())));
        assert_eq!(sealed(b"enc_name_k1_mz1q_"), None);
    }
}
