//! Standard input as one document, told as it comes: where nothing more arrives for a while, what is there is scanned.
#![allow(clippy::disallowed_methods)]

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::{Input, Push, Stream, Wanted};

/// Bytes that are read at once, and how many such pieces may wait.
const PIECE: usize = 64 << 10;
const PIECES: usize = 16;

/// How long standard input may be silent before what has come is scanned.
const SILENT: Duration = Duration::from_millis(200);

/// How long what has come may wait, as long as no more is there yet.
const WAITING: Duration = Duration::from_millis(500);

/// Lists standard input under the name `wanted.stdin`, if it is wanted.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(name) = &wanted.stdin else { return true };
    let tee = wanted.tee;
    let open = Box::new(move || Ok(Stream::new(Live::new(tee), None)));
    push(Input { name: name.clone(), open })
}

/// Not an error: nothing more is there yet. Reading again waits until there is.
#[derive(Debug)]
pub(super) struct Pause;

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing more is there yet")
    }
}

impl std::error::Error for Pause {}

/// Does this error only say that nothing more is there yet?
pub(super) fn is_pause(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Pause>())
}

/// Standard input, read by a thread of its own.
struct Live {
    from: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    taken: usize,
    /// Since when something waits that was read and not yet followed by a pause.
    since: Option<Instant>,
}

impl Live {
    fn new(tee: bool) -> Self {
        let (send, from) = mpsc::sync_channel(PIECES);
        std::thread::spawn(move || pump(&send, tee));
        Self { from, piece: Vec::new(), taken: 0, since: None }
    }

    fn receive(&mut self) -> io::Result<()> {
        let next = match self.since {
            None => self.from.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(since) => self.from.recv_timeout(SILENT.min(WAITING.saturating_sub(since.elapsed()))),
        };
        match next {
            Ok(piece) => {
                (self.piece, self.taken) = (piece?, 0);
                self.since.get_or_insert_with(Instant::now);
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) => {
                self.since = None;
                Err(io::Error::other(Pause))
            }
            Err(RecvTimeoutError::Disconnected) => {
                (self.piece, self.taken) = (Vec::new(), 0);
                Ok(())
            }
        }
    }
}

impl Read for Live {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            self.receive()?;
        }
        let got = (&self.piece[self.taken..]).read(into)?;
        self.taken += got;
        Ok(got)
    }
}

/// Reads standard input to its end; where it is passed on, that comes first.
fn pump(send: &SyncSender<io::Result<Vec<u8>>>, tee: bool) {
    let (mut input, mut output) = (io::stdin(), tee.then(io::stdout));
    loop {
        let mut piece = vec![0; PIECE];
        match input.read(&mut piece) {
            Ok(0) => return,
            Ok(got) => {
                piece.truncate(got);
                // A reader that has gone ends the passing on, not the scan.
                if output.as_mut().is_some_and(|out| out.write_all(&piece).and_then(|()| out.flush()).is_err()) {
                    output = None;
                }
                if send.send(Ok(piece)).is_err() && output.is_none() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let _ = send.send(Err(error));
                return;
            }
        }
    }
}
