//! `phivet init`: looks at a repository, and writes what a team begins with.

use clap::Args;

use std::fmt::Write;
use std::path::Path;

use super::{CLEAN, hook, known, outputs, repo};
use crate::config::NAMES;
use crate::error::{Error, Result};

/// What to write at first.
#[derive(Args)]
pub(super) struct InitArgs {
    /// Write over what is there.
    #[arg(long)]
    force: bool,
    /// Also install the git hook.
    #[arg(long)]
    hook: bool,
    /// Also write a GitHub workflow.
    #[arg(long)]
    workflow: bool,
}

/// Where the workflow goes.
const WORKFLOW: &str = ".github/workflows/phivet.yml";

/// The workflow, with the action of this version.
const WORKFLOW_TEXT: &str = include_str!("init/workflow.yml");

/// What stands in it for the branch that is scanned as a whole.
const BRANCH: &str = "branches: [main]";

/// Folders that hold what others wrote or tools made, and are sometimes committed.
const FOREIGN: &[&str] = &["vendor", "third_party", "node_modules", "dist", "target", "build", ".venv"];

/// Folders whose people are often made up.
const MADE_UP: &[&str] =
    &["testdata", "fixtures", "test/fixtures", "tests/fixtures", "tests/data", "spec/fixtures", "__fixtures__"];

/// Folders where logs lie.
const LOGS: &[&str] = &["logs", "log", "var/log"];

/// Writes the configuration, and what else is asked for; then says what comes next.
pub(super) fn run(args: &InitArgs) -> Result<u8> {
    at_top()?;
    let mut out = String::new();
    let there = NAMES.iter().find(|name| Path::new(name).exists());
    match there {
        Some(name) if !args.force => {
            if !args.hook && !args.workflow {
                return Err(taken(name, "edit it, or write over it with --force"));
            }
        }
        _ => {
            write(there.unwrap_or(&NAMES[0]), &configuration())?;
            let _ = writeln!(out, "{}: written; it says what it can say", there.unwrap_or(&NAMES[0]));
            out += &attributes()?;
        }
    }
    if args.hook {
        let _ = writeln!(out, "{}: scans what is committed", hook::install_first(args.force)?.display());
    }
    if args.workflow {
        if Path::new(WORKFLOW).exists() && !args.force {
            return Err(taken(WORKFLOW, "edit it, or write over it with --force"));
        }
        let text = WORKFLOW_TEXT.replace(BRANCH, &format!("branches: [{}]", branch()));
        write(WORKFLOW, &text)?;
        let _ = writeln!(out, "{WORKFLOW}: scans pull requests; name in it where you have phivet from");
    }
    out += &next(args);
    super::print(&out)?;
    Ok(CLEAN)
}

/// The branch that others start from: the one of the remote, else the one that is checked out.
fn branch() -> String {
    let remote = repo::text(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
    let remote = remote.and_then(|name| name.strip_prefix("origin/").map(str::to_owned));
    let own = || repo::text(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
    let plain = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c));
    remote.or_else(own).filter(plain).filter(|name| !name.is_empty()).unwrap_or_else(|| "main".to_owned())
}

/// A folder below the top of a repository is no place for what holds for all of it.
fn at_top() -> Result<()> {
    let up = repo::text(&["rev-parse", "--show-cdup"]).unwrap_or_default();
    if up.is_empty() {
        return Ok(());
    }
    Err(Error::Usage {
        what: "this folder is not the top of its repository".to_owned(),
        help: format!("go there (`cd {up}`) and run it again"),
    })
}

fn taken(name: &str, help: &str) -> Error {
    Error::Usage { what: format!("{name} is there already"), help: help.to_owned() }
}

fn write(name: &str, text: &str) -> Result<()> {
    let unwritten = |error: std::io::Error| outputs::unwritten(name, &error);
    if let Some(folder) = Path::new(name).parent() {
        std::fs::create_dir_all(folder).map_err(unwritten)?;
    }
    std::fs::write(name, text).map_err(unwritten)
}

/// A configuration that does what none does, but for the baseline, and shows what could be said about what is here.
fn configuration() -> String {
    let here = |folders: &[&'static str]| -> Vec<&'static str> {
        folders.iter().copied().filter(|folder| Path::new(folder).is_dir()).collect()
    };
    let (foreign, made_up, logs) = (here(FOREIGN), here(MADE_UP), here(LOGS));
    let mut out = String::from(
        "# What phivet reports here. `phivet config schema` prints all that this file may say, for people and editors:\n\
         # `phivet config schema > phivet.schema.json`, then this as the first line:\n\
         # yaml-language-server: $schema=phivet.schema.json\n\n\
         # default: PHI and strong identifiers · safe-harbor: all 18 identifiers · limited-data-set · strict\n\
         profile: default\n\n\
         # The least severity that makes a scan fail: note, warning or error.\nfail_on: warning\n\n\
         # What is known already (`phivet baseline create` writes it) is counted, and fails nothing.\n",
    );
    let _ = writeln!(out, "baseline: {}\n", known::NAME);
    let quoted = |names: &[&str]| names.iter().map(|name| format!("{name}/")).collect::<Vec<_>>().join(", ");
    out += "# Paths that are not scanned, as in .gitignore (what .gitignore hides is not scanned either).\n";
    let foreign = if foreign.is_empty() { vec!["vendor"] } else { foreign };
    let _ = writeln!(out, "# exclude: [{}]\n", quoted(&foreign));
    out += "# Rules that are switched off, or count otherwise; `phivet rules list` names all.\n\
            # ignore: [ip-address]\n# severity: { email-address: note }\n\n\
            # A value whose label holds one of these words is nobody's.\n# words: { never: [sample, build] }\n\n\
            # What is different for some paths; the last that matches wins.\n# paths:\n";
    for folder in if made_up.is_empty() { vec!["fixtures"] } else { made_up } {
        let _ =
            writeln!(out, "#   - {{ path: {folder}/, severity: {{ person-name: note }} }} # are these people made up?");
    }
    for folder in if logs.is_empty() { vec!["logs"] } else { logs } {
        let _ = writeln!(out, "#   - {{ path: {folder}/, profile: safe-harbor }}");
    }
    out
}

/// Has branches that both add to the baseline merged line by line.
fn attributes() -> Result<String> {
    const FILE: &str = ".gitattributes";
    if repo::top().is_none() {
        return Ok(String::new());
    }
    let text = std::fs::read_to_string(FILE).unwrap_or_default();
    if text.contains(known::NAME) {
        return Ok(String::new());
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write(FILE, &format!("{text}{end}{} merge=union\n", known::NAME))?;
    Ok(format!("{FILE}: branches that both add to the baseline merge without a conflict\n"))
}

fn next(args: &InitArgs) -> String {
    let mut out = String::from("\nNext:\n  phivet .                  see what is there\n");
    out += "  phivet baseline create    take it as known, so that only what is new fails\n";
    if !args.hook {
        out += "  phivet install-hook       scan what is committed (or take the hook for pre-commit: docs/hooks.md)\n";
    }
    if !args.workflow {
        out += "  phivet init --workflow    scan pull requests on GitHub\n";
    }
    out
}
