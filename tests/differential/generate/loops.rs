//! Loops. In one without an order, what each variable may be used for is drawn before.

use super::counts::Bounded;
use super::{Around, Generator, Role};
use crate::features::Feature;
use crate::program::{Block, Expr, Pattern, Statement, Type};

/// The most turns that are wanted of one loop.
const TURNS: usize = 9;

impl Generator {
    /// Whether this is the body of a loop itself, under no condition of it.
    pub(super) fn is_top_of_loop(&self) -> bool {
        self.branches == 0
    }

    fn around(&mut self, ordered: bool) -> Around {
        let labelled = ordered && self.chance(Feature::Label);
        self.labels += usize::from(labelled);
        let label = labelled.then(|| format!("turn{}", self.labels));
        Around { label, ordered, may_continue: true, has_value: false }
    }

    /// Makes what stands inside a loop.
    fn inside<R>(&mut self, around: &Around, make: impl FnOnce(&mut Self) -> R) -> R {
        let roles: Vec<Role> = self.scope.iter().map(|variable| variable.role).collect();
        if !around.ordered {
            self.draw_roles();
        }
        let branches = std::mem::take(&mut self.branches);
        self.loops.push(around.clone());
        let made = self.without_return(|generator| generator.scoped(make));
        self.loops.pop();
        self.branches = branches;
        for (variable, role) in self.scope.iter_mut().zip(roles) {
            variable.role = role;
        }
        made
    }

    /// What is run over stays as it is meanwhile.
    fn freeze(&mut self, over: &Expr) {
        match over {
            Expr::Name(name) => {
                if let Some(variable) = self.scope.iter_mut().rev().find(|variable| variable.name == *name)
                    && variable.role != Role::Only("none")
                {
                    variable.role = if variable.ty.is_list() { Role::Fixed } else { variable.role };
                }
            }
            Expr::Prefix(_, base) | Expr::Slice(base, ..) => self.freeze(base),
            Expr::Method(receiver, _, arguments) => {
                self.freeze(receiver);
                arguments.iter().for_each(|argument| self.freeze(argument));
            }
            _ => {}
        }
    }

    fn draw_roles(&mut self) {
        for at in 0..self.scope.len() {
            let variable = &self.scope[at];
            let (ty, role) = (variable.ty, variable.role);
            if !variable.mutable || matches!(role, Role::Fixed | Role::Only(_)) {
                continue;
            }
            self.scope[at].role = match (role, ty) {
                (Role::Replaced, _) => Role::Only("none"),
                (_, Type::Float) if self.rng.one_in(6) => Role::Replaced,
                (_, Type::Float) if !self.rng.one_in(5) => {
                    Role::Only(self.rng.pick(&["+", "+", "*", "max", "min"]))
                }
                (_, Type::Count(..) | Type::Vector(_) | Type::Matrix(..)) if !self.rng.one_in(3) => {
                    Role::Only("+")
                }
                _ => Role::Fixed,
            };
        }
    }

    pub(super) fn for_loop(&mut self, ordered: bool) -> Statement {
        let around = self.around(ordered);
        let (over, pattern, names) = self.run_over();
        let body = self.inside(&around, |generator| {
            generator.freeze(&over);
            for (name, ty, refs) in names {
                generator.declare_behind(&name, ty, false, refs);
            }
            generator.body(Vec::new())
        });
        Statement::For { label: around.label, pattern, over, body }
    }

    /// A body, with these statements at its start.
    fn body(&mut self, mut statements: Vec<Statement>) -> Block {
        let count = self.rng.between(1, 4);
        statements.extend(self.statements(count));
        if !self.loops.last().is_some_and(|around| around.ordered) {
            // Else a loop without an order often does nothing.
            statements.extend(self.assign());
        }
        Block { statements, result: None }
    }

    /// What a `for` runs over, its pattern, and the names in that.
    fn run_over(&mut self) -> (Expr, Pattern, Vec<(String, Type, usize)>) {
        if self.rng.one_in(3) {
            let start = self.scope.len();
            let items = self.items();
            let pattern = self.items_pattern(&items);
            let names = self.scope.drain(start..).map(|name| (name.name, name.ty, name.refs)).collect();
            return (items.expr, pattern, names);
        }
        if self.rng.one_in(5)
            && let Some(variable) = self.pick_readable(|ty| matches!(ty, Type::Array(_) | Type::Slice(_)))
            && !variable.mutable
        {
            let over = match (variable.ty, variable.is_param) {
                (Type::Array(_), false) => Expr::prefix("&", Expr::name(&variable.name)),
                _ => Expr::name(&variable.name),
            };
            let name = self.fresh_name();
            return match self.rng.one_in(2) {
                true => (over, Pattern::Name(name.clone()), vec![(name, Type::Float, 1)]),
                false => {
                    let pattern = Pattern::Reference(Box::new(Pattern::Name(name.clone())));
                    (over, pattern, vec![(name, Type::Float, 0)])
                }
            };
        }
        let (over, low, high) = self.turns();
        let name = self.fresh_name();
        (over, Pattern::Name(name.clone()), vec![(name, Type::Count(low, high), 0)])
    }

    /// A range of few turns, and the least and the largest of its indices.
    fn turns(&mut self) -> (Expr, usize, usize) {
        let bound = |generator: &mut Self| {
            let count = generator.turn_count();
            if count.high <= TURNS { count } else { Bounded::literal(generator.rng.below(6)) }
        };
        let (from, to) = match self.rng.one_in(2) {
            true => (Bounded::literal(self.rng.below(2)), bound(self)),
            false => (bound(self), bound(self)),
        };
        let closed = self.rng.one_in(3);
        let high = if closed { to.high } else { to.high.saturating_sub(1) };
        let (low, high) = (from.low, high.max(from.low));
        let range = Expr::Range(Box::new(from.expr), Box::new(to.expr), closed);
        let range = match self.rng.below(6) {
            0 => range.method("rev", Vec::new()),
            1 => range.method("step_by", vec![Expr::Count(self.rng.between(1, 3))]),
            _ => range,
        };
        (range, low, high)
    }

    /// The counter of a loop that ends at last, and its name.
    fn counter(&mut self, statements: &mut Vec<Statement>) -> (String, usize) {
        let name = self.fresh_name();
        let zero = Expr::Count(0);
        let pattern = Pattern::Name(name.clone());
        statements.push(Statement::Let { pattern, mutable: true, ty: Some("usize"), value: zero });
        (name, self.rng.between(1, TURNS))
    }

    /// The counter inside its loop, where no other name may hide it.
    fn declare_counter(&mut self, name: &str, low: usize, high: usize) {
        self.declare(name, Type::Count(low, high), false);
        self.scope.last_mut().expect("it was declared just now").role = Role::Fixed;
    }

    fn count_up(name: &str) -> Statement {
        Statement::Assign { place: Expr::name(name), op: "+", value: Expr::Count(1) }
    }

    pub(super) fn while_loop(&mut self, statements: &mut Vec<Statement>) {
        let (name, end) = self.counter(statements);
        let mut around = self.around(true);
        let counts_first = self.rng.one_in(2);
        around.may_continue = counts_first;
        let bound = Expr::infix("<", Expr::name(&name), Expr::Count(end));
        let condition = match self.rng.one_in(3) {
            true => bound,
            false => Expr::infix("&&", bound, self.condition(1)),
        };
        let body = self.inside(&around, |generator| {
            let (low, high) = if counts_first { (1, end) } else { (0, end - 1) };
            generator.declare_counter(&name, low, high);
            let first = counts_first.then(|| Self::count_up(&name));
            let mut body = generator.body(first.into_iter().collect());
            body.statements.extend((!counts_first).then(|| Self::count_up(&name)));
            body
        });
        statements.push(Statement::While { label: around.label, condition, body });
        self.declare(&name, Type::Count(0, end), false);
    }

    pub(super) fn plain_loop(&mut self, statements: &mut Vec<Statement>) {
        let (name, end) = self.counter(statements);
        let mut around = self.around(true);
        around.has_value = self.rng.one_in(2);
        let body = self.inside(&around, |generator| {
            generator.declare_counter(&name, 1, end);
            let last = Expr::infix(">=", Expr::name(&name), Expr::Count(end));
            let condition = match generator.rng.one_in(2) {
                true => last,
                false => Expr::infix("||", last, generator.condition(1)),
            };
            let value = around.has_value.then(|| generator.typed_float(2));
            let leave = Block { statements: vec![Statement::Break(None, value)], result: None };
            let leave = Statement::Do(Expr::branch(condition, leave, None));
            // Before all else, so that nothing goes around it.
            generator.body(vec![Self::count_up(&name), leave])
        });
        let looped = Expr::Loop(around.label.clone(), body);
        self.declare(&name, Type::Count(1, end), false);
        statements.push(match around.has_value {
            true => self.bound(Type::Float, false, Some("f64"), looped),
            false => Statement::Do(looped),
        });
    }

    /// `break` or `continue` under a condition.
    pub(super) fn jump(&mut self) -> Option<Statement> {
        let depth = match self.loops.len() > 1 && self.rng.one_in(3) {
            true => self.loops.len() - 2,
            false => self.loops.len().checked_sub(1)?,
        };
        // What is inside an unordered loop does not leave it.
        if !self.loops[depth..].iter().all(|around| around.ordered) {
            return None;
        }
        let target = self.loops[depth].clone();
        let innermost = depth + 1 == self.loops.len();
        let label = target.label.clone().filter(|_| !innermost || self.rng.one_in(2));
        if label.is_none() && !innermost {
            return None;
        }
        let condition = self.condition(1);
        let continues = target.may_continue && self.rng.one_in(3);
        let jump = match continues {
            true => Statement::Continue(label),
            false => Statement::Break(label, target.has_value.then(|| self.typed_float(1))),
        };
        Some(Statement::Do(Expr::branch(condition, Block { statements: vec![jump], result: None }, None)))
    }
}
