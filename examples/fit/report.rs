//! What was found, as text.

use gradus::prelude::*;

use crate::exact::Exact;
use crate::model::Fitted;
use crate::table::Table;

/// Coefficients, MSE and R², beside the exact ones if there are such.
pub(crate) fn linear(table: &Table, fitted: &Fitted, exact: Option<&Exact>) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.6}"));
    let variance = (&table.y - table.y.mean()).square().mean();
    let figures = |name, fitted: f64, exact: Option<f64>| row(name, &[number(Some(fitted)), number(exact)]);

    let mut text = heading(table, fitted);
    text += &row("", &["fitted", "exact", "per unit"].map(String::from));
    let (slopes, intercept) = per_unit(table, fitted);
    for (j, name) in table.names.iter().enumerate() {
        let exact = exact.map(|exact| exact.weight[j]);
        text += &row(name, &[number(Some(fitted.weight[j])), number(exact), number(Some(slopes[j]))]);
    }
    let bias = [number(Some(fitted.bias)), number(exact.map(|exact| exact.bias)), number(Some(intercept))];
    text += &row("(intercept)", &bias);
    text += "\n";
    text += &figures("MSE", fitted.loss, exact.map(|exact| exact.loss));
    text += &figures("R2", 1.0 - fitted.loss / variance, exact.map(|exact| 1.0 - exact.loss / variance));
    if exact.is_none() {
        text += "\nThe features depend linearly on each other: the exact coefficients are not unique.\n";
    }
    text
}

/// Coefficients, loss and accuracy.
pub(crate) fn logistic(table: &Table, fitted: &Fitted) -> String {
    let z = table.x.matmul(&fitted.weight) + fitted.bias;
    let right = z.iter().zip(&table.y).filter(|&(&z, &y)| (z > 0.0) == (y == 1.0)).count();

    let mut text = heading(table, fitted);
    text += &row("", &["fitted", "per unit"].map(String::from));
    let (slopes, intercept) = per_unit(table, fitted);
    for (j, name) in table.names.iter().enumerate() {
        text += &row(name, &[fitted.weight[j], slopes[j]].map(|value| format!("{value:.6}")));
    }
    text += &row("(intercept)", &[fitted.bias, intercept].map(|value| format!("{value:.6}")));
    text += "\n";
    text += &row("loss", &[format!("{:.9}", fitted.loss)]);
    text += &row("accuracy", &[format!("{:.6}", right as f64 / table.y.len() as f64)]);
    text
}

fn heading(table: &Table, fitted: &Fitted) -> String {
    let Table { names, y, target, .. } = table;
    let descent = &fitted.descent;
    format!(
        "target `{target}`, rows: {}, features: {}\n\
         {} epochs with learning rate {} and momentum {}\n\n",
        y.len(),
        names.len(),
        descent.epochs,
        descent.learning_rate,
        descent.momentum
    )
}

/// The coefficients of the features as they are in the table: slopes and intercept.
fn per_unit(table: &Table, fitted: &Fitted) -> (Vec<f64>, f64) {
    let slopes: Vec<f64> =
        fitted.weight.iter().zip(&table.deviation).map(|(weight, deviation)| weight / deviation).collect();
    let intercept = fitted.bias - slopes.dot(&table.mean);
    (slopes, intercept)
}

fn row(name: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("{cell:>16}")).collect();
    format!("{name:24}{cells}\n")
}
