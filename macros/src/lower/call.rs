//! Calls of functions: bodies that are known are put in, other annotated functions are called.

use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::Lowerer;
use super::called::Reach;
use super::foreign::{self, Of};
use super::statement::{GROWS, LENGTH};
use crate::graph::{Node, Type};
use crate::items::Inlined;
use crate::ops;
use crate::report::nearest;
use crate::value::Value;
use crate::written::{Written, integer_named, text};

impl Lowerer<'_> {
    pub(super) fn call(&mut self, call: &ExprCall, expected: Option<&Written>) -> Value {
        let Expr::Path(function) = &*call.func else {
            let help = "call a function by its name, which then needs `#[differentiable]`";
            return self.refuse(&call.func, "only a function with a name can be called", help);
        };
        if function.path.segments.last().is_some_and(|last| is_keyword(&last.ident)) {
            return self.refuse(
                &call.func,
                "this is not the name of a function",
                "write its path, as in `super::name(x)`",
            );
        }
        let is_self = function.path.segments.first().is_some_and(|first| first.ident == "Self");
        if function.qself.is_some() || is_self {
            let name = function.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            let help = match call.args.iter().collect::<Vec<_>>().split_first() {
                Some((receiver, rest)) if ops::method(&name).is_some() => {
                    let rest: Vec<String> = rest.iter().map(text).collect();
                    format!("write `{}.{name}({})`", foreign::operand(receiver), rest.join(", "))
                }
                _ => "write it as a function of the module, or as a method".to_owned(),
            };
            return self.refuse(&call.func, "a function of a type is not found by this path", help);
        }
        let segments: Vec<String> =
            function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let [ty, name] = segments.as_slice() {
            let generic = self.function.generic.as_deref() == Some(*ty);
            if foreign::is_module(ty) && self.items.function(name).is_none() {
                let arguments: Vec<&Expr> = call.args.iter().collect();
                let name = &function.path.segments[1].ident;
                return self.function_elsewhere(ty, name, &arguments);
            }
            if *ty == "Vec" && matches!(*name, "new" | "with_capacity") {
                return self.refuse(&call.func, GROWS, LENGTH);
            }
            if let Some(number) = number_named(ty, generic) {
                return self.number_function(number, name, call, expected);
            }
        }
        if self.is_no_grad(call) {
            return self.no_grad(call);
        }
        if let Some(closure) = call.args.iter().find(|argument| self.is_closure(argument)) {
            let help = "write in its place what the closure does, or put it into an annotated function";
            return self.refuse(closure, "a closure cannot be passed to a function here", help);
        }
        if let [name] | ["self", name] = segments.as_slice() {
            if let Some(kept) = self.closure_named(function) {
                let arguments = call.args.iter().map(|argument| self.expr(argument, None)).collect();
                return self.call_kept(kept, arguments, call);
            }
            let variable = self.scope.iter().rev().find(|(known, _)| known == name);
            if variable.is_some_and(|(_, value)| matches!(value, Value::Refused)) {
                return Value::Refused;
            }
            if variable.is_some() {
                let help = "call a function by its name, which then needs `#[differentiable]`";
                let message = format!("`{name}` is a variable, so that it is not known what it calls");
                return self.refuse(&call.func, message, help);
            }
            if self.function.item.sig.ident == name {
                let result = self.function.result.clone();
                return self.called(Reach::Own, call, Some(&result));
            }
            if let Some(function) = self.items.function(name) {
                return self.call_seen(name, &function, call);
            }
        }
        if let Some(value) = self.constructor(function, call) {
            return value;
        }
        if matches!(segments.as_slice(), [.., "thread", "spawn" | "scope"]) {
            let help = "compute it here; an optimiser can share the rows of its data among threads";
            return self.refuse(call, "a thread cannot be differentiated", help);
        }
        let known = function.path.get_ident().and_then(|name| self.items.result(&name.to_string()));
        let known = known.and_then(|ty| self.annotation(&ty));
        self.called(Reach::Unseen, call, known.as_ref().or(expected))
    }

    /// A function of the same annotated module.
    fn call_seen(&mut self, name: &str, function: &Inlined, call: &ExprCall) -> Value {
        let annotated = self.items.result(name);
        if self.inlined.iter().any(|outer| outer == name) {
            let result = annotated.and_then(|ty| self.annotation(&ty));
            return match result {
                Some(result) => self.called(Reach::Seen, call, Some(&result)),
                None => {
                    let message = format!("`{name}` calls itself, so that it cannot be put in here");
                    self.refuse(call, message, format!("annotate `{name}` with `#[differentiable]` too"))
                }
            };
        }
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expr(argument, None)).collect();
        let result = function.result.as_ref().and_then(|ty| self.annotation(ty));
        let numbers = arguments.iter().all(|value| matches!(value, Value::Scalar(_)));
        let of_data = numbers && !arguments.iter().any(|value| self.is_differentiated(value));
        if let (true, Some(Written::Scalar(_))) = (of_data, &result) {
            return self.called(Reach::Unseen, call, result.as_ref());
        }
        self.inline(name, function, arguments, call)
    }

    /// `f64::from(x)`, `T::from_f64(2.0)`, `f64::max(a, b)`, `usize::pow(n, 2)`.
    fn number_function(
        &mut self,
        float: Type,
        name: &str,
        call: &ExprCall,
        expected: Option<&Written>,
    ) -> Value {
        if float == Type::Generic
            && let Some(instead) = generic_number(name, &self.real_name(), call)
        {
            let message = format!("`Real` has no `{name}`");
            return self.refuse(&call.func, message, format!("write `{instead}`"));
        }
        let conversion = matches!(name, "from" | "from_f64" | "from_usize");
        if conversion && call.args.len() == 1 {
            let any = Written::Scalar(Type::Untyped);
            return match self.expr(&call.args[0], Some(&any)) {
                Value::Scalar(id)
                    if self.could_be_integer(id) && matches!(self.graph.node(id), Node::Call(..)) =>
                {
                    Value::Scalar(self.graph.cast(id, float))
                }
                Value::Scalar(id) if self.graph.ty(id).is_float() && !float.is_float() => self.refuse(
                    call,
                    "this loses the derivative",
                    "keep the float, or pass the integer as a parameter `n: usize`",
                ),
                Value::Scalar(id) if self.graph.ty(id) == Type::Untyped => {
                    Value::Scalar(self.coerce(id, float))
                }
                Value::Scalar(id) => Value::Scalar(self.graph.cast(id, float)),
                Value::Refused => Value::Refused,
                _ => self.refuse(
                    call,
                    "only a number can be converted",
                    "convert the elements, as in `x[i] as f64`",
                ),
            };
        }
        let mut arguments = call.args.iter();
        let known = ops::method(name).is_some() || ops::integer_method(name).is_some();
        match (known, arguments.next()) {
            (true, Some(receiver)) => {
                let value = match self.expr(receiver, Some(&Written::Scalar(float))) {
                    Value::Scalar(id) if self.graph.ty(id) == Type::Untyped => {
                        Value::Scalar(self.coerce(id, float))
                    }
                    value => value,
                };
                let method = ExprMethodCall {
                    attrs: Vec::new(),
                    receiver: Box::new(receiver.clone()),
                    dot_token: Default::default(),
                    method: syn::Ident::new(name, syn::spanned::Spanned::span(&call.func)),
                    turbofish: None,
                    paren_token: call.paren_token,
                    args: arguments.cloned().collect(),
                };
                self.method_of(value, &method)
            }
            _ => {
                let values: Vec<Value> = call.args.iter().map(|argument| self.expr(argument, None)).collect();
                if values.iter().any(|value| self.is_differentiated(value)) {
                    let message = format!("gradus does not know the function `{}`", text(&call.func));
                    let near = nearest(name, ops::methods().map(|op| op.name));
                    let help = match (
                        foreign::function(
                            name,
                            &call.args.iter().collect::<Vec<_>>(),
                            Of::Number,
                            &self.real_name(),
                        ),
                        near,
                    ) {
                        (Some(help), _) => help,
                        (None, Some(near)) => {
                            format!("did you mean `{}`?", text(&call.func).replace(name, near))
                        }
                        (None, None) => {
                            "write it as a function of your own, annotated with `#[differentiable]`"
                                .to_owned()
                        }
                    };
                    return self.refuse(&call.func, message, help);
                }
                let own = Written::Scalar(float);
                let own = name.starts_with("from").then_some(&own);
                self.called(Reach::Plain, call, own.or(expected))
            }
        }
    }

    pub(super) fn struct_method(
        &mut self,
        structure: String,
        fields: Vec<(String, Value)>,
        call: &ExprMethodCall,
    ) -> Value {
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expr(argument, None)).collect();
        let Some(method) = self.items.method(&structure, &call.method.to_string()) else {
            let message = format!("gradus does not see a method `{}` of `{structure}`", call.method);
            let help = format!("write it in an `impl {structure}` inside the same `#[differentiable] mod`");
            return self.refuse(&call.method, message, help);
        };
        let mut all = vec![Value::Struct(structure.clone(), fields)];
        all.extend(arguments);
        self.inline(&format!("{structure}::{}", call.method), &method, all, call)
    }

    /// Puts the body of a known function in the place of its call.
    fn inline(
        &mut self,
        name: &str,
        function: &Inlined,
        arguments: Vec<Value>,
        place: &dyn ToTokens,
    ) -> Value {
        if self.inlined.iter().any(|outer| outer == name) {
            return self.refuse(
                place.to_token_stream(),
                format!("`{name}` calls itself, so that it cannot be put in here"),
                "write it as a function, and annotate that with `#[differentiable]`",
            );
        }
        if function.parameters.len() != arguments.len() {
            // rustc says it better.
            return Value::Refused;
        }
        let typed = |ty: &Option<syn::Type>| ty.as_ref().and_then(|ty| self.annotation(ty));
        let scope = function
            .parameters
            .iter()
            .zip(arguments)
            .map(|((name, ty), argument)| (name.clone(), self.annotated(argument, typed(ty).as_ref())))
            .collect();
        let result = typed(&function.result);
        let outer = std::mem::replace(&mut self.scope, scope);
        self.inlined.push(name.to_owned());
        let value = self.body(&function.block, result.as_ref());
        let value = self.annotated(value, result.as_ref());
        self.inlined.pop();
        self.scope = outer;
        value
    }
}

/// Whether it is a name that only paths can begin with.
fn is_keyword(name: &syn::Ident) -> bool {
    ["self", "super", "crate", "Self"].iter().any(|word| name == word)
}

/// What other traits of numbers call a number, as `Real` has it.
fn generic_number(name: &str, real: &str, call: &ExprCall) -> Option<String> {
    Some(match (name, call.args.first()) {
        ("zero", None) => format!("{real}::ZERO"),
        ("one", None) => format!("{real}::ONE"),
        ("epsilon", None) => format!("{real}::EPSILON"),
        ("infinity", None) => format!("{real}::from_f64(f64::INFINITY)"),
        ("neg_infinity", None) => format!("{real}::from_f64(f64::NEG_INFINITY)"),
        ("nan", None) => format!("{real}::from_f64(f64::NAN)"),
        ("from" | "from_f32", Some(Expr::Lit(number))) => {
            format!("{real}::from_f64({})", super::types::float_text(&number.lit)?)
        }
        _ => return None,
    })
}

fn number_named(name: &str, generic: bool) -> Option<Type> {
    match name {
        "f32" => Some(Type::F32),
        "f64" => Some(Type::F64),
        _ if generic => Some(Type::Generic),
        _ => integer_named(name),
    }
}
