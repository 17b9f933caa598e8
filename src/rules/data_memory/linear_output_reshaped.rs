//! AX365.

use crate::diagnostic::{Code, Severity};
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, inputs};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(365),
    name: "linear-output-reshaped",
    severity: Severity::Error,
    summary: "`in_dim` takes the channels of a single pixel for pixels",
    explanation: "\
The output of a Linear layer, or any output of 1x1 pixels, has all its values in channels: each lies in \
the memory of its own processor, those above 64 in further words. Pixels of one channel lie in \
successive words of *one* processor's memory. `in_dim` does not move data, so that a layer which reads \
such an output as an image reads other words than were written.

The vendor's tool simulates the reshaped data and says nothing; the chip computes something else. Keep the \
data two-dimensional, for example with a ConvTranspose2d of the 1x1 output.

Where the same processors are read in as many passes as there are pixels, the words are the right ones in \
another order, and the finding is a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000ffff
    in_channels: 256
    in_dim: [4, 4]
    flatten: true
    output_processors: 0xffffffffffffffff
    out_channels: 256
    out_offset: 0x2000
    op: linear
    activate: relu
  - processors: 0x000000000000ffff
    in_channels: 16
    in_dim: [4, 4]
    #       ^^^^^^ AX365
    out_channels: 8
    out_offset: 0x0000
    op: convtranspose2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0x000000000000ffff
    in_channels: 16
    in_dim: [4, 4]
    output_processors: 0x000000000000ffff
    out_channels: 16
    out_offset: 0x2000
    op: conv2d
    kernel_size: 1x1
    pad: 0
    activate: relu
  - processors: 0x000000000000ffff
    in_channels: 16
    in_dim: [4, 4]
    out_channels: 8
    out_offset: 0x0000
    op: convtranspose2d
    kernel_size: 3x3
    pad: 1
    activate: relu
"
        ),
        shapes: None,
    }],
    source: "README, \"Data Memory\"; the vendor's tool does not check it",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (index, layer) in cx.executed() {
        let Some(producer) = inputs::reshaped_pixel(cx, index) else {
            continue;
        };
        let (before, own) = (&cx.analysis.memory[producer], &cx.analysis.memory[index]);
        let (Ok(written), Ok(read), Ok(channels), Ok(dim), Some(span)) = (
            before.output_spread,
            own.input_spread,
            cx.analysis.shapes[producer].out_channels,
            cx.analysis.shapes[index].in_dim,
            layer.in_dim.span(),
        ) else {
            continue;
        };
        let same_words = written.processors == read.processors
            && written.passes == read.passes * dim[0] * dim[1];
        let producer_layer = &cx.network.layers[producer];
        let finding = out
            .new_finding(
                span,
                index,
                format!(
                    "{} writes {} of one pixel, each in its own processor's memory, which cannot be \
                     read as {} pixels",
                    cx.network.label(producer),
                    count(channels, "channel"),
                    words::dims(dim)
                ),
            )
            .severity(if same_words {
                Severity::Warning
            } else {
                Severity::Error
            })
            .related(
                producer_layer.op.entry().unwrap_or(producer_layer.head),
                producer,
                format!(
                    "writes {} of {} processors",
                    count(written.passes, "pass"),
                    written.processors
                ),
            )
            .note(format!(
                "{} would read {} words of {} processors",
                cx.network.label(index),
                dim[0] * dim[1] * read.passes,
                read.processors
            ));
        out.push(finding);
    }
}
