//! `phivet install-hook`: for those who have no pre-commit.

use clap::Args;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{CLEAN, outputs, repo};
use crate::error::{Error, Result};

/// Which hooks to install.
#[derive(Args)]
pub(super) struct HookArgs {
    /// Also scan messages of commits.
    #[arg(long)]
    commit_msg: bool,
    /// Also scan all commits that are pushed.
    #[arg(long)]
    pre_push: bool,
    /// Replace hooks that somebody else wrote.
    #[arg(long)]
    force: bool,
    /// Remove phivet's hooks instead.
    #[arg(long, conflicts_with = "force")]
    uninstall: bool,
}

/// By this line a hook is known as ours.
const MARK: &str = "# Written by `phivet install-hook`.";

/// What a hook of that name runs.
const HOOKS: &[(&str, &str)] = &[
    ("pre-commit", "scan --staged --no-progress"),
    ("pre-merge-commit", "scan --staged --no-progress"),
    ("commit-msg", "scan --no-progress --commit-msg \"$1\""),
    ("pre-push", "scan --no-progress --also messages --pre-push \"$@\""),
];

/// Writes, or removes, the hooks.
pub(super) fn run(args: &HookArgs) -> Result<u8> {
    let folder = folder()?;
    let wanted = |name: &str| match name {
        "commit-msg" => args.commit_msg,
        "pre-push" => args.pre_push,
        _ => true,
    };
    let mut out = String::new();
    for (name, command) in HOOKS {
        let file = folder.join(name);
        if args.uninstall {
            if is_ours(&file) {
                std::fs::remove_file(&file).map_err(|error| outputs::unwritten(&shown(&file), &error))?;
                let _ = writeln!(out, "{}: removed", shown(&file));
            }
        } else if wanted(name) {
            install(&file, command, args.force)?;
            let _ = writeln!(out, "{}: runs `phivet {command}`", shown(&file));
        }
    }
    super::print(&out)?;
    Ok(CLEAN)
}

/// Where git looks for hooks: `core.hooksPath`, or the repository's own folder.
pub(super) fn folder() -> Result<PathBuf> {
    let folder = repo::text(&["rev-parse", "--git-path", "hooks"]).map(PathBuf::from);
    folder.ok_or_else(|| Error::Usage {
        what: "there is no git repository here".to_owned(),
        help: "run `git init`, or go to a folder of a repository".to_owned(),
    })
}

/// Is there a hook that phivet wrote?
pub(super) fn is_ours(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains(MARK))
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

/// Writes the hooks of commits, which git runs before merges by another name.
pub(super) fn install_first(force: bool) -> Result<PathBuf> {
    let folder = folder()?;
    for (name, command) in &HOOKS[..2] {
        install(&folder.join(name), command, force)?;
    }
    Ok(folder.join(HOOKS[0].0))
}

fn install(file: &Path, command: &str, force: bool) -> Result<()> {
    if file.symlink_metadata().is_ok() && !is_ours(file) && !force {
        return Err(Error::Usage {
            what: format!("{} is somebody else's", shown(file)),
            help: format!("add `phivet {command}` to it, or replace it with --force"),
        });
    }
    let unwritten = |error: std::io::Error| outputs::unwritten(&shown(file), &error);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(unwritten)?;
    }
    std::fs::write(file, script(command)).map_err(unwritten)?;
    executable(file).map_err(unwritten)
}

/// Programs with windows start git with another path: so the hook also knows where phivet was.
fn script(command: &str) -> String {
    let here = std::env::current_exe().map(|path| path.to_string_lossy().replace('\'', "'\\''")).unwrap_or_default();
    format!(
        "#!/bin/sh\n{MARK} `phivet install-hook --uninstall` removes it.\n\
         phivet=$(command -v phivet) || phivet='{here}'\n\
         if [ ! -x \"$phivet\" ]; then\n  echo 'phivet is not there any more: nothing was scanned' >&2\n  exit 1\nfi\n\
         exec \"$phivet\" {command}\n"
    )
}

#[cfg(unix)]
fn executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
