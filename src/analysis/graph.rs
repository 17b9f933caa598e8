//! Who runs after whom, and who reads what.

use crate::device::Device;
use crate::diagnostic::Code;
use crate::facts::Flags;
use crate::network::{Field, Network, Reference, Source, Target, Unresolved};
use crate::text::Span;

use super::fact::{Fact, Missing, broken};
use super::parameters::Parameters;
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
    /// The layer whose weights each layer uses, where it says so and convolves.
    pub weight_sources: Vec<Fact<Option<usize>>>,
}

impl Graph {
    /// Walks the network.
    pub(super) fn new(
        network: &Network,
        device: &Device,
        flags: &Flags,
        parameters: &[Parameters],
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
            weight_sources: (0..count)
                .map(|index| weight_source(network, parameters, index, faults))
                .collect(),
        };
        graph.walk(flags.start_layer, faults);
        graph.inputs = (0..count)
            .map(|index| graph.inputs_of(network, index, faults))
            .collect();
        check_simulated(network, faults);
        // A jump beyond the end or in a circle leaves layers out, too; that is one fault.
        let astray = |fault: &Fault| matches!(fault.code.0, 105 | 152);
        let strays = faults.iter().any(astray);
        for index in 0..count {
            if !strays
                && !graph.runs(index)
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
        let mut fail = |code: u16| {
            // A layer that never runs reads nothing, but the tool looks up all names.
            if code == 103 || self.runs(reader) {
                astray(code, reader, span, faults)
            } else {
                broken(code)
            }
        };
        match lead(network, reference) {
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
            Err(code) => fail(code),
        }
    }
}

/// Where a reference leads, or the rule that reports why it leads nowhere.
fn lead(network: &Network, reference: &Reference) -> Result<Source, u16> {
    let led = match network.resolve(reference) {
        Ok(source) => Ok(source),
        Err(_) if names_duplicate(network, reference) => Err(102),
        Err(Unresolved::UnknownName) if names_buffer(network, reference) => Err(154),
        Err(Unresolved::UnknownName) => Err(103),
        Err(Unresolved::OutOfRange) => Err(106),
    };
    if network.has_holes && !matches!(reference, Reference::Number(-2..=-1)) {
        // The tool closes the holes but keeps names and numbers as they were: a reference to
        // a layer behind a hole leads to another one.
        if let Some(Source::Layer(meant)) = network.meant(reference)
            && network.layers[meant].number != meant as i64
        {
            return Err(153);
        }
    }
    led
}

/// Whether a reference means a layer that is left out because its number is taken (AX102). Such a
/// layer shifts the numbers behind it, too.
fn names_duplicate(network: &Network, reference: &Reference) -> bool {
    match reference {
        Reference::Number(number) => usize::try_from(*number)
            .is_ok_and(|number| number < network.layers.len() + network.duplicates.len()),
        Reference::Name(name) => network.duplicates.iter().any(|layer| {
            layer
                .name()
                .is_some_and(|other| other.to_lowercase() == name.to_lowercase())
        }),
    }
}

/// Whether a reference means the rolling buffer, but capitals keep the tool from finding it
/// (AX154).
fn names_buffer(network: &Network, reference: &Reference) -> bool {
    let buffer = network
        .data_buffer
        .last()
        .and_then(|block| block.name.get());
    match (buffer, reference) {
        (Some(buffer), Reference::Name(name)) => buffer.to_lowercase() == name.to_lowercase(),
        _ => false,
    }
}

/// A reference that leads nowhere: says so, unless its cause is reported elsewhere.
fn astray<T>(code: u16, layer: usize, span: Span, faults: &mut Vec<Fault>) -> Fact<T> {
    if !matches!(code, 102 | 154) {
        faults.push(Fault {
            code: Code(code),
            layer,
            span: Some(span),
        });
    }
    broken(code)
}

/// The layer whose weights a layer uses. On layers without weights the key has no effect, but its
/// name must exist all the same (`yamlcfg.py`, `izer.py`).
fn weight_source(
    network: &Network,
    parameters: &[Parameters],
    index: usize,
    faults: &mut Vec<Fault>,
) -> Fact<Option<usize>> {
    let (reference, span) = match &network.layers[index].weight_source {
        Field::Absent => return Ok(None),
        Field::Invalid { code, .. } => return Err(Missing::Broken(*code)),
        Field::Given { value, span, .. } => (value, *span),
    };
    let led = lead(network, reference);
    if let Err(code @ 103) = led {
        return astray(code, index, span, faults);
    }
    if !parameters[index].has_weights()? {
        return Ok(None);
    }
    match led {
        Ok(Source::Layer(source))
            if source < index
                && parameters[source].has_weights().unwrap_or(true)
                && same_kernel(&parameters[source], &parameters[index]) =>
        {
            Ok(Some(source))
        }
        Ok(_) | Err(106) => astray(155, index, span, faults),
        Err(code) => astray(code, index, span, faults),
    }
}

fn same_kernel(a: &Parameters, b: &Parameters) -> bool {
    match (a.kernel, b.kernel) {
        (Ok(a), Ok(b)) => a == b,
        _ => true,
    }
}

/// `simulated_sequence` only steers the simulation, but its name must exist.
fn check_simulated(network: &Network, faults: &mut Vec<Fault>) {
    for (index, layer) in network.layers.iter().enumerate() {
        if let Field::Given {
            value: Target::Layer(reference),
            span,
            ..
        } = &layer.simulated_sequence
            && let Err(code @ (103 | 153)) = lead(network, reference)
        {
            faults.push(Fault {
                code: Code(code),
                layer: index,
                span: Some(*span),
            });
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
    let reference = match value {
        Target::Stop => return Next::Stop,
        Target::Layer(reference) => reference,
    };
    let mut fail = |code: u16, next: Next| {
        // Why does not matter to the walk.
        let _: Fact<()> = astray(code, index, *span, faults);
        next
    };
    match lead(network, reference) {
        Ok(Source::Layer(layer)) if layer == index + 1 || device.extended_features => {
            Next::Layer(layer)
        }
        // `input` is -1, which means `stop`.
        Ok(Source::Input) => fail(105, Next::Stop),
        Ok(_) | Err(106) if !device.extended_features => fail(104, default),
        Ok(_) | Err(106) => fail(105, Next::Stop),
        Err(code) => fail(code, default),
    }
}
