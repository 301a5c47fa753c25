//! What a turn does to a variable: whether it is a fold, or builds on the turn before.

use crate::graph::{Axis, Entry, FoldOp, Graph, Id, Node, Type, fresh_axes};
use crate::ops;

/// What a turn does to a variable, or to each element of one.
pub(super) enum Turn {
    Nothing,
    Fold(FoldOp, Id),
    /// A value that does not depend on the one before.
    Replace(Id),
    /// Other elements at places that no other turn reads or changes.
    Set(Entry),
    /// Something added to elements that no turn reads otherwise.
    Add(Entry),
    /// What needs the turns before it to be complete.
    InOrder,
}

impl Turn {
    /// What it needs to be known of a turn.
    pub(super) fn reads(&self) -> Vec<Id> {
        match self {
            Turn::Nothing | Turn::InOrder => Vec::new(),
            Turn::Fold(_, body) | Turn::Replace(body) => vec![*body],
            Turn::Set(entry) | Turn::Add(entry) => [entry.indices.as_slice(), &[entry.body]].concat(),
        }
    }
}

/// A variable as a turn finds it, which is sought in its value after the turn.
#[derive(Clone, Copy)]
pub(super) struct Own<'g> {
    pub(super) graph: &'g Graph,
    pub(super) number: usize,
    pub(super) place: usize,
}

impl Own<'_> {
    fn is_state(self, id: Id) -> bool {
        self.graph.with(id, |data| data.node == Node::State(self.number, self.place))
    }

    /// Whether the value is the variable, or the element of it that is being looked at.
    fn is_own(self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Get(array, indices) => {
                let shape = self.graph.shape(array);
                self.is_state(array) && indices == self.graph.indices(&fresh_axes(&shape, &[]))
            }
            _ => self.is_state(id),
        }
    }

    /// Whether the value is the same whatever the turns before have done to the variable.
    fn is_free(self, id: Id) -> bool {
        !self.graph.states_in(&[id], self.number).contains(&self.place)
    }

    pub(super) fn turn(self, next: Id) -> Turn {
        self.turn_of(next, &|id| self.is_own(id))
    }

    fn turn_of(self, next: Id, is_own: &dyn Fn(Id) -> bool) -> Turn {
        if is_own(next) {
            return Turn::Nothing;
        }
        if self.is_free(next) {
            return Turn::Replace(next);
        }
        let graph = self.graph;
        match graph.node(next) {
            Node::Op(op, operands) if operands.len() == 2 => {
                let (a, b) = (operands[0], operands[1]);
                let fold = match op.name {
                    // A count has no negative to add, and no infinity to begin with.
                    "sub" | "max" | "min" if !graph.ty(next).is_float() => return Turn::InOrder,
                    "add" | "sub" => FoldOp::Sum,
                    "mul" => FoldOp::Product,
                    "max" => FoldOp::Max,
                    "min" => FoldOp::Min,
                    _ => return Turn::InOrder,
                };
                if self.is_free(b) {
                    let b = if op.name == "sub" { graph.op(ops::row("neg"), &[b]) } else { b };
                    self.join(fold, self.turn_of(a, is_own), b, op)
                } else if self.is_free(a) && op.name != "sub" {
                    self.join(fold, self.turn_of(b, is_own), a, op)
                } else {
                    Turn::InOrder
                }
            }
            Node::Select(condition, a, b) if self.is_free(condition) && graph.shape(next).is_empty() => {
                let ty = graph.ty(next);
                match (self.turn_of(a, is_own), self.turn_of(b, is_own)) {
                    (Turn::Fold(op, a), Turn::Fold(other, b)) if op == other => {
                        Turn::Fold(op, graph.select(condition, a, b))
                    }
                    (Turn::Fold(op, a), Turn::Nothing) => {
                        Turn::Fold(op, graph.select(condition, a, neutral(graph, op, ty)))
                    }
                    (Turn::Nothing, Turn::Fold(op, b)) => {
                        Turn::Fold(op, graph.select(condition, neutral(graph, op, ty), b))
                    }
                    _ => Turn::InOrder,
                }
            }
            _ => Turn::InOrder,
        }
    }

    /// A turn that folds once more.
    fn join(self, fold: FoldOp, turn: Turn, more: Id, op: &'static ops::Op) -> Turn {
        match turn {
            Turn::Nothing => Turn::Fold(fold, more),
            Turn::Fold(known, body) if known == fold => {
                let op = if op.name == "sub" { ops::row("add") } else { op };
                Turn::Fold(fold, self.graph.op(op, &[body, more]))
            }
            _ => Turn::InOrder,
        }
    }

    /// What a turn does that changes some elements.
    pub(super) fn turn_of_array(self, next: Id) -> Turn {
        let graph = self.graph;
        if self.is_free(next) {
            // An array made anew; its last version is carried, which costs no more than keeping all.
            return Turn::InOrder;
        }
        let (base, entry) = match graph.node(next) {
            Node::Set(base, entry) => (base, entry),
            Node::Scatter(Some(base), entries) => return self.turn_of_scatter(base, entries),
            _ => return Turn::InOrder,
        };
        if !self.is_state(base) || !entry.indices.iter().all(|&index| self.is_free(index)) {
            return Turn::InOrder;
        }
        let here = graph.get(base, &entry.indices);
        match self.turn_of(entry.body, &|id| id == here) {
            Turn::Fold(FoldOp::Sum, body) => return Turn::Add(Entry { body, ..entry }),
            Turn::Nothing => return Turn::Nothing,
            _ => {}
        }
        let axis = graph.sequence(self.number).axis;
        let apart = entry.indices.iter().any(|&index| is_different_each_turn(graph, index, axis));
        if apart && self.is_free(entry.body) { Turn::Set(entry) } else { Turn::InOrder }
    }

    /// What a turn does that adds to elements, in a loop of its own.
    fn turn_of_scatter(self, base: Id, entries: Vec<Entry>) -> Turn {
        match <[Entry; 1]>::try_from(entries) {
            Ok([entry])
                if self.is_state(base)
                    && entry.indices.iter().chain([&entry.body]).all(|&read| self.is_free(read)) =>
            {
                Turn::Add(entry)
            }
            _ => Turn::InOrder,
        }
    }
}

/// Whether an index has another value in every turn.
pub(super) fn is_different_each_turn(graph: &Graph, index: Id, axis: Axis) -> bool {
    let is_free = |id: Id| !graph.free(id).contains(&axis);
    match graph.node(index) {
        Node::Index(own) => own == axis,
        Node::Op(op, operands) if op.name == "add" || op.name == "sub" => {
            (is_different_each_turn(graph, operands[0], axis) && is_free(operands[1]))
                || (is_free(operands[0]) && is_different_each_turn(graph, operands[1], axis))
        }
        _ => false,
    }
}

/// What changes nothing.
pub(super) fn neutral(graph: &Graph, op: FoldOp, ty: Type) -> Id {
    match (op, ty.is_float()) {
        (FoldOp::Sum, true) => graph.float(0.0, ty),
        (FoldOp::Product, true) => graph.float(1.0, ty),
        (FoldOp::Max, _) => graph.float(f64::NEG_INFINITY, ty),
        (FoldOp::Min, _) => graph.float(f64::INFINITY, ty),
        (FoldOp::Sum, false) => graph.int(0, ty),
        (FoldOp::Product, false) => graph.int(1, ty),
    }
}
