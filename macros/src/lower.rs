//! [`Function`] to [`Lowered`]: the body as a graph. Everything that can be wrong with a body is found
//! here, all of it at once.

mod call;
mod methods;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{BinOp, Block, Expr, Lit, Member, Pat, Stmt, UnOp};

use crate::graph::{Graph, Id, Node, Type};
use crate::items::Items;
use crate::ops::{self, Op};
use crate::parse::{Function, Param};
use crate::report::Errors;
use crate::shape::{Extent, Extents, Source};
use crate::value::{Array, Mismatch, Value};
use crate::written::{Length, Names, Written, text};

/// A parameter, a field of one, or a constant in scope.
#[derive(Clone)]
pub(crate) struct Leaf {
    /// How Rust names it.
    pub(crate) access: TokenStream,
    /// A name for it that is one word.
    pub(crate) name: String,
    pub(crate) written: Written,
    /// The parameter it belongs to; none for a constant.
    pub(crate) param: Option<usize>,
    /// Whether the function is differentiated with respect to it.
    pub(crate) active: bool,
    pub(crate) node: Id,
}

/// A parameter, or a field of one, that becomes leaves.
struct Field<'f> {
    access: TokenStream,
    name: String,
    written: &'f Written,
    param: usize,
    active: bool,
}

/// A function as a graph.
pub(crate) struct Lowered {
    pub(crate) graph: Graph,
    pub(crate) extents: Extents,
    pub(crate) leaves: Vec<Leaf>,
    /// The other annotated functions that it calls.
    pub(crate) callees: Vec<syn::Path>,
    pub(crate) result: Id,
}

impl Lowered {
    /// The leaves that the function is differentiated by.
    pub(crate) fn active_leaves(&self) -> Vec<Id> {
        self.leaves
            .iter()
            .filter(|leaf| leaf.active)
            .map(|leaf| leaf.node)
            .collect()
    }

    /// How a user would write the length.
    pub(crate) fn length_text(&self, source: &Source) -> String {
        length_text(&self.leaves, source)
    }
}

fn length_text(leaves: &[Leaf], source: &Source) -> String {
    match source {
        Source::Literal(length) => length.to_string(),
        Source::Const(name) => name.clone(),
        Source::Parameter(leaf) => text(&leaves[*leaf].access),
        Source::Axis { leaf, axis } => {
            let Leaf {
                access, written, ..
            } = &leaves[*leaf];
            let access = text(access);
            match (written.rank(), axis) {
                (1, _) => format!("{access}.len()"),
                (2, 0) => format!("{access}.rows()"),
                (2, 1) => format!("{access}.cols()"),
                _ => format!("{access}.shape()[{axis}]"),
            }
        }
    }
}

/// Lowers twice: what the first run found to be equal lengths, the second one names alike from the
/// start, so that expressions over the same rows share their loop indices.
pub(crate) fn lower(function: &Function, items: &Items, errors: &mut Errors) -> Option<Lowered> {
    let mut found = Errors::default();
    let first = run(function, items, Extents::default(), &mut found);
    if !found.is_empty() {
        errors.append(found);
        return None;
    }
    run(function, items, first?.extents, &mut Errors::default())
}

fn run(
    function: &Function,
    items: &Items,
    extents: Extents,
    errors: &mut Errors,
) -> Option<Lowered> {
    let graph = Graph::default();
    let mut lowerer = Lowerer {
        graph: &graph,
        extents: &extents,
        items,
        function,
        leaves: Vec::new(),
        callees: Vec::new(),
        scope: Vec::new(),
        inlined: Vec::new(),
        errors,
    };
    for (position, param) in function.params.iter().enumerate() {
        let value = lowerer.param(position, param);
        lowerer.scope.push((param.name.to_string(), value));
    }
    lowerer.demand_one_width();
    let value = lowerer.block(&function.item.block, Some(&function.result));
    let result = lowerer.result(value);
    let Lowerer {
        leaves, callees, ..
    } = lowerer;
    Some(Lowered {
        result: result?,
        graph,
        extents,
        leaves,
        callees,
    })
}

struct Lowerer<'a> {
    graph: &'a Graph,
    extents: &'a Extents,
    items: &'a Items,
    function: &'a Function,
    leaves: Vec<Leaf>,
    callees: Vec<syn::Path>,
    /// Names in scope, the innermost last.
    scope: Vec<(String, Value)>,
    /// Functions whose bodies are being put in, to see recursion.
    inlined: Vec<String>,
    errors: &'a mut Errors,
}

impl Lowerer<'_> {
    fn refuse(
        &mut self,
        place: impl ToTokens,
        message: impl AsRef<str>,
        help: impl AsRef<str>,
    ) -> Value {
        self.errors.push(place, message, help);
        Value::Refused
    }

    fn param(&mut self, position: usize, param: &Param) -> Value {
        let name = param.name.to_string();
        let active = param.active;
        self.leaf(Field {
            access: param.name.to_token_stream(),
            name,
            written: &param.written,
            param: position,
            active,
        })
    }

    /// A parameter or a field; a struct becomes its fields.
    fn leaf(&mut self, leaf: Field) -> Value {
        if let Written::Struct(name) = leaf.written {
            let definition = self
                .items
                .structure(name)
                .expect("a type is only read as a struct that is known");
            let fields = definition.fields.iter().map(|(field, written)| {
                let ident = syn::Ident::new(field, proc_macro2::Span::call_site());
                let access = &leaf.access;
                let active =
                    leaf.active && !matches!(written, Written::Scalar(ty) if !ty.is_float());
                let name = format!("{}_{field}", leaf.name);
                let part = Field {
                    access: quote!(#access.#ident),
                    name,
                    written,
                    param: leaf.param,
                    active,
                };
                (field.clone(), self.leaf(part))
            });
            return Value::Struct(name.clone(), fields.collect());
        }
        let place = self.leaves.len();
        let element = leaf
            .written
            .element()
            .expect("all but structs have elements");
        let shape = self.shape_of_leaf(place, leaf.written);
        let node = self.graph.leaf(place, element, shape.clone());
        self.graph.suggest_name(node, &leaf.name);
        let Field {
            access,
            name,
            written,
            param,
            active,
        } = leaf;
        self.leaves.push(Leaf {
            access,
            name,
            written: written.clone(),
            param: Some(param),
            active,
            node,
        });
        if shape.is_empty() {
            Value::Scalar(node)
        } else {
            Value::Array(Array::of_node(self.graph, node))
        }
    }

    /// An optimiser moves numbers of one type.
    fn demand_one_width(&mut self) {
        let active: Vec<(usize, Type)> = self
            .leaves
            .iter()
            .filter(|leaf| leaf.active)
            .filter_map(|leaf| Some((leaf.param?, leaf.written.element()?)))
            .collect();
        let Some(&(first, ty)) = active.first() else {
            return;
        };
        if let Some(&(other, another)) = active.iter().find(|(_, element)| *element != ty) {
            let params = &self.function.params;
            let (first, other) = (&params[first].name, params[other].name.clone());
            let message = format!(
                "`{first}` is made of `{}` and `{other}` of `{}`, but a gradient has one type of numbers",
                self.type_name(ty),
                self.type_name(another)
            );
            self.refuse(
                other,
                message,
                "give both the same type, or name those of one type in `wrt(..)`",
            );
        }
    }

    fn shape_of_leaf(&self, leaf: usize, written: &Written) -> Vec<Extent> {
        match written {
            Written::Scalar(_) | Written::Struct(_) => Vec::new(),
            Written::Tensor { rank, .. } => (0..*rank)
                .map(|axis| self.extents.intern(Source::Axis { leaf, axis }))
                .collect(),
            Written::Slice(_) => vec![self.extents.intern(Source::Axis { leaf, axis: 0 })],
            Written::Array { lengths, .. } => lengths
                .iter()
                .map(|length| {
                    self.extents.intern(match length {
                        Length::Literal(length) => Source::Literal(*length),
                        Length::Const(path) => Source::Const(path.clone()),
                    })
                })
                .collect(),
        }
    }

    /// The function's result as a scalar of its type.
    fn result(&mut self, value: Value) -> Option<Id> {
        let Written::Scalar(ty) = self.function.result else {
            return None;
        };
        match value {
            Value::Scalar(id) => Some(self.coerce(id, ty)),
            Value::Refused => None,
            _ => {
                let place = self.function.item.sig.output.clone();
                self.refuse(
                    place,
                    "the body's value is not a single number",
                    "reduce it, as in `.sum()` or `.mean()`",
                );
                None
            }
        }
    }

    fn block(&mut self, block: &Block, expected: Option<&Written>) -> Value {
        let outer = self.scope.len();
        let mut value = Value::Tuple(Vec::new());
        for (place, statement) in block.stmts.iter().enumerate() {
            let last = place + 1 == block.stmts.len();
            match statement {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(Expr::Return(back), _) if last => {
                    value = match &back.expr {
                        Some(expr) => self.expr(expr, expected),
                        None => Value::Tuple(Vec::new()),
                    };
                }
                Stmt::Expr(expr, None) if last => value = self.expr(expr, expected),
                Stmt::Item(syn::Item::Const(constant)) => {
                    let expected = self.annotation(&constant.ty);
                    let bound = self.expr(&constant.expr, expected.as_ref());
                    let bound = self.annotated(bound, expected.as_ref());
                    self.scope.push((constant.ident.to_string(), bound));
                }
                Stmt::Expr(expr, _) => {
                    self.refuse(
                        expr,
                        "this statement has no effect that a derivative could follow",
                        "bind its value with `let`, or remove it",
                    );
                }
                Stmt::Item(item) => {
                    self.refuse(
                        item,
                        "an item cannot stand inside a differentiable function",
                        "move it out of the function",
                    );
                }
                Stmt::Macro(call) => {
                    self.refuse(
                        &call.mac.path,
                        "a macro call cannot be differentiated",
                        "move it out of the function",
                    );
                }
            }
        }
        self.scope.truncate(outer);
        value
    }

    fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            self.refuse(
                local,
                "a `let` without a value is not supported",
                "give it its value here",
            );
            return;
        };
        if let Some((token, _)) = &init.diverge {
            self.refuse(token, "`let .. else` is not supported", "use a plain `let`");
        }
        let (pattern, expected) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, self.annotation(&typed.ty)),
            pattern => (pattern, None),
        };
        let value = self.expr(&init.expr, expected.as_ref());
        let value = self.annotated(value, expected.as_ref());
        self.bind(pattern, value);
    }

    /// The type of an annotation. What is not known here (`_`, say) is rustc's to check.
    fn annotation(&self, ty: &syn::Type) -> Option<Written> {
        let names = Names {
            generic: self.function.generic.as_deref(),
            structs: &self.items.struct_names(),
        };
        Written::parse(ty, &names).ok()
    }

    fn annotated(&self, value: Value, expected: Option<&Written>) -> Value {
        match (value, expected) {
            (Value::Scalar(id), Some(Written::Scalar(ty))) => Value::Scalar(self.coerce(id, *ty)),
            (value, _) => value,
        }
    }

    fn bind(&mut self, pattern: &Pat, value: Value) {
        match (pattern, value) {
            (Pat::Ident(name), value) if name.by_ref.is_none() && name.subpat.is_none() => {
                if let Some(mutable) = &name.mutability {
                    self.refuse(
                        mutable,
                        "`let mut` is not supported",
                        "bind each new value with a `let` of its own",
                    );
                }
                let name = name.ident.to_string();
                match &value {
                    Value::Scalar(id) => self.graph.suggest_name(*id, &name),
                    Value::Array(array) => self.graph.suggest_name(array.body, &name),
                    _ => {}
                }
                self.scope.push((name, value));
            }
            (Pat::Wild(_), _) => {}
            (Pat::Type(typed), value) => self.bind(&typed.pat, value),
            (Pat::Paren(inner), value) => self.bind(&inner.pat, value),
            (Pat::Tuple(tuple), Value::Tuple(values)) if tuple.elems.len() == values.len() => {
                for (pattern, value) in tuple.elems.iter().zip(values) {
                    self.bind(pattern, value);
                }
            }
            (Pat::Tuple(tuple), Value::Refused) => {
                for pattern in &tuple.elems {
                    self.bind(pattern, Value::Refused);
                }
            }
            (pattern, _) => {
                self.refuse(
                    pattern,
                    "this pattern is not supported",
                    "bind a name, or a tuple of names",
                );
            }
        }
    }

    fn expr(&mut self, expr: &Expr, expected: Option<&Written>) -> Value {
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr, expected),
            Expr::Group(inner) => self.expr(&inner.expr, expected),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block, expected),
            Expr::Reference(reference) if reference.mutability.is_none() => {
                self.expr(&reference.expr, expected)
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
                self.expr(&unary.expr, expected)
            }
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path(path),
            Expr::Tuple(tuple) => Value::Tuple(
                tuple
                    .elems
                    .iter()
                    .map(|expr| self.expr(expr, None))
                    .collect(),
            ),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Cast(cast) => self.cast(cast),
            Expr::Field(field) => self.field(field),
            Expr::Index(index) => self.index(index),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Call(call) => self.call(call, expected),
            other => self.unsupported(other),
        }
    }

    fn unsupported(&mut self, expr: &Expr) -> Value {
        let what = match expr {
            Expr::If(_) => "`if`",
            Expr::Match(_) => "`match`",
            Expr::ForLoop(_) => "`for`",
            Expr::While(_) => "`while`",
            Expr::Loop(_) => "`loop`",
            Expr::Closure(_) => "a closure",
            Expr::Macro(_) => "a macro call",
            Expr::Assign(_) => "an assignment",
            Expr::Try(_) => "`?`",
            Expr::Unsafe(_) => "`unsafe`",
            Expr::Async(_) | Expr::Await(_) => "`async`",
            Expr::Return(_) => "a `return` before the end",
            Expr::Array(_) | Expr::Repeat(_) => "an array expression",
            Expr::Struct(_) => "a struct expression",
            Expr::Range(_) => "a range",
            _ => "this expression",
        };
        let help = "write the function with `let`, arithmetic and methods of scalars and tensors";
        self.refuse(expr, format!("{what} cannot be differentiated yet"), help)
    }

    fn literal(&mut self, literal: &Lit) -> Value {
        let typed = |suffix: &str| match suffix {
            "f32" => Some(Type::F32),
            "f64" => Some(Type::F64),
            "" => Some(Type::Untyped),
            _ => match Written::parse(
                &syn::parse_str(suffix).ok()?,
                &Names {
                    generic: None,
                    structs: &[],
                },
            ) {
                Ok(Written::Scalar(ty)) => Some(ty),
                _ => None,
            },
        };
        match literal {
            Lit::Float(float) => {
                if let (Ok(value), Some(ty)) = (float.base10_parse::<f64>(), typed(float.suffix()))
                {
                    return Value::Scalar(self.graph.float(value, ty));
                }
            }
            Lit::Int(int) => {
                if let (Ok(value), Some(ty)) = (int.base10_parse::<i64>(), typed(int.suffix())) {
                    let node = if ty.is_float() {
                        self.graph.float(value as f64, ty)
                    } else {
                        self.graph.int(value, ty)
                    };
                    return Value::Scalar(node);
                }
            }
            _ => {}
        }
        self.refuse(
            literal,
            "this literal is not a number that a derivative can use",
            "use a float or an integer",
        )
    }

    /// A name in scope, or else a constant.
    fn path(&mut self, path: &syn::ExprPath) -> Value {
        if let Some(name) = path.path.get_ident() {
            let name = name.to_string();
            if let Some((_, value)) = self.scope.iter().rev().find(|(known, _)| *known == name) {
                return value.clone();
            }
        }
        let printed = text(&path.path);
        let generics = &self.function.item.sig.generics;
        let is_length = generics
            .const_params()
            .any(|param| path.path.is_ident(&param.ident));
        let segment = |name: &str| {
            path.path
                .segments
                .iter()
                .any(|segment| segment.ident == name)
        };
        let ty = if is_length {
            Type::Int("usize")
        } else if segment("f32") {
            Type::F32
        } else if segment("f64") {
            Type::F64
        } else if path
            .path
            .segments
            .first()
            .is_some_and(|first| Some(first.ident.to_string()) == self.function.generic)
        {
            Type::Generic
        } else {
            Type::Untyped
        };
        let known = self
            .leaves
            .iter()
            .position(|leaf| leaf.param.is_none() && text(&leaf.access) == printed);
        let place = known.unwrap_or(self.leaves.len());
        if known.is_none() {
            let name = path
                .path
                .segments
                .last()
                .map(|last| last.ident.to_string().to_lowercase())
                .unwrap_or_default();
            let access = path.to_token_stream();
            let node = self.graph.leaf(place, ty, Vec::new());
            self.leaves.push(Leaf {
                access,
                name,
                written: Written::Scalar(ty),
                param: None,
                active: false,
                node,
            });
        }
        Value::Scalar(self.leaves[place].node)
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Value {
        let row = match unary.op {
            UnOp::Neg(_) => "neg",
            UnOp::Not(_) => "not",
            _ => return self.refuse(unary, "this operator is not supported", ""),
        };
        match self.expr(&unary.expr, None) {
            Value::Scalar(id) => Value::Scalar(self.graph.op(ops::row(row), &[id])),
            Value::Array(array) => {
                Value::Array(array.map(|body| self.graph.op(ops::row(row), &[body])))
            }
            Value::Refused => Value::Refused,
            _ => self.refuse(
                &unary.expr,
                "this is not a number or an array of numbers",
                "",
            ),
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Value {
        let left = self.expr(&binary.left, None);
        let right = self.expr(&binary.right, None);
        let token = binary.op.to_token_stream().to_string();
        match ops::infix(&token) {
            Some(op) => self.elementwise(op, left, right, binary),
            None => {
                let what = if is_assignment(&binary.op) {
                    "an assignment"
                } else {
                    "this operator"
                };
                self.refuse(
                    binary,
                    format!("{what} cannot be differentiated yet"),
                    "bind the new value with `let`",
                )
            }
        }
    }

    /// A row with two operands, each a scalar or an array.
    fn elementwise(
        &mut self,
        op: &'static Op,
        left: Value,
        right: Value,
        place: &dyn ToTokens,
    ) -> Value {
        match (left, right) {
            (Value::Refused, _) | (_, Value::Refused) => Value::Refused,
            (Value::Scalar(a), Value::Scalar(b)) => self
                .same_types(a, b, place)
                .map_or(Value::Refused, |(a, b)| {
                    Value::Scalar(self.graph.op(op, &[a, b]))
                }),
            (Value::Array(a), Value::Scalar(b)) => self
                .same_types(a.body, b, place)
                .map_or(Value::Refused, |(body, b)| {
                    Value::Array(a.map(|_| self.graph.op(op, &[body, b])))
                }),
            (Value::Scalar(a), Value::Array(b)) => self
                .same_types(a, b.body, place)
                .map_or(Value::Refused, |(a, body)| {
                    Value::Array(b.map(|_| self.graph.op(op, &[a, body])))
                }),
            (Value::Array(a), Value::Array(b)) => {
                if self.same_types(a.body, b.body, place).is_none() {
                    return Value::Refused;
                }
                self.zip([&a, &b], place, |a, b| (op, a, b))
            }
            _ => self.refuse(
                place.to_token_stream(),
                "these are not numbers or arrays of numbers",
                "",
            ),
        }
    }

    fn zip(
        &mut self,
        operands: [&Array; 2],
        place: &dyn ToTokens,
        combine: impl FnOnce(Id, Id) -> (&'static Op, Id, Id),
    ) -> Value {
        let graph = self.graph;
        let demanded_by = text(place.to_token_stream());
        let zipped = Array::zip(graph, self.extents, operands, &demanded_by, |a, b| {
            let (op, a, b) = combine(a, b);
            graph.op(op, &[a, b])
        });
        match zipped {
            Ok(array) => Value::Array(array),
            Err(mismatch) => self.mismatch(mismatch, place),
        }
    }

    fn mismatch(&mut self, mismatch: Mismatch, place: &dyn ToTokens) -> Value {
        let (left, right) = (
            self.shape_text(&mismatch.left),
            self.shape_text(&mismatch.right),
        );
        let printed = text(place.to_token_stream());
        let message =
            format!("`{printed}` has operands of the shapes {left} and {right}, which do not fit");
        self.refuse(
            place.to_token_stream(),
            message,
            "an axis of length 1 is not stretched: write `.insert_axis(axis, length)`",
        )
    }

    fn shape_text(&self, shape: &[Extent]) -> String {
        let lengths: Vec<String> = shape
            .iter()
            .map(|&extent| length_text(&self.leaves, &self.extents.source(extent)))
            .collect();
        format!("[{}]", lengths.join(", "))
    }

    /// Two scalars of one type, where a literal takes the other's type.
    fn same_types(&mut self, a: Id, b: Id, place: &dyn ToTokens) -> Option<(Id, Id)> {
        let (left, right) = (self.graph.ty(a), self.graph.ty(b));
        match (left, right) {
            (Type::Untyped, _) => Some((self.coerce(a, right), b)),
            (_, Type::Untyped) => Some((a, self.coerce(b, left))),
            _ if left == right => Some((a, b)),
            _ => {
                let (left, right) = (self.type_name(left), self.type_name(right));
                let printed = text(place.to_token_stream());
                self.refuse(
                    place.to_token_stream(),
                    format!("`{printed}` mixes `{left}` and `{right}`"),
                    format!("convert one of them, as in `.. as {left}`"),
                );
                None
            }
        }
    }

    fn type_name(&self, ty: Type) -> String {
        crate::written::scalar_path(ty, self.function.generic.as_deref()).to_string()
    }

    /// An expression of literals and constants in the type that its place asks for.
    fn coerce(&self, id: Id, ty: Type) -> Id {
        if self.graph.ty(id) != Type::Untyped || ty == Type::Untyped {
            return id;
        }
        match self.graph.node(id) {
            Node::Float(bits) => self.graph.float(f64::from_bits(bits), ty),
            Node::Int(value) if ty.is_float() => self.graph.float(value as f64, ty),
            Node::Int(value) => self.graph.int(value, ty),
            Node::Leaf(leaf) => self.graph.leaf(leaf, ty, Vec::new()),
            _ => self
                .graph
                .with_operands(id, &mut |operand| self.coerce(operand, ty)),
        }
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> Value {
        let value = self.expr(&cast.expr, None);
        let Some(Written::Scalar(target)) = self.annotation(&cast.ty) else {
            return self.refuse(
                &cast.ty,
                format!("`as {}` cannot be differentiated", text(&cast.ty)),
                "cast to `f32` or `f64`",
            );
        };
        match value {
            Value::Scalar(id) if self.graph.ty(id).is_float() && !target.is_float() => self.refuse(
                cast,
                format!("`as {}` loses the derivative", text(&cast.ty)),
                "keep the float, and round it with `.floor()`, whose derivative is 0",
            ),
            Value::Scalar(id) => Value::Scalar(match self.graph.node(id) {
                Node::Float(_) | Node::Int(_) if self.graph.ty(id) == Type::Untyped => {
                    self.coerce(id, target)
                }
                _ => self.graph.cast(id, target),
            }),
            Value::Refused => Value::Refused,
            _ => self.refuse(cast, "only a number can be cast", ""),
        }
    }

    fn field(&mut self, field: &syn::ExprField) -> Value {
        match (self.expr(&field.base, None), &field.member) {
            (Value::Refused, _) => Value::Refused,
            (Value::Tuple(mut values), Member::Unnamed(index))
                if (index.index as usize) < values.len() =>
            {
                values.swap_remove(index.index as usize)
            }
            (Value::Struct(structure, fields), Member::Named(name)) => {
                match fields.into_iter().find(|(known, _)| name == known) {
                    Some((_, value)) => value,
                    None => self.refuse(name, format!("`{structure}` has no field `{name}`"), ""),
                }
            }
            _ => self.refuse(field, "this value has no such field", ""),
        }
    }

    /// `x[i]`, `m[[i, j]]` and `a[i][j]`.
    fn index(&mut self, index: &syn::ExprIndex) -> Value {
        let value = self.expr(&index.expr, None);
        let places: Vec<&Expr> = match &*index.index {
            Expr::Array(list) => list.elems.iter().collect(),
            single => vec![single],
        };
        let mut indices = Vec::new();
        for place in places {
            match self.expr(place, None) {
                Value::Scalar(id) => {
                    let id = self.coerce(id, Type::Int("usize"));
                    if self.graph.ty(id) != Type::Int("usize") {
                        return self.refuse(place, "an index is a `usize`", "");
                    }
                    indices.push(id);
                }
                Value::Refused => return Value::Refused,
                _ => return self.refuse(place, "an index is a `usize`", ""),
            }
        }
        match value {
            Value::Array(array) if indices.len() <= array.rank() => {
                let rest = array.shape().split_off(indices.len());
                if rest.is_empty() {
                    return Value::Scalar(array.at(self.graph, &indices));
                }
                Value::Array(Array::new(self.graph, &rest, |inner| {
                    array.at(self.graph, &[indices.as_slice(), inner].concat())
                }))
            }
            Value::Refused => Value::Refused,
            Value::Array(array) => {
                let message = format!(
                    "{} indices into an array with {} axes",
                    indices.len(),
                    array.rank()
                );
                self.refuse(&index.index, message, "")
            }
            _ => self.refuse(index, "only arrays, slices and tensors can be indexed", ""),
        }
    }
}

fn is_assignment(op: &BinOp) -> bool {
    let token = op.to_token_stream().to_string();
    token.len() > 1 && token.ends_with('=') && !matches!(token.as_str(), "==" | "!=" | "<=" | ">=")
}
