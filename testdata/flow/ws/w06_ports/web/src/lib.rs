use adapters::{Inbox, LogNotifier, Memory, Meter};
use domain::{step, Full, Line, Notify, Referral, Referrals, Short};
use std::sync::Arc;
use tracing::{info, warn};

pub struct App {
    pub referrals: Arc<dyn Referrals>,
    pub notifier: Box<dyn Notify>,
}

impl App {
    pub async fn turn(&self) {
        info!("{} waiting", self.referrals.waiting().await); // ok: a count
        if let Some(referral) = self.referrals.next().await {
            info!("{:?}", referral.urgency); // ok: an enum without payload
            info!("{}", referral.diagnosis); // expect: phi-log
            self.notifier.notify(&format!("{} is referred", referral.patient_name)); // via: w6-notify
        }
        self.notifier.done();
    }
}

pub fn lines(referral: &Referral) {
    info!("{}", Full.line(referral)); // expect: phi-log
    info!("{}", Short.line(referral)); // ok: a clinic
    let any: &dyn Line = &Full;
    info!("{}", any.line(referral)); // expect: phi-log
    info!("{}", any.line(referral).len()); // ok: a length
}

pub fn notified(referral: &Referral) {
    LogNotifier.notify(&referral.diagnosis); // via: w6-notify
    LogNotifier.notify(&referral.clinic.name); // ok: a clinic
    Inbox::default().notify(&referral.diagnosis); // ok: kept in memory
    Meter.notify(&referral.diagnosis); // ok: only its length is written
    LogNotifier.done(); // ok: a literal
}

pub async fn typed(memory: &Memory) {
    match memory.next().await {
        Some(Referral { clinic, .. }) => info!("{} {}", clinic.name, clinic.phone), // ok: a clinic
        None => info!("none"), // ok: a word
    }
    if let Some(r) = memory.next().await {
        warn!("{r:?}"); // expect: phi-log
    }
}

pub fn steps(referral: &Referral) {
    let text = step(|| referral.patient_name.clone());
    warn!("{text}"); // expect: phi-log
    let n = step(|| referral.patient_name.len());
    warn!("{n}"); // ok: a length
    let clinic = step(|| referral.clinic.clone());
    warn!("{clinic:?}"); // ok: a clinic
}
