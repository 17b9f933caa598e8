//! What an editor offers to do: the fixes of findings, comments that suppress them, and other ways
//! to write a number.
//!
//! Mending everything at once heeds what is selected and suppressed, so it stands where that is
//! decided: `workspace::fix`.

use crate::diagnostic::{Applicability, Code, Finding};
use crate::rules::{tool, words};
use crate::text::{Edit, LineIndex, Span, apply_edits};
use crate::yaml::{self, Comment};

use super::{Analyzed, comment};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// What kind of thing.
    pub kind: ActionKind,
    /// Whether it is the one to take.
    pub preferred: bool,
    /// The findings that it is about, by their index in [`Analyzed::findings`].
    pub findings: Vec<usize>,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// What no grammar allows.
const SYNTAX: Code = Code(1);

/// The kinds of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Mends or suppresses a finding.
    QuickFix,
    /// Writes the same thing in another way.
    Refactor,
}

/// What can be done about the text in `within`: the fixes of its findings first, then other ways
/// to write it, then the comments that suppress the findings.
pub fn actions(analyzed: &Analyzed, within: Span) -> Vec<Action> {
    let here: Vec<(usize, &Finding)> = analyzed
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| meet(finding.span, within))
        .collect();
    let mut found = Vec::new();
    for (index, finding) in &here {
        found.extend(fixes(*index, finding));
    }
    found.extend(all_of_a_kind(analyzed, &here));
    found.extend(spellings(analyzed, within));
    let lines = LineIndex::new(&analyzed.text);
    for (index, finding) in &here {
        found.extend(suppress_here(analyzed, &lines, *index, finding));
        found.extend(suppress_in_file(analyzed, *index, finding));
    }
    // Two findings at one place may want the same.
    let mut unique: Vec<Action> = Vec::new();
    for action in found {
        match unique.iter_mut().find(|one| one.edits == action.edits) {
            Some(same) => {
                same.preferred |= action.preferred;
                same.findings.extend(action.findings);
            }
            None => unique.push(action),
        }
    }
    unique
}

fn meet(one: Span, other: Span) -> bool {
    one.touches(other.start) || other.touches(one.start)
}

fn fixes(index: usize, finding: &Finding) -> impl Iterator<Item = Action> {
    let is_safe = |applicability| applicability == Applicability::Safe;
    let safe = finding
        .fixes
        .iter()
        .filter(|fix| is_safe(fix.applicability));
    let only_safe = safe.count() == 1;
    finding.fixes.iter().map(move |fix| Action {
        title: fix.title.clone(),
        kind: ActionKind::QuickFix,
        preferred: only_safe && is_safe(fix.applicability),
        findings: vec![index],
        edits: fix.edits.clone(),
    })
}

/// The safe fixes of all findings of one rule together, where there are several.
fn all_of_a_kind(analyzed: &Analyzed, here: &[(usize, &Finding)]) -> Vec<Action> {
    let mut codes: Vec<Code> = here.iter().map(|(_, finding)| finding.code).collect();
    codes.sort();
    codes.dedup();
    codes
        .into_iter()
        .filter_map(|code| {
            let fixes: Vec<&[Edit]> = analyzed
                .findings
                .iter()
                .filter(|finding| finding.code == code)
                .filter_map(|finding| {
                    let fix = finding.fixes.first()?;
                    (fix.applicability == Applicability::Safe).then_some(fix.edits.as_slice())
                })
                .collect();
            let edits = fixes.concat();
            // Those that overlap wait for their turn.
            (fixes.len() > 1 && apply_edits(&analyzed.text, &edits).is_some()).then(|| Action {
                title: format!("Fix all {} of {code} in this file", fixes.len()),
                kind: ActionKind::QuickFix,
                preferred: false,
                findings: here
                    .iter()
                    .filter(|(_, finding)| finding.code == code)
                    .map(|(index, _)| *index)
                    .collect(),
                edits,
            })
        })
        .collect()
}

/// Masks with all their digits, offsets in hex.
fn spellings(analyzed: &Analyzed, within: Span) -> Vec<Action> {
    let layers = analyzed.network.layers.iter();
    let numbers = layers.flat_map(|layer| {
        let masks = [&layer.processors, &layer.output_processors]
            .map(|field| (field.span(), field.value().map(words::mask)));
        let offsets = [&layer.in_offset, &layer.out_offset]
            .map(|field| (field.span(), field.value().map(words::offset)));
        masks.into_iter().chain(offsets)
    });
    numbers
        .filter_map(|(span, wanted)| {
            let (span, wanted) = (span?, wanted?);
            let written = span.text(&analyzed.text);
            let is_own = !written.is_empty() && !written.starts_with(['*', '&', '!']);
            (is_own && written != wanted && meet(span, within)).then(|| Action {
                title: format!("Write `{wanted}`"),
                kind: ActionKind::Refactor,
                preferred: false,
                findings: Vec::new(),
                edits: vec![Edit::replace(span, wanted)],
            })
        })
        .collect()
}

/// A comment on the line of a finding that suppresses it.
fn suppress_here(
    analyzed: &Analyzed,
    lines: &LineIndex,
    index: usize,
    finding: &Finding,
) -> Option<Action> {
    let code = suppressible(finding)?;
    let text = &analyzed.text;
    let line = lines.line(finding.span.start);
    let start = lines.line_start(line);
    let content = Span::new(start, lines.line_start(line + 1)).text(text);
    let end = start + content.trim_end().len() as u32;
    let on_line = |comment: &&Comment| lines.line(comment.span.start) == line;
    let edit = match analyzed.document.comments.iter().find(on_line) {
        Some(comment) => match added(analyzed, *comment, "ignore", code) {
            Some(edit) => edit,
            None if comment::directive(analyzed, *comment).is_none() => {
                Edit::insert(end, format!("  # ai8x-lint: ignore[{code}]"))
            }
            None => above(analyzed, start, content, code),
        },
        None => Edit::insert(end, format!("  # ai8x-lint: ignore[{code}]")),
    };
    let edit = Some(edit)
        .filter(|edit| stays_a_comment(analyzed, edit))
        .or_else(|| {
            Some(above(analyzed, start, content, code))
                .filter(|edit| stays_a_comment(analyzed, edit))
        })?;
    let is_head = analyzed
        .network
        .layers
        .iter()
        .any(|layer| lines.line(layer.head.start) == line);
    Some(Action {
        title: if is_head {
            format!("Suppress {code} in this layer")
        } else {
            format!("Suppress {code} on this line")
        },
        kind: ActionKind::QuickFix,
        preferred: false,
        findings: vec![index],
        edits: vec![edit],
    })
}

/// A comment at the top that suppresses a rule in the whole file.
fn suppress_in_file(analyzed: &Analyzed, index: usize, finding: &Finding) -> Option<Action> {
    let code = suppressible(finding)?;
    let comments = &analyzed.document.comments;
    let edit = comments
        .iter()
        .find_map(|comment| added(analyzed, *comment, "ignore-file", code))
        .unwrap_or_else(|| {
            // A byte order mark stays in front.
            let start = analyzed
                .text
                .strip_prefix('\u{feff}')
                .map_or(0, |rest| analyzed.text.len() - rest.len());
            let end = analyzed.line_break();
            Edit::insert(
                start as u32,
                format!("# ai8x-lint: ignore-file[{code}]{end}"),
            )
        });
    stays_a_comment(analyzed, &edit).then(|| Action {
        title: format!("Suppress {code} in this file"),
        kind: ActionKind::QuickFix,
        preferred: false,
        findings: vec![index],
        edits: vec![edit],
    })
}

/// The code of a finding that a comment may suppress: what the tool says of itself is none, and
/// text that is no YAML is nothing to be silent about.
fn suppressible(finding: &Finding) -> Option<Code> {
    let own = tool::TOOL.iter().any(|rule| rule.code == finding.code);
    (!own && finding.code != SYNTAX).then_some(finding.code)
}

/// Adds a rule to the list of a suppression.
fn added(analyzed: &Analyzed, comment: Comment, word: &str, code: Code) -> Option<Edit> {
    let body = comment::directive(analyzed, comment)?;
    let list = comment::brackets(&body)?;
    let says = body.value.trim_start().split('[').next()?.trim_end();
    let is_closed = analyzed
        .text
        .get(list.span.end as usize..)?
        .starts_with(']');
    let separator = if list.value.trim().is_empty() {
        ""
    } else {
        ", "
    };
    (says == word && is_closed).then(|| Edit::insert(list.span.end, format!("{separator}{code}")))
}

/// A comment with a line for itself.
fn above(analyzed: &Analyzed, start: u32, content: &str, code: Code) -> Edit {
    let indentation: String = content.chars().take_while(|c| *c == ' ').collect();
    let end = analyzed.line_break();
    Edit::insert(
        start,
        format!("{indentation}# ai8x-lint: ignore[{code}]{end}"),
    )
}

/// Whether an inserted comment is read as one, and everything else as before.
fn stays_a_comment(analyzed: &Analyzed, edit: &Edit) -> bool {
    let Some(text) = apply_edits(&analyzed.text, std::slice::from_ref(edit)) else {
        return false;
    };
    let document = yaml::parse(&text);
    let written = Span::new(
        edit.span.start,
        edit.span.start + edit.new_text.len() as u32,
    );
    document.node_count() == analyzed.document.node_count()
        && document.errors.len() == analyzed.document.errors.len()
        && document
            .comments
            .iter()
            .any(|comment| meet(comment.span, written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{cursor, plain};

    const HEAD: &str = "arch: a\ndataset: a\nlayers:\n";

    /// The titles of what can be done at the cursor.
    fn titles(text: &str) -> String {
        let (analyzed, offset) = cursor(text);
        let titles: Vec<String> = actions(&analyzed, Span::at(offset))
            .iter()
            .map(|action| {
                let preferred = if action.preferred { "* " } else { "" };
                format!("{preferred}{}", action.title)
            })
            .collect();
        titles.join("\n")
    }

    /// The text after the action whose title starts so.
    fn done(text: &str, title: &str) -> String {
        let (analyzed, offset) = cursor(text);
        let action = actions(&analyzed, Span::at(offset))
            .into_iter()
            .find(|action| action.title.starts_with(title))
            .expect("the action");
        apply_edits(&analyzed.text, &action.edits).expect("edits that fit")
    }

    #[test]
    fn a_finding_offers_its_fixes_and_comments() {
        insta::assert_snapshot!(titles(&format!("{HEAD}  - op: fc\n    procesors$0: 1\n    out_offset: 0\n")), @r"
        * Rename to `processors`
        Suppress AX006 on this line
        Suppress AX006 in this file
        ");
        insta::assert_snapshot!(done(&format!("{HEAD}  - op: fc\n    procesors$0: 1\n    out_offset: 0\n"), "Rename"), @r"
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            out_offset: 0
        ");
    }

    #[test]
    fn what_mends_two_findings_is_one_action() {
        let layer =
            "  - op: none\n    in_dim: [8, 8]\n    processors: 0x0f\n    output_processors: 0x0f\n";
        let text = format!(
            "{HEAD}{layer}    out_offset: 4$0000\n{layer}    in_sequences: 0\n    in_offset: 0x4000\n    out_offset: 0\n"
        );
        let (analyzed, offset) = cursor(&text);
        let found = actions(&analyzed, Span::at(offset));
        let action = found.first().expect("an action");
        let codes: Vec<String> = action
            .findings
            .iter()
            .map(|index| analyzed.findings[*index].code.to_string())
            .collect();
        insta::assert_snapshot!(format!("{} {codes:?}", action.title), @r#"Write `0x4000` ["AX062", "AX310"]"#);
        let same = |other: &&Action| other.edits == action.edits;
        assert_eq!(found.iter().filter(same).count(), 1);
    }

    #[test]
    fn numbers_can_be_written_in_full() {
        insta::assert_snapshot!(done(&format!("{HEAD}  - op: fc\n    processors: 0x.f$0\n    out_offset: 0\n"), "Write"), @r"
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 0x000000000000000f
            out_offset: 0
        ");
    }

    #[test]
    fn a_suppression_goes_where_it_is_read() {
        let text =
            format!("{HEAD}  - op: fc\n    processors: 1\n    out_offset: 0x99999$0 # far\n");
        insta::assert_snapshot!(done(&text, "Suppress AX301 on"), @r"
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            out_offset: 0x99999 # far  # ai8x-lint: ignore[AX301]
        ");
        insta::assert_snapshot!(done(&text, "Suppress AX301 in this file"), @r"
        # ai8x-lint: ignore-file[AX301]
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            out_offset: 0x99999 # far
        ");
        let text = format!(
            "# ai8x-lint: ignore-file[AX1]\n{HEAD}  - op: fc\n    processors: 1\n    out_offset: 0x99999$0 # ai8x-lint: ignore[AX9] x\n"
        );
        insta::assert_snapshot!(done(&text, "Suppress AX301 on"), @r"
        # ai8x-lint: ignore-file[AX1]
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            out_offset: 0x99999 # ai8x-lint: ignore[AX9, AX301] x
        ");
        insta::assert_snapshot!(done(&text, "Suppress AX301 in this file"), @r"
        # ai8x-lint: ignore-file[AX1, AX301]
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            out_offset: 0x99999 # ai8x-lint: ignore[AX9] x
        ");
        let text = format!(
            "# ai8x-lint: device=MAX78000\n{HEAD}  - op: fc\n    processors: 1\n    out_offset: 0x99999$0 # ai8x-lint: keep\n"
        );
        insta::assert_snapshot!(done(&text, "Suppress AX301 on"), @r"
        # ai8x-lint: device=MAX78000
        arch: a
        dataset: a
        layers:
          - op: fc
            processors: 1
            # ai8x-lint: ignore[AX301]
            out_offset: 0x99999 # ai8x-lint: keep
        ");
        insta::assert_snapshot!(titles(&format!("{HEAD}  $0- op: fc\n    groups: 2\n")), @r"
        * Add `out_offset: 0x0000`
        * Add `activate: None`
        Suppress AX009 in this layer
        Suppress AX009 in this file
        Suppress AX043 in this layer
        Suppress AX043 in this file
        Suppress AX045 in this layer
        Suppress AX045 in this file
        Suppress AX954 in this layer
        Suppress AX954 in this file
        ");
    }

    #[test]
    fn nobody_suppresses_what_is_no_yaml() {
        assert_eq!(
            titles(&format!("{HEAD}  - op: fc\n    pro$0\n    groups: 1\n")),
            ""
        );
    }

    #[test]
    fn line_breaks_stay_as_they_are() {
        let text = format!("{HEAD}  - op: fc\n    processors: 1\n    out_offset: 0x99999$0\n")
            .replace('\n', "\r\n");
        let done = done(&text, "Suppress AX301 in this file");
        assert!(done.starts_with("# ai8x-lint: ignore-file[AX301]\r\narch"));
    }

    #[test]
    fn places_without_findings_offer_nothing() {
        let analyzed = plain("# nothing\n");
        assert_eq!(actions(&analyzed, Span::at(3)), []);
    }
}
