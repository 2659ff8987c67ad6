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

    pub(super) fn returned_by_param(&mut self, callee: &Val) -> Val {
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

    pub(super) fn apply(
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
        if barrier && self.returns_input(&summary) {
            self.trust(def, &args);
        } else if barrier {
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

    /// Remembers what a function was trusted with that hands back what it is given.
    fn trust(&mut self, def: Def, args: &[Val]) {
        for source in args.iter().flat_map(Val::all) {
            if let From::Label { label, .. } = &self.sources[source as usize] {
                self.trusted.entry(def).or_default().insert(*label);
            }
        }
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
        if map.is_empty() && val.parts.is_none() && val.taint.iter().all(|s| self.is_label(*s)) {
            let mut out = val.clone();
            self.settle(&mut out, val);
            return out;
        }
        let mut out = Val { taint: Taint::new(), parts: None, ..val.clone() };
        out.ty = self.subst(val.ty, map);
        let mut raw: Option<Val> = None;
        let others = self.put_by_others(val, args);
        for source in val.taint.iter().filter(|source| !others.contains(source)) {
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

    fn is_label(&self, source: super::value::Source) -> bool {
        matches!(self.sources[source as usize], From::Label { .. })
    }

    /// What functions elsewhere put into a field whose content is known here.
    fn put_by_others(&mut self, val: &Val, args: &[Val]) -> Taint {
        let mut others = Taint::new();
        for source in &val.taint {
            let From::Param { index, path, .. } = &self.sources[*source as usize] else { continue };
            let (Some(key), Some(arg)) = (path.first(), args.get(usize::from(*index))) else { continue };
            if let (Some(_), Some((def, _))) = (arg.part(*key), self.inner_def(arg.ty))
                && let Some(heap) = self.heap.get(&(def, *key))
            {
                add(&mut others, &heap.taint);
            }
        }
        others
    }

    pub(super) fn absorb(&mut self, out: &mut Val, raw: Val) {
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
    pub(super) fn settle(&mut self, out: &mut Val, was: &Val) {
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
    pub(super) fn projected(&mut self, _frame: &Frame, arg: Val, path: &[Sym]) -> Val {
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

    pub(super) fn type_is_enum(&self, ty: T) -> bool {
        self.inner_def(ty).and_then(|(def, _)| self.type_item(def)).is_some_and(|item| item.is_enum)
    }

    /// What a closure makes, where it is at home.
    pub(super) fn result_of(&mut self, val: &Val) -> Val {
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
    pub(super) fn reach(&mut self, frame: &mut Frame, summary: &Summary, args: &[Val], span: Span) {
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
    pub(super) fn through(&mut self, source: u32, at: (u32, Span)) -> u32 {
        match self.sources[source as usize].clone() {
            From::Label { label, at: from, unsure, mut via } if via.len() < 6 => {
                via.insert(0, at);
                self.source(From::Label { label, at: from, unsure, via })
            }
            _ => source,
        }
    }
}
