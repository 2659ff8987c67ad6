//! Standard input, line by line: a line is handed on as soon as it is complete.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::super::outputs;
use super::Work;
use super::rewrite::{Rewriter, Stop};
use crate::error::{Error, Result};
use crate::redact::Writer;
use crate::source::rewrite::{Encoding, Form, form};

/// Bytes that are read at once, and how many such pieces may wait.
const PIECE: usize = 64 << 10;
const PIECES: usize = 16;

/// What is there is redacted together: so many bytes, or what comes within this time.
const BATCH: usize = 2 << 20;
const PATIENCE: Duration = Duration::from_millis(15);

/// Redacts standard input.
pub(super) fn run(work: &mut Work, name: &str, out: &mut dyn Write) -> Result<()> {
    let (send, pieces) = mpsc::sync_channel(PIECES);
    std::thread::spawn(move || pump(&send));
    let mut input = Live { pieces, piece: Vec::new(), taken: 0 };
    let first = input.batch().map_err(|error| unread(&error))?;
    match form(name, &first[..first.len().min(4 << 10)]) {
        Form::Text(Encoding::Bytes) => lines(work, name, first, &mut input, out),
        _ if first.is_empty() => Ok(()),
        _ => {
            let done = Rewriter::new(work, u64::MAX).document(name, &mut (&first[..]).chain(&mut input), None, out, 0);
            done.map_err(|stop| match stop {
                Stop::Skip(reason) => unread(&io::Error::other(reason)),
                Stop::Fail(error) => error,
            })?;
            work.keep_codes()?;
            out.flush().map_err(|error| outputs::unwritten("the result", &error))
        }
    }
}

fn lines(work: &mut Work, name: &str, first: Vec<u8>, input: &mut Live, out: &mut dyn Write) -> Result<()> {
    let unwritten = |error: io::Error| outputs::unwritten("the result", &error);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut writer = Writer::of(Arc::clone(&work.redactor), name, Vec::new()).with_threads(threads);
    let mut batch = first;
    let mut tail = Vec::new();
    work.documents += u64::from(!batch.is_empty());
    while !batch.is_empty() {
        writer.write_all(&batch).map_err(unwritten)?;
        work.keep_codes()?;
        let made = writer.take();
        out.write_all(&made).and_then(|()| out.flush()).map_err(unwritten)?;
        tail = batch[batch.len().saturating_sub(4)..].to_vec();
        batch = input.batch().map_err(|error| unread(&error))?;
    }
    let (rest, counts) = writer.finish().map_err(unwritten)?;
    work.count(counts);
    work.keep_codes()?;
    out.write_all(&rest).and_then(|()| out.flush()).map_err(unwritten)?;
    if ends_inside(&tail) {
        return Err(unread(&io::Error::other("it ends in the middle of a character; what came before it was written")));
    }
    Ok(())
}

/// Does a text end in the middle of a character of UTF-8?
fn ends_inside(tail: &[u8]) -> bool {
    let Some(lead) = tail.iter().rposition(|b| *b >= 0xC2) else { return false };
    let wants = match tail[lead] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return false,
    };
    // A text in Latin-1 ends with any byte; what follows a lead there is no continuation.
    let rest = &tail[lead + 1..];
    rest.len() + 1 < wants && rest.iter().all(|b| b & 0xC0 == 0x80) && (lead > 0 || !rest.is_empty())
}

fn unread(error: &io::Error) -> Error {
    Error::Read {
        path: "standard input".to_owned(),
        reason: error.to_string(),
        help: "what was written before is redacted, and may be incomplete".to_owned(),
    }
}

/// Standard input, read by a thread of its own.
struct Live {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    taken: usize,
}

impl Live {
    /// What is there: at least one piece, unless the input has ended.
    fn batch(&mut self) -> io::Result<Vec<u8>> {
        let Ok(first) = self.pieces.recv() else { return Ok(Vec::new()) };
        let (mut batch, since) = (first?, Instant::now());
        while batch.len() < BATCH {
            match self.pieces.recv_timeout(PATIENCE.saturating_sub(since.elapsed())) {
                Ok(piece) => batch.extend(piece?),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(batch)
    }
}

impl Read for Live {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            let Ok(piece) = self.pieces.recv() else { return Ok(0) };
            (self.piece, self.taken) = (piece?, 0);
        }
        let got = (&self.piece[self.taken..]).read(into)?;
        self.taken += got;
        Ok(got)
    }
}

fn pump(send: &SyncSender<io::Result<Vec<u8>>>) {
    let mut input = io::stdin();
    loop {
        let mut piece = vec![0; PIECE];
        let read = match input.read(&mut piece) {
            Ok(0) => return,
            Ok(got) => {
                piece.truncate(got);
                Ok(piece)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let ends = read.is_err();
        if send.send(read).is_err() || ends {
            return;
        }
    }
}
