//! Which nodes may panic: an index may be out of bounds, an integer may overflow, a call may do anything.

use super::{Graph, Id, Inner, Node, Type};
use crate::ops::Kind;

impl Graph {
    /// Whether computing it may panic.
    pub(crate) fn is_risky(&self, id: Id) -> bool {
        self.with(id, |data| data.risky)
    }
}

impl Inner {
    pub(super) fn is_risky(&self, node: &Node, ty: Type) -> bool {
        let data = |id: Id| &self.nodes[id.index()];
        let own = match node {
            Node::Get(array, indices) => indices.iter().zip(&data(*array).shape).any(
                |(&index, &extent)| !matches!(data(index).node, Node::Index(axis) if axis.extent == extent),
            ),
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
