//! Writes programs into crates, has cargo build them, and runs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::print;
use crate::program::Program;

/// How many programs share a crate. Two crates are compiled at the same time.
const SHARE: usize = 50;

/// What becomes of a program.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The value of the function as it is, and the value and gradient of each way to ask for them.
    Answers(Vec<(f64, Vec<f64>)>),
    /// What the compiler says.
    Refused(String),
    Panics(String),
}

/// What stands around the programs of a crate.
const MAIN: &str = r#"#![allow(warnings, unconditional_panic, arithmetic_overflow)]

fn print(number: u64, answers: impl FnOnce() -> Vec<Vec<f64>> + std::panic::UnwindSafe) {
    match std::panic::catch_unwind(answers) {
        Ok(answers) => {
            print!("{number} answers");
            for answer in answers {
                print!(" ;");
                for number in answer {
                    print!(" {:016x}", number.to_bits());
                }
            }
            println!();
        }
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
            let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
            println!("{number} panics {}", text.replace('\n', " "));
        }
    }
}

/// A value, and all numbers of a gradient behind it.
fn flat<P: gradus::Parameters<Element = f64>>((value, gradient): (f64, P)) -> Vec<f64> {
    let mut all = vec![value];
    gradient.for_each(&mut |run| all.extend_from_slice(run));
    all
}
"#;

const PROFILE: &str = "
[profile.dev]
debug = false
incremental = false
";

/// Builds the programs and runs them; `annotated` says whether they are differentiated.
pub(crate) fn run(programs: &[(u64, &Program)], annotated: bool) -> BTreeMap<u64, Outcome> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    let workspace = root.join(if annotated { "annotated" } else { "plain" });
    let mut outcomes = BTreeMap::new();
    // The compiler has several stages, and tells of the mistakes of the first that has any.
    loop {
        let left: Vec<(u64, &Program)> =
            programs.iter().filter(|(number, _)| !outcomes.contains_key(number)).copied().collect();
        if left.is_empty() {
            return outcomes;
        }
        let crates: Vec<&[(u64, &Program)]> = left.chunks(SHARE).collect();
        write_workspace(&workspace, &crates, annotated).expect("the target directory can be written to");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--workspace", "--offline", "--keep-going", "--target-dir"])
            .arg(root.join("target"));
        let built = cargo.current_dir(&workspace).output().expect("cargo is there");
        if built.status.success() {
            for (place, _) in crates.iter().enumerate() {
                let program = root.join("target/debug").join(format!("share_{place}"));
                let ran = Command::new(program).output().expect("what was built can be run");
                outcomes.extend(answers(&ran));
            }
            return outcomes;
        }
        let refused = messages(&built);
        assert!(!refused.is_empty(), "{}", String::from_utf8_lossy(&built.stderr));
        outcomes.extend(refused.into_iter().map(|(number, text)| (number, Outcome::Refused(text))));
    }
}

fn write_workspace(workspace: &Path, crates: &[&[(u64, &Program)]], annotated: bool) -> std::io::Result<()> {
    let repository: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut members = Vec::new();
    for (place, programs) in crates.iter().enumerate() {
        let name = format!("share_{place}");
        let folder = workspace.join(&name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\ngradus = {{ path = {:?} }}\n",
            repository.join("runtime")
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let mut main = MAIN.to_owned();
        let mut calls = String::new();
        for (number, program) in *programs {
            main += &format!("mod p{number};\n");
            calls += &format!("    p{number}::run();\n");
            fs::write(folder.join(format!("src/p{number}.rs")), module(*number, program, annotated))?;
        }
        let quiet = "    std::panic::set_hook(Box::new(|_| {}));\n";
        fs::write(folder.join("src/main.rs"), format!("{main}\nfn main() {{\n{quiet}{calls}}}\n"))?;
        members.push(name);
    }
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n{PROFILE}");
    fs::write(workspace.join("Cargo.toml"), manifest)?;
    fs::copy(repository.join("Cargo.lock"), workspace.join("Cargo.lock"))?;
    Ok(())
}

/// A program with its call.
fn module(number: u64, program: &Program, annotated: bool) -> String {
    let arguments = print::arguments(program);
    let function = print::functions(program, annotated);
    let mut answers = vec![format!("vec![f({arguments})]")];
    if annotated {
        answers.push(format!("vec![f::value({arguments})]"));
        answers.push(format!("super::flat(f::value_and_grad({arguments}))"));
    }
    let answers = answers.join(",\n        ");
    format!(
        "use gradus::prelude::*;\n\n{function}\npub fn run() {{\n    super::print({number}, || vec![\n        {answers},\n    ]);\n}}\n"
    )
}

/// The messages of the compiler, by the programs in which they are.
fn messages(built: &Output) -> BTreeMap<u64, String> {
    let text = String::from_utf8_lossy(&built.stderr);
    let mut messages: BTreeMap<u64, String> = BTreeMap::new();
    for message in text.split("\n\n").filter(|message| message.contains("error")) {
        let place = message.split("src/p").nth(1).and_then(|rest| rest.split(".rs").next());
        if let Some(number) = place.and_then(|number| number.parse().ok()) {
            // What cargo says of its own stands between.
            let of_cargo = ["error: could not compile", "warning: build failed", "For more information"];
            let lines = message
                .lines()
                .filter(|line| !of_cargo.iter().any(|start| line.starts_with(start)))
                .skip_while(|line| !line.starts_with("error"));
            let entry: &mut String = messages.entry(number).or_default();
            lines.for_each(|line| *entry += &format!("{line}\n"));
        }
    }
    messages
}

/// What a crate has printed.
fn answers(ran: &Output) -> Vec<(u64, Outcome)> {
    let line = |line: &str| {
        let (number, rest) = line.split_once(' ')?;
        let number = number.parse().ok()?;
        if let Some(message) = rest.strip_prefix("panics ") {
            return Some((number, Outcome::Panics(message.to_owned())));
        }
        let answers = rest.strip_prefix("answers ;")?.split(';').map(|answer| {
            let mut numbers = answer
                .split_whitespace()
                .filter_map(|bits| u64::from_str_radix(bits, 16).ok().map(f64::from_bits));
            (numbers.next().unwrap_or(f64::NAN), numbers.collect())
        });
        Some((number, Outcome::Answers(answers.collect())))
    };
    String::from_utf8_lossy(&ran.stdout).lines().filter_map(line).collect()
}
