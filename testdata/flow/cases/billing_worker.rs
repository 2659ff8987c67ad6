//! A billing worker: state machine, retries, statements, dead letters, a builder, a visitor.
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tracing::{debug, error, info, info_span, warn};

#[derive(Debug, Clone)]
pub struct Statement {
    pub guarantor: Guarantor,
    pub lines: Vec<Charge>,
    pub state: State,
    pub attempts: u8,
}

#[derive(Debug, Clone)]
pub struct Guarantor {
    pub name: String,
    pub billing_address: Address,
    pub account_number: String,
}

#[derive(Debug, Clone)]
pub struct Address {
    pub street: String,
    pub city: String,
    pub state_code: String,
}

#[derive(Debug, Clone)]
pub struct Charge {
    pub cents: i64,
    pub department: Department,
    pub procedure: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Department {
    Radiology,
    Surgery,
}

#[derive(Debug, Clone, PartialEq)]
pub enum State {
    New,
    Sent { at: u64 },
    Returned { patient_address: String },
}

pub enum Event {
    Send,
    Bounce { patient_address: String },
    Tick(u64),
}

impl State {
    pub fn next(self, event: Event) -> State {
        match (self, event) {
            (State::New, Event::Send) => State::Sent { at: 0 },
            (State::Sent { .. }, Event::Bounce { patient_address }) => {
                warn!("returned, now {patient_address}"); // expect: phi-log
                State::Returned { patient_address }
            }
            (State::Sent { at }, Event::Tick(n)) => {
                debug!("{at} + {n}"); // ok: ticks
                State::Sent { at: at + n }
            }
            (state, _) => state,
        }
    }
    pub fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Sent { .. } => "sent",
            State::Returned { .. } => "returned",
        }
    }
}

pub fn process(s: &mut Statement, budget: Duration) -> Result<i64, String> {
    let span = info_span!("statement", lines = s.lines.len(), state = s.state.name()); // ok: a count and a constant
    let _entered = span.enter();
    let started = Instant::now();
    let total: i64 = s.lines.iter().map(|l| l.cents).sum();
    while s.attempts < 3 {
        s.attempts += 1;
        if started.elapsed() > budget {
            error!(attempts = s.attempts, elapsed = ?started.elapsed(), "over budget"); // ok: numbers
            return Err(format!("over budget for {}", s.guarantor.account_number)); // ok: a text that is returned
        }
        info!("attempt {} in state {}", s.attempts, s.state.name()); // ok: a count and a constant
        info!("attempt {} in state {:?}", s.attempts, s.state); // expect: phi-log
    }
    Ok(total)
}

pub fn drain(mut all: Vec<Statement>) {
    let mut dead = Vec::new();
    let mut by_department: BTreeMap<Department, i64> = BTreeMap::new();
    for s in all.iter_mut() {
        for line in &s.lines {
            *by_department.entry(line.department).or_default() += line.cents;
        }
        if let Err(text) = process(s, Duration::from_secs(5)) {
            error!("{text}"); // expect: phi-log
            dead.push(DeadLetter { what: s.clone(), why: "budget" });
        }
    }
    info!("{by_department:?}"); // ok: amounts by department
    for letter in &dead {
        error!("dead letter: {}", letter.why); // ok: a constant
        error!("dead letter: {}", letter.what.guarantor.name); // expect: phi-log
    }
    error!("{} dead letters", dead.len()); // ok: a count
    error!("{dead:?}"); // expect: phi-log
}

#[derive(Debug)]
pub struct DeadLetter {
    what: Statement,
    why: &'static str,
}

pub trait Visitor {
    fn guarantor(&mut self, g: &Guarantor);
    fn charge(&mut self, c: &Charge);
}

#[derive(Default)]
pub struct Totals {
    cents: i64,
    people: usize,
}

#[derive(Default)]
pub struct Dump {
    text: String,
}

impl Visitor for Totals {
    fn guarantor(&mut self, _g: &Guarantor) {
        self.people += 1;
    }
    fn charge(&mut self, c: &Charge) {
        self.cents += c.cents;
    }
}

impl Visitor for Dump {
    fn guarantor(&mut self, g: &Guarantor) {
        self.text.push_str(&g.billing_address.street);
    }
    fn charge(&mut self, c: &Charge) {
        self.text += match c.department {
            Department::Radiology => "R",
            Department::Surgery => "S",
        };
    }
}

pub fn visit(all: &[Statement], v: &mut impl Visitor) {
    for s in all {
        v.guarantor(&s.guarantor);
        s.lines.iter().for_each(|c| v.charge(c));
    }
}

pub fn visited(all: &[Statement]) {
    let mut totals = Totals::default();
    visit(all, &mut totals);
    info!("{} cents of {} people", totals.cents, totals.people); // ok: sums
    let mut dump = Dump::default();
    visit(all, &mut dump);
    info!("{}", dump.text.len()); // ok: a length
    info!("{}", dump.text); // expect: phi-log
}

pub fn envelope(s: &Statement) -> String {
    let Guarantor { name, billing_address: Address { street, city, state_code }, .. } = &s.guarantor;
    info!("to {state_code}"); // neutral: a state is no identifier under Safe Harbor, but it is a part of an address
    info!("to {city}"); // expect: phi-log
    info!("to {street}"); // expect: phi-log
    let text = [name.as_str(), street, city, state_code].join("\n");
    debug!("{} lines", text.lines().count()); // ok: a count
    debug!("{text}"); // expect: phi-log
    text
}

pub fn compare(a: &Statement, b: &Statement) {
    info!(same = (a.guarantor.name == b.guarantor.name)); // ok: a comparison
    info!(order = ?a.guarantor.account_number.cmp(&b.guarantor.account_number)); // ok: a comparison
    info!(smaller = (a.guarantor.account_number < b.guarantor.account_number)); // ok: a comparison
    info!(first = a.guarantor.account_number.clone().min(b.guarantor.account_number.clone())); // expect: phi-log
}
