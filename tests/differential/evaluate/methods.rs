//! Operators and methods, of numbers, lists and iterators.

use super::{Evaluator, Run, Value, fault};
use crate::dual::Dual;
use crate::program::Expr;

/// How many axes a list has.
fn rank(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.first().map_or(0, rank),
        _ => 0,
    }
}

fn items(value: Value) -> Run<Vec<Value>> {
    match value {
        Value::List(items) => Ok(items),
        _ => fault("this is no list"),
    }
}

fn number(value: f64) -> Value {
    Value::Float(Dual::constant(value))
}

/// All numbers of an array, one behind the other.
fn flat(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.into_iter().flat_map(flat).collect(),
        value => vec![value],
    }
}

/// Rows to columns.
fn transposed(rows: Vec<Value>) -> Run<Vec<Value>> {
    let rows: Vec<Vec<Value>> = rows.into_iter().map(items).collect::<Run<_>>()?;
    let columns = rows.first().map_or(0, Vec::len);
    let column = |j: usize| Value::List(rows.iter().map(|row| row[j].clone()).collect());
    Ok((0..columns).map(column).collect())
}

impl Evaluator<'_> {
    pub(super) fn unary(&mut self, name: &str, value: Value) -> Run {
        match value {
            // The empty sum is -0, whose sign a sum in another order need not have.
            Value::Float(x) if name == "signum" && x.value == 0.0 => fault("the sign of zero is taken"),
            Value::Float(x) => match Dual::unary(name, &x) {
                Some(answer) => self.answer(answer),
                None => fault(format!("numbers have no `{name}`")),
            },
            Value::List(items) => {
                Ok(Value::List(items.into_iter().map(|item| self.unary(name, item)).collect::<Run<_>>()?))
            }
            _ => fault(format!("`{name}` takes numbers")),
        }
    }

    /// An operation of two numbers; a list is taken element by element, and repeated where the other has
    /// more axes.
    pub(super) fn infix(&mut self, op: &str, left: Value, right: Value) -> Run {
        let order = rank(&left).cmp(&rank(&right));
        match (left, right) {
            (Value::Float(x), Value::Float(y)) => match Dual::binary(op, &x, &y) {
                Some(answer) => self.answer(answer),
                None => compare(op, x.value, y.value),
            },
            (Value::Count(x), Value::Count(y)) => {
                let answer = match op {
                    "+" => x.checked_add(y),
                    "-" => x.checked_sub(y),
                    "*" => x.checked_mul(y),
                    "/" => x.checked_div(y),
                    "%" => x.checked_rem(y),
                    _ => return compare(op, x, y),
                };
                answer.map_or_else(|| fault("an integer overflows"), |answer| Ok(Value::Count(answer)))
            }
            (Value::Bool(x), Value::Bool(y)) => compare(op, x, y),
            (Value::List(x), Value::List(y)) if order.is_eq() => {
                if x.len() != y.len() {
                    return fault("the shapes differ");
                }
                let pairs = x.into_iter().zip(y);
                Ok(Value::List(pairs.map(|(x, y)| self.infix(op, x, y)).collect::<Run<_>>()?))
            }
            (Value::List(x), y) if order.is_gt() => {
                Ok(Value::List(x.into_iter().map(|x| self.infix(op, x, y.clone())).collect::<Run<_>>()?))
            }
            (x, Value::List(y)) if order.is_lt() => {
                Ok(Value::List(y.into_iter().map(|y| self.infix(op, x.clone(), y)).collect::<Run<_>>()?))
            }
            _ => fault(format!("`{op}` does not take these")),
        }
    }

    fn total(&mut self, op: &str, start: f64, values: Vec<Value>) -> Run {
        values.into_iter().try_fold(number(start), |total, value| self.infix(op, total, value))
    }

    fn dot(&mut self, left: Value, right: Value) -> Run {
        let products = self.infix("*", left, right)?;
        self.total("+", 0.0, items(products)?)
    }

    /// The product by the last axis of one and the first of the other.
    fn matmul(&mut self, left: Value, right: Value) -> Run {
        match (rank(&left), rank(&right)) {
            (1, 1) => self.dot(left, right),
            (2, _) => {
                let rows = items(left)?.into_iter().map(|row| self.matmul(row, right.clone()));
                Ok(Value::List(rows.collect::<Run<_>>()?))
            }
            _ => {
                let columns = transposed(items(right)?)?;
                let columns = columns.into_iter().map(|column| self.dot(left.clone(), column));
                Ok(Value::List(columns.collect::<Run<_>>()?))
            }
        }
    }

    fn reduce(&mut self, name: &str, numbers: Vec<Value>) -> Run {
        let count = number(numbers.len() as f64);
        match name {
            "sum" => self.total("+", 0.0, numbers),
            "prod" | "product" => self.total("*", 1.0, numbers),
            "max" => self.total("max", f64::NEG_INFINITY, numbers),
            "min" => self.total("min", f64::INFINITY, numbers),
            "mean" => {
                let sum = self.total("+", 0.0, numbers)?;
                self.infix("/", sum, count)
            }
            "norm" => {
                let numbers = Value::List(numbers);
                let square = self.dot(numbers.clone(), numbers)?;
                self.unary("sqrt", square)
            }
            "logsumexp" => {
                let powers = self.unary("exp", Value::List(numbers))?;
                let sum = self.total("+", 0.0, items(powers)?)?;
                self.unary("ln", sum)
            }
            _ => fault(format!("lists have no `{name}`")),
        }
    }

    fn softmax(&mut self, numbers: Value) -> Run {
        let powers = self.unary("exp", numbers)?;
        let sum = self.total("+", 0.0, items(powers.clone())?)?;
        self.infix("/", powers, sum)
    }

    /// A method whose first argument is the axis.
    fn along(&mut self, name: &str, list: Value, axis: usize) -> Run {
        if rank(&list) == 1 {
            return match name {
                "softmax" => self.softmax(list),
                name => self.reduce(name.trim_end_matches("_axis"), items(list)?),
            };
        }
        let lines = if axis == 0 { transposed(items(list)?)? } else { items(list)? };
        let lines = lines.into_iter().map(|line| self.along(name, line, 0)).collect::<Run<Vec<_>>>()?;
        Ok(Value::List(if axis == 0 && name == "softmax" { transposed(lines)? } else { lines }))
    }

    pub(super) fn call(&mut self, path: &str, mut arguments: Vec<Value>) -> Run {
        let shape = |value: Option<Value>| match value.map(flat).as_deref() {
            Some([Value::Count(n)]) => Ok((None, *n)),
            Some([Value::Count(rows), Value::Count(columns)]) => Ok((Some(*rows), *columns)),
            _ => fault("this is no shape"),
        };
        let filled = |(rows, columns): (Option<usize>, usize), value: Value| {
            let row = Value::List(vec![value; columns]);
            rows.map_or(row.clone(), |rows| Value::List(vec![row; rows]))
        };
        match (path.rsplit_once("::").map(|(_, name)| name), arguments.pop()) {
            (Some("from"), Some(value)) => Ok(value),
            (Some("zeros"), extents) => Ok(filled(shape(extents)?, number(0.0))),
            (Some("ones"), extents) => Ok(filled(shape(extents)?, number(1.0))),
            (Some("full"), Some(value)) => Ok(filled(shape(arguments.pop())?, value)),
            (Some(name), Some(value)) => match arguments.pop() {
                Some(first) => self.infix(name, first, value),
                None => self.unary(name, value),
            },
            _ => fault(format!("there is no function `{path}`")),
        }
    }

    fn apply(&mut self, function: &Expr, arguments: Vec<Value>) -> Run {
        match function {
            Expr::Closure(inputs, body) => {
                let names = self.scope.len();
                for ((pattern, _), argument) in inputs.iter().zip(arguments) {
                    self.bind(pattern, argument)?;
                }
                let value = self.expr(body);
                self.scope.truncate(names);
                value
            }
            Expr::Path(path) => self.call(path, arguments),
            _ => fault("this cannot be called"),
        }
    }

    pub(super) fn method(&mut self, receiver: Value, name: &str, arguments: &[Expr]) -> Run {
        match (name, arguments) {
            ("iter" | "copied" | "clone", []) => Ok(receiver),
            ("map", [function]) => {
                let items = items(receiver)?.into_iter().map(|item| self.apply(function, vec![item]));
                Ok(Value::List(items.collect::<Run<_>>()?))
            }
            ("filter", [function]) => {
                let mut kept = Vec::new();
                for item in items(receiver)? {
                    if let Value::Bool(true) = self.apply(function, vec![item.clone()])? {
                        kept.push(item);
                    }
                }
                Ok(Value::List(kept))
            }
            ("fold", [start, function]) => {
                let start = self.expr(start)?;
                let mut items = items(receiver)?.into_iter();
                items.try_fold(start, |state, item| self.apply(function, vec![state, item]))
            }
            _ => {
                let arguments = self.exprs(arguments)?;
                self.plain_method(receiver, name, arguments)
            }
        }
    }

    /// A method without closures.
    fn plain_method(&mut self, receiver: Value, name: &str, arguments: Vec<Value>) -> Run {
        match (receiver, name, arguments.as_slice()) {
            (list @ Value::List(_), "sum" | "product" | "prod" | "mean" | "max" | "min" | "norm", []) => {
                self.reduce(name, flat(list))
            }
            (Value::List(items), "len" | "rows" | "count", []) => Ok(Value::Count(items.len())),
            (Value::List(rows), "cols", []) => {
                Ok(Value::Count(rows.first().cloned().map_or(0, |row| flat(row).len())))
            }
            (Value::List(rows), "t", []) => Ok(Value::List(transposed(rows)?)),
            (Value::List(mut items), "rev", []) => {
                items.reverse();
                Ok(Value::List(items))
            }
            (Value::List(items), "enumerate", []) => {
                let numbered = items.into_iter().enumerate();
                Ok(Value::List(numbered.map(|(i, item)| Value::Tuple(vec![Value::Count(i), item])).collect()))
            }
            (Value::List(items), "skip", [Value::Count(n)]) => {
                Ok(Value::List(items.into_iter().skip(*n).collect()))
            }
            (Value::List(items), "take", [Value::Count(n)]) => {
                Ok(Value::List(items.into_iter().take(*n).collect()))
            }
            (Value::List(items), "step_by", [Value::Count(n)]) => {
                Ok(Value::List(items.into_iter().step_by(*n).collect()))
            }
            (Value::List(items), "windows", [Value::Count(n)]) => {
                Ok(Value::List(items.windows(*n).map(|window| Value::List(window.to_vec())).collect()))
            }
            (Value::List(items), "chunks_exact", [Value::Count(n)]) => {
                Ok(Value::List(items.chunks_exact(*n).map(|chunk| Value::List(chunk.to_vec())).collect()))
            }
            (Value::List(items), "zip", [Value::List(others)]) => {
                let pairs = items.into_iter().zip(others.iter().cloned());
                Ok(Value::List(pairs.map(|(a, b)| Value::Tuple(vec![a, b])).collect()))
            }
            (Value::List(rows), "select_rows", [Value::List(places)]) => {
                let places: Vec<usize> =
                    places.iter().filter_map(|place| place_of(place, rows.len())).collect();
                Ok(Value::List(places.into_iter().map(|place| rows[place].clone()).collect()))
            }
            (Value::List(items), "outer", [other]) => {
                let rows = items.into_iter().map(|item| self.infix("*", item, other.clone()));
                Ok(Value::List(rows.collect::<Run<_>>()?))
            }
            (list @ Value::List(_), "dot", [other]) => self.dot(list, other.clone()),
            (list @ Value::List(_), "matmul", [other]) => self.matmul(list, other.clone()),
            (list @ Value::List(_), "mse_loss", [other]) => {
                let errors = self.infix("-", list, other.clone())?;
                let squares = self.unary("square", errors)?;
                self.reduce("mean", flat(squares))
            }
            (Value::Float(x), "powi", [Value::Count(n)]) => self.answer(Dual::powi(&x, *n as i32)),
            (Value::List(items), "powi", [Value::Count(_)]) => {
                let powers = items.into_iter().map(|item| self.plain_method(item, name, arguments.clone()));
                Ok(Value::List(powers.collect::<Run<_>>()?))
            }
            (list @ Value::List(_), name, [Value::Count(axis)]) => self.along(name, list, *axis),
            (receiver, _, []) => self.unary(name, receiver),
            (receiver, _, [other]) => self.infix(name, receiver, other.clone()),
            (Value::Float(x), _, [Value::Float(y), Value::Float(z)]) => match Dual::ternary(name, &x, y, z) {
                Some(answer) => self.answer(answer),
                None => fault(format!("numbers have no `{name}`")),
            },
            _ => fault(format!("there is no method `{name}`")),
        }
    }
}

fn place_of(place: &Value, rows: usize) -> Option<usize> {
    match place {
        Value::Count(place) if *place < rows => Some(*place),
        _ => None,
    }
}

fn compare<T: PartialOrd>(op: &str, x: T, y: T) -> Run {
    Ok(Value::Bool(match op {
        "<" => x < y,
        "<=" => x <= y,
        ">" => x > y,
        ">=" => x >= y,
        "==" => x == y,
        "!=" => x != y,
        _ => return fault(format!("there is no operator `{op}`")),
    }))
}
