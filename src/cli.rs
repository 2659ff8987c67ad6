//! The command line: flags, then configuration, then a run, then reports, then an exit code.

#![allow(clippy::disallowed_methods)]

mod args;
mod audit;
mod baseline;
mod buckets;
mod certify;
mod checkpoint;
mod command;
mod config;
mod doctor;
mod drill;
mod explain;
#[cfg(feature = "rust-flow")]
mod flows;
mod git;
mod glass;
mod help;
mod hook;
mod incident;
mod init;
mod keys;
mod known;
mod lsp;
mod outputs;
mod progress;
mod redact;
mod repo;
mod reveal;
mod rules;
mod running;
mod scan;
mod secret;
mod setup;
mod shell;
mod sift;
mod similar;
mod stats;
mod time;
mod trail;
mod trust;
mod verify;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::error::{Error, Result};
use crate::report;
use command::{Cli, Color, Command};

/// Nothing that should fail was found.
const CLEAN: u8 = 0;
/// Findings at or above `--fail-on`.
const FOUND: u8 = 1;
/// Usage, configuration or rules are wrong, or something named could not be read.
const WRONG: u8 = 2;
/// Nothing was scanned.
const NOTHING: u8 = 3;

/// Runs the command line of this process and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    hush_panics();
    let args = with_command(std::env::args_os().collect());
    let cli = match Cli::of(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { WRONG } else { CLEAN });
        }
    };
    cli.color().apply();
    let done = std::panic::catch_unwind(|| run(&cli.command)).unwrap_or(Ok(WRONG));
    ExitCode::from(done.unwrap_or_else(|error| {
        show(&error);
        WRONG
    }))
}

fn run(command: &Command) -> Result<u8> {
    match command {
        Command::Scan(args) => glass::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Incident(args) => incident::run(args),
        Command::Stats(args) => stats::run(args),
        Command::Drill(args) => drill::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Baseline(args) => baseline::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Config(args) => config::run(args),
        Command::Init(args) => init::run(args),
        Command::InstallHook(args) => hook::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Reveal(args) => reveal::run(args),
        Command::Doctor => doctor::run(),
        Command::Lsp => lsp::run(),
        Command::Completions { shell } => shell::completions(*shell),
        Command::Man { dir } => shell::man(dir.as_deref()),
    }
}

/// `phivet PATH` is `phivet scan PATH`.
fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    const FLAGS: [&str; 6] = ["help", "-h", "--help", "-V", "--version", "--color"];
    let Some(first) = args.get(1) else { return args };
    if !FLAGS.iter().chain(&command::COMMANDS).any(|known| first == known) {
        args.insert(1, "scan".into());
    }
    args
}

/// A panic's message may quote what was scanned: only its place is told.
fn hush_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(io::stderr(), "phivet: internal error{place}; please report it");
    }));
}

/// Draws an error on standard error.
fn show(error: &Error) {
    let color = colors(&io::stderr());
    let text = report::draw(error, color).unwrap_or_else(|_| format!("phivet: {error}\n"));
    // What it quotes (a file taken for a configuration, an argument) may be somebody's record.
    let _ = anstream::stderr().write_all(crate::mask::long_numbers(&text).as_bytes());
}

/// May colours be written to this stream? `--color`, then NO_COLOR and CLICOLOR, then: is it a terminal?
fn colors(stream: &(impl anstream::stream::RawStream + IsTerminal)) -> bool {
    !matches!(anstream::AutoStream::choice(stream), anstream::ColorChoice::Never)
}

/// Writes to standard output; a reader that has gone is no error.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(outputs::unwritten("standard output", &error)),
        _ => Ok(()),
    }
}

impl Color {
    fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
