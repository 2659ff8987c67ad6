//! Tools of others that tests run: installed below target/tools on first use.
#![allow(dead_code)] // no test needs all of it

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Are there to be no downloads?
pub(crate) fn offline() -> bool {
    std::env::var_os("PHIVET_OFFLINE").is_some()
}

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(what: &str, command: &mut Command) {
    let done = command.output();
    match done {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("{what}:\n{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{what}: {error}; without a network set PHIVET_OFFLINE=1"),
    }
}

/// Tests of one program start at once.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The folder of programs of a Python environment with these packages.
pub(crate) fn python(name: &str, packages: &[&str]) -> PathBuf {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = root().join("target/tools").join(name);
    let bin = folder.join("bin");
    let list = folder.join("installed.txt");
    if std::fs::read_to_string(&list).ok().as_deref() != Some(&packages.join(" ")) {
        run("python3 makes no environment", Command::new("python3").args(["-m", "venv"]).arg(&folder));
        run(
            "pip cannot install what the test needs",
            Command::new(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages),
        );
        std::fs::write(list, packages.join(" ")).expect("a file");
    }
    bin
}

/// The folder `node_modules` with these packages.
pub(crate) fn node(name: &str, packages: &[&str]) -> PathBuf {
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = root().join("target/tools").join(name);
    let modules = folder.join("node_modules");
    if !packages.iter().all(|package| modules.join(package).join("package.json").exists()) {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).args(packages);
        run("npm cannot install what the test needs", &mut npm);
    }
    modules
}
