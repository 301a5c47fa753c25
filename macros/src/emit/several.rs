//! The functions beside one whose result is not one number: its value, `vjp` and `jacobian`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::Module;
use super::body::Body;
use crate::parse::{Function, Param};
use crate::schedule::Program;
use crate::written::{Length, Written};

impl Module<'_> {
    pub(super) fn functions_of_several(
        &self,
        cotangent: &Param,
        visibility: &TokenStream,
        value: &Program,
        gradient: &Program,
    ) -> TokenStream {
        let params = &self.function.params;
        let name = &self.function.item.sig.ident;
        let with_cotangent = Function {
            params: [params.as_slice(), std::slice::from_ref(cotangent)].concat(),
            ..self.function.clone()
        };
        let takes_views = |written: &Written| matches!(written, Written::Tensor { .. });
        let views_of_data = params.iter().any(|param| takes_views(&param.written));
        let written = || params.iter().map(|param| &param.written).chain([&cotangent.written]);
        let [definitions, _] = self.generics(written(), views_of_data);
        let [definitions_of_vjp, _] =
            self.generics(written(), views_of_data || takes_views(&cotangent.written));
        let names: Vec<&Ident> = params.iter().map(|param| &param.name).collect();
        let types: Vec<TokenStream> =
            params.iter().map(|param| self.argument_type(param, &TokenStream::new())).collect();
        let (result_type, gradient_type) = (self.owned(&self.function.result), self.gradient_type());
        let (cotangent_name, cotangent_type) = (&cotangent.name, self.cotangent_type(cotangent));
        let grad = Ident::new("grad", Span::mixed_site());
        let value_body = Body::new(self.function, self.lowered, value).several(self);
        let gradient_body = Body::new(&with_cotangent, self.lowered, gradient).tokens(self.outputs(&grad));
        let views: Vec<TokenStream> = params.iter().filter_map(|param| self.view_of(param)).collect();
        let zeros = self.zeros();
        let jacobian = self.jacobian(visibility, &definitions, &names, &types);
        let value_docs = format!("The value of [`{name}`](fn@super::{name}), from views of tensors too.");
        quote! {
            #[doc = #value_docs]
            #[inline]
            #visibility fn value #definitions (#(#names: #types),*) -> #result_type {
                #value_body
            }

            /// The gradient of the sum of all numbers of the result, each times its number in `cotangent`:
            /// the cotangent times the Jacobian.
            #[inline]
            #visibility fn vjp #definitions_of_vjp (
                #(#names: #types,)*
                #cotangent_name: #cotangent_type
            ) -> #gradient_type {
                #(#views)*
                let mut #grad = #zeros;
                self::vjp_into(#(#names,)* #cotangent_name, &mut #grad);
                #grad
            }

            /// As `vjp`, but the gradient takes the place of what `grad` was. Only arrays that one loop
            /// keeps for another are allocated.
            #[inline]
            #visibility fn vjp_into #definitions_of_vjp (
                #(#names: #types,)*
                #cotangent_name: #cotangent_type,
                #grad: &mut #gradient_type
            ) {
                #gradient_body
            }

            #jacobian
        }
    }

    /// The type of the cotangent: the result's own, borrowed where it is not a number.
    fn cotangent_type(&self, cotangent: &Param) -> TokenStream {
        match &cotangent.written {
            Written::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.part_type(part));
                quote!((#(#parts,)*))
            }
            _ => self.argument_type(cotangent, &TokenStream::new()),
        }
    }

    fn part_type(&self, written: &Written) -> TokenStream {
        match written {
            Written::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.part_type(part));
                quote!((#(#parts,)*))
            }
            other => self.reference_type(!matches!(other, Written::Scalar(_)), other, &TokenStream::new()),
        }
    }

    /// A `vjp` for each number of the result, whose cotangent is 1 there and 0 elsewhere.
    fn jacobian(
        &self,
        visibility: &TokenStream,
        definitions: &TokenStream,
        names: &[&Ident],
        types: &[TokenStream],
    ) -> TokenStream {
        let krate = &self.function.krate;
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let (result, number, count) = (local("result"), local("number"), local("count"));
        let gradient_type = self.gradient_type();
        let views = self.function.params.iter().filter_map(|param| self.view_of(param));
        // Where the numbers of each part begin.
        let parts = self.function.result.flat();
        let whole = result.to_token_stream();
        let access: Vec<TokenStream> = paths(&self.function.result, &whole);
        let starts: Vec<Ident> =
            (0..parts.len()).map(|place| Ident::new(&format!("start_{place}"), Span::mixed_site())).collect();
        let mut lines = TokenStream::new();
        for (place, start) in starts.iter().enumerate() {
            let Some(before) = place.checked_sub(1) else { continue };
            let length = &access[before];
            let length = quote!(#krate::emitted::count(&#length));
            lines.extend(match before {
                0 => quote!(let #start = #length;),
                _ => {
                    let before = &starts[before];
                    quote!(let #start = #before + #length;)
                }
            });
        }
        let mut hot = access.iter().enumerate().map(|(place, access)| {
            let start = match place {
                0 => quote!(0),
                _ => starts[place].to_token_stream(),
            };
            quote!(#krate::emitted::one_hot(&#access, #number, #start))
        });
        let cotangent = self.hot(&self.function.result, &mut hot);
        let call = quote!(self::vjp(#(#names,)* #cotangent));
        let (ty, body) = match self.known_count() {
            Some(length) => {
                (quote!([#gradient_type; #length]), quote!(::core::array::from_fn(|#number| #call)))
            }
            None => {
                let last = access.last();
                let start = starts.last().filter(|_| starts.len() > 1).map(|start| quote!(#start +));
                let body = quote! {
                    let #count = #start #krate::emitted::count(&#last);
                    (0..#count).map(|#number| #call).collect()
                };
                (quote!(#krate::emitted::Vec<#gradient_type>), body)
            }
        };
        quote! {
            /// The gradient of each number of the result, in order; those of arrays row by row. It calls
            /// `vjp` for each of them.
            #visibility fn jacobian #definitions (#(#names: #types),*) -> #ty {
                #(#views)*
                let #result = self::value(#(#names),*);
                #lines
                #body
            }
        }
    }

    /// The cotangent, of the parts as they come.
    fn hot(&self, written: &Written, parts: &mut impl Iterator<Item = TokenStream>) -> TokenStream {
        match written {
            Written::Tuple(inner) => {
                let inner: Vec<TokenStream> = inner.iter().map(|part| self.hot(part, parts)).collect();
                quote!((#(#inner,)*))
            }
            Written::Scalar(_) => parts.next().unwrap_or_default(),
            _ => {
                let part = parts.next();
                quote!(&#part)
            }
        }
    }

    /// How many numbers the result has, where Rust can say so in a type: a length that is a parameter of
    /// the function must stand alone there.
    fn known_count(&self) -> Option<TokenStream> {
        let generics = &self.function.item.sig.generics;
        let is_generic = |length: &Length| match length {
            Length::Literal(_) => false,
            Length::Const(name) => generics.const_params().any(|param| param.ident == name),
        };
        let parts = self.items.parts(&self.function.result, &TokenStream::new());
        let floats =
            parts.iter().filter(|(_, part)| part.element().is_some_and(|element| element.is_float()));
        let mut lengths: Vec<Vec<Length>> = Vec::new();
        for (_, part) in floats {
            lengths.push(match part {
                Written::Scalar(_) => Vec::new(),
                Written::Array { lengths, .. } => lengths.clone(),
                _ => return None,
            });
        }
        if let [single] = lengths.as_slice()
            && let [length] = single.as_slice()
        {
            return Some(length.to_tokens());
        }
        if lengths.iter().flatten().any(is_generic) {
            return None;
        }
        let literal = |length: &Length| match length {
            Length::Literal(length) => Some(*length),
            Length::Const(_) => None,
        };
        let products = lengths.iter().map(|part| part.iter().map(literal).product::<Option<usize>>());
        if let Some(total) = products.sum::<Option<usize>>() {
            return Some(Literal::usize_unsuffixed(total).to_token_stream());
        }
        let product = |part: &Vec<Length>| {
            part.iter().map(Length::to_tokens).reduce(|a, b| quote!(#a * #b)).unwrap_or(quote!(1))
        };
        let products = lengths.iter().map(product);
        Some(quote!({ #(#products)+* }))
    }

    /// The whole value, of its numbers and arrays as they come.
    pub(super) fn assemble(
        &self,
        written: &Written,
        parts: &mut impl Iterator<Item = TokenStream>,
    ) -> TokenStream {
        match written {
            Written::Tuple(inner) => {
                let inner: Vec<TokenStream> = inner.iter().map(|part| self.assemble(part, parts)).collect();
                quote!((#(#inner,)*))
            }
            Written::Struct(name) => {
                let path = self.written_path(written);
                let fields = self.items.structure(name).into_iter().flat_map(|structure| &structure.fields);
                let fields: Vec<TokenStream> = fields
                    .map(|(field, part)| {
                        let (field, part) = (format_ident!("{field}"), self.assemble(part, parts));
                        quote!(#field: #part)
                    })
                    .collect();
                quote!(#path { #(#fields),* })
            }
            _ => parts.next().unwrap_or_default(),
        }
    }
}

/// The access of each part of a tuple.
fn paths(written: &Written, access: &TokenStream) -> Vec<TokenStream> {
    match written {
        Written::Tuple(parts) => {
            let parts = parts.iter().enumerate().map(|(place, part)| {
                let place = Literal::usize_unsuffixed(place);
                paths(part, &quote!(#access.#place))
            });
            parts.flatten().collect()
        }
        _ => vec![access.clone()],
    }
}
