//! Method calls: of the program, of the standard library.

use super::super::ir::{Ex, ExId, How, Pat, Span, Ty};
use super::eval::Frame;
use super::types::{T, Type};
use super::value::{Callable, Sym, Val};
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
        self.revealing_method(frame, (&receiver, base), name, args, span);
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
        if self.text(name) == "open" && args.iter().any(|a| self.is_log_name(frame, *a)) {
            return self.log_file();
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
        let receiver = self.behind(frame, receiver, name, known);
        let mut out = self.known_method(frame, &receiver, name, args, span, None);
        self.stored_by_method(frame, base, &receiver, name, args);
        if text_is(self.text(name), &["with", "with_borrow", "with_borrow_mut"]) {
            self.kept_by_closure(frame, base, args);
        }
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

    /// What a closure put into the thread's own value that it was lent (`LOCAL.with(|c| …)`).
    fn kept_by_closure(&mut self, frame: &mut Frame, base: ExId, args: &[ExId]) {
        let body = std::rc::Rc::clone(&frame.body);
        for arg in args {
            let Some(Ex::Closure(params, _)) = body.nodes.get(*arg as usize) else { continue };
            for (pat, _) in params {
                if let Some(Pat::Bind(slot, _)) = body.pats.get(*pat as usize)
                    && let Some(lent) = frame.env.get(*slot as usize).cloned()
                {
                    self.store_global(frame, base, lent);
                }
            }
        }
    }

    /// What a method of the standard library is called on: behind `Deref`, or the items of an iterator of the program.
    fn behind(&mut self, frame: &Frame, receiver: Val, name: Sym, known: bool) -> Val {
        if !known || self.inner_def(receiver.ty).is_none() {
            return receiver;
        }
        if let Some(items) = self.items_of(frame, &receiver) {
            return items;
        }
        let text = self.text(name);
        if matches!(text, "clone" | "to_owned" | "into" | "borrow" | "as_ref") {
            return receiver;
        }
        self.by_own_method(frame, &receiver, "deref").unwrap_or(receiver)
    }

    /// The items of an iterator of the program, as a slice.
    pub(super) fn items_of(&mut self, frame: &Frame, val: &Val) -> Option<Val> {
        let item = self.by_own_method(frame, val, "next")?;
        let item = self.held(&item);
        let ty = self.types.add(Type::Slice(item.ty));
        Some(item.with_ty(ty))
    }

    /// What a method without arguments makes of a value of the program's types.
    fn by_own_method(&mut self, frame: &Frame, val: &Val, name: &str) -> Option<Val> {
        let (def, _) = self.inner_def(val.ty)?;
        let name = self.intern(name);
        let [one] = self.methods.get(&(Head::Def(def), name))?[..] else { return None };
        let summary = self.summary(one);
        let ret = self.signature(one).ret;
        let out = self.given(frame, &summary.ret, std::slice::from_ref(val), &[]);
        Some(self.converted(out, ret))
    }

    pub(super) fn call_methods(
        &mut self,
        frame: &mut Frame,
        methods: &[u32],
        own: (Val, ExId),
        args: &[ExId],
        span: Span,
    ) -> Val {
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
    pub(super) fn methods_of(&mut self, receiver: &Val, name: Sym) -> Option<Vec<u32>> {
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
    pub(super) fn default_method(&mut self, head: Head, name: Sym) -> Option<Vec<u32>> {
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

    pub(super) fn implements(&self, head: Head, of: u32) -> bool {
        self.implemented.contains(&(head, of))
    }

    pub(super) fn by_bounds(&mut self, list: &[T], name: Sym) -> Option<Vec<u32>> {
        for bound in list {
            let Some(head) = self.head(*bound) else { continue };
            // Anything may be `AsRef<str>`: the caller knows what it is.
            if matches!(head, Head::Other(_)) && self.spec.known.contains_key(self.text(name)) {
                continue;
            }
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

    pub(super) fn by_bounds_of_param(&mut self, ty: T, name: Sym) -> Option<Vec<u32>> {
        let Type::Param(param) = *self.types.get(ty) else { return None };
        let def = *self.active.last()?;
        let place = self.place_of(def);
        let bounds = place.generics.iter().find(|(n, _)| *n == param)?.1.clone();
        self.by_bounds(&bounds, name)
    }

    /// What is written into a formatter.
    pub(super) fn formatter(&mut self, frame: &mut Frame, receiver: &Val, name: Sym, args: &[ExId]) -> Option<Val> {
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

    /// The rule of what is written to a value of this type: standard output, standard error, a log file.
    pub(super) fn output(&self, ty: T) -> Option<u16> {
        let Type::Other(name, args) = self.types.get(ty) else { return None };
        match self.text(*name) {
            "Stdout" | "Stderr" | "StdoutLock" | "StderrLock" => self.spec.output,
            super::library::LOG_FILE => self.spec.log_file,
            "BufWriter" | "LineWriter" if args.len() == 1 => self.output(args[0]),
            _ if args.len() == 1 && self.is_pointer(*name) => self.output(args[0]),
            _ => None,
        }
    }
}

fn text_is(text: &str, of: &[&str]) -> bool {
    of.contains(&text)
}
