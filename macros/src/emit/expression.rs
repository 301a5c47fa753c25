//! Scalars as Rust expressions, with the parentheses they need and no others.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use crate::graph::{Id, Node, Type};
use crate::ops::{Kind, Op};
use crate::rows::signed;
use crate::shape::Source;

/// How tightly an expression holds together, as in Rust's own table of precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Branch,
    Or,
    And,
    Compare,
    Bits,
    Sum,
    Product,
    Cast,
    Unary,
    Atom,
}

/// A piece of code that is an expression.
pub(super) struct Code {
    pub(super) tokens: TokenStream,
    pub(super) level: Level,
}

impl Code {
    pub(super) fn atom(tokens: TokenStream) -> Self {
        Code { tokens, level: Level::Atom }
    }

    /// In parentheses, unless it holds together tightly enough.
    pub(super) fn at_least(self, level: Level) -> TokenStream {
        let tokens = self.tokens;
        if self.level >= level { tokens } else { quote!((#tokens)) }
    }
}

impl Body<'_> {
    pub(super) fn expr(&self, id: Id) -> Code {
        if self.scope.iter().any(|scope| scope.contains(&id)) {
            return Code::atom(self.values[&id].to_token_stream());
        }
        if let Some(kept) = self.kept_in_block(id) {
            return Code::atom(kept);
        }
        if self.program.storage.contains_key(&id) && self.graph.shape(id).is_empty() {
            return Code::atom(self.stored(id, &[]));
        }
        self.render(id)
    }

    /// The expression that computes a scalar.
    pub(super) fn render(&self, id: Id) -> Code {
        match self.graph.node(id) {
            Node::Float(bits) => self.number(f64::from_bits(bits), self.graph.ty(id)),
            Node::Int(value) if self.graph.ty(id) == Type::Bool => {
                let value = value != 0;
                Code::atom(quote!(#value))
            }
            Node::Int(value) => Code {
                tokens: Literal::i64_unsuffixed(value).into_token_stream(),
                level: if value < 0 { Level::Unary } else { Level::Atom },
            },
            Node::Leaf(leaf) => match self.lowered.leaves[leaf].param {
                Some(_) => Code::atom(self.leaf_access(id, leaf)),
                None => Code::atom(self.lowered.leaves[leaf].access.clone()),
            },
            Node::Size(extent) => self.size_code(extent),
            Node::Index(axis) => Code::atom(self.indices[&axis].to_token_stream()),
            Node::Op(op, operands) => self.operation(op, &operands),
            Node::Cast(value) => self.cast(value, self.graph.ty(id)),
            Node::Get(array, indices) => Code::atom(self.get(array, &indices)),
            Node::Select(condition, then, otherwise) if self.graph.ty(id) == Type::Bool => {
                let is = |id: Id, value: i64| self.graph.node(id) == Node::Int(value);
                let condition = self.expr(condition);
                match (is(then, 1), is(otherwise, 0)) {
                    (true, _) => {
                        let (left, right) =
                            (condition.at_least(Level::Or), self.expr(otherwise).at_least(Level::And));
                        Code { tokens: quote!(#left || #right), level: Level::Or }
                    }
                    (_, true) => {
                        let (left, right) =
                            (condition.at_least(Level::And), self.expr(then).at_least(Level::Compare));
                        Code { tokens: quote!(#left && #right), level: Level::And }
                    }
                    _ => {
                        let (condition, then) = (condition.tokens, self.expr(then).tokens);
                        let otherwise = self.expr(otherwise).tokens;
                        let tokens = quote!(if #condition { #then } else { #otherwise });
                        Code { tokens, level: Level::Branch }
                    }
                }
            }
            Node::Select(condition, then, otherwise) => {
                let (condition, then) = (self.expr(condition).tokens, self.expr(then).tokens);
                let Code { tokens: otherwise, level } = self.expr(otherwise);
                let otherwise = if level == Level::Branch { otherwise } else { quote!({ #otherwise }) };
                Code { tokens: quote!(if #condition { #then } else #otherwise), level: Level::Branch }
            }
            Node::CallGradient(call, position) => {
                let derivative = &self.operand(call, position).derivative;
                Code::atom(self.taken(call, |gradient| quote!(#gradient.#derivative)))
            }
            Node::Fold(..) if self.program.accumulators.contains_key(&id) => Code::atom(self.accumulator(id)),
            // Arrays are not written as expressions, and folds and calls have a place of their own.
            Node::Call(callee, operands) if callee.constant => Code::atom(self.plain_call(callee, &operands)),
            Node::Build(..) | Node::Scatter(..) | Node::Set(..) | Node::Fold(..) | Node::Call(..) => {
                Code::atom(TokenStream::new())
            }
            // So have the variables of loops.
            Node::State(..) | Node::Loop(..) | Node::Final(..) | Node::Ran(_) => {
                Code::atom(self.known_name(id).map(ToTokens::into_token_stream).unwrap_or_default())
            }
        }
    }

    pub(super) fn operation(&self, op: &'static Op, operands: &[Id]) -> Code {
        let level = match op.kind {
            Kind::Infix("*" | "/" | "%") => Level::Product,
            Kind::Infix("+" | "-") => Level::Sum,
            Kind::Infix("&&") => Level::And,
            Kind::Infix("||") => Level::Or,
            Kind::Infix(_) if op.is_bitwise() => Level::Bits,
            Kind::Infix(_) => Level::Compare,
            Kind::Prefix(_) => Level::Unary,
            Kind::Std | Kind::Ours | Kind::Special | Kind::Libm | Kind::Whole => Level::Atom,
        };
        let tokens = match op.kind {
            Kind::Infix(token) => {
                let (left, right) = (self.expr(operands[0]), self.expr(operands[1]));
                let token: TokenStream = token.parse().expect("an operator of Rust");
                // Comparisons do not chain, and a cast before `<` would begin a generic argument.
                let (left, right) = match level {
                    Level::Compare | Level::Bits => {
                        (left.at_least(Level::Unary), right.at_least(Level::Unary))
                    }
                    Level::Sum => (left.at_least(Level::Sum), right.at_least(Level::Product)),
                    Level::Product => (left.at_least(Level::Product), right.at_least(Level::Cast)),
                    other => (left.at_least(other), right.at_least(other)),
                };
                quote!(#left #token #right)
            }
            Kind::Prefix(token) => {
                let operand = self.expr(operands[0]).at_least(Level::Unary);
                let token: TokenStream = token.parse().expect("an operator of Rust");
                quote!(#token #operand)
            }
            Kind::Std | Kind::Ours | Kind::Special | Kind::Libm | Kind::Whole => {
                let receiver = match self.graph.node(operands[0]) {
                    Node::Float(bits) => self.suffixed(f64::from_bits(bits), self.graph.ty(operands[0])),
                    // The type of what is made of literals is not known to rustc.
                    _ if self.is_literal(operands[0])
                        && matches!(self.graph.ty(operands[0]), Type::Int(_)) =>
                    {
                        let ty = self.scalar_type(self.graph.ty(operands[0]));
                        let value = self.expr(operands[0]).at_least(Level::Cast);
                        quote!((#value as #ty))
                    }
                    _ => self.expr(operands[0]).at_least(Level::Atom),
                };
                let rest = operands[1..].iter().map(|&operand| self.expr(operand).tokens);
                let name = Ident::new(op.name, Span::mixed_site());
                quote!(#receiver.#name(#(#rest),*))
            }
        };
        Code { tokens, level }
    }

    fn is_literal(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Int(_) => true,
            Node::Size(extent) => match self.lowered.extents.source(extent) {
                Source::Literal(_) => true,
                Source::Loop(_) => self.graph.length(extent).is_some_and(|length| self.is_literal(length)),
                _ => false,
            },
            Node::Op(_, operands) => operands.into_iter().all(|operand| self.is_literal(operand)),
            _ => false,
        }
    }

    pub(super) fn number(&self, value: f64, ty: Type) -> Code {
        let real = self.scalar_type(ty);
        let atom = |tokens| Code { tokens, level: Level::Atom };
        if ty == Type::Generic {
            return match value {
                0.0 => atom(quote!(#real::ZERO)),
                1.0 => atom(quote!(#real::ONE)),
                _ if value.is_finite() => {
                    let value = signed(value);
                    atom(quote!(#real::from_f64(#value)))
                }
                _ => {
                    let value = non_finite(value, &quote!(f64));
                    atom(quote!(#real::from_f64(#value)))
                }
            };
        }
        let value = if ty == Type::F32 { f64::from(value as f32) } else { value };
        if !value.is_finite() {
            return atom(non_finite(value, &real));
        }
        let tokens = if ty == Type::F32 { signed32(value as f32) } else { signed(value) };
        Code { tokens, level: if value.is_sign_negative() { Level::Unary } else { Level::Atom } }
    }

    /// A number as the receiver of a method, which needs its type written.
    pub(super) fn suffixed(&self, value: f64, ty: Type) -> TokenStream {
        match ty {
            Type::F32 if (value as f32).is_finite() => {
                let literal = Literal::f32_suffixed((value as f32).abs());
                if value.is_sign_negative() { quote!((-#literal)) } else { quote!(#literal) }
            }
            Type::F64 if value.is_finite() => {
                let literal = Literal::f64_suffixed(value.abs());
                if value.is_sign_negative() { quote!((-#literal)) } else { quote!(#literal) }
            }
            _ => self.number(value, ty).at_least(Level::Atom),
        }
    }

    pub(super) fn cast(&self, value: Id, to: Type) -> Code {
        let from = self.graph.ty(value);
        let target = self.scalar_type(to);
        let cast =
            |value: TokenStream, ty: TokenStream| Code { tokens: quote!(#value as #ty), level: Level::Cast };
        match (from, to) {
            (Type::Int("usize"), Type::Generic) => {
                let value = self.expr(value).tokens;
                Code::atom(quote!(#target::from_usize(#value)))
            }
            (_, Type::Generic) => {
                let value = self.expr(value).at_least(Level::Cast);
                Code::atom(quote!(#target::from_f64(#value as f64)))
            }
            (Type::Generic, Type::F64) => {
                let value = self.expr(value).at_least(Level::Atom);
                Code::atom(quote!(#value.to_f64()))
            }
            (Type::Generic, _) => {
                let value = self.expr(value).at_least(Level::Atom);
                cast(quote!(#value.to_f64()), target)
            }
            _ => cast(self.expr(value).at_least(Level::Cast), target),
        }
    }
}

fn non_finite(value: f64, ty: &TokenStream) -> TokenStream {
    if value.is_nan() {
        quote!(#ty::NAN)
    } else if value > 0.0 {
        quote!(#ty::INFINITY)
    } else {
        quote!(#ty::NEG_INFINITY)
    }
}

fn signed32(value: f32) -> TokenStream {
    let magnitude = Literal::f32_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#magnitude) } else { quote!(#magnitude) }
}
