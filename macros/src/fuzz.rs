//! The macro on input that nobody would write: it answers with items or with errors, and never panics.
//!
//! The number of a case is all that its input depends on. `GRADUS_FUZZ_CASES=1000000` tries that many,
//! and `GRADUS_FUZZ_SEED=7` begins with that one:
//! `GRADUS_FUZZ_SEED=7 GRADUS_FUZZ_CASES=1 cargo test -p gradus-macros fuzz`.

mod compose;
mod mutate;
mod random;
mod words;

use std::any::Any;
use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::rule;
use mutate::{Source, mutate, names};
use random::{Rng, noise};

/// An attribute's tokens and an item's.
type Case = (TokenStream, TokenStream);

/// How many cases a thread runs, which is named for them, so that an overflow of its stack tells where.
const CHUNK: usize = 100;
/// The stack on which rustc expands macros.
const STACK: usize = 8 << 20;
/// Far more than any case takes, in an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer of the macro that the attribute is for: only that of a rule begins with `of`.
fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match attribute.clone().into_iter().next() {
        Some(TokenTree::Ident(first)) if first == "of" => rule::expand(attribute, item),
        _ => crate::expand(attribute, item),
    }
}

/// What is wrong with the answer.
fn fault((attribute, item): &Case) -> Option<String> {
    let answer = catch_unwind(AssertUnwindSafe(|| expand(attribute.clone(), item.clone())));
    match answer {
        Err(payload) => Some(format!("it panics: {}", panic_message(&*payload))),
        Ok(output) if mentions_error(&output) => None,
        // rustc refuses it, and is not repeated.
        Ok(_) if syn::parse2::<syn::Item>(item.clone()).is_err() => None,
        Ok(output) => syn::parse2::<syn::File>(output.clone())
            .err()
            .map(|error| format!("its answer is not Rust: {error}\n{output}")),
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn mentions_error(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(name) => name == "compile_error",
        TokenTree::Group(group) => mentions_error(&group.stream()),
        _ => false,
    })
}

/// A failing case without the tokens that it does not need to fail, as far as there is time.
fn shrunk(mut case: Case) -> Case {
    let deadline = Instant::now() + PATIENCE / 4;
    loop {
        let (attribute, item) = &case;
        let mut smaller = smaller(attribute)
            .into_iter()
            .map(|attribute| (attribute, item.clone()))
            .chain(smaller(item).into_iter().map(|item| (attribute.clone(), item)));
        match smaller.find(|case| Instant::now() > deadline || fault(case).is_some()) {
            Some(next) if Instant::now() < deadline => case = next,
            _ => return case,
        }
    }
}

/// The tokens less one of them, in all ways.
fn smaller(tokens: &TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let with = |at: usize, by: TokenStream| -> TokenStream {
        let (before, after) = (trees[..at].iter().cloned(), trees[at + 1..].iter().cloned());
        before.chain(by).chain(after).collect()
    };
    let mut all = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        all.push(with(at, TokenStream::new()));
        if let TokenTree::Group(group) = tree {
            let inside = smaller(&group.stream());
            all.extend(
                inside
                    .into_iter()
                    .map(|less| with(at, Group::new(group.delimiter(), less).into_token_stream())),
            );
        }
    }
    all
}

/// The number that a variable of the environment holds.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("the variable is a number"))
}

/// Runs cases until one fails; `usual` is their number in an ordinary run.
fn run(usual: u64, make: fn(&mut Rng) -> Case) {
    let first = setting("GRADUS_FUZZ_SEED", 0);
    let end = first + setting("GRADUS_FUZZ_CASES", usual);
    for from in (first..end).step_by(CHUNK) {
        let to = end.min(from + CHUNK as u64);
        let (sender, receiver) = channel();
        let worker = on_stack_of_rustc(format!("cases {from} to {to}"), move || {
            for seed in from..to {
                let case = make(&mut Rng(seed));
                let fault = fault(&case).map(|fault| format!("{fault}\n{}", printed(&shrunk(case))));
                if sender.send(fault).is_err() {
                    return;
                }
            }
        });
        for seed in from..to {
            let ended = receiver.recv_timeout(PATIENCE);
            let fault = ended.unwrap_or_else(|_| Some("it does not end".to_owned()));
            let whole = || printed(&make(&mut Rng(seed)));
            assert!(fault.is_none(), "case {seed}: {}\nmade from\n{}", fault.unwrap_or_default(), whole());
        }
        assert!(worker.join().is_ok(), "the worker catches panics");
    }
}

fn printed((attribute, item): &Case) -> String {
    format!("#[differentiable({attribute})]\n{item}")
}

fn on_stack_of_rustc<R: Send + 'static>(
    name: String,
    work: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    thread::Builder::new().name(name).stack_size(STACK).spawn(work).expect("the system has threads")
}

/// The items of the corpus, each with the tokens of its attribute.
fn corpus() -> Vec<Case> {
    let file: syn::File =
        syn::parse_str(concat!(include_str!("fuzz/corpus.rs"), include_str!("fuzz/flow.rs")))
            .expect("the corpus is Rust");
    let split = |mut item: syn::Item| {
        let attributes = match &mut item {
            syn::Item::Fn(function) => &mut function.attrs,
            syn::Item::Mod(module) => &mut module.attrs,
            _ => unreachable!("the corpus has functions and modules alone"),
        };
        let is_ours = |path: &syn::Path| path.is_ident("differentiable") || path.is_ident("derivative");
        let place = attributes.iter().position(|attribute| is_ours(attribute.path()));
        let attribute = attributes.remove(place.expect("each item of the corpus is annotated"));
        let options = match attribute.meta {
            syn::Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        (options, item.into_token_stream())
    };
    file.items.into_iter().map(split).collect()
}

thread_local! {
    static CORPUS: Vec<Case> = corpus();
}

/// Noise as a whole, or at one of the places where anything may stand.
fn noisy(rng: &mut Rng) -> Case {
    let none = TokenStream::new();
    let (a, b) = (noise(rng, 4), noise(rng, 4));
    match rng.below(8) {
        0 => (a, b),
        1 => (none, a),
        2 => (
            a,
            quote!(
                fn f(x: f64) -> f64 {
                    x * x
                }
            ),
        ),
        3 => (
            quote!(wrt(#a)),
            quote!(
                fn f(x: f64, y: f64) -> f64 {
                    x * y
                }
            ),
        ),
        4 => (none, quote!(fn f(x: f64, y: &Vector<f64>) -> f64 { #a })),
        5 => (none, quote!(fn f(x: f64, y: &Vector<f64>) -> f64 { let x = x #a; #b; x + (#b) })),
        6 => (none, quote!(fn f<#a>(x: f64, #b) -> f64 { x })),
        _ => (none, quote!(mod m { #a #[differentiable(#b)] fn f(x: f64) -> f64 { x } })),
    }
}

/// A function whose types are right by its making, differentiated by some or all of its parameters.
fn composed(rng: &mut Rng) -> Case {
    let item = compose::function(rng);
    let attributes = [quote!(), quote!(wrt(x)), quote!(wrt(m, v)), quote!(wrt(u, y))];
    (attributes[rng.below(attributes.len())].clone(), item)
}

/// One of the corpus, or a composed function, with a few changes.
fn changed(rng: &mut Rng) -> Case {
    CORPUS.with(|corpus| {
        let (mut attribute, mut item) =
            if rng.one_in(4) { composed(rng) } else { corpus[rng.below(corpus.len())].clone() };
        let source = Source { names: names(&item), corpus };
        loop {
            let of = if rng.one_in(16) { &mut attribute } else { &mut item };
            *of = mutate(rng, take(of), &source);
            if rng.one_in(2) {
                return (attribute, item);
            }
        }
    })
}

#[test]
fn the_corpus_is_supported() {
    for case in corpus() {
        let output = expand(case.0, case.1);
        assert!(!mentions_error(&output), "{output}");
        let parsed = syn::parse2::<syn::File>(output);
        assert!(parsed.is_ok(), "{:?}", parsed.err());
    }
}

/// The formulas in an answer.
fn formulas(items: &[syn::Item]) -> Vec<String> {
    let of_item = |item: &syn::Item| match item {
        syn::Item::Mod(module) => module.content.as_ref().map(|(_, items)| formulas(items)),
        syn::Item::Const(constant) if constant.ident == "FORMULA" => match &*constant.expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(vec![text.value()]),
            _ => None,
        },
        _ => None,
    };
    items.iter().filter_map(of_item).flatten().collect()
}

/// What stands beside nothing where an operand is missing.
const GAPS: [&str; 14] =
    ["  ", "+ +", "+ )", "( ", "(·", "·)", "· ", " ·", "[]", "[,", ", ]", "{ }", " ()", "= for"];

#[test]
fn formulas_have_no_gaps() {
    let composed = (0..200).map(|seed| composed(&mut Rng(seed)));
    for (attribute, item) in corpus().into_iter().chain(composed) {
        let output = expand(attribute, item);
        let file: syn::File = syn::parse2(output).expect("the answer is Rust");
        for line in formulas(&file.items).iter().flat_map(|formula| formula.lines()) {
            let is_whole = line.contains("= ") && !line.ends_with([' ', '=', '+', '-', '·', '/']);
            let gap = GAPS.iter().find(|gap| line.contains(**gap));
            assert!(is_whole && gap.is_none(), "{gap:?} in {line}");
        }
    }
}

#[test]
fn noise_is_refused() {
    run(4000, noisy);
}

#[test]
fn composed_functions_are_differentiated_or_refused() {
    run(1000, composed);
}

#[test]
fn changed_functions_are_differentiated_or_refused() {
    run(5000, changed);
}

#[test]
fn depth_is_no_danger() {
    let deep = |open: &str, close: &str, depth: usize| open.repeat(depth) + "x" + &close.repeat(depth);
    let bodies = [
        deep("(", ")", 250),
        deep("{", "}", 250),
        deep("x.max(", ")", 250),
        deep("if x > 0.0 {", "} else { -x }", 200),
        deep("v.iter().map(|a| a *", ").sum::<f64>()", 50),
        deep("{ let mut y = x; for _ in 0..2 { y *= ", "; } y }", 120),
        deep("-", "", 500),
        deep("", " + x", 800),
        deep("", ".sin()", 500),
        deep("", ".min(1.0)", 500),
    ];
    for body in bodies {
        let item = format!("fn f(x: f64, v: &[f64]) -> f64 {{ {body} }}");
        let worker = on_stack_of_rustc("depth".to_owned(), move || {
            let item: TokenStream = item.parse().expect("the text is tokens");
            !expand(TokenStream::new(), item).is_empty()
        });
        assert!(worker.join().is_ok_and(|answers| answers));
    }
}
