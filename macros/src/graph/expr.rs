//! [`Expr`]: a node you can do arithmetic with.

use super::{Graph, Id, Type};
use crate::ops::Op;

/// A node you can do arithmetic with.
#[derive(Clone, Copy)]
pub(crate) struct Expr<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) id: Id,
}

/// An operand in a rule: a node, or a number that takes the type it needs.
#[derive(Clone, Copy)]
pub(crate) enum Number<'g> {
    Expr(Expr<'g>),
    Real(f64),
    Int(i32),
}

impl<'g> From<Expr<'g>> for Number<'g> {
    fn from(expr: Expr<'g>) -> Self {
        Number::Expr(expr)
    }
}

impl From<f64> for Number<'_> {
    fn from(value: f64) -> Self {
        Number::Real(value)
    }
}

impl From<i32> for Number<'_> {
    fn from(value: i32) -> Self {
        Number::Int(value)
    }
}

impl<'g> Expr<'g> {
    pub(crate) fn ty(self) -> Type {
        self.graph.ty(self.id)
    }

    fn number(self, number: Number<'g>) -> Expr<'g> {
        match number {
            Number::Expr(expr) => expr,
            Number::Real(value) => self.constant(value),
            Number::Int(value) => {
                let ty = if self.ty().is_float() { Type::Int("i32") } else { self.ty() };
                self.graph.expr(self.graph.int(value.into(), ty))
            }
        }
    }

    /// A number of the same type.
    pub(crate) fn constant(self, value: f64) -> Expr<'g> {
        self.graph.expr(self.graph.float(value, self.ty()))
    }

    pub(crate) fn apply(self, op: &'static Op, others: &[Number<'g>]) -> Expr<'g> {
        let mut operands = vec![self.id];
        operands.extend(others.iter().map(|&other| self.number(other).id));
        self.graph.expr(self.graph.op(op, &operands))
    }

    /// Where the condition holds the first, else the second. Two numbers take the type of what the
    /// condition compares.
    pub(crate) fn select(self, then: impl Into<Number<'g>>, otherwise: impl Into<Number<'g>>) -> Expr<'g> {
        let (then, otherwise) = (then.into(), otherwise.into());
        let like = match (then, otherwise) {
            (Number::Expr(expr), _) | (_, Number::Expr(expr)) => expr,
            _ => self.compared(),
        };
        let (then, otherwise) = (like.number(then), like.number(otherwise));
        self.graph.expr(self.graph.select(self.id, then.id, otherwise.id))
    }

    fn compared(self) -> Expr<'g> {
        if self.ty() == Type::Bool {
            let operand = self.graph.operands(self.id)[0];
            self.graph.expr(operand).compared()
        } else {
            self
        }
    }

    /// `of(self)`, but 0 where `self` is 0.
    pub(crate) fn guarded(self, of: impl FnOnce(Expr<'g>) -> Expr<'g>) -> Expr<'g> {
        self.eq(0.0).select(0.0, of(self))
    }

    /// An integer as a float of the type of `like`.
    pub(crate) fn real_like(self, like: Expr<'g>) -> Expr<'g> {
        self.graph.expr(self.graph.cast(self.id, like.ty()))
    }
}

macro_rules! arithmetic {
    ($($operator:ident $method:ident $row:ident),*) => {$(
        impl<'g, N: Into<Number<'g>>> std::ops::$operator<N> for Expr<'g> {
            type Output = Expr<'g>;

            fn $method(self, other: N) -> Expr<'g> {
                Expr::$row(self, other)
            }
        }

        impl<'g> std::ops::$operator<Expr<'g>> for f64 {
            type Output = Expr<'g>;

            fn $method(self, other: Expr<'g>) -> Expr<'g> {
                Expr::$row(other.constant(self), other)
            }
        }
    )*};
}

arithmetic!(Add add add, Sub sub sub, Mul mul mul, Div div div);

impl<'g> std::ops::Neg for Expr<'g> {
    type Output = Expr<'g>;

    fn neg(self) -> Expr<'g> {
        Expr::neg(self)
    }
}
