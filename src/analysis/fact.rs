//! Derived values that may be missing, and why.

use crate::diagnostic::Code;
use crate::network::Field;

/// Why a derived value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    /// Nobody says: the file does not, and nothing from outside does.
    Unknown,
    /// It depends on something that this rule reports as wrong. Whoever needs the value stays
    /// silent: one root cause, one finding.
    Broken(Code),
}

/// A derived value. `?` passes on why it is missing.
pub type Fact<T> = Result<T, Missing>;

/// Shorthand for a value that depends on what rule AX`code` reports.
pub const fn broken<T>(code: u16) -> Fact<T> {
    Err(Missing::Broken(Code(code)))
}

/// A value that nobody says.
pub const fn unknown<T>() -> Fact<T> {
    Err(Missing::Unknown)
}

/// The value of a key, or `default` where it does not occur.
pub fn value_or<T: Copy>(field: &Field<T>, default: T) -> Fact<T> {
    match field {
        Field::Absent => Ok(default),
        Field::Given { value, .. } => Ok(*value),
        Field::Invalid { code, .. } => Err(Missing::Broken(*code)),
    }
}

/// The value of a key, or none where it does not occur.
pub fn optional<T: Copy>(field: &Field<T>) -> Fact<Option<T>> {
    match field {
        Field::Absent => Ok(None),
        Field::Given { value, .. } => Ok(Some(*value)),
        Field::Invalid { code, .. } => Err(Missing::Broken(*code)),
    }
}

/// The code of a broken fact, where it is one.
pub fn broken_by<T>(fact: &Fact<T>) -> Option<Code> {
    match fact {
        Err(Missing::Broken(code)) => Some(*code),
        _ => None,
    }
}
