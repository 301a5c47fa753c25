//! [`Objective`]: a function of its parameters alone, with its gradient.

use core::marker::PhantomData;

use crate::error::ShapeError;
use crate::parameters::Parameters;

/// The numbers of an objective's parameters.
pub type Element<O> = <<O as Objective>::Params as Parameters>::Element;

/// A function that an optimiser minimises: a value and a gradient at given parameters.
///
/// `#[differentiable]` generates one, `cost::objective(..)`; [`objective_from`] makes one of a closure.
///
/// An objective whose data has rows says how many, and can be evaluated on some of them: it must then
/// write [`gather`](Self::gather) and [`batch_value_and_grad_into`](Self::batch_value_and_grad_into).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an objective that an optimiser can minimise",
    label = "this is not an objective",
    note = "write `&cost::objective(&x, &y)` for a function `cost` with `#[differentiable]`, with all that it \
            is not differentiated by,",
    note = "or `&objective_from(|params| ..)` for a closure that returns the value and the gradient"
)]
pub trait Objective {
    /// What the optimiser moves.
    type Params: Parameters;

    /// A mini-batch's own data, kept between batches so that its storage is used again; `()` without rows.
    type Batch: Default;

    /// The value.
    fn value(&self, params: &Self::Params) -> Element<Self>;

    /// The value, and the gradient in place of what `grad` was. `grad` has the parameters' shapes.
    fn value_and_grad_into(&self, params: &Self::Params, grad: &mut Self::Params) -> Element<Self>;

    /// Whether the parameters fit the data; an optimiser asks before it begins.
    ///
    /// # Errors
    /// If they do not.
    fn check_shapes(&self, params: &Self::Params) -> Result<(), ShapeError> {
        let _ = params;
        Ok(())
    }

    /// How many rows can be drawn as mini-batches; `None` if there is no data with rows.
    fn rows(&self) -> Option<usize> {
        None
    }

    /// Copies rows of the data to a mini-batch.
    fn gather(&self, rows: &[usize], batch: &mut Self::Batch) {
        let _ = (rows, batch);
    }

    /// As [`value_and_grad_into`](Self::value_and_grad_into), on a mini-batch alone.
    fn batch_value_and_grad_into(
        &self,
        batch: &Self::Batch,
        params: &Self::Params,
        grad: &mut Self::Params,
    ) -> Element<Self> {
        let _ = batch;
        self.value_and_grad_into(params, grad)
    }
}

/// An objective without rows of a closure that answers the value and writes the gradient.
///
/// ```
/// use gradus::prelude::*;
///
/// let parabola = gradus::objective_from(|w: &f64, grad: &mut f64| {
///     *grad = 2.0 * (w - 3.0);
///     (w - 3.0).square()
/// });
/// let mut w = 0.0;
/// Sgd::new(0.1).epochs(100).minimize(&parabola, &mut w)?;
/// assert!((w - 3.0).abs() < 1e-6);
/// # Ok::<(), TrainError>(())
/// ```
pub fn objective_from<P, F>(value_and_grad_into: F) -> impl Objective<Params = P, Batch = ()>
where
    P: Parameters,
    F: Fn(&P, &mut P) -> P::Element,
{
    Closure { value_and_grad_into, params: PhantomData }
}

struct Closure<P, F> {
    value_and_grad_into: F,
    params: PhantomData<P>,
}

impl<P: Parameters, F: Fn(&P, &mut P) -> P::Element> Objective for Closure<P, F> {
    type Params = P;
    type Batch = ();

    fn value(&self, params: &P) -> P::Element {
        (self.value_and_grad_into)(params, &mut params.zeros_like())
    }

    fn value_and_grad_into(&self, params: &P, grad: &mut P) -> P::Element {
        (self.value_and_grad_into)(params, grad)
    }
}
