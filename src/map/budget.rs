//! How much of the chip a network takes.

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::{Analysis, Cost, Costs, Fact, kernel_capacity};
use crate::device::{Device, PROCESSORS, QUADRANTS};

use super::Step;

/// How much of each limit a network takes, and what a run costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Bytes of each data-memory instance up to the highest that is in use at any time.
    pub data_memory: Share,
    /// Rows of 9 bytes of each processor's kernel memory.
    pub kernel_memory: Share,
    /// Bytes of each quadrant's bias memory.
    pub bias_memory: Share,
    /// Bytes of all weights that are stored; null where a layer's are not known.
    pub weight_bytes: Option<i64>,
    /// Multiply-accumulates of a run; null where a layer's are not known.
    pub macs: Option<i64>,
    /// Clock cycles of a run, an estimate; null on the MAX78002, for which there is no formula, and
    /// where a layer's are not known.
    pub cycles: Option<i64>,
}

/// How full the equal parts of a memory are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Each part, in order of the parts.
    pub parts: Vec<Usage>,
    /// Whether everything that lies in it is known; else more may be in use.
    pub complete: bool,
}

/// What is used of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// What is used.
    pub used: i64,
    /// What there is.
    pub limit: i64,
    /// The first in percent of the second, rounded up.
    pub percent: i64,
}

/// What one layer costs; null where it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerCost {
    /// Multiply-accumulates.
    pub macs: Option<i64>,
    /// Bytes of data that it reads.
    pub input_bytes: Option<i64>,
    /// Bytes of data that it writes.
    pub output_bytes: Option<i64>,
    /// Bytes of the weights that it stores.
    pub weight_bytes: Option<i64>,
    /// Rows of kernel memory on each of its processors; 0 where it uses another layer's.
    pub kernel_rows: Option<i64>,
    /// Bytes of the bias that it stores.
    pub bias_bytes: Option<i64>,
    /// Clock cycles, an estimate.
    pub cycles: Option<i64>,
}

impl Budget {
    pub(super) fn new(
        device: &Device,
        analysis: &Analysis,
        costs: &Costs,
        steps: &[Step],
        peak_bytes: &[i64],
    ) -> Self {
        let kernels = &analysis.kernels;
        let sum = |of: fn(&Cost) -> Fact<i64>| {
            let mut layers = analysis.graph.order.iter();
            layers
                .try_fold(0_i64, |sum, &layer| {
                    of(&costs.layers[layer]).map(|own| sum.saturating_add(own))
                })
                .ok()
        };
        Self {
            data_memory: Share {
                parts: peak_bytes
                    .iter()
                    .map(|&used| Usage::new(used, device.instance_bytes))
                    .collect(),
                complete: steps.iter().all(|step| step.complete),
            },
            kernel_memory: Share {
                parts: (0..PROCESSORS)
                    .zip(&kernels.used)
                    .map(|(processor, &used)| Usage::new(used, kernel_capacity(device, processor)))
                    .collect(),
                complete: kernels.fault.is_none()
                    && kernels.layers.iter().all(|layer| {
                        layer.is_ok_and(|layer| layer.is_none_or(|layer| layer.start.is_ok()))
                    }),
            },
            bias_memory: Share {
                parts: analysis
                    .bias
                    .used
                    .unwrap_or([0; QUADRANTS as usize])
                    .iter()
                    .map(|&used| Usage::new(used, device.bias_bytes as i64))
                    .collect(),
                complete: analysis.bias.used.is_ok() && analysis.bias.exhausted.is_none(),
            },
            weight_bytes: sum(|layer| layer.weight_bytes),
            macs: sum(|layer| layer.macs),
            cycles: costs.cycles.ok(),
        }
    }
}

impl Share {
    /// The fullest part and its number.
    pub fn fullest(&self) -> Option<(usize, Usage)> {
        let parts = self.parts.iter().copied().enumerate();
        // The first of equal ones.
        parts.rev().max_by_key(|(_, part)| part.millionths())
    }
}

impl Usage {
    /// So much of so much.
    pub fn new(used: i64, limit: i64) -> Self {
        let percent = used.saturating_mul(100).saturating_add(limit - 1) / limit.max(1);
        Self {
            used,
            limit,
            percent,
        }
    }

    /// Like percent, but fine enough to find the fullest of parts of different sizes.
    fn millionths(self) -> i64 {
        self.used.saturating_mul(1_000_000) / self.limit.max(1)
    }
}

impl LayerCost {
    pub(super) fn new(analysis: &Analysis, cost: &Cost, layer: usize) -> Self {
        let kernels = analysis.kernels.layers[layer].ok();
        Self {
            macs: cost.macs.ok(),
            input_bytes: cost.input_bytes.ok(),
            output_bytes: cost.output_bytes.ok(),
            weight_bytes: cost.weight_bytes.ok(),
            kernel_rows: kernels.map(|kernels| {
                kernels
                    .filter(|kernels| kernels.shared.is_none())
                    .map_or(0, |kernels| kernels.rows)
            }),
            bias_bytes: cost.bias_bytes.ok(),
            cycles: cost.cycles.ok(),
        }
    }
}
