//! The audit trail: nothing that was done is missing, nothing can be changed unseen, nothing in it tells of anybody.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it writes files and starts programs

#[path = "audit/ends.rs"]
mod ends;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use support::{Folder, Ran};

/// How many notes are acknowledged at least, and by how many processes at once.
const NOTES: usize = 10_000;
const WRITERS: usize = 16;
/// How many times somebody changes the trail.
const TAMPERINGS: usize = 1_000;

const SECRET: &str = "a key of the compliance office, not of the team\n";

/// A sequence of numbers that looks random and is the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("a small number")
    }
}

fn verified(folder: &Folder, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["audit", "verify", "--format", "json"].iter().chain(arguments).copied().collect();
    serde_json::from_str(&folder.phivet(&all).out).expect("JSON")
}

/// Notes until it is killed, after so many; answers the heads that it acknowledged.
fn noted(folder: &Folder, writer: usize, die_after: usize) -> Vec<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["audit", "note", "-", "--audit", "trail.jsonl"])
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("phivet starts");
    let (mut to, from) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let feeding = std::thread::spawn(move || {
        for number in 0.. {
            if writeln!(to, "writer {writer} step {number}").is_err() {
                break;
            }
        }
    });
    let mut heads = Vec::new();
    for line in BufReader::new(from).lines() {
        heads.push(line.expect("a line"));
        if heads.len() == die_after {
            // It is somewhere within its next entry then.
            std::thread::sleep(Duration::from_micros((die_after * 37 % 1500) as u64));
            child.kill().expect("it can be killed");
        }
    }
    child.wait().expect("it ends");
    feeding.join().expect("no panic");
    // The last line may have been cut off by the kill.
    heads.retain(|head| head.split_once(':').is_some_and(|(_, hash)| hash.len() == 64));
    heads
}

#[test]
fn killed_writers_lose_nothing_they_acknowledged() {
    let folder = Folder::new("audit-kill");
    let done = AtomicUsize::new(0);
    let heads: Vec<String> = std::thread::scope(|scope| {
        let work = |writer: usize| {
            let (folder, done) = (&folder, &done);
            move || {
                let mut dice = Dice(0x9e37_79b9 + writer as u64 * 7919);
                let mut own = Vec::new();
                while done.load(Ordering::Relaxed) < NOTES {
                    let heads = noted(folder, writer, 1 + dice.below(120));
                    done.fetch_add(heads.len(), Ordering::Relaxed);
                    own.extend(heads);
                }
                own
            }
        };
        let running: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(work(writer))).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(heads.len() >= NOTES);
    folder.file("anchors.txt", heads.join("\n"));
    // Whatever the last kill has torn is closed by the next entry.
    folder.phivet(&["audit", "note", "the end", "--audit", "trail.jsonl"]).exits(0);
    let told = verified(&folder, &["trail.jsonl", "--anchor", "anchors.txt"]);
    assert_eq!(told["intact"], true, "{told}");
    assert_eq!(told["anchors"], heads.len(), "each acknowledged entry is there: {told}");
}

#[test]
fn a_torn_line_is_told_and_closed() {
    let folder = Folder::new("audit-torn");
    for _ in 0..3 {
        folder.phivet(&["audit", "note", "a step", "--audit", "trail.jsonl"]).exits(0);
    }
    let whole = folder.read("trail.jsonl");
    let third = whole.match_indices('\n').nth(1).expect("two lines").0 + 1;
    for cut in [third + 1, third + 40, whole.len() - 60, whole.len() - 2] {
        folder.file("trail.jsonl", &whole[..cut]);
        let told = verified(&folder, &["trail.jsonl"]);
        assert_eq!((&told["intact"], &told["torn"], &told["entries"]), (&true.into(), &3.into(), &2.into()), "{told}");
        folder.phivet(&["audit", "note", "the next", "--audit", "trail.jsonl"]).exits(0);
        let told = verified(&folder, &["trail.jsonl"]);
        assert_eq!((&told["intact"], &told["torn"], &told["entries"]), (&true.into(), &Value::Null, &3.into()));
        // What is closed cannot be changed or taken out any more.
        let closed = folder.read("trail.jsonl");
        let lines: Vec<&str> = closed.lines().collect();
        folder.file("trail.jsonl", [lines[0], lines[1], lines.last().expect("a line"), ""].join("\n"));
        assert_eq!(verified(&folder, &["trail.jsonl"])["bad"]["line"], 3);
        let changed = format!("{}x", lines[2]);
        let other: Vec<&str> = [lines[0], lines[1], &changed].into_iter().chain(lines[3..].iter().copied()).collect();
        folder.file("trail.jsonl", other.join("\n") + "\n");
        assert_eq!(verified(&folder, &["trail.jsonl"])["intact"], false);
    }
    // Only the line end is missing: nothing else is.
    folder.file("trail.jsonl", whole.trim_end());
    folder.phivet(&["audit", "note", "the next", "--audit", "trail.jsonl"]).exits(0);
    assert_eq!(verified(&folder, &["trail.jsonl"])["entries"], 4);
}

/// A change of a trail: what it is, the text afterwards, and on which lines it may be told.
fn tampered(lines: &[&str], dice: &mut Dice) -> (&'static str, String, Vec<usize>) {
    let count = lines.len();
    let at = dice.below(count);
    let mut new: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    match dice.below(9) {
        0 => {
            let mut bytes = new[at].clone().into_bytes();
            let place = dice.below(bytes.len());
            let old = bytes[place];
            bytes[place] = if old == b'7' { b'3' } else { b'7' };
            new[at] = String::from_utf8(bytes).expect("a text");
            ("a byte changed", text(&new), vec![at + 1])
        }
        1 => {
            let place = dice.below(new[at].len());
            new[at].remove(place);
            ("a byte taken out", text(&new), vec![at + 1])
        }
        2 => {
            let place = dice.below(new[at].len());
            new[at].insert(place, 'x');
            ("a byte put in", text(&new), vec![at + 1])
        }
        3 => {
            new.remove(at);
            ("a line taken out", text(&new), vec![at + 1])
        }
        4 => {
            let line = new[dice.below(count)].clone();
            new.insert(at, line);
            ("a line put in twice", text(&new), vec![at + 1, at + 2, count + 1])
        }
        5 => {
            let other = (at + 1 + dice.below(count - 1)) % count;
            new.swap(at, other);
            ("two lines exchanged", text(&new), vec![at.min(other) + 1])
        }
        6 => {
            new.truncate(at);
            ("the end cut off", text(&new), vec![at + 1])
        }
        7 => {
            let (from, to) = (at, (at + 1 + dice.below(40)).min(count));
            new.drain(from..to);
            ("many lines taken out", text(&new), vec![from + 1])
        }
        _ => {
            let whole = text(&new);
            let cut = 1 + dice.below(whole.len() - 1);
            let line = whole[..cut].matches('\n').count() + 1;
            ("cut off in the middle", whole[..cut].to_owned(), vec![line])
        }
    }
}

#[test]
fn each_of_a_thousand_tamperings_is_caught_and_located() {
    let folder = Folder::new("audit-tamper");
    let notes: String = (0..60).map(|n| format!("step {n}\n")).collect();
    folder.phivet_on(&["audit", "note", "-", "--audit", "trail.jsonl"], notes.as_bytes()).exits(0);
    folder.phivet(&["audit", "head", "trail.jsonl", "--anchor", "anchor"]).exits(0);
    let whole = folder.read("trail.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(verified(&folder, &["trail.jsonl", "--anchor", "anchor"])["intact"], true);
    let mut dice = Dice(0x00c0_ffee);
    for number in 0..TAMPERINGS {
        let (what, text, places) = tampered(&lines, &mut dice);
        if text == whole {
            continue;
        }
        folder.file("bad.jsonl", &text);
        let told = verified(&folder, &["bad.jsonl", "--anchor", "anchor"]);
        assert_eq!(told["intact"], false, "{number}: {what}, line {places:?}, is not caught");
        let line = told["bad"]["line"].as_u64().and_then(|line| usize::try_from(line).ok()).expect("a line");
        assert!(places.contains(&line), "{number}: {what} is told at line {line}, not at one of {places:?}: {told}");
    }
}

/// Whoever can write the file can write all of it anew; not with a key, and not if the head is known elsewhere.
#[test]
fn a_trail_that_is_written_anew_is_caught_by_key_and_anchor() {
    let folder = Folder::new("audit-anew");
    // Outside of any repository.
    let keys = std::env::temp_dir().join(format!("phivet-audit-{}", std::process::id()));
    fs::create_dir_all(&keys).expect("a folder");
    let secret = |name: &str, text: &str| {
        let file = keys.join(name);
        fs::write(&file, text).expect("a file");
        #[cfg(unix)]
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
        file.to_string_lossy().into_owned()
    };
    let (key, other) = (secret("key", SECRET), secret("other", "another key that is long enough"));
    let note =
        |trail: &str, key: &str| folder.phivet(&["audit", "note", "x", "--audit", trail, "--audit-key-file", key]);
    note("sealed.jsonl", &key).exits(0);
    note("sealed.jsonl", &key).exits(0);
    folder.phivet(&["audit", "verify", "sealed.jsonl", "--audit-key-file", &key]).exits(0);
    let told = folder.phivet(&["audit", "verify", "sealed.jsonl"]).exits(1);
    assert!(told.out.contains("which was not given"), "{}", told.out);
    note("sealed.jsonl", &other).exits(2).says(&["another key"]);
    folder.phivet(&["audit", "note", "x", "--audit", "sealed.jsonl"]).exits(2).says(&["which was not given"]);
    // Made anew without the key, or with another.
    folder.phivet(&["audit", "note", "x", "--audit", "anew.jsonl"]).exits(0);
    folder.phivet(&["audit", "verify", "anew.jsonl", "--audit-key-file", &key]).exits(1);
    note("anew2.jsonl", &other).exits(0);
    folder.phivet(&["audit", "verify", "anew2.jsonl", "--audit-key-file", &key]).exits(1);
    // Without a key: the anchor.
    let head = folder.phivet(&["audit", "head", "anew.jsonl"]).exits(0).out;
    fs::remove_file(folder.0.join("anew.jsonl")).expect("a file");
    folder.phivet(&["audit", "note", "something else", "--audit", "anew.jsonl"]).exits(0);
    let told = folder.phivet(&["audit", "verify", "anew.jsonl", "--head", head.trim()]).exits(1);
    assert!(told.out.contains("written anew"), "{}", told.out);
    // The key changes with the segment.
    folder.phivet(&["audit", "rotate", "--audit", "sealed.jsonl", "--audit-key-file", &key]).exits(0);
    // Keys beside the trail, for everybody to read, or too short are refused.
    note("t.jsonl", &secret("short", "short")).exits(2).says(&["shorter than 16 bytes"]);
    folder.file("inside.key", SECRET);
    note("t.jsonl", "inside.key").exits(2).says(&["inside the repository"]);
    let beside = keys.join("trail.jsonl").to_string_lossy().into_owned();
    note(&beside, &key).exits(2).says(&["beside the trail"]);
    #[cfg(unix)]
    {
        let open = secret("open", SECRET);
        fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("a mode");
        note("t.jsonl", &open).exits(2).says(&["everybody on this machine can read it"]);
    }
    let _ = fs::remove_dir_all(&keys);
}

#[test]
fn segments_stay_chained() {
    let folder = Folder::new("audit-segments");
    let phivet = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().chain(&["--audit", "t.jsonl"]).copied().collect();
        folder.phivet(&all).exits(0)
    };
    for _ in 0..3 {
        phivet(&["audit", "note", "a step"]);
        let ran = phivet(&["audit", "rotate"]);
        assert!(ran.out.contains("164.316(b)(2)(i)"), "{}", ran.out);
    }
    phivet(&["audit", "note", "the last"]);
    let told = verified(&folder, &["t.jsonl"]);
    assert_eq!((&told["intact"], &told["entries"]), (&true.into(), &10.into()), "{told}");
    // A rotation that was killed between its two steps is completed.
    fs::rename(folder.0.join("t.jsonl.0003"), folder.0.join("kept")).expect("a file");
    fs::rename(folder.0.join("t.jsonl"), folder.0.join("last")).expect("a file");
    fs::copy(folder.0.join("kept"), folder.0.join("t.jsonl")).expect("a file");
    phivet(&["audit", "note", "after the kill"]);
    let told = verified(&folder, &["t.jsonl"]);
    assert_eq!((&told["intact"], &told["entries"]), (&true.into(), &9.into()), "{told}");
    // A segment that is missing, or changed, is told with its name.
    let second = folder.read("t.jsonl.0002");
    fs::remove_file(folder.0.join("t.jsonl.0002")).expect("a file");
    let told = verified(&folder, &["t.jsonl"]);
    assert_eq!((&told["intact"], &told["bad"]["file"]), (&false.into(), &"t.jsonl.0003".into()), "{told}");
    folder.file("t.jsonl.0002", second.replacen("a step", "a stop", 1));
    let told = verified(&folder, &["t.jsonl"]);
    assert_eq!((&told["bad"]["file"], &told["bad"]["line"]), (&"t.jsonl.0002".into(), &2.into()), "{told}");
    // Archived segments: what is left goes on from a head that is known.
    folder.file("t.jsonl.0002", &second);
    let first = folder.read("t.jsonl.0001");
    let footer: Value = serde_json::from_str(first.lines().last().expect("a line")).expect("JSON");
    let head = format!("{}:{}", footer["seq"], footer["hash"].as_str().expect("a hash"));
    fs::remove_file(folder.0.join("t.jsonl.0001")).expect("a file");
    assert_eq!(verified(&folder, &["t.jsonl"])["intact"], false);
    assert_eq!(verified(&folder, &["t.jsonl", "--after", &head])["intact"], true);
}

/// The lines of a trail.
fn entries(folder: &Folder, trail: &str) -> Vec<Value> {
    folder.read(trail).lines().map(|line| serde_json::from_str(line).expect("an entry a line")).collect()
}

#[test]
fn a_scan_says_who_when_what_why_and_what_came_of_it() {
    let folder = Folder::new("audit-scan");
    folder.file("logs/john_smith_536-90-4399.log", "patient_ssn=536-90-4399 mrn=00482913\n").file("clean.log", "ok\n");
    folder.file("phivet.yaml", "audit: trail.jsonl\n");
    folder.phivet(&["scan", "logs/john_smith_536-90-4399.log", "--reason", "for John Smith, SSN 536-90-4399"]).exits(1);
    folder.phivet(&["scan", "clean.log"]).exits(0);
    folder.phivet(&["scan", "nowhere"]).exits(2);
    folder.phivet(&["scan", "logs", "--baseline", "none.jsonl"]).exits(2);
    folder.phivet(&["baseline", "create", "logs", "--reason", "old"]).exits(0);
    folder.phivet(&["scan", "."]).exits(1);
    let entries = entries(&folder, "trail.jsonl");
    let outcomes: Vec<&str> = entries.iter().filter_map(|entry| entry["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["found", "clean", "failed", "failed", "done", "found"]);
    let first = &entries[0];
    assert_eq!((&first["command"], &first["counts"]["ssn"], &first["seq"]), (&"scan".into(), &1.into(), &1.into()));
    assert!(first["who"]["user"].as_str().is_some_and(|user| !user.is_empty()));
    assert!(first["time"].as_str().is_some_and(|time| time.ends_with('Z')));
    assert_eq!(first["rules"].as_str().map(str::len), Some(64));
    assert_eq!(entries[4]["command"], "baseline create");
    let text = folder.read("trail.jsonl");
    for value in ["536-90-4399", "00482913", "john", "John", "Smith", "smith"] {
        assert!(!text.contains(value), "`{value}` stands in the trail:\n{text}");
    }
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    let folder = Folder::new("audit-unwritten");
    folder.file("a.log", "patient_ssn=536-90-4399\n").file("strange.jsonl", "{\"not\": \"ours\"}\n").file("dir/x", "");
    for trail in ["dir", "nowhere/trail.jsonl", "/dev/full"] {
        let ran = folder.phivet(&["scan", "a.log", "--audit", trail]).exits(2).says(&["the audit trail"]);
        assert!(ran.out.is_empty(), "it was scanned: {}", ran.out);
    }
    // A trail whose last entry was changed is not gone on with.
    folder.phivet(&["scan", "a.log", "--audit", "trail.jsonl"]).exits(1);
    folder.file("trail.jsonl", folder.read("trail.jsonl").replace("\"found\"", "\"clean\""));
    let ran = folder.phivet(&["scan", "a.log", "--audit", "trail.jsonl"]).exits(2);
    ran.says(&["it has been changed", "phivet audit verify"]);
}

#[test]
fn values_are_not_revealed_where_others_see_them() {
    let folder = Folder::new("audit-glass");
    folder.file("a.log", "patient_ssn=536-90-4399\n");
    let reveal = ["scan", "a.log", "--reveal"];
    let with = |more: &[&str]| folder.phivet(&reveal.iter().chain(more).copied().collect::<Vec<_>>());
    let unseen =
        |ran: Ran| assert!(!ran.out.contains("536-90-4399") && !ran.err.contains("536-90-4399"), "{}", ran.out);
    unseen(with(&[]).exits(2).says(&["--reason"]));
    unseen(with(&["--reason", "x"]).exits(2).says(&["needs an audit trail"]));
    unseen(with(&["--reason", " ", "--audit", "t.jsonl"]).exits(2).says(&["needs a reason"]));
    unseen(with(&["--reason", "x", "--audit", "t.jsonl"]).exits(2));
    let last = entries(&folder, "t.jsonl").pop().expect("an entry");
    assert_eq!((&last["command"], &last["outcome"]), (&"scan --reveal".into(), &"refused".into()));
}

/// At a terminal, which Python makes.
#[cfg(unix)]
fn at_a_terminal(folder: &Folder, ci: &str, arguments: &str) -> String {
    let program = format!(
        "import os, pty, sys\nfor k in list(os.environ):\n    if k in ('CI', 'GITHUB_ACTIONS', 'GITLAB_CI', 'JENKINS_URL', 'TF_BUILD', 'BUILDKITE'): del os.environ[k]\n{ci}\nsys.exit(os.waitstatus_to_exitcode(pty.spawn([{:?}] + {arguments})))",
        env!("CARGO_BIN_EXE_phivet")
    );
    let done = Command::new("python3").args(["-c", &program]).current_dir(&folder.0).stdin(Stdio::null()).output();
    String::from_utf8_lossy(&done.expect("python3 starts").stdout).into_owned()
}

#[cfg(unix)]
#[test]
fn break_glass_shows_values_at_a_terminal_and_is_marked_for_review() {
    let folder = Folder::new("audit-reveal");
    folder.file("a.log", "patient_ssn=536-90-4399\n");
    let arguments = "['scan', 'a.log', '--reveal', '--reason', 'ticket 42', '--audit', 't.jsonl']";
    let seen = at_a_terminal(&folder, "", arguments);
    assert!(seen.contains("a.log:1:13: ssn: 536-90-4399"), "{seen}");
    let lines = entries(&folder, "t.jsonl");
    assert_eq!((&lines[0]["outcome"], &lines[0]["review"]), (&"started".into(), &true.into()));
    assert_eq!((&lines[1]["outcome"], &lines[1]["details"]["revealed"]), (&"found".into(), &"1".into()));
    assert!(!folder.read("t.jsonl").contains("536-90"));
    let seen = at_a_terminal(&folder, "os.environ['GITHUB_ACTIONS'] = 'true'", arguments);
    assert!(seen.contains("continuous integration") && !seen.contains("536-90-4399"), "{seen}");
    let last = entries(&folder, "t.jsonl").pop().expect("an entry");
    assert_eq!((&last["outcome"], &last["who"]["ci"]["system"]), (&"refused".into(), &"github".into()));
    let ran = folder.phivet(&["audit", "review", "t.jsonl", "--format", "jsonl"]).exits(1);
    let told: Vec<Value> = ran.records().into_iter().filter(|r| r["rule"] == "break-glass-unreviewed").collect();
    assert_eq!((told.len(), &told[0]["line"]), (1, &1.into()), "{}", ran.out);
    // Somebody looks at it.
    folder.phivet(&["audit", "reviewed", "2", "--reason", "x", "--audit", "t.jsonl"]).exits(2).says(&["not marked"]);
    folder.phivet(&["audit", "reviewed", "1", "--reason", "agreed", "--audit", "t.jsonl"]).exits(0);
    // But not the one who broke it.
    let ran = folder.phivet(&["audit", "review", "t.jsonl", "--format", "jsonl"]).exits(1);
    assert!(ran.out.contains("was reviewed only by the one who broke the glass"), "{}", ran.out);
}

#[test]
fn our_own_trail_is_reviewed_and_exported() {
    let folder = Folder::new("audit-own");
    folder.file("a.log", "ok\n");
    let phivet = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().chain(&["--audit", "t.jsonl"]).copied().collect();
        folder.phivet(&all)
    };
    phivet(&["scan", "a.log", "--reason", "=cmd, \"quoted\""]).exits(0);
    for (format, says) in
        [("json", "\"command\":\"scan\""), ("csv", "\"'=cmd, \"\"quoted\"\"\""), ("ocsf", "\"class_uid\":6003")]
    {
        let ran = phivet(&["audit", "export", "--format", format]).exits(0);
        assert!(ran.out.contains(says), "{format}: {}", ran.out);
    }
    let ran = phivet(&["audit", "show", "--command", "audit export"]).exits(0);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    let ran = phivet(&["audit", "review", "--format", "jsonl"]).exits(0);
    assert!(ran.records().iter().any(|record| record["rule"] == "access-export"), "{}", ran.out);
    assert_eq!(verified(&folder, &["t.jsonl"])["entries"], 5);
    phivet(&["audit", "export", "--output", "a.log"]).exits(2);
}
