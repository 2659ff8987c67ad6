//! Parts of values: fields, payloads, what containers hold, errors.

use super::super::ir::Span;
use super::super::names::Owner;
use super::Solver;
use super::eval::Frame;
use super::types::{T, Type};
use super::value::{Def, FileId, From, Sym, Val, add};

/// Most `Deref`s that lead to a field.
const DEREFS: u8 = 6;

impl Solver<'_> {
    /// A field of a value.
    pub(super) fn field(&mut self, val: &Val, name: Sym, at: Option<(FileId, Span)>) -> Val {
        let val = &self.opened(val);
        if let Some(part) = val.part(name) {
            let mut part = part.clone();
            if part.ty == T::default() {
                part.ty = self.field_type(val.ty, name);
            }
            return part;
        }
        match self.inner_def(val.ty) {
            Some(_) if self.text(name) == "0" && self.is_wrapped(val.ty) => self.held(val),
            Some((def, args)) => self.def_field(val, def, &args, name, at),
            None => self.inner_field(val, name, at),
        }
    }

    /// A field behind a container, a pointer or an extractor of others.
    fn inner_field(&mut self, val: &Val, name: Sym, at: Option<(FileId, Span)>) -> Val {
        let element = self.element(val.ty);
        let numbered = self.text(name).bytes().all(|b| b.is_ascii_digit());
        if !numbered && self.inner_def(element).is_some() {
            return self.field(&val.clone().with_ty(element), name, at);
        }
        if numbered && matches!(self.types.get(val.ty), Type::Other(..)) && element != T::default() {
            return self.held(val);
        }
        self.unknown_field(val, name, at)
    }

    /// A value with what its cell holds.
    pub(super) fn opened(&self, val: &Val) -> Val {
        let mut val = val.clone();
        if let Some(content) = val.cell.and_then(|cell| self.cells.get(cell as usize)) {
            let (ty, cell) = (val.ty, val.cell);
            val.cell = None;
            if val.is_unknown() {
                val = content.clone()
            } else {
                val.join(content)
            }
            val.ty = ty;
            val.cell = cell;
        }
        val
    }

    fn field_type(&mut self, ty: T, name: Sym) -> T {
        match self.types.get(ty).clone() {
            Type::Tuple(list) => {
                let index: Option<usize> = self.text(name).parse().ok();
                index.and_then(|i| list.get(i).copied()).unwrap_or_default()
            }
            _ => match self.inner_def(ty) {
                Some((def, args)) => self.typed_field(def, 0, &args, name).map_or(T::default(), |(ty, _)| ty),
                None => T::default(),
            },
        }
    }

    /// Is it a pointer or extractor of others around a type of the program?
    fn is_wrapped(&self, ty: T) -> bool {
        matches!(self.types.get(ty), Type::Other(name, args) if args.len() == 1 && self.is_pointer(*name))
    }

    /// A field's type and place in its type.
    pub(super) fn typed_field(&mut self, def: Def, variant: u16, args: &[T], key: Sym) -> Option<(T, usize)> {
        let item = self.type_item(def)?;
        let file = self.defs[def as usize].file;
        let variants = item.variants.get(usize::from(variant))?;
        let at = (0..variants.fields.len()).find(|i| {
            let name = variants.fields[*i].name;
            self.key(def, 0, variants, name, file) == key
        })?;
        let ty = self.field_ty(def, &variants.fields[at]);
        if item.generics.is_empty() {
            return Some((ty, at));
        }
        let generics: Vec<Sym> = item.generics.iter().map(|n| self.sym(file, *n)).collect();
        let map: Vec<(Sym, T)> = generics.into_iter().zip(args.iter().copied()).collect();
        Some((self.subst(ty, &map), at))
    }

    fn def_field(&mut self, val: &Val, def: Def, args: &[T], name: Sym, at: Option<(FileId, Span)>) -> Val {
        if self.type_item(def).is_some_and(|item| item.is_enum) {
            return self.unknown_field(val, name, at);
        }
        let Some(field) = self.typed_field(def, 0, args, name) else {
            // Through `Deref`, or made by a macro.
            if let Some(target) = self.deref_target(def).filter(|_| self.derefs < DEREFS) {
                self.derefs += 1;
                let part = self.field(&val.clone().with_ty(target), name, at);
                self.derefs -= 1;
                return part;
            }
            return self.unknown_field(val, name, at);
        };
        self.variant_field_in(val, (def, 0), field, name, at)
    }

    /// A field of an enum's variant, by its key.
    pub(super) fn variant_field(
        &mut self,
        val: &Val,
        def: Def,
        variant: u16,
        key: Sym,
        at: Option<(FileId, Span)>,
    ) -> Val {
        let val = &self.opened(val);
        if let Some(part) = val.part(key) {
            return part.clone();
        }
        // A value of which another variant is known has no such part.
        if val.variant.is_some_and(|known| known != variant) && val.parts.is_some() {
            return Val::clean();
        }
        let args = self.inner_def(val.ty).map(|(_, args)| args).unwrap_or_default();
        let Some(field) = self.typed_field(def, variant, &args, key) else { return Val::default() };
        self.variant_field_in(val, (def, variant), field, key, at)
    }

    fn variant_field_in(
        &mut self,
        val: &Val,
        (def, variant): (Def, u16),
        (ty, index): (T, usize),
        key: Sym,
        at: Option<(FileId, Span)>,
    ) -> Val {
        let mut out = Val::of(ty);
        if val.clean {
            out.clean = true;
            return out;
        }
        let Some(item) = self.type_item(def) else { return out };
        let file = self.defs[def as usize].file;
        let field = &item.variants[usize::from(variant)].fields[index];
        let own = self.owner_of(def);
        let hint = if own == Owner::Unknown { val.owner } else { own };
        let label = self.field_label(def, usize::from(variant), field, hint);
        let name = self.sym(file, field.name);
        let meaning = self.meaning(name);
        self.inherit(&mut out, val, key, meaning.about || self.is_plain(ty) || self.is_number(ty));
        if let Some(label) = label {
            let at = at.unwrap_or((file, field.span));
            let source = self.labelled(label, at);
            add(&mut out.taint, &[source]);
        } else if meaning.about {
            out.about = true;
        }
        if let Some(heap) = self.heap.get(&(def, key)).filter(|_| !self.own_fields).cloned() {
            let labels = self.labels_of(&heap.all());
            add(&mut out.taint, &labels);
            out.callable = out.callable.or(heap.callable);
        }
        self.read_heap(def, key);
        if label.is_none() && matches!(own, Owner::Person | Owner::Thing) && out.is_unknown_but_param(&self.sources) {
            // A part of a known owner that is not PHI: no name makes it so.
            out.about = true;
        }
        out.owner = self.owner_hint(hint, ty, meaning.owner, meaning.label.is_some());
        out
    }

    /// Whose a field's own fields are.
    pub(super) fn owner_hint(&mut self, outer: Owner, ty: T, named: Owner, labelled: bool) -> Owner {
        let element = self.element(ty);
        let inner = self.inner_def(ty).or_else(|| self.inner_def(element));
        let own = inner.map_or(Owner::Unknown, |(def, _)| self.owner_of(def));
        match (own, named) {
            (Owner::Unknown, Owner::Unknown) if outer == Owner::Person && labelled => Owner::Person,
            (Owner::Unknown, named) => named,
            (own, _) => own,
        }
    }

    /// What of a value's own taint its field has.
    fn inherit(&mut self, out: &mut Val, val: &Val, key: Sym, about: bool) {
        for source in val.taint.clone() {
            match self.sources[source as usize].clone() {
                From::Label { .. } if !about => add(&mut out.taint, &[source]),
                From::Label { .. } => {}
                From::Param { index, mut path, how, exact } => {
                    if path.len() < 3 {
                        path.push(key);
                    }
                    let source = self.source(From::Param { index, path, how, exact });
                    add(&mut out.taint, &[source]);
                }
            }
        }
    }

    /// A field of something whose type is not known.
    fn unknown_field(&mut self, val: &Val, name: Sym, at: Option<(FileId, Span)>) -> Val {
        let ty = self.field_type(val.ty, name);
        let mut out = Val::of(ty);
        let numbered = self.text(name).bytes().all(|b| b.is_ascii_digit());
        if val.clean {
            out.clean = true;
            return out;
        }
        let meaning = self.meaning(name);
        self.inherit(&mut out, val, name, meaning.about);
        out.query = val.query && numbered;
        if numbered {
            out.owner = val.owner;
            return out;
        }
        if out.taint.iter().any(|s| matches!(self.sources[*s as usize], From::Label { .. })) {
            return out;
        }
        if meaning.about {
            out.about = true;
        } else if let (Some(label), Some(at)) = (self.name_label(name, T::default(), val.owner), at) {
            let source = self.labelled(label, at);
            add(&mut out.taint, &[source]);
        }
        out.owner = meaning.owner;
        out
    }

    /// What a container, pointer, `Option` or `Result` holds.
    pub(super) fn held(&mut self, val: &Val) -> Val {
        let mut out = self.opened(val);
        let ty = out.ty;
        out.ty = match self.types.get(ty) {
            Type::Def(..) | Type::Unknown | Type::Param(_) | Type::Tuple(_) => ty,
            Type::Other(name, _) if self.text(*name) == "MutexGuard" => ty,
            Type::Other(name, args) if args.is_empty() && self.is_opaque(*name) => T::default(),
            Type::Other(name, args) if args.is_empty() && !matches!(self.text(*name), "Result") => ty,
            _ => self.element(ty),
        };
        out.cell = None;
        if (out.part(self.syms.error).is_some() || out.part(self.syms.key).is_some())
            && let Some(parts) = &mut out.parts
        {
            std::rc::Rc::make_mut(parts).retain(|name, _| *name != self.syms.error && *name != self.syms.key);
            if parts.is_empty() {
                out.parts = None;
            }
        }
        if out.callable.is_some() && !matches!(self.types.get(ty), Type::Unknown) {
            out.callable = val.callable.clone();
        }
        out
    }

    /// The error in a `Result`.
    pub(super) fn error_of(&mut self, val: &Val) -> Option<Val> {
        if let Some(error) = val.part(self.syms.error) {
            return Some(error.clone());
        }
        if val.clean {
            return None;
        }
        match self.types.get(val.ty) {
            Type::Other(name, args) if args.len() == 2 && self.text(*name) == "Result" => {
                let ty = args[1];
                Some(Val::of(ty))
            }
            _ => None,
        }
    }

    /// A value that is given a type: what is known better stays.
    pub(super) fn converted(&mut self, mut val: Val, ty: T) -> Val {
        if ty == T::default() {
            return val;
        }
        val = self.keyed_pairs(val, ty);
        let keeps = match (self.types.get(val.ty), self.types.get(ty)) {
            (Type::Unknown, _) => false,
            (Type::Def(..), Type::Bounds(_)) => true,
            (Type::Def(..), Type::Other(name, args)) => {
                args.is_empty() && matches!(self.text(*name), "Error" | "Report" | "BoxError") || self.is_pointer(*name)
            }
            (_, Type::Bounds(_) | Type::Param(_)) => true,
            (Type::Other(a, x), Type::Other(b, y)) if a == b => y.iter().all(|t| *t == T::default()) && !x.is_empty(),
            _ => false,
        };
        if !keeps {
            val.ty = ty;
        }
        val
    }

    /// Pairs that become a map: the first is the key.
    fn keyed_pairs(&mut self, val: Val, ty: T) -> Val {
        let is_map = matches!(self.types.get(ty), Type::Other(name, _) if self.is_map(*name));
        let from_map = matches!(self.types.get(val.ty), Type::Other(name, _) if self.is_map(*name));
        let (zero, one, key) = (self.number(0), self.number(1), self.syms.key);
        let (Some(first), Some(second)) = (val.part(zero).cloned(), val.part(one).cloned()) else { return val };
        if !is_map || from_map || val.part(key).is_some() {
            return val;
        }
        let mut out = second.with_ty(val.ty);
        out.set_part(key, first);
        out
    }

    /// What goes into a field is there for all who read it: the heap.
    pub(super) fn contribute(&mut self, root: &Val, path: &[Sym], val: &Val) {
        let [key] = path else { return };
        let labels = self.labels_of(&val.all());
        if labels.is_empty() && !matches!(val.callable, Some(super::value::Callable::Function(_))) {
            return;
        }
        let Some((def, _)) = self.inner_def(root.ty) else { return };
        let item = self.type_item(def);
        // A field of a type parameter holds something else in every instance.
        if item.is_none_or(|item| !item.generics.is_empty()) {
            return;
        }
        self.put_heap((def, *key), labels, val);
    }

    pub(super) fn put_heap(&mut self, key: (Def, Sym), labels: super::value::Taint, val: &Val) {
        let known = self.heap.entry(key).or_default();
        let before = known.taint.len();
        add(&mut known.taint, &labels);
        if known.callable.is_none()
            && let Some(super::value::Callable::Function(_)) = &val.callable
        {
            known.callable.clone_from(&val.callable);
        }
        if known.taint.len() != before {
            self.changed.insert(key);
        }
    }

    pub(super) fn read_heap(&mut self, def: Def, key: Sym) {
        if let Some(&reader) = self.active.last() {
            self.reads.entry((def, key)).or_default().insert(reader);
        }
        if let Some(reading) = self.reading.last_mut() {
            reading.push((def, key));
        }
    }

    /// Assigns to, or writes into, a static.
    pub(super) fn store_global(&mut self, frame: &mut Frame, place: u32, val: Val) {
        use super::super::ir::Ex;
        let mut at = place;
        let body = std::rc::Rc::clone(&frame.body);
        let path = loop {
            match body.nodes.get(at as usize) {
                Some(Ex::Path(path)) => break path,
                Some(Ex::Method(base, ..) | Ex::Field(base, _) | Ex::Index(base, _) | Ex::Try(base)) => at = *base,
                _ => return,
            }
        };
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        if let super::index::Found::Def(def) = self.find_value(frame, path, &segs)
            && matches!(self.item(def).kind, super::super::ir::Kind::Value(..))
        {
            let labels = self.labels_of(&val.all());
            if !labels.is_empty() {
                self.put_heap((def, 0), labels, &val);
            }
        }
    }

    /// A closure that is put into a field keeps what it knows.
    pub(super) fn detached_field(&mut self, frame: &Frame, path: &[Sym], val: Val) -> Val {
        if path.is_empty() { val } else { self.detached(frame, val) }
    }

    /// What `Deref` makes of a type.
    pub(super) fn deref_target(&mut self, def: Def) -> Option<T> {
        let name = self.intern("deref");
        let deref = self.methods.get(&(super::Head::Def(def), name))?.first().copied()?;
        let target = self.signature(deref).ret;
        if target != T::default() {
            return Some(target);
        }
        // `&Self::Target`: the only field, as a rule.
        let item = self.type_item(def)?;
        let field = item.variants.first()?.fields.first()?;
        Some(self.field_ty(def, field))
    }
}
