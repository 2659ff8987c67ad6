//! Macro calls: those that reveal, those that make values, those of the workspace, and all others.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Macro, Token};

use super::super::ir::{Arg, Ex, ExId, How, PathRef, Sink, Span};
use super::exprs::{NOWHERE, path_place, writes};
use super::lower::{EXPANDED, EXPANSIONS, Lower};
use super::template::{Placeholder, Which, placeholders};
use super::{Grammar, Shape};

/// Macros whose value holds nothing of a variable.
const CLEAN: &[&str] = &[
    "concat",
    "stringify",
    "env",
    "option_env",
    "include_str",
    "include_bytes",
    "include",
    "line",
    "file",
    "column",
    "module_path",
    "cfg",
    "compile_error",
    "global_asm",
    "asm",
    "offset_of",
    "addr_of",
    "const_format",
    "trybuild",
];

impl Lower<'_> {
    pub(super) fn macro_call(&mut self, mac: &Macro) -> ExId {
        self.macro_in(mac, false)
    }

    pub(super) fn macro_statement(&mut self, mac: &Macro) -> ExId {
        self.macro_in(mac, true)
    }

    fn macro_in(&mut self, mac: &Macro, statement: bool) -> ExId {
        let Some(last) = mac.path.segments.last() else {
            return self.push(Ex::Clean, NOWHERE);
        };
        let name = last.ident.to_string();
        let name = self.renamed.get(&name).cloned().unwrap_or(name);
        if let Some(value) = self.expanded(mac, &name, last.ident.span()) {
            return value;
        }
        let span = path_place(&mac.path);
        let grammar = self.language.grammars.get(&name).copied();
        if let Some(grammar) = grammar.filter(|grammar| !grammar.statement || has_statement(&mac.tokens)) {
            let path = self.path(None, &mac.path);
            return self.sink(path, &grammar, mac.tokens.clone(), span);
        }
        match self.made(&name, mac, span) {
            Some(value) => value,
            None if statement && name == "macro_rules" => self.push(Ex::Clean, NOWHERE),
            None if looks_like_a_logger(&name) => {
                let path = self.path(None, &mac.path);
                let grammar = Grammar { shape: Shape::Event, ..Grammar::default() };
                self.sink(path, &grammar, mac.tokens.clone(), span)
            }
            None if super::nest::is_table(mac) => self.push(Ex::Clean, NOWHERE),
            None => self.unknown(mac.tokens.clone()),
        }
    }

    /// Expands a macro of the workspace.
    fn expanded(&mut self, mac: &Macro, name: &str, at: proc_macro2::Span) -> Option<ExId> {
        let tokens = self.expand(mac, name, at)?;
        self.expansions += 1;
        let parsed = syn::Block::parse_within.parse2(tokens);
        let value = parsed.ok().map(|stmts| self.statements(&stmts));
        self.expansions -= 1;
        value
    }

    pub(super) fn expand(&mut self, mac: &Macro, name: &str, at: proc_macro2::Span) -> Option<TokenStream> {
        if self.expansions >= EXPANSIONS || self.expanded >= EXPANDED {
            return None;
        }
        if let Some(own) = self.macros.get(name) {
            self.expanded += 1;
            return own.expand(&mac.tokens, at);
        }
        let shared = self.shared_macros(name)?;
        self.expanded += 1;
        let path = mac.path.segments.len() > 1;
        let first = mac.path.segments.first().map(|s| s.ident.to_string()).unwrap_or_default();
        for (krate, definition) in shared.iter() {
            // A logger's own crate in the workspace does not make every `info!` its.
            if self.language.grammars.contains_key(name) && path && first != *krate && first != "crate" {
                continue;
            }
            if let Some(expanded) = definition.expand(&mac.tokens, at) {
                return Some(expanded);
            }
        }
        None
    }

    /// The definitions of a macro in other files; read once.
    fn shared_macros(&mut self, name: &str) -> Option<std::rc::Rc<Vec<(String, super::expand::Definition)>>> {
        if let Some(known) = self.shared.get(name) {
            return Some(std::rc::Rc::clone(known));
        }
        let language = self.language;
        let mut list = Vec::new();
        for text in language.macros.get(name)? {
            if let Ok(tokens) = text.body.parse::<TokenStream>() {
                list.push((text.krate.clone(), super::expand::Definition::read(tokens, &text.krate)));
            }
        }
        let list = std::rc::Rc::new(list);
        self.shared.insert(name.to_owned(), std::rc::Rc::clone(&list));
        Some(list)
    }

    /// Values that well-known macros make.
    fn made(&mut self, name: &str, mac: &Macro, span: Span) -> Option<ExId> {
        let tokens = mac.tokens.clone();
        let ex = match name {
            _ if CLEAN.contains(&name) => Ex::Text,
            "format" | "format_args" | "formatcp" | "compact_str" | "format_compact" => {
                let mut args = Vec::new();
                (|input: ParseStream<'_>| self.formatted(input, span, &mut args)).parse2(tokens).ok()?;
                Ex::Format(args)
            }
            "write" | "writeln" => {
                let (mut args, mut target) = (Vec::new(), None);
                let read = |input: ParseStream<'_>| {
                    let to: Expr = input.parse()?;
                    target = Some(self.expr(&to));
                    input.parse::<Option<Token![,]>>()?;
                    self.formatted(input, span, &mut args)
                };
                read.parse2(tokens).ok()?;
                Ex::Write(target?, args)
            }
            "vec" | "smallvec" | "hashset" | "btreeset" | "array" => Ex::Array(self.list(tokens)?),
            "join" | "try_join" => Ex::Tuple(self.list(tokens)?),
            "matches" | "debug_assert" | "assert_matches" => {
                let read = |input: ParseStream<'_>| {
                    let subject: Expr = input.parse()?;
                    input.parse::<TokenStream>()?;
                    Ok(self.expr(&subject))
                };
                Ex::About(vec![read.parse2(tokens).ok()?])
            }
            "json" => Ex::Join(self.json(tokens)?),
            "select" | "select_biased" => return self.select(tokens),
            _ => return None,
        };
        Some(self.push(ex, span))
    }

    fn list(&mut self, tokens: TokenStream) -> Option<Vec<ExId>> {
        let read = |input: ParseStream<'_>| {
            let mut list = Vec::new();
            while !input.is_empty() {
                list.push(input.parse::<Expr>()?);
                if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                    input.parse::<Token![;]>()?;
                }
            }
            Ok(list)
        };
        let list = read.parse2(tokens).ok()?;
        Some(list.iter().map(|e| self.expr(e)).collect())
    }

    /// The values in `json!`.
    fn json(&mut self, tokens: TokenStream) -> Option<Vec<ExId>> {
        if let Ok(value) = syn::parse2::<Expr>(tokens.clone())
            && !matches!(value, Expr::Block(_) | Expr::Array(_))
        {
            return Some(vec![self.expr(&value)]);
        }
        let mut trees = tokens.into_iter();
        let inner = match (trees.next(), trees.next()) {
            (Some(TokenTree::Group(group)), None) => group.stream(),
            _ => return None,
        };
        let (mut values, mut value) = (Vec::new(), TokenStream::new());
        for tree in inner {
            match &tree {
                TokenTree::Punct(p) if p.as_char() == ',' => {
                    values.extend(self.json(std::mem::take(&mut value)).unwrap_or_default());
                }
                // What stood before was the key; `::` is part of a path.
                TokenTree::Punct(p) if p.as_char() == ':' && is_key(&value) => value = TokenStream::new(),
                _ => value.extend([tree]),
            }
        }
        values.extend(self.json(value).unwrap_or_default());
        Some(values)
    }

    /// `select! { pattern = future => handler, … }`
    fn select(&mut self, tokens: TokenStream) -> Option<ExId> {
        let read = |input: ParseStream<'_>| {
            let mut arms = Vec::new();
            while !input.is_empty() {
                if input.peek(syn::Ident) && input.peek2(Token![;]) {
                    input.parse::<syn::Ident>()?;
                    input.parse::<Token![;]>()?;
                } else if input.parse::<Option<Token![else]>>()?.is_some()
                    || input.peek(syn::Ident) && input.peek2(Token![=>])
                {
                    input.parse::<Option<syn::Ident>>()?;
                    input.parse::<Token![=>]>()?;
                    arms.push((None, input.parse::<Expr>()?));
                } else {
                    let pat = syn::Pat::parse_multi_with_leading_vert(input)?;
                    input.parse::<Token![=]>()?;
                    let future: Expr = input.parse()?;
                    if input.parse::<Option<Token![,]>>()?.is_some() {
                        input.parse::<Token![if]>()?;
                        input.parse::<Expr>()?;
                    }
                    input.parse::<Token![=>]>()?;
                    arms.push((Some((pat, future)), input.parse::<Expr>()?));
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(arms)
        };
        let arms = read.parse2(tokens).ok()?;
        let mut values = Vec::new();
        for (bound, handler) in arms {
            values.push(self.scoped(|lower| {
                let mut list = Vec::new();
                if let Some((pat, future)) = &bound {
                    let future = lower.expr(future);
                    let value = lower.push(Ex::Await(future), NOWHERE);
                    let pat = lower.pattern(pat);
                    list.push(lower.push(Ex::Let(pat, value), NOWHERE));
                }
                let value = lower.expr(&handler);
                lower.push(Ex::Block(list, Some(value)), NOWHERE)
            }));
        }
        Some(self.push(Ex::Join(values), NOWHERE))
    }

    pub(super) fn sink(&mut self, path: PathRef, grammar: &Grammar, tokens: TokenStream, span: Span) -> ExId {
        let mut args = Vec::new();
        let read = |input: ParseStream<'_>| match grammar.shape {
            Shape::Event | Shape::Span => self.event(input, grammar, span, &mut args),
            Shape::Format => {
                self.skipped(input, grammar.skip)?;
                self.formatted(input, span, &mut args)
            }
            Shape::Operands => self.operands(input, grammar.skip, span, &mut args),
            Shape::Labels => self.labels(input, span, &mut args),
        };
        let read = read.parse2(tokens.clone());
        if read.is_err() {
            args.clear();
            let value = self.unknown(tokens);
            args.push(Arg { value, how: How::Display, span, key: None, query: false });
        }
        self.at.sinks = true;
        let (through, makes, ends) = (grammar.through, grammar.makes, grammar.ends);
        self.push(Ex::Sink(Box::new(Sink { path, args, through, makes, ends })), span)
    }

    /// Expressions before the template: a writer, a condition, a level.
    pub(super) fn skipped(&mut self, input: ParseStream<'_>, count: usize) -> syn::Result<()> {
        for _ in 0..count {
            if !input.is_empty() {
                let _: Expr = input.parse()?;
                input.parse::<Option<Token![,]>>()?;
            }
        }
        Ok(())
    }

    /// Operands that are printed, then a template.
    fn operands(&mut self, input: ParseStream<'_>, count: usize, at: Span, args: &mut Vec<Arg>) -> syn::Result<()> {
        let mut left = if count == 0 { usize::MAX } else { count };
        while !input.is_empty() && left > 0 {
            let e: Expr = input.parse()?;
            args.push(self.arg(&e, How::Debug, at));
            input.parse::<Option<Token![,]>>()?;
            left -= 1;
        }
        self.formatted(input, at, args)
    }

    /// A name, then `"label" => value`.
    fn labels(&mut self, input: ParseStream<'_>, at: Span, args: &mut Vec<Arg>) -> syn::Result<()> {
        while !input.is_empty() {
            let e: Expr = input.parse()?;
            if input.parse::<Option<Token![=>]>>()?.is_some() {
                let value: Expr = input.parse()?;
                let mut arg = self.arg(&value, How::Display, at);
                arg.key = self.key_of(&e);
                args.push(arg);
            } else {
                args.push(self.arg(&e, How::Display, at));
            }
            input.parse::<Option<Token![,]>>()?;
            input.parse::<Option<Token![;]>>()?;
        }
        Ok(())
    }

    pub(super) fn arg(&mut self, e: &Expr, how: How, at: Span) -> Arg {
        let place = self.place(e);
        let span = if place == NOWHERE { at } else { place };
        Arg { value: self.expr(e), how, span, key: None, query: false }
    }

    /// A literal key that is a word.
    pub(super) fn key_of(&mut self, e: &Expr) -> Option<u32> {
        match e {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(lit), .. }) => self.key(&lit.value()),
            _ => None,
        }
    }

    pub(super) fn key(&mut self, text: &str) -> Option<u32> {
        let word = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '-');
        (text.len() <= 40 && text.chars().all(word)).then(|| self.name(text))
    }

    /// A template and its arguments, to the end or to a `;`.
    pub(super) fn formatted(&mut self, input: ParseStream<'_>, at: Span, args: &mut Vec<Arg>) -> syn::Result<()> {
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            return Ok(());
        }
        if input.peek(LitStr) && !input.peek2(Token![.]) {
            let lit: LitStr = input.parse()?;
            return self.template(&lit.value(), super::lower::bytes(lit.span()), input, args);
        }
        let e: Expr = input.parse()?;
        if let Some(text) = literal_text(&e) {
            return self.template(&text, at, input, args);
        }
        args.push(self.arg(&e, How::Display, at));
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let (_, e) = named(input)?;
            args.push(self.arg(&e, How::Display, at));
        }
        Ok(())
    }

    pub(super) fn template(
        &mut self,
        text: &str,
        at: Span,
        input: ParseStream<'_>,
        args: &mut Vec<Arg>,
    ) -> syn::Result<()> {
        let mut given: Vec<(Option<String>, Arg)> = Vec::new();
        while input.parse::<Option<Token![,]>>()?.is_some() {
            if input.is_empty() || input.peek(Token![;]) {
                break;
            }
            let (name, e) = named(input)?;
            given.push((name, self.arg(&e, How::Display, at)));
        }
        for placeholder in placeholders(text) {
            if let Some(arg) = self.placed(&placeholder, &given, at) {
                args.push(arg);
            }
        }
        Ok(())
    }

    fn placed(&mut self, placeholder: &Placeholder, given: &[(Option<String>, Arg)], at: Span) -> Option<Arg> {
        let (how, query) = (placeholder.how, placeholder.query);
        let found = match &placeholder.which {
            Which::At(i) => given.get(*i),
            Which::Named(name) => given.iter().find(|(known, _)| known.as_ref() == Some(name)),
        };
        match (&placeholder.which, found) {
            (which, Some((_, arg))) => {
                let key = match which {
                    Which::Named(name) => Some(self.name(name)),
                    Which::At(_) => None,
                };
                Some(Arg { how, query, key, ..arg.clone() })
            }
            (Which::Named(name), None) => {
                let name = self.name(name);
                let value = self.named(name, at);
                Some(Arg { value, how, span: at, key: None, query })
            }
            _ => None,
        }
    }

    /// Any other macro: expressions if it holds some, else statements, else whatever is in its tokens.
    pub(super) fn unknown(&mut self, tokens: TokenStream) -> ExId {
        let terminated = Punctuated::<Expr, Token![,]>::parse_terminated;
        let ex = if let Ok(list) = terminated.parse2(tokens.clone()) {
            Ex::Join(list.iter().map(|e| self.expr(e)).collect())
        } else if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            return self.statements(&stmts);
        } else {
            let mut found = Vec::new();
            self.tokens(tokens, &mut found);
            Ex::Join(found)
        };
        self.push(ex, NOWHERE)
    }

    /// Macro calls and variables among tokens.
    fn tokens(&mut self, tokens: TokenStream, found: &mut Vec<ExId>) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (i, tree) in trees.iter().enumerate() {
            let bang = matches!(trees.get(i + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!');
            match (tree, trees.get(i + 2)) {
                (TokenTree::Ident(_), Some(TokenTree::Group(_))) if bang => {
                    let mac: TokenStream = trees[i..i + 3].iter().cloned().collect();
                    if let Ok(mac) = syn::parse2::<Macro>(mac) {
                        let value = self.macro_call(&mac);
                        found.push(self.push(Ex::Block(vec![value], None), NOWHERE));
                    }
                }
                (TokenTree::Ident(ident), _) => {
                    let name = self.ident(ident);
                    let part = i > 0 && matches!(&trees[i - 1], TokenTree::Punct(p) if p.as_char() == '.');
                    if let Some(slot) = self.look_up(name).filter(|_| !part) {
                        let span = super::lower::bytes(ident.span());
                        found.push(self.push(Ex::Local(slot), span));
                    }
                }
                (TokenTree::Group(group), _) => {
                    let macro_args = i >= 2
                        && matches!(&trees[i - 1], TokenTree::Punct(p) if p.as_char() == '!')
                        && matches!(&trees[i - 2], TokenTree::Ident(_));
                    if !macro_args {
                        self.tokens(group.stream(), found);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Are these tokens a key of `json!`?
fn is_key(tokens: &TokenStream) -> bool {
    let mut trees = tokens.clone().into_iter();
    matches!((trees.next(), trees.next()), (Some(TokenTree::Literal(_) | TokenTree::Group(_)), None))
}

/// `name = value`, or a value.
fn named(input: ParseStream<'_>) -> syn::Result<(Option<String>, Expr)> {
    use syn::ext::IdentExt;
    if input.peek(syn::Ident::peek_any)
        && input.peek2(Token![=])
        && !input.peek2(Token![==])
        && !input.peek2(Token![=>])
    {
        let name = syn::Ident::parse_any(input)?;
        input.parse::<Token![=]>()?;
        return Ok((Some(name.to_string().trim_start_matches("r#").to_owned()), input.parse()?));
    }
    Ok((None, input.parse()?))
}

/// The text of a literal, or of `concat!` of literals.
pub(super) fn literal_text(e: &Expr) -> Option<String> {
    match e {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(lit), .. }) => Some(lit.value()),
        Expr::Group(e) => literal_text(&e.expr),
        Expr::Macro(mac) if mac.mac.path.is_ident("concat") => {
            let parts = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.mac.tokens.clone()).ok()?;
            // What is no text (a number, `stringify!`) holds no placeholder.
            Some(parts.iter().map(|part| literal_text(part).unwrap_or_default()).collect())
        }
        _ => None,
    }
}

/// Is a macro of this name likely to log?
fn looks_like_a_logger(name: &str) -> bool {
    const WORDS: &[&str] = &["log", "logf", "trace", "debug", "info", "warn", "warning", "error", "fatal", "audit"];
    name.split('_').any(|word| WORDS.contains(&word)) && !name.starts_with("impl") && name != "error"
}

/// Is a text among the tokens a statement that writes to a database?
fn has_statement(tokens: &TokenStream) -> bool {
    let text = |tree: TokenTree| match tree {
        TokenTree::Literal(lit) => syn::parse_str::<LitStr>(&lit.to_string()).ok().map(|lit| lit.value()),
        _ => None,
    };
    tokens.clone().into_iter().find_map(text).is_some_and(|text| writes(&text))
}
