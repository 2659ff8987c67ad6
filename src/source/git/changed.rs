//! What is staged, and what was added since a commit.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::added::added as news;
use super::entries::{Id, Mode};
use super::history::is_binary;
use super::objects::{BIG, Missing, Objects};
use super::repo::{Repo, Trouble};
use super::{Asked, SUBMODULE, Side, content};
use crate::kind::Kind;
use crate::source::{Input, News, Push, Stream, Wanted, open};

/// How many bytes around new lines are shown to the detectors.
const AROUND: usize = 4 << 10;

/// What stands at a path now, and what stood there before.
struct Changed {
    path: Vec<u8>,
    mode: Mode,
    /// None: it stands in the work tree only.
    new: Option<Id>,
    /// The file that it was before.
    old: Option<Id>,
    /// The path that it had before, if that was another.
    from: Option<Vec<u8>>,
}

/// Lists what is staged, as it is in the index.
pub(super) fn staged(asked: &Asked, max_bytes: Option<u64>, push: Push<'_>) -> bool {
    let files = match index(asked) {
        Ok(files) => files,
        Err(trouble) => return push(Input::unreadable("<index>", trouble.reason())),
    };
    let objects = Arc::new(Objects::of(&asked.repo, 1));
    files.into_values().all(|file| {
        push(match file {
            Err(input) => input,
            Ok(changed) => input(&asked.repo, &objects, changed, max_bytes, None),
        })
    })
}

/// Lists the files that differ from the tree `base`, of each the lines that it has and that one has not.
///
/// What was renamed is new as a whole if other rules hold at its new path (`alike` says whether the same do).
pub(super) fn added(asked: &Asked, (base, with): (&str, &Side), wanted: &Wanted, push: Push<'_>) -> bool {
    let max_bytes = wanted.max_bytes;
    let said = match with {
        Side::WorkTree => diff(asked, &["diff-index", "--find-renames", base]),
        Side::Index => diff(asked, &["diff-index", "--cached", "--find-renames", base]),
        Side::Tree(tree) => diff(asked, &["diff-tree", "-r", "--find-renames", base, tree]),
    };
    let changed = match said {
        Ok(changed) => changed,
        Err(trouble) => return push(Input::unreadable("<changes>", trouble.reason())),
    };
    let objects = Arc::new(Objects::of(&asked.repo, 1));
    changed
        .into_iter()
        .filter(|changed| asked.wants(&changed.path))
        .map(|changed| {
            let name = |path: &[u8]| asked.repo.name(path);
            let moved = |from: &Vec<u8>| !wanted.are_alike(&name(from), &name(&changed.path));
            let old = changed.old.filter(|_| !changed.from.as_ref().is_some_and(moved));
            Changed { old, ..changed }
        })
        .all(|changed| push(input(&asked.repo, &objects, changed, max_bytes, Some(with))))
}

type Staged = BTreeMap<Vec<u8>, Result<Changed, Input>>;

/// What of the index is wanted: files that are named, and what differs from `HEAD`.
fn index(asked: &Asked) -> Result<Staged, Trouble> {
    let repo = &asked.repo;
    let mut files = Staged::new();
    let mut folders = asked.paths.is_empty();
    if !asked.paths.is_empty() {
        let names: Vec<String> = asked.paths.iter().map(|path| relative(repo, path)).collect();
        let arguments = ["ls-files", "--stage", "-z", "--full-name", "--"].into_iter().map(str::to_owned);
        let said = repo.ask(arguments.chain(names))?;
        let known: BTreeMap<Vec<u8>, Changed> =
            said.split(|byte| *byte == 0).filter_map(|line| entry(repo, line)).collect();
        for path in &asked.paths {
            let below = format!("{path}/");
            if let Some(found) = known.get(path.as_bytes()) {
                files.insert(found.path.clone(), Ok(Changed { path: found.path.clone(), from: None, ..*found }));
            } else if path.is_empty() || known.keys().any(|known| known.starts_with(below.as_bytes())) {
                folders = true;
            } else {
                let name = repo.name(path.as_bytes());
                files.insert(path.clone().into_bytes(), Err(Input::unreadable(name, "not in the index")));
            }
        }
    }
    if folders {
        // Before the first commit there is no HEAD, and everything is new.
        let since = |tree: &str| diff(asked, &["diff-index", "--cached", "--no-renames", tree]);
        for changed in since("HEAD").or_else(|_| since(&repo.empty_tree()?))? {
            if asked.wants(&changed.path) {
                files.entry(changed.path.clone()).or_insert(Ok(changed));
            }
        }
    }
    Ok(files)
}

/// A path from the top as git, in the working directory, wants to have it.
fn relative(repo: &Repo, path: &str) -> String {
    let name = repo.name(path.as_bytes());
    if name.is_empty() { ".".to_owned() } else { name }
}

/// A line of `git ls-files --stage`: `100644 <id> 0<tab>path`. What is in conflict has no stage 0.
fn entry(repo: &Repo, line: &[u8]) -> Option<(Vec<u8>, Changed)> {
    let tab = memchr::memchr(b'\t', line)?;
    let mut words = line[..tab].split(|byte| *byte == b' ');
    let mode = Mode::of(words.next()?);
    let id = repo.id(words.next()?)?;
    let new = (words.next()? == b"0").then_some(id);
    let path = line[tab + 1..].to_vec();
    Some((path.clone(), Changed { path, mode, new, old: None, from: None }))
}

/// What `git diff-index` or `git diff-tree` says, without what was deleted.
fn diff(asked: &Asked, arguments: &[&str]) -> Result<Vec<Changed>, Trouble> {
    let fixed =
        [arguments[0], "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"];
    let all: Vec<&str> = fixed.into_iter().chain(arguments[1..].iter().copied()).chain(["--"]).collect();
    let said = asked.repo.ask_once(&all)?;
    let mut fields = said.split(|byte| *byte == 0);
    let mut all = Vec::new();
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let unknown = || Trouble::Failed("`git diff` said something unknown".to_owned());
        let words: Vec<&[u8]> = head.split(|byte| *byte == b' ').collect();
        let [old_mode, mode, old, new, status] = words[..] else { return Err(unknown()) };
        let (mut path, mut from) = (fields.next().ok_or_else(unknown)?, None);
        if matches!(status.first(), Some(b'R' | b'C')) {
            from = Some(path.to_vec());
            path = fields.next().ok_or_else(unknown)?;
        }
        let id = |hex: &[u8]| asked.repo.id(hex).filter(|id| !id.is_none());
        let was_file = Mode::of(old_mode.strip_prefix(b":").unwrap_or(old_mode)) == Mode::File;
        if status != b"D" {
            let old = id(old).filter(|_| was_file);
            all.push(Changed { path: path.to_vec(), mode: Mode::of(mode), new: id(new), old, from });
        }
    }
    Ok(all)
}

/// The file as an input; with a side of a comparison only what it adds to what it was.
fn input(repo: &Repo, objects: &Arc<Objects>, changed: Changed, max_bytes: Option<u64>, side: Option<&Side>) -> Input {
    let only_news = side.is_some();
    let name = repo.name(&changed.path);
    if changed.mode == Mode::Submodule {
        return Input::unreadable(name, SUBMODULE);
    }
    let file = repo.file(&changed.path).filter(|_| matches!(side, Some(Side::WorkTree)));
    let (objects, shown) = (Arc::clone(objects), name.clone());
    let open = move || {
        let bytes = match (changed.new, file) {
            (Some(id), _) => match objects.with(|reader| objects.get(reader, &id)) {
                Ok((_, bytes)) => bytes.to_vec(),
                Err(Missing::Big) => return Ok(Stream::new(Objects::stream(&id)?, None)),
                Err(missing) => return Err(missing.reason()),
            },
            (None, Some(file)) => match in_work_tree(&file)? {
                Found::Small(bytes) => bytes,
                Found::Big(file) => return Ok(Stream::new(file, None)),
            },
            (None, None) => return Err("in conflict: nothing of it is staged".to_owned()),
        };
        let old = changed.old.filter(|_| only_news && !is_binary(&bytes));
        let old = old.and_then(|old| objects.with(|reader| objects.get(reader, &old)).ok());
        let added = old.map(|(_, old)| news(&with_ends_of(&bytes, &old), &bytes));
        let stream = content(bytes.clone(), max_bytes)?;
        let news = added.map(|added| {
            let kind = Kind::of(&shown, &bytes);
            News { text: bytes.into(), kind, added, around: AROUND }
        });
        Ok(Stream { news, ..stream })
    };
    Input { name, open: Box::new(open) }
}

enum Found {
    Small(Vec<u8>),
    Big(File),
}

/// A file of the work tree; of a symbolic link, as git does, the text of its target.
fn in_work_tree(path: &Path) -> Result<Found, String> {
    let reason = |error: std::io::Error| open::reason(&error);
    let metadata = std::fs::symlink_metadata(path).map_err(reason)?;
    if metadata.is_symlink() {
        let target = std::fs::read_link(path).map_err(reason)?;
        return Ok(Found::Small(target.to_string_lossy().into_owned().into_bytes()));
    }
    if !metadata.is_file() {
        return Err("no longer a file".to_owned());
    }
    let mut file = File::open(path).map_err(reason)?;
    if metadata.len() > BIG {
        return Ok(Found::Big(file));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(reason)?;
    Ok(Found::Small(bytes))
}

/// `old` with the line ends that a checkout has given to `new` (`core.autocrlf`).
fn with_ends_of(new: &[u8], old: &[u8]) -> Vec<u8> {
    let crlf = |text: &[u8]| memchr::memmem::find(text, b"\r\n").is_some();
    if !crlf(new) || crlf(old) {
        return old.to_vec();
    }
    let mut out = Vec::with_capacity(old.len() + old.len() / 32);
    for line in old.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => out.extend_from_slice(&[line, b"\r\n"].concat()),
            None => out.extend_from_slice(line),
        }
    }
    out
}
