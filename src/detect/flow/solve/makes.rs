//! Values that are made: by types of the program, by `From`, by functions of others.

use super::super::ir::{ExId, Span};
use super::Solver;
use super::eval::Frame;
use super::types::{T, Type};
use super::value::{Callable, Def, Sym, Val, add};

impl Solver<'_> {
    /// `Type(…)`, `Variant(…)`.
    pub(super) fn make(&mut self, frame: &mut Frame, def: Def, variant: u16, args: &[ExId]) -> Val {
        let values = args
            .iter()
            .map(|a| {
                let val = self.expr(frame, *a);
                self.detached(frame, val)
            })
            .collect();
        self.made_of(def, variant, values)
    }

    pub(super) fn made_of(&mut self, def: Def, variant: u16, values: Vec<Val>) -> Val {
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
        // This value is known to have come from here: what others put into such fields is theirs.
        let outer = std::mem::replace(&mut self.own_fields, true);
        let mut part = self.variant_field(&Val::of(ty), def, variant, key, at);
        self.own_fields = outer;
        if value.ty != T::default() {
            part.ty = value.ty;
        }
        add(&mut part.taint, &value.taint);
        part.about = false;
        part.cell = value.cell;
        part
    }

    /// `Type::function(…)` of a type of the program.
    pub(super) fn call_inside(
        &mut self,
        frame: &mut Frame,
        of: (Def, Sym),
        args: &[ExId],
        span: Span,
        segs: &[Sym],
    ) -> Val {
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
    pub(super) fn call_other(&mut self, frame: &mut Frame, last: Sym, segs: &[Sym], args: &[ExId], span: Span) -> Val {
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
            if !self.methods.contains_key(&(super::Head::Other(head), last)) {
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
