//! The reader `web`: no panic, every value and label inside the document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use phivet::Document;
use phivet::fields::{Label, web};

fuzz_target!(|data: &[u8]| {
    let document = Document::of("a.log", data.to_vec());
    let mut fields = Vec::new();
    // Also what the format's own test would turn away.
    let _ = (web::FORMAT.is)(&document);
    (web::FORMAT.read)(&document, &mut fields);
    for field in fields {
        assert!(field.value.start <= field.value.end && field.value.end <= data.len());
        if let Label::Text(label) = field.label {
            assert!(label.start <= label.end && label.end <= data.len());
        }
    }
});
