//! The project's files.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what was built, found or downloaded.
const NOT_OURS: &[&str] = &[".git", "target", "corpus", "artifacts", "__pycache__", "node_modules"];

/// One Rust source of ours.
pub(crate) struct Source {
    /// From the project's root, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// The crate's top module that it belongs to: `src/detect/checks.rs` is `detect`.
    pub(crate) fn module(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let top = inner.split('/').next().unwrap_or(inner);
        top.strip_suffix(".rs").unwrap_or(top)
    }

    /// Its module path: `src/detect/checks.rs` is `[detect, checks]`, the crate's root is empty.
    pub(crate) fn module_path(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inner = inner.strip_suffix(".rs").unwrap_or(inner);
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
            parts.pop();
        }
        parts
    }

    /// Its length in lines.
    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust sources below `folder`, in a stable order.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let prefix = format!("{folder}/");
    project_files()
        .into_iter()
        .filter(|path| path.starts_with(&prefix) && path.ends_with(".rs"))
        .map(|path| {
            let text = fs::read_to_string(root().join(&path)).unwrap_or_default();
            Source { path, text }
        })
        .collect()
}

/// Every file of the project, from its root, with `/`, in a stable order.
pub(crate) fn project_files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let inner = folder.join(&name);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) => folders.push(inner),
                Ok(kind) if kind.is_file() => found.push(inner.to_string_lossy().replace('\\', "/")),
                _ => {}
            }
        }
    }
    found.sort_unstable();
    found
}

/// Texts that would tie a file to the machine it was written on. Put together here, so that this file has none.
pub(crate) fn machine_paths() -> Vec<String> {
    let mut needles: Vec<String> = vec![
        format!("{}/{}", "..", "shared"),
        format!("/{}/{}", "work", "main"),
        format!("/{}/{}", "work", "shared"),
        format!("/{}/.{}", "work", "library"),
    ];
    let here = root().to_string_lossy().into_owned();
    if here.matches('/').count() > 1 && !needles.contains(&here) {
        needles.push(here);
    }
    if let Some(home) = std::env::home_dir().filter(|home| home.components().count() > 1) {
        needles.push(format!("{}/", home.to_string_lossy().trim_end_matches('/')));
    }
    needles
}
