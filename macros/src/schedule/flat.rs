//! Loops over all elements of arrays, as one loop.

use super::{Program, Run, Step};
use crate::graph::{Axis, Graph, Id, Node};

/// The axes behind that of the rows and the innermost steps, if the loops do nothing but run over all elements
/// of arrays in the order in which these lie in memory; else no axes, and the steps as they are.
pub(super) fn flattened(
    graph: &Graph,
    program: &Program,
    run: Run,
    steps: &[Step],
) -> (Vec<Axis>, Vec<Step>) {
    let mut axes = vec![run.axis];
    let mut inner = steps;
    while let [Step::Loop(run, body)] = inner
        && run.sequence.is_none()
    {
        axes.push(run.axis);
        inner = body;
    }
    let flat = Flat { graph, program, axes: &axes };
    match axes.len() > 1 && inner.iter().all(|step| flat.holds_for(step)) {
        true => (axes.split_off(1), inner.to_vec()),
        false => (Vec::new(), steps.to_vec()),
    }
}

struct Flat<'a> {
    graph: &'a Graph,
    program: &'a Program,
    axes: &'a [Axis],
}

impl Flat<'_> {
    fn holds_for(&self, step: &Step) -> bool {
        let graph = self.graph;
        match step {
            Step::Let(id) => graph.operands(*id).into_iter().all(|operand| self.is_elementwise(operand)),
            Step::Accumulate(id) => {
                let is_number =
                    self.program.storage_of(*id).is_some_and(|storage| storage.leading.is_empty());
                is_number
                    && !self.depends(*id)
                    && graph.operands(*id).into_iter().all(|body| self.is_elementwise(body))
            }
            Step::Store(id) => match graph.node(*id) {
                Node::Build(axes, body) => {
                    axes == self.axes && self.is_whole(*id) && self.is_elementwise(body)
                }
                _ => false,
            },
            Step::Keep(id) => {
                self.program.storage_of(*id).is_some_and(|storage| storage.leading == self.axes)
                    && self.is_elementwise(*id)
            }
            _ => false,
        }
    }

    fn depends(&self, id: Id) -> bool {
        self.graph.with(id, |data| data.free.iter().any(|axis| self.axes.contains(axis)))
    }

    /// Whether an array is stored with all its axes and no others.
    fn is_whole(&self, array: Id) -> bool {
        let is_whole = |kept: &[bool], leading: &[Axis]| leading.is_empty() && kept.iter().all(|kept| *kept);
        self.program.storage_of(array).is_some_and(|storage| is_whole(&storage.kept, &storage.leading))
    }

    /// Whether a scalar asks for nothing but the same element of arrays, and for what is the same everywhere.
    fn is_elementwise(&self, id: Id) -> bool {
        let graph = self.graph;
        if !self.depends(id) {
            return true;
        }
        if let Some(storage) = self.program.storage_of(id).filter(|_| graph.shape(id).is_empty()) {
            return storage.leading == self.axes;
        }
        match graph.node(id) {
            Node::Get(array, indices) => {
                let is_stored = matches!(graph.node(array), Node::Leaf(_)) || self.is_whole(array);
                let extents: Vec<_> = self.axes.iter().map(|axis| axis.extent).collect();
                is_stored && indices == graph.indices(self.axes) && graph.shape(array) == extents
            }
            Node::Op(..) | Node::Cast(_) | Node::Select(..) => {
                graph.operands(id).into_iter().all(|operand| self.is_elementwise(operand))
            }
            _ => false,
        }
    }
}
