//! The `#[differentiable]` attribute of gradus.
//!
//! A pass is a function from one type to the next:
//!
//! ```text
//! tokens --parse--> Function --lower--> Lowered --stabilise--> Lowered
//!        --differentiate--> roots --simplify--> roots --schedule--> Program --emit--> tokens
//! ```
//!
//! All mistakes are found in the first two, all of them at once. Behind those two things are refused:
//! derivatives that turn out to be zero everywhere, and loops whose turns build on each other in an order
//! that scheduling does not find.

mod dependence;
mod differentiate;
mod emit;
mod empty;
mod formula;
#[cfg(test)]
mod fuzz;
mod graph;
mod instead;
mod items;
mod lower;
mod matching;
mod module;
mod ops;
mod parse;
mod recover;
mod report;
mod rows;
mod rule;
mod schedule;
mod shape;
mod simplify;
mod stabilise;
#[cfg(test)]
mod tests;
mod value;
mod written;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

use graph::Id;
use items::Items;
use parse::{Function, Options};
use report::Errors;

/// Differentiates a function when it is compiled, and puts a module of the same name beside it.
///
/// ```text
/// #[differentiable]                   by every parameter made of floats
/// #[differentiable(wrt(w, b))]        by these parameters
/// #[differentiable(crate = path)]     where gradus has another name
/// #[differentiable(as_written)]       computed as it is written, without safe forms
/// ```
///
/// The module has
///
/// | item | what it is |
/// |---|---|
/// | `value_and_grad(args..)` | the value and the gradient, in one pass |
/// | `grad(args..)` | the gradient |
/// | `value_and_grad_into(args.., &mut grad)` | the value, with the gradient in place of what `grad` was; the memory that this needs besides is kept for the next call |
/// | `value(args..)` | the value alone |
/// | `Params` | a field for each parameter differentiated by. With a single one there is no struct: the gradient has that parameter's own owned type (`Vec<T>` for `&[T]`, `Vec<[T; N]>` for `&[[T; N]]`) |
/// | `objective(other args..)` | the function of `Params` alone, for optimisers. If all tensors and slices among its data have their first length in common, these are the rows that mini-batches draw from |
/// | `check_shapes(args..)` | whether the arguments fit each other: `Ok(())`, or the `ShapeError` that the others panic with |
/// | `FORMULA` | the function and its derivatives as formulas |
///
/// A function that returns something else than one number (an array, a `Vec`, a tensor, a tuple of these
/// and of numbers, or a struct of the same annotated module) has no `grad`. Its module has
///
/// | item | what it is |
/// |---|---|
/// | `value(args..)` | the value |
/// | `vjp(args.., cotangent)` | the gradient of the sum of all numbers of the result, each times its number in `cotangent`. That has the result's own type, borrowed if it is not a number; for a tuple, it is a tuple of such |
/// | `vjp_into(args.., cotangent, &mut grad)` | the same, with the gradient in place of what `grad` was |
/// | `jacobian(args..)` | a gradient for each number of the result, in order, those of arrays row by row: an array, or a `Vec` where the compiler cannot know how many they are. It calls `vjp` for each, unless they are few and no loop needs its turns in order |
/// | `value_and_jacobian(args..)` | the value, and what `jacobian` returns |
/// | `Params`, `check_shapes`, `FORMULA` | as above |
///
/// Tensors are taken as `&Tensor` or as `View`. On a module, `#[differentiable] mod name { .. }`, the
/// attribute shows the macro the structs, methods and functions inside, which the annotated functions
/// among them can use; the structs become parameters that an optimiser can move.
///
/// # Shapes
/// Which lengths must be equal follows from the body, and is compared when compiling where the compiler
/// knows both. `#[shape(..)]` in front of a parameter names its axes, one name for each:
///
/// ```text
/// #[differentiable(wrt(w))]
/// fn cost(#[shape(D)] w: &Vector, #[shape(N, D)] x: &Matrix, #[shape(N)] y: &Vector) -> f32
/// ```
///
/// | name | what it means |
/// |---|---|
/// | `N` | a length of its own: the same at each axis with the name, and never that of another name or a known length |
/// | a const parameter, an integer parameter, a constant that an array of the signature has as its length | its value |
/// | `crate::WIDTH`, a path | the constant |
/// | `3` | this length |
/// | `_` | any length |
///
/// A name at an array, whose length is known, stands for that. What only the call knows is checked once,
/// before any work, by `check_shapes`. The shapes stand in the rustdoc of the module.
///
/// # Loops over data
/// What is done for each row of data (each element of a vector, each row of a matrix) and depends on no
/// other row is done in one pass over the data, value and gradient together: for a block of rows at a time,
/// of which several are computed at once in the vectors that the machine has. Products of matrices go to the
/// kernel of the runtime. A sum over the rows that rows ask for starts another pass. Sums are added up along
/// a tree that depends on the number of rows alone, so that the result is the same for any number of
/// threads. Vectors compute functions such as `exp` to 2 units in the last place; with fewer than 32 rows
/// the functions are those of the standard library.
///
/// # Loops
/// A loop that adds up, multiplies or compares is a sum, a product or a maximum, and shares its pass over the
/// data with the others. One whose turns build on each other is run forward once, which keeps what its
/// derivative needs of each turn (8 bytes for each `f64`), and backward once. With 10⁶ turns and two such
/// numbers that is 16 MB. What is kept for a number of turns that is not known when compiling needs `alloc`.
///
/// # Panics
/// The emitted functions panic where the function itself would: when lengths do not fit each other, when
/// an index is out of bounds, and for the mean, the maximum or the minimum of empty data. What the result
/// does not need is not computed, and so cannot panic either. Shapes are checked before any work, also
/// for a branch that is not taken; but data may be empty there if the condition asks for a length, as
/// `x.is_empty()` does. The sum of no numbers is 0, their product 1, their norm 0, and their `logsumexp` the
/// logarithm of 0.
///
/// # Safe forms
/// Some formulas overflow or lose their digits where their value is an ordinary number. They are computed in
/// another form, value and derivative alike; the documentation of the module lists each one that was. A safe form is the same
/// function for all numbers, and rounds to a few units in the last place. What the function itself computes when
/// it is called stays as it is written, and `#[differentiable(as_written)]` leaves all of it so.
///
/// | written | computed |
/// |---|---|
/// | `ln(1 + e^x)` | `softplus(x)` |
/// | `ln Σ e^x`, and `ln(e^x + e^y)` | the largest exponent, and the logarithm of the sum of the others less it |
/// | `e^x / Σ e^y` | both less the largest exponent; its logarithm as `x - ln Σ e^y` |
/// | `1 / (1 + e^-x)`, `e^x / (1 + e^x)`, `e^x / (e^x + e^y)` | by `sigmoid` |
/// | `1 - sigmoid(x)` | `sigmoid(-x)` |
/// | `ln(sigmoid(x))`, `x - softplus(x)` | `-softplus(-x)` |
/// | `tanh` by exponentials, by `sigmoid` or by `sinh` and `cosh` | `tanh(x)` |
/// | `ln(e^x)`, `√(x²)` | `x`, and its absolute value |
/// | `e^x - 1`, `ln(1 + x)` | `exp_m1(x)`, `ln_1p(x)` |
/// | `mean(x²) - mean(x)²` | the mean of the squares of `x - mean(x)`; where that of no numbers is divided by `n - 1`, it is 0 and not NaN |
/// | `x·ln(x)` | 0 at 0, and its derivative too |
/// | the root of a sum of squares | with derivative 0 where all squares are 0 |
///
/// A weighted sum `Σ w e^x` is left as written, as are sums with more than exponentials in them.
///
/// # Errors
/// What cannot be differentiated is refused when compiling, all mistakes at once, each with what to write
/// instead: `gradus::mistakes` lists them. So is a parameter by which the derivative is zero wherever it
/// exists, because the result does not depend on it, or only by way of rounding, signs and conditions
/// (among them `==` between floats, which is a condition as any other). `let _ = no_grad(b);` says that it
/// is meant, and `wrt(..)` without `b` leaves it out.
///
/// # Conventions
/// | where | the derivative |
/// |---|---|
/// | `relu` and `abs` at 0 | 0 |
/// | `signum`, `floor`, `ceil`, `round` and `trunc` | 0 everywhere |
/// | `max` and `min` of two numbers on a tie | each has half of it |
/// | the largest or smallest of many on a tie | the tied share it equally |
/// | `max` and `min` of a number and NaN | that of the number, which they return |
/// | `clamp` on a limit | that of the number |
/// | `norm`, `hypot` and `atan2` at 0 | 0 |
/// | `sqrt` and others where it is infinite | infinite, but 0 where the incoming adjoint is 0 |
/// | `x.powi(0)` | 0 everywhere |
/// | `x.powf(p)` at `x = 0` | `p x^(p - 1)` by `x`, and 0 by `p` for `p >= 0` |
/// | `y * p.ln()` at `y = p = 0` | NaN, as the value is in Rust. Write `if y == 0.0 { 0.0 } else { y * p.ln() }`, or for tensors `y * p.maximum(1e-300).ln()`, to have 0 |
/// | a product with factors of 0 | the product of the others |
/// | a branch | that of the side which is taken |
/// | `x.detach()` and `no_grad(x)` | 0, as of constants |
///
/// The sum of nothing is `0.0`, where that of a Rust iterator is `-0.0`. The derivatives of `sigmoid` and `tanh` are
/// right to a rounding of 1, not of themselves, where these functions have come near to 1.
#[proc_macro_attribute]
pub fn differentiable(
    attribute: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(attribute.into(), item.into()).into()
}

/// A derivative written by hand, for a function that the macro cannot differentiate.
///
/// ```text
/// #[derivative(of = function)]                 by every parameter made of floats
/// #[derivative(of = function, wrt(w, b))]      by these parameters
/// ```
///
/// The rule has the parameters of the function, and returns its value and its derivatives: the one
/// derivative, or a tuple with one for each parameter that it is differentiated by, each of the
/// parameter's own type (`Vec<T>` for `&[T]`). The attribute puts a module of the function's name beside
/// the rule, with the same items as that of an annotated function, so that annotated functions for which
/// `function(..)` and this module are in scope can call it. That the function and the rule have these
/// signatures is checked when compiling; that the derivative is right can be tested as for any other.
#[proc_macro_attribute]
pub fn derivative(
    attribute: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    rule::expand(attribute.into(), item.into()).into()
}

/// Hands the rows of the table of elementwise operations to a macro.
#[doc(hidden)]
#[proc_macro]
pub fn elementwise(callback: proc_macro::TokenStream) -> proc_macro::TokenStream {
    rows::rows(callback.into()).into()
}

/// Hands the rows of the table of rewrites into safe forms to a macro.
#[doc(hidden)]
#[proc_macro]
pub fn rewrites(callback: proc_macro::TokenStream) -> proc_macro::TokenStream {
    rows::rewrites(callback.into()).into()
}

fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let options: Options = match syn::parse2(attribute) {
        Ok(options) => options,
        Err(error) => {
            return [error.into_compile_error(), recover::item(item)].into_iter().collect();
        }
    };
    if let Ok(module) = syn::parse2::<syn::ItemMod>(item.clone()) {
        return module::expand(module, &options);
    }
    match parse::item_fn(item.clone()) {
        Ok(mut function) => {
            let mut errors = Errors::default();
            let module = differentiate_function(&function, options, &Items::builtin(), &mut errors);
            if errors.is_empty() {
                parse::strip_function(&mut function);
                quote! {
                    // Often only the derivative is called; and std may one day have `erf` and others too.
                    #[allow(dead_code, unstable_name_collisions)]
                    #function
                    #module
                }
            } else {
                [errors.into_tokens(), recover::item(item), module].into_iter().collect()
            }
        }
        Err(error) => recover::half_written(options, &item).unwrap_or_else(|| {
            let (error, item) = (error.into_compile_error(), recover::unread(item));
            quote!(#error #item)
        }),
    }
}

/// The module beside a function. After a mistake, it is one without bodies, if the signature is known.
fn differentiate_function(
    item: &ItemFn,
    options: Options,
    items: &Items,
    errors: &mut Errors,
) -> TokenStream {
    derive_function(item, options, items, None, errors)
}

/// The same for a function whose derivative a rule gives, if there is one.
fn derive_function(
    item: &ItemFn,
    options: Options,
    items: &Items,
    rule: Option<&ItemFn>,
    errors: &mut Errors,
) -> TokenStream {
    let Some(function) = parse::function(item.clone(), options, &items.struct_names(), errors) else {
        return TokenStream::new();
    };
    match derive(&function, items, rule, errors) {
        Some(module) if errors.is_empty() => module,
        _ => recover::module(&function, items, !errors.is_empty()),
    }
}

/// The whole pipeline.
fn derive(
    function: &Function,
    items: &Items,
    rule: Option<&ItemFn>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    match rule {
        // The function that a rule is for stands for nothing but a call.
        Some(rule) => rule::demand_derivatives(function, rule, errors),
        None => lower::demand_end(function, errors),
    }
    let lowered = lower::lower(function, items, errors)?;
    if !errors.is_empty() {
        return None;
    }
    let lowered = if function.as_written { lowered } else { stabilise::stabilise(lowered) };
    let lowered = empty::without_division_by_zero(lowered);
    let graph = &lowered.graph;
    let leaves = lowered.active_leaves();
    let gradients = differentiate::differentiate(graph, &lowered.seeds(), &leaves);
    let results = lowered.results();
    let roots = simplify::simplify(graph, &[results.as_slice(), &gradients].concat());
    let formula = formula::formula(&function.item.sig.ident.to_string(), &lowered, &roots);
    let roots = simplify::with_reciprocals(graph, &roots);
    let (results, gradients) = roots.split_at(results.len());
    dependence::demand(function, items, &lowered, gradients, errors);
    let programs = match function.cotangent {
        None => (schedule::schedule(&lowered, results, 1), schedule::schedule(&lowered, &roots, 1)),
        Some(_) => (schedule::schedule(&lowered, results, 0), schedule::schedule(&lowered, gradients, 0)),
    };
    let (Some(value), Some(gradient)) = programs else {
        errors.push(
            &function.item.sig.ident,
            "the loops of this function need each other in an order that gradus does not find",
            "make the arrays that change in a loop anew in each turn, or split the function",
        );
        return None;
    };
    let jacobian = jacobian(&lowered);
    let bodies = match (rule, &function.cotangent) {
        (Some(rule), _) => emit::Bodies::Rule(&rule.sig.ident),
        (None, None) => emit::Bodies::Programs(&value, &gradient),
        (None, Some(cotangent)) => emit::Bodies::Several {
            cotangent,
            value: &value,
            gradient: &gradient,
            jacobian: jacobian.as_ref(),
        },
    };
    Some(emit::emit(function, items, &lowered, bodies, &formula))
}

/// The numbers of a result of several, and the gradients of all of them, which share what they have in common.
fn jacobian(lowered: &lower::Lowered) -> Option<schedule::Program> {
    if lowered.cotangents.is_empty() {
        return None;
    }
    let (graph, leaves) = (&lowered.graph, lowered.active_leaves());
    let row = |number: Id| {
        let one = graph.float(1.0, graph.ty(number));
        differentiate::differentiate(graph, &[(number, one)], &leaves)
    };
    let rows = lowered.few_numbers()?.into_iter().flat_map(row);
    let roots: Vec<Id> = lowered.results().into_iter().chain(rows).collect();
    let roots = simplify::with_reciprocals(graph, &simplify::simplify(graph, &roots));
    schedule::schedule(lowered, &roots, 0)
}
