//! Passes that need no blocks.

use super::rows::Rows;
use super::{Pass, Phase};
use crate::graph::{Axis, Id, Node};
use crate::lower::Lowered;
use crate::written::Written;

/// The pass as one loop over the rows, if that can do all its phases. It can multiply each row of a matrix by a
/// vector, or add it to one, while the row is in the innermost cache; other products are of blocks of rows.
pub(super) fn in_lanes(lowered: &Lowered, rows: &Rows, mut pass: Pass) -> Pass {
    let of_rows = |id: Id| of_rows(lowered, rows, id, pass.run.axis);
    let in_lanes = |phase: &Phase| match phase {
        Phase::Once(_) | Phase::Rows(_) => Some(phase.clone()),
        Phase::Contract(id) => of_rows(*id),
        Phase::OfRows { .. } | Phase::Loop(..) | Phase::Reset(_) => None,
    };
    let phases: Option<Vec<Phase>> = pass.phases.iter().map(in_lanes).collect();
    if let Some(phases) = phases.filter(|_| pass.local.iter().all(|&id| of_rows(id).is_some())) {
        pass.phases = phases;
        pass.in_lanes = true;
    }
    pass
}

/// A sum of products that multiplies each row of a matrix of the data by a vector, or adds each row times a number
/// to one.
fn of_rows(lowered: &Lowered, rows: &Rows, sum: Id, row: Axis) -> Option<Phase> {
    let graph = &lowered.graph;
    let contraction = rows.contraction(sum)?;
    let is_row = |factor: Id| match graph.node(factor) {
        Node::Get(array, indices) => match graph.node(array) {
            Node::Leaf(leaf) => {
                matches!(lowered.leaves[leaf].written, Written::Tensor { rank: 2, .. })
                    && indices[0] == graph.index(row)
                    && super::is_element(lowered, factor)
            }
            _ => false,
        },
        _ => false,
    };
    let both = [[contraction.left, contraction.right], [contraction.right, contraction.left]];
    let fits = |&[matrix, other]: &[Id; 2]| is_row(matrix) && graph.free(other) == [contraction.over];
    let [matrix, other] = both.into_iter().find(fits)?;
    Some(Phase::OfRows { sum, matrix, other })
}
