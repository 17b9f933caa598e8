use super::*;
use crate::ide::fixture::{RESIDUAL, cursor, residual_facts, with_facts};
use crate::ide::model::tests::{NETWORK, modelled};
use crate::text::apply_edits;

const HEAD: &str = "arch: a\ndataset: a\nlayers:\n";

/// Label and detail of what could be written at the cursor.
fn labels(text: &str) -> String {
    let (analyzed, offset) = cursor(text);
    shown(&complete(&analyzed, offset))
}

fn shown(found: &[Completion]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|one| {
            format!("{} | {}", one.label, one.detail)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n")
}

/// The names only, on one line.
fn names(text: &str) -> String {
    let (analyzed, offset) = cursor(text);
    let found = complete(&analyzed, offset);
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
    labels.join(" ")
}

/// The text after the completion with this label.
fn done(text: &str, label: &str) -> String {
    let (analyzed, offset) = cursor(text);
    let found = complete(&analyzed, offset);
    let one = found
        .iter()
        .find(|one| one.label == label)
        .unwrap_or_else(|| panic!("no {label} in {}", shown(&found)));
    apply_edits(&analyzed.text, std::slice::from_ref(&one.edit)).expect("an edit that fits")
}

/// The residual example with a cursor in place of this text behind `before`.
fn residual(before: &str, instead_of: &str) -> String {
    let at = RESIDUAL.find(before).expect("in the example") + before.len();
    let rest = RESIDUAL[at..].strip_prefix(instead_of).expect("behind it");
    let text = format!("{}$0{rest}", &RESIDUAL[..at]);
    let (analyzed, offset) = with_facts(&text, residual_facts());
    shown(&complete(&analyzed, offset))
}

#[test]
fn keys_are_those_that_the_layer_does_not_have() {
    let found = names(&format!(
        "{HEAD}  - name: x\n    op: fc\n    $0\n    processors: 1\n"
    ));
    insta::assert_snapshot!(found, @"kernel_size pad activate out_offset max_pool pool_stride in_sequences in_offset output_processors write_gap eltwise sequence in_channels in_dim in_crop data_format operands avg_pool pool_first stride dilation output_pad groups flatten quantization output_shift output_width out_channels bias_group streaming output weight_source buffer_shift buffer_insert in_channel_skip simulated_sequence layer conv2d layer conv2d with pooling layer conv1d layer linear layer passthrough pattern residual pattern concat");
    let found = names("arch: a\n$0\nlayers: []\n");
    insta::assert_snapshot!(found, @"dataset output_map unload data_buffer weights bias");
    let found = names("arch: a\nlayers: []\nunload:\n  - channels: 3\n    $0\n");
    insta::assert_snapshot!(found, @"processors dim offset write_gap width");
}

#[test]
fn a_key_takes_the_place_of_the_word_and_its_colon() {
    insta::assert_snapshot!(done(&format!("{HEAD}  - op: fc\n    out_$0of: 3\n"), "out_offset"), @r"
    arch: a
    dataset: a
    layers:
      - op: fc
        out_offset: 3
    ");
    insta::assert_snapshot!(done(&format!("{HEAD}  - op: fc\n    pro$0\n"), "processors"), @r"
    arch: a
    dataset: a
    layers:
      - op: fc
        processors:
    ");
    insta::assert_snapshot!(done(&format!("{HEAD}  - {{op: fc, pro$0}}\n"), "processors"), @r"
    arch: a
    dataset: a
    layers:
      - {op: fc, processors: }
    ");
}

#[test]
fn an_empty_line_gets_the_indentation_of_the_layer() {
    insta::assert_snapshot!(done(&format!("{HEAD}    - op: fc\n  $0\n"), "layer linear"), @r"
    arch: a
    dataset: a
    layers:
        - op: fc
        - name: ${1:fc}
          op: Linear
          flatten: true
          activate: None
          output_width: 32
          processors: ${2:0x0000000000000001}
          out_offset: ${3:0x4000}
    ");
    insta::assert_snapshot!(done(&format!("{HEAD}    - op: fc\n         $0\n"), "processors"), @r"
    arch: a
    dataset: a
    layers:
        - op: fc
          processors:
    ");
    insta::assert_snapshot!(done(&format!("{HEAD}  - $0\n"), "name"), @r"
    arch: a
    dataset: a
    layers:
      - name:
    ");
    // A `-` without a blank starts nothing yet.
    assert_eq!(names(&format!("{HEAD}  -$0\n")), "");
}

#[test]
fn broken_text_is_no_hindrance() {
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\n    in_sequences: [\n    act$0\n  - op: conv2d\n")).split(' ').take(4).collect::<Vec<_>>().join(" "), @"processors name kernel_size pad");
    insta::assert_snapshot!(names(&format!("{HEAD}  - name: a\n    op: fc\n  - in_sequences: [$0\n  - op: conv2d\n")), @"a input");
    insta::assert_snapshot!(names(&format!("{HEAD}  - name: a\n    op: fc\n  - in_sequences: [a,\n                   $0]\n")), @"a input");
    insta::assert_snapshot!(names("arch: [\nlayers:\n  - op: $0"), @"Conv2d Conv1d ConvTranspose2d Linear None Add Sub BitwiseOr BitwiseXor");
}

#[test]
fn words_are_those_of_the_key() {
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\n    activate: $0\n")), @"ReLU Abs None");
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\n    quantization: $0\n")), @"1 2 4 8");
    insta::assert_snapshot!(labels(&format!("{HEAD}  - op: conv2d\n    max_pool: $0\n")), @r"
    2 | windows of 2x2
    3 | windows of 3x3
    4 | windows of 4x4
    ");
    insta::assert_snapshot!(residual("write_gap: ", "1"), @"1 | one of the 2 operands of #4 join");
    insta::assert_snapshot!(labels(&format!("{HEAD}  - op: conv2d\n    max_pool: 3\n    pool_stride: $0\n")), @"3 | the size of the window, as in PyTorch");
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: conv1d\n    kernel_size: $0\n")), @"1 2 3 4 5 6 7 8 9");
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\n    flatten: tr$0ue\n")), @"true false");
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\n    pad:$0\n")), @"0 1 2");
    insta::assert_snapshot!(done(&format!("{HEAD}  - op: fc\n    pad:$0\n"), "2"), @r"
    arch: a
    dataset: a
    layers:
      - op: fc
        pad: 2
    ");
}

#[test]
fn masks_have_the_right_number_of_processors() {
    insta::assert_snapshot!(residual("name: join\n    op: conv2d\n    eltwise: add\n    in_sequences: [skip, branch]\n    in_offset: 0x2000\n    kernel_size: 3x3\n    pad: 1\n    activate: relu\n    processors: ", "0x00000000000fffff"), @r"
    0x00000000000fffff | 20 processors of instances 0 to 4: what layer 2 (`skip`) and layer 3 (`branch`) wrote
    0x0000000fffff0000 | 20 processors of instances 4 to 8: 20 input channels in 1 pass
    0x000fffff00000000 | 20 processors of instances 8 to 12: 20 input channels in 1 pass
    ");
    insta::assert_snapshot!(residual("name: body\n    op: conv2d\n    kernel_size: 3x3\n    pad: 1\n    activate: relu\n    processors: ", "0x000000000000ffff"), @r"
    0x000000000000ffff | 16 processors of instances 0 to 3: 16 input channels in 1 pass
    0x00000000ffff0000 | 16 processors of instances 4 to 7: 16 input channels in 1 pass
    0x0000ffff00000000 | 16 processors of instances 8 to 11: 16 input channels in 1 pass
    0xffff000000000000 | 16 processors of instances 12 to 15: 16 input channels in 1 pass
    ");
}

#[test]
fn offsets_are_free_or_those_of_the_source() {
    insta::assert_snapshot!(residual("in_sequences: body\n    in_offset: ", "0x0000"), @"0x0000 | where layer 1 (`body`) starts");
    insta::assert_snapshot!(residual("pool_stride: 4\n    kernel_size: 3x3\n    pad: 1\n    activate: relu\n    processors: 0x00000000000fffff\n    out_offset: ", "0x2000"), @r"
    0x1000 | free: 0x1000 to 0x7fff while this output is live
    0x2010 | free: 0x2010 to 0x7fff while this output is live
    0x2400 | free: 0x2400 to 0x7fff while this output is live
    0x3000 | free: 0x3000 to 0x7fff while this output is live
    0x4000 | free: 0x4000 to 0x7fff while this output is live
    ");
}

#[test]
fn an_offset_says_for_how_long_it_is_free() {
    let text = RESIDUAL.replacen("out_offset: 0x2000", "out_offset: $0", 1);
    let (analyzed, offset) = with_facts(&text, residual_facts());
    let found = complete(&analyzed, offset);
    let words: Vec<&str> = found.iter().map(|one| one.documentation.as_str()).collect();
    insta::assert_snapshot!(words[0], @"The output of layer 0 (`stem`) is live until layer 1 (`body`) has run.");
    // Layer 0 lies at 0x2000 while layer 1 reads it.
    let text = RESIDUAL.replacen("out_offset: 0x0000", "out_offset: $0", 1);
    let (analyzed, offset) = with_facts(&text, residual_facts());
    insta::assert_snapshot!(shown(&complete(&analyzed, offset)), @r"
    0x0000 | free: 0x0000 to 0x1fff while this output is live
    0x0010 | free: 0x0010 to 0x1fff while this output is live
    0x0400 | free: 0x0400 to 0x1fff while this output is live
    0x1000 | free: 0x1000 to 0x1fff while this output is live
    0x4000 | free: 0x4000 to 0x7fff while this output is live
    ");
}

#[test]
fn layers_are_those_before() {
    insta::assert_snapshot!(residual("in_sequences: [skip, ", "branch"), @r"
    branch | Conv2d 3x3  20x32x32 -> 20x32x32
    skip | passthrough  20x32x32 -> 20x32x32
    body | Conv2d 3x3  16x32x32 -> 20x32x32
    stem | Conv2d 3x3  3x32x32 -> 16x32x32
    input | the network's input
    ");
    insta::assert_snapshot!(names(&format!("{HEAD}  - name: a\n    op: fc\n  - op: fc\n    in_sequences:\n      - $0\n")), @"a input");
}

#[test]
fn patterns_are_whole_layers() {
    insta::assert_snapshot!(done(&format!("{HEAD}  - name: one\n    op: none\n    in_channels: 8\n    processors: 0xff\n    output_processors: 0xff\n    out_offset: 0\n\n  - $0\n"), "pattern residual"), @r"
    arch: a
    dataset: a
    layers:
      - name: one
        op: none
        in_channels: 8
        processors: 0xff
        output_processors: 0xff
        out_offset: 0

      - name: ${1:skip}
        op: None
        processors: ${2:0x00000000000000ff}
        output_processors: ${2:0x00000000000000ff}
        out_offset: ${3:0x4000}
        write_gap: 1
      - name: ${4:branch}
        op: Conv2d
        in_sequences: ${5:one}
        in_offset: ${6:0x0000}
        kernel_size: 3x3
        pad: 1
        activate: ReLU
        processors: ${2:0x00000000000000ff}
        output_processors: ${2:0x00000000000000ff}
        out_offset: ${7:0x4004}
        write_gap: 1
      - name: ${8:sum}
        op: Add
        in_sequences: [${1:skip}, ${4:branch}]
        in_offset: ${3:0x4000}
        processors: ${2:0x00000000000000ff}
        output_processors: ${2:0x00000000000000ff}
        out_offset: ${6:0x0000}
    ");
    insta::assert_snapshot!(done(&format!("{HEAD}  $0"), "layer conv2d"), @r"
    arch: a
    dataset: a
    layers:
      - name: ${1:conv}
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: ReLU
        processors: ${2:0x0000000000000001}
        out_offset: ${3:0x4000}
    ");
}

#[test]
fn a_pattern_taken_twice_has_other_names() {
    let text = format!(
        "{HEAD}  - name: skip\n    op: none\n  - name: branch\n    op: none\n  - name: Skip2\n    op: none\n  - $0\n"
    );
    let names: Vec<String> = done(&text, "pattern residual")
        .lines()
        .filter(|line| line.contains("name: ") || line.contains("in_sequences: ["))
        .skip(3)
        .map(|line| line.trim_start().to_owned())
        .collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    - name: ${1:skip3}
    - name: ${4:branch2}
    - name: ${8:sum}
    in_sequences: [${1:skip3}, ${4:branch2}]
    ");
}

#[test]
fn a_layer_can_follow_on_an_empty_line() {
    insta::assert_snapshot!(done(&format!("{HEAD}    - op: fc\n\n$0\n"), "layer passthrough"), @r"
    arch: a
    dataset: a
    layers:
        - op: fc

        - name: ${1:move}
          op: None
          processors: ${2:0x0000000000000001}
          output_processors: ${2:0x0000000000000001}
          out_offset: ${3:0x4000}
    ");
    insta::assert_snapshot!(names(&format!("{HEAD}  - op: fc\noutput_map: 1\n$0\n")), @"unload data_buffer weights bias");
}

#[test]
fn patterns_have_no_error() {
    let text = format!(
        "{HEAD}  - name: one\n    op: none\n    in_dim: [8, 8]\n    in_channels: 16\n    processors: 0xffff\n    output_processors: 0xffff\n    out_offset: 0x2000\n\n$0"
    );
    let (analyzed, offset) = cursor(&text);
    let patterns = complete(&analyzed, offset)
        .into_iter()
        .filter(|one| one.kind == CompletionKind::Snippet);
    for pattern in patterns {
        let done =
            apply_edits(&analyzed.text, std::slice::from_ref(&pattern.edit)).expect("an edit");
        // A Conv1d reads a single column.
        let done = if pattern.label.contains("conv1d") {
            done.replace("[8, 8]", "[64, 1]")
        } else {
            done
        };
        let text: String = done
            .split("${")
            .enumerate()
            .map(|(number, part)| match part.split_once('}') {
                Some((place, rest)) if number > 0 => {
                    format!(
                        "{}{rest}",
                        place.split_once(':').map_or("", |(_, text)| text)
                    )
                }
                _ => part.to_owned(),
            })
            .collect();
        let errors: Vec<String> = crate::ide::fixture::plain(&text)
            .findings
            .iter()
            .filter(|finding| finding.severity == crate::diagnostic::Severity::Error)
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}\n{text}", pattern.label);
    }
}

#[test]
fn comments_take_directives_and_rules() {
    insta::assert_snapshot!(names("# $0\narch: a\n"), @"ai8x-lint:");
    insta::assert_snapshot!(names("# ai8x-lint: $0\narch: a\n"), @"ignore ignore-file device flags shapes checkpoint model keep");
    insta::assert_snapshot!(labels("# ai8x-lint: ignore[AX1$0\narch: a\n").lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    AX005 | missing-global-key
    AX001 | yaml-syntax
    AX002 | duplicate-key
    ");
    insta::assert_snapshot!(names("# some words $0\narch: a\n"), @"");
    insta::assert_snapshot!(names("# ai8x-lint: device=$0\narch: a\n"), @"MAX78000 MAX78002");
    insta::assert_snapshot!(done("# ai8x-lint: device=MAX$0\narch: a\n", "MAX78002"), @r"
    # ai8x-lint: device=MAX78002
    arch: a
    ");
    // What is reported nearby comes first.
    let reported = format!(
        "{HEAD}  - op: conv2d # ai8x-lint: ignore[$0]\n    processors: 0x3\n    wrong: 1\n"
    );
    insta::assert_snapshot!(labels(&reported).lines().take(6).collect::<Vec<_>>().join("\n"), @r"
    AX953 | use-processor-notation
    AX006 | unknown-layer-key
    AX043 | default-out-offset
    AX045 | default-activation
    AX001 | yaml-syntax
    AX002 | duplicate-key
    ");
}

/// The network of the tests of models up to `until`, then the cursor.
fn of_model(until: &str) -> (Analyzed, u32) {
    let at = NETWORK.find(until).expect("in the network");
    with_facts(&format!("{}$0", &NETWORK[..at]), modelled())
}

#[test]
fn the_next_layer_is_that_of_the_model() {
    let text = |until: &str| {
        let (analyzed, offset) = of_model(until);
        let found = complete(&analyzed, offset);
        let one = found.iter().find(|one| one.label.ends_with("of the model"));
        one.map(|one| format!("{}\n{}", one.label, one.edit.new_text))
    };
    insta::assert_snapshot!(text("name: first").unwrap(), @r"
    layer conv1 of the model
    name: ${1:conv1}
        op: Conv2d
        kernel_size: 3x3
        pad: 1
        activate: ReLU
        processors: ${2:0x000000000000000f}
        out_offset: ${3:0x4000}
    ");
    insta::assert_snapshot!(text("op: Conv2d\n    max").unwrap(), @r"
    layer conv2 of the model
    name: ${1:conv2}
        op: Conv2d
        max_pool: 2
        pool_stride: 2
        kernel_size: 3x3
        pad: 1
        activate: None
        processors: ${2:0x00000000000000ff}
        out_offset: ${3:0x0000}
    ");
    // One that a later layer stands for is not offered.
    let network = NETWORK.replacen("  - op", "  - $0\n  - op", 1);
    let (analyzed, offset) = with_facts(&network, modelled());
    let found = shown(&complete(&analyzed, offset));
    assert!(
        found.contains("layer conv2d") && !found.contains("of the model"),
        "{found}"
    );
}

#[test]
fn models_and_data_sets_are_those_beside_the_network() {
    let offered = || Offered {
        models: vec![("ai85net".to_owned(), "models/net.py".to_owned())],
        data_sets: vec![("MNIST".to_owned(), "1x28x28".to_owned())],
    };
    let found = |text: &str| {
        let (analyzed, offset) = cursor(text);
        shown(&complete_with(&analyzed, offset, offered))
    };
    assert_eq!(found("arch: $0\nlayers: []\n"), "ai85net | models/net.py");
    assert_eq!(
        found("arch: a\ndataset: M$0\nlayers: []\n"),
        "MNIST | 1x28x28"
    );
    // Only the network has these.
    assert_eq!(found("arch: a\nlayers:\n  - name: $0\n"), "");
    assert_eq!(labels("arch: $0\nlayers: []\n"), "");
}
