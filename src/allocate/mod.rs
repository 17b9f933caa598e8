//! The allocator: where in data memory the output of each layer goes. Pure.
//!
//! [`Problem`] says what must lie beside what and for how long. [`solve`] finds offsets for all of it, greedy
//! where that suffices and by the [`exact`] search where not, or proves that there are none: [`Overfull`] is
//! such a proof as plain data. [`Problem::is_valid`] verifies a result without the search's help.

mod certificate;
pub mod exact;
mod masks;
mod placement;
mod plan;
mod problem;
mod sections;
mod solve;

pub use certificate::Overfull;
pub use masks::{Choice, Class, Classes, Masks, Site, choose, field, written};
pub use placement::{Fullest, Placement, STEPS, free, fullest, lowest_free};
pub use plan::{Objective, Plan, Request, plan};
pub use problem::{Bundle, Member, Problem, Relation, Slide, Unplaceable};
pub use solve::{Outcome, Proof, bound, place, solve};
