//! Approximate comparison by the traits of the crate `approx`.

use approx::{AbsDiffEq, RelativeEq, UlpsEq};

use super::Tensor;

/// Tensors are close if their shapes are equal and each two numbers are close.
impl<T: AbsDiffEq, const R: usize> AbsDiffEq for Tensor<T, R>
where
    T::Epsilon: Clone,
{
    type Epsilon = T::Epsilon;

    fn default_epsilon() -> T::Epsilon {
        T::default_epsilon()
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: T::Epsilon) -> bool {
        self.shape == other.shape && self.data.abs_diff_eq(&other.data, epsilon)
    }
}

impl<T: RelativeEq, const R: usize> RelativeEq for Tensor<T, R>
where
    T::Epsilon: Clone,
{
    fn default_max_relative() -> T::Epsilon {
        T::default_max_relative()
    }

    fn relative_eq(&self, other: &Self, epsilon: T::Epsilon, max_relative: T::Epsilon) -> bool {
        self.shape == other.shape && self.data.relative_eq(&other.data, epsilon, max_relative)
    }
}

impl<T: UlpsEq, const R: usize> UlpsEq for Tensor<T, R>
where
    T::Epsilon: Clone,
{
    fn default_max_ulps() -> u32 {
        T::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: T::Epsilon, max_ulps: u32) -> bool {
        self.shape == other.shape && self.data.ulps_eq(&other.data, epsilon, max_ulps)
    }
}
