//! The audit trail of this run: found by flag, environment or configuration, locked, appended to, synced to the disk.
//!
//! Whoever does something with PHI has it recorded:
//!
//! ```text
//! let trail = Trail::of(&args.audit, &loaded)?;          // before anything is done: a trail that cannot be written is an error
//! …
//! trail::record(trail.as_ref(), &Record { counts, outcome, ..Record::of("redact") })?;
//! ```

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::args::ScanArgs;
use super::{CLEAN, FOUND, NOTHING, setup};
use crate::audit::{self, Actor, Ci, End, Entry, Head, Key, Outcome, Record, Seal};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::mask::Masked;
use crate::report::Summary;
use crate::scan::Scanner;

/// Whether, and where, this run is recorded.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct AuditFlags {
    /// Record this run in the audit trail FILE, a line that shows later changes [default: what phivet.yaml says].
    #[arg(long, value_name = "FILE", env = "PHIVET_AUDIT", help_heading = "Audit")]
    pub(super) audit: Option<PathBuf>,
    /// A file with the key (16 bytes or more) under which the trail is sealed; or put the key into PHIVET_AUDIT_KEY.
    #[arg(long, value_name = "FILE", env = "PHIVET_AUDIT_KEY_FILE", help_heading = "Audit")]
    pub(super) audit_key_file: Option<PathBuf>,
}

/// How long a writer waits for the others.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a writer looks for the file anew that a rotation has moved away.
const ROTATIONS: usize = 100;

/// A trail that is written to.
#[derive(Debug)]
pub(super) struct Trail {
    file: PathBuf,
    key: Option<Key>,
}

/// Records what was done, if it is recorded at all, and says on standard error where the trail's end is now: whoever
/// keeps that line (a log of CI) can tell later whether the end was cut off.
pub(super) fn record(trail: Option<&Trail>, record: &Record) -> Result<Option<Head>> {
    let head = trail.map(|trail| trail.record(record)).transpose()?;
    if let Some(head) = &head {
        let _ = writeln!(io::stderr(), "audit: {head}");
    }
    Ok(head)
}

impl Trail {
    /// The trail that flags, environment or configuration name, if any does. Says at once if it cannot be written: what is
    /// not recorded must not happen.
    pub(super) fn of(flags: &AuditFlags, loaded: &Loaded) -> Result<Option<Self>> {
        let Some(file) = place(flags, loaded) else { return Ok(None) };
        let trail = Self { key: key(flags, &file)?, file };
        trail.locked(&mut |_, _| Ok(()))?;
        Ok(Some(trail))
    }

    /// Appends an entry, and returns when it is on the disk.
    pub(super) fn record(&self, record: &Record) -> Result<Head> {
        self.append(&Entry::of(record, actor(), millis()))
    }

    /// Where it is.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Ends this file as a segment and goes on in a new one. Answers the segment's place.
    pub(super) fn rotate(&self) -> Result<PathBuf> {
        let mut segment = PathBuf::new();
        self.locked(&mut |file, end| {
            if end.head.is_none() {
                return Err(self.unwritten("there is no entry in it", "there is nothing to rotate"));
            }
            let number = segments(&self.file).last().map_or(0, |(number, _)| *number) + 1;
            segment = segment_of(&self.file, number);
            let ends = segment.file_name().map(|name| name.to_string_lossy().into_owned());
            let footer = Entry { ends, ..Entry::of(&Record::of("audit rotate"), actor(), millis()) };
            self.write(file, end, footer)?;
            self.moved(&segment)
        })?;
        self.append(&Entry::of(&Record::of("audit continue"), actor(), millis()))?;
        Ok(segment)
    }

    fn append(&self, entry: &Entry) -> Result<Head> {
        let mut head = Head::start();
        self.locked(&mut |file, end| {
            head = self.write(file, end, entry.clone())?;
            Ok(())
        })?;
        Ok(head)
    }

    /// Does something with the end of the trail while nobody else can.
    fn locked(&self, act: &mut dyn FnMut(&mut File, &End) -> Result<()>) -> Result<()> {
        for _ in 0..ROTATIONS {
            let mut file = self.opened()?;
            let tail = audit::tail(&mut file).map_err(|error| self.unread(&error))?;
            let keys: Vec<&Key> = self.key.iter().collect();
            let last = tail.last.is_some();
            let end = audit::end(&tail, &keys, self.key.as_ref());
            let mut end = end.map_err(|why| self.unwritten(&format!("its last entry: {why}"), BROKEN))?;
            match end.ended.as_ref().map(|name| self.file.with_file_name(name)) {
                None => {
                    if !last {
                        end.head = self.of_segments()?;
                    }
                    return act(&mut file, &end);
                }
                // Whoever rotated it has moved it, and there is a new file by now; or was killed before.
                Some(segment) if !segment.exists() => self.moved(&segment)?,
                Some(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        Err(self.unwritten("it ends with the end of a segment that is there already", BROKEN))
    }

    fn opened(&self) -> Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let is_new = !self.file.exists();
        let file = options.open(&self.file).map_err(|error| self.unwritten(&error.to_string(), PLACE))?;
        if !file.metadata().is_ok_and(|about| about.is_file()) {
            return Err(self.unwritten("it is no file", PLACE));
        }
        if is_new {
            sync_folder(&self.file);
        }
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(self.unwritten("another process has held it for a minute", "see which one, and end it"));
                }
                Err(TryLockError::Error(error)) => return Err(self.unwritten(&error.to_string(), PLACE)),
            }
        }
    }

    /// What a new file goes on from: the end of the last segment, or nothing.
    fn of_segments(&self) -> Result<Option<Head>> {
        let Some((_, segment)) = segments(&self.file).pop() else { return Ok(None) };
        let shown = segment.display().to_string();
        let broken = |reason: &str| Error::Write {
            path: self.file.display().to_string(),
            reason: format!("the segment {shown} before it: {reason}"),
            help: BROKEN.to_owned(),
        };
        let mut file = File::open(&segment).map_err(|error| broken(&error.to_string()))?;
        let tail = audit::tail(&mut file).map_err(|error| broken(&error.to_string()))?;
        // The key may change from one segment to the next.
        let last = tail.last.as_deref().and_then(audit::head_of);
        last.map(Some).ok_or_else(|| broken("it has no entry"))
    }

    fn write(&self, file: &mut File, end: &End, mut entry: Entry) -> Result<Head> {
        let failed = |error: &io::Error| self.unwritten(&error.to_string(), PLACE);
        entry.closes.clone_from(&end.closes);
        let before = end.head.clone().unwrap_or_else(Head::start);
        let (mut line, head) =
            audit::sealed(entry, &before, Seal(self.key.as_ref())).map_err(|error| failed(&error))?;
        if end.open {
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(|error| failed(&error))?;
        Ok(head)
    }

    fn moved(&self, segment: &Path) -> Result<()> {
        let failed = |error: io::Error| self.unwritten(&format!("it cannot be moved to a segment: {error}"), PLACE);
        std::fs::rename(&self.file, segment).map_err(failed)?;
        sync_folder(&self.file);
        Ok(())
    }

    fn unwritten(&self, reason: &str, help: &str) -> Error {
        Error::Write {
            path: format!("the audit trail {}", self.file.display()),
            reason: reason.to_owned(),
            help: help.to_owned(),
        }
    }

    fn unread(&self, error: &io::Error) -> Error {
        self.unwritten(&error.to_string(), BROKEN)
    }
}

const PLACE: &str = "nothing is done that cannot be recorded: name a file that can be written with --audit, PHIVET_AUDIT \
or `audit:` in phivet.yaml";
const BROKEN: &str = "nothing is appended to a trail that is broken: `phivet audit verify` says where; keep it as it is, \
and name another file";

/// The file that flags, environment or configuration name.
pub(super) fn place(flags: &AuditFlags, loaded: &Loaded) -> Option<PathBuf> {
    let configured = || loaded.config.audit.as_ref().map(|file| loaded.base.join(file));
    flags.audit.clone().filter(|file| !file.as_os_str().is_empty()).or_else(configured)
}

/// The key of a trail, of the file that is named or of the environment.
pub(super) fn key(flags: &AuditFlags, trail: &Path) -> Result<Option<Key>> {
    let secret = match &flags.audit_key_file {
        Some(file) => Some(secret(file, trail)?),
        None => std::env::var_os("PHIVET_AUDIT_KEY").map(|key| key.into_encoded_bytes()).filter(|key| !key.is_empty()),
    };
    secret.map(|secret| of_secret(&secret)).transpose()
}

fn of_secret(secret: &[u8]) -> Result<Key> {
    Key::new(secret.trim_ascii()).ok_or_else(|| Error::Usage {
        what: format!("the key of the audit trail is shorter than {} bytes", audit::KEY_LEAST),
        help: "make one with `openssl rand -hex 32`, and keep it where those who could change the trail cannot read it"
            .to_owned(),
    })
}

/// A further key, of a segment that was sealed with it.
pub(super) fn key_of(file: &Path, trail: &Path) -> Result<Key> {
    of_secret(&secret(file, trail)?)
}

fn secret(file: &Path, trail: &Path) -> Result<Vec<u8>> {
    let secret = setup::key_file(file)?;
    let refused = |reason: &str| Error::Read {
        path: file.display().to_string(),
        reason: reason.to_owned(),
        help: "keep the key where those who can change the trail cannot read it, with mode 0600".to_owned(),
    };
    let folder = |path: &Path| std::path::absolute(path).ok().and_then(|path| path.parent()?.canonicalize().ok());
    if folder(file).is_some_and(|of_key| folder(trail) == Some(of_key)) {
        return Err(refused("the key lies beside the trail that it is to protect"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o004 != 0) {
            return Err(refused("everybody on this machine can read it"));
        }
    }
    Ok(secret)
}

/// The segments of a trail that lie beside it, in their order: `trail.jsonl.0001` …
pub(super) fn segments(trail: &Path) -> Vec<(u64, PathBuf)> {
    let folder = trail.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = trail.file_name().map(|name| name.to_string_lossy().into_owned()) else { return Vec::new() };
    let number = |path: &Path| {
        let rest = path.file_name()?.to_str()?.strip_prefix(&name)?.strip_prefix('.')?;
        (rest.len() >= 4 && rest.bytes().all(|b| b.is_ascii_digit())).then(|| rest.parse().ok())?
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut list: Vec<(u64, PathBuf)> =
        entries.filter_map(|entry| Some((number(&entry.path())?, entry.path()))).collect();
    list.sort();
    list
}

fn segment_of(trail: &Path, number: u64) -> PathBuf {
    let mut name = trail.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{number:04}"));
    trail.with_file_name(name)
}

/// A file that was made or renamed survives a power cut only if its folder was synced.
fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Windows cannot, and does not need to.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Milliseconds since 1970 now.
pub(super) fn millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// Names of things that a command works on, as a trail may hold them: masked, addresses without credentials.
pub(super) fn targets<'a>(scanner: &Scanner, names: impl IntoIterator<Item = &'a str>) -> Vec<Masked> {
    names.into_iter().map(|name| scanner.name(&plain(name))).collect()
}

/// An address without user, password and query (which may hold a signature).
fn plain(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once("://") else { return name.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let host = host.rsplit('@').next().unwrap_or_default();
    if path.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{host}/{path}") }
}

/// Notes in a record what is scanned, and by which rules.
pub(super) fn about_scan(record: &mut Record, scanner: &Scanner, args: &ScanArgs, (rules, config): (&str, &str)) {
    let named = args.paths.iter().chain(&args.artifacts).chain(&args.files_from).chain(&args.commit_msg);
    record.targets = targets(scanner, named.map(String::as_str));
    record.rules = Some(rules.to_owned());
    record.config = Some(config.to_owned());
    let git = [
        (args.staged, "staged"),
        (args.diff.is_some(), "diff"),
        (args.history.is_some(), "history"),
        (args.pre_push.is_some(), "pre-push"),
    ];
    if let Some((_, what)) = git.iter().find(|(asked, _)| *asked) {
        record.details.insert("git".to_owned(), (*what).to_owned());
    } else if record.targets.is_empty() {
        record.targets = targets(scanner, [if args.stdin_filename.is_some() { "-" } else { "." }]);
    }
}

/// Notes in a record what a scan has read.
pub(super) fn about_run(record: &mut Record, summary: &Summary) {
    let numbers = [
        ("documents", summary.files),
        ("bytes", summary.bytes),
        ("not read", summary.skipped),
        ("allowed", summary.suppressed),
        ("known", summary.known),
    ];
    record.details.extend(numbers.iter().filter(|(_, n)| *n > 0).map(|(name, n)| ((*name).to_owned(), n.to_string())));
}

/// Counts a finding by its kind.
pub(super) fn count(counts: &mut BTreeMap<String, u64>, finding: &Finding) {
    if finding.suppressed.is_none() {
        *counts.entry(finding.kind.clone()).or_default() += 1 + finding.more;
    }
}

/// How a command ended, by its exit code.
pub(super) fn outcome(code: u8) -> Outcome {
    match code {
        CLEAN => Outcome::Clean,
        FOUND => Outcome::Found,
        NOTHING => Outcome::Nothing,
        _ => Outcome::Failed,
    }
}

/// What a person gave as a reason. Masked where it holds an identifier: whose record it is stands in the record.
pub(super) fn reason(scanner: &Scanner, text: &str) -> Masked {
    scanner.name(text.trim())
}

/// By which variable a system of continuous integration is known, its name, and where it says who set the run off, and
/// which run it is.
const CI: &[(&str, &str, &str, &str)] = &[
    ("GITHUB_ACTIONS", "github", "GITHUB_TRIGGERING_ACTOR", "GITHUB_RUN_ID"),
    ("GITLAB_CI", "gitlab", "GITLAB_USER_LOGIN", "CI_JOB_ID"),
    ("JENKINS_URL", "jenkins", "BUILD_USER_ID", "BUILD_TAG"),
    ("TF_BUILD", "azure", "BUILD_REQUESTEDFOR", "BUILD_BUILDID"),
    ("BUILDKITE", "buildkite", "BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_ID"),
    ("CIRCLECI", "circleci", "CIRCLE_USERNAME", "CIRCLE_WORKFLOW_ID"),
    ("BITBUCKET_BUILD_NUMBER", "bitbucket", "BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_BUILD_NUMBER"),
    ("TEAMCITY_VERSION", "teamcity", "TEAMCITY_BUILD_TRIGGEREDBY_USERNAME", "BUILD_NUMBER"),
    ("TRAVIS", "travis", "TRAVIS_COMMIT_AUTHOR", "TRAVIS_BUILD_ID"),
    ("CODEBUILD_BUILD_ID", "codebuild", "CODEBUILD_INITIATOR", "CODEBUILD_BUILD_ID"),
    ("CI", "ci", "", ""),
];

/// The run of continuous integration that this is part of, if it is.
pub(super) fn ci() -> Option<Ci> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty() && value != "false");
    let (_, system, actor, run) = CI.iter().find(|(mark, ..)| set(mark).is_some())?;
    Some(Ci { system: (*system).to_owned(), actor: set(actor), run: set(run) })
}

fn actor() -> Actor {
    let user = whoami::fallible::username().unwrap_or_else(|_| "unknown".to_owned());
    Actor { user, uid: uid(), host: whoami::fallible::hostname().ok(), ci: ci() }
}

/// The owner of what this process makes: its effective user.
#[cfg(target_os = "linux")]
fn uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").ok().map(|about| about.uid())
}

/// The effective user, as `id` says.
#[cfg(all(unix, not(target_os = "linux")))]
fn uid() -> Option<u32> {
    let output = std::process::Command::new("/usr/bin/id").arg("-u").output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}
