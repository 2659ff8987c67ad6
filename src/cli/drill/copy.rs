//! The throw-away copy: some files of each format, with the configuration that holds for them.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use ignore::WalkBuilder;

use super::choose::chosen;
use crate::cli::outputs;
use crate::config::NAMES;
use crate::error::{Error, Result};

/// A folder outside of the project that is removed at the end.
pub(super) struct Copy {
    folder: PathBuf,
    root: PathBuf,
    files: Vec<String>,
    kept: std::cell::Cell<bool>,
}

impl Copy {
    /// Copies files below `paths` (or `here`), with their paths relative to `base`, where the configuration stands.
    pub(super) fn of(base: &Path, here: &Path, paths: &[PathBuf], per_format: usize) -> Result<Self> {
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(|error| Error::Usage {
            what: format!("no name can be drawn for the copy: {error}"),
            help: "try again".to_owned(),
        })?;
        let name: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = std::env::temp_dir().join(format!("phivet-drill-{name}"));
        let root = folder.join("copy");
        private(&folder)
            .and_then(|()| std::fs::create_dir(&root))
            .map_err(|error| outputs::unwritten(&folder.display().to_string(), &error))?;
        let mut copy = Self { folder, root, files: Vec::new(), kept: std::cell::Cell::new(false) };
        let from =
            if paths.is_empty() { vec![here.to_owned()] } else { paths.iter().map(|path| here.join(path)).collect() };
        for path in chosen(&from, per_format) {
            if let Some(relative) = relative(base, &path) {
                copy.take(&path, &relative)?;
                copy.files.push(relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
            }
        }
        copy.configuration(base)?;
        Ok(copy)
    }

    /// What the configuration is and names, so that it holds for the copy.
    fn configuration(&mut self, base: &Path) -> Result<()> {
        for name in NAMES.iter().copied().chain([".gitignore", crate::cli::known::NAME]) {
            if base.join(name).is_file() {
                self.take(&base.join(name), Path::new(name))?;
            }
        }
        let Some(config) = NAMES.iter().map(|name| base.join(name)).find(|file| file.is_file()) else { return Ok(()) };
        let config = crate::config::load(&config)?.config;
        let rules = config.rules.iter().map(PathBuf::from).chain(config.baseline.iter().map(PathBuf::from));
        for named in rules.filter(|path| {
            path.is_relative() && path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
        }) {
            for entry in
                WalkBuilder::new(base.join(&named)).standard_filters(false).build().filter_map(std::result::Result::ok)
            {
                if let (true, Some(relative)) = (entry.path().is_file(), relative(base, entry.path())) {
                    self.take(entry.path(), &relative)?;
                }
            }
        }
        Ok(())
    }

    fn take(&self, from: &Path, relative: &Path) -> Result<()> {
        let to = self.root.join(relative);
        let copied = to
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::read(from))
            .and_then(|bytes| std::fs::write(&to, bytes));
        copied.map_err(|error| outputs::unwritten(&to.display().to_string(), &error))
    }

    /// The folder of the copy.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside the copy, gone with it.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The copied files, relative to the copy.
    pub(super) fn files(&self) -> &[String] {
        &self.files
    }

    /// Does not remove the copy.
    pub(super) fn keep(&self) {
        self.kept.set(true);
    }

    /// Makes a repository of the copy and stages everything; `false` where git is not there.
    pub(super) fn stage(&self) -> bool {
        [&["init", "--quiet"][..], &["add", "--all", "--force"]].iter().all(|arguments| {
            let mut git = Command::new("git");
            git.args(["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"])
                .args(*arguments)
                .current_dir(&self.root);
            git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
            git.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.kept.get() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A folder that nobody else may read.
fn private(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(folder)
    }
    #[cfg(not(unix))]
    std::fs::create_dir(folder)
}

fn relative(base: &Path, path: &Path) -> Option<PathBuf> {
    let path = crate::config::plain(path);
    let relative = path.strip_prefix(crate::config::plain(base)).ok()?;
    (!relative.as_os_str().is_empty()).then(|| relative.to_owned())
}
