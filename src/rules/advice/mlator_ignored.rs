//! `--mlator` has no effect on this output.

use crate::diagnostic::{Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, words};

/// AX907
pub(super) static RULE: Rule = Rule {
    code: Code(907),
    name: "mlator-ignored",
    severity: Severity::Warning,
    summary: "`--mlator` has no effect on this output",
    explanation: "The mlator handles 8-bit outputs of at least four pixels, and a multiple of four where there are several channels. \
     For others the vendor's tool ignores `--mlator` and unloads in software.",
    examples: &[Example {
        bad: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--mlator\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
# ^^^^^^^^^^^^ AX907
    in_channels: 1
    in_dim: [15, 15]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        good: "\
# ai8x-lint: device=MAX78000
# ai8x-lint: flags=\"--mlator\"
arch: ai85examplenet
dataset: example
layers:
  - processors: 0x0000000000000001
    in_channels: 1
    in_dim: [16, 16]
    output_processors: 0x000000000000000f
    out_channels: 4
    out_offset: 0x2000
    op: conv2d
    kernel_size: 3x3
    pad: 1
    activate: relu
",
        model: None,
        shapes: None,
    }],
    source: "unload.py:109, unload.py:112, unload.py:118, unload.py:513",
    fix: FixAvailability::None,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    if !cx.analysis.flags.mlator {
        return;
    }
    for output in outputs(cx).iter().filter(|output| !output.fits()) {
        let layer = &cx.network.layers[output.layer];
        let (place, why) = if output.width != 8 {
            (
                layer.output_width.span(),
                format!("it has {} bits", output.width),
            )
        } else {
            (
                layer.output.key(),
                format!(
                    "it has {} of {}",
                    words::count(output.channels, "channel"),
                    words::count(output.pixels, "pixel")
                ),
            )
        };
        out.report(
            place.unwrap_or(layer.head),
            output.layer,
            format!(
                "`--mlator` has no effect on the output of {}: {why}",
                cx.network.label(output.layer)
            ),
        );
    }
}

/// An output of the network, as it is unloaded.
pub(super) struct Output {
    /// Its layer.
    pub(super) layer: usize,
    width: i64,
    channels: i64,
    pixels: i64,
}

impl Output {
    /// Whether the mlator can unload it.
    pub(super) fn fits(&self) -> bool {
        self.width == 8 && self.pixels >= 4 && (self.channels == 1 || self.pixels % 4 == 0)
    }
}

/// The outputs of the network whose shape is known: the layers with `output: true`, or the final
/// layer where there are none.
pub(super) fn outputs(cx: &Context) -> Vec<Output> {
    let marked: Vec<usize> = cx
        .executed()
        .map(|(index, _)| index)
        .filter(|&index| cx.analysis.parameters[index].output == Ok(true))
        .collect();
    let layers = if marked.is_empty() {
        cx.analysis.graph.final_layer.into_iter().collect()
    } else {
        marked
    };
    layers
        .into_iter()
        .filter_map(|layer| {
            let shape = &cx.analysis.shapes[layer];
            let [height, width] = shape.out_dim.ok()?;
            Some(Output {
                layer,
                width: cx.analysis.parameters[layer].output_width.ok()?,
                channels: shape.out_channels.ok()?,
                pixels: height * width,
            })
        })
        .collect()
}
