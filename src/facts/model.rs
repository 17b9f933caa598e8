//! A PyTorch model of `ai8x` layers, as its source tells: what it constructs and how data flows.

use std::sync::Arc;

use crate::network::{Activation, Eltwise};
use crate::text::{Span, TextFile};

/// A model built with the arguments of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The name by which networks call it (`arch`).
    pub name: String,
    /// The file that defines it.
    pub file: String,
    /// The name of the function or class that makes it, where that is defined.
    pub place: Option<ModelPlace>,
    /// The layers that it constructs, in this order: that in which a checkpoint holds the weights.
    /// Behind them those that it uses without holding them.
    pub modules: Vec<Module>,
    /// What it computes, in order.
    pub calls: Vec<Call>,
    /// What `forward` returns.
    pub outputs: Vec<Operand>,
}

/// Something constructed: `self.conv1 = ai8x.FusedConv2dReLU(...)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its attribute path: `conv1`, `features.0.conv2`; empty where the model does not hold it.
    pub path: String,
    /// The class as it is written: `ai8x.FusedConv2dReLU`.
    pub class: String,
    /// What it computes.
    pub operator: ModelOperator,
    /// Channels in; none where unknown, or none to speak of.
    pub in_channels: Option<i64>,
    /// Channels out, likewise.
    pub out_channels: Option<i64>,
    /// Kernel: one entry for Conv1d, two for the 2-D ones, none for Linear. No entry, as for the
    /// next three, also where it is unknown.
    pub kernel: Vec<i64>,
    /// Stride, an entry a dimension.
    pub stride: Vec<i64>,
    /// Padding, an entry a dimension.
    pub padding: Vec<i64>,
    /// Dilation, an entry a dimension.
    pub dilation: Vec<i64>,
    /// Groups; none where unknown, as for the next.
    pub groups: Option<i64>,
    /// Whether it has a bias, its own or by batch normalisation.
    pub bias: Option<bool>,
    /// Weight bits by the policy of its training; none where nobody says.
    pub bits: Option<i64>,
    /// What is pooled before it computes. Where that is unknown, so are the arguments of the calls.
    pub pool: Option<ModelPool>,
    /// Its activation; none where unknown, as for the next.
    pub activation: Option<Activation>,
    /// Whether a function behind it, such as `F.relu`, may be the activation that a network has.
    pub is_activated_outside: bool,
    /// Whether the output is 32 bits wide.
    pub wide: Option<bool>,
    /// Where it is constructed.
    pub place: Option<ModelPlace>,
}

/// What a module of a model computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelOperator {
    /// `Conv1d`
    Conv1d,
    /// `Conv2d`
    Conv2d,
    /// `ConvTranspose2d`
    ConvTranspose2d,
    /// `Linear`
    Linear,
    /// `SoftwareLinear`: it runs on the processor, not on the accelerator.
    SoftwareLinear,
    /// `Add`, `Sub`, `BitwiseOr`, `BitwiseXor`.
    Eltwise(Eltwise),
    /// Pooling alone.
    Pool,
}

impl ModelOperator {
    /// Whether it has weights that the accelerator uses.
    pub const fn convolves(self) -> bool {
        matches!(
            self,
            Self::Conv1d | Self::Conv2d | Self::ConvTranspose2d | Self::Linear
        )
    }
}

/// The pooling of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelPool {
    /// Average rather than maximum.
    pub average: bool,
    /// Window, height and width; 1-D has width 1.
    pub size: [i64; 2],
    /// Stride, likewise.
    pub stride: [i64; 2],
}

/// One use of a module: `x = self.conv1(x)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The index of the module in [`Model::modules`].
    pub module: usize,
    /// Which use of that module it is, from 0.
    pub number: usize,
    /// Its arguments: several operands where they are concatenated.
    pub arguments: Vec<Operand>,
    /// Shape of its input without the batch, where known.
    pub in_shape: Vec<i64>,
    /// Shape of its output without the batch, where known.
    pub out_shape: Vec<i64>,
    /// Where it is called.
    pub place: Option<ModelPlace>,
}

/// What flows into a call or out of the model; views, dropout and the like leave no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The model's input.
    Input,
    /// The output of a call, by its index in [`Model::calls`].
    Call(usize),
    /// Several, along the channels.
    Concat(Vec<Operand>),
    /// Something that has no counterpart on the accelerator.
    Other,
}

/// A place in a Python file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelPlace {
    /// The file.
    pub file: Arc<TextFile>,
    /// The place in its text.
    pub span: Span,
}
