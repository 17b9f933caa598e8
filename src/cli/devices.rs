//! `ai8x-lint devices`: the facts of both chips beside each other.

use std::fmt::Write;

use crate::device::{
    Device, INSTANCES, MAX78000, MAX78002, PROCESSORS, PROCESSORS_PER_INSTANCE, QUADRANTS,
};

/// A fact: what it is, and how a chip's table says it.
type Row = (&'static str, fn(&Device) -> String);

const ROWS: &[Row] = &[
    ("processors", |_| PROCESSORS.to_string()),
    ("quadrants", |_| QUADRANTS.to_string()),
    ("data-memory instances", |_| INSTANCES.to_string()),
    ("processors of an instance", |_| {
        PROCESSORS_PER_INSTANCE.to_string()
    }),
    ("bytes of an instance", |device| hex(device.instance_bytes)),
    ("distance of two instances", |device| {
        hex(device.instance_pitch)
    }),
    ("`out_offset` below", |device| hex(device.out_offset_limit)),
    ("layers", |device| device.max_layers.to_string()),
    ("layers that can stream", |device| {
        device.max_streaming_layers.to_string()
    }),
    ("channels", |device| device.max_channels.to_string()),
    ("height and width", |device| {
        device.documented_max_dim.to_string()
    }),
    ("kernel words of a processor", |device| {
        device.kernel_words.to_string()
    }),
    ("kernel words of processors 0, 16, 32, 48", |device| {
        device.kernel_words_large.to_string()
    }),
    ("bias bytes of a quadrant", |device| {
        device.bias_bytes.to_string()
    }),
    ("`dilation` of a Conv1d", |device| {
        device.max_dilation.to_string()
    }),
    ("`pool_dilation`", |device| {
        device.max_pool_dilation.to_string()
    }),
    ("depthwise convolution", |device| yes_no(device.depthwise)),
    ("`read_gap`", |device| yes_no(device.read_gap)),
    ("`calcx4`, `readahead`, `snoop`, `bypass`", |device| {
        yes_no(device.extended_features)
    }),
    ("element-wise and convolution with bias", |device| {
        yes_no(device.eltwise_conv_bias)
    }),
    ("streaming passthrough", |device| {
        yes_no(device.streaming_passthrough)
    }),
];

/// The table.
pub(super) fn table() -> String {
    let mut out = String::new();
    row(&mut out, "", MAX78000.name, MAX78002.name);
    for (name, value) in ROWS {
        row(&mut out, name, &value(&MAX78000), &value(&MAX78002));
    }
    out
}

fn row(out: &mut String, name: &str, left: &str, right: &str) {
    let _ = writeln!(out, "{name:<42}{left:>10}{right:>10}");
}

fn hex(bytes: i64) -> String {
    format!("0x{bytes:x}")
}

fn yes_no(capability: bool) -> String {
    if capability { "yes" } else { "no" }.to_owned()
}
