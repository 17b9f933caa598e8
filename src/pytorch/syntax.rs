//! The small form of Python that the interpreter runs: what model files use, and nothing else.

use std::sync::Arc;

use crate::text::Span;

/// An expression and where it stands.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Name(Arc<str>),
    Attribute(Box<Expr>, Arc<str>),
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    /// A key without an expression spreads its value (`**other`).
    Dict(Vec<(Option<Expr>, Expr)>),
    Call {
        callee: Box<Expr>,
        arguments: Vec<Expr>,
        /// A keyword without a name spreads its value (`**kwargs`).
        keywords: Vec<(Option<Arc<str>>, Expr)>,
    },
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    Unary(UnaryOp, Box<Expr>),
    /// `and` (true) or `or` (false).
    Junction(bool, Vec<Expr>),
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    Conditional {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Subscript(Box<Expr>, Box<Expr>),
    Slice([Option<Box<Expr>>; 3]),
    Comprehension(Box<Expr>, Vec<Generator>),
    /// Parts of an f-string.
    Format(Vec<Expr>),
    Starred(Box<Expr>),
    /// Anything else, with a word for it.
    Unsupported(&'static str),
}

/// One `for` of a comprehension.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) target: Expr,
    pub(super) iterable: Expr,
    pub(super) conditions: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    Xor,
    MatMul,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnaryOp {
    Plus,
    Minus,
    Not,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

/// A statement and where it stands.
#[derive(Debug)]
pub(super) struct Stmt {
    pub(super) kind: StmtKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum StmtKind {
    Expr(Expr),
    Assign(Vec<Expr>, Expr),
    Augment(Expr, BinaryOp, Expr),
    Return(Option<Expr>),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    For {
        target: Expr,
        iterable: Expr,
        body: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    While(Expr, Vec<Stmt>),
    Try {
        body: Vec<Stmt>,
        handler: Vec<Stmt>,
        otherwise: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    With(Vec<(Expr, Option<Expr>)>, Vec<Stmt>),
    Assert(Expr),
    Raise,
    Break,
    Continue,
    Function(Arc<FunctionDef>),
    Class(Arc<ClassDef>),
    /// Module and the name that it gets.
    Import(Vec<(Arc<str>, Arc<str>)>),
    /// Module, and the names taken from it with the names that they get.
    ImportFrom(Arc<str>, Vec<(Arc<str>, Arc<str>)>),
    Nothing,
    Unsupported(&'static str),
}

#[derive(Debug)]
pub(super) struct FunctionDef {
    pub(super) name: Arc<str>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) keyword_only: Vec<Parameter>,
    pub(super) rest: Option<Arc<str>>,
    pub(super) keyword_rest: Option<Arc<str>>,
    pub(super) decorators: Vec<Arc<str>>,
    pub(super) body: Vec<Stmt>,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: Arc<str>,
    pub(super) default: Option<Expr>,
}

#[derive(Debug)]
pub(super) struct ClassDef {
    pub(super) name: Arc<str>,
    pub(super) bases: Vec<Expr>,
    pub(super) body: Vec<Stmt>,
}
