//! A rule's patterns and check, at a place.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;

use crate::detect::checks::{self, Verdict};
use crate::detect::digits::{self, Digits};
use crate::detect::programs::{self, Known};
use crate::error::{Error, Result};
use crate::rule::{Near, Rule, RuleId, Rules, Value};
use crate::words;

/// How far a value may reach, in bytes.
pub(crate) const REACH: usize = 256;
/// How far behind the beginning of an address its street's suffix may stand, in bytes.
const NEAR: usize = 90;

/// A pattern, compiled when it is first needed.
struct Pattern {
    source: Box<str>,
    program: OnceLock<Option<Program>>,
}

/// A compiled pattern: an automaton, unless that would be large.
enum Form {
    Built(Box<dense::DFA<&'static [u32]>>),
    Made(Box<dense::DFA<Vec<u32>>>),
    /// What all matches begin with, and the pattern, compiled where that stands: this takes longer than to scan a file.
    Opening(Box<dense::DFA<&'static [u32]>>, Box<str>, OnceLock<Option<Regex>>),
    Regex(Regex),
}

/// A compiled pattern, and two quick noes.
struct Program {
    form: Form,
    /// Where an automaton begins.
    begin: StateID,
    /// With which bytes may a match begin, and with which digits?
    firsts: [bool; 256],
    digits: Digits,
}

impl Program {
    fn new(source: &str) -> Option<Self> {
        let (form, digits) = Form::new(source)?;
        let (begin, firsts) = match &form {
            Form::Built(dfa) => beginning(&**dfa)?,
            Form::Made(dfa) => beginning(&**dfa)?,
            Form::Opening(dfa, ..) => beginning(&**dfa)?,
            Form::Regex(_) => (StateID::default(), [true; 256]),
        };
        Some(Self { form, begin, firsts, digits })
    }

    /// Where a match that begins at the start of `text` ends.
    fn end(&self, text: &[u8]) -> Option<usize> {
        let first = usize::from(*text.first()?);
        match &self.form {
            _ if !self.firsts[first] => None,
            Form::Built(dfa) => end(&**dfa, self.begin, text),
            Form::Made(dfa) => end(&**dfa, self.begin, text),
            Form::Opening(dfa, source, regex) => {
                end(&**dfa, self.begin, text)?;
                regex.get_or_init(|| compile(source).ok()).as_ref()?.find(text).map(|m| m.end())
            }
            Form::Regex(regex) => regex.find(text).map(|m| m.end()),
        }
    }
}

/// Where the match of an automaton ends that begins where `text` does: most texts are none after a few bytes, sooner than
/// a search of the library is set up.
fn end(dfa: &impl Automaton, begin: StateID, text: &[u8]) -> Option<usize> {
    let (mut state, mut last) = (begin, None);
    for (i, byte) in text.iter().enumerate() {
        state = dfa.next_state(state, *byte);
        if dfa.is_special_state(state) {
            // An automaton tells a match when it has seen the byte behind it.
            if dfa.is_match_state(state) {
                last = Some(i);
            } else if dfa.is_dead_state(state) || dfa.is_quit_state(state) {
                return last;
            }
        }
    }
    if dfa.is_match_state(dfa.next_eoi_state(state)) { Some(text.len()) } else { last }
}

impl Form {
    /// The form of a pattern, and with which digits its matches may begin.
    fn new(source: &str) -> Option<(Self, Digits)> {
        let (known, digits) = programs::find(&BUILTIN.0, source).map_or((None, Digits::ANY), |(k, d)| (Some(k), d));
        let dense = match known {
            Some(Known::Ready(dfa)) => Some(Self::Built(dfa)),
            Some(Known::Large(Some(opening))) => Some(Self::Opening(opening, source.into(), OnceLock::new())),
            Some(Known::Large(None)) => None,
            None => programs::automaton(source, programs::LARGEST_MADE).map(Box::new).map(Self::Made),
        };
        Some((dense.or_else(|| compile(source).map(Self::Regex).ok())?, digits))
    }
}

/// Where an automaton begins at the start of a text, and with which bytes a match may begin. No pattern matches the empty
/// text.
fn beginning(dfa: &impl Automaton) -> Option<(StateID, [bool; 256])> {
    let begin = digits::begin(dfa)?;
    Some((begin, std::array::from_fn(|byte| !dfa.is_dead_state(dfa.next_state(begin, byte as u8)))))
}

/// Automata are read as they lie, which asks for an address that their numbers can stand at.
#[repr(C, align(8))]
struct Aligned<T: ?Sized>(T);

/// The automata of the built-in patterns, made when phivet was built.
static BUILTIN: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/programs.bin")));

impl Pattern {
    fn new(source: &str) -> Self {
        Self { source: source.into(), program: OnceLock::new() }
    }

    /// Where a match that begins at the start of `text` ends.
    fn end(&self, text: &[u8]) -> Option<usize> {
        self.end_with(text, Digits::ANY)
    }

    /// The same of a text that begins with these digits.
    fn end_with(&self, text: &[u8], digits: Digits) -> Option<usize> {
        let program = self.program.get_or_init(|| Program::new(&self.source)).as_ref()?;
        if program.digits.meets(digits) { program.end(text) } else { None }
    }
}

fn compile(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{source})")).unicode(false).size_limit(1 << 20).build()
}

/// What a rule makes of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// Where the value ends.
    pub(crate) end: usize,
    /// What the rule's check says.
    pub(crate) verdict: Verdict,
}

/// The patterns and the check of one rule.
pub(crate) struct Matcher {
    pub(crate) value: Value,
    looks: Vec<Pattern>,
    labelled: Vec<Pattern>,
    pub(crate) check: Option<fn(&[u8]) -> Verdict>,
    /// Share of random strings that pass pattern and check.
    chance: f64,
    /// Does the rule stand for its kind?
    pub(crate) generic: bool,
    loose: bool,
    near: Option<Near>,
    not_before: Vec<String>,
    /// Its check takes any identifier.
    any_id: bool,
}

impl Matcher {
    fn new(rule: &Rule) -> Result<Self> {
        let ident = &rule.identifier;
        let check = match &ident.check {
            None => None,
            Some(name) => Some(checks::check(name).ok_or_else(|| Error::Rule {
                id: rule.id.clone(),
                what: format!("there is no check `{name}`"),
                help: format!("use one of {}", checks::CHECKS.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")),
            })?),
        };
        let patterns = |list: &[String]| list.iter().map(|s| Pattern::new(s)).collect();
        Ok(Self {
            value: ident.value,
            looks: patterns(&ident.looks),
            labelled: patterns(&ident.labelled),
            check,
            chance: ident.chance,
            generic: ident.generic,
            loose: ident.loose,
            near: ident.near,
            not_before: ident.not_before.clone(),
            any_id: matches!(ident.check.as_deref(), Some("mrn" | "id_value")),
        })
    }

    /// Does its check rule out nearly everything?
    pub(crate) fn is_telling(&self) -> bool {
        self.value == Value::Pattern && self.check.is_some() && self.chance < 0.2
    }

    /// Is `value` a plain number of a row rather than a person's (behind a loose label such as `id`)?
    pub(crate) fn is_short_number(&self, value: &[u8]) -> bool {
        self.any_id && value.len() < 6 && value.iter().all(u8::is_ascii_digit)
    }

    /// Does what must stand near a value of this rule stand there?
    pub(crate) fn is_near(&self, text: &[u8]) -> bool {
        self.near.is_none() || suffix_near(text)
    }

    /// Do words follow that make something else of it?
    fn goes_on(&self, behind: &[u8]) -> bool {
        let behind = behind.trim_ascii_start();
        let follows =
            |words: &String| behind.get(..words.len()).is_some_and(|own| own.eq_ignore_ascii_case(words.as_bytes()));
        self.not_before.iter().any(follows)
    }

    /// The value that pattern `look` of this rule finds at `at` in running text.
    pub(crate) fn look(&self, look: u16, text: &[u8], at: usize) -> Option<Match> {
        let window = text.get(at..text.len().min(at + REACH))?;
        let len = self
            .looks
            .get(usize::from(look))?
            .end(window)
            .filter(|len| *len > 0 && ends_token(window, *len) && !self.goes_on(&window[*len..]))?;
        let verdict = self.verdict(&window[..len]);
        (verdict != Verdict::Invalid).then_some(Match { end: at + len, verdict })
    }

    /// The longest value of this rule that begins at `at`; behind a label (`labelled`) more is accepted.
    pub(crate) fn at(&self, text: &[u8], at: usize, labelled: bool) -> Option<Match> {
        let window = text.get(at..text.len().min(at + REACH))?;
        let more: &[Pattern] = if labelled { &self.labelled } else { &[] };
        let (digits, mut best) = (Digits::of(window), None::<Match>);
        for pattern in self.looks.iter().chain(more) {
            let Some(len) = pattern.end_with(window, digits).filter(|len| *len > 0) else { continue };
            if best.is_some_and(|b| b.end >= at + len) || !ends_token(window, len) || self.goes_on(&window[len..]) {
                continue;
            }
            let verdict = self.verdict(&window[..len]);
            if verdict != Verdict::Invalid {
                best = Some(Match { end: at + len, verdict });
            }
        }
        best
    }

    /// Behind a strong label: is `value` one of this rule though its form is not known?
    pub(crate) fn is_loose(&self, value: &[u8]) -> bool {
        let digits = value.iter().any(u8::is_ascii_digit);
        let letters = value.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        self.loose && digits && letters >= 3 && value.len() <= 120 && !checks::is_placeholder(value)
    }

    /// What the rule's check says of `value`; [`Verdict::Valid`] without a check.
    pub(crate) fn verdict(&self, value: &[u8]) -> Verdict {
        match self.check {
            None => Verdict::Valid,
            Some(check) if value.contains(&b'%') => check(&percent_decoded(value)),
            Some(check) => check(value),
        }
    }
}

/// Does a street suffix stand among the words behind the number that `text` begins with?
/// What begins with no number (a post office box) needs none.
pub(crate) fn suffix_near(text: &[u8]) -> bool {
    let text = &text[..text.len().min(NEAR)];
    if !text.first().is_some_and(u8::is_ascii_digit) {
        return true;
    }
    let number = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    // A street's name is a word, or a number as in "5th": behind most numbers of a log stands neither.
    let named = match text.get(number..) {
        Some([b' ', b'A'..=b'Z', ..]) => true,
        Some([b' ', b'0'..=b'9', rest @ ..]) => {
            rest.iter().find(|b| !b.is_ascii_digit()).is_some_and(u8::is_ascii_alphabetic)
        }
        _ => false,
    };
    if !named || number > 12 {
        return false;
    }
    let joins = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'\'' | b'-' | b'/' | b'#');
    for word in text[number..].split(|b| matches!(b, b' ' | b'.' | b',')).filter(|w| !w.is_empty()).take(8) {
        let plain = &word[..word.iter().take_while(|b| joins(b)).count()];
        if words::is_street_suffix(plain) || matches!(plain, b"Highway" | b"Hwy" | b"Route" | b"Road" | b"FM") {
            return true;
        }
        if plain.len() < word.len() {
            return false;
        }
    }
    false
}

fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let hex = |b: u8| char::from(b).to_digit(16);
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&b, after)) = rest.split_first() {
        match (b, after) {
            (b'%', [h, l, tail @ ..]) if hex(*h).is_some() && hex(*l).is_some() => {
                out.push((hex(*h).unwrap_or(0) * 16 + hex(*l).unwrap_or(0)) as u8);
                rest = tail;
            }
            _ => {
                out.push(b);
                rest = after;
            }
        }
    }
    out
}

/// Does a token end after `len` bytes? Not between two digits or two lower-case letters.
fn ends_token(text: &[u8], len: usize) -> bool {
    let (Some(last), Some(next)) = (text.get(len - 1), text.get(len)) else { return true };
    if last.is_ascii_digit() {
        // `4100Patient`: a word may be glued to a number; `4100ab3` goes on.
        let word = next.is_ascii_uppercase() && text.get(len + 1).is_some_and(|b| b.is_ascii_lowercase());
        return !(next.is_ascii_alphanumeric() || *next == b'_') || word;
    }
    !last.is_ascii_alphanumeric() || !(next.is_ascii_alphanumeric() || *next == b'_')
}

/// The matchers of a catalogue, by rule.
pub(crate) struct Matchers(Vec<Matcher>);

impl Matchers {
    /// # Errors
    /// [`Error::Rule`] when a rule names a check that there is not.
    pub(crate) fn new(rules: &Rules) -> Result<Self> {
        rules.iter().map(|(_, rule)| Matcher::new(rule)).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn get(&self, id: RuleId) -> &Matcher {
        &self.0[usize::from(id.0)]
    }
}

/// Checks that all patterns of a rule compile.
///
/// # Errors
/// [`Error::Rule`] naming the first that does not.
pub(crate) fn compiles(rule: &Rule) -> Result<()> {
    for source in rule.identifier.looks.iter().chain(&rule.identifier.labelled) {
        let wrong = match compile(source) {
            Err(e) => e.to_string(),
            Ok(regex) if regex.is_match(b"") => "it matches the empty text".to_owned(),
            Ok(_) => continue,
        };
        return Err(Error::Rule {
            id: rule.id.clone(),
            what: format!("the pattern `{source}` is not usable: {wrong}"),
            help: "patterns are those of the regex crate over ASCII bytes: no look-around, no back-references"
                .to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Automata end where the library's regexes do, and refuse no first byte of a match.
        #[test]
        fn matches_end_where_they_end(text in "[0-3]{0,10}[a-dA-D0-3 .-]{0,8}") {
            for source in [
                r"[A-C]\d{2}",
                r"(?i:dr|ab)[. ]?\d",
                r"\d+-\d+",
                r"(?:a|B\d)?-\d",
                r"[^0-9]b{1,3}",
                r"(?:a|ab)(?:c|bcd)?",
                r"[a-d ]+?(?:cd|c)\b",
                r"\b[ab]*[^a]",
                r"\d{2}|\d{4}-",
                r"\d{3,9}[a-c]?",
                r"\d{7}",
                r"\d{8}(?:-\d)?",
            ] {
                let program = Program::new(source).expect("a pattern");
                prop_assert!(!matches!(program.form, Form::Regex(_)), "{}", source);
                let plain = compile(source).expect("a pattern").find(text.as_bytes()).map(|found| found.end());
                prop_assert_eq!(program.end(text.as_bytes()), plain, "{}", source);
                let automaton = programs::automaton(source, 1 << 20).expect("a small pattern");
                let may = Digits::matching(&automaton).meets(Digits::of(text.as_bytes()));
                prop_assert!(may || plain.is_none(), "{}", source);
            }
        }

        /// An opening stands wherever the pattern does.
        #[test]
        fn openings_stand_at_matches(text in "[a-c0-2 .-]{0,14}") {
            for source in [r"[a-c]{1,9}-\d{2,3}(?: [a-c.]{0,8}\d){1,7}", r"(?:a{8}|b\d{0,9}) ?c+(?-u:\b)", r"\d{1,12}?(?:[ab]\.)?",
                r"(?:a|ab|b1|c0|ca|0a|1b|a\.|b-|-1|\.0|c-|b |a0|2|aa|cc| b)\d{2,4}"] {
                let opening = programs::opening(source).expect("an opening");
                let (begin, firsts) = beginning(&opening).expect("a beginning");
                let first = text.bytes().next().is_some_and(|byte| firsts[usize::from(byte)]);
                let opens = first && end(&opening, begin, text.as_bytes()).is_some();
                prop_assert!(opens || !compile(source).expect("a pattern").is_match(text.as_bytes()), "{}", source);
            }
        }
    }
}
