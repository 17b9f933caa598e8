//! Which layer of the file is which layer of the model, and where the two describe different
//! computations.
//!
//! Weights pair by the order in which the model constructs its layers, as the vendor's tool hands
//! them out. What flows between the paired layers is compared as expressions: sums, concatenations
//! and pooling over paired layers, in which re-forming layers leave no trace.

use crate::facts::Weight;
use crate::facts::model::{Call, Model, ModelOperator, ModelPool, Module, Operand};
use crate::network::{Activation, Eltwise, Field, Network, Source};

use super::graph::Graph;
use super::parameters::{Operator, Parameters};
use super::shapes::takes_weights;

/// The layers of a file beside those of its model. The vectors have one entry a layer of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alignment {
    /// The module of the model whose weights each layer uses.
    pub modules: Vec<Option<usize>>,
    /// The call that each layer stands for.
    pub calls: Vec<Option<usize>>,
    /// The calls without weights that each layer runs: sums, pooling and the like.
    pub runs: Vec<Vec<usize>>,
    /// Whether each layer could be a convolution that hands its input on unchanged.
    pub hands_on: Vec<bool>,
    /// Where file and model differ, in order of the layers.
    pub differences: Vec<Difference>,
}

impl Alignment {
    /// The weights that each layer has by its model: none where the layer has no module, and none at
    /// all where the two differ in more than what leaves all shapes as they are.
    pub(super) fn weights(&self, model: &Model) -> Vec<Option<Weight>> {
        let keeps_shapes = |difference: &Difference| match difference.kind {
            DifferenceKind::Activation
            | DifferenceKind::OutputWidth
            | DifferenceKind::MissingOutput(_)
            | DifferenceKind::SurplusOutput(_) => true,
            DifferenceKind::SurplusLayer => difference
                .layer
                .is_some_and(|layer| self.hands_on.get(layer) == Some(&true)),
            _ => false,
        };
        if !self.differences.iter().all(keeps_shapes) {
            return vec![None; self.modules.len()];
        }
        let weight = |module: &Option<usize>| {
            let module = model.modules.get((*module)?)?;
            Some(Weight {
                in_channels: module.in_channels?,
                out_channels: module.out_channels?,
                kernel: match module.operator {
                    ModelOperator::Linear => vec![1],
                    _ if module.kernel.is_empty() => return None,
                    _ => module.kernel.clone(),
                },
                bits: module.bits,
                bias: module.bias,
                groups: module.groups,
            })
        };
        self.modules.iter().map(weight).collect()
    }
}

/// One difference between a file and its model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The layer of the file; none where the file lacks one.
    pub layer: Option<usize>,
    /// The module of the model; none where the model lacks one.
    pub module: Option<usize>,
    /// The call of the module, where it is about one.
    pub call: Option<usize>,
    /// What differs.
    pub kind: DifferenceKind,
}

/// What differs between a layer and its module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The convolution.
    Operator,
    /// The kernel's size.
    Kernel,
    /// The padding.
    Padding,
    /// The stride.
    Stride,
    /// The dilation.
    Dilation,
    /// The groups.
    Groups,
    /// The activation.
    Activation,
    /// Whether the output is 32 bits wide.
    OutputWidth,
    /// Whether the input is flattened; the model's way.
    Flatten(bool),
    /// How the input is pooled: the file's way, the model's way.
    Pooling(Option<ModelPool>, Option<ModelPool>),
    /// What is read: by the file, in the model.
    Input(Flow, Flow),
    /// The file has no layer for this module.
    MissingLayer,
    /// The model has no module for this layer.
    SurplusLayer,
    /// Outputs of the model that are none of the file.
    MissingOutput(Flow),
    /// An output of the file that is none of the model.
    SurplusOutput(Flow),
}

/// What flows, in terms of the model's modules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// The network's input.
    Input,
    /// The output of a module, by its index, in the use of this number.
    Module(usize, usize),
    /// The output of a layer of the file that has no module.
    Layer(usize),
    /// An element-wise operation.
    Eltwise(Operation, Vec<Flow>),
    /// Several along the channels.
    Concat(Vec<Flow>),
    /// Pooled.
    Pool(Window, Box<Flow>),
    /// Not known, or without a counterpart: equals everything.
    Any,
}

/// [`Eltwise`] with an order, so that operands can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
}

/// A pooling window: average, size, stride.
pub type Window = (bool, [i64; 2], [i64; 2]);

impl Flow {
    /// Whether two describe the same data, as far as they are known.
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Eltwise(own, one), Self::Eltwise(their, two)) => {
                own == their && (one == two || matches_in_order(one, two))
            }
            (Self::Concat(one), Self::Concat(two)) => matches_in_order(one, two),
            (Self::Pool(own, one), Self::Pool(their, two)) => own == their && one.agrees(two),
            _ => self == other,
        }
    }

    /// Whether any of it is not known.
    fn lacks(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Eltwise(_, parts) | Self::Concat(parts) => parts.iter().any(Self::lacks),
            Self::Pool(_, of) => of.lacks(),
            Self::Input | Self::Module(..) | Self::Layer(_) => false,
        }
    }

    fn eltwise(eltwise: Eltwise, mut operands: Vec<Self>) -> Self {
        let operation = match eltwise {
            Eltwise::Add => Operation::Add,
            Eltwise::Sub => Operation::Sub,
            Eltwise::Or => Operation::Or,
            Eltwise::Xor => Operation::Xor,
        };
        if operation != Operation::Sub {
            operands.sort();
        }
        Self::Eltwise(operation, operands)
    }

    fn concat(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Concat(parts) => flat.extend(parts),
                part => flat.push(part),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Concat(flat),
        }
    }

    fn pooled(self, pool: Option<ModelPool>) -> Self {
        match pool {
            Some(pool) => Self::Pool((pool.average, pool.size, pool.stride), Box::new(self)),
            None => self,
        }
    }

    fn without_pool(&self) -> (&Self, Option<ModelPool>) {
        match self {
            Self::Pool((average, size, stride), of) => (
                of,
                Some(ModelPool {
                    average: *average,
                    size: *size,
                    stride: *stride,
                }),
            ),
            _ => (self, None),
        }
    }
}

fn matches_in_order(one: &[Flow], two: &[Flow]) -> bool {
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.agrees(two))
}

/// What [`align`] looks at.
pub(super) struct Aligner<'a> {
    pub(super) network: &'a Network,
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Parameters],
    pub(super) model: &'a Model,
}

impl Aligner<'_> {
    /// Pairs the layers, and compares them.
    pub(super) fn run(&self) -> Alignment {
        let count = self.network.layers.len();
        let mut alignment = Alignment {
            modules: vec![None; count],
            calls: vec![None; count],
            runs: vec![Vec::new(); count],
            hands_on: (0..count).map(|layer| self.hands_on(layer)).collect(),
            differences: Vec::new(),
        };
        self.pair(&mut alignment);
        let own: Vec<Flow> = self.model_flows();
        let mut theirs: Vec<Flow> = vec![Flow::Any; count];
        let mut used = vec![false; self.model.calls.len()];
        for &layer in &self.graph.order {
            let mut steps = Vec::new();
            let input = self.input_flow(layer, &theirs, &mut steps);
            alignment.runs[layer] = self.run_by(&steps, &own);
            theirs[layer] = match alignment.modules[layer] {
                None => {
                    let activation = self.activation(layer);
                    if self.parameters[layer].operator == Ok(Operator::Passthrough)
                        && activation.is_some_and(|activation| activation != Activation::None)
                    {
                        alignment.differences.push(Difference {
                            layer: Some(layer),
                            module: None,
                            call: None,
                            kind: DifferenceKind::Activation,
                        });
                    }
                    self.unpaired_flow(layer, input)
                }
                Some(module) => {
                    let call = self.call_of(module, &input, &own, &mut used);
                    alignment.calls[layer] = call;
                    self.compare(
                        &mut alignment.differences,
                        layer,
                        module,
                        call,
                        &input,
                        &own,
                    );
                    Flow::Module(module, call.map_or(0, |call| self.model.calls[call].number))
                }
            };
        }
        // Without its input, nobody followed the model's data.
        if !self.model.calls.is_empty() {
            self.compare_outputs(&mut alignment.differences, &own, &theirs);
        }
        alignment
    }

    /// Pairs layers with modules in the order of construction, so that most agrees.
    fn pair(&self, alignment: &mut Alignment) {
        let layers: Vec<usize> = (0..self.network.layers.len())
            .filter(|&layer| {
                self.graph.runs(layer)
                    && takes_weights(&self.network.layers[layer], &self.parameters[layer])
                        == Ok(true)
            })
            .collect();
        let modules: Vec<usize> = (0..self.model.modules.len())
            .filter(|&module| {
                let module = &self.model.modules[module];
                module.operator.convolves() && !module.path.is_empty()
            })
            .collect();
        for pair in best_pairs(layers.len(), modules.len(), |layer, module| {
            let (layer, module) = (layers[layer], &self.model.modules[modules[module]]);
            match self.operator_differs(layer, module) {
                true => DIFFERENT_OPERATOR,
                false => SAME_OPERATOR - ATTRIBUTE * self.attributes(layer, module).len() as i64,
            }
        }) {
            match pair {
                (Some(layer), Some(module)) => {
                    alignment.modules[layers[layer]] = Some(modules[module]);
                }
                (Some(layer), None) => alignment.differences.push(Difference {
                    layer: Some(layers[layer]),
                    module: None,
                    call: None,
                    kind: DifferenceKind::SurplusLayer,
                }),
                (None, Some(module)) => alignment.differences.push(Difference {
                    layer: None,
                    module: Some(modules[module]),
                    call: None,
                    kind: DifferenceKind::MissingLayer,
                }),
                (None, None) => {}
            }
        }
        for layer in 0..self.network.layers.len() {
            if let Ok(Some(source)) = self.graph.weight_sources[layer] {
                alignment.modules[layer] = alignment.modules[source];
            }
        }
    }

    fn operator_differs(&self, layer: usize, module: &Module) -> bool {
        let wanted = match module.operator {
            ModelOperator::Conv1d => Operator::Conv1d,
            ModelOperator::Conv2d => Operator::Conv2d,
            ModelOperator::ConvTranspose2d => Operator::ConvTranspose2d,
            ModelOperator::Linear => Operator::Linear,
            ModelOperator::SoftwareLinear | ModelOperator::Eltwise(_) | ModelOperator::Pool => {
                Operator::Passthrough
            }
        };
        self.parameters[layer]
            .operator
            .is_ok_and(|operator| operator != wanted)
    }

    /// The settings in which a layer differs from a module of its kind.
    fn attributes(&self, layer: usize, module: &Module) -> Vec<DifferenceKind> {
        let own = &self.parameters[layer];
        let mut differences = Vec::new();
        let mut compare = |differs: bool, kind: DifferenceKind| {
            if differs {
                differences.push(kind);
            }
        };
        let dimensions = if module.operator == ModelOperator::Conv1d {
            1
        } else {
            2
        };
        let differs = |own: [i64; 2], theirs: &[i64]| {
            let theirs = theirs
                .iter()
                .cycle()
                .take(if theirs.is_empty() { 0 } else { dimensions });
            theirs.zip(own).any(|(theirs, own)| *theirs != own)
        };
        if module.operator != ModelOperator::Linear {
            let pairs = [
                (own.kernel, &module.kernel, DifferenceKind::Kernel),
                (own.pad, &module.padding, DifferenceKind::Padding),
                (own.stride, &module.stride, DifferenceKind::Stride),
                (own.dilation, &module.dilation, DifferenceKind::Dilation),
            ];
            for (own, theirs, kind) in pairs {
                compare(own.is_ok_and(|own| differs(own, theirs)), kind);
            }
            compare(
                own.groups
                    .is_ok_and(|groups| module.groups.is_some_and(|theirs| groups != theirs)),
                DifferenceKind::Groups,
            );
        }
        let theirs = module.activation.filter(|_| !module.is_activated_outside);
        compare(
            self.activation(layer)
                .zip(theirs)
                .is_some_and(|(own, theirs)| own != theirs),
            DifferenceKind::Activation,
        );
        compare(
            own.output_width
                .is_ok_and(|width| module.wide.is_some_and(|wide| (width == 32) != wide)),
            DifferenceKind::OutputWidth,
        );
        differences
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        match &self.network.layers[layer].activate {
            Field::Given { value, .. } => Some(*value),
            Field::Absent => Some(Activation::None),
            Field::Invalid { .. } => None,
        }
    }

    /// What each call of the model reads, pooling included.
    fn model_flows(&self) -> Vec<Flow> {
        let mut inputs: Vec<Flow> = Vec::with_capacity(self.model.calls.len());
        let mut outputs: Vec<Flow> = Vec::with_capacity(self.model.calls.len());
        for call in &self.model.calls {
            let module = self.module(call);
            let arguments: Vec<Flow> = call
                .arguments
                .iter()
                .map(|operand| operand_flow(operand, &outputs))
                .collect();
            let input = match module.operator {
                ModelOperator::Eltwise(eltwise) => Flow::eltwise(
                    eltwise,
                    arguments
                        .into_iter()
                        .map(|flow| flow.pooled(module.pool))
                        .collect(),
                ),
                _ => arguments
                    .into_iter()
                    .next()
                    .unwrap_or(Flow::Any)
                    .pooled(module.pool),
            };
            outputs.push(match module.operator.convolves() {
                true => Flow::Module(call.module, call.number),
                false => input.clone(),
            });
            inputs.push(input);
        }
        inputs
    }

    fn module(&self, call: &Call) -> &Module {
        &self.model.modules[call.module]
    }

    /// The calls without weights that compute one of these flows.
    fn run_by(&self, steps: &[Flow], own: &[Flow]) -> Vec<usize> {
        let computes = |call: &usize| match self.module(&self.model.calls[*call]).operator {
            ModelOperator::Eltwise(_) => true,
            ModelOperator::Pool => matches!(own[*call], Flow::Pool(..)),
            _ => false,
        };
        let known = |call: &usize| !own[*call].lacks() && steps.contains(&own[*call]);
        (0..own.len()).filter(computes).filter(known).collect()
    }

    /// What a layer of the file reads, pooling included. What it computes for that goes to `steps`.
    fn input_flow(&self, layer: usize, outputs: &[Flow], steps: &mut Vec<Flow>) -> Flow {
        let own = &self.parameters[layer];
        let inputs: Vec<Flow> = self.graph.inputs[layer]
            .iter()
            .map(|input| match input.source {
                Ok(Source::Input) => Flow::Input,
                Ok(Source::Layer(source)) => outputs[source].clone(),
                Ok(Source::Buffer) | Err(_) => Flow::Any,
            })
            .collect();
        let (Ok(eltwise), Ok(operands), Ok(pool_first)) =
            (own.eltwise, own.operands, own.pool_first)
        else {
            return Flow::Any;
        };
        let pool = match (own.pools, own.pool, own.pool_stride) {
            (false, ..) => None,
            (true, Ok(size), Ok(stride)) => Some(ModelPool {
                average: own.average,
                size,
                stride,
            }),
            _ => return Flow::Any,
        };
        let pooled = |flow: Flow, steps: &mut Vec<Flow>| {
            let flow = flow.pooled(pool);
            steps.extend(pool.map(|_| flow.clone()));
            flow
        };
        match eltwise {
            Some(eltwise) if inputs.len() as i64 == operands => {
                if pool_first {
                    let inputs = inputs.into_iter().map(|flow| pooled(flow, steps));
                    let flow = Flow::eltwise(eltwise, inputs.collect());
                    steps.push(flow.clone());
                    flow
                } else {
                    let flow = Flow::eltwise(eltwise, inputs);
                    steps.push(flow.clone());
                    pooled(flow, steps)
                }
            }
            Some(_) => Flow::Any,
            None => pooled(Flow::concat(inputs), steps),
        }
    }

    /// What flows out of a layer without a module: a passthrough, or a convolution that was put
    /// into the checkpoint to re-form data, hands on what it reads.
    fn unpaired_flow(&self, layer: usize, input: Flow) -> Flow {
        match self.parameters[layer].operator {
            Ok(Operator::Passthrough) => input,
            Ok(_) if self.hands_on(layer) => input,
            _ => Flow::Layer(layer),
        }
    }

    /// Whether a convolution could hand its input on unchanged.
    fn hands_on(&self, layer: usize) -> bool {
        let own = &self.parameters[layer];
        own.kernel.is_ok_and(|kernel| kernel == [1, 1])
            && own.operator != Ok(Operator::Linear)
            && self.activation(layer) == Some(Activation::None)
    }

    /// The call of a module that a layer stands for: that with its input, or the next.
    fn call_of(
        &self,
        module: usize,
        input: &Flow,
        own: &[Flow],
        used: &mut [bool],
    ) -> Option<usize> {
        let free = |call: &usize| self.model.calls[*call].module == module && !used[*call];
        let candidates = || (0..used.len()).filter(free);
        let call = candidates()
            .find(|&call| own[call].agrees(input))
            .or_else(|| candidates().next())?;
        used[call] = true;
        Some(call)
    }

    fn compare(
        &self,
        differences: &mut Vec<Difference>,
        layer: usize,
        module: usize,
        call: Option<usize>,
        input: &Flow,
        own: &[Flow],
    ) {
        let mut push = |kind| {
            differences.push(Difference {
                layer: Some(layer),
                module: Some(module),
                call,
                kind,
            });
        };
        let of_model = &self.model.modules[module];
        if self.operator_differs(layer, of_model) {
            push(DifferenceKind::Operator);
            return;
        }
        self.attributes(layer, of_model)
            .into_iter()
            .for_each(&mut push);
        let Some(call) = call else {
            return;
        };
        if !own[call].agrees(input) {
            let (theirs, their_pool) = own[call].without_pool();
            let (ours, our_pool) = input.without_pool();
            push(match theirs.agrees(ours) {
                true => DifferenceKind::Pooling(our_pool, their_pool),
                false => DifferenceKind::Input(input.clone(), own[call].clone()),
            });
        }
        if of_model.operator == ModelOperator::Linear
            && let Some(wanted) = self.flattens(&self.model.calls[call])
            && self.parameters[layer]
                .flatten
                .is_ok_and(|flatten| wanted && !flatten)
        {
            push(DifferenceKind::Flatten(wanted));
        }
    }

    /// Whether the input of a fully connected layer has more than one pixel.
    fn flattens(&self, call: &Call) -> Option<bool> {
        let mut operand = call.arguments.first()?;
        while let Operand::Concat(parts) = operand {
            operand = parts.first()?;
        }
        let Operand::Call(source) = operand else {
            return None;
        };
        let pixels: i64 = self.model.calls[*source]
            .out_shape
            .get(1..)?
            .iter()
            .product();
        Some(pixels > 1)
    }

    /// Compares what leaves the network.
    fn compare_outputs(&self, differences: &mut Vec<Difference>, own: &[Flow], theirs: &[Flow]) {
        let outputs: Vec<Flow> = own
            .iter()
            .zip(&self.model.calls)
            .map(
                |(input, call)| match self.module(call).operator.convolves() {
                    true => Flow::Module(call.module, call.number),
                    false => input.clone(),
                },
            )
            .collect();
        let of_model: Vec<Flow> = self
            .model
            .outputs
            .iter()
            .flat_map(|operand| match operand {
                Operand::Concat(parts) => parts.clone(),
                operand => vec![operand.clone()],
            })
            .map(|operand| operand_flow(&operand, &outputs))
            .collect();
        let marked = |layer: usize| self.parameters[layer].output == Ok(true);
        let of_file: Vec<usize> = self
            .graph
            .order
            .iter()
            .copied()
            .filter(|&layer| marked(layer) || Some(layer) == self.graph.final_layer)
            .collect();
        for &layer in &of_file {
            if !of_model.iter().any(|flow| flow.agrees(&theirs[layer])) {
                differences.push(Difference {
                    layer: Some(layer),
                    module: None,
                    call: None,
                    kind: DifferenceKind::SurplusOutput(theirs[layer].clone()),
                });
            }
        }
        for flow in of_model {
            if !of_file.iter().any(|&layer| flow.agrees(&theirs[layer])) {
                differences.push(Difference {
                    layer: None,
                    module: None,
                    call: None,
                    kind: DifferenceKind::MissingOutput(flow),
                });
            }
        }
    }
}

fn operand_flow(operand: &Operand, outputs: &[Flow]) -> Flow {
    match operand {
        Operand::Input => Flow::Input,
        Operand::Call(call) => outputs.get(*call).cloned().unwrap_or(Flow::Any),
        Operand::Concat(parts) => Flow::concat(
            parts
                .iter()
                .map(|part| operand_flow(part, outputs))
                .collect(),
        ),
        Operand::Other => Flow::Any,
    }
}

const SAME_OPERATOR: i64 = 6;
const DIFFERENT_OPERATOR: i64 = -6;
/// What a setting that differs takes off.
const ATTRIBUTE: i64 = 2;
/// What a layer without a partner costs.
const GAP: i64 = 3;

/// Pairs two lists in order with the greatest sum of scores (Needleman and Wunsch). Of several
/// ways, that in which the beginnings pair.
fn best_pairs(
    layers: usize,
    modules: usize,
    score: impl Fn(usize, usize) -> i64,
) -> Vec<(Option<usize>, Option<usize>)> {
    let width = modules + 1;
    // What can still be gained from a layer and a module on.
    let mut best = vec![0; (layers + 1) * width];
    for layer in (0..=layers).rev() {
        for module in (0..=modules).rev() {
            let mut value = i64::MIN;
            if layer < layers && module < modules {
                value = best[(layer + 1) * width + module + 1] + score(layer, module);
            }
            if layer < layers {
                value = value.max(best[(layer + 1) * width + module] - GAP);
            }
            if module < modules {
                value = value.max(best[layer * width + module + 1] - GAP);
            }
            if layer < layers || module < modules {
                best[layer * width + module] = value;
            }
        }
    }
    let (mut layer, mut module) = (0, 0);
    let mut pairs = Vec::with_capacity(layers.max(modules));
    while layer < layers || module < modules {
        let here = best[layer * width + module];
        if layer < layers
            && module < modules
            && here == best[(layer + 1) * width + module + 1] + score(layer, module)
        {
            pairs.push((Some(layer), Some(module)));
            (layer, module) = (layer + 1, module + 1);
        } else if layer < layers && here == best[(layer + 1) * width + module] - GAP {
            pairs.push((Some(layer), None));
            layer += 1;
        } else {
            pairs.push((None, Some(module)));
            module += 1;
        }
    }
    pairs
}
