//! What rules are about, in the words of others: CWE, and the identifiers of 45 CFR 164.514(b)(2)(i).

use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ReportingDescriptorReference, ReportingDescriptorRelationship,
    ToolComponent, ToolComponentReference,
};

use crate::rule::Rule;

/// Weaknesses of the Common Weakness Enumeration that a value in the wrong place is an instance of, and their names.
pub(super) const CWE: &[(&str, &str)] = &[
    ("312", "Cleartext Storage of Sensitive Information"),
    ("359", "Exposure of Private Personal Information to an Unauthorized Actor"),
    ("532", "Insertion of Sensitive Information into Log File"),
];

/// The identifiers of 45 CFR 164.514(b)(2)(i), in its order.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQR";

/// The taxonomies, in the order of their index.
pub(super) fn taxonomies() -> Vec<ToolComponent> {
    let weaknesses =
        CWE.iter().map(|(id, name)| taxon(id, name, &format!("https://cwe.mitre.org/data/definitions/{id}.html")));
    let cfr = "https://www.ecfr.gov/current/title-45/section-164.514";
    let letters = LETTERS.chars().map(|letter| {
        taxon(
            &letter.to_string(),
            &format!("45 CFR 164.514(b)(2)(i)({letter}): an identifier that Safe Harbor removes"),
            cfr,
        )
    });
    vec![
        taxonomy("CWE", "MITRE", "4.18", "The Common Weakness Enumeration", "https://cwe.mitre.org/", weaknesses),
        taxonomy(
            "45-CFR-164.514(b)(2)(i)",
            "HHS",
            "2013-01-25",
            "The identifiers of HIPAA's Safe Harbor",
            cfr,
            letters,
        ),
    ]
}

fn taxonomy(
    name: &str,
    organization: &str,
    version: &str,
    says: &str,
    uri: &str,
    taxa: impl Iterator<Item = ReportingDescriptor>,
) -> ToolComponent {
    ToolComponent::builder()
        .name(name)
        .version(version)
        .organization(organization)
        .information_uri(uri)
        .download_uri(uri)
        .is_comprehensive(false)
        .short_description(MultiformatMessageString::builder().text(says).build())
        .taxa(taxa.collect::<Vec<_>>())
        .build()
}

fn taxon(id: &str, says: &str, uri: &str) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(id)
        .short_description(MultiformatMessageString::builder().text(says).build())
        .help_uri(uri)
        .build()
}

/// The taxonomies as the tool names them.
pub(super) fn supported() -> Vec<ToolComponentReference> {
    let named = taxonomies().into_iter().enumerate();
    named.map(|(index, taxonomy)| component(&taxonomy.name, index)).collect()
}

fn component(name: &str, index: usize) -> ToolComponentReference {
    ToolComponentReference::builder().name(name).index(i64::try_from(index).unwrap_or(-1)).build()
}

/// What a rule is about.
pub(super) fn of(rule: &Rule) -> Vec<ReportingDescriptorRelationship> {
    let relation = |id: &str, index: usize, component: ToolComponentReference| {
        let target = ReportingDescriptorReference::builder()
            .id(id)
            .index(i64::try_from(index).unwrap_or(-1))
            .tool_component(component)
            .build();
        ReportingDescriptorRelationship::builder().target(target).kinds(vec!["relevant".into()]).build()
    };
    let weaknesses = CWE.iter().enumerate().map(|(index, (id, _))| relation(id, index, component("CWE", 0)));
    let letter = rule.safe_harbor.and_then(|letter| Some((letter, LETTERS.find(letter)?)));
    let letter =
        letter.map(|(letter, index)| relation(&letter.to_string(), index, component("45-CFR-164.514(b)(2)(i)", 1)));
    weaknesses.chain(letter).collect()
}
