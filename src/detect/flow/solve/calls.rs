//! Calls: of functions of the program, of closures, of others.

use std::rc::Rc;

use super::super::ir::{Ex, ExId, How, Span};
use super::Solver;
use super::eval::Frame;
use super::index::Found;
use super::summary::{ParamSink, SINKS, Summary};
use super::types::{T, Type};
use super::value::{Callable, Closure, Def, From, Sym, Taint, Val, add};

/// Deepest nesting of closures that is followed.
const DEEP: usize = 12;

impl Solver<'_> {
    pub(super) fn call(&mut self, frame: &mut Frame, e: ExId, func: ExId, args: &[ExId]) -> Val {
        let body = Rc::clone(&frame.body);
        let span = body.spans[e as usize];
        if let Some(Ex::Path(path)) = body.nodes.get(func as usize) {
            let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
            self.revealing_call(frame, &segs, args);
            let found = self.find_value(frame, path, &segs);
            let last = segs.last().copied().unwrap_or_default();
            return match found {
                Found::Def(def) if self.fn_item(def).is_some() => self.call_fn(frame, def, None, args, span),
                Found::Def(def) if self.type_item(def).is_some() => self.make(frame, def, 0, args),
                Found::Variant(def, variant) => self.make(frame, def, variant, args),
                Found::Inside(def, name) => self.call_inside(frame, (def, name), args, span, &segs),
                _ => self.call_other(frame, last, &segs, args, span),
            };
        }
        let callee = self.expr(frame, func);
        let values: Vec<Val> = args.iter().map(|a| self.expr(frame, *a)).collect();
        match callee.callable.clone() {
            Some(callable) => self.call_value(frame, &callable, values, span),
            None => {
                self.called_param(frame, &callee, &values);
                let mut out = self.returned_by_param(&callee);
                if let Type::Fn(ret) = self.types.get(callee.ty) {
                    out.ty = *ret;
                }
                out
            }
        }
    }

    /// The parameter is called: the caller knows what it does.
    pub(super) fn called_param(&mut self, frame: &mut Frame, callee: &Val, values: &[Val]) {
        for source in &callee.taint {
            if let From::Param { index, path, .. } = &self.sources[*source as usize]
                && path.is_empty()
                && frame.out.calls.len() < SINKS
            {
                let index = *index;
                let values: Vec<Val> = values.iter().map(|v| self.detached(frame, v.clone())).collect();
                frame.out.calls.push((index, values));
            }
        }
    }

    fn returned_by_param(&mut self, callee: &Val) -> Val {
        let mut out = Val::default();
        for source in callee.taint.clone() {
            if let From::Param { index, mut path, .. } = self.sources[source as usize].clone() {
                path.push(self.syms.call);
                let source = self.source(From::Param { index, path, how: How::Value, exact: false });
                add(&mut out.taint, &[source]);
            }
        }
        out
    }

    /// A value that is called.
    pub(super) fn call_value(&mut self, frame: &mut Frame, callable: &Callable, args: Vec<Val>, span: Span) -> Val {
        match callable {
            Callable::Closure(closure) => self.run_closure(frame, closure, &args),
            Callable::Function(def) => self.apply(frame, *def, args, span, &[]),
            Callable::Maker(def, variant) => self.made_of(*def, *variant, args),
            Callable::Other(path) => {
                let last = self.text(*path).rsplit("::").next().unwrap_or("").to_owned();
                let last = self.intern(&last);
                self.other_result(last, &args)
            }
        }
    }

    pub(super) fn run_closure(&mut self, frame: &mut Frame, closure: &Rc<Closure>, args: &[Val]) -> Val {
        if frame.depth > DEEP {
            return Val::default();
        }
        if closure.frame == frame.id {
            let outer = (frame.ret.take(), frame.dead);
            frame.depth += 1;
            let ret_ty = std::mem::take(&mut frame.ret_ty);
            self.bind_all(frame, &closure.params, args);
            let (mut val, ran) = self.branch(frame, |s, f| s.expr(f, closure.body));
            let ran = ran.alive();
            let ((), skipped) = self.branch(frame, |_, _| ());
            self.merge(frame, vec![ran, skipped]);
            frame.depth -= 1;
            frame.ret_ty = ret_ty;
            if let Some(early) = std::mem::replace(&mut frame.ret, outer.0) {
                val.join(&early);
            }
            frame.dead = outer.1;
            return val;
        }
        let Some(home) = &closure.home else { return Val::default() };
        let mut inner = Frame::new(home.def, home.place.clone(), Rc::clone(&home.body), self.next_frame());
        inner.env.clone_from(&home.env);
        inner.depth = frame.depth + 1;
        inner.owner = frame.owner;
        self.bind_all(&mut inner, &closure.params, args);
        let val = self.expr(&mut inner, closure.body);
        // What it reveals of its makers' parameters is theirs, not ours.
        self.detached(&inner, val)
    }

    /// A call of a function of the program, with its arguments as they stand in the source.
    pub(super) fn call_fn(
        &mut self,
        frame: &mut Frame,
        def: Def,
        own: Option<(Val, ExId)>,
        args: &[ExId],
        span: Span,
    ) -> Val {
        let mut values = Vec::with_capacity(args.len() + 1);
        let mut places = Vec::with_capacity(args.len() + 1);
        if let Some((val, e)) = own {
            values.push(val);
            places.push(self.place_at(frame, e));
        }
        for arg in args {
            values.push(self.expr(frame, *arg));
            places.push(self.place_at(frame, *arg));
        }
        self.apply(frame, def, values, span, &places)
    }

    fn apply(
        &mut self,
        frame: &mut Frame,
        def: Def,
        args: Vec<Val>,
        span: Span,
        places: &[Option<(u32, Vec<Sym>)>],
    ) -> Val {
        let name = self.def_name(def);
        let args: Vec<Val> = args.into_iter().map(|val| self.detached(frame, val)).collect();
        let summary = self.summary(def);
        let signature = self.signature(def);
        let mut map = Vec::new();
        for ((_, wanted), given) in signature.params.iter().zip(&args) {
            self.unify(*wanted, given.ty, &mut map, 0);
        }
        self.reach(frame, &summary, &args, span);
        for (param, values) in &summary.calls {
            if let Some(callable) = args.get(usize::from(*param)).and_then(|a| a.callable.clone()) {
                let values: Vec<Val> = values.iter().map(|v| self.given(frame, v, &args, &map)).collect();
                self.call_value(frame, &callable, values, span);
            }
        }
        for (param, path, val) in &summary.effects {
            let val = self.given(frame, val, &args, &map);
            if let Some(Some((slot, base))) = places.get(usize::from(*param)) {
                let mut full = base.clone();
                full.extend(path.iter().copied());
                let beside = path.is_empty() && !val.clean;
                self.store(frame, (*slot, full), val, beside);
            } else if let Some(arg) = args.get(usize::from(*param)) {
                self.contribute(&arg.clone(), path, &val);
            }
        }
        let barrier = self.is_barrier(name);
        if barrier && !self.returns_input(&summary) {
            let ret = self.subst(signature.ret, &map);
            return Val { clean: true, ..Val::of(ret) };
        }
        let mut out = self.given(frame, &summary.ret, &args, &map);
        let ret = self.subst(signature.ret, &map);
        out = self.converted(out, ret);
        if summary.cut && args.iter().any(|a| !a.taint.is_empty()) && !self.is_plain(out.ty) {
            // A signature without a body (a trait's): made of what it is given, perhaps.
            out.clean = false;
        }
        self.named_result(frame, &mut out, name, span);
        out
    }

    /// A value nothing is known of, made by a function whose name says what it makes.
    pub(super) fn named_result(&mut self, frame: &Frame, val: &mut Val, name: Sym, span: Span) {
        let has_label = !self.labels_of(&val.taint).is_empty();
        if val.clean || has_label || val.parts.is_some() {
            return;
        }
        let owner = val.owner;
        self.named(val, name, (frame.file(), span), owner);
        val.about = false;
    }

    /// Does a function of a barrier's name hand back what it was given?
    pub(super) fn returns_input(&self, summary: &Summary) -> bool {
        summary
            .ret
            .taint
            .iter()
            .any(|s| matches!(&self.sources[*s as usize], From::Param { exact: true, path, .. } if path.is_empty()))
    }

    /// A summary's value, with what the caller gives.
    pub(super) fn given(&mut self, frame: &Frame, val: &Val, args: &[Val], map: &[(Sym, T)]) -> Val {
        let mut out = Val { taint: Taint::new(), parts: None, ..val.clone() };
        out.ty = self.subst(val.ty, map);
        let mut raw: Option<Val> = None;
        for source in &val.taint {
            match self.sources[*source as usize].clone() {
                From::Label { .. } => add(&mut out.taint, &[*source]),
                From::Param { index, path, how, exact } => {
                    let Some(arg) = args.get(usize::from(index)).cloned() else { continue };
                    let part = self.projected(frame, arg, &path);
                    if how == How::Value {
                        let mut part = part;
                        if !exact {
                            self.inexact(&mut part);
                            part.callable = None;
                        }
                        match &mut raw {
                            Some(raw) => raw.join(&part),
                            None => raw = Some(part),
                        }
                    } else {
                        let mut shown = self.reveal(&part, how);
                        let mut shown_val = Val { taint: std::mem::take(&mut shown), ..Val::default() };
                        self.inexact(&mut shown_val);
                        add(&mut out.taint, &shown_val.taint);
                    }
                }
            }
        }
        if let Some(raw) = raw {
            self.absorb(&mut out, raw);
        }
        for (name, part) in val.parts.iter().flat_map(|parts| parts.iter()) {
            let part = self.given(frame, part, args, map);
            out.set_part(*name, part);
        }
        self.settle(&mut out, val);
        out
    }

    fn absorb(&mut self, out: &mut Val, raw: Val) {
        add(&mut out.taint, &raw.taint);
        if out.parts.is_none() {
            out.parts.clone_from(&raw.parts);
        }
        if out.ty == T::default() || matches!(self.types.get(out.ty), Type::Param(_) | Type::Bounds(_)) {
            out.ty = raw.ty;
        }
        out.cell = out.cell.or(raw.cell);
        out.callable = out.callable.take().or(raw.callable);
        out.about |= raw.about;
        out.query |= raw.query;
        if out.owner == Default::default() {
            out.owner = raw.owner;
        }
        if raw.clean && out.taint.is_empty() {
            out.clean = true;
        }
        if out.variant.is_none() {
            out.variant = raw.variant;
        }
    }

    /// A value made only of clean things is clean.
    fn settle(&mut self, out: &mut Val, was: &Val) {
        if !was.taint.is_empty() && out.taint.is_empty() && out.parts.is_none() {
            let only_params = was.taint.iter().all(|s| matches!(self.sources[*s as usize], From::Param { .. }));
            let shown =
                was.taint.iter().any(|s| !matches!(self.sources[*s as usize], From::Param { how: How::Value, .. }));
            out.clean |= only_params && shown;
        } else if !out.taint.is_empty() {
            out.clean = false;
        }
    }

    /// A part of an argument; the result of calling it, where the path says so.
    fn projected(&mut self, _frame: &Frame, arg: Val, path: &[Sym]) -> Val {
        let mut val = arg;
        for name in path {
            if *name == self.syms.call {
                val = self.result_of(&val);
            } else {
                val = match (self.type_is_enum(val.ty), val.part(*name)) {
                    (_, Some(part)) => part.clone(),
                    (true, None) => Val { taint: val.taint.clone(), clean: val.clean, ..Val::default() },
                    (false, None) => self.field(&val, *name, None),
                };
            }
        }
        val
    }

    fn type_is_enum(&self, ty: T) -> bool {
        self.inner_def(ty).and_then(|(def, _)| self.type_item(def)).is_some_and(|item| item.is_enum)
    }

    /// What a closure makes, where it is at home.
    fn result_of(&mut self, val: &Val) -> Val {
        match &val.callable {
            Some(Callable::Closure(closure)) => {
                let Some(home) = closure.home.clone() else { return Val::default() };
                let mut frame = Frame::new(home.def, home.place.clone(), Rc::clone(&home.body), self.next_frame());
                frame.env.clone_from(&home.env);
                frame.depth = 1;
                let args: Vec<Val> = Vec::new();
                self.bind_all(&mut frame, &closure.params, &args);
                self.expr(&mut frame, closure.body)
            }
            Some(Callable::Function(def)) => self.summary(*def).ret.clone(),
            _ => Val::default(),
        }
    }

    /// What the callee reveals of its parameters.
    fn reach(&mut self, frame: &mut Frame, summary: &Summary, args: &[Val], span: Span) {
        for sink in &summary.sinks {
            let From::Param { index, path, how, .. } = self.sources[sink.param as usize].clone() else { continue };
            let Some(arg) = args.get(usize::from(index)).cloned() else { continue };
            if arg.clean && arg.parts.is_none() {
                continue;
            }
            let part = self.projected(frame, arg, &path);
            for source in self.reveal(&part, how) {
                match self.sources[source as usize].clone() {
                    From::Label { .. } => {
                        let source = self.through(source, (frame.file(), span));
                        self.report(sink.rule, sink.at, source, sink.unsure);
                    }
                    From::Param { .. } => {
                        let next = ParamSink { param: source, ..sink.clone() };
                        if frame.out.sinks.len() < SINKS && !frame.out.sinks.contains(&next) {
                            frame.out.sinks.push(next);
                        }
                    }
                }
            }
        }
    }

    /// A source that went through a call.
    fn through(&mut self, source: u32, at: (u32, Span)) -> u32 {
        match self.sources[source as usize].clone() {
            From::Label { label, at: from, unsure, mut via } if via.len() < 6 => {
                via.insert(0, at);
                self.source(From::Label { label, at: from, unsure, via })
            }
            _ => source,
        }
    }

    /// `Type(…)`, `Variant(…)`.
    fn make(&mut self, frame: &mut Frame, def: Def, variant: u16, args: &[ExId]) -> Val {
        let values = args
            .iter()
            .map(|a| {
                let val = self.expr(frame, *a);
                self.detached(frame, val)
            })
            .collect();
        self.made_of(def, variant, values)
    }

    fn made_of(&mut self, def: Def, variant: u16, values: Vec<Val>) -> Val {
        let ty = self.types.add(Type::Def(def, Vec::new()));
        let mut out = Val { clean: true, ..Val::of(ty) };
        let Some(item) = self.type_item(def) else { return out };
        let file = self.defs[def as usize].file;
        let name = item.variants.get(usize::from(variant)).map(|v| self.sym(file, v.name)).unwrap_or_default();
        out.variant = item.is_enum.then_some(variant);
        for (i, value) in values.into_iter().enumerate() {
            let number = self.number(i);
            let key = if item.is_enum { self.variant_key(name, number) } else { number };
            let value = self.typed_part(def, variant, key, value, None);
            self.contribute(&out, &[key], &value);
            out.set_part(key, value);
        }
        out
    }

    /// A payload of which nothing is known is what its type says it is.
    pub(super) fn typed_part(&mut self, def: Def, variant: u16, key: Sym, value: Val, at: Option<(u32, Span)>) -> Val {
        if !value.is_unknown_but_param(&self.sources) || value.about {
            return value;
        }
        let ty = self.types.add(Type::Def(def, Vec::new()));
        let mut part = self.variant_field(&Val::of(ty), def, variant, key, at);
        if value.ty != T::default() {
            part.ty = value.ty;
        }
        add(&mut part.taint, &value.taint);
        part.about = false;
        part.cell = value.cell;
        part
    }

    /// `Type::function(…)` of a type of the program.
    fn call_inside(&mut self, frame: &mut Frame, of: (Def, Sym), args: &[ExId], span: Span, segs: &[Sym]) -> Val {
        let (def, name) = of;
        let found = self.methods.get(&(super::Head::Def(def), name)).cloned();
        if let Some(found) = found {
            let values: Vec<Val> =
                if found.len() > 1 { args.iter().map(|a| self.expr(frame, *a)).collect() } else { Vec::new() };
            let found = self.fitting(found, &values);
            return self.one_of(frame, &found, args, span);
        }
        // A trait's function, implemented elsewhere.
        if let Some(all) = self.by_trait.get(&(super::Head::Def(def), name)).cloned()
            && all.len() <= 4
        {
            return self.one_of(frame, &all, args, span);
        }
        let ty = self.types.add(Type::Def(def, Vec::new()));
        let text = self.text(name).to_owned();
        let mut out = self.call_other(frame, name, segs, args, span);
        if matches!(
            text.as_str(),
            "default" | "new" | "from" | "try_from" | "from_str" | "deserialize" | "load" | "fetch"
        ) {
            out.ty = ty;
            out.callable = None;
            if text != "default" && out.taint.is_empty() {
                out.clean = false;
            }
        }
        out
    }

    /// Those of several functions that take such arguments (`From` of several types).
    pub(super) fn fitting(&mut self, all: Vec<Def>, values: &[Val]) -> Vec<Def> {
        if all.len() < 2 {
            return all;
        }
        let Some(given) = values.first().and_then(|v| self.head(v.ty)) else { return all };
        let takes = |solver: &mut Self, def: &Def| {
            let wanted = solver.signature(*def).params.first().map(|(_, ty)| *ty);
            wanted.and_then(|ty| solver.head(ty)) == Some(given)
        };
        let fit: Vec<Def> = all.iter().copied().filter(|def| takes(self, def)).collect();
        if fit.is_empty() { all } else { fit }
    }

    /// What `From` (or `FromStr`) of the program makes of a value, if it has one for these types.
    pub(super) fn made_from(&mut self, frame: &mut Frame, to: T, function: &str, val: &Val, span: Span) -> Option<Val> {
        let head = self.head(to)?;
        let name = self.intern(function);
        let all = self.methods.get(&(head, name))?.clone();
        let all = self.fitting(all, std::slice::from_ref(val));
        let [one] = all[..] else { return None };
        let places = [None];
        Some(self.apply(frame, one, vec![val.clone()], span, &places))
    }

    /// One of several functions: which, the types do not say.
    pub(super) fn one_of(&mut self, frame: &mut Frame, all: &[Def], args: &[ExId], span: Span) -> Val {
        let mut out: Option<Val> = None;
        for def in all.iter().take(6) {
            let val = self.call_fn(frame, *def, None, args, span);
            match &mut out {
                Some(out) => out.join(&val),
                None => out = Some(val),
            }
        }
        out.unwrap_or_default()
    }

    /// A function that is not of the program.
    fn call_other(&mut self, frame: &mut Frame, last: Sym, segs: &[Sym], args: &[ExId], span: Span) -> Val {
        let values: Vec<Val> = args.iter().map(|a| self.expr(frame, *a)).collect();
        let name = self.text(last).to_owned();
        let before = segs.len().checked_sub(2).map(|i| self.text(segs[i]).to_owned()).unwrap_or_default();
        self.run_given(frame, &values, span);
        if let Some(val) = self.special(frame, (&before, &name), &values, (args, span)) {
            return val;
        }
        let capital = before.starts_with(|c: char| c.is_uppercase());
        // `Type::method(value)` is the method.
        if capital && !values.is_empty() && self.spec.known.contains_key(name.as_str()) && before != "String" {
            let head = self.intern(&before);
            if self.methods.get(&(super::Head::Other(head), last)).is_none() {
                return self.known_method(frame, &values[0].clone(), last, &args[1..], span, Some(&values[1..]));
            }
        }
        let mut out = self.other_result(last, &values);
        if capital {
            let verb = self.intern(&before);
            if self.is_barrier(verb) && !values.is_empty() {
                return Val::clean();
            }
            if out.ty == T::default() {
                out.ty = self.other(&before, Vec::new());
            }
        }
        self.named_result(frame, &mut out, last, span);
        out
    }

    /// Closures given to a function of others are run with nothing known.
    pub(super) fn run_given(&mut self, frame: &mut Frame, values: &[Val], span: Span) {
        for value in values {
            if let Some(callable @ Callable::Closure(_)) = value.callable.clone() {
                self.call_value(frame, &callable, Vec::new(), span);
            }
        }
    }

    /// Made of its arguments, for all that is known.
    pub(super) fn other_result(&mut self, name: Sym, values: &[Val]) -> Val {
        if self.is_barrier(name) {
            return Val::clean();
        }
        let text = self.text(name).to_owned();
        let text = text.as_str();
        let about = matches!(
            text,
            "size_of_val"
                | "type_name"
                | "type_name_of_val"
                | "drop"
                | "forget"
                | "now"
                | "new_v4"
                | "len"
                | "black_box_len"
                | "var"
                | "compare"
                | "is_match"
                | "is_valid"
                | "validate"
                | "verify"
                | "type_id_of_val"
                | "with_capacity"
                | "default"
        ) || text.starts_with("is_")
            || text.starts_with("has_")
            || text.starts_with("count");
        if about {
            return if matches!(text, "var") { Val::default() } else { Val::clean() };
        }
        let mut out = Val::default();
        for value in values {
            add(&mut out.taint, &value.all());
            out.query |= value.query;
        }
        self.inexact(&mut out);
        if values.is_empty() && text == "new" {
            out.clean = true;
        }
        out
    }

    /// Is it a barrier by its name?
    pub(super) fn is_barrier(&mut self, name: Sym) -> bool {
        if let Some(known) = self.barriers.get(&name) {
            return *known;
        }
        let text = self.text(name);
        let words = super::super::names::split(text);
        let is = words.iter().any(|w| self.spec.verbs.contains(w)) || self.spec.verbs.contains(text);
        self.barriers.insert(name, is);
        is
    }
}
