//! One self-contained page: where the PHI is, by letter, rule and document; each finding with its masked line.
//!
//! It opens from disk, asks nothing of any network, and reads without its script too (which filters and searches).

use std::io::{self, Write};

use super::junit::escaped;
use super::tally::{Count, most};
use super::{Entry, Meta, Seen, Summary, words};
use crate::judge::finding::{Finding, Step};
use crate::mask::Masked;
use crate::rule::Rule;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Findings of each severity that are listed: more, and no browser searches them at ease.
const LISTED: usize = 5_000;

/// Documents that get a bar of their own.
const BARS: usize = 40;

/// Documents that were not read and are named.
const NAMED: usize = 1_000;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => begin(out),
        Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            seen.tally.add(finding, words::path(meta, &finding.document));
            seen.held.keep(finding, LISTED);
            Ok(())
        }
        Entry::End(summary) => {
            head(meta, summary, out)?;
            overview(meta, seen, out)?;
            findings(meta, seen, out)?;
            not_read(meta, seen, summary, out)?;
            writeln!(out, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>")
        }
    }
}

/// Nothing of the page may be fetched from anywhere, and no script of anybody else runs in it.
fn begin(out: &mut dyn Write) -> io::Result<()> {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    write!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(
        out,
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">"
    )?;
    writeln!(out, "<title>phivet report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>")?;
    writeln!(out, "<a class=\"skip\" href=\"#findings\">To the findings</a>\n<main>")
}

fn head(meta: &Meta<'_>, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<header>\n<h1>phivet report</h1>\n<p class=\"sum\">{}.</p>", escaped(&words::summary(summary)))?;
    writeln!(out, "<ul class=\"tiles\">")?;
    for (number, name, class) in [
        (summary.errors, "errors", "error"),
        (summary.warnings, "warnings", "warning"),
        (summary.notes, "notes", "note"),
        (summary.known, "known", "quiet"),
        (summary.suppressed, "allowed in place", "quiet"),
        (summary.skipped, "not read", "quiet"),
    ] {
        writeln!(out, "<li class=\"{class}\"><b>{}</b> {name}</li>", words::thousands(number))?;
    }
    writeln!(out, "</ul>")?;
    for notice in &summary.notices {
        writeln!(out, "<p class=\"notice\">{}</p>", escaped(notice))?;
    }
    let (version, profile) = (env!("CARGO_PKG_VERSION"), escaped(&meta.profile));
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    write!(out, "<p class=\"fine\">phivet {version}, profile {profile}, rules {}, ", short(&meta.rules_hash))?;
    write!(out, "configuration {}. Values are masked: letters are x, digits 0. ", short(&meta.config_hash))?;
    writeln!(out, "A clean report does not make a data set de-identified.</p>\n</header>")
}

/// The numbers of one section, each a button that filters.
struct Bars<'a> {
    title: &'a str,
    /// Which data attribute of a finding a bar's key is compared with.
    by: &'a str,
    rows: Vec<(String, String, Count)>,
}

fn overview(meta: &Meta<'_>, seen: &Seen, out: &mut dyn Write) -> io::Result<()> {
    if seen.tally.rules.is_empty() {
        return Ok(());
    }
    let mut letters = std::collections::BTreeMap::<Option<char>, Count>::new();
    for (id, count) in &seen.tally.rules {
        *letters.entry(meta.rules.get(*id).safe_harbor).or_default() += *count;
    }
    let letters = letters.into_iter().map(|(letter, count)| match letter {
        Some(letter) => (letter.to_string(), format!("{letter} · {}", identifier(letter)), count),
        None => ("-".to_owned(), "health information and others".to_owned(), count),
    });
    let rules = most(seen.tally.rules.iter().map(|(id, count)| (*id, *count))).into_iter().map(|(id, count)| {
        let rule = meta.rules.get(id);
        (rule.id.clone(), rule.title.clone(), count)
    });
    let documents = most(seen.tally.documents.iter().map(|(name, count)| (name.as_str(), *count)));
    let others = documents.len().saturating_sub(BARS);
    let documents = documents.into_iter().take(BARS).map(|(name, count)| (name.to_owned(), name.to_owned(), count));
    writeln!(out, "<div class=\"overview\">")?;
    bars(&Bars { title: "By identifier of 45 CFR 164.514(b)(2)(i)", by: "letter", rows: letters.collect() }, out)?;
    bars(&Bars { title: "By rule", by: "rule", rows: rules.collect() }, out)?;
    bars(&Bars { title: "By document", by: "doc", rows: documents.collect() }, out)?;
    let elsewhere = seen.tally.elsewhere.total();
    if others > 0 || elsewhere > 0 {
        let others = words::thousands(others as u64);
        writeln!(out, "<p class=\"fine\">{others} documents with fewer findings have no bar")?;
        if elsewhere > 0 {
            writeln!(out, "; {} findings stand in further documents", words::thousands(elsewhere))?;
        }
        writeln!(out, ".</p>")?;
    }
    writeln!(out, "</div>")
}

fn bars(bars: &Bars<'_>, out: &mut dyn Write) -> io::Result<()> {
    let widest = bars.rows.iter().map(|(_, _, count)| count.total()).max().unwrap_or(1).max(1);
    writeln!(out, "<section>\n<h2>{}</h2>\n<ul class=\"bars\">", bars.title)?;
    for (key, name, count) in &bars.rows {
        let (key, name) = (escaped(key), escaped(name));
        let share = |part: u64| part as f64 / widest as f64 * 100.0;
        write!(out, "<li><button type=\"button\" aria-pressed=\"false\" data-by=\"{}\" data-key=\"{key}\">", bars.by)?;
        write!(out, "<span class=\"name\">{name}</span><span class=\"bar\" aria-hidden=\"true\">")?;
        for (part, class) in [(count.errors, "error"), (count.warnings, "warning"), (count.notes, "note")] {
            if part > 0 {
                write!(out, "<i class=\"{class}\" style=\"width:{:.1}%\"></i>", share(part).max(0.6))?;
            }
        }
        writeln!(out, "</span><span class=\"n\">{}</span></button></li>", words::thousands(count.total()))?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn findings(meta: &Meta<'_>, seen: &Seen, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section id=\"findings\">\n<h2>Findings</h2>")?;
    if seen.tally.rules.is_empty() {
        return writeln!(out, "<p>Nothing was found in what was read.</p>\n</section>");
    }
    writeln!(out, "<form class=\"filter\" role=\"search\" hidden>")?;
    writeln!(
        out,
        "<label>Search <input type=\"search\" id=\"q\" autocomplete=\"off\" placeholder=\"rule, path, word\"></label>"
    )?;
    writeln!(out, "<fieldset><legend>Severity</legend>")?;
    for name in ["error", "warning", "note"] {
        writeln!(out, "<label><input type=\"checkbox\" name=\"sev\" value=\"{name}\" checked> {name}</label>")?;
    }
    writeln!(out, "<label><input type=\"checkbox\" id=\"phi\"> only PHI</label></fieldset>")?;
    writeln!(
        out,
        "<button type=\"reset\">Show all</button>\n<p id=\"shown\" role=\"status\" aria-live=\"polite\"></p>\n</form>"
    )?;
    writeln!(out, "<div id=\"list\">")?;
    seen.held.worst_first().try_for_each(|finding| article(meta, finding, out))?;
    writeln!(out, "</div>")?;
    if seen.held.left_out() > 0 {
        let left_out = words::thousands(seen.held.left_out());
        writeln!(
            out,
            "<p class=\"notice\">{left_out} more findings are counted above and not listed; `--format jsonl` lists all.</p>"
        )?;
    }
    writeln!(out, "</section>")
}

fn article(meta: &Meta<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = meta.rules.get(finding.rule);
    let (severity, document) = (words::severity(finding.severity), escaped(words::path(meta, &finding.document)));
    let letter = rule.safe_harbor.unwrap_or('-');
    write!(
        out,
        "<article class=\"{severity}\" data-sev=\"{severity}\" data-rule=\"{}\" data-letter=\"{letter}\"",
        rule.id
    )?;
    writeln!(out, " data-doc=\"{document}\" data-phi=\"{}\">", finding.phi)?;
    let phi = if finding.phi { " <span class=\"phi\">PHI</span>" } else { "" };
    writeln!(
        out,
        "<h3><span class=\"sev\">{severity}</span> {} <code>{}</code>{phi}</h3>",
        escaped(&rule.title),
        rule.id
    )?;
    let start = finding.start;
    writeln!(out, "<p class=\"at\">{document}:{}:{}</p>", start.line, start.column)?;
    writeln!(out, "<pre><b>{}</b> {}</pre>", start.line, excerpt(finding))?;
    says(finding, rule, out)?;
    if !finding.trail.is_empty() {
        writeln!(out, "<ol class=\"trail\">")?;
        finding.trail.iter().try_for_each(|step| hop(meta, step, out))?;
        writeln!(out, "</ol>")?;
    }
    writeln!(out, "</article>")
}

fn says(finding: &Finding, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl>")?;
    let evidence = escaped(&finding.evidence.join(", "));
    writeln!(out, "<dt>Why it is one</dt><dd>{evidence} (confidence {:.2})</dd>", finding.confidence)?;
    writeln!(out, "<dt>Why it matters</dt><dd>{}</dd>", escaped(rule.why.trim()))?;
    writeln!(out, "<dt>Instead</dt><dd>{}</dd>", escaped(rule.fix.trim()))?;
    if let Some(note) = &finding.note {
        writeln!(out, "<dt>Note</dt><dd>{}</dd>", escaped(note))?;
    }
    if finding.more > 0 {
        writeln!(out, "<dt>And</dt><dd>{} more like it in this document</dd>", words::thousands(finding.more))?;
    }
    writeln!(out, "</dl>")
}

fn hop(meta: &Meta<'_>, step: &Step, out: &mut dyn Write) -> io::Result<()> {
    let (path, says) = (escaped(words::path(meta, &step.document)), escaped(&step.says));
    writeln!(out, "<li>{says} <span class=\"at\">{path}:{}:{}</span></li>", step.start.line, step.start.column)
}

/// The masked line, the value marked in it.
fn excerpt(finding: &Finding) -> String {
    let text = finding.excerpt.as_str();
    let piece = |from: usize, to: usize| escaped(text.get(from..to).unwrap_or_default());
    let (from, to) = (finding.marked.start, finding.marked.end);
    if text.get(from..to).is_none() {
        return escaped(text);
    }
    format!("{}<mark>{}</mark>{}", piece(0, from).trim_start(), piece(from, to), piece(to, text.len()).trim_end())
}

fn not_read(meta: &Meta<'_>, seen: &Seen, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    if summary.skipped == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<section>\n<h2>Not read</h2>\n<p>What was not read never counts as clean.</p>\n<ul class=\"skipped\">"
    )?;
    let shown = |name: &Masked| escaped(words::path(meta, name));
    for skipped in seen.skipped.iter().take(NAMED) {
        let (name, reason) = (shown(&skipped.document), escaped(&skipped.reason));
        writeln!(out, "<li><span class=\"at\">{name}</span>: {reason}</li>")?;
    }
    let more = summary.skipped.saturating_sub(NAMED as u64);
    if more > 0 {
        writeln!(out, "<li>{} more</li>", words::thousands(more))?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// What stands under a letter of 45 CFR 164.514(b)(2)(i).
fn identifier(letter: char) -> &'static str {
    const NAMES: [&str; 18] = [
        "names",
        "places smaller than a state",
        "dates but the year, ages over 89",
        "telephone numbers",
        "fax numbers",
        "e-mail addresses",
        "Social Security numbers",
        "medical record numbers",
        "health plan numbers",
        "account numbers",
        "certificate and license numbers",
        "vehicles",
        "devices",
        "web addresses",
        "IP addresses",
        "biometric identifiers",
        "photographs",
        "any other unique number",
    ];
    u32::from(letter).checked_sub(u32::from('A')).and_then(|at| NAMES.get(at as usize)).copied().unwrap_or("others")
}
