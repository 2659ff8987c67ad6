//! Barriers of the house.
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// Prints stars, whatever it holds.
pub struct Hidden<T>(pub T);

impl<T> fmt::Display for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hidden<{}>", std::any::type_name::<T>())
    }
}

/// Prints what it holds.
pub struct Quoted<T>(pub T);

impl<T: fmt::Display> fmt::Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

pub trait Redact {
    fn redact(&self) -> String;
}

impl Redact for str {
    fn redact(&self) -> String {
        "x".repeat(self.len())
    }
}

pub fn pseudonymize(key: &[u8], value: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("any length is a key"));
    mac.update(value.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Says it scrubs; it only trims.
pub fn scrub(value: &str) -> &str { // neutral: the sanitizer returns its input
    value // neutral: the sanitizer returns its input
}

pub fn clean_whitespace(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
