//! Matrices of data whose rows are read again and again: a block of them is turned, so that the numbers of
//! neighbouring rows are neighbours.

use std::collections::{BTreeMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::emit::body::Body;
use crate::graph::{Axis, Id, Node};
use crate::schedule::{Phase, Step};
use crate::written::Written;

impl Body<'_> {
    /// A name for the turned block of each matrix, by its node, whose numbers are read in a loop that does not
    /// run over them.
    pub(super) fn turned(&mut self, phases: &[Phase], row: Axis) -> BTreeMap<Id, Ident> {
        let mut search = Search { body: self, row, seen: HashSet::new(), found: BTreeMap::new() };
        search.phases(phases, 0);
        let found = search.found;
        let names = found.into_iter().map(|(array, leaf)| {
            let name = self.name(&format!("{}_rows", self.lowered.leaves[leaf].name));
            (array, name)
        });
        names.collect()
    }

    /// The buffers of the turned blocks, and what fills them for a block of rows.
    pub(super) fn turn(&self, turned: &BTreeMap<Id, Ident>) -> [TokenStream; 2] {
        let (krate, block) = (&self.function.krate, self.block());
        let (start, length) = (&block.start, &block.length);
        let (mut buffers, mut fills) = (TokenStream::new(), TokenStream::new());
        for (&array, name) in turned {
            let Node::Leaf(leaf) = self.graph.node(array) else { continue };
            let (access, width) = (self.leaf_access(array, leaf), self.size(self.graph.shape(array)[1]));
            let element = self.scalar_type(self.graph.ty(array));
            buffers.extend(quote! { let mut #name = #krate::emitted::Block::<#element>::of(#width); });
            fills.extend(quote! { #krate::emitted::turn(&mut #name, #access.data(), #start, #length); });
        }
        [buffers, fills]
    }
}

struct Search<'a, 'b> {
    body: &'a Body<'b>,
    row: Axis,
    seen: HashSet<(Id, usize)>,
    found: BTreeMap<Id, usize>,
}

impl Search<'_, '_> {
    fn phases(&mut self, phases: &[Phase], depth: usize) {
        for phase in phases {
            match phase {
                Phase::Loop(_, body) => self.phases(body, depth + 1),
                Phase::Rows(steps) => {
                    for step in steps {
                        if let Step::Let(id) | Step::Accumulate(id) | Step::Store(id) | Step::Keep(id) = step
                        {
                            self.operand(*id, depth);
                        }
                    }
                }
                Phase::Once(_) | Phase::Reset(_) | Phase::Contract(_) | Phase::OfRows { .. } => {}
            }
        }
    }

    /// What is read where a value is computed that many loops deep.
    fn operand(&mut self, id: Id, depth: usize) {
        let graph = self.body.graph;
        if !graph.free(id).contains(&self.row) && !graph.axes_bound(id).contains(&self.row)
            || !self.seen.insert((id, depth))
        {
            return;
        }
        if let Node::Get(array, indices) = graph.node(id)
            && let Node::Leaf(leaf) = graph.node(array)
        {
            let row = graph.index(self.row);
            let is_matrix = matches!(self.body.lowered.leaves[leaf].written, Written::Tensor { rank: 2, .. });
            // A loop over the numbers of a row reads each once; another one around it reads them again.
            if is_matrix && depth > 1 && indices[0] == row && !graph.free(indices[1]).contains(&self.row) {
                self.found.insert(array, leaf);
            }
            return;
        }
        for operand in graph.operands(id) {
            if graph.shape(operand).is_empty() && !matches!(graph.node(operand), Node::Fold(..)) {
                self.operand(operand, depth);
            }
        }
    }
}
