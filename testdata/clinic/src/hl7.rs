//! A reader of HL7 v2 messages, as far as admissions need it.
//!
//! ```text
//! PID|1||00000000^^^HVC^MR||DOE^JANE^Q||19000101|F|||100 MAIN ST^^ANYTOWN^OR^00000||(503)555-0142||||||123-45-6789
//! ```

/// Components of one field.
pub fn components(field: &str) -> Vec<&str> {
    field.split('^').collect()
}

/// Index of the fields we read from PID (2.5.1, chapter 3.4.2).
pub const PID_IDENTIFIERS: usize = 3;
pub const PID_NAME: usize = 5;
pub const PID_BIRTH: usize = 7;
pub const PID_ADDRESS: usize = 11;

/// Offsets of code pages; 1252 is what the old lab system sends.
pub const CODE_PAGES: [u32; 4] = [65001, 1252, 28591, 20127];
