//! [`Program`]s to tokens: the module that stands beside the user's function.

mod body;
mod calls;
mod capture;
mod elements;
mod expression;
mod jacobian;
mod lanes;
mod objective;
mod parameters;
mod pass;
mod results;
mod rule;
mod setup;
mod several;
mod shapes;
mod slots;
mod turns;
mod types;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::formula::Formula;
use crate::graph::Type;
use crate::items::Items;
use crate::lower::Lowered;
use crate::parse::{Function, Param};
use crate::schedule::Program;
use crate::written::{Written, is_absolute, nested_array, scalar_path};
use body::Body;
#[cfg(test)]
pub(crate) use body::default_name;
pub(crate) use parameters::parameters_impl;

/// Where the value and the gradient come from.
#[derive(Clone, Copy)]
pub(crate) enum Bodies<'a> {
    Programs(&'a Program, &'a Program),
    /// Those of a function with another result than one number, whose Jacobian may have a program too.
    Several {
        cotangent: &'a Param,
        value: &'a Program,
        gradient: &'a Program,
        jacobian: Option<&'a Program>,
    },
    /// A function that returns both.
    Rule(&'a Ident),
    /// Nothing is known of them.
    Missing,
}

/// The module of the function's derivative.
pub(crate) fn emit(
    function: &Function,
    items: &Items,
    lowered: &Lowered,
    bodies: Bodies,
    formula: &Formula,
) -> TokenStream {
    let module = Module { function, items, lowered };
    let Function { item, krate, .. } = function;
    let (name, visibility) = (&item.sig.ident, inner_visibility(&item.vis));
    let outer = &item.vis;
    let conditions = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let docs = format!("The derivative of [`{name}`](fn@{name}).");
    let Formula { lines: formula, contract } = formula;
    let formula_docs = format!("```text\n{formula}\n```");
    let contract = (!contract.is_empty()).then(|| {
        let contract = format!("```text\n{contract}\n```");
        quote! {
            #[doc = ""]
            #[doc = "The shapes:"]
            #[doc = #contract]
        }
    });
    let safe_forms = safe_forms(lowered);
    let paths = lowered.paths();
    let glob = (!paths.iter().all(is_absolute)).then(|| {
        quote!(
            use super::*;
        )
    });
    let unseen = calls::unseen(lowered, krate);
    let params = module.params(&visibility);
    let (entry, check_shapes) = (module.entry(), module.check_shapes(&visibility));
    let grad = Ident::new("grad", Span::mixed_site());
    let of_number = |value: TokenStream, gradient: TokenStream| {
        let functions = module.functions(&visibility, &grad, value, gradient);
        let objective = module.objective(&visibility);
        quote!(#functions #objective)
    };
    let functions = match bodies {
        Bodies::Programs(value, gradient) => of_number(
            Body::new(function, lowered, value).tokens(&entry, Vec::new()),
            Body::new(function, lowered, gradient).tokens(&entry, module.outputs(&grad)),
        ),
        Bodies::Rule(rule) => of_number(module.value_by_rule(), module.gradient_by_rule(rule, &grad)),
        Bodies::Several { cotangent, value, gradient, jacobian } => {
            let bodies = module.bodies_of_several(cotangent, value, gradient);
            let functions = module.functions_of_several(cotangent, &visibility, bodies);
            let jacobian = module.jacobian(&visibility, jacobian);
            quote!(#functions #jacobian)
        }
        Bodies::Missing => {
            let none = TokenStream::new;
            match &function.cotangent {
                Some(cotangent) => {
                    let functions = module.functions_of_several(cotangent, &visibility, [none(), none()]);
                    let jacobian = module.jacobian(&visibility, None);
                    quote!(#functions #jacobian)
                }
                None => of_number(none(), none()),
            }
        }
    };
    quote! {
        #(#conditions)*
        #[doc = #docs]
        #[doc = ""]
        #[doc = #formula_docs]
        #contract
        #(#[doc = #safe_forms])*
        #[allow(dead_code, unused_assignments, unused_imports, unused_variables, unstable_name_collisions, non_snake_case, clippy::all, clippy::pedantic)]
        #outer mod #name {
            #glob
            use #krate::Real as _;
            #unseen

            /// The function and its derivative as formulas.
            #visibility const FORMULA: &str = #formula;

            #params
            #check_shapes
            #functions
        }
    }
}

/// Lines that say what is computed in another form than it is written.
fn safe_forms(lowered: &Lowered) -> Vec<String> {
    let forms =
        lowered.rewritten.iter().map(|rewrite| format!("- `{}` as `{}`", rewrite.written, rewrite.safe));
    let title = ["", "Computed in a safe form:"].map(str::to_owned);
    title.into_iter().filter(|_| !lowered.rewritten.is_empty()).chain(forms).collect()
}

/// Turns what annotated functions pass into the parameter.
fn taken(param: &Param) -> Option<TokenStream> {
    let name = &param.name;
    match (&param.written, param.by_reference) {
        (Written::Scalar(_), true) => Some(quote!(let #name = &#name;)),
        (Written::Array { .. }, false) => Some(quote!(let #name = *#name;)),
        _ => None,
    }
}

/// As seen from inside the module.
fn inner_visibility(visibility: &syn::Visibility) -> TokenStream {
    match visibility {
        syn::Visibility::Inherited => quote!(pub(super)),
        syn::Visibility::Restricted(restricted) if restricted.path.is_ident("self") => {
            quote!(pub(super))
        }
        syn::Visibility::Restricted(restricted) if restricted.path.is_ident("super") => {
            quote!(pub(in super::super))
        }
        syn::Visibility::Restricted(restricted) if restricted.path.leading_colon.is_some() => {
            restricted.to_token_stream()
        }
        syn::Visibility::Restricted(restricted) if restricted.path.segments[0].ident == "super" => {
            let path = &restricted.path;
            quote!(pub(in super::#path))
        }
        other => other.to_token_stream(),
    }
}

struct Module<'a> {
    function: &'a Function,
    items: &'a Items,
    lowered: &'a Lowered,
}

impl Module<'_> {
    fn active(&self) -> Vec<&Param> {
        self.function.params.iter().filter(|param| param.active).collect()
    }

    /// The struct of the parameters that are differentiated by, where there are several.
    fn params(&self, visibility: &TokenStream) -> TokenStream {
        let active = self.active();
        if active.len() == 1 {
            return TokenStream::new();
        }
        let [definitions, _] = self.active_generics();
        let fields: Vec<(Ident, TokenStream)> =
            active.iter().map(|param| (param.name.clone(), self.owned(&param.written))).collect();
        let members = fields.iter().map(|(name, ty)| {
            let docs = format!("The parameter `{name}`, or the derivative by it.");
            quote!(#[doc = #docs] #visibility #name: #ty)
        });
        let docs = format!(
            "The parameters of [`{0}`](fn@super::{0}) that it is differentiated by; a gradient has the same type.",
            self.function.item.sig.ident
        );
        let element = scalar_path(self.parameter_type(), self.generic());
        let names: Vec<Ident> = fields.iter().map(|(name, _)| name.clone()).collect();
        let bounds = self.active_generics();
        let parameters =
            parameters_impl(&self.function.krate, &quote!(Params), &bounds, &element, &names, &[]);
        let is_number = |param: &&Param| matches!(param.written, Written::Scalar(_));
        let copy = active.iter().all(is_number).then(|| quote!(Copy));
        let derivable = |of: &str| {
            active.iter().all(|param| match &param.written {
                Written::Struct(name) => self.items.derives(name, of),
                _ => true,
            })
        };
        let derived = ["Clone", "Debug", "PartialEq"].into_iter().filter(|of| derivable(of));
        let derives = derived.map(|name| format_ident!("{name}").into_token_stream()).chain(copy);
        quote! {
            #[doc = #docs]
            #[derive(#(#derives),*)]
            #visibility struct Params #definitions { #(#members),* }
            #parameters
        }
    }

    fn functions(
        &self,
        visibility: &TokenStream,
        grad: &Ident,
        value_body: TokenStream,
        gradient_body: TokenStream,
    ) -> TokenStream {
        let Function { item, params, .. } = self.function;
        let [definitions, _] = self.all_generics();
        let element = self.element();
        let gradient_type = self.gradient_type();
        let names: Vec<&Ident> = params.iter().map(|param| &param.name).collect();
        let types: Vec<TokenStream> =
            params.iter().map(|param| self.argument_type(param, &TokenStream::new())).collect();
        let views: Vec<TokenStream> = params.iter().filter_map(|param| self.view_of(param)).collect();
        let zeros = self.zeros();
        let (pullback_type, pullback_value) = self.pullback(grad);
        let lent = params.iter().map(|param| self.lent_type(param));
        let lent: Vec<TokenStream> = lent.collect();
        let taken: Vec<TokenStream> = params.iter().filter_map(taken).collect();
        let name = &item.sig.ident;
        let value_docs = format!("The value of [`{name}`](fn@super::{name}), from views of tensors too.");
        let gradient_docs = match self.active().as_slice() {
            [single] => format!("The derivative by `{}`.", single.name),
            _ => "The derivatives.".to_owned(),
        };
        quote! {
            #[doc = #value_docs]
            #[inline]
            #visibility fn value #definitions (#(#names: #types),*) -> #element {
                #value_body
            }

            #[doc = #gradient_docs]
            #[inline]
            #visibility fn grad #definitions (#(#names: #types),*) -> #gradient_type {
                value_and_grad(#(#names),*).1
            }

            /// The value and the gradient, in one pass.
            #[inline]
            #visibility fn value_and_grad #definitions (#(#names: #types),*) -> (#element, #gradient_type) {
                #(#views)*
                let mut #grad = #zeros;
                let value = value_and_grad_into(#(#names,)* &mut #grad);
                (value, #grad)
            }

            /// As `value_and_grad`, but the gradient takes the place of what `grad` was. The memory that
            /// this needs besides is kept for the next call.
            #[inline]
            #visibility fn value_and_grad_into #definitions (#(#names: #types,)* #grad: &mut #gradient_type) -> #element {
                #gradient_body
            }

            /// The value, for an annotated function that calls this one.
            #[doc(hidden)]
            #[inline]
            #visibility fn forward #definitions (#(#names: #lent),*) -> #element {
                #(#taken)*
                self::value(#(#names),*)
            }

            /// What an annotated function that calls this one needs: a derivative for each parameter.
            #[doc(hidden)]
            #[inline]
            #visibility fn pullback #definitions (#(#names: #lent),*) -> (#element, #pullback_type) {
                #(#taken)*
                let (value, #grad) = value_and_grad(#(#names),*);
                (value, #pullback_value)
            }
        }
    }

    /// Turns an argument that may be a tensor or a view into the view.
    fn view_of(&self, param: &Param) -> Option<TokenStream> {
        let Written::Tensor { element, rank } = param.written else {
            return None;
        };
        let (name, view) = (&param.name, self.view_type(element, rank, &quote!('_)));
        Some(quote!(let #name: #view = #name.into();))
    }

    /// Where each leaf's gradient goes.
    fn outputs(&self, grad: &Ident) -> Vec<(TokenStream, Written)> {
        let single = self.active().len() == 1;
        let active = self.lowered.leaves.iter().filter(|leaf| leaf.active);
        active
            .map(|leaf| {
                let is_field = leaf.access.clone().into_iter().count() > 1;
                let place = match (single, is_field) {
                    (false, _) => {
                        let access = &leaf.access;
                        quote!(#grad.#access)
                    }
                    (true, false) => quote!((*#grad)),
                    (true, true) => {
                        let fields = leaf.access.clone().into_iter().skip(1);
                        quote!(#grad #(#fields)*)
                    }
                };
                (place, leaf.written.clone())
            })
            .collect()
    }

    /// A gradient of zeros of the right shapes.
    fn zeros(&self) -> TokenStream {
        let zeros = |param: &Param| {
            let krate = &self.function.krate;
            let name = &param.name;
            let zero = match param.written.element() {
                Some(Type::Generic) => {
                    let generic = scalar_path(Type::Generic, self.generic());
                    quote!(#generic::ZERO)
                }
                _ => quote!(0.0),
            };
            match &param.written {
                Written::Scalar(_) | Written::Tuple(_) => zero,
                Written::Tensor { .. } => quote!(#krate::Tensor::zeros(*#name.shape())),
                Written::Slice { inner, .. } => {
                    let zero = nested_array(zero, inner);
                    quote!(#krate::emitted::buffer(#zero, #name.len()))
                }
                Written::Array { lengths, .. } => nested_array(zero, lengths),
                Written::Struct(_) => quote!(#krate::Parameters::zeros_like(#name)),
            }
        };
        match self.active().as_slice() {
            [single] => zeros(single),
            active => {
                let fields = active.iter().map(|param| {
                    let (name, zeros) = (&param.name, zeros(param));
                    quote!(#name: #zeros)
                });
                quote!(Params { #(#fields),* })
            }
        }
    }

    /// One derivative for each parameter, differentiated by or not: the type and the value.
    fn pullback(&self, grad: &Ident) -> (TokenStream, TokenStream) {
        let krate = &self.function.krate;
        let single = self.active().len() == 1;
        let parts = self.function.params.iter().map(|param| {
            let name = &param.name;
            match (param.active, single) {
                (false, _) => {
                    (quote!(#krate::emitted::NotDifferentiated), quote!(#krate::emitted::NotDifferentiated))
                }
                (true, true) => (self.owned(&param.written), quote!(#grad)),
                (true, false) => (self.owned(&param.written), quote!(#grad.#name)),
            }
        });
        let (types, values): (Vec<_>, Vec<_>) = parts.unzip();
        (quote!((#(#types,)*)), quote!((#(#values,)*)))
    }
}
