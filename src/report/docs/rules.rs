//! Rules as Markdown.

use std::fmt::Write as _;

use crate::rules::{Documentation, Example, FixAvailability, python};

/// The areas by the hundreds of their codes.
const AREAS: &[(u16, &str)] = &[
    (0, "YAML and schema"),
    (1, "sequence and graph"),
    (2, "processors"),
    (3, "data memory"),
    (4, "shapes and operators"),
    (5, "streaming and FIFO"),
    (6, "weight and bias memory"),
    (7, "limits of the chip"),
    (8, "model and checkpoint"),
    (9, "style, performance, and the tool itself"),
];

/// What there is to read about one rule.
pub fn rule_chapter(rule: &Documentation) -> String {
    let mut page = format!(
        "## {} {}\n\n{}.\n\n",
        rule.code,
        rule.name,
        capitalised(rule.summary)
    );
    let _ = writeln!(page, "- Severity: {}", rule.severity);
    let _ = writeln!(page, "- Fix: {}", fix(rule.fix));
    if let Some(source) = rule.source {
        let _ = writeln!(page, "- Source: {source}");
    }
    let _ = writeln!(page, "\n{}", rule.explanation.trim());
    let language = if python::is_python(rule.code) {
        "python"
    } else {
        "yaml"
    };
    for example in rule.examples {
        show_example(&mut page, example, language);
    }
    page
}

/// The rules whose codes start so, `AX3` for those about data memory; none where no code does.
pub fn area_chapter(start: &str, rules: impl IntoIterator<Item = Documentation>) -> Option<String> {
    let start = start.to_ascii_uppercase();
    let mut own = rules
        .into_iter()
        .filter(|rule| rule.code.to_string().starts_with(&start))
        .peekable();
    let hundred = own.peek()?.code.0 / 100;
    let (_, area) = AREAS.iter().find(|(number, _)| *number == hundred)?;
    let mut page = format!("## {start} {area}\n\n");
    for rule in own {
        let _ = writeln!(page, "- {} {}: {}", rule.code, rule.name, rule.summary);
    }
    Some(page)
}

/// The page of all rules: a table for each area, then the chapters. `rules` come by code.
pub fn rules_page(rules: impl IntoIterator<Item = Documentation>) -> String {
    let rules: Vec<Documentation> = rules.into_iter().collect();
    let mut page = String::from(
        "# Rules\n\n\
         Made from the source of the rules; `ai8x-lint explain CODE` shows the same. In the \
         examples, carets under a line mark what the rule reports.\n",
    );
    for (hundred, area) in AREAS {
        let mut own = rules
            .iter()
            .filter(|rule| rule.code.0 / 100 == *hundred)
            .peekable();
        if own.peek().is_none() {
            continue;
        }
        let _ = writeln!(
            page,
            "\n**AX{hundred}: {area}**\n\n| code | name | severity | fix | what is wrong |\n\
             |---|---|---|---|---|"
        );
        for rule in own {
            let _ = writeln!(
                page,
                "| [{code}](#{anchor}) | {} | {} | {} | {} |",
                rule.name,
                rule.severity,
                fix(rule.fix),
                rule.summary.replace('|', "\\|"),
                code = rule.code,
                anchor = rule_anchor(rule),
            );
        }
    }
    for rule in &rules {
        page.push('\n');
        page.push_str(&rule_chapter(rule));
    }
    page
}

/// The anchor that Markdown hosts make of a chapter's heading.
pub fn rule_anchor(rule: &Documentation) -> String {
    format!("{}-{}", rule.code, rule.name).to_lowercase()
}

fn fix(availability: FixAvailability) -> &'static str {
    match availability {
        FixAvailability::None => "no",
        FixAvailability::Sometimes => "sometimes",
        FixAvailability::Always => "yes",
    }
}

fn show_example(page: &mut String, example: &Example, language: &str) {
    for (title, text) in [("Reported", example.bad), ("Right", example.good)] {
        let _ = writeln!(page, "\n{title}:\n\n```{language}\n{}\n```", text.trim());
    }
    if let Some(shapes) = example.shapes {
        let _ = writeln!(
            page,
            "\nThe shapes of both:\n\n```json\n{}\n```",
            shapes.trim()
        );
    }
    if let Some(model) = example.model {
        let _ = writeln!(
            page,
            "\nThe model of both:\n\n```python\n{}\n```",
            model.trim()
        );
    }
}

/// A text with a large first letter.
fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity};

    const RULE: Documentation = Documentation {
        code: Code(199),
        name: "layer-without-rhyme",
        severity: Severity::Hint,
        summary: "a layer has no rhyme | reason",
        explanation: "Layers are *read aloud*.",
        examples: &[Example {
            model: None,
            bad: "\nlayers: plain\n#       ^^^^^ AX199\n",
            good: "layers: fair\n",
            shapes: Some("{\"input\": [1, 2, 3]}"),
        }],
        source: Some("`bard.py:7`"),
        fix: FixAvailability::Sometimes,
    };

    #[test]
    fn a_chapter_says_everything() {
        insta::assert_snapshot!(rule_chapter(&RULE), @r#"
        ## AX199 layer-without-rhyme

        A layer has no rhyme | reason.

        - Severity: hint
        - Fix: sometimes
        - Source: `bard.py:7`

        Layers are *read aloud*.

        Reported:

        ```yaml
        layers: plain
        #       ^^^^^ AX199
        ```

        Right:

        ```yaml
        layers: fair
        ```

        The shapes of both:

        ```json
        {"input": [1, 2, 3]}
        ```
        "#);
    }

    #[test]
    fn the_page_leads_to_the_chapter() {
        let page = rules_page([RULE]);
        let table: Vec<&str> = page.lines().skip(4).take(5).collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        **AX1: sequence and graph**

        | code | name | severity | fix | what is wrong |
        |---|---|---|---|---|
        | [AX199](#ax199-layer-without-rhyme) | layer-without-rhyme | hint | sometimes | a layer has no rhyme \| reason |
        ");
        assert!(page.ends_with(&rule_chapter(&RULE)));
    }
}
