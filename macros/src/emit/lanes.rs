//! Scalars of several rows at once, as expressions in vectors.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use super::capture::mentions;
use super::expression::{Code, Level};
use crate::graph::{Axis, Id, Node, Type};
use crate::ops::{Kind, Op, Operand};

impl Body<'_> {
    /// A float of the rows in the lanes.
    pub(super) fn lanes(&self, id: Id) -> Code {
        if !self.depends_on_row(id) {
            let value = self.expr(id).tokens;
            return Code::atom(quote!(Lanes::splat(#value)));
        }
        if let Some(name) = self.lane_name(id) {
            return Code::atom(name.to_token_stream());
        }
        if let Some(located) = self.row_element(id) {
            return Code::atom(located.load());
        }
        self.render_lanes(id)
    }

    /// The expression that computes it.
    pub(super) fn render_lanes(&self, id: Id) -> Code {
        if let Some(located) = self.row_of_array(id) {
            return Code::atom(located.load());
        }
        match self.graph.node(id) {
            Node::Op(op, operands) if self.is_lanewise(op, &operands) => self.lane_operation(op, &operands),
            Node::Select(condition, then, otherwise) => {
                let (then, otherwise) = (self.lanes(then).tokens, self.lanes(otherwise).tokens);
                if self.depends_on_row(condition) {
                    let condition = self.mask(condition).tokens;
                    return Code::atom(quote!(Lanes::select(#condition, #then, #otherwise)));
                }
                let condition = self.expr(condition).tokens;
                Code { tokens: quote!(if #condition { #then } else { #otherwise }), level: Level::Branch }
            }
            _ => {
                let value = self.of_a_lane(id);
                Code::atom(quote!(Lanes::from_fn(#value)))
            }
        }
    }

    /// Whether each operand has a number for each row, or the same for all.
    fn is_lanewise(&self, op: &Op, operands: &[Id]) -> bool {
        let types = [Operand::Real].into_iter().chain(op.operands.iter().map(|(_, operand)| *operand));
        let mut both = types.zip(operands);
        both.all(|(ty, &operand)| ty == Operand::Real || !self.depends_on_row(operand))
            && operands
                .first()
                .is_some_and(|&first| self.graph.ty(first).is_float() || self.is_constant(first))
    }

    fn is_constant(&self, id: Id) -> bool {
        self.graph.ty(id) == Type::Untyped
    }

    fn lane_operation(&self, op: &'static Op, operands: &[Id]) -> Code {
        match op.kind {
            Kind::Infix(token) => {
                let level = if matches!(token, "+" | "-") { Level::Sum } else { Level::Product };
                let left = self.lanes(operands[0]).at_least(level);
                let right = if level == Level::Sum { Level::Product } else { Level::Cast };
                let right = self.lanes(operands[1]).at_least(right);
                let token: TokenStream = token.parse().expect("an operator of Rust");
                Code { tokens: quote!(#left #token #right), level }
            }
            Kind::Prefix(token) => {
                let operand = self.lanes(operands[0]).at_least(Level::Unary);
                let token: TokenStream = token.parse().expect("an operator of Rust");
                Code { tokens: quote!(#token #operand), level: Level::Unary }
            }
            _ => {
                let receiver = self.lanes(operands[0]).at_least(Level::Atom);
                let rest = op.operands.iter().zip(&operands[1..]).map(|((_, ty), &operand)| match ty {
                    Operand::Real => self.lanes(operand).tokens,
                    Operand::Int => self.expr(operand).tokens,
                });
                let name = Ident::new(op.name, Span::mixed_site());
                Code::atom(quote!(#receiver.#name(#(#rest),*)))
            }
        }
    }

    /// A condition of the rows in the lanes.
    pub(super) fn mask(&self, id: Id) -> Code {
        if !self.depends_on_row(id) {
            let value = self.expr(id).tokens;
            return Code::atom(quote!(Lanes::mask(#value)));
        }
        if let Some(name) = self.lane_name(id) {
            return Code::atom(name.to_token_stream());
        }
        self.render_mask(id)
    }

    pub(super) fn render_mask(&self, id: Id) -> Code {
        let negated = |code: Code| {
            let inner = code.at_least(Level::Unary);
            Code { tokens: quote!(!#inner), level: Level::Unary }
        };
        let both = |token: TokenStream, left: Code, right: Code| {
            let (left, right) = (left.at_least(Level::Unary), right.at_least(Level::Unary));
            Code { tokens: quote!(#left #token #right), level: Level::Bits }
        };
        match self.graph.node(id) {
            Node::Op(op, operands) if op.is_comparison() && self.is_lanewise(op, &operands) => {
                let left = self.lanes(operands[0]).at_least(Level::Atom);
                let right = self.lanes(operands[1]).tokens;
                let name = Ident::new(op.name, Span::mixed_site());
                Code::atom(quote!(#left.#name(#right)))
            }
            Node::Op(op, operands) if op.name == "not" => negated(self.mask(operands[0])),
            Node::Op(op, operands) if matches!(op.name, "and" | "or") => {
                let token = if op.name == "and" { quote!(&) } else { quote!(|) };
                both(token, self.mask(operands[0]), self.mask(operands[1]))
            }
            Node::Select(condition, then, otherwise) => {
                let then = both(quote!(&), self.mask(condition), self.mask(then));
                let otherwise = both(quote!(&), negated(self.mask(condition)), self.mask(otherwise));
                both(quote!(|), then, otherwise)
            }
            _ => {
                let value = self.of_a_lane(id);
                Code::atom(quote!(Lanes::mask_from_fn(#value)))
            }
        }
    }

    /// What is computed for each row by itself.
    fn of_a_lane(&self, id: Id) -> TokenStream {
        let block = self.block.as_ref().expect("rows are computed in a pass");
        let lane = Ident::new("lane", Span::mixed_site());
        let (i, r) = (&block.index, &block.place);
        let value = self.render(id).tokens;
        let [i, r] = [i, r].map(|name| mentions(&value, name).then(|| quote! { let #name = #name + #lane; }));
        quote!(|#lane| { #i #r #value })
    }

    pub(super) fn depends_on_row(&self, id: Id) -> bool {
        let is_row = |axis: &Axis| {
            self.block.as_ref().is_some_and(|block| block.row == *axis || block.flat.contains(axis))
        };
        self.graph.with(id, |data| data.free.iter().any(is_row))
    }

    fn lane_name(&self, id: Id) -> Option<&Ident> {
        self.block.as_ref().and_then(|block| block.lanes.get(&id))
    }
}
