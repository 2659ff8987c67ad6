//! Rust: from a file's text to what is known of it. The only part that knows syn.

mod attrs;
mod edits;
mod event;
mod expand;
mod exprs;
mod functions;
mod items;
pub mod known;
mod lines;
mod lower;
mod macros;
mod nest;
mod pats;
mod rough;
mod template;
mod types;

use rustc_hash::FxHashMap;

use super::ir::{File, Module};
pub use edits::edit;
use lower::Lower;

/// How a macro's arguments are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Fields or pairs, then a message.
    #[default]
    Event,
    /// A name, then fields.
    Span,
    /// A template and its arguments.
    Format,
    /// Printed operands, then a template.
    Operands,
    /// A name and labels.
    Labels,
}

/// A macro that reveals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grammar {
    /// How its arguments are read.
    pub shape: Shape,
    /// How many of the first are no part of it; for operands, how many there are (0: all).
    pub skip: usize,
    /// Does it hand its operand on?
    pub through: bool,
    /// Does it make an error?
    pub makes: bool,
    /// Does it end the path?
    pub ends: bool,
    /// Only where its text is a statement that writes to a database.
    pub statement: bool,
}

/// A macro that another file defines.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The crate that defines it.
    pub krate: String,
    /// What stands between its outer brackets.
    pub body: String,
}

/// What must be known to read a file.
#[derive(Clone, Default)]
pub struct Language {
    /// Macros that reveal, by name.
    pub grammars: FxHashMap<String, Grammar>,
    /// Macros of the workspace, by name.
    pub macros: FxHashMap<String, Vec<Shared>>,
    /// Verbs of barriers.
    pub verbs: Vec<String>,
    /// Words of the names that a project declares to be PHI: what is written there as a literal counts too.
    pub declared: Vec<Vec<String>>,
}

impl Language {
    /// Does a function of this name leave nothing of its argument to be known?
    #[must_use]
    pub fn is_barrier(&self, name: &str) -> bool {
        super::names::split(name).iter().any(|word| self.verbs.contains(word)) || self.verbs.iter().any(|v| v == name)
    }

    /// Does a name end with one that the project declares (`get_password`)?
    fn is_declared(&self, name: &str) -> bool {
        if self.declared.is_empty() || self.is_barrier(name) {
            return false;
        }
        let words = super::names::split(name);
        // `password2` is another password.
        let numbered = words.last().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()));
        let words = &words[..words.len() - usize::from(numbered)];
        self.declared.iter().any(|own| words.ends_with(own))
    }

    /// Adds the macros that a text defines.
    pub fn add_macros(&mut self, text: &str, krate: &str) {
        for (name, body) in nest::macros(text) {
            let shared = Shared { krate: krate.to_owned(), body: body.to_owned() };
            self.macros.entry(name.to_owned()).or_default().push(shared);
        }
    }
}

/// The text with blanks for a byte order mark and a `#!` line: places stay what they are.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    let marked = text.strip_prefix('\u{feff}');
    let body = marked.unwrap_or(text);
    let script = body.starts_with("#!") && !body[2..].trim_start().starts_with('[');
    if marked.is_none() && !script {
        return text.into();
    }
    let line = if script { body.find('\n').unwrap_or(body.len()) } else { 0 };
    let blanks = text.len() - body.len() + line;
    format!("{}{}", " ".repeat(blanks), &body[line..]).into()
}

/// Where a file stops being Rust that can be parsed, in bytes, if it does: its words are looked at one by one then.
#[must_use]
pub fn broken(text: &str) -> Option<usize> {
    let text = &*plain(text);
    if nest::too_deep(text) {
        return Some(0);
    }
    let at = syn::parse_file(text).err().map(|error| error.span().byte_range().start.min(text.len()));
    proc_macro2::extra::invalidate_current_thread_spans();
    at
}

/// Reads a file. What does not parse is looked at word by word.
#[must_use]
pub fn read(text: &str, language: &Language) -> File {
    let text = &*plain(text);
    let mut lower = Lower::new(language);
    lower.file.mods.push(Module::default());
    lines::enter(text);
    if nest::too_deep(text) {
        rough::read(&mut lower, text);
    } else {
        match syn::parse_file(text) {
            Ok(file) => lower.items(&file.items),
            Err(_) => rough::read(&mut lower, text),
        }
    }
    let file = std::mem::take(&mut lower.file);
    drop(lower);
    proc_macro2::extra::invalidate_current_thread_spans();
    lines::leave();
    file
}
