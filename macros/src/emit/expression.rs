//! Scalars as Rust expressions, with the parentheses they need and no others.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use crate::graph::{Axis, Id, Node, Type};
use crate::ops::{Kind, Op};
use crate::rows::signed;
use crate::schedule::Storage;
use crate::shape::{Extent, Source};
use crate::written::Written;

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
            let is_loop = matches!(self.graph.node(index), Node::Index(axis) if axis.extent == extent);
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

    fn element_of(&self, id: Id, buffer: &Ident, storage: &Storage, own: &[Id]) -> TokenStream {
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
                    quote!(#krate::emitted::added(&#buffer, #place, #neutral))
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
        quote! { #krate::emitted::keep(&mut #buffer, #place, #value); }
    }

    /// The place in a buffer that grows with the turns.
    fn place_in(&self, id: Id, storage: &Storage, own: &[Id]) -> TokenStream {
        let all: Vec<(Axis, usize)> =
            storage.leading.iter().copied().zip(storage.blocks.iter().copied()).collect();
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
                Some(outer) if self.graph.is_ragged(axis.extent) => {
                    let (first, outer) = (&self.counters[&(*block, place)].0, outer.tokens);
                    Code { tokens: quote!(#first[#outer] + #here), level: Level::Sum }
                }
                Some(outer) => {
                    let (outer, length) = (outer.at_least(Level::Product), self.size(axis.extent));
                    Code { tokens: quote!(#outer * #length + #here), level: Level::Sum }
                }
            });
        }
        position.unwrap_or_else(|| Code::atom(quote!(0)))
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
