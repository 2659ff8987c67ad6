//! How long functions are.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::tree::Source;

/// A function of ours.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line of its signature.
    pub(crate) line: usize,
    /// Lines from its signature to its closing brace.
    pub(crate) lines: usize,
}

/// Every function of `source` outside its tests, methods and inner ones included.
pub(crate) fn functions(source: &Source) -> Vec<Function> {
    let file = match syn::parse_file(&source.text) {
        Ok(file) => file,
        Err(error) => panic!("{}:{}: does not parse: {error}", source.path, error.span().start().line),
    };
    let mut found = Functions(Vec::new());
    found.visit_file(&file);
    found.0
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.span().start().line;
        let end = block.brace_token.span.close().end().line;
        self.0.push(Function { name: signature.ident.to_string(), line, lines: end + 1 - line });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !item.attrs.iter().any(is_cfg_test) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
}
