//! Names of files, folders and members of archives.

use std::ops::Range;

use crate::words;

/// Words after which five digits count files.
const COUNTERS: &[&str] = &[
    "part", "batch", "chunk", "shard", "page", "split", "row", "rows", "build", "run", "seed", "port", "block", "img",
    "frame",
];

/// ZIP codes in a document's name: `visits_94110.csv`, which is no part number.
pub(super) fn zips(name: &str) -> Vec<Range<usize>> {
    let bytes = name.as_bytes();
    let (mut found, mut last, mut at) = (Vec::new(), String::new(), 0);
    while at < bytes.len() {
        let len = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if len == 0 {
            let word = bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
            if word > 0 {
                last = name[at..at + word].to_ascii_lowercase();
            }
            at += word.max(1);
            while !name.is_char_boundary(at) {
                at += 1;
            }
            continue;
        }
        let number = name[at..at + len].parse::<u32>().unwrap_or(0);
        if len == 5 && words::is_zip5(number) && !COUNTERS.contains(&last.as_str()) {
            found.push(at..at + len);
        }
        at += len;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_is_no_part_number() {
        assert_eq!(zips("out/visits_94110.csv").first(), Some(&(11..16)));
        for name in ["part-00601.parquet", "é/visits_2024.csv", "id_941100.csv", "batch94110"] {
            assert!(zips(name).is_empty(), "{name}");
        }
    }
}
