//! Methods that are not known, or not of what they are called on.

use syn::ExprMethodCall;

use super::Lowerer;
use super::arrays::ARRAY_METHODS;
use super::foreign::{self, Of};
use crate::ops;
use crate::report::nearest;
use crate::value::{Array, Value};
use crate::written::text;

impl Lowerer<'_> {
    pub(super) fn unknown_method<'n>(
        &mut self,
        call: &ExprMethodCall,
        of: Of,
        known: impl Iterator<Item = &'n str>,
    ) -> Value {
        // What is wrong inside is said first, but a closure has no value of its own.
        let values = call.args.iter().filter(|argument| !matches!(argument, syn::Expr::Closure(_)));
        if values.filter(|argument| matches!(self.expr(argument, None), Value::Refused)).count() > 0 {
            return Value::Refused;
        }
        let name = call.method.to_string();
        let (what, advice) = match of {
            Of::Iterator => {
                ("an iterator", "`map`, `zip`, `enumerate`, `filter`, `sum` and `fold`, or a loop")
            }
            Of::Number => ("a number", "`exp`, `ln`, `sqrt`, `tanh` and `powi`, or a function of your own"),
            _ => (
                "an array",
                "operators, `exp`, `tanh`, `sum`, `mean` and `matmul`, or a loop over its elements",
            ),
        };
        let help =
            foreign::method(call, of, &self.real_name()).unwrap_or_else(|| match nearest(&name, known) {
                Some(near) => format!("did you mean `{}`?", called(call, near)),
                None => format!("there are {advice}"),
            });
        self.refuse(&call.method, format!("gradus does not know a method `{name}` of {what}"), help)
    }

    /// `np.mean(x)`, as other languages write it, where there is no `np`.
    pub(super) fn function_of_module(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let syn::Expr::Path(path) = &*call.receiver else { return None };
        let module = path.path.get_ident()?.to_string();
        if !foreign::is_module(&module) || self.scope.iter().any(|(known, _)| *known == module) {
            return None;
        }
        let arguments: Vec<&syn::Expr> = call.args.iter().collect();
        Some(self.function_elsewhere(&module, &call.method, &arguments))
    }

    /// A function of a module that other languages have, which is a method here.
    pub(super) fn function_elsewhere(
        &mut self,
        module: &str,
        name: &syn::Ident,
        arguments: &[&syn::Expr],
    ) -> Value {
        let Some((receiver, rest)) = arguments.split_first() else {
            let help = format!("write the number or the array itself in the place of `{name}`");
            return self.refuse(name, format!("gradus does not know `{module}`"), help);
        };
        let of = match self.expr(receiver, None) {
            Value::Refused => return Value::Refused,
            Value::Scalar(_) => Of::Number,
            _ => Of::Array,
        };
        let method = name.to_string();
        let known = match of {
            Of::Number => ops::method(&method).is_some(),
            _ => ops::tensor_method(&method).is_some() || ARRAY_METHODS.contains(&method.as_str()),
        };
        let rest: Vec<String> = rest.iter().map(text).collect();
        let help = match (known, foreign::function(&method, arguments, of, &self.real_name())) {
            (true, _) => format!("write `{}.{method}({})`", foreign::operand(receiver), rest.join(", ")),
            (false, Some(help)) => help,
            (false, None) => {
                format!(
                    "write it as a method, as in `{}.exp()`, or as a function of your own",
                    foreign::operand(receiver)
                )
            }
        };
        self.refuse(name, format!("gradus does not know `{module}`: what it computes with are methods"), help)
    }

    /// A method that an array has, but not one with so many axes.
    pub(super) fn misfit(&mut self, array: &Array, call: &ExprMethodCall) -> Value {
        let x = foreign::operand(&call.receiver);
        let help = match (call.method.to_string().as_str(), array.rank()) {
            ("t", _) => format!(
                "a vector needs no transposing: `m.matmul({x})` and `{x}.matmul(m)` both take it as it is"
            ),
            ("cols", 1) => format!("write `{x}.len()`"),
            ("dot", _) => format!("write `{}`", called(call, "matmul")),
            ("data", _) => format!("write `{x}` alone, or `{x}[[i, j]]` for an element"),
            _ => format!("write `{x}.row(i)` for a part of it, or a loop over its elements"),
        };
        let axes = if array.rank() == 1 { "axis" } else { "axes" };
        let message = format!("`{}` is not for an array with {} {axes}", call.method, array.rank());
        self.refuse(&call.method, message, help)
    }

    pub(super) fn count_arguments(&mut self, call: &ExprMethodCall, expected: usize) -> Option<()> {
        if call.args.len() == expected {
            return Some(());
        }
        let plural = if expected == 1 { "" } else { "s" };
        let message = format!("`{}` takes {expected} argument{plural}, not {}", call.method, call.args.len());
        let help = match call.method.to_string().as_str() {
            name @ ("max" | "min") if call.args.len() == 1 && !matches!(call.args[0], syn::Expr::Lit(_)) => {
                format!("to compare element by element write `.{name}imum({})`", text(&call.args[0]))
            }
            name @ ("sum" | "mean" | "max" | "min") if call.args.len() == 1 => {
                format!("to reduce one axis write `.{name}_axis({})`", text(&call.args[0]))
            }
            name => match (ops::method(name), expected) {
                (Some(op), _) => {
                    let operands: Vec<&str> = op.operands.iter().map(|(operand, _)| *operand).collect();
                    format!("write `{}.{name}({})`", foreign::operand(&call.receiver), operands.join(", "))
                }
                (None, 0) => format!("write `{}.{name}()`", foreign::operand(&call.receiver)),
                (None, _) if name.contains("softmax") || name.ends_with("_axis") || name == "logsumexp" => {
                    format!("say along which axis: `{}.{name}(0)`", foreign::operand(&call.receiver))
                }
                (None, _) => {
                    let places = ["a", "b", "c"].into_iter().take(expected).collect::<Vec<_>>().join(", ");
                    format!("write `{}.{name}({places})`", foreign::operand(&call.receiver))
                }
            },
        };
        self.refuse(&call.method, message, help);
        None
    }
}

/// The call with another method, as code.
pub(super) fn called(call: &ExprMethodCall, method: &str) -> String {
    let arguments: Vec<String> = call.args.iter().map(text).collect();
    format!("{}.{method}({})", foreign::operand(&call.receiver), arguments.join(", "))
}
