//! Two ring buffers of a stream with read-ahead start in one sub-instance.

use crate::diagnostic::{Code, Severity};
use crate::rules::data_memory::free;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::buffers;

/// AX520
pub(super) static RULE: Rule = Rule {
    code: Code(520),
    name: "stream-readahead-instance",
    severity: Severity::Error,
    summary: "two ring buffers of a stream with read-ahead start in one sub-instance",
    explanation: "With `readahead` the hardware reads two memories at once. The ring buffers of the stream must start in different \
     16 KiB sub-instances of the data memory.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x2000
  #             ^^^^^^ AX520
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x4000
    readahead: true
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78002
# ai8x-lint: flags=\"--fifo\"
arch: ai87examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [32, 32]
    out_channels: 16
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x8000
    readahead: true
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    streaming: true
  - processors: 0x000000000000ffff
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x0000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "max7800x.py:2483",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let rings = buffers::rings(cx);
    let sub_instance = |offset: i64| offset.div_euclid(cx.device.sub_instance_bytes);
    for (position, ring) in rings.iter().enumerate() {
        if cx.analysis.parameters[ring.layer].readahead != Ok(true) {
            continue;
        }
        for other in &rings[..position] {
            if sub_instance(ring.in_offset) != sub_instance(other.in_offset) {
                continue;
            }
            let finding = buffers::at_input(cx, out, ring, format!(
                "with `readahead` the ring buffers of {} at {} and of {} at {} must lie in different \
                 {}-byte sub-instances",
                cx.network.label(ring.layer),
                words::offset(ring.in_offset),
                cx.network.label(other.layer),
                words::offset(other.in_offset),
                cx.device.sub_instance_bytes
            ))
            .related(cx.network.layers[other.layer].head, other.layer, "the other buffer");
            let buffers = buffers::read_by(cx, &[ring.layer, other.layer]);
            let finding = free::with_other_blocks(cx, finding, &buffers);
            out.push(ring.judge(cx, finding));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::facts::{Facts, parse_flags};

    #[test]
    fn a_buffer_moves_to_a_sub_instance_of_its_own() {
        let keys = "op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, \
                    processors: 0xf, output_processors: 0xf, streaming: true";
        let text = format!(
            "arch: demo\ndataset: demo\nlayers:\n\
             - {{{keys}, in_dim: [32, 32], out_offset: 0x4000}}\n\
             - {{{keys}, out_offset: 0x6000}}\n\
             - {{{keys}, out_offset: 0x8000, readahead: true}}\n\
             - {{{keys}, out_offset: 0xc000, streaming: false}}\n"
        );
        let facts = Facts {
            device: Some(DeviceId::Max78002),
            flags: Some(parse_flags(["--fifo"]).expect("flags")),
            ..Facts::default()
        };
        let found = check(&text, &facts);
        let found = found.iter().filter(|finding| finding.code.0 == 520);
        let fixes = found.flat_map(|finding| &finding.fixes);
        let titles: Vec<&str> = fixes.map(|fix| fix.title.as_str()).collect();
        insta::assert_snapshot!(titles.join("\n"), @r"
        Move `out_offset` of layer 1 to 0x10000 (free to the end)
        Move `out_offset` of layer 0 to 0x10000 (free to the end)
        ");
    }
}
