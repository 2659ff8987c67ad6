//! Buckets: what is read there is redacted object by object, and written to a folder or to another place of a bucket.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::super::buckets::{authorities, built};
use super::target::refused;
use super::tree::{self, GIT, Place, free, made, rewritten, slashed, unread};
use super::write::{Like, To};
use super::{Work, profile};
use crate::error::Result;
use crate::source::bucket::{self, Buckets, Destination, Uploads, protocol, shown};
use crate::source::{self, Input, Stream, Wanted};

/// Objects that are fetched at once: they are redacted one by one.
const IN_FLIGHT: usize = 8;

/// How buckets are reached.
#[derive(Args)]
#[command(next_help_heading = "Buckets")]
pub(super) struct BucketFlags {
    /// Other credentials for the target: a section of the AWS credentials file; for gs:// and az:// the variables that
    /// begin with NAME_, as in NAME_AZURE_STORAGE_ACCOUNT_KEY.
    #[arg(long, value_name = "NAME")]
    pub(super) dest_profile: Option<String>,
    /// Another server than the provider's.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Another server for the target [default: --endpoint, where both are of a kind].
    #[arg(long, value_name = "URL")]
    dest_endpoint: Option<String>,
    /// Trust the certificates in FILE (PEM) beside the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Never ask the machine (a cloud's metadata service) for credentials.
    #[arg(long)]
    no_instance_credentials: bool,
}

/// The address that an argument is, if it is one.
pub(super) fn address(path: &Path) -> Option<&str> {
    path.to_str().filter(|path| bucket::is_address(path))
}

impl BucketFlags {
    /// Says what does not fit together, and where this build cannot.
    pub(super) fn check(&self, from: Option<&str>, to: Option<&str>) -> Result<()> {
        let needs =
            [(self.dest_profile.is_some(), "--dest-profile"), (self.dest_endpoint.is_some(), "--dest-endpoint")];
        if let Some((_, flag)) = needs.iter().find(|(given, _)| *given && to.is_none()) {
            return Err(refused(&format!("{flag} is for a bucket as the target"), "name one: s3://bucket/clean/"));
        }
        if to.is_some_and(|to| protocol(to) == "http") {
            return Err(refused(
                "nothing is written by HTTP alone",
                "name a bucket as in s3://bucket/clean/, or a folder",
            ));
        }
        if from.is_some() || to.is_some() { built("copy the objects to a folder first") } else { Ok(()) }
    }

    /// The target; nothing is asked of it yet.
    pub(super) fn uploads(&self, from: Option<&str>, to: &str) -> Result<Uploads> {
        let profile = self.dest_profile.as_deref().map(|name| profile::of(name, protocol(to))).transpose()?;
        let same = from.is_none_or(|from| protocol(from) == protocol(to));
        Uploads::open(&Destination {
            url: to.to_owned(),
            endpoint: self.dest_endpoint.clone().or_else(|| self.endpoint.clone().filter(|_| same)),
            authorities: authorities(self.ca.as_deref())?,
            instance_credentials: !self.no_instance_credentials,
            profile,
            source: from.map(|from| (from.to_owned(), self.endpoint.clone())),
        })
    }

    /// The source; what was listed last is told.
    fn buckets(&self, from: &str, listed: &Listed) -> Result<Buckets> {
        let listed = Arc::clone(listed);
        Ok(Buckets {
            urls: vec![from.to_owned()],
            endpoint: self.endpoint.clone(),
            authorities: authorities(self.ca.as_deref())?,
            instance_credentials: !self.no_instance_credentials,
            since: None,
            until: None,
            sample: None,
            in_flight: IN_FLIGHT,
            begin: Arc::new(move |object| {
                *listed.lock().unwrap_or_else(PoisonError::into_inner) = Some((object.size, object.changed / 1000));
                true
            }),
            after: Arc::new(|_| None),
            traffic: Arc::default(),
        })
    }
}

/// The object that is being read, as it was listed: its size, and when it was changed, in seconds since 1970.
type Listed = Arc<Mutex<Option<(u64, i64)>>>;

/// Redacts all objects of an address.
pub(super) fn redact(work: &mut Work, from: &str, flags: &BucketFlags, place: Place<'_>) -> Result<()> {
    let listed = Listed::default();
    let wanted = Wanted { buckets: Some(Arc::new(flags.buckets(from, &listed)?)), ..Wanted::default() };
    let mut objects = Objects { from, place, listed, is_apart: false, taken: HashSet::new(), git: HashSet::new() };
    let mut done = Ok(());
    source::inputs(&wanted, &mut |input| {
        done = objects.object(work, input);
        done.is_ok()
    });
    done
}

struct Objects<'o> {
    from: &'o str,
    place: Place<'o>,
    listed: Listed,
    /// Was the target looked at, and found to be another place?
    is_apart: bool,
    /// Names that are taken in the target.
    taken: HashSet<PathBuf>,
    /// Git's own data of which it was told that they are left out.
    git: HashSet<String>,
}

impl<'o> Objects<'o> {
    /// One object; what is wrong with it alone is told and ends nothing.
    fn object(&mut self, work: &mut Work, input: Input) -> Result<()> {
        // Whoever names one object, or an address where nothing can be listed, is told so by an error.
        let is_named = input.name == shown(self.from);
        let below = bucket::below(self.from, &input.name).unwrap_or_default();
        let name = if is_named || below.is_empty() { input.name.clone() } else { below.clone() };
        if let Some(end) = below.split('/').position(|part| part == ".git") {
            let git = below.split('/').take(end + 1).collect::<Vec<_>>().join("/");
            if self.git.insert(git.clone()) {
                work.skip(&git, GIT);
            }
            return Ok(());
        }
        let done = match (input.open)() {
            Err(reason) => Err(unread(work, &name, reason)),
            Ok(stream) => self.stream(work, stream, &name, &below),
        };
        if is_named || below.is_empty() { done } else { tree::told(work, &name, done) }
    }

    fn stream(&mut self, work: &mut Work, stream: Stream, name: &str, below: &str) -> Result<()> {
        let Some(mut versions) = stream.inputs else {
            let to = self.to(work, name, below)?;
            let (mut from, size) = (stream.bytes, stream.size.unwrap_or(u64::MAX));
            return made(work, &to, Like::Private, &mut |work, out| {
                rewritten(work, name, (&mut *from, None), size, out).map(|()| true)
            });
        };
        // It changed after it was listed: the newer content comes first, then that it is newer.
        let newer = versions.next().map(|newer| (newer.open)());
        match newer {
            Some(Ok(stream)) if stream.inputs.is_none() => {
                let shown = work.shown(name);
                work.notes.push((shown, "it changed after it was listed; its newer content was redacted".to_owned()));
                self.stream(work, stream, name, below)
            }
            Some(Err(reason)) => Err(unread(work, name, reason)),
            _ => Err(unread(work, name, "it changed while it was read; run again".to_owned())),
        }
    }

    /// Where an object's result goes: under the same key below the target, but for what its name must hide.
    fn to(&mut self, work: &Work, name: &str, below: &str) -> Result<To<'o>> {
        let own = name.rsplit('/').next().unwrap_or(name);
        let shown = |name: &str| work.shown(name);
        match self.place {
            Place::Bucket(uploads) => {
                let below = if below.is_empty() { String::new() } else { self.free(&shown(below)) };
                let key = uploads.key(&below, &shown(own)).map_err(|reason| unread(work, name, reason))?;
                self.apart(uploads, &key)?;
                Ok(To::Object(uploads, key))
            }
            Place::Folder(folder) if below.is_empty() && !folder.is_dir() => Ok(To::File(folder.to_owned())),
            Place::Folder(folder) => {
                let file = self.free(&shown(if below.is_empty() { own } else { below }));
                if !Path::new(&file).components().all(|part| matches!(part, Component::Normal(_))) {
                    return Err(unread(work, name, "its key is no path of a file".to_owned()));
                }
                self.parent(folder, Path::new(&file)).map_err(|reason| unread(work, name, reason))?;
                Ok(To::File(folder.join(file)))
            }
            Place::Own => Err(unread(work, name, "objects are not written over".to_owned())),
        }
    }

    /// Refuses a target that is the source under a name that only the provider knows (an access point, another name of a
    /// server): where the first result would go, the very object stands that is read. Asked once.
    fn apart(&mut self, uploads: &Uploads, key: &str) -> Result<()> {
        let listed = *self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((size, changed)) = listed.filter(|_| !self.is_apart)
            && uploads.holds(key, size, changed)
        {
            return Err(refused(
                &format!("{} is the input itself, under another name", uploads.shown(key)),
                "name another place: objects are not written over",
            ));
        }
        self.is_apart = true;
        Ok(())
    }

    /// Makes the folder of a file. A bucket may hold an empty object that stands for a folder: the folder takes its place.
    fn parent(&self, folder: &Path, file: &Path) -> Result<(), String> {
        let Some(above) = file.parent() else { return Ok(()) };
        let marker = above.ancestors().find(|path| self.taken.contains(*path) && folder.join(path).is_file());
        if let Some(marker) = marker.map(|marker| folder.join(marker)) {
            if !fs::metadata(&marker).is_ok_and(|found| found.len() == 0) {
                return Err("an object of the same name as its folder was written as a file".to_owned());
            }
            fs::remove_file(marker).map_err(|error| error.to_string())?;
        }
        fs::create_dir_all(folder.join(above)).map_err(|error| error.to_string())
    }

    /// A key that no other object has.
    fn free(&mut self, key: &str) -> String {
        slashed(&free(PathBuf::from(key), &mut self.taken))
    }
}

/// Standard input to an object.
pub(super) fn of_stdin(uploads: &Uploads) -> Result<To<'_>> {
    let key = uploads.key("", "").ok().filter(|key| !key.is_empty() && !uploads.is_folder());
    let key = key.ok_or_else(|| {
        refused("standard input has no name that could be a key", "name one: s3://bucket/clean/app.log")
    })?;
    Ok(To::Object(uploads, key))
}

/// The name of a target's credentials is a word of the user's.
pub(super) fn of_profile(flags: &BucketFlags, work: &Work) -> Option<String> {
    flags.dest_profile.as_ref().map(|name| work.shown(name))
}
