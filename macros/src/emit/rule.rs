//! The functions of a module whose derivative is written by hand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Module;

impl Module<'_> {
    pub(super) fn value_by_rule(&self) -> TokenStream {
        let value = self.written_path(&self.function.result);
        self.by_hand(&self.function.item.sig.ident, &value)
    }

    pub(super) fn gradient_by_rule(&self, rule: &Ident, grad: &Ident) -> TokenStream {
        let active = self.active();
        let value = self.written_path(&self.function.result);
        let types: Vec<TokenStream> = active.iter().map(|param| self.owned(&param.written)).collect();
        let derivative = Ident::new("derivative", Span::mixed_site());
        let (ty, store) = match types.as_slice() {
            [single] => (single.clone(), quote!(*#grad = #derivative;)),
            _ => {
                let places = active.iter().enumerate().map(|(place, param)| {
                    let (name, place) = (&param.name, proc_macro2::Literal::usize_unsuffixed(place));
                    quote!(#grad.#name = #derivative.#place;)
                });
                (quote!((#(#types),*)), quote!(#(#places)*))
            }
        };
        let both = self.by_hand(rule, &quote!((#value, #ty)));
        let value = Ident::new("value", Span::mixed_site());
        quote! {
            let (#value, #derivative) = { #both };
            #store
            #value
        }
    }

    /// A call of a function of the user's, which must have the type that is said here, and which takes
    /// tensors rather than views of them.
    fn by_hand(&self, function: &Ident, result: &TokenStream) -> TokenStream {
        let params = &self.function.params;
        let types = params
            .iter()
            .map(|param| self.reference_type(param.by_reference, &param.written, &TokenStream::new()));
        let entry = self.entry();
        let views = params.iter().filter_map(|param| self.view_of(param));
        let entry = (!entry.is_empty()).then(|| quote!(#(#views)* #entry));
        let tensors = params.iter().filter_map(|param| {
            let (name, view) = (&param.name, self.view_of(param)?);
            Some(quote!(#view let #name = &#name.to_tensor();))
        });
        let names = params.iter().map(|param| &param.name);
        // A mistake is shown under the name.
        let path = quote_spanned!(function.span()=> super::#function);
        let checked = Ident::new("function", Span::mixed_site());
        quote! {
            #entry
            #(#tensors)*
            let #checked: fn(#(#types),*) -> #result = #path;
            #checked(#(#names),*)
        }
    }
}
