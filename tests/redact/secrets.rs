//! Vaults that were cut off, and values that are not given back.

use std::fs;

use super::RECORD;
use crate::apart::{Apart, keys};
use crate::support::{Folder, Ran};

#[test]
fn a_vault_that_was_cut_off_is_refused() {
    let (folder, apart) = (Folder::new("redact-vault"), Apart::new("vault-cut"));
    let (key, vault) = (keys(&folder, &apart), apart.path("vault"));
    folder.file("in.csv", RECORD).file("phivet.yaml", "redact: {kinds: {name: pseudonym, mrn: pseudonym}}\n");
    let redact =
        |input: &str, output: &str| folder.phivet(&["redact", input, output, "--key-file", &key, "--vault", &vault]);
    redact("in.csv", "a.csv").exits(0);
    folder.file("more.csv", "mrn,patient name\n40718265,Teresa Ramirez\n");
    redact("more.csv", "more-1.csv").exits(0);
    redact("more.csv", "more-2.csv").exits(0);
    assert_eq!(folder.read("more-1.csv"), folder.read("more-2.csv"));
    let whole = fs::read_to_string(&vault).expect("a vault");
    let lines = whole.lines().count();
    assert!(lines > 5, "codes of two runs and a seal");
    for left in 0..lines {
        let cut: String = whole.lines().take(left).map(|line| format!("{line}\n")).collect();
        fs::write(&vault, &cut).expect("a vault");
        let says = if left == 0 { "is empty" } else { "the seal behind it is missing" };
        redact("in.csv", "b.csv").exits(2).says(&[says, "last backup"]);
        assert!(!folder.0.join("b.csv").exists());
        assert_eq!(fs::read_to_string(&vault).expect("a vault"), cut, "it stays as it is");
    }
    fs::write(&vault, &whole).expect("a vault");
    redact("in.csv", "b.csv").exits(0);
    assert_eq!(folder.read("a.csv"), folder.read("b.csv"));
}

#[test]
fn what_is_not_given_back_is_said_and_recorded() {
    let (folder, apart) = (Folder::new("redact-refuse"), Apart::new("refuse"));
    let (key, vault) = (keys(&folder, &apart), apart.path("vault"));
    folder
        .file("in.csv", RECORD)
        .file("phivet.yaml", "redact: {policy: logs, kinds: {ssn: encrypt, name: pseudonym}}\n");
    folder.phivet(&["redact", "in.csv", "out.csv", "--key-file", &key, "--vault", &vault]).exits(0);
    let reveal = |input: &str, output: &str, vault: &str| -> Ran {
        let arguments = ["reveal", input, "--reason", "audit", "--audit", "t.jsonl", "--output", output];
        folder.phivet(&[&arguments[..], &["--key-file", &key, "--vault", vault]].concat())
    };
    let last = || {
        let trail = folder.read("t.jsonl");
        serde_json::from_str::<serde_json::Value>(trail.lines().last().expect("a line")).expect("an entry")
    };
    // Programs write names in capitals.
    let out = folder.read("out.csv");
    let column = |at: usize| out.lines().nth(1).and_then(|line| line.split(',').nth(at)).expect("a cell").to_owned();
    for sealed in [column(1), column(3)] {
        for changed in [sealed.to_uppercase(), sealed.replacen("nc_", "NC_", 1).replacen("sn_", "SN_", 1)] {
            folder.file("loud.csv", out.replacen(&sealed, &changed, 1));
            reveal("loud.csv", "x.csv", &vault).exits(2).says(&["line 2", "letters are capitals"]);
            assert!(!folder.0.join("x.csv").exists());
        }
    }
    // Words of programs are none of ours.
    folder.file("code.txt", "const ENC_KEY_ID_LENGTH: u8 = PSN_MODE;\n");
    reveal("code.txt", "code.out", &vault).exits(0);
    reveal("out.csv", "in.csv", &vault).exits(2).says(&["cannot write"]);
    assert_eq!(folder.read("in.csv"), RECORD);
    assert_eq!((&last()["outcome"], last().get("counts")), (&"failed".into(), None));
    let told = reveal("out.csv", "x.csv", &apart.path("nowhere")).exits(2).says(&["--vault"]);
    assert!(!told.err.contains("keys new"), "{}", told.err);
}
