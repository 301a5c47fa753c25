//! A measure of the work for a row.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::emit::body::Body;
use crate::graph::{Axis, Node};
use crate::schedule::{Phase, Step};

impl Body<'_> {
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
        let constant = Literal::usize_unsuffixed(constant);
        quote!(#constant #terms)
    }
}
