//! A commit's message, as git hands its file to a hook.
#![allow(clippy::disallowed_methods)]

use std::io::{Cursor, Read};
use std::path::Path;

use super::{Input, Push, Stream, Wanted, open};

/// Longest message that is read, in bytes; git's own limit is its memory.
const LIMIT: u64 = 16 << 20;

/// What stands in the lines below which git cuts a message: `git commit --verbose` shows the diff there, removed lines
/// too. The first alone is part of a message that was given with `-m`.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------\n";
const BELOW: &[u8] = b" Do not modify or remove the line above.";

/// Lists the message in `wanted.message`, under the name by which people know it.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(path) = wanted.message.clone() else { return true };
    let name = Path::new(&path).file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
    push(Input { name, open: Box::new(move || message(&path)) })
}

fn message(path: &str) -> Result<Stream, String> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| open::reason(&error))?;
    file.take(LIMIT + 1).read_to_end(&mut text).map_err(|error| open::reason(&error))?;
    if text.len() as u64 > LIMIT {
        return Err("a message of more than 16 MiB".to_owned());
    }
    let is_cut = |at: &usize| text[at + SCISSORS.len()..].get(1..).is_some_and(|rest| rest.starts_with(BELOW));
    if let Some(at) = memchr::memmem::find_iter(&text, SCISSORS).find(is_cut) {
        text.truncate(at);
    }
    Ok(Stream::new(Cursor::new(text), None))
}
