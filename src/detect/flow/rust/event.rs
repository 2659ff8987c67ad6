//! Events and spans of `log`, `tracing`, `slog`, `defmt`: fields, key-value pairs, then a message.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, discouraged::Speculative};
use syn::{Expr, Ident, LitStr, Token, token};

use super::super::ir::{Arg, Ex, How, Span};
use super::lower::{Lower, bytes};
use super::macros::literal_text;
use super::{Grammar, Shape};

/// What stands before a `:` and names no value.
const SETTINGS: &[&str] = &["target", "parent", "name", "logger", "level", "module", "line", "file"];

impl Lower<'_> {
    pub(super) fn event(
        &mut self,
        input: ParseStream<'_>,
        grammar: &Grammar,
        at: Span,
        args: &mut Vec<Arg>,
    ) -> syn::Result<()> {
        let mut skip = grammar.skip;
        let mut name = grammar.shape == Shape::Span;
        while !input.is_empty() {
            if input.peek(Token![,]) || input.peek(Token![;]) {
                input.parse::<TokenTree>()?;
            } else if input.peek(token::Brace) {
                let inner;
                syn::braced!(inner in input);
                self.event(&inner, &Grammar { shape: Shape::Event, skip: 0, ..*grammar }, at, args)?;
            } else if input.peek(Token![#]) && input.peek2(LitStr) {
                // A tag of slog.
                input.parse::<Token![#]>()?;
                input.parse::<LitStr>()?;
            } else if self.setting(input)? {
            } else if skip > 0 {
                self.skipped(input, 1)?;
                skip -= 1;
            } else if input.peek(LitStr) && !input.peek2(Token![.]) {
                self.quoted(input, &mut name, args)?;
            } else if !self.field(input, at, args)? {
                self.unlabelled(input, &mut name, at, args)?;
            }
        }
        Ok(())
    }

    /// `target: "x"`, `parent: &span`.
    fn setting(&mut self, input: ParseStream<'_>) -> syn::Result<bool> {
        if !(input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::])) {
            return Ok(false);
        }
        let ahead = input.fork();
        let name = Ident::parse_any(&ahead)?.to_string();
        ahead.parse::<Token![:]>()?;
        if !SETTINGS.contains(&name.as_str()) || ahead.peek(Token![?]) || ahead.peek(Token![%]) {
            return Ok(false);
        }
        let value: syn::Result<Expr> = ahead.parse();
        // `name: debug = x` is a pair of log's.
        if value.is_err() || matches!(value, Ok(Expr::Assign(_))) {
            return Ok(false);
        }
        input.advance_to(&ahead);
        Ok(true)
    }

    /// A message, a span's name, or the key of a pair.
    fn quoted(&mut self, input: ParseStream<'_>, name: &mut bool, args: &mut Vec<Arg>) -> syn::Result<()> {
        let lit: LitStr = input.parse()?;
        let at = bytes(lit.span());
        let pair = input.peek(Token![=>]) || input.peek(Token![=]) && !input.peek(Token![==]);
        if pair {
            let key = self.key(&lit.value());
            return self.pair(input, key, at, args);
        }
        if std::mem::take(name) {
            return Ok(());
        }
        self.template(&lit.value(), at, input, args)
    }

    /// `=` or `=>`, perhaps a sign, and a value.
    fn pair(&mut self, input: ParseStream<'_>, key: Option<u32>, at: Span, args: &mut Vec<Arg>) -> syn::Result<()> {
        if input.parse::<Option<Token![=>]>>()?.is_none() {
            input.parse::<Token![=]>()?;
        }
        let how = sign(input)?;
        let e: Expr = input.parse()?;
        let mut arg = self.arg(&e, how, at);
        arg.key = key;
        args.push(arg);
        Ok(())
    }

    /// `key = value`, `key: sign = value`, `a.b = value`, `?value`, `%value`.
    fn field(&mut self, input: ParseStream<'_>, at: Span, args: &mut Vec<Arg>) -> syn::Result<bool> {
        if input.peek(Token![?]) || input.peek(Token![%]) {
            let how = sign(input)?;
            let e: Expr = input.parse()?;
            args.push(self.arg(&e, how, at));
            return Ok(true);
        }
        let ahead = input.fork();
        let Ok(first) = Ident::parse_any(&ahead) else { return Ok(false) };
        let mut last = first.to_string();
        while ahead.peek(Token![.]) && ahead.peek2(Ident::peek_any) {
            ahead.parse::<Token![.]>()?;
            last = Ident::parse_any(&ahead)?.to_string();
        }
        let key = Some(self.name(&last));
        if ahead.peek(Token![=]) && !ahead.peek(Token![==]) && !ahead.peek(Token![=>]) {
            input.advance_to(&ahead);
            self.pair(input, key, at, args)?;
            return Ok(true);
        }
        if ahead.peek(Token![:]) && !ahead.peek(Token![::]) {
            ahead.parse::<Token![:]>()?;
            let how = capture(&ahead)?;
            input.advance_to(&ahead);
            if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
                let e: Expr = input.parse()?;
                let mut arg = self.arg(&e, how, at);
                arg.key = key;
                args.push(arg);
            } else {
                let name = self.ident(&first);
                let span = bytes(first.span());
                let value = self.named(name, span);
                args.push(Arg { value, how, span, key: None, query: false });
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// A value without a key: a field that is called as its variable, or a message that is no literal.
    fn unlabelled(
        &mut self,
        input: ParseStream<'_>,
        name: &mut bool,
        at: Span,
        args: &mut Vec<Arg>,
    ) -> syn::Result<()> {
        let e: Expr = input.parse()?;
        if input.peek(Token![=>]) {
            return self.pair(input, None, at, args);
        }
        if let Some(text) = literal_text(&e) {
            if std::mem::take(name) {
                return Ok(());
            }
            return self.template(&text, at, input, args);
        }
        if let (Expr::Path(path), true) = (&e, self.empty_fields) {
            let key = path.path.get_ident().map(|ident| self.ident(ident));
            let value = self.push(Ex::Clean, at);
            args.push(Arg { value, how: How::Value, span: at, key, query: false });
            return Ok(());
        }
        let field = matches!(e, Expr::Path(_) | Expr::Field(_));
        args.push(self.arg(&e, if field { How::Value } else { How::Display }, at));
        Ok(())
    }
}

/// The sign before a value.
fn sign(input: ParseStream<'_>) -> syn::Result<How> {
    input.parse::<Option<Token![#]>>()?;
    Ok(if input.parse::<Option<Token![?]>>()?.is_some() {
        How::Debug
    } else if input.parse::<Option<Token![%]>>()?.is_some() {
        How::Display
    } else {
        How::Value
    })
}

/// How a pair of `log` is captured: `:?`, `:%`, `:debug`, `:err` …
fn capture(input: ParseStream<'_>) -> syn::Result<How> {
    if input.peek(Token![?]) || input.peek(Token![%]) {
        return sign(input);
    }
    let word = Ident::parse_any(input)?.to_string();
    Ok(match word.as_str() {
        "debug" => How::Debug,
        "display" | "err" | "error" => How::Display,
        "serde" | "sval" => How::Serialize,
        _ => How::Value,
    })
}
