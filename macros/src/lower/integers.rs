//! Integers: bits, and the methods that only they have. None of it is differentiated.

use quote::ToTokens;
use syn::ExprMethodCall;

use super::Lowerer;
use crate::graph::{Id, Type};
use crate::ops::{Op, Operand};
use crate::value::Value;
use crate::written::text;

impl Lowerer<'_> {
    /// Whether it is an integer, also where a literal has no type yet.
    pub(super) fn is_integer(&self, id: Id) -> bool {
        matches!(self.graph.ty(id), Type::Int(_)) || self.could_be_integer(id)
    }

    /// `& | ^ << >>`, on integers, and the first three on conditions.
    pub(super) fn bitwise(
        &mut self,
        op: &'static Op,
        left: Value,
        right: Value,
        place: &dyn ToTokens,
    ) -> Value {
        let (a, b) = match (left, right) {
            (Value::Refused, _) | (_, Value::Refused) => return Value::Refused,
            (Value::Scalar(a), Value::Scalar(b)) => (a, b),
            _ => return self.refuse(place.to_token_stream(), "these are not integers", ""),
        };
        let is_shift = matches!(op.name, "shl" | "shr");
        let conditions = !is_shift && [a, b].iter().all(|&id| self.graph.ty(id) == Type::Bool);
        let integers = self.is_integer(a) && self.is_integer(b);
        if !(conditions || integers) {
            let help = match op.name {
                "bitxor" => "to raise to a power write `.powi(2)` or `.powf(0.5)`",
                _ => "",
            };
            let message = "this operator is for integers, and cannot be differentiated";
            return self.refuse(place.to_token_stream(), message, help);
        }
        // How far bits are moved may be an integer of another type.
        if is_shift {
            return Value::Scalar(self.graph.op(op, &[a, b]));
        }
        match self.same_types(a, b, place) {
            Some((a, b)) => Value::Scalar(self.graph.op(op, &[a, b])),
            None => Value::Refused,
        }
    }

    /// A method of an integer, whose operands have its own type but for exponents.
    pub(super) fn integer_method(&mut self, op: &'static Op, id: Id, call: &ExprMethodCall) -> Value {
        if self.count_arguments(call, op.arity() - 1).is_none() {
            return Value::Refused;
        }
        let ty = self.graph.ty(id);
        if op.name == "abs_diff" && matches!(ty, Type::Int(name) if name.starts_with('i')) {
            let help = "write `(a - b).abs()` for floats, or convert both to an unsigned type";
            return self.refuse(&call.method, "`abs_diff` of signed integers is of another type", help);
        }
        let mut operands = vec![id];
        for (argument, (_, kind)) in call.args.iter().zip(op.operands) {
            let wanted = if *kind == Operand::Int { Type::Int("u32") } else { ty };
            let operand = match self.expr(argument, None) {
                Value::Scalar(operand) => self.coerce(operand, wanted),
                Value::Refused => return Value::Refused,
                _ => return self.refuse(argument, format!("`{}` takes an integer", op.name), ""),
            };
            if self.graph.ty(operand) != wanted {
                let wanted = self.type_name(wanted);
                let help = format!("write `{} as {wanted}`", text(argument));
                return self.refuse(argument, format!("`{}` takes a `{wanted}` here", op.name), help);
            }
            operands.push(operand);
        }
        Value::Scalar(self.graph.op(op, &operands))
    }
}
