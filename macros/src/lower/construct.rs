//! Arrays that the function makes itself: literals and constructors.

use syn::{Expr, ExprArray, ExprCall, ExprPath, ExprRepeat, ExprStruct, Member};

use super::Lowerer;
use super::foreign::operand;
use crate::graph::{Graph, Id, Type};
use crate::ops;
use crate::shape::{Demand, Extent, Source};
use crate::value::{Array, Value};
use crate::written::{Written, text};

const LIST: &str = "write numbers, as in `[x, 2.0 * x]`, or rows of one length, as in `[[x, y], [y, x]]`";

impl Lowerer<'_> {
    /// A length that a user writes: a number, a parameter, a constant or the length of an array.
    pub(super) fn extent(&mut self, length: &Expr) -> Option<Extent> {
        let id = match self.expr(length, None) {
            Value::Scalar(id) => self.coerce(id, Type::Int("usize")),
            Value::Refused => return None,
            _ => {
                self.refuse(
                    length,
                    "a length is a `usize`",
                    "write `n` for a parameter `n: usize`, or `x.len()`",
                );
                return None;
            }
        };
        if self.graph.ty(id) != Type::Int("usize") {
            let help = format!("make it one, as in `{} as usize`", operand(length));
            self.refuse(length, "a length is a `usize`", help);
            return None;
        }
        Some(self.extent_of(id))
    }

    /// `[a, b]`, of numbers or of arrays of one shape.
    pub(super) fn array(&mut self, array: &ExprArray) -> Value {
        let mut parts = Vec::new();
        for element in &array.elems {
            match self.expr(element, None) {
                Value::Scalar(id) => parts.push(Array { axes: Vec::new(), body: id, nested: true }),
                Value::Array(part) => parts.push(part),
                Value::Refused => return Value::Refused,
                _ => return self.refuse(element, "an array is made of numbers or of arrays", LIST),
            }
        }
        let Some(first) = parts.first().cloned() else {
            return self.refuse(array, "an empty array has no derivative", LIST);
        };
        let typed = parts.iter().find(|part| self.graph.ty(part.body) != Type::Untyped);
        let ty = typed.map_or(Type::Untyped, |part| self.graph.ty(part.body));
        for part in &mut parts {
            part.body = self.coerce(part.body, ty);
            if part.rank() != first.rank() || self.graph.ty(part.body) != ty {
                return self.refuse(array, "the elements of an array have one type and one shape", LIST);
            }
            for (one, other) in part.shape().into_iter().zip(first.shape()) {
                if self.extents.unify(one, other, Demand::Expression(&text(array))).is_err() {
                    return self.refuse(array, "the elements of an array have one type and one shape", LIST);
                }
            }
        }
        let graph = self.graph;
        let length = self.extents.intern(Source::Literal(parts.len()));
        let shape = [vec![length], first.shape()].concat();
        Value::Array(Array::new(graph, &shape, |indices| choose(graph, indices, &parts)).nested_as(true))
    }

    /// `Name { field: value, .. }`, with the fields in the order of their definition.
    pub(super) fn structure(&mut self, made: &ExprStruct) -> Value {
        let written = made.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let name = match self.inlined.last().and_then(|method| method.split_once("::")) {
            Some((own, _)) if written == "Self" => own.to_owned(),
            _ => written,
        };
        let mut given: Vec<(String, Value)> = Vec::new();
        for field in &made.fields {
            let Member::Named(member) = &field.member else {
                return self.refuse(
                    &field.member,
                    "the fields of a struct of parameters have names",
                    "write `Name { field: value }`",
                );
            };
            given.push((member.to_string(), self.expr(&field.expr, None)));
        }
        let rest = made.rest.as_ref().map(|rest| self.expr(rest, None));
        let Some(definition) = self.items.structure(&name) else {
            let help = "define it in the same `#[differentiable] mod`";
            return self.refuse(&made.path, format!("gradus does not see the struct `{name}`"), help);
        };
        let mut fields = Vec::new();
        for (field, written) in &definition.fields {
            let own = given.iter().find(|(known, _)| known == field).map(|(_, value)| value);
            let other = match &rest {
                Some(Value::Struct(_, fields)) => fields.iter().find(|(known, _)| known == field),
                _ => None,
            };
            // rustc says it better where a field is missing.
            let Some(value) = own.or(other.map(|(_, value)| value)) else { return Value::Refused };
            fields.push((field.clone(), self.annotated(value.clone(), Some(written))));
        }
        Value::Struct(name, fields)
    }

    /// `[value; n]`.
    pub(super) fn repeated(&mut self, repeat: &ExprRepeat) -> Value {
        let value = self.expr(&repeat.expr, None);
        let Some(extent) = self.extent(&repeat.len) else { return Value::Refused };
        let part = match value {
            Value::Scalar(id) => Array { axes: Vec::new(), body: id, nested: true },
            Value::Array(part) => part,
            Value::Refused => return Value::Refused,
            _ => return self.refuse(&repeat.expr, "an array is made of numbers or of arrays", LIST),
        };
        let shape = [vec![extent], part.shape()].concat();
        Value::Array(
            Array::new(self.graph, &shape, |indices| part.at(self.graph, &indices[1..])).nested_as(true),
        )
    }

    /// `Vector::zeros([n])`, `Matrix::from([[..], [..]])` and their like, if the call is one.
    pub(super) fn constructor(&mut self, path: &ExprPath, call: &ExprCall) -> Option<Value> {
        let mut segments = path.path.segments.iter().rev();
        let (name, ty) = (segments.next()?.ident.to_string(), segments.next()?);
        if !matches!(ty.ident.to_string().as_str(), "Vector" | "Matrix" | "Tensor") {
            return None;
        }
        let ty = self.element_of(ty);
        let constant = |graph: &Graph, value| graph.float(value, ty);
        let arguments: Vec<&Expr> = call.args.iter().collect();
        Some(match (name.as_str(), arguments.as_slice()) {
            ("from", [value]) => match self.expr(value, None) {
                Value::Array(array) => Value::Array(array.map(|body| self.coerce(body, ty)).nested_as(false)),
                other => other,
            },
            ("zeros", [shape]) => self.filled(shape, constant(self.graph, 0.0)),
            ("ones", [shape]) => self.filled(shape, constant(self.graph, 1.0)),
            ("full", [shape, value]) => match self.expr(value, None) {
                Value::Scalar(value) => self.filled(shape, self.coerce(value, ty)),
                Value::Refused => Value::Refused,
                _ => self.refuse(
                    value,
                    "the elements of a tensor are numbers",
                    "write a number, as in `Vector::full([n], 0.5)`",
                ),
            },
            ("eye", [length]) => match self.extent(length) {
                Some(extent) => Value::Array(Array::new(self.graph, &[extent, extent], |indices| {
                    let same = self.graph.op(ops::row("eq"), indices);
                    self.graph.select(same, constant(self.graph, 1.0), constant(self.graph, 0.0))
                })),
                None => Value::Refused,
            },
            _ => {
                let message = format!("`{}` cannot be used in a differentiable function", text(&call.func));
                let help = "make the tensor a parameter, or use `from`, `zeros`, `ones`, `full` or `eye`";
                self.refuse(&call.func, message, help)
            }
        })
    }

    /// The element type in `Vector::<f64>`, if it is written.
    fn element_of(&self, segment: &syn::PathSegment) -> Type {
        let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
            return Type::Untyped;
        };
        let Some(syn::GenericArgument::Type(ty)) = arguments.args.first() else { return Type::Untyped };
        match self.annotation(ty) {
            Some(Written::Scalar(ty)) => ty,
            _ => Type::Untyped,
        }
    }

    fn filled(&mut self, shape: &Expr, value: Id) -> Value {
        let Expr::Array(shape) = shape else {
            return self.refuse(shape, "the shape is written as an array", "write `[n]` or `[n, m]`");
        };
        if shape.elems.is_empty() {
            return self.refuse(shape, "a tensor has at least one axis", "write `[n]`, or the number itself");
        }
        let extents: Option<Vec<Extent>> = shape.elems.iter().map(|length| self.extent(length)).collect();
        match extents {
            Some(extents) => Value::Array(Array::new(self.graph, &extents, |_| value)),
            None => Value::Refused,
        }
    }
}

/// The element of a list of arrays: the first index says of which.
fn choose(graph: &Graph, indices: &[Id], parts: &[Array]) -> Id {
    let first = graph.expr(indices[0]);
    let (last, others) = parts.split_last().expect("the list is not empty");
    let last = last.at(graph, &indices[1..]);
    others.iter().enumerate().rev().fold(last, |rest, (place, part)| {
        let here = first.eq(graph.expr(graph.int(place as i64, Type::Int("usize"))));
        graph.select(here.id, part.at(graph, &indices[1..]), rest)
    })
}
