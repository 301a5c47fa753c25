//! Graph to formulas that a person reads.

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Entry, FoldOp, Graph, Id, Node};
use crate::lower::Lowered;
use crate::ops::{Kind, Op};
use crate::shape::{Extent, Source};

/// The function and its derivatives, a definition a line: the values that have a name or are used
/// more than once, then the value, then the derivatives.
pub(crate) fn formula(name: &str, lowered: &Lowered, roots: &[Id]) -> String {
    let mut writer = Writer::new(lowered, roots);
    let mut derivatives: HashMap<Id, Vec<String>> = HashMap::new();
    let (results, gradients) = roots.split_at(lowered.result_names.len());
    let differentiated =
        if lowered.cotangents.is_empty() { name.to_owned() } else { format!("(cotangent·{name})") };
    for (leaf, &root) in lowered.leaves.iter().filter(|leaf| leaf.active).zip(gradients) {
        let parameter = crate::written::text(&leaf.access);
        derivatives.entry(root).or_default().push(format!("∂{differentiated}/∂{parameter}"));
    }
    let mut lines = Vec::new();
    for id in lowered.graph.reachable(roots) {
        if writer.defined.contains(&id) && !roots.contains(&id) {
            lines.push(writer.definition(id, None));
        }
        for (_, title) in results.iter().zip(&lowered.result_names).filter(|(result, _)| **result == id) {
            lines.push(writer.definition(id, Some(title)));
        }
    }
    for &root in gradients {
        for title in derivatives.remove(&root).unwrap_or_default() {
            lines.push(writer.definition(root, Some(&title)));
        }
    }
    let lengths = writer.lengths();
    if !lengths.is_empty() {
        lines.push(format!("where {lengths}"));
    }
    lines.join("\n")
}

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Loose,
    Sum,
    Product,
    Unary,
    Power,
    Atom,
}

struct Writer<'a> {
    lowered: &'a Lowered,
    graph: &'a Graph,
    /// The values that have a line of their own.
    defined: HashSet<Id>,
    names: HashMap<Id, String>,
    letters: Vec<Axis>,
    extents: Vec<Extent>,
}

impl<'a> Writer<'a> {
    fn new(lowered: &'a Lowered, roots: &[Id]) -> Self {
        let graph = &lowered.graph;
        let reachable = graph.reachable(roots);
        let mut uses: HashMap<Id, usize> = HashMap::new();
        for operand in reachable.iter().flat_map(|&id| graph.operands(id)) {
            *uses.entry(operand).or_default() += 1;
        }
        let mut writer = Writer {
            lowered,
            graph,
            defined: HashSet::new(),
            names: HashMap::new(),
            letters: Vec::new(),
            extents: Vec::new(),
        };
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut taken: HashSet<String> = lowered.leaves.iter().map(|leaf| leaf.name.clone()).collect();
        for &id in &reachable {
            for axis in graph.free(id) {
                if !writer.letters.contains(&axis) {
                    writer.letters.push(axis);
                }
            }
            let own = match graph.node(id) {
                Node::Float(_)
                | Node::Int(_)
                | Node::Leaf(_)
                | Node::Size(_)
                | Node::Index(_)
                | Node::Get(..) => false,
                Node::Build(..) | Node::Scatter(..) | Node::Set(..) | Node::Loop(..) => true,
                Node::Cast(_) => false,
                _ => {
                    uses.get(&id).is_some_and(|uses| *uses > 1)
                        || graph.name(id).is_some_and(|name| !name.starts_with("d_"))
                }
            };
            if own {
                let wanted = graph.name(id).unwrap_or_else(|| "t".to_owned());
                let mut name = wanted.clone();
                while !taken.insert(name.clone()) {
                    let number = numbers.entry(wanted.clone()).or_insert(1);
                    *number += 1;
                    name = format!("{wanted}{number}");
                }
                writer.names.insert(id, name);
                writer.defined.insert(id);
            }
        }
        writer
    }

    fn letter(&self, axis: Axis) -> String {
        let place = self.letters.iter().position(|known| *known == axis).unwrap_or_default();
        match ["i", "j", "k", "l"].get(place) {
            Some(letter) => (*letter).to_owned(),
            None => format!("i{place}"),
        }
    }

    fn subscript(&self, axes: &[Axis]) -> String {
        let letters: Vec<String> = axes.iter().map(|&axis| self.letter(axis)).collect();
        if letters.is_empty() { String::new() } else { format!("[{}]", letters.join(", ")) }
    }

    fn definition(&mut self, id: Id, title: Option<&str>) -> String {
        let name = match title {
            Some(title) => title.to_owned(),
            None => self.names.get(&id).cloned().unwrap_or_default(),
        };
        let free = self.graph.free(id);
        match self.graph.node(id) {
            Node::Build(axes, body) => {
                let subscript = self.subscript(&[free, axes].concat());
                let body = self.expr(body, Level::Loose);
                self.names.insert(id, name.clone());
                format!("{name}{subscript} = {body}")
            }
            Node::Scatter(None, entries) if entries.is_empty() => format!("{name} = 0"),
            Node::Scatter(_, entries) => {
                let lines: Vec<String> =
                    entries.iter().map(|entry| self.entry(&name, &free, entry)).collect();
                lines.join("\n")
            }
            // A title for a value that is defined above.
            _ if title.is_some() && self.defined.contains(&id) && self.graph.name(id).is_some() => {
                let was_defined = self.defined.remove(&id);
                let body = self.expr(id, Level::Loose);
                if was_defined {
                    self.defined.insert(id);
                    self.names.insert(id, name.clone());
                }
                format!("{name} = {body}")
            }
            _ => {
                self.defined.remove(&id);
                let body = self.expr(id, Level::Loose);
                // What is as short as a name keeps its own.
                if !self.is_short(id) {
                    self.defined.insert(id);
                    self.names.insert(id, name.clone());
                }
                format!("{name}{} = {body}", self.subscript(&free))
            }
        }
    }

    fn is_short(&self, id: Id) -> bool {
        matches!(
            self.graph.node(id),
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Get(..)
        )
    }

    fn entry(&mut self, name: &str, free: &[Axis], entry: &Entry) -> String {
        let mut places: Vec<String> = free.iter().map(|&axis| self.letter(axis)).collect();
        for &index in &entry.indices {
            places.push(self.expr(index, Level::Loose));
        }
        let body = self.expr(entry.body, Level::Loose);
        let letters: Vec<String> = entry.axes.iter().map(|&axis| self.letter(axis)).collect();
        let each =
            if letters.is_empty() { String::new() } else { format!(" for each {}", letters.join(", ")) };
        format!("{name}[{}] += {body}{each}", places.join(", "))
    }

    fn expr(&mut self, id: Id, at_least: Level) -> String {
        let (text, level) = self.render(id);
        if level >= at_least { text } else { format!("({text})") }
    }

    fn render(&mut self, id: Id) -> (String, Level) {
        let graph = self.graph;
        let free = graph.free(id);
        if self.defined.contains(&id) {
            return (format!("{}{}", self.names[&id], self.subscript(&free)), Level::Atom);
        }
        match graph.node(id) {
            Node::Float(bits) => number(f64::from_bits(bits)),
            Node::Int(value) => number(value as f64),
            Node::Leaf(leaf) => {
                let access = crate::written::text(&self.lowered.leaves[leaf].access);
                (access.trim_start_matches("super::").to_owned(), Level::Atom)
            }
            Node::Size(extent) => (self.length(extent), Level::Atom),
            Node::Index(axis) => (self.letter(axis), Level::Atom),
            Node::Cast(value) => self.render(value),
            Node::Get(array, indices) => {
                let array = match graph.node(array) {
                    Node::Leaf(leaf) => crate::written::text(&self.lowered.leaves[leaf].access),
                    _ => self.expr(array, Level::Atom),
                };
                let indices: Vec<String> =
                    indices.iter().map(|&index| self.expr(index, Level::Loose)).collect();
                // An array that is made anew for each row has the row's index already.
                match array.strip_suffix(']') {
                    Some(open) => (format!("{open}, {}]", indices.join(", ")), Level::Atom),
                    None => (format!("{array}[{}]", indices.join(", ")), Level::Atom),
                }
            }
            Node::Fold(op, axes, body) => {
                let sign = match op {
                    FoldOp::Sum => "Σ",
                    FoldOp::Product => "Π",
                    FoldOp::Max => "max",
                    FoldOp::Min => "min",
                };
                let letters: Vec<String> = axes.iter().map(|&axis| self.letter(axis)).collect();
                let body = self.expr(body, Level::Product);
                (format!("{sign}_{} {body}", letters.join(",")), Level::Product)
            }
            Node::Select(condition, then, otherwise) => {
                let condition = self.expr(condition, Level::Loose);
                let (then, otherwise) = (self.expr(then, Level::Sum), self.expr(otherwise, Level::Sum));
                (format!("if {condition} {{ {then} }} else {{ {otherwise} }}"), Level::Loose)
            }
            Node::Op(op, operands) => self.operation(op, &operands),
            Node::Call(callee, operands) => {
                let called = &self.lowered.callees[callee.place];
                let arguments: Vec<String> = operands
                    .iter()
                    .take(called.operands.len())
                    .map(|&operand| self.expr(operand, Level::Loose))
                    .collect();
                let name = crate::written::text(&called.path);
                (format!("{name}({})", arguments.join(", ")), Level::Atom)
            }
            Node::CallGradient(call, position) => {
                let call = self.expr(call, Level::Atom);
                (format!("∂{call}/∂(argument {position})"), Level::Atom)
            }
            Node::State(..) | Node::Loop(..) | Node::Final(..) | Node::Ran(_) | Node::Set(..) => {
                (String::new(), Level::Atom)
            }
            // Arrays have lines of their own.
            Node::Build(..) | Node::Scatter(..) => (String::new(), Level::Atom),
        }
    }

    fn operation(&mut self, op: &'static Op, operands: &[Id]) -> (String, Level) {
        let first = operands[0];
        match (op.kind, op.name) {
            (Kind::Infix("*"), _) => {
                let (a, b) = (self.expr(first, Level::Product), self.expr(operands[1], Level::Unary));
                (format!("{a}·{b}"), Level::Product)
            }
            (Kind::Infix("/"), _) => {
                let (a, b) = (self.expr(first, Level::Product), self.expr(operands[1], Level::Unary));
                (format!("{a} / {b}"), Level::Product)
            }
            (Kind::Infix(token @ ("+" | "-")), _) => {
                let (a, b) = (self.expr(first, Level::Sum), self.expr(operands[1], Level::Product));
                (format!("{a} {token} {b}"), Level::Sum)
            }
            (Kind::Infix(token), _) => {
                let (a, b) = (self.expr(first, Level::Sum), self.expr(operands[1], Level::Sum));
                (format!("{a} {token} {b}"), Level::Loose)
            }
            (Kind::Prefix(token), _) => (format!("{token}{}", self.expr(first, Level::Unary)), Level::Unary),
            (_, "square") => (format!("{}²", self.expr(first, Level::Atom)), Level::Power),
            (_, "powi" | "powf") => {
                let (a, b) = (self.expr(first, Level::Atom), self.expr(operands[1], Level::Atom));
                (format!("{a}^{b}"), Level::Power)
            }
            (_, "sqrt") => (format!("√{}", self.expr(first, Level::Atom)), Level::Power),
            (_, "exp") => (format!("e^{}", self.expr(first, Level::Atom)), Level::Power),
            (_, "abs") => (format!("|{}|", self.expr(first, Level::Loose)), Level::Atom),
            (_, name) => {
                let arguments: Vec<String> =
                    operands.iter().map(|&operand| self.expr(operand, Level::Loose)).collect();
                (format!("{name}({})", arguments.join(", ")), Level::Atom)
            }
        }
    }

    fn length(&mut self, extent: Extent) -> String {
        match self.lowered.extents.source(extent) {
            Source::Axis { .. } => {
                if !self.extents.contains(&extent) {
                    self.extents.push(extent);
                }
                let place = self.extents.iter().position(|known| *known == extent).unwrap_or_default();
                ["n", "m", "k", "p", "q"]
                    .get(place)
                    .map_or_else(|| format!("n{place}"), |name| (*name).to_owned())
            }
            Source::Loop(_) => match self.graph.length(extent) {
                Some(length) => self.expr(length, Level::Atom),
                None => String::new(),
            },
            source => self.lowered.length_text(&source),
        }
    }

    fn lengths(&mut self) -> String {
        let known: Vec<String> = self
            .extents
            .clone()
            .into_iter()
            .map(|extent| {
                let source = self.lowered.extents.source(extent);
                format!("{} = {}", self.length(extent), self.lowered.length_text(&source))
            })
            .collect();
        known.join(", ")
    }
}

fn number(value: f64) -> (String, Level) {
    (format!("{value}"), if value < 0.0 { Level::Unary } else { Level::Atom })
}
