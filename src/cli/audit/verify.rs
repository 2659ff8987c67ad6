//! `phivet audit verify|head`

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Which, read_from};
use crate::audit::{Checked, Entry, Head, Key, RETAIN_WHY, RETAIN_YEARS, Verifier, time};
use crate::cli::{CLEAN, FOUND, NOTHING, outputs, trail};
use crate::error::{Error, Result};
use crate::report::words;

/// What to verify, and against what.
#[derive(Args)]
pub(super) struct VerifyArgs {
    /// The trail; its segments beside it are read first. Several files are segments in their order.
    files: Vec<PathBuf>,
    /// A file with heads, one a line, as `phivet audit head` prints them: the trail must hold each.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    /// A head that the trail must hold.
    #[arg(long, value_name = "NUMBER:HASH")]
    head: Vec<Head>,
    /// The head that the first file goes on from, if the segments before it are archived elsewhere.
    #[arg(long, value_name = "NUMBER:HASH")]
    after: Option<Head>,
    /// A file with a further key, of segments that were sealed with it.
    #[arg(long, value_name = "FILE")]
    old_key_file: Vec<PathBuf>,
    /// In words, or as JSON.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Which trail.
    #[command(flatten)]
    which: Which,
}

/// Which trail's head.
#[derive(Args)]
pub(super) struct HeadArgs {
    /// The trail.
    file: Option<PathBuf>,
    /// Also add it to this file of anchors, on another disk or machine.
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    /// Which trail.
    #[command(flatten)]
    which: Which,
}

/// Verifies, and says what is wrong where.
pub(super) fn run(args: &VerifyArgs) -> Result<u8> {
    let files = if args.files.len() > 1 {
        args.files.clone()
    } else {
        with_segments(&read_from(args.files.first(), &args.which)?)
    };
    let Some(trail) = files.last() else { return Ok(NOTHING) };
    let mut keys: Vec<Key> = trail::key(&args.which.audit, trail)?.into_iter().collect();
    for file in &args.old_key_file {
        keys.push(trail::key_of(file, trail)?);
    }
    let mut anchors = args.head.clone();
    anchors.extend(args.anchor.as_ref().map(|file| anchors_in(file)).transpose()?.unwrap_or_default());
    let given = anchors.len();
    let checked = read(&files, Verifier::new(keys.iter().collect(), anchors, args.after.clone()), &mut |_, _| {})?;
    let text = if args.format == "json" { json(&files, &checked) } else { told(&files, &checked, given) };
    crate::cli::print(&text)?;
    Ok(match (&checked.bad, checked.entries) {
        (Some(_), _) => FOUND,
        (None, 0) => NOTHING,
        _ => CLEAN,
    })
}

/// Prints the head, once the trail has been verified up to it.
pub(super) fn head(args: &HeadArgs) -> Result<u8> {
    let file = read_from(args.file.as_ref(), &args.which)?;
    let head = each(&file, &args.which, &mut |_| {})?.head;
    let Some((head, _)) = head else { return Ok(NOTHING) };
    if let Some(anchor) = &args.anchor {
        let added = OpenOptions::new().create(true).append(true).open(anchor);
        let added = added.and_then(|mut file| writeln!(file, "{head}").and_then(|()| file.sync_data()));
        added.map_err(|error| outputs::unwritten(&anchor.display().to_string(), &error))?;
    }
    crate::cli::print(&format!("{head}\n"))?;
    Ok(CLEAN)
}

/// A trail with the segments that lie beside it, in their order.
fn with_segments(trail: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = trail::segments(trail).into_iter().map(|(_, file)| file).collect();
    files.push(trail.to_owned());
    files
}

/// Hands on every entry of a trail, which must be whole.
pub(super) fn each(trail: &Path, which: &Which, on: &mut dyn FnMut(&Entry)) -> Result<Checked> {
    let keys: Vec<Key> = trail::key(&which.audit, trail)?.into_iter().collect();
    let files = with_segments(trail);
    let checked = read(&files, Verifier::new(keys.iter().collect(), Vec::new(), None), &mut |_, entry| on(entry))?;
    match &checked.bad {
        None => Ok(checked),
        Some(bad) => Err(Error::Read {
            path: files.get(bad.file).unwrap_or(&files[0]).display().to_string(),
            reason: format!("line {}: {}", bad.line, bad.why),
            help: "the trail is not as it was written: keep it as it is, and look for who changed it".to_owned(),
        }),
    }
}

fn read(files: &[PathBuf], mut verifier: Verifier<'_>, on: &mut dyn FnMut(u64, &Entry)) -> Result<Checked> {
    for path in files {
        let unread = |error: std::io::Error| Error::Read {
            path: path.display().to_string(),
            reason: error.to_string(),
            help: "name an audit trail, as --audit wrote it".to_owned(),
        };
        let file = File::open(path).map_err(unread)?;
        // Nobody writes half a line while it is read; where there are no locks, a torn line is told.
        let _ = file.lock_shared();
        verifier.read(BufReader::new(&file), on).map_err(unread)?;
    }
    Ok(verifier.end())
}

fn anchors_in(file: &Path) -> Result<Vec<Head>> {
    let unread = |reason: String| Error::Read {
        path: file.display().to_string(),
        reason,
        help: "an anchor file holds heads as `phivet audit head` prints them, one a line".to_owned(),
    };
    let text = std::fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let heads = lines.map(|(at, line)| {
        // A line of a log, `audit: 12:9f86…`, will do.
        let head = line.trim().rsplit(' ').next().unwrap_or_default();
        head.parse().map_err(|why| unread(format!("line {}: {why}", at + 1)))
    });
    let heads = heads.collect::<Result<Vec<Head>>>()?;
    if heads.is_empty() { Err(unread("it holds no head".to_owned())) } else { Ok(heads) }
}

fn told(files: &[PathBuf], checked: &Checked, anchors: usize) -> String {
    let mut out = String::new();
    let name = |file: usize| files.get(file).map_or_else(String::new, |file| file.display().to_string());
    if let Some(bad) = &checked.bad {
        let _ = writeln!(out, "{}:{}: {}", name(bad.file), bad.line, bad.why);
        let before = words::count(checked.entries, "entry", "entries");
        let _ = writeln!(out, "{before} before it fit; nothing behind it was looked at");
        return out;
    }
    let last = files.len() - 1;
    if let (Some((first, since)), Some((head, until))) = (&checked.first, &checked.head) {
        let entries = words::count(checked.entries, "entry", "entries");
        let _ = writeln!(
            out,
            "{}: {entries}, whole and unchanged ({first} to {}, {since} to {until})",
            name(last),
            head.seq
        );
        let _ = writeln!(out, "head: {head}");
        let until = time::years_after(time::parse(until).unwrap_or(0), RETAIN_YEARS);
        let _ = writeln!(out, "keep until {until} at least ({RETAIN_WHY})");
    } else {
        let _ = writeln!(out, "{}: no entry", name(last));
    }
    if checked.closed > 0 {
        let _ = writeln!(
            out,
            "{} closed by the entries behind them",
            words::count(checked.closed, "torn line", "torn lines")
        );
    }
    if let Some(line) = checked.torn {
        let _ =
            writeln!(out, "line {line} is torn: its writer was killed, or its end cut off; the next entry closes it");
    }
    if anchors == 0 {
        out.push_str("without an anchor (--anchor, --head) entries that were cut off at the end are not missed\n");
    } else {
        let held = words::count(checked.anchors, "anchor", "anchors");
        let _ = writeln!(out, "{held} of {anchors} held");
    }
    out
}

fn json(files: &[PathBuf], checked: &Checked) -> String {
    let bad = checked.bad.as_ref().map(|bad| {
        let file = files.get(bad.file).map(|file| file.display().to_string());
        serde_json::json!({"file": file, "line": bad.line, "why": bad.why})
    });
    let value = serde_json::json!({
        "intact": checked.bad.is_none(),
        "entries": checked.entries,
        "first": checked.first.as_ref().map(|(seq, _)| seq),
        "since": checked.first.as_ref().map(|(_, time)| time),
        "until": checked.head.as_ref().map(|(_, time)| time),
        "head": checked.head.as_ref().map(|(head, _)| head.to_string()),
        "closed": checked.closed,
        "torn": checked.torn,
        "anchors": checked.anchors,
        "bad": bad,
    });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}
