//! Layers.

use crate::parameters::{ParamName, Parameters};
use crate::random::Rng;
use crate::real::Real;
use crate::tensor::{Matrix, Vector};

/// The affine map `x Wᵀ + b` of each row of `x`.
///
/// ```
/// use gradus::prelude::*;
///
/// let layer = nn::Linear::new(3, 2, &mut Rng::manual_seed(1));
/// assert_eq!(layer.forward(&Matrix::ones([5, 3])).shape(), &[5, 2]);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Linear<T = f32> {
    /// One row for each output, one column for each input.
    pub weight: Matrix<T>,
    /// One number for each output.
    pub bias: Vector<T>,
}

impl Linear {
    /// A layer as PyTorch initialises `nn.Linear`: all numbers uniform between `±1/√inputs`.
    pub fn new(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        let bound = Real::sqrt(inputs.max(1) as f64).recip() as f32;
        Linear {
            weight: rng.uniform([outputs, inputs], -bound, bound),
            bias: rng.uniform([outputs], -bound, bound),
        }
    }
}

impl<T: Real> Linear<T> {
    /// The layer's output for each row of `x`.
    ///
    /// # Panics
    /// If `x` has not one column for each input.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, x: &Matrix<T>) -> Matrix<T> {
        x.matmul(&self.weight.t()) + &self.bias
    }
}

impl<T: Real> Parameters for Linear<T> {
    type Element = T;

    fn zeros_like(&self) -> Self {
        Linear { weight: self.weight.zeros_like(), bias: self.bias.zeros_like() }
    }
    fn for_each_named(&self, name: &ParamName<'_>, f: &mut impl FnMut(&ParamName<'_>, &[usize], &[T])) {
        self.weight.for_each_named(&ParamName::Field(name, "weight"), f);
        self.bias.for_each_named(&ParamName::Field(name, "bias"), f);
    }
    fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [T], &[T])) {
        self.weight.zip_mut(&other.weight, f);
        self.bias.zip_mut(&other.bias, f);
    }
    fn zip2_mut(&mut self, state: &mut Self, other: &Self, f: &mut impl FnMut(&mut [T], &mut [T], &[T])) {
        self.weight.zip2_mut(&mut state.weight, &other.weight, f);
        self.bias.zip2_mut(&mut state.bias, &other.bias, f);
    }
}
