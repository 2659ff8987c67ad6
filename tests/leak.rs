//! No output of phivet holds a value of what it scanned: no report, no error, no name of a file, no reason of an allow.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

#[path = "leak/plant.rs"]
mod plant;
mod support;
#[path = "leak/values.rs"]
mod values;

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use phivet::report::FORMATS;
use support::{Folder, Ran};
use values::Value;

const PROFILES: [&str; 3] = ["default", "safe-harbor", "strict"];

/// Looks for planted values.
struct Search {
    needles: Vec<String>,
    automaton: AhoCorasick,
}

impl Search {
    /// For these values, as far as phivet's own words (its rules, its help) do not hold them.
    fn new<'a>(values: impl Iterator<Item = &'a Value>, own: &str) -> Self {
        let own = own.to_lowercase();
        let needles: BTreeSet<String> =
            values.flat_map(pieces).map(|text| text.to_lowercase()).filter(|text| !own.contains(text)).collect();
        let needles: Vec<String> = needles.into_iter().collect();
        let automaton = AhoCorasick::new(&needles).expect("an automaton");
        Self { needles, automaton }
    }

    /// Values in a text, with a little of what stands around the first few.
    fn leaks(&self, text: &str) -> Vec<String> {
        let text = without_places(text).to_lowercase();
        let whole = |from: usize, to: usize| {
            let inside = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
            !inside(from.checked_sub(1).and_then(|at| text.as_bytes().get(at))) && !inside(text.as_bytes().get(to))
        };
        let found = self.automaton.find_overlapping_iter(&text).filter(|found| whole(found.start(), found.end()));
        let shown = |found: aho_corasick::Match| {
            let around: String = text[..found.end()].chars().rev().take(80).collect();
            format!("`{}` in …{}", self.needles[found.pattern()], around.chars().rev().collect::<String>())
        };
        found.take(5).map(shown).collect()
    }

    fn check(&self, what: &str, ran: &Ran) {
        for (stream, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
            let leaks = self.leaks(text);
            assert!(leaks.is_empty(), "{what}: {stream} holds\n{}", leaks.join("\n"));
        }
    }
}

/// A value, and its longest piece of letters and digits where that alone tells it: with a digit, or a name.
fn pieces(value: &Value) -> Vec<&str> {
    let text = value.text.trim();
    if text.len() < 5 || text.contains('\n') {
        return Vec::new();
    }
    let longest = text.split(|c: char| !c.is_alphanumeric()).max_by_key(|piece| piece.len()).unwrap_or("");
    let tells = longest.len() >= 6 && (value.kind == "name" || longest.bytes().any(|b| b.is_ascii_digit()));
    let tells_whole = value.kind == "name" || text.bytes().any(|b| b.is_ascii_digit());
    [(text, tells_whole), (longest, tells)].iter().filter(|(_, tells)| *tells).map(|(text, _)| *text).collect()
}

/// A report without its numbers of lines, columns and bytes: any number may be one of these.
fn without_places(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after = false;
    for c in text.chars() {
        if !(after && c.is_ascii_digit()) {
            out.push(c);
            after = c == ':';
        }
    }
    out
}

/// What phivet says without having read anything of anybody.
fn own_words() -> String {
    let folder = Folder::new("leak-own");
    folder.file("a.txt", "all is well\n");
    let sarif = folder.phivet(&["scan", "--format", "sarif", "a.txt"]);
    sarif.out
}

fn check_all_formats(search: &Search, folder: &Folder, target: &[&str], input: &[u8], code: &[i32]) {
    for (format, _) in FORMATS {
        // What a profile leaves out stands beside what it reports: enough to see in these.
        let varied = ["full", "jsonl", "sarif", "html"].contains(format);
        for profile in if varied { &PROFILES[..] } else { &PROFILES[2..] } {
            let mut arguments = vec!["scan", "-v", "--all", "--format", format, "--profile", profile];
            arguments.extend_from_slice(target);
            let ran = folder.phivet_on(&arguments, input);
            assert!(code.contains(&ran.code), "{}: exit code {}\n{}", arguments.join(" "), ran.code, ran.err);
            search.check(&arguments.join(" "), &ran);
        }
    }
}

#[test]
fn files_of_every_format() {
    let values = values::many(46);
    assert!(values.len() >= 1_000);
    let folder = Folder::new("leak-files");
    plant::files(&folder, &values);
    let search = Search::new(values.iter(), &own_words());
    assert!(search.needles.len() >= 1_000);
    check_all_formats(&search, &folder, &["."], b"", &[1]);
    for (format, _) in FORMATS {
        let ran = folder.phivet(&["scan", "--artifacts", ".", "--strict", "--format", format]).exits(1);
        search.check(&format!("a collapsed report as {format}"), &ran);
    }
}

#[test]
fn examples_of_every_rule() {
    let values = values::of_examples();
    assert!(values.len() >= 300, "{} values", values.len());
    let folder = Folder::new("leak-examples");
    for (n, (_, example)) in values.iter().enumerate() {
        folder.file(&format!("{n}.txt"), example);
    }
    let values: Vec<Value> = values.into_iter().map(|(value, _)| value).collect();
    plant::files(&folder, &values);
    check_all_formats(&Search::new(values.iter(), &own_words()), &folder, &["."], b"", &[1]);
}

#[test]
fn standard_input_and_its_name() {
    let values = values::many(4);
    let folder = Folder::new("leak-stdin");
    let search = Search::new(values.iter(), &own_words());
    check_all_formats(&search, &folder, &["-"], plant::log(&values).as_bytes(), &[1]);
    for value in values.iter().filter(|value| plant::in_names(value)) {
        let name = plant::name(value);
        let ran = folder.phivet_on(&["scan", "-v", "-", "--stdin-filename", &name], plant::log(&values).as_bytes());
        search.check(&format!("a name with a value of kind {}", value.kind), &ran);
    }
}

#[test]
fn names_of_files_that_are_read() {
    let values: Vec<Value> = values::many(8).into_iter().filter(plant::in_names).collect();
    let folder = Folder::new("leak-names");
    for value in &values {
        folder.file(&format!("in/{}", plant::name(value)), "patient_ssn=536-90-4399 diagnosis=E11.9\n");
        folder.file(&format!("{}/notes.log", plant::name(value)), "patient_ssn=536-90-4399 diagnosis=E11.9\n");
    }
    check_all_formats(&Search::new(values.iter(), &own_words()), &folder, &["."], b"", &[1]);
}

#[cfg(unix)]
#[test]
fn names_of_files_that_are_not_read() {
    let values: Vec<Value> = values::many(4).into_iter().filter(plant::in_names).collect();
    let folder = Folder::new("leak-unread");
    let search = Search::new(values.iter(), &own_words());
    let mut list = String::new();
    for value in &values {
        let name = plant::name(value);
        std::os::unix::fs::symlink("nowhere", folder.0.join(&name)).expect("a link");
        list += &format!("gone/{name}\n");
        let gone = format!("vanished/{name}");
        search.check("a path that is not there", &folder.phivet(&["scan", "-v", &gone]).exits(2));
        search.check("a list that is not there", &folder.phivet(&["scan", "-v", "--files-from", &gone]).exits(2));
    }
    folder.file(".git/list.txt", list);
    check_all_formats(&search, &folder, &["."], b"", &[3]);
    check_all_formats(&search, &folder, &["--files-from", ".git/list.txt", "--strict"], b"", &[2]);
}

#[test]
fn errors_beside_documents() {
    let values = values::many(10);
    let folder = Folder::new("leak-errors");
    plant::files(&folder, &values);
    let search = Search::new(values.iter(), &own_words());
    folder.file("good.yaml", "profile: strict\n").file("bad.yaml", "profle: strict\n").file("own/bad.yaml", "id: [");
    folder.file("rules.yaml", "rules: [own]\n");
    for arguments in [
        &["scan", "-v", ".", "--config", "bad.yaml"][..],
        &["scan", "-v", ".", "--config", "rules.yaml"],
        &["scan", "-v", ".", "--config", "good.yaml", "--ignore", "snn"],
        &["scan", "-v", ".", "--config", "good.yaml", "--output", "sarif=no/such/place.sarif"],
        &["scan", "-v", ".", "--max-file-size", "100B", "--strict"],
        &["rules", "check", "own"],
    ] {
        search.check(&arguments.join(" "), &folder.phivet(arguments));
    }
}
