//! What Debug and Display of a type reveal: derived, written by hand, derived with attributes, nested.
use derivative::Derivative;
use std::fmt;
use tracing::info;
use veil::Redact;

#[derive(Debug, Clone)]
pub struct Derived {
    pub ssn: String,
    pub ward: String,
}

/// Written by hand: the number stays out.
#[derive(Clone)]
pub struct Manual {
    pub ssn: String,
    pub ward: String,
}

impl fmt::Debug for Manual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manual").field("ssn", &"***").field("ward", &self.ward).finish()
    }
}

impl fmt::Display for Manual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.ssn, self.ward)
    }
}

/// Written by hand, and the number is in it.
pub struct Careless {
    pub ssn: String,
    pub ward: String,
}

impl fmt::Debug for Careless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Careless").field("key", &self.ssn).finish_non_exhaustive()
    }
}

impl fmt::Display for Careless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ward)
    }
}

/// Delegates to the inner value.
pub struct Chart(Derived);

impl fmt::Debug for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Delegates to a type that keeps its number.
#[derive(Debug)]
pub struct Folder {
    pub chart: Manual,
    pub pages: u32,
}

#[derive(Debug)]
pub struct Shelf {
    pub folders: Vec<Folder>,
    pub loose: Option<Derived>,
}

/// Only lengths.
pub struct Sizes<'a> {
    pub record: &'a Derived,
}

impl fmt::Debug for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sizes({}, {})", self.record.ssn.len(), self.record.ward.len())
    }
}

#[derive(Derivative)]
#[derivative(Debug)]
pub struct WithDerivative {
    #[derivative(Debug = "ignore")]
    pub mrn: String,
    pub bed: u8,
}

#[derive(Derivative)]
#[derivative(Debug)]
pub struct WithDerivativeForgotten {
    #[derivative(Debug = "ignore")]
    pub mrn: String,
    pub diagnosis: String,
}

#[derive(derive_more::Debug)]
pub struct WithDeriveMore {
    #[debug(skip)]
    pub patient_name: String,
    pub bed: u8,
}

#[derive(derive_more::Debug)]
pub struct WithDeriveMoreFormat {
    #[debug("{} characters", patient_name.len())]
    pub patient_name: String,
    pub mrn: String,
}

#[derive(educe::Educe)]
#[educe(Debug)]
pub struct WithEduce {
    #[educe(Debug(ignore))]
    pub date_of_birth: String,
    pub bed: u8,
}

#[derive(Redact)]
pub struct WithVeil {
    #[redact]
    pub patient_name: String,
    pub bed: u8,
}

#[derive(Redact)]
#[redact(all, variant)]
pub enum VeiledIdentifier {
    Ssn(String),
    Mrn { value: String },
}

#[derive(Debug)]
pub enum OpenIdentifier {
    Ssn(String),
    Ticket(u32),
}

#[derive(derive_more::Display)]
#[display("{patient_name} in bed {bed}")]
pub struct Bracelet {
    pub patient_name: String,
    pub bed: u8,
}

#[derive(derive_more::Display)]
#[display("bed {bed}")]
pub struct DoorSign {
    pub patient_name: String,
    pub bed: u8,
}

pub fn by_hand(a: &Derived, b: &Manual, c: &Careless, d: &Chart) {
    info!("{a:?}"); // expect: phi-log
    info!("{b:?}"); // ok: the Debug by hand keeps the number
    info!("{b}"); // expect: phi-log
    info!("{c:?}"); // expect: phi-log
    info!("{c}"); // ok: Display prints the ward
    info!(chart = ?d); // expect: phi-log
    info!(ward = %d.0.ward, "chart"); // ok: a ward
}

pub fn nested(folder: &Folder, shelf: &Shelf, record: &Derived) {
    info!("{folder:?}"); // ok: the chart's Debug keeps the number
    info!("{:?}", folder.chart.ssn); // expect: phi-log
    info!("{shelf:?}"); // expect: phi-log
    info!("{:?}", shelf.folders); // ok: folders only
    info!("{:?}", Sizes { record }); // ok: lengths
    info!("{:?}", Chart(record.clone())); // expect: phi-log
    info!("{:?}", (folder, 1)); // ok: a tuple of what keeps the number
    info!("{:?}", [Some(record)]); // expect: phi-log
    info!("{:?}", Box::new(Manual { ssn: record.ssn.clone(), ward: record.ward.clone() })); // ok: a boxed manual Debug
}

pub fn attributes(a: &WithDerivative, b: &WithDerivativeForgotten, c: &WithDeriveMore, d: &WithDeriveMoreFormat, e: &WithEduce) {
    info!(?a); // ok: the number is ignored
    info!(?b); // expect: phi-log
    info!(?c); // ok: the name is skipped
    info!(?d); // expect: phi-log
    info!(?e); // ok: the date is ignored
    info!(name = ?c.patient_name); // expect: phi-log
    info!(name = ?d.patient_name.len()); // ok: a length
}

pub fn veiled(a: &WithVeil, b: &VeiledIdentifier, c: &OpenIdentifier) {
    info!("{a:?}"); // ok: veil redacts the name
    info!("{b:?}"); // ok: all variants are redacted
    info!("{c:?}"); // expect: phi-log
    if let OpenIdentifier::Ticket(n) = c {
        info!("ticket {n}"); // ok: a ticket's number
    }
    if let VeiledIdentifier::Mrn { value } = b {
        info!("{value}"); // expect: phi-log
    }
}

pub fn shown(a: &Bracelet, b: &DoorSign) {
    info!("{a}"); // expect: phi-log
    info!("{b}"); // ok: Display prints the bed
    info!("{}", b.patient_name); // expect: phi-log
}

/// Debug by `debug_tuple`, `debug_list`, `debug_map`.
pub struct Listed<'a>(pub &'a [Derived]);
pub struct Wards<'a>(pub &'a [Derived]);

impl fmt::Debug for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|d| &d.ssn)).finish()
    }
}

impl fmt::Debug for Wards<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|d| &d.ward)).finish()
    }
}

pub fn lists(all: &[Derived]) {
    info!("{:?}", Listed(all)); // expect: phi-log
    info!("{:?}", Wards(all)); // ok: wards
}
