//! The models of the vendor, as traced with PyTorch.

use std::collections::HashMap;
use std::sync::Arc;

use ai8x_lint::facts::model::{Call, Model, ModelOperator, ModelPool, Module, Operand};
use ai8x_lint::network::{Activation, Eltwise};
use serde_json::Value;

/// A traced model.
pub(crate) fn model(trace: &Value) -> Arc<Model> {
    let mut model = Model {
        name: trace["arch"].as_str().unwrap().to_owned(),
        ..Model::default()
    };
    let mut index: HashMap<&str, usize> = HashMap::new();
    let layers = trace["layers"].as_array().unwrap();
    let order = trace["weight_order"].as_array().unwrap();
    let first_calls = |path: &str| layers.iter().find(|layer| layer["path"] == path);
    let others = layers
        .iter()
        .filter(|layer| layer["in_channels"].is_null())
        .map(|layer| &layer["path"]);
    for path in order
        .iter()
        .chain(others)
        .map(|path| path.as_str().unwrap())
    {
        if !index.contains_key(path)
            && let Some(layer) = first_calls(path)
        {
            index.insert(path, model.modules.len());
            model.modules.push(module(path, layer));
        }
    }
    for layer in layers {
        model.calls.push(Call {
            module: index[layer["path"].as_str().unwrap()],
            number: layer["call"].as_u64().unwrap() as usize,
            arguments: layer["from"]
                .as_array()
                .unwrap()
                .iter()
                .map(operand)
                .collect(),
            in_shape: numbers(&layer["in_shapes"][0])[1..].to_vec(),
            out_shape: numbers(&layer["out_shape"])[1..].to_vec(),
            place: None,
        });
    }
    model.outputs = trace["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(operand)
        .collect();
    Arc::new(model)
}

fn operand(sources: &Value) -> Operand {
    let one = |source: &Value| {
        let stacks = |step: &Value| step == "setitem";
        match source["via"].as_array().unwrap().iter().any(stacks) {
            true => Operand::Other,
            false => match source["layer"].as_u64() {
                Some(layer) => Operand::Call(layer as usize),
                None if source["layer"] == "input" => Operand::Input,
                None => Operand::Other,
            },
        }
    };
    let sources: Vec<Operand> = sources.as_array().unwrap().iter().map(one).collect();
    match sources.len() {
        1 => sources[0].clone(),
        _ => Operand::Concat(sources),
    }
}

fn module(path: &str, layer: &Value) -> Module {
    let pair = |value: &Value| {
        let values = numbers(value);
        match values[..] {
            [one] if layer["operator"] == "Conv1d" => [one, 1],
            [one] if value.is_array() => [one, 1],
            [one] => [one, one],
            _ => [values[0], values[1]],
        }
    };
    Module {
        path: path.to_owned(),
        class: layer["class"].as_str().unwrap().to_owned(),
        operator: match layer["operator"].as_str().unwrap() {
            "Conv1d" => ModelOperator::Conv1d,
            "Conv2d" => ModelOperator::Conv2d,
            "ConvTranspose2d" => ModelOperator::ConvTranspose2d,
            "Linear" => ModelOperator::Linear,
            "SoftwareLinear" => ModelOperator::SoftwareLinear,
            "Add" => ModelOperator::Eltwise(Eltwise::Add),
            "PoolOnly" | "nn.MaxPool2d" => ModelOperator::Pool,
            other => panic!("operator {other}"),
        },
        in_channels: layer["in_channels"].as_i64(),
        out_channels: layer["out_channels"].as_i64(),
        kernel: numbers(&layer["kernel_size"]),
        stride: numbers(&layer["stride"]),
        padding: numbers(&layer["padding"]),
        dilation: numbers(&layer["dilation"]),
        groups: layer["groups"].as_i64().or(Some(1)),
        bias: layer["bias"].as_bool(),
        bits: None,
        pool: (!layer["pool"].is_null()).then(|| ModelPool {
            average: layer["pool"]["kind"] == "Avg",
            size: pair(&layer["pool"]["size"]),
            stride: pair(&layer["pool"]["stride"]),
        }),
        activation: Some(match layer["activation"].as_str() {
            Some("ReLU") => Activation::Relu,
            Some("Abs") => Activation::Abs,
            _ => Activation::None,
        }),
        is_activated_outside: false,
        wide: layer["wide"].as_bool(),
        place: None,
    }
}

fn numbers(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_i64).collect(),
        value => value.as_i64().into_iter().collect(),
    }
}
