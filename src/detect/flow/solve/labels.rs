//! What is PHI by its name, in the context of its owner.

use super::super::ir::{Field, Kind, Span, Variant};
use super::super::names::{Label, Meaning, Owner, Role};
use super::Solver;
use super::types::{T, Type};
use super::value::{Def, FileId, From, Source, Sym, Taint};

/// What the documentation of a field or type may say to make it nobody's.
const SAFE: &[&str] = &["none", "safe", "no", "public"];

impl Solver<'_> {
    pub(super) fn meaning(&mut self, name: Sym) -> Meaning {
        if let Some(known) = self.meanings.get(&name) {
            return *known;
        }
        let meaning = self.vocabulary.meaning(self.text(name));
        self.meanings.insert(name, meaning);
        meaning
    }

    /// Does a label of this role count where no owner is known?
    pub(super) fn counts(&self, role: Role) -> bool {
        match role {
            Role::Strong => true,
            Role::Health => self.health,
            Role::Weak | Role::Note => false,
        }
    }

    /// Does a label of this role count inside this owner?
    fn counts_in(&self, label: Label, role: Role, owner: Owner) -> bool {
        match (role, owner) {
            (Role::Strong, _) | (_, Owner::Person) => true,
            (Role::Health, Owner::Thing) => false,
            (Role::Health, Owner::Record) => true,
            (Role::Weak, Owner::Record) => self.health && self.vocabulary.kind(label).starts_with("health."),
            (Role::Note, Owner::Record) => true,
            _ => self.counts(role),
        }
    }

    pub(super) fn source(&mut self, from: From) -> Source {
        if let Some(&known) = self.source_ids.get(&from) {
            return known;
        }
        let id = u32::try_from(self.sources.len()).unwrap_or(0);
        self.sources.push(from.clone());
        self.source_ids.insert(from, id);
        id
    }

    pub(super) fn labelled(&mut self, label: Label, at: (FileId, Span)) -> Source {
        self.source(From::Label { label, at, unsure: false, via: Default::default() })
    }

    /// Whose a type's values are.
    pub(super) fn owner_of(&mut self, def: Def) -> Owner {
        if let Some(&known) = self.owners.get(&def) {
            return known;
        }
        self.owners.insert(def, Owner::Unknown);
        let owner = self.find_owner(def);
        self.owners.insert(def, owner);
        owner
    }

    fn find_owner(&mut self, def: Def) -> Owner {
        let name = self.def_name(def);
        let meaning = self.meaning(name);
        let file = self.defs[def as usize].file;
        let Some(item) = self.type_item(def) else { return meaning.owner };
        if self.is_about_columns(name) {
            return Owner::Thing;
        }
        let (mut strong, mut person) = (0, 0);
        for variant in &item.variants {
            let (s, p) = self.told_by(file, variant);
            (strong, person) = (strong.max(s), person.max(p));
        }
        let own = item.declared.map(|d| self.sym(file, d)).map(|d| self.text(d).to_owned());
        match (own.as_deref(), meaning.owner) {
            (Some("person" | "patient"), _) | (_, Owner::Person) => Owner::Person,
            (Some(said), _) if SAFE.contains(&said) => Owner::Thing,
            (_, Owner::Thing) => Owner::Thing,
            (_, Owner::Unknown | Owner::Record) if self.is_catalogue(file, item) => Owner::Thing,
            (_, Owner::Maybe) if self.health || strong + person >= 2 => Owner::Person,
            (_, Owner::Record) if strong > 0 => Owner::Record,
            (_, Owner::Record) => Owner::Record,
            _ if strong >= 2 || strong >= 1 && person >= 1 => Owner::Person,
            _ => Owner::Unknown,
        }
    }

    /// Is it a code of a classification (`ndc`, `loinc`), which a catalogue has, too?
    fn is_code(&self, name: Sym) -> bool {
        const CODES: &[&str] = &[
            "ndc", "loinc", "snomed", "rxnorm", "rxcui", "cpt", "hcpcs", "icd", "icd9", "icd10", "cvx", "unii", "code",
        ];
        let words = super::super::names::split(self.text(name));
        words.last().is_some_and(|last| CODES.contains(&last.as_str()))
    }

    /// Is it a row of a catalogue: a name and a code, and nothing of a person?
    fn is_catalogue(&mut self, file: FileId, item: &super::super::ir::TypeItem) -> bool {
        let [variant] = &item.variants[..] else { return false };
        let (mut code, mut name, mut other) = (false, false, false);
        for field in &variant.fields {
            let sym = self.sym(file, field.name);
            let about_code = self.is_code(sym);
            code |= about_code;
            name |= matches!(self.text(sym), "name" | "title" | "display" | "description" | "label" | "term");
            let personal = self.meaning(sym).label.is_some() || self.meaning(sym).owner == Owner::Person;
            other |= !about_code && personal && self.text(sym) != "name";
        }
        code && name && !other
    }

    /// How many of a variant's fields name PHI of themselves, and how many may be a person's.
    fn told_by(&mut self, file: FileId, variant: &Variant) -> (usize, usize) {
        let (mut strong, mut person) = (0, 0);
        for field in &variant.fields {
            let name = self.sym(file, field.name);
            if let Some((label, role)) = self.meaning(name).label {
                let kind = self.vocabulary.kind(label);
                if self.is_code(name) {
                    continue;
                }
                let personal = matches!(kind, "name" | "dob" | "phone" | "email" | "address" | "ssn" | "mrn");
                match role {
                    Role::Strong => strong += 1,
                    Role::Health if self.health => strong += 1,
                    _ if personal || kind.starts_with("health.") => person += 1,
                    _ => {}
                }
            }
        }
        (strong, person)
    }

    /// Is a type of this name about columns, rules or settings, rather than people?
    fn is_about_columns(&self, name: Sym) -> bool {
        const WORDS: &[&str] = &[
            "column",
            "columns",
            "header",
            "headers",
            "label",
            "labels",
            "field",
            "fields",
            "key",
            "keys",
            "schema",
            "flag",
            "flags",
            "rule",
            "rules",
            "config",
            "settings",
            "options",
            "pattern",
            "patterns",
            "regexes",
            "counts",
            "metrics",
            "template",
            "templates",
            "kind",
            "kinds",
            "type",
            "error",
        ];
        let words = super::super::names::split(self.text(name));
        words.last().is_some_and(|last| WORDS.contains(&last.as_str()) && last != "error")
    }

    /// The label of a field of a type, if it is PHI there.
    pub(super) fn field_label(&mut self, def: Def, variant: usize, field: &Field, hint: Owner) -> Option<Label> {
        let file = self.defs[def as usize].file;
        let item = self.type_item(def)?;
        for declared in [field.declared, item.declared].into_iter().flatten() {
            let said = self.sym(file, declared);
            if let Some(label) = self.declared(said) {
                return label;
            }
        }
        let ty = self.field_ty(def, field);
        if self.is_plain(ty) {
            return None;
        }
        let (name, owner_name) = (self.sym(file, field.name), self.def_name(def));
        if self.is_about_columns(owner_name) {
            return None;
        }
        let only = item.variants[variant].fields.len() == 1;
        // `struct Ssn { inner: String }` is as good as `struct Ssn(String)`.
        let numbered =
            self.text(name).bytes().all(|b| b.is_ascii_digit()) || !item.is_enum && only && self.is_vague(name);
        let own = self.owner_of(def);
        let owner = if own == Owner::Unknown { hint } else { own };
        if numbered {
            let named = if item.is_enum { self.sym(file, item.variants[variant].name) } else { owner_name };
            let (label, role) = self.meaning(named).label.filter(|_| only)?;
            let owner = if item.is_enum { self.enum_owner(owner_name, owner) } else { owner };
            return self.counts_in(label, role, owner).then_some(label);
        }
        let own_name = self.meaning(name).label;
        if own_name.is_none() && item.is_enum && self.is_vague(name) {
            let variant = self.sym(file, item.variants[variant].name);
            let (label, role) = self.meaning(variant).label?;
            let owner = self.enum_owner(owner_name, owner);
            return self.counts_in(label, role, owner).then_some(label);
        }
        let (label, role) = own_name?;
        if owner == Owner::Thing && self.is_number(ty) {
            return None;
        }
        let owner = if item.is_enum && owner == Owner::Unknown {
            let (strong, person) = self.told_by(file, &item.variants[variant]);
            if strong >= 1 && strong + person >= 2 { Owner::Person } else { owner }
        } else {
            owner
        };
        self.counts_in(label, role, owner).then_some(label)
    }

    /// Does a field's name say nothing (`value`)?
    fn is_vague(&self, name: Sym) -> bool {
        matches!(self.text(name), "value" | "val" | "v" | "text" | "raw" | "inner" | "number" | "digits")
    }

    /// An enum of identifiers or contacts is a person's.
    fn enum_owner(&self, name: Sym, owner: Owner) -> Owner {
        let words = super::super::names::split(self.text(name));
        let personal = |w: &String| matches!(w.as_str(), "identifier" | "contact" | "identity" | "demographic");
        if owner == Owner::Unknown && self.health && words.iter().any(personal) { Owner::Person } else { owner }
    }

    /// What a declaration says: `Some(None)` that it is nobody's.
    pub(super) fn declared(&mut self, said: Sym) -> Option<Option<Label>> {
        let text = self.text(said).to_owned();
        if SAFE.contains(&text.as_str()) {
            return Some(None);
        }
        if matches!(text.as_str(), "person" | "patient") {
            return None;
        }
        Some(Some(self.vocabulary.declared(&text)))
    }

    pub(super) fn field_ty(&mut self, def: Def, field: &Field) -> T {
        // Facts stay where they are while they are solved: their address tells fields apart.
        let key = (def, std::ptr::from_ref(field).addr());
        if let Some(known) = self.field_types.get(&key) {
            return *known;
        }
        let ty = self.find_field_ty(def, field);
        self.field_types.insert(key, ty);
        ty
    }

    fn find_field_ty(&mut self, def: Def, field: &Field) -> T {
        let mut place = self.place_of(def);
        let Some(item) = self.type_item(def) else { return T::default() };
        place.generics = item.generics.iter().map(|n| (self.sym(place.file, *n), Vec::new())).collect();
        self.ty(&field.ty, &place)
    }

    /// Can no identifier be a value of this type (bool, unit, time spans)?
    pub(super) fn is_plain(&self, ty: T) -> bool {
        match self.types.get(ty) {
            Type::Other(name, args) => match (self.text(*name), &args[..]) {
                ("Option", [inner]) => self.is_plain(*inner),
                (name, _) => matches!(
                    name,
                    "bool"
                        | "()"
                        | "Duration"
                        | "Instant"
                        | "AtomicUsize"
                        | "AtomicU64"
                        | "AtomicBool"
                        | "PhantomData"
                        | "Range"
                        | "Ordering"
                        | "Regex"
                        | "TypeId"
                        | "Layout"
                ),
            },
            Type::Fn(_) => true,
            _ => false,
        }
    }

    pub(super) fn is_number(&self, ty: T) -> bool {
        let Type::Other(name, args) = self.types.get(ty) else { return false };
        let name = self.text(*name);
        if name == "Option" && args.len() == 1 {
            return self.is_number(args[0]);
        }
        matches!(
            name,
            "u8" | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f32"
                | "f64"
        )
    }

    /// The label of a variable or of what is called so, whose value is not known.
    pub(super) fn name_label(&mut self, name: Sym, ty: T, owner: Owner) -> Option<Label> {
        if self.is_plain(ty) {
            return None;
        }
        let (label, role) = self.meaning(name).label?;
        if self.is_number(ty) && role != Role::Strong && owner != Owner::Person {
            return None;
        }
        if let Some((def, _)) = self.inner_def(ty)
            && (self.owner_of(def) == Owner::Thing || self.type_item(def).is_some_and(|i| i.is_enum && no_payload(i)))
        {
            return None;
        }
        self.counts_in(label, role, owner).then_some(label)
    }

    /// Only the labels among the sources.
    pub(super) fn labels_of(&self, taint: &Taint) -> Taint {
        taint.iter().copied().filter(|s| matches!(self.sources[*s as usize], From::Label { .. })).collect()
    }

    /// Does the workspace speak of health? Told by its types.
    pub(super) fn is_health(&mut self) -> bool {
        for file in 0..self.units.len() {
            let file = u32::try_from(file).unwrap_or(0);
            let facts = self.units[file as usize].facts;
            for item in &facts.items {
                let name = self.sym(file, item.name);
                let Kind::Type(ty) = &item.kind else {
                    if matches!(item.kind, Kind::Fn(..)) && self.meaning(name).owner == Owner::Person {
                        return true;
                    }
                    continue;
                };
                if self.meaning(name).owner == Owner::Person {
                    return true;
                }
                let strong = ty.variants.iter().map(|v| self.told_by(file, v).0).max().unwrap_or(0);
                if strong >= 2 {
                    return true;
                }
            }
        }
        false
    }
}

/// Has an enum nothing but names?
fn no_payload(item: &super::super::ir::TypeItem) -> bool {
    item.variants.iter().all(|v| v.fields.is_empty())
}
