//! What becomes of a variable over all turns of a loop, from one turn of it.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::ExprMethodCall;

use super::classify::{Own, Turn, neutral};
use super::elements::{add_all, set_all};
use crate::graph::{Axis, Entry, FoldOp, Graph, Id, Node, Turns, Type, fresh_axes};
use crate::lower::Lowerer;
use crate::ops;
use crate::shape::Demand;
use crate::value::{Array, Iteration, Value};
use crate::written::text;

/// A number or an array that a loop carries.
pub(super) struct Part {
    /// What it is like.
    like: Value,
    start: Value,
    /// As a node: the array itself, or the scalar.
    pub(super) next: Option<Id>,
    pub(super) turn: Turn,
}

impl Part {
    fn refused() -> Self {
        Part { like: Value::Refused, start: Value::Refused, next: None, turn: Turn::Nothing }
    }

    /// The same with a node for its value.
    pub(super) fn ended(self, graph: &Graph, end: Id) -> Value {
        match self.like {
            Value::Array(array) => Value::Array(Array::of_node(graph, end).nested_as(array.nested)),
            Value::Scalar(_) => Value::Scalar(end),
            other => other,
        }
    }
}

impl Lowerer<'_> {
    /// The variable as a turn finds it.
    pub(super) fn state_of(&self, number: usize, place: usize, start: &Value) -> Value {
        match start {
            Value::Scalar(id) => {
                Value::Scalar(self.graph.state(number, place, self.graph.ty(*id), Vec::new()))
            }
            Value::Array(array) => {
                let state = self.graph.state(number, place, self.graph.ty(array.body), array.shape());
                Value::Array(Array::of_node(self.graph, state).nested_as(array.nested))
            }
            _ => Value::Refused,
        }
    }

    /// The variable before the loop, in the type that the first run has found for it. An array is made.
    pub(super) fn start_of(&self, number: usize, place: usize, start: Value) -> Value {
        let start = match self.types.get(&(number, place)) {
            Some(&ty) => start.map(&|id| self.coerce(id, ty)),
            None => start,
        };
        if let Value::Array(array) = &start {
            array.node(self.graph);
        }
        start
    }

    /// A value that leaves the loop, in its type.
    pub(super) fn typed_for(&self, value: Value, number: usize, place: usize) -> Value {
        let value = self.start_of(number, place, value);
        value.map(&|id| match self.graph.ty(id) {
            Type::Untyped => self.coerce(id, self.default_type(&[id])),
            _ => id,
        })
    }

    pub(super) fn zero_like(&self, value: &Value) -> Value {
        value.map(&|id| match self.graph.ty(id) {
            ty if ty.is_float() => self.graph.float(0.0, ty),
            ty => self.graph.int(0, ty),
        })
    }

    /// The type of what is made of literals alone.
    fn default_type(&self, of: &[Id]) -> Type {
        if of.iter().all(|&id| self.could_be_integer(id)) {
            return Type::Int("i32");
        }
        self.function.result.element().filter(|ty| ty.is_float()).unwrap_or(Type::F64)
    }

    /// A part of a variable, with what a turn does to it.
    pub(super) fn part_of_turn(
        &mut self,
        number: usize,
        place: usize,
        start: Value,
        next: Value,
        at: &dyn ToTokens,
    ) -> Part {
        let own = Own { graph: self.graph, number, place };
        match (start, next) {
            (Value::Scalar(start), Value::Scalar(next)) => {
                let (start, next) = self.of_one_type(own, start, next);
                let turn = own.turn(next);
                Part { like: Value::Scalar(next), start: Value::Scalar(start), next: Some(next), turn }
            }
            (Value::Array(start), Value::Array(next)) if start.rank() == next.rank() => {
                for (one, other) in start.shape().into_iter().zip(next.shape()) {
                    if self
                        .extents
                        .unify(one, other, Demand::Expression(&text(at.to_token_stream())))
                        .is_err()
                    {
                        let help = "keep its length, and set elements, as in `y[i] = ..`";
                        self.refuse(at.to_token_stream(), "a loop cannot change the shape of an array", help);
                        return Part::refused();
                    }
                }
                let (first, body) = self.of_one_type(own, start.body, next.body);
                let (start, next) = (start.map(|_| first), next.map(|_| body).nested_as(start.nested));
                let next = Array::new(self.graph, &start.shape(), |indices| next.at(self.graph, indices))
                    .nested_as(next.nested);
                let node = next.node(self.graph);
                let turn = match own.turn(next.body) {
                    Turn::InOrder | Turn::Replace(_) => own.turn_of_array(node),
                    turn => turn,
                };
                let next = Value::Array(next);
                Part { like: next, start: Value::Array(start), next: Some(node), turn }
            }
            _ => Part::refused(),
        }
    }

    /// A literal that a variable begins with takes the type of what it becomes.
    fn of_one_type(&self, own: Own, start: Id, next: Id) -> (Id, Id) {
        let known = [next, start].map(|id| self.graph.ty(id)).into_iter().find(|ty| *ty != Type::Untyped);
        let found = self.found.borrow().get(&(own.number, own.place)).copied();
        let ty = known.or(found).unwrap_or_else(|| self.default_type(&[start, next]));
        if self.graph.ty(start) == Type::Untyped {
            self.found.borrow_mut().insert((own.number, own.place), ty);
        }
        (self.coerce(start, ty), self.coerce(next, ty))
    }

    /// The turns of the loop, as a node.
    pub(super) fn turns_in_order(
        &mut self,
        number: usize,
        go_on: Option<Id>,
        in_order: &BTreeSet<usize>,
        parts: &[Part],
    ) -> Id {
        let (mut starts, mut nexts) = (Vec::new(), Vec::new());
        for (place, part) in parts.iter().enumerate() {
            let carried = in_order.contains(&place).then(|| self.carried(number, place, part)).flatten();
            let nothing = self.usize(0);
            let (start, next) = carried.unwrap_or((nothing, nothing));
            starts.push(start);
            nexts.push(next);
        }
        self.graph.turns(number, Turns { starts, nexts, go_on })
    }

    fn carried(&self, number: usize, place: usize, part: &Part) -> Option<(Id, Id)> {
        let graph = self.graph;
        match (&part.start, part.next?) {
            (Value::Scalar(start), next) => Some((*start, next)),
            (Value::Array(start), next) => {
                let state = graph.state(number, place, graph.ty(next), graph.shape(next));
                // Another variable's array is copied, since it changes in its own place.
                let is_own = graph.origin(next) == state || matches!(graph.node(next), Node::Build(..));
                let copied = || {
                    let axes = fresh_axes(&graph.shape(next), &graph.free(next));
                    graph.build(&axes, graph.get(next, &graph.indices(&axes)))
                };
                Some((start.node(graph), if is_own { next } else { copied() }))
            }
            _ => None,
        }
    }

    /// A part after all turns, where their order does not matter to it.
    pub(super) fn folded_part(&mut self, axis: Axis, part: Part) -> Value {
        let graph = self.graph;
        match (part.turn, part.start, part.like) {
            (Turn::Nothing, start, _) => start,
            (Turn::Set(entry), Value::Array(start), _) => {
                let axes = [&[axis], entry.axes.as_slice()].concat();
                let base = start.node(graph);
                Value::Array(set_all(graph, base, Entry { axes, ..entry }).nested_as(start.nested))
            }
            (Turn::Add(entry), Value::Array(start), _) => {
                let axes = [&[axis], entry.axes.as_slice()].concat();
                let base = start.node(graph);
                Value::Array(add_all(graph, base, Entry { axes, ..entry }).nested_as(start.nested))
            }
            (turn, Value::Scalar(start), _) => Value::Scalar(self.folded_number(axis, turn, start)),
            (turn, Value::Array(start), Value::Array(like)) => {
                let first = start.at(graph, &graph.indices(&like.axes));
                let body = self.folded_number(axis, turn, first);
                Value::Array(Array { body, ..like })
            }
            (_, _, other) => other,
        }
    }

    fn folded_number(&mut self, axis: Axis, turn: Turn, start: Id) -> Id {
        match turn {
            Turn::Fold(op, body) => {
                let iteration = Iteration { axis, item: Value::Refused, keep: None };
                self.folded(op, &iteration, start, body)
            }
            Turn::Replace(body) => {
                let turns = self.graph.size(axis.extent);
                let any = self.graph.op(ops::row("gt"), &[turns, self.usize(0)]);
                let last = self.graph.op(ops::row("saturating_sub"), &[turns, self.usize(1)]);
                let last = self.graph.substitute(body, &[(axis, last)]);
                self.graph.select(any, last, start)
            }
            _ => start,
        }
    }

    /// `fold(start, |value, item| ..)`.
    pub(super) fn folding(&mut self, iteration: Iteration, call: &ExprMethodCall) -> Option<Value> {
        let start = self.expr(&call.args[0], None);
        let Iteration { axis, item, keep } = iteration;
        let number = self.graph.open_loop(axis, &self.around, self.inside.last().copied(), &self.conditions);
        let Some(parts) = start.parts() else {
            return match start {
                Value::Refused => None,
                _ => Some(self.refuse(
                    &call.args[0],
                    "a fold begins with a number or an array",
                    "write `.fold(0.0, |sum, v| ..)`",
                )),
            };
        };
        let starts: Vec<Value> =
            parts.into_iter().zip(0..).map(|(part, place)| self.start_of(number, place, part)).collect();
        self.graph.begin_turns(number);
        let states: Vec<Value> =
            starts.iter().zip(0..).map(|(part, place)| self.state_of(number, place, part)).collect();
        let state = start.with_parts(&mut states.into_iter());
        self.inside.push(number);
        let next = self.apply(&call.args[1], axis, vec![state.clone(), item]);
        self.inside.pop();
        let mut next = next?;
        if let Some(keep) = keep {
            next = self.choose(keep, next, state, call);
        }
        let ends = next.parts()?;
        let parts: Vec<Part> = starts
            .iter()
            .cloned()
            .zip(ends)
            .enumerate()
            .map(|(place, (start, end))| self.part_of_turn(number, place, start, end, call))
            .collect();
        let ended = self.all_turns(number, axis, None, parts);
        Some(start.with_parts(&mut ended.into_iter()))
    }

    /// The fold of a body over the turns that are kept, begun with a value.
    pub(super) fn folded(&mut self, op: FoldOp, iteration: &Iteration, start: Id, body: Id) -> Id {
        let graph = self.graph;
        let ty = graph.ty(body);
        let body = match iteration.keep {
            Some(keep) => graph.select(keep, body, neutral(graph, op, ty)),
            None => body,
        };
        let folded = graph.fold(op, &[iteration.axis], body);
        if start == neutral(graph, op, ty) {
            return folded;
        }
        let row = match op {
            FoldOp::Sum => "add",
            FoldOp::Product => "mul",
            FoldOp::Max => "max",
            FoldOp::Min => "min",
        };
        graph.op(ops::row(row), &[start, folded])
    }
}
