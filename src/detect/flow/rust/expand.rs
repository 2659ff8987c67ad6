//! `macro_rules!` of the workspace: match an invocation, put its parts into the rule's body.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use rustc_hash::FxHashMap;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, Token};

/// Longest expansion that is followed, in tokens.
const LONGEST: usize = 40_000;

/// The rules of a macro.
#[derive(Clone)]
pub(super) struct Definition {
    rules: Vec<(Vec<Part>, TokenStream)>,
    krate: String,
}

/// A part of what a rule matches.
#[derive(Clone)]
enum Part {
    Token(TokenTree),
    Variable(String, String),
    Group(Delimiter, Vec<Part>),
    Repeat(Vec<Part>, Option<TokenTree>, char),
}

/// What a rule's variables stand for.
#[derive(Clone, Default)]
struct Found {
    leaves: FxHashMap<String, TokenStream>,
    repeats: Vec<(Vec<String>, Vec<Found>)>,
}

impl Definition {
    /// Reads what stands between the braces of `macro_rules! name { … }`.
    pub(super) fn read(tokens: TokenStream, krate: &str) -> Self {
        let mut rules = Vec::new();
        let mut trees = tokens.into_iter();
        while let Some(tree) = trees.next() {
            if let TokenTree::Group(matcher) = tree {
                let body = trees.by_ref().find_map(|t| match t {
                    TokenTree::Group(group) => Some(group.stream()),
                    _ => None,
                });
                rules.push((parts(matcher.stream()), body.unwrap_or_default()));
            }
        }
        Self { rules, krate: krate.to_owned() }
    }

    /// What the first rule that fits makes of an invocation.
    pub(super) fn expand(&self, call: &TokenStream, at: Span) -> Option<TokenStream> {
        for (matcher, body) in &self.rules {
            let mut found = Found::default();
            let fits = (|input: ParseStream<'_>| {
                fit(matcher, input, &mut found)?;
                if input.is_empty() { Ok(()) } else { Err(input.error("more")) }
            })
            .parse2(call.clone());
            if fits.is_ok() {
                let mut room = LONGEST;
                return transcribe(body, &found, at, &self.krate, &mut room);
            }
        }
        None
    }
}

fn parts(tokens: TokenStream) -> Vec<Part> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut list, mut i) = (Vec::new(), 0);
    while i < trees.len() {
        match (&trees[i], trees.get(i + 1)) {
            (TokenTree::Punct(p), Some(TokenTree::Group(group))) if p.as_char() == '$' => {
                let inner = parts(group.stream());
                let (separator, op, used) = repetition(&trees[i + 2..]);
                list.push(Part::Repeat(inner, separator, op));
                i += 2 + used;
            }
            (TokenTree::Punct(p), Some(TokenTree::Ident(name))) if p.as_char() == '$' => {
                let kind = match trees.get(i + 3) {
                    Some(TokenTree::Ident(kind)) => kind.to_string(),
                    _ => "tt".to_owned(),
                };
                list.push(Part::Variable(name.to_string(), kind));
                i += 4;
            }
            (TokenTree::Group(group), _) => {
                list.push(Part::Group(group.delimiter(), parts(group.stream())));
                i += 1;
            }
            (tree, _) => {
                list.push(Part::Token(tree.clone()));
                i += 1;
            }
        }
    }
    list
}

/// The separator and sign behind `$( … )`, and how many tokens they take.
fn repetition(after: &[TokenTree]) -> (Option<TokenTree>, char, usize) {
    let sign = |t: Option<&TokenTree>| match t {
        Some(TokenTree::Punct(p)) if matches!(p.as_char(), '*' | '+' | '?') => Some(p.as_char()),
        _ => None,
    };
    if let Some(op) = sign(after.first()) {
        return (None, op, 1);
    }
    match sign(after.get(1)) {
        Some(op) => (after.first().cloned(), op, 2),
        // `=>` and other signs of two characters.
        None => (after.first().cloned(), sign(after.get(2)).unwrap_or('*'), 3),
    }
}

fn fit(parts: &[Part], input: ParseStream<'_>, found: &mut Found) -> syn::Result<()> {
    for part in parts {
        match part {
            Part::Token(wanted) => {
                let tree: TokenTree = input.parse()?;
                if tree.to_string() != wanted.to_string() {
                    return Err(input.error("another token"));
                }
            }
            Part::Variable(name, kind) => {
                let tokens = fragment(kind, input)?;
                found.leaves.insert(name.clone(), tokens);
            }
            Part::Group(delimiter, inner) => {
                let tree: TokenTree = input.parse()?;
                match tree {
                    TokenTree::Group(group) if group.delimiter() == *delimiter => {
                        (|input: ParseStream<'_>| fit(inner, input, found)).parse2(group.stream())?;
                    }
                    _ => return Err(input.error("another token")),
                }
            }
            Part::Repeat(inner, separator, op) => repeat(inner, separator.as_ref(), *op, input, found)?,
        }
    }
    Ok(())
}

fn repeat(
    inner: &[Part],
    separator: Option<&TokenTree>,
    op: char,
    input: ParseStream<'_>,
    found: &mut Found,
) -> syn::Result<()> {
    let mut rounds = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        if !rounds.is_empty()
            && let Some(separator) = separator
        {
            let same = ahead.parse::<TokenTree>().is_ok_and(|t| t.to_string() == separator.to_string());
            if !same {
                break;
            }
        }
        let mut round = Found::default();
        if ahead.is_empty() && !inner.is_empty() || fit(inner, &ahead, &mut round).is_err() {
            break;
        }
        if ahead.cursor() == input.cursor() {
            break;
        }
        input.advance_to(&ahead);
        rounds.push(round);
        if op == '?' {
            break;
        }
    }
    if op == '+' && rounds.is_empty() {
        return Err(input.error("nothing to repeat"));
    }
    let mut names = Vec::new();
    variables(inner, &mut names);
    found.repeats.push((names, rounds));
    Ok(())
}

fn variables(parts: &[Part], names: &mut Vec<String>) {
    for part in parts {
        match part {
            Part::Variable(name, _) => names.push(name.clone()),
            Part::Group(_, inner) | Part::Repeat(inner, ..) => variables(inner, names),
            Part::Token(_) => {}
        }
    }
}

fn fragment(kind: &str, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Ok(match kind {
        "expr" | "expr_2021" => grouped(input.parse::<syn::Expr>()?),
        "ident" => <Ident as syn::ext::IdentExt>::parse_any(input)?.into_token_stream(),
        "ty" => grouped(input.parse::<syn::Type>()?),
        "path" => input.parse::<syn::Path>()?.into_token_stream(),
        "pat" | "pat_param" => syn::Pat::parse_multi_with_leading_vert(input)?.into_token_stream(),
        "stmt" => input.parse::<syn::Stmt>()?.into_token_stream(),
        "block" => input.parse::<syn::Block>()?.into_token_stream(),
        "item" => input.parse::<syn::Item>()?.into_token_stream(),
        "meta" => input.parse::<syn::Meta>()?.into_token_stream(),
        "vis" => input.parse::<syn::Visibility>()?.into_token_stream(),
        "lifetime" => input.parse::<syn::Lifetime>()?.into_token_stream(),
        "literal" => {
            let minus: Option<Token![-]> = input.parse()?;
            let mut tokens = minus.into_token_stream();
            tokens.extend(input.parse::<Lit>()?.into_token_stream());
            tokens
        }
        _ => input.parse::<TokenTree>()?.into_token_stream(),
    })
}

/// An expression stays one: in brackets that do not show.
fn grouped(node: impl ToTokens) -> TokenStream {
    let tokens = node.into_token_stream();
    if tokens.clone().into_iter().nth(1).is_none() {
        return tokens;
    }
    TokenTree::Group(Group::new(Delimiter::None, tokens)).into()
}

fn transcribe(body: &TokenStream, found: &Found, at: Span, krate: &str, room: &mut usize) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = body.clone().into_iter().collect();
    let (mut out, mut i) = (TokenStream::new(), 0);
    while i < trees.len() {
        *room = room.checked_sub(1)?;
        let dollar = matches!(&trees[i], TokenTree::Punct(p) if p.as_char() == '$');
        match (&trees[i], trees.get(i + 1)) {
            (_, Some(TokenTree::Ident(name))) if dollar && *name == "crate" => {
                out.extend([TokenTree::Ident(Ident::new(krate, at))]);
                i += 2;
            }
            (_, Some(TokenTree::Ident(name))) if dollar => {
                if let Some(tokens) = found.leaves.get(&name.to_string()) {
                    *room = room.checked_sub(tokens.clone().into_iter().count())?;
                    out.extend(tokens.clone());
                }
                i += 2;
            }
            (_, Some(TokenTree::Group(group))) if dollar => {
                let (separator, _, used) = repetition(&trees[i + 2..]);
                rounds(group, separator.as_ref(), found, &mut out, (at, krate), room)?;
                i += 2 + used;
            }
            (TokenTree::Group(group), _) => {
                let inner = transcribe(&group.stream(), found, at, krate, room)?;
                let mut group = Group::new(group.delimiter(), inner);
                group.set_span(at);
                out.extend([TokenTree::Group(group)]);
                i += 1;
            }
            (tree, _) => {
                out.extend([respanned(tree, at)]);
                i += 1;
            }
        }
    }
    Some(out)
}

fn respanned(tree: &TokenTree, at: Span) -> TokenTree {
    let mut tree = tree.clone();
    if let TokenTree::Punct(p) = &tree
        && p.spacing() == Spacing::Joint
    {
        let mut p = p.clone();
        p.set_span(at);
        return p.into();
    }
    tree.set_span(at);
    tree
}

fn rounds(
    group: &Group,
    separator: Option<&TokenTree>,
    found: &Found,
    out: &mut TokenStream,
    (at, krate): (Span, &str),
    room: &mut usize,
) -> Option<()> {
    let used = dollars(&group.stream());
    let of = |(names, rounds): &(Vec<String>, Vec<Found>)| {
        (!rounds.is_empty() && names.iter().any(|n| used.contains(n))).then(|| rounds.clone())
    };
    // Variables of several repetitions in one: they go in step.
    let mut lists: Vec<Vec<Found>> = found.repeats.iter().filter_map(of).collect();
    let length = lists.iter().map(Vec::len).max().unwrap_or(0);
    lists.retain(|list| list.len() == length);
    for i in 0..length {
        let mut round = Found { leaves: found.leaves.clone(), repeats: Vec::new() };
        for list in &lists {
            round.leaves.extend(list[i].leaves.clone());
            round.repeats.extend(list[i].repeats.clone());
        }
        if i > 0
            && let Some(separator) = separator
        {
            out.extend([respanned(separator, at)]);
        }
        out.extend(transcribe(&group.stream(), &round, at, krate, room)?);
    }
    Some(())
}

/// The variables that a body names.
fn dollars(body: &TokenStream) -> Vec<String> {
    let (mut names, mut dollar) = (Vec::new(), false);
    for tree in body.clone() {
        match &tree {
            TokenTree::Ident(name) if dollar => names.push(name.to_string()),
            TokenTree::Group(group) => names.extend(dollars(&group.stream())),
            _ => {}
        }
        dollar = matches!(&tree, TokenTree::Punct(p) if p.as_char() == '$');
    }
    names
}
