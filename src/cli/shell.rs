//! `phivet completions SHELL` and `phivet man [DIR]`

use std::path::Path;

use clap::CommandFactory;

use super::command::Cli;
use super::{CLEAN, outputs};
use crate::error::Result;

/// Prints what a shell needs to complete commands, flags, formats and profiles.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut with_flags_of_scan(Cli::command()), "phivet", &mut out);
    super::print(&String::from_utf8_lossy(&out))?;
    Ok(CLEAN)
}

/// `phivet --profile …` is `phivet scan --profile …`: the flags are completed without the command's name, too.
fn with_flags_of_scan(command: clap::Command) -> clap::Command {
    let own: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let scan = command.find_subcommand("scan").cloned();
    let flags = scan.iter().flat_map(clap::Command::get_arguments).filter(|arg| !own.contains(arg.get_id()));
    command.clone().args(flags.cloned())
}

/// Prints the manual page, or writes all pages.
pub(super) fn man(dir: Option<&Path>) -> Result<u8> {
    let unwritten = |error: std::io::Error| outputs::unwritten("the manual pages", &error);
    match dir {
        Some(dir) => clap_mangen::generate_to(Cli::command(), dir).map_err(unwritten)?,
        None => {
            let mut out = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut out).map_err(unwritten)?;
            super::print(&String::from_utf8_lossy(&out))?;
        }
    }
    Ok(CLEAN)
}
