//! Patterns.

use syn::Pat as Syn;

use super::super::ir::{ExId, Name, Pat, PatId};
use super::lower::{Lower, bytes};

impl Lower<'_> {
    /// Reads a pattern and declares its variables.
    pub(super) fn pattern(&mut self, pat: &Syn) -> PatId {
        let read = match pat {
            Syn::Ident(ident) => return self.binding(ident),
            Syn::Guard(guard) => return self.pattern(&guard.pat),
            Syn::Paren(paren) => return self.pattern(&paren.pat),
            Syn::Reference(reference) => return self.pattern(&reference.pat),
            Syn::Rest(_) => Pat::Rest,
            Syn::Or(or) => self.alternatives(or),
            Syn::Path(path) => {
                let path = self.path(path.qself.as_ref(), &path.path);
                Pat::Variant(path, Vec::new())
            }
            Syn::Slice(slice) => Pat::Slice(slice.elems.iter().map(|p| self.pattern(p)).collect()),
            Syn::Tuple(tuple) => Pat::Tuple(tuple.elems.iter().map(|p| self.pattern(p)).collect()),
            Syn::TupleStruct(variant) => {
                let path = self.path(variant.qself.as_ref(), &variant.path);
                Pat::Variant(path, variant.elems.iter().map(|p| self.pattern(p)).collect())
            }
            Syn::Struct(pat) => {
                let path = self.path(pat.qself.as_ref(), &pat.path);
                let mut fields = Vec::new();
                for field in &pat.fields {
                    let name = self.member(&field.member);
                    fields.push((name, self.pattern(&field.pat)));
                }
                Pat::Struct(path, fields)
            }
            Syn::Type(typed) => {
                let inner = self.pattern(&typed.pat);
                Pat::Typed(inner, self.ty(&typed.ty))
            }
            _ => Pat::Any,
        };
        self.pat(read)
    }

    fn binding(&mut self, ident: &syn::PatIdent) -> PatId {
        let name = self.ident(&ident.ident);
        let text = ident.ident.to_string();
        let capital = text.starts_with(|c: char| c.is_uppercase());
        if capital && ident.subpat.is_none() && ident.by_ref.is_none() && ident.mutability.is_none() {
            let path = super::super::ir::PathRef { segs: vec![name], ..Default::default() };
            return self.pat(Pat::Variant(path, Vec::new()));
        }
        let slot = self.declare(name, bytes(ident.ident.span()));
        let inner = ident.subpat.as_ref().map(|(_, pat)| self.pattern(pat));
        self.pat(Pat::Bind(slot, inner))
    }

    /// The variables of all alternatives are those of the first.
    fn alternatives(&mut self, or: &syn::PatOr) -> Pat {
        let mut cases = Vec::new();
        let from = self.at.body.slots.len();
        for (i, case) in or.cases.iter().enumerate() {
            let before = self.at.body.slots.len();
            cases.push(self.pattern(case));
            if i > 0 {
                self.unify(from, before);
            }
        }
        Pat::Or(cases)
    }

    fn unify(&mut self, from: usize, before: usize) {
        let body = &mut self.at.body;
        let same: Vec<(u32, u32)> = (before..body.slots.len())
            .filter_map(|new| {
                let old = (from..before).find(|old| body.slots[*old].0 == body.slots[new].0)?;
                Some((u32::try_from(new).ok()?, u32::try_from(old).ok()?))
            })
            .collect();
        for pat in &mut body.pats {
            if let Pat::Bind(slot, _) = pat
                && let Some((_, old)) = same.iter().find(|(new, _)| new == slot)
            {
                *slot = *old;
            }
        }
        for (new, old) in same {
            let name: Name = self.at.body.slots[old as usize].0;
            self.redeclare(name, new, old);
        }
    }

    pub(super) fn member(&mut self, member: &syn::Member) -> Name {
        match member {
            syn::Member::Named(ident) => self.ident(ident),
            syn::Member::Unnamed(index) => self.name(&index.index.to_string()),
        }
    }

    /// The condition behind a pattern.
    pub(super) fn guard(&mut self, pat: &Syn) -> Option<ExId> {
        match pat {
            Syn::Guard(guard) => Some(self.expr(&guard.guard)),
            _ => None,
        }
    }
}
