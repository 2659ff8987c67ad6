//! Since when, and until when, something stands in history.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::entries::Id;
use super::extras::Also;
use super::history::{Listed, Version, is_binary};
use super::objects::Objects;
use super::repo::Repo;
use super::walk::{self, Commit};
use crate::document::{Exposure, line_around};

/// How many blobs are read to learn where things ended, in a whole run: enough for thousands of findings.
const BUDGET: usize = 50_000;

/// The history of a repository.
pub struct History {
    pub(super) repo: Arc<Repo>,
    pub(super) objects: Arc<Objects>,
    /// What `git rev-list` is asked for.
    pub(super) revisions: Vec<String>,
    pub(super) also: Also,
    pub(super) threads: usize,
    pub(super) listed: OnceLock<Arc<Listed>>,
    head: OnceLock<Head>,
    read: AtomicUsize,
}

/// What stands in `HEAD`.
#[derive(Default)]
struct Head {
    paths: HashMap<Vec<u8>, Id>,
    blobs: std::collections::HashSet<Id>,
}

/// What is known at once of something that a commit brought in.
pub(super) fn exposure(commit: &Commit, version: usize) -> Exposure {
    let (commit, authored) = (commit.id.to_string(), commit.authored);
    Exposure { commit, authored, in_head: None, gone: None, days: None, version }
}

impl History {
    /// The history that `revisions` (arguments of `git rev-list`; none: all that a reference leads to) name.
    #[must_use]
    pub fn new(repo: Arc<Repo>, revisions: Vec<String>, also: Also, threads: usize) -> Self {
        let objects = Arc::new(Objects::of(&repo, threads));
        let (listed, head, read) = Default::default();
        Self { repo, objects, revisions, also, threads, listed, head, read }
    }

    /// The commits that were asked for by their id, else `HEAD`: what is there at the end.
    #[must_use]
    pub fn tips(&self) -> Vec<String> {
        let is_id = |word: &&String| word.len() >= 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let named: Vec<String> = self.revisions.iter().filter(is_id).cloned().collect();
        if named.is_empty() { vec!["HEAD".to_owned()] } else { named }
    }

    /// Completes what is known of something that begins at byte `at` of its file: whether `HEAD` still has its line (its
    /// file, where `at` is not known), which commit took it away, and for how many days it stood there. `now` is in seconds since 1970.
    pub fn trace(&self, exposure: &mut Exposure, at: Option<u64>, now: i64) {
        let Some(listed) = self.listed.get() else { return };
        if exposure.version >= listed.versions.len() {
            return;
        }
        let file = listed.paths.partition_point(|file| file.versions.end <= exposure.version);
        let Some(file) = listed.paths.get(file) else { return };
        let Some((_, blob)) = listed.versions[exposure.version].new else { return };
        let line = at.and_then(|at| self.line(blob, at));
        let mut known = HashMap::from([(blob, true)]);
        let mut holds = |id: Id| *known.entry(id).or_insert_with(|| self.holds(id, line.as_deref()));
        let head = self.head.get_or_init(|| self.head());
        let in_head = head.blobs.contains(&blob) || head.paths.get(&file.path).is_some_and(|id| holds(*id));
        exposure.in_head = Some(in_head);
        if !in_head {
            let later = exposure.version + 1..file.versions.end;
            let mut ends = |version: &&Version| {
                let was = version.old.iter().any(|old| holds(*old));
                was && !version.new.is_some_and(|(_, id)| holds(id))
            };
            let end = listed.versions[later].iter().take_while(|_| self.has_budget()).find(|version| ends(version));
            let commit = end.map(|version| &listed.commits[version.commit]);
            exposure.gone = commit.map(|commit| (commit.id.to_string(), commit.authored));
        }
        let end = if in_head { Some(now) } else { exposure.gone.as_ref().map(|gone| gone.1) };
        exposure.days = end.map(|end| (end - exposure.authored).max(0) / 86_400);
    }

    /// The line around byte `at` of a blob that is text.
    fn line(&self, blob: Id, at: u64) -> Option<Vec<u8>> {
        let bytes = self.blob(blob)?;
        let at = usize::try_from(at).ok().filter(|at| *at < bytes.len() && !is_binary(&bytes))?;
        Some(bytes[line_around(&bytes, at)].to_vec())
    }

    /// Does a blob hold this line?
    fn holds(&self, blob: Id, line: Option<&[u8]>) -> bool {
        let (Some(line), Some(bytes)) = (line, self.blob(blob)) else { return false };
        memchr::memmem::find_iter(&bytes, line).any(|at| line_around(&bytes, at) == (at..at + line.len()))
    }

    fn blob(&self, id: Id) -> Option<Arc<Vec<u8>>> {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.objects.with(|reader| self.objects.get(reader, &id)).ok().map(|(_, bytes)| bytes)
    }

    fn has_budget(&self) -> bool {
        self.read.load(Ordering::Relaxed) < BUDGET
    }

    fn head(&self) -> Head {
        let tree = self.repo.revision("HEAD", "tree").ok().and_then(|hex| self.repo.id(hex.as_bytes()));
        let Some(tree) = tree else { return Head::default() };
        let files = self.objects.with(|reader| walk::files(&self.objects, reader, tree));
        let blobs = files.iter().map(|file| file.1).collect();
        Head { paths: files.into_iter().collect(), blobs }
    }
}
