//! Graph to smaller graph, by tables of small rewrites.
//!
//! What a rewrite may change: the sign of a zero, and roundings, by bringing the factors of a product
//! into another order or taking one out of a sum. What it may not: a NaN or an infinity stays one.
//! `x * 0` is not `0`, `x - x` is not `0` and `x / x` is not `1`, since `x` may be NaN or infinite. One
//! case makes a NaN: an infinite factor that leaves a sum over empty data meets the sum's 0. It is none that
//! is infinite because the data are empty, since `empty.rs` has seen to these.

mod elements;
mod products;
mod reciprocals;

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Expr, Graph, Id, Node, Type};
use crate::matching::{binary, constant, is, is_int, negated, sum, sum_over, unary};
use crate::ops::Op;
pub(crate) use reciprocals::with_reciprocals;

/// A rewrite of a row with two operands: the row, what it matches, and what takes its place.
type Identity = (&'static str, &'static str, for<'g> fn(Expr<'g>, Expr<'g>) -> Option<Expr<'g>>);

/// A rewrite of any node.
type Rewrite = (&'static str, for<'g> fn(Expr<'g>) -> Option<Expr<'g>>);

/// Arithmetic. `c` and `d` are numbers.
#[rustfmt::skip]
static IDENTITIES: &[Identity] = &[
    ("add", "x + 0", |x, y| is(y, 0.0).then_some(x)),
    ("add", "0 + x", |x, y| is(x, 0.0).then_some(y)),
    ("add", "x + -y", |x, y| Some(x - negated(y)?)),
    ("add", "-x + y", |x, y| Some(y - negated(x)?)),
    ("sub", "x - 0", |x, y| is(y, 0.0).then_some(x)),
    ("sub", "0 - x", |x, y| is(x, 0.0).then(|| -y)),
    ("sub", "x - -y", |x, y| Some(x + negated(y)?)),
    ("sub", "x / z - y / z", |x, y| over_the_same(x, y).map(|(x, y, z)| (x - y) / z)),
    ("add", "x / z + y / z", |x, y| over_the_same(x, y).map(|(x, y, z)| (x + y) / z)),
    ("mul", "x * c", |x, c| (constant(c).is_some() && constant(x).is_none()).then(|| c * x)),
    ("mul", "y * x", |y, x| (constant(y).is_none() && x.id < y.id).then(|| x * y)),
    ("mul", "1 * x", |c, x| is(c, 1.0).then_some(x)),
    ("mul", "-1 * x", |c, x| is(c, -1.0).then(|| -x)),
    ("mul", "c * (d * x)", |c, y| binary(y, "mul").and_then(|(d, x)| Some(times(c, d)? * x))),
    ("mul", "x * (c * y)", |x, z| binary(z, "mul").and_then(|(c, y)| constant(c).map(|_| c * (x * y)))),
    ("mul", "(c * x) * y", |z, y| binary(z, "mul").and_then(|(c, x)| constant(c).map(|_| c * (x * y)))),
    ("mul", "c * -x", |c, y| Some(c.constant(-constant(c)?) * negated(y)?)),
    ("mul", "-x * y", |x, y| Some(-(negated(x)? * y))),
    ("mul", "x * -y", |x, y| Some(-(x * negated(y)?))),
    ("mul", "x * (1 / y)", |x, z| binary(z, "div").and_then(|(one, y)| is(one, 1.0).then(|| x / y))),
    ("mul", "(1 / x) * y", |z, y| binary(z, "div").and_then(|(one, x)| is(one, 1.0).then(|| y / x))),
    ("mul", "c * (d / x)", |c, y| binary(y, "div").and_then(|(d, x)| Some(times(c, d)? / x))),
    ("div", "x / 1", |x, y| is(y, 1.0).then_some(x)),
    ("div", "-x / y", |x, y| Some(-(negated(x)? / y))),
    ("eq", "(if c { m } else { x }) == n", equal_choice),
    ("eq", "(if c { 0 } else { 1 }) == 0", |x, zero| is(zero, 0.0).then(|| zero_or_one(x))?),
    ("powi", "x.powi(0)", |x, n| is_int(n, 0).then(|| x.constant(1.0))),
    ("powi", "x.powi(1)", |x, n| is_int(n, 1).then_some(x)),
    ("powi", "x.powi(2)", |x, n| is_int(n, 2).then(|| x.square())),
];

/// What is known when compiling, and sums.
static REWRITES: &[Rewrite] = &[
    ("an operation on numbers", evaluate),
    ("a cast of a number", cast),
    ("a condition that is known", known_condition),
    ("if c { true } else { false }", |e| {
        let Node::Select(condition, then, otherwise) = e.graph.node(e.id) else { return None };
        let is = |id: Id, value: i64| e.graph.ty(id) == Type::Bool && e.graph.node(id) == Node::Int(value);
        (is(then, 1) && is(otherwise, 0)).then(|| e.graph.expr(condition))
    }),
    ("--x", |e| negated(negated(e)?)),
    ("-(c * x)", negated_multiple),
    // The derivative has been taken.
    ("x.detach()", |e| unary(e, "detach")),
    ("an element of a sum over all places", elements::added_at_all_places),
    ("an element that is not set", elements::not_set),
    ("the sum of what does not depend on the index", repeated_sum),
    ("the sum of c * x", factors_of_sum),
    ("the sum of x * (y * z), as that of two factors", products::regrouped),
];

/// More rounds than any expression needs: each works on what the one before it left.
const ROUNDS: usize = 4;

/// More rewrites than any node needs.
const REWRITES_OF_ONE: usize = 100;

/// The simplified roots, in the same graph.
pub(crate) fn simplify(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    let mut roots = roots.to_vec();
    let mut simple = HashSet::new();
    for _ in 0..ROUNDS {
        let next = round(graph, &roots, &mut simple);
        let done = next == roots;
        roots = next;
        if done {
            break;
        }
    }
    roots
}

/// Rewrites every node once its operands are, except those that are known to be simple.
fn round(graph: &Graph, roots: &[Id], simple: &mut HashSet<Id>) -> Vec<Id> {
    everywhere(graph, roots, |mut new| {
        // Rewrites that undo each other must not keep the compiler busy for ever.
        for _ in 0..REWRITES_OF_ONE {
            if simple.contains(&new) {
                break;
            }
            match rewrite(graph.expr(new)) {
                Some(other) => new = other.id,
                None => {
                    simple.insert(new);
                }
            }
        }
        new
    })
}

/// The roots with each node changed once its operands are, under the name it had.
fn everywhere(graph: &Graph, roots: &[Id], mut change: impl FnMut(Id) -> Id) -> Vec<Id> {
    let mut rewritten: HashMap<Id, Id> = HashMap::new();
    for id in graph.reachable(roots) {
        let new = change(graph.with_operands(id, &mut |operand| rewritten[&operand]));
        if new != id
            && let Some(name) = graph.name(id)
        {
            graph.suggest_name(new, &name);
        }
        rewritten.insert(id, new);
    }
    graph.refer_to(&rewritten);
    roots.iter().map(|root| rewritten[root]).collect()
}

fn rewrite(e: Expr) -> Option<Expr> {
    REWRITES.iter().find_map(|(_, apply)| apply(e)).or_else(|| {
        let row = e.graph.with(e.id, |data| match &data.node {
            Node::Op(op, operands) if operands.len() == 2 => Some((op.name, operands[0], operands[1])),
            _ => None,
        });
        let (row, x, y) = row?;
        let (x, y) = (e.graph.expr(x), e.graph.expr(y));
        IDENTITIES.iter().filter(|(of, ..)| *of == row).find_map(|(.., apply)| apply(x, y))
    })
}

/// `x`, `y` and `z` of `x / z` and `y / z`, which are not divisions of integers: those drop what is left.
fn over_the_same<'g>(x: Expr<'g>, y: Expr<'g>) -> Option<(Expr<'g>, Expr<'g>, Expr<'g>)> {
    let ((x, z), (y, other)) = (binary(x, "div")?, binary(y, "div")?);
    (z.id == other.id && z.ty().is_float()).then_some((x, y, z))
}

fn cast(e: Expr) -> Option<Expr> {
    let Node::Cast(value) = e.graph.node(e.id) else {
        return None;
    };
    match e.graph.node(value) {
        _ if !e.ty().is_float() => None,
        Node::Float(bits) => Some(e.constant(rounded(f64::from_bits(bits), e.ty()))),
        Node::Int(value) => Some(e.constant(rounded(value as f64, e.ty()))),
        _ => None,
    }
}

fn known_condition(e: Expr) -> Option<Expr> {
    let Node::Select(condition, then, otherwise) = e.graph.node(e.id) else {
        return None;
    };
    let chosen = match known(e.graph.expr(condition)) {
        Some(true) => then,
        Some(false) => otherwise,
        None if then == otherwise => then,
        None => return None,
    };
    Some(e.graph.expr(chosen))
}

fn negated_multiple(e: Expr) -> Option<Expr> {
    let (c, x) = binary(negated(e)?, "mul")?;
    Some(e.constant(-constant(c)?) * x)
}

fn repeated_sum(e: Expr) -> Option<Expr> {
    let (axes, body) = sum(e)?;
    if axes.iter().any(|axis| e.graph.is_ragged(axis.extent)) {
        return None;
    }
    let (inside, outside): (Vec<Axis>, Vec<Axis>) =
        axes.iter().partition(|axis| e.graph.with(body.id, |data| data.free.contains(axis)));
    let lengths = outside.iter().map(|axis| e.graph.expr(e.graph.size(axis.extent)));
    let times = lengths.reduce(|a, b| a * b)?.real_like(e);
    taken_out(&outside, &[body], times * sum_over(&inside, body))
}

/// The value with factors that have been taken out of a sum over the axes. One that may panic is not computed
/// where the sum is of nothing.
fn taken_out<'g>(axes: &[Axis], factors: &[Expr<'g>], value: Expr<'g>) -> Option<Expr<'g>> {
    let graph = value.graph;
    if !factors.iter().any(|factor| graph.is_risky(factor.id)) {
        return Some(value);
    }
    let nothing = match value.ty().is_float() {
        true => value.constant(0.0),
        false => graph.expr(graph.int(0, value.ty())),
    };
    let conditions = graph.have_turns(axes)?;
    Some(conditions.into_iter().fold(value, |value, condition| graph.expr(condition).select(value, nothing)))
}

fn factors_of_sum(e: Expr) -> Option<Expr> {
    if !e.ty().is_float() {
        return None;
    }
    let (axes, body) = sum(e)?;
    let mut product = Product { negative: false, above: Vec::new(), below: Vec::new() };
    product.take(body, false);
    let (above, rest_above) = split_factors(product.above, &axes);
    let (below, rest_below) = split_factors(product.below, &axes);
    if above.is_empty() && below.is_empty() && !product.negative {
        return None;
    }
    let rest = sum_over(&axes, quotient(e, rest_above, rest_below));
    let value = quotient(e, [above.as_slice(), &[rest]].concat(), below.clone());
    taken_out(&axes, &[above, below].concat(), if product.negative { -value } else { value })
}

/// How many factors of a product are looked at.
const FACTORS: usize = 32;

/// The factors of a product, above and below the line.
struct Product<'g> {
    negative: bool,
    above: Vec<Expr<'g>>,
    below: Vec<Expr<'g>>,
}

impl<'g> Product<'g> {
    fn take(&mut self, expr: Expr<'g>, inverse: bool) {
        // A tree of factors may be a small graph, so that taking all of it apart would never end.
        let whole = self.above.len() + self.below.len() > FACTORS;
        if is(expr, 1.0) {
            // It would be taken out of a sum again and again.
        } else if let (false, Some(operand)) = (whole, negated(expr)) {
            self.negative = !self.negative;
            self.take(operand, inverse);
        } else if let (false, Some((x, y))) = (whole, binary(expr, "mul")) {
            self.take(x, inverse);
            self.take(y, inverse);
        } else if let (false, Some((x, y))) = (whole, binary(expr, "div")) {
            self.take(x, inverse);
            self.take(y, !inverse);
        } else if inverse {
            self.below.push(expr);
        } else {
            self.above.push(expr);
        }
    }
}

/// The factors that do not depend on the axes, and the others.
fn split_factors<'g>(factors: Vec<Expr<'g>>, axes: &[Axis]) -> (Vec<Expr<'g>>, Vec<Expr<'g>>) {
    factors.into_iter().partition(|factor| is_free_of(*factor, axes))
}

fn quotient<'g>(like: Expr<'g>, above: Vec<Expr<'g>>, below: Vec<Expr<'g>>) -> Expr<'g> {
    let product = |factors: Vec<Expr<'g>>| factors.into_iter().reduce(|x, y| x * y);
    let numerator = product(above).unwrap_or_else(|| like.constant(1.0));
    match product(below) {
        Some(denominator) => numerator / denominator,
        None => numerator,
    }
}

fn times<'g>(c: Expr<'g>, d: Expr<'g>) -> Option<Expr<'g>> {
    Some(c.constant(rounded(constant(c)? * constant(d)?, c.ty())))
}

/// A choice of integers is equal to one where the one chosen is.
fn equal_choice<'g>(x: Expr<'g>, n: Expr<'g>) -> Option<Expr<'g>> {
    let graph = x.graph;
    let Node::Int(n) = graph.node(n.id) else { return None };
    let Node::Select(condition, then, otherwise) = graph.node(x.id) else { return None };
    let Node::Int(m) = graph.node(then) else { return None };
    let never = graph.int(0, Type::Bool);
    let is_equal = graph.int(i64::from(m == n), Type::Bool);
    let rest = match graph.node(otherwise) {
        Node::Int(other) => graph.int(i64::from(other == n), Type::Bool),
        _ => graph.expr(otherwise).eq(graph.expr(graph.int(n, x.ty()))).id,
    };
    Some(graph.expr(match (m == n, rest == never) {
        (true, true) => condition,
        (false, true) => never,
        _ => graph.select(condition, is_equal, rest),
    }))
}

/// The condition under which a choice between the numbers 0 and 1 is 0.
fn zero_or_one(expr: Expr) -> Option<Expr> {
    let Node::Select(condition, then, otherwise) = expr.graph.node(expr.id) else {
        return None;
    };
    let chosen = is(expr.graph.expr(then), 0.0) && is(expr.graph.expr(otherwise), 1.0);
    chosen.then(|| expr.graph.expr(condition))
}

fn is_free_of(expr: Expr, axes: &[Axis]) -> bool {
    !expr.graph.free(expr.id).iter().any(|axis| axes.contains(axis))
}

/// The value of a float of the type, which `f32` rounds.
fn rounded(value: f64, ty: Type) -> f64 {
    if ty == Type::F32 { f64::from(value as f32) } else { value }
}

fn evaluate(expr: Expr) -> Option<Expr> {
    let Node::Op(op, operands) = expr.graph.node(expr.id) else {
        return None;
    };
    if !expr.ty().is_float() {
        return integer(expr, op, &operands);
    }
    let values: Option<Vec<f64>> = operands
        .iter()
        .map(|&operand| match expr.graph.node(operand) {
            Node::Int(value) => Some(value as f64),
            _ => constant(expr.graph.expr(operand)),
        })
        .collect();
    let value = op.evaluate?(&values?);
    value.is_finite().then(|| expr.constant(rounded(value, expr.ty())))
}

/// Sums and differences of integer literals, as in the exponent of a derivative.
fn integer<'g>(expr: Expr<'g>, op: &Op, operands: &[Id]) -> Option<Expr<'g>> {
    let values: Vec<Node> = operands.iter().map(|&operand| expr.graph.node(operand)).collect();
    let (Type::Int(_), [Node::Int(a), Node::Int(b)]) = (expr.ty(), values.as_slice()) else {
        return None;
    };
    let value = match op.name {
        "add" => a.checked_add(*b)?,
        "sub" => a.checked_sub(*b)?,
        "saturating_sub" => a.saturating_sub(*b).max(0),
        _ => return None,
    };
    Some(expr.graph.expr(expr.graph.int(value, expr.ty())))
}

/// The answer of a condition on numbers.
fn known(condition: Expr) -> Option<bool> {
    match condition.graph.node(condition.id) {
        Node::Int(value) => return Some(value != 0),
        Node::Select(of, then, otherwise) => {
            let chosen = if known(condition.graph.expr(of))? { then } else { otherwise };
            return known(condition.graph.expr(chosen));
        }
        _ => {}
    }
    let Node::Op(op, operands) = condition.graph.node(condition.id) else {
        return None;
    };
    let operand = |place: usize| condition.graph.expr(operands[place]);
    let number = |place: usize| match condition.graph.node(operands[place]) {
        Node::Int(value) => Some(value as f64),
        _ => constant(operand(place)),
    };
    match op.name {
        "and" if known(operand(0)) == Some(false) || known(operand(1)) == Some(false) => Some(false),
        "and" => Some(known(operand(0))? && known(operand(1))?),
        "eq" => Some(number(0)? == number(1)?),
        "ge" => Some(number(0)? >= number(1)?),
        "gt" => Some(number(0)? > number(1)?),
        "lt" => Some(number(0)? < number(1)?),
        "le" => Some(number(0)? <= number(1)?),
        _ => None,
    }
}
