//! What a model file says, as plain data.

use std::sync::Arc;

use crate::text::{Span, TextFile};

/// What to read.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Name of the file, as messages and places call it.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The function or class that makes the model.
    pub factory: &'a str,
    /// Arguments as the trainer passes them, by keyword.
    pub arguments: Vec<(String, Literal)>,
    /// Shape of the input with the batch dimension first; without it, only the layers are read.
    pub input: Option<Vec<i64>>,
    /// The chip that the trainer is told.
    pub device: TrainingDevice,
}

/// Gives the text of an imported file. The reader works on a thread of its own, hence `Sync`.
pub trait Resolve: Sync {
    /// The file's name and text for a module as it stands in the import (`ai8x_blocks`,
    /// `models.common`); `None` where there is none, then everything from it is unknown.
    fn module(&self, name: &str) -> Option<(String, String)>;
}

impl<F: Fn(&str) -> Option<(String, String)> + Sync> Resolve for F {
    fn module(&self, name: &str) -> Option<(String, String)> {
        self(name)
    }
}

/// The chip as the trainer's `--device` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrainingDevice {
    /// The predecessor of the MAX78000.
    Ai84,
    /// MAX78000.
    #[default]
    Ai85,
    /// MAX78002.
    Ai87,
}

/// A range in one of the files that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Index into [`Model::files`].
    pub file: u32,
    /// Bytes of that file.
    pub span: Span,
}

impl Place {
    /// The start of a file.
    pub const fn start_of(file: u32) -> Self {
        Self {
            file,
            span: Span::at(0),
        }
    }
}

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number
    Int(i64),
    /// A number with a fraction
    Float(f64),
    /// A text
    Str(String),
    /// A tuple or list
    Tuple(Vec<Literal>),
}

/// One property of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<T> {
    /// The value; `None` where it cannot be known.
    pub value: Option<T>,
    /// The argument that says so; `None` where the class or its default does.
    pub place: Option<Place>,
}

impl<T> Fact<T> {
    /// What the class or a default says.
    pub const fn implied(value: T) -> Self {
        Self {
            value: Some(value),
            place: None,
        }
    }
}

/// What a layer computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// One-dimensional convolution
    Conv1d,
    /// Two-dimensional convolution
    Conv2d,
    /// Transposed convolution
    ConvTranspose2d,
    /// Fully connected
    Linear,
    /// Fully connected, on the microcontroller
    SoftwareLinear,
    /// Sum of the operands
    Add,
    /// Difference of the operands
    Sub,
    /// Bitwise exclusive or
    BitwiseXor,
    /// Bitwise or
    BitwiseOr,
    /// Pooling alone
    Pool,
}

impl Operator {
    /// The name, as the trainer's classes spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conv1d => "Conv1d",
            Self::Conv2d => "Conv2d",
            Self::ConvTranspose2d => "ConvTranspose2d",
            Self::Linear => "Linear",
            Self::SoftwareLinear => "SoftwareLinear",
            Self::Add => "Add",
            Self::Sub => "Sub",
            Self::BitwiseXor => "BitwiseXor",
            Self::BitwiseOr => "BitwiseOr",
            Self::Pool => "PoolOnly",
        }
    }

    /// Whether the layer has weights, so takes its place in the checkpoint.
    pub const fn has_weights(self) -> bool {
        matches!(
            self,
            Self::Conv1d
                | Self::Conv2d
                | Self::ConvTranspose2d
                | Self::Linear
                | Self::SoftwareLinear
        )
    }

    /// Whether the layer combines operands element by element.
    pub const fn is_elementwise(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Sub | Self::BitwiseXor | Self::BitwiseOr
        )
    }
}

/// How values are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// The largest
    Max,
    /// The mean
    Average,
}

/// Pooling in front of the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// How
    pub kind: PoolKind,
    /// Window, a number a dimension
    pub size: Fact<Vec<i64>>,
    /// Step, a number a dimension
    pub stride: Fact<Vec<i64>>,
    /// Distance of the values in the window, a number a dimension
    pub dilation: Fact<Vec<i64>>,
}

/// An argument in the constructor call of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Name of the parameter; the position where the class's parameter is unknown.
    pub name: String,
    /// The value; `None` where it is unknown or no plain value.
    pub value: Option<Literal>,
    /// Where the argument stands in the call, or where the keywords were given that it came with.
    pub place: Place,
    /// Where its value comes from.
    pub origin: Place,
}

/// A layer as constructed.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The path of attributes (`backbone.conv1`); empty where the model does not hold it.
    pub path: String,
    /// The class with its library (`ai8x.FusedConv2dReLU`).
    pub class: String,
    /// What it computes.
    pub operator: Operator,
    /// Input channels or features; unknown for layers without weights.
    pub in_channels: Fact<i64>,
    /// Output channels or features.
    pub out_channels: Fact<i64>,
    /// Kernel, a number a dimension; empty where there is none, as for the next three.
    pub kernel: Fact<Vec<i64>>,
    /// Stride.
    pub stride: Fact<Vec<i64>>,
    /// Padding.
    pub padding: Fact<Vec<i64>>,
    /// Dilation.
    pub dilation: Fact<Vec<i64>>,
    /// Groups.
    pub groups: Fact<i64>,
    /// Whether it has a bias.
    pub bias: Fact<bool>,
    /// Pooling before the operator. `None`: there is none.
    pub pool: Option<Pool>,
    /// Activation, as the trainer spells it; the inner `None` is none.
    pub activation: Fact<Option<String>>,
    /// 32-bit output.
    pub wide: Fact<bool>,
    /// Batch normalization, as the trainer spells it.
    pub batch_norm: Fact<Option<String>>,
    /// The arguments of the constructor call.
    pub arguments: Vec<Argument>,
    /// The constructor call, then the calls that led to it, innermost first.
    pub constructed: Vec<Place>,
}

/// Where a tensor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceOf {
    /// The model's input
    Input,
    /// Index into [`Model::calls`]
    Call(usize),
    /// A tensor that the model makes itself
    Constant,
}

/// A tensor's source with what happened between.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Whose output it is.
    pub of: SourceOf,
    /// The operations in between that are no layers, in order (`view`, `cat`, `nn.Dropout`).
    pub via: Vec<String>,
}

/// One operand of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The shape, batch first; `None` where unknown.
    pub shape: Option<Vec<i64>>,
    /// Where it comes from, in the order of concatenation.
    pub sources: Vec<Source>,
}

/// One use of a layer in `forward`, in order of execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Index into [`Model::layers`].
    pub layer: usize,
    /// How often the layer was called before.
    pub number: usize,
    /// Its operands.
    pub inputs: Vec<Input>,
    /// Shape of the result.
    pub shape: Option<Vec<i64>>,
    /// The call, then the calls that led to it, innermost first.
    pub called: Vec<Place>,
}

/// Why the model is not wholly known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The file cannot be parsed there.
    Syntax,
    /// The model does not exist.
    Missing,
    /// Python or the trainer would stop here: a failed assertion, a wrong argument.
    Failure,
    /// Python would stop here: a keyword is given twice.
    Keyword,
    /// PyTorch would stop here: shapes that do not fit.
    Shape,
    /// PyTorch would stop here: a layer needs another number of dimensions.
    Rank,
    /// PyTorch would stop here: nothing is left of a map.
    Empty,
    /// A layer of PyTorch's own, with weights, where the trainer has one that can be quantised.
    Foreign,
    /// Something that this reader does not know.
    Unknown,
    /// Code that was not followed, and may make layers or use them.
    Lost,
    /// Too much work.
    Budget,
}

impl ProblemKind {
    /// Whether the reader got no further.
    pub const fn stops(self) -> bool {
        match self {
            Self::Missing
            | Self::Failure
            | Self::Keyword
            | Self::Shape
            | Self::Rank
            | Self::Empty
            | Self::Budget => true,
            Self::Syntax | Self::Foreign | Self::Unknown | Self::Lost => false,
        }
    }
}

/// Something that stopped the reader or left a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub kind: ProblemKind,
    /// In words, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The calls that led there, innermost first.
    pub calls: Vec<Place>,
}

/// An operation on tensors in `forward` that is no layer and that the accelerator does not run; a
/// layer is called with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, as sources have it in `via`.
    pub name: String,
    /// The shapes before and after it, of one that only reshapes, but moves channels.
    pub reshape: Option<(Vec<i64>, Vec<i64>)>,
    /// Where, then the calls that led there, innermost first.
    pub places: Vec<Place>,
}

/// What the signature of the model's class says of its input, where nobody passes anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// `num_channels`
    pub channels: Option<i64>,
    /// `dimensions`
    pub dimensions: Option<Vec<i64>>,
}

/// What a model file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The files that were read.
    pub files: Vec<Arc<TextFile>>,
    /// The layers in the order in which the model registers them, which is the order of the weights
    /// in a checkpoint; behind them those that the model does not hold.
    pub layers: Vec<Layer>,
    /// The calls of `forward`.
    pub calls: Vec<Call>,
    /// What `forward` returns.
    pub outputs: Vec<Input>,
    /// The operations between layers that the accelerator does not run.
    pub operations: Vec<Operation>,
    /// What stopped the reader or left holes.
    pub problems: Vec<Problem>,
    /// Whether the constructor came to its end.
    pub is_built: bool,
    /// The arguments that the first class with both was made with.
    pub defaults: Defaults,
}

impl Model {
    /// A model of which nothing is known, and why.
    pub(super) fn failed(message: &str) -> Self {
        Self {
            problems: vec![Problem {
                kind: ProblemKind::Budget,
                message: message.to_owned(),
                place: Place::start_of(0),
                calls: Vec::new(),
            }],
            ..Self::default()
        }
    }

    /// The layers with weights, in the order of the checkpoint.
    pub fn weights(&self) -> impl Iterator<Item = &Layer> {
        self.layers
            .iter()
            .filter(|layer| layer.operator.has_weights() && !layer.path.is_empty())
    }

    /// Whether the model was built and followed to the end.
    pub fn is_complete(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.stops())
    }
}
