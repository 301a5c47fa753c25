//! The training loop: epochs, mini-batches, and what ends it.

use alloc::vec::Vec;
use core::ops::{ControlFlow, Range, RangeInclusive};

use crate::objective::Objective;
use crate::parameters::Parameters;
use crate::progress::{History, Progress, TrainError};
use crate::random::Rng;
use crate::real::Real;

/// The numbers of the epochs of a training loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    first: usize,
    count: usize,
}

/// That many epochs, numbered from 1.
impl From<usize> for Epochs {
    fn from(count: usize) -> Self {
        Epochs { first: 1, count }
    }
}

impl From<Range<usize>> for Epochs {
    fn from(numbers: Range<usize>) -> Self {
        Epochs { first: numbers.start, count: numbers.len() }
    }
}

impl From<RangeInclusive<usize>> for Epochs {
    fn from(numbers: RangeInclusive<usize>) -> Self {
        Epochs { first: *numbers.start(), count: numbers.count() }
    }
}

/// The settings of a training loop.
#[derive(Debug, Clone)]
pub(crate) struct Loop {
    pub(crate) epochs: Epochs,
    pub(crate) batch_size: Option<usize>,
    pub(crate) seed: Option<u64>,
    pub(crate) tolerance: Option<f64>,
    pub(crate) observe_every: usize,
}

impl Default for Loop {
    fn default() -> Self {
        Loop { epochs: 0.into(), batch_size: None, seed: None, tolerance: None, observe_every: 1 }
    }
}

impl Loop {
    fn check(&self) -> Result<(), TrainError> {
        let positive = |name, value: usize| match value {
            0 => Err(TrainError::InvalidSetting { name, value: 0.0, expected: "at least 1" }),
            _ => Ok(()),
        };
        positive("number of epochs", self.epochs.count)?;
        positive("batch size", self.batch_size.unwrap_or(1))?;
        positive("number of epochs between observations", self.observe_every)?;
        match self.tolerance {
            Some(value) if value.is_nan() || value < 0.0 => {
                Err(TrainError::InvalidSetting { name: "tolerance", value, expected: "at least 0" })
            }
            _ => Ok(()),
        }
    }
}

/// Parameters on their way down. The caller's own stay one step behind: they are the last good ones.
struct Descent<'a, P: Parameters, S> {
    params: P,
    grad: P,
    good: &'a mut P,
    last_finite_loss: Option<P::Element>,
    learning_rate: f64,
    step: S,
}

impl<'a, P: Parameters, S: FnMut(&mut P, &P) -> bool> Descent<'a, P, S> {
    fn new(good: &'a mut P, learning_rate: f64, step: S) -> Self {
        let (mut params, grad) = (good.zeros_like(), good.zeros_like());
        copy(&mut params, good);
        Descent { params, grad, good, last_finite_loss: None, learning_rate, step }
    }

    /// Evaluates and takes a step; the answer is the loss before the step.
    #[inline]
    fn advance(
        &mut self,
        epoch: usize,
        value_and_grad_into: impl FnOnce(&P, &mut P) -> P::Element,
    ) -> Result<P::Element, TrainError> {
        let loss = value_and_grad_into(&self.params, &mut self.grad);
        if loss.is_finite() {
            copy(self.good, &self.params);
            self.last_finite_loss = Some(loss);
            if (self.step)(&mut self.params, &self.grad) {
                return Ok(loss);
            }
        }
        Err(TrainError::Diverged {
            epoch,
            loss: loss.to_f64(),
            last_finite_loss: self.last_finite_loss.map(Real::to_f64),
            learning_rate: self.learning_rate,
        })
    }
}

fn copy<P: Parameters>(to: &mut P, from: &P) {
    to.zip_mut(from, &mut |to, from| to.copy_from_slice(from));
}

/// The order in which rows are drawn, and the data of the current mini-batch.
struct Batches<B> {
    size: usize,
    order: Vec<usize>,
    rng: Option<Rng>,
    batch: B,
}

impl<B: Default> Batches<B> {
    fn new(size: usize, rows: Option<usize>, seed: Option<u64>) -> Result<Self, TrainError> {
        let rows = rows.filter(|&rows| rows > 0).ok_or(TrainError::NoRows)?;
        Ok(Batches { size, order: (0..rows).collect(), rng: seed.map(Rng::manual_seed), batch: B::default() })
    }

    /// Takes a step on each mini-batch; the answer is the mean loss of the rows.
    fn advance<O, S>(
        &mut self,
        epoch: usize,
        objective: &O,
        descent: &mut Descent<'_, O::Params, S>,
    ) -> Result<<O::Params as Parameters>::Element, TrainError>
    where
        O: Objective<Batch = B>,
        S: FnMut(&mut O::Params, &O::Params) -> bool,
    {
        if let Some(rng) = &mut self.rng {
            rng.randperm_into(&mut self.order);
        }
        let mut total = <O::Params as Parameters>::Element::ZERO;
        for rows in self.order.chunks(self.size) {
            objective.gather(rows, &mut self.batch);
            let loss = descent.advance(epoch, |params, grad| {
                objective.batch_value_and_grad_into(&self.batch, params, grad)
            })?;
            total += loss * Real::from_usize(rows.len());
        }
        Ok(total / Real::from_usize(self.order.len()))
    }
}

/// Trains with steps that say whether the parameters are still finite.
pub(crate) fn run<O: Objective>(
    training: &Loop,
    learning_rate: f64,
    objective: &O,
    params: &mut O::Params,
    step: impl FnMut(&mut O::Params, &O::Params) -> bool,
    observe: impl FnMut(&Progress<'_, O::Params>) -> ControlFlow<()>,
) -> Result<History<<O::Params as Parameters>::Element>, TrainError> {
    training.check()?;
    objective.check_shapes(params)?;
    let descent = Descent::new(params, learning_rate, step);
    match training.batch_size {
        None => epochs(training, descent, observe, |epoch, descent| {
            descent.advance(epoch, |params, grad| objective.value_and_grad_into(params, grad))
        }),
        Some(size) => {
            let mut batches = Batches::new(size, objective.rows(), training.seed)?;
            epochs(training, descent, observe, |epoch, descent| batches.advance(epoch, objective, descent))
        }
    }
}

/// Runs epochs, each of which answers its loss, until something ends them.
fn epochs<'a, P: Parameters, S>(
    training: &Loop,
    mut descent: Descent<'a, P, S>,
    mut observe: impl FnMut(&Progress<'_, P>) -> ControlFlow<()>,
    mut advance: impl FnMut(usize, &mut Descent<'a, P, S>) -> Result<P::Element, TrainError>,
) -> Result<History<P::Element>, TrainError> {
    /// An epoch does not allocate; a loop with more epochs than this grows its history now and then.
    const RESERVED: usize = 1 << 20;

    let Epochs { first, count } = training.epochs;
    let mut losses = Vec::with_capacity(count.min(RESERVED));
    for epoch in (first..).take(count) {
        let loss = advance(epoch, &mut descent)?;
        let previous = losses.last().copied();
        losses.push(loss);
        if epoch.is_multiple_of(training.observe_every) {
            let (params, grad) = (&descent.params, &descent.grad);
            let last_epoch = first + count - 1;
            if observe(&Progress { epoch, last_epoch, loss, params, grad }).is_break() {
                break;
            }
        }
        if let (Some(tolerance), Some(previous)) = (training.tolerance, previous)
            && (loss - previous).to_f64().abs() <= tolerance
        {
            break;
        }
    }
    *descent.good = descent.params;
    Ok(History { losses })
}
