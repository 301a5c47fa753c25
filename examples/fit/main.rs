//! Fits a linear or logistic regression to a table of numbers by gradient descent.
//!
//! `cargo run --release --bin fit` fits the diabetes data that comes with the project;
//! `--help` tells the rest.

mod exact;
mod model;
mod report;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use gradus::TrainError;

use model::Descent;
use table::Table;

/// Fits a model to a table of numbers with a header line, by gradient descent on standardised columns.
#[derive(Parser)]
struct Options {
    /// The table [default: the diabetes data of this project]
    #[arg(long, value_name = "FILE.csv", requires = "target")]
    data: Option<PathBuf>,

    /// The column to predict; all others are features
    #[arg(long, value_name = "NAME", default_value = "progression")]
    target: String,

    #[arg(long, value_enum, default_value_t = Model::Linear)]
    model: Model,

    /// [default: one that converges for any table with as many columns]
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,

    #[arg(long, default_value_t = 0.9)]
    momentum: f64,

    #[arg(long, default_value_t = 10_000)]
    epochs: usize,

    /// Weight of the penalty on large coefficients (logistic only) [default: 0.01]
    #[arg(long, value_name = "WEIGHT")]
    lambda: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// Least squares
    Linear,
    /// For a target of 0 and 1
    Logistic,
}

fn main() -> ExitCode {
    let Err(error) = run(&Options::parse()) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error:#}");
    match error.downcast_ref() {
        Some(TrainError::Diverged { .. }) => ExitCode::from(1),
        _ => ExitCode::from(2),
    }
}

fn run(options: &Options) -> Result<()> {
    let default = || concat!(env!("CARGO_MANIFEST_DIR"), "/data/diabetes.csv").into();
    let path = options.data.clone().unwrap_or_else(default);
    let in_file = || path.display().to_string();
    let table = Table::read(&path, &options.target).with_context(in_file)?;
    let descent = |default_rate| Descent {
        learning_rate: options.learning_rate.unwrap_or(default_rate),
        momentum: options.momentum,
        epochs: options.epochs,
    };
    match options.model {
        Model::Linear => {
            ensure!(options.lambda.is_none(), "--lambda belongs to --model logistic");
            let fitted = model::linear(&table, descent)?;
            print!("{}", report::linear(&table, &fitted, exact::least_squares(&table).as_ref()));
        }
        Model::Logistic => {
            let lambda = options.lambda.unwrap_or(0.01);
            ensure!(
                lambda >= 0.0 && lambda.is_finite(),
                "the lambda is {lambda}; it must be a finite number of at least 0"
            );
            table.check_binary().with_context(in_file)?;
            let fitted = model::logistic(&table, lambda, descent)?;
            print!("{}", report::logistic(&table, &fitted));
        }
    }
    Ok(())
}
