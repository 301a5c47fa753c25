//! The programs that are generated: a syntax of their own, in which the macro has no part.

/// The name of the function that a program calls.
pub(crate) const HELPER: &str = "g";

/// A function of some parameters, and where it is differentiated.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The function `g`, which this one calls.
    pub(crate) helper: Option<Box<Program>>,
    pub(crate) params: Vec<Param>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) argument: Argument,
    /// Whether the function is differentiated by it.
    pub(crate) active: bool,
}

/// What a parameter is, at the one place where the function is called.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Float(f64),
    Count(usize),
    Bool(bool),
    Floats(Vec<f64>),
    Rows(Vec<Vec<f64>>),
    Places(Vec<usize>),
}

/// A type, with the lengths as they are when the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Float,
    /// A `usize` from the first number up to the second.
    Count(usize, usize),
    Bool,
    /// `[f64; N]`, by reference if it is a parameter.
    Array(usize),
    /// `[[f64; M]; N]`.
    Grid(usize, usize),
    /// `&[f64]`, as long as this at least.
    Slice(usize),
    Vec(usize),
    Vector(usize),
    Matrix(usize, usize),
    /// `&[usize]`, each number below the second.
    Places(usize, usize),
    /// A tuple of two floats.
    Pair,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) statements: Vec<Statement>,
    pub(crate) result: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Let {
        pattern: Pattern,
        mutable: bool,
        /// The type, where one is written.
        ty: Option<&'static str>,
        value: Expr,
    },
    /// `place op= value`, where the operator may be empty.
    Assign {
        place: Expr,
        op: &'static str,
        value: Expr,
    },
    For {
        label: Option<String>,
        pattern: Pattern,
        over: Expr,
        body: Block,
    },
    While {
        label: Option<String>,
        condition: Expr,
        body: Block,
    },
    Break(Option<String>, Option<Expr>),
    Continue(Option<String>),
    Return(Expr),
    /// A branch, a `match`, a `loop` or a block, for what it does.
    Do(Expr),
}

#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Name(String),
    Reference(Box<Pattern>),
    Tuple(Vec<Pattern>),
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Float(f64),
    Count(usize),
    Name(String),
    /// `-x`, `!c`, `*x` or `&x`.
    Prefix(&'static str, Box<Expr>),
    Infix(&'static str, Box<Expr>, Box<Expr>),
    /// `x.method(..)` or `x.method::<f64>(..)`.
    Method(Box<Expr>, &'static str, Vec<Expr>),
    /// A function by its path: `f64::max`, `Vector::from`.
    Call(&'static str, Vec<Expr>),
    Path(&'static str),
    /// `x as f64`.
    Cast(Box<Expr>),
    /// `x[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `m[[i, j]]`.
    Element(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `&x[a..b]`.
    Slice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a..b`, or `a..=b`.
    Range(Box<Expr>, Box<Expr>, bool),
    Closure(Vec<(Pattern, Option<&'static str>)>, Box<Expr>),
    Tuple(Vec<Expr>),
    Field(Box<Expr>, usize),
    List(Vec<Expr>),
    /// `[x; n]`.
    Repeat(Box<Expr>, usize),
    /// `vec![x; n]`.
    VecOf(Box<Expr>, Box<Expr>),
    If(Box<Expr>, Block, Option<Block>),
    Match(Box<Expr>, Vec<Arm>),
    Block(Block),
    Loop(Option<String>, Block),
}

#[derive(Clone, Debug)]
pub(crate) struct Arm {
    /// The alternatives; none is `_`.
    pub(crate) cases: Vec<Case>,
    pub(crate) guard: Option<Expr>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) enum Case {
    Count(usize),
    /// From the first to the last, both of them among the cases.
    Range(usize, usize),
    Bool(bool),
    Name(String),
}

impl Block {
    /// An expression as a block.
    pub(crate) fn of(result: Expr) -> Self {
        Block { statements: Vec::new(), result: Some(Box::new(result)) }
    }
}

impl Expr {
    pub(crate) fn name(name: &str) -> Self {
        Expr::Name(name.to_owned())
    }

    pub(crate) fn infix(op: &'static str, left: Expr, right: Expr) -> Self {
        Expr::Infix(op, Box::new(left), Box::new(right))
    }

    pub(crate) fn prefix(op: &'static str, operand: Expr) -> Self {
        Expr::Prefix(op, Box::new(operand))
    }

    pub(crate) fn method(self, name: &'static str, arguments: Vec<Expr>) -> Self {
        Expr::Method(Box::new(self), name, arguments)
    }

    pub(crate) fn index(self, place: Expr) -> Self {
        Expr::Index(Box::new(self), Box::new(place))
    }

    pub(crate) fn element(self, row: Expr, column: Expr) -> Self {
        Expr::Element(Box::new(self), Box::new(row), Box::new(column))
    }

    pub(crate) fn branch(condition: Expr, then: Block, otherwise: Option<Block>) -> Self {
        Expr::If(Box::new(condition), then, otherwise)
    }

    /// Whether rustc would have to guess which float it is, made of literals alone as it is.
    pub(crate) fn is_untyped(&self) -> bool {
        let of_block = |block: &Block| block.result.as_ref().is_some_and(|result| result.is_untyped());
        match self {
            Expr::Float(_) => true,
            Expr::Prefix("-", operand) => operand.is_untyped(),
            Expr::Infix("+" | "-" | "*" | "/" | "%", left, right) => left.is_untyped() && right.is_untyped(),
            Expr::If(_, then, otherwise) => of_block(then) && otherwise.as_ref().is_none_or(of_block),
            Expr::Match(_, arms) => arms.iter().all(|arm| of_block(&arm.body)),
            Expr::Block(block) => of_block(block),
            _ => false,
        }
    }
}

impl Program {
    /// The parameters that the function is differentiated by.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.active)
    }
}

impl Type {
    pub(crate) fn is_list(self) -> bool {
        !matches!(self, Type::Float | Type::Count(..) | Type::Bool | Type::Pair)
    }

    pub(crate) fn is_of_floats(self) -> bool {
        !matches!(self, Type::Count(..) | Type::Bool | Type::Places(..))
    }
}
