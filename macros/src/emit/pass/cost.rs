//! A measure of the work for a row.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::emit::body::Body;
use crate::graph::{Axis, Id, Node};
use crate::ops::Op;
use crate::schedule::{Pass, Phase, Step};

/// Whether the rows of a matrix that are in the lanes are multiplied.
pub(super) fn has_products(pass: &Pass) -> bool {
    pass.phases.iter().any(|phase| matches!(phase, Phase::OfRows { .. }))
}

impl Body<'_> {
    /// Whether the chains of operations of a row are so long that a processor does not see far enough ahead to
    /// begin the next vector before it waits for the end of one.
    pub(super) fn is_long(&self, pass: &Pass) -> bool {
        /// Measured: fewer functions are as quick one vector at a time.
        const FUNCTIONS: usize = 3;
        pass.in_lanes && (has_products(pass) || self.functions(pass) >= FUNCTIONS)
    }

    /// How many functions are computed for a row.
    fn functions(&self, pass: &Pass) -> usize {
        let depends_on_row = |id: Id| {
            let free = self.graph.free(id);
            free.contains(&pass.run.axis) || pass.flat.iter().any(|axis| free.contains(axis))
        };
        let mut rest: Vec<Id> = pass.results().flat_map(|id| self.graph.operands(id)).collect();
        let mut seen = HashSet::new();
        let mut functions = 0;
        while let Some(id) = rest.pop() {
            if self.program.storage.contains_key(&id) || !depends_on_row(id) || !seen.insert(id) {
                continue;
            }
            functions += usize::from(matches!(self.graph.node(id), Node::Op(op, _) if is_costly(op)));
            rest.extend(self.graph.operands(id));
        }
        functions
    }

    fn cost_of(&self, step: &Step) -> usize {
        const FUNCTION: usize = 8;
        let (Step::Let(id) | Step::Accumulate(id)) = step else { return 1 };
        let value = match self.graph.node(*id) {
            Node::Fold(_, _, body) => body,
            _ => *id,
        };
        match self.graph.node(value) {
            Node::Op(op, _) if is_costly(op) => FUNCTION,
            _ => 1,
        }
    }

    /// A measure of the work for a row.
    pub(super) fn cost(&self, phases: &[Phase], row: Axis) -> TokenStream {
        let mut constant = 0_usize;
        let mut terms = TokenStream::new();
        for phase in phases {
            match phase {
                Phase::Rows(steps) => {
                    constant += steps.iter().map(|step| self.cost_of(step)).sum::<usize>();
                }
                Phase::Once(_) | Phase::Reset(_) => constant += 1,
                Phase::Loop(run, body) => {
                    let length = self.size(self.graph.longest(run.axis.extent));
                    let body = self.cost(body, row);
                    let is_one = body.clone().into_iter().count() == 1;
                    terms.extend(if is_one {
                        quote!(+ #length * #body)
                    } else {
                        quote!(+ #length * (#body))
                    });
                }
                Phase::Contract(id) | Phase::OfRows { sum: id, .. } => {
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
        let constant = Literal::usize_unsuffixed(constant);
        quote!(#constant #terms)
    }
}

fn is_costly(op: &Op) -> bool {
    op.is_function() && !op.cheap
}
