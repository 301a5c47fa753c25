//! What is to be learnt from the rows of `x`.

use gradus::Vector;

use crate::common::data::numbers;

/// A number from -2 to 2 for each row of `x`, which depends on the row's first number and on chance.
pub(crate) fn targets(x: &[f32], cols: usize) -> Vec<f32> {
    let chance = numbers(x.len() / cols, 2);
    x.iter().step_by(cols).zip(chance).map(|(first, chance)| first + chance).collect::<Vector>().into_vec()
}

/// A class for each row.
pub(crate) fn labels(x: &[f32], cols: usize, classes: usize) -> Vec<usize> {
    let class = |target: f32| ((target + 2.0) / 4.0 * classes as f32) as usize;
    targets(x, cols).into_iter().map(class).collect()
}
