//! AX803.

use crate::analysis::Operator;
use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::{count, dims};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(803),
    name: "kernel-size-vs-weights",
    severity: Severity::Error,
    summary: "`kernel_size` is not that of the model's layer",
    explanation: "\
The weights of the model decide the kernel size, and `kernel_size` must say the same: 3x3 by \
default for a Conv2d, 9 for a Conv1d. The vendor's tool refuses the file otherwise. Where the model \
also has more layers than the file, a layer is missing in the file, and this one has got another's \
weights.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    kernel_size: 1x1
    #            ^^^ AX803
    pad: 0
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    processors: 0x000000000000000f
    out_offset: 0x1000
  - op: Conv2d
    kernel_size: 3x3
    pad: 0
    processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: Some(
            r#"{"input": [4, 8, 8], "weights": [{"in": 4, "out": 4, "kernel": [3, 3]}, {"in": 4, "out": 4, "kernel": [3, 3]}]}"#,
        ),
    }],
    source: "checkpoint.py:164, checkpoint.py:170, checkpoint.py:177, onnxcp.py:191, onnxcp.py:199, onnxcp.py:207, kernels.py:213, kernels.py:218",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for (fault, layer) in cx.faults(803) {
        let parameters = &cx.analysis.parameters[fault.layer];
        let (Ok(Some(weight)), Ok(operator), Ok(kernel)) = (
            &cx.analysis.weights[fault.layer],
            parameters.operator,
            parameters.kernel,
        ) else {
            continue;
        };
        let needed = kernel_in_words(&weight.kernel);
        let own = match operator {
            Operator::Conv1d => kernel[0].to_string(),
            _ => dims(kernel),
        };
        let place = layer
            .kernel_size
            .span()
            .or(layer.op.span())
            .unwrap_or(layer.head);
        let mut finding = out.new_finding(
            place,
            fault.layer,
            format!("the kernel is {own}, but the model's layer has {needed}"),
        );
        let surplus = super::surplus_weights::surplus(cx).unwrap_or(0);
        if surplus > 0 {
            finding.notes.push(format!(
                "the model has {} more than the file: one may be missing at or before this place",
                count(surplus as i64, "layer")
            ));
        }
        let fits = match operator {
            Operator::Conv1d => weight.kernel.len() == 1,
            Operator::Conv2d => matches!(weight.kernel[..], [1, 1] | [3, 3]),
            Operator::ConvTranspose2d | Operator::Linear | Operator::Passthrough => false,
        };
        if let Some(span) = layer.kernel_size.span()
            && fits
            && surplus == 0
        {
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Set `kernel_size: {needed}`"),
                edits::replace_value(span, &needed),
            );
        }
        out.push(finding);
    }
}

/// A kernel of the model as `kernel_size` writes it.
pub(super) fn kernel_in_words(kernel: &[i64]) -> String {
    let sides: Vec<String> = kernel.iter().map(i64::to_string).collect();
    sides.join("x")
}

#[cfg(test)]
mod tests {
    use crate::facts::{Facts, Weight};

    fn found(weights: &[[i64; 2]], kernels: &[&str]) -> Vec<String> {
        let mut text = "arch: demo\ndataset: demo\nlayers:\n".to_owned();
        for (index, kernel) in kernels.iter().enumerate() {
            let in_dim = if index == 0 { ", in_dim: [8, 8]" } else { "" };
            let offset = (index + 1) % 2 * 0x1000;
            text += &format!(
                "- {{op: Conv2d, kernel_size: {kernel}, pad: 0, processors: 0xf, out_offset: \
                 {offset}{in_dim}}}\n"
            );
        }
        let weights = weights.iter().map(|kernel| Weight {
            in_channels: 4,
            out_channels: 4,
            kernel: kernel.to_vec(),
            bits: None,
            bias: None,
            groups: None,
        });
        let facts = Facts {
            input: Some([4, 8, 8]),
            weights: Some(weights.collect()),
            ..Facts::default()
        };
        crate::check(&text, &facts)
            .into_iter()
            .filter(|finding| finding.code.0 / 100 == 8)
            .map(|finding| format!("{} {:?}", finding.code, finding.layer))
            .collect()
    }

    #[test]
    fn each_wrong_kernel_is_found_where_the_layers_pair_up() {
        let (one, three) = ([1, 1], [3, 3]);
        assert!(found(&[one, three], &["1x1", "3x3"]).is_empty());
        assert_eq!(
            found(&[one, three, one], &["3x3", "3x3", "3x3"]),
            ["AX803 Some(0)", "AX803 Some(2)"]
        );
    }

    #[test]
    fn a_missing_layer_is_one_finding() {
        let (one, three) = ([1, 1], [3, 3]);
        assert_eq!(
            found(&[three, one, three, one], &["3x3", "3x3", "1x1"]),
            ["AX803 Some(1)"]
        );
        assert_eq!(found(&[three, three], &["3x3"]), ["AX851 None"]);
        assert_eq!(found(&[three], &["3x3", "3x3"]), ["AX801 Some(1)"]);
    }
}
