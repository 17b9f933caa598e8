//! Broken lines in real networks: every pair that survives hangs where it hung before.

use std::collections::HashMap;

use ai8x_lint::yaml::{self, Document, NodeId, NodeKind, SyntaxErrorKind};

use crate::corpus::{self, Random};

/// Every key of a tree by the offset of its text: its path, and the text of a scalar value.
fn pairs(document: &Document, text: &str) -> HashMap<u32, (String, String)> {
    fn walk(
        document: &Document,
        text: &str,
        id: NodeId,
        path: &str,
        pairs: &mut HashMap<u32, (String, String)>,
    ) {
        for (index, item) in document.items(id).iter().enumerate() {
            walk(
                document,
                text,
                item.value,
                &format!("{path}/{index}"),
                pairs,
            );
        }
        for entry in document.entries(id) {
            let key = document.span(entry.key);
            let path = format!("{path}/{}", key.text(text));
            let value = match document.raw(entry.value).kind {
                NodeKind::Scalar(_) => document.span(entry.value).text(text).to_owned(),
                _ => String::new(),
            };
            walk(document, text, entry.value, &path, pairs);
            pairs.insert(key.start, (path, value));
        }
    }
    let mut found = HashMap::new();
    if let Some(root) = document.root() {
        walk(document, text, root, "", &mut found);
    }
    found
}

const KINDS: [&str; 14] = [
    "delete a character",
    "insert a character",
    "replace a character",
    "delete up to 12 characters",
    "cut the line short",
    "no colon",
    "open bracket",
    "open quote",
    "indent more",
    "indent less",
    "tab for indentation",
    "no dash",
    "stray text line",
    "stray dash line",
];

/// One line, broken in one way; `None` where the way does not fit the line.
fn broken(line: &str, kind: usize, random: &mut Random) -> Option<String> {
    const NOISE: &[u8] = b"abz019 :-#'\"[]{},&*!|>%@`?\t.xX_/";
    let at = random.below(line.len());
    let noise = char::from(NOISE[random.below(NOISE.len())]);
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    if !line.is_ascii() || text.is_empty() {
        return None;
    }
    Some(match kind {
        0 => format!("{}{}", &line[..at], &line[at + 1..]),
        1 => format!("{}{noise}{}", &line[..at], &line[at..]),
        2 => format!("{}{noise}{}", &line[..at], &line[at + 1..]),
        3 => {
            let end = (at + 1 + random.below(12)).min(line.len());
            format!("{}{}", &line[..at], &line[end..])
        }
        4 => line[..at].to_owned(),
        5 => line.replacen(':', "", 1),
        6 => format!("{}: [", line.split_once(':')?.0),
        7 => format!("{}: \"abc", line.split_once(':')?.0),
        8 => format!("{}{line}", " ".repeat(1 + random.below(4))),
        9 => format!("{}{text}", indent.get(1 + random.below(3)..)?),
        10 if !indent.is_empty() => format!("\t{text}"),
        11 => format!("{indent}{}", text.strip_prefix("- ")?),
        12 => format!("{line}\n{indent}out_of"),
        13 => format!("{line}\n{indent}- "),
        _ => return None,
    })
}

/// A path without its top key, which may itself be the broken one.
fn below(path: &str) -> &str {
    path[1..].split_once('/').map_or("", |(_, rest)| rest)
}

#[test]
fn surviving_pairs_stay_under_their_layer() {
    let Some(files) = corpus::texts("vendor/networks") else {
        return;
    };
    let mut random = Random(7);
    let mut table = [[0usize; 5]; KINDS.len()];
    let verbose = std::env::var("VERBOSE").ok();
    for (file, text) in files {
        if text.len() > 12_000 {
            continue;
        }
        let before = pairs(&yaml::parse(&text), &text);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for round in 0..KINDS.len() * 10 {
            let kind = round % KINDS.len();
            let number = random.below(lines.len());
            let line = lines[number].trim_end_matches('\n');
            let Some(new) = broken(line, kind, &mut random) else {
                continue;
            };
            let start: usize = lines[..number].iter().map(|line| line.len()).sum();
            let (old_end, new_end) = (start + line.len(), start + new.len());
            let changed = format!("{}{new}{}", &text[..start], &text[old_end..]);
            let document = yaml::parse(&changed);
            let syntactic = |error: &yaml::SyntaxError| {
                matches!(error.kind, SyntaxErrorKind::Grammar | SyntaxErrorKind::Tab)
            };
            if !document.errors.iter().any(syntactic) {
                continue;
            }
            let after = pairs(&document, &changed);
            let elsewhere = |offset: u32| {
                let offset = offset as usize;
                if offset < start {
                    Some(offset as u32)
                } else if offset > new_end {
                    Some((offset - new_end + old_end) as u32)
                } else {
                    None
                }
            };
            let mut wrong = 0;
            let mut kept = 0;
            for (offset, pair) in &after {
                let Some(original) = elsewhere(*offset) else {
                    continue;
                };
                kept += 1;
                if before
                    .get(&original)
                    .is_none_or(|old| below(&old.0) != below(&pair.0))
                {
                    wrong += 1;
                }
            }
            let all = before
                .keys()
                .filter(|&&offset| (offset as usize) < start || offset as usize > old_end)
                .count();
            table[kind][0] += 1;
            table[kind][1] += usize::from(document.errors.len() != 1);
            table[kind][2] += usize::from(wrong > 0);
            table[kind][3] += all.saturating_sub(kept);
            table[kind][4] += all;
            if (wrong > 0 && verbose.as_deref() == Some("wrong"))
                || (document.errors.len() > 1 && verbose.as_deref() == Some("many"))
                || (all > kept + 1 && verbose.as_deref() == Some("lost"))
            {
                println!(
                    "--- {} {} wrong {wrong} lost {}",
                    file.display(),
                    KINDS[kind],
                    all.saturating_sub(kept)
                );
                for l in &lines[number.saturating_sub(3)..number] {
                    print!("    {l}");
                }
                println!("<<< {line:?}\n>>> {new:?}");
                for l in &lines[(number + 1).min(lines.len())..(number + 4).min(lines.len())] {
                    print!("    {l}");
                }
                for error in &document.errors {
                    println!(
                        "  {:?} {:?} {}",
                        error.kind,
                        error.span.text(&changed),
                        error.message
                    );
                }
                for gap in &document.gaps {
                    println!("  gap {:?}", gap.span.text(&changed));
                }
            }
        }
    }
    for (kind, [texts, several, wrong, lost, all]) in KINDS.iter().zip(table) {
        println!(
            "{kind:28} texts {texts:5} not one error {several:4} wrong layer {wrong:4} lost {lost:5} of {all}"
        );
    }
}
