//! Problems of the public benchmark GradBench, written as its authors tell them: what the language can do.

#![allow(clippy::needless_range_loop, reason = "the problems are told with indices")]

#[path = "../reference.rs"]
mod reference;

mod ba;
mod det;
mod gmm;
mod lstm;
mod ode;
