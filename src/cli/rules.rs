//! `phivet rules list|check`

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::args::{RulesArgs, RulesCommand};
use super::{CLEAN, WRONG, setup};
use crate::error::Result;
use crate::judge::{Policy, Profile};
use crate::report::words;
use crate::rule::{Rule, Rules, Severity};
use crate::scan::Scanner;

/// Lists or proves rules.
pub(super) fn run(args: &RulesArgs) -> Result<u8> {
    match &args.command {
        RulesCommand::List { format, config } => {
            let rules = setup::rules(&setup::configuration(config)?)?;
            super::print(&if format == "json" { json(&rules) } else { table(&rules) })?;
            Ok(CLEAN)
        }
        RulesCommand::Check { dir } => check(dir),
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'a str,
    safe_harbor: Option<char>,
    severity: Severity,
    hits: usize,
    misses: usize,
}

fn row(rule: &Rule) -> Row<'_> {
    Row {
        id: &rule.id,
        title: &rule.title,
        kind: &rule.identifier.kind,
        safe_harbor: rule.safe_harbor,
        severity: rule.severity,
        hits: rule.examples.hit.len(),
        misses: rule.examples.miss.len(),
    }
}

fn rows(rules: &Rules) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = rules.iter().map(|(_, rule)| row(rule)).collect();
    // Letters first, in their order; then health information and providers.
    rows.sort_by_key(|row| (row.safe_harbor.is_none(), row.safe_harbor, row.id));
    rows
}

fn json(rules: &Rules) -> String {
    serde_json::to_string_pretty(&rows(rules)).unwrap_or_default() + "\n"
}

fn table(rules: &Rules) -> String {
    let rows = rows(rules);
    let width = |lengths: &mut dyn Iterator<Item = &str>| lengths.map(|text| text.chars().count()).max().unwrap_or(0);
    let id = width(&mut rows.iter().map(|row| row.id));
    let title = width(&mut rows.iter().map(|row| row.title));
    let mut out = String::new();
    for row in &rows {
        let letter = row.safe_harbor.unwrap_or('-');
        let _ = writeln!(out, "{letter}  {:id$}  {:title$}  {}", row.id, row.title, words::severity(row.severity));
    }
    out
}

fn check(dir: &Path) -> Result<u8> {
    let texts = setup::rule_texts(dir)?;
    let rules = Rules::builtin()?.with_texts(&texts)?;
    let scanner = Scanner::new(rules, Policy { profile: Profile::Strict, ..Policy::default() })?;
    let wrong = scanner.prove();
    let mut out = String::new();
    for wrong in wrong.iter().chain(&scanner.costly()) {
        let _ = writeln!(out, "{}: {}", wrong.rule, wrong.what);
    }
    let files = words::count(texts.len() as u64, "file", "files");
    let verdict = match wrong.len() as u64 {
        0 => "every rule passes its own examples".to_owned(),
        many => words::count(many, "example is wrong", "examples are wrong"),
    };
    let _ = writeln!(out, "{files} read; {verdict}");
    super::print(&out)?;
    Ok(if wrong.is_empty() { CLEAN } else { WRONG })
}
