//! AX80, AX81: what is wrong with the files that a network takes its weights and its input from.
//! These findings come from where the files are found, so that there are no examples here.

use crate::diagnostic::{Code, Finding, Severity};
use crate::network::{Layer, Network, Operation};
use crate::pytorch::checkpoint::{self, Checkpoint};
use crate::text::Span;

use super::words::{count, list};
use super::{Documentation, FixAvailability};

/// Names that one message lists.
const MOST_NAMES: usize = 3;

/// The codes, in order.
pub static FILES: &[Documentation] = &[
    UNFUSED_BATCHNORM,
    BIAS_COUNT,
    WEIGHTS_EXCEED_QUANTIZATION,
    ALL_ZERO_PARAMETERS,
    SAMPLE_DATA,
    CHECKPOINT_STRUCTURE,
    CHECKPOINT_MISSING,
    CHECKPOINT_NOT_QUANTIZED,
    MODEL_NOT_COMPARED,
];

/// Batch normalisation in the checkpoint.
pub const UNFUSED_BATCHNORM: Documentation = Documentation {
    code: Code(804),
    name: "unfused-batchnorm",
    severity: Severity::Error,
    summary: "batch normalisation is not folded into the weights of the checkpoint",
    explanation: "\
The accelerator has no batch normalisation. While training goes on the checkpoint holds it beside the \
weights (`conv1.bn.weight`), and the vendor's tool stops at such a checkpoint. The last epochs of \
quantisation-aware training fold it, or `batchnormfuser.py` of the training project does; quantise the \
checkpoint afterwards, and name that one.",
    examples: &[],
    source: Some("checkpoint.py:115, checkpoint.py:120"),
    fix: FixAvailability::None,
};

/// A bias of another length than the layer has outputs.
pub const BIAS_COUNT: Documentation = Documentation {
    code: Code(805),
    name: "bias-count",
    severity: Severity::Error,
    summary: "a bias has more or fewer values than the layer has output channels",
    explanation: "\
Each output channel has one bias value. Where the checkpoint holds another number for a layer, the \
vendor's tool stops; the checkpoint was edited, or damaged.",
    examples: &[],
    source: Some("kbias.py:70"),
    fix: FixAvailability::None,
};

/// Weights that do not fit the bits.
pub const WEIGHTS_EXCEED_QUANTIZATION: Documentation = Documentation {
    code: Code(806),
    name: "weights-exceed-quantization",
    severity: Severity::Error,
    summary: "weights of the checkpoint do not fit the bits of the layer",
    explanation: "\
Weights of 8 bits are -128 to 127, of 4 bits -8 to 7, of 2 bits -2 to 1, of 1 bit -1 to 0. The vendor's \
tool fails with an assertion where the checkpoint has others. Mostly `quantization` says fewer bits than \
the model was quantised to: leave the key out, the checkpoint knows the bits. A few weights of each \
layer are looked at, so silence is no proof.",
    examples: &[],
    source: Some(
        "checkpoint.py:130, checkpoint.py:132, checkpoint.py:133, izer.py:431, izer.py:433",
    ),
    fix: FixAvailability::None,
};

/// Only zeros.
pub const ALL_ZERO_PARAMETERS: Documentation = Documentation {
    code: Code(807),
    name: "all-zero-parameters",
    severity: Severity::Warning,
    summary: "all weights or all bias values of a layer are 0",
    explanation: "\
A layer whose weights are all 0 computes nothing. Training has failed, or fractions were cut to whole \
numbers. A bias of only zeros is left out by the vendor's tool.",
    examples: &[],
    source: Some("checkpoint.py:111, checkpoint.py:212, kbias.py:73"),
    fix: FixAvailability::None,
};

/// The sample cannot be used.
pub const SAMPLE_DATA: Documentation = Documentation {
    code: Code(809),
    name: "sample-data",
    severity: Severity::Error,
    summary: "the sample input cannot be used",
    explanation: "\
For its known-answer test the vendor's tool reads a sample of the input, the file that `--sample-input` \
names, else `tests/sample_DATASET.npy`. It must be an array of 64-bit integers (`int64`) from -128 to \
127, with channels first. Without a sample the tool stops.",
    examples: &[],
    source: Some("sampledata.py:31, sampledata.py:39, izer.py:184"),
    fix: FixAvailability::None,
};

/// A checkpoint without what the tool needs.
pub const CHECKPOINT_STRUCTURE: Documentation = Documentation {
    code: Code(810),
    name: "checkpoint-structure",
    severity: Severity::Error,
    summary: "the file is no checkpoint as the vendor's tool needs it",
    explanation: "\
A checkpoint of the training project holds `state_dict`, `epoch` and `arch`. The vendor's tool stops \
where the first two lack, as they do in a file that holds only weights, and warns where `arch` does: \
nobody can tell then whether it is of this model.",
    examples: &[],
    source: Some("checkpoint.py:64, checkpoint.py:66, checkpoint.py:74"),
    fix: FixAvailability::None,
};

/// No checkpoint where one is needed.
pub const CHECKPOINT_MISSING: Documentation = Documentation {
    code: Code(811),
    name: "checkpoint-missing",
    severity: Severity::Error,
    summary: "the command that builds the network names no checkpoint, or one that is not there",
    explanation: "\
Only a network with `arch: test` takes its weights from sample files. All others need a checkpoint, \
`--checkpoint-file`. A file that is named but not there is information only: it may lie on another \
machine.",
    examples: &[],
    source: Some("izer.py:79"),
    fix: FixAvailability::None,
};

/// Fractions instead of whole numbers.
pub const CHECKPOINT_NOT_QUANTIZED: Documentation = Documentation {
    code: Code(868),
    name: "checkpoint-not-quantized",
    severity: Severity::Warning,
    summary: "the checkpoint is not quantised",
    explanation: "\
The weights of the checkpoint are fractions, as in training. The vendor's tool cuts them to whole \
numbers, most of them to 0, and goes on. Quantise the checkpoint with `quantize.py`, and name the result: \
by custom its name ends with `-q8.pth.tar`.",
    examples: &[],
    source: None,
    fix: FixAvailability::None,
};

/// A model that is there, but not compared.
pub const MODEL_NOT_COMPARED: Documentation = Documentation {
    code: Code(869),
    name: "model-not-compared",
    severity: Severity::Information,
    summary: "the network is not compared with its model",
    explanation: "\
The rules that compare a network with its PyTorch model need one model, and must be able to follow it. \
Where several are called as `arch` says, a comment `# ai8x-lint: model=FILE:NAME` at the top of the network, \
the option `--model FILE:NAME` or `training-dir` in the configuration says which is meant; the file is seen \
from the folder of the network. A model that fails, or does what is not known here, has findings of its \
own in its Python file.",
    examples: &[],
    source: None,
    fix: FixAvailability::Sometimes,
};

/// What is wrong with the checkpoint of a network; findings about no layer in particular are at
/// `place`. The checkpoint is called `name` in messages.
pub fn check_checkpoint(
    network: &Network,
    checkpoint: &Checkpoint,
    name: &str,
    place: Span,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if checkpoint.epoch.is_none() {
        found.push(CHECKPOINT_STRUCTURE.finding(place, format!("{name} has no `epoch`")));
    }
    if checkpoint.arch.is_none() {
        let finding = CHECKPOINT_STRUCTURE.finding(place, format!("{name} has no `arch`"));
        found.push(finding.severity(Severity::Warning));
    }
    let unfolded: Vec<&str> = checkpoint
        .tensors
        .iter()
        .filter(|tensor| tensor.shape.len() == 1)
        .filter_map(|tensor| tensor.name.strip_suffix(".bn.weight"))
        .collect();
    if !unfolded.is_empty() {
        let message = format!(
            "{name} has batch normalisation that is not folded into the weights of {}",
            names(&unfolded)
        );
        found.push(UNFUSED_BATCHNORM.finding(place, message));
    }
    if checkpoint.quantized == Some(false) {
        // Whoever still trains has not quantised either.
        if unfolded.is_empty() {
            let message = format!("the weights of {name} are fractions: it is not quantised");
            found.push(CHECKPOINT_NOT_QUANTIZED.finding(place, message));
        }
    } else {
        check_layers(network, checkpoint, &mut found);
    }
    found
}

/// `conv1, conv2 and 7 more`
fn names(all: &[&str]) -> String {
    let mut shown: Vec<String> = all
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    if all.len() > MOST_NAMES {
        shown.push(format!("{} more", all.len() - MOST_NAMES));
    }
    list(&shown)
}

fn check_layers(network: &Network, checkpoint: &Checkpoint, found: &mut Vec<Finding>) {
    let weighted = weighted(network);
    // Nobody knows whose weights are whose.
    if weighted.len() > checkpoint.layers.len() {
        return;
    }
    let mut report = |layer: (usize, Span), kind: &Documentation, message: String| {
        let mut finding = kind.finding(layer.1, message);
        finding.layer = Some(layer.0);
        found.push(finding);
    };
    for ((index, layer), own) in weighted.iter().zip(&checkpoint.layers) {
        let name = &own.name;
        let head = (*index, layer.head);
        let usage = checkpoint::Usage {
            transposed: layer.op.value() == Some(Operation::ConvTranspose2d),
            groups: layer.groups.value().unwrap_or(1),
        };
        let outputs = own.weight(usage).out_channels;
        if let Some(biases) = own.biases
            && biases != outputs
        {
            let message = format!(
                "the bias of `{name}` has {}, but the layer has {}",
                count(biases, "value"),
                count(outputs, "output channel")
            );
            report(head, &BIAS_COUNT, message);
        }
        let bits = layer.quantization.value().or(own.bits).unwrap_or(8);
        if let Some([least, greatest]) = own.range
            && (1..=8).contains(&bits)
        {
            let limit = f64::from(1_i32 << (bits - 1));
            if least < -limit || greatest > limit - 1.0 {
                let place = layer.quantization.span().unwrap_or(layer.head);
                let message = format!(
                    "weights of `{name}` are {least} to {greatest}, but {} hold {} to {}",
                    count(bits, "bit"),
                    -limit,
                    limit - 1.0
                );
                report((*index, place), &WEIGHTS_EXCEED_QUANTIZATION, message);
            }
        }
        if own.zero {
            let message = format!("all weights of `{name}` are 0");
            report(head, &ALL_ZERO_PARAMETERS, message);
        }
        if own.zero_bias {
            let message = format!("all bias values of `{name}` are 0");
            report(head, &ALL_ZERO_PARAMETERS, message);
        }
    }
}

/// The layers that take weights, with their numbers.
fn weighted(network: &Network) -> Vec<(usize, &Layer)> {
    let takes = |layer: &Layer| {
        layer.weight_source.is_absent()
            && layer.bypass.value() != Some(true)
            && !matches!(
                layer.op.value(),
                Some(Operation::Passthrough | Operation::Eltwise(_))
            )
    };
    let layers = network.layers.iter().enumerate();
    layers.filter(|(_, layer)| takes(layer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pytorch::checkpoint::Tensor;
    use crate::{network, yaml};

    const TEXT: &str = "\
arch: demo
layers:
  - op: Conv2d
    quantization: 4
  - op: none
  - op: Linear
";

    fn checkpoint() -> Checkpoint {
        let layer = |name: &str, shape: &[i64]| checkpoint::Layer {
            name: name.to_owned(),
            shape: shape.to_vec(),
            bits: None,
            bias: Some(true),
            biases: Some(shape[0]),
            range: Some([-8.0, 7.0]),
            zero: false,
            zero_bias: false,
        };
        Checkpoint {
            arch: Some("demo".to_owned()),
            epoch: Some(9),
            layers: vec![layer("conv1", &[8, 4, 3, 3]), layer("fc", &[10, 128])],
            quantized: Some(true),
            ..Checkpoint::default()
        }
    }

    fn found(checkpoint: &Checkpoint) -> Vec<String> {
        let network = network::lower(&yaml::parse(TEXT), TEXT);
        let findings = check_checkpoint(&network, checkpoint, "a.pth.tar", Span::at(0));
        findings
            .iter()
            .map(|finding| {
                let layer = finding
                    .layer
                    .map_or(String::new(), |layer| format!(" L{layer}"));
                format!(
                    "{} {}{layer}: {}",
                    finding.code, finding.severity, finding.message
                )
            })
            .collect()
    }

    #[test]
    fn a_right_checkpoint_is_right() {
        assert_eq!(found(&checkpoint()), [""; 0]);
    }

    #[test]
    fn what_every_checkpoint_holds_must_be_there() {
        let bare = Checkpoint {
            arch: None,
            epoch: None,
            ..checkpoint()
        };
        assert_eq!(
            found(&bare),
            [
                "AX810 error: a.pth.tar has no `epoch`",
                "AX810 warning: a.pth.tar has no `arch`"
            ]
        );
    }

    #[test]
    fn checkpoints_of_training_are_not_yet_usable() {
        let mut raw = Checkpoint {
            quantized: Some(false),
            ..checkpoint()
        };
        assert_eq!(
            found(&raw),
            ["AX868 warning: the weights of a.pth.tar are fractions: it is not quantised"]
        );
        let normalisation = |name: &str| Tensor {
            name: format!("{name}.bn.weight"),
            shape: vec![8],
        };
        raw.tensors = ["a", "b", "c", "d", "e"].map(normalisation).into();
        assert_eq!(
            found(&raw),
            [
                "AX804 error: a.pth.tar has batch normalisation that is not folded into the weights of \
              `a`, `b`, `c` and 2 more"
            ]
        );
    }

    #[test]
    fn weights_fit_their_layers() {
        let mut odd = checkpoint();
        odd.layers[0].range = Some([-9.0, 3.0]);
        odd.layers[0].biases = Some(4);
        odd.layers[1].range = Some([-128.0, 127.0]);
        odd.layers[1].zero = true;
        odd.layers[1].zero_bias = true;
        assert_eq!(
            found(&odd),
            [
                "AX805 error L0: the bias of `conv1` has 4 values, but the layer has 8 output channels",
                "AX806 error L0: weights of `conv1` are -9 to 3, but 4 bits hold -8 to 7",
                "AX807 warning L2: all weights of `fc` are 0",
                "AX807 warning L2: all bias values of `fc` are 0",
            ]
        );
        // Too few: AX801 says so.
        odd.layers.pop();
        assert_eq!(found(&odd), [""; 0]);
    }
}
