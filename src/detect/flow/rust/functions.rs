//! Functions, and `#[instrument]` on them.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block, FnArg, Meta, Signature, Token};

use super::super::ir::{Arg, Ex, ExId, FnItem, How, Kind, Name, Pat, PathRef, Sink, Slot, Span, Ty};
use super::exprs::NOWHERE;
use super::lower::{Lower, bytes};
use super::{Grammar, Shape, attrs};

/// What `#[instrument(…)]` says.
#[derive(Default)]
struct Instrument {
    path: PathRef,
    at: Span,
    skip_all: bool,
    skip: Vec<Name>,
    fields: Option<TokenStream>,
    ret: Option<How>,
    err: Option<How>,
}

impl Lower<'_> {
    pub(super) fn function(&mut self, attributes: &[Attribute], sig: &Signature, block: Option<&Block>) {
        let name = self.ident(&sig.ident);
        let generics = self.generics(&sig.generics);
        let method = sig.inputs.first().is_some_and(|i| matches!(i, FnArg::Receiver(_)));
        let mut params = Vec::new();
        for input in &sig.inputs {
            params.push(match input {
                FnArg::Receiver(_) => {
                    let (own, ty) = (self.name("self"), self.name("Self"));
                    (Some(own), Ty::Path(PathRef { segs: vec![ty], ..PathRef::default() }))
                }
                FnArg::Typed(typed) => {
                    let named = match &*typed.pat {
                        syn::Pat::Ident(ident) => Some(self.ident(&ident.ident)),
                        _ => None,
                    };
                    (named, self.ty(&typed.ty))
                }
            });
        }
        let ret = self.returned(&sig.output);
        let mut item = FnItem {
            generics,
            params,
            method,
            ret,
            code: None,
            calls: Vec::new(),
            result: None,
            attr: PathRef::default(),
            sinks: false,
            span: bytes(sig.ident.span()),
        };
        let around = self.around;
        if let Some(block) = block {
            let inner = self.around.take();
            let name = sig.ident.to_string();
            self.named_as(&name, |lower| lower.body(attributes, sig, block, &mut item));
            self.around = inner;
        }
        self.item(name, Kind::Fn(item, around));
    }

    fn body(&mut self, attributes: &[Attribute], sig: &Signature, block: &Block, item: &mut FnItem) {
        let instrument = self.instrument(attributes);
        let (root, mut frame) = self.framed(|lower| {
            let mut named = Vec::new();
            for input in &sig.inputs {
                let pat = match input {
                    FnArg::Receiver(receiver) => {
                        let name = lower.name("self");
                        let slot = lower.declare(name, bytes(receiver.self_token.span));
                        lower.pat(Pat::Bind(slot, None))
                    }
                    FnArg::Typed(typed) => lower.pattern(&typed.pat),
                };
                lower.at.body.params.push(pat);
            }
            for slot in 0..lower.at.body.slots.len() {
                named.push((lower.at.body.slots[slot].0, u32::try_from(slot).unwrap_or(0)));
            }
            let sink = instrument.as_ref().map(|i| lower.entry(i, &named));
            let value = lower.block(block);
            match sink {
                Some(sink) => lower.push(Ex::Block(vec![sink], Some(value)), NOWHERE),
                None => value,
            }
        });
        frame.body.root = root;
        if let Some(instrument) = instrument {
            frame.sinks = true;
            if instrument.ret.is_some() || instrument.err.is_some() {
                item.result = Some((instrument.ret, instrument.err, instrument.at));
            }
            item.attr = instrument.path;
        }
        self.finish(item, frame);
    }

    /// What an instrumented function records when it is entered.
    fn entry(&mut self, instrument: &Instrument, named: &[(Name, Slot)]) -> ExId {
        let mut args = Vec::new();
        if let Some(fields) = &instrument.fields {
            let grammar = Grammar { shape: Shape::Event, ..Grammar::default() };
            let at = instrument.at;
            self.empty_fields = true;
            let _ = (|input: ParseStream<'_>| self.event(input, &grammar, at, &mut args)).parse2(fields.clone());
            self.empty_fields = false;
        }
        let given: Vec<Name> = args.iter().filter_map(|arg| arg.key).collect();
        for (name, slot) in named {
            if !instrument.skip_all && !instrument.skip.contains(name) && !given.contains(name) {
                let value = self.push(Ex::Local(*slot), instrument.at);
                args.push(Arg { value, how: How::Debug, span: instrument.at, key: None, query: false });
            }
        }
        let path = instrument.path.clone();
        let sink = Sink { path, args, through: false, makes: false, ends: false };
        self.push(Ex::Sink(Box::new(sink)), instrument.at)
    }

    fn instrument(&mut self, attributes: &[Attribute]) -> Option<Instrument> {
        for attr in attributes {
            if let Some(found) = self.instrument_in(&attr.meta) {
                return Some(found);
            }
            if let Meta::List(list) = &attr.meta
                && list.path.is_ident("cfg_attr")
            {
                let inner = |input: ParseStream<'_>| {
                    input.parse::<Meta>()?;
                    input.parse::<Token![,]>()?;
                    input.parse_terminated(Meta::parse_any, Token![,])
                };
                let metas = inner.parse2(list.tokens.clone()).ok();
                for meta in metas.into_iter().flatten() {
                    if let Some(found) = self.instrument_in(&meta) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    fn instrument_in(&mut self, meta: &Meta) -> Option<Instrument> {
        let last = meta.path().segments.last()?;
        if last.ident != "instrument" {
            return None;
        }
        let mut found =
            Instrument { path: self.path(None, meta.path()), at: bytes(last.ident.span()), ..Instrument::default() };
        if let Meta::List(list) = meta {
            let _ = (|input: ParseStream<'_>| self.settings(input, &mut found)).parse2(list.tokens.clone());
        }
        Some(found)
    }

    fn settings(&mut self, input: ParseStream<'_>, found: &mut Instrument) -> syn::Result<()> {
        use syn::ext::IdentExt;
        while !input.is_empty() {
            if !input.peek(syn::Ident::peek_any) {
                input.parse::<proc_macro2::TokenTree>()?;
                continue;
            }
            let word = syn::Ident::parse_any(input)?.to_string();
            let inner = if input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in input);
                Some(content.parse::<TokenStream>()?)
            } else {
                None
            };
            let words = inner.clone().map(attrs::words).unwrap_or_default();
            let how = |usual: How| match words.iter().find_map(|w| match w.as_str() {
                "Debug" => Some(How::Debug),
                "Display" => Some(How::Display),
                _ => None,
            }) {
                Some(how) => how,
                None => usual,
            };
            match word.as_str() {
                "skip_all" => found.skip_all = true,
                "skip" => found.skip = words.iter().map(|w| self.name(w)).collect(),
                "fields" => found.fields = inner,
                "ret" => found.ret = Some(how(How::Debug)),
                "err" => found.err = Some(how(How::Display)),
                _ => {
                    if input.parse::<Option<Token![=]>>()?.is_some() {
                        input.parse::<syn::Expr>()?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads any attribute.
trait ParseAny: Sized {
    fn parse_any(input: ParseStream<'_>) -> syn::Result<Self>;
}

impl ParseAny for Meta {
    fn parse_any(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse()
    }
}
