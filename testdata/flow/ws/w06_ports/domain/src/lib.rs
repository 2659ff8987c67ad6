//! Ports of the application: traits that adapters implement.
use std::fmt::Debug;

#[derive(Debug, Clone)]
pub struct Referral {
    pub patient_name: String,
    pub diagnosis: String,
    pub clinic: Clinic,
    pub urgency: Urgency,
}

#[derive(Debug, Clone)]
pub struct Clinic {
    pub name: String,
    pub phone: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Urgency {
    Routine,
    Urgent,
}

/// Tells someone something.
pub trait Notify {
    fn notify(&self, text: &str);
    fn done(&self) {
        self.notify("done")
    }
}

/// Gives a line about a referral.
pub trait Line {
    fn line(&self, referral: &Referral) -> String;
}

#[async_trait::async_trait]
pub trait Referrals: Send + Sync {
    async fn next(&self) -> Option<Referral>;
    async fn waiting(&self) -> usize;
}

/// Runs a step and gives its result on.
pub fn step<T: Debug, F: FnOnce() -> T>(run: F) -> T {
    run()
}

pub struct Full;
pub struct Short;

impl Line for Full {
    fn line(&self, referral: &Referral) -> String {
        format!("{}: {}", referral.patient_name, referral.diagnosis)
    }
}

impl Line for Short {
    fn line(&self, referral: &Referral) -> String {
        match referral.urgency {
            Urgency::Routine => format!("routine for {}", referral.clinic.name),
            Urgency::Urgent => format!("urgent for {}", referral.clinic.name),
        }
    }
}
