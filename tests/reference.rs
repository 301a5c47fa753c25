//! The reference values of GradBench's problems in `data/gradbench`.

use approx::assert_abs_diff_eq;
use gradus::Matrix;
use serde_json::Value;

/// A case of a problem: the function's name, its input and its output.
pub(crate) struct Case {
    pub(crate) function: String,
    pub(crate) input: Value,
    pub(crate) output: Value,
}

pub(crate) fn cases(text: &str) -> Vec<Case> {
    let file: Value = serde_json::from_str(text).expect("the file is JSON");
    let cases = file["cases"].as_array().expect("cases are a list");
    let case = |case: &Value| Case {
        function: case["function"].as_str().expect("a name").to_owned(),
        input: case["input"].clone(),
        output: case["output"].clone(),
    };
    cases.iter().map(case).collect()
}

/// All numbers in nested lists, in order.
pub(crate) fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

pub(crate) fn matrix(value: &Value) -> Matrix<f64> {
    let rows = value.as_array().expect("a list of rows");
    let cols = rows[0].as_array().expect("a row is a list").len();
    Matrix::from_vec([rows.len(), cols], flat(value)).expect("rows of equal lengths")
}

/// Reference values agree with a second implementation to 1e-12 (values) and 1e-10 (derivatives) of the
/// largest entry: so must ours, to 1e-10.
#[track_caller]
pub(crate) fn assert_agrees(ours: &[f64], reference: &Value) {
    let reference = flat(reference);
    let largest = reference.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
    assert_abs_diff_eq!(ours, reference.as_slice(), epsilon = 1e-10 * largest);
}
