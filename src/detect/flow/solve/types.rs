//! Types, interned.

use rustc_hash::FxHashMap;

use super::super::ir::{Name, PathRef, Ty};
use super::super::names::Label;
use super::Solver;
use super::index::{Found, ModId, Space};
use super::value::{Def, FileId, Sym};

/// An interned type; the first is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct T(pub(super) u32);

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Type {
    Unknown,
    /// Of the program, with its arguments.
    Def(Def, Vec<T>),
    /// Not of the program: its last name.
    Other(Sym, Vec<T>),
    Tuple(Vec<T>),
    Slice(T),
    /// What a function returns.
    Fn(T),
    /// A type parameter.
    Param(Sym),
    /// Something that has these traits.
    Bounds(Vec<T>),
    /// An alias that says what it is.
    Named(Label, T),
}

/// Interned types.
pub(super) struct Types {
    list: Vec<Type>,
    known: FxHashMap<Type, T>,
}

impl Types {
    pub(super) fn new() -> Self {
        let mut types = Self { list: Vec::new(), known: FxHashMap::default() };
        types.add(Type::Unknown);
        types
    }

    pub(super) fn add(&mut self, ty: Type) -> T {
        if let Some(&t) = self.known.get(&ty) {
            return t;
        }
        let t = T(u32::try_from(self.list.len()).unwrap_or(0));
        self.list.push(ty.clone());
        self.known.insert(ty, t);
        t
    }

    pub(super) fn get(&self, t: T) -> &Type {
        self.list.get(t.0 as usize).unwrap_or(&Type::Unknown)
    }
}

/// Where a type is written.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) file: FileId,
    pub(super) module: ModId,
    /// What `Self` is.
    pub(super) own: T,
    /// Type parameters and their bounds.
    pub(super) generics: Vec<(Sym, Vec<T>)>,
}

/// Types of HL7 FHIR R4 (<https://hl7.org/fhir/R4/resourcelist.html>) and segments of HL7 v2.5.1 that are about a person.
const MODELS: &[(&str, &[&str])] = &[
    ("name", &["Patient", "HumanName", "Person", "RelatedPerson", "PID", "Pid", "PidSegment", "NK1", "XPN"]),
    ("phone", &["ContactPoint", "XTN"]),
    ("address", &["Address", "XAD"]),
    ("other_id", &["Identifier", "CX"]),
    ("health_plan_id", &["Coverage", "IN1"]),
    ("health.diagnosis", &["Condition", "AllergyIntolerance", "FamilyMemberHistory", "DG1", "AL1"]),
    ("health.lab", &["Observation", "DiagnosticReport", "OBX"]),
    ("health.drug", &["MedicationStatement", "MedicationRequest", "MedicationAdministration", "Immunization", "RXE"]),
    ("health.note", &["Annotation", "NTE", "ClinicalImpression"]),
];

/// Deepest nesting of types.
const DEEP: usize = 12;

impl Solver<'_> {
    /// The type that is written at a place.
    pub(super) fn ty(&mut self, ty: &Ty, at: &Place) -> T {
        self.ty_in(ty, at, 0)
    }

    fn ty_in(&mut self, ty: &Ty, at: &Place, depth: usize) -> T {
        if depth > DEEP {
            return T::default();
        }
        let new = match ty {
            Ty::Infer => return T::default(),
            Ty::Tuple(list) if list.is_empty() => Type::Other(self.syms.unit, Vec::new()),
            Ty::Tuple(list) => Type::Tuple(list.iter().map(|t| self.ty_in(t, at, depth + 1)).collect()),
            Ty::Slice(inner) => Type::Slice(self.ty_in(inner, at, depth + 1)),
            Ty::Fn(_, ret) => Type::Fn(self.ty_in(ret, at, depth + 1)),
            Ty::Bounds(list) => {
                let list: Vec<T> = list.iter().map(|t| self.ty_in(t, at, depth + 1)).collect();
                // One bound that is a function's type is a function.
                if let Some(f) = list.iter().find(|t| matches!(self.types.get(**t), Type::Fn(_))) {
                    return *f;
                }
                Type::Bounds(list)
            }
            Ty::Path(path) => return self.named_ty(path, at, depth),
        };
        self.types.add(new)
    }

    fn named_ty(&mut self, path: &PathRef, at: &Place, depth: usize) -> T {
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(at.file, *n)).collect();
        if path.root.is_some() {
            return T::default();
        }
        if let [one] = segs[..] {
            if one == self.syms.own {
                return at.own;
            }
            if at.generics.iter().any(|(name, _)| *name == one) {
                return self.types.add(Type::Param(one));
            }
        }
        let args: Vec<T> = path.args.iter().map(|t| self.ty_in(t, at, depth + 1)).collect();
        match self.resolve(at.module, &segs, Space::Type) {
            Found::Def(def) => self.of_def(def, args, depth),
            Found::Other(full) => {
                let last = segs.last().copied().unwrap_or_default();
                let other = self.types.add(Type::Other(last, args));
                match self.model_label(full, at.module) {
                    Some(label) => self.types.add(Type::Named(label, other)),
                    None => other,
                }
            }
            Found::None => {
                let last = segs.last().copied().unwrap_or_default();
                self.types.add(Type::Other(last, args))
            }
            _ => T::default(),
        }
    }

    /// What a type of a crate of FHIR or HL7 models holds.
    pub(super) fn model_label(&mut self, full: Sym, module: ModId) -> Option<Label> {
        let (krate, rest) = self.text(full).split_once("::")?;
        let last = rest.rsplit("::").next()?;
        let kind = MODELS.iter().find(|(_, names)| names.contains(&last))?.0;
        let deps = self.mods[module as usize].krate.map(|k| &self.crates[k as usize].deps);
        let real = deps.and_then(|d| d.iter().find(|(n, _)| n == krate)).map_or(krate, |(_, real)| real);
        let health = real.contains("fhir") || real.contains("hl7") || real.contains("x12");
        health.then(|| self.vocabulary.declared(kind))
    }

    fn of_def(&mut self, def: Def, args: Vec<T>, depth: usize) -> T {
        let Some((ty, generics)) = self.alias(def) else {
            return self.types.add(Type::Def(def, args));
        };
        let mut place = self.place_of(def);
        place.generics = generics.iter().map(|n| (self.sym(place.file, *n), Vec::new())).collect();
        let inner = self.ty_in(&ty, &place, depth + 1);
        let map: Vec<(Sym, T)> = place.generics.iter().map(|(n, _)| *n).zip(args).collect();
        let inner = self.subst(inner, &map);
        let name = self.def_name(def);
        match self.meaning(name).label {
            Some((label, role)) if self.counts(role) => self.types.add(Type::Named(label, inner)),
            _ => inner,
        }
    }

    /// A type with its parameters replaced.
    pub(super) fn subst(&mut self, t: T, map: &[(Sym, T)]) -> T {
        if map.is_empty() {
            return t;
        }
        let new = match self.types.get(t).clone() {
            Type::Param(name) => return map.iter().find(|(n, _)| *n == name).map_or(t, |(_, t)| *t),
            Type::Def(def, args) if !args.is_empty() => Type::Def(def, self.subst_all(args, map)),
            Type::Other(name, args) if !args.is_empty() => Type::Other(name, self.subst_all(args, map)),
            Type::Tuple(list) => Type::Tuple(self.subst_all(list, map)),
            Type::Slice(inner) => Type::Slice(self.subst(inner, map)),
            Type::Fn(ret) => Type::Fn(self.subst(ret, map)),
            Type::Named(label, inner) => Type::Named(label, self.subst(inner, map)),
            _ => return t,
        };
        self.types.add(new)
    }

    fn subst_all(&mut self, list: Vec<T>, map: &[(Sym, T)]) -> Vec<T> {
        list.into_iter().map(|t| self.subst(t, map)).collect()
    }

    /// What type parameters stand for, if `wanted` is given as `given`.
    pub(super) fn unify(&self, wanted: T, given: T, map: &mut Vec<(Sym, T)>, depth: usize) {
        if depth > DEEP || given == T::default() {
            return;
        }
        match (self.types.get(wanted), self.types.get(given)) {
            (Type::Param(name), _) if !map.iter().any(|(n, _)| n == name) => {
                map.push((*name, given));
            }
            (Type::Def(a, x), Type::Def(b, y)) if a == b => self.unify_all(x, y, map, depth),
            (Type::Other(a, x), Type::Other(b, y)) if a == b => self.unify_all(x, y, map, depth),
            (Type::Tuple(x), Type::Tuple(y)) => self.unify_all(x, y, map, depth),
            (Type::Slice(x), Type::Slice(y)) => self.unify(*x, *y, map, depth + 1),
            (Type::Slice(x), Type::Other(_, y)) if y.len() == 1 => self.unify(*x, y[0], map, depth + 1),
            (Type::Bounds(list), Type::Other(_, y)) if y.len() == 1 => {
                if let Some(Type::Other(_, x)) = list.first().map(|t| self.types.get(*t))
                    && x.len() == 1
                {
                    self.unify(x[0], y[0], map, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn unify_all(&self, wanted: &[T], given: &[T], map: &mut Vec<(Sym, T)>, depth: usize) {
        for (wanted, given) in wanted.iter().zip(given) {
            self.unify(*wanted, *given, map, depth + 1);
        }
    }

    /// What a container, a pointer or an iterator holds.
    pub(super) fn element(&self, t: T) -> T {
        match self.types.get(t) {
            Type::Slice(inner) => *inner,
            Type::Other(name, args) => match &args[..] {
                [] => {
                    let _ = name;
                    T::default()
                }
                [key, value] if self.is_map(*name) => {
                    let _ = key;
                    *value
                }
                [first, ..] => *first,
            },
            Type::Bounds(list) => {
                let of = |t: &T| match self.types.get(*t) {
                    Type::Other(_, args) => args.first().copied(),
                    _ => None,
                };
                list.iter().find_map(of).unwrap_or_default()
            }
            Type::Named(_, inner) => self.element(*inner),
            _ => T::default(),
        }
    }

    pub(super) fn is_map(&self, name: Sym) -> bool {
        self.text(name).ends_with("Map")
    }

    /// The type of the program that a value is in the end: behind pointers and guards.
    pub(super) fn inner_def(&self, t: T) -> Option<(Def, Vec<T>)> {
        let mut t = t;
        for _ in 0..DEEP {
            match self.types.get(t) {
                Type::Def(def, args) => return Some((*def, args.clone())),
                Type::Named(_, inner) => t = *inner,
                Type::Other(name, args) if args.len() == 1 && self.is_pointer(*name) => t = args[0],
                _ => return None,
            }
        }
        None
    }

    /// Is it a pointer or wrapper through which fields and methods are reached?
    pub(super) fn is_pointer(&self, name: Sym) -> bool {
        matches!(
            self.text(name),
            "Box"
                | "Arc"
                | "Rc"
                | "Cow"
                | "Ref"
                | "RefMut"
                | "MutexGuard"
                | "RwLockReadGuard"
                | "RwLockWriteGuard"
                | "Pin"
                | "Zeroizing"
                | "Json"
                | "Form"
                | "Query"
                | "Path"
                | "State"
                | "Extension"
                | "Data"
                | "Reverse"
                | "Wrapping"
                | "LazyLock"
                | "Lazy"
                | "ManuallyDrop"
                | "OwnedMutexGuard"
                | "Valid"
                | "Validated"
        )
    }

    pub(super) fn other(&mut self, name: &str, args: Vec<T>) -> T {
        let name = self.intern(name);
        self.types.add(Type::Other(name, args))
    }

    /// The names of type parameters at a place.
    pub(super) fn generic_names(&mut self, file: FileId, names: &[(Name, Vec<Ty>)], at: &mut Place) {
        for (name, _) in names {
            let name = self.sym(file, *name);
            at.generics.push((name, Vec::new()));
        }
        for (name, bounds) in names {
            let name = self.sym(file, *name);
            let bounds: Vec<T> = bounds.iter().map(|b| self.ty(b, at)).collect();
            if let Some(known) = at.generics.iter_mut().rev().find(|(n, _)| *n == name) {
                known.1 = bounds;
            }
        }
    }
}
