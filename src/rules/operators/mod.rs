//! AX4: shapes and operators.

/// A complete network for an example, from its layers.
macro_rules! network {
    ($device:literal, $layers:literal) => {
        concat!(
            "# ai8x-lint: device=",
            $device,
            "\narch: demo\ndataset: demo\n\nlayers:\n",
            $layers
        )
    };
}

mod activation_on_passthrough;
mod buffer_insert_shape;
mod buffer_shift_operator;
mod conv1d_needs_1d;
mod conv1d_pad_multipass;
mod conv1d_with_eltwise;
mod convtranspose_output_pad;
mod counter_range;
mod delivery;
mod depthwise_bias_group;
mod dilation;
mod dilation_kernel_one;
mod dilation_kernel_too_long;
mod dilation_needs_conv1d;
mod dilation_too_large;
mod dilation_with_modes;
mod dilation_with_pad;
mod dilation_with_pool;
mod dim_limit_doc;
mod eltwise_conv_bias;
mod eltwise_multipass_combined;
mod flatten_channels;
mod flatten_expansion;
mod flatten_limits;
mod flatten_not_needed;
mod flatten_on_passthrough;
mod flatten_too_large;
mod flatten_with_pool;
mod frame_size;
mod groups;
mod groups_not_depthwise;
mod groups_not_dividing;
mod groups_unsupported;
mod groups_with_flatten;
mod in_dim_pixel_count;
mod input_dim_too_large;
mod input_shape_mismatch;
mod inputs_dims_differ;
mod no_input_dims;
mod non_square_pool_stride;
// A module cannot be called as a rule that starts with a digit.
#[path = "1d_data_into_2d_op.rs"]
mod one_d_data_into_2d_op;
mod operator_vs_weights_rank;
mod output_dim_too_large;
mod output_dim_zero;
mod output_pad_on_other_op;
mod output_shift_on_passthrough;
mod output_shift_range;
mod pad_not_smaller_than_kernel;
mod pad_on_passthrough;
mod pad_too_large;
mod passthrough_multipass_pool;
mod place;
mod pool_1d_passthrough;
mod pool_dilation_range;
mod pool_dilation_shape;
mod pool_last_operands;
mod pool_size_range;
mod pooled_dim_zero;
mod read_gap_multipass;
mod read_gap_unsupported;
mod stride_not_one;
mod timeslot_range;
mod wide_output_not_last;
mod wide_output_passthrough;
mod wide_output_with_activation;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &inputs_dims_differ::RULE,
    &no_input_dims::RULE,
    &one_d_data_into_2d_op::RULE,
    &in_dim_pixel_count::RULE,
    &non_square_pool_stride::RULE,
    &pooled_dim_zero::RULE,
    &stride_not_one::RULE,
    &flatten_too_large::RULE,
    &flatten_not_needed::RULE,
    &pad_too_large::RULE,
    &pad_on_passthrough::RULE,
    &pad_not_smaller_than_kernel::RULE,
    &input_dim_too_large::RULE,
    &output_dim_too_large::RULE,
    &output_dim_zero::RULE,
    &activation_on_passthrough::RULE,
    &buffer_shift_operator::RULE,
    &conv1d_with_eltwise::RULE,
    &conv1d_pad_multipass::RULE,
    &pool_last_operands::RULE,
    &dilation_needs_conv1d::RULE,
    &dilation_kernel_one::RULE,
    &dilation_with_pool::RULE,
    &dilation_with_pad::RULE,
    &dilation_with_modes::RULE,
    &dilation_too_large::RULE,
    &dilation_kernel_too_long::RULE,
    &output_shift_on_passthrough::RULE,
    &passthrough_multipass_pool::RULE,
    &convtranspose_output_pad::RULE,
    &output_pad_on_other_op::RULE,
    &groups_not_dividing::RULE,
    &flatten_on_passthrough::RULE,
    &flatten_with_pool::RULE,
    &groups_unsupported::RULE,
    &groups_not_depthwise::RULE,
    &groups_with_flatten::RULE,
    &depthwise_bias_group::RULE,
    &read_gap_unsupported::RULE,
    &read_gap_multipass::RULE,
    &pool_dilation_range::RULE,
    &wide_output_passthrough::RULE,
    &wide_output_with_activation::RULE,
    &wide_output_not_last::RULE,
    &output_shift_range::RULE,
    &eltwise_multipass_combined::RULE,
    &eltwise_conv_bias::RULE,
    &input_shape_mismatch::RULE,
    &buffer_insert_shape::RULE,
    &pool_size_range::RULE,
    &frame_size::RULE,
    &counter_range::RULE,
    &flatten_channels::RULE,
    &conv1d_needs_1d::RULE,
    &timeslot_range::RULE,
    &pool_dilation_shape::RULE,
    &flatten_limits::RULE,
    &flatten_expansion::RULE,
    &dim_limit_doc::RULE,
    &operator_vs_weights_rank::RULE,
    &pool_1d_passthrough::RULE,
];

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::diagnostic::Severity;
    use crate::facts::{Facts, Flags, Weight};

    const MAX78000: Facts = facts(DeviceId::Max78000);
    const MAX78002: Facts = facts(DeviceId::Max78002);

    const fn facts(device: DeviceId) -> Facts {
        Facts {
            device: Some(device),
            input: None,
            arch: None,
            weights: None,
            flags: None,
            model: None,
        }
    }

    fn weight(in_channels: i64, out_channels: i64, kernel: &[i64]) -> Weight {
        Weight {
            in_channels,
            out_channels,
            kernel: kernel.to_vec(),
            bits: None,
            bias: None,
            groups: None,
        }
    }

    /// What this area finds in these layers, severities other than errors named.
    fn found(facts: &Facts, layers: &[&str]) -> String {
        let layers: String = layers
            .iter()
            .map(|layer| format!("  - {{{layer}}}\n"))
            .collect();
        let text = format!("arch: demo\ndataset: demo\nlayers:\n{layers}");
        let found: Vec<String> = check(&text, facts)
            .iter()
            .filter(|finding| finding.code.0 / 100 == 4)
            .map(|finding| match finding.severity {
                Severity::Error => finding.code.to_string(),
                other => format!("{} {other}", finding.code),
            })
            .collect();
        found.join(", ")
    }

    /// One convolution of 8x8 pixels with these keys.
    fn conv(facts: &Facts, keys: &str) -> String {
        let layer = format!("op: conv2d, in_dim: [8, 8], {CHANNELS}, {keys}");
        found(facts, &[&layer])
    }

    /// One Conv1d of 64 samples with these keys.
    fn conv1d(facts: &Facts, keys: &str) -> String {
        let layer = format!("op: conv1d, in_dim: 64, {CHANNELS}, {keys}");
        found(facts, &[&layer])
    }

    const CHANNELS: &str = "in_channels: 4, out_channels: 4, processors: 0xf, out_offset: 0x2000";

    #[test]
    fn padding() {
        for (kernel, pad, expected) in [
            (9, 2, ""),
            (9, 3, "AX411"),
            (2, 1, ""),
            (2, 2, "AX413"),
            // Too much for the hardware is the one thing to say.
            (1, 3, "AX411"),
        ] {
            let keys = format!("kernel_size: {kernel}, pad: {pad}");
            assert_eq!(conv1d(&MAX78000, &keys), expected, "{keys}");
        }
        assert_eq!(conv1d(&MAX78000, "kernel_size: 1"), "AX413");
        assert_eq!(
            found(
                &MAX78000,
                &["op: none, in_dim: [8, 8], processors: 1, pad: 3"]
            ),
            "AX412"
        );
    }

    #[test]
    fn settings_are_wrong_each_by_itself() {
        assert_eq!(
            conv(&MAX78000, "stride: 2, pad: 3, kernel_size: 3x3"),
            "AX408, AX411"
        );
        // Even where nobody knows the dimensions.
        assert_eq!(
            found(&MAX78000, &["op: conv2d, processors: 1, stride: 2"]),
            "AX408"
        );
        // With pooling the stride is AX026.
        assert_eq!(
            conv(&MAX78000, "stride: 2, max_pool: 2, pool_stride: 2"),
            ""
        );
        assert_eq!(
            found(
                &MAX78000,
                &[
                    "op: convtranspose2d, in_dim: [8, 8], in_channels: 4, processors: 0xf, stride: 2"
                ]
            ),
            ""
        );
    }

    #[test]
    fn dimensions() {
        for (facts, in_dim, expected) in [
            (&MAX78000, 1023, ""),
            (&MAX78000, 1024, "AX466 information"),
            (&MAX78000, 1025, "AX414"),
            (&MAX78002, 1025, ""),
            (&MAX78002, 2048, "AX466 information"),
            (&MAX78002, 2049, "AX414"),
        ] {
            let layer = format!("op: conv1d, kernel_size: 3, pad: 0, in_dim: {in_dim}, {CHANNELS}");
            assert_eq!(found(facts, &[&layer]), expected, "{in_dim}");
        }
        for (in_dim, expected) in [(512, "AX455"), (511, ""), (513, "AX415")] {
            let layer = format!("op: convtranspose2d, pad: 1, in_dim: [{in_dim}, 2], {CHANNELS}");
            let without_documentation = found(&MAX78000, &[&layer]);
            let without_documentation = without_documentation.replace(", AX466 information", "");
            assert_eq!(without_documentation, expected, "{in_dim}");
        }
        // The MAX78000 counts the padding.
        for (facts, expected) in [(&MAX78000, "AX455"), (&MAX78002, "")] {
            let layer = format!("op: conv1d, kernel_size: 3, pad: 1, in_dim: 1023, {CHANNELS}");
            assert_eq!(found(facts, &[&layer]), expected);
        }
    }

    #[test]
    fn dilated_conv1d() {
        for (keys, expected) in [
            ("kernel_size: 3, dilation: 4, pad: 1", ""),
            ("kernel_size: 3, dilation: 5, pad: 1", "AX425"),
            ("kernel_size: 3, dilation: 5", "AX425"),
            ("kernel_size: 3, dilation: 5, pad: 0", ""),
            ("kernel_size: 3, dilation: 5, pad: 3", "AX411"),
            ("kernel_size: 2, dilation: 9, pad: 2", "AX413"),
            ("kernel_size: 5, dilation: 2, pad: 0", ""),
            ("kernel_size: 5, dilation: 3, pad: 0", "AX429"),
            ("kernel_size: 1, dilation: 3, pad: 0", "AX423"),
            (
                "kernel_size: 3, dilation: 4, pad: 0, max_pool: 2, pool_stride: 1",
                "",
            ),
            (
                "kernel_size: 3, dilation: 5, pad: 0, max_pool: 2, pool_stride: 1",
                "AX424",
            ),
        ] {
            assert_eq!(conv1d(&MAX78000, keys), expected, "{keys}");
        }
    }

    #[test]
    fn many_channels() {
        let padded = |facts: &Facts, channels: i64| {
            let layer = format!(
                "op: conv1d, kernel_size: 3, pad: 1, in_dim: 16, in_channels: {channels}, \
                 out_channels: 4, processors: 0xffffffffffffffff, out_offset: 0x2000"
            );
            found(facts, &[&layer])
        };
        assert_eq!(padded(&MAX78002, 64), "");
        assert_eq!(padded(&MAX78002, 65), "AX420");
        assert_eq!(padded(&MAX78000, 65), "");
        let unsafe_limits = Facts {
            flags: Some(Flags {
                ignore_hw_limits: true,
                ..Flags::default()
            }),
            ..MAX78002
        };
        assert_eq!(padded(&unsafe_limits, 65), "AX420 warning");

        let pooled = |facts: &Facts, channels: i64, dim: i64| {
            let layer = format!(
                "op: none, max_pool: 2, pool_stride: 2, in_dim: [{dim}, {dim}], \
                 in_channels: {channels}, processors: 0xffffffffffffffff, out_offset: 0x2000"
            );
            found(facts, &[&layer])
        };
        assert_eq!(pooled(&MAX78000, 64, 8), "");
        assert_eq!(pooled(&MAX78000, 68, 8), "AX431");
        assert_eq!(pooled(&MAX78000, 68, 2), "");
        assert_eq!(pooled(&MAX78002, 68, 8), "");
    }

    #[test]
    fn operands_in_several_passes() {
        let sum = |facts: &Facts, channels: i64, operands: i64, keys: &str| {
            let layer = format!(
                "eltwise: add, operands: {operands}, in_dim: [4, 4], in_channels: {channels}, \
                 out_channels: 64, processors: 0xffffffffffffffff, out_offset: 0x2000, {keys}"
            );
            found(facts, &[&layer])
        };
        let convolves = "op: conv2d, kernel_size: 3x3, pad: 1";
        assert_eq!(sum(&MAX78000, 64, 3, convolves), "");
        assert_eq!(sum(&MAX78000, 128, 2, convolves), "");
        assert_eq!(sum(&MAX78000, 128, 3, convolves), "AX449");
        assert_eq!(sum(&MAX78000, 192, 2, convolves), "AX449");
        assert_eq!(sum(&MAX78002, 192, 2, convolves), "");
        assert_eq!(sum(&MAX78000, 192, 2, "op: none"), "");
        assert_eq!(sum(&MAX78000, 192, 2, "op: none, pool_stride: 2"), "AX449");
    }

    #[test]
    fn groups() {
        let grouped = |facts: &Facts, keys: &str| {
            let layer = format!(
                "op: conv2d, in_dim: [8, 8], kernel_size: 3x3, pad: 1, out_offset: 0x2000, {keys}"
            );
            found(facts, &[&layer])
        };
        let four = "in_channels: 4, out_channels: 4, processors: 0xf";
        assert_eq!(grouped(&MAX78002, &format!("{four}, groups: 4")), "");
        assert_eq!(grouped(&MAX78002, &format!("{four}, groups: 2")), "AX439");
        assert_eq!(grouped(&MAX78002, &format!("{four}, groups: 3")), "AX435");
        assert_eq!(grouped(&MAX78000, &format!("{four}, groups: 3")), "AX438");
        assert_eq!(grouped(&MAX78000, &format!("{four}, groups: 1")), "");
        // A mask tells the channels, but the number of groups does so better.
        assert_eq!(grouped(&MAX78002, "processors: 0xff, groups: 3"), "");
    }

    #[test]
    fn flattening() {
        let linear = |channels: i64, dim: [i64; 2]| {
            let layer = format!(
                "op: linear, flatten: true, in_dim: {dim:?}, in_channels: {channels}, \
                 out_channels: 4, processors: 0xf, out_offset: 0x2000"
            );
            found(&MAX78000, &[&layer])
        };
        assert_eq!(linear(4 * 256, [16, 16]), "");
        assert_eq!(linear(4 * 272, [16, 17]), "AX409");
        assert_eq!(linear(4, [1, 1]), "AX410 warning");
        assert_eq!(linear(15, [4, 4]), "AX456");
        assert_eq!(linear(64 * 256, [16, 16]), "");
        assert_eq!(linear(128 * 256, [16, 16]), "AX461");
        assert_eq!(linear(104 * 4, [2, 2]), "");
        assert_eq!(linear(100 * 4, [2, 2]), "AX462");
        // More pixels than fit are the one thing to say, not also that the channels are too few.
        assert_eq!(linear(100, [32, 32]), "AX409");
        assert_eq!(
            found(
                &MAX78000,
                &[
                    "op: none, flatten: true, max_pool: 2, pool_stride: 2, in_dim: [8, 8], \
                   in_channels: 4, processors: 0xf, out_offset: 0x2000"
                ]
            ),
            "AX436"
        );
    }

    #[test]
    fn wide_outputs() {
        let wide = "op: conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 4, processors: 0xf, \
                    out_offset: 0x2000, output_width: 32";
        let other = "op: conv2d, in_channels: 4, out_channels: 4, processors: 0xf, \
                     out_offset: 0x4000";
        assert_eq!(found(&MAX78000, &[wide]), "");
        assert_eq!(found(&MAX78000, &[wide, other]), "AX447");
        // A second head that reads something else leaves the first one's output alone.
        let reads_input = format!("{other}, in_sequences: input, in_offset: 0");
        assert_eq!(found(&MAX78000, &[wide, &reads_input]), "");
        assert_eq!(
            found(&MAX78000, &[&format!("{wide}, activate: relu")]),
            "AX446"
        );
        let none = "op: none, in_dim: [8, 8], in_channels: 4, processors: 0xf, \
                    out_offset: 0x2000, output_width: 32";
        assert_eq!(found(&MAX78000, &[none, other]), "AX445");
    }

    #[test]
    fn output_shifts() {
        let shifted = |keys: &str| conv(&MAX78002, &format!("kernel_size: 3x3, pad: 1, {keys}"));
        for (bits, low, high) in [("8", -15, 15), ("4", -19, 11), ("2", -21, 9), ("1", -22, 8)] {
            for (shift, expected) in [
                (low, ""),
                (high, ""),
                (low - 1, "AX448"),
                (high + 1, "AX448"),
            ] {
                let keys = format!("quantization: {bits}, output_shift: {shift}");
                assert_eq!(shifted(&keys), expected, "{keys}");
            }
        }
        assert_eq!(shifted("quantization: bin, output_shift: 9"), "AX448");
        assert_eq!(shifted("output_shift: 16"), "AX448");
        assert_eq!(shifted("output_shift: -16"), "AX448 warning");
        assert_eq!(shifted("output_shift: -23"), "AX448");
        assert_eq!(shifted("bypass: true, output_shift: 15"), "");
    }

    #[test]
    fn biases_beside_operands() {
        let with = |device: &Facts, bias: Option<bool>| {
            let facts = Facts {
                input: Some([8, 8, 8]),
                weights: Some(vec![Weight {
                    bias,
                    ..weight(4, 4, &[3, 3])
                }]),
                ..device.clone()
            };
            found(
                &facts,
                &[
                    "op: conv2d, eltwise: add, kernel_size: 3x3, pad: 1, processors: 0xf, \
                   out_offset: 0x2000",
                ],
            )
        };
        assert_eq!(with(&MAX78002, Some(true)), "AX450");
        assert_eq!(with(&MAX78002, Some(false)), "");
        assert_eq!(with(&MAX78002, None), "");
        assert_eq!(with(&MAX78000, Some(true)), "");
    }

    #[test]
    fn dilated_pooling() {
        for (facts, keys, expected) in [
            (&MAX78000, "max_pool: 2, pool_dilation: 1", ""),
            (&MAX78000, "max_pool: 2, pool_dilation: 2", "AX444"),
            (&MAX78002, "max_pool: 2, pool_dilation: 4", ""),
            (&MAX78002, "max_pool: 2, pool_dilation: 17", "AX444"),
            (
                &MAX78002,
                "max_pool: 3, pool_dilation: 7",
                "AX459 information",
            ),
            (
                &MAX78002,
                "max_pool: 3, pool_dilation: 8",
                "AX453, AX459 information",
            ),
        ] {
            let layer = format!(
                "op: conv2d, kernel_size: 3x3, pad: 1, in_dim: [32, 32], {CHANNELS}, \
                 pool_stride: 1, {keys}"
            );
            assert_eq!(found(facts, &[&layer]), expected, "{keys}");
        }
    }

    #[test]
    fn what_arrives_is_what_is_read() {
        let facts = |flags: Option<Flags>| Facts {
            input: Some([4, 8, 8]),
            weights: Some(vec![weight(4, 16, &[3, 3]), weight(8, 4, &[3, 3])]),
            flags,
            ..MAX78000
        };
        let first = "op: conv2d, kernel_size: 3x3, pad: 1, processors: 0xf, \
                     output_processors: 0xffff, out_offset: 0x2000";
        let second = "op: conv2d, kernel_size: 3x3, pad: 1, processors: 0xff, out_offset: 0x4000";
        assert_eq!(found(&facts(None), &[first, second]), "AX451");
        // Both wrong dimensions and wrong channels are one mismatch.
        let folded = format!("{second}, in_dim: [16, 8]");
        assert_eq!(found(&facts(None), &[first, &folded]), "");
        let misfolded = format!("{second}, in_dim: [15, 8]");
        assert_eq!(found(&facts(None), &[first, &misfolded]), "AX451");
        let reshapes = Flags {
            reshape_inputs: true,
            ..Flags::default()
        };
        assert_eq!(found(&facts(Some(reshapes)), &[first, &misfolded]), "");
        // Where the channels are not known, the number of values may still be impossible.
        let first = "op: conv2d, in_dim: [8, 8], in_channels: 4, out_channels: 16, processors: 0xf, \
                     output_processors: 0xffff, out_offset: 0x2000";
        let second = "op: conv1d, kernel_size: 3, pad: 1, processors: 0xffffffffff, \
                      out_offset: 0x4000";
        assert_eq!(
            found(&MAX78000, &[first, &format!("{second}, in_dim: 25")]),
            "AX451"
        );
        assert_eq!(
            found(&MAX78000, &[first, &format!("{second}, in_dim: 16")]),
            ""
        );
    }

    #[test]
    fn columns() {
        let column = |keys: &str| {
            let facts = Facts {
                input: Some([4, 8, 8]),
                ..MAX78000
            };
            found(
                &facts,
                &[&format!(
                    "op: conv1d, kernel_size: 3, pad: 1, in_channels: 4, out_channels: 4, \
                     processors: 0xf, out_offset: 0x2000{keys}"
                )],
            )
        };
        assert_eq!(column(""), "AX457");
        assert_eq!(column(", in_dim: 64"), "");
        assert_eq!(column(", in_dim: [63, 2]"), "AX457");
        assert_eq!(column(", in_dim: 63"), "AX451");
    }

    #[test]
    fn ranks_of_weights() {
        let fits = |layer: &str, kernel: &[i64]| {
            let facts = Facts {
                input: Some([4, 8, 1]),
                weights: Some(vec![weight(4, 4, kernel)]),
                ..MAX78000
            };
            found(
                &facts,
                &[&format!("{layer}, processors: 0xf, out_offset: 0x2000")],
            )
        };
        assert_eq!(fits("op: conv2d, kernel_size: 1x1, pad: 0", &[1]), "");
        assert_eq!(fits("op: conv2d, kernel_size: 3x3, pad: 1", &[3]), "AX467");
        assert_eq!(fits("op: conv1d, kernel_size: 3, pad: 1", &[3, 3]), "AX467");
        assert_eq!(fits("op: linear, in_dim: 8", &[3]), "AX467");
        assert_eq!(fits("op: linear, in_dim: 8", &[1, 1]), "");
    }

    #[test]
    fn time_slots() {
        let depthwise = |channels: i64, output: &str| {
            let mask = (1_u64 << channels) - 1;
            let layer = format!(
                "op: conv2d, kernel_size: 3x3, pad: 1, in_dim: [8, 8], groups: {channels}, \
                 processors: {mask:#x}, output_processors: {output}, out_offset: 0x2000, \
                 output_width: 32"
            );
            found(&MAX78002, &[&layer])
        };
        assert_eq!(depthwise(4, "0xf0"), "");
        assert_eq!(depthwise(5, "0x1f0"), "AX458");
        assert_eq!(depthwise(5, "0x1f"), "");
    }

    #[test]
    fn findings_of_one_chip_need_that_chip() {
        let nobody = Facts::default();
        assert_eq!(conv(&nobody, "groups: 4, kernel_size: 3x3, pad: 1"), "");
        assert_eq!(
            conv(&nobody, "dilation: 2, kernel_size: 3x3, pad: 1"),
            "AX422"
        );
    }
}
