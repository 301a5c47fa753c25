//! A table of numbers from a CSV file, ready to be fitted.

use std::path::Path;

use anyhow::{Result, anyhow, bail, ensure};
use csv::{ReaderBuilder, StringRecord, Trim};
use gradus::prelude::*;

/// Features with mean 0 and (population) standard deviation 1, and the target as it is.
pub(crate) struct Table {
    /// What the columns of `x` are called.
    pub(crate) names: Vec<String>,
    /// One row for each line, one column for each feature.
    pub(crate) x: Matrix<f64>,
    /// The features' means before they were standardised.
    pub(crate) mean: Vec<f64>,
    /// The features' standard deviations before they were standardised.
    pub(crate) deviation: Vec<f64>,
    /// What the target's column is called.
    pub(crate) target: String,
    pub(crate) y: Vector<f64>,
}

impl Table {
    pub(crate) fn read(path: &Path, target: &str) -> Result<Table> {
        let (mut names, mut columns) = columns(path)?;
        let Some(place) = names.iter().position(|name| name == target) else {
            bail!("there is no column `{target}`; the columns are {}", names.join(", "));
        };
        ensure!(names.len() > 1, "there is no column besides the target");
        let constant = |column: &Vec<f64>| column.iter().all(|x| *x == column[0]);
        if let Some(place) = columns.iter().position(constant) {
            bail!("the column `{}` is constant, so nothing can depend on it", names[place]);
        }
        let (target, y) = (names.remove(place), Vector::from(columns.remove(place)));

        let moments = |column: &Vec<f64>| {
            let mean = column.mean();
            let squares = column.iter().map(|x| (x - mean).square());
            (mean, (squares.sum::<f64>() / column.len() as f64).sqrt())
        };
        let (mean, deviation): (Vec<f64>, Vec<f64>) = columns.iter().map(moments).unzip();
        let mut x = Matrix::zeros([y.len(), names.len()]);
        for (j, column) in columns.iter().enumerate() {
            for (i, value) in column.iter().enumerate() {
                x[[i, j]] = (value - mean[j]) / deviation[j];
            }
        }
        Ok(Table { names, x, mean, deviation, target, y })
    }

    /// That the target can be predicted by a logistic regression.
    pub(crate) fn check_binary(&self) -> Result<()> {
        match self.y.iter().find(|&&y| y != 0.0 && y != 1.0) {
            Some(y) => bail!(
                "the target `{}` has the value {y}; a logistic regression needs 0 and 1 alone",
                self.target
            ),
            None => Ok(()),
        }
    }
}

/// The names and the numbers of all columns.
fn columns(path: &Path) -> Result<(Vec<String>, Vec<Vec<f64>>)> {
    // Flexible, so that a line with too few fields is told in our own words.
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_path(path)?;
    let names: Vec<String> = reader.headers()?.iter().map(String::from).collect();
    ensure!(!names.is_empty(), "the file is empty");
    for (place, name) in names.iter().enumerate() {
        ensure!(!names[..place].contains(name), "the header has the column `{name}` twice");
    }
    let mut columns = vec![Vec::new(); names.len()];
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        ensure!(
            record.len() == names.len(),
            "the number of fields is {} in line {line} and {} in the header",
            record.len(),
            names.len()
        );
        for ((text, name), column) in record.iter().zip(&names).zip(&mut columns) {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            column.push(
                number.ok_or_else(|| anyhow!("line {line}, column `{name}`: `{text}` is not a number"))?,
            );
        }
    }
    ensure!(!columns[0].is_empty(), "there is a header, but no line of numbers");
    Ok((names, columns))
}
