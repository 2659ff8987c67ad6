//! Values of expressions.

use std::rc::Rc;

use super::super::ir::{Arg, Arm, Ex, ExId, How, PathRef, Sink, Ty};
use super::Solver;
use super::eval::Frame;
use super::index::{Found, Space};
use super::types::Type;
use super::value::{Callable, Closure, Sym, Val, add};

impl Solver<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, frame: &mut Frame, e: ExId) -> Val {
        let body = Rc::clone(&frame.body);
        let Some(ex) = body.nodes.get(e as usize) else { return Val::default() };
        match ex {
            Ex::Clean | Ex::Text | Ex::Word(_) => Val::clean(),
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

    fn path_value(&mut self, frame: &mut Frame, path: &PathRef, e: ExId) -> Val {
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        let found = self.find_value(frame, path, &segs);
        match found {
            Found::Def(def) => match &self.item(def).kind {
                super::super::ir::Kind::Fn(..) => Val { callable: Some(Callable::Function(def)), ..Val::default() },
                super::super::ir::Kind::Value(..) => self.global(def, frame, (e, &segs)),
                super::super::ir::Kind::Type(_) => {
                    let ty = self.types.add(Type::Def(def, Vec::new()));
                    Val { ty, callable: Some(Callable::Maker(def, 0)), clean: true, ..Val::default() }
                }
                _ => Val::default(),
            },
            Found::Variant(def, variant) => {
                let ty = self.types.add(Type::Def(def, Vec::new()));
                let callable = Some(Callable::Maker(def, variant));
                Val { ty, clean: true, variant: Some(variant), callable, ..Val::default() }
            }
            Found::Inside(def, name) => {
                match self.methods.get(&(super::Head::Def(def), name)).and_then(|m| m.first()) {
                    Some(f) => Val { callable: Some(Callable::Function(*f)), ..Val::default() },
                    None => Val::clean(),
                }
            }
            Found::Other(full) => {
                let mut val = Val { callable: Some(Callable::Other(full)), ..Val::default() };
                let last = segs.last().copied().unwrap_or_default();
                let text = self.text(last);
                // Constants and variants of others are no one's values.
                val.clean = text.starts_with(|c: char| c.is_uppercase());
                if segs.len() == 1 && !val.clean {
                    val.callable = Some(Callable::Other(full));
                    let at = (frame.file(), frame.body.spans[e as usize]);
                    let mut named = Val::default();
                    self.named(&mut named, last, at, frame.owner);
                    val.taint = named.taint;
                    val.owner = named.owner;
                }
                val
            }
            _ => Val::default(),
        }
    }

    pub(super) fn find_value(&mut self, frame: &Frame, path: &PathRef, segs: &[Sym]) -> Found {
        if let Some(root) = &path.root {
            let own = self.ty(root, &frame.place);
            return match (self.inner_def(own), segs.last()) {
                (Some((def, _)), Some(last)) => Found::Inside(def, *last),
                _ => Found::None,
            };
        }
        if segs.first() == Some(&self.syms.own) && segs.len() > 1 {
            let Some((def, _)) = self.inner_def(frame.place.own) else { return Found::None };
            return self.resolve_inside(def, segs[1]);
        }
        if segs.len() == 1 && segs[0] == self.syms.own {
            return self.inner_def(frame.place.own).map_or(Found::None, |(def, _)| Found::Def(def));
        }
        // `T::new()` of a type that is an alias or parameter.
        self.resolve(frame.place.module, segs, Space::Value)
    }

    fn global(&mut self, def: super::value::Def, frame: &Frame, (e, segs): (ExId, &[Sym])) -> Val {
        let super::super::ir::Kind::Value(ty, code) = &self.item(def).kind else { return Val::default() };
        let place = self.place_of(def);
        let ty = self.ty(ty, &place);
        let key = (def, 0);
        self.reads.entry(key).or_default().insert(frame.def);
        if let Some(put) = self.heap.get(&key).cloned() {
            return Val { parts: None, cell: None, ..put.with_ty(ty) };
        }
        if code.is_none() {
            let mut val = Val::of(ty);
            let at = (frame.file(), frame.body.spans[e as usize]);
            self.named(&mut val, segs.last().copied().unwrap_or_default(), at, frame.owner);
            return val;
        }
        // A constant is written in the source: it is nobody's. What can change holds what its type says.
        let changes = self.can_change(ty);
        Val { clean: !changes, ..Val::of(ty) }
    }

    /// Has a static of this type other values than the one it starts with?
    fn can_change(&self, ty: super::types::T) -> bool {
        const NAMES: &[&str] =
            &["Mutex", "RwLock", "RefCell", "Cell", "OnceLock", "OnceCell", "DashMap", "ArcSwap", "LocalKey"];
        match self.types.get(ty) {
            Type::Other(name, args) => {
                NAMES.contains(&self.text(*name)) || args.iter().any(|arg| self.can_change(*arg))
            }
            _ => false,
        }
    }

    fn index_value(&mut self, frame: &mut Frame, base: ExId, index: ExId) -> Val {
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

    fn struct_value(
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

    fn list(&mut self, frame: &mut Frame, list: &[ExId], tuple: bool) -> Val {
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

    fn joined_values(&mut self, frame: &mut Frame, list: &[ExId]) -> Val {
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

    fn binding(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
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

    fn branching(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
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
                    val.join(&broken);
                }
                val
            }
            Ex::For(pat, over, body) => {
                let over = self.expr(frame, *over);
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
                frame.breaks.clear();
                Val::clean()
            }
            _ => Val::clean(),
        }
    }

    fn matched(&mut self, frame: &mut Frame, subject: ExId, arms: &[Arm]) -> Val {
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

    fn block(&mut self, frame: &mut Frame, list: &[ExId], value: Option<ExId>) -> Val {
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

    fn closure(&mut self, frame: &mut Frame, params: &[(u32, Ty)], body: ExId) -> Val {
        let params = params.iter().map(|(pat, ty)| (*pat, self.ty(ty, &frame.place))).collect();
        let closure = Closure { frame: frame.id, params, body, home: None };
        Val { callable: Some(Callable::Closure(Rc::new(closure))), ..Val::default() }
    }

    fn leaving(&mut self, frame: &mut Frame, ex: &Ex) -> Val {
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

    fn early(&mut self, frame: &mut Frame, val: &Val) {
        let ret = frame.ret_ty;
        let val = &self.returned(frame, val.clone(), ret);
        match &mut frame.ret {
            Some(ret) => ret.join(val),
            None => frame.ret = Some(val.clone()),
        }
    }

    /// An async block runs where it stands; what it returns is its own.
    fn asynchronous(&mut self, frame: &mut Frame, inner: ExId) -> Val {
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

    fn awaited(&mut self, frame: &mut Frame, inner: ExId) -> Val {
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

    fn cast(&mut self, frame: &mut Frame, inner: ExId, ty: &Ty) -> Val {
        let val = self.expr(frame, inner);
        let ty = self.ty(ty, &frame.place);
        // An enum cast to a number is its discriminant.
        if self.inner_def(val.ty).is_some() && val.parts.is_none() {
            return Val { clean: true, ..Val::of(ty) };
        }
        if ty == Default::default() { val } else { val.with_ty(ty) }
    }

    pub(super) fn format(&mut self, frame: &mut Frame, args: &[Arg]) -> Val {
        let mut out = Val::clean();
        let only = args.len() == 1;
        for arg in args {
            let val = self.expr(frame, arg.value);
            let val = self.keyed_arg(frame, val, arg);
            let taint = self.reveal(&val, arg.how);
            out.query |= arg.query && !taint.is_empty();
            out.clean &= val.clean && taint.is_empty() || val.about;
            add(&mut out.taint, &taint);
            out.query |= val.query;
        }
        if !out.taint.is_empty() {
            out.clean = false;
        }
        if !only {
            self.inexact(&mut out);
        }
        out.ty = self.other("String", Vec::new());
        out
    }

    fn write(&mut self, frame: &mut Frame, e: ExId, target: ExId, args: &[Arg]) -> Val {
        let text = self.format(frame, args);
        let to = self.expr(frame, target);
        if self.is_output(to.ty)
            && let Some(rule) = self.spec.output
        {
            let sink =
                Sink { path: PathRef::default(), args: args.to_vec(), through: false, makes: false, ends: false };
            self.reveal_args(frame, rule, &sink.args);
        }
        let _ = e;
        if let Some(place) = self.place_at(frame, target) {
            self.store(frame, place, text, true);
        } else if let Some(cell) = to.cell {
            self.cells[cell as usize].join(&text);
        } else {
            self.store_global(frame, target, text);
        }
        Val::clean()
    }

    fn sink(&mut self, frame: &mut Frame, e: ExId, sink: &Sink) -> Val {
        let rule = self.rule_of(frame, &sink.path);
        let values = match rule {
            Some(rule) => self.reveal_args(frame, rule, &sink.args),
            None => sink.args.iter().map(|a| self.expr(frame, a.value)).collect(),
        };
        let _ = e;
        if sink.ends {
            if sink.makes {
                let mut early = Val::clean();
                let key = self.syms.error;
                let text = self.format(frame, &sink.args);
                early.set_part(key, text);
                self.early(frame, &early);
            }
            frame.dead = true;
            return Val::clean();
        }
        if sink.through {
            return values.into_iter().next_back().unwrap_or_default();
        }
        if sink.makes {
            return self.format(frame, &sink.args).with_ty(Default::default());
        }
        Val::clean()
    }

    /// Is nothing but the value itself left?
    pub(super) fn inexact(&mut self, val: &mut Val) {
        for source in val.taint.clone() {
            if let super::value::From::Param { index, path, how, exact: true } = self.sources[source as usize].clone() {
                let new = self.source(super::value::From::Param { index, path, how, exact: false });
                val.taint.retain(|s| *s != source);
                add(&mut val.taint, &[new]);
            }
        }
    }

    pub(super) fn is_text(&self, ty: super::types::T) -> bool {
        match self.types.get(ty) {
            Type::Other(name, args) => {
                matches!(self.text(*name), "str" | "String")
                    || args.len() == 1 && self.is_pointer(*name) && self.is_text(args[0])
            }
            Type::Named(_, inner) => self.is_text(*inner),
            _ => false,
        }
    }

    pub(super) fn how_named(&mut self, how: Option<How>) -> How {
        how.unwrap_or(How::Display)
    }
}
