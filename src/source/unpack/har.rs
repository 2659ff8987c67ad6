//! HAR, recorded web traffic: each request and each response a member, bodies by what they are (HAR 1.2).

use std::fmt::Write;
use std::io;

use super::base64;
use super::body::Body;
use super::json::{self, Step};
use super::members::Members;

/// Largest recording that is read request by request; a larger one is read as the JSON that it is.
const MOST: u64 = 16 << 20;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let begins = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    begins.starts_with(b"{") && has(b"\"log\"") && has(b"\"creator\"") && has(b"\"version\"")
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let Some(text) = members.kept(body, MOST)? else { return members.as_it_is(body) };
    let mut message = Message { members, path: String::new(), head: String::new(), name: String::new(), body: None };
    let result = json::walk(&text, &mut |path, value| {
        let [log, entries, Step::Index(entry), side @ Step::Key(what), rest @ ..] = path else { return Ok(()) };
        if !log.is("log") || !entries.is("entries") || !(side.is("request") || side.is("response")) {
            return Ok(());
        }
        message.begin(&format!("{} {what}", entry + 1))?;
        message.add(rest, value.text);
        Ok(())
    });
    message.flush().and(result)
}

/// A request or a response.
struct Message<'p, 'm, 'u> {
    members: &'p mut Members<'m, 'u>,
    path: String,
    head: String,
    /// Of a pair, the name that was read and waits for its value.
    name: String,
    /// Its body, and whether it is in base64.
    body: Option<(String, bool)>,
}

impl Message<'_, '_, '_> {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        if self.path != path {
            self.flush()?;
            path.clone_into(&mut self.path);
        }
        Ok(())
    }

    fn add(&mut self, rest: &[Step], value: String) {
        match rest {
            [.., Step::Index(_), key] if key.is("name") => self.name = value,
            [.., Step::Index(_), key] if key.is("value") => {
                let name = std::mem::take(&mut self.name);
                let _ = writeln!(self.head, "{name}: {value}");
            }
            [what, key] if (what.is("content") || what.is("postData")) && key.is("text") => {
                let is_base64 = self.body.take().is_some_and(|(_, is_base64)| is_base64);
                self.body = Some((value, is_base64));
            }
            [what, key] if what.is("content") && key.is("encoding") => {
                let text = self.body.take().map(|(text, _)| text).unwrap_or_default();
                self.body = Some((text, value == "base64"));
            }
            [.., Step::Key(key)] => {
                let _ = writeln!(self.head, "{key}: {value}");
            }
            _ => {}
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let head = std::mem::take(&mut self.head);
        if !head.is_empty() {
            self.members.text(&self.path, ".txt", head.as_bytes())?;
        }
        if let Some((text, is_base64)) = self.body.take() {
            let path = format!("{} body", self.path);
            let bytes = if is_base64 { base64::decode(text.as_bytes()) } else { text.into_bytes() };
            self.members.member(path.as_bytes(), &mut &bytes[..], Some(bytes.len() as u64))?;
        }
        Ok(())
    }
}
