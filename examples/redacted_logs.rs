//! A service whose log is de-identified before it is written: `cargo run --features tracing --example redacted_logs`.

#![allow(clippy::disallowed_methods)] // it writes to standard output

use std::sync::Arc;

use phivet::redact::{MakeWriter, Plan, Redactor};

fn main() -> phivet::Result<()> {
    // Under safe-harbor no key is needed; `Redactor::with_keys` gives tokens theirs.
    let redactor = Arc::new(Redactor::new(Plan::default())?);
    let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time();
    let subscriber = subscriber.with_writer(MakeWriter::new(redactor, std::io::stdout)).finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(patient_ssn = "536-90-4399", "admitted");
    });
    Ok(())
}
