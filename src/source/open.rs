//! Opening files: what is not a plain file is refused, with the reason.
#![allow(clippy::disallowed_methods)]

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Input, Stream};

/// The input for a file (or whatever turns out to stand at that path when it is opened).
pub(super) fn file(path: PathBuf, max_bytes: Option<u64>) -> Input {
    Input { name: name(&path), open: Box::new(move || open(&path, max_bytes)) }
}

/// The same for what a folder lists as a plain file: it is opened without asking once more what it is.
pub(super) fn listed(path: PathBuf, max_bytes: Option<u64>) -> Input {
    let name = name(&path);
    let opened = move || match open_at_once(&path) {
        Some(file) => stream(file, None, max_bytes),
        None => open(&path, max_bytes),
    };
    Input { name, open: Box::new(opened) }
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
    stream(file, Some(before.len()), max_bytes)
}

/// Opens what a moment ago was a plain file, and does not wait should it be a pipe by now.
#[cfg(unix)]
fn open_at_once(path: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).ok()?;
    File::options().read(true).custom_flags(flags).open(path).ok()
}

#[cfg(not(unix))]
fn open_at_once(_: &Path) -> Option<File> {
    None
}

/// An opened file as a stream; `size` where its own cannot be had.
fn stream(file: File, size: Option<u64>, max_bytes: Option<u64>) -> Result<Stream, String> {
    let size = match (file.metadata(), size) {
        (Ok(now), _) => {
            plain(&now)?;
            now.len()
        }
        (Err(_), Some(size)) => size,
        (Err(error), None) => return Err(reason(&error)),
    };
    if let Some(max) = max_bytes
        && size > max
    {
        return Err(format!("larger than --max-file-size ({size} bytes)"));
    }
    let file = Arc::new(file);
    let bytes = Whole { file: Arc::clone(&file), size, read: 0, ended: false };
    Ok(Stream { file: Some(file), ..Stream::new(bytes, Some(size)) })
}

/// A file from front to back. Where it gave less than was asked for, and all that it should hold, it has ended: there is
/// no need to ask once more.
struct Whole {
    file: Arc<File>,
    /// In bytes, when it was opened.
    size: u64,
    read: u64,
    ended: bool,
}

impl Read for Whole {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let got = (&*self.file).read(into)?;
        self.read += got as u64;
        // Files of the system (`/proc`) say that they hold nothing.
        self.ended = got > 0 && got < into.len() && self.read == self.size;
        Ok(got)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever size a file was said to have, all of it is read.
    #[test]
    fn files_are_read_to_their_end() {
        let path = std::env::temp_dir().join(format!("phivet-open-{}", std::process::id()));
        for (len, size) in [(0, 0), (5, 5), (10, 5), (5, 10), (4096, 4096), (9000, 4096), (5, 0)] {
            std::fs::write(&path, vec![b'x'; len]).expect("a file");
            let file = Arc::new(File::open(&path).expect("the file"));
            for room in [1, 5, 4096, 10_000] {
                let file = Arc::clone(&file);
                io::Seek::rewind(&mut &*file).expect("a file");
                let mut whole = Whole { file, size, read: 0, ended: false };
                let (mut buffer, mut read) = (vec![0; room], 0);
                while let Some(got) = whole.read(&mut buffer).ok().filter(|got| *got > 0) {
                    read += got;
                }
                assert_eq!(read, len, "{size} {room}");
            }
        }
        std::fs::remove_file(&path).expect("the file");
    }
}
