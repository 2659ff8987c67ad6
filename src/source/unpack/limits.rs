//! How far unpacking goes; what lies beyond a limit is told, never silently left out.

use std::io::{self, Read};
use std::time::Instant;

use super::bytes::{broken, in_our_words};

/// How far archives and compressed files are unpacked. Each limit holds for one input, with all that is inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside containers.
    pub depth: u32,
    /// Members of containers.
    pub entries: u64,
    /// Bytes that decompression makes.
    pub expanded: u64,
    /// How many times as many bytes decompression may make as it was given (once it has made [`Limits::FREE`]).
    pub ratio: u64,
    /// Seconds that unpacking, and scanning what comes out, may take.
    pub seconds: u64,
    /// Bytes of members that are kept in memory at once, since their format cannot be read from front to back.
    pub memory: u64,
}

impl Limits {
    /// Bytes that may come out whatever the ratio.
    pub const FREE: u64 = 256 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 8, entries: 1_000_000, expanded: 100_000_000_000, ratio: 1000, seconds: 3600, memory: 32 << 20 }
    }
}

/// What unpacking one input has used up.
pub(super) struct Meter {
    limits: Limits,
    started: Instant,
    given: u64,
    made: u64,
    entries: u64,
    /// Why all of it has ended, if a limit ended it.
    stopped: Option<String>,
}

impl Meter {
    #[allow(clippy::disallowed_methods)] // a limit of time needs a clock
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, started: Instant::now(), given: 0, made: 0, entries: 0, stopped: None }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Why a limit has ended the unpacking of this input, if one has.
    pub(super) fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Bytes of the input itself that were read.
    pub(super) fn give(&mut self, bytes: u64) {
        self.given += bytes;
    }

    /// Counts a member; an error says that there are too many.
    pub(super) fn entry(&mut self) -> io::Result<()> {
        self.entries += 1;
        let Limits { entries, seconds, .. } = self.limits;
        if self.entries > entries {
            return Err(self.stop(format!("it has more than {entries} members (--max-entries)")));
        }
        if self.started.elapsed().as_secs() >= seconds {
            return Err(self.stop(format!("unpacking takes longer than {seconds} seconds (--max-time)")));
        }
        Ok(())
    }

    /// Counts bytes that decompression has made.
    pub(super) fn make(&mut self, bytes: usize) -> io::Result<()> {
        self.made += bytes as u64;
        let Limits { expanded, ratio, seconds, .. } = self.limits;
        let reason = if self.made > expanded {
            format!("it expands to more than {expanded} bytes (--max-expanded)")
        } else if self.made > Limits::FREE && self.made / self.given.max(1) >= ratio {
            format!("it expands to more than {ratio} times its size (--max-ratio)")
        } else if self.started.elapsed().as_secs() >= seconds {
            format!("unpacking takes longer than {seconds} seconds (--max-time)")
        } else {
            return Ok(());
        };
        Err(self.stop(reason))
    }

    fn stop(&mut self, reason: String) -> io::Error {
        let reason = reason + "; nothing behind it was unpacked";
        self.stopped = Some(reason.clone());
        broken(reason)
    }
}

/// What bytes are that are read through [`Metered`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// Bytes of the input itself.
    Given,
    /// Bytes that decompression made.
    Made,
    /// Counted elsewhere.
    Nothing,
}

/// Counts what is read through it.
pub(super) struct Metered<'m, R> {
    pub(super) from: R,
    pub(super) meter: &'m std::cell::RefCell<Meter>,
    pub(super) counts: Counts,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.from.read(into);
        match self.counts {
            Counts::Given => got.inspect(|got| self.meter.borrow_mut().give(*got as u64)),
            Counts::Made => {
                let got = got.map_err(in_our_words)?;
                self.meter.borrow_mut().make(got).map(|()| got)
            }
            Counts::Nothing => got,
        }
    }
}
