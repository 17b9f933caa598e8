//! What a place of the file means: keys, masks, offsets, layers, references, rules.

mod layer;
mod mask;
mod offset;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::analysis::Input;
use crate::map::{self, Theme};
use crate::network::Source;
use crate::network::keys::{Devices, Domain, Key, Scope, Word};
use crate::report::docs;
use crate::rules;
use crate::text::Span;
use crate::yaml::{Comment, Entry, NodeKind};

use super::navigation::{Mention, mention_at};
use super::place::On;
use super::{Analyzed, comment, model, words};

/// What is shown about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The place.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What there is to say about an offset. With a theme the memory map is a drawing in the Markdown,
/// else a block of text.
pub fn hover(analyzed: &Analyzed, offset: u32, picture: Option<Theme>) -> Option<Hover> {
    let mut comments = analyzed.document.comments.iter();
    if let Some(comment) = comments.find(|comment| comment.span.touches(offset)) {
        return rule_in_comment(analyzed, *comment, offset);
    }
    if let Some(mention) = mention_at(analyzed, offset) {
        return Some(Hover {
            span: mention.span,
            markdown: reference(analyzed, &mention, picture)?,
        });
    }
    let place = analyzed.place(offset)?;
    let (entry, span) = match place.on {
        On::Dash(dash) => {
            return Some(Hover {
                span: dash,
                markdown: layer::about(analyzed, place.layer?, picture)?,
            });
        }
        On::Key(entry) => (entry, analyzed.document.span(entry.key)),
        On::Value(entry) => (entry, analyzed.document.span(entry.value)),
        On::Between => return None,
    };
    let key = analyzed.key(place.scope, entry)?;
    // Between the blocks of a list there is nothing, though all of it is the value of its key.
    if matches!((place.on, key.domain), (On::Value(_), Domain::Blocks(_))) {
        return None;
    }
    let mut parts = Vec::new();
    match (place.scope, key.name, place.layer) {
        (Scope::Global, "arch", _) => {
            parts.extend(layer::network(analyzed));
            parts.extend(model::about_network(analyzed));
        }
        (Scope::Layer, "name", Some(layer)) => parts.extend(layer::about(analyzed, layer, picture)),
        (Scope::Layer, "processors", Some(layer)) => {
            parts.extend(mask::processors(analyzed, layer));
        }
        (Scope::Layer, "output_processors", Some(layer)) => {
            parts.extend(mask::output_processors(analyzed, layer));
        }
        (Scope::Layer, "in_offset", Some(layer)) => {
            parts.extend(offset::reads(analyzed, layer));
            add_drawing(&mut parts, analyzed, layer, picture);
        }
        (Scope::Layer, "out_offset", Some(layer)) => {
            parts.extend(offset::writes(analyzed, layer));
            add_drawing(&mut parts, analyzed, layer, picture);
        }
        (Scope::Layer, "op", Some(layer)) => {
            parts.extend(layer::in_force(analyzed, layer, "op"));
            parts.extend(model::about(analyzed, layer));
        }
        (Scope::Layer, name, Some(layer)) => parts.extend(layer::in_force(analyzed, layer, name)),
        (_, "output_map" | "processors", None) => {
            parts.extend(mask::written(analyzed, analyzed.document.span(entry.value)));
        }
        _ => {}
    }
    parts.extend(word(analyzed, key, entry));
    parts.extend(wrong_chip(analyzed, key));
    parts.push(docs::key_chapter(place.scope, key));
    Some(Hover {
        span,
        markdown: joined(&parts),
    })
}

/// Parts below each other, empty ones left out.
fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.trim_end())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("\n\n")
}

/// Adds the memory map: a picture comes first, so that the box of the hover shows all of it.
fn add_drawing(parts: &mut Vec<String>, analyzed: &Analyzed, layer: usize, picture: Option<Theme>) {
    if let Some(drawing) = drawing(analyzed, layer, picture) {
        let place = if picture.is_some() { 0 } else { parts.len() };
        parts.insert(place, drawing);
    }
}

/// The memory map while a layer runs; none where nothing in it is known.
fn drawing(analyzed: &Analyzed, layer: usize, picture: Option<Theme>) -> Option<String> {
    if analyzed.step(layer)?.tensors.is_empty() {
        return None;
    }
    match picture {
        Some(theme) => {
            let drawing = map::svg(analyzed.map(), layer, theme)?;
            Some(format!(
                "![memory map of layer {layer}](data:image/svg+xml;base64,{})",
                STANDARD.encode(drawing)
            ))
        }
        None => {
            let drawing = map::layer_text(analyzed.map(), analyzed.device, layer)?;
            Some(format!("```text\n{}\n```", drawing.trim_end()))
        }
    }
}

/// What a reference leads to.
fn reference(analyzed: &Analyzed, mention: &Mention, picture: Option<Theme>) -> Option<String> {
    let part = part(analyzed, mention).unwrap_or_default();
    match mention.source? {
        Source::Layer(layer) => Some(joined(&[part, layer::about(analyzed, layer, picture)?])),
        Source::Input => {
            let first = *analyzed.analysis.graph.order.first()?;
            let mut text = "**the network's input**".to_owned();
            if let Some([_, channels, height, width]) =
                analyzed.step(first).and_then(|step| step.input)
            {
                let _ = write!(text, "  {channels}x{height}x{width}");
            }
            text.push_str("\n\n");
            text.push_str(&layer::read_by(analyzed, Source::Input)?);
            Some(text)
        }
        Source::Buffer => Some(joined(&[
            "**the rolling buffer** of `data_buffer`".to_owned(),
            layer::read_by(analyzed, Source::Buffer)?,
        ])),
    }
}

/// Which part of its layer's input a reference is, where it is one of several.
fn part(analyzed: &Analyzed, mention: &Mention) -> Option<String> {
    let analysis = &analyzed.analysis;
    let (reader, at) = analysis
        .graph
        .inputs
        .iter()
        .enumerate()
        .find_map(|(reader, inputs)| {
            let at = inputs
                .iter()
                .position(|input| input.span == Some(mention.span))?;
            (inputs.len() > 1).then_some((reader, at))
        })?;
    let inputs = &analysis.graph.inputs[reader];
    if analysis.parameters[reader].eltwise.ok()?.is_some() {
        let behind = match at {
            0 => String::new(),
            _ => format!(", {} bytes behind the first", 4 * at),
        };
        return Some(format!(
            "Operand {} of {} of {}{behind}",
            at + 1,
            inputs.len(),
            analyzed.network.label(reader)
        ));
    }
    let channels = |input: &Input| match input.source.ok()? {
        Source::Layer(layer) => analysis.shapes[layer].out_channels.ok(),
        Source::Input => analyzed.facts.input.map(|[channels, _, _]| channels),
        Source::Buffer => analyzed.network.data_buffer.first()?.channels.value(),
    };
    let before = inputs.iter().take(at).try_fold(0_i64, |sum, input| {
        Some(sum.saturating_add(channels(input)?))
    })?;
    let own = inputs.get(at).and_then(channels)?;
    Some(format!(
        "Channels {before} to {} of the input of {}",
        before.saturating_add(own) - 1,
        analyzed.network.label(reader)
    ))
}

/// The word that stands as the value of a key.
fn word(analyzed: &Analyzed, key: &Key, entry: Entry) -> Option<String> {
    let (Domain::Words { words, .. } | Domain::Numbers { words, .. }) = key.domain else {
        return None;
    };
    let NodeKind::Scalar(scalar) = &analyzed.document.node(entry.value).kind else {
        return None;
    };
    let word = Word::find(words, &scalar.text)?;
    Some(format!("`{}`: {}", word.name, word.documentation))
}

fn wrong_chip(analyzed: &Analyzed, key: &Key) -> Option<String> {
    let is_wrong = key.devices == Devices::Max78002 && !analyzed.device.extended_features;
    is_wrong.then(|| format!("The {} does not have it.", analyzed.device.name))
}

/// A rule that a suppression names, or the rules whose codes start so.
fn rule_in_comment(analyzed: &Analyzed, comment: Comment, offset: u32) -> Option<Hover> {
    let mut selectors = comment::selectors(analyzed, comment).into_iter();
    let selector = selectors.find(|selector| selector.span.touches(offset))?;
    let rules = comment::suppressed(analyzed, comment);
    let markdown = match rules.iter().find(|rule| rule.span == selector.span) {
        Some(rule) => docs::rule_chapter(&rule.value),
        None if selector.value.len() > "AX".len() => {
            docs::area_chapter(selector.value, rules::documented())?
        }
        None => return None,
    };
    Some(Hover {
        span: selector.span,
        markdown,
    })
}

/// `**layer 4 (`join`)**  add + Conv2d 3x3  …`.
fn heading(analyzed: &Analyzed, layer: usize) -> String {
    format!(
        "**{}**  {}",
        analyzed.network.label(layer),
        words::detail(analyzed, layer)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::{cursor, residual};

    /// The hover behind this text of the residual example, up to what the key's documentation says.
    fn shown(before: &str) -> String {
        let (analyzed, offset) = residual(before);
        let hover = hover(&analyzed, offset, None).expect("a hover");
        format!("[{}]\n{}", hover.span.text(&analyzed.text), hover.markdown)
    }

    #[test]
    fn a_layer_shows_its_memory() {
        insta::assert_snapshot!(shown("name: join"), @r"
        [join]
        **layer 4 (`join`)**  add + Conv2d 3x3  2 x 20x32x32 -> 20x32x32

        ```text
        layer 4  add + Conv2d 3x3   2 x 20x32x32 -> 20x32x32      data 50 %  kernels 3 %
              0 1 2 3   4 5 6 7   8 9 a b   c d e f
        4000  . . . .   . . . .   . . . .   . . . .   x  reads 2000-3fff
        3000  x x x x   x . . .   . . . .   . . . .      of layer 2 and layer 3,
        2000  x x x x   x . . .   . . . .   . . . .      alternate words
        1000  . . . .   . . . .   . . . .   . . . .   W  writes 0000-0fff
        0000  W W W W   W . . .   . . . .   . . . .      held layer 1 until layer 3
                                                         free 1000-1fff, 4000-7fff
                                                         everywhere
        ```

        Reads layer 2 (`skip`) and layer 3 (`branch`). Read by layer 5 (`shrink`). 3 tensors are live while it runs, up to 0x4000 of the 0x8000 bytes of an instance.

        3,686,400 MACs, 3,600 bytes of weights, 20 rows of kernel memory a processor, about 25,236 cycles

        By default: `in_dim` 32x32; `output_processors` 0x00000000000fffff, from `processors` of layer 5 (`shrink`).

        ### name

        - Value: text

        Name of the layer, for use in `in_sequences`, `next_sequence` and `weight_source` instead of a number. Case does not matter when a name is looked up, so names must differ in more than case. `input` and `stop` are reserved.
        ");
    }

    #[test]
    fn a_mask_shows_its_processors() {
        insta::assert_snapshot!(shown("name: shrink\n    op: conv2d\n    max_pool: 4\n    pool_stride: 4\n    kernel_size: 3x3\n    pad: 1\n    activate: relu\n    processors"), @r"
        [processors]
        **20 processors**: 0 to 19

        instances 0 to 4 of data memory, quadrants 0 to 1

        ```text
        quadrant 0  #### #### #### ####  processors 0 to 15
        quadrant 1  #### .... .... ....  processors 16 to 31
        quadrant 2  .... .... .... ....  processors 32 to 47
        quadrant 3  .... .... .... ....  processors 48 to 63
        ```

        20 input channels in 1 pass: needs 20 processors, as the mask has

        ### processors

        - Value: a mask of 64 processors, in hex; dots and underscores may group the digits
        - Required

        Which of the 64 processors take part, one bit each, bit 0 the first; dots and underscores group the digits: `0x0000.0000.0000.000f`. Each processor takes one **input** channel in each pass: up to 64 channels need as many bits; above, passes = ceil(channels / 64), and bits = ceil(channels / passes) rounded up to a multiple of 4 (100 channels: 2 passes of 52).

        Four neighbours share a data-memory instance, 16 a quadrant. The first quadrant must be used somewhere in the network. A CHW input takes at most one bit of each group of four. With `flatten` count the channels before flattening. The position costs no speed, but decides where weights and data lie.
        ");
    }

    #[test]
    fn masks_of_several_passes_show_the_arithmetic() {
        let (analyzed, offset) = cursor(
            "arch: a\nlayers:\n  - op: none\n    in_dim: [4, 4]\n    in_channels: 100\n    processors: 0x000f$0ffffffffffff\n    output_processors: 0x000fffffffffffff\n    out_offset: 0x2000\n",
        );
        let hover = hover(&analyzed, offset, None).expect("a hover").markdown;
        let own = hover.split("\n### ").next().unwrap_or_default();
        insta::assert_snapshot!(own, @r"
        **52 processors**: 0 to 51

        instances 0 to 12 of data memory, quadrants 0 to 3

        ```text
        quadrant 0  #### #### #### ####  processors 0 to 15
        quadrant 1  #### #### #### ####  processors 16 to 31
        quadrant 2  #### #### #### ####  processors 32 to 47
        quadrant 3  #### .... .... ....  processors 48 to 63
        ```

        100 input channels in 2 passes: 100 / 64 rounded up is 2, 100 / 2 rounded up is 50, to a multiple of 4 is 52: needs 52 processors, as the mask has
        ");
    }

    #[test]
    fn masks_outside_of_layers_show_their_processors() {
        for text in [
            "arch: a\noutput_map: 0x$000010001\nlayers: []\n",
            "arch: a\nlayers: []\nunload:\n  - processors: 0x1$00001\n",
        ] {
            let (analyzed, offset) = cursor(text);
            let hover = hover(&analyzed, offset, None).expect("a hover").markdown;
            assert!(hover.starts_with("**2 processors**: 0, 16"), "{hover}");
        }
    }

    #[test]
    fn an_offset_shows_its_range() {
        insta::assert_snapshot!(shown("out_offset: 0x20"), @r"
        [0x2000]
        **writes 0x2000 to 0x2fff** of its instances, up to 38 % of their 0x8000 bytes

        32 x 32 pixels x 4 bytes x 1 pass = 4096 bytes

        ```text
        layer 0 stem  Conv2d 3x3   3x32x32 -> 16x32x32            data 38 %  kernels 3 %
              0 1 2 3   4 5 6 7   8 9 a b   c d e f
        3000  . . . .   . . . .   . . . .   . . . .   r  reads 0000-0fff
        2000  W W W W   . . . .   . . . .   . . . .      of the input
        1000  . . . .   . . . .   . . . .   . . . .   W  writes 2000-2fff
        0000  r . . .   . . . .   . . . .   . . . .      free 1000-1fff, 3000-7fff
                                                         everywhere
        ```

        ### out_offset

        - Value: a number of bytes, 0 to 327676
        - Default: 0, with a warning

        Where the output starts in each data-memory instance, in bytes; a multiple of 4. It takes height x width x 4 x passes bytes, four times that with `output_width: 32`, and must end inside the instance: 0x8000 bytes on the MAX78000, 0x14000 on the MAX78002.

        A chain of layers alternates between two places, such as 0 and 0x4000 (MAX78000) or 0 and 0xA000 (MAX78002). The same offset is fine where the instances differ.
        ");
        let branch = shown("in_sequences: body\n    in_offset");
        insta::assert_snapshot!(branch.split("```").next().unwrap_or_default(), @r"
        [in_offset]
        **reads 0x0000 to 0x0fff** of its instances, up to 13 % of their 0x8000 bytes

        32 x 32 pixels x 4 bytes x 1 pass = 4096 bytes
        ");
    }

    #[test]
    fn other_keys_say_what_is_in_force() {
        let in_force = |before| shown(before).lines().nth(1).unwrap_or_default().to_owned();
        insta::assert_snapshot!(in_force("pool_stride: 4\n    kernel_size: 3x3\n    pad"), @"In force: 1");
        insta::assert_snapshot!(in_force("max_pool"), @"In force: 4x4 (height x width), leaves 8x8");
        insta::assert_snapshot!(shown("flatten: tr"), @r"
        [true]
        In force: 16 x 8 x 8 = 1024 inputs

        ### flatten

        - Value: `true` or `false`
        - Default: false

        Linear only: takes the input's height x width as further channels. At most 256 pixels and 16384 values. Not with pooling, streaming or without weights, and of no use for a single pixel. `processors` counts the channels *before* flattening.
        ");
        insta::assert_snapshot!(shown("op: passth"), @r"
        [passthrough]
        In force: passthrough

        `None`: No convolution: moves or pools data.

        ### op

        - Value: one of the words below, in any case
        - Default: Conv2d, with a warning
        - Also: `operation`, `operator`, `convolution`

        The layer's main operation. `Conv1d`, `Conv2d`, `ConvTranspose2d` and `Linear` use weights; `None` moves or pools data; `Add`, `Sub`, `Or`, `Xor` combine operands without a convolution. Case does not matter. Pooling and `eltwise` in the same layer come before it.

        - `Conv2d`: 2-D convolution, kernel 3x3 or 1x1.
        - `Conv1d`: 1-D convolution, kernel length 1 to 9.
        - `ConvTranspose2d`: 2-D transposed convolution, kernel 3x3, stride 2: doubles height and width.
        - `Linear`, `FC`, `MLP`: Fully connected layer; with `flatten` it takes height and width as channels.
        - `None`, `Passthrough`: No convolution: moves or pools data.
        - `Add`: Element-wise sum, without convolution.
        - `Sub`: Element-wise difference, without convolution.
        - `BitwiseOr`, `Or`, `bitwise_or`: Element-wise bitwise or, without convolution.
        - `BitwiseXor`, `Xor`, `bitwise_xor`: Element-wise bitwise exclusive or, without convolution.
        ");
    }

    #[test]
    fn an_input_shows_the_layer_that_it_names() {
        insta::assert_snapshot!(shown("    eltwise: add\n    in_seq").lines().nth(1).unwrap_or_default(), @"In force: layer 2 (`skip`) and layer 3 (`branch`)");
        insta::assert_snapshot!(shown("in_sequences: [sk").lines().take(4).collect::<Vec<_>>().join("\n"), @r"
        [skip]
        Operand 1 of 2 of layer 4 (`join`)

        **layer 2 (`skip`)**  passthrough  20x32x32 -> 20x32x32
        ");
        let (analyzed, offset) = cursor(
            "arch: a\nlayers:\n  - op: none\n    in_dim: 4\n    processors: 0x0f\n    output_processors: 0x0f\n    out_offset: 0\n  - op: none\n    in_sequences: -1\n    in_dim: 4\n    processors: 0xf0\n    output_processors: 0xf0\n    out_offset: 0\n  - op: none\n    in_sequences: [0, $01]\n    processors: 0xff\n    out_offset: 0x2000\n",
        );
        let concat = hover(&analyzed, offset, None).expect("a hover").markdown;
        insta::assert_snapshot!(concat.lines().next().unwrap_or_default(), @"Channels 4 to 7 of the input of layer 2");
        let (analyzed, offset) = cursor(
            "arch: a\nlayers:\n  - op: none\n    in_dim: [4, 4]\n    processors: 1\n    in_sequences: -$01\n",
        );
        let hover = hover(&analyzed, offset, None).expect("a hover");
        insta::assert_snapshot!(hover.markdown, @r"
        **the network's input**  1x4x4

        Read by layer 0.
        ");
    }

    #[test]
    fn the_architecture_is_the_whole_network() {
        insta::assert_snapshot!(shown("arch: res"), @r"
        [residual]
        **residual**  7 layers on the MAX78000

        | memory | used | of | fullest |
        |---|--:|--:|---|
        | data | 50 % | 16,384 of 32,768 bytes | instance 0 |
        | kernels | 22 % | 164 of 768 rows | processor 0 |
        | bias | 11 % | 56 of 512 bytes | quadrant 1 |

        23,632 bytes of weights, 10,958,848 MACs, about 99,046 cycles a run

        ### arch

        - Value: text
        - Required

        Name of the network. The vendor's tool compares it, without regard to case, with the `arch` that the checkpoint was trained as. The value `test` makes it use sample weights instead of a checkpoint.
        ");
    }

    #[test]
    fn a_chip_that_nobody_chose_is_not_claimed() {
        let text = "arch: a\nlayers:\n  - op: none\n";
        let analyzed = Analyzed::new(text.into(), crate::facts::Facts::default());
        let hover = hover(&analyzed, 0, None).expect("a hover").markdown;
        insta::assert_snapshot!(hover.lines().next().unwrap_or_default(), @"**a**  1 layer, shown for the MAX78000: no chip is chosen");
    }

    #[test]
    fn a_suppressed_rule_is_explained() {
        let (analyzed, offset) = cursor("# ai8x-lint: ignore-file[AX3$001]\narch: a\n");
        let hover = hover(&analyzed, offset, None).expect("a hover");
        assert_eq!(hover.span.text(&analyzed.text), "AX301");
        assert!(
            hover.markdown.starts_with("## AX301 "),
            "{}",
            hover.markdown
        );
    }

    #[test]
    fn a_suppressed_area_lists_its_rules() {
        let (analyzed, offset) = cursor("# ai8x-lint: ignore-file[AX301, ax90$06]\narch: a\n");
        let one = hover(&analyzed, offset, None).expect("a hover").markdown;
        assert!(one.starts_with("## AX906 "), "{one}");
        let (analyzed, offset) = cursor("# ai8x-lint: ignore-file[AX301, AX9$05]\narch: a\n");
        let hover = hover(&analyzed, offset, None).expect("a hover");
        assert_eq!(hover.span.text(&analyzed.text), "AX95");
        insta::assert_snapshot!(hover.markdown.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
        ## AX95 style, performance, and the tool itself

        - AX952 default-key-redundant: a key says what is the default anyway
        ");
    }

    #[test]
    fn a_picture_is_a_drawing_in_base64() {
        let (analyzed, offset) = residual("name: join");
        let hover = hover(&analyzed, offset, Some(Theme::Dark)).expect("a hover");
        let (_, data) = hover
            .markdown
            .split_once("](data:image/svg+xml;base64,")
            .expect("a picture");
        let (data, _) = data.split_once(')').expect("its end");
        let drawing = STANDARD.decode(data).expect("base64");
        assert!(drawing.starts_with(b"<svg "));
    }

    #[test]
    fn what_means_nothing_shows_nothing() {
        for text in [
            "arch: a\nhuh: $0x\n",
            "$0",
            "arch: a\nlayers:\n  - op: none\n  # a$0 word\n  - op: none\n",
            "arch: a\nlayers:\n  - op: none\n$0\n  - op: none\n",
            "arch: a\nlayers:\n  - in_sequences:\n      - input\n      # a$0 word\n      - input\n",
            "arch: a # a$0 word\n",
        ] {
            let (analyzed, offset) = cursor(text);
            assert_eq!(hover(&analyzed, offset, None), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_drawn_and_not_counted() {
        let (analyzed, offset) = cursor(
            "arch: a\nlayers:\n  - na$0me: one\n    op: conv2d\n    processors: 0x0f\n    out_offset: 0\n",
        );
        let unknown = hover(&analyzed, offset, None).expect("a hover").markdown;
        insta::assert_snapshot!(unknown.split("\n### ").next().unwrap_or_default(), @r"
        **layer 0 (`one`)**  Conv2d 3x3

        Reads the network's input. Its output is the network's.

        Not all that it reads and writes is known: the shape of the network's input or of the weights is missing. Give `in_dim`, `in_channels` and `out_channels` in the layers, or the shapes in `NAME.shapes.json` beside `NAME.yaml`.

        By default: `in_offset` 0x0000.
        ");
        let (analyzed, offset) = cursor(
            "arch: a\nlayers:\n  - na$0me: one\n    op: conv2d\n    in_dim: [4, 4]\n    processors: 0x0f\n    kernel_size: 5x5\n    out_offset: 0\n",
        );
        let broken = hover(&analyzed, offset, None).expect("a hover").markdown;
        insta::assert_snapshot!(broken.split("\n### ").next().unwrap_or_default(), @r"
        **layer 0 (`one`)**  Conv2d  4x4x4 -> ?

        ```text
        layer 0 one  Conv2d   4x4x4 -> ?                                        data 1 %
              0 1 2 3   4 5 6 7   8 9 a b   c d e f
        1000  . . . .   . . . .   . . . .   . . . .   r  reads 0000-003f
        0000  r . . .   . . . .   . . . .   . . . .      of the input
                                                      ?  a part is unknown or wrong
        ```

        Reads the network's input. Its output is the network's.

        Not all that it reads and writes is known, because of AX024.

        By default: `in_offset` 0x0000.
        ");
        let (analyzed, offset) = cursor("ar$0ch: a\nlayers:\n  - op: conv2d\n    processors: 1\n");
        let network = hover(&analyzed, offset, None).expect("a hover").markdown;
        insta::assert_snapshot!(network.split("\n### ").next().unwrap_or_default(), @r"
        **a**  1 layer on the MAX78000

        | memory | used | of | fullest |
        |---|--:|--:|---|
        | data | unknown | 32,768 bytes | |
        | kernels | unknown | 768 rows | |
        | bias | unknown | 512 bytes | |
        ");
    }
}
