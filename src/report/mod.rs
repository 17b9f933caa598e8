//! Findings and rules as text for people and machines; pure.

pub mod docs;
