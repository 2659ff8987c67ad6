//! A repository with a long history of invented code, and invented PHI planted in it.
#![allow(dead_code)] // each test uses some of it

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A repository that is removed at the end.
pub(crate) struct Repository(pub(crate) PathBuf);

/// What git answers; its environment knows nothing of this machine's user.
pub(crate) fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("git ends")
    });
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

impl Repository {
    /// An empty repository.
    pub(crate) fn new(name: &str, options: &[&str]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        git(&path, &[&["init", "--quiet"], options].concat(), b"");
        Self(path)
    }

    /// What git answers in it.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.0, arguments, b"")
    }

    /// Writes a file of the work tree.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    /// Commits everything, at a day of 2024, and says the commit's id.
    pub(crate) fn commit(&self, message: &str, day: u32) -> String {
        let date = format!("@{} +0000", 1_704_067_200 + u64::from(day) * 86_400);
        self.git(&["add", "--all"]);
        let child = Command::new("git")
            .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
            .args(["commit", "--quiet", "--allow-empty", "--no-verify", "-m", message])
            .current_dir(&self.0)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git ends");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        self.git(&["rev-parse", "HEAD"])
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers that look random and are always the same.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("small")
    }
}

/// A made-up Social Security number in a line of a log.
pub(crate) fn planted(number: usize) -> String {
    format!(
        "INFO visit: patient_ssn=53{}-{:02}-{:04} diagnosis=E11.9",
        number % 7,
        11 + number % 80,
        1000 + number % 9000
    )
}

fn line(dice: &mut Dice) -> String {
    const VERBS: [&str; 8] = ["load", "store", "merge", "render", "check", "visit", "encode", "resolve"];
    const NOUNS: [&str; 8] = ["buffer", "widget", "cursor", "packet", "layout", "token", "thread", "vector"];
    let (verb, noun) = (VERBS[dice.below(8)], NOUNS[dice.below(8)]);
    match dice.below(6) {
        0 => format!("fn {verb}_{noun}_{}(input: &[u8]) -> Option<usize> {{\n", dice.below(10_000)),
        1 => format!("    let {noun}_{} = {verb}(&state.{noun}, {});\n", dice.below(100), dice.below(100)),
        2 => format!("    if {noun}.len() > {} {{ return None; }}\n", dice.below(4096)),
        3 => "}\n\n".to_owned(),
        4 => format!("    // {verb} the {noun} before the next {}\n", NOUNS[dice.below(8)]),
        _ => format!("    {noun}.{verb}(index + {}, &mut out)?;\n", dice.below(64)),
    }
}

/// A stream for `git fast-import`: so many commits of code over 400 files, with a planted line now and then: in files
/// that are deleted later, and in files that stay. Returns the stream and, of each planted line, its number, path and
/// commit (counted from 1), and whether the last commit still has it.
pub(crate) fn stream(commits: usize, every: usize) -> (Vec<u8>, Vec<Plant>) {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut files: Vec<Vec<String>> = Vec::new();
    let (mut out, mut plants) = (Vec::new(), Vec::<Plant>::new());
    for commit in 1..=commits {
        let mut changes = String::new();
        let count = 1 + dice.below(3);
        for _ in 0..count {
            if files.len() < 400 && (files.len() < 8 || dice.below(10) == 0) {
                let lines = 60 + dice.below(700);
                files.push((0..lines).map(|_| line(&mut dice)).collect());
                modify(
                    &mut changes,
                    &format!("src/m{}/file_{}.rs", files.len() % 20, files.len()),
                    files.last().expect("one"),
                );
            } else {
                let at = dice.below(files.len());
                for _ in 0..1 + dice.below(3) {
                    edit(&mut files[at], &mut dice);
                }
                modify(&mut changes, &format!("src/m{}/file_{}.rs", (at + 1) % 20, at + 1), &files[at]);
            }
        }
        let number = commit / every;
        if commit % every == 1 {
            let path = format!("logs/visit_{number}.log");
            modify(&mut changes, &path, &[format!("started\n{}\n", planted(number))]);
            plants.push(Plant { number, path, commit, stays: number.is_multiple_of(3) });
        } else if commit % every == every - 1 && plants.last().is_some_and(|plant| !plant.stays) {
            let _ = writeln!(changes, "D {}", plants.last().expect("one").path);
        }
        let time = 1_600_000_000 + commit * 3600;
        let message = format!("Change number {commit}\n");
        write!(out, "commit refs/heads/main\nmark :{commit}\ncommitter Somebody <s@example.org> {time} +0000\n")
            .expect("memory");
        write!(out, "data {}\n{message}", message.len()).expect("memory");
        out.extend_from_slice(changes.as_bytes());
        out.push(b'\n');
    }
    (out, plants)
}

/// Where a line was planted.
pub(crate) struct Plant {
    pub(crate) number: usize,
    pub(crate) path: String,
    pub(crate) commit: usize,
    pub(crate) stays: bool,
}

fn edit(file: &mut Vec<String>, dice: &mut Dice) {
    let at = dice.below(file.len());
    let count = 1 + dice.below(6);
    let end = file.len().min(at + dice.below(4));
    let new: Vec<String> = (0..count).map(|_| line(dice)).collect();
    file.splice(at..end, new);
}

fn modify(changes: &mut String, path: &str, lines: &[String]) {
    let text = lines.concat();
    let _ = write!(changes, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
}
