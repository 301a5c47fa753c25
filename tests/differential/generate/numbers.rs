//! Floats, by operations on what keeps them defined and moderate.

use super::{Generator, Variable};
use crate::features::Feature;
use crate::program::{Arm, Block, Case, Expr, Pattern, Statement, Type};

/// Operations that are defined everywhere and grow no faster than their operand.
const ANYWHERE: [&str; 20] = [
    "sin", "cos", "tanh", "atan", "sigmoid", "softplus", "relu", "gelu", "erf", "asinh", "abs", "tanh",
    "sin", "floor", "ceil", "round", "trunc", "fract", "signum", "detach",
];
/// Operations that grow fast, of what is bounded.
const OF_BOUNDED: [&str; 9] = ["exp", "exp2", "exp_m1", "sinh", "cosh", "square", "tan", "asin", "acos"];
/// Operations of what is positive.
const OF_POSITIVE: [&str; 8] = ["ln", "ln_1p", "log2", "log10", "sqrt", "cbrt", "recip", "acosh"];
/// Operations that keep a number between -1 and 1.
const BOUNDING: [&str; 4] = ["tanh", "sin", "cos", "erf"];

impl Generator {
    pub(super) fn literal(&mut self) -> Expr {
        let digits = self.rng.pick(&[2.0, 4.0, 10.0, 100.0]);
        Expr::Float(((1.0 + self.rng.signed()) * digits).ceil() / digits)
    }

    /// A number from the scope, if there is one.
    fn leaf(&mut self) -> Option<Expr> {
        let variable = self.pick_readable(|ty| ty.is_of_floats() && ty != Type::Slice(0))?;
        Some(self.element_of(&variable))
    }

    /// A number of a variable.
    pub(super) fn element_of(&mut self, variable: &Variable) -> Expr {
        let name = Expr::name(&variable.name);
        match variable.ty {
            Type::Array(n) | Type::Slice(n) | Type::Vec(n) | Type::Vector(n) => name.index(self.place(n)),
            Type::Grid(n, m) => name.index(self.place(n)).index(self.place(m)),
            Type::Matrix(n, m) => name.element(self.place(n), self.place(m)),
            Type::Pair => Expr::Field(Box::new(name), self.rng.below(2)),
            _ => Self::operand(variable),
        }
    }

    /// A number whose type rustc knows.
    pub(super) fn typed_float(&mut self, depth: usize) -> Expr {
        let expr = self.float(depth);
        if !expr.is_untyped() {
            return expr;
        }
        let typed = self.leaf().unwrap_or_else(|| Expr::Cast(Box::new(self.count(1).expr)));
        if matches!(expr, Expr::Float(_)) { Expr::infix("*", expr, typed) } else { typed }
    }

    /// A number between -1 and 1.
    pub(super) fn bounded(&mut self, depth: usize) -> Expr {
        let name = self.rng.pick(&BOUNDING);
        self.typed_float(depth).method(name, Vec::new())
    }

    /// A number above 0.2 or so.
    fn positive(&mut self, depth: usize) -> Expr {
        let least = Expr::Float(self.rng.pick(&[0.25, 0.5, 1.0]));
        match self.rng.below(4) {
            0 => Expr::infix("+", self.bounded(depth), Expr::Float(self.rng.pick(&[1.5, 2.0, 3.0]))),
            1 => Expr::infix("+", self.typed_float(depth).method("abs", Vec::new()), least),
            2 => Expr::infix("+", self.typed_float(depth).method("square", Vec::new()), least),
            _ => Expr::infix("+", least, self.typed_float(depth).method("sigmoid", Vec::new())),
        }
    }

    pub(super) fn float(&mut self, depth: usize) -> Expr {
        use Feature::*;
        const LEAVES: [Feature; 3] = [Literal, Variable, CastCount];
        const ALL: [Feature; 10] = [
            Literal,
            Variable,
            CastCount,
            Arithmetic,
            Elementwise,
            BranchValue,
            MatchValue,
            BlockValue,
            Chain,
            Reduction,
        ];
        let affordable = self.spend() && depth > 0;
        match self.choose(if affordable { &ALL } else { &LEAVES }) {
            Some(Variable) => self.leaf().unwrap_or_else(|| self.literal()),
            Some(CastCount) => Expr::Cast(Box::new(self.count(1).expr)),
            Some(Arithmetic) => self.arithmetic(depth - 1),
            Some(Elementwise) => self.elementwise(depth - 1),
            Some(BranchValue) => {
                let condition = self.condition(1);
                let (then, otherwise) = (self.value_block(depth - 1), self.value_block(depth - 1));
                Expr::branch(condition, then, Some(otherwise))
            }
            Some(MatchValue) => self.match_of(&mut |generator| generator.value_block(depth - 1)),
            Some(BlockValue) => Expr::Block(self.value_block(depth - 1)),
            Some(Chain) => self.chain(depth - 1),
            Some(Reduction) => self.reduction(depth - 1).unwrap_or_else(|| self.literal()),
            _ => self.literal(),
        }
    }

    fn arithmetic(&mut self, depth: usize) -> Expr {
        let left = self.float(depth);
        match self.rng.below(12) {
            0..4 => Expr::infix("+", left, self.float(depth)),
            4..6 => Expr::infix("-", left, self.float(depth)),
            6..9 => Expr::infix("*", left, self.float(depth)),
            9 => Expr::infix("/", left, self.positive(depth)),
            10 => Expr::infix("%", left, self.positive(depth)),
            _ => Expr::prefix("-", left),
        }
    }

    fn elementwise(&mut self, depth: usize) -> Expr {
        match self.rng.below(16) {
            0..5 => {
                let name = self.rng.pick(&ANYWHERE);
                self.typed_float(depth).method(name, Vec::new())
            }
            5..8 => {
                let name = self.rng.pick(&OF_BOUNDED);
                // Away from the ends, where some of them are steep.
                let operand = Expr::infix("*", self.bounded(depth), Expr::Float(0.75));
                operand.method(name, Vec::new())
            }
            8..11 => match self.rng.pick(&OF_POSITIVE) {
                "acosh" => {
                    Expr::infix("+", self.positive(depth), Expr::Float(1.0)).method("acosh", Vec::new())
                }
                name => self.positive(depth).method(name, Vec::new()),
            },
            11 => {
                let power = Expr::Count(self.rng.below(5));
                self.typed_float(depth).method("powi", vec![power])
            }
            12 => {
                let power = if self.rng.one_in(2) { self.literal() } else { self.bounded(depth) };
                self.positive(depth).method("powf", vec![power])
            }
            13 => {
                let name = self.rng.pick(&["max", "min", "hypot", "atan2"]);
                let left = self.typed_float(depth);
                if self.rng.one_in(4) && matches!(name, "max" | "min") {
                    let path = if name == "max" { "f64::max" } else { "f64::min" };
                    return Expr::Call(path, vec![left, self.float(depth)]);
                }
                left.method(name, vec![self.float(depth)])
            }
            14 => {
                let factors = vec![self.bounded(depth), self.float(depth)];
                self.typed_float(depth).method("mul_add", factors)
            }
            _ => {
                let low = Expr::prefix("-", self.literal());
                let high = self.literal();
                self.typed_float(depth).method("clamp", vec![low, high])
            }
        }
    }

    /// A block with a few names of its own, and a number.
    pub(super) fn value_block(&mut self, depth: usize) -> Block {
        self.scoped(|generator| {
            let mut statements = Vec::new();
            while depth > 0 && generator.rng.one_in(4) {
                let value = generator.float(depth);
                let name = generator.let_name();
                let ty = value.is_untyped().then_some("f64");
                generator.declare(&name, Type::Float, false);
                statements.push(Statement::Let { pattern: Pattern::Name(name), mutable: false, ty, value });
            }
            Block { statements, result: Some(Box::new(generator.float(depth))) }
        })
    }

    /// A `match` with such blocks.
    pub(super) fn match_of(&mut self, block: &mut dyn FnMut(&mut Self) -> Block) -> Expr {
        if self.rng.one_in(4) {
            let arm = |generator: &mut Self, value: bool, block: &mut dyn FnMut(&mut Self) -> Block| Arm {
                cases: vec![Case::Bool(value)],
                guard: None,
                body: block(generator),
            };
            let condition = self.condition(1);
            let arms = vec![arm(self, true, block), arm(self, false, block)];
            return Expr::Match(Box::new(condition), arms);
        }
        let value = self.count(2);
        let mut arms = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let mut cases = Vec::new();
            for _ in 0..self.rng.between(1, 2) {
                let from = self.rng.below(5);
                cases.push(match self.rng.one_in(3) {
                    true => Case::Range(from, from + self.rng.between(0, 2)),
                    false => Case::Count(from),
                });
            }
            let guard = self.rng.one_in(4).then(|| self.condition(1));
            arms.push(Arm { cases, guard, body: block(self) });
        }
        if self.rng.one_in(3) {
            let name = self.fresh_name();
            arms.push(self.scoped(|generator| {
                generator.declare(&name, Type::Count(value.low, value.high), false);
                let guard = Some(generator.condition(1));
                Arm { cases: vec![Case::Name(name)], guard, body: block(generator) }
            }));
        }
        arms.push(Arm { cases: Vec::new(), guard: None, body: block(self) });
        Expr::Match(Box::new(value.expr), arms)
    }

    /// A number in which all floats of the scope have a part.
    pub(super) fn summary(&mut self) -> Expr {
        let places = self.readable(|ty| ty.is_of_floats() && ty != Type::Slice(0));
        let mut sum = self.typed_float(1);
        for place in places {
            let variable = self.scope[place].clone();
            let element = self.element_of(&variable);
            let part = match variable.ty {
                Type::Array(_) | Type::Slice(_) | Type::Vector(_) | Type::Matrix(..)
                    if self.rng.one_in(2) =>
                {
                    Expr::name(&variable.name).method("sum", Vec::new())
                }
                _ => element,
            };
            let op = self.rng.pick(&["+", "+", "-"]);
            sum = Expr::infix(op, sum, part);
        }
        sum
    }
}
