//! What is computed again at each use rather than kept, and which loops arrays share with their users.

use std::collections::HashMap;

use crate::graph::{Axis, Graph, Id, Node};

/// Whether an element is read of an array that changes in place, so that the time of reading matters.
pub(super) fn is_read_in_place(graph: &Graph, id: Id) -> bool {
    match graph.node(id) {
        Node::Get(array, _) => graph.is_changing(array) || is_late(graph, array),
        _ => false,
    }
}

/// Whether only the code before an array can tell its shape.
pub(super) fn is_late(graph: &Graph, array: Id) -> bool {
    !matches!(graph.node(array), Node::Leaf(_))
        && graph.shape(array).into_iter().any(|extent| graph.is_late(extent))
}

/// What it costs to compute a scalar again where the kept ones are at hand.
pub(super) fn cost_again(graph: &Graph, id: Id, again: &HashMap<Id, u32>) -> u32 {
    let own = match graph.node(id) {
        Node::Op(op, _) if !op.cheap => return u32::MAX,
        // A division takes as long as many sums or products, unless it is by the same number in every turn.
        Node::Op(op, operands)
            if op.name == "div" && graph.ty(id).is_float() && !graph.free(operands[1]).is_empty() =>
        {
            return u32::MAX;
        }
        // Another loop over the same indices does not have it.
        Node::Get(array, _) if matches!(graph.node(array), Node::CallGradient(..)) => return u32::MAX,
        _ => 1,
    };
    let operands = graph.operands(id);
    own + operands.iter().map(|operand| again.get(operand).copied().unwrap_or(0)).sum::<u32>()
}

/// For each built array its axes at which every user asks for the very element that the loop is at.
pub(super) fn shared_axes(graph: &Graph, reachable: &[Id], roots: &[Id]) -> HashMap<Id, Vec<Axis>> {
    let mut shared: HashMap<Id, Vec<Axis>> = HashMap::new();
    for &id in reachable {
        if let Node::Build(axes, _) = graph.node(id) {
            shared.insert(id, if roots.contains(&id) || is_late(graph, id) { Vec::new() } else { axes });
        }
    }
    for &id in reachable {
        let node = graph.node(id);
        if let Node::Get(array, indices) = &node {
            if let (Node::Build(axes, _), Some(shared)) = (graph.node(*array), shared.get_mut(array)) {
                shared.retain(|axis| {
                    axes.iter().zip(indices).any(|(own, &index)| own == axis && index == graph.index(*axis))
                });
            }
        } else {
            for operand in graph.operands(id) {
                if let Some(shared) = shared.get_mut(&operand) {
                    shared.clear();
                }
            }
        }
    }
    shared
}
