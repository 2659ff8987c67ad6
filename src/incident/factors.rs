//! The four factors of 45 CFR 164.402(2), and what to do now.

use serde::Serialize;

use super::assessment::{Facts, Kinds, Where, count};

/// A factor of 45 CFR 164.402(2).
#[derive(Clone, Debug, Serialize)]
pub struct Factor {
    /// Its number.
    pub factor: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What was measured.
    pub measured: String,
    /// What a person must fill in.
    pub to_fill_in: &'static str,
}

/// The four factors of what was found among so many people.
pub(super) fn factors(kinds: &[Kinds], facts: &Facts, people: u64) -> Vec<Factor> {
    let list: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
    let direct = list.iter().any(|kind| {
        matches!(*kind, "name" | "ssn" | "mrn" | "health_plan_id" | "email" | "phone" | "address" | "photo")
    });
    let likely = if direct {
        "direct identifiers: no re-identification is needed"
    } else {
        "no direct identifier: re-identification needs other data"
    };
    let kinds = if list.is_empty() { "nothing was found".to_owned() } else { list.join(", ") };
    vec![
        Factor {
            factor: "i",
            asks: "nature and extent of the PHI, types of identifiers, likelihood of re-identification",
            measured: format!("{kinds}; {}; {likely}.", count(people, "person", "people")),
            to_fill_in: "sensitivity of the clinical and financial content",
        },
        Factor {
            factor: "ii",
            asks: "the unauthorized person who used the PHI or to whom it was disclosed",
            measured: format!("the data lie in {}.", facts.source),
            to_fill_in: "who could read it (public or private, members, forks, mirrors), and are they bound to protect PHI",
        },
        Factor {
            factor: "iii",
            asks: "was the PHI actually acquired or viewed",
            measured: "nothing: phivet does not see access logs here.".to_owned(),
            to_fill_in: "clones, downloads and views in the access logs of the host or bucket since the first day",
        },
        Factor {
            factor: "iv",
            asks: "the extent to which the risk has been mitigated",
            measured: if facts.exposed.still_there {
                "it is still there."
            } else {
                "it is no longer in what is current; history may keep it."
            }
            .to_owned(),
            to_fill_in: "removal, assurances of the recipients, rotation of what was exposed",
        },
    ]
}

/// What to do now, with the commands for where the data lie.
pub(super) fn steps(facts: &Facts, documents: &[Where]) -> Vec<String> {
    let mut steps = vec![
        "Stop the exposure: make the repository or bucket private; keep logs and a sealed copy as evidence.".to_owned(),
        "Rotate what can be rotated: credentials in the same places, portal logins, numbers that can be issued anew."
            .to_owned(),
    ];
    if facts.source == "git history" {
        // A name that is masked, or that a shell would read otherwise, is left to whoever types the command.
        let usable = |path: &&Where| {
            path.path.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b))
                && !path.path.contains("00000")
                && !path.path.contains("xxx")
        };
        let paths: Vec<String> =
            documents.iter().filter(usable).take(10).map(|at| format!("--path {}", at.path)).collect();
        let paths = if paths.is_empty() { "--path FILE".to_owned() } else { paths.join(" ") };
        steps.push(format!("Purge history in a fresh clone: `git filter-repo --invert-paths {paths}`; then `git push --force --mirror`."));
        steps.push("Ask the host to drop caches, forks and pull-request refs; every clone must be made anew. `phivet --history --also all` shows what is left.".to_owned());
    } else if !documents.iter().any(|at| at.path.contains("://")) {
        steps.push("Remove or redact the documents above, and their copies in backups and in what was made of them; `phivet --history` tells whether a repository ever held them.".to_owned());
    } else {
        steps.push("Remove or redact the documents above, with old versions of objects: `aws s3api list-object-versions`, then `aws s3api delete-object --version-id`.".to_owned());
    }
    steps.push("Read the access logs since the first day (factor iii), and fill in the four factors.".to_owned());
    steps.push("Keep this assessment for six years, 164.414 and 164.530(j).".to_owned());
    steps
}
