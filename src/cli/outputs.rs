//! The reports of one scan: one on standard output, others into files.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::args::ScanArgs;
use crate::error::{Error, Result};
use crate::report::{self, Format, Meta, Report, Summary};

/// How many bytes are collected before they are written.
const BUFFER: usize = 64 << 10;

/// Name of standard output in errors.
const STDOUT: &str = "standard output";

/// Reports that are being written.
pub(super) struct Outputs<'a> {
    open: Vec<(String, Report<'a>)>,
}

/// The folder and name of each report file, so that a scan does not read what it writes.
pub(super) fn files(args: &ScanArgs) -> Vec<PathBuf> {
    args.output.iter().filter_map(|(_, file)| file.canonicalize().ok()).collect()
}

impl<'a> Outputs<'a> {
    /// Begins all reports; `plain` is for files, `shown` for standard output.
    pub(super) fn begin(args: &ScanArgs, shown: &'a Meta<'a>, plain: &'a Meta<'a>) -> Result<Self> {
        let mut outputs = Self { open: Vec::new() };
        for (name, file) in &args.output {
            let path = file.display().to_string();
            let created = File::create(file).map_err(|error| unwritten(&path, &error))?;
            outputs.add(path, plain, name, Box::new(BufWriter::with_capacity(BUFFER, created)))?;
        }
        if args.quiet && !args.output.is_empty() {
            return Ok(outputs);
        }
        let stdout = standard(args.tee, &args.format, shown.color);
        outputs.add(STDOUT.to_owned(), shown, &args.format, Box::new(BufWriter::with_capacity(BUFFER, stdout)))?;
        Ok(outputs)
    }

    fn add(&mut self, path: String, meta: &'a Meta<'a>, format: &str, out: Box<dyn Write + 'a>) -> Result<()> {
        let format: Format = report::format(format).ok_or_else(|| Error::Usage {
            what: format!("there is no format `{format}`"),
            help: "see `phivet scan --help`".to_owned(),
        })?;
        match Report::begin(meta, format, out) {
            Ok(report) => self.open.push((path, report)),
            Err(error) => gone(&path, &error)?,
        }
        Ok(())
    }

    /// Is there nobody left to report to?
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Writes out what is collected: nobody knows when more will come.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.each(Report::flush)
    }

    /// Ends all reports.
    pub(super) fn end(self, summary: &Summary) -> Result<()> {
        for (path, report) in self.open {
            report.end(summary).or_else(|error| gone(&path, &error))?;
        }
        Ok(())
    }

    /// Tells all reports.
    pub(super) fn each(&mut self, mut tell: impl FnMut(&mut Report<'a>) -> io::Result<()>) -> Result<()> {
        let mut failed = Ok(());
        self.open.retain_mut(|(path, report)| match tell(report) {
            Ok(()) => true,
            Err(error) => {
                failed = std::mem::replace(&mut failed, Ok(())).and_then(|()| gone(path, &error));
                false
            }
        });
        failed
    }
}

/// Is a report of this format asked for?
pub(super) fn wants(args: &ScanArgs, format: &str) -> bool {
    args.format == format || args.output.iter().any(|(name, _)| name == format)
}

/// Standard output; standard error where that one passes on what is scanned.
fn standard(tee: bool, format: &str, color: bool) -> Box<dyn Write> {
    let choice = if color { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never };
    match (tee, is_human(format)) {
        (false, true) => Box::new(anstream::AutoStream::new(io::stdout(), choice)),
        (true, true) => Box::new(anstream::AutoStream::new(io::stderr(), choice)),
        (false, false) => Box::new(io::stdout()),
        (true, false) => Box::new(io::stderr()),
    }
}

/// Is this format read by people?
pub(super) fn is_human(format: &str) -> bool {
    matches!(format, "full" | "concise")
}

/// A reader of standard output that has gone (`| head`) is no error.
fn gone(path: &str, error: &io::Error) -> Result<()> {
    if path == STDOUT && error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(unwritten(path, error)) }
}

/// The error that a report cannot be written.
pub(super) fn unwritten(path: &str, error: &io::Error) -> Error {
    Error::Write {
        path: path.to_owned(),
        reason: error.to_string(),
        help: "name a place that can be written and has room".to_owned(),
    }
}
