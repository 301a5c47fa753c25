//! The Jacobian of a function whose result is not one number.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use super::Module;
use super::body::Body;
use crate::parse::Param;
use crate::schedule::Program;
use crate::written::{Length, Written};

impl Module<'_> {
    /// `program` computes all of it at once, the value too; without one, it is a `vjp` for each number.
    pub(super) fn jacobian(&self, visibility: &TokenStream, program: Option<&Program>) -> TokenStream {
        let params = &self.function.params;
        let takes_views = |param: &Param| matches!(param.written, Written::Tensor { .. });
        let written = params.iter().map(|param| &param.written).chain([&self.function.result]);
        let [definitions, _] = self.generics(written, params.iter().any(takes_views));
        let names: Vec<&Ident> = params.iter().map(|param| &param.name).collect();
        let types = params.iter().map(|param| self.argument_type(param, &TokenStream::new()));
        let types: Vec<TokenStream> = types.collect();
        let views = params.iter().filter_map(|param| self.view_of(param));
        let result = self.owned(&self.function.result);
        let (krate, gradient) = (&self.function.krate, self.gradient_type());
        let count = self.known_count();
        let how = match program {
            Some(_) => "They are computed together.",
            None => "It calls `vjp` for each number of the result.",
        };
        let docs = format!("The value, and what `jacobian` returns. {how}");
        let ty = match &count {
            Some(count) => quote!([#gradient; #count]),
            None => quote!(#krate::emitted::Vec<#gradient>),
        };
        let body = match program {
            Some(program) => self.rows_at_once(program),
            None => self.rows_by_vjp(count.is_some()),
        };
        quote! {
            /// The gradient of each number of the result, in order; those of arrays row by row.
            #visibility fn jacobian #definitions (#(#names: #types),*) -> #ty {
                self::value_and_jacobian(#(#names),*).1
            }

            #[doc = #docs]
            #visibility fn value_and_jacobian #definitions (#(#names: #types),*) -> (#result, #ty) {
                #(#views)*
                #body
            }
        }
    }

    /// The value and all rows, by the program that has the numbers of the result, and behind them the
    /// gradients, one behind the other.
    fn rows_at_once(&self, program: &Program) -> TokenStream {
        let rows =
            (program.outputs().len() - self.lowered.results().len()) / self.lowered.active_leaves().len();
        let jacobian = Ident::new("jacobian", Span::mixed_site());
        let names: Vec<Ident> =
            (0..rows).map(|row| Ident::new(&format!("row_{row}"), Span::mixed_site())).collect();
        let outputs = names.iter().flat_map(|name| self.outputs(name)).collect();
        let (body, value) = Body::new(self.function, self.lowered, program).several(self, outputs);
        let zeros = vec![self.zeros(); rows];
        quote! {
            let mut #jacobian = [#(#zeros),*];
            let [#(#names),*] = &mut #jacobian;
            #body
            (#value, #jacobian)
        }
    }

    /// A `vjp` for each number, whose cotangent is 1 there and 0 elsewhere.
    fn rows_by_vjp(&self, is_count_known: bool) -> TokenStream {
        let krate = &self.function.krate;
        let local = |name: &str| Ident::new(name, Span::mixed_site());
        let [result, number, count, rows] = ["result", "number", "count", "rows"].map(local);
        let names: Vec<&Ident> = self.function.params.iter().map(|param| &param.name).collect();
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
        let each = match is_count_known {
            true => quote!(let #rows = ::core::array::from_fn(|#number| #call);),
            false => {
                let last = access.last();
                let start = starts.last().filter(|_| starts.len() > 1).map(|start| quote!(#start +));
                quote! {
                    let #count = #start #krate::emitted::count(&#last);
                    let #rows = (0..#count).map(|#number| #call).collect();
                }
            }
        };
        quote! {
            let #result = self::value(#(#names),*);
            #lines
            #each
            (#result, #rows)
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
