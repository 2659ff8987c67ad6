//! `phivet explain RULE`

use std::fmt::Write;

use super::args::ExplainArgs;
use super::{CLEAN, setup};
use crate::error::Result;
use crate::report::words;
use crate::rule::Rule;

/// Prints all there is to say about a rule.
pub(super) fn run(args: &ExplainArgs) -> Result<u8> {
    let rules = setup::rules(&setup::configuration(&args.config)?)?;
    let id = setup::by_id(&rules, &args.rule)?;
    super::print(&text(rules.get(id)))?;
    Ok(CLEAN)
}

fn text(rule: &Rule) -> String {
    let identifier = &rule.identifier;
    let mut out = format!("{}: {}\n", rule.id, rule.title);
    let letter = rule.safe_harbor.map_or_else(
        || "not one of the 18 identifiers of 45 CFR 164.514(b)(2)(i)".to_owned(),
        |letter| format!("identifier {letter} of 45 CFR 164.514(b)(2)(i)"),
    );
    let _ = writeln!(out, "{}; {letter}; kind {}\n", words::severity(rule.severity), identifier.kind);
    let _ = writeln!(out, "Why      {}\nInstead  {}\n", rule.why.trim(), rule.fix.trim());
    list(&mut out, "Called", &identifier.called);
    list(&mut out, "Called, inside a person", &identifier.called_with_owner);
    list(&mut out, "Never called", &identifier.never);
    for (title, patterns) in [("Looks like", &identifier.looks), ("Behind a label also like", &identifier.labelled)] {
        if !patterns.is_empty() {
            let _ = writeln!(out, "{title}\n  {}\n", patterns.join("\n  "));
        }
    }
    if let Some(check) = &identifier.check {
        let _ = writeln!(out, "Checked by {check}\n");
    }
    examples(&mut out, "Reported", &rule.examples.hit);
    examples(&mut out, "Not reported", &rule.examples.miss);
    list(&mut out, "Sources", &rule.source);
    let _ = writeln!(out, "Where it is nobody's: phivet:allow {} -- reason", rule.id);
    out
}

fn list(out: &mut String, title: &str, entries: &[String]) {
    if !entries.is_empty() {
        let _ = writeln!(out, "{title}\n  {}\n", entries.join(", "));
    }
}

/// Examples are made up: they may be shown.
fn examples(out: &mut String, title: &str, texts: &[String]) {
    let _ = writeln!(out, "{title}");
    for text in texts {
        let _ = writeln!(out, "  {}", text.trim_end().replace('\n', "\n    "));
    }
    out.push('\n');
}
