//! What the benchmark programs share: work that is timed in turns, and the line that each case prints.
//!
//! Every program takes the same arguments: words select the cases whose names contain one of them,
//! `--rounds N` says how often each contender has its turn, `--serve CASE` answers every line of its input
//! with a time of ours in nanoseconds, `--check CASE` prints what ours computes in a first run. The last
//! two take cases of any size, and are what the peers in other languages are compared by.

pub(crate) mod arguments;
pub(crate) mod data;
mod limit;
mod report;

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

use arguments::{Arguments, Mode, number};
pub(crate) use limit::Limit;

/// What is timed.
pub(crate) trait Work {
    /// Does it once. The answer is the value, where there is one.
    fn run(&mut self) -> f64;

    /// The numbers that it has led to, which are those of the other contenders.
    fn numbers(&self) -> Vec<f64>;
}

/// Somebody who does a case's work.
pub(crate) struct Contender<'a> {
    name: &'static str,
    work: Box<dyn Work + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: &'static str, work: impl Work + 'a) -> Self {
        Contender { name, work: Box::new(work) }
    }

    /// Seconds per run, of `runs` in a row.
    fn time(&mut self, runs: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..runs {
            black_box(self.work.run());
        }
        start.elapsed().as_secs_f64() / runs as f64
    }

    /// How many runs take long enough to be timed.
    fn runs(&mut self) -> usize {
        const LONG_ENOUGH: f64 = 5e-3;
        let mut runs = 1;
        while self.time(runs) * (runs as f64) < LONG_ENOUGH {
            runs *= 2;
        }
        runs
    }
}

/// How far apart the numbers of two contenders may be, as a part of the largest: as far as sums of millions
/// of `f32` are, in any order.
const TOLERANCE: f64 = 5e-3;

/// A line of the report.
pub(crate) struct Case<'a> {
    /// How many of what is reported are done in a run.
    pub(crate) steps: usize,
    /// Ours, and then the peers.
    pub(crate) contenders: Vec<Contender<'a>>,
    pub(crate) limit: Limit<'a>,
}

impl Case<'_> {
    /// Does what the command line asks for.
    pub(crate) fn present(mut self, name: &str, arguments: &Arguments) {
        match arguments.mode {
            Mode::Report => self.report(name, arguments.rounds),
            Mode::Serve => self.serve(),
            Mode::Check => {
                let ours = &mut self.contenders[0].work;
                let value = ours.run();
                println!("{}", report::spaced(&[&[value], &ours.numbers()[..]].concat()));
            }
        }
    }

    /// The contenders take turns, so that a machine that changes its speed changes it for all.
    fn report(&mut self, name: &str, rounds: usize) {
        self.compare(name);
        let runs: Vec<usize> = self.contenders.iter_mut().map(Contender::runs).collect();
        let mut best = vec![f64::INFINITY; runs.len()];
        let mut limit = f64::INFINITY;
        for _ in 0..rounds {
            for ((contender, &runs), best) in self.contenders.iter_mut().zip(&runs).zip(&mut best) {
                *best = best.min(contender.time(runs));
            }
            limit = limit.min(self.limit.time());
        }
        let step = |seconds: f64| seconds / self.steps as f64;
        let names = self.contenders.iter().map(|contender| contender.name);
        let times: Vec<_> = names.zip(best.into_iter().map(step)).collect();
        println!("{}", report::line(name, &times, step(limit), self.limit.flops));
    }

    /// All must have computed the same after two runs, the second of which sees what the first has led to.
    fn compare(&mut self, name: &str) {
        let mut answers = self.contenders.iter_mut().map(|contender| {
            contender.work.run();
            (contender.name, contender.work.run(), contender.work.numbers())
        });
        let Some((_, value, numbers)) = answers.next() else { return };
        for (peer, other_value, other_numbers) in answers {
            let far = distance(&[value], &[other_value]).max(distance(&numbers, &other_numbers));
            assert!(far < TOLERANCE, "{name}: {peer} is {far} from ours, of the largest number");
        }
    }

    /// Answers each line of the input with the best of three times of ours, until there are no more.
    fn serve(&mut self) {
        let ours = &mut self.contenders[0];
        let runs = ours.runs();
        for _ in std::io::stdin().lock().lines() {
            let best = (0..3).map(|_| ours.time(runs)).fold(f64::INFINITY, f64::min);
            println!("{}", best * 1e9 / self.steps as f64);
            // Whoever waits for the answer sees it now; if nobody does, there will be no more lines.
            let _ = std::io::stdout().flush();
        }
    }
}

/// `linear/1000x8` is the case `linear` of the sizes 1000 and 8.
pub(crate) fn sizes(case: &str) -> Result<(&str, Vec<usize>), String> {
    let (name, sizes) = case.split_once('/').ok_or(format!("{case} has no sizes"))?;
    Ok((name, sizes.split('x').map(number).collect::<Result<_, _>>()?))
}

/// The largest difference, as a part of the largest number.
fn distance(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len(), "all contenders compute as many numbers");
    let largest = ours.iter().fold(f64::MIN_POSITIVE, |largest, number| largest.max(number.abs()));
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    // A NaN is far from everything.
    differences.fold(0.0, |far, difference| if difference <= far { far } else { difference }) / largest
}
