//! Costs of the examples and of other networks of our own against what the vendor's tool prints for
//! them.

mod support;

use ai8x_lint::analysis::{Analysis, Cost, Costs};
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::Facts;
use ai8x_lint::{network, yaml};

fn costs((text, shapes): (&str, &str), device: DeviceId) -> Costs {
    let network = network::lower(&yaml::parse(text), text);
    let facts = Facts {
        device: Some(device),
        ..support::facts(text, Some(shapes), None).expect("right facts")
    };
    let analysis = Analysis::new(&network, device.table(), &facts);
    Costs::new(&network, device.table(), &analysis)
}

fn of_example(name: &str, device: DeviceId) -> Costs {
    let read = |name: &str| {
        std::fs::read_to_string(support::package_path(&format!("examples/{name}"))).unwrap()
    };
    let (text, shapes) = (
        read(&format!("{name}.yaml")),
        read(&format!("{name}.shapes.json")),
    );
    costs((&text, &shapes), device)
}

fn column(costs: &Costs, of: impl Fn(&Cost) -> i64) -> Vec<i64> {
    costs.layers.iter().map(of).collect()
}

/// Cycles of each layer and of the run, multiply-accumulates, weight bytes and bias bytes in all.
#[track_caller]
fn assert_costs(name: &str, cycles: &[i64], macs: &[i64], total: [i64; 3]) {
    let costs = of_example(name, DeviceId::Max78000);
    let [run, weights, bias] = total;
    assert_eq!(column(&costs, |layer| layer.cycles.unwrap()), cycles);
    assert_eq!(column(&costs, |layer| layer.macs.unwrap()), macs);
    assert_eq!(costs.cycles, Ok(run));
    let sum = |of: fn(&Cost) -> i64| column(&costs, of).iter().sum::<i64>();
    assert_eq!(sum(|layer| layer.weight_bytes.unwrap()), weights);
    assert_eq!(sum(|layer| layer.bias_bytes.unwrap()), bias);
}

#[test]
fn pooling_and_flattening() {
    assert_costs(
        "digits",
        &[14_460, 7_432, 3_477, 237, 108],
        &[112_896, 903_168, 903_168, 82_944, 1_440],
        [25_715, 33_840, 138],
    );
}

#[test]
fn operands_and_a_passthrough() {
    assert_costs(
        "residual",
        &[18_828, 22_924, 6_144, 22_924, 25_236, 2_220, 769],
        &[442_368, 2_949_120, 0, 3_686_400, 3_686_400, 184_320, 10_240],
        [99_046, 23_632, 102],
    );
}

#[test]
fn one_dimension() {
    assert_costs(
        "keywords",
        &[6_400, 4_294, 2_182, 2_284, 396, 224],
        &[393_216, 589_824, 393_216, 589_824, 73_728, 3_072],
        [15_781, 35_328, 204],
    );
}

#[test]
fn concatenation() {
    assert_costs(
        "concat",
        &[74_508, 13_312, 18_432, 18_828, 5_580, 588, 112],
        &[
            1_769_472, 131_072, 131_072, 1_179_648, 1_179_648, 36_864, 1_280,
        ],
        [131_361, 10_032, 93],
    );
}

/// 128 channels in two passes, a transposed convolution, and pooling without convolution.
const PASSES: (&str, &str) = (
    "\
arch: costs
dataset: demo
layers:
  - processors: 0x0000000000000007
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    out_offset: 0x2000
  - processors: 0xffffffffffffffff
    output_processors: 0xffffffffffffffff
    op: conv2d
    kernel_size: 1x1
    pad: 0
    activate: relu
    out_offset: 0x0000
  - processors: 0xffffffffffffffff
    op: convtranspose2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    out_offset: 0x4000
  - processors: 0x000000000000ffff
    op: passthrough
    max_pool: 2
    pool_stride: 2
    output_processors: 0x000000000000ffff
    out_offset: 0x0000
  - processors: 0x000000000000ffff
    op: conv2d
    kernel_size: 3x3
    pad: 0
    activate: none
    output_processors: 0x000000000000000f
    out_offset: 0x2000
",
    r#"{"input": [3, 16, 16], "weights": [
    {"in": 3, "out": 64, "kernel": [3, 3], "bias": true},
    {"in": 64, "out": 128, "kernel": [1, 1], "bias": true},
    {"in": 128, "out": 16, "kernel": [3, 3], "bias": true},
    {"in": 16, "out": 4, "kernel": [3, 3], "bias": true}]}"#,
);

/// Two layers that stream.
const STREAM: (&str, &str) = (
    "\
# ai8x-lint: flags=\"--fifo\"
arch: costs
dataset: demo
layers:
  - processors: 0x0000000000000007
    data_format: hwc
    streaming: true
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    out_offset: 0x2000
  - processors: 0x00000000ffff0000
    streaming: true
    max_pool: 2
    pool_stride: 2
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    out_offset: 0x0000
  - processors: 0xffffffff00000000
    max_pool: 2
    pool_stride: 2
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: none
    output_processors: 0x000000000000000f
    out_offset: 0x4000
",
    r#"{"input": [3, 48, 48], "weights": [
    {"in": 3, "out": 16, "kernel": [3, 3], "bias": false},
    {"in": 16, "out": 32, "kernel": [3, 3], "bias": false},
    {"in": 32, "out": 4, "kernel": [3, 3], "bias": true}]}"#,
);

/// Dilation by a folded and by a stretched kernel.
const DILATION: (&str, &str) = (
    "\
arch: costs
dataset: demo
layers:
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    op: conv1d
    kernel_size: 3
    dilation: 16
    pad: 0
    activate: relu
    out_offset: 0x2000
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    op: conv1d
    kernel_size: 3
    dilation: 2
    pad: 1
    activate: none
    out_offset: 0x0000
",
    r#"{"input": [16, 96], "weights": [
    {"in": 16, "out": 16, "kernel": [3], "bias": true},
    {"in": 16, "out": 16, "kernel": [3], "bias": true}]}"#,
);

#[test]
fn passes_transposition_and_pooling() {
    let costs = costs(PASSES, DeviceId::Max78000);
    assert_eq!(
        column(&costs, |layer| layer.cycles.unwrap()),
        [17_100, 33_280, 37_524, 2_304, 1_356]
    );
    assert_eq!(costs.layers[2].macs, Ok(18_874_368));
    assert_eq!(costs.cycles, Ok(91_565));
}

#[test]
fn streaming_takes_half_as_long_again() {
    let costs = costs(STREAM, DeviceId::Max78000);
    assert_eq!(
        column(&costs, |layer| layer.cycles.unwrap()),
        [63_090, 32_418, 1_452]
    );
    assert_eq!(costs.cycles, Ok(96_961));
}

#[test]
fn dilation_stores_larger_kernels() {
    let costs = costs(DILATION, DeviceId::Max78000);
    assert_eq!(
        column(&costs, |layer| layer.cycles.unwrap()),
        [1_872, 1_128]
    );
    assert_eq!(
        column(&costs, |layer| layer.macs.unwrap()),
        [49_152, 47_616]
    );
    // 3x3 and 5 instead of 3 values.
    assert_eq!(
        column(&costs, |layer| layer.weight_bytes.unwrap()),
        [9 * 256, 5 * 256]
    );
}

#[test]
fn data_is_counted_as_bytes() {
    let costs = of_example("residual", DeviceId::Max78000);
    let (join, scores) = (&costs.layers[4], &costs.layers[6]);
    // Two operands of 20 channels.
    assert_eq!(join.input_bytes, Ok(2 * 20 * 32 * 32));
    assert_eq!(join.output_bytes, Ok(20 * 32 * 32));
    // 32 bits a value.
    assert_eq!(scores.output_bytes, Ok(4 * 10));
}

#[test]
fn the_other_chip_has_no_formula() {
    let costs = of_example("residual", DeviceId::Max78002);
    assert!(costs.cycles.is_err());
    assert!(costs.layers.iter().all(|layer| layer.cycles.is_err()));
    assert_eq!(costs.layers[1].macs, Ok(2_949_120));
}
