//! The YAML layer on broken and mutated text.

mod corpus;
mod mutations;
mod recovery;
mod tree;
