//! What history holds beside files: messages, names of references, notes, stashes, what nothing refers to.

use std::collections::HashSet;
use std::sync::Arc;

use super::content;
use super::entries::{self, Id};
use super::exposure::{History, exposure};
use super::history::Listed;
use super::objects::{Kind, Missing, Objects};
use super::repo::{Repo, Trouble};
use super::walk::Commit;
use crate::document::Exposure;
use crate::source::{Input, Push, Stream};

/// What is read beside files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// Messages of commits and of annotated tags.
    pub messages: bool,
    /// Names of branches, tags and other references.
    pub refs: bool,
    /// What `git notes` holds.
    pub notes: bool,
    /// What `git stash` holds.
    pub stashes: bool,
    /// Commits, tags and blobs that no reference leads to: amended, rebased, dropped, staged and never committed.
    pub unreachable: bool,
}

/// Switches a thing on.
type Switch = fn(&mut Also);

/// The things that may be read beside files: name, and how each is switched on.
pub const ALSO: &[(&str, Switch)] = &[
    ("messages", |also| also.messages = true),
    ("refs", |also| also.refs = true),
    ("notes", |also| also.notes = true),
    ("stashes", |also| also.stashes = true),
    ("unreachable", |also| also.unreachable = true),
    ("all", |also| *also = Also { messages: true, refs: true, notes: true, stashes: true, unreachable: true }),
];

/// Messages that one thread reads in a row.
const ROW: usize = 256;

/// Commits to begin at, beside those that revisions name.
pub(super) fn tips(repo: &Repo, also: Also) -> Result<Vec<Id>, Trouble> {
    let mut tips = Vec::new();
    if also.stashes {
        // Without a stash there is no such reference.
        let said = repo.ask(["log", "--walk-reflogs", "--format=%H", "--no-show-signature", "refs/stash", "--"]);
        tips.extend(ids(repo, &said.unwrap_or_default()));
    }
    if also.notes {
        let said = repo.ask(["for-each-ref", "--format=%(objectname)", "refs/notes"])?;
        tips.extend(ids(repo, &said));
    }
    if also.unreachable {
        tips.extend(everything(repo)?.into_iter().filter(|(kind, _)| *kind == Kind::Commit).map(|(_, id)| id));
    }
    Ok(tips)
}

fn ids(repo: &Repo, lines: &[u8]) -> Vec<Id> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| repo.id(line)).collect()
}

/// All objects that are here, whatever leads to them.
fn everything(repo: &Repo) -> Result<Vec<(Kind, Id)>, Trouble> {
    let format = "--batch-check=%(objectname) %(objecttype)";
    let said = repo.ask(["cat-file", "--batch-all-objects", "--unordered", format])?;
    let object = |line: &[u8]| {
        let blank = memchr::memchr(b' ', line)?;
        let kind = match &line[blank + 1..] {
            b"commit" => Kind::Commit,
            b"blob" => Kind::Blob,
            b"tag" => Kind::Tag,
            _ => return None,
        };
        Some((kind, repo.id(&line[..blank])?))
    };
    let mut all: Vec<(Kind, Id)> = said.split(|byte| *byte == b'\n').filter_map(object).collect();
    all.sort_unstable_by_key(|(_, id)| *id);
    Ok(all)
}

/// Lists what was asked for beside files.
pub(super) fn inputs(history: &History, listed: &Arc<Listed>, max_bytes: Option<u64>, push: Push<'_>) -> bool {
    let also = history.also;
    if also.messages && !messages(history, listed, push) {
        return false;
    }
    let refs = if also.refs || also.messages { refs(&history.repo) } else { Ok(Vec::new()) };
    let refs = match refs {
        Ok(refs) => refs,
        Err(trouble) => return push(Input::unreadable("<references>", trouble.reason())),
    };
    if also.refs && !push(names(&refs)) {
        return false;
    }
    let mut tags: Vec<(String, Id)> =
        refs.into_iter().filter(|(_, kind, _)| kind == "tag").map(|r| (r.0, r.2)).collect();
    let mut blobs = Vec::new();
    if also.unreachable {
        match everything(&history.repo) {
            Ok(all) => lost(all, listed, &mut tags, &mut blobs),
            Err(trouble) => return push(Input::unreadable("<unreachable objects>", trouble.reason())),
        }
    }
    let tags = if also.messages { tags } else { Default::default() };
    tags.into_iter().all(|(name, id)| push(tag(history, &name, id)))
        && blobs.into_iter().all(|id| push(blob(history, id, max_bytes)))
}

/// Name, type of the object, its id.
fn refs(repo: &Repo) -> Result<Vec<(String, String, Id)>, Trouble> {
    let said = repo.ask(["for-each-ref", "--format=%(objectname) %(objecttype) %(refname)"])?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let reference = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (id, kind, name) = (words.next()?, words.next()?, words.next()?);
        Some((name.to_owned(), kind.to_owned(), repo.id(id.as_bytes())?))
    };
    Ok(said.lines().filter_map(reference).collect())
}

/// The names of references as a document, one a line, `/` and `-` as they are.
fn names(refs: &[(String, String, Id)]) -> Input {
    let text: String = refs.iter().map(|(name, ..)| format!("{name}\n")).collect();
    let size = text.len() as u64;
    let open = Box::new(move || Ok(Stream::new(std::io::Cursor::new(text), Some(size))));
    Input { name: "<names of references>".to_owned(), open }
}

fn messages(history: &History, listed: &Arc<Listed>, push: Push<'_>) -> bool {
    let count = listed.commits.len();
    (0..count).step_by(ROW).all(|start| {
        let (listed, objects) = (Arc::clone(listed), Arc::clone(&history.objects));
        let rows = (start..count.min(start + ROW)).map(move |at| {
            let commit = &listed.commits[at];
            let text = objects.with(|reader| objects.get(reader, &commit.id));
            let text = text.map(|(_, bytes)| entries::message(&bytes).to_vec());
            said(format!("{}/COMMIT_EDITMSG", short(&commit.id)), text, exposure(commit, usize::MAX))
        });
        push(Input { name: "<messages of commits>".to_owned(), open: Box::new(move || Ok(Stream::group(rows))) })
    })
}

/// A message as a document.
fn said(name: String, text: Result<Vec<u8>, Missing>, exposure: Exposure) -> Input {
    let stream = text.map_err(Missing::reason).map(|text| {
        let size = text.len() as u64;
        Stream { exposure: Some(Arc::new(exposure)), ..Stream::new(std::io::Cursor::new(text), Some(size)) }
    });
    Input { name, open: Box::new(move || stream) }
}

fn tag(history: &History, name: &str, id: Id) -> Input {
    let bytes = history.objects.with(|reader| history.objects.get(reader, &id)).map(|(_, bytes)| bytes);
    let head = bytes.as_ref().map_or(&[] as &[u8], |bytes| bytes.as_slice());
    let authored = entries::field(head, "tagger").and_then(entries::time).unwrap_or_default();
    let commit = entries::field(head, "object").and_then(|hex| history.repo.id(hex)).unwrap_or(id);
    let tagged = Commit { id: commit, tree: id, authored, parents: Box::default() };
    let text = bytes.map(|bytes| entries::message(&bytes).to_vec());
    said(format!("{name}/TAG_EDITMSG"), text, exposure(&tagged, usize::MAX))
}

/// Of all objects, the blobs and tags that nothing listed leads to.
fn lost(all: Vec<(Kind, Id)>, listed: &Listed, tags: &mut Vec<(String, Id)>, blobs: &mut Vec<Id>) {
    let (seen, named) = (listed.blobs(), tags.iter().map(|(_, id)| *id).collect::<HashSet<_>>());
    for (kind, id) in all {
        match kind {
            Kind::Blob if !seen.contains(&id) => blobs.push(id),
            Kind::Tag if !named.contains(&id) => tags.push((short(&id), id)),
            _ => {}
        }
    }
}

/// A blob that no tree names.
fn blob(history: &History, id: Id, max_bytes: Option<u64>) -> Input {
    let objects = Arc::clone(&history.objects);
    let open = move || match objects.with(|reader| objects.get(reader, &id)) {
        Ok((_, bytes)) => content(bytes.to_vec(), max_bytes),
        Err(Missing::Big) => Ok(Stream::new(Objects::stream(&id)?, None)),
        Err(missing) => Err(missing.reason()),
    };
    Input { name: format!("blob {}", short(&id)), open: Box::new(open) }
}

/// The first digits of an id, enough to name it.
fn short(id: &Id) -> String {
    let mut hex = id.to_string();
    hex.truncate(12);
    hex
}
