//! Quotients by what is the same for a whole loop, as products with its reciprocal, for which there is one
//! division before the loop.
//!
//! The product rounds once more, and is no number or none at all where the reciprocal is too large or too small
//! for one. So this is done where the divisor lies between 1 and the number of its summands: that of a softmax.
//! It comes after all other rewrites, since `x / y` is what those and the formula know.

use crate::graph::{Expr, FoldOp, Graph, Id, Node};
use crate::matching::{binary, is, sum, unary};

/// The roots with such quotients as products, in the same graph.
pub(crate) fn with_reciprocals(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    super::everywhere(graph, roots, |id| by_reciprocal(graph.expr(id)).map_or(id, |product| product.id))
}

fn by_reciprocal(quotient: Expr) -> Option<Expr> {
    let (x, y) = binary(quotient, "div")?;
    let own = quotient.graph.free(y.id);
    let is_in_loop = quotient.graph.free(x.id).iter().any(|axis| !own.contains(axis));
    (is_in_loop && !is(x, 1.0) && is_sum_of_softmax(y)).then(|| x * (1.0 / y))
}

/// Whether it is a sum of exponentials, each less the largest exponent, so that one of them is 1.
fn is_sum_of_softmax(expr: Expr) -> bool {
    let exponent = sum(expr).and_then(|(axes, body)| Some((axes, unary(body, "exp")?)));
    let parts = exponent.and_then(|(axes, exponent)| Some((axes, binary(exponent, "sub")?)));
    parts.is_some_and(|(axes, (x, largest))| {
        expr.graph.node(largest.id) == Node::Fold(FoldOp::Max, axes, x.id)
    })
}
