//! `rules/formats/*.tsv`: what a path in a format says about a person.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use crate::fields::Owner;

/// Whose data stand in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Person,
    Provider,
    Organisation,
    /// About a person by its subject: an observation, a claim.
    Clinical,
    /// About no person: its dates are nobody's.
    System,
    /// A definition: nothing personal at all.
    Definition,
}

impl Class {
    /// Whose record a field of this class stands in.
    pub(crate) fn owner(self) -> Owner {
        match self {
            Self::Person | Self::Clinical => Owner::Person,
            Self::Provider => Owner::Provider,
            Self::Organisation => Owner::Organisation,
            Self::System => Owner::Unknown,
            Self::Definition => Owner::Software,
        }
    }

    /// Are dates here dates of a person's life or care?
    pub(crate) fn has_dates(self) -> bool {
        matches!(self, Self::Person | Self::Clinical)
    }
}

/// What a row says about the values at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Kind(&'static str),
    Prose,
    Nothing,
    Class(Class),
    Date,
    /// With the kind of an identifier of unknown type.
    Identifier(&'static str),
    Telecom,
    Display,
    Extension,
    Base64,
}

/// No row's path is longer; longer ones are not looked up whole.
const LONGEST: usize = 80;

/// Fowler, Noll and Vo's hash (FNV-1a): the keys are ours, and it is quick on short ones.
#[derive(Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The rows of one format, by path.
pub(crate) struct Rules(HashMap<&'static str, Action, BuildHasherDefault<Fnv>>);

impl Rules {
    fn parse(text: &'static str) -> Self {
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        Self(rows.filter_map(|row| Some((row.split('\t').next()?, action(row)?))).collect())
    }

    /// What the longest known end of `path` says; `whole` paths count first.
    pub(crate) fn action(&self, path: &str) -> Option<Action> {
        if path.len() <= LONGEST
            && let Some(action) = self.0.get(path)
        {
            return Some(*action);
        }
        let last = path.rfind('.')?;
        let two = path[..last].rfind('.').and_then(|dot| self.0.get(&path[dot + 1..]));
        two.or_else(|| self.0.get(&path[last + 1..])).copied()
    }

    /// The class that a resource's or element's name stands for.
    pub(crate) fn class(&self, name: &str) -> Option<Class> {
        match self.0.get(name) {
            Some(Action::Class(class)) => Some(*class),
            _ => None,
        }
    }
}

fn action(row: &'static str) -> Option<Action> {
    let mut columns = row.split('\t').skip(1);
    let (what, default) = (columns.next()?, columns.next().unwrap_or("other_id"));
    Some(match what {
        "prose" => Action::Prose,
        "nothing" => Action::Nothing,
        "@person" => Action::Class(Class::Person),
        "@provider" => Action::Class(Class::Provider),
        "@organisation" => Action::Class(Class::Organisation),
        "@clinical" => Action::Class(Class::Clinical),
        "@system" => Action::Class(Class::System),
        "@definition" => Action::Class(Class::Definition),
        "@date" => Action::Date,
        "@identifier" => Action::Identifier(default),
        "@telecom" => Action::Telecom,
        "@display" => Action::Display,
        "@extension" => Action::Extension,
        "@base64" => Action::Base64,
        kind => Action::Kind(kind),
    })
}

/// FHIR's rows.
pub(crate) fn fhir() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::parse(include_str!("../../../rules/formats/fhir.tsv")))
}

/// C-CDA's rows.
pub(crate) fn ccda() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::parse(include_str!("../../../rules/formats/ccda.tsv")))
}

/// NCPDP SCRIPT's rows.
pub(crate) fn ncpdp() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::parse(crate::fields::ncpdp::TABLE))
}
