//! What the flags for git ask for.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::args::ScanArgs;
use super::running::threads;
use super::setup;
use super::sift::Whole;
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::source::git::{ALSO, Also, Asked, History, Repo, Side, Trouble, What};

/// Most bytes of what git hands a pre-push hook.
const REFS_LIMIT: u64 = 16 << 20;

/// What of a repository is wanted, if anything; `paths` are those of the command line.
pub(super) fn asked(args: &ScanArgs, paths: &[String]) -> Result<Option<Asked>> {
    let history = args.history.is_some() || args.pre_push.is_some();
    if !args.also.is_empty() && !history {
        return Err(usage("--also goes with --history or --pre-push", "add --history"));
    }
    if !history && !args.staged && args.diff.is_none() {
        return Ok(None);
    }
    let repo = Arc::new(Repo::here().map_err(|trouble| no_repository(&trouble))?);
    let paths = paths.iter().map(|path| repo.from_top(path)).collect();
    let what = match &args.diff {
        Some(base) => added(&repo, base, args.staged)?,
        None if args.staged && repo.top.is_none() => {
            return Err(usage("a bare repository has no index", "use --history, or --diff A..B"));
        }
        None if args.staged => What::Staged,
        None => {
            let revisions = match &args.pre_push {
                Some(remote) => pushed(&repo, remote.first().map(String::as_str))?,
                None => range(&repo, args.history.as_deref().unwrap_or_default())?,
            };
            What::History(Arc::new(History::new(Arc::clone(&repo), revisions, also(args), threads(args))))
        }
    };
    Ok(Some(Asked { repo, what, paths }))
}

/// Completes what is known of a finding in history.
pub(super) fn trace(asked: Option<&Asked>, finding: &mut Finding) {
    let Some(Asked { what: What::History(history), .. }) = asked else { return };
    // Of what is packed in a file only the file can be followed.
    let is_packed = finding.document.as_str().contains('!');
    if let Some(exposure) = &mut finding.exposure {
        let at = Some(finding.start_byte).filter(|_| !is_packed);
        history.trace(exposure, at, super::time::now());
    }
}

/// Where only lines that are new are scanned: the text of a document as the change leaves it, by its name.
pub(super) fn whole(asked: &Asked) -> Option<Whole<'_>> {
    let from_top = |name: &str| asked.repo.from_top(name);
    match &asked.what {
        What::Staged => None,
        What::Added { with: Side::WorkTree, .. } => {
            Some(Box::new(|name| setup::here().ok().and_then(|here| std::fs::read(here.join(name)).ok())))
        }
        What::Added { with: Side::Index, .. } => Some(Box::new(move |name| blob("", &from_top(name)))),
        What::Added { with: Side::Tree(tree), .. } => Some(Box::new(move |name| blob(tree, &from_top(name)))),
        // What is pushed, or what is there now.
        What::History(history) => {
            Some(Box::new(move |name| history.tips().iter().find_map(|tip| blob(tip, &from_top(name)))))
        }
    }
}

/// A file of a tree, or (`""`) of the index; the path is from the top.
fn blob(tree: &str, path: &str) -> Option<Vec<u8>> {
    super::repo::bytes(&["cat-file", "blob", &format!("{tree}:{path}")])
}

fn also(args: &ScanArgs) -> Also {
    let mut also = Also::default();
    let named = |name: &String| ALSO.iter().find(|(known, _)| known == name);
    args.also.iter().filter_map(named).for_each(|(_, switch)| switch(&mut also));
    also
}

/// `BASE`, or `A..B`, or `A...B`.
fn added(repo: &Repo, base: &str, staged: bool) -> Result<What> {
    let revision = |name: &str, kind: &str| {
        let name = if name.is_empty() { "HEAD" } else { name };
        repo.revision(name, kind).map_err(|trouble| no_revision(name, &trouble))
    };
    let common = |a: &str, b: &str| {
        let said = repo.ask(["merge-base", a, b]).ok()?;
        String::from_utf8_lossy(&said).lines().next().map(str::to_owned)
    };
    if let Some((from, to)) = base.split_once("..") {
        let symmetric = to.strip_prefix('.');
        let (from, to) = (revision(from, "commit")?, revision(symmetric.unwrap_or(to), "commit")?);
        let from = symmetric.and_then(|_| common(&from, &to)).unwrap_or(from);
        return Ok(What::Added { base: from, with: Side::Tree(to) });
    }
    let given = revision(base, "tree")?;
    let commit = repo.revision(base, "commit").ok();
    // What others have removed since is not what was added here.
    let base = commit.and_then(|commit| common(&commit, "HEAD")).unwrap_or(given);
    let with = match (&repo.top, staged) {
        (_, true) => Side::Index,
        (Some(_), false) => Side::WorkTree,
        (None, false) => Side::Tree(revision("HEAD", "tree")?),
    };
    Ok(What::Added { base, with })
}

/// Arguments of `git rev-list` for a range; without one, for all references but notes and stashes, and `HEAD`.
fn range(repo: &Repo, range: &str) -> Result<Vec<String>> {
    if range.is_empty() {
        let mut all = ["--exclude=refs/notes/*", "--exclude=refs/stash", "--all"].map(str::to_owned).to_vec();
        if repo.revision("HEAD", "commit").is_ok() {
            all.push("HEAD".to_owned());
        }
        return Ok(all);
    }
    let words: Vec<String> = range.split_whitespace().map(str::to_owned).collect();
    if words.iter().any(|word| word.starts_with('-')) {
        return Err(usage("a range of commits does not begin with `-`", "write it as in main..feature"));
    }
    let known = ["rev-parse", "--revs-only"].into_iter().map(str::to_owned).chain(words.clone());
    let known = repo.ask(known).is_ok_and(|said| said.trim_ascii() != b"");
    if known { Ok(words) } else { Err(no_revision(range, &Trouble::Failed("no such revision".to_owned()))) }
}

/// Arguments of `git rev-list` for what is about to be pushed: as pre-commit tells it in the environment, or as git
/// tells it on standard input, a reference a line: local name, local id, remote name, remote id (`githooks(5)`).
fn pushed(repo: &Repo, remote: Option<&str>) -> Result<Vec<String>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = remote.map(str::to_owned).or_else(|| variable("PRE_COMMIT_REMOTE_NAME"));
    let mut lines = Vec::new();
    if let Some(to) = variable("PRE_COMMIT_TO_REF") {
        lines.push((to, variable("PRE_COMMIT_FROM_REF").unwrap_or_default()));
    } else {
        for line in io::stdin().lock().take(REFS_LIMIT).lines() {
            let line = line.map_err(|_| usage("standard input is not what git hands a pre-push hook", HOOK))?;
            let words: Vec<&str> = line.split(' ').collect();
            let [_, local, _, remote] = words[..] else {
                return Err(usage("standard input is not what git hands a pre-push hook", HOOK));
            };
            lines.push((local.to_owned(), remote.to_owned()));
        }
    }
    let is_none = |id: &str| id.bytes().all(|digit| digit == b'0');
    let mut revisions = Vec::new();
    for (local, remote) in lines.iter().filter(|(local, _)| !is_none(local)) {
        revisions.push(repo.revision(local, "commit").map_err(|trouble| no_revision(local, &trouble))?);
        // A remote commit that was never fetched excludes nothing.
        let known = Some(remote).filter(|id| !is_none(id)).and_then(|id| repo.revision(id, "commit").ok());
        revisions.extend(known.map(|id| format!("^{id}")));
    }
    if revisions.is_empty() {
        // Only deletions: the range without a commit.
        return Ok(vec!["--max-count=0".to_owned(), "--all".to_owned()]);
    }
    let known = named.filter(|name| !name.contains(['/', ':', '*']));
    revisions.push("--not".to_owned());
    revisions.push(known.map_or_else(|| "--remotes".to_owned(), |name| format!("--remotes={name}")));
    Ok(revisions)
}

const HOOK: &str = "in .git/hooks/pre-push write: exec phivet scan --pre-push \"$@\"";

fn usage(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}

fn no_repository(trouble: &Trouble) -> Error {
    let help = match trouble {
        Trouble::NoGit(_) => "install git, or scan files",
        _ => "run phivet inside a repository, or name one in GIT_DIR",
    };
    usage(&trouble.reason(), help)
}

fn no_revision(name: &str, trouble: &Trouble) -> Error {
    let help = "name a branch, a tag or a commit; paths go after `--`".to_owned();
    Error::Usage { what: format!("`{name}` is no revision here ({})", trouble.reason()), help }
}
