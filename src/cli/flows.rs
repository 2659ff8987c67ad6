//! The workspace around what is scanned: its Rust files are read before the scan, so that a value is followed across
//! files and crates.

#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::args::ScanArgs;
use super::repo;
use super::running::threads;
use crate::config::Loaded;
use crate::detect::flow::Own;
use crate::scan::Scanner;
use crate::scan::flows::{self, Flows, Known, Source};
use crate::source::{self, Input, Stream, Wanted};

/// Largest Rust file that takes part, in bytes.
const LARGEST: u64 = 32 << 20;
/// A cache of facts that has grown larger, in bytes, is begun anew: it keeps what is asked for no longer, too.
const FULL: u64 = 256 << 20;
/// Most files of the surrounding workspace that are read.
const MOST: usize = 200_000;

/// So many inputs are not listed a second time; they take a quarter of a kilobyte each.
const LISTED: usize = 100_000;

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

/// Where values reach a sink in the Rust files that are wanted, seen in their workspace. What frees a field counts only
/// as the `trusted` revision has it. With them come the inputs that were listed, unless there are too many, or git has them.
pub(super) fn of(
    scanner: &Scanner,
    wanted: Wanted,
    loaded: &Loaded,
    (args, trusted): (&ScanArgs, Option<&str>),
) -> (Flows, Option<Vec<Input>>) {
    let mut names: BTreeMap<PathBuf, String> = BTreeMap::new();
    // What git has of a file, which may not be what lies in the work tree.
    let mut kept: HashMap<PathBuf, String> = HashMap::new();
    let of_git = wanted.git.is_some();
    let mut listed = (!of_git).then(Vec::new);
    source::inputs(&wanted, &mut |input| {
        if input.name.ends_with(".rs")
            && let Some(path) = place(&input.name, of_git)
        {
            names.insert(path.clone(), input.name.clone());
            if of_git {
                kept.extend((input.open)().ok().and_then(text_of).map(|text| (path, text)));
                return names.len() < MOST;
            }
        }
        listed = listed.take().filter(|listed| listed.len() < LISTED && names.len() < MOST);
        if let Some(listed) = &mut listed {
            listed.push(input);
        }
        names.len() < MOST
    });
    let cache = loaded.config.code.cache.as_ref().map(|dir| loaded.base.join(dir).join("facts.bin"));
    let mut known = cache.as_deref().map(recall);
    let before = known.as_ref().map(Known::len);
    let mut flows = Flows::new();
    // A workspace at a time: no more than its files stand in memory.
    for (top, names) in workspaces(names) {
        let (mut sources, mut manifests) = (Vec::new(), Vec::new());
        if let Some(top) = top {
            around(&top, &names, &mut sources, &mut manifests);
        }
        for (path, name) in names {
            if let Some(text) = if of_git { kept.remove(&path) } else { read(&path) } {
                sources.push(Source { name, path: slashed(&path), text, wanted: true });
            }
        }
        if let Some(revision) = trusted {
            sources.iter_mut().for_each(|source| withdraw(source, revision));
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        flows.extend(flows::flows(scanner.analysis(), &sources, &manifests, threads(args), known.as_mut()));
    }
    if let (Some(file), Some(known)) = (cache, known)
        && before != Some(known.len())
    {
        remember(&file, &known);
    }
    (flows, listed)
}

/// What says of a field that it is nobody's.
const FREES: [&str; 2] = ["phi: none", "phi(none)"];

/// Blanks out what frees a field here and not in a revision: a change does not free its own.
fn withdraw(source: &mut Source, revision: &str) {
    if !FREES.iter().any(|says| source.text.contains(says)) {
        return;
    }
    let before = repo::file(revision, &source.path).map(|text| String::from_utf8_lossy(&text).into_owned());
    let free = |text: &str| -> BTreeSet<(String, String)> { freed(text).map(|(_, line, next)| (line, next)).collect() };
    let trusted = before.as_deref().map(free).unwrap_or_default();
    let own: Vec<usize> = freed(&source.text)
        .filter(|(_, line, next)| !trusted.contains(&(line.clone(), next.clone())))
        .map(|(at, ..)| at)
        .collect();
    for at in own {
        let line = source.text[at..].lines().next().unwrap_or_default();
        let blank = FREES.iter().fold(line.to_owned(), |line, says| {
            let other: String = says.chars().map(|c| if c.is_alphabetic() { 'x' } else { c }).collect();
            line.replace(says, &other)
        });
        let end = at + line.len();
        source.text.replace_range(at..end, &blank);
    }
}

/// Lines that free a field: where they begin, what they say, and the line of code behind them.
fn freed(text: &str) -> impl Iterator<Item = (usize, String, String)> {
    let lines = || text.split_inclusive('\n');
    let starts = lines().scan(0, |at, line| {
        *at += line.len();
        Some(*at - line.len())
    });
    starts.zip(lines()).enumerate().filter(|(_, (_, line))| FREES.iter().any(|says| line.contains(says))).map(
        move |(number, (at, line))| {
            let code = |line: &&str| !line.trim_start().starts_with("//") && !line.trim_start().starts_with('#');
            let next = lines().skip(number + 1).find(code).unwrap_or_default();
            (at, line.trim().to_owned(), next.trim().to_owned())
        },
    )
}

/// Files by the workspace in which they lie; those that lie in none together.
fn workspaces(names: BTreeMap<PathBuf, String>) -> BTreeMap<Option<PathBuf>, BTreeMap<PathBuf, String>> {
    let mut folders: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
    let tops: Vec<Option<PathBuf>> = names
        .keys()
        .map(|path| {
            let folder = path.parent().unwrap_or(path).to_owned();
            folders.entry(folder).or_insert_with(|| root(path)).clone()
        })
        .collect();
    let roots: BTreeSet<PathBuf> = tops.iter().flatten().cloned().collect();
    let outermost: Vec<&PathBuf> = outermost(&roots);
    let mut groups: BTreeMap<Option<PathBuf>, BTreeMap<PathBuf, String>> = BTreeMap::new();
    for ((path, name), top) in names.into_iter().zip(tops) {
        let top = top.and_then(|top| outermost.iter().find(|outer| top.starts_with(outer)).map(|&outer| outer.clone()));
        groups.entry(top).or_default().insert(path, name);
    }
    groups
}

/// Where a file lies. What git knows may not be there any more.
fn place(name: &str, of_git: bool) -> Option<PathBuf> {
    let path = Path::new(name);
    match path.canonicalize() {
        Ok(path) => Some(path),
        Err(_) if of_git => Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)),
        Err(_) => None,
    }
}

/// Bytes as text; what is no UTF-8 becomes as many question marks, so that all else stays in its place.
fn as_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let chunks = error.as_bytes().utf8_chunks();
        chunks.map(|chunk| format!("{}{}", chunk.valid(), "?".repeat(chunk.invalid().len()))).collect()
    })
}

/// A stream's text, if it may be Rust.
fn text_of(stream: Stream) -> Option<String> {
    let bytes = match stream.news {
        Some(news) => news.text.to_vec(),
        None => {
            let mut bytes = Vec::new();
            stream.bytes.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
            bytes
        }
    };
    (bytes.len() as u64 <= LARGEST).then(|| as_text(bytes))
}

/// The text of a file that may be Rust.
fn read(path: &Path) -> Option<String> {
    let size = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    if size > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
    std::fs::File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(as_text(bytes))
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
        // In order, what lies in a folder follows it.
        if !list.last().is_some_and(|known| folder.starts_with(known)) {
            list.push(folder);
        }
    }
    list
}

/// The Rust files and manifests of a workspace, beside those that are wanted.
fn around(
    top: &Path,
    wanted: &BTreeMap<PathBuf, String>,
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
    let small = file.metadata().is_ok_and(|about| about.len() <= FULL);
    small
        .then(|| std::fs::read(file).ok())
        .flatten()
        .and_then(|bytes| postcard::from_bytes(&bytes).ok())
        .unwrap_or_default()
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
