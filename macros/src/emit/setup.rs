//! What stands before the steps: parameters, lengths, checks, gradients and buffers.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::body::{Body, default_name};
use super::expression::{Code, Level};
use crate::graph::{Id, Node, Type};
use crate::schedule::{Home, Step, Storage};
use crate::shape::{Extent, Source};
use crate::written::{Written, nested_array};

impl Body<'_> {
    /// The views of the parameters that are tensors.
    pub(super) fn views(&self) -> TokenStream {
        let mut lines = TokenStream::new();
        for param in &self.function.params {
            if let Written::Tensor { element, rank } = param.written {
                let (krate, name) = (&self.function.krate, &param.name);
                let (element, rank) = (self.scalar_type(element), Literal::usize_unsuffixed(rank));
                lines.extend(quote! { let #name: #krate::View<'_, #element, #rank> = #name.into(); });
            }
        }
        lines
    }

    /// The parameters as slices and numbers.
    pub(super) fn leaves(&mut self) -> TokenStream {
        let reachable = self.graph.reachable(&self.program.roots);
        let mut lines = TokenStream::new();
        for (place, leaf) in self.lowered.leaves.iter().enumerate() {
            // The value does without the cotangents.
            let Some(param) = leaf.param.and_then(|param| self.function.params.get(param)) else { continue };
            let needed = reachable.iter().any(|&id| self.graph.node(id) == Node::Leaf(place));
            let is_field = param.name != leaf.name;
            let access = &leaf.access;
            match &leaf.written {
                Written::Tensor { .. } if is_field => {
                    let name = self.name(&leaf.name);
                    let data = (leaf.written.rank() == 1).then(|| quote!(.data()));
                    lines.extend(quote! { let #name = #access.view()#data; });
                    self.values.insert(self.leaf_id(place), name);
                }
                Written::Scalar(_) if needed && (is_field || param.by_reference) => {
                    let name = self.name(&leaf.name);
                    let value = if is_field { quote!(#access) } else { quote!(*#access) };
                    lines.extend(quote! { let #name = #value; });
                    self.values.insert(self.leaf_id(place), name);
                }
                // A pass takes single names along.
                Written::Array { .. } | Written::Slice { .. }
                    if needed && is_field && self.program.has_passes() =>
                {
                    let name = self.name(&leaf.name);
                    let whole = matches!(leaf.written, Written::Slice { .. }).then(|| quote!([..]));
                    lines.extend(quote! { let #name = &#access #whole; });
                    self.values.insert(self.leaf_id(place), name);
                }
                Written::Tensor { rank: 1, .. } => lines.extend(quote! { let #access = #access.data(); }),
                _ => {}
            }
        }
        lines
    }

    /// A name for each length that is not known when compiling.
    pub(super) fn sizes(&mut self) -> TokenStream {
        let mut needed: Vec<Extent> = Vec::new();
        let mut need = |extent: Extent| {
            if !needed.contains(&extent) {
                needed.push(extent);
            }
        };
        for id in self.graph.reachable(&self.program.roots) {
            self.graph.extents(id).into_iter().for_each(&mut need);
        }
        let mut letters = ["n", "d", "m", "k", "p", "q"].into_iter();
        let mut lines = TokenStream::new();
        // A computed length may depend on the lengths of parameters.
        for number in 0..needed.len() {
            let length = self.graph.length(needed[number]);
            for id in length.map(|length| self.graph.reachable(&[length])).unwrap_or_default() {
                if let Node::Size(extent) = self.graph.node(id)
                    && !needed.contains(&extent)
                {
                    needed.push(extent);
                }
            }
        }
        needed.retain(|&extent| !self.graph.is_late(extent));
        let order = |source: &Source| match source {
            Source::Axis { .. } => 0,
            Source::Loop(number) => *number,
            _ => usize::MAX,
        };
        needed.sort_by_key(|&extent| order(&self.lowered.extents.source(extent)));
        for extent in needed {
            let source = self.lowered.extents.source(extent);
            if matches!(source, Source::Axis { .. } | Source::Loop(_)) {
                let name = match self.lowered.extents.name(extent) {
                    Some(name) => self.name(&name.to_lowercase()),
                    None => self.name(letters.next().unwrap_or("size")),
                };
                let length = self.length_code(&source).tokens;
                // What is made of literals alone has no type of its own.
                let ty = matches!(source, Source::Loop(_)).then(|| quote!(: usize));
                lines.extend(quote! { let #name #ty = #length; });
                self.sizes.insert(extent, name);
            }
        }
        lines
    }

    fn length_code(&self, source: &Source) -> Code {
        Code::atom(match source {
            Source::Literal(length) => Literal::usize_unsuffixed(*length).into_token_stream(),
            Source::Const(path) => path.parse().expect("the text of a path"),
            Source::Parameter(leaf) => self.leaf_access(self.leaf_id(*leaf), *leaf),
            Source::Loop(_) => {
                let extent = self.lowered.extents.own(source.clone());
                return self
                    .graph
                    .length(extent)
                    .map_or_else(|| Code::atom(TokenStream::new()), |length| self.expr(length));
            }
            Source::Axis { leaf, axis } => {
                let access = self.leaf_access(self.leaf_id(*leaf), *leaf);
                let axis = Literal::usize_unsuffixed(*axis);
                match self.lowered.leaves[*leaf].written {
                    Written::Slice { .. } => quote!(#access.len()),
                    _ if self.lowered.leaves[*leaf].written.rank() == 1 => quote!(#access.len()),
                    _ => quote!(#access.shape()[#axis]),
                }
            }
        })
    }

    /// A length, as part of an expression.
    pub(super) fn size(&self, extent: Extent) -> TokenStream {
        self.size_code(extent).at_least(Level::Atom)
    }

    pub(super) fn size_code(&self, extent: Extent) -> Code {
        match self.sizes.get(&extent) {
            Some(name) => Code::atom(name.to_token_stream()),
            None => self.length_code(&self.lowered.extents.source(extent)),
        }
    }

    /// The outputs from this place on, which are there already.
    pub(super) fn open_outputs(&mut self, from: usize) -> TokenStream {
        let krate = self.function.krate.clone();
        let mut lines = TokenStream::new();
        let gradients = self.program.outputs().to_vec();
        for (place, (access, written)) in self.outputs.clone().into_iter().enumerate().skip(from) {
            let shape = self.graph.shape(gradients[place]);
            if shape.is_empty() {
                continue;
            }
            let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
            // A Jacobian has a gradient for each number of the result.
            let active = self.lowered.leaves.iter().filter(|leaf| leaf.active);
            let active = active.clone().nth((place - from) % active.count());
            let name = self.name(&active.map_or("d".to_owned(), |leaf| format!("d_{}", leaf.name)));
            lines.extend(match written {
                Written::Tensor { .. } => {
                    quote! { let #name = #krate::emitted::output(&mut #access, [#(#lengths),*]); }
                }
                Written::Slice { element, inner } if !inner.is_empty() => {
                    let (length, zero) =
                        (&lengths[0], nested_array(self.number(0.0, element).tokens, &inner));
                    let flatten = inner.iter().map(|_| quote!(.as_flattened_mut()));
                    quote! {
                        #access.resize(#length, #zero);
                        let #name = #access #(#flatten)*;
                    }
                }
                Written::Slice { .. } => {
                    quote! { let #name = #krate::emitted::output_slice(&mut #access, #(#lengths)*); }
                }
                _ => quote! { let #name = &mut #access; },
            });
            self.output_names.insert(place, name);
        }
        lines
    }

    /// A buffer for every array and every value that a loop keeps for another one.
    pub(super) fn allocate(&mut self) -> TokenStream {
        let mut stored: Vec<Id> = self.program.storage.keys().copied().collect();
        stored.sort_unstable();
        let block_local = self.program.block_local();
        let mut lines = TokenStream::new();
        for id in stored {
            let storage = self.program.storage[&id].clone();
            let extents = self.buffer_shape(id, &storage);
            if let Home::Output(place) = storage.home {
                self.buffers.insert(id, self.output_names[&place].clone());
                continue;
            }
            let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
            let is_number = self.graph.shape(id).is_empty();
            let is_kept = is_number && !matches!(self.graph.node(id), Node::Fold(..));
            let name = if is_kept { self.name(&format!("kept_{wanted}")) } else { self.name(&wanted) };
            self.buffers.insert(id, name.clone());
            if block_local.contains(&id) {
                continue;
            }
            if extents.is_empty() {
                // A fold begins where its loop does; a scalar for another block needs a value before.
                let begins = matches!(self.graph.node(id), Node::Fold(..))
                    && !self.program.accumulators.contains_key(&id);
                if !begins && self.graph.shape(id).is_empty() {
                    let start = self.anything(self.graph.ty(id));
                    let ty = self.written_type(id, |ty| ty);
                    lines.extend(quote! { let mut #name #ty = #start; });
                }
                continue;
            }
            if self.is_kept_late(&storage) {
                lines.extend(self.growing(id, &name));
            } else if !self.is_made_late(id) {
                lines.extend(self.make(id));
            } else if self.is_begun_inside(id) {
                lines.extend(self.growing(id, &name));
            }
        }
        let mut folds: Vec<Id> = self.program.accumulators.keys().copied().collect();
        folds.sort_unstable();
        for id in folds {
            let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
            let name = self.name(&wanted);
            self.accumulators.insert(id, name.clone());
            let extents = self.buffer_shape(id, &self.program.accumulators[&id]);
            if !extents.is_empty() && !block_local.contains(&id) {
                let late = self.is_kept_late(&self.program.accumulators[&id]);
                lines.extend(if late { self.growing(id, &name) } else { self.buffer(id, &name, &extents) });
            }
        }
        lines
    }

    /// Where the turns of each run of a loop begin, and how many there have been.
    pub(super) fn allocate_counters(&mut self) -> TokenStream {
        let krate = self.function.krate.clone();
        let mut lines = TokenStream::new();
        for (block, prefix) in &self.program.counted {
            let (first, count) = (self.name("first"), self.name("turns"));
            lines.extend(quote! {
                let mut #first: #krate::emitted::Vec<usize> = #krate::emitted::Vec::new();
                let mut #count: usize = 0;
            });
            self.counters.insert((*block, prefix.len()), (first, count));
        }
        lines
    }

    /// Whether an array's buffer is made where its length is known, not before all steps.
    pub(super) fn is_made_late(&self, id: Id) -> bool {
        self.graph.shape(id).into_iter().any(|extent| self.graph.is_late(extent))
    }

    /// Whether an array begins in a loop or a branch, so that its name must be there before, for others.
    pub(super) fn is_begun_inside(&self, id: Id) -> bool {
        !self.program.steps.contains(&Step::Begin(id))
    }

    /// The same buffer with other numbers of elements.
    pub(super) fn made_again(&self, id: Id) -> TokenStream {
        let (name, zero) = (&self.buffers[&id], self.anything(self.graph.ty(id)));
        let extents = self.buffer_shape(id, &self.program.storage[&id]);
        let (krate, length) = (&self.function.krate, self.length_of_buffer(&extents));
        quote! { #name = #krate::emitted::buffer(#zero, #length); }
    }

    /// Makes the buffer of an array.
    pub(super) fn make(&self, id: Id) -> TokenStream {
        let extents = self.buffer_shape(id, &self.program.storage[&id]);
        self.buffer(id, &self.buffers[&id], &extents)
    }

    /// A buffer that grows with the turns.
    fn growing(&self, id: Id, name: &proc_macro2::Ident) -> TokenStream {
        let krate = &self.function.krate;
        let ty = self.written_type(id, |ty| quote!(#krate::emitted::Vec<#ty>));
        quote! { let mut #name #ty = #krate::emitted::Vec::new(); }
    }

    fn buffer(&self, id: Id, name: &proc_macro2::Ident, extents: &[Extent]) -> TokenStream {
        let krate = &self.function.krate;
        let zero = self.anything(self.graph.ty(id));
        let lengths: Vec<TokenStream> = extents.iter().map(|&extent| self.size(extent)).collect();
        if self.is_static(extents) && !self.passed.contains(&id) {
            let nested =
                |of: TokenStream| lengths.iter().rev().fold(of, |inner, length| quote!([#inner; #length]));
            let (array, ty) = (nested(zero), self.written_type(id, nested));
            return quote! { let mut #name #ty = #array; };
        }
        let length = self.length_of_buffer(extents);
        if self.graph.ty(id).is_float() {
            let ty = self.scalar_type(self.graph.ty(id));
            return quote! { let mut #name = #krate::emitted::Scratch::<#ty>::zeros(#length); };
        }
        let ty = self.written_type(id, |ty| quote!(#krate::emitted::Vec<#ty>));
        quote! { let mut #name #ty = #krate::emitted::buffer(#zero, #length); }
    }

    fn length_of_buffer(&self, extents: &[Extent]) -> TokenStream {
        let lengths = extents.iter().map(|&extent| self.size(extent));
        lengths.reduce(|a, b| quote!(#a * #b)).unwrap_or_default()
    }

    /// A type to write behind a name, if the type of the value's numbers is known.
    fn written_type(&self, id: Id, of: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        match self.graph.ty(id) {
            Type::Untyped => TokenStream::new(),
            ty => {
                let ty = of(self.scalar_type(ty));
                quote!(: #ty)
            }
        }
    }

    pub(super) fn buffer_shape(&self, id: Id, storage: &Storage) -> Vec<Extent> {
        let own = self.graph.shape(id);
        let kept = own.into_iter().zip(&storage.kept).filter(|(_, kept)| **kept).map(|(extent, _)| extent);
        storage.leading.iter().map(|axis| self.graph.longest(axis.extent)).chain(kept).collect()
    }

    pub(super) fn is_static(&self, extents: &[Extent]) -> bool {
        extents.iter().all(|&extent| {
            matches!(self.lowered.extents.source(extent), Source::Literal(_) | Source::Const(_))
        })
    }

    /// How a leaf is accessed: the parameter itself, or the local that stands for it.
    pub(super) fn leaf_access(&self, id: Id, leaf: usize) -> TokenStream {
        match self.values.get(&id) {
            Some(name) => name.to_token_stream(),
            None => self.lowered.leaves[leaf].access.clone(),
        }
    }

    pub(super) fn leaf_id(&self, leaf: usize) -> Id {
        self.lowered.leaves[leaf].node
    }

    /// A value of the type that nothing reads.
    pub(super) fn anything(&self, ty: Type) -> TokenStream {
        match ty {
            Type::Bool => quote!(false),
            Type::Int(_) => quote!(0),
            Type::Untyped => quote!(::core::default::Default::default()),
            _ => self.number(0.0, ty).tokens,
        }
    }
}
