//! The house's logging macros.
pub mod mask;
pub use log;

/// Forwards to the logger with a target.
#[macro_export]
macro_rules! audit {
    ($($arg:tt)+) => { $crate::log::info!(target: "audit", $($arg)+) };
}

/// Prints the masked value.
#[macro_export]
macro_rules! audit_masked {
    ($label:literal, $value:expr) => {
        $crate::log::info!(target: "audit", "{}={}", $label, $crate::mask::stars(&$value))
    };
}

/// Prints a label and a count, whatever it is given.
#[macro_export]
macro_rules! audit_count {
    ($($value:expr),* $(,)?) => {
        $crate::log::info!(target: "audit", "{} values", <[()]>::len(&[$($crate::unit!($value)),*]))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! unit {
    ($value:expr) => {
        ()
    };
}

/// Ends the function with an error text, logged.
#[macro_export]
macro_rules! reject {
    ($out:expr, $fmt:literal $(, $arg:expr)*) => {{
        let text = format!($fmt $(, $arg)*);
        $crate::log::error!("{text}"); // neutral: the finding stands at the call
        return $out;
    }};
}

/// Only builds the text.
#[macro_export]
macro_rules! note {
    ($($arg:tt)+) => { ::std::format!($($arg)+) };
}

/// Writes a line through the function of this crate.
pub fn line(text: &str) {
    log::info!(target: "audit", "{text}"); // expect: phi-log id=w3-line
}

/// The same, and the value is only measured.
pub fn sized(text: &str) {
    log::info!(target: "audit", "{} bytes", text.len()); // ok: a length
}
