//! The graph with the adjoints: reverse-mode differentiation of index notation.
//!
//! The nodes are walked from the result to the leaves, each with its adjoint, which is an expression
//! too. Rows of the table bring their own rule. For all the rest there is one law: **a contribution
//! made under more loop indices than the value depends on is summed over the others.** An adjoint that
//! is zero is never made, so nothing is multiplied by it.

mod backwards;
mod contributions;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::graph::{Axis, Entry, Expr, FoldOp, Graph, Id, Node, Turns, Type};
use crate::ops::Partial;
use crate::shape::Extent;
use backwards::Backwards;
use contributions::Contributions;

/// The derivatives by each of `leaves`, as scalars or arrays of their shape, of the results, which are
/// scalars or arrays too and come each with its adjoint.
pub(crate) fn differentiate(graph: &Graph, results: &[(Id, Id)], leaves: &[Id]) -> Vec<Id> {
    let order = graph.reachable(&results.iter().map(|(result, _)| *result).collect::<Vec<_>>());
    let mut walk = Walk {
        graph,
        conditions: Vec::new(),
        nonzero: HashMap::new(),
        enclosing: graph.enclosing(&results.iter().map(|(result, _)| *result).collect::<Vec<_>>()),
        active: active(graph, &order, leaves),
        scalars: HashMap::new(),
        arrays: HashMap::new(),
        finals: HashMap::new(),
        open: Vec::new(),
    };
    for &(result, adjoint) in results {
        walk.contribute_value(result, &[], adjoint);
    }
    let mut gradients: HashMap<Id, Id> = HashMap::new();
    for &id in order.iter().rev() {
        walk.close_loops(Some(id));
        if let Node::Loop(number, turns) = graph.node(id) {
            walk.open_loop(id, number, turns);
            continue;
        }
        // A loop is complete where its first node is, which takes what its variables have received.
        if matches!(graph.node(id), Node::State(..)) {
            continue;
        }
        let Some(adjoint) = walk.take(id) else {
            continue;
        };
        if leaves.contains(&id) {
            gradients.insert(id, adjoint);
        } else {
            walk.visit(id, adjoint);
        }
    }
    walk.close_loops(None);
    leaves
        .iter()
        .map(|leaf| gradients.get(leaf).copied().unwrap_or_else(|| zeros_like(graph, *leaf)))
        .collect()
}

/// Zero, or an array of zeros, in the shape of a value.
pub(crate) fn zeros_like(graph: &Graph, id: Id) -> Id {
    match graph.shape(id) {
        shape if shape.is_empty() => graph.float(0.0, graph.ty(id)),
        shape => graph.scatter(None, shape, graph.ty(id), &[]),
    }
}

/// Which nodes depend on a leaf that is differentiated. What a turn of a loop does to a variable may come
/// to others in later turns.
pub(crate) fn active(graph: &Graph, order: &[Id], leaves: &[Id]) -> HashSet<Id> {
    let mut active: HashSet<Id> = HashSet::new();
    let mut states: HashSet<(usize, usize)> = HashSet::new();
    loop {
        let before = states.len();
        for &id in order {
            let depends = leaves.contains(&id)
                || graph.operands(id).iter().any(|operand| active.contains(operand))
                || matches!(graph.node(id), Node::State(number, place) if states.contains(&(number, place)));
            let node = graph.node(id);
            let of_variable = match &node {
                Node::Final(_, place) => {
                    graph.loop_of(id).is_some_and(|number| states.contains(&(number, *place)))
                }
                _ => true,
            };
            let constant = matches!(&node, Node::Call(callee, _) if callee.constant);
            if depends
                && !constant
                && of_variable
                && (graph.ty(id).is_float() || matches!(node, Node::Loop(..)))
            {
                active.insert(id);
            }
            if let Node::Loop(number, Turns { starts, nexts, .. }) = node {
                let both = starts.iter().zip(&nexts).enumerate();
                let own = both.filter(|(_, (start, next))| active.contains(start) || active.contains(next));
                states.extend(own.map(|(place, _)| (number, place)));
                if starts.iter().chain(&nexts).any(|id| active.contains(id)) {
                    active.insert(id);
                }
            }
        }
        if states.len() == before {
            return active;
        }
    }
}

struct Walk<'g> {
    graph: &'g Graph,
    /// The conditions under which the adjoint being passed on is not zero.
    conditions: Vec<(Id, bool)>,
    /// What is known of when a choice is not zero.
    nonzero: HashMap<Id, Option<Id>>,
    /// The lengths of the loops in which alone each node is needed.
    enclosing: BTreeMap<Id, BTreeSet<Extent>>,
    /// Which nodes depend on a leaf that is differentiated.
    active: HashSet<Id>,
    /// The sum of the contributions so far.
    scalars: HashMap<Id, Id>,
    arrays: HashMap<Id, Contributions>,
    /// The adjoints of the variables that have left a loop.
    finals: HashMap<(Id, usize), Id>,
    /// The loops whose turns are being walked, the innermost last.
    open: Vec<Backwards>,
}

impl<'g> Walk<'g> {
    fn is_active(&self, id: Id) -> bool {
        self.active.contains(&id)
    }

    /// Passes the adjoint of a node on to its operands. What is zero under a condition is not passed on
    /// under it: a branch that is not taken contributes nothing, whatever its derivative would be. Nor does
    /// a loop without turns, where what its turns need of elsewhere may not exist.
    fn visit(&mut self, id: Id, adjoint: Id) {
        if let Node::Final(turns, place) = self.graph.node(id) {
            self.finals.insert((turns, place), adjoint);
            return;
        }
        let outer = self.conditions.clone();
        for condition in self.turns_around(id) {
            self.conditions.push((condition, true));
        }
        self.visit_under(id, adjoint);
        self.conditions = outer;
    }

    /// The conditions under which the loops have turns that alone need something that may panic and is
    /// outside of them.
    fn turns_around(&self, id: Id) -> Vec<Id> {
        let graph = self.graph;
        let hoisted = graph.with(id, |data| {
            data.risky && data.shape.is_empty() && data.free.is_empty() && data.within.is_empty()
        });
        let enclosing = self.enclosing.get(&id).filter(|_| hoisted);
        enclosing.into_iter().flatten().filter_map(|&extent| graph.has_turns(extent)).collect()
    }

    fn visit_under(&mut self, id: Id, adjoint: Id) {
        let Node::Select(condition, then, otherwise) = self.graph.node(adjoint) else {
            return self.pass_on(id, adjoint);
        };
        let (condition, side) = match (self.is_zero(then), self.is_zero(otherwise)) {
            (false, true) => ((condition, true), then),
            (true, false) => ((condition, false), otherwise),
            // Both sides as one, since each of many branches in a row would double the contributions.
            _ => match self.nonzero(adjoint) {
                Some(condition) => {
                    self.conditions.push((condition, true));
                    self.pass_on(id, adjoint);
                    self.conditions.pop();
                    return;
                }
                None => return self.pass_on(id, adjoint),
            },
        };
        self.conditions.push(condition);
        self.visit_under(id, side);
        self.conditions.pop();
    }

    /// The condition under which a choice is not zero; none if it is zero under no condition.
    fn nonzero(&mut self, adjoint: Id) -> Option<Id> {
        if let Some(&known) = self.nonzero.get(&adjoint) {
            return known;
        }
        let graph = self.graph;
        let constant = |value: bool| graph.int(i64::from(value), Type::Bool);
        let found = match graph.node(adjoint) {
            Node::Select(condition, then, otherwise) => match (self.nonzero(then), self.nonzero(otherwise)) {
                (None, None) => None,
                (then, otherwise) => {
                    let always = constant(true);
                    Some(graph.select(condition, then.unwrap_or(always), otherwise.unwrap_or(always)))
                }
            },
            _ if self.is_zero(adjoint) => Some(constant(false)),
            _ => None,
        };
        self.nonzero.insert(adjoint, found);
        found
    }

    fn pass_on(&mut self, id: Id, adjoint: Id) {
        let graph = self.graph;
        let context = graph.free(id);
        let incoming = graph.expr(adjoint);
        match graph.node(id) {
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) | Node::Ran(_) => {
            }
            // These are taken with their loop.
            Node::State(..) | Node::Loop(..) | Node::Final(..) => {}
            Node::Op(op, operands) => {
                let expressions: Vec<Expr> = operands.iter().map(|&operand| graph.expr(operand)).collect();
                let partials = (op.rule)(&expressions, graph.expr(id));
                for (operand, partial) in operands.into_iter().zip(partials) {
                    let contribution = match partial {
                        Partial::Flat => continue,
                        Partial::Constant(1.0) => incoming,
                        Partial::Constant(-1.0) => -incoming,
                        Partial::Constant(factor) => incoming * factor,
                        Partial::Regular(factor) => incoming * factor,
                        Partial::Singular(factor) => incoming.guarded(|incoming| incoming * factor),
                    };
                    self.contribute(operand, &context, contribution.id);
                }
            }
            Node::Cast(value) => {
                let contribution = graph.cast(adjoint, graph.ty(value));
                self.contribute(value, &context, contribution);
            }
            Node::Select(condition, then, otherwise) => {
                for (side, holds) in [(then, true), (otherwise, false)] {
                    self.conditions.push((condition, holds));
                    self.contribute_value(side, &context, adjoint);
                    self.conditions.pop();
                }
            }
            Node::Get(array, indices) => self.contribute_element(array, &context, indices, adjoint),
            Node::Build(axes, body) => {
                let element = graph.get(adjoint, &graph.indices(&axes));
                self.contribute(body, &[context, axes].concat(), element);
            }
            Node::Set(base, entry) => {
                let zero = graph.float(0.0, graph.ty(id));
                let axes = [context.as_slice(), &entry.axes].concat();
                let element = graph.get(adjoint, &entry.indices);
                self.contribute(entry.body, &axes, element);
                if self.is_active(base) {
                    let left = graph.set(adjoint, Entry { body: zero, ..entry });
                    self.contribute_array(base, &context, left);
                }
            }
            Node::Scatter(base, entries) => {
                if let Some(base) = base {
                    self.contribute_array(base, &context, adjoint);
                }
                for entry in entries {
                    let element = graph.get(adjoint, &entry.indices);
                    self.contribute(entry.body, &[context.as_slice(), &entry.axes].concat(), element);
                }
            }
            Node::Fold(op, axes, body) => {
                let contribution = fold_rule(graph, op, &axes, graph.expr(body), graph.expr(id), incoming);
                self.contribute(body, &[context, axes].concat(), contribution.id);
            }
            Node::Call(_, operands) => {
                for (position, &operand) in operands.iter().enumerate() {
                    if !self.is_active(operand) {
                        continue;
                    }
                    let gradient = graph.call_gradient(id, position);
                    self.contribute_product(operand, gradient, &context, incoming);
                }
            }
            // The derivative of a derivative of a call asks for more than the callee offers; parsing
            // refuses what would need it.
            Node::CallGradient(..) => {}
        }
    }
}

/// What an adjoint is where the conditions hold.
fn without(graph: &Graph, conditions: &[(Id, bool)], adjoint: Id) -> Id {
    conditions.iter().fold(adjoint, |adjoint, &(condition, holds)| match graph.node(adjoint) {
        Node::Select(own, then, otherwise) if own == condition => {
            if holds {
                then
            } else {
                otherwise
            }
        }
        _ => adjoint,
    })
}

/// What the body of a fold receives.
fn fold_rule<'g>(
    graph: &'g Graph,
    op: FoldOp,
    axes: &[Axis],
    body: Expr<'g>,
    answer: Expr<'g>,
    incoming: Expr<'g>,
) -> Expr<'g> {
    let count = |condition: Expr<'g>| {
        let one = graph.float(1.0, body.ty());
        let zero = graph.float(0.0, body.ty());
        graph.expr(graph.fold(FoldOp::Sum, axes, graph.select(condition.id, one, zero)))
    };
    match op {
        FoldOp::Sum => incoming,
        // The tied share equally.
        FoldOp::Max | FoldOp::Min => {
            let tied = body.eq(answer);
            tied.select(incoming / count(tied), 0.0)
        }
        // Dividing by a factor of zero is avoided by multiplying the others alone.
        FoldOp::Product => {
            let zero = body.eq(0.0);
            let others = graph.expr(graph.fold(FoldOp::Product, axes, zero.select(1.0, body).id));
            let zeros = count(zero);
            let without = zeros.eq(0.0).select(others / body, zeros.eq(1.0).and(zero).select(others, 0.0));
            incoming * without
        }
    }
}
