//! What a drill showed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::plants::Plant;

/// What became of a plant.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its rule found it.
    Caught,
    /// Another rule found it.
    CaughtAs(String),
    /// The configuration hides it.
    Hidden(&'static str),
    /// Nothing finds it there, whatever the configuration.
    Missed,
}

/// A step of the drill.
#[derive(Serialize)]
pub(super) struct Step {
    step: &'static str,
    pub(super) caught: u64,
    pub(super) seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

impl Step {
    pub(super) fn new(step: &'static str) -> Self {
        Self { step, caught: 0, seconds: 0.0, note: None }
    }
}

/// What a drill showed.
#[derive(Serialize)]
pub(super) struct Drilled {
    planted: u64,
    caught: u64,
    hidden: BTreeMap<&'static str, Vec<String>>,
    missed: BTreeMap<String, Vec<String>>,
    files: Vec<PerFile>,
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<String>,
}

#[derive(Serialize)]
struct PerFile {
    path: String,
    planted: u64,
    caught: u64,
}

impl Drilled {
    /// Of what became of the plants; `shown` says how names of files may be printed.
    pub(super) fn of(
        plants: &[Plant],
        mut steps: Vec<Step>,
        (files, kept): (&[String], Option<String>),
        shown: &dyn Fn(&str) -> String,
    ) -> Self {
        let place = |plant: &Plant| format!("{}:{}", shown(&plant.path), plant.line);
        let caught = |plant: &&Plant| matches!(plant.fate, Fate::Caught | Fate::CaughtAs(_));
        let mut hidden: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for plant in plants {
            match &plant.fate {
                Fate::Hidden(by) => hidden.entry(*by).or_default().push(place(plant)),
                Fate::Missed => missed.entry(plant.rule.clone()).or_default().push(place(plant)),
                Fate::Caught | Fate::CaughtAs(_) => {}
            }
        }
        let per_file = |path: &String| {
            let own = || plants.iter().filter(|plant| plant.path == *path);
            PerFile { path: shown(path), planted: own().count() as u64, caught: own().filter(caught).count() as u64 }
        };
        let caught = plants.iter().filter(caught).count() as u64;
        if let Some(scan) = steps.first_mut() {
            scan.caught = caught;
        }
        let files = files.iter().map(per_file).filter(|file| file.planted > 0).collect();
        Self { planted: plants.len() as u64, caught, hidden, missed, files, steps, kept }
    }

    /// Was everything caught but what an allow comment covers?
    pub(super) fn passes(&self) -> bool {
        self.missed.is_empty() && self.hidden.keys().all(|by| *by == ALLOWED)
    }

    /// Numbers for a trail.
    pub(super) fn counts(&self) -> BTreeMap<String, u64> {
        BTreeMap::from([("planted".to_owned(), self.planted), ("caught".to_owned(), self.caught)])
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    pub(super) fn text(&self) -> String {
        let mut out = format!(
            "planted {} made-up identifiers into a copy of {} files; the original is untouched\n",
            self.planted,
            self.files.len()
        );
        for step in &self.steps {
            let note = step.note.as_deref().map_or_else(String::new, |note| format!(" ({note})"));
            let _ =
                writeln!(out, "  {:<7} {} of {} in {:.2} s{note}", step.step, step.caught, self.planted, step.seconds);
        }
        for file in self.files.iter().filter(|file| file.caught < file.planted) {
            let _ = writeln!(out, "  {:>4} of {:<4} {}", file.caught, file.planted, file.path);
        }
        for (by, places) in &self.hidden {
            let why = if *by == ALLOWED { ", planted so, to show what one does" } else { "" };
            let _ = writeln!(out, "hidden by {by}{why}: {}", places.len());
            list(&mut out, places);
        }
        for (rule, places) in &self.missed {
            let _ = writeln!(out, "not found where it stands: {rule} ({})", places.len());
            list(&mut out, places);
        }
        if let Some(kept) = &self.kept {
            let _ = writeln!(out, "the copy is kept in {kept}");
        }
        out
    }
}

/// What hides the plants beside which an allow comment stands.
pub(super) const ALLOWED: &str = "an allow comment";

/// Places that are listed of each.
const LISTED: usize = 3;

fn list(out: &mut String, places: &[String]) {
    for place in places.iter().take(LISTED) {
        let _ = writeln!(out, "  {place}");
    }
    if places.len() > LISTED {
        let _ = writeln!(out, "  and {} more", places.len() - LISTED);
    }
}
