//! Exemptions count only where a trusted revision has them: a pull request cannot exempt itself.

use std::collections::HashMap;

use super::{repo, setup};
use crate::config::{self, Loaded, NAMES};
use crate::document::Document;
use crate::error::Result;
use crate::judge::Finding;
use crate::judge::baseline::{Baseline, Entry, write};
use crate::report::words;
use crate::scan::Scanner;

use super::args::ScanArgs;

/// Says of allow comments whether the trusted revision has them.
pub(super) struct Trust<'a> {
    scanner: &'a Scanner,
    revision: String,
    /// What git takes for renamed since: the new path from the root of the repository, the old one.
    renamed: HashMap<String, String>,
    top: Option<String>,
    /// The document that was asked for last, and what is allowed in it.
    document: String,
    allowed: Baseline,
    refused: u64,
}

impl<'a> Trust<'a> {
    /// Trust in a commit.
    pub(super) fn new(scanner: &'a Scanner, revision: &str) -> Self {
        let (renamed, top) = (repo::renames(revision), repo::top());
        let (document, allowed) = (String::new(), Baseline::default());
        Self { scanner, revision: revision.to_owned(), renamed, top, document, allowed, refused: 0 }
    }

    /// Does the trusted revision allow this finding? Each of its allowances covers one.
    pub(super) fn covers(&mut self, finding: &Finding) -> bool {
        if finding.document.as_str() != self.document {
            finding.document.as_str().clone_into(&mut self.document);
            self.allowed = self.allowed_before();
        }
        self.allowed.knows(self.scanner.rules(), "", finding).is_some()
    }

    /// Takes the allowance from a finding whose allow comment the trusted revision does not have.
    pub(super) fn judge(&mut self, finding: &mut Finding) {
        if !self.covers(finding) {
            finding.suppressed = None;
            finding.note =
                Some("The trusted revision has no such allow comment for this value, so it does not count.".to_owned());
            self.refused += 1;
        }
    }

    /// The findings that the trusted revision of the document allows.
    fn allowed_before(&self) -> Baseline {
        let name = self.old_name();
        let Some(bytes) = repo::file(&self.revision, &name) else { return Baseline::default() };
        let findings = self.scanner.scan(&Document::of(self.document.as_str(), bytes));
        let rules = self.scanner.rules();
        let allowed = findings.iter().filter(|finding| finding.suppressed.is_some());
        let entries = write(allowed.map(|finding| Entry::of(rules, "", finding)).collect(), None);
        let mut allowed = Baseline::parse(&entries).unwrap_or_default();
        allowed.ready("", &|_| false, HashMap::new());
        allowed
    }

    fn old_name(&self) -> String {
        let Some((top, here)) = self.top.as_ref().zip(setup::here().ok()) else { return self.document.clone() };
        let full = config::plain(&here.join(&self.document));
        let below = full.strip_prefix(top).ok().map(|below| below.to_string_lossy().into_owned());
        let old = below.and_then(|below| self.renamed.get(&below));
        old.map_or_else(|| self.document.clone(), |old| format!("{top}/{old}"))
    }

    /// What there is to say at the end.
    pub(super) fn notices(&self) -> Vec<String> {
        let refused = words::count(self.refused, "finding is", "findings are");
        let said = format!("{refused} covered by allow comments that the trusted revision does not have: they count.");
        if self.refused > 0 { vec![said] } else { Vec::new() }
    }
}

/// The configuration that holds: with `--trusted-config` that of the revision, and a notice where the one on the disk is
/// another.
pub(super) fn configuration(args: &ScanArgs) -> Result<(Loaded, Option<String>, Vec<String>)> {
    let Some(name) = &args.known.trusted_config else {
        return Ok((setup::configuration(&args.config)?, None, Vec::new()));
    };
    let revision = repo::commit(name)?;
    // What is wrong with the untrusted one does not matter.
    let own = setup::configuration(&args.config).unwrap_or_default();
    let loaded = match &args.config.config {
        Some(file) => at(&revision, &file.to_string_lossy())?,
        None if args.config.isolated => None,
        None => nearest(&revision)?,
    };
    let loaded = loaded.unwrap_or_default();
    let differs = !loaded.is_same_as(&own);
    let notice = format!("the configuration here is not that of {name}, which holds.");
    Ok((loaded, Some(revision), if differs { vec![notice] } else { Vec::new() }))
}

/// The nearest configuration of a revision, from the working directory upward.
fn nearest(revision: &str) -> Result<Option<Loaded>> {
    let up = repo::text(&["rev-parse", "--show-cdup"]).unwrap_or_default();
    let mut folder = String::new();
    loop {
        for name in NAMES {
            if let Some(loaded) = at(revision, &format!("{folder}{name}"))? {
                return Ok(Some(loaded));
            }
        }
        if folder.len() >= up.len() {
            return Ok(None);
        }
        folder += "../";
    }
}

fn at(revision: &str, path: &str) -> Result<Option<Loaded>> {
    let Some(bytes) = repo::file(revision, path) else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = setup::here()?.join(path);
    config::of_text(&config::plain(&file), text, Some(revision.to_owned())).map(Some)
}
