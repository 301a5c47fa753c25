//! Where the numbers of the rows lie.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::emit::body::Body;
use crate::emit::expression::{Code, Level};
use crate::graph::{Id, Node};
use crate::schedule::Home;
use crate::shape::Extent;
use crate::written::Written;

/// Where the numbers of the lanes lie.
pub(in crate::emit) struct Located {
    array: TokenStream,
    at: TokenStream,
    /// The distance of neighbours, where it is not 1.
    stride: Option<TokenStream>,
    /// Whether the array is no reference.
    borrow: bool,
}

impl Located {
    pub(in crate::emit) fn load(&self) -> TokenStream {
        let Located { array, at, stride, borrow } = self;
        let reference = borrow.then(|| quote!(&));
        match stride {
            None => quote!(Lanes::load(#reference #array, #at)),
            Some(stride) => quote!(Lanes::load_strided(#reference #array, #at, #stride)),
        }
    }
}

impl Body<'_> {
    /// Whether it is stored for each row, or has its place where something else is.
    pub(super) fn is_across(&self, id: Id) -> bool {
        let across = &self.block().across;
        let home = |id: Id| match self.place_of(id).home {
            Home::Output(place) => Some(place),
            Home::Local => None,
        };
        across.contains(&id)
            || home(id).is_some_and(|own| across.iter().any(|&other| home(other) == Some(own)))
    }

    /// Where the numbers of the rows lie, if they lie in one array at equal distances.
    pub(in crate::emit) fn row_element(&self, id: Id) -> Option<Located> {
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
    pub(in crate::emit) fn row_of_array(&self, id: Id) -> Option<Located> {
        let Node::Get(array, indices) = self.graph.node(id) else { return None };
        let Node::Leaf(leaf) = self.graph.node(array) else { return self.row_place(array, &indices) };
        let written = &self.lowered.leaves[leaf].written;
        if !matches!(written, Written::Tensor { .. } | Written::Slice { .. }) {
            return None;
        }
        if let Some(rows) = self.block().turned.get(&array)
            && let [row, column] = indices.as_slice()
            && *row == self.graph.index(self.block().row)
            && !self.depends_on_row(*column)
        {
            let column = self.flat_index(&self.graph.shape(array)[1..], &[*column]);
            let place = self.block().place.to_token_stream();
            return Some(Located { array: quote!(#rows[#column]), at: place, stride: None, borrow: true });
        }
        let access = self.leaf_access(array, leaf);
        self.located(written.flat_data(&access), &self.graph.shape(array), &indices)
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
    pub(in crate::emit) fn element_in_block(&self, id: Id, own: &[Id]) -> Option<TokenStream> {
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
    pub(in crate::emit) fn kept_in_block(&self, id: Id) -> Option<TokenStream> {
        let block = self.block.as_ref()?;
        // A product of rows is in lanes alone, and not computed again for one.
        if matches!(self.graph.node(id), Node::Fold(..))
            && let Some(lanes) = block.lanes.get(&id)
        {
            let lane = Ident::new("lane", Span::mixed_site());
            return Some(quote!(#lanes.lane(#lane)));
        }
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
    pub(super) fn width(&self, id: Id) -> TokenStream {
        let extents = self.buffer_shape(id, self.place_of(id));
        let others = extents.iter().skip(1).map(|&extent| self.size(extent));
        others.reduce(|a, b| quote!(#a * #b)).unwrap_or_else(|| quote!(1))
    }

    pub(super) fn lanes_stored(&self, id: Id, own: &[Id]) -> TokenStream {
        self.row_place(id, own).map(|located| located.load()).unwrap_or_default()
    }

    pub(super) fn store_lanes(&self, id: Id, own: &[Id], value: Code) -> TokenStream {
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
}
