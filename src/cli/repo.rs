//! What the command line asks of git: where the repository is, what a revision holds, what was renamed since.
//!
//! The environment is left as it is (hooks are told through it which index to use). Nothing that a repository configures
//! is started: no pager, no external diff, no file system monitor.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use super::setup;
use crate::error::{Error, Result};
use crate::report::Provenance;

/// What git prints; `None` where there is no git or repository, or it fails.
pub(super) fn bytes(arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// The same as a text, without blanks around it.
pub(super) fn text(arguments: &[&str]) -> Option<String> {
    let text = String::from_utf8(bytes(arguments)?).ok()?;
    Some(text.trim().to_owned())
}

/// The commit that a user means.
///
/// # Errors
/// [`Error::Usage`] if there is none.
pub(super) fn commit(name: &str) -> Result<String> {
    let found = text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")]);
    found.ok_or_else(|| Error::Usage {
        what: format!("git knows no commit `{}`", name.escape_default()),
        help: "name a branch, tag or commit of this repository; in CI, fetch it first (`fetch-depth: 0`)".to_owned(),
    })
}

/// A file of a revision. The path is relative to the working directory, or absolute below it.
pub(super) fn file(revision: &str, path: &str) -> Option<Vec<u8>> {
    bytes(&["cat-file", "blob", &format!("{revision}:./{}", below_here(path)?)])
}

fn below_here(path: &str) -> Option<String> {
    let here = setup::here().ok()?;
    let full = crate::config::plain(&here.join(path));
    // Upwards too: git takes `../` behind `./`.
    let mut up = String::new();
    for folder in here.ancestors() {
        if let Ok(below) = full.strip_prefix(folder) {
            return Some(up + &below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        }
        up += "../";
    }
    None
}

/// The YAML files below a folder of a revision, with their names: sorted.
pub(super) fn yaml_files(revision: &str, folder: &Path) -> Vec<(String, String)> {
    let Some(folder) = below_here(&folder.to_string_lossy()) else { return Vec::new() };
    let folder = if folder.is_empty() { ".".to_owned() } else { folder };
    let list = text(&["ls-tree", "-r", "-z", "--name-only", revision, "--", &folder]).unwrap_or_default();
    let is_yaml = |name: &&str| Path::new(name).extension().is_some_and(|end| end == "yaml" || end == "yml");
    let read = |name: &str| {
        let text = String::from_utf8(file(revision, name)?).ok()?;
        Some((format!("{revision:.12}:{name}"), text))
    };
    list.split('\0').filter(is_yaml).filter_map(read).collect()
}

/// What git takes for renamed between a revision and the working tree: the new path, the old one, both from the root of
/// the repository.
pub(super) fn renames(revision: &str) -> HashMap<String, String> {
    let arguments = [
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--find-renames=30%",
        "--diff-filter=R",
        "--name-status",
        "-z",
        revision,
        "--",
    ];
    let list = bytes(&arguments).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let words: Vec<&str> = list.split('\0').collect();
    words.chunks_exact(3).map(|one| (one[2].to_owned(), one[1].to_owned())).collect()
}

/// The files of a revision, from the root of the repository.
pub(super) fn files(revision: &str) -> Vec<String> {
    let list = bytes(&["ls-tree", "-r", "-z", "--full-tree", "--name-only", revision]).unwrap_or_default();
    let names = list.split(|b| *b == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Does a `.gitignore` hide this untracked file?
pub(super) fn is_ignored(folder: &Path, path: &str) -> bool {
    let folder = folder.to_string_lossy();
    bytes(&["-C", &folder, "check-ignore", "--quiet", "--", path]).is_some()
}

/// The repository's root.
pub(super) fn top() -> Option<String> {
    text(&["rev-parse", "--show-toplevel"])
}

/// The revision that is checked out, if the repository has a home.
pub(super) fn provenance() -> Option<Provenance> {
    let repository = home(&text(&["config", "--get", "remote.origin.url"])?)?;
    let revision = text(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let branch = text(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
    let up = text(&["rev-parse", "--show-cdup"])?;
    Some(Provenance { repository, revision, branch, up })
}

/// A remote's URL as a web address, without credentials; `None` for a path on this machine.
fn home(url: &str) -> Option<String> {
    let rest = match url.split_once("://") {
        Some(("http" | "https" | "ssh" | "git", rest)) => rest.to_owned(),
        Some(_) => return None,
        // git@example.org:team/project.git
        None if url.starts_with(['/', '.']) => return None,
        None => url.replacen(':', "/", 1),
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().filter(|host| host.contains('.') || *host == "localhost")?;
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    (path.chars().all(plain) && host.chars().all(plain)).then(|| format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::home;

    #[test]
    fn homes_hold_no_credentials() {
        for (url, wanted) in [
            ("https://me:secret@example.org/team/project.git", Some("https://example.org/team/project")),
            ("git@example.org:team/project.git", Some("https://example.org/team/project")),
            ("ssh://git@example.org:2222/team/project/", Some("https://example.org/team/project")),
            ("/srv/git/project.git", None),
            ("file:///srv/git/project.git", None),
            ("../project", None),
        ] {
            assert_eq!(home(url).as_deref(), wanted, "{url}");
        }
    }
}
