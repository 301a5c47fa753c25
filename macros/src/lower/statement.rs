//! Blocks and their statements.

use syn::{Block, Expr, Pat, Stmt};

use super::Lowerer;
use super::flow::{Flow, assigning};
use crate::graph::Id;
use crate::value::Value;
use crate::written::{Names, Written};

impl Lowerer<'_> {
    pub(super) fn block(&mut self, block: &Block, expected: Option<&Written>) -> Value {
        let outer = self.scope.len();
        let value = self.statements(&block.stmts, expected);
        self.scope.truncate(outer);
        value
    }

    /// The body of a function, which an early `return` may leave.
    pub(super) fn body(&mut self, block: &Block, expected: Option<&Written>) -> Value {
        match self.until_return(&block.stmts, expected) {
            Flow { left: None, value } => value,
            Flow { left: Some((None, returned)), .. } => returned,
            Flow { left: Some((Some(condition), returned)), value } => {
                self.choose(condition, returned, value, block)
            }
        }
    }

    /// Statements up to a `return`. What follows one that is under a condition is lowered once.
    fn until_return(&mut self, statements: &[Stmt], expected: Option<&Written>) -> Flow {
        let leaving = statements.iter().position(|statement| match statement {
            Stmt::Expr(expr, _) => Self::returns(expr),
            _ => false,
        });
        let Some(leaving) = leaving else {
            return Flow { left: None, value: self.statements(statements, expected) };
        };
        self.statements(&statements[..leaving], None);
        let Stmt::Expr(expr, _) = &statements[leaving] else {
            return Flow { left: None, value: Value::Refused };
        };
        let first = self.leave(expr, expected);
        let rest = &statements[leaving + 1..];
        match first.left {
            Some((None, _)) => first,
            _ if rest.is_empty() => first,
            None => self.until_return(rest, expected),
            Some((Some(condition), returned)) => {
                let rest = self.until_return(rest, expected);
                let left = match rest.left {
                    None => (Some(condition), returned),
                    Some((None, other)) => (None, self.choose(condition, returned, other, expr)),
                    Some((Some(later), other)) => {
                        let always = self.boolean(true);
                        let either = self.graph.select(condition, always, later);
                        (Some(either), self.choose(condition, returned, other, expr))
                    }
                };
                Flow { left: Some(left), value: rest.value }
            }
        }
    }

    /// An expression in which control may leave the function.
    fn leave(&mut self, expr: &Expr, expected: Option<&Written>) -> Flow {
        match expr {
            Expr::Return(back) => {
                let returned = match &back.expr {
                    Some(expr) => self.expr(expr, expected),
                    None => Value::Tuple(Vec::new()),
                };
                Flow { left: Some((None, returned)), value: Value::Refused }
            }
            Expr::Block(block) => {
                let names = self.scope.len();
                let flow = self.until_return(&block.block.stmts, expected);
                self.scope.truncate(names);
                flow
            }
            Expr::If(branch) => self.leave_branch(branch, expected),
            other => Flow { left: None, value: self.expr(other, expected) },
        }
    }

    fn leave_branch(&mut self, branch: &syn::ExprIf, expected: Option<&Written>) -> Flow {
        let condition = self.condition(&branch.cond);
        let before = self.scope.clone();
        self.branches += 1;
        let then = self.until_return(&branch.then_branch.stmts, expected);
        self.scope.truncate(before.len());
        let then_scope = std::mem::replace(&mut self.scope, before);
        let names = self.scope.len();
        let otherwise = match &branch.else_branch {
            Some((_, otherwise)) => self.leave(otherwise, expected),
            None => Flow { left: None, value: Value::Tuple(Vec::new()) },
        };
        self.branches -= 1;
        self.scope.truncate(names);
        let Some(condition) = condition else {
            return Flow { left: Some((None, Value::Refused)), value: Value::Refused };
        };
        // A side that has returned leaves no names behind.
        match (&then.left, &otherwise.left) {
            (Some((None, _)), _) => {}
            (_, Some((None, _))) => self.scope = then_scope,
            _ => self.merge(condition, then_scope, branch),
        }
        let value = match (&then.left, &otherwise.left) {
            (Some((None, _)), _) => otherwise.value,
            (_, Some((None, _))) => then.value,
            _ => self.choose(condition, then.value, otherwise.value, branch),
        };
        let left = match (then.left, otherwise.left) {
            (None, None) => None,
            (Some((None, a)), Some((None, b))) => Some((None, self.choose(condition, a, b, branch))),
            (then, otherwise) => {
                let under = |lowerer: &Self, left: &Option<(Option<Id>, Value)>| match left {
                    None => lowerer.boolean(false),
                    Some((None, _)) => lowerer.boolean(true),
                    Some((Some(condition), _)) => *condition,
                };
                let (a, b) = (under(self, &then), under(self, &otherwise));
                let left = self.graph.select(condition, a, b);
                let returned = match (then, otherwise) {
                    (Some((_, a)), Some((_, b))) => self.choose(condition, a, b, branch),
                    (Some((_, only)), None) | (None, Some((_, only))) => only,
                    (None, None) => Value::Refused,
                };
                Some((Some(left), returned))
            }
        };
        Flow { left, value }
    }

    fn statements(&mut self, statements: &[Stmt], expected: Option<&Written>) -> Value {
        let mut value = Value::Tuple(Vec::new());
        for (place, statement) in statements.iter().enumerate() {
            let last = place + 1 == statements.len();
            match statement {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, None) if last => value = self.expr(expr, expected),
                Stmt::Item(syn::Item::Const(constant)) => {
                    let expected = self.annotation(&constant.ty);
                    let bound = self.expr(&constant.expr, expected.as_ref());
                    let bound = self.annotated(bound, expected.as_ref());
                    self.scope.push((constant.ident.to_string(), bound));
                }
                Stmt::Expr(expr, _) => self.effect(expr),
                Stmt::Item(item) => {
                    self.refuse(
                        item,
                        "an item cannot stand inside a differentiable function",
                        "move it out of the function",
                    );
                }
                Stmt::Macro(call) => self.macro_call(&call.mac),
            }
        }
        value
    }

    /// An expression for what it does rather than for its value.
    fn effect(&mut self, expr: &Expr) {
        match expr {
            Expr::Assign(_) | Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::ForLoop(_) => {
                self.expr(expr, None);
            }
            Expr::Binary(binary) if assigning(&binary.op).is_some() => {
                self.expr(expr, None);
            }
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::While(_)
            | Expr::Loop(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Unsafe(_)
            | Expr::Async(_)
            | Expr::Await(_)
            | Expr::Try(_)
            | Expr::Closure(_) => {
                self.unsupported(expr);
            }
            Expr::Binary(_) => {
                self.refuse(expr, "the value of this is not used", "bind it with `let`, or remove it");
            }
            _ => {
                self.refuse(
                    expr,
                    "this statement has no effect that a derivative could follow",
                    "bind its value with `let`, or remove it",
                );
            }
        }
    }

    /// Printing and assertions stay in the function, and a derivative does without them.
    fn macro_call(&mut self, call: &syn::Macro) {
        const IGNORED: [&str; 10] = [
            "print",
            "println",
            "eprint",
            "eprintln",
            "assert",
            "assert_eq",
            "assert_ne",
            "debug_assert",
            "debug_assert_eq",
            "debug_assert_ne",
        ];
        if !IGNORED.iter().any(|name| call.path.is_ident(name)) {
            self.refuse(&call.path, "a macro call cannot be differentiated", "move it out of the function");
        }
    }

    pub(super) fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            let refused =
                self.refuse(local, "a `let` without a value is not supported", "give it its value here");
            return self.bind(&local.pat, refused);
        };
        if let Some((token, _)) = &init.diverge {
            self.refuse(token, "`let .. else` is not supported", "use a plain `let`");
        }
        let (pattern, expected) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, self.annotation(&typed.ty)),
            pattern => (pattern, None),
        };
        let value = self.expr(&init.expr, expected.as_ref());
        let value = self.annotated(value, expected.as_ref());
        self.bind(pattern, value);
    }

    /// The type of an annotation. What is not known here (`_`, say) is rustc's to check.
    pub(super) fn annotation(&self, ty: &syn::Type) -> Option<Written> {
        let structs = self.items.struct_names();
        let names = Names { generic: self.function.generic.as_deref(), structs: &structs, lengths: &[] };
        Written::result(ty, &names).or_else(|| Written::parse(ty, &names).ok())
    }

    pub(super) fn annotated(&self, value: Value, expected: Option<&Written>) -> Value {
        match (value, expected) {
            (Value::Scalar(id), Some(Written::Scalar(ty))) => Value::Scalar(self.coerce(id, *ty)),
            (value, _) => value,
        }
    }

    pub(super) fn bind(&mut self, pattern: &Pat, value: Value) {
        match (pattern, value) {
            (Pat::Ident(name), value) if name.by_ref.is_none() && name.subpat.is_none() => {
                let name = name.ident.to_string();
                match &value {
                    Value::Scalar(id) => self.graph.suggest_name(*id, &name),
                    Value::Array(array) => self.graph.suggest_name(array.body, &name),
                    _ => {}
                }
                self.scope.push((name, value));
            }
            (Pat::Wild(_), _) => {}
            (Pat::Reference(reference), value) => self.bind(&reference.pat, value),
            (Pat::Type(typed), value) => self.bind(&typed.pat, value),
            (Pat::Paren(inner), value) => self.bind(&inner.pat, value),
            (Pat::Tuple(tuple), Value::Tuple(values)) if tuple.elems.len() == values.len() => {
                for (pattern, value) in tuple.elems.iter().zip(values) {
                    self.bind(pattern, value);
                }
            }
            (Pat::Tuple(tuple), Value::Refused) => {
                for pattern in &tuple.elems {
                    self.bind(pattern, Value::Refused);
                }
            }
            (pattern, _) => {
                self.refuse(pattern, "this pattern is not supported", "bind a name, or a tuple of names");
            }
        }
    }
}
