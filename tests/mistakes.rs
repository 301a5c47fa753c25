//! What the macro says to a user's mistakes: the place, the sentence and what to write instead.
//!
//! A new mistake is a file in `ui/` whose first line says in words what the mistake is. After
//! `TRYBUILD=overwrite cargo test -p gradus-tests --test mistakes` its message stands beside it, and the
//! page of all mistakes in the documentation is made of both.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/mistakes.md");

/// The files by the first word of their names, with the title of each group.
const GROUPS: [(&str, &str); 19] = [
    ("item", "What the attribute stands on"),
    ("signature", "Signatures"),
    ("result", "Results"),
    ("wrt", "`wrt(..)`"),
    ("option", "Options"),
    ("zero", "Derivatives that are 0"),
    ("type", "Types"),
    ("number", "Numbers"),
    ("method", "Methods"),
    ("call", "Calls"),
    ("name", "Names"),
    ("flow", "Statements, branches and loops"),
    ("array", "Arrays"),
    ("shape", "Shapes"),
    ("module", "Annotated modules"),
    ("rule", "Derivatives written by hand"),
    ("bound", "What only types can show"),
    ("several", "Several mistakes at once"),
    ("other", "Others"),
];

/// What stands above the list.
const HEAD: &str = "\
The mistakes that are found when compiling, each with the code that makes it and what is said of it.

All mistakes of a function are shown in one compile, each under its own expression, and nothing else is
said about a function that has one: the rest of the program is checked against its signature.

`==` between floats is a condition like any other: a branch differentiates the side that is taken. A
parameter that only decides conditions has a derivative of 0, which is refused.

<!-- Made of tests/ui by tests/mistakes.rs, which says how. -->
";

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
    let page = page();
    if std::env::var_os("TRYBUILD").is_some_and(|what| what == "overwrite") {
        fs::write(PAGE, page).expect("the page can be written");
    } else {
        let written = fs::read_to_string(PAGE).expect("the page is there");
        let hint = "`TRYBUILD=overwrite cargo test -p gradus-tests --test mistakes` writes it anew";
        assert!(written == page, "runtime/src/mistakes.md is not what tests/ui says: {hint}");
    }
}

fn page() -> String {
    let mut groups: BTreeMap<usize, String> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let files = fs::read_dir(&folder).expect("the folder is there").map(|file| file.expect("a file").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|kind| kind == "rs")).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let of_name = |(prefix, _): &(&str, &str)| name.split('_').next() == Some(*prefix);
        let group = GROUPS.iter().position(of_name).unwrap_or(GROUPS.len() - 1);
        let read = |kind: &str| fs::read_to_string(file.with_extension(kind)).expect("it is text");
        groups.entry(group).or_default().push_str(&entry(&name, &read("rs"), &read("stderr")));
    }
    let group = |(group, entries): (usize, String)| format!("\n# {}\n{entries}", GROUPS[group].1);
    HEAD.to_owned() + &groups.into_iter().map(group).collect::<String>()
}

/// A mistake: its name, the code and the messages.
fn entry(name: &str, code: &str, messages: &str) -> String {
    let (title, code) = match code.strip_prefix("// ").and_then(|rest| rest.split_once('\n')) {
        Some((title, code)) => (title.to_owned(), code),
        None => (name.replace('_', " "), code),
    };
    let is_frame = |line: &&str| *line == "use gradus::prelude::*;" || *line == "fn main() {}";
    let code: Vec<&str> = code.lines().filter(|line| !is_frame(line)).collect();
    let code = code.join("\n");
    format!("\n## {title}\n\n```text\n{}\n```\n\n```text\n{}```\n", code.trim(), said(messages))
}

/// The messages without the lines of code, which stand above them.
fn said(messages: &str) -> String {
    let mut said = String::new();
    let blocks = messages.split("\n\n").filter(|block| block.starts_with("error"));
    for block in blocks {
        let lines = block.lines().enumerate().filter(|(place, line)| {
            *place == 0
                || line.trim_start().starts_with("help: ")
                || line.trim_start().starts_with("= note: ")
        });
        let of_rustc = ["this error originates", "see issue", "required", "the trait `", "expected fn"];
        for (_, line) in lines.filter(|(_, line)| !of_rustc.iter().any(|start| line.contains(start))) {
            said += &(line.replace("       help: ", "help: ").replace("   = note: ", "note: ") + "\n");
        }
    }
    said
}
