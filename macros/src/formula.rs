//! Graph to formulas that a person reads.

mod contract;
mod names;
mod recurrences;

use std::collections::HashMap;

use crate::graph::{Axis, Entry, FoldOp, Graph, Id, Node, Turns, Type, fresh_axes};
use crate::lower::Lowered;
use crate::ops::{Kind, Op};
use crate::shape::{Extent, Source};
use names::{Named, Names};
use recurrences::When;

/// What a person reads of a function.
#[derive(Default)]
pub(crate) struct Formula {
    /// The function and its derivatives, a definition a line: the values that have a name or are used more
    /// than once, then the value, then the derivatives.
    pub(crate) lines: String,
    /// The shapes of its arguments and of its result; nothing where all are numbers.
    pub(crate) contract: String,
}

pub(crate) fn formula(name: &str, lowered: &Lowered, roots: &[Id]) -> Formula {
    let (results, gradients) = roots.split_at(lowered.result_names.len());
    let mut writer = Writer {
        lowered,
        graph: &lowered.graph,
        names: names::named(name, lowered, results, gradients),
        titles: HashMap::new(),
        lines: Vec::new(),
    };
    for (&result, title) in results.iter().zip(&lowered.result_names) {
        writer.titles.entry(result).or_default().push(title.clone());
    }
    for pass in 0..writer.names.outside.len() {
        writer.definitions(&writer.names.outside[pass].clone());
    }
    let differentiated =
        if lowered.cotangents.is_empty() { name.to_owned() } else { format!("(cotangent·{name})") };
    for (leaf, &root) in lowered.leaves.iter().filter(|leaf| leaf.active).zip(gradients) {
        let parameter = crate::written::text(&leaf.access);
        writer.titled(root, format!("∂{differentiated}/∂{parameter}"));
    }
    let lengths = writer.lengths();
    if !lengths.is_empty() {
        writer.lines.push(format!("where {lengths}"));
    }
    Formula { lines: writer.lines.join("\n"), contract: writer.contract() }
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

/// What a line defines: a name and the places behind it.
#[derive(Clone)]
struct Target {
    name: String,
    places: Vec<String>,
}

impl Target {
    fn at(&self, more: &[String]) -> String {
        let places = [self.places.as_slice(), more].concat();
        if places.is_empty() { self.name.clone() } else { format!("{}[{}]", self.name, places.join(", ")) }
    }
}

struct Writer<'a> {
    lowered: &'a Lowered,
    graph: &'a Graph,
    names: Names,
    /// What the results are called.
    titles: HashMap<Id, Vec<String>>,
    lines: Vec<String>,
}

impl Writer<'_> {
    /// The lines of those that have one.
    fn definitions(&mut self, ids: &[Id]) {
        for &id in ids {
            let titles = self.titles.remove(&id).unwrap_or_default();
            if let Node::Loop(number, turns) = self.graph.node(id) {
                self.recurrences(number, &turns);
            } else if titles.is_empty() && self.names.values.contains_key(&id) {
                let target = self.target(id);
                self.define(&target, id);
            }
            for title in titles {
                self.titled(id, title);
            }
        }
    }

    /// The line of a result or of a derivative, which others with the same value refer to.
    fn titled(&mut self, id: Id, title: String) {
        let target = Target { name: title.clone(), places: Vec::new() };
        let own = self.names.values.get(&id).is_none_or(|named| *named == Named::Value(title.clone()));
        if own {
            self.define(&target, id);
        } else {
            let (text, _) = self.render(id);
            self.lines.push(format!("{title} = {text}"));
        }
        if !names::is_short(self.graph, id) {
            self.names.values.entry(id).or_insert(Named::Value(title));
        }
    }

    /// The line, or the lines, that say what a value is.
    fn define(&mut self, target: &Target, id: Id) {
        let graph = self.graph;
        let line = match graph.node(id) {
            Node::Build(axes, body) => {
                let body = self.expr(body, Level::Loose);
                format!("{} = {body}", target.at(&self.letters(&axes)))
            }
            Node::Scatter(base, entries) if !entries.is_empty() => {
                let first = base.map(|base| format!("{} = {}", target.at(&[]), self.render(base).0));
                let entries: Vec<String> =
                    entries.iter().map(|entry| self.entry(target, "+=", entry)).collect();
                match (first, entries.as_slice()) {
                    (Some(first), [entry]) => format!("{first} but {entry}"),
                    (first, _) => first.into_iter().chain(entries).collect::<Vec<_>>().join("\n"),
                }
            }
            Node::Set(base, entry) => {
                let entry = self.entry(target, "=", &entry);
                format!("{} = {} but {entry}", target.at(&[]), self.render(base).0)
            }
            Node::Select(condition, then, otherwise) if !graph.shape(id).is_empty() => {
                let axes = fresh_axes(&graph.shape(id), &graph.free(id));
                let letters = self.letters(&axes);
                let condition = self.expr(condition, Level::Loose);
                let (then, otherwise) = (self.element(then, &letters).0, self.element(otherwise, &letters).0);
                format!("{} = if {condition} {{ {then} }} else {{ {otherwise} }}", target.at(&letters))
            }
            _ => format!("{} = {}", target.at(&[]), self.written_out(id).0),
        };
        self.lines.push(line);
    }

    fn entry(&mut self, target: &Target, sign: &str, entry: &Entry) -> String {
        let places: Vec<String> = entry.indices.iter().map(|&index| self.expr(index, Level::Loose)).collect();
        let body = self.expr(entry.body, Level::Loose);
        let letters = self.letters(&entry.axes);
        let each =
            if letters.is_empty() { String::new() } else { format!(" for each {}", letters.join(", ")) };
        format!("{} {sign} {body}{each}", target.at(&places))
    }

    /// The name that a value has.
    fn target(&mut self, id: Id) -> Target {
        match self.names.values.get(&id).cloned() {
            Some(Named::Value(name)) => Target { name, places: self.letters(&self.graph.free(id)) },
            Some(Named::Variable(number, place, when)) => self.variable(number, place, when),
            None => Target { name: self.written_out(id).0, places: Vec::new() },
        }
    }

    fn element(&mut self, array: Id, places: &[String]) -> (String, Level) {
        if let Some(value) = names::constant(self.graph, array) {
            return number(value);
        }
        let target = match self.graph.node(array) {
            Node::State(number, place) => self.variable(number, place, When::Turn),
            Node::Final(turns, place) => self.final_of(turns, place),
            _ => self.target(array),
        };
        (target.at(places), Level::Atom)
    }

    fn expr(&mut self, id: Id, at_least: Level) -> String {
        let (text, level) = self.render(id);
        if level >= at_least { text } else { format!("({text})") }
    }

    /// The value by its name if it has one.
    fn render(&mut self, id: Id) -> (String, Level) {
        if self.names.values.contains_key(&id) {
            return (self.target(id).at(&[]), Level::Atom);
        }
        self.written_out(id)
    }

    fn written_out(&mut self, id: Id) -> (String, Level) {
        let graph = self.graph;
        match graph.node(id) {
            Node::Float(bits) => number(f64::from_bits(bits)),
            Node::Int(value) if graph.ty(id) == Type::Bool => ((value != 0).to_string(), Level::Atom),
            Node::Int(value) => number(value as f64),
            Node::Leaf(leaf) => {
                let access = crate::written::text(&self.lowered.leaves[leaf].access);
                (access.trim_start_matches("super::").to_owned(), Level::Atom)
            }
            Node::Size(extent) => self.length(extent),
            Node::Index(axis) => (self.names.letter(axis), Level::Atom),
            Node::Cast(value) => self.render(value),
            Node::Get(array, indices) => {
                let places: Vec<String> =
                    indices.iter().map(|&index| self.expr(index, Level::Loose)).collect();
                self.element(array, &places)
            }
            Node::Fold(op, axes, body) => {
                let sign = match op {
                    FoldOp::Sum => "Σ",
                    FoldOp::Product => "Π",
                    FoldOp::Max => "max",
                    FoldOp::Min => "min",
                };
                let letters = self.letters(&axes);
                let body = self.expr(body, Level::Product);
                (format!("{sign}_{} {body}", letters.join(",")), Level::Product)
            }
            Node::Select(condition, then, otherwise) => {
                if graph.ty(id) == Type::Bool {
                    return self.logic(condition, then, otherwise);
                }
                self.choice(condition, then, otherwise)
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
            Node::State(number, place) => (self.variable(number, place, When::Turn).at(&[]), Level::Atom),
            Node::Final(turns, place) => (self.final_of(turns, place).at(&[]), Level::Atom),
            Node::Ran(turns) => match graph.loop_of(id) {
                Some(number) => (self.count(number).at(&[]), Level::Atom),
                None => self.render(turns),
            },
            // Other arrays have lines of their own, and so have loops.
            Node::Build(..) | Node::Scatter(..) | Node::Set(..) | Node::Loop(..) => {
                number(names::constant(graph, id).unwrap_or_default())
            }
        }
    }

    fn choice(&mut self, condition: Id, then: Id, otherwise: Id) -> (String, Level) {
        let [condition, then, otherwise] =
            [condition, then, otherwise].map(|operand| self.expr(operand, Level::Loose));
        let otherwise = if otherwise.starts_with("if ") { otherwise } else { format!("{{ {otherwise} }}") };
        (format!("if {condition} {{ {then} }} else {otherwise}"), Level::Loose)
    }

    /// A choice between conditions.
    fn logic(&mut self, condition: Id, then: Id, otherwise: Id) -> (String, Level) {
        let known = |id: Id| match self.graph.node(id) {
            Node::Int(value) => Some(value != 0),
            _ => None,
        };
        let (sign, token, other) = match (known(then), known(otherwise)) {
            (Some(false), Some(true)) => {
                return (format!("!{}", self.expr(condition, Level::Unary)), Level::Unary);
            }
            (Some(true), Some(false)) => return self.render(condition),
            (_, Some(false)) => ("", "&&", then),
            (Some(true), _) => ("", "||", otherwise),
            (Some(false), _) => ("!", "&&", otherwise),
            (_, Some(true)) => ("!", "||", then),
            _ => return self.choice(condition, then, otherwise),
        };
        let left = self.expr(condition, if sign.is_empty() { Level::Sum } else { Level::Unary });
        let right = self.expr(other, Level::Sum);
        (format!("{sign}{left} {token} {right}"), Level::Loose)
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

    fn length(&mut self, extent: Extent) -> (String, Level) {
        let source = self.lowered.extents.source(extent);
        match (&source, self.graph.length(extent)) {
            (Source::Axis { .. }, _) => {
                let name = self.lowered.extents.name(extent);
                (self.names.length(extent, name.as_deref()), Level::Atom)
            }
            (Source::Loop(_), Some(length)) => self.render(length),
            _ => (self.lowered.length_text(&source), Level::Atom),
        }
    }

    fn lengths(&mut self) -> String {
        let known: Vec<String> = self
            .names
            .lengths
            .iter()
            .map(|(extent, name)| {
                let source = self.lowered.extents.source(*extent);
                format!("{name} = {}", self.lowered.length_text(&source))
            })
            .collect();
        known.join(", ")
    }

    fn letters(&mut self, axes: &[Axis]) -> Vec<String> {
        axes.iter().map(|&axis| self.names.letter(axis)).collect()
    }
}

fn number(value: f64) -> (String, Level) {
    let level = if value < 0.0 { Level::Unary } else { Level::Atom };
    let plain = value == 0.0 || !value.is_finite() || (1e-4..1e16).contains(&value.abs());
    (if plain { format!("{value}") } else { format!("{value:e}") }, level)
}
