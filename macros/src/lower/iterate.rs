//! What loops and iterators run over: ranges and arrays.

#[cfg(test)]
pub(super) use adapters::METHODS;

mod adapters;
mod classify;
mod elements;
mod exits;
mod recurrence;
mod turns;

use quote::ToTokens;
use syn::{ExprRange, RangeLimits};

use super::{Leaf, Lowerer};
use crate::graph::{Axis, Id, Node, Type};
use crate::ops;
use crate::shape::{Extent, Source};
use crate::value::{Array, Iteration, Value};
use crate::written::text;

impl<'a> Lowerer<'a> {
    /// The index of a loop at this depth.
    pub(super) fn loop_axis(&self, extent: Extent) -> Axis {
        Axis::of_loop(extent, self.around.len())
    }

    fn usize(&self, value: i64) -> Id {
        self.graph.int(value, Type::Int("usize"))
    }

    fn integer_op(&self, row: &str, a: Id, b: Id) -> Id {
        match (self.graph.node(a), self.graph.node(b), row) {
            (_, Node::Int(0), "add" | "sub") => a,
            (Node::Int(0), _, "add") => b,
            (_, Node::Int(1), "mul" | "div") => a,
            (Node::Int(x), Node::Int(y), "sub") if x >= y && y >= 0 => {
                self.graph.int(x - y, self.graph.ty(a))
            }
            (Node::Int(x), Node::Int(y), "add") if x.checked_add(y).is_some() => {
                self.graph.int(x + y, self.graph.ty(a))
            }
            _ => self.graph.op(ops::row(row), &[a, b]),
        }
    }

    /// The extent of a length. Each takes a number, also where it is known, so that both runs of the
    /// lowering mean the same length by it.
    pub(super) fn extent_of(&mut self, length: Id) -> Extent {
        self.lengths += 1;
        let source = match self.graph.node(length) {
            Node::Size(extent) => return extent,
            Node::Int(length) => Source::Literal(length.max(0) as usize),
            Node::Leaf(leaf) => match self.leaves.get(leaf) {
                Some(Leaf { param: None, access, .. }) => Source::Const(text(access)),
                _ => Source::Parameter(leaf),
            },
            _ => {
                let known = self.graph.lengths().into_iter().find(|(_, known)| *known == length);
                if let Some((extent, _)) = known {
                    return self.extents.root(extent);
                }
                // What it was found equal to may be what it is computed from.
                let own = self.extents.own(Source::Loop(self.lengths));
                self.graph.set_length(own, length);
                return self.extents.root(own);
            }
        };
        self.extents.intern(source)
    }

    /// An extent whose length is yet to be told.
    fn computed_extent(&mut self) -> Extent {
        self.lengths += 1;
        self.extents.intern(Source::Loop(self.lengths))
    }

    /// `a..b` and `a..=b`.
    pub(super) fn range(&mut self, range: &ExprRange) -> Value {
        let (Some(start), Some(end)) = (&range.start, &range.end) else {
            return self.refuse(range, "a range needs a start and an end here", "write `0..n`");
        };
        let (Value::Scalar(start), Value::Scalar(end)) = (self.expr(start, None), self.expr(end, None))
        else {
            return Value::Refused;
        };
        let Some((start, end)) = self.same_types(start, end, range) else { return Value::Refused };
        let (start, end) = match self.graph.ty(start) {
            Type::Untyped => {
                let usize = Type::Int("usize");
                (self.coerce(start, usize), self.coerce(end, usize))
            }
            _ => (start, end),
        };
        let ty = self.graph.ty(start);
        if !matches!(ty, Type::Int(_)) {
            return self.refuse(
                range,
                "a range to run over is made of integers",
                "run over `0..n`, and compute with `i as f64`",
            );
        }
        let one = self.graph.int(1, ty);
        let end = match range.limits {
            RangeLimits::HalfOpen(_) => end,
            RangeLimits::Closed(_) => self.integer_op("add", end, one),
        };
        let length = match self.graph.node(start) {
            Node::Int(0) if ty == Type::Int("usize") => end,
            _ => self.clipped_difference(end, start),
        };
        let length = self.graph.cast(length, Type::Int("usize"));
        let extent = self.extent_of(length);
        let axis = self.loop_axis(extent);
        let index = self.graph.cast(self.graph.index(axis), ty);
        let item = Value::Scalar(self.integer_op("add", index, start));
        Value::Iterator(Box::new(Iteration { axis, item, keep: None }))
    }

    /// `a - b`, or 0 where that would be negative.
    fn clipped_difference(&self, a: Id, b: Id) -> Id {
        if let (Node::Int(a), Node::Int(b)) = (self.graph.node(a), self.graph.node(b)) {
            return self.usize(a.saturating_sub(b).max(0));
        }
        let more = self.graph.op(ops::row("gt"), &[a, b]);
        let difference = self.graph.op(ops::row("sub"), &[a, b]);
        self.graph.select(more, difference, self.graph.int(0, self.graph.ty(a)))
    }

    /// `x[a..b]` and `x[a..]`.
    pub(super) fn slice(&mut self, value: Value, range: &ExprRange) -> Value {
        let array = match value {
            Value::Array(array) => array,
            Value::Refused => return Value::Refused,
            _ => {
                return self.refuse(
                    range,
                    "only arrays, slices and tensors can be sliced",
                    "take the slice of an array, as in `x[1..n]`",
                );
            }
        };
        let usize = Type::Int("usize");
        let end_of = |lowerer: &mut Self, end: &Option<Box<syn::Expr>>, default: Id| match end {
            Some(expr) => match lowerer.expr(expr, None) {
                Value::Scalar(id) => Some(lowerer.coerce(id, usize)),
                _ => None,
            },
            None => Some(default),
        };
        let whole = self.graph.size(array.axes[0].extent);
        let start = end_of(self, &range.start, self.usize(0));
        let end = end_of(self, &range.end, whole);
        let (Some(start), Some(end)) = (start, end) else { return Value::Refused };
        let end = match range.limits {
            RangeLimits::Closed(_) if range.end.is_some() => self.integer_op("add", end, self.usize(1)),
            _ => end,
        };
        // A slice that begins behind its end, or ends behind the array's, panics here as it does in Rust.
        let length = match self.graph.node(start) {
            Node::Int(0) => end,
            _ => self.integer_op("sub", end, start),
        };
        let extent = self.extent_of(length);
        let mut shape = array.shape();
        shape[0] = extent;
        let part = Array::new(self.graph, &shape, |indices| {
            let first = self.integer_op("add", indices[0], start);
            array.at(self.graph, &[&[first], &indices[1..]].concat())
        });
        Value::Array(part.nested_as(array.nested))
    }

    /// What can be run over: an iterator, or an array by its first axis.
    pub(super) fn iteration(&mut self, value: Value, place: &dyn ToTokens) -> Option<Iteration> {
        match value {
            Value::Iterator(iteration) => Some(*iteration),
            Value::Array(array) if array.rank() == 1 || array.nested => {
                let axis = self.loop_axis(array.axes[0].extent);
                let index = self.graph.index(axis);
                let rest = array.shape().split_off(1);
                let item = match rest.is_empty() {
                    true => Value::Scalar(array.at(self.graph, &[index])),
                    false => {
                        let row = Array::new(self.graph, &rest, |indices| {
                            array.at(self.graph, &[&[index], indices].concat())
                        });
                        Value::Array(row.nested_as(true))
                    }
                };
                Some(Iteration { axis, item, keep: None })
            }
            Value::Refused => None,
            _ => {
                let x = text(place.to_token_stream()).trim_start_matches('&').to_owned();
                let help = format!(
                    "run over its indices, as in `for i in 0..{x}.rows() {{ let row = {x}.row(i); .. }}`"
                );
                self.refuse(place.to_token_stream(), "this cannot be run over", help);
                None
            }
        }
    }
}
