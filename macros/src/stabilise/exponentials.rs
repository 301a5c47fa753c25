//! Quotients, differences and logarithms of exponentials.

use super::powers::square_of;
use crate::graph::{Axis, Expr, FoldOp, Node};
use crate::matching::{binary, constant, is, negated, sum, sum_over, unary};

/// The numbers above and below the line.
pub(super) fn quotient(e: Expr) -> Option<(Expr, Expr)> {
    if let Some(of) = unary(e, "recip") {
        return Some((e.constant(1.0), of));
    }
    if let Some((of, n)) = binary(e, "powi") {
        let inverse = number(n) == Some(-1.0);
        return inverse.then(|| (e.constant(1.0), of));
    }
    binary(e, "div")
}

/// A number, which may have a sign before it.
fn number(e: Expr) -> Option<f64> {
    match (negated(e), e.graph.node(e.id)) {
        (Some(of), _) => Some(-number(of)?),
        (_, Node::Int(value)) => Some(value as f64),
        _ => constant(e),
    }
}

/// `x` of `1 + x`.
pub(super) fn one_plus(e: Expr) -> Option<Expr> {
    if let Some((a, b)) = binary(e, "add") {
        return if is(a, 1.0) { Some(b) } else { is(b, 1.0).then_some(a) };
    }
    let (one, x) = binary(e, "sub")?;
    // Not `negate`: what is subtracted must be found again.
    is(one, 1.0).then(|| -x)
}

/// `-x`, without a sign before a sign.
pub(super) fn negate(x: Expr) -> Expr {
    if let Some(of) = negated(x) {
        return of;
    }
    if let Some((a, b)) = binary(x, "sub") {
        return b - a;
    }
    match multiple(x) {
        Some((c, of)) => x.constant(-c) * of,
        None => -x,
    }
}

/// `x / 2`.
pub(super) fn half(x: Expr) -> Expr {
    if let Some(of) = negated(x) {
        return -half(of);
    }
    if let Some((a, b)) = binary(x, "add")
        && a.id == b.id
    {
        return a;
    }
    match multiple(x) {
        Some((2.0, of)) => of,
        Some((-2.0, of)) => -of,
        Some((c, of)) => 0.5 * c * of,
        None => 0.5 * x,
    }
}

/// `c` and `x` of `c x`.
fn multiple(e: Expr) -> Option<(f64, Expr)> {
    let (a, b) = binary(e, "mul")?;
    match (number(a), number(b)) {
        (Some(c), None) => Some((c, b)),
        (None, Some(c)) => Some((c, a)),
        _ => None,
    }
}

/// `x` of `e^x`, of `1 / e^-x` and of `(e^(x/2))²`.
pub(super) fn exponent(e: Expr) -> Option<Expr> {
    if let Some(x) = unary(e, "exp") {
        return Some(x);
    }
    if let Some((one, of)) = quotient(e) {
        return is(one, 1.0).then_some(()).and_then(|()| Some(negate(unary(of, "exp")?)));
    }
    if let Some(of) = square_of(e) {
        return Some(2.0 * unary(of, "exp")?);
    }
    let (axes, body, indices) = element(e)?;
    let x = unary(body, "exp")?;
    Some(e.graph.expr(e.graph.get(e.graph.build(&axes, x.id), &indices)))
}

/// The array of which it is an element, if that is built, and where.
fn element(e: Expr) -> Option<(Vec<Axis>, Expr, Vec<crate::graph::Id>)> {
    let Node::Get(array, indices) = e.graph.node(e.id) else { return None };
    let Node::Build(axes, body) = e.graph.node(array) else { return None };
    Some((axes, e.graph.expr(body), indices))
}

pub(super) fn logarithm(e: Expr) -> Option<Expr> {
    exponent(unary(e, "ln")?)
}

pub(super) fn less_one(e: Expr) -> Option<Expr> {
    if let Some((left, right)) = binary(e, "sub")
        && is(right, 1.0)
    {
        return Some(exponent(left)?.exp_m1());
    }
    if let Some((left, right)) = binary(e, "add") {
        let rest = if number(left) == Some(-1.0) { right } else { left };
        return (number(left) == Some(-1.0) || number(right) == Some(-1.0))
            .then_some(())
            .and_then(|()| Some(exponent(rest)?.exp_m1()));
    }
    Some(-exponent(negated(one_plus(e)?)?)?.exp_m1())
}

/// A term of a difference or a sum: an exponential, or 1.
#[derive(Clone, Copy)]
enum Term<'g> {
    One,
    Exponential(Expr<'g>),
}

fn term(e: Expr) -> Option<Term> {
    if is(e, 1.0) { Some(Term::One) } else { Some(Term::Exponential(exponent(e)?)) }
}

/// The terms of `e^x - e^y`. That one of them is 1 may have been seen already.
fn difference(e: Expr) -> Option<(Term, Term)> {
    if let Some(x) = unary(e, "exp_m1") {
        return Some((Term::Exponential(x), Term::One));
    }
    if let Some(x) = negated(e).and_then(|of| unary(of, "exp_m1")) {
        return Some((Term::One, Term::Exponential(x)));
    }
    let (left, right) = binary(e, "sub")?;
    Some((term(left)?, term(right)?))
}

pub(super) fn tanh(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let (above, below) = match (multiple(above), multiple(below), binary(above, "div"), binary(below, "div"))
    {
        (Some((c, x)), Some((d, y)), ..) if c == d => (x, y),
        (.., Some((x, c)), Some((y, d))) if c.id == d.id => (x, y),
        _ => (above, below),
    };
    let (first, second) = difference(above)?;
    let (left, right) = binary(below, "add")?;
    let same = |a: Term, b: Term| match (a, b) {
        (Term::One, Term::One) => true,
        (Term::Exponential(x), Term::Exponential(y)) => x.id == y.id,
        _ => false,
    };
    let (left, right) = (term(left)?, term(right)?);
    let is_theirs = (same(first, left) && same(second, right)) || (same(first, right) && same(second, left));
    let x = match (first, second) {
        _ if !is_theirs => return None,
        (Term::Exponential(x), Term::One) => half(x),
        (Term::One, Term::Exponential(x)) => half(negate(x)),
        (Term::Exponential(x), Term::Exponential(y)) if negate(x).id == y.id || negate(y).id == x.id => x,
        _ => return None,
    };
    Some(x.tanh())
}

pub(super) fn sinh_by_cosh(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let (x, y) = (unary(above, "sinh")?, unary(below, "cosh")?);
    (x.id == y.id).then(|| x.tanh())
}

pub(super) fn softmax(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(e)?;
    let x = exponent(above)?;
    let (shift, sum) = shifted(below)?;
    Some((x - shift).exp() / sum)
}

pub(super) fn log_softmax(e: Expr) -> Option<Expr> {
    let (above, below) = quotient(unary(e, "ln")?)?;
    let x = unary(above, "exp")?;
    is_sum(below).then(|| x - below.ln())
}

pub(super) fn logaddexp(e: Expr) -> Option<Expr> {
    binary(unary(e, "ln")?, "add")?;
    logsumexp(e)
}

/// Of a mean of exponentials too.
pub(super) fn logsumexp(e: Expr) -> Option<Expr> {
    let of = unary(e, "ln")?;
    if let Some((shift, sum)) = shifted(of) {
        return Some(shift + sum.ln());
    }
    if let Some((c, of)) = multiple(of) {
        let (shift, sum) = shifted(of)?;
        return Some(shift + (c * sum).ln());
    }
    let (total, count) = binary(of, "div")?;
    let (shift, sum) = shifted(total)?;
    Some(shift + (sum / count).ln())
}

/// The two contributions of the maximum to a derivative cancel.
pub(super) fn by_maximum(e: Expr) -> Option<Expr> {
    let (left, right) = binary(e, "add")?;
    [(left, right), (right, left)].into_iter().find_map(|(largest, logarithm)| {
        let Node::Fold(FoldOp::Max, axes, x) = e.graph.node(largest.id) else { return None };
        let (summed, body) = sum(unary(logarithm, "ln")?)?;
        let shifted = binary(unary(body, "exp")?, "sub")?;
        // The two may name their indices differently.
        let renamed: Vec<_> = axes.iter().copied().zip(e.graph.indices(&summed)).collect();
        let x = e.graph.expr(e.graph.substitute(x, &renamed));
        if axes.len() != summed.len() || (shifted.0.id, shifted.1.id) != (x.id, largest.id) {
            return None;
        }
        let constant = largest.detach();
        Some(constant + sum_over(&summed, (x - constant).exp()).ln())
    })
}

/// A sum of several exponentials.
enum Terms<'g> {
    One(Term<'g>),
    Two(Box<Terms<'g>>, Box<Terms<'g>>),
    Sum(Vec<Axis>, Box<Terms<'g>>),
    /// Where a condition holds, or where it does not.
    Where(Expr<'g>, bool, Box<Terms<'g>>),
}

/// More terms than this are not looked at.
const TERMS: usize = 16;

impl<'g> Terms<'g> {
    fn of(e: Expr<'g>, left: &mut usize) -> Option<Self> {
        *left = left.checked_sub(1)?;
        if let Some(term) = term(e) {
            return Some(Terms::One(term));
        }
        if let Some((a, b)) = binary(e, "add") {
            return match (is(a, 0.0), is(b, 0.0)) {
                (true, _) => Terms::of(b, left),
                (_, true) => Terms::of(a, left),
                _ => Some(Terms::Two(Box::new(Terms::of(a, left)?), Box::new(Terms::of(b, left)?))),
            };
        }
        match e.graph.node(e.id) {
            Node::Fold(FoldOp::Sum, axes, body) => {
                Some(Terms::Sum(axes, Box::new(Terms::of(e.graph.expr(body), left)?)))
            }
            Node::Select(condition, then, otherwise) => {
                let [condition, then, otherwise] = [condition, then, otherwise].map(|id| e.graph.expr(id));
                let holds = is(otherwise, 0.0);
                let of = if holds { then } else { Some(otherwise).filter(|_| is(then, 0.0))? };
                Some(Terms::Where(condition, holds, Box::new(Terms::of(of, left)?)))
            }
            _ => None,
        }
    }

    /// Whether the maximum has been taken from an exponent already.
    fn is_shifted(&self) -> bool {
        match self {
            Terms::One(Term::One) => false,
            Terms::One(Term::Exponential(x)) => binary(*x, "sub").is_some_and(|(_, by)| is_largest(by)),
            Terms::Two(a, b) => a.is_shifted() || b.is_shifted(),
            Terms::Sum(_, terms) | Terms::Where(.., terms) => terms.is_shifted(),
        }
    }

    fn largest(&self, like: Expr<'g>) -> Expr<'g> {
        match self {
            Terms::One(Term::One) => like.constant(0.0),
            Terms::One(Term::Exponential(x)) => *x,
            Terms::Two(a, b) => a.largest(like).max(b.largest(like)),
            Terms::Sum(axes, terms) => {
                let graph = like.graph;
                graph.expr(graph.fold(FoldOp::Max, axes, terms.largest(like).id))
            }
            Terms::Where(condition, holds, terms) => {
                let none = like.constant(f64::NEG_INFINITY);
                chosen(*condition, *holds, terms.largest(like), none)
            }
        }
    }

    /// The sum with all exponents less by `shift`.
    fn less(&self, shift: Expr<'g>) -> Expr<'g> {
        match self {
            Terms::One(Term::One) => (-shift).exp(),
            Terms::One(Term::Exponential(x)) => (*x - shift).exp(),
            Terms::Two(a, b) => a.less(shift) + b.less(shift),
            Terms::Sum(axes, terms) => sum_over(axes, terms.less(shift)),
            Terms::Where(condition, holds, terms) => {
                chosen(*condition, *holds, terms.less(shift), shift.constant(0.0))
            }
        }
    }
}

fn chosen<'g>(condition: Expr<'g>, holds: bool, value: Expr<'g>, none: Expr<'g>) -> Expr<'g> {
    if holds { condition.select(value, none) } else { condition.select(none, value) }
}

fn is_sum(e: Expr) -> bool {
    let of = element(e).map_or(e, |(_, body, _)| body);
    Terms::of(of, &mut { TERMS }).is_some_and(|terms| !matches!(terms, Terms::One(_)))
}

fn is_largest(e: Expr) -> bool {
    if let Some((_, body, _)) = element(e) {
        return is_largest(body);
    }
    match e.graph.node(e.id) {
        Node::Op(op, operands) if op.name == "detach" => is_largest(e.graph.expr(operands[0])),
        Node::Op(op, _) => op.name == "max",
        Node::Select(_, then, _) => is_largest(e.graph.expr(then)),
        Node::Fold(op, ..) => op == FoldOp::Max,
        _ => false,
    }
}

/// What to subtract from all exponents of a sum, so that none overflows, and the sum of what is left. It counts as
/// a constant, as its contributions to a derivative cancel. Where the largest is infinite, or there is none,
/// nothing is subtracted, so that the answer is what it was.
fn shifted(e: Expr) -> Option<(Expr, Expr)> {
    let graph = e.graph;
    if let Some((axes, body, indices)) = element(e) {
        let (shift, sum) = shifted(body)?;
        let here = |part: Expr| graph.get(graph.build(&axes, part.id), &indices);
        return Some((graph.expr(here(shift)), graph.expr(here(sum))));
    }
    let terms = Terms::of(e, &mut { TERMS })?;
    if matches!(terms, Terms::One(_)) || terms.is_shifted() {
        return None;
    }
    let largest = terms.largest(e).detach();
    let shift = largest.abs().lt(f64::INFINITY).select(largest, 0.0);
    Some((shift, terms.less(shift)))
}
