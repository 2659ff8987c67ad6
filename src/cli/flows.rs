//! The workspace around what is scanned: its Rust files are read before the scan, so that a value is followed across
//! files and crates.

#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::config::Loaded;
use crate::detect::flow::Own;
use crate::scan::Scanner;
use crate::scan::flows::{self, Flows, Known, Source};
use crate::source::{self, Wanted};

/// Largest Rust file that takes part, in bytes.
const LARGEST: u64 = 4 << 20;
/// Most files of the surrounding workspace that are read.
const MOST: usize = 200_000;

/// What the configuration says of a project's own code.
pub(super) fn own(loaded: &Loaded, tests: bool) -> Own {
    let code = &loaded.config.code;
    Own {
        sources: code.sources.iter().map(|(name, kind)| (name.clone(), kind.clone())).collect(),
        sanitizers: code.sanitizers.clone(),
        sinks: code.sinks.clone(),
        safe: code.safe.clone(),
        tests: tests || code.include_tests,
    }
}

/// Where values reach a sink in the Rust files that are wanted, seen in their workspace.
pub(super) fn of(scanner: &Scanner, wanted: Wanted, loaded: &Loaded, threads: usize) -> Flows {
    let mut names: BTreeMap<PathBuf, (String, String)> = BTreeMap::new();
    source::inputs(&wanted, &mut |input| {
        if input.name.ends_with(".rs")
            && let Ok(path) = Path::new(&input.name).canonicalize()
            && let Some(text) = read(&path)
        {
            names.insert(path, (input.name, text));
        }
        names.len() < MOST
    });
    if names.is_empty() {
        return Flows::new();
    }
    let roots: BTreeSet<PathBuf> = names.keys().filter_map(|path| root(path)).collect();
    let (mut sources, mut manifests) = (Vec::new(), Vec::new());
    for top in outermost(&roots) {
        around(top, &names, &mut sources, &mut manifests);
    }
    for (path, (name, text)) in names {
        sources.push(Source { name, path: slashed(&path), text, wanted: true });
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.dedup_by(|a, b| a.path == b.path);
    let cache = loaded.config.code.cache.as_ref().map(|dir| loaded.base.join(dir).join("facts.bin"));
    let mut known = cache.as_deref().map(recall).unwrap_or_default();
    let before = known.len();
    let kept: BTreeSet<[u8; 32]> = known.keys().copied().collect();
    let flows = flows::flows(scanner.analysis(), &sources, &manifests, threads, &mut known);
    if let Some(file) = cache
        && (known.len() != before || known.keys().any(|key| !kept.contains(key)))
    {
        remember(&file, &known);
    }
    flows
}

/// The text of a file that may be Rust.
fn read(path: &Path) -> Option<String> {
    let size = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    if size > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
    std::fs::File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// The outermost folder with a manifest above a file, not beyond its repository.
fn root(path: &Path) -> Option<PathBuf> {
    let mut found = None;
    for folder in path.ancestors().skip(1) {
        if folder.join("Cargo.toml").is_file() {
            found = Some(folder.to_owned());
            if is_workspace(&folder.join("Cargo.toml")) {
                break;
            }
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    found
}

fn is_workspace(manifest: &Path) -> bool {
    read(manifest).is_some_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
}

/// Folders that lie in no other.
fn outermost(all: &BTreeSet<PathBuf>) -> Vec<&PathBuf> {
    let mut list: Vec<&PathBuf> = Vec::new();
    for folder in all {
        if !list.iter().any(|known| folder.starts_with(known)) {
            list.push(folder);
        }
    }
    list
}

/// The Rust files and manifests of a workspace, beside those that are wanted.
fn around(
    top: &Path,
    wanted: &BTreeMap<PathBuf, (String, String)>,
    sources: &mut Vec<Source>,
    manifests: &mut Vec<(String, String)>,
) {
    let mut walk = WalkBuilder::new(top);
    walk.hidden(true).ignore(false).git_global(false).git_exclude(false).follow_links(false);
    walk.filter_entry(|entry| entry.file_name() != "target");
    for entry in walk.build().flatten() {
        let path = entry.path();
        let is_manifest = entry.file_name() == "Cargo.toml";
        if !(is_manifest || path.extension().is_some_and(|e| e == "rs")) || wanted.contains_key(path) {
            continue;
        }
        let Some(text) = read(path) else { continue };
        if is_manifest {
            manifests.push((slashed(path), text));
        } else if sources.len() < MOST {
            sources.push(Source { name: slashed(path), path: slashed(path), text, wanted: false });
        }
    }
}

/// Facts that were kept before. What cannot be read counts as nothing: it is made anew.
fn recall(file: &Path) -> Known {
    std::fs::read(file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default()
}

/// Keeps facts: names and shapes of code, never values. A file that is half written is never seen.
fn remember(file: &Path, known: &Known) {
    let Ok(bytes) = postcard::to_stdvec(known) else { return };
    let Some(folder) = file.parent() else { return };
    let half = file.with_extension(format!("{}.tmp", std::process::id()));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&half, bytes));
    if written.and_then(|()| std::fs::rename(&half, file)).is_err() {
        let _ = std::fs::remove_file(&half);
    }
}
