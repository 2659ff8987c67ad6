//! Metrics labels, sentry, OpenTelemetry.
use metrics::{counter, gauge, histogram};
use opentelemetry::trace::Span as _;
use opentelemetry::KeyValue;
use prometheus::{IntCounterVec, Opts};

#[derive(Debug, Clone, serde::Serialize)]
pub struct Patient {
    pub name: String,
    pub mrn: String,
    pub email: String,
    pub icd10: String,
    pub age_band: AgeBand,
    pub facility: Facility,
}

#[derive(Debug, Clone, Copy, serde::Serialize)]
pub enum AgeBand {
    Child,
    Adult,
    Senior,
}

impl AgeBand {
    pub fn label(self) -> &'static str {
        match self {
            AgeBand::Child => "child",
            AgeBand::Adult => "adult",
            AgeBand::Senior => "senior",
        }
    }
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Facility {
    pub code: String,
    pub name: String,
}

pub fn labels(p: &Patient, seconds: f64) {
    counter!("visits", "facility" => p.facility.code.clone()).increment(1); // ok: a facility
    counter!("visits", "patient" => p.name.clone()).increment(1); // expect: phi-log kind=metric
    counter!("visits", "band" => p.age_band.label()).increment(1); // ok: constants by match
    counter!("visits", "dx" => p.icd10.to_lowercase(), "band" => "adult").increment(1); // expect: phi-log kind=metric
    histogram!("wait_seconds", "mrn_known" => (!p.mrn.is_empty()).to_string()).record(seconds); // ok: a bool as text
    histogram!("wait_seconds", "mrn" => p.mrn.clone()).record(seconds); // expect: phi-log kind=metric
    gauge!("mrn_length").set(p.mrn.len() as f64); // ok: a length
    gauge!(format!("queue_{}", p.facility.code)).set(seconds); // ok: a facility's code in the name
    gauge!(format!("queue_{}", p.mrn)).set(seconds); // expect: phi-log kind=metric
    let labels = [("who", p.email.clone())];
    counter!("mails", &labels).increment(1); // expect: phi-log kind=metric
}

pub fn prometheus_labels(p: &Patient) -> prometheus::Result<()> {
    let visits = IntCounterVec::new(Opts::new("visits", "by mrn"), &["mrn", "facility"])?; // ok: names of labels
    visits.with_label_values(&[p.mrn.as_str(), p.facility.code.as_str()]).inc(); // expect: phi-log kind=metric
    visits.with_label_values(&["unknown", p.facility.code.as_str()]).inc(); // ok: a literal and a facility
    Ok(())
}

pub fn sentry_messages(p: &Patient) {
    sentry::capture_message("patient not found", sentry::Level::Warning); // ok: a literal
    sentry::capture_message(&format!("patient {} not found", p.name), sentry::Level::Warning); // expect: phi-log kind=telemetry
    sentry::capture_message(&format!("facility {} not found", p.facility.name), sentry::Level::Warning); // ok: a facility
    sentry::add_breadcrumb(sentry::Breadcrumb { message: Some(p.mrn.clone()), ..Default::default() }); // expect: phi-log kind=telemetry
    sentry::add_breadcrumb(sentry::Breadcrumb { message: Some("mrn looked up".into()), ..Default::default() }); // ok: a literal
}

pub fn sentry_scope(p: &Patient) {
    sentry::configure_scope(|scope| { // via: te-user
        scope.set_tag("facility", &p.facility.code); // ok: a facility
        scope.set_tag("diagnosis", &p.icd10); // expect: phi-log kind=telemetry
        scope.set_tag("diagnosis", if p.icd10.is_empty() { "none" } else { "coded" }); // ok: constants
        scope.set_extra("chart", p.mrn.clone().into()); // expect: phi-log kind=telemetry
        scope.set_extra("chart", serde_json::json!({ "digits": p.mrn.len() })); // ok: a length
        scope.set_extra("patient", serde_json::json!({ "name": p.name, "band": p.age_band.label() })); // expect: phi-log kind=telemetry
        scope.set_user(Some(sentry::User { username: Some(p.name.clone()), ..Default::default() })); // expect: phi-log kind=telemetry id=te-user
    });
    sentry::with_scope(
        |scope| scope.set_tag("who", &p.email), // expect: phi-log kind=telemetry
        || sentry::capture_message("bounced", sentry::Level::Info), // ok: a literal
    );
}

pub fn attributes(p: &Patient) -> Vec<KeyValue> {
    vec![
        KeyValue::new("facility.name", p.facility.name.clone()), // ok: a facility
        KeyValue::new("patient.name", p.name.clone()), // expect: phi-log kind=telemetry
        KeyValue::new("patient.band", p.age_band.label()), // ok: constants by match
        KeyValue::new("patient.mrn.length", p.mrn.len() as i64), // ok: a length
        KeyValue::new("enduser.id", format!("mailto:{}", p.email)), // expect: phi-log kind=telemetry
    ]
}

pub fn otel_span(p: &Patient, span: &mut opentelemetry::global::BoxedSpan) {
    span.set_attribute(KeyValue::new("patient.mrn", p.mrn.clone())); // expect: phi-log kind=telemetry
    span.set_attribute(KeyValue::new("facility", p.facility.code.clone())); // ok: a facility
    span.add_event(format!("opened {}", p.name), vec![]); // expect: phi-log kind=telemetry
    span.add_event("opened a chart", vec![KeyValue::new("band", p.age_band.label())]); // ok: constants
    span.set_status(opentelemetry::trace::Status::error("patient not found")); // ok: a literal
    span.update_name(format!("chart {}", p.facility.code)); // ok: a facility
}
