//! Expressions as Rust, with the parentheses that they need.

use super::{LOOSE, Printer};
use crate::program::{Arm, Block, Case, Expr, Statement};

/// How tightly an expression holds together, from a closure or a range up to a name.
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const CAST: u8 = 6;
const PREFIX: u8 = 7;
const POSTFIX: u8 = 8;

impl Printer {
    /// An expression, in parentheses if it holds together less than it must here.
    pub(super) fn expr(&mut self, expr: &Expr, least: u8) {
        if hold(expr) < least {
            self.put("(");
            self.expr(expr, LOOSE);
            return self.put(")");
        }
        match expr {
            Expr::Float(value) => self.put(&format!("{value:?}")),
            Expr::Count(value) => self.put(&value.to_string()),
            Expr::Name(name) => self.put(name),
            Expr::Path(path) => self.put(path),
            Expr::Prefix(op, operand) => {
                self.put(op);
                self.expr(operand, PREFIX);
            }
            Expr::Infix(op, left, right) => {
                let own = hold(expr);
                // A cast would take `<` for the start of generic arguments.
                let left_least = if own == COMPARISON { CAST + 1 } else { own };
                self.expr(left, left_least);
                self.put(&format!(" {op} "));
                self.expr(right, own + 1);
            }
            Expr::Method(receiver, name, arguments) => self.method(receiver, name, arguments),
            Expr::Call(path, arguments) => {
                self.put(path);
                self.exprs("(", arguments, ")");
            }
            Expr::Cast(inner) => {
                self.expr(inner, CAST);
                self.put(" as f64");
            }
            Expr::Index(base, place) => {
                self.expr(base, POSTFIX);
                self.exprs("[", std::slice::from_ref(place), "]");
            }
            Expr::Element(base, row, column) => {
                self.expr(base, POSTFIX);
                self.put("[[");
                self.expr(row, LOOSE);
                self.put(", ");
                self.expr(column, LOOSE);
                self.put("]]");
            }
            Expr::Slice(base, from, to) => {
                self.put("&");
                self.expr(base, POSTFIX);
                self.put("[");
                self.expr(from, SUM);
                self.put("..");
                self.expr(to, SUM);
                self.put("]");
            }
            Expr::Range(from, to, closed) => {
                self.expr(from, SUM);
                self.put(if *closed { "..=" } else { ".." });
                self.expr(to, SUM);
            }
            Expr::Closure(inputs, body) => {
                self.list("|", inputs, "| ", |printer, (pattern, ty)| {
                    printer.pattern(pattern);
                    if let Some(ty) = ty {
                        printer.put(": ");
                        printer.put(ty);
                    }
                });
                self.expr(body, LOOSE);
            }
            Expr::Tuple(parts) => self.exprs("(", parts, ")"),
            Expr::Field(base, place) => {
                self.expr(base, POSTFIX);
                self.put(&format!(".{place}"));
            }
            Expr::List(parts) => self.exprs("[", parts, "]"),
            Expr::Repeat(value, length) => {
                self.put("[");
                self.expr(value, LOOSE);
                self.put(&format!("; {length}]"));
            }
            Expr::VecOf(value, length) => {
                self.put("vec![");
                self.expr(value, LOOSE);
                self.put("; ");
                self.expr(length, LOOSE);
                self.put("]");
            }
            Expr::If(condition, then, otherwise) => {
                self.put("if ");
                self.expr(condition, LOOSE);
                self.put(" ");
                self.block(then);
                if let Some(otherwise) = otherwise {
                    self.put(" else ");
                    match (otherwise.statements.as_slice(), otherwise.result.as_deref()) {
                        ([], Some(next @ Expr::If(..))) => self.expr(next, LOOSE),
                        ([Statement::Do(next @ Expr::If(..))], None) => self.expr(next, LOOSE),
                        _ => self.block(otherwise),
                    }
                }
            }
            Expr::Match(value, arms) => {
                self.put("match ");
                self.expr(value, LOOSE);
                self.put(" {");
                self.indent += 1;
                for arm in arms {
                    self.line();
                    self.arm(arm);
                }
                self.indent -= 1;
                self.line();
                self.put("}");
            }
            Expr::Block(block) => self.block(block),
            Expr::Loop(label, body) => {
                self.label(label);
                self.put("loop ");
                self.block(body);
            }
        }
    }

    fn arm(&mut self, arm: &Arm) {
        let cases: Vec<String> = arm
            .cases
            .iter()
            .map(|case| match case {
                Case::Count(value) => value.to_string(),
                Case::Range(from, to) => format!("{from}..={to}"),
                Case::Bool(value) => value.to_string(),
                Case::Name(name) => name.clone(),
            })
            .collect();
        self.put(if cases.is_empty() { "_" } else { "" });
        self.put(&cases.join(" | "));
        if let Some(guard) = &arm.guard {
            self.put(" if ");
            self.expr(guard, LOOSE);
        }
        self.put(" => ");
        match &arm.body {
            Block { statements, result: Some(result) } if statements.is_empty() => {
                self.expr(result, LOOSE);
                self.put(",");
            }
            body => self.block(body),
        }
    }

    fn method(&mut self, receiver: &Expr, name: &str, arguments: &[Expr]) {
        // rustc wants to know the type of a literal whose method is called.
        match receiver {
            Expr::Float(value) => self.put(&format!("{value:?}_f64")),
            _ => self.expr(receiver, POSTFIX),
        }
        self.put(&format!(".{name}"));
        if matches!(name, "sum" | "product") && is_iterator(receiver) {
            self.put("::<f64>");
        }
        self.exprs("(", arguments, ")");
    }
}

fn hold(expr: &Expr) -> u8 {
    match expr {
        Expr::Float(value) if value.is_sign_negative() => PREFIX,
        Expr::Closure(..) | Expr::Range(..) | Expr::If(..) | Expr::Match(..) => LOOSE,
        Expr::Block(_) | Expr::Loop(..) => LOOSE,
        Expr::Infix("||", ..) => 1,
        Expr::Infix("&&", ..) => 2,
        Expr::Infix("<" | "<=" | ">" | ">=" | "==" | "!=", ..) => COMPARISON,
        Expr::Infix("+" | "-", ..) => SUM,
        Expr::Infix(..) => 5,
        Expr::Cast(_) => CAST,
        Expr::Prefix(..) | Expr::Slice(..) => PREFIX,
        _ => POSTFIX,
    }
}

/// Whether it is a chain of iterators, whose sum needs its type written.
fn is_iterator(expr: &Expr) -> bool {
    match expr {
        Expr::Range(..) => true,
        Expr::Method(_, name, _) => matches!(
            *name,
            "iter"
                | "windows"
                | "chunks_exact"
                | "rev"
                | "skip"
                | "take"
                | "step_by"
                | "enumerate"
                | "zip"
                | "map"
                | "filter"
                | "copied"
        ),
        _ => false,
    }
}
