//! Tensors, and the numbers that are made of tensors, arrays and slices.

use super::{Generator, Variable};
use crate::program::{Expr, Type};

impl Generator {
    /// A number from all elements of something.
    pub(super) fn reduction(&mut self, depth: usize) -> Option<Expr> {
        if self.rng.one_in(3) {
            return self.tensor_reduction(depth);
        }
        let variable = self.pick_readable(|ty| {
            matches!(
                ty,
                Type::Array(_) | Type::Slice(1..) | Type::Vec(_) | Type::Vector(_) | Type::Matrix(..)
            )
        })?;
        let name = Expr::name(&variable.name);
        let method = self.rng.pick(&["sum", "mean", "max", "min", "prod", "norm", "dot"]);
        if method != "dot" {
            return Some(name.method(method, Vec::new()));
        }
        let other =
            self.pick_readable(|ty| ty == variable.ty && matches!(ty, Type::Array(_) | Type::Vector(_)))?;
        let other = match (variable.ty, other.is_param) {
            (Type::Array(_), false) => Expr::prefix("&", Expr::name(&other.name)),
            (Type::Vector(_) | Type::Array(_), _) => Self::operand(&other),
            _ => return None,
        };
        Some(name.method("dot", vec![other]))
    }

    fn tensor_reduction(&mut self, depth: usize) -> Option<Expr> {
        let tensor = self.pick_readable(|ty| matches!(ty, Type::Vector(_) | Type::Matrix(..)))?;
        let ty = tensor.ty;
        let made = self.tensor(ty, depth + 1);
        Some(match (self.rng.below(6), ty) {
            (0, Type::Vector(_)) => made.method("dot", vec![self.borrowed(ty, depth)]),
            (1, Type::Vector(_)) => made.method("logsumexp", vec![Expr::Count(0)]),
            (2, _) => made.method("mse_loss", vec![self.borrowed(ty, depth)]),
            _ => {
                let method = self.rng.pick(&["sum", "mean", "max", "min", "norm", "sum"]);
                made.method(method, Vec::new())
            }
        })
    }

    /// The name of a tensor of this shape, as an operand.
    fn named(&mut self, ty: Type) -> Option<Variable> {
        self.pick_readable(|known| known == ty)
    }

    /// A reference to a tensor of this shape.
    pub(super) fn borrowed(&mut self, ty: Type, depth: usize) -> Expr {
        match self.named(ty) {
            Some(variable) if self.rng.one_in(2) => Self::operand(&variable),
            _ => Expr::prefix("&", self.tensor(ty, depth)),
        }
    }

    /// A tensor of this shape, owned or by reference.
    fn operand_of(&mut self, ty: Type, depth: usize) -> Expr {
        match self.named(ty) {
            Some(variable) if depth == 0 || self.rng.one_in(2) => Self::operand(&variable),
            _ => self.tensor(ty, depth.saturating_sub(1)),
        }
    }

    /// What stands before the dot of a method.
    fn receiver(&mut self, ty: Type, depth: usize) -> Expr {
        match self.named(ty) {
            Some(variable) if depth == 0 || self.rng.one_in(2) => Expr::name(&variable.name),
            _ => self.tensor(ty, depth.saturating_sub(1)),
        }
    }

    /// An owned tensor of this shape.
    pub(super) fn tensor(&mut self, ty: Type, depth: usize) -> Expr {
        if !self.spend() || depth == 0 {
            return match self.named(ty) {
                Some(variable) if self.rng.one_in(4) => {
                    Expr::name(&variable.name).method("clone", Vec::new())
                }
                Some(variable) => Expr::infix("*", Self::operand(&variable), self.literal()),
                None => self.made(ty),
            };
        }
        match self.rng.below(14) {
            0..3 => {
                let op = self.rng.pick(&["+", "-", "*"]);
                let other = if self.rng.one_in(3) { self.broadcast(ty) } else { ty };
                let (left, right) = (self.operand_of(ty, depth), self.operand_of(other, depth));
                if other == ty || self.rng.one_in(2) {
                    Expr::infix(op, left, right)
                } else {
                    Expr::infix(op, right, left)
                }
            }
            3 => Expr::infix(self.rng.pick(&["+", "-", "*"]), self.operand_of(ty, depth), self.float(1)),
            4 => {
                Expr::infix(self.rng.pick(&["+", "-", "*"]), self.typed_float(1), self.operand_of(ty, depth))
            }
            5 => {
                let divisor =
                    Expr::infix("+", self.receiver(ty, depth).method("square", Vec::new()), Expr::Float(0.5));
                Expr::infix("/", self.operand_of(ty, depth), divisor)
            }
            6..9 => {
                let name =
                    self.rng.pick(&["tanh", "sin", "sigmoid", "relu", "softplus", "abs", "square", "gelu"]);
                self.receiver(ty, depth).method(name, Vec::new())
            }
            9 => {
                let name = self.rng.pick(&["maximum", "minimum"]);
                let other = self.borrowed(ty, depth - 1);
                self.receiver(ty, depth).method(name, vec![other])
            }
            10 => self.receiver(ty, depth).method(
                "softmax",
                vec![Expr::Count(match ty {
                    Type::Matrix(..) => self.rng.below(2),
                    _ => 0,
                })],
            ),
            11 => {
                let condition = self.condition(1);
                let (then, otherwise) = (self.tensor(ty, depth - 1), self.tensor(ty, depth - 1));
                let block = crate::program::Block::of;
                Expr::branch(condition, block(then), Some(block(otherwise)))
            }
            _ => self.product(ty, depth - 1),
        }
    }

    /// A shape that is repeated along the leading axis of this one.
    fn broadcast(&self, ty: Type) -> Type {
        match ty {
            Type::Matrix(_, m) => Type::Vector(m),
            ty => ty,
        }
    }

    /// A tensor of this shape from tensors of others.
    fn product(&mut self, ty: Type, depth: usize) -> Expr {
        let inner = self.rng.between(1, 3);
        match (ty, self.rng.below(4)) {
            (Type::Vector(n), 0) => {
                let right = self.borrowed(Type::Vector(inner), depth);
                self.receiver(Type::Matrix(n, inner), depth).method("matmul", vec![right])
            }
            (Type::Vector(n), 1) => {
                let right = self.borrowed(Type::Matrix(inner, n), depth);
                self.receiver(Type::Vector(inner), depth).method("matmul", vec![right])
            }
            (Type::Vector(n), 2) => {
                let name = self.rng.pick(&["sum_axis", "mean_axis", "max_axis", "min_axis"]);
                self.receiver(Type::Matrix(inner, n), depth).method(name, vec![Expr::Count(0)])
            }
            (Type::Vector(n), _) => {
                let name = self.rng.pick(&["sum_axis", "mean_axis", "logsumexp"]);
                self.receiver(Type::Matrix(n, inner), depth).method(name, vec![Expr::Count(1)])
            }
            (Type::Matrix(n, m), 0 | 1) => {
                let right = self.borrowed(Type::Matrix(inner, m), depth);
                self.receiver(Type::Matrix(n, inner), depth).method("matmul", vec![right])
            }
            (Type::Matrix(n, m), 2) => self.receiver(Type::Matrix(m, n), depth).method("t", Vec::new()),
            (Type::Matrix(n, m), _) => {
                let places = self.pick_readable(|ty| matches!(ty, Type::Places(count, _) if count == n));
                match places.map(|places| (places.ty, Expr::name(&places.name))) {
                    Some((Type::Places(_, end), places)) => {
                        self.receiver(Type::Matrix(end, m), depth).method("select_rows", vec![places])
                    }
                    _ => {
                        let right = self.borrowed(Type::Vector(m), depth);
                        self.receiver(Type::Vector(n), depth).method("outer", vec![right])
                    }
                }
            }
            _ => self.made(ty),
        }
    }

    /// A tensor from its elements.
    fn made(&mut self, ty: Type) -> Expr {
        let row = |generator: &mut Self, n: usize| {
            Expr::List((0..n).map(|_| generator.float(usize::from(generator.budget > 0))).collect())
        };
        let shape = |lengths: &[usize]| Expr::List(lengths.iter().copied().map(Expr::Count).collect());
        match (ty, self.rng.below(3)) {
            // Not each of many elements by itself.
            (Type::Vector(n), 0 | 1) if n < 8 => Expr::Call("Vector::<f64>::from", vec![row(self, n)]),
            (Type::Vector(n), _) => Expr::Call("Vector::<f64>::full", vec![shape(&[n]), self.float(1)]),
            (Type::Matrix(n, m), 0) if n < 8 && m < 8 => {
                let rows = (0..n).map(|_| row(self, m)).collect();
                Expr::Call("Matrix::<f64>::from", vec![Expr::List(rows)])
            }
            (Type::Matrix(n, m), 1) => Expr::Call("Matrix::<f64>::ones", vec![shape(&[n, m])]),
            (Type::Matrix(n, m), _) => Expr::Call("Matrix::<f64>::full", vec![shape(&[n, m]), self.float(1)]),
            _ => self.literal(),
        }
    }
}
