//! **phivet** keeps Protected Health Information (PHI) out of code, logs and build artifacts.
//!
//! Documents go one way: source → decode → detect → judge → report. The middle is one pure function,
//! [`Scanner::scan`], from a [`Document`] to [`Finding`]s; a finding owns no byte of the document,
//! its only text is [`Masked`].
//!
//! ```
//! use phivet::{Document, Policy, Rules, Scanner};
//!
//! let scanner = Scanner::new(Rules::builtin()?, Policy::default())?;
//! let findings = scanner.scan(&Document::of("visit.log", b"patient_ssn=536-90-4399".to_vec()));
//! assert_eq!(findings[0].kind, "ssn");
//! assert!(!findings[0].excerpt.as_str().contains("536"));
//! # Ok::<(), phivet::Error>(())
//! ```

#[cfg(feature = "cli")]
pub mod audit;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod config;
pub mod detect;
pub mod document;
pub mod error;
pub mod fields;
pub mod incident;
pub mod judge;
pub mod kind;
pub mod mask;
pub mod redact;
#[cfg(feature = "cli")]
pub mod report;
pub mod rule;
pub mod scan;
#[cfg(feature = "cli")]
pub mod source;
pub mod stats;
pub(crate) mod streams;
pub mod verify;
pub mod words;

pub use document::Document;
pub use error::{Error, Result};
pub use judge::{Finding, Policy, Profile};
pub use kind::Kind;
pub use mask::Masked;
pub use rule::Rules;
pub use scan::Scanner;
