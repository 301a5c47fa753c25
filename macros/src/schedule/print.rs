//! A [`Program`] as pseudo-code, on which tests assert what is a pass, what is stored, and what is done where.
//!
//! A letter is an axis wherever it stands. What lives as long as a block of rows, or longer, is written with
//! the indices for each of which there is a value; what has none is a number in a variable.

mod expression;
mod names;

use std::collections::{HashMap, HashSet};

use super::{Home, Pass, Phase, Program, Run, Step, Storage};
use crate::emit::default_name;
use crate::graph::{Axis, FoldOp, Graph, Id, Node, Turns};
use crate::lower::Lowered;
use crate::shape::Extent;
use crate::written::text;
use expression::Level;

impl Program {
    /// The program of a value and its gradients, a line for each thing that is done.
    pub(crate) fn print(&self, lowered: &Lowered) -> String {
        let taken = lowered.leaves.iter().map(|leaf| leaf.name.clone()).collect();
        let mut printer = Printer {
            program: self,
            lowered,
            graph: &lowered.graph,
            names: HashMap::new(),
            outputs: Vec::new(),
            letters: HashMap::new(),
            taken,
            scope: vec![HashSet::new()],
            pass: None,
            indent: 0,
            lines: Vec::new(),
        };
        printer.name_outputs();
        printer.steps(&self.steps);
        printer.end();
        let stored = printer.stored();
        stored.into_iter().chain(printer.lines).map(|line| line + "\n").collect()
    }
}

struct Printer<'a> {
    program: &'a Program,
    lowered: &'a Lowered,
    graph: &'a Graph,
    /// The names of values, and of folds while they are added up where they are kept elsewhere.
    names: HashMap<(Id, bool), String>,
    /// The names of the gradients.
    outputs: Vec<String>,
    letters: HashMap<Axis, String>,
    taken: HashSet<String>,
    /// The scalars that have a name in each of the open blocks.
    scope: Vec<HashSet<Id>>,
    pass: Option<&'a Pass>,
    indent: usize,
    lines: Vec<String>,
}

impl<'a> Printer<'a> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.lines.push("    ".repeat(self.indent) + line.as_ref());
    }

    /// What is inside the last line.
    fn inside(&mut self, print: impl FnOnce(&mut Self)) {
        self.indent += 1;
        self.scope.push(HashSet::new());
        print(self);
        self.scope.pop();
        self.indent -= 1;
    }

    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &'a Step) {
        let graph = self.graph;
        match step {
            Step::Let(id) => self.bind(*id),
            Step::Reset(id) => self.reset(*id),
            Step::Begin(id) => self.begin(*id),
            Step::Loop(run, body) => {
                let header = self.header(*run);
                self.line(header);
                self.inside(|this| this.steps(body));
            }
            Step::Pass(pass) => self.pass(pass),
            Step::Contract(id) => self.contract(*id),
            Step::Branch((condition, holds), body) => {
                let level = if *holds { Level::Choice } else { Level::Unary };
                let condition = self.at_least(*condition, level);
                self.line(format!("if {}{condition}", if *holds { "" } else { "!" }));
                self.inside(|this| this.steps(body));
            }
            Step::Accumulate(id) => self.accumulate(*id),
            Step::Scatter(id, place) => {
                let Node::Scatter(_, entries) = graph.node(*id) else { return };
                let value = self.expr(graph.peeled(entries[*place].body).1);
                let target = self.element(*id, &entries[*place].indices);
                self.line(format!("{target} += {value}"));
            }
            Step::Store(id) => {
                let (indices, body) = match graph.node(*id) {
                    Node::Build(axes, body) => (graph.indices(&axes), body),
                    Node::Set(_, entry) => (entry.indices, entry.body),
                    _ => return,
                };
                let value = self.expr(body);
                let target = self.element(*id, &indices);
                self.line(format!("{target} = {value}"));
            }
            Step::Keep(id) => {
                let target = self.element(*id, &[]);
                // Others have one name for the number and for where it is kept.
                if self.program.accumulators.contains_key(id) {
                    let value = self.accumulator(*id);
                    self.line(format!("keep {target} = {value}"));
                } else {
                    self.line(format!("keep {target}"));
                }
            }
            Step::Test(number) => {
                let go_on = graph.turn(*number).and_then(|turns| turns.go_on);
                let condition = go_on.map(|go_on| self.at_least(go_on, Level::Unary)).unwrap_or_default();
                self.line(format!("end if !{condition}"));
            }
            Step::Advance(number) => self.advance(*number),
        }
    }

    fn header(&mut self, run: Run) -> String {
        let letter = self.letter(run.axis);
        let Some(number) = run.sequence else {
            return format!("for {letter} < {}", self.length(run.axis.extent));
        };
        let sequence = self.graph.sequence(number);
        match (sequence.open_ended, sequence.descending) {
            (true, _) => format!("loop in order, counted by {letter}"),
            (false, false) => format!("for {letter} < {} in order", self.length(run.axis.extent)),
            (false, true) => format!("for {letter} < {} in the opposite order", self.length(run.axis.extent)),
        }
    }

    fn pass(&mut self, pass: &'a Pass) {
        let (letter, length) = (self.letter(pass.run.axis), self.length(pass.run.axis.extent));
        self.line(format!("pass over {letter} < {length}"));
        let header = self.lines.len();
        self.pass = Some(pass);
        self.inside(|this| this.phases(&pass.phases));
        self.pass = None;
        let shaped = |this: &mut Self, ids: &[Id]| {
            ids.iter().map(|&id| this.shaped(id)).collect::<Vec<_>>().join(", ")
        };
        let lists = [
            (if pass.in_lanes { "lanes: " } else { "block: " }, [pass.kept.as_slice(), &pass.local].concat()),
            ("sums: ", [pass.sums.as_slice(), &pass.arrays].concat()),
            ("stores: ", pass.across.clone()),
        ];
        // The lines are written behind those that give the names.
        for (title, ids) in lists.into_iter().rev().filter(|(_, ids)| !ids.is_empty()) {
            let line = "    ".repeat(self.indent + 1) + title + &shaped(self, &ids);
            self.lines.insert(header, line);
        }
    }

    fn phases(&mut self, phases: &'a [Phase]) {
        for phase in phases {
            match phase {
                Phase::Rows(steps) => {
                    self.line("rows");
                    self.inside(|this| this.steps(steps));
                }
                Phase::Once(id) => self.bind(*id),
                Phase::Loop(run, body) => {
                    let header = self.header(*run);
                    self.line(header);
                    self.inside(|this| this.phases(body));
                }
                Phase::Reset(id) => self.reset(*id),
                Phase::Contract(id) | Phase::OfRows { sum: id, .. } => self.contract(*id),
            }
        }
    }

    fn bind(&mut self, id: Id) {
        let named = match self.graph.node(id) {
            Node::State(..) | Node::Final(..) | Node::Ran(_) | Node::Loop(..) => true,
            Node::Fold(..) => self.program.accumulators.contains_key(&id),
            _ => false,
        };
        if !named {
            let value = self.written_out(id).0;
            let target = self.kept_in_block(id).unwrap_or_else(|| self.name(id, false));
            self.line(format!("{target} = {value}"));
        }
        self.scope.last_mut().expect("the program's own scope is open").insert(id);
    }

    fn contract(&mut self, id: Id) {
        let Node::Fold(_, axes, body) = self.graph.node(id) else { return };
        // The kernel adds over the rows, of which there are other blocks, and sets what is complete.
        let adds = self.pass.is_some_and(|pass| axes.contains(&pass.run.axis));
        let target = self.accumulator(id);
        let letters = self.letters(&axes).join(", ");
        let value = self.written_out(body).0;
        self.line(format!("{target} {} product over {letters} of {value}", if adds { "+=" } else { "=" }));
    }

    fn accumulate(&mut self, id: Id) {
        let Node::Fold(op, _, body) = self.graph.node(id) else { return };
        let value = self.expr(body);
        let target = self.accumulator(id);
        self.line(match op {
            FoldOp::Sum => format!("{target} += {value}"),
            FoldOp::Product => format!("{target} *= {value}"),
            FoldOp::Max => format!("{target} = max({target}, {value})"),
            FoldOp::Min => format!("{target} = min({target}, {value})"),
        });
    }

    fn reset(&mut self, id: Id) {
        let neutral = match self.graph.node(id) {
            Node::Fold(FoldOp::Product, ..) => "1",
            Node::Fold(FoldOp::Max, ..) => "-inf",
            Node::Fold(FoldOp::Min, ..) => "inf",
            _ => "0",
        };
        let target = self.whole(id);
        self.line(format!("{target} = {neutral}"));
    }

    fn begin(&mut self, id: Id) {
        let graph = self.graph;
        // Another version stands in its place.
        if self.program.cells.first(id) != id {
            return;
        }
        let value = match graph.node(id) {
            Node::State(number, place) => match graph.turn(number) {
                Some(Turns { starts, .. }) if graph.shape(id).is_empty() => self.expr(starts[place]),
                Some(Turns { starts, .. }) => self.whole(starts[place]),
                None => return,
            },
            Node::Set(base, _) | Node::Scatter(Some(base), _) => self.whole(base),
            Node::Select(condition, then, otherwise) => {
                let condition = self.expr(condition);
                format!("if {condition} {{ {} }} else {{ {} }}", self.whole(then), self.whole(otherwise))
            }
            _ => "0".to_owned(),
        };
        let target = self.variable(id);
        self.line(format!("{target} = {value}"));
    }

    /// The variables of a loop after a turn, all at once.
    fn advance(&mut self, number: usize) {
        let graph = self.graph;
        let (mut targets, mut values) = (Vec::new(), Vec::new());
        for (place, next) in graph.turn(number).map(|turns| turns.nexts).into_iter().flatten().enumerate() {
            let state = graph.state(number, place, graph.ty(next), graph.shape(next));
            let is_there = self.names.contains_key(&(self.program.cells.first(state), false));
            let is_same = self.program.cells.first(state) == self.program.cells.first(next);
            if is_there && !is_same {
                targets.push(self.variable(state));
                let is_number = graph.shape(next).is_empty();
                values.push(if is_number { self.expr(next) } else { self.whole(next) });
            }
        }
        if !targets.is_empty() {
            self.line(format!("{} = {}", targets.join(", "), values.join(", ")));
        }
    }
}
