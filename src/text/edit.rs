//! Changes of a text, as lists of replaced byte ranges.

use super::Span;

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The bytes to replace; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub new_text: String,
}

impl Edit {
    /// Replaces the bytes of `span`.
    pub fn replace(span: Span, new_text: impl Into<String>) -> Self {
        Self {
            span,
            new_text: new_text.into(),
        }
    }

    /// Inserts before byte `offset`.
    pub fn insert(offset: u32, new_text: impl Into<String>) -> Self {
        Self::replace(Span::at(offset), new_text)
    }

    /// Deletes the bytes of `span`.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }
}

/// Applies edits that do not overlap, in any order.
///
/// Returns `None` where two edits overlap, or one lies outside the text or inside a character;
/// the caller then has nothing to apply. Two insertions at one place keep their order.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len());
    let mut position = 0;
    for edit in sorted {
        let range = edit.span.range();
        if range.start < position {
            return None;
        }
        result.push_str(text.get(position..range.start)?);
        text.get(range.clone())?;
        result.push_str(&edit.new_text);
        position = range.end;
    }
    result.push_str(text.get(position..)?);
    Some(result)
}

/// The unified diff between two versions of the file `name`; empty where they are equal.
pub fn unified_diff(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(name, name)
        .to_string()
}
