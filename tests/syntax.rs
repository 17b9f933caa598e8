//! What people read about single keys and values, and what the fixes make of them.

mod support;

use ai8x_lint::diagnostic::Finding;
use ai8x_lint::{Facts, check};

/// The findings of `AX0` on a text, with their notes and fixes.
fn report(text: &str) -> String {
    let found = check(text, &Facts::default());
    let mut report = String::new();
    for finding in found.iter().filter(|finding| finding.code.0 < 100) {
        report += &format!("{}\n", support::show(text, finding));
        for note in &finding.notes {
            report += &format!("    note: {note}\n");
        }
        for fix in &finding.fixes {
            report += &format!("    {}: {}\n", fix.applicability.name(), fix.title);
        }
    }
    report
}

fn mistakes(text: &str) -> Vec<Finding> {
    let mut found = check(text, &Facts::default());
    found.retain(support::is_loud);
    found
}

#[test]
fn keys() {
    insta::assert_snapshot!(report("\
Arch: demo
dataset: 5
processors: 0xf
layers:
  - op: Conv2d
    activate: None
    processors: 0xf
    outoffset: 0x2000
    filters: 16
    kernel: [3, 3]
    pad: 1
    padding: 1
    arch: demo
    frobnicate: 1
  - op: None
    out_offset: 0
"), @r#"
    1:1 error AX004: unknown key `Arch` at the top of the file; did you mean `arch`?
        safe: Rename to `arch`
    2:10 error AX008: `dataset` takes text, but `5` is a number
        safe: Write `"5"`
    3:1 error AX004: unknown key `processors` at the top of the file; it belongs in a layer
    8:5 error AX006 L0: unknown key `outoffset` in a layer; did you mean `out_offset`?
        safe: Rename to `out_offset`
    9:5 error AX006 L0: unknown key `filters` in a layer; here it may be called `out_channels`
        note: `out_channels`: Number of output channels; the weights say it, so it is rarely written.
        unsafe: Rename to `out_channels`
    10:5 error AX006 L0: unknown key `kernel` in a layer; here it may be called `kernel_size`
        note: `kernel_size`: Size of the kernel.
        unsafe: Rename to `kernel_size`
    12:5 error AX006 L0: unknown key `padding` in a layer; `pad`, which it may stand for, is given already
    13:5 error AX006 L0: unknown key `arch` in a layer; it belongs at the top of the file
    14:5 error AX006 L0: unknown key `frobnicate` in a layer
    15:3 error AX009 L1: the layer lacks `processors`
    "#);
}

#[test]
fn types() {
    insta::assert_snapshot!(report("\
arch: demo
dataset: demo
output_map: 0x0000.0000.0000.000f
layers:
  - op: no
    name: on
    processors: 0xf
    out_offset: \"8192\"
    in_offset:
    pad: [1, 1]
    in_dim: 8x8
    max_pool: [2]
    pool_stride: [2, 2, 2]
    bias_group: x
    in_sequences: []
    next_sequence: 1.5
    in_crop: 3
  - 5
unload: 3
"), @r#"
    3:13 error AX048: `output_map` takes a processor mask written as a number, without dots, but `0x0000.0000.0000.000f` is text
        safe: Write `0x000000000000000f`
    5:9 error AX008 L0: `op` takes `Conv2d`, `Conv1d`, `ConvTranspose2d`, `Linear`, `None`, `Add`, `Sub`, `BitwiseOr` or `BitwiseXor`, but `no` is a boolean
        unsafe: Write `None`
    6:11 error AX008 L0: `name` takes text, but `on` is a boolean
        safe: Write `"on"`
    8:17 error AX008 L0: `out_offset` takes a whole number of bytes, but `"8192"` is text
        safe: Write `8192`
    9:5 warning AX008 L0: `in_offset` has no value, so its default counts: the previous layer's `out_offset`; 0 for the first layer
    10:10 error AX008 L0: `pad` takes a whole number from 0 to 2, but `[1, 1]` is a list
        safe: Write `1`
    11:13 error AX013 L0: `in_dim` takes `[height, width]` or one length for 1-D data, but `8x8` is text
        safe: Write `[8, 8]`
    12:15 error AX056 L0: `max_pool` takes one number from 1 to 16, or two as `[height, width]`, but this list has 1 item
        unsafe: Write `2`
    13:18 error AX056 L0: `pool_stride` takes one number from 1 to 16, or two as `[height, width]`, but this list has 3 items
    14:17 error AX008 L0: `bias_group` takes a number from 0 to 3 or a list of them, but `x` is text
    15:19 error AX056 L0: `in_sequences` takes the number or the name of a layer, or a list of them, but this list is empty
    16:20 error AX008 L0: `next_sequence` takes the number or the name of a layer, or `stop`, but `1.5` is a number with a point
    17:14 error AX055 L0: `in_crop` takes two numbers of rows, `[front, back]`, but `3` is a number
    18:5 error AX008: each item of `layers` is a mapping of keys and values, but this one is a number
    19:9 error AX008: `unload` is a list whose items start with `-`, but this is a number
    "#);
}

/// As one types.
#[test]
fn no_values() {
    insta::assert_snapshot!(report("\
arch: demo
dataset: demo
layers:
"), @"3:1 error AX005: `layers` has no value; it takes a list of mappings");
    insta::assert_snapshot!(report("\
arch:
layers:
  - op: Conv2d
    kernel_size:
    activate: None
    processors:
    out_offset: 0
"), @r"
    1:1 error AX005: the file lacks `arch` and `dataset`
    4:17 error AX024 L0: `kernel_size` has no value; it takes a kernel such as `3x3`
    6:5 error AX009 L0: `processors` has no value; it takes a processor mask such as 0x000000000000000f
    ");
}

#[test]
fn values() {
    insta::assert_snapshot!(report("\
arch: demo
dataset: demo
layers:
  - op: Dense
    activate: sigmoid
    processors: 0x1ffffffffffffffff
    output_processors: 0x000g
    out_offset: 0x0000
    in_offset: -4
    write_gap: 99999999999
    pad: -1
    quantization: 3
    output_width: 16
    data_format: NHWC
    streaming: \"off\"
    flatten: maybe
    output: 1
    stride: [1, 2]
    avg_pool: 32
    pool_stride: 1
    groups: yes
    eltwise: mul
    operands: 1
"), @r#"
    4:9 error AX015 L0: `Dense` is no value of `op`; did you mean `Linear`?
        note: `op` takes `Conv2d`, `Conv1d`, `ConvTranspose2d`, `Linear`, `None`, `Add`, `Sub`, `BitwiseOr` or `BitwiseXor`
        unsafe: Write `Linear`
    5:15 error AX014 L0: `sigmoid` is no value of `activate`
        note: `activate` takes `ReLU`, `Abs` or `None`
    6:17 error AX010 L0: `0x1ffffffffffffffff` has bits beyond the 64 processors
        note: the mask has 17 hex digits; 16 are all there are
    7:24 error AX011 L0: `0x000g` is no hex number, and so no processor mask
    9:16 error AX058 L0: `in_offset` must be at least 0, but is -4
    10:16 error AX008 L0: `write_gap` must be a number that 32 bits hold, but is 99999999999
    11:10 error AX016 L0: `pad` must be from 0 to 2, but is -1
    12:19 error AX012 L0: `quantization` takes 1, 2, 4, 8 or `bin`, but this is `3`
    13:19 error AX022 L0: `output_width` takes 8 or 32, but this is `16`
    14:18 error AX021 L0: `NHWC` is no value of `data_format`; did you mean `HWC`?
        note: `data_format` takes `HWC` or `CHW`
        unsafe: Write `HWC`
    15:16 error AX028 L0: `streaming` takes `true` or `false`; `"off"` counts as true
        note: the vendor's tool asks Python whether the value is true, and any text but the empty one is
        safe: Write `false`
    16:14 warning AX028 L0: `flatten` takes `true` or `false`; `maybe` counts as true
        unsafe: Write `true`
    17:13 warning AX028 L0: `output` takes `true` or `false`; `1` counts as true
        safe: Write `true`
    18:13 error AX025 L0: `stride` must be the same for height and width, but is 1 and 2
    19:15 error AX060 L0: `avg_pool` must be from 1 to 16, but is 32
    21:13 error AX008 L0: `groups` takes a whole number from 1 to 1024, but `yes` is a boolean
    22:14 error AX018 L0: `mul` is no value of `eltwise`
        note: `eltwise` takes `add`, `sub`, `or` or `xor`
    23:15 error AX020 L0: `operands` must be from 2 to 16, but is 1
    "#);
}

#[test]
fn kernels() {
    insta::assert_snapshot!(report("\
arch: demo
dataset: demo
layers:
  - {op: Conv2d, kernel_size: 3, activate: None, processors: 1, out_offset: 0}
  - {op: Conv2d, kernel_size: [3, 3], activate: None, processors: 1, out_offset: 0}
  - {op: Conv2d, kernel_size: 5x5, activate: None, processors: 1, out_offset: 0}
  - {op: ConvTranspose2d, kernel_size: 1x1, activate: None, processors: 1, out_offset: 0}
  - {op: Conv1d, kernel_size: 3x1, pad: 1, activate: None, processors: 1, out_offset: 0}
  - {op: Conv1d, kernel_size: 10, pad: 1, activate: None, processors: 1, out_offset: 0}
  - {op: None, kernel_size: 3x3, processors: 1, out_offset: 0}
  - {op: Linear, kernel_size: 1x1, activate: None, processors: 1, out_offset: 0}
"), @r#"
    4:31 error AX024 L0: a Conv2d has the kernels `3x3` and `1x1`, but this is `3`
        safe: Write `3x3`
    5:31 error AX024 L1: a Conv2d has the kernels `3x3` and `1x1`, but this is `[3, 3]`
        safe: Write `3x3`
    6:31 error AX024 L2: a Conv2d has the kernels `3x3` and `1x1`, but this is `5x5`
        note: a larger kernel is built from several 3x3 layers
    7:40 error AX024 L3: a ConvTranspose2d has the kernel `3x3`, but this is `1x1`
    8:31 error AX024 L4: a Conv1d has a kernel length from 1 to 9, but this is `3x1`
        safe: Write `3`
    9:31 error AX024 L5: a Conv1d has a kernel length from 1 to 9, but this is `10`
    10:29 error AX024 L6: `3x3` is no kernel length from 1 to 9
        note: without a convolution there is no kernel: the key is not needed
    11:18 error AX023 L7: a Linear layer has no `kernel_size`; its kernel is always 1x1
        safe: Delete `kernel_size`
    "#);
}

#[test]
fn literals() {
    insta::assert_snapshot!(report("\
arch: demo
dataset: demo
layers:
  - op: Conv2d
    activate: None
    processors: 0111
    output_processors: 0x00000000000000000f
    in_offset: 020000
    out_offset: 2004
  - op: Conv2d
    activate: None
    processors: 1e5
    output_processors: 0x0000.0000.0000.00ff
    out_offset: 8192
  - op: Conv2d
    activate: None
    processors: 0x000000000000ff
    out_offset: 0x0000
"), @r#"
    6:17 warning AX051 L0: `0111` is an octal number, for its leading zero: it means 0x49, 3 processors
        unsafe: Write `0x0000000000000111`, what the digits look like
        display-only: Write `0x0000000000000049`, what it means now
    7:24 warning AX061 L0: this mask has 18 hex digits, not 16; it stands for 0x000000000000000f
        unsafe: Write `0x000000000000000f`, which is the same number
    8:16 warning AX051 L0: `020000` is an octal number, for its leading zero: it means 0x2000
        display-only: Write `0x2000`, what it means now
    9:17 warning AX062 L0: `2004` is decimal, 0x07d4; it looks like 0x2004
        unsafe: Write `0x2004`
    12:17 warning AX051 L1: `1e5` is text, which is read as hex: it means 0x1e5, 6 processors
        safe: Write `0x00000000000001e5`
    17:17 warning AX061 L2: this mask has 14 hex digits, not 16; it stands for 0x00000000000000ff
        unsafe: Write `0x00000000000000ff`, which is the same number
    "#);
}

#[test]
fn nobody_misses_a_key_that_is_misspelt() {
    let layer =
        "  - {op: Conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, activate: None, ";
    for keys in [
        "procesors: 0xf, out_offset: 0x2000}",
        "processors: 0xf, out_ofset: 0x2000}",
        "processors: 0xf, out_offset: 0x2000, poolstride: 2, max_pool: 2}",
    ] {
        let text = format!("arch: a\ndataset: d\nlayers:\n{layer}{keys}\n");
        let found = mistakes(&text);
        let codes: Vec<String> = found
            .iter()
            .map(|finding| finding.code.to_string())
            .collect();
        assert_eq!(codes, ["AX006"], "{keys}");
        let wrong = support::try_fixes(&text, &found, |text| check(text, &Facts::default()));
        assert_eq!(wrong, [""; 0], "{keys}");
    }
}
