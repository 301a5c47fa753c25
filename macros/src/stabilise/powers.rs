//! Roots of squares.

use crate::graph::{Expr, FoldOp, Node};
use crate::matching::{binary, is, unary};

/// `x` of `x²`.
pub(super) fn square_of(e: Expr) -> Option<Expr> {
    if let Some(x) = unary(e, "square") {
        return Some(x);
    }
    if let Some((x, y)) = binary(e, "mul") {
        return (x.id == y.id).then_some(x);
    }
    if let Some((x, n)) = binary(e, "powi") {
        return (e.graph.node(n.id) == Node::Int(2)).then_some(x);
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

/// At 0 the root's derivative is infinite, and that of the squares is 0.
pub(super) fn length(e: Expr) -> Option<Expr> {
    let squares = root_of(e)?;
    is_sum_of_squares(squares, &mut 16).then(|| squares.guarded(|squares| squares.sqrt()))
}

/// Whether it is 0 only where all that is squared in it is 0, or a multiple of such. So many terms are looked
/// at.
fn is_sum_of_squares(e: Expr, terms: &mut usize) -> bool {
    if *terms == 0 {
        return false;
    }
    *terms -= 1;
    let mut of = |e| is_sum_of_squares(e, terms);
    if square_of(e).is_some() {
        return true;
    }
    if let Some((x, y)) = binary(e, "add") {
        return of(x) && of(y);
    }
    if let Some((x, _)) = binary(e, "div") {
        return of(x);
    }
    if let Some((x, y)) = binary(e, "mul") {
        let is_factor = |x: Expr, of| binary(of, "mul").is_some_and(|(a, b)| a.id == x.id || b.id == x.id);
        return is_factor(x, y) || is_factor(y, x) || of(x) || of(y);
    }
    match e.graph.node(e.id) {
        Node::Fold(FoldOp::Sum, _, body) => of(e.graph.expr(body)),
        _ => false,
    }
}
