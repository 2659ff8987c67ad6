//! The protocol's messages on standard input and output. Nothing of a message is repeated where one is not understood.

use std::io::{self, BufRead, Read};
use std::thread::JoinHandle;

use lsp_server::{Connection, Message};

/// Longest message that is read, in bytes.
const LONGEST: u64 = 64 << 20;
/// Longest header of a message, in bytes.
const HEADER: u64 = 4 << 10;

/// Why reading ended before the input did.
pub(super) type Broken = &'static str;

/// A connection to whoever writes to standard input, and the thread that reads there.
pub(super) fn connect() -> (Connection, JoinHandle<Result<(), Broken>>, JoinHandle<io::Result<()>>) {
    let (server, editor) = Connection::memory();
    let Connection { sender, receiver } = editor;
    let read = std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(message) = message(&mut input)? {
            let last = matches!(&message, Message::Notification(told) if told.method == "exit");
            if sender.send(message).is_err() || last {
                break;
            }
        }
        Ok(())
    });
    let written = std::thread::spawn(move || {
        let mut output = io::stdout().lock();
        receiver.iter().try_for_each(|message| message.write(&mut output))
    });
    (server, read, written)
}

/// The next message; `None` at the end of the input.
fn message(input: &mut dyn BufRead) -> Result<Option<Message>, Broken> {
    let mut length = None;
    let mut header = input.take(HEADER);
    loop {
        let mut line = String::new();
        let got = header.read_line(&mut line).map_err(|_| "its header is no text")?;
        if got == 0 {
            return if length.is_none() { Ok(None) } else { Err("it ends in a header") };
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Content-Length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.ok_or("a header names no Content-Length")?;
    if length > LONGEST {
        return Err("a message is longer than 64 MiB");
    }
    let mut text = Vec::new();
    input.take(length).read_to_end(&mut text).map_err(|_| "it cannot be read")?;
    if (text.len() as u64) < length {
        return Err("it ends within a message");
    }
    serde_json::from_slice(&text).map(Some).map_err(|_| "what it sent is no message of the protocol")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_one_by_one() {
        let told = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let text = format!("Content-Length: {}\r\n\r\n{told}", told.len());
        let read = |text: &str| message(&mut text.as_bytes()).map(|message| message.is_some());
        assert_eq!(read(&text), Ok(true));
        assert_eq!(read(""), Ok(false));
        assert_eq!(read("Content-Length: 99999999999999\r\n\r\n"), Err("a message is longer than 64 MiB"));
        assert_eq!(read("Content-Length: 9\r\n\r\n{}"), Err("it ends within a message"));
        assert_eq!(read("Content-Length: 2\r\n\r\n{]"), Err("what it sent is no message of the protocol"));
        assert_eq!(read("X: 2\r\n\r\n{}"), Err("a header names no Content-Length"));
    }
}
