//! The audit trail of this run: found by flag, environment or configuration, locked, appended to, synced to the disk.
//!
//! Whoever does something with PHI has it recorded:
//!
//! ```text
//! let trail = Trail::of(&args.audit, &loaded)?;          // before anything is done: a trail that cannot be written is an error
//! …
//! trail::record(trail.as_ref(), &Record { counts, outcome, ..Record::of("redact") })?;
//! ```

mod about;
mod hidden;
mod key;
mod segments;
mod who;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::CLEAN;
use crate::audit::{self, End, Entry, Head, Key, Outcome, Record, Refused, Seal};
use crate::config::Loaded;
use crate::error::{Error, Result};

pub(super) use about::{about_run, about_scan, count, outcome, reason, targets};
pub(super) use key::{key, key_of};
pub(super) use segments::segments;
use segments::{segment_of, sync_folder};
use who::actor;
pub(super) use who::ci;

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

/// Does something that is recorded, also when it fails. What could not be recorded is not begun.
pub(super) fn recorded(
    (flags, loaded): (&AuditFlags, &Loaded),
    command: &str,
    act: &mut dyn FnMut(&mut Record) -> Result<u8>,
) -> Result<u8> {
    let trail = Trail::of(flags, loaded)?;
    let mut record = Record::of(command);
    let done = act(&mut record);
    record.outcome = match &done {
        // A judgement says more than that it was made.
        Ok(CLEAN) => record.outcome,
        Ok(code) => outcome(*code),
        Err(_) => Outcome::Failed,
    };
    self::record(trail.as_ref(), &record)?;
    done
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
            let tail = audit::tail(&mut file).map_err(|refused| self.refused(&mut file, &refused))?;
            let keys: Vec<&Key> = self.key.iter().collect();
            let before = if tail.last.is_none() { self.of_segments()? } else { None };
            let end = audit::end(&tail, &keys, (self.key.as_ref(), before));
            let end = end.map_err(|refused| self.refused(&mut file, &refused))?;
            match end.ended.as_ref().map(|name| self.file.with_file_name(name)) {
                None => return act(&mut file, &end),
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
        let tail = audit::tail(&mut file).map_err(|refused| match refused {
            Refused::Io(error) => broken(&error.to_string()),
            Refused::Line(_, why) => broken(&why),
        })?;
        // The key may change from one segment to the next.
        let last = tail.last.as_deref().filter(|_| tail.torn.is_none()).and_then(audit::head_of);
        last.map(Some).ok_or_else(|| broken("it does not end with an entry"))
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
        let size = file.metadata().map_err(|error| failed(&error))?.len();
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| {
            // On a full disk half a line may stand there, of an entry that nobody was told of.
            let _ = file.set_len(size);
            failed(&error)
        })?;
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

    /// The error that nothing can be appended, with the number of the line that is in the way.
    fn refused(&self, file: &mut File, refused: &Refused) -> Error {
        match refused {
            Refused::Io(error) => self.unwritten(&error.to_string(), BROKEN),
            Refused::Line(behind, why) => {
                let line = lines(file).unwrap_or(0).saturating_sub(*behind);
                self.unwritten(&format!("line {line}, at its end: {why}"), BROKEN)
            }
        }
    }
}

/// How many lines a file has; one without its end is one too.
fn lines(file: &mut File) -> io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let (mut lines, mut last, mut piece) = (0, b'\n', vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(lines + u64::from(last != b'\n'));
        }
        lines += memchr::memchr_iter(b'\n', &piece[..read]).count() as u64;
        last = piece[read - 1];
    }
}

const PLACE: &str = "nothing is done that cannot be recorded: name a file that can be written with --audit, PHIVET_AUDIT \
or `audit:` in phivet.yaml";
const BROKEN: &str = "nothing is appended to a trail that is broken: `phivet audit verify` says where; keep it as it is, \
under another name, and go on in a new file";

/// The file that flags, environment or configuration name.
pub(super) fn place(flags: &AuditFlags, loaded: &Loaded) -> Option<PathBuf> {
    let configured = || loaded.config.audit.as_ref().map(|file| loaded.base.join(file));
    flags.audit.clone().filter(|file| !file.as_os_str().is_empty()).or_else(configured)
}

/// Milliseconds since 1970 now.
pub(super) fn millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    i64::try_from(since).unwrap_or(i64::MAX)
}
