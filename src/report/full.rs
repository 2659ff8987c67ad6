//! For people: each finding drawn at its masked line, with the evidence and the fix.

use std::fmt::Display;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity as Level, SourceCode, SourceSpan, SpanContents,
};

use super::{Entry, Meta, Seen, words};
use crate::judge::finding::{Finding, Pos, Step};
use crate::mask::Masked;
use crate::rule::{Rule, Severity};

/// How many of the documents that were not read are named.
const NAMED: usize = 10;

/// Most steps of a value's way that are drawn.
const STEPS: usize = 6;

/// Columns at which help texts wrap.
const WIDTH: usize = 100;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            let drawn = Drawn { finding, rule: meta.rules.get(finding.rule), way: way(finding) };
            out.write_all(draw(&drawn, meta.color)?.as_bytes())?;
            out.write_all(b"\n")
        }
        Entry::End(summary) => {
            for skipped in seen.skipped.iter().take(NAMED) {
                writeln!(out, "not read: {}: {}", skipped.document, skipped.reason)?;
            }
            let more = summary.skipped.saturating_sub(NAMED as u64);
            if more > 0 {
                writeln!(out, "not read: {} more", more)?;
            }
            summary.notices.iter().try_for_each(|notice| writeln!(out, "note: {notice}"))?;
            writeln!(out, "{}", words::summary(summary))
        }
    }
}

/// Draws a diagnostic, in colours or without.
///
/// # Errors
/// The diagnostic's own, if it cannot say where it points.
pub fn draw(diagnostic: &dyn Diagnostic, color: bool) -> io::Result<String> {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, diagnostic).map_err(io::Error::other)?;
    Ok(text)
}

/// A finding as miette wants to see it.
struct Drawn<'a> {
    finding: &'a Finding,
    rule: &'a Rule,
    /// The places that a value came by before, its source first.
    way: Vec<Passed<'a>>,
}

/// The steps of a flow before its end, without those that stand on the line of another.
fn way(finding: &Finding) -> Vec<Passed<'_>> {
    let place = |step: &Step| (step.document.as_str().to_owned(), step.start.line);
    let mut seen = vec![(finding.document.as_str().to_owned(), finding.start.line)];
    let mut way = Vec::new();
    for step in finding.trail.iter().filter(|step| !step.excerpt.as_str().is_empty()) {
        if !seen.contains(&place(step)) && way.len() < STEPS {
            seen.push(place(step));
            way.push(Passed(step));
        }
    }
    way
}

/// A step as miette wants to see it.
#[derive(Clone, Copy)]
struct Passed<'a>(&'a Step);

impl std::fmt::Debug for Passed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.says)
    }
}

impl Display for Passed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.says)
    }
}

impl std::error::Error for Passed<'_> {}

impl Diagnostic for Passed<'_> {
    fn severity(&self) -> Option<Level> {
        Some(Level::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marked = &self.0.marked;
        Some(Box::new(std::iter::once(LabeledSpan::new(None, marked.start, marked.len()))))
    }
}

impl SourceCode for Passed<'_> {
    fn read_span<'b>(
        &'b self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        Ok(Box::new(one_line(&self.0.document, &self.0.excerpt, self.0.start)))
    }
}

/// The excerpt is all there is of a document: one line, at its place.
fn one_line<'b>(document: &Masked, excerpt: &'b Masked, start: Pos) -> MietteSpanContents<'b> {
    let text = excerpt.as_str().as_bytes();
    let at = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let (line, column) = (at(start.line), at(start.column));
    MietteSpanContents::new_named(document.as_str().to_owned(), text, (0, text.len()).into(), line, column, 1)
}

impl std::fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rule.id)
    }
}

impl Display for Drawn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rule.title)?;
        if self.finding.phi {
            f.write_str(" (PHI)")?;
        }
        if self.finding.more > 0 {
            write!(f, ", and {} more", self.finding.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        Some(Box::new(&self.rule.id))
    }

    fn severity(&self) -> Option<Level> {
        Some(match self.finding.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Note => Level::Advice,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        let note = self.finding.note.as_ref().map_or_else(String::new, |note| format!("\n{note}"));
        let exposure = self.finding.exposure.as_ref();
        let exposure =
            exposure.map_or_else(String::new, |exposure| format!("\nIn history: {}.", words::exposure(exposure)));
        let edit = self.finding.edit.as_ref();
        let edit = edit.map_or_else(String::new, |edit| format!("\n{}", words::edit(edit)));
        Some(Box::new(format!("{}\n{}{edit}{note}{exposure}", self.rule.why.trim(), self.rule.fix.trim())))
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn Diagnostic> + 'b>> {
        let way = self.way.iter().map(|step| step as &dyn Diagnostic);
        (!self.way.is_empty()).then(|| Box::new(way) as Box<_>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marked = &self.finding.marked;
        let evidence = self.finding.evidence.join(", ");
        let label = format!("{:.2}: {evidence}", self.finding.confidence);
        Some(Box::new(std::iter::once(LabeledSpan::new(Some(label), marked.start, marked.len()))))
    }
}

impl SourceCode for Drawn<'_> {
    fn read_span<'b>(
        &'b self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        Ok(Box::new(one_line(&self.finding.document, &self.finding.excerpt, self.finding.start)))
    }
}
