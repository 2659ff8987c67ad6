//! Everything that can go wrong before or around a scan, each with its place and remedy.

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// An error of phivet. None of its texts holds a byte of a scanned document.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// A rule or configuration file is wrong at a known place.
    #[error("{what}")]
    #[diagnostic(code(phivet::yaml))]
    Yaml {
        /// What is wrong, in words.
        what: String,
        /// What to do about it.
        #[help]
        help: String,
        /// The file, named, as text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where it is wrong.
        #[label("here")]
        at: SourceSpan,
    },
    /// A rule file is wrong as a whole (duplicate id, missing examples).
    #[error("rule `{id}`: {what}")]
    #[diagnostic(code(phivet::rule))]
    Rule {
        /// Id of the rule.
        id: String,
        /// What is wrong, in words.
        what: String,
        /// What to do about it.
        #[help]
        help: String,
    },
    /// A file that phivet itself needs (configuration, rules, file list) cannot be read.
    #[error("cannot read {path}: {reason}")]
    #[diagnostic(code(phivet::read))]
    Read {
        /// The path as given.
        path: String,
        /// The system's reason.
        reason: String,
        /// What to do about it.
        #[help]
        help: String,
    },
    /// A report cannot be written.
    #[error("cannot write {path}: {reason}")]
    #[diagnostic(code(phivet::write))]
    Write {
        /// The path as given, or `standard output`.
        path: String,
        /// The system's reason.
        reason: String,
        /// What to do about it.
        #[help]
        help: String,
    },
    /// The command line asks for something that cannot be.
    #[error("{what}")]
    #[diagnostic(code(phivet::usage))]
    Usage {
        /// What is wrong, in words.
        what: String,
        /// What to do about it.
        #[help]
        help: String,
    },
}

/// The result of everything that can fail in phivet.
pub type Result<T, E = Error> = std::result::Result<T, E>;
