//! What a scan says of itself on standard error.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use super::NAMED;
use crate::cli::args::ScanArgs;
use crate::cli::outputs;
use crate::config::Loaded;
use crate::judge::finding::Skipped;
use crate::report::{Meta, Summary, words};

/// Which configuration and rules are used.
pub(super) fn say_what_is_used(args: &ScanArgs, loaded: &Loaded, meta: &Meta<'_>) {
    if args.verbose {
        let file = loaded.file.as_ref().map_or_else(|| "none".to_owned(), |file| file.display().to_string());
        let mut err = io::stderr();
        let _ = writeln!(err, "configuration: {file} ({})", meta.config_hash);
        let _ = writeln!(err, "rules: {} ({}), profile {}", meta.rules.len(), meta.rules_hash, meta.profile);
    }
}

/// The run in a line, on standard error; where the report on standard output has said all but the time, only that.
pub(super) fn finish(args: &ScanArgs, summary: &Summary, skipped: &[Skipped], started: Instant, failing: bool) {
    let mut err = io::stderr();
    let seconds = started.elapsed().as_secs_f64();
    if !outputs::is_human(&args.format) {
        for skipped in skipped {
            let _ = writeln!(err, "not read: {}: {}", skipped.document, skipped.reason);
        }
        let more = summary.skipped.saturating_sub(NAMED as u64);
        if more > 0 {
            let _ = writeln!(err, "not read: {more} more");
        }
        for notice in &summary.notices {
            let _ = writeln!(err, "note: {notice}");
        }
        let _ = writeln!(err, "{}", words::summary(summary));
    }
    // A reader that has gone (`| head`) ends a scan within its first file: something was scanned then.
    if summary.files == 0 && !failing {
        let _ = writeln!(err, "nothing was scanned; --artifacts DIR also reads what .gitignore hides");
    } else if args.verbose || io::stderr().is_terminal() || !outputs::is_human(&args.format) {
        let _ = writeln!(err, "finished in {seconds:.2} s");
    }
}
