//! `docs/rules/` says what the rules say. `BLESS=1 cargo test --test docs` writes it anew.
#![allow(clippy::disallowed_methods)] // it reads and writes the pages

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use phivet::Rules;
use phivet::rule::{Rule, Severity};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules")
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn letter(rule: &Rule) -> String {
    rule.safe_harbor.map_or_else(
        || {
            let what = if rule.sink.is_some() { "a sink of code" } else { "health information, or a provider's" };
            format!("none of the 18 ({what})")
        },
        |letter| format!("{letter} of 45 CFR 164.514(b)(2)(i)"),
    )
}

/// The page of a rule.
fn page(rule: &Rule) -> String {
    let identifier = &rule.identifier;
    let folder = if rule.sink.is_some() { "sinks/rust" } else { "identifiers" };
    let mut out = format!("<!-- Written by tests/docs.rs from rules/{folder}/{}.yaml. -->\n", rule.id);
    let _ = writeln!(out, "# {} (`{}`)\n", rule.title, rule.id);
    let _ =
        writeln!(out, "Severity **{}** · identifier {} · kind `{}`\n", severity(rule), letter(rule), identifier.kind);
    let _ = writeln!(out, "**Why.** {}\n\n**Instead.** {}\n", rule.why.trim(), rule.fix.trim());
    if rule.sink.as_ref().is_some_and(|sink| sink.advisory) {
        let _ = writeln!(
            out,
            "**Advisory.** Reported in the profile `strict`, and where `severity:` of `phivet.yaml` names it.\n"
        );
    }
    labels(&mut out, "Called", &identifier.called);
    labels(&mut out, "Called so inside a person's record, or with other evidence", &identifier.called_with_owner);
    labels(&mut out, "Never called", &identifier.never);
    let (hits, misses) = (&rule.examples.hit, &rule.examples.miss);
    let _ = writeln!(
        out,
        "## Examples\n\nThe rule is proved on {} hits and {} misses, all invented.\n",
        hits.len(),
        misses.len()
    );
    examples(&mut out, "Reported:", hits);
    examples(&mut out, "Not reported:", misses);
    out.push_str("## Sources\n\n");
    for source in &rule.source {
        let _ = writeln!(out, "- {}", source.trim());
    }
    let _ = writeln!(
        out,
        "\nWhere a value is nobody's: `phivet:allow {} -- reason` at the end of its line, or in a comment of its own above it.",
        rule.id
    );
    out
}

fn labels(out: &mut String, title: &str, labels: &[String]) {
    if !labels.is_empty() {
        let _ = writeln!(out, "**{title}:** {}\n", labels.join(", "));
    }
}

fn examples(out: &mut String, title: &str, texts: &[String]) {
    let _ = writeln!(out, "{title}\n\n````text");
    for text in texts.iter().take(2) {
        let _ = writeln!(out, "{}", text.trim_end());
    }
    out.push_str("````\n\n");
}

/// The page that lists the others.
fn list(rules: &Rules) -> String {
    let mut out = String::from("<!-- Written by tests/docs.rs. -->\n# Rules\n\n");
    let _ = writeln!(out, "Letters are those of 45 CFR 164.514(b)(2)(i). `phivet explain RULE` prints the same.\n");
    out.push_str("| | rule | finds | severity |\n|---|---|---|---|\n");
    let mut all: Vec<&Rule> = rules.iter().map(|(_, rule)| rule).collect();
    all.sort_by_key(|rule| (rule.safe_harbor.is_none(), rule.safe_harbor, rule.id.clone()));
    for rule in all {
        let letter = rule.safe_harbor.unwrap_or('-');
        let _ = writeln!(out, "| {letter} | [{0}]({0}.md) | {1} | {2} |", rule.id, rule.title, severity(rule));
    }
    out
}

fn pages() -> BTreeMap<String, String> {
    let rules = Rules::builtin().expect("the built-in rules");
    let mut pages: BTreeMap<String, String> =
        rules.iter().map(|(_, rule)| (format!("{}.md", rule.id), page(rule))).collect();
    pages.insert("README.md".to_owned(), list(&rules));
    pages
}

fn written() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder()).into_iter().flatten().flatten();
    entries
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default().replace("\r\n", "\n");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn the_pages_say_what_the_rules_say() {
    let (wanted, written) = (pages(), written());
    let stale: Vec<&String> =
        wanted.iter().filter(|(name, text)| written.get(*name) != Some(*text)).map(|(n, _)| n).collect();
    let gone: Vec<&String> = written.keys().filter(|name| !wanted.contains_key(*name)).collect();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(folder()).expect("a folder");
        stale.iter().for_each(|name| std::fs::write(folder().join(name), &wanted[*name]).expect("a page"));
        gone.iter().for_each(|name| std::fs::remove_file(folder().join(name)).expect("a page"));
        return;
    }
    let all: Vec<&str> = stale.iter().chain(&gone).map(|name| name.as_str()).collect();
    assert!(
        all.is_empty(),
        "out of date in docs/rules: {}\nwrite them with BLESS=1 cargo test --test docs",
        all.join(", ")
    );
}

/// What the schema says of a setting: its type, or what it may be.
#[cfg(feature = "cli")]
fn may_be(setting: &serde_json::Value) -> String {
    if let Some(values) = setting["enum"].as_array() {
        return values
            .iter()
            .filter_map(|value| value.as_str())
            .map(|value| format!("`{value}`"))
            .collect::<Vec<_>>()
            .join(", ");
    }
    match setting["type"].as_str() {
        Some("array") if setting["items"]["type"] == "object" => "a list, see below".to_owned(),
        Some("array") => "a list".to_owned(),
        Some("object") if setting["additionalProperties"].is_object() => {
            format!("for each name: {}", may_be(&setting["additionalProperties"]))
        }
        Some("object") => "see below".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        _ => "a text".to_owned(),
    }
}

#[cfg(feature = "cli")]
fn settings(out: &mut String, properties: &serde_json::Value) {
    out.push_str("| setting | what it says | may be |\n|---|---|---|\n");
    for (name, setting) in properties.as_object().into_iter().flatten() {
        let says = setting["description"].as_str().unwrap_or_default();
        let _ = writeln!(out, "| `{name}` | {says} | {} |", may_be(setting));
    }
    out.push('\n');
}

/// The reference of `phivet.yaml`, out of its schema.
#[cfg(feature = "cli")]
fn reference(schema: &serde_json::Value) -> String {
    let properties = &schema["properties"];
    let mut out = String::from("<!-- Written by tests/docs.rs from the schema. -->\n# `phivet.yaml`\n\n");
    out.push_str("Found from the working directory upward to the repository's root, never inside a target elsewhere. Unknown keys are\n");
    out.push_str(
        "errors, drawn at their place. Flags win. `phivet init` writes one with comments; editors complete it:\n\n",
    );
    out.push_str("```sh\nphivet config schema > phivet.schema.json\nphivet config show\n```\n\n");
    out.push_str("with `# yaml-language-server: $schema=phivet.schema.json` as its first line ([the schema](phivet.schema.json)).\n\n");
    settings(&mut out, properties);
    out.push_str("## `paths`\n\nEach entry of the list:\n\n");
    settings(&mut out, &properties["paths"]["items"]["properties"]);
    out.push_str("## `code`\n\nFor the code checks ([flow.md](flow.md)):\n\n");
    settings(&mut out, &properties["code"]["properties"]);
    out.push_str("## `redact`\n\nFor `phivet redact` ([redact.md](redact.md)):\n\n");
    settings(&mut out, &properties["redact"]["properties"]);
    out.push_str("## `words`\n\n");
    settings(&mut out, &properties["words"]["properties"]);
    out
}

#[cfg(feature = "cli")]
#[test]
fn the_reference_says_what_the_schema_says() {
    let schema = phivet::config::schema();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let wanted = [
        ("phivet.schema.json", serde_json::to_string_pretty(&schema).expect("JSON") + "\n"),
        ("configuration.md", reference(&schema).trim_end().to_owned() + "\n"),
    ];
    for (name, text) in wanted {
        let path = root.join(name);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &text).expect("a page");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            written == text,
            "docs/{name} is out of date; write it with BLESS=1 cargo test --all-features --test docs"
        );
    }
}
