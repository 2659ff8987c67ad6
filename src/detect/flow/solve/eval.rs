//! One function under evaluation: its variables, its branches.

use std::rc::Rc;

use super::super::ir::{Body, ExId, Pat, PatId, Slot, Span};
use super::super::names::Owner;
use super::Solver;
use super::summary::{Signature, Summary};
use super::types::Place;
use super::value::{Callable, Closure, Def, FileId, From, Sym, Val, add};

/// One function under evaluation.
pub(super) struct Frame {
    pub(super) def: Def,
    pub(super) place: Place,
    pub(super) body: Rc<Body>,
    pub(super) env: Vec<Val>,
    /// What variables were before they were changed.
    pub(super) journal: Vec<(Slot, Val)>,
    /// Has the path ended?
    pub(super) dead: bool,
    /// What was returned early.
    pub(super) ret: Option<Val>,
    /// What it is said to return.
    pub(super) ret_ty: super::types::T,
    pub(super) breaks: Vec<Val>,
    pub(super) id: u32,
    pub(super) out: Summary,
    /// Whose the names in it are.
    pub(super) owner: Owner,
    /// Nested closures under evaluation.
    pub(super) depth: usize,
}

/// Where a closure that left its function is at home.
pub(super) struct Home {
    pub(super) def: Def,
    pub(super) place: Place,
    pub(super) body: Rc<Body>,
    pub(super) env: Vec<Val>,
}

impl Frame {
    pub(super) fn new(def: Def, place: Place, body: Rc<Body>, id: u32) -> Self {
        let env = vec![Val::default(); body.slots.len()];
        Self {
            def,
            place,
            body,
            env,
            journal: Vec::new(),
            dead: false,
            ret: None,
            ret_ty: Default::default(),
            breaks: Vec::new(),
            id,
            out: Summary::default(),
            owner: Owner::Unknown,
            depth: 0,
        }
    }

    /// The variable that is a parameter.
    pub(super) fn slot_of(&self, index: usize) -> Option<usize> {
        match self.body.pats.get(*self.body.params.get(index)? as usize)? {
            Pat::Bind(slot, _) => Some(*slot as usize),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, slot: Slot, val: Val) {
        if let Some(place) = self.env.get_mut(slot as usize) {
            let old = std::mem::replace(place, val);
            self.journal.push((slot, old));
        }
    }

    pub(super) fn file(&self) -> FileId {
        self.place.file
    }
}

/// What a branch changed, and whether it came to its end.
pub(super) struct Branch {
    changes: Vec<(Slot, Val)>,
    dead: bool,
}

impl Branch {
    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(super) fn alive(mut self) -> Self {
        self.dead = false;
        self
    }
}

impl Solver<'_> {
    pub(super) fn next_frame(&mut self) -> u32 {
        self.frames += 1;
        self.frames
    }

    /// Evaluates one of several ways, and takes its changes back.
    pub(super) fn branch<R>(&mut self, frame: &mut Frame, way: impl FnOnce(&mut Self, &mut Frame) -> R) -> (R, Branch) {
        let mark = frame.journal.len();
        let was_dead = frame.dead;
        let result = way(self, frame);
        let mut changes: Vec<(Slot, Val)> = Vec::new();
        while frame.journal.len() > mark {
            let Some((slot, old)) = frame.journal.pop() else { break };
            let new = std::mem::replace(&mut frame.env[slot as usize], old);
            if !changes.iter().any(|(s, _)| *s == slot) {
                changes.push((slot, new));
            }
        }
        let dead = std::mem::replace(&mut frame.dead, was_dead);
        (result, Branch { changes, dead: dead && !was_dead })
    }

    /// Goes on after branches: each variable is what any of them left.
    pub(super) fn merge(&mut self, frame: &mut Frame, branches: Vec<Branch>) {
        let live: Vec<Branch> = branches.into_iter().filter(|b| !b.dead).collect();
        if live.is_empty() {
            frame.dead = true;
            return;
        }
        let mut slots: Vec<Slot> = live.iter().flat_map(|b| b.changes.iter().map(|(s, _)| *s)).collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let mut joined: Option<Val> = None;
            let mut unchanged = false;
            for branch in &live {
                match branch.changes.iter().find(|(s, _)| *s == slot) {
                    Some((_, val)) => match &mut joined {
                        Some(joined) => joined.join(val),
                        None => joined = Some(val.clone()),
                    },
                    None => unchanged = true,
                }
            }
            if let Some(mut joined) = joined {
                let old = &frame.env[slot as usize];
                if unchanged && !(old.is_unknown() && old.ty == Default::default()) {
                    let old = old.clone();
                    joined.join(&old);
                }
                frame.set(slot, joined);
            }
        }
    }

    /// Names of parameters stand in the context of the type they belong to, of each other, of the function.
    pub(super) fn context(&mut self, def: Def, signature: &Signature) -> Owner {
        if let Some((own, _)) = self.inner_def(signature.place.own) {
            let owner = self.owner_of(own);
            if owner != Owner::Unknown {
                return owner;
            }
        }
        let (mut strong, mut weak) = (0, 0);
        for (name, ty) in &signature.params {
            let Some(name) = *name else { continue };
            match self.meaning(name).label {
                Some((_, role)) if self.counts(role) && !self.is_plain(*ty) => strong += 1,
                Some(_) if !self.is_plain(*ty) => weak += 1,
                _ => {}
            }
        }
        let name = self.def_name(def);
        let named = self.meaning(name).owner;
        if named == Owner::Person || strong >= 1 && weak >= 1 { Owner::Person } else { Owner::Unknown }
    }

    /// A value that gets a name: where nothing is known of it, the name says what it is.
    pub(super) fn named(&mut self, val: &mut Val, name: Sym, at: (FileId, Span), owner: Owner) {
        let meaning = self.meaning(name);
        if val.owner == Owner::Unknown {
            val.owner = meaning.owner;
        }
        if val.clean || val.callable.is_some() || !self.labels_of(&val.taint).is_empty() || val.parts.is_some() {
            return;
        }
        if let Some(label) = self.type_label(val.ty) {
            let source = self.labelled(label, at);
            add(&mut val.taint, &[source]);
            return;
        }
        if meaning.about {
            val.about = true;
            return;
        }
        if val.about {
            return;
        }
        if let Some(label) = self.name_label(name, val.ty, owner) {
            let source = self.labelled(label, at);
            add(&mut val.taint, &[source]);
        }
    }

    /// What an alias says its values are.
    fn type_label(&self, ty: super::types::T) -> Option<u8> {
        match self.types.get(ty) {
            super::types::Type::Named(label, _) => Some(*label),
            super::types::Type::Other(_, args) if args.len() == 1 => self.type_label(args[0]),
            _ => None,
        }
    }

    /// The cell of a place in the program.
    pub(super) fn cell(&mut self, key: (Def, u32)) -> u32 {
        if let Some(&known) = self.cell_ids.get(&key) {
            return known;
        }
        let cell = u32::try_from(self.cells.len()).unwrap_or(0);
        self.cells.push(Val::default());
        self.cell_ids.insert(key, cell);
        cell
    }

    /// A value that leaves its function: a closure takes what it knows with it.
    pub(super) fn detached(&mut self, frame: &Frame, mut val: Val) -> Val {
        if let Some(Callable::Closure(closure)) = &val.callable
            && closure.frame == frame.id
        {
            let home = Home {
                def: frame.def,
                place: frame.place.clone(),
                body: Rc::clone(&frame.body),
                env: frame.env.clone(),
            };
            val.callable = Some(Callable::Closure(Rc::new(Closure {
                frame: 0,
                params: closure.params.clone(),
                body: closure.body,
                home: Some(Rc::new(home)),
            })));
        }
        val
    }

    /// The place that an expression names: a variable and a way into it.
    pub(super) fn place_at(&self, frame: &Frame, e: ExId) -> Option<(Slot, Vec<Sym>)> {
        use super::super::ir::Ex;
        match frame.body.nodes.get(e as usize)? {
            Ex::Local(slot) => Some((*slot, Vec::new())),
            Ex::Field(base, name) => {
                let (slot, mut path) = self.place_at(frame, *base)?;
                path.push(self.sym(frame.file(), *name));
                Some((slot, path))
            }
            Ex::Index(base, _) | Ex::Try(base) | Ex::Await(base) => self.place_at(frame, *base),
            Ex::Method(base, name, _, _) => {
                let name = self.text(self.sym(frame.file(), *name));
                let through = matches!(
                    name,
                    "borrow_mut"
                        | "lock"
                        | "write"
                        | "unwrap"
                        | "expect"
                        | "as_mut"
                        | "get_mut"
                        | "iter_mut"
                        | "by_ref"
                        | "entry"
                        | "or_default"
                        | "or_insert_with"
                        | "or_insert"
                        | "borrow"
                        | "query_pairs_mut"
                        | "extensions_mut"
                        | "as_deref_mut"
                        | "unwrap_or_else"
                        | "unwrap_or_default"
                        | "read"
                        | "blocking_lock"
                        | "last_mut"
                        | "first_mut"
                );
                if through { self.place_at(frame, *base) } else { None }
            }
            _ => None,
        }
    }

    /// Puts a value into a place, instead of or beside what is there.
    pub(super) fn store(&mut self, frame: &mut Frame, place: (Slot, Vec<Sym>), val: Val, beside: bool) {
        let (slot, path) = place;
        let Some(mut root) = frame.env.get(slot as usize).cloned() else { return };
        if let (Some(cell), true) = (root.cell, path.is_empty() || beside) {
            let mut inner = val.clone();
            inner.cell = None;
            let content = &mut self.cells[cell as usize];
            if content.is_unknown() {
                *content = inner
            } else {
                content.join(&inner)
            }
            return;
        }
        self.contribute(&root, &path, &val);
        put(&mut root, &path, val, beside);
        frame.set(slot, root);
    }

    /// The pattern of a closure's or function's parameter takes a value.
    pub(super) fn bind_all(&mut self, frame: &mut Frame, pats: &[(PatId, super::types::T)], args: &[Val]) {
        for (i, (pat, ty)) in pats.iter().enumerate() {
            let mut val = args.get(i).cloned().unwrap_or_default();
            if val.ty == Default::default() {
                val.ty = *ty;
            }
            self.bind(frame, *pat, val);
        }
    }

    /// A sure copy of a source that is not sure any more.
    pub(super) fn unsure(&mut self, val: &mut Val) {
        for source in std::mem::take(&mut val.taint) {
            let source = match self.sources[source as usize].clone() {
                From::Label { label, at, via, .. } => self.source(From::Label { label, at, unsure: true, via }),
                From::Param { index, path, how, .. } => self.source(From::Param { index, path, how, exact: false }),
            };
            add(&mut val.taint, &[source]);
        }
    }
}

fn put(root: &mut Val, path: &[Sym], val: Val, beside: bool) {
    match path {
        [] if beside => {
            if root.clean && root.parts.is_none() && root.taint.is_empty() {
                let (ty, cell) = (root.ty, root.cell);
                *root = Val { ty, cell, ..val };
            } else {
                let ty = root.ty;
                root.join(&val);
                root.clean = false;
                root.ty = ty;
            }
        }
        [] => {
            let ty = root.ty;
            *root = val;
            if root.ty == Default::default() {
                root.ty = ty;
            }
        }
        [first, rest @ ..] => {
            let mut part = root.part(*first).cloned().unwrap_or_default();
            put(&mut part, rest, val, beside);
            root.set_part(*first, part);
        }
    }
}
