//! Who runs after whom, and who reads what.

use crate::device::Device;
use crate::diagnostic::Code;
use crate::facts::Flags;
use crate::network::{Field, Network, Reference, Source, Target};
use crate::text::Span;

use super::fact::{Fact, Missing, broken};
use super::{Fault, push_fault};

/// What runs after a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This layer.
    Layer(usize),
    /// Nothing: the network ends here.
    Stop,
}

/// One thing that a layer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it comes from; broken where the reference leads nowhere.
    pub source: Fact<Source>,
    /// The reference in `in_sequences`; `None` where the layer reads its predecessor by default.
    pub span: Option<Span>,
}

/// The order of execution and the data flow.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The layers in order of execution.
    pub order: Vec<usize>,
    /// The layer that runs before each layer; `None` for the first one and for skipped ones.
    pub previous: Vec<Option<usize>>,
    /// What runs after each layer.
    pub next: Vec<Next>,
    /// What each layer reads, in order.
    pub inputs: Vec<Vec<Input>>,
    /// The layer whose output is the network's.
    pub final_layer: Option<usize>,
}

impl Graph {
    /// Walks the network.
    pub(super) fn new(
        network: &Network,
        device: &Device,
        flags: &Flags,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let count = network.layers.len();
        let mut graph = Self {
            order: Vec::with_capacity(count),
            previous: vec![None; count],
            next: (0..count)
                .map(|index| next_of(network, device, flags, index, faults))
                .collect(),
            inputs: Vec::new(),
            final_layer: None,
        };
        graph.walk(flags.start_layer, faults);
        graph.inputs = (0..count)
            .map(|index| graph.inputs_of(network, index, faults))
            .collect();
        for index in 0..count {
            if !graph.runs(index)
                && index >= flags.start_layer
                && flags.stop_after.is_none_or(|last| index <= last)
            {
                push_fault(faults, 151, index);
            }
        }
        graph
    }

    /// Whether a layer is executed at all.
    pub fn runs(&self, layer: usize) -> bool {
        self.order.contains(&layer)
    }

    /// When a layer is executed: its position in [`Self::order`].
    pub fn time(&self, layer: usize) -> Option<usize> {
        self.order.iter().position(|&other| other == layer)
    }

    /// The layers that read the output of `source`, in order of execution.
    pub fn readers(&self, source: Source) -> impl Iterator<Item = usize> + '_ {
        self.order.iter().copied().filter(move |&layer| {
            self.inputs[layer]
                .iter()
                .any(|input| input.source == Ok(source))
        })
    }

    fn walk(&mut self, start: usize, faults: &mut Vec<Fault>) {
        let mut layer = start;
        let mut previous = None;
        let mut seen = vec![false; self.next.len()];
        while layer < self.next.len() {
            if seen[layer] {
                // `previous` leads back: the vendor's tool would never end.
                if let Some(culprit) = previous {
                    push_fault(faults, 152, culprit);
                    self.final_layer = Some(culprit);
                }
                return;
            }
            seen[layer] = true;
            self.order.push(layer);
            self.previous[layer] = previous;
            previous = Some(layer);
            match self.next[layer] {
                Next::Stop => break,
                Next::Layer(next) => layer = next,
            }
        }
        self.final_layer = previous;
    }

    fn inputs_of(&self, network: &Network, index: usize, faults: &mut Vec<Fault>) -> Vec<Input> {
        let layer = &network.layers[index];
        match &layer.in_sequences {
            Field::Absent => vec![Input {
                source: Ok(self.previous[index].map_or(Source::Input, Source::Layer)),
                span: None,
            }],
            Field::Invalid { code, .. } => vec![Input {
                source: Err(Missing::Broken(*code)),
                span: None,
            }],
            Field::Given { value, .. } => {
                let mut inputs: Vec<Input> = value
                    .items
                    .iter()
                    .map(|item| Input {
                        source: self.source(network, index, &item.value, item.span, faults),
                        span: Some(item.span),
                    })
                    .collect();
                if !value.complete {
                    inputs.push(Input {
                        source: broken(8),
                        span: None,
                    });
                }
                inputs
            }
        }
    }

    fn source(
        &self,
        network: &Network,
        reader: usize,
        reference: &Reference,
        span: Span,
        faults: &mut Vec<Fault>,
    ) -> Fact<Source> {
        let runs = self.runs(reader);
        let mut fail = |code: u16| {
            // A layer that never runs reads nothing.
            if runs {
                faults.push(Fault {
                    code: Code(code),
                    layer: reader,
                    span: Some(span),
                });
            }
            broken(code)
        };
        if network.has_holes && !matches!(reference, Reference::Number(-2..=-1)) {
            // The tool closes the holes but keeps names and numbers as they were: a reference to
            // a layer behind a hole leads to another one.
            match network.meant(reference) {
                Some(Source::Layer(meant)) if network.layers[meant].number != meant as i64 => {
                    return fail(153);
                }
                Some(_) => {}
                None => return fail(103),
            }
        }
        match network.resolve(reference) {
            Ok(Source::Layer(layer)) => {
                let ran_before = match (self.time(layer), self.time(reader)) {
                    (Some(source), Some(reader)) => source < reader,
                    _ => layer < reader,
                };
                if ran_before {
                    Ok(Source::Layer(layer))
                } else {
                    fail(107)
                }
            }
            Ok(other) => Ok(other),
            Err(crate::network::Unresolved::UnknownName) => fail(103),
            Err(crate::network::Unresolved::OutOfRange) => fail(106),
        }
    }
}

fn next_of(
    network: &Network,
    device: &Device,
    flags: &Flags,
    index: usize,
    faults: &mut Vec<Fault>,
) -> Next {
    let count = network.layers.len();
    let default = if index + 1 < count {
        Next::Layer(index + 1)
    } else {
        Next::Stop
    };
    if flags.stop_after == Some(index) {
        return Next::Stop;
    }
    let Field::Given { value, span, .. } = &network.layers[index].next_sequence else {
        return default;
    };
    let mut fail = |code: u16| {
        faults.push(Fault {
            code: Code(code),
            layer: index,
            span: Some(*span),
        });
    };
    match value {
        Target::Stop => Next::Stop,
        Target::Layer(reference) => {
            let resolved = network.resolve(reference);
            match resolved {
                Ok(Source::Layer(layer)) if layer == index + 1 => Next::Layer(layer),
                Ok(Source::Layer(_)) | Err(crate::network::Unresolved::OutOfRange)
                    if !device.extended_features =>
                {
                    fail(104);
                    default
                }
                Ok(Source::Layer(layer)) => Next::Layer(layer),
                Err(crate::network::Unresolved::UnknownName) => {
                    fail(103);
                    default
                }
                Err(crate::network::Unresolved::OutOfRange) | Ok(_) => {
                    fail(105);
                    Next::Stop
                }
            }
        }
    }
}
