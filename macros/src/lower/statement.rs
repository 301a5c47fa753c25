//! Blocks and their statements.

use quote::ToTokens;
use syn::{Block, Expr, Pat, PatSlice, PatTuple, Stmt};

use super::Lowerer;
use super::assign::assigning;
use super::flow::{Exit, Flow};
use super::foreign::{self, Of};
use crate::graph::Type;
use crate::value::Value;
use crate::written::{Names, Written, text};

/// The methods that change the length of a vector.
const GROWING: [&str; 7] = ["push", "pop", "insert", "remove", "extend", "resize", "truncate"];

/// What is said of a vector that grows, or that is made to.
pub(super) const GROWS: &str = "a vector cannot grow here";
pub(super) const LENGTH: &str = "make it with its length, as in `vec![0.0; n]`, and set its elements";

impl Lowerer<'_> {
    /// The body of a function, which a `return` may leave early.
    pub(super) fn body(&mut self, block: &Block, expected: Option<&Written>) -> Value {
        self.returns.push(expected.cloned());
        let Flow { mut exits, falls, value } = self.statements(&block.stmts, expected);
        self.returns.pop();
        let last = if falls { Some(value) } else { exits.pop().map(|exit| exit.value) };
        let last = last.unwrap_or(Value::Refused);
        exits.into_iter().rev().fold(last, |rest, Exit { condition, value, .. }| match condition {
            Some(condition) => self.choose(condition, value, rest, block),
            None => value,
        })
    }

    pub(super) fn block(&mut self, block: &Block, expected: Option<&Written>) -> Flow {
        let outer = self.scope.len();
        let flow = self.statements(&block.stmts, expected);
        self.scope.truncate(outer);
        flow
    }

    /// Statements, of which those behind one that may leave are lowered once, for where it does not.
    pub(super) fn statements(&mut self, statements: &[Stmt], expected: Option<&Written>) -> Flow {
        let mut all = Flow::of(Value::Tuple(Vec::new()));
        let open = self.conditions.len();
        for (place, statement) in statements.iter().enumerate() {
            let expected = expected.filter(|_| place + 1 == statements.len());
            let flow = self.statement(statement, expected);
            all.value = flow.value;
            for exit in &flow.exits {
                self.conditions.extend(exit.condition.map(|condition| (condition, false)));
            }
            all.exits.extend(flow.exits);
            if !flow.falls {
                all.falls = false;
                break;
            }
        }
        self.conditions.truncate(open);
        all
    }

    fn statement(&mut self, statement: &Stmt, expected: Option<&Written>) -> Flow {
        let none = Flow::of(Value::Tuple(Vec::new()));
        match statement {
            Stmt::Local(local) => return self.local(local),
            Stmt::Expr(expr, None) => return self.flow(expr, expected),
            Stmt::Item(syn::Item::Const(constant)) => {
                let expected = self.annotation(&constant.ty);
                let bound = self.expr(&constant.expr, expected.as_ref());
                let bound = self.annotated(bound, expected.as_ref());
                self.scope.push((constant.ident.to_string(), bound));
            }
            Stmt::Expr(expr, Some(_)) => return Flow { value: none.value, ..self.effect(expr) },
            Stmt::Item(item) => {
                self.refuse(
                    item,
                    "an item cannot stand inside a differentiable function",
                    "move it out of the function",
                );
            }
            Stmt::Macro(call) => return self.macro_statement(&call.mac, call.semi_token.is_some()),
        }
        none
    }

    /// An expression for what it does rather than for its value.
    fn effect(&mut self, expr: &Expr) -> Flow {
        match expr {
            Expr::Assign(_)
            | Expr::If(_)
            | Expr::Match(_)
            | Expr::Block(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Return(_) => return self.flow(expr, None),
            Expr::Binary(binary) if assigning(&binary.op).is_some() => return self.flow(expr, None),
            Expr::MethodCall(call) if super::assign::CHANGES.iter().any(|name| call.method == name) => {
                self.change(call);
            }
            Expr::Macro(call) => return self.macro_statement(&call.mac, true),
            Expr::Unsafe(_) | Expr::Async(_) | Expr::Await(_) | Expr::Try(_) | Expr::Closure(_) => {
                self.unsupported(expr);
            }
            Expr::MethodCall(call) if GROWING.iter().any(|name| call.method == name) => {
                // Where it was made empty, that is said there.
                if !matches!(self.expr(&call.receiver, None), Value::Refused) {
                    self.refuse(&call.method, GROWS, LENGTH);
                }
            }
            Expr::MethodCall(call) if crate::ops::method(&call.method.to_string()).is_none() => {
                let known = super::assign::CHANGES.join("`, `");
                let message = format!("gradus does not know what `{}` changes", call.method);
                let help = foreign::method(call, Of::Array, &self.real_name())
                    .unwrap_or_else(|| format!("write a loop, or one of `{known}`"));
                self.refuse(&call.method, message, help);
            }
            Expr::Call(call) if self.is_no_grad(call) => {
                self.no_grad(call);
            }
            Expr::Call(call) => {
                let message = "gradus does not know what this call changes";
                self.refuse(&call.func, message, "assign what it returns, as in `(a, b) = (b, a)`");
            }
            Expr::Binary(_) => {
                let help = format!("bind it, as in `let y = {};`, or remove it", text(expr));
                self.refuse(expr, "the value of this is not used", help);
            }
            _ => {
                self.refuse(
                    expr,
                    "this statement has no effect that a derivative could follow",
                    format!("bind its value, as in `let y = {};`, or remove it", text(expr)),
                );
            }
        }
        Flow::of(Value::Tuple(Vec::new()))
    }

    /// Printing and assertions stay in the function, and a derivative does without them.
    fn macro_statement(&mut self, call: &syn::Macro, ends: bool) -> Flow {
        const IGNORED: [&str; 10] = [
            "print",
            "println",
            "eprint",
            "eprintln",
            "assert",
            "assert_eq",
            "assert_ne",
            "debug_assert",
            "debug_assert_eq",
            "debug_assert_ne",
        ];
        if IGNORED.iter().any(|name| call.path.is_ident(name)) {
            return Flow::of(Value::Tuple(Vec::new()));
        }
        let value = self.macro_call(call);
        Flow::of(if ends { Value::Tuple(Vec::new()) } else { value })
    }

    /// `vec![..]`, the one macro that is a value.
    pub(super) fn macro_call(&mut self, call: &syn::Macro) -> Value {
        if !call.path.is_ident("vec") {
            let name = text(&call.path);
            let (message, help) = match name.as_str() {
                "dbg" => (
                    "`dbg!` is a value, which is not followed through it",
                    format!("print it in a statement: `println!(\"{{}}\", {});`", text(&call.tokens)),
                ),
                "panic" | "todo" | "unimplemented" | "unreachable" => (
                    "a panic has no value to differentiate",
                    "check with `assert!(..)` before, and return a number here".to_owned(),
                ),
                _ => (
                    "a macro call cannot be differentiated",
                    format!("write in its place what `{name}!` expands to, or call a function"),
                ),
            };
            return self.refuse(&call.path, message, help);
        }
        let tokens = &call.tokens;
        match syn::parse2::<Expr>(quote::quote!([#tokens])) {
            Ok(array) => self.expr(&array, None),
            Err(error) => self.refuse(call.to_token_stream(), error.to_string(), ""),
        }
    }

    fn local(&mut self, local: &syn::Local) -> Flow {
        let Some(init) = &local.init else {
            let name = match &local.pat {
                Pat::Type(typed) => text(&typed.pat),
                pattern => text(pattern),
            };
            let help = format!("give it its value here, as in `let {name} = if .. {{ .. }} else {{ .. }};`");
            let refused = self.refuse(local, "a `let` without a value is not supported", help);
            self.bind(&local.pat, refused);
            return Flow::of(Value::Tuple(Vec::new()));
        };
        if let Some((token, _)) = &init.diverge {
            let help = "bind with a plain `let`, and check before, as in `if x.is_empty() { return 0.0; }`";
            self.refuse(token, "`let .. else` is not supported", help);
        }
        let (pattern, expected) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, self.annotation(&typed.ty)),
            pattern => (pattern, None),
        };
        if let Expr::Closure(closure) = &*init.expr {
            let kept = self.keep(closure);
            self.bind(pattern, kept);
            return Flow::of(Value::Tuple(Vec::new()));
        }
        let flow = self.flow(&init.expr, expected.as_ref());
        let value = self.annotated(flow.value, expected.as_ref());
        self.bind(pattern, value);
        Flow { value: Value::Tuple(Vec::new()), ..flow }
    }

    /// The type of floats that the function most likely means.
    pub(super) fn real_name(&self) -> String {
        let of = |written: &Written| written.element().filter(|ty| ty.is_float());
        let params = self.function.params.iter().map(|param| &param.written);
        let real = of(&self.function.result).or_else(|| params.filter_map(of).next());
        self.type_name(real.unwrap_or(Type::F64))
    }

    /// The type of an annotation. What is not known here (`_`, say) is rustc's to check.
    pub(super) fn annotation(&self, ty: &syn::Type) -> Option<Written> {
        let structs = self.items.struct_names();
        let names = Names { generic: self.function.generic.as_deref(), structs: &structs, lengths: &[] };
        Written::result(ty, &names).or_else(|| Written::parse(ty, &names).ok())
    }

    pub(super) fn annotated(&self, value: Value, expected: Option<&Written>) -> Value {
        match (value, expected.and_then(Written::element)) {
            (Value::Scalar(id), Some(ty)) => Value::Scalar(self.coerce(id, ty)),
            (Value::Array(array), Some(ty)) => Value::Array(array.map(|body| self.coerce(body, ty))),
            (value, _) => value,
        }
    }

    pub(super) fn bind(&mut self, pattern: &Pat, value: Value) {
        match (pattern, value) {
            (Pat::Ident(name), value) if name.by_ref.is_none() && name.subpat.is_none() => {
                let name = name.ident.to_string();
                self.suggest_name(&value, &name);
                self.scope.push((name, value));
            }
            (Pat::Wild(_), _) => {}
            (Pat::Reference(reference), value) => self.bind(&reference.pat, value),
            (Pat::Type(typed), value) => {
                let value = self.annotated(value, self.annotation(&typed.ty).as_ref());
                self.bind(&typed.pat, value);
            }
            (Pat::Paren(inner), value) => self.bind(&inner.pat, value),
            (Pat::Tuple(tuple), Value::Tuple(values)) if tuple.elems.len() == values.len() => {
                for (pattern, value) in tuple.elems.iter().zip(values) {
                    self.bind(pattern, value);
                }
            }
            (Pat::Slice(list), Value::Array(array)) => {
                for (place, pattern) in list.elems.iter().enumerate() {
                    let place = self.graph.int(place as i64, Type::Int("usize"));
                    let element = self.part(&array, &[place]);
                    self.bind(pattern, element);
                }
            }
            (Pat::Tuple(PatTuple { elems, .. }) | Pat::Slice(PatSlice { elems, .. }), Value::Refused) => {
                for pattern in elems {
                    self.bind(pattern, Value::Refused);
                }
            }
            (Pat::Rest(_), Value::Refused) => {}
            (pattern, _) => {
                let help = "bind a name, a tuple of names, or an array of names";
                self.refuse(pattern, "this pattern is not supported", help);
            }
        }
    }

    /// Names a value as the user does.
    pub(super) fn suggest_name(&self, value: &Value, name: &str) {
        match value {
            Value::Scalar(id) => self.graph.suggest_name(*id, name),
            Value::Array(array) => {
                self.graph.suggest_name(array.body, name);
                if let Some(whole) = array.whole(self.graph) {
                    self.graph.suggest_name(whole, name);
                }
            }
            _ => {}
        }
    }
}
