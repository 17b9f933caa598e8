//! The tree of whole texts: places, kinds, and what is refused.

use std::fmt::Write;

use ai8x_lint::text::Span;
use ai8x_lint::yaml::{self, Document, NodeId, NodeKind, SyntaxErrorKind, Value};

/// A line a node: depth, place, text under it, and what it is.
fn outline(text: &str) -> String {
    fn walk(document: &Document, text: &str, id: NodeId, depth: usize, out: &mut String) {
        let node = document.raw(id);
        let mark = if document.is_unreadable(id) { "?" } else { "" };
        let _ = write!(out, "{:indent$}{mark}", "", indent = depth * 2);
        let _ = write!(out, "{}..{} ", node.span.start, node.span.end);
        if let Some(anchor) = node.anchor {
            let _ = write!(out, "{} ", anchor.text(text));
        }
        match &node.kind {
            NodeKind::Scalar(scalar) => {
                let _ = writeln!(out, "{:?} {:?}", node.span.text(text), scalar.resolve());
            }
            NodeKind::Alias(target) => {
                let to = document.span(*target);
                let _ = writeln!(
                    out,
                    "{:?} to {}..{}",
                    node.span.text(text),
                    to.start,
                    to.end
                );
            }
            NodeKind::Sequence { items, flow } => {
                let _ = writeln!(out, "sequence{}", if *flow { " in brackets" } else { "" });
                for item in items {
                    if let Some(dash) = item.dash {
                        assert_eq!(dash.text(text), "-");
                        let _ = writeln!(out, "{:indent$}- {}", "", dash.start, indent = depth * 2);
                    }
                    walk(document, text, item.value, depth + 1, out);
                }
            }
            NodeKind::Mapping { entries, flow } => {
                let _ = writeln!(out, "mapping{}", if *flow { " in brackets" } else { "" });
                for entry in entries {
                    walk(document, text, entry.key, depth + 1, out);
                    walk(document, text, entry.value, depth + 2, out);
                }
            }
        }
    }
    let document = yaml::parse(text);
    let mut out = String::new();
    if let Some(root) = document.root() {
        walk(&document, text, root, 0, &mut out);
    }
    for comment in &document.comments {
        let _ = writeln!(out, "comment {:?}", comment.span.text(text));
    }
    out + &errors(text)
}

/// A line an error: kind, culprit, message.
fn errors(text: &str) -> String {
    let mut out = String::new();
    for error in &yaml::parse(text).errors {
        let culprit = error.span.text(text);
        let line = text[..error.span.start as usize].matches('\n').count() + 1;
        let _ = writeln!(
            out,
            "{line}: {:?} {culprit:?}: {}",
            error.kind, error.message
        );
    }
    out
}

#[test]
fn every_place_is_exact() {
    let text = "\
---
arch: ai85net  # the chip
layers:
  # first
  - pad: [1, 2 ]
    op: \"conv 2d\"

  -   name: 'x'
      flat:

unload: {a: 1, b}
last:
- 1
-
- - 2

# end
";
    insta::assert_snapshot!(outline(text), @r##"
    4..148 mapping
      4..8 "arch" String("arch")
        10..17 "ai85net" String("ai85net")
      30..36 "layers" String("layers")
        50..111 sequence
        - 50
          52..82 mapping
            52..55 "pad" String("pad")
              57..64 sequence in brackets
                58..59 "1" Int(1)
                61..62 "2" Int(2)
            69..71 "op" String("op")
              73..82 "\"conv 2d\"" String("conv 2d")
        - 86
          90..111 mapping
            90..94 "name" String("name")
              96..99 "'x'" String("x")
            106..110 "flat" String("flat")
              111..111 "" Null
      113..119 "unload" String("unload")
        121..130 mapping in brackets
          122..123 "a" String("a")
            125..126 "1" Int(1)
          128..129 "b" String("b")
            129..129 "" Null
      131..135 "last" String("last")
        137..148 sequence
        - 137
          139..140 "1" Int(1)
        - 141
          142..142 "" Null
        - 143
          145..148 sequence
          - 145
            147..148 "2" Int(2)
    comment "# the chip"
    comment "# first"
    comment "# end"
    "##);
}

#[test]
fn anchors_tags_and_block_scalars_have_places() {
    let text = "\
a: &one !!str 12
b: *one
c: &two
- x
- *one
d: !!seq
  - y
e: *two
f: |2-  # text
    in
  out

g: >
h: !!null
";
    insta::assert_snapshot!(outline(text), @r##"
    0..110 mapping
      0..1 "a" String("a")
        14..16 &one "12" String("12")
      17..18 "b" String("b")
        20..24 "*one" to 14..16
      25..26 "c" String("c")
        33..43 &two sequence
        - 33
          35..36 "x" String("x")
        - 37
          39..43 "*one" to 14..16
      44..45 "d" String("d")
        55..58 sequence
        - 55
          57..58 "y" String("y")
      59..60 "e" String("e")
        62..66 "*two" to 33..43
      67..68 "f" String("f")
        70..94 "|2-  # text\n    in\n  out" String("  in\nout")
      96..97 "g" String("g")
        99..100 ">" String("")
      101..102 "h" String("h")
        110..110 "" Null
    comment "# text"
    "##);
}

#[test]
fn byte_order_marks_carriage_returns_and_umlauts_count_as_bytes() {
    let text =
        "\u{feff}größe: 'süß' # ö\r\nlist:\r\n  - \"é\u{1F600}\"\r\n  - |\r\n   ü\r\n   ö\r\nz: 1";
    insta::assert_snapshot!(outline(text), @r##"
    3..72 mapping
      3..10 "größe" String("größe")
        12..19 "'süß'" String("süß")
      26..30 "list" String("list")
        35..66 sequence
        - 35
          37..45 "\"é😀\"" String("é😀")
        - 49
          51..66 "|\r\n   ü\r\n   ö" String("ü\nö\n")
      68..69 "z" String("z")
        71..72 "1" Int(1)
    comment "# ö"
    "##);
}

#[test]
fn the_line_breaks_of_yaml_1_1_are_line_breaks() {
    insta::assert_snapshot!(outline("a: 1\u{85}b: 2\u{2028}c: \"x\u{2029}y\" # d\u{2028}e: 3"), @r##"
    0..34 mapping
      0..1 "a" String("a")
        3..4 "1" Int(1)
      6..7 "b" String("b")
        9..10 "2" Int(2)
      13..14 "c" String("c")
        16..23 "\"x\u{2029}y\"" String("x y")
      30..31 "e" String("e")
        33..34 "3" Int(3)
    comment "# d\u{2028}"
    "##);
}

#[test]
fn empty_texts_have_no_root() {
    for text in ["", "\n\n", "# comment\n", "   ", "\u{feff}"] {
        let document = yaml::parse(text);
        assert!(document.root().is_none(), "{text:?}");
        assert!(document.errors.is_empty(), "{text:?}");
    }
    let null = yaml::parse("---\n");
    let root = null.root().expect("a null");
    assert_eq!(null.value(root), Some(Value::Null));
}

#[test]
fn lookups_follow_aliases() {
    let text = "base: &b {pad: 1}\nuse: *b\nuse: 2\n";
    let document = yaml::parse(text);
    let root = document.root().expect("a mapping");
    let used = document.get(root, "use").expect("the first of two");
    assert_eq!(document.span(used).text(text), "*b");
    let pad = document.get(used, "pad").expect("a key");
    assert_eq!(document.value(pad), Some(Value::Int(1)));
    assert_eq!(document.entries(root).len(), 3);
    assert!(document.get(root, "no").is_none());
    assert!(document.get(pad, "no").is_none());
    assert!(document.items(pad).is_empty());
}

#[test]
fn what_pyyaml_does_not_construct_is_refused() {
    let text = "\
base: &base {a: 1}
use:
  <<: *base
quoted: {\"<<\": 1, '=': =}
anchors: [&a 1, &a 2, *none]
? [1, 2]
: list
? {a: b}
: mapping
*base : alias
tags: [!mine 1, !!int x, !!map 3, !!python/name:os.system 1, !!binary aa==]
more: [!!seq [], !!str [], !!omap [], !!set {}, !!map {}, !!int {}]
nothing: !!int
";
    insta::assert_snapshot!(errors(text), @r#"
    3: MergeKey "<<": merging with `<<` is not supported; write the keys out
    4: Tag "=": a lone `=` is not supported as a value; quote it if it is meant as text
    5: Grammar "&a": a second `&a`; an anchor's name may stand only once
    5: UnknownAlias "*none": `*none` has no `&none` before it
    6: UnhashableKey "[1, 2]": a list cannot be a key
    8: UnhashableKey "{a: b}": a mapping cannot be a key
    10: UnhashableKey "*base": a mapping cannot be a key
    11: Tag "!mine": the tag `!mine` is not supported
    11: Tag "!!int": `x` cannot be read as `!!int`
    11: Tag "!!map": `3` cannot be read as `!!map`
    11: Tag "!!python/name:os.system": the tag `!!python/name:os.system` is not supported
    12: Tag "!!str": a list cannot be read as `!!str`
    12: Tag "!!int": a mapping cannot be read as `!!int`
    13: Tag "!!int": nothing cannot be read as `!!int`
    "#);
}

#[test]
fn what_pyyaml_does_not_scan_is_refused() {
    let text = "\
: no key
flow: [: 1, {: 2}]
odd: [a?b, :c, x:y, ?z]
tab:\tvalue
fine: \"a\tb\"\t# a\ttab
block: |
  a\tb
control: a\u{7}\u{8}b\u{7f}
";
    insta::assert_snapshot!(errors(text), @r#"
    1: Grammar ":": no key stands before this `:`
    2: Grammar ":": no key stands before this `:`
    3: Grammar "a?b": `?` has a meaning of its own inside brackets; quote the text
    3: Grammar ":c": `:` has a meaning of its own inside brackets; quote the text
    4: Tab "\t": a tab stands here; only spaces may
    5: Tab "\t": a tab stands here; only spaces may
    8: Grammar "\u{7}\u{8}": the control character U+0007 may not stand in a YAML file
    8: Grammar "\u{7f}": the control character U+007F may not stand in a YAML file
    "#);
}

#[test]
fn pyyaml_lets_tokens_touch_here() {
    insta::assert_snapshot!(outline("&pad: 1\nq: \"x\"#c\nr: [1]# d\n"), @r##"
    0..23 mapping
      0..0 &pad "" Null
        6..7 "1" Int(1)
      8..9 "q" String("q")
        11..14 "\"x\"" String("x")
      17..18 "r" String("r")
        20..23 sequence in brackets
          21..22 "1" Int(1)
    comment "#c"
    comment "# d"
    "##);
}

#[test]
fn one_document_is_read() {
    insta::assert_snapshot!(outline("a: 1\n...\n---\na: 2\n"), @r#"
    0..4 mapping
      0..1 "a" String("a")
        3..4 "1" Int(1)
    3: SecondDocument "---": a second document starts here, but a file holds one network
    "#);
    // A `---` in between is taken for nothing where the same document goes on behind it.
    insta::assert_snapshot!(outline("a: 1\n---\nb: 2\n---\nc: 3\n"), @r#"
    0..22 mapping
      0..1 "a" String("a")
        3..4 "1" Int(1)
      9..10 "b" String("b")
        12..13 "2" Int(2)
      18..19 "c" String("c")
        21..22 "3" Int(3)
    2: SecondDocument "---": a second document starts here, but a file holds one network
    "#);
    assert_eq!(errors("---\na: 1\n...\n"), "");
}

#[test]
fn deep_nesting_is_refused() {
    let errors = errors(&("[".repeat(100_000) + &"]".repeat(100_000)));
    insta::assert_snapshot!(errors, @r#"1: TooDeep "": nested more than 64 levels deep"#);
    let indented: String = (0..200)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    assert_eq!(
        yaml::parse(&indented).errors[0].kind,
        SyntaxErrorKind::TooDeep
    );
    let fine = "[".repeat(60) + &"]".repeat(60);
    assert!(yaml::parse(&fine).errors.is_empty());
}

#[test]
fn alias_bombs_and_cycles_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let alias = format!("*a{}", level - 1);
        let aliases = vec![alias; 10].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{aliases}]");
    }
    let document = yaml::parse(&bomb);
    assert!(
        document
            .errors
            .iter()
            .all(|error| error.kind == SyntaxErrorKind::TooDeep)
    );
    assert!(expanded(&document) < 300_000);

    insta::assert_snapshot!(errors("a: &a\n  b: [1, *a]\n"), @r#"2: TooDeep "*a": `*a` stands for the collection that it is in"#);

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..100 {
        let _ = writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1);
    }
    let document = yaml::parse(&chain);
    assert!(
        document
            .errors
            .iter()
            .all(|error| error.kind == SyntaxErrorKind::TooDeep)
    );
    assert!(!document.errors.is_empty());
    expanded(&document);
}

/// How many nodes a walk that follows aliases meets.
fn expanded(document: &Document) -> usize {
    fn walk(document: &Document, id: NodeId, depth: usize) -> usize {
        assert!(depth <= 64 + 1);
        let items = document.items(id).iter().map(|item| item.value);
        let entries = document
            .entries(id)
            .iter()
            .flat_map(|entry| [entry.key, entry.value]);
        1 + items
            .chain(entries)
            .map(|id| walk(document, id, depth + 1))
            .sum::<usize>()
    }
    document.root().map_or(0, |root| walk(document, root, 0))
}

#[test]
fn a_huge_text_is_not_read() {
    let document = yaml::parse(&"a: 1\n".repeat(2 << 20));
    assert!(document.root().is_none());
    assert_eq!(document.errors.len(), 1);
    assert_eq!(document.errors[0].span, Span::at(0));
}

#[test]
fn much_garbage_is_given_up_in_time() {
    let start = std::time::Instant::now();
    let line = "    - {a: [\"x, '] : b: } & *x\t%@ \n";
    for text in [
        line,
        "[",
        "a: \"b\" c\n",
        "a: b: c\n",
        "a:\n\tb: 1\n",
        "a: 1\n b: 2\n",
        "\u{7}a ",
    ] {
        let document = yaml::parse(&text.repeat(200_000 / text.len()));
        assert!(!document.errors.is_empty());
    }
    // A quadratic time would be hours, even on a fast machine.
    assert!(start.elapsed().as_secs() < 60);
}
