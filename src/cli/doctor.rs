//! `phivet doctor`: what keeps phivet from working here, and where PHI tends to lie forgotten.
//!
//! It reads names and sizes; of patch files that hook managers leave behind it says how many there are. Nothing is
//! changed.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use walkdir::WalkDir;

use super::args::{ConfigFlags, KnownFlags};
use super::known::Place;
use super::{CLEAN, FOUND, hook, repo, setup};
use crate::error::Result;
use crate::judge::Policy;
use crate::report::words;
use crate::rule::Rules;
use crate::scan::Scanner;

/// What a check says.
enum Advice {
    /// It is as it should be.
    Good(String),
    /// Worth knowing.
    Note(String),
    /// To be mended.
    Bad(String),
}

use Advice::{Bad, Good, Note};

/// What a check may look at.
struct Here {
    top: PathBuf,
    is_repository: bool,
    scanner: Scanner,
    /// Files below the repository's root, what `.gitignore` hides included.
    files: Vec<(PathBuf, u64)>,
    /// Those that `.gitignore` does not hide.
    open: Vec<PathBuf>,
}

/// A check.
type Check = fn(&Here) -> Vec<Advice>;

/// What is looked at, in this order.
const CHECKS: &[(&str, Check)] = &[
    ("configuration", configuration),
    ("hooks", hooks),
    ("patches", patches),
    ("dumps", dumps),
    ("environment", environment),
    ("logs", logs),
    ("ignored", ignored),
];

/// Most files that are looked at.
const FILES: usize = 200_000;

/// Files that a check names.
const NAMED: usize = 5;

/// Runs all checks.
pub(super) fn run() -> Result<u8> {
    let here = look()?;
    let mut out = String::new();
    let mut bad = false;
    for (name, check) in CHECKS {
        for advice in check(&here) {
            bad |= matches!(advice, Bad(_));
            let (mark, text) = match advice {
                Good(text) => ("ok  ", text),
                Note(text) => ("note", text),
                Bad(text) => ("mend", text),
            };
            let _ = writeln!(out, "{mark}  {name}: {text}");
        }
    }
    super::print(&out)?;
    Ok(if bad { FOUND } else { CLEAN })
}

fn look() -> Result<Here> {
    let top = repo::top().map(PathBuf::from);
    let is_repository = top.is_some();
    let top = top.map_or_else(setup::here, Ok)?;
    let scanner = Scanner::new(Rules::builtin()?, Policy::default())?;
    let not_git = |name: &std::ffi::OsStr| name != ".git";
    let walk = WalkDir::new(&top).into_iter().filter_entry(|entry| not_git(entry.file_name())).flatten();
    let file = |entry: walkdir::DirEntry| Some((entry.path().to_owned(), entry.metadata().ok()?.len()));
    let files = walk.filter(|entry| entry.file_type().is_file()).filter_map(file).take(FILES).collect();
    let walk = WalkBuilder::new(&top).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build().flatten();
    let open = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let open = open.map(ignore::DirEntry::into_path).take(FILES).collect();
    Ok(Here { top, is_repository, scanner, files, open })
}

impl Here {
    /// A path as it may be printed: relative, masked where its name holds a value.
    fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.top).unwrap_or(path);
        self.scanner.name(&below.to_string_lossy()).as_str().to_owned()
    }

    /// The first of some files, and how many there are.
    fn list(&self, files: &[&Path]) -> String {
        let mut text = files.iter().take(NAMED).map(|path| self.shown(path)).collect::<Vec<_>>().join(", ");
        if files.len() > NAMED {
            let _ = write!(text, " and {} more", words::thousands((files.len() - NAMED) as u64));
        }
        text
    }

    fn is_open(&self, path: &Path) -> bool {
        self.open.binary_search_by(|open| open.as_path().cmp(path)).is_ok() || self.open.iter().any(|open| open == path)
    }
}

fn configuration(_: &Here) -> Vec<Advice> {
    let loaded = match setup::configuration(&ConfigFlags { config: None, isolated: false }) {
        Ok(loaded) => loaded,
        Err(error) => return vec![Bad(format!("{error}; `phivet config show` draws the place"))],
    };
    let mut said = vec![match &loaded.file {
        Some(file) => Good(format!("{} holds", file.display())),
        None => Note("there is no phivet.yaml; `phivet init` writes one".to_owned()),
    }];
    let none = KnownFlags { baseline: None, no_baseline: false, key_file: None, trusted_config: None };
    if let Ok(Some(place)) = Place::of(&none, &loaded) {
        said.push(match place.read(None).and_then(|text| text.map(|text| place.parse(&text)).transpose()) {
            Ok(Some(baseline)) => {
                let count = baseline.entries().len() as u64;
                Good(format!("{}: {}", place.file.display(), words::count(count, "known finding", "known findings")))
            }
            Ok(None) => Note("the baseline is not there; `phivet baseline create` writes it".to_owned()),
            Err(error) => Bad(error.to_string()),
        });
    }
    said
}

/// Is what is committed scanned?
fn hooks(here: &Here) -> Vec<Advice> {
    if !here.is_repository {
        return vec![Note("this is no git repository".to_owned())];
    }
    let Ok(folder) = hook::folder() else { return Vec::new() };
    let file = folder.join("pre-commit");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let configured = [".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"];
    let mut managed = configured.iter().map(|name| std::fs::read_to_string(here.top.join(name)).unwrap_or_default());
    let says = |line: &str| line.contains("phivet") && !line.trim_start().starts_with('#');
    let managed = managed.any(|text| text.lines().any(says));
    let mut said =
        vec![match (hook::is_ours(&file), text.contains("pre-commit.com") || text.contains("prek"), managed) {
            (true, ..) => Good("git scans what is committed".to_owned()),
            (_, true, true) => Good("pre-commit scans what is committed".to_owned()),
            (_, false, true) => {
                Bad("phivet is configured for pre-commit, and its hook is not installed: `pre-commit install`"
                    .to_owned())
            }
            _ if text.contains("phivet") => Good("the pre-commit hook names phivet".to_owned()),
            _ => Bad("nothing scans what is committed: `phivet install-hook`, or the hook for pre-commit".to_owned()),
        }];
    if let Some(path) = repo::text(&["config", "--get", "core.hooksPath"]).filter(|path| !path.is_empty()) {
        said.push(Note(format!("git takes its hooks from {path} (core.hooksPath)")));
    }
    said
}

/// pre-commit and prek put what is not staged into a patch file, in clear, and never delete it.
fn patches(_: &Here) -> Vec<Advice> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let in_cache = |name: &str| cache.as_ref().map(|cache| cache.join(name));
    let folders = [
        variable("PRE_COMMIT_HOME").or_else(|| in_cache("pre-commit")),
        variable("PREK_HOME").or_else(|| in_cache("prek")).map(|home| home.join("patches")),
    ];
    let mut said = Vec::new();
    for folder in folders.into_iter().flatten() {
        let names = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let patches = names.filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("patch") || name.ends_with(".patch")
        });
        let count = patches.count() as u64;
        if count > 0 {
            let files = words::count(count, "patch file lies", "patch files lie");
            said.push(Bad(format!(
                "{files} in {}: each holds, in clear, what was not staged at some commit; `phivet --artifacts` scans them, then delete them",
                folder.display()
            )));
        }
    }
    if said.is_empty() { vec![Good("no patch files of hook managers".to_owned())] } else { said }
}

/// What of some files git would take, and what it would not.
fn told(here: &Here, what: &str, found: &[&Path]) -> Vec<Advice> {
    let (open, hidden): (Vec<&Path>, Vec<&Path>) = found.iter().partition(|path| here.is_open(path));
    let mut said = Vec::new();
    if !open.is_empty() {
        said.push(Bad(format!("{what} that .gitignore does not hide: {}", here.list(&open))));
    }
    if !hidden.is_empty() {
        said.push(Note(format!("{what}, hidden by .gitignore and so not scanned: {}", here.list(&hidden))));
    }
    if said.is_empty() { vec![Good(format!("no {what}"))] } else { said }
}

fn named(here: &Here, wanted: impl Fn(&str) -> bool) -> Vec<&Path> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    here.files.iter().map(|(path, _)| path.as_path()).filter(|path| wanted(&name(path))).collect()
}

/// A heap or core dump holds whatever the process held.
fn dumps(here: &Here) -> Vec<Advice> {
    let is_dump = |name: &str| {
        let ends = [".hprof", ".heapsnapshot", ".dmp", ".mdmp", ".phd", ".core", ".heapprofile"];
        let core =
            name.strip_prefix("core.").is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()));
        name == "core" || core || name.starts_with("heapdump") || ends.iter().any(|end| name.ends_with(end))
    };
    told(here, "heap and core dumps", &named(here, is_dump))
}

/// Copies of `.env` hold connection strings and sample patients.
fn environment(here: &Here) -> Vec<Advice> {
    let is_copy = |name: &str| {
        let harmless = [".env.example", ".env.sample", ".env.template", ".env.dist", ".envrc"];
        (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !harmless.contains(&name)
    };
    told(here, ".env files", &named(here, is_copy))
}

/// Logs that git takes.
fn logs(here: &Here) -> Vec<Advice> {
    let is_log = |name: &str| name.ends_with(".log") || name.contains(".log.") || name.ends_with(".trace");
    told(here, "logs", &named(here, is_log))
}

/// How much a scan of this folder passes by.
fn ignored(here: &Here) -> Vec<Advice> {
    let bytes: u64 = here.files.iter().map(|(_, bytes)| bytes).sum();
    let hidden = here.files.len().saturating_sub(here.open.len()) as u64;
    if hidden == 0 {
        return vec![Good("a scan reads every file here".to_owned())];
    }
    let files = words::count(hidden, "file is", "files are");
    let all = words::size(bytes);
    vec![Note(format!(
        "{files} hidden by .gitignore and not scanned (of {all} in all); `phivet --artifacts DIR` reads them"
    ))]
}
