//! Elements at known places of arrays of which no other element may be needed.

use crate::graph::{Axis, Entry, Expr, Id, Node};
use crate::matching::{binary, sum_over};

/// The element of an array of zeros, to which each contribution is made at all places: the sum of what is added
/// to this one.
pub(super) fn added_at_all_places(e: Expr) -> Option<Expr> {
    let (array, indices) = known_element(e)?;
    let Node::Scatter(None, entries) = e.graph.node(array) else {
        return None;
    };
    let parts: Option<Vec<Expr>> =
        entries.iter().map(|entry| contribution(e, entry, array, &indices)).collect();
    parts?.into_iter().reduce(|a, b| a + b)
}

/// The element of an array with others set: where it is none of those, that of the array before.
pub(super) fn not_set(e: Expr) -> Option<Expr> {
    let (array, indices) = known_element(e)?;
    let Node::Set(base, entry) = e.graph.node(array) else {
        return None;
    };
    let places = indices.iter().zip(&entry.indices);
    let is_other = places.into_iter().any(|(&index, &set)| is_behind(e.graph.expr(set), index));
    is_other.then(|| e.graph.expr(e.graph.get(base, &indices)))
}

/// The array and the literal places that an element is read at.
fn known_element(e: Expr) -> Option<(Id, Vec<Id>)> {
    let Node::Get(array, indices) = e.graph.node(e.id) else {
        return None;
    };
    let is_known = |index: &Id| matches!(e.graph.node(*index), Node::Int(_));
    indices.iter().all(is_known).then_some((array, indices))
}

/// What an entry adds at a place, if its indices are different loop indices over whole axes.
fn contribution<'g>(e: Expr<'g>, entry: &Entry, array: Id, indices: &[Id]) -> Option<Expr<'g>> {
    let graph = e.graph;
    let mut here: Vec<(Axis, Id)> = Vec::new();
    for ((&own, extent), &index) in entry.indices.iter().zip(graph.shape(array)).zip(indices) {
        match graph.node(own) {
            Node::Index(axis)
                if axis.extent == extent
                    && entry.axes.contains(&axis)
                    && here.iter().all(|(known, _)| *known != axis) =>
            {
                here.push((axis, index));
            }
            _ => return None,
        }
    }
    let others: Vec<Axis> =
        entry.axes.iter().copied().filter(|axis| here.iter().all(|(known, _)| known != axis)).collect();
    Some(sum_over(&others, graph.expr(graph.substitute(entry.body, &here))))
}

/// Whether a place is a loop index and more than the literal one.
fn is_behind(place: Expr, literal: Id) -> bool {
    let Some((index, more)) = binary(place, "add") else {
        return false;
    };
    let number = |id: Id| match place.graph.node(id) {
        Node::Int(number) => Some(number),
        _ => None,
    };
    let is_index = matches!(place.graph.node(index.id), Node::Index(_));
    is_index && number(more.id).zip(number(literal)).is_some_and(|(more, literal)| literal < more)
}
