//! The value of an expression.

use super::{Evaluator, Exit, Run, UNIT, Value, element, fault};
use crate::dual::Dual;
use crate::program::{Arm, Case, Expr, HELPER};

impl Evaluator<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Run {
        self.step()?;
        match expr {
            Expr::Float(value) => Ok(Value::Float(Dual::constant(*value))),
            Expr::Count(value) => Ok(Value::Count(*value)),
            Expr::Name(_) => self.place(expr).cloned(),
            Expr::Path("f64::INFINITY") => Ok(Value::Float(Dual::constant(f64::INFINITY))),
            Expr::Path("f64::NEG_INFINITY") => Ok(Value::Float(Dual::constant(f64::NEG_INFINITY))),
            Expr::Path(path) => fault(format!("`{path}` is no value")),
            Expr::Prefix("*" | "&", operand) => self.expr(operand),
            Expr::Prefix("!", operand) => Ok(Value::Bool(!self.condition(operand)?)),
            Expr::Prefix(op, operand) => {
                let operand = self.expr(operand)?;
                self.unary(op, operand)
            }
            Expr::Infix("&&", left, right) => {
                Ok(Value::Bool(self.condition(left)? && self.condition(right)?))
            }
            Expr::Infix("||", left, right) => {
                Ok(Value::Bool(self.condition(left)? || self.condition(right)?))
            }
            Expr::Infix(op, left, right) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                self.infix(op, left, right)
            }
            Expr::Method(receiver, name, arguments) => {
                let receiver = self.expr(receiver)?;
                self.method(receiver, name, arguments)
            }
            Expr::Call(HELPER, arguments) => {
                let arguments = self.exprs(arguments)?;
                self.help(arguments)
            }
            Expr::Call(path, arguments) => {
                let arguments = self.exprs(arguments)?;
                self.call(path, arguments)
            }
            Expr::Cast(inner) => Ok(Value::Float(Dual::constant(self.count(inner)? as f64))),
            Expr::Index(base, index) => {
                let (mut base, index) = (self.expr(base)?, self.count(index)?);
                element(&mut base, index).cloned()
            }
            Expr::Element(base, row, column) => {
                let (mut base, row, column) = (self.expr(base)?, self.count(row)?, self.count(column)?);
                element(element(&mut base, row)?, column).cloned()
            }
            Expr::Slice(base, from, to) => {
                let (items, from, to) = (self.list(base)?, self.count(from)?, self.count(to)?);
                match items.get(from..to) {
                    Some(part) => Ok(Value::List(part.to_vec())),
                    None => fault("a slice is out of bounds"),
                }
            }
            Expr::Range(from, to, closed) => {
                let (from, to) = (self.count(from)?, self.count(to)?);
                Ok(Value::List((from..to + usize::from(*closed)).map(Value::Count).collect()))
            }
            Expr::Closure(..) => fault("a closure is no value"),
            Expr::Tuple(parts) => Ok(Value::Tuple(self.exprs(parts)?)),
            Expr::Field(base, place) => match self.expr(base)? {
                Value::Tuple(mut parts) if *place < parts.len() => Ok(parts.swap_remove(*place)),
                _ => fault("there is no such field"),
            },
            Expr::List(parts) => Ok(Value::List(self.exprs(parts)?)),
            Expr::Repeat(value, length) => Ok(Value::List(vec![self.expr(value)?; *length])),
            Expr::VecOf(value, length) => Ok(Value::List(vec![self.expr(value)?; self.count(length)?])),
            Expr::If(condition, then, otherwise) => match (self.condition(condition)?, otherwise) {
                (true, _) => self.block(then),
                (false, Some(otherwise)) => self.block(otherwise),
                (false, None) => Ok(UNIT),
            },
            Expr::Match(value, arms) => {
                let value = self.expr(value)?;
                self.matched(&value, arms)
            }
            Expr::Block(block) => self.block(block),
            Expr::Loop(label, body) => loop {
                if let Some(value) = self.turn(label, body)? {
                    return Ok(value);
                }
            },
        }
    }

    /// Calls the function that the program has beside it, which sees its arguments alone.
    fn help(&mut self, arguments: Vec<Value>) -> Run {
        let Some(helper) = self.helper else { return fault("there is no function to call") };
        let names = helper.params.iter().map(|param| param.name.clone());
        let outer = std::mem::replace(&mut self.scope, names.zip(arguments).collect());
        let answer = self.block(&helper.body);
        self.scope = outer;
        match answer {
            Err(Exit::Return(value)) => Ok(value),
            answer => answer,
        }
    }

    fn matched(&mut self, value: &Value, arms: &[Arm]) -> Run {
        for arm in arms {
            let names = self.scope.len();
            let mut fits = arm.cases.is_empty();
            for case in &arm.cases {
                fits |= match (case, value) {
                    (Case::Count(case), Value::Count(value)) => case == value,
                    (Case::Range(from, to), Value::Count(value)) => (from..=to).contains(&value),
                    (Case::Bool(case), Value::Bool(value)) => case == value,
                    (Case::Name(name), value) => {
                        self.scope.push((name.clone(), value.clone()));
                        true
                    }
                    _ => return fault("a pattern does not fit"),
                };
            }
            let taken = match (&arm.guard, fits) {
                (Some(guard), true) => self.condition(guard),
                (_, fits) => Ok(fits),
            };
            let run = match taken {
                Ok(true) => Some(self.block(&arm.body)),
                Ok(false) => None,
                Err(exit) => Some(Err(exit)),
            };
            self.scope.truncate(names);
            if let Some(run) = run {
                return run;
            }
        }
        fault("no pattern fits")
    }
}
