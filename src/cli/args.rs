//! What the command line understands.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use crate::judge::policy::{PROFILES, Profile};
use crate::report::FORMATS;
use crate::rule::Severity;
use crate::source::Limits;

/// How to scan.
#[derive(Args)]
#[command(after_help = super::command::EXIT_CODES)]
pub(super) struct ScanArgs {
    /// Files, folders, addresses (s3://, gs://, az://, https://); `-` is standard input. Without any: the working directory.
    pub(super) paths: Vec<String>,
    /// Scan build output too: everything in DIR, also what .gitignore hides.
    #[arg(long, value_name = "DIR")]
    pub(super) artifacts: Vec<String>,
    /// Scan the paths in FILE, one a line or separated by NULs; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<String>,
    /// Pass standard input on to standard output, unchanged; the report goes to standard error.
    #[arg(long)]
    pub(super) tee: bool,
    /// Scan a commit's message, as git hands it to a commit-msg hook.
    #[arg(long, value_name = "FILE")]
    pub(super) commit_msg: Option<String>,
    /// The name under which standard input is scanned.
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<String>,
    /// Skip (and count) files and objects larger than this many bytes, or 10MB, 1GiB ...
    #[arg(long, value_name = "SIZE", value_parser = size, visible_alias = "max-object-size")]
    pub(super) max_file_size: Option<u64>,
    /// Let the configuration exclude also paths that are named here.
    #[arg(long)]
    pub(super) force_exclude: bool,
    /// Only files and objects that match GLOB; in a bucket it is matched with the key.
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// No files and objects that match GLOB.
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,

    /// Only objects changed since TIME: 2026-11-01, 2026-11-01T12:00:00Z, or 7d, 12h ago.
    #[arg(long, value_name = "TIME", value_parser = super::time::time, help_heading = "Buckets")]
    pub(super) since: Option<i64>,
    /// Only objects changed before TIME.
    #[arg(long, value_name = "TIME", value_parser = super::time::time, help_heading = "Buckets")]
    pub(super) until: Option<i64>,
    /// Only so many percent of the objects, always the same ones: 1%, 0.5%.
    #[arg(long, value_name = "N%", value_parser = percent, help_heading = "Buckets")]
    pub(super) sample: Option<u64>,
    /// Note in FILE what is done; a scan that was ended goes on from there, and reports everything once.
    #[arg(long, value_name = "FILE", help_heading = "Buckets")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Objects that are fetched at once.
    #[arg(long, value_name = "N", default_value = "32", help_heading = "Buckets")]
    pub(super) in_flight: std::num::NonZeroUsize,
    /// Another server than the provider's.
    #[arg(long, value_name = "URL", help_heading = "Buckets")]
    pub(super) endpoint: Option<String>,
    /// Trust the certificates in FILE (PEM) beside the system's.
    #[arg(long, value_name = "FILE", help_heading = "Buckets")]
    pub(super) ca: Option<PathBuf>,
    /// Never ask the machine (a cloud's metadata service) for credentials.
    #[arg(long, help_heading = "Buckets")]
    pub(super) no_instance_credentials: bool,

    /// Scan what is staged for the next commit, as it is in the index; of the paths given, those.
    #[arg(long, help_heading = "Git", conflicts_with_all = ["history", "pre_push"])]
    pub(super) staged: bool,
    /// Scan only lines added since BASE (its merge base with HEAD), committed or not; with --staged those in the index.
    /// A..B compares two commits.
    #[arg(long, value_name = "BASE", help_heading = "Git", conflicts_with_all = ["history", "pre_push"])]
    pub(super) diff: Option<String>,
    /// Scan what every commit of RANGE brought in; without one, of all branches and tags.
    #[arg(long, value_name = "RANGE", num_args = 0..=1, default_missing_value = "", help_heading = "Git")]
    pub(super) history: Option<String>,
    /// Scan the commits that are about to be pushed, as git tells a pre-push hook: --pre-push "$@" in the hook.
    #[arg(long, value_names = ["REMOTE", "URL"], num_args = 0..=2, help_heading = "Git", conflicts_with = "history")]
    pub(super) pre_push: Option<Vec<String>>,
    /// With --history and --pre-push: read also messages, refs (their names), notes, stashes, unreachable objects, or all.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = also(), help_heading = "Git")]
    pub(super) also: Vec<String>,

    /// The report on standard output.
    #[arg(long, value_name = "FORMAT", default_value = "full", value_parser = formats(), help_heading = "Reports")]
    pub(super) format: String,
    /// A further report into a file, as in sarif=phivet.sarif; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Reports")]
    pub(super) output: Vec<(String, PathBuf)>,
    /// Show no progress.
    #[arg(long, help_heading = "Reports")]
    pub(super) no_progress: bool,
    /// No summary and no progress on standard error; with --output nothing on standard output either.
    #[arg(short, long, help_heading = "Reports", conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say on standard error which configuration and rules are used.
    #[arg(short, long, help_heading = "Reports")]
    pub(super) verbose: bool,

    /// What to report: `default` PHI and strong identifiers, `safe-harbor` every identifier of 45 CFR 164.514(b)(2)(i),
    /// `limited-data-set` what 164.514(e)(2) forbids, `strict` providers too.
    #[arg(long, value_name = "PROFILE", value_parser = profiles(), help_heading = "Policy")]
    pub(super) profile: Option<Profile>,
    /// List every finding instead of the first few of a kind.
    #[arg(long, help_heading = "Policy")]
    pub(super) all: bool,
    /// Look at test code too, where code is checked (`#[cfg(test)]`, `tests/`).
    #[arg(long, help_heading = "Policy")]
    pub(super) include_tests: bool,
    /// The least confidence (0 to 1) of a finding.
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Policy")]
    pub(super) min_confidence: Option<f32>,
    /// Only these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policy")]
    pub(super) select: Vec<String>,
    /// Not these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Policy")]
    pub(super) ignore: Vec<String>,
    /// The least severity that makes the scan fail [default: warning].
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), help_heading = "Policy")]
    pub(super) fail_on: Option<Severity>,
    /// Exit with 0 where findings would make it 1.
    #[arg(long, help_heading = "Policy")]
    pub(super) exit_zero: bool,
    /// Exit with 2 if anything could not be read.
    #[arg(long, help_heading = "Policy")]
    pub(super) strict: bool,

    /// How far archives are unpacked.
    #[command(flatten)]
    pub(super) unpack: UnpackFlags,

    /// What is known already, and whom to trust.
    #[command(flatten)]
    pub(super) known: KnownFlags,
    /// Whether, and where, the run is recorded.
    #[command(flatten)]
    pub(super) audit: super::trail::AuditFlags,
    /// Where the configuration is.
    #[command(flatten)]
    pub(super) config: ConfigFlags,
    /// Threads to use [default: one a core].
    #[arg(short = 'j', long, value_name = "N")]
    pub(super) threads: Option<std::num::NonZeroUsize>,
    /// How places are looked for; `plain` is slow and simple, and what tests hold the other against.
    #[arg(long, value_enum, default_value_t = Engine::Fast, hide = true)]
    pub(super) engine: Engine,
}

/// How places are looked for.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Engine {
    /// By shapes of the patterns.
    Fast,
    /// Every pattern at every token.
    Plain,
}

/// Where the configuration is.
#[derive(Args)]
pub(super) struct ConfigFlags {
    /// Use this configuration instead of the nearest phivet.yaml.
    #[arg(long, value_name = "FILE", conflicts_with = "isolated", help_heading = "Policy")]
    pub(super) config: Option<PathBuf>,
    /// Use no configuration.
    #[arg(long, help_heading = "Policy")]
    pub(super) isolated: bool,
}

/// How far archives are unpacked; what lies beyond is named as not read.
#[derive(Args)]
#[command(next_help_heading = "Archives")]
pub(super) struct UnpackFlags {
    /// Containers inside containers.
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth)]
    max_depth: u32,
    /// Members of all containers in one input.
    #[arg(long, value_name = "N", default_value_t = Limits::default().entries)]
    max_entries: u64,
    /// Bytes that one input may expand to [default: 100GB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_expanded: Option<u64>,
    /// How many times its size one input may expand to (above 256MiB).
    #[arg(long, value_name = "N", default_value_t = Limits::default().ratio)]
    max_ratio: u64,
    /// Seconds that one container may take, with all that is in it.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().seconds)]
    max_time: u64,
    /// Bytes that are kept in memory of a member that can only be read as a whole [default: 32MiB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_kept: Option<u64>,
}

impl UnpackFlags {
    /// The limits that they are.
    pub(super) fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            depth: self.max_depth,
            entries: self.max_entries,
            expanded: self.max_expanded.unwrap_or(default.expanded),
            ratio: self.max_ratio,
            seconds: self.max_time,
            memory: self.max_kept.unwrap_or(default.memory),
        }
    }
}

/// What is known already, and whom to trust.
#[derive(Args)]
pub(super) struct KnownFlags {
    /// Findings in FILE are known: they are counted and do not fail the scan [default: what phivet.yaml says].
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Use no baseline.
    #[arg(long, help_heading = "Baseline", conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
    /// A file outside the repository with the key (16 bytes or more) under which the baseline tells values apart; or
    /// put the key into PHIVET_KEY.
    #[arg(long, value_name = "FILE", env = "PHIVET_KEY_FILE", help_heading = "Baseline")]
    pub(super) key_file: Option<PathBuf>,
    /// Take configuration, baseline and allow comments from this revision (a pull request's base): nobody exempts their
    /// own change.
    #[arg(long, value_name = "REF", help_heading = "Baseline")]
    pub(super) trusted_config: Option<String>,
}

/// What to do with the baseline.
#[derive(Args)]
pub(super) struct BaselineArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: BaselineCommand,
}

/// What to do with the baseline.
#[derive(Subcommand)]
pub(super) enum BaselineCommand {
    /// Scan, and write every finding into the baseline: from now on only new ones fail.
    Create(Box<CreateArgs>),
    /// Say what the baseline holds: how many findings of which rule, in which file.
    Show {
        /// The baseline, and the key.
        #[command(flatten)]
        known: KnownFlags,
        /// Where the configuration is.
        #[command(flatten)]
        config: ConfigFlags,
    },
    /// Scan, and take out of the baseline what is gone.
    Prune(Box<ScanArgs>),
}

/// How to make a baseline.
#[derive(Args)]
pub(super) struct CreateArgs {
    /// What to scan, and how.
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// Why the findings may stay for now.
    #[arg(long, value_name = "TEXT", help_heading = "Entries")]
    pub(super) reason: Option<String>,
    /// Who says so.
    #[arg(long, value_name = "NAME", help_heading = "Entries")]
    pub(super) author: Option<String>,
    /// The last day on which they may, as 2027-01-31.
    #[arg(long, value_name = "DAY", value_parser = day, help_heading = "Entries")]
    pub(super) expires: Option<String>,
    /// Replace a baseline that is there; its entries keep what they say.
    #[arg(long, help_heading = "Entries")]
    pub(super) force: bool,
}

/// What to explain.
#[derive(Args)]
pub(super) struct ExplainArgs {
    /// Id of the rule, as in a report: ssn, date-of-birth ...
    pub(super) rule: String,
    /// Where the configuration (and so further rules) is.
    #[command(flatten)]
    pub(super) config: ConfigFlags,
}

/// What to do with rules.
#[derive(Args)]
pub(super) struct RulesArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

/// What to do with rules.
#[derive(Subcommand)]
pub(super) enum RulesCommand {
    /// List all rules: Safe Harbor letter, id, title, severity.
    List {
        /// As a table or as JSON.
        #[arg(long, default_value = "table", value_parser = ["table", "json"])]
        format: String,
        /// Where the configuration (and so further rules) is.
        #[command(flatten)]
        config: ConfigFlags,
    },
    /// Load the rules in DIR and prove them, with all others, on their own examples.
    Check {
        /// A folder of rule files.
        dir: PathBuf,
    },
}

/// What to do with the configuration.
#[derive(Args)]
pub(super) struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: ConfigCommand,
}

/// What to do with the configuration.
#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the configuration that holds here, and where it stands.
    Show {
        /// Where the configuration is.
        #[command(flatten)]
        config: ConfigFlags,
    },
    /// Print the JSON schema of phivet.yaml.
    Schema,
}

pub(super) fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|(name, _)| *name))
}

fn also() -> PossibleValuesParser {
    PossibleValuesParser::new(crate::source::git::ALSO.iter().map(|(name, _)| *name))
}

fn profiles() -> impl clap::builder::TypedValueParser<Value = Profile> {
    use clap::builder::TypedValueParser;
    PossibleValuesParser::new(PROFILES.iter().map(|(name, _)| *name)).try_map(|name| name.parse::<Profile>())
}

pub(super) fn severities() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser;
    PossibleValuesParser::new(["note", "warning", "error"]).map(|name| match name.as_str() {
        "note" => Severity::Note,
        "warning" => Severity::Warning,
        _ => Severity::Error,
    })
}

pub(super) fn output(text: &str) -> Result<(String, PathBuf), String> {
    let names = || FORMATS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (format, file) = text.split_once('=').ok_or("write it as FORMAT=FILE, for example sarif=phivet.sarif")?;
    if crate::report::format(format).is_none() {
        return Err(format!("the format is one of {}", names()));
    }
    if file.is_empty() { Err("the file's name is missing".to_owned()) } else { Ok((format.to_owned(), file.into())) }
}

fn share(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a confidence is a number from 0 to 1".to_owned())
}

fn day(text: &str) -> Result<String, String> {
    let is_day = crate::judge::baseline::is_day(text);
    if is_day { Ok(text.to_owned()) } else { Err("a day is written as YYYY-MM-DD".to_owned()) }
}

/// A share in hundredths of a percent.
fn percent(text: &str) -> Result<u64, String> {
    let number: Option<f64> = text.strip_suffix('%').unwrap_or(text).trim().parse().ok();
    let share = number.filter(|number| *number > 0.0 && *number <= 100.0).ok_or("a share is 1%, 0.5%, up to 100%")?;
    // At most 10,000.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Ok(((share * 100.0).round() as u64).max(1))
}

fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 8] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (number, factor) = unit.unwrap_or((text, 1));
    let number: Option<u64> = number.trim().parse().ok();
    number
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "a size is a number of bytes, or 10MB, 1GiB ...".to_owned())
}
