//! Makes of `rules/` what the library carries: one hash table of all word lists, sets of codes, the rule catalogue.

#![allow(clippy::disallowed_methods, reason = "a build script reads and writes files")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

// Shared with the library, which reads what this script writes.
#[path = "src/detect/begins.rs"]
mod begins;
#[allow(dead_code)]
#[path = "src/detect/digits.rs"]
mod digits;
#[path = "src/words/hash.rs"]
mod hash;
#[allow(dead_code)]
#[path = "src/detect/openings.rs"]
mod openings;
#[path = "src/streams/program.rs"]
mod program;
#[allow(dead_code)]
#[path = "src/detect/programs.rs"]
mod programs;
#[path = "src/detect/questions.rs"]
mod questions;
#[allow(dead_code)]
#[path = "src/detect/search.rs"]
mod search;
#[allow(dead_code)]
#[path = "src/detect/shapes.rs"]
mod shapes;
#[path = "src/streams/source.rs"]
mod source;
#[allow(dead_code)]
#[path = "src/detect/vocabulary.rs"]
mod vocabulary;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Word lists and the lowest bit of their facts. A list with classes sets three bits, another one.
const LISTS: &[(&str, u32)] = &[
    ("given_names", 0),
    ("surnames", 3),
    ("common_words", 6),
    ("name_stop_terms", 9),
    ("cities", 10),
    ("states", 11),
    ("drugs", 12),
    ("conditions", 13),
    ("labs", 14),
    ("health", 15),
    ("abbreviations", 15),
    ("months", 16),
    ("street_suffixes", 17),
    ("titles", 18),
    ("credentials", 19),
    ("relatives", 20),
    ("name_cues", 21),
    ("abbreviations", 22),
    ("counties", 23),
    ("placeholder_people", 24),
];
/// The lowest of the six bits that hold a state's number.
const STATE: u32 = 25;

fn main() -> Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for watched in [
        "build.rs",
        "src/words/hash.rs",
        "src/detect/begins.rs",
        "src/detect/digits.rs",
        "src/detect/openings.rs",
        "src/detect/programs.rs",
        "src/detect/questions.rs",
        "src/detect/search.rs",
        "src/detect/shapes.rs",
        "src/detect/vocabulary.rs",
        "src/streams/program.rs",
        "src/streams/source.rs",
        "src/streams/ordinary.txt",
        "rules/vocabulary",
        "rules/words",
        "rules/identifiers",
        "rules/barriers",
        "rules/sinks/rust",
    ] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let words = root.join("rules/words");
    let codes = state_codes(&words)?;
    fs::write(out.join("words.bin"), word_table(&words, &codes)?)?;
    fs::write(out.join("states.bin"), format!("--{}", codes.concat().to_uppercase()))?;
    fs::write(out.join("zip3.bin"), zip3_table(&words, &codes)?)?;
    fs::write(out.join("zip5.bin"), bitmap(&words, "zip5", 100_000)?)?;
    fs::write(out.join("area.bin"), bitmap(&words, "area_codes", 1_000)?)?;
    fs::write(out.join("suffixes.bin"), suffixes(&words)?)?;
    fs::write(out.join("medical.bin"), medical(&words)?)?;
    let (first, rest) = icd10cm(&words)?;
    fs::write(out.join("icd10cm_first.bin"), first)?;
    fs::write(out.join("icd10cm_rest.bin"), rest)?;
    let rules = catalogue(&root)?;
    let patterns = patterns(&rules);
    let unusable = |((rule, _), why): (search::Look, String)| format!("{}: {why}", rules[usize::from(rule)]["file"]);
    let ordinary = fs::read(root.join("src/streams/ordinary.txt"))?;
    let search = search::Search::builtin(patterns.iter().copied(), &ordinary).map_err(unusable)?;
    fs::write(out.join("search.bin"), search.to_bytes())?;
    fs::write(
        out.join("search.rs"),
        source::write(&questions::questions(patterns.into_iter(), &ordinary)?, &ordinary),
    )?;
    fs::write(out.join("labels.bin"), labels(&rules))?;
    let barriers: serde_json::Value =
        serde_yaml::from_str(&fs::read_to_string(root.join("rules/barriers/rust.yaml"))?)?;
    fs::write(out.join("barriers.json"), barriers.to_string())?;
    fs::write(out.join("programs.bin"), programs(&rules)?)?;
    let ids: Vec<&str> = rules.iter().filter_map(|rule| rule["rule"]["id"].as_str()).collect();
    fs::write(out.join("rules.txt"), ids.join("\n"))?;
    let mut texts = String::new();
    let rules = rules.into_iter().map(|filed| set_apart(filed, &mut texts));
    let rules = serde_json::to_string(&rules.collect::<Vec<_>>())?;
    let digest = Sha256::digest([rules.as_bytes(), texts.as_bytes()].concat());
    fs::write(out.join("texts.txt"), texts)?;
    fs::write(out.join("rules.sha256"), digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())?;
    fs::write(out.join("rules.json"), rules)?;
    Ok(())
}

/// The lines of a list, without its comment.
fn lines(words: &Path, list: &str) -> Result<Vec<String>> {
    let path = words.join(format!("{list}.txt"));
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect())
}

/// A line's first two columns; the second may be absent.
fn columns(line: &str) -> (&str, &str) {
    line.split_once('\t').unwrap_or((line, ""))
}

/// Codes of the states; a state's number is its place here, from 1.
fn state_codes(words: &Path) -> Result<Vec<String>> {
    let mut codes: Vec<String> = lines(words, "states")?.iter().map(|line| columns(line).0.to_owned()).collect();
    codes.dedup();
    Ok(codes)
}

fn state_number(codes: &[String], code: &str) -> Result<u8> {
    let at = codes.iter().position(|c| c.eq_ignore_ascii_case(code)).ok_or_else(|| format!("no state {code}"))?;
    Ok(u8::try_from(at + 1)?)
}

/// The table that `words.rs` describes, at most 70 % full.
fn word_table(words: &Path, codes: &[String]) -> Result<Vec<u8>> {
    let mut entries = Vec::new();
    for &(list, bit) in LISTS {
        for line in lines(words, list)? {
            let (word, second) = columns(&line);
            if list == "states" {
                let facts = 1 << bit | u32::from(state_number(codes, word)?) << STATE;
                entries.extend([(key(word)?, facts), (key(second)?, facts)]);
            } else {
                let class: u32 = if second.is_empty() { 1 } else { second.parse()? };
                entries.push((key(word)?, class << bit));
            }
        }
    }
    entries.sort_unstable();
    let mut merged: Vec<(u64, u32)> = Vec::new();
    for (hash, facts) in entries {
        match merged.last_mut() {
            Some(last) if last.0 == hash => last.1 |= facts,
            _ => merged.push((hash, facts)),
        }
    }
    let size = (merged.len() * 10 / 7).next_power_of_two();
    let mut slots = vec![0_u64; size];
    for (hash, facts) in merged {
        let mut at = (hash >> 32) as usize & (size - 1);
        while slots[at] != 0 {
            at = (at + 1) & (size - 1);
        }
        slots[at] = u64::from(facts) << 32 | hash & 0xFFFF_FFFF;
    }
    Ok(slots.into_iter().flat_map(u64::to_le_bytes).collect())
}

fn key(word: &str) -> Result<u64> {
    let mut out = [0; hash::LONGEST_PHRASE];
    let length = hash::fold_words(word.split_ascii_whitespace().map(str::as_bytes), &mut out);
    let hash = length.and_then(|length| hash::hash(&out[..length]));
    Ok(hash.ok_or_else(|| format!("empty, too long or not Latin: {word}"))?)
}

fn bitmap(words: &Path, list: &str, size: usize) -> Result<Vec<u8>> {
    let mut bits = vec![0_u8; size.div_ceil(8)];
    for line in lines(words, list)? {
        let number: usize = line.parse()?;
        bits[number / 8] |= 1 << (number % 8);
    }
    Ok(bits)
}

/// Which beginnings and lengths street suffixes have: a quick no for most words.
fn suffixes(words: &Path) -> Result<Vec<u8>> {
    let mut bits = vec![0_u8; hash::BEGINNINGS / 8];
    for line in lines(words, "street_suffixes")? {
        let bit = hash::beginning(columns(&line).0.as_bytes());
        bits[bit / 8] |= 1 << (bit % 8);
    }
    Ok(bits)
}

/// What words of health care begin with: a quick no for most words. Abbreviations, and short names of drugs and the like,
/// are no such words by themselves.
fn medical(words: &Path) -> Result<Vec<u8>> {
    let mut bits = vec![0_u8; hash::FOURS / 8];
    for (list, least) in [("drugs", 5), ("conditions", 5), ("labs", 5), ("health", 3)] {
        for line in lines(words, list)? {
            let mut out = [0; hash::LONGEST_PHRASE];
            let length = hash::fold_words(std::iter::once(columns(&line).0.as_bytes()), &mut out).unwrap_or(0);
            if length >= least && out[..length].iter().all(u8::is_ascii_alphabetic) {
                let bit = hash::four([out[0], out[1], out[2], out[3]]);
                bits[bit / 8] |= 1 << (bit % 8);
            }
        }
    }
    Ok(bits)
}

fn zip3_table(words: &Path, codes: &[String]) -> Result<Vec<u8>> {
    let mut table = vec![[0_u8; 6]; 1_000];
    for line in lines(words, "zip3")? {
        let (zip3, rest) = columns(&line);
        let (states, flag) = columns(rest);
        let row = &mut table[zip3.parse::<usize>()?];
        row[0] = u8::from(flag == "restricted");
        for (place, code) in row[1..].iter_mut().zip(states.split(',')) {
            *place = state_number(codes, code)?;
        }
    }
    Ok(table.concat())
}

/// Where each category's codes begin, and what follows the category in each code.
fn icd10cm(words: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut codes = Vec::new();
    for line in lines(words, "icd10cm")? {
        let (category, rest) = line.as_bytes().split_at(3.min(line.len()));
        let numbers = hash::icd10cm_category(category).zip(hash::icd10cm_rest(rest));
        codes.push(numbers.ok_or_else(|| format!("not a code: {line}"))?);
    }
    codes.sort_unstable();
    let begin = |category| u32::try_from(codes.partition_point(|code| code.0 < category));
    let first: Vec<u32> = (0..=26 * 360).map(begin).collect::<std::result::Result<_, _>>()?;
    let rest = codes.iter().flat_map(|code| code.1.to_le_bytes().into_iter().take(3));
    Ok((first.into_iter().flat_map(u32::to_le_bytes).collect(), rest.collect()))
}

/// All rules as one JSON text: `[{"file": "rules/identifiers/ssn.yaml", "rule": {…}}, …]`, sorted by file name.
fn catalogue(root: &Path) -> Result<Vec<serde_json::Value>> {
    let mut files = Vec::new();
    for folder in ["rules/identifiers", "rules/sinks/rust"] {
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut rules = Vec::new();
    for path in files {
        println!("cargo:rerun-if-changed={}", path.display());
        let file = path.strip_prefix(root)?.display().to_string().replace('\\', "/");
        let text = fs::read_to_string(&path).map_err(|e| format!("{file}: {e}"))?;
        let rule: serde_json::Value = serde_yaml::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
        rules.push(serde_json::json!({ "file": file, "rule": rule }));
    }
    // As `Rules` orders them: by id.
    rules.sort_by_key(|r| r["rule"]["id"].as_str().unwrap_or_default().to_owned());
    Ok(rules)
}

/// The rule without its lists of texts: they go to `texts`, and the rule says where in them
/// they stand (`rule/texts.rs`).
fn set_apart(mut filed: serde_json::Value, texts: &mut String) -> serde_json::Value {
    let rule = &mut filed["rule"];
    for path in [
        "/identifier/looks",
        "/identifier/labelled",
        "/identifier/called",
        "/identifier/called_with_owner",
        "/identifier/never",
        "/examples/hit",
        "/examples/miss",
    ] {
        if let Some(list) = rule.pointer_mut(path)
            && let Some(own) = list.as_array()
        {
            let start = texts.len();
            own.iter().for_each(|text| *texts += &format!("\u{7f}{}", text.as_str().unwrap_or_default()));
            *list = format!("\u{7f}{start} {}", texts.len()).into();
        }
    }
    filed
}

/// The patterns that are searched for in running text.
fn patterns(rules: &[serde_json::Value]) -> Vec<search::Pattern<'_>> {
    let mut patterns = Vec::new();
    for (rule, filed) in (0u16..).zip(rules) {
        let identifier = &filed["rule"]["identifier"];
        let in_text = identifier["alone"].as_str().is_some_and(|alone| alone != "never");
        let looks = identifier["looks"].as_array().filter(|_| in_text);
        for (look, pattern) in (0u16..).zip(looks.into_iter().flatten()) {
            let street = !identifier["near"].is_null();
            patterns.push(((rule, look), pattern.as_str().unwrap_or_default(), street));
        }
    }
    patterns
}

/// The words of the labels.
fn labels(rules: &[serde_json::Value]) -> Vec<u8> {
    let names = (0u16..).zip(rules).map(|(rule, filed)| {
        let list = |name: &str| {
            let list = filed["rule"]["identifier"][name].as_array();
            list.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
        };
        let [called, called_with_owner, never] = ["called", "called_with_owner", "never"].map(list);
        vocabulary::Names { rule, called, called_with_owner, never }
    });
    vocabulary::Table::new(names).as_bytes().to_vec()
}

/// The automata of all patterns.
fn programs(rules: &[serde_json::Value]) -> Result<Vec<u8>> {
    let lists = rules.iter().flat_map(|filed| ["looks", "labelled"].map(|list| &filed["rule"]["identifier"][list]));
    let patterns = lists.filter_map(serde_json::Value::as_array).flatten().filter_map(serde_json::Value::as_str);
    let little_endian = std::env::var("CARGO_CFG_TARGET_ENDIAN")? == "little";
    Ok(programs::table(patterns, little_endian))
}
