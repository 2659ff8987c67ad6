//! What the service knows about people. None of these types prints its fields.

use chrono::NaiveDate;

/// A patient as registered at the desk.
pub struct Patient {
    pub mrn: String,
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: NaiveDate,
    pub ssn: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Address,
    pub member_id: Option<String>,
}

pub struct Address {
    pub line1: String,
    pub city: String,
    pub state: String,
    pub zip: String,
}

/// Themes of the patient portal, named as the designers named them.
pub enum Theme {
    Jasmine,
    Ruby,
    Sienna,
    Victoria,
}

impl Patient {
    /// `LAST, FIRST` for labels.
    pub fn label(&self) -> String {
        format!("{}, {}", self.last_name, self.first_name)
    }

    /// An SSN has three parts; areas 000, 666 and 900 to 999 do not exist (such as 000-12-3456).
    pub fn ssn_is_plausible(text: &str) -> bool {
        let pattern = r"^\d{3}-\d{2}-\d{4}$";
        regex::Regex::new(pattern).is_ok_and(|re| re.is_match(text))
    }
}
