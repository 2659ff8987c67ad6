//! Wrappers that keep a value out of Debug (`secrecy`, one of the house) and wrappers that do not (`Zeroizing`, `Arc`, `Cow`).
use secrecy::{ExposeSecret, SecretBox, SecretString};
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use tracing::{debug, info};
use zeroize::Zeroizing;

#[derive(Debug)]
pub struct Applicant {
    pub ssn: SecretString,
    pub income: SecretBox<u64>,
    pub county_office: String,
}

#[derive(Debug)]
pub struct Wiped {
    pub ssn: Zeroizing<String>,
}

/// The house's own wrapper: prints its type's name only.
#[derive(Clone)]
pub struct Sealed<T>(T);

impl<T> Sealed<T> {
    pub fn new(inner: T) -> Self {
        Sealed(inner)
    }
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

impl<T> fmt::Display for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<sealed>")
    }
}

/// Looks like a wrapper that hides, and prints what it holds.
#[derive(Debug, Clone)]
pub struct Guarded<T> {
    inner: T,
    reads: u32,
}

#[derive(Debug, Clone)]
pub struct Record {
    pub mrn: Sealed<String>,
    pub diagnosis: Sealed<Option<String>>,
    pub unit: u8,
}

#[derive(Debug, Clone)]
pub struct OpenRecord {
    pub mrn: Guarded<String>,
    pub unit: u8,
}

pub fn secrets(a: &Applicant, w: &Wiped) {
    info!("{a:?}"); // ok: both secrets print as redacted
    info!("{:?}", a.ssn); // ok: a secret prints as redacted
    info!("{}", a.ssn.expose_secret()); // expect: phi-log
    info!(digits = a.ssn.expose_secret().len()); // ok: a length
    let ssn = a.ssn.expose_secret().replace('-', "");
    info!(%ssn); // expect: phi-log
    let ssn = SecretString::from(ssn);
    info!(?ssn); // ok: wrapped again
    info!(?w); // expect: phi-log
    info!("{}", w.ssn.as_str()); // expect: phi-log
    info!("{}", w.ssn.len()); // ok: a length
}

pub fn sealed(r: &Record, o: &OpenRecord) {
    debug!("{r:?}"); // ok: the wrapper prints nothing
    debug!("{}", r.mrn); // ok: its Display prints nothing
    debug!("{}", r.mrn.reveal()); // expect: phi-log
    debug!("{:?}", r.diagnosis.reveal().as_deref()); // expect: phi-log
    debug!("{:?}", r.diagnosis.reveal().is_some()); // ok: presence
    debug!("{o:?}"); // expect: phi-log
    debug!("{:?}", o.mrn); // expect: phi-log
    debug!("{}", o.mrn.reads); // ok: a count
    debug!("{}", o.mrn.inner); // expect: phi-log
}

pub fn made(mrn: String, dob: &str) {
    let kept = Sealed::new(mrn.clone());
    info!("{kept:?}"); // ok: sealed
    let kept = Guarded { inner: mrn.clone(), reads: 0 };
    info!("{kept:?}"); // expect: phi-log
    let shared = Arc::new(Sealed::new(dob.to_owned()));
    info!("{shared:?}"); // ok: sealed within an Arc
    let shared = Arc::new(dob.to_owned());
    info!("{shared:?}"); // expect: phi-log
    let counted = Rc::new(dob.len());
    info!("{counted}"); // ok: a length within an Rc
    let cow: Cow<'_, str> = Cow::Borrowed(dob);
    info!("{cow}"); // expect: phi-log
    let cow: Cow<'_, str> = if dob.is_empty() { Cow::Borrowed("unknown") } else { Cow::Borrowed("known") };
    info!("{cow}"); // ok: constants
    let boxed: Box<str> = mrn.into();
    info!("{boxed}"); // expect: phi-log
    let marker = std::marker::PhantomData::<Applicant>;
    info!("{marker:?}"); // ok: a marker holds nothing
}
