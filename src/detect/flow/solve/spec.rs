//! Sinks, barriers and the methods of the standard library, ready to be asked.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ir::How;

/// What a known method does with its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The result is the receiver (`clone`, `iter`, `filter`).
    Same,
    /// The result is made of the receiver (`trim`, `split`, `encode`).
    Made,
    /// The result is a text that shows the receiver (`to_string`).
    Shown(How),
    /// The result says something about the receiver (`len`, `is_empty`).
    About,
    /// The result is what the receiver holds (`unwrap`, `next`, `lock`).
    Held,
    /// The result wraps what the receiver holds (`first`, `get`: an `Option`).
    Maybe,
    /// A closure makes the new content (`map`).
    Mapped,
    /// A closure's value is the result (`and_then`, `with`).
    Chained,
    /// A closure is called with what is held, for its effects (`for_each`); the result is the receiver.
    Each,
    /// A closure says something about what is held (`any`, `all`).
    Asked,
    /// What is held, or the argument (`unwrap_or`).
    Or,
    /// `fold`.
    Fold,
    /// The error is made anew (`map_err`).
    Error,
    /// The arguments go into the receiver (`push`, `insert`, `send`).
    Put,
    /// The receiver is empty afterwards (`clear`).
    Clear,
    /// The result is made of the arguments (`encode`).
    Args,
    /// Pairs of number and content (`enumerate`).
    Numbered,
    /// Receiver and argument together (`zip`, `chain`, `join`, `concat`).
    Both,
    /// What is held goes out, the receiver is empty (`take`, `replace`).
    Out,
    /// The keys of a map.
    Keys,
    /// What fits and what does not (`partition`).
    Parted,
    /// The error gets a context.
    Context,
    /// What is held, and its lock is kept.
    Locked,
    /// The value under a key, which may tell what it is (`get("ssn")`).
    Keyed,
}

/// How a call reveals.
#[derive(Clone, Debug, Default)]
pub struct Reveals {
    /// Which rule.
    pub rule: u16,
    /// The path's last names.
    pub path: Vec<String>,
    /// Which arguments; none: all.
    pub args: Vec<usize>,
    /// How; none: what stands in a URL's query.
    pub how: Option<How>,
    /// The first argument is a file that is called so.
    pub first: Option<String>,
    /// Only where a statement that writes to a database stands before it.
    pub statement: bool,
    /// Types that have the method.
    pub on: Vec<String>,
    /// Crates one of which the file names.
    pub with: Vec<String>,
    /// Only texts: a value of a type of the program is no text.
    pub text: bool,
    /// It reveals the receiver's error.
    pub error: bool,
}

/// A type that reveals its fields where it is made: rule, path, fields.
type SinkStruct = (u16, Vec<String>, Vec<String>);

/// All of it.
#[derive(Default)]
pub struct Spec {
    /// By macro name: rule, and the crates that it must come from.
    pub macros: FxHashMap<String, Vec<(u16, Vec<String>)>>,
    /// By a function's last name.
    pub calls: FxHashMap<String, Vec<Reveals>>,
    /// By a method's name.
    pub methods: FxHashMap<String, Vec<Reveals>>,
    /// By a type's last name: rule, path, fields.
    pub structs: FxHashMap<String, Vec<SinkStruct>>,
    /// Words of barriers.
    pub verbs: FxHashSet<String>,
    /// Types that show nothing.
    pub opaque: FxHashSet<String>,
    /// What known methods do.
    pub known: FxHashMap<&'static str, Does>,
    /// The rule for values printed by a formatter that stands for standard output.
    pub output: Option<u16>,
    /// The rule for what is written into log files.
    pub log_file: Option<u16>,
    /// Rules that are about a few kinds alone.
    pub kinds: FxHashMap<u16, Vec<String>>,
    /// The companion rule for types whose derived `Debug` shows PHI, where it is in the catalogue.
    pub derives: Option<u16>,
    /// That for barriers that hand back what they are given.
    pub returns_input: Option<u16>,
}
