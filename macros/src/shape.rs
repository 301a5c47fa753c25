//! Extents: how long an axis is, and what makes two of them equal.

use std::cell::RefCell;
use std::collections::BTreeSet;

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

/// An equality that only the call can decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    pub(crate) left: Extent,
    pub(crate) right: Extent,
    /// The user's expression that demands it.
    pub(crate) demanded_by: String,
}

/// All extents of a function, as a union-find over their sources.
#[derive(Default, Clone)]
pub(crate) struct Extents {
    inner: RefCell<Inner>,
}

#[derive(Default, Clone)]
struct Inner {
    sources: Vec<Source>,
    parents: Vec<u32>,
    checks: Vec<Check>,
    nonempty: Vec<(Extent, String)>,
}

impl Inner {
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

    /// Makes two extents equal, with a check for the call where the compiler cannot know.
    /// Answers the two lengths where they are known to differ.
    pub(crate) fn unify(&self, left: Extent, right: Extent, demanded_by: &str) -> Result<(), (usize, usize)> {
        let mut inner = self.inner.borrow_mut();
        let (a, b) = (inner.root(left), inner.root(right));
        if a == b {
            return Ok(());
        }
        let (first, second) = (inner.sources[a.0 as usize].clone(), inner.sources[b.0 as usize].clone());
        if let (Source::Literal(m), Source::Literal(n)) = (&first, &second) {
            return Err((*m, *n));
        }
        inner.checks.push(Check { left: a, right: b, demanded_by: demanded_by.to_owned() });
        let (parent, child) = if (first.rank(), a) <= (second.rank(), b) { (a, b) } else { (b, a) };
        inner.parents[child.0 as usize] = parent.0;
        Ok(())
    }

    /// Notes that an expression has no answer where the axis is empty.
    pub(crate) fn demand_nonempty(&self, extent: Extent, demanded_by: &str) {
        let mut inner = self.inner.borrow_mut();
        let own = inner.root(extent);
        if !inner.nonempty.iter().any(|(known, _)| *known == own) {
            inner.nonempty.push((own, demanded_by.to_owned()));
        }
    }

    /// The axes that must not be empty, each with the first expression that demands it.
    pub(crate) fn nonempty(&self) -> Vec<(Extent, String)> {
        self.inner.borrow().nonempty.clone()
    }

    /// The equalities to check when the function is called, in the order of the source text.
    pub(crate) fn checks(&self) -> Vec<Check> {
        let checks = self.inner.borrow().checks.clone();
        let mut seen = BTreeSet::new();
        checks.into_iter().filter(|check| seen.insert((check.left, check.right))).collect()
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
        extents.unify(dynamic, known, "x + y").expect("a dynamic length can be 3");
        assert_eq!(extents.source(dynamic), Source::Literal(3));
        assert_eq!(extents.checks().len(), 1);
    }

    #[test]
    fn contradicting_lengths_are_an_error() {
        let extents = Extents::default();
        let (three, four) = (extents.intern(Source::Literal(3)), extents.intern(Source::Literal(4)));
        assert_eq!(extents.unify(three, four, "x + y"), Err((3, 4)));
    }
}
