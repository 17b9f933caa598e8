//! AX154.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::network::Reference;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(154),
    name: "data-buffer-name-case",
    severity: Severity::Error,
    summary: "the name of the `data_buffer` cannot be found",
    explanation: "\
References are looked up in lower case, and names of layers without regard to case. The name of the \
`data_buffer` alone is compared as written, so a name with capitals is never found, and a layer of \
the same name is found before it. Write the buffer's name in lower case, and give no layer that \
name. A buffer that no reference names only gets a warning.",
    examples: &[Example {
        bad: "\
arch: demo
dataset: demo

data_buffer:
  - name: History
    #     ^^^^^^^ AX154
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_sequences: History
    in_offset: 0x4000
    in_dim: 16
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        good: "\
arch: demo
dataset: demo

data_buffer:
  - name: history
    processors: 0x000000000000000f
    channels: 4
    dim: 16
    offset: 0x4000

layers:
  - op: None
    in_sequences: history
    in_offset: 0x4000
    in_dim: 16
    in_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x2000
",
        model: None,
        shapes: None,
    }],
    source: "names.py:33",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    // The tool keeps one name, that of the last block.
    let Some(name) = cx.network.data_buffer.last().map(|buffer| &buffer.name) else {
        return;
    };
    let (Some(written), Some(span)) = (name.get(), name.span()) else {
        return;
    };
    let lower = written.to_lowercase();
    let named_by = cx.layers().find_map(|(index, layer)| {
        layer.in_sequences.get()?.items.iter().find_map(|item| {
            let named =
                matches!(&item.value, Reference::Name(name) if name.to_lowercase() == lower);
            named.then_some((index, item.span))
        })
    });
    let rival = cx.layers().find(|(_, layer)| {
        layer
            .name()
            .is_some_and(|name| name.to_lowercase() == lower)
    });
    let mut finding = if let Some((index, layer)) = rival {
        out.new_finding(
            span,
            None,
            format!("`{written}` is also the name of layer {index}, which is found first"),
        )
        .related(
            layer.name.span().unwrap_or(layer.head),
            index,
            "the layer of that name",
        )
    } else if lower != *written {
        out.new_finding(
            span,
            None,
            format!("`{written}` is looked up as `{lower}` and not found"),
        )
        .fix(
            Applicability::Safe,
            format!("Write `{lower}`"),
            edits::replace_value(span, &lower),
        )
    } else {
        return;
    };
    match named_by {
        Some((index, place)) => {
            finding = finding.related(place, index, "the reference to the buffer");
        }
        None => finding.severity = Severity::Warning,
    }
    out.push(finding);
}
