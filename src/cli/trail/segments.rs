//! The files of a trail: the one that is written to, and the segments before it.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The segments of a trail that lie beside it, in their order: `trail.jsonl.0001` …
pub(in crate::cli) fn segments(trail: &Path) -> Vec<(u64, PathBuf)> {
    let folder = trail.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = trail.file_name().map(|name| name.to_string_lossy().into_owned()) else { return Vec::new() };
    let number = |path: &Path| {
        let rest = path.file_name()?.to_str()?.strip_prefix(&name)?.strip_prefix('.')?;
        (rest.len() >= 4 && rest.bytes().all(|b| b.is_ascii_digit())).then(|| rest.parse().ok())?
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut list: Vec<(u64, PathBuf)> =
        entries.filter_map(|entry| Some((number(&entry.path())?, trail.with_file_name(entry.file_name())))).collect();
    list.sort();
    list
}

/// The place of the segment of that number.
pub(super) fn segment_of(trail: &Path, number: u64) -> PathBuf {
    let mut name = trail.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{number:04}"));
    trail.with_file_name(name)
}

/// A file that was made or renamed survives a power cut only if its folder was synced.
pub(super) fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Windows cannot, and does not need to.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
