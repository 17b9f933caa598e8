//! Bytes and positions: the lowest layer, which every other one builds on.

mod edit;
mod line_index;
mod span;

pub use edit::{Edit, apply_edits, unified_diff};
pub use line_index::{LineColumn, LineIndex};
pub use span::Span;
