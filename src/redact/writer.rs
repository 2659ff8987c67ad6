//! A writer that de-identifies whole lines before it hands them on.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use super::{Counts, Redactor};
use crate::document::Document;
use crate::error::Error;
use crate::kind::Kind;

/// Longest line that is waited for; a longer one is cut.
const LINE: usize = 1 << 20;

/// Bytes that are rewritten at once, and bytes before and behind them that are shown.
const PIECE: usize = 256 << 10;
const AROUND: usize = 4 << 10;
/// Most bytes that are shown before a piece.
const SHOWN: usize = 4 * AROUND;

/// What is said where a thread panics.
const BUG: &str = "an internal error of phivet";

/// De-identifies what is written to it, line by line, and hands it on. A line is handed on as soon as it is complete;
/// what is left without a line end when the writer is dropped or [finished](Writer::finish) counts as a line.
///
/// Memory does not grow with what is written. An error of the redaction (a missing key) is an error of writing, and
/// nothing of the line is handed on.
pub struct Writer<W: Write> {
    redactor: Arc<Redactor>,
    /// `None` once it is finished.
    out: Option<W>,
    name: String,
    kind: Option<Kind>,
    /// What was written before and is shown again, then what has still to be handed on.
    window: Vec<u8>,
    /// Where that begins.
    own: usize,
    /// The first lines, shown with all that follows: a table's header stands there.
    head: Option<Arc<[u8]>>,
    counts: Counts,
    threads: usize,
}

impl<W: Write> Writer<W> {
    /// De-identifies lines of a log.
    pub fn new(redactor: Arc<Redactor>, out: W) -> Self {
        let mut writer = Self::of(redactor, "lines.log", out);
        writer.kind = Some(Kind::Log);
        writer
    }

    /// De-identifies a stream whose name and first lines say what it is.
    pub fn of(redactor: Arc<Redactor>, name: impl Into<String>, out: W) -> Self {
        let (name, kind, window, own, head) = (name.into(), None, Vec::new(), 0, None);
        Self { redactor, out: Some(out), name, kind, window, own, head, counts: Counts::new(), threads: 1 }
    }

    /// How many values were replaced so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.window.capacity()
    }

    /// Hands on what is left, and gives back what was written to, with the counts.
    ///
    /// # Errors
    /// That of writing.
    pub fn finish(mut self) -> io::Result<(W, Counts)> {
        self.hand_on(self.window.len())?;
        let mut out = self.out.take().ok_or_else(|| io::Error::other("the writer is finished"))?;
        out.flush()?;
        Ok((out, mem::take(&mut self.counts)))
    }

    /// The same on so many threads, where much is written at once.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Hands on all up to `end`, some pieces at a time.
    fn hand_on(&mut self, mut end: usize) -> io::Result<()> {
        while self.own < end {
            let parts = self.parts(end);
            let redacted: Vec<_> = match &parts[..] {
                [part] => vec![self.redactor.redact(part)],
                parts => std::thread::scope(|scope| {
                    let begun: Vec<_> = parts.iter().map(|part| scope.spawn(|| self.redactor.redact(part))).collect();
                    // A panic would be a bug of ours; nothing of its part is handed on.
                    let failed = || Err(Error::Usage { what: BUG.to_owned(), help: "report it".to_owned() });
                    begun.into_iter().map(|thread| thread.join().unwrap_or_else(|_| failed())).collect()
                }),
            };
            let mut behind = self.own;
            for (part, redacted) in parts.iter().zip(redacted) {
                let redacted = redacted.map_err(io::Error::other)?;
                behind += part.own.len();
                self.write_on(&redacted.bytes, redacted.counts)?;
                if redacted.carry > 0 {
                    // What follows begins behind it, and is looked at anew.
                    behind += redacted.carry;
                    break;
                }
            }
            let dropped = self.drop_before(behind);
            end = end.saturating_sub(dropped);
        }
        Ok(())
    }

    fn write_on(&mut self, bytes: &[u8], counts: Counts) -> io::Result<()> {
        for (kind, count) in counts {
            *self.counts.entry(kind).or_insert(0) += count;
        }
        self.out.as_mut().map_or(Ok(()), |out| out.write_all(bytes))
    }

    /// The next pieces, one for each thread, with what stands around them.
    fn parts(&mut self, end: usize) -> Vec<Document> {
        let (mut parts, mut own) = (Vec::new(), self.own);
        while own < end && parts.len() < self.threads {
            let cut = self.cut(own, end);
            let from = own.saturating_sub(SHOWN);
            let window = &self.window[from..(cut + AROUND).min(self.window.len())];
            let kind = *self.kind.get_or_insert_with(|| Kind::of(&self.name, &window[own - from..]));
            let mut part = Document::new(self.name.clone(), kind, window.to_vec());
            part.own = own - from..cut - from;
            part.head.clone_from(&self.head);
            if self.head.is_none() {
                self.head = Some(window[own - from..(cut - from).min(own - from + AROUND)].into());
            }
            parts.push(part);
            own = cut;
        }
        parts
    }

    /// Where the next piece ends: at a line end if there is one.
    fn cut(&self, own: usize, end: usize) -> usize {
        let goal = own + PIECE;
        if end <= goal {
            return end;
        }
        memchr::memrchr(b'\n', &self.window[own..goal]).map_or(goal, |at| own + at + 1)
    }

    /// Forgets what later lines are not shown; says how much that was.
    fn drop_before(&mut self, own: usize) -> usize {
        let own = own.min(self.window.len());
        let start = own.saturating_sub(AROUND);
        let line = memchr::memchr(b'\n', &self.window[start..own]).map_or(own, |at| start + at + 1);
        let drop = if start == 0 { 0 } else { line.min(own) };
        // Small pieces are moved seldom.
        let drop = if drop < AROUND && own < SHOWN { 0 } else { drop };
        self.window.drain(..drop);
        self.own = own - drop;
        drop
    }
}

impl Writer<Vec<u8>> {
    /// What was handed on since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        self.out.as_mut().map(mem::take).unwrap_or_default()
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.window.len();
        self.window.extend_from_slice(bytes);
        let last = memchr::memrchr(b'\n', bytes).map(|at| before + at + 1);
        let end = match last {
            Some(end) => end,
            // A line without end: the last words of it wait, so that no value is cut.
            None if self.window.len() - self.own > LINE => self.window.len() - AROUND,
            None => return Ok(bytes.len()),
        };
        self.hand_on(end)?;
        Ok(bytes.len())
    }

    /// Flushes what was handed on; a line that is not complete waits.
    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        if self.out.is_some() {
            // Whoever wants to know of errors calls `finish`.
            let _ = self.hand_on(self.window.len());
            let _ = self.flush();
        }
    }
}
