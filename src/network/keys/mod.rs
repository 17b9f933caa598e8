//! The key table: every key of a network file, once. Lowering, the JSON Schema, suggestions,
//! hovers and completion read it.

mod blocks;
mod domain;
mod global;
mod layer;
mod nearest;

pub(crate) use domain::LARGEST;
pub use domain::{Domain, Meaning, Range, Word};
pub use nearest::{Nearest, NearestWord, nearest, nearest_word};

use crate::diagnostic::Code;

/// The mapping that a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The top of the file.
    Global,
    /// An entry of `layers`.
    Layer,
    /// A block of `unload`.
    Unload,
    /// A block of `data_buffer`.
    DataBuffer,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 4] = [Self::Global, Self::Layer, Self::Unload, Self::DataBuffer];

    /// The keys of the scope, in the order in which people write them.
    pub const fn keys(self) -> &'static [Key] {
        match self {
            Self::Global => global::KEYS,
            Self::Layer => layer::KEYS,
            Self::Unload => blocks::UNLOAD,
            Self::DataBuffer => blocks::DATA_BUFFER,
        }
    }

    /// The rule that reports a missing key.
    pub const fn missing_key(self) -> Code {
        match self {
            Self::Global => Code(5),
            Self::Layer => Code(9),
            Self::Unload => Code(41),
            Self::DataBuffer => Code(38),
        }
    }

    /// The rule that reports a key which the scope does not know.
    pub const fn unknown_key(self) -> Code {
        match self {
            Self::Global => Code(4),
            Self::Layer => Code(6),
            Self::Unload => Code(40),
            Self::DataBuffer => Code(37),
        }
    }
}

/// The chips on which a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    /// Both chips.
    Both,
    /// MAX78002 only.
    Max78002,
}

/// What a key means.
#[derive(Debug)]
pub struct Key {
    /// The spelling that we recommend.
    pub name: &'static str,
    /// Other spellings that the vendor's tool takes; giving two of one key is an error.
    pub aliases: &'static [&'static str],
    /// Words of other tools for the same thing, for suggestions; the vendor's tool refuses them.
    pub foreign: &'static [&'static str],
    /// What may stand behind it.
    pub domain: Domain,
    /// The rule that reports a value of the wrong type.
    pub wrong_type: Code,
    /// The default as people read it; empty where the key is required or nothing stands for it.
    pub default: &'static str,
    /// Whether the vendor's tool takes an empty value for the default; elsewhere it crashes.
    pub empty_is_default: bool,
    /// Where it may be used.
    pub devices: Devices,
    /// Whether the scope must have it.
    pub required: bool,
    /// Undocumented, or for hardware tests: rarely what anybody wants.
    pub advanced: bool,
    /// Markdown.
    pub documentation: &'static str,
}

impl Key {
    /// What the tables start from.
    const BASE: Self = Self {
        name: "",
        aliases: &[],
        foreign: &[],
        domain: Domain::Text,
        wrong_type: Code(8),
        default: "",
        empty_is_default: false,
        devices: Devices::Both,
        required: false,
        advanced: false,
        documentation: "",
    };

    /// All spellings that the vendor's tool takes, the recommended one first.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        let paragraph = self.documentation.split("\n\n").next().unwrap_or_default();
        match paragraph.find(". ") {
            Some(end) => &paragraph[..=end],
            None => paragraph,
        }
    }
}

/// The key with this spelling; the vendor's tool minds the case.
pub fn find(scope: Scope, name: &str) -> Option<&'static Key> {
    scope
        .keys()
        .iter()
        .find(|key| key.name == name || key.aliases.contains(&name))
}
