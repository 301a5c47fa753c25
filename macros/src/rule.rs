//! `#[derivative(of = function)]`: a derivative written by hand.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, ItemFn, Pat, ReturnType, Token, parse_quote};

use crate::items::Items;
use crate::parse::{self, Function, Options};
use crate::recover;
use crate::report::Errors;

/// What stands in the brackets of `#[derivative(..)]`.
struct RuleOptions {
    of: Ident,
    options: Options,
}

impl Parse for RuleOptions {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let expected = |error: syn::Error| {
            let message = "a rule names its function first\nhelp: write `#[derivative(of = function)]` with the name of a function in scope";
            syn::Error::new(error.span(), message)
        };
        let name: Ident = input.parse().map_err(expected)?;
        if name != "of" {
            return Err(expected(syn::Error::new(name.span(), "")));
        }
        input.parse::<Token![=]>().map_err(expected)?;
        let of: Ident = input.parse().map_err(expected)?;
        if input.peek(Token![::]) {
            let message = format!(
                "a rule is found by the name of its function\nhelp: bring it into scope with `use {of}::..;`, and write its name alone"
            );
            return Err(syn::Error::new(of.span(), message));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(RuleOptions { of, options: input.parse()? })
    }
}

/// The function that a rule is for, if the attribute is one.
pub(crate) fn ruled(attribute: &Attribute) -> Option<String> {
    let is_rule = attribute.path().segments.last().is_some_and(|last| last.ident == "derivative");
    let options = is_rule.then(|| attribute.parse_args::<RuleOptions>())?;
    Some(options.ok()?.of.to_string())
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let emitted = syn::parse2::<RuleOptions>(attribute)
        .and_then(|options| Ok((options, function(item.clone())?)))
        .map_err(|error| errors.combine(error))
        .ok()
        .and_then(|(RuleOptions { of, options }, rule)| {
            let function = ruled_function(&of, &rule, &mut errors)?;
            Some(crate::derive_function(&function, options, &Items::builtin(), Some(&rule), &mut errors))
        });
    if errors.is_empty() {
        let item = parse::without_axes(item);
        return quote! {
            #[allow(dead_code, clippy::type_complexity)]
            #item
            #emitted
        };
    }
    let item = recover::item(item);
    [errors.into_tokens(), item, emitted.unwrap_or_default()].into_iter().collect()
}

fn function(item: TokenStream) -> syn::Result<ItemFn> {
    syn::parse2(item.clone()).map_err(|_| {
        let message =
            "`#[derivative(of = ..)]` applies to a function\nhelp: write one with the parameters of the other that returns the value and the derivatives, as in `-> (f64, f64)`";
        syn::Error::new_spanned(item, message)
    })
}

/// The function that the rule is for, as it is known from the rule's signature: it calls itself alone.
fn ruled_function(of: &Ident, rule: &ItemFn, errors: &mut Errors) -> Option<ItemFn> {
    let help =
        "return both, as in `-> (f64, f64)`, or `-> (f64, (f64, f64))` with a derivative for each parameter";
    let value = match &rule.sig.output {
        ReturnType::Type(_, ty) => match &**ty {
            syn::Type::Tuple(tuple) if tuple.elems.len() == 2 => tuple.elems[0].clone(),
            other => {
                errors.push(other, "a rule returns the value and the derivatives", help);
                return None;
            }
        },
        ReturnType::Default => {
            errors.push(&rule.sig.ident, "a rule returns the value and the derivatives", help);
            return None;
        }
    };
    let arguments = rule.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let mut function = rule.clone();
    function.sig.ident = of.clone();
    function.sig.output = parse_quote!(-> #value);
    function.block = parse_quote!({ #of(#(#arguments),*) });
    Some(function)
}

/// A derivative for each parameter that the function is differentiated by; rustc checks their types.
pub(crate) fn demand_derivatives(function: &Function, rule: &ItemFn, errors: &mut Errors) {
    let ReturnType::Type(_, result) = &rule.sig.output else { return };
    let syn::Type::Tuple(both) = &**result else { return };
    let Some(derivatives) = both.elems.last() else { return };
    let active = function.params.iter().filter(|param| param.active);
    let names: Vec<String> = active.map(|param| param.name.to_string()).collect();
    let returned = match derivatives {
        syn::Type::Tuple(several) => several.elems.len(),
        _ => 1,
    };
    if returned == names.len() {
        return;
    }
    let of = &function.item.sig.ident;
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let by: Vec<String> = names.iter().map(|name| format!("by_{name}")).collect();
    let help = match by.as_slice() {
        [single] => format!("return `(value, {single})`"),
        _ => format!("return `(value, ({}))`", by.join(", ")),
    };
    let fewer = format!(", or name those it is for, as in `#[derivative(of = {of}, wrt({}))]`", names[0]);
    errors.push(
        derivatives,
        format!(
            "`{of}` is differentiated by {}, but its rule returns {returned} derivative{}",
            listed.join(", "),
            if returned == 1 { "" } else { "s" },
        ),
        if returned < names.len() { help + &fewer } else { help },
    );
}
