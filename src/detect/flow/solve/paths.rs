//! Paths as values: constants, statics, functions, variants.

use super::super::ir::{ExId, PathRef};
use super::Solver;
use super::eval::Frame;
use super::index::{Found, Space};
use super::types::Type;
use super::value::{Callable, Sym, Val};

impl Solver<'_> {
    pub(super) fn path_value(&mut self, frame: &mut Frame, path: &PathRef, e: ExId) -> Val {
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

    pub(super) fn global(&mut self, def: super::value::Def, frame: &Frame, (e, segs): (ExId, &[Sym])) -> Val {
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
    pub(super) fn can_change(&self, ty: super::types::T) -> bool {
        const NAMES: &[&str] =
            &["Mutex", "RwLock", "RefCell", "Cell", "OnceLock", "OnceCell", "DashMap", "ArcSwap", "LocalKey"];
        match self.types.get(ty) {
            Type::Other(name, args) => {
                NAMES.contains(&self.text(*name)) || args.iter().any(|arg| self.can_change(*arg))
            }
            _ => false,
        }
    }
}
