//! Texts made from a seed: the same on every machine. All people and numbers are invented.

use std::fmt::Write;
use std::path::Path;

/// A small generator of numbers (xorshift64*): good enough to make texts, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.roll() >> 33) % n
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.below(list.len() as u64);
        list[usize::try_from(at).unwrap_or(0)]
    }
}

const LEVELS: &[&str] = &["INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"];
const PARTS: &[&str] = &["Registration", "Eligibility", "Hl7Feed", "Scheduler", "Cache", "HttpClient", "Reminder"];
const SAYS: &[&str] = &[
    "request completed",
    "connection returned to the pool",
    "retrying after a timeout of the upstream",
    "configuration was loaded from the environment",
    "cache miss, reading from the database",
    "message acknowledged",
    "no free worker, the job waits",
];
const GIVEN: &[&str] = &["Denise", "Harold", "Teresa", "Walter", "Yolanda", "Clifford", "Priscilla", "Norma"];
const SURNAMES: &[&str] = &["Caldwell", "Brennan", "Ramirez", "Hutchins", "Pruitt", "Nakamura", "Okafor", "Delacroix"];
const AGENTS: &[&str] = &["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "curl/8.5.0", "kube-probe/1.29"];
const ROUTES: &[&str] = &["/healthz", "/api/v2/slots", "/static/app.3f9c1d.js", "/api/v2/labels/print", "/login"];

/// A service's log, a mix of JSON lines, logback, nginx and stack traces; one line in a thousand holds PHI.
pub(crate) fn log(size: usize) -> Vec<u8> {
    log_with(size, 1)
}

/// The same with PHI on so many lines of a thousand.
pub(crate) fn log_with(size: usize, patients: u64) -> Vec<u8> {
    let (mut dice, mut out) = (Dice(0x5eed_0001), String::with_capacity(size + 512));
    while out.len() < size {
        let line = match dice.below(1000) {
            n if n < patients => patient(&mut dice),
            ..=349 => json(&mut dice),
            350..=699 => logback(&mut dice),
            700..=939 => nginx(&mut dice),
            _ => trace(&mut dice),
        };
        out.push_str(&line);
    }
    out.into_bytes()
}

/// A log whose lines have become one.
pub(crate) fn one_line(size: usize) -> Vec<u8> {
    let mut text = log(size);
    text.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    text
}

/// HL7 v2 messages (ADT), one after the other.
pub(crate) fn hl7(size: usize) -> Vec<u8> {
    let (mut dice, mut out) = (Dice(0x5eed_0004), String::with_capacity(size + 512));
    while out.len() < size {
        let (given, surname, id) = (dice.one_of(GIVEN), dice.one_of(SURNAMES), 10_000_000 + dice.below(9_000_000));
        let (year, month, day) = (1930 + dice.below(70), 1 + dice.below(12), 1 + dice.below(28));
        let _ = write!(
            out,
            "MSH|^~\\&|ADT|HARBORVIEW|LAB|HARBORVIEW|20250914081200||ADT^A08|{id}|P|2.5\r\
             PID|1||{id}^^^HARBORVIEW^MR||{surname}^{given}||{year}{month:02}{day:02}|F|||418 HAWTHORNE AVE^^PORTLAND^OR^97214\r\
             PV1|1|I|4W^412^1||||1932102084^HUTCHINS^CLARA\rOBX|1|NM|718-7^HEMOGLOBIN^LN||13.{}|g/dL\r",
            dice.below(10)
        );
    }
    out.into_bytes()
}

/// FHIR bundles as lines of JSON (R4): patients, and observations that refer to them.
pub(crate) fn fhir(size: usize) -> Vec<u8> {
    let (mut dice, mut out) = (Dice(0x5eed_0005), String::with_capacity(size + 1024));
    while out.len() < size {
        let (given, surname, id) = (dice.one_of(GIVEN), dice.one_of(SURNAMES), uuid(&mut dice));
        let (year, month, day, mrn) =
            (1930 + dice.below(70), 1 + dice.below(12), 1 + dice.below(28), 10_000_000 + dice.below(9_000_000));
        let _ = writeln!(
            out,
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{{\"resource\":{{\"resourceType\":\"Patient\",\
             \"id\":\"{id}\",\"identifier\":[{{\"type\":{{\"text\":\"MRN\"}},\"value\":\"{mrn}\"}}],\"name\":[{{\"family\":\"{surname}\",\
             \"given\":[\"{given}\"]}}],\"birthDate\":\"{year}-{month:02}-{day:02}\"}}}},{{\"resource\":{{\"resourceType\":\
             \"Observation\",\"status\":\"final\",\"code\":{{\"text\":\"Hemoglobin\"}},\"subject\":{{\"reference\":\"Patient/{id}\"}},\
             \"valueQuantity\":{{\"value\":13.{},\"unit\":\"g/dL\"}}}}}}]}}",
            dice.below(10)
        );
    }
    out.into_bytes()
}

/// Lines that hold a patient each.
pub(crate) fn hits(size: usize) -> Vec<u8> {
    let (mut dice, mut out) = (Dice(0x5eed_0002), String::with_capacity(size + 512));
    while out.len() < size {
        out.push_str(&patient(&mut dice));
    }
    out.into_bytes()
}

/// A source tree in one text: this project's sources, then generated code, again and again.
pub(crate) fn source(size: usize) -> Vec<u8> {
    let mut own = String::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut own);
    let (mut dice, mut out) = (Dice(0x5eed_0003), String::with_capacity(size + own.len()));
    while out.len() < size {
        out.push_str(&own);
        for _ in 0..4000 {
            function(&mut dice, &mut out);
        }
    }
    out.into_bytes()
}

/// Generated code alone: the same however this project changes.
pub(crate) fn code(size: usize) -> Vec<u8> {
    let (mut dice, mut out) = (Dice(0x5eed_0006), String::with_capacity(size + 1024));
    while out.len() < size {
        function(&mut dice, &mut out);
    }
    out.into_bytes()
}

fn collect(folder: &Path, out: &mut String) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

fn function(dice: &mut Dice, out: &mut String) {
    let (name, n) = (dice.one_of(PARTS).to_lowercase(), dice.below(100_000));
    let _ = writeln!(
        out,
        "/// Says what the {name} does with case {n}.\npub fn {name}_{n}(input: &Input) -> Option<u32> {{"
    );
    for _ in 0..=dice.below(4) {
        let (step, size) = (dice.one_of(SAYS), dice.below(4096));
        let _ = writeln!(out, "    let step = input.take({size})?.trim(); // {step}");
        let _ = writeln!(out, "    tracing::debug!(target: \"{name}\", size = {size}, \"{step}\");");
    }
    let _ = writeln!(out, "    step.parse::<u32>().ok().filter(|n| *n != 0x{n:08x})\n}}\n");
}

fn time(dice: &mut Dice) -> String {
    let (h, m, s, ms) = (dice.below(24), dice.below(60), dice.below(60), dice.below(1000));
    format!("{h:02}:{m:02}:{s:02}.{ms:03}")
}

fn uuid(dice: &mut Dice) -> String {
    let (a, b) = (dice.roll(), dice.roll());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

fn json(dice: &mut Dice) -> String {
    let (time, id, level, part) = (time(dice), uuid(dice), dice.one_of(LEVELS), dice.one_of(PARTS));
    let (took, bytes, says) = (dice.below(2000), dice.below(900_000), dice.one_of(SAYS));
    format!(
        "{{\"ts\":\"2025-09-14T{time}Z\",\"level\":\"{level}\",\"logger\":\"c.h.intake.{part}\",\"trace_id\":\"{id}\",\
         \"took_ms\":{took},\"bytes\":{bytes},\"pod\":\"intake-7d9c5b4f6-x2x9k\",\"message\":\"{says}\"}}\n"
    )
}

fn logback(dice: &mut Dice) -> String {
    let (time, level, part, n) = (time(dice), dice.one_of(LEVELS), dice.one_of(PARTS), dice.below(12));
    let (id, says, took) = (uuid(dice), dice.one_of(SAYS), dice.below(2000));
    format!(
        "2025-09-14 {time} {level:>5} 48213 --- [nio-8080-exec-{n}] c.h.intake.{part:<24} : {says}, id={id} took={took}ms\n"
    )
}

fn nginx(dice: &mut Dice) -> String {
    let (a, b, route, agent) = (dice.below(250), dice.below(250), dice.one_of(ROUTES), dice.one_of(AGENTS));
    let (status, bytes, n) =
        (dice.one_of(&["200", "200", "204", "304", "404", "502"]), dice.below(90_000), dice.below(999));
    let time = time(dice);
    format!(
        "10.4.{a}.{b} - - [14/Sep/2025:{} +0000] \"GET {route}?page={n} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"\n",
        &time[..8]
    )
}

fn trace(dice: &mut Dice) -> String {
    let mut out = String::from("java.lang.IllegalStateException: the reader is closed\n");
    for _ in 0..6 + dice.below(10) {
        let (part, line) = (dice.one_of(PARTS), dice.below(900));
        let _ = writeln!(out, "\tat com.harborview.intake.{part}.run({part}.java:{line}) ~[intake-4.12.0.jar:4.12.0]");
    }
    out
}

fn patient(dice: &mut Dice) -> String {
    let (given, surname, time) = (dice.one_of(GIVEN), dice.one_of(SURNAMES), time(dice));
    let (year, month, day) = (1930 + dice.below(70), 1 + dice.below(12), 1 + dice.below(28));
    let (mrn, phone) = (10_000_000 + dice.below(9_000_000), 2000 + dice.below(7000));
    let (area, group, serial) = (201 + dice.below(400), 11 + dice.below(80), 1001 + dice.below(8000));
    format!(
        "2025-09-14 {time}  WARN Eligibility : no match for patient name=\"{given} {surname}\" \
         dob={year}-{month:02}-{day:02} mrn={mrn} ssn={area}-{group}-{serial} phone=614-470-{phone}\n"
    )
}
