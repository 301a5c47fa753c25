//! The logistic function and what is written with it.

use super::exponentials::{exponent, half, negate, one_plus, quotient};
use super::logarithms::of_one_plus_what;
use crate::graph::Expr;
use crate::matching::{binary, constant, is, negated, unary};

pub(super) fn softplus(e: Expr) -> Option<Expr> {
    Some(exponent(of_one_plus_what(e)?)?.softplus())
}

pub(super) fn with_exponential(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let (own, x) = (exponent(above)?, exponent(one_plus(below)?)?);
    (own.id == x.id).then(|| x.sigmoid())
}

/// Another exponential above the line is a softmax.
pub(super) fn over_one_plus(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let logistic = negate(exponent(one_plus(below)?)?).sigmoid();
    match exponent(above) {
        Some(_) => None,
        None if is(above, 1.0) => Some(logistic),
        None => Some(above * logistic),
    }
}

pub(super) fn complement(e: Expr) -> Option<Expr> {
    if let Some(x) = one_plus(e).and_then(negated).and_then(logistic) {
        return Some(negate(x).sigmoid());
    }
    let (left, right) = binary(e, "sub")?;
    let x = logistic(left).filter(|_| is(right, 1.0))?;
    Some(-negate(x).sigmoid())
}

pub(super) fn logarithm(e: Expr) -> Option<Expr> {
    let x = match unary(e, "ln") {
        Some(x) => logistic(x)?,
        None => negate(logistic(negated(unary(e, "ln_1p")?)?)?),
    };
    Some(-negate(x).softplus())
}

pub(super) fn less_softplus(e: Expr) -> Option<Expr> {
    let (left, right) = binary(e, "sub")?;
    let is_of = |softplus, x: Expr| unary(softplus, "softplus").is_some_and(|of| of.id == x.id);
    match (is_of(right, left), is_of(left, right)) {
        (true, _) => Some(-negate(left).softplus()),
        (_, true) => Some(negate(right).softplus()),
        _ => None,
    }
}

pub(super) fn twice_less_one(e: Expr) -> Option<Expr> {
    let twice = |e| {
        let (a, b) = binary(e, "mul")?;
        let x = if is(a, 2.0) { logistic(b)? } else { logistic(a).filter(|_| is(b, 2.0))? };
        Some(half(x))
    };
    if let Some((left, one)) = binary(e, "sub")
        && is(one, 1.0)
    {
        return Some(twice(left)?.tanh());
    }
    // 1 - 2 σ(x) = -tanh(x / 2)
    Some(negate(twice(negated(one_plus(e)?)?)?).tanh())
}

pub(super) fn of_two(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let own = exponent(above)?;
    let (left, right) = binary(below, "add")?;
    if constant(left).is_some() || constant(right).is_some() {
        return None;
    }
    let (left, right) = (exponent(left)?, exponent(right)?);
    match own.id {
        id if id == left.id => Some((left - right).sigmoid()),
        id if id == right.id => Some((right - left).sigmoid()),
        _ => None,
    }
}

fn logistic(e: Expr) -> Option<Expr> {
    unary(e, "sigmoid")
}
