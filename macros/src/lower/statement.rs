//! Blocks and their statements.

use syn::{Block, Expr, Pat, Stmt};

use super::Lowerer;
use super::flow::{Rest, assigning};
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
        self.until_return(&block.stmts, None, expected)
    }

    /// Statements, and what follows them unless they return. Both sides of a branch that may return go
    /// on with the rest on their own.
    fn until_return(
        &mut self,
        statements: &[Stmt],
        rest: Option<&Rest>,
        expected: Option<&Written>,
    ) -> Value {
        let leaving = statements.iter().position(|statement| match statement {
            Stmt::Expr(expr, _) => Self::returns(expr),
            _ => false,
        });
        let Some(leaving) = leaving else {
            let value = self.statements(statements, expected);
            return match rest {
                Some(rest) => {
                    self.scope.truncate(rest.names);
                    self.until_return(rest.statements, rest.next, expected)
                }
                None => value,
            };
        };
        self.statements(&statements[..leaving], None);
        let here = Rest { statements: &statements[leaving + 1..], names: self.scope.len(), next: rest };
        // Nothing follows a tail expression.
        let here = if here.statements.is_empty() { rest } else { Some(&here) };
        match &statements[leaving] {
            Stmt::Expr(Expr::Return(back), _) => match &back.expr {
                Some(expr) => self.expr(expr, expected),
                None => Value::Tuple(Vec::new()),
            },
            Stmt::Expr(Expr::Block(block), _) => self.until_return(&block.block.stmts, here, expected),
            Stmt::Expr(Expr::If(branch), _) => self.branch_that_returns(branch, here, expected),
            _ => Value::Refused,
        }
    }

    fn branch_that_returns(
        &mut self,
        branch: &syn::ExprIf,
        rest: Option<&Rest>,
        expected: Option<&Written>,
    ) -> Value {
        let condition = self.condition(&branch.cond);
        // The names do not matter any more once the function has returned.
        let (then, _, otherwise) = self.sides(
            &mut |lowerer| lowerer.until_return(&branch.then_branch.stmts, rest, expected),
            &mut |lowerer| match branch.else_branch.as_ref().map(|(_, otherwise)| &**otherwise) {
                Some(Expr::If(branch)) => lowerer.branch_that_returns(branch, rest, expected),
                Some(Expr::Block(block)) => lowerer.until_return(&block.block.stmts, rest, expected),
                _ => lowerer.until_return(&[], rest, expected),
            },
        );
        match condition {
            Some(condition) => self.choose(condition, then, otherwise, branch),
            None => Value::Refused,
        }
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
            self.refuse(local, "a `let` without a value is not supported", "give it its value here");
            return;
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
        let names = Names { generic: self.function.generic.as_deref(), structs: &self.items.struct_names() };
        Written::parse(ty, &names).ok()
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
