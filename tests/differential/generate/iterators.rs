//! Chains of iterators, which `for` runs over as well.

use super::Generator;
use crate::features::Feature;
use crate::program::{Expr, Pattern, Type};

/// What an iterator gives.
#[derive(Clone, Debug)]
enum Item {
    /// A number behind so many references.
    Float(usize),
    Count(usize, usize),
    /// A slice of this length.
    Part(usize),
    Pair(Box<Item>, Box<Item>),
}

pub(super) struct Items {
    pub(super) expr: Expr,
    item: Item,
    /// The most that it gives.
    pub(super) most: usize,
}

impl Generator {
    /// An iterator over something in scope.
    fn source(&mut self) -> Items {
        let range = |generator: &mut Self| {
            let from = generator.rng.below(3);
            let to = generator.turn_count();
            let item = Item::Count(from, to.high.saturating_sub(1).max(from));
            let expr = Expr::Range(Box::new(Expr::Count(from)), Box::new(to.expr), false);
            Items { expr, item, most: to.high }
        };
        let Some(variable) = self.pick_readable(|ty| {
            matches!(ty, Type::Array(_) | Type::Slice(_) | Type::Vec(_) | Type::Vector(_))
        }) else {
            return range(self);
        };
        let name = Expr::name(&variable.name);
        let (Type::Array(n) | Type::Slice(n) | Type::Vec(n) | Type::Vector(n)) = variable.ty else {
            return range(self);
        };
        let is_tensor = matches!(variable.ty, Type::Vector(_));
        let width = self.rng.between(1, 3);
        let parts = |method| Items {
            expr: name.clone().method(method, vec![Expr::Count(width)]),
            item: Item::Part(width),
            most: n,
        };
        match self.rng.below(8) {
            0 => range(self),
            1 if !is_tensor => parts("windows"),
            2 if !is_tensor => parts("chunks_exact"),
            3 if n > 0 && !is_tensor && self.has(Feature::SliceIterated) => {
                let (from, to) = self.bounds(n);
                let part = Expr::Slice(Box::new(name), Box::new(from), Box::new(to));
                Items { expr: part.method("iter", Vec::new()), item: Item::Float(1), most: n }
            }
            _ => Items { expr: name.method("iter", Vec::new()), item: Item::Float(1), most: n },
        }
    }

    /// Two places in a slice of this length, in order.
    pub(super) fn bounds(&mut self, length: usize) -> (Expr, Expr) {
        let from = self.rng.below(length);
        let count = self.count(1);
        if self.has(Feature::DependentBounds) && count.high <= length && count.low >= from {
            return (Expr::Count(from), count.expr);
        }
        (Expr::Count(from), Expr::Count(self.rng.between(from, length)))
    }

    /// An iterator with a few adapters that keep what it gives.
    pub(super) fn items(&mut self) -> Items {
        let mut items = self.source();
        if let Item::Float(1) = items.item
            && self.rng.one_in(6)
        {
            items = Items { expr: items.expr.method("copied", Vec::new()), item: Item::Float(0), ..items };
        }
        while self.rng.one_in(3) {
            let one = self.rng.between(1, 2);
            items = match self.rng.below(6) {
                0 => Items { expr: items.expr.method("rev", Vec::new()), ..items },
                1 => Items { expr: items.expr.method("skip", vec![Expr::Count(one)]), ..items },
                2 => {
                    let count = self.turn_count().expr;
                    Items { expr: items.expr.method("take", vec![count]), ..items }
                }
                3 => Items { expr: items.expr.method("step_by", vec![Expr::Count(one)]), ..items },
                4 => {
                    let most = items.most.max(1) - 1;
                    let item = Item::Pair(Box::new(Item::Count(0, most)), Box::new(items.item));
                    return Items {
                        expr: items.expr.method("enumerate", Vec::new()),
                        item,
                        most: items.most,
                    };
                }
                _ => {
                    let other = self.source();
                    let item = Item::Pair(Box::new(items.item), Box::new(other.item));
                    return Items {
                        expr: items.expr.method("zip", vec![other.expr]),
                        item,
                        most: items.most.min(other.most),
                    };
                }
            };
        }
        items
    }

    /// Names for what an iterator gives to a `for`.
    pub(super) fn items_pattern(&mut self, items: &Items) -> Pattern {
        self.pattern(&items.item, 0)
    }

    /// Names for what an iterator gives, behind so many references more.
    fn pattern(&mut self, item: &Item, refs: usize) -> Pattern {
        let ty = match item {
            Item::Pair(left, right) => {
                // A tuple behind a reference gives references to its parts.
                let (left, right) = (self.pattern_inside(left, refs), self.pattern_inside(right, refs));
                return Pattern::Tuple(vec![left, right]);
            }
            Item::Float(_) => Type::Float,
            Item::Count(low, high) => Type::Count(*low, *high),
            Item::Part(length) => Type::Slice(*length),
        };
        let all = refs + if let Item::Float(own) = item { *own } else { 0 };
        let removed = if matches!(item, Item::Part(_)) { 0 } else { self.rng.between(0, all) };
        let name = self.fresh_name();
        self.declare_behind(&name, ty, false, all - removed);
        (0..removed).fold(Pattern::Name(name), |pattern, _| Pattern::Reference(Box::new(pattern)))
    }

    fn pattern_inside(&mut self, item: &Item, refs: usize) -> Pattern {
        if refs == 0 {
            return self.pattern(item, 0);
        }
        let name = self.fresh_name();
        let (ty, own) = match item {
            Item::Float(own) => (Type::Float, *own),
            Item::Count(low, high) => (Type::Count(*low, *high), 0),
            Item::Part(length) => (Type::Slice(*length), 0),
            Item::Pair(..) => return self.pattern(item, refs),
        };
        self.declare_behind(&name, ty, false, own + 1);
        Pattern::Name(name)
    }

    /// A number from all that an iterator gives.
    pub(super) fn chain(&mut self, depth: usize) -> Expr {
        let Items { mut expr, mut item, .. } = self.items();
        if self.chance(Feature::Filter) {
            let closure = self.scoped(|generator| {
                let pattern = generator.pattern(&item, 1);
                Expr::Closure(vec![(pattern, None)], Box::new(generator.condition(1)))
            });
            expr = expr.method("filter", vec![closure]);
            if self.rng.one_in(6) {
                return Expr::Cast(Box::new(expr.method("count", Vec::new())));
            }
        }
        if self.rng.one_in(4) {
            return self.fold(expr, &item, depth);
        }
        let product = self.rng.one_in(4);
        let as_is = matches!(item, Item::Float(0 | 1)) && self.rng.one_in(4) && !product;
        if !as_is {
            let closure = self.scoped(|generator| {
                let pattern = generator.pattern(&item, 0);
                let body = if product { generator.factor(depth) } else { generator.typed_float(depth) };
                Expr::Closure(vec![(pattern, None)], Box::new(body))
            });
            expr = expr.method("map", vec![closure]);
            item = Item::Float(0);
        }
        if self.rng.one_in(8) && matches!(item, Item::Float(0)) {
            let (start, path) =
                self.rng.pick(&[("f64::NEG_INFINITY", "f64::max"), ("f64::INFINITY", "f64::min")]);
            let start = if self.rng.one_in(2) { self.float(0) } else { Expr::Path(start) };
            return expr.method("fold", vec![start, Expr::Path(path)]);
        }
        expr.method(if product { "product" } else { "sum" }, Vec::new())
    }

    /// A number near 1.
    pub(super) fn factor(&mut self, depth: usize) -> Expr {
        let scale = Expr::Float(self.rng.pick(&[0.25, 0.5]));
        Expr::infix("+", Expr::Float(1.0), Expr::infix("*", self.bounded(depth), scale))
    }

    fn fold(&mut self, expr: Expr, item: &Item, depth: usize) -> Expr {
        let start = self.float(1);
        let closure = self.scoped(|generator| {
            let state = generator.fresh_name();
            generator.declare(&state, Type::Float, false);
            let (before, names) = (Expr::name(&state), generator.scope.len());
            if !generator.has(Feature::Carry) || generator.rng.one_in(2) {
                // What is folded in does not see the state.
                generator.scope[names - 1].role = super::Role::Only("+");
            }
            let pattern = generator.pattern(item, 0);
            let body = match generator.rng.below(4) {
                0 | 1 => Expr::infix("+", before, generator.float(depth)),
                2 => Expr::infix("*", before, generator.factor(depth)),
                _ => before.method("max", vec![generator.float(depth)]),
            };
            Expr::Closure(vec![(Pattern::Name(state), Some("f64")), (pattern, None)], Box::new(body))
        });
        expr.method("fold", vec![start, closure])
    }
}
