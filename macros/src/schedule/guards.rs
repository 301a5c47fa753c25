//! Under which conditions a value is needed at all.

use std::collections::{HashMap, HashSet};

use crate::graph::{Graph, Id, LIMIT, Node, Type};
use crate::ops::Kind;

/// A condition and the side of it that is taken.
pub(crate) type Guard = (Id, bool);

/// For each node the conditions under which alone it is computed, the outermost first.
///
/// That is what all its users have in common. A condition on a loop index that the value does not depend
/// on is left out, so that the value is computed once before the loop; unless computing it can panic, and
/// it holds no loop of its own, which the condition's index could be confused with.
pub(super) fn guards(graph: &Graph, reachable: &[Id], roots: &[Id]) -> HashMap<Id, Vec<Guard>> {
    let risky = risky(graph, reachable);
    let mut guards: HashMap<Id, Vec<Guard>> = roots.iter().map(|&root| (root, Vec::new())).collect();
    for &id in reachable.iter().rev() {
        let full = guards.remove(&id).unwrap_or_default();
        let free = graph.free(id);
        let own: Vec<Guard> = full
            .into_iter()
            .take_while(|(condition, _)| {
                let stays = risky.contains(&id) && graph.cost(id) < LIMIT;
                stays || graph.free(*condition).iter().all(|axis| free.contains(axis))
            })
            .collect();
        let sides = match graph.node(id) {
            Node::Select(condition, then, otherwise) if then != otherwise => {
                Some((condition, then, otherwise))
            }
            _ => None,
        };
        let node = graph.node(id);
        let entries = match &node {
            Node::Scatter(entries) => entries.as_slice(),
            _ => &[],
        };
        // Where a contribution is zero, its place need not even exist.
        let indices = entries.iter().flat_map(|entry| {
            let (conditions, _) = peel(graph, entry.body);
            entry.indices.iter().map(move |&index| (index, conditions.clone()))
        });
        let bodies = entries.iter().map(|entry| (entry.body, Vec::new()));
        let uses: Vec<(Id, Vec<Guard>)> = match entries {
            [] => graph.operands(id).into_iter().map(|operand| (operand, Vec::new())).collect(),
            _ => indices.chain(bodies).collect(),
        };
        for (operand, conditions) in uses {
            let mut path = [own.as_slice(), &conditions].concat();
            match sides {
                Some((condition, then, _)) if operand == then && operand != condition => {
                    path.push((condition, true));
                }
                Some((condition, _, otherwise)) if operand == otherwise && operand != condition => {
                    path.push((condition, false));
                }
                _ => {}
            }
            let common = match guards.remove(&operand) {
                None => path,
                Some(known) => known.into_iter().filter(|guard| path.contains(guard)).collect(),
            };
            guards.insert(operand, common);
        }
        guards.insert(id, own);
    }
    guards
}

/// The conditions without which a contribution is zero, and what it is under them.
pub(crate) fn peel(graph: &Graph, contribution: Id) -> (Vec<Guard>, Id) {
    let is_zero = |id: Id| graph.with(id, |data| data.node == Node::Float(0.0_f64.to_bits()));
    let (mut guards, mut inner) = (Vec::new(), contribution);
    while let Node::Select(condition, then, otherwise) = graph.node(inner) {
        inner = match (is_zero(then), is_zero(otherwise)) {
            (false, true) => {
                guards.push((condition, true));
                then
            }
            (true, false) => {
                guards.push((condition, false));
                otherwise
            }
            _ => break,
        };
    }
    (guards, inner)
}

/// The nodes that may panic: an index may be out of bounds, an integer may overflow, a call may do anything.
pub(super) fn risky(graph: &Graph, reachable: &[Id]) -> HashSet<Id> {
    let mut risky = HashSet::new();
    for &id in reachable {
        let own = match graph.node(id) {
            Node::Get(array, indices) => {
                let shape = graph.shape(array);
                indices.iter().zip(shape).any(|(&index, extent)| {
                    !matches!(graph.node(index), Node::Index(axis) if axis.extent == extent)
                })
            }
            Node::Op(op, operands) if matches!(graph.ty(id), Type::Int(_)) => match op.name {
                "sub" | "shl" | "shr" => true,
                "div" | "rem" => !matches!(graph.node(operands[1]), Node::Int(divisor) if divisor != 0),
                _ => op.kind == Kind::Whole,
            },
            Node::Call(..) | Node::CallGradient(..) | Node::Scatter(_) => true,
            _ => false,
        };
        if own || graph.operands(id).iter().any(|operand| risky.contains(operand)) {
            risky.insert(id);
        }
    }
    risky
}
