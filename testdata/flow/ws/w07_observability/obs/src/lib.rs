//! One place for logs, metrics and error reports.
pub mod prelude;
use std::fmt::Display;

/// Counts, by a label.
pub fn count(name: &'static str, label: &str) {
    metrics::counter!(name, "label" => label.to_owned()).increment(1); // expect: phi-log kind=metric id=w7-count
}

/// Counts, without a label.
pub fn tick(name: &'static str) {
    metrics::counter!(name).increment(1); // ok: a constant
}

pub fn report(text: impl Display) {
    sentry::capture_message(&text.to_string(), sentry::Level::Error); // expect: phi-log kind=telemetry id=w7-report
}

/// Never given anything but literals.
pub fn breadcrumb(text: &str) {
    sentry::add_breadcrumb(sentry::Breadcrumb { message: Some(text.to_owned()), ..Default::default() }); // ok: its callers give literals
}

pub struct Event {
    name: &'static str,
    fields: Vec<(String, String)>,
}

impl Event {
    pub fn new(name: &'static str) -> Self {
        Event { name, fields: Vec::new() }
    }
    pub fn field(mut self, key: &str, value: impl Display) -> Self {
        self.fields.push((key.to_owned(), value.to_string()));
        self
    }
    pub fn emit(self) {
        tracing::info!(event = self.name, "{:?}", self.fields); // expect: phi-log id=w7-emit
    }
    pub fn emit_name(self) {
        tracing::info!(event = self.name, n = self.fields.len()); // ok: a constant and a count
    }
}
