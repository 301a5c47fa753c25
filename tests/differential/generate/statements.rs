//! Statements that are not loops.

use super::{Generator, Role, Variable};
use crate::features::Feature;
use crate::program::{Block, Expr, HELPER, Pattern, Statement, Type};

impl Generator {
    pub(super) fn statements(&mut self, count: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        for _ in 0..count {
            if !self.spend() {
                break;
            }
            self.statement(&mut statements);
        }
        statements
    }

    /// Adds a statement, with what it needs before it.
    fn statement(&mut self, statements: &mut Vec<Statement>) {
        use Feature::*;
        const ALL: [Feature; 19] = [
            Let,
            LetPair,
            LetCount,
            LetBool,
            LetArray,
            LetTensor,
            LetSlice,
            Call,
            Assign,
            AssignElement,
            Branch,
            Match,
            ReturnEarly,
            Fold,
            Carry,
            While,
            Loop,
            Break,
            Continue,
        ];
        let made = match self.choose(&ALL) {
            Some(LetPair) => Some(self.let_pair()),
            Some(LetCount) => Some(self.let_count()),
            Some(LetBool) => {
                let value = self.condition(2);
                Some(self.bound(Type::Bool, false, None, value))
            }
            Some(LetArray) => Some(self.let_array()),
            Some(LetTensor) => Some(self.let_tensor()),
            Some(LetSlice) => self.let_slice(),
            Some(Call) => self.call(),
            Some(Assign) => self.assign(),
            Some(AssignElement) => self.assign_element(),
            Some(Branch) => Some(self.branch()),
            Some(Match) => {
                let matched =
                    self.without_return(|generator| generator.match_of(&mut |generator| generator.block(1)));
                Some(Statement::Do(matched))
            }
            Some(ReturnEarly) => self.return_early(),
            Some(Fold) if self.loops.len() < 3 => Some(self.for_loop(false)),
            Some(Carry) if self.loops.len() < 3 => Some(self.for_loop(true)),
            Some(While) if self.loops.len() < 2 => {
                self.while_loop(statements);
                return;
            }
            Some(Loop) if self.loops.len() < 2 => {
                self.plain_loop(statements);
                return;
            }
            Some(Break | Continue) => self.jump(),
            _ => None,
        };
        let made = made.unwrap_or_else(|| self.let_float());
        statements.push(made);
    }

    /// `let name = value;`, where the name is declared behind the value.
    pub(super) fn bound(
        &mut self,
        ty: Type,
        mutable: bool,
        written: Option<&'static str>,
        value: Expr,
    ) -> Statement {
        let name = self.let_name();
        self.declare(&name, ty, mutable);
        Statement::Let { pattern: Pattern::Name(name), mutable, ty: written, value }
    }

    fn let_float(&mut self) -> Statement {
        let value = self.float(3);
        let mutable = self.rng.one_in(2);
        let written = (value.is_untyped() || self.rng.one_in(6)).then_some("f64");
        self.bound(Type::Float, mutable, written, value)
    }

    fn let_pair(&mut self) -> Statement {
        let parts = vec![self.typed_float(2), self.typed_float(2)];
        let value = match self.rng.one_in(3) {
            true => {
                let others = vec![self.float(2), self.float(2)];
                let condition = self.condition(1);
                let block = |parts| Block::of(Expr::Tuple(parts));
                Expr::branch(condition, block(parts), Some(block(others)))
            }
            false => Expr::Tuple(parts),
        };
        if self.rng.one_in(2) {
            return self.bound(Type::Pair, false, None, value);
        }
        let names = [self.fresh_name(), self.fresh_name() + "_"];
        for name in &names {
            self.declare(name, Type::Float, false);
        }
        let pattern = Pattern::Tuple(names.map(Pattern::Name).into());
        Statement::Let { pattern, mutable: false, ty: Some("(f64, f64)"), value }
    }

    fn let_count(&mut self) -> Statement {
        let count = self.count(2);
        if self.rng.one_in(2) {
            // It may grow to as much as all turns of all loops can make of it.
            return self.bound(Type::Count(0, 1_000_000), true, Some("usize"), count.expr);
        }
        let written = self.rng.one_in(2).then_some("usize");
        self.bound(Type::Count(count.low, count.high), false, written, count.expr)
    }

    fn let_array(&mut self) -> Statement {
        let n = self.rng.between(1, 5);
        let mutable = self.rng.one_in(2);
        let as_vec = self.chance(Feature::VecLocal);
        if as_vec {
            let value = self.float(1);
            let value = Expr::VecOf(Box::new(value), Box::new(Expr::Count(n)));
            return self.bound(Type::Vec(n), mutable, Some("Vec<f64>"), value);
        }
        if self.rng.one_in(5) {
            let m = self.rng.between(1, 3);
            let row = Expr::List((0..m).map(|_| self.typed_float(1)).collect());
            return self.bound(Type::Grid(n, m), mutable, None, Expr::Repeat(Box::new(row), n));
        }
        let value = match self.rng.one_in(2) {
            true => Expr::Repeat(Box::new(self.typed_float(1)), n),
            false => {
                let first = self.typed_float(2);
                Expr::List(std::iter::once(first).chain((1..n).map(|_| self.float(2))).collect())
            }
        };
        self.bound(Type::Array(n), mutable, None, value)
    }

    fn let_tensor(&mut self) -> Statement {
        let (n, m) = (self.rng.between(1, 4), self.rng.between(1, 3));
        let known = self.pick_readable(|ty| matches!(ty, Type::Vector(_) | Type::Matrix(..)));
        let ty = match known {
            Some(known) if self.rng.one_in(2) => known.ty,
            _ if self.rng.one_in(2) => Type::Vector(n),
            _ => Type::Matrix(n, m),
        };
        let value = self.tensor(ty, 3);
        let mutable = self.rng.one_in(3);
        self.bound(ty, mutable, None, value)
    }

    /// A call of the other function, with the type that the macro cannot see.
    fn call(&mut self) -> Option<Statement> {
        let arguments: Vec<Expr> = self.helper.clone().into_iter().map(|ty| self.argument(ty)).collect();
        let call = (!arguments.is_empty()).then_some(Expr::Call(HELPER, arguments))?;
        Some(self.bound(Type::Float, false, Some("f64"), call))
    }

    fn argument(&mut self, ty: Type) -> Expr {
        let list = |generator: &mut Self, n| {
            let first = generator.typed_float(1);
            Expr::List(std::iter::once(first).chain((1..n).map(|_| generator.float(1))).collect())
        };
        match ty {
            Type::Vector(_) | Type::Matrix(..) => self.borrowed(ty, 1),
            Type::Array(n) | Type::Slice(n) => match self.pick_readable(|known| known == ty) {
                Some(known) if known.is_param => Expr::name(&known.name),
                Some(known) if matches!(ty, Type::Array(_)) => Expr::prefix("&", Expr::name(&known.name)),
                _ => Expr::prefix("&", list(self, n)),
            },
            Type::Grid(n, m) => Expr::prefix("&", Expr::List((0..n).map(|_| list(self, m)).collect())),
            Type::Places(n, end) => Expr::prefix("&", Expr::List((0..n).map(|_| self.place(end)).collect())),
            // The other function relies on the very number.
            Type::Count(low, _) => Expr::Count(low),
            Type::Bool => self.condition(1),
            _ => self.float(2),
        }
    }

    fn let_slice(&mut self) -> Option<Statement> {
        let places = self.variables(|variable| {
            !variable.mutable && matches!(variable.ty, Type::Array(1..) | Type::Slice(1..) | Type::Vec(1..))
        });
        let variable = (!places.is_empty()).then(|| self.scope[self.rng.pick(&places)].clone())?;
        let (Type::Array(n) | Type::Slice(n) | Type::Vec(n)) = variable.ty else { return None };
        let from = self.rng.below(n);
        let to = self.rng.between(from + 1, n);
        let bounds = [Expr::Count(from), Expr::Count(to)].map(Box::new);
        let [from_expr, to_expr] = bounds;
        let value = Expr::Slice(Box::new(Expr::name(&variable.name)), from_expr, to_expr);
        Some(self.bound(Type::Slice(to - from), false, None, value))
    }

    /// The variables that may be assigned to here.
    fn assignable(&self) -> Vec<usize> {
        self.variables(|variable| variable.mutable && variable.role != Role::Fixed)
    }

    /// A change of a variable, if one may be changed.
    pub(super) fn assign(&mut self) -> Option<Statement> {
        let places = self.assignable();
        let at = (!places.is_empty()).then(|| self.rng.pick(&places))?;
        let variable = self.scope[at].clone();
        let name = Expr::name(&variable.name);
        let assign = |op, value| Some(Statement::Assign { place: name.clone(), op, value });
        match (variable.role, variable.ty) {
            (Role::Only("none"), _) => None,
            (Role::Only(op), Type::Float) => {
                let op = if op == "+" && self.rng.one_in(4) { "-" } else { op };
                self.change(name, op)
            }
            (Role::Only(_), Type::Count(..)) => assign("+", Expr::Count(self.rng.below(3))),
            (Role::Only(_), ty @ (Type::Vector(_) | Type::Matrix(..))) => assign("+", self.tensor(ty, 2)),
            (Role::Replaced, Type::Float) if self.is_top_of_loop() => {
                let value = self.float(2);
                self.scope[at].role = Role::Free;
                assign("", value)
            }
            (Role::Free, Type::Float) => {
                let op = self.rng.pick(&["", "", "+", "-", "*", "/", "max"]);
                if op.is_empty() { assign("", self.float(2)) } else { self.change(name, op) }
            }
            (Role::Free, Type::Count(..)) => assign("+", Expr::Count(self.rng.below(3))),
            (Role::Free, ty @ (Type::Vector(_) | Type::Matrix(..))) => {
                let op = self.rng.pick(&["", "+", "-"]);
                assign(op, self.tensor(ty, 2))
            }
            (Role::Free, Type::Array(n)) => {
                let elements = std::iter::once(self.typed_float(2)).chain((1..n).map(|_| self.float(1)));
                let list = Expr::List(elements.collect());
                assign("", list)
            }
            _ => None,
        }
    }

    /// A number changed by an operator.
    fn change(&mut self, place: Expr, op: &'static str) -> Option<Statement> {
        let (op, value) = match op {
            "*" => ("*", self.factor(1)),
            "/" => ("/", self.factor(1)),
            "max" | "min" => ("", place.clone().method(op, vec![self.float(2)])),
            op => (op, self.float(2)),
        };
        Some(Statement::Assign { place, op, value })
    }

    fn assign_element(&mut self) -> Option<Statement> {
        let places: Vec<usize> = self
            .assignable()
            .into_iter()
            .filter(|&at| {
                let Variable { ty, role, .. } = &self.scope[at];
                *role == Role::Free && ty.is_list()
            })
            .collect();
        let at = (!places.is_empty()).then(|| self.rng.pick(&places))?;
        let variable = self.scope[at].clone();
        // rustc does not let the indices of a tensor ask for its length while it is written to.
        self.scope[at].role = Role::Only("none");
        let place = self.element_of(&variable);
        self.scope[at].role = Role::Free;
        match self.rng.pick(&["", "+", "-", "*"]) {
            "" => Some(Statement::Assign { place, op: "", value: self.float(2) }),
            op => self.change(place, op),
        }
    }

    /// A block of statements without a value.
    pub(super) fn block(&mut self, count: usize) -> Block {
        let count = self.rng.between(1, count.max(1) + 1);
        self.scoped(|generator| {
            generator.branches += 1;
            let statements = generator.statements(count);
            generator.branches -= 1;
            Block { statements, result: None }
        })
    }

    fn branch(&mut self) -> Statement {
        let condition = self.condition(2);
        let then = self.block(2);
        let otherwise = self.rng.one_in(2).then(|| match self.rng.one_in(3) && self.spend() {
            true => Block { statements: vec![self.branch()], result: None },
            false => self.block(2),
        });
        Statement::Do(Expr::branch(condition, then, otherwise))
    }

    pub(super) fn without_return<R>(&mut self, make: impl FnOnce(&mut Self) -> R) -> R {
        let returns = self.returns;
        self.returns = self.returns && self.has(Feature::ReturnInLoop);
        let made = make(self);
        self.returns = returns;
        made
    }

    fn return_early(&mut self) -> Option<Statement> {
        if !self.returns {
            return None;
        }
        let condition = self.condition(1);
        let block = self.scoped(|generator| {
            generator.branches += 1;
            let mut statements = generator.statements(1);
            generator.branches -= 1;
            statements.push(Statement::Return(generator.float(2)));
            Block { statements, result: None }
        });
        Some(Statement::Do(Expr::branch(condition, block, None)))
    }
}
