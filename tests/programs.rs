//! Runs the programs of `examples/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// Where the programs are, built beside the tests and with their profile.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().expect("the path of this test");
    // target/debug/deps/test-1234567890abcdef
    let built = test.ancestors().nth(2).expect("cargo's layout");
    let target = built.parent().expect("cargo's layout");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--package", "gradus-examples", "--bins"]);
    build.arg("--target-dir").arg(target);
    if built.ends_with("release") {
        build.arg("--release");
    }
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(build.status().expect("cargo runs").success(), "the examples do not build");
    built.to_owned()
});

/// Runs a program to its end.
pub(crate) fn run(name: &str, arguments: &[&str]) -> Output {
    let program = PROGRAMS.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    Command::new(program).args(arguments).output().expect("the program runs")
}

/// What a program prints when all goes well.
pub(crate) fn printed(name: &str, arguments: &[&str]) -> String {
    let output = run(name, arguments);
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A file of `tests/data` with reference numbers.
pub(crate) fn reference(file: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("it is JSON")
}
