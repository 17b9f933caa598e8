//! Costs of the examples against what the vendor's tool prints for them.

mod support;

use ai8x_lint::analysis::{Analysis, Cost, Costs};
use ai8x_lint::device::DeviceId;
use ai8x_lint::facts::Facts;
use ai8x_lint::{network, yaml};

fn costs(text: &str, shapes: &str, device: DeviceId) -> Costs {
    let network = network::lower(&yaml::parse(text), text);
    let facts = Facts {
        device: Some(device),
        ..support::shapes_facts(shapes).expect("right shapes")
    };
    let analysis = Analysis::new(&network, device.table(), &facts);
    Costs::new(&network, device.table(), &analysis)
}

fn of_example(name: &str, device: DeviceId) -> Costs {
    let read = |name: &str| {
        std::fs::read_to_string(support::package_path(&format!("examples/{name}"))).unwrap()
    };
    costs(
        &read(&format!("{name}.yaml")),
        &read(&format!("{name}.shapes.json")),
        device,
    )
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
