//! What comments for this tool name. What they mean is decided where they are followed.

use crate::network::Spanned;
use crate::rules::{self, Documentation};
use crate::text::Span;
use crate::yaml::Comment;

use super::Analyzed;

/// What a comment for this tool starts with.
const PREFIX: &str = "ai8x-lint:";

/// The text of a comment for this tool from its directive on; none for other comments.
pub(super) fn directive(analyzed: &Analyzed, comment: Comment) -> Option<Spanned<&str>> {
    let text = comment.span.text(&analyzed.text);
    let start = text.find(PREFIX)? + PREFIX.len();
    let span = Span::new(comment.span.start + start as u32, comment.span.end);
    Some(Spanned {
        value: span.text(&analyzed.text),
        span,
    })
}

/// The words in the brackets of a suppression: rules, and the starts of their codes.
pub(super) fn selectors(analyzed: &Analyzed, comment: Comment) -> Vec<Spanned<&str>> {
    let list = directive(analyzed, comment).and_then(|body| brackets(&body));
    list.iter().flat_map(words).collect()
}

/// The rules in the brackets of a suppression, each with its place.
pub(super) fn suppressed(analyzed: &Analyzed, comment: Comment) -> Vec<Spanned<Documentation>> {
    selectors(analyzed, comment)
        .into_iter()
        .filter_map(|word| {
            let rule = rules::documented().find(|rule| {
                rule.name.eq_ignore_ascii_case(word.value)
                    || rule.code.to_string().eq_ignore_ascii_case(word.value)
            })?;
            Some(Spanned {
                value: rule,
                span: word.span,
            })
        })
        .collect()
}

/// What stands between the brackets of `ignore[…]` and `ignore-file[…]`, up to the end of the
/// comment where the second one is missing.
pub(super) fn brackets<'a>(body: &Spanned<&'a str>) -> Option<Spanned<&'a str>> {
    let text = body.value;
    let word = text.trim_start().split('[').next()?.trim_end();
    if !matches!(word, "ignore" | "ignore-file") {
        return None;
    }
    let start = text.find('[')? + 1;
    let rest = text.get(start..)?;
    let value = rest.get(..rest.find(']').unwrap_or(rest.len()))?;
    let from = body.span.start + start as u32;
    Some(Spanned {
        value,
        span: Span::new(from, from + value.len() as u32),
    })
}

/// The words of a list between commas.
fn words<'a>(list: &Spanned<&'a str>) -> impl Iterator<Item = Spanned<&'a str>> {
    let mut start = list.span.start;
    list.value.split(',').map(move |part| {
        let value = part.trim();
        let at = start + (part.len() - part.trim_start().len()) as u32;
        start += part.len() as u32 + 1;
        Spanned {
            value,
            span: Span::new(at, at + value.len() as u32),
        }
    })
}
