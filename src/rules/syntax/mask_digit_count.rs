//! AX061.

use crate::diagnostic::{Applicability, Code, Severity};
use crate::rules::{Context, Example, Findings, FixAvailability, Rule, edits};

use super::literals::{masks, plain};

/// Hex digits of a mask with one bit for each of 64 processors.
const DIGITS: usize = 16;

/// The rule.
pub(super) static RULE: Rule = Rule {
    code: Code(61),
    name: "mask-digit-count",
    severity: Severity::Warning,
    summary: "a mask has more or fewer hex digits than a mask has",
    explanation: "\
A mask of 64 processors has 16 hex digits. One with 17, even if the first is 0, does not mean what \
it looks like: digits that should stand below each other do not, and the mask is shifted by four \
processors against what its author counted. The same holds for one with 15 digits among masks of \
16. The vendor's tool takes both without a word.

Short masks such as `0xf` are fine, and so are dots and underscores: they do not count.",
    examples: &[Example {
        bad: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x0000000000000000f
    #                  ^ AX061
    out_offset: 0x2000
"
        ),
        good: network!(
            r"
  - op: Conv2d
    in_dim: [8, 8]
    in_channels: 4
    out_channels: 4
    processors: 0x000000000000000f
    output_processors: 0x000000000000000f
    out_offset: 0x2000
"
        ),
        model: None,
        shapes: None,
    }],
    source: "yamlcfg.py:207",
    fix: FixAvailability::Always,
    covers: &[],
    check,
};

fn check(cx: &Context, out: &mut Findings) {
    let masks: Vec<_> = masks(cx)
        .into_iter()
        .filter_map(|mask| Some((digits(mask.text)?, mask)))
        .collect();
    let full = masks.iter().filter(|(count, _)| *count == DIGITS).count();
    for (count, mask) in masks {
        let short = count < DIGITS && count > DIGITS / 2;
        if count <= DIGITS && !(short && full > 0) {
            continue;
        }
        let right = written(mask.text, mask.value);
        let finding = out
            .new_finding(
                mask.span,
                mask.layer,
                format!("this mask has {count} hex digits, not 16; it stands for {right}"),
            )
            .fix(
                Applicability::Unsafe,
                format!("Write `{right}`, which is the same number"),
                edits::replace_value(mask.span, &right),
            );
        out.push(finding);
    }
}

/// Number of hex digits of a mask with `0x`.
fn digits(text: &str) -> Option<usize> {
    let text = plain(text);
    let digits = text.strip_prefix("0x")?;
    Some(digits.bytes().filter(u8::is_ascii_hexdigit).count())
}

/// A mask with all its digits, grouped as `like` is.
fn written(like: &str, value: u64) -> String {
    let digits = format!("{value:016x}");
    match like.chars().find(|c| matches!(c, '.' | '_')) {
        Some(separator) => {
            let groups: Vec<&str> = (0..DIGITS / 4).map(|i| &digits[4 * i..4 * i + 4]).collect();
            format!("0x{}", groups.join(&separator.to_string()))
        }
        None => format!("0x{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_digits_only() {
        assert_eq!(digits("0x0000.0000.0000.000f"), Some(16));
        assert_eq!(digits("'0x0000_0000_0000_0000F'"), Some(17));
        assert_eq!(digits("15"), None);
    }

    #[test]
    fn keeps_the_grouping() {
        assert_eq!(written("0x0.0000", 0xf), "0x0000.0000.0000.000f");
        assert_eq!(written("0x0_0000", 0xf), "0x0000_0000_0000_000f");
        assert_eq!(written("0x00000", 0xf), "0x000000000000000f");
    }
}
