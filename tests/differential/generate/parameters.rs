//! Parameters, and what the function is called with.

use super::{Generator, Role, Variable};
use crate::program::{Argument, Param, Type};

impl Generator {
    pub(super) fn param(&mut self) -> Param {
        let (n, m) = (self.rng.between(1, 5), self.rng.between(1, 4));
        let rows = self.rows.unwrap_or(n);
        let ty = match self.rng.below(16) {
            0..4 => Type::Float,
            4 => Type::Count(n, n),
            5 => Type::Bool,
            6..8 => Type::Array(n),
            8 => Type::Grid(n, m),
            9..11 => Type::Slice(rows),
            11..13 => Type::Vector(rows),
            13 | 14 => Type::Matrix(rows, m),
            _ => Type::Places(rows, m),
        };
        let active = ty.is_of_floats() && (self.is_helper || !self.rng.one_in(5));
        self.param_of(ty, active)
    }

    pub(super) fn param_of(&mut self, ty: Type, active: bool) -> Param {
        let argument = match ty {
            Type::Count(low, _) => Argument::Count(low),
            Type::Bool => Argument::Bool(self.rng.one_in(2)),
            Type::Array(n) | Type::Slice(n) | Type::Vector(n) | Type::Vec(n) => {
                Argument::Floats(self.numbers(n))
            }
            Type::Grid(n, m) | Type::Matrix(n, m) => {
                Argument::Rows((0..n).map(|_| self.numbers(m)).collect())
            }
            Type::Places(n, end) => Argument::Places((0..n).map(|_| self.rng.below(end)).collect()),
            Type::Float | Type::Pair => Argument::Float(self.numbers(1)[0]),
        };
        let name = self.fresh_name();
        self.scope.push(Variable {
            name: name.clone(),
            ty,
            mutable: false,
            refs: 0,
            is_param: true,
            role: Role::Free,
        });
        Param { name, ty, argument, active }
    }
}
