//! Vectors of numbers on stable Rust: the one layer that knows of instruction sets.
//!
//! Work is written once, as a [`Kernel`] generic over [`Simd`], and [`dispatch()`] runs it on the widest
//! instruction set that the machine has: AVX-512, AVX2 with FMA, or whatever the target has anyway. What a
//! kernel computes with are [`Lanes`]: several numbers on which an operation is done at once. A plain number
//! is a vector of one lane, so that [`Scalar`] runs the same kernel on short data and remainders.
//!
//! | file | what is in it |
//! |---|---|
//! | `dispatch.rs` | which instruction set runs a kernel |
//! | `lanes.rs` | what a vector can do, with every row of the table of elementwise operations |
//! | `scalar.rs`, `pack.rs`, `x86.rs`, `avx2.rs`, `avx512.rs` | the vectors |
//! | `unrolled.rs` | two vectors at a time |
//! | `turns.rs` | the sums and the transpose of several vectors at once |
//! | `outer.rs` | the sum of outer products |
//! | `prefetch.rs` | asking memory for data before it is needed |
//! | `rows.rs` | several rows of a matrix |
//! | `vector.rs` | what the mathematics needs of them besides |
//! | `math/` | the rows in vector form |
//!
//! A row without a vector form is computed lane by lane, by the method of [`Real`](crate::Real). One with
//! it is a function in `math/` and its name in the list there.
//!
//! # Why this is sound
//!
//! The vectors call instructions that not every machine has. Their types are private to the crate and
//! there is no way to name them but as the associated types of [`Simd`], whose only implementation besides
//! [`Scalar`] and the portable one is handed to a kernel by [`dispatch()`] and
//! [`InstructionSet::run`], which have asked the machine for the instructions. So a value of such a
//! type, and a call of its functions, only exists where the instructions do. Nothing depends on a kernel
//! being inlined, but its speed does: whatever computes with vectors must be `#[inline(always)]`, since
//! only what ends up inside the function of `dispatch.rs` that enables the instructions is compiled to them.

#![allow(unsafe_code, reason = "instructions that not every machine has can be called in no other way")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod dispatch;
mod lanes;
mod math;
mod outer;
mod pack;
mod prefetch;
mod rows;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod turns;
mod unrolled;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use dispatch::{InstructionSet, Kernel, Simd, dispatch};
pub use lanes::Lanes;
pub(crate) use outer::{Grid, outer_products};
pub(crate) use pack::Portable;
pub(crate) use prefetch::{prefetch, prefetch_far};
pub(crate) use rows::Rows;
pub use scalar::Scalar;
