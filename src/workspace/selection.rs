//! Which rules speak: selectors, and selecting and ignoring by them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Code, Severity};
use crate::rules::{self, tool};
use crate::text::did_you_mean;

/// Names one rule or several: by code (`AX304`), by the beginning of a code (`AX3`, `AX`), or by
/// name (`output-overwrites-input`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct Selector {
    /// The code from its beginning: `AX304`, `AX3`, `AX`.
    prefix: String,
}

impl Selector {
    /// Reads a selector, in any case.
    ///
    /// # Errors
    /// A sentence, where no rule is meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        let upper = text.trim().to_ascii_uppercase();
        let named = rules::documented().find(|rule| rule.name.eq_ignore_ascii_case(text.trim()));
        let selector = Self {
            prefix: named.map_or(upper, |rule| rule.code.to_string()),
        };
        if selector.prefix.starts_with("AX")
            && rules::documented().any(|rule| selector.matches(rule.code))
        {
            return Ok(selector);
        }
        let names: Vec<&str> = rules::documented().map(|rule| rule.name).collect();
        Err(format!(
            "there is no rule `{}`{}",
            text.trim(),
            did_you_mean(text, names)
        ))
    }

    /// Whether it names the rule with this code.
    pub fn matches(&self, code: Code) -> bool {
        code.to_string().starts_with(&self.prefix)
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.prefix)
    }
}

impl std::str::FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// One place that selects and ignores rules: the configuration, or the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these, where given.
    pub select: Option<Vec<Selector>>,
    /// These too.
    pub extend_select: Vec<Selector>,
    /// Not these.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether the rule speaks, if it spoke `before` this selection. The longest selector decides;
    /// of two that are equally long, the one that ignores.
    pub fn decide(&self, code: Code, before: bool) -> bool {
        let longest = |selectors: &[Selector]| {
            selectors
                .iter()
                .filter(|selector| selector.matches(code))
                .map(|selector| selector.prefix.len())
                .max()
        };
        let selected =
            longest(self.select.as_deref().unwrap_or_default()).max(longest(&self.extend_select));
        match (selected, longest(&self.ignore)) {
            (None, None) => before && self.select.is_none(),
            (selected, ignored) => selected > ignored,
        }
    }
}

/// Whether findings of this code are beyond any selection: without them nobody would know that
/// the tool could not do its work.
pub(super) fn always_speaks(code: Code) -> bool {
    [
        tool::CONFIGURATION.code,
        tool::NOT_A_NETWORK.code,
        tool::INTERNAL_ERROR.code,
    ]
    .contains(&code)
}

/// The severity that the longest matching selector sets.
pub(super) fn overridden<'a>(
    overrides: impl IntoIterator<Item = (&'a Selector, &'a Severity)>,
    code: Code,
) -> Option<Severity> {
    overrides
        .into_iter()
        .filter(|(selector, _)| selector.matches(code))
        .max_by_key(|(selector, _)| selector.prefix.len())
        .map(|(_, severity)| *severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(texts: &[&str]) -> Vec<Selector> {
        texts
            .iter()
            .map(|text| Selector::parse(text).unwrap())
            .collect()
    }

    const UNUSED: Code = Code(981);
    const UNKNOWN: Code = Code(982);

    #[test]
    fn selectors_name_by_code_beginning_and_name() {
        for text in ["AX981", "ax981", "AX98", "AX9", "AX", "unused-suppression"] {
            assert!(Selector::parse(text).unwrap().matches(UNUSED), "{text}");
        }
        assert!(!Selector::parse("AX981").unwrap().matches(UNKNOWN));
        for text in ["", "A", "9", "981", "AX9811", "AXX", "unused"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Selector::parse("unused-supression").unwrap_err(),
            "there is no rule `unused-supression`; did you mean `unused-suppression`?"
        );
    }

    #[test]
    fn the_longest_selector_decides() {
        let all = Selection::default();
        assert!(all.decide(UNUSED, true));
        assert!(!all.decide(UNUSED, false));

        let only = Selection {
            select: Some(selectors(&["AX981"])),
            ..Selection::default()
        };
        assert!(only.decide(UNUSED, true) && only.decide(UNUSED, false));
        assert!(!only.decide(UNKNOWN, true));

        let but = Selection {
            ignore: selectors(&["AX9"]),
            extend_select: selectors(&["AX981"]),
            ..Selection::default()
        };
        assert!(but.decide(UNUSED, true));
        assert!(!but.decide(UNKNOWN, true));

        let both = Selection {
            select: Some(selectors(&["AX981"])),
            ignore: selectors(&["AX981"]),
            ..Selection::default()
        };
        assert!(!both.decide(UNUSED, true));
    }

    #[test]
    fn the_longest_selector_sets_the_severity() {
        let overrides = [
            (Selector::parse("AX9").unwrap(), Severity::Hint),
            (Selector::parse("AX981").unwrap(), Severity::Error),
        ];
        let severity = |code| overridden(overrides.iter().map(|(s, v)| (s, v)), code);
        assert_eq!(severity(UNUSED), Some(Severity::Error));
        assert_eq!(severity(UNKNOWN), Some(Severity::Hint));
        assert_eq!(severity(Code(1)), None);
    }
}
