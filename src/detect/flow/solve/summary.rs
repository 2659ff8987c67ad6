//! What a function does, in terms of its parameters.

use std::rc::Rc;

use super::super::ir::{How, Span};
use super::Solver;
use super::eval::Frame;
use super::types::{Place, T, Type};
use super::value::{Def, FileId, From, Source, Sym, Val, add};

/// A sink that a parameter reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParamSink {
    pub(super) rule: u16,
    pub(super) at: (FileId, Span),
    pub(super) param: Source,
    pub(super) unsure: bool,
}

/// What a function does.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Summary {
    pub(super) ret: Val,
    pub(super) sinks: Vec<ParamSink>,
    /// What it puts into its parameters: which, which part, what.
    pub(super) effects: Vec<(u8, Vec<Sym>, Val)>,
    /// Which of its parameters it calls, and with what.
    pub(super) calls: Vec<(u8, Vec<Val>)>,
    /// Did it not come to its end (recursion)?
    pub(super) cut: bool,
}

/// Deepest nesting of calls that is followed.
const DEEP: usize = 160;
/// Most sinks of parameters that a summary remembers.
pub(super) const SINKS: usize = 48;

/// A function's types.
#[derive(Clone, Default)]
pub(super) struct Signature {
    pub(super) place: Place,
    pub(super) params: Vec<(Option<Sym>, T)>,
    pub(super) ret: T,
}

impl Solver<'_> {
    pub(super) fn signature(&mut self, def: Def) -> Signature {
        let Some(f) = self.fn_item(def) else { return Signature::default() };
        let place = self.place_of(def);
        let file = place.file;
        let mut params = Vec::with_capacity(f.params.len());
        for (name, ty) in &f.params {
            let name = name.map(|n| self.sym(file, n));
            params.push((name, self.ty(ty, &place)));
        }
        let ret = self.ty(&f.ret, &place);
        Signature { place, params, ret }
    }

    /// What a function does; known after the first time.
    pub(super) fn summary(&mut self, def: Def) -> Rc<Summary> {
        if let Some(&user) = self.active.last() {
            self.users.entry(def).or_default().insert(user);
        }
        if let Some(known) = self.summaries.get(&def) {
            return Rc::clone(known);
        }
        let signature = self.signature(def);
        let code = self.fn_item(def).and_then(|f| f.code);
        if self.active.contains(&def) || self.active.len() > DEEP || code.is_none() {
            let ret = Val::of(signature.ret);
            return Rc::new(Summary { ret, cut: true, ..Summary::default() });
        }
        self.active.push(def);
        let summary = Rc::new(self.evaluate(def, &signature));
        self.active.pop();
        self.summaries.insert(def, Rc::clone(&summary));
        summary
    }

    fn evaluate(&mut self, def: Def, signature: &Signature) -> Summary {
        let file = signature.place.file;
        let facts = self.units[file as usize].facts;
        let Some(item) = self.fn_item(def) else { return Summary::default() };
        let Some(body) = item.code.and_then(|code| facts.body(code)) else { return Summary::default() };
        let mut frame = Frame::new(def, signature.place.clone(), Rc::new(body), self.next_frame());
        frame.ret_ty = signature.ret;
        let owner = self.context(def, signature);
        frame.owner = owner;
        let body = Rc::clone(&frame.body);
        for (i, (name, ty)) in signature.params.iter().enumerate() {
            let val = self.parameter(i, *name, *ty, &frame);
            if let Some(pat) = body.params.get(i) {
                self.bind(&mut frame, *pat, val);
            }
        }
        let before: Vec<Val> = frame.env.clone();
        frame.journal.clear();
        let mut ret = self.expr(&mut frame, body.root);
        if let Some(early) = frame.ret.take() {
            if frame.dead {
                ret = early;
            } else {
                ret.join(&early);
            }
        }
        let ret = self.returned(&mut frame, ret, signature.ret);
        if let Some((ok, err, at)) = item.result {
            self.instrumented(&mut frame, &ret, (ok, err), at);
        }
        let mut summary = std::mem::take(&mut frame.out);
        self.collect_effects(&frame, &before, &mut summary);
        summary.ret = self.detached(&frame, ret);
        summary
    }

    /// The value of a parameter of which nothing is known but its name and type.
    fn parameter(&mut self, index: usize, name: Option<Sym>, ty: T, frame: &Frame) -> Val {
        let mut val = Val::of(ty);
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        let source = self.source(From::Param { index, path: Default::default(), how: How::Value, exact: true });
        // What a function given does, the caller knows.
        if !self.is_plain(ty) || matches!(self.types.get(ty), Type::Fn(_)) {
            add(&mut val.taint, &[source]);
        }
        let span = frame.body.slots.get(usize::from(index)).map_or((0, 0), |slot| slot.1);
        if let Some(name) = name {
            self.named(&mut val, name, (frame.place.file, span), frame.owner);
        }
        if let Type::Other(other, _) = self.types.get(ty)
            && self.text(*other) == "Formatter"
        {
            val.cell = Some(self.cell((frame.def, u32::MAX - u32::from(index))));
            if let Some(cell) = val.cell {
                self.cells[cell as usize] = Val::clean();
            }
        }
        val
    }

    /// What the parameters put into them hold afterwards.
    fn collect_effects(&mut self, frame: &Frame, before: &[Val], summary: &mut Summary) {
        for index in 0..frame.body.params.len() {
            let Some(slot) = frame.slot_of(index) else { continue };
            let (old, new) = (&before[slot], &frame.env[slot]);
            let param = u8::try_from(index).unwrap_or(u8::MAX);
            let mut gained = Val { ty: new.ty, ..Val::default() };
            for source in &new.taint {
                if !old.taint.contains(source) {
                    add(&mut gained.taint, &[*source]);
                }
            }
            if let Some(cell) = new.cell.filter(|_| old.cell == new.cell) {
                let content = self.cells[cell as usize].clone();
                add(&mut gained.taint, &content.all());
            }
            if !gained.taint.is_empty() {
                summary.effects.push((param, Vec::new(), gained));
            } else if new.clean && !old.clean {
                summary.effects.push((param, Vec::new(), Val::clean()));
            }
            for (name, part) in new.parts.iter().flat_map(|parts| parts.iter()) {
                if !old.part(*name).is_some_and(|o| o.taint == part.taint && o.clean == part.clean) {
                    summary.effects.push((param, vec![*name], part.clone()));
                }
            }
        }
    }
}
