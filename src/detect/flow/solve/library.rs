//! Methods of the standard library, and methods nothing is known of.

use super::super::ir::{Ex, ExId, How, Span};
use super::super::names::Owner;
use super::Solver;
use super::eval::Frame;
use super::spec::Does;
use super::types::{T, Type};
use super::value::{Callable, Sym, Val, add};

/// The type of what writes into a log file.
pub(super) const LOG_FILE: &str = "LogFile";

impl Solver<'_> {
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
        let option = self.is_option(receiver.ty);
        // What is kept is the argument: `Some(1).and(x)`, `flag.then_some(x)`.
        if let ("then_some", [one]) | ("and", [one]) = (text.as_str(), &values[..]) {
            let ty = if text == "and" { one.ty } else { self.other("Option", vec![one.ty]) };
            return one.clone().with_ty(ty);
        }
        if option && text == "replace" {
            return receiver.clone();
        }
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
            _ if matches!(does, Does::Put | Does::Clear | Does::Args | Does::Numbered | Does::Both | Does::Out) => {
                self.combined(receiver, &values, does, &text)
            }
            _ => self.holding(frame, receiver, &values, (args, span), does, &text),
        }
    }

    /// Methods that take out what is held.
    pub(super) fn holding(
        &mut self,
        frame: &mut Frame,
        receiver: &Val,
        values: &[Val],
        (args, span): (&[ExId], Span),
        does: Does,
        text: &str,
    ) -> Val {
        match does {
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
                self.with_closure(frame, Does::Each, receiver, values, span);
                let tuple = self.types.add(Type::Tuple(vec![receiver.ty, receiver.ty]));
                let mut out = Val { clean: true, ..Val::of(tuple) };
                let (zero, one) = (self.number(0), self.number(1));
                out.set_part(zero, receiver.clone());
                out.set_part(one, receiver.clone());
                out
            }
            Does::Context => self.with_text(frame, receiver, values, span, text),
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
                self.with_closure(frame, does, receiver, values, span)
            }
            _ => Val::clean(),
        }
    }

    /// Methods that put together.
    pub(super) fn combined(&mut self, receiver: &Val, values: &[Val], does: Does, text: &str) -> Val {
        match does {
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
            Does::Both => self.both(receiver, values, text),
            Does::Out if values.is_empty() => receiver.clone(),
            Does::Out => self.same(receiver, text),
            _ => Val::clean(),
        }
    }

    pub(super) fn same(&mut self, receiver: &Val, name: &str) -> Val {
        let mut out = receiver.clone();
        // What was an error's may be of another type afterwards.
        if matches!(name, "values" | "values_mut" | "into_values") {
            let item = self.held(receiver);
            let ty = self.types.add(Type::Slice(item.ty));
            return item.with_ty(ty);
        }
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

    pub(super) fn is_keyed(&self, receiver: &Val) -> bool {
        matches!(self.types.get(receiver.ty), Type::Other(name, _) if self.is_map(*name))
    }

    pub(super) fn key_value(&mut self, receiver: &Val) -> Val {
        let ty = match self.types.get(receiver.ty) {
            Type::Other(_, args) => args.first().copied().unwrap_or_default(),
            _ => T::default(),
        };
        Val { clean: receiver.clean, ..Val::of(ty) }
    }

    /// An iterator of pairs.
    pub(super) fn pair(&mut self, first: Val, second: Val) -> Val {
        let tuple = self.types.add(Type::Tuple(vec![first.ty, second.ty]));
        let ty = self.types.add(Type::Slice(tuple));
        let mut out = Val { clean: true, ..Val::of(ty) };
        let (zero, one) = (self.number(0), self.number(1));
        out.set_part(zero, first);
        out.set_part(one, second);
        out
    }

    /// Behind pointers and locks.
    pub(super) fn through_pointers(&mut self, receiver: &Val) -> Val {
        let mut out = self.opened(receiver);
        for _ in 0..4 {
            match self.types.get(out.ty) {
                Type::Other(name, args) if args.len() == 1 && self.is_pointer(*name) => out.ty = args[0],
                _ => break,
            }
        }
        out
    }

    pub(super) fn held_through(&mut self, receiver: &Val) -> Val {
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
    pub(super) fn with_text(
        &mut self,
        frame: &mut Frame,
        receiver: &Val,
        values: &[Val],
        span: Span,
        name: &str,
    ) -> Val {
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
            matches!(self.types.get(receiver.ty), Type::Other(n, _) if matches!(self.text(*n), "Error" | "Report"));
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

    pub(super) fn maybe(&mut self, receiver: &Val) -> Val {
        let receiver = &self.through_pointers(receiver);
        let item = self.held(receiver);
        let ty = self.other("Option", vec![item.ty]);
        item.with_ty(ty)
    }

    pub(super) fn both(&mut self, receiver: &Val, values: &[Val], name: &str) -> Val {
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

    pub(super) fn inexact_unless_whole(&mut self, out: &mut Val, name: &str) {
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
    pub(super) fn with_closure(
        &mut self,
        frame: &mut Frame,
        does: Does,
        receiver: &Val,
        values: &[Val],
        span: Span,
    ) -> Val {
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
                let errors = receiver.part(self.syms.error).is_some() && (values.len() == 1);
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
    pub(super) fn otherwise(&mut self, frame: &mut Frame, receiver: &Val, values: &[Val], span: Span) -> Val {
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

    pub(super) fn rewrapped(&mut self, outer: T, inner: T) -> T {
        match self.types.get(outer).clone() {
            Type::Other(name, args) if args.len() == 2 => self.types.add(Type::Other(name, vec![inner, args[1]])),
            Type::Other(name, _) if !self.is_map(name) => self.types.add(Type::Other(name, vec![inner])),
            _ => self.types.add(Type::Slice(inner)),
        }
    }

    pub(super) fn keep_error(&mut self, out: &mut Val, receiver: &Val) {
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
    pub(super) fn unknown_method(
        &mut self,
        frame: &mut Frame,
        receiver: &Val,
        name: Sym,
        values: &[Val],
        span: Span,
    ) -> Val {
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

    pub(super) fn is_option(&self, ty: T) -> bool {
        matches!(self.types.get(ty), Type::Other(name, _) if self.text(*name) == "Option")
    }

    /// Does a literal end as the names of log files do?
    pub(super) fn is_log_name(&self, frame: &Frame, e: ExId) -> bool {
        self.word_at(frame, e).is_some_and(|word| self.text(word) == ".log")
    }

    /// An opened log file, or an error.
    pub(super) fn log_file(&mut self) -> Val {
        let file = self.other(LOG_FILE, Vec::new());
        let ty = self.other("Result", vec![file, T::default()]);
        Val { clean: true, ..Val::of(ty) }
    }

    /// A literal that is a word.
    pub(super) fn word_at(&self, frame: &Frame, e: ExId) -> Option<Sym> {
        match frame.body.nodes.get(e as usize)? {
            Ex::Word(name) => Some(self.sym(frame.file(), *name)),
            _ => None,
        }
    }
}
