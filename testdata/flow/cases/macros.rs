//! `macro_rules!` of the house around the loggers, and sinks within the tokens of other macros.
use serde_json::json;
use tracing::{debug, error, info, warn};

#[derive(Debug, Clone)]
pub struct Patient {
    pub name: String,
    pub mrn: String,
    pub ward: String,
}

/// Forwards everything to the logger.
macro_rules! audit {
    ($($arg:tt)*) => {
        info!(target: "audit", $($arg)*)
    };
}

/// One expression, printed.
macro_rules! trace_value {
    ($value:expr) => {
        debug!("{} = {:?}", stringify!($value), $value)
    };
}

/// The text of an expression only.
macro_rules! missing {
    ($value:expr) => {
        warn!("{} is missing", stringify!($value))
    };
}

/// Two patterns: with a value, or without.
macro_rules! step {
    ($name:literal) => {
        info!(step = $name)
    };
    ($name:literal, $value:expr) => {
        info!(step = $name, value = %$value)
    };
}

/// Its value never reaches the log.
macro_rules! measured {
    ($name:ident, $body:expr) => {{
        let started = std::time::Instant::now();
        let out = $body;
        info!(elapsed = ?started.elapsed(), stringify!($name));
        out
    }};
}

/// Logs and gives up.
macro_rules! give_up {
    ($fmt:literal $(, $arg:expr)* $(,)?) => {{
        error!($fmt $(, $arg)*);
        return;
    }};
}

/// Masks what it is given.
macro_rules! safe {
    ($value:expr) => {
        info!("{}", "*".repeat($value.len()))
    };
}

/// Calls another macro of the house.
macro_rules! audit_all {
    ($($value:expr),+ $(,)?) => {
        $( audit!("value {}", $value); )+
    };
}

pub fn house(p: &Patient) {
    audit!("opened {}", p.name); // expect: phi-log
    audit!("opened on {}", p.ward); // ok: a ward
    audit!(ward = %p.ward, "opened"); // ok: a ward
    audit!(who = %p.name, "opened"); // expect: phi-log
    trace_value!(p.mrn); // expect: phi-log
    trace_value!(p.mrn.len()); // ok: a length and the text of the path
    missing!(p.mrn); // ok: the text of the path only
    step!("mrn"); // ok: a literal
    step!("open", p.ward); // ok: a ward
    step!("open", p.mrn); // expect: phi-log
    safe!(p.mrn); // ok: stars
    audit_all!(p.ward, p.ward.len()); // ok: a ward
    audit_all!(p.ward, p.name); // expect: phi-log
    let n = measured!(mrn, p.mrn.len());
    info!("{n}"); // ok: a length
    let text = measured!(ward, p.mrn.clone());
    info!("{text}"); // expect: phi-log
    if p.ward.is_empty() {
        give_up!("no ward for {}", p.mrn); // expect: phi-log
    }
    if p.mrn.is_empty() {
        give_up!("no mrn on {}", p.ward); // ok: a ward
    }
    let mrn = &p.mrn;
    audit!("inline {mrn}"); // expect: phi-log
    let ward = &p.ward;
    audit!("inline {ward}"); // ok: a ward
}

/// Builds a type and a method that logs.
macro_rules! record {
    ($name:ident { $($field:ident : $ty:ty),* $(,)? }) => {
        #[derive(Debug, Clone)]
        pub struct $name {
            $(pub $field: $ty),*
        }
    };
}

record!(Discharge { patient_name: String, bed: u16 }); // neutral: a type of a person that derives Debug
record!(Cleaning { room: String, bed: u16 });

pub fn generated(d: &Discharge, c: &Cleaning) {
    info!("{}", d.patient_name); // expect: phi-log
    info!("{}", d.bed); // ok: a bed
    info!("{d:?}"); // expect: phi-log
    info!("{c:?}"); // ok: a room and a bed
}

/// Sinks that stand in the tokens of other macros.
pub fn within(p: &Patient, all: &[Patient]) -> serde_json::Value {
    let rows = vec![
        { info!("first {}", p.ward); 1 }, // ok: a ward
        { info!("first {}", p.name); 2 }, // expect: phi-log
    ];
    let known = matches!({ debug!("{}", p.mrn); rows.len() }, 2); // expect: phi-log
    let _ = format!("{}", { debug!("{}", p.ward); 1 }); // ok: a ward
    json!({
        "known": known,
        "name": p.name, // ok: a value in memory
        "rows": all.iter().map(|q| { warn!("{}", q.name); q.ward.clone() }).collect::<Vec<_>>(), // expect: phi-log
    })
}

/// A fmt-like helper of the house that only builds text.
macro_rules! text {
    ($($arg:tt)*) => { format!($($arg)*) };
}

pub fn texts(p: &Patient) -> String {
    let a = text!("{}", p.name);
    info!("{a}"); // expect: phi-log
    let b = text!("{}", p.ward);
    info!("{b}"); // ok: a ward
    text!("{} {}", p.name, p.mrn) // ok: a text that is returned
}
