//! How the trainer builds a model: with which arguments, for which input.

use crate::network::{Network, Operation};

use super::model::{Literal, Request, TrainingDevice};

/// What the trainer is told, by its options and by the data set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Training {
    /// Channels, height and width; of signals channels, length and 1.
    pub input: Option<[i64; 3]>,
    /// The number of frames, where the model looks at several.
    pub frames: Option<i64>,
    /// The number of classes without background.
    pub classes: Option<i64>,
    /// `--use-bias`; none where nobody says, then the model's default holds.
    pub bias: Option<bool>,
    /// `--obj-detection`
    pub detection: bool,
    /// `--dr`
    pub dimensionality: Option<i64>,
    /// `--device`
    pub device: TrainingDevice,
}

impl Training {
    /// What to read so that the model is the trained one.
    pub fn request<'a>(&self, file: &'a str, text: &'a str, factory: &'a str) -> Request<'a> {
        Request {
            file,
            text,
            factory,
            arguments: self.arguments(),
            input: self.shape(),
            device: self.device,
        }
    }

    fn arguments(&self) -> Vec<(String, Literal)> {
        let mut arguments = vec![("pretrained".to_owned(), Literal::Bool(false))];
        let mut give = |name: &str, value: Literal| arguments.push((name.to_owned(), value));
        if let Some(classes) = self.classes {
            let background = i64::from(self.detection);
            give("num_classes", Literal::Int(classes + background));
        }
        if let Some([channels, height, width]) = self.input {
            give("num_channels", Literal::Int(channels));
            let sizes = vec![Literal::Int(height), Literal::Int(width)];
            give("dimensions", Literal::Tuple(sizes));
        }
        if let Some(bias) = self.bias {
            give("bias", Literal::Bool(bias));
        }
        if self.device != TrainingDevice::Ai84 {
            give("weight_bits", Literal::None);
            give("bias_bits", Literal::None);
            give("quantize_activation", Literal::Bool(false));
        }
        if let Some(dimensionality) = self.dimensionality {
            give("dimensionality", Literal::Int(dimensionality));
        }
        if self.detection {
            give("device", Literal::Str("cpu".to_owned()));
        }
        arguments
    }

    /// The shape of a batch of one.
    fn shape(&self) -> Option<Vec<i64>> {
        let [channels, height, width] = self.input?;
        let mut shape = vec![1];
        shape.extend(self.frames);
        shape.extend([channels, height]);
        if width != 1 {
            shape.push(width);
        }
        Some(shape)
    }
}

/// The input of a network as far as its first layer says.
pub fn input_of_network(network: &Network) -> Option<[i64; 3]> {
    let first = network.layers.first()?;
    let mask = first.processors.value().filter(|mask| *mask != 0);
    let channels = first
        .in_channels
        .value()
        .or_else(|| mask.map(|mask| i64::from(mask.count_ones())))?;
    let [height, width] = first.in_dim.value()?;
    let is_1d = first.op.value() == Some(Operation::Conv1d);
    Some([channels, height, if is_1d { 1 } else { width }])
}
