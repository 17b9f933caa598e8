//! Findings and rules as text: one function a format, from the findings of many files to a string;
//! pure.

mod concise;
pub mod docs;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod place;
mod sarif;
mod summary;
mod yamllint;

pub use concise::concise;
pub use full::full;
pub use github::github;
pub use gitlab::gitlab;
pub use json::{json, json_lines, json_schema};
pub use junit::junit;
pub use sarif::sarif;
pub use summary::{Summary, statistics};
pub use yamllint::yamllint;

use crate::diagnostic::Finding;

/// The findings of one file, with the text that their places refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// The file as the user knows it.
    pub path: String,
    /// The text that the spans of the findings refer to.
    pub text: String,
    /// The findings, in order of the text.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests;
