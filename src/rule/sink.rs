//! Sinks and barriers: where values of a program become visible, and what leaves nothing of them to be known.

use serde::{Deserialize, Serialize};

/// Where values of a program become visible.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// Kind in the report's contract: `flow.log`, `flow.panic` …
    pub kind: String,
    /// The language whose programs have it.
    pub language: String,
    /// Reported only where the configuration gives it a severity.
    #[serde(default)]
    pub advisory: bool,
    /// Only values of these kinds; empty: all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// It is no place where a value becomes visible, but what types or functions are in themselves.
    #[serde(default)]
    pub companion: Option<Companion>,
    /// Macros that reveal their arguments.
    #[serde(default)]
    pub macros: Vec<Macros>,
    /// Functions that reveal their arguments.
    #[serde(default)]
    pub calls: Vec<Calls>,
    /// Methods that reveal their arguments or their receiver.
    #[serde(default)]
    pub methods: Vec<Methods>,
    /// Types whose fields are revealed.
    #[serde(default)]
    pub structs: Vec<Structs>,
}

/// What a companion rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Companion {
    /// Types whose derived `Debug` shows PHI.
    DerivedDebug,
    /// Functions that promise to protect PHI and hand it back.
    ReturnsInput,
}

/// How the arguments of a macro are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Fields or pairs, then a message.
    #[default]
    Event,
    /// A name, then fields.
    Span,
    /// A template and its arguments.
    Format,
    /// Printed operands, then a template.
    Operands,
    /// A name and labels.
    Labels,
    /// An attribute, not a macro.
    Attribute,
}

/// Macros that are read alike.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macros {
    /// Their names.
    pub names: Vec<String>,
    /// The crates that have them; empty: any.
    #[serde(default)]
    pub from: Vec<String>,
    /// How their arguments are read.
    pub shape: Shape,
    /// How many of the first arguments are no part of it.
    #[serde(default)]
    pub skip: usize,
    /// They hand their operand on.
    #[serde(default)]
    pub through: bool,
    /// They make an error.
    #[serde(default)]
    pub makes: bool,
    /// They end the path.
    #[serde(default)]
    pub ends: bool,
    /// Only where their text is a statement that writes to a database (`INSERT …`).
    #[serde(default)]
    pub statement: bool,
}

/// How a value is revealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reveal {
    /// The value itself.
    #[default]
    Value,
    /// Its `Display`.
    Display,
    /// Its `Debug`.
    Debug,
    /// Serialised.
    Serialize,
    /// What stands in a URL's query.
    Query,
}

/// Functions that reveal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// The ends of their paths, as in `capture_message` or `fs::write`.
    pub paths: Vec<String>,
    /// Which arguments they reveal, from 0; empty: all.
    #[serde(default)]
    pub args: Vec<usize>,
    /// How.
    #[serde(default)]
    pub how: Reveal,
    /// The first argument must be a text that ends so (a file's name).
    #[serde(default)]
    pub first: Option<String>,
    /// Only where their first text is a statement that writes to a database (`INSERT …`).
    #[serde(default)]
    pub statement: bool,
}

/// Methods that reveal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Methods {
    /// Their names.
    pub names: Vec<String>,
    /// Types that have them; empty: any.
    #[serde(default)]
    pub on: Vec<String>,
    /// Crates one of which must be named in the file; empty: any.
    #[serde(default)]
    pub with: Vec<String>,
    /// Which arguments they reveal, from 0; empty: all.
    #[serde(default)]
    pub args: Vec<usize>,
    /// Only where the argument is a text, not a value of a type of the program.
    #[serde(default)]
    pub text: bool,
    /// Only where their first text, or that of the call they are chained to, is a statement that writes to a database.
    #[serde(default)]
    pub statement: bool,
    /// They reveal the error in their receiver.
    #[serde(default)]
    pub error: bool,
    /// How.
    #[serde(default)]
    pub how: Reveal,
}

/// Types whose fields are revealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structs {
    /// The ends of their paths.
    pub paths: Vec<String>,
    /// The fields; empty: all.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// What leaves nothing of a value to be known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barriers {
    /// Words in names of functions, methods and macros.
    pub verbs: Vec<String>,
    /// Whole names of functions, methods and macros.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Types whose text reveals nothing of what they hold.
    #[serde(default)]
    pub types: Vec<String>,
}

impl Barriers {
    /// The barriers that come with phivet, for Rust.
    #[must_use]
    pub fn builtin() -> Self {
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/barriers.json"))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn barriers_are_read() {
        let barriers = Barriers::builtin();
        assert!(barriers.verbs.iter().any(|verb| verb == "redact"));
        assert!(barriers.types.iter().any(|ty| ty == "SecretString"));
    }
}
