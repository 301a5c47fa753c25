//! The gradients of calls that another loop or branch needs: each is kept in a slot of its own.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use crate::graph::{Id, Node};
use crate::schedule::{Step, peel};

/// Where the calls stand and their gradients are used, by the numbers of the blocks around.
#[derive(Default)]
struct Places {
    blocks: usize,
    path: Vec<usize>,
    scopes: Vec<HashSet<Id>>,
    calls: Vec<(Id, Vec<usize>)>,
    uses: Vec<(Id, Vec<usize>)>,
}

impl Body<'_> {
    /// A slot for each gradient of a call that is used outside the block of the call.
    pub(super) fn slots(&mut self) -> TokenStream {
        if self.pulled_back.is_empty() {
            return TokenStream::new();
        }
        let mut places = Places { scopes: vec![HashSet::new()], ..Places::default() };
        self.places(&self.program.steps, &mut places);
        for &root in &self.program.roots {
            self.used(root, &mut places);
        }
        let krate = self.function.krate.clone();
        let mut lines = TokenStream::new();
        for (call, path) in &places.calls {
            if places.uses.iter().all(|(used, at)| used != call || at.starts_with(path)) {
                continue;
            }
            let name = self.name("d_value");
            let axes = self.graph.free(*call);
            let lengths = axes.iter().map(|axis| self.size(axis.extent)).reduce(|a, b| quote!(#a * #b));
            lines.extend(match lengths {
                None => quote! { let mut #name = ::core::option::Option::None; },
                Some(length) => quote! { let mut #name = #krate::emitted::slots(#length); },
            });
            self.gradients.insert(*call, name);
            self.kept_calls.insert(*call);
        }
        lines
    }

    fn places(&self, steps: &[Step], places: &mut Places) {
        for step in steps {
            match step {
                Step::Let(id) => {
                    for operand in self.graph.operands(*id) {
                        self.used(operand, places);
                    }
                    if let Node::CallGradient(call, _) = self.graph.node(*id) {
                        places.uses.push((call, places.path.clone()));
                    }
                    if self.pulled_back.contains(id) {
                        places.calls.push((*id, places.path.clone()));
                    }
                    places.scopes.last_mut().expect("a scope is open").insert(*id);
                }
                Step::Loop(_, body) => self.block_of(body, places),
                Step::Branch((condition, _), body) => {
                    self.used(*condition, places);
                    self.block_of(body, places);
                }
                Step::Accumulate(id) | Step::Store(id) => {
                    for operand in self.graph.operands(*id) {
                        self.used(operand, places);
                    }
                }
                Step::Scatter(id, place) => {
                    if let Node::Scatter(entries) = self.graph.node(*id) {
                        let entry = &entries[*place];
                        entry.indices.iter().for_each(|&index| self.used(index, places));
                        self.used(peel(self.graph, entry.body).1, places);
                    }
                }
                Step::Keep(_) | Step::Reset(_) => {}
            }
        }
    }

    fn block_of(&self, steps: &[Step], places: &mut Places) {
        places.blocks += 1;
        places.path.push(places.blocks);
        places.scopes.push(HashSet::new());
        self.places(steps, places);
        places.scopes.pop();
        places.path.pop();
    }

    /// Notes the gradients of calls that are written where the value is.
    fn used(&self, id: Id, places: &mut Places) {
        let has_name = places.scopes.iter().any(|scope| scope.contains(&id));
        if has_name || self.program.storage.contains_key(&id) {
            return;
        }
        if let Node::CallGradient(call, _) = self.graph.node(id) {
            places.uses.push((call, places.path.clone()));
            return;
        }
        for operand in self.graph.operands(id) {
            self.used(operand, places);
        }
    }

    /// Where the gradient of a call is kept.
    pub(super) fn slot(&self, call: Id) -> TokenStream {
        let gradient = &self.gradients[&call];
        let axes = self.graph.free(call);
        if axes.is_empty() {
            return gradient.to_token_stream();
        }
        let extents: Vec<_> = axes.iter().map(|axis| axis.extent).collect();
        let place = self.flat_index(&extents, &self.graph.indices(&axes));
        quote!(#gradient[#place])
    }

    /// What is asked of the gradient of a call, or zero where a kept one was not made.
    pub(super) fn taken(&self, call: Id, of: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        if !self.kept_calls.contains(&call) {
            return of(self.gradients[&call].to_token_stream());
        }
        let taken = Ident::new("taken", Span::mixed_site());
        let (slot, of) = (self.slot(call), of(quote!(#taken)));
        let zero = self.number(0.0, self.graph.ty(call)).tokens;
        quote!(#slot.as_ref().map_or(#zero, |#taken| #of))
    }
}
