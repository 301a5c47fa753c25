//! Integers: bits, and the methods that only they have. None of it is differentiated.

use quote::ToTokens;
use syn::ExprMethodCall;

use super::Lowerer;
use super::foreign::operand;
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
            _ => {
                return self.refuse(
                    place.to_token_stream(),
                    "these are not integers",
                    "write it for the elements, in a loop over an index",
                );
            }
        };
        let is_shift = matches!(op.name, "shl" | "shr");
        let conditions = !is_shift && [a, b].iter().all(|&id| self.graph.ty(id) == Type::Bool);
        let integers = self.is_integer(a) && self.is_integer(b);
        if !(conditions || integers) {
            let help = match op.name {
                "bitxor" => return self.refuse_power(place),
                "shl" => "to multiply by a power of 2 write `* 2.0_f64.powi(n)`",
                _ => "write `&&`, `||` or `!=` for conditions",
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

    /// `x ^ 2`, as other languages write a power.
    fn refuse_power(&mut self, place: &dyn ToTokens) -> Value {
        let help = match syn::parse2(place.to_token_stream()) {
            Ok(syn::Expr::Binary(binary)) => {
                let is_integer =
                    matches!(&*binary.right, syn::Expr::Lit(power) if matches!(power.lit, syn::Lit::Int(_)));
                let power = if is_integer { "powi" } else { "powf" };
                format!(
                    "to raise to a power write `{}.{power}({})`",
                    operand(&binary.left),
                    text(&binary.right)
                )
            }
            _ => "to raise to a power write `x = x.powi(2)`".to_owned(),
        };
        let message = "`^` is for the bits of integers, and cannot be differentiated";
        self.refuse(place.to_token_stream(), message, help)
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
                _ => {
                    return self.refuse(
                        argument,
                        format!("`{}` takes an integer", op.name),
                        "pass a number, as in `n.pow(2)`",
                    );
                }
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
