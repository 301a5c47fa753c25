// A mistake in a function that is used elsewhere.
use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, x: &Vector<f64>) -> f64 {
    (x * w).summ()
}

#[differentiable]
mod model {
    /// A line.
    #[derive(Clone, Debug)]
    pub struct Line {
        /// The slope.
        pub slope: f64,
    }

    #[differentiable(wrt(line))]
    pub fn error(line: &Line, x: f64) -> f64 {
        (line.slope * x).squared()
    }
}

use model::error;

fn main() -> Result<(), TrainError> {
    let x = Vector::from([1.0, 2.0]);
    let (value, grad) = cost::value_and_grad(1.0, &x);
    let mut params = cost::Params { w: grad.w, x: x.clone() };
    let history = Sgd::new(0.01).epochs(10).minimize(&cost::objective(), &mut params)?;
    println!("{} {value} {}", cost(1.0, &x), history.last());
    let line: model::Line = error::grad(&model::Line { slope: 1.0 }, 2.0);
    println!("{} {}", line.slope, error::FORMULA);
    Ok(())
}
