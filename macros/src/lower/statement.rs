//! Blocks and their statements.

use syn::{Block, Expr, Pat, Stmt};

use super::Lowerer;
use crate::value::Value;
use crate::written::{Names, Written, text};

impl Lowerer<'_> {
    pub(super) fn block(&mut self, block: &Block, expected: Option<&Written>) -> Value {
        let outer = self.scope.len();
        let mut value = Value::Tuple(Vec::new());
        for (place, statement) in block.stmts.iter().enumerate() {
            let last = place + 1 == block.stmts.len();
            match statement {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(Expr::Return(back), _) if last => {
                    value = match &back.expr {
                        Some(expr) => self.expr(expr, expected),
                        None => Value::Tuple(Vec::new()),
                    };
                }
                Stmt::Expr(expr, None) if last => value = self.expr(expr, expected),
                Stmt::Item(syn::Item::Const(constant)) => {
                    let expected = self.annotation(&constant.ty);
                    let bound = self.expr(&constant.expr, expected.as_ref());
                    let bound = self.annotated(bound, expected.as_ref());
                    self.scope.push((constant.ident.to_string(), bound));
                }
                Stmt::Expr(expr @ (Expr::Assign(_) | Expr::Binary(_)), _) => {
                    self.expr(expr, None);
                    if matches!(expr, Expr::Binary(binary) if crate::ops::infix(&text(binary.op)).is_some()) {
                        self.refuse(
                            expr,
                            "the value of this is not used",
                            "bind it with `let`, or remove it",
                        );
                    }
                }
                Stmt::Expr(expr, _) => {
                    self.refuse(
                        expr,
                        "this statement has no effect that a derivative could follow",
                        "bind its value with `let`, or remove it",
                    );
                }
                Stmt::Item(item) => {
                    self.refuse(
                        item,
                        "an item cannot stand inside a differentiable function",
                        "move it out of the function",
                    );
                }
                Stmt::Macro(call) => {
                    self.refuse(
                        &call.mac.path,
                        "a macro call cannot be differentiated",
                        "move it out of the function",
                    );
                }
            }
        }
        self.scope.truncate(outer);
        value
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
                if let Some(mutable) = &name.mutability {
                    self.refuse(
                        mutable,
                        "`let mut` is not supported",
                        "bind each new value with a `let` of its own",
                    );
                }
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
