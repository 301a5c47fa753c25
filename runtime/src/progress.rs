//! What training tells: progress, the history of losses, and errors.

use alloc::vec::Vec;
use core::fmt;

use crate::error::ShapeError;
use crate::parameters::Parameters;
use crate::real::Real;

/// What an observer is told after an epoch.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a, P: Parameters> {
    /// The epoch's number.
    pub epoch: usize,
    /// The last epoch's number, if nothing ends the loop before it.
    pub last_epoch: usize,
    /// The loss before the epoch's step; with mini-batches, the mean over the epoch's rows.
    pub loss: P::Element,
    /// The parameters after the step.
    pub params: &'a P,
    /// The gradient of the step; with mini-batches, of the last one.
    pub grad: &'a P,
}

/// The loss of each epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct History<T> {
    pub(crate) losses: Vec<T>,
}

impl<T: Real> History<T> {
    /// How many epochs there were, at least one.
    pub fn epochs(&self) -> usize {
        self.losses.len()
    }

    /// The loss of the last epoch, from before its step.
    pub fn last(&self) -> T {
        *self.losses.last().expect("a loop without epochs is an error")
    }

    /// The loss of each epoch, from before its step; with mini-batches, the mean over the epoch's rows.
    pub fn losses(&self) -> &[T] {
        &self.losses
    }
}

/// Why training ended without a result.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum TrainError {
    /// The loss, or a parameter, became infinite or NaN.
    Diverged {
        /// The epoch in which it happened.
        epoch: usize,
        /// The loss of that epoch; finite if the step after it is what led to infinity.
        loss: f64,
        /// The last loss that was finite.
        last_finite_loss: Option<f64>,
        /// The learning rate, which is probably too large.
        learning_rate: f64,
    },
    /// A setting of the optimiser makes no sense.
    InvalidSetting {
        /// Its name.
        name: &'static str,
        /// What it was set to.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// Mini-batches were asked for, and the objective has no rows.
    NoRows,
    /// The parameters and the data do not fit each other.
    Shapes(ShapeError),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TrainError::Diverged { epoch, loss, last_finite_loss: Some(last), learning_rate } => {
                if loss.is_finite() {
                    write!(
                        f,
                        "a parameter became infinite or NaN in epoch {epoch}; the last finite loss was {}",
                        Figures(last)
                    )?;
                } else {
                    write!(
                        f,
                        "the loss became {loss} in epoch {epoch}; the last finite loss was {}",
                        Figures(last)
                    )?;
                }
                write!(f, "; try a smaller learning rate than {learning_rate:?}")
            }
            TrainError::Diverged { loss, last_finite_loss: None, .. } => {
                write!(
                    f,
                    "the loss is {loss} before the first step; look for NaN or infinity in data and parameters"
                )
            }
            TrainError::InvalidSetting { name, value, expected } => {
                write!(f, "the {name} is {value}; it must be {expected}")
            }
            TrainError::NoRows => f.write_str("the objective has no rows to draw mini-batches from"),
            TrainError::Shapes(error) => error.fmt(f),
        }
    }
}

/// A loss with the digits that a reader needs.
struct Figures(f64);

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.abs() {
            1e-3..1e7 => write!(f, "{:.6}", self.0),
            _ => write!(f, "{:.6e}", self.0),
        }
    }
}

impl core::error::Error for TrainError {}

impl From<ShapeError> for TrainError {
    fn from(error: ShapeError) -> Self {
        TrainError::Shapes(error)
    }
}
