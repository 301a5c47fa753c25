//! Arrays of which the turns of a loop have changed elements.

use crate::differentiate::zeros_like;
use crate::graph::{Axis, Entry, FoldOp, Graph, Id, Node};
use crate::ops;
use crate::value::Array;

/// An array with other elements; one of only these where they are all.
pub(super) fn set_all(graph: &Graph, base: Id, entry: Entry) -> Array {
    match all_elements(graph, base, &entry) {
        Some(axes) => Array::of_node(graph, graph.build(&axes, entry.body)),
        None => Array::of_node(graph, graph.set(base, entry)),
    }
}

/// An array with something added to its elements. What is added to one element in many turns is a sum.
pub(super) fn add_all(graph: &Graph, base: Id, entry: Entry) -> Array {
    let before = match graph.node(base) {
        Node::Set(first, set) if set.axes.is_empty() && set.indices == entry.indices => Some((first, set)),
        _ => None,
    };
    // Without any turn there would be no element to look for.
    let is_there = before.is_some() || are_inside(graph, base, &entry);
    let entry = if is_there { summed(graph, entry) } else { entry };
    let sum = |before: Id| graph.op(ops::row("add"), &[before, entry.body]);
    if let Some((first, set)) = before.filter(|_| entry.axes.is_empty()) {
        let body = sum(set.body);
        return Array::of_node(graph, graph.set(first, Entry { body, ..set }));
    }
    let left = match all_elements(graph, base, &entry) {
        Some(axes) if is_zero(graph, base) => {
            return Array::of_node(graph, graph.build(&axes, entry.body));
        }
        // Another array changes where it is.
        Some(axes) if matches!(graph.node(base), Node::Build(..)) => {
            let before = graph.get(base, &graph.indices(&axes));
            return Array::of_node(graph, graph.build(&axes, sum(before)));
        }
        _ => (!is_zero(graph, base)).then_some(base),
    };
    let (shape, ty) = (graph.shape(base), graph.ty(entry.body));
    Array::of_node(graph, graph.scatter(left, shape, ty, &[entry]))
}

/// Whether the indices are those of loops over the axes of the array.
fn are_inside(graph: &Graph, base: Id, entry: &Entry) -> bool {
    let extents = graph.shape(base).into_iter();
    entry
        .indices
        .iter()
        .zip(extents)
        .all(|(&index, extent)| matches!(graph.node(index), Node::Index(axis) if axis.extent == extent))
}

/// The axes of the elements, if the entry has each element once.
fn all_elements(graph: &Graph, base: Id, entry: &Entry) -> Option<Vec<Axis>> {
    let mut targets: Vec<Axis> = Vec::new();
    for (&index, extent) in entry.indices.iter().zip(graph.shape(base)) {
        match graph.node(index) {
            Node::Index(axis) if axis.extent == extent && !targets.contains(&axis) => targets.push(axis),
            _ => return None,
        }
    }
    let are_all = targets.len() == entry.axes.len() && entry.axes.iter().all(|axis| targets.contains(axis));
    are_all.then_some(targets)
}

/// The same with a sum over the axes on which no index depends.
fn summed(graph: &Graph, entry: Entry) -> Entry {
    let needs = |id: Id, axis: &Axis| graph.with(id, |data| data.free.contains(axis));
    let (apart, over): (Vec<Axis>, Vec<Axis>) =
        entry.axes.iter().partition(|axis| entry.indices.iter().any(|&index| needs(index, axis)));
    // The length of one loop may depend on the turn of another.
    if apart.iter().any(|&axis| over.iter().any(|other| needs(graph.index(axis), other))) {
        return entry;
    }
    let body = graph.fold(FoldOp::Sum, &over, entry.body);
    Entry { axes: apart, body, ..entry }
}

/// Whether the array has nothing but zeros.
fn is_zero(graph: &Graph, array: Id) -> bool {
    match graph.node(array) {
        Node::Build(_, body) => body == graph.float(0.0, graph.ty(body)),
        _ => array == zeros_like(graph, array),
    }
}
