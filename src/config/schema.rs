//! The JSON schema of `phivet.yaml`, for editors.

use serde_json::{Value, json};

use crate::judge::policy::PROFILES;
use crate::redact::plan::{READY, STRATEGIES};

/// The JSON schema (draft 2020-12) of a configuration.
#[must_use]
pub fn schema() -> Value {
    let texts = |says: &str| json!({"description": says, "type": "array", "items": {"type": "string"}});
    let profiles: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
    let level = json!({"enum": ["note", "warning", "error"]});
    let levels = json!({"description": "Other severities than the rules' own.", "type": "object", "additionalProperties": level});
    let profile = json!({"description": "Which findings are wanted.", "enum": profiles});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "phivet.yaml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "profile": profile,
            "fail_on": {"description": "The least severity that makes a scan fail.", "enum": ["note", "warning", "error"]},
            "exclude": texts("Paths that are not scanned, in the syntax of .gitignore, relative to this file."),
            "baseline": {"description": "The file of findings that are known already, relative to this file; `phivet baseline create` writes it.", "type": "string"},
            "audit": {"description": "The audit trail in which every run is recorded, relative to this file; `phivet audit` verifies and reads it.", "type": "string"},
            "rules": texts("Folders with further rules, relative to this file."),
            "ignore": texts("Rules that are switched off."),
            "severity": levels,
            "words": {
                "description": "Words of this project.",
                "type": "object",
                "additionalProperties": false,
                "properties": {"never": texts("A value whose label holds one of these words is nobody's identifier.")},
            },
            "code": {
                "description": "What this project's own code is like.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "sources": {
                        "description": "Fields and variables that are PHI: name and kind.",
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                    },
                    "safe": texts("Names that are nobody's."),
                    "sinks": texts("Macros (`audit!`) and functions (`trail::note`) that reveal what they are given."),
                    "sanitizers": texts("Functions that leave nothing of their argument to be known."),
                    "include_tests": {"description": "Look at test code too?", "type": "boolean"},
                    "cache": {"description": "A folder, relative to this file, for facts about files that did not change.", "type": "string"},
                },
            },
            "redact": {
                "description": "How phivet redact replaces what it finds.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "policy": {"description": "The policy to begin with.", "enum": READY.iter().map(|(name, _)| *name).collect::<Vec<_>>()},
                    "kinds": {
                        "description": "Other strategies for some kinds.",
                        "type": "object",
                        "additionalProperties": {"enum": STRATEGIES.iter().map(|(name, _)| *name).collect::<Vec<_>>()},
                    },
                    "key_file": {"description": "The file of keys, relative to this file; it lies outside of the repository.", "type": "string"},
                    "key_command": {"description": "A command that prints the keys; it is run only where the configuration is named by --config.", "type": "string"},
                    "vault": {"description": "The vault of pseudonyms, relative to this file; it lies outside of the repository.", "type": "string"},
                },
            },
            "paths": {
                "description": "What is different for some paths; the last that matches wins.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["path"],
                    "properties": {
                        "path": {"description": "Which paths, in the syntax of .gitignore.", "type": "string"},
                        "exclude": {"description": "Do not scan them.", "type": "boolean"},
                        "ignore": texts("Rules that are switched off there."),
                        "profile": profile,
                        "severity": levels,
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::{Config, PathConfig};

    fn keys(value: &Value) -> BTreeSet<String> {
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    }

    /// The schema says what the types say.
    #[test]
    fn schema_and_types_have_the_same_keys() {
        let schema = schema();
        let config = serde_json::to_value(Config::default()).expect("a configuration is data");
        let path = serde_json::to_value(PathConfig::default()).expect("a configuration is data");
        assert_eq!(keys(&schema["properties"]), keys(&config));
        assert_eq!(keys(&schema["properties"]["words"]["properties"]), keys(&config["words"]));
        assert_eq!(keys(&schema["properties"]["code"]["properties"]), keys(&config["code"]));
        assert_eq!(keys(&schema["properties"]["paths"]["items"]["properties"]), keys(&path));
    }
}
