//! Loops and iterators over ranges and arrays, as long as the order of their turns does not matter: an
//! accumulator is a fold over a loop index.

mod adapters;
mod recurrence;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Expr, ExprForLoop, ExprRange, RangeLimits};

use super::Lowerer;
use crate::graph::{Axis, Id, Node, Type};
use crate::ops;
use crate::shape::{Extent, Source};
use crate::value::{Array, Iteration, Value};

/// Above the numbers of the axes of arrays, so that none is captured.
const FIRST: u8 = 128;

impl<'a> Lowerer<'a> {
    /// The index of a loop at this depth.
    pub(super) fn loop_axis(&self, extent: Extent) -> Axis {
        Axis { extent, number: FIRST + self.depth }
    }

    pub(super) fn is_loop_axis(&self, axis: Axis) -> bool {
        axis.number >= FIRST
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

    /// The extent of so many turns.
    fn turns(&mut self, length: Id, place: &dyn ToTokens) -> Option<Extent> {
        if !self.graph.free(length).is_empty() {
            self.refuse(
                place.to_token_stream(),
                "how often this runs depends on the loop around it, which is not supported yet",
                "run it to its longest, and leave turns out with `if`",
            );
            return None;
        }
        if self.is_carried(length) {
            self.refuse(
                place.to_token_stream(),
                "how often this runs depends on what the turns before have done, which is not supported yet",
                "",
            );
            return None;
        }
        if self.comes_later(length) {
            let help = "make it a parameter";
            self.refuse(place.to_token_stream(), "how often this runs is computed from a call of an annotated function, or from an array made here", help);
            return None;
        }
        let source = match self.graph.node(length) {
            Node::Size(extent) => return Some(extent),
            Node::Int(length) => Source::Literal(length.max(0) as usize),
            Node::Leaf(leaf) if self.leaves.get(leaf).is_some_and(|leaf| leaf.param.is_some()) => {
                Source::Parameter(leaf)
            }
            _ => {
                self.loops += 1;
                self.extents.set_length(self.loops, length);
                Source::Loop(self.loops)
            }
        };
        Some(self.extents.intern(source))
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
            return self.refuse(range, "a range to run over is made of integers", "");
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
        let Some(extent) = self.turns(length, range) else { return Value::Refused };
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
                let help = "run over its indices, as in `for i in 0..x.rows()`";
                self.refuse(place.to_token_stream(), "this cannot be run over", help);
                None
            }
        }
    }

    pub(super) fn for_loop(&mut self, turns: &ExprForLoop) -> Value {
        let iterated = self.expr(&turns.expr, None);
        let Some(iteration) = self.iteration(iterated, &turns.expr) else { return Value::Refused };
        let mut assigned = Assigned::default();
        assigned.visit_block(&turns.body);
        let names = self.scope.len();
        let carried: Vec<usize> = (0..names)
            .filter(|&at| {
                let (name, _) = &self.scope[at];
                let hidden = self.scope[at + 1..].iter().any(|(other, _)| other == name);
                assigned.0.contains(name) && !hidden
            })
            .collect();
        let starts: Vec<Value> = carried.iter().map(|&at| self.scope[at].1.clone()).collect();
        let first = self.placeholders;
        for (&at, start) in carried.iter().zip(&starts) {
            let Some(placeholder) = self.placeholder(start) else {
                let name = self.scope[at].0.clone();
                return self.refuse(turns, format!("`{name}` cannot be carried through a loop"), "");
            };
            self.scope[at].1 = placeholder;
        }
        self.depth += 1;
        self.open.push(iteration.axis);
        self.bind(&turns.pat, iteration.item.clone());
        self.block(&turns.body, None);
        self.open.pop();
        self.depth -= 1;
        self.scope.truncate(names);
        for (order, (&at, start)) in carried.iter().zip(starts).enumerate() {
            let next = self.scope[at].1.clone();
            let ended = self.recurrence(&iteration, first..self.placeholders, first + order, start, next);
            self.scope[at].1 = match ended {
                Some(value) => value,
                None => {
                    let name = self.scope[at].0.clone();
                    self.refuse(
                        turns.for_token,
                        format!("`{name}` depends on its value from the turn before in a way that is not supported yet"),
                        "a loop can add to it, multiply it, or take the `max` or `min` with it",
                    )
                }
            };
        }
        Value::Tuple(Vec::new())
    }
}

/// The names that a loop's body assigns to.
#[derive(Default)]
struct Assigned(Vec<String>);

impl<'ast> Visit<'ast> for Assigned {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let place = match expr {
            Expr::Assign(assign) => Some(&assign.left),
            Expr::Binary(binary) if super::flow::assigning(&binary.op).is_some() => Some(&binary.left),
            _ => None,
        };
        if let Some(Expr::Path(path)) = place.map(|place| &**place) {
            self.0.push(crate::written::text(&path.path));
        }
        syn::visit::visit_expr(self, expr);
    }
}
