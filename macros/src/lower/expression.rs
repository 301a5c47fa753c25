//! Expressions that are not calls.

use quote::ToTokens;
use syn::{Expr, Member, UnOp};

use super::assign::assigning;
use super::foreign::{self, Of, operand};
use super::{Leaf, Lowerer};
use crate::graph::{Id, Type};
use crate::ops::{self, Op};
use crate::parse::listed;
use crate::report::nearest;
use crate::value::{Array, Value};
use crate::written::{Written, rerooted, text};

impl Lowerer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, expected: Option<&Written>) -> Value {
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr, expected),
            Expr::Group(inner) => self.expr(&inner.expr, expected),
            Expr::Block(block) if block.label.is_none() => self.value_of_flow(expr, expected),
            Expr::Reference(reference) if reference.mutability.is_none() => {
                self.expr(&reference.expr, expected)
            }
            // As in `for v in &mut y`; anything else that asks for a place refuses it.
            Expr::Reference(reference) => self.iter_mut(&reference.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.expr(&unary.expr, expected),
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path(path),
            Expr::Tuple(tuple) => {
                Value::Tuple(tuple.elems.iter().map(|expr| self.expr(expr, None)).collect())
            }
            Expr::Unary(unary) => self.unary(unary),
            Expr::Assign(assign) => {
                self.assign(&assign.left, None, &assign.right);
                Value::Tuple(Vec::new())
            }
            Expr::Binary(binary) if assigning(&binary.op).is_some() => {
                self.assign(&binary.left, assigning(&binary.op), &binary.right);
                Value::Tuple(Vec::new())
            }
            Expr::If(_)
            | Expr::Match(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Return(_) => self.value_of_flow(expr, expected),
            Expr::Range(range) => self.range(range),
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Cast(cast) => self.cast(cast),
            Expr::Field(field) => self.field(field),
            Expr::Index(index) => self.index(index),
            Expr::Array(array) => self.array(array),
            Expr::Struct(made) => self.structure(made),
            Expr::Repeat(repeat) => self.repeated(repeat),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Call(call) => self.call(call, expected),
            other => self.unsupported(other),
        }
    }

    pub(super) fn unsupported(&mut self, expr: &Expr) -> Value {
        let (what, help) = match expr {
            Expr::Closure(_) => ("a closure", "write it where it is used, as in `x.iter().map(|v| v * v)`"),
            Expr::Try(_) => ("`?`", "check before, and pass what is inside"),
            Expr::Unsafe(_) => {
                ("`unsafe`", "write `x[i]`; where the index is known to fit, it is not checked")
            }
            Expr::Async(_) | Expr::Await(_) => ("`async`", "wait outside, and pass the value"),
            Expr::Let(_) => ("`let` in a condition", "use `match`, or a condition"),
            _ => ("this expression", "write it with `let`, arithmetic, branches, loops and calls"),
        };
        self.refuse(expr, format!("{what} cannot be differentiated"), help)
    }

    /// A name in scope, or else a constant.
    pub(super) fn path(&mut self, path: &syn::ExprPath) -> Value {
        if let Some(name) = path.path.get_ident() {
            let name = name.to_string();
            if let Some((_, value)) = self.scope.iter().rev().find(|(known, _)| *known == name) {
                return match value.clone() {
                    Value::Element(variable, indices) => match self.scope[variable].1.clone() {
                        Value::Array(array) => self.part(&array, &indices),
                        other => other,
                    },
                    value => value,
                };
            }
        }
        let generics = &self.function.item.sig.generics;
        // The body of another function does not see the parameters of this one.
        let is_length =
            self.inlined.is_empty() && generics.const_params().any(|param| path.path.is_ident(&param.ident));
        let segment = |name: &str| path.path.segments.iter().any(|segment| segment.ident == name);
        let ty = if is_length {
            Type::Int("usize")
        } else if segment("f32") {
            Type::F32
        } else if segment("f64") {
            Type::F64
        } else if path
            .path
            .segments
            .first()
            .is_some_and(|first| Some(first.ident.to_string()) == self.function.generic)
        {
            Type::Generic
        } else {
            Type::Untyped
        };
        if let Some(infinity) = infinity(&path.path).filter(|_| ty.is_float()) {
            return Value::Scalar(self.graph.float(infinity, ty));
        }
        // What is not written as constants are is most likely a mistake, which rustc then reports once: the
        // module beside the function says the same as the function.
        let is_misspelt =
            path.path.get_ident().is_some_and(|name| name.to_string().starts_with(char::is_lowercase));
        let known = self.scope.iter().map(|(known, _)| known.as_str());
        let name = text(&path.path);
        if is_misspelt
            && !is_length
            && let Some(near) = nearest(&name, known)
        {
            // Where another mistake is said, rustc does not look at names.
            let help = format!("did you mean `{near}`?");
            return self.refuse(path, format!("`{name}` is not a variable of this function"), help);
        }
        let access = match is_length || is_misspelt {
            true => path.to_token_stream(),
            false => rerooted(&path.path),
        };
        let printed = text(&access);
        let known = self.leaves.iter().position(|leaf| leaf.param.is_none() && text(&leaf.access) == printed);
        let place = known.unwrap_or(self.leaves.len());
        if known.is_none() {
            let name = path
                .path
                .segments
                .last()
                .map(|last| last.ident.to_string().to_lowercase())
                .unwrap_or_default();
            let node = self.graph.leaf(place, ty, Vec::new());
            self.leaves.push(Leaf {
                access,
                name,
                written: Written::Scalar(ty),
                param: None,
                active: false,
                node,
            });
        }
        Value::Scalar(self.leaves[place].node)
    }

    pub(super) fn unary(&mut self, unary: &syn::ExprUnary) -> Value {
        let row = match unary.op {
            UnOp::Neg(_) => "neg",
            UnOp::Not(_) => "not",
            _ => return self.refuse(unary, "this operator is not supported", "write `-x` or `!condition`"),
        };
        let expected = (row == "not").then_some(Written::Scalar(Type::Bool));
        match self.expr(&unary.expr, expected.as_ref()) {
            Value::Scalar(id) if row == "not" && self.is_integer(id) => {
                Value::Scalar(self.graph.op(ops::row("complement"), &[id]))
            }
            Value::Scalar(id) if row == "not" && self.graph.ty(id) != Type::Bool => self.refuse(
                unary,
                "`!` is for conditions and integers",
                format!("to negate a number write `-{}`", operand(&unary.expr)),
            ),
            Value::Scalar(id) => Value::Scalar(self.graph.op(ops::row(row), &[id])),
            Value::Array(array) => Value::Array(array.map(|body| self.graph.op(ops::row(row), &[body]))),
            Value::Refused => Value::Refused,
            _ => self.refuse(
                &unary.expr,
                "this is not a number or an array of numbers",
                "take a part of it first, as in `-pair.0`",
            ),
        }
    }

    pub(super) fn binary(&mut self, binary: &syn::ExprBinary) -> Value {
        if matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) {
            return self.lazily(binary);
        }
        let token = binary.op.to_token_stream().to_string();
        let left = self.expr(&binary.left, None);
        let right = self.expr(&binary.right, None);
        self.demand_generic(&binary.left, &right);
        self.demand_generic(&binary.right, &left);
        match ops::infix(&token) {
            Some(op) if op.is_bitwise() => self.bitwise(op, left, right, binary),
            Some(op) => self.elementwise(op, left, right, binary),
            None => self.refuse(
                binary,
                "this operator cannot be differentiated",
                "use `+`, `-`, `*`, `/` and methods",
            ),
        }
    }

    /// A row with two operands, each a scalar or an array.
    pub(super) fn elementwise(
        &mut self,
        op: &'static Op,
        left: Value,
        right: Value,
        place: &dyn ToTokens,
    ) -> Value {
        match (left, right) {
            (Value::Refused, _) | (_, Value::Refused) => Value::Refused,
            (Value::Scalar(a), Value::Scalar(b)) => {
                let Some((a, b)) = self.same_types(a, b, place) else { return Value::Refused };
                let (a, b) = if op.is_comparison() { self.compared(a, b) } else { (a, b) };
                if op.is_comparison() {
                    self.mark_flat(None, &Value::Scalar(a), place);
                    self.mark_flat(None, &Value::Scalar(b), place);
                }
                Value::Scalar(self.graph.op(op, &[a, b]))
            }
            (Value::Array(a), Value::Scalar(b)) => self
                .same_types(a.body, b, place)
                .map_or(Value::Refused, |(body, b)| Value::Array(a.map(|_| self.graph.op(op, &[body, b])))),
            (Value::Scalar(a), Value::Array(b)) => self
                .same_types(a, b.body, place)
                .map_or(Value::Refused, |(a, body)| Value::Array(b.map(|_| self.graph.op(op, &[a, body])))),
            (Value::Array(a), Value::Array(b)) => {
                let Some((a, b)) = self.same_array_types(&a, &b, place) else { return Value::Refused };
                self.zip([&a, &b], place, |a, b| (op, a, b))
            }
            _ => self.refuse(
                place.to_token_stream(),
                "these are not numbers or arrays of numbers",
                "take parts of them, as in `a.0 + b.0`",
            ),
        }
    }

    pub(super) fn zip(
        &mut self,
        operands: [&Array; 2],
        place: &dyn ToTokens,
        combine: impl FnOnce(Id, Id) -> (&'static Op, Id, Id),
    ) -> Value {
        let graph = self.graph;
        let demanded_by = text(place.to_token_stream());
        let zipped = Array::zip(graph, self.extents, operands, &demanded_by, |a, b| {
            let (op, a, b) = combine(a, b);
            graph.op(op, &[a, b])
        });
        match zipped {
            Ok(array) => Value::Array(array),
            Err(mismatch) => self.mismatch(mismatch, place),
        }
    }

    pub(super) fn field(&mut self, field: &syn::ExprField) -> Value {
        match (self.expr(&field.base, None), &field.member) {
            (Value::Refused, _) => Value::Refused,
            (Value::Tuple(mut values), Member::Unnamed(index)) if (index.index as usize) < values.len() => {
                values.swap_remove(index.index as usize)
            }
            (Value::Struct(structure, fields), Member::Named(name)) => {
                let names: Vec<String> = fields.iter().map(|(known, _)| known.clone()).collect();
                match fields.into_iter().find(|(known, _)| name == known) {
                    Some((_, value)) => value,
                    None if self.items.is_refused(&structure, name) => Value::Refused,
                    None => {
                        let near = nearest(&name.to_string(), names.iter().map(String::as_str));
                        let help = match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => format!("its fields are {}", listed(&names)),
                        };
                        self.refuse(name, format!("`{structure}` has no field `{name}`"), help)
                    }
                }
            }
            (value, member) => {
                let name = text(member);
                let of = if matches!(value, Value::Array(_)) { Of::Array } else { Of::Number };
                let help = foreign::function(&name, &[&*field.base], of, &self.real_name())
                    .unwrap_or_else(|| "only structs and tuples have fields".to_owned());
                self.refuse(member, format!("this value has no field `{name}`"), help)
            }
        }
    }

    /// `x[i]`, `m[[i, j]]`, `a[i][j]` and `x[a..b]`.
    pub(super) fn index(&mut self, index: &syn::ExprIndex) -> Value {
        let value = self.expr(&index.expr, None);
        if let Expr::Range(range) = &*index.index {
            return self.slice(value, range);
        }
        let Some(indices) = self.indices(&index.index) else { return Value::Refused };
        match value {
            Value::Array(array) if indices.len() <= array.rank() => self.part(&array, &indices),
            Value::Refused => Value::Refused,
            Value::Array(array) => {
                let axes = if array.rank() == 1 { "axis" } else { "axes" };
                let message = format!("{} indices into an array with {} {axes}", indices.len(), array.rank());
                let places =
                    ["i", "j", "k", "l"].into_iter().take(array.rank()).collect::<Vec<_>>().join(", ");
                let help = match array.rank() {
                    1 => format!("write `{}[i]`", operand(&index.expr)),
                    _ => format!("write `{}[[{places}]]`", operand(&index.expr)),
                };
                self.refuse(&index.index, message, help)
            }
            _ => {
                let help = format!("write `{}` alone", operand(&index.expr));
                self.refuse(index, "only arrays, slices and tensors can be indexed", help)
            }
        }
    }

    /// The numbers in the brackets of an index.
    pub(super) fn indices(&mut self, index: &Expr) -> Option<Vec<Id>> {
        let places: Vec<&Expr> = match index {
            Expr::Array(list) => list.elems.iter().collect(),
            single => vec![single],
        };
        let usize = Written::Scalar(Type::Int("usize"));
        let mut indices = Vec::new();
        for place in places {
            match self.expr(place, Some(&usize)) {
                Value::Scalar(id) => {
                    let id = self.coerce(id, Type::Int("usize"));
                    if self.graph.ty(id) != Type::Int("usize") {
                        let help = match self.graph.ty(id).is_float() {
                            true => "pass the place as a parameter `i: usize`".to_owned(),
                            false => format!("write `{} as usize`", operand(place)),
                        };
                        self.refuse(place, "an index is a `usize`", help);
                        return None;
                    }
                    indices.push(id);
                }
                Value::Refused => return None,
                _ => {
                    self.refuse(
                        place,
                        "an index is a `usize`",
                        "write `x[i]` for an element, or `&x[a..b]` for a part",
                    );
                    return None;
                }
            }
        }
        Some(indices)
    }

    /// What stands at the first indices of an array.
    pub(super) fn part(&mut self, array: &Array, indices: &[Id]) -> Value {
        let rest = array.shape().split_off(indices.len());
        if rest.is_empty() {
            return Value::Scalar(array.at(self.graph, indices));
        }
        let part = Array::new(self.graph, &rest, |inner| array.at(self.graph, &[indices, inner].concat()));
        Value::Array(part.nested_as(array.nested))
    }
}

/// The infinities of a type of floats, which folds begin with.
fn infinity(path: &syn::Path) -> Option<f64> {
    let last = path.segments.last()?;
    match (path.segments.len() > 1, last.ident.to_string().as_str()) {
        (true, "INFINITY") => Some(f64::INFINITY),
        (true, "NEG_INFINITY") => Some(f64::NEG_INFINITY),
        _ => None,
    }
}
