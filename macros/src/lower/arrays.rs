//! Methods of arrays: reductions, products, losses, shapes.

use syn::ExprMethodCall;

use super::Lowerer;
use super::definitions::{along, divide_along, exp};
use super::foreign::{self, Of};
use super::reduce::{Reduction, scalar_if_rank_zero};
use super::unknown::called;
use crate::graph::{FoldOp, Id, Type};
use crate::ops;
use crate::value::{Array, Value};

/// The methods of arrays that are not elementwise.
pub(super) const ARRAY_METHODS: [&str; 35] = [
    "is_empty",
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "sum_axis",
    "mean_axis",
    "max_axis",
    "min_axis",
    "norm",
    "dot",
    "outer",
    "matmul",
    "t",
    "softmax",
    "log_softmax",
    "logsumexp",
    "mse_loss",
    "huber_loss",
    "cross_entropy",
    "binary_cross_entropy_with_logits",
    "insert_axis",
    "select_rows",
    "len",
    "row",
    "rows",
    "cols",
    "clone",
    "view",
    "to_tensor",
    "to_owned",
    "to_vec",
    "as_slice",
    "data",
];

impl Lowerer<'_> {
    pub(super) fn array_method(&mut self, array: Array, call: &ExprMethodCall) -> Value {
        let name = call.method.to_string();
        let graph = self.graph;
        if let Some(iterator) = self.iterator_of(&array, call) {
            return iterator;
        }
        // `max(y)` of a tensor does not exist, but `max()` and `maximum(y)` do.
        if let Some(op) = ops::tensor_method(&name) {
            let Some(operands) = self.operands(op, call) else {
                return Value::Refused;
            };
            return self.apply_row(op, Value::Array(array), operands, call);
        }
        let reduction = match name.trim_end_matches("_axis") {
            "sum" => Some(Reduction::Sum),
            "mean" => Some(Reduction::Mean),
            "max" => Some(Reduction::Max),
            "min" => Some(Reduction::Min),
            "prod" if name == "prod" => Some(Reduction::Product),
            _ => None,
        };
        let takes_axis =
            name.ends_with("_axis") || matches!(name.as_str(), "softmax" | "log_softmax" | "logsumexp");
        let axis = match (takes_axis, name.as_str()) {
            (_, "insert_axis") | (false, _) => 0,
            (true, _) => match self.axis(&array, call) {
                Some(axis) => axis,
                None => return Value::Refused,
            },
        };
        if let Some(reduction) = reduction {
            if takes_axis {
                return self.reduce_axis(&array, reduction, axis, call);
            }
            return match self.count_arguments(call, 0) {
                Some(()) => self.reduce(&array, reduction, call),
                None => Value::Refused,
            };
        }
        let has_function = matches!(name.as_str(), "softmax" | "log_softmax" | "logsumexp" | "norm");
        if has_function && graph.ty(array.body) == Type::Untyped {
            return self.unknown_type(&array, &call.receiver);
        }
        match name.as_str() {
            "softmax" => {
                let weights = self.exponentials(&array, axis);
                let total = weights.fold_axis(graph, FoldOp::Sum, axis);
                Value::Array(divide_along(graph, &weights, &total, axis))
            }
            "log_softmax" => {
                let shifted = self.shifted(&array, axis);
                let total = exp(graph, &shifted).fold_axis(graph, FoldOp::Sum, axis);
                let logarithm = total.map(|body| graph.expr(body).ln().id);
                Value::Array(along(graph, &shifted, &logarithm, axis, ops::row("sub")))
            }
            "logsumexp" => scalar_if_rank_zero(self.logsumexp(&array, axis)),
            "norm" => {
                let square = array.map(|body| graph.expr(body).square().id);
                let sum = graph.expr(graph.fold(FoldOp::Sum, &square.axes, square.body));
                Value::Scalar(sum.guarded(|sum| sum.sqrt()).id)
            }
            "is_empty" => {
                let (length, zero) = (self.length(&array), graph.int(0, Type::Int("usize")));
                Value::Scalar(graph.op(ops::row("eq"), &[length, zero]))
            }
            "len" if array.nested => Value::Scalar(graph.size(array.axes[0].extent)),
            "len" => Value::Scalar(self.length(&array)),
            "rows" => Value::Scalar(graph.size(array.axes[0].extent)),
            "cols" if array.rank() == 2 => Value::Scalar(graph.size(array.axes[1].extent)),
            "view" if !call.args.is_empty() => {
                let help = "an array keeps its shape here: reshape it before it is passed on";
                self.refuse(&call.method, "`view` does not change a shape, as PyTorch's does", help)
            }
            "clone" | "view" | "to_tensor" | "to_owned" | "as_slice" => Value::Array(array),
            "to_vec" => Value::Array(array.nested_as(true)),
            "data" if array.rank() == 1 => Value::Array(array),
            "t" if array.rank() == 2 || array.rank() == 3 => {
                let mut shape = array.shape();
                let last = shape.len() - 1;
                shape.swap(last, last - 1);
                Value::Array(Array::new(graph, &shape, |indices| {
                    let mut swapped = indices.to_vec();
                    swapped.swap(last, last - 1);
                    array.at(graph, &swapped)
                }))
            }
            "row" => match self.indices_of(call) {
                Some(indices) => match self.part(&array, &indices) {
                    Value::Array(row) => Value::Array(row.nested_as(true)),
                    other => other,
                },
                None => Value::Refused,
            },
            "insert_axis" => self.insert_axis(&array, call),
            "dot"
            | "outer"
            | "matmul"
            | "mse_loss"
            | "huber_loss"
            | "binary_cross_entropy_with_logits"
            | "cross_entropy"
            | "select_rows" => self.with_array(array, call),
            name if ARRAY_METHODS.contains(&name) => self.misfit(&array, call),
            _ => {
                let known = ARRAY_METHODS.into_iter().chain(ops::methods().map(|op| op.tensor));
                self.unknown_method(call, Of::Array, known)
            }
        }
    }

    /// The one argument, as an index.
    fn indices_of(&mut self, call: &ExprMethodCall) -> Option<Vec<Id>> {
        self.count_arguments(call, 1)?;
        self.indices(&call.args[0])
    }

    /// The methods whose first argument is an array.
    fn with_array(&mut self, array: Array, call: &ExprMethodCall) -> Value {
        let graph = self.graph;
        let name = call.method.to_string();
        if self.count_arguments(call, 1 + usize::from(name == "huber_loss")).is_none() {
            return Value::Refused;
        }
        let mut array = array;
        let mut arguments =
            call.args.iter().map(|argument| self.expr(argument, None)).collect::<Vec<_>>().into_iter();
        let mut other = match arguments.next() {
            Some(Value::Array(other)) => other,
            Some(Value::Refused) => return Value::Refused,
            _ => {
                let help = match name.as_str() {
                    "dot" | "matmul" | "outer" => format!(
                        "to multiply by a number write `{} * {}`",
                        foreign::operand(&call.receiver),
                        foreign::operand(&call.args[0])
                    ),
                    "cross_entropy" | "select_rows" => "pass a `&[usize]`".to_owned(),
                    _ => "pass a vector or a matrix of the same shape".to_owned(),
                };
                return self.refuse(&call.args[0], format!("`{name}` takes an array"), help);
            }
        };
        if !matches!(name.as_str(), "cross_entropy" | "select_rows") {
            match self.same_array_types(&array, &other, call) {
                Some(typed) => (array, other) = typed,
                None => return Value::Refused,
            }
        }
        let has_function = name.ends_with("_loss") || name.contains("cross_entropy");
        if has_function && graph.ty(array.body) == Type::Untyped {
            return self.unknown_type(&array, &call.receiver);
        }
        match name.as_str() {
            "cross_entropy" if array.rank() == 2 && other.rank() == 1 => {
                self.cross_entropy(&array, &other, call)
            }
            "select_rows" if other.rank() == 1 => {
                let shape = [other.shape(), array.shape().split_off(1)].concat();
                Value::Array(Array::new(graph, &shape, |indices| {
                    let row = other.at(graph, &indices[..1]);
                    array.at(graph, &[&[row], &indices[1..]].concat())
                }))
            }
            "dot" if array.rank() == 1 && other.rank() == 1 => self.product_sum(&array, &other, call),
            "outer" if array.rank() == 1 && other.rank() == 1 => {
                let shape = [array.shape(), other.shape()].concat();
                Value::Array(Array::new(graph, &shape, |indices| {
                    let factors = [array.at(graph, &indices[..1]), other.at(graph, &indices[1..])];
                    graph.op(ops::row("mul"), &factors)
                }))
            }
            "matmul" => self.matmul(&array, &other, call),
            "mse_loss" => {
                let errors = self.zip([&array, &other], call, |a, b| (ops::row("sub"), a, b));
                self.mean_of(errors, call, |error| error.square())
            }
            "binary_cross_entropy_with_logits" => {
                let products = self.zip([&array, &other], call, |z, y| (ops::row("mul"), z, y));
                let Value::Array(products) = products else {
                    return Value::Refused;
                };
                let softplus = array.map(|body| graph.expr(body).softplus().id);
                let losses = self.zip([&softplus, &products], call, |a, b| (ops::row("sub"), a, b));
                self.mean_of(losses, call, |loss| loss)
            }
            "huber_loss" => {
                let delta = match arguments.next() {
                    Some(Value::Scalar(delta)) => self.coerce(delta, graph.ty(array.body)),
                    Some(Value::Refused) => return Value::Refused,
                    _ => {
                        return self.refuse(
                            &call.args[1],
                            "`delta` is a number",
                            "write it, as in `huber_loss(&y, 1.0)`",
                        );
                    }
                };
                let delta = graph.expr(delta);
                let errors = self.zip([&array, &other], call, |a, b| (ops::row("sub"), a, b));
                self.mean_of(errors, call, |error| {
                    let size = error.abs();
                    size.le(delta).select(0.5 * error.square(), delta * (size - 0.5 * delta))
                })
            }
            _ => {
                let message =
                    format!("`{name}` does not fit arrays with {} and {} axes", array.rank(), other.rank());
                let help = match name.as_str() {
                    "dot" => format!("write `{}`", called(call, "matmul")),
                    "outer" => "it takes two vectors; of matrices, take rows, as in `m.row(0)`".to_owned(),
                    _ => "it takes a matrix with a row for each sample, and a `&[usize]`".to_owned(),
                };
                self.refuse(call, message, help)
            }
        }
    }
}
