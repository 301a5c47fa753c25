//! Random programs over the whole language, differentiated by the macro and by an interpreter with dual
//! numbers.
//!
//! The number of a program is all that it depends on. `GRADUS_DIFFERENTIAL_CASES=100000` tries that many,
//! and `GRADUS_DIFFERENTIAL_SEED=7` begins with that one:
//! `GRADUS_DIFFERENTIAL_SEED=7 GRADUS_DIFFERENTIAL_CASES=1 cargo test -p gradus-tests --test differential`.
//!
//! Both sides compute in `f64`, and differ by roundings alone: a sum is taken in another order, or a
//! product has its factors in another. So they must agree to 1e-11 of the largest of the numbers compared
//! (or of 1). What makes that fair is that programs which amplify roundings are not tried: each operation
//! of a program may be disturbed by 64 roundings, and its answers move by 1e-12 at most.

mod crates;
mod dual;
mod evaluate;
mod features;
mod generate;
mod print;
mod program;
mod random;
mod shrink;

use crates::Outcome;
use generate::distance;
use program::Program;

/// How far the answers may be apart, by the largest of them.
const AGREEMENT: f64 = 1e-11;

/// How many programs are tried in an ordinary run.
const CASES: u64 = 500;

/// Programs of an ordinary run that are refused although they could be differentiated: gradus finds no order of
/// their loops.
const REFUSED: [u64; 1] = [322];

/// Of how many kinds of failures one is made smaller, which takes some seconds each.
const SHRUNK: usize = 8;

/// How many programs are built at once.
const BATCH: u64 = 400;

type Answer = (f64, Vec<f64>);

/// What is wrong with an outcome, if anything is.
fn fault(expected: &Answer, outcome: Option<&Outcome>) -> Option<String> {
    let answers = match outcome {
        None => return Some("it ends the process".to_owned()),
        Some(Outcome::Refused(message)) => return Some(format!("it does not compile:\n{message}")),
        Some(Outcome::Panics(message)) => return Some(format!("it panics: {message}")),
        Some(Outcome::Answers(answers)) => answers,
    };
    let wrong = answers.iter().any(|answer| {
        let with_gradient = (answer.0, expected.1.clone());
        distance(expected, if answer.1.is_empty() { &with_gradient } else { answer }) > AGREEMENT
    });
    let each = |answer: &Answer| format!("\n    {} {:?}", answer.0, answer.1);
    wrong.then(|| {
        format!(
            "it answers{}\nbut dual numbers{}",
            answers.iter().map(each).collect::<String>(),
            each(expected)
        )
    })
}

/// The number that a variable of the environment holds.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("the variable is a number"))
}

type Case = (u64, Program, Answer);

/// The cases that have a fault, and the fault; `annotated` says whether they are differentiated.
fn faults<'c>(cases: &'c [Case], annotated: bool) -> Vec<(&'c Case, String)> {
    let programs: Vec<(u64, &Program)> =
        cases.iter().map(|(number, program, _)| (*number, program)).collect();
    let outcomes = crates::run(&programs, annotated);
    let faulty = |case: &'c Case| Some((case, fault(&case.2, outcomes.get(&case.0))?));
    cases.iter().filter_map(faulty).collect()
}

/// What two programs have in common that fail for the same reason.
fn kind(fault: &str) -> String {
    match fault.lines().find(|line| line.starts_with("error")) {
        Some(message) => message.split('`').step_by(2).collect(),
        None => fault.split_whitespace().take(2).collect(),
    }
}

fn shrunk(program: &Program, fault: &str) -> Program {
    shrink::shrunk(program.clone(), |cases| {
        // Where the macro refuses a function, rustc does not look at it: it must be Rust on its own.
        let wrong: Vec<u64> = faults(cases, false).into_iter().map(|(case, _)| case.0).collect();
        let cases: Vec<Case> = cases.iter().filter(|case| !wrong.contains(&case.0)).cloned().collect();
        let same = faults(&cases, true).into_iter().filter(|(_, other)| kind(other) == kind(fault));
        same.map(|(case, _)| case.0).collect()
    })
}

/// The program, with its call.
fn source(program: &Program) -> String {
    format!("{}// f({})\n", print::functions(program, true), print::arguments(program))
}

#[test]
fn derivatives_agree_with_dual_numbers() {
    let first = setting("GRADUS_DIFFERENTIAL_SEED", 0);
    let end = first + setting("GRADUS_DIFFERENTIAL_CASES", CASES);
    let (mut report, mut kinds) = (Vec::new(), Vec::new());
    for from in (first..end).step_by(BATCH as usize) {
        let case = |number| {
            let (program, answer) = generate::program(number);
            (number, program, answer)
        };
        let is_tried = |number: &u64| first + 1 == end || !REFUSED.contains(number);
        let cases: Vec<Case> = (from..end.min(from + BATCH)).filter(is_tried).map(case).collect();
        for ((number, program, _), fault) in faults(&cases, true) {
            let mut text = format!("program {number}: {fault}\n{}", source(program));
            if kinds.len() < SHRUNK && !kinds.contains(&kind(&fault)) {
                kinds.push(kind(&fault));
                text += &format!("made smaller\n{}", source(&shrunk(program, &fault)));
            }
            report.push(text);
        }
    }
    assert!(report.is_empty(), "{} of {} fail\n\n{}", report.len(), end - first, report.join("\n"));
}
