//! Tempting lines: another instance, an empty field, a catalogue, a surrogate id.

use tracing::info;
pub struct Patient { pub full_name: String }
#[derive(Default)]
pub struct Notice { subject: String }
impl Notice { pub fn new(s: &str) -> Self { Notice { subject: s.to_owned() } } pub fn subject(&self) -> &str { &self.subject } }
pub fn a(e: &Patient) { let mut n = Notice::default(); n.subject.push_str(&e.full_name); }
pub fn b() { let n = Notice::new("refill"); log::info!("{}", n.subject()); } // ok: nobody's
pub fn c() { let n = Notice { subject: "refill".into() }; log::info!("{}", n.subject()); } // ok: nobody's
pub fn e(t: &str) { let n = Notice { subject: t.into() }; log::info!("{}", n.subject); } // ok: nobody's
#[tracing::instrument(skip_all, fields(mrn))] // ok: nobody's
pub fn v(mrn: &str) {}
#[tracing::instrument(fields(mrn))] // ok: nobody's
pub fn v2(mrn: &str) {}
pub struct Mrn(String);
impl AsRef<str> for Mrn { fn as_ref(&self) -> &str { &self.0 } }
pub fn show(w: impl AsRef<str>) { info!("{}", w.as_ref()) } // ok: nobody's
pub fn use_show() { show("a"); }
pub struct Medication { pub name: String, pub ndc: String, pub form: String }
pub fn cat(catalog: &[Medication]) { for m in catalog { log::info!("{} {}", m.name, m.ndc); } } // ok: nobody's
pub struct LabTest { pub name: String, pub loinc: String, pub units: String }
pub fn lt(t: &LabTest) { log::info!("{} {}", t.name, t.loinc); } // ok: nobody's
pub struct Allergen { pub name: String, pub snomed: String }
pub fn al(t: &Allergen) { log::info!("{}", t.name); } // ok: nobody's
pub fn n14(patient_id: i64, encounter_id: i64) { info!(patient_id, encounter_id); } // ok: nobody's
