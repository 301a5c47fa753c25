//! The graph with the adjoints: reverse-mode differentiation of index notation.
//!
//! The nodes are walked from the result to the leaves, each with its adjoint, which is an expression
//! too. Rows of the table bring their own rule. For all the rest there is one law: **a contribution
//! made under more loop indices than the value depends on is summed over the others.** An adjoint that
//! is zero is never made, so nothing is multiplied by it.

use std::collections::HashMap;

use crate::graph::{Axis, Entry, Expr, FoldOp, Graph, Id, Node, Type, fresh_axes};
use crate::ops::Partial;

/// The derivatives of `result` by each of `leaves`, as scalars or arrays of their shape.
pub(crate) fn differentiate(graph: &Graph, result: Id, leaves: &[Id]) -> Vec<Id> {
    let order = graph.reachable(&[result]);
    let mut active = vec![false; result.index() + 1];
    for &id in &order {
        let depends =
            leaves.contains(&id) || graph.operands(id).iter().any(|operand| active[operand.index()]);
        let constant = matches!(graph.node(id), Node::Call(callee, _) if callee.constant);
        active[id.index()] = depends && !constant && graph.ty(id).is_float();
    }
    let mut walk = Walk {
        graph,
        conditions: Vec::new(),
        nonzero: HashMap::new(),
        active,
        scalars: HashMap::new(),
        arrays: HashMap::new(),
    };
    if walk.active[result.index()] {
        walk.scalars.insert(result, graph.float(1.0, graph.ty(result)));
    }
    let mut gradients: HashMap<Id, Id> = HashMap::new();
    for &id in order.iter().rev() {
        let Some(adjoint) = walk.take(id) else {
            continue;
        };
        if leaves.contains(&id) {
            gradients.insert(id, adjoint);
        } else {
            walk.visit(id, adjoint);
        }
    }
    let zero = |leaf: Id| match graph.shape(leaf) {
        shape if shape.is_empty() => graph.float(0.0, graph.ty(leaf)),
        shape => graph.scatter(shape, graph.ty(leaf), &[]),
    };
    leaves.iter().map(|leaf| gradients.get(leaf).copied().unwrap_or_else(|| zero(*leaf))).collect()
}

struct Walk<'g> {
    graph: &'g Graph,
    /// The conditions under which the adjoint being passed on is not zero.
    conditions: Vec<(Id, bool)>,
    /// What is known of when a choice is not zero.
    nonzero: HashMap<Id, Option<Id>>,
    /// Which nodes depend on a leaf that is differentiated.
    active: Vec<bool>,
    /// The sum of the contributions so far.
    scalars: HashMap<Id, Id>,
    arrays: HashMap<Id, Vec<Entry>>,
}

impl<'g> Walk<'g> {
    fn is_active(&self, id: Id) -> bool {
        self.active.get(id.index()).copied().unwrap_or(false)
    }

    /// The whole adjoint, once all users have contributed.
    fn take(&mut self, id: Id) -> Option<Id> {
        let adjoint = match self.arrays.remove(&id) {
            Some(entries) => Some(self.collect(id, entries)),
            None => self.scalars.remove(&id),
        }?;
        if let Some(name) = self.graph.name(id) {
            self.graph.suggest_name(adjoint, &format!("d_{name}"));
        }
        Some(adjoint)
    }

    /// An array's adjoint: one element of each contribution where every one has such, else a scatter.
    fn collect(&self, array: Id, entries: Vec<Entry>) -> Id {
        let graph = self.graph;
        let shape = graph.shape(array);
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
            _ => graph.scatter(shape, graph.ty(array), &entries),
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
            let (value, condition) = (graph.expr(value), graph.expr(condition));
            if holds { condition.select(value, 0.0).id } else { condition.select(0.0, value).id }
        })
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
            _ => (graph.expr(left) + graph.expr(right)).id,
        }
    }

    fn is_zero(&self, id: Id) -> bool {
        self.graph.with(id, |data| data.node == Node::Float(0.0_f64.to_bits()))
    }

    /// Passes the adjoint of a node on to its operands. What is zero under a condition is not passed on
    /// under it: a branch that is not taken contributes nothing, whatever its derivative would be.
    fn visit(&mut self, id: Id, adjoint: Id) {
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
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => {}
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
                    self.contribute(side, &context, adjoint);
                    self.conditions.pop();
                }
            }
            Node::Get(array, indices) => self.contribute_element(array, &context, indices, adjoint),
            Node::Build(axes, body) => {
                let element = graph.get(adjoint, &graph.indices(&axes));
                self.contribute(body, &[context, axes].concat(), element);
            }
            Node::Scatter(entries) => {
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
        self.arrays.entry(array).or_default().push(Entry { axes, indices, body });
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
