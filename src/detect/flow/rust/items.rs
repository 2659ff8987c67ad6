//! Items: modules, types, functions, implementations, imports.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Fields, Item, Stmt, UseTree};

use super::super::ir::{Field, Kind, Module, Name, Ty, TypeItem, Variant};
use super::attrs;
use super::lower::{Lower, bytes};

impl Lower<'_> {
    pub(super) fn items(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Macro(mac) = item {
                self.definition(mac);
            }
        }
        // Imports first: they may rename what bodies call.
        let (uses, others): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| matches!(item, Item::Use(_)));
        for item in uses.into_iter().chain(others) {
            let outer = self.test;
            self.test |= attrs::is_test(attributes(item));
            self.one(item);
            self.test = outer;
        }
    }

    /// The items of a block, in a module of their own.
    pub(super) fn block_items(&mut self, stmts: &[Stmt]) {
        let items: Vec<Item> = stmts
            .iter()
            .filter_map(|s| match s {
                Stmt::Item(item) => Some(item.clone()),
                _ => None,
            })
            .collect();
        self.module = self.module_in(Module { name: 0, block: true, ..Module::default() });
        let around = self.around.take();
        self.items(&items);
        self.around = around;
    }

    fn module_in(&mut self, module: Module) -> u32 {
        self.file.mods.push(Module { parent: self.module, test: self.test, ..module });
        u32::try_from(self.file.mods.len() - 1).unwrap_or(0)
    }

    fn one(&mut self, item: &Item) {
        match item {
            Item::Fn(f) => self.function(&f.attrs, &f.sig, Some(&f.block)),
            Item::Struct(s) => self.structure(&s.attrs, &s.ident, &s.generics, &s.fields),
            Item::Enum(e) => self.enumeration(e),
            Item::Impl(i) => self.implementation(i),
            Item::Trait(t) => self.trait_item(t),
            Item::Type(t) => {
                let (name, ty) = (self.ident(&t.ident), self.ty(&t.ty));
                let generics = self.generics(&t.generics).into_iter().map(|(name, _)| name).collect();
                self.item(name, Kind::Alias(ty, generics));
            }
            Item::Const(c) => {
                let (name, ty) = (self.ident(&c.ident), self.ty(&c.ty));
                self.value(name, ty, Some(&c.expr));
            }
            Item::Static(s) => {
                let (name, ty) = (self.ident(&s.ident), self.ty(&s.ty));
                self.value(name, ty, Some(&s.expr));
            }
            Item::Use(u) => self.uses(&u.tree, &mut Vec::new()),
            Item::ExternCrate(e) => {
                let path = vec![self.ident(&e.ident)];
                let name = e.rename.as_ref().map_or(path[0], |(_, name)| self.ident(name));
                self.item(name, Kind::Use(path, name));
            }
            Item::Mod(m) => self.module_item(m),
            Item::Macro(mac) => self.item_macro(mac),
            _ => {}
        }
    }

    fn value(&mut self, name: Name, ty: Ty, e: Option<&syn::Expr>) {
        let code = e.and_then(|e| {
            let (root, mut frame) = self.framed(|lower| lower.expr(e));
            frame.body.root = root;
            self.pack(&frame.body)
        });
        self.item(name, Kind::Value(ty, code));
    }

    fn module_item(&mut self, m: &syn::ItemMod) {
        let name = self.ident(&m.ident);
        let path = attrs::of(&m.attrs, "path").and_then(|w| w.into_iter().next());
        let outer = self.module;
        let module = self.module_in(Module { name, external: m.content.is_none(), path, ..Module::default() });
        if let Some((_, items)) = &m.content {
            self.module = module;
            self.items(items);
        }
        self.module = outer;
    }

    fn uses(&mut self, tree: &UseTree, path: &mut Vec<Name>) {
        match tree {
            UseTree::Path(p) => {
                path.push(self.ident(&p.ident));
                self.uses(&p.tree, path);
                path.pop();
            }
            UseTree::Name(n) => {
                let name = self.ident(&n.ident);
                if n.ident == "self" {
                    if let Some(&last) = path.last() {
                        self.item(last, Kind::Use(path.clone(), last));
                    }
                } else {
                    let full = path.iter().copied().chain([name]).collect();
                    self.item(name, Kind::Use(full, name));
                }
            }
            UseTree::Rename(r) => {
                let name = self.ident(&r.rename);
                let original = r.ident.to_string();
                if self.language.grammars.contains_key(&original) {
                    self.renamed.insert(r.rename.to_string(), original);
                }
                let mut full = path.clone();
                if r.ident != "self" {
                    full.push(self.ident(&r.ident));
                }
                self.item(name, Kind::Use(full, name));
            }
            UseTree::Glob(_) => {
                self.item(0, Kind::Use(path.clone(), 0));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.uses(tree, path)),
        }
    }

    fn structure(
        &mut self,
        attributes: &[syn::Attribute],
        ident: &syn::Ident,
        generics: &syn::Generics,
        fields: &Fields,
    ) {
        let name = self.ident(ident);
        let derived = attrs::derived(attributes);
        let mut display = self.displayed(attributes, fields);
        if display.is_none() && fields.len() == 1 && derived.iter().any(|d| d == "Display") {
            let only = self.only_field(fields);
            display = Some(vec![(vec![only], super::super::ir::How::Display)]);
        }
        let fields = self.fields(fields);
        let ty =
            self.type_item(attributes, generics, vec![Variant { name, fields, display }], false, bytes(ident.span()));
        self.item(name, Kind::Type(ty));
    }

    fn enumeration(&mut self, e: &syn::ItemEnum) {
        let name = self.ident(&e.ident);
        let derived = attrs::derived(&e.attrs);
        let mut variants = Vec::new();
        for variant in &e.variants {
            let mut display = self.displayed(&variant.attrs, &variant.fields);
            let more =
                derived.iter().any(|d| d == "derive_more" || d == "From") && derived.iter().any(|d| d == "Display");
            if display.is_none() && more && variant.fields.len() == 1 {
                let only = self.only_field(&variant.fields);
                display = Some(vec![(vec![only], super::super::ir::How::Display)]);
            }
            let mut fields = self.fields(&variant.fields);
            if attrs::of(&variant.attrs, "redact").is_some() {
                fields.iter_mut().for_each(|f| f.hidden[0] = true);
            }
            let name = self.ident(&variant.ident);
            variants.push(Variant { name, fields, display });
        }
        let ty = self.type_item(&e.attrs, &e.generics, variants, true, bytes(e.ident.span()));
        self.item(name, Kind::Type(ty));
    }

    fn type_item(
        &mut self,
        attributes: &[syn::Attribute],
        generics: &syn::Generics,
        variants: Vec<Variant>,
        is_enum: bool,
        span: super::super::ir::Span,
    ) -> TypeItem {
        let derived = attrs::derived(attributes);
        let derives = |names: &[&str]| derived.iter().any(|d| names.contains(&d.as_str()));
        let other = |name: &str| attrs::of(attributes, name).is_some_and(|w| w.iter().any(|w| w == "Debug"));
        let debug = derives(&["Debug", "Redact", "CustomDebug", "DebugStub"]) || other("derivative") || other("educe");
        let display = variants.iter().any(|v| v.display.is_some()) || derives(&["Display", "Error", "Snafu"]);
        let all = attrs::of(attributes, "redact").is_some_and(|w| w.iter().any(|w| w == "all"));
        let declared = attrs::declared(attributes).map(|d| self.name(&d));
        TypeItem {
            is_enum,
            variants,
            generics: self.generics(generics).into_iter().map(|(name, _)| name).collect(),
            derives: [debug, display, derives(&["Serialize"])],
            redacts: all,
            declared,
            derive_span: span,
        }
    }

    fn fields(&mut self, fields: &Fields) -> Vec<Field> {
        let mut list = Vec::with_capacity(fields.len());
        for (i, field) in fields.iter().enumerate() {
            let (name, span) = match &field.ident {
                Some(ident) => (self.ident(ident), bytes(ident.span())),
                None => (self.name(&i.to_string()), (0, 0)),
            };
            let declared = attrs::declared(&field.attrs).map(|d| self.name(&d));
            list.push(Field { name, ty: self.ty(&field.ty), hidden: attrs::hidden(&field.attrs), declared, span });
        }
        list
    }

    fn implementation(&mut self, i: &syn::ItemImpl) {
        let generics = self.generics(&i.generics);
        let of = i.trait_.as_ref().map(|(path, _)| Ty::Path(self.path(None, path)));
        let on = self.ty(&i.self_ty);
        let mut types = Vec::new();
        for item in &i.items {
            if let syn::ImplItem::Type(t) = item {
                types.push((self.ident(&t.ident), self.ty(&t.ty)));
            }
        }
        let index = self.item(0, Kind::Impl { generics, of, on, types });
        let outer = self.around.replace(index);
        for item in &i.items {
            let test = self.test;
            match item {
                syn::ImplItem::Fn(f) => {
                    self.test |= attrs::is_test(&f.attrs);
                    self.function(&f.attrs, &f.sig, Some(&f.block));
                }
                syn::ImplItem::Const(c) => {
                    let (name, ty) = (self.ident(&c.ident), self.ty(&c.ty));
                    self.value(name, ty, Some(&c.expr));
                }
                syn::ImplItem::Macro(mac) => self.inner_macro(&mac.mac),
                _ => {}
            }
            self.test = test;
        }
        self.around = outer;
    }

    fn trait_item(&mut self, t: &syn::ItemTrait) {
        let name = self.ident(&t.ident);
        let index = self.item(name, Kind::Trait);
        let outer = self.around.replace(index);
        for item in &t.items {
            if let syn::TraitItem::Fn(f) = item {
                self.function(&f.attrs, &f.sig, f.default.as_ref());
            }
        }
        self.around = outer;
    }

    /// Remembers what `macro_rules!` defines, in the order of the text.
    fn definition(&mut self, mac: &syn::ItemMacro) {
        if let Some(name) = &mac.ident {
            let definition = super::expand::Definition::read(mac.mac.tokens.clone(), "crate");
            self.macros.insert(name.to_string(), definition);
        }
    }

    fn item_macro(&mut self, mac: &syn::ItemMacro) {
        if mac.ident.is_none() {
            self.inner_macro(&mac.mac);
        }
    }

    /// A macro in the place of items: of the workspace, or one that wraps items.
    fn inner_macro(&mut self, mac: &syn::Macro) {
        let Some(last) = mac.path.segments.last() else { return };
        let name = last.ident.to_string();
        let outer = self.test;
        self.test |= name == "proptest";
        let tokens = match self.expand(mac, &name, last.ident.span()) {
            Some(tokens) => tokens,
            None => plain_statics(mac.tokens.clone()),
        };
        if self.expansions < super::lower::EXPANSIONS
            && let Ok(file) = syn::parse2::<syn::File>(tokens)
        {
            self.expansions += 1;
            self.items(&file.items);
            self.expansions -= 1;
        }
        self.test = outer;
    }
}

/// `lazy_static!` and `thread_local!` hold statics, with a `ref` that the language does not know.
fn plain_statics(tokens: TokenStream) -> TokenStream {
    let mut behind_static = false;
    let mut list: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        let word = match &tree {
            TokenTree::Ident(ident) => ident.to_string(),
            _ => String::new(),
        };
        if !(behind_static && word == "ref") {
            list.push(tree);
        }
        behind_static = word == "static";
    }
    // The last one may go without its semicolon.
    let ended = matches!(list.last(), Some(TokenTree::Punct(p)) if p.as_char() == ';');
    if !ended && list.iter().any(|t| matches!(t, TokenTree::Ident(i) if i == "static")) {
        list.push(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone).into());
    }
    list.into_iter().collect()
}

fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}
