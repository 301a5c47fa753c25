//! Which loops run over the rows of data: their work is done in blocks of rows, several rows at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::graph::{Axis, FoldOp, Graph, Id, Node, Type};
use crate::lower::Lowered;
use crate::shape::{Extent, Source};

/// A sum of products, as of matrices: `Σ left · right` over one axis, where each axis of the sum belongs to
/// one of the factors alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Contraction {
    pub(crate) left: Id,
    pub(crate) right: Id,
    pub(crate) over: Axis,
}

/// The axes of rows, and the sums in their loops that are products of matrices.
#[derive(Default)]
pub(crate) struct Rows {
    axes: BTreeMap<Axis, Type>,
    contractions: HashMap<Id, Contraction>,
    /// What the contractions multiply.
    factors: BTreeSet<Id>,
}

impl Rows {
    /// `order` has the axes of outer loops first; `others` are not of rows; `waits_on` has the axes of the
    /// conditions under which alone a value can be computed, or `None` if it can be anywhere.
    pub(super) fn of(
        lowered: &Lowered,
        order: &[Axis],
        reachable: &[Id],
        others: &HashSet<Axis>,
        waits_on: impl Fn(Id) -> Option<Vec<Axis>>,
    ) -> Self {
        let graph = &lowered.graph;
        let mut types: BTreeMap<Axis, Option<Type>> = BTreeMap::new();
        for &id in reachable {
            // The entries of a scatter have loops of their own.
            if let Node::Scatter(_, entries) = graph.node(id) {
                let loops = entries.iter().map(|entry| [graph.free(id), entry.axes.clone()].concat());
                types.extend(loops.filter_map(|axes| Some((outermost(order, &axes)?, None))));
            }
            let (axes, condition) = (axes_of(graph, id), waits_on(id));
            let around = condition.clone().unwrap_or_default();
            let Some(row) = outermost(order, &[axes.as_slice(), &around].concat()) else { continue };
            let ty = graph.ty(id);
            let known = types.entry(row).or_insert_with(|| {
                let may_be = is_row(lowered, row) && !others.contains(&row);
                may_be.then_some(Type::Untyped)
            });
            let fits = condition.is_none()
                && is_lanewise(lowered, id, row)
                && axes.iter().all(|&axis| is_even(graph, axis, row));
            *known = match *known {
                Some(own) if fits && (!ty.is_float() || own == Type::Untyped || own == ty) => {
                    Some(if ty.is_float() { ty } else { own })
                }
                _ => None,
            };
        }
        let axes: BTreeMap<Axis, Type> =
            types.into_iter().filter_map(|(axis, ty)| Some((axis, ty.filter(|ty| ty.is_float())?))).collect();
        let mut contractions = HashMap::new();
        for &id in reachable {
            let row = outermost(order, &axes_of(graph, id));
            if let Some(row) = row.filter(|row| axes.contains_key(row))
                && let Some(contraction) = contraction(graph, id, row)
            {
                contractions.insert(id, contraction);
            }
        }
        let factors = contractions.values().flat_map(|contraction| [contraction.left, contraction.right]);
        let factors = factors.filter(|&factor| !is_element(lowered, factor)).collect();
        Rows { axes, contractions, factors }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    pub(super) fn axes(&self) -> impl Iterator<Item = Axis> + '_ {
        self.axes.keys().copied()
    }

    pub(super) fn contains(&self, axis: Axis) -> bool {
        self.axes.contains_key(&axis)
    }

    /// The type of the numbers of a row.
    pub(super) fn ty(&self, axis: Axis) -> Option<Type> {
        self.axes.get(&axis).copied()
    }

    pub(crate) fn contraction(&self, id: Id) -> Option<Contraction> {
        self.contractions.get(&id).copied()
    }

    /// Whether it is kept for all its indices, for a contraction.
    pub(super) fn is_factor(&self, id: Id) -> bool {
        self.factors.contains(&id)
    }
}

/// The loop indices of a value and of what it does.
fn axes_of(graph: &Graph, id: Id) -> Vec<Axis> {
    [graph.free(id), graph.axes_bound(id)].concat()
}

pub(super) fn outermost(order: &[Axis], axes: &[Axis]) -> Option<Axis> {
    order.iter().copied().find(|axis| axes.contains(axis))
}

/// Whether the axis is long enough to take several of its rows at once, as far as is known.
fn is_row(lowered: &Lowered, axis: Axis) -> bool {
    let is_static = matches!(lowered.extents.source(axis.extent), Source::Literal(_) | Source::Const(_));
    !is_static && is_known(&lowered.graph, axis.extent)
}

/// Whether the length is known before all work.
fn is_known(graph: &Graph, extent: Extent) -> bool {
    !graph.is_late(extent) && !graph.is_ragged(extent)
}

/// Whether the axis is as long for all rows.
fn is_even(graph: &Graph, axis: Axis, row: Axis) -> bool {
    let is_ragged =
        || is_known(graph, graph.longest(axis.extent)) && !graph.free(graph.index(axis)).contains(&row);
    is_known(graph, axis.extent) || (axis != row && is_ragged())
}

/// Whether it can be computed for several rows at once.
fn is_lanewise(lowered: &Lowered, id: Id, row: Axis) -> bool {
    let graph = &lowered.graph;
    if graph.with(id, |data| !data.within.is_empty() || data.pins.contains(&row)) {
        return false;
    }
    match graph.node(id) {
        Node::Op(..)
        | Node::Cast(_)
        | Node::Index(_)
        | Node::Float(_)
        | Node::Int(_)
        | Node::Size(_)
        | Node::Leaf(_) => true,
        Node::Get(array, _) => {
            !super::sharing::is_read_in_place(graph, id)
                && !matches!(graph.node(array), Node::CallGradient(..))
        }
        Node::Select(..) => graph.shape(id).is_empty(),
        // Rows add to arrays, and to numbers in other ways too.
        Node::Fold(op, axes, _) => {
            let adds = op == FoldOp::Sum || !axes.contains(&row) || graph.free(id).is_empty();
            adds && graph.ty(id).is_float()
        }
        Node::Build(..) => graph.ty(id).is_float() && !super::sharing::is_late(graph, id),
        Node::Scatter(..)
        | Node::Set(..)
        | Node::State(..)
        | Node::Loop(..)
        | Node::Final(..)
        | Node::Ran(_)
        | Node::Call(..)
        | Node::CallGradient(..) => false,
    }
}

/// The sum as a product of matrices, if it is one.
fn contraction(graph: &Graph, id: Id, row: Axis) -> Option<Contraction> {
    let Node::Fold(FoldOp::Sum, axes, body) = graph.node(id) else { return None };
    let (&[over], Node::Op(op, operands)) = (axes.as_slice(), graph.node(body)) else { return None };
    let (true, &[left, right]) = (op.name == "mul", operands.as_slice()) else { return None };
    let sides = [graph.free(left), graph.free(right)];
    let without = |side: &[Axis], other: &[Axis]| side.iter().filter(|axis| !other.contains(axis)).count();
    let common = sides[0].len() - without(&sides[0], &sides[1]);
    let alone = [without(&sides[0], &sides[1]), without(&sides[1], &sides[0])];
    let is_product = sides.iter().all(|side| side.contains(&over))
        && common == 1
        && alone.iter().all(|&count| count <= 1)
        && alone.iter().sum::<usize>() > 0;
    let has_row = over == row || graph.free(id).contains(&row);
    // The kernel takes all lengths at once.
    let is_even = sides.iter().flatten().all(|axis| !graph.is_ragged(axis.extent));
    (is_product && has_row && is_even).then_some(Contraction { left, right, over })
}

/// Whether it is an element of an array that lies in memory with one distance between neighbours along each of
/// its axes: not one of a diagonal, and not of a part of an array, whose bounds the kernel does not know.
pub(crate) fn is_element(lowered: &Lowered, id: Id) -> bool {
    use crate::written::Written;
    let graph = &lowered.graph;
    match graph.node(id) {
        Node::Fold(..) => true,
        Node::Get(array, indices) => {
            let is_whole = |(&index, extent): (&Id, Extent)| matches!(graph.node(index), Node::Index(axis) if axis.extent == extent);
            let plain = indices.iter().zip(graph.shape(array)).all(is_whole)
                && (1..indices.len()).all(|place| !indices[..place].contains(&indices[place]));
            match graph.node(array) {
                Node::Leaf(leaf) => {
                    plain
                        && match lowered.leaves[leaf].written {
                            Written::Tensor { .. } | Written::Slice { .. } => true,
                            Written::Array { ref lengths, .. } => lengths.len() == 1,
                            _ => false,
                        }
                }
                Node::Build(..) => plain,
                _ => false,
            }
        }
        _ => false,
    }
}
