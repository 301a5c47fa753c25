//! The graph with the adjoints: reverse-mode differentiation of index notation.
//!
//! The nodes are walked from the result to the leaves, each with its adjoint, which is an expression
//! too. Rows of the table bring their own rule. For all the rest there is one law: **a contribution
//! made under more loop indices than the value depends on is summed over the others.** An adjoint that
//! is zero is never made, so nothing is multiplied by it.

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Entry, Expr, FoldOp, Graph, Id, Node, Turns, Type, fresh_axes};
use crate::ops::Partial;

/// The derivatives by each of `leaves`, as scalars or arrays of their shape, of the results, which are
/// scalars or arrays too and come each with its adjoint.
pub(crate) fn differentiate(graph: &Graph, results: &[(Id, Id)], leaves: &[Id]) -> Vec<Id> {
    let order = graph.reachable(&results.iter().map(|(result, _)| *result).collect::<Vec<_>>());
    let mut walk = Walk {
        graph,
        conditions: Vec::new(),
        nonzero: HashMap::new(),
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
fn active(graph: &Graph, order: &[Id], leaves: &[Id]) -> HashSet<Id> {
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
                Node::Final(turns, place) => match graph.node(*turns) {
                    Node::Loop(number, _) => states.contains(&(number, *place)),
                    _ => false,
                },
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

/// The contributions to an array's adjoint.
#[derive(Default)]
struct Contributions {
    /// To the array as a whole.
    whole: Option<Id>,
    /// To its elements.
    entries: Vec<Entry>,
}

/// A loop whose turns are walked backwards.
struct Backwards {
    number: usize,
    turns: Turns,
    /// The loop that runs backwards, and its variables: the adjoints of these.
    reversed: usize,
    places: Vec<usize>,
    starts: Vec<Id>,
}

struct Walk<'g> {
    graph: &'g Graph,
    /// The conditions under which the adjoint being passed on is not zero.
    conditions: Vec<(Id, bool)>,
    /// What is known of when a choice is not zero.
    nonzero: HashMap<Id, Option<Id>>,
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

    /// Begins the loop that runs another one's turns backwards. Its variables are the adjoints of the
    /// other's.
    fn open_loop(&mut self, id: Id, number: usize, turns: Turns) {
        let graph = self.graph;
        let places: Vec<usize> =
            (0..turns.starts.len()).filter(|&place| self.is_variable(id, place)).collect();
        if places.is_empty() {
            return;
        }
        let sequence = graph.sequence(number);
        let start = |&place: &usize| match self.finals.remove(&(id, place)) {
            Some(received) => without(graph, &sequence.conditions, received),
            None => zeros_like(graph, turns.nexts[place]),
        };
        let starts = places.iter().map(start).collect();
        let parent = self.open.last().map(|outer| outer.reversed);
        let reversed = graph.open_reversed(number, parent);
        let context = [sequence.around.as_slice(), &[sequence.axis]].concat();
        for (own, &place) in places.iter().enumerate() {
            let next = turns.nexts[place];
            let adjoint = graph.state(reversed, own, graph.ty(next), graph.shape(next));
            if let Some(name) = graph.name(graph.after(id, place)) {
                graph.suggest_name(adjoint, &format!("d_{name}"));
            }
            self.contribute_under(&sequence.conditions, next, &context, adjoint);
        }
        self.open.push(Backwards { number, turns, reversed, places, starts });
    }

    /// Adds a contribution that is made only where the conditions hold.
    fn contribute_under(&mut self, conditions: &[(Id, bool)], to: Id, context: &[Axis], contribution: Id) {
        let outer = std::mem::replace(&mut self.conditions, conditions.to_vec());
        self.contribute_value(to, context, contribution);
        self.conditions = outer;
    }

    fn contribute_value(&mut self, to: Id, context: &[Axis], contribution: Id) {
        match self.graph.shape(to).is_empty() {
            true => self.contribute(to, context, contribution),
            false => self.contribute_array(to, context, contribution),
        }
    }

    fn is_variable(&self, turns: Id, place: usize) -> bool {
        let Node::Loop(_, Turns { starts, nexts, .. }) = self.graph.node(turns) else { return false };
        self.graph.ty(nexts[place]).is_float()
            && (self.is_active(starts[place]) || self.is_active(nexts[place]))
    }

    /// Ends the loops of which no node is left.
    fn close_loops(&mut self, next: Option<Id>) {
        while let Some(open) = self.open.last()
            && next.is_none_or(|next| self.graph.is_before(next, open.number))
        {
            let open = self.open.pop().expect("it was looked at above");
            self.close_loop(open);
        }
    }

    fn close_loop(&mut self, open: Backwards) {
        let Backwards { number, turns, reversed, places, starts } = open;
        let graph = self.graph;
        let sequence = graph.sequence(number);
        let nexts = places
            .iter()
            .map(|&place| {
                let next = turns.nexts[place];
                let state = graph.state(number, place, graph.ty(next), graph.shape(next));
                match self.take(state) {
                    Some(adjoint) => without(graph, &sequence.conditions, adjoint),
                    None => zeros_like(graph, next),
                }
            })
            .collect();
        let backwards = graph.turns(reversed, Turns { starts, nexts, go_on: None });
        for (own, &place) in places.iter().enumerate() {
            let adjoint = graph.after(backwards, own);
            self.contribute_under(&sequence.conditions, turns.starts[place], &sequence.around, adjoint);
        }
    }

    /// The whole adjoint, once all users have contributed.
    fn take(&mut self, id: Id) -> Option<Id> {
        let adjoint = match self.arrays.remove(&id) {
            Some(contributions) => Some(self.collect(id, contributions)),
            None => self.scalars.remove(&id),
        }?;
        if let Some(name) = self.graph.name(id) {
            self.graph.suggest_name(adjoint, &format!("d_{name}"));
        }
        Some(adjoint)
    }

    /// An array's adjoint: one element of each contribution where every one has such, else a scatter. What
    /// a loop does in order is added up as it goes.
    fn collect(&self, array: Id, Contributions { whole, entries }: Contributions) -> Id {
        let graph = self.graph;
        let shape = graph.shape(array);
        let in_order = entries.iter().any(|entry| graph.with(entry.body, |data| !data.pins.is_empty()));
        match whole {
            Some(whole) if entries.is_empty() => return whole,
            None if !in_order => {}
            _ => return graph.scatter(whole, shape, graph.ty(array), &entries),
        }
        let axes = fresh_axes(&shape, &graph.free(array));
        let here = graph.indices(&axes);
        let elements: Option<Vec<Expr>> = entries
            .iter()
            .map(|entry| {
                let targets = self.loop_indices(entry, &shape)?;
                let others: Vec<Axis> =
                    entry.axes.iter().copied().filter(|axis| !targets.contains(axis)).collect();
                let body = graph.fold(FoldOp::Sum, &others, entry.body);
                Some(graph.expr(graph.get(graph.build(&targets, body), &here)))
            })
            .collect();
        match elements.map(|elements| elements.into_iter().reduce(|a, b| a + b)) {
            Some(Some(sum)) => graph.build(&axes, sum.id),
            _ => graph.scatter(None, shape, graph.ty(array), &entries),
        }
    }

    /// The axes that the entry's indices are, where they are different loop indices over whole axes.
    fn loop_indices(&self, entry: &Entry, shape: &[crate::shape::Extent]) -> Option<Vec<Axis>> {
        let mut targets = Vec::new();
        for (&index, &extent) in entry.indices.iter().zip(shape) {
            match self.graph.node(index) {
                Node::Index(axis)
                    if axis.extent == extent && entry.axes.contains(&axis) && !targets.contains(&axis) =>
                {
                    targets.push(axis);
                }
                _ => return None,
            }
        }
        Some(targets)
    }

    /// Adds a contribution, made under `context`, to the adjoint of a scalar.
    fn contribute(&mut self, to: Id, context: &[Axis], contribution: Id) {
        if !self.is_active(to) {
            return;
        }
        let own = self.graph.free(to);
        let others: Vec<Axis> = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        // A condition that is the same for the whole sum stays outside, where it spares all of it.
        let same = |(condition, _): &&(Id, bool)| {
            self.graph.with(*condition, |data| data.free.iter().all(|axis| !others.contains(axis)))
        };
        let outside = self.conditions.iter().take_while(same).count();
        let (outer, inner) = self.conditions.split_at(outside);
        let inside = self.graph.fold(FoldOp::Sum, &others, self.under(inner, contribution));
        let contribution = self.under(outer, inside);
        let sum = match self.scalars.get(&to) {
            Some(&known) => self.add(known, contribution),
            None => contribution,
        };
        self.scalars.insert(to, sum);
    }

    /// A contribution that is zero but under the conditions.
    fn under(&self, conditions: &[(Id, bool)], contribution: Id) -> Id {
        let graph = self.graph;
        conditions.iter().rev().fold(contribution, |value, &(condition, holds)| {
            let zero = zeros_like(graph, value);
            if holds { graph.select(condition, value, zero) } else { graph.select(condition, zero, value) }
        })
    }

    /// Adds a contribution, made under `context`, to the adjoint of an array as a whole.
    fn contribute_array(&mut self, to: Id, context: &[Axis], contribution: Id) {
        if !self.is_active(to) {
            return;
        }
        let graph = self.graph;
        let own = graph.free(to);
        let others: Vec<Axis> = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        if !others.is_empty() {
            let axes = fresh_axes(&graph.shape(to), &[context, &graph.free(contribution)].concat());
            let indices = graph.indices(&axes);
            let element = graph.get(contribution, &indices);
            return self.contribute_element(to, &[context, &axes].concat(), indices, element);
        }
        let contribution = self.under(&self.conditions, contribution);
        let known = self.arrays.get(&to).and_then(|contributions| contributions.whole);
        let sum = known.map_or(contribution, |known| self.add(known, contribution));
        self.arrays.entry(to).or_default().whole = Some(sum);
    }

    /// A sum, where contributions under one condition stay under it.
    fn add(&self, left: Id, right: Id) -> Id {
        let graph = self.graph;
        if let (Node::Select(condition, a, b), Node::Select(other, c, d)) =
            (graph.node(left), graph.node(right))
            && condition == other
        {
            return graph.select(condition, self.add(a, c), self.add(b, d));
        }
        match (self.is_zero(left), self.is_zero(right)) {
            (true, _) => right,
            (_, true) => left,
            _ if graph.shape(left).is_empty() => (graph.expr(left) + graph.expr(right)).id,
            _ => {
                let axes = fresh_axes(&graph.shape(left), &[graph.free(left), graph.free(right)].concat());
                let element = |array: Id| graph.expr(graph.get(array, &graph.indices(&axes)));
                graph.build(&axes, (element(left) + element(right)).id)
            }
        }
    }

    fn is_zero(&self, id: Id) -> bool {
        self.graph.with(id, |data| match &data.node {
            Node::Float(bits) => *bits == 0.0_f64.to_bits(),
            Node::Scatter(None, entries) => entries.is_empty(),
            _ => false,
        })
    }

    /// Passes the adjoint of a node on to its operands. What is zero under a condition is not passed on
    /// under it: a branch that is not taken contributes nothing, whatever its derivative would be.
    fn visit(&mut self, id: Id, adjoint: Id) {
        if let Node::Final(turns, place) = self.graph.node(id) {
            self.finals.insert((turns, place), adjoint);
            return;
        }
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
        self.visit(id, side);
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

    /// `array[indices] += adjoint`, for every value of the indices on which the array does not depend.
    fn contribute_element(&mut self, array: Id, context: &[Axis], indices: Vec<Id>, adjoint: Id) {
        if !self.is_active(array) {
            return;
        }
        let own = self.graph.free(array);
        let axes = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        let body = self.under(&self.conditions, adjoint);
        self.arrays.entry(array).or_default().entries.push(Entry { axes, indices, body });
    }

    /// The derivative of a call by an operand, times the call's adjoint.
    fn contribute_product(&mut self, operand: Id, gradient: Id, context: &[Axis], incoming: Expr<'g>) {
        let graph = self.graph;
        let shape = graph.shape(operand);
        if shape.is_empty() {
            self.contribute(operand, context, (incoming * graph.expr(gradient)).id);
            return;
        }
        let axes = fresh_axes(&shape, context);
        let indices = graph.indices(&axes);
        let element = incoming * graph.expr(graph.get(gradient, &indices));
        self.contribute_element(operand, &[context, &axes].concat(), indices, element.id);
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
