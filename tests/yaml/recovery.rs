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

const NETWORK: &str = "\
arch: net
layers:
  - name: one
    processors: 0x1
    pad: 1
  - name: two
    processors: [1,
      2]
    out_offset: 0x2000  # comment
  - name: \"three\"
    pad: 2
unload: 3
";

/// The errors of the network with one line (the first is 1) replaced, what was left out, and,
/// where it differs from that of the whole network, the tree.
fn broken_at(line: usize, new: &str) -> String {
    let mut lines: Vec<&str> = NETWORK.lines().collect();
    lines[line - 1] = new;
    read(&(lines.join("\n") + "\n"))
}

fn read(text: &str) -> String {
    let document = yaml::parse(text);
    let mut out = String::new();
    for error in &document.errors {
        let line = text[..error.span.start as usize].matches('\n').count() + 1;
        let culprit = error.span.text(text);
        out += &format!("{line}: {:?} {culprit:?}: {}\n", error.kind, error.message);
    }
    for gap in &document.gaps {
        out += &format!("without {:?}\n", gap.span.text(text));
    }
    let tree = |document: &Document| document.root().map(|root| compact(document, root));
    match tree(&document) {
        read if read == tree(&yaml::parse(NETWORK)) => out + "whole\n",
        read => out + &read.unwrap_or_default() + "\n",
    }
}

/// A tree on one line; `?` before what could not be read.
fn compact(document: &Document, id: NodeId) -> String {
    let mark = if document.is_unreadable(id) { "?" } else { "" };
    let list = |parts: Vec<String>| parts.join(", ");
    match &document.raw(id).kind {
        NodeKind::Scalar(scalar) => format!("{mark}{}", scalar.text),
        NodeKind::Alias(_) => format!("{mark}*"),
        NodeKind::Sequence { items, .. } => {
            let items = items.iter().map(|item| compact(document, item.value));
            format!("{mark}[{}]", list(items.collect()))
        }
        NodeKind::Mapping { entries, .. } => {
            let entries = entries.iter().map(|entry| {
                let key = compact(document, entry.key);
                format!("{key}: {}", compact(document, entry.value))
            });
            format!("{mark}{{{}}}", list(entries.collect()))
        }
    }
}

#[test]
fn half_typed_lines_keep_the_rest() {
    insta::assert_snapshot!(broken_at(5, "    out_off"), @r#"
    5: Grammar "out_off": `out_off` is a key without a colon: write `out_off:`
    without "out_off"
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(3, "  - out_off"), @r#"
    3: Grammar "out_off": `out_off` is a key without a colon: write `out_off:`
    without "out_off"
    {arch: net, layers: [{processors: 0x1, pad: 1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(9, "    out_off"), @r#"
    9: Grammar "out_off": `out_off` is a key without a colon: write `out_off:`
    without "out_off"
    {arch: net, layers: [{name: one, processors: 0x1, pad: 1}, {name: two, processors: [1, 2]}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(4, "    processors: ["), @r#"
    4: Grammar "[": this `[` is not closed with `]`
    without "["
    {arch: net, layers: [{name: one, processors: ?, pad: 1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: [1, 2"), @r#"
    5: Grammar "[1, 2": this `[` is not closed with `]`
    without "[1, 2"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(11, "    pad: {a: 1"), @r#"
    11: Grammar "{a: 1": this `{` is not closed with `}`
    without "{a: 1"
    {arch: net, layers: [{name: one, processors: 0x1, pad: 1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: ?}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(3, "  - name: \"abc"), @r#"
    3: Grammar "\"abc": this `"` is never closed
    without "\"abc"
    {arch: net, layers: [{name: ?, processors: 0x1, pad: 1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: 'abc"), @r#"
    5: Grammar "'abc": this `'` is never closed
    without "'abc"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    - "), @r#"
    5: Grammar "-": no `-` item can stand here
    without "-"
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: *"), @r#"
    5: Grammar "*": a name is missing behind `&` or `*`
    without "*"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad 1"), @r#"
    5: Grammar "pad": `pad` is a key without a colon: write `pad:`
    whole
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad:1"), @r#"
    5: Grammar "pad:": a space is missing behind `pad:`
    whole
    "#);
    insta::assert_snapshot!(broken_at(2, "layers"), @r#"
    2: Grammar "layers": `layers` is a key without a colon: write `layers:`
    whole
    "#);
    // At the end of a text without a last line break.
    for line in ["    out_off", "  out_off", "out_off"] {
        let typed = format!("arch: net\nlayers:\n  - name: one\n    processors: 0x1\n{line}");
        assert_eq!(
            read(&typed),
            "5: Grammar \"out_off\": `out_off` is a key without a colon: write `out_off:`\n\
             without \"out_off\"\n{arch: net, layers: [{name: one, processors: 0x1}]}\n"
        );
    }
    insta::assert_snapshot!(broken_at(1, "arch net"), @r#"
    1: Grammar "arch": `arch` is a key without a colon: write `arch:`
    whole
    "#);
}

#[test]
fn indentation_is_mended() {
    insta::assert_snapshot!(broken_at(5, "      pad: 1"), @r#"
    5: Grammar "pad": `pad` is indented by 6 spaces, where 4 spaces are expected
    whole
    "#);
    insta::assert_snapshot!(broken_at(5, "   pad: 1"), @r#"
    5: Grammar "pad": `pad` is indented by 3 spaces, where 4 spaces are expected
    whole
    "#);
    insta::assert_snapshot!(broken_at(5, "  pad: 1"), @r#"
    5: Grammar "pad": `pad` is indented by 2 spaces, where 4 spaces are expected
    whole
    "#);
    insta::assert_snapshot!(broken_at(5, "pad: 1"), @r#"
    5: Grammar "pad": `pad` is not indented, where 4 spaces are expected
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, "   - name: two"), @r#"
    6: Grammar "-": this `-` is indented by 3 spaces, but the other items by 2 spaces
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, " - name: two"), @r#"
    6: Grammar "-": this `-` is indented by 1 space, but the other items by 2 spaces
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, "   name: two"), @r#"
    6: Grammar "name": a `- ` is missing before `name`
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, "  name: two"), @r#"
    6: Grammar "name": a `- ` is missing before `name`
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, "  -name: two"), @r#"
    6: Grammar "-": a space is missing behind this `-`
    whole
    "#);
    insta::assert_snapshot!(broken_at(3, "    name: one"), @r#"
    3: Grammar "name": a `- ` is missing before `name`
    whole
    "#);
    insta::assert_snapshot!(broken_at(3, ""), @r#"
    4: Grammar "processors": a `- ` is missing before `processors`
    {arch: net, layers: [{processors: 0x1, pad: 1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "\tpad: 1"), @r#"
    5: Tab "\t": a tab indents this line; only spaces may
    whole
    "#);
    insta::assert_snapshot!(broken_at(6, "\t- name: two"), @r#"
    6: Tab "\t": a tab indents this line; only spaces may
    whole
    "#);
}

#[test]
fn stray_text_is_left_out() {
    insta::assert_snapshot!(broken_at(5, "    pad: 1 op: 2"), @r#"
    5: Grammar ":": a second `key: value` on the same line; start a new line, or quote the value if the colon belongs to it
    without "1 op: 2"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: a: b"), @r#"
    5: Grammar ":": a second `key: value` on the same line; start a new line, or quote the value if the colon belongs to it
    without "a: b"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: ]"), @r#"
    5: Grammar "]": this `]` closes nothing
    without "]"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    }"), @r#"
    5: Grammar "}": this `}` closes nothing
    without "}"
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: @x"), @r#"
    5: Grammar "@": `@` cannot start a key or a value; quote the text
    without "@x"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    %pad: 1"), @r#"
    5: Grammar "%": `%` cannot start a key or a value; quote the text
    without "%pad: 1"
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: \"x\" y"), @r#"
    5: Grammar "y": text stands behind the end of the value
    without "\"x\" y"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: \"\\q\""), @r#"
    5: Grammar "\"\\q\"": `\` starts an escape that does not exist; write `\\` or use single quotes
    without "\"\\q\""
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: |x"), @r#"
    5: Grammar "|x": `|` or `>` starts a text over several lines and takes nothing else on its line
    without "|x"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    pad: !e!x y"), @r#"
    5: Grammar "!e!x": this tag is not declared
    without "!e!x y"
    {arch: net, layers: [{name: one, processors: 0x1, pad: ?}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "    : 1"), @r#"
    5: Grammar ":": no key stands before this `:`
    without ": 1"
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(7, "    processors: [1 2: 3 4: 5,"), @r#"
    7: Grammar ":": a comma or a closing bracket is missing before this
    without "[1 2: 3 4: 5,\n      2]"
    {arch: net, layers: [{name: one, processors: 0x1, pad: 1}, {name: two, processors: ?, out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
    insta::assert_snapshot!(broken_at(5, "---"), @r#"
    5: SecondDocument "---": a second document starts here, but a file holds one network
    {arch: net, layers: [{name: one, processors: 0x1}, {name: two, processors: [1, 2], out_offset: 0x2000}, {name: three, pad: 2}], unload: 3}
    "#);
}

#[test]
fn several_culprits_are_all_reported() {
    let text = "\
arch net
layers:
  - name: \"one
    processors: 0x1
    pad:1
  - name: two
     op: conv2d
    processors: [1, 2
\tpad: 1
   - name: three
    out_of
";
    insta::assert_snapshot!(read(text), @r#"
    1: Grammar "arch": `arch` is a key without a colon: write `arch:`
    3: Grammar "\"one": this `"` is never closed
    5: Grammar "pad:": a space is missing behind `pad:`
    7: Grammar "op": `op` is indented by 5 spaces, where 4 spaces are expected
    8: Grammar "[1, 2": this `[` is not closed with `]`
    9: Tab "\t": a tab indents this line; only spaces may
    11: Grammar "out_of": `out_of` is a key without a colon: write `out_of:`
    without "\"one"
    without "pad: 1"
    without "processors: [1, 2"
    without "out_of"
    {arch: net, layers: [{name: ?, processors: 0x1, pad: 1}, {name: two, op: conv2d}, [{name: three}]]}
    "#);
}

#[test]
fn a_mapping_knows_that_it_lacks_something() {
    let text = "layers:\n  - pad: 1\n    out_of\n  # x\n  - pad: [\n    op: none\n  - pad: 2\n";
    let document = yaml::parse(text);
    let layers = document
        .get(document.root().expect("a root"), "layers")
        .expect("layers");
    let incomplete: Vec<bool> = document
        .items(layers)
        .iter()
        .map(|item| document.is_incomplete(item.value))
        .collect();
    assert_eq!(incomplete, [true, true, false]);
    let pads: Vec<bool> = document
        .items(layers)
        .iter()
        .filter_map(|item| document.get(item.value, "pad"))
        .map(|pad| document.is_unreadable(pad))
        .collect();
    assert_eq!(pads, [false, true, false]);
}

#[test]
fn places_in_a_mended_text_are_those_of_the_original() {
    let text = "é: 1\n   b: {c: 2} # d\nlist:\n  - 1\n\te: &f 3\nz: *f\n";
    let document = yaml::parse(text);
    let root = document.root().expect("a root");
    let texts = |key: &str| {
        let entry = document
            .entries(root)
            .iter()
            .find(|entry| document.is_text(entry.key, key));
        let entry = entry.expect("a key");
        let place = |id| document.span(id).text(text);
        (place(entry.key), place(entry.value))
    };
    assert_eq!(texts("b"), ("b", "{c: 2}"));
    assert_eq!(texts("e"), ("e", "3"));
    assert_eq!(texts("z"), ("z", "*f"));
    assert_eq!(document.comments[0].span.text(text), "# d");
    let list = document.get(root, "list").expect("a list");
    assert_eq!(
        document.items(list)[0].dash.map(|dash| dash.text(text)),
        Some("-")
    );
}
