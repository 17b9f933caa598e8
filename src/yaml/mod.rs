//! Text to a tree with spans, with the scalars of PyYAML (YAML 1.1) that the vendor's tool reads.
//!
//! [`parse`] never fails: broken text yields the tree of what could be read, and one
//! [`SyntaxError`] a culprit. [`parse_edited`] does the same for a keystroke, from the tree before it.

mod characters;
mod dialect;
mod edited;
mod explain;
mod line;
mod parse;
mod recover;
mod repair;
mod scalar;
mod tree;

pub use edited::parse_edited;
pub use recover::parse;
pub use scalar::{Value, resolve_plain};
pub use tree::{
    Comment, Document, Entry, Gap, Item, Node, NodeId, NodeKind, Scalar, ScalarStyle, SyntaxError,
    SyntaxErrorKind,
};
