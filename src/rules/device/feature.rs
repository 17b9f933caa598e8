//! Features of the MAX78002 that a layer asks for and the MAX78000 lacks.

use crate::diagnostic::Applicability;
use crate::network::{Field, Layer};
use crate::rules::{Context, Findings, edits};

/// Reports the layers that turn on `key`, all in one finding at the first of them, if the chip
/// lacks what it stands for; `flag` says that the vendor's command turns it on for all layers.
pub(super) fn report(
    cx: &Context,
    out: &mut Findings,
    key: &str,
    field: fn(&Layer) -> &Field<bool>,
    flag: Option<&str>,
) {
    if cx.device.extended_features {
        return;
    }
    let asking: Vec<(usize, &Layer)> = cx
        .layers()
        .filter(|(_, layer)| field(layer).value() == Some(true))
        .collect();
    let Some(&(index, layer)) = asking.first() else {
        if let Some(flag) = flag {
            let place = cx.network.layers_field.key().unwrap_or(cx.network.span);
            let message = format!(
                "the {} has no `{key}`, which `{flag}` of the command turns on",
                cx.device.name
            );
            out.report(place, None, message);
        }
        return;
    };
    let (Some(entry), Some(name)) = (field(layer).entry(), field(layer).key()) else {
        return;
    };
    let message = format!("the {} has no `{key}`; the MAX78002 has it", cx.device.name);
    let mut finding = out.new_finding(entry, index, message);
    for &(other, layer) in asking.iter().skip(1) {
        if let Some(entry) = field(layer).entry() {
            let label = cx.network.label(other);
            finding = finding.related(entry, other, format!("{label} asks for it, too"));
        }
    }
    let edits = asking
        .iter()
        .map(|(_, layer)| edits::delete_entry(cx, field(layer).key().unwrap_or(name)))
        .collect::<Option<Vec<_>>>();
    out.push(match edits {
        Some(edits) => finding.fix(
            Applicability::Unsafe,
            format!("Delete `{key}`"),
            edits.into_iter().flatten().collect(),
        ),
        None => finding,
    });
}
