//! The allocator: where in data memory the output of each layer goes. Pure.
//!
//! [`Problem`] says what must lie beside what and for how long, [`place`] finds offsets for all of it,
//! [`fullest`] says why nothing fits, and
//! [`Problem::is_valid`] verifies a result without the search's help.

mod masks;
mod placement;
mod plan;
mod problem;

pub use masks::{Choice, Class, Classes, Masks, Site, choose, field, written};
pub use placement::{Fullest, Placement, STEPS, free, fullest, lowest_free, place};
pub use plan::{Objective, Plan, Request, plan};
pub use problem::{Bundle, Member, Problem, Relation, Unplaceable};
