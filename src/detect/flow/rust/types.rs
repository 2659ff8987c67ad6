//! Types and paths.

use syn::{GenericArgument, GenericParam, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate};

use super::super::ir::{Name, PathRef, Ty};
use super::lower::Lower;

impl Lower<'_> {
    pub(super) fn ty(&mut self, ty: &Type) -> Ty {
        match ty {
            Type::Array(array) => Ty::Slice(Box::new(self.ty(&array.elem))),
            Type::Slice(slice) => Ty::Slice(Box::new(self.ty(&slice.elem))),
            Type::Group(group) => self.ty(&group.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Reference(reference) => self.ty(&reference.elem),
            Type::Ptr(ptr) => self.ty(&ptr.elem),
            Type::Tuple(tuple) => Ty::Tuple(tuple.elems.iter().map(|e| self.ty(e)).collect()),
            Type::Path(path) => Ty::Path(self.path(path.qself.as_ref(), &path.path)),
            Type::FnPtr(f) => {
                let inputs = f.inputs.iter().map(|i| self.ty(&i.ty)).collect();
                Ty::Fn(inputs, Box::new(self.returned(&f.output)))
            }
            Type::ImplTrait(bounds) => self.bounds(bounds.bounds.iter()),
            Type::TraitObject(bounds) => self.bounds(bounds.bounds.iter()),
            _ => Ty::Infer,
        }
    }

    pub(super) fn returned(&mut self, output: &ReturnType) -> Ty {
        match output {
            ReturnType::Default => Ty::Tuple(Vec::new()),
            ReturnType::Type(_, ty) => self.ty(ty),
        }
    }

    pub(super) fn bounds<'b>(&mut self, bounds: impl Iterator<Item = &'b TypeParamBound>) -> Ty {
        Ty::Bounds(self.bound_list(bounds))
    }

    fn bound_list<'b>(&mut self, bounds: impl Iterator<Item = &'b TypeParamBound>) -> Vec<Ty> {
        let mut list = Vec::new();
        for bound in bounds {
            if let TypeParamBound::Trait(bound) = bound {
                list.push(self.bound(&bound.path));
            }
        }
        list
    }

    /// `Fn(A) -> B` becomes a function's type.
    fn bound(&mut self, path: &syn::Path) -> Ty {
        match path.segments.last().map(|s| &s.arguments) {
            Some(PathArguments::Parenthesized(args)) => {
                let inputs = args.inputs.iter().map(|input| self.ty(&input.ty)).collect();
                Ty::Fn(inputs, Box::new(self.returned(&args.output)))
            }
            _ => Ty::Path(self.path(None, path)),
        }
    }

    pub(super) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) -> PathRef {
        let mut out = PathRef::default();
        let mut skip = 0;
        if let Some(qself) = qself {
            out.root = Some(Box::new(self.ty(&qself.ty)));
            skip = qself.position;
        }
        for segment in path.segments.iter().skip(skip) {
            out.segs.push(self.ident(&segment.ident));
            match &segment.arguments {
                PathArguments::AngleBracketed(args) => {
                    let args = self.generic_args(args);
                    if !args.is_empty() {
                        out.args = args;
                    }
                }
                PathArguments::Parenthesized(args) => out.args = vec![self.returned(&args.output)],
                PathArguments::None => {}
            }
        }
        out
    }

    pub(super) fn generic_args(&mut self, args: &syn::AngleBracketedGenericArguments) -> Vec<Ty> {
        let mut list = Vec::new();
        for arg in &args.args {
            match arg {
                GenericArgument::Type(ty) => list.push(self.ty(ty)),
                GenericArgument::AssocType(assoc) => list.push(self.ty(&assoc.ty)),
                _ => {}
            }
        }
        list
    }

    /// Type parameters with their bounds, those of the `where` clause too.
    pub(super) fn generics(&mut self, generics: &syn::Generics) -> Vec<(Name, Vec<Ty>)> {
        let mut list: Vec<(Name, Vec<Ty>)> = Vec::new();
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                let bounds = self.bound_list(param.bounds.iter());
                list.push((self.ident(&param.ident), bounds));
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
            if let WherePredicate::Type(predicate) = predicate
                && let Ty::Path(path) = self.ty(&predicate.bounded_ty)
                && let [name] = path.segs[..]
            {
                let bounds = self.bound_list(predicate.bounds.iter());
                if let Some((_, known)) = list.iter_mut().find(|(param, _)| *param == name) {
                    known.extend(bounds);
                }
            }
        }
        list
    }
}
