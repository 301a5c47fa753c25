//! How nodes are made: with their type, shape and free indices, and bound indices in canonical names.

use super::{Axis, CALL, CHEAP, Callee, Entry, FoldOp, Graph, Id, LIMIT, Node, Type, fresh_axes};
use crate::ops::{Kind, Op};
use crate::shape::Extent;

impl Graph {
    pub(crate) fn op(&self, op: &'static Op, operands: &[Id]) -> Id {
        let ty = op.answers(self.ty(operands[0]));
        let cheap = op.cheap || op.kind == Kind::Whole;
        let cost = self.cost_of(operands) + if cheap { 1 } else { CHEAP };
        self.intern(Node::Op(op, operands.to_vec()), ty, Vec::new(), self.free_of(operands), cost)
    }

    pub(crate) fn float(&self, value: f64, ty: Type) -> Id {
        self.intern(Node::Float(value.to_bits()), ty, Vec::new(), Vec::new(), 0)
    }

    pub(crate) fn int(&self, value: i64, ty: Type) -> Id {
        self.intern(Node::Int(value), ty, Vec::new(), Vec::new(), 0)
    }

    pub(crate) fn leaf(&self, leaf: usize, ty: Type, shape: Vec<Extent>) -> Id {
        self.intern(Node::Leaf(leaf), ty, shape, Vec::new(), 0)
    }

    pub(crate) fn size(&self, extent: Extent) -> Id {
        self.intern(Node::Size(extent), Type::Int("usize"), Vec::new(), Vec::new(), 0)
    }

    pub(crate) fn index(&self, axis: Axis) -> Id {
        self.intern(Node::Index(axis), Type::Int("usize"), Vec::new(), vec![axis], 0)
    }

    pub(crate) fn indices(&self, axes: &[Axis]) -> Vec<Id> {
        axes.iter().map(|&axis| self.index(axis)).collect()
    }

    pub(crate) fn cast(&self, value: Id, ty: Type) -> Id {
        if self.ty(value) == ty {
            return value;
        }
        self.intern(Node::Cast(value), ty, Vec::new(), self.free(value), self.cost(value) + 1)
    }

    pub(crate) fn select(&self, condition: Id, then: Id, otherwise: Id) -> Id {
        let operands = [condition, then, otherwise];
        let node = Node::Select(condition, then, otherwise);
        let cost = self.cost_of(&operands) + 1;
        self.intern(node, self.ty(then), Vec::new(), self.free_of(&operands), cost)
    }

    pub(crate) fn call(&self, callee: Callee, operands: Vec<Id>, ty: Type) -> Id {
        let free = self.free_of(&operands);
        let cost = self.cost_of(&operands) + CALL;
        self.intern(Node::Call(callee, operands), ty, Vec::new(), free, cost)
    }

    /// The derivative of a call by the operand at `position`, with its type and shape.
    pub(crate) fn call_gradient(&self, call: Id, position: usize) -> Id {
        let of = self.data(self.operands(call)[position]);
        self.intern(Node::CallGradient(call, position), of.ty, of.shape, self.free(call), CALL)
    }

    /// One element. An element of an array with one element set is a choice. An element of a [`Node::Build`] is its body with the indices put in, where that
    /// repeats no work worth speaking of.
    pub(crate) fn get(&self, array: Id, indices: &[Id]) -> Id {
        let data = self.data(array);
        if let Node::Build(axes, body) = &data.node {
            let own = self.indices(axes);
            let element = self.data(*body);
            // A single element is less than the array.
            let known = indices.iter().all(|&index| matches!(self.node(index), Node::Int(_)));
            if own == indices
                || (known && element.cost < LIMIT)
                || element.cost <= CHEAP
                || element.free.iter().all(|axis| !axes.contains(axis))
            {
                return self.substitute(
                    *body,
                    &axes.iter().copied().zip(indices.iter().copied()).collect::<Vec<_>>(),
                );
            }
        }
        if let Node::Scatter(entries) = &data.node
            && let [entry] = entries.as_slice()
            && entry.axes.is_empty()
        {
            let zero = self.float(0.0, data.ty);
            return indices.iter().zip(&entry.indices).fold(entry.body, |value, (&index, &set)| {
                let here = self.op(crate::ops::row("eq"), &[index, set]);
                self.select(here, value, zero)
            });
        }
        let mut operands = vec![array];
        operands.extend(indices);
        let free = self.free_of(&operands);
        self.intern(Node::Get(array, indices.to_vec()), data.ty, Vec::new(), free, 1 + self.cost_of(indices))
    }

    pub(crate) fn build(&self, axes: &[Axis], body: Id) -> Id {
        let (axes, body) = self.canonical(axes, body);
        let shape = axes.iter().map(|axis| axis.extent).collect();
        let mut free = self.free(body);
        free.retain(|axis| !axes.contains(axis));
        self.intern(Node::Build(axes, body), self.ty(body), shape, free, LIMIT)
    }

    pub(crate) fn scatter(&self, shape: Vec<Extent>, ty: Type, entries: &[Entry]) -> Id {
        let mut free = Vec::new();
        let entries = entries
            .iter()
            .map(|entry| {
                let mut operands = entry.indices.clone();
                operands.push(entry.body);
                free.extend(self.free_of(&operands).into_iter().filter(|axis| !entry.axes.contains(axis)));
                entry.clone()
            })
            .collect();
        free.sort_unstable();
        free.dedup();
        self.intern(Node::Scatter(entries), ty, shape, free, LIMIT)
    }

    pub(crate) fn fold(&self, op: FoldOp, axes: &[Axis], body: Id) -> Id {
        if axes.is_empty() {
            return body;
        }
        let (axes, body) = self.canonical(axes, body);
        let mut free = self.free(body);
        free.retain(|axis| !axes.contains(axis));
        self.intern(Node::Fold(op, axes, body), self.ty(body), Vec::new(), free, LIMIT)
    }

    /// Names bound axes by the lowest numbers that are not free around them, unless that would copy folds.
    fn canonical(&self, axes: &[Axis], body: Id) -> (Vec<Axis>, Id) {
        let mut taken = self.free(body);
        taken.retain(|axis| !axes.contains(axis));
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        if self.cost(body) >= LIMIT {
            return (axes.to_vec(), body);
        }
        let body = if names == axes {
            body
        } else {
            self.substitute(body, &axes.iter().copied().zip(self.indices(&names)).collect::<Vec<_>>())
        };
        (names, body)
    }
}
