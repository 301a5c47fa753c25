//! What becomes of a variable over all turns of a loop, from one turn of it.

use std::ops::Range;

use super::super::Lowerer;
use crate::graph::{FoldOp, Graph, Id, Node, Type};
use crate::ops;
use crate::value::{Array, Iteration, Value};

/// The leaf of the first value that stands for a variable before a turn. No parameter has it.
const PLACEHOLDERS: usize = 1 << 24;

/// What a turn does to a variable.
enum Turn {
    Nothing,
    Fold(FoldOp, Id),
    /// A value that does not depend on the one before.
    Replace(Id),
}

impl Lowerer<'_> {
    /// A value that stands for the variable as a turn finds it.
    pub(super) fn placeholder(&mut self, start: &Value) -> Option<Value> {
        let leaf = PLACEHOLDERS + self.placeholders;
        let value = match start {
            Value::Scalar(id) => Value::Scalar(self.graph.leaf(leaf, self.graph.ty(*id), Vec::new())),
            Value::Array(array) => {
                let node = self.graph.leaf(leaf, self.graph.ty(array.body), array.shape());
                Value::Array(Array::of_node(self.graph, node))
            }
            _ => return None,
        };
        self.placeholders += 1;
        Some(value)
    }

    /// Whether a value depends on what turns before have done to a variable.
    pub(crate) fn is_carried(&self, id: Id) -> bool {
        let is_placeholder = |id: Id| matches!(self.graph.node(id), Node::Leaf(leaf) if leaf >= PLACEHOLDERS);
        self.graph.reachable(&[id]).into_iter().any(is_placeholder)
    }

    /// The variable's value after all turns, if their order does not matter to it.
    pub(super) fn recurrence(
        &mut self,
        iteration: &Iteration,
        all: Range<usize>,
        own: usize,
        start: Value,
        next: Value,
    ) -> Option<Value> {
        let (start, next, axes) = match (start, next) {
            (Value::Scalar(start), Value::Scalar(next)) => (start, next, None),
            (Value::Array(start), Value::Array(next)) if start.shape() == next.shape() => {
                (start.at(self.graph, &self.graph.indices(&next.axes)), next.body, Some(next.axes))
            }
            (_, Value::Refused) => return Some(Value::Refused),
            _ => return None,
        };
        let seek = Seek { graph: self.graph, all, own: PLACEHOLDERS + own };
        let turn = seek.turn(next)?;
        let ty = self.graph.ty(next);
        let start = self.coerce(start, ty);
        let end = match turn {
            Turn::Nothing => start,
            Turn::Fold(op, body) => self.folded(op, iteration, start, body),
            Turn::Replace(body) => {
                if iteration.keep.is_some() {
                    return None;
                }
                let turns = self.graph.size(iteration.axis.extent);
                let any = self.graph.op(ops::row("gt"), &[turns, self.usize(0)]);
                let last = self.graph.op(ops::row("sub"), &[turns, self.usize(1)]);
                let last = self.graph.substitute(body, &[(iteration.axis, last)]);
                self.graph.select(any, last, start)
            }
        };
        Some(match axes {
            Some(axes) => Value::Array(Array { axes, body: end, nested: false }),
            None => Value::Scalar(end),
        })
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

/// What changes nothing.
fn neutral(graph: &Graph, op: FoldOp, ty: Type) -> Id {
    match (op, ty.is_float()) {
        (FoldOp::Sum, true) => graph.float(0.0, ty),
        (FoldOp::Product, true) => graph.float(1.0, ty),
        (FoldOp::Max, _) => graph.float(f64::NEG_INFINITY, ty),
        (FoldOp::Min, _) => graph.float(f64::INFINITY, ty),
        (FoldOp::Sum, false) => graph.int(0, ty),
        (FoldOp::Product, false) => graph.int(1, ty),
    }
}

/// Looks for a variable's placeholder in its value after a turn.
struct Seek<'g> {
    graph: &'g Graph,
    all: Range<usize>,
    own: usize,
}

impl Seek<'_> {
    fn is_own(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Leaf(leaf) => leaf == self.own,
            Node::Get(array, _) => self.graph.node(array) == Node::Leaf(self.own),
            _ => false,
        }
    }

    /// Whether the value is the same whatever the turns before have done.
    fn is_free(&self, id: Id) -> bool {
        self.graph.reachable(&[id]).into_iter().all(|id| match self.graph.node(id) {
            Node::Leaf(leaf) => leaf < PLACEHOLDERS + self.all.start || leaf >= PLACEHOLDERS + self.all.end,
            _ => true,
        })
    }

    fn turn(&self, next: Id) -> Option<Turn> {
        if self.is_own(next) {
            return Some(Turn::Nothing);
        }
        if self.is_free(next) {
            return Some(Turn::Replace(next));
        }
        let graph = self.graph;
        match graph.node(next) {
            Node::Op(op, operands) if operands.len() == 2 => {
                let (a, b) = (operands[0], operands[1]);
                let fold = match op.name {
                    "add" | "sub" => FoldOp::Sum,
                    "mul" => FoldOp::Product,
                    "max" => FoldOp::Max,
                    "min" => FoldOp::Min,
                    _ => return None,
                };
                if self.is_free(b) {
                    let b = if op.name == "sub" { graph.op(ops::row("neg"), &[b]) } else { b };
                    self.join(fold, self.turn(a)?, b, op)
                } else if self.is_free(a) && op.name != "sub" {
                    self.join(fold, self.turn(b)?, a, op)
                } else {
                    None
                }
            }
            Node::Select(condition, a, b) if self.is_free(condition) => {
                let ty = graph.ty(next);
                match (self.turn(a)?, self.turn(b)?) {
                    (Turn::Fold(op, a), Turn::Fold(other, b)) if op == other => {
                        Some(Turn::Fold(op, graph.select(condition, a, b)))
                    }
                    (Turn::Fold(op, a), Turn::Nothing) => {
                        Some(Turn::Fold(op, graph.select(condition, a, neutral(graph, op, ty))))
                    }
                    (Turn::Nothing, Turn::Fold(op, b)) => {
                        Some(Turn::Fold(op, graph.select(condition, neutral(graph, op, ty), b)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A turn that folds once more.
    fn join(&self, fold: FoldOp, turn: Turn, more: Id, op: &'static ops::Op) -> Option<Turn> {
        match turn {
            Turn::Nothing => Some(Turn::Fold(fold, more)),
            Turn::Fold(known, body) if known == fold => {
                let op = if op.name == "sub" { ops::row("add") } else { op };
                Some(Turn::Fold(fold, self.graph.op(op, &[body, more])))
            }
            _ => None,
        }
    }
}
