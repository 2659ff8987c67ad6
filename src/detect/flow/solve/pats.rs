//! Patterns take values apart.

use std::rc::Rc;

use super::super::ir::{Pat, PatId, PathRef};
use super::super::names::Owner;
use super::Solver;
use super::eval::Frame;
use super::index::Found;
use super::types::Type;
use super::value::{Sym, Val};

impl Solver<'_> {
    /// Binds the variables of a pattern; says which variant it asks for.
    pub(super) fn bind(&mut self, frame: &mut Frame, pat: PatId, val: Val) -> Option<u16> {
        let body = Rc::clone(&frame.body);
        match body.pats.get(pat as usize)? {
            Pat::Any | Pat::Rest => None,
            Pat::Bind(slot, inner) => {
                let mut val = val;
                let mut variant = None;
                if let Some(inner) = inner {
                    variant = self.bind(frame, *inner, val.clone());
                    val.variant = variant.or(val.variant);
                }
                let (name, span) = body.slots[*slot as usize];
                let name = self.sym(frame.file(), name);
                let at = (frame.file(), span);
                self.named(&mut val, name, at, frame.owner);
                frame.set(*slot, val);
                variant
            }
            Pat::Tuple(list) => {
                self.bind_tuple(frame, list, &val);
                None
            }
            Pat::Slice(list) => {
                let item = self.held(&val);
                for pat in list {
                    // `rest @ ..` is a slice again.
                    let rest = match body.pats.get(*pat as usize) {
                        Some(Pat::Bind(_, Some(inner))) => matches!(body.pats.get(*inner as usize), Some(Pat::Rest)),
                        _ => false,
                    };
                    self.bind(frame, *pat, if rest { val.clone() } else { item.clone() });
                }
                None
            }
            Pat::Variant(path, list) => self.bind_variant(frame, path, list, &val),
            Pat::Struct(path, fields) => self.bind_struct(frame, path, fields, &val),
            Pat::Or(list) => {
                let variants: Vec<Option<u16>> = list.iter().map(|pat| self.bind(frame, *pat, val.clone())).collect();
                match &variants[..] {
                    [first, rest @ ..] if rest.iter().all(|v| v == first) => *first,
                    _ => None,
                }
            }
            Pat::Typed(inner, ty) => {
                let ty = self.ty(ty, &frame.place);
                let val = self.converted(val, ty);
                self.bind(frame, *inner, val)
            }
        }
    }

    fn bind_tuple(&mut self, frame: &mut Frame, list: &[PatId], val: &Val) {
        let rest = list.iter().position(|p| matches!(frame.body.pats.get(*p as usize), Some(Pat::Rest)));
        let length = match self.types.get(val.ty) {
            Type::Tuple(types) => types.len(),
            _ => list.len(),
        };
        for (i, pat) in list.iter().enumerate() {
            let at = match rest {
                Some(rest) if i > rest => (length + i).saturating_sub(list.len()),
                _ => i,
            };
            let name = self.number(at);
            let part = self.field(val, name, None);
            self.bind(frame, *pat, part);
        }
    }

    fn bind_variant(&mut self, frame: &mut Frame, path: &PathRef, list: &[PatId], val: &Val) -> Option<u16> {
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        let last = self.text(segs.last().copied()?).to_owned();
        match (last.as_str(), list) {
            ("Some" | "Ok" | "Ready" | "Continue", [inner]) => {
                let held = self.held(val);
                self.bind(frame, *inner, held);
                return None;
            }
            ("Err" | "Break", [inner]) => {
                let error = self.error_of(val).unwrap_or_default();
                return self.bind(frame, *inner, error).and(None);
            }
            ("None" | "Pending", []) => return None,
            _ => {}
        }
        match self.resolve_type_or_variant(frame, &segs) {
            Found::Variant(def, variant) => {
                let name = segs.last().copied()?;
                self.bind_payload(frame, (def, variant, name), list, val);
                Some(variant)
            }
            Found::Def(_) => {
                self.bind_tuple(frame, list, val);
                None
            }
            _ => {
                let own = match self.types.get(val.ty) {
                    Type::Other(name, _) => segs.last() == Some(name),
                    _ => false,
                };
                let inner = if own { self.held(val) } else { self.unknown_payload(&segs, val) };
                let label = match self.resolve_type_or_variant(frame, &segs) {
                    Found::Other(full) => self.model_label(full, frame.place.module),
                    _ => None,
                };
                for pat in list {
                    let mut inner = inner.clone();
                    if let (Some(label), Some(at)) = (label, self.slot_place(frame, *pat)) {
                        let source = self.labelled(label, at);
                        super::value::add(&mut inner.taint, &[source]);
                    }
                    self.bind(frame, *pat, inner.clone());
                }
                None
            }
        }
    }

    /// The payload of a variant of others: its name may tell what it is.
    fn unknown_payload(&mut self, segs: &[Sym], val: &Val) -> Val {
        let mut inner = Val { taint: val.taint.clone(), clean: val.clean, ..Val::default() };
        if let Some(name) = segs.last() {
            inner.owner = self.meaning(*name).owner;
        }
        inner
    }

    fn bind_payload(&mut self, frame: &mut Frame, of: (u32, u16, Sym), list: &[PatId], val: &Val) {
        let (def, variant, name) = of;
        let rest = list.iter().position(|p| matches!(frame.body.pats.get(*p as usize), Some(Pat::Rest)));
        let length =
            self.type_item(def).and_then(|i| i.variants.get(usize::from(variant))).map_or(0, |v| v.fields.len());
        for (i, pat) in list.iter().enumerate() {
            let at = match rest {
                Some(rest) if i > rest => (length + i).saturating_sub(list.len()),
                _ => i,
            };
            let number = self.number(at);
            let key = self.variant_key(name, number);
            let at = self.slot_place(frame, *pat);
            let part = self.variant_field(val, def, variant, key, at);
            self.bind(frame, *pat, part);
        }
    }

    /// Where a pattern's variable stands.
    fn slot_place(&self, frame: &Frame, pat: PatId) -> Option<(u32, (u32, u32))> {
        match frame.body.pats.get(pat as usize)? {
            Pat::Bind(slot, _) => Some((frame.file(), frame.body.slots[*slot as usize].1)),
            _ => None,
        }
    }

    fn bind_struct(&mut self, frame: &mut Frame, path: &PathRef, fields: &[(u32, PatId)], val: &Val) -> Option<u16> {
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        let found = self.resolve_type_or_variant(frame, &segs);
        for (name, pat) in fields {
            let name = self.sym(frame.file(), *name);
            let at = self.slot_place(frame, *pat);
            let part = match found {
                Found::Variant(def, variant) => {
                    let key = self.variant_key(segs.last().copied()?, name);
                    self.variant_field(val, def, variant, key, at)
                }
                Found::Def(def) if self.inner_def(val.ty).is_none() => {
                    let mut typed = val.clone();
                    typed.ty = self.types.add(Type::Def(def, Vec::new()));
                    self.field(&typed, name, at)
                }
                _ => {
                    let mut val = val.clone();
                    if val.owner == Owner::Unknown
                        && let Some(last) = segs.last()
                    {
                        val.owner = self.meaning(*last).owner;
                    }
                    self.field(&val, name, at)
                }
            };
            self.bind(frame, *pat, part);
        }
        match found {
            Found::Variant(_, variant) => Some(variant),
            _ => None,
        }
    }
}
