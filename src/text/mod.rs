//! Bytes and positions: the lowest layer, which every other one builds on.

mod edit;
mod file;
mod line_index;
mod nearest;
mod span;

pub use edit::{Edit, apply_edits, unified_diff};
pub use file::TextFile;
pub use line_index::{LineColumn, LineIndex};
pub use nearest::{did_you_mean, is_same_word, nearest, slip};
pub use span::Span;
