//! Many findings in one file: memory stays small, and their order is the file's whatever the number of threads.
#![cfg(all(feature = "cli", target_os = "linux"))] // it reads the peak from /proc
#![allow(clippy::disallowed_methods)]

mod support;

use std::fmt::Write;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::Folder;

/// Findings in the file.
const FINDINGS: u64 = 300_000;
/// Most memory that a scan of it may take, in kilobytes.
const MOST: u64 = 100_000;

/// Lines of a log, each with a made-up Social Security number.
fn log() -> String {
    let mut text = String::new();
    for n in 0..FINDINGS {
        let (area, group, serial) = (101 + n * 7 % 550, 11 + n * 13 % 88, 1001 + n * 31 % 8990);
        let _ = writeln!(text, "patient_ssn={area:03}-{group:02}-{serial:04} id={}", n % 10);
    }
    text
}

/// Runs a scan and gives its peak of resident memory, in kilobytes.
fn peak(folder: &Folder, format: &str, threads: &[&str], to: &str) -> u64 {
    let out = File::create(folder.0.join(to)).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "--isolated", "--all", "--quiet", "--format", format])
        .args(threads)
        .arg("big.log")
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .stdout(out)
        .spawn()
        .expect("phivet starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("phivet ends").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let kilobytes = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        peak = kilobytes.and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().expect("phivet ends").code(), Some(1));
    peak
}

#[test]
fn findings_of_one_file_take_little_memory_and_keep_their_order() {
    let folder = Folder::new("memory");
    folder.file("big.log", log());
    for (format, threads, to) in [
        ("jsonl", &["-j1"][..], "one.jsonl"),
        ("jsonl", &["-j8"], "eight.jsonl"),
        ("sarif", &[], "some.sarif"),
        ("sarif", &["-j8"], "eight.sarif"),
    ] {
        let peak = peak(&folder, format, threads, to);
        assert!(peak > 0 && peak < MOST, "{format} {}: {peak} kB", threads.join(" "));
    }
    let one = folder.read("one.jsonl");
    assert!(one == folder.read("eight.jsonl"), "one thread and eight do not write the same");
    assert!(folder.read("some.sarif") == folder.read("eight.sarif"), "SARIF depends on the number of threads");
    let findings = one.lines().filter(|line| line.starts_with("{\"rule\":\"ssn\"")).count();
    assert_eq!(findings as u64, FINDINGS);
}
