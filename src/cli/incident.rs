//! `phivet incident`: a breach assessment of what a scan finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::args::ScanArgs;
use super::{CLEAN, NOTHING, WRONG, known, outputs, scan, setup, trail};
use crate::audit::Record;
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::incident::{Assessment, Deadlines, Exposed, Facts, Scope, is_after};
use crate::scan::Event;

/// What to assess.
#[derive(Args)]
#[command(after_help = super::help::INCIDENT)]
pub(super) struct IncidentArgs {
    /// What to scan, and how.
    #[command(flatten)]
    scan: ScanArgs,
    /// The day on which the breach became known, as 2026-11-22 [default: today].
    #[arg(long, value_name = "DATE", help_heading = "Assessment")]
    discovered: Option<String>,
    /// Write the assessment into FILE: Markdown, or JSON or HTML by its ending. May be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Assessment")]
    write: Vec<PathBuf>,
}

/// Scans, counts, and writes the assessment.
pub(super) fn run(args: &IncidentArgs) -> Result<u8> {
    let discovered = args.discovered.clone().unwrap_or_else(known::today);
    if Deadlines::of(&discovered, 0, 0).is_none() {
        return Err(Error::Usage {
            what: "the day of discovery is no day".to_owned(),
            help: "write it as YYYY-MM-DD, as in `--discovered 2026-11-22`".to_owned(),
        });
    }
    // Somewhere it is tomorrow already.
    if is_after(&discovered, &known::today(), 1) {
        return Err(Error::Usage {
            what: "the day of discovery lies in the future".to_owned(),
            help: "--discovered is the first day on which the breach was known: today at the latest".to_owned(),
        });
    }
    if !args.scan.output.is_empty() || args.scan.format != "full" {
        return Err(Error::Usage {
            what: "an assessment is no list of findings: --format and --output do not go with it".to_owned(),
            help: "name a file that ends in .md, .json or .html: `--write assessment.html`".to_owned(),
        });
    }
    let loaded = setup::configuration(&args.scan.config)?;
    trail::recorded((&args.scan.audit, &loaded), "incident", &mut |record| assessed(args, &loaded, &discovered, record))
}

fn assessed(args: &IncidentArgs, loaded: &Loaded, discovered: &str, record: &mut Record) -> Result<u8> {
    let scope = Arc::new(Scope::default());
    let seeing = Arc::clone(&scope);
    let scanner = scan::scanner(&args.scan, loaded)?.with_inspection(Arc::new(move |_, document, findings| {
        seeing.see(document, &findings);
        findings
    }));
    let mut facts = Facts {
        documents: BTreeMap::new(),
        exposed: Exposed::default(),
        read: 0,
        skipped: Vec::new(),
        allowed: 0,
        source: source(&args.scan),
    };
    // Whoever lists the versions of a history can tell when each went away.
    let git = std::cell::RefCell::new(None);
    let begin = &mut |wanted: &crate::source::Wanted| git.borrow_mut().clone_from(&wanted.git);
    scan::each(&args.scan, loaded, &scanner, begin, &mut |event| {
        match event {
            Event::Finding(finding) if finding.suppressed.is_some() => facts.allowed += 1,
            Event::Finding(mut finding) if !finding.kind.starts_with("flow.") => {
                super::git::trace(git.borrow().as_deref(), &mut finding);
                let seen = facts.documents.entry(finding.document.to_string()).or_default();
                *seen += 1;
                match &finding.exposure {
                    Some(exposure) => facts.exposed.history(exposure),
                    None if *seen == 1 => {
                        changed(finding.document.as_str())
                            .into_iter()
                            .for_each(|changed| facts.exposed.object(changed));
                    }
                    None => {}
                }
            }
            Event::Skipped(skipped) => facts.skipped.push(format!("{}: {}", skipped.document, skipped.reason)),
            Event::Done(read) => facts.read += read.documents,
            _ => {}
        }
        true
    })?;
    record.targets = trail::targets(&scanner, args.scan.paths.iter().map(String::as_str));
    record.rules = Some(scanner.rules().hash());
    write(args, &scope, (facts, discovered), record)
}

/// When the file that a document is, or stands in, was last changed; of what is no file nothing is known.
fn changed(name: &str) -> Option<i64> {
    let file = name.split('!').next().unwrap_or(name);
    let changed = std::fs::metadata(file).and_then(|meta| meta.modified()).ok()?;
    i64::try_from(changed.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok()
}

fn source(args: &ScanArgs) -> &'static str {
    let (addresses, _) = super::buckets::addresses(args.paths.clone());
    match args.history.is_some() || args.pre_push.is_some() {
        true => "git history",
        false if addresses.is_empty() => "files",
        false => "buckets",
    }
}

fn write(args: &IncidentArgs, scope: &Scope, (facts, discovered): (Facts, &str), record: &mut Record) -> Result<u8> {
    let counted = scope.counted();
    record.counts = counted.kinds.iter().map(|(kind, (findings, _))| (kind.clone(), *findings)).collect();
    let (read, unread) = (facts.read, !facts.skipped.is_empty());
    let Some(assessment) = Assessment::of(counted, facts, discovered) else { return Ok(WRONG) };
    record.details.insert("people".to_owned(), assessment.people.to_string());
    for file in &args.write {
        let text = written(&assessment, file);
        std::fs::write(file, text).map_err(|error| outputs::unwritten(&file.display().to_string(), &error))?;
    }
    if args.write.is_empty() {
        super::print(&assessment.markdown())?;
    }
    Ok(match read {
        0 => NOTHING,
        _ if unread && args.scan.strict => WRONG,
        _ => CLEAN,
    })
}

fn written(assessment: &Assessment, file: &Path) -> String {
    let ending = file.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("json") => assessment.json().unwrap_or_default(),
        Some("html" | "htm") => assessment.html(),
        _ => assessment.markdown(),
    }
}
