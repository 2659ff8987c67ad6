//! Values that wait: statics, cells, locks, channels, struct fields that another method reads, threads.
use log::{debug, info, warn};
use once_cell::sync::Lazy;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{mpsc, Arc, Mutex, OnceLock, RwLock};

static LAST_OPENED: Mutex<Option<String>> = Mutex::new(None);
static LAST_COUNT: Mutex<usize> = Mutex::new(0);
static CURRENT: OnceLock<String> = OnceLock::new();
static FACILITY: OnceLock<String> = OnceLock::new();
static CACHE: Lazy<RwLock<HashMap<u32, Chart>>> = Lazy::new(|| RwLock::new(HashMap::new()));
const SSN_PATTERN: &str = r"\d{3}-\d{2}-\d{4}";
static MRN_COLUMNS: [&str; 2] = ["mrn", "medical_record_number"];

thread_local! {
    static NOTE: RefCell<String> = const { RefCell::new(String::new()) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

#[derive(Debug, Clone)]
pub struct Chart {
    pub patient_name: String,
    pub mrn: String,
    pub clinical_note: String,
    pub pages: u32,
}

pub fn remember(c: &Chart) {
    *LAST_OPENED.lock().unwrap_or_else(|e| e.into_inner()) = Some(c.mrn.clone());
    *LAST_COUNT.lock().unwrap_or_else(|e| e.into_inner()) = c.mrn.len();
    let _ = CURRENT.set(c.patient_name.clone());
    let _ = FACILITY.set("north".to_owned());
    NOTE.with(|n| n.replace(c.clinical_note.clone()));
    DEPTH.with(|d| d.set(c.pages));
}

pub fn recall() {
    let last = LAST_OPENED.lock().unwrap_or_else(|e| e.into_inner());
    info!("{last:?}"); // expect: phi-log
    let count = LAST_COUNT.lock().unwrap_or_else(|e| e.into_inner());
    info!("{count}"); // ok: a length
    info!("{:?}", CURRENT.get()); // expect: phi-log
    info!("{:?}", FACILITY.get()); // ok: a facility, a literal
    NOTE.with(|n| info!("{}", n.borrow())); // expect: phi-log
    DEPTH.with(|d| info!("{}", d.get())); // ok: pages
    info!("{SSN_PATTERN}"); // ok: a pattern
    info!("{MRN_COLUMNS:?}"); // ok: names of columns
}

pub fn cached(id: u32) {
    let cache = CACHE.read().unwrap_or_else(|e| e.into_inner());
    info!("{}", cache.len()); // ok: a count
    if let Some(c) = cache.get(&id) {
        info!("{}", c.pages); // ok: pages
        info!("{}", c.patient_name); // expect: phi-log
    }
}

pub fn cells(c: &Chart) {
    let shared = Arc::new(Mutex::new(String::new()));
    let copy = Arc::clone(&shared);
    copy.lock().unwrap_or_else(|e| e.into_inner()).push_str(&c.mrn);
    info!("{:?}", copy.lock()); // expect: phi-log
    let counter = Arc::new(Mutex::new(0_usize));
    *counter.lock().unwrap_or_else(|e| e.into_inner()) += c.mrn.len();
    info!("{:?}", counter.lock()); // ok: a sum of lengths
    let cell = RefCell::new(vec![0_u32]);
    cell.borrow_mut().push(c.pages);
    info!("{:?}", cell.borrow()); // ok: pages
    let notes = RefCell::new(Vec::new());
    notes.borrow_mut().push(c.clinical_note.clone());
    info!("{:?}", notes.borrow()); // expect: phi-log
    let guarded = RwLock::new(c.clone());
    info!("{}", guarded.read().map(|g| g.pages).unwrap_or(0)); // ok: pages
    if let Ok(g) = guarded.read() {
        info!("{}", g.mrn); // expect: phi-log
    };
}

pub fn channels(c: &Chart) {
    let (tx, rx) = mpsc::channel();
    let _ = tx.send(c.patient_name.clone());
    if let Ok(text) = rx.recv() {
        info!("{text}"); // expect: phi-log
    }
    let (tx, rx) = mpsc::channel();
    let _ = tx.send(c.pages);
    while let Ok(text) = rx.recv() {
        info!("{text}"); // ok: pages
    }
    let (work, jobs) = mpsc::sync_channel::<Chart>(8);
    let _ = work.send(c.clone());
    for job in jobs.iter() {
        debug!("{}", job.pages); // ok: pages
        debug!("{}", job.clinical_note); // expect: phi-log
    }
    let (tx, rx) = mpsc::channel();
    let text = c.mrn.clone();
    std::thread::spawn(move || {
        let _ = tx.send((text, 1_u8));
    });
    for (text, n) in rx {
        warn!("{n}"); // ok: a number
        warn!("{text}"); // expect: phi-log
    }
}

/// One method stores, another logs.
#[derive(Default)]
pub struct Session {
    tag: String,
    step: String,
    opened: Vec<String>,
    pages: u32,
}

impl Session {
    pub fn open(&mut self, c: &Chart) {
        self.tag = c.patient_name.clone();
        self.step = "open".to_owned();
        self.opened.push(c.mrn.to_string());
        self.pages += c.pages;
    }
    pub fn close(&mut self) {
        self.step = String::from("closed");
    }
    pub fn report(&self) {
        info!("{}", self.tag); // expect: phi-log
        info!("{}", self.step); // ok: literals only
        info!("{:?}", self.opened); // expect: phi-log
        info!("{}", self.opened.len()); // ok: a count
        info!("{}", self.pages); // ok: pages
    }
    pub fn tag(&self) -> &str {
        &self.tag
    }
}

pub fn session(c: &Chart) {
    let mut s = Session::default();
    s.open(c);
    info!("{}", s.tag()); // expect: phi-log
    s.close();
    info!("{}", s.step); // ok: literals only
}

pub fn threads(c: Chart) -> std::thread::Result<()> {
    let copy = c.clone();
    let handle = std::thread::spawn(move || {
        info!("{}", copy.pages); // ok: pages
        info!("{}", copy.patient_name); // expect: phi-log
        copy.mrn
    });
    let mrn = handle.join()?;
    info!("{}", mrn); // expect: phi-log
    std::thread::scope(|scope| {
        scope.spawn(|| info!("{}", c.clinical_note)); // expect: phi-log
        scope.spawn(|| info!("{}", c.clinical_note.lines().count())); // ok: a count
    });
    Ok(())
}
