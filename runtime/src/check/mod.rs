//! Gradients against central differences.
//!
//! [`gradient`] asks whether an objective's gradient is the derivative of its value. It needs nothing but
//! the objective, so it serves generated gradients, those of hand-written rules in the functions that use
//! them, and closures alike:
//!
//! ```
//! use gradus::prelude::*;
//! use gradus::check;
//!
//! #[differentiable(wrt(w, b))]
//! fn cost(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
//!     (x.matmul(w) + b - y).square().mean()
//! }
//!
//! let x = Matrix::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
//! let y = Vector::from([1.0, 0.0, -1.0]);
//! let params = cost::Params { w: Vector::from([0.5, -0.25]), b: 0.1 };
//! check::gradient(&cost::objective(&x, &y), &params)?;
//! # Ok::<(), check::GradientError>(())
//! ```
//!
//! A gradient that is wrong is an error that names the parameter:
//!
//! ```
//! use gradus::{Vector, check};
//!
//! let cubes = gradus::objective_from(|w: &Vector<f64>, grad: &mut Vector<f64>| {
//!     *grad = w.map(|w| 3.0 * w * w);
//!     grad[2] = 1.5; // forgotten: twice of it
//!     w.iter().map(|w| w.powi(3)).sum()
//! });
//! let error = check::gradient(&cubes, &Vector::from([0.5, -2.0, 1.0])).unwrap_err();
//! assert!(error.to_string().starts_with("params[2]: the gradient says 1.5, central differences say 3.0"));
//! ```
//!
//! # How it is measured
//!
//! Along a random direction `d`, the derivative of the value `f` at the parameters `p` is
//!
//! ```text
//! (8 (f(p + h d) - f(p - h d)) - (f(p + 2 h d) - f(p - 2 h d))) / (12 h)
//! ```
//!
//! and must be the product of the gradient and `d`. Four directions are drawn, the same at each call. They
//! move every parameter, so that a single wrong entry shows in each of them. Where one disagrees, it is
//! halved until the disagreement is in a single parameter.
//!
//! - **The step** is `h = ε^(1/5)` of each parameter, with ε the distance from 1 to the next number: 7e-4
//!   in `f64`, 4e-2 in `f32`. There the error of the rule, `h⁴/30` of the fifth derivative, and that of
//!   rounding, `ε/h` of the value, are of one size. A parameter of 0 is moved as the largest of its field,
//!   or as 1. A field too small to change the value is moved further.
//! - **The tolerance** is what rounding can do and no more: each value in the rule is wrong by ε of itself,
//!   or by what it scatters when the parameters move by a few ε, whichever is more; by the rule's weights
//!   18 times that over `12 h`; and 8 times that as the scatter is an estimate. So it is about 12 ε/h of the
//!   value: 4e-12 in `f64`, 4e-5 in `f32`. To it comes 16 ε of the sum of absolute products of gradient and
//!   direction, for the rounding of the gradient itself.
//! - **Curvature and kinks** need smaller steps: where gradient and differences disagree, the step is halved
//!   until they agree, until two steps agree with each other, or until the tolerance, which grows as the
//!   step shrinks, has come to half of the largest disagreement. So a gradient stays wrong that is wrong
//!   by more than twice the tolerance.
//!
//! What follows from it: a derivative that does not change the value by more than its rounding counts as 0.
//! At a kink, such as `abs` at 0, where central differences give the mean of both sides, a gradient
//! disagrees that takes one; and so it does close to a kink, within a step that rounding leaves. In `f64`
//! that is nearer than parameters come by chance; in `f32` a large network of `relu` has such kinks
//! everywhere, so check it in `f64`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::objective::Objective;
use crate::parameters::Parameters;
use crate::random::Rng;
use crate::real::Real;

mod differences;
mod flat;

use differences::{Comparison, Differences};

/// How many random directions are tried. One finds a wrong entry; more make it unlikely that several wrong
/// entries cancel each other.
const DIRECTIONS: usize = 4;

/// How well a gradient agrees with central differences.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Agreement {
    /// How many numbers the gradient has.
    pub numbers: usize,
    /// How many random directions were tried.
    pub directions: usize,
    /// The difference between the derivatives along the direction that agreed least.
    pub difference: f64,
    /// What rounding may have done to that difference.
    pub tolerance: f64,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Agreement { numbers, directions, difference, tolerance } = self;
        write!(
            f,
            "the gradient of {numbers} numbers agrees with central differences along {directions} \
             directions, to {difference:.1e} where {tolerance:.1e} is allowed"
        )
    }
}

/// Why a gradient could not be confirmed. Parameters are named as in `layer.weight[[0, 2]]` or, where they
/// are no struct, `params[2]`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GradientError {
    /// The gradient is not the derivative.
    Disagreement {
        /// The parameter. Where no single one disagrees by itself, the first and the last of those that
        /// disagree together along a direction: `w[0] to w[7]`.
        parameter: String,
        /// The derivative that the gradient says; for several parameters, along a direction of length 1.
        gradient: f64,
        /// The same derivative by central differences; NaN if the function has no finite value nearby.
        differences: f64,
        /// How far apart the two may be for rounding.
        tolerance: f64,
    },
    /// The gradient is infinite or NaN.
    GradientNotFinite {
        /// The parameter by which it is.
        parameter: String,
        /// Its derivative.
        derivative: f64,
    },
    /// The function has no finite value at the parameters.
    ValueNotFinite(f64),
    /// A parameter is infinite or NaN.
    ParameterNotFinite {
        /// Its name.
        parameter: String,
        /// What it is.
        value: f64,
    },
    /// There are no parameters, so that nothing can be said of their gradient.
    NoParameters,
}

impl fmt::Display for GradientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GradientError::Disagreement { parameter, gradient, differences, tolerance } => {
                write!(f, "{parameter}: the gradient says {:?}, central differences ", rounded(*gradient))?;
                if !differences.is_finite() {
                    return f.write_str("find no finite value nearby");
                }
                let difference = rounded((gradient - differences).abs());
                write!(f, "say {:?}; they differ by {difference:?}, and ", rounded(*differences))?;
                write!(f, "rounding explains {tolerance:.1e}")
            }
            GradientError::GradientNotFinite { parameter, derivative } => {
                write!(f, "{parameter}: the gradient is {derivative}")?;
                if derivative.is_nan() {
                    f.write_str("; it was NaN before the call too, so perhaps it is never written")?;
                }
                Ok(())
            }
            GradientError::ValueNotFinite(value) => {
                write!(
                    f,
                    "the function is {value} at these parameters; check its gradient where it is finite"
                )
            }
            GradientError::ParameterNotFinite { parameter, value } => {
                write!(f, "{parameter} is {value}; check the gradient at finite parameters")
            }
            GradientError::NoParameters => f.write_str("there are no parameters to differentiate by"),
        }
    }
}

impl core::error::Error for GradientError {}

/// To the six figures that a reader needs.
fn rounded(number: f64) -> f64 {
    alloc::format!("{number:.5e}").parse().unwrap_or(number)
}

/// Compares an objective's gradient at `params` with central differences of its value.
///
/// An objective with rows is taken with all its rows. The value is computed about 50 times and a few more
/// for each field; in search of a wrong parameter, some 50 times for each doubling of their number.
///
/// ```
/// use gradus::{check, objective_from};
///
/// let parabola = objective_from(|w: &f64, grad: &mut f64| {
///     *grad = 2.0 * w;
///     w * w
/// });
/// let agreement = check::gradient(&parabola, &1.5)?;
/// assert!(agreement.difference <= agreement.tolerance && agreement.tolerance < 1e-10);
///
/// let wrong = objective_from(|w: &f64, grad: &mut f64| {
///     *grad = -2.0 * w;
///     w * w
/// });
/// let error = check::gradient(&wrong, &1.5).unwrap_err();
/// assert!(error.to_string().starts_with("params: the gradient says -3.0, central differences say 3.0"));
/// # Ok::<(), check::GradientError>(())
/// ```
///
/// # Errors
/// [`GradientError::Disagreement`] names the parameter whose derivative is wrong. The other errors say what
/// is infinite or NaN, or that there are no parameters.
///
/// # Panics
/// If the objective changes the shape of the gradient.
pub fn gradient<O>(objective: &O, params: &O::Params) -> Result<Agreement, GradientError>
where
    O: Objective<Params: Clone>,
{
    let named = |place| flat::name(params, place);
    let numbers = flat::numbers(params);
    if numbers.is_empty() {
        return Err(GradientError::NoParameters);
    }
    if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
        return Err(GradientError::ParameterNotFinite { parameter: named(place), value: numbers[place] });
    }
    let value = objective.value(params);
    if !value.is_finite() {
        return Err(GradientError::ValueNotFinite(value.to_f64()));
    }
    let grad = gradient_in_full(objective, params);
    if let Some(place) = grad.iter().position(|derivative| !derivative.is_finite()) {
        return Err(GradientError::GradientNotFinite { parameter: named(place), derivative: grad[place] });
    }

    let mut rng = Rng::manual_seed(0);
    let mut direction = || flat::direction(&mut rng, numbers.len());
    let differences = Differences::new(objective, params, grad, &direction());
    let mut least = Comparison::default();
    for _ in 0..DIRECTIONS {
        let direction = direction();
        let comparison = differences.compare(&direction);
        if !comparison.agrees() {
            let (places, wrong) = differences.locate(&direction, comparison);
            let mut parameter = named(places.start);
            if places.len() > 1 {
                parameter = alloc::format!("{parameter} to {}", named(places.end - 1));
            }
            return Err(GradientError::Disagreement {
                parameter,
                gradient: wrong.gradient,
                differences: wrong.differences,
                tolerance: wrong.tolerance,
            });
        }
        if comparison.share() >= least.share() {
            least = comparison;
        }
    }
    Ok(Agreement {
        numbers: numbers.len(),
        directions: DIRECTIONS,
        difference: least.difference(),
        tolerance: least.tolerance,
    })
}

/// The gradient, written over NaN, so that an entry that is not written shows.
fn gradient_in_full<O: Objective<Params: Clone>>(objective: &O, params: &O::Params) -> Vec<f64> {
    let nan = Real::from_f64(f64::NAN);
    let mut grad = params.clone();
    grad.zip_mut(params, &mut |run, _| run.fill(nan));
    objective.value_and_grad_into(params, &mut grad);
    // Panics if it has another shape.
    params.clone().zip_mut(&grad, &mut |_, _| {});
    flat::numbers(&grad)
}
