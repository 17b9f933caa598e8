//! What may stand behind a key.

use crate::diagnostic::Code;
use crate::network::{Activation, DataFormat, Eltwise, Operation};

use super::Scope;

/// The kinds of value.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// A processor mask from 1 to 2^64-1. Text is read as hex after its dots and underscores are
    /// dropped.
    Mask {
        /// The rule that reports anything else.
        code: Code,
    },
    /// A processor mask that must be a number: text with dots crashes the vendor's tool.
    NumericMask,
    /// A whole number.
    Integer(Range),
    /// A distance in bytes from the start of a data-memory instance.
    Offset(Range),
    /// One of a few numbers, or a word that stands for a number.
    Numbers {
        /// The numbers.
        numbers: &'static [i64],
        /// The words.
        words: &'static [Word],
        /// The rule that reports anything else.
        code: Code,
    },
    /// One of a few words, in any case.
    Words {
        /// The words.
        words: &'static [Word],
        /// The rule that reports other words.
        code: Code,
    },
    /// `true` or `false`; the vendor's tool takes anything and asks whether Python finds it true.
    Boolean,
    /// A number for both directions, or `[height, width]`.
    Pair(Range),
    /// `[height, width]`, or a number for the length of 1-D data.
    Dimensions(Range),
    /// `[front, back]`: rows to cut.
    Crop,
    /// A kernel: `3x3`, `1x1`, or a length from 1 to 9, as the operator wants.
    Kernel,
    /// The number or name of a layer.
    Reference,
    /// One or several of: number or name of a layer, `input` or -1, the buffer's name or -2.
    References,
    /// The number or name of a layer, or `stop` or -1.
    Target,
    /// A number or a list of numbers.
    Integers(Range),
    /// A list of exactly this many numbers.
    Numbered {
        /// How many.
        count: usize,
    },
    /// Text.
    Text,
    /// A list of mappings with the keys of this scope.
    Blocks(Scope),
}

impl Domain {
    /// The limits of the numbers that may stand here.
    pub(crate) const fn range(&self) -> Range {
        match self {
            Self::Integer(range)
            | Self::Offset(range)
            | Self::Pair(range)
            | Self::Dimensions(range)
            | Self::Integers(range) => *range,
            _ => Range::NATURAL,
        }
    }
}

/// The limits of a number, and the rules that report what lies outside. Where such a rule is no
/// `AX0` rule, it judges with the limits of the chip: lowering keeps the number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Smallest value.
    pub min: i64,
    /// Largest value on either chip.
    pub max: i64,
    /// The rule that reports smaller ones.
    pub below: Code,
    /// The rule that reports larger ones.
    pub above: Code,
}

/// No number of the file needs more than 31 bits; larger ones are wrong whatever they stand for.
pub(crate) const LARGEST: i64 = i32::MAX as i64;

impl Range {
    /// From 0 up, for keys whose domain has no limits of its own.
    pub(crate) const NATURAL: Self = Self::from(0, 58);

    /// From `min` to what 32 bits hold.
    pub(super) const fn from(min: i64, below: u16) -> Self {
        Self {
            min,
            max: LARGEST,
            below: Code(below),
            above: Code(8),
        }
    }

    /// Whether there is an upper limit of the key's own.
    pub(crate) const fn is_limited(self) -> bool {
        self.max < LARGEST
    }

    /// With an upper limit.
    pub(super) const fn to(self, max: i64, above: u16) -> Self {
        Self {
            max,
            above: Code(above),
            ..self
        }
    }
}

/// A word that may stand as a value.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The spelling that we recommend.
    pub name: &'static str,
    /// Other spellings; case never matters.
    pub aliases: &'static [&'static str],
    /// Words of other tools for it, for suggestions.
    pub foreign: &'static [&'static str],
    /// What it stands for.
    pub meaning: Meaning,
    /// One line about it.
    pub documentation: &'static str,
}

/// What a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A value of `op`.
    Operation(Operation),
    /// A value of `eltwise`.
    Eltwise(Eltwise),
    /// A value of `activate`.
    Activation(Activation),
    /// A value of `data_format`.
    Format(DataFormat),
    /// A number.
    Number(i64),
}

impl Word {
    /// All spellings, the recommended one first.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The word with this spelling.
    pub(crate) fn find(words: &'static [Self], text: &str) -> Option<&'static Self> {
        words
            .iter()
            .find(|word| word.spellings().any(|name| name.eq_ignore_ascii_case(text)))
    }
}
