//! Numbers of 1600 bits with their derivatives, in which the same expressions can be written as in `f64`.
//!
//! A sum of 1 and e^-1001 needs 1445 bits to show that it is not 1; the rest is for what is done with it.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use dashu_float::round::mode::HalfEven;

type Big = dashu_float::FBig<HalfEven, 2>;

const BITS: usize = 1600;

/// A value and its derivatives by each variable.
#[derive(Clone)]
struct Dual {
    value: Big,
    partials: Vec<Big>,
}

thread_local! {
    static NUMBERS: RefCell<Vec<Dual>> = const { RefCell::new(Vec::new()) };
}

/// A number; all of them are forgotten when the next [`evaluate`] begins.
#[derive(Clone, Copy)]
pub(crate) struct Exact(usize);

fn big(value: f64) -> Big {
    Big::try_from(value).expect("the number is finite").with_precision(BITS).value()
}

fn make(value: Big, partials: Vec<Big>) -> Exact {
    // A zero may have lost its precision.
    let exact = |number: Big| number.with_precision(BITS).value();
    let (value, partials) = (exact(value), partials.into_iter().map(exact).collect());
    NUMBERS.with_borrow_mut(|numbers| {
        numbers.push(Dual { value, partials });
        Exact(numbers.len() - 1)
    })
}

/// The value and the derivatives of an expression at a point.
pub(crate) fn evaluate(point: &[f64], expression: impl FnOnce(&[Exact]) -> Exact) -> (f64, Vec<f64>) {
    NUMBERS.with_borrow_mut(Vec::clear);
    let unit = |place: usize| (0..point.len()).map(|other| big(f64::from(place == other))).collect();
    let variables: Vec<Exact> =
        point.iter().enumerate().map(|(place, &x)| make(big(x), unit(place))).collect();
    let Dual { value, partials } = expression(&variables).get();
    let double = |big: &Big| big.to_f64().value();
    (double(&value), partials.iter().map(double).collect())
}

impl Exact {
    fn get(self) -> Dual {
        NUMBERS.with_borrow(|numbers| numbers[self.0].clone())
    }

    fn constant(value: f64) -> Exact {
        let count = NUMBERS.with_borrow(|numbers| numbers[0].partials.len());
        make(big(value), vec![big(0.0); count])
    }

    /// A function of one number, by its value and derivative.
    fn map(self, of: impl FnOnce(&Big) -> (Big, Big)) -> Exact {
        let Dual { value, partials } = self.get();
        let (value, slope) = of(&value);
        make(value, partials.iter().map(|partial| partial * &slope).collect())
    }

    /// A function of two numbers, by its value and derivatives.
    fn zip(self, other: Exact, of: impl FnOnce(&Big, &Big) -> (Big, Big, Big)) -> Exact {
        let (left, right) = (self.get(), other.get());
        let (value, by_left, by_right) = of(&left.value, &right.value);
        let both = left.partials.iter().zip(&right.partials);
        make(value, both.map(|(a, b)| a * &by_left + b * &by_right).collect())
    }

    pub(crate) fn exp(self) -> Exact {
        self.map(|x| (x.exp(), x.exp()))
    }

    pub(crate) fn ln(self) -> Exact {
        self.map(|x| (x.ln(), big(1.0) / x))
    }

    pub(crate) fn sqrt(self) -> Exact {
        self.map(|x| {
            let root = x.sqrt();
            (root.clone(), big(0.5) / root)
        })
    }

    pub(crate) fn square(self) -> Exact {
        self * self
    }

    pub(crate) fn sinh(self) -> Exact {
        (self.exp() - (-self).exp()) / 2.0
    }

    pub(crate) fn cosh(self) -> Exact {
        (self.exp() + (-self).exp()) / 2.0
    }

    pub(crate) fn sigmoid(self) -> Exact {
        1.0 / (1.0 + (-self).exp())
    }

    pub(crate) fn softplus(self) -> Exact {
        (1.0 + self.exp()).ln()
    }
}

impl Neg for Exact {
    type Output = Exact;

    fn neg(self) -> Exact {
        0.0 - self
    }
}

macro_rules! arithmetic {
    ($($operator:ident $method:ident |$x:ident, $y:ident| $of:expr;)*) => {$(
        impl $operator for Exact {
            type Output = Exact;

            fn $method(self, other: Exact) -> Exact {
                self.zip(other, |$x, $y| $of)
            }
        }

        impl $operator<f64> for Exact {
            type Output = Exact;

            fn $method(self, other: f64) -> Exact {
                self.$method(Exact::constant(other))
            }
        }

        impl $operator<Exact> for f64 {
            type Output = Exact;

            fn $method(self, other: Exact) -> Exact {
                Exact::constant(self).$method(other)
            }
        }
    )*};
}

arithmetic! {
    Add add |x, y| (x + y, big(1.0), big(1.0));
    Sub sub |x, y| (x - y, big(1.0), big(-1.0));
    Mul mul |x, y| (x * y, y.clone(), x.clone());
    Div div |x, y| (x / y, big(1.0) / y, -(x / (y * y)));
}

/// Several numbers, with the methods of a vector.
pub(crate) struct ExactVector(Vec<Exact>);

impl ExactVector {
    pub(crate) fn new(numbers: &[Exact]) -> Self {
        ExactVector(numbers.to_vec())
    }

    pub(crate) fn exp(&self) -> Self {
        ExactVector(self.0.iter().map(|x| x.exp()).collect())
    }

    pub(crate) fn square(&self) -> Self {
        ExactVector(self.0.iter().map(|x| x.square()).collect())
    }

    pub(crate) fn first(&self) -> Exact {
        self.0[0]
    }

    pub(crate) fn sum(&self) -> Exact {
        self.0[1..].iter().fold(self.0[0], |sum, &x| sum + x)
    }

    pub(crate) fn mean(&self) -> Exact {
        self.sum() / self.0.len() as f64
    }

    pub(crate) fn max(&self) -> Exact {
        let larger = |x: Exact, y: Exact| if x.get().value < y.get().value { y } else { x };
        self.0[1..].iter().fold(self.0[0], |most, &x| larger(most, x))
    }
}

impl Sub<Exact> for &ExactVector {
    type Output = ExactVector;

    fn sub(self, other: Exact) -> ExactVector {
        ExactVector(self.0.iter().map(|&x| x - other).collect())
    }
}
