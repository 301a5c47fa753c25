//! Steps of gradient descent as work.

use gradus::prelude::*;

use crate::common::Work;

/// The learning rate of all cases.
pub(crate) const RATE: f32 = 0.1;

/// Parameters, and what a step does to them: it answers the loss before.
pub(crate) struct Training<P, S> {
    pub(crate) params: P,
    pub(crate) step: S,
}

impl<P: Parameters<Element = f32>, S: FnMut(&mut P) -> f32> Work for Training<P, S> {
    fn run(&mut self) -> f64 {
        (self.step)(&mut self.params).into()
    }

    fn numbers(&self) -> Vec<f64> {
        let mut numbers = Vec::new();
        self.params.for_each(&mut |run| numbers.extend(run.iter().map(|&number| f64::from(number))));
        numbers
    }
}

/// The generated objective with the optimiser's step.
pub(crate) fn ours<O, P>(objective: O, params: P) -> impl Work
where
    O: Objective<Params = P>,
    P: Parameters<Element = f32>,
{
    let mut grad = params.zeros_like();
    let mut sgd = Sgd::new(RATE.into());
    let step = move |params: &mut P| {
        let loss = objective.value_and_grad_into(params, &mut grad);
        sgd.step(params, &grad).expect("the parameters stay finite");
        loss
    };
    Training { params, step }
}
