//! Runs a program with dual numbers in place of floats, one direction for each number of the parameters.
//! References are the values they refer to, and iterators are the lists of what they would give.

mod methods;

use crate::dual::Dual;
use crate::program::{Argument, Arm, Block, Case, Expr, Pattern, Program, Statement};
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
    let mut evaluator = Evaluator { scope, noise, steps: 0 };
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

struct Evaluator {
    scope: Vec<(String, Value)>,
    noise: Option<(Rng, f64)>,
    steps: usize,
}

impl Evaluator {
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

    fn expr(&mut self, expr: &Expr) -> Run {
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

fn element(list: &mut Value, index: usize) -> Run<&mut Value> {
    match list {
        Value::List(items) => match items.get_mut(index) {
            Some(item) => Ok(item),
            None => fault(format!("index {index} is out of bounds")),
        },
        _ => fault("only lists have elements"),
    }
}
