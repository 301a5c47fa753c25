//! `#[differentiable] mod { .. }`: structs and methods that the functions in it can use.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Item, ItemMod};

use crate::emit::parameters_impl;
use crate::graph::Type;
use crate::items::Items;
use crate::parse::{self, Options};
use crate::recover;
use crate::report::Errors;
use crate::written::{Written, scalar_path, text};

/// The module as it was written, with a derivative beside each annotated function.
pub(crate) fn expand(mut module: ItemMod, options: &Options) -> TokenStream {
    let mut errors = Errors::default();
    let Some((brace, written)) = module.content.take() else {
        errors.push(&module, "the module's body is in another file", "write `mod name { .. }` with its body");
        let errors = errors.into_tokens();
        return quote!(#errors #module);
    };
    let mut items = Items::builtin();
    items.add(&written, &mut errors);
    let mut output = Vec::new();
    for item in written {
        match item {
            Item::Fn(mut function) if function.attrs.iter().any(is_ours) => {
                let own = own_options(&mut function.attrs, options, &mut errors);
                let mut mistakes = Errors::default();
                let emitted = crate::differentiate_function(&function, own, &items, &mut mistakes);
                if mistakes.is_empty() {
                    parse::strip_function(&mut function);
                    output.push(quote!(#[allow(dead_code, unstable_name_collisions)] #function #emitted));
                } else {
                    errors.append(mistakes);
                    output.push(recover::item(quote!(#function)));
                    output.push(emitted);
                }
            }
            Item::Struct(mut structure) => {
                for field in &mut structure.fields {
                    if let Some(error) = parse::misplaced(&field.attrs, &[]) {
                        errors.combine(error);
                    }
                    parse::strip(&mut field.attrs);
                }
                let parameters =
                    structure_parameters(&structure.ident.to_string(), &items, options, &mut errors);
                output.push(quote!(#structure #parameters));
            }
            // A rule strips its own.
            Item::Fn(mut function) if !function.attrs.iter().any(|own| crate::rule::ruled(own).is_some()) => {
                for error in function.sig.inputs.iter().filter_map(parse::named_without_derivative) {
                    errors.combine(error);
                }
                parse::strip_function(&mut function);
                output.push(quote!(#function));
            }
            Item::Impl(mut block) => {
                refuse_marks(&mut block, &mut errors);
                output.push(quote!(#block));
            }
            // The attributes inside are taken off, and with them what such an import may be for.
            Item::Use(import) if text(&import.tree).contains("gradus::") => {
                output.push(quote!(#[allow(unused_imports)] #import));
            }
            other => output.push(quote!(#other)),
        }
    }
    let errors = errors.into_tokens();
    let content: TokenStream = output.into_iter().collect();
    module.content = Some((brace, Vec::new()));
    let ItemMod { attrs, vis, mod_token, ident, .. } = module;
    quote! {
        #(#attrs)*
        #vis #mod_token #ident {
            #content
        }
        #errors
    }
}

pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "differentiable")
}

/// Methods are put in where functions call them, and have no derivative of their own.
fn refuse_marks(block: &mut syn::ItemImpl, errors: &mut Errors) {
    for item in &mut block.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        if let Some(mark) = method.attrs.iter().position(is_ours) {
            errors.push(
                method.attrs.remove(mark),
                "a method has no derivative of its own",
                "remove the attribute, and annotate a function of the module that calls the method",
            );
        }
    }
}

/// Takes the attribute off the function.
fn own_options(attributes: &mut Vec<Attribute>, outer: &Options, errors: &mut Errors) -> Options {
    let place = attributes.iter().position(is_ours).expect("the caller has seen the attribute");
    let attribute = attributes.remove(place);
    match Options::of_attribute(&attribute) {
        Ok(options) => options.inherit(outer),
        Err(error) => {
            errors.combine(error);
            Options::default().inherit(outer)
        }
    }
}

/// `Parameters` for a struct, if it has floats of one type.
fn structure_parameters(name: &str, items: &Items, options: &Options, errors: &mut Errors) -> TokenStream {
    let Some(structure) = items.structure(name) else {
        return TokenStream::new();
    };
    let (element, is_fine) = match items.element_of(name) {
        Ok(Some(element)) => (element, structure.refused.is_empty()),
        // It is among the parameters of functions, of which nothing else is to be said.
        Ok(None) if !structure.refused.is_empty() => (Type::F64, false),
        Ok(None) => return TokenStream::new(),
        Err(()) => {
            let place = format_ident!("{name}", span = structure.span);
            errors.push(
                place,
                format!("`{name}` mixes `f32` and `f64`"),
                "use one of them for all its parameters",
            );
            let mut floats = structure.fields.iter().filter_map(|(_, written)| written.element());
            (floats.find(|element| element.is_float()).unwrap_or(Type::F64), false)
        }
    };
    let is_constant = |written: &Written| written.element().is_some_and(|element| !element.is_float());
    let names = |constant: bool| -> Vec<proc_macro2::Ident> {
        let fields = structure.fields.iter().filter(|(_, written)| is_constant(written) == constant);
        fields.map(|(field, _)| format_ident!("{field}")).collect()
    };
    let ident = format_ident!("{name}");
    let none = [TokenStream::new(), TokenStream::new()];
    let element = scalar_path(element, None);
    let parameters =
        parameters_impl(&options.krate(), &quote!(#ident), &none, &element, &names(false), &names(true));
    if is_fine { parameters } else { recover::hollow(parameters, &quote!(::core::unimplemented!())) }
}
