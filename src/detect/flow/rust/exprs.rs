//! Expressions and statements.

use syn::{BinOp, Block, Expr, Stmt, UnOp};

use super::super::ir::{Arm, Ex, ExId, Span, Ty, WRITES};
use super::lower::{Lower, bytes};

/// No place of its own.
pub(super) const NOWHERE: Span = (0, 0);

impl Lower<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> ExId {
        match expr {
            Expr::Paren(e) => self.expr(&e.expr),
            Expr::Group(e) => self.expr(&e.expr),
            Expr::Reference(e) => self.expr(&e.expr),
            Expr::RawAddr(e) => self.expr(&e.expr),
            Expr::Const(e) => self.block(&e.block),
            Expr::Unsafe(e) => self.block(&e.block),
            Expr::Block(e) if e.label.is_some() => {
                // `'a: { … break 'a x; … y }` is a loop that is left at its end.
                let block = self.block(&e.block);
                let end = self.push(Ex::Break(Some(block)), NOWHERE);
                self.push(Ex::Loop(None, end), NOWHERE)
            }
            Expr::Block(e) => self.block(&e.block),
            Expr::TryBlock(e) => self.block(&e.block),
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Path(path) => self.path_expr(path),
            Expr::Macro(mac) => self.macro_call(&mac.mac),
            Expr::Field(_) | Expr::Index(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Struct(_) => {
                self.part_or_call(expr)
            }
            Expr::If(_) | Expr::Match(_) | Expr::Let(_) | Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => {
                self.branching(expr)
            }
            Expr::Break(_) | Expr::Return(_) | Expr::Yield(_) | Expr::Continue(_) => self.leaving(expr),
            _ => self.plain(expr),
        }
    }

    fn literal(&mut self, lit: &syn::Lit) -> ExId {
        let ex = match lit {
            syn::Lit::Str(text) => {
                let text = text.value();
                if self.declared && is_sample(&text) {
                    return self.push(Ex::Sample, NOWHERE);
                }
                let word = if text.ends_with(".log") {
                    Some(self.name(".log"))
                } else if writes(&text) {
                    Some(self.name(WRITES))
                } else {
                    self.key(&text)
                };
                word.map_or(Ex::Text, Ex::Word)
            }
            _ => Ex::Clean,
        };
        self.push(ex, NOWHERE)
    }

    fn path_expr(&mut self, expr: &syn::ExprPath) -> ExId {
        let span = path_place(&expr.path);
        if expr.qself.is_none()
            && let Some(ident) = expr.path.get_ident()
        {
            let name = self.ident(ident);
            return self.named(name, span);
        }
        let path = self.path(expr.qself.as_ref(), &expr.path);
        self.push(Ex::Path(path), span)
    }

    /// A variable, or whatever else is called so.
    pub(super) fn named(&mut self, name: u32, span: Span) -> ExId {
        let ex = match self.look_up(name) {
            Some(slot) => Ex::Local(slot),
            None => Ex::Path(super::super::ir::PathRef { segs: vec![name], ..Default::default() }),
        };
        self.push(ex, span)
    }

    fn part_or_call(&mut self, expr: &Expr) -> ExId {
        match expr {
            Expr::Field(e) => {
                let base = self.expr(&e.base);
                let name = self.member(&e.member);
                let span = self.place(expr);
                self.push(Ex::Field(base, name), span)
            }
            Expr::Index(e) => {
                let (base, index) = (self.expr(&e.expr), self.expr(&e.index));
                self.push(Ex::Index(base, index), NOWHERE)
            }
            Expr::Call(e) => {
                if let Expr::Path(path) = &*e.func
                    && let Some(last) = path.path.segments.last()
                {
                    let name = self.ident(&last.ident);
                    self.at.calls.insert(name);
                }
                let func = self.expr(&e.func);
                let args = e.args.iter().map(|a| self.expr(a)).collect();
                let span = self.place(&e.func);
                self.push(Ex::Call(func, args), span)
            }
            Expr::MethodCall(e) => {
                let receiver = self.expr(&e.receiver);
                let name = self.ident(&e.method);
                self.at.calls.insert(name);
                let args = e.args.iter().map(|a| self.expr(a)).collect();
                let types = e.turbofish.as_ref().map(|t| self.generic_args(t)).unwrap_or_default();
                let span = bytes(e.method.span());
                self.push(Ex::Method(receiver, name, args, types), span)
            }
            Expr::Struct(e) => self.struct_expr(e),
            _ => self.push(Ex::Clean, NOWHERE),
        }
    }

    fn struct_expr(&mut self, e: &syn::ExprStruct) -> ExId {
        let path = self.path(e.qself.as_ref(), &e.path);
        let mut fields = Vec::with_capacity(e.fields.len());
        for field in &e.fields {
            let name = self.member(&field.member);
            let text = self.file.text(name).to_owned();
            fields.push((name, self.named_as(&text, |lower| lower.expr(&field.expr))));
        }
        let rest = e.rest.as_ref().map(|rest| self.expr(rest));
        let span = e.path.segments.first().map_or(NOWHERE, |s| bytes(s.ident.span()));
        self.push(Ex::Struct(path, fields, rest), span)
    }

    fn branching(&mut self, expr: &Expr) -> ExId {
        match expr {
            Expr::If(e) => self.scoped(|lower| {
                let cond = lower.expr(&e.cond);
                let then = lower.block(&e.then_branch);
                let other = e.else_branch.as_ref().map(|(_, other)| lower.expr(other));
                lower.push(Ex::If(cond, then, other), NOWHERE)
            }),
            Expr::Match(e) => {
                let subject = self.expr(&e.expr);
                let arms = e.arms.iter().map(|arm| self.arm(arm)).collect();
                self.push(Ex::Match(subject, arms), NOWHERE)
            }
            Expr::Let(e) => {
                let value = self.expr(&e.expr);
                let pat = self.pattern(&e.pat);
                self.push(Ex::Let(pat, value), NOWHERE)
            }
            Expr::Loop(e) => {
                let body = self.block(&e.body);
                self.push(Ex::Loop(None, body), NOWHERE)
            }
            Expr::While(e) => self.scoped(|lower| {
                let cond = lower.expr(&e.cond);
                let body = lower.block(&e.body);
                lower.push(Ex::Loop(Some(cond), body), NOWHERE)
            }),
            Expr::ForLoop(e) => {
                let over = self.expr(&e.expr);
                self.scoped(|lower| {
                    let pat = lower.pattern(&e.pat);
                    let body = lower.block(&e.body);
                    lower.push(Ex::For(pat, over, body), NOWHERE)
                })
            }
            _ => self.push(Ex::Clean, NOWHERE),
        }
    }

    fn arm(&mut self, arm: &syn::Arm) -> Arm {
        self.scoped(|lower| {
            let pat = lower.pattern(&arm.pat);
            let guard = lower.guard(&arm.pat);
            let body = lower.expr(&arm.body);
            Arm { pat, guard, body }
        })
    }

    fn leaving(&mut self, expr: &Expr) -> ExId {
        let ex = match expr {
            Expr::Return(e) => Ex::Return(e.expr.as_ref().map(|e| self.expr(e))),
            Expr::Break(e) => Ex::Break(e.expr.as_ref().map(|e| self.expr(e))),
            Expr::Yield(e) => Ex::Return(e.expr.as_ref().map(|e| self.expr(e))),
            _ => Ex::Clean,
        };
        self.push(ex, NOWHERE)
    }

    fn plain(&mut self, expr: &Expr) -> ExId {
        let mut span = NOWHERE;
        let ex = match expr {
            Expr::Array(e) => Ex::Array(e.elems.iter().map(|e| self.expr(e)).collect()),
            Expr::Repeat(e) => Ex::Array(vec![self.expr(&e.expr)]),
            Expr::Tuple(e) => Ex::Tuple(e.elems.iter().map(|e| self.expr(e)).collect()),
            Expr::Assign(e) => {
                let value = self.expr(&e.right);
                Ex::Assign(self.expr(&e.left), value)
            }
            Expr::Binary(e) => self.binary(e),
            Expr::Unary(e) => {
                let inner = self.expr(&e.expr);
                match e.op {
                    UnOp::Not(_) => Ex::About(vec![inner]),
                    _ => return inner,
                }
            }
            Expr::Range(e) => {
                let ends = [&e.start, &e.end];
                Ex::Join(ends.into_iter().flatten().map(|e| self.expr(e)).collect())
            }
            Expr::Cast(e) => {
                let inner = self.expr(&e.expr);
                Ex::Cast(inner, self.ty(&e.ty))
            }
            Expr::Try(e) => Ex::Try(self.expr(&e.expr)),
            Expr::Await(e) => Ex::Await(self.expr(&e.base)),
            Expr::Async(e) => Ex::Async(self.block(&e.block)),
            Expr::Closure(e) => {
                span = bytes(e.inputs_begin.span);
                self.closure(e)
            }
            _ => Ex::Clean,
        };
        self.push(ex, span)
    }

    fn closure(&mut self, e: &syn::ExprClosure) -> Ex {
        self.scoped(|lower| {
            let mut params = Vec::new();
            for input in &e.inputs {
                let (pat, ty) = match input {
                    syn::Pat::Type(typed) => (&*typed.pat, lower.ty(&typed.ty)),
                    pat => (pat, Ty::Infer),
                };
                params.push((lower.pattern(pat), ty));
            }
            Ex::Closure(params, lower.expr(&e.body))
        })
    }

    fn binary(&mut self, e: &syn::ExprBinary) -> Ex {
        let (left, right) = (self.expr(&e.left), self.expr(&e.right));
        match e.op {
            BinOp::And(_)
            | BinOp::Or(_)
            | BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => Ex::About(vec![left, right]),
            BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_) => Ex::Join(vec![left, right]),
            _ => Ex::Add(left, right),
        }
    }

    /// A block: items first (they are seen everywhere in it), then statements.
    pub(super) fn block(&mut self, block: &Block) -> ExId {
        self.statements(&block.stmts)
    }

    pub(super) fn statements(&mut self, stmts: &[Stmt]) -> ExId {
        self.scoped(|lower| {
            let outer = lower.module;
            if stmts.iter().any(|s| matches!(s, Stmt::Item(_))) {
                lower.block_items(stmts);
            }
            let mut list = Vec::new();
            let mut value = None;
            for (i, stmt) in stmts.iter().enumerate() {
                match stmt {
                    Stmt::Local(local) => list.push(lower.local(local)),
                    Stmt::Item(_) => {}
                    Stmt::Expr(e, None) if i + 1 == stmts.len() => value = Some(lower.expr(e)),
                    Stmt::Expr(e, _) => list.push(lower.expr(e)),
                    Stmt::Macro(mac) => {
                        let e = lower.macro_statement(&mac.mac);
                        if mac.semi_token.is_none() && i + 1 == stmts.len() {
                            value = Some(e);
                        } else {
                            list.push(e);
                        }
                    }
                }
            }
            lower.module = outer;
            lower.push(Ex::Block(list, value), NOWHERE)
        })
    }

    /// Reads what gets a name: under a declared one, literals are samples of it.
    pub(super) fn named_as<R>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.declared, self.language.is_declared(name));
        let out = read(self);
        self.declared = outer;
        out
    }

    fn local(&mut self, local: &syn::Local) -> ExId {
        let (value, other) = match &local.init {
            Some(init) => {
                let name = bound(&local.pat).map(ToString::to_string).unwrap_or_default();
                let value = self.named_as(&name, |lower| lower.expr(&init.expr));
                (Some(value), init.diverge.as_ref().map(|(_, e)| self.expr(e)))
            }
            None => (None, None),
        };
        let (pat, ty) = match &local.pat {
            syn::Pat::Type(typed) => {
                let ty = self.ty(&typed.ty);
                (self.pattern(&typed.pat), ty)
            }
            pat => (self.pattern(pat), Ty::Infer),
        };
        self.push(Ex::Bind(pat, ty, value, other), NOWHERE)
    }

    /// Where an expression stands: from its first name to its last. Without looking at all of its tokens.
    pub(super) fn place(&self, expr: &Expr) -> Span {
        match expr {
            Expr::Path(e) => path_place(&e.path),
            Expr::Field(e) => {
                let end = match &e.member {
                    syn::Member::Named(ident) => bytes(ident.span()),
                    syn::Member::Unnamed(index) => bytes(index.span),
                };
                to(self.place(&e.base), end)
            }
            Expr::MethodCall(e) => to(self.place(&e.receiver), bytes(e.method.span())),
            Expr::Call(e) => self.place(&e.func),
            Expr::Index(e) => self.place(&e.expr),
            Expr::Await(e) => self.place(&e.base),
            Expr::Try(e) => self.place(&e.expr),
            Expr::Cast(e) => self.place(&e.expr),
            Expr::Binary(e) => self.place(&e.left),
            Expr::Paren(e) => self.place(&e.expr),
            Expr::Reference(e) => self.place(&e.expr),
            Expr::Unary(e) => self.place(&e.expr),
            Expr::Lit(e) => bytes(e.lit.span()),
            Expr::Macro(e) => e.mac.path.segments.first().map_or(NOWHERE, |s| bytes(s.ident.span())),
            Expr::Struct(e) => e.path.segments.first().map_or(NOWHERE, |s| bytes(s.ident.span())),
            Expr::If(e) => bytes(e.if_token.span),
            Expr::Match(e) => bytes(e.match_token.span),
            Expr::Closure(e) => bytes(e.inputs_begin.span),
            Expr::Tuple(e) => bytes(e.paren_token.span.open()),
            Expr::Array(e) => bytes(e.bracket_token.span.open()),
            Expr::Block(e) => bytes(e.block.brace_token.span.open()),
            _ => NOWHERE,
        }
    }
}

fn to(from: Span, end: Span) -> Span {
    if from == NOWHERE { end } else { (from.0, end.1.max(from.1)) }
}

/// Where a path stands.
pub(super) fn path_place(path: &syn::Path) -> Span {
    let of = |s: Option<&syn::PathSegment>| s.map_or(NOWHERE, |s| bytes(s.ident.span()));
    (of(path.segments.first()).0, of(path.segments.last()).1)
}

/// The name that a pattern gives to the whole.
fn bound(pat: &syn::Pat) -> Option<&syn::Ident> {
    match pat {
        syn::Pat::Ident(pat) => Some(&pat.ident),
        syn::Pat::Type(pat) => bound(&pat.pat),
        _ => None,
    }
}

/// Does a literal look like a value, not like what stands in its place (`[redacted]`, `***`)?
fn is_sample(text: &str) -> bool {
    const PLACEHOLDERS: &[&str] =
        &["redacted", "hidden", "unknown", "none", "null", "masked", "removed", "missing", "n/a"];
    let marked = text.contains(['*', '[', '<', '{', ' ', '#']);
    text.len() >= 4 && !marked && !PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Does a text begin as statements of SQL do that write?
pub(super) fn writes(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or("");
    text.len() > 12
        && ["insert", "update", "merge", "replace", "upsert"].iter().any(|verb| first.eq_ignore_ascii_case(verb))
}
