//! Loops over rows of data, done in blocks of rows.
//!
//! All that a row needs is done for a block of rows while these are in the cache. Within a block, each phase
//! is done for all its rows before the next one begins: several rows at once, in the lanes of a vector, or, for
//! a sum of products, by the kernel for products of matrices. What one phase leaves to another is kept for the
//! rows of the block alone. `lanes.rs` finds the passes that need no blocks.

use std::collections::{BTreeSet, HashSet};

use super::units::Units;
use super::{Program, Run, Step};
use crate::graph::{Axis, Graph, Id, Node, Type};
use crate::lower::Lowered;
use crate::shape::{Extents, Source};

/// A loop over rows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Pass {
    pub(crate) run: Run,
    /// The axes behind that of the rows, where all of them are one: each element is a row.
    pub(crate) flat: Vec<Axis>,
    /// The type of its numbers.
    pub(crate) ty: Type,
    pub(crate) phases: Vec<Phase>,
    /// The numbers that one phase leaves to another.
    pub(crate) kept: Vec<Id>,
    /// The arrays and folds that live as long as the block.
    pub(crate) local: Vec<Id>,
    /// The folds over all rows that are numbers.
    pub(crate) sums: Vec<Id>,
    /// The folds over all rows that are arrays.
    pub(crate) arrays: Vec<Id>,
    /// What is stored for each row, for after the pass.
    pub(crate) across: Vec<Id>,
    /// Whether one loop over the rows does all phases, without blocks: what a phase leaves to another stays in
    /// the lanes.
    pub(crate) in_lanes: bool,
}

impl Pass {
    /// What is left when all rows are done.
    pub(crate) fn results(&self) -> impl Iterator<Item = Id> {
        [&self.sums, &self.arrays, &self.across].into_iter().flatten().copied()
    }
}

/// What is done for all rows of a block.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Phase {
    /// For several rows at once.
    Rows(Vec<Step>),
    /// A scalar that is the same for all rows.
    Once(Id),
    /// Over another axis.
    Loop(Run, Vec<Phase>),
    /// Set what a fold starts from, for each row.
    Reset(Id),
    Contract(Id),
    /// A sum of products that the rows of a matrix of the data are one factor of, for several rows at once.
    OfRows {
        sum: Id,
        matrix: Id,
        other: Id,
    },
}

/// What a pass keeps for the rows of a block lies on the stack where its size is known: so many arrays at most
/// for all numbers, and for an array of numbers.
const KEPT: usize = 256;
const ELEMENTS: usize = 32;

/// The program with its loops over rows as passes, or an axis that is none of rows: what is stored for its rows
/// does not lie row by row, so that ranges of rows cannot be given a part of it each, a block of them would take
/// much of the stack, or some rows do what others do not.
pub(super) fn blocks(lowered: &Lowered, units: &Units, mut program: Program) -> Result<Program, Axis> {
    let graph = &lowered.graph;
    // The pass gives them as its answer, or overwrites what is there.
    let mut set: HashSet<Id> = HashSet::new();
    let mut steps = Vec::new();
    for step in std::mem::take(&mut program.steps) {
        steps.push(match step {
            Step::Loop(run, body)
                if let Some(ty) = units.rows.ty(run.axis)
                    && run.sequence.is_none()
                    && is_worth_it(graph, &body) =>
            {
                let builder = Builder { lowered, graph, units, program: &program, row: run.axis };
                let pass = builder.pass(run, ty, &body);
                // Only floats of one type have lanes to keep them from.
                let mut written = pass.local.iter().chain(&pass.across).chain(&pass.arrays);
                let are_numbers = written.all(|&id| graph.ty(id) == ty);
                let is_small = pass.kept.len() + pass.local.len() <= KEPT
                    && pass.local.iter().all(|&id| builder.is_small(id, &lowered.extents));
                let is_by_rows = pass.across.iter().all(|&id| builder.is_by_rows(id));
                if !is_done_for_all(&body) || !are_numbers || !is_small || !is_by_rows {
                    return Err(run.axis);
                }
                set.extend(&pass.sums);
                set.extend(pass.across.iter().filter(|&&id| units.rows.contraction(id).is_some()));
                Step::Pass(pass)
            }
            step => step,
        });
    }
    program.steps =
        steps.into_iter().filter(|step| !matches!(step, Step::Reset(id) if set.contains(id))).collect();
    Ok(program)
}

/// Whether a loop does more than what the compiler makes fast by itself.
fn is_worth_it(graph: &Graph, steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Contract(_) | Step::Accumulate(_) => true,
        Step::Loop(_, body) | Step::Branch(_, body) => is_worth_it(graph, body),
        Step::Let(id) => matches!(graph.node(*id), Node::Op(op, _) if !op.cheap && op.is_function()),
        _ => false,
    })
}

/// Whether each step is one that all rows do.
fn is_done_for_all(steps: &[Step]) -> bool {
    steps.iter().all(|step| match step {
        Step::Loop(_, body) => is_done_for_all(body),
        Step::Let(_)
        | Step::Reset(_)
        | Step::Contract(_)
        | Step::Accumulate(_)
        | Step::Store(_)
        | Step::Keep(_) => true,
        Step::Begin(_)
        | Step::Pass(_)
        | Step::Branch(..)
        | Step::Scatter(..)
        | Step::Test(_)
        | Step::Advance(_) => false,
    })
}

struct Builder<'a> {
    lowered: &'a Lowered,
    graph: &'a Graph,
    units: &'a Units<'a>,
    program: &'a Program,
    row: Axis,
}

impl Builder<'_> {
    fn pass(&self, run: Run, ty: Type, steps: &[Step]) -> Pass {
        let (flat, steps) = super::flat::flattened(self.graph, self.program, run, steps);
        let phases = self.phases(&steps, &[&[run.axis], flat.as_slice()].concat());
        let mut pass = Pass {
            run,
            flat,
            ty,
            phases,
            kept: Vec::new(),
            local: Vec::new(),
            sums: Vec::new(),
            arrays: Vec::new(),
            across: Vec::new(),
            in_lanes: false,
        };
        let mut named: HashSet<Id> = HashSet::new();
        let mut written: BTreeSet<Id> = BTreeSet::new();
        for step in all_steps(&pass.phases) {
            match step {
                Step::Let(id) => {
                    named.insert(id);
                }
                Step::Accumulate(id) | Step::Store(id) | Step::Keep(id) | Step::Contract(id) => {
                    written.insert(id);
                }
                _ => {}
            }
        }
        for id in written {
            let list = match self.place(id) {
                Place::Sum => &mut pass.sums,
                Place::Array => &mut pass.arrays,
                Place::Local => &mut pass.local,
                Place::Across => &mut pass.across,
            };
            list.push(id);
        }
        let mut kept: BTreeSet<Id> = BTreeSet::new();
        self.find_kept(&pass.phases, &named, &mut kept);
        pass.kept = kept.into_iter().collect();
        super::lanes::in_lanes(self.lowered, &self.units.rows, pass)
    }

    fn phases(&self, steps: &[Step], rows: &[Axis]) -> Vec<Phase> {
        let mut phases = Vec::new();
        let mut run: Vec<Step> = Vec::new();
        for step in steps {
            let phase = match step {
                Step::Let(id) if !self.graph.free(*id).iter().any(|axis| rows.contains(axis)) => {
                    phases.push(Phase::Once(*id));
                    continue;
                }
                // The kernel overwrites what was there.
                Step::Reset(id) if self.units.rows.contraction(*id).is_some() => continue,
                Step::Loop(inner, body) => Phase::Loop(*inner, self.phases(body, rows)),
                Step::Contract(id) => Phase::Contract(*id),
                Step::Reset(id) => Phase::Reset(*id),
                step => {
                    run.push(step.clone());
                    continue;
                }
            };
            if !run.is_empty() {
                phases.push(Phase::Rows(std::mem::take(&mut run)));
            }
            phases.push(phase);
        }
        if !run.is_empty() {
            phases.push(Phase::Rows(run));
        }
        phases
    }

    /// Where something that the pass writes lives.
    fn place(&self, id: Id) -> Place {
        let storage = self.program.accumulators.get(&id).or_else(|| self.program.storage_of(id));
        let leading = storage.map(|storage| storage.leading.as_slice()).unwrap_or_default();
        let is_across = match self.graph.node(id) {
            Node::Build(axes, _) if axes.contains(&self.row) => {
                let own = axes.iter().position(|axis| *axis == self.row);
                own.zip(storage).is_some_and(|(place, storage)| storage.kept[place])
            }
            _ => leading.contains(&self.row),
        };
        let is_fold = matches!(self.graph.node(id), Node::Fold(..));
        match is_fold && !self.graph.free(id).contains(&self.row) {
            true if leading.is_empty() => Place::Sum,
            true => Place::Array,
            false if is_across => Place::Across,
            false => Place::Local,
        }
    }

    /// Whether an array for a row has few elements, or so many as only the call knows, and then none on the stack.
    fn is_small(&self, id: Id, extents: &Extents) -> bool {
        let storage = self.program.accumulators.get(&id).or_else(|| self.program.storage_of(id));
        let leading = storage.map(|storage| storage.leading.clone()).unwrap_or_default();
        let own = self.graph.shape(id).into_iter();
        leading.iter().map(|axis| self.graph.longest(axis.extent)).chain(own).all(|extent| {
            match extents.source(extent) {
                Source::Literal(length) => length <= ELEMENTS,
                Source::Const(_) => false,
                _ => true,
            }
        })
    }

    /// Whether the row is the outermost axis of what is stored.
    fn is_by_rows(&self, id: Id) -> bool {
        let storage = self.program.accumulators.get(&id).or_else(|| self.program.storage_of(id));
        storage.is_some_and(|storage| match (storage.leading.first(), self.graph.node(id)) {
            (Some(&axis), _) => axis == self.row,
            (None, Node::Build(axes, _)) => axes
                .iter()
                .zip(&storage.kept)
                .find(|(_, kept)| **kept)
                .is_some_and(|(axis, _)| *axis == self.row),
            (None, _) => false,
        })
    }

    /// The scalars that are used in another phase than that which computes them.
    fn find_kept(&self, phases: &[Phase], named: &HashSet<Id>, kept: &mut BTreeSet<Id>) {
        for phase in phases {
            match phase {
                Phase::Loop(_, body) => self.find_kept(body, named, kept),
                Phase::Rows(steps) => {
                    let is_own = |id: Id| steps.contains(&Step::Let(id));
                    for step in steps {
                        for used in self.operands_of(step) {
                            self.find_used(used, named, &is_own, kept);
                        }
                    }
                }
                Phase::Contract(id) => {
                    if let Some(contraction) = self.units.rows.contraction(*id) {
                        for factor in [contraction.left, contraction.right] {
                            if self.units.rows.is_factor(factor) {
                                self.find_used(factor, named, &|_| false, kept);
                            }
                        }
                    }
                }
                Phase::Once(_) | Phase::Reset(_) | Phase::OfRows { .. } => {}
            }
        }
    }

    fn operands_of(&self, step: &Step) -> Vec<Id> {
        match step {
            Step::Let(id) | Step::Accumulate(id) => self.graph.operands(*id),
            Step::Store(id) => self.graph.operands(*id),
            Step::Keep(id) => vec![*id],
            _ => Vec::new(),
        }
    }

    fn find_used(&self, id: Id, named: &HashSet<Id>, is_own: &impl Fn(Id) -> bool, kept: &mut BTreeSet<Id>) {
        let graph = self.graph;
        let is_scalar = graph.shape(id).is_empty();
        if !is_scalar || is_own(id) || !graph.free(id).contains(&self.row) || kept.contains(&id) {
            return;
        }
        if self.program.storage.contains_key(&id) || matches!(graph.node(id), Node::Fold(..)) {
            return;
        }
        if named.contains(&id) && graph.ty(id).is_float() {
            kept.insert(id);
            return;
        }
        for operand in graph.operands(id) {
            self.find_used(operand, named, is_own, kept);
        }
    }
}

enum Place {
    Sum,
    Array,
    Local,
    Across,
}

fn all_steps(phases: &[Phase]) -> Vec<Step> {
    let steps = phases.iter().flat_map(|phase| match phase {
        Phase::Rows(steps) => steps.clone(),
        Phase::Loop(_, body) => all_steps(body),
        Phase::Contract(id) | Phase::OfRows { sum: id, .. } => vec![Step::Contract(*id)],
        Phase::Once(_) | Phase::Reset(_) => Vec::new(),
    });
    steps.collect()
}
