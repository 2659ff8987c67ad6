//! Which files a drill takes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::config::NAMES;

/// Largest file that is copied, in bytes, and most files.
const LARGEST: u64 = 256 << 10;
const MOST: usize = 60;

/// Some text files of each ending, in folders as different as there are.
pub(super) fn chosen(from: &[PathBuf], per_format: usize) -> Vec<PathBuf> {
    let mut by_ending: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for root in from {
        let mut walk = WalkBuilder::new(root);
        walk.hidden(true).require_git(false).sort_by_file_name(std::cmp::Ord::cmp);
        for entry in walk.build().filter_map(std::result::Result::ok) {
            let small = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
            if !small || NAMES.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            let ending = entry.path().extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
            by_ending.entry(ending.unwrap_or_default()).or_default().push(entry.into_path());
        }
    }
    let mut chosen = Vec::new();
    for files in by_ending.into_values() {
        let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for file in files {
            folders.entry(file.parent().map(Path::to_owned).unwrap_or_default()).or_default().push(file);
        }
        let firsts = folders.into_values().filter_map(|files| files.into_iter().find(|file| is_text(file)));
        chosen.extend(firsts.take(per_format));
    }
    chosen.truncate(MOST);
    chosen
}

fn is_text(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| !bytes.contains(&0) && std::str::from_utf8(&bytes).is_ok())
}
