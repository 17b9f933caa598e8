//! The memory map of a network: what lies where in data memory while each layer runs. Pure.

mod budget;
mod json;
mod lifetime;
mod svg;
mod text;
mod theme;

pub use budget::{Budget, LayerCost, Share, Usage};
pub use json::{json, json_schema};
pub use svg::svg;
pub use text::{layer_text, text};
pub use theme::Theme;

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::{Analysis, Costs, Operator, Progression, Region, instance_base};
use crate::device::{Device, INSTANCES};
use crate::network::{Eltwise, Network, Source};

use lifetime::{Lifetime, lifetimes};

/// The map of a whole run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryMap {
    /// The chip.
    pub device: &'static str,
    /// Bytes of one data-memory instance.
    pub instance_bytes: i64,
    /// One step a layer, in order of execution.
    pub steps: Vec<Step>,
    /// How much of the chip the whole run takes.
    pub budget: Budget,
}

/// What lies in memory while one layer runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The layer's number.
    pub layer: usize,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What it does, in a few words: `add + Conv2d 3x3`.
    pub operation: String,
    /// Operands, channels, height and width that it reads, where they are known.
    pub input: Option<[i64; 4]>,
    /// Channels, height and width that it writes, where they are known.
    pub output: Option<[i64; 3]>,
    /// The tensors in memory: those that it reads first, then its output, then others that are
    /// still needed.
    pub tensors: Vec<Tensor>,
    /// What its output takes the place of; null where nothing lay there.
    pub replaces: Option<Replaced>,
    /// Words that are written while somebody needs what they hold: instance and byte offset.
    pub conflicts: Vec<Spot>,
    /// The highest byte in use in any instance, plus one.
    pub used_bytes: i64,
    /// What the layer costs.
    pub cost: LayerCost,
    /// Whether everything that the layer reads and writes is known.
    pub complete: bool,
}

/// One tensor in memory.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tensor {
    /// The layer that wrote it; none for the network's input.
    pub layer: Option<usize>,
    /// What the step's layer does with it.
    pub role: Role,
    /// The last layer that reads it; none for an output of the network.
    pub needed_until: Option<usize>,
    /// Where it lies.
    pub ranges: Vec<Range>,
    #[serde(skip)]
    #[schemars(skip)]
    region: Region,
}

/// A tensor that gives way to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The layer that wrote it; none for the network's input.
    pub layer: Option<usize>,
    /// The last layer that reads it, the step's own layer included; none where nobody does.
    pub last_read_by: Option<usize>,
}

/// What the layer of a step does with a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads it.
    Reads,
    /// Writes it.
    Writes,
    /// Leaves it alone; a later layer needs it.
    Live,
}

/// A part of a tensor in one instance. Bytes count from the start of the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The instance, 0 to 15.
    pub instance: u32,
    /// The first byte.
    pub start: i64,
    /// The last byte.
    pub end: i64,
    /// Distance of two used words in bytes; 4 where all words are used.
    pub step: i64,
}

/// A word in data memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// The instance, 0 to 15.
    pub instance: u32,
    /// Byte offset in it.
    pub offset: i64,
}

impl MemoryMap {
    /// Draws the map from the analysis.
    pub fn new(network: &Network, device: &'static Device, analysis: &Analysis) -> Self {
        let tensors = lifetimes(device, analysis);
        let costs = Costs::new(network, device, analysis);
        let mut peak_bytes = vec![0; INSTANCES as usize];
        let steps: Vec<Step> = analysis
            .graph
            .order
            .iter()
            .enumerate()
            .map(|(time, &layer)| {
                let cost = LayerCost::new(analysis, &costs.layers[layer], layer);
                let step = step(network, device, analysis, &tensors, time, cost);
                for range in step.tensors.iter().flat_map(|tensor| &tensor.ranges) {
                    if let Some(peak) = peak_bytes.get_mut(range.instance as usize) {
                        *peak = range.end.saturating_add(1).max(*peak);
                    }
                }
                step
            })
            .collect();
        Self {
            device: device.name,
            instance_bytes: device.instance_bytes,
            budget: Budget::new(device, analysis, &costs, &steps, &peak_bytes),
            steps,
        }
    }
}

fn step(
    network: &Network,
    device: &'static Device,
    analysis: &Analysis,
    lifetimes: &[Lifetime],
    time: usize,
    cost: LayerCost,
) -> Step {
    let layer = analysis.graph.order[time];
    let (shape, memory) = (&analysis.shapes[layer], &analysis.memory[layer]);
    let parameters = &analysis.parameters[layer];
    let mut tensors: Vec<Tensor> = lifetimes
        .iter()
        .filter_map(|lifetime| {
            let read = analysis.graph.inputs[layer]
                .iter()
                .any(|input| input.source == Ok(lifetime.source));
            let role = if lifetime.source == Source::Layer(layer) {
                Role::Writes
            } else if !lifetime.is_there(time) {
                return None;
            } else if read {
                Role::Reads
            } else {
                Role::Live
            };
            let region = lifetime.region.as_ref().ok()?.clone();
            Some(Tensor {
                layer: lifetime.layer(),
                role,
                needed_until: if lifetime.kept {
                    None
                } else {
                    lifetime.last.map(|last| analysis.graph.order[last])
                },
                ranges: ranges(device, &region),
                region,
            })
        })
        .collect();
    tensors.sort_by_key(|tensor| tensor.role);
    let used_bytes = tensors
        .iter()
        .flat_map(|tensor| &tensor.ranges)
        .map(|range| range.end + 1)
        .max()
        .unwrap_or(0);
    Step {
        layer,
        name: network.layers[layer].name().map(str::to_owned),
        operation: operation(analysis, layer),
        input: match (parameters.operands, shape.stored_channels, shape.in_dim) {
            (Ok(operands), Ok(channels), Ok([height, width])) => {
                Some([operands, channels, height, width])
            }
            _ => None,
        },
        output: match (shape.out_channels, shape.out_dim) {
            (Ok(channels), Ok([height, width])) => Some([channels, height, width]),
            _ => None,
        },
        tensors,
        replaces: replaced(analysis, lifetimes, time),
        conflicts: analysis
            .conflicts
            .iter()
            .filter(|conflict| conflict.writer == layer)
            .map(|conflict| {
                let (instance, offset) = crate::analysis::place_of_word(device, conflict.word);
                Spot { instance, offset }
            })
            .collect(),
        used_bytes,
        cost,
        complete: memory.reads.is_ok() && memory.writes.is_ok(),
    }
}

/// The latest tensor where the layer at this time writes, unless a later layer still needs it.
fn replaced(analysis: &Analysis, lifetimes: &[Lifetime], time: usize) -> Option<Replaced> {
    let own = lifetimes
        .iter()
        .find(|lifetime| lifetime.made == Some(time))?;
    let written = own.region.as_ref().ok()?;
    let latest = lifetimes
        .iter()
        .filter(|lifetime| lifetime.made.is_none_or(|made| made < time))
        .filter(|lifetime| {
            let region = lifetime.region.as_ref();
            region.is_ok_and(|region| region.intersects(written))
        })
        .max_by_key(|lifetime| lifetime.made)?;
    (!latest.is_needed(time + 1)).then(|| Replaced {
        layer: latest.layer(),
        last_read_by: latest.last.map(|last| analysis.graph.order[last]),
    })
}

/// What a layer does, in a few words.
fn operation(analysis: &Analysis, layer: usize) -> String {
    let parameters = &analysis.parameters[layer];
    let mut words = Vec::new();
    if let Ok([height, width]) = parameters.pool
        && parameters.pools
    {
        let kind = if parameters.average { "average" } else { "max" };
        words.push(format!("{kind} pool {height}x{width}"));
    }
    if let Ok(Some(eltwise)) = parameters.eltwise {
        words.push(
            match eltwise {
                Eltwise::Add => "add",
                Eltwise::Sub => "sub",
                Eltwise::Or => "or",
                Eltwise::Xor => "xor",
            }
            .to_owned(),
        );
    }
    match (parameters.operator, parameters.kernel) {
        (Ok(Operator::Passthrough), _) if !words.is_empty() => {}
        (Ok(operator @ (Operator::Linear | Operator::Passthrough)), _) => {
            words.push(operator.name().to_owned());
        }
        (Ok(operator), Ok([height, width])) => words.push(if operator == Operator::Conv1d {
            format!("{} {height}", operator.name())
        } else {
            format!("{} {height}x{width}", operator.name())
        }),
        (Ok(operator), Err(_)) => words.push(operator.name().to_owned()),
        (Err(_), _) => words.push("unknown operation".to_owned()),
    }
    words.join(" + ")
}

fn ranges(device: &Device, region: &Region) -> Vec<Range> {
    let mut found: Vec<Range> = Vec::new();
    for (instance, part) in &region.parts {
        let base = instance_base(device, *instance);
        let range = Range {
            instance: *instance,
            start: (part.start - base) * 4,
            end: (part.last() - base) * 4 + 3,
            step: if part.run == part.step {
                4
            } else {
                part.step * 4
            },
        };
        match found.last_mut() {
            // The passes of one tensor interleave in one range.
            Some(last) if last.instance == range.instance => {
                last.start = last.start.min(range.start);
                last.end = last.end.max(range.end);
                last.step = last.step.min(range.step);
            }
            _ => found.push(range),
        }
    }
    found
}

impl Tensor {
    /// Whether it has a word in these bytes of an instance.
    fn touches(&self, device: &Device, instance: u32, start: i64, end: i64) -> bool {
        let cell = Progression {
            start: instance_base(device, instance) + start / 4,
            step: 1,
            count: (end - start) / 4,
            run: 1,
        };
        self.region
            .parts
            .iter()
            .any(|(_, part)| part.first_common(&cell).is_some())
    }
}
