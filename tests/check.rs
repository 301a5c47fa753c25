//! Generated gradients against central differences of the function as the user wrote it.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use gradus::{Objective, Parameters, Rng, Tensor};

/// Fixed random numbers between -1 and 1.
pub(crate) fn numbers<const R: usize>(seed: u64, shape: [usize; R]) -> Tensor<f64, R> {
    Rng::manual_seed(seed).uniform(shape, -1.0, 1.0).map(f64::from)
}

/// All numbers, one behind the other.
pub(crate) fn flat<P: Parameters<Element = f64>>(params: &P) -> Vec<f64> {
    let mut all = Vec::new();
    params.for_each(&mut |run| all.extend_from_slice(run));
    all
}

/// Changes the number at `place`, counted over all runs of numbers.
fn moved<P: Parameters<Element = f64> + Clone>(params: &P, place: usize, step: f64) -> P {
    let mut moved = params.clone();
    let mut start = 0;
    moved.zip_mut(params, &mut |run, _| {
        if let Some(number) = place.checked_sub(start).and_then(|place| run.get_mut(place)) {
            *number += step;
        }
        start += run.len();
    });
    moved
}

/// The gradient by the five-point rule. With a step of 2⁻¹² it is wrong by h⁴/30 ≈ 1e-16 of the fifth
/// derivative, and by about 1e-12 of the value for rounding.
pub(crate) fn differences<P: Parameters<Element = f64> + Clone>(
    params: &P,
    function: impl Fn(&P) -> f64,
) -> Vec<f64> {
    let h = 2.0_f64.powi(-12);
    let by = |place| {
        let at = |steps: f64| function(&moved(params, place, steps * h));
        (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h)
    };
    (0..flat(params).len()).map(by).collect()
}

/// Checks an objective's value and gradient at `params`; `function` calls the user's own function.
///
/// The gradient must be within 1e-10 of the differences, relative to the value and to the largest
/// entry, which is 100 times the rounding error of the differences. The value must be within 8 ulps of
/// the user's, as sums are taken in another order.
#[track_caller]
pub(crate) fn check<O>(objective: &O, params: &O::Params, function: impl Fn(&O::Params) -> f64)
where
    O: Objective<Params: Parameters<Element = f64> + Clone>,
{
    let expected = differences(params, &function);
    // What was in the gradient before must not matter.
    let mut grad = params.clone();
    grad.zip_mut(params, &mut |run, _| run.fill(f64::NAN));
    let value = objective.value_and_grad_into(params, &mut grad);

    let own = function(params);
    assert_relative_eq!(value, own, max_relative = 8.0 * f64::EPSILON);
    assert_relative_eq!(objective.value(params), own, max_relative = 8.0 * f64::EPSILON);
    let scale = expected.iter().fold(own.abs().max(1.0), |scale, entry| scale.max(entry.abs()));
    assert_abs_diff_eq!(flat(&grad).as_slice(), expected.as_slice(), epsilon = 1e-10 * scale);
}
