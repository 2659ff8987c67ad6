//! What tests of the program share: a folder of their own, and the program itself.
#![allow(dead_code)] // no test needs all of it

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder that is removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// An empty folder, with a `.git` so that no configuration above it is found.
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join(".git")).expect("a folder");
        Self(path)
    }

    /// Writes a file, and the folders around it.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a text")
    }

    /// Runs phivet in this folder.
    pub(crate) fn phivet(&self, arguments: &[&str]) -> Ran {
        self.phivet_on(arguments, b"")
    }

    /// Runs phivet in this folder, with this standard input.
    pub(crate) fn phivet_on(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("phivet starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        std::thread::scope(|scope| {
            // Whoever does not read its standard input breaks the pipe.
            scope.spawn(move || drop(stdin.write_all(input)));
            Ran::of(child.wait_with_output().expect("phivet ends"))
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a run left behind.
pub(crate) struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("phivet writes UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The same, when the exit code is this one.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code; stderr:\n{}\nstdout:\n{:.2000}", self.err, self.out);
        self
    }

    /// The same, when standard error says each of these.
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        // Errors are drawn with borders and wrapped.
        let plain: String = self.err.replace(['│', '×', '╰', '╭', '─', '▶'], " ");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in texts {
            assert!(plain.contains(text), "`{text}` is not said; stderr:\n{}", self.err);
        }
        self
    }

    /// The records of jsonl.
    pub(crate) fn records(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("a record a line")).collect()
    }
}
