//! Which modules of its own crate a source names, in `use`, in paths and inside macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tree::Source;

/// Top modules (or items of the crate's root) named by `source` outside its tests, each with its line.
pub(crate) fn of_crate(source: &Source) -> Vec<(String, usize)> {
    let tokens: TokenStream = match source.text.parse() {
        Ok(tokens) => tokens,
        Err(error) => panic!("{}:1: does not parse: {error}", source.path),
    };
    let mut found = Vec::new();
    walk(tokens, &source.module_path(), &mut found);
    found
}

fn walk(tokens: TokenStream, module: &[String], found: &mut Vec<(String, usize)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    let mut inline: Option<String> = None;
    while at < tokens.len() {
        if is_cfg_test(&tokens, at) {
            at = past_item(&tokens, at + 2);
            continue;
        }
        match &tokens[at] {
            TokenTree::Ident(word) if word == "mod" => {
                inline = tokens.get(at + 1).map(ToString::to_string);
            }
            TokenTree::Ident(word) if word == "crate" && !preceded_by_path(&tokens, at) => {
                resolve(&tokens, at + 1, &[], found);
            }
            TokenTree::Ident(word) if word == "super" && !preceded_by_path(&tokens, at) => {
                at = climb(&tokens, at, module, found);
            }
            TokenTree::Group(group) => {
                let mut inner = module.to_vec();
                if group.delimiter() == Delimiter::Brace {
                    inner.extend(inline.take());
                }
                walk(group.stream(), &inner, found);
            }
            _ => {}
        }
        at += 1;
    }
}

/// `super::super::x` from `module`: pops one name for each `super`. Returns the index of the last `super`.
fn climb(tokens: &[TokenTree], from: usize, module: &[String], found: &mut Vec<(String, usize)>) -> usize {
    let mut at = from;
    let mut left = module.len().saturating_sub(1);
    while is_colons(tokens, at + 1) && matches!(tokens.get(at + 3), Some(TokenTree::Ident(w)) if w == "super") {
        at += 3;
        left = left.saturating_sub(1);
    }
    resolve(tokens, at + 1, &module[..left], found);
    at
}

/// Notes the top module of `base::…`, where `::…` begins at `at` and may be a group or a list in braces.
fn resolve(tokens: &[TokenTree], at: usize, base: &[String], found: &mut Vec<(String, usize)>) {
    if !base.is_empty() || !is_colons(tokens, at) {
        return; // below the root it stays inside its own top module
    }
    match tokens.get(at + 2) {
        Some(TokenTree::Ident(word)) => found.push((word.to_string(), word.span().start().line)),
        Some(TokenTree::Group(list)) => {
            let mut first = true;
            for token in list.stream() {
                match token {
                    TokenTree::Ident(word) if first => {
                        found.push((word.to_string(), word.span().start().line));
                        first = false;
                    }
                    TokenTree::Punct(mark) if mark.as_char() == ',' => first = true,
                    _ => first = false,
                }
            }
        }
        _ => {}
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(tokens.get(at)) && colon(tokens.get(at + 1))
}

fn preceded_by_path(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && is_colons(tokens, at - 2)
}

fn is_cfg_test(tokens: &[TokenTree], at: usize) -> bool {
    let hash = matches!(&tokens[at], TokenTree::Punct(p) if p.as_char() == '#');
    hash && matches!(tokens.get(at + 1), Some(TokenTree::Group(g))
        if g.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// The index after the item that begins at `at`: after its braces or its semicolon.
fn past_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while at < tokens.len() {
        let ends = match &tokens[at] {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(mark) => mark.as_char() == ';',
            _ => false,
        };
        at += 1;
        if ends {
            break;
        }
    }
    at
}

#[test]
fn sees_every_way_to_name_a_module() {
    let text = "
        use crate::{judge::Finding, mask, rule::{Rule, RuleId}};
        use super::super::report;
        use super::checks;
        fn f() { crate::scan::run(); format!(\"{}\", crate::words::facts(x)); other::crate_name::g(); }
        mod inner { use super::super::super::source; use super::text; }
        #[cfg(test)] mod tests { use crate::cli; }
    ";
    let source = Source { path: "src/detect/names.rs".to_owned(), text: text.to_owned() };
    let mut named: Vec<String> = of_crate(&source).into_iter().map(|(name, _)| name).collect();
    named.sort_unstable();
    assert_eq!(named.join(" "), "judge mask report rule scan source words");
}
