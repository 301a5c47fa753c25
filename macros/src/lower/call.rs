//! Calls of functions: bodies that are known are put in, other annotated functions are called.

use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::Lowerer;
use crate::graph::{Id, Type};
use crate::items::Inlined;
use crate::ops;
use crate::value::Value;
use crate::written::{Written, text};

impl Lowerer<'_> {
    pub(super) fn call(&mut self, call: &ExprCall, expected: Option<&Written>) -> Value {
        let Expr::Path(function) = &*call.func else {
            return self.refuse(&call.func, "only a function with a name can be called", "");
        };
        let segments: Vec<String> =
            function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let [ty, name] = segments.as_slice() {
            let generic = self.function.generic.as_deref() == Some(*ty);
            if let Some(float) = float_named(ty, generic) {
                return self.float_function(float, name, call);
            }
        }
        if let [name] | ["self", name] = segments.as_slice()
            && let Some(function) = self.items.function(name)
        {
            let arguments = call.args.iter().map(|argument| self.expr(argument, None)).collect();
            return self.inline(name, &function, arguments, call);
        }
        if let Some(value) = self.constructor(function, call) {
            return value;
        }
        self.call_annotated(&function.path, call, expected)
    }

    /// `f64::from(x)`, `T::from_f64(2.0)`, `f64::max(a, b)`.
    fn float_function(&mut self, float: Type, name: &str, call: &ExprCall) -> Value {
        let conversion = matches!(name, "from" | "from_f64" | "from_usize");
        if conversion && call.args.len() == 1 {
            return match self.expr(&call.args[0], None) {
                Value::Scalar(id) if self.graph.ty(id) == Type::Untyped => {
                    Value::Scalar(self.coerce(id, float))
                }
                Value::Scalar(id) => Value::Scalar(self.graph.cast(id, float)),
                Value::Refused => Value::Refused,
                _ => self.refuse(call, "only a number can be converted", ""),
            };
        }
        let mut arguments = call.args.iter();
        match (ops::method(name), arguments.next()) {
            (Some(_), Some(receiver)) => self.method_call(&ExprMethodCall {
                attrs: Vec::new(),
                receiver: Box::new(receiver.clone()),
                dot_token: Default::default(),
                method: syn::Ident::new(name, syn::spanned::Spanned::span(&call.func)),
                turbofish: None,
                paren_token: call.paren_token,
                args: arguments.cloned().collect(),
            }),
            _ => self.refuse(
                &call.func,
                format!("gradus does not know the function `{}`", text(&call.func)),
                "",
            ),
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
                format!("`{name}` calls itself, which is not supported yet"),
                "",
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

    /// A function that the macro does not see: it must be annotated itself.
    fn call_annotated(&mut self, path: &syn::Path, call: &ExprCall, expected: Option<&Written>) -> Value {
        if expected.is_some_and(|written| !matches!(written, Written::Scalar(_))) {
            let help = "put both functions into one `#[differentiable] mod`, or let it return one number";
            let message = format!("`{}` is called for more than one number", text(path));
            return self.refuse(call, message, help);
        }
        let Some(Written::Scalar(ty)) = expected else {
            let help = format!(
                "write `let value: f64 = {};` with the type it returns; `{}` needs `#[differentiable]` too",
                text(call),
                text(path),
            );
            return self.refuse(call, format!("the type of `{}` is not known", text(call)), help);
        };
        let mut operands: Vec<Id> = Vec::new();
        for argument in &call.args {
            operands.push(match self.expr(argument, None) {
                Value::Scalar(id) => id,
                Value::Array(array) => array.node(self.graph),
                Value::Refused => return Value::Refused,
                _ => {
                    return self.refuse(
                        argument,
                        "only numbers and arrays can be passed on",
                        "pass its parts",
                    );
                }
            });
        }
        let known = self.callees.iter().position(|callee| text(callee) == text(path));
        let place = known.unwrap_or(self.callees.len());
        if known.is_none() {
            self.callees.push(path.clone());
        }
        Value::Scalar(self.graph.call(place, operands, *ty))
    }
}

fn float_named(name: &str, generic: bool) -> Option<Type> {
    match name {
        "f32" => Some(Type::F32),
        "f64" => Some(Type::F64),
        _ if generic => Some(Type::Generic),
        _ => None,
    }
}
