use super::*;
use crate::analysis::Analysis;
use crate::device::DeviceId;
use crate::facts::Facts;
use crate::{network, yaml};

fn map(device: DeviceId, text: &str) -> MemoryMap {
    let facts = Facts {
        device: Some(device),
        input: Some([16, 32, 32]),
        ..Facts::default()
    };
    let network = network::lower(&yaml::parse(text), text);
    let analysis = Analysis::new(&network, device.table(), &facts);
    MemoryMap::new(&network, device.table(), &analysis)
}

/// The texts of a drawing, a line each.
fn texts(svg: &str) -> String {
    let texts: Vec<&str> = svg
        .split("</text>")
        .filter_map(|text| text.split_once("<text")?.1.split_once('>'))
        .map(|(_, text)| text)
        .filter(|text| text.chars().count() > 4)
        .collect();
    texts.join("\n")
}

const COPIES: &str = "arch: a\nlayers:\n  - name: \"<a> & 'b'\"\n    op: none\n    processors: 0xffff\n    \
                      output_processors: 0xffff\n    out_offset: 0x2000\n  - op: none\n    processors: 0xffff\n    \
                      output_processors: 0xffff\n    out_offset: 0x4000\n  - op: add\n    in_sequences: [0, 1]\n    \
                      in_offset: 0x2000\n    processors: 0xffff\n    output_processors: 0xffff\n    out_offset: 0x2800\n";

#[test]
fn names_are_escaped_and_the_legend_says_what_lies_where() {
    let map = map(DeviceId::Max78000, COPIES);
    insta::assert_snapshot!(texts(&svg(&map, 0, Theme::Dark).expect("a layer")), @r##"
    <tspan font-weight="600">layer 0 &lt;a&gt; &amp; &apos;b&apos;</tspan><tspan dx="12" font-size="11" fill="#9a9a9a">passthrough</tspan><tspan dx="14" font-size="11">16×32×32 → 16×32×32</tspan>
    MAX78000
    quadrant 0
    quadrant 1
    quadrant 2
    quadrant 3
    instance
    reads  0x0000–0x0fff
    the input
    writes 0x2000–0x2fff
    for layer 2
    free   0x1000–0x1fff, 0x3000–0x7fff
    in every instance
    kernels
    "##);
    insta::assert_snapshot!(texts(&svg(&map, 1, Theme::Dark).expect("a layer")), @r##"
    <tspan font-weight="600">layer 1</tspan><tspan dx="12" font-size="11" fill="#9a9a9a">passthrough</tspan><tspan dx="14" font-size="11">16×32×32 → 16×32×32</tspan>
    MAX78000
    quadrant 0
    quadrant 1
    quadrant 2
    quadrant 3
    instance
    reads  0x2000–0x2fff
    layer 0
    writes 0x4000–0x4fff
    for layer 2
    free   0x5000–0x7fff
    in every instance, and 2 smaller places
    kernels
    "##);
    assert_eq!(svg(&map, 9, Theme::Dark), None);
}

#[test]
fn a_conflict_is_the_only_red_thing() {
    let red = Theme::Light.palette().conflict;
    let red_lines = |text: &str| {
        let map = map(DeviceId::Max78000, text);
        let drawing = svg(&map, 1, Theme::Light).expect("a layer");
        drawing.matches(&format!("stroke=\"{red}\"")).count()
    };
    assert_eq!(red_lines(COPIES), 0);
    // Layer 0 is still needed by layer 2, in four instances.
    assert_eq!(red_lines(&COPIES.replace("0x4000", "0x2400")), 4);
}

#[test]
fn texts_can_be_read_in_every_theme() {
    let channel = |hex: &str| {
        let value = f64::from(u8::from_str_radix(hex, 16).expect("hex")) / 255.0;
        if value <= 0.03928 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let luminance = |color: &str| {
        0.2126 * channel(&color[1..3])
            + 0.7152 * channel(&color[3..5])
            + 0.0722 * channel(&color[5..7])
    };
    let contrast = |one: &str, other: &str| {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    };
    for theme in Theme::ALL {
        let palette = theme.palette();
        let inks = [palette.reads, palette.writes, palette.live];
        for (text, ground) in [(palette.text, palette.card), (palette.dim, palette.card)]
            .into_iter()
            .chain(inks.map(|fill| (palette.ink, fill)))
        {
            let contrast = contrast(text, ground);
            assert!(
                contrast >= 4.5,
                "{theme:?}: {text} on {ground}: {contrast:.2}"
            );
        }
    }
}

#[test]
fn drawings_fit_a_hover_and_are_always_the_same() {
    for device in DeviceId::ALL {
        for theme in Theme::ALL {
            let drawing = svg(&map(device, COPIES), 2, theme).expect("a layer");
            assert_eq!(
                drawing,
                svg(&map(device, COPIES), 2, theme).expect("a layer")
            );
            assert!(drawing.contains("width=\"740\" height=\"240\""));
            assert!(!drawing.contains("NaN") && !drawing.contains("=\"-"));
        }
    }
}
