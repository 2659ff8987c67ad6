//! Functions that make a value harmless, functions that only say so, and values that are hashed or encrypted.
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use tracing::{info, warn};

#[derive(Clone)]
pub struct Policyholder {
    pub full_name: String,
    pub ssn: String,
    pub policy_number: String,
    pub region: u8,
}

fn mask(value: &str) -> String {
    value.chars().map(|c| if c.is_ascii_alphanumeric() { '*' } else { c }).collect()
}

fn redact(_value: &str) -> &'static str {
    "[redacted]"
}

/// Says it masks. Someone switched it off while debugging.
fn mask_name(value: &str) -> String { // neutral: the sanitizer returns its input
    value.to_string() // neutral: the sanitizer returns its input, a finding of its own
}

fn redact_if(value: &str, _strict: bool) -> &str { // neutral: the sanitizer returns its input
    value // neutral: the sanitizer returns its input
}

fn scrub_ssn(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn normalise(value: &str) -> String {
    value.trim().to_lowercase()
}

fn validate(value: &str) -> Result<&str, String> {
    if value.len() == 9 { Ok(value) } else { Err("nine digits".to_owned()) }
}

fn last_four(value: &str) -> &str {
    &value[value.len().saturating_sub(4)..]
}

fn hmac_of(key: &[u8], value: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("any length is a key"));
    mac.update(value.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn fingerprint(value: &str) -> String {
    hex::encode(Sha256::digest(value.as_bytes())) // neutral: an unkeyed hash, a rule of its own
}

fn kind_of(value: &str) -> &'static str {
    if value.starts_with('9') { "itin" } else { "ssn" }
}

pub struct Vault;

impl Vault {
    pub fn encrypt(&self, value: &str) -> Vec<u8> {
        value.bytes().map(|b| b ^ 0x5a).collect()
    }
    pub fn tokenize(&self, value: &str) -> u64 {
        value.bytes().fold(7, |acc, b| acc.wrapping_mul(31).wrapping_add(u64::from(b)))
    }
    pub fn open<'a>(&self, value: &'a str) -> &'a str {
        value
    }
}

/// A view for the log: it prints stars.
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")?;
        write!(f, "({})", self.0.len())
    }
}

/// A view for the log that pads and prints.
pub struct Padded<'a>(pub &'a str);

impl fmt::Display for Padded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12}", self.0)
    }
}

pub fn harmless(p: &Policyholder, vault: &Vault, key: &[u8]) {
    info!("{}", mask(&p.ssn)); // ok: masked
    info!("{}", redact(&p.full_name)); // ok: a literal
    info!("{}", scrub_ssn(&format!("ssn {}", p.ssn))); // ok: scrubbed
    info!("{}", hmac_of(key, &p.policy_number)); // ok: a keyed hash
    info!("{}", fingerprint(&p.full_name)); // ok: a hash is clean by default
    info!("{:?}", vault.encrypt(&p.ssn)); // ok: encrypted
    info!("{}", vault.tokenize(&p.policy_number)); // ok: a token
    info!("{}", kind_of(&p.ssn)); // ok: constants by a condition
    info!("{}", Masked(&p.full_name)); // ok: its Display prints stars and a length
    info!(outcome = validate(&p.ssn).is_ok()); // ok: an outcome
    let ssn = mask(&p.ssn);
    info!(ssn); // ok: masked under its old name
    let masked_ssn: String = "x".repeat(p.ssn.len());
    info!(masked_ssn); // ok: letters, repeated
}

pub fn harmful(p: &Policyholder, vault: &Vault) {
    info!("{}", mask_name(&p.full_name)); // expect: phi-log
    info!("{}", redact_if(&p.ssn, true)); // expect: phi-log
    info!("{}", normalise(&p.full_name)); // expect: phi-log
    info!("{:?}", validate(&p.ssn)); // expect: phi-log
    info!("{}", last_four(&p.ssn)); // expect: phi-log
    info!("{}", vault.open(&p.policy_number)); // expect: phi-log
    info!("{}", Padded(&p.full_name)); // expect: phi-log
    let masked = &p.ssn;
    info!("{masked}"); // expect: phi-log
    let redacted_name = p.full_name.clone();
    info!("{redacted_name}"); // expect: phi-log
    let before = p.full_name.clone();
    let after = mask(&before);
    info!("{after}"); // ok: masked
    info!("{before}"); // expect: phi-log
    info!("{} {}", mask(&p.ssn), p.full_name); // expect: phi-log
    info!("{} {}", mask(&p.ssn), p.region); // ok: masked and a region
}

/// The fields of a view are told clean by their names: nothing else is known about them.
pub struct PolicyView {
    pub masked_ssn: String,
    pub hashed_policy_number: String,
    pub has_dependents: bool,
    pub full_name: String,
    pub policy_holder: Option<String>,
}

pub fn views(v: &PolicyView) {
    warn!("{}", v.masked_ssn); // ok: masked by its name, of an unknown value
    warn!("{}", v.hashed_policy_number); // ok: hashed by its name
    warn!("{}", v.has_dependents); // ok: a bool
    warn!("{:?}", v.policy_holder); // expect: phi-log
}

pub fn in_place(mut p: Policyholder, flag: bool) {
    if flag {
        p.full_name = mask(&p.full_name);
    }
    info!("{}", p.full_name); // expect: phi-log
    p.full_name = mask(&p.full_name);
    info!("{}", p.full_name); // ok: masked on all ways
    p.ssn.replace_range(.., "synthetic");
    p.policy_number = redact(&p.policy_number).into();
    info!("{}", p.policy_number); // ok: a literal
}
