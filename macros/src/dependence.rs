//! Refuses derivatives that are zero wherever they exist: a gradient of zeros trains nothing, and says
//! nothing about why.

use std::collections::{BTreeSet, HashSet};

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::graph::{Graph, Id, Node};
use crate::items::Items;
use crate::lower::{self, Lowered};
use crate::parse::{Function, Param, listed};
use crate::report::Errors;
use crate::written::text;

/// What the user has said of values that are not differentiated.
#[derive(Default, Clone)]
pub(crate) struct Marks {
    /// Operands of operations whose derivative is zero wherever it exists, with the user's expression.
    pub(crate) flat: Vec<Flat>,
    /// What was given to `no_grad(..)`.
    pub(crate) constant: Vec<Id>,
}

#[derive(Clone)]
pub(crate) struct Flat {
    pub(crate) operand: Id,
    pub(crate) expression: TokenStream,
    /// The method's name; none for a condition.
    pub(crate) method: Option<&'static str>,
}

/// A parameter by which every derivative is zero, and why.
struct Zero<'a> {
    param: &'a Param,
    through: Option<&'a Flat>,
    reached: bool,
}

/// Notes the parameters by which the derivative is zero, unless the body marks them as constants.
/// `gradients` are those by the active leaves.
pub(crate) fn demand(
    function: &Function,
    items: &Items,
    lowered: &Lowered,
    gradients: &[Id],
    errors: &mut Errors,
) {
    let leaves = lowered.leaves.iter().filter(|leaf| leaf.active);
    let places: BTreeSet<Option<usize>> = leaves.clone().map(|leaf| leaf.param).collect();
    let is_moving = |gradient: &Id| !is_zero(&lowered.graph, *gradient);
    let moving = leaves.zip(gradients).filter(|(_, gradient)| is_moving(gradient));
    let moving: BTreeSet<Option<usize>> = moving.map(|(leaf, _)| leaf.param).collect();
    let still: Vec<usize> = places.difference(&moving).copied().flatten().collect();
    // The marks are those of the function as it is written.
    if !still.is_empty()
        && let Some(written) = lower::lower(function, items, &mut Errors::default())
    {
        explain(function, &written, &still, errors);
    }
}

fn explain(function: &Function, lowered: &Lowered, still: &[usize], errors: &mut Errors) {
    let graph = &lowered.graph;
    let reached: HashSet<Id> = graph.reachable(&lowered.results()).into_iter().collect();
    let constant: HashSet<Id> = graph.reachable(&lowered.marks.constant).into_iter().collect();
    let mut zeros = Vec::new();
    for &place in still {
        let leaves = lowered.leaves.iter().filter(|leaf| leaf.active && leaf.param == Some(place));
        let own: Vec<Id> = leaves.map(|leaf| leaf.node).collect();
        if own.iter().any(|leaf| constant.contains(leaf)) {
            continue;
        }
        let depends = |flat: &&Flat| {
            let operands = graph.reachable(&[flat.operand]);
            own.iter().any(|leaf| operands.contains(leaf))
        };
        let is_reached = own.iter().any(|leaf| reached.contains(leaf));
        let flat: Vec<&Flat> = lowered.marks.flat.iter().filter(|_| is_reached).filter(depends).collect();
        // An operand inside a loop may stand in the result under another index.
        let seen = flat.iter().find(|flat| reached.contains(&flat.operand)).or(flat.first());
        zeros.push(Zero { param: &function.params[place], through: seen.copied(), reached: is_reached });
    }
    let active = function.params.iter().filter(|param| param.active).count();
    if zeros.len() == active && zeros.iter().all(|zero| !zero.reached) {
        return refuse_constant(function, errors);
    }
    for zero in &zeros {
        refuse(function, &zeros, zero, errors);
    }
}

fn refuse_constant(function: &Function, errors: &mut Errors) {
    let place = match function.item.block.stmts.last() {
        Some(last) => last.to_token_stream(),
        None => function.item.sig.ident.to_token_stream(),
    };
    let params = function.params.iter().filter(|param| param.active);
    let params: Vec<String> = params.map(|param| param.name.to_string()).collect();
    let message = "the result is constant: it depends on no parameter that the function is differentiated by";
    let help = format!("compute it from {}, or remove the attribute", listed(&params));
    errors.push(place, message, help);
}

fn refuse(function: &Function, zeros: &[Zero], zero: &Zero, errors: &mut Errors) {
    let name = &zero.param.name;
    let way_out = way_out(function, zeros, name);
    match zero.through {
        Some(Flat { expression, method: Some(method), operand: _ }) => {
            let printed = text(expression);
            let x = printed.rsplit_once('.').map_or(printed.as_str(), |(receiver, _)| receiver);
            let help = match *method {
                "signum" => format!("a smooth sign is `{x}.tanh()`; otherwise {way_out}"),
                _ => format!(
                    "to differentiate as if nothing were rounded, write `{x} + no_grad({printed} - {x})`; \
                     otherwise {way_out}"
                ),
            };
            let message =
                format!("`{name}` reaches the result only through `{method}`, whose derivative is 0");
            errors.push(expression, message, help);
        }
        Some(Flat { expression, .. }) => errors.push(
            expression,
            format!("`{name}` reaches the result only through this condition, whose derivative is 0"),
            format!("weigh both sides with a smooth step such as `((a - b) / width).sigmoid()`; otherwise {way_out}"),
        ),
        None => {
            let message = match zero.reached {
                true => format!("the derivative by `{name}` is 0 everywhere"),
                false => format!("the result does not depend on `{name}`"),
            };
            errors.push(place(function, name), message, way_out);
        }
    }
}

/// Where the function says that it is differentiated by the parameter.
fn place<'a>(function: &'a Function, name: &'a proc_macro2::Ident) -> &'a proc_macro2::Ident {
    let named = function.wrt.iter().flatten();
    named.into_iter().find(|own| *own == name).unwrap_or(name)
}

/// What to write where the zeros are meant.
fn way_out(function: &Function, zeros: &[Zero], name: &proc_macro2::Ident) -> String {
    let is_zero = |param: &&Param| zeros.iter().any(|zero| zero.param.name == param.name);
    let left = function.params.iter().filter(|param| param.active && !is_zero(param));
    let left: Vec<String> = left.map(|param| param.name.to_string()).collect();
    let mark = format!("write `let _ = no_grad({name});` to have zeros");
    match (left.as_slice(), &function.wrt) {
        ([], _) => mark,
        (left, Some(_)) => format!("leave it out, as in `wrt({})`, or {mark}", left.join(", ")),
        (left, None) => {
            format!("leave it out with `#[differentiable(wrt({}))]`, or {mark}", left.join(", "))
        }
    }
}

/// Whether it is zero, or an array of zeros.
fn is_zero(graph: &Graph, id: Id) -> bool {
    match graph.node(id) {
        Node::Float(bits) => f64::from_bits(bits) == 0.0,
        Node::Scatter(None, entries) => entries.is_empty(),
        Node::Build(_, body) => is_zero(graph, body),
        _ => false,
    }
}
