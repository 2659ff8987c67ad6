//! The commands, and what the command line says.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::args::{BaselineArgs, ConfigArgs, ExplainArgs, RulesArgs};

/// Finds Protected Health Information in code, logs and build artifacts, and shows it masked.
#[derive(Parser)]
#[command(name = "phivet", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(flatten)]
    colors: Colors,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The command line of most calls. To know all commands takes longer than to scan a small file.
#[derive(Parser)]
#[command(name = "phivet")]
struct Quick {
    #[command(flatten)]
    colors: Colors,
    #[command(subcommand)]
    command: Scan,
}

#[derive(Subcommand)]
enum Scan {
    Scan(Box<super::glass::ScanCommand>),
}

#[derive(Args)]
struct Colors {
    /// Use colours: auto, always, never (NO_COLOR and CLICOLOR are honoured).
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    color: Color,
}

impl Cli {
    /// What the arguments say.
    pub(super) fn of(args: Vec<OsString>) -> Result<Self, clap::Error> {
        if args.get(1).is_some_and(|command| command == "scan")
            && let Ok(Quick { colors, command: Scan::Scan(scan) }) = Quick::try_parse_from(&args)
        {
            return Ok(Self { colors, command: Command::Scan(scan) });
        }
        Self::try_parse_from(args)
    }

    /// When to use colours.
    pub(super) fn color(&self) -> Color {
        self.colors.color
    }
}

/// The names of all commands.
pub(super) const COMMANDS: [&str; 19] = [
    "scan",
    "explain",
    "rules",
    "baseline",
    "init",
    "install-hook",
    "doctor",
    "config",
    "redact",
    "reveal",
    "keys",
    "verify",
    "audit",
    "incident",
    "stats",
    "drill",
    "lsp",
    "completions",
    "man",
];

pub(super) const EXIT_CODES: &str = "Examples:
  phivet .                              this folder, also written `phivet scan .`
  phivet scan --staged                  what is staged for the next commit
  phivet scan logs --format html > report.html
  phivet baseline create                take what is there as known: only what is new fails
  phivet explain ssn                    what a rule finds, and what to do instead

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage, configuration, rules or input, 3 nothing was scanned.";

/// When to use colours.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Scan files, folders, standard input, git or buckets.
    Scan(Box<super::glass::ScanCommand>),
    /// Say what a rule finds, why it matters and what to do instead.
    Explain(ExplainArgs),
    /// List the rules, or prove rules of your own.
    Rules(RulesArgs),
    /// Keep a list of known findings, so that only new ones fail.
    Baseline(BaselineArgs),
    /// Look at this repository and write a commented phivet.yaml.
    Init(super::init::InitArgs),
    /// Have git scan what is committed, without pre-commit.
    InstallHook(super::hook::HookArgs),
    /// Look for what is missing, and where PHI tends to lie forgotten.
    Doctor,
    /// Show the configuration, or its schema.
    Config(ConfigArgs),
    /// De-identify a file, a folder or standard input by a policy.
    Redact(Box<super::redact::RedactArgs>),
    /// Give back what was encrypted, or coded with a vault.
    Reveal(Box<super::reveal::RevealArgs>),
    /// Make, name or rotate the keys of tokens and encrypted values.
    Keys(super::keys::KeysArgs),
    /// Say whether a data set is de-identified, with a certificate.
    Verify(Box<super::verify::VerifyArgs>),
    /// Verify, read, rotate the audit trail; review access logs.
    Audit(super::audit::AuditArgs),
    /// Assess a breach: what, of how many people, since when, what is due.
    Incident(Box<super::incident::IncidentArgs>),
    /// Count findings by kind, with noise that hides each single person.
    Stats(Box<super::stats::StatsArgs>),
    /// Rehearse: plant made-up identifiers into a copy, see what is caught.
    Drill(super::drill::DrillArgs),
    /// Speak the Language Server Protocol on standard input and output, for editors.
    Lsp,
    /// Print what completes phivet's commands in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into DIR.
    Man {
        /// A folder that exists.
        dir: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn all_commands_are_named() {
        let command = Cli::command();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn a_scan_is_read_as_among_all_commands() {
        let whole = Cli::command();
        let quick = Quick::command();
        let scan = |command: &clap::Command| -> Vec<String> {
            let scan = command.find_subcommand("scan").expect("scan");
            command.get_arguments().chain(scan.get_arguments()).map(|arg| format!("{arg:?}")).collect()
        };
        assert_eq!(scan(&whole), scan(&quick));
        assert!(Cli::of(["phivet", "scan", "--color", "never", "a"].map(OsString::from).into()).is_ok());
        assert!(Cli::of(["phivet", "scan", "--no-such"].map(OsString::from).into()).is_err());
    }
}
