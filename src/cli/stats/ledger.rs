//! The ledger: what was spent on a data set.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::{known, outputs};
use crate::error::{Error, Result};
use crate::stats::Ratio;

/// A line of the ledger. All epsilons are in millionths, so that they add up exactly.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    at: String,
    epsilon: u64,
    budget: u64,
    per_person: u32,
}

/// Notes what is spent before anything is printed, and says what is left, in millionths.
pub(super) fn spend(ledger: &Path, epsilon: Ratio, (budget, per_person): (Option<Ratio>, u32)) -> Result<u64> {
    let path = ledger.display().to_string();
    let unread = |reason: String| {
        Error::Read {
        path: path.clone(),
        reason,
        help: "the ledger says what may still be released; name it with --ledger, and never begin it anew for the same data".to_owned(),
    }
    };
    let mut file = opened(ledger).map_err(|error| unread(error.to_string()))?;
    // Two at once would both spend what is left.
    file.lock().map_err(|error| unread(error.to_string()))?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| unread(error.to_string()))?;
    let (mut spent, mut begun) = (0_u64, None);
    for (at, line) in text.lines().enumerate() {
        let line: Spent = serde_json::from_str(line).map_err(|_| unread(format!("line {} is no entry", at + 1)))?;
        spent = spent.saturating_add(line.epsilon);
        begun = begun.or(Some(line.budget));
    }
    let asked = budget.map(Ratio::millionths);
    if let (Some(begun), Some(asked)) = (begun, asked)
        && begun != asked
    {
        return Err(unread("it was begun with another budget".to_owned()));
    }
    let budget = begun.or(asked).unwrap_or(1_000_000);
    let epsilon = epsilon.millionths();
    let Some(left) = budget.checked_sub(spent.saturating_add(epsilon)) else {
        return Err(Error::Usage {
            what: format!(
                "the privacy budget does not suffice: {} of {} are left",
                decimal(budget.saturating_sub(spent)),
                decimal(budget)
            ),
            help: "nothing was released; a smaller --epsilon asks for less, and spent budget does not come back"
                .to_owned(),
        });
    };
    let entry = Spent { at: known::today(), epsilon, budget, per_person };
    let mut line = serde_json::to_string(&entry).unwrap_or_default();
    line.push('\n');
    let ends = text.is_empty() || text.ends_with('\n');
    let noted = if ends { Ok(()) } else { file.write_all(b"\n") }
        .and_then(|()| file.write_all(line.as_bytes()))
        .and_then(|()| file.sync_all());
    noted.map_err(|error| outputs::unwritten(&path, &error))?;
    Ok(left)
}

fn opened(path: &Path) -> std::io::Result<File> {
    File::options().read(true).append(true).create(true).open(path)
}

/// Millionths as a decimal number.
#[allow(clippy::cast_precision_loss)]
pub(super) fn decimal(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}
