//! `phivet redact` from and to buckets: what is found is gone in the target, the source is as it was, nothing is half.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::server::{self, ACCOUNT, Mood, OTHER_ACCOUNT, Proxy};

/// A folder of its own outside of every repository, with a file of AWS credentials in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("phivet-buckets-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        let profiles = "[reader]\naws_access_key_id = reader\naws_secret_access_key = hidden-1\n\n\
            [writer]\naws_access_key_id = writer\naws_secret_access_key = hidden-2\n\n[halved]\naws_access_key_id = hidden-3\n";
        fs::write(path.join("credentials"), profiles).expect("a file");
        fs::write(path.join("config"), "[profile writer]\nregion = us-east-1\n").expect("a file");
        Self(path)
    }

    /// `phivet redact` with the credentials of whoever reads; exit code, and what is said.
    fn redact(&self, port: u16, arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phivet"));
        command.args(["redact", "--isolated", "--no-instance-credentials"]).args(arguments).current_dir(&self.0);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs([("AWS_ACCESS_KEY_ID", "reader"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "us-east-1")]);
        command.env("AWS_SHARED_CREDENTIALS_FILE", "credentials").env("AWS_CONFIG_FILE", "config");
        command.env("GOOGLE_BEARER_TOKEN", "reader/20260101/us-east-1/s3/aws4_request");
        command.env("CLEAN_GOOGLE_BEARER_TOKEN", "writer/20260101/us-east-1/s3/aws4_request");
        command.env("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.0).env("AZURE_STORAGE_ACCOUNT_KEY", ACCOUNT.1);
        command.env("CLEAN_AZURE_STORAGE_ACCOUNT_NAME", OTHER_ACCOUNT.0);
        command.env("CLEAN_AZURE_STORAGE_ACCOUNT_KEY", OTHER_ACCOUNT.1);
        let is_azure = arguments.iter().any(|argument| argument.starts_with("az://"));
        let account = if is_azure { "/devstoreaccount1" } else { "" };
        command.args(["--endpoint", &format!("http://127.0.0.1:{port}{account}")]);
        let mut child = command.spawn().expect("phivet starts");
        drop(child.stdin.take().expect("a pipe").write_all(input));
        let output = child.wait_with_output().expect("phivet ends");
        // Errors are drawn with borders and wrapped.
        let said = String::from_utf8_lossy(&output.stderr).replace(['│', '×', '╰', '╭', '─', '▶'], " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!said.contains("hidden-"), "a secret is shown: {said}");
        (output.status.code(), said)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Keys with their tags and contents, unpacked.
fn listed(kind: &str, port: u16, bucket: &str) -> BTreeMap<String, (String, String)> {
    let text = server::objects(kind, port, &["list", bucket], b"");
    let all: BTreeMap<String, (String, String)> = serde_json::from_str(&text).expect("JSON");
    all.into_iter().map(|(key, (tag, body))| (key, (tag, unpacked(&decoded(&body))))).collect()
}

fn decoded(base64: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in base64.bytes().filter(|digit| *digit != b'=') {
        let value = DIGITS.iter().position(|known| *known == digit).expect("base64");
        (bits, count) = (bits << 6 | value as u32, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).expect("gzip");
        return text;
    }
    String::from_utf8_lossy(bytes).into_owned()
}

/// The values that `fill.py` has planted in so many objects.
fn planted(count: usize) -> Vec<String> {
    let value = |n: usize| format!("53{}-{:02}-{}", n % 7, 11 + n % 80, 1000 + n % 9000);
    (0..count).filter(|n| n % 50 == 7).map(value).collect()
}

/// A log of more than two parts, with one made-up patient at its beginning and one at its end.
fn large() -> String {
    let line = "INFO request served in 12 ms by worker three of the north side, and written to the queue behind it\n";
    let patient = "WARN rejected patient_ssn=536-90-4399\n";
    [patient, &line.repeat((20 << 20) / line.len()), patient].concat()
}

#[test]
fn redact_writes_with_other_credentials_and_leaves_the_source() {
    let (folder, server) = (Folder::new("other"), server::moto());
    server::fill("s3", server.port, "phi", 120);
    server::objects("s3", server.port, &["put", "phi", "logs/large.log"], large().as_bytes());
    server::objects("s3", server.port, &["put", "phi", "logs/scan.bin"], &[0, 1, 2, 3]);
    server::objects("s3", server.port, &["put", "phi", "other/a.log"], b"patient_ssn=536-90-4399\n");
    server::objects("s3", server.port, &["make", "clean"], b"");
    let before = listed("s3", server.port, "phi");
    let Proxy { port, callers, .. } = server::proxy(server.port, Mood::Good);
    let arguments = ["s3://phi/logs/", "s3a://clean/2026", "--dest-profile", "writer", "--audit", "trail.jsonl"];
    let (code, said) = folder.redact(port, &arguments, b"");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("5 ssn in 121 documents") && said.contains("not written: scan.bin: binary"), "{said}");
    let callers: BTreeSet<String> =
        callers.lock().expect("a lock").iter().map(|(method, key)| format!("{method} by {key}")).collect();
    let wanted = ["GET by reader", "HEAD by writer", "POST by writer", "PUT by writer"];
    assert_eq!(callers, wanted.map(str::to_owned).into(), "who asked for what");
    assert_eq!(listed("s3", server.port, "phi"), before, "the source is as it was");

    let made = listed("s3", server.port, "clean");
    let keys: Vec<String> = made.keys().cloned().collect();
    let other = |key: &&String| key.starts_with("logs/") && !key.ends_with(".bin");
    assert_eq!(keys, before.keys().filter(other).map(|key| key.replacen("logs", "2026", 1)).collect::<Vec<_>>());
    for value in planted(120).iter().map(String::as_str).chain(["536-90-4399"]) {
        assert!(before.values().any(|(_, text)| text.contains(value)), "{value} was never there");
        assert!(!made.values().any(|(_, text)| text.contains(value)), "{value} is left");
    }
    let (tag, text) = &made["2026/large.log"];
    assert!(tag.contains("-3"), "it went in three parts: {tag}");
    assert_eq!(*text, large().replace("536-90-4399", "[SSN]"));
    assert_eq!(server::objects("s3", server.port, &["unfinished", "clean"], b"").trim(), "0");
    let trail = fs::read_to_string(folder.0.join("trail.jsonl")).expect("a trail");
    assert!(trail.contains("s3a://clean/2026") && trail.contains("writer") && !trail.contains("hidden"), "{trail}");
    // Again: the same objects, and nothing left to redact in them.
    let (code, said) = folder.redact(port, &["s3://clean/2026", "s3://clean/again"], b"");
    assert!(code == Some(0) && said.contains("nothing to redact in 121 documents"), "{said}");
}

#[test]
fn redact_goes_from_a_bucket_to_a_folder_and_from_a_folder_to_a_bucket() {
    let (folder, server) = (Folder::new("folder"), server::moto());
    server::fill("s3", server.port, "phi", 60);
    for (key, text) in [
        ("names/Denise Caldwell 00482913.txt", &b"nothing else\n"[..]),
        ("names/.git/config", b"[core]\n"),
        ("empty", b""),
        ("empty/a.log", b"patient_ssn=536-90-4399\n"),
    ] {
        server::objects("s3", server.port, &["put", "phi", key], text);
    }
    server::objects("s3", server.port, &["make", "clean"], b"");
    let (code, said) = folder.redact(server.port, &["s3://phi", "out"], b"");
    assert!(code == Some(0) && said.contains("not written: names/.git: git's data"), "{said}");
    assert!(!said.contains("Caldwell"), "{said}");
    let read = |name: &str| fs::read_to_string(folder.0.join(name)).unwrap_or_default();
    assert_eq!(read("out/empty/a.log"), "patient_ssn=[SSN]\n");
    assert!(!folder.0.join("out/names/.git").exists() && !read("out/logs/dt=2026-11-02/part-000001.json").is_empty());
    // One object to one file, one file to one key, and what comes on standard input.
    let (code, said) = folder.redact(server.port, &["s3://phi/empty/a.log", "one.log"], b"");
    assert!(code == Some(0) && read("one.log") == "patient_ssn=[SSN]\n", "{said}");
    fs::write(folder.0.join("in.log"), "patient_ssn=536-90-4399\n").expect("a file");
    for (from, to) in [("in.log", "s3://clean/key.log"), ("in.log", "s3://clean/sub/"), ("-", "s3://clean/std.log")] {
        let (code, said) = folder.redact(server.port, &[from, to], b"patient_ssn=536-90-4399\n");
        assert_eq!(code, Some(0), "{said}");
    }
    let (code, said) = folder.redact(server.port, &["out", "s3://clean/tree"], b"");
    assert_eq!(code, Some(0), "{said}");
    let made = listed("s3", server.port, "clean");
    for key in ["key.log", "sub/in.log", "std.log", "tree/empty/a.log"] {
        assert_eq!(made.get(key).map(|(_, text)| &text[..]), Some("patient_ssn=[SSN]\n"), "{key} of {:?}", made.keys());
    }
    assert!(made.len() > 60 && !made.keys().any(|key| key.contains("Caldwell")), "{:?}", made.keys());
    let planted = planted(60);
    assert!(!made.values().any(|(_, text)| planted.iter().any(|value| text.contains(value))), "a value is left");
    let (code, said) = folder.redact(server.port, &["s3://phi/none/", "s3://clean/none/"], b"");
    assert!(code == Some(2) && said.contains("no such bucket or object"), "{said}");
    let (code, said) = folder.redact(server.port, &["s3://phi/names", "s3://nowhere/none/"], b"");
    assert!(code == Some(2) && said.contains("no such bucket or object"), "{said}");
}

#[test]
fn redact_leaves_nothing_where_the_target_fails() {
    let (folder, server) = (Folder::new("full"), server::moto());
    server::objects("s3", server.port, &["make", "phi"], b"");
    server::objects("s3", server.port, &["make", "clean"], b"");
    server::objects("s3", server.port, &["put", "phi", "large/a.log"], large().as_bytes());
    server::objects("s3", server.port, &["put", "phi", "small/a.log"], b"patient_ssn=536-90-4399\n");
    let full = server::proxy(server.port, Mood::Full);
    for prefix in ["small", "large"] {
        let to = format!("http://127.0.0.1:{}", full.port);
        let from = format!("s3://phi/{prefix}");
        let (code, said) = folder.redact(server.port, &[&from, "s3://clean/x", "--dest-endpoint", &to], b"");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("cannot write s3://clean/x/a.log: the server answers 507"), "{said}");
        assert!(!said.contains("536-90"), "{said}");
        assert!(listed("s3", server.port, "clean").is_empty(), "something half is left");
        assert_eq!(server::objects("s3", server.port, &["unfinished", "clean"], b"").trim(), "0");
    }
}

#[test]
fn redact_knows_its_source_behind_another_name_of_the_server() {
    let (folder, server) = (Folder::new("alias"), server::moto());
    server::fill("s3", server.port, "phi", 10);
    let before = listed("s3", server.port, "phi");
    let other = server::proxy(server.port, Mood::Good);
    let endpoint = format!("http://127.0.0.1:{}", other.port);
    let alias = ["s3://phi/logs", "s3://phi/logs/", "--dest-endpoint", &endpoint, "--dest-profile", "writer"];
    let (code, said) = folder.redact(server.port, &alias, b"");
    assert!(code == Some(2) && said.contains("is the input itself, under another name"), "{said}");
    assert_eq!(listed("s3", server.port, "phi"), before);
    assert!(!other.methods.lock().expect("a lock").contains_key("PUT"));
}

#[test]
fn redact_speaks_to_the_other_providers() {
    let (folder, moto, azure) = (Folder::new("others"), server::moto(), server::azure());
    server::fill("s3", moto.port, "phi", 60);
    server::objects("s3", moto.port, &["make", "clean"], b"");
    let Proxy { port, .. } = server::proxy(moto.port, Mood::Good);
    let (code, said) = folder.redact(port, &["gs://phi/logs", "gs://clean/out", "--dest-profile", "clean"], b"");
    assert_eq!(code, Some(0), "{said}");
    let before = server::fill("az", azure.port, "phi", 60);
    server::objects("az", azure.port, &["put", "phi", "logs/large.log"], large().as_bytes());
    let other = format!("{}:{}@phi", OTHER_ACCOUNT.0, OTHER_ACCOUNT.1);
    server::objects("az", azure.port, &["make", &other], b"");
    // The same container, of another account.
    let endpoint = format!("http://127.0.0.1:{}/{}", azure.port, OTHER_ACCOUNT.0);
    let arguments = ["az://phi/logs", "az://phi/logs", "--dest-profile", "clean", "--dest-endpoint", &endpoint];
    let (code, said) = folder.redact(azure.port, &arguments, b"");
    assert_eq!(code, Some(0), "{said}");
    let values = planted(60);
    assert_eq!(values.len(), before);
    for (made, count) in [(listed("s3", moto.port, "clean"), 60), (listed("az", azure.port, &other), 61)] {
        assert_eq!(made.len(), count);
        assert!(!made.values().any(|(_, text)| values.iter().any(|value| text.contains(value))), "a value is left");
        assert!(made.values().any(|(_, text)| text.contains("[SSN]")));
    }
}

#[test]
fn redact_refuses_places_that_are_not_apart() {
    let folder = Folder::new("apart");
    fs::write(folder.0.join("in.log"), "patient_ssn=536-90-4399\n").expect("a file");
    for (arguments, says) in [
        (&["s3://phi/logs", "s3://phi/logs/"][..], "is the input itself"),
        (&["s3://phi/logs", "s3a://phi/logs"], "is the input itself"),
        (&["s3a://phi", "s3://phi/clean"], "lies inside of the input"),
        (&["s3://phi/logs/app", "s3://phi/logs"], "holds the input"),
        (&["s3://phi/a.log", "s3://phi/a.log", "--dest-profile", "writer"], "is the input itself"),
        (&["https://phi.s3.amazonaws.com/a.log", "s3://phi/a.log"], "is the input itself"),
        (&["s3://phi/logs"], "needs another place for the result"),
        (&["s3://phi/logs", "--in-place"], "needs another place for the result"),
        (&["in.log", "https://example.org/a.log"], "nothing is written by HTTP alone"),
        (&["-", "s3://phi/"], "standard input has no name"),
        (&["gone.log", "s3://phi/"], "cannot read gone.log"),
        (&["in.log", "out.log", "--dest-profile", "writer"], "--dest-profile is for a bucket as the target"),
        (&["in.log", "s3://phi/", "--dest-profile", "nobody"], "there is no section [nobody] in credentials"),
        (&["in.log", "s3://phi/", "--dest-profile", "halved"], "has no aws_secret_access_key"),
        (&["in.log", "az://phi/", "--dest-profile", "nobody"], "no variable that begins with NOBODY_AZURE_ is set"),
        (&["in.log", "gs://phi/", "--dest-profile", "no-body"], "no variable that begins with NO_BODY_GOOGLE_ is set"),
    ] {
        let (code, said) = folder.redact(1, arguments, b"");
        assert!(code == Some(2) && said.contains(says), "{arguments:?}: {said}");
    }
    fs::remove_file(folder.0.join("credentials")).expect("it goes");
    let (code, said) = folder.redact(1, &["in.log", "s3://phi/", "--dest-profile", "writer"], b"");
    assert!(code == Some(2) && said.contains("cannot read credentials") && said.contains("[writer]"), "{said}");
    assert!(said.contains("aws configure --profile writer"), "{said}");
}
