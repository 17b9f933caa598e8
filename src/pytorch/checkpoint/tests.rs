use std::io::{Cursor, Write};

use ::zip::CompressionMethod;
use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use insta::assert_snapshot;

use super::*;

/// The checkpoints that Python wrote, and what is in them.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/checkpoints/", $name)).as_slice()
    };
}

fn read(bytes: &[u8]) -> Result<Checkpoint, String> {
    Checkpoint::read(Cursor::new(bytes))
}

/// An archive of these entries.
fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What is wrong with the checkpoint of this pickle.
fn fault(pickle: &[u8]) -> String {
    let file = archive(&[("a/data.pkl", pickle)], CompressionMethod::Stored);
    read(&file).unwrap_err()
}

/// The pickle of a checkpoint with one tensor, whose storage has `count` numbers.
fn one_tensor(shape: &str, stride: &str, count: u8) -> Vec<u8> {
    let text = format!(
        "}}S'state_dict'\n}}S'fc.weight'\nctorch._utils\n_rebuild_tensor_v2\n(\
         (S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI{count}\ntQI0\n({shape}t({stride}ttRss."
    );
    text.into_bytes()
}

#[test]
fn all_that_matters_is_read() {
    let checkpoint = read(fixture!("small-q.pth.tar")).unwrap();
    assert_eq!(checkpoint.arch.as_deref(), Some("ai85small"));
    assert_eq!(checkpoint.epoch, Some(7));
    assert_eq!(checkpoint.quantized, Some(true));
    let layers: Vec<String> = checkpoint
        .layers
        .iter()
        .map(|layer| {
            format!(
                "{} {} bits {:?} bias {:?}",
                layer.name,
                sizes(&layer.shape),
                layer.bits,
                layer.bias
            )
        })
        .collect();
    assert_snapshot!(layers.join("\n"), @r"
    conv1 4x3x3x3 bits Some(4) bias Some(true)
    depth 4x1x3x3 bits Some(8) bias Some(false)
    up 4x2x3x3 bits None bias Some(true)
    fc 5x32 bits None bias Some(false)
    ");
    assert_eq!(checkpoint.tensors.len(), 9);
    assert_eq!(checkpoint.tensors[3].name, "conv1.op.bias");
    assert_eq!(checkpoint.tensors[3].shape, [4]);
}

#[test]
fn every_format_says_the_same() {
    let checkpoint = read(fixture!("small-q.pth.tar")).unwrap();
    assert_eq!(read(fixture!("old.pth.tar")).unwrap(), checkpoint);
    assert_eq!(read(fixture!("protocol4.pth.tar")).unwrap(), checkpoint);
    let trained = read(fixture!("small.pth.tar")).unwrap();
    assert_eq!(trained.quantized, Some(false));
    // But for the numbers.
    let without = |checkpoint: &Checkpoint| {
        let layers = checkpoint.layers.iter().cloned();
        layers
            .map(|layer| Layer {
                range: None,
                ..layer
            })
            .collect::<Vec<Layer>>()
    };
    assert_eq!(without(&trained), without(&checkpoint));
    assert_eq!(trained.layers[0].range, Some([0.25, 0.25]));
    assert_eq!(checkpoint.layers[0].range, Some([5.0, 5.0]));
    assert_eq!(trained.tensors[3].name, "module.conv1.op.bias");
}

#[test]
fn weights_are_as_the_network_uses_them() {
    let checkpoint = read(fixture!("small-q.pth.tar")).unwrap();
    let shown = |usages: &[Usage]| {
        let weights = checkpoint.weights(usages);
        let all: Vec<String> = weights
            .iter()
            .map(|weight| {
                let kernel = sizes(&weight.kernel);
                format!("{}->{} {kernel}", weight.in_channels, weight.out_channels)
            })
            .collect();
        all.join(", ")
    };
    let usage = |transposed, groups| Usage { transposed, groups };
    assert_eq!(
        shown(&[usage(false, 1), usage(false, 4), usage(true, 1)]),
        "3->4 3x3, 4->4 3x3, 4->2 3x3, 32->5 1"
    );
    assert_eq!(shown(&[]), "3->4 3x3, 1->4 3x3, 2->4 3x3, 32->5 1");
    assert_eq!(
        shown(&[usage(false, 1), usage(false, 1), usage(true, 4)]),
        "3->4 3x3, 1->4 3x3, 4->8 3x3, 32->5 1"
    );
    // Alone, it tells the depthwise one only.
    assert_eq!(
        shown(&checkpoint.likely_usages()),
        "3->4 3x3, 4->4 3x3, 2->4 3x3, 32->5 1"
    );
}

#[test]
fn a_bias_is_unknown_before_batch_normalisation_is_folded() {
    let layer = |names: &[&str]| {
        let tensor = |name: &&str| {
            let shape = if name.ends_with("op.weight") {
                "I2\nI2\n"
            } else {
                "I2\n"
            };
            let stride = if name.ends_with("op.weight") {
                "I2\nI1\n"
            } else {
                "I1\n"
            };
            let tensor = String::from_utf8(one_tensor(shape, stride, 4)).unwrap();
            let start = tensor.find("ctorch._utils").unwrap();
            format!("S'{name}'\n{}s", &tensor[start..tensor.len() - 3])
        };
        let all: String = names.iter().map(tensor).collect();
        let pickle = format!("}}S'state_dict'\n}}{all}s.");
        let entries: [(&str, &[u8]); 2] =
            [("a/data.pkl", pickle.as_bytes()), ("a/data/0", &[0; 16])];
        let file = archive(&entries, CompressionMethod::Stored);
        Checkpoint::read(Cursor::new(file))
            .unwrap()
            .layers
            .remove(0)
    };
    assert_eq!(layer(&["c.op.weight"]).bias, Some(false));
    assert_eq!(layer(&["c.op.weight", "c.op.bias"]).bias, Some(true));
    assert_eq!(
        layer(&["c.op.weight", "c.bn.running_mean", "c.bn.weight"]).bias,
        None
    );
}

#[test]
fn a_call_is_refused_and_not_made() {
    assert_snapshot!(read(fixture!("call.pth.tar")).unwrap_err(), @"it is dangerous: whoever loads it calls `posix.system`; nothing was run here");
    for pickle in [
        "cos\nsystem\n(S'true'\ntR.",
        "(S'true'\nios\nsystem\n.",
        "(cos\nsystem\nS'true'\no.",
        "cbuiltins\neval\n(S'1'\ntR.",
        "c__builtin__\nexec\n)\u{81}.",
    ] {
        let latin: Vec<u8> = pickle.chars().map(|c| c as u8).collect();
        let fault = fault(&latin);
        assert!(fault.starts_with("it is dangerous"), "{pickle}: {fault}");
    }
}

#[test]
fn a_bomb_is_refused() {
    assert_snapshot!(read(fixture!("bomb.pth.tar")).unwrap_err(), @"its entry `archive/data.pkl` grows from 165 to 100046 bytes, which no checkpoint does");
}

#[test]
fn endless_things_end() {
    assert_snapshot!(fault(&b"(".repeat(1 << 20)), @"its header nests more than 65536 values");
    assert_snapshot!(fault(&b"]".repeat(1 << 20)), @"its header nests more than 65536 values");
    assert_snapshot!(fault(&b"]0".repeat(2 << 20)), @"its header has more than 1048576 values");
    assert_snapshot!(fault(&[0x80; 17 << 20]), @"its header is larger than 16 MiB");
    assert_snapshot!(fault(b"X\xff\xff\xff\x7f"), @"it has a value of 2147483647 bytes, which is no checkpoint's");
    // The same long key in storage after storage.
    let mut again = b"(S'storage'\nctorch\nFloatStorage\nS'".to_vec();
    again.extend(b"k".repeat(1 << 19));
    again.extend(b"'\nS'cpu'\nI1\nt");
    again.extend(b"2Q0".repeat(1000));
    assert_snapshot!(fault(&again), @"its header has more than 32 MiB of text");
    // Lists in lists, each within itself.
    let mut nested = b"]q\x00".to_vec();
    nested.extend(b"h\x00a".repeat(1000));
    nested.push(b'.');
    assert_snapshot!(fault(&nested), @"it has no `state_dict`, so it is no checkpoint of a model");
}

#[test]
fn wrong_sizes_are_refused() {
    assert_snapshot!(fault(&one_tensor("I5\nI3\n", "I3\nI1\n", 14)), @"`fc.weight` of 5x3 does not fit into its storage of 14 numbers");
    assert_snapshot!(fault(&one_tensor("I5\nI-3\n", "I3\nI1\n", 15)), @"`fc.weight` has the impossible size 5x-3");
    assert_snapshot!(fault(&one_tensor("I5\nI3000000\n", "I3\nI1\n", 15)), @"`fc.weight` has the impossible size 5x3000000");
    assert_snapshot!(fault(&one_tensor("I5\nI3\n", "I9223372036854775807\nI1\n", 15)), @"`fc.weight` of 5x3 does not fit into its storage of 15 numbers");
    assert_snapshot!(fault(&one_tensor("I0\nI3\n", "I3\nI1\n", 15)), @"`fc.weight` is of 0x3: the accelerator has no such layer");
    let header = one_tensor("I5\nI3\n", "I3\nI1\n", 15);
    assert_snapshot!(fault(&header), @"it has no entry `a/data/0`");
    let short: [(&str, &[u8]); 2] = [("a/data.pkl", &header), ("a/data/0", &[0; 59])];
    let short = archive(&short, CompressionMethod::Stored);
    assert_snapshot!(read(&short).unwrap_err(), @"its storage `0` has 59 bytes, too few for 15 numbers");
}

#[test]
fn what_is_no_checkpoint_is_said() {
    let read = |bytes: &[u8]| read(bytes).unwrap_err();
    assert_snapshot!(read(b""), @"it is no checkpoint: neither a zip archive nor what older PyTorch wrote");
    assert_snapshot!(read(b"version https://git-lfs.github.com/spec/v1\n"), @"it is only the pointer of Git LFS, not the checkpoint itself");
    assert_snapshot!(read(b"PK\x03\x04"), @"it is a damaged zip archive");
    assert_snapshot!(read(&archive(&[("a", b"b")], CompressionMethod::Stored)), @"it is a zip archive, but has no `data.pkl`");
    assert_snapshot!(fault(b""), @"its header ends too early");
    assert_snapshot!(fault(b"."), @"its header is damaged: an instruction finds no value");
    assert_snapshot!(fault(b"h\x05."), @"its header refers to a value that it has not made");
    assert_snapshot!(fault(b"\xff"), @"it is no pickle of a checkpoint: there is no instruction 0xff");
    assert_snapshot!(fault(b"}."), @"it has no `state_dict`, so it is no checkpoint of a model");
}

#[test]
fn damaged_files_never_panic() {
    for whole in [
        fixture!("small-q.pth.tar"),
        fixture!("small.pth.tar"),
        fixture!("old.pth.tar"),
    ] {
        for at in (0..whole.len()).step_by(7) {
            let _ = read(&whole[..at]);
            let mut changed = whole.to_vec();
            changed[at] = changed[at].wrapping_mul(31).wrapping_add(0x2e);
            let _ = read(&changed);
        }
    }
}
