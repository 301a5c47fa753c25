//! Methods of scalars, arrays and structs.

use syn::ExprMethodCall;

use super::Lowerer;
use super::foreign::{self, Of};
use crate::graph::{Id, Node, Type};
use crate::ops::{self, Op, Operand};
use crate::value::{Array, Value};
use crate::written::text;

impl<'a> Lowerer<'a> {
    pub(super) fn method_call(&mut self, call: &ExprMethodCall) -> Value {
        if call.method == "iter_mut" && call.args.is_empty() {
            return self.iter_mut(&call.receiver);
        }
        if let Some(value) = self.function_of_module(call) {
            return value;
        }
        let receiver = self.expr(&call.receiver, None);
        self.method_of(receiver, call)
    }

    /// A method's call on a receiver that is lowered already.
    pub(super) fn method_of(&mut self, receiver: Value, call: &ExprMethodCall) -> Value {
        match receiver {
            Value::Refused => {
                for argument in call.args.iter().filter(|argument| !matches!(argument, syn::Expr::Closure(_)))
                {
                    self.expr(argument, None);
                }
                Value::Refused
            }
            Value::Scalar(id) => self.scalar_method(id, call),
            Value::Array(array) => self.array_method(array, call),
            Value::Struct(name, fields) => self.struct_method(name, fields, call),
            Value::Iterator(iteration) => self.iterator_method(*iteration, call),
            Value::Tuple(_) | Value::Closure(_) | Value::Element(..) => self.refuse(
                &call.method,
                "a tuple has no methods",
                "call the method on a part of it, as in `pair.0.exp()`",
            ),
        }
    }

    fn scalar_method(&mut self, id: Id, call: &ExprMethodCall) -> Value {
        let name = call.method.to_string();
        if name == "clone" {
            return Value::Scalar(id);
        }
        if let (Type::Int(_), Some(op)) = (self.graph.ty(id), ops::integer_method(&name)) {
            return self.integer_method(op, id, call);
        }
        if let Some(answer) = self.is_number(id, &name) {
            return Value::Scalar(answer);
        }
        let Some(op) = ops::method(&name) else {
            return self.unknown_method(call, Of::Number, ops::methods().map(|op| op.name));
        };
        let Some(operands) = self.operands(op, call) else {
            return Value::Refused;
        };
        if let Some(array) = operands.iter().position(|operand| matches!(operand, Value::Array(_))) {
            let (x, array) = (text(&call.receiver), &call.args[array]);
            let is_name = matches!(array, syn::Expr::Path(_));
            let array_text = if is_name { text(array) } else { format!("({})", text(array)) };
            let help = format!("begin with the array, as in `{array_text}.{}({x})`", op.tensor);
            return self.refuse(array, format!("`{name}` of a number takes a number"), help);
        }
        self.apply_row(op, Value::Scalar(id), operands, call)
    }

    /// `is_nan`, `is_finite` and `is_infinite`, by the comparisons that tell.
    fn is_number(&self, x: Id, name: &str) -> Option<Id> {
        let ty = self.graph.ty(x);
        let compare = |row, a, b| Some(self.graph.op(ops::row(row), &[a, b]));
        let size = || self.graph.op(ops::row("abs"), &[x]);
        let infinity = || self.graph.float(f64::INFINITY, ty);
        match name {
            _ if !ty.is_float() => None,
            "is_nan" => compare("ne", x, x),
            "is_finite" => compare("lt", size(), infinity()),
            "is_infinite" => compare("eq", size(), infinity()),
            _ => None,
        }
    }

    /// The operands of a row behind the first, if their number is right.
    pub(super) fn operands(&mut self, op: &'static Op, call: &ExprMethodCall) -> Option<Vec<Value>> {
        self.count_arguments(call, op.arity() - 1)?;
        Some(call.args.iter().map(|argument| self.expr(argument, None)).collect())
    }

    /// A row of the table, elementwise over whichever operands are arrays.
    pub(super) fn apply_row(
        &mut self,
        op: &'static Op,
        first: Value,
        rest: Vec<Value>,
        call: &ExprMethodCall,
    ) -> Value {
        let graph = self.graph;
        let mut operands = vec![first];
        for ((operand, (_, kind)), place) in rest.into_iter().zip(op.operands).zip(&call.args) {
            operands.push(match (operand, kind) {
                (Value::Refused, _) => return Value::Refused,
                (Value::Scalar(id), Operand::Int) if self.could_be_integer(id) => {
                    Value::Scalar(self.coerce(id, Type::Int("i32")))
                }
                (Value::Scalar(id), Operand::Int) if self.graph.ty(id) == Type::Int("i32") => {
                    Value::Scalar(id)
                }
                (Value::Scalar(id), Operand::Int) => {
                    let help = match self.graph.ty(id).is_float() || self.graph.ty(id) == Type::Untyped {
                        true => format!("write `{}.powf({})`", foreign::operand(&call.receiver), text(place)),
                        false => format!("write `{} as i32`", text(place)),
                    };
                    return self.refuse(place, format!("`{}` takes an `i32`", op.name), help);
                }
                (operand @ (Value::Scalar(_) | Value::Array(_)), Operand::Real) => operand,
                _ => {
                    return self.refuse(
                        place,
                        format!("`{}` does not take this", op.name),
                        "pass a number, or an array of numbers",
                    );
                }
            });
        }
        if !self.share_type(op, &mut operands, call) {
            return Value::Refused;
        }
        match op.name {
            "detach" => self.mark_constant(&operands[0]),
            name @ ("signum" | "floor" | "ceil" | "round" | "trunc") => {
                self.mark_flat(Some(name), &operands[0], call);
            }
            _ => {}
        }
        let mut longest: Option<Array> = None;
        for operand in &operands {
            let Value::Array(array) = operand else {
                continue;
            };
            longest = Some(match longest {
                None => array.clone(),
                Some(known) => {
                    let demanded_by = text(call);
                    match Array::zip(graph, self.extents, [&known, array], &demanded_by, |body, _| body) {
                        Ok(zipped) => zipped,
                        Err(mismatch) => return self.mismatch(mismatch, call),
                    }
                }
            });
        }
        let scalar = |operand: &Value, indices: &[Id]| match operand {
            Value::Array(array) => array.at(graph, &indices[indices.len() - array.rank()..]),
            Value::Scalar(id) => *id,
            _ => unreachable!("operands are scalars and arrays"),
        };
        let element = |indices: &[Id]| {
            graph.op(op, &operands.iter().map(|operand| scalar(operand, indices)).collect::<Vec<_>>())
        };
        match longest {
            None => Value::Scalar(element(&[])),
            Some(array) => Value::Array(Array::new(graph, &array.shape(), element)),
        }
    }

    /// Whether it is made of integer literals and constants.
    pub(super) fn could_be_integer(&self, id: Id) -> bool {
        let is_float = |id: Id| matches!(self.graph.node(id), Node::Float(_));
        self.graph.ty(id) == Type::Untyped && !self.graph.reachable(&[id]).into_iter().any(is_float)
    }

    /// Gives literals among the real operands the type of the others.
    fn share_type(&mut self, op: &'static Op, operands: &mut [Value], call: &ExprMethodCall) -> bool {
        let body = |value: &Value| match value {
            Value::Scalar(id) => *id,
            Value::Array(array) => array.body,
            _ => unreachable!("operands are scalars and arrays"),
        };
        let real = |place: usize| place == 0 || op.operands[place - 1].1 == Operand::Real;
        let types: Vec<Type> = operands.iter().map(|operand| self.graph.ty(body(operand))).collect();
        let known =
            (0..types.len()).filter(|&place| real(place)).find(|&place| types[place] != Type::Untyped);
        let Some(known) = known else {
            let help = format!("give it a type, as in `{}_{}`", text(&call.receiver), self.real_name());
            match &operands[0] {
                Value::Array(array) => self.unknown_type(array, &call.receiver),
                _ => self.refuse(&call.receiver, "the type of this number is not known", help),
            };
            return false;
        };
        for place in (0..operands.len()).filter(|&place| real(place)) {
            if types[place] == Type::Untyped {
                let ty = types[known];
                operands[place] = operands[place].map(&|id| self.coerce(id, ty));
            } else if self.same_types(body(&operands[known]), body(&operands[place]), call).is_none() {
                return false;
            }
        }
        if !types[known].is_float() {
            let message = format!("`{}` of an integer is not supported", call.method);
            self.refuse(&call.receiver, message, "convert it first, as in `(.. as f64)`");
            return false;
        }
        true
    }
}
