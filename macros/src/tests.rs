//! The pipeline as a whole, on functions given as tokens.

use std::time::Instant;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use crate::graph::{Id, Node};
use crate::items::Items;
use crate::lower::Lowered;
use crate::parse::{self, Options};
use crate::report::Errors;
use crate::{differentiate, empty, expand, formula, lower, simplify, stabilise};

/// The graph with its roots: the value and the gradients.
fn pipeline(item: TokenStream) -> (Lowered, Vec<Id>) {
    pipeline_of(TokenStream::new(), item)
}

pub(crate) fn pipeline_of(options: TokenStream, item: TokenStream) -> (Lowered, Vec<Id>) {
    let options: Options = syn::parse2(options).expect("the test's options are supported");
    let mut errors = Errors::default();
    let items = Items::builtin();
    let item = parse::item_fn(item).expect("the test's item is a function");
    let function = parse::function(item, options, &items.struct_names(), &mut errors)
        .expect("the test's signature is supported");
    let lowered = lower::lower(&function, &items, &mut errors);
    let lowered = lowered.expect("the test's body is supported");
    let lowered = if function.as_written { lowered } else { stabilise::stabilise(lowered) };
    let lowered = empty::without_division_by_zero(lowered);
    let gradients = differentiate::differentiate(&lowered.graph, &lowered.seeds(), &lowered.active_leaves());
    let roots = [lowered.results(), gradients].concat();
    let roots = simplify::simplify(&lowered.graph, &roots);
    (lowered, roots)
}

fn formula_of(item: TokenStream) -> String {
    let (lowered, roots) = pipeline(item);
    formula::formula("f", &lowered, &roots).lines
}

fn contract_of(item: TokenStream) -> String {
    let (lowered, roots) = pipeline(item);
    formula::formula("f", &lowered, &roots).contract
}

#[test]
fn the_contract_has_the_names_of_the_formula() {
    let contract = contract_of(quote! {
        fn f(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 { (x.matmul(w) + b - y).square().mean() }
    });
    assert_eq!(contract, "w: [m], x: [n, m], y: [n]\nn > 0");
    let contract = contract_of(quote! {
        fn f(#[shape(ROWS, n)] x: &Matrix<f64>, w: &[f64; 3], n: usize) -> (f64, Vector<f64>) { (w[0], x.sum_axis(1)) }
    });
    assert_eq!(contract, "x: [ROWS, n], w: [3]\nthe result: (a number, [ROWS])");
    assert_eq!(contract_of(quote! { fn f(x: f64) -> f64 { x * x } }), "");
}

#[test]
fn the_formula_has_the_names_that_the_user_gave() {
    let formula = formula_of(quote! {
        fn f(#[shape(N)] x: &Vector<f64>, n: f64) -> f64 { (x * n).mean() }
    });
    assert!(formula.ends_with("where N = x.len()"), "{formula}");
}

/// `n` bindings, each of which uses the one before it twice.
fn chain(n: usize) -> TokenStream {
    let names: Vec<_> = (0..=n).map(|place| format_ident!("v{place}")).collect();
    let (from, to) = (&names[..n], &names[1..]);
    let last = &names[n];
    quote! {
        fn chain(x: f64) -> f64 {
            let v0 = x;
            #(let #to = #from.sin() * #from + 0.5;)*
            #last
        }
    }
}

#[test]
fn a_sum_takes_out_what_does_not_depend_on_its_index() {
    let formula = formula_of(quote! {
        fn f(w: f64, x: &Vector<f64>) -> f64 { (x * w).square().mean() }
    });
    assert!(formula.contains("∂f/∂w = 2·(w·(Σ_i x[i]·x[i])) / n"), "{formula}");
}

#[test]
fn derivatives_by_matrices_are_sums_of_products() {
    let formula = formula_of(quote! {
        fn f(a: &Matrix<f64>, b: &Matrix<f64>) -> f64 { a.matmul(b).sum() }
    });
    assert!(formula.contains("∂f/∂a[i, j] = Σ_k b[j, k]"), "{formula}");
}

/// Whether the body is there for rust-analyzer, and for it alone.
fn is_kept_for_ides(output: &TokenStream, body: &TokenStream) -> bool {
    let kept = quote!(#[cfg(rust_analyzer)] { #body } #[cfg(not(rust_analyzer))]).to_string();
    output.to_string().contains(&kept)
}

#[test]
fn after_a_mistake_the_ide_sees_the_body_and_the_module() {
    let body = quote!(let unfinished = x.; x);
    let output = expand(quote!(), quote! { pub fn f(x: f64, y: f64) -> f64 { #body } });
    assert!(output.to_string().contains(&body.to_string()), "{output}");
    assert!(!output.to_string().contains("compile_error"), "rustc says it: {output}");
    assert!(output.to_string().contains("pub mod f"), "{output}");

    let body = quote!(let unknown = x.unknown(); unknown * y);
    let output = expand(quote!(), quote! { pub fn f(x: f64, y: f64) -> f64 { #body } });
    assert!(is_kept_for_ides(&output, &body), "{output}");
    for name in ["compile_error", "pub mod f", "fn value_and_grad_into", "pub struct Params"] {
        assert!(output.to_string().contains(name), "{name} in {output}");
    }

    let module = quote! { mod m { #[differentiable] fn f(x: f64) -> f64 { #body } } };
    let output = expand(quote!(), module);
    assert!(is_kept_for_ides(&output, &body) && output.to_string().contains("mod f"), "{output}");

    let output = crate::rule::expand(quote!(of = g), quote! { fn f(x: f64) -> f64 { #body } });
    assert!(is_kept_for_ides(&output, &body), "{output}");
}

#[test]
fn a_module_that_cannot_be_read_is_left_to_rustc() {
    let output = expand(quote!(), quote! { mod m { #[differentiable] fn f(x: f64) -> f64 { x. } } });
    let expected = quote! { mod m { fn f(x: f64) -> f64 { x. } } };
    assert!(output.to_string().ends_with(&expected.to_string()), "{output}");
}

/// The lines of the formula, without the one that says what the lengths are.
fn lines_of(item: TokenStream) -> Vec<String> {
    formula_of(item).lines().filter(|line| !line.starts_with("where ")).map(str::to_owned).collect()
}

#[test]
fn a_loop_in_order_is_a_recurrence() {
    let lines = lines_of(quote! {
        fn f(x: f64, n: usize) -> f64 {
            let mut y = x;
            for _ in 0..n { y = y.sin() + x; }
            y
        }
    });
    let expected = [
        "y[0] = x",
        "y[i + 1] = sin(y[i]) + x",
        "f = y[n]",
        "d_y[n] = 1",
        "d_y[i] = d_y[i + 1]·cos(y[i])",
        "∂f/∂x = Σ_i d_y[i + 1] + d_y[0]",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_variable_after_a_turn_is_read_by_its_own_name() {
    let lines = lines_of(quote! {
        fn f(x: f64, n: usize) -> f64 {
            let mut a = x;
            let mut b = 2.0 * x;
            for _ in 0..n {
                a = (a * b).sin();
                b = a.cos() - b * b;
            }
            a * b
        }
    });
    let expected = ["a[0] = x", "b[0] = 2·x", "a[i + 1] = sin(t[i])", "f = a[n]·b[n]", "d_a[n] = b[n]"];
    assert!(expected.iter().all(|line| lines.iter().any(|other| other == line)), "{lines:#?}");
}

#[test]
fn a_loop_in_a_loop_has_both_indices() {
    let lines = lines_of(quote! {
        fn f(x: &[f64], w: f64) -> f64 {
            let mut y = w;
            for i in 0..x.len() {
                let mut z = y;
                for j in 0..i { z = (z * x[j]).tanh(); }
                y += z * z;
            }
            y
        }
    });
    let expected = [
        "y[0] = w",
        "z[i, 0] = y[i]",
        "z[i, j + 1] = tanh(z[i, j]·x[j])",
        "y[i + 1] = y[i] + z[i, i]·z[i, i]",
        "f = y[n]",
        "d_y[n] = 1",
        "t[i] = z[i, i]·d_y[i + 1]",
        "d_z[i, i] = t[i] + t[i]",
        "t2[i, j] = d_z[i, j + 1]·(1 - z[i, j + 1]²)",
        "d_z[i, j] = x[j]·t2[i, j]",
        "d_y[i] = d_y[i + 1] + d_z[i, 0]",
        "∂f/∂x[j] += z[i, j]·t2[i, j] for each i, j",
        "∂f/∂w = d_y[0]",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_loop_that_a_condition_ends_says_which_turn_is_the_last() {
    let lines = lines_of(quote! {
        fn f(a: f64) -> f64 {
            let mut x = a;
            while (x * x - a).abs() > 0.001 { x = 0.5 * (x + a / x); }
            x
        }
    });
    let count = "n = the first i where not (|x[i]·x[i] - a| > 0.001)";
    let expected = ["x[0] = a", count, "f = x[n]", "d_x[n] = 1"];
    assert!(expected.iter().all(|line| lines.iter().any(|other| other == line)), "{lines:#?}");
}

#[test]
fn a_loop_that_is_left_names_its_turns_and_not_its_length() {
    let lines = lines_of(quote! {
        fn f(x: &[f64]) -> f64 {
            let mut y = 1.0_f64;
            for v in x {
                if *v < 0.0 { break; }
                y = y.sin() * v;
            }
            y
        }
    });
    let expected = [
        "y[0] = 1",
        "y[i + 1] = if t[i] { y[i] } else { y2[i] }",
        "n = the first i where not ((i < m) && (s[i] == 0))",
        "f = y[n]",
        "d_y[n] = 1",
    ];
    assert!(expected.iter().all(|line| lines.iter().any(|other| other == line)), "{lines:#?}");
}

#[test]
fn an_array_with_other_elements_is_the_old_one_but_for_them() {
    let lines = lines_of(quote! {
        fn f(x: &[f64; 4]) -> f64 {
            let mut y = *x;
            for i in 1..4 { y[i] = y[i - 1] * y[i].sin(); }
            y[3]
        }
    });
    let expected = [
        "y[0] = x",
        "f = y[3, 3]",
        "d_y[3, 3] += 1",
        "t3[i] = d_y[i + 1] but t3[i, i + 1] = 0",
        "∂f/∂x = d_y[0]",
    ];
    assert!(expected.iter().all(|line| lines.iter().any(|other| other == line)), "{lines:#?}");
    let turn = |line: &&String| line.starts_with("y[i + 1] = y[i] but y[i + 1, i + 1] = ");
    assert_eq!(lines.iter().filter(turn).count(), 1, "{lines:#?}");
}

#[test]
fn letters_and_lengths_make_way_for_names() {
    let lines = lines_of(quote! {
        fn f(i: f64, n: f64, x: &[f64]) -> f64 {
            let mut j = i;
            for v in x { j = j.sin() * n + v; }
            j
        }
    });
    assert_eq!(lines[..4], ["j[0] = i", "t[k] = sin(j[k])", "j[k + 1] = n·t[k] + x[k]", "f = j[m]"]);
}

#[test]
fn the_formula_of_a_chain_grows_linearly() {
    let length = |n: usize| {
        let steps = (0..n).map(|_| quote!(.sin()));
        formula_of(quote! { fn f(x: f64) -> f64 { x #(#steps)* } }).len()
    };
    let (small, large) = (length(50), length(400));
    assert!(large <= 10 * small, "{small} bytes for 50, {large} for 400");
}

#[test]
fn what_is_equal_but_for_its_indices_is_one_node() {
    let (lowered, roots) = pipeline(quote! {
        fn f(x: &Vector<f64>, y: &Vector<f64>) -> f64 {
            let unused = (x + y).sum();
            x.exp().sum() * x.exp().sum() + y.exp().sum()
        }
    });
    let folds = lowered
        .graph
        .reachable(&roots[..1])
        .into_iter()
        .filter(|&id| matches!(lowered.graph.node(id), Node::Fold(..)))
        .count();
    assert_eq!(folds, 2);
}

#[test]
fn the_same_input_gives_the_same_tokens() {
    let expansion = || expand(TokenStream::new(), chain(20)).to_string();
    assert_eq!(expansion(), expansion());
}

#[test]
fn the_graph_of_a_chain_grows_linearly() {
    let size = |n| {
        let (lowered, roots) = pipeline(chain(n));
        lowered.graph.reachable(&roots).len()
    };
    let (small, large) = (size(50), size(400));
    assert!(large <= 8 * small, "{small} nodes for 50, {large} for 400");
}

#[test]
fn the_code_of_recurrences_grows_linearly() {
    let size = |of: fn(usize) -> TokenStream, n| expand(TokenStream::new(), of(n)).to_string().len();
    for of in [recurrences, long_recurrence, elements] {
        let (small, large) = (size(of, 10), size(of, 80));
        assert!(large <= 9 * small, "{small} characters for 10, {large} for 80");
    }
}

/// `cargo test --release -p gradus-macros -- --ignored --nocapture`
#[test]
#[ignore = "prints times"]
fn expansion_times() {
    let time = |name: &str, attribute: &TokenStream, item: &TokenStream| {
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                let tokens = expand(attribute.clone(), item.clone());
                assert!(tokens.to_string().contains("value_and_grad_into"), "{tokens}");
                start.elapsed()
            })
            .min();
        println!("{name}: {:.1?}", best.unwrap_or_default());
    };
    for n in [50, 100, 200, 400, 800] {
        time(&format!("{n} bindings"), &TokenStream::new(), &chain(n));
    }
    for n in [10, 20, 40, 80, 160, 320] {
        time(&format!("{n} recurrences"), &TokenStream::new(), &recurrences(n));
        time(&format!("a recurrence of {n} statements"), &TokenStream::new(), &long_recurrence(n));
        time(&format!("{n} elements set under conditions"), &TokenStream::new(), &elements(n));
    }
    for (name, file) in [
        ("gmm", include_str!("../../tests/problems/gmm.rs")),
        ("lstm", include_str!("../../tests/problems/lstm.rs")),
        ("lab_autograd", include_str!("../../examples/lab_autograd.rs")),
        ("lab_descend_to_target", include_str!("../../examples/lab_descend_to_target.rs")),
        ("lab_gradient_descent", include_str!("../../examples/lab_gradient_descent.rs")),
        ("lab_linear_layer", include_str!("../../examples/lab_linear_layer.rs")),
        ("lab_linear_module", include_str!("../../examples/lab_linear_module.rs")),
        ("lab_linear_regression", include_str!("../../examples/lab_linear_regression.rs")),
    ] {
        let file: syn::File = syn::parse_str(file).expect("a file of the tests is Rust");
        for item in file.items {
            let (syn::Item::Fn(syn::ItemFn { attrs, .. }) | syn::Item::Mod(syn::ItemMod { attrs, .. })) =
                &item
            else {
                continue;
            };
            let attribute = attrs.iter().find_map(|attribute| match &attribute.meta {
                syn::Meta::List(list) if list.path.is_ident("differentiable") => Some(list.tokens.clone()),
                syn::Meta::Path(path) if path.is_ident("differentiable") => Some(TokenStream::new()),
                _ => None,
            });
            if let Some(attribute) = attribute {
                time(name, &attribute, &quote!(#item));
            }
        }
    }
}

/// `n` loops whose turns build on each other, each on the loop before.
fn recurrences(n: usize) -> TokenStream {
    let loops = (0..n).map(|_| quote! { for v in x { y = y.sin() + y * v; } });
    quote! { fn f(x: &[f64]) -> f64 { let mut y = 0.5_f64; #(#loops)* y } }
}

/// A loop that sets `n` elements of an array, each under a condition.
fn elements(n: usize) -> TokenStream {
    let lines = (0..n).map(|place| {
        let (one, other) = (place % 3, (place + 1) % 3);
        quote! { if n > #place { y[#one] = y[#other].sin() * x; } }
    });
    quote! { fn f(x: f64, n: usize) -> f64 { let mut y = [x; 3]; for _ in 0..n { #(#lines)* } y[0] } }
}

/// A loop whose turns build on each other by way of `n` bindings.
fn long_recurrence(n: usize) -> TokenStream {
    let lines = (0..n).map(|_| quote! { y = y.sin() + y * v; });
    quote! { fn f(x: &[f64]) -> f64 { let mut y = 0.5_f64; for v in x { #(#lines)* } y } }
}

/// What stands between the fences of the block behind a marker in the README.
fn readme_block(marker: &str) -> String {
    let readme = include_str!("../../README.md");
    let (_, behind) = readme.split_once(marker).expect("the README has the marker");
    let (_, block) = behind.split_once("```").expect("a block follows the marker");
    let (block, _) = block.split_once("```").expect("the block ends");
    let (_, block) = block.split_once('\n').expect("the block has a first line");
    block.lines().filter(|line| !line.starts_with("# ")).map(|line| format!("{line}\n")).collect()
}

fn lab() -> TokenStream {
    quote! {
        pub fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
            let hypothesis = x * w + b;
            (hypothesis - y).square().mean()
        }
    }
}

/// As rustfmt prints it.
fn formatted(tokens: &TokenStream) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is a component of the pinned toolchain");
    let mut stdin = rustfmt.stdin.take().expect("it was piped");
    stdin.write_all(tokens.to_string().as_bytes()).expect("rustfmt reads its input");
    drop(stdin);
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    String::from_utf8(output.stdout).expect("Rust is UTF-8")
}

#[test]
fn long_rows_are_done_two_vectors_at_a_time() {
    let is_unrolled = |value: TokenStream| {
        let function = quote! { fn f(w: f32, x: &Vector) -> f32 { (#value).mean() } };
        expand(quote!(wrt(w)), function).to_string().contains("const UNROLLED : bool = true ;")
    };
    assert!(is_unrolled(quote! { (x * w).tanh().softplus() + x.sigmoid() }));
    assert!(!is_unrolled(quote! { (x * w).sin() }), "it has a cosine too, but nothing else to wait for");
    assert!(
        !is_unrolled(quote! { (x * w).square() * x.abs() * w.exp() * w.sin() * w.ln() }),
        "once for all rows"
    );
}

#[test]
fn the_readme_shows_the_expansion() {
    let expansion = expand(quote!(wrt(w, b)), lab());
    let file: syn::File = syn::parse2(expansion).expect("the expansion is Rust");
    let items = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Mod(module) => Some(module.content?.1),
        _ => None,
    });
    let functions = items.flatten().filter_map(|item| match item {
        syn::Item::Fn(mut function)
            if ["check_shapes", "value_and_grad_into"].iter().any(|name| function.sig.ident == name) =>
        {
            function.attrs.clear();
            Some(formatted(&function.into_token_stream()))
        }
        _ => None,
    });
    let printed = functions.collect::<Vec<_>>().join("\n");
    assert_eq!(readme_block("<!-- expansion"), printed, "\nthe README should show:\n{printed}");
}

#[test]
fn the_readme_shows_the_formula() {
    let (lowered, roots) = pipeline_of(quote!(wrt(w, b)), lab());
    let printed = formula::formula("cost", &lowered, &roots).lines + "\n";
    assert_eq!(readme_block("<!-- formula"), printed, "\nthe README should show:\n{printed}");
}
