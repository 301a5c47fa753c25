//! Values as expressions.

use super::names::indexed;
use super::{Id, Node, Printer, text};
use crate::graph::Type;
use crate::ops::{Kind, Op};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Choice,
    Compare,
    Sum,
    Product,
    Unary,
    Atom,
}

impl Printer<'_> {
    pub(super) fn expr(&mut self, id: Id) -> String {
        self.render(id).0
    }

    pub(super) fn at_least(&mut self, id: Id, level: Level) -> String {
        let (text, own) = self.render(id);
        if own >= level { text } else { format!("({text})") }
    }

    /// The value by its name if it has one here.
    fn render(&mut self, id: Id) -> (String, Level) {
        if let Some(kept) = self.kept_in_block(id) {
            return (kept, Level::Atom);
        }
        let is_number = self.graph.shape(id).is_empty();
        if self.scope.iter().any(|scope| scope.contains(&id)) {
            return match self.graph.node(id) {
                Node::Fold(..) => (self.accumulator(id), Level::Atom),
                Node::Final(..) | Node::Ran(_) => self.written_out(id),
                _ => (self.name(id, false), Level::Atom),
            };
        }
        if is_number && self.program.storage.contains_key(&id) {
            return (self.element(id, &[]), Level::Atom);
        }
        self.written_out(id)
    }

    pub(super) fn written_out(&mut self, id: Id) -> (String, Level) {
        let graph = self.graph;
        match graph.node(id) {
            Node::Float(bits) => number(f64::from_bits(bits)),
            Node::Int(value) if graph.ty(id) == Type::Bool => ((value != 0).to_string(), Level::Atom),
            Node::Int(value) => number(value as f64),
            Node::Leaf(leaf) => {
                let access = text(&self.lowered.leaves[leaf].access);
                (access.trim_start_matches("super::").to_owned(), Level::Atom)
            }
            Node::Size(extent) => (self.length(extent), Level::Atom),
            Node::Index(axis) => (self.letter(axis), Level::Atom),
            Node::Cast(value) => self.render(value),
            Node::Get(array, indices) => {
                let element = match graph.node(array) {
                    Node::Leaf(_) | Node::CallGradient(..) => {
                        let array = self.expr(array);
                        indexed(array, indices.into_iter().map(|index| self.expr(index)).collect())
                    }
                    _ => self.element(array, &indices),
                };
                (element, Level::Atom)
            }
            Node::Select(condition, then, otherwise) => self.choice(id, [condition, then, otherwise]),
            Node::Op(op, operands) => self.operation(op, &operands),
            Node::Call(callee, operands) => {
                let called = &self.lowered.callees[callee.place];
                let taken = operands.into_iter().take(called.operands.len());
                let arguments: Vec<String> = taken.map(|operand| self.expr(operand)).collect();
                (format!("{}({})", text(&called.path), arguments.join(", ")), Level::Atom)
            }
            Node::CallGradient(call, position) => {
                (format!("gradient({}).{position}", self.expr(call)), Level::Atom)
            }
            Node::Final(_, place) => {
                let number = graph.loop_of(id);
                let state = number.map(|number| graph.state(number, place, graph.ty(id), graph.shape(id)));
                (self.name(state.unwrap_or(id), false), Level::Atom)
            }
            Node::Ran(_) => {
                let axis = graph.loop_of(id).map(|number| graph.sequence(number).axis);
                let letter = axis.map(|axis| self.letter(axis)).unwrap_or_default();
                (format!("turns({letter})"), Level::Atom)
            }
            Node::Fold(..) => (self.accumulator(id), Level::Atom),
            Node::Build(..) | Node::Scatter(..) | Node::Set(..) | Node::State(..) | Node::Loop(..) => {
                (self.name(id, false), Level::Atom)
            }
        }
    }

    fn choice(&mut self, id: Id, [condition, then, otherwise]: [Id; 3]) -> (String, Level) {
        let is = |side: Id, value: i64| {
            self.graph.ty(id) == Type::Bool && self.graph.node(side) == Node::Int(value)
        };
        let (sign, other) = match (is(then, 1), is(otherwise, 0)) {
            (true, _) => ("||", otherwise),
            (_, true) => ("&&", then),
            _ => {
                let [condition, then, otherwise] =
                    [condition, then, otherwise].map(|operand| self.expr(operand));
                return (format!("if {condition} {{ {then} }} else {{ {otherwise} }}"), Level::Choice);
            }
        };
        let [left, right] = [condition, other].map(|operand| self.at_least(operand, Level::Sum));
        (format!("{left} {sign} {right}"), Level::Choice)
    }

    fn operation(&mut self, op: &'static Op, operands: &[Id]) -> (String, Level) {
        match op.kind {
            Kind::Infix(token) => {
                let (own, right) = match token {
                    "*" | "/" | "%" => (Level::Product, Level::Unary),
                    "+" | "-" => (Level::Sum, Level::Product),
                    _ => (Level::Compare, Level::Sum),
                };
                let left = self.at_least(operands[0], own.max(Level::Sum));
                let right = self.at_least(operands[1], right);
                (format!("{left} {token} {right}"), own)
            }
            Kind::Prefix(token) => {
                (format!("{token}{}", self.at_least(operands[0], Level::Unary)), Level::Unary)
            }
            Kind::Std | Kind::Ours | Kind::Special | Kind::Libm | Kind::Whole => {
                let arguments: Vec<String> = operands.iter().map(|&operand| self.expr(operand)).collect();
                (format!("{}({})", op.name, arguments.join(", ")), Level::Atom)
            }
        }
    }
}

fn number(value: f64) -> (String, Level) {
    (value.to_string(), if value < 0.0 { Level::Unary } else { Level::Atom })
}
