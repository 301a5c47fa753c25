//! Elements of arrays, and of what is kept for each turn of loops.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use super::expression::{Code, Level};
use crate::graph::{Axis, Id, Node};
use crate::schedule::Storage;
use crate::shape::Extent;
use crate::written::Written;

impl Body<'_> {
    pub(super) fn get(&self, array: Id, indices: &[Id]) -> TokenStream {
        let shape = self.graph.shape(array);
        match self.graph.node(array) {
            Node::Leaf(leaf) => {
                let access = self.leaf_access(array, leaf);
                let (access, nested) = match self.lowered.leaves[leaf].written {
                    Written::Tensor { rank, .. } if rank > 1 => (quote!(#access.data()), false),
                    _ => (access, true),
                };
                self.element(access, nested, &shape, indices)
            }
            Node::CallGradient(call, position) => {
                let operand = self.operand(call, position);
                let derivative = &operand.derivative;
                self.taken(call, |gradient| {
                    // One axis can be indexed whatever it is: a tensor, a vector or an array.
                    let nested = operand.nested || shape.len() == 1;
                    let data = (!nested).then(|| quote!(.data()));
                    self.element(quote!(#gradient.#derivative #data), nested, &shape, indices)
                })
            }
            _ => self.stored(array, indices),
        }
    }

    pub(super) fn element(
        &self,
        array: TokenStream,
        nested: bool,
        shape: &[Extent],
        indices: &[Id],
    ) -> TokenStream {
        if nested || shape.len() == 1 {
            let indices = indices.iter().map(|&index| self.expr(index).tokens);
            return quote!(#array #([#indices])*);
        }
        let flat = self.flat_index(shape, indices);
        quote!(#array[#flat])
    }

    /// The place of an element among all of them.
    pub(super) fn flat_index(&self, shape: &[Extent], indices: &[Id]) -> TokenStream {
        let krate = &self.function.krate;
        let mut flat: Option<Code> = None;
        for (&extent, &index) in shape.iter().zip(indices) {
            let is_loop = matches!(self.graph.node(index), Node::Index(axis) if self.graph.longest(axis.extent) == extent);
            let length = self.size(extent);
            let here = self.expr(index).tokens;
            let here = if is_loop { here } else { quote!(#krate::emitted::in_bounds(#here, #length)) };
            flat = Some(match flat {
                None => Code::atom(here),
                Some(outer) => {
                    let outer = outer.at_least(Level::Product);
                    Code { tokens: quote!(#outer * #length + #here), level: Level::Sum }
                }
            });
        }
        flat.map(|code| code.tokens).unwrap_or_default()
    }

    /// The place of a stored value at the loops' indices and, for an array, at its own.
    pub(super) fn stored(&self, id: Id, own: &[Id]) -> TokenStream {
        let first = self.program.cells.first(id);
        let storage = &self.program.storage[&first];
        self.element_of(first, &self.buffers[&first], storage, own)
    }

    /// Where a fold is added up.
    pub(super) fn accumulator(&self, id: Id) -> TokenStream {
        self.element_of(id, &self.accumulator_name(id), self.place_of(id), &[])
    }

    pub(super) fn accumulator_name(&self, id: Id) -> Ident {
        self.accumulators.get(&id).unwrap_or_else(|| &self.buffers[&id]).clone()
    }

    pub(super) fn element_of(&self, id: Id, buffer: &Ident, storage: &Storage, own: &[Id]) -> TokenStream {
        if let Some(element) = self.element_in_block(id, own) {
            return element;
        }
        let shape = self.buffer_shape(id, storage);
        if shape.is_empty() {
            return buffer.to_token_stream();
        }
        let kept = own.iter().copied().zip(&storage.kept).filter(|(_, kept)| **kept).map(|(index, _)| index);
        let kept: Vec<Id> = kept.collect();
        if self.is_kept_late(storage) {
            let place = self.place_in(id, storage, &kept);
            return match self.graph.node(id) {
                // Where nothing was added there is no place.
                Node::Fold(..) | Node::Scatter(..) => {
                    let (krate, neutral) = (&self.function.krate, self.neutral(id));
                    let added = quote!(#krate::emitted::added(&#buffer, #place, #neutral));
                    match self.is_begun(storage) {
                        Some(is_begun) => {
                            quote!(#krate::emitted::where_begun(#is_begun, || #added, #neutral))
                        }
                        None => added,
                    }
                }
                _ => quote!(#buffer[#place]),
            };
        }
        let leading = storage.leading.iter().map(|&axis| self.graph.index(axis));
        let indices: Vec<Id> = leading.chain(kept).collect();
        self.element(buffer.to_token_stream(), self.is_nested(id, storage, &shape), &shape, &indices)
    }

    /// A place to add to, in a buffer that grows with the turns.
    pub(super) fn grown(&self, id: Id, own: &[Id]) -> TokenStream {
        let (krate, neutral) = (&self.function.krate, self.neutral(id));
        let (buffer, place) = (self.accumulator_name(id), self.place_in(id, self.place_of(id), own));
        quote!(*#krate::emitted::grown(&mut #buffer, #place, #neutral))
    }

    /// Sets a stored value.
    pub(super) fn store(&self, id: Id, own: &[Id], value: &TokenStream) -> TokenStream {
        let first = self.program.cells.first(id);
        let storage = &self.program.storage[&first];
        if !self.is_kept_late(storage) {
            let place = self.stored(id, own);
            return quote! { #place = #value; };
        }
        let (krate, buffer) = (&self.function.krate, &self.buffers[&first]);
        let kept = own.iter().copied().zip(&storage.kept).filter(|(_, kept)| **kept).map(|(index, _)| index);
        let place = self.place_in(first, storage, &kept.collect::<Vec<_>>());
        match self.graph.node(first) {
            // It is asked for where it has not been computed.
            Node::Fold(..) | Node::Scatter(..) => {
                let neutral = self.neutral(first);
                quote! { *#krate::emitted::grown(&mut #buffer, #place, #neutral) = #value; }
            }
            _ => quote! { #krate::emitted::keep(&mut #buffer, #place, #value); },
        }
    }

    /// Whether the loops have been run in whose turns a value was kept, where that is not sure.
    fn is_begun(&self, storage: &Storage) -> Option<TokenStream> {
        let krate = &self.function.krate;
        let all = storage.turns();
        let unsure =
            all.iter().enumerate().filter(|&(place, (_, block))| self.unsure.contains(&(*block, place)));
        let begun = unsure.map(|(place, (_, block))| {
            let (first, outer) = (&self.counters[&(*block, place)].0, self.position(&all[..place]).tokens);
            quote!(#krate::emitted::is_begun(&#first, #outer))
        });
        begun.reduce(|outer, inner| quote!(#outer && #inner))
    }

    /// The place in a buffer that grows with the turns.
    pub(super) fn place_in(&self, id: Id, storage: &Storage, own: &[Id]) -> TokenStream {
        let all = storage.turns();
        let own_shape = self.graph.shape(id).into_iter().zip(&storage.kept);
        let own_shape = own_shape.filter(|(_, kept)| **kept).map(|(extent, _)| extent);
        let place = own_shape.zip(own).fold(self.position(&all), |outer, (extent, &index)| {
            let (outer, length) = (outer.at_least(Level::Product), self.size(extent));
            let here = self.expr(index).at_least(Level::Product);
            Code { tokens: quote!(#outer * #length + #here), level: Level::Sum }
        });
        place.tokens
    }

    /// The number of a turn among all turns of the loops over the axes.
    pub(super) fn position(&self, axes: &[(Axis, usize)]) -> Code {
        let mut position: Option<Code> = None;
        for (place, (axis, block)) in axes.iter().enumerate() {
            let here = self.indices[axis].to_token_stream();
            position = Some(match position {
                None => Code::atom(here),
                Some(outer) if self.graph.is_ragged(self.graph.longest(axis.extent)) => {
                    let (first, outer) = (&self.counters[&(*block, place)].0, outer.tokens);
                    Code { tokens: quote!(#first[#outer] + #here), level: Level::Sum }
                }
                Some(outer) => {
                    let longest = self.graph.longest(axis.extent);
                    let (outer, length) = (outer.at_least(Level::Product), self.size(longest));
                    Code { tokens: quote!(#outer * #length + #here), level: Level::Sum }
                }
            });
        }
        position.unwrap_or_else(|| Code::atom(quote!(0)))
    }
}
