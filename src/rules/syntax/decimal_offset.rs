//! AX062.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::offset;
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::literals::offsets;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(62),
    name: "decimal-offset",
    severity: Severity::Warning,
    summary: "an offset looks like hex but lacks its `0x`",
    explanation: "\
Offsets are round numbers in hex: 0x2000, 0x4000. `4000` without `0x` is decimal, 0x0fa0, and lies \
somewhere inside the data of another layer. The vendor's tool takes it without a word, and the \
network often still runs, with wrong results.

Decimal offsets that are round in hex, such as 8192, are fine.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 4000
    #           ^^^^ AX062
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    out_offset: 0x4000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:294",
    fix: FixAvailability::Always,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for literal in offsets(cx) {
        if !looks_like_hex(literal.text, literal.value) {
            continue;
        }
        let hex = format!("0x{}", literal.text);
        let message = format!(
            "`{}` is decimal, {}; it looks like {hex}",
            literal.text,
            offset(literal.value)
        );
        let finding = out.new_finding(literal.span, literal.layer, message);
        out.push(finding.fix(
            Applicability::Unsafe,
            format!("Write `{hex}`"),
            edits::replace_value(literal.span, &hex),
        ));
    }
}

/// Whether a decimal number is round in hex only if its digits are taken for hex: a multiple of
/// 0x100, or few words behind a multiple of 0x1000, where further operands start.
fn looks_like_hex(text: &str, value: i64) -> bool {
    if text.len() < 3 || text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let Ok(as_hex) = i64::from_str_radix(text, 16) else {
        return false;
    };
    let round = |number: i64| number % 0x100 == 0;
    let operand = as_hex >= 0x1000 && as_hex % 0x1000 < 0x20 && as_hex % 4 == 0;
    (round(as_hex) || operand) && !round(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_round_hex_only() {
        let looks = |value: i64| looks_like_hex(&value.to_string(), value);
        for suspect in [4000, 2000, 2004, 6000, 10000, 8000] {
            assert!(looks(suspect), "{suspect}");
        }
        for fine in [
            0, 4, 8, 8192, 8196, 16384, 4096, 12288, 1024, 2048, 40960, 25600, 48,
        ] {
            assert!(!looks(fine), "{fine}");
        }
        assert!(!looks_like_hex("0x2000", 0x2000));
    }
}
