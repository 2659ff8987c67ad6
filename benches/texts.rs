//! Writes the texts of the benchmarks into a folder, for programs that read files:
//! `cargo bench --bench texts -- FOLDER`.
#![allow(clippy::disallowed_methods)] // it writes files

#[path = "scan/texts.rs"]
#[allow(dead_code)]
mod texts;

use std::path::PathBuf;

/// How large each text is, in bytes.
const SIZE: usize = 4 << 20;

fn main() -> std::io::Result<()> {
    // cargo adds `--bench`.
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else { return Ok(()) };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    let all = [
        ("log.log", texts::log(SIZE)),
        ("log-5-percent.log", texts::log_with(SIZE, 50)),
        ("one-line.log", texts::one_line(SIZE)),
        ("only-hits.log", texts::hits(SIZE / 8)),
        ("messages.hl7", texts::hl7(SIZE / 8)),
        ("bundles.ndjson", texts::fhir(SIZE / 8)),
        // Not as Rust: that would be followed, which `benches/flow.rs` measures.
        ("code.go", texts::code(SIZE)),
    ];
    all.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}
