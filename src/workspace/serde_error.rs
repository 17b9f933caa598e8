//! What serde says about a wrong file, in our words and with a place.

use crate::diagnostic::Finding;
use crate::rules::tool::CONFIGURATION;
use crate::text::{Span, did_you_mean, nearest};

/// A fault of a configuration or shapes file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in its text.
    pub span: Span,
    /// One sentence, without a full stop.
    pub message: String,
}

impl Fault {
    /// As a finding on the file.
    pub(super) fn finding(self) -> Finding {
        CONFIGURATION.finding(self.span, self.message)
    }

    /// From an error of the TOML reader.
    pub(super) fn of_toml(error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or_default();
        Self {
            span: Span::new(span.start as u32, span.end as u32),
            message: plain(error.message()),
        }
    }

    /// From an error of the JSON reader, which only knows where it stopped.
    pub(super) fn of_json(error: &serde_json::Error, text: &str) -> Self {
        let line_start = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum::<usize>();
        let end = text.floor_char_boundary(line_start + error.column());
        // It has read past the value by then.
        let before = text[..end].trim_end_matches(|c: char| c.is_whitespace() || "]},".contains(c));
        let message = error.to_string();
        let message = match message.rsplit_once(" at line ") {
            Some((message, _)) => message,
            None => &message,
        };
        Self {
            span: Span::new(last_token(before) as u32, before.len() as u32),
            message: plain(message),
        }
    }
}

/// Where the last word, number or quoted string of a text starts.
fn last_token(text: &str) -> usize {
    match text.strip_suffix('"').and_then(|inside| inside.rfind('"')) {
        Some(quote) => quote,
        None => text
            .trim_end_matches(|c: char| c.is_alphanumeric() || "_-+.$".contains(c))
            .len(),
    }
}

/// Serde lists what it knows; people ask for the one that they meant.
fn plain(message: &str) -> String {
    let noun = if message.starts_with("unknown field `") {
        "key"
    } else if message.starts_with("unknown variant `") {
        "value"
    } else {
        return message
            .replace("expected i64", "expected a whole number")
            .lines()
            .collect::<Vec<_>>()
            .join("; ");
    };
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    let hint = if nearest(unknown, known.iter().copied()).is_some() {
        did_you_mean(unknown, known)
    } else {
        format!(", only `{}`", known.join("`, `"))
    };
    format!("there is no {noun} `{unknown}`{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_get_a_suggestion() {
        assert_eq!(
            plain("unknown field `devise`, expected one of `device`, `ignore`"),
            "there is no key `devise`; did you mean `device`?"
        );
        assert_eq!(
            plain("unknown field `x`, expected `input` or `weights`"),
            "there is no key `x`, only `input`, `weights`"
        );
    }

    #[test]
    fn tokens_are_found_from_their_end() {
        for (text, token) in [
            ("{\"in\"", "\"in\""),
            ("[1, -20", "-20"),
            ("", ""),
            ("ü", "ü"),
        ] {
            assert_eq!(&text[last_token(text)..], token);
        }
    }
}
