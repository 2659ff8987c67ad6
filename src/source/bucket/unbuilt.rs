//! What stands for writing to buckets where phivet is built without the feature `cloud`: there are no uploads.

use std::io::{self, Write};

use super::Destination;
use crate::error::{Error, Result};

/// None: this build cannot open addresses.
pub enum Uploads {}

/// None: this build cannot open addresses.
pub enum Upload {}

impl Uploads {
    /// Says that this build cannot.
    ///
    /// # Errors
    /// Always.
    pub fn open(_: &Destination) -> Result<Self> {
        Err(Error::Usage {
            what: "this phivet was built without the feature `cloud`, and cannot open addresses".to_owned(),
            help: "build it with the feature `cloud`, or write to a folder".to_owned(),
        })
    }

    /// Is never asked.
    ///
    /// # Errors
    /// Never.
    pub fn key(&self, _: &str, _: &str) -> Result<String, String> {
        match *self {}
    }

    /// Is never asked.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        match *self {}
    }

    /// Is never asked.
    #[must_use]
    pub fn holds(&self, _: &str, _: u64, _: i64) -> bool {
        match *self {}
    }

    /// Is never asked.
    #[must_use]
    pub fn shown(&self, _: &str) -> String {
        match *self {}
    }

    /// Is never asked.
    ///
    /// # Errors
    /// Never.
    pub fn begin(&self, _: &str) -> Result<Upload, String> {
        match *self {}
    }
}

impl Upload {
    /// Is never asked.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        match *self {}
    }

    /// Is never asked.
    ///
    /// # Errors
    /// Never.
    pub fn finish(self) -> Result<(), String> {
        match self {}
    }
}

impl Write for Upload {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {}
    }
}

/// Nothing: there are no addresses.
#[must_use]
pub fn below(_: &str, _: &str) -> Option<String> {
    None
}
