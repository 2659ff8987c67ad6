//! What stands at the end of a command's help: examples, and its exit codes.

/// Of `phivet verify`.
pub(super) const VERIFY: &str = "Examples:
  phivet verify out
  phivet verify out --original in --certificate certificate.md
  phivet verify out --quasi zip3,birth_year,sex --sensitive dx --k 5

Exit codes: 0 nothing was found and all was read; 1 something was found, or a combination is too rare; 2 wrong usage, or
something was not read, or what looks like a hash was not tried; 3 there was nothing to read.";

/// Of `phivet incident`.
pub(super) const INCIDENT: &str = "Examples:
  phivet incident exports --discovered 2026-11-22
  phivet incident --history --write assessment.md --write assessment.html
  phivet incident s3://bucket/exports --write assessment.json

Exit codes: 0 the assessment is written, 2 wrong usage or something could not be read (--strict), 3 nothing was scanned.";

/// Of `phivet stats`.
pub(super) const STATS: &str = "Examples:
  phivet stats exports --epsilon 0.5
  phivet stats exports --epsilon 0.1 --budget 2 --ledger spent.jsonl --json

Exit codes: 0 the counts are released, 2 wrong usage, too little budget, or something could not be read: then nothing is
released; 3 nothing was scanned.";
