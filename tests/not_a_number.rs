//! Where an operand is NaN, the derivative is that of the number that the function returns.

macro_rules! of_each {
    ($($module:ident $float:ident),*) => {$(
        mod $module {
            use gradus::prelude::*;

            #[differentiable]
            pub(super) fn larger(x: $float, y: $float) -> $float {
                2.0 * x.max(y)
            }

            #[differentiable]
            pub(super) fn smaller(x: $float, y: $float) -> $float {
                2.0 * x.min(y)
            }

            #[differentiable]
            pub(super) fn larger_of_arrays(x: &[$float; 3], y: &[$float; 3]) -> $float {
                let mut sum = 0.0;
                for i in 0..3 {
                    sum += 2.0 * x[i].max(y[i]);
                }
                sum
            }

            #[differentiable]
            pub(super) fn larger_elements(x: &Vector<$float>, y: &Vector<$float>) -> $float {
                2.0 * x.maximum(y).sum()
            }

            #[differentiable]
            pub(super) fn smaller_elements(x: &Vector<$float>, y: &Vector<$float>) -> $float {
                2.0 * x.minimum(y).sum()
            }

            #[differentiable]
            pub(super) fn largest_of_iterator(x: &[$float]) -> $float {
                2.0 * x.iter().copied().fold($float::NEG_INFINITY, $float::max)
            }

            #[differentiable]
            pub(super) fn smallest_of_loop(x: &[$float]) -> $float {
                let mut least = $float::INFINITY;
                for &v in x {
                    least = least.min(v);
                }
                2.0 * least
            }

            #[differentiable]
            pub(super) fn largest_of_tensor(x: &Vector<$float>) -> $float {
                2.0 * x.max()
            }

            #[differentiable]
            pub(super) fn largest_found(x: &[$float]) -> $float {
                let mut best = x[0];
                for i in 1..x.len() {
                    if x[i] > best {
                        best = x[i];
                    }
                }
                2.0 * best
            }

            #[differentiable]
            pub(super) fn running(x: &[$float]) -> $float {
                let (mut largest, mut sum) = ($float::NEG_INFINITY, 0.0);
                for i in 0..x.len() {
                    largest = largest.max(x[i]);
                    sum += largest;
                }
                sum
            }

            #[differentiable]
            pub(super) fn rectified(x: $float) -> $float {
                2.0 * x.relu()
            }

            #[differentiable]
            pub(super) fn distance(x: $float) -> $float {
                2.0 * x.abs()
            }

            #[differentiable]
            pub(super) fn limited(x: $float, low: $float, high: $float) -> $float {
                2.0 * x.clamp(low, high)
            }

            #[differentiable]
            pub(super) fn limited_elements(x: &Vector<$float>) -> $float {
                let inside = x.clamp(-1.0, 1.0);
                2.0 * inside.maximum(0.0).sum()
            }
        }
    )*};
}

of_each! { single f32, double f64 }

/// As many rows as a scalar loop takes, and as many as a pass over vectors does.
const ROWS: [usize; 3] = [1, 5, 200];

macro_rules! tests {
    ($($module:ident $float:ident)*) => {$(
        mod $float {
            use super::{ROWS, $module::*};
            use gradus::prelude::*;

            const NAN: $float = $float::NAN;

            #[test]
            fn a_nan_is_passed_over_with_its_derivative() {
                let pair = |(value, grad): ($float, larger::Params)| (value, grad.x, grad.y);
                assert_eq!(pair(larger::value_and_grad(NAN, 3.0)), (6.0, 0.0, 2.0));
                assert_eq!(pair(larger::value_and_grad(3.0, NAN)), (6.0, 2.0, 0.0));
                assert!(larger::value(NAN, NAN).is_nan());
                let pair = |(value, grad): ($float, smaller::Params)| (value, grad.x, grad.y);
                assert_eq!(pair(smaller::value_and_grad(NAN, 3.0)), (6.0, 0.0, 2.0));
                assert_eq!(pair(smaller::value_and_grad(3.0, NAN)), (6.0, 2.0, 0.0));

                let (value, grad) = larger_of_arrays::value_and_grad(&[NAN, 1.0, 2.0], &[3.0, NAN, 2.0]);
                assert_eq!((value, grad.x, grad.y), (12.0, [0.0, 2.0, 1.0], [2.0, 0.0, 1.0]));
            }

            #[test]
            fn a_nan_is_passed_over_in_tensors() {
                for n in ROWS {
                    let x: Vec<$float> = (0..n).map(|i| if i % 3 == 0 { NAN } else { i as $float }).collect();
                    let y: Vec<$float> = (0..n).map(|i| if i % 3 == 1 { NAN } else { 0.5 }).collect();
                    let of_x: Vec<$float> = (0..n).map(|i| if i % 3 == 0 { 0.0 } else { 2.0 }).collect();
                    let of_y: Vec<$float> = of_x.iter().map(|d| 2.0 - d).collect();
                    let (x, y) = (Vector::from(x), Vector::from(y));
                    let (value, grad) = larger_elements::value_and_grad(&x, &y);
                    assert_eq!(value, larger_elements(&x, &y));
                    assert_eq!((grad.x, grad.y), (Vector::from(of_x.clone()), Vector::from(of_y.clone())));

                    let (value, grad) = smaller_elements::value_and_grad(&(-&x), &(-&y));
                    assert_eq!(value, smaller_elements(&(-&x), &(-&y)));
                    assert_eq!((grad.x, grad.y), (Vector::from(of_x), Vector::from(of_y)));
                }
            }

            #[test]
            fn a_nan_is_not_an_extremum() {
                for n in ROWS.map(|n| n + 1) {
                    let mut x: Vec<$float> = (0..n).map(|i| ((i * 7) % n) as $float).collect();
                    x[0] = NAN;
                    let place = |best: $float| {
                        (0..n).map(|i| if x[i] == best { 2.0 } else { 0.0 }).collect::<Vec<$float>>()
                    };
                    let best = x.iter().copied().fold($float::NEG_INFINITY, $float::max);
                    assert_eq!(largest_of_iterator::value_and_grad(&x), (2.0 * best, place(best)));
                    let least = x.iter().copied().fold($float::INFINITY, $float::min);
                    assert_eq!(smallest_of_loop::value_and_grad(&x), (2.0 * least, place(least)));
                    let tensor = Vector::from(x.clone());
                    let (value, grad) = largest_of_tensor::value_and_grad(&tensor);
                    assert_eq!((value, grad), (largest_of_tensor(&tensor), Vector::from(place(best))));

                    // The last one is passed over, and the first one is too.
                    x[n - 1] = NAN;
                    let (value, grad) = running::value_and_grad(&x);
                    assert_eq!(value.to_bits(), running(&x).to_bits());
                    if n > 2 {
                        let turns: $float = grad.iter().sum();
                        assert_eq!((turns, grad[n - 1]), ((n - 1) as $float, 0.0));
                    }
                }
                // All are NaN: the value is where the fold begins.
                assert_eq!(largest_of_iterator::value_and_grad(&[NAN; 2]), ($float::NEG_INFINITY, vec![0.0; 2]));
                // A comparison with NaN does not hold.
                let (value, grad) = largest_found::value_and_grad(&[1.0, NAN, 2.0, NAN]);
                assert_eq!((value, grad), (4.0, vec![0.0, 0.0, 2.0, 0.0]));
                let (value, grad) = largest_found::value_and_grad(&[NAN, 1.0]);
                assert!(value.is_nan() && grad == [2.0, 0.0]);
            }

            #[test]
            fn a_nan_that_is_returned_keeps_its_derivative() {
                let (value, derivative) = rectified::value_and_grad(NAN);
                assert!(value.is_nan() && derivative == 2.0);
                let (value, derivative) = distance::value_and_grad(NAN);
                assert!(value.is_nan() && derivative != 0.0);
                let (value, grad) = limited::value_and_grad(NAN, -1.0, 1.0);
                assert!(value.is_nan() && (grad.x, grad.low, grad.high) == (2.0, 0.0, 0.0));
                assert!(limited(NAN, -1.0, 1.0).is_nan());

                for n in ROWS {
                    let x = Vector::from(vec![NAN; n]);
                    assert_eq!(limited_elements::value_and_grad(&x), (0.0, Vector::zeros([n])));
                    assert_eq!(limited_elements(&x), 0.0);
                }
            }
        }
    )*};
}

tests! { single f32 double f64 }
