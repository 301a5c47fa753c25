//! The statements of one emitted function. Decides nothing: it writes down what the schedule says.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::calls;
use super::expression::{Code, Level};
use super::pass::Block;
use crate::graph::{Axis, FoldOp, Graph, Id, Node, Type};
use crate::lower::Lowered;
use crate::ops::Kind;
use crate::parse::Function;
use crate::schedule::{Home, Program, Step, Storage};
use crate::shape::Extent;
use crate::written::{Written, scalar_path};

pub(super) struct Body<'a> {
    pub(super) function: &'a Function,
    pub(super) lowered: &'a Lowered,
    pub(super) graph: &'a Graph,
    pub(super) program: &'a Program,
    /// How each output that is an array is accessed, and of which type it is.
    pub(super) outputs: Vec<(TokenStream, Written)>,
    pub(super) sizes: HashMap<Extent, Ident>,
    pub(super) indices: HashMap<Axis, Ident>,
    pub(super) values: HashMap<Id, Ident>,
    pub(super) buffers: HashMap<Id, Ident>,
    pub(super) accumulators: HashMap<Id, Ident>,
    /// The variables of loops.
    pub(super) variables: HashMap<Id, Ident>,
    /// How many turns of a loop have been taken, by its number.
    pub(super) turns: HashMap<usize, Ident>,
    /// For a block whose turns are counted on: where the turns of each run begin, and their number so far.
    pub(super) counters: HashMap<(usize, usize), (Ident, Ident)>,
    /// Those of these that are not run in each turn of the loops that the values are kept for.
    pub(super) unsure: HashSet<(usize, usize)>,
    pub(super) output_names: HashMap<usize, Ident>,
    pub(super) scope: Vec<HashSet<Id>>,
    /// How many loops are open.
    pub(super) loops: usize,
    /// How many branches are open.
    pub(super) branches: usize,
    pub(super) used: HashSet<String>,
    /// The last number that was put behind a name.
    pub(super) numbers: HashMap<String, usize>,
    /// The calls of which the gradient is needed too.
    pub(super) pulled_back: HashSet<Id>,
    /// The arrays that are passed to other functions, as flat slices.
    pub(super) passed: HashSet<Id>,
    /// The names of the gradients of calls.
    pub(super) gradients: HashMap<Id, Ident>,
    /// The pass that is open.
    pub(super) block: Option<Block>,
}

impl<'a> Body<'a> {
    pub(super) fn new(function: &'a Function, lowered: &'a Lowered, program: &'a Program) -> Self {
        let graph = &lowered.graph;
        let used =
            function.params.iter().map(|param| param.name.to_string()).chain(["grad".to_owned()]).collect();
        let passed = calls::passed_flat(graph, lowered, &program.roots);
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
            accumulators: HashMap::new(),
            variables: HashMap::new(),
            turns: HashMap::new(),
            counters: HashMap::new(),
            unsure: HashSet::new(),
            output_names: HashMap::new(),
            scope: vec![HashSet::new()],
            loops: 0,
            branches: 0,
            used,
            numbers: HashMap::new(),
            pulled_back: graph.pulled_back(&program.roots),
            passed,
            gradients: HashMap::new(),
            block: None,
        }
    }

    /// The whole body: the checks at its entry, sizes, buffers, steps, and the value as its last expression.
    pub(super) fn tokens(mut self, entry: &TokenStream, outputs: Vec<(TokenStream, Written)>) -> TokenStream {
        self.outputs = outputs;
        let views = self.views();
        let leaves = self.leaves();
        let sizes = self.sizes();
        let cotangents = self.cotangents();
        let outputs = self.open_outputs(0);
        let buffers = self.allocate();
        let counters = self.allocate_counters();
        let calls = self.slots();
        let steps = self.steps(&self.program.steps.clone());
        let rest = self.rest_of_outputs(0);
        let value = self.program.value().map(|value| self.expr(value).tokens);
        quote! { #views #entry #leaves #sizes #cotangents #outputs #buffers #counters #calls #steps #rest #value }
    }

    pub(super) fn name(&mut self, wanted: &str) -> Ident {
        let wanted = &wanted.replace("r#", "");
        let is_keyword = syn::parse_str::<Ident>(wanted).is_err();
        let mut name = if is_keyword { format!("{wanted}_") } else { wanted.clone() };
        while !self.used.insert(name.clone()) {
            let number = self.numbers.entry(wanted.clone()).or_insert(1);
            *number += 1;
            name = format!("{wanted}_{number}");
        }
        Ident::new(&name, Span::mixed_site())
    }

    pub(super) fn scalar_type(&self, ty: Type) -> TokenStream {
        scalar_path(ty, self.function.generic.as_deref())
    }

    pub(super) fn steps(&mut self, steps: &[Step]) -> TokenStream {
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
            Step::Loop(run, body) => self.run(*run, body),
            Step::Pass(pass) => self.pass(pass),
            // Belongs to a pass.
            Step::Contract(_) => TokenStream::new(),
            Step::Begin(id) => self.begin(*id),
            // Written where its loop is.
            Step::Test(_) => TokenStream::new(),
            Step::Advance(number) => self.advance(*number),
            Step::Branch((condition, holds), body) => {
                let condition = self.expr(*condition);
                let condition = if *holds {
                    condition.tokens
                } else {
                    let condition = condition.at_least(Level::Unary);
                    quote!(!#condition)
                };
                self.scope.push(HashSet::new());
                self.branches += 1;
                let body = self.steps(body);
                self.branches -= 1;
                self.scope.pop();
                quote! { if #condition { #body } }
            }
            Step::Accumulate(id) => {
                let Node::Fold(op, _, body) = self.graph.node(*id) else {
                    return TokenStream::new();
                };
                let body = self.expr(body).tokens;
                let (accumulator, late) = (self.accumulator(*id), self.is_kept_late(self.place_of(*id)));
                let place = if late { self.grown(*id, &[]) } else { accumulator.clone() };
                match op {
                    FoldOp::Sum => quote! { #place += #body; },
                    FoldOp::Product => quote! { #place *= #body; },
                    FoldOp::Max => quote! { #place = #accumulator.max(#body); },
                    FoldOp::Min => quote! { #place = #accumulator.min(#body); },
                }
            }
            Step::Scatter(id, place) => {
                let Node::Scatter(_, entries) = self.graph.node(*id) else {
                    return TokenStream::new();
                };
                let indices = &entries[*place].indices;
                let late = self.is_kept_late(self.place_of(*id));
                let element = if late { self.grown(*id, indices) } else { self.stored(*id, indices) };
                let body = self.expr(self.graph.peeled(entries[*place].body).1).tokens;
                quote! { #element += #body; }
            }
            Step::Store(id) => {
                let (indices, body) = match self.graph.node(*id) {
                    Node::Build(axes, body) => (self.graph.indices(&axes), body),
                    Node::Set(_, entry) => (entry.indices, entry.body),
                    _ => return TokenStream::new(),
                };
                let body = self.expr(body).tokens;
                self.store(*id, &indices, &body)
            }
            Step::Keep(id) => {
                let value = self.expr(*id).tokens;
                self.store(*id, &[], &value)
            }
        }
    }

    pub(super) fn bind(&mut self, id: Id) -> TokenStream {
        if let Some(name) = self.known_name(id) {
            self.values.insert(id, name);
            self.scope.last_mut().expect("the function's own scope is open").insert(id);
            return TokenStream::new();
        }
        let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
        let line = if let Node::Call(callee, operands) = self.graph.node(id) {
            let call = |function: &str, body: &Self| body.call(callee, &operands, function);
            let ty = self.type_of_unseen(callee, id);
            let both = ty.as_ref().map(|ty| quote!(: (#ty, _)));
            let ty = ty.map(|ty| quote!(: #ty));
            let name = self.name(&wanted);
            let line = if self.pulled_back.contains(&id) {
                let pullback = call("pullback", self);
                let taken = Ident::new("taken", Span::mixed_site());
                match self.keep_gradient(id, &taken) {
                    // What uses it elsewhere asks whether the call was made.
                    Some(kept) => quote! {
                        let (#name, #taken) #both = #pullback;
                        #kept
                    },
                    None => {
                        let gradient = self.name(&format!("d_{wanted}"));
                        self.gradients.insert(id, gradient.clone());
                        quote! { let (#name, #gradient) #both = #pullback; }
                    }
                }
            } else {
                let value = call("forward", self);
                quote! { let #name #ty = #value; }
            };
            self.values.insert(id, name);
            line
        } else {
            let value = self.render(id).tokens;
            let name = self.name(&wanted);
            self.values.insert(id, name.clone());
            quote! { let #name = #value; }
        };
        self.scope.last_mut().expect("the function's own scope is open").insert(id);
        line
    }

    fn reset(&mut self, id: Id) -> TokenStream {
        let storage = self.place_of(id).clone();
        let shape = self.buffer_shape(id, &storage);
        let neutral = self.neutral(id);
        let buffer = self.accumulator_name(id);
        if shape.is_empty() {
            return quote! { let mut #buffer = #neutral; };
        }
        if self.is_nested(id, &storage, &shape) {
            let lengths: Vec<TokenStream> = shape.iter().map(|&extent| self.size(extent)).collect();
            let array = lengths.iter().rev().fold(neutral, |inner, length| quote!([#inner; #length]));
            let deref = matches!(storage.home, Home::Output(_)).then(|| quote!(*));
            return quote! { #deref #buffer = #array; };
        }
        if self.is_kept_late(&storage) {
            quote! { #buffer.clear(); }
        } else {
            quote! { #buffer.fill(#neutral); }
        }
    }

    /// What a fold starts from, or an array that is added to.
    pub(super) fn neutral(&self, id: Id) -> TokenStream {
        let op = match self.graph.node(id) {
            Node::Fold(op, _, _) => op,
            _ => FoldOp::Sum,
        };
        let ty = self.graph.ty(id);
        let neutral = match op {
            FoldOp::Sum if !ty.is_float() => Code::atom(quote!(0)),
            FoldOp::Product if !ty.is_float() => Code::atom(quote!(1)),
            FoldOp::Sum => self.number(0.0, ty),
            FoldOp::Product => self.number(1.0, ty),
            FoldOp::Max => self.number(f64::NEG_INFINITY, ty),
            FoldOp::Min => self.number(f64::INFINITY, ty),
        };
        neutral.tokens
    }

    /// Where a fold is added up, or where another value lives.
    pub(super) fn place_of(&self, id: Id) -> &Storage {
        let first = self.program.cells.first(id);
        self.program.accumulators.get(&id).unwrap_or_else(|| &self.program.storage[&first])
    }

    /// Whether the buffer is an array of arrays rather than a flat slice.
    pub(super) fn is_nested(&self, id: Id, storage: &Storage, shape: &[Extent]) -> bool {
        match storage.home {
            Home::Output(place) => matches!(self.outputs[place].1, Written::Array { .. }),
            Home::Local => self.is_static(shape) && !self.passed.contains(&id),
        }
    }

    /// A gradient that is computed in a place of its own.
    fn copy_to_output(&mut self, gradient: Id, place: usize) -> TokenStream {
        let name = self.output_names[&place].clone();
        let nested = matches!(self.outputs[place].1, Written::Array { .. });
        let shape = self.graph.shape(gradient);
        self.for_each(gradient, |body, indices| {
            let element = body.get(gradient, indices);
            let place = body.element(name.to_token_stream(), nested, &shape, indices);
            quote! { #place = #element; }
        })
    }

    /// The gradients that are numbers, and those that are equal to another one; from this place on.
    pub(super) fn rest_of_outputs(&mut self, from: usize) -> TokenStream {
        let mut lines = TokenStream::new();
        for (place, (access, written)) in self.outputs.clone().iter().enumerate().skip(from) {
            let gradient = self.program.outputs()[place];
            if self.graph.shape(gradient).is_empty() {
                let value = self.expr(gradient).tokens;
                lines.extend(quote! { #access = #value; });
                continue;
            }
            let first = match self.program.storage_of(gradient).map(|storage| storage.home) {
                Some(Home::Output(first)) => first,
                _ => {
                    lines.extend(self.copy_to_output(gradient, place));
                    continue;
                }
            };
            let (name, first_name) = (&self.output_names[&place], &self.output_names[&first]);
            let is_array = |written: &Written| matches!(written, Written::Array { .. });
            match (is_array(written), is_array(&self.outputs[first].1)) {
                _ if place == first => {}
                (true, true) => lines.extend(quote! { *#name = *#first_name; }),
                // One is nested, and the other one is flat.
                (true, false) | (false, true) => lines.extend(self.copy_to_output(gradient, place)),
                (false, false) => lines.extend(quote! { #name.copy_from_slice(&#first_name[..]); }),
            }
        }
        lines
    }
}

pub(crate) fn default_name(node: &Node) -> &'static str {
    match node {
        Node::Fold(FoldOp::Sum, ..) => "sum",
        Node::Fold(FoldOp::Product, ..) => "product",
        Node::Fold(FoldOp::Max, ..) => "largest",
        Node::Fold(FoldOp::Min, ..) => "smallest",
        Node::Build(..) | Node::Scatter(..) | Node::Set(..) => "array",
        Node::Op(op, _) if op.kind == Kind::Std || op.kind == Kind::Ours => op.name,
        Node::Call(..) => "value",
        _ => "t",
    }
}
