//! Closures, whose bodies are put in where they are called.

use quote::ToTokens;
use syn::{Expr, ExprClosure, ExprPath, ReturnType, parse_quote};

use super::Lowerer;
use crate::value::Value;

/// A closure that a `let` has given a name.
#[derive(Clone)]
pub(super) struct Kept {
    closure: ExprClosure,
    /// The names that it sees. It borrows what they stand for, which does not change while it can be called;
    /// and a closure with `move` has what they stood for when it was made.
    scope: Vec<(String, Value)>,
}

impl Lowerer<'_> {
    pub(super) fn keep(&mut self, closure: &ExprClosure) -> Value {
        self.kept.push(Kept { closure: closure.clone(), scope: self.scope.clone() });
        Value::Closure(self.kept.len() - 1)
    }

    /// The closure that the name stands for.
    pub(super) fn closure_named(&self, path: &ExprPath) -> Option<usize> {
        let name = path.path.get_ident()?;
        match self.scope.iter().rev().find(|(known, _)| name == known) {
            Some((_, Value::Closure(kept))) => Some(*kept),
            _ => None,
        }
    }

    /// Whether the expression is a closure, by its name or as it is written.
    pub(super) fn is_closure(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Closure(_) => true,
            Expr::Path(path) => self.closure_named(path).is_some(),
            Expr::Reference(reference) => self.is_closure(&reference.expr),
            _ => false,
        }
    }

    pub(super) fn call_kept(&mut self, kept: usize, arguments: Vec<Value>, place: &dyn ToTokens) -> Value {
        if arguments.iter().any(|argument| matches!(argument, Value::Closure(_) | Value::Element(..))) {
            let help = "pass numbers and arrays, or write the closure where it is called";
            return self.refuse(place.to_token_stream(), "a kept closure cannot be given this", help);
        }
        let Kept { closure, scope } = self.kept[kept].clone();
        let outer = std::mem::replace(&mut self.scope, scope);
        let value = self.closure(&closure, arguments);
        self.scope = outer;
        value.unwrap_or(Value::Refused)
    }

    /// The value of a closure for arguments.
    pub(super) fn closure(&mut self, closure: &ExprClosure, arguments: Vec<Value>) -> Option<Value> {
        if closure.inputs.len() != arguments.len() {
            // rustc says it better.
            return None;
        }
        let outer = self.scope.clone();
        for (pattern, argument) in closure.inputs.iter().zip(arguments) {
            self.bind(pattern, argument);
        }
        let result = match &closure.output {
            ReturnType::Type(_, ty) => self.annotation(ty),
            ReturnType::Default => None,
        };
        let value = match &*closure.body {
            Expr::Block(body) => self.body(&body.block, result.as_ref()),
            body => self.body(&parse_quote!({ #body }), result.as_ref()),
        };
        self.scope.truncate(outer.len());
        let changed = outer.iter().zip(&self.scope).find(|((_, before), (_, after))| before != after);
        if let Some(((name, _), _)) = changed {
            let message = format!("a closure cannot change `{name}`, which is outside of it");
            let help =
                "write a `for` loop in the place of the iterator, or what it does in the place of its calls";
            self.refuse(closure, message, help);
            self.scope = outer;
            return None;
        }
        Some(self.annotated(value, result.as_ref()))
    }
}
