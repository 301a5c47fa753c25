//! The labs print the tutorials' numbers, which PyTorch computed: `data/labs.json`.

mod figures;
mod programs;

use std::fmt::Write as _;

use figures::{ABSOLUTE, RELATIVE, assert_prints};
use gradus::prelude::*;
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(number).collect()
}

fn lab(name: &str) -> Value {
    programs::reference("labs.json")[name].take()
}

fn rows(lab: &Value) -> impl Iterator<Item = &Value> {
    lab["rows"].as_array().expect("an array").iter()
}

/// The lines of an epoch table: its own text around the reference's numbers in full.
fn table(lab: &Value, line: impl Fn(&Value) -> String) -> String {
    rows(lab).map(|row| line(row) + "\n").collect()
}

/// Two-dimensional numbers as a tensor prints them, with all their digits.
fn matrix(value: &Value, cols: usize) -> String {
    let numbers = numbers(value);
    let rows: Vec<String> = numbers.chunks(cols).map(|row| format!("{row:?}")).collect();
    format!("[{}]\n", rows.join(",\n"))
}

fn line_with_bias(row: &Value) -> String {
    let (w, b, cost) = (&row["W"], &row["b"], &row["cost"]);
    format!("Epoch {}/1000 W: {}, b: {} Cost: {}", row["epoch"], number(w), number(b), number(cost))
}

#[test]
fn linear_regression() {
    let printed = programs::printed("lab_linear_regression", &[]);
    let tables =
        ["linear_regression", "linear_regression_resumed"].map(|name| table(&lab(name), line_with_bias));
    assert_prints(&printed, &format!("y = x\n{}\ny = 2 x\n{}", tables[0], tables[1]));
    // As the tutorials print them.
    for line in [
        "Epoch  100/1000 W: 0.873, b: 0.289 Cost: 0.012043",
        "Epoch  100/1000 W: 1.842, b: 0.358 Cost: 0.018483",
        "Epoch 1000/1000 W: 1.982, b: 0.041 Cost: 0.000243",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
}

#[test]
fn linear_module() {
    let printed = programs::printed("lab_linear_module", &[]);
    assert_prints(&printed, &table(&lab("linear_regression_module"), line_with_bias));
}

#[test]
fn gradient_descent() {
    let printed = programs::printed("lab_gradient_descent", &[]);
    let (by_hand, rest) = printed.split_once("\n\n").expect("a blank line");
    let (picture, with_optimiser) = rest.split_once("\n\n").expect("a blank line");

    let expected = table(&lab("gradient_by_hand"), |row| {
        let gradient = number(&row["gradient"]);
        format!(
            "Epoch {}/10 W: {}, Cost: {} by hand: {gradient}, generated * 3 / 2: {gradient}",
            row["epoch"],
            number(&row["W"]),
            number(&row["cost"])
        )
    });
    let title = "By hand, with the generated gradient beside it\n";
    assert_prints(by_hand, &(title.to_owned() + &expected));
    assert!(by_hand.contains("\nEpoch    0/10 W: 0.000, Cost: 4.666667 "), "{by_hand}");

    let expected = table(&lab("gradient_descent_sgd"), |row| {
        format!("Epoch {}/10 W: {} Cost: {}", row["epoch"], number(&row["W"]), number(&row["cost"]))
    });
    assert_prints(with_optimiser, &format!("With the optimiser\n{expected}"));
    assert!(with_optimiser.contains("\nEpoch    0/10 W: 0.000 Cost: 4.666667\n"), "{with_optimiser}");

    // The lowest point of the curve is above the 1 of the axis, and the path's first points are left, right, left of it.
    let lines: Vec<&str> = picture.lines().collect();
    let [bottom, axis] = [lines[lines.len() - 3], lines[lines.len() - 1]];
    let minimum = axis.find('1').expect("a tick at 1");
    let (left, right) = bottom.split_at(minimum);
    assert!(left.contains('2') && left.contains('4') && right.contains('3'), "{picture}");
    assert!(lines[1..lines.len() - 3].iter().all(|line| line.chars().nth(minimum) != Some('.')), "{picture}");
}

#[test]
fn descend_to_target() {
    let printed = programs::printed("lab_descend_to_target", &[]);
    let mut expected = String::new();
    for (title, name) in [
        ("From the start of the tutorial's losses", "descend_to_target"),
        (
            "From the start that the tutorial prints, which is that of another run of its cell",
            "descend_to_target_printed_x",
        ),
    ] {
        let lab = lab(name);
        let losses = numbers(&lab["loss"]);
        assert_eq!(losses.len(), 21, "the start and 20 iterations");
        expected += &format!("{title}\n{}", matrix(&lab["start"], 3));
        for (iteration, loss) in losses.iter().enumerate().skip(1) {
            writeln!(expected, "{iteration}-th Loss: {loss}").expect("a string takes all");
        }
        expected += &matrix(&lab["final_x"], 3);
    }
    assert_prints(&printed, &expected);
}

#[test]
fn autograd() {
    let printed = programs::printed("lab_autograd", &[]);
    let (sum, quadratic, accumulation) = (lab("autograd"), lab("quadratic"), lab("gradient_accumulation"));
    let mut expected = format!("y: {}\ndy/dx:\n{}", number(&sum["value"]), matrix(&sum["gradient"], 2));
    expected += &format!("z: {}\ndz/dw: {}\n", number(&quadratic["value"]), number(&quadratic["gradient"]));
    expected += "Added up 20 times\n";
    for total in numbers(&accumulation["accumulated"]) {
        writeln!(expected, "dz/dw: {total}").expect("a string takes all");
    }
    assert_prints(&printed, &expected);
}

#[test]
fn linear_layer() {
    let printed = programs::printed("lab_linear_layer", &[]);
    let lab = lab("linear_layer");
    let vector = |name: &str| format!("{:?}\n", numbers(&lab[name]));
    let expected = [
        "w:\n".to_owned(),
        matrix(&lab["weight"], 3),
        "b:\n".to_owned(),
        vector("bias"),
        format!("loss: {}\n", number(&lab["loss_before"])),
        "dL/dw:\n".to_owned(),
        matrix(&lab["dL/dW"], 3),
        "dL/db:\n".to_owned(),
        vector("dL/db"),
        "w after 1 step optimization:\n".to_owned(),
        matrix(&lab["weight_after"], 3),
        "b after 1 step optimization:\n".to_owned(),
        vector("bias_after"),
        format!("loss after 1 step optimization: {}\n", number(&lab["loss_after"])),
    ];
    assert_prints(&printed, &expected.concat());
}

#[differentiable(wrt(w, b))]
fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
    let hypothesis = x * w + b;
    (hypothesis - y).square().mean()
}

/// Three printed decimals do not tell 1e-5, so here are the same numbers before they are printed.
#[test]
fn the_numbers_behind_the_printed_ones() {
    for (name, epochs, warm_up) in [
        ("linear_regression", gradus::Epochs::from(0..=1000), 0),
        ("linear_regression_resumed", gradus::Epochs::from(1000), 200),
    ] {
        let lab = lab(name);
        let data = |name: &str| numbers(&lab[name]).iter().map(|&x| x as f32).collect::<Vector>();
        let (x, y) = (data("x"), data("y"));
        let objective = cost::objective(&x, &y);
        let mut params = cost::Params { w: 0.0, b: 0.0 };
        if warm_up > 0 {
            Sgd::new(0.01).epochs(warm_up).minimize(&objective, &mut params).expect("it converges");
        }
        let mut rows = rows(&lab);
        let mut sgd = Sgd::new(0.01).epochs(epochs).observe_every(100);
        let observe = |progress: &gradus::Progress<'_, cost::Params>| {
            let row = rows.next().expect("a row for each epoch that is printed");
            let cost::Params { w, b } = *progress.params;
            for (number_here, key) in [(w, "W"), (b, "b"), (progress.loss, "cost")] {
                approx::assert_relative_eq!(
                    f64::from(number_here),
                    number(&row[key]),
                    epsilon = ABSOLUTE,
                    max_relative = RELATIVE
                );
            }
            ControlFlow::Continue(())
        };
        sgd.minimize_with(&objective, &mut params, observe).expect("it converges");
        assert!(rows.next().is_none());
    }
}
