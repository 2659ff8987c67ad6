//! Document names as URIs.

use std::collections::BTreeMap;

use serde_sarif::sarif::{ArtifactLocation, Message};

use crate::mask::Masked;
use crate::report::Meta;

/// The name of the run's root. Where that folder is on the machine is nobody's business: a path may name a person.
pub(super) const ROOT: &str = "%SRCROOT%";

/// What relative URIs are relative to.
pub(super) fn bases() -> BTreeMap<String, ArtifactLocation> {
    let says = Message::builder().text("The folder in which phivet was run.").build();
    BTreeMap::from([(ROOT.to_owned(), ArtifactLocation::builder().description(says).build())])
}

/// Where a document is: relative to the run's root, as GitHub wants it, if it lies there.
pub(super) fn artifact(meta: &Meta<'_>, document: &Masked) -> ArtifactLocation {
    let uri = uri(meta.root.as_deref(), document.as_str());
    let mut artifact = ArtifactLocation::builder().uri(&uri).build();
    artifact.uri_base_id = (!uri.contains("://")).then(|| ROOT.to_owned());
    artifact
}

fn uri(root: Option<&str>, name: &str) -> String {
    if let Some((scheme, rest)) = name.split_once("://") {
        return format!("{scheme}://{}", encoded(rest));
    }
    let below = root.and_then(|root| name.strip_prefix(root)).and_then(|rest| rest.strip_prefix('/'));
    match below {
        Some(rest) => encoded(rest),
        None if name.starts_with('/') => format!("file://{}", encoded(name)),
        None => encoded(name),
    }
}

fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'!' => {
                out.push(char::from(byte))
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_uris() {
        for (name, wanted) in [
            ("src/main.rs", "src/main.rs"),
            ("/home/me/a b.csv", "a%20b.csv"),
            ("/etc/x:y", "file:///etc/x%3Ay"),
            ("<stdin>", "%3Cstdin%3E"),
            ("s3://bucket/day 1/é", "s3://bucket/day%201/%C3%A9"),
            ("a.tar.gz!dir/b.log", "a.tar.gz!dir/b.log"),
        ] {
            assert_eq!(uri(Some("/home/me"), name), wanted);
        }
    }
}
