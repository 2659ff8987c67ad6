//! The state of reading one file: names, scopes, the body under construction.

use proc_macro2::Span as Tokens;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ir::{Body, Ex, ExId, File, FnItem, Item, Kind, Name, Pat, PatId, Slot, Span};
use super::Language;

/// Nesting of macro expansions that is followed.
pub(super) const EXPANSIONS: usize = 8;
/// Macros that are expanded in one file.
pub(super) const EXPANDED: usize = 3_000;
/// Nodes of one body; a body that would have more (a runaway macro) is cut.
const NODES: usize = 400_000;

/// Reads one file.
pub(super) struct Lower<'a> {
    pub(super) language: &'a Language,
    pub(super) file: File,
    known: FxHashMap<String, Name>,
    /// The body under construction, and its scopes.
    pub(super) at: Frame,
    pub(super) module: u32,
    pub(super) test: bool,
    /// The `impl` or trait around.
    pub(super) around: Option<u32>,
    pub(super) expansions: usize,
    /// Is a field without a value empty (in `#[instrument]`), and not called as its variable?
    pub(super) empty_fields: bool,
    /// Does what is read get a name that the project declares?
    pub(super) declared: bool,
    /// How many macros were expanded so far.
    pub(super) expanded: usize,
    /// Macros of other files that were read so far, by name.
    pub(super) shared: FxHashMap<String, std::rc::Rc<Vec<(String, super::expand::Definition)>>>,
    /// Macros that the file imports under another name.
    pub(super) renamed: FxHashMap<String, String>,
    /// Macros of this file, by name.
    pub(super) macros: FxHashMap<String, super::expand::Definition>,
}

/// A body under construction.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) body: Body,
    scopes: Vec<Vec<(Name, Slot)>>,
    pub(super) calls: FxHashSet<Name>,
    pub(super) sinks: bool,
}

impl<'a> Lower<'a> {
    pub(super) fn new(language: &'a Language) -> Self {
        let mut lower = Self {
            language,
            file: File::default(),
            known: FxHashMap::default(),
            at: Frame::default(),
            module: 0,
            test: false,
            around: None,
            expansions: 0,
            empty_fields: false,
            declared: false,
            expanded: 0,
            shared: FxHashMap::default(),
            renamed: FxHashMap::default(),
            macros: FxHashMap::default(),
        };
        lower.name("*");
        lower
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        let text = text.strip_prefix("r#").unwrap_or(text);
        if let Some(&name) = self.known.get(text) {
            return name;
        }
        let name = u32::try_from(self.file.names.len()).unwrap_or(0);
        self.file.names.push(text.to_owned());
        self.known.insert(text.to_owned(), name);
        name
    }

    pub(super) fn ident(&mut self, ident: &proc_macro2::Ident) -> Name {
        self.name(&ident.to_string())
    }

    pub(super) fn push(&mut self, ex: Ex, span: Span) -> ExId {
        let body = &mut self.at.body;
        if body.nodes.len() >= NODES {
            return 0;
        }
        body.nodes.push(ex);
        body.spans.push(span);
        u32::try_from(body.nodes.len() - 1).unwrap_or(0)
    }

    pub(super) fn pat(&mut self, pat: Pat) -> PatId {
        self.at.body.pats.push(pat);
        u32::try_from(self.at.body.pats.len() - 1).unwrap_or(0)
    }

    /// Declares a variable in the innermost scope.
    pub(super) fn declare(&mut self, name: Name, span: Span) -> Slot {
        let slot = u32::try_from(self.at.body.slots.len()).unwrap_or(0);
        self.at.body.slots.push((name, span));
        if let Some(scope) = self.at.scopes.last_mut() {
            scope.push((name, slot));
        }
        slot
    }

    /// In the innermost scope, `name` is another variable after all.
    pub(super) fn redeclare(&mut self, name: Name, new: Slot, old: Slot) {
        let scope = self.at.scopes.last_mut().into_iter().flatten();
        scope.filter(|known| **known == (name, new)).for_each(|known| known.1 = old);
    }

    pub(super) fn look_up(&self, name: Name) -> Option<Slot> {
        let newest = self.at.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        newest.into_iter().find(|(known, _)| *known == name).map(|(_, slot)| *slot)
    }

    pub(super) fn scoped<R>(&mut self, inner: impl FnOnce(&mut Self) -> R) -> R {
        self.at.scopes.push(Vec::new());
        let result = inner(self);
        self.at.scopes.pop();
        result
    }

    /// Reads a body of its own: a function's, a constant's.
    pub(super) fn framed<R>(&mut self, inner: impl FnOnce(&mut Self) -> R) -> (R, Frame) {
        let outer = std::mem::take(&mut self.at);
        // The first node is what a cut body's expressions are.
        self.push(Ex::Clean, (0, 0));
        let result = self.scoped(inner);
        (result, std::mem::replace(&mut self.at, outer))
    }

    /// Packs a finished body.
    pub(super) fn pack(&mut self, body: &Body) -> Option<(u32, u32)> {
        let bytes = postcard::to_stdvec(body).ok()?;
        let start = u32::try_from(self.file.code.len()).ok()?;
        self.file.code.extend_from_slice(&bytes);
        Some((start, u32::try_from(self.file.code.len()).ok()?))
    }

    pub(super) fn finish(&mut self, item: &mut FnItem, frame: Frame) {
        item.code = self.pack(&frame.body);
        item.sinks = frame.sinks;
        item.calls = frame.calls.into_iter().collect();
        item.calls.sort_unstable();
    }

    pub(super) fn item(&mut self, name: Name, kind: Kind) -> u32 {
        let (module, test) = (self.module, self.test);
        self.file.items.push(Item { name, module, test, kind });
        u32::try_from(self.file.items.len() - 1).unwrap_or(0)
    }
}

/// The bytes of a piece of source.
pub(super) fn bytes(span: Tokens) -> Span {
    let (start, end) = super::lines::bytes(span);
    let at = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
    (at(start), at(end))
}
