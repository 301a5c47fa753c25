//! Runs a program with dual numbers in place of floats, one direction for each number of the parameters.
//! References are the values they refer to, and iterators are the lists of what they would give.

mod expression;
mod methods;

use crate::dual::Dual;
use crate::program::{Argument, Block, Expr, Pattern, Program, Statement};
use crate::random::Rng;

/// More steps than a program may take.
const PATIENCE: usize = 100_000;
/// More numbers than any may be from zero.
const LARGEST: f64 = 1e4;

#[derive(Clone, Debug)]
pub(super) enum Value {
    Float(Dual),
    Count(usize),
    Bool(bool),
    /// An array, a slice, a tensor (of rows, if it is a matrix), or what an iterator gives.
    List(Vec<Value>),
    Tuple(Vec<Value>),
}

/// Why control does not go on behind an expression.
enum Exit {
    Break(Option<String>, Value),
    Continue(Option<String>),
    Return(Value),
    Fault(String),
}

type Run<T = Value> = Result<T, Exit>;

/// What a function gives that is wrong with the program, rather than with the evaluator's state.
fn fault<T>(message: impl Into<String>) -> Run<T> {
    Err(Exit::Fault(message.into()))
}

const UNIT: Value = Value::Tuple(Vec::new());

/// The value and the gradient by the active parameters, or what is wrong with the program.
pub(crate) fn evaluate(program: &Program) -> Result<(f64, Vec<f64>), String> {
    run(program, None)
}

/// The same, where each operation is disturbed by up to so much of its answer.
pub(crate) fn evaluate_disturbed(
    program: &Program,
    seed: u64,
    amplitude: f64,
) -> Result<(f64, Vec<f64>), String> {
    run(program, Some((Rng(seed), amplitude)))
}

fn run(program: &Program, noise: Option<(Rng, f64)>) -> Result<(f64, Vec<f64>), String> {
    let count = program.active().map(|param| param.argument.len()).sum();
    let mut place = 0;
    let mut scope = Vec::new();
    for param in &program.params {
        let mut number = |value: f64| {
            if !param.active {
                return Value::Float(Dual::constant(value));
            }
            place += 1;
            Value::Float(Dual::variable(value, place - 1, count))
        };
        let mut list = |values: &[f64]| Value::List(values.iter().map(|&value| number(value)).collect());
        let value = match &param.argument {
            Argument::Float(value) => number(*value),
            Argument::Count(value) => Value::Count(*value),
            Argument::Bool(value) => Value::Bool(*value),
            Argument::Floats(values) => list(values),
            Argument::Rows(rows) => Value::List(rows.iter().map(|row| list(row)).collect()),
            Argument::Places(places) => Value::List(places.iter().copied().map(Value::Count).collect()),
        };
        scope.push((param.name.clone(), value));
    }
    let mut evaluator = Evaluator { helper: program.helper.as_deref(), scope, noise, steps: 0 };
    match evaluator.block(&program.body) {
        Ok(Value::Float(mut result)) | Err(Exit::Return(Value::Float(mut result))) => {
            result.grad.resize(count, 0.0);
            Ok((result.value, result.grad))
        }
        Err(Exit::Fault(message)) => Err(message),
        _ => Err("the program does not answer a number".to_owned()),
    }
}

impl Argument {
    fn len(&self) -> usize {
        match self {
            Argument::Floats(values) => values.len(),
            Argument::Rows(rows) => rows.iter().map(Vec::len).sum(),
            _ => 1,
        }
    }
}

struct Evaluator<'p> {
    helper: Option<&'p Program>,
    scope: Vec<(String, Value)>,
    noise: Option<(Rng, f64)>,
    steps: usize,
}

impl Evaluator<'_> {
    /// The answer of an operation, disturbed if it shall be.
    fn answer(&mut self, mut dual: Dual) -> Run {
        if let Some((rng, amplitude)) = &mut self.noise {
            dual.disturb(rng, *amplitude);
        }
        let fine = |number: &f64| number.abs() < LARGEST;
        if fine(&dual.value) && dual.grad.iter().all(fine) {
            return Ok(Value::Float(dual));
        }
        fault("a number is too large")
    }

    fn block(&mut self, block: &Block) -> Run {
        let names = self.scope.len();
        let run = self.inside(block);
        self.scope.truncate(names);
        run
    }

    fn inside(&mut self, block: &Block) -> Run {
        for statement in &block.statements {
            self.statement(statement)?;
        }
        block.result.as_ref().map_or(Ok(UNIT), |result| self.expr(result))
    }

    fn statement(&mut self, statement: &Statement) -> Run<()> {
        match statement {
            Statement::Let { pattern, value, .. } => {
                let value = self.expr(value)?;
                self.bind(pattern, value)?;
            }
            Statement::Assign { place, op, value } => {
                let value = self.expr(value)?;
                let value = match *op {
                    "" => value,
                    op => {
                        let old = self.expr(place)?;
                        self.infix(op, old, value)?
                    }
                };
                *self.place(place)? = value;
            }
            Statement::For { label, pattern, over, body } => {
                for item in self.list(over)? {
                    let names = self.scope.len();
                    self.bind(pattern, item)?;
                    let end = self.turn(label, body);
                    self.scope.truncate(names);
                    if end?.is_some() {
                        break;
                    }
                }
            }
            Statement::While { label, condition, body } => {
                while self.condition(condition)? {
                    if self.turn(label, body)?.is_some() {
                        break;
                    }
                }
            }
            Statement::Break(label, value) => {
                let value = value.as_ref().map_or(Ok(UNIT), |value| self.expr(value))?;
                return Err(Exit::Break(label.clone(), value));
            }
            Statement::Continue(label) => return Err(Exit::Continue(label.clone())),
            Statement::Return(value) => return Err(Exit::Return(self.expr(value)?)),
            Statement::Do(expr) => {
                self.expr(expr)?;
            }
        }
        Ok(())
    }

    /// One turn of a loop, and what the loop is left with if it is left.
    fn turn(&mut self, label: &Option<String>, body: &Block) -> Run<Option<Value>> {
        let own = |target: &Option<String>| target.is_none() || target == label;
        self.step()?;
        match self.block(body) {
            Ok(_) => Ok(None),
            Err(Exit::Break(target, value)) if own(&target) => Ok(Some(value)),
            Err(Exit::Continue(target)) if own(&target) => Ok(None),
            Err(exit) => Err(exit),
        }
    }

    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        if self.steps > PATIENCE { fault("the program takes too long") } else { Ok(()) }
    }

    fn bind(&mut self, pattern: &Pattern, value: Value) -> Run<()> {
        match (pattern, value) {
            (Pattern::Name(name), value) => self.scope.push((name.clone(), value)),
            (Pattern::Reference(inner), value) => self.bind(inner, value)?,
            (Pattern::Tuple(parts), Value::Tuple(values)) if parts.len() == values.len() => {
                for (part, value) in parts.iter().zip(values) {
                    self.bind(part, value)?;
                }
            }
            _ => return fault("a pattern does not fit"),
        }
        Ok(())
    }

    /// Where an assignment goes.
    fn place(&mut self, place: &Expr) -> Run<&mut Value> {
        match place {
            Expr::Name(name) => match self.scope.iter_mut().rev().find(|(known, _)| known == name) {
                Some((_, value)) => Ok(value),
                None => fault(format!("there is no `{name}`")),
            },
            Expr::Index(base, index) => {
                let index = self.count(index)?;
                element(self.place(base)?, index)
            }
            Expr::Element(base, row, column) => {
                let (row, column) = (self.count(row)?, self.count(column)?);
                element(element(self.place(base)?, row)?, column)
            }
            _ => fault("this cannot be assigned to"),
        }
    }

    fn condition(&mut self, expr: &Expr) -> Run<bool> {
        match self.expr(expr)? {
            Value::Bool(value) => Ok(value),
            _ => fault("a condition is a `bool`"),
        }
    }

    fn count(&mut self, expr: &Expr) -> Run<usize> {
        match self.expr(expr)? {
            Value::Count(value) => Ok(value),
            _ => fault("an index is a `usize`"),
        }
    }

    fn list(&mut self, expr: &Expr) -> Run<Vec<Value>> {
        match self.expr(expr)? {
            Value::List(items) => Ok(items),
            _ => fault("this cannot be run over"),
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Run<Vec<Value>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }
}

fn element(list: &mut Value, index: usize) -> Run<&mut Value> {
    match list {
        Value::List(items) => match items.get_mut(index) {
            Some(item) => Ok(item),
            None => fault(format!("index {index} is out of bounds")),
        },
        _ => fault("only lists have elements"),
    }
}
