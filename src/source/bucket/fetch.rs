//! Fetching one object: in pieces, from where it broke off, so and so often.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore};
use tokio::runtime::Runtime;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::Traffic;

/// How often in a row an object is asked for without a byte of it arriving (each time a request is repeated by itself).
const TRIES: u32 = 6;

/// What arrives of an object.
pub(super) enum Piece {
    /// It begins: is it other than it was listed?
    Begins { changed: bool },
    /// Its next bytes.
    Bytes(Bytes),
    /// The rest is not to be had, for this reason.
    Failed(String),
    /// There is no more.
    Ends,
}

/// Fetches an object piece by piece.
pub(super) async fn fetch(
    store: Arc<dyn ObjectStore>,
    listed: ObjectMeta,
    traffic: Arc<Traffic>,
    to: mpsc::Sender<Piece>,
) {
    let last = match pieces(&*store, &listed, &traffic, &to).await {
        Ok(()) => Piece::Ends,
        Err(reason) => Piece::Failed(reason),
    };
    let _ = to.send(last).await;
}

async fn pieces(
    store: &dyn ObjectStore,
    listed: &ObjectMeta,
    traffic: &Traffic,
    to: &mpsc::Sender<Piece>,
) -> Result<(), String> {
    let (mut at, mut tries, mut tag) = (0u64, 0, None::<String>);
    loop {
        let options = GetOptions {
            range: (at > 0).then_some(GetRange::Offset(at)),
            if_match: tag.clone().filter(|_| at > 0),
            ..GetOptions::default()
        };
        let failure = match store.get_opts(&listed.location, options).await {
            Err(Error::NotFound { .. }) if at == 0 => return Err("it vanished after it was listed".to_owned()),
            Err(Error::NotFound { .. }) => return Err("it vanished while it was read".to_owned()),
            Err(Error::Precondition { .. }) => return Err("it changed while it was read".to_owned()),
            Err(error @ (Error::PermissionDenied { .. } | Error::Unauthenticated { .. })) => return Err(words(&error)),
            Err(error) => words(&error),
            Ok(found) => {
                if at > 0 && found.meta.e_tag != tag {
                    return Err("it changed while it was read".to_owned());
                }
                let size = found.meta.size;
                if tag.is_none() && at == 0 {
                    let changed = is_other(&found.meta, listed);
                    if to.send(Piece::Begins { changed }).await.is_err() {
                        return Ok(());
                    }
                    tag.clone_from(&found.meta.e_tag);
                }
                let before = at;
                let mut stream = found.into_stream();
                let mut failure = None;
                while let Some(next) = stream.next().await {
                    match next {
                        Ok(bytes) => {
                            at += bytes.len() as u64;
                            traffic.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                            if to.send(Piece::Bytes(bytes)).await.is_err() {
                                return Ok(()); // nobody reads on
                            }
                        }
                        Err(error) => {
                            failure = Some(words(&error));
                            break;
                        }
                    }
                }
                if at >= size && failure.is_none() {
                    return Ok(());
                }
                if at > before {
                    tries = 0;
                }
                failure.unwrap_or_else(|| "the server ended it too early".to_owned())
            }
        };
        tries += 1;
        if tries >= TRIES {
            return Err(failure);
        }
        tokio::time::sleep(Duration::from_millis(100 << tries)).await;
    }
}

/// Is an object no longer what was listed? Some servers write its tag in another form, so the tag alone says nothing.
fn is_other(now: &ObjectMeta, listed: &ObjectMeta) -> bool {
    let Some(then) = &listed.e_tag else { return false };
    let later = now.last_modified.timestamp() != listed.last_modified.timestamp();
    now.size != listed.size || (later && now.e_tag.as_ref() != Some(then))
}

const ABSENT: &str = "there is no such bucket or object";
const DENIED: &str = "access is denied; check the credentials";

/// What is wrong, in words that hold nothing of an address or an answer.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => return ABSENT.to_owned(),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            return DENIED.to_owned();
        }
        _ => {}
    }
    // Only what we look for is taken out of the text.
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |cause| cause.source());
    let text = causes.map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
    let has = |word: &str| text.contains(word);
    if has(super::guard::NO_INSTANCE) {
        return format!("{}; name credentials in the environment", super::guard::NO_INSTANCE);
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 3);
    let status = numbers.filter_map(|word| word.parse::<u16>().ok()).find(|code| (400..600).contains(code));
    let known = [
        ("Missing bucket", "the address names no bucket"),
        ("Bucket name", "the address names no bucket"),
        ("Container name", "the address names no container"),
        ("Account must", "no storage account is named; set AZURE_STORAGE_ACCOUNT_NAME"),
        ("timed out", "the server does not answer in time"),
        ("certificate", "its certificate is not trusted (--ca names further authorities)"),
        ("scheme is not allowed", "it would be sent without encryption; use https"),
        ("dns", "the server's name is not known"),
        ("onnect", "the server cannot be reached"),
    ];
    let known = known.iter().find(|(word, _)| has(word)).map(|(_, words)| (*words).to_owned());
    match (status.filter(|_| has("status") || has("erver returned")), known) {
        (Some(404), _) => ABSENT.to_owned(),
        (Some(401 | 403), _) => DENIED.to_owned(),
        (Some(status), _) => format!("the server answers {status}"),
        (None, Some(known)) => known,
        (None, None) => "the request failed".to_owned(),
    }
}

/// An object that is being fetched, read from its beginning.
pub(super) struct Body {
    pub(super) pieces: mpsc::Receiver<Piece>,
    pub(super) now: Bytes,
    pub(super) ended: bool,
    /// Room for what is fetched, given back at the end.
    pub(super) _room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    /// What fetches must outlive the listing.
    pub(super) _runtime: Arc<Runtime>,
}

impl Body {
    /// The next piece; none when what fetches has gone.
    pub(super) fn next(&mut self) -> Piece {
        self.pieces.blocking_recv().unwrap_or_else(|| Piece::Failed("the scan was ended".to_owned()))
    }
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() && !self.ended {
            match self.next() {
                Piece::Bytes(bytes) => self.now = bytes,
                Piece::Begins { .. } => {}
                Piece::Ends => self.ended = true,
                Piece::Failed(reason) => {
                    self.ended = true;
                    return Err(io::Error::other(reason));
                }
            }
        }
        let taken = self.now.len().min(into.len());
        into[..taken].copy_from_slice(&self.now.split_to(taken));
        Ok(taken)
    }
}
