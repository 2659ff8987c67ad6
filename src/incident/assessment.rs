//! The assessment: what was measured, what follows from it, and what a person must fill in. No values.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::days::{Deadlines, MANY, is_after, written};
use super::factors::{Factor, factors, steps};
use super::{Counted, html};
use crate::document::Exposure;

/// Documents that are listed.
const LISTED: usize = 50;

/// What was exposed of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Kinds {
    /// The kind, as in reports.
    pub kind: String,
    /// Findings.
    pub findings: u64,
    /// Distinct values.
    pub distinct: u64,
}

/// A document with findings.
#[derive(Clone, Debug, Serialize)]
pub struct Where {
    /// Its name, masked where that holds a value.
    pub path: String,
    /// Findings in it.
    pub findings: u64,
}

/// Since when and until when something was exposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exposed {
    /// The first day: of the first commit with it, or the last change of the oldest file or object.
    pub first: Option<String>,
    /// The last day; `None` while it is still there.
    pub last: Option<String>,
    /// Is some of it still there?
    pub still_there: bool,
    /// Commits that brought it in, in hex.
    pub commits: Vec<String>,
    #[serde(skip)]
    seconds: Option<(i64, i64)>,
}

impl Exposed {
    /// Adds a finding's place in history.
    pub fn history(&mut self, exposure: &Exposure) {
        let until = exposure.gone.as_ref().filter(|_| exposure.in_head != Some(true)).map(|(_, gone)| *gone);
        self.span(exposure.authored, until);
        if self.commits.len() < LISTED && !self.commits.contains(&exposure.commit) {
            self.commits.push(exposure.commit.clone());
        }
    }

    /// Adds a file or object that was last changed at this time and is still there.
    pub fn object(&mut self, changed: i64) {
        self.span(changed, None);
    }

    fn span(&mut self, from: i64, until: Option<i64>) {
        let (first, last) = self.seconds.unwrap_or((from, from));
        self.still_there |= until.is_none();
        let seconds = (first.min(from), last.max(until.unwrap_or(from)));
        self.seconds = Some(seconds);
        self.first = Some(written(seconds.0.div_euclid(86_400)));
        self.last = (!self.still_there).then(|| written(seconds.1.div_euclid(86_400)));
    }
}

/// What is known beside the counts.
pub struct Facts {
    /// Documents with findings, and how many there are in each.
    pub documents: BTreeMap<String, u64>,
    /// Since when and until when.
    pub exposed: Exposed,
    /// Documents that were read.
    pub read: u64,
    /// Documents that were not read, with the reason.
    pub skipped: Vec<String>,
    /// Findings that an allow comment covers: they are not counted.
    pub allowed: u64,
    /// Where the data lie: git history, buckets, or files.
    pub source: &'static str,
}

/// A breach assessment.
#[derive(Clone, Debug, Serialize)]
pub struct Assessment {
    /// The program and its version.
    pub tool: String,
    /// What was exposed.
    pub kinds: Vec<Kinds>,
    /// Records (rows, messages, lines, letters) with an identifier.
    pub records: u64,
    /// Distinct people.
    pub people: u64,
    /// How people were told apart.
    pub counted_by: String,
    /// Relative standard error, where `people` is an estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// Distinct people by state, where a ZIP code or an address tells.
    pub states: BTreeMap<String, u64>,
    /// How many of them have records in several states, and count in each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_several_states: Option<u64>,
    /// What does not fit together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Since when and until when.
    pub exposed: Exposed,
    /// Where.
    pub documents: Vec<Where>,
    /// Documents with findings that are not listed.
    pub more_documents: u64,
    /// Documents that were read.
    pub read: u64,
    /// What was not read, and so not counted.
    pub skipped: Vec<String>,
    /// Findings that an allow comment covers.
    pub allowed: u64,
    /// The factors of 45 CFR 164.402(2): what was measured, what a person must fill in.
    pub factors: Vec<Factor>,
    /// What is due until when.
    pub deadlines: Deadlines,
    /// What to do now.
    pub steps: Vec<String>,
}

impl Assessment {
    /// The assessment of what was counted; `None` where the day of discovery is none.
    #[must_use]
    pub fn of(counted: Counted, facts: Facts, discovered: &str) -> Option<Self> {
        let deadlines = Deadlines::of(discovered, counted.people, counted.states.values().copied().max().unwrap_or(0))?;
        let mut documents: Vec<Where> =
            facts.documents.iter().map(|(path, findings)| Where { path: path.clone(), findings: *findings }).collect();
        documents.sort_by(|a, b| b.findings.cmp(&a.findings).then_with(|| a.path.cmp(&b.path)));
        let more_documents = documents.len().saturating_sub(LISTED) as u64;
        let steps = steps(&facts, &documents);
        documents.truncate(LISTED);
        let kinds: Vec<Kinds> =
            counted.kinds.into_iter().map(|(kind, (findings, distinct))| Kinds { kind, findings, distinct }).collect();
        Some(Self {
            tool: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            factors: factors(&kinds, &facts, counted.people),
            kinds,
            records: counted.records,
            people: counted.people,
            counted_by: COUNTED_BY.to_owned(),
            error: counted.error,
            states: counted.states,
            in_several_states: counted.in_several,
            notices: notices(&facts.exposed, discovered),
            exposed: facts.exposed,
            documents,
            more_documents,
            read: facts.read,
            skipped: facts.skipped,
            allowed: facts.allowed,
            deadlines,
            steps,
        })
    }

    /// As JSON.
    ///
    /// # Errors
    /// None but those of the serializer.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// As a page of HTML that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(&self.markdown())
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::from("# Breach assessment\n\n");
        let about = self
            .error
            .map_or_else(String::new, |error| format!(" (an estimate, standard error {:.1} %)", error * 100.0));
        let _ = writeln!(
            out,
            "**{}{about}** in {}; discovered on {}.\n",
            count(self.people, "person", "people"),
            count(self.records, "record", "records"),
            self.deadlines.discovered
        );
        let read = count(self.read, "document", "documents");
        let _ = writeln!(out, "Measured by {} over {read}. {}\n", self.tool, self.counted_by);
        self.notices.iter().for_each(|notice| {
            let _ = writeln!(out, "**Note:** {notice}\n");
        });
        out.push_str("## What was exposed\n\n| identifier | findings | distinct |\n|---|--:|--:|\n");
        for kind in &self.kinds {
            let _ = writeln!(out, "| {} | {} | {} |", kind.kind, kind.findings, kind.distinct);
        }
        out.push_str("\n## People by state\n\n");
        self.by_state(&mut out);
        let known = |day: &Option<String>| day.clone().unwrap_or_else(|| "not known".to_owned());
        let last = if self.exposed.still_there { "still there".to_owned() } else { known(&self.exposed.last) };
        let _ = writeln!(out, "\n## When and where\n\nFirst exposed: {}. Last: {last}.\n", known(&self.exposed.first));
        out.push_str("| document | findings |\n|---|--:|\n");
        self.documents.iter().for_each(|at| {
            let _ = writeln!(out, "| {} | {} |", plain(&at.path), at.findings);
        });
        if self.more_documents > 0 {
            let _ =
                writeln!(out, "\n{} not listed.", count(self.more_documents, "more document is", "more documents are"));
        }
        self.rest(&mut out);
        out
    }

    fn by_state(&self, out: &mut String) {
        if self.states.is_empty() {
            out.push_str("No ZIP code and no address tells a state: find the residences out before deciding on the media notice.\n");
            return;
        }
        out.push_str("| state | people |\n|---|--:|\n");
        self.states.iter().for_each(|(state, people)| {
            let _ = writeln!(out, "| {state} | {people} |");
        });
        match self.in_several_states {
            Some(0) => {}
            Some(several) => {
                let who = count(several, "person has", "people have");
                let _ = writeln!(
                    out,
                    "\n{who} records in several states. Whoever has counts in each: these may add up to more than there are people."
                );
            }
            None => out.push_str("\nWhoever has records in several states counts in each.\n"),
        }
    }

    fn rest(&self, out: &mut String) {
        let _ = writeln!(out, "\n## The four factors, 45 CFR 164.402(2)\n");
        for factor in &self.factors {
            let _ = writeln!(
                out,
                "### ({}) {}\n\nMeasured: {}\n\nTo fill in: {}\n",
                factor.factor, factor.asks, factor.measured, factor.to_fill_in
            );
        }
        let due = &self.deadlines;
        out.push_str("## Deadlines\n\n| notice | by |\n|---|---|\n");
        let _ = writeln!(
            out,
            "| individuals, 164.404 (a business associate to its covered entity: 164.410) | {} |",
            due.individuals
        );
        let _ = writeln!(
            out,
            "| the Secretary (HHS), 164.408: {} | {} |",
            if self.people >= MANY { "500 people or more" } else { "fewer than 500 people" },
            due.secretary
        );
        let media = due.media.as_deref().unwrap_or("not due: no state with more than 500 residents was found");
        let _ = writeln!(out, "| media, 164.406 | {media} |");
        out.push_str("\nThese are the latest days: notice is due without unreasonable delay. State laws may ask for more.\n\n## What to do now\n\n");
        self.steps.iter().enumerate().for_each(|(at, step)| {
            let _ = writeln!(out, "{}. {step}", at + 1);
        });
        if !self.skipped.is_empty() || self.allowed > 0 {
            out.push_str("\n## Not counted\n\n");
            self.skipped.iter().for_each(|skipped| {
                let _ = writeln!(out, "- not read: {}", plain(skipped));
            });
            if self.allowed > 0 {
                let allowed = count(self.allowed, "finding", "findings");
                let _ = writeln!(out, "- {allowed} that an allow comment calls made up");
            }
        }
    }
}

const COUNTED_BY: &str = "People are told apart by Social Security and record numbers: records that share one are one \
person's. Plan numbers and names with birth dates join records, too, but none whose Social Security or record numbers \
differ. A record with none of them counts by its best other identifier, so that the number is an upper bound where people \
appear under different ones.";

/// What does not fit together: nothing is discovered before it was there.
fn notices(exposed: &Exposed, discovered: &str) -> Vec<String> {
    let first = exposed.first.as_ref().filter(|first| is_after(first, discovered, 0));
    let notice = first.map(|first| {
        format!(
            "The day of discovery, {discovered}, lies before the first exposure that was measured, {first}: see whether \
             --discovered is right, and whether what is there now was there then."
        )
    });
    notice.into_iter().collect()
}

/// `1 person`, `2 people`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Text that Markdown takes for nothing but text.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, '|' | '`' | '<' | '>' | '[' | ']' | '*' | '\n' | '&') {
                format!("&#{};", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect()
}
