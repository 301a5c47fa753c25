//! Programs as Rust.

use crate::program::{Argument, Arm, Block, Case, Expr, Param, Pattern, Program, Statement, Type};

/// How tightly an expression holds together, from a closure or a range up to a name.
const LOOSE: u8 = 0;
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const CAST: u8 = 6;
const PREFIX: u8 = 7;
const POSTFIX: u8 = 8;

/// The function, with the attribute or without.
pub(crate) fn function(name: &str, program: &Program, annotated: bool) -> String {
    let mut attribute = String::new();
    if annotated {
        let active: Vec<&str> = program.active().map(|param| param.name.as_str()).collect();
        attribute = match program.params.iter().all(|param| param.active || !param.ty.is_of_floats()) {
            true => "#[differentiable]\n".to_owned(),
            false => format!("#[differentiable(wrt({}))]\n", active.join(", ")),
        };
    }
    let params: Vec<String> =
        program.params.iter().map(|param| format!("{}: {}", param.name, of_type(param.ty))).collect();
    let mut printer = Printer { text: String::new(), indent: 0 };
    printer.block(&program.body);
    format!("{attribute}pub fn {name}({}) -> f64 {}\n", params.join(", "), printer.text)
}

/// The arguments of the one call.
pub(crate) fn arguments(program: &Program) -> String {
    let argument = |param: &Param| {
        let owned = match &param.argument {
            Argument::Float(value) => format!("{value:?}"),
            Argument::Count(value) => value.to_string(),
            Argument::Bool(value) => value.to_string(),
            Argument::Floats(values) => format!("{values:?}"),
            Argument::Rows(rows) => format!("{rows:?}"),
            Argument::Places(places) => format!("{places:?}"),
        };
        match param.ty {
            Type::Vector(_) => format!("&Vector::<f64>::from({owned})"),
            Type::Matrix(..) => format!("&Matrix::<f64>::from({owned})"),
            Type::Array(_) | Type::Grid(..) | Type::Slice(_) | Type::Places(..) => format!("&{owned}"),
            _ => owned,
        }
    };
    program.params.iter().map(argument).collect::<Vec<_>>().join(", ")
}

fn of_type(ty: Type) -> String {
    match ty {
        Type::Float => "f64".to_owned(),
        Type::Count(..) => "usize".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Array(length) => format!("&[f64; {length}]"),
        Type::Grid(rows, columns) => format!("&[[f64; {columns}]; {rows}]"),
        Type::Slice(_) => "&[f64]".to_owned(),
        Type::Vec(_) => "Vec<f64>".to_owned(),
        Type::Vector(_) => "&Vector<f64>".to_owned(),
        Type::Matrix(..) => "&Matrix<f64>".to_owned(),
        Type::Places(..) => "&[usize]".to_owned(),
        Type::Pair => "(f64, f64)".to_owned(),
    }
}

struct Printer {
    text: String,
    indent: usize,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self) {
        self.put("\n");
        self.put(&"    ".repeat(self.indent));
    }

    fn block(&mut self, block: &Block) {
        self.put("{");
        self.indent += 1;
        for statement in &block.statements {
            self.line();
            self.statement(statement);
        }
        if let Some(result) = &block.result {
            self.line();
            self.expr(result, LOOSE);
        }
        self.indent -= 1;
        self.line();
        self.put("}");
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let { pattern, mutable, ty, value } => {
                self.put(if *mutable { "let mut " } else { "let " });
                self.pattern(pattern);
                if let Some(ty) = ty {
                    self.put(": ");
                    self.put(ty);
                }
                self.put(" = ");
                self.expr(value, LOOSE);
                self.put(";");
            }
            Statement::Assign { place, op, value } => {
                self.expr(place, LOOSE);
                self.put(&format!(" {op}= "));
                self.expr(value, LOOSE);
                self.put(";");
            }
            Statement::For { label, pattern, over, body } => {
                self.label(label);
                self.put("for ");
                self.pattern(pattern);
                self.put(" in ");
                self.expr(over, LOOSE);
                self.put(" ");
                self.block(body);
            }
            Statement::While { label, condition, body } => {
                self.label(label);
                self.put("while ");
                self.expr(condition, LOOSE);
                self.put(" ");
                self.block(body);
            }
            Statement::Break(label, value) => {
                self.put("break");
                self.jump_label(label);
                if let Some(value) = value {
                    self.put(" ");
                    self.expr(value, LOOSE);
                }
                self.put(";");
            }
            Statement::Continue(label) => {
                self.put("continue");
                self.jump_label(label);
                self.put(";");
            }
            Statement::Return(value) => {
                self.put("return ");
                self.expr(value, LOOSE);
                self.put(";");
            }
            Statement::Do(expr) => self.expr(expr, LOOSE),
        }
    }

    fn label(&mut self, label: &Option<String>) {
        if let Some(label) = label {
            self.put(&format!("'{label}: "));
        }
    }

    fn jump_label(&mut self, label: &Option<String>) {
        if let Some(label) = label {
            self.put(&format!(" '{label}"));
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Name(name) => self.put(name),
            Pattern::Reference(inner) => {
                self.put("&");
                self.pattern(inner);
            }
            Pattern::Tuple(parts) => self.list("(", parts, ")", Self::pattern),
        }
    }

    fn list<T>(&mut self, open: &str, parts: &[T], close: &str, one: impl Fn(&mut Self, &T)) {
        self.put(open);
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.put(", ");
            }
            one(self, part);
        }
        self.put(close);
    }

    fn exprs(&mut self, open: &str, parts: &[Expr], close: &str) {
        self.list(open, parts, close, |printer, part| printer.expr(part, LOOSE));
    }

    /// An expression, in parentheses if it holds together less than it must here.
    fn expr(&mut self, expr: &Expr, least: u8) {
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
