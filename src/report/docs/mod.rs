//! Rules and keys as Markdown, for `explain` and for the pages under `docs/`.

mod coverage;
mod keys;
mod rules;

pub use coverage::coverage_page;
pub use keys::{key_chapter, keys_page};
pub use rules::{area_chapter, rule_anchor, rule_chapter, rules_page};
