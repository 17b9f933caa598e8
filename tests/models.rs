//! The reader of PyTorch models against the vendor's models, as traced with PyTorch itself.
//!
//! The traces are in `../shared/golden/models`; the models in the folder that `AI8X_TRAINING` names,
//! or in `../ai8x-training`. Where one of them is missing, the test says so and does nothing.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ai8x_lint::facts;
use ai8x_lint::pytorch::{
    Call, Fact, Input, Layer, Literal, Model, Place, PoolKind, Request, SourceOf, TrainingDevice,
    read_model,
};
use ai8x_lint::text::LineIndex;
use serde_json::{Value, json};

/// Traces that are reproduced in every field.
const REPRODUCED: usize = 54;

#[test]
fn the_vendors_models_are_read_as_pytorch_builds_them() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let traces = package.join("../shared/golden/models");
    let training = std::env::var_os("AI8X_TRAINING")
        .map_or_else(|| package.join("../ai8x-training"), PathBuf::from);
    if !traces.is_dir() || !training.join("models").is_dir() {
        eprintln!(
            "skipped: needs {} and {}/models",
            traces.display(),
            training.display()
        );
        return;
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(&traces)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    let mut report = String::new();
    let mut reproduced = 0;
    let mut total = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable trace");
        let trace: Value = serde_json::from_str(&text).expect("a JSON trace");
        if trace.get("layers").is_none() {
            continue;
        }
        total += 1;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let differences = compare(&trace, &training);
        if differences.is_empty() {
            reproduced += 1;
        } else {
            let _ = writeln!(report, "{name}: {} differences", differences.len());
            for difference in differences.iter().take(6) {
                let _ = writeln!(report, "  {difference}");
            }
        }
    }
    eprintln!("{reproduced} of {total} traces reproduced\n{report}");
    assert_eq!(reproduced, REPRODUCED, "\n{report}");
}

fn compare(trace: &Value, training: &Path) -> Vec<String> {
    let file = trace["file"].as_str().expect("a file");
    let text = std::fs::read_to_string(training.join(file)).expect("a readable model");
    let shape = trace["input_shape"].as_array().expect("a shape");
    let arguments = trace["call_kwargs"].as_object().expect("arguments");
    let request = Request {
        file,
        text: &text,
        factory: trace["arch"].as_str().expect("a name"),
        arguments: arguments
            .iter()
            .map(|(name, value)| (name.clone(), literal(value)))
            .collect(),
        input: Some(shape.iter().filter_map(Value::as_i64).collect()),
        device: match trace["config"]["device"].as_i64() {
            Some(84) => TrainingDevice::Ai84,
            Some(87) => TrainingDevice::Ai87,
            _ => TrainingDevice::Ai85,
        },
    };
    let resolve = |name: &str| {
        let file = format!("{}.py", name.replace('.', "/"));
        // The utilities of object detection need no reading: no layer is in them.
        let text = std::fs::read_to_string(training.join(&file)).ok()?;
        Some((file, text))
    };
    let model = read_model(&request, &resolve);
    let texts: Vec<String> = model.files.iter().map(|file| file.text.clone()).collect();
    let mut wrong = Wrong::default();
    for problem in &model.problems {
        if !model.is_complete() {
            wrong.0.push(format!(
                "{:?} {} at {}",
                problem.kind,
                problem.message,
                line(problem.place, &model, &texts)
            ));
        }
    }
    let weights: Vec<&str> = model.weights().map(|layer| layer.path.as_str()).collect();
    wrong.expect("weight order", &json!(weights), &trace["weight_order"]);
    let outputs: Vec<Value> = model.outputs.iter().map(sources).collect();
    wrong.expect("outputs", &json!(outputs), &trace["outputs"]);
    let shapes: Vec<_> = model.outputs.iter().map(|output| &output.shape).collect();
    wrong.expect("output shapes", &json!(shapes), &trace["output_shapes"]);
    let expected = trace["layers"].as_array().expect("layers");
    wrong.expect("calls", &json!(model.calls.len()), &json!(expected.len()));
    for (call, expected) in model.calls.iter().zip(expected) {
        compare_call(call, expected, &model, &texts, &mut wrong);
    }
    let traced = facts(&support::trace::model(trace));
    let differing = facts(&model.facts("")).into_iter().zip(traced);
    for (got, wanted) in differing.filter(|(got, wanted)| got != wanted) {
        wrong.0.push(format!("fact {got}, traced {wanted}"));
    }
    wrong.0
}

#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn expect(&mut self, what: &str, got: &Value, wanted: &Value) {
        if got != wanted {
            self.0.push(format!("{what}: {got}, traced {wanted}"));
        }
    }
}

/// The calls of a model with their layers, without what a trace does not tell.
fn facts(model: &facts::model::Model) -> Vec<String> {
    let calls = model.calls.iter().map(|call| {
        let mut module = model.modules[call.module].clone();
        let mut call = call.clone();
        (module.place, call.place, call.module) = (None, None, 0);
        module.class.clear();
        if !module.operator.convolves() {
            (module.groups, module.bias, module.wide) = (None, None, None);
        }
        format!("{module:?} {call:?}")
    });
    calls.chain([format!("{:?}", model.outputs)]).collect()
}

fn compare_call(call: &Call, expected: &Value, model: &Model, texts: &[String], wrong: &mut Wrong) {
    let layer = &model.layers[call.layer];
    let path = &layer.path;
    let mut field = |name: &str, got: Value| {
        if let Some(wanted) = expected.get(name) {
            // A pooling of PyTorch's own is traced under its class.
            let wanted = match wanted.as_str() {
                Some("nn.MaxPool2d") => &json!("PoolOnly"),
                _ => wanted,
            };
            wrong.expect(&format!("{path} {name}"), &got, wanted);
        }
    };
    field("path", json!(path));
    field("call", json!(call.number));
    field("class", json!(layer.class.replace("nn.", "torch.")));
    field("operator", json!(layer.operator.name()));
    let shapes: Vec<_> = call.inputs.iter().map(|input| &input.shape).collect();
    field("in_shapes", json!(shapes));
    field("out_shape", json!(call.shape));
    field(
        "from",
        json!(call.inputs.iter().map(sources).collect::<Vec<_>>()),
    );
    field("in_channels", fact(&layer.in_channels));
    field("out_channels", fact(&layer.out_channels));
    field("kernel_size", fact(&layer.kernel));
    field("stride", fact(&layer.stride));
    field("padding", fact(&layer.padding));
    field("dilation", fact(&layer.dilation));
    field("groups", fact(&layer.groups));
    field("bias", fact(&layer.bias));
    field("activation", fact(&layer.activation));
    field("wide", fact(&layer.wide));
    field("batchnorm", fact(&layer.batch_norm));
    field("params", json!(parameters(layer)));
    compare_pool(layer, &expected["pool"], wrong);
    compare_lines(
        "defined_at",
        &layer.constructed,
        expected,
        model,
        texts,
        wrong,
    );
    compare_lines("called_at", &call.called, expected, model, texts, wrong);
}

fn compare_pool(layer: &Layer, expected: &Value, wrong: &mut Wrong) {
    // A traced pool has one number for all dimensions, or one for each.
    let dimensions = layer.pool.as_ref().and_then(|p| p.size.value.clone());
    let count = dimensions.map_or(2, |size| size.len());
    let each = |value: &Value| match value {
        Value::Array(list) if list.len() == 1 => json!(vec![list[0].clone(); count]),
        Value::Array(_) => value.clone(),
        one => json!(vec![one.clone(); count]),
    };
    let wanted = match expected {
        Value::Null => Value::Null,
        // PyTorch's own classes are traced without what their names say.
        pool => json!([
            pool.get("kind").unwrap_or(&json!("Max")),
            each(&pool["size"]),
            each(&pool["stride"]),
            each(pool.get("dilation").unwrap_or(&json!(1)))
        ]),
    };
    let got = layer.pool.as_ref().map_or(Value::Null, |pool| {
        let kind = match pool.kind {
            PoolKind::Max => "Max",
            PoolKind::Average => "Avg",
        };
        json!([
            kind,
            fact(&pool.size),
            fact(&pool.stride),
            fact(&pool.dilation)
        ])
    });
    wrong.expect(&format!("{} pool", layer.path), &got, &wanted);
}

/// The places of the calls, by line. The trainer's own files are no part of the model, and a list
/// comprehension, which the trace names as a call of its own, is none here.
fn compare_lines(
    name: &str,
    places: &[Place],
    expected: &Value,
    model: &Model,
    texts: &[String],
    wrong: &mut Wrong,
) {
    let mut wanted: Vec<&str> = expected[name]
        .as_array()
        .expect("lines")
        .iter()
        .filter_map(Value::as_str)
        .filter(|line| !line.starts_with("ai8x_nas"))
        .collect();
    wanted.dedup();
    let got: Vec<String> = places.iter().map(|p| line(*p, model, texts)).collect();
    wrong.expect(
        &format!("{} {name}", model_path(expected)),
        &json!(got),
        &json!(wanted),
    );
}

fn model_path(expected: &Value) -> &str {
    expected["path"].as_str().unwrap_or_default()
}

fn line(place: Place, model: &Model, texts: &[String]) -> String {
    let file = place.file as usize;
    let line = LineIndex::new(&texts[file]).line(place.span.start);
    format!("{}:{}", model.files[file].path, line + 1)
}

fn sources(input: &Input) -> Value {
    let sources: Vec<Value> = input
        .sources
        .iter()
        .map(|source| {
            let layer = match source.of {
                SourceOf::Input => json!("input"),
                SourceOf::Constant => json!("const"),
                SourceOf::Call(index) => json!(index),
            };
            json!({"layer": layer, "via": source.via})
        })
        .collect();
    json!(sources)
}

fn fact<T: serde::Serialize>(fact: &Fact<T>) -> Value {
    fact.value
        .as_ref()
        .map_or(json!("unknown"), |value| json!(value))
}

/// Number of weights and biases.
fn parameters(layer: &Layer) -> i64 {
    let known = |fact: &Fact<i64>| fact.value.unwrap_or(-1);
    let kernel: i64 = layer.kernel.value.iter().flatten().product();
    let (inputs, outputs) = (known(&layer.in_channels), known(&layer.out_channels));
    let bias = if layer.bias.value == Some(true) {
        outputs
    } else {
        0
    };
    inputs * outputs * kernel / known(&layer.groups).max(1) + bias
}

fn literal(value: &Value) -> Literal {
    match value {
        Value::Null | Value::Object(_) => Literal::None,
        Value::Bool(x) => Literal::Bool(*x),
        Value::Number(x) => x.as_i64().map_or_else(
            || Literal::Float(x.as_f64().expect("a number")),
            Literal::Int,
        ),
        Value::String(x) => Literal::Str(x.clone()),
        Value::Array(items) => Literal::Tuple(items.iter().map(literal).collect()),
    }
}
