//! Plain scalars as PyYAML resolves them.

/// The value of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~`, `null`.
    Null,
    /// `yes`, `no`, `true`, `false`, `on`, `off`.
    Bool(bool),
    /// An integer; beyond 128 bits it sticks at the limit.
    Int(i128),
    /// A float.
    Float(f64),
    /// A date or a time.
    Timestamp,
    /// Everything else.
    String(String),
}

/// Resolves the text of a plain scalar without a tag.
pub fn resolve_plain(text: &str) -> Value {
    Value::String(text.to_owned())
}
