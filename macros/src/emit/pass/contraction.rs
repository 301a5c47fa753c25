//! Sums of products, by the kernel for products of matrices.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::emit::body::Body;
use crate::emit::expression::Code;
use crate::graph::{Axis, Id, Node};
use crate::schedule::is_element;
use crate::shape::Extent;
use crate::written::Written;

/// Numbers with the distances between neighbours along each axis.
struct InMemory {
    data: TokenStream,
    strides: BTreeMap<Axis, TokenStream>,
}

impl InMemory {
    fn stride(&self, axis: Option<Axis>) -> TokenStream {
        axis.and_then(|axis| self.strides.get(&axis).cloned()).unwrap_or_else(|| quote!(0))
    }
}

impl Body<'_> {
    /// A sum of products, by the kernel.
    pub(super) fn contract(&self, id: Id) -> TokenStream {
        let krate = &self.function.krate;
        let Node::Fold(_, axes, body) = self.graph.node(id) else { return TokenStream::new() };
        let (&[over], [left, right]) =
            (axes.as_slice(), self.graph.operands(body).as_slice().try_into().unwrap_or([body; 2]))
        else {
            return TokenStream::new();
        };
        let alone = |side: Id, other: Id| {
            let other = self.graph.free(other);
            self.graph.free(side).into_iter().find(|axis| !other.contains(axis))
        };
        // The rows of the block are those of the product.
        let is_right = alone(right, left) == Some(self.block().row);
        let (left, right) = if is_right { (right, left) } else { (left, right) };
        let (rows, cols) = (alone(left, right), alone(right, left));
        let length = |axis: Option<Axis>| match axis {
            None => quote!(1),
            Some(axis) if axis == self.block().row => self.block().length.to_token_stream(),
            Some(axis) => self.size(axis.extent),
        };
        let (row_count, inner, col_count) = (length(rows), length(Some(over)), length(cols));
        let (a, b) = (self.factor(left), self.factor(right));
        let (a_data, b_data) = (&a.data, &b.data);
        let [a_row, a_col] = [a.stride(rows), a.stride(Some(over))];
        let [b_row, b_col] = [b.stride(Some(over)), b.stride(cols)];
        let c = self.target(id);
        let (c_data, [c_row, c_col]) = (&c.data, [c.stride(rows), c.stride(cols)]);
        let product = if over == self.block().row { quote!(add_product) } else { quote!(set_product) };
        quote! {
            #krate::emitted::#product(
                [#row_count, #inner, #col_count],
                (#a_data, [#a_row, #a_col]),
                (#b_data, [#b_row, #b_col]),
                (#c_data, [#c_row, #c_col]),
            );
        }
    }

    /// The rows of a matrix in the lanes times a vector, or added to one.
    pub(super) fn of_rows(&mut self, sum: Id, matrix: Id, other: Id) -> TokenStream {
        let krate = self.function.krate.clone();
        let Node::Get(array, _) = self.graph.node(matrix) else { return TokenStream::new() };
        let Node::Leaf(leaf) = self.graph.node(array) else { return TokenStream::new() };
        let (access, width) = (self.leaf_access(array, leaf), self.size(self.graph.shape(array)[1]));
        let index = &self.block().index;
        let rows = quote!(&#access.data()[#index * #width..]);
        if !self.depends_on_row(sum) {
            let (number, sums) = (self.lanes(other).tokens, self.target(sum).data);
            return quote! { #krate::emitted::add_rows(#number, #rows, #sums); };
        }
        let (array, vector) = (self.accumulator_name(sum), self.factor(other).data);
        let name = if self.is_across(sum) { self.name(&format!("{array}_lanes")) } else { array };
        let product = quote! { let #name: Lanes = #krate::emitted::dots(#rows, #width, #vector); };
        self.block.as_mut().expect("phases belong to a pass").lanes.insert(sum, name.clone());
        let code = Code::atom(name.to_token_stream());
        let stored = self.is_across(sum).then(|| self.store_lanes(sum, &[], code));
        quote! { #product #stored }
    }

    /// A factor as it lies in memory.
    fn factor(&self, id: Id) -> InMemory {
        let is_element = is_element(self.lowered, id);
        if let Some(kept) = self.block().kept.get(&id).filter(|_| !is_element) {
            return InMemory { data: quote!(&#kept[..]), strides: [(self.block().row, quote!(1))].into() };
        }
        if is_element
            && let Node::Get(array, indices) = self.graph.node(id)
            && let Node::Leaf(leaf) = self.graph.node(array)
        {
            let access = self.leaf_access(array, leaf);
            let written = &self.lowered.leaves[leaf].written;
            let data = match written {
                Written::Array { .. } => quote!(#access[..]),
                _ => written.flat_data(&access),
            };
            let axes = indices.iter().filter_map(|&index| match self.graph.node(index) {
                Node::Index(axis) => Some(axis),
                _ => None,
            });
            return self.in_memory(data, &axes.collect::<Vec<_>>(), &self.graph.shape(array), [false; 2]);
        }
        if is_element && let Node::Get(array, indices) = self.graph.node(id) {
            let storage = self.place_of(array);
            let own = indices.iter().zip(&storage.kept).filter(|(_, kept)| **kept);
            let own = own.filter_map(|(&index, _)| match self.graph.node(index) {
                Node::Index(axis) => Some(axis),
                _ => None,
            });
            let axes: Vec<Axis> = storage.leading.iter().copied().chain(own).collect();
            return self.stored_in_memory(self.program.cells.first(array), &axes, false);
        }
        self.stored_in_memory(id, &self.place_of(id).leading, false)
    }

    /// Where a sum of products goes.
    fn target(&self, id: Id) -> InMemory {
        self.stored_in_memory(id, &self.place_of(id).leading, true)
    }

    fn stored_in_memory(&self, id: Id, axes: &[Axis], is_target: bool) -> InMemory {
        let block = self.block();
        let name = self.accumulator_name(id);
        let storage = self.place_of(id);
        let extents = self.buffer_shape(id, storage);
        if block.local.contains(&id) {
            let krate = &self.function.krate;
            let flatten = if is_target { quote!(as_flattened_mut) } else { quote!(as_flattened) };
            let data = match (extents.is_empty(), is_target) {
                (true, true) => quote!(&mut #name[..]),
                (true, false) => quote!(&#name[..]),
                (false, _) => quote!(#name.#flatten()),
            };
            let mut strides = BTreeMap::from([(block.row, quote!(1))]);
            let mut stride = quote!(#krate::emitted::ROWS);
            for (axis, &extent) in axes.iter().zip(&extents).rev() {
                strides.insert(*axis, stride.clone());
                let length = self.size(extent);
                stride = quote!(#stride * #length);
            }
            return InMemory { data, strides };
        }
        let flat =
            if self.is_nested_outside(id, &extents) { quote!(#name.as_flattened()) } else { quote!(#name) };
        let is_relative = self.is_across(id);
        self.in_memory(flat, axes, &extents, [is_target, is_relative])
    }

    /// Whether it is an array of arrays, which the pass reads as such; what it writes is flat.
    pub(super) fn is_nested_outside(&self, id: Id, extents: &[Extent]) -> bool {
        let block = self.block();
        let is_written = self.is_across(id) || block.arrays.contains(&id);
        !is_written && extents.len() > 1 && self.is_nested(id, self.place_of(id), extents)
    }

    /// Row-major numbers, from the first row of the block on.
    fn in_memory(
        &self,
        data: TokenStream,
        axes: &[Axis],
        extents: &[Extent],
        [is_target, is_relative]: [bool; 2],
    ) -> InMemory {
        let block = self.block();
        let mut strides = BTreeMap::new();
        let mut stride = quote!(1);
        for (axis, &extent) in axes.iter().zip(extents).rev() {
            strides.insert(*axis, stride.clone());
            let length = self.size(extent);
            stride = if stride.to_string() == "1" { length } else { quote!(#stride * #length) };
        }
        let start = strides.get(&block.row).map(|stride| {
            let (start, first) = (&block.start, &block.first);
            let start = if is_relative { quote!((#start - #first)) } else { start.to_token_stream() };
            if stride.to_string() == "1" { start } else { quote!(#start * #stride) }
        });
        let data = match (start, is_target) {
            (Some(start), true) => quote!(&mut #data[#start..]),
            (Some(start), false) => quote!(&#data[#start..]),
            (None, true) => quote!(&mut #data[..]),
            (None, false) => quote!(&#data[..]),
        };
        InMemory { data, strides }
    }

    /// What a pass writes, as a flat slice.
    pub(super) fn flat_mut(&self, id: Id) -> TokenStream {
        let name = self.accumulator_name(id);
        let storage = self.place_of(id);
        let extents = self.buffer_shape(id, storage);
        match self.is_nested(id, storage, &extents) {
            true if extents.len() > 1 => quote!(#name.as_flattened_mut()),
            _ => quote!(&mut #name[..]),
        }
    }
}
