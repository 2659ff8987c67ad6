//! What is known of a value.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::super::ir::{ExId, How, PatId, Span};
use super::super::names::{Label, Owner};
use super::types::T;

/// An interned name.
pub(super) type Sym = u32;
/// An item of the program.
pub(super) type Def = u32;
/// Index of a file.
pub(super) type FileId = u32;
/// An interned source of taint.
pub(super) type Source = u32;

/// Most sources that a value remembers.
const SOURCES: usize = 12;
/// Most fields that a value remembers.
const FIELDS: usize = 24;
/// Deepest nesting of values that is followed.
const DEEP: usize = 6;

/// Where a taint comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum From {
    /// Something that is PHI by its name or type.
    Label {
        /// What.
        label: Label,
        /// Where.
        at: (FileId, Span),
        /// Is a step on the way unsure?
        unsure: bool,
        /// Calls on the way, the first one first.
        via: SmallVec<[(FileId, Span); 2]>,
    },
    /// The function's parameter.
    Param {
        /// Which.
        index: u8,
        /// Which part of it.
        path: SmallVec<[Sym; 2]>,
        /// How it is shown; `Value`: it is itself.
        how: How,
        /// Has nothing been done to it?
        exact: bool,
    },
}

/// A set of sources, sorted.
pub(super) type Taint = SmallVec<[Source; 2]>;

/// Adds the sources of `more`.
pub(super) fn add(taint: &mut Taint, more: &[Source]) {
    for source in more {
        if let Err(at) = taint.binary_search(source)
            && taint.len() < SOURCES
        {
            taint.insert(at, *source);
        }
    }
}

/// A closure, or a function as a value.
#[derive(Clone)]
pub(super) enum Callable {
    /// A closure of the body that is being evaluated.
    Closure(Rc<Closure>),
    /// A function of the program.
    Function(Def),
    /// A tuple struct or variant.
    Maker(Def, u16),
    /// A function that is not of the program.
    Other(Sym),
}

impl PartialEq for Callable {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Closure(one), Self::Closure(other)) => Rc::ptr_eq(one, other),
            (Self::Function(one), Self::Function(other)) => one == other,
            (Self::Maker(one, a), Self::Maker(other, b)) => (one, a) == (other, b),
            (Self::Other(one), Self::Other(other)) => one == other,
            _ => false,
        }
    }
}

/// A closure.
pub(super) struct Closure {
    /// In which activation it was made.
    pub(super) frame: u32,
    /// Its parameters and body, in the frame's body.
    pub(super) params: Vec<(PatId, T)>,
    pub(super) body: ExId,
    /// Where it came out of its function: the frame to evaluate it in.
    pub(super) home: Option<Rc<super::eval::Home>>,
}

/// What is known of a value.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Val {
    pub(super) ty: T,
    pub(super) taint: Taint,
    /// Is it known to hold nothing (a literal, a length, a redacted text)?
    pub(super) clean: bool,
    /// Is it about something, by its name (`ssn_column`)?
    pub(super) about: bool,
    pub(super) owner: Owner,
    /// The variant of an enum, if it is known.
    pub(super) variant: Option<u16>,
    /// Does it stand in a URL's query?
    pub(super) query: bool,
    /// What is known of its parts.
    pub(super) parts: Option<Rc<FxHashMap<Sym, Val>>>,
    pub(super) callable: Option<Callable>,
    /// A cell that others share (`Arc`, channels).
    pub(super) cell: Option<u32>,
}

impl Val {
    pub(super) fn clean() -> Self {
        Self { clean: true, ..Self::default() }
    }

    pub(super) fn of(ty: T) -> Self {
        Self { ty, ..Self::default() }
    }

    pub(super) fn with_ty(mut self, ty: T) -> Self {
        self.ty = ty;
        self
    }

    /// Is nothing known that a name could not add to?
    pub(super) fn is_unknown(&self) -> bool {
        !self.clean && self.taint.is_empty() && self.parts.is_none() && self.callable.is_none()
    }

    /// Is nothing known of it but that it is a parameter's part?
    pub(super) fn is_unknown_but_param(&self, sources: &[From]) -> bool {
        let param = |s: &Source| matches!(sources.get(*s as usize), Some(From::Param { .. }));
        !self.clean && self.parts.is_none() && self.callable.is_none() && self.taint.iter().all(param)
    }

    pub(super) fn part(&self, name: Sym) -> Option<&Val> {
        self.parts.as_ref()?.get(&name)
    }

    pub(super) fn set_part(&mut self, name: Sym, value: Val) {
        if value.depth() < DEEP {
            let parts = Rc::make_mut(self.parts.get_or_insert_default());
            if parts.len() < FIELDS || parts.contains_key(&name) {
                parts.insert(name, value);
            }
        }
    }

    fn depth(&self) -> usize {
        self.parts.as_ref().map_or(0, |parts| 1 + parts.values().map(Val::depth).max().unwrap_or(0))
    }

    /// Either of two values.
    pub(super) fn join(&mut self, other: &Val) {
        if other.is_default() {
            self.clean = false;
            return;
        }
        if self.clean && self.parts.is_none() && !other.clean {
            let taint = std::mem::take(&mut self.taint);
            let (ty, cell) = (self.ty, self.cell);
            *self = other.clone();
            add(&mut self.taint, &taint);
            if self.ty == T::default() {
                self.ty = ty;
            }
            self.cell = self.cell.or(cell);
            return;
        }
        add(&mut self.taint, &other.taint);
        if self.ty == T::default() {
            self.ty = other.ty;
        }
        if self.variant != other.variant {
            self.variant = None;
        }
        self.join_parts(other);
        self.clean &= other.clean;
        self.about &= other.about;
        self.query |= other.query;
        self.cell = self.cell.or(other.cell);
        if self.owner == Owner::Unknown {
            self.owner = other.owner;
        }
        if self.callable.is_none() {
            self.callable.clone_from(&other.callable);
        }
    }

    fn join_parts(&mut self, other: &Val) {
        let other_clean = other.clean && other.parts.is_none();
        match (&mut self.parts, &other.parts) {
            (None, None) => {}
            (None, Some(parts)) => {
                let clean = self.clean;
                let kept = parts.iter().filter(|(_, v)| clean || !v.nothing());
                self.parts = Some(Rc::new(kept.map(|(k, v)| (*k, v.clone())).collect()));
            }
            (Some(own), other) => {
                let own = Rc::make_mut(own);
                if let Some(other) = other {
                    for (name, value) in other.iter() {
                        match own.get_mut(name) {
                            Some(known) => known.join(value),
                            None if !value.nothing() || self.clean => {
                                own.insert(*name, value.clone());
                            }
                            None => {}
                        }
                    }
                }
                if !other_clean {
                    own.retain(|name, v| !v.nothing() || other.as_ref().is_some_and(|o| o.contains_key(name)));
                }
            }
        }
        if self.parts.as_ref().is_some_and(|parts| parts.is_empty()) {
            self.parts = None;
        }
    }

    /// Is it known to hold nothing, in none of its parts?
    pub(super) fn nothing(&self) -> bool {
        self.clean && self.taint.is_empty() && self.parts.iter().flat_map(|parts| parts.values()).all(Val::nothing)
    }

    fn is_default(&self) -> bool {
        self.is_unknown() && self.ty == T::default() && self.cell.is_none()
    }

    /// All sources in it, those of its parts too.
    pub(super) fn all(&self) -> Taint {
        let mut taint = self.taint.clone();
        for part in self.parts.iter().flat_map(|parts| parts.values()) {
            add(&mut taint, &part.all());
        }
        taint
    }
}
