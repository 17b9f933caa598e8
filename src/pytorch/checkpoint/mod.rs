//! Checkpoints of PyTorch (`.pth.tar`): the headers of their tensors, never their objects.

mod pickle;
mod zip;

use std::io::{Read, Seek};

use crate::facts::Weight;
use crate::network::{self, Network, Operation};

use self::pickle::{Pickle, Value};
use self::zip::Container;

/// Said of a file that stands for a checkpoint which was not fetched.
pub const ONLY_POINTER: &str = "it is only the pointer of Git LFS, not the checkpoint itself";

/// Far beyond what either chip can hold.
const LARGEST_DIMENSION: i64 = 1_000_000;
/// Numbers of a tensor that are looked at.
const PROBED: usize = 64;
/// Numbers of a tensor that are looked at where the first ones are all 0.
const MOST_NUMBERS: usize = 1 << 20;
/// Tensors of which numbers are looked at.
const MOST_PROBED: usize = 4096;

/// What a checkpoint says without its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// The name of the model.
    pub arch: Option<String>,
    /// The epoch of training after which it was saved.
    pub epoch: Option<i64>,
    /// The tensors of its state, in order.
    pub tensors: Vec<Tensor>,
    /// The layers that have weights, in order.
    pub layers: Vec<Layer>,
    /// Whether the weights are whole numbers, as the accelerator needs them; unknown where all
    /// that were looked at are 0.
    pub quantized: Option<bool>,
}

/// A tensor's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name: `conv1.op.weight`.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<i64>,
}

/// A layer that has weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its path in the model: `conv1`.
    pub name: String,
    /// The dimensions of its weights as stored, two to four.
    pub shape: Vec<i64>,
    /// The bits of a weight that training aimed at.
    pub bits: Option<i64>,
    /// Whether it has a bias; unknown while batch normalisation is still to be folded into it.
    pub bias: Option<bool>,
    /// How many values its bias has, where there is one.
    pub biases: Option<i64>,
    /// The least and the greatest of the weights that were looked at.
    pub range: Option<[f64; 2]>,
    /// Whether all weights are 0.
    pub zero: bool,
    /// Whether it has a bias all of whose values are 0.
    pub zero_bias: bool,
}

/// How a network uses the weights of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// As a ConvTranspose2d, whose weights are stored with the input channels first.
    pub transposed: bool,
    /// In so many groups.
    pub groups: i64,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            transposed: false,
            groups: 1,
        }
    }
}

impl Checkpoint {
    /// Reads a checkpoint: its header, and a few numbers of each storage. Nothing of it is run,
    /// and time and memory are bounded whatever it contains.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence about "it".
    pub fn read(file: impl Read + Seek) -> Result<Self, String> {
        let mut container = Container::open(file)?;
        let mut checkpoint = Self::default();
        let mut headers = Vec::new();
        {
            let pickle = &container.pickle;
            let root = pickle.root();
            let Some(state @ Value::Dict(_)) = pickle.get(root, "state_dict") else {
                return Err("it has no `state_dict`, so it is no checkpoint of a model".to_owned());
            };
            if let Some(Value::Text(arch)) = pickle.get(root, "arch") {
                checkpoint.arch = Some(arch.clone());
            }
            if let Some(Value::Int(epoch)) = pickle.get(root, "epoch") {
                checkpoint.epoch = Some(*epoch);
            }
            for (name, header) in tensors(pickle, state)? {
                checkpoint.tensors.push(Tensor {
                    name,
                    shape: header.shape.clone(),
                });
                headers.push(header);
            }
        }
        checkpoint.find_layers(&headers, &mut container)?;
        Ok(checkpoint)
    }

    fn find_layers<R: Read + Seek>(
        &mut self,
        headers: &[Header],
        container: &mut Container<R>,
    ) -> Result<(), String> {
        let mut first =
            |header: &Header, most| container.numbers(&header.storage, header.offset, most);
        let by_name: std::collections::HashMap<&str, &Header> = self
            .tensors
            .iter()
            .map(|tensor| tensor.name.as_str())
            .zip(headers)
            .collect();
        let mut whole = Wholeness::default();
        for (tensor, header) in self.tensors.iter().zip(headers) {
            // `conv1.op.weight`, `fc.weight`
            let Some(owner) = tensor.name.strip_suffix(".weight") else {
                continue;
            };
            if tensor.shape.len() < 2 {
                continue;
            }
            if tensor.shape.len() > 4 || tensor.shape.contains(&0) {
                return Err(format!(
                    "`{}` is of {}: the accelerator has no such layer",
                    tensor.name,
                    sizes(&tensor.shape)
                ));
            }
            let path = owner.rsplit_once('.').map_or(owner, |(path, _)| path);
            let is_probed = self.layers.len() < MOST_PROBED;
            let numbers = match is_probed {
                true => first(header, PROBED)?,
                false => Vec::new(),
            };
            whole.see(&numbers);
            let zero = is_zero(&numbers) && is_zero(&first(header, MOST_NUMBERS)?);
            let bits = match by_name.get(format!("{path}.weight_bits").as_str()) {
                Some(bits) => first(bits, 1)?.first().and_then(|bits| known_bits(*bits)),
                None => None,
            };
            let has = |name: &str| by_name.contains_key(format!("{path}.{name}").as_str());
            let bias = by_name.get(format!("{owner}.bias").as_str());
            let zero_bias = match bias {
                Some(bias) if is_probed => is_zero(&first(bias, MOST_NUMBERS)?),
                _ => false,
            };
            self.layers.push(Layer {
                name: path.strip_prefix("module.").unwrap_or(path).to_owned(),
                shape: tensor.shape.clone(),
                bits,
                bias: (!has("bn.running_mean")).then_some(bias.is_some()),
                biases: bias.and_then(|bias| bias.shape.first().copied()),
                range: range(&numbers),
                zero,
                zero_bias,
            });
        }
        self.quantized = whole.verdict();
        Ok(())
    }

    /// The weights as facts, each as the network uses it; those that it does not use, as those of
    /// a plain convolution.
    pub fn weights(&self, usages: &[Usage]) -> Vec<Weight> {
        let plain = std::iter::repeat(Usage::default());
        let usages = usages.iter().copied().chain(plain);
        self.layers
            .iter()
            .zip(usages)
            .map(|(layer, usage)| layer.weight(usage))
            .collect()
    }

    /// How the layers are used as far as the checkpoint alone tells: weights for one channel behind
    /// a layer of as many outputs are those of a depthwise convolution.
    pub fn likely_usages(&self) -> Vec<Usage> {
        let before = std::iter::once(None).chain(self.layers.iter().map(Some));
        before
            .zip(&self.layers)
            .map(|(before, layer)| {
                let outputs = |layer: &Layer| layer.shape.first().copied().unwrap_or(1);
                let depthwise = layer.shape.get(1) == Some(&1)
                    && layer.shape.len() > 2
                    && before.is_some_and(|before| outputs(before) == outputs(layer));
                Usage {
                    transposed: false,
                    groups: if depthwise { outputs(layer) } else { 1 },
                }
            })
            .collect()
    }
}

/// How a network uses the weights of a checkpoint that has so many, in the order of its layers.
///
/// As long as there are weights enough, a layer whose operator cannot be read has some, too.
pub fn usages(network: &Network, available: usize) -> Vec<Usage> {
    let takes = |layer: &&network::Layer| {
        layer.weight_source.is_absent()
            && layer.bypass.value() != Some(true)
            && !matches!(
                layer.op.value(),
                Some(Operation::Passthrough | Operation::Eltwise(_))
            )
    };
    let readable = |layer: &&network::Layer| layer.op.invalid().is_none();
    let all: Vec<_> = network.layers.iter().filter(takes).collect();
    let all = if all.len() > available {
        all.into_iter().filter(readable).collect()
    } else {
        all
    };
    all.into_iter()
        .map(|layer| Usage {
            transposed: layer.op.value() == Some(Operation::ConvTranspose2d),
            groups: layer.groups.value().unwrap_or(1),
        })
        .collect()
}

impl Layer {
    /// The weights as a network uses them.
    pub fn weight(&self, usage: Usage) -> Weight {
        let at = |index: usize| self.shape.get(index).copied().unwrap_or(1);
        let groups = usage.groups.clamp(1, LARGEST_DIMENSION);
        let (in_channels, out_channels) = if usage.transposed {
            (at(0), at(1) * groups)
        } else {
            (at(1) * groups, at(0))
        };
        let kernel = self.shape.get(2..).unwrap_or_default().to_vec();
        Weight {
            in_channels,
            out_channels,
            kernel: if kernel.is_empty() { vec![1] } else { kernel },
            bits: self.bits,
            bias: self.bias,
            groups: None,
        }
    }
}

/// The header of a tensor, with what its numbers are found by.
struct Header {
    shape: Vec<i64>,
    offset: i64,
    storage: Value,
}

/// The tensors of a state, in order.
fn tensors(pickle: &Pickle, state: &Value) -> Result<Vec<(String, Header)>, String> {
    let Value::Dict(entries) = state else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (name, value) in entries {
        let (
            Value::Text(name),
            Value::Tensor {
                storage,
                offset,
                size,
                stride,
            },
        ) = (pickle.value(*name), pickle.value(*value))
        else {
            continue;
        };
        if !size
            .iter()
            .all(|size| (0..=LARGEST_DIMENSION).contains(size))
        {
            return Err(format!("`{name}` has the impossible size {}", sizes(size)));
        }
        let storage = pickle.value(*storage).clone();
        if let Value::Storage { class, count, .. } = &storage
            && class != "UntypedStorage"
            && extent(*offset, size, stride).is_none_or(|needed| needed > *count)
        {
            return Err(format!(
                "`{name}` of {} does not fit into its storage of {count} numbers",
                sizes(size)
            ));
        }
        found.push((
            name.clone(),
            Header {
                shape: size.clone(),
                offset: *offset,
                storage,
            },
        ));
    }
    Ok(found)
}

/// How many numbers a storage needs for a tensor; none where that is absurd.
fn extent(offset: i64, size: &[i64], stride: &[i64]) -> Option<i64> {
    if offset < 0 || stride.len() != size.len() || stride.iter().any(|stride| *stride < 0) {
        return None;
    }
    if size.contains(&0) {
        return Some(0);
    }
    let last = size
        .iter()
        .zip(stride)
        .try_fold(offset, |last, (size, stride)| {
            last.checked_add((size - 1).checked_mul(*stride)?)
        })?;
    last.checked_add(1)
}

/// What `weight_bits` means; 0 stands for the 8 bits that nobody asked to change.
fn known_bits(stored: f64) -> Option<i64> {
    [1, 2, 4, 8]
        .into_iter()
        .find(|bits| *bits as f64 == stored)
        .or((stored == 0.0).then_some(8))
}

fn is_zero(numbers: &[f64]) -> bool {
    !numbers.is_empty() && numbers.iter().all(|number| *number == 0.0)
}

fn range(numbers: &[f64]) -> Option<[f64; 2]> {
    let least = numbers.iter().copied().reduce(f64::min)?;
    let greatest = numbers.iter().copied().reduce(f64::max)?;
    Some([least, greatest])
}

/// Whether numbers are whole.
#[derive(Default)]
struct Wholeness {
    nonzero: bool,
    fraction: bool,
}

impl Wholeness {
    fn see(&mut self, numbers: &[f64]) {
        self.nonzero |= numbers.iter().any(|number| *number != 0.0);
        self.fraction |= numbers.iter().any(|number| number.fract() != 0.0);
    }

    fn verdict(&self) -> Option<bool> {
        self.nonzero.then_some(!self.fraction)
    }
}

fn sizes(shape: &[i64]) -> String {
    let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
    shape.join("x")
}

#[cfg(test)]
mod tests;
