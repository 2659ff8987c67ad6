//! Attributes: what is test code, what is derived, what is hidden, what is declared, how errors are displayed.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, Lit, Meta};

use super::super::ir::{How, Name};
use super::lower::Lower;
use super::template::{Which, placeholders};

/// Is an item with these attributes compiled for tests only?
pub(super) fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg") => needs_test(list.tokens.clone()),
        meta => meta.path().segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            matches!(name.as_str(), "test" | "rstest" | "test_case" | "bench" | "quickcheck" | "proptest" | "case")
                || name.ends_with("_test")
        }),
    })
}

/// Does a `cfg` hold in tests only? `any(test, …)` does not say so.
fn needs_test(tokens: TokenStream) -> bool {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let TokenTree::Ident(word) = tree else { continue };
        match (word.to_string().as_str(), trees.peek()) {
            ("test", None) => return true,
            ("test", Some(TokenTree::Punct(p))) if p.as_char() == ',' => return true,
            ("all", Some(TokenTree::Group(group))) if needs_test(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// The words of some tokens, brackets opened, with texts.
pub(super) fn words(tokens: TokenStream) -> Vec<String> {
    let mut list = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(word) => list.push(word.to_string()),
            TokenTree::Literal(literal) => list.push(literal.to_string().trim_matches('"').to_owned()),
            TokenTree::Group(group) => list.extend(words(group.stream())),
            TokenTree::Punct(_) => {}
        }
    }
    list
}

/// The words in the brackets of an attribute of this name.
pub(super) fn of(attrs: &[Attribute], name: &str) -> Option<Vec<String>> {
    let mut found: Option<Vec<String>> = None;
    for attr in attrs {
        let named = attr.path().segments.last().is_some_and(|last| last.ident == name);
        if named {
            let inner = match &attr.meta {
                Meta::List(list) => words(list.tokens.clone()),
                Meta::NameValue(value) => match &value.value {
                    Expr::Lit(lit) => vec![text(&lit.lit)],
                    _ => Vec::new(),
                },
                Meta::Path(_) => Vec::new(),
            };
            found.get_or_insert_default().extend(inner);
        }
    }
    found
}

fn text(lit: &Lit) -> String {
    match lit {
        Lit::Str(lit) => lit.value(),
        _ => String::new(),
    }
}

/// What documentation or an attribute declares: `/// phi: ssn`, `#[phi(ssn)]`.
pub(super) fn declared(attrs: &[Attribute]) -> Option<String> {
    for attr in attrs {
        if let Meta::NameValue(doc) = &attr.meta
            && doc.path.is_ident("doc")
            && let Expr::Lit(lit) = &doc.value
        {
            let line = text(&lit.lit);
            if let Some(said) = line.trim().strip_prefix("phi:") {
                return Some(said.split_whitespace().next().unwrap_or("other_id").trim_matches('`').to_owned());
            }
        }
    }
    of(attrs, "phi").map(|words| words.first().cloned().unwrap_or_else(|| "other_id".to_owned()))
}

/// The names derived.
pub(super) fn derived(attrs: &[Attribute]) -> Vec<String> {
    let mut list = of(attrs, "derive").unwrap_or_default();
    for attr in attrs {
        if let Meta::List(meta) = &attr.meta
            && meta.path.is_ident("cfg_attr")
        {
            list.extend(words(meta.tokens.clone()));
        }
    }
    list
}

/// Is a field hidden from derived `Debug`, `Display`, `Serialize`?
pub(super) fn hidden(attrs: &[Attribute]) -> [bool; 3] {
    let has = |name: &str, wanted: &[&str]| {
        of(attrs, name).is_some_and(|words| wanted.is_empty() || words.iter().any(|w| wanted.contains(&w.as_str())))
    };
    let template = of(attrs, "debug").is_some_and(|w| w.iter().any(|w| !w.contains('{') && !is_word(w)))
        || of(attrs, "debug").is_some_and(|w| w.len() == 1 && !w[0].contains('{'));
    let debug = has("derivative", &["ignore", "format_with"])
        || has("educe", &["ignore", "method", "false"])
        || has("debug", &["skip", "ignore", "with"])
        || has("debug_stub", &[])
        || has("redact", &[])
        || has("sensitive", &[])
        || has("facet", &["sensitive"])
        || template;
    let display = has("redact", &["display"]);
    let serde = has("serde", &["skip", "skip_serializing", "serialize_with", "with"]) || has("sensitive", &[]);
    [debug, display, serde]
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Lower<'_> {
    /// The fields that an error's or a display template prints.
    pub(super) fn displayed(&mut self, attrs: &[Attribute], fields: &syn::Fields) -> Option<Vec<(Vec<Name>, How)>> {
        for attr in attrs {
            let name = attr.path().segments.last()?.ident.to_string();
            let Meta::List(list) = &attr.meta else { continue };
            match name.as_str() {
                "error" | "display" | "fail" => return Some(self.shown(list.tokens.clone(), fields)),
                "snafu" => {
                    if let Some(inner) = inside(list.tokens.clone(), "display") {
                        return Some(self.shown(inner, fields));
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn shown(&mut self, tokens: TokenStream, fields: &syn::Fields) -> Vec<(Vec<Name>, How)> {
        let mut parts: Vec<Vec<TokenTree>> = vec![Vec::new()];
        for tree in tokens {
            match &tree {
                TokenTree::Punct(p) if p.as_char() == ',' => parts.push(Vec::new()),
                _ => parts.last_mut().into_iter().for_each(|part| part.push(tree.clone())),
            }
        }
        let first = parts.first().and_then(|p| p.last()).map(ToString::to_string).unwrap_or_default();
        if first == "transparent" || first == "inner" {
            let name = self.only_field(fields);
            return vec![(vec![name], How::Display)];
        }
        let template = syn::parse_str::<syn::LitStr>(&first).map(|lit| lit.value()).unwrap_or_default();
        let mut list = Vec::new();
        for placeholder in placeholders(&template) {
            let at = |i: usize| parts.get(i + 1);
            let named = |name: &str| parts[1..].iter().find(|p| p.first().is_some_and(|t| t.to_string() == name));
            let arg = match &placeholder.which {
                Which::At(i) => at(*i),
                Which::Named(name) => named(name).filter(|p| p.len() > 2),
            };
            match (arg, &placeholder.which) {
                (Some(arg), _) => self.argument(arg, fields, placeholder.how, &mut list),
                (None, Which::Named(name)) => {
                    list.push((vec![self.name(name.trim_start_matches('_'))], placeholder.how))
                }
                (None, Which::At(i)) => list.push((vec![self.name(&i.to_string())], placeholder.how)),
            }
        }
        list
    }

    /// The fields in an argument: `.name`, `self.name.first`, `mask(.ssn)` shows none.
    fn argument(&mut self, arg: &[TokenTree], fields: &syn::Fields, how: How, list: &mut Vec<(Vec<Name>, How)>) {
        let stream: TokenStream = arg.iter().cloned().collect();
        let words = words(stream);
        if words.iter().any(|w| self.language.is_barrier(w) || matches!(w.as_str(), "len" | "is_some" | "count")) {
            return;
        }
        let known = |word: &String| {
            fields.iter().enumerate().any(|(i, f)| match &f.ident {
                Some(ident) => ident == word.as_str(),
                None => i.to_string() == *word || format!("_{i}") == *word,
            })
        };
        let start = words.iter().position(known);
        if let Some(start) = start {
            let path: Vec<Name> = words[start..].iter().take(3).map(|w| self.name(w.trim_start_matches('_'))).collect();
            list.push((path, how));
        }
    }

    pub(super) fn only_field(&mut self, fields: &syn::Fields) -> Name {
        match fields.iter().next().and_then(|f| f.ident.as_ref()) {
            Some(ident) => self.ident(ident),
            None => self.name("0"),
        }
    }
}

/// What stands in the brackets behind `word`.
fn inside(tokens: TokenStream, word: &str) -> Option<TokenStream> {
    let mut trees = tokens.into_iter();
    while let Some(tree) = trees.next() {
        if matches!(&tree, TokenTree::Ident(ident) if ident == word) {
            return match trees.next() {
                Some(TokenTree::Group(group)) => Some(group.stream()),
                _ => None,
            };
        }
    }
    None
}
