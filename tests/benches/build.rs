//! What the attribute costs when a crate is built: a small crate with the annotated items of a problem or
//! of a lab, and the same without the attribute; the best of several builds of each, in turns. The time that
//! the macro itself takes is printed by a test of the macro, which this runs first.
//!
//! `cargo bench -p gradus-tests --bench build`, or `-- lab --rounds 3`

#[path = "common/arguments.rs"]
mod arguments;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use arguments::Arguments;

const CASES: &[&str] = &[
    "tests/problems/gmm.rs",
    "tests/problems/lstm.rs",
    "examples/lab_autograd.rs",
    "examples/lab_descend_to_target.rs",
    "examples/lab_gradient_descent.rs",
    "examples/lab_linear_layer.rs",
    "examples/lab_linear_module.rs",
    "examples/lab_linear_regression.rs",
];

const PROFILES: [&str; 2] = ["dev", "release"];

/// A crate whose source changes.
struct Scratch(PathBuf);

impl Scratch {
    /// In the workspace's target, and with the same versions of all that it depends on.
    fn new(workspace: &Path) -> Result<Self, Box<dyn Error>> {
        let scratch = Scratch(Path::new(env!("CARGO_TARGET_TMPDIR")).join("build"));
        fs::create_dir_all(scratch.0.join("src"))?;
        let runtime = workspace.join("runtime");
        let manifest = format!(
            "[package]\nname = \"scratch\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ngradus = {{ path = {runtime:?} }}\n"
        );
        fs::write(scratch.0.join("Cargo.toml"), manifest)?;
        fs::copy(workspace.join("Cargo.lock"), scratch.0.join("Cargo.lock"))?;
        Ok(scratch)
    }

    /// Seconds to build it with this source.
    fn build(&self, source: &str, profile: &str) -> Result<f64, Box<dyn Error>> {
        fs::write(self.0.join("src/lib.rs"), source)?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline", "--profile", profile]).current_dir(&self.0);
        let start = Instant::now();
        if !cargo.status()?.success() {
            return Err(format!("this does not build:\n{source}").into());
        }
        Ok(start.elapsed().as_secs_f64())
    }
}

/// The items at the top of a formatted file for which `wanted` says so by their first lines, public.
fn items(file: &str, wanted: impl Fn(&str) -> bool) -> String {
    let mut source = String::from("#![allow(unused)]\nuse gradus::prelude::*;\n");
    let mut item = String::new();
    for line in file.lines() {
        let public = match line {
            line if line.starts_with("fn ") || line.starts_with("mod ") => format!("pub {line}"),
            line => line.replace("pub(crate)", "pub"),
        };
        item += &format!("{public}\n");
        if line == "}" || line.is_empty() && !item.contains('{') {
            let item = std::mem::take(&mut item);
            source += if wanted(&item) { &item } else { "" };
        }
    }
    source
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read()?;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the tests are in a workspace")?;

    let mut expansion = Command::new(env!("CARGO"));
    expansion.args(["test", "--quiet", "--release", "-p", "gradus-macros", "expansion_times"]);
    expansion.args(["--", "--ignored", "--nocapture"]).current_dir(workspace).status()?;

    let scratch = Scratch::new(workspace)?;
    for case in arguments.select(CASES) {
        let file = fs::read_to_string(workspace.join(&case))?;
        // A lab's program uses what the attribute makes, so only what it annotates is built.
        let lab = case.starts_with("examples");
        let with = items(&file, |item| if lab { item.contains("#[diff") } else { !item.contains("//!") });
        let is_attribute = |line: &&str| line.trim_start().starts_with("#[differentiable");
        let without: Vec<&str> = with.lines().filter(|line| !is_attribute(line)).collect();
        let without = without.join("\n");
        for profile in PROFILES {
            scratch.build("", profile)?;
            let mut best = [f64::INFINITY; 2];
            for _ in 0..arguments.rounds {
                for (best, source) in best.iter_mut().zip([&with, &without]) {
                    *best = best.min(scratch.build(source, profile)?);
                }
            }
            let [with, without] = best.map(|seconds| seconds * 1e3);
            let more = with - without;
            println!(
                "{case} {profile}: with the attribute {with:.0} ms | without {without:.0} ms | {more:.0} ms more"
            );
        }
    }
    Ok(())
}
