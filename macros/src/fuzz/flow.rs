// The corpus again: loops with state, changes of elements, several results, and rules.

#[differentiable]
fn until_large(x: f64) -> f64 {
    let mut y = x;
    let mut turns = 0;
    while y < 1.0 {
        y = y * y + 1.5;
    }
    let reached = loop {
        y = y * 1.5 + 0.1;
        turns += 1;
        if y > 3.0 {
            break y * turns as f64;
        }
    };
    reached.ln()
}

#[differentiable]
fn labelled(m: &Matrix<f64>) -> f64 {
    let mut total = 1.0_f64;
    'rows: for i in 0..m.rows() {
        for j in 0..m.cols() {
            if m[[i, j]] > 0.9 {
                break 'rows;
            }
            if m[[i, j]] < -0.6 {
                continue 'rows;
            }
            if total > 9.0 {
                return total * m[[i, j]];
            }
            total = total * 1.1 + m[[i, j]].exp() * total.sin();
        }
        total += 0.3;
    }
    total
}

#[differentiable]
fn elements(x: &[f64], w: f64, n: usize) -> f64 {
    let mut y = x.to_vec();
    let mut z = vec![0.0; x.len()];
    for i in 1..x.len() {
        z[i] = z[i - 1] * w + x[i];
        y[i] *= z[i];
    }
    y.swap(0, n);
    for v in y.iter_mut() {
        *v = v.sin() * w;
    }
    for (v, u) in y.iter_mut().zip(x) {
        *v += u * w;
    }
    z.copy_from_slice(&y);
    y.fill(w);
    let head = &x[..n];
    head.iter().sum::<f64>() + z.iter().zip(&y).map(|(a, b)| a * b).sum::<f64>()
}

#[differentiable(wrt(x, y))]
fn edges(x: f64, y: &[f64; 2], data: &[f64; 2]) -> (f64, [f64; 2], f64, [f64; 2], f64) {
    (2.0, *data, x, *y, if x > 0.0 { x * y[0] } else { y[1] })
}

#[differentiable]
fn outer(x: &[f64], y: f64) -> (Vec<f64>, f64) {
    let mut last = y;
    for x in x {
        last += x * y;
    }
    (x.to_vec(), last)
}

#[differentiable]
mod pendulum {
    use gradus::prelude::*;

    pub(crate) struct State {
        pub(crate) angle: f64,
        pub(crate) speed: f64,
        pub(crate) steps: usize,
    }

    impl State {
        fn moved(&self, by: f64) -> Self {
            Self { angle: self.angle + by * self.speed, speed: self.speed - by * self.angle.sin(), ..*self }
        }
    }

    #[differentiable(wrt(state))]
    pub(crate) fn step(state: &State, by: f64) -> State {
        state.moved(by)
    }
}

#[derivative(of = distance, wrt(x, to, v))]
fn distance_rule(x: &[f64], to: &[f64; 2], p: i32, v: &Vector<f64>) -> (f64, (Vec<f64>, [f64; 2], Vector<f64>)) {
    let by = |i: usize| f64::from(p) * (x[i] - to[i]).powi(p - 1);
    (distance(x, to, p, v), (vec![by(0), by(1)], [-by(0), -by(1)], v.map(|v| 2.0 * v)))
}
