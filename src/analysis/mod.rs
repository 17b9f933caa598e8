//! Derived facts, as pure and total functions of the network, the chip and the facts.
//!
//! Each stage needs only the ones before: settings with their defaults ([`Parameters`]), order and
//! data flow ([`Graph`]), channels and dimensions ([`Shape`]), masks and words ([`Memory`]), and who
//! writes over what is still needed ([`Conflict`]).
//!
//! A value that cannot be derived is [`Missing`]: unknown, or broken by the rule that reports why.
//! Where a stage finds such a fault it records it in [`Analysis::faults`], and the rule of that code
//! explains it.

mod alignment;
mod bias;
mod conflicts;
mod fact;
mod features;
mod gaps;
mod graph;
mod hardware;
mod kernels;
mod latency;
mod memory;
mod parameters;
mod region;
mod shapes;
mod streaming;
mod walk;

pub use alignment::{
    Alignment, Difference, DifferenceKind, Flow, Operation as FlowOperation, Window,
};
pub use bias::{Bias, BiasExhausted, BiasMemory};
pub use conflicts::{Conflict, ConflictKind};
pub use fact::{Fact, Missing, broken, broken_by, optional, unknown, value_or};
pub use graph::{Graph, Input, Next};
pub use hardware::{Dilation, Hardware, HardwareKernel};
pub use kernels::{Exhausted, KernelFault, KernelMemory, Kernels, kernel_capacity, weight_bits};
pub use latency::{Cost, Costs};
pub use memory::{
    Layout, MaskSource, Memory, buffer_layout, in_quadrant, instance_base, is_contiguous, low_mask,
    place_of_word, shared_instance, written_by,
};
pub use parameters::{Operator, Parameters, default_pad_leak};
pub use region::{Progression, Region};
pub use shapes::{
    ChannelSource, Shape, Spread, channels_of_mask, convolved, is_2d, kernel_differs, pooled,
    source_channels, source_dim, takes_weights,
};
pub use streaming::Stream;

use crate::device::{self, Device};
use crate::diagnostic::Code;
use crate::facts::{Facts, Flags, Weight};
use crate::network::{Field, Network, Source};
use crate::text::Span;

/// A place where derivation stopped; the rule of this code reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub code: Code,
    /// The layer at which it is found.
    pub layer: usize,
    /// The exact place, where it is not the layer as a whole or a key that the rule knows.
    pub span: Option<Span>,
}

fn push_fault(faults: &mut Vec<Fault>, code: u16, layer: usize) {
    faults.push(Fault {
        code: Code(code),
        layer,
        span: None,
    });
}

/// Settings that hold for nobody, because of the chip or of who reads the layer: what depends on
/// them is broken.
fn refuse_settings(
    parameters: &mut [Parameters],
    device: &Device,
    graph: &Graph,
    faults: &mut Vec<Fault>,
) {
    for &layer in &graph.order {
        let own = &mut parameters[layer];
        if own.output_width == Ok(32) {
            let code = if own.operator == Ok(Operator::Passthrough) {
                Some(445)
            } else {
                let is_read = graph.readers(Source::Layer(layer)).next().is_some();
                is_read.then_some(447)
            };
            if let Some(code) = code {
                push_fault(faults, code, layer);
                own.output_width = broken(code);
            }
        }
        if !device.read_gap && own.read_gap.is_ok_and(|gap| gap != 0) {
            push_fault(faults, 442, layer);
            own.read_gap = broken(442);
        }
    }
}

/// All derived facts of one network on one chip. The vectors have one entry a layer, indexed as
/// [`Network::layers`].
#[derive(Debug)]
pub struct Analysis {
    /// The flags of the vendor's command, all off where nobody says (see [`Facts::flags`]).
    pub flags: Flags,
    /// Settings with their defaults.
    pub parameters: Vec<Parameters>,
    /// Order of execution and data flow.
    pub graph: Graph,
    /// The weights of each layer; none for layers that have none.
    pub weights: Vec<Fact<Option<Weight>>>,
    /// Channels and dimensions.
    pub shapes: Vec<Shape>,
    /// What the hardware runs.
    pub hardware: Vec<Fact<Hardware>>,
    /// Where the weights lie.
    pub kernels: KernelMemory,
    /// Where the bias lies.
    pub bias: BiasMemory,
    /// The ring buffers of streaming layers; none for layers that do not stream.
    pub streams: Vec<Option<Fact<Stream>>>,
    /// Masks and words.
    pub memory: Vec<Memory>,
    /// The words that hold the network's input when the first layer starts.
    pub input: Fact<Region>,
    /// Writes over what somebody needs, in order of execution.
    pub conflicts: Vec<Conflict>,
    /// The layers beside those of the model, where it is known.
    pub alignment: Option<Alignment>,
    /// What stopped a derivation, in no special order.
    pub faults: Vec<Fault>,
}

impl Analysis {
    /// Derives everything.
    pub fn new(network: &Network, device: &'static Device, facts: &Facts) -> Self {
        let flags = facts.flags.clone().unwrap_or_default();
        let leak = default_pad_leak(network).is_some();
        let mut parameters: Vec<Parameters> = network
            .layers
            .iter()
            .map(|layer| Parameters::new(layer, leak))
            .collect();
        let mut faults = Vec::new();
        let graph = Graph::new(network, device, &flags, &parameters, &mut faults);
        refuse_settings(&mut parameters, device, &graph, &mut faults);
        let model = facts.model.as_deref();
        let alignment = model.map(|model| {
            alignment::Aligner {
                network,
                graph: &graph,
                parameters: &parameters,
                model,
            }
            .run()
        });
        let of_model = match (&alignment, model) {
            (Some(alignment), Some(model)) if facts.weights.is_none() => {
                Some(alignment.weights(model))
            }
            _ => None,
        };
        let weights = match &of_model {
            Some(weights) => shapes::weights_of_model(&parameters, weights),
            None => shapes::weights_of_layers(network, &parameters, &graph, facts, &mut faults),
        };
        let shapes = walk::Walk {
            network,
            device,
            facts,
            flags: &flags,
            graph: &graph,
            parameters: &parameters,
            weights: &weights,
            faults: &mut faults,
            shapes: Vec::new(),
        }
        .run();
        let max_processors = flags.max_proc.unwrap_or(i64::from(device::PROCESSORS));
        let streams_at = |layer: usize| parameters[layer].streaming == Ok(true);
        let near_stream =
            |layer: usize| streams_at(layer) || graph.previous[layer].is_some_and(streams_at);
        let hardware: Vec<Fact<Hardware>> = (0..network.layers.len())
            .map(|layer| {
                hardware::hardware(
                    device,
                    layer,
                    &parameters[layer],
                    &shapes[layer],
                    shapes[layer]
                        .out_channels
                        .map(|channels| Spread::new(channels, max_processors)),
                    near_stream(layer),
                )
            })
            .collect();
        let missing_feature = features::missing_feature(network, &parameters, device, &flags);
        let (memory, input) = memory::Memories {
            network,
            device,
            facts,
            flags: &flags,
            graph: &graph,
            parameters: &parameters,
            shapes: &shapes,
            hardware: &hardware,
            missing_feature,
            faults: &mut faults,
        }
        .run();
        let (kernels, bias) = WeightMemories {
            network,
            device,
            flags: &flags,
            graph: &graph,
            parameters: &parameters,
            weights: &weights,
            shapes: &shapes,
            memory: &memory,
        }
        .run();
        let streams = streaming::Streams {
            device,
            graph: &graph,
            parameters: &parameters,
            hardware: &hardware,
            memory: &memory,
        }
        .run();
        let conflicts = conflicts::Conflicts {
            facts,
            graph: &graph,
            parameters: &parameters,
            shapes: &shapes,
            memories: &memory,
            input: &input,
            streams: &streams,
        }
        .find();
        let weights = weights
            .into_iter()
            .map(|weight| weight.map(|weight| weight.cloned()))
            .collect();
        Self {
            flags,
            parameters,
            graph,
            weights,
            shapes,
            hardware,
            kernels,
            bias,
            streams,
            memory,
            input,
            conflicts,
            alignment,
            faults,
        }
    }

    /// Kernel and bias memory as they would be with these masks.
    pub fn weight_memories(
        &self,
        network: &Network,
        device: &'static Device,
        memory: &[Memory],
    ) -> (KernelMemory, BiasMemory) {
        let weights = self.weights.iter();
        let weights: Vec<Fact<Option<&Weight>>> = weights
            .map(|weight| {
                weight
                    .as_ref()
                    .map(Option::as_ref)
                    .map_err(|missing| *missing)
            })
            .collect();
        WeightMemories {
            network,
            device,
            flags: &self.flags,
            graph: &self.graph,
            parameters: &self.parameters,
            weights: &weights,
            shapes: &self.shapes,
            memory,
        }
        .run()
    }

    /// The processors whose memory holds what `source` wrote.
    pub fn map_of(&self, network: &Network, source: Source) -> Fact<u64> {
        match source {
            Source::Layer(layer) => self.memory[layer].output_map,
            Source::Input => match self.graph.order.first() {
                Some(&start) => self.memory[start].processors,
                None => unknown(),
            },
            Source::Buffer => match network.data_buffer.first().map(|block| &block.processors) {
                Some(Field::Given { value, .. }) => Ok(*value),
                Some(Field::Invalid { code, .. }) => Err(Missing::Broken(*code)),
                Some(Field::Absent) | None => unknown(),
            },
        }
    }

    /// The words that `source` wrote.
    pub fn written_by(&self, source: Source) -> Fact<&Region> {
        written_by(&self.memory, &self.input, source)
    }
}

/// What kernel and bias memory are placed by.
struct WeightMemories<'a> {
    network: &'a Network,
    device: &'static Device,
    flags: &'a Flags,
    graph: &'a Graph,
    parameters: &'a [Parameters],
    weights: &'a [Fact<Option<&'a Weight>>],
    shapes: &'a [Shape],
    memory: &'a [Memory],
}

impl WeightMemories<'_> {
    fn run(&self) -> (KernelMemory, BiasMemory) {
        let Self {
            network,
            device,
            flags,
            graph,
            parameters,
            weights,
            shapes,
            memory,
        } = *self;
        let missing_feature = features::missing_feature(network, parameters, device, flags);
        let streams_at = |layer: usize| parameters[layer].streaming == Ok(true);
        let near_stream =
            |layer: usize| streams_at(layer) || graph.previous[layer].is_some_and(streams_at);
        let hardware_kernels: Vec<Fact<HardwareKernel>> = (0..network.layers.len())
            .map(|layer| {
                hardware::hardware_kernel(device, layer, &parameters[layer], near_stream(layer))
            })
            .collect();
        let kernels = kernels::Placement {
            network,
            device,
            flags,
            graph,
            parameters,
            weights,
            shapes,
            memory,
            hardware_kernels: &hardware_kernels,
            missing_feature,
        };
        let bias = bias::Placement {
            network,
            device,
            flags,
            graph,
            parameters,
            weights,
            shapes,
            memory,
            missing_feature,
        };
        (kernels.run(), bias.run())
    }
}
