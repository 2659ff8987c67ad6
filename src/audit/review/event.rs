//! One line of an access log, as the review sees it. Whom it is about is kept in keyed form only.

use std::ops::Range;

use super::mapping::Field;
use crate::audit::time;
use crate::mask::{Key, Masked};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A record was looked at or changed.
    Access,
    /// Somebody logged in.
    Login,
    /// Somebody could not log in.
    LoginFailed,
    /// Data left the system: export, download, print.
    Export,
    /// Emergency access.
    BreakGlass,
    /// Somebody looked at what others did.
    Review,
}

/// What a log says of an event, as text, before it is keyed.
#[derive(Default)]
pub(super) struct Raw {
    pub(super) user: Option<String>,
    pub(super) user_name: Option<String>,
    pub(super) role: Option<String>,
    pub(super) patient: Option<String>,
    pub(super) patient_name: Option<String>,
    pub(super) time: Option<String>,
    pub(super) action: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) reviewed: Option<String>,
    /// In a trail of phivet: the entry's number, and those it reviews.
    pub(super) seq: Option<u64>,
    pub(super) reviews: Vec<u64>,
    /// Must somebody look at it?
    pub(super) review: bool,
    /// Does the log name no patients at all (our own trail)?
    pub(super) without_patients: bool,
    /// What the event says beside.
    pub(super) rest: String,
}

/// Where an event stands in its log.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its bytes in the log.
    pub(super) bytes: Range<u64>,
    /// Its width in UTF-16 units.
    pub(super) width: u64,
    /// The line, masked.
    pub(super) excerpt: Masked,
}

/// An event.
pub(super) struct Event {
    pub(super) user: Option<String>,
    pub(super) role: Option<String>,
    pub(super) patient: Option<u128>,
    pub(super) same_surname: bool,
    /// The clock on the wall, in seconds since 1970, and the same in UTC.
    pub(super) time: Option<(i64, i64)>,
    pub(super) action: Action,
    pub(super) reviewed: bool,
    pub(super) seq: Option<u64>,
    pub(super) reviews: Vec<u64>,
    pub(super) missing: Vec<&'static str>,
}

impl Event {
    pub(super) fn of(raw: Raw, key: &Key, required: &[Field]) -> Self {
        let said = |text: &Option<String>| text.as_deref().map(str::trim).is_some_and(|text| !text.is_empty());
        let action = action(&raw);
        let about_patient = matches!(action, Action::Access | Action::BreakGlass) && !raw.without_patients;
        let time = raw.time.as_deref().and_then(time::parse_local);
        let fields = [
            (Field::User, said(&raw.user)),
            (Field::Time, time.is_some()),
            (Field::Action, said(&raw.action)),
            (Field::Patient, said(&raw.patient) || !about_patient),
            (Field::Role, said(&raw.role)),
            (Field::Outcome, said(&raw.outcome)),
        ];
        let missing = fields.iter().filter(|(field, there)| !there && required.contains(field));
        let surname =
            |name: &Option<String>| name.as_deref().and_then(surname).map(|name| keyed(key, "surname", &name));
        let (theirs, own) = (surname(&raw.patient_name), surname(&raw.user_name));
        Self {
            missing: missing.map(|(field, _)| field.word()).collect(),
            patient: raw.patient.filter(|id| !id.trim().is_empty()).map(|id| keyed(key, "patient", id.trim())),
            same_surname: theirs.is_some() && theirs == own,
            time: time.map(|(local, offset)| (local, local - offset)),
            action,
            reviewed: raw.reviewed.is_some_and(|text| !is_no(&text)),
            user: raw.user.map(|user| user.trim().to_owned()).filter(|user| !user.is_empty()),
            role: raw.role.map(|role| role.trim().to_lowercase()).filter(|role| !role.is_empty()),
            seq: raw.seq,
            reviews: raw.reviews,
        }
    }
}

fn is_no(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "" | "no" | "n" | "false" | "0" | "null" | "pending" | "open")
}

/// An HMAC under a key that ends with the run: nobody can go back from it, not even with a list of all patients.
fn keyed(key: &Key, kind: &str, value: &str) -> u128 {
    let seal = key.seal(kind, value.as_bytes());
    let hex = seal.trim_start_matches(crate::mask::PASSING);
    u128::from_str_radix(hex, 16).unwrap_or_default()
}

/// The surname in `Roe, Wanda`, `Wanda Roe`, `ROE^WANDA`, `Roe`, in small letters.
fn surname(name: &str) -> Option<String> {
    let name = name.trim();
    let word = match name.split_once([',', '^']) {
        Some((surname, _)) => surname,
        None => name.split_whitespace().next_back()?,
    };
    let word: String = word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    (word.chars().count() >= 2).then_some(word)
}

/// What was done, from how logs call it.
fn action(raw: &Raw) -> Action {
    let text = raw.action.as_deref().unwrap_or_default().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let outcome = raw.outcome.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    // FHIR R4 says 4, 8 or 12 for a minor, serious or major failure.
    let bad = matches!(outcome.as_str(), "4" | "8" | "12" | "false" | "no" | "error" | "denied" | "401" | "403")
        || ["fail", "denied", "invalid", "reject", "unsuccess"].iter().any(|word| outcome.contains(word));
    if raw.review || has(&["break", "btg", "emergency", "110127"]) && !has(&["breakfast"]) {
        Action::BreakGlass
    } else if has(&["login", "log-in", "log in", "logon", "sign in", "sign-in", "signin", "authenticat", "110122"]) {
        if bad || has(&["fail", "denied", "invalid"]) { Action::LoginFailed } else { Action::Login }
    } else if has(&["export", "download", "print", "extract", "bulk", "110106"]) {
        Action::Export
    } else if has(&["review"]) {
        Action::Review
    } else {
        Action::Access
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_found() {
        for name in ["Kowalczyk, Edith", "Edith Kowalczyk", "KOWALCZYK^EDITH", " kowalczyk "] {
            assert_eq!(surname(name).as_deref(), Some("kowalczyk"), "{name}");
        }
        assert_eq!(surname(" "), None);
    }

    #[test]
    fn actions_are_told_apart() {
        for (text, outcome, what) in [
            ("VIEW_CHART", "", Action::Access),
            ("Login", "success", Action::Login),
            ("Login", "Failure", Action::LoginFailed),
            ("LOGIN_FAILED", "", Action::LoginFailed),
            ("110122", "8", Action::LoginFailed),
            ("Print chart", "", Action::Export),
            ("Break-the-glass", "", Action::BreakGlass),
        ] {
            let raw = Raw { action: Some(text.to_owned()), outcome: Some(outcome.to_owned()), ..Raw::default() };
            assert_eq!(action(&raw), what, "{text}");
        }
    }
}
