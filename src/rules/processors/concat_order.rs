//! The order of layers that are joined by channels: what AX214 and AX215 have in common.

use crate::network::Source;
use crate::rules::{Context, Findings};

use super::masks::{self, InputMask};

/// Reports each input for which `end` of its mask is lower than that of the input before it.
pub(super) fn report(cx: &Context, out: &mut Findings, which: &str, end: impl Fn(u64) -> u32) {
    for (index, layer) in cx.executed() {
        let parameters = &cx.analysis.parameters[index];
        let Some(joined) = masks::joined(cx, index) else {
            continue;
        };
        if parameters.operands != Ok(1) || parameters.write_gap != Ok(0) || !joined.by_channels() {
            continue;
        }
        for pair in joined.inputs.windows(2) {
            let [before, after] = pair else { continue };
            let (high, low) = (end(before.mask), end(after.mask));
            if low >= high {
                continue;
            }
            let mut finding = out.new_finding(
                after
                    .span
                    .or(layer.in_sequences.span())
                    .unwrap_or(layer.head),
                index,
                format!(
                    "channels come in the order of their processors, so {} (whose {which} \
                     processor is {low}) comes before {} ({high}), but `in_sequences` has them \
                     the other way round",
                    cx.network.source_label(after.source),
                    cx.network.source_label(before.source),
                ),
            );
            for InputMask { source, .. } in [before, after] {
                if let Source::Layer(producer) = *source {
                    let place = masks::map_place(cx, producer);
                    finding = finding.related(
                        place.span,
                        place.layer,
                        format!("where {} writes", cx.network.label(producer)),
                    );
                }
            }
            out.push(finding);
            break;
        }
    }
}
