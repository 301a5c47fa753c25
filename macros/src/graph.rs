//! The function as index notation: every tensor expression is a scalar expression over loop indices.
//!
//! Nodes are only ever added, operands before their users, and equal nodes are one node. Bound axes
//! are named by what is free around them, so that two sums that differ in the names of their indices
//! alone are equal too: common subexpressions and shared loops are found for free.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::ops::Op;
use crate::shape::Extent;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Id(u32);

impl Id {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type of an element.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Type {
    F32,
    F64,
    /// The function's own type parameter `T: Real`.
    Generic,
    /// A literal or a constant in scope: it takes the type of what it meets.
    Untyped,
    /// One of Rust's integers, by name.
    Int(&'static str),
    Bool,
}

impl Type {
    pub(crate) fn is_float(self) -> bool {
        matches!(self, Type::F32 | Type::F64 | Type::Generic)
    }
}

/// A loop index: the `number`th that runs over an extent where several are open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Axis {
    pub(crate) extent: Extent,
    pub(crate) number: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum FoldOp {
    Sum,
    Product,
    Max,
    Min,
}

/// A contribution `array[indices] += body`, once for every value of `axes`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Entry {
    pub(crate) axes: Vec<Axis>,
    pub(crate) indices: Vec<Id>,
    pub(crate) body: Id,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    /// A row of the table of elementwise operations.
    Op(&'static Op, Vec<Id>),
    /// A float literal, by its bits.
    Float(u64),
    /// An integer literal.
    Int(i64),
    /// A parameter, a field of one, or a constant in scope, by its place in the function's list.
    Leaf(usize),
    /// The length of an axis.
    Size(Extent),
    /// A loop index used as a number.
    Index(Axis),
    /// A conversion with `as`.
    Cast(Id),
    /// One element of an array.
    Get(Id, Vec<Id>),
    /// The array whose element at `axes` is the body.
    Build(Vec<Axis>, Id),
    /// The array of zeros to which the entries are added.
    Scatter(Vec<Entry>),
    Fold(FoldOp, Vec<Axis>, Id),
    /// Where the condition holds the first, else the second.
    Select(Id, Id, Id),
    /// The value of another annotated function, by its place in the function's list.
    Call(usize, Vec<Id>),
    /// The derivative of a call by one of its operands.
    CallGradient(Id, usize),
}

/// A node with all that passes ask of it.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) node: Node,
    pub(crate) ty: Type,
    /// Empty for a scalar.
    pub(crate) shape: Vec<Extent>,
    /// The loop indices on which the value depends, in order.
    pub(crate) free: Vec<Axis>,
    /// Rough number of operations to compute it again, saturating.
    pub(crate) cost: u32,
}

/// What costs more than this is worth storing rather than computing again.
pub(crate) const CHEAP: u32 = 12;
const LIMIT: u32 = 1 << 20;

#[derive(Default)]
struct Inner {
    nodes: Vec<Data>,
    known: HashMap<(Node, Type, Vec<Extent>), Id>,
    names: HashMap<Id, String>,
}

/// An append-only graph; handles to its nodes are [`Expr`].
#[derive(Default)]
pub(crate) struct Graph {
    inner: RefCell<Inner>,
}

impl Graph {
    pub(crate) fn data(&self, id: Id) -> Data {
        self.with(id, Data::clone)
    }

    /// Looks at a node without copying it.
    pub(crate) fn with<R>(&self, id: Id, look: impl FnOnce(&Data) -> R) -> R {
        look(&self.inner.borrow().nodes[id.index()])
    }

    pub(crate) fn node(&self, id: Id) -> Node {
        self.inner.borrow().nodes[id.index()].node.clone()
    }

    pub(crate) fn ty(&self, id: Id) -> Type {
        self.inner.borrow().nodes[id.index()].ty
    }

    pub(crate) fn shape(&self, id: Id) -> Vec<Extent> {
        self.inner.borrow().nodes[id.index()].shape.clone()
    }

    pub(crate) fn free(&self, id: Id) -> Vec<Axis> {
        self.inner.borrow().nodes[id.index()].free.clone()
    }

    pub(crate) fn cost(&self, id: Id) -> u32 {
        self.inner.borrow().nodes[id.index()].cost
    }

    pub(crate) fn expr(&self, id: Id) -> Expr<'_> {
        Expr { graph: self, id }
    }

    /// The name a reader would give the value; the first one stays.
    pub(crate) fn suggest_name(&self, id: Id, name: &str) {
        self.inner
            .borrow_mut()
            .names
            .entry(id)
            .or_insert_with(|| name.to_owned());
    }

    pub(crate) fn name(&self, id: Id) -> Option<String> {
        self.inner.borrow().names.get(&id).cloned()
    }

    fn intern(&self, node: Node, ty: Type, shape: Vec<Extent>, free: Vec<Axis>, cost: u32) -> Id {
        let mut inner = self.inner.borrow_mut();
        let key = (node, ty, shape);
        if let Some(&id) = inner.known.get(&key) {
            return id;
        }
        let id = Id(inner.nodes.len() as u32);
        inner.nodes.push(Data {
            node: key.0.clone(),
            ty,
            shape: key.2.clone(),
            free,
            cost: cost.min(LIMIT),
        });
        inner.known.insert(key, id);
        id
    }

    fn free_of(&self, operands: &[Id]) -> Vec<Axis> {
        let inner = self.inner.borrow();
        let mut free: Vec<Axis> = operands
            .iter()
            .flat_map(|id| &inner.nodes[id.index()].free)
            .copied()
            .collect();
        free.sort_unstable();
        free.dedup();
        free
    }

    fn cost_of(&self, operands: &[Id]) -> u32 {
        operands
            .iter()
            .map(|&id| self.cost(id))
            .sum::<u32>()
            .min(LIMIT)
    }

    pub(crate) fn op(&self, op: &'static Op, operands: &[Id]) -> Id {
        let ty = if op.is_logical() {
            Type::Bool
        } else {
            self.ty(operands[0])
        };
        let cost = self.cost_of(operands) + if op.cheap { 1 } else { CHEAP };
        self.intern(
            Node::Op(op, operands.to_vec()),
            ty,
            Vec::new(),
            self.free_of(operands),
            cost,
        )
    }

    pub(crate) fn float(&self, value: f64, ty: Type) -> Id {
        self.intern(Node::Float(value.to_bits()), ty, Vec::new(), Vec::new(), 0)
    }

    pub(crate) fn int(&self, value: i64, ty: Type) -> Id {
        self.intern(Node::Int(value), ty, Vec::new(), Vec::new(), 0)
    }

    pub(crate) fn leaf(&self, leaf: usize, ty: Type, shape: Vec<Extent>) -> Id {
        self.intern(Node::Leaf(leaf), ty, shape, Vec::new(), 0)
    }

    pub(crate) fn size(&self, extent: Extent) -> Id {
        self.intern(
            Node::Size(extent),
            Type::Int("usize"),
            Vec::new(),
            Vec::new(),
            0,
        )
    }

    pub(crate) fn index(&self, axis: Axis) -> Id {
        self.intern(
            Node::Index(axis),
            Type::Int("usize"),
            Vec::new(),
            vec![axis],
            0,
        )
    }

    pub(crate) fn indices(&self, axes: &[Axis]) -> Vec<Id> {
        axes.iter().map(|&axis| self.index(axis)).collect()
    }

    pub(crate) fn cast(&self, value: Id, ty: Type) -> Id {
        if self.ty(value) == ty {
            return value;
        }
        self.intern(
            Node::Cast(value),
            ty,
            Vec::new(),
            self.free(value),
            self.cost(value) + 1,
        )
    }

    pub(crate) fn select(&self, condition: Id, then: Id, otherwise: Id) -> Id {
        let operands = [condition, then, otherwise];
        let node = Node::Select(condition, then, otherwise);
        self.intern(
            node,
            self.ty(then),
            Vec::new(),
            self.free_of(&operands),
            self.cost_of(&operands) + 1,
        )
    }

    pub(crate) fn call(&self, callee: usize, operands: Vec<Id>, ty: Type) -> Id {
        let free = self.free_of(&operands);
        self.intern(Node::Call(callee, operands), ty, Vec::new(), free, LIMIT)
    }

    /// The derivative of a call by the operand at `position`, with its type and shape.
    pub(crate) fn call_gradient(&self, call: Id, position: usize) -> Id {
        let of = self.data(self.operands(call)[position]);
        self.intern(
            Node::CallGradient(call, position),
            of.ty,
            of.shape,
            self.free(call),
            LIMIT,
        )
    }

    /// One element. An element of a [`Node::Build`] is its body with the indices put in, where that
    /// repeats no work worth speaking of.
    pub(crate) fn get(&self, array: Id, indices: &[Id]) -> Id {
        let data = self.data(array);
        if let Node::Build(axes, body) = &data.node {
            let own = self.indices(axes);
            let element = self.data(*body);
            if own == indices
                || element.cost <= CHEAP
                || element.free.iter().all(|axis| !axes.contains(axis))
            {
                return self.substitute(
                    *body,
                    &axes
                        .iter()
                        .copied()
                        .zip(indices.iter().copied())
                        .collect::<Vec<_>>(),
                );
            }
        }
        let mut operands = vec![array];
        operands.extend(indices);
        let free = self.free_of(&operands);
        self.intern(
            Node::Get(array, indices.to_vec()),
            data.ty,
            Vec::new(),
            free,
            1 + self.cost_of(indices),
        )
    }

    pub(crate) fn build(&self, axes: &[Axis], body: Id) -> Id {
        let (axes, body) = self.canonical(axes, body);
        let shape = axes.iter().map(|axis| axis.extent).collect();
        let mut free = self.free(body);
        free.retain(|axis| !axes.contains(axis));
        self.intern(Node::Build(axes, body), self.ty(body), shape, free, LIMIT)
    }

    pub(crate) fn scatter(&self, shape: Vec<Extent>, ty: Type, entries: &[Entry]) -> Id {
        let mut free = Vec::new();
        let entries = entries
            .iter()
            .map(|entry| {
                let mut operands = entry.indices.clone();
                operands.push(entry.body);
                free.extend(
                    self.free_of(&operands)
                        .into_iter()
                        .filter(|axis| !entry.axes.contains(axis)),
                );
                entry.clone()
            })
            .collect();
        free.sort_unstable();
        free.dedup();
        self.intern(Node::Scatter(entries), ty, shape, free, LIMIT)
    }

    pub(crate) fn fold(&self, op: FoldOp, axes: &[Axis], body: Id) -> Id {
        if axes.is_empty() {
            return body;
        }
        let (axes, body) = self.canonical(axes, body);
        let mut free = self.free(body);
        free.retain(|axis| !axes.contains(axis));
        self.intern(
            Node::Fold(op, axes, body),
            self.ty(body),
            Vec::new(),
            free,
            LIMIT,
        )
    }

    /// Names bound axes by the lowest numbers that are not free around them.
    fn canonical(&self, axes: &[Axis], body: Id) -> (Vec<Axis>, Id) {
        let mut taken = self.free(body);
        taken.retain(|axis| !axes.contains(axis));
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        let body = if names == axes {
            body
        } else {
            self.substitute(
                body,
                &axes
                    .iter()
                    .copied()
                    .zip(self.indices(&names))
                    .collect::<Vec<_>>(),
            )
        };
        (names, body)
    }

    /// The same value with other indices, without capturing any.
    pub(crate) fn substitute(&self, id: Id, replacements: &[(Axis, Id)]) -> Id {
        let changed: Vec<(Axis, Id)> = replacements
            .iter()
            .copied()
            .filter(|(axis, by)| *by != self.index(*axis))
            .collect();
        self.replace(id, &changed, &mut HashMap::new())
    }

    fn replace(&self, id: Id, replacements: &[(Axis, Id)], done: &mut HashMap<Id, Id>) -> Id {
        let data = self.data(id);
        if !replacements
            .iter()
            .any(|(axis, _)| data.free.contains(axis))
        {
            return id;
        }
        if let Some(&known) = done.get(&id) {
            return known;
        }
        let result = match &data.node {
            Node::Index(axis) => replacements
                .iter()
                .find(|(from, _)| from == axis)
                .map_or(id, |(_, by)| *by),
            Node::Build(axes, body) => {
                let (axes, body) = self.replace_under(axes, &[*body], replacements);
                self.build(&axes, body[0])
            }
            Node::Fold(op, axes, body) => {
                let (axes, body) = self.replace_under(axes, &[*body], replacements);
                self.fold(*op, &axes, body[0])
            }
            Node::Scatter(entries) => {
                let entries: Vec<Entry> = entries
                    .iter()
                    .map(|entry| {
                        let mut inside = entry.indices.clone();
                        inside.push(entry.body);
                        let (axes, mut inside) =
                            self.replace_under(&entry.axes, &inside, replacements);
                        let body = inside.pop().expect("the body was pushed above");
                        Entry {
                            axes,
                            indices: inside,
                            body,
                        }
                    })
                    .collect();
                self.scatter(data.shape.clone(), data.ty, &entries)
            }
            _ => self.with_operands(id, &mut |operand| self.replace(operand, replacements, done)),
        };
        if let Some(name) = self.name(id) {
            self.suggest_name(result, &name);
        }
        done.insert(id, result);
        result
    }

    /// Replaces inside a binder: its own axes hide the outer ones and make way for those put in.
    fn replace_under(
        &self,
        axes: &[Axis],
        inside: &[Id],
        replacements: &[(Axis, Id)],
    ) -> (Vec<Axis>, Vec<Id>) {
        let outer: Vec<(Axis, Id)> = replacements
            .iter()
            .copied()
            .filter(|(axis, _)| !axes.contains(axis))
            .collect();
        let mut taken = self.free_of(&outer.iter().map(|(_, by)| *by).collect::<Vec<_>>());
        taken.extend(
            self.free_of(inside)
                .into_iter()
                .filter(|axis| !axes.contains(axis)),
        );
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        let mut all = outer;
        all.extend(axes.iter().copied().zip(self.indices(&names)));
        (
            names,
            inside.iter().map(|&id| self.substitute(id, &all)).collect(),
        )
    }

    /// The operands of a node, those under its own indices too.
    pub(crate) fn operands(&self, id: Id) -> Vec<Id> {
        match self.node(id) {
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => {
                Vec::new()
            }
            Node::Op(_, operands) | Node::Call(_, operands) => operands,
            Node::Cast(value) | Node::CallGradient(value, _) => vec![value],
            Node::Get(array, indices) => [vec![array], indices].concat(),
            Node::Build(_, body) | Node::Fold(_, _, body) => vec![body],
            Node::Scatter(entries) => entries
                .into_iter()
                .flat_map(|entry| [entry.indices, vec![entry.body]].concat())
                .collect(),
            Node::Select(condition, then, otherwise) => vec![condition, then, otherwise],
        }
    }

    /// The same node with other operands, in the order of [`Graph::operands`].
    pub(crate) fn with_operands(&self, id: Id, new: &mut impl FnMut(Id) -> Id) -> Id {
        let data = self.data(id);
        let mut all = |operands: Vec<Id>| operands.into_iter().map(&mut *new).collect::<Vec<_>>();
        match data.node {
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => id,
            Node::Op(op, operands) => self.op(op, &all(operands)),
            Node::Call(callee, operands) => self.call(callee, all(operands), data.ty),
            Node::CallGradient(call, position) => self.call_gradient(new(call), position),
            Node::Cast(value) => self.cast(new(value), data.ty),
            Node::Get(array, indices) => {
                let array = new(array);
                let indices: Vec<Id> = indices.into_iter().map(new).collect();
                self.get(array, &indices)
            }
            Node::Build(axes, body) => self.build(&axes, new(body)),
            Node::Fold(op, axes, body) => self.fold(op, &axes, new(body)),
            Node::Scatter(entries) => {
                let entries: Vec<Entry> = entries
                    .into_iter()
                    .map(
                        |Entry {
                             axes,
                             indices,
                             body,
                         }| {
                            let indices = indices.into_iter().map(&mut *new).collect();
                            Entry {
                                axes,
                                indices,
                                body: new(body),
                            }
                        },
                    )
                    .collect();
                self.scatter(data.shape, data.ty, &entries)
            }
            Node::Select(condition, then, otherwise) => {
                let condition = new(condition);
                let then = new(then);
                self.select(condition, then, new(otherwise))
            }
        }
    }

    /// Every node the roots need, operands before users.
    pub(crate) fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        let mut needed = vec![false; self.inner.borrow().nodes.len()];
        for root in roots {
            needed[root.index()] = true;
        }
        for index in (0..needed.len()).rev() {
            if needed[index] {
                for operand in self.operands(Id(index as u32)) {
                    needed[operand.index()] = true;
                }
            }
        }
        (0..needed.len())
            .filter(|&index| needed[index])
            .map(|index| Id(index as u32))
            .collect()
    }
}

/// An axis for each extent, different from each other and from those taken.
pub(crate) fn fresh_axes(extents: &[Extent], taken: &[Axis]) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for &extent in extents {
        let mut axis = Axis { extent, number: 0 };
        while taken.contains(&axis) || axes.contains(&axis) {
            axis.number += 1;
        }
        axes.push(axis);
    }
    axes
}

/// A node you can do arithmetic with.
#[derive(Clone, Copy)]
pub(crate) struct Expr<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) id: Id,
}

/// An operand in a rule: a node, or a number that takes the type it needs.
#[derive(Clone, Copy)]
pub(crate) enum Number<'g> {
    Expr(Expr<'g>),
    Real(f64),
    Int(i32),
}

impl<'g> From<Expr<'g>> for Number<'g> {
    fn from(expr: Expr<'g>) -> Self {
        Number::Expr(expr)
    }
}

impl From<f64> for Number<'_> {
    fn from(value: f64) -> Self {
        Number::Real(value)
    }
}

impl From<i32> for Number<'_> {
    fn from(value: i32) -> Self {
        Number::Int(value)
    }
}

impl<'g> Expr<'g> {
    pub(crate) fn ty(self) -> Type {
        self.graph.ty(self.id)
    }

    fn number(self, number: Number<'g>) -> Expr<'g> {
        match number {
            Number::Expr(expr) => expr,
            Number::Real(value) => self.constant(value),
            Number::Int(value) => {
                let ty = if self.ty().is_float() {
                    Type::Int("i32")
                } else {
                    self.ty()
                };
                self.graph.expr(self.graph.int(value.into(), ty))
            }
        }
    }

    /// A number of the same type.
    pub(crate) fn constant(self, value: f64) -> Expr<'g> {
        self.graph.expr(self.graph.float(value, self.ty()))
    }

    pub(crate) fn apply(self, op: &'static Op, others: &[Number<'g>]) -> Expr<'g> {
        let mut operands = vec![self.id];
        operands.extend(others.iter().map(|&other| self.number(other).id));
        self.graph.expr(self.graph.op(op, &operands))
    }

    /// Where the condition holds the first, else the second. Two numbers take the type of what the
    /// condition compares.
    pub(crate) fn select(
        self,
        then: impl Into<Number<'g>>,
        otherwise: impl Into<Number<'g>>,
    ) -> Expr<'g> {
        let (then, otherwise) = (then.into(), otherwise.into());
        let like = match (then, otherwise) {
            (Number::Expr(expr), _) | (_, Number::Expr(expr)) => expr,
            _ => self.compared(),
        };
        let (then, otherwise) = (like.number(then), like.number(otherwise));
        self.graph
            .expr(self.graph.select(self.id, then.id, otherwise.id))
    }

    fn compared(self) -> Expr<'g> {
        if self.ty() == Type::Bool {
            let operand = self.graph.operands(self.id)[0];
            self.graph.expr(operand).compared()
        } else {
            self
        }
    }

    /// `of(self)`, but 0 where `self` is 0.
    pub(crate) fn guarded(self, of: impl FnOnce(Expr<'g>) -> Expr<'g>) -> Expr<'g> {
        self.eq(0.0).select(0.0, of(self))
    }

    /// An integer as a float of the type of `like`.
    pub(crate) fn real_like(self, like: Expr<'g>) -> Expr<'g> {
        self.graph.expr(self.graph.cast(self.id, like.ty()))
    }
}

macro_rules! arithmetic {
    ($($operator:ident $method:ident $row:ident),*) => {$(
        impl<'g, N: Into<Number<'g>>> std::ops::$operator<N> for Expr<'g> {
            type Output = Expr<'g>;

            fn $method(self, other: N) -> Expr<'g> {
                Expr::$row(self, other)
            }
        }

        impl<'g> std::ops::$operator<Expr<'g>> for f64 {
            type Output = Expr<'g>;

            fn $method(self, other: Expr<'g>) -> Expr<'g> {
                Expr::$row(other.constant(self), other)
            }
        }
    )*};
}

arithmetic!(Add add add, Sub sub sub, Mul mul mul, Div div div);

impl<'g> std::ops::Neg for Expr<'g> {
    type Output = Expr<'g>;

    fn neg(self) -> Expr<'g> {
        Expr::neg(self)
    }
}
