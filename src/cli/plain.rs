//! Markdown as plain text for a terminal.

/// Columns of a line.
const WIDTH: usize = 80;

/// Markdown with its paragraphs wrapped and its fences and heading signs taken out.
pub(super) fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        let heading = line.trim_start_matches('#');
        if line.starts_with("```") {
            flush(&mut paragraph, &mut out);
            fenced = !fenced;
        } else if fenced {
            push_line(&mut out, &format!("    {line}"));
        } else if heading.len() < line.len() && heading.starts_with(' ') {
            flush(&mut paragraph, &mut out);
            push_line(&mut out, heading.trim());
        } else if line.trim().is_empty() {
            flush(&mut paragraph, &mut out);
            out.push('\n');
        } else {
            if line.starts_with("- ") {
                flush(&mut paragraph, &mut out);
            }
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

/// Wraps a paragraph; the lines of a list item stand below its text.
fn flush(paragraph: &mut String, out: &mut String) {
    let indent = if paragraph.starts_with("- ") {
        "  "
    } else {
        ""
    };
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            push_line(out, &line);
            line = indent.to_owned();
        }
        if !line.trim().is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        push_line(out, &line);
    }
    paragraph.clear();
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_reads_well_as_text() {
        insta::assert_snapshot!(plain(
            "## AX1 `x`\n\nOne two three four five six seven eight nine ten eleven twelve thirteen \
             fourteen\nfifteen.\n\n- A list item that goes on and on until its line is full and \
             another one is needed.\n- b\n\n```yaml\nlayers:\n\n  - pad: 1\n```\nend"
        ), @"
        AX1 `x`

        One two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen.

        - A list item that goes on and on until its line is full and another one is
          needed.
        - b

            layers:

              - pad: 1
        end
        ");
    }
}
