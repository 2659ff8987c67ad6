//! A stream whose first bytes were looked at before it is read.

use std::fs::File;
use std::io::{self, Read};

use crate::source::open;
use crate::source::stdin::is_pause;

/// How many first bytes decide what a stream is.
pub(super) const HEAD: usize = 4 << 10;

/// How many bytes of a file are read at once to see the first ones: most files have no more.
const AT_ONCE: usize = 64 << 10;

/// A document's bytes, its first ones at hand.
pub(in crate::source) struct Body<'r> {
    head: Vec<u8>,
    /// How many bytes of `head` have been read.
    taken: usize,
    rest: &'r mut dyn Read,
    ended: bool,
    failed: Option<io::Error>,
    /// Was nothing more there yet when the first bytes were looked at?
    paused: bool,
    /// Does reading wait where nothing more is there yet?
    patient: bool,
    size: Option<u64>,
    file: Option<&'r File>,
}

impl<'r> Body<'r> {
    /// Reads the first bytes.
    pub(in crate::source) fn new(rest: &'r mut dyn Read, size: Option<u64>, file: Option<&'r File>) -> Self {
        let mut body = Self {
            head: Vec::new(),
            taken: 0,
            rest,
            ended: false,
            failed: None,
            paused: false,
            patient: false,
            size,
            file,
        };
        body.look();
        body
    }

    fn look(&mut self) {
        let size = self.size.filter(|_| self.file.is_some()).map_or(0, |size| size.saturating_add(1));
        let most = usize::try_from(size).unwrap_or(AT_ONCE).clamp(HEAD, AT_ONCE);
        let read = self.read_first(most);
        match read {
            Ok(()) => self.ended = self.head.len() < most,
            // So few bytes say nothing yet, and nothing can be told of them.
            Err(error) if is_pause(&error) && self.head.is_empty() => self.look(),
            Err(error) if is_pause(&error) => self.paused = true,
            Err(error) => (self.ended, self.failed) = (true, Some(error)),
        }
    }

    /// Reads the first bytes, up to `most`.
    fn read_first(&mut self, most: usize) -> io::Result<()> {
        let (mut read, mut result) = (0, Ok(()));
        self.head.resize(most, 0);
        // Decoders take a read into no room for the end.
        while read < most {
            match self.rest.read(&mut self.head[read..]) {
                Ok(0) => break,
                Ok(got) => read += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        self.head.truncate(read);
        result
    }

    /// From now on reading waits where nothing more is there yet: formats want their bytes.
    pub(super) fn be_patient(&mut self) {
        self.patient = true;
    }

    /// Was nothing more there yet when the first bytes were looked at?
    pub(in crate::source) fn is_paused(&self) -> bool {
        self.paused
    }

    /// The first bytes (fewer than [`HEAD`] only where there are no more).
    pub(super) fn head(&self) -> &[u8] {
        &self.head[..self.head.len().min(HEAD)]
    }

    /// All bytes that were read to see the first ones, which then count as read.
    pub(in crate::source) fn take_head(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.head)
    }

    /// Gives back bytes that were read, all from the first on.
    pub(super) fn put_back(&mut self, bytes: Vec<u8>) {
        self.head = bytes;
        self.taken = 0;
    }

    /// Are the first bytes all there is?
    pub(in crate::source) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Why reading the first bytes broke off, in words.
    pub(in crate::source) fn failure(&mut self) -> Option<String> {
        self.failed.take().map(|error| open::reason(&error))
    }

    /// Its size in bytes, if known (a hint).
    pub(in crate::source) fn size(&self) -> Option<u64> {
        self.size
    }

    /// The file that it is.
    pub(super) fn file(&self) -> Option<&'r File> {
        self.file
    }
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut head = &self.head[self.taken.min(self.head.len())..];
        if !head.is_empty() {
            let got = head.read(into)?;
            self.taken += got;
            return Ok(got);
        }
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.ended {
            return Ok(0);
        }
        loop {
            match self.rest.read(into) {
                Err(error) if self.patient && is_pause(&error) => {}
                read => return read,
            }
        }
    }
}
