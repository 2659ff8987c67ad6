//! `phivet redact IN [OUT]`

mod objects;
mod profile;
mod rewrite;
mod stream;
mod tar;
mod target;
mod tree;
mod write;
mod zip;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::args::{ConfigFlags, UnpackFlags};
use super::secret::{self, KeyFlags, VaultFile};
use super::trail::{self, AuditFlags};
use super::{CLEAN, NOTHING, WRONG, setup, time};
use crate::audit::Record;
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::redact::{Counts, Plan, Ready, Redactor};
use crate::report::words;
use crate::source::Limits;
use target::Target;
use tree::Place;
use write::{Like, To};

/// How to redact.
#[derive(Args)]
pub(super) struct RedactArgs {
    /// A file, a folder or an address (s3://, gs://, az://, https://); `-`, or nothing, is standard input, line by line.
    input: Option<PathBuf>,
    /// Where the redacted file or folder goes: a path, or an address (s3://, gs://, az://) apart from the input. For a file
    /// and standard input else to standard output.
    output: Option<PathBuf>,
    /// safe-harbor, limited-data-set, research or logs [default: safe-harbor, or what phivet.yaml says].
    #[arg(long, value_name = "POLICY")]
    policy: Option<Ready>,
    /// Write over the input itself.
    #[arg(long, conflicts_with = "output")]
    in_place: bool,
    /// Fail where something was not redacted.
    #[arg(long)]
    strict: bool,
    /// The name under which standard input is read.
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    stdin_filename: String,
    /// Why it is done, for the audit trail.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// No summary: only errors, and what was not redacted.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    buckets: objects::BucketFlags,
    #[command(flatten)]
    keys: KeyFlags,
    #[command(flatten)]
    config: ConfigFlags,
    #[command(flatten)]
    unpack: UnpackFlags,
    #[command(flatten)]
    audit: AuditFlags,
}

/// What a run needs.
struct Work {
    redactor: Arc<Redactor>,
    vault: Option<VaultFile>,
    limits: Limits,
    in_place: bool,
    counts: Counts,
    /// Names of files and members of archives that were masked.
    names: u64,
    documents: u64,
    /// What was not redacted, with the reason; names as they may be printed.
    skipped: Vec<(String, String)>,
    /// What else there is to say of a document.
    notes: Vec<(String, String)>,
}

impl Work {
    /// The name of a document as it may be printed.
    fn shown(&self, name: &str) -> String {
        self.redactor.name(name)
    }

    /// The name under which a member of an archive is written.
    fn member(&mut self, name: &str) -> String {
        let shown = self.shown(name);
        self.names += u64::from(shown != name);
        shown
    }

    fn skip(&mut self, name: &str, reason: impl Into<String>) {
        let name = self.shown(name);
        self.skipped.push((name, reason.into()));
    }

    fn count(&mut self, counts: Counts) {
        for (kind, count) in counts {
            *self.counts.entry(kind).or_insert(0) += count;
        }
    }

    /// New codes are on the disk before what holds them is.
    fn keep_codes(&mut self) -> Result<()> {
        self.vault.as_mut().map_or(Ok(()), |vault| vault.append(&self.redactor))
    }
}

/// Redacts, and says with which code to exit.
pub(super) fn run(args: &RedactArgs) -> Result<u8> {
    let input = args.input.as_deref().filter(|input| *input != Path::new("-"));
    let target = Target::of(input, args.output.as_deref(), args.in_place, &args.buckets)?;
    let loaded = setup::configuration(&args.config)?;
    trail::recorded((&args.audit, &loaded), "redact", &mut |record| redacted(args, &loaded, (input, &target), record))
}

fn redacted(
    args: &RedactArgs,
    loaded: &Loaded,
    (input, target): (Option<&Path>, &Target),
    record: &mut Record,
) -> Result<u8> {
    let mut work = work(args, loaded, input)?;
    if let Some(notice) = work.redactor.plan().notice().filter(|_| !args.quiet) {
        let _ = writeln!(io::stderr(), "note: {notice}");
    }
    let done = act(&mut work, args, (input, target));
    note(args, &work, input, record);
    done?;
    say(args, &work);
    let is_left = args.in_place || args.strict || work.documents == 0;
    Ok(match work.documents {
        _ if !work.skipped.is_empty() && is_left => WRONG,
        0 => NOTHING,
        _ => CLEAN,
    })
}

/// Redacts all of the input to its target.
fn act(work: &mut Work, args: &RedactArgs, (input, target): (Option<&Path>, &Target)) -> Result<()> {
    let place = match target {
        Target::Folder(folder) => Place::Folder(folder),
        Target::Bucket(uploads) => Place::Bucket(uploads),
        Target::Stream | Target::Pipe(_) | Target::File(_) => Place::Own,
    };
    let place = if args.in_place { Place::Own } else { place };
    let Some(input) = input else {
        let to = match target {
            Target::Stream => return stream::run(work, &args.stdin_filename, &mut io::stdout()),
            Target::Pipe(to) => return stream::run(work, &args.stdin_filename, &mut target::pipe(to)?),
            Target::File(file) | Target::Folder(file) => To::File(file.clone()),
            Target::Bucket(uploads) => objects::of_stdin(uploads)?,
        };
        return write::write(&to, Like::Private, &mut |out| {
            stream::run(work, &args.stdin_filename, out).map(|()| true)
        });
    };
    if let Some(address) = objects::address(input) {
        return objects::redact(work, address, &args.buckets, place);
    }
    match target {
        Target::Stream => tree::shown(work, input, None),
        Target::Pipe(to) => tree::shown(work, input, Some(to)),
        Target::File(to) => tree::file(work, input, &input.display().to_string(), &To::File(to.clone())),
        Target::Bucket(uploads) if !input.is_dir() => tree::uploaded(work, input, uploads),
        Target::Folder(_) | Target::Bucket(_) => tree::folder(work, input, place),
    }
}

/// Notes in a record what was redacted, and how.
fn note(args: &RedactArgs, work: &Work, input: Option<&Path>, record: &mut Record) {
    let scanner = work.redactor.scanner();
    let name = input.map_or_else(|| args.stdin_filename.clone(), |input| input.display().to_string());
    let to = args.output.as_ref().map(|to| to.display().to_string());
    record.targets = trail::targets(scanner, std::iter::once(&name[..]).chain(to.as_deref()));
    record.rules = Some(scanner.rules().hash());
    record.counts.clone_from(&work.counts);
    record.reason = args.reason.as_deref().map(|reason| trail::reason(scanner, reason));
    record.details.insert("policy".to_owned(), work.redactor.plan().ready().name().to_owned());
    record.details.insert("documents".to_owned(), work.documents.to_string());
    if let Some(profile) = objects::of_profile(&args.buckets, work) {
        record.details.insert("target profile".to_owned(), profile);
    }
    if work.names > 0 {
        record.details.insert("names masked".to_owned(), work.names.to_string());
    }
    if !work.skipped.is_empty() {
        record.details.insert("not redacted".to_owned(), work.skipped.len().to_string());
    }
}

fn work(args: &RedactArgs, loaded: &Loaded, input: Option<&Path>) -> Result<Work> {
    let config = &loaded.config.redact;
    let ready = args.policy.or(config.policy).unwrap_or_default();
    let plan = Plan::new(ready, &config.kinds)?;
    let data: Vec<PathBuf> = input.into_iter().chain(args.output.as_deref()).map(Path::to_owned).collect();
    let year = time::year();
    let (needs_key, needs_vault) = (plan.needs_key(), plan.needs_vault());
    let mut redactor = Redactor::with_rules(plan, setup::rules(loaded)?)?.in_year(year);
    let mut vault: Option<VaultFile> = None;
    if needs_key {
        let named = args.config.config.is_some();
        let Some(ring) = secret::ring(&args.keys, loaded, named, &data)? else {
            return Err(Error::Usage {
                what: format!("the policy `{}` needs a key, and none is given", ready.name()),
                help: "`phivet keys new --key-file FILE` makes one; name it with --key-file".to_owned(),
            });
        };
        if needs_vault {
            let mut file = VaultFile::open(&args.keys, loaded, true, &data)?.ok_or_else(|| Error::Usage {
                what: "pseudonyms need a vault, and none is given".to_owned(),
                help: "name a file apart from the data with --vault; it is made where there is none".to_owned(),
            })?;
            redactor = redactor.with_vault(file.read(&ring)?);
            vault = Some(file);
        }
        redactor = redactor.with_keys(ring);
    }
    // A vault that has no seal yet gets one, whether or not there will be new codes.
    vault.as_mut().map_or(Ok(()), |vault| vault.append(&redactor))?;
    Ok(Work {
        redactor: Arc::new(redactor),
        vault,
        limits: args.unpack.limits(),
        in_place: args.in_place,
        counts: Counts::new(),
        names: 0,
        documents: 0,
        skipped: Vec::new(),
        notes: Vec::new(),
    })
}

/// The summary, and what was not redacted, on standard error.
fn say(args: &RedactArgs, work: &Work) {
    let mut out = String::new();
    for (name, note) in &work.notes {
        out.push_str(&format!("note: {name}: {note}\n"));
    }
    for (name, reason) in &work.skipped {
        let left = if work.in_place { "left as it is" } else { "not written" };
        out.push_str(&format!("{left}: {name}: {reason}\n"));
    }
    if !args.quiet {
        out.push_str(&summary(work));
    }
    let _ = io::stderr().write_all(out.as_bytes());
}

/// What was done, in one line.
fn summary(work: &Work) -> String {
    let kinds: Vec<String> = work.counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let names = (work.names > 0).then(|| words::count(work.names, "name of a file masked", "names of files masked"));
    let what = match (kinds.is_empty(), names) {
        (true, None) => "nothing to redact".to_owned(),
        (true, Some(names)) => format!("{names}, nothing else to redact"),
        (false, None) => format!("redacted {}", kinds.join(", ")),
        (false, Some(names)) => format!("redacted {}; {names}", kinds.join(", ")),
    };
    format!("{what} in {}\n", words::count(work.documents, "document", "documents"))
}
