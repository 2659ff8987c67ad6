//! Commits in their order, and what each changed.

use std::sync::Arc;

use super::entries::{self, Entry, Id, Mode, Table};
use super::objects::{Kind, Missing, Objects, Reader};
use super::repo::{Repo, Trouble};

/// A commit.
pub(super) struct Commit {
    pub(super) id: Id,
    pub(super) tree: Id,
    /// Seconds since 1970.
    pub(super) authored: i64,
    pub(super) parents: Box<[Id]>,
}

/// What a commit did to a path.
pub(super) struct Change {
    /// Number of the commit.
    pub(super) commit: usize,
    pub(super) path: Vec<u8>,
    /// What stands there now; none: nothing.
    pub(super) new: Option<(Mode, Id)>,
    /// The files that stood there before, one for each parent that had one.
    pub(super) old: Vec<Id>,
}

/// The commits that `git rev-list` names, those before others first.
pub(super) fn commits(repo: &Repo, revisions: &[String], tips: &[Id]) -> Result<Vec<Commit>, Trouble> {
    let mut arguments = vec!["rev-list", "--date-order", "--reverse", "--format=%H %T %at %P", "--stdin"];
    arguments.extend(revisions.iter().map(String::as_str));
    // A file may be called like a revision.
    arguments.push("--");
    let tips: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    // Without a line at all, git would take the standard input of this process.
    let said = repo.ask_on(arguments, if tips.is_empty() { b"\n" } else { tips.as_bytes() })?;
    let lines = said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"commit "));
    let unknown = || Trouble::Failed("`git rev-list` said something unknown".to_owned());
    lines.map(|line| commit(repo, line).ok_or_else(unknown)).collect()
}

fn commit(repo: &Repo, line: &[u8]) -> Option<Commit> {
    let mut words = line.split(|byte| *byte == b' ');
    let id = repo.id(words.next()?)?;
    let tree = repo.id(words.next()?)?;
    let authored = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let parents = words.filter(|word| !word.is_empty()).map(|word| repo.id(word)).collect::<Option<_>>()?;
    Some(Commit { id, tree, authored, parents })
}

/// What could not be looked at: a commit, and why.
pub(super) type Unread = (Id, Missing);

/// What the commits changed, in their order; all threads walk a stretch of history each.
pub(super) fn changes(
    objects: &Objects,
    commits: &[Commit],
    threads: usize,
    wants: &(dyn Fn(&[u8]) -> bool + Sync),
) -> (Vec<Change>, Vec<Unread>) {
    let trees: Table<Id, Id> = commits.iter().map(|commit| (commit.id, commit.tree)).collect();
    let size = commits.len().div_ceil(threads.max(1)).max(1);
    let walk = |(number, stretch): (usize, &[Commit])| {
        objects.with(|reader| {
            let mut walk = Walk { objects, reader, wants, commit: 0, path: Vec::new(), found: Vec::new() };
            let mut unread = Vec::new();
            for (at, commit) in stretch.iter().enumerate() {
                walk.commit = number * size + at;
                if let Err(missing) = walk.of(commit, &trees) {
                    unread.push((commit.id, missing));
                }
                walk.path.clear();
            }
            (walk.found, unread)
        })
    };
    let mut all = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let stretches: Vec<_> =
            commits.chunks(size).enumerate().map(|stretch| scope.spawn(move || walk(stretch))).collect();
        for stretch in stretches {
            // A thread that panics has said so; what it did not see must not count as clean.
            let (found, unread) = stretch.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.0.extend(found);
            all.1.extend(unread);
        }
    });
    all
}

struct Walk<'w> {
    objects: &'w Objects,
    reader: &'w mut Reader,
    wants: &'w (dyn Fn(&[u8]) -> bool + Sync),
    commit: usize,
    path: Vec<u8>,
    found: Vec<Change>,
}

impl Walk<'_> {
    fn of(&mut self, commit: &Commit, trees: &Table<Id, Id>) -> Result<(), Missing> {
        let mut old = Vec::with_capacity(commit.parents.len());
        for parent in &commit.parents {
            old.push(Some(match trees.get(parent) {
                Some(tree) => *tree,
                None => self.tree_of(parent)?,
            }));
        }
        self.tree(Some(commit.tree), &old)
    }

    fn tree_of(&mut self, commit: &Id) -> Result<Id, Missing> {
        let (_, bytes) = self.objects.get(self.reader, commit)?;
        let tree = entries::field(&bytes, "tree").and_then(|hex| Id::of_hex(hex, self.objects.id_len()));
        tree.ok_or(Missing::Broken)
    }

    /// What `new` has that none of `old` has, and what it lacks that all of them have.
    fn tree(&mut self, new: Option<Id>, old: &[Option<Id>]) -> Result<(), Missing> {
        if old.contains(&new) {
            return Ok(());
        }
        let new = self.bytes(new)?;
        let old: Vec<Arc<Vec<u8>>> = old.iter().map(|old| self.bytes(*old)).collect::<Result<_, _>>()?;
        let len = self.objects.id_len();
        let mut new = entries::entries(&new, len).peekable();
        let mut old: Vec<_> = old.iter().map(|old| entries::entries(old, len).peekable()).collect();
        loop {
            let heads = new.peek().into_iter().chain(old.iter_mut().filter_map(|old| old.peek()));
            let Some(next) = heads.copied().min_by(order) else { return Ok(()) };
            let same = |entry: &Entry<'_>| order(entry, &next).is_eq();
            let now = new.next_if(same);
            let before: Vec<Option<Entry<'_>>> = old.iter_mut().map(|old| old.next_if(same)).collect();
            self.entry(&next, now, &before)?;
        }
    }

    fn entry(&mut self, next: &Entry<'_>, now: Option<Entry<'_>>, before: &[Option<Entry<'_>>]) -> Result<(), Missing> {
        let unchanged = before.iter().any(|before| before.map(|entry| entry.id) == now.map(|entry| entry.id));
        if unchanged {
            return Ok(());
        }
        let len = self.path.len();
        self.path.extend_from_slice(next.name);
        let mut done = Ok(());
        if next.mode == Mode::Tree {
            self.path.push(b'/');
            let before: Vec<Option<Id>> = before.iter().map(|entry| entry.map(|entry| entry.id)).collect();
            done = self.tree(now.map(|entry| entry.id), &before);
        } else if (self.wants)(&self.path) {
            let old = before.iter().flatten().filter(|entry| entry.mode == Mode::File).map(|entry| entry.id).collect();
            let new = now.map(|entry| (entry.mode, entry.id));
            self.found.push(Change { commit: self.commit, path: self.path.clone(), new, old });
        }
        self.path.truncate(len);
        done
    }

    fn bytes(&mut self, id: Option<Id>) -> Result<Arc<Vec<u8>>, Missing> {
        let Some(id) = id else { return Ok(Arc::default()) };
        match self.objects.get(self.reader, &id)? {
            (Kind::Tree, bytes) => Ok(bytes),
            _ => Err(Missing::Broken),
        }
    }
}

/// Git's order of entries: by name, that of a folder with a `/` behind it.
fn order(a: &Entry<'_>, b: &Entry<'_>) -> std::cmp::Ordering {
    let key = |entry: &Entry<'_>| (entry.mode == Mode::Tree).then_some(b'/');
    let common = a.name.len().min(b.name.len());
    a.name[..common].cmp(&b.name[..common]).then_with(|| {
        let rest = |entry: &Entry<'_>| entry.name.get(common).copied().or_else(|| key(entry)).unwrap_or(0);
        rest(a).cmp(&rest(b)).then_with(|| a.name.len().cmp(&b.name.len()))
    })
}

/// All files of a tree: path and id.
pub(super) fn files(objects: &Objects, reader: &mut Reader, tree: Id) -> Vec<(Vec<u8>, Id)> {
    let mut walk = Walk { objects, reader, wants: &|_| true, commit: 0, path: Vec::new(), found: Vec::new() };
    let _ = walk.tree(Some(tree), &[None]);
    let file = |change: Change| Some((change.path, change.new.filter(|(mode, _)| *mode == Mode::File)?.1));
    walk.found.into_iter().filter_map(file).collect()
}
