//! Random programs whose types are right, whose indices are in bounds, and whose numbers stay moderate.

mod counts;
mod iterators;
mod loops;
mod numbers;
mod parameters;
mod statements;
mod tensors;

use crate::evaluate::{evaluate, evaluate_disturbed};
use crate::features::{Feature, weight};
use crate::program::{Expr, Param, Program, Type};
use crate::random::Rng;

/// How far each operation is disturbed, to see whether the program keeps its digits: 64 times rounding.
const DISTURBANCE: f64 = 64.0 * f64::EPSILON;
/// How far the answer may move then, by its scale.
const STEADY: f64 = 1e-12;

/// The program of a seed: the first of those that the seed gives which has a value and a gradient that
/// small errors leave as they are.
pub(crate) fn program(seed: u64) -> (Program, (f64, Vec<f64>)) {
    let mut rng = Rng(seed);
    loop {
        let mut generator = Generator::new(Rng(rng.next()));
        let program = generator.program();
        if let Ok(answer) = evaluate(&program)
            && (rng.one_in(8) || answer.1.iter().any(|by| *by != 0.0))
            && (0..2).all(|noise| {
                evaluate_disturbed(&program, noise, DISTURBANCE)
                    .is_ok_and(|other| distance(&answer, &other) < STEADY)
            })
        {
            return (program, answer);
        }
    }
}

/// How far two answers are from each other, by the largest number of the first, or 1.
pub(crate) fn distance(answer: &(f64, Vec<f64>), other: &(f64, Vec<f64>)) -> f64 {
    if answer.1.len() != other.1.len() {
        return f64::INFINITY;
    }
    let numbers = |answer: &(f64, Vec<f64>)| [vec![answer.0], answer.1.clone()].concat();
    let (left, right) = (numbers(answer), numbers(other));
    let scale = left.iter().fold(1.0_f64, |scale, number| scale.max(number.abs()));
    let distance = left.iter().zip(&right).map(|(a, b)| (a - b).abs() / scale);
    // A NaN is far from everything.
    distance.fold(0.0, |largest, one| if one <= largest { largest } else { one })
}

/// What may be done with a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    Free,
    /// It can be read, and not be assigned to.
    Fixed,
    /// It can be changed by this operator, and not be read.
    Only(&'static str),
    /// It can be given a value that does not depend on its own, and not be read before.
    Replaced,
}

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    ty: Type,
    mutable: bool,
    /// How many references lie between the variable and the value.
    refs: usize,
    /// Whether it is a parameter, and so a reference to what is not copied.
    is_param: bool,
    role: Role,
}

/// A loop around the place where the generator is.
#[derive(Clone, Debug)]
struct Around {
    label: Option<String>,
    /// Whether its turns have an order, so that it can be left.
    ordered: bool,
    may_continue: bool,
    /// Whether it is left with a value.
    has_value: bool,
}

struct Generator {
    /// Whether it makes the function that is called, and has to take a derivative by all it is given.
    is_helper: bool,
    /// How many rows its data has, if that is so long that several of them are done at once.
    rows: Option<usize>,
    /// The parameters of the function that may be called.
    helper: Vec<Type>,
    rng: Rng,
    scope: Vec<Variable>,
    loops: Vec<Around>,
    /// How many expressions and statements may still be made.
    budget: usize,
    /// Whether a `return` may stand here.
    returns: bool,
    labels: usize,
    /// How many conditions of the innermost loop, or of the function, the place is under.
    branches: usize,
}

impl Generator {
    fn new(rng: Rng) -> Self {
        Generator {
            is_helper: false,
            rows: None,
            helper: Vec::new(),
            rng,
            scope: Vec::new(),
            loops: Vec::new(),
            budget: 0,
            returns: true,
            labels: 0,
            branches: 0,
        }
    }

    fn program(&mut self) -> Program {
        let helper = self.chance(Feature::Helper).then(|| {
            let mut generator = Generator::new(Rng(self.rng.next()));
            generator.is_helper = true;
            Box::new(generator.function(None, 15))
        });
        self.helper = helper.iter().flat_map(|helper| &helper.params).map(|param| param.ty).collect();
        self.rows = self.rng.one_in(4).then(|| self.rng.between(33, 70));
        // Each statement may be done for each row.
        let budgets = if self.rows.is_some() { [5, 15, 15, 40, 40] } else { [5, 15, 40, 80, 140] };
        let budget = self.rng.pick(&budgets);
        self.function(helper, budget)
    }

    fn function(&mut self, helper: Option<Box<Program>>, budget: usize) -> Program {
        self.budget = budget;
        let mut params: Vec<Param> = Vec::new();
        for _ in 0..self.rng.between(1, 5) {
            params.push(self.param());
        }
        if !params.iter().any(|param| param.active) {
            params.push(self.param_of(Type::Float, true));
        }
        let statements = self.budget / 10 + self.rng.below(2);
        let mut statements = self.statements(statements);
        let result = match self.rng.one_in(4) {
            true => self.float(3),
            false => self.summary(),
        };
        let as_return = self.rng.one_in(12);
        let body = if as_return {
            statements.push(crate::program::Statement::Return(result));
            crate::program::Block { statements, result: None }
        } else {
            crate::program::Block { statements, result: Some(Box::new(result)) }
        };
        Program { helper, params, body }
    }

    /// Numbers of three digits between -2 and 2.
    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| (2000.0 * self.rng.signed()).round() / 1000.0).collect()
    }

    fn weight(&self, feature: Feature) -> u32 {
        weight(feature)
    }

    fn has(&self, feature: Feature) -> bool {
        self.weight(feature) > 0
    }

    /// Whether a detail is wanted this time.
    fn chance(&mut self, feature: Feature) -> bool {
        let weight = self.weight(feature);
        weight > 0 && self.rng.one_in(weight as usize)
    }

    /// One of the features by their weights, if any is left.
    fn choose(&mut self, features: &[Feature]) -> Option<Feature> {
        let weights: Vec<u32> = features.iter().map(|&feature| self.weight(feature)).collect();
        (weights.iter().sum::<u32>() > 0).then(|| features[self.rng.weighted(&weights)])
    }

    /// Takes from the budget, unless it is used up.
    fn spend(&mut self) -> bool {
        let left = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        left
    }

    fn is_visible(&self, at: usize) -> bool {
        !self.scope[at + 1..].iter().any(|later| later.name == self.scope[at].name)
    }

    /// The places of the variables that can be used like this.
    fn variables(&self, wanted: impl Fn(&Variable) -> bool) -> Vec<usize> {
        (0..self.scope.len()).filter(|&at| self.is_visible(at) && wanted(&self.scope[at])).collect()
    }

    fn readable(&self, wanted: impl Fn(Type) -> bool) -> Vec<usize> {
        self.variables(|variable| matches!(variable.role, Role::Free | Role::Fixed) && wanted(variable.ty))
    }

    fn pick_readable(&mut self, wanted: impl Fn(Type) -> bool) -> Option<Variable> {
        let places = self.readable(wanted);
        (!places.is_empty()).then(|| self.scope[self.rng.pick(&places)].clone())
    }

    /// A name that is not in scope. Some of them the macro is fond of itself.
    fn fresh_name(&mut self) -> String {
        const NAMES: [&str; 20] = [
            "a", "b", "c", "d", "e", "n", "t", "s", "x", "y", "w", "sum", "grad", "value", "i", "product",
            "t_2", "out", "max", "z",
        ];
        let name = self.rng.pick(&NAMES);
        let mut fresh = name.to_owned();
        let mut number = 1;
        while self.scope.iter().any(|variable| variable.name == fresh) {
            number += 1;
            fresh = format!("{name}{number}");
        }
        fresh
    }

    /// A name for a `let`, which may hide another.
    fn let_name(&mut self) -> String {
        let names = self.variables(|variable| variable.role == Role::Free);
        if self.chance(Feature::Shadow) && !names.is_empty() {
            let at = self.rng.pick(&names);
            return self.scope[at].name.clone();
        }
        self.fresh_name()
    }

    fn declare(&mut self, name: &str, ty: Type, mutable: bool) {
        self.declare_behind(name, ty, mutable, 0);
    }

    fn declare_behind(&mut self, name: &str, ty: Type, mutable: bool, refs: usize) {
        let name = name.to_owned();
        self.scope.push(Variable { name, ty, mutable, refs, is_param: false, role: Role::Free });
    }

    /// What is generated sees the names that are declared inside no longer afterwards.
    fn scoped<R>(&mut self, make: impl FnOnce(&mut Self) -> R) -> R {
        let names = self.scope.len();
        let made = make(self);
        self.scope.truncate(names);
        made
    }

    /// As an operand: a reference, where the value would be moved.
    fn operand(variable: &Variable) -> Expr {
        let name = Expr::name(&variable.name);
        match variable.ty {
            Type::Vector(_) | Type::Matrix(..) | Type::Vec(_) if !variable.is_param => {
                Expr::prefix("&", name)
            }
            _ => (0..variable.refs).fold(name, |expr, _| Expr::prefix("*", expr)),
        }
    }
}
