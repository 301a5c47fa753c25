//! What a node is made of, as tables of rewrites ask for it.

use crate::graph::{Axis, Expr, FoldOp, Node};

/// The operands of a row with two of them.
pub(crate) fn binary<'g>(expr: Expr<'g>, row: &str) -> Option<(Expr<'g>, Expr<'g>)> {
    let (x, y) = expr.graph.with(expr.id, |data| match &data.node {
        Node::Op(op, operands) if op.name == row => Some((operands[0], *operands.get(1)?)),
        _ => None,
    })?;
    Some((expr.graph.expr(x), expr.graph.expr(y)))
}

/// The operand of a row.
pub(crate) fn unary<'g>(expr: Expr<'g>, row: &str) -> Option<Expr<'g>> {
    let operand = expr.graph.with(expr.id, |data| match &data.node {
        Node::Op(op, operands) if op.name == row => Some(operands[0]),
        _ => None,
    })?;
    Some(expr.graph.expr(operand))
}

pub(crate) fn negated(expr: Expr) -> Option<Expr> {
    unary(expr, "neg")
}

/// What a sum runs over, and its summands.
pub(crate) fn sum(expr: Expr) -> Option<(Vec<Axis>, Expr)> {
    match expr.graph.node(expr.id) {
        Node::Fold(FoldOp::Sum, axes, body) => Some((axes, expr.graph.expr(body))),
        _ => None,
    }
}

pub(crate) fn sum_over<'g>(axes: &[Axis], body: Expr<'g>) -> Expr<'g> {
    body.graph.expr(body.graph.fold(FoldOp::Sum, axes, body.id))
}

/// The number that it is.
pub(crate) fn constant(expr: Expr) -> Option<f64> {
    expr.graph.with(expr.id, |data| match data.node {
        Node::Float(bits) => Some(f64::from_bits(bits)),
        _ => None,
    })
}

pub(crate) fn is(expr: Expr, value: f64) -> bool {
    constant(expr) == Some(value)
}

pub(crate) fn is_int(expr: Expr, value: i64) -> bool {
    expr.graph.with(expr.id, |data| data.node == Node::Int(value))
}
