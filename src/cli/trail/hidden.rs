//! What may not stand in a trail though no rule finds it there: days, and whatever has the form of a Social Security number.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use crate::document::Document;
use crate::judge::named;
use crate::kind::Kind;
use crate::mask::Masked;
use crate::scan::Scanner;

const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

/// Days, in all the ways in which people write them, and numbers as long and as divided as those of Social Security.
fn forms() -> Option<&'static Regex> {
    static FORMS: OnceLock<Option<Regex>> = OnceLock::new();
    let make = || {
        let (day, year) = ("[0-9]{1,2}(?:st|nd|rd|th)?", "(?:18|19|20)[0-9]{2}");
        let pattern = format!(
            r"(?i)\b(?:[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}|{year}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}|[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{year}|[0-9]{{1,2}}[-/][0-9]{{1,2}}[-/][0-9]{{2}}|{day}[ -](?:of )?{MONTH}\.?,?[ -]{year}|{MONTH}\.? {day},? {year}|(?:19|20)[0-9]{{6}})\b"
        );
        Regex::new(&pattern).ok()
    };
    FORMS.get_or_init(make).as_ref()
}

/// A text of somebody (a reason, an id), masked where it holds an identifier or one of these forms.
pub(super) fn text(scanner: &Scanner, text: &str) -> Masked {
    let hidden: Vec<Range<usize>> =
        forms().into_iter().flat_map(|forms| forms.find_iter(text)).map(|found| found.range()).collect();
    masked(scanner, text, &hidden)
}

/// A name of a file or address, masked where it holds an identifier or a day that may be somebody's.
pub(super) fn name(scanner: &Scanner, name: &str) -> Masked {
    let year = crate::cli::time::year();
    let hidden: Vec<Range<usize>> = named::days(name, year).into_iter().map(|(at, _)| at).collect();
    masked(scanner, name, &hidden)
}

fn masked(scanner: &Scanner, text: &str, hidden: &[Range<usize>]) -> Masked {
    scanner.name_of(&Document::new(text, Kind::Unknown, Vec::new()), &[], hidden)
}
