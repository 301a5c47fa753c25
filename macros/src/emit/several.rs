//! The functions beside one whose result is not one number: its value and `vjp`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::Module;
use super::body::Body;
use crate::parse::{Function, Param};
use crate::schedule::Program;
use crate::written::Written;

impl Module<'_> {
    /// The bodies of `value` and of `vjp_into`.
    pub(super) fn bodies_of_several(
        &self,
        cotangent: &Param,
        value: &Program,
        gradient: &Program,
    ) -> [TokenStream; 2] {
        let with_cotangent = Function {
            params: [self.function.params.as_slice(), std::slice::from_ref(cotangent)].concat(),
            ..self.function.clone()
        };
        let grad = Ident::new("grad", Span::mixed_site());
        let (steps, value) = Body::new(self.function, self.lowered, value).several(self, Vec::new());
        [
            quote! { #steps #value },
            Body::new(&with_cotangent, self.lowered, gradient).tokens(&self.entry(), self.outputs(&grad)),
        ]
    }

    pub(super) fn functions_of_several(
        &self,
        cotangent: &Param,
        visibility: &TokenStream,
        [value_body, gradient_body]: [TokenStream; 2],
    ) -> TokenStream {
        let params = &self.function.params;
        let name = &self.function.item.sig.ident;
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
        let views: Vec<TokenStream> = params.iter().filter_map(|param| self.view_of(param)).collect();
        let zeros = self.zeros();
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
