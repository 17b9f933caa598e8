//! The vendor's models become networks that no rule has anything to say against, and that are the model.

mod support;

use std::sync::Arc;

use ai8x_lint::analysis::Analysis;
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::model::{Call, Model, ModelOperator, ModelPool, Module, Operand};
use ai8x_lint::generate::{Generated, Refusal, Request, generate};
use ai8x_lint::network::{Activation, Eltwise};
use ai8x_lint::pytorch::{self, TrainingDevice, read_model};
use ai8x_lint::{network, yaml};
use serde_json::Value;

/// Traces that are no network of the MAX78000 or MAX78002, or the same model once more.
fn is_of_the_table(name: &str) -> bool {
    !name.starts_with("ai84") && !name.contains('@') && !name.starts_with('_')
}

/// Models that no network can be: their bias, their input or their weights at 8 bits are too large,
/// or they compute what the accelerator does not.
const REFUSED: [&str; 7] = [
    "ai85nasnet_sequential_cifar100",
    "ai85nasnet_sequential_kws20",
    "ai85net6",
    "ai85squeezenet",
    "ai87netmobilenetv2",
    "ai87netmobilenetv2cifar100",
    "bayer2rgbnet",
];

#[test]
fn the_vendors_models_become_networks() {
    let Some(shared) = support::shared() else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(shared.join("golden/models"))
        .expect("the traces")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let only = std::env::var("ONLY").ok();
    let (mut total, mut clean, mut wrong, mut refused) = (0, 0, Vec::new(), Vec::new());
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !is_of_the_table(&name) || only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        total += 1;
        let trace: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).expect("JSON");
        let start = std::time::Instant::now();
        let outcome = of_trace(&trace);
        let time = start.elapsed().as_millis();
        match outcome {
            Ok(generated) => {
                clean += 1;
                let facts = &generated.facts;
                let own = network::lower(&yaml::parse(&generated.text), &generated.text);
                let device = facts.device.unwrap().table();
                let alignment = Analysis::new(&own, device, facts).alignment.unwrap();
                if !alignment.differences.is_empty() {
                    wrong.push(format!("{name}: {:?}", alignment.differences));
                }
                println!(
                    "{name:36} {:3} layers, {time} ms",
                    generated.plan.layers.len()
                );
                if let Ok(folder) = std::env::var("GENERATED") {
                    let file = std::path::Path::new(&folder).join(format!("{name}.yaml"));
                    std::fs::write(file, &generated.text).unwrap();
                }
            }
            Err(refusal) => {
                refused.push(name.clone());
                println!(
                    "{name:36} {} ({} more), {time} ms",
                    refusal.reasons[0],
                    refusal.reasons.len() - 1
                );
                if only.is_some() {
                    println!("{}", refusal.reasons.join("\n"));
                }
            }
        }
    }
    println!("{clean} of {total} are clean");
    if only.is_none() {
        assert_eq!(refused, REFUSED);
        assert_eq!(total, 42);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn of_trace(trace: &Value) -> Result<Generated, Refusal> {
    let model: Arc<Model> = support::trace::model(trace);
    let shape: Vec<i64> = trace["input_shape"]
        .as_array()
        .unwrap()
        .iter()
        .map(|size| size.as_i64().unwrap())
        .collect();
    let input = match shape[1..] {
        [channels, length] => [channels, length, 1],
        [channels, height, width] => [channels, height, width],
        [_, channels, height, width] => [channels, height, width],
        _ => panic!("{shape:?}"),
    };
    let mut model = Model::clone(&model);
    for module in &mut model.modules {
        module.bits = bits(&model.name, &module.path);
    }
    generate(&Request {
        model: Arc::new(model),
        device: match trace["config"]["device"].as_i64() {
            Some(87) => DeviceId::Max78002,
            _ => DeviceId::Max78000,
        },
        dataset: trace["config"]["dataset"].as_str().unwrap_or("example"),
        input,
        existing: None,
    })
}

/// Weight bits of the policies with which the vendor trains these two models.
fn bits(model: &str, layer: &str) -> Option<i64> {
    match (model, layer) {
        ("ai85simplenetwide2x", "conv1") => None,
        ("ai85simplenetwide2x", "conv2" | "conv11" | "conv12" | "conv13" | "conv14") => Some(4),
        ("ai85simplenetwide2x", _) => Some(2),
        ("ai85faceidnet_112", "pre_stage" | "pre_stage_2" | "linear") => None,
        (
            "ai85faceidnet_112",
            "feature_stage.1.0.conv2" | "feature_stage.2.0.conv2" | "feature_stage.4.0.conv2",
        ) => Some(2),
        ("ai85faceidnet_112", _) => Some(4),
        _ => None,
    }
}

/// The network of a model of our own, or why there is none.
fn network_of(name: &str, device: DeviceId, input: [i64; 3]) -> String {
    merged(name, device, input, None)
}

/// The same, into a file that is there.
fn merged(name: &str, device: DeviceId, input: [i64; 3], existing: Option<&str>) -> String {
    let path = support::package_path("tests/fixtures/models/networks.py");
    let text = std::fs::read_to_string(path).unwrap();
    let [channels, height, width] = input;
    let shape = [1, channels, height, width];
    let shape = if width == 1 { &shape[..3] } else { &shape };
    let model = read_model(
        &pytorch::Request {
            file: "models/networks.py",
            text: &text,
            factory: name,
            arguments: Vec::new(),
            input: Some(shape.to_vec()),
            device: match device {
                DeviceId::Max78000 => TrainingDevice::Ai85,
                DeviceId::Max78002 => TrainingDevice::Ai87,
            },
        },
        &|_: &str| None,
    );
    assert!(model.is_complete(), "{:?}", model.problems);
    let outcome = generate(&Request {
        model: Arc::new(model.facts(name)),
        device,
        dataset: "example",
        input,
        existing,
    });
    match outcome {
        Ok(generated) => generated.text,
        Err(refusal) => refusal.reasons.join("\n"),
    }
}

#[test]
fn a_sum_reads_in_turns_and_what_others_read_is_copied() {
    insta::assert_snapshot!(network_of("Residual", DeviceId::Max78000, [3, 16, 16]), @r"
    ---
    # Residual on the MAX78000, made from networks.py
    # ai8x-lint: device=MAX78000

    arch: Residual
    dataset: example

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: conv1
        in_offset: 0x0000
        processors: 0x0000000000000007
        output_processors: 0x00000000000000ff
        out_offset: 0x0800
        operation: conv2d
        kernel_size: 3x3
        pad: 1
        activate: ReLU

      # Layer 1: conv2 = ai8x.FusedConv2dReLU(8, 8, 3, padding=1, bias=bias, **kwargs)
      # 8x16x16 -> 8x16x16
      - name: conv2
        processors: 0x00000000000000ff
        output_processors: 0x00000000000000ff
        out_offset: 0x0000
        write_gap: 1
        operation: conv2d
        kernel_size: 3x3
        pad: 1
        activate: ReLU

      # Layer 2: conv1 once more, with gaps for the layer that combines it
      # 8x16x16 -> 8x16x16
      - name: conv1_gap
        in_sequences: conv1
        in_offset: 0x0800
        processors: 0x00000000000000ff
        output_processors: 0x00000000000000ff
        out_offset: 0x0004
        write_gap: 1
        operation: passthrough

      # Layer 3: resid = ai8x.Add()
      # 8x16x16 and 8x16x16 -> 8x16x16
      - name: resid
        in_sequences: [conv2, conv1_gap]
        in_offset: 0x0000
        processors: 0x00000000000000ff
        output_processors: 0x00000000000000ff
        out_offset: 0x0800
        eltwise: add
        operation: passthrough

      # Layer 4: pool = ai8x.AvgPool2d(4)
      # 8x16x16 -> 8x4x4
      - name: pool
        processors: 0x00000000000000ff
        output_processors: 0x00000000000000ff
        out_offset: 0x0000
        avg_pool: 4
        pool_stride: 4
        operation: passthrough

      # Layer 5: fc = ai8x.Linear(8 * 4 * 4, num_classes, bias=bias, wide=True, **kwargs)
      # 8x4x4 -> 4
      - name: fc
        processors: 0x00000000000000ff
        output_processors: 0x000000000000000f
        out_offset: 0x0400
        operation: linear
        flatten: true
        activate: none
        output_width: 32
    ");
}

#[test]
fn the_larger_chip_skips_gaps_instead() {
    let text = network_of("Residual", DeviceId::Max78002, [3, 16, 16]);
    let gaps = text.lines().filter(|line| line.contains("_gap"));
    insta::assert_snapshot!(gaps.collect::<Vec<_>>().join("\n"), @r"
    write_gap: 1
    read_gap: 1
    write_gap: 1
    ");
}

#[test]
fn joined_channels_lie_beside_each_other_and_1d_data_becomes_2d() {
    insta::assert_snapshot!(network_of("Joined", DeviceId::Max78000, [16, 64, 1]), @r"
    ---
    # Joined on the MAX78000, made from networks.py
    # ai8x-lint: device=MAX78000

    arch: Joined
    dataset: example

    layers:
      # Layer 0: listen = ai8x.FusedConv1dReLU(num_channels, 16, 3, padding=1, bias=bias, **kwargs)
      # 16x64 -> 16x64
      - name: listen
        in_offset: 0x0000
        processors: 0x000000000000ffff
        output_processors: 0x000000000000ffff
        out_offset: 0x0100
        operation: conv1d
        kernel_size: 3
        pad: 1
        activate: ReLU

      # Layer 1: left = ai8x.Conv2d(16, 8, 1, bias=bias, **kwargs)
      # 16x64 -> 8x8x8
      - name: left
        processors: 0x000000000000ffff
        output_processors: 0x00000000000000ff
        out_offset: 0x0000
        in_dim: [8, 8]
        operation: conv2d
        kernel_size: 1x1
        pad: 0
        activate: none

      # Layer 2: right = ai8x.Conv2d(16, 8, 3, padding=1, bias=bias, **kwargs)
      # 16x64 -> 8x8x8
      - name: right
        in_sequences: listen
        in_offset: 0x0100
        processors: 0x000000000000ffff
        output_processors: 0x000000000000ff00
        out_offset: 0x0000
        in_dim: [8, 8]
        operation: conv2d
        kernel_size: 3x3
        pad: 1
        activate: none

      # Layer 3: head = ai8x.FusedMaxPoolConv2dAbs(16, 4, 3, padding=1, bias=bias, **kwargs)
      # 8x8x8 and 8x8x8 -> 4x4x4
      - name: head
        in_sequences: [left, right]
        in_offset: 0x0000
        processors: 0x000000000000ffff
        output_processors: 0x000000000000000f
        out_offset: 0x0100
        max_pool: 2
        pool_stride: 2
        operation: conv2d
        kernel_size: 3x3
        pad: 1
        activate: Abs
    ");
}

#[test]
fn what_does_not_fit_streams() {
    let text = network_of("Large", DeviceId::Max78000, [3, 120, 120]);
    let about = text.lines().filter(|line| {
        ["flags", "name", "streaming"]
            .iter()
            .any(|word| line.contains(word))
    });
    insta::assert_snapshot!(about.collect::<Vec<_>>().join("\n"), @r#"
    # ai8x-lint: flags="--fifo"
      - name: conv1
        streaming: true
      - name: conv2
        streaming: true
      - name: conv3
    "#);
}

#[test]
fn weights_are_shared_and_all_outputs_marked() {
    let text = network_of("Shared", DeviceId::Max78000, [4, 16, 16]);
    let keys = ["name", "sequences", "weight_source", "output:"];
    let about = text
        .lines()
        .filter(|line| keys.iter().any(|word| line.contains(word)));
    insta::assert_snapshot!(about.collect::<Vec<_>>().join("\n"), @r"
    - name: stem
    - name: down
    - name: head
      in_sequences: stem
      output: true
    - name: head_2
      in_sequences: down
      weight_source: head
      output: true
    ");
}

#[test]
fn what_no_network_can_be_is_said() {
    let refusals: Vec<String> = [
        ("Strided", [4, 16, 16]),
        ("Unused", [4, 16, 16]),
        ("Exchanged", [4, 16, 16]),
        ("Uneven", [4, 16, 16]),
        ("Heavy", [512, 4, 4]),
        ("Between", [4, 16, 16]),
    ]
    .iter()
    .map(|(name, input)| format!("{name}: {}", network_of(name, DeviceId::Max78000, *input)))
    .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r"
    Strided: `conv` has a stride of 2: the accelerator moves a convolution by one pixel, so the model has to pool instead
    Unused: `conv2` is constructed but never used: the vendor's tool would give its weights to the next layer
    Exchanged: the model constructs `second` before `first`, but runs it later: the vendor's tool hands out weights in the order of construction, so exchange the two in `__init__`
    Uneven: `head` joins 6 + 8 channels: the accelerator can join up to 64 channels in parts of multiples of 4, or equal parts that each fill a pass of the whole
    Heavy: the weights take 2359296 bytes, but the kernel memory of the MAX78000 has 442368: it needs fewer bits a weight, from a checkpoint or a policy that was trained for that
    Between: `conv2` reads something that the accelerator does not compute layer by layer
    ");
    // Before the first layer and behind the last one, others compute.
    let text = network_of("Around", DeviceId::Max78000, [4, 16, 16]);
    assert!(text.contains("name: conv2"), "{text}");
}

#[test]
fn a_file_keeps_its_values() {
    let existing = "# Ours
arch: Residual
dataset: example
bias: x.npy

layers:
  # First
  - out_offset: 0x1000  # high
    processors: 0x0000000000000007
    output_processors: 0x000000000000ff00
    op: Conv2d
    kernel_size: 3x3
    pad: 2
    activate: relu
    bias_group: 0
  - name: CONV2
    out_offset: 0x2000
    processors: 0x000000000000ff00
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
";
    let text = merged("Residual", DeviceId::Max78000, [3, 16, 16], Some(existing));
    insta::assert_snapshot!(text, @r"
    # Ours
    arch: Residual
    dataset: example
    bias: x.npy

    layers:
      # First
      - out_offset: 0x1000  # high
        processors: 0x0000000000000007
        output_processors: 0x000000000000ff00
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: relu
        bias_group: 0
        name: conv1
        in_offset: 0x0000
      # Layer 1: conv2 = ai8x.FusedConv2dReLU(8, 8, 3, padding=1, bias=bias, **kwargs)
      # 8x16x16 -> 8x16x16
      - name: CONV2
        out_offset: 0x2000
        processors: 0x000000000000ff00
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: relu
        output_processors: 0x000000000000ff00
        write_gap: 1

      # Layer 2: conv1 once more, with gaps for the layer that combines it
      # 8x16x16 -> 8x16x16
      - name: conv1_gap
        in_sequences: conv1
        in_offset: 0x1000
        processors: 0x000000000000ff00
        output_processors: 0x000000000000ff00
        out_offset: 0x2004
        write_gap: 1
        operation: passthrough

      # Layer 3: resid = ai8x.Add()
      # 8x16x16 and 8x16x16 -> 8x16x16
      - name: resid
        in_sequences: [CONV2, conv1_gap]
        in_offset: 0x2000
        processors: 0x000000000000ff00
        output_processors: 0x000000000000ff00
        out_offset: 0x0000
        eltwise: add
        operation: passthrough

      # Layer 4: pool = ai8x.AvgPool2d(4)
      # 8x16x16 -> 8x4x4
      - name: pool
        processors: 0x000000000000ff00
        output_processors: 0x000000000000ff00
        out_offset: 0x0400
        avg_pool: 4
        pool_stride: 4
        operation: passthrough

      # Layer 5: fc = ai8x.Linear(8 * 4 * 4, num_classes, bias=bias, wide=True, **kwargs)
      # 8x4x4 -> 4
      - name: fc
        processors: 0x000000000000ff00
        output_processors: 0x000000000000000f
        out_offset: 0x0000
        operation: linear
        flatten: true
        activate: none
        output_width: 32
    ");
    let again = merged("Residual", DeviceId::Max78000, [3, 16, 16], Some(&text));
    assert_eq!(again, text);
}

/// What a file says before it has layers stays.
#[test]
fn a_file_is_begun_below_its_comments() {
    let begin = |existing: &str| {
        let text = merged("Residual", DeviceId::Max78000, [3, 16, 16], Some(existing));
        let end = text.find("    in_offset").unwrap();
        text[..end].to_owned()
    };
    let new = begin("");
    assert_eq!(begin("---\nlayers:\n"), new);
    insta::assert_snapshot!(new, @"
    ---
    # Residual on the MAX78000, made from networks.py
    # ai8x-lint: device=MAX78000

    arch: Residual
    dataset: example

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: conv1
    ");
    insta::assert_snapshot!(begin("# Ours\n# and theirs\n"), @"
    # Ours
    # and theirs

    arch: Residual
    dataset: example

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: conv1
    ");
    insta::assert_snapshot!(begin("---\ndataset: Own\nlayers:\n"), @"
    ---
    dataset: Own

    arch: Residual

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: conv1
    ");
    insta::assert_snapshot!(begin("layers:\n  - name: conv1\n    op: Conv2d\n"), @"
    arch: Residual
    dataset: example

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: conv1
        op: Conv2d
    ");
}

/// Names, comments and places of the file stay, whatever the model calls its layers.
#[test]
fn layers_are_known_by_what_they_compute() {
    let existing = "\
arch: Residual
dataset: example

layers:
  - name: stem
    out_offset: 0x1000
    # where the pins are
    processors: 0x0000000000000007
    output_processors: 0x000000000000ff00
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
  - out_offset: 0x2000
    processors: 0x000000000000ff00
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    write_gap: 1
  - in_sequences: stem
    in_offset: 0x1000
    op: none
    name: conv1_gap
    processors: 0x000000000000ff00
    out_offset: 0x2004
    write_gap: 1
  # the sum
  - in_sequences: [1, conv1_gap]
    in_offset: 0x2000
    eltwise: add
    op: none
    # here
    processors: 0x000000000000ff00
    out_offset: 0x3000
  - name: smaller
    op: none
    avg_pool: 4
    pool_stride: 4
    processors: 0x000000000000ff00
    out_offset: 0x4000
  - name: odd
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    processors: 0x000000000000ff00
    out_offset: 0x5000
";
    let text = merged("Residual", DeviceId::Max78000, [3, 16, 16], Some(existing));
    insta::assert_snapshot!(text, @"
    arch: Residual
    dataset: example

    layers:
      # Layer 0: conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
      # 3x16x16 -> 8x16x16
      - name: stem
        out_offset: 0x1000
        # where the pins are
        processors: 0x0000000000000007
        output_processors: 0x000000000000ff00
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: relu
        in_offset: 0x0000
      # Layer 1: conv2 = ai8x.FusedConv2dReLU(8, 8, 3, padding=1, bias=bias, **kwargs)
      # 8x16x16 -> 8x16x16
      - out_offset: 0x2000
        processors: 0x000000000000ff00
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: relu
        write_gap: 1
        name: conv2
        output_processors: 0x000000000000ff00
      # Layer 2: stem once more, with gaps for the layer that combines it
      # 8x16x16 -> 8x16x16
      - in_sequences: stem
        in_offset: 0x1000
        op: none
        name: conv1_gap
        processors: 0x000000000000ff00
        out_offset: 0x2004
        write_gap: 1
        output_processors: 0x000000000000ff00
      # the sum
      - in_sequences: [conv2, conv1_gap]
        in_offset: 0x2000
        eltwise: add
        op: none
        # here
        processors: 0x000000000000ff00
        out_offset: 0x3000
        name: resid
        output_processors: 0x000000000000ff00
      # Layer 4: pool = ai8x.AvgPool2d(4)
      # 8x16x16 -> 8x4x4
      - name: smaller
        op: none
        avg_pool: 4
        pool_stride: 4
        processors: 0x000000000000ff00
        out_offset: 0x4000
        output_processors: 0x000000000000ff00

      # Layer 5: fc = ai8x.Linear(8 * 4 * 4, num_classes, bias=bias, wide=True, **kwargs)
      # 8x4x4 -> 4
      - name: fc
        processors: 0x000000000000ff00
        output_processors: 0x000000000000000f
        out_offset: 0x0000
        operation: linear
        flatten: true
        activate: none
        output_width: 32
    ");
}

#[test]
fn the_command_makes_and_completes_files() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = assert_cmd::Command::cargo_bin("ai8x-lint")
            .unwrap()
            .current_dir(folder.path())
            .arg("generate")
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let models = support::package_path("tests/fixtures/models/networks.py");
    std::fs::copy(models, folder.path().join("networks.py")).unwrap();
    let model = ["--model", "networks.py:Residual", "--input", "3x16x16"];
    let (code, _, said) = run(&[&model[..], &["-o", "net.yaml"]].concat());
    assert_eq!(code, Some(0), "{said}");
    insta::assert_snapshot!(said, @r"
    ai8x-lint: networks.py:Residual: input 3x16x16; MAX78000
    ai8x-lint: networks.py:Residual: 6 layers, without errors and warnings
    ");
    let made = std::fs::read_to_string(folder.path().join("net.yaml")).unwrap();
    assert!(made.contains("name: conv1_gap"));
    // It is complete.
    let (code, changes, _) = run(&[&model[..], &["--merge", "net.yaml"]].concat());
    assert_eq!((code, changes.as_str()), (Some(0), ""));
    let cut = made.find("  # Layer 2").unwrap();
    std::fs::write(folder.path().join("net.yaml"), &made[..cut]).unwrap();
    let (code, _, said) = run(&[&model[..], &["--merge", "net.yaml", "--write"]].concat());
    assert_eq!(code, Some(0), "{said}");
    let completed = std::fs::read_to_string(folder.path().join("net.yaml")).unwrap();
    assert_eq!(completed.replace("\n\n\n", "\n\n"), made);
    // What the model has not is not lost unless somebody says so.
    let scratch = "
  # Ours
  - name: scratch
    in_sequences: conv1
    op: none
    processors: 0x00000000000000ff
    out_offset: 0x4000
";
    let with_scratch = completed.clone() + scratch;
    std::fs::write(folder.path().join("net.yaml"), &with_scratch).unwrap();
    let merge = [&model[..], &["--merge", "net.yaml"]].concat();
    let (code, changes, said) = run(&merge);
    assert_eq!(code, Some(0));
    assert!(changes.contains("-  - name: scratch"), "{changes}");
    let nothing = "networks.py:Residual has nothing like layer 6 (`scratch`) of net.yaml";
    assert!(said.contains(&format!("{nothing}: left out")), "{said}");
    let (code, _, said) = run(&[&merge[..], &["--write"]].concat());
    assert_eq!(code, Some(2));
    let refused = format!("{nothing}: nothing is written; `--drop-layers`");
    assert!(said.contains(&refused), "{said}");
    let kept = std::fs::read_to_string(folder.path().join("net.yaml")).unwrap();
    assert_eq!(kept, with_scratch);
    let (code, _, said) = run(&[&merge[..], &["--write", "--drop-layers"]].concat());
    assert_eq!(code, Some(0), "{said}");
    let dropped = std::fs::read_to_string(folder.path().join("net.yaml")).unwrap();
    assert_eq!(dropped, completed);
    // Its model is found, too.
    let (code, changes, said) = run(&["--input", "3x16x16", "--merge", "net.yaml"]);
    assert_eq!((code, changes.as_str()), (Some(0), ""), "{said}");
    let (code, _, said) = run(&["--model", "networks.py", "--input", "3x16x16"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("it may be one of networks.py:Residual"),
        "{said}"
    );
}

/// Small numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % end
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A model of some layers that read what was there before, with shapes that may be wrong.
fn some_model(numbers: &mut Numbers) -> Model {
    let mut model = Model {
        name: "some".to_owned(),
        ..Model::default()
    };
    let mut shapes: Vec<(Operand, Vec<i64>)> = vec![(Operand::Input, vec![3, 16, 16])];
    for index in 0..1 + numbers.below(12) {
        let back = [0, 0, 0, 0, 1, 2][numbers.below(6)].min(shapes.len() - 1);
        let at = shapes.len() - 1 - back;
        let (source, shape) = shapes[at].clone();
        let other = shapes[numbers.below(shapes.len())].clone();
        let mut arguments = vec![source.clone()];
        let mut input = shape.clone();
        let operator = match numbers.below(16) {
            0 if other.1 == shape => {
                arguments.push(other.0.clone());
                ModelOperator::Eltwise(numbers.one_of(&[Eltwise::Add, Eltwise::Sub]))
            }
            1 => {
                arguments = vec![Operand::Concat(vec![source, other.0.clone()])];
                input[0] += other.1[0];
                ModelOperator::Conv2d
            }
            2 => ModelOperator::Linear,
            3 => ModelOperator::Pool,
            4 => ModelOperator::ConvTranspose2d,
            5 => {
                if numbers.below(2) == 0 {
                    arguments = vec![Operand::Other];
                }
                ModelOperator::Conv1d
            }
            _ => ModelOperator::Conv2d,
        };
        let side = match operator {
            ModelOperator::ConvTranspose2d => 3,
            _ => numbers.one_of(&[1, 3]),
        };
        let pooled = operator == ModelOperator::Pool || numbers.below(3) == 0;
        let out = numbers.one_of(&[4, 8, 8, 12, 16, 15, 32, 64, 64, 100, 128]);
        let out = if operator.convolves() { out } else { input[0] };
        let size = |size: i64| if pooled { (size / 2).max(1) } else { size };
        let mut output: Vec<i64> = input.iter().map(|own| size(*own)).collect();
        output[0] = out;
        if operator == ModelOperator::Linear {
            input = vec![input.iter().product()];
            output = vec![out];
        }
        model.modules.push(Module {
            path: format!("layer{index}"),
            class: "ai8x.Some".to_owned(),
            operator,
            in_channels: Some(input[0]),
            out_channels: Some(out),
            kernel: vec![side, side],
            stride: vec![
                if operator == ModelOperator::ConvTranspose2d {
                    2
                } else {
                    1
                };
                2
            ],
            padding: vec![side / 2, side / 2],
            dilation: vec![1, 1],
            groups: Some(if numbers.below(30) == 0 { out } else { 1 }),
            bias: Some(numbers.below(2) == 0),
            pool: pooled.then_some(ModelPool {
                average: numbers.below(2) == 0,
                size: [2, 2],
                stride: [2, 2],
            }),
            bits: numbers.one_of(&[None, Some(2), Some(4), Some(8)]),
            activation: Some(Activation::None),
            is_activated_outside: false,
            wide: Some(numbers.below(80) == 0),
            place: None,
        });
        model.calls.push(Call {
            module: index,
            number: 0,
            arguments,
            in_shape: input,
            out_shape: output.clone(),
            place: None,
        });
        shapes.push((Operand::Call(index), output));
    }
    model.outputs = vec![shapes[shapes.len() - 1].0.clone()];
    model
}

#[test]
fn whatever_the_model_there_is_a_network_or_a_reason() {
    let mut numbers = Numbers(1);
    let mut made = 0;
    for _ in 0..150 {
        let model = Arc::new(some_model(&mut numbers));
        for device in DeviceId::ALL {
            let outcome = generate(&Request {
                model: Arc::clone(&model),
                device,
                dataset: "example",
                input: [3, 16, 16],
                existing: None,
            });
            match outcome {
                Ok(generated) => {
                    made += 1;
                    assert_eq!(generated.facts.device, Some(device));
                }
                Err(refusal) => assert!(!refusal.reasons.is_empty()),
            }
        }
    }
    println!("{made} of 300 are networks");
    assert!(made > 30, "{made}");
}
