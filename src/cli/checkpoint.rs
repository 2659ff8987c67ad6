//! `--checkpoint FILE`: a journal of what a scan of buckets has done, so that one that was ended can go on.
//!
//! A line of JSON each: what the scan is, then of every object, in the order of the listing, its findings and what was not
//! read of it, then that it is done. An object's lines are written at once, and what stands behind the last that is done
//! is forgotten: so nothing is reported twice, and nothing lost, whenever the scan was ended. The journal holds what a
//! report holds and not more: keys are masked where they hold a value, and such objects are known again by their masked
//! key, size and time of change.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::outputs::unwritten;
use crate::error::{Error, Result};
use crate::judge::{Finding, Skipped};
use crate::scan::{self, Event, Scanner};
use crate::source::bucket::{Begin, Object};

/// What a journal belongs to; another scan may not go on with it.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Scan {
    phivet: String,
    rules: String,
    config: String,
    /// SHA-256 of the flags that choose objects.
    asked: String,
    addresses: Vec<String>,
}

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Scan(Scan),
    Finding(Box<Finding>),
    Skipped(Skipped),
    Done(Done),
}

/// An object that is done.
#[derive(Serialize, Deserialize)]
struct Done {
    /// By which of the addresses it was found.
    address: usize,
    /// Its address, masked.
    name: String,
    /// Is nothing of the address masked?
    plain: bool,
    size: u64,
    changed: i64,
    documents: u64,
    bytes: u64,
}

/// A journal that is being continued.
pub(super) struct Checkpoint {
    file: File,
    path: String,
    shared: Arc<Shared>,
    /// Lines of the object that is being told.
    lines: Vec<u8>,
    read: scan::Read,
    /// What earlier runs have told.
    pub(super) earlier: Vec<Event>,
}

/// What the listing and the telling share.
struct Shared {
    known: Mutex<Known>,
    mask: Box<dyn Fn(&str) -> String + Send + Sync>,
}

#[derive(Default)]
struct Known {
    /// By address: the last object that can be gone on from, and how many objects behind it are done, by what they look like.
    addresses: HashMap<usize, (Option<String>, HashMap<u64, u32>)>,
    /// The object that was listed last.
    listed: Option<Done>,
    /// What was handed on, in order: an object, or something else.
    handed: VecDeque<Option<Done>>,
}

impl Checkpoint {
    /// Opens a journal; what it knows already is told as `earlier`.
    pub(super) fn open(path: &Path, scanner: &Arc<Scanner>, about: [String; 3], urls: &[String]) -> Result<Self> {
        let shown = path.display().to_string();
        let fail = |error: std::io::Error| unwritten(&shown, &error);
        let masker = Arc::clone(scanner);
        let mask = move |name: &str| masker.name(name).as_str().to_owned();
        let [rules, config, asked] = about;
        let addresses = urls.iter().map(|url| mask(&crate::source::bucket::shown(url))).collect();
        let own = Scan { phivet: env!("CARGO_PKG_VERSION").to_owned(), rules, config, asked, addresses };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(fail)?;
        let mut journal = Journal { rules: scanner.rules().len(), ..Journal::default() };
        let kept = journal.read(&text, &own).map_err(|what| Error::Usage {
            what: format!("{shown}: {what}"),
            help: "remove the file to begin anew, or name another one".to_owned(),
        })?;
        file.set_len(kept as u64).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        if kept == 0 {
            file.write_all(&line(&Line::Scan(own))).map_err(fail)?;
        }
        let shared = Shared { known: Mutex::new(journal.known), mask: Box::new(mask) };
        Ok(Self {
            file,
            path: shown,
            shared: Arc::new(shared),
            lines: Vec::new(),
            read: scan::Read::default(),
            earlier: journal.events,
        })
    }

    /// What a listing asks: is this object still to be done, and from which key on.
    pub(super) fn asked(checkpoint: Option<&Self>) -> (Begin, Arc<dyn Fn(usize) -> Option<String> + Send + Sync>) {
        let Some(checkpoint) = checkpoint else { return (Arc::new(|_| true), Arc::new(|_| None)) };
        let (begins, after) = (Arc::clone(&checkpoint.shared), Arc::clone(&checkpoint.shared));
        let after = move |address: usize| after.lock().addresses.get(&address)?.0.clone();
        (Arc::new(move |object| begins.begin(object)), Arc::new(after))
    }

    /// Tells that an input was handed on.
    pub(super) fn handed(&self) -> impl Fn() + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || {
            let mut known = shared.lock();
            let listed = known.listed.take();
            known.handed.push_back(listed);
        }
    }

    /// Notes what happens, before it is reported.
    pub(super) fn note(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Finding(finding) => self.lines.extend(line(&Line::Finding(finding.clone()))),
            Event::Skipped(skipped) => self.lines.extend(line(&Line::Skipped(skipped.clone()))),
            Event::Remark(_) | Event::Pause => {}
            Event::Done(read) => {
                self.read.documents += read.documents;
                self.read.bytes += read.bytes;
            }
            Event::End => {
                let read = std::mem::take(&mut self.read);
                let mut lines = std::mem::take(&mut self.lines);
                if let Some(done) = self.shared.lock().handed.pop_front().flatten() {
                    lines.extend(line(&Line::Done(Done { documents: read.documents, bytes: read.bytes, ..done })));
                    self.file.write_all(&lines).map_err(|error| unwritten(&self.path, &error))?;
                }
            }
        }
        Ok(())
    }

    /// The scan is complete: there is nothing left to go on with.
    pub(super) fn complete(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|error| unwritten(&self.path, &error))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is this object still to be done?
    fn begin(&self, object: &Object) -> bool {
        let masked = (self.mask)(&object.name);
        let plain = masked == object.name;
        let Object { address, size, changed, .. } = *object;
        let done = Done { address, name: masked, plain, size, changed, documents: 0, bytes: 0 };
        let mut known = self.lock();
        let seen = known.addresses.get_mut(&address).and_then(|known| known.1.get_mut(&done.looks()));
        if let Some(count) = seen.filter(|count| **count > 0) {
            *count -= 1;
            return false;
        }
        known.listed = Some(done);
        true
    }
}

impl Done {
    /// By this an object is known again. It stays in memory.
    fn looks(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.name, self.size, self.changed).hash(&mut hasher);
        hasher.finish()
    }
}

/// What is read out of a journal.
#[derive(Default)]
struct Journal {
    /// How many rules there are.
    rules: usize,
    known: Known,
    events: Vec<Event>,
}

impl Journal {
    /// Reads a journal up to the last object that is done, and says where that ends; an error says why this scan cannot
    /// go on with it.
    fn read(&mut self, text: &[u8], own: &Scan) -> Result<usize, String> {
        let (mut at, mut kept, mut pending) = (0, 0, Vec::new());
        for text in text.split_inclusive(|byte| *byte == b'\n') {
            at += text.len();
            let Some(Ok(line)) = text.strip_suffix(b"\n").map(serde_json::from_slice::<Line>) else {
                if kept == 0 {
                    return Err("it is no checkpoint of phivet".to_owned());
                }
                break; // what the end of the scan has cut off
            };
            match line {
                Line::Scan(scan) if kept == 0 && scan == *own => kept = at,
                Line::Scan(_) => {
                    return Err("it belongs to a scan of other objects, or with other rules or flags".to_owned());
                }
                _ if kept == 0 => return Err("it is no checkpoint of phivet".to_owned()),
                Line::Finding(finding) if usize::from(finding.rule.0) >= self.rules => {
                    return Err("it names a rule that does not exist".to_owned());
                }
                Line::Finding(finding) => pending.push(Event::Finding(finding)),
                Line::Skipped(skipped) => pending.push(Event::Skipped(skipped)),
                Line::Done(done) => {
                    self.events.append(&mut pending);
                    self.events.push(Event::Done(scan::Read { documents: done.documents, bytes: done.bytes }));
                    self.done(done);
                    kept = at;
                }
            }
        }
        Ok(kept)
    }

    fn done(&mut self, done: Done) {
        let known = self.known.addresses.entry(done.address).or_default();
        if done.plain {
            *known = (Some(done.name), HashMap::new());
        } else {
            *known.1.entry(done.looks()).or_default() += 1;
        }
    }
}

fn line(line: &Line) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text
}
