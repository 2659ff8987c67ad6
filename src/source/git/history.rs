//! Everything that history holds: of each file what each version added, once, with the commit that brought it in.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::added::{added, both};
use super::entries::{Id, Ids, Mode};
use super::exposure::{History, exposure};
use super::objects::{Missing, Objects, Reader};
use super::walk::{self, Change, Commit, Unread};
use super::{Asked, SUBMODULE, content, extras};
use crate::kind::Kind;
use crate::source::{Input, News, Push, Stream};

/// Versions of a file that one thread reads in a row.
const ROW: usize = 64;

/// How many bytes around new lines are shown to the detectors.
const AROUND: usize = 400;

/// What was listed of a repository's history.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) commits: Vec<Commit>,
    pub(super) paths: Vec<File>,
    /// Of all files, one file after the other, each from old to new.
    pub(super) versions: Vec<Version>,
}

/// A path with all that stood there.
pub(super) struct File {
    pub(super) path: Vec<u8>,
    pub(super) versions: Range<usize>,
}

/// What stood at a path from a commit on.
pub(super) struct Version {
    pub(super) commit: usize,
    pub(super) new: Option<(Mode, Id)>,
    /// What stood there before.
    pub(super) old: Vec<Id>,
    /// Is this the first time that the blob is seen at all?
    first: bool,
}

impl Listed {
    fn of(commits: Vec<Commit>, changes: Vec<Change>) -> Self {
        let mut seen = Ids::default();
        let mut files: HashMap<Vec<u8>, Vec<Version>> = HashMap::new();
        for Change { commit, path, new, old } in changes {
            let first = new.is_some_and(|(_, id)| seen.insert(id));
            files.entry(path).or_default().push(Version { commit, new, old, first });
        }
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut listed = Self { commits, ..Self::default() };
        for (path, versions) in files {
            let start = listed.versions.len();
            listed.versions.extend(versions);
            listed.paths.push(File { path, versions: start..listed.versions.len() });
        }
        listed
    }

    /// Has this blob been seen at a path?
    pub(super) fn blobs(&self) -> Ids {
        self.versions.iter().filter_map(|version| Some(version.new?.1)).collect()
    }
}

impl History {
    /// Lists history: files by their path, of each the versions in their order; then what else was asked for.
    pub(super) fn inputs(&self, asked: &Asked, max_bytes: Option<u64>, push: Push<'_>) -> bool {
        let tips = extras::tips(&self.repo, self.also);
        let tips = match tips {
            Ok(tips) => tips,
            Err(trouble) => return push(Input::unreadable("<history>", trouble.reason())),
        };
        let commits = match walk::commits(&self.repo, &self.revisions, &tips) {
            Ok(commits) => commits,
            Err(trouble) => return push(Input::unreadable("<history>", trouble.reason())),
        };
        let (changes, unread) = walk::changes(&self.objects, &commits, self.threads, &|path| asked.wants(path));
        let listed = Arc::new(Listed::of(commits, changes));
        let _ = self.listed.set(Arc::clone(&listed));
        self.not_here(&unread, push)
            && self.files(&listed, max_bytes, push)
            && extras::inputs(self, &listed, max_bytes, push)
    }

    /// Tells of history that is not in this clone.
    fn not_here(&self, unread: &[Unread], push: Push<'_>) -> bool {
        let commit = |(id, missing): &Unread| Input::unreadable(format!("<commit {id}>"), missing.reason());
        let shallow = self.repo.shallow.then(|| {
            let reason = "this clone is shallow: older commits are not in it; `git fetch --unshallow` brings them";
            Input::unreadable("<older history>", reason)
        });
        unread.iter().map(commit).chain(shallow).all(push)
    }

    fn files(&self, listed: &Arc<Listed>, max_bytes: Option<u64>, push: Push<'_>) -> bool {
        for (number, file) in listed.paths.iter().enumerate() {
            let mut versions = file.versions.clone();
            while !versions.is_empty() {
                let row = versions.start..versions.end.min(versions.start + ROW);
                versions.start = row.end;
                let name = self.repo.name(&file.path);
                let is_news = |version: &Version| version.first;
                if !listed.versions[row.clone()].iter().any(is_news) {
                    continue;
                }
                let (listed, objects) = (Arc::clone(listed), Arc::clone(&self.objects));
                let row = Row {
                    listed,
                    objects,
                    number,
                    name: name.clone(),
                    row,
                    reader: None,
                    last: None,
                    kind: None,
                    max_bytes,
                };
                if !push(Input { name, open: Box::new(move || Ok(Stream::group(row))) }) {
                    return false;
                }
            }
        }
        true
    }
}

/// Versions of one file, read one after the other: each is mostly a delta to its neighbour.
struct Row {
    listed: Arc<Listed>,
    objects: Arc<Objects>,
    number: usize,
    name: String,
    row: Range<usize>,
    reader: Option<Reader>,
    last: Option<(Id, Arc<Vec<u8>>)>,
    kind: Option<(Box<[u8]>, Kind)>,
    max_bytes: Option<u64>,
}

impl Iterator for Row {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        let at = self.row.find(|at| self.listed.versions[*at].first)?;
        let listed = Arc::clone(&self.listed);
        let version = &listed.versions[at];
        let (mode, id) = version.new?;
        let name = self.name.clone();
        if mode == Mode::Submodule {
            let known = listed.paths[self.number].versions.start..at;
            let told = listed.versions[known].iter().any(|other| other.new.is_some_and(|new| new.0 == mode));
            return if told { self.next() } else { Some(Input::unreadable(name, SUBMODULE)) };
        }
        let stream = self.stream(&version.old, id).map(|mut stream| {
            stream.exposure = Some(Arc::new(exposure(&listed.commits[version.commit], at)));
            stream
        });
        Some(Input { name, open: Box::new(move || stream) })
    }
}

impl Row {
    fn stream(&mut self, old: &[Id], id: Id) -> Result<Stream, String> {
        let bytes = match self.blob(id) {
            Ok(bytes) => bytes,
            Err(Missing::Big) => return Ok(Stream::new(Objects::stream(&id)?, None)),
            Err(missing) => return Err(missing.reason()),
        };
        let mut news = None;
        if !is_binary(&bytes) {
            for old in old {
                // What a version adds cannot be told without the one before: then all of it counts.
                let Ok(old) = self.blob(*old) else { continue };
                let lines = added(&old, &bytes);
                news = Some(news.map_or_else(|| lines.clone(), |news: Vec<_>| both(&news, &lines)));
            }
        }
        self.last = Some((id, Arc::clone(&bytes)));
        if let Some(added) = news
            && self.max_bytes.is_none_or(|max| bytes.len() as u64 <= max)
        {
            let kind = self.kind(&bytes);
            return Ok(Stream { news: Some(News { text: bytes, kind, added, around: AROUND }), ..Stream::empty() });
        }
        content(bytes.to_vec(), self.max_bytes)
    }

    /// What the file is: told anew where its beginning has changed.
    fn kind(&mut self, bytes: &[u8]) -> Kind {
        let head = &bytes[..bytes.len().min(4096)];
        match &self.kind {
            Some((known, kind)) if **known == *head => *kind,
            _ => {
                let kind = Kind::of(&self.name, head);
                self.kind = Some((head.into(), kind));
                kind
            }
        }
    }

    fn blob(&mut self, id: Id) -> Result<Arc<Vec<u8>>, Missing> {
        if let Some((last, bytes)) = &self.last
            && *last == id
        {
            return Ok(Arc::clone(bytes));
        }
        let reader = self.reader.get_or_insert_with(|| self.objects.reader());
        self.objects.get(reader, &id).map(|(_, bytes)| bytes)
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.objects.give_back(reader);
        }
    }
}

/// Does git take it for no text (a NUL among its first bytes)?
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some()
}
