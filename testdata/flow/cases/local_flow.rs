//! Values through locals: names that mislead, shadowing, strong updates, branches, loops, struct update.
use log::{debug, info, warn};

#[derive(Debug, Clone, Default)]
pub struct Patient {
    pub first_name: String,
    pub ssn: String,
    pub email: String,
    pub ward: String,
    pub bed: u32,
}

fn mask(value: &str) -> String {
    "*".repeat(value.len())
}

pub fn names_mislead(p: &Patient) {
    let ward = &p.ssn;
    info!("{ward}"); // expect: phi-log
    let ssn = &p.ward;
    info!("{ssn}"); // ok: the value is a ward
    let dob = "not asked";
    info!("{dob}"); // ok: a literal
    let diagnosis = p.first_name.len();
    info!("{diagnosis}"); // ok: a length
    let x = p;
    let y = x;
    debug!("{}", y.email); // expect: phi-log
    let patient_name = env!("CARGO_PKG_NAME");
    debug!("{patient_name}"); // ok: the name of the crate
    let ssn_status = p.ssn.clone();
    debug!("{ssn_status}"); // expect: phi-log
    let ssn_status = if p.ssn.is_empty() { "missing" } else { "on file" };
    debug!("{ssn_status}"); // ok: constants
    let count = p.ssn.parse::<u64>().unwrap_or(0);
    debug!("{count}"); // expect: phi-log
}

pub fn shadowing(p: Patient) {
    let ssn = p.ssn.clone();
    {
        let ssn = mask(&ssn);
        info!("{ssn}"); // ok: masked within the block
    }
    info!("{ssn}"); // expect: phi-log
    let ssn = mask(&ssn);
    info!("{ssn}"); // ok: masked
    let email = p.email.split('@').nth(1).is_some();
    info!("{email}"); // ok: presence
    let p = p.bed;
    info!("{p}"); // ok: a bed under the name of the patient
}

pub fn strong_updates(mut p: Patient) {
    let mut label = p.first_name.clone();
    info!("{label}"); // expect: phi-log
    label = String::from("patient");
    info!("{label}"); // ok: overwritten
    label.push_str(&p.email);
    info!("{label}"); // expect: phi-log
    label.clear();
    info!("{label}"); // ok: cleared
    p.ssn = mask(&p.ssn);
    info!("{}", p.ssn); // ok: masked in place
    info!("{}", p.email); // expect: phi-log
    let taken = std::mem::take(&mut p.email);
    info!("{}", p.email); // ok: taken, the default is left
    info!("{taken}"); // expect: phi-log
    let old = std::mem::replace(&mut p.first_name, "removed".into());
    info!("{}", p.first_name); // ok: a literal has replaced the name
    info!("{old}"); // expect: phi-log
    info!("{p:?}"); // ok: every identifier was replaced by now
}

pub fn branches(p: &Patient, verbose: bool, tries: u8) {
    let who;
    if verbose {
        who = p.first_name.as_str();
    } else {
        who = "patient";
    }
    info!("{who}"); // expect: phi-log
    let what = if verbose { "first_name" } else { "ssn" };
    info!("{what}"); // ok: constants
    let mut key = "none";
    match tries {
        0 => key = &p.ward,
        1 => key = &p.ssn,
        _ => {}
    }
    info!("{key}"); // expect: phi-log
    let mut text = p.ssn.clone();
    if verbose {
        text = "verbose".into();
    }
    info!("{text}"); // expect: phi-log
    if verbose {
        text = "a".into();
    } else {
        text = "b".into();
    }
    info!("{text}"); // ok: overwritten on both ways
}

pub fn loops(all: &[Patient]) {
    let mut last = "";
    for p in all {
        debug!("after {last}"); // expect: phi-log
        last = &p.first_name;
    }
    let mut heaviest = 0;
    let mut n = 0;
    while n < all.len() {
        heaviest = heaviest.max(all[n].ward.len());
        n += 1;
    }
    info!("{n} rows, longest ward {heaviest}"); // ok: counts
    let found = loop {
        if let Some(p) = all.get(n) {
            break p.email.as_str();
        }
        n += 1;
        if n > 100 {
            break "";
        }
    };
    info!("{found}"); // expect: phi-log
    let position = 'search: {
        for (i, p) in all.iter().enumerate() {
            if p.ssn.is_empty() {
                break 'search i;
            }
        }
        all.len()
    };
    info!("{position}"); // ok: a position
}

pub fn struct_update(p: Patient) {
    let view = Patient { ssn: mask(&p.ssn), email: String::new(), ..p.clone() };
    warn!("{}", view.ssn); // ok: masked in the copy
    warn!("{}", view.email); // ok: emptied in the copy
    warn!("{}", view.first_name); // expect: phi-log
    warn!("{view:?}"); // expect: phi-log
    let Patient { ward, bed: _, .. } = view;
    warn!("{ward}"); // ok: a ward
    let pair = (p.ward.clone(), p.ssn.clone());
    warn!("{}", pair.0); // ok: the ward of the pair
    warn!("{}", pair.1); // expect: phi-log
    let (a, b) = pair;
    warn!("{a}"); // ok: the ward of the pair
    warn!("{b}"); // expect: phi-log
}

fn label_of(p: &Patient) -> String {
    if p.email.is_empty() {
        return p.first_name.clone();
    }
    String::from("has mail")
}

fn state_of(p: &Patient) -> &'static str {
    if p.email.is_empty() { "no mail" } else { "has mail" }
}

fn second<'a>(_first: &'a str, second: &'a str) -> &'a str {
    second
}

pub fn calls(p: &Patient) {
    info!("{}", label_of(p)); // expect: phi-log
    info!("{}", state_of(p)); // ok: constants
    info!("{}", second(&p.ssn, "x")); // ok: the function returns its other parameter
    info!("{}", second("x", &p.ssn)); // expect: phi-log
}
