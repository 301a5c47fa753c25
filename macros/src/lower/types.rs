//! The types of numbers: those that literals get, casts, and what is said where two differ.

use std::collections::HashMap;

use quote::ToTokens;
use syn::{Expr, Lit};

use super::Lowerer;
use super::foreign::operand;
use crate::graph::{Id, Node, Type};
use crate::value::{Array, Value};
use crate::written::{Names, Written, text};

impl Lowerer<'_> {
    pub(super) fn literal(&mut self, literal: &Lit) -> Value {
        let typed = |suffix: &str| match suffix {
            "f32" => Some(Type::F32),
            "f64" => Some(Type::F64),
            "" => Some(Type::Untyped),
            _ => {
                match Written::parse(
                    &syn::parse_str(suffix).ok()?,
                    &Names { generic: None, structs: &[], lengths: &[] },
                ) {
                    Ok(Written::Scalar(ty)) => Some(ty),
                    _ => None,
                }
            }
        };
        if let Some(value) = boolean(literal) {
            return Value::Scalar(self.graph.int(value, Type::Bool));
        }
        match literal {
            Lit::Float(float) => {
                if let (Ok(value), Some(ty)) = (float.base10_parse::<f64>(), typed(float.suffix())) {
                    return Value::Scalar(self.graph.float(value, ty));
                }
            }
            Lit::Int(int) => {
                if let (Ok(value), Some(ty)) = (int.base10_parse::<i64>(), typed(int.suffix())) {
                    let node = if ty.is_float() {
                        self.graph.float(value as f64, ty)
                    } else {
                        self.graph.int(value, ty)
                    };
                    return Value::Scalar(node);
                }
            }
            _ => {}
        }
        self.refuse(
            literal,
            "this literal is not a number that a derivative can use",
            "write a number, as in `1.0` or `1`",
        )
    }

    /// Two scalars of one type, where a literal takes the other's type.
    pub(super) fn same_types(&mut self, a: Id, b: Id, place: &dyn ToTokens) -> Option<(Id, Id)> {
        let (left, right) = (self.graph.ty(a), self.graph.ty(b));
        match (left, right) {
            (Type::Untyped, _) => Some((self.coerce(a, right), b)),
            (_, Type::Untyped) => Some((a, self.coerce(b, left))),
            _ if left == right => Some((a, b)),
            _ => {
                let (left, right) = (self.type_name(left), self.type_name(right));
                let printed = text(place.to_token_stream());
                let help = match syn::parse2(place.to_token_stream()) {
                    Ok(Expr::Binary(binary)) if self.graph.ty(a).is_float() => {
                        let (x, y, op) = (text(&binary.left), operand(&binary.right), text(binary.op));
                        format!("write `{x} {op} {y} as {left}`")
                    }
                    Ok(Expr::Binary(binary)) => {
                        let (x, y, op) = (operand(&binary.left), text(&binary.right), text(binary.op));
                        format!("write `{x} as {right} {op} {y}`")
                    }
                    _ => format!("convert one of them, as in `.. as {left}`"),
                };
                let message = format!("`{printed}` mixes `{left}` and `{right}`");
                self.refuse(place.to_token_stream(), message, help);
                None
            }
        }
    }

    /// Refuses a literal beside a `T`, which rustc refuses too, without what to write instead.
    pub(super) fn demand_generic(&mut self, operand: &Expr, other: &Value) {
        let Expr::Lit(literal) = operand else { return };
        let ty = match other {
            Value::Scalar(id) => self.graph.ty(*id),
            Value::Array(array) => self.graph.ty(array.body),
            _ => return,
        };
        if let (Type::Generic, Some(number)) = (ty, float_text(&literal.lit)) {
            let real = self.type_name(ty);
            let message = format!("`{}` is not a `{real}`", text(literal));
            self.refuse(literal, message, format!("write `{real}::from_f64({number})`"));
        }
    }

    pub(super) fn type_name(&self, ty: Type) -> String {
        crate::written::scalar_path(ty, self.function.generic.as_deref()).to_string()
    }

    /// An expression of literals and constants in the type that its place asks for.
    pub(super) fn coerce(&self, id: Id, ty: Type) -> Id {
        if self.graph.ty(id) != Type::Untyped || ty == Type::Untyped {
            return id;
        }
        self.typed(id, ty, &mut HashMap::new())
    }

    pub(super) fn typed(&self, id: Id, ty: Type, done: &mut HashMap<Id, Id>) -> Id {
        let graph = self.graph;
        // A condition is a `bool`, whatever it compares.
        if !matches!(graph.ty(id), Type::Untyped | Type::Bool) {
            return id;
        }
        if let Some(&known) = done.get(&id) {
            return known;
        }
        let typed = match graph.node(id) {
            Node::Float(bits) => graph.float(f64::from_bits(bits), ty),
            Node::Int(_) if graph.ty(id) == Type::Bool => id,
            Node::Int(value) if ty.is_float() => graph.float(value as f64, ty),
            Node::Int(value) => graph.int(value, ty),
            Node::Leaf(_) if graph.ty(id) == Type::Bool => id,
            Node::Leaf(leaf) => graph.leaf(leaf, ty, graph.shape(id)),
            Node::State(number, place) => {
                self.found.borrow_mut().entry((number, place)).or_insert(ty);
                graph.state(number, place, ty, graph.shape(id))
            }
            Node::Final(turns, place) => {
                if let Some(number) = graph.loop_of(id) {
                    self.found.borrow_mut().entry((number, place)).or_insert(ty);
                }
                graph.after_as(turns, place, ty)
            }
            Node::Cast(value) => graph.cast(value, ty),
            _ => graph.with_operands(id, &mut |operand| self.typed(operand, ty, done)),
        };
        done.insert(id, typed);
        typed
    }

    /// What is compared has a type, also where both sides are literals; Rust takes `f64` or `i32` then.
    pub(super) fn compared(&self, a: Id, b: Id) -> (Id, Id) {
        let integers = self.could_be_integer(a) && self.could_be_integer(b);
        let ty = if integers { Type::Int("i32") } else { Type::F64 };
        (self.coerce(a, ty), self.coerce(b, ty))
    }

    /// Two arrays of one type, where one of literals takes the other's type.
    pub(super) fn same_array_types(
        &mut self,
        a: &Array,
        b: &Array,
        place: &dyn ToTokens,
    ) -> Option<(Array, Array)> {
        let (one, other) = self.same_types(a.body, b.body, place)?;
        Some((a.map(|_| one), b.map(|_| other)))
    }

    /// Refuses what needs the type of an array's numbers where only literals and constants are in it.
    pub(super) fn unknown_type(&mut self, array: &Array, receiver: &Expr) -> Value {
        let real = self.function.result.element().filter(|ty| ty.is_float()).unwrap_or(Type::F64);
        let real = self.type_name(real);
        let name = if matches!(receiver, Expr::Path(_)) { text(receiver) } else { "x".to_owned() };
        let written = match (array.nested, array.rank()) {
            (false, 1) => format!("Vector<{real}>"),
            (false, 2) => format!("Matrix<{real}>"),
            (false, rank) => format!("Tensor<{real}, {rank}>"),
            (true, _) => array.shape().into_iter().rev().fold(real.clone(), |inner, extent| {
                let source = self.extents.source(extent);
                format!("[{inner}; {}]", super::length_text(&self.leaves, &source))
            }),
        };
        let is_list = array.nested && array.rank() == 1;
        let vec = if is_list { format!(", or `Vec<{real}>` with `vec!`") } else { String::new() };
        let help = format!("write it where the array is made, as in `let {name}: {written} = ..`{vec}");
        self.refuse(receiver, "the type of the numbers in this array is not known", help)
    }

    /// Whether emitted code would have to name the type of what is made of literals and constants alone.
    pub(super) fn needs_type(&self, id: Id) -> bool {
        let is_untyped = |id: Id| self.graph.ty(id) == Type::Untyped;
        let has_name =
            |id: Id| is_untyped(id) && matches!(self.graph.node(id), Node::Fold(..) | Node::Cast(_));
        is_untyped(id) && self.graph.reachable(&[id]).into_iter().any(has_name)
    }

    pub(super) fn cast(&mut self, cast: &syn::ExprCast) -> Value {
        let any = Written::Scalar(Type::Untyped);
        let value = self.expr(&cast.expr, Some(&any));
        let Some(Written::Scalar(target)) = self.annotation(&cast.ty) else {
            return self.refuse(
                &cast.ty,
                format!("`as {}` cannot be differentiated", text(&cast.ty)),
                "cast to `f32` or `f64`",
            );
        };
        if let Some((quotient, exact, division)) = truncated(&cast.expr).filter(|_| target.is_float()) {
            let message = format!("`{}` is {quotient}, since both are integers", text(division));
            return self.refuse(
                division,
                message,
                format!("write `{exact}`, or `{quotient}.0` if that is meant"),
            );
        }
        match value {
            Value::Scalar(id) if self.graph.ty(id) == Type::Bool => {
                let help = "write `if condition { 1.0 } else { 0.0 }`";
                self.refuse(cast, "a `bool` cannot be cast to a number here", help)
            }
            Value::Scalar(id) if self.graph.ty(id).is_float() && !target.is_float() => self.refuse(
                cast,
                format!("`as {}` loses the derivative", text(&cast.ty)),
                "keep the float and round it with `.floor()`, or pass the integer as a parameter `n: usize`",
            ),
            Value::Scalar(id) => Value::Scalar(match self.graph.node(id) {
                Node::Call(..) => self.graph.cast(id, target),
                Node::Float(_) | Node::Int(_) if self.graph.ty(id) == Type::Untyped => {
                    self.coerce(id, target)
                }
                _ => {
                    let ty = if self.could_be_integer(id) { Type::Int("i64") } else { Type::F64 };
                    self.graph.cast(self.coerce(id, ty), target)
                }
            }),
            Value::Refused => Value::Refused,
            _ => self.refuse(cast, "only a number can be cast", "cast the elements, as in `x[i] as f64`"),
        }
    }
}

/// The number as a literal of a float.
pub(super) fn float_text(literal: &Lit) -> Option<String> {
    match literal {
        Lit::Float(float) => Some(float.base10_digits().to_owned()),
        Lit::Int(int) => Some(format!("{}.0", int.base10_digits())),
        _ => None,
    }
}

/// `1 / 2`, which is 0: the quotient, the division as floats have it, and the user's own.
fn truncated(expr: &Expr) -> Option<(i64, String, &syn::ExprBinary)> {
    let division = match expr {
        Expr::Paren(inner) => return truncated(&inner.expr),
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::Div(_)) => binary,
        _ => return None,
    };
    let integer = |expr: &Expr| match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse::<i64>().ok(),
            _ => None,
        },
        _ => None,
    };
    let (a, b) = (integer(&division.left)?, integer(&division.right)?);
    let quotient = a.checked_div(b).filter(|quotient| quotient * b != a)?;
    Some((quotient, format!("{a}.0 / {b}.0"), division))
}

/// `true` and `false` as numbers of type `bool`.
pub(super) fn boolean(literal: &Lit) -> Option<i64> {
    match literal {
        Lit::Bool(value) => Some(i64::from(value.value)),
        _ => None,
    }
}
