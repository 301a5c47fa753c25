//! Central differences along directions, and what they leave open.

use alloc::vec::Vec;
use core::ops::Range;

use super::flat;
use crate::objective::{Element, Objective};
use crate::parameters::Parameters as _;
use crate::real::Real;

/// How often the step is halved where differences and gradient disagree.
const HALVINGS: i32 = 24;

/// How much more than its estimate the rounding of a value may be.
const SAFETY: f64 = 8.0;

/// An objective with a gradient to be checked.
pub(super) struct Differences<'a, O: Objective> {
    objective: &'a O,
    params: &'a O::Params,
    gradient: Vec<f64>,
    /// How far a parameter is moved by a step of 1 in a direction of 1.
    scales: Vec<f64>,
    epsilon: f64,
    first_step: f64,
}

/// A derivative along a direction: what the gradient and what the differences say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Comparison {
    pub(super) gradient: f64,
    pub(super) differences: f64,
    pub(super) tolerance: f64,
}

impl Comparison {
    pub(super) fn difference(&self) -> f64 {
        (self.gradient - self.differences).abs()
    }

    pub(super) fn agrees(&self) -> bool {
        // An infinite value nearby makes it infinite, and says nothing.
        self.tolerance.is_finite() && self.difference() <= self.tolerance
    }

    /// The difference as a share of the tolerance.
    pub(super) fn share(&self) -> f64 {
        if self.tolerance == 0.0 { 0.0 } else { self.difference() / self.tolerance }
    }
}

/// What happens at a step from the parameters.
struct Step {
    value: f64,
    /// How far the parameters moved, which rounding makes slightly more or less than was asked for.
    distance: f64,
    /// By how much the value changes if the gradient is right and the function linear.
    change: f64,
}

impl<'a, O: Objective<Params: Clone>> Differences<'a, O> {
    /// `direction` is one to find the scales in.
    pub(super) fn new(
        objective: &'a O,
        params: &'a O::Params,
        gradient: Vec<f64>,
        direction: &[f64],
    ) -> Self {
        let epsilon = Element::<O>::EPSILON.to_f64();
        let first_step = epsilon.powf(0.2);
        let scales = flat::numbers(params);
        let mut differences = Differences { objective, params, gradient, scales, epsilon, first_step };
        for places in flat::fields(params) {
            differences.scale(&places, direction);
        }
        differences
    }

    /// Turns the numbers of a field to their scales.
    fn scale(&mut self, places: &Range<usize>, direction: &[f64]) {
        /// By how much further it is moved at a time.
        const FARTHER: f64 = 8.0;
        /// A change that grows by more than this is not of the same smooth piece.
        const JUMP: f64 = FARTHER * FARTHER * FARTHER;
        /// How far beyond its size, or 1, a field is moved at most.
        const FARTHEST: f64 = 4096.0;

        let scales = &mut self.scales[places.clone()];
        scales.iter_mut().for_each(|scale| *scale = scale.abs());
        let largest = scales.iter().copied().fold(0.0, f64::max);
        let common = if largest == 0.0 { 1.0 } else { largest };
        // Below this, moving a number by a part of itself would not be seen beside the others.
        let visible = self.epsilon / self.first_step * common;
        scales.iter_mut().filter(|scale| **scale <= visible).for_each(|scale| *scale = common);

        let direction = flat::only(direction, places);
        let value = self.objective.value(self.params).to_f64();
        // From such a change a derivative can be told to about half the digits.
        let enough = self.epsilon.sqrt() * value.abs();
        let change = |differences: &Self| {
            let changes = [2.0, -2.0]
                .map(|steps| differences.step(&direction, steps * differences.first_step).value - value);
            changes[0].abs() + changes[1].abs()
        };
        let mut farther = common;
        let mut seen = change(self);
        while seen < enough && farther < FARTHEST * common.max(1.0) {
            self.scales[places.clone()].iter_mut().for_each(|scale| *scale *= FARTHER);
            seen = change(self);
            if seen.is_nan() || seen > JUMP * enough {
                self.scales[places.clone()].iter_mut().for_each(|scale| *scale /= FARTHER);
                break;
            }
            farther *= FARTHER;
        }
    }

    fn step(&self, direction: &[f64], step: f64) -> Step {
        let mut moved = self.params.clone();
        let (mut place, mut along, mut change, mut squares) = (0, 0.0, 0.0, 0.0);
        moved.zip_mut(self.params, &mut |run, _| {
            for number in run {
                let by = direction[place] * self.scales[place];
                let start = number.to_f64();
                *number = Real::from_f64(start + step * by);
                let moved = number.to_f64() - start;
                along += moved * by;
                change += moved * self.gradient[place];
                squares += by * by;
                place += 1;
            }
        });
        let value = self.objective.value(&moved).to_f64();
        Step { value, distance: along / squares.sqrt(), change }
    }

    /// The derivatives along a direction, by the first step with which they agree, or else by one that is
    /// small enough for the function's curvature.
    pub(super) fn compare(&self, direction: &[f64]) -> Comparison {
        let mut last = self.compare_at(direction, self.first_step);
        let mut largest = f64::NAN;
        for halvings in 1..=HALVINGS {
            if last.agrees() {
                break;
            }
            if last.difference().is_finite() {
                largest = last.difference().max(largest);
            }
            let next = self.compare_at(direction, self.first_step * 0.5_f64.powi(halvings));
            // Were it larger, any gradient would agree in the end.
            if halvings > 1 && next.tolerance > 0.5 * largest {
                break;
            }
            // Two steps that agree with each other: it is not the step that the difference comes from.
            let change = (next.differences - last.differences).abs();
            if !next.agrees() && change <= (last.tolerance + next.tolerance).min(0.25 * next.difference()) {
                break;
            }
            last = next;
        }
        last
    }

    fn compare_at(&self, direction: &[f64], h: f64) -> Comparison {
        let [forward, back, far_forward, far_back] =
            [1.0, -1.0, 2.0, -2.0].map(|steps| self.step(direction, steps * h));
        let rule = |part: fn(&Step) -> f64| {
            8.0 * (part(&forward) - part(&back)) - (part(&far_forward) - part(&far_back))
        };
        let distance = rule(|step| step.distance);
        let gradient = rule(|step| step.change) / distance;
        let differences = rule(|step| step.value) / distance;

        let largest = [&forward, &back, &far_forward, &far_back].map(|step| step.value.abs());
        let largest = largest.into_iter().fold(0.0, f64::max);
        let rounding = self.scatter(direction, h).max(self.epsilon * largest);
        let moved = || direction.iter().zip(&self.scales).map(|(by, scale)| by * scale);
        let length = moved().map(|by| by * by).sum::<f64>().sqrt();
        let products: f64 = moved().zip(&self.gradient).map(|(by, g)| (by / length * g).abs()).sum();
        let of_values = SAFETY * 18.0 * rounding / distance;
        let of_gradient = 2.0 * SAFETY * self.epsilon * products;
        let tolerance = of_values + of_gradient;
        Comparison { gradient, differences, tolerance }
    }

    /// How much the value scatters around a smooth function, from the third differences of steps so small
    /// that the function is a straight line there. Those of numbers with deviation 1 have deviation √20.
    fn scatter(&self, direction: &[f64], h: f64) -> f64 {
        let tiny = 64.0 * self.epsilon;
        let values: [f64; 8] = core::array::from_fn(|i| self.step(direction, h + i as f64 * tiny).value);
        let thirds = values.windows(4).map(|v| (v[3] - v[0] - 3.0 * (v[2] - v[1])).abs());
        thirds.fold(0.0, f64::max) / 20.0_f64.sqrt()
    }

    /// The parameters that disagree: halves the direction while a half disagrees by itself.
    pub(super) fn locate(&self, direction: &[f64], found: Comparison) -> (Range<usize>, Comparison) {
        let (mut places, mut found) = (0..direction.len(), found);
        while places.len() > 1 {
            let middle = places.start + places.len() / 2;
            let halves = [places.start..middle, middle..places.end];
            let mut compared = halves.into_iter().map(|half| {
                let comparison = self.compare(&flat::only(direction, &half));
                (half, comparison)
            });
            let Some(half) = compared.find(|(_, comparison)| !comparison.agrees()) else { break };
            (places, found) = half;
        }
        (places, found)
    }
}
