//! Which revision of which repository was scanned.

use serde_sarif::sarif::{ArtifactLocation, VersionControlDetails};

use super::uri::ROOT;
use crate::report::Provenance;

/// Where the scanned revision comes from, and which folder its root is.
pub(super) fn of(from: &Provenance) -> VersionControlDetails {
    let mut root = ArtifactLocation::builder().uri_base_id(ROOT).build();
    root.uri = (!from.up.is_empty()).then(|| from.up.clone());
    let mut details = VersionControlDetails::builder()
        .repository_uri(from.repository.as_str())
        .revision_id(from.revision.as_str())
        .mapped_to(root)
        .build();
    details.branch.clone_from(&from.branch);
    details
}
