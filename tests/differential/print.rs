//! Programs as Rust.

mod expression;

use crate::program::{Argument, Block, Expr, HELPER, Param, Pattern, Program, Statement, Type};

/// What an expression need not hold together.
const LOOSE: u8 = 0;

/// The function `f`, and the one it calls, with the attribute or without.
pub(crate) fn functions(program: &Program, annotated: bool) -> String {
    let helper = program.helper.as_ref().map(|helper| function(HELPER, helper, annotated) + "\n");
    helper.unwrap_or_default() + &function("f", program, annotated)
}

fn function(name: &str, program: &Program, annotated: bool) -> String {
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
    if annotated {
        // A result may not depend on a parameter; the derivative by it must be zero then.
        let marks: String =
            program.active().map(|param| format!("\n    let _ = no_grad({});", param.name)).collect();
        printer.text = printer.text.replacen('{', &format!("{{{marks}"), 1);
    }
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
}
