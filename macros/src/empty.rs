//! Divisions by the length of a loop, in its turns.
//!
//! A loop over `n` rows divides by `n`, as in `s += x[i] / n as f64`, only where it has a turn. What is taken out
//! of such a sum, value or derivative, would divide by 0 where there is none, and 0 / 0 is not 0.

use std::collections::{BTreeSet, HashMap};

use crate::graph::{CHEAP, Expr, Id, Node};
use crate::lower::Lowered;
use crate::matching::{binary, unary};
use crate::shape::{Extent, Source};

/// What costs more than this is not computed from lengths alone.
const OF_LENGTHS: u32 = 4 * CHEAP;

/// The function with divisors that are not 0 where the loops that alone need them have no turns.
pub(crate) fn without_division_by_zero(lowered: Lowered) -> Lowered {
    let graph = &lowered.graph;
    let by_length = |(&id, extents): (&Id, &BTreeSet<Extent>)| {
        let (_, divisor) = quotient(graph.expr(id))?;
        let is_asked =
            |&extent: &Extent| is_made_of(&lowered, divisor.id, extent) && graph.has_turns(extent).is_some();
        let lengths: Vec<Extent> = extents.iter().copied().filter(is_asked).collect();
        (!lengths.is_empty()).then_some((id, lengths))
    };
    let divided: HashMap<Id, Vec<Extent>> =
        graph.enclosing(&lowered.results()).iter().filter_map(by_length).collect();
    if divided.is_empty() {
        return lowered;
    }
    let (safe, places) = graph.rebuilt(&lowered.roots(), |old, new| {
        let (Some(lengths), Some((dividend, divisor))) = (divided.get(&old), quotient(new)) else {
            return new;
        };
        dividend / lengths.iter().fold(divisor, |divisor, &extent| or_one(divisor, extent))
    });
    lowered.moved(safe, &places)
}

/// What is divided and by what, if both are floats.
fn quotient(e: Expr) -> Option<(Expr, Expr)> {
    let of_recip = || unary(e, "recip").map(|divisor| (e.constant(1.0), divisor));
    binary(e, "div").or_else(of_recip).filter(|_| e.ty().is_float())
}

/// Whether the number is computed from the length.
fn is_made_of(lowered: &Lowered, number: Id, extent: Extent) -> bool {
    let graph = &lowered.graph;
    if graph.cost(number) > OF_LENGTHS {
        return false;
    }
    let length = graph.length(extent);
    graph.reachable(&[number]).into_iter().any(|id| match graph.node(id) {
        Node::Size(own) => lowered.extents.same(own, extent),
        Node::Leaf(leaf) => lowered.extents.source(extent) == Source::Parameter(leaf),
        _ => length == Some(id),
    })
}

/// The divisor, but 1 where the length is 0.
fn or_one(divisor: Expr, extent: Extent) -> Expr {
    let graph = divisor.graph;
    let size = graph.expr(graph.size(extent));
    match graph.node(divisor.id) {
        Node::Cast(length) if length == size.id => size.max(1).real_like(divisor),
        _ => size.ne(0).select(divisor, 1.0),
    }
}
