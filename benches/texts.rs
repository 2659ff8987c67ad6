//! Writes the texts of the benchmarks into a folder, for programs that read files:
//! `cargo bench --bench texts -- FOLDER`; with `growth` behind it, those that show how cost grows.
#![allow(clippy::disallowed_methods)] // it writes files

#[path = "scan/texts.rs"]
#[allow(dead_code)]
mod texts;

use std::path::PathBuf;

/// How large each text is, in bytes.
const SIZE: usize = 4 << 20;

fn main() -> std::io::Result<()> {
    // cargo adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let Some(folder) = arguments.next() else { return Ok(()) };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    if arguments.next().is_some_and(|what| what == "growth") {
        std::fs::write(folder.join("size.log"), texts::log(1 << 20))?;
        // Lines of a thousand that hold PHI.
        return [0, 1, 50, 100].into_iter().try_for_each(|share| {
            std::fs::write(folder.join(format!("share-{share}.log")), texts::log_with(16 * SIZE, share))
        });
    }
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
