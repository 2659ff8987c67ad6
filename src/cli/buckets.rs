//! What the flags for buckets ask for.

use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::args::ScanArgs;
use super::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::source::bucket::{self, Buckets};

/// What of buckets is wanted, if anything is.
pub(super) fn asked(args: &ScanArgs, urls: Vec<String>, checkpoint: Option<&Checkpoint>) -> Result<Option<Buckets>> {
    if urls.is_empty() {
        let flags = [(args.since.or(args.until).is_some(), "--since and --until"), (args.sample.is_some(), "--sample")];
        let flags = flags.into_iter().chain([(args.checkpoint.is_some(), "--checkpoint")]);
        let flag = flags.into_iter().find(|(given, _)| *given);
        return flag.map_or(Ok(None), |(_, flag)| {
            Err(usage(&format!("{flag} are for buckets"), "name one: s3://bucket/logs/"))
        });
    }
    built("pipe the object into `phivet -`")?;
    let (begin, after) = Checkpoint::asked(checkpoint);
    Ok(Some(Buckets {
        urls,
        endpoint: args.endpoint.clone(),
        authorities: authorities(args.ca.as_deref())?,
        instance_credentials: !args.no_instance_credentials,
        since: args.since,
        until: args.until,
        sample: args.sample,
        in_flight: args.in_flight.get(),
        begin,
        after,
        traffic: Arc::default(),
    }))
}

/// Says where this build cannot open addresses; `instead` is what to do without.
pub(super) fn built(instead: &str) -> Result<()> {
    if cfg!(feature = "cloud") {
        return Ok(());
    }
    Err(usage(
        "this phivet was built without the feature `cloud`, and cannot open addresses",
        &format!("build it with `cargo install --path . --features cloud` in its sources, or {instead}"),
    ))
}

/// The certificates in the file of `--ca`.
pub(super) fn authorities(file: Option<&Path>) -> Result<Option<Vec<u8>>> {
    let read = |file: &Path| {
        std::fs::read(file).map_err(|error| Error::Read {
            path: file.display().to_string(),
            reason: error.to_string(),
            help: "name a file of certificates (PEM)".to_owned(),
        })
    };
    file.map(read).transpose()
}

/// What `--include` and `--exclude` leave in; `None`: everything.
pub(super) fn chosen(args: &ScanArgs) -> Result<Option<impl Fn(&str) -> bool + Send + Sync + Clone + 'static>> {
    let (include, exclude) = (globs(&args.include)?, globs(&args.exclude)?);
    if include.is_empty() && exclude.is_empty() {
        return Ok(None);
    }
    Ok(Some(move |name: &str| (include.is_empty() || include.is_match(name)) && !exclude.is_match(name)))
}

/// `*` stands for anything, `/` too; a pattern without `/` is also matched with the last part of a name.
fn globs(patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let whole = [pattern.clone(), format!("**/{pattern}")];
        for pattern in &whole {
            let glob = GlobBuilder::new(pattern).build();
            set.add(
                glob.map_err(|error| {
                    usage(&format!("`{pattern}` is no pattern: {}", error.kind()), "as in '*.log.gz'")
                })?,
            );
        }
    }
    set.build().map_err(|error| usage(&format!("the patterns are too large: {}", error.kind()), "use fewer"))
}

/// The addresses among paths, and the others.
pub(super) fn addresses(paths: Vec<String>) -> (Vec<String>, Vec<String>) {
    paths.into_iter().partition(|path| bucket::is_address(path))
}

fn usage(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}
