//! One step of gradient descent.

use crate::parameters::Parameters;
use crate::progress::TrainError;
use crate::real::Real;

/// What a user sets about a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) learning_rate: f64,
    pub(crate) momentum: f64,
    pub(crate) dampening: f64,
    pub(crate) nesterov: bool,
    pub(crate) weight_decay: f64,
    pub(crate) maximize: bool,
}

impl Settings {
    /// Whether PyTorch would take these settings.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let check = |valid: bool, name, value, expected| match valid {
            true => Ok(()),
            false => Err(TrainError::InvalidSetting { name, value, expected }),
        };
        let from_0 = |name, value: f64| {
            check(value.is_finite() && value >= 0.0, name, value, "a finite number of at least 0")
        };
        let Settings { momentum, dampening, nesterov, .. } = *self;
        from_0("learning rate", self.learning_rate)?;
        from_0("momentum", momentum)?;
        from_0("weight decay", self.weight_decay)?;
        check(dampening.is_finite(), "dampening", dampening, "a finite number")?;
        check(!nesterov || momentum > 0.0, "momentum", momentum, "more than 0 with nesterov")?;
        check(!nesterov || dampening == 0.0, "dampening", dampening, "0 with nesterov")
    }

    pub(crate) fn step<T: Real>(&self) -> Step<T> {
        Step {
            rate: T::from_f64(self.learning_rate),
            momentum: (self.momentum != 0.0).then(|| T::from_f64(self.momentum)),
            share: T::from_f64(1.0 - self.dampening),
            decay: (self.weight_decay != 0.0).then(|| T::from_f64(self.weight_decay)),
            maximize: self.maximize,
            nesterov: self.nesterov,
        }
    }
}

/// The settings in the parameters' own type. What is not wanted is not computed, rather than multiplied by 0.
#[derive(Clone, Copy)]
pub(crate) struct Step<T> {
    rate: T,
    momentum: Option<T>,
    /// The share of the gradient that gets into the buffer.
    share: T,
    decay: Option<T>,
    maximize: bool,
    nesterov: bool,
}

impl<T: Real> Step<T> {
    /// Moves the parameters, and says whether they are finite after it.
    #[inline]
    pub(crate) fn take<P>(&self, params: &mut P, grad: &P, velocity: &mut Option<P>) -> bool
    where
        P: Parameters<Element = T>,
    {
        let mut finite = true;
        let mut descend = |p: &mut T, g: T| {
            *p -= self.rate * g;
            finite &= p.is_finite();
        };
        let direction = |p: T, g: T| {
            let g = if self.maximize { -g } else { g };
            self.decay.map_or(g, |decay| g + decay * p)
        };
        let Some(momentum) = self.momentum else {
            // Apart, so that the step most taken chooses nothing for each number.
            if self.decay.is_none() && !self.maximize {
                params.zip_mut(grad, &mut |params, grad| {
                    params.iter_mut().zip(grad).for_each(|(p, &g)| descend(p, g));
                });
            } else {
                params.zip_mut(grad, &mut |params, grad| {
                    params.iter_mut().zip(grad).for_each(|(p, &g)| descend(p, direction(*p, g)));
                });
            }
            return finite;
        };
        let first = velocity.is_none();
        let velocity = velocity.get_or_insert_with(|| params.zeros_like());
        params.zip2_mut(velocity, grad, &mut |params, velocity, grad| {
            for ((p, v), &g) in params.iter_mut().zip(velocity).zip(grad) {
                let g = direction(*p, g);
                *v = if first { g } else { momentum * *v + self.share * g };
                descend(p, if self.nesterov { g + momentum * *v } else { *v });
            }
        });
        finite
    }
}
