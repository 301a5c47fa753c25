//! The command line of the benchmark programs.

use std::str::FromStr;

/// What a program does with its cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Prints a line for each.
    Report,
    /// Answers every line of its input with a time of ours.
    Serve,
    /// Prints what ours computes.
    Check,
}

/// What the command line asks for.
pub(crate) struct Arguments {
    pub(crate) mode: Mode,
    pub(crate) rounds: usize,
    words: Vec<String>,
}

impl Arguments {
    /// Those of this process.
    pub(crate) fn read() -> Result<Self, String> {
        let mut read = Arguments { mode: Mode::Report, rounds: 7, words: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--rounds" => read.rounds = number(&value()?)?,
                "--serve" => (read.mode, read.words) = (Mode::Serve, vec![value()?]),
                "--check" => (read.mode, read.words) = (Mode::Check, vec![value()?]),
                // Cargo adds it.
                "--bench" => (),
                option if option.starts_with('-') => return Err(format!("there is no option {option}")),
                word => read.words.push(word.to_owned()),
            }
        }
        Ok(read)
    }

    /// The cases that are asked for, of those that there are.
    pub(crate) fn select(&self, cases: &[&str]) -> Vec<String> {
        if self.mode != Mode::Report {
            return self.words.clone();
        }
        let wanted =
            |case: &&&str| self.words.is_empty() || self.words.iter().any(|word| case.contains(word));
        cases.iter().filter(wanted).map(|case| case.to_string()).collect()
    }
}

/// A number in the arguments.
pub(crate) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}
