//! What an expression of the user stands for while it is lowered, and how arrays combine.

use crate::graph::{Axis, FoldOp, Graph, Id, Node, fresh_axes};
use crate::ops::Op;
use crate::shape::{Demand, Extent, Extents, Side};

/// The value of an expression.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    Scalar(Id),
    Array(Array),
    Tuple(Vec<Value>),
    /// A struct's name and fields.
    Struct(String, Vec<(String, Value)>),
    /// A loop index and what each of its turns has.
    Iterator(Box<Iteration>),
    /// A closure by its place among those that are kept.
    Closure(usize),
    /// An element that `iter_mut` gives: the place of its variable in scope, and its indices.
    Element(usize, Vec<Id>),
    /// The value of something that was refused: nothing more is said about it.
    Refused,
}

/// An array of which only an element is written down: the one at `axes`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Array {
    pub(crate) axes: Vec<Axis>,
    pub(crate) body: Id,
    /// Whether it is an array of arrays, whose length is that of its first axis, rather than a tensor.
    pub(crate) nested: bool,
}

/// What is run over by a loop or an iterator.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Iteration {
    pub(crate) axis: Axis,
    /// What a turn has, in terms of the loop index.
    pub(crate) item: Value,
    /// The condition under which a turn is not left out.
    pub(crate) keep: Option<Id>,
}

impl Value {
    /// The same value with other nodes.
    pub(crate) fn map(&self, change: &impl Fn(Id) -> Id) -> Value {
        match self {
            Value::Scalar(id) => Value::Scalar(change(*id)),
            Value::Array(array) => Value::Array(array.map(change)),
            Value::Tuple(values) => Value::Tuple(values.iter().map(|value| value.map(change)).collect()),
            Value::Struct(name, fields) => Value::Struct(
                name.clone(),
                fields.iter().map(|(field, value)| (field.clone(), value.map(change))).collect(),
            ),
            Value::Iterator(iteration) => Value::Iterator(Box::new(Iteration {
                axis: iteration.axis,
                item: iteration.item.map(change),
                keep: iteration.keep.map(change),
            })),
            Value::Element(variable, indices) => {
                Value::Element(*variable, indices.iter().map(|&index| change(index)).collect())
            }
            Value::Closure(_) | Value::Refused => self.clone(),
        }
    }

    /// The numbers and arrays that it is made of; `None` if there is something else in it.
    pub(crate) fn parts(&self) -> Option<Vec<Value>> {
        match self {
            Value::Scalar(_) | Value::Array(_) => Some(vec![self.clone()]),
            Value::Tuple(values) => {
                values.iter().map(Value::parts).collect::<Option<Vec<_>>>().map(|all| all.concat())
            }
            Value::Struct(_, fields) => fields
                .iter()
                .map(|(_, value)| value.parts())
                .collect::<Option<Vec<_>>>()
                .map(|all| all.concat()),
            Value::Iterator(_) | Value::Closure(_) | Value::Element(..) | Value::Refused => None,
        }
    }

    /// The same value made of other parts.
    pub(crate) fn with_parts(&self, parts: &mut impl Iterator<Item = Value>) -> Value {
        match self {
            Value::Scalar(_) | Value::Array(_) => parts.next().unwrap_or(Value::Refused),
            Value::Tuple(values) => {
                Value::Tuple(values.iter().map(|value| value.with_parts(parts)).collect())
            }
            Value::Struct(name, fields) => Value::Struct(
                name.clone(),
                fields.iter().map(|(field, value)| (field.clone(), value.with_parts(parts))).collect(),
            ),
            Value::Iterator(_) | Value::Closure(_) | Value::Element(..) | Value::Refused => self.clone(),
        }
    }
}

/// Operands with axes that must be equal and cannot be.
pub(crate) struct Mismatch {
    pub(crate) operands: [Array; 2],
    pub(crate) axes: [usize; 2],
}

impl Array {
    /// An array with elements computed from their indices.
    pub(crate) fn new(graph: &Graph, shape: &[Extent], element: impl FnOnce(&[Id]) -> Id) -> Self {
        let axes = fresh_axes(shape, &[]);
        let body = element(&graph.indices(&axes));
        Array { axes, body, nested: false }
    }

    /// The same array, nested or not as another one is.
    pub(crate) fn nested_as(self, nested: bool) -> Self {
        Array { nested, ..self }
    }

    /// A parameter or another array that is a node of its own.
    pub(crate) fn of_node(graph: &Graph, node: Id) -> Self {
        Array::new(graph, &graph.shape(node), |indices| graph.get(node, indices))
    }

    pub(crate) fn rank(&self) -> usize {
        self.axes.len()
    }

    pub(crate) fn shape(&self) -> Vec<Extent> {
        self.axes.iter().map(|axis| axis.extent).collect()
    }

    /// The length of an axis, and whose it is where each element is one of a leaf's.
    pub(crate) fn side(&self, graph: &Graph, axis: usize) -> Side {
        let own = graph.index(self.axes[axis]);
        let origin = match graph.node(self.body) {
            Node::Get(array, indices) => match graph.node(array) {
                Node::Leaf(leaf) => indices.iter().position(|&index| index == own).map(|axis| (leaf, axis)),
                _ => None,
            },
            _ => None,
        };
        Side { extent: self.axes[axis].extent, axis: origin }
    }

    /// The element at the indices.
    pub(crate) fn at(&self, graph: &Graph, indices: &[Id]) -> Id {
        if graph.indices(&self.axes) == indices {
            return self.body;
        }
        if let Some(whole) = self.whole(graph) {
            return graph.get(whole, indices);
        }
        graph.get(graph.build(&self.axes, self.body), indices)
    }

    /// The node that it is taken from whole.
    pub(crate) fn whole(&self, graph: &Graph) -> Option<Id> {
        match graph.node(self.body) {
            Node::Get(whole, indices) if indices == graph.indices(&self.axes) => Some(whole),
            _ => None,
        }
    }

    /// The array as a node: the one it is taken from whole, or one that is built.
    pub(crate) fn node(&self, graph: &Graph) -> Id {
        self.whole(graph).unwrap_or_else(|| graph.build(&self.axes, self.body))
    }

    pub(crate) fn map(&self, change: impl FnOnce(Id) -> Id) -> Self {
        Array { axes: self.axes.clone(), body: change(self.body), nested: self.nested }
    }

    /// Elementwise, with the shorter shape repeated along the leading axes of the longer one.
    pub(crate) fn zip(
        graph: &Graph,
        extents: &Extents,
        operands: [&Array; 2],
        demanded_by: &str,
        combine: impl FnOnce(Id, Id) -> Id,
    ) -> Result<Self, Mismatch> {
        let [left, right] = operands;
        let (a, b) = (left.shape(), right.shape());
        for axes in (0..a.len()).rev().zip((0..b.len()).rev()) {
            let (one, other) = (left.side(graph, axes.0), right.side(graph, axes.1));
            if extents.unify(one, other, Demand::Expression(demanded_by)).is_err() {
                return Err(Mismatch { operands: [left.clone(), right.clone()], axes: axes.into() });
            }
        }
        let shape = if a.len() >= b.len() { &a } else { &b };
        Ok(Array::new(graph, shape, |indices| {
            let one = left.at(graph, &indices[indices.len() - a.len()..]);
            let other = right.at(graph, &indices[indices.len() - b.len()..]);
            combine(one, other)
        }))
    }

    /// Folds over one axis.
    pub(crate) fn fold_axis(&self, graph: &Graph, op: FoldOp, axis: usize) -> Self {
        let mut shape = self.shape();
        let folded = shape.remove(axis);
        Array::new(graph, &shape, |indices| {
            let inner = fresh_axes(&[folded], &free_axes(graph, indices))[0];
            let mut all = indices.to_vec();
            all.insert(axis, graph.index(inner));
            graph.fold(op, &[inner], self.at(graph, &all))
        })
    }

    /// The sum over `k` of products, which is what every kind of matrix product is.
    pub(crate) fn contract(
        graph: &Graph,
        shape: &[Extent],
        contracted: Extent,
        multiply: &'static Op,
        factors: impl FnOnce(&[Id], Id) -> [Id; 2],
    ) -> Self {
        Array::new(graph, shape, |indices| {
            let axis = fresh_axes(&[contracted], &free_axes(graph, indices))[0];
            let factors = factors(indices, graph.index(axis));
            graph.fold(FoldOp::Sum, &[axis], graph.op(multiply, &factors))
        })
    }
}

fn free_axes(graph: &Graph, indices: &[Id]) -> Vec<Axis> {
    indices.iter().flat_map(|&index| graph.free(index)).collect()
}
