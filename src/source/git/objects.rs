//! Objects of a repository by their ids: out of packs, loose files, or, where neither helps, from `git cat-file`.
#![allow(clippy::disallowed_methods)]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Decompress, FlushDecompress, Status};

use super::delta;
use super::entries::{Id, Table};
use super::pack::{Pack, Packed};
use super::repo::{Repo, command};

/// Objects larger than this many bytes are not kept in memory: they are streamed by git.
pub(super) const BIG: u64 = 32 << 20;
/// Bytes of objects that all readers together keep, since others are deltas to them.
const KEPT: usize = 48 << 20;
/// Longest chain of deltas (git makes 50, at most 4095).
const CHAIN: usize = 5000;
/// Most folders of objects that refer to each other.
const ALTERNATES: usize = 16;

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// Why there is no object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Missing {
    /// It is not here (a partial clone).
    Absent,
    /// It is larger than [`BIG`].
    Big,
    /// It cannot be read.
    Broken,
}

impl Missing {
    /// In words.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Absent => "not in this clone (a partial one?); `git fetch --refetch` brings it".to_owned(),
            Self::Big => format!("larger than {BIG} bytes"),
            Self::Broken => "git cannot read it; `git fsck` says more".to_owned(),
        }
    }
}

/// An object.
pub(super) type Object = (Kind, Arc<Vec<u8>>);

/// All objects of a repository.
pub(super) struct Objects {
    folders: Vec<PathBuf>,
    packs: Vec<Pack>,
    id_len: usize,
    cat: Mutex<Option<Cat>>,
    readers: Mutex<Vec<Reader>>,
    keep: usize,
}

impl Objects {
    /// The objects of this repository, for so many threads.
    pub(super) fn of(repo: &Repo, threads: usize) -> Self {
        let folders = folders(&repo.objects);
        let indexes = folders.iter().flat_map(|folder| indexes(&folder.join("pack")));
        let packs = indexes.filter_map(|index| Pack::open(&index, repo.id_len)).collect();
        let keep = KEPT / threads.max(1);
        Self { folders, packs, id_len: repo.id_len, cat: Mutex::default(), readers: Mutex::default(), keep }
    }

    /// Does something with a reader of its own.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Reader) -> T) -> T {
        let mut reader = self.reader();
        let done = act(&mut reader);
        self.give_back(reader);
        done
    }

    /// A reader; whoever gives it back spares others its beginning.
    pub(super) fn reader(&self) -> Reader {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(Reader::new)
    }

    pub(super) fn give_back(&self, reader: Reader) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }

    /// The object of this id.
    pub(super) fn get(&self, reader: &mut Reader, id: &Id) -> Result<Object, Missing> {
        match self.packed(reader, id).or_else(|| self.loose(reader, id)) {
            Some(Ok(object)) => Ok(object),
            Some(Err(Missing::Big)) => Err(Missing::Big),
            _ => self.asked(id),
        }
    }

    fn packed(&self, reader: &mut Reader, id: &Id) -> Option<Result<Object, Missing>> {
        let found = self.packs.iter().enumerate().find_map(|(number, pack)| Some((number, pack.find(id)?)));
        let (number, offset) = found?;
        Some(self.at(reader, number, offset))
    }

    /// The object at a place in a pack: back along its chain of deltas, then forward again.
    fn at(&self, reader: &mut Reader, number: usize, offset: u64) -> Result<Object, Missing> {
        let mut chain: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut offset = offset;
        let (kind, mut bytes) = loop {
            if let Some(kept) = reader.kept.get(&place(number, offset)) {
                break kept.clone();
            }
            if chain.len() > CHAIN {
                return Err(Missing::Broken);
            }
            let (packed, size, from) = self.packs[number].entry(offset, &mut reader.raw).ok_or(Missing::Broken)?;
            if size > BIG {
                return Err(Missing::Big);
            }
            let inflated = reader.inflate(from, size).ok_or(Missing::Broken)?;
            let kind = match packed {
                Packed::Commit => Kind::Commit,
                Packed::Tree => Kind::Tree,
                Packed::Blob => Kind::Blob,
                Packed::Tag => Kind::Tag,
                Packed::Earlier(back) => {
                    let base = offset.checked_sub(back).filter(|_| back > 0).ok_or(Missing::Broken)?;
                    chain.push((offset, check(inflated)?));
                    offset = base;
                    continue;
                }
                Packed::Of(base) => {
                    chain.push((offset, check(inflated)?));
                    match self.packs[number].find(&base) {
                        Some(base) => offset = base,
                        None => break self.get(reader, &base)?,
                    }
                    continue;
                }
            };
            let bytes: Arc<Vec<u8>> = inflated.into();
            reader.keep(place(number, offset), (kind, Arc::clone(&bytes)), self.keep);
            break (kind, bytes);
        };
        for (offset, delta) in chain.into_iter().rev() {
            bytes = delta::apply(&bytes, &delta).ok_or(Missing::Broken)?.into();
            reader.keep(place(number, offset), (kind, Arc::clone(&bytes)), self.keep);
        }
        Ok((kind, bytes))
    }

    fn loose(&self, reader: &mut Reader, id: &Id) -> Option<Result<Object, Missing>> {
        let hex = id.to_string();
        let file = self.folders.iter().find_map(|folder| File::open(folder.join(&hex[..2]).join(&hex[2..])).ok())?;
        reader.raw.clear();
        (&file).take(2 * BIG).read_to_end(&mut reader.raw).ok()?;
        // The head stands inside: type, blank, size, NUL.
        let head = reader.inflate_up_to(0, 32)?;
        let nul = memchr::memchr(0, &head)?;
        let (kind, size) = typed(&head[..nul])?;
        if size > BIG {
            return Some(Err(Missing::Big));
        }
        let whole = reader.inflate(0, size + nul as u64 + 1)?;
        Some(Ok((kind, whole[nul + 1..].to_vec().into())))
    }

    /// Asks git itself: it knows what we do not, and tells what is missing.
    fn asked(&self, id: &Id) -> Result<Object, Missing> {
        let mut cat = self.cat.lock().unwrap_or_else(PoisonError::into_inner);
        if cat.is_none() {
            *cat = Cat::start();
        }
        let answer = cat.as_mut().ok_or(Missing::Broken)?.ask(id);
        if matches!(answer, Err(Missing::Broken | Missing::Big)) {
            *cat = None;
        }
        answer
    }

    /// A blob of any size as a stream.
    pub(super) fn stream(id: &Id) -> Result<Box<dyn Read + Send>, String> {
        let mut git = command(["cat-file", "blob", &id.to_string()]);
        let mut child = git.stderr(Stdio::null()).spawn().map_err(|_| "git cannot be started".to_owned())?;
        let from = child.stdout.take().ok_or("git cannot be read")?;
        Ok(Box::new(Blob { child, from }))
    }

    pub(super) fn id_len(&self) -> usize {
        self.id_len
    }
}

/// A place in a pack as one number: packs are smaller than 2^48 bytes.
fn place(pack: usize, offset: u64) -> u64 {
    (pack as u64) << 48 | offset
}

/// A delta, unless what it makes is too big.
fn check(delta: Vec<u8>) -> Result<Vec<u8>, Missing> {
    match delta::sizes(&delta) {
        Some((base, result, _)) if base.max(result) <= BIG => Ok(delta),
        Some(_) => Err(Missing::Big),
        None => Err(Missing::Broken),
    }
}

/// `blob 12`
fn typed(head: &[u8]) -> Option<(Kind, u64)> {
    let head = std::str::from_utf8(head).ok()?;
    let (kind, size) = head.split_once(' ')?;
    let kind = match kind {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    Some((kind, size.parse().ok()?))
}

/// What a thread needs to read objects.
pub(super) struct Reader {
    inflater: Decompress,
    raw: Vec<u8>,
    kept: Table<u64, Object>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl Reader {
    fn new() -> Self {
        Self {
            inflater: Decompress::new(true),
            raw: Vec::new(),
            kept: Table::default(),
            order: VecDeque::new(),
            bytes: 0,
        }
    }

    /// What `raw` holds from `from` on, inflated; `None` unless it has exactly `size` bytes.
    fn inflate(&mut self, from: usize, size: u64) -> Option<Vec<u8>> {
        let out = self.inflate_up_to(from, usize::try_from(size).ok()?)?;
        (out.len() as u64 == size).then_some(out)
    }

    fn inflate_up_to(&mut self, from: usize, size: usize) -> Option<Vec<u8>> {
        self.inflater.reset(true);
        // One more than there should be: an object that is longer than it says is broken.
        let mut out = Vec::with_capacity(size + 1);
        let mut at = from;
        loop {
            let before = self.inflater.total_in();
            let status = self.inflater.decompress_vec(self.raw.get(at..)?, &mut out, FlushDecompress::None).ok()?;
            let given = usize::try_from(self.inflater.total_in() - before).ok()?;
            at += given;
            if status == Status::StreamEnd || out.len() == out.capacity() {
                return Some(out);
            }
            if given == 0 {
                return None;
            }
        }
    }

    fn keep(&mut self, place: u64, object: Object, limit: usize) {
        self.bytes += object.1.len();
        self.kept.insert(place, object);
        self.order.push_back(place);
        while self.bytes > limit && self.order.len() > 1 {
            let gone = self.order.pop_front().and_then(|place| self.kept.remove(&place));
            self.bytes -= gone.map_or(0, |(_, bytes)| bytes.len());
        }
    }
}

/// `git cat-file --batch`, running.
struct Cat {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Cat {
    fn start() -> Option<Self> {
        let mut git = command(["cat-file", "--batch"]);
        let mut child = git.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let (to, from) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, to, from })
    }

    fn ask(&mut self, id: &Id) -> Result<Object, Missing> {
        let broken = |_| Missing::Broken;
        writeln!(self.to, "{id}").and_then(|()| self.to.flush()).map_err(broken)?;
        let mut head = Vec::new();
        self.from.read_until(b'\n', &mut head).map_err(broken)?;
        if head.ends_with(b" missing\n") {
            return Err(Missing::Absent);
        }
        let blank = memchr::memchr(b' ', &head).ok_or(Missing::Broken)?;
        let (kind, size) = typed(head[blank + 1..].trim_ascii_end()).ok_or(Missing::Broken)?;
        if size > BIG {
            return Err(Missing::Big);
        }
        let mut bytes = vec![0; usize::try_from(size + 1).map_err(|_| Missing::Big)?];
        self.from.read_exact(&mut bytes).map_err(broken)?;
        bytes.pop();
        Ok((kind, bytes.into()))
    }
}

impl Drop for Cat {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A blob that git streams.
struct Blob {
    child: Child,
    from: ChildStdout,
}

impl Read for Blob {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let got = self.from.read(into)?;
        // An end because git failed is no end of the blob.
        if got == 0 && !into.is_empty() && !self.child.wait()?.success() {
            return Err(std::io::Error::other("git cannot read it; `git fsck` says more"));
        }
        Ok(got)
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of objects, and those it borrows from (`objects/info/alternates`).
fn folders(objects: &Path) -> Vec<PathBuf> {
    let mut all = vec![objects.to_owned()];
    let mut at = 0;
    while at < all.len() && all.len() < ALTERNATES {
        let list = std::fs::read(all[at].join("info/alternates")).unwrap_or_default();
        let others = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
        let others: Vec<PathBuf> = others.map(|line| all[at].join(super::repo::path(line))).collect();
        all.extend(others);
        at += 1;
    }
    all
}

fn indexes(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut indexes: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect();
    indexes.sort();
    indexes
}
