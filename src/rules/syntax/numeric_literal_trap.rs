//! AX051.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::words::{count, offset};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::literals::{masks, offsets, plain};

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(51),
    name: "numeric-literal-trap",
    severity: Severity::Warning,
    summary: "a number is not read as it looks",
    explanation: "\
YAML 1.1, which the vendor's tool reads, has more kinds of number than meet the eye:

- a leading zero makes a number **octal**: `0111` is 73, processors 0, 3 and 6;
- digits without `0x` are **decimal**: `1111` is 0x457;
- colons make base 60: `10:30` is 630;
- `1e5` is no number but text, which a mask reads as hex 0x1e5.

The tool accepts all of them. Write masks and offsets in hex, with `0x`.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 3
    out_channels: 4
    processors: 0111
    #           ^^^^ AX051
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 3
    out_channels: 4
    processors: 0x0000000000000111
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "YAML 1.1, https://yaml.org/type/int.html",
    fix: FixAvailability::Sometimes,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    for mask in masks(cx) {
        let text = plain(mask.text);
        let Some(kind) = kind_of_mask(&text) else {
            continue;
        };
        let message = format!(
            "`{}` is {kind}: it means 0x{:x}, {}",
            mask.text,
            mask.value,
            count(i64::from(mask.value.count_ones()), "processor")
        );
        let mut finding = out.new_finding(mask.span, mask.layer, message);
        let meant = format!("0x{:016x}", mask.value);
        if let Ok(bits) = u64::from_str_radix(&text.replace(['.', '_'], ""), 16) {
            let digits = format!("0x{bits:016x}");
            if digits == meant {
                out.push(finding.fix(
                    Applicability::Safe,
                    format!("Write `{digits}`"),
                    edits::replace_value(mask.span, &digits),
                ));
                continue;
            }
            finding = finding.fix(
                Applicability::Unsafe,
                format!("Write `{digits}`, what the digits look like"),
                edits::replace_value(mask.span, &digits),
            );
        }
        out.push(finding.fix(
            Applicability::DisplayOnly,
            format!("Write `{meant}`, what it means now"),
            edits::replace_value(mask.span, &meant),
        ));
    }
    for literal in offsets(cx) {
        let Some(kind) = kind_of_number(&plain(literal.text)) else {
            continue;
        };
        let means = offset(literal.value);
        let message = format!("`{}` is {kind}: it means {means}", literal.text);
        let finding = out.new_finding(literal.span, literal.layer, message);
        out.push(finding.fix(
            Applicability::DisplayOnly,
            format!("Write `{means}`, what it means now"),
            edits::replace_value(literal.span, &means),
        ));
    }
}

/// What a mask is, where its digits look like hex and are not.
fn kind_of_mask(text: &str) -> Option<&'static str> {
    let exponent = text.contains('e')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && !text.starts_with("0x")
        && text.matches(|c: char| c.is_ascii_alphabetic()).count() == 1;
    if exponent {
        return Some("text, which is read as hex");
    }
    // A decimal number of zeros and ones was hardly meant as one.
    let bits = text.len() > 1 && text.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'));
    kind_of_number(text).or((bits && text.starts_with('1')).then_some("a decimal number"))
}

/// What a number is, where it is neither decimal nor hex.
fn kind_of_number(text: &str) -> Option<&'static str> {
    let digits = text.trim_start_matches(['+', '-']);
    if digits.contains(':') {
        return Some("a number in base 60");
    }
    // Up to 7, octal is the same as hex.
    let octal = digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_')
        && digits.trim_start_matches(['0', '_']).len() > 1;
    octal.then_some("an octal number, for its leading zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_traps_from_plain_numbers() {
        for trap in ["0111", "1111", "10:30", "1e5", "0_17"] {
            assert!(kind_of_mask(trap).is_some(), "{trap}");
        }
        for plain in [
            "0x0111",
            "7",
            "0007",
            "0",
            "15",
            "0b11",
            "0x1e5",
            "ffff",
            "0000.000f",
        ] {
            assert_eq!(kind_of_mask(plain), None, "{plain}");
        }
        for plain in ["8192", "0", "0x2000"] {
            assert_eq!(kind_of_number(plain), None, "{plain}");
        }
    }
}
