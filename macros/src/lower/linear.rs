//! Products of arrays, and axes.

use syn::{Expr, ExprMethodCall, Lit};

use super::Lowerer;
use crate::graph::FoldOp;
use crate::ops;
use crate::value::{Array, Value};

impl Lowerer<'_> {
    pub(super) fn product_sum(&mut self, left: &Array, right: &Array, call: &ExprMethodCall) -> Value {
        if !self.unify(left, right, [0, 0], call) {
            return Value::Refused;
        }
        let graph = self.graph;
        let product = Array::new(graph, &left.shape(), |indices| {
            graph.op(ops::row("mul"), &[left.at(graph, indices), right.at(graph, indices)])
        });
        Value::Scalar(graph.fold(FoldOp::Sum, &product.axes, product.body))
    }

    pub(super) fn matmul(&mut self, left: &Array, right: &Array, call: &ExprMethodCall) -> Value {
        let graph = self.graph;
        let (a, b) = (left.shape(), right.shape());
        // Which axes are contracted, and which shape is left.
        let (contracted, shape) = match (a.as_slice(), b.as_slice()) {
            ([_, _], [_]) => ([1, 0], vec![a[0]]),
            ([_], [_, _]) => ([0, 0], vec![b[1]]),
            ([_, _], [_, _]) => ([1, 0], vec![a[0], b[1]]),
            ([_, _, _], [_, _, _]) => ([2, 1], vec![a[0], a[1], b[2]]),
            _ => {
                let message = format!("`matmul` does not fit arrays with {} and {} axes", a.len(), b.len());
                return self.refuse(
                    call,
                    message,
                    "it takes matrices, a matrix and a vector, or two arrays with 3 axes",
                );
            }
        };
        if !self.unify(left, right, contracted, call)
            || (a.len() == 3 && !self.unify(left, right, [0, 0], call))
        {
            return Value::Refused;
        }
        let product = Array::contract(graph, &shape, a[contracted[0]], ops::row("mul"), |indices, k| {
            let (left_indices, right_indices) = match (a.len(), b.len()) {
                (2, 1) => (vec![indices[0], k], vec![k]),
                (1, _) => (vec![k], vec![k, indices[0]]),
                (2, _) => (vec![indices[0], k], vec![k, indices[1]]),
                _ => (vec![indices[0], indices[1], k], vec![indices[0], k, indices[2]]),
            };
            [left.at(graph, &left_indices), right.at(graph, &right_indices)]
        });
        Value::Array(product)
    }

    /// Repeats along a new axis of a given length.
    pub(super) fn insert_axis(&mut self, array: &Array, call: &ExprMethodCall) -> Value {
        if self.count_arguments(call, 2).is_none() {
            return Value::Refused;
        }
        let axis = match &call.args[0] {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(int) => int.base10_parse::<usize>().ok().filter(|axis| *axis <= array.rank()),
                _ => None,
            },
            _ => None,
        };
        let Some(axis) = axis else {
            return self.refuse(
                &call.args[0],
                "the place of the new axis is a number known when compiling",
                "write `0`, `1`, ..",
            );
        };
        let Some(extent) = self.extent(&call.args[1]) else { return Value::Refused };
        let mut shape = array.shape();
        shape.insert(axis, extent);
        Value::Array(Array::new(self.graph, &shape, |indices| {
            let mut without = indices.to_vec();
            without.remove(axis);
            array.at(self.graph, &without)
        }))
    }
}
