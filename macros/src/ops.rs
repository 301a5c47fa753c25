//! The table of elementwise operations, one row each. Adding an operation means adding its row here:
//! constant folding, emitted code, derivative, the methods of scalars and of tensors, their
//! documentation and their tests all follow from it.
//!
//! ```text
//! /// documentation
//! kind name | tensor_name (operands) = value, |y| [partial derivatives] on [domains];
//! ```
//!
//! | kind | the value |
//! |---|---|
//! | `infix "+"`, `prefix "-"` | Rust's operator |
//! | `std` | an inherent method of Rust's floats |
//! | `ours` | a method of the runtime's `Real`, with this very expression as its body |
//! | `special` | the same, by other methods of `Real`, so that constant folding cannot evaluate it |
//! | `libm` | a function of the crate libm |
//! | `whole`, `whole "&"` | a method or an operator of Rust's integers, which have no derivatives |
//!
//! `"cheap"` behind `std` or `ours` says that computing it again costs less than keeping it.
//!
//! A partial derivative is an expression in the operands and in the answer `y`. [`Flat`] says that it
//! is zero wherever it exists, and [`Partial::singular`] that it is infinite somewhere at the edge of
//! the domain: there it must not meet an incoming adjoint of zero. Where an operand is NaN, the
//! derivative is that of the number which is returned. `on` gives an interval for each float operand,
//! on which the tests compare with central differences.

use crate::graph::{Expr, Type};
use Partial::Flat;

/// A partial derivative of an operation.
pub(crate) enum Partial<'g> {
    Flat,
    Constant(f64),
    Regular(Expr<'g>),
    Singular(Expr<'g>),
}

impl From<f64> for Partial<'_> {
    fn from(value: f64) -> Self {
        Partial::Constant(value)
    }
}

impl<'g> From<Expr<'g>> for Partial<'g> {
    fn from(value: Expr<'g>) -> Self {
        Partial::Regular(value)
    }
}

impl<'g> Expr<'g> {
    /// Marks a partial derivative that is infinite where the value is not.
    fn singular(self) -> Partial<'g> {
        Partial::Singular(self)
    }

    /// The derivative of the larger or smaller one of two numbers by this one: half of it on a tie. That
    /// is asked of the answer, since the other number has no part in it where it is NaN.
    fn share_of(self, other: Expr<'g>, answer: Expr<'g>) -> Expr<'g> {
        self.eq(answer).select(other.eq(answer).select(0.5, 1.0), 0.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Infix(&'static str),
    Prefix(&'static str),
    Std,
    Ours,
    Special,
    Libm,
    /// A method of Rust's integers.
    Whole,
}

/// Whether an operand is a float or an `i32`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operand {
    Real,
    Int,
}

type Rule = for<'g> fn(&[Expr<'g>], Expr<'g>) -> Vec<Partial<'g>>;

/// One row of the table.
pub(crate) struct Op {
    pub(crate) name: &'static str,
    /// The method of tensors, which differs where a reduction has the name.
    pub(crate) tensor: &'static str,
    pub(crate) kind: Kind,
    pub(crate) doc: &'static str,
    pub(crate) first: &'static str,
    /// Names and types of the operands behind the first.
    pub(crate) operands: &'static [(&'static str, Operand)],
    /// Rust's text of the value, in `x` and the operands' names.
    pub(crate) body: &'static str,
    pub(crate) evaluate: Option<fn(&[f64]) -> f64>,
    pub(crate) rule: Rule,
    pub(crate) domains: &'static [(f64, f64)],
    /// Whether computing it again costs less than keeping it.
    pub(crate) cheap: bool,
}

impl PartialEq for Op {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Op {}

impl std::hash::Hash for Op {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Op {
    pub(crate) fn arity(&self) -> usize {
        self.operands.len() + 1
    }

    pub(crate) fn is_comparison(&self) -> bool {
        matches!(self.kind, Kind::Infix("==" | "!=" | "<" | "<=" | ">" | ">="))
    }

    /// Whether it answers `bool`.
    pub(crate) fn is_logical(&self) -> bool {
        self.is_comparison() || matches!(self.name, "and" | "or" | "not" | "is_multiple_of")
    }

    /// The type of the answer, for a first operand of the type.
    pub(crate) fn answers(&self, first: Type) -> Type {
        match self.name {
            "count_ones" => Type::Int("u32"),
            _ if self.is_logical() => Type::Bool,
            _ => first,
        }
    }

    /// Whether it is a method, and no operator.
    pub(crate) fn is_function(&self) -> bool {
        matches!(self.kind, Kind::Std | Kind::Ours | Kind::Special | Kind::Libm)
    }

    /// Whether it is an operation on bits.
    pub(crate) fn is_bitwise(&self) -> bool {
        matches!(self.kind, Kind::Infix("&" | "|" | "^" | "<<" | ">>"))
    }
}

/// The row of a method, by its name on scalars.
pub(crate) fn method(name: &str) -> Option<&'static Op> {
    methods().find(|op| op.name == name)
}

/// The row of a method, by its name on tensors.
pub(crate) fn tensor_method(name: &str) -> Option<&'static Op> {
    methods().find(|op| op.tensor == name)
}

/// The row of a method of integers.
pub(crate) fn integer_method(name: &str) -> Option<&'static Op> {
    let own = TABLE.iter().filter(|op| op.kind == Kind::Whole || matches!(op.name, "min" | "max" | "abs"));
    own.into_iter().find(|op| op.name == name)
}

/// The row of an infix operator.
pub(crate) fn infix(token: &str) -> Option<&'static Op> {
    TABLE.iter().find(|op| matches!(op.kind, Kind::Infix(own) if own == token))
}

/// The row of a name that is known to be in the table.
pub(crate) fn row(name: &str) -> &'static Op {
    TABLE.iter().find(|op| op.name == name).expect("the caller names a row of the table")
}

/// The rows that are methods, which is all but the operators.
pub(crate) fn methods() -> impl Iterator<Item = &'static Op> {
    TABLE.iter().filter(|op| op.is_function())
}

macro_rules! rows {
    ($(
        $(#[doc = $doc:literal])+
        $kind:ident $($token:literal)? $name:ident $(| $tensor:ident)?
        ( $x:ident $(, $operand:ident $(: $int:ident)?)* )
        = $value:expr, $(|$y:ident|)? [$($partial:expr),*] on [$($low:literal .. $high:literal),*];
    )*) => {
        pub(crate) static TABLE: &[Op] = &[$(Op {
            name: stringify!($name),
            tensor: rows!(@tensor $name $($tensor)?),
            kind: rows!(@kind $kind $($token)?),
            doc: concat!($($doc),+),
            first: stringify!($x),
            operands: &[$((stringify!($operand), rows!(@operand $($int)?))),*],
            body: stringify!($value),
            evaluate: rows!(@evaluate $kind $x $($operand $($int)?),* => $value),
            rule: {
                #[allow(unused_variables, reason = "not every derivative needs every operand")]
                fn rule<'g>(operands: &[Expr<'g>], answer: Expr<'g>) -> Vec<Partial<'g>> {
                    let [$x $(, $operand)*] = *operands else { return Vec::new() };
                    $(let $y = answer;)?
                    vec![$(Partial::from($partial)),*]
                }
                rule
            },
            domains: &[$(($low, $high)),*],
            cheap: rows!(@cheap $($token)?),
        }),*];

        #[allow(dead_code, reason = "rules use the operations they need")]
        impl<'g> Expr<'g> {$(
            pub(crate) fn $name(self $(, $operand: impl Into<crate::graph::Number<'g>>)*) -> Expr<'g> {
                self.apply(row(stringify!($name)), &[$($operand.into()),*])
            }
        )*}
    };
    (@tensor $name:ident $tensor:ident) => { stringify!($tensor) };
    (@tensor $name:ident) => { stringify!($name) };
    (@kind infix $token:literal) => { Kind::Infix($token) };
    (@kind prefix $token:literal) => { Kind::Prefix($token) };
    (@kind std $($cheap:literal)?) => { Kind::Std };
    (@kind ours $($cheap:literal)?) => { Kind::Ours };
    (@kind special) => { Kind::Special };
    (@kind libm) => { Kind::Libm };
    (@kind logic $token:literal) => { Kind::Infix($token) };
    (@kind whole $token:literal) => { Kind::Infix($token) };
    (@kind whole) => { Kind::Whole };
    (@kind not $token:literal) => { Kind::Prefix($token) };
    (@cheap $token:literal) => { true };
    (@cheap) => { false };
    (@operand int) => { Operand::Int };
    (@operand) => { Operand::Real };
    // Std cannot evaluate these, and logic and integers are never folded here.
    (@evaluate special $($rest:tt)*) => { None };
    (@evaluate libm $($rest:tt)*) => { None };
    (@evaluate logic $($rest:tt)*) => { None };
    (@evaluate not $($rest:tt)*) => { None };
    (@evaluate whole $($rest:tt)*) => { None };
    (@evaluate $kind:ident $x:ident $($operand:ident $($int:ident)?),* => $value:expr) => {
        Some(|operands| {
            let [$x $(, $operand)*] = *operands else { return f64::NAN };
            $($(let $operand = rows!(@cast $int $operand);)?)*
            $value
        })
    };
    (@cast int $operand:ident) => { $operand as i32 };
}

rows! {
    /// Sum.
    infix "+" add(x, y) = x + y, [1.0, 1.0] on [-2.0..2.0, -2.0..2.0];
    /// Difference.
    infix "-" sub(x, y) = x - y, [1.0, -1.0] on [-2.0..2.0, -2.0..2.0];
    /// Product.
    infix "*" mul(x, y) = x * y, [y, x] on [-2.0..2.0, -2.0..2.0];
    /// Quotient.
    infix "/" div(x, y) = x / y, |q| [1.0 / y, -(q / y)] on [-2.0..2.0, 0.5..2.0];
    /// Remainder with the sign of the dividend.
    infix "%" rem(x, y) = x % y, [1.0, -(x / y).trunc()] on [0.1..0.9, 1.0..2.0];
    /// Negation.
    prefix "-" neg(x) = -x, [-1.0] on [-2.0..2.0];

    /// Equal.
    logic "==" eq(x, y) = x == y, [Flat, Flat] on [];
    /// Not equal.
    logic "!=" ne(x, y) = x != y, [Flat, Flat] on [];
    /// Less.
    logic "<" lt(x, y) = x < y, [Flat, Flat] on [];
    /// Less or equal.
    logic "<=" le(x, y) = x <= y, [Flat, Flat] on [];
    /// Greater.
    logic ">" gt(x, y) = x > y, [Flat, Flat] on [];
    /// Greater or equal.
    logic ">=" ge(x, y) = x >= y, [Flat, Flat] on [];
    /// Both.
    logic "&&" and(x, y) = x && y, [Flat, Flat] on [];
    /// Either.
    logic "||" or(x, y) = x || y, [Flat, Flat] on [];
    /// Negation of a condition.
    not "!" not(x) = !x, [Flat] on [];

    /// The bits that both have.
    whole "&" bitand(x, y) = x & y, [Flat, Flat] on [];
    /// The bits that either has.
    whole "|" bitor(x, y) = x | y, [Flat, Flat] on [];
    /// The bits that one of them has.
    whole "^" bitxor(x, y) = x ^ y, [Flat, Flat] on [];
    /// The bits moved up.
    whole "<<" shl(x, y) = x << y, [Flat, Flat] on [];
    /// The bits moved down.
    whole ">>" shr(x, y) = x >> y, [Flat, Flat] on [];
    /// The other bits.
    not "!" complement(x) = !x, [Flat] on [];
    /// The power of an integer.
    whole pow(x, n: int) = x.pow(n), [Flat, Flat] on [];
    /// The remainder that is not negative.
    whole rem_euclid(x, y) = x.rem_euclid(y), [Flat, Flat] on [];
    /// The quotient of which that is the remainder.
    whole div_euclid(x, y) = x.div_euclid(y), [Flat, Flat] on [];
    /// The quotient, rounded up.
    whole div_ceil(x, y) = x.div_ceil(y), [Flat, Flat] on [];
    /// The difference, but 0 where that would be negative.
    whole saturating_sub(x, y) = x.saturating_sub(y), [Flat, Flat] on [];
    /// Whether it is so many times the other.
    whole is_multiple_of(x, y) = x.is_multiple_of(y), [Flat, Flat] on [];
    /// How many bits it has.
    whole count_ones(x) = x.count_ones(), [Flat] on [];
    /// The distance of two unsigned integers.
    whole abs_diff(x, y) = x.abs_diff(y), [Flat, Flat] on [];

    /// Integer power. The derivative of `x.powi(0)` is 0 everywhere.
    std "cheap" powi(x, n: int) = x.powi(n), [n.eq(0).select(0.0, n.real_like(x) * x.powi(n.sub(1))), Flat] on [0.5..2.0];
    /// Power. At `x = 0` the derivative by `x` is `p x^(p - 1)` and the one by `p` is 0 for `p >= 0`.
    std powf(x, p) = x.powf(p), |y| [
        p.eq(0.0).select(0.0, p * x.powf(p - 1.0)).singular(),
        x.eq(0.0).and(p.ge(0.0)).select(0.0, y * x.ln())
    ] on [0.5..2.0, -2.0..2.0];
    /// Square root. The derivative at 0 is infinite, but 0 where the incoming adjoint is 0.
    std "cheap" sqrt(x) = x.sqrt(), |y| [(0.5 / y).singular()] on [0.5..2.0];
    /// Cube root. The derivative at 0 is infinite, but 0 where the incoming adjoint is 0.
    std cbrt(x) = x.cbrt(), |y| [(1.0 / (3.0 * y.square())).singular()] on [0.5..2.0];
    /// Exponential function.
    std exp(x) = x.exp(), |y| [y] on [-2.0..2.0];
    /// Power of 2.
    std exp2(x) = x.exp2(), |y| [std::f64::consts::LN_2 * y] on [-2.0..2.0];
    /// `e^x - 1`, exact near 0.
    std exp_m1(x) = x.exp_m1(), |y| [y + 1.0] on [-2.0..2.0];
    /// Natural logarithm.
    std ln(x) = x.ln(), [1.0 / x] on [0.5..2.0];
    /// `ln(1 + x)`, exact near 0.
    std ln_1p(x) = x.ln_1p(), [1.0 / (1.0 + x)] on [-0.5..2.0];
    /// Logarithm to base 2.
    std log2(x) = x.log2(), [std::f64::consts::LOG2_E / x] on [0.5..2.0];
    /// Logarithm to base 10.
    std log10(x) = x.log10(), [std::f64::consts::LOG10_E / x] on [0.5..2.0];
    /// Sine.
    std sin(x) = x.sin(), [x.cos()] on [-3.0..3.0];
    /// Cosine.
    std cos(x) = x.cos(), [-x.sin()] on [-3.0..3.0];
    /// Tangent.
    std tan(x) = x.tan(), |y| [1.0 + y.square()] on [-1.0..1.0];
    /// Arcsine.
    std asin(x) = x.asin(), [(1.0 / ((1.0 - x) * (1.0 + x)).sqrt()).singular()] on [-0.9..0.9];
    /// Arccosine.
    std acos(x) = x.acos(), [(-1.0 / ((1.0 - x) * (1.0 + x)).sqrt()).singular()] on [-0.9..0.9];
    /// Arctangent.
    std atan(x) = x.atan(), [1.0 / (1.0 + x.square())] on [-3.0..3.0];
    /// Hyperbolic sine.
    std sinh(x) = x.sinh(), [x.cosh()] on [-2.0..2.0];
    /// Hyperbolic cosine.
    std cosh(x) = x.cosh(), [x.sinh()] on [-2.0..2.0];
    /// Hyperbolic tangent.
    std tanh(x) = x.tanh(), |y| [1.0 - y.square()] on [-3.0..3.0];
    /// Inverse hyperbolic sine.
    std asinh(x) = x.asinh(), [1.0 / x.hypot(1.0)] on [-3.0..3.0];
    /// Inverse hyperbolic cosine.
    std acosh(x) = x.acosh(), [(1.0 / ((x - 1.0) * (x + 1.0)).sqrt()).singular()] on [1.2..3.0];
    /// Inverse hyperbolic tangent.
    std atanh(x) = x.atanh(), [(1.0 / ((1.0 - x) * (1.0 + x))).singular()] on [-0.8..0.8];
    /// Absolute value, with derivative 0 at 0.
    std "cheap" abs(x) = x.abs(), [x.eq(0.0).select(0.0, x.signum())] on [0.1..2.0];
    /// Sign: 1 from +0 upwards, -1 from -0 downwards, with derivative 0.
    std "cheap" signum(x) = x.signum(), [Flat] on [0.1..2.0];
    /// The largest integer not above, with derivative 0.
    std "cheap" floor(x) = x.floor(), [Flat] on [0.1..0.9];
    /// The smallest integer not below, with derivative 0.
    std "cheap" ceil(x) = x.ceil(), [Flat] on [0.1..0.9];
    /// The nearest integer, halves away from zero, with derivative 0.
    std "cheap" round(x) = x.round(), [Flat] on [0.1..0.4];
    /// The integer part, with derivative 0.
    std "cheap" trunc(x) = x.trunc(), [Flat] on [0.1..0.9];
    /// The fractional part, with derivative 1.
    std "cheap" fract(x) = x.fract(), [1.0] on [0.1..0.9];
    /// Reciprocal.
    std "cheap" recip(x) = x.recip(), |y| [-y.square()] on [0.5..2.0];
    /// The smaller of two numbers, of which each has half the derivative on a tie.
    std "cheap" min | minimum(x, y) = x.min(y), |least| [x.share_of(y, least), y.share_of(x, least)] on [-2.0..-0.1, 0.1..2.0];
    /// The larger of two numbers, of which each has half the derivative on a tie.
    std "cheap" max | maximum(x, y) = x.max(y), |most| [x.share_of(y, most), y.share_of(x, most)] on [-2.0..-0.1, 0.1..2.0];
    /// The number, kept between two limits; on a limit the derivative is that of the number.
    std "cheap" clamp(x, low, high) = if low <= high { x.clamp(low, high) } else { f64::NAN }, [
        x.lt(low).or(x.gt(high)).select(0.0, 1.0),
        x.lt(low).select(1.0, 0.0),
        x.gt(high).select(1.0, 0.0)
    ] on [-2.0..2.0, -3.0..-2.5, 2.5..3.0];
    /// The angle of the point `(x, self)`, with derivative 0 at the origin.
    std atan2(y, x) = y.atan2(x), [
        x.square().add(y.square()).guarded(|square| x / square),
        x.square().add(y.square()).guarded(|square| -(y / square))
    ] on [-2.0..2.0, 0.5..2.0];
    /// The length of the vector `(self, y)`, with derivative 0 at the origin.
    std hypot(x, y) = x.hypot(y), |r| [r.guarded(|r| x / r), r.guarded(|r| y / r)] on [-2.0..2.0, 0.5..2.0];
    /// `x * a + b` with a single rounding.
    std "cheap" mul_add(x, a, b) = x.mul_add(a, b), [a, x, 1.0] on [-2.0..2.0, -2.0..2.0, -2.0..2.0];

    /// The number itself, which the derivative takes for a constant.
    ours "cheap" detach(x) = x, [Flat] on [];
    /// Square.
    ours "cheap" square(x) = x * x, [2.0 * x] on [-2.0..2.0];
    /// Logistic function `1 / (1 + e^-x)`.
    ours sigmoid(x) = if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) },
        |y| [y * (1.0 - y)] on [-3.0..3.0];
    /// Rectifier `max(x, 0)`, with derivative 0 at 0.
    ours "cheap" relu(x) = if x < 0.0 { 0.0 } else { x }, [x.le(0.0).select(0.0, 1.0)] on [0.1..2.0];
    /// `ln(1 + e^x)`, which neither overflows nor loses digits.
    ours softplus(x) = (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p(), [x.sigmoid()] on [-3.0..3.0];
    /// Gaussian error linear unit `x Φ(x)` with the exact normal distribution function.
    special gelu(x) = 0.5 * x * (1.0 + (x * 0.707_106_781_186_547_6).erf()), [
        0.5 * (1.0 + (x * std::f64::consts::FRAC_1_SQRT_2).erf())
            + x * (x.square() * -0.5).exp() * (0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2)
    ] on [-3.0..3.0];
    /// Error function `2/√π ∫₀ˣ e^(-t²) dt`.
    libm erf(x) = (), [std::f64::consts::FRAC_2_SQRT_PI * (-x.square()).exp()] on [-2.0..2.0];
}
