use serde::Serialize;
use std::fmt;

#[derive(Debug, Clone, Serialize)]
pub struct Patient {
    pub name: String,
    pub birth_date: String,
    pub room: u16,
    pub(crate) ssn: String,
}

impl Patient {
    pub fn new(name: &str, birth_date: &str, ssn: &str) -> Self {
        Patient { name: name.into(), birth_date: birth_date.into(), room: 0, ssn: ssn.into() }
    }
    pub fn key(&self) -> &str {
        &self.ssn
    }
    pub fn door(&self) -> u16 {
        self.room
    }
}

/// Relatives who bring the patient; kept out of Debug by hand.
#[derive(Clone)]
pub struct Caregiver {
    pub name: String,
    pub phone: String,
}

impl fmt::Debug for Caregiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caregiver(..)")
    }
}
