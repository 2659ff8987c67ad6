//! Progress on standard error, when somebody looks.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::words;

/// Shows how far a scan is; does nothing where nobody looks.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    files: u64,
    bytes: u64,
}

impl Progress {
    /// A bar, if it is wanted and standard error is a terminal.
    pub(super) fn new(wanted: bool) -> Self {
        let bar = (wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, files: 0, bytes: 0 }
    }

    /// Documents are done.
    pub(super) fn done(&mut self, documents: u64, bytes: u64) {
        let before = self.files / 64;
        self.files += documents;
        self.bytes += bytes;
        if let Some(bar) = &self.bar
            && (self.files / 64 > before || bytes > 1 << 20)
        {
            bar.set_message(format!("{}, {}", words::count(self.files, "file", "files"), words::size(self.bytes)));
        }
    }

    /// Does something that writes to the terminal, without the bar in its way.
    pub(super) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
