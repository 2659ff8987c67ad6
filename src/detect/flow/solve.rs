//! Does a source reach a sink? Works on [`super::ir`] alone and knows no language.

mod calls;
mod companions;
mod eval;
mod exprs;
mod fields;
mod index;
mod labels;
mod library;
mod makes;
mod methods;
mod paths;
mod pats;
mod prints;
mod report;
mod reveal;
pub mod spec;
mod special;
mod summary;
mod types;
mod value;

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ir::{File, How, Kind};
use super::names::{Label, Meaning, Owner, Vocabulary};
pub use index::Crate;
use index::{Found, Home, Mod, ModId, Space};
pub use report::{Flow, Step};
use reveal::Shows;
use spec::Spec;
use summary::Summary;
use types::{Place, T, Types};
use value::{Def, FileId, From, Source, Sym, Taint, Val};

/// A file of the program.
pub struct Input<'a> {
    /// Its path, with `/`.
    pub path: String,
    /// What is known of it.
    pub facts: &'a File,
    /// Which crate it belongs to.
    pub krate: Option<u32>,
    /// Is all of it test code?
    pub test: bool,
    /// Are findings in it asked for?
    pub wanted: bool,
}

struct Unit<'a> {
    path: String,
    facts: &'a File,
    krate: Option<u32>,
    test: bool,
    wanted: bool,
    syms: Vec<Sym>,
    modules: Vec<ModId>,
    first_def: Def,
}

/// Names that the solver itself asks for.
#[derive(Default)]
struct Syms {
    own: Sym,
    this: Sym,
    krate: Sym,
    up: Sym,
    unit: Sym,
    debug: Sym,
    display: Sym,
    serialize: Sym,
    error: Sym,
    key: Sym,
    call: Sym,
}

/// Everything that is known of a program while it is solved.
pub struct Solver<'a> {
    units: Vec<Unit<'a>>,
    crates: Vec<Crate>,
    vocabulary: &'a Vocabulary,
    spec: &'a Spec,
    tests: bool,
    texts: Vec<Rc<str>>,
    text_ids: FxHashMap<Rc<str>, Sym>,
    syms: Syms,
    types: Types,
    mods: Vec<Mod>,
    libs: FxHashMap<u32, ModId>,
    defs: Vec<Home>,
    /// Of `impl`s and traits.
    places: FxHashMap<Def, Place>,
    resolved: FxHashMap<(ModId, Vec<Sym>, Space), Found>,
    looking: Vec<(ModId, Sym, Space)>,
    meanings: FxHashMap<Sym, Meaning>,
    owners: FxHashMap<Def, Owner>,
    /// Types of fields, by their type and their own address.
    field_types: FxHashMap<(Def, usize), T>,
    health: bool,
    keys: FxHashMap<(Sym, Sym), Sym>,
    /// Functions by their type (of the program or not) and name.
    methods: FxHashMap<(Head, Sym), Vec<Def>>,
    /// Methods by name alone.
    by_name: FxHashMap<Sym, Vec<Def>>,
    /// Functions that implement a trait's, by trait and name.
    by_trait: FxHashMap<(Head, Sym), Vec<Def>>,
    /// `fmt` of a type, by trait.
    formatters: FxHashMap<(Def, Sym), Def>,
    /// Who calls something of this name.
    callers: FxHashMap<Sym, Vec<Def>>,
    sources: Vec<From>,
    source_ids: FxHashMap<From, Source>,
    shown: FxHashMap<(Def, How), Shows>,
    revealed: FxHashMap<(T, How, bool), Revealed>,
    /// What was read from the heap for what is being found out just now.
    reading: Vec<Vec<(Def, Sym)>>,
    summaries: FxHashMap<Def, Rc<Summary>>,
    active: Vec<Def>,
    /// What was put into fields and statics anywhere: type, field.
    heap: FxHashMap<(Def, Sym), Val>,
    reads: FxHashMap<(Def, Sym), FxHashSet<Def>>,
    changed: FxHashSet<(Def, Sym)>,
    /// Which functions have asked what a function does.
    users: FxHashMap<Def, FxHashSet<Def>>,
    cells: Vec<Val>,
    cell_ids: FxHashMap<(Def, u32), u32>,
    barriers: FxHashMap<Sym, bool>,
    /// Types of the program and the traits that they implement.
    implemented: FxHashSet<(Head, Def)>,
    /// `Deref`s on the way to the field that is being looked up.
    derefs: u8,
    /// Is what was put into fields elsewhere left out just now?
    own_fields: bool,
    /// Barriers that hand back what they are given, and what they were trusted with.
    trusted: FxHashMap<Def, FxHashSet<Label>>,
    frames: u32,
    found: FxHashMap<(u16, FileId, u32), report::Raw>,
}

/// What a type's text reveals, and what was read from the heap to know it.
type Revealed = (Taint, Vec<(Def, Sym)>);

/// What a method belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Head {
    Def(Def),
    Other(Sym),
}

/// Most rounds in which what is put into fields is followed.
const ROUNDS: usize = 4;
/// A function is evaluated again at most so many times in a round.
const AGAIN: u8 = 3;

impl<'a> Solver<'a> {
    /// A solver for the files of a workspace.
    #[must_use]
    pub fn new(
        inputs: Vec<Input<'a>>,
        crates: Vec<Crate>,
        vocabulary: &'a Vocabulary,
        spec: &'a Spec,
        tests: bool,
    ) -> Self {
        let mut solver = Self {
            units: Vec::new(),
            crates,
            vocabulary,
            spec,
            tests,
            texts: Vec::new(),
            text_ids: FxHashMap::default(),
            syms: Syms::default(),
            types: Types::new(),
            mods: Vec::new(),
            libs: FxHashMap::default(),
            defs: Vec::new(),
            places: FxHashMap::default(),
            resolved: FxHashMap::default(),
            looking: Vec::new(),
            meanings: FxHashMap::default(),
            owners: FxHashMap::default(),
            field_types: FxHashMap::default(),
            health: false,
            keys: FxHashMap::default(),
            methods: FxHashMap::default(),
            by_name: FxHashMap::default(),
            by_trait: FxHashMap::default(),
            formatters: FxHashMap::default(),
            callers: FxHashMap::default(),
            sources: Vec::new(),
            source_ids: FxHashMap::default(),
            shown: FxHashMap::default(),
            revealed: FxHashMap::default(),
            summaries: FxHashMap::default(),
            active: Vec::new(),
            heap: FxHashMap::default(),
            reads: FxHashMap::default(),
            changed: FxHashSet::default(),
            reading: Vec::new(),
            users: FxHashMap::default(),
            cells: Vec::new(),
            cell_ids: FxHashMap::default(),
            barriers: FxHashMap::default(),
            implemented: FxHashSet::default(),
            derefs: 0,
            own_fields: false,
            trusted: FxHashMap::default(),
            frames: 0,
            found: FxHashMap::default(),
        };
        solver.load(inputs);
        solver
    }

    fn load(&mut self, inputs: Vec<Input<'a>>) {
        self.intern("");
        self.syms = Syms {
            own: self.intern("Self"),
            this: self.intern("self"),
            krate: self.intern("crate"),
            up: self.intern("super"),
            unit: self.intern("()"),
            debug: self.intern("Debug"),
            display: self.intern("Display"),
            serialize: self.intern("Serialize"),
            error: self.intern("!"),
            key: self.intern("[k]"),
            call: self.intern("()"),
        };
        for krate in self.crates.iter_mut().filter(|krate| !krate.dir.is_empty()) {
            krate.dir = format!("{}/", index::normal("", &krate.dir));
        }
        let mut first = 0;
        for input in inputs {
            let syms = input.facts.names.iter().map(|name| self.intern(name)).collect();
            let items = u32::try_from(input.facts.items.len()).unwrap_or(0);
            self.units.push(Unit {
                path: index::normal("", &input.path),
                facts: input.facts,
                krate: input.krate,
                test: input.test,
                wanted: input.wanted,
                syms,
                modules: Vec::new(),
                first_def: first,
            });
            first += items;
        }
        self.index();
        self.health = self.is_health();
        // What names mean depends on it.
        self.field_types.clear();
        self.index_functions();
    }

    fn intern(&mut self, text: &str) -> Sym {
        if let Some(&sym) = self.text_ids.get(text) {
            return sym;
        }
        let sym = u32::try_from(self.texts.len()).unwrap_or(0);
        let text: Rc<str> = text.into();
        self.texts.push(Rc::clone(&text));
        self.text_ids.insert(text, sym);
        sym
    }

    fn text(&self, sym: Sym) -> &str {
        &self.texts[sym as usize]
    }

    fn sym(&self, file: FileId, name: u32) -> Sym {
        self.units[file as usize].syms.get(name as usize).copied().unwrap_or(0)
    }

    /// Functions by what they belong to.
    fn index_functions(&mut self) {
        for def in 0..u32::try_from(self.defs.len()).unwrap_or(0) {
            let home = self.defs[def as usize];
            let item = self.item(def);
            self.enter_impl(def);
            let Kind::Fn(f, around) = &item.kind else { continue };
            let name = self.sym(home.file, item.name);
            for call in &f.calls {
                let call = self.sym(home.file, *call);
                self.callers.entry(call).or_default().push(def);
            }
            let Some(around) = around else { continue };
            if self.is_test(def) {
                continue;
            }
            self.by_name.entry(name).or_default().push(def);
            let around = self.def_of(home.file, *around);
            match &self.item(around).kind {
                Kind::Trait => {
                    self.methods.entry((Head::Def(around), name)).or_default().push(def);
                }
                Kind::Impl { of, .. } => {
                    let own = self.place_of(around).own;
                    let head = self.head(own);
                    if let Some(head) = head {
                        self.methods.entry((head, name)).or_default().push(def);
                    }
                    if let Some(of) = of {
                        let place = self.place_of(around);
                        let of = self.ty(of, &place);
                        self.enter_trait(of, head, name, def);
                    }
                }
                _ => {}
            }
        }
    }

    fn enter_impl(&mut self, def: Def) {
        let Kind::Impl { of: Some(of), .. } = &self.item(def).kind else { return };
        let place = self.place_of(def);
        let of = self.ty(of, &place);
        if let (Some(head), Some(Head::Def(of))) = (self.head(place.own), self.head(of)) {
            self.implemented.insert((head, of));
        }
    }

    fn enter_trait(&mut self, of: T, head: Option<Head>, name: Sym, def: Def) {
        let Some(of) = self.head(of) else { return };
        self.by_trait.entry((of, name)).or_default().push(def);
        if let (Head::Other(of), Some(Head::Def(own))) = (of, head)
            && (of == self.syms.debug || of == self.syms.display)
            && self.text(name) == "fmt"
        {
            self.formatters.insert((own, of), def);
        }
    }

    fn head(&self, ty: T) -> Option<Head> {
        if let Some((def, _)) = self.inner_def(ty) {
            return Some(Head::Def(def));
        }
        match self.types.get(ty) {
            types::Type::Other(name, _) => Some(Head::Other(*name)),
            _ => None,
        }
    }

    /// Where an item is written: its module, what `Self` is there, which type parameters there are.
    fn place_of(&mut self, def: Def) -> Place {
        if let Some(known) = self.places.get(&def) {
            return known.clone();
        }
        let place = self.find_place(def);
        // Every function of an `impl` asks for its place.
        if matches!(self.item(def).kind, Kind::Impl { .. } | Kind::Trait) {
            self.places.insert(def, place.clone());
        }
        place
    }

    fn find_place(&mut self, def: Def) -> Place {
        let home = self.defs[def as usize];
        let mut place = Place { file: home.file, module: home.module, ..Place::default() };
        match &self.item(def).kind {
            Kind::Type(item) => {
                place.own = self.types.add(types::Type::Def(def, Vec::new()));
                place.generics = item.generics.iter().map(|n| (self.sym(home.file, *n), Vec::new())).collect();
            }
            Kind::Trait => {
                let own = self.types.add(types::Type::Def(def, Vec::new()));
                place.own = self.types.add(types::Type::Bounds(vec![own]));
            }
            Kind::Impl { generics, on, .. } => {
                self.generic_names(home.file, generics, &mut place);
                place.own = self.ty(on, &place);
            }
            Kind::Fn(f, around) => {
                if let Some(around) = around {
                    let outer = self.place_of(self.def_of(home.file, *around));
                    place.own = outer.own;
                    place.generics = outer.generics;
                }
                self.generic_names(home.file, &f.generics, &mut place);
            }
            _ => {}
        }
        place
    }

    fn is_test(&self, def: Def) -> bool {
        let home = self.defs[def as usize];
        !self.tests && (self.units[home.file as usize].test || self.item(def).test)
    }

    /// Solves, and tells what reaches a sink in the wanted files.
    #[must_use]
    pub fn solve(mut self) -> Vec<Flow> {
        let mut wanted: Vec<Def> = Vec::new();
        for def in 0..u32::try_from(self.defs.len()).unwrap_or(0) {
            let is_fn = self.fn_item(def).is_some_and(|f| f.code.is_some());
            if is_fn && self.units[self.defs[def as usize].file as usize].wanted && !self.is_test(def) {
                wanted.push(def);
            }
        }
        for _ in 0..ROUNDS {
            self.round(wanted.clone());
            if !self.refresh() {
                break;
            }
        }
        let mut flows = self.flows();
        self.companions(&mut flows);
        flows.sort_by_key(|flow| (flow.file, flow.span, flow.rule));
        flows
    }

    /// Evaluates functions, and those that call what reveals its parameters.
    fn round(&mut self, mut work: Vec<Def>) {
        let mut seen: FxHashSet<Def> = work.iter().copied().collect();
        while let Some(def) = work.pop() {
            let summary = self.summary(def);
            let wanted = self.units[self.defs[def as usize].file as usize].wanted;
            if summary.sinks.is_empty() && (!wanted || summary.effects.is_empty()) {
                continue;
            }
            let name = self.def_name(def);
            for caller in self.callers.get(&name).cloned().unwrap_or_default() {
                if !self.is_test(caller) && seen.insert(caller) {
                    work.push(caller);
                }
            }
        }
    }

    /// Evaluates again the functions that read what has changed since, and those that asked for one which does something
    /// else now. Was there any?
    fn refresh(&mut self) -> bool {
        let changed = std::mem::take(&mut self.changed);
        let readers = changed.iter().filter_map(|key| self.reads.get(key)).flatten().copied();
        let mut stale: Vec<Def> = readers.collect::<FxHashSet<Def>>().into_iter().collect();
        stale.sort_unstable();
        let any = !stale.is_empty();
        self.forget_shown();
        let mut again: FxHashMap<Def, u8> = FxHashMap::default();
        while let Some(def) = stale.pop() {
            let times = again.entry(def).or_default();
            *times += 1;
            let Some(before) = self.summaries.remove(&def).filter(|_| *times <= AGAIN) else { continue };
            if *self.summary(def) != *before {
                self.forget_shown();
                stale.extend(self.users.get(&def).into_iter().flatten());
            }
        }
        any
    }

    /// Forgets what types show, as far as functions say it.
    fn forget_shown(&mut self) {
        self.shown.retain(|_, shows| matches!(shows, Shows::Fields(_)));
        self.revealed.clear();
    }
}
