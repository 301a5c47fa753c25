//! What is differentiated, and what counts as a constant.

use std::collections::HashSet;

use quote::ToTokens;
use syn::{Expr, ExprCall};

use super::Lowerer;
use crate::dependence::Flat;
use crate::graph::{Id, Node, Type};
use crate::ops;
use crate::value::Value;

impl Lowerer<'_> {
    /// Whether a value changes with what the function is differentiated by.
    pub(super) fn is_differentiated(&self, value: &Value) -> bool {
        match value {
            Value::Scalar(id) => self.is_active(*id),
            Value::Array(array) => self.is_active(array.body),
            Value::Tuple(values) => values.iter().any(|value| self.is_differentiated(value)),
            Value::Struct(_, fields) => fields.iter().any(|(_, value)| self.is_differentiated(value)),
            Value::Iterator(iteration) => self.is_differentiated(&iteration.item),
            Value::Element(variable, _) => {
                self.scope.get(*variable).is_some_and(|(_, array)| self.is_differentiated(array))
            }
            // It is called where its value is asked for.
            Value::Closure(_) | Value::Refused => false,
        }
    }

    fn is_active(&self, id: Id) -> bool {
        let graph = self.graph;
        let mut active = HashSet::new();
        for id in graph.reachable(&[id]) {
            let depends = match graph.node(id) {
                Node::Float(_) | Node::Int(_) | Node::Size(_) | Node::Index(_) => false,
                Node::Leaf(leaf) => self.leaves.get(leaf).is_some_and(|leaf| leaf.active),
                // What a loop carries may be anything.
                Node::State(..) => true,
                Node::Ran(_) => false,
                Node::Op(op, _) if op.name == "detach" => false,
                Node::Call(callee, _) if callee.constant => false,
                Node::Op(..)
                | Node::Cast(_)
                | Node::Get(..)
                | Node::Build(..)
                | Node::Scatter(..)
                | Node::Set(..)
                | Node::Fold(..)
                | Node::Loop(..)
                | Node::Final(..)
                | Node::Select(..)
                | Node::Call(..)
                | Node::CallGradient(..) => graph.operands(id).iter().any(|operand| active.contains(operand)),
            };
            let is_number = !matches!(graph.ty(id), Type::Int(_) | Type::Bool);
            if depends && (is_number || matches!(graph.node(id), Node::Loop(..))) {
                active.insert(id);
            }
        }
        active.contains(&id)
    }

    /// `no_grad(x)`, by whatever path.
    pub(super) fn is_no_grad(&self, call: &ExprCall) -> bool {
        matches!(&*call.func, Expr::Path(function)
            if function.path.segments.last().is_some_and(|last| last.ident == "no_grad"))
            && self.items.function("no_grad").is_none()
    }

    /// The value as a constant.
    pub(super) fn no_grad(&mut self, call: &ExprCall) -> Value {
        let [argument] = call.args.iter().collect::<Vec<_>>()[..] else {
            // rustc says it better.
            return Value::Refused;
        };
        let graph = self.graph;
        let value = self.expr(argument, None);
        self.mark_constant(&value);
        value.map(&|id| match graph.ty(id) {
            Type::Int(_) | Type::Bool => id,
            _ => graph.op(ops::row("detach"), &[id]),
        })
    }

    /// Notes that the user wants no derivative by what the value depends on.
    pub(super) fn mark_constant(&mut self, value: &Value) {
        self.marks.constant.extend(value.parts().unwrap_or_default().iter().filter_map(body));
    }

    /// Notes an operation whose derivative is zero, with the user's expression for it.
    pub(super) fn mark_flat(&mut self, method: Option<&'static str>, operand: &Value, at: &dyn ToTokens) {
        let Some(operand) = body(operand) else { return };
        self.marks.flat.push(Flat { operand, expression: at.to_token_stream(), method });
    }

    /// The value without the mark that it is a constant.
    pub(super) fn attached(&self, id: Id) -> Id {
        match self.graph.node(id) {
            Node::Op(op, operands) if op.name == "detach" => self.attached(operands[0]),
            _ => id,
        }
    }
}

/// The number, or an element of the array.
fn body(value: &Value) -> Option<Id> {
    match value {
        Value::Scalar(id) => Some(*id),
        Value::Array(array) => Some(array.body),
        _ => None,
    }
}
