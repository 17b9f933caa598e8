//! References to layers.

use super::{Field, Network, Reference, Source};

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// No layer or buffer has the name.
    UnknownName,
    /// No layer has the number.
    OutOfRange,
}

impl Network {
    /// What a reference leads to in the vendor's tool: `input` and -1 the input, then the first
    /// layer of that name (case ignored), then the buffer; numbers index the layers after holes in
    /// the numbering are closed.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, reference: &Reference) -> Result<Source, Unresolved> {
        match reference {
            Reference::Number(-1) => Ok(Source::Input),
            Reference::Number(-2) => Ok(Source::Buffer),
            Reference::Number(number) => usize::try_from(*number)
                .ok()
                .filter(|&index| index < self.layers.len())
                .map(Source::Layer)
                .ok_or(Unresolved::OutOfRange),
            Reference::Name(name) => self.named(name).ok_or(Unresolved::UnknownName),
        }
    }

    fn named(&self, name: &str) -> Option<Source> {
        let same = |field: &Field<String>| {
            field
                .get()
                .is_some_and(|other| other.eq_ignore_ascii_case(name))
        };
        if name.eq_ignore_ascii_case("input") {
            return Some(Source::Input);
        }
        if let Some(layer) = self.layers.iter().position(|layer| same(&layer.name)) {
            return Some(Source::Layer(layer));
        }
        self.data_buffer
            .iter()
            .any(|buffer| same(&buffer.name))
            .then_some(Source::Buffer)
    }

    /// What a reference means to its author: like [`Self::resolve`], but a number is the sequence
    /// number of a layer as the file gives it, holes and all.
    pub fn meant(&self, reference: &Reference) -> Option<Source> {
        match reference {
            Reference::Number(number @ 0..) => self
                .layers
                .iter()
                .position(|layer| layer.number == *number)
                .map(Source::Layer),
            other => self.resolve(other).ok(),
        }
    }
}
