//! Checkpoints, samples, data sets and scripts from outside: what is found beside a network, what
//! follows from it, and the shapes file that is written of a checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use insta::assert_snapshot;
use tempfile::TempDir;

/// A network for the checkpoints in `tests/fixtures/checkpoints`.
const NETWORK: &str = "\
arch: ai85small
dataset: CIFAR10
layers:
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    data_format: HWC
    processors: 0x0000000000000007
    out_offset: 0x2000
    max_pool: 2
    pool_stride: 2
  - op: conv2d
    kernel_size: 3x3
    pad: 1
    groups: 4
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x0000
    max_pool: 4
    pool_stride: 4
  - op: convtranspose2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
  - op: linear
    flatten: true
    activate: none
    output_width: 32
    processors: 0x0000000000000003
    out_offset: 0x0000
    max_pool: 2
    pool_stride: 2
";

/// The command that builds it.
const SCRIPT: &str = "\
#!/bin/sh
DEVICE=\"MAX78002\"
COMMON_ARGS=\"--device $DEVICE --timer 0\"
python ai8xize.py --test-dir out --checkpoint-file trained/small-q.pth.tar \\
  --config-file networks/small.yaml --fifo $COMMON_ARGS \"$@\"
";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/checkpoints")
        .join(name)
}

/// A project with the network, its command and its checkpoint.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        // What is above the folder for tests is no concern of ours.
        fs::create_dir(project.0.path().join(".git")).unwrap();
        project.write("networks/small.yaml", NETWORK);
        project.write("scripts/gen_small.sh", SCRIPT);
        let checkpoint = fs::read(fixture("small-q.pth.tar")).unwrap();
        project.write("trained/small-q.pth.tar", checkpoint);
        project
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::cargo_bin("ai8x-lint")
            .unwrap()
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("AI8X_LINT_OUTPUT_FORMAT")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        format!("exit code {}\n{out}{err}", output.status.code().unwrap())
    }

    /// The lines of `config` about what lies beside the network.
    fn beside(&self, more: &[&str]) -> String {
        let all = self.run(&[&["config", "networks/small.yaml"], more].concat());
        let about = [
            "exit code 2",
            "ai8x-lint",
            "device",
            "izer-flags",
            "checkpoint",
            "input",
        ];
        let mut lines: Vec<&str> = all.lines().collect();
        lines.retain(|line| about.iter().any(|start| line.starts_with(start)));
        lines.join("\n")
    }
}

#[test]
fn the_command_says_device_flags_and_checkpoint() {
    let project = Project::new();
    assert_snapshot!(project.beside(&[]), @"
    device            MAX78002 (command in scripts/gen_small.sh:4)
    izer-flags        --fifo (command in scripts/gen_small.sh:4)
    checkpoint        trained/small-q.pth.tar (command in scripts/gen_small.sh:4): 4 weighted layers, arch ai85small, epoch 7, quantized
    input             3x32x32 (data set CIFAR10)
    ");
    // Other folders, and networks of the same name in them, are others.
    project.write(
        "scripts/gen_small.sh",
        SCRIPT.replace("networks/", "other/"),
    );
    assert_snapshot!(project.beside(&[]), @"
    device            MAX78000 (beginning of `arch`)
    izer-flags        unknown
    checkpoint        unknown
    input             3x32x32 (data set CIFAR10)
    ");
}

#[test]
fn what_commands_disagree_about_is_named() {
    let project = Project::new();
    project.write(
        "gen-all.sh",
        "ai8xize.py --device MAX78000 --config-file networks/small.yaml --softmax --checkpoint-file $1\n",
    );
    assert_snapshot!(project.beside(&[]), @"
    device            unknown, both are checked: gen-all.sh:1 says MAX78000, scripts/gen_small.sh:4 says MAX78002
    izer-flags        unknown: gen-all.sh:1 says --softmax, scripts/gen_small.sh:4 says --fifo
    checkpoint        unknown: gen-all.sh:1 leaves it open, scripts/gen_small.sh:4 says trained/small-q.pth.tar
    input             3x32x32 (data set CIFAR10)
    ");
    // Whoever names the chip means the commands for it.
    assert_snapshot!(project.beside(&["--device", "MAX78002"]), @"
    device            MAX78002 (command line)
    izer-flags        --fifo (command in scripts/gen_small.sh:4)
    checkpoint        trained/small-q.pth.tar (command in scripts/gen_small.sh:4): 4 weighted layers, arch ai85small, epoch 7, quantized
    input             3x32x32 (data set CIFAR10)
    ");
}

#[test]
fn a_checkpoint_that_does_not_serve_is_named() {
    let project = Project::new();
    let checkpoint = |bytes: &[u8]| {
        project.write("trained/small-q.pth.tar", bytes);
        let beside = project.beside(&[]);
        let line = beside.lines().find(|line| line.starts_with("checkpoint"));
        line.unwrap().to_owned()
    };
    assert_snapshot!(checkpoint(&fs::read(fixture("call.pth.tar")).unwrap()), @"checkpoint        unknown: trained/small-q.pth.tar (command in scripts/gen_small.sh:4): it is dangerous: whoever loads it calls `posix.system`; nothing was run here");
    assert_snapshot!(checkpoint(&fs::read(fixture("bomb.pth.tar")).unwrap()), @"checkpoint        unknown: trained/small-q.pth.tar (command in scripts/gen_small.sh:4): its entry `archive/data.pkl` grows from 165 to 100046 bytes, which no checkpoint does");
    assert_snapshot!(checkpoint(b"version https://git-lfs.github.com/spec/v1\n"), @"checkpoint        unknown: trained/small-q.pth.tar (command in scripts/gen_small.sh:4): it is only the pointer of Git LFS, not the checkpoint itself");
    fs::remove_file(project.0.path().join("trained/small-q.pth.tar")).unwrap();
    assert_snapshot!(project.beside(&[]), @"
    device            MAX78002 (command in scripts/gen_small.sh:4)
    izer-flags        --fifo (command in scripts/gen_small.sh:4)
    checkpoint        unknown: trained/small-q.pth.tar (command in scripts/gen_small.sh:4): there is no such file
    input             3x32x32 (data set CIFAR10)
    ");
    project.write(
        "trained/small-q.pth.tar",
        fs::read(fixture("small-q.pth.tar")).unwrap(),
    );
    project.write(
        "networks/small.yaml",
        NETWORK.replace("ai85small", "ai85other"),
    );
    assert_snapshot!(project.beside(&[]), @"
    device            MAX78002 (command in scripts/gen_small.sh:4)
    izer-flags        --fifo (command in scripts/gen_small.sh:4)
    checkpoint        trained/small-q.pth.tar (command in scripts/gen_small.sh:4): 4 weighted layers, arch ai85small, epoch 7, quantized, of another model, so its weights do not count
    input             3x32x32 (data set CIFAR10)
    ");
    project.write("networks/small.yaml", NETWORK);
    project.write(
        "scripts/gen_small.sh",
        SCRIPT.replace("--fifo", "--skip-yaml-layers 1"),
    );
    assert_snapshot!(project.beside(&[]), @"
    device            MAX78002 (command in scripts/gen_small.sh:4)
    izer-flags        none (command in scripts/gen_small.sh:4)
    checkpoint        unknown: trained/small-q.pth.tar (command in scripts/gen_small.sh:4): the command skips some of the layers
    input             3x32x32 (data set CIFAR10)
    ");
}

#[test]
fn a_sample_is_better_than_the_data_set() {
    let project = Project::new();
    let input = || {
        let beside = project.beside(&[]);
        let line = beside.lines().find(|line| line.starts_with("input"));
        line.unwrap().to_owned()
    };
    let sample = |shape: &str| {
        let header = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': {shape}, }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes()].concat()
    };
    assert_snapshot!(input(), @"input             3x32x32 (data set CIFAR10)");
    project.write("tests/sample_cifar10.npy", sample("(3, 16, 16)"));
    assert_snapshot!(input(), @"input             3x16x16: tests/sample_cifar10.npy (has the name of `dataset`)");
    project.write("tests/sample_cifar10.npy", sample("(1, 3, 16, 16)"));
    assert_snapshot!(input(), @"input             unknown: tests/sample_cifar10.npy (has the name of `dataset`): it has 4 dimensions, but an input has 2 or 3");
    let named = SCRIPT.replace("--fifo", "--sample-input tests/own.npy");
    project.write("scripts/gen_small.sh", named);
    assert_snapshot!(input(), @"input             unknown: tests/own.npy (command in scripts/gen_small.sh:4): there is no such file");
    project.write("tests/own.npy", sample("(3, 8, 8)"));
    assert_snapshot!(input(), @"input             3x8x8: tests/own.npy (command in scripts/gen_small.sh:4)");
}

#[test]
fn a_data_set_that_the_network_changes_is_not_believed() {
    let project = Project::new();
    let folded = NETWORK.replacen("0x0000000000000007", "0x0000000000000fff", 1);
    project.write("networks/small.yaml", folded);
    let beside = project.beside(&[]);
    assert_snapshot!(beside.lines().last().unwrap(), @"input             unknown: the vendor's data set CIFAR10 gives 3x32x32, which the first layer does not take");
}

#[test]
fn findings_follow_from_the_checkpoint() {
    let project = Project::new();
    let check = |more: &[&str]| {
        let base = [
            "check",
            "--quiet",
            "--output-format",
            "concise",
            "--select",
            "AX8",
        ];
        project.run(&[&base, more, &["networks/small.yaml"]].concat())
    };
    assert_snapshot!(check(&[]), @"
    exit code 0
    networks/small.yaml:22:3: warning[AX807] all bias values of `up` are 0
    networks/small.yaml:28:3: warning[AX807] all weights of `fc` are 0
    ");
    let other = NETWORK.replace("ai85small", "ai85other");
    project.write("networks/small.yaml", other);
    assert_snapshot!(check(&[]), @"
    exit code 1
    networks/small.yaml:1:7: error[AX802] the checkpoint is of the model `ai85small`, not of `ai85other`
    ");
    let wrong = NETWORK.replacen("kernel_size: 3x3", "kernel_size: 1x1", 1);
    project.write(
        "networks/small.yaml",
        wrong.replace(
            "pad: 1\n    activate: relu\n    data",
            "pad: 0\n    activate: relu\n    data",
        ),
    );
    assert_snapshot!(check(&[]), @"
    exit code 1
    networks/small.yaml:5:18: error[AX803] the kernel is 1x1, but the model's layer has 3x3
    networks/small.yaml:22:3: warning[AX807] all bias values of `up` are 0
    networks/small.yaml:28:3: warning[AX807] all weights of `fc` are 0
    ");
    fs::remove_dir_all(project.0.path().join("scripts")).unwrap();
    assert_snapshot!(check(&[]), @"exit code 0");
    assert_snapshot!(check(&["--checkpoint", "trained/small-q.pth.tar"]), @"
    exit code 1
    networks/small.yaml:5:18: error[AX803] the kernel is 1x1, but the model's layer has 3x3
    networks/small.yaml:22:3: warning[AX807] all bias values of `up` are 0
    networks/small.yaml:28:3: warning[AX807] all weights of `fc` are 0
    ");
    assert_snapshot!(check(&["--checkpoint", "absent.pth.tar"]), @"
    exit code 2
    ai8x-lint: absent.pth.tar: there is no such file
    ");
}

#[test]
fn a_shapes_file_is_written() {
    let project = Project::new();
    assert_snapshot!(project.run(&["shapes", "trained/small-q.pth.tar", "networks/small.yaml"]), @r#"
    exit code 0
    {
      "arch": "ai85small",
      "input": [3,32,32],
      "weights": [
        {"in":3,"out":4,"kernel":[3,3],"bits":4,"bias":true},
        {"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":false},
        {"in":4,"out":2,"kernel":[3,3],"bias":true},
        {"in":32,"out":5,"kernel":[1],"bias":false}
      ]
    }
    "#);
    // Alone, a checkpoint tells a depthwise convolution, but not a transposed one.
    assert_snapshot!(project.run(&["shapes", "trained/small-q.pth.tar"]), @r#"
    exit code 0
    {
      "arch": "ai85small",
      "weights": [
        {"in":3,"out":4,"kernel":[3,3],"bits":4,"bias":true},
        {"in":4,"out":4,"kernel":[3,3],"bits":8,"bias":false},
        {"in":2,"out":4,"kernel":[3,3],"bias":true},
        {"in":32,"out":5,"kernel":[1],"bias":false}
      ]
    }
    "#);
    let written = "networks/small.shapes.json";
    assert_snapshot!(project.run(&["shapes", "trained/small-q.pth.tar", "-o", written]), @"exit code 0");
    assert!(project.beside(&[]).contains("checkpoint"));
    let path = fixture("call.pth.tar");
    project.write("call.pth.tar", fs::read(path).unwrap());
    assert_snapshot!(project.run(&["shapes", "call.pth.tar"]), @"
    exit code 2
    ai8x-lint: call.pth.tar: it is dangerous: whoever loads it calls `posix.system`; nothing was run here
    ");
}
