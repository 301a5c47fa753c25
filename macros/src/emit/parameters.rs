//! The implementation of the runtime's `Parameters`, field by field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Path;
use syn::ext::IdentExt as _;

/// `constants` are the fields that are not floats: they are copied, and no optimiser moves them.
pub(crate) fn parameters_impl(
    krate: &Path,
    name: &TokenStream,
    generics: &[TokenStream; 2],
    element: &TokenStream,
    fields: &[Ident],
    constants: &[Ident],
) -> TokenStream {
    let [definitions, arguments] = generics;
    let names = fields.iter().map(|field| field.unraw().to_string());
    quote! {
        impl #definitions #krate::Parameters for #name #arguments {
            type Element = #element;

            #[inline]
            fn zeros_like(&self) -> Self {
                Self {
                    #(#fields: #krate::Parameters::zeros_like(&self.#fields),)*
                    #(#constants: self.#constants,)*
                }
            }

            #[inline]
            fn for_each_named(
                &self,
                name: &#krate::ParamName<'_>,
                f: &mut impl FnMut(&#krate::ParamName<'_>, &[usize], &[#element]),
            ) {
                #(#krate::Parameters::for_each_named(
                    &self.#fields,
                    &#krate::ParamName::Field(name, #names),
                    f,
                );)*
            }

            #[inline]
            fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [#element], &[#element])) {
                #(#krate::Parameters::zip_mut(&mut self.#fields, &other.#fields, f);)*
            }

            #[inline]
            fn zip2_mut(
                &mut self,
                state: &mut Self,
                other: &Self,
                f: &mut impl FnMut(&mut [#element], &mut [#element], &[#element]),
            ) {
                #(#krate::Parameters::zip2_mut(&mut self.#fields, &mut state.#fields, &other.#fields, f);)*
            }
        }
    }
}
