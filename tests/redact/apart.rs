//! Keys of tests: they lie outside of every repository.
#![allow(dead_code)] // no test needs all of it

use std::fs;
use std::path::PathBuf;

use crate::support::Folder;

/// A folder outside of every repository, for keys.
pub(crate) struct Apart(pub(crate) PathBuf);

impl Apart {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("phivet-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file of keys.
pub(crate) fn keys(folder: &Folder, apart: &Apart) -> String {
    let file = apart.path("keys");
    folder.phivet(&["keys", "new", "--key-file", &file]).exits(0);
    file
}
