//! Methods of iterators.

use syn::{Expr, ExprMethodCall};

use super::classify::neutral;
use crate::graph::{Axis, FoldOp, Id, Type, fresh_axes};
use crate::lower::Lowerer;
use crate::lower::foreign::Of;
use crate::shape::{Extent, Source};
use crate::value::{Array, Iteration, Value};
use crate::written::{Written, text};

/// The methods that make an iterator of an array.
const SOURCES: [&str; 4] = ["iter", "into_iter", "windows", "chunks_exact"];
pub(crate) const METHODS: [&str; 17] = [
    "iter",
    "into_iter",
    "copied",
    "cloned",
    "map",
    "zip",
    "enumerate",
    "filter",
    "rev",
    "skip",
    "take",
    "step_by",
    "sum",
    "product",
    "count",
    "fold",
    "collect",
];

impl<'a> Lowerer<'a> {
    /// `x.iter()` and its like, if the method makes an iterator.
    pub(crate) fn iterator_of(&mut self, array: &Array, call: &ExprMethodCall) -> Option<Value> {
        let name = call.method.to_string();
        if !SOURCES.contains(&name.as_str()) {
            return None;
        }
        if matches!(name.as_str(), "iter" | "into_iter") {
            self.count_arguments(call, 0)?;
            let iteration = self.iteration(Value::Array(array.clone()), &call.receiver);
            return Some(iteration.map_or(Value::Refused, |iteration| Value::Iterator(Box::new(iteration))));
        }
        if array.rank() > 1 && !array.nested {
            return None;
        }
        if self.count_arguments(call, 1).is_none() {
            return Some(Value::Refused);
        }
        let Some(width) = self.extent(&call.args[0]) else { return Some(Value::Refused) };
        let Source::Literal(width) = self.extents.source(width) else {
            return Some(self.refuse(
                &call.args[0],
                "this length must be known when compiling",
                "write a number, or run over the starts: `x[i..i + width]` for `i in 0..=x.len() - width`",
            ));
        };
        let length = self.graph.size(array.axes[0].extent);
        let width_id = self.usize(width as i64);
        let turns = match name.as_str() {
            "windows" => self.clipped_difference(self.integer_op("add", length, self.usize(1)), width_id),
            _ => self.integer_op("div", length, width_id),
        };
        let extent = self.extent_of(turns);
        let axis = self.loop_axis(extent);
        let index = self.graph.index(axis);
        let start = if name == "windows" { index } else { self.integer_op("mul", index, width_id) };
        let mut shape = array.shape();
        shape[0] = self.extents.intern(Source::Literal(width));
        let item = Array::new(self.graph, &shape, |indices| {
            let (first, rest) = indices.split_first().expect("an array has an axis");
            let first = self.integer_op("add", start, *first);
            array.at(self.graph, &[&[first], rest].concat())
        });
        let item = item.nested_as(array.nested);
        Some(Value::Iterator(Box::new(Iteration { axis, item: Value::Array(item), keep: None })))
    }

    pub(crate) fn iterator_method(&mut self, iteration: Iteration, call: &ExprMethodCall) -> Value {
        let name = call.method.to_string();
        let arguments = match name.as_str() {
            "iter" | "into_iter" | "copied" | "cloned" | "enumerate" | "rev" | "sum" | "product"
            | "count" | "collect" => 0,
            "map" | "zip" | "filter" | "skip" | "take" | "step_by" => 1,
            "fold" => 2,
            _ => return self.unknown_method(call, Of::Iterator, METHODS.into_iter()),
        };
        if self.count_arguments(call, arguments).is_none() {
            return Value::Refused;
        }
        let result = match name.as_str() {
            "map" => self
                .apply(&call.args[0], iteration.axis, vec![iteration.item.clone()])
                .map(|item| Value::Iterator(Box::new(Iteration { item, ..iteration }))),
            "filter" => self.filtered(iteration, &call.args[0]),
            "enumerate" => self.enumerated(iteration, call),
            "zip" => self.zipped(iteration, &call.args[0]),
            "rev" | "skip" | "take" | "step_by" => self.shifted_turns(iteration, &name, call),
            "sum" => self.total(FoldOp::Sum, iteration, call),
            "product" => self.total(FoldOp::Product, iteration, call),
            "count" => self.count(iteration),
            "fold" => self.folding(iteration, call),
            "collect" => self.collected(iteration, call),
            _ => Some(Value::Iterator(Box::new(iteration))),
        };
        result.unwrap_or(Value::Refused)
    }

    /// The value of a closure or of a function by name.
    pub(super) fn apply(&mut self, function: &Expr, axis: Axis, arguments: Vec<Value>) -> Option<Value> {
        self.around.push(axis);
        let value = match function {
            Expr::Closure(closure) => self.closure(closure, arguments),
            Expr::Path(path) => match self.closure_named(path) {
                Some(kept) => Some(self.call_kept(kept, arguments, path)),
                None => self.function_by_name(path, arguments),
            },
            other => Some(self.refuse(
                other,
                "only a closure or the name of a function can stand here",
                "write `|v| ..`",
            )),
        };
        self.around.pop();
        value
    }

    /// `f64::exp` and `f64::max`, as what is mapped or folded.
    fn function_by_name(&mut self, path: &syn::ExprPath, arguments: Vec<Value>) -> Option<Value> {
        let name = path.path.segments.last()?.ident.to_string();
        let mut operands = Vec::new();
        for argument in &arguments {
            match argument {
                Value::Scalar(id) => operands.push(*id),
                _ => return Some(self.refuse(path, "this function takes numbers", "write a closure")),
            }
        }
        match crate::ops::method(&name) {
            Some(op) if op.arity() == operands.len() && path.path.segments.len() == 2 => {
                if let [a, b] = operands.as_slice() {
                    let (a, b) = self.same_types(*a, *b, path)?;
                    operands = vec![a, b];
                }
                Some(Value::Scalar(self.graph.op(op, &operands)))
            }
            _ => {
                let help = format!("write a closure that calls it, as in `|x| {}(x)`", text(&path.path));
                Some(self.refuse(path, "gradus does not know this function", help))
            }
        }
    }

    fn filtered(&mut self, iteration: Iteration, predicate: &Expr) -> Option<Value> {
        let kept = match self.apply(predicate, iteration.axis, vec![iteration.item.clone()])? {
            Value::Scalar(id) if self.graph.ty(id) == Type::Bool => id,
            Value::Refused => return None,
            _ => {
                return Some(self.refuse(
                    predicate,
                    "the condition of a filter is a `bool`",
                    "compare, as in `|v| **v > 0.0`",
                ));
            }
        };
        let keep = match iteration.keep {
            Some(known) => self.graph.op(crate::ops::row("and"), &[known, kept]),
            None => kept,
        };
        Some(Value::Iterator(Box::new(Iteration { keep: Some(keep), ..iteration })))
    }

    fn enumerated(&mut self, iteration: Iteration, call: &ExprMethodCall) -> Option<Value> {
        if iteration.keep.is_some() {
            return Some(self.refuse(
                &call.method,
                "what is filtered cannot be numbered",
                "number it before",
            ));
        }
        let index = Value::Scalar(self.graph.index(iteration.axis));
        let item = Value::Tuple(vec![index, iteration.item.clone()]);
        Some(Value::Iterator(Box::new(Iteration { item, ..iteration })))
    }

    /// Pairs, as many as the shorter of the two has.
    fn zipped(&mut self, left: Iteration, other: &Expr) -> Option<Value> {
        let value = self.expr(other, None);
        let right = self.iteration(value, other)?;
        if left.keep.is_some() || right.keep.is_some() {
            return Some(self.refuse(other, "what is filtered cannot be paired", "filter the pairs instead"));
        }
        let (a, b) = (self.graph.size(left.axis.extent), self.graph.size(right.axis.extent));
        let shorter = match self.extents.same(left.axis.extent, right.axis.extent) {
            true => a,
            false => self.graph.select(self.graph.op(crate::ops::row("lt"), &[a, b]), a, b),
        };
        let extent = self.extent_of(shorter);
        let left = self.with_turns(left, extent, |_, index| index);
        let right = self.with_turns(right, extent, |_, index| index);
        let item = Value::Tuple(vec![left.item, right.item]);
        Some(Value::Iterator(Box::new(Iteration { axis: left.axis, item, keep: None })))
    }

    /// Other turns of the same items: `place` says which item a turn has.
    fn with_turns(
        &mut self,
        iteration: Iteration,
        extent: Extent,
        place: impl FnOnce(&Self, Id) -> Id,
    ) -> Iteration {
        let axis = self.loop_axis(extent);
        let place = place(self, self.graph.index(axis));
        let item = iteration.item.map(&|id| self.graph.substitute(id, &[(iteration.axis, place)]));
        Iteration { axis, item, keep: None }
    }

    fn shifted_turns(&mut self, iteration: Iteration, name: &str, call: &ExprMethodCall) -> Option<Value> {
        if iteration.keep.is_some() {
            return Some(self.refuse(
                &call.method,
                "what is filtered has no places any more",
                "filter it afterwards",
            ));
        }
        let length = self.graph.size(iteration.axis.extent);
        let count = match call.args.first() {
            None => self.usize(1),
            Some(argument) => match self.expr(argument, None) {
                Value::Scalar(id) => self.coerce(id, Type::Int("usize")),
                _ => return None,
            },
        };
        let (one, zero) = (self.usize(1), self.usize(0));
        let turns = match name {
            "skip" => self.clipped_difference(length, count),
            "take" => {
                let less = self.graph.op(crate::ops::row("lt"), &[count, length]);
                self.graph.select(less, count, length)
            }
            "step_by" => {
                let up = self.integer_op("sub", self.integer_op("add", length, count), one);
                self.integer_op("div", up, count)
            }
            _ => length,
        };
        let extent = self.extent_of(turns);
        let shifted = self.with_turns(iteration, extent, |lowerer, index| match name {
            // In this order, so that nothing is subtracted from the length of what is empty.
            "rev" => lowerer.integer_op("sub", length, lowerer.integer_op("add", index, one)),
            "skip" => lowerer.integer_op("add", index, count),
            "step_by" => lowerer.integer_op("mul", index, count),
            _ => lowerer.integer_op("add", index, zero),
        });
        Some(Value::Iterator(Box::new(shifted)))
    }

    fn total(&mut self, op: FoldOp, iteration: Iteration, call: &ExprMethodCall) -> Option<Value> {
        match iteration.item {
            Value::Scalar(id) => {
                let id = match call.turbofish.as_ref().and_then(|fish| fish.args.first()) {
                    Some(syn::GenericArgument::Type(ty)) => match self.annotation(ty) {
                        Some(Written::Scalar(ty)) => self.coerce(id, ty),
                        _ => id,
                    },
                    _ => id,
                };
                let ty = self.graph.ty(id);
                let start = neutral(self.graph, op, ty);
                Some(Value::Scalar(self.folded(op, &iteration, start, id)))
            }
            Value::Refused => None,
            _ => Some(self.refuse(&call.method, "only numbers can be added up", "map each item to a number")),
        }
    }

    fn count(&mut self, iteration: Iteration) -> Option<Value> {
        let zero = self.usize(0);
        let one = self.usize(1);
        Some(Value::Scalar(match iteration.keep {
            None => self.graph.size(iteration.axis.extent),
            Some(_) => self.folded(FoldOp::Sum, &iteration, zero, one),
        }))
    }

    /// A vector of the items.
    fn collected(&mut self, iteration: Iteration, call: &ExprMethodCall) -> Option<Value> {
        if iteration.keep.is_some() {
            let help = "map what is left out to 0, or sum without collecting";
            return Some(self.refuse(&call.method, "how many items a filter leaves is not known", help));
        }
        let array = match iteration.item {
            Value::Scalar(body) => Array { axes: vec![iteration.axis], body, nested: true },
            Value::Array(row) => {
                let taken = [row.axes.as_slice(), &[iteration.axis]].concat();
                let axes = fresh_axes(&row.shape(), &taken);
                let body = row.at(self.graph, &self.graph.indices(&axes));
                Array { axes: [vec![iteration.axis], axes].concat(), body, nested: true }
            }
            Value::Refused => return None,
            _ => {
                return Some(self.refuse(
                    &call.method,
                    "only numbers and arrays can be collected",
                    "collect each part of a tuple on its own",
                ));
            }
        };
        Some(Value::Array(array))
    }
}
