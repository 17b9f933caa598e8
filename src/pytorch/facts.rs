//! What was read of a model, as the facts that a network is compared with.

use std::sync::Arc;

use crate::facts::model as facts;
use crate::network::{Activation, Eltwise};
use crate::text::{Span, TextFile};

use super::calls::is_free;
use super::definitions;
use super::model::{
    Call, Fact, Input, Layer, Model, Operator, Place, Pool, PoolKind, Source, SourceOf,
};

impl Model {
    /// The facts of this model, which networks call `name`.
    pub fn facts(&self, name: &str) -> facts::Model {
        let root = self.files.first();
        facts::Model {
            name: name.to_owned(),
            file: root.map_or_else(String::new, |file| file.path.clone()),
            place: root.and_then(|file| factory(file, name)),
            modules: (0..)
                .zip(&self.layers)
                .map(|(index, layer)| self.module(index, layer))
                .collect(),
            calls: self.calls.iter().map(|call| self.call(call)).collect(),
            outputs: self.outputs.iter().map(operand).collect(),
        }
    }

    fn module(&self, index: usize, layer: &Layer) -> facts::Module {
        let list = |fact: &Fact<Vec<i64>>| fact.value.clone().unwrap_or_default();
        facts::Module {
            path: layer.path.clone(),
            class: layer.class.clone(),
            operator: operator(layer.operator),
            in_channels: layer.in_channels.value,
            out_channels: layer.out_channels.value,
            kernel: list(&layer.kernel),
            stride: list(&layer.stride),
            padding: list(&layer.padding),
            dilation: list(&layer.dilation),
            groups: layer.groups.value,
            bias: layer.bias.value,
            bits: None,
            pool: layer.pool.as_ref().and_then(pool),
            activation: layer.activation.value.as_ref().and_then(activation),
            is_activated_outside: self.is_activated_outside(index),
            wide: layer.wide.value,
            place: self.place(&layer.constructed),
        }
    }

    /// Whether a function takes what a layer makes that the layer could do itself.
    fn is_activated_outside(&self, layer: usize) -> bool {
        let is_own = |call: usize| self.calls.get(call).is_some_and(|call| call.layer == layer);
        let inputs = self.calls.iter().flat_map(|call| &call.inputs);
        let mut sources = inputs.chain(&self.outputs).flat_map(|input| &input.sources);
        sources.any(|source| {
            let mut steps = source.via.iter().map(|step| step.trim_end_matches('_'));
            matches!(source.of, SourceOf::Call(call) if is_own(call))
                && steps.any(|step| matches!(step, "relu" | "nn.ReLU" | "abs"))
        })
    }

    fn call(&self, call: &Call) -> facts::Call {
        let own = self
            .layers
            .get(call.layer)
            .and_then(|layer| layer.pool.as_ref());
        let is_known = own.is_none_or(|own| pool(own).is_some());
        // What is done to the result of a layer on its way to this one, nobody runs. What is done to
        // the input, whoever makes that can do, and what follows the last layer, the processor.
        let is_run = |source: &Source| {
            let mut steps = source.via.iter();
            !matches!(source.of, SourceOf::Call(_)) || steps.all(|step| is_free(step))
        };
        let argument = |input: &Input| match is_known && input.sources.iter().all(is_run) {
            true => operand(input),
            false => facts::Operand::Other,
        };
        let shape = |shape: Option<&Vec<i64>>| {
            let sizes = shape.and_then(|shape| shape.get(1..));
            sizes.unwrap_or_default().to_vec()
        };
        facts::Call {
            module: call.layer,
            number: call.number,
            arguments: call.inputs.iter().map(argument).collect(),
            in_shape: shape(call.inputs.first().and_then(|input| input.shape.as_ref())),
            out_shape: shape(call.shape.as_ref()),
            place: self.place(&call.called),
        }
    }

    /// The innermost of some places.
    fn place(&self, places: &[Place]) -> Option<facts::ModelPlace> {
        let place = places.first()?;
        Some(facts::ModelPlace {
            file: Arc::clone(self.files.get(place.file as usize)?),
            span: place.span,
        })
    }
}

/// Where the function or class of this name is defined.
fn factory(file: &Arc<TextFile>, name: &str) -> Option<facts::ModelPlace> {
    let (_, statement) = definitions(&file.text)
        .into_iter()
        .rfind(|(defined, _)| defined == name)?;
    // Decorators come first.
    let text = statement.text(&file.text);
    let start = ["def ", "class "]
        .iter()
        .filter_map(|word| Some(text.find(&format!("{word}{name}"))? + word.len()))
        .min()
        .map_or(statement.start, |at| statement.start + at as u32);
    Some(facts::ModelPlace {
        file: Arc::clone(file),
        span: Span::new(start, start + name.len() as u32),
    })
}

/// The activation of this name; none where a network has no such.
fn activation(name: &Option<String>) -> Option<Activation> {
    match name.as_deref() {
        None => Some(Activation::None),
        Some("ReLU") => Some(Activation::Relu),
        Some("Abs") => Some(Activation::Abs),
        Some(_) => None,
    }
}

const fn operator(operator: Operator) -> facts::ModelOperator {
    match operator {
        Operator::Conv1d => facts::ModelOperator::Conv1d,
        Operator::Conv2d => facts::ModelOperator::Conv2d,
        Operator::ConvTranspose2d => facts::ModelOperator::ConvTranspose2d,
        Operator::Linear => facts::ModelOperator::Linear,
        Operator::SoftwareLinear => facts::ModelOperator::SoftwareLinear,
        Operator::Add => facts::ModelOperator::Eltwise(Eltwise::Add),
        Operator::Sub => facts::ModelOperator::Eltwise(Eltwise::Sub),
        Operator::BitwiseXor => facts::ModelOperator::Eltwise(Eltwise::Xor),
        Operator::BitwiseOr => facts::ModelOperator::Eltwise(Eltwise::Or),
        Operator::Pool => facts::ModelOperator::Pool,
    }
}

fn pool(pool: &Pool) -> Option<facts::ModelPool> {
    let sizes = |fact: &Fact<Vec<i64>>| match fact.value.as_deref()? {
        [length] => Some([*length, 1]),
        [height, width] => Some([*height, *width]),
        _ => None,
    };
    Some(facts::ModelPool {
        average: pool.kind == PoolKind::Average,
        size: sizes(&pool.size)?,
        stride: sizes(&pool.stride)?,
    })
}

/// What flows in. A tensor that values are put into is nothing that a network describes.
fn operand(input: &Input) -> facts::Operand {
    let one = |source: &Source| match source.of {
        _ if source.via.iter().any(|step| step == "setitem") => facts::Operand::Other,
        SourceOf::Input => facts::Operand::Input,
        SourceOf::Call(call) => facts::Operand::Call(call),
        SourceOf::Constant => facts::Operand::Other,
    };
    match input.sources.as_slice() {
        [] => facts::Operand::Other,
        [source] => one(source),
        sources => facts::Operand::Concat(sources.iter().map(one).collect()),
    }
}
