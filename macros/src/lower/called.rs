//! Calls that stay calls: of other annotated functions, and of any function on what is not differentiated.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ExprCall, UnOp};

use super::Lowerer;
use super::foreign::{self, Of};
use crate::graph::{Callee, Id, Node, Type};
use crate::value::{Array, Value};
use crate::written::{Written, text};

/// How a function that is called is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// The function that is being differentiated.
    Own,
    /// An annotated function of the same annotated module.
    Seen,
    /// A function of which nothing is known but its name: it must be annotated, or have a rule.
    Unseen,
    /// Any function, on what is not differentiated.
    Plain,
}

/// A function that is called, at one place.
pub(crate) struct Called {
    pub(crate) path: syn::Path,
    pub(crate) reach: Reach,
    pub(crate) arguments: Vec<Argument>,
    /// What is said of each operand of the call.
    pub(crate) operands: Vec<Operand>,
}

/// An argument as it is written.
pub(crate) struct Argument {
    pub(crate) passed: Passed,
    /// Whether the user passes a reference.
    pub(crate) by_reference: bool,
}

pub(crate) enum Passed {
    /// A number or an array, by the place of the operand.
    Operand(usize),
    /// A whole struct among the parameters.
    Struct(TokenStream),
}

pub(crate) struct Operand {
    /// Where the derivative by it is among the derivatives by the arguments.
    pub(crate) derivative: TokenStream,
    /// Whether it is an array of arrays rather than a tensor.
    pub(crate) nested: bool,
}

/// The three ways out where a function cannot be followed.
pub(super) const WAYS_OUT: &str = "annotate it with `#[differentiable]`, give it a rule with `#[derivative(of = ..)]`, \
    or mark what it takes as a constant with `no_grad(..)`";

impl Lowerer<'_> {
    /// A call whose body is not put in, with what is known of the type it returns.
    pub(super) fn called(&mut self, reach: Reach, call: &ExprCall, result: Option<&Written>) -> Value {
        let Expr::Path(function) = &*call.func else { return Value::Refused };
        let values: Vec<Value> = call.args.iter().map(|argument| self.expr(argument, None)).collect();
        if values.iter().any(|value| matches!(value, Value::Refused)) {
            return Value::Refused;
        }
        let constant = !values.iter().any(|value| self.is_differentiated(value));
        // A tensor made here is none when the code runs: the derivative of the function takes its numbers.
        let is_lent = |(value, argument): (&Value, &Expr)| match value {
            Value::Array(array) => {
                let id = Array { body: self.attached(array.body), ..array.clone() }.node(self.graph);
                self.can_be_lent(id, array.nested, argument)
            }
            _ => true,
        };
        let is_plain = constant && values.iter().zip(&call.args).all(is_lent);
        let reach = if is_plain && reach == Reach::Unseen { Reach::Plain } else { reach };
        if reach == Reach::Own {
            for (argument, (value, param)) in call.args.iter().zip(values.iter().zip(&self.function.params)) {
                if !param.active && self.is_differentiated(value) {
                    let name = &param.name;
                    let message = format!("this is differentiated, but `{name}` is not in `wrt(..)`");
                    let active = self.function.params.iter().filter(|own| own.active || own.name == *name);
                    let active: Vec<String> = active.map(|own| own.name.to_string()).collect();
                    let help =
                        format!("write `wrt({})`, or pass `no_grad({})`", active.join(", "), text(argument));
                    return self.refuse(argument, message, help);
                }
            }
        }
        let Some(ty) = self.type_of_call(reach, call, result) else { return Value::Refused };
        let mut called =
            Called { path: function.path.clone(), reach, arguments: Vec::new(), operands: Vec::new() };
        let mut operands = Vec::new();
        for (value, argument) in values.into_iter().zip(&call.args) {
            if self.argument(value, argument, &mut called, &mut operands).is_none() {
                return Value::Refused;
            }
        }
        // So that it is called as often as the function calls it, and not at all in a loop without turns.
        operands.extend(self.around.iter().map(|&axis| self.graph.index(axis)));
        let callee = Callee { place: self.callees.len(), constant: reach == Reach::Plain };
        self.callees.push(called);
        Value::Scalar(self.graph.call(callee, operands, ty))
    }

    fn type_of_call(&mut self, reach: Reach, call: &ExprCall, result: Option<&Written>) -> Option<Type> {
        match result {
            Some(Written::Scalar(ty)) if reach == Reach::Plain || ty.is_float() => return Some(*ty),
            Some(Written::Scalar(ty)) if *ty != Type::Untyped => {
                let message = format!("`{}` loses the derivative, as it does not return a float", text(call));
                let arguments: Vec<String> =
                    call.args.iter().map(|argument| format!("no_grad({})", text(argument))).collect();
                let help = format!(
                    "to take what it is given as a constant write `{}({})`",
                    text(&call.func),
                    arguments.join(", ")
                );
                self.refuse(call, message, help);
                return None;
            }
            Some(other) if !matches!(other, Written::Scalar(_)) => {
                let message = format!("`{}` does not return one number", text(call));
                let help =
                    "put both functions into one `#[differentiable] mod`, where its body is put in here";
                self.refuse(call, message, help);
                return None;
            }
            _ => {}
        }
        let real = self.real_name();
        let (printed, name) = (text(call), text(&call.func));
        let bound = format!("write `let value: {real} = {printed};` with the type it returns");
        let help = match (reach, self.as_method(call)) {
            (_, Some(method)) => method,
            (Reach::Plain, None) => bound,
            (_, None) => format!("{bound}; `{name}` takes what is differentiated, so {WAYS_OUT}"),
        };
        self.refuse(call, format!("the type of `{}` is not known", text(call)), help);
        None
    }

    /// The method that is most likely meant by a function's name.
    fn as_method(&self, call: &ExprCall) -> Option<String> {
        let Expr::Path(path) = &*call.func else { return None };
        let name = path.path.get_ident()?.to_string();
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let (receiver, rest) = arguments.split_first()?;
        let rest: Vec<String> = rest.iter().map(text).collect();
        let own =
            crate::ops::method(&name).is_some() || super::arrays::ARRAY_METHODS.contains(&name.as_str());
        match own {
            true => Some(format!(
                "`{name}` is a method: write `{}.{name}({})`",
                foreign::operand(receiver),
                rest.join(", ")
            )),
            false => foreign::function(&name, &arguments, Of::Each, &self.real_name()),
        }
    }

    fn argument(
        &mut self,
        value: Value,
        written: &Expr,
        called: &mut Called,
        operands: &mut Vec<Id>,
    ) -> Option<()> {
        let place = called.arguments.len();
        let plain = called.reach == Reach::Plain;
        let position = proc_macro2::Literal::usize_unsuffixed(place);
        let derivative = quote!(#position);
        let passed = match value {
            Value::Scalar(id) if self.needs_type(id) => {
                let help = format!("write it, as in `let value: f64 = {};`", text(written));
                self.refuse(written, "the type of this number is not known", help);
                return None;
            }
            Value::Scalar(id) => {
                called.operands.push(Operand { derivative, nested: false });
                operands.push(if plain { self.attached(id) } else { id });
                Passed::Operand(operands.len() - 1)
            }
            Value::Array(array) => {
                let nested = array.nested;
                let id = if plain {
                    Array { body: self.attached(array.body), ..array }.node(self.graph)
                } else {
                    array.node(self.graph)
                };
                if plain && !self.can_be_lent(id, nested, written) {
                    let help = "pass the slice of a vector, as in `x.data()`, or its numbers";
                    self.refuse(written, "a tensor can only be passed to annotated functions", help);
                    return None;
                }
                called.operands.push(Operand { derivative, nested });
                operands.push(id);
                Passed::Operand(operands.len() - 1)
            }
            Value::Struct(..) => {
                let Some(access) = self.whole(&value) else {
                    self.refuse(
                        written,
                        "only a whole struct among the parameters can be passed on",
                        "pass its fields one by one",
                    );
                    return None;
                };
                self.fields(&value, &derivative, called, operands);
                Passed::Struct(access)
            }
            _ => {
                self.refuse(written, "only numbers, arrays and structs can be passed on", "pass its parts");
                return None;
            }
        };
        let by_reference = self.is_reference(written);
        called.arguments.push(Argument { passed, by_reference });
        Some(())
    }

    /// Each field of a struct as an operand of its own.
    fn fields(&self, value: &Value, derivative: &TokenStream, called: &mut Called, operands: &mut Vec<Id>) {
        match value {
            Value::Struct(_, fields) => {
                for (field, value) in fields {
                    let field = format_ident!("{field}");
                    self.fields(value, &quote!(#derivative.#field), called, operands);
                }
            }
            Value::Scalar(id) => {
                called.operands.push(Operand { derivative: derivative.clone(), nested: false });
                operands.push(*id);
            }
            Value::Array(array) => {
                called.operands.push(Operand { derivative: derivative.clone(), nested: array.nested });
                operands.push(array.node(self.graph));
            }
            _ => {}
        }
    }

    /// How Rust names a struct, if it is a parameter or a field of one.
    fn whole(&self, value: &Value) -> Option<TokenStream> {
        let id = match value {
            Value::Scalar(id) => self.attached(*id),
            Value::Array(array) => {
                Array { body: self.attached(array.body), ..array.clone() }.node(self.graph)
            }
            Value::Struct(_, fields) => {
                let mut access: Option<TokenStream> = None;
                for (field, value) in fields {
                    let own: Vec<_> = self.whole(value)?.into_iter().collect();
                    let (outer, last) = own.split_at(own.len().checked_sub(2)?);
                    let outer: TokenStream = outer.iter().cloned().collect();
                    let same = access.as_ref().is_none_or(|known| text(known) == text(&outer));
                    if !same || last[1].to_string() != *field {
                        return None;
                    }
                    access = Some(outer);
                }
                return access;
            }
            _ => return None,
        };
        match self.graph.node(id) {
            Node::Leaf(leaf) => self.leaves.get(leaf).map(|leaf| leaf.access.clone()),
            _ => None,
        }
    }

    /// Whether emitted code has the array in a form that any function takes.
    fn can_be_lent(&self, id: Id, nested: bool, written: &Expr) -> bool {
        let is_slice = matches!(written, Expr::MethodCall(call) if is_slice(call));
        match self.graph.node(id) {
            Node::Leaf(leaf) => match self.leaves.get(leaf).map(|leaf| &leaf.written) {
                Some(Written::Tensor { rank, .. }) => *rank == 1 && is_slice,
                _ => true,
            },
            _ => nested || (self.graph.shape(id).len() == 1 && is_slice),
        }
    }

    /// Whether the user's expression is a reference.
    fn is_reference(&self, written: &Expr) -> bool {
        match written {
            Expr::Reference(_) => true,
            Expr::Paren(inner) => self.is_reference(&inner.expr),
            Expr::Group(inner) => self.is_reference(&inner.expr),
            Expr::MethodCall(call) => is_slice(call),
            Expr::Unary(unary) => !matches!(unary.op, UnOp::Deref(_)) && self.is_reference(&unary.expr),
            Expr::Call(call) if self.is_no_grad(call) => {
                call.args.first().is_some_and(|argument| self.is_reference(argument))
            }
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let at = self.scope.iter().rposition(|(known, _)| name == known);
                let param =
                    at.filter(|_| self.inlined.is_empty()).and_then(|at| self.function.params.get(at));
                param.is_some_and(|param| param.by_reference)
            }),
            _ => false,
        }
    }
}

/// A method that makes a slice.
fn is_slice(call: &syn::ExprMethodCall) -> bool {
    call.method == "as_slice" || call.method == "data"
}
