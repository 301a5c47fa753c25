//! How nodes are made: with their type, shape and free indices, and bound indices in canonical names.

use super::{Axis, CALL, CHEAP, Callee, Depends, Entry, FoldOp, Graph, Id, LIMIT, Node, Type, fresh_axes};
use crate::ops::{Kind, Op};
use crate::shape::Extent;

impl Graph {
    pub(crate) fn op(&self, op: &'static Op, operands: &[Id]) -> Id {
        let ty = op.answers(self.ty(operands[0]));
        let cheap = op.cheap || op.kind == Kind::Whole;
        let cost = self.cost_of(operands) + if cheap { 1 } else { CHEAP };
        self.intern(Node::Op(op, operands.to_vec()), ty, Vec::new(), self.depends_of(operands), cost)
    }

    pub(crate) fn float(&self, value: f64, ty: Type) -> Id {
        self.intern(Node::Float(value.to_bits()), ty, Vec::new(), Depends::default(), 0)
    }

    pub(crate) fn int(&self, value: i64, ty: Type) -> Id {
        self.intern(Node::Int(value), ty, Vec::new(), Depends::default(), 0)
    }

    pub(crate) fn leaf(&self, leaf: usize, ty: Type, shape: Vec<Extent>) -> Id {
        self.intern(Node::Leaf(leaf), ty, shape, Depends::default(), 0)
    }

    pub(crate) fn size(&self, extent: Extent) -> Id {
        let depends = self.depends_of_shape(&[extent]);
        self.intern(Node::Size(extent), Type::Int("usize"), Vec::new(), depends, 0)
    }

    pub(crate) fn index(&self, axis: Axis) -> Id {
        let depends = Depends::on(&[axis]).and(&self.depends_of_axis(axis));
        // The turns of an open-ended loop are known only in it.
        let depends = if self.is_open_ended(axis.extent) { depends.pinned() } else { depends };
        self.intern(Node::Index(axis), Type::Int("usize"), Vec::new(), depends, 0)
    }

    pub(crate) fn indices(&self, axes: &[Axis]) -> Vec<Id> {
        axes.iter().map(|&axis| self.index(axis)).collect()
    }

    pub(crate) fn cast(&self, value: Id, ty: Type) -> Id {
        if self.ty(value) == ty {
            return value;
        }
        self.intern(Node::Cast(value), ty, Vec::new(), self.depends_of(&[value]), self.cost(value) + 1)
    }

    pub(crate) fn select(&self, condition: Id, then: Id, otherwise: Id) -> Id {
        let operands = [condition, then, otherwise];
        let node = Node::Select(condition, then, otherwise);
        let cost = self.cost_of(&operands) + 1;
        let (shape, depends) = (self.shape(then), self.depends_of(&operands));
        let depends = if shape.is_empty() { depends } else { depends.pinned() };
        self.intern(node, self.ty(then), shape, depends, cost)
    }

    pub(crate) fn call(&self, callee: Callee, operands: Vec<Id>, ty: Type) -> Id {
        let depends = self.depends_of(&operands);
        let cost = self.cost_of(&operands) + CALL;
        self.intern(Node::Call(callee, operands), ty, Vec::new(), depends, cost)
    }

    /// The derivative of a call by the operand at `position`, with its type and shape.
    pub(crate) fn call_gradient(&self, call: Id, position: usize) -> Id {
        let of = self.data(self.operands(call)[position]);
        self.intern(Node::CallGradient(call, position), of.ty, of.shape, self.depends_of(&[call]), CALL)
    }

    /// One element. An element of a [`Node::Build`] is its body with the indices put in, where that repeats
    /// no work worth speaking of. An element of an array with one element set is a choice.
    pub(crate) fn get(&self, array: Id, indices: &[Id]) -> Id {
        let data = self.data(array);
        match &data.node {
            Node::Build(axes, body) => {
                let own = self.indices(axes);
                let element = self.data(*body);
                // A single element is less than the array.
                let known = indices.iter().all(|&index| matches!(self.node(index), Node::Int(_)));
                let again = element.cost <= CHEAP || (known && element.cost < LIMIT);
                if own == indices
                    || (again && !self.is_pinned(axes, *body))
                    || element.free.iter().all(|axis| !axes.contains(axis))
                {
                    return self.substitute(
                        *body,
                        &axes.iter().copied().zip(indices.iter().copied()).collect::<Vec<_>>(),
                    );
                }
            }
            Node::Scatter(None, entries) => {
                if let [entry] = entries.as_slice()
                    && entry.axes.is_empty()
                {
                    let zero = self.float(0.0, data.ty);
                    return indices.iter().zip(&entry.indices).fold(entry.body, |value, (&index, &set)| {
                        let here = self.op(crate::ops::row("eq"), &[index, set]);
                        self.select(here, value, zero)
                    });
                }
            }
            Node::Set(_, entry) if entry.axes.is_empty() && entry.indices == indices => return entry.body,
            _ => {}
        }
        let mut operands = vec![array];
        operands.extend(indices);
        let node = Node::Get(array, indices.to_vec());
        self.intern(node, data.ty, Vec::new(), self.depends_of(&operands), 1 + self.cost_of(indices))
    }

    pub(crate) fn build(&self, axes: &[Axis], body: Id) -> Id {
        let (axes, body) = self.canonical(axes, body);
        let shape = axes.iter().map(|axis| axis.extent).collect();
        let depends = self.bound(&axes, self.depends_of(&[body]));
        self.intern(Node::Build(axes, body), self.ty(body), shape, depends, LIMIT)
    }

    /// Entries added to an array, or else to one of zeros.
    pub(crate) fn scatter(&self, base: Option<Id>, shape: Vec<Extent>, ty: Type, entries: &[Entry]) -> Id {
        let base_depends = self.depends_of(base.as_slice()).and(&self.depends_of_shape(&shape));
        let depends = entries.iter().fold(base_depends, |all, entry| all.and(&self.depends_of_entry(entry)));
        let depends = if base.is_some() { depends.pinned() } else { depends };
        self.intern(Node::Scatter(base, entries.to_vec()), ty, shape, depends, LIMIT)
    }

    /// An array with other elements at some places.
    pub(crate) fn set(&self, base: Id, entry: Entry) -> Id {
        let depends = self.depends_of(&[base]).and(&self.depends_of_entry(&entry));
        self.intern(Node::Set(base, entry), self.ty(base), self.shape(base), depends.pinned(), LIMIT)
    }

    fn depends_of_entry(&self, entry: &Entry) -> Depends {
        let operands = [entry.indices.as_slice(), &[entry.body]].concat();
        self.bound(&entry.axes, self.depends_of(&operands))
    }

    pub(crate) fn fold(&self, op: FoldOp, axes: &[Axis], body: Id) -> Id {
        if axes.is_empty() {
            return body;
        }
        let (axes, body) = self.canonical(axes, body);
        let depends = self.bound(&axes, self.depends_of(&[body]));
        self.intern(Node::Fold(op, axes, body), self.ty(body), Vec::new(), depends, LIMIT)
    }

    /// Names bound axes by the lowest numbers that are not free around them, unless that would copy folds.
    fn canonical(&self, axes: &[Axis], body: Id) -> (Vec<Axis>, Id) {
        let mut taken = self.free(body);
        taken.retain(|axis| !axes.contains(axis));
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        if self.cost(body) >= LIMIT || self.is_pinned(axes, body) {
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
