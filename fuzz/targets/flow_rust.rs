//! Any text as a Rust file: it is read, and every finding lies inside.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use phivet::Rules;
use phivet::detect::flow::{Analysis, Own};
use phivet::scan::flows::alone;

static ANALYSIS: LazyLock<Analysis> =
    LazyLock::new(|| Analysis::new(&Rules::builtin().expect("the built-in rules"), &Own::default()));

fuzz_target!(|text: &str| {
    for hit in alone(&ANALYSIS, "src/fuzz.rs", text) {
        assert!(hit.at.end <= text.len());
    }
});
