//! The program `fit`: its figures are those of the exact solutions, and its mistakes are told in a line.

mod programs;

use std::collections::HashMap;
use std::path::Path;

use approx::assert_relative_eq;
use serde_json::Value;

/// The last of the printed decimals may be rounded.
const SIX_DECIMALS: f64 = 0.6e-6;

fn data(file: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples");
    let path = examples.join("data").join(file);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The columns of the report's lines of figures, by their names.
fn figures(report: &str) -> HashMap<&str, Vec<f64>> {
    let line = |line| -> Option<(&str, Vec<f64>)> {
        let (name, columns) = str::split_once(line, ' ')?;
        let numbers: Result<_, _> = columns.split_whitespace().map(str::parse).collect();
        Some((name, numbers.ok()?))
    };
    report.lines().filter_map(line).collect()
}

/// Whether a column of the report is what the reference has for each feature.
fn assert_column(figures: &HashMap<&str, Vec<f64>>, column: usize, reference: &Value) {
    let features = reference.as_object().expect("one number for each feature");
    for (name, expected) in features {
        let expected = expected.as_f64().expect("a number");
        assert_relative_eq!(figures[name.as_str()][column], expected, epsilon = SIX_DECIMALS);
    }
}

#[test]
fn linear_regression_reaches_the_exact_solution() {
    let report = programs::printed("fit", &[]);
    let reference = programs::reference("diabetes.json");
    let figures = figures(&report);
    let [standardised, raw] = [&reference["standardised"], &reference["raw"]];
    for column in [0, 1] {
        assert_column(&figures, column, &standardised["weight"]);
        for (name, key) in [("(intercept)", "bias"), ("MSE", "mse"), ("R2", "r_squared")] {
            let expected = standardised[key].as_f64().expect("a number");
            assert_relative_eq!(figures[name][column], expected, epsilon = SIX_DECIMALS);
        }
    }
    assert_column(&figures, 2, &raw["weight"]);
    let intercept = raw["bias"].as_f64().expect("a number");
    assert_relative_eq!(figures["(intercept)"][2], intercept, epsilon = SIX_DECIMALS);
}

#[test]
fn logistic_regression_reaches_the_minimum() {
    let file = data("breast_cancer.csv");
    let report = programs::printed("fit", &["--model", "logistic", "--data", &file, "--target", "benign"]);
    let reference = programs::reference("breast_cancer.json");
    let figures = figures(&report);
    assert_column(&figures, 0, &reference["weight"]);
    for (name, key) in [("(intercept)", "bias"), ("loss", "minimum"), ("accuracy", "accuracy")] {
        let expected = reference[key].as_f64().expect("a number");
        assert_relative_eq!(figures[name][0], expected, epsilon = SIX_DECIMALS);
    }
}

#[test]
fn options_reach_the_optimiser() {
    // One step from zero without momentum, by hand: x is -1, 1 and y is 1, 3, so the gradient is
    // (mean(-2 y x), mean(-2 y)) = (-2, -4).
    let file = written("step.csv", b"x,y\n10,1\n30,3\n");
    let arguments = ["--target", "y", "--epochs", "1", "--learning-rate", "0.25", "--momentum", "0"];
    let report = programs::printed("fit", &[&["--data", &file], &arguments[..]].concat());
    let figures = figures(&report);
    // What is left is y - (0.5 x + 1) = 0.5, 1.5, and the exact line is y = x / 10.
    assert_eq!(figures["x"], [0.5, 1.0, 0.05]);
    assert_eq!(figures["(intercept)"], [1.0, 2.0, 0.0]);
    assert_eq!(figures["MSE"], [1.25, 0.0]);
}

#[test]
fn dependent_features_have_no_exact_solution() {
    let file = written("dependent.csv", b"a,b,y\n1,2,1\n2,4,3\n3,6,4\n");
    let report = programs::printed("fit", &["--data", &file, "--target", "y"]);
    assert!(report.contains("the exact coefficients are not unique"), "{report}");
}

#[test]
fn tables_may_come_from_a_spreadsheet() {
    let file = written("spreadsheet.csv", b"\xef\xbb\xbfa, y\r\n\"1\",2\r\n2, 4\r\n\r\n3,6\r\n");
    let report = programs::printed("fit", &["--data", &file, "--target", "y"]);
    assert_eq!(figures(&report)["a"][2], 2.0);
}

/// A file with this content; the tests run at the same time, so each has its own.
fn written(name: &str, content: &[u8]) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("the file can be written");
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// Runs to an error of one line, and gives it with the exit code.
fn error(arguments: &[&str]) -> (String, i32) {
    let output = programs::run("fit", arguments);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(output.stdout.is_empty(), "an error comes instead of a report");
    (message.trim_end().to_owned(), output.status.code().expect("a code"))
}

/// The error for a table of this content, without the file's name.
fn table_error(name: &str, content: &[u8], model: &str) -> String {
    let file = written(name, content);
    let (message, code) = error(&["--data", &file, "--target", "y", "--model", model]);
    assert_eq!(code, 2, "{message}");
    let in_file = message.strip_prefix(&format!("error: {file}: "));
    in_file.expect(&message).to_owned()
}

#[test]
fn mistakes_in_a_table() {
    let message = |name, content: &str| table_error(name, content.as_bytes(), "linear");
    assert_eq!(message("empty.csv", ""), "the file is empty");
    assert_eq!(message("header.csv", "x,y\n"), "there is a header, but no line of numbers");
    assert_eq!(message("text.csv", "x,y\n1,2\n3,abc\n"), "line 3, column `y`: `abc` is not a number");
    assert_eq!(message("blank.csv", "x,y\n1,\n"), "line 2, column `y`: `` is not a number");
    assert_eq!(message("nan.csv", "x,y\nNaN,2\n"), "line 2, column `x`: `NaN` is not a number");
    assert_eq!(
        message("ragged.csv", "x,y\n1,2\n3\n"),
        "the number of fields is 1 in line 3 and 2 in the header"
    );
    assert_eq!(message("twice.csv", "x,x,y\n1,2,3\n"), "the header has the column `x` twice");
    assert_eq!(
        message("constant.csv", "x,z,y\n1,5,2\n2,5,3\n"),
        "the column `z` is constant, so nothing can depend on it"
    );
    assert_eq!(message("missing.csv", "x,z\n1,2\n"), "there is no column `y`; the columns are x, z");
    assert_eq!(message("alone.csv", "y\n1\n2\n"), "there is no column besides the target");
    assert_eq!(
        table_error("three.csv", b"x,y\n1,0\n2,1\n3,2\n", "logistic"),
        "the target `y` has the value 2; a logistic regression needs 0 and 1 alone"
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let (message, code) = error(&["--data", "no such file.csv", "--target", "y"]);
    assert!(message.starts_with("error: no such file.csv: "), "{message}");
    assert_eq!(code, 2);

    let file = written("latin.csv", b"x,y\n1,\xff\n");
    let (message, code) = error(&["--data", &file, "--target", "y"]);
    assert!(message.contains("line 2") && message.contains("UTF-8"), "{message}");
    assert_eq!(code, 2);
}

#[test]
fn training_that_diverges() {
    let (message, code) = error(&["--learning-rate", "10"]);
    assert!(message.starts_with("error: the loss became inf in epoch "), "{message}");
    assert!(message.ends_with("; try a smaller learning rate than 10.0"), "{message}");
    assert_eq!(code, 1);
}

#[test]
fn settings_that_make_no_sense() {
    for (argument, expected) in [
        ("--learning-rate=-1", "the learning rate is -1; it must be a finite number of at least 0"),
        ("--momentum=nan", "the momentum is NaN; it must be a finite number of at least 0"),
        ("--epochs=0", "the number of epochs is 0; it must be at least 1"),
        ("--lambda=1", "--lambda belongs to --model logistic"),
    ] {
        assert_eq!(error(&[argument]), (format!("error: {expected}"), 2));
    }
    let file = data("breast_cancer.csv");
    assert_eq!(
        error(&["--data", &file, "--target", "benign", "--model=logistic", "--lambda=-1"]),
        ("error: the lambda is -1; it must be a finite number of at least 0".to_owned(), 2)
    );
}
