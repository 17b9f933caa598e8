//! AX3: data memory.

mod concat_in_offset;
mod data_buffer_clobbered;
mod dilation_out_offset;
mod dilation_shadow_write;
mod fifo_input_overwritten;
pub(in crate::rules) mod free;
mod gap_extent_overflow;
mod in_offset_defaults_to_previous;
mod in_offset_without_in_sequences;
mod in_place_reader;
mod input_exceeds_memory;
mod input_loader;
mod input_loader_overlap;
mod interleave_in_offset;
mod linear_output_reshaped;
mod live_data_overwritten;
mod missing_in_sequences;
mod multi_pass_offset_mark;
mod network_input_overwritten;
mod next_input_dims;
mod out_offset_range;
mod output_exceeds_memory;
mod output_layer_write_gap;
mod output_overwrites_input;
mod overlap;
mod readahead_instance_conflict;
mod stream_tail_unprotected;
mod unaligned_offset;
mod uninitialised_read;
mod unload_not_written;
mod write_pointer_range;

use super::Rule;

/// The rules of this area, by code.
pub static RULES: &[&Rule] = &[
    &out_offset_range::RULE,
    &input_exceeds_memory::RULE,
    &output_exceeds_memory::RULE,
    &output_overwrites_input::RULE,
    &input_loader_overlap::RULE,
    &in_offset_without_in_sequences::RULE,
    &concat_in_offset::RULE,
    &interleave_in_offset::RULE,
    &next_input_dims::RULE,
    &dilation_out_offset::RULE,
    &readahead_instance_conflict::RULE,
    &write_pointer_range::RULE,
    &live_data_overwritten::RULE,
    &in_place_reader::RULE,
    &network_input_overwritten::RULE,
    &gap_extent_overflow::RULE,
    &unaligned_offset::RULE,
    &fifo_input_overwritten::RULE,
    &stream_tail_unprotected::RULE,
    &uninitialised_read::RULE,
    &in_offset_defaults_to_previous::RULE,
    &output_layer_write_gap::RULE,
    &unload_not_written::RULE,
    &data_buffer_clobbered::RULE,
    &dilation_shadow_write::RULE,
    &multi_pass_offset_mark::RULE,
    &linear_output_reshaped::RULE,
    &missing_in_sequences::RULE,
];

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::diagnostic::{Finding, Severity};
    use crate::facts::{Facts, parse_flags};

    /// What the rules on data memory find on a MAX78000; no flags are unknown flags.
    fn findings(flags: Option<&str>, layers: &str) -> Vec<Finding> {
        let facts = Facts {
            device: Some(DeviceId::Max78000),
            flags: flags.map(|flags| parse_flags(flags.split_whitespace()).expect("flags")),
            ..Facts::default()
        };
        let text = format!("arch: demo\ndataset: demo\nlayers:\n{layers}");
        check(&text, &facts)
            .into_iter()
            .filter(|finding| finding.code.0 / 100 == 3)
            .collect()
    }

    /// Severity, code and layer of each.
    fn found(flags: Option<&str>, layers: &str) -> Vec<String> {
        findings(flags, layers)
            .into_iter()
            .map(|finding| {
                let layer = finding
                    .layer
                    .map_or_else(String::new, |layer| format!(" L{layer}"));
                format!("{} {}{layer}", finding.severity, finding.code)
            })
            .collect()
    }

    /// A 3x3 convolution of 4 channels in processors 0 to 3, with further keys.
    fn convolution(keys: &str) -> String {
        format!(
            "- {{op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, \
             processors: 0xf, output_processors: 0xf, {keys}}}\n"
        )
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn data_may_end_where_its_instance_does() {
        let output = |offset: &str, keys: &str| {
            let keys = format!("in_dim: [16, 16], out_offset: {offset}, {keys}");
            found(Some(""), &convolution(&keys))
        };
        assert_eq!(output("0x7c00", ""), NOTHING);
        assert_eq!(output("0x7c04", ""), ["error AX303 L0"]);
        // 256 words with one free word between each two: the last gap is not written.
        assert_eq!(output("0x7804", "write_gap: 1"), NOTHING);
        assert_eq!(output("0x7808", "write_gap: 1"), ["error AX354 L0"]);
        assert_eq!(output("0x20000", ""), ["error AX301 L0"]);
        let input = |offset: &str| {
            let keys = format!("in_dim: [16, 16], in_offset: {offset}, out_offset: 0");
            found(Some(""), &convolution(&keys))
        };
        assert_eq!(input("0x7c00"), NOTHING);
        assert_eq!(input("0x7c04"), ["error AX302 L0"]);
        // Without flags a large first layer may stream.
        let large = convolution("in_dim: [128, 128], max_pool: 8, pool_stride: 8, out_offset: 0");
        assert_eq!(found(None, &large), NOTHING);
    }

    #[test]
    fn an_offset_that_the_hardware_rounds_has_no_followers() {
        let network = convolution("in_dim: [8, 8], out_offset: 0x2002")
            + &convolution("in_offset: 0x2000, out_offset: 0");
        assert_eq!(found(Some(""), &network), ["error AX355 L0"]);
    }

    #[test]
    fn overwriting_is_judged_by_who_needs_the_data() {
        // The input: a FIFO may deliver it.
        let in_place = convolution("in_dim: [16, 16], out_offset: 0");
        assert_eq!(found(Some(""), &in_place), ["error AX304 L0"]);
        assert_eq!(found(None, &in_place), ["information AX304 L0"]);
        // With one, it lies there all the same; this layer writes each pixel behind its window.
        assert_eq!(found(Some("--fifo"), &in_place), ["warning AX356 L0"]);
        let ahead = convolution("in_dim: [16, 16], out_offset: 0x0200");
        assert_eq!(found(Some("--fifo"), &ahead), ["error AX356 L0"]);
        // `--overlap-data` leaves what is lost for certain.
        assert_eq!(found(Some("--overlap-data"), &ahead), ["error AX352 L0"]);
        assert_eq!(
            found(Some("--overlap-data"), &in_place),
            ["warning AX352 L0"]
        );
    }

    #[test]
    fn who_lies_wrong_itself_is_no_victim() {
        let network = convolution("in_dim: [16, 16], out_offset: 0x2000")
            + &convolution("out_offset: 0x2000") // should be 0
            + &convolution("out_offset: 0x2000");
        assert_eq!(found(Some(""), &network), ["error AX304 L1"]);
    }

    #[test]
    fn the_lowest_free_offset_is_told() {
        let network = convolution("in_dim: [16, 16], out_offset: 0x0400")
            + &convolution("out_offset: 0x0400")
            + &convolution("in_sequences: 0, in_offset: 0x0400, out_offset: 0x0800");
        let found = findings(Some(""), &network);
        let fixes = found.iter().flat_map(|finding| &finding.fixes);
        let titles: Vec<&str> = fixes.map(|fix| fix.title.as_str()).collect();
        // The input is not needed any more, the first output is, and the third layer writes at
        // 0x0800 only later.
        let wanted = "Move `out_offset` of layer 1 to 0x0000 (free to the end)";
        assert!(titles.contains(&wanted), "{titles:?}");
    }

    #[test]
    fn what_runs_past_the_memory_moves_to_a_free_place() {
        let network = convolution("in_dim: [16, 16], out_offset: 0x7e00")
            + &convolution("in_offset: 0x7e00, out_offset: 0x2000");
        let found = findings(Some(""), &network);
        let fixes = found.iter().flat_map(|finding| &finding.fixes);
        let titles: Vec<&str> = fixes.map(|fix| fix.title.as_str()).collect();
        let wanted = "Move `out_offset` of layer 0 to 0x0400, and `in_offset` of layer 1 with it \
                      (free to the end)";
        assert_eq!(titles, [wanted]);
    }

    #[test]
    fn what_fits_nowhere_has_no_place_to_move_to() {
        let found = findings(
            Some(""),
            &convolution("in_dim: [100, 100], out_offset: 0x7e00"),
        );
        assert!(found.iter().all(|finding| finding.fixes.is_empty()));
    }

    #[test]
    fn offsets_without_a_source() {
        let network = |offset: &str| {
            convolution("in_dim: [8, 8], out_offset: 0x2000")
                + &convolution("out_offset: 0x4000")
                + &convolution(&format!("in_offset: {offset}, out_offset: 0x6000"))
        };
        assert_eq!(found(Some(""), &network("0x4000")), NOTHING);
        // An earlier output that is still there.
        assert_eq!(found(Some(""), &network("0x2000")), ["warning AX366 L2"]);
        // Words that somebody wrote, but not as an output of this shape.
        assert_eq!(found(Some(""), &network("0x0000")), ["warning AX308 L2"]);
        // Words that nobody wrote.
        assert_eq!(found(Some(""), &network("0x1000")), ["error AX358 L2"]);
        let mended = findings(Some(""), &network("0x2000"))
            .into_iter()
            .flat_map(|finding| finding.fixes)
            .flat_map(|fix| fix.edits)
            .any(|edit| edit.new_text.contains("in_sequences: 0"));
        assert!(mended);
    }

    #[test]
    fn a_reference_across_a_hole_is_not_offered() {
        let network = convolution("in_dim: [8, 8], out_offset: 0x2000")
            + &convolution("sequence: 2, out_offset: 0x4000")
            + &convolution("in_offset: 0x2000, out_offset: 0x6000");
        let found = findings(Some(""), &network);
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|finding| finding.fixes.is_empty()));
    }

    #[test]
    fn inputs_one_behind_the_other() {
        let network = |offset: &str| {
            convolution("in_dim: [8, 8], out_offset: 0x2000")
                + &convolution(&format!("out_offset: {offset}"))
                + &convolution(
                    "in_sequences: [0, 1], in_offset: 0x2000, in_dim: [16, 8], out_offset: 0x4000",
                )
        };
        assert_eq!(found(Some(""), &network("0x2100")), NOTHING);
        let wrong = found(Some(""), &network("0x2200"));
        assert!(
            wrong.iter().any(|found| found.contains("AX310 L1")),
            "{wrong:?}"
        );
    }

    #[test]
    fn the_vendors_marks_of_several_passes() {
        let network = |offset: &str| {
            format!(
                "- {{op: conv2d, pad: 1, activate: none, in_channels: 128, out_channels: 4, \
                 in_dim: [8, 8], processors: 0xffffffffffffffff, in_offset: {offset}, \
                 out_offset: 0x4000}}\n"
            )
        };
        assert_eq!(found(Some(""), &network("0x0000")), NOTHING);
        assert_eq!(found(Some(""), &network("0x0014")), ["error AX306 L0"]);
        assert_eq!(
            found(Some(""), &network("0x0010")),
            ["information AX364 L0"]
        );
        // Behind the last word of the other pass there is nothing to meet.
        assert_eq!(
            found(Some(""), &network("0x0204")),
            ["information AX364 L0"]
        );
    }

    #[test]
    fn a_pixel_is_no_image() {
        let network = |channels: i64, mask: &str| {
            format!(
                "- {{op: linear, flatten: true, activate: relu, in_channels: 256, in_dim: [4, 4], \
                 out_channels: 256, processors: 0xffff, output_processors: 0xffffffffffffffff, \
                 out_offset: 0x2000}}\n\
                 - {{op: conv2d, pad: 1, activate: none, in_channels: {channels}, \
                 out_channels: 4, in_dim: [{side}, {side}], processors: {mask}, out_offset: 0}}\n",
                side = if channels == 16 { 4 } else { 2 }
            )
        };
        assert_eq!(found(Some(""), &network(16, "0xffff")), ["error AX365 L1"]);
        // 4 passes of one pixel are the words of 4 pixels of one pass.
        assert_eq!(
            found(Some(""), &network(64, "0xffffffffffffffff")),
            ["warning AX365 L1"]
        );
    }

    #[test]
    fn blocks_are_compared_with_what_is_written() {
        let network = |offset: &str| {
            format!(
                "{}unload:\n- {{processors: 0xf, channels: 4, dim: [8, 8], offset: {offset}}}\n",
                convolution("in_dim: [8, 8], out_offset: 0x2000")
            )
        };
        assert_eq!(found(Some(""), &network("0x2000")), NOTHING);
        assert_eq!(found(Some(""), &network("0x2004")), ["warning AX361"]);
        assert_eq!(found(Some(""), &network("0x2001")), ["error AX355"]);
    }

    #[test]
    fn overwriting_is_told_in_words_and_numbers() {
        let network = convolution("in_dim: [16, 16], out_offset: 0x2000")
            + &convolution("out_offset: 0x2000");
        let found = findings(Some(""), &network);
        let [finding] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(finding.severity, Severity::Error);
        insta::assert_snapshot!(
            format!("{}\n{}", finding.message, finding.notes.join("\n")),
            @r"
        layer 1 writes over the output of layer 0, which it reads itself, at offset 0x2000 of instance 0: the vendor's tool refuses it
        the output of layer 0 takes 0x2000 to 0x23ff, layer 1 writes 0x2000 to 0x23ff
        where this is meant, the flag `--overlap-data` allows it
        "
        );
    }
}
