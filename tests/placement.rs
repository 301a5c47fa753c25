//! Emitted code under the strictest lints, in every place where a function can stand.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]
#![deny(missing_debug_implementations, elided_lifetimes_in_paths, unused_results, trivial_casts)]
#![deny(unused_lifetimes, single_use_lifetimes, trivial_numeric_casts, unused_qualifications)]

use gradus::prelude::*;

/// Functions that are part of a public interface: all that is emitted for them is documented.
pub mod documented {
    use gradus::prelude::*;

    /// With several parameters, which make a struct.
    #[differentiable]
    pub fn cost(w: f64, b: f64, x: &Vector<f64>) -> f64 {
        (x * w + b).square().mean()
    }

    /// With one parameter, which makes none.
    #[differentiable(wrt(x))]
    pub fn square(x: f64, n: usize) -> f64 {
        x * x * n as f64
    }

    /// Generic in the float and in a length.
    #[differentiable]
    pub fn generic<T: Real, const N: usize>(x: &Vector<T>, y: &[T; N], s: &[T]) -> T {
        x.sum() * y.sum() * s.sum()
    }

    /// Structs of parameters.
    #[differentiable]
    pub mod model {
        use gradus::prelude::*;

        /// A line.
        #[derive(Debug, Clone)]
        pub struct Line {
            /// Its slope.
            pub slope: f64,
            /// Its value at 0.
            pub offset: f64,
        }

        impl Line {
            /// The line at each of the places.
            pub fn at(&self, x: &Vector<f64>) -> Vector<f64> {
                x * self.slope + self.offset
            }
        }

        /// Its mean squared error.
        #[differentiable(wrt(line))]
        pub fn cost(line: &Line, x: &Vector<f64>, y: &Vector<f64>) -> f64 {
            line.at(x).mse_loss(y)
        }
    }
}

#[test]
fn the_documented_functions_work() {
    let (x, y) = (Vector::from([1.0, 2.0]), Vector::from([3.0, 5.0]));
    let grad = documented::cost::grad(1.0, 0.0, &x);
    assert_eq!((grad.w, grad.b), (5.0, 3.0));
    assert_eq!(documented::square::grad(2.0, 3), 12.0);
    assert_eq!(documented::generic::grad(&x, &[2.0], &[1.0]).s, [6.0]);
    let line = documented::model::Line { slope: 2.0, offset: 1.0 };
    assert_eq!(documented::model::cost::grad(&line, &x, &y).slope, 0.0);
}

mod visibility {
    use gradus::prelude::*;

    #[differentiable]
    fn private(x: f64) -> f64 {
        x * x
    }

    pub(super) fn of_private(x: f64) -> f64 {
        private::grad(x)
    }

    pub(crate) mod inner {
        use gradus::prelude::*;

        #[differentiable]
        pub(in crate::visibility) fn of_path(x: f64, y: f64) -> f64 {
            x * y
        }

        #[differentiable]
        pub(super) fn of_super(x: f64) -> f64 {
            x * x
        }

        #[differentiable]
        pub(crate) fn of_crate(x: f64) -> f64 {
            x * x
        }
    }

    pub(super) fn of_inner(x: f64) -> f64 {
        inner::of_path::grad(x, 2.0).x + inner::of_super::grad(x)
    }
}

#[test]
fn the_module_is_as_visible_as_the_function() {
    use visibility::inner::of_crate as imported;
    assert_eq!((visibility::of_private(3.0), visibility::of_inner(3.0)), (6.0, 8.0));
    assert_eq!((imported(3.0), imported::grad(3.0)), (9.0, 6.0));
}

#[test]
fn a_function_inside_a_function() {
    const SCALE: f64 = 2.0;

    #[differentiable]
    fn inner(x: f64) -> f64 {
        x * x
    }

    assert_eq!(inner::grad(3.0) * SCALE, 12.0);
}

#[cfg(any())]
#[differentiable]
fn never(x: f64) -> f64 {
    unknown(x)
}

#[differentiable]
#[cfg(any())]
fn neither(x: f64) -> f64 {
    x
}

/// What is only differentiated is not dead code, and neither is the rest of its module.
#[differentiable]
#[inline(always)]
#[must_use]
fn only_the_gradient(x: f64) -> f64 {
    x.sin()
}

#[test]
fn attributes_are_kept() {
    assert_eq!(only_the_gradient::grad(0.0), 1.0);
}
