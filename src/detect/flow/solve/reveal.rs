//! What printing a value reveals.

use std::rc::Rc;

use super::super::ir::{Field, How, Variant};
use super::super::names::Owner;
use super::Solver;
use super::types::{T, Type};
use super::value::{Def, From, Sym, Taint, Val, add};

/// A field of an enum's variant (0 in structs), what leads from it to the text, and how it is shown.
type ShownField = (u16, Sym, Vec<Sym>, How);
/// PHI of its own, and parts of the value.
type WrittenText = (Taint, Vec<(Vec<Sym>, How)>);

/// What a type's text shows.
#[derive(Clone, Debug)]
pub(super) enum Shows {
    /// Nothing of its fields.
    Nothing,
    /// These fields: variant, field, and how.
    Fields(Rc<Vec<ShownField>>),
    /// What its own code writes: PHI, and parts of it.
    Written(Rc<WrittenText>),
}

/// Deepest nesting of types that is followed.
const DEEP: usize = 8;

impl<'a> Solver<'a> {
    /// The sources that show when a value is printed.
    pub(super) fn reveal(&mut self, val: &Val, how: How) -> Taint {
        self.reveal_in(val, how, 0)
    }

    fn reveal_in(&mut self, val: &Val, how: How, depth: usize) -> Taint {
        if depth > DEEP {
            return val.all();
        }
        if let Some(cell) = val.cell
            && let Some(content) = self.cells.get(cell as usize)
        {
            let mut content = content.clone();
            content.cell = None;
            let mut own = val.clone();
            own.cell = None;
            own.join(&content);
            return self.reveal_in(&own, how, depth + 1);
        }
        let mut out = Taint::new();
        if let Some((def, _)) = self.inner_def(val.ty) {
            let shows = self.shows(def, how);
            if matches!(shows, Shows::Nothing) {
                return out;
            }
            self.shown(&mut out, val, how);
            self.reveal_def(&mut out, val, def, &shows, depth);
            return out;
        }
        match self.types.get(val.ty).clone() {
            Type::Other(name, _) if self.is_opaque(name) => return out,
            Type::Fn(_) => return out,
            Type::Other(_, args) if !val.clean && val.parts.is_none() => {
                for arg in args {
                    let more = self.reveal_type(arg, how, val.owner, depth + 1);
                    add(&mut out, &more);
                }
            }
            Type::Tuple(list) if !val.clean && val.parts.is_none() => {
                for arg in list {
                    let more = self.reveal_type(arg, how, val.owner, depth + 1);
                    add(&mut out, &more);
                }
            }
            Type::Slice(inner) if !val.clean && val.parts.is_none() => {
                let more = self.reveal_type(inner, how, val.owner, depth + 1);
                add(&mut out, &more);
            }
            _ => {}
        }
        self.shown(&mut out, val, how);
        // A container's parts belong to what it holds.
        let element = self.element(val.ty);
        if val.parts.is_some()
            && let Some((def, _)) = self.inner_def(element)
        {
            let inner = Val { ty: element, taint: Taint::new(), cell: None, ..val.clone() };
            let shows = self.shows(def, how);
            self.reveal_def(&mut out, &inner, def, &shows, depth + 1);
            return out;
        }
        for part in val.parts.clone().iter().flat_map(|parts| parts.values()) {
            let more = self.reveal_in(part, how, depth + 1);
            add(&mut out, &more);
        }
        out
    }

    /// A value's own taint, as it is shown.
    fn shown(&mut self, out: &mut Taint, val: &Val, how: How) {
        for source in val.taint.clone() {
            let shown = match &self.sources[source as usize] {
                From::Param { index, path, how: How::Value, exact } => {
                    let from = From::Param { index: *index, path: path.clone(), how, exact: *exact };
                    self.source(from)
                }
                _ => source,
            };
            add(out, &[shown]);
        }
    }

    fn reveal_def(&mut self, out: &mut Taint, val: &Val, def: Def, shows: &Shows, depth: usize) {
        match shows {
            Shows::Nothing => {}
            Shows::Fields(fields) => {
                for (variant, key, rest, how) in fields.iter() {
                    if val.variant.is_some_and(|known| known != *variant) {
                        continue;
                    }
                    let more = match val.part(*key) {
                        Some(part) => {
                            let part = rest.iter().fold(part.clone(), |part, name| self.field(&part, *name, None));
                            self.reveal_in(&part, *how, depth + 1)
                        }
                        None if val.clean => Taint::new(),
                        None => {
                            let args = self.inner_def(val.ty).map(|(_, args)| args).unwrap_or_default();
                            self.reveal_field((def, &args), *variant, *key, rest, *how, val.owner, depth)
                        }
                    };
                    add(out, &more);
                    self.deeper(out, val, *key, rest, *how);
                }
            }
            Shows::Written(written) => {
                if !val.clean {
                    let labels = written.0.clone();
                    let hidden = |path: &Vec<Sym>| path.first().and_then(|p| val.part(*p)).is_some_and(|p| p.clean);
                    if !written.1.iter().any(|(path, _)| hidden(path)) {
                        add(out, &labels);
                    }
                }
                for (path, how) in &written.1 {
                    let Some(part) = path.first().and_then(|p| val.part(*p)).cloned() else {
                        continue;
                    };
                    let part = path[1..].iter().fold(part, |part, name| self.field(&part, *name, None));
                    let more = self.reveal_in(&part, *how, depth + 1);
                    add(out, &more);
                }
            }
        }
    }

    /// A parameter's part shows where the parameter does.
    fn deeper(&mut self, out: &mut Taint, val: &Val, key: Sym, rest: &[Sym], how: How) {
        if val.part(key).is_some() {
            return;
        }
        for source in val.taint.clone() {
            if let From::Param { index, path, how: How::Value, exact } = self.sources[source as usize].clone()
                && path.len() < 3
            {
                let mut path = path;
                path.push(key);
                path.extend(rest.iter().copied());
                let source = self.source(From::Param { index, path, how, exact });
                add(out, &[source]);
            }
        }
    }

    /// What printing a value of a type reveals, of which nothing else is known.
    pub(super) fn reveal_type(&mut self, ty: T, how: How, hint: Owner, depth: usize) -> Taint {
        let mut out = Taint::new();
        if depth > DEEP {
            return out;
        }
        if let Some((def, args)) = self.inner_def(ty) {
            let key = (ty, how, hint == Owner::Person);
            if let Some((known, reads)) = self.revealed.get(&key).cloned() {
                // Who is told it depends on what it was found out from.
                reads.into_iter().for_each(|(def, key)| self.read_heap(def, key));
                return known;
            }
            self.revealed.insert(key, Default::default());
            self.reading.push(Vec::new());
            match self.shows(def, how) {
                Shows::Nothing => {}
                Shows::Fields(fields) => {
                    for (variant, field, rest, how) in fields.iter() {
                        let more = self.reveal_field((def, &args), *variant, *field, rest, *how, hint, depth);
                        add(&mut out, &more);
                    }
                }
                Shows::Written(written) => add(&mut out, &written.0),
            }
            let reads = self.reading.pop().unwrap_or_default();
            if let Some(outer) = self.reading.last_mut() {
                outer.extend_from_slice(&reads);
            }
            self.revealed.insert(key, (out.clone(), reads));
            return out;
        }
        match self.types.get(ty).clone() {
            Type::Other(name, args) if !self.is_opaque(name) => {
                for arg in args {
                    add(&mut out, &self.reveal_type(arg, how, hint, depth + 1));
                }
            }
            Type::Tuple(list) => {
                for arg in list {
                    add(&mut out, &self.reveal_type(arg, how, hint, depth + 1));
                }
            }
            Type::Slice(inner) | Type::Named(_, inner) => return self.reveal_type(inner, how, hint, depth + 1),
            _ => {}
        }
        out
    }

    #[allow(clippy::too_many_arguments, reason = "a field has that many sides")]
    fn reveal_field(
        &mut self,
        (def, args): (Def, &[T]),
        variant: u16,
        key: Sym,
        rest: &[Sym],
        how: How,
        hint: Owner,
        depth: usize,
    ) -> Taint {
        let mut out = Taint::new();
        let Some(item) = self.type_item(def) else { return out };
        let file = self.defs[def as usize].file;
        let Some((variant_item, field)) = self.field_item(def, variant, key) else { return out };
        if !rest.is_empty() {
            let base = Val::of(self.field_ty(def, field));
            let val = rest.iter().fold(base, |part, name| self.field(&part, *name, None));
            return self.reveal_in(&val, how, depth + 1);
        }
        let _ = variant_item;
        let ty = self.typed_field(def, variant, args, key).map_or(T::default(), |(ty, _)| ty);
        let own = self.owner_of(def);
        let hint = if own == Owner::Unknown { hint } else { own };
        let name = self.sym(file, field.name);
        let named = self.meaning(name);
        let nested = self.owner_hint(hint, ty, named.owner, named.label.is_some());
        let inner = self.reveal_type(ty, how, nested, depth + 1);
        add(&mut out, &inner);
        let hides = match self.inner_def(ty) {
            Some((inner, _)) => matches!(self.shows(inner, how), Shows::Nothing),
            None => self.hides(ty),
        };
        if !hides {
            let named = match self.types.get(ty) {
                Type::Named(label, _) => Some(*label),
                _ => None,
            };
            let label = self.field_label(def, usize::from(variant), field, hint).or(named);
            if let Some(label) = label {
                let span = if field.span == (0, 0) { item.derive_span } else { field.span };
                let source = self.labelled(label, (file, span));
                add(&mut out, &[source]);
            }
            if let Some(heap) = self.heap.get(&(def, key)).cloned() {
                self.read_heap(def, key);
                let labels = self.labels_of(&heap.all());
                add(&mut out, &labels);
            }
        }
        out
    }

    /// Is it a type of others that shows nothing?
    pub(super) fn hides(&self, ty: T) -> bool {
        match self.types.get(ty) {
            Type::Other(name, args) => {
                self.is_opaque(*name) || args.len() == 1 && !args.is_empty() && self.hides(args[0])
            }
            Type::Fn(_) => true,
            _ => false,
        }
    }

    pub(super) fn is_opaque(&self, name: Sym) -> bool {
        self.spec.opaque.contains(self.text(name))
    }

    /// A field by the name under which values keep it: `name`, or `Variant.name`.
    pub(super) fn field_item(&mut self, def: Def, variant: u16, key: Sym) -> Option<(&'a Variant, &'a Field)> {
        let file = self.defs[def as usize].file;
        let item = self.type_item(def)?;
        let variant = item.variants.get(usize::from(variant))?;
        for field in &variant.fields {
            if self.key(def, usize::from(u16::try_from(0).unwrap_or(0)), variant, field.name, file) == key {
                return Some((variant, field));
            }
        }
        None
    }

    /// Under which name a value keeps a field.
    pub(super) fn key(&mut self, def: Def, _: usize, variant: &Variant, field: u32, file: u32) -> Sym {
        let name = self.sym(file, field);
        if !self.type_item(def).is_some_and(|item| item.is_enum) {
            return name;
        }
        let variant = self.sym(file, variant.name);
        self.variant_key(variant, name)
    }

    pub(super) fn variant_key(&mut self, variant: Sym, name: Sym) -> Sym {
        if let Some(&key) = self.keys.get(&(variant, name)) {
            return key;
        }
        let text = format!("{}.{}", self.text(variant), self.text(name));
        let key = self.intern(&text);
        self.keys.insert((variant, name), key);
        key
    }

    /// What a type's text shows.
    pub(super) fn shows(&mut self, def: Def, how: How) -> Shows {
        if let Some(known) = self.shown.get(&(def, how)).cloned() {
            let name = if how == How::Debug { self.syms.debug } else { self.syms.display };
            if let (Shows::Written(_), Some(&fmt), Some(&user)) =
                (&known, self.formatters.get(&(def, name)), self.active.last())
            {
                self.users.entry(fmt).or_default().insert(user);
            }
            return known;
        }
        self.shown.insert((def, how), Shows::Nothing);
        let shows = self.find_shows(def, how);
        self.shown.insert((def, how), shows.clone());
        shows
    }

    fn find_shows(&mut self, def: Def, how: How) -> Shows {
        let Some(item) = self.type_item(def) else { return Shows::Nothing };
        let (derived, at) = match how {
            How::Debug => (item.derives[0], 0),
            How::Display => (item.derives[1], 1),
            How::Serialize => (item.derives[2], 2),
            How::Value => {
                let display = self.shows(def, How::Display);
                return if matches!(display, Shows::Nothing) { self.shows(def, How::Debug) } else { display };
            }
        };
        let wanted = [self.syms.debug, self.syms.display, self.syms.serialize][at];
        if at < 2
            && let Some(fmt) = self.formatters.get(&(def, wanted)).copied()
        {
            return self.written(fmt);
        }
        if at == 1 && !derived {
            return self.shows_behind(def);
        }
        if !derived || item.redacts && at == 0 {
            return Shows::Nothing;
        }
        let file = self.defs[def as usize].file;
        let mut list = Vec::new();
        for (i, variant) in item.variants.iter().enumerate() {
            let number = u16::try_from(i).unwrap_or(0);
            if at == 1 {
                for (path, how) in variant.display.iter().flatten() {
                    let key = self.key(def, i, variant, path[0], file);
                    let rest = path[1..].iter().map(|n| self.sym(file, *n)).collect();
                    list.push((number, key, rest, *how));
                }
            } else {
                for field in variant.fields.iter().filter(|f| !f.hidden[at]) {
                    let key = self.key(def, i, variant, field.name, file);
                    list.push((number, key, Vec::new(), how));
                }
            }
        }
        if list.is_empty() { Shows::Nothing } else { Shows::Fields(Rc::new(list)) }
    }

    /// What is displayed of a type that has no `Display`: what it derefs to, which is its only field as a rule.
    fn shows_behind(&mut self, def: Def) -> Shows {
        let deref = self.intern("deref");
        let file = self.defs[def as usize].file;
        let field =
            self.type_item(def).filter(|item| !item.is_enum).and_then(|item| item.variants.first()?.fields.first());
        match (self.methods.contains_key(&(super::Head::Def(def), deref)), field) {
            (true, Some(field)) => {
                let key = self.sym(file, field.name);
                Shows::Fields(Rc::new(vec![(0, key, Vec::new(), How::Display)]))
            }
            _ => Shows::Nothing,
        }
    }

    /// What a `fmt` of the program writes.
    fn written(&mut self, fmt: Def) -> Shows {
        let summary = self.summary(fmt);
        let (mut labels, mut paths) = (Taint::new(), Vec::new());
        for (param, _, val) in &summary.effects {
            if *param != 1 {
                continue;
            }
            for source in val.all() {
                match self.sources[source as usize].clone() {
                    From::Label { .. } => add(&mut labels, &[source]),
                    From::Param { index: 0, path, how, .. } => paths.push((path.to_vec(), how)),
                    From::Param { .. } => {}
                }
            }
        }
        if labels.is_empty() && paths.is_empty() { Shows::Nothing } else { Shows::Written(Rc::new((labels, paths))) }
    }
}
