//! What each layer costs: multiply-accumulates, bytes, and on the MAX78000 the clock cycles that the
//! vendor's tool estimates (`latency.py`).

use crate::device::{Device, PROCESSORS_PER_INSTANCE, QUADRANTS, WEIGHT_BITS};
use crate::network::Network;

use super::Analysis;
use super::fact::{Fact, unknown};
use super::hardware::Dilation;
use super::kernels::{weight_bits, weight_origin};
use super::memory::in_quadrant;
use super::parameters::Operator;

/// Cycles before the first layer.
const STARTUP: i64 = 1;
/// Pixels of a flattened input, all passes together, from which on the hardware flattens itself.
const HARDWARE_FLATTEN: i64 = 17;

/// What a network costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// One entry a layer, indexed as [`Network::layers`]; all unknown for layers that do not run.
    pub layers: Vec<Cost>,
    /// Clock cycles of a whole run, where all layers' are known.
    pub cycles: Fact<i64>,
}

/// What one layer costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Multiply-accumulates of the convolution as the file describes it.
    pub macs: Fact<i64>,
    /// Bytes of data that it reads.
    pub input_bytes: Fact<i64>,
    /// Bytes of data that it writes.
    pub output_bytes: Fact<i64>,
    /// Bytes of the weights that it stores, in kernels as the hardware runs them; 0 where it uses
    /// another layer's.
    pub weight_bytes: Fact<i64>,
    /// Bytes of the bias that it stores; 0 where it uses another layer's.
    pub bias_bytes: Fact<i64>,
    /// Clock cycles, an estimate: the vendor gives a formula for the MAX78000 only, and there one
    /// that is rough for layers that stream.
    pub cycles: Fact<i64>,
}

impl Costs {
    /// Counts everything.
    pub fn new(network: &Network, device: &Device, analysis: &Analysis) -> Self {
        let layers: Vec<Cost> = (0..network.layers.len())
            .map(|layer| Layer {
                network,
                device,
                analysis,
                layer,
            })
            .map(|layer| layer.cost())
            .collect();
        let cycles = analysis
            .graph
            .order
            .iter()
            .try_fold(STARTUP, |sum, &layer| {
                layers[layer]
                    .cycles
                    .map(|cycles| sum.saturating_add(cycles))
            });
        let cycles = if analysis.graph.order.is_empty() {
            unknown()
        } else {
            cycles
        };
        Self { layers, cycles }
    }
}

struct Layer<'a> {
    network: &'a Network,
    device: &'a Device,
    analysis: &'a Analysis,
    layer: usize,
}

impl Layer<'_> {
    fn cost(&self) -> Cost {
        if !self.analysis.graph.runs(self.layer) {
            return Cost {
                macs: unknown(),
                input_bytes: unknown(),
                output_bytes: unknown(),
                weight_bytes: unknown(),
                bias_bytes: unknown(),
                cycles: unknown(),
            };
        }
        Cost {
            macs: self.macs(),
            input_bytes: self.input_bytes(),
            output_bytes: self.output_bytes(),
            weight_bytes: self.weight_bytes(),
            bias_bytes: self.bias_bytes(),
            cycles: self.cycles(),
        }
    }

    fn convolves(&self) -> Fact<bool> {
        let parameters = &self.analysis.parameters[self.layer];
        Ok(parameters.operator?.convolves() && !parameters.bypass?)
    }

    /// The weights of a convolution with kernels of this size, one by one.
    fn weights(&self, [height, width]: [i64; 2]) -> Fact<i64> {
        let shape = &self.analysis.shapes[self.layer];
        let groups = self.analysis.parameters[self.layer].groups?.max(1);
        product(&[
            shape.in_channels? / groups,
            shape.out_channels?,
            height,
            width,
        ])
    }

    fn macs(&self) -> Fact<i64> {
        if !self.convolves()? {
            return Ok(0);
        }
        let kernel = self.analysis.parameters[self.layer].kernel?;
        let [height, width] = self.analysis.shapes[self.layer].out_dim?;
        product(&[self.weights(kernel)?, height, width])
    }

    fn input_bytes(&self) -> Fact<i64> {
        let shape = &self.analysis.shapes[self.layer];
        let [height, width] = shape.in_dim?;
        let operands = self.analysis.parameters[self.layer].operands?;
        product(&[operands, shape.stored_channels?, height, width])
    }

    fn output_bytes(&self) -> Fact<i64> {
        let shape = &self.analysis.shapes[self.layer];
        let [height, width] = shape.out_dim?;
        let bits = self.analysis.parameters[self.layer].output_width?;
        product(&[shape.out_channels?, height, width, bits / 8])
    }

    fn weight_bytes(&self) -> Fact<i64> {
        if !self.convolves()? || weight_origin(self.network, self.layer) != self.layer {
            return Ok(0);
        }
        let parameters = &self.analysis.parameters[self.layer];
        let weight = self.analysis.weights[self.layer].as_ref().ok();
        let bits = weight_bits(parameters, weight.and_then(Option::as_ref))?;
        let bits = bits.map_or(WEIGHT_BITS, i64::abs);
        let Some(kernels) = self.analysis.kernels.layers[self.layer]? else {
            return unknown();
        };
        let weights = self.weights(kernels.kernel)?;
        product(&[weights, bits]).map(|bits| bits.saturating_add(7) / 8)
    }

    fn bias_bytes(&self) -> Fact<i64> {
        let bias = self.analysis.bias.layers[self.layer]?;
        Ok(bias
            .filter(|bias| bias.shared.is_none())
            .map_or(0, |bias| bias.bytes))
    }

    /// Time slots in which a passthrough writes a word of each quadrant.
    fn time_slots(&self) -> Fact<i64> {
        let processors = self.analysis.memory[self.layer].processors?;
        let width = self.analysis.parameters[self.layer].output_width?;
        let slots = |quadrant| {
            let used = in_quadrant(processors, quadrant).count_ones();
            let bytes = i64::from(used) * (width / 8);
            (bytes + i64::from(PROCESSORS_PER_INSTANCE) - 1) / i64::from(PROCESSORS_PER_INSTANCE)
        };
        Ok((0..QUADRANTS).map(slots).max().unwrap_or_default().max(1))
    }

    fn cycles(&self) -> Fact<i64> {
        if !self.device.latency_formula {
            return unknown();
        }
        let (parameters, shape, memory) = (
            &self.analysis.parameters[self.layer],
            &self.analysis.shapes[self.layer],
            &self.analysis.memory[self.layer],
        );
        let hardware = self.analysis.hardware[self.layer]?;
        let operator = parameters.operator?;
        let is_passthrough = operator == Operator::Passthrough;
        let in_passes = memory.input_spread?.passes;
        let out_passes = memory.output_spread?.passes;
        let [pool_height, pool_width] = parameters.pool?;
        let pools = pool_height > 1 || pool_width > 1;
        let passes = if is_passthrough && out_passes > 1 && pools {
            2 * in_passes - 1
        } else {
            in_passes
        };
        let mut pooled = hardware.pooled_dim;
        if operator == Operator::ConvTranspose2d {
            pooled = pooled.map(|side| 2 * side);
        }
        let window = Window {
            passes: passes.into(),
            operands: parameters.operands?.into(),
            area: i128::from(pool_height) * i128::from(pool_width),
            pool_first: parameters.pool_first?,
            pooled: pooled.map(i128::from),
        };
        let cycles = if is_passthrough {
            window.passthrough(self.time_slots()?.into())
        } else {
            let Some(kernels) = self.analysis.kernels.layers[self.layer]? else {
                return unknown();
            };
            let mut out_width = if hardware.dilation == Dilation::Folded {
                hardware.in_dim[1]
            } else {
                shape.out_dim?[1]
            };
            let mut kernels_a_pass = kernels.count / in_passes.max(1);
            let mut flattens = false;
            if parameters.flatten? {
                let pixels = hardware.pooled_dim[0] * hardware.pooled_dim[1];
                out_width *= hardware.pooled_dim[1];
                kernels_a_pass /= pixels.max(1);
                flattens = in_passes * pixels >= HARDWARE_FLATTEN;
            }
            Convolution {
                window,
                kernel: hardware.kernel.map(i128::from),
                pad: hardware.pad.map(i128::from),
                out_width: out_width.into(),
                channels: kernels_a_pass.into(),
                flattens,
            }
            .cycles(|| kernels.start.map(i128::from))?
        };
        // Streaming layers wait for each other.
        let cycles = if parameters.streaming? {
            (15 * cycles + 9) / 10
        } else {
            cycles
        };
        i64::try_from(cycles).or(unknown())
    }
}

/// The product, unknown where it is beyond all sense.
fn product(factors: &[i64]) -> Fact<i64> {
    factors
        .iter()
        .try_fold(1_i64, |product, &factor| product.checked_mul(factor))
        .map_or(unknown(), Ok)
}

/// How a layer reads, in counts whose products fit with room to spare.
struct Window {
    /// Passes over the input.
    passes: i128,
    /// Operands of an element-wise operation.
    operands: i128,
    /// Pixels of a pooling window.
    area: i128,
    /// Whether pooling comes before the element-wise operation.
    pool_first: bool,
    /// Height and width behind pooling.
    pooled: [i128; 2],
}

impl Window {
    /// Cycles to read a pixel of padding: one to read and one to write TRAM, all passes.
    fn of_padding(&self) -> i128 {
        let reads = if self.pool_first { self.operands } else { 1 };
        self.passes * reads * 2
    }

    /// Cycles to read a pixel of data.
    fn of_data(&self) -> i128 {
        if self.pool_first {
            self.passes * self.operands * (self.area + 1)
        } else {
            self.passes * (self.operands * self.area + 1)
        }
    }

    /// How often a row's pixels are gone through.
    fn rounds(&self) -> i128 {
        if self.pool_first { 1 } else { self.passes }
    }

    fn passthrough(&self, time_slots: i128) -> i128 {
        let [height, width] = self.pooled;
        height * width * (self.of_data() + self.passes * time_slots)
    }
}

/// How a layer convolves. Pairs are height and width.
struct Convolution {
    window: Window,
    kernel: [i128; 2],
    pad: [i128; 2],
    out_width: i128,
    /// Kernels that run one after the other for a pixel and an input pass.
    channels: i128,
    /// Whether the hardware flattens.
    flattens: bool,
}

impl Convolution {
    /// The cycles of the layer. `start`, its first kernel row, matters for some layers only.
    fn cycles(&self, start: impl Fn() -> Fact<i128>) -> Fact<i128> {
        let Window {
            passes,
            operands,
            pool_first,
            pooled: [height, width],
            ..
        } = self.window;
        let [kernel_height, kernel_width] = self.kernel;
        let [pad_height, pad_width] = self.pad;
        let (padding, data, rounds) = (
            self.window.of_padding(),
            self.window.of_data(),
            self.window.rounds(),
        );
        // Rows that come before the kernel has enough of them for an output.
        let early_rows = kernel_height - 1 - pad_height;
        let early_columns = kernel_width - 1 - pad_width;
        // A row that only fills TRAM, and one that yields outputs; each of pixels that take `cost`.
        let filling = |cost: i128| 2 * pad_width * (padding + 1) + rounds * width * (cost + 1);
        let yielding = |cost: i128| {
            pad_width * (padding + 1)
                + rounds * early_columns * (cost + 1)
                + rounds * (self.out_width - pad_width) * cost
                + padding * pad_width
        };
        let alone = i128::from(self.channels == 1 && passes == 1);
        let outputs = passes * self.out_width * self.channels + self.channels * alone;
        // With several passes or operands, the padding steps through the kernels before the layer's.
        let skipped = if !pool_first && (passes > 1 || operands > 1) {
            (height + 2 * pad_height - kernel_width + 1) * pad_width
                + (width + 2 * pad_width - kernel_height + 1) * pad_height
                - pad_height * pad_width
        } else {
            0
        };
        let skipped = if skipped == 0 { 0 } else { skipped * start()? };
        Ok(i128::from(self.flattens)
            + skipped
            + pad_height * filling(padding)
            + early_rows * filling(data)
            + (yielding(data) + outputs) * (height - early_rows)
            + pad_height * (yielding(padding) + outputs))
    }
}
