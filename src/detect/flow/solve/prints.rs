//! Texts made of values, and things that reveal.

use super::super::ir::{Arg, ExId, PathRef, Sink};
use super::Solver;
use super::eval::Frame;
use super::types::Type;
use super::value::{Val, add};

impl Solver<'_> {
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

    pub(super) fn write(&mut self, frame: &mut Frame, e: ExId, target: ExId, args: &[Arg]) -> Val {
        let text = self.format(frame, args);
        let to = self.expr(frame, target);
        if let Some(rule) = self.output(to.ty) {
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

    pub(super) fn sink(&mut self, frame: &mut Frame, e: ExId, sink: &Sink) -> Val {
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
}
