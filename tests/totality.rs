//! Whatever the text: linting ends without a panic, findings lie inside the text, and fixes fit.

mod support;

use std::path::PathBuf;
use std::sync::LazyLock;

use ai8x_lint::analysis::Analysis;
use ai8x_lint::check;
use ai8x_lint::device::DeviceId;
use ai8x_lint::diagnostic::{Code, Finding};
use ai8x_lint::facts::Facts;
use ai8x_lint::ide::hints::HintSettings;
use ai8x_lint::ide::symbols::Symbol;
use ai8x_lint::ide::{self, Analyzed};
use ai8x_lint::map::Theme;
use ai8x_lint::map::{self, MemoryMap};
use ai8x_lint::text::{Edit, Span, apply_edits};
use ai8x_lint::{network, yaml};
use proptest::prelude::*;

/// What a rule that panicked becomes.
const INTERNAL_ERROR: Code = Code(989);

/// Words that meet the reader where it may stumble.
const WORDS: &[&str] = &[
    "- ",
    ":",
    "\n",
    "\t",
    " ",
    "# ai8x-lint: ignore[AX301]",
    "# ai8x-lint: device=",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "&a ",
    "*a",
    "<<: *a",
    "---\n",
    "|\n",
    "!!str ",
    "~",
    "-1",
    "0",
    "0111",
    "1:30",
    "9999999999999999999999",
    "-9223372036854775808",
    "0xffff.ffff.ffff.ffff",
    "1e5",
    ".nan",
    "no",
    "ä😀",
    "\u{feff}",
    "\r",
    "in_sequences: [-1, -2, 99]\n    ",
    "next_sequence: 0\n    ",
    "sequence: 7\n    ",
    "in_dim: [0, 2000]\n    ",
    "operands: 16\n    ",
    "max_pool: 99\n    ",
    "write_gap: 1000000\n    ",
    "out_offset: 0x7fffffff\n    ",
    "dilation: 500\n    ",
    "streaming: true\n    ",
    "in_crop: [1, 0]\n    ",
];

/// One change: at this part of the text (per mille), delete so many characters, insert that.
type Change = (usize, usize, String);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let insertion = prop_oneof![
        proptest::sample::select(WORDS).prop_map(str::to_owned),
        Just(String::new()),
        ".{0,4}",
    ];
    proptest::collection::vec((0..1000_usize, 0..13_usize, insertion), 1..5)
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (place, deleted, inserted) in changes {
        let start = text.len() * place / 1000;
        let end = (start + deleted).min(text.len());
        text.splice(start..end, inserted.chars());
    }
    text.into_iter().collect()
}

/// The networks of this package with their facts.
static NETWORKS: LazyLock<Vec<(String, Facts)>> = LazyLock::new(|| {
    let mut files: Vec<PathBuf> = ["examples", "examples/broken", "tests/fixtures"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(support::package_path(folder)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    // Folders have no order of their own, and a failure must come again elsewhere.
    files.sort();
    files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a network");
            let shapes = std::fs::read_to_string(path.with_extension("shapes.json")).ok();
            let facts = support::facts(&text, shapes.as_deref(), None).expect("right facts");
            (text, facts)
        })
        .collect()
});

/// What must be true of the findings of any text.
fn assert_sound(text: &str, found: &[Finding]) -> Result<(), TestCaseError> {
    let in_text = |span: Span| text.get(span.range()).is_some();
    for finding in found {
        let shown = format!("{finding:?}");
        prop_assert!(finding.code != INTERNAL_ERROR, "{shown}");
        prop_assert!(in_text(finding.span), "{shown}");
        prop_assert!(
            finding.related.iter().all(|place| in_text(place.span)),
            "{shown}"
        );
        prop_assert!(
            finding
                .fixes
                .iter()
                .all(|fix| apply_edits(text, &fix.edits).is_some()),
            "{shown}"
        );
        prop_assert!(
            !finding.message.is_empty() && !finding.message.ends_with('.'),
            "{shown}"
        );
    }
    prop_assert!(
        found.is_sorted_by_key(|finding| finding.span),
        "findings come in order of the text"
    );
    Ok(())
}

/// Draws the map of a text on both chips, and checks its size.
fn assert_drawn(text: &str, facts: &Facts) -> Result<(), TestCaseError> {
    let network = network::lower(&yaml::parse(text), text);
    for device in DeviceId::ALL {
        let analysis = Analysis::new(&network, device.table(), facts);
        let map = MemoryMap::new(&network, device.table(), &analysis);
        let drawing = map::text(&map, device.table(), None);
        for line in drawing.lines() {
            prop_assert!(line.chars().count() <= 80, "{line}");
        }
        for block in drawing.split("\n\n").take(map.steps.len()) {
            prop_assert!(block.lines().count() <= 10, "{block}");
        }
    }
    Ok(())
}

/// Asks everything that an editor asks, at this place of the text (per mille).
fn assert_shown(text: &str, facts: &Facts, place: usize) -> Result<(), TestCaseError> {
    let analyzed = Analyzed::new(text.into(), facts.clone());
    let length = text.len() as u32;
    let offset = text.floor_char_boundary(text.len() * place / 1000) as u32;
    let all = Span::new(0, length);
    let in_text = |span: Span| text.get(span.range()).is_some();
    let fits = |edits: &[Edit]| apply_edits(text, edits).is_some();

    for picture in [None, Some(Theme::Neutral)] {
        if let Some(hover) = ide::hover::hover(&analyzed, offset, picture) {
            prop_assert!(
                in_text(hover.span) && hover.span.touches(offset),
                "{hover:?}"
            );
            prop_assert!(!hover.markdown.is_empty());
        }
    }
    for one in ide::completion::complete(&analyzed, offset) {
        prop_assert!(fits(std::slice::from_ref(&one.edit)), "{one:?}");
        prop_assert!(one.edit.span.touches(offset), "{one:?}");
        let replaced = one.edit.span.text(text);
        prop_assert!(!replaced.contains(['\n', '\r']), "{one:?}");
    }
    let hints = ide::hints::hints(&analyzed, all, &HintSettings::default());
    prop_assert!(hints.iter().all(|hint| in_text(Span::at(hint.offset))));
    prop_assert!(
        ide::lens::lenses(&analyzed)
            .iter()
            .all(|lens| in_text(lens.span))
    );
    assert_outline(text, all, &ide::symbols::symbols(&analyzed))?;
    for action in ide::actions::actions(&analyzed, all) {
        prop_assert!(fits(&action.edits), "{action:?}");
    }

    use ide::navigation;
    if let Some(target) = navigation::definition(&analyzed, offset) {
        prop_assert!(in_text(target.span) && target.span.contains(target.selection));
    }
    let places = navigation::references(&analyzed, offset, true);
    prop_assert!(places.into_iter().all(in_text));
    prop_assert!(
        navigation::highlights(&analyzed, offset)
            .iter()
            .all(|(span, _)| in_text(*span))
    );
    if let Some((span, _)) = navigation::prepare_rename(&analyzed, offset) {
        prop_assert!(span.touches(offset));
        let edits = navigation::rename(&analyzed, offset, "new-name");
        prop_assert!(edits.is_ok_and(|edits| fits(&edits)));
    }
    if let Some(item) = navigation::call_item(&analyzed, offset) {
        prop_assert!(in_text(item.span) && item.span.contains(item.selection));
        for flows in [navigation::incoming, navigation::outgoing] {
            for (other, places) in flows(&analyzed, item.layer) {
                prop_assert!(in_text(other.span) && places.into_iter().all(in_text));
            }
        }
    }

    use ide::structure;
    let folds = structure::folding(&analyzed);
    prop_assert!(folds.iter().all(|fold| in_text(fold.span)));
    let nested = structure::selection(&analyzed, offset);
    prop_assert!(
        nested
            .iter()
            .all(|span| in_text(*span) && span.touches(offset))
    );
    prop_assert!(nested.is_sorted_by(|inner, outer| outer.contains(*inner) && outer != inner));
    prop_assert!(
        structure::links(&analyzed)
            .iter()
            .all(|link| in_text(link.span))
    );
    let tokens = ide::tokens::tokens(&analyzed, None);
    prop_assert!(tokens.is_sorted_by(|one, other| one.span.end <= other.span.start));

    for step in &analyzed.map().steps {
        for theme in Theme::ALL {
            prop_assert!(map::svg(analyzed.map(), step.layer, theme).is_some());
        }
    }
    Ok(())
}

fn assert_outline(text: &str, around: Span, symbols: &[Symbol]) -> Result<(), TestCaseError> {
    for symbol in symbols {
        prop_assert!(text.get(symbol.span.range()).is_some(), "{symbol:?}");
        prop_assert!(around.contains(symbol.span), "{symbol:?}");
        prop_assert!(symbol.span.contains(symbol.selection), "{symbol:?}");
        assert_outline(text, symbol.span, &symbol.children)?;
    }
    Ok(())
}

proptest! {
    // Everything that an editor asks is much.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_networks_are_shown(
        index in any::<proptest::sample::Index>(),
        changes in changes(),
        place in 0..1001_usize,
    ) {
        let (text, facts) = index.get(&NETWORKS);
        let text = changed(text, &changes);
        // Where the change is, and anywhere.
        let changed = changes.first().map_or(0, |(place, _, _)| *place);
        for place in [changed, changed + 1, place] {
            assert_shown(&text, facts, place)?;
        }
        assert_shown(&text, &Facts::default(), place)?;
    }

    #[test]
    fn broken_yaml_is_shown(
        text in "([-:%¡😀a0 \\[\\]{}\"'#&*!|>\t]{0,6}\n? {0,4}){0,8}",
        place in 0..1001_usize,
    ) {
        assert_shown(&text, &Facts::default(), place)?;
    }
}

proptest! {
    #[test]
    fn changed_networks_are_drawn(index in any::<proptest::sample::Index>(), changes in changes()) {
        let (text, facts) = index.get(&NETWORKS);
        let text = changed(text, &changes);
        for facts in [facts, &Facts::default()] {
            assert_drawn(&text, facts)?;
        }
    }

    #[test]
    fn changed_networks_are_linted(index in any::<proptest::sample::Index>(), changes in changes()) {
        let (text, facts) = index.get(&NETWORKS);
        let text = changed(text, &changes);
        for facts in [facts, &Facts::default()] {
            assert_sound(&text, &check(&text, facts))?;
        }
    }

    #[test]
    fn broken_yaml_is_linted(text in "([-:%¡😀a0 \\[\\]{}\"'#&*!|>\t]{0,6}\n? {0,4}){0,8}") {
        assert_sound(&text, &check(&text, &Facts::default()))?;
    }

    #[test]
    fn any_text_is_linted(text in "\\PC{0,200}") {
        assert_sound(&text, &check(&text, &Facts::default()))?;
    }
}
