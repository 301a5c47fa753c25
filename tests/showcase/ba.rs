//! Bundle adjustment.

#[path = "../problems/ba.rs"]
mod problem;

use problem::camera;
use serde_json::Value;

use crate::reference::{Case, assert_agrees, cases, flat};

fn array<const N: usize>(value: &Value) -> [f64; N] {
    flat(value).try_into().expect("as many numbers as the problem says")
}

/// All derivatives of a residual, in the order of the benchmark's columns.
fn columns(row: &camera::reprojection::Params) -> Vec<f64> {
    [&row.camera[..], &row.x, &[row.w]].concat()
}

/// The benchmark puts many copies of an observation's block into a sparse matrix; its answer is cut to
/// the first block, and the derivative of the last weight's error.
#[test]
fn ba() {
    for Case { function, input, output } in cases(include_str!("../data/gradbench/ba.json")) {
        let (camera, x, feature) = (array(&input["cam"]), array(&input["x"]), array(&input["feat"]));
        let w = input["w"].as_f64().expect("a number");

        let (residual, rows) = camera::reprojection::value_and_jacobian(&camera, &x, w, &feature);
        let weight_error = camera::weight_error::value(w);
        let block: Vec<f64> = rows.iter().flat_map(columns).collect();
        let by_weight = camera::weight_error::grad(w);

        match function.as_str() {
            "objective" => {
                let own = camera::reprojection(&camera, &x, w, &feature);
                assert_agrees(&own, &output["reproj_error"]["elements"]);
                assert_agrees(&[camera::weight_error(w)], &output["w_err"]["element"]);
                assert_agrees(&residual, &output["reproj_error"]["elements"]);
                assert_eq!(residual, camera::reprojection::value(&camera, &x, w, &feature));
                assert_agrees(&[weight_error], &output["w_err"]["element"]);
            }
            "jacobian" => assert_agrees(&[block, vec![by_weight]].concat(), &output["vals"]),
            _ => {
                assert_agrees(&residual, &output["reproj_error"]);
                assert_agrees(&[weight_error], &output["w_err"]);
                assert_agrees(&block, &output["jacobian"]);
                assert_agrees(&[by_weight], &output["w_jacobian"]);
            }
        }
    }
}
