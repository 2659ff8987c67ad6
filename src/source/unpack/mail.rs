//! E-mail: messages and mailboxes, their parts and attachments (RFC 5322, RFC 2045 to 2047, RFC 4155).

mod header;
mod lines;

use std::io::{self, Cursor, Read};

use super::body::Body;
use super::members::Members;
use header::Header;
use lines::{Encoding, Lines, PartBody};

/// Names of header fields with which messages begin.
const FIRST: [&str; 14] = [
    "return-path",
    "received",
    "delivered-to",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "reply-to",
    "content-type",
    "dkim-signature",
    "x-original-to",
];

/// Parts inside parts.
const DEEPEST: usize = 32;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    if !head.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let message = match is_separator(head) {
        true => head.iter().position(|b| *b == b'\n').map_or(&head[..0], |end| &head[end + 1..]),
        false => head,
    };
    let name = message.iter().take(40).position(|b| *b == b':').map_or(&message[..0], |colon| &message[..colon]);
    if !FIRST.iter().any(|first| name.eq_ignore_ascii_case(first.as_bytes())) {
        return false;
    }
    // A message without MIME is what it looks like: text, read in place.
    let has = |word: &str| message.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    message.len() < head.len() || has("\nMIME-Version:") || has("\nContent-Transfer-Encoding:")
}

/// The line that begins a message in a mailbox: `From address date`.
fn is_separator(line: &[u8]) -> bool {
    let line = line.split(|b| *b == b'\n').next().unwrap_or(line);
    line.starts_with(b"From ") && line.len() < 200 && line.iter().filter(|b| **b == b':').count() >= 2
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let is_mailbox = is_separator(body.head());
    let mut lines = Lines::new(body, is_mailbox);
    if !is_mailbox {
        return message(members, &mut lines, "");
    }
    let mut number = 0_u64;
    while lines.next_message()? {
        number += 1;
        message(members, &mut lines, &format!("message {number} "))?;
    }
    Ok(())
}

fn message(members: &mut Members<'_, '_>, lines: &mut Lines<'_, '_>, prefix: &str) -> io::Result<()> {
    let (mut top, mut number) = (true, 0_u64);
    lines.boundaries.clear();
    loop {
        let (text, header) = Header::read(lines)?;
        let text = header::decoded(&text);
        if let Some(boundary) = header.boundary.clone().filter(|_| lines.boundaries.len() < DEEPEST) {
            if top {
                members.text(&format!("{prefix}header"), ".eml", &text)?;
            }
            lines.boundaries.push(boundary);
            io::copy(&mut PartBody::new(lines, Encoding::Plain), &mut io::sink())?;
        } else {
            number += 1;
            let mut body = PartBody::new(lines, header.encoding);
            part(members, &header, (prefix, number, top), &text, &mut body)?;
            io::copy(&mut body, &mut io::sink())?;
        }
        top = false;
        if !lines.next_part()? {
            if !lines.boundaries.is_empty() {
                members.skip(prefix.trim_end(), "mail: a part in it has no end; cut off?".to_owned());
            }
            return Ok(());
        }
    }
}

fn part(
    members: &mut Members<'_, '_>,
    header: &Header,
    (prefix, number, top): (&str, u64, bool),
    text: &[u8],
    body: &mut dyn Read,
) -> io::Result<()> {
    let is_text = header.kind.is_empty() || header.kind.starts_with("text/");
    if top && is_text && header.file.is_none() {
        // One text under its header: lines are those of the message.
        let path = prefix.trim_end();
        return members.lines(
            path,
            if header.kind == "text/html" { ".html" } else { ".eml" },
            &mut Cursor::new(text).chain(body),
        );
    }
    if top {
        members.text(&format!("{prefix}header"), ".eml", text)?;
    }
    let end = match header.kind.as_str() {
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "message/rfc822" => ".eml",
        kind if kind.starts_with("text/") => ".txt",
        _ => "",
    };
    let path =
        header.file.as_ref().map_or_else(|| format!("{prefix}part {number}{end}"), |file| format!("{prefix}{file}"));
    members.member(path.as_bytes(), body, None)
}
