//! Writing objects: whole or not at all, in parts of bounded size.

use std::io::{self, Write};
use std::sync::Arc;

use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::address::{Address, Overlap, overlap};
use super::fetch::words;
use super::guard::Guard;
use super::place::{Access, account, endpoint, open};
use super::write_guard::WriteGuard;
use super::{Destination, shown};
use crate::error::{Error, Result};

/// Bytes of a part: servers want 5 MiB or more. What is smaller goes with one request.
const PART: usize = 8 << 20;
/// Parts that are on their way at once, beside the one that is being filled.
const AT_ONCE: usize = 2;
/// Most parts that servers take.
const PARTS_MOST: usize = 10_000;

/// A place in a bucket that is written to.
pub struct Uploads {
    runtime: Runtime,
    store: Arc<dyn ObjectStore>,
    place: Address,
}

impl Uploads {
    /// Opens the place.
    ///
    /// # Errors
    /// The address is none, its credentials are none, or it does not lie apart from the source.
    pub fn open(to: &Destination) -> Result<Self> {
        let refused = |reason: String| Error::Usage {
            what: format!("{}: {reason}", shown(&to.url)),
            help: "name a place as in s3://bucket/clean/, with --dest-profile where it has other credentials"
                .to_owned(),
        };
        let place = Address::parse(&to.url).map_err(refused)?;
        apart(to, &place)?;
        let guard = WriteGuard {
            reading: Guard { traffic: Arc::default(), instance_credentials: to.instance_credentials },
            bucket: place.bucket.clone(),
            key: place.key.clone(),
        };
        let opened = open(&access(to), &to.url, guard).map_err(refused)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|_| refused("no thread can be started to write to it".to_owned()))?;
        Ok(Self { runtime, store: opened.store, place })
    }

    /// The key of a document: of so and so below the source, or called so if it is the source itself.
    ///
    /// # Errors
    /// A reason in words.
    pub fn key(&self, below: &str, name: &str) -> Result<String, String> {
        let parts = match (below.is_empty(), self.is_folder()) {
            (true, false) => [self.place.key.as_ref(), ""],
            (true, true) => [self.place.key.as_ref(), name],
            (false, _) => [self.place.key.as_ref(), below],
        };
        let key = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
        Path::parse(&key).map(String::from).map_err(|_| "its name cannot be a key".to_owned())
    }

    /// Does the address name a bucket or the beginning of keys, surely not one key?
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.place.is_folder
    }

    /// Does an object of this size, changed at this time (in seconds since 1970), stand there? Not where it may not be asked.
    #[must_use]
    pub fn holds(&self, key: &str, size: u64, changed: i64) -> bool {
        let Ok(key) = Path::parse(key) else { return false };
        let found = self.runtime.block_on(self.store.head(&key));
        found.is_ok_and(|found| found.size == size && found.last_modified.timestamp() == changed)
    }

    /// The address of a key.
    #[must_use]
    pub fn shown(&self, key: &str) -> String {
        format!("{}{key}", self.place.root)
    }

    /// Begins an object: it is there when [`Upload::finish`] says so, and not before.
    ///
    /// # Errors
    /// A reason in words.
    pub fn begin(&self, key: &str) -> Result<Upload<'_>, String> {
        let key = Path::parse(key).map_err(|_| "its name cannot be a key".to_owned())?;
        Ok(Upload { to: self, key, buffer: Vec::new(), parts: None, failed: None })
    }
}

fn access(to: &Destination) -> Access<'_> {
    Access {
        endpoint: to.endpoint.as_deref(),
        authorities: to.authorities.as_deref(),
        instance_credentials: to.instance_credentials,
        profile: to.profile.as_ref(),
    }
}

/// Refuses a target that is the source, lies in it, or holds it.
fn apart(to: &Destination, place: &Address) -> Result<()> {
    let Some((url, server)) = &to.source else { return Ok(()) };
    let Ok(from) = Address::parse(url) else { return Ok(()) };
    let known = |place: &Address, named: Option<&str>| endpoint(place.protocol(), named);
    let servers = (known(&from, server.as_deref()), known(place, to.endpoint.as_deref()));
    let accounts = (account(None), account(to.profile.as_ref()));
    let one = (&from, servers.0.as_deref(), accounts.0.as_deref());
    let other = (place, servers.1.as_deref(), accounts.1.as_deref());
    let (how, help) = match overlap(one, other) {
        None => return Ok(()),
        Some(Overlap::Same) => ("is the input itself", "name another place: objects are not written over"),
        Some(Overlap::Inside) => ("lies inside of the input", APART),
        Some(Overlap::Holds) => ("holds the input", APART),
    };
    Err(Error::Usage { what: format!("{} {how}", shown(&to.url)), help: help.to_owned() })
}

const APART: &str =
    "redacted data are kept apart from the source: name another bucket, or keys beside those of the input";

/// An object that is being written. Dropped before its end it leaves nothing behind.
pub struct Upload<'u> {
    to: &'u Uploads,
    key: Path,
    buffer: Vec<u8>,
    parts: Option<Parts>,
    failed: Option<String>,
}

struct Parts {
    upload: Box<dyn MultipartUpload>,
    running: JoinSet<object_store::Result<()>>,
    count: usize,
}

impl Upload<'_> {
    /// Why it could not be written, if it could not.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Writes what is left, and waits until the object is there.
    ///
    /// # Errors
    /// A reason in words; then there is no object, or the one that was there before.
    pub fn finish(mut self) -> Result<(), String> {
        if let Some(reason) = &self.failed {
            return Err(reason.clone());
        }
        let rest = std::mem::take(&mut self.buffer);
        if self.parts.is_none() {
            let put = self.to.store.put(&self.key, PutPayload::from(rest));
            return self.to.runtime.block_on(put).map(drop).map_err(|error| words(&error));
        }
        if !rest.is_empty() {
            self.part(rest)?;
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        self.to.runtime.block_on(async {
            parts.leave(0).await?;
            parts.upload.complete().await.map_err(|error| words(&error))
        })?;
        self.parts = None;
        Ok(())
    }

    /// Sends a part, when there is room for it on the way.
    fn part(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        let (store, key) = (&self.to.store, &self.key);
        let parts = &mut self.parts;
        self.to.runtime.block_on(async {
            if parts.is_none() {
                let upload = store.put_multipart(key).await.map_err(|error| words(&error))?;
                *parts = Some(Parts { upload, running: JoinSet::new(), count: 0 });
            }
            let Some(parts) = parts else { return Ok(()) };
            if parts.count == PARTS_MOST {
                return Err(format!("it is larger than servers take in {PARTS_MOST} parts of {} MiB", PART >> 20));
            }
            parts.leave(AT_ONCE - 1).await?;
            parts.count += 1;
            parts.running.spawn(parts.upload.put_part(PutPayload::from(bytes)));
            Ok(())
        })
    }
}

impl Parts {
    /// Waits until no more than so many are on their way.
    async fn leave(&mut self, most: usize) -> Result<(), String> {
        while self.running.len() > most {
            match self.running.join_next().await {
                Some(Ok(Err(error))) => return Err(words(&error)),
                Some(Err(_)) => return Err("a part was not sent to its end".to_owned()),
                Some(Ok(Ok(()))) | None => {}
            }
        }
        Ok(())
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() && self.buffer.len() == PART {
            let full = std::mem::take(&mut self.buffer);
            self.failed = self.part(full).err();
        }
        if let Some(reason) = &self.failed {
            return Err(io::Error::other(reason.clone()));
        }
        let taken = bytes.len().min(PART - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Nothing goes out before its time: a part has a size.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            self.to.runtime.block_on(async {
                parts.running.shutdown().await;
                // Where the server does not answer, its own rules clear what was begun.
                let _ = parts.upload.abort().await;
            });
        }
    }
}
