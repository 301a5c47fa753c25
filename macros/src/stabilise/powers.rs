//! Roots of squares.

use std::collections::HashSet;

use crate::graph::{Expr, FoldOp, Id, Node};
use crate::matching::{binary, constant, is, is_int, sum_over, unary};

/// `x` of `x²`.
pub(super) fn square_of(e: Expr) -> Option<Expr> {
    if let Some(x) = unary(e, "square") {
        return Some(x);
    }
    if let Some((x, y)) = binary(e, "mul") {
        return (x.id == y.id).then_some(x);
    }
    if let Some((x, n)) = binary(e, "powi") {
        return is_int(n, 2).then_some(x);
    }
    let (x, p) = binary(e, "powf")?;
    is(p, 2.0).then_some(x)
}

fn root_of(e: Expr) -> Option<Expr> {
    unary(e, "sqrt").or_else(|| binary(e, "powf").filter(|(_, p)| is(*p, 0.5)).map(|(x, _)| x))
}

pub(super) fn root_of_square(e: Expr) -> Option<Expr> {
    Some(square_of(root_of(e)?)?.abs())
}

/// At 0 the root's derivative is infinite, and that of the squares is 0. By a weight of 0 before a square that is
/// not, the derivative is infinite indeed.
pub(super) fn length<'g>(e: Expr<'g>, still: &HashSet<Id>) -> Option<Expr<'g>> {
    let squares = root_of(e)?;
    let flat = where_flat(squares, still, &mut 16)?;
    Some(flat.eq(0.0).select(0.0, squares.sqrt()))
}

/// What is 0 where the sum of squares is, and does not change near there: the sum itself, without the factors
/// that move and are no squares. So many terms are looked at.
fn where_flat<'g>(e: Expr<'g>, still: &HashSet<Id>, terms: &mut usize) -> Option<Expr<'g>> {
    *terms = terms.checked_sub(1)?;
    let mut of = |e| where_flat(e, still, terms);
    if square_of(e).is_some() {
        return Some(e);
    }
    if let Some((x, y)) = binary(e, "add") {
        return Some(of(x)? + of(y)?);
    }
    if let Some((x, y)) = binary(e, "div") {
        return Some(of(x)? / y);
    }
    if let Some((x, y)) = binary(e, "mul") {
        let (x, y) = regrouped(x, y).or_else(|| regrouped(y, x)).unwrap_or((x, y));
        let (flat_x, flat_y) = (of(x), of(y));
        if flat_x.is_none() && flat_y.is_none() {
            return None;
        }
        let is_still = |factor: &Expr| constant(*factor).is_some() || still.contains(&factor.id);
        let kept = [flat_x.or(Some(x).filter(is_still)), flat_y.or(Some(y).filter(is_still))];
        return match kept {
            [Some(left), Some(right)] if (left.id, right.id) == (x.id, y.id) => Some(e),
            kept => kept.into_iter().flatten().reduce(|x, y| x * y),
        };
    }
    match e.graph.node(e.id) {
        Node::Fold(FoldOp::Sum, axes, body) => Some(sum_over(&axes, of(e.graph.expr(body))?)),
        _ => None,
    }
}

/// `x²` and `y` of `x (x y)`.
fn regrouped<'g>(x: Expr<'g>, product: Expr<'g>) -> Option<(Expr<'g>, Expr<'g>)> {
    let (a, b) = binary(product, "mul")?;
    let other = if a.id == x.id { b } else { Some(a).filter(|_| b.id == x.id)? };
    Some((x.square(), other))
}
