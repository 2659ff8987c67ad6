//! The repository around the working directory, and the `git` program.
#![allow(clippy::disallowed_methods)]

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::entries::Id;

/// A repository, and where in it the working directory is.
pub struct Repo {
    /// The folder of objects.
    pub(super) objects: PathBuf,
    /// The work tree's top folder; none in a bare repository.
    pub top: Option<PathBuf>,
    /// The working directory, from the top: empty, or ending in `/`.
    pub prefix: String,
    /// Bytes of an object's id: 20 (SHA-1) or 32 (SHA-256).
    pub(super) id_len: usize,
    /// Has its history been cut off?
    pub(super) shallow: bool,
    /// What was asked before: starting `git` takes longer than most answers.
    said: Mutex<HashMap<Vec<String>, Vec<u8>>>,
}

/// Why git cannot do what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The `git` program cannot be started.
    NoGit(String),
    /// There is no repository here; git's own words.
    NoRepository(String),
    /// git does not know a revision, or failed; its own words.
    Failed(String),
}

impl Repo {
    /// The repository around the working directory, or the one that `GIT_DIR` names.
    ///
    /// # Errors
    /// [`Trouble`]: no `git`, no repository.
    pub fn here() -> Result<Self, Trouble> {
        let asked = ["rev-parse", "--show-object-format", "--is-bare-repository", "--is-shallow-repository"];
        let asked = asked.into_iter().chain(["--git-path", "objects", "--is-inside-work-tree"]);
        // Outside of a work tree the last two end the program, and what was said before them counts.
        let (said, failed) = run_on(command(asked.chain(["--show-prefix", "--show-toplevel"])), b"")?;
        let mut lines = said.splitn(7, |b| *b == b'\n');
        let mut next = || lines.next().map(|line| String::from_utf8_lossy(line).into_owned());
        let (Some(format), Some(_bare), Some(shallow), Some(objects), Some(inside)) =
            (next(), next(), next(), next(), next())
        else {
            let unknown = Trouble::Failed("`git rev-parse` said something unknown".to_owned());
            return Err(failed.map_or(unknown, Trouble::NoRepository));
        };
        let (prefix, top) = (next(), lines.next());
        let mut repo = Self {
            objects: PathBuf::from(objects),
            top: None,
            prefix: String::new(),
            id_len: if format == "sha256" { 32 } else { 20 },
            shallow: shallow == "true",
            said: Mutex::default(),
        };
        if let (true, Some(prefix), Some(top)) = (inside == "true", prefix, top) {
            let top = top.strip_suffix(b"\n").unwrap_or(top);
            if top.contains(&b'\n') {
                // A folder's name holds a line end: what ends where is only known of one answer at a time.
                let alone = |what| run(command(["rev-parse", what]), b"");
                let (top, prefix) = (alone("--show-toplevel")?, alone("--show-prefix")?);
                repo.top = Some(path(top.strip_suffix(b"\n").unwrap_or(&top)));
                repo.prefix = String::from_utf8_lossy(prefix.strip_suffix(b"\n").unwrap_or(&prefix)).into_owned();
            } else {
                repo.top = Some(path(top));
                repo.prefix = prefix;
            }
        }
        Ok(repo)
    }

    /// What git answers.
    ///
    /// # Errors
    /// [`Trouble`] when it fails.
    pub fn ask<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Vec<u8>, Trouble> {
        run(command(arguments), b"")
    }

    /// The same; what was asked before in the same words is not asked again.
    pub(super) fn ask_once(&self, arguments: &[&str]) -> Result<Vec<u8>, Trouble> {
        let words: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = said.get(&words) {
            return Ok(known.clone());
        }
        let answer = self.ask(arguments)?;
        said.insert(words, answer.clone());
        Ok(answer)
    }

    /// What git answers to a text on its standard input.
    pub(super) fn ask_on<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<Vec<u8>, Trouble> {
        run(command(arguments), input)
    }

    /// The id of a revision that must be a commit (or, with `kind` `tree`, can be taken as one).
    ///
    /// # Errors
    /// [`Trouble::Failed`] if there is no such revision.
    pub fn revision(&self, name: &str, kind: &str) -> Result<String, Trouble> {
        if name.starts_with('-') {
            return Err(Trouble::Failed("a revision does not begin with `-`".to_owned()));
        }
        let said = self.ask(["rev-parse", "--verify", &format!("{name}^{{{kind}}}")])?;
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// The tree without anything in it.
    pub(super) fn empty_tree(&self) -> Result<String, Trouble> {
        let said = self.ask_on(["hash-object", "-t", "tree", "--stdin"], b"")?;
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// An id as git writes it.
    pub(super) fn id(&self, hex: &[u8]) -> Option<Id> {
        Id::of_hex(hex, self.id_len)
    }

    /// What reports call a path in the repository: as seen from the working directory.
    pub(super) fn name(&self, path: &[u8]) -> String {
        let path = String::from_utf8_lossy(path);
        if let Some(rest) = path.strip_prefix(&self.prefix) {
            return rest.to_owned();
        }
        let up = self.prefix.matches('/').count();
        format!("{}{path}", "../".repeat(up))
    }

    /// A path as given on the command line, from the top.
    #[must_use]
    pub fn from_top(&self, given: &str) -> String {
        let given = if std::path::MAIN_SEPARATOR == '/' { given.to_owned() } else { given.replace('\\', "/") };
        let top = self.top.as_ref().and_then(|top| top.to_str());
        let below = top.and_then(|top| given.strip_prefix(top)).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let whole = match below {
            Some(rest) => rest.to_owned(),
            None => format!("{}{given}", self.prefix),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// The file of the work tree at a path of the repository.
    pub(super) fn file(&self, in_tree: &[u8]) -> Option<PathBuf> {
        Some(self.top.as_ref()?.join(path(in_tree)))
    }
}

/// Files below a folder that git tracks though a `.gitignore` hides them; none where there is no repository.
pub(in crate::source) fn tracked_though_ignored(root: &Path) -> Vec<PathBuf> {
    let full = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if !full.ancestors().any(|folder| folder.join(".git").exists()) {
        return Vec::new();
    }
    let mut git = command(["ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore"]);
    git.current_dir(&full);
    let listed = run(git, b"").unwrap_or_default();
    let mut files: Vec<PathBuf> =
        listed.split(|b| *b == 0).filter(|name| !name.is_empty()).map(|name| root.join(path(name))).collect();
    files.dedup();
    files
}

/// The `git` program, so that it writes nothing, fetches nothing and starts no program of the repository's choice.
pub(super) fn command<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut git = Command::new("git");
    git.args(["--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
    git.args(arguments);
    git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    // Older versions know no GIT_NO_LAZY_FETCH; no protocol, no fetch.
    git.env("GIT_ALLOW_PROTOCOL", "none").env("LC_ALL", "C");
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

fn run(git: Command, input: &[u8]) -> Result<Vec<u8>, Trouble> {
    match run_on(git, input)? {
        (said, None) => Ok(said),
        (_, Some(why)) => Err(Trouble::Failed(why)),
    }
}

/// What it says, and why it failed, if it did.
fn run_on(mut git: Command, input: &[u8]) -> Result<(Vec<u8>, Option<String>), Trouble> {
    if !input.is_empty() {
        git.stdin(Stdio::piped());
    }
    let mut child = git.spawn().map_err(|error| Trouble::NoGit(super::super::open::reason(&error)))?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // git may answer before it has read everything.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|error| Trouble::Failed(super::super::open::reason(&error)))?;
    let failed = (!output.status.success()).then(|| words(&output.stderr));
    Ok((output.stdout, failed))
}

/// The first line of what git says, without its `fatal:`. Git quotes names of files and branches, which may hold
/// identifiers: only plain words outside quotes are passed on.
fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gives no reason");
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ");
    let mut quoted = false;
    let shown = line.split_whitespace().map(|word| {
        let inside = quoted;
        quoted ^= word.bytes().filter(|b| matches!(b, b'\'' | b'"')).count() % 2 == 1;
        let plain = word.trim_end_matches([',', '.', ';']).bytes().all(|b| b.is_ascii_lowercase());
        if plain && !inside { word } else { "…" }
    });
    shown.collect::<Vec<_>>().join(" ")
}

impl Trouble {
    /// In words.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::NoGit(why) => format!("the program `git` cannot be started: {why}"),
            Self::NoRepository(why) | Self::Failed(why) => format!("git: {why}"),
        }
    }
}

#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    Path::new(OsStr::from_bytes(bytes)).to_owned()
}

#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    Path::new(String::from_utf8_lossy(bytes).as_ref()).to_owned()
}
