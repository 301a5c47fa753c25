//! Graph to smaller graph, by tables of small rewrites.
//!
//! What a rewrite may change: the sign of a zero, and roundings, by bringing the factors of a product
//! into another order or taking one out of a sum. What it may not: a NaN or an infinity stays one.
//! `x * 0` is not `0`, `x - x` is not `0` and `x / x` is not `1`, since `x` may be NaN or infinite.

use std::collections::HashMap;

use crate::graph::{Axis, Expr, FoldOp, Graph, Id, Node, Type};
use crate::ops::{self, Op};

/// A rewrite of one node whose operands are simple already; `None` where it does not apply.
pub(crate) struct Rewrite {
    pub(crate) name: &'static str,
    apply: for<'g> fn(Expr<'g>) -> Option<Expr<'g>>,
}

/// More rounds than any expression needs: each works on what the one before it left.
const ROUNDS: usize = 4;

/// The simplified roots, in the same graph.
pub(crate) fn simplify(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    let mut roots = roots.to_vec();
    for _ in 0..ROUNDS {
        let simple = round(graph, &roots);
        if simple == roots {
            break;
        }
        roots = simple;
    }
    roots
}

fn round(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    let mut simple: HashMap<Id, Id> = HashMap::new();
    for id in graph.reachable(roots) {
        let mut new = graph.with_operands(id, &mut |operand| simple[&operand]);
        while let Some(rewritten) = rewrite(graph.expr(new)) {
            new = rewritten.id;
        }
        if let Some(name) = graph.name(id) {
            graph.suggest_name(new, &name);
        }
        simple.insert(id, new);
    }
    roots.iter().map(|root| simple[root]).collect()
}

fn rewrite(expr: Expr) -> Option<Expr> {
    let tables: [&[Rewrite]; 3] = [CONSTANTS, IDENTITIES, STRUCTURE];
    tables
        .into_iter()
        .flatten()
        .find_map(|rewrite| (rewrite.apply)(expr).filter(|new| new.id != expr.id))
}

/// What is known when compiling.
pub(crate) static CONSTANTS: &[Rewrite] = &[
    Rewrite {
        name: "an operation on numbers",
        apply: evaluate,
    },
    Rewrite {
        name: "a cast of a number",
        apply: |e| match (e.graph.node(e.id), e.ty().is_float()) {
            (Node::Cast(value), true) => match e.graph.node(value) {
                Node::Float(bits) => Some(e.constant(rounded(f64::from_bits(bits), e.ty()))),
                Node::Int(value) => Some(e.constant(rounded(value as f64, e.ty()))),
                _ => None,
            },
            _ => None,
        },
    },
    Rewrite {
        name: "a condition that is known",
        apply: |e| {
            let (condition, then, otherwise) = select(e)?;
            Some(if known(condition)? { then } else { otherwise })
        },
    },
];

pub(crate) static IDENTITIES: &[Rewrite] = &[
    Rewrite {
        name: "x + 0",
        apply: |e| binary(e, "add").and_then(|(x, y)| is(y, 0.0).then_some(x)),
    },
    Rewrite {
        name: "0 + x",
        apply: |e| binary(e, "add").and_then(|(x, y)| is(x, 0.0).then_some(y)),
    },
    Rewrite {
        name: "x + -y",
        apply: |e| binary(e, "add").and_then(|(x, y)| Some(x - negated(y)?)),
    },
    Rewrite {
        name: "-x + y",
        apply: |e| binary(e, "add").and_then(|(x, y)| Some(y - negated(x)?)),
    },
    Rewrite {
        name: "x - 0",
        apply: |e| binary(e, "sub").and_then(|(x, y)| is(y, 0.0).then_some(x)),
    },
    Rewrite {
        name: "0 - x",
        apply: |e| binary(e, "sub").and_then(|(x, y)| is(x, 0.0).then(|| -y)),
    },
    Rewrite {
        name: "x - -y",
        apply: |e| binary(e, "sub").and_then(|(x, y)| Some(x + negated(y)?)),
    },
    Rewrite {
        name: "--x",
        apply: |e| negated(negated(e)?),
    },
    Rewrite {
        name: "x * c",
        apply: |e| {
            binary(e, "mul")
                .and_then(|(x, c)| (constant(c).is_some() && constant(x).is_none()).then(|| c * x))
        },
    },
    Rewrite {
        name: "y * x",
        apply: |e| {
            let (x, y) = binary(e, "mul")?;
            (constant(x).is_none() && y.id < x.id).then(|| y * x)
        },
    },
    Rewrite {
        name: "1 * x",
        apply: |e| binary(e, "mul").and_then(|(x, y)| is(x, 1.0).then_some(y)),
    },
    Rewrite {
        name: "-1 * x",
        apply: |e| binary(e, "mul").and_then(|(x, y)| is(x, -1.0).then(|| -y)),
    },
    Rewrite {
        name: "c * (d * x)",
        apply: |e| {
            let (c, product) = binary(e, "mul")?;
            let (d, x) = binary(product, "mul")?;
            Some(e.constant(rounded(constant(c)? * constant(d)?, e.ty())) * x)
        },
    },
    Rewrite {
        name: "x * (c * y)",
        apply: |e| {
            let (x, product) = binary(e, "mul")?;
            let (c, y) = binary(product, "mul")?;
            (constant(x).is_none() && constant(c).is_some()).then(|| c * (x * y))
        },
    },
    Rewrite {
        name: "(c * x) * y",
        apply: |e| {
            let (product, y) = binary(e, "mul")?;
            let (c, x) = binary(product, "mul")?;
            constant(c).map(|_| c * (x * y))
        },
    },
    Rewrite {
        name: "c * -x",
        apply: |e| {
            let (c, x) = binary(e, "mul")?;
            Some(e.constant(-constant(c)?) * negated(x)?)
        },
    },
    Rewrite {
        name: "-(c * x)",
        apply: |e| {
            let (c, x) = binary(negated(e)?, "mul")?;
            Some(e.constant(-constant(c)?) * x)
        },
    },
    Rewrite {
        name: "-x * y",
        apply: |e| binary(e, "mul").and_then(|(x, y)| Some(-(negated(x)? * y))),
    },
    Rewrite {
        name: "x * -y",
        apply: |e| binary(e, "mul").and_then(|(x, y)| Some(-(x * negated(y)?))),
    },
    Rewrite {
        name: "x * (1 / y)",
        apply: |e| {
            let (x, quotient) = binary(e, "mul")?;
            let (one, y) = binary(quotient, "div")?;
            is(one, 1.0).then(|| x / y)
        },
    },
    Rewrite {
        name: "(1 / x) * y",
        apply: |e| {
            let (quotient, y) = binary(e, "mul")?;
            let (one, x) = binary(quotient, "div")?;
            is(one, 1.0).then(|| y / x)
        },
    },
    Rewrite {
        name: "c * (d / x)",
        apply: |e| {
            let (c, quotient) = binary(e, "mul")?;
            let (d, x) = binary(quotient, "div")?;
            Some(e.constant(rounded(constant(c)? * constant(d)?, e.ty())) / x)
        },
    },
    Rewrite {
        name: "x / 1",
        apply: |e| binary(e, "div").and_then(|(x, y)| is(y, 1.0).then_some(x)),
    },
    Rewrite {
        name: "-x / y",
        apply: |e| binary(e, "div").and_then(|(x, y)| Some(-(negated(x)? / y))),
    },
    Rewrite {
        name: "x.powi(0)",
        apply: |e| power(e, 0).map(|_| e.constant(1.0)),
    },
    Rewrite {
        name: "x.powi(1)",
        apply: |e| power(e, 1),
    },
    Rewrite {
        name: "x.powi(2)",
        apply: |e| power(e, 2).map(Expr::square),
    },
    Rewrite {
        name: "x.detach()",
        apply: |e| match e.graph.node(e.id) {
            Node::Op(op, operands) if *op == *ops::row("detach") => Some(e.graph.expr(operands[0])),
            _ => None,
        },
    },
    Rewrite {
        name: "if c { x } else { x }",
        apply: |e| {
            let (_, then, otherwise) = select(e)?;
            (then.id == otherwise.id).then_some(then)
        },
    },
];

/// Sums and elements.
pub(crate) static STRUCTURE: &[Rewrite] = &[
    Rewrite {
        name: "the sum of what does not depend on the index",
        apply: |e| {
            let (axes, body) = sum(e)?;
            let (inside, outside): (Vec<Axis>, Vec<Axis>) = axes
                .iter()
                .partition(|axis| e.graph.free(body.id).contains(axis));
            let repeated = outside
                .into_iter()
                .map(|axis| e.graph.expr(e.graph.size(axis.extent)))
                .reduce(|a, b| a * b)?
                .real_like(e);
            let rest = e.graph.expr(e.graph.fold(FoldOp::Sum, &inside, body.id));
            Some(repeated * rest)
        },
    },
    Rewrite {
        name: "the sum of c * x",
        apply: |e| {
            let (axes, body) = sum(e)?;
            let mut product = Product {
                sign: false,
                above: Vec::new(),
                below: Vec::new(),
            };
            product.take(body, false);
            let (above, rest_above) = split_factors(product.above, &axes);
            let (below, rest_below) = split_factors(product.below, &axes);
            if above.is_empty() && below.is_empty() && !product.sign {
                return None;
            }
            let rest = sum_over(&axes, quotient(e, rest_above, rest_below));
            let outside = [above, vec![rest]].concat();
            let value = quotient(e, outside, below);
            Some(if product.sign { -value } else { value })
        },
    },
    Rewrite {
        name: "an element of an array with one element set",
        apply: |e| {
            let Node::Get(array, indices) = e.graph.node(e.id) else {
                return None;
            };
            let Node::Scatter(entries) = e.graph.node(array) else {
                return None;
            };
            let [entry] = entries.as_slice() else {
                return None;
            };
            if !entry.axes.is_empty() {
                return None;
            }
            let element = e.graph.expr(entry.body);
            let zero = e.constant(0.0);
            Some(
                indices
                    .iter()
                    .zip(&entry.indices)
                    .fold(element, |value, (&index, &set)| {
                        e.graph
                            .expr(index)
                            .eq(e.graph.expr(set))
                            .select(value, zero)
                    }),
            )
        },
    },
];

/// The factors of a product, above and below the line.
struct Product<'g> {
    sign: bool,
    above: Vec<Expr<'g>>,
    below: Vec<Expr<'g>>,
}

impl<'g> Product<'g> {
    fn take(&mut self, expr: Expr<'g>, inverse: bool) {
        if let Some(operand) = negated(expr) {
            self.sign = !self.sign;
            self.take(operand, inverse);
        } else if let Some((x, y)) = binary(expr, "mul") {
            self.take(x, inverse);
            self.take(y, inverse);
        } else if let Some((x, y)) = binary(expr, "div") {
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
    factors
        .into_iter()
        .partition(|factor| is_free_of(*factor, axes))
}

fn quotient<'g>(like: Expr<'g>, above: Vec<Expr<'g>>, below: Vec<Expr<'g>>) -> Expr<'g> {
    let product = |factors: Vec<Expr<'g>>| factors.into_iter().reduce(|x, y| x * y);
    let numerator = product(above).unwrap_or_else(|| like.constant(1.0));
    match product(below) {
        Some(denominator) => numerator / denominator,
        None => numerator,
    }
}

fn binary<'g>(expr: Expr<'g>, row: &str) -> Option<(Expr<'g>, Expr<'g>)> {
    match expr.graph.node(expr.id) {
        Node::Op(op, operands) if op.name == row => Some((
            expr.graph.expr(operands[0]),
            expr.graph.expr(*operands.get(1)?),
        )),
        _ => None,
    }
}

fn negated(expr: Expr) -> Option<Expr> {
    match expr.graph.node(expr.id) {
        Node::Op(op, operands) if op.name == "neg" => Some(expr.graph.expr(operands[0])),
        _ => None,
    }
}

fn power(expr: Expr, exponent: i64) -> Option<Expr> {
    let (x, n) = binary(expr, "powi")?;
    (expr.graph.node(n.id) == Node::Int(exponent)).then_some(x)
}

fn select<'g>(expr: Expr<'g>) -> Option<(Expr<'g>, Expr<'g>, Expr<'g>)> {
    match expr.graph.node(expr.id) {
        Node::Select(condition, then, otherwise) => Some((
            expr.graph.expr(condition),
            expr.graph.expr(then),
            expr.graph.expr(otherwise),
        )),
        _ => None,
    }
}

fn sum(expr: Expr) -> Option<(Vec<Axis>, Expr)> {
    match expr.graph.node(expr.id) {
        Node::Fold(FoldOp::Sum, axes, body) => Some((axes, expr.graph.expr(body))),
        _ => None,
    }
}

fn sum_over<'g>(axes: &[Axis], body: Expr<'g>) -> Expr<'g> {
    body.graph.expr(body.graph.fold(FoldOp::Sum, axes, body.id))
}

fn is_free_of(expr: Expr, axes: &[Axis]) -> bool {
    !expr
        .graph
        .free(expr.id)
        .iter()
        .any(|axis| axes.contains(axis))
}

fn constant(expr: Expr) -> Option<f64> {
    match expr.graph.node(expr.id) {
        Node::Float(bits) => Some(f64::from_bits(bits)),
        _ => None,
    }
}

fn is(expr: Expr, value: f64) -> bool {
    constant(expr) == Some(value)
}

/// The value of a float of the type, which `f32` rounds.
fn rounded(value: f64, ty: Type) -> f64 {
    if ty == Type::F32 {
        f64::from(value as f32)
    } else {
        value
    }
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
    value
        .is_finite()
        .then(|| expr.constant(rounded(value, expr.ty())))
}

/// Sums and differences of integer literals, as in the exponent of a derivative.
fn integer<'g>(expr: Expr<'g>, op: &Op, operands: &[Id]) -> Option<Expr<'g>> {
    let values: Vec<Node> = operands
        .iter()
        .map(|&operand| expr.graph.node(operand))
        .collect();
    let (Type::Int(_), [Node::Int(a), Node::Int(b)]) = (expr.ty(), values.as_slice()) else {
        return None;
    };
    let value = match op.name {
        "add" => a.checked_add(*b)?,
        "sub" => a.checked_sub(*b)?,
        _ => return None,
    };
    Some(expr.graph.expr(expr.graph.int(value, expr.ty())))
}

/// The answer of a condition on numbers.
fn known(condition: Expr) -> Option<bool> {
    let Node::Op(op, operands) = condition.graph.node(condition.id) else {
        return None;
    };
    let operand = |place: usize| condition.graph.expr(operands[place]);
    let number = |place: usize| match condition.graph.node(operands[place]) {
        Node::Int(value) => Some(value as f64),
        _ => constant(operand(place)),
    };
    match op.name {
        "and" if known(operand(0)) == Some(false) || known(operand(1)) == Some(false) => {
            Some(false)
        }
        "and" => Some(known(operand(0))? && known(operand(1))?),
        "eq" => Some(number(0)? == number(1)?),
        "ge" => Some(number(0)? >= number(1)?),
        _ => None,
    }
}
