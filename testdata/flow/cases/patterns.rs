//! Patterns: structs, tuples, enums with payload, slices, `@`, references, `let … else`, nested options.
use tracing::{info, warn};

#[derive(Debug, Clone)]
pub enum Identifier {
    Ssn(String),
    Mrn { value: String, facility: String },
    Ticket(u32),
    Pair(String, u32),
}

#[derive(Debug, Clone)]
pub enum Message {
    Admit { patient: Person, bed: u16 },
    Transfer { from: u16, to: u16 },
    Note(Person, Vec<String>),
    Heartbeat,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub given: String,
    pub family: String,
    pub maiden_name: Option<String>,
    pub phones: Vec<String>,
    pub beds: (u16, u16),
}

pub fn identifiers(id: &Identifier) {
    match id {
        Identifier::Ssn(v) => info!("{v}"), // expect: phi-log
        Identifier::Mrn { facility, .. } => info!("{facility}"), // ok: a facility
        Identifier::Ticket(n) => info!("{n}"), // ok: a ticket
        Identifier::Pair(..) => info!("pair"), // ok: a word
    }
    if let Identifier::Mrn { value: v, facility: f } = id {
        info!("at {f}"); // ok: a facility
        info!("is {v}"); // expect: phi-log
    }
    let kind = match id {
        Identifier::Ssn(_) => "ssn",
        Identifier::Mrn { .. } => "mrn",
        _ => "other",
    };
    info!(kind); // ok: constants by match
    info!(is_ssn = matches!(id, Identifier::Ssn(v) if v.len() == 9)); // ok: a bool
}

pub fn messages(m: Message) {
    match m {
        Message::Admit { bed, .. } if bed > 900 => info!(bed, "overflow"), // ok: a bed
        Message::Admit { patient: Person { family, .. }, bed } => info!(bed, "{family}"), // expect: phi-log
        Message::Transfer { from, to } => info!("{from} to {to}"), // ok: beds
        Message::Note(who, lines) if lines.is_empty() => warn!("{} has no lines", who.given), // expect: phi-log
        Message::Note(_, lines) => info!("{} lines", lines.len()), // ok: a count
        Message::Heartbeat => info!("heartbeat"), // ok: a word
    }
}

pub fn whole(m: &Message) {
    match m {
        whole @ Message::Admit { bed, .. } => {
            info!(bed); // ok: a bed
            info!(?whole); // expect: phi-log
        }
        whole @ Message::Heartbeat => info!(?whole), // neutral: Debug of this variant prints no payload
        _ => {}
    }
    let discriminant = std::mem::discriminant(m);
    info!(?discriminant); // ok: the variant only
}

pub fn parts(p: &Person) {
    let Person { given, beds: (first, second), .. } = p;
    info!("{first} {second}"); // ok: beds
    info!("{given}"); // expect: phi-log
    let Some(maiden) = &p.maiden_name else {
        info!("no maiden name"); // ok: words
        return;
    };
    info!("{maiden}"); // expect: phi-log
    let (who, n) = (&p.family, p.phones.len());
    info!("{n}"); // ok: a count
    info!("{who}"); // expect: phi-log
    if let [first, .., last] = p.phones.as_slice() {
        info!("{first} or {last}"); // expect: phi-log
    }
    if let [_, rest @ ..] = &p.phones[..] {
        info!("{} more", rest.len()); // ok: a count
        info!("{rest:?}"); // expect: phi-log
    }
    let &(left, _) = &p.beds;
    info!(left); // ok: a bed
}

pub fn lookups(found: Result<Option<Person>, u16>) {
    match found {
        Ok(Some(Person { ref given, ref phones, .. })) if phones.is_empty() => info!("{given}"), // expect: phi-log
        Ok(Some(ref p)) => info!("{}", p.phones.len()), // ok: a count
        Ok(None) => info!("none"), // ok: a word
        Err(code) => info!("{code}"), // ok: a code of the server
    }
    while let Ok(Some(p)) = &found {
        info!("{}", p.family); // expect: phi-log
        break;
    }
}

pub fn scrutinees(p: &Person, ssn: &str) {
    let area = match &ssn[..1] {
        "9" => "itin",
        "0" | "1" | "2" => "east",
        _ => "elsewhere",
    };
    info!(area); // ok: constants by match
    let echoed = match ssn {
        "" => "empty",
        other => other,
    };
    info!(echoed); // expect: phi-log
    let n = match p.given.as_str() {
        "" => 0,
        name if name.starts_with('Z') => 1,
        _ => 2,
    };
    info!(n); // ok: numbers by match
    if let (Some(m), [phone]) = (p.maiden_name.as_deref(), p.phones.as_slice()) {
        info!(m); // expect: phi-log
        info!(phone.known = !phone.is_empty()); // ok: a bool
    }
}

pub fn params(Person { family, beds: (bed, _), .. }: &Person, (ssn, row): (&str, u32)) {
    info!("{bed} {row}"); // ok: a bed and a row
    info!("{family}"); // expect: phi-log
    info!("{ssn}"); // expect: phi-log
}
