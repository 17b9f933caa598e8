//! What lowering found wrong, as data for the rules.

use crate::diagnostic::Code;
use crate::text::Span;

/// One thing that is wrong with a key or value by itself.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule that reports it.
    pub code: Code,
    /// The place to edit.
    pub span: Span,
    /// Position in the file of the layer; `None` for global places.
    pub position: Option<usize>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// The kinds of problem.
#[derive(Clone, Debug)]
pub enum ProblemKind {}
