//! Every command that the README and `docs/` show is run, and what they print is what they show.
//! `BLESS=1 cargo test --all-features --test readme` writes the shown outputs anew.
//!
//! In a block `sh` each line is a command; in a block `console` a line with `$ ` is one and its output follows. A block
//! whose first line is `# path/to/file` is written to that file first. Commands run in a copy of the project.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it copies the project and starts programs

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use phivet::Rules;

/// Commands that are shown and not run here, with the reason.
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo test", "this is it"),
    ("cargo bench", "takes minutes, and measures"),
    ("cargo install", "builds anew"),
    ("cargo run --profile quick --example", "measures, and takes minutes"),
    ("BLESS=1 cargo test", "this is it"),
    ("cargo +nightly fuzz", "needs a nightly compiler, and does not end"),
    ("pip install", "installs a release"),
    ("find \"$(python3", "needs the sources of Python, and measures"),
];

/// What of the project the commands need.
const NEEDED: &[&str] = &["testdata", "tests/containers", "rules", "README.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A block of a page: its language, and its lines with their number in the page.
struct Block {
    language: String,
    lines: Vec<(usize, String)>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let ticks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks == *open => fence = None,
            Some(_) => {
                if let Some(block) = blocks.last_mut() {
                    block.lines.push((at, line.to_owned()));
                }
            }
            None if ticks.len() >= 3 => {
                let language = line.trim_start().trim_start_matches('`').trim().to_owned();
                blocks.push(Block { language, lines: Vec::new() });
                fence = Some(ticks);
            }
            None => {}
        }
    }
    blocks
}

/// A command, where it stands, and the output that is shown with it.
struct Shown {
    line: usize,
    command: String,
    output: Option<Vec<String>>,
}

fn commands(block: &Block) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let console = block.language == "console";
    for (line, text) in &block.lines {
        let command = if console { text.strip_prefix("$ ") } else { Some(text.as_str()) };
        let text = match command {
            Some(command) => command.trim(),
            None => {
                if let Some(output) = all.last_mut().and_then(|shown| shown.output.as_mut()) {
                    output.push(text.clone());
                }
                continue;
            }
        };
        if !text.is_empty() && !text.starts_with('#') {
            all.push(Shown { line: *line, command: text.to_owned(), output: console.then(Vec::new) });
        }
    }
    all
}

/// The lines `run:` of a workflow.
fn steps(block: &Block) -> Vec<Shown> {
    let run = |(line, text): &(usize, String)| {
        let text = text.trim();
        let command = ["- run: ", "- script: ", "- phivet "].iter().find_map(|start| text.strip_prefix(start))?;
        let command = if text.starts_with("- phivet ") { format!("phivet {command}") } else { command.to_owned() };
        Some(Shown { line: *line, command, output: None })
    };
    block.lines.iter().filter_map(run).collect()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a file");
    }
}

/// A copy of the project that is a repository of its own.
fn workspace(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    NEEDED.iter().for_each(|part| copy(&root().join(part), &folder.join(part)));
    let done = shell(
        &folder,
        "git init --quiet . && git add --all && git -c user.name=a -c user.email=a@example.org commit --quiet -m start",
    );
    assert!(done.status.success(), "git: {}", String::from_utf8_lossy(&done.stderr));
    folder
}

fn shell(folder: &Path, command: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_phivet")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", binary.display());
    let mut bash = Command::new("bash");
    bash.args(["-o", "pipefail", "-c", command]).current_dir(folder).env("PATH", path).env_remove("GIT_DIR");
    bash.output().expect("bash starts")
}

/// The command with our binary in it.
fn ours(command: &str) -> String {
    command.replace("cargo run --profile trial -- ", "phivet ").replace("cargo run -- ", "phivet ")
}

/// Runs all that a page shows; with `bless` returns the page with its outputs as they are.
fn check(page: &str, wrong: &mut Vec<String>) -> String {
    let text = fs::read_to_string(root().join(page)).expect("the page");
    let folder = workspace(&page.replace('/', "-"));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut blessed: Vec<(usize, usize, Vec<String>)> = Vec::new();
    for block in blocks(&text) {
        let file =
            block.lines.first().and_then(|(_, line)| line.strip_prefix("# ")).filter(|name| name.ends_with("ml"));
        if let Some(file) = file {
            let body: String = block.lines.iter().map(|(_, line)| format!("{line}\n")).collect();
            let to = folder.join(file);
            fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            fs::write(to, body).expect("a file");
        }
        let shown = match block.language.as_str() {
            "sh" | "console" => commands(&block),
            "yaml" => steps(&block),
            _ => Vec::new(),
        };
        for shown in shown {
            if NOT_RUN.iter().any(|(start, _)| shown.command.starts_with(start)) {
                continue;
            }
            let done = shell(&folder, &ours(&shown.command));
            let place = format!("{page}:{}: {}", shown.line + 1, shown.command);
            if !matches!(done.status.code(), Some(0 | 1)) {
                wrong.push(format!("{place}\nends with {}: {}", done.status, String::from_utf8_lossy(&done.stderr)));
            }
            let Some(output) = shown.output else { continue };
            let real: Vec<String> =
                String::from_utf8_lossy(&done.stdout).trim_end().lines().map(|l| l.trim_end().to_owned()).collect();
            if real != output {
                wrong.push(format!("{place}\nprints\n{}", real.join("\n")));
                blessed.push((shown.line + 1, output.len(), real));
            }
        }
    }
    let _ = fs::remove_dir_all(&folder);
    for (at, old, new) in blessed.into_iter().rev() {
        lines.splice(at..at + old, new);
    }
    lines.join("\n") + "\n"
}

fn pages() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).into_iter().flatten().flatten();
    let names = docs.map(|entry| format!("docs/{}", entry.file_name().to_string_lossy()));
    let mut pages: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    pages.sort();
    pages.insert(0, "README.md".to_owned());
    pages
}

#[test]
fn what_is_shown_is_what_happens() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = check(&page, &mut wrong);
        if std::env::var_os("BLESS").is_some() {
            fs::write(root().join(&page), text).expect("the page");
            wrong.retain(|message| !message.contains("\nprints\n"));
        }
    }
    assert!(wrong.is_empty(), "{}\n\nBLESS=1 writes shown outputs anew", wrong.join("\n\n"));
}

#[test]
fn the_table_names_rules_of_its_letters() {
    let rules = Rules::builtin().expect("the built-in rules");
    let text = fs::read_to_string(root().join("README.md")).expect("the README");
    let mut letters = String::new();
    for row in text.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, letter, _, named, _] = cells[..] else { continue };
        let Some(letter) = letter.chars().next().filter(|l| l.is_ascii_uppercase() && cells[1].len() == 1) else {
            continue;
        };
        letters.push(letter);
        for id in named.split(", ").map(|id| id.trim_matches('`')) {
            let rule = rules.by_id(id).map(|(_, rule)| rule.safe_harbor);
            assert_eq!(rule, Some(Some(letter)), "`{id}` is no rule of letter {letter}");
        }
    }
    assert_eq!(letters, "ABCDEFGHIJKLMNOPQR");
}

/// The rule that CONTRIBUTING.md shows passes its own examples.
#[test]
fn the_rule_in_contributing_works() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("the page");
    let is_rule = |block: &Block| block.lines.first().is_some_and(|(_, line)| line.trim_start().starts_with("id: "));
    let block = blocks(&text).into_iter().find(is_rule).expect("a rule in CONTRIBUTING.md");
    let indent = block.lines[0].1.len() - block.lines[0].1.trim_start().len();
    let body: String = block.lines.iter().map(|(_, line)| format!("{}\n", line.get(indent..).unwrap_or(""))).collect();
    let folder = workspace("contributing");
    fs::create_dir(folder.join("own")).expect("a folder");
    fs::write(folder.join("own/biobank-sample.yaml"), body).expect("a file");
    let done = shell(&folder, "phivet rules check own");
    let _ = fs::remove_dir_all(&folder);
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(0), "{out}{err}");
}
