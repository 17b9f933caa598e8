//! AX601.

use crate::analysis::{Exhausted, KernelFault, Kernels, kernel_capacity};
use crate::device::PROCESSORS;
use crate::diagnostic::{Code, Severity};
use crate::network::Source;
use crate::rules::words::{self, count};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, repair};

/// Layers that are named one by one; the others are summed up.
const NAMED: usize = 5;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(601),
    name: "kernel-memory-exhausted",
    severity: Severity::Error,
    summary: "the weights of a layer do not fit into kernel memory",
    explanation: "\
Each processor keeps the weights for its own input channels, in rows of 9 bytes: 768 rows on the \
MAX78000; 4096 on the MAX78002, and 5120 for processors 0, 16, 32 and 48. The weights of a layer \
start at the same row on all its processors and lie in one stretch. So the fullest processor counts, \
not the sum: a network can be far below the chip's total and still not fit, when its layers use the \
same processors.

The vendor's tool places layers that use all 64 processors first, then the others in order, each at \
the first row where it fits. Weights of 4, 2 or 1 bits take a half, a quarter or an eighth of the \
rows; masks that spread the layers over other processors cost nothing.

Where neither `quantization` nor a shapes file says anything about the weights, 8 bits are assumed, \
and the finding is a warning.",
    examples: &[Example {
        bad: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 512
    in_dim: [1, 1]
    out_channels: 512
    out_offset: 0x2000
    op: linear
    quantization: 8
    activate: relu
  - processors: 0xffffffffffffffff
    #           ^^^^^^^^^^^^^^^^^^ AX601
    out_channels: 512
    out_offset: 0x0000
    op: linear
    quantization: 8
    activate: relu
"
        ),
        good: example_network!(
            "MAX78000",
            r"
  - processors: 0xffffffffffffffff
    in_channels: 512
    in_dim: [1, 1]
    out_channels: 512
    out_offset: 0x2000
    op: linear
    quantization: 8
    activate: relu
  - processors: 0xffffffffffffffff
    out_channels: 512
    out_offset: 0x0000
    op: linear
    quantization: 4
    activate: relu
"
        ),
        model: None,
        shapes: None,
    }],
    source: "kernels.py:127",
    fix: FixAvailability::Sometimes,
    covers: &[Code(653)],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let Some(KernelFault::Exhausted(exhausted)) = cx.analysis.kernels.fault else {
        return;
    };
    let layer = &cx.network.layers[exhausted.layer];
    let Ok(Some(kernels)) = cx.analysis.kernels.layers[exhausted.layer] else {
        return;
    };
    let rows = count(exhausted.rows, "row");
    let message = if exhausted.rows > exhausted.capacity {
        format!(
            "needs {rows} of kernel memory on each of its processors, but processor {} has {}",
            exhausted.processor, exhausted.capacity
        )
    } else if exhausted.free < exhausted.rows {
        format!(
            "needs {rows} of kernel memory on each of its processors, but processor {} has only {} \
             of {} left",
            exhausted.processor, exhausted.free, exhausted.capacity
        )
    } else if let Some(end) = exhausted.end {
        format!(
            "needs {rows} of kernel memory and more behind them, up to row {}, but processor {} ends \
             with row {}",
            end - 1,
            exhausted.processor,
            exhausted.capacity - 1
        )
    } else {
        format!(
            "needs {rows} of kernel memory in one stretch, but the longest that is free on all its \
             processors has {}",
            exhausted.stretch
        )
    };
    let mut finding = out
        .new_finding(
            layer.processors.span().unwrap_or(layer.head),
            exhausted.layer,
            message,
        )
        .note(arithmetic(&exhausted, &kernels));
    let mut holders = holders(cx, exhausted.processor);
    if !holders.is_empty() {
        finding = finding.note(filling(cx, &exhausted, &holders));
    }
    let all_holders = holders.clone();
    holders.truncate(NAMED);
    for (holder, rows) in holders {
        finding = finding.related(
            cx.network.layers[holder].head,
            holder,
            format!(
                "takes {} of processor {}",
                count(rows, "row"),
                exhausted.processor
            ),
        );
    }
    finding = finding.note(help(cx, &exhausted));
    if exhausted.assumes_bits {
        finding = finding.severity(Severity::Warning).note(
            "the weights are not known and taken as 8 bits where no `quantization` says otherwise: \
             with fewer it may fit",
        );
    }
    finding = repair::with_masks_if_unlike(cx, finding, &inputs(cx, exhausted.layer));
    if finding.fixes.is_empty() && exhausted.rows <= exhausted.capacity {
        let mut readers = vec![exhausted.layer];
        readers.extend(all_holders.iter().map(|(holder, _)| *holder));
        finding = repair::with_other_processors(cx, finding, &[], &readers);
    }
    out.push(finding);
}

fn inputs(cx: &Context, layer: usize) -> Vec<Source> {
    let inputs = cx.analysis.graph.inputs[layer].iter();
    inputs.filter_map(|input| input.source.ok()).collect()
}

/// `4096 kernels of 1x1 weights with 8 bits: 456 rows of 9 bytes`.
fn arithmetic(exhausted: &Exhausted, kernels: &Kernels) -> String {
    format!(
        "{} a processor, each {} weights of {}: {} of 9 bytes",
        count(kernels.count, "kernel"),
        words::dims(kernels.kernel),
        count(kernels.bits, "bit"),
        count(exhausted.rows, "row")
    )
}

/// The layers that have rows of a processor, the largest first.
fn holders(cx: &Context, processor: u32) -> Vec<(usize, i64)> {
    let mut holders: Vec<(usize, i64)> = cx
        .analysis
        .kernels
        .layers
        .iter()
        .enumerate()
        .filter_map(|(layer, kernels)| {
            let kernels = (*kernels).ok()??;
            let holds = kernels.start.is_ok()
                && kernels.shared.is_none()
                && kernels.processors >> processor & 1 == 1;
            holds.then_some((layer, kernels.rows))
        })
        .collect();
    holders.sort_by_key(|&(layer, rows)| (-rows, layer));
    holders
}

fn filling(cx: &Context, exhausted: &Exhausted, holders: &[(usize, i64)]) -> String {
    let mut parts: Vec<String> = holders
        .iter()
        .take(NAMED)
        .map(|(layer, rows)| format!("{} {rows}", cx.network.label(*layer)))
        .collect();
    let others = holders.get(NAMED..).unwrap_or_default();
    if !others.is_empty() {
        let rows: i64 = others.iter().map(|(_, rows)| rows).sum();
        parts.push(format!("{} others together {rows}", others.len()));
    }
    format!(
        "{} of its {} rows are taken: {}",
        exhausted.capacity - exhausted.free,
        exhausted.capacity,
        words::list(&parts)
    )
}

/// What has room.
fn help(cx: &Context, exhausted: &Exhausted) -> String {
    let roomy = (0..PROCESSORS)
        .filter(|&processor| {
            let used = cx.analysis.kernels.used[processor as usize];
            kernel_capacity(cx.device, processor) - used >= exhausted.rows
        })
        .fold(0, |mask, processor| mask | 1_u64 << processor);
    if roomy == 0 {
        "no processor has so many rows left: fewer bits (`quantization`) or channels help"
            .to_owned()
    } else {
        format!(
            "processors {} have so many rows left: masks that spread the layers help, and so do \
             fewer bits (`quantization`)",
            words::processors(roomy)
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::device::DeviceId;
    use crate::facts::{Facts, Flags};

    /// What is said of a layer with 16 outputs on this mask, behind 752 of 768 rows.
    fn said(outputs: &str) -> Vec<String> {
        let keys = "op: conv2d, kernel_size: 3x3, pad: 1, activate: relu, quantization: 8";
        let text = format!(
            "arch: demo\ndataset: demo\nlayers:\n\
             - {{{keys}, processors: 0xffffffffffffffff, in_channels: 64, in_dim: [4, 4], \
                out_channels: 512, out_offset: 0x4000}}\n\
             - {{{keys}, processors: 0xffffffffffffffff, out_channels: 30, \
                output_processors: 0x3fffffff, out_offset: 0}}\n\
             - {{{keys}, processors: 0x3fffffff, out_channels: 16, output_processors: {outputs}, \
                out_offset: 0x2000}}\n"
        );
        let facts = Facts {
            device: Some(DeviceId::Max78000),
            flags: Some(Flags::default()),
            ..Facts::default()
        };
        let found = check(&text, &facts).into_iter();
        let found = found.filter(|finding| finding.code.0 == 601);
        found.map(|finding| finding.message).collect()
    }

    #[test]
    fn what_comes_behind_the_rows_counts() {
        assert_eq!(said("0xffff"), [""; 0]);
        insta::assert_snapshot!(said("0x3fffc").join("\n"), @"needs 16 rows of kernel memory and more behind them, up to row 769, but processor 0 ends with row 767");
    }
}
