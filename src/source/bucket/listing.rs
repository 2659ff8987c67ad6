//! Listing buckets, and fetching ahead what was listed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};

use super::fetch::{Body, Piece, fetch, words};
use super::guard::Guard;
use super::place::{Access, Place, open};
use super::{Buckets, Object, is_sampled, shown};
use crate::source::{Input, Push, Stream, Wanted};

/// Kilobytes of objects that may wait to be scanned.
const ROOM: usize = 64 << 10;
/// Of one object at most so many kilobytes wait.
const ROOM_OF_ONE: u64 = 4 << 10;
/// Pieces (at most some 64 kB each) of an object that wait.
const PIECES: usize = 64;
/// How often in a row a listing is taken up again.
const TRIES: u32 = 6;

/// Lists the objects of `wanted.buckets`.
pub(in crate::source) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(buckets) = &wanted.buckets else { return true };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => Arc::new(runtime),
        Err(_) => return push(Input::unreadable("addresses", "no thread can be started to fetch them")),
    };
    let rooms =
        Rooms { objects: Arc::new(Semaphore::new(buckets.in_flight.max(1))), bytes: Arc::new(Semaphore::new(ROOM)) };
    let guard = Guard { traffic: Arc::clone(&buckets.traffic), instance_credentials: buckets.instance_credentials };
    let place = |url: &str| open(&Access::of(buckets), url, guard.clone());
    buckets.urls.iter().enumerate().all(|(number, url)| match place(url) {
        Ok(place) => Lister { number, wanted, buckets, place, runtime: &runtime, rooms: &rooms }.run(url, push),
        Err(reason) => push(Input::unreadable(shown(url), reason)),
    })
}

struct Rooms {
    objects: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

struct Lister<'l> {
    number: usize,
    wanted: &'l Wanted,
    buckets: &'l Buckets,
    place: Place,
    runtime: &'l Arc<Runtime>,
    rooms: &'l Rooms,
}

impl Lister<'_> {
    fn run(&self, url: &str, push: Push<'_>) -> bool {
        if self.place.single {
            return self.object(self.alone(), push);
        }
        let after = (self.buckets.after)(self.number).filter(|_| self.place.ordered);
        let mut after = after.and_then(|name| Path::parse(name.strip_prefix(&self.place.root)?).ok());
        let (mut tries, mut count) = (0, 0u64);
        loop {
            let prefix = Some(&self.place.prefix).filter(|prefix| !prefix.as_ref().is_empty());
            let mut listing = match &after {
                Some(after) => self.place.store.list_with_offset(prefix, after),
                None => self.place.store.list(prefix),
            };
            let failure = loop {
                match self.runtime.block_on(listing.next()) {
                    None if count == 0 && tries == 0 && after.is_none() => return self.maybe_alone(url, push),
                    None => return true,
                    Some(Err(error)) => break error,
                    Some(Ok(meta)) => {
                        (count, tries) = (count + 1, 0);
                        after = self.place.ordered.then(|| meta.location.clone());
                        if !self.object(meta, push) {
                            return false;
                        }
                    }
                }
            };
            tries += 1;
            let hopeless = matches!(
                failure,
                object_store::Error::NotFound { .. }
                    | object_store::Error::PermissionDenied { .. }
                    | object_store::Error::Unauthenticated { .. }
            );
            // Where keys come in any order, a listing cannot be taken up again without doing some twice.
            if hopeless || tries >= TRIES || (count > 0 && !self.place.ordered) {
                let listed = if count == 0 { String::new() } else { format!(" after {count} objects") };
                return push(Input::unreadable(
                    shown(url),
                    format!("the listing broke off{listed}: {}", words(&failure)),
                ));
            }
            std::thread::sleep(Duration::from_millis(100 << tries));
        }
    }

    /// An address that begins no key may be a key.
    fn maybe_alone(&self, url: &str, push: Push<'_>) -> bool {
        if self.place.prefix.as_ref().is_empty() {
            return true;
        }
        match self.runtime.block_on(self.place.store.head(&self.place.prefix)) {
            Ok(meta) => self.object(meta, push),
            Err(error) => push(Input::unreadable(shown(url), words(&error))),
        }
    }

    fn alone(&self) -> ObjectMeta {
        let (location, last_modified) = (self.place.prefix.clone(), Default::default());
        ObjectMeta { location, last_modified, size: u64::MAX, e_tag: None, version: None }
    }

    /// Hands on an object, if it is wanted, and begins to fetch it.
    fn object(&self, meta: ObjectMeta, push: Push<'_>) -> bool {
        let name = format!("{}{}", self.place.root, meta.location);
        let seconds = meta.last_modified.timestamp();
        let early = !self.place.single && self.buckets.since.is_some_and(|since| seconds < since);
        let late = !self.place.single && self.buckets.until.is_some_and(|until| seconds >= until);
        let sampled = self.buckets.sample.is_none_or(|share| is_sampled(meta.location.as_ref(), share));
        if early || late || !sampled || !self.wanted.choose.as_ref().is_none_or(|choose| choose(meta.location.as_ref()))
        {
            return true;
        }
        let object = Object {
            name: name.clone(),
            address: self.number,
            size: meta.size,
            changed: meta.last_modified.timestamp_millis(),
        };
        if !(self.buckets.begin)(&object) {
            return true;
        }
        if let Some(max) = self.wanted.max_bytes
            && !self.place.single
            && meta.size > max
        {
            return push(Input::unreadable(name, format!("larger than --max-object-size ({} bytes)", meta.size)));
        }
        if meta.size == 0 {
            return push(Input { name, open: Box::new(|| Ok(Stream::new(std::io::empty(), Some(0)))) });
        }
        let size = Some(meta.size).filter(|_| !self.place.single);
        let Some(body) = self.body(meta) else { return false };
        push(Input { name: name.clone(), open: Box::new(move || opened(name, size, body)) })
    }

    /// Waits for room, and begins to fetch.
    fn body(&self, meta: ObjectMeta) -> Option<Body> {
        let kilobytes = u32::try_from(meta.size.div_ceil(1024).clamp(1, ROOM_OF_ONE)).unwrap_or(1);
        let room = self.runtime.block_on(async {
            let object = Arc::clone(&self.rooms.objects).acquire_owned().await.ok()?;
            let bytes = Arc::clone(&self.rooms.bytes).acquire_many_owned(kilobytes).await.ok()?;
            Some((object, bytes))
        })?;
        let (to, pieces) = mpsc::channel(PIECES);
        let (store, traffic) = (Arc::clone(&self.place.store), Arc::clone(&self.buckets.traffic));
        self.runtime.spawn(fetch(store, meta, traffic, to));
        Some(Body { pieces, now: Bytes::new(), ended: false, _room: room, _runtime: Arc::clone(self.runtime) })
    }
}

/// The object as a stream; one that is other than it was listed is read, and named.
fn opened(name: String, size: Option<u64>, mut body: Body) -> Result<Stream, String> {
    match body.next() {
        Piece::Failed(reason) => Err(reason),
        Piece::Ends => Ok(Stream::empty()),
        Piece::Bytes(bytes) => {
            body.now = bytes;
            Ok(Stream::new(body, size))
        }
        Piece::Begins { changed: false } => Ok(Stream::new(body, size)),
        Piece::Begins { changed: true } => {
            let told = Input::unreadable(name.clone(), "it changed after it was listed; its newer content was scanned");
            let newer = Input { name, open: Box::new(move || Ok(Stream::new(body, None))) };
            Ok(Stream::group([newer, told].into_iter()))
        }
    }
}
