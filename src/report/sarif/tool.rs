//! The tool and its rules.

use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, Tool, ToolComponent,
};

use super::taxa;
use crate::report::{Meta, words};
use crate::rule::{Alone, Rule, Severity};

/// Id of the notification that something was not read.
pub(super) const NOT_READ: &str = "not-read";

/// Id of the notification that not all results are here, or will be shown.
pub(super) const LIMIT: &str = "limit";

/// Id of the notification of something else that is to be known about the run.
pub(super) const NOTICE: &str = "notice";

/// The notifications, in the order of their index: id, title, text.
const NOTIFICATIONS: &[(&str, &str, &str)] = &[
    (NOT_READ, "A document, or a part of one, was not read", SCAN_AGAIN),
    (LIMIT, "There are more results than a reader takes", "Fix the worst, or exclude what need not be scanned."),
    (NOTICE, "Something to know about the run", "It changes what is reported, or will."),
];

const SCAN_AGAIN: &str = "What was not read never counts as clean: see why, and scan it again.";

/// What phivet checks is defined there; a package without a home page points at it.
const SAFE_HARBOR: &str = "https://www.ecfr.gov/current/title-45/section-164.514";

/// Characters that GitHub shows of a description.
const TEXT_LIMIT: usize = 1024;

/// Tags that GitHub keeps.
const TAG_LIMIT: usize = 10;

/// The tool, its version, its rules in the order of their ids.
pub(super) fn of(meta: &Meta<'_>) -> Tool {
    let version = env!("CARGO_PKG_VERSION");
    let home = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY"), SAFE_HARBOR];
    let driver = ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .full_name(format!("{} {version}", env!("CARGO_PKG_NAME")))
        .version(version)
        .semantic_version(version)
        .information_uri(home.iter().find(|uri| !uri.is_empty()).copied().unwrap_or(SAFE_HARBOR))
        .short_description(text(env!("CARGO_PKG_DESCRIPTION")))
        .rules(meta.rules.iter().map(|(_, rule)| descriptor(rule)).collect::<Vec<_>>())
        .notifications(notifications())
        .supported_taxonomies(taxa::supported())
        .properties(super::properties([
            ("rules", meta.rules_hash.as_str().into()),
            ("config", meta.config_hash.as_str().into()),
            ("profile", meta.profile.as_str().into()),
        ]))
        .build();
    Tool::builder().driver(driver).build()
}

/// The index of a notification.
pub(super) fn notification(id: &str) -> i64 {
    NOTIFICATIONS.iter().position(|(known, ..)| *known == id).and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
}

fn notifications() -> Vec<ReportingDescriptor> {
    let one = |(id, title, says): &(&str, &str, &str)| {
        ReportingDescriptor::builder()
            .id(*id)
            .short_description(text(title))
            .full_description(text(says))
            .help(text(says))
            .build()
    };
    NOTIFICATIONS.iter().map(one).collect()
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let level = words::severity(rule.severity);
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .short_description(text(&rule.title))
        .full_description(text(&rule.why))
        .help(help(rule))
        .default_configuration(ReportingConfiguration::builder().level(level).build())
        .properties(bag(rule))
        .build();
    // SARIF1001: a name says more than the id, or is not there.
    descriptor.relationships = Some(taxa::of(rule));
    descriptor.name = rule.id.contains('-').then(|| pascal(&rule.id));
    descriptor
}

fn help(rule: &Rule) -> MultiformatMessageString {
    let (why, fix) = (rule.why.trim(), rule.fix.trim());
    let letter = rule
        .safe_harbor
        .map_or_else(String::new, |letter| format!("\n\nSafe Harbor: 45 CFR 164.514(b)(2)(i)({letter})."));
    let allow = format!("\n\nIf it is not a person's: `phivet:allow {} -- reason` on or above the line.", rule.id);
    MultiformatMessageString::builder()
        .text(format!("{why} {fix}"))
        .markdown(format!("**{}**\n\n{why}\n\n**Instead:** {fix}{letter}{allow}", rule.title))
        .build()
}

fn bag(rule: &Rule) -> PropertyBag {
    let mut tags: Vec<String> = ["security", "privacy", "hipaa", "phi"].map(str::to_owned).into();
    tags.push(rule.identifier.kind.clone());
    tags.extend(rule.safe_harbor.map(|letter| format!("45-CFR-164.514(b)(2)(i)({letter})")));
    tags.extend(taxa::CWE.iter().map(|(id, _)| format!("external/cwe/cwe-{id}")));
    tags.truncate(TAG_LIMIT);
    // GitHub: above 9 critical, above 7 high, above 4 medium.
    let score = match rule.severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.5",
        Severity::Note => "2.0",
    };
    let precision = match rule.identifier.alone {
        Alone::Never => "very-high",
        Alone::Valid => "high",
        Alone::Context => "medium",
    };
    let mut bag = super::properties([("security-severity", score.into()), ("precision", precision.into())]);
    bag.tags = Some(tags);
    bag
}

fn text(text: &str) -> MultiformatMessageString {
    let text: String = text.trim().chars().take(TEXT_LIMIT).collect();
    MultiformatMessageString::builder().text(text).build()
}

/// `date-of-birth` as SARIF likes names: `DateOfBirth`.
fn pascal(id: &str) -> String {
    let upper_first = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    };
    id.split('-').map(upper_first).collect()
}
