//! Sources: everything is read, or its reason is told; parts of a large document lose nothing.
#![allow(clippy::disallowed_methods)] // it makes files

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use phivet::Document;
use phivet::source::{self, Input, Item, Limits, Stream, Wanted};

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn path(&self) -> String {
        self.0.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a scan would see: names read, in order, and names not read with the reason; both without the folder.
fn listed(folder: &Folder, wanted: &Wanted) -> (Vec<String>, Vec<(String, String)>) {
    let (mut read, mut skipped) = (Vec::new(), Vec::new());
    let short = |name: String| {
        name.strip_prefix(&folder.path()).map_or(name.clone(), |rest| rest.trim_start_matches('/').to_owned())
    };
    source::inputs(wanted, &mut |input| {
        source::read(input, &Limits::default(), &mut |item| match item {
            Item::Part(_) | Item::Pause => {}
            Item::Skipped { name, reason } => skipped.push((short(name), reason)),
            Item::End { name, .. } => read.push(short(name)),
        });
        true
    });
    (read, skipped)
}

fn of_paths(paths: &[&str]) -> Wanted {
    Wanted { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ..Wanted::default() }
}

/// The documents that some bytes become.
fn parts(name: &str, bytes: Vec<u8>) -> (Vec<Document>, u64) {
    let (mut parts, mut read) = (Vec::new(), 0);
    let size = Some(bytes.len() as u64);
    let open = Box::new(move || Ok(Stream::new(std::io::Cursor::new(bytes), size)));
    source::read(Input { name: name.to_owned(), open }, &Limits::default(), &mut |item| match item {
        Item::Part(document) => parts.push(document),
        Item::End { bytes, .. } => read = bytes,
        Item::Skipped { reason, .. } => panic!("{reason}"),
        Item::Pause => {}
    });
    (parts, read)
}

fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// What parts own is the whole, once, in order; their lines and offsets are right; they overlap.
fn check_parts(text: &[u8], parts: &[Document]) {
    let mut at = 0;
    for (number, part) in parts.iter().enumerate() {
        let first = usize::try_from(part.first_byte).expect("small");
        assert_eq!(first + part.own.start, at, "part {number} goes on where the last one ended");
        assert_eq!(part.bytes, &text[first..first + part.bytes.len()]);
        assert_eq!(part.first_line, 1 + line_ends(&text[..first]), "part {number}");
        at = first + part.own.end;
        let (last, begin) = (number + 1 == parts.len(), number == 0);
        assert!(begin || part.own.start >= 4096, "overlap before part {number}");
        assert!(last || part.bytes.len() - part.own.end >= 4096 - 3, "overlap after part {number}");
        assert_eq!(part.head.as_deref().is_some(), !begin);
        assert!(part.bytes.len() < 9 << 20);
    }
    assert_eq!(at, text.len());
}

#[test]
fn small_documents_are_whole() {
    for text in ["", "x", "a\nb\n"] {
        let (parts, read) = parts("a.txt", text.into());
        assert_eq!(parts.len(), 1);
        assert_eq!(
            (parts[0].bytes.as_slice(), parts[0].own.clone(), read),
            (text.as_bytes(), 0..text.len(), text.len() as u64)
        );
    }
}

#[test]
fn large_documents_are_cut_at_line_ends() {
    let text: Vec<u8> = (0..400_000).flat_map(|n| format!("{n} some line of a log é\n").into_bytes()).collect();
    let (parts, read) = parts("a.log", text.clone());
    assert_eq!(read, text.len() as u64);
    assert!(parts.len() >= 2);
    check_parts(&text, &parts);
    for part in &parts[1..] {
        assert_eq!(part.bytes[part.own.start - 1], b'\n');
        assert!(part.head.as_deref().is_some_and(|head| head.starts_with(b"0 some line")));
    }
}

#[test]
fn one_long_line_is_cut_anywhere() {
    let text = "é".repeat(6 << 20).into_bytes();
    let (parts, _) = parts("a.json", text.clone());
    check_parts(&text, &parts);
    assert!(parts.iter().all(|part| std::str::from_utf8(&part.bytes).is_ok()), "no character is cut");
    let ends = "\r\n".repeat(5 << 20).into_bytes();
    let (parts, _) = self::parts("b.txt", ends.clone());
    check_parts(&ends, &parts);
    assert!(parts.iter().all(|part| part.bytes.first() == Some(&b'\r') && part.bytes.last() == Some(&b'\n')));
}

#[test]
fn utf16_becomes_utf8_whole_and_in_parts() {
    let line = "MRN 00482913 für 😀\r\n";
    for times in [3, 300_000] {
        let text = line.repeat(times);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let (parts, read) = parts("a.txt", bytes.clone());
            assert_eq!(read, bytes.len() as u64);
            check_parts(text.as_bytes(), &parts);
        }
    }
}

#[test]
fn latin1_and_binaries_stay_as_they_are() {
    for bytes in [b"M\xFCller\n".to_vec(), b"\x7fELF\x01\x00\x02strings\x00".to_vec()] {
        assert_eq!(parts("a", bytes.clone()).0[0].bytes, bytes);
    }
}

#[test]
fn a_folder_is_read_sorted_hidden_files_too() {
    let folder = Folder::new("sorted");
    folder.file("b.txt", "b").file("a/z.txt", "z").file("a/.hidden", "h").file(".env", "e").file(".git/config", "c");
    folder.file(".gitignore", "*.tmp\n").file("x.tmp", "x");
    let (read, skipped) = listed(&folder, &of_paths(&[&folder.path()]));
    assert_eq!(read, [".env", ".gitignore", "a/.hidden", "a/z.txt", "b.txt"]);
    assert!(skipped.is_empty());
    let artifacts = Wanted { artifacts: vec![folder.path()], ..Wanted::default() };
    assert!(listed(&folder, &artifacts).0.contains(&"x.tmp".to_owned()));
    let named = format!("{}/x.tmp", folder.path());
    assert_eq!(listed(&folder, &of_paths(&[&named])).0, ["x.tmp"], "what is named is read");
}

#[test]
fn what_is_excluded_is_left_out() {
    let folder = Folder::new("excluded");
    folder.file("a.txt", "a").file("skip/b.txt", "b");
    let mut wanted = of_paths(&[&folder.path(), &format!("{}/skip/b.txt", folder.path())]);
    wanted.exclude = Some(Arc::new(|path: &Path, _| path.ends_with("skip") || path.ends_with("skip/b.txt")));
    assert_eq!(listed(&folder, &wanted).0, ["a.txt", "skip/b.txt"]);
    wanted.exclude_named = true;
    assert_eq!(listed(&folder, &wanted).0, ["a.txt"]);
}

#[test]
fn what_is_not_there_or_too_large_is_told() {
    let folder = Folder::new("missing");
    folder.file("a.txt", "aaaa").file("list", "gone\n");
    let mut wanted = of_paths(&[&format!("{}/nope", folder.path()), &folder.path()]);
    wanted.max_bytes = Some(4);
    let (read, skipped) = listed(&folder, &wanted);
    assert_eq!(read, ["a.txt"]);
    assert_eq!(skipped[0], ("nope".to_owned(), "no such file or folder".to_owned()));
    assert_eq!(skipped[1], ("list".to_owned(), "larger than --max-file-size (5 bytes)".to_owned()));
}

#[test]
fn a_file_that_vanishes_is_told() {
    let folder = Folder::new("vanished");
    folder.file("a.txt", "a");
    let mut inputs = Vec::new();
    source::inputs(&of_paths(&[&folder.path()]), &mut |input| {
        inputs.push(input);
        true
    });
    fs::remove_file(folder.0.join("a.txt")).expect("it was there");
    let mut reasons = Vec::new();
    for input in inputs {
        source::read(input, &Limits::default(), &mut |item| {
            if let Item::Skipped { reason, .. } = item {
                reasons.push(reason);
            }
        });
    }
    assert_eq!(reasons, ["no such file or folder"]);
}

#[test]
fn lists_of_files() {
    let folder = Folder::new("lists");
    folder.file("a b.txt", "a").file("c.txt", "c");
    for separator in ["\n", "\r\n", "\0"] {
        let list = [&*format!("{}/a b.txt", folder.path()), &*format!("{}/c.txt", folder.path()), ""].join(separator);
        folder.file("list", list);
        let wanted = Wanted { files_from: Some(format!("{}/list", folder.path())), ..Wanted::default() };
        assert_eq!(listed(&folder, &wanted).0, ["a b.txt", "c.txt"]);
    }
}

#[test]
fn a_read_that_breaks_off_keeps_what_was_read() {
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk failed"));
            }
            into[..4].copy_from_slice(b"text");
            Ok(4)
        }
    }
    let mut seen = Vec::new();
    let open = Box::new(|| Ok(Stream::new(Broken(false), None)));
    source::read(Input { name: "a".to_owned(), open }, &Limits::default(), &mut |item| {
        seen.push(match item {
            Item::Part(document) => String::from_utf8_lossy(&document.bytes).into_owned(),
            Item::Skipped { reason, .. } => reason,
            Item::Pause => String::new(),
            Item::End { bytes, .. } => bytes.to_string(),
        });
    });
    assert_eq!(seen, ["text", "read only up to byte 4: the disk failed", "4"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn pipes_sockets_devices_and_links_are_told() {
        let folder = Folder::new("strange");
        let outside = Folder::new("outside");
        outside.file("x.txt", "x");
        folder.file("a.txt", "a");
        let at = |name: &str| folder.0.join(name);
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().is_ok_and(|status| status.success());
        let _socket = std::os::unix::net::UnixListener::bind(at("sock"));
        for (target, link) in [
            (outside.0.as_path(), "out"),
            (Path::new("loop"), "loop"),
            (Path::new("a.txt"), "in"),
            (Path::new(".."), "up"),
        ] {
            symlink(target, at(link)).expect("a link");
        }
        let (read, skipped) = listed(&folder, &of_paths(&[&folder.path(), "/dev/null"]));
        assert_eq!(read, ["a.txt"]);
        let told: Vec<(&str, bool)> = skipped
            .iter()
            .map(|(name, reason)| {
                (name.as_str(), ["link", "pipe", "socket", "device"].iter().any(|word| reason.contains(word)))
            })
            .collect();
        let mut wanted = vec![("loop", true), ("out", true), ("sock", true), ("up", true), ("/dev/null", true)];
        if made {
            wanted.insert(2, ("pipe", true));
        }
        assert_eq!(told, wanted);
        let (read, _) = listed(&outside, &of_paths(&[&format!("{}/out", folder.path())]));
        assert_eq!(read.len(), 1, "a link that is named is followed");
    }

    #[test]
    fn what_may_not_be_read_is_told() {
        let folder = Folder::new("forbidden");
        folder.file("a.txt", "a").file("dir/b.txt", "b");
        let forbid = |name: &str, mode| {
            fs::set_permissions(folder.0.join(name), fs::Permissions::from_mode(mode)).expect("ours")
        };
        forbid("a.txt", 0);
        forbid("dir", 0);
        let (read, skipped) = listed(&folder, &of_paths(&[&folder.path()]));
        forbid("dir", 0o755);
        // Root may read everything.
        if !read.is_empty() {
            return;
        }
        let denied = |name: &str| (name.to_owned(), "permission denied".to_owned());
        assert_eq!(skipped, [denied("a.txt"), denied("dir")]);
    }
}
