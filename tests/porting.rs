//! `--device both` from outside: what of a network stops being right on the other chip.

mod support;

use assert_cmd::Command;
use insta::assert_snapshot;

fn check(arguments: &[&str]) -> String {
    let output = Command::cargo_bin("ai8x-lint")
        .unwrap()
        .args([
            "check",
            "--output-format",
            "concise",
            "--select",
            "AX3,AX4,AX5,AX6,AX7",
        ])
        .args(arguments)
        .current_dir(support::package_path("examples"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_network_for_the_larger_chip() {
    assert_snapshot!(check(&["--device", "both", "depthwise.yaml"]), @r"
    depthwise.yaml:13:3: information[AX552] on the MAX78000: the input takes 36864 bytes of an instance of 32768: it fits only as a stream, as CHW or folded
    depthwise.yaml:20:17: error[AX303] on the MAX78000: the output of layer 0 (`stem`) takes 36864 bytes from 0x9000 on and runs past the 0x8000 of an instance
    depthwise.yaml:25:13: error[AX438] on the MAX78000: `groups` is 16, but the MAX78000 has full convolutions only
    depthwise.yaml:41:17: error[AX303] on the MAX78000: the output of layer 2 (`mix1`) takes 9216 bytes from 0x8000 on and runs past the 0x8000 of an instance
    depthwise.yaml:45:13: error[AX438] on the MAX78000: `groups` is 32, but the MAX78000 has full convolutions only
    depthwise.yaml:60:17: error[AX303] on the MAX78000: the output of layer 4 (`mix2`) takes 2304 bytes from 0x8000 on and runs past the 0x8000 of an instance
    depthwise.yaml:64:13: error[AX438] on the MAX78000: `groups` is 64, but the MAX78000 has full convolutions only
    Found 6 errors and 1 note in 1 file
    ");
    // On the chip that it names nothing is wrong.
    assert_snapshot!(check(&["depthwise.yaml"]), @"Found nothing in 1 file");
}

#[test]
fn a_network_for_either_chip() {
    assert_snapshot!(check(&["--device", "both", "digits.yaml"]), @"Found nothing in 1 file");
}
