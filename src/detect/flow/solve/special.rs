//! What methods put into their receivers; functions of libraries that everybody uses.

use super::super::ir::{ExId, How, Span};
use super::Solver;
use super::eval::Frame;
use super::spec::Does;
use super::types::{T, Type};
use super::value::{Sym, Val};

impl Solver<'_> {
    /// What a method puts into its receiver.
    pub(super) fn stored_by_method(&mut self, frame: &mut Frame, base: ExId, receiver: &Val, name: Sym, args: &[ExId]) {
        let text = self.text(name).to_owned();
        let does = self.spec.known.get(text.as_str()).copied();
        match does {
            Some(Does::Put) => {}
            Some(Does::Clear) => {
                if let Some(place) = self.place_at(frame, base) {
                    let ty = receiver.ty;
                    self.store(frame, place, Val { clean: true, ..Val::of(ty) }, false);
                }
                return;
            }
            Some(Does::Out) if !args.is_empty() => {}
            Some(Does::Keyed) if text == "entry" => {}
            // An `Option` keeps what it is given; a text is read only.
            _ if matches!(text.as_str(), "replace" | "get_or_insert") && self.is_option(receiver.ty) => {}
            _ => return,
        }
        let mut val = Val::clean();
        if text == "entry" {
            return self.stored_key(frame, base, receiver, args);
        }
        let keyed = args.len() == 2
            && matches!(text.as_str(), "insert")
            && !matches!(self.types.get(receiver.ty), Type::Slice(_));
        for (i, arg) in args.iter().enumerate() {
            let given = self.expr(frame, *arg);
            let given = self.detached(frame, given);
            if keyed && i == 0 {
                let key = self.syms.key;
                if !given.taint.is_empty() {
                    val.set_part(key, given);
                }
                continue;
            }
            val.join(&given);
        }
        val.callable = None;
        let ty = val.ty;
        val.ty = receiver.ty;
        if let Type::Other(name, args) = self.types.get(receiver.ty).clone()
            && (args.is_empty() || args.iter().all(|t| *t == T::default()))
            && ty != T::default()
            && !self.is_text(receiver.ty)
        {
            let list = if self.is_map(name) { vec![T::default(), ty] } else { vec![ty] };
            val.ty = self.types.add(Type::Other(name, list));
        }
        if let Some(cell) = receiver.cell {
            let content = Val { cell: None, ..val };
            let known = &mut self.cells[cell as usize];
            if known.is_unknown() { *known = content } else { known.join(&content) }
        } else if let Some(place) = self.place_at(frame, base) {
            let grown = val.ty;
            let slot = place.0;
            let whole = place.1.is_empty();
            self.store(frame, place, val, true);
            if whole
                && let Some(root) = frame.env.get_mut(slot as usize)
                && matches!(self.types.get(root.ty), Type::Other(_, args) if args.is_empty())
            {
                root.ty = grown;
            }
        } else {
            self.store_global(frame, base, val);
        }
    }

    /// Arguments that are filled with what is read from outside: their names say what they are.
    pub(super) fn filled(&mut self, frame: &mut Frame, args: &[ExId]) {
        for arg in args {
            if let Some((slot, path)) = self.place_at(frame, *arg).filter(|(_, path)| path.is_empty()) {
                let (name, span) = frame.body.slots[slot as usize];
                let ty = frame.env[slot as usize].ty;
                let mut val = Val::of(ty);
                let name = self.sym(frame.file(), name);
                let at = (frame.file(), span);
                self.named(&mut val, name, at, frame.owner);
                self.store(frame, (slot, path), val, false);
            }
        }
    }

    /// The key of a map's entry.
    pub(super) fn stored_key(&mut self, frame: &mut Frame, base: ExId, receiver: &Val, args: &[ExId]) {
        let (Some(place), Some(arg)) = (self.place_at(frame, base), args.first()) else { return };
        let key = self.expr(frame, *arg);
        if !key.taint.is_empty() {
            let mut val = Val { clean: true, ..Val::of(receiver.ty) };
            let name = self.syms.key;
            val.set_part(name, key);
            self.store(frame, place, val, true);
        }
    }

    /// Well-known functions of others.
    pub(super) fn special(
        &mut self,
        frame: &mut Frame,
        (before, name): (&str, &str),
        values: &[Val],
        (args, span): (&[ExId], Span),
    ) -> Option<Val> {
        let first = values.first();
        let wrapped = |solver: &mut Self, outer: &str, val: &Val| {
            let ty = solver.other(outer, vec![val.ty]);
            val.clone().with_ty(ty)
        };
        Some(match (before, name) {
            ("HashMap" | "BTreeMap" | "IndexMap" | "FxHashMap" | "AHashMap", "from" | "from_iter") => {
                let (zero, one) = (self.number(0), self.number(1));
                let part = |key| first?.part(key).map(|part: &Val| part.ty);
                let types = vec![part(zero).unwrap_or_default(), part(one).unwrap_or_default()];
                let ty = self.other(before, types);
                self.converted(first?.clone(), ty)
            }
            (_, "Some") => wrapped(self, "Option", first?),
            (_, "Ok") => {
                let ty = self.other("Result", vec![first?.ty, T::default()]);
                first?.clone().with_ty(ty)
            }
            (_, "Err") => {
                let ty = self.other("Result", vec![T::default(), first?.ty]);
                let mut out = Val { clean: true, ..Val::of(ty) };
                let key = self.syms.error;
                out.set_part(key, first?.clone());
                out
            }
            ("Arc" | "Rc", "new") => {
                let mut out = wrapped(self, before, first?);
                let cell = self.cell((frame.def, *args.first()?));
                self.cells[cell as usize].join(&Val { cell: None, ..first?.clone() });
                out.cell = Some(cell);
                out
            }
            ("Arc" | "Rc", "clone" | "downgrade") => first?.clone(),
            (
                "Box" | "Cow" | "Mutex" | "RwLock" | "RefCell" | "Cell" | "Pin" | "Zeroizing" | "Reverse" | "OnceCell"
                | "Lazy" | "BufWriter" | "LineWriter" | "BufReader",
                "new" | "pin" | "Borrowed" | "Owned",
            ) => wrapped(self, before, first?),
            ("SecretString" | "SecretBox" | "Secret" | "Redacted" | "Sensitive" | "Masked", _) => {
                let ty = self.other(before, Vec::new());
                first?.clone().with_ty(ty)
            }
            _ => return self.special_library(frame, (before, name), values, (args, span)),
        })
    }

    /// `mem::take`, `mem::replace`, `mem::swap`.
    fn exchanged(&mut self, frame: &mut Frame, name: &str, values: &[Val], args: &[ExId]) -> Option<Val> {
        let first = values.first();
        Some(match name {
            "take" | "replace" => {
                if let Some(place) = args.first().and_then(|a| self.place_at(frame, *a)) {
                    let new = values.get(1).cloned().unwrap_or_else(Val::clean);
                    self.store(frame, place, new, false);
                }
                first?.clone()
            }
            "swap" => {
                let place =
                    |solver: &Self, frame: &Frame, i: usize| args.get(i).and_then(|a| solver.place_at(frame, *a));
                let (one, two) = (place(self, frame, 0), place(self, frame, 1));
                if let (Some(one), Some(two), [first, second, ..]) = (one, two, values) {
                    self.store(frame, one, second.clone(), false);
                    self.store(frame, two, first.clone(), false);
                }
                Val::clean()
            }
            _ => return None,
        })
    }

    /// Well-known functions of libraries.
    pub(super) fn special_library(
        &mut self,
        frame: &mut Frame,
        (before, name): (&str, &str),
        values: &[Val],
        (args, span): (&[ExId], Span),
    ) -> Option<Val> {
        let first = values.first();
        Some(match (before, name) {
            ("String", "from" | "from_utf8" | "from_utf8_lossy") | ("str", "from_utf8") => {
                let ty = self.other("String", Vec::new());
                first?.clone().with_ty(ty)
            }
            (_, "channel" | "unbounded_channel" | "sync_channel" | "unbounded" | "bounded") => {
                let id = frame.body.spans.get(span.0 as usize).map_or(span.0, |_| span.0);
                let cell = self.cell((frame.def, id | 1 << 31));
                let mut out = Val { clean: true, ..Val::default() };
                let end = Val { cell: Some(cell), ..Val::default() };
                let (zero, one) = (self.number(0), self.number(1));
                out.set_part(zero, end.clone());
                out.set_part(one, end);
                out
            }
            ("mem", _) => return self.exchanged(frame, name, values, args),
            ("File", "create" | "create_new" | "open") if args.iter().any(|a| self.is_log_name(frame, *a)) => {
                self.log_file()
            }
            ("Display" | "Debug", "fmt") => {
                let how = if before == "Debug" { How::Debug } else { How::Display };
                let taint = self.reveal(first?, how);
                let cell = values.get(1)?.cell?;
                self.cells[cell as usize].join(&Val { taint, ..Val::default() });
                Val::clean()
            }
            (
                "serde_json" | "toml" | "serde_yaml" | "ron" | "bincode",
                "from_str" | "from_slice" | "from_value" | "from_reader",
            ) => Val::default(),
            (
                "serde_json" | "toml" | "serde_yaml" | "ron",
                "to_string" | "to_string_pretty" | "to_vec" | "to_value",
            ) => {
                let taint = self.reveal(first?, How::Serialize);
                let ty = self.other("String", Vec::new());
                Val { clean: taint.is_empty(), taint, ..Val::of(ty) }
            }
            (
                "Vec" | "HashMap" | "BTreeMap" | "String" | "HashSet" | "BTreeSet" | "VecDeque" | "IndexMap"
                | "BTreeSet2",
                "new" | "with_capacity" | "default",
            ) => {
                let ty = self.other(before, Vec::new());
                Val { clean: true, ..Val::of(ty) }
            }
            ("io" | "std", "stdout" | "stderr") | ("", "stdout" | "stderr") => {
                let ty = self.other(if name == "stdout" { "Stdout" } else { "Stderr" }, Vec::new());
                Val { clean: true, ..Val::of(ty) }
            }
            ("field", "display" | "debug") | ("", "display" | "debug") | ("iter", "once") | ("hint", "black_box") => {
                let how = if name == "debug" { How::Debug } else { How::Display };
                if matches!(name, "display" | "debug") {
                    let taint = self.reveal(first?, how);
                    Val { clean: taint.is_empty(), taint, ..Val::default() }
                } else {
                    first?.clone()
                }
            }
            _ => return None,
        })
    }
}
