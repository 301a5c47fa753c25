//! Branches, `match` and early `return`: values under conditions.

use quote::ToTokens;
use syn::{Arm, BinOp, Expr, ExprIf, ExprMatch, Lit, Pat, RangeLimits, Stmt};

use super::Lowerer;
use crate::graph::{Id, Type};
use crate::ops;
use crate::value::{Array, Value};
use crate::written::Written;

/// What becomes of control in a block.
pub(super) struct Flow {
    /// What is returned, if the function is left, and under which condition; `None` is always.
    pub(super) left: Option<(Option<Id>, Value)>,
    /// The value of the block where it goes on.
    pub(super) value: Value,
}

impl Lowerer<'_> {
    /// A condition, as a value of type `bool`.
    pub(super) fn condition(&mut self, condition: &Expr) -> Option<Id> {
        if let Expr::Let(pattern) = condition {
            self.refuse(pattern, "`if let` is not supported", "use `match`, or a condition");
            return None;
        }
        match self.expr(condition, Some(&Written::Scalar(Type::Bool))) {
            Value::Scalar(id) if self.graph.ty(id) == Type::Bool => Some(id),
            Value::Refused => None,
            _ => {
                self.refuse(condition, "a condition is a `bool`", "");
                None
            }
        }
    }

    pub(super) fn branch(&mut self, branch: &ExprIf, expected: Option<&Written>) -> Value {
        let condition = self.condition(&branch.cond);
        self.either(
            condition,
            branch,
            &mut |lowerer| lowerer.block(&branch.then_branch, expected),
            &mut |lowerer| match &branch.else_branch {
                Some((_, otherwise)) => lowerer.expr(otherwise, expected),
                None => Value::Tuple(Vec::new()),
            },
        )
    }

    /// Both sides, each on the names as they are now, and then one of each of their values.
    pub(super) fn either(
        &mut self,
        condition: Option<Id>,
        place: &dyn ToTokens,
        then: &mut dyn FnMut(&mut Self) -> Value,
        otherwise: &mut dyn FnMut(&mut Self) -> Value,
    ) -> Value {
        let before = self.scope.clone();
        self.branches += 1;
        let then = then(self);
        let then_scope = std::mem::replace(&mut self.scope, before);
        let otherwise = otherwise(self);
        self.branches -= 1;
        let Some(condition) = condition else { return Value::Refused };
        self.merge(condition, then_scope, place);
        self.choose(condition, then, otherwise, place)
    }

    /// The names after a branch: those of `then` under the condition, else those in scope.
    pub(super) fn merge(&mut self, condition: Id, then: Vec<(String, Value)>, place: &dyn ToTokens) {
        for (at, (_, kept)) in then.into_iter().enumerate() {
            let Some((_, other)) = self.scope.get(at).cloned() else { break };
            self.scope[at].1 = self.choose(condition, kept, other, place);
        }
    }

    pub(super) fn boolean(&self, value: bool) -> Id {
        self.graph.int(i64::from(value), Type::Bool)
    }

    /// The first value where the condition holds, else the second.
    pub(super) fn choose(
        &mut self,
        condition: Id,
        then: Value,
        otherwise: Value,
        place: &dyn ToTokens,
    ) -> Value {
        match (then, otherwise) {
            (Value::Scalar(a), Value::Scalar(b)) if a == b => Value::Scalar(a),
            (Value::Scalar(a), Value::Scalar(b)) => match self.same_types(a, b, place) {
                Some((a, b)) => Value::Scalar(self.graph.select(condition, a, b)),
                None => Value::Refused,
            },
            (Value::Array(a), Value::Array(b)) if a.body == b.body && a.axes == b.axes => Value::Array(a),
            (Value::Array(a), Value::Array(b)) => self.choose_array(condition, &a, &b, place),
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                Value::Tuple(a.into_iter().zip(b).map(|(a, b)| self.choose(condition, a, b, place)).collect())
            }
            (Value::Struct(name, a), Value::Struct(other, b)) if name == other => Value::Struct(
                name,
                a.into_iter()
                    .zip(b)
                    .map(|((field, a), (_, b))| (field, self.choose(condition, a, b, place)))
                    .collect(),
            ),
            (Value::Refused, _) | (_, Value::Refused) => Value::Refused,
            // rustc says it better.
            _ => Value::Refused,
        }
    }

    fn choose_array(&mut self, condition: Id, a: &Array, b: &Array, place: &dyn ToTokens) -> Value {
        let graph = self.graph;
        if self.same_types(a.body, b.body, place).is_none() {
            return Value::Refused;
        }
        if a.rank() != b.rank() {
            return self.refuse(place.to_token_stream(), "both sides must have the same shape", "");
        }
        let demanded_by = crate::written::text(place.to_token_stream());
        let ty = if graph.ty(a.body) == Type::Untyped { graph.ty(b.body) } else { graph.ty(a.body) };
        let zipped = Array::zip(graph, self.extents, [a, b], &demanded_by, |a, b| {
            graph.select(condition, self.coerce(a, ty), self.coerce(b, ty))
        });
        match zipped {
            Ok(array) => Value::Array(array.nested_as(a.nested)),
            Err(mismatch) => self.mismatch(mismatch, place),
        }
    }

    pub(super) fn matched(&mut self, matched: &ExprMatch, expected: Option<&Written>) -> Value {
        match self.expr(&matched.expr, None) {
            Value::Scalar(id) if !self.graph.ty(id).is_float() => {
                self.arms(id, &matched.arms, expected, matched)
            }
            Value::Refused => Value::Refused,
            _ => {
                let help = "write `if` and `else` with conditions";
                self.refuse(&matched.expr, "`match` is supported on integers and booleans", help)
            }
        }
    }

    fn arms(&mut self, value: Id, arms: &[Arm], expected: Option<&Written>, place: &ExprMatch) -> Value {
        let Some((arm, rest)) = arms.split_first() else { return Value::Refused };
        let outer = self.scope.len();
        let (pattern, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&guarded.guard)),
            pattern => (pattern, None),
        };
        let Some(pattern) = self.matches(value, pattern) else { return Value::Refused };
        let guard = match guard.map(|guard| self.condition(guard)) {
            Some(None) => return Value::Refused,
            Some(guard) => guard,
            None => None,
        };
        let condition = match (pattern, guard) {
            (None, guard) => guard,
            (Some(pattern), None) => Some(pattern),
            (Some(pattern), Some(guard)) => Some(self.graph.select(pattern, guard, self.boolean(false))),
        };
        let result = match condition {
            // rustc has checked that the arms cover all values, so the last needs no condition.
            _ if rest.is_empty() => self.expr(&arm.body, expected),
            None => self.expr(&arm.body, expected),
            Some(condition) => self.either(
                Some(condition),
                place,
                &mut |lowerer| lowerer.expr(&arm.body, expected),
                &mut |lowerer| lowerer.arms(value, rest, expected, place),
            ),
        };
        self.scope.truncate(outer);
        result
    }

    /// The condition under which the value matches; `Some(None)` if it always does.
    fn matches(&mut self, value: Id, pattern: &Pat) -> Option<Option<Id>> {
        let ty = self.graph.ty(value);
        match pattern {
            Pat::Wild(_) => Some(None),
            Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
                self.scope.push((name.ident.to_string(), Value::Scalar(value)));
                Some(None)
            }
            Pat::Paren(inner) => self.matches(value, &inner.pat),
            Pat::Lit(literal) => {
                let literal = self.pattern_number(&Expr::Lit(literal.clone()), ty)?;
                Some(Some(self.graph.op(ops::row("eq"), &[value, literal])))
            }
            Pat::Range(range) => {
                let mut conditions = Vec::new();
                if let Some(start) = &range.start {
                    let start = self.pattern_number(start, ty)?;
                    conditions.push(self.graph.op(ops::row("ge"), &[value, start]));
                }
                if let Some(end) = &range.end {
                    let end = self.pattern_number(end, ty)?;
                    let row = if matches!(range.limits, RangeLimits::Closed(_)) { "le" } else { "lt" };
                    conditions.push(self.graph.op(ops::row(row), &[value, end]));
                }
                Some(conditions.into_iter().reduce(|a, b| self.graph.op(ops::row("and"), &[a, b])))
            }
            Pat::Or(or) => {
                let mut any = None;
                for case in &or.cases {
                    let case = self.matches(value, case)?;
                    let Some(case) = case else { return Some(None) };
                    any = Some(match any {
                        Some(known) => self.graph.op(ops::row("or"), &[known, case]),
                        None => case,
                    });
                }
                Some(any)
            }
            other => {
                self.refuse(other, "this pattern is not supported", "use literals, ranges, `|` and `_`");
                None
            }
        }
    }

    fn pattern_number(&mut self, expr: &Expr, ty: Type) -> Option<Id> {
        match self.expr(expr, None) {
            Value::Scalar(id) => Some(self.coerce(id, ty)),
            _ => None,
        }
    }

    /// `x = value` and `x += value`, for a whole variable.
    pub(super) fn assign(&mut self, place: &Expr, op: Option<&'static ops::Op>, value: &Expr) {
        let Expr::Path(path) = place else {
            self.expr(value, None);
            let help = "compute the elements first, and then make the array of them, as in `[a, b]`";
            self.refuse(place, "only a whole variable can be assigned to yet", help);
            return;
        };
        let name = crate::written::text(&path.path);
        let Some(at) = self.scope.iter().rposition(|(known, _)| *known == name) else {
            self.expr(value, None);
            self.refuse(
                place,
                format!("`{name}` is not a variable of this function"),
                "return the new value instead",
            );
            return;
        };
        let old = self.scope[at].1.clone();
        let value = self.expr(value, None);
        let value = match op {
            Some(op) if op.is_bitwise() => self.bitwise(op, old.clone(), value, place),
            Some(op) => self.elementwise(op, old.clone(), value, place),
            None => value,
        };
        let value = match (&old, value) {
            (Value::Scalar(old), Value::Scalar(new)) => Value::Scalar(self.coerce(new, self.graph.ty(*old))),
            (_, value) => value,
        };
        match &value {
            Value::Scalar(id) => self.graph.suggest_name(*id, &name),
            Value::Array(array) => self.graph.suggest_name(array.body, &name),
            _ => {}
        }
        self.scope[at].1 = value;
    }

    /// Whether control can leave the function inside.
    pub(super) fn returns(expr: &Expr) -> bool {
        let statements = |statements: &[Stmt]| {
            statements.iter().any(|statement| match statement {
                Stmt::Expr(expr, _) => Self::returns(expr),
                _ => false,
            })
        };
        match expr {
            Expr::Return(_) => true,
            Expr::If(branch) => {
                statements(&branch.then_branch.stmts)
                    || branch.else_branch.as_ref().is_some_and(|(_, otherwise)| Self::returns(otherwise))
            }
            Expr::Block(block) => statements(&block.block.stmts),
            _ => false,
        }
    }
}

/// The row of `+=` and its like.
pub(super) fn assigning(op: &BinOp) -> Option<&'static ops::Op> {
    match op {
        BinOp::AddAssign(_) => Some(ops::row("add")),
        BinOp::SubAssign(_) => Some(ops::row("sub")),
        BinOp::MulAssign(_) => Some(ops::row("mul")),
        BinOp::DivAssign(_) => Some(ops::row("div")),
        BinOp::RemAssign(_) => Some(ops::row("rem")),
        BinOp::BitAndAssign(_) => Some(ops::row("bitand")),
        BinOp::BitOrAssign(_) => Some(ops::row("bitor")),
        BinOp::BitXorAssign(_) => Some(ops::row("bitxor")),
        BinOp::ShlAssign(_) => Some(ops::row("shl")),
        BinOp::ShrAssign(_) => Some(ops::row("shr")),
        _ => None,
    }
}

/// `true` and `false` as numbers of type `bool`.
pub(super) fn boolean(literal: &Lit) -> Option<i64> {
    match literal {
        Lit::Bool(value) => Some(i64::from(value.value)),
        _ => None,
    }
}
