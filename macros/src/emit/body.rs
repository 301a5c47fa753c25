//! The statements of one emitted function. Decides nothing: it writes down what the schedule says.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::graph::{Axis, FoldOp, Graph, Id, Node, Type};
use crate::lower::Lowered;
use crate::ops::{Kind, Op};
use crate::parse::Function;
use crate::rows::signed;
use crate::schedule::{Home, Program, Step, Storage};
use crate::shape::{Extent, Source};
use crate::written::{Written, scalar_path};

/// How tightly an expression holds together, as in Rust's own table of precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Branch,
    Or,
    And,
    Compare,
    Sum,
    Product,
    Cast,
    Unary,
    Atom,
}

/// A piece of code that is an expression.
struct Code {
    tokens: TokenStream,
    level: Level,
}

impl Code {
    fn atom(tokens: TokenStream) -> Self {
        Code {
            tokens,
            level: Level::Atom,
        }
    }

    /// In parentheses, unless it holds together tightly enough.
    fn at_least(self, level: Level) -> TokenStream {
        let tokens = self.tokens;
        if self.level >= level {
            tokens
        } else {
            quote!((#tokens))
        }
    }
}

pub(super) struct Body<'a> {
    function: &'a Function,
    lowered: &'a Lowered,
    graph: &'a Graph,
    program: &'a Program,
    /// How each gradient that is an array is accessed, and of which type it is.
    outputs: Vec<(TokenStream, Written)>,
    sizes: HashMap<Extent, Ident>,
    indices: HashMap<Axis, Ident>,
    values: HashMap<Id, Ident>,
    buffers: HashMap<Id, Ident>,
    output_names: HashMap<usize, Ident>,
    scope: Vec<HashSet<Id>>,
    used: HashSet<String>,
    /// The last number that was put behind a name.
    numbers: HashMap<String, usize>,
    /// The calls of which the gradient is needed too.
    pulled_back: HashSet<Id>,
}

impl<'a> Body<'a> {
    pub(super) fn new(function: &'a Function, lowered: &'a Lowered, program: &'a Program) -> Self {
        let graph = &lowered.graph;
        let used = function
            .params
            .iter()
            .map(|param| param.name.to_string())
            .chain(["grad".to_owned()])
            .collect();
        let pulled_back = graph
            .reachable(&program.roots)
            .into_iter()
            .filter_map(|id| match graph.node(id) {
                Node::CallGradient(call, _) => Some(call),
                _ => None,
            });
        Body {
            function,
            lowered,
            graph,
            program,
            outputs: Vec::new(),
            sizes: HashMap::new(),
            indices: HashMap::new(),
            values: HashMap::new(),
            buffers: HashMap::new(),
            output_names: HashMap::new(),
            scope: vec![HashSet::new()],
            used,
            numbers: HashMap::new(),
            pulled_back: pulled_back.collect(),
        }
    }

    /// The whole body: sizes, checks, buffers, steps, and the value as its last expression.
    pub(super) fn tokens(mut self, outputs: Vec<(TokenStream, Written)>) -> TokenStream {
        self.outputs = outputs;
        let leaves = self.leaves();
        let sizes = self.sizes();
        let checks = self.checks();
        let outputs = self.open_outputs();
        let buffers = self.allocate();
        let steps = self.steps(&self.program.steps.clone());
        let rest = self.rest_of_outputs();
        let value = self.expr(self.program.roots[0]).tokens;
        quote! { #leaves #sizes #checks #outputs #buffers #steps #rest #value }
    }

    fn name(&mut self, wanted: &str) -> Ident {
        let wanted = wanted.trim_start_matches("r#");
        let mut name = wanted.to_owned();
        while !self.used.insert(name.clone()) {
            let number = self.numbers.entry(wanted.to_owned()).or_insert(1);
            *number += 1;
            name = format!("{wanted}_{number}");
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// The parameters as slices and numbers.
    fn leaves(&mut self) -> TokenStream {
        let reachable = self.graph.reachable(&self.program.roots);
        let mut lines = TokenStream::new();
        for (place, leaf) in self.lowered.leaves.iter().enumerate() {
            let Some(param) = leaf.param else { continue };
            let param = &self.function.params[param];
            let needed = reachable
                .iter()
                .any(|&id| self.graph.node(id) == Node::Leaf(place));
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
                    let value = if is_field {
                        quote!(#access)
                    } else {
                        quote!(*#access)
                    };
                    lines.extend(quote! { let #name = #value; });
                    self.values.insert(self.leaf_id(place), name);
                }
                Written::Tensor { .. } => {
                    let krate = &self.function.krate;
                    let rank = Literal::usize_unsuffixed(leaf.written.rank());
                    let element = self.scalar_type(leaf.written.element().unwrap_or(Type::F64));
                    lines.extend(
                        quote! { let #access: #krate::View<'_, #element, #rank> = #access.into(); },
                    );
                    if leaf.written.rank() == 1 {
                        lines.extend(quote! { let #access = #access.data(); });
                    }
                }
                _ => {}
            }
        }
        lines
    }

    fn leaf_id(&self, leaf: usize) -> Id {
        self.lowered.leaves[leaf].node
    }

    fn scalar_type(&self, ty: Type) -> TokenStream {
        scalar_path(ty, self.function.generic.as_deref())
    }

    /// How a leaf is accessed: the parameter itself, or the local that stands for it.
    fn leaf_access(&self, id: Id, leaf: usize) -> TokenStream {
        match self.values.get(&id) {
            Some(name) => name.to_token_stream(),
            None => self.lowered.leaves[leaf].access.clone(),
        }
    }

    /// A name for each length that is not known when compiling.
    fn sizes(&mut self) -> TokenStream {
        let mut needed: Vec<Extent> = Vec::new();
        let mut need = |extent: Extent| {
            if !needed.contains(&extent) {
                needed.push(extent);
            }
        };
        for id in self.graph.reachable(&self.program.roots) {
            match self.graph.node(id) {
                Node::Size(extent) => need(extent),
                Node::Index(axis) => need(axis.extent),
                Node::Build(axes, _) | Node::Fold(_, axes, _) => {
                    axes.iter().for_each(|axis| need(axis.extent))
                }
                _ => {}
            }
            self.graph.shape(id).into_iter().for_each(&mut need);
        }
        let checks = self.lowered.extents.checks();
        checks
            .iter()
            .for_each(|check| need(self.lowered.extents.root(check.left)));
        self.lowered
            .extents
            .nonempty()
            .iter()
            .for_each(|(extent, _)| need(self.lowered.extents.root(*extent)));
        let mut letters = ["n", "d", "m", "k", "p", "q"].into_iter();
        let mut lines = TokenStream::new();
        for extent in needed {
            let source = self.lowered.extents.source(extent);
            if matches!(source, Source::Axis { .. }) {
                let name = self.name(letters.next().unwrap_or("size"));
                let length = self.own_length(&source);
                lines.extend(quote! { let #name = #length; });
                self.sizes.insert(extent, name);
            }
        }
        lines
    }

    fn own_length(&self, source: &Source) -> TokenStream {
        match source {
            Source::Literal(length) => Literal::usize_unsuffixed(*length).into_token_stream(),
            Source::Const(path) => super::rerooted(&path.parse().expect("the text of a path")),
            Source::Parameter(leaf) => self.leaf_access(self.leaf_id(*leaf), *leaf),
            Source::Axis { leaf, axis } => {
                let access = self.leaf_access(self.leaf_id(*leaf), *leaf);
                let axis = Literal::usize_unsuffixed(*axis);
                match self.lowered.leaves[*leaf].written {
                    Written::Slice(_) => quote!(#access.len()),
                    _ if self.lowered.leaves[*leaf].written.rank() == 1 => quote!(#access.len()),
                    _ => quote!(#access.shape()[#axis]),
                }
            }
        }
    }

    fn size(&self, extent: Extent) -> TokenStream {
        match self.sizes.get(&extent) {
            Some(name) => name.to_token_stream(),
            None => self.own_length(&self.lowered.extents.source(extent)),
        }
    }

    /// What the call must fulfil, checked before any work.
    fn checks(&self) -> TokenStream {
        let krate = &self.function.krate;
        let function = self.function.item.sig.ident.to_string();
        let extents = &self.lowered.extents;
        let mut lines = TokenStream::new();
        for check in extents.checks() {
            let (left, right) = (
                extents.own_source(check.left),
                extents.own_source(check.right),
            );
            let (a, b) = (self.own_length(&left), self.own_length(&right));
            let needs = format!(
                "{function}: `{}` needs {} == {}",
                check.demanded_by,
                self.lowered.length_text(&left),
                self.lowered.length_text(&right)
            );
            lines.extend(quote! { #krate::emitted::require_equal(#a, #b, #needs); });
        }
        for (extent, demanded_by) in extents.nonempty() {
            if matches!(extents.source(extent), Source::Literal(length) if length > 0) {
                continue;
            }
            let length = self.size(extents.root(extent));
            let needs = format!("{function}: `{demanded_by}` has no value for empty data");
            lines.extend(quote! { #krate::emitted::require_nonempty(#length, #needs); });
        }
        lines
    }

    fn open_outputs(&mut self) -> TokenStream {
        let krate = self.function.krate.clone();
        let mut lines = TokenStream::new();
        let gradients = self.program.gradients().to_vec();
        for (place, (access, written)) in self.outputs.clone().into_iter().enumerate() {
            let shape = self.graph.shape(gradients[place]);
            if shape.is_empty() {
                continue;
            }
            let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
            let active = self
                .lowered
                .leaves
                .iter()
                .filter(|leaf| leaf.active)
                .nth(place);
            let name = self.name(&active.map_or("d".to_owned(), |leaf| format!("d_{}", leaf.name)));
            lines.extend(match written {
                Written::Tensor { .. } => quote! { let #name = #krate::emitted::output(&mut #access, [#(#lengths),*]); },
                Written::Slice(_) => quote! { let #name = #krate::emitted::output_slice(&mut #access, #(#lengths)*); },
                _ => quote! { let #name = &mut #access; },
            });
            self.output_names.insert(place, name);
        }
        lines
    }

    /// A buffer for every array and every value that a loop keeps for another one.
    fn allocate(&mut self) -> TokenStream {
        let krate = self.function.krate.clone();
        let mut stored: Vec<Id> = self.program.storage.keys().copied().collect();
        stored.sort_unstable();
        let mut lines = TokenStream::new();
        for id in stored {
            let storage = self.program.storage[&id].clone();
            let extents = self.buffer_shape(id, &storage);
            if let Home::Output(place) = storage.home {
                self.buffers.insert(id, self.output_names[&place].clone());
                continue;
            }
            let wanted = self
                .graph
                .name(id)
                .unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
            let name = self.name(&wanted);
            self.buffers.insert(id, name.clone());
            if extents.is_empty() {
                continue;
            }
            let zero = self.number(0.0, self.graph.ty(id)).tokens;
            let lengths: Vec<TokenStream> =
                extents.iter().map(|&extent| self.size(extent)).collect();
            lines.extend(if self.is_static(&extents) {
                let array = lengths
                    .iter()
                    .rev()
                    .fold(zero, |inner, length| quote!([#inner; #length]));
                quote! { let mut #name = #array; }
            } else {
                let length = lengths
                    .into_iter()
                    .reduce(|a, b| quote!(#a * #b))
                    .unwrap_or_default();
                quote! { let mut #name = #krate::emitted::buffer(#zero, #length); }
            });
        }
        lines
    }

    fn buffer_shape(&self, id: Id, storage: &Storage) -> Vec<Extent> {
        let own = self.graph.shape(id);
        let kept = own
            .into_iter()
            .zip(&storage.kept)
            .filter(|(_, kept)| **kept)
            .map(|(extent, _)| extent);
        storage
            .leading
            .iter()
            .map(|axis| axis.extent)
            .chain(kept)
            .collect()
    }

    fn is_static(&self, extents: &[Extent]) -> bool {
        extents.iter().all(|&extent| {
            matches!(
                self.lowered.extents.source(extent),
                Source::Literal(_) | Source::Const(_)
            )
        })
    }

    fn steps(&mut self, steps: &[Step]) -> TokenStream {
        let mut lines = TokenStream::new();
        for step in steps {
            let line = self.step(step);
            lines.extend(line);
        }
        lines
    }

    fn step(&mut self, step: &Step) -> TokenStream {
        match step {
            Step::Let(id) => self.bind(*id),
            Step::Reset(id) => self.reset(*id),
            Step::Loop(axis, body) => {
                let letter = ["i", "j", "k", "l"]
                    .get(self.scope.len() - 1)
                    .copied()
                    .unwrap_or("index");
                let name = self.name(letter);
                self.indices.insert(*axis, name.clone());
                self.scope.push(HashSet::new());
                let body = self.steps(body);
                self.scope.pop();
                self.used.remove(&name.to_string());
                let length = self.size(axis.extent);
                quote! { for #name in 0..#length { #body } }
            }
            Step::Accumulate(id) => {
                let Node::Fold(op, _, body) = self.graph.node(*id) else {
                    return TokenStream::new();
                };
                let accumulator = self.stored(*id, &[]);
                let body = self.expr(body).tokens;
                match op {
                    FoldOp::Sum => quote! { #accumulator += #body; },
                    FoldOp::Product => quote! { #accumulator *= #body; },
                    FoldOp::Max => quote! { #accumulator = #accumulator.max(#body); },
                    FoldOp::Min => quote! { #accumulator = #accumulator.min(#body); },
                }
            }
            Step::Scatter(id, place) => {
                let Node::Scatter(entries) = self.graph.node(*id) else {
                    return TokenStream::new();
                };
                let element = self.stored(*id, &entries[*place].indices);
                let body = self.expr(entries[*place].body).tokens;
                quote! { #element += #body; }
            }
            Step::Store(id) => {
                let Node::Build(axes, body) = self.graph.node(*id) else {
                    return TokenStream::new();
                };
                let place = self.stored(*id, &self.graph.indices(&axes));
                let body = self.expr(body).tokens;
                quote! { #place = #body; }
            }
            Step::Keep(id) => {
                let place = self.stored(*id, &[]);
                let value = self.expr(*id).tokens;
                quote! { #place = #value; }
            }
        }
    }

    fn bind(&mut self, id: Id) -> TokenStream {
        let wanted = self
            .graph
            .name(id)
            .unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
        let line = if let Node::Call(callee, operands) = self.graph.node(id) {
            let path = super::rerooted(&self.lowered.callees[callee].to_token_stream());
            let operands: Vec<TokenStream> = operands
                .iter()
                .map(|&operand| self.argument(operand))
                .collect();
            let name = self.name(&wanted);
            let line = if self.pulled_back.contains(&id) {
                let gradient = self.name(&format!("d_{wanted}"));
                self.buffers.insert(id, gradient.clone());
                quote! { let (#name, #gradient) = #path::pullback(#(#operands),*); }
            } else {
                quote! { let #name = #path::value(#(#operands),*); }
            };
            self.values.insert(id, name);
            line
        } else {
            let value = self.render(id).tokens;
            let name = self.name(&wanted);
            self.values.insert(id, name.clone());
            quote! { let #name = #value; }
        };
        self.scope
            .last_mut()
            .expect("the function's own scope is open")
            .insert(id);
        line
    }

    /// An operand of a call of another annotated function.
    fn argument(&self, id: Id) -> TokenStream {
        let krate = &self.function.krate;
        match self.graph.node(id) {
            Node::Leaf(leaf) => self.leaf_access(id, leaf),
            _ if self.graph.shape(id).is_empty() => self.expr(id).tokens,
            _ => {
                let buffer = &self.buffers[&id];
                let lengths: Vec<TokenStream> = self
                    .graph
                    .shape(id)
                    .iter()
                    .map(|&extent| self.size(extent))
                    .collect();
                quote!(#krate::emitted::view([#(#lengths),*], &#buffer))
            }
        }
    }

    fn reset(&mut self, id: Id) -> TokenStream {
        let storage = self.program.storage[&id].clone();
        let shape = self.buffer_shape(id, &storage);
        let op = match self.graph.node(id) {
            Node::Fold(op, _, _) => op,
            _ => FoldOp::Sum,
        };
        let ty = self.graph.ty(id);
        let neutral = match op {
            FoldOp::Sum => self.number(0.0, ty),
            FoldOp::Product => self.number(1.0, ty),
            FoldOp::Max => self.number(f64::NEG_INFINITY, ty),
            FoldOp::Min => self.number(f64::INFINITY, ty),
        }
        .tokens;
        let buffer = &self.buffers[&id];
        if shape.is_empty() {
            return quote! { let mut #buffer = #neutral; };
        }
        if self.is_nested(id, &shape) {
            let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
            let array = lengths
                .iter()
                .rev()
                .fold(neutral, |inner, length| quote!([#inner; #length]));
            let deref = matches!(storage.home, Home::Output(_)).then(|| quote!(*));
            return quote! { #deref #buffer = #array; };
        }
        quote! { #buffer.fill(#neutral); }
    }

    /// Whether the buffer is an array of arrays rather than a flat slice.
    fn is_nested(&self, id: Id, shape: &[Extent]) -> bool {
        match self.program.storage[&id].home {
            Home::Output(place) => matches!(self.outputs[place].1, Written::Array { .. }),
            Home::Local => self.is_static(shape),
        }
    }

    /// The place of a stored value at the loops' indices and, for an array, at its own.
    fn stored(&self, id: Id, own: &[Id]) -> TokenStream {
        let storage = &self.program.storage[&id];
        let buffer = &self.buffers[&id];
        let shape = self.buffer_shape(id, storage);
        if shape.is_empty() {
            return buffer.to_token_stream();
        }
        let leading = storage.leading.iter().map(|&axis| self.graph.index(axis));
        let kept = own
            .iter()
            .copied()
            .zip(&storage.kept)
            .filter(|(_, kept)| **kept)
            .map(|(index, _)| index);
        let indices: Vec<Id> = leading.chain(kept).collect();
        self.element(
            buffer.to_token_stream(),
            self.is_nested(id, &shape),
            &shape,
            &indices,
        )
    }

    fn element(
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
        let krate = &self.function.krate;
        let mut flat: Option<Code> = None;
        for (&extent, &index) in shape.iter().zip(indices) {
            let is_loop =
                matches!(self.graph.node(index), Node::Index(axis) if axis.extent == extent);
            let length = self.size(extent);
            let here = self.expr(index).tokens;
            let here = if is_loop {
                here
            } else {
                quote!(#krate::emitted::in_bounds(#here, #length))
            };
            flat = Some(match flat {
                None => Code::atom(here),
                Some(outer) => {
                    let outer = outer.at_least(Level::Product);
                    Code {
                        tokens: quote!(#outer * #length + #here),
                        level: Level::Sum,
                    }
                }
            });
        }
        let flat = flat.map(|code| code.tokens);
        quote!(#array[#flat])
    }

    fn expr(&self, id: Id) -> Code {
        if self.scope.iter().any(|scope| scope.contains(&id)) {
            return Code::atom(self.values[&id].to_token_stream());
        }
        if self.program.storage.contains_key(&id) && self.graph.shape(id).is_empty() {
            return Code::atom(self.stored(id, &[]));
        }
        self.render(id)
    }

    /// The expression that computes a scalar.
    fn render(&self, id: Id) -> Code {
        match self.graph.node(id) {
            Node::Float(bits) => self.number(f64::from_bits(bits), self.graph.ty(id)),
            Node::Int(value) => Code {
                tokens: Literal::i64_unsuffixed(value).into_token_stream(),
                level: if value < 0 { Level::Unary } else { Level::Atom },
            },
            Node::Leaf(leaf) => match self.lowered.leaves[leaf].param {
                Some(_) => Code::atom(self.leaf_access(id, leaf)),
                None => Code::atom(super::rerooted(&self.lowered.leaves[leaf].access)),
            },
            Node::Size(extent) => Code::atom(self.size(extent)),
            Node::Index(axis) => Code::atom(self.indices[&axis].to_token_stream()),
            Node::Op(op, operands) => self.operation(op, &operands),
            Node::Cast(value) => self.cast(value, self.graph.ty(id)),
            Node::Get(array, indices) => Code::atom(self.get(array, &indices)),
            Node::Select(condition, then, otherwise) => {
                let (condition, then) = (self.expr(condition).tokens, self.expr(then).tokens);
                let otherwise = self.expr(otherwise).tokens;
                Code {
                    tokens: quote!(if #condition { #then } else { #otherwise }),
                    level: Level::Branch,
                }
            }
            Node::CallGradient(call, position) => {
                let gradient = &self.buffers[&call];
                let position = Literal::usize_unsuffixed(position);
                Code::atom(quote!(#gradient.#position))
            }
            // Arrays are not written as expressions, and folds and calls have a place of their own.
            Node::Build(..) | Node::Scatter(_) | Node::Fold(..) | Node::Call(..) => {
                Code::atom(TokenStream::new())
            }
        }
    }

    fn get(&self, array: Id, indices: &[Id]) -> TokenStream {
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
                let gradient = &self.buffers[&call];
                let position_literal = Literal::usize_unsuffixed(position);
                let operand = self.graph.operands(call)[position];
                let is_tensor = match self.graph.node(operand) {
                    Node::Leaf(leaf) => {
                        matches!(self.lowered.leaves[leaf].written, Written::Tensor { .. })
                    }
                    _ => true,
                };
                let access = if is_tensor {
                    quote!(#gradient.#position_literal.data())
                } else {
                    quote!(#gradient.#position_literal)
                };
                self.element(access, !is_tensor, &shape, indices)
            }
            _ => self.stored(array, indices),
        }
    }

    fn operation(&self, op: &'static Op, operands: &[Id]) -> Code {
        let level = match op.kind {
            Kind::Infix("*" | "/" | "%") => Level::Product,
            Kind::Infix("+" | "-") => Level::Sum,
            Kind::Infix("&&") => Level::And,
            Kind::Infix("||") => Level::Or,
            Kind::Infix(_) => Level::Compare,
            Kind::Prefix(_) => Level::Unary,
            Kind::Std | Kind::Ours | Kind::Special | Kind::Libm => Level::Atom,
        };
        let tokens = match op.kind {
            Kind::Infix(token) => {
                let (left, right) = (self.expr(operands[0]), self.expr(operands[1]));
                let token: TokenStream = token.parse().expect("an operator of Rust");
                // Comparisons do not chain, and a cast before `<` would begin a generic argument.
                let (left, right) = match level {
                    Level::Compare => (left.at_least(Level::Unary), right.at_least(Level::Unary)),
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
            Kind::Std | Kind::Ours | Kind::Special | Kind::Libm => {
                let receiver = match self.graph.node(operands[0]) {
                    Node::Float(bits) => {
                        self.suffixed(f64::from_bits(bits), self.graph.ty(operands[0]))
                    }
                    _ => self.expr(operands[0]).at_least(Level::Atom),
                };
                let rest = operands[1..]
                    .iter()
                    .map(|&operand| self.expr(operand).tokens);
                let name = Ident::new(op.name, Span::mixed_site());
                quote!(#receiver.#name(#(#rest),*))
            }
        };
        Code { tokens, level }
    }

    fn number(&self, value: f64, ty: Type) -> Code {
        let real = self.scalar_type(ty);
        let atom = |tokens| Code {
            tokens,
            level: Level::Atom,
        };
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
        if !value.is_finite() {
            return atom(non_finite(value, &real));
        }
        let tokens = if ty == Type::F32 {
            signed32(value as f32)
        } else {
            signed(value)
        };
        Code {
            tokens,
            level: if value.is_sign_negative() {
                Level::Unary
            } else {
                Level::Atom
            },
        }
    }

    /// A number as the receiver of a method, which needs its type written.
    fn suffixed(&self, value: f64, ty: Type) -> TokenStream {
        match ty {
            Type::F32 if value.is_finite() => {
                let literal = Literal::f32_suffixed((value as f32).abs());
                if value.is_sign_negative() {
                    quote!((-#literal))
                } else {
                    quote!(#literal)
                }
            }
            Type::F64 if value.is_finite() => {
                let literal = Literal::f64_suffixed(value.abs());
                if value.is_sign_negative() {
                    quote!((-#literal))
                } else {
                    quote!(#literal)
                }
            }
            _ => self.number(value, ty).at_least(Level::Atom),
        }
    }

    fn cast(&self, value: Id, to: Type) -> Code {
        let from = self.graph.ty(value);
        let target = self.scalar_type(to);
        let cast = |value: TokenStream, ty: TokenStream| Code {
            tokens: quote!(#value as #ty),
            level: Level::Cast,
        };
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

    /// The gradients that are numbers, and those that are equal to another one.
    fn rest_of_outputs(&self) -> TokenStream {
        let mut lines = TokenStream::new();
        for (place, (access, written)) in self.outputs.iter().enumerate() {
            let gradient = self.program.gradients()[place];
            if self.graph.shape(gradient).is_empty() {
                let value = self.expr(gradient).tokens;
                lines.extend(quote! { #access = #value; });
                continue;
            }
            let Home::Output(first) = self.program.storage[&gradient].home else {
                continue;
            };
            let (name, first_name) = (&self.output_names[&place], &self.output_names[&first]);
            match written {
                _ if place == first => {}
                Written::Array { .. } => lines.extend(quote! { *#name = *#first_name; }),
                _ => lines.extend(quote! { #name.copy_from_slice(&#first_name[..]); }),
            }
        }
        lines
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
    if value.is_sign_negative() {
        quote!(-#magnitude)
    } else {
        quote!(#magnitude)
    }
}

fn default_name(node: &Node) -> &'static str {
    match node {
        Node::Fold(FoldOp::Sum, ..) => "sum",
        Node::Fold(FoldOp::Product, ..) => "product",
        Node::Fold(FoldOp::Max, ..) => "largest",
        Node::Fold(FoldOp::Min, ..) => "smallest",
        Node::Build(..) | Node::Scatter(_) => "array",
        Node::Op(op, _) if op.kind == Kind::Std || op.kind == Kind::Ours => op.name,
        Node::Call(..) => "value",
        _ => "t",
    }
}
