//! The function as index notation: every tensor expression is a scalar expression over loop indices.
//!
//! Nodes are only ever added, operands before their users, and equal nodes are one node. Bound axes
//! are named by what is free around them, so that two sums that differ in the names of their indices
//! alone are equal too: common subexpressions and shared loops are found for free.

mod enclosing;
mod expr;
mod loops;
mod make;
mod rebuild;
mod risk;
mod walk;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::ops::Op;
use crate::shape::Extent;
pub(crate) use expr::{Expr, Number};

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
    pub(crate) number: u32,
}

impl Axis {
    /// Above the numbers of the axes of arrays, so that none is captured.
    const FIRST_LOOP: u32 = 1 << 16;

    /// The index of a loop inside so many others.
    pub(crate) fn of_loop(extent: Extent, depth: usize) -> Self {
        Axis { extent, number: Self::FIRST_LOOP + depth as u32 }
    }

    pub(crate) fn is_loop(self) -> bool {
        self.number >= Self::FIRST_LOOP
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum FoldOp {
    Sum,
    Product,
    Max,
    Min,
}

/// `array[indices] += body`, or `array[indices] = body`, once for every value of `axes`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Entry {
    pub(crate) axes: Vec<Axis>,
    pub(crate) indices: Vec<Id>,
    pub(crate) body: Id,
}

/// A function that is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Callee {
    /// Its place in the function's list.
    pub(crate) place: usize,
    /// Whether nothing that it takes is differentiated.
    pub(crate) constant: bool,
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
    /// The array, or one of zeros, to which the entries are added.
    Scatter(Option<Id>, Vec<Entry>),
    /// The array with other elements at some places, which are different for all values of the axes.
    Set(Id, Entry),
    Fold(FoldOp, Vec<Axis>, Id),
    /// Where the condition holds the first, else the second. They may be arrays.
    Select(Id, Id, Id),
    /// A variable as a turn of a loop finds it: the loop's number and the variable's place.
    State(usize, usize),
    /// All turns of the loop with this number, one after the other.
    Loop(usize, Turns),
    /// A variable after all turns.
    Final(Id, usize),
    /// How many turns there were.
    Ran(Id),
    /// The value of another function. Behind the operands that it takes come the loop indices around it.
    Call(Callee, Vec<Id>),
    /// The derivative of a call by one of its operands.
    CallGradient(Id, usize),
}

/// What a loop does with its variables.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Turns {
    /// Before the first turn.
    pub(crate) starts: Vec<Id>,
    /// After a turn.
    pub(crate) nexts: Vec<Id>,
    /// Whether there is another turn, where the axis does not tell.
    pub(crate) go_on: Option<Id>,
}

/// A loop whose turns must be taken in order.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    pub(crate) axis: Axis,
    /// The loop indices around it, on which its variables may depend.
    pub(crate) around: Vec<Axis>,
    /// The loop around it, which need not be a sequence.
    pub(crate) parent: Option<usize>,
    pub(crate) descending: bool,
    /// The loop whose turns it takes in the opposite order.
    pub(crate) reverses: Option<usize>,
    /// Whether only running it tells how many turns there are.
    pub(crate) open_ended: bool,
    /// Under which it is run at all.
    pub(crate) conditions: Vec<(Id, bool)>,
    /// All its turns, once they are known.
    turns: Option<Id>,
    /// All nodes of a turn that no turn before it had are behind this one.
    first: Id,
}

/// A length that is computed.
#[derive(Clone, Default, Debug)]
struct Length {
    id: Option<Id>,
    open_ended: bool,
    free: Vec<Axis>,
    within: Vec<usize>,
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
    /// The loops on whose variables, as a turn finds them, it depends, in order.
    pub(crate) within: Vec<usize>,
    /// The loop indices among `free` that cannot have other names in it.
    pub(crate) pins: Vec<Axis>,
    /// Rough number of operations to compute it again, saturating.
    pub(crate) cost: u32,
    /// Whether computing it may panic.
    pub(crate) risky: bool,
}

/// What costs more than this is worth storing rather than computing again.
pub(crate) const CHEAP: u32 = 12;
/// The cost of a call.
const CALL: u32 = 1 << 10;
/// The cost of what holds a loop.
pub(crate) const LIMIT: u32 = 1 << 20;

#[derive(Default)]
struct Inner {
    nodes: Vec<Data>,
    known: HashMap<(Node, Type, Vec<Extent>), Id>,
    names: HashMap<Id, String>,
    sequences: Vec<Sequence>,
    lengths: BTreeMap<Extent, Length>,
    /// How long axes are at least, where that is known and not 0.
    least: BTreeMap<Extent, usize>,
}

/// An append-only graph; handles to its nodes are [`Expr`].
#[derive(Default)]
pub(crate) struct Graph {
    inner: RefCell<Inner>,
}

impl Graph {
    /// A graph over axes of which some are known to have so many elements at least.
    pub(crate) fn over(least: BTreeMap<Extent, usize>) -> Self {
        Graph { inner: RefCell::new(Inner { least, ..Inner::default() }) }
    }

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
        self.inner.borrow_mut().names.entry(id).or_insert_with(|| name.to_owned());
    }

    pub(crate) fn name(&self, id: Id) -> Option<String> {
        self.inner.borrow().names.get(&id).cloned()
    }

    /// The node, which is the one that is there already if they are equal.
    fn intern(&self, node: Node, ty: Type, shape: Vec<Extent>, depends: Depends, cost: u32) -> Id {
        let mut inner = self.inner.borrow_mut();
        let key = (node, ty, shape);
        if let Some(&id) = inner.known.get(&key) {
            return id;
        }
        let id = Id(inner.nodes.len() as u32);
        let Depends { free, within, pins } = depends;
        let (node, shape) = (key.0.clone(), key.2.clone());
        let risky = inner.is_risky(&node, ty);
        inner.nodes.push(Data { node, ty, shape, free, within, pins, cost: cost.min(LIMIT), risky });
        inner.known.insert(key, id);
        id
    }

    fn depends_of(&self, operands: &[Id]) -> Depends {
        let inner = self.inner.borrow();
        let mut depends = Depends::default();
        for data in operands.iter().map(|id| &inner.nodes[id.index()]) {
            depends.free.extend(&data.free);
            depends.within.extend(&data.within);
            depends.pins.extend(&data.pins);
        }
        depends.sorted()
    }

    fn cost_of(&self, operands: &[Id]) -> u32 {
        operands.iter().map(|&id| self.cost(id)).sum::<u32>().min(LIMIT)
    }
}

/// What a value depends on; see [`Data`].
#[derive(Clone, Default)]
struct Depends {
    free: Vec<Axis>,
    within: Vec<usize>,
    pins: Vec<Axis>,
}

impl Depends {
    fn and(mut self, other: &Self) -> Self {
        self.free.extend(&other.free);
        self.within.extend(&other.within);
        self.pins.extend(&other.pins);
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        for axes in [&mut self.free, &mut self.pins] {
            axes.sort_unstable();
            axes.dedup();
        }
        self.within.sort_unstable();
        self.within.dedup();
        self
    }

    fn on(free: &[Axis]) -> Self {
        Depends { free: free.to_vec(), ..Depends::default() }.sorted()
    }

    /// The same, of something that belongs to the very indices it depends on.
    fn pinned(mut self) -> Self {
        self.pins.clone_from(&self.free);
        self
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
