//! Where results go, and under which names: devices and pipes, owners, names that hold something, archives that were cut.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::RECORD;
use crate::support::Folder;

fn ran(folder: &Folder, program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).current_dir(&folder.0).status().is_ok_and(|status| status.success())
}

#[test]
fn pipes_and_devices_are_written_into_and_stay() {
    let folder = Folder::new("redact-pipes");
    folder.file("in/a.csv", RECORD);
    let kind = |name: &str| fs::metadata(folder.0.join(name)).expect("it is there").file_type();
    assert!(ran(&folder, "mkfifo", &["pipe"]));
    for arguments in [&["redact", "in/a.csv", "pipe"][..], &["redact", "-", "pipe"]] {
        let path = folder.0.join("pipe");
        let reader = std::thread::spawn(move || fs::read_to_string(path).expect("a text"));
        folder.phivet_on(arguments, RECORD.as_bytes()).exits(0);
        let got = reader.join().expect("no panic");
        assert!(got.contains("[NAME]") && !got.contains("Caldwell"), "{got}");
        assert!(kind("pipe").is_fifo());
    }
    // /dev/null, if this system lets us make it anew.
    if ran(&folder, "mknod", &["null", "c", "1", "3"]) && fs::write(folder.0.join("null"), "x").is_ok() {
        folder.phivet(&["redact", "in/a.csv", "null", "-q"]).exits(0);
        folder.phivet_on(&["redact", "-", "null", "-q"], RECORD.as_bytes()).exits(0);
        assert!(kind("null").is_char_device());
        folder.phivet(&["redact", "in", "null"]).exits(2).says(&["a folder needs a folder"]);
    }
    let _listening = UnixListener::bind(folder.0.join("socket")).expect("a socket");
    folder.phivet(&["redact", "in/a.csv", "socket"]).exits(2).says(&["is neither a file"]);
    folder.phivet_on(&["redact", "-", "socket"], b"x").exits(2).says(&["is neither a file"]);
    let _in_out = fs::create_dir(folder.0.join("out")).map(|()| UnixListener::bind(folder.0.join("out/a.csv")));
    folder.phivet(&["redact", "in", "out"]).exits(2).says(&["is neither a file"]);
    assert!(kind("socket").is_socket() && kind("out/a.csv").is_socket());
}

#[test]
fn a_file_stays_whose_it_is() {
    let folder = Folder::new("redact-owner");
    let file = folder.0.join("a.csv");
    folder.file("a.csv", RECORD);
    let set = |owner: Option<u32>, mode: u32| {
        let changed = chown(&file, owner, owner).is_ok();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
        changed
    };
    let about = |name: &str| fs::metadata(folder.0.join(name)).expect("a file");
    // Nobody but root can give files away.
    if set(Some(1234), 0o4750) {
        folder.phivet(&["redact", "a.csv", "--in-place"]).exits(0);
        assert!(folder.read("a.csv").contains("[NAME]"));
        let after = about("a.csv");
        assert_eq!((after.uid(), after.gid(), after.mode() & 0o7777), (1234, 1234, 0o4750));
    }
    set(None, 0o6755);
    folder.phivet(&["redact", "a.csv", "copy.csv"]).exits(0);
    assert_eq!(about("copy.csv").mode() & 0o7777, 0o755, "a copy runs as nobody");
}

#[test]
fn one_file_that_cannot_be_written_does_not_keep_the_others() {
    let folder = Folder::new("redact-some");
    for name in ["in/a.csv", "in/b.csv", "in/c.csv", "in/d.csv"] {
        folder.file(name, RECORD);
    }
    for name in ["in/a.csv", "in/c.csv"] {
        fs::set_permissions(folder.0.join(name), fs::Permissions::from_mode(0o444)).expect("a mode");
    }
    let ran = folder.phivet(&["redact", "in", "--in-place"]).exits(2);
    ran.says(&["left as it is: a.csv: it is read-only", "left as it is: c.csv: it is read-only", "in 2 documents"]);
    for (name, is_left) in [("in/a.csv", true), ("in/b.csv", false), ("in/c.csv", true), ("in/d.csv", false)] {
        assert_eq!(folder.read(name) == RECORD, is_left, "{name}");
    }
}

/// Names of files in a folder.
fn names(folder: &Folder, of: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.0.join(of)).expect("a folder").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn names_are_masked_whatever_their_bytes() {
    let folder = Folder::new("redact-names");
    folder.file("in/plain.txt", "nothing\n");
    fs::write(folder.0.join("in").join(OsStr::from_bytes(b"bad\xff219-46-8837.txt")), "nothing\n").expect("a file");
    for name in ["é536-90-4399.txt", "x_19710304.txt", "x_03041971.txt", "x_1971-03-04.txt", "app-20261123.log"] {
        folder.file(&format!("in/{name}"), "nothing\n");
    }
    let ran = folder.phivet(&["redact", "in", "out", "--audit", "t.jsonl"]).exits(0);
    ran.says(&["5 names of files masked, nothing else to redact in 7 documents"]);
    let told = names(&folder, "out").join("\n");
    for value in ["219-46", "536-90", "1971", "0304"] {
        assert!(!told.contains(value), "{told}");
    }
    assert!(told.contains("app-20261123.log") && told.contains("plain.txt"), "{told}");
    assert!(folder.read("t.jsonl").contains("\"names masked\":\"5\""));
    let ran = folder.phivet(&["redact", "out", "twice"]).exits(0).says(&["nothing to redact in 7 documents"]);
    assert_eq!(names(&folder, "twice").len(), 7, "{}", ran.err);
    // Dates that the policy keeps stay in names, too.
    folder.phivet(&["redact", "in", "limited", "--policy", "limited-data-set"]).exits(0);
    assert!(names(&folder, "limited").join("\n").contains("x_19710304.txt"));
    // What is not UTF-8 holds no identifier by that.
    fs::create_dir(folder.0.join("odd")).expect("a folder");
    fs::write(folder.0.join("odd").join(OsStr::from_bytes(b"caf\xe9.txt")), "nothing\n").expect("a file");
    let ran = folder.phivet(&["redact", "odd", "--in-place"]).exits(0);
    assert!(!ran.err.contains("identifier"), "{}", ran.err);
}

#[test]
fn a_name_alone_is_a_reason_to_rewrite_an_archive() {
    let folder = Folder::new("redact-members");
    let python = "import zipfile; z = zipfile.ZipFile('in.zip', 'w'); z.writestr('john_smith_19710304.txt', 'nothing')";
    assert!(ran(&folder, "python3", &["-c", python]));
    folder.phivet(&["redact", "in.zip", "--in-place"]).exits(0).says(&["1 name of a file masked"]);
    let bytes = fs::read(folder.0.join("in.zip")).expect("a file");
    assert!(memchr::memmem::find(&bytes, b"john_smith").is_none() && memchr::memmem::find(&bytes, b"1971").is_none());
}

#[test]
fn an_archive_that_was_cut_is_named_and_not_written() {
    let folder = Folder::new("redact-cut-zip");
    let python = "import zipfile, io
inner = io.BytesIO()
zipfile.ZipFile(inner, 'w').writestr('b.txt', 'patient SSN 219-46-8837\\n')
with zipfile.ZipFile('whole.zip', 'w') as z:
    z.writestr('inner.zip', inner.getvalue())
    z.writestr('a.txt', 'patient SSN 219-46-8837\\n' * 9)
    z.comment = b'c' * 60
whole = open('whole.zip', 'rb').read()
end = whole.rfind(b'PK\\x05\\x06')
open('bare.zip', 'wb').write(whole[:end - 40])
open('comment.zip', 'wb').write(whole[:-40])
open('behind.zip', 'wb').write(whole + b'patient SSN 219-46-8837')
open('directory.zip', 'wb').write(whole[:end - 40] + whole[end:])
open('fewer.zip', 'wb').write(whole[:end + 10] + b'\\x01\\x00' + whole[end + 12:])
";
    assert!(ran(&folder, "python3", &["-c", python]));
    for name in ["bare.zip", "comment.zip", "behind.zip", "directory.zip", "fewer.zip"] {
        folder.phivet(&["redact", name, "out.zip"]).exits(2).says(&[name, "zip: it"]);
        assert!(!folder.0.join("out.zip").exists(), "{name}");
        let before = fs::read(folder.0.join(name)).expect("a file");
        folder.phivet(&["redact", name, "--in-place"]).exits(2);
        assert_eq!(fs::read(folder.0.join(name)).expect("a file"), before);
    }
    folder.phivet(&["redact", "whole.zip", "out.zip"]).exits(0).says(&["10 ssn"]);
}
