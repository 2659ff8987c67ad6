//! What stays a value (trimmed, split, parsed, encoded, joined, serialised) and what does not (lengths, comparisons, outcomes).
use base64::engine::general_purpose::STANDARD;
use base64::Engine as _;
use chrono::{Datelike, NaiveDate};
use std::fmt::Write as _;
use tracing::{debug, info, warn};

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Intake {
    pub patient_name: String,
    pub ssn: String,
    pub date_of_birth: NaiveDate,
    pub site_code: String,
}

/// What leaves for the partner: the number is not serialised.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outgoing {
    #[serde(skip_serializing)]
    pub ssn: String,
    pub site_code: String,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct OutgoingForgotten {
    #[serde(rename = "key")]
    pub ssn: String,
    pub site_code: String,
}

pub fn trimmed(i: &Intake) {
    info!("{}", i.patient_name.trim().to_uppercase()); // expect: phi-log
    info!("{}", i.ssn.replace('-', "")); // expect: phi-log
    info!("{}", &i.ssn[i.ssn.len() - 4..]); // expect: phi-log
    info!("{}", i.ssn.len() - 4); // ok: a number
    info!("{:?}", i.ssn.split('-').collect::<Vec<_>>()); // expect: phi-log
    info!("{:?}", i.ssn.split('-').count()); // ok: a count
    info!("{:?}", i.patient_name.split_whitespace().next()); // expect: phi-log
    info!("{:?}", i.patient_name.split_once(',').is_some()); // ok: presence
    info!("{:?}", i.patient_name.find(',')); // ok: a position
    info!("{}", i.ssn.chars().rev().collect::<String>()); // expect: phi-log
    info!("{}", i.ssn.chars().all(|c| c.is_ascii_digit())); // ok: an outcome
    info!("{}", i.ssn.chars().filter(|c| c.is_ascii_digit()).count()); // ok: a count
    info!("{:?}", i.ssn.parse::<u32>()); // expect: phi-log
    info!("{:?}", i.ssn.parse::<u32>().is_ok()); // ok: an outcome
    info!("{:?}", i.ssn.bytes().collect::<Vec<u8>>()); // expect: phi-log
    info!("{}", i.ssn.eq_ignore_ascii_case("none")); // ok: a comparison
    info!("{:?}", i.patient_name.cmp(&i.ssn)); // ok: a comparison
    info!("{}", i.patient_name.clone() + " " + &i.site_code); // expect: phi-log
    info!("{}", "#".repeat(i.ssn.len())); // ok: a literal, repeated
    info!("{}", i.patient_name.repeat(2)); // expect: phi-log
}

pub fn encoded(i: &Intake) {
    info!("{}", hex::encode(&i.ssn)); // expect: phi-log
    info!("{}", STANDARD.encode(i.ssn.as_bytes())); // expect: phi-log
    info!("{}", STANDARD.encode(i.site_code.as_bytes())); // ok: a site
    let encoded = STANDARD.encode(&i.patient_name);
    debug!("{encoded}"); // expect: phi-log
    debug!("{} characters", encoded.len()); // ok: a length
    info!("{}", url::form_urlencoded::byte_serialize(i.patient_name.as_bytes()).collect::<String>()); // expect: phi-log
    info!("{:?}", STANDARD.decode(&encoded).map(|b| b.len())); // ok: a length
    info!("{}", String::from_utf8_lossy(i.ssn.as_bytes())); // expect: phi-log
    info!("{:x?}", i.ssn.as_bytes()); // expect: phi-log
    info!("{:x}", i.ssn.len()); // ok: a length
    info!("{}", i.ssn.escape_debug()); // expect: phi-log
}

pub fn dates(i: &Intake) {
    info!("{}", i.date_of_birth); // expect: phi-log
    info!("{}", i.date_of_birth.year()); // ok: a year of birth
    info!("{}", i.date_of_birth.format("%Y-%m-%d")); // expect: phi-log
    info!("{}", i.date_of_birth.to_string()); // expect: phi-log
    info!("{}", i.date_of_birth < NaiveDate::MIN); // ok: a comparison
    info!("{:?}", NaiveDate::parse_from_str("20000101", "%Y%m%d").is_ok()); // ok: a literal's outcome
    let dob: NaiveDate = match "x".parse() { Ok(d) => d, Err(_) => i.date_of_birth };
    info!("{dob}"); // expect: phi-log
}

pub fn serialised(i: &Intake, o: &Outgoing, f: &OutgoingForgotten) -> serde_json::Result<()> {
    info!("{}", serde_json::to_string(i)?); // expect: phi-log
    info!("{}", serde_json::to_string(o)?); // ok: the number is not serialised
    info!("{o:?}"); // expect: phi-log
    info!("{}", serde_json::to_string_pretty(f)?); // expect: phi-log
    let value = serde_json::to_value(i)?;
    warn!("{value}"); // expect: phi-log
    let value = serde_json::json!({ "site": i.site_code, "digits": i.ssn.len() });
    warn!("{value}"); // ok: a site and a length
    let value = serde_json::json!({ "site": i.site_code, "who": i.patient_name });
    warn!("{value}"); // expect: phi-log
    let bytes = serde_json::to_vec(i)?;
    warn!("{} bytes", bytes.len()); // ok: a length
    warn!("{}", String::from_utf8_lossy(&bytes)); // expect: phi-log
    let back: Intake = serde_json::from_slice(&bytes)?;
    warn!("{}", back.ssn); // expect: phi-log
    warn!("{}", back.site_code); // ok: a site
    Ok(())
}

pub fn buffers(i: &Intake) -> std::fmt::Result {
    let mut out = String::new();
    write!(out, "{};", i.site_code)?;
    info!("{out}"); // ok: a site so far
    write!(&mut out, "{}", i.ssn)?;
    info!("{out}"); // expect: phi-log
    info!("{}", out.len()); // ok: a length
    let mut other = String::with_capacity(64);
    other += "site ";
    other += &i.site_code;
    info!("{other}"); // ok: a site
    other += &i.patient_name;
    info!("{other}"); // expect: phi-log
    other.truncate(0);
    let joined = [i.site_code.as_str(), i.patient_name.as_str()].concat();
    info!("{joined}"); // expect: phi-log
    let text = format!("{joined:?}");
    info!("{}", text.is_ascii()); // ok: an outcome
    let c: char = i.patient_name.chars().next().unwrap_or('?');
    info!("{c}"); // neutral: an initial
    Ok(())
}
