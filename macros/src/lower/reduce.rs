//! Reductions of arrays, whole or along an axis.

use syn::{Expr, ExprMethodCall, Lit};

use super::Lowerer;
use super::foreign::operand;
use crate::graph::{FoldOp, Id, Node};
use crate::ops;
use crate::shape::{Extent, Source};
use crate::value::{Array, Value};
use crate::written::text;

/// A fold of a whole array, or of one axis.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reduction {
    Sum,
    Mean,
    Max,
    Min,
    Product,
}

impl Lowerer<'_> {
    pub(super) fn length(&self, array: &Array) -> Id {
        let graph = self.graph;
        let sizes = array.axes.iter().map(|axis| graph.size(axis.extent));
        sizes.reduce(|a, b| graph.op(ops::row("mul"), &[a, b])).expect("an array has an axis")
    }

    pub(super) fn reduce(&mut self, array: &Array, reduction: Reduction, call: &ExprMethodCall) -> Value {
        let length = self.length(array);
        self.demand_elements(array, 0..array.rank(), reduction, call);
        Value::Scalar(
            self.fold(reduction, array.body, length, |op, body| self.graph.fold(op, &array.axes, body)),
        )
    }

    pub(super) fn reduce_axis(
        &mut self,
        array: &Array,
        reduction: Reduction,
        axis: usize,
        call: &ExprMethodCall,
    ) -> Value {
        let extent = array.axes[axis].extent;
        self.demand_elements(array, axis..axis + 1, reduction, call);
        let length = self.graph.size(extent);
        let folded = |op| array.fold_axis(self.graph, op, axis);
        let result = match reduction {
            Reduction::Mean => {
                folded(FoldOp::Sum).map(|body| self.fold(Reduction::Mean, body, length, |_, body| body))
            }
            Reduction::Sum => folded(FoldOp::Sum),
            Reduction::Max => folded(FoldOp::Max),
            Reduction::Min => folded(FoldOp::Min),
            Reduction::Product => folded(FoldOp::Product),
        };
        scalar_if_rank_zero(result)
    }

    /// A reduction of `body`, folded by `fold`; a mean is a sum divided by the length.
    pub(super) fn fold(
        &self,
        reduction: Reduction,
        body: Id,
        length: Id,
        fold: impl FnOnce(FoldOp, Id) -> Id,
    ) -> Id {
        match reduction {
            Reduction::Sum => fold(FoldOp::Sum, body),
            Reduction::Max => fold(FoldOp::Max, body),
            Reduction::Min => fold(FoldOp::Min, body),
            Reduction::Product => fold(FoldOp::Product, body),
            Reduction::Mean => {
                let sum = self.graph.expr(fold(FoldOp::Sum, body));
                (sum / self.graph.expr(length).real_like(sum)).id
            }
        }
    }

    /// Demands that the axes are not empty, where the reduction has no value for empty data.
    pub(super) fn demand_elements(
        &mut self,
        array: &Array,
        axes: std::ops::Range<usize>,
        reduction: Reduction,
        call: &ExprMethodCall,
    ) {
        if !matches!(reduction, Reduction::Mean | Reduction::Max | Reduction::Min) {
            return;
        }
        for axis in axes {
            let side = array.side(self.graph, axis);
            if self.is_under_length(side.extent) {
                continue;
            }
            if self.extents.source(side.extent) == Source::Literal(0) {
                self.refuse(call, format!("`{}` has no value for empty data", text(call)), "");
                return;
            }
            self.extents.demand_nonempty(side, &text(call));
        }
    }

    /// Whether a condition asks for a length: it may be that there are elements.
    fn is_under_length(&self, extent: Extent) -> bool {
        let class = self.extents.class(extent);
        let sources: Vec<Source> = class.into_iter().map(|own| self.extents.own_source(own)).collect();
        let conditions: Vec<Id> = self.conditions.iter().map(|(condition, _)| *condition).collect();
        self.graph.reachable(&conditions).into_iter().any(|id| match self.graph.node(id) {
            Node::Size(_) => true,
            Node::Leaf(leaf) => sources.contains(&Source::Parameter(leaf)),
            _ => false,
        })
    }

    /// The axis argument, a number known when compiling.
    pub(super) fn axis(&mut self, array: &Array, call: &ExprMethodCall) -> Option<usize> {
        self.count_arguments(call, 1)?;
        let axis = match &call.args[0] {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(int) => int.base10_parse::<usize>().ok(),
                _ => None,
            },
            _ => None,
        };
        match axis {
            Some(axis) if axis < array.rank() => Some(axis),
            Some(axis) => {
                let message =
                    format!("there is no axis {axis}: the array has {} axes, counted from 0", array.rank());
                let last = array.rank() - 1;
                let help = format!("the last axis is `{last}`: write `{}`", with_argument(call, last));
                self.refuse(&call.args[0], message, help);
                None
            }
            None => {
                let help = match &call.args[0] {
                    // As ndarray has it.
                    Expr::Call(wrapped) if wrapped.args.len() == 1 => {
                        format!("write `{}`", with_argument(call, text(&wrapped.args[0])))
                    }
                    _ => format!("write the number, as in `{}`", with_argument(call, 0)),
                };
                self.refuse(&call.args[0], "an axis is a number known when compiling", help);
                None
            }
        }
    }
}

/// The call with another argument, as code.
fn with_argument(call: &ExprMethodCall, argument: impl std::fmt::Display) -> String {
    format!("{}.{}({argument})", operand(&call.receiver), call.method)
}

pub(super) fn scalar_if_rank_zero(array: Array) -> Value {
    if array.rank() == 0 { Value::Scalar(array.body) } else { Value::Array(array) }
}
