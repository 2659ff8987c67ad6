//! Buckets of three kinds on servers of this machine: everything is found once, whatever servers and signals do.
#![cfg(feature = "cloud")]
#![allow(clippy::disallowed_methods)] // it starts servers

#[path = "buckets/redact.rs"]
mod redact;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use server::{Mood, Proxy};

/// As many as a server in Python fills and lists in seconds; `PHIVET_TEST_OBJECTS` makes it more.
fn objects() -> usize {
    std::env::var("PHIVET_TEST_OBJECTS").ok().and_then(|number| number.parse().ok()).unwrap_or(800)
}

/// A kind of bucket: its address, and what the environment says of it.
struct Kind {
    server: server::Server,
    url: &'static str,
    fill: &'static str,
}

fn kinds() -> Vec<Kind> {
    vec![
        Kind { server: server::moto(), url: "s3://phi", fill: "s3" },
        Kind { server: server::moto(), url: "gs://phi", fill: "s3" },
        Kind { server: server::azure(), url: "az://phi", fill: "az" },
    ]
}

/// phivet with static credentials, and a port at which the bucket's server is.
fn phivet(port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phivet"));
    let endpoint = format!("http://127.0.0.1:{port}");
    let is_azure = arguments.iter().any(|argument| argument.starts_with("az://"));
    command.args(["scan", "--isolated", "--format", "jsonl", "--all", "--select", "ssn", "--no-instance-credentials"]);
    if is_azure {
        command.args(["--endpoint", &format!("{endpoint}/devstoreaccount1")]);
    } else {
        command.args(["--endpoint", &endpoint]);
    }
    command.args(arguments).stdin(Stdio::null()).env_clear();
    // The emulators' published names.
    command.envs([("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "us-east-1")]);
    command.env("GOOGLE_BEARER_TOKEN", "x/20260101/us-east-1/s3/aws4_request");
    command.env("AZURE_STORAGE_ACCOUNT_NAME", server::ACCOUNT.0).env("AZURE_STORAGE_ACCOUNT_KEY", server::ACCOUNT.1);
    command
}

fn records(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

/// Paths and lines of all findings; none is there twice; and nothing was left out.
fn found(output: &Output) -> BTreeSet<String> {
    let records = records(output);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{err}");
    for record in &records {
        assert!(record.get("skipped").is_none(), "{record}\n{err}");
    }
    let findings: Vec<String> =
        records.iter().filter(|r| r.get("rule").is_some()).map(|r| format!("{}:{}", r["path"], r["line"])).collect();
    let set: BTreeSet<String> = findings.iter().cloned().collect();
    assert_eq!(set.len(), findings.len(), "something is reported twice");
    set
}

fn summary(output: &Output) -> Value {
    records(output).pop().expect("a summary")["summary"].clone()
}

fn temporary(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

#[test]
fn three_kinds_are_read_to_the_exact_count_and_never_written() {
    for kind in kinds() {
        let planted = server::fill(kind.fill, kind.server.port, "phi", objects());
        let Proxy { port, methods, .. } = server::proxy(kind.server.port, Mood::Good);
        let output = phivet(port, &[kind.url]).output().expect("phivet ends");
        assert_eq!(found(&output).len(), planted, "{}: {}", kind.url, String::from_utf8_lossy(&output.stderr));
        let summary = summary(&output);
        assert_eq!(summary["files"], objects(), "{}", kind.url);
        let asked: u64 = methods.lock().expect("a lock").values().sum();
        assert_eq!(summary["requests"].as_u64(), Some(asked), "{}", kind.url);
        let kinds: Vec<String> = methods.lock().expect("a lock").keys().cloned().collect();
        assert_eq!(kinds, ["GET"], "{}", kind.url);
        // A prefix, filters, a sample that is the same each time.
        let one = |arguments: &[&str]| {
            let output = phivet(kind.server.port, &[&[kind.url], arguments].concat()).output().expect("phivet ends");
            summary_of(&output)
        };
        assert_eq!(one(&["--include", "*.json.gz", "--exclude", "logs/dt=2026-11-0*"]), gzipped_after_the_ninth());
        let sample = one(&["--sample", "10%"]);
        assert!((objects() as u64 / 20..objects() as u64 / 5).contains(&sample));
        assert_eq!(one(&["--sample", "10%"]), sample);
        assert_eq!(one(&["--since", "1h"]), objects() as u64);
        assert_eq!(one(&["--until", "2026-01-01"]), 0);
        let url = format!("{}/logs/dt=2026-11-02/", kind.url);
        let output = phivet(kind.server.port, &[&url]).output().expect("phivet ends");
        assert_eq!(summary_of(&output), (0..objects()).filter(|n| n % 28 == 1).count() as u64);
        let url = format!("{}/logs/dt=2026-11-02/part-000001.json", kind.url);
        let output = phivet(kind.server.port, &[&url]).output().expect("phivet ends");
        assert_eq!(summary_of(&output), 1, "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn summary_of(output: &Output) -> u64 {
    summary(output)["files"].as_u64().expect("a number")
}

fn gzipped_after_the_ninth() -> u64 {
    (0..objects()).filter(|n| n % 10 == 7 && n % 100 < 50 && 1 + n % 28 > 9).count() as u64
}

#[test]
fn servers_that_fail_lose_nothing() {
    for kind in kinds() {
        let planted = server::fill(kind.fill, kind.server.port, "phi", 400);
        let Proxy { port, failed, .. } = server::proxy(kind.server.port, Mood::Bad);
        let output = phivet(port, &[kind.url]).output().expect("phivet ends");
        assert_eq!(found(&output).len(), planted, "{}: {}", kind.url, String::from_utf8_lossy(&output.stderr));
        assert_eq!(summary_of(&output), 400);
        assert!(failed.load(Ordering::Relaxed) > 50, "the proxy was not bad enough");
    }
}

#[test]
fn a_killed_scan_goes_on_where_it_was() {
    let server = server::moto();
    let planted = server::fill("s3", server.port, "phi", 600);
    let whole = found(&phivet(server.port, &["s3://phi"]).output().expect("phivet ends"));
    assert_eq!(whole.len(), planted);
    let slow = server::proxy(server.port, Mood::Slow);
    let journal = temporary("checkpoint");
    let arguments = ["s3://phi", "--checkpoint", journal.to_str().expect("UTF-8"), "--in-flight", "4"];
    let (mut ended_early, told) = (0, || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count()));
    for round in 0..10u64 {
        let before = told();
        let mut child =
            phivet(slow.port, &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("phivet starts");
        // Every other one is killed at any time, before its first object, too, on a slow machine.
        std::thread::sleep(Duration::from_millis(150 + round * 7919 % 900));
        while round % 2 == 0 && told() <= before.max(1) && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        ended_early += u64::from(child.try_wait().expect("a state").is_none());
        child.kill().expect("it is killed");
        let _ = child.wait();
    }
    assert!(ended_early >= 5, "most rounds were killed");
    // Another endpoint would be another scan.
    let output = phivet(slow.port, &arguments).output().expect("phivet ends");
    assert_eq!(found(&output), whole);
    assert_eq!(summary_of(&output), 600);
    assert!(summary(&output)["requests"].as_u64().is_some_and(|asked| asked < 600), "it went on");
    assert!(!journal.exists(), "what is complete needs no checkpoint");
    // A checkpoint of another scan is refused.
    std::fs::write(&journal, "{\"scan\":{}}\n").expect("a file");
    let output = phivet(server.port, &arguments).output().expect("phivet ends");
    assert_eq!(output.status.code(), Some(2));
    let _ = std::fs::remove_file(journal);
}

#[test]
fn what_cannot_be_read_is_told() {
    let server = server::moto();
    server::fill("s3", server.port, "phi", 3);
    for (url, says) in [
        ("s3://nowhere/", "no such bucket"),
        ("s3://phi/none/", "no such bucket or object"),
        ("https://127.0.0.1:1/a.log", "cannot be reached"),
        ("s3:///", "address"),
    ] {
        let output = phivet(server.port, &[url]).output().expect("phivet ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{url}: {err}");
        assert!(err.contains(says), "{url}: {err}");
    }
    let url = format!("http://127.0.0.1:{}/phi/logs/dt=2026-11-01/part-000000.json", server.port);
    let output = phivet(server.port, &[&url]).env_remove("AWS_ACCESS_KEY_ID").output().expect("phivet ends");
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 file") || output.status.code() == Some(3));
}
