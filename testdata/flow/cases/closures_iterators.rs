//! Closures, stored closures, iterator chains, `Option` and `Result` combinators.
use log::{debug, info, warn};

#[derive(Debug, Clone)]
pub struct Client {
    pub surname: String,
    pub date_of_birth: String,
    pub ssn: Option<String>,
    pub visits: Vec<Visit>,
    pub branch: u8,
}

#[derive(Debug, Clone)]
pub struct Visit {
    pub chief_complaint: String,
    pub minutes: u32,
}

pub fn combinators(c: &Client) {
    info!("{:?}", c.ssn.as_ref().map(|s| s.len())); // ok: a length
    info!("{:?}", c.ssn.as_ref().map(|s| &s[5..])); // expect: phi-log
    info!("{}", c.ssn.as_deref().unwrap_or("none")); // expect: phi-log
    info!("{}", c.ssn.as_deref().map_or("none", |_| "on file")); // ok: constants
    info!("{}", c.ssn.as_deref().map_or(0, str::len)); // ok: a length
    info!("{:?}", c.ssn.as_ref().and_then(|s| s.parse::<u64>().ok())); // expect: phi-log
    info!("{:?}", c.ssn.as_ref().filter(|s| s.len() == 9)); // expect: phi-log
    info!("{:?}", c.ssn.as_ref().filter(|s| s.len() == 9).is_some()); // ok: presence
    info!("{:?}", c.ssn.as_ref().ok_or("missing").is_ok()); // ok: an outcome
    info!("{:?}", c.ssn.clone().or_else(|| Some(c.surname.clone()))); // expect: phi-log
    info!("{:?}", c.ssn.clone().xor(None).is_none()); // ok: presence
    if let Some(s) = c.ssn.as_ref().and_then(|s| s.strip_prefix("000")) {
        info!("{s}"); // expect: phi-log
    }
    c.ssn.iter().for_each(|s| debug!("{s}")); // expect: phi-log
    c.ssn.iter().for_each(|_| debug!("one")); // ok: a word
}

pub fn chains(all: &[Client]) {
    let names: Vec<_> = all.iter().map(|c| c.surname.as_str()).collect();
    info!("{}", names.join(", ")); // expect: phi-log
    info!("{}", names.len()); // ok: a count
    let branches: Vec<u8> = all.iter().map(|c| c.branch).collect();
    info!("{branches:?}"); // ok: branches
    let minutes: u32 = all.iter().flat_map(|c| &c.visits).map(|v| v.minutes).sum();
    info!("{minutes}"); // ok: a sum of minutes
    let complaints: Vec<String> = all.iter().flat_map(|c| c.visits.iter()).map(|v| v.chief_complaint.clone()).collect();
    info!("{complaints:?}"); // expect: phi-log
    let missing = all.iter().filter(|c| c.ssn.is_none()).count();
    info!("{missing} without ssn"); // ok: a count
    let oldest = all.iter().min_by_key(|c| c.date_of_birth.clone());
    info!("{:?}", oldest.map(|c| c.branch)); // ok: a branch
    info!("{:?}", oldest.map(|c| &c.date_of_birth)); // expect: phi-log
    let (with, without): (Vec<_>, Vec<_>) = all.iter().partition(|c| c.ssn.is_some());
    info!("{} {}", with.len(), without.len()); // ok: counts
    warn!("{without:?}"); // expect: phi-log
    for (i, name) in names.iter().enumerate() {
        debug!("{i}"); // ok: an index
        debug!("{name}"); // expect: phi-log
    }
    for (c, b) in all.iter().zip(branches.iter()) {
        debug!("{b}"); // ok: a branch
        debug!("{}", c.surname); // expect: phi-log
    }
    let line = all.iter().fold(String::new(), |acc, c| acc + &c.surname + ";");
    info!("{line}"); // expect: phi-log
    let longest = all.iter().fold(0, |acc, c| acc.max(c.surname.len()));
    info!("{longest}"); // ok: a length
    info!("{:?}", all.iter().position(|c| c.surname == "Zed")); // ok: a position
    info!("{:?}", all.iter().find(|c| c.branch == 7)); // expect: phi-log
    info!("{}", all.iter().any(|c| c.surname.is_empty())); // ok: a bool
    info!("{:?}", all.iter().map(|c| c.branch).max()); // ok: a branch
    info!("{:?}", all.iter().map(|c| c.surname.to_lowercase()).max()); // expect: phi-log
}

pub fn stored(c: &Client) {
    let show = |text: &str| info!("{text}"); // expect: phi-log id=ci-show
    show(&c.surname); // via: ci-show
    show("done"); // ok: a literal
    let tell = |n: usize| info!("{n}"); // ok: called with lengths only
    tell(c.surname.len()); // ok: a length
    let capture = || warn!("{}", c.date_of_birth); // expect: phi-log
    capture();
    let quiet = move || c.visits.len();
    info!("{}", quiet()); // ok: a count
    let full = || format!("{}/{}", c.surname, c.branch);
    info!("{}", full()); // expect: phi-log
    let pick = |c: &Client| c.branch;
    info!("{}", pick(c)); // ok: a branch
}

fn each<F: Fn(&str)>(all: &[Client], act: F) {
    for c in all {
        act(&c.surname);
    }
}

fn each_branch(all: &[Client], act: impl Fn(u8)) {
    all.iter().for_each(|c| act(c.branch));
}

pub fn handed(all: &[Client]) {
    each(all, |text| info!("{text}")); // expect: phi-log
    each(all, |text| info!("{}", text.len())); // ok: a length
    each_branch(all, |n| info!("{n}")); // ok: a branch
    let mut seen = Vec::new();
    all.iter().for_each(|c| seen.push(c.surname.clone()));
    info!("{seen:?}"); // expect: phi-log
    let mut total = 0;
    all.iter().for_each(|c| total += c.visits.len());
    info!("{total}"); // ok: a count
    let boxed: Vec<Box<dyn Fn(&Client) -> String>> = vec![Box::new(|c| c.surname.clone())];
    for f in &boxed {
        info!("{}", f(&all[0])); // expect: phi-log
    }
    let sizes: Vec<fn(&Client) -> usize> = vec![|c| c.surname.len()];
    for f in &sizes {
        info!("{}", f(&all[0])); // ok: a length
    }
}
