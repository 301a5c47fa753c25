//! Integers, of which the generator knows the bounds, and conditions.

use super::Generator;
use crate::features::Feature;
use crate::program::{Expr, Type};

/// An integer and its bounds.
pub(super) struct Bounded {
    pub(super) expr: Expr,
    pub(super) low: usize,
    pub(super) high: usize,
}

impl Bounded {
    pub(super) fn literal(value: usize) -> Self {
        Bounded { expr: Expr::Count(value), low: value, high: value }
    }
}

impl Generator {
    /// An integer of moderate size.
    pub(super) fn count(&mut self, depth: usize) -> Bounded {
        if depth == 0 || self.rng.one_in(3) {
            return self.known_count().unwrap_or_else(|| Bounded::literal(self.rng.below(4)));
        }
        let a = self.count(depth - 1);
        let b = self.count(depth - 1);
        let small = self.rng.between(1, 4);
        match self.rng.below(6) {
            0 if a.high < 1000 => Bounded {
                expr: Expr::infix("+", a.expr, Expr::Count(small)),
                low: a.low + small,
                high: a.high + small,
            },
            1 if a.low >= b.high => {
                Bounded { expr: Expr::infix("-", a.expr, b.expr), low: a.low - b.high, high: a.high - b.low }
            }
            2 if a.high < 100 => Bounded {
                expr: Expr::infix("*", a.expr, Expr::Count(small)),
                low: a.low * small,
                high: a.high * small,
            },
            3 if a.high < 1000 && b.high < 1000 => {
                Bounded { expr: Expr::infix("+", a.expr, b.expr), low: a.low + b.low, high: a.high + b.high }
            }
            4 => Bounded { expr: Expr::infix("%", a.expr, Expr::Count(small)), low: 0, high: small - 1 },
            // The quotient of two literals is refused where it is cast to a float.
            5 if !matches!(a.expr, Expr::Count(_)) => Bounded {
                expr: Expr::infix("/", a.expr, Expr::Count(small)),
                low: a.low / small,
                high: a.high / small,
            },
            _ => a,
        }
    }

    /// A variable, a length, or an element of a list of places.
    fn known_count(&mut self) -> Option<Bounded> {
        let variable =
            self.pick_readable(|ty| !matches!(ty, Type::Float | Type::Bool | Type::Pair | Type::Slice(0)))?;
        let name = Expr::name(&variable.name);
        let length = |name: Expr, method, length| Bounded {
            expr: name.method(method, Vec::new()),
            low: length,
            high: length,
        };
        Some(match variable.ty {
            Type::Count(low, high) => Bounded { expr: Self::operand(&variable), low, high },
            Type::Places(n, end) if !self.rng.one_in(4) => {
                Bounded { expr: name.index(self.simple_place(n)), low: 0, high: end - 1 }
            }
            Type::Array(n) | Type::Vec(n) | Type::Vector(n) | Type::Grid(n, _) | Type::Places(n, _) => {
                length(name, "len", n)
            }
            Type::Matrix(n, _) if self.rng.one_in(2) => length(name, "rows", n),
            Type::Matrix(_, m) => length(name, "cols", m),
            _ => return None,
        })
    }

    /// An index into so many elements.
    pub(super) fn place(&mut self, length: usize) -> Expr {
        for depth in [1, 1, 2] {
            let count = self.count(depth);
            if count.high < length {
                return count.expr;
            }
            if self.rng.one_in(4) {
                return Expr::infix("%", count.expr, Expr::Count(length));
            }
        }
        Expr::Count(self.rng.below(length))
    }

    /// How often something runs. Unless that is supported, no loop around has a part in it.
    pub(super) fn turn_count(&mut self) -> Bounded {
        let count = self.count(1);
        if self.chance(Feature::DependentBounds) || self.is_constant(&count.expr) {
            return count;
        }
        Bounded::literal(self.rng.below(6))
    }

    fn is_constant(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(name) => {
                let known = self.scope.iter().rev().find(|variable| variable.name == *name);
                known.is_some_and(|variable| variable.is_param)
            }
            Expr::Infix(_, left, right) => self.is_constant(left) && self.is_constant(right),
            Expr::Count(_) | Expr::Method(..) => true,
            _ => false,
        }
    }

    /// An index that is a number or a variable alone.
    fn simple_place(&mut self, length: usize) -> Expr {
        match self.pick_readable(|ty| matches!(ty, Type::Count(_, high) if high < length)) {
            Some(variable) => Self::operand(&variable),
            None => Expr::Count(self.rng.below(length)),
        }
    }

    pub(super) fn condition(&mut self, depth: usize) -> Expr {
        match self.rng.below(if depth == 0 { 5 } else { 8 }) {
            0 | 1 => {
                let op = self.rng.pick(&["<", "<=", ">", ">="]);
                let left = self.typed_float(depth.min(1));
                let right = if self.rng.one_in(2) { self.literal() } else { self.float(depth.min(1)) };
                Expr::infix(op, left, right)
            }
            2 => {
                let op = self.rng.pick(&["<", "<=", ">", ">=", "==", "!="]);
                let (left, right) = (self.count(1).expr, self.count(1).expr);
                Expr::infix(op, left, right)
            }
            3 => match self.pick_readable(|ty| ty == Type::Bool) {
                Some(variable) => Self::operand(&variable),
                None => self.parity(),
            },
            4 => self.parity(),
            5 => Expr::prefix("!", self.condition(depth - 1)),
            6 => Expr::infix("&&", self.condition(depth - 1), self.condition(depth - 1)),
            _ => Expr::infix("||", self.condition(depth - 1), self.condition(depth - 1)),
        }
    }

    fn parity(&mut self) -> Expr {
        let divisor = self.rng.between(2, 3);
        let count = self.count(1).expr;
        Expr::infix("==", Expr::infix("%", count, Expr::Count(divisor)), Expr::Count(self.rng.below(divisor)))
    }
}
