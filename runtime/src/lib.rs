//! Compile-time symbolic differentiation: gradients as plain Rust.
//!
//! Annotate a function, and its gradient is there when the program is compiled.
//!
//! ```
//! use gradus::prelude::*;
//!
//! /// Mean squared error of a line.
//! #[differentiable(wrt(w, b))]
//! fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
//!     let hypothesis = x * w + b;
//!     (hypothesis - y).square().mean()
//! }
//!
//! fn main() -> Result<(), TrainError> {
//!     let x = Vector::from([1.0, 2.0, 3.0]);
//!     let y = Vector::from([2.0, 4.0, 6.0]);
//!
//!     let (value, grad) = cost::value_and_grad(0.0, 0.0, &x, &y); // grad.w, grad.b
//!     println!("{value}: {} {}", grad.w, grad.b);
//!
//!     let mut params = cost::Params { w: 0.0, b: 0.0 };
//!     let history = Sgd::new(0.01).epochs(1000).minimize(&cost::objective(&x, &y), &mut params)?;
//!     println!("{params:?} after {} epochs, cost {}", history.epochs(), history.last());
//!     Ok(())
//! }
//! ```
//!
//! What cannot be differentiated is refused when compiling, with what to write instead: [`mistakes`] lists all
//! of it.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `threads` (default) | loops over much data share its rows among the threads of rayon's pool; the results are the same for any number of threads |
//! | `huge-pages` (default) | on Linux: tensors of 4 MiB and more ask for pages of 2 MiB, which are read faster |
//! | `std` (default) | `alloc`, and the system's mathematics in place of `libm`'s |
//! | `alloc` | tensors, random numbers, optimisers; without it: scalars, arrays and slices |
//! | `approx` | the traits of the crate `approx` for tensors |
//! | `serde` | tensors and layers can be serialised |

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "most shapes belong to tensors"))]
mod error;
mod matmul;
mod parameters;
mod real;
mod reduce;
mod simd;

#[cfg(feature = "alloc")]
pub mod check;
#[cfg(feature = "alloc")]
pub mod nn;
mod objective;
#[cfg(feature = "alloc")]
mod progress;
#[cfg(feature = "alloc")]
mod random;
#[cfg(feature = "alloc")]
mod sgd;
#[cfg(feature = "alloc")]
mod step;
#[cfg(feature = "alloc")]
mod storage;
#[cfg(feature = "alloc")]
mod tensor;
mod threads;
#[cfg(feature = "alloc")]
mod train;

#[doc(hidden)]
pub mod emitted;

pub use error::ShapeError;
pub use gradus_macros::{derivative, differentiable};
pub use objective::{Element, Objective, objective_from};
pub use parameters::{ParamName, Parameters, accumulate};
pub use real::Real;
pub use reduce::Reduce;

/// The value itself, which a derivative takes for a constant.
///
/// ```
/// use gradus::prelude::*;
///
/// #[differentiable]
/// fn scaled(x: f64) -> f64 {
///     x * no_grad(x)
/// }
///
/// assert_eq!(scaled(3.0), 9.0);
/// assert_eq!(scaled::grad(3.0), 3.0);
/// ```
#[inline]
pub fn no_grad<T>(value: T) -> T {
    value
}

#[doc = include_str!("mistakes.md")]
pub mod mistakes {}

#[cfg(feature = "alloc")]
pub use {
    progress::{History, Progress, TrainError},
    random::Rng,
    sgd::Sgd,
    tensor::{Matrix, Operand, Tensor, Vector, View, rank},
    train::Epochs,
};

/// What most programs need: `use gradus::prelude::*;`.
pub mod prelude {
    pub use crate::{Objective, Parameters, Real, Reduce, ShapeError, derivative, differentiable, no_grad};

    #[cfg(feature = "alloc")]
    pub use crate::{Matrix, Rng, Sgd, Tensor, TrainError, Vector, View, nn};

    pub use core::ops::ControlFlow;
}
