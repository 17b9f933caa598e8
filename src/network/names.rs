//! What references lead to, and what layers are called in messages.

use super::{Layer, Network, Reference, Source};

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// No layer and no buffer has this name.
    UnknownName,
    /// No layer has this number; -2 without a `data_buffer` included.
    OutOfRange,
}

impl Network {
    /// What a reference leads to, as the vendor's tool finds it: a name gives the first layer's
    /// number of that name, holes counted, and any number is an index of [`Self::layers`], holes
    /// not counted. With holes the result may be another layer than the one meant.
    pub fn resolve(&self, reference: &Reference) -> Result<Source, Unresolved> {
        let number = match reference {
            Reference::Number(number) => *number,
            Reference::Name(name) => return self.resolve_name(name),
        };
        match number {
            -1 => Ok(Source::Input),
            -2 if !self.data_buffer.is_empty() => Ok(Source::Buffer),
            _ => self.index(number).ok_or(Unresolved::OutOfRange),
        }
    }

    /// What a reference means to its author: like [`Self::resolve`], but names and numbers lead to
    /// the layer that bears them in the file, holes or not.
    pub fn meant(&self, reference: &Reference) -> Option<Source> {
        let layer = match reference {
            Reference::Number(number) => {
                self.layers.iter().position(|layer| layer.number == *number)
            }
            Reference::Name(name) => self.named.get(&name.to_lowercase()).copied(),
        };
        layer
            .map(Source::Layer)
            .or_else(|| self.resolve(reference).ok())
    }

    fn resolve_name(&self, name: &str) -> Result<Source, Unresolved> {
        let name = name.to_lowercase();
        if name == "input" {
            return Ok(Source::Input);
        }
        if let Some(&layer) = self.named.get(&name) {
            return self
                .index(self.layers[layer].number)
                .ok_or(Unresolved::OutOfRange);
        }
        // The tool keeps one name, that of the last block, and compares it as written.
        let buffer = self.data_buffer.last().and_then(|block| block.name.get());
        if buffer == Some(&name) {
            Ok(Source::Buffer)
        } else {
            Err(Unresolved::UnknownName)
        }
    }

    fn index(&self, number: i64) -> Option<Source> {
        let index = usize::try_from(number).ok()?;
        (index < self.layers.len()).then_some(Source::Layer(index))
    }

    /// Index of the layer that stands at this position of the file; `None` for layers that are
    /// not analysed.
    pub fn index_at(&self, position: usize) -> Option<usize> {
        // Nearly always the layers stand in order.
        match self.layers.get(position) {
            Some(layer) if layer.position == position => Some(position),
            _ => self
                .layers
                .iter()
                .position(|layer| layer.position == position),
        }
    }

    /// What messages call the layer: ``layer 3`` or ``layer 3 (`name`)``.
    pub fn label(&self, index: usize) -> String {
        match self.layers.get(index).and_then(Layer::name) {
            Some(name) => format!("layer {index} (`{name}`)"),
            None => format!("layer {index}"),
        }
    }

    /// What messages call the place that a reference leads to.
    pub fn source_label(&self, source: Source) -> String {
        match source {
            Source::Input => "the network's input".to_owned(),
            Source::Buffer => "the data buffer".to_owned(),
            Source::Layer(index) => self.label(index),
        }
    }
}

impl Layer {
    /// The layer's name, where it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.get().map(String::as_str)
    }
}
