//! AX862.

use crate::analysis::{Difference, DifferenceKind};
use crate::diagnostic::{Applicability, Code, Severity};
use crate::facts::model::{Model, Module};
use crate::network::{Activation, Layer};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};
use crate::text::Span;

use super::sides;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(862),
    name: "model-setting",
    severity: Severity::Warning,
    summary: "a setting of a layer is not that of the model",
    explanation: "\
Kernel size, padding, stride, dilation, groups, activation, output width and flattening of a layer are \
what the model was trained with. With another value the weights do not fit, or the chip computes \
another function than the one that was trained; the known-answer test does not show that, because it \
is made from the network file.

A setting that the file leaves out has its default: `kernel_size` 3x3 (9 for Conv1d), `pad` 1, \
`activate` none, `output_width` 8.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    pad: 0
    #    ^ AX862
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
  # <- AX862
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    pad: 1
    activate: relu
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    activate: relu
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: Some(example_model!(
            r"
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(4, 4, 3, padding=1, bias=bias, **kwargs)
",
            r"
        x = self.conv1(x)
        return self.conv2(x)
"
        )),
        shapes: None,
    }],
    source: "models of the vendor's training project",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (difference, model) in sides::differences(cx, |_| true) {
        if let Some(layer) = difference.layer
            && let Some(setting) = setting(cx, difference, model, layer)
        {
            report(cx, out, difference, model, layer, &setting);
        }
    }
}

/// A setting that differs.
struct Setting {
    key: &'static str,
    /// Where its value stands.
    span: Option<Span>,
    /// What the file says.
    own: String,
    /// What the model says, as a value of the key.
    wanted: Option<String>,
}

fn setting(cx: &Context, difference: &Difference, model: &Model, index: usize) -> Option<Setting> {
    let layer: &Layer = &cx.network.layers[index];
    let own = &cx.analysis.parameters[index];
    let module: Option<&Module> = sides::module(difference, model);
    let one_d = |pair: [i64; 2]| pair[0].to_string();
    let first = |values: &[i64]| values.first().map(i64::to_string);
    let setting = |key, span, own: String, wanted| {
        Some(Setting {
            key,
            span,
            own,
            wanted,
        })
    };
    match &difference.kind {
        // The weights of a checkpoint say it, too.
        DifferenceKind::Kernel if cx.faults(803).any(|(fault, _)| fault.layer == index) => None,
        DifferenceKind::Kernel => {
            let flat = module?.kernel.len() == 1;
            let by = |pair: [i64; 2]| format!("{}x{}", pair[0], pair[1]);
            let own = own.kernel.ok().map(if flat { one_d } else { by })?;
            let wanted = match module?.kernel[..] {
                [height, width] => Some(by([height, width])),
                [length] => Some(length.to_string()),
                _ => None,
            };
            setting("kernel_size", layer.kernel_size.span(), own, wanted)
        }
        DifferenceKind::Padding => {
            let own = own.pad.ok().map(one_d)?;
            setting("pad", layer.pad.span(), own, first(&module?.padding))
        }
        DifferenceKind::Stride => {
            let own = own.stride.ok().map(one_d)?;
            setting("stride", layer.stride.span(), own, first(&module?.stride))
        }
        DifferenceKind::Dilation => {
            let own = own.dilation.ok().map(one_d)?;
            let wanted = first(&module?.dilation);
            setting("dilation", layer.dilation.span(), own, wanted)
        }
        DifferenceKind::Groups => {
            let wanted = module?.groups.map(|groups| groups.to_string());
            setting(
                "groups",
                layer.groups.span(),
                own.groups.ok()?.to_string(),
                wanted,
            )
        }
        DifferenceKind::Activation => {
            let given = layer.activate.value().unwrap_or(Activation::None);
            let wanted = module.map_or(Some(Activation::None), |module| module.activation);
            let wanted = wanted.map(|wanted| activation(wanted).to_owned());
            let own = activation(given).to_owned();
            setting("activate", layer.activate.span(), own, wanted)
        }
        DifferenceKind::OutputWidth => {
            let wanted = module?
                .wide
                .map(|wide| if wide { "32" } else { "8" }.to_owned());
            let own = own.output_width.ok()?.to_string();
            setting("output_width", layer.output_width.span(), own, wanted)
        }
        DifferenceKind::Flatten(wanted) => {
            let own = own.flatten.ok()?.to_string();
            setting(
                "flatten",
                layer.flatten.span(),
                own,
                Some(wanted.to_string()),
            )
        }
        _ => None,
    }
}

const fn activation(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => "relu",
        Activation::Abs => "abs",
        Activation::None => "none",
    }
}

fn report(
    cx: &Context,
    out: &mut Findings,
    difference: &Difference,
    model: &Model,
    index: usize,
    setting: &Setting,
) {
    let layer = &cx.network.layers[index];
    let key = setting.key;
    let is = match setting.span {
        Some(_) => format!("`{key}` is {}", setting.own),
        None => format!("`{key}` is {} by default", setting.own),
    };
    let theirs = match sides::module(difference, model) {
        Some(module) => format!("of `{}` in the model", module.path),
        None => "in the model, which has no activation here".to_owned(),
    };
    let wanted = setting
        .wanted
        .clone()
        .unwrap_or_else(|| "different".to_owned());
    let mut finding = out.new_finding(
        setting.span.unwrap_or(layer.head),
        index,
        format!("{is}, but {wanted} {theirs}"),
    );
    if let Some(wanted) = &setting.wanted {
        let edits = match setting.span {
            Some(span) => Some(edits::replace_value(span, wanted)),
            None => edits::insert_key(cx, layer, &format!("{key}: {wanted}")),
        };
        if let Some(edits) = edits {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Set `{key}: {wanted}`, as in the model"),
                edits,
            );
        }
    }
    out.push(sides::with_places(finding, difference, model));
}
