//! `match` on integers and booleans.

use syn::{Arm, Expr, ExprMatch, Pat, RangeLimits};

use super::Lowerer;
use super::flow::Flow;
use super::foreign::operand;
use crate::graph::{Id, Type};
use crate::ops;
use crate::value::Value;
use crate::written::{Written, text};

impl Lowerer<'_> {
    pub(super) fn matched(&mut self, matched: &ExprMatch, expected: Option<&Written>) -> Flow {
        match self.expr(&matched.expr, None) {
            Value::Scalar(id) if !self.graph.ty(id).is_float() => {
                self.arms(id, &matched.arms, expected, matched)
            }
            Value::Refused => Flow::of(Value::Refused),
            _ => {
                let x = operand(&matched.expr);
                let help = match matched.arms.first().map(|arm| &arm.pat) {
                    Some(Pat::Lit(literal)) => {
                        format!("write `if {x} == {} {{ .. }} else {{ .. }}`", text(literal))
                    }
                    _ => format!("write conditions, as in `if {x} > 0.0 {{ .. }} else {{ .. }}`"),
                };
                Flow::of(self.refuse(&matched.expr, "`match` is supported on integers and booleans", help))
            }
        }
    }

    fn arms(&mut self, value: Id, arms: &[Arm], expected: Option<&Written>, place: &ExprMatch) -> Flow {
        let Some((arm, rest)) = arms.split_first() else { return Flow::of(Value::Refused) };
        let outer = self.scope.len();
        let (pattern, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&guarded.guard)),
            pattern => (pattern, None),
        };
        let Some(pattern) = self.matches(value, pattern) else { return Flow::of(Value::Refused) };
        let guard = match guard.map(|guard| self.condition(guard)) {
            Some(None) => return Flow::of(Value::Refused),
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
            _ if rest.is_empty() => self.flow(&arm.body, expected),
            None => self.flow(&arm.body, expected),
            Some(condition) => self.either(
                Some(condition),
                place,
                &mut |lowerer| lowerer.flow(&arm.body, expected),
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
}
