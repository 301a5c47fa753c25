//! Several results as outputs, and the lengths of their cotangents.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::Module;
use super::body::Body;
use crate::lower::Part;
use crate::shape::Extent;
use crate::written::Written;

impl Body<'_> {
    /// The body of the value, and the value itself: as [`Body::tokens`], but the outputs are made here, and are
    /// what is returned. Behind them the program has those that are given.
    pub(super) fn several(
        mut self,
        module: &Module,
        given: Vec<(TokenStream, Written)>,
    ) -> (TokenStream, TokenStream) {
        let result = &self.function.result;
        let parts = module.items.parts(result, &quote!(result));
        let (views, entry) = (self.views(), module.entry());
        let leaves = self.leaves();
        let sizes = self.sizes();
        let outputs = self.make_outputs(&parts);
        let made = self.outputs.len();
        self.outputs.extend(given);
        let opened = self.open_outputs(made);
        let buffers = self.allocate();
        let counters = self.allocate_counters();
        let calls = self.slots();
        let steps = self.steps(&self.program.steps.clone());
        let rest = self.rest_of_outputs(made);
        let value = module.assemble(result, &mut self.made_parts().into_iter());
        let body =
            quote! { #views #entry #leaves #sizes #outputs #opened #buffers #counters #calls #steps #rest };
        (body, value)
    }

    /// A place for each array of the result; one place for those that are equal.
    fn make_outputs(&mut self, parts: &[(TokenStream, Written)]) -> TokenStream {
        let krate = self.function.krate.clone();
        let roots = self.program.outputs().to_vec();
        for (part, (access, written)) in self.lowered.parts.iter().zip(parts) {
            self.outputs.extend(match part {
                Part::Whole(_) => vec![(access.clone(), written.clone())],
                Part::Elements(_, elements) => {
                    let number = (TokenStream::new(), Written::Scalar(self.graph.ty(elements[0])));
                    vec![number; elements.len()]
                }
            });
        }
        let mut lines = TokenStream::new();
        for (place, (access, written)) in self.outputs.clone().iter().enumerate() {
            let shape = self.graph.shape(roots[place]);
            let first = roots.iter().position(|root| *root == roots[place]);
            if shape.is_empty() || first != Some(place) {
                continue;
            }
            let zero = self.anything(self.graph.ty(roots[place]));
            let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
            let name = self.name(&crate::written::text(access).replace('.', "_"));
            lines.extend(match written {
                Written::Array { .. } => {
                    let array = lengths.iter().rev().fold(zero, |inner, length| quote!([#inner; #length]));
                    quote! { let #name = &mut #array; }
                }
                _ => {
                    let length = lengths.into_iter().reduce(|a, b| quote!(#a * #b)).unwrap_or_default();
                    quote! { let mut #name = #krate::emitted::buffer(#zero, #length); }
                }
            });
            self.output_names.insert(place, name);
        }
        lines
    }

    /// The numbers and arrays of the result's type, once all steps are done.
    fn made_parts(&self) -> Vec<TokenStream> {
        let mut next = 0..self.outputs.len();
        let mut made = || next.next().map(|place| self.made(place)).unwrap_or_default();
        let part = |part: &Part| match part {
            Part::Whole(_) => made(),
            Part::Elements(lengths, elements) => {
                let elements = elements.iter().map(|_| made()).collect();
                let nested =
                    lengths.iter().skip(1).rev().fold(elements, |inner: Vec<TokenStream>, &length| {
                        inner.chunks(length).map(|row| quote!([#(#row),*])).collect()
                    });
                quote!([#(#nested),*])
            }
        };
        self.lowered.parts.iter().map(part).collect()
    }

    /// The output with this place.
    fn made(&self, place: usize) -> TokenStream {
        let krate = &self.function.krate;
        let roots = self.program.outputs();
        let root = roots[place];
        let shape = self.graph.shape(root);
        if shape.is_empty() {
            return self.expr(root).tokens;
        }
        let first = roots.iter().position(|other| *other == root).unwrap_or(place);
        let name = &self.output_names[&first];
        let again = roots[place + 1..].contains(&root);
        match (&self.outputs[place].1, again) {
            (Written::Array { .. }, _) => quote!(*#name),
            (Written::Tensor { .. }, again) => {
                let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
                let clone = again.then(|| quote!(.clone()));
                quote!(#krate::emitted::tensor([#(#lengths),*], #name #clone))
            }
            (_, true) => quote!(#name.clone()),
            (_, false) => name.to_token_stream(),
        }
    }

    /// The lengths of the cotangents, which are those of the result.
    pub(super) fn cotangents(&self) -> TokenStream {
        let krate = &self.function.krate;
        let function = self.function.item.sig.ident.to_string();
        let mut lines = TokenStream::new();
        for &place in &self.lowered.cotangents {
            let leaf = &self.lowered.leaves[place];
            let passed = leaf.param.is_some_and(|param| param < self.function.params.len());
            if !passed || !matches!(leaf.written, Written::Tensor { .. } | Written::Slice { .. }) {
                continue;
            }
            let access = self.leaf_access(leaf.node, place);
            let text = crate::written::text(&leaf.access);
            let shape: Vec<Extent> = self.graph.shape(leaf.node);
            for (axis, &extent) in shape.iter().enumerate() {
                let literal = Literal::usize_unsuffixed(axis);
                let (own, own_text) = match shape.len() {
                    1 => (quote!(#access.len()), format!("{text}.len()")),
                    _ => (quote!(#access.shape()[#literal]), format!("{text}.shape()[{axis}]")),
                };
                let length = self.size(extent);
                let source = self.lowered.extents.source(extent);
                let needed = self.lowered.length_text(&source);
                let named = if source.is_known() { "" } else { needed.as_str() };
                let needs = format!("{function}: the result has {own_text} == {needed}");
                let all = match leaf.written {
                    Written::Tensor { rank, .. } if rank > 1 => quote!(*#access.shape()),
                    _ => quote!([#access.len()]),
                };
                lines.extend(quote! {
                    #krate::emitted::require(#krate::emitted::equal(
                        #needs,
                        (#text, #own, #all),
                        (#named, #length, []),
                    ));
                });
            }
        }
        lines
    }
}
