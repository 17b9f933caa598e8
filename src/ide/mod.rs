//! What an editor shows of a network file, as plain data: bytes of the text and words of ours, no
//! protocol. Every function is pure and total, whatever the text and the offset.

pub mod actions;
pub mod completion;
pub mod hints;
pub mod hover;
pub mod lens;
pub mod model;
pub mod navigation;
pub mod structure;
pub mod symbols;
pub mod tokens;

mod comment;
mod place;
mod words;

#[cfg(test)]
mod fixture;

use std::sync::{Arc, OnceLock};

use crate::analysis::Analysis;
use crate::check::check_network;
use crate::device::{Device, DeviceId};
use crate::diagnostic::Finding;
use crate::facts::Facts;
use crate::map::{MemoryMap, Step};
use crate::network::{self, Network};
use crate::yaml::{self, Document};

/// One version of a network file, analysed.
#[derive(Debug)]
pub struct Analyzed {
    /// The text; all offsets and spans are bytes of it.
    pub text: Arc<str>,
    /// What is known from outside.
    pub facts: Facts,
    /// The tree of the text.
    pub document: Document,
    /// What the text says.
    pub network: Network,
    /// The chip that everything shown is about; the MAX78000 where it is not known.
    pub device: &'static Device,
    /// What follows for that chip.
    pub analysis: Analysis,
    /// What is reported. [`Self::new`] puts every finding of the rules here; who selects and
    /// suppresses puts the rest in its place.
    pub findings: Vec<Finding>,
    map: OnceLock<MemoryMap>,
}

impl Analyzed {
    /// Parses, analyses and checks a text.
    pub fn new(text: Arc<str>, facts: Facts) -> Self {
        let document = yaml::parse(&text);
        let network = network::lower(&document, &text);
        let findings = check_network(&text, &document, &network, &facts, false);
        Self::of_document(text, document, facts, findings)
    }

    /// Analyses a text whose tree and findings are known.
    pub fn of_document(
        text: Arc<str>,
        document: Document,
        facts: Facts,
        findings: Vec<Finding>,
    ) -> Self {
        let network = network::lower(&document, &text);
        let device = facts.device.unwrap_or(DeviceId::Max78000).table();
        let analysis = Analysis::new(&network, device, &facts);
        Self {
            text,
            facts,
            document,
            network,
            device,
            analysis,
            findings,
            map: OnceLock::new(),
        }
    }

    /// The memory map, drawn when it is first asked for.
    pub fn map(&self) -> &MemoryMap {
        self.map
            .get_or_init(|| MemoryMap::new(&self.network, self.device, &self.analysis))
    }

    /// How lines end in this file.
    fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// What lies in memory while a layer runs; none for a layer that does not.
    fn step(&self, layer: usize) -> Option<&Step> {
        self.map().steps.iter().find(|step| step.layer == layer)
    }
}
