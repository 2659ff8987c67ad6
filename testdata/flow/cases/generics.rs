//! Generic types and functions: what is printed depends on what they are used with.
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use tracing::{debug, info};

#[derive(Debug, Clone, Serialize)]
pub struct Patient {
    pub name: String,
    pub medical_record_number: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Ward {
    pub name: String,
    pub beds: u16,
}

#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: usize,
}

#[derive(Debug, Clone)]
pub struct Id<T> {
    pub row: u64,
    of: PhantomData<T>,
}

#[derive(Debug, Clone)]
pub struct Envelope<H, B> {
    pub header: H,
    pub body: B,
}

impl<T> Page<T> {
    pub fn first(&self) -> Option<&T> {
        self.items.first()
    }
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        Page { total: self.total, items: self.items.into_iter().map(f).collect() }
    }
}

pub fn pages(patients: &Page<Patient>, wards: &Page<Ward>, ids: &[Id<Patient>]) {
    info!("{patients:?}"); // expect: phi-log
    info!("{wards:?}"); // ok: wards
    info!("{}", patients.total); // ok: a count
    info!("{:?}", patients.first()); // expect: phi-log
    info!("{:?}", wards.first()); // ok: a ward
    info!("{:?}", patients.first().map(|p| &p.name)); // expect: phi-log
    info!("{:?}", wards.first().map(|w| &w.name)); // ok: a ward's name
    info!("{ids:?}"); // ok: a marker of a type holds no value
    info!("{:?}", patients.clone().map(|p| p.name.len())); // ok: lengths
    info!("{:?}", wards.clone().map(|w| w.name)); // ok: names of wards
    info!("{:?}", patients.clone().map(|p| p.medical_record_number)); // expect: phi-log
}

pub fn envelopes(a: &Envelope<Ward, Patient>, b: &Envelope<Ward, u32>, c: &Envelope<Patient, ()>) {
    info!("{:?}", a.header); // ok: a ward
    info!("{:?}", a.body); // expect: phi-log
    info!("{b:?}"); // ok: a ward and a number
    info!("{c:?}"); // expect: phi-log
}

fn show<T: Debug>(value: &T) {
    info!("{value:?}"); // expect: phi-log id=ge-show
}

fn show_number<T: Display>(value: T) {
    info!("{value}"); // ok: called with numbers only
}

fn identity<T>(value: T) -> T {
    value
}

fn size<T: AsRef<str>>(value: T) -> usize {
    value.as_ref().len()
}

fn largest<T: Ord + Clone>(all: &[T]) -> Option<T> {
    all.iter().max().cloned()
}

pub fn functions(p: &Patient, w: &Ward) {
    show(p); // via: ge-show
    show(w); // ok: a ward
    show_number(p.name.len()); // ok: a length
    show_number(w.beds); // ok: beds
    info!("{}", identity(&p.name)); // expect: phi-log
    info!("{}", identity(&w.name)); // ok: a ward's name
    info!("{}", size(&p.name)); // ok: a length
    info!("{:?}", largest(&[p.name.clone(), w.name.clone()])); // expect: phi-log
    info!("{:?}", largest(&[p.name.len(), 4])); // ok: lengths
    let picked = std::cmp::max(p.medical_record_number.as_str(), "0");
    info!("{picked}"); // expect: phi-log
    let picked = std::cmp::max(p.medical_record_number.len(), 0);
    info!("{picked}"); // ok: a length
}

/// A repository over any record.
pub struct Store<T> {
    rows: HashMap<u64, T>,
    label: &'static str,
}

impl<T: Clone + Debug + Serialize> Store<T> {
    pub fn get(&self, row: u64) -> Option<T> {
        self.rows.get(&row).cloned()
    }
    pub fn count(&self) -> usize {
        self.rows.len()
    }
    pub fn label(&self) -> &str {
        self.label
    }
}

pub fn stores(patients: &Store<Patient>, wards: &Store<Ward>) {
    info!("{:?}", patients.get(1)); // expect: phi-log
    info!("{:?}", wards.get(1)); // ok: a ward
    info!("{}", patients.count()); // ok: a count
    info!("{}", patients.label()); // ok: a constant text
    if let Some(p) = patients.get(2) {
        debug!("{}", p.name); // expect: phi-log
    }
    if let Some(w) = wards.get(2) {
        debug!("{}", w.name); // ok: a ward's name
    }
    debug!("{:?}", patients.rows.keys().max()); // ok: numbers of rows
    debug!("{:?}", patients.rows.values().next()); // expect: phi-log
}

/// Associated types and constants.
pub trait Resource {
    type Key: Display;
    const KIND: &'static str;
    fn key(&self) -> Self::Key;
}

impl Resource for Patient {
    type Key = String;
    const KIND: &'static str = "patient";
    fn key(&self) -> String {
        self.medical_record_number.clone()
    }
}

impl Resource for Ward {
    type Key = u16;
    const KIND: &'static str = "ward";
    fn key(&self) -> u16 {
        self.beds
    }
}

pub fn resources(p: &Patient, w: &Ward) {
    info!("{}", Patient::KIND); // ok: a constant
    info!("{}", p.key()); // expect: phi-log
    info!("{}", w.key()); // ok: beds
    info!("{}/{}", <Ward as Resource>::KIND, w.key()); // ok: a constant and beds
}

type PatientPage = Page<Patient>;
type Outcome<T> = Result<T, String>;

pub fn aliases(page: &PatientPage, one: Outcome<Patient>, other: Outcome<Ward>) {
    info!("{page:?}"); // expect: phi-log
    info!("{:?}", page.items.len()); // ok: a count
    info!("{:?}", one.as_ref().ok()); // expect: phi-log
    info!("{:?}", other.as_ref().ok()); // ok: a ward
    info!("{:?}", one.map(|p| p.name.is_empty())); // ok: a bool
}
