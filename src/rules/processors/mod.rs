//! AX2: processors.

mod bias_group_unused_quadrant;
mod chw_lane_check_complete;
mod chw_multipass_input;
mod concat_order_first;
mod concat_order_last;
mod concat_output_overlap;
mod depthwise_input_alignment;
mod depthwise_output_alignment;
mod disconnected_masks;
mod eltwise_output_maps_differ;
mod input_processor_count;
mod input_processor_count_quad;
mod inputs_do_not_cover_processors;
pub(in crate::rules) mod masks;
mod masks_gaps_cost_memory;
mod output_lands_in_unused_quadrant;
mod output_processor_count;
mod passthrough_processor_map;
mod processors_without_data;
mod quadrant_0_unused;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &input_processor_count::RULE,
    &input_processor_count_quad::RULE,
    &output_processor_count::RULE,
    &passthrough_processor_map::RULE,
    &depthwise_output_alignment::RULE,
    &depthwise_input_alignment::RULE,
    &quadrant_0_unused::RULE,
    &bias_group_unused_quadrant::RULE,
    &chw_multipass_input::RULE,
    &inputs_do_not_cover_processors::RULE,
    &concat_output_overlap::RULE,
    &concat_order_first::RULE,
    &concat_order_last::RULE,
    &eltwise_output_maps_differ::RULE,
    &processors_without_data::RULE,
    &output_lands_in_unused_quadrant::RULE,
    &chw_lane_check_complete::RULE,
    &masks_gaps_cost_memory::RULE,
    &disconnected_masks::RULE,
];

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::diagnostic::Fix;
    use crate::facts::{Facts, parse_flags};
    use crate::text::apply_edits;

    /// What the rules on masks say of the layers: severity, code and layer.
    fn found_with(device: DeviceId, flags: &str, layers: &str) -> Vec<String> {
        let facts = Facts {
            device: Some(device),
            flags: Some(parse_flags(flags.split_whitespace()).expect("flags")),
            ..Facts::default()
        };
        let text = format!("arch: demo\ndataset: demo\nlayers:\n{layers}");
        check(&text, &facts)
            .into_iter()
            .filter(|finding| finding.code.0 / 100 == 2 && finding.code.0 != 253)
            .map(|finding| {
                let layer = finding
                    .layer
                    .map_or_else(String::new, |layer| format!(" L{layer}"));
                format!("{} {}{layer}", finding.severity, finding.code)
            })
            .collect()
    }

    fn found(layers: &str) -> Vec<String> {
        found_with(DeviceId::Max78000, "", layers)
    }

    /// A 3x3 convolution of an 8x8 input: in and out channels, and further keys.
    fn convolution(channels: [i64; 2], keys: &str) -> String {
        let [input, output] = channels;
        format!(
            "- {{op: conv2d, pad: 1, activate: none, in_channels: {input}, out_channels: {output}, \
             {keys}}}\n"
        )
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn several_passes_are_rounded_up_to_four() {
        let bits = |mask: &str| {
            let keys = format!("in_dim: [8, 8], out_offset: 0x2000, processors: {mask}");
            found(&convolution([100, 4], &keys))
        };
        assert_eq!(bits("0x000fffffffffffff"), NOTHING);
        assert_eq!(bits("0x0003ffffffffffff"), ["error AX201 L0"]);
        // 120 channels are 2 passes of 60.
        let keys = "in_dim: [8, 8], out_offset: 0x2000, processors: 0x0fffffffffffffff";
        assert_eq!(found(&convolution([120, 4], keys)), NOTHING);
    }

    #[test]
    fn a_mask_of_two_layers_is_one_fault() {
        let first = "in_dim: [8, 8], out_offset: 0x2000, processors: 0xf";
        let network = |mask: &str| {
            convolution([4, 8], first)
                + &convolution([8, 4], &format!("out_offset: 0, processors: {mask}"))
        };
        assert_eq!(found(&network("0xff")), NOTHING);
        // The fault lies where the text to edit is.
        assert_eq!(found(&network("0x7f")), ["error AX203 L1"]);
        // A number of channels is no mask.
        assert_eq!(found(&network("0x8")), ["error AX201 L1"]);
    }

    #[test]
    fn passthroughs_may_shift_within_a_quadrant() {
        let network = |mask: &str| {
            format!(
                "- {{op: none, in_channels: 4, in_dim: [8, 8], out_offset: 0x2000, \
                 processors: 0xf, output_processors: {mask}}}\n"
            )
        };
        assert_eq!(found(&network("0xf000")), NOTHING);
        assert_eq!(found(&network("0x1e")), NOTHING);
        assert_eq!(found(&network("0xf0000")), ["error AX204 L0"]);
        assert_eq!(found(&network("0x17")), ["error AX204 L0"]);
        assert_eq!(found(&network("0x1e000")), ["error AX204 L0"]);
    }

    #[test]
    fn depthwise_masks_are_aligned() {
        let network = |channels: i64, masks: &str| {
            let keys = format!("in_dim: [8, 8], groups: {channels}, out_offset: 0x2000, {masks}");
            found_with(DeviceId::Max78002, "", &convolution([channels; 2], &keys))
        };
        // Within 16 processors an input may start anywhere.
        let narrow = "processors: 0x1fffe, output_processors: 0xffff";
        assert_eq!(network(16, narrow), NOTHING);
        let wide = "processors: 0x3fffe, output_processors: 0x1ffff";
        assert_eq!(network(17, wide), ["error AX206 L0"]);
        let output = "processors: 0xf, output_processors: 0x3c";
        assert_eq!(network(4, output), ["error AX205 L0"]);
    }

    #[test]
    fn a_misaligned_reader_is_not_disconnected() {
        let first = "in_dim: [8, 8], out_offset: 0x2000, processors: 0xf, \
                     output_processors: 0x1ffff";
        let second = "groups: 17, out_offset: 0, processors: 0x3fffe, output_processors: 0x1ffff";
        let network = convolution([4, 17], first) + &convolution([17, 17], second);
        assert_eq!(
            found_with(DeviceId::Max78002, "", &network),
            ["error AX206 L1"]
        );
    }

    #[test]
    fn the_first_quadrant_and_those_of_the_bias() {
        let network = |keys: &str| {
            let keys = format!("in_dim: [8, 8], out_offset: 0x2000, {keys}");
            convolution([4, 4], &keys)
        };
        // The last layer writes to processor 0 by default.
        assert_eq!(found(&network("processors: 0xf0000")), NOTHING);
        let elsewhere = "processors: 0xf0000, output_processors: 0xf0000";
        assert_eq!(found(&network(elsewhere)), ["error AX207 L0"]);
        let bias = network("processors: 0xf0000, bias_group: [0, 1, 2]");
        assert_eq!(found(&bias), ["error AX208 L0"]);
        let flags = "--ignore-bias-groups";
        assert_eq!(
            found_with(DeviceId::Max78000, flags, &bias),
            ["warning AX208 L0"]
        );
    }

    #[test]
    fn chw_takes_an_instance_a_channel() {
        let network = |channels: i64, mask: &str| {
            let keys =
                format!("in_dim: [8, 8], out_offset: 0x2000, data_format: chw, processors: {mask}");
            found(&convolution([channels, 4], &keys))
        };
        assert_eq!(network(3, "0x842"), NOTHING);
        // The vendor's tool does not look at the upper two of four.
        assert_eq!(network(2, "0xc"), ["error AX252 L0"]);
        // What the mask names is no number of channels then.
        assert_eq!(network(3, "0xf"), ["error AX252 L0"]);
    }

    #[test]
    fn masks_of_neighbours_meet() {
        let network = |written: &str, keys: &str| {
            let first = format!(
                "in_dim: [8, 8], out_offset: 0x2000, processors: 0xf, output_processors: {written}"
            );
            let second = format!("out_offset: 0x4000, processors: 0xf0, {keys}");
            convolution([4, 4], &first) + &convolution([4, 4], &second)
        };
        assert_eq!(found(&network("0xf0", "")), NOTHING);
        assert_eq!(found(&network("0x1e0", "")), ["error AX254 L0"]);
        // It says itself that it reads something else.
        assert_eq!(found(&network("0x1e0", "in_offset: 0x1000")), NOTHING);
        // With `in_sequences` the vendor's tool warns, at the reader.
        assert_eq!(
            found(&network("0x1e0", "in_offset: 0x2000, in_sequences: 0")),
            ["error AX217 L1"]
        );
    }

    #[test]
    fn a_fix_keeps_the_style_of_the_mask() {
        let fix = |channels: i64, mask: &str| {
            let keys = format!("in_dim: [8, 8], out_offset: 0x2000, processors: {mask}");
            let text = format!(
                "arch: demo\ndataset: demo\nlayers:\n{}",
                convolution([channels, 4], &keys)
            );
            let facts = Facts {
                device: Some(DeviceId::Max78000),
                ..Facts::default()
            };
            let found = check(&text, &facts);
            let fix = found
                .iter()
                .filter(|finding| finding.code.0 == 201)
                .find_map(|finding| finding.fixes.first())?;
            Some(fix.edits.first()?.new_text.clone())
        };
        assert_eq!(fix(8, "0x0000.0070").as_deref(), Some("0x0000.0ff0"));
        assert_eq!(fix(8, "0x0000_0008").as_deref(), Some("0x0000_00ff"));
        // Bits with gaps can be meant in many ways.
        assert_eq!(fix(8, "0x1111"), None);
    }

    /// The titles of the fixes of a rule, and the layers with the first of them applied.
    fn mended(code: u16, flags: &str, layers: &str) -> String {
        let facts = Facts {
            device: Some(DeviceId::Max78000),
            flags: Some(parse_flags(flags.split_whitespace()).expect("flags")),
            ..Facts::default()
        };
        let head = "arch: demo\ndataset: demo\nlayers:\n";
        let text = format!("{head}{layers}");
        let found = check(&text, &facts);
        let found = found.iter().filter(|finding| finding.code.0 == code);
        let fixes: Vec<&Fix> = found.flat_map(|finding| &finding.fixes).collect();
        let titles: Vec<&str> = fixes.iter().map(|fix| fix.title.as_str()).collect();
        let Some(first) = fixes.first() else {
            return "no fix".to_owned();
        };
        let text = apply_edits(&text, &first.edits).expect("edits that apply");
        format!("{}\n{}", titles.join("\n"), &text[head.len()..])
    }

    #[test]
    fn a_fifo_or_chw_says_where_input_lies() {
        let quad = |mask: &str| {
            let keys = format!("in_dim: [8, 8], out_offset: 0x2000, processors: {mask}");
            mended(202, "--fast-fifo-quad --riscv", &convolution([2, 4], &keys))
        };
        insta::assert_snapshot!(quad("0x000b"), @r"
        Set `processors` of layer 0 to 0x0000000000000003
        - {op: conv2d, pad: 1, activate: none, in_channels: 2, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, processors: 0x0003}
        ");
        let chw = |channels: i64, mask: &str| {
            let keys =
                format!("in_dim: [8, 8], out_offset: 0x2000, data_format: chw, processors: {mask}");
            mended(252, "", &convolution([channels, 4], &keys))
        };
        insta::assert_snapshot!(chw(3, "0x0000_0013"), @r"
        Set `processors` of layer 0 to 0x0000000000000111
        - {op: conv2d, pad: 1, activate: none, in_channels: 3, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, data_format: chw, processors: 0x0000_0111}
        ");
        insta::assert_snapshot!(chw(3, "0x0007_0000"), @r"
        Set `processors` of layer 0 to 0x0000000001110000
        Set `data_format` to hwc: an instance for four channels
        - {op: conv2d, pad: 1, activate: none, in_channels: 3, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, data_format: chw, processors: 0x0111_0000}
        ");
        insta::assert_snapshot!(chw(20, "0x000f_ffff"), @r"
        Set `data_format` to hwc: an instance for four channels
        - {op: conv2d, pad: 1, activate: none, in_channels: 20, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, data_format: hwc, processors: 0x000f_ffff}
        ");
    }

    #[test]
    fn all_masks_move_to_the_first_quadrant() {
        let network = |keys: &str| {
            let first =
                format!("in_dim: [8, 8], out_offset: 0x2000, processors: 0x000f_0000, {keys}");
            let second =
                "out_offset: 0, processors: 0x0000_000f_0000_0000, output_processors: 0x000f_0000";
            convolution([4, 4], &first) + &convolution([4, 4], second)
        };
        let moved = mended(207, "", &network("bias_group: [1, 2]"));
        insta::assert_snapshot!(moved, @r"
        Move all masks down by 16 processors, to quadrant 0
        - {op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, processors: 0x0000_000f, bias_group: [0, 1]}
        - {op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, out_offset: 0, processors: 0x0000_0000_000f_0000, output_processors: 0x0000_000f}
        ");
        // Something lies in the first quadrant already, though nobody reads it there.
        let stays = mended(207, "", &network("output_processors: 0xf"));
        assert_eq!(stays, "no fix");
    }

    #[test]
    fn gaps_are_closed_for_all_who_use_the_mask() {
        let first =
            "in_dim: [8, 8], out_offset: 0x2000, processors: 0xf, output_processors: 0x1111";
        let second = "out_offset: 0, processors: 0x1111, output_processors: 0xf";
        let network = convolution([4, 4], first) + &convolution([4, 4], second);
        insta::assert_snapshot!(mended(253, "", &network), @r"
        Set `output_processors` of layer 0 and `processors` of layer 1 to 0x000000000000000f
        - {op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, in_dim: [8, 8], out_offset: 0x2000, processors: 0xf, output_processors: 0x000f}
        - {op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, out_offset: 0, processors: 0x000f, output_processors: 0xf}
        ");
    }
}
