//! Which name is which item: modules, imports, crates of the workspace.

use rustc_hash::FxHashMap;

use super::super::ir::{FnItem, Item, Kind, Name, Ty, TypeItem};
use super::value::{Def, FileId, Sym};
use super::{Solver, Unit};

/// Index of a module.
pub(super) type ModId = u32;

/// Which names are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Space {
    Type,
    Value,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Def(Def),
    /// A variant of an enum.
    Variant(Def, u16),
    /// A function or constant of a type.
    Inside(Def, Sym),
    Module(ModId),
    /// Not of the program: its full path.
    Other(Sym),
    None,
}

/// A module.
#[derive(Default)]
pub(super) struct Mod {
    pub(super) parent: Option<ModId>,
    pub(super) block: bool,
    pub(super) root: ModId,
    pub(super) krate: Option<u32>,
    pub(super) types: FxHashMap<Sym, Def>,
    pub(super) values: FxHashMap<Sym, Def>,
    pub(super) mods: FxHashMap<Sym, ModId>,
    /// Imports: name, path.
    pub(super) uses: FxHashMap<Sym, Vec<Vec<Sym>>>,
    pub(super) globs: Vec<Vec<Sym>>,
}

/// An item of the program.
#[derive(Clone, Copy)]
pub(super) struct Home {
    pub(super) file: FileId,
    pub(super) item: u32,
    pub(super) module: ModId,
}

/// A crate of the workspace.
#[derive(Clone, Debug, Default)]
pub struct Crate {
    /// Its folder, with `/` at its end or empty.
    pub dir: String,
    /// Its name in code.
    pub name: String,
    /// The names of its dependencies in code, and the crates they are.
    pub deps: Vec<(String, String)>,
    /// The path of its library's root, if it is not the usual one.
    pub lib: Option<String>,
}

/// Most imports that are followed for a name.
const DEEP: usize = 16;

impl<'a> Solver<'a> {
    pub(super) fn item(&self, def: Def) -> &'a Item {
        let home = self.defs[def as usize];
        &self.units[home.file as usize].facts.items[home.item as usize]
    }

    pub(super) fn type_item(&self, def: Def) -> Option<&'a TypeItem> {
        match &self.item(def).kind {
            Kind::Type(item) => Some(item),
            _ => None,
        }
    }

    pub(super) fn fn_item(&self, def: Def) -> Option<&'a FnItem> {
        match &self.item(def).kind {
            Kind::Fn(item, _) => Some(item),
            _ => None,
        }
    }

    pub(super) fn alias(&self, def: Def) -> Option<(Ty, Vec<Name>)> {
        match &self.item(def).kind {
            Kind::Alias(ty, generics) => Some((ty.clone(), generics.clone())),
            _ => None,
        }
    }

    pub(super) fn def_name(&mut self, def: Def) -> Sym {
        let home = self.defs[def as usize];
        let name = self.item(def).name;
        self.sym(home.file, name)
    }

    pub(super) fn def_of(&self, file: FileId, item: u32) -> Def {
        self.units[file as usize].first_def + item
    }

    /// Enters all items into their modules.
    pub(super) fn index(&mut self) {
        self.place_modules();
        for file in 0..self.units.len() {
            let file = u32::try_from(file).unwrap_or(0);
            let facts = self.units[file as usize].facts;
            for (i, item) in facts.items.iter().enumerate() {
                let unit = &self.units[file as usize];
                let module = unit.modules[item.module as usize];
                let i = u32::try_from(i).unwrap_or(0);
                let def = unit.first_def + i;
                self.defs.push(Home { file, item: i, module });
                self.enter(file, item, def, module);
            }
        }
    }

    fn enter(&mut self, file: FileId, item: &Item, def: Def, module: ModId) {
        let name = self.sym(file, item.name);
        let at = module as usize;
        match &item.kind {
            Kind::Type(ty) => {
                self.mods[at].types.entry(name).or_insert(def);
                if !ty.is_enum {
                    self.mods[at].values.entry(name).or_insert(def);
                }
            }
            Kind::Alias(..) | Kind::Trait => {
                self.mods[at].types.entry(name).or_insert(def);
            }
            Kind::Fn(_, None) | Kind::Value(..) => {
                self.mods[at].values.entry(name).or_insert(def);
            }
            Kind::Use(path, _) => {
                let path: Vec<Sym> = path.iter().map(|n| self.sym(file, *n)).collect();
                if item.name == 0 {
                    self.mods[at].globs.push(path);
                } else {
                    self.mods[at].uses.entry(name).or_default().push(path);
                }
            }
            Kind::Fn(_, Some(_)) | Kind::Impl { .. } => {}
        }
    }

    /// Builds the tree of modules from what files declare and where they lie.
    fn place_modules(&mut self) {
        let by_path: FxHashMap<String, usize> =
            self.units.iter().enumerate().map(|(i, unit)| (unit.path.clone(), i)).collect();
        let mut order: Vec<usize> = (0..self.units.len()).collect();
        // Roots first, libraries before all others: what several crates share is the library's.
        order.sort_by_key(|i| (self.rank(*i), *i));
        for i in order {
            if self.units[i].modules.is_empty() {
                self.place(i, None, &by_path, 0);
            }
        }
    }

    fn rank(&self, file: usize) -> u8 {
        let unit = &self.units[file];
        let krate = unit.krate.map(|k| &self.crates[k as usize]);
        let inner = krate.map_or(unit.path.as_str(), |k| unit.path.strip_prefix(k.dir.as_str()).unwrap_or(&unit.path));
        if krate.is_some_and(|k| k.lib.as_deref() == Some(inner)) || inner == "src/lib.rs" || inner.ends_with("/lib.rs")
        {
            return 0;
        }
        match inner.rsplit('/').next().unwrap_or(inner) {
            "main.rs" | "build.rs" => 1,
            _ if inner.starts_with("src/bin/") || inner.starts_with("tests/") || inner.starts_with("examples/") => 1,
            "mod.rs" => 2,
            _ => 3,
        }
    }

    fn place(&mut self, file: usize, above: Option<ModId>, by_path: &FxHashMap<String, usize>, depth: usize) {
        let unit: &Unit = &self.units[file];
        let krate = unit.krate;
        let facts = unit.facts;
        let own = self.new_module(above, false, krate);
        if self.rank(file) == 0
            && let Some(krate) = krate
        {
            self.libs.entry(krate).or_insert(own);
        }
        self.units[file].modules.push(own);
        for (i, module) in facts.mods.iter().enumerate().skip(1) {
            let parent = self.units[file].modules[module.parent as usize];
            let name = self.sym(u32::try_from(file).unwrap_or(0), module.name);
            if module.external {
                let target = self.file_of(file, i, by_path);
                let id = match target {
                    Some(target) if self.units[target].modules.is_empty() && depth < 64 && target != file => {
                        self.place(target, Some(parent), by_path, depth + 1);
                        if module.test {
                            self.units[target].test = true;
                        }
                        self.units[target].modules[0]
                    }
                    Some(target) => self.units[target].modules.first().copied().unwrap_or(own),
                    None => self.new_module(Some(parent), false, krate),
                };
                self.mods[parent as usize].mods.entry(name).or_insert(id);
                self.units[file].modules.push(id);
            } else {
                let id = self.new_module(Some(parent), module.block, krate);
                if !module.block {
                    self.mods[parent as usize].mods.entry(name).or_insert(id);
                }
                self.units[file].modules.push(id);
            }
        }
    }

    fn new_module(&mut self, parent: Option<ModId>, block: bool, krate: Option<u32>) -> ModId {
        let id = u32::try_from(self.mods.len()).unwrap_or(0);
        let root = parent.map_or(id, |p| self.mods[p as usize].root);
        self.mods.push(Mod { parent, block, root, krate, ..Mod::default() });
        id
    }

    /// The file that `mod x;` means.
    fn file_of(&self, file: usize, module: usize, by_path: &FxHashMap<String, usize>) -> Option<usize> {
        let unit = &self.units[file];
        let (dir, name) = unit.path.rsplit_once('/').unwrap_or(("", &unit.path));
        let mods = &unit.facts.mods;
        if let Some(path) = &mods[module].path {
            return by_path.get(normal(dir, path).as_str()).copied();
        }
        let mut segments = vec![unit.facts.text(mods[module].name)];
        let mut at = mods[module].parent as usize;
        while at != 0 {
            if !mods[at].block {
                segments.push(unit.facts.text(mods[at].name));
            }
            at = mods[at].parent as usize;
        }
        segments.reverse();
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        let inner = segments.join("/");
        let below = normal(dir, &format!("{stem}/{inner}"));
        let beside = normal(dir, &inner);
        let candidates = if self.rank(file) <= 2 { [beside, below] } else { [below, beside] };
        candidates.iter().find_map(|c| {
            by_path.get(format!("{c}.rs").as_str()).or_else(|| by_path.get(format!("{c}/mod.rs").as_str())).copied()
        })
    }

    /// What a path leads to, seen from a module.
    pub(super) fn resolve(&mut self, module: ModId, path: &[Sym], space: Space) -> Found {
        let key = (module, path.to_vec(), space);
        if let Some(found) = self.resolved.get(&key) {
            return found.clone();
        }
        let found = self.walk(module, path, space, 0);
        self.resolved.insert(key, found.clone());
        found
    }

    fn walk(&mut self, module: ModId, path: &[Sym], space: Space, depth: usize) -> Found {
        let (Some(&first), true) = (path.first(), depth < DEEP) else { return Found::None };
        if path.len() == 1 {
            let found = self.name_in_scope(module, first, space, depth);
            let found = match found {
                Found::None if space == Space::Type => self.crate_called(module, first),
                found => found,
            };
            return if found == Found::None { self.external(path) } else { found };
        }
        let mut at = match self.start(module, first, depth) {
            Found::None => return self.external(path),
            Found::Other(base) => return self.joined(base, &path[1..]),
            found => found,
        };
        for (i, &name) in path.iter().enumerate().skip(1) {
            let space = if i + 1 == path.len() { space } else { Space::Type };
            at = match at {
                Found::Module(m) if name == self.syms.up => {
                    self.mods[m as usize].parent.map_or(Found::None, Found::Module)
                }
                Found::Module(m) => self.name_in(m, name, space, depth + 1),
                Found::Def(def) => self.member(def, name),
                Found::Other(base) => return self.joined(base, &path[i..]),
                _ => Found::None,
            };
        }
        at
    }

    fn start(&mut self, module: ModId, first: Sym, depth: usize) -> Found {
        if first == self.syms.krate {
            return Found::Module(self.mods[module as usize].root);
        }
        if first == self.syms.this {
            return Found::Module(self.real(module));
        }
        if first == self.syms.up {
            let real = self.real(module);
            return self.mods[real as usize].parent.map_or(Found::None, |p| Found::Module(self.real(p)));
        }
        let found = self.name_in_scope(module, first, Space::Type, depth);
        if found == Found::None { self.crate_called(module, first) } else { found }
    }

    fn real(&self, module: ModId) -> ModId {
        let mut at = module;
        while self.mods[at as usize].block {
            at = self.mods[at as usize].parent.unwrap_or(at);
        }
        at
    }

    /// A crate of the workspace that a module may call so.
    fn crate_called(&mut self, module: ModId, name: Sym) -> Found {
        let text = self.text(name).to_owned();
        let deps = self.mods[module as usize].krate.map(|k| &self.crates[k as usize].deps);
        let real = deps.and_then(|d| d.iter().find(|(n, _)| *n == text)).map_or(text.as_str(), |(_, real)| real);
        let krate = self.crates.iter().position(|k| k.name == real).and_then(|k| u32::try_from(k).ok());
        krate.and_then(|k| self.libs.get(&k)).map_or(Found::None, |m| Found::Module(*m))
    }

    fn name_in_scope(&mut self, module: ModId, name: Sym, space: Space, depth: usize) -> Found {
        let mut at = module;
        loop {
            let found = self.name_in(at, name, space, depth + 1);
            if found != Found::None || !self.mods[at as usize].block {
                return found;
            }
            at = self.mods[at as usize].parent.unwrap_or(at);
        }
    }

    fn name_in(&mut self, module: ModId, name: Sym, space: Space, depth: usize) -> Found {
        if depth >= DEEP || self.looking.contains(&(module, name, space)) {
            return Found::None;
        }
        let m = &self.mods[module as usize];
        let own = match space {
            Space::Type => {
                m.types.get(&name).map(|d| Found::Def(*d)).or_else(|| m.mods.get(&name).map(|m| Found::Module(*m)))
            }
            Space::Value => m.values.get(&name).map(|d| Found::Def(*d)),
        };
        if let Some(found) = own {
            return found;
        }
        self.looking.push((module, name, space));
        let found = self.imported(module, name, space, depth);
        self.looking.pop();
        found
    }

    fn imported(&mut self, module: ModId, name: Sym, space: Space, depth: usize) -> Found {
        let mut other = Found::None;
        for path in self.mods[module as usize].uses.get(&name).cloned().unwrap_or_default() {
            match self.walk(module, &path, space, depth + 1) {
                Found::None => {}
                Found::Other(full) => other = Found::Other(full),
                found => return found,
            }
        }
        if other != Found::None {
            return other;
        }
        for path in self.mods[module as usize].globs.clone() {
            let at = if path.len() == 1 { self.start(module, path[0], depth + 1) } else { Found::None };
            let at = if at == Found::None { self.walk(module, &path, Space::Type, depth + 1) } else { at };
            let found = match at {
                Found::Module(m) => self.name_in(m, name, space, depth + 1),
                Found::Def(def) => self.variant(def, name),
                _ => Found::None,
            };
            if found != Found::None && !matches!(found, Found::Other(_)) {
                return found;
            }
        }
        Found::None
    }

    /// A variant, function or constant of a type.
    pub(super) fn resolve_inside(&mut self, def: Def, name: Sym) -> Found {
        self.member(def, name)
    }

    fn member(&mut self, def: Def, name: Sym) -> Found {
        match self.variant(def, name) {
            Found::None => Found::Inside(def, name),
            found => found,
        }
    }

    fn variant(&mut self, def: Def, name: Sym) -> Found {
        let file = self.defs[def as usize].file;
        let Some(item) = self.type_item(def).filter(|item| item.is_enum) else { return Found::None };
        let at = item.variants.iter().position(|v| self.sym(file, v.name) == name);
        at.and_then(|at| u16::try_from(at).ok()).map_or(Found::None, |at| Found::Variant(def, at))
    }

    fn external(&mut self, path: &[Sym]) -> Found {
        match path {
            [] => Found::None,
            [first, rest @ ..] => self.joined(*first, rest),
        }
    }

    fn joined(&mut self, base: Sym, rest: &[Sym]) -> Found {
        if rest.is_empty() {
            return Found::Other(base);
        }
        let mut text = self.text(base).to_owned();
        for name in rest {
            text.push_str("::");
            text.push_str(self.text(*name));
        }
        Found::Other(self.intern(&text))
    }
}

/// `dir/path` without `.` and `..`.
pub(super) fn normal(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if dir.starts_with('/') { format!("/{joined}") } else { joined }
}
