//! A list of paths, out of a file or standard input (`git diff --name-only -z | phivet --files-from -`).
#![allow(clippy::disallowed_methods)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Input, Push, Wanted, files, open};

/// Largest list, in bytes: a million paths.
const LIMIT: u64 = 256 << 20;

/// Lists the paths in `wanted.files_from`, separated by NULs if there is one in it, else by line ends.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(list) = &wanted.files_from else { return true };
    match contents(list) {
        Ok(text) => paths(&text).all(|path| files::named(wanted, &path, push)),
        Err(reason) => push(Input::unreadable(list.clone(), format!("the list of files: {reason}"))),
    }
}

/// The list; that on standard input can be read once, and is asked for twice: code is looked at before all is scanned.
fn contents(list: &str) -> Result<Vec<u8>, String> {
    static STDIN: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    if list == "-" { STDIN.get_or_init(|| read(list)).clone() } else { read(list) }
}

fn read(list: &str) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let from: Box<dyn Read> = match list {
        "-" => Box::new(std::io::stdin()),
        path => Box::new(std::fs::File::open(path).map_err(|error| open::reason(&error))?),
    };
    from.take(LIMIT + 1).read_to_end(&mut text).map_err(|error| open::reason(&error))?;
    if text.len() as u64 > LIMIT { Err("larger than 256 MiB".to_owned()) } else { Ok(text) }
}

fn paths(text: &[u8]) -> impl Iterator<Item = PathBuf> {
    let separator = if text.contains(&0) { 0 } else { b'\n' };
    text.split(move |byte| *byte == separator)
        .map(move |path| if separator == 0 { path } else { path.strip_suffix(b"\r").unwrap_or(path) })
        .filter(|path| !path.is_empty())
        .map(path)
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    Path::new(String::from_utf8_lossy(bytes).as_ref()).to_owned()
}
