//! What reaches a sink, and how it got there.

use super::super::ir::{Arg, Ex, ExId, How, PathRef, Span, WRITES};
use super::Solver;
use super::eval::Frame;
use super::index::{Found, Space};
use super::spec::Reveals;
use super::summary::{ParamSink, SINKS};
use super::types::{T, Type};
use super::value::{FileId, From, Source, Sym, Taint, Val, add};

/// One place on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Index of the file among the inputs.
    pub file: u32,
    /// Where in it.
    pub span: Span,
}

/// A source that reaches a sink.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Index of the sink's rule in the specification.
    pub rule: u16,
    /// Index of the file among the inputs.
    pub file: u32,
    /// Where the sink's argument stands.
    pub span: Span,
    /// Which kinds reach it.
    pub kinds: Vec<String>,
    /// From the source to the sink.
    pub trail: Vec<Step>,
    /// Is a step on the way unsure?
    pub unsure: bool,
    /// Does nothing show it yet?
    pub mild: bool,
    /// What to do about it here.
    pub advice: Option<String>,
}

/// What was found at a sink so far.
pub(super) struct Raw {
    span: Span,
    sources: Taint,
    unsure: bool,
}

/// Longest chain of calls that is followed to its beginning.
const LONG: usize = 64;

impl Solver<'_> {
    /// The rule of a macro that reveals, by the crate it comes from.
    pub(super) fn rule_of(&mut self, frame: &Frame, path: &PathRef) -> Option<u16> {
        let segs: Vec<Sym> = path.segs.iter().map(|n| self.sym(frame.file(), *n)).collect();
        let last = self.text(*segs.last()?).to_owned();
        let spec = self.spec;
        let Some(rules) = spec.macros.get(&last) else {
            return spec.macros.get("info").and_then(|r| r.first()).map(|(rule, _)| *rule);
        };
        if let [(rule, _)] = rules[..] {
            return Some(rule);
        }
        let found = self.resolve(frame.place.module, &segs, Space::Value);
        let full = match found {
            Found::Other(full) => self.text(full).to_owned(),
            _ => String::new(),
        };
        let krate = full.split("::").next().unwrap_or("").to_owned();
        let of = |krate: &str| rules.iter().find(|(_, from)| from.iter().any(|f| f == krate)).map(|(rule, _)| *rule);
        if full.contains("::") {
            return of(&krate).or_else(|| rules.iter().find(|(_, from)| from.is_empty()).map(|(rule, _)| *rule));
        }
        // Through a glob, or `#[macro_use]`: the crate that the file names.
        let facts = self.units[frame.file() as usize].facts;
        let named = rules.iter().find(|(_, from)| from.iter().any(|f| facts.names.contains(f)));
        let named = named.or_else(|| rules.iter().find(|(_, from)| from.is_empty()));
        named.or(rules.first()).map(|(rule, _)| *rule)
    }

    /// Reveals the arguments of a sink; hands their values back.
    pub(super) fn reveal_args(&mut self, frame: &mut Frame, rule: u16, args: &[Arg]) -> Vec<Val> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            let val = self.expr(frame, arg.value);
            let val = self.keyed_arg(frame, val, arg);
            self.reveal_at(frame, rule, &val, arg.how, arg.span);
            values.push(val);
        }
        values
    }

    /// A value under a key: where nothing is known of it, the key says what it is.
    pub(super) fn keyed_arg(&mut self, frame: &Frame, mut val: Val, arg: &Arg) -> Val {
        let Some(key) = arg.key else { return val };
        if !val.about && !val.clean && self.labels_of(&val.all()).is_empty() && val.callable.is_none() {
            let unknown = !self.is_number(val.ty) && self.inner_def(val.ty).is_none();
            let key = self.sym(frame.file(), key);
            let meaning = self.meaning(key);
            if unknown
                && !meaning.about
                && let Some(label) = self.name_label(key, val.ty, frame.owner)
            {
                let source = self.labelled(label, (frame.file(), arg.span));
                add(&mut val.taint, &[source]);
            }
        }
        val
    }

    pub(super) fn reveal_at(&mut self, frame: &mut Frame, rule: u16, val: &Val, how: How, span: Span) {
        let taint = self.reveal(val, how);
        self.reach_sink(frame, rule, &taint, span);
    }

    fn reach_sink(&mut self, frame: &mut Frame, rule: u16, taint: &Taint, span: Span) {
        let at = (frame.file(), span);
        for source in taint {
            match &self.sources[*source as usize] {
                From::Label { .. } => self.report(rule, at, *source, false),
                From::Param { .. } => {
                    let sink = ParamSink { rule, at, param: *source, unsure: false };
                    if frame.out.sinks.len() < SINKS && !frame.out.sinks.contains(&sink) {
                        frame.out.sinks.push(sink);
                    }
                }
            }
        }
    }

    pub(super) fn report(&mut self, rule: u16, at: (FileId, Span), source: Source, unsure: bool) {
        if let From::Label { label, .. } = &self.sources[source as usize]
            && let Some(kinds) = self.spec.kinds.get(&rule)
            && !kinds.iter().any(|kind| kind == self.vocabulary.kind(*label))
        {
            return;
        }
        let raw =
            self.found.entry((rule, at.0, at.1.0)).or_insert_with(|| Raw { span: at.1, sources: Taint::new(), unsure });
        add(&mut raw.sources, &[source]);
        raw.unsure &= unsure;
    }

    /// What an attribute records of a function's result.
    pub(super) fn instrumented(
        &mut self,
        frame: &mut Frame,
        ret: &Val,
        (ok, err): (Option<How>, Option<How>),
        at: Span,
    ) {
        let attr = self.fn_item(frame.def).map(|f| f.attr.clone()).unwrap_or_default();
        let Some(rule) = self.rule_of(frame, &attr) else { return };
        if let Some(how) = ok {
            let is_result = matches!(self.types.get(ret.ty), Type::Other(n, _) if self.text(*n) == "Result");
            let val = if is_result { self.held(ret) } else { ret.clone() };
            self.reveal_at(frame, rule, &val, how, at);
        }
        if let Some(how) = err
            && let Some(error) = self.error_of(ret)
        {
            self.reveal_at(frame, rule, &error, how, at);
        }
    }

    /// A function of others that reveals its arguments.
    pub(super) fn revealing_call(&mut self, frame: &mut Frame, segs: &[Sym], args: &[ExId]) {
        let Some(last) = segs.last() else { return };
        let spec = self.spec;
        let Some(all) = spec.calls.get(self.text(*last)) else { return };
        let full = match self.resolve(frame.place.module, segs, Space::Value) {
            Found::Other(full) => self.text(full).to_owned(),
            Found::None => segs.iter().map(|s| self.text(*s)).collect::<Vec<_>>().join("::"),
            _ => return,
        };
        let names: Vec<&str> = full.split("::").collect();
        for reveals in all {
            let fits = names.len() >= reveals.path.len()
                && names[names.len() - reveals.path.len()..].iter().zip(&reveals.path).all(|(a, b)| a == b);
            let writes = !reveals.statement || args.iter().any(|arg| self.is_statement(frame, *arg));
            if !fits || !writes || !self.first_fits(frame, reveals, args) {
                continue;
            }
            self.reveal_list(frame, reveals, args);
            return;
        }
    }

    fn first_fits(&self, frame: &Frame, reveals: &Reveals, args: &[ExId]) -> bool {
        let Some(wanted) = &reveals.first else { return true };
        let word = args.first().and_then(|a| self.word_at(frame, *a));
        word.is_some_and(|word| self.text(word) == wanted)
    }

    fn reveal_list(&mut self, frame: &mut Frame, reveals: &Reveals, args: &[ExId]) {
        for (i, arg) in args.iter().enumerate() {
            if !reveals.args.is_empty() && !reveals.args.contains(&i) {
                continue;
            }
            let mut val = self.expr(frame, *arg);
            if let Some(callable) = val.callable.clone() {
                // What a closure makes of nothing (`with_context(|| format!(…))`).
                val = self.call_value(frame, &callable, Vec::new(), (0, 0));
            }
            let span = self.arg_span(frame, *arg);
            match reveals.how {
                Some(how) => self.reveal_at(frame, reveals.rule, &val, how, span),
                None if val.query => self.reveal_at(frame, reveals.rule, &val, How::Display, span),
                None => {}
            }
        }
    }

    /// Where an expression stands.
    fn arg_span(&self, frame: &Frame, e: ExId) -> Span {
        let own = frame.body.spans[e as usize];
        if own != (0, 0) {
            return own;
        }
        let inner = match frame.body.nodes.get(e as usize) {
            Some(Ex::Tuple(list) | Ex::Array(list) | Ex::Join(list)) => list.first().copied(),
            Some(Ex::Cast(inner, _) | Ex::Try(inner) | Ex::Await(inner) | Ex::Index(inner, _)) => Some(*inner),
            Some(Ex::Block(_, value)) => *value,
            Some(Ex::If(_, then, _)) => Some(*then),
            _ => None,
        };
        // Arguments stand below what they belong to: never a loop.
        inner.filter(|inner| *inner < e).map_or(own, |inner| self.arg_span(frame, inner))
    }

    /// A method that reveals its arguments or its receiver's error.
    pub(super) fn revealing_method(
        &mut self,
        frame: &mut Frame,
        (receiver, base): (&Val, ExId),
        name: Sym,
        args: &[ExId],
        at: Span,
    ) {
        let spec = self.spec;
        let Some(all) = spec.methods.get(self.text(name)) else { return };
        for reveals in all {
            if !self.on_fits(frame, reveals, receiver) {
                continue;
            }
            let mut texts = args.iter().chain([&base]);
            if reveals.statement && !texts.any(|e| self.is_statement(frame, *e)) {
                continue;
            }
            if reveals.error {
                if let Some(error) = self.error_of(receiver) {
                    self.reveal_at(frame, reveals.rule, &error, reveals.how.unwrap_or(How::Debug), at);
                }
                continue;
            }
            let reveals = reveals.clone();
            self.reveal_method_args(frame, &reveals, args, at);
        }
    }

    /// Is it a text that begins as statements do that write to a database, or a call chain that begins with one?
    fn is_statement(&self, frame: &Frame, e: ExId) -> bool {
        let mut e = e;
        for _ in 0..LONG {
            match frame.body.nodes.get(e as usize) {
                Some(Ex::Word(_)) => {
                    return self.word_at(frame, e).is_some_and(|word| self.text(word) == WRITES);
                }
                Some(Ex::Method(base, ..)) => e = *base,
                Some(Ex::Call(_, args)) => match args.first() {
                    Some(first) => e = *first,
                    None => return false,
                },
                Some(Ex::Await(inner) | Ex::Try(inner)) => e = *inner,
                _ => return false,
            }
        }
        false
    }

    fn reveal_method_args(&mut self, frame: &mut Frame, reveals: &Reveals, args: &[ExId], at: Span) {
        for (i, arg) in args.iter().enumerate() {
            if !reveals.args.is_empty() && !reveals.args.contains(&i) {
                continue;
            }
            let mut val = self.expr(frame, *arg);
            if let Some(callable) = val.callable.clone() {
                val = self.call_value(frame, &callable, Vec::new(), at);
            }
            if reveals.text && self.inner_def(val.ty).is_some() {
                continue;
            }
            match reveals.how {
                Some(how) => self.reveal_at(frame, reveals.rule, &val, how, at),
                None if val.query => self.reveal_at(frame, reveals.rule, &val, How::Display, at),
                None => {}
            }
        }
    }

    fn on_fits(&self, frame: &Frame, reveals: &Reveals, receiver: &Val) -> bool {
        if !reveals.with.is_empty() {
            let names = &self.units[frame.file() as usize].facts.names;
            if !reveals.with.iter().any(|krate| names.contains(krate)) {
                return false;
            }
        }
        if reveals.on.is_empty() {
            // A type of the program has methods of its own.
            return self.inner_def(receiver.ty).is_none() || reveals.error;
        }
        let mut ty = receiver.ty;
        for _ in 0..4 {
            match self.types.get(ty) {
                Type::Other(name, _) if reveals.on.iter().any(|on| on == self.text(*name)) => return true,
                Type::Other(name, args)
                    if args.len() == 1
                        && (self.is_pointer(*name) || matches!(self.text(*name), "BufWriter" | "LineWriter")) =>
                {
                    ty = args[0];
                }
                _ => return false,
            }
        }
        false
    }

    /// A struct whose fields are revealed.
    pub(super) fn revealing_struct(&mut self, frame: &mut Frame, e: ExId, last: Sym, segs: &[Sym], val: &Val) {
        let spec = self.spec;
        let Some(all) = spec.structs.get(self.text(last)) else { return };
        let full = match self.resolve(frame.place.module, segs, Space::Type) {
            Found::Other(full) => self.text(full).to_owned(),
            _ => return,
        };
        let names: Vec<&str> = full.split("::").collect();
        for (rule, path, fields) in all {
            let fits =
                names.len() >= path.len() && names[names.len() - path.len()..].iter().zip(path).all(|(a, b)| a == b);
            if !fits {
                continue;
            }
            let span = frame.body.spans[e as usize];
            for (name, part) in val.parts.clone().iter().flat_map(|parts| parts.iter()) {
                if fields.is_empty() || fields.iter().any(|f| f == self.text(*name)) {
                    self.reveal_at(frame, *rule, part, How::Display, span);
                }
            }
        }
    }

    /// What a function gives back: what is known better than its signature stays.
    pub(super) fn returned(&mut self, frame: &mut Frame, val: Val, ret: T) -> Val {
        let mut val = val;
        // An error of another type is wrapped by `From`.
        let key = self.syms.error;
        if let (Some(error), Type::Other(name, args)) = (val.part(key).cloned(), self.types.get(ret).clone())
            && args.len() == 2
            && self.text(name) == "Result"
            && let (Some((from, _)), Some((to, _))) = (self.inner_def(error.ty), self.inner_def(args[1]))
            && from != to
        {
            let made = self.made_from(frame, args[1], "from", &error, (0, 0));
            let wrapped = match made {
                Some(made) => made,
                None => self.wrapped(error, to, args[1]),
            };
            val.set_part(key, wrapped);
        }
        self.converted(val, ret)
    }

    /// An error inside a variant of another that is made from it.
    fn wrapped(&mut self, error: Val, to: u32, ty: T) -> Val {
        let mut out = Val { clean: true, ..Val::of(ty) };
        let Some(item) = self.type_item(to) else { return out };
        let file = self.defs[to as usize].file;
        let from = self.inner_def(error.ty).map(|(def, _)| def);
        for (i, variant) in item.variants.iter().enumerate() {
            for field in &variant.fields {
                let field_ty = self.field_ty(to, field);
                if self.inner_def(field_ty).map(|(def, _)| def) == from {
                    let key = self.key(to, i, variant, field.name, file);
                    out.variant = item.is_enum.then(|| u16::try_from(i).unwrap_or(0));
                    out.set_part(key, error);
                    return out;
                }
            }
        }
        // Made by code of its own: what it shows is not known to be less.
        out.taint = error.all();
        out.clean = out.taint.is_empty();
        out
    }

    /// All flows.
    pub(super) fn flows(&mut self) -> Vec<Flow> {
        let mut flows = Vec::new();
        for ((rule, file, _), raw) in std::mem::take(&mut self.found) {
            let mut kinds: Vec<String> = Vec::new();
            let mut trail: Vec<Step> = Vec::new();
            let mut unsure = raw.unsure;
            for (i, source) in raw.sources.iter().enumerate() {
                let From::Label { label, at, unsure: shaky, via } = self.sources[*source as usize].clone() else {
                    continue;
                };
                kinds.push(self.vocabulary.kind(label).to_owned());
                unsure |= i == 0 && shaky;
                if trail.is_empty() || (via.len() + 2 < trail.len()) {
                    trail = vec![Step { file: at.0, span: at.1 }];
                    trail.extend(via.iter().rev().map(|(file, span)| Step { file: *file, span: *span }));
                    trail.push(Step { file, span: raw.span });
                }
            }
            kinds.sort();
            kinds.dedup();
            trail.dedup();
            flows.push(Flow { rule, file, span: raw.span, kinds, trail, unsure, mild: false, advice: None });
        }
        flows
    }
}
