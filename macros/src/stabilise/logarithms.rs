//! Logarithms at 1 and at 0.

use super::exponentials::one_plus;
use crate::graph::Expr;
use crate::matching::{binary, constant, unary};

/// `x` of `ln(1 + x)`.
pub(super) fn of_one_plus_what(e: Expr) -> Option<Expr> {
    unary(e, "ln_1p").or_else(|| one_plus(unary(e, "ln")?))
}

pub(super) fn of_one_plus(e: Expr) -> Option<Expr> {
    let x = one_plus(unary(e, "ln")?)?;
    constant(x).is_none().then(|| x.ln_1p())
}

/// At 0 the derivative of `x ln x` is 0 too, though it is infinite beside it: what depends on a probability
/// that has become 0 does not change with it.
pub(super) fn times_own(e: Expr) -> Option<Expr> {
    let (a, b) = binary(e, "mul")?;
    let is_own = |x: Expr, logarithm| unary(logarithm, "ln").is_some_and(|of| of.id == x.id);
    let x = if is_own(a, b) { a } else { Some(b).filter(|&b| is_own(b, a))? };
    Some(x.guarded(|_| e))
}
