//! AX314.

use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

use super::free;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(314),
    name: "readahead-instance-conflict",
    severity: Severity::Error,
    summary: "a layer that reads ahead reads and writes the same memory block",
    explanation: "\
With `readahead` (MAX78002) a layer reads the next data while it writes. A data-memory instance consists \
of five blocks of 0x4000 bytes that can be used at the same time, so input and output must start in \
different blocks, and end in different ones.",
    examples: &[Example {
        bad: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x2000
    #           ^^^^^^ AX314
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    readahead: true
"
        ),
        good: example_network!(
            "MAX78002",
            r"
  - processors: 0x000000000000000f
    in_channels: 4
    in_dim: [16, 16]
    output_processors: 0x00000000000000f0
    out_channels: 4
    out_offset: 0x4000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
    readahead: true
"
        ),
        model: None,
        shapes: None,
    }],
    source: "backend/max7800x.py:2535",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.device.extended_features {
        return; // AX701
    }
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        if !(cx.analysis.flags.read_ahead || parameters.readahead == Ok(true)) {
            continue;
        }
        let memory = &cx.analysis.memory[index];
        let (Ok(input), Ok(output), Ok(reads), Ok(writes), Ok(operands), Ok(hardware), Ok([h, w])) = (
            memory.in_offset,
            memory.out_offset,
            memory.input_spread,
            memory.output_spread,
            parameters.operands,
            cx.analysis.hardware[index],
            cx.analysis.shapes[index].out_dim,
        ) else {
            continue;
        };
        let pixels = hardware.in_dim[0] * hardware.in_dim[1];
        let input_end = input + 4 * operands * reads.passes * pixels - 1;
        let output_end = output + 4 * writes.passes * (h * w + hardware.out_pad) - 1;
        let block = |offset: i64| offset.div_euclid(cx.device.sub_instance_bytes);
        let (what, at_input, at_output) = if block(input) == block(output) {
            ("start", input, output)
        } else if block(input_end) == block(output_end) {
            ("end", input_end, output_end)
        } else {
            continue;
        };
        let finding = out
            .new_finding(
                layer.out_offset.span().unwrap_or(layer.head),
                index,
                format!(
                    "with `readahead`, input and output must {what} in different memory blocks, but \
                     {} and {} both lie in block {}",
                    words::offset(at_input),
                    words::offset(at_output),
                    block(at_input)
                ),
            )
            .note(format!(
                "a block holds {} bytes",
                words::offset(cx.device.sub_instance_bytes)
            ));
        let inputs = cx.analysis.graph.inputs[index].iter();
        let inputs = inputs.filter_map(|input| input.source.ok());
        let sources: Vec<Source> = [Source::Layer(index)].into_iter().chain(inputs).collect();
        out.push(free::with_other_blocks(cx, finding, &sources));
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::facts::{Facts, Flags};

    #[test]
    fn either_of_the_two_moves_to_another_block() {
        let keys = "op: conv2d, pad: 1, activate: none, in_channels: 4, out_channels: 4, \
                    processors: 0xf, output_processors: 0xf";
        let text = format!(
            "arch: demo\ndataset: demo\nlayers:\n\
             - {{{keys}, in_dim: [16, 16], out_offset: 0x4000}}\n\
             - {{{keys}, out_offset: 0x6000, readahead: true}}\n\
             - {{{keys}, out_offset: 0x1000}}\n"
        );
        let facts = Facts {
            device: Some(DeviceId::Max78002),
            flags: Some(Flags::default()),
            ..Facts::default()
        };
        let found = check(&text, &facts);
        let found = found.iter().filter(|finding| finding.code.0 == 314);
        let fixes = found.flat_map(|finding| &finding.fixes);
        let titles: Vec<&str> = fixes.map(|fix| fix.title.as_str()).collect();
        insta::assert_snapshot!(titles.join("\n"), @r"
        Move `out_offset` of layer 1 to 0x0000 (free to the end)
        Move `out_offset` of layer 0 to 0x8000 (free to the end)
        Move `out_offset` of layer 1 to 0x8000 (free to the end)
        ");
    }
}
