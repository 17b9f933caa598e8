//! The allocator: where in data memory the output of each layer goes. Pure.
//!
//! [`Problem`] says what must lie beside what and for how long, [`place`] finds offsets for all of it,
//! [`fullest`] says why nothing fits, and
//! [`Problem::is_valid`] verifies a result without the search's help.

mod placement;
mod problem;

pub use placement::{Fullest, Placement, STEPS, free, fullest, lowest_free, place};
pub use problem::{Bundle, Member, Problem, Relation, Unplaceable};
