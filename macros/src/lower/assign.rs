//! Assignment to variables, their fields and elements.

use quote::ToTokens;
use syn::visit::Visit;
use syn::{BinOp, Expr, ExprMethodCall, Member, UnOp};

use super::Lowerer;
use crate::graph::{Entry, Id, Type, fresh_axes};
use crate::ops::{self, Op};
use crate::shape::Demand;
use crate::value::{Array, Iteration, Value};
use crate::written::text;

/// The methods that change the array they are called on.
pub(super) const CHANGES: [&str; 4] = ["fill", "swap", "copy_from_slice", "clone_from_slice"];

/// A step from a variable to the part of it that is assigned to.
enum Step {
    Field(String),
    Index(Vec<Id>),
}

impl Lowerer<'_> {
    /// `place = value` and `place += value`.
    pub(super) fn assign(&mut self, place: &Expr, op: Option<&'static Op>, value: &Expr) {
        let value = self.expr(value, None);
        self.assign_value(place, op, value);
    }

    fn assign_value(&mut self, place: &Expr, op: Option<&'static Op>, value: Value) {
        match (place, value.clone()) {
            (Expr::Infer(_), _) => return,
            (Expr::Tuple(tuple), Value::Tuple(values))
                if op.is_none() && tuple.elems.len() == values.len() =>
            {
                for (place, value) in tuple.elems.iter().zip(values) {
                    self.assign_value(place, None, value);
                }
                return;
            }
            (Expr::Tuple(_), Value::Refused) => return,
            _ => {}
        }
        self.put(place, &mut |lowerer, old| match op {
            Some(op) if op.is_bitwise() => lowerer.bitwise(op, old, value.clone(), place),
            Some(op) => lowerer.elementwise(op, old, value.clone(), place),
            None => value.clone(),
        });
    }

    /// `x.fill(0.0)` and its like.
    pub(super) fn change(&mut self, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let expected = match name.as_str() {
            "swap" => 2,
            _ => 1,
        };
        if self.count_arguments(call, expected).is_none() {
            return;
        }
        let arguments: Vec<Value> = call.args.iter().map(|argument| self.expr(argument, None)).collect();
        if arguments.iter().any(|argument| matches!(argument, Value::Refused)) {
            return;
        }
        self.put(&call.receiver, &mut |lowerer, old| match (&old, arguments.as_slice()) {
            (Value::Array(array), [Value::Scalar(value)]) if name == "fill" => {
                let value = lowerer.coerce(*value, lowerer.graph.ty(array.body));
                Value::Array(array.map(|_| value))
            }
            (Value::Array(array), [Value::Scalar(i), Value::Scalar(j)]) if array.rank() == 1 => {
                let [i, j] = [*i, *j].map(|index| lowerer.coerce(index, Type::Int("usize")));
                let (one, other) = (array.at(lowerer.graph, &[i]), array.at(lowerer.graph, &[j]));
                let half = lowerer.set(array, &[i], &Value::Scalar(other), call);
                match half {
                    Value::Array(half) => lowerer.set(&half, &[j], &Value::Scalar(one), call),
                    other => other,
                }
            }
            (Value::Array(array), [Value::Array(other)]) if name.ends_with("_from_slice") => {
                match Array::zip(lowerer.graph, lowerer.extents, [array, other], &text(call), |_, new| new) {
                    Ok(new) => Value::Array(new.nested_as(array.nested)),
                    Err(mismatch) => lowerer.mismatch(mismatch, call),
                }
            }
            (Value::Refused, _) => Value::Refused,
            _ => lowerer.refuse(
                &call.method,
                format!("`{name}` does not fit this"),
                "use it on a vector, or write a loop over the indices",
            ),
        });
    }

    /// The elements of an array, or its rows, as places to assign to.
    pub(super) fn iter_mut(&mut self, array: &Expr) -> Value {
        match self.place(array) {
            Some((at, steps)) if steps.is_empty() => match &self.scope[at].1 {
                Value::Array(array) if array.rank() == 1 || array.nested => {
                    let axis = self.loop_axis(array.axes[0].extent);
                    let item = Value::Element(at, vec![self.graph.index(axis)]);
                    Value::Iterator(Box::new(Iteration { axis, item, keep: None }))
                }
                Value::Refused => Value::Refused,
                _ => self.refuse(
                    array,
                    format!("`{}` can be changed by its own name alone", text(array)),
                    "assign to it, or return its new value; only arrays are run over by `&mut`",
                ),
            },
            Some(_) => self.refuse(array, "only a whole array can be run over like this", "use its indices"),
            None => Value::Refused,
        }
    }

    /// Changes what stands at a place.
    fn put(&mut self, place: &Expr, change: &mut dyn FnMut(&mut Self, Value) -> Value) {
        let Some((at, steps)) = self.place(place) else { return };
        let old = self.scope[at].1.clone();
        let new = self.changed(old, &steps, place, change);
        self.suggest_name(&new, &self.scope[at].0);
        self.scope[at].1 = new;
    }

    /// The variable and the steps to the part of it.
    fn place(&mut self, place: &Expr) -> Option<(usize, Vec<Step>)> {
        match place {
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Group(inner) => self.place(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.place(&unary.expr),
            Expr::Path(path) => {
                let name = text(&path.path);
                let Some(at) = self.scope.iter().rposition(|(known, _)| *known == name) else {
                    let message = format!("`{name}` is not a variable of this function");
                    let help = format!("bind it here with `let mut {name} = ..;`, and return its new value");
                    self.refuse(place, message, help);
                    return None;
                };
                match self.scope[at].1.clone() {
                    Value::Element(variable, indices) => Some((variable, vec![Step::Index(indices)])),
                    _ => Some((at, Vec::new())),
                }
            }
            Expr::Field(field) => {
                let (at, mut steps) = self.place(&field.base)?;
                steps.push(Step::Field(match &field.member {
                    Member::Named(name) => name.to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                }));
                Some((at, steps))
            }
            Expr::Index(index) => {
                let (at, mut steps) = self.place(&index.expr)?;
                let indices = self.indices(&index.index)?;
                match steps.last_mut() {
                    Some(Step::Index(outer)) => outer.extend(indices),
                    _ => steps.push(Step::Index(indices)),
                }
                Some((at, steps))
            }
            _ => {
                let help = "assign to a variable, a field or an element";
                self.refuse(place, "this cannot be assigned to", help);
                None
            }
        }
    }

    fn changed(
        &mut self,
        old: Value,
        steps: &[Step],
        place: &dyn ToTokens,
        change: &mut dyn FnMut(&mut Self, Value) -> Value,
    ) -> Value {
        let Some((step, rest)) = steps.split_first() else {
            let new = change(self, old.clone());
            return self.typed_as(new, &old);
        };
        match (step, old) {
            (Step::Field(field), Value::Struct(name, mut fields)) => {
                for (known, value) in &mut fields {
                    if known == field {
                        *value = self.changed(value.clone(), rest, place, change);
                    }
                }
                Value::Struct(name, fields)
            }
            (Step::Field(field), Value::Tuple(mut values)) => {
                if let Some(value) = field.parse().ok().and_then(|at: usize| values.get_mut(at)) {
                    *value = self.changed(value.clone(), rest, place, change);
                }
                Value::Tuple(values)
            }
            (Step::Index(indices), Value::Array(array))
                if rest.is_empty() && indices.len() <= array.rank() =>
            {
                let element = self.part(&array, indices);
                let new = change(self, element);
                self.set(&array, indices, &new, place)
            }
            (_, Value::Refused) => Value::Refused,
            _ => self.refuse(
                place.to_token_stream(),
                "this cannot be assigned to",
                "assign to a variable, a field or an element, as in `x[i] = ..`",
            ),
        }
    }

    /// A literal takes the type of the variable.
    fn typed_as(&self, new: Value, old: &Value) -> Value {
        match (new, old) {
            (Value::Scalar(new), Value::Scalar(old)) => Value::Scalar(self.coerce(new, self.graph.ty(*old))),
            (Value::Array(new), Value::Array(old)) => {
                let ty = self.graph.ty(old.body);
                Value::Array(new.map(|body| self.coerce(body, ty)))
            }
            (new, _) => new,
        }
    }

    /// The array with another element, or another part, at the indices.
    fn set(&mut self, array: &Array, indices: &[Id], new: &Value, place: &dyn ToTokens) -> Value {
        let graph = self.graph;
        let rest = array.shape().split_off(indices.len());
        let new = match (new, rest.is_empty()) {
            (Value::Scalar(id), true) => Array { axes: Vec::new(), body: *id, nested: true },
            (Value::Array(part), false) if part.rank() == rest.len() => part.clone(),
            (Value::Refused, _) => return Value::Refused,
            _ => {
                return self.refuse(
                    place.to_token_stream(),
                    "this has another shape than what it is assigned to",
                    "assign elements in a loop, as in `x[i] = y[i]`",
                );
            }
        };
        for (one, &other) in new.shape().into_iter().zip(&rest) {
            if self.extents.unify(one, other, Demand::Expression(&text(place.to_token_stream()))).is_err() {
                let message = "this has another shape than what it is assigned to";
                let help = "assign elements in a loop, as in `x[i] = y[i]`";
                return self.refuse(place.to_token_stream(), message, help);
            }
        }
        let Some((body, old)) = self.same_types(new.body, array.body, place) else { return Value::Refused };
        let base = array.map(|_| old).node(graph);
        let new = new.map(|_| body);
        let mut taken: Vec<_> = indices.iter().flat_map(|&index| graph.free(index)).collect();
        taken.extend([graph.free(base), graph.free(new.body)].concat());
        let axes = fresh_axes(&rest, &taken);
        let inner = graph.indices(&axes);
        let body = new.at(graph, &inner);
        let set = graph.set(base, Entry { axes, indices: [indices, &inner].concat(), body });
        Value::Array(Array::of_node(graph, set).nested_as(array.nested))
    }
}

/// The names of the variables that a loop's body changes.
#[derive(Default)]
pub(super) struct Assigned(pub(super) Vec<String>);

impl<'ast> Visit<'ast> for Assigned {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Assign(assign) => variables(&assign.left, &mut self.0),
            Expr::Binary(binary) if assigning(&binary.op).is_some() => variables(&binary.left, &mut self.0),
            Expr::Reference(reference) if reference.mutability.is_some() => {
                variables(&reference.expr, &mut self.0)
            }
            Expr::MethodCall(call)
                if call.method == "iter_mut" || CHANGES.iter().any(|name| call.method == name) =>
            {
                variables(&call.receiver, &mut self.0);
            }
            _ => {}
        }
        syn::visit::visit_expr(self, expr);
    }
}

/// The variables of which places are parts.
fn variables(place: &Expr, names: &mut Vec<String>) {
    match place {
        Expr::Path(path) => names.push(text(&path.path)),
        Expr::Tuple(tuple) => tuple.elems.iter().for_each(|place| variables(place, names)),
        Expr::Paren(inner) => variables(&inner.expr, names),
        Expr::Group(inner) => variables(&inner.expr, names),
        Expr::Reference(inner) => variables(&inner.expr, names),
        Expr::Unary(inner) => variables(&inner.expr, names),
        Expr::Field(field) => variables(&field.base, names),
        Expr::Index(index) => variables(&index.expr, names),
        _ => {}
    }
}

/// The row of `+=` and its like.
pub(super) fn assigning(op: &BinOp) -> Option<&'static Op> {
    match op {
        BinOp::AddAssign(_) => Some(ops::row("add")),
        BinOp::SubAssign(_) => Some(ops::row("sub")),
        BinOp::MulAssign(_) => Some(ops::row("mul")),
        BinOp::DivAssign(_) => Some(ops::row("div")),
        BinOp::RemAssign(_) => Some(ops::row("rem")),
        BinOp::BitAndAssign(_) => Some(ops::row("bitand")),
        BinOp::BitOrAssign(_) => Some(ops::row("bitor")),
        BinOp::BitXorAssign(_) => Some(ops::row("bitxor")),
        BinOp::ShlAssign(_) => Some(ops::row("shl")),
        BinOp::ShrAssign(_) => Some(ops::row("shr")),
        _ => None,
    }
}
