//! [`Sgd`]: stochastic gradient descent.

use core::ops::ControlFlow;

use crate::objective::Objective;
use crate::parameters::Parameters;
use crate::progress::{History, Progress, TrainError};
use crate::step::Settings;
use crate::train::{self, Epochs, Loop};

/// Stochastic gradient descent as PyTorch's `torch.optim.SGD`.
///
/// With the parameters `p`, their gradient `g` and the buffer `v`, a step is
///
/// ```text
/// g = -g                                    with maximize
/// g = g + weight_decay p                    with weight_decay
/// v = g                                     at the first step with momentum
/// v = momentum v + (1 - dampening) g        at the steps after it
/// g = g + momentum v                        with nesterov
/// g = v                                     with momentum, without nesterov
/// p = p - lr g
/// ```
///
/// The numbers are those of the parameters' type; the settings are `f64` and are rounded to it.
///
/// The step alone, where the program has its own loop:
///
/// ```
/// use gradus::prelude::*;
///
/// let mut w = 1.0_f32;
/// let mut sgd = Sgd::new(0.1).momentum(0.9);
/// for _ in 0..2 {
///     let grad = 2.0 * w;
///     sgd.step(&mut w, &grad)?;
/// }
/// assert!((w - 0.46).abs() < 1e-6); // 1 - 0.1 * 2 = 0.8, then 0.8 - 0.1 * (0.9 * 2 + 1.6)
/// # Ok::<(), TrainError>(())
/// ```
///
/// The whole loop, with an observer that can stop it:
///
/// ```
/// use gradus::prelude::*;
///
/// let parabola = gradus::objective_from(|w: &f64, grad: &mut f64| {
///     *grad = 2.0 * (w - 3.0);
///     (w - 3.0).square()
/// });
/// let mut w = 0.0;
/// let history = Sgd::new(0.1).epochs(1000).observe_every(10).minimize_with(&parabola, &mut w, |progress| {
///     println!("{}: w = {}, loss {}", progress.epoch, progress.params, progress.loss);
///     if progress.loss < 1e-6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// })?;
/// assert_eq!(history.epochs(), 40);
/// # Ok::<(), TrainError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sgd<P> {
    settings: Settings,
    training: Loop,
    velocity: Option<P>,
}

impl<P: Parameters> Sgd<P> {
    /// Descent with this learning rate and nothing else.
    ///
    /// A rate that is negative or not finite is an error of the first step.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            settings: Settings { learning_rate, ..Settings::default() },
            training: Loop::default(),
            velocity: None,
        }
    }

    /// The share of the buffer that is kept at each step, at least 0.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.settings.momentum = momentum;
        self
    }

    /// The share of the gradient that does not get into the buffer.
    #[must_use]
    pub fn dampening(mut self, dampening: f64) -> Self {
        self.settings.dampening = dampening;
        self
    }

    /// Nesterov's momentum; it needs a momentum, and no dampening.
    #[must_use]
    pub fn nesterov(mut self) -> Self {
        self.settings.nesterov = true;
        self
    }

    /// The share of the parameters that is added to the gradient (an L2 penalty), at least 0.
    #[must_use]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.settings.weight_decay = weight_decay;
        self
    }

    /// Ascends instead.
    #[must_use]
    pub fn maximize(mut self) -> Self {
        self.settings.maximize = true;
        self
    }

    /// How many epochs the loop has at most: `1000`, which numbers them from 1, or a range of their
    /// numbers, such as `0..=1000`.
    #[must_use]
    pub fn epochs(mut self, epochs: impl Into<Epochs>) -> Self {
        self.training.epochs = epochs.into();
        self
    }

    /// Steps on mini-batches of this many rows, the last of an epoch possibly smaller. Without it a step is on all data.
    #[must_use]
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.training.batch_size = Some(rows);
        self
    }

    /// Draws the rows of mini-batches in a new random order in each epoch. Without it they come in their own order.
    #[must_use]
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.training.seed = Some(seed);
        self
    }

    /// Ends the loop when the loss changes by no more than this from one epoch to the next.
    #[must_use]
    pub fn tolerance(mut self, change: f64) -> Self {
        self.training.tolerance = Some(change);
        self
    }

    /// Has [`minimize_with`](Self::minimize_with) call its observer after epochs whose number `k` divides.
    #[must_use]
    pub fn observe_every(mut self, k: usize) -> Self {
        self.training.observe_every = k;
        self
    }

    /// Moves the parameters one step against a gradient.
    ///
    /// # Errors
    /// If a setting is invalid.
    ///
    /// # Panics
    /// If the shapes of parameters and gradient differ.
    pub fn step(&mut self, params: &mut P, grad: &P) -> Result<(), TrainError> {
        self.settings.check()?;
        let step = self.settings.step();
        step.take(params, grad, &mut self.velocity);
        Ok(())
    }

    /// Moves the parameters along the gradient of an objective, epoch by epoch.
    ///
    /// # Errors
    /// - [`TrainError::InvalidSetting`] before anything is done.
    /// - [`TrainError::Shapes`] if the parameters do not fit the objective's data, or that is empty and must
    ///   not be.
    /// - [`TrainError::NoRows`] if there is a batch size and the objective has no rows.
    /// - [`TrainError::Diverged`] when the loss, or a parameter, becomes infinite or NaN. The parameters
    ///   are then the last ones with a finite loss.
    pub fn minimize<O>(&mut self, objective: &O, params: &mut P) -> Result<History<P::Element>, TrainError>
    where
        O: Objective<Params = P>,
    {
        self.minimize_with(objective, params, |_| ControlFlow::Continue(()))
    }

    /// As [`minimize`](Self::minimize), with an observer, which ends the loop by `ControlFlow::Break(())`.
    ///
    /// # Errors
    /// As [`minimize`](Self::minimize).
    pub fn minimize_with<O>(
        &mut self,
        objective: &O,
        params: &mut P,
        observe: impl FnMut(&Progress<'_, P>) -> ControlFlow<()>,
    ) -> Result<History<P::Element>, TrainError>
    where
        O: Objective<Params = P>,
    {
        self.settings.check()?;
        let step = self.settings.step();
        let rate = self.settings.learning_rate;
        let velocity = &mut self.velocity;
        let take = |params: &mut P, grad: &P| step.take(params, grad, velocity);
        let history = train::run(&self.training, rate, objective, params, take, observe);
        if history.is_err() {
            self.velocity = None;
        }
        history
    }
}
