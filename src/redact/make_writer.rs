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
