//! Methods, getters, trait implementations, `dyn`, default methods, `Deref`, `From`, operators, builders.
use std::fmt;
use std::ops::{Add, Deref, Index};
use tracing::{debug, info, warn};

#[derive(Debug, Clone)]
pub struct Subject {
    given: String,
    family: String,
    mrn: String,
    cohort: Cohort,
}

#[derive(Debug, Clone)]
pub struct Cohort {
    name: String,
    size: usize,
}

impl Subject {
    pub fn new(given: &str, family: &str, mrn: &str, cohort: Cohort) -> Self {
        Subject { given: given.into(), family: family.into(), mrn: mrn.into(), cohort }
    }
    pub fn label(&self) -> String {
        format!("{}, {}", self.family, self.given)
    }
    pub fn initials_known(&self) -> bool {
        !self.given.is_empty() && !self.family.is_empty()
    }
    pub fn key(&self) -> &str {
        &self.mrn
    }
    pub fn group(&self) -> &str {
        &self.cohort.name
    }
    pub fn cohort(&self) -> &Cohort {
        &self.cohort
    }
    pub fn rename(&mut self, family: String) -> String {
        std::mem::replace(&mut self.family, family)
    }
}

pub fn getters(s: &mut Subject, to: &str) {
    info!("{}", s.label()); // expect: phi-log
    info!("{}", s.key()); // expect: phi-log
    info!("{}", s.group()); // ok: the cohort's name
    info!("{:?}", s.cohort()); // ok: a cohort
    info!("{}", s.initials_known()); // ok: a bool
    info!("{}", Subject::label(s)); // expect: phi-log
    info!("{}", s.cohort().size); // ok: a count
    let old = s.rename(to.to_owned());
    debug!("{old}"); // expect: phi-log
}

/// What a list on the wall shows.
pub trait Describe {
    fn describe(&self) -> String;
    fn shout(&self) -> String {
        self.describe().to_uppercase()
    }
    fn width(&self) -> usize {
        self.describe().len()
    }
}

impl Describe for Subject {
    fn describe(&self) -> String {
        self.label()
    }
}

impl Describe for Cohort {
    fn describe(&self) -> String {
        format!("cohort {} of {}", self.name, self.size)
    }
}

pub fn traits(s: &Subject, c: &Cohort, any: &dyn Describe) {
    info!("{}", s.describe()); // expect: phi-log
    info!("{}", c.describe()); // ok: a cohort
    info!("{}", s.shout()); // expect: phi-log
    info!("{}", c.shout()); // ok: a cohort
    info!("{}", s.width()); // ok: a length
    info!("{}", any.describe()); // expect: phi-log
    info!("{}", any.width()); // ok: a length
    info!("{}", <Subject as Describe>::describe(s)); // expect: phi-log
    info!("{}", <Cohort as Describe>::describe(c)); // ok: a cohort
    let all: Vec<Box<dyn Describe>> = vec![Box::new(s.clone()), Box::new(c.clone())];
    for one in &all {
        info!("{}", one.describe()); // expect: phi-log
    }
}

/// A trait whose implementations are all harmless.
pub trait Tally {
    fn tally(&self) -> u64;
}

impl Tally for Subject {
    fn tally(&self) -> u64 {
        self.mrn.len() as u64
    }
}

impl Tally for Cohort {
    fn tally(&self) -> u64 {
        self.size as u64
    }
}

pub fn tallied(any: &dyn Tally, each: &[Box<dyn Tally>]) {
    info!("{}", any.tally()); // ok: lengths and sizes
    info!("{}", each.iter().map(|t| t.tally()).sum::<u64>()); // ok: lengths and sizes
}

/// A trait that logs by itself.
pub trait Traced: fmt::Debug {
    fn trace(&self) {
        debug!("{self:?}"); // expect: phi-log id=mt-trace
    }
}

impl Traced for Subject {}

impl Traced for Cohort {
    fn trace(&self) {
        debug!("{}", self.size); // ok: a count
    }
}

pub fn traced(s: &Subject, c: &Cohort) {
    s.trace(); // via: mt-trace
    c.trace(); // ok: its own `trace` prints a count
}

pub struct Row {
    inner: Subject,
    number: usize,
}

impl Deref for Row {
    type Target = Subject;
    fn deref(&self) -> &Subject {
        &self.inner
    }
}

impl AsRef<str> for Row {
    fn as_ref(&self) -> &str {
        &self.inner.mrn
    }
}

impl Index<usize> for Row {
    type Output = str;
    fn index(&self, at: usize) -> &str {
        if at == 0 { &self.inner.mrn } else { &self.inner.family }
    }
}

pub fn derefs(row: &Row) {
    info!("{}", row.label()); // expect: phi-log
    info!("{}", row.number); // ok: a row's number
    info!("{}", row.group()); // ok: the cohort's name
    info!("{}", row.as_ref()); // expect: phi-log
    info!("{}", &row[0]); // expect: phi-log
    info!("{}", row[1].len()); // ok: a length
}

pub struct Line(String);
pub struct Digest(usize);

impl From<&Subject> for Line {
    fn from(s: &Subject) -> Self {
        Line(s.label())
    }
}

impl From<&Subject> for Digest {
    fn from(s: &Subject) -> Self {
        Digest(s.mrn.len())
    }
}

impl From<Subject> for String {
    fn from(s: Subject) -> String {
        s.mrn
    }
}

pub fn conversions(s: &Subject) {
    let line = Line::from(s);
    info!("{}", line.0); // expect: phi-log
    let digest: Digest = s.into();
    info!("{}", digest.0); // ok: a length
    let line: Line = s.into();
    info!("{}", line.0); // expect: phi-log
    let text: String = s.clone().into();
    info!("{text}"); // expect: phi-log
    let text = String::from(s.clone());
    info!("{}", text.is_empty()); // ok: emptiness
}

#[derive(Clone)]
pub struct Text(String);

impl Add<&Subject> for Text {
    type Output = Text;
    fn add(self, s: &Subject) -> Text {
        Text(self.0 + &s.family)
    }
}

impl Add<&Cohort> for Text {
    type Output = Text;
    fn add(self, c: &Cohort) -> Text {
        Text(self.0 + &c.name)
    }
}

pub fn operators(s: &Subject, c: &Cohort) {
    let a = Text(String::from("a")) + c;
    info!("{}", a.0); // ok: a cohort's name
    let b = Text(String::from("b")) + s;
    info!("{}", b.0); // expect: phi-log
}

#[derive(Debug, Default, Clone)]
pub struct LetterBuilder {
    greeting: Option<String>,
    template: Option<String>,
    pages: u8,
}

#[derive(Debug)]
pub struct Letter {
    pub greeting: String,
    pub template: String,
    pub pages: u8,
}

impl LetterBuilder {
    pub fn greeting(mut self, text: impl Into<String>) -> Self {
        self.greeting = Some(text.into());
        self
    }
    pub fn template(mut self, text: impl Into<String>) -> Self {
        self.template = Some(text.into());
        self
    }
    pub fn pages(mut self, pages: u8) -> Self {
        self.pages = pages;
        self
    }
    pub fn build(self) -> Letter {
        Letter {
            greeting: self.greeting.unwrap_or_default(),
            template: self.template.unwrap_or_default(),
            pages: self.pages,
        }
    }
}

pub fn letters(s: &Subject) {
    let letter = LetterBuilder::default().greeting(s.label()).template("reminder").pages(2).build();
    info!("{}", letter.template); // ok: a literal
    info!("{}", letter.pages); // ok: a number
    warn!("{}", letter.greeting); // expect: phi-log
    warn!("{letter:?}"); // expect: phi-log
}
