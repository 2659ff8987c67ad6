//! `tracing` spans: creation, `record`, empty fields, guards; what hangs on a span is written with every event.
use tracing::{debug_span, error_span, field, info, info_span, instrument::Instrument, span, trace_span, warn_span, Level, Span};

pub struct Inpatient {
    pub legal_name: String,
    pub mrn: String,
    pub allergies: Vec<String>,
    pub bed: Bed,
}

pub struct Bed {
    pub name: String,
    pub floor: u8,
}

pub async fn rounds(p: &Inpatient) {
    let visit = info_span!("visit", mrn = %p.mrn, floor = p.bed.floor); // expect: phi-log kind=span
    let bed = info_span!("visit", bed = %p.bed.name, floor = p.bed.floor); // ok: a bed's name
    chart(p).instrument(visit).await;
    chart(p).instrument(bed).await;
    let _entered = debug_span!("allergies", list = ?p.allergies).entered(); // expect: phi-log kind=span
    let _counted = debug_span!("allergies", n = p.allergies.len()).entered(); // ok: a count
    chart(p).instrument(error_span!("chart", "patient" = %p.legal_name)).await; // expect: phi-log kind=span
    chart(p).instrument(error_span!("patient.legal_name")).await; // ok: the span's name is a literal
}

async fn chart(p: &Inpatient) {
    info!(floor = p.bed.floor, "chart opened"); // ok: a floor
}

pub fn recorded(p: &Inpatient) {
    let span = span!(Level::INFO, "intake", mrn = field::Empty, floor = field::Empty); // ok: empty fields
    span.record("floor", p.bed.floor); // ok: a floor
    span.record("mrn", p.mrn.as_str()); // expect: phi-log kind=span
    span.record("mrn", field::display(&p.mrn)); // expect: phi-log kind=span
    span.record("mrn", "withheld"); // ok: a literal
    span.record("mrn", p.mrn.len()); // ok: a length
    Span::current().record("name", &p.legal_name.as_str()); // expect: phi-log kind=span
    Span::current().record("name", field::debug(p.allergies.is_empty())); // ok: emptiness
    let _guard = span.enter();
    info!("intake done"); // ok: nothing of its own
}

pub fn shorthands(mrn: &str, floor: u8, diagnosis: Option<&str>) {
    let _a = trace_span!("lookup", mrn, floor).entered(); // expect: phi-log kind=span
    let _b = trace_span!("lookup", floor).entered(); // ok: a floor
    let _c = warn_span!("lookup", ?diagnosis).entered(); // expect: phi-log kind=span
    let _d = warn_span!("lookup", coded = diagnosis.is_some()).entered(); // ok: presence
    let _e = span!(target: "mrn", Level::DEBUG, "lookup", floor).entered(); // ok: a target
    let _f = span!(Level::DEBUG, "lookup", mrn.full = %mrn, floor).entered(); // expect: phi-log kind=span
    span!(parent: None, Level::DEBUG, "lookup", key = mrn).in_scope(|| info!(floor)); // expect: phi-log kind=span
    info_span!("lookup", floor).in_scope(|| info!("mrn {mrn}")); // expect: phi-log
    info_span!("lookup", floor).in_scope(|| info!("floor {floor}")); // ok: a floor
}

pub struct Visit {
    span: Span,
    pages: u32,
}

impl Visit {
    pub fn open(p: &Inpatient) -> Self {
        Visit { span: info_span!("visit", patient = p.legal_name), pages: 0 } // expect: phi-log kind=span
    }
    pub fn anonymous() -> Self {
        Visit { span: info_span!("visit", patient = field::Empty), pages: 0 } // ok: an empty field
    }
    pub fn turn(&mut self, p: &Inpatient) {
        self.pages += 1;
        self.span.record("pages", self.pages); // ok: a page count
        self.span.record("allergy", p.allergies.first().map(String::as_str).unwrap_or("none")); // expect: phi-log kind=span
        self.span.record("allergy", p.allergies.first().map(|_| "listed").unwrap_or("none")); // ok: constants
    }
}
