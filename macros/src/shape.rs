//! Extents: how long an axis is, and what makes two of them equal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::written::Length;

/// The length of an axis. Two extents that must be equal are one class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Extent(u32);

/// Where the length of an axis is known from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// An axis of a parameter, known when the function is called.
    Axis { leaf: usize, axis: usize },
    /// A number known when compiling.
    Literal(usize),
    /// A const parameter or a constant.
    Const(String),
    /// An integer parameter.
    Parameter(usize),
    /// Computed, by its number in the function; see [`Graph::length`](crate::graph::Graph::length).
    Loop(usize),
}

impl Source {
    pub(crate) fn of_length(length: &Length) -> Self {
        match length {
            Length::Literal(length) => Source::Literal(*length),
            Length::Const(path) => Source::Const(path.clone()),
        }
    }

    /// Whether the compiler knows it.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Source::Literal(_) | Source::Const(_))
    }

    /// Whether it is a const parameter; a constant is found from inside the module, by a path.
    pub(crate) fn is_parameter(&self) -> bool {
        matches!(self, Source::Const(name) if !name.contains("::"))
    }

    /// Known lengths represent their class: they cost nothing and let the compiler unroll.
    fn rank(&self) -> usize {
        match self {
            Source::Literal(_) => 0,
            Source::Const(_) => 1,
            Source::Axis { .. } => 2,
            Source::Parameter(_) => 3,
            Source::Loop(_) => 4,
        }
    }
}

/// A length in an equality, with the axis of a leaf that has it, where that is known: a length that is
/// known when compiling does not tell whose it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Side {
    pub(crate) extent: Extent,
    pub(crate) axis: Option<(usize, usize)>,
}

impl From<Extent> for Side {
    fn from(extent: Extent) -> Self {
        Side { extent, axis: None }
    }
}

/// What makes two lengths equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Demand<'a> {
    /// The user's expression.
    Expression(&'a str),
    /// `#[shape(..)]` has the same name at both.
    Name(&'a str),
}

/// An equality that only the call can decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    pub(crate) left: Side,
    pub(crate) right: Side,
    /// The user's expression that demands it, or the name in `#[shape(..)]`.
    pub(crate) demanded_by: String,
    /// Whether it is a name.
    pub(crate) by_name: bool,
}

/// Two lengths that must be equal and cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Clash;

/// All extents of a function, as a union-find over their sources.
#[derive(Default, Clone)]
pub(crate) struct Extents {
    inner: RefCell<Inner>,
}

#[derive(Default, Clone)]
struct Inner {
    sources: Vec<Source>,
    parents: Vec<u32>,
    /// How `#[shape(..)]` names the classes, at the extents that stand for them.
    names: BTreeMap<Extent, String>,
    checks: Vec<Check>,
    nonempty: Vec<(Side, String)>,
}

impl Inner {
    /// Whether two classes, given by what stands for them, cannot be one.
    fn clash(&self, a: Extent, b: Extent, demand: Demand) -> bool {
        let [first, second] = [a, b].map(|extent| &self.sources[extent.0 as usize]);
        let differ = match (first, second) {
            (Source::Literal(m), Source::Literal(n)) => m != n,
            // What rustc takes for different lengths: a const parameter stands for any.
            (Source::Const(_), Source::Literal(_)) | (Source::Literal(_), Source::Const(_)) => {
                first.is_parameter() || second.is_parameter()
            }
            (Source::Const(m), Source::Const(n)) => m != n && (first.is_parameter() || second.is_parameter()),
            _ => false,
        };
        let names = [a, b].map(|extent| self.names.get(&extent));
        differ
            || match (names, demand) {
                ([Some(m), Some(n)], _) => m != n,
                ([Some(_), None], Demand::Expression(_)) => second.is_known(),
                ([None, Some(_)], Demand::Expression(_)) => first.is_known(),
                _ => false,
            }
    }

    fn root(&self, extent: Extent) -> Extent {
        let mut current = extent;
        while self.parents[current.0 as usize] != current.0 {
            current = Extent(self.parents[current.0 as usize]);
        }
        current
    }
}

impl Extents {
    /// The extent with this source, or the one that stands for its class.
    pub(crate) fn intern(&self, source: Source) -> Extent {
        self.root(self.own(source))
    }

    /// The extent with this source itself, whatever it was found equal to since. The same source is the
    /// same extent.
    pub(crate) fn own(&self, source: Source) -> Extent {
        let mut inner = self.inner.borrow_mut();
        let found = inner.sources.iter().position(|known| *known == source);
        let extent = Extent(found.unwrap_or(inner.sources.len()) as u32);
        if found.is_none() {
            inner.sources.push(source);
            inner.parents.push(extent.0);
        }
        extent
    }

    /// The extent that stands for the class.
    pub(crate) fn root(&self, extent: Extent) -> Extent {
        self.inner.borrow().root(extent)
    }

    /// The source that stands for the extent's class.
    pub(crate) fn source(&self, extent: Extent) -> Source {
        let inner = self.inner.borrow();
        inner.sources[inner.root(extent).0 as usize].clone()
    }

    /// The source an extent was made from, whatever it was found equal to since.
    pub(crate) fn own_source(&self, extent: Extent) -> Source {
        self.inner.borrow().sources[extent.0 as usize].clone()
    }

    pub(crate) fn same(&self, left: Extent, right: Extent) -> bool {
        self.root(left) == self.root(right)
    }

    /// How `#[shape(..)]` names the extent's class.
    pub(crate) fn name(&self, extent: Extent) -> Option<String> {
        let inner = self.inner.borrow();
        inner.names.get(&inner.root(extent)).cloned()
    }

    /// Gives the extent's class a name, unless its length is known: then it has that.
    pub(crate) fn set_name(&self, extent: Extent, name: &str) {
        let mut inner = self.inner.borrow_mut();
        let root = inner.root(extent);
        if !inner.sources[root.0 as usize].is_known() {
            inner.names.entry(root).or_insert_with(|| name.to_owned());
        }
    }

    /// Makes two extents equal, with a check for the call where the compiler cannot know. Lengths that are
    /// known to differ clash; and so do two names, or a name and a length that is known: a name stands for
    /// any length.
    pub(crate) fn unify(
        &self,
        left: impl Into<Side>,
        right: impl Into<Side>,
        demand: Demand,
    ) -> Result<(), Clash> {
        let (left, right) = (left.into(), right.into());
        let mut inner = self.inner.borrow_mut();
        let (a, b) = (inner.root(left.extent), inner.root(right.extent));
        if a == b {
            return Ok(());
        }
        if inner.clash(a, b, demand) {
            return Err(Clash);
        }
        let (demanded_by, by_name) = match demand {
            Demand::Expression(text) => (text.to_owned(), false),
            Demand::Name(name) => (name.to_owned(), true),
        };
        // A length that is computed may be known only later than what it was found equal to.
        let early = |side: Side, root: Extent| match inner.sources[side.extent.0 as usize] {
            Source::Loop(_) => Side { extent: root, ..side },
            _ => side,
        };
        let (left, right) = (early(left, a), early(right, b));
        inner.checks.push(Check { left, right, demanded_by, by_name });
        let rank = |extent: Extent| (inner.sources[extent.0 as usize].rank(), extent);
        let (parent, child) = if rank(a) <= rank(b) { (a, b) } else { (b, a) };
        inner.parents[child.0 as usize] = parent.0;
        let name = inner.names.remove(&child);
        if let Some(name) = name
            && !inner.sources[parent.0 as usize].is_known()
        {
            inner.names.entry(parent).or_insert(name);
        }
        Ok(())
    }

    /// Notes that an expression has no answer where the axis is empty.
    pub(crate) fn demand_nonempty(&self, axis: Side, demanded_by: &str) {
        let mut inner = self.inner.borrow_mut();
        let own = inner.root(axis.extent);
        if !inner.nonempty.iter().any(|(known, _)| inner.root(known.extent) == own) {
            inner.nonempty.push((axis, demanded_by.to_owned()));
        }
    }

    /// The axes that must not be empty, each with the first expression that demands it.
    pub(crate) fn nonempty(&self) -> Vec<(Side, String)> {
        self.inner.borrow().nonempty.clone()
    }

    /// How long the axes are at least that cannot be empty.
    pub(crate) fn least(&self) -> BTreeMap<Extent, usize> {
        let inner = self.inner.borrow();
        let nonempty: BTreeSet<Extent> =
            inner.nonempty.iter().map(|(side, _)| inner.root(side.extent)).collect();
        let all = (0..inner.sources.len() as u32).map(Extent);
        let least = all.map(|extent| {
            let root = inner.root(extent);
            match inner.sources[root.0 as usize] {
                Source::Literal(length) => (extent, length),
                _ => (extent, usize::from(nonempty.contains(&root))),
            }
        });
        least.filter(|(_, length)| *length > 0).collect()
    }

    /// The equalities to check when the function is called, in the order of the source text.
    pub(crate) fn checks(&self) -> Vec<Check> {
        self.inner.borrow().checks.clone()
    }

    /// All extents of the class.
    pub(crate) fn class(&self, extent: Extent) -> Vec<Extent> {
        let inner = self.inner.borrow();
        let root = inner.root(extent);
        (0..inner.sources.len() as u32).map(Extent).filter(|&other| inner.root(other) == root).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_lengths_represent_their_class() {
        let extents = Extents::default();
        let dynamic = extents.intern(Source::Axis { leaf: 0, axis: 0 });
        let known = extents.intern(Source::Literal(3));
        extents.unify(dynamic, known, Demand::Expression("x + y")).expect("a dynamic length can be 3");
        assert_eq!(extents.source(dynamic), Source::Literal(3));
        assert_eq!(extents.checks().len(), 1);
    }

    #[test]
    fn contradicting_lengths_are_an_error() {
        let extents = Extents::default();
        let (three, four) = (extents.intern(Source::Literal(3)), extents.intern(Source::Literal(4)));
        assert_eq!(extents.unify(three, four, Demand::Expression("x + y")), Err(Clash));
    }

    #[test]
    fn a_name_is_no_other_length() {
        let extents = Extents::default();
        let axis = |leaf| extents.intern(Source::Axis { leaf, axis: 0 });
        let (n, also_n, m, other) = (axis(0), axis(1), axis(2), axis(3));
        extents.set_name(n, "N");
        extents.set_name(m, "M");
        extents.unify(n, also_n, Demand::Name("N")).expect("the name is the same");
        extents.unify(also_n, other, Demand::Expression("x + y")).expect("the other has no name");
        assert_eq!(extents.name(other), Some("N".to_owned()));
        assert_eq!(extents.unify(other, m, Demand::Expression("x + y")), Err(Clash));
        let three = extents.intern(Source::Literal(3));
        assert_eq!(extents.unify(m, three, Demand::Expression("x + y")), Err(Clash));
    }

    #[test]
    fn const_parameters_are_any_length() {
        let extents = Extents::default();
        let length = |text: &str| extents.intern(Source::Const(text.to_owned()));
        let demand = Demand::Expression("x + y");
        assert_eq!(extents.unify(length("N"), length("M"), demand), Err(Clash));
        assert_eq!(extents.unify(length("N"), length("super::K"), demand), Err(Clash));
        assert_eq!(extents.unify(length("super::J"), length("super::K"), demand), Ok(()));
    }
}
