//! What lowering found wrong, as data for the rules.

use crate::diagnostic::Code;
use crate::text::Span;

use super::Operation;
use super::keys::{Key, Nearest, NearestWord, Scope};

/// One thing that is wrong with a key or value by itself.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule that reports it.
    pub code: Code,
    /// The place to edit.
    pub span: Span,
    /// Position in the file of the layer; `None` for global places.
    pub position: Option<usize>,
    /// The key whose value is wrong, where the problem is one of a value.
    pub entry: Option<KeyEntry>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// A key of the table as it occurs in the file.
#[derive(Clone, Copy, Debug)]
pub struct KeyEntry {
    /// The key.
    pub key: &'static Key,
    /// The place of the key.
    pub name: Span,
    /// The place of its value.
    pub value: Span,
}

/// The kinds of problem.
#[derive(Clone, Debug)]
pub enum ProblemKind {
    /// The top of the file, or an entry of a list of blocks, is no mapping.
    NotAMapping {
        /// What it is.
        found: Found,
    },
    /// `layers` or another list of blocks is no list, or an empty one.
    NotAList {
        /// What it is.
        found: Found,
    },
    /// A key that its scope does not know.
    UnknownKey {
        /// Where it stands.
        scope: Scope,
        /// What was probably meant.
        nearest: Option<Nearest>,
        /// Whether the mapping has that key already.
        taken: bool,
    },
    /// Keys that the scope must have are missing.
    MissingKeys {
        /// Where they should stand.
        scope: Scope,
        /// The keys.
        keys: Vec<&'static Key>,
    },
    /// A second spelling of a key that the mapping has already.
    AliasConflict {
        /// The place of the first one.
        first: KeyEntry,
        /// The place of the second one.
        second: KeyEntry,
    },
    /// No value, for which the default then counts.
    Empty,
    /// A value of a type that the key cannot have.
    WrongType {
        /// What it is.
        found: Found,
    },
    /// A number below or above the key's limits.
    OutOfRange {
        /// The number.
        value: i128,
    },
    /// None of the words or numbers that the key can have.
    Unsupported {
        /// The word that was probably meant.
        nearest: Option<NearestWord>,
    },
    /// A list with too few or too many items.
    ListLength {
        /// How many it has.
        found: usize,
    },
    /// Different numbers for height and width where they must be equal.
    Unequal {
        /// Height and width.
        pair: [i64; 2],
    },
    /// A mask that is no hex number.
    NotHex,
    /// A mask that is zero or negative.
    MaskEmpty,
    /// A mask with bits beyond the 64 processors.
    MaskTooLarge,
    /// A kernel that the operator does not have.
    Kernel {
        /// The operator, where it is known.
        operation: Option<Operation>,
    },
    /// Not `true` or `false`; the vendor's tool goes by what Python finds true.
    NotBoolean {
        /// What it then does.
        acts_as: bool,
        /// Whether the text says the opposite.
        says_opposite: bool,
    },
}

/// What stands where something else should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No value.
    Nothing,
    /// `true` or `false`, in one of YAML's many spellings.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a point.
    Float,
    /// A date.
    Date,
    /// Text.
    Text,
    /// A list.
    List,
    /// A mapping.
    Mapping,
}

impl Found {
    /// With its article, for sentences.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Boolean => "a boolean",
            Self::Integer => "a number",
            Self::Float => "a number with a point",
            Self::Date => "a date",
            Self::Text => "text",
            Self::List => "a list",
            Self::Mapping => "a mapping",
        }
    }
}
