//! The `#[differentiable]` attribute of gradus.
//!
//! A pass is a function from one type to the next:
//!
//! ```text
//! tokens --parse--> Function --lower--> Lowered --differentiate--> roots --simplify--> roots --schedule--> Program --emit--> tokens
//! ```
//!
//! All mistakes are found in the first two, all of them at once; behind those nothing can fail.

mod differentiate;
mod emit;
mod formula;
mod graph;
mod items;
mod lower;
mod module;
mod ops;
mod parse;
mod report;
mod rows;
mod schedule;
mod shape;
mod simplify;
#[cfg(test)]
mod tests;
mod value;
mod written;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

use items::Items;
use parse::Options;
use report::Errors;

/// Differentiates a function when it is compiled.
#[proc_macro_attribute]
pub fn differentiable(
    attribute: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand(attribute.into(), item.into()).into()
}

/// Hands the rows of the table of elementwise operations to a macro.
#[doc(hidden)]
#[proc_macro]
pub fn elementwise(callback: proc_macro::TokenStream) -> proc_macro::TokenStream {
    rows::rows(callback.into()).into()
}

fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let options: Options = match syn::parse2(attribute) {
        Ok(options) => options,
        Err(error) => {
            return [error.into_compile_error(), parse::without_body(item)].into_iter().collect();
        }
    };
    if let Ok(module) = syn::parse2::<syn::ItemMod>(item.clone()) {
        return module::expand(module, &options);
    }
    match parse::item_fn(item.clone()) {
        Ok(function) => {
            let mut errors = Errors::default();
            let emitted = differentiate_function(&function, options, &Items::builtin(), &mut errors);
            if errors.is_empty() {
                quote! {
                    // Often only the derivative is called; and std may one day have `erf` and others too.
                    #[allow(dead_code, unstable_name_collisions)]
                    #function
                    #emitted
                }
            } else {
                [errors.into_tokens(), parse::without_body(item)].into_iter().collect()
            }
        }
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#error #item)
        }
    }
}

/// The whole pipeline, for one function.
fn differentiate_function(
    item: &ItemFn,
    options: Options,
    items: &Items,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let function = parse::function(item.clone(), options, &items.struct_names(), errors)?;
    let lowered = lower::lower(&function, items, errors)?;
    let graph = &lowered.graph;
    let leaves = lowered.active_leaves();
    let gradients = differentiate::differentiate(graph, lowered.result, &leaves);
    let roots = simplify::simplify(graph, &[&[lowered.result], gradients.as_slice()].concat());
    let value = schedule::schedule(&lowered, &roots[..1]);
    let gradient = schedule::schedule(&lowered, &roots);
    let formula = formula::formula(&function.item.sig.ident.to_string(), &lowered, &roots);
    Some(emit::emit(&function, items, &lowered, &value, &gradient, &formula))
}
