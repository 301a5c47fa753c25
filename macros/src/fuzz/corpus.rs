//! What the fuzzer starts from: an example of each part of the language. Read as text, never compiled.

#[differentiable(wrt(w, b))]
pub fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
    let hypothesis = x * w + b;
    (hypothesis - y).square().mean()
}

#[differentiable]
fn scalars(x: f64, y: f64) -> f64 {
    let z = x.sin() * y.exp() + x.powi(3) - y.powf(x) / (1.0 + x.abs());
    let w = z.tanh().atan2(y).hypot(x) + z.min(y).max(-x) - 2.5e-3;
    w.clamp(-1.0, 1.0).mul_add(x, y) % 3.0
}

#[differentiable(wrt(x))]
fn named_functions(x: f64, n: usize) -> f64 {
    let a = f64::max(x, 2.0) + f64::from(x) + f64::sqrt(x);
    let b = f64::consts::PI * x.recip() + std::f64::consts::E;
    (a - b.sigmoid().softplus().gelu().erf()) * n as f64
}

#[differentiable]
fn shadowing(x: f32) -> f32 {
    const HALF: f32 = 0.5;
    let x = x * HALF;
    let (y, (z, _)) = (x.ln(), (x.sqrt(), 1.0));
    let x = {
        let y = &y;
        *y + z
    };
    return x.cbrt();
}

#[differentiable]
fn points(points: &[[f64; 2]], center: [f64; 2]) -> f64 {
    let sides: f64 = points.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum();
    points.iter().map(|&[x, y]| (x - center[0]).powi(2) + y * center[1]).sum::<f64>() / sides
}

#[differentiable(crate = ::other::gradus)]
pub(crate) fn generic<T: Real>(x: T, y: &[T]) -> T {
    let one = T::from_f64(1.0);
    let sum = y[0] * x + y[1].exp_m1().ln_1p();
    sum / (one + x.cosh()) + T::from_usize(y.len())
}

#[differentiable(wrt(a))]
fn arrays(a: [f64; 3], b: &[[f64; 3]; 2], n: usize) -> f64 {
    let rows = [a[0] * b[1][2], b[0][n], -a[2]];
    let table = [[1.0, 2.0], [a[1], a[2]]];
    let flat = [a[1]; 4];
    rows.sum() + b.matmul(a).max() + flat.prod() + table.sum_axis(0)[n]
}

#[differentiable]
fn const_generic<const N: usize>(x: &[f64; N], y: &[f64; N]) -> f64 {
    x.dot(y) / N as f64 + (x - y).norm()
}

#[differentiable(wrt(w, b))]
fn logistic(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>, lambda: f64) -> f64 {
    let z = x.matmul(w) + b;
    (z.softplus() - y * &z).mean() + lambda / 2.0 * w.square().sum()
}

#[differentiable(wrt(w, b))]
fn classes(w: &Matrix<f64>, b: &Vector<f64>, x: &Matrix<f64>, labels: &[usize]) -> f64 {
    (x.matmul(w) + b).cross_entropy(labels)
}

#[differentiable(wrt(w1, b1, w2, b2))]
fn perceptron(w1: &Matrix, b1: &Vector, w2: &Matrix, b2: &Vector, x: &Matrix, y: &Matrix) -> f32 {
    let hidden = (x.matmul(w1) + b1).relu();
    (hidden.matmul(w2) + b2).mse_loss(y)
}

#[differentiable]
fn attention(q: &Matrix<f64>, k: &Matrix<f64>, v: &Matrix<f64>) -> f64 {
    let weights = (q.matmul(&k.t()) / 8.0).softmax(1);
    let out = weights.matmul(v).log_softmax(1).t();
    out.max_axis(0).min() + out.logsumexp(0).norm()
}

#[differentiable(wrt(centroids))]
fn k_means(points: &Matrix<f64>, centroids: &Matrix<f64>) -> f64 {
    let differences = points.insert_axis(1, centroids.rows()) - centroids;
    differences.square().sum_axis(2).min_axis(1).sum()
}

#[differentiable]
fn embedding(table: &Tensor<f32, 2>, tokens: &[usize], w: &Tensor<f32, 3>) -> f32 {
    let chosen = table.select_rows(tokens);
    let batch = chosen.insert_axis(0, tokens.len()).matmul(w);
    batch.mean_axis(0).sum_axis(1).max() + w[0].sum() + w[[0, 1]].mean()
}

#[differentiable(wrt(x))]
fn losses(x: &Vector<f64>, y: &Vector<f64>, delta: f64) -> f64 {
    let z = x.outer(y).sum_axis(0);
    z.huber_loss(y, delta) + x.binary_cross_entropy_with_logits(y) + x.mse_loss(&z.clone())
}

#[differentiable]
fn largest(x: &Vector<f64>) -> f64 {
    let largest = x.max().detach();
    let shifted = (x - largest).exp();
    largest + shifted.sum().ln() + x.maximum(0.5).minimum(x).prod()
}

#[differentiable(wrt(x))]
fn constructors(x: f64, n: usize, v: &Vector<f64>) -> f64 {
    let eye = Matrix::<f64>::eye(n);
    let ones = Vector::ones([n]) * x + Vector::full([3], x) - Vector::from([x, 1.0, 2.0]);
    (eye.matmul(v) + &ones).sum() + Matrix::from([[x, 1.0], [2.0, x]]).sum() + Tensor::zeros([n]).mean()
}

#[differentiable]
fn indices(x: &Matrix<f64>, order: &[usize]) -> f64 {
    let first = x[[0, order[1]]] * x[[order[0], 0]];
    first + x[order.len() - 1].square().sum() * (x.rows() * x.cols()) as f64
}

#[differentiable(wrt(x))]
fn integers(x: f64, n: i32, flag: bool, k: u64) -> f64 {
    let power = x.powi(n - 1) + x.powi(2 * n);
    power * (n as f64 + 1.0) / k as f64 + (1_000u64 + k) as f64
}

#[differentiable]
fn calls(w: f64, x: &Vector<f64>) -> f64 {
    let a: f64 = cost(w, x);
    let b: f64 = super::models::loss(x, w * 2.0, &x.square());
    a * a + b.sin() * a
}

#[differentiable(wrt(x))]
/// With documentation, attributes and names that need care.
#[inline]
#[cfg(all())]
pub(in super::super) fn names(x: f64, r#type: f64, value: f64, grad: &Vector<f64>, i: usize) -> f64 {
    let sum = grad * x + r#type;
    let t = sum * OFFSET + self::LIMIT;
    (t * value).sum() + x.powi(i as i32) + grad[i]
}

#[differentiable]
fn widths(x: f32, y: &Vector<f32>) -> f64 {
    let wide = x as f64 * 2.0;
    (y.sum() as f64 + wide).square() - 1.0_f32 as f64
}

#[differentiable(wrt(x, v))]
fn branches(x: f64, n: usize, v: &Vector<f64>, flag: bool) -> f64 {
    if flag && n > 2 {
        return x * 2.0;
    }
    let w = if x > 0.0 { v * x } else if !flag { v.square() } else { -v };
    let y = match n {
        0 => 1.0,
        1 | 2 => x.sin(),
        3..=5 if flag => x,
        _ => w.sum(),
    };
    (if y.abs() < 1e-3 || y >= x { y } else { x / y }) + w[n]
}

#[differentiable(wrt(x))]
fn assignments(x: f64, flag: bool) -> f64 {
    let mut y = x;
    y *= 2.0;
    y += y.sin();
    let (mut a, b) = (y, y - x);
    if flag {
        a = b;
        y -= a * x;
    }
    y / a
}

#[differentiable]
fn loops(x: &[f64], w: f64, n: usize) -> f64 {
    let mut sum = w;
    let mut product = 1.0;
    let mut largest = f64::NEG_INFINITY;
    let mut count = 0_usize;
    for i in 0..x.len() {
        let square = x[i] * x[i];
        if x[i] > 0.0 {
            sum += square * w;
        } else if i % 2 == 0 {
            product *= x[i] + 2.0;
        }
        largest = largest.max(x[i] * w);
        count += 1;
    }
    for i in (1..=n).rev().step_by(2) {
        sum -= x[i] * x[i - 1];
    }
    assert!(count > 0, "no data");
    sum * product + largest * count as f64
}

#[differentiable]
fn nested_loops(a: &Matrix<f64>, b: &Matrix<f64>, x: &Vector<f64>) -> f64 {
    let mut total = 0.0;
    let mut last = Vector::zeros([3]);
    for i in 0..a.rows() {
        let mut row = x[i];
        for j in 0..b.cols() {
            for k in 0..a.cols() {
                row += a[[i, k]] * b[[k, j]];
            }
        }
        total += row.tanh();
        last += x * row;
    }
    total + last.sum()
}

#[differentiable]
fn iterators(x: &[f64], y: &[f64], m: &[[f64; 3]; 2]) -> f64 {
    let squares: f64 = x.iter().map(|v| v * v).sum();
    let products: f64 = x.iter().zip(y).map(|(a, b)| a * b.sin()).sum();
    let weighted: f64 = x.iter().enumerate().map(|(i, &v)| v * i as f64).sum();
    let positive: f64 = y.iter().filter(|v| **v > 0.0).map(|v| v.sqrt()).sum();
    let product: f64 = y.iter().skip(1).take(3).map(|v| v + 2.0).product();
    let differences = x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>();
    let pairs: f64 = y.chunks_exact(2).map(|c| c[0] * c[1]).sum();
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let rows = m.iter().map(|row| row.iter().sum::<f64>()).product::<f64>();
    let count = y.iter().filter(|v| **v > 0.0).count();
    squares * products + weighted * positive + product * differences + pairs * largest + rows / count as f64
}

#[differentiable(wrt(layer))]
fn linear_layer(layer: &Linear, x: &Matrix, y: &Matrix) -> f32 {
    layer.forward(x).tanh().mse_loss(y) + layer.weight.square().sum() + layer.bias[0]
}

#[differentiable]
mod model {
    use gradus::prelude::*;

    /// A line through many features.
    #[derive(Debug, Clone)]
    pub struct LinearRegression {
        pub weight: Vector,
        pub bias: f32,
        size: usize,
    }

    impl LinearRegression {
        pub fn forward(&self, x: &Matrix) -> Vector {
            x.matmul(&self.weight) + self.shift(2.0)
        }

        fn shift(&self, by: f32) -> f32 {
            self.bias * by
        }
    }

    fn penalty(x: &Vector) -> f32 {
        square(x.norm()) + self::square(1.0)
    }

    fn square(x: f32) -> f32 {
        x * x
    }

    /// Mean squared error.
    #[differentiable(wrt(model))]
    pub fn cost(model: &LinearRegression, x: &Matrix, y: &Vector) -> f32 {
        model.forward(x).mse_loss(y) + penalty(&model.weight)
    }
}

#[differentiable(crate = gradus)]
pub mod network {
    pub struct Dense {
        weight: [[f64; 3]; 2],
        bias: [f64; 2],
    }

    pub struct Network {
        first: Dense,
        second: Dense,
        scale: f64,
    }

    impl Dense {
        fn forward(&self, x: &[f64; 3]) -> [f64; 2] {
            self.weight.matmul(x).sigmoid() + self.bias
        }
    }

    impl Network {
        fn forward(&self, x: &[f64; 3]) -> f64 {
            let (a, b) = (self.first.forward(x), self.second.forward(x));
            (a * b).sum() * self.scale
        }
    }

    #[differentiable]
    fn output(network: &Network, x: &[f64; 3]) -> f64 {
        network.forward(x)
    }

    #[differentiable(wrt(x))]
    fn by_data(network: &Network, x: &[f64; 3]) -> f64 {
        let output: f64 = network.forward(x);
        output.exp().ln()
    }
}

#[differentiable]
fn det(a: &[f64], size: usize, row: usize, used: usize) -> f64 {
    if row == size {
        return 1.0;
    }
    let mut total = 0.0;
    for j in 0..size {
        if used & (1 << j) == 0 {
            let sign: f64 = sign(used, j);
            total += sign * a[row * size + j] * det(a, size, row + 1, used | (1 << j));
        }
    }
    total
}

#[differentiable]
fn calls(x: f64, v: &[f64], a: [f64; 3], m: &Matrix<f64>, n: usize) -> f64 {
    let one: f64 = other::scalars(x, a[0]);
    let two: f64 = of_arrays(&[x, a[1]], a, &(m * x), v);
    let count = helper(n, &[n, 2]) as f64;
    let top: usize = std::cmp::max(n, 3);
    (0..top).map(|i| one * count * v[i].powi(n.pow(2) as i32)).sum::<f64>() + two * no_grad(x)
}
