//! Branches and early exits: values under conditions.

use quote::ToTokens;
use syn::{BinOp, Expr, ExprIf, Lifetime};

use super::Lowerer;
use super::foreign::operand;
use crate::graph::{Id, Type};
use crate::value::{Array, Value};
use crate::written::{Written, text};

/// Where control goes when it leaves a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leaving {
    Return,
    /// Out of the loop with this number.
    Break(usize),
    /// To the next turn of the loop with this number.
    Continue(usize),
}

/// A way out of a block.
#[derive(Clone)]
pub(super) struct Exit {
    pub(super) to: Leaving,
    /// Where it is taken, if none before it is; `None` is everywhere.
    pub(super) condition: Option<Id>,
    /// The names as they are then.
    pub(super) scope: Vec<(String, Value)>,
    /// What is returned, or the value of the loop that is left.
    pub(super) value: Value,
}

/// What becomes of control in an expression or a block.
pub(super) struct Flow {
    /// In the order in which they are reached.
    pub(super) exits: Vec<Exit>,
    /// Whether control may come to the end.
    pub(super) falls: bool,
    /// The value where it does.
    pub(super) value: Value,
}

impl Flow {
    pub(super) fn of(value: Value) -> Self {
        Flow { exits: Vec::new(), falls: true, value }
    }
}

/// A side of a branch.
type Side<'f, 'a> = &'f mut dyn FnMut(&mut Lowerer<'a>) -> Flow;

impl<'a> Lowerer<'a> {
    /// An expression in which control may leave.
    pub(super) fn flow(&mut self, expr: &Expr, expected: Option<&Written>) -> Flow {
        match expr {
            Expr::Paren(inner) => self.flow(&inner.expr, expected),
            Expr::Group(inner) => self.flow(&inner.expr, expected),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block, expected),
            Expr::If(branch) => self.branch(branch, expected),
            Expr::Match(matched) => self.matched(matched, expected),
            Expr::ForLoop(turns) => self.for_loop(turns),
            Expr::While(turns) => self.while_loop(turns),
            Expr::Loop(turns) => self.endless_loop(turns),
            Expr::Return(back) => {
                let expected = self.returns.last().cloned().flatten();
                let value = match &back.expr {
                    Some(expr) => self.expr(expr, expected.as_ref()),
                    None => Value::Tuple(Vec::new()),
                };
                let value = self.annotated(value, expected.as_ref());
                self.leave(Leaving::Return, value)
            }
            Expr::Break(leaving) => {
                let value = match &leaving.expr {
                    Some(expr) => self.expr(expr, None),
                    None => Value::Tuple(Vec::new()),
                };
                match self.loop_named(leaving.label.as_ref(), leaving) {
                    Some(number) => self.leave(Leaving::Break(number), value),
                    None => Flow::of(Value::Refused),
                }
            }
            Expr::Continue(leaving) => match self.loop_named(leaving.label.as_ref(), leaving) {
                Some(number) => self.leave(Leaving::Continue(number), Value::Tuple(Vec::new())),
                None => Flow::of(Value::Refused),
            },
            other => Flow::of(self.expr(other, expected)),
        }
    }

    fn leave(&mut self, to: Leaving, value: Value) -> Flow {
        let exit = Exit { to, condition: None, scope: self.scope.clone(), value };
        Flow { exits: vec![exit], falls: false, value: Value::Refused }
    }

    /// The loop that a label names, or else the innermost one.
    fn loop_named(&mut self, label: Option<&Lifetime>, place: &dyn ToTokens) -> Option<usize> {
        let named = |(name, _): &&(Option<String>, usize)| match label {
            Some(label) => name.as_deref() == Some(&label.ident.to_string()),
            None => true,
        };
        let found = self.labels.iter().rev().find(named).map(|(_, number)| *number);
        if found.is_none() {
            self.refuse(
                place.to_token_stream(),
                "there is no loop here that this could leave",
                "to leave the function write `return`",
            );
        }
        found
    }

    /// The value of an expression from which control does not leave.
    pub(super) fn value_of_flow(&mut self, expr: &Expr, expected: Option<&Written>) -> Value {
        let Flow { exits, value, .. } = self.flow(expr, expected);
        if exits.is_empty() {
            return value;
        }
        let help = "bind it first, as in `let x = if .. { .. } else { return .. };`";
        self.refuse(expr, "`return`, `break` and `continue` cannot stand inside another expression", help)
    }

    /// A condition, as a value of type `bool`.
    pub(super) fn condition(&mut self, condition: &Expr) -> Option<Id> {
        if let Expr::Let(pattern) = condition {
            let help = format!(
                "check with a condition, and bind with `let {} = {};` inside",
                text(&pattern.pat),
                text(&pattern.expr)
            );
            self.refuse(pattern, "`if let` is not supported", help);
            return None;
        }
        match self.expr(condition, Some(&Written::Scalar(Type::Bool))) {
            Value::Scalar(id) if self.graph.ty(id) == Type::Bool => Some(id),
            Value::Refused => None,
            _ => {
                let help = format!("compare it, as in `{} > 0.0`", operand(condition));
                self.refuse(condition, "a condition is a `bool`", help);
                None
            }
        }
    }

    fn branch(&mut self, branch: &ExprIf, expected: Option<&Written>) -> Flow {
        let condition = self.condition(&branch.cond);
        self.either(
            condition,
            branch,
            &mut |lowerer| lowerer.block(&branch.then_branch, expected),
            &mut |lowerer| match &branch.else_branch {
                Some((_, otherwise)) => lowerer.flow(otherwise, expected),
                None => Flow::of(Value::Tuple(Vec::new())),
            },
        )
    }

    /// `a && b` and `a || b`, whose right side is not evaluated where the left one decides.
    pub(super) fn lazily(&mut self, binary: &syn::ExprBinary) -> Value {
        let is_and = matches!(binary.op, BinOp::And(_));
        let condition = self.condition(&binary.left);
        // A condition may ask any function of what is not differentiated.
        let asked = Written::Scalar(Type::Bool);
        let mut right = |lowerer: &mut Self| Flow::of(lowerer.expr(&binary.right, Some(&asked)));
        let mut decided = |lowerer: &mut Self| Flow::of(Value::Scalar(lowerer.boolean(!is_and)));
        let flow = match is_and {
            true => self.either(condition, binary, &mut right, &mut decided),
            false => self.either(condition, binary, &mut decided, &mut right),
        };
        flow.value
    }

    /// Both sides, each on the names as they are now, and then one of each of their values.
    pub(super) fn either(
        &mut self,
        condition: Option<Id>,
        place: &dyn ToTokens,
        then: Side<'_, 'a>,
        otherwise: Side<'_, 'a>,
    ) -> Flow {
        let before = self.scope.clone();
        let open = self.conditions.len();
        self.conditions.extend(condition.map(|condition| (condition, true)));
        let then = then(self);
        self.conditions.truncate(open);
        let then_scope = std::mem::replace(&mut self.scope, before);
        self.conditions.extend(condition.map(|condition| (condition, false)));
        let otherwise = otherwise(self);
        self.conditions.truncate(open);
        let Some(condition) = condition else { return Flow::of(Value::Refused) };
        let value = match (then.falls, otherwise.falls) {
            (true, true) => {
                self.merge(condition, then_scope, place);
                self.choose(condition, then.value, otherwise.value, place)
            }
            (true, false) => {
                self.scope = then_scope;
                then.value
            }
            _ => otherwise.value,
        };
        let never = self.boolean(false);
        let mut exits = Vec::new();
        for exit in then.exits {
            let under = exit.condition.map_or(condition, |own| self.graph.select(condition, own, never));
            exits.push(Exit { condition: Some(under), ..exit });
        }
        for exit in otherwise.exits {
            let own = exit.condition.unwrap_or_else(|| self.boolean(true));
            exits.push(Exit { condition: Some(self.graph.select(condition, never, own)), ..exit });
        }
        Flow { exits, falls: then.falls || otherwise.falls, value }
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
            (then, otherwise) if then == otherwise => then,
            (Value::Scalar(a), Value::Scalar(b)) => match self.same_types(a, b, place) {
                Some((a, b)) => Value::Scalar(self.graph.select(condition, a, b)),
                None => Value::Refused,
            },
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
            // Refused already, or rustc says it better.
            _ => Value::Refused,
        }
    }

    fn choose_array(&mut self, condition: Id, a: &Array, b: &Array, place: &dyn ToTokens) -> Value {
        let graph = self.graph;
        if self.same_types(a.body, b.body, place).is_none() {
            return Value::Refused;
        }
        if a.rank() != b.rank() {
            return self.refuse(
                place.to_token_stream(),
                "both sides must have the same shape",
                "make the shorter one longer with `.insert_axis(axis, length)`",
            );
        }
        let ty = if graph.ty(a.body) == Type::Untyped { graph.ty(b.body) } else { graph.ty(a.body) };
        let (a, b) = (a.map(|body| self.coerce(body, ty)), b.map(|body| self.coerce(body, ty)));
        // What a branch has changed in place is there already.
        if let (Some(one), Some(other)) = (a.whole(graph), b.whole(graph))
            && graph.origin(one) == graph.origin(other)
        {
            let chosen = Array::of_node(graph, graph.select(condition, one, other));
            return Value::Array(chosen.nested_as(a.nested));
        }
        let demanded_by = text(place.to_token_stream());
        let zipped =
            Array::zip(graph, self.extents, [&a, &b], &demanded_by, |a, b| graph.select(condition, a, b));
        match zipped {
            Ok(array) => Value::Array(array.nested_as(a.nested)),
            Err(mismatch) => self.mismatch(mismatch, place),
        }
    }
}
