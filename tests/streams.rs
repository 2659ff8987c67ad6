//! Standard input: told as it comes, passed on unchanged, read when it is packed.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it starts the program

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use support::Folder;

const LINE: &str = "2026-03-02 10:11:12 INFO patient Denise Caldwell mrn=00482913 ssn=536-90-4399 admitted\n";

fn started(folder: &Folder, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "-", "--isolated", "--select", "ssn"])
        .args(arguments)
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("phivet starts")
}

#[test]
fn a_finding_is_told_while_the_stream_goes_on() {
    let folder = Folder::new("streams-live");
    let mut child = started(&folder, &["--format", "concise"]);
    let (mut input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut lines = BufReader::new(output).lines();
    // Each answer comes before the next line is written: were it kept, this would wait for ever.
    for number in 1..=5 {
        input.write_all(LINE.as_bytes()).expect("it reads");
        let told = lines.next().expect("a line").expect("text");
        assert!(told.starts_with(&format!("<stdin>:{number}:67: error[ssn]")), "{told}");
    }
    drop(input);
    assert!(lines.map_while(Result::ok).any(|line| line.contains("5 errors in 1 file")));
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn what_is_passed_on_is_unchanged_and_whole() {
    let folder = Folder::new("streams-tee");
    let mut text = LINE.repeat(20_000).into_bytes();
    text.extend([0, 0xff, b'\r', 0xfe, 1, 2]);
    let mut child = started(&folder, &["--tee", "--format", "jsonl", "--no-progress"]);
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut errors = child.stderr.take().expect("a pipe");
    let (mut passed, mut report) = (Vec::new(), String::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            input.write_all(&text).expect("it reads");
            drop(input);
        });
        scope.spawn(|| output.read_to_end(&mut passed).expect("it writes"));
        errors.read_to_string(&mut report).expect("text");
    });
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(passed == text, "{} of {} bytes", passed.len(), text.len());
    assert!(report.contains("\"rule\":\"ssn\"") && !report.contains("536-90"), "{report:.500}");
    folder.phivet(&["scan", ".", "--tee"]).exits(2).says(&["--tee passes standard input on"]);
}

#[test]
fn a_report_that_nobody_reads_ends_no_pipe() {
    let folder = Folder::new("streams-gone");
    let mut child = started(&folder, &["--tee", "--format", "concise", "--all"]);
    drop(child.stderr.take());
    let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let text = LINE.repeat(30_000);
    let mut passed = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = input.write_all(text.as_bytes());
            drop(input);
        });
        output.read_to_end(&mut passed).expect("it writes");
    });
    let _ = child.wait();
    assert_eq!(passed.len(), text.len());
}

#[test]
fn packed_streams_are_unpacked() {
    let folder = Folder::new("streams-packed");
    let packed = include_bytes!("containers/visit.log.gz");
    let ran = folder.phivet_on(&["scan", "-", "--isolated", "--format", "concise", "--select", "ssn"], packed).exits(1);
    assert!(ran.out.starts_with("<stdin>:2:67: error[ssn]"), "{}", ran.out);
}
