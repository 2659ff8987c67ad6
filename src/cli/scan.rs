//! `phivet scan PATH…`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::args::ScanArgs;
use super::checkpoint::Checkpoint;
use super::outputs::{self, Outputs};
use super::progress::Progress;
use super::{CLEAN, FOUND, NOTHING, WRONG, buckets, setup};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::finding::Skipped;
use crate::report::{Meta, Summary, words};
use crate::rule::Severity;
use crate::scan::{self, Event, Running, Scanner};
use crate::source::bucket::Traffic;
use crate::source::git::Asked;
use crate::source::{self, Choose, Exclude, Push, Wanted};

/// How many of the inputs that were not read are named on standard error.
const NAMED: usize = 10;

/// Scans, reports, and says with which code to exit.
pub(super) fn run(args: &ScanArgs) -> Result<u8> {
    let started = Instant::now();
    let loaded = setup::configuration(&args.config)?;
    let rules = setup::rules(&loaded)?;
    let policy = setup::policy(args, &loaded, &rules)?;
    let (profile, rules_hash) = (policy.profile.name().to_owned(), rules.hash());
    let policies = setup::policies(&loaded, &rules, &policy)?;
    let config_hash = config_hash(args, &loaded);
    let mut scanner = Scanner::new(rules, policy)?;
    if let Some(policies) = policies {
        scanner = scanner.with_policies(policies);
    }
    if args.verbose {
        scanner = scanner.with_remarks();
    }
    #[cfg(feature = "rust-flow")]
    {
        scanner = scanner.with_own(&super::flows::own(&loaded, args.include_tests));
        // A list on standard input can be read only once: its files are seen one by one.
        if args.files_from.as_deref() != Some("-") {
            let wanted = Wanted { stdin: None, artifacts: Vec::new(), ..wanted(args, &loaded)? };
            let flows = super::flows::of(&scanner, wanted, &loaded, threads(args));
            scanner = scanner.with_flows(flows);
        }
    }
    let scanner = Arc::new(scanner);
    let (addresses, _) = buckets::addresses(args.paths.clone());
    let about = [rules_hash.clone(), config_hash.clone(), chosen_hash(args)];
    let checkpoint = args.checkpoint.as_ref().map(|file| Checkpoint::open(file, &scanner, about, &addresses));
    let checkpoint = checkpoint.transpose()?;
    let plain =
        Meta { rules: scanner.rules(), rules_hash, config_hash, profile, root: root(&setup::here()?), color: false };
    let color = if args.tee { super::colors(&io::stderr()) } else { super::colors(&io::stdout()) };
    let shown = Meta { color, ..plain.clone() };
    say_what_is_used(args, &loaded, &plain);
    let outputs = Outputs::begin(args, &shown, &plain)?;
    let wanted = wanted(args, &loaded, checkpoint.as_ref())?;
    let mut run = Run::new(args, &loaded, outputs, &wanted);
    let handed = checkpoint.as_ref().map(Checkpoint::handed);
    run.resume(checkpoint);
    let missing = missing(&wanted);
    let running = Running { threads: threads(args), all: args.all, limits: args.unpack.limits() };
    let list = |push: Push<'_>| {
        source::inputs(&wanted, &mut |input| {
            handed.iter().for_each(|handed| handed());
            push(input)
        });
    };
    scan::run(&scanner, running, list, &mut |event| run.note(event));
    let (summary, skipped, failing) = run.end()?;
    if !args.quiet {
        finish(args, &summary, &skipped, started, failing || wanted.git.is_some());
    }
    for path in &missing {
        super::show(&not_there(scanner.name(path).as_str()));
    }
    let unread = !missing.is_empty() || (args.strict && summary.skipped > 0);
    // A change without a file to scan (an empty commit, a deletion) is clean.
    let all_excluded = (args.force_exclude || wanted.git.is_some()) && summary.skipped == 0;
    Ok(match summary.files {
        _ if failing && !args.exit_zero => FOUND,
        _ if unread => WRONG,
        0 if !all_excluded => NOTHING,
        _ => CLEAN,
    })
}

/// A scan that is under way.
struct Run<'a> {
    outputs: Outputs<'a>,
    git: Option<Arc<Asked>>,
    checkpoint: Option<Checkpoint>,
    traffic: Option<Arc<Traffic>>,
    progress: Progress,
    summary: Summary,
    skipped: Vec<Skipped>,
    fail_on: Severity,
    failing: bool,
    failed: Result<()>,
    tee: bool,
}

impl<'a> Run<'a> {
    fn new(args: &ScanArgs, loaded: &Loaded, outputs: Outputs<'a>, wanted: &Wanted) -> Self {
        Self {
            outputs,
            git: wanted.git.clone(),
            checkpoint: None,
            traffic: wanted.buckets.as_ref().map(|buckets| Arc::clone(&buckets.traffic)),
            progress: Progress::new(!args.no_progress && !args.quiet),
            summary: Summary::default(),
            skipped: Vec::new(),
            fail_on: args.fail_on.or(loaded.config.fail_on).unwrap_or(Severity::Warning),
            failing: false,
            failed: Ok(()),
            tee: args.tee,
        }
    }

    /// Tells what earlier runs of the same scan have found.
    fn resume(&mut self, mut checkpoint: Option<Checkpoint>) {
        let earlier = checkpoint.as_mut().map(|checkpoint| std::mem::take(&mut checkpoint.earlier)).unwrap_or_default();
        for event in earlier {
            self.take(event);
        }
        self.checkpoint = checkpoint;
    }

    /// Notes in the journal, then takes, what happens.
    fn note(&mut self, event: Event) -> bool {
        let noted = self.checkpoint.as_mut().map_or(Ok(()), |checkpoint| checkpoint.note(&event));
        self.failed = std::mem::replace(&mut self.failed, Ok(())).and(noted);
        self.take(event)
    }

    /// Takes what happens; `false` when nobody is left to tell and the exit code is known.
    fn take(&mut self, event: Event) -> bool {
        let told = match event {
            Event::Finding(mut finding) => {
                super::git::trace(self.git.as_deref(), &mut finding);
                self.summary.count(&finding);
                self.failing |= finding.suppressed.is_none() && finding.severity >= self.fail_on;
                self.progress.aside(|| self.outputs.finding(&finding))
            }
            Event::Skipped(skipped) => {
                self.summary.skipped += 1;
                let told = self.progress.aside(|| self.outputs.skipped(&skipped));
                if self.skipped.len() < NAMED {
                    self.skipped.push(skipped);
                }
                told
            }
            Event::Remark(remark) => self.progress.aside(|| {
                let _ = writeln!(io::stderr(), "{}:{}: {}", remark.document, remark.line, remark.says);
                Ok(())
            }),
            Event::Pause => self.outputs.flush(),
            Event::Done(read) => {
                self.summary.files += read.documents;
                self.summary.bytes += read.bytes;
                self.progress.done(read.documents, read.bytes);
                Ok(())
            }
            Event::End => Ok(()),
        };
        self.failed = std::mem::replace(&mut self.failed, Ok(())).and(told);
        // What is passed on to others is passed on to its end.
        self.tee || (self.failed.is_ok() && !(self.failing && self.outputs.is_empty()))
    }

    fn end(mut self) -> Result<(Summary, Vec<Skipped>, bool)> {
        self.progress.end();
        self.failed?;
        self.summary.fetched = self.traffic.map(|traffic| (traffic.requests(), traffic.bytes()));
        self.outputs.end(&self.summary)?;
        self.checkpoint.map_or(Ok(()), Checkpoint::complete)?;
        Ok((self.summary, self.skipped, self.failing))
    }
}

fn wanted(args: &ScanArgs, loaded: &Loaded, checkpoint: Option<&Checkpoint>) -> Result<Wanted> {
    let (stdin, mut paths): (Vec<String>, Vec<String>) = args.paths.iter().cloned().partition(|path| path == "-");
    let (urls, mut paths) = buckets::addresses(std::mem::take(&mut paths));
    let named = !urls.is_empty() || !paths.is_empty() || !args.artifacts.is_empty() || args.files_from.is_some();
    let stdin = !stdin.is_empty() || (!named && args.stdin_filename.is_some());
    if stdin && args.files_from.as_deref() == Some("-") {
        return Err(Error::Usage {
            what: "standard input cannot be both a document and a list of files".to_owned(),
            help: "give the list in a file".to_owned(),
        });
    }
    if args.tee && !stdin {
        return Err(Error::Usage {
            what: "--tee passes standard input on, which is not scanned here".to_owned(),
            help: "name it as `-`, as in `app 2>&1 | phivet - --tee | gzip > app.log.gz`".to_owned(),
        });
    }
    let git = super::git::asked(args, &paths, threads(args))?.map(Arc::new);
    if !named && !stdin && git.is_none() {
        paths.push(".".to_owned());
    }
    Ok(Wanted {
        paths: if git.is_some() { Vec::new() } else { paths },
        git,
        buckets: buckets::asked(args, urls, checkpoint)?.map(Arc::new),
        choose: buckets::chosen(args)?.map(|chosen| Arc::new(chosen) as Choose),
        artifacts: args.artifacts.clone(),
        files_from: args.files_from.clone(),
        stdin: stdin.then(|| args.stdin_filename.clone().unwrap_or_else(|| "<stdin>".to_owned())),
        tee: args.tee,
        exclude: Some(exclude(args, loaded)?),
        exclude_named: args.force_exclude,
        max_bytes: args.max_file_size,
    })
}

/// What the configuration leaves out, and the reports that are being written.
fn exclude(args: &ScanArgs, loaded: &Loaded) -> Result<Exclude> {
    let globs = setup::excluded(loaded)?;
    let own: Vec<PathBuf> = outputs::files(args);
    let is_own = move |path: &Path| {
        let same_name = own.iter().any(|own| own.file_name() == path.file_name());
        same_name && path.canonicalize().is_ok_and(|path| own.contains(&path))
    };
    let chosen = buckets::chosen(args)?;
    let is_chosen = move |path: &Path| chosen.as_ref().is_none_or(|chosen| chosen(&path.to_string_lossy()));
    Ok(Arc::new(move |path, is_dir| globs.matches(path, is_dir) || (!is_dir && (is_own(path) || !is_chosen(path)))))
}

/// Paths that somebody named and that are not there.
fn missing(wanted: &Wanted) -> Vec<String> {
    let named =
        wanted.paths.iter().chain(&wanted.artifacts).chain(wanted.files_from.iter().filter(|list| *list != "-"));
    named.filter(|path| is_missing(Path::new(path))).cloned().collect()
}

fn is_missing(path: &Path) -> bool {
    matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

fn not_there(path: &str) -> Error {
    Error::Read {
        path: path.to_owned(),
        reason: "no such file or folder".to_owned(),
        help: "check the path; the rest has been scanned".to_owned(),
    }
}

fn threads(args: &ScanArgs) -> usize {
    let cores = std::thread::available_parallelism();
    args.threads.or(cores.ok()).map_or(1, std::num::NonZeroUsize::get)
}

/// The working directory as report names see it.
fn root(here: &Path) -> Option<String> {
    here.to_str().map(|here| here.replace(std::path::MAIN_SEPARATOR, "/").trim_end_matches('/').to_owned())
}

/// SHA-256 of the flags that choose objects.
fn chosen_hash(args: &ScanArgs) -> String {
    let flags = (&args.include, &args.exclude, args.sample, args.max_file_size, args.since, args.until, &args.endpoint);
    scan::digest(&serde_json::to_vec(&flags).unwrap_or_default())
}

/// SHA-256 of everything that decides what is reported, beside the rules.
fn config_hash(args: &ScanArgs, loaded: &Loaded) -> String {
    let flags = (args.profile, args.all, args.min_confidence, &args.select, &args.ignore, args.fail_on);
    scan::digest(&serde_json::to_vec(&(&loaded.config, flags)).unwrap_or_default())
}

fn say_what_is_used(args: &ScanArgs, loaded: &Loaded, meta: &Meta<'_>) {
    if args.verbose {
        let file = loaded.file.as_ref().map_or_else(|| "none".to_owned(), |file| file.display().to_string());
        let mut err = io::stderr();
        let _ = writeln!(err, "configuration: {file} ({})", meta.config_hash);
        let _ = writeln!(err, "rules: {} ({}), profile {}", meta.rules.len(), meta.rules_hash, meta.profile);
    }
}

/// The run in a line, on standard error; where the report on standard output has said all but the time, only that.
fn finish(args: &ScanArgs, summary: &Summary, skipped: &[Skipped], started: Instant, failing: bool) {
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
        let _ = writeln!(err, "{}", words::summary(summary));
    }
    // A reader that has gone (`| head`) ends a scan within its first file: something was scanned then.
    if summary.files == 0 && !failing {
        let _ = writeln!(err, "nothing was scanned; --artifacts DIR also reads what .gitignore hides");
    } else if args.verbose || io::stderr().is_terminal() || !outputs::is_human(&args.format) {
        let _ = writeln!(err, "finished in {seconds:.2} s");
    }
}
