//! `phivet redact`, `keys` and `reveal`: what is found is gone, documents stay what they are, keys stay where they are.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

#[path = "redact/apart.rs"]
mod apart;
#[path = "redact/key_sources.rs"]
mod key_sources;
#[path = "support/labelled.rs"]
mod labelled;
#[path = "redact/otherwise.rs"]
mod otherwise;
#[cfg(feature = "containers")]
#[path = "redact/packed.rs"]
mod packed;
#[path = "redact/places.rs"]
mod places;
#[path = "redact/secrets.rs"]
mod secrets;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use apart::{Apart, keys};
use support::Folder;

const RECORD: &str = "mrn,patient name,dob,ssn,visit date,zip\n\
    00482913,Denise Caldwell,1950-03-02,536-90-4399,2024-03-05,98101\n\
    00518827,Harold Whitfield,1947-11-30,219-09-9998,2024-03-05,98101\n";

#[test]
fn what_is_found_is_replaced() {
    let folder = Folder::new("redact-file");
    folder.file("in.csv", RECORD);
    folder.phivet(&["redact", "in.csv", "out.csv"]).exits(0).says(&["2 name", "2 ssn", "in 1 document"]);
    assert_eq!(
        folder.read("out.csv"),
        "mrn,patient name,dob,ssn,visit date,zip\n\
         [MRN],[NAME],1950,[SSN],2024,981\n\
         [MRN],[NAME],1947,[SSN],2024,981\n"
    );
    assert_eq!(folder.phivet(&["redact", "in.csv"]).exits(0).out, folder.read("out.csv"));
    folder.phivet(&["redact", "out.csv", "--in-place"]).exits(0).says(&["nothing to redact"]);
    folder.phivet(&["redact", "in.csv", "--in-place"]).exits(0);
    assert_eq!(folder.read("in.csv"), folder.read("out.csv"));
}

#[test]
fn no_value_of_a_label_that_is_found_is_left() {
    let folder = Folder::new("redact-labels");
    let mut wrong = Vec::new();
    let mut checked = 0;
    for document in labelled::read(Path::new("testdata/accuracy")).expect("the labelled documents") {
        let [part] = &document.parts[..] else { continue };
        let name = format!("in/{}", document.name);
        folder.file(&name, &part.bytes);
        let scan = ["scan", &name, "--profile", "safe-harbor", "--all", "--format", "jsonl", "--exit-zero"];
        let found = folder.phivet(&scan).records();
        let at = |record: &serde_json::Value, end: &str| record[end].as_u64().unwrap_or(0);
        if folder.phivet(&["redact", &name, "--in-place"]).code == 2 {
            continue;
        }
        let redacted = fs::read(folder.0.join(&name)).expect("a file");
        for span in document.gold() {
            let is_found = |record| at(record, "start_byte") < span.to && span.from < at(record, "end_byte");
            let value = &part.bytes[span.from as usize..span.to as usize];
            if value.len() >= 6 && found.iter().any(is_found) {
                checked += 1;
                if stands_in(&redacted, value) {
                    wrong.push(format!("{name}: {} at {}", span.kind, span.from));
                }
            }
        }
        let again = folder.phivet(&["redact", &name, "--in-place"]);
        assert!(again.code == 0, "{}", again.err);
        if fs::read(folder.0.join(&name)).expect("a file") != redacted {
            wrong.push(format!("{name}: redacting it twice changes it"));
        }
    }
    assert!(checked > 100, "{checked} labels");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Does a value stand in a text, not as a part of a longer word?
fn stands_in(text: &[u8], value: &[u8]) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let mut places = text.windows(value.len()).enumerate().filter(|(_, window)| *window == value);
    places.any(|(at, _)| !word(at.checked_sub(1)) && !word(Some(at + value.len())))
}

#[test]
fn a_stream_is_handed_on_line_by_line() {
    let folder = Folder::new("redact-stream");
    let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["redact", "--quiet"])
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("phivet starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = child.stdout.take().expect("a pipe");
    let mut slowest = Duration::ZERO;
    for n in 0..20 {
        let line = format!("{n:04} admitted patient_ssn=536-90-4399\n");
        let sent = Instant::now();
        input.write_all(line.as_bytes()).expect("it reads");
        let mut got = vec![0; "0000 admitted patient_ssn=[SSN]\n".len()];
        output.read_exact(&mut got).expect("it writes");
        // The first line waits for the rules.
        slowest = if n > 0 { slowest.max(sent.elapsed()) } else { slowest };
        assert_eq!(got, format!("{n:04} admitted patient_ssn=[SSN]\n").as_bytes());
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
    assert!(slowest < Duration::from_millis(500), "a line took {slowest:?}");
}

#[test]
fn bad_places_are_refused() {
    let folder = Folder::new("redact-places");
    folder.file("in/a.csv", RECORD);
    std::os::unix::fs::symlink("in/a.csv", folder.0.join("link.csv")).expect("a link");
    for (arguments, says) in [
        (&["redact", "in/a.csv", "in/a.csv"][..], "is the input itself"),
        (&["redact", "in/a.csv", "in/../in/a.csv"], "is the input itself"),
        (&["redact", "in/a.csv", "link.csv"], "is the input itself"),
        (&["redact", "in", "in"], "is the input itself"),
        (&["redact", "in", "in/out"], "lies inside of the input"),
        (&["redact", "in", "."], "holds the input"),
        (&["redact", "in"], "needs a place for the result"),
        (&["redact", "no.csv", "out.csv"], "No such file"),
        (&["redact", "in/a.csv", "no/out.csv"], "cannot write"),
    ] {
        folder.phivet(arguments).exits(2).says(&[says]);
        assert_eq!(folder.read("in/a.csv"), RECORD);
    }
    let parts = fs::read_dir(folder.0.join("in")).expect("a folder").flatten().count();
    assert_eq!(parts, 1, "something half is left");
}

#[test]
fn permissions_stay_and_nothing_half_is_left() {
    let folder = Folder::new("redact-mode");
    folder.file("a.csv", RECORD);
    fs::set_permissions(folder.0.join("a.csv"), fs::Permissions::from_mode(0o640)).expect("a mode");
    folder.phivet(&["redact", "a.csv", "--in-place"]).exits(0);
    let mode = fs::metadata(folder.0.join("a.csv")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    folder.file("b.csv", RECORD);
    fs::set_permissions(folder.0.join("b.csv"), fs::Permissions::from_mode(0o440)).expect("a mode");
    folder.phivet(&["redact", "b.csv", "--in-place"]).exits(2).says(&["read-only"]);
    assert_eq!(folder.read("b.csv"), RECORD);
}

#[test]
fn policies_say_what_they_forbid() {
    let folder = Folder::new("redact-policy");
    folder.file("a.csv", RECORD);
    for (config, section) in [
        ("redact: {kinds: {mrn: keep}}\n", "164.514(b)(2)(i)(H)"),
        ("redact: {kinds: {mrn: token}}\n", "164.514(c)(1)"),
        ("redact: {kinds: {date: shift}}\n", "164.514(b)(2)(i)(C)"),
        ("redact: {policy: limited-data-set, kinds: {ssn: keep}}\n", "164.514(e)(2)"),
        ("redact: {kinds: {nmae: mask}}\n", "there is no kind `nmae`"),
        ("redact: {kinds: {name: hash}}\n", "unknown variant `hash`"),
    ] {
        folder.file("phivet.yaml", config);
        folder.phivet(&["redact", "a.csv", "b.csv"]).exits(2).says(&[section]);
        assert!(!folder.0.join("b.csv").exists());
    }
}

#[test]
fn keys_are_kept_apart() {
    let (folder, apart) = (Folder::new("redact-keys"), Apart::new("keys"));
    let file = keys(&folder, &apart);
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    folder.phivet(&["keys", "new", "--key-file", &file]).exits(2).says(&["is there already"]);
    folder.phivet(&["keys", "new", "--key-file", "keys"]).exits(2).says(&["lies inside a repository"]);
    folder.phivet(&["keys", "rotate", "--key-file", &file]).exits(0);
    let list = folder.phivet(&["keys", "list", "--key-file", &file]).exits(0).out;
    assert!(
        list.contains("k1")
            && list.lines().last().is_some_and(|line| line.starts_with("k2") && line.ends_with("makes new tokens")),
        "{list}"
    );
    let secret = fs::read_to_string(&file).expect("a text");
    assert!(
        secret
            .lines()
            .filter_map(|line| line.split(' ').nth(2))
            .filter(|word| word.len() == 64)
            .all(|word| !list.contains(word))
    );

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
    folder.file("a.csv", RECORD);
    let logs = ["redact", "a.csv", "b.csv", "--policy", "logs", "--key-file", &file];
    folder.phivet(&logs).exits(2).says(&["can be read by others"]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
    folder.phivet(&logs).exits(0);
    fs::write(apart.0.join("a.csv"), RECORD).expect("a file");
    let beside = apart.path("a.csv");
    folder.phivet(&["redact", &beside, "--policy", "logs", "--key-file", &file]).exits(2).says(&["beside the data"]);
    folder.phivet(&["redact", "a.csv", "--policy", "logs"]).exits(2).says(&["needs a key"]);
    let command = format!("cat {file}");
    let by_command = folder.phivet(&["redact", "a.csv", "--policy", "logs", "--key-command", &command]).exits(0).out;
    assert_eq!(by_command, folder.read("b.csv"));
    folder.file("phivet.yaml", format!("redact: {{policy: logs, key_command: '{command}'}}\n"));
    folder.phivet(&["redact", "a.csv"]).exits(2).says(&["is not run"]);
    folder.phivet(&["redact", "a.csv", "--config", "phivet.yaml"]).exits(0);
}

#[test]
fn one_person_is_one_token_everywhere_and_intervals_stay() {
    let (folder, apart) = (Folder::new("redact-research"), Apart::new("research"));
    let file = keys(&folder, &apart);
    folder.file("in/visits.csv", "mrn,patient name,visit date\n00482913,Denise Caldwell,2024-03-05\n00482913,Denise Caldwell,2024-03-19\n00518827,Harold Whitfield,2024-03-05\n");
    folder.file("in/adt.hl7", "MSH|^~\\&|A|B|C|D|20240301||ADT^A01|1|P|2.5\rPID|1||00482913^^^A^MR||CALDWELL^DENISE||19500302|F\rPV1|1|I|||||||||||||||||||||||||||||||||||||||||20240307\r");
    let research = ["redact", "in", "out", "--policy", "research", "--key-file", &file];
    folder.phivet(&research).exits(0).says(&["164.514(b)(1)"]);
    let visits = folder.read("out/visits.csv");
    let rows: Vec<Vec<&str>> = visits.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows[1][0].starts_with("tok_mrn_k1_") && rows[1][0] == rows[2][0] && rows[1][0] != rows[3][0], "{visits}");
    assert!(folder.read("out/adt.hl7").contains(rows[1][0]), "the same person in another file");
    let day = |text: &str| {
        let parts: Vec<i64> = text.split('-').map(|part| part.parse().expect("a number")).collect();
        // Good enough within a year or two: months of March to March.
        let (year, month) = if parts[1] <= 2 { (parts[0] - 1, parts[1] + 9) } else { (parts[0], parts[1] - 3) };
        365 * year + year / 4 + (153 * month + 2) / 5 + parts[2]
    };
    assert_eq!(day(rows[2][2]) - day(rows[1][2]), 14, "{visits}");
    assert_ne!(rows[1][2], "2024-03-05");
    folder.phivet(&["redact", "out", "twice", "--policy", "research", "--key-file", &file]).exits(0);
    assert_eq!(folder.read("twice/visits.csv"), visits);
    assert_eq!(folder.read("twice/adt.hl7"), folder.read("out/adt.hl7"));
}

#[test]
fn what_is_encrypted_or_coded_is_given_back() {
    let (folder, apart) = (Folder::new("redact-reveal"), Apart::new("reveal"));
    let (file, vault) = (keys(&folder, &apart), apart.path("vault"));
    folder.file("in.csv", RECORD);
    folder.file("phivet.yaml", "redact: {policy: logs, kinds: {ssn: encrypt, name: pseudonym, mrn: pseudonym, dob: keep, date: keep, zip: keep}}\n");
    let with = ["--key-file", &file, "--vault", &vault];
    folder.phivet(&[&["redact", "in.csv", "out.csv"][..], &with].concat()).exits(0);
    let out = folder.read("out.csv");
    assert!(
        !out.contains("Caldwell")
            && !out.contains("536-90")
            && out.contains("psn_name_")
            && out.contains("enc_ssn_k1_"),
        "{out}"
    );
    assert!(!fs::read_to_string(&vault).expect("a vault").contains("Caldwell"));
    folder.phivet(&[&["redact", "in.csv", "again.csv"][..], &with].concat()).exits(0);
    let code = |text: &str| text.lines().nth(1).and_then(|line| line.split(',').nth(1)).expect("a cell").to_owned();
    assert_eq!(code(&folder.read("again.csv")), code(&out), "the vault knows the code");

    let reveal = |input: &str, output: &str| {
        [&["reveal", input, "--reason", "audit 7", "--audit", "trail.jsonl", "--output", output][..], &with]
            .concat()
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |words: Vec<String>| folder.phivet(&words.iter().map(String::as_str).collect::<Vec<_>>());
    run(reveal("out.csv", "back.csv")).exits(0);
    assert_eq!(folder.read("back.csv"), RECORD);
    assert_eq!(fs::metadata(folder.0.join("back.csv")).expect("a file").permissions().mode() & 0o777, 0o600);
    folder.phivet(&[&["reveal", "out.csv", "--output", "x.csv"][..], &with].concat()).exits(2).says(&["--reason"]);
    let silent = [&["reveal", "out.csv", "--reason", "why", "--output", "x.csv"][..], &with].concat();
    folder.phivet(&silent).exits(2).says(&["without an audit trail", "--audit"]);
    folder.phivet(&[&["redact", "in.csv", "third.csv", "--audit", "trail.jsonl"][..], &with].concat()).exits(0);
    folder.phivet(&["audit", "verify", "trail.jsonl"]).exits(0);
    let trail = folder.read("trail.jsonl");
    assert!(trail.contains("\"command\":\"reveal\"") && trail.contains("\"command\":\"redact\""), "{trail}");
    assert!(trail.contains("\"review\":true") && !trail.contains("Caldwell"), "{trail}");
    folder
        .phivet(&[&["reveal", "out.csv", "--reason", "why", "--audit", "trail.jsonl"][..], &with].concat())
        .exits(2)
        .says(&["on a terminal only"]);

    let at = out.find("enc_ssn_k1_").expect("a sealed value") + "enc_ssn_k1_".len() + 20;
    let other = if out.as_bytes()[at] == b'a' { "b" } else { "a" };
    folder.file("bad.csv", format!("{}{other}{}", &out[..at], &out[at + 1..]));
    run(reveal("bad.csv", "x.csv")).exits(2).says(&["line 2", "was changed"]);
    assert!(!folder.0.join("x.csv").exists());
    folder.file("unknown.csv", out.replace("enc_ssn_k1_", "enc_ssn_k9_"));
    run(reveal("unknown.csv", "x.csv")).exits(2).says(&["the key `k9` is not among those given"]);
    // After a rotation old values are still revealed.
    folder.phivet(&["keys", "rotate", "--key-file", &file]).exits(0);
    run(reveal("out.csv", "rotated.csv")).exits(0);
    assert_eq!(folder.read("rotated.csv"), RECORD);
}

#[test]
fn what_cannot_be_rewritten_is_told_and_not_copied() {
    let folder = Folder::new("redact-skip");
    folder
        .file("in/a.csv", RECORD)
        .file("in/b.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n")
        .file("in/c.bin", [0u8, 1, 2, 3]);
    folder.file("in/Denise Caldwell 00482913.txt", "nothing else\n");
    let ran = folder
        .phivet(&["redact", "in", "out"])
        .exits(0)
        .says(&["not written: b.pdf: PDF", "not written: c.bin: binary"]);
    assert!(!ran.err.contains("Caldwell"), "{}", ran.err);
    assert!(!folder.0.join("out/b.pdf").exists() && !folder.0.join("out/c.bin").exists());
    let names: Vec<String> = fs::read_dir(folder.0.join("out"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().all(|name| !name.contains("Caldwell")), "{names:?}");
    folder.phivet(&["redact", "in", "out", "--strict"]).exits(2);
    folder.phivet(&["redact", "in", "--in-place"]).exits(2).says(&["left as it is: b.pdf"]);
    folder.phivet(&["redact", "in/b.pdf", "x.pdf"]).exits(2).says(&["not rewritten"]);
}

#[test]
fn compressed_files_and_archives_are_rewritten() {
    let folder = Folder::new("redact-packed");
    folder.file("in/a.csv", RECORD).file("in/note.txt", "Patient Denise Caldwell, MRN 00482913, was seen.\n");
    let sh = |command: &str| {
        let done = Command::new("bash").args(["-ec", command]).current_dir(&folder.0).output().expect("bash starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    sh(
        "mkdir t && cp in/a.csv in/note.txt t && ln -s a.csv t/link && tar czf in/all.tgz -C t a.csv note.txt link && gzip -k in/a.csv && python3 -c \"import zipfile; z=zipfile.ZipFile('in/all.zip','w',zipfile.ZIP_DEFLATED); z.write('in/a.csv','d/a.csv'); z.write('in/all.tgz','inner.tgz')\"",
    );
    folder.phivet(&["redact", "in", "out"]).exits(0);
    let plain = folder.read("out/a.csv");
    assert_eq!(sh("gzip -dc out/a.csv.gz"), plain);
    assert_eq!(sh("tar xzOf out/all.tgz a.csv"), plain);
    assert_eq!(
        sh(
            "python3 -c \"import zipfile,sys; z=zipfile.ZipFile('out/all.zip'); assert z.testzip() is None; sys.stdout.write(z.read('d/a.csv').decode())\""
        ),
        plain
    );
    assert_eq!(
        sh(
            "cd out && python3 -c \"import zipfile; zipfile.ZipFile('all.zip').extract('inner.tgz')\" && tar xzOf inner.tgz a.csv"
        ),
        plain
    );
    assert!(sh("tar tzvf out/all.tgz").contains("link -> a.csv"));
    let before = fs::read(folder.0.join("out/all.zip")).expect("a file");
    let written = || fs::metadata(folder.0.join("out/all.zip")).and_then(|found| found.modified()).expect("a time");
    let then = written();
    folder.phivet(&["redact", "out", "--in-place"]).exits(0).says(&["nothing to redact"]);
    assert_eq!(written(), then, "what needs nothing is not written");
    folder.phivet(&["redact", "out", "twice"]).exits(0);
    assert_eq!(fs::read(folder.0.join("twice/all.zip")).expect("a file"), before);
}

#[test]
fn what_goes_wrong_is_said() {
    let (folder, apart) = (Folder::new("redact-wrong"), Apart::new("wrong"));
    folder.file("in.csv", RECORD).file("gone.csv.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
    let full = |command: &str| {
        let program = env!("CARGO_BIN_EXE_phivet");
        let done =
            Command::new("bash").args(["-c", &command.replace("phivet", program)]).current_dir(&folder.0).output();
        let done = done.expect("bash starts");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    for command in ["phivet redact in.csv > /dev/full", "cat in.csv | phivet redact > /dev/full"] {
        let (code, said) = full(command);
        assert!(code == Some(2) && said.contains("cannot write") && !said.contains("Caldwell"), "{said}");
    }
    folder.phivet(&["redact", "gone.csv.gz", "out.gz"]).exits(2).says(&["gone.csv.gz"]);
    assert!(!folder.0.join("out.gz").exists());
    // Another key is no key of the vault, and a vault that was changed is none.
    let (file, vault, other) = (keys(&folder, &apart), apart.path("vault"), apart.path("other"));
    folder.file("phivet.yaml", "redact: {kinds: {name: pseudonym}}\n");
    folder.phivet(&["redact", "in.csv", "a.csv", "--key-file", &file, "--vault", &vault]).exits(0);
    folder.phivet(&["keys", "new", "--key-file", &other]).exits(0);
    let wrong = ["redact", "in.csv", "b.csv", "--key-file", &other, "--vault", &vault];
    folder.phivet(&wrong).exits(2).says(&["line 1 of the vault"]);
    let text = fs::read_to_string(&vault).expect("a vault");
    fs::write(&vault, &text[..text.len() - 4]).expect("a vault");
    folder
        .phivet(&["redact", "in.csv", "b.csv", "--key-file", &file, "--vault", &vault])
        .exits(2)
        .says(&["was changed"]);
    fs::write(apart.0.join("short"), "k1 - abc\n").expect("a file");
    fs::set_permissions(apart.0.join("short"), fs::Permissions::from_mode(0o600)).expect("a mode");
    folder.phivet(&["keys", "list", "--key-file", &apart.path("short")]).exits(2).says(&["no secret of 64 hex digits"]);
    assert!(!folder.0.join("b.csv").exists());
}

#[test]
fn a_stream_that_ends_inside_a_character_is_told() {
    let folder = Folder::new("redact-cut");
    let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .arg("redact")
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("phivet starts");
    child.stdin.take().expect("a pipe").write_all(b"patient_ssn=536-90-4399\ncaf\xC3").expect("it reads");
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(2));
    assert!(done.stdout.starts_with(b"patient_ssn=[SSN]\n"));
    assert!(String::from_utf8_lossy(&done.stderr).contains("in the middle of a"));
}
