//! Format strings: which argument does a placeholder take, and which value does it print?
use log::{debug, error, info, trace, warn};
use std::fmt;

pub struct Member {
    pub row: u64,
    pub first_name: String,
    pub last_name: String,
    pub member_id: String,
    pub date_of_birth: String,
    pub phone: Option<String>,
    pub plan_tier: PlanTier,
    pub active: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum PlanTier {
    Bronze,
    Silver,
}

pub fn eligibility(member: &Member, attempt: u32) {
    info!("eligibility attempt {attempt} for {}", member.member_id); // expect: phi-log
    info!("eligibility attempt {attempt} for tier {:?}", member.plan_tier); // ok: an enum without payload
    debug!("{1}/{0}", attempt, member.last_name); // expect: phi-log
    debug!("{0}/{0}", attempt); // ok: a number twice
    trace!("active={}", member.active); // ok: a bool of a person
    warn!("{{member_id}} was not replaced in the letter, attempt {attempt}"); // ok: escaped braces
    warn!("{who} retried", who = member.first_name); // expect: phi-log
    warn!("{member_id} retried", member_id = attempt); // ok: the named argument holds a number
    error!("member_id, date_of_birth and last_name are mandatory"); // ok: words of the literal
}

pub fn widths(member: &Member, width: usize, precision: usize) {
    info!("[{:>width$}]", member.date_of_birth); // expect: phi-log
    info!("[{:>width$.precision$}]", "dob"); // ok: a literal under a width
    info!("[{:.*}]", precision, member.last_name); // expect: phi-log
    info!("[{:>1$}]", "phone", member.last_name.len()); // ok: the length is only a width
    debug!("{:#?}", member.phone); // expect: phi-log
    debug!("{:?}", member.phone.is_some()); // ok: presence
    debug!("{:>4}|{:<4}|{:^4}", width, precision, member.row % 16); // ok: numbers
}

pub fn captures(ssn: &str, mrn: u64, retries: u8) {
    info!("lookup of {ssn:?} after {retries}"); // expect: phi-log
    info!("lookup of {mrn:08}"); // expect: phi-log
    info!("lookup of {retries:08}"); // ok: a count
    info!("lookup of {{ssn}} ({retries})"); // ok: escaped, nothing captured
    info!("no such column: ssn"); // ok: a word
    let line = format!("lookup {mrn}");
    info!("{line}"); // expect: phi-log
    let line = format!("lookup {retries}");
    info!("{line}"); // ok: the second `line` is built of a count
}

pub fn several_lines(member: &Member, batch: &str) {
    error!( // expect: phi-log span=5
        "batch {}: member {} born {} could not be enrolled",
        batch,
        member.row,
        member.date_of_birth,
    );
    error!(
        "batch {}: {} member(s) could not be enrolled, tier {:?}",
        batch,
        member.first_name.len(), // ok: a length
        member.plan_tier, // ok: an enum without payload
    );
}

pub fn nested(member: &Member, verbose: bool) {
    info!("{}", format!("{} ({})", member.last_name, format!("{}", member.row))); // expect: phi-log
    info!("{}", format_args!("dob {}", member.date_of_birth)); // expect: phi-log
    info!("{}", if verbose { &member.last_name } else { "someone" }); // expect: phi-log
    info!("{}", if member.last_name.is_empty() { "unnamed" } else { "named" }); // ok: the condition is not printed
    info!("{}", match member.phone { Some(_) => "reachable", None => "not reachable" }); // ok: constants by match
    info!("{}", match &member.phone { Some(phone) => phone.as_str(), None => "none" }); // expect: phi-log
    info!("{}", { let key = &member.member_id; key.trim() }); // expect: phi-log
    info!("{}", stringify!(member.member_id)); // ok: text of the path
    info!(concat!("[", "enrol", "] {}"), member.first_name); // expect: phi-log
    info!(concat!("[", "first_name", "] {}"), batch_of(member)); // ok: a number modulo
    info!(r#"{{"first_name":"{}"}}"#, member.first_name); // expect: phi-log
    info!(r#"{{"first_name":"{{}}","tier":"{:?}"}}"#, member.plan_tier); // ok: only the tier is printed
}

fn batch_of(member: &Member) -> u64 {
    member.row % 8
}

/// Display prints the row only.
impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member row {}", self.row % 100)
    }
}

pub fn displayed(member: &Member) {
    info!("{member}"); // ok: its Display reveals a row only
    info!("{}", member.to_string()); // ok: the same by to_string
    let text = format!("{member:>20}");
    info!("{text}"); // ok: the same through a variable
}

pub struct Label<'a>(&'a Member);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.last_name)?;
        f.write_str(", ")?;
        f.write_str(&self.0.first_name)
    }
}

pub fn labelled(member: &Member) {
    info!("printing {}", Label(member)); // expect: phi-log
    let label = Label(member).to_string();
    info!("printing a label of {} characters", label.chars().count()); // ok: a count of characters
    info!("printing {label:.3}"); // expect: phi-log
}
