//! The allocator: where in data memory the output of each layer goes. Pure.
//!
//! [`Problem`] says what must lie where beside what, [`place`] finds offsets for all of it, and
//! [`Problem::is_valid`] verifies a result without the search's help.

mod placement;
mod problem;

pub use placement::{Placement, bound, lowest_free, place};
pub use problem::{Bundle, Member, Problem, Relation, Unplaceable};
