//! Intake with two front ends.
#[cfg(feature = "batch")]
pub mod batch;
#[cfg(test)]
mod checks;
#[path = "odd place/store.rs"]
pub mod store;
#[cfg(feature = "web")]
pub mod web;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registration {
    pub full_name: String,
    pub date_of_birth: String,
    pub ssn: Option<String>,
    pub desk: u8,
}
