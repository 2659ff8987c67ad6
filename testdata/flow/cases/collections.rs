//! Vectors, maps, sets, queues, tuples, nested collections, builders of collections.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use tracing::{debug, info};

#[derive(Debug, Clone)]
pub struct Donor {
    pub legal_name: String,
    pub blood_unit: u32,
    pub mobile_phone: String,
    pub site: Site,
}

#[derive(Debug, Clone)]
pub struct Site {
    pub name: String,
    pub chairs: u8,
}

pub fn vectors(donors: &[Donor]) {
    let mut phones = Vec::new();
    for d in donors {
        phones.push(d.mobile_phone.clone());
    }
    info!("{phones:?}"); // expect: phi-log
    info!("{}", phones.len()); // ok: a count
    info!("{:?}", phones.first()); // expect: phi-log
    info!("{:?}", phones.capacity()); // ok: a capacity
    phones.sort();
    phones.dedup();
    info!("{}", phones[0]); // expect: phi-log
    phones.clear();
    info!("{phones:?}"); // ok: cleared
    let chairs: Vec<u8> = donors.iter().map(|d| d.site.chairs).collect();
    info!("{:?} {}", chairs, chairs[0]); // ok: chairs
    let array = [donors[0].legal_name.as_str(), "end"];
    info!("{}", array.join(" ")); // expect: phi-log
    let array = ["legal_name", "mobile_phone"];
    info!("{}", array.join(",")); // ok: literals
    let mut extended = vec![String::from("header")];
    info!("{extended:?}"); // ok: a literal so far
    extended.extend(donors.iter().map(|d| d.legal_name.clone()));
    info!("{extended:?}"); // expect: phi-log
    let chunks = donors.chunks(10).map(|c| c.len()).collect::<Vec<_>>();
    info!("{chunks:?}"); // ok: counts
    for chunk in donors.chunks(10) {
        debug!("{:?}", chunk); // expect: phi-log
    }
}

pub fn maps(donors: &[Donor]) {
    let mut by_phone: HashMap<String, u8> = HashMap::new();
    for d in donors {
        *by_phone.entry(d.mobile_phone.clone()).or_insert(0) += 1;
    }
    info!("{by_phone:?}"); // expect: phi-log
    info!("{}", by_phone.len()); // ok: a count
    for (phone, n) in &by_phone {
        debug!("{phone}"); // expect: phi-log
        debug!("{n}"); // ok: a count by phone
    }
    info!("{:?}", by_phone.values().max()); // ok: the largest count
    info!("{:?}", by_phone.keys().max()); // expect: phi-log
    info!("{}", by_phone.contains_key("555")); // ok: a bool
    let mut by_site: BTreeMap<&str, Vec<&Donor>> = BTreeMap::new();
    for d in donors {
        by_site.entry(d.site.name.as_str()).or_default().push(d);
    }
    for (site, list) in &by_site {
        info!("{site}: {}", list.len()); // ok: a site and a count
        info!("{site}: {}", list[0].legal_name); // expect: phi-log
    }
    info!("{:?}", by_site.keys().collect::<Vec<_>>()); // ok: names of sites
    info!("{:?}", by_site.get("north")); // expect: phi-log
    info!("{:?}", by_site.get("north").map(|l| l.len())); // ok: a count
}

pub fn sets(donors: &[Donor]) {
    let names: HashSet<&str> = donors.iter().map(|d| d.legal_name.as_str()).collect();
    info!("{names:?}"); // expect: phi-log
    info!("{}", names.len()); // ok: a count
    info!(known = names.contains("nobody")); // ok: a bool
    let units: BTreeSet<u8> = donors.iter().map(|d| d.site.chairs).collect();
    info!("{units:?}"); // ok: chairs
    let twice: Vec<_> = names.intersection(&names).collect();
    info!("{twice:?}"); // expect: phi-log
}

pub fn queues(donors: Vec<Donor>) {
    let mut waiting: VecDeque<Donor> = donors.into();
    info!("{} waiting", waiting.len()); // ok: a count
    while let Some(d) = waiting.pop_front() {
        debug!("{}", d.legal_name); // expect: phi-log
        debug!("{}", d.site.name); // ok: a site
    }
    waiting.clear();
    info!("{waiting:?}"); // ok: cleared
}

pub struct Report {
    lines: Vec<String>,
    totals: HashMap<&'static str, usize>,
}

impl Report {
    pub fn of(donors: &[Donor]) -> Self {
        let mut lines = Vec::with_capacity(donors.len());
        let mut totals = HashMap::new();
        for d in donors {
            lines.push(format!("{};{}", d.legal_name, d.mobile_phone));
            *totals.entry("donors").or_insert(0) += 1;
            totals.insert("chairs", d.site.chairs as usize);
        }
        Report { lines, totals }
    }
    pub fn print(&self) {
        info!("{:?}", self.totals); // ok: counts under constants
        info!("{}", self.lines.join("\n")); // expect: phi-log
        info!("{}", self.lines.iter().map(|l| l.len()).sum::<usize>()); // ok: a length
    }
}

pub fn nested(donors: &[Donor]) {
    let table: Vec<(String, Option<Vec<String>>)> =
        donors.iter().map(|d| (d.site.name.clone(), Some(vec![d.mobile_phone.clone()]))).collect();
    for (site, phones) in &table {
        info!("{site}"); // ok: a site
        info!("{phones:?}"); // expect: phi-log
        info!("{:?}", phones.as_ref().map(Vec::len)); // ok: a count
        for phone in phones.iter().flatten() {
            info!("{phone}"); // expect: phi-log
        }
    }
    let swapped: Vec<_> = table.into_iter().map(|(site, phones)| (phones, site)).collect();
    info!("{}", swapped[0].1); // ok: a site
    info!("{:?}", swapped[0].0); // expect: phi-log
}
