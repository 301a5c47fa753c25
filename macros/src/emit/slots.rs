//! The gradients of calls that another loop or branch needs: each is kept in a slot of its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use crate::graph::Id;

impl Body<'_> {
    /// A slot for each gradient of a call that is used outside the block of the call.
    pub(super) fn slots(&mut self) -> TokenStream {
        let krate = self.function.krate.clone();
        let mut calls: Vec<Id> = self.program.gradients.keys().copied().collect();
        calls.sort_unstable();
        let mut lines = TokenStream::new();
        for call in calls {
            let name = self.name("d_value");
            let storage = &self.program.gradients[&call];
            lines.extend(if storage.leading.is_empty() {
                quote! { let mut #name = ::core::option::Option::None; }
            } else if self.is_kept_late(storage) {
                quote! { let mut #name = #krate::emitted::Vec::new(); }
            } else {
                let longest = storage.leading.iter().map(|axis| self.graph.longest(axis.extent));
                let length = longest.map(|extent| self.size(extent)).reduce(|a, b| quote!(#a * #b));
                quote! { let mut #name = #krate::emitted::slots(#length); }
            });
            self.gradients.insert(call, name);
        }
        lines
    }

    /// Keeps the gradient of a call, where it has a slot.
    pub(super) fn keep_gradient(&self, call: Id, taken: &Ident) -> Option<TokenStream> {
        let storage = self.program.gradients.get(&call)?;
        let (krate, gradient) = (&self.function.krate, &self.gradients[&call]);
        let taken = quote!(::core::option::Option::Some(#taken));
        if self.is_kept_late(storage) {
            let place = self.place_of_turn(call).unwrap_or_default();
            return Some(quote! { #krate::emitted::keep(&mut #gradient, #place, #taken); });
        }
        let slot = self.slot(call);
        Some(quote! { #slot = #taken; })
    }

    /// Where the gradient of a call is kept.
    fn slot(&self, call: Id) -> TokenStream {
        let gradient = &self.gradients[&call];
        match self.place_of_turn(call) {
            None => gradient.to_token_stream(),
            Some(place) => quote!(#gradient[#place]),
        }
    }

    /// Which of all calls at the place of this one it is; `None` if there is but one.
    fn place_of_turn(&self, call: Id) -> Option<TokenStream> {
        let axes = self.program.gradients[&call].turns();
        (!axes.is_empty()).then(|| self.position(&axes).tokens)
    }

    /// What is asked of the gradient of a call, or zero where a kept one was not made.
    pub(super) fn taken(&self, call: Id, of: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        if !self.program.gradients.contains_key(&call) {
            return of(self.gradients[&call].to_token_stream());
        }
        let taken = Ident::new("taken", Span::mixed_site());
        let (slot, of) = (self.slot(call), of(quote!(#taken)));
        let zero = self.number(0.0, self.graph.ty(call)).tokens;
        quote!(#slot.as_ref().map_or(#zero, |#taken| #of))
    }
}
