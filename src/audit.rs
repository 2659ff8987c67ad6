//! The audit trail: who did what with phivet, when and why, in lines that show when somebody changed them.
//!
//! 45 CFR 164.312(b) asks for "mechanisms that record and examine activity in information systems that contain or use
//! electronic protected health information". A trail is a file of JSON lines. Each line holds its number, the hash of the
//! line before it and its own hash (SHA-256, or HMAC-SHA-256 under a key): a line that was changed, taken out, put in or
//! moved does not fit. What was cut off at the end is known by an anchor, a [`Head`] that was noted elsewhere.
//!
//! [`review`] reads access logs of other systems, too.
//!
//! Nothing here opens a file or reads the clock: `cli` does. No line holds a value of a document: names of targets and
//! reasons come as [`crate::Masked`].

mod chain;
mod entry;
pub mod export;
pub mod review;
#[cfg(test)]
mod tests;
pub mod time;
mod verify;

pub use chain::{Closed, End, Head, KEY_LEAST, Key, LINE_MOST, Refused, Seal, Tail, end, head_of, sealed, tail};
pub use entry::{Actor, Ci, Entry, Outcome, Record, TARGETS_MOST};
pub use verify::{Bad, Checked, Verifier};

/// For how many years documentation is kept, 45 CFR 164.316(b)(2)(i).
pub const RETAIN_YEARS: i64 = 6;

/// Why that long. The section names required records of actions and activities; that audit trails are among them is how
/// it is commonly read.
pub const RETAIN_WHY: &str = "six years, 45 CFR 164.316(b)(2)(i), as commonly read";
