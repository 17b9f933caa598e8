//! Python text to our own small form. The only file that knows the parser's crates.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use ruff_python_ast::{self as ast, Number, PySourceType};
use ruff_text_size::Ranged;

use super::syntax::{
    BinaryOp, ClassDef, CompareOp, Expr, ExprKind, FunctionDef, Generator, Parameter, Stmt,
    StmtKind, UnaryOp,
};
use crate::text::Span;

/// Longest text that is read; the longest model file of the vendor has 40 KB.
const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of brackets, blocks and chained operators that is read.
const MAX_DEPTH: usize = 400;

/// Words that make an expression deeper, as operators do.
const NESTING_WORDS: [&[u8]; 6] = [b"not", b"if", b"else", b"lambda", b"await", b"for"];

/// A file in the small form.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) body: Vec<Stmt>,
    /// What the parser could not read; the rest of the file is in `body`.
    pub(super) errors: Vec<(Span, String)>,
    /// The comments, from `#` to the end of the line.
    pub(super) comments: Vec<Span>,
}

/// Texts whose trees are remembered: a model is read for several inputs and chips, and so are the
/// files that it imports, at each keystroke.
const MOST_TREES: usize = 32;

static TREES: Mutex<VecDeque<(String, Arc<SourceFile>)>> = Mutex::new(VecDeque::new());

/// [`parse`], remembered.
pub(super) fn parsed(text: &str) -> Arc<SourceFile> {
    let trees = || TREES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = |(own, _): &&(String, Arc<SourceFile>)| own == text;
    if let Some((_, tree)) = trees().iter().find(known) {
        return Arc::clone(tree);
    }
    let tree = Arc::new(parse(text));
    // Longer texts are refused, so that reading them costs little.
    if text.len() <= MAX_BYTES {
        let mut trees = trees();
        trees.truncate(MOST_TREES - 1);
        trees.push_front((text.to_owned(), Arc::clone(&tree)));
    }
    tree
}

/// Reads a file; what cannot be parsed is left out and listed.
fn parse(text: &str) -> SourceFile {
    let refusal = if text.len() > MAX_BYTES {
        Some((
            Span::at(0),
            format!(
                "the file has {} bytes; model files are read up to {MAX_BYTES}",
                text.len()
            ),
        ))
    } else {
        too_deep(text).map(|at| {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            (Span::at(u32::try_from(at).unwrap_or(0)), message)
        })
    };
    if let Some(error) = refusal {
        return SourceFile {
            body: Vec::new(),
            errors: vec![error],
            comments: Vec::new(),
        };
    }
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let errors = parsed
        .errors()
        .iter()
        .map(|error| (span(error.location), error.error.to_string()))
        .collect();
    SourceFile {
        body: statements(&parsed.syntax().body),
        errors,
        comments: parsed
            .tokens()
            .iter()
            .filter(|token| token.kind().is_comment())
            .map(|token| span(token.range()))
            .collect(),
    }
}

/// Where the text nests too deep for a recursive reader: brackets, indentation, and operators in one
/// chain all make the syntax tree deeper.
fn too_deep(text: &str) -> Option<usize> {
    // The operators seen since the last separator, one counter for each open bracket.
    let mut chains = vec![0usize];
    let mut total = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut word_before = false;
    let mut indent = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut next = at + 1;
        match byte {
            b'#' => next = at + line_length(&text[at..]),
            b'"' | b'\'' => next = at + string_length(&bytes[at..]),
            b'(' | b'[' | b'{' => {
                // A call of a call is a chain as well.
                bump(&mut chains, &mut total);
                chains.push(0);
            }
            b')' | b']' | b'}' if chains.len() > 1 => total -= chains.pop().unwrap_or(0),
            b'\n' | b',' | b';' if byte != b'\n' || chains.len() == 1 => {
                if let Some(chain) = chains.last_mut() {
                    total -= std::mem::take(chain);
                }
                if byte == b'\n' {
                    indent = bytes[next..]
                        .iter()
                        .take_while(|b| matches!(b, b' ' | b'\t'))
                        .count();
                }
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let word = &bytes[at..at + word_length(&bytes[at..])];
                if !word_before && NESTING_WORDS.contains(&word) {
                    bump(&mut chains, &mut total);
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'\\' => {}
            _ if byte.is_ascii() => bump(&mut chains, &mut total),
            _ => {}
        }
        word_before = byte.is_ascii_alphanumeric() || byte == b'_';
        if chains.len() + total + indent > MAX_DEPTH {
            return Some(at);
        }
        at = next;
    }
    None
}

fn bump(chains: &mut [usize], total: &mut usize) {
    if let Some(chain) = chains.last_mut() {
        *chain += 1;
        *total += 1;
    }
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn word_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count()
}

/// Length of the string that starts here, with its quotes.
fn string_length(bytes: &[u8]) -> usize {
    let quote = bytes.first().copied().unwrap_or(b'"');
    let is_triple = bytes.get(1) == Some(&quote) && bytes.get(2) == Some(&quote);
    let open = if is_triple { 3 } else { 1 };
    let mut at = open;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !is_triple => return at,
            _ if byte == quote && !is_triple => return at + 1,
            _ if byte == quote && bytes.get(at..at + 3) == Some(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn span(range: ruff_text_size::TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

fn name(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn statements(body: &[ast::Stmt]) -> Vec<Stmt> {
    body.iter().map(statement).collect()
}

fn statement(stmt: &ast::Stmt) -> Stmt {
    let kind = match stmt {
        ast::Stmt::Expr(s) => StmtKind::Expr(expr(&s.value)),
        ast::Stmt::Assign(s) => {
            StmtKind::Assign(s.targets.iter().map(expr).collect(), expr(&s.value))
        }
        ast::Stmt::AnnAssign(s) => s.value.as_deref().map_or(StmtKind::Nothing, |value| {
            StmtKind::Assign(vec![expr(&s.target)], expr(value))
        }),
        ast::Stmt::AugAssign(s) => {
            StmtKind::Augment(expr(&s.target), binary_op(s.op), expr(&s.value))
        }
        ast::Stmt::Return(s) => StmtKind::Return(s.value.as_deref().map(expr)),
        ast::Stmt::If(s) => StmtKind::If(
            expr(&s.test),
            statements(&s.body),
            else_chain(&s.elif_else_clauses),
        ),
        ast::Stmt::For(s) => StmtKind::For {
            target: expr(&s.target),
            iterable: expr(&s.iter),
            body: statements(&s.body),
            otherwise: statements(&s.orelse),
        },
        ast::Stmt::While(s) => StmtKind::While(expr(&s.test), statements(&s.body)),
        ast::Stmt::Try(s) => StmtKind::Try {
            body: statements(&s.body),
            handler: s.handlers.first().map_or_else(Vec::new, |handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                statements(&handler.body)
            }),
            otherwise: statements(&s.orelse),
            finally: statements(&s.finalbody),
        },
        ast::Stmt::With(s) => StmtKind::With(
            s.items
                .iter()
                .map(|item| {
                    (
                        expr(&item.context_expr),
                        item.optional_vars.as_deref().map(expr),
                    )
                })
                .collect(),
            statements(&s.body),
        ),
        ast::Stmt::Assert(s) => StmtKind::Assert(expr(&s.test)),
        ast::Stmt::Raise(_) => StmtKind::Raise,
        ast::Stmt::Break(_) => StmtKind::Break,
        ast::Stmt::Continue(_) => StmtKind::Continue,
        ast::Stmt::FunctionDef(s) => StmtKind::Function(Arc::new(function(s))),
        ast::Stmt::ClassDef(s) => StmtKind::Class(Arc::new(ClassDef {
            name: name(&s.name),
            bases: s
                .arguments
                .as_deref()
                .map(|arguments| arguments.args.iter().map(expr).collect())
                .unwrap_or_default(),
            body: statements(&s.body),
        })),
        ast::Stmt::Import(s) => StmtKind::Import(
            s.names
                .iter()
                .map(|alias| match &alias.asname {
                    Some(asname) => (name(&alias.name), name(asname)),
                    None => {
                        let first = alias.name.split('.').next().unwrap_or_default();
                        (name(first), name(first))
                    }
                })
                .collect(),
        ),
        ast::Stmt::ImportFrom(s) => StmtKind::ImportFrom(
            name(s.module.as_deref().unwrap_or_default()),
            s.names
                .iter()
                .map(|alias| {
                    let asname = alias.asname.as_ref().unwrap_or(&alias.name);
                    (name(&alias.name), name(asname))
                })
                .collect(),
        ),
        ast::Stmt::Pass(_)
        | ast::Stmt::Global(_)
        | ast::Stmt::Nonlocal(_)
        | ast::Stmt::Delete(_)
        | ast::Stmt::TypeAlias(_) => StmtKind::Nothing,
        ast::Stmt::Match(_) => StmtKind::Unsupported("match"),
        ast::Stmt::IpyEscapeCommand(_) => StmtKind::Unsupported("a notebook command"),
    };
    Stmt {
        kind,
        span: span(stmt.range()),
    }
}

fn else_chain(clauses: &[ast::ElifElseClause]) -> Vec<Stmt> {
    // Built from the end, so that a long `elif` chain costs no recursion here.
    let mut rest = Vec::new();
    for clause in clauses.iter().rev() {
        let body = statements(&clause.body);
        rest = match &clause.test {
            None => body,
            Some(test) => vec![Stmt {
                kind: StmtKind::If(expr(test), body, rest),
                span: span(clause.range),
            }],
        };
    }
    rest
}

fn function(def: &ast::StmtFunctionDef) -> FunctionDef {
    let parameter = |p: &ast::ParameterWithDefault| Parameter {
        name: name(&p.parameter.name),
        default: p.default.as_deref().map(expr),
    };
    let all = &def.parameters;
    FunctionDef {
        name: name(&def.name),
        parameters: all
            .posonlyargs
            .iter()
            .chain(&all.args)
            .map(parameter)
            .collect(),
        keyword_only: all.kwonlyargs.iter().map(parameter).collect(),
        rest: all.vararg.as_ref().map(|p| name(&p.name)),
        keyword_rest: all.kwarg.as_ref().map(|p| name(&p.name)),
        decorators: def
            .decorator_list
            .iter()
            .map(|decorator| match &decorator.expression {
                ast::Expr::Name(n) => name(&n.id),
                _ => name(""),
            })
            .collect(),
        body: statements(&def.body),
    }
}

fn boxed(e: &ast::Expr) -> Box<Expr> {
    Box::new(expr(e))
}

fn expr(e: &ast::Expr) -> Expr {
    let kind = match e {
        ast::Expr::NoneLiteral(_) => ExprKind::None,
        ast::Expr::BooleanLiteral(x) => ExprKind::Bool(x.value),
        ast::Expr::NumberLiteral(x) => match &x.value {
            Number::Int(int) => int
                .as_i64()
                .map_or(ExprKind::Unsupported("a very large number"), ExprKind::Int),
            Number::Float(float) => ExprKind::Float(*float),
            Number::Complex { .. } => ExprKind::Unsupported("a complex number"),
        },
        ast::Expr::StringLiteral(x) => ExprKind::Str(name(x.value.to_str())),
        ast::Expr::FString(x) => ExprKind::Format(format_parts(x)),
        ast::Expr::Name(x) => ExprKind::Name(name(&x.id)),
        ast::Expr::Attribute(x) => ExprKind::Attribute(boxed(&x.value), name(&x.attr)),
        ast::Expr::Tuple(x) => ExprKind::Tuple(x.elts.iter().map(expr).collect()),
        ast::Expr::List(x) => ExprKind::List(x.elts.iter().map(expr).collect()),
        ast::Expr::Set(x) => ExprKind::List(x.elts.iter().map(expr).collect()),
        ast::Expr::Dict(x) => ExprKind::Dict(
            x.items
                .iter()
                .map(|item| (item.key.as_ref().map(expr), expr(&item.value)))
                .collect(),
        ),
        ast::Expr::Call(x) => ExprKind::Call {
            callee: boxed(&x.func),
            arguments: x.arguments.args.iter().map(expr).collect(),
            keywords: x
                .arguments
                .keywords
                .iter()
                .map(|k| (k.arg.as_ref().map(|arg| name(arg)), expr(&k.value)))
                .collect(),
        },
        ast::Expr::BinOp(x) => ExprKind::Binary(boxed(&x.left), binary_op(x.op), boxed(&x.right)),
        ast::Expr::UnaryOp(x) => {
            let op = match x.op {
                ast::UnaryOp::UAdd => UnaryOp::Plus,
                ast::UnaryOp::USub => UnaryOp::Minus,
                ast::UnaryOp::Not => UnaryOp::Not,
                ast::UnaryOp::Invert => UnaryOp::Invert,
            };
            ExprKind::Unary(op, boxed(&x.operand))
        }
        ast::Expr::BoolOp(x) => ExprKind::Junction(
            x.op == ast::BoolOp::And,
            x.values.iter().map(expr).collect(),
        ),
        ast::Expr::Compare(x) => ExprKind::Compare(
            boxed(&x.left),
            x.ops
                .iter()
                .zip(x.comparators.iter())
                .map(|(op, right)| (compare_op(*op), expr(right)))
                .collect(),
        ),
        ast::Expr::If(x) => ExprKind::Conditional {
            test: boxed(&x.test),
            then: boxed(&x.body),
            otherwise: boxed(&x.orelse),
        },
        ast::Expr::Subscript(x) => ExprKind::Subscript(boxed(&x.value), boxed(&x.slice)),
        ast::Expr::Slice(x) => {
            ExprKind::Slice([&x.lower, &x.upper, &x.step].map(|part| part.as_deref().map(boxed)))
        }
        ast::Expr::ListComp(x) => ExprKind::Comprehension(boxed(&x.elt), generators(&x.generators)),
        ast::Expr::SetComp(x) => ExprKind::Comprehension(boxed(&x.elt), generators(&x.generators)),
        ast::Expr::Generator(x) => {
            ExprKind::Comprehension(boxed(&x.elt), generators(&x.generators))
        }
        ast::Expr::Starred(x) => ExprKind::Starred(boxed(&x.value)),
        ast::Expr::Lambda(_) => ExprKind::Unsupported("a lambda"),
        ast::Expr::DictComp(_) => ExprKind::Unsupported("a dictionary comprehension"),
        ast::Expr::Named(_) => ExprKind::Unsupported("an assignment expression"),
        ast::Expr::Await(_) | ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => {
            ExprKind::Unsupported("a coroutine or generator")
        }
        ast::Expr::BytesLiteral(_)
        | ast::Expr::TString(_)
        | ast::Expr::EllipsisLiteral(_)
        | ast::Expr::IpyEscapeCommand(_) => ExprKind::Unsupported("this kind of literal"),
    };
    Expr {
        kind,
        span: span(e.range()),
    }
}

fn format_parts(string: &ast::ExprFString) -> Vec<Expr> {
    let literal = |text: &str, range| Expr {
        kind: ExprKind::Str(name(text)),
        span: span(range),
    };
    let mut parts = Vec::new();
    for part in string.value.iter() {
        match part {
            ast::FStringPart::Literal(text) => parts.push(literal(text.as_str(), text.range)),
            ast::FStringPart::FString(inner) => {
                parts.extend(inner.elements.iter().map(|element| match element {
                    ast::InterpolatedStringElement::Literal(text) => {
                        literal(&text.value, text.range)
                    }
                    // A format changes how a number looks; such a text is not guessed.
                    ast::InterpolatedStringElement::Interpolation(x) if x.format_spec.is_some() => {
                        Expr {
                            kind: ExprKind::Unsupported("a format specification"),
                            span: span(x.range),
                        }
                    }
                    ast::InterpolatedStringElement::Interpolation(x) => expr(&x.expression),
                }));
            }
        }
    }
    parts
}

fn generators(list: &[ast::Comprehension]) -> Vec<Generator> {
    list.iter()
        .map(|g| Generator {
            target: expr(&g.target),
            iterable: expr(&g.iter),
            conditions: g.ifs.iter().map(expr).collect(),
        })
        .collect()
}

fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::MatMult => BinaryOp::MatMul,
        ast::Operator::Div => BinaryOp::Div,
        ast::Operator::Mod => BinaryOp::Mod,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::ShiftLeft,
        ast::Operator::RShift => BinaryOp::ShiftRight,
        ast::Operator::BitOr => BinaryOp::Or,
        ast::Operator::BitXor => BinaryOp::Xor,
        ast::Operator::BitAnd => BinaryOp::And,
        ast::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Equal,
        ast::CmpOp::NotEq => CompareOp::NotEqual,
        ast::CmpOp::Lt => CompareOp::Less,
        ast::CmpOp::LtE => CompareOp::LessEqual,
        ast::CmpOp::Gt => CompareOp::Greater,
        ast::CmpOp::GtE => CompareOp::GreaterEqual,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}
