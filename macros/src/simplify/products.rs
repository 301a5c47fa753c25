//! Sums of products as products of matrices.

use crate::graph::{Axis, Expr, FoldOp, Graph, Id, Node};

/// `Σ_j a[i,j] (b[k,j] c[i,j])` as `Σ_j (a[i,j] c[i,j]) b[k,j]`: two factors, each with an axis of its own, so
/// that the sum is a product of matrices. `None` if it cannot be one, or is one already.
pub(super) fn regrouped(e: Expr) -> Option<Expr> {
    let graph = e.graph;
    let Node::Fold(FoldOp::Sum, axes, body) = graph.node(e.id) else { return None };
    let &[over] = axes.as_slice() else { return None };
    let mut factors = Vec::new();
    collect_factors(graph, body, &mut factors);
    if factors.len() < 3 || factors.iter().any(|&factor| !graph.free(factor).contains(&over)) {
        return None;
    }
    let sides = sides(graph, over, &factors)?;
    if let Node::Op(_, operands) = graph.node(body) {
        let mut own = Vec::new();
        collect_factors(graph, operands[0], &mut own);
        own.sort_unstable();
        if sides.contains(&own) {
            return None;
        }
    }
    let [left, right] = sides.map(|side| {
        let product = side.into_iter().map(|factor| graph.expr(factor)).reduce(|a, b| a * b);
        product.expect("each side has a factor")
    });
    Some(graph.expr(graph.fold(FoldOp::Sum, &axes, (left * right).id)))
}

fn collect_factors(graph: &Graph, id: Id, factors: &mut Vec<Id>) {
    match graph.node(id) {
        Node::Op(op, operands) if op.name == "mul" => {
            operands.into_iter().for_each(|operand| collect_factors(graph, operand, factors));
        }
        _ => factors.push(id),
    }
}

/// The factors by the axis that they have besides that of the sum, in order: there must be two such axes, or
/// one and factors without any.
fn sides(graph: &Graph, over: Axis, factors: &[Id]) -> Option<[Vec<Id>; 2]> {
    let mut sides: Vec<(Option<Axis>, Vec<Id>)> = Vec::new();
    for &factor in factors {
        let mut others = graph.free(factor);
        others.retain(|axis| *axis != over);
        let own = match others.as_slice() {
            [] => None,
            &[own] => Some(own),
            _ => return None,
        };
        match sides.iter_mut().find(|(axis, _)| *axis == own) {
            Some((_, side)) => side.push(factor),
            None => sides.push((own, vec![factor])),
        }
    }
    // What has no other axis goes with the first that has one, unless it would be alone.
    if sides.len() == 3
        && let Some(place) = sides.iter().position(|(axis, _)| axis.is_none())
    {
        let (_, without) = sides.remove(place);
        sides[0].1.extend(without);
    }
    let [(_, mut left), (_, mut right)] = <[_; 2]>::try_from(sides).ok()?;
    left.sort_unstable();
    right.sort_unstable();
    Some([left, right])
}
