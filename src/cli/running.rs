//! How a run goes, from the arguments.

use std::path::Path;
use std::sync::LazyLock;

use super::args::ScanArgs;
use crate::scan::Running;
use crate::source::Wanted;

/// In bytes: files of fewer, all together, are sooner read than threads are started.
const LITTLE: u64 = 128 << 10;

/// How many threads there may be.
pub(super) fn threads(args: &ScanArgs) -> usize {
    // The system is asked once: the answer stands in several files.
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get));
    args.threads.map_or_else(|| *CORES, std::num::NonZeroUsize::get)
}

/// How what is wanted is scanned.
pub(super) fn running(args: &ScanArgs, wanted: &Wanted, all: bool) -> Running {
    // What a bucket holds is fetched while what came before is scanned.
    let alone = is_little(wanted) || wanted.buckets.is_none() && threads(args) == 1;
    Running { threads: if alone { 0 } else { threads(args) }, all, limits: args.unpack.limits() }
}

/// Are only a few small files wanted?
fn is_little(wanted: &Wanted) -> bool {
    let elsewhere = wanted.buckets.is_some() || wanted.git.is_some() || wanted.stdin.is_some();
    if elsewhere || wanted.files_from.is_some() || !wanted.artifacts.is_empty() {
        return false;
    }
    let mut room = LITTLE;
    wanted.paths.iter().all(|path| {
        let size = Path::new(path).metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len());
        size.and_then(|size| room.checked_sub(size)).map(|left| room = left).is_some()
    })
}
