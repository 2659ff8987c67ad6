//! For `tracing-subscriber`: what a service logs is de-identified before it is written.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Redactor, Writer};

/// A `MakeWriter` around another one: each event is de-identified, then written.
///
/// ```
/// use std::sync::Arc;
/// use phivet::redact::{MakeWriter, Plan, Redactor};
///
/// let redactor = Arc::new(Redactor::new(Plan::default())?);
/// let subscriber = tracing_subscriber::fmt().with_writer(MakeWriter::new(redactor, std::io::stderr)).finish();
/// # let _ = subscriber;
/// # Ok::<(), phivet::Error>(())
/// ```
#[derive(Clone)]
pub struct MakeWriter<M> {
    redactor: Arc<Redactor>,
    inner: M,
}

impl<M> MakeWriter<M> {
    /// Around `inner` (`std::io::stderr`, a rolling file …).
    pub fn new(redactor: Arc<Redactor>, inner: M) -> Self {
        Self { redactor, inner }
    }
}

impl<'a, M: tracing_subscriber::fmt::MakeWriter<'a>> tracing_subscriber::fmt::MakeWriter<'a> for MakeWriter<M> {
    type Writer = Event<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Event { inner: Writer::new(Arc::clone(&self.redactor), self.inner.make_writer()) }
    }
}

/// Writes one event.
pub struct Event<W: Write> {
    inner: Writer<W>,
}

impl<W: Write> Write for Event<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::redact::Plan;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn events_are_clean_when_they_are_written() {
        let (redactor, shared) = (Arc::new(Redactor::new(Plan::default()).expect("a redactor")), Shared::default());
        let inner = shared.clone();
        let make = MakeWriter::new(redactor, move || inner.clone());
        let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(make).finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(patient_ssn = "536-90-4399", "admitted");
            tracing::warn!("Patient Denise Caldwell, MRN 00482913, left");
        });
        let log = String::from_utf8(shared.0.lock().expect("a log").clone()).expect("text");
        assert!(log.contains("[SSN]") && log.contains("[MRN]") && log.lines().count() == 2, "{log}");
        assert!(!log.contains("4399") && !log.contains("Caldwell"), "{log}");
    }
}
