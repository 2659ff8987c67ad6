//! Method calls: of the program, of the standard library.

use super::super::ir::{Ex, ExId, How, Span, Ty};
use super::super::names::Owner;
use super::eval::Frame;
use super::spec::Does;
use super::types::{T, Type};
use super::value::{Callable, Sym, Val, add};
use super::{Head, Solver};

/// Most methods of one name that are tried where the receiver's type is not known.
const SAME_NAME: usize = 3;

impl Solver<'_> {
    pub(super) fn method_call(
        &mut self,
        frame: &mut Frame,
        e: ExId,
        base: ExId,
        name: u32,
        args: &[ExId],
        types: &[Ty],
    ) -> Val {
        let name = self.sym(frame.file(), name);
        let span = frame.body.spans[e as usize];
        let receiver = self.expr(frame, base);
        self.revealing_method(frame, &receiver, name, args, span);
        if text_is(self.text(name), &["read_line", "read_to_string", "read_to_end", "read_until"]) {
            self.filled(frame, args);
        }
        if let Some(callable @ Callable::Closure(_)) = receiver.callable.clone()
            && matches!(self.text(name), "call" | "call_mut" | "call_once")
        {
            let values = args.iter().map(|a| self.expr(frame, *a)).collect();
            return self.call_value(frame, &callable, values, span);
        }
        if let Some(methods) = self.methods_of(&receiver, name) {
            return self.call_methods(frame, &methods, (receiver, base), args, span);
        }
        if let Some(val) = self.formatter(frame, &receiver, name, args) {
            return val;
        }
        let known = self.spec.known.contains_key(self.text(name));
        if !known
            && receiver.callable.is_none()
            && self.inner_def(receiver.ty).is_none()
            && let Some(all) = self.by_name.get(&name).filter(|all| all.len() <= SAME_NAME).cloned()
            && !matches!(self.types.get(receiver.ty), Type::Other(..))
        {
            let all: Vec<u32> = all.into_iter().filter(|d| self.fn_item(*d).is_some_and(|f| f.method)).collect();
            if !all.is_empty() {
                return self.call_methods(frame, &all, (receiver, base), args, span);
            }
        }
        let mut out = self.known_method(frame, &receiver, name, args, span, None);
        self.stored_by_method(frame, base, &receiver, name, args);
        if text_is(self.text(name), &["parse", "into", "try_into"])
            && let [ty] = types
            && let ty = self.ty(ty, &frame.place)
            && let Some(made) = self.made_from(frame, ty, "from_str", &receiver, span)
        {
            return made;
        }
        if let [ty] = types
            && let ty = self.ty(ty, &frame.place)
            && ty != T::default()
            && !matches!(self.text(name), "collect" | "downcast_ref" | "into")
        {
            out.ty = if matches!(self.text(name), "parse" | "downcast") { out.ty } else { ty };
        }
        out
    }

    fn call_methods(&mut self, frame: &mut Frame, methods: &[u32], own: (Val, ExId), args: &[ExId], span: Span) -> Val {
        let mut out: Option<Val> = None;
        for def in methods.iter().take(8) {
            let val = self.call_fn(frame, *def, Some(own.clone()), args, span);
            match &mut out {
                Some(out) => out.join(&val),
                None => out = Some(val),
            }
        }
        out.unwrap_or_default()
    }

    /// The methods of this name that the receiver's type has.
    fn methods_of(&mut self, receiver: &Val, name: Sym) -> Option<Vec<u32>> {
        let mut ty = receiver.ty;
        for _ in 0..6 {
            match self.types.get(ty).clone() {
                Type::Def(def, _) => {
                    if let Some(found) = self.methods.get(&(Head::Def(def), name)) {
                        return Some(found.clone());
                    }
                    if let Some(found) = self.default_method(Head::Def(def), name) {
                        return Some(found);
                    }
                    ty = self.deref_target(def)?;
                }
                Type::Named(_, inner) => ty = inner,
                Type::Bounds(list) => return self.by_bounds(&list, name),
                Type::Param(_) => return self.by_bounds_of_param(ty, name),
                Type::Other(other, args) => {
                    if let Some(found) = self.methods.get(&(Head::Other(other), name)) {
                        return Some(found.clone());
                    }
                    if args.len() != 1 || !self.is_pointer(other) {
                        return None;
                    }
                    ty = args[0];
                }
                _ => return None,
            }
        }
        None
    }

    /// A trait's own method, where only one trait of the program has it.
    fn default_method(&mut self, head: Head, name: Sym) -> Option<Vec<u32>> {
        let all = self.by_name.get(&name)?.clone();
        let default = all.into_iter().find(|def| {
            let home = self.defs[*def as usize];
            let around = match &self.item(*def).kind {
                super::super::ir::Kind::Fn(f, Some(around)) if f.code.is_some() => *around,
                _ => return false,
            };
            let around = self.def_of(home.file, around);
            matches!(self.item(around).kind, super::super::ir::Kind::Trait) && self.implements(head, around)
        })?;
        Some(vec![default])
    }

    fn implements(&self, head: Head, of: u32) -> bool {
        self.implemented.contains(&(head, of))
    }

    fn by_bounds(&mut self, list: &[T], name: Sym) -> Option<Vec<u32>> {
        for bound in list {
            let Some(head) = self.head(*bound) else { continue };
            let mut found = self.by_trait.get(&(head, name)).cloned().unwrap_or_default();
            if let Head::Def(_) = head {
                let own = self.methods.get(&(head, name)).cloned().unwrap_or_default();
                found.extend(own.into_iter().filter(|d| self.fn_item(*d).is_some_and(|f| f.code.is_some())));
            }
            if !found.is_empty() {
                return Some(found);
            }
        }
        None
    }

    fn by_bounds_of_param(&mut self, ty: T, name: Sym) -> Option<Vec<u32>> {
        let Type::Param(param) = *self.types.get(ty) else { return None };
        let def = *self.active.last()?;
        let place = self.place_of(def);
        let bounds = place.generics.iter().find(|(n, _)| *n == param)?.1.clone();
        self.by_bounds(&bounds, name)
    }

    /// What is written into a formatter.
    fn formatter(&mut self, frame: &mut Frame, receiver: &Val, name: Sym, args: &[ExId]) -> Option<Val> {
        let text = self.text(name).to_owned();
        let is = matches!(self.types.get(receiver.ty), Type::Other(n, _) if matches!(self.text(*n), "Formatter" | "DebugStruct"));
        if text == "fmt" {
            // `self.x.fmt(f)`
            let to = self.expr(frame, *args.first()?);
            let cell = to.cell?;
            let taint = self.reveal(receiver, How::Display);
            self.cells[cell as usize].join(&Val { taint, ..Val::default() });
            return Some(Val::clean());
        }
        if !is {
            return None;
        }
        let cell = receiver.cell?;
        match text.as_str() {
            "write_str" | "pad" | "write_char" | "write_fmt" | "pad_integral" => {
                for arg in args {
                    let val = self.expr(frame, *arg);
                    let taint = self.reveal(&val, How::Display);
                    self.cells[cell as usize].join(&Val { taint, ..Val::default() });
                }
                Some(Val::clean())
            }
            "field" | "entry" | "entries" | "key" | "value" => {
                for arg in args {
                    let val = self.expr(frame, *arg);
                    let taint = self.reveal(&val, How::Debug);
                    self.cells[cell as usize].join(&Val { taint, ..Val::default() });
                }
                Some(receiver.clone())
            }
            "debug_struct" | "debug_tuple" | "debug_list" | "debug_map" | "debug_set" => {
                let ty = self.other("DebugStruct", Vec::new());
                Some(Val { cell: Some(cell), ..Val::of(ty) })
            }
            _ => Some(Val::clean()),
        }
    }

    /// A method of the standard library, or one nothing is known of.
    pub(super) fn known_method(
        &mut self,
        frame: &mut Frame,
        receiver: &Val,
        name: Sym,
        args: &[ExId],
        span: Span,
        values: Option<&[Val]>,
    ) -> Val {
        let values: Vec<Val> = match values {
            Some(values) => values.to_vec(),
            None => args.iter().map(|a| self.expr(frame, *a)).collect(),
        };
        let text = self.text(name).to_owned();
        if self.is_barrier(name) && !(text == "update" || text == "with_borrow") {
            return Val::clean();
        }
        let does = self.spec.known.get(text.as_str()).copied();
        if matches!(text.as_str(), "find" | "rfind") && self.is_text(receiver.ty) {
            return Val::clean();
        }
        let Some(does) = does else {
            self.run_given(frame, &values, span);
            return self.unknown_method(frame, receiver, name, &values, span);
        };
        match does {
            Does::Same => self.same(receiver, &text),
            Does::Made => {
                let mut out = receiver.clone();
                self.inexact_unless_whole(&mut out, &text);
                if text == "parse" {
                    out.ty = T::default();
                }
                out
            }
            Does::Shown(how) => {
                let taint = self.reveal(receiver, how);
                let ty = self.other("String", Vec::new());
                let clean = receiver.clean && taint.is_empty();
                Val { taint, clean, about: receiver.about, query: receiver.query, ..Val::of(ty) }
            }
            Does::About => {
                self.run_given(frame, &values, span);
                Val::clean()
            }
            Does::Held => self.held_through(receiver),
            Does::Locked => {
                let cell = receiver.cell;
                let through = self.through_pointers(receiver);
                let mut out = if self.inner_def(through.ty).is_some() { through } else { self.held(&through) };
                out.ty = self.other("MutexGuard", vec![out.ty]);
                out.cell = cell;
                out
            }
            Does::Keys => {
                let opened = self.opened(receiver);
                let key = self.syms.key;
                let keys = opened.part(key).cloned().unwrap_or_else(|| self.key_value(&opened));
                let ty = self.types.add(Type::Slice(keys.ty));
                keys.with_ty(ty)
            }
            Does::Parted => {
                self.with_closure(frame, Does::Each, receiver, &values, span);
                let tuple = self.types.add(Type::Tuple(vec![receiver.ty, receiver.ty]));
                let mut out = Val { clean: true, ..Val::of(tuple) };
                let (zero, one) = (self.number(0), self.number(1));
                out.set_part(zero, receiver.clone());
                out.set_part(one, receiver.clone());
                out
            }
            Does::Context => self.with_text(frame, receiver, &values, span, &text),
            Does::Maybe => self.maybe(receiver),
            Does::Keyed => {
                let mut out = self.maybe(receiver);
                let key = args.iter().find_map(|a| self.word_at(frame, *a));
                if let Some(key) = key {
                    self.keyed(&mut out, key, (frame.file(), span), frame);
                }
                out
            }
            Does::Mapped | Does::Chained | Does::Each | Does::Asked | Does::Or | Does::Fold | Does::Error => {
                self.with_closure(frame, does, receiver, &values, span)
            }
            Does::Put | Does::Clear => Val::clean(),
            Does::Args => {
                let mut out = Val::default();
                values.iter().for_each(|v| add(&mut out.taint, &v.all()));
                add(&mut out.taint, &receiver.taint);
                self.inexact(&mut out);
                out.ty = self.other("String", Vec::new());
                out
            }
            Does::Numbered => {
                let item = self.held(receiver);
                self.pair(Val::clean(), item)
            }
            Does::Both => self.both(receiver, &values, &text),
            Does::Out => {
                if values.is_empty() {
                    receiver.clone()
                } else {
                    self.same(receiver, &text)
                }
            }
        }
    }

    pub(super) fn same(&mut self, receiver: &Val, name: &str) -> Val {
        let mut out = receiver.clone();
        // What was an error's may be of another type afterwards.
        if matches!(name, "ok") {
            let item = self.held(receiver);
            let ty = item.ty;
            out = item;
            out.ty = self.other("Option", vec![ty]);
        }
        let receiver = &if matches!(name, "iter" | "into_iter" | "iter_mut" | "drain") {
            out = self.through_pointers(receiver);
            out.clone()
        } else {
            receiver.clone()
        };
        if matches!(name, "iter" | "into_iter" | "iter_mut" | "drain") && self.is_keyed(receiver) {
            let key = self.syms.key;
            let keys = receiver.part(key).cloned().unwrap_or_default();
            let keys = if receiver.part(key).is_some() { keys } else { self.key_value(receiver) };
            let item = self.held(receiver);
            return self.pair(keys, item);
        }
        out
    }

    fn is_keyed(&self, receiver: &Val) -> bool {
        matches!(self.types.get(receiver.ty), Type::Other(name, _) if self.is_map(*name))
    }

    fn key_value(&mut self, receiver: &Val) -> Val {
        let ty = match self.types.get(receiver.ty) {
            Type::Other(_, args) => args.first().copied().unwrap_or_default(),
            _ => T::default(),
        };
        Val { clean: receiver.clean, ..Val::of(ty) }
    }

    /// An iterator of pairs.
    fn pair(&mut self, first: Val, second: Val) -> Val {
        let tuple = self.types.add(Type::Tuple(vec![first.ty, second.ty]));
        let ty = self.types.add(Type::Slice(tuple));
        let mut out = Val { clean: true, ..Val::of(ty) };
        let (zero, one) = (self.number(0), self.number(1));
        out.set_part(zero, first);
        out.set_part(one, second);
        out
    }

    /// Behind pointers and locks.
    fn through_pointers(&mut self, receiver: &Val) -> Val {
        let mut out = self.opened(receiver);
        for _ in 0..4 {
            match self.types.get(out.ty) {
                Type::Other(name, args) if args.len() == 1 && self.is_pointer(*name) => out.ty = args[0],
                _ => break,
            }
        }
        out
    }

    fn held_through(&mut self, receiver: &Val) -> Val {
        let through = match self.types.get(receiver.ty) {
            Type::Other(name, args)
                if args.len() == 1 && self.is_pointer(*name) && self.inner_def(receiver.ty).is_none() =>
            {
                self.through_pointers(receiver)
            }
            _ => receiver.clone(),
        };
        let cell = through.cell;
        let mut out = self.held(&through);
        out.cell = cell;
        out
    }

    /// An error that gets a text, or a missing value that becomes an error.
    fn with_text(&mut self, frame: &mut Frame, receiver: &Val, values: &[Val], span: Span, name: &str) -> Val {
        let Some(mut text) = values.first().cloned() else { return receiver.clone() };
        if let Some(callable) = text.callable.clone() {
            text = self.call_value(frame, &callable, Vec::new(), span);
        }
        let key = self.syms.error;
        let mut out = receiver.clone();
        if name.starts_with("ok_or") {
            let item = self.held(receiver);
            out = item.clone();
            out.ty = self.other("Result", vec![item.ty, text.ty]);
            out.set_part(key, text);
            return out;
        }
        let is_error =
            !matches!(self.types.get(receiver.ty), Type::Other(n, _) if matches!(self.text(*n), "Result" | "Option"));
        if is_error && receiver.part(key).is_none() {
            add(&mut out.taint, &text.all());
            out.clean &= text.nothing();
            return out;
        }
        let mut error = self.error_of(receiver).unwrap_or_else(Val::clean);
        add(&mut error.taint, &text.all());
        error.clean &= text.nothing();
        out.set_part(key, error);
        out
    }

    fn maybe(&mut self, receiver: &Val) -> Val {
        let receiver = &self.through_pointers(receiver);
        let item = self.held(receiver);
        let ty = self.other("Option", vec![item.ty]);
        item.with_ty(ty)
    }

    fn both(&mut self, receiver: &Val, values: &[Val], name: &str) -> Val {
        if name == "zip"
            && let Some(other) = values.first()
        {
            let (first, second) = (self.held(receiver), self.held(&other.clone()));
            return self.pair(first, second);
        }
        let mut out = receiver.clone();
        values.iter().for_each(|v| out.join(v));
        if name == "join" {
            let taint = self.reveal(&out, How::Display);
            let ty = self.other("String", Vec::new());
            let clean = out.clean && taint.is_empty();
            return Val { taint, clean, ..Val::of(ty) };
        }
        self.inexact(&mut out);
        out
    }

    fn inexact_unless_whole(&mut self, out: &mut Val, name: &str) {
        let whole =
            matches!(name, "as_str" | "as_bytes" | "into_bytes" | "trim" | "to_str" | "to_bytes" | "as_mut_str");
        if !whole {
            self.inexact(out);
        }
        if matches!(name, "split_once" | "rsplit_once") {
            let part = Val { ty: out.ty, taint: out.taint.clone(), clean: out.clean, ..Val::default() };
            let pair = self.pair(part.clone(), part);
            *out = pair;
        } else if matches!(name, "split" | "lines" | "chars" | "bytes" | "split_whitespace" | "splitn" | "rsplit") {
            let ty = out.ty;
            out.ty = self.types.add(Type::Slice(ty));
        }
    }

    /// Methods that take a closure.
    fn with_closure(&mut self, frame: &mut Frame, does: Does, receiver: &Val, values: &[Val], span: Span) -> Val {
        let item = self.held(receiver);
        let run = |solver: &mut Self, frame: &mut Frame, val: Option<&Val>, args: Vec<Val>| match val {
            Some(val) => match val.callable.clone() {
                Some(callable) => solver.call_value(frame, &callable, args, span),
                None => {
                    solver.called_param(frame, val, &args);
                    val.clone()
                }
            },
            None => Val::default(),
        };
        match does {
            Does::Mapped => {
                let result = run(self, frame, values.first(), vec![item]);
                let ty = self.rewrapped(receiver.ty, result.ty);
                let mut out = result.with_ty(ty);
                self.keep_error(&mut out, receiver);
                out
            }
            Does::Chained => {
                let closure = values.iter().find(|v| v.callable.is_some());
                let mut out = run(self, frame, closure.or(values.first()), vec![item]);
                self.keep_error(&mut out, receiver);
                out
            }
            Does::Each => {
                let errors = matches!(receiver.part(self.syms.error), Some(_) if values.len() == 1);
                let two = vec![item.clone(), item];
                run(self, frame, values.first(), two);
                let _ = errors;
                receiver.clone()
            }
            Does::Asked => {
                run(self, frame, values.first(), vec![item]);
                Val::clean()
            }
            Does::Or => self.otherwise(frame, receiver, values, span),
            Does::Fold => {
                let start = if values.len() > 1 { values[0].clone() } else { item.clone() };
                let mut out = run(self, frame, values.last(), vec![start.clone(), item.clone()]);
                out.join(&start);
                let again = run(self, frame, values.last(), vec![out.clone(), item]);
                out.join(&again);
                out
            }
            Does::Error => {
                let error = self.error_of(receiver).unwrap_or_default();
                let made = run(self, frame, values.first(), vec![error]);
                let mut out = receiver.clone();
                let key = self.syms.error;
                out.set_part(key, made);
                out
            }
            _ => receiver.clone(),
        }
    }

    /// `unwrap_or(x)`, `map_or(x, f)`.
    fn otherwise(&mut self, frame: &mut Frame, receiver: &Val, values: &[Val], span: Span) -> Val {
        let mut out = self.held(receiver);
        let mut parts = Vec::new();
        for value in values {
            parts.push(match value.callable.clone() {
                Some(callable @ (Callable::Closure(_) | Callable::Function(_))) => {
                    let arg = if values.len() == 2 { out.clone() } else { Val::default() };
                    self.call_value(frame, &callable, vec![arg], span)
                }
                _ => value.clone(),
            });
        }
        if values.len() == 2 {
            out = parts.remove(0);
        }
        parts.iter().for_each(|part| out.join(part));
        out
    }

    fn rewrapped(&mut self, outer: T, inner: T) -> T {
        match self.types.get(outer).clone() {
            Type::Other(name, args) if args.len() == 2 => self.types.add(Type::Other(name, vec![inner, args[1]])),
            Type::Other(name, _) if !self.is_map(name) => self.types.add(Type::Other(name, vec![inner])),
            _ => self.types.add(Type::Slice(inner)),
        }
    }

    fn keep_error(&mut self, out: &mut Val, receiver: &Val) {
        let key = self.syms.error;
        if let Some(error) = receiver.part(key) {
            let mut error = error.clone();
            if let Some(known) = out.part(key) {
                error.join(known);
            }
            out.set_part(key, error);
        }
    }

    /// A method nothing is known of: its name may say what it gets; else it is made of its receiver.
    fn unknown_method(&mut self, frame: &mut Frame, receiver: &Val, name: Sym, values: &[Val], span: Span) -> Val {
        let text = self.text(name);
        let about = text.starts_with("is_") || text.starts_with("has_") || text.starts_with("count");
        if about || receiver.clean && values.iter().all(|v| v.taint.is_empty()) {
            let clean = about || receiver.parts.is_none();
            return Val { clean, ..Val::default() };
        }
        let mut out = Val { about: receiver.about, query: receiver.query, ..Val::default() };
        let typed = self.inner_def(receiver.ty).is_some();
        let meaning = self.meaning(name);
        if !typed && !meaning.about {
            add(&mut out.taint, &receiver.all());
            if values.iter().any(|v| v.callable.is_none() && !v.taint.is_empty()) && self.is_text(receiver.ty) {
                values.iter().for_each(|v| add(&mut out.taint, &v.taint));
            }
            self.unsure(&mut out);
        }
        let owner = match self.inner_def(receiver.ty) {
            Some((def, _)) => self.owner_of(def),
            None => receiver.owner,
        };
        if self.labels_of(&out.taint).is_empty() && !meaning.about {
            if let Some(label) = self.name_label(name, T::default(), owner) {
                let source = self.labelled(label, (frame.file(), span));
                add(&mut out.taint, &[source]);
            }
            out.owner = if meaning.owner == Owner::Unknown && receiver.owner != Owner::Person {
                Owner::Unknown
            } else {
                meaning.owner
            };
        }
        // A builder's method gives the builder back.
        if matches!(self.types.get(receiver.ty), Type::Other(..)) && !self.is_text(receiver.ty) && !values.is_empty() {
            out.ty = receiver.ty;
        }
        out
    }

    /// A value under a key that names PHI.
    pub(super) fn keyed(&mut self, val: &mut Val, key: Sym, at: (u32, Span), frame: &Frame) {
        if val.clean || !self.labels_of(&val.taint).is_empty() {
            return;
        }
        let owner = if val.owner == Owner::Unknown { frame.owner } else { val.owner };
        if let Some((label, role)) = self.meaning(key).label
            && (self.counts(role) || owner == Owner::Person)
        {
            let source = self.labelled(label, at);
            add(&mut val.taint, &[source]);
        }
    }

    /// A literal that is a word.
    pub(super) fn word_at(&self, frame: &Frame, e: ExId) -> Option<Sym> {
        match frame.body.nodes.get(e as usize)? {
            Ex::Word(name) => Some(self.sym(frame.file(), *name)),
            _ => None,
        }
    }

    /// What a method puts into its receiver.
    fn stored_by_method(&mut self, frame: &mut Frame, base: ExId, receiver: &Val, name: Sym, args: &[ExId]) {
        let text = self.text(name).to_owned();
        let does = self.spec.known.get(text.as_str()).copied();
        match does {
            Some(Does::Put) => {}
            Some(Does::Clear) => {
                if let Some(place) = self.place_at(frame, base) {
                    let ty = receiver.ty;
                    self.store(frame, place, Val { clean: true, ..Val::of(ty) }, false);
                }
                return;
            }
            Some(Does::Out) if !args.is_empty() => {}
            Some(Does::Keyed) if text == "entry" => {}
            _ => return,
        }
        let mut val = Val::clean();
        if text == "entry" {
            return self.stored_key(frame, base, receiver, args);
        }
        let keyed = args.len() == 2
            && matches!(text.as_str(), "insert")
            && !matches!(self.types.get(receiver.ty), Type::Slice(_));
        for (i, arg) in args.iter().enumerate() {
            let given = self.expr(frame, *arg);
            let given = self.detached(frame, given);
            if keyed && i == 0 {
                let key = self.syms.key;
                if !given.taint.is_empty() {
                    val.set_part(key, given);
                }
                continue;
            }
            val.join(&given);
        }
        val.callable = None;
        let ty = val.ty;
        val.ty = receiver.ty;
        if let Type::Other(name, args) = self.types.get(receiver.ty).clone()
            && (args.is_empty() || args.iter().all(|t| *t == T::default()))
            && ty != T::default()
            && !self.is_text(receiver.ty)
        {
            let list = if self.is_map(name) { vec![T::default(), ty] } else { vec![ty] };
            val.ty = self.types.add(Type::Other(name, list));
        }
        if let Some(cell) = receiver.cell {
            let content = Val { cell: None, ..val };
            let known = &mut self.cells[cell as usize];
            if known.is_unknown() { *known = content } else { known.join(&content) }
        } else if let Some(place) = self.place_at(frame, base) {
            let grown = val.ty;
            let slot = place.0;
            let whole = place.1.is_empty();
            self.store(frame, place, val, true);
            if whole
                && let Some(root) = frame.env.get_mut(slot as usize)
                && matches!(self.types.get(root.ty), Type::Other(_, args) if args.is_empty())
            {
                root.ty = grown;
            }
        } else {
            self.store_global(frame, base, val);
        }
    }

    /// Arguments that are filled with what is read from outside: their names say what they are.
    fn filled(&mut self, frame: &mut Frame, args: &[ExId]) {
        for arg in args {
            if let Some((slot, path)) = self.place_at(frame, *arg).filter(|(_, path)| path.is_empty()) {
                let (name, span) = frame.body.slots[slot as usize];
                let ty = frame.env[slot as usize].ty;
                let mut val = Val::of(ty);
                let name = self.sym(frame.file(), name);
                let at = (frame.file(), span);
                self.named(&mut val, name, at, frame.owner);
                self.store(frame, (slot, path), val, false);
            }
        }
    }

    /// The key of a map's entry.
    fn stored_key(&mut self, frame: &mut Frame, base: ExId, receiver: &Val, args: &[ExId]) {
        let (Some(place), Some(arg)) = (self.place_at(frame, base), args.first()) else { return };
        let key = self.expr(frame, *arg);
        if !key.taint.is_empty() {
            let mut val = Val { clean: true, ..Val::of(receiver.ty) };
            let name = self.syms.key;
            val.set_part(name, key);
            self.store(frame, place, val, true);
        }
    }

    /// Well-known functions of others.
    pub(super) fn special(
        &mut self,
        frame: &mut Frame,
        (before, name): (&str, &str),
        values: &[Val],
        (args, span): (&[ExId], Span),
    ) -> Option<Val> {
        let _ = span;
        let first = values.first();
        let wrapped = |solver: &mut Self, outer: &str, val: &Val| {
            let ty = solver.other(outer, vec![val.ty]);
            val.clone().with_ty(ty)
        };
        Some(match (before, name) {
            (_, "Some") => wrapped(self, "Option", first?),
            (_, "Ok") => {
                let ty = self.other("Result", vec![first?.ty, T::default()]);
                first?.clone().with_ty(ty)
            }
            (_, "Err") => {
                let ty = self.other("Result", vec![T::default(), first?.ty]);
                let mut out = Val { clean: true, ..Val::of(ty) };
                let key = self.syms.error;
                out.set_part(key, first?.clone());
                out
            }
            ("Arc" | "Rc", "new") => {
                let mut out = wrapped(self, before, first?);
                let cell = self.cell((frame.def, *args.first()?));
                self.cells[cell as usize].join(&Val { cell: None, ..first?.clone() });
                out.cell = Some(cell);
                out
            }
            ("Arc" | "Rc", "clone" | "downgrade") => first?.clone(),
            (
                "Box" | "Cow" | "Mutex" | "RwLock" | "RefCell" | "Cell" | "Pin" | "Zeroizing" | "Reverse" | "OnceCell"
                | "Lazy" | "BufWriter" | "LineWriter" | "BufReader",
                "new" | "pin" | "Borrowed" | "Owned",
            ) => wrapped(self, before, first?),
            ("SecretString" | "SecretBox" | "Secret" | "Redacted" | "Sensitive" | "Masked", _) => {
                let ty = self.other(before, Vec::new());
                first?.clone().with_ty(ty)
            }
            ("String", "from" | "from_utf8" | "from_utf8_lossy") | ("str", "from_utf8") => {
                let ty = self.other("String", Vec::new());
                first?.clone().with_ty(ty)
            }
            (_, "channel" | "unbounded_channel" | "sync_channel" | "unbounded" | "bounded") => {
                let id = frame.body.spans.get(span.0 as usize).map_or(span.0, |_| span.0);
                let cell = self.cell((frame.def, id | 1 << 31));
                let mut out = Val { clean: true, ..Val::default() };
                let end = Val { cell: Some(cell), ..Val::default() };
                let (zero, one) = (self.number(0), self.number(1));
                out.set_part(zero, end.clone());
                out.set_part(one, end);
                out
            }
            ("mem", "take" | "replace") => {
                if let Some(place) = args.first().and_then(|a| self.place_at(frame, *a)) {
                    let new = values.get(1).cloned().unwrap_or_else(Val::clean);
                    self.store(frame, place, new, false);
                }
                first?.clone()
            }
            ("mem", "swap") => Val::clean(),
            ("Display" | "Debug", "fmt") => {
                let how = if before == "Debug" { How::Debug } else { How::Display };
                let taint = self.reveal(first?, how);
                let cell = values.get(1)?.cell?;
                self.cells[cell as usize].join(&Val { taint, ..Val::default() });
                Val::clean()
            }
            (
                "serde_json" | "toml" | "serde_yaml" | "ron" | "bincode",
                "from_str" | "from_slice" | "from_value" | "from_reader",
            ) => Val::default(),
            (
                "serde_json" | "toml" | "serde_yaml" | "ron",
                "to_string" | "to_string_pretty" | "to_vec" | "to_value",
            ) => {
                let taint = self.reveal(first?, How::Serialize);
                let ty = self.other("String", Vec::new());
                Val { clean: taint.is_empty(), taint, ..Val::of(ty) }
            }
            (
                "Vec" | "HashMap" | "BTreeMap" | "String" | "HashSet" | "BTreeSet" | "VecDeque" | "IndexMap"
                | "BTreeSet2",
                "new" | "with_capacity" | "default",
            ) => {
                let ty = self.other(before, Vec::new());
                Val { clean: true, ..Val::of(ty) }
            }
            ("io" | "std", "stdout" | "stderr") | ("", "stdout" | "stderr") => {
                let ty = self.other(if name == "stdout" { "Stdout" } else { "Stderr" }, Vec::new());
                Val { clean: true, ..Val::of(ty) }
            }
            ("field", "display" | "debug") | ("", "display" | "debug") | ("iter", "once") | ("hint", "black_box") => {
                let how = if name == "debug" { How::Debug } else { How::Display };
                if matches!(name, "display" | "debug") {
                    let taint = self.reveal(first?, how);
                    Val { clean: taint.is_empty(), taint, ..Val::default() }
                } else {
                    first?.clone()
                }
            }
            _ => return None,
        })
    }

    /// Does a type stand for standard output or standard error?
    pub(super) fn is_output(&self, ty: T) -> bool {
        match self.types.get(ty) {
            Type::Other(name, args) => {
                matches!(self.text(*name), "Stdout" | "Stderr" | "StdoutLock" | "StderrLock")
                    || args.len() == 1
                        && (self.is_pointer(*name) || matches!(self.text(*name), "BufWriter" | "LineWriter"))
                        && self.is_output(args[0])
            }
            _ => false,
        }
    }
}

fn text_is(text: &str, of: &[&str]) -> bool {
    of.contains(&text)
}
