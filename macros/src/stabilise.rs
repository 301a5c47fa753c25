//! Formulas that overflow or lose digits to the same ones written safely, before they are differentiated.
//!
//! One rewrite is one row of the table. It must hold for all numbers. It may round differently, by no more than
//! its row states; it may not make a NaN or an infinity where there was a right number; and a NaN stays one.
//! Tests take each row from here and compare it with exact arithmetic at random points, so that a new row is
//! tested without a change elsewhere.

mod exponentials;
mod logarithms;
mod logistic;
mod moments;
mod powers;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::differentiate::active;
use crate::graph::{Expr, Graph, Id, Node};
use crate::lower::Lowered;
use crate::matching::{binary, constant, is};

/// What people write, and what is computed in its place.
pub(crate) struct Rewrite {
    pub(crate) name: &'static str,
    pub(crate) written: &'static str,
    pub(crate) safe: &'static str,
    /// Some rows must know which nodes are still: those that are not differentiated.
    apply: for<'g> fn(Expr<'g>, &HashSet<Id>) -> Option<Expr<'g>>,
    /// An expression to test it on, its parameters (`x` and `y` are numbers, `v` is a vector), and between
    /// which numbers these are.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) example: &'static str,
    pub(crate) domain: (f64, f64),
    /// How far the value may be from the exact one, in units in the last place, and of what.
    pub(crate) ulps: f64,
    pub(crate) of: &'static str,
}

macro_rules! rewrites {
    ($(
        $name:ident: $written:literal => $safe:literal by $file:ident::$function:ident $(given $still:ident)?,
        |$($parameter:ident),*| $example:expr, on $low:literal .. $high:literal, within $ulps:literal of $of:ident;
    )*) => {
        pub(crate) static REWRITES: &[Rewrite] = &[$(Rewrite {
            name: stringify!($name),
            written: $written,
            safe: $safe,
            apply: |e, _all| {
                $(let $still = _all;)?
                $file::$function(e $(, $still)?)
            },
            parameters: &[$(stringify!($parameter)),*],
            example: stringify!($example),
            domain: ($low, $high),
            ulps: $ulps,
            of: stringify!($of),
        }),*];
    };
}

// The first row that fits is taken. Of the units, `value` counts the units of the exact value; `one` those of 1 where the value
// is smaller, `operands` those of the largest operand, and `exponents` those of the value for each unit of the
// largest operand, since the difference of two exponents is rounded.
rewrites! {
    softplus: "ln(1 + e^x)" => "softplus(x)" by logistic::softplus,
        |x| (1.0 + x.exp()).ln(), on -800.0 .. 800.0, within 4.0 of value;
    exponent: "ln(e^x)" => "x" by exponentials::logarithm,
        |x| x.exp().ln(), on -800.0 .. 800.0, within 0.0 of value;
    tanh_of_exponentials: "(e^x - e^-x) / (e^x + e^-x)" => "tanh(x)" by exponentials::tanh,
        |x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()), on -800.0 .. 800.0, within 4.0 of value;
    tanh_of_quotient: "sinh(x) / cosh(x)" => "tanh(x)" by exponentials::sinh_by_cosh,
        |x| x.sinh() / x.cosh(), on -800.0 .. 800.0, within 4.0 of value;
    logistic: "e^x / (1 + e^x)" => "sigmoid(x)" by logistic::with_exponential,
        |x| x.exp() / (1.0 + x.exp()), on -800.0 .. 800.0, within 4.0 of value;
    reciprocal: "y / (1 + e^-x)" => "y·sigmoid(x)" by logistic::over_one_plus,
        |x| 1.0 / (1.0 + (-x).exp()), on -800.0 .. 800.0, within 4.0 of value;
    complement: "1 - sigmoid(x)" => "sigmoid(-x)" by logistic::complement,
        |x| 1.0 - x.sigmoid(), on -800.0 .. 800.0, within 4.0 of value;
    log_sigmoid: "ln(sigmoid(x))" => "-softplus(-x)" by logistic::logarithm,
        |x| x.sigmoid().ln(), on -800.0 .. 800.0, within 4.0 of value;
    log_sigmoid_of_softplus: "x - softplus(x)" => "-softplus(-x)" by logistic::less_softplus,
        |x| x - x.softplus(), on -800.0 .. 800.0, within 4.0 of value;
    tanh_of_logistic: "2·sigmoid(2·x) - 1" => "tanh(x)" by logistic::twice_less_one,
        |x| 2.0 / (1.0 + (-2.0 * x).exp()) - 1.0, on -800.0 .. 800.0, within 4.0 of value;
    softmax_of_two: "e^x / (e^x + e^y)" => "sigmoid(x - y)" by logistic::of_two,
        |x, y| x.exp() / (x.exp() + y.exp()), on -800.0 .. 800.0, within 2.0 of exponents;
    softmax: "e^x / Σ e^y" => "e^(x - max y) / Σ e^(y - max y)" by exponentials::softmax,
        |x, v| x.exp() / v.exp().sum(), on -600.0 .. 600.0, within 2.0 of exponents;
    log_softmax: "ln(e^x / Σ e^y)" => "x - ln Σ e^y" by exponentials::log_softmax,
        |x, v| (x.exp() / v.exp().sum()).ln(), on -800.0 .. 800.0, within 4.0 of operands;
    logaddexp: "ln(e^x + e^y)" => "max(x, y) + ln(e^(x - max) + e^(y - max))" by exponentials::logaddexp,
        |x, y| (x.exp() + y.exp()).ln(), on -800.0 .. 800.0, within 4.0 of one;
    logsumexp: "ln Σ e^x" => "max x + ln Σ e^(x - max x)" by exponentials::logsumexp,
        |v| v.exp().sum().ln(), on -800.0 .. 800.0, within 4.0 of one;
    shifted: "max x + ln Σ e^(x - max x)" => "the same, where max x counts as a constant" by exponentials::by_maximum,
        |v| v.max() + (v - v.max()).exp().sum().ln(), on -800.0 .. 800.0, within 4.0 of one;
    exp_m1: "e^x - 1" => "exp_m1(x)" by exponentials::less_one,
        |x| x.exp() - 1.0, on -800.0 .. 700.0, within 4.0 of value;
    ln_1p: "ln(1 + x)" => "ln_1p(x)" by logarithms::of_one_plus,
        |x| (1.0 + x).ln(), on -1.0 .. 10.0, within 4.0 of value;
    x_ln_x: "x·ln(x)" => "x·ln(x), but 0 at 0" by logarithms::times_own,
        |x| x * x.ln(), on 0.0 .. 10.0, within 4.0 of value;
    absolute: "√(x²)" => "|x|" by powers::root_of_square,
        |x| (x * x).sqrt(), on -1e300 .. 1e300, within 0.0 of value;
    length: "√(x² + y²)" => "√(x² + y²) with derivative 0 at 0" by powers::length given still,
        |x, y| (x * x + y * y).sqrt(), on -1e3 .. 1e3, within 4.0 of value;
    variance: "mean(x²) - mean(x)²" => "mean((x - mean(x))²)" by moments::variance,
        |v| v.square().mean() - v.mean().square(), on -1e3 .. 1e3, within 8.0 of value;
}

/// The function in safe forms; [`Lowered::rewritten`] says which.
pub(crate) fn stabilise(lowered: Lowered) -> Lowered {
    let graph = &lowered.graph;
    let results = lowered.results();
    let guarded = guarded(graph, &results);
    let moving = active(graph, &graph.reachable(&results), &lowered.active_leaves());
    let mut still: HashSet<Id> = HashSet::new();
    let mut rows: BTreeMap<Id, usize> = BTreeMap::new();
    let (stable, places) = graph.rebuilt(&lowered.roots(), |old, new| {
        let found = if guarded.contains(&old) { None } else { rewrite(new, &still) };
        let changed = found.map_or(new, |(row, safe)| {
            rows.insert(safe.id, row);
            safe
        });
        if !moving.contains(&old) {
            still.extend([new.id, changed.id]);
        }
        changed
    });
    if rows.is_empty() {
        return lowered;
    }
    let results: Vec<Id> = results.into_iter().map(|result| places[&result]).collect();
    let needed = stable.reachable(&results);
    let used: BTreeSet<usize> = needed.iter().filter_map(|id| rows.get(id).copied()).collect();
    let rewritten = used.into_iter().map(|row| &REWRITES[row]).collect();
    Lowered { rewritten, ..lowered.moved(stable, &places) }
}

/// The first row that fits, and what takes the place of the node.
fn rewrite<'g>(e: Expr<'g>, still: &HashSet<Id>) -> Option<(usize, Expr<'g>)> {
    if !e.ty().is_float() {
        return None;
    }
    let fits =
        |e| REWRITES.iter().enumerate().find_map(|(row, rewrite)| Some((row, (rewrite.apply)(e, still)?)));
    fits(e).or_else(|| {
        let (op, operands) = match e.graph.node(e.id) {
            Node::Op(op, operands) => (op, operands),
            _ => return None,
        };
        // An element of an array is computed as its body is.
        let mut variable = operands.iter().filter(|&&operand| constant(e.graph.expr(operand)).is_none());
        let (&only, None) = (variable.next()?, variable.next()) else { return None };
        let Node::Get(array, indices) = e.graph.node(only) else { return None };
        let Node::Build(axes, body) = e.graph.node(array) else { return None };
        let with_body = |&operand: &Id| if operand == only { body } else { operand };
        let of_body = e.graph.op(op, &operands.iter().map(with_body).collect::<Vec<_>>());
        let (row, safe) = fits(e.graph.expr(of_body))?;
        Some((row, e.graph.expr(e.graph.get(e.graph.build(&axes, safe.id), &indices))))
    })
}

/// The nodes that are only ever used where a choice around them has made sure that an operand of theirs is
/// not 0.
fn guarded(graph: &Graph, results: &[Id]) -> BTreeSet<Id> {
    let mut uses: HashMap<Id, usize> = HashMap::new();
    let mut safe: HashMap<Id, usize> = HashMap::new();
    let order = graph.reachable(results);
    for used in results.iter().copied().chain(order.iter().flat_map(|&id| graph.operands(id))) {
        *uses.entry(used).or_default() += 1;
    }
    for &id in &order {
        let Node::Select(condition, then, otherwise) = graph.node(id) else { continue };
        let compared = |row: &str| {
            let (left, right) = binary(graph.expr(condition), row)?;
            is(right, 0.0).then_some(left.id)
        };
        let sides = [(compared("eq"), otherwise), (compared("ne").or(compared("gt")), then)];
        for (subject, side) in sides {
            if subject.is_some_and(|subject| graph.operands(side).contains(&subject)) {
                *safe.entry(side).or_default() += 1;
            }
        }
    }
    safe.into_iter().filter(|(id, count)| uses[id] == *count).map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests;
