//! Streams that are compressed in other ways than gzip: rewritten inside, and compressed as they were, for real readers.

use std::fs;
use std::process::Command;

use crate::RECORD;
use crate::support::Folder;

const PLAIN: &str = "mrn,patient name,dob,ssn,visit date,zip\n\
    [MRN],[NAME],1950,[SSN],2024,981\n[MRN],[NAME],1947,[SSN],2024,981\n";

/// Runs a program of the system in a folder; none, where it is not there.
fn run(folder: &Folder, program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let done = Command::new(program).args(arguments).current_dir(&folder.0).output().ok()?;
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    Some(done.stdout)
}

#[test]
fn streams_are_compressed_as_they_were() {
    let folder = Folder::new("redact-streams");
    for (program, end) in [("xz", "xz"), ("bzip2", "bz2"), ("lz4", "lz4"), ("zstd", "zst")] {
        folder.file("a.csv", RECORD);
        let Some(packed) = run(&folder, program, &["-c", "-q", "a.csv"]) else { continue };
        folder.file(&format!("a.csv.{end}"), packed);
        let (from, to, twice) = (format!("a.csv.{end}"), format!("b.csv.{end}"), format!("c.csv.{end}"));
        folder.phivet(&["redact", &from, &to]).exits(0).says(&["2 ssn", "in 1 document"]);
        let read = run(&folder, program, &["-d", "-c", "-q", &to]).expect("it is there");
        assert_eq!(String::from_utf8_lossy(&read), PLAIN, "{program}");
        // What packed it tests what we have packed.
        run(&folder, program, &["-t", "-q", &to]);
        folder.phivet(&["redact", &to, &twice]).exits(0).says(&["nothing to redact"]);
        let bytes = |name: &str| fs::read(folder.0.join(name)).expect("a file");
        assert_eq!(bytes(&to), bytes(&twice), "{program}: twice is once");
        let scan = folder.phivet(&["scan", &to, "--profile", "safe-harbor", "--isolated"]);
        assert_eq!(scan.code, 0, "{program}: {}", scan.out);
    }
}

#[test]
fn long_and_empty_and_nested_streams_are_whole() {
    let folder = Folder::new("redact-long");
    let line = "request served to the ward behind the garden, by the second worker of three\n";
    let long = [RECORD, &line.repeat(40_000)].concat();
    folder.file("long.log", &long).file("empty.log", "");
    folder.file("t/a.csv", RECORD);
    for (program, end) in [("xz", "xz"), ("bzip2", "bz2"), ("lz4", "lz4")] {
        for name in ["long", "empty"] {
            let Some(packed) = run(&folder, program, &["-c", "-q", &format!("{name}.log")]) else { continue };
            folder.file(&format!("{name}.log.{end}"), packed);
            let (from, to) = (format!("{name}.log.{end}"), format!("{name}.out.{end}"));
            folder.phivet(&["redact", &from, &to]).exits(0);
            let read = run(&folder, program, &["-d", "-c", "-q", &to]).expect("it is there");
            let plain = folder.phivet(&["redact", &format!("{name}.log")]).exits(0).out;
            assert!(read == plain.as_bytes(), "{program}: {name}");
        }
        // Cut off: nothing is written.
        let Ok(cut) = fs::read(folder.0.join(format!("long.log.{end}"))) else { continue };
        folder.file(&format!("cut.log.{end}"), &cut[..cut.len() / 2]);
        folder.phivet(&["redact", &format!("cut.log.{end}"), "cut.out"]).exits(2).says(&["cut.log"]);
        assert!(!folder.0.join("cut.out").exists(), "{program}");
    }
    let tar = "tar cf t.tar -C t a.csv && xz -k t.tar && bzip2 -k t.tar";
    run(&folder, "bash", &["-ec", tar]);
    for (from, to, flag) in [("t.tar.xz", "o.tar.xz", "J"), ("t.tar.bz2", "o.tar.bz2", "j")] {
        folder.phivet(&["redact", from, to]).exits(0);
        let read = run(&folder, "tar", &[&format!("x{flag}Of"), to, "a.csv"]).expect("tar");
        assert_eq!(String::from_utf8_lossy(&read), PLAIN);
    }
}
