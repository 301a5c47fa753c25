//! Which nodes may panic: an index may be out of bounds, an integer may overflow, a call may do anything.

use super::{Axis, Graph, Id, Inner, Node, Type};
use crate::ops::Kind;
use crate::shape::Extent;

impl Graph {
    /// Whether computing it may panic.
    pub(crate) fn is_risky(&self, id: Id) -> bool {
        self.with(id, |data| data.risky)
    }

    /// Under which a loop over the length has a turn, if it may have none and that is known before all work.
    pub(crate) fn has_turns(&self, extent: Extent) -> Option<Id> {
        (self.may_be_empty(extent) && self.is_known(extent)).then(|| self.expr(self.size(extent)).ne(0).id)
    }

    /// The conditions under which loops over all of the axes have turns, none of which is needed where they
    /// have them always; `None` if that cannot be asked.
    pub(crate) fn have_turns(&self, axes: &[Axis]) -> Option<Vec<Id>> {
        let may_be_empty = axes.iter().filter(|axis| self.may_be_empty(axis.extent));
        may_be_empty.map(|axis| self.has_turns(axis.extent)).collect()
    }

    fn may_be_empty(&self, extent: Extent) -> bool {
        self.inner.borrow().least(&extent) == 0
    }

    fn is_known(&self, extent: Extent) -> bool {
        !self.is_late(extent) && !self.is_ragged(extent)
    }
}

impl Inner {
    fn least(&self, extent: &Extent) -> usize {
        self.least.get(extent).copied().unwrap_or_default()
    }

    pub(super) fn is_risky(&self, node: &Node, ty: Type) -> bool {
        let data = |id: Id| &self.nodes[id.index()];
        let own = match node {
            Node::Get(array, indices) => {
                indices.iter().zip(&data(*array).shape).any(|(&index, extent)| match data(index).node {
                    Node::Index(axis) => axis.extent != *extent,
                    Node::Int(place) => place < 0 || self.least(extent) <= place as usize,
                    _ => true,
                })
            }
            Node::Op(op, operands) if matches!(ty, Type::Int(_)) => match op.name {
                "sub" | "shl" | "shr" => true,
                "div" | "rem" => !matches!(data(operands[1]).node, Node::Int(divisor) if divisor != 0),
                _ => op.kind == Kind::Whole,
            },
            Node::Call(..) | Node::CallGradient(..) | Node::Scatter(..) | Node::Set(..) | Node::Loop(..) => {
                true
            }
            _ => false,
        };
        own || node.operands().into_iter().any(|operand| data(operand).risky)
    }
}
