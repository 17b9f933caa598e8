//! The committed JSON Schemas are those that the code makes, and they mean what they should.

mod support;

use std::path::Path;

use ai8x_lint::network::schema;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn network_schema_is_committed() {
    support::assert_committed("ai8x-network.schema.json", &schema::network());
}

fn validator() -> jsonschema::Validator {
    let schema = serde_json::to_value(schema::network()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is no valid schema");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn load(text: &str) -> Value {
    serde_yaml::from_str(text).expect("the text is no YAML")
}

#[test]
fn network_schema_takes_every_published_network() {
    let folder = root().join("../shared/corpus/vendor/networks");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is absent", folder.display());
        return;
    };
    let validator = validator();
    let mut count = 0;
    for file in files {
        let path = file.unwrap().path();
        let network = load(&std::fs::read_to_string(&path).unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&network)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        count += 1;
    }
    assert!(count > 40, "only {count} networks");
}

/// A network with `layer` as its only layer.
fn with_layer(layer: &str) -> String {
    format!("arch: a\ndataset: d\nlayers:\n  - {{processors: 1, {layer}}}\n")
}

#[test]
fn network_schema_takes_what_the_tool_takes() {
    let validator = validator();
    for layer in [
        "op: CONV2D, kernel_size: 3X3, pad: 0",
        "op: passthrough, max_pool: [2, 1], pool_stride: 2",
        "operation: bitwise_xor, in_sequences: [input, 0], read_gap: 1",
        "convolution: conv1d, kernel_size: 9, in_dim: 30",
        "output_processors: 0x0000.ffff.0000.0000, output_width: 32",
        "quantization: Bin, bias_group: [0, 3], next_sequence: stop",
        "output_processors: 0xffffffffffffffff, out_offset: 0x2000",
    ] {
        let network = load(&with_layer(layer));
        assert!(validator.is_valid(&network), "{layer}");
    }
}

#[test]
fn network_schema_refuses_what_the_tool_refuses() {
    let validator = validator();
    for text in [
        "{}".to_owned(),
        "arch: a\ndataset: d\nlayers: []\n".to_owned(),
        "arch: a\ndataset: d\nlayers:\n  - op: conv2d\n".to_owned(),
        "arch: a\ndataset: d\nlayer:\n  - processors: 1\n".to_owned(),
        with_layer("activ: relu"),
        with_layer("op: dense"),
        with_layer("pad: 3"),
        with_layer("pad: [1, 1]"),
        with_layer("kernel_size: 5x5"),
        with_layer("max_pool: 17"),
        with_layer("max_pool: [2, 2, 2]"),
        with_layer("quantization: 3"),
        with_layer("output_width: 16"),
        with_layer("out_offset: 0x2001"),
        with_layer("streaming: \"false\""),
        with_layer("output_processors: 0"),
        with_layer("output_processors: 0x0000.000g"),
        with_layer("activate: relu, activation: relu"),
    ] {
        assert!(!validator.is_valid(&load(&text)), "{text}");
    }
}
