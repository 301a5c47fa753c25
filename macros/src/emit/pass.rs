//! Loops over rows of data: a struct with what they read, whose method does any range of the rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::body::{Body, default_name};
use super::capture::Captured;
use super::expression::{Code, Level};
use crate::graph::{Axis, FoldOp, Id, Node, Type};
use crate::schedule::{Home, Pass, Phase, Step, is_element};
use crate::shape::Extent;
use crate::written::Written;

/// What is known inside a pass.
pub(super) struct Block {
    pub(super) row: Axis,
    /// The axes that are one with that of the rows.
    pub(super) flat: Vec<Axis>,
    /// The number of a row, of the first one in the lanes.
    pub(super) index: Ident,
    /// Its place in the block.
    pub(super) place: Ident,
    start: Ident,
    length: Ident,
    first: Ident,
    /// The vectors that have a name here.
    pub(super) lanes: HashMap<Id, Ident>,
    /// The numbers that one phase leaves to another.
    kept: HashMap<Id, Ident>,
    local: HashSet<Id>,
    across: HashSet<Id>,
    /// What all rows add to.
    arrays: HashSet<Id>,
}

impl Body<'_> {
    pub(super) fn pass(&mut self, pass: &Pass) -> TokenStream {
        let krate = self.function.krate.clone();
        let element = self.scalar_type(pass.ty);
        let outer = self.captured(pass.ty);
        let used = self.used.clone();
        let before = self.scope.len();
        let [index, place, start, length, first, rows] =
            ["i", "r", "start", "len", "first", "rows"].map(|name| self.name(name));
        let mut kept = HashMap::new();
        let mut buffers = TokenStream::new();
        let zero = self.number(0.0, pass.ty).tokens;
        for &id in &pass.kept {
            let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
            let name = self.name(&format!("{wanted}_rows"));
            buffers.extend(quote! { let mut #name = [#zero; #krate::emitted::ROWS]; });
            kept.insert(id, name);
        }
        for &id in &pass.local {
            let name = self.accumulator_name(id);
            let extents = self.buffer_shape(id, self.place_of(id));
            buffers.extend(match extents.as_slice() {
                [] => quote! { let mut #name = [#zero; #krate::emitted::ROWS]; },
                &[extent] if self.is_static(&extents) => {
                    let length = self.size(extent);
                    quote! { let mut #name = [[#zero; #krate::emitted::ROWS]; #length]; }
                }
                extents => {
                    let length = extents.iter().map(|&extent| self.size(extent));
                    let length = length.reduce(|a, b| quote!(#a * #b));
                    quote! { let mut #name = #krate::emitted::Block::<#element>::of(#length); }
                }
            });
        }
        self.indices.insert(pass.run.axis, index.clone());
        self.loops += 1;
        self.block = Some(Block {
            row: pass.run.axis,
            flat: pass.flat.clone(),
            index: index.clone(),
            place,
            start: start.clone(),
            length: length.clone(),
            first: first.clone(),
            lanes: HashMap::new(),
            kept,
            local: pass.local.iter().copied().collect(),
            across: pass.across.iter().copied().collect(),
            arrays: pass.arrays.iter().copied().collect(),
        });
        self.scope.push(HashSet::new());
        let phases = match pass.is_simple() {
            true => self.all_rows(&pass.phases, &rows),
            false => {
                let phases = self.phases(&pass.phases);
                quote! { for (#start, #length) in #krate::emitted::blocks(#rows) { #phases } }
            }
        };
        self.scope.truncate(before);
        self.block = None;
        self.loops -= 1;
        self.used = used;
        let first = (!pass.across.is_empty()).then(|| quote! { let #first = #rows.start; });
        let body = quote! { #first #buffers #phases };
        self.called(pass, &rows, &body, outer)
    }

    /// The struct of the pass, and its call.
    fn called(&self, pass: &Pass, rows: &Ident, body: &TokenStream, outer: Vec<Captured>) -> TokenStream {
        let krate = &self.function.krate;
        let element = self.scalar_type(pass.ty);
        let mut mentioned = HashSet::new();
        words_of((*body).clone(), &mut mentioned);
        let written: HashSet<String> = [&pass.sums, &pass.arrays, &pass.across, &pass.local]
            .into_iter()
            .flatten()
            .map(|&id| self.accumulator_name(id).to_string())
            .collect();
        let cost = self.cost(&pass.phases, pass.run.axis);
        let mut counted = HashSet::new();
        words_of(cost.clone(), &mut counted);
        let taken: Vec<Captured> = outer
            .into_iter()
            .filter(|Captured { name, .. }| {
                let name = name.to_string();
                (mentioned.contains(&name) || counted.contains(&name)) && !written.contains(&name)
            })
            .collect();
        let names: Vec<&Ident> = taken.iter().map(|captured| &captured.name).collect();
        let types: Vec<TokenStream> = taken.iter().map(|captured| captured.ty.clone()).collect();
        let counted: Vec<_> = names.iter().filter(|name| counted.contains(&name.to_string())).collect();
        let values = taken.iter().map(|captured| {
            let (name, value) = (&captured.name, &captured.value);
            if *name == value.to_string() { value.clone() } else { quote!(#name: #value) }
        });
        let [definitions, arguments] = self.generics_in(&types);
        let [implemented, _] = self.generics_in(&[types.as_slice(), std::slice::from_ref(&element)].concat());
        let sums: Vec<Ident> = pass.sums.iter().map(|&id| self.accumulator_name(id)).collect();
        let arrays: Vec<Ident> = pass.arrays.iter().map(|&id| self.accumulator_name(id)).collect();
        let across: Vec<Ident> = pass.across.iter().map(|&id| self.accumulator_name(id)).collect();
        let [sums_len, arrays_len, across_len] =
            [&sums, &arrays, &across].map(|list| proc_macro2::Literal::usize_unsuffixed(list.len()));
        let ops: Vec<FoldOp> = pass
            .sums
            .iter()
            .filter_map(|&id| match self.graph.node(id) {
                Node::Fold(op, ..) => Some(op),
                _ => None,
            })
            .collect();
        let ops = ops.iter().any(|op| *op != FoldOp::Sum).then(|| {
            let ops = ops.iter().map(|op| format_ident!("{op:?}"));
            quote! { const OPS: [#krate::emitted::FoldOp; #sums_len] = [#(#krate::emitted::FoldOp::#ops),*]; }
        });
        let unpacked = (!counted.is_empty()).then(|| quote! { let Pass { #(#counted,)* .. } = *self; });
        let array_values = pass.arrays.iter().map(|&id| self.flat_mut(id));
        let across_values = pass.across.iter().map(|&id| {
            let width = if pass.flat.is_empty() { self.width(id) } else { quote!(1) };
            let slice = self.flat_mut(id);
            quote!((#slice, #width))
        });
        let lengths =
            [pass.run.axis].into_iter().chain(pass.flat.iter().copied()).map(|axis| self.size(axis.extent));
        let length = lengths.reduce(|a, b| quote!(#a * #b)).unwrap_or_default();
        let bind = (!sums.is_empty()).then(|| quote!(let [#(#sums),*] =));
        quote! {
            #bind {
                struct Pass #definitions { #(#names: #types),* }

                impl #implemented #krate::emitted::Pass<#element, #sums_len, #arrays_len, #across_len> for Pass #arguments {
                    #ops

                    #[inline(always)]
                    fn cost(&self) -> usize {
                        #unpacked
                        #cost
                    }

                    #[inline(always)]
                    fn run<Lanes: #krate::emitted::Lanes<#element>>(
                        &self,
                        #rows: ::core::ops::Range<usize>,
                        [#(#sums),*]: &mut [#element; #sums_len],
                        [#(#arrays),*]: [&mut [#element]; #arrays_len],
                        [#(#across),*]: [&mut [#element]; #across_len],
                    ) {
                        let Pass { #(#names),* } = *self;
                        #body
                    }
                }

                let pass = Pass { #(#values),* };
                #krate::emitted::pass(&pass, #length, [#(#array_values),*], [#(#across_values),*])
            };
        }
    }

    /// All rows, several at once, without blocks.
    fn all_rows(&mut self, phases: &[Phase], rows: &Ident) -> TokenStream {
        let mut lines = TokenStream::new();
        for phase in phases {
            match phase {
                Phase::Once(id) => {
                    let line = self.bind(*id);
                    lines.extend(line);
                }
                Phase::Rows(steps) => {
                    let index = self.block().index.clone();
                    let (before, body, after) = self.rows_of(steps);
                    lines.extend(quote! { #before for #index in #rows.step_by(Lanes::LEN) { #body } #after });
                }
                Phase::Loop(..) | Phase::Reset(_) | Phase::Contract(_) => {}
            }
        }
        lines
    }

    fn phases(&mut self, phases: &[Phase]) -> TokenStream {
        let mut lines = TokenStream::new();
        for phase in phases {
            let line = match phase {
                Phase::Once(id) => self.bind(*id),
                Phase::Rows(steps) => {
                    let (before, body, after) = self.rows_of(steps);
                    if body.is_empty() {
                        continue;
                    }
                    let Block { index, place, start, length, .. } = self.block();
                    let number = mentions(&body, index).then(|| quote! { let #index = #start + #place; });
                    quote! {
                        #before
                        for #place in (0..#length).step_by(Lanes::LEN) { #number #body }
                        #after
                    }
                }
                Phase::Loop(run, body) => self.inner(*run, |this| this.phases(body)),
                Phase::Reset(id) => {
                    let (name, neutral) = (self.accumulator_name(*id), self.neutral(*id));
                    let krate = &self.function.krate;
                    match self.buffer_shape(*id, self.place_of(*id)).is_empty() {
                        true => quote! { #name.fill(#neutral); },
                        false => quote! { #name.fill([#neutral; #krate::emitted::ROWS]); },
                    }
                }
                Phase::Contract(id) => self.contract(*id),
            };
            lines.extend(line);
        }
        lines
    }

    /// A loop over another axis.
    fn inner(
        &mut self,
        run: crate::schedule::Run,
        body: impl FnOnce(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let letter = ["i", "j", "k", "l"].get(self.loops).copied().unwrap_or("index");
        self.loops += 1;
        let name = self.name(letter);
        self.indices.insert(run.axis, name.clone());
        let length = self.size_code(run.axis.extent).at_least(Level::Sum);
        self.scope.push(HashSet::new());
        let body = body(self);
        self.scope.pop();
        self.loops -= 1;
        self.used.remove(&name.to_string());
        quote! { for #name in 0..#length { #body } }
    }

    /// Whether it is stored for each row, or has its place where something else is.
    fn is_across(&self, id: Id) -> bool {
        let across = &self.block().across;
        let home = |id: Id| match self.place_of(id).home {
            Home::Output(place) => Some(place),
            Home::Local => None,
        };
        across.contains(&id)
            || home(id).is_some_and(|own| across.iter().any(|&other| home(other) == Some(own)))
    }

    fn block(&self) -> &Block {
        self.block.as_ref().expect("phases belong to a pass")
    }

    /// What stands before, in, and behind a loop over the rows.
    fn rows_of(&mut self, steps: &[Step]) -> (TokenStream, TokenStream, TokenStream) {
        let (mut before, mut body, mut after) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for step in steps {
            match step {
                Step::Let(id) => {
                    let line = self.bind_lanes(*id);
                    body.extend(line);
                }
                Step::Accumulate(id) => {
                    let Node::Fold(op, _, value) = self.graph.node(*id) else { continue };
                    let value = self.lanes(value);
                    if self.depends_on_row(*id) {
                        let sum = self.lanes_stored(*id, &[]);
                        let sum = match op {
                            FoldOp::Sum => {
                                let value = value.at_least(Level::Product);
                                Code { tokens: quote!(#sum + #value), level: Level::Sum }
                            }
                            FoldOp::Product => {
                                let value = value.at_least(Level::Cast);
                                Code { tokens: quote!(#sum * #value), level: Level::Product }
                            }
                            FoldOp::Max | FoldOp::Min => {
                                let (value, name) =
                                    (value.tokens, if op == FoldOp::Max { quote!(max) } else { quote!(min) });
                                Code::atom(quote!(#sum.#name(#value)))
                            }
                        };
                        body.extend(self.store_lanes(*id, &[], sum));
                        continue;
                    }
                    let value = value.tokens;
                    let name = self.name(&format!("{}_lanes", self.accumulator_name(*id)));
                    let neutral = self.neutral(*id);
                    before.extend(quote! { let mut #name = Lanes::splat(#neutral); });
                    let (sum, target) = (self.accumulator_name(*id), self.accumulated(*id));
                    let (add, bring) = match op {
                        FoldOp::Sum => (quote!(#name += #value;), quote!(#target += #name.sum();)),
                        FoldOp::Product => (quote!(#name *= #value;), quote!(#target *= #name.product();)),
                        FoldOp::Max => {
                            (quote!(#name = #name.max(#value);), quote!(#target = #sum.max(#name.largest());))
                        }
                        FoldOp::Min => (
                            quote!(#name = #name.min(#value);),
                            quote!(#target = #sum.min(#name.smallest());),
                        ),
                    };
                    body.extend(add);
                    after.extend(bring);
                }
                Step::Store(id) => {
                    let Node::Build(axes, value) = self.graph.node(*id) else { continue };
                    let value = self.lanes(value);
                    body.extend(self.store_lanes(*id, &self.graph.indices(&axes), value));
                }
                Step::Keep(id) => {
                    let value = self.lanes(*id);
                    body.extend(self.store_lanes(*id, &[], value));
                }
                _ => {}
            }
        }
        self.block.as_mut().expect("phases belong to a pass").lanes.clear();
        (before, body, after)
    }

    fn bind_lanes(&mut self, id: Id) -> TokenStream {
        let is_float = self.graph.ty(id).is_float();
        if !is_float && self.graph.ty(id) != Type::Bool {
            return TokenStream::new();
        }
        let value = match (is_float, self.graph.node(id)) {
            (true, Node::Fold(..)) => self.lanes(id),
            (true, _) => self.render_lanes(id),
            (false, _) => self.render_mask(id),
        };
        let value = value.tokens;
        let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
        let name = self.name(&wanted);
        let block = self.block.as_mut().expect("phases belong to a pass");
        block.lanes.insert(id, name.clone());
        let kept = block.kept.get(&id).map(|kept| {
            let place = &block.place;
            quote! { #name.store(&mut #kept, #place); }
        });
        quote! { let #name = #value; #kept }
    }

    /// Where a fold over all rows is added up.
    fn accumulated(&self, id: Id) -> TokenStream {
        let name = self.accumulator_name(id);
        let storage = self.place_of(id);
        if storage.leading.is_empty() {
            return quote!(*#name);
        }
        let indices: Vec<Id> = storage.leading.iter().map(|&axis| self.graph.index(axis)).collect();
        let flat = self.flat_index(&self.buffer_shape(id, storage), &indices);
        quote!(#name[#flat])
    }

    /// Where the numbers of the rows lie, if they lie in one array at equal distances.
    pub(super) fn row_element(&self, id: Id) -> Option<Located> {
        let block = self.block();
        if let Some(kept) = block.kept.get(&id) {
            let place = &block.place;
            return Some(Located {
                array: kept.to_token_stream(),
                at: place.to_token_stream(),
                stride: None,
                borrow: true,
            });
        }
        let is_stored = self.program.storage.contains_key(&id) && self.graph.shape(id).is_empty()
            || self.program.accumulators.contains_key(&id);
        if is_stored {
            return self.row_place(id, &[]);
        }
        self.row_of_array(id)
    }

    /// The same for an element of an array.
    pub(super) fn row_of_array(&self, id: Id) -> Option<Located> {
        let Node::Get(array, indices) = self.graph.node(id) else { return None };
        let Node::Leaf(leaf) = self.graph.node(array) else { return self.row_place(array, &indices) };
        let written = &self.lowered.leaves[leaf].written;
        if !matches!(written, Written::Tensor { .. } | Written::Slice(_)) {
            return None;
        }
        let access = self.leaf_access(array, leaf);
        let data = if written.rank() > 1 { quote!(#access.data()) } else { access };
        self.located(data, &self.graph.shape(array), &indices)
    }

    /// The same for what is stored.
    fn row_place(&self, id: Id, own: &[Id]) -> Option<Located> {
        let block = self.block();
        let first = self.program.cells.first(id);
        let name = self.accumulator_name(first);
        if block.local.contains(&first) {
            let array = self.local_rows(first, own)?;
            let place = &block.place;
            return Some(Located { array, at: place.to_token_stream(), stride: None, borrow: true });
        }
        let (extents, indices) = self.stored_indices(first, own);
        if self.is_nested_outside(first, &extents) {
            return None;
        }
        let mut located = self.located(name.to_token_stream(), &extents, &indices)?;
        if self.is_across(first) {
            let (at, start, width) = (located.at, &block.first, located.stride.clone());
            located.at = match width {
                None => quote!(#at - #start),
                Some(width) => quote!(#at - #start * #width),
            };
        }
        Some(located)
    }

    /// The lanes of row-major numbers, of which one index is the row and none depends on it.
    fn located(&self, array: TokenStream, extents: &[Extent], indices: &[Id]) -> Option<Located> {
        if !self.block().flat.is_empty() {
            let at = self.block().index.to_token_stream();
            return Some(Located { array, at, stride: None, borrow: false });
        }
        let row = self.graph.index(self.block().row);
        let of_row: Vec<usize> =
            (0..indices.len()).filter(|&place| self.depends_on_row(indices[place])).collect();
        let &[place] = of_row.as_slice() else { return None };
        // In an array of one axis, loading and storing see to the bounds.
        let is_shifted = |index: Id| match self.graph.node(index) {
            Node::Op(op, operands) => {
                op.name == "add"
                    && operands.contains(&row)
                    && operands.iter().any(|&other| !self.depends_on_row(other))
            }
            _ => false,
        };
        if indices[place] != row && !(indices.len() == 1 && is_shifted(indices[place])) {
            return None;
        }
        // Behind the end of an inner axis are other elements of the array, and not the end of the memory.
        if place > 0 && extents[place] != self.block().row.extent {
            return None;
        }
        let behind = extents[place + 1..].iter().map(|&extent| self.size(extent));
        let stride = behind.reduce(|a, b| quote!(#a * #b));
        Some(Located { array, at: self.flat_index(extents, indices), stride, borrow: false })
    }

    /// The extents of a stored array and the indices of an element.
    fn stored_indices(&self, id: Id, own: &[Id]) -> (Vec<Extent>, Vec<Id>) {
        let storage = self.place_of(id);
        let kept = own.iter().copied().zip(&storage.kept).filter(|(_, kept)| **kept).map(|(index, _)| index);
        let leading = storage.leading.iter().map(|&axis| self.graph.index(axis));
        (self.buffer_shape(id, storage), leading.chain(kept).collect())
    }

    /// The numbers of a block's rows; `None` where they are not all at one place of the array.
    fn local_rows(&self, id: Id, own: &[Id]) -> Option<TokenStream> {
        let (extents, indices) = self.stored_indices(id, own);
        let name = self.accumulator_name(id);
        if indices.iter().any(|&index| self.depends_on_row(index)) {
            return None;
        }
        if extents.is_empty() {
            return Some(name.to_token_stream());
        }
        let flat = self.flat_index(&extents, &indices);
        Some(quote!(#name[#flat]))
    }

    /// One number of what the pass stores, for the row at hand, where it stores it.
    pub(super) fn element_in_block(&self, id: Id, own: &[Id]) -> Option<TokenStream> {
        let block = self.block.as_ref()?;
        let name = self.accumulator_name(id);
        if block.local.contains(&id) {
            let (extents, indices) = self.stored_indices(id, own);
            let place = &block.place;
            if extents.is_empty() {
                return Some(quote!(#name[#place]));
            }
            let flat = self.flat_index(&extents, &indices);
            return Some(quote!(#name[#flat][#place]));
        }
        if self.is_across(id) {
            let at = self.across_place(id, own).tokens;
            return Some(quote!(#name[#at]));
        }
        None
    }

    /// A number that another phase has kept, for the row at hand.
    pub(super) fn kept_in_block(&self, id: Id) -> Option<TokenStream> {
        let block = self.block.as_ref()?;
        let (kept, place) = (block.kept.get(&id)?, &block.place);
        Some(quote!(#kept[#place]))
    }

    /// The place of an element in what is stored for the rows of this call.
    fn across_place(&self, id: Id, own: &[Id]) -> Code {
        let (extents, indices) = self.stored_indices(id, own);
        let (first, width) = (&self.block().first, self.width(id));
        let flat = self.flat_index(&extents, &indices);
        Code { tokens: quote!(#flat - #first * #width), level: Level::Sum }
    }

    /// How many numbers are stored for a row.
    fn width(&self, id: Id) -> TokenStream {
        let extents = self.buffer_shape(id, self.place_of(id));
        let others = extents.iter().skip(1).map(|&extent| self.size(extent));
        others.reduce(|a, b| quote!(#a * #b)).unwrap_or_else(|| quote!(1))
    }

    fn lanes_stored(&self, id: Id, own: &[Id]) -> TokenStream {
        self.row_place(id, own).map(|located| located.load()).unwrap_or_default()
    }

    fn store_lanes(&self, id: Id, own: &[Id], value: Code) -> TokenStream {
        let value = value.at_least(Level::Atom);
        let Some(Located { array, at, stride, borrow }) = self.row_place(id, own) else {
            return TokenStream::new();
        };
        let array = if borrow { quote!(&mut #array) } else { array };
        match stride {
            None => quote! { #value.store(#array, #at); },
            Some(stride) => quote! { #value.store_strided(#array, #at, #stride); },
        }
    }

    /// A sum of products, by the kernel.
    fn contract(&self, id: Id) -> TokenStream {
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
                Written::Tensor { .. } if written.rank() > 1 => quote!(#access.data()),
                Written::Array { .. } => quote!(#access[..]),
                _ => access,
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
    fn is_nested_outside(&self, id: Id, extents: &[Extent]) -> bool {
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
    fn flat_mut(&self, id: Id) -> TokenStream {
        let name = self.accumulator_name(id);
        let storage = self.place_of(id);
        let extents = self.buffer_shape(id, storage);
        match self.is_nested(id, storage, &extents) {
            true if extents.len() > 1 => quote!(#name.as_flattened_mut()),
            _ => quote!(&mut #name[..]),
        }
    }

    fn cost_of(&self, step: &Step) -> usize {
        const FUNCTION: usize = 8;
        let (Step::Let(id) | Step::Accumulate(id)) = step else { return 1 };
        let value = match self.graph.node(*id) {
            Node::Fold(_, _, body) => body,
            _ => *id,
        };
        match self.graph.node(value) {
            Node::Op(op, _) if op.is_function() && !op.cheap => FUNCTION,
            _ => 1,
        }
    }

    /// A measure of the work for a row.
    fn cost(&self, phases: &[Phase], row: Axis) -> TokenStream {
        let mut constant = 0_usize;
        let mut terms = TokenStream::new();
        for phase in phases {
            match phase {
                Phase::Rows(steps) => {
                    constant += steps.iter().map(|step| self.cost_of(step)).sum::<usize>();
                }
                Phase::Once(_) | Phase::Reset(_) => constant += 1,
                Phase::Loop(run, body) => {
                    let (length, body) = (self.size(run.axis.extent), self.cost(body, row));
                    let is_one = body.clone().into_iter().count() == 1;
                    terms.extend(if is_one {
                        quote!(+ #length * #body)
                    } else {
                        quote!(+ #length * (#body))
                    });
                }
                Phase::Contract(id) => {
                    let Node::Fold(_, axes, _) = self.graph.node(*id) else { continue };
                    let own = self.graph.free(*id);
                    let others = own.iter().chain(&axes).filter(|axis| **axis != row);
                    let lengths = others.map(|axis| self.size(axis.extent));
                    let product = lengths.reduce(|a, b| quote!(#a * #b)).unwrap_or_else(|| quote!(1));
                    terms.extend(quote!(+ #product));
                }
            }
        }
        if constant == 0 && !terms.is_empty() {
            return terms.into_iter().skip(1).collect();
        }
        let constant = proc_macro2::Literal::usize_unsuffixed(constant);
        quote!(#constant #terms)
    }
}

/// Where the numbers of the lanes lie.
pub(super) struct Located {
    array: TokenStream,
    at: TokenStream,
    /// The distance of neighbours, where it is not 1.
    stride: Option<TokenStream>,
    /// Whether the array is no reference.
    borrow: bool,
}

impl Located {
    pub(super) fn load(&self) -> TokenStream {
        let Located { array, at, stride, borrow } = self;
        let reference = borrow.then(|| quote!(&));
        match stride {
            None => quote!(Lanes::load(#reference #array, #at)),
            Some(stride) => quote!(Lanes::load_strided(#reference #array, #at, #stride)),
        }
    }
}

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

/// Whether the tokens have the name in them.
pub(super) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    let mut words = HashSet::new();
    words_of(tokens.clone(), &mut words);
    words.contains(&name.to_string())
}

/// All names in the tokens that are not those of methods and fields.
pub(super) fn words_of(tokens: TokenStream, found: &mut HashSet<String>) {
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let mut dots = 0;
    for token in tokens {
        let dots_before = dots;
        dots = if is_dot(&token) { dots + 1 } else { 0 };
        match token {
            TokenTree::Ident(name) if dots_before != 1 => {
                found.insert(name.to_string());
            }
            TokenTree::Group(group) => words_of(group.stream(), found),
            _ => {}
        }
    }
}
