//! `cargo bench --bench history`: scanning all history of a repository of 5,000 commits, beside `git log -p` alone.
#![allow(clippy::disallowed_methods, clippy::print_stdout)] // it starts programs, reads the clock and says what it measured

#[path = "../tests/support/history.rs"]
mod history;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const COMMITS: usize = 5_000;
const ROUNDS: usize = 7;

fn main() {
    let repository = history::Repository::new("bench-history", &[]);
    let (stream, _) = history::stream(COMMITS, 500);
    history::git(&repository.0, &["fast-import", "--quiet"], &stream);
    repository.git(&["repack", "-adfq"]);
    repository.git(&["reset", "--quiet", "--hard"]);
    let (mut log, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        log.push(time(&repository.0, "git", &["log", "-p", "--all"]));
        ours.push(time(&repository.0, env!("CARGO_BIN_EXE_phivet"), &["--history", "--format", "concise"]));
    }
    log.sort_unstable();
    ours.sort_unstable();
    let (log, ours) = (log[ROUNDS / 2], ours[ROUNDS / 2]);
    println!(
        "{COMMITS} commits, {} of text added: `git log -p` {} ms, `phivet --history` {} ms: {:.2} times",
        size(&repository),
        log.as_millis(),
        ours.as_millis(),
        ours.as_secs_f64() / log.as_secs_f64()
    );
}

fn size(repository: &history::Repository) -> String {
    let shown = repository.git(&["log", "--all", "--numstat", "--format="]);
    let lines: usize = shown.lines().filter_map(|line| line.split('\t').next()?.parse::<usize>().ok()).sum();
    format!("{lines} lines")
}

fn time(folder: &Path, program: &str, arguments: &[&str]) -> Duration {
    let started = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("it runs");
    started.elapsed()
}
