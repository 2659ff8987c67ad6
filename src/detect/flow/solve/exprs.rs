//! Values of expressions.

use std::rc::Rc;

use super::super::ir::{Arm, Ex, ExId, PathRef, Ty};
use super::Solver;
use super::eval::Frame;
use super::index::{Found, Space};
use super::types::Type;
use super::value::{Callable, Closure, Sym, Val};

impl Solver<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, frame: &mut Frame, e: ExId) -> Val {
        let body = Rc::clone(&frame.body);
        let Some(ex) = body.nodes.get(e as usize) else { return Val::default() };
        match ex {
            Ex::Clean | Ex::Text | Ex::Word(_) => Val::clean(),
            Ex::Sample => Val::default(),
            Ex::Local(slot) => frame.env.get(*slot as usize).cloned().unwrap_or_default(),
            Ex::Path(path) => self.path_value(frame, path, e),
            Ex::Field(base, name) => {
                let base = self.expr(frame, *base);
                let name = self.sym(frame.file(), *name);
                let at = (frame.file(), body.spans[e as usize]);
                self.field(&base, name, Some(at))
            }
            Ex::Index(base, index) => self.index_value(frame, *base, *index),
            Ex::Call(func, args) => self.call(frame, e, *func, args),
            Ex::Method(base, name, args, types) => self.method_call(frame, e, *base, *name, args, types),
            Ex::Struct(path, fields, rest) => self.struct_value(frame, e, path, fields, *rest),
            Ex::Tuple(list) | Ex::Array(list) => self.list(frame, list, matches!(ex, Ex::Tuple(_))),
            Ex::Join(list) => self.joined_values(frame, list),
            Ex::About(list) => {
                list.iter().for_each(|e| drop(self.expr(frame, *e)));
                Val::clean()
            }
            Ex::Assign(..) | Ex::Add(..) | Ex::Bind(..) | Ex::Let(..) => self.binding(frame, ex),
            Ex::If(..) | Ex::Match(..) | Ex::Loop(..) | Ex::For(..) => self.branching(frame, ex),
            Ex::Block(list, value) => self.block(frame, list, *value),
            Ex::Closure(params, inner) => self.closure(frame, params, *inner),
            Ex::Return(_) | Ex::Break(_) | Ex::Try(_) => self.leaving(frame, ex),
            Ex::Async(inner) => self.asynchronous(frame, *inner),
            Ex::Await(inner) => self.awaited(frame, *inner),
            Ex::Cast(inner, ty) => self.cast(frame, *inner, ty),
            Ex::Format(args) => self.format(frame, args),
            Ex::Write(target, args) => self.write(frame, e, *target, args),
            Ex::Sink(sink) => self.sink(frame, e, sink),
        }
    }

    pub(super) fn index_value(&mut self, frame: &mut Frame, base: ExId, index: ExId) -> Val {
        let base = self.expr(frame, base);
        let key = self.word_at(frame, index);
        let range = matches!(frame.body.nodes.get(index as usize), Some(Ex::Join(_)));
        self.expr(frame, index);
        let text = self.is_text(base.ty);
        let mut val = if range || text { base } else { self.held(&base) };
        self.inexact(&mut val);
        if let Some(key) = key {
            let at = (frame.file(), frame.body.spans[index as usize]);
            self.keyed(&mut val, key, at, frame);
        }
        val
    }

    pub(super) fn struct_value(
        &mut self,
        frame: &mut Frame,
        e: ExId,
        path: &PathRef,
        fields: &[(u32, ExId)],
        rest: Option<ExId>,
    ) -> Val {
        let ty = self.ty(&Ty::Path(path.clone()), &frame.place);
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        let found = self.resolve_type_or_variant(frame, &segs);
        let mut val = match rest {
            Some(rest) => self.expr(frame, rest),
            None => Val::clean(),
        };
        let mut variant = None;
        val.ty = match found {
            Found::Variant(def, which) => {
                variant = Some(which);
                self.types.add(Type::Def(def, Vec::new()))
            }
            _ => ty,
        };
        val.variant = variant;
        let enum_name = variant.and_then(|_| segs.last().copied());
        for (name, value) in fields {
            let at = (frame.file(), frame.body.spans[*value as usize]);
            let mut value = self.expr(frame, *value);
            let name = self.sym(frame.file(), *name);
            let key = enum_name.map_or(name, |variant| self.variant_key(variant, name));
            if let (Some((def, _)), false) = (self.inner_def(val.ty), value.about) {
                value = self.typed_part(def, variant.unwrap_or(0), key, value, Some(at));
            }
            self.contribute(&val, &[key], &value);
            val.set_part(key, value);
        }
        let last = segs.last().copied().unwrap_or_default();
        self.revealing_struct(frame, e, last, &segs, &val);
        val
    }

    pub(super) fn resolve_type_or_variant(&mut self, frame: &Frame, segs: &[Sym]) -> Found {
        if segs.first() == Some(&self.syms.own) && segs.len() > 1 {
            let Some((def, _)) = self.inner_def(frame.place.own) else { return Found::None };
            return self.resolve_inside(def, segs[1]);
        }
        self.resolve(frame.place.module, segs, Space::Type)
    }

    pub(super) fn list(&mut self, frame: &mut Frame, list: &[ExId], tuple: bool) -> Val {
        if tuple {
            let mut val = Val { clean: true, ..Val::default() };
            let mut types = Vec::new();
            for (i, e) in list.iter().enumerate() {
                let part = self.expr(frame, *e);
                types.push(part.ty);
                let name = self.number(i);
                val.set_part(name, part);
            }
            val.ty = self.types.add(Type::Tuple(types));
            return val;
        }
        let mut val = Val::clean();
        for (i, e) in list.iter().enumerate() {
            let part = self.expr(frame, *e);
            if i == 0 {
                val = part;
            } else {
                val.join(&part);
            }
        }
        val.variant = None;
        val.ty = self.types.add(Type::Slice(val.ty));
        val
    }

    pub(super) fn number(&mut self, i: usize) -> Sym {
        self.intern(&i.to_string())
    }

    pub(super) fn joined_values(&mut self, frame: &mut Frame, list: &[ExId]) -> Val {
        let mut out: Option<Val> = None;
        for e in list {
            let val = self.expr(frame, *e);
            match &mut out {
                Some(out) => out.join(&val),
                None => out = Some(val),
            }
        }
        let mut out = out.unwrap_or_else(Val::clean);
        self.inexact(&mut out);
        out
    }

    pub(super) fn binding(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
        match ex {
            Ex::Assign(place, value) => {
                let val = self.expr(frame, *value);
                if let Some(place) = self.place_at(frame, *place) {
                    let val = self.detached_field(frame, &place.1, val);
                    self.store(frame, place, val, false);
                } else {
                    self.store_global(frame, *place, val);
                }
            }
            Ex::Add(place, value) => {
                let val = self.expr(frame, *value);
                self.expr(frame, *place);
                if let Some(place) = self.place_at(frame, *place) {
                    self.store(frame, place, val, true);
                } else {
                    self.store_global(frame, *place, val);
                }
            }
            Ex::Let(pat, value) => {
                let val = self.expr(frame, *value);
                self.bind(frame, *pat, val);
            }
            Ex::Bind(pat, ty, value, other) => {
                let mut val = match value {
                    Some(value) => self.expr(frame, *value),
                    None => Val::clean(),
                };
                if let Some(other) = other {
                    let (_, branch) = self.branch(frame, |solver, frame| solver.expr(frame, *other));
                    drop(branch);
                }
                if *ty != Ty::Infer {
                    let ty = self.ty(ty, &frame.place);
                    val = self.converted(val, ty);
                }
                self.bind(frame, *pat, val);
            }
            _ => {}
        }
        Val::clean()
    }

    pub(super) fn branching(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
        match ex {
            Ex::If(cond, then, other) => {
                self.expr(frame, *cond);
                let (mut val, then) = self.branch(frame, |s, f| s.expr(f, *then));
                let then_dead = then.is_dead();
                let (else_val, other) = self.branch(frame, |s, f| other.map_or_else(Val::clean, |e| s.expr(f, e)));
                let else_dead = other.is_dead();
                self.merge(frame, vec![then, other]);
                match (then_dead, else_dead) {
                    (true, _) => else_val,
                    (false, true) => val,
                    _ => {
                        val.join(&else_val);
                        val
                    }
                }
            }
            Ex::Match(subject, arms) => self.matched(frame, *subject, arms),
            Ex::Loop(cond, body) => {
                let depth = frame.breaks.len();
                for _ in 0..2 {
                    let ((), round) = self.branch(frame, |s, f| {
                        if let Some(cond) = cond {
                            s.expr(f, *cond);
                        }
                        s.expr(f, *body);
                        f.dead = false;
                    });
                    self.merge(frame, vec![round]);
                }
                let mut val = Val::clean();
                for broken in frame.breaks.split_off(depth.min(frame.breaks.len())) {
                    // It may leave a loop further out, by its label.
                    if depth > 0 || !broken.taint.is_empty() || broken.parts.is_some() {
                        frame.breaks.push(broken.clone());
                    }
                    val.join(&broken);
                }
                val
            }
            Ex::For(pat, over, body) => {
                let over = self.expr(frame, *over);
                let over = self.items_of(frame, &over).unwrap_or(over);
                let over = self.same(&over, "iter");
                let item = self.held(&over);
                for _ in 0..2 {
                    let ((), round) = self.branch(frame, |s, f| {
                        s.bind(f, *pat, item.clone());
                        s.expr(f, *body);
                        f.dead = false;
                    });
                    let ((), none) = self.branch(frame, |_, _| ());
                    self.merge(frame, vec![round, none]);
                }
                Val::clean()
            }
            _ => Val::clean(),
        }
    }

    pub(super) fn matched(&mut self, frame: &mut Frame, subject: ExId, arms: &[Arm]) -> Val {
        let val = self.expr(frame, subject);
        let place = self.place_at(frame, subject);
        let mut branches = Vec::new();
        let mut out: Option<Val> = None;
        for arm in arms {
            let (result, branch) = self.branch(frame, |s, f| {
                let variant = s.bind(f, arm.pat, val.clone());
                if let (Some(variant), Some((slot, path))) = (variant, &place)
                    && path.is_empty()
                {
                    let mut narrowed = f.env[*slot as usize].clone();
                    narrowed.variant = Some(variant);
                    f.set(*slot, narrowed);
                }
                if let Some(guard) = arm.guard {
                    s.expr(f, guard);
                }
                s.expr(f, arm.body)
            });
            if !branch.is_dead() {
                match &mut out {
                    Some(out) => out.join(&result),
                    None => out = Some(result),
                }
            }
            branches.push(branch);
        }
        if !branches.is_empty() {
            self.merge(frame, branches);
        }
        out.unwrap_or_else(Val::clean)
    }

    pub(super) fn block(&mut self, frame: &mut Frame, list: &[ExId], value: Option<ExId>) -> Val {
        for e in list {
            if frame.dead {
                return Val::clean();
            }
            self.expr(frame, *e);
        }
        match value {
            Some(value) if !frame.dead => self.expr(frame, value),
            _ => Val::clean(),
        }
    }

    pub(super) fn closure(&mut self, frame: &mut Frame, params: &[(u32, Ty)], body: ExId) -> Val {
        let params = params.iter().map(|(pat, ty)| (*pat, self.ty(ty, &frame.place))).collect();
        let closure = Closure { frame: frame.id, params, body, home: None };
        Val { callable: Some(Callable::Closure(Rc::new(closure))), ..Val::default() }
    }

    pub(super) fn leaving(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
        match ex {
            Ex::Return(value) => {
                let val = value.map_or_else(Val::clean, |e| self.expr(frame, e));
                self.early(frame, &val);
                frame.dead = true;
                Val::clean()
            }
            Ex::Break(value) => {
                let val = value.map_or_else(Val::clean, |e| self.expr(frame, e));
                frame.breaks.push(val);
                frame.dead = true;
                Val::clean()
            }
            Ex::Try(inner) => {
                let val = self.expr(frame, *inner);
                if let Some(error) = self.error_of(&val) {
                    let mut early = Val::clean();
                    let key = self.syms.error;
                    early.set_part(key, error);
                    self.early(frame, &early);
                }
                self.held(&val)
            }
            _ => Val::clean(),
        }
    }

    pub(super) fn early(&mut self, frame: &mut Frame, val: &Val) {
        let ret = frame.ret_ty;
        let val = &self.returned(frame, val.clone(), ret);
        match &mut frame.ret {
            Some(ret) => ret.join(val),
            None => frame.ret = Some(val.clone()),
        }
    }

    /// An async block runs where it stands; what it returns is its own.
    pub(super) fn asynchronous(&mut self, frame: &mut Frame, inner: ExId) -> Val {
        let outer = frame.ret.take();
        let ret_ty = std::mem::take(&mut frame.ret_ty);
        let (mut val, ran) = self.branch(frame, |s, f| s.expr(f, inner));
        frame.ret_ty = ret_ty;
        let ran = ran.alive();
        self.merge(frame, vec![ran]);
        if let Some(early) = std::mem::replace(&mut frame.ret, outer) {
            val.join(&early);
        }
        val
    }

    pub(super) fn awaited(&mut self, frame: &mut Frame, inner: ExId) -> Val {
        let val = self.expr(frame, inner);
        let future = match self.types.get(val.ty) {
            Type::Bounds(_) => self.element(val.ty),
            Type::Other(name, args)
                if args.len() == 1 && matches!(self.text(*name), "Pin" | "BoxFuture" | "LocalBoxFuture") =>
            {
                let inner = args[0];
                if matches!(self.types.get(inner), Type::Bounds(_)) { self.element(inner) } else { inner }
            }
            // A task's result may be an error of its own.
            _ => val.ty,
        };
        val.with_ty(future)
    }

    pub(super) fn cast(&mut self, frame: &mut Frame, inner: ExId, ty: &Ty) -> Val {
        let val = self.expr(frame, inner);
        let ty = self.ty(ty, &frame.place);
        // An enum cast to a number is its discriminant.
        if self.inner_def(val.ty).is_some() && val.parts.is_none() {
            return Val { clean: true, ..Val::of(ty) };
        }
        if ty == Default::default() { val } else { val.with_ty(ty) }
    }
}
