//! `phivet scan PATH…`

mod last;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::CommandFactory;

use super::args::{Engine, ScanArgs};
use super::checkpoint::Checkpoint;
use super::command::Cli;
use super::glass::{Glass, Places};
use super::known::{Known, Place};
use super::outputs::{self, Outputs};
use super::progress::Progress;
use super::running::running;
use super::sift::{Sift, Sifted};
use super::similar::similar;
use super::trail::{self, Trail};
use super::trust::{self, Trust};
use super::{CLEAN, FOUND, NOTHING, WRONG, buckets, repo, setup};
use crate::audit::{Outcome, Record};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::finding::Skipped;
use crate::mask::Key;
use crate::report::{Meta, Summary};
use crate::rule::Severity;
use crate::scan::{self, Event, Scanner};
use crate::source::bucket::Traffic;
use crate::source::git::Asked;
use crate::source::{self, Choose, Exclude, Input, Push, Wanted};

/// What is said where a commit is held up.
const BLOCKED: &str = "phivet holds this commit up. `phivet explain RULE` says why, and what to do instead; a value that is \
nobody's is allowed by a comment on its line, `phivet:allow RULE -- reason`.";

/// How many of the inputs that were not read are named on standard error.
const NAMED: usize = 10;

/// Scans, reports, records it, and says with which code to exit.
pub(super) fn run(args: &ScanArgs, glass: &Glass<'_>) -> Result<u8> {
    let (loaded, revision, notices) = trust::configuration(args)?;
    let trail = Trail::of(&args.audit, &loaded)?;
    let mut record = Record::of(glass.command());
    let allowed = glass.may_be_broken(args, trail.is_some());
    let failed = if allowed.is_err() { Outcome::Refused } else { Outcome::Failed };
    let done = allowed.and_then(|()| scanned(args, (&loaded, revision, notices), (glass, trail.as_ref()), &mut record));
    record.outcome = done.as_ref().map_or(failed, |code| trail::outcome(*code));
    // That something failed is recorded, too; if it cannot be, that is the error.
    trail::record(trail.as_ref(), &record)?;
    done
}

fn scanned(
    args: &ScanArgs,
    (loaded, revision, notices): (&Loaded, Option<String>, Vec<String>),
    (glass, trail): (&Glass<'_>, Option<&Trail>),
    record: &mut Record,
) -> Result<u8> {
    let started = Instant::now();
    let rules = setup::rules(loaded)?;
    let mut policy = setup::policy(args, loaded, &rules)?;
    let known = Known::load(&args.known, loaded, revision.as_deref(), policy.key.as_ref())?;
    // What the trusted revision allows is one value, not whatever stands there now.
    let passing = revision.is_some() && policy.key.is_none();
    policy.key = policy.key.or_else(|| Key::of_this_run().filter(|_| passing));
    let (profile, rules_hash) = (policy.profile.name().to_owned(), rules.hash());
    let config_hash = config_hash(args, loaded);
    let git = of_git(args)?;
    let made = made(args, loaded, rules, policy)?;
    let (scanner, listed) = with_flows(made, args, loaded, (git.clone(), revision.as_deref()))?;
    let scanner = setup::kept(scanner);
    if trail.is_some() {
        trail::about_scan(record, &scanner, args, (&rules_hash, &config_hash));
        glass.begin(trail, &scanner, record)?;
    }
    let (addresses, _) = buckets::addresses(args.paths.clone());
    let about = [rules_hash.clone(), config_hash.clone(), chosen_hash(args)];
    let checkpoint = args.checkpoint.as_ref().map(|file| Checkpoint::open(file, &scanner, about, &addresses));
    let checkpoint = checkpoint.transpose()?;
    let plain = Meta {
        rules: scanner.rules(),
        rules_hash,
        config_hash,
        profile,
        root: root(&setup::here()?),
        color: false,
        baseline: known.is_some(),
        provenance: if outputs::wants(args, "sarif") { repo::provenance() } else { None },
    };
    let color = if args.tee { super::colors(&io::stderr()) } else { super::colors(&io::stdout()) };
    let shown = Meta { color, ..plain.clone() };
    last::say_what_is_used(args, loaded, &plain);
    let outputs = Outputs::begin(args, &shown, &plain)?;
    let wanted = wanted(args, loaded, checkpoint.as_ref(), git)?;
    let known = known.map(|known| known.of(&wanted));
    let trust = revision.as_deref().map(|revision| Trust::new(&scanner, revision));
    let whole = wanted.git.as_deref().and_then(super::git::whole);
    let sift = Sift::new(&scanner, known, trust, args.all).of_change(whole).with_passing_key(passing);
    let mut run = Run::new(args, loaded, outputs, sift, &wanted);
    run.told.places = glass.places();
    run.told.summary.notices = notices;
    let handed = checkpoint.as_ref().map(Checkpoint::handed);
    run.resume(checkpoint);
    let missing = missing(&wanted);
    let running = running(args, &wanted, args.all || !run.sift.is_idle());
    scan::run(&scanner, running, |push| list(&wanted, listed, handed, push), &mut |event| run.note(event));
    let Ended { summary, skipped, failing, counts, places } = run.end()?;
    record.counts = counts;
    trail::about_run(record, &summary);
    if let Some(places) = places {
        let shown = glass.show(&scanner, &wanted, &args.unpack.limits(), places);
        record.details.insert("revealed".to_owned(), shown?.to_string());
    }
    if !args.quiet {
        last::finish(args, &summary, &skipped, started, failing || wanted.git.is_some());
    }
    if failing && !args.quiet && outputs::is_human(&args.format) && (args.staged || args.force_exclude) {
        let _ = writeln!(io::stderr(), "{BLOCKED}");
    }
    for path in &missing {
        super::show(&not_there(scanner.name(path).as_str()));
    }
    let unread = !missing.is_empty() || (args.strict && summary.skipped > 0);
    Ok(code(args, &summary, failing, unread, wanted.git.is_some()))
}

/// Lists the inputs, unless that was done before, and says when each is asked for.
fn list(wanted: &Wanted, listed: Option<Vec<Input>>, handed: Option<impl Fn()>, push: Push<'_>) {
    let mut push = |input| {
        handed.iter().for_each(|handed| handed());
        push(input)
    };
    match listed.filter(|_| wanted.stdin.is_none() && wanted.artifacts.is_empty()) {
        Some(listed) => _ = listed.into_iter().all(push),
        None => source::inputs(wanted, &mut push),
    }
}

/// The exit code of a scan.
fn code(args: &ScanArgs, summary: &Summary, failing: bool, unread: bool, of_git: bool) -> u8 {
    // A change without a file to scan (an empty commit, a deletion, a submodule that moved) is clean.
    let all_excluded = of_git || args.force_exclude && summary.skipped == 0;
    match summary.files {
        _ if failing && !args.exit_zero => FOUND,
        _ if unread => WRONG,
        0 if !all_excluded => NOTHING,
        _ => CLEAN,
    }
}

/// A scan that is under way.
struct Run<'a> {
    sift: Sift<'a>,
    told: Told<'a>,
}

/// What has been told of it.
struct Told<'a> {
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
    /// What was told, by kind.
    counts: BTreeMap<String, u64>,
    /// Where it stands, if its values are shown afterwards.
    places: Option<Places>,
}

/// What is known at the end of a scan.
struct Ended {
    summary: Summary,
    skipped: Vec<Skipped>,
    failing: bool,
    counts: BTreeMap<String, u64>,
    places: Option<Places>,
}

impl<'a> Run<'a> {
    fn new(args: &ScanArgs, loaded: &Loaded, outputs: Outputs<'a>, sift: Sift<'a>, wanted: &Wanted) -> Self {
        let told = Told {
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
            counts: BTreeMap::new(),
            places: None,
        };
        Self { sift, told }
    }

    /// Tells what earlier runs of the same scan have found.
    fn resume(&mut self, mut checkpoint: Option<Checkpoint>) {
        let earlier = checkpoint.as_mut().map(|checkpoint| std::mem::take(&mut checkpoint.earlier)).unwrap_or_default();
        for event in earlier {
            self.take(event);
        }
        self.told.checkpoint = checkpoint;
    }

    /// Notes in the journal, then takes, what happens.
    fn note(&mut self, event: Event) -> bool {
        let noted = self.told.checkpoint.as_mut().map_or(Ok(()), |checkpoint| checkpoint.note(&event));
        self.told.failed = std::mem::replace(&mut self.told.failed, Ok(())).and(noted);
        self.take(event)
    }

    /// Takes what happens; `false` when nobody is left to tell and the exit code is known.
    fn take(&mut self, event: Event) -> bool {
        let Self { sift, told } = self;
        match event {
            Event::Finding(finding) => sift.finding(*finding, &mut |sifted| told.sifted(sifted)),
            Event::Skipped(skipped) => {
                sift.skipped(skipped.document.as_str());
                told.skipped(skipped)
            }
            Event::Remark(remark) => {
                told.progress.aside(|| {
                    let _ = writeln!(io::stderr(), "{}:{}: {}", remark.document, remark.line, remark.says);
                });
                true
            }
            Event::Pause => {
                sift.flush(&mut |sifted| told.sifted(sifted));
                let flushed = told.outputs.flush();
                told.goes_on(flushed)
            }
            Event::Done(read) => {
                let go_on = sift.flush(&mut |sifted| told.sifted(sifted));
                told.summary.files += read.documents;
                told.summary.bytes += read.bytes;
                told.progress.done(read.documents, read.bytes);
                go_on
            }
            Event::End => true,
        }
    }

    fn end(mut self) -> Result<Ended> {
        let Self { sift, told } = &mut self;
        sift.flush(&mut |sifted| told.sifted(sifted));
        told.summary.notices.extend(sift.notices());
        let mut told = self.told;
        told.progress.end();
        std::mem::replace(&mut told.failed, Ok(()))?;
        told.summary.fetched = told.traffic.take().map(|traffic| (traffic.requests(), traffic.bytes()));
        told.outputs.end(&told.summary)?;
        told.checkpoint.take().map_or(Ok(()), Checkpoint::complete)?;
        let Told { summary, skipped, failing, counts, places, .. } = told;
        Ok(Ended { summary, skipped, failing, counts, places })
    }
}

impl Told<'_> {
    fn sifted(&mut self, sifted: Sifted) -> bool {
        let told = match sifted {
            Sifted::New(mut finding) => {
                super::git::trace(self.git.as_deref(), &mut finding);
                self.summary.count(&finding);
                trail::count(&mut self.counts, &finding);
                self.places.iter_mut().for_each(|places| places.note(&finding));
                self.failing |= finding.suppressed.is_none() && finding.severity >= self.fail_on;
                self.progress.aside(|| self.outputs.each(|report| report.finding(&finding)))
            }
            Sifted::Known(finding) => {
                self.summary.known += 1;
                self.progress.aside(|| self.outputs.each(|report| report.known(&finding)))
            }
        };
        self.goes_on(told)
    }

    fn skipped(&mut self, skipped: Skipped) -> bool {
        self.summary.skipped += 1;
        let told = self.progress.aside(|| self.outputs.each(|report| report.skipped(&skipped)));
        if self.skipped.len() < NAMED {
            self.skipped.push(skipped);
        }
        self.goes_on(told)
    }

    fn goes_on(&mut self, told: Result<()>) -> bool {
        self.failed = std::mem::replace(&mut self.failed, Ok(())).and(told);
        // What is passed on to others is passed on to its end.
        self.tee || (self.failed.is_ok() && !(self.failing && self.outputs.is_empty()))
    }
}

/// Scans what the arguments say and hands on every finding, without any report: for what works on findings. `begin` is
/// told what is scanned.
pub(super) fn each(
    args: &ScanArgs,
    loaded: &Loaded,
    scanner: &Scanner,
    begin: &mut dyn FnMut(&Wanted),
    on: &mut dyn FnMut(Event) -> bool,
) -> Result<()> {
    let wanted = wanted(args, loaded, None, of_git(args)?)?;
    if let Some(path) = missing(&wanted).first() {
        return Err(not_there(scanner.name(path).as_str()));
    }
    begin(&wanted);
    scan::run(scanner, running(args, &wanted, true), |push| source::inputs(&wanted, push), on);
    Ok(())
}

/// The scanner of flags and configuration.
pub(super) fn scanner(args: &ScanArgs, loaded: &Loaded) -> Result<Scanner> {
    let rules = setup::rules(loaded)?;
    let policy = setup::policy(args, loaded, &rules)?;
    made(args, loaded, rules, policy)
}

fn made(args: &ScanArgs, loaded: &Loaded, rules: crate::Rules, policy: crate::Policy) -> Result<Scanner> {
    let policies = setup::policies(loaded, &rules, &policy)?;
    let mut scanner = match args.engine {
        Engine::Fast => Scanner::new(rules, policy)?,
        Engine::Plain => Scanner::plain(rules, policy)?,
    };
    if let Some(policies) = policies {
        scanner = scanner.with_policies(policies);
    }
    if args.verbose {
        scanner = scanner.with_remarks();
    }
    #[cfg(feature = "rust-flow")]
    let scanner = scanner.with_own(&super::flows::own(loaded, args.include_tests));
    Ok(scanner)
}

/// The scanner, having seen what the Rust files that are wanted do, each in its workspace; and what was listed for that.
#[cfg(feature = "rust-flow")]
pub(super) fn with_flows(
    scanner: Scanner,
    args: &ScanArgs,
    loaded: &Loaded,
    (git, trusted): (Option<Arc<Asked>>, Option<&str>),
) -> Result<(Scanner, Option<Vec<Input>>)> {
    if !of_files(args) {
        return Ok((scanner, None));
    }
    let wanted = Wanted { stdin: None, artifacts: Vec::new(), ..wanted(args, loaded, None, git)? };
    let (flows, listed) = super::flows::of(&scanner, wanted, loaded, (args, trusted));
    Ok((scanner.with_flows(flows), listed))
}

#[cfg(not(feature = "rust-flow"))]
pub(super) fn with_flows(
    scanner: Scanner,
    _: &ScanArgs,
    _: &Loaded,
    _: (Option<Arc<Asked>>, Option<&str>),
) -> Result<(Scanner, Option<Vec<Input>>)> {
    Ok((scanner, None))
}

/// Are only files scanned that lie in a work tree? What stands in history or a bucket is read once: its files are seen
/// one by one.
#[cfg(feature = "rust-flow")]
fn of_files(args: &ScanArgs) -> bool {
    let history = args.history.is_some() || args.pre_push.is_some();
    let (urls, _) = buckets::addresses(args.paths.clone());
    !history && urls.is_empty() && args.commit_msg.is_none()
}

/// What the arguments want of a repository. Asked once: each question starts `git`.
pub(super) fn of_git(args: &ScanArgs) -> Result<Option<Arc<Asked>>> {
    let paths: Vec<String> = args.paths.iter().filter(|path| *path != "-").cloned().collect();
    let (_, paths) = buckets::addresses(paths);
    Ok(super::git::asked(args, &paths)?.map(Arc::new))
}

pub(super) fn wanted(
    args: &ScanArgs,
    loaded: &Loaded,
    checkpoint: Option<&Checkpoint>,
    git: Option<Arc<Asked>>,
) -> Result<Wanted> {
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
    if !named && !stdin && git.is_none() && args.commit_msg.is_none() {
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
        message: args.commit_msg.clone(),
        exclude: Some(exclude(args, loaded)?),
        alike: Some(setup::alike(loaded)?),
        exclude_named: args.force_exclude,
        max_bytes: args.max_file_size,
    })
}

/// What the configuration leaves out, the baseline, the trail, and the reports that are being written.
fn exclude(args: &ScanArgs, loaded: &Loaded) -> Result<Exclude> {
    let globs = setup::excluded(loaded)?;
    // What people wrote into a baseline is a text like any other.
    let says = |place: &Place| {
        let text = std::fs::read_to_string(&place.file).unwrap_or_default();
        [r#","reason":"#, r#","author":"#].iter().any(|field| text.contains(field))
    };
    let baseline = Place::of(&args.known, loaded)?.filter(|place| !says(place));
    let baseline = baseline.and_then(|place| place.file.canonicalize().ok());
    let trail = trail::place(&args.audit, loaded).and_then(|file| file.canonicalize().ok());
    let own: Vec<PathBuf> = outputs::files(args).into_iter().chain(baseline).chain(trail).collect();
    let is_own = move |path: &Path| {
        let same_name = own.iter().any(|own| own.file_name() == path.file_name());
        same_name && path.canonicalize().is_ok_and(|path| own.contains(&path))
    };
    let chosen = buckets::chosen(args)?;
    let is_chosen = move |path: &Path| chosen.as_ref().is_none_or(|chosen| chosen(&path.to_string_lossy()));
    Ok(Arc::new(move |path, is_dir| globs.matches(path, is_dir) || (!is_dir && (is_own(path) || !is_chosen(path)))))
}

/// Paths that somebody named and that are not there.
pub(super) fn missing(wanted: &Wanted) -> Vec<String> {
    let named = wanted
        .paths
        .iter()
        .chain(&wanted.artifacts)
        .chain(wanted.files_from.iter().filter(|list| *list != "-"))
        .chain(&wanted.message);
    named.filter(|path| is_missing(Path::new(path))).cloned().collect()
}

fn is_missing(path: &Path) -> bool {
    matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

fn not_there(path: &str) -> Error {
    let command = Cli::command();
    let meant = similar(path, command.get_subcommands().map(clap::Command::get_name));
    let help = meant.map_or_else(
        || "check the path; the rest has been scanned".to_owned(),
        |command| format!("did you mean the command `phivet {command}`?"),
    );
    Error::Read { path: path.to_owned(), reason: "no such file or folder".to_owned(), help }
}

/// The working directory as report names see it.
pub(super) fn root(here: &Path) -> Option<String> {
    here.to_str().map(|here| here.replace(std::path::MAIN_SEPARATOR, "/").trim_end_matches('/').to_owned())
}

/// SHA-256 of the flags that choose objects.
fn chosen_hash(args: &ScanArgs) -> String {
    let flags = (&args.include, &args.exclude, args.sample, args.max_file_size, args.since, args.until, &args.endpoint);
    scan::digest(&serde_json::to_vec(&flags).unwrap_or_default())
}

/// SHA-256 of everything that decides what is reported, beside the rules.
pub(super) fn config_hash(args: &ScanArgs, loaded: &Loaded) -> String {
    let known = (&args.known.baseline, args.known.no_baseline, &args.known.trusted_config);
    let flags = (known, args.profile, args.all, args.min_confidence, &args.select, &args.ignore, args.fail_on);
    scan::digest(&serde_json::to_vec(&(&loaded.config, flags)).unwrap_or_default())
}
