//! Numbers with their derivatives in all directions.

use crate::random::Rng;

/// A number and its gradient, which is empty where it is zero.
#[derive(Clone, Debug)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) grad: Vec<f64>,
}

/// A value, and the partial derivative by each operand.
type Answer<const N: usize> = (f64, [f64; N]);

impl Dual {
    pub(crate) fn constant(value: f64) -> Self {
        Dual { value, grad: Vec::new() }
    }

    /// The parameter with this number, of so many.
    pub(crate) fn variable(value: f64, place: usize, count: usize) -> Self {
        let mut grad = vec![0.0; count];
        grad[place] = 1.0;
        Dual { value, grad }
    }

    /// The chain rule. A partial derivative of zero takes nothing with it, be the rest infinite.
    fn chain<const N: usize>((value, partials): Answer<N>, operands: [&Dual; N]) -> Dual {
        let mut grad = Vec::new();
        for (partial, operand) in partials.into_iter().zip(operands) {
            if partial != 0.0 && !operand.grad.is_empty() {
                grad.resize(operand.grad.len(), 0.0);
                for (sum, by) in grad.iter_mut().zip(&operand.grad) {
                    *sum += partial * by;
                }
            }
        }
        Dual { value, grad }
    }

    /// Disturbs each number by so much of itself.
    pub(crate) fn disturb(&mut self, rng: &mut Rng, amplitude: f64) {
        self.value *= 1.0 + amplitude * rng.signed();
        for by in &mut self.grad {
            *by *= 1.0 + amplitude * rng.signed();
        }
    }

    /// An operation of one number, unless there is none of the name.
    pub(crate) fn unary(name: &str, x: &Dual) -> Option<Dual> {
        Some(Dual::chain(unary(name, x.value)?, [x]))
    }

    /// An operation of two numbers, unless there is none of the name.
    pub(crate) fn binary(name: &str, x: &Dual, y: &Dual) -> Option<Dual> {
        Some(Dual::chain(binary(name, x.value, y.value)?, [x, y]))
    }

    pub(crate) fn ternary(name: &str, x: &Dual, y: &Dual, z: &Dual) -> Option<Dual> {
        let (a, b, c) = (x.value, y.value, z.value);
        let answer = match name {
            "mul_add" => (a.mul_add(b, c), [b, a, 1.0]),
            "clamp" if a < b => (b, [0.0, 1.0, 0.0]),
            "clamp" if a > c => (c, [0.0, 0.0, 1.0]),
            "clamp" => (a, [1.0, 0.0, 0.0]),
            _ => return None,
        };
        Some(Dual::chain(answer, [x, y, z]))
    }

    pub(crate) fn powi(x: &Dual, n: i32) -> Dual {
        let by = if n == 0 { 0.0 } else { f64::from(n) * x.value.powi(n - 1) };
        Dual::chain((x.value.powi(n), [by]), [x])
    }
}

fn unary(name: &str, x: f64) -> Option<Answer<1>> {
    let (value, by) = match name {
        "-" => (-x, -1.0),
        "sin" => (x.sin(), x.cos()),
        "cos" => (x.cos(), -x.sin()),
        "tan" => (x.tan(), x.cos().powi(-2)),
        "asin" => (x.asin(), (1.0 - x * x).sqrt().recip()),
        "acos" => (x.acos(), -(1.0 - x * x).sqrt().recip()),
        "atan" => (x.atan(), (1.0 + x * x).recip()),
        "sinh" => (x.sinh(), x.cosh()),
        "cosh" => (x.cosh(), x.sinh()),
        "tanh" => (x.tanh(), x.cosh().powi(-2)),
        "asinh" => (x.asinh(), (1.0 + x * x).sqrt().recip()),
        "acosh" => (x.acosh(), (x * x - 1.0).sqrt().recip()),
        "atanh" => (x.atanh(), (1.0 - x * x).recip()),
        "exp" => (x.exp(), x.exp()),
        "exp2" => (x.exp2(), x.exp2() * 2.0_f64.ln()),
        "exp_m1" => (x.exp_m1(), x.exp()),
        "ln" => (x.ln(), x.recip()),
        "ln_1p" => (x.ln_1p(), (1.0 + x).recip()),
        "log2" => (x.log2(), (x * 2.0_f64.ln()).recip()),
        "log10" => (x.log10(), (x * 10.0_f64.ln()).recip()),
        "sqrt" => (x.sqrt(), 0.5 * x.powf(-0.5)),
        "cbrt" => (x.cbrt(), x.abs().powf(-2.0 / 3.0) / 3.0),
        "recip" => (x.recip(), -x.powi(-2)),
        "square" => (x * x, 2.0 * x),
        "abs" if x == 0.0 => (0.0, 0.0),
        "abs" => (x.abs(), x.signum()),
        "signum" => (x.signum(), 0.0),
        "floor" => (x.floor(), 0.0),
        "ceil" => (x.ceil(), 0.0),
        "round" => (x.round(), 0.0),
        "trunc" => (x.trunc(), 0.0),
        "fract" => (x.fract(), 1.0),
        "detach" => (x, 0.0),
        "sigmoid" => (logistic(x), logistic(x) * logistic(-x)),
        "relu" => (if x > 0.0 { x } else { 0.0 }, f64::from(u8::from(x > 0.0))),
        "softplus" => (x.max(0.0) + (-x.abs()).exp().ln_1p(), logistic(x)),
        "erf" => (erf(x), density(x)),
        "gelu" => {
            let half = std::f64::consts::FRAC_1_SQRT_2;
            let below = 0.5 * (1.0 + erf(x * half));
            (x * below, below + 0.5 * x * density(x * half) * half)
        }
        _ => return None,
    };
    Some((value, [by]))
}

fn binary(name: &str, x: f64, y: f64) -> Option<Answer<2>> {
    let half_on_a_tie = |first: bool, second: bool| match (first, second) {
        (true, true) => [0.5, 0.5],
        (first, second) => [f64::from(u8::from(first)), f64::from(u8::from(second))],
    };
    Some(match name {
        "+" => (x + y, [1.0, 1.0]),
        "-" => (x - y, [1.0, -1.0]),
        "*" => (x * y, [y, x]),
        "/" => (x / y, [1.0 / y, -x / (y * y)]),
        "%" => (x % y, [1.0, -(x / y).trunc()]),
        "max" | "maximum" => (x.max(y), half_on_a_tie(x >= y, y >= x)),
        "min" | "minimum" => (x.min(y), half_on_a_tie(x <= y, y <= x)),
        "powf" => (x.powf(y), [y * x.powf(y - 1.0), x.powf(y) * x.ln()]),
        "hypot" => (x.hypot(y), [x / x.hypot(y), y / x.hypot(y)]),
        "atan2" => (x.atan2(y), [y / (x * x + y * y), -x / (x * x + y * y)]),
        _ => return None,
    })
}

fn logistic(x: f64) -> f64 {
    0.5 * (1.0 + (0.5 * x).tanh())
}

/// The derivative of [`erf`].
fn density(x: f64) -> f64 {
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()
}

/// The error function by its series without alternating signs: `2/√π e^-x² Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!`.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    density(x) * sum
}
