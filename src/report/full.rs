//! For people: each finding drawn at its masked line, with the evidence and the fix.

use std::fmt::Display;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity as Level, SourceCode, SourceSpan, SpanContents,
};

use super::{Entry, Meta, Seen, words};
use crate::judge::finding::Finding;
use crate::rule::{Rule, Severity};

/// How many of the documents that were not read are named.
const NAMED: usize = 10;

/// Columns at which help texts wrap.
const WIDTH: usize = 100;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            let drawn = Drawn { finding, rule: meta.rules.get(finding.rule) };
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
        Some(Box::new(format!("{}\n{}{note}{exposure}", self.rule.why.trim(), self.rule.fix.trim())))
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

/// The excerpt is all there is of the document: one line, at its place.
impl SourceCode for Drawn<'_> {
    fn read_span<'b>(
        &'b self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = self.finding.excerpt.as_str().as_bytes();
        let at = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = self.finding.start;
        Ok(Box::new(MietteSpanContents::new_named(
            self.finding.document.as_str().to_owned(),
            text,
            (0, text.len()).into(),
            at(start.line),
            at(start.column),
            1,
        )))
    }
}
