//! What is known from outside the file, each with its source. Plain data; `workspace` fills it.

pub mod model;

use std::sync::Arc;

use crate::device::DeviceId;

use model::Model;

/// Everything from outside. The default knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The chip; `None` checks both and reports what is wrong on both.
    pub device: Option<DeviceId>,
    /// The network's input as channels, height, width (1-D data has width 1).
    pub input: Option<[i64; 3]>,
    /// The name of the model whose checkpoint the weights are from.
    pub arch: Option<String>,
    /// The weighted layers in sequence order: those with an operator, not bypass, without
    /// `weight_source`.
    pub weights: Option<Vec<Weight>>,
    /// The flags of the vendor's command; `None` where nobody says, then all of them are unknown.
    pub flags: Option<Flags>,
    /// The model that the network was trained as, where it was read.
    pub model: Option<Arc<Model>>,
}

/// The weights of one layer, as a checkpoint tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Input channels in total (not per group).
    pub in_channels: i64,
    /// Output channels.
    pub out_channels: i64,
    /// Kernel: `[k]` for Conv1d and Linear, `[h, w]` for Conv2d and ConvTranspose2d.
    pub kernel: Vec<i64>,
    /// Weight bits: 1, 2, 4, 8, -1 for binary; `None` stands for what the file says, else 8.
    pub bits: Option<i64>,
    /// Whether the layer has a bias; `None` where unknown.
    pub bias: Option<bool>,
    /// The model's groups; `None` where unknown.
    pub groups: Option<i64>,
}

/// The flags of the vendor's command that change what is right, in its spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--fifo`
    pub fifo: bool,
    /// `--fast-fifo`
    pub fast_fifo: bool,
    /// `--fast-fifo-quad`
    pub fast_fifo_quad: bool,
    /// `--overlap-data`
    pub overlap_data: bool,
    /// `--no-kat`: no known-answer test, so no overwrite check
    pub no_kat: bool,
    /// `--allow-streaming`
    pub allow_streaming: bool,
    /// `--ignore-streaming`
    pub ignore_streaming: bool,
    /// `--ignore-bias-groups`
    pub ignore_bias_groups: bool,
    /// `--ignore-hw-limits`
    pub ignore_hw_limits: bool,
    /// `--reshape-inputs`
    pub reshape_inputs: bool,
    /// `--no-error-stop`
    pub no_error_stop: bool,
    /// `--softmax`
    pub softmax: bool,
    /// `--mlator`
    pub mlator: bool,
    /// `--read-ahead`
    pub read_ahead: bool,
    /// `--calcx4`
    pub calcx4: bool,
    /// `--start-layer N`
    pub start_layer: usize,
    /// `--stop-after N`
    pub stop_after: Option<usize>,
    /// `--max-proc N`
    pub max_proc: Option<i64>,
    /// `--weight-start N`
    pub weight_start: i64,
    /// `--input-offset N`
    pub input_offset: Option<i64>,
    /// `--repeat-layers N`
    pub repeat_layers: Option<usize>,
}

impl Flags {
    /// Whether any of the FIFO flags is given.
    pub fn any_fifo(&self) -> bool {
        self.fifo || self.fast_fifo || self.fast_fifo_quad
    }
}

/// Reads a command line of the vendor's tool: the flags that matter, the others skipped.
///
/// # Errors
/// A sentence that names the flag whose value is missing or no number.
pub fn parse_flags<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Flags, String> {
    let mut flags = Flags::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let mut number = || -> Result<i64, String> {
            let text = inline
                .or_else(|| words.next())
                .ok_or_else(|| format!("`{name}` needs a number"))?;
            let parsed = match text.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16),
                None => text.parse(),
            };
            parsed
                .ok()
                .filter(|value| *value >= 0)
                .ok_or_else(|| format!("`{name}` needs a number, not `{text}`"))
        };
        match name {
            "--fifo" => flags.fifo = true,
            "--fast-fifo" => flags.fast_fifo = true,
            "--fast-fifo-quad" => flags.fast_fifo_quad = true,
            "--overlap-data" | "--overwrite-ok" => flags.overlap_data = true,
            "--no-kat" => flags.no_kat = true,
            "--allow-streaming" => flags.allow_streaming = true,
            "--ignore-streaming" => flags.ignore_streaming = true,
            "--ignore-bias-groups" => flags.ignore_bias_groups = true,
            "--ignore-hw-limits" => flags.ignore_hw_limits = true,
            "--reshape-inputs" => flags.reshape_inputs = true,
            "--no-error-stop" => flags.no_error_stop = true,
            "--softmax" => flags.softmax = true,
            "--mlator" => flags.mlator = true,
            "--read-ahead" => flags.read_ahead = true,
            "--calcx4" => flags.calcx4 = true,
            "--start-layer" => flags.start_layer = number()? as usize,
            "--stop-after" => flags.stop_after = Some(number()? as usize),
            "--max-proc" => flags.max_proc = Some(number()?.max(1)),
            "--weight-start" => flags.weight_start = number()?,
            "--input-offset" => flags.input_offset = Some(number()?),
            "--repeat-layers" => flags.repeat_layers = Some(number()? as usize),
            _ => {}
        }
    }
    Ok(flags)
}
