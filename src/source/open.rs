//! Opening files: what is not a plain file is refused, with the reason.
#![allow(clippy::disallowed_methods)]

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{Input, Stream};

/// The input for a file (or whatever turns out to stand at that path when it is opened).
pub(super) fn file(path: PathBuf, max_bytes: Option<u64>) -> Input {
    Input { name: name(&path), open: Box::new(move || open(&path, max_bytes)) }
}

/// What reports call a path: as given, without a leading `./`, with `/` between its parts.
pub(super) fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    let name =
        if std::path::MAIN_SEPARATOR == '/' { name } else { name.replace(std::path::MAIN_SEPARATOR, "/").into() };
    let short = name.strip_prefix("./").unwrap_or(&name).trim_start_matches('/');
    if name.starts_with("./") && !short.is_empty() { short.to_owned() } else { name.into_owned() }
}

fn open(path: &Path, max_bytes: Option<u64>) -> Result<Stream, String> {
    // Asked before opening: opening a named pipe would wait for its writer.
    let before = std::fs::metadata(path).map_err(|error| reason(&error))?;
    plain(&before)?;
    let file = File::open(path).map_err(|error| reason(&error))?;
    let size = file.metadata().map_or(before.len(), |now| now.len());
    match max_bytes {
        Some(max) if size > max => Err(format!("larger than --max-file-size ({size} bytes)")),
        _ => Ok(Stream { file: file.try_clone().ok(), ..Stream::new(file, Some(size)) }),
    }
}

fn plain(metadata: &Metadata) -> Result<(), String> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(match strange(metadata) {
        Some(what) => format!("{what}, not a file; to scan what comes out of it, pipe it into `phivet -`"),
        None => "a folder, not a file".to_owned(),
    })
}

/// What something is that is neither file nor folder.
#[cfg(unix)]
fn strange(metadata: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    let table = [
        (kind.is_fifo(), "a named pipe"),
        (kind.is_socket(), "a socket"),
        (kind.is_char_device() || kind.is_block_device(), "a device"),
        (!kind.is_dir(), "something else"),
    ];
    table.iter().find(|(is, _)| *is).map(|(_, what)| *what)
}

#[cfg(not(unix))]
fn strange(metadata: &Metadata) -> Option<&'static str> {
    (!metadata.is_dir()).then_some("something else")
}

/// The system's reason in words. Never the path: reports name the document themselves, masked.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => without_code(&error.to_string()),
    }
}

/// `Is a directory (os error 21)` says nothing more with its number.
fn without_code(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
