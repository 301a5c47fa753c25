//! Softmax, losses and their like: definitions in terms of rows and folds, without rules of their own.

use syn::ExprMethodCall;

use super::Lowerer;
use super::reduce::Reduction;
use crate::graph::{self, FoldOp, Graph, Type};
use crate::ops::{self, Op};
use crate::value::{Array, Value};

impl<'a> Lowerer<'a> {
    pub(super) fn mean_of(
        &mut self,
        value: Value,
        call: &ExprMethodCall,
        of: impl FnOnce(graph::Expr<'a>) -> graph::Expr<'a>,
    ) -> Value {
        let Value::Array(array) = value else {
            return Value::Refused;
        };
        let graph = self.graph;
        self.reduce(&array.map(|body| of(graph.expr(body)).id), Reduction::Mean, call)
    }

    /// The array less its maximum along the axis, so that no exponential of it overflows. The maximum
    /// counts as a constant: its two contributions to a derivative cancel. An empty axis has nothing to take
    /// it from; `logsumexp` is then the logarithm of 0.
    pub(super) fn shifted(&self, array: &Array, axis: usize) -> Array {
        let graph = self.graph;
        let largest = array.fold_axis(graph, FoldOp::Max, axis).map(|body| graph.expr(body).detach().id);
        along(graph, array, &largest, axis, ops::row("sub"))
    }

    pub(super) fn exponentials(&self, array: &Array, axis: usize) -> Array {
        exp(self.graph, &self.shifted(array, axis))
    }

    pub(super) fn logsumexp(&self, array: &Array, axis: usize) -> Array {
        let graph = self.graph;
        let total = self.exponentials(array, axis).fold_axis(graph, FoldOp::Sum, axis);
        let largest = array.fold_axis(graph, FoldOp::Max, axis);
        Array::new(graph, &total.shape(), |indices| {
            let largest = graph.expr(largest.at(graph, indices)).detach();
            (largest + graph.expr(total.at(graph, indices)).ln()).id
        })
    }

    /// The mean over the rows of `logsumexp(row) - row[label]`.
    pub(super) fn cross_entropy(&mut self, logits: &Array, labels: &Array, call: &ExprMethodCall) -> Value {
        let graph = self.graph;
        if !self.unify(logits, labels, [0, 0], call) {
            return Value::Refused;
        }
        if !matches!(graph.ty(labels.body), Type::Int(_)) {
            return self.refuse(&call.args[0], "labels are the numbers of the classes", "pass a `&[usize]`");
        }
        let normaliser = self.logsumexp(logits, 1);
        let losses = Array::new(graph, &labels.shape(), |indices| {
            let chosen = logits.at(graph, &[indices[0], labels.at(graph, indices)]);
            (graph.expr(normaliser.at(graph, indices)) - graph.expr(chosen)).id
        });
        self.reduce(&losses, Reduction::Mean, call)
    }
}

pub(super) fn exp(graph: &Graph, array: &Array) -> Array {
    array.map(|body| graph.expr(body).exp().id)
}

/// Combines an array with one that lacks the axis.
pub(super) fn along(graph: &Graph, array: &Array, reduced: &Array, axis: usize, op: &'static Op) -> Array {
    Array::new(graph, &array.shape(), |indices| {
        let mut without = indices.to_vec();
        without.remove(axis);
        graph.op(op, &[array.at(graph, indices), reduced.at(graph, &without)])
    })
}

pub(super) fn divide_along(graph: &Graph, array: &Array, reduced: &Array, axis: usize) -> Array {
    along(graph, array, reduced, axis, ops::row("div"))
}
