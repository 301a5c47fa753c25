//! The random numbers are PyTorch's: its figures are in `data/labs.json` and below.

use approx::assert_abs_diff_eq;
use gradus::prelude::*;
use serde_json::Value;

/// PyTorch's vectorised logarithm differs from std's in the last bits.
const LAST_BITS: f32 = 1e-6;

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().expect("an array").iter().map(|x| x.as_f64().expect("a number") as f32).collect()
}

#[test]
fn rand_is_exactly_pytorchs() {
    let x = Rng::manual_seed(1).rand([4]);
    assert_eq!(x, Vector::from([0.757_631_6, 0.279_310_88, 0.403_069_26, 0.734_684_47]));
}

#[test]
fn only_the_low_32_bits_of_a_seed_count() {
    assert_eq!(Rng::manual_seed(1).rand([4]), Rng::manual_seed(1 + (1 << 32)).rand([4]));
}

#[test]
fn uniform_scales_rand() {
    let unit = Rng::manual_seed(42).rand([5]);
    let x = Rng::manual_seed(42).uniform([5], -2.0, 3.0);
    assert_eq!(x, unit * 5.0 - 2.0);
}

#[test]
fn rand_like_takes_the_shape() {
    let like = Tensor::<f64, 3>::zeros([2, 1, 3]);
    assert_eq!(Rng::manual_seed(0).rand_like(&like), Rng::manual_seed(0).rand([2, 1, 3]));
}

#[test]
fn few_normal_numbers_come_in_pairs_and_the_second_survives_a_call() {
    let together = Rng::manual_seed(1).randn([2]);
    assert_abs_diff_eq!(together, Vector::from([0.661_352_15, 0.266_924_1]), epsilon = LAST_BITS);
    let mut rng = Rng::manual_seed(1);
    let (first, second) = (rng.randn([1]), rng.randn([1]));
    assert_eq!([first[0], second[0]], [together[0], together[1]]);
}

#[test]
fn many_normal_numbers_and_a_layer_are_those_of_the_lab() {
    let reference: Value = serde_json::from_str(include_str!("data/labs.json")).expect("JSON");
    let lab = &reference["linear_layer"];
    let mut rng = Rng::manual_seed(1);
    // 30 and 20 numbers: neither is a multiple of 16, so the last 16 are drawn twice.
    let (x, y) = (rng.randn([10, 3]), rng.randn([10, 2]));
    let layer = nn::Linear::new(3, 2, &mut rng);
    assert_abs_diff_eq!(x.data(), numbers(&lab["x"]).as_slice(), epsilon = 2.0 * LAST_BITS);
    assert_abs_diff_eq!(y.data(), numbers(&lab["y"]).as_slice(), epsilon = 2.0 * LAST_BITS);
    assert_abs_diff_eq!(layer.weight.data(), numbers(&lab["weight"]).as_slice(), epsilon = LAST_BITS);
    assert_abs_diff_eq!(layer.bias.data(), numbers(&lab["bias"]).as_slice(), epsilon = LAST_BITS);

    let loss = layer.forward(&x).mse_loss(&y);
    let expected = lab["loss_before"].as_f64().expect("a number") as f32;
    assert_abs_diff_eq!(loss, expected, epsilon = 1e-5 * expected);
}

#[test]
fn randperm_is_pytorchs() {
    assert_eq!(Rng::manual_seed(0).randperm(10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
    assert!(Rng::manual_seed(0).randperm(0).is_empty());
}

#[test]
fn normal_numbers_have_mean_0_and_variance_1() {
    let x = Rng::manual_seed(7).randn([100_000]);
    // Four standard errors: 1/sqrt(n) of the mean, sqrt(2/n) of the variance.
    assert!(x.mean().abs() < 0.013);
    assert!((x.square().mean() - 1.0).abs() < 0.018);
}
