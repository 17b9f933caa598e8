use std::sync::Arc;

use super::*;
use crate::facts::Facts;
use crate::ide::fixture;
use crate::ide::hover::hover;
use crate::pytorch::{Training, read_model};

const MODEL: &str = "\
from torch import nn

import ai8x


class Small(nn.Module):
    def __init__(self, num_classes=10, num_channels=4, dimensions=(8, 8), bias=False, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3,
                                          padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.FusedMaxPoolConv2d(8, num_classes, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))


def small(pretrained=False, **kwargs):
    return Small(**kwargs)


models = [{'name': 'small', 'min_input': 1, 'dim': 2}]
";

pub(in crate::ide) const NETWORK: &str = "\
arch: small
dataset: demo

layers:
  - name: first
    op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0xf
    out_offset: 0x1000
  - op: Conv2d
    max_pool: 2
    pool_stride: 2
    kernel_size: 1x1
    pad: 0
    activate: none
    processors: 0xff
    out_offset: 0
";

/// The facts of the model.
pub(in crate::ide) fn modelled() -> Facts {
    let training = Training {
        input: Some([4, 8, 8]),
        ..Training::default()
    };
    let nothing = |_: &str| None;
    let model = read_model(
        &training.request("models/small.py", MODEL, "small"),
        &nothing,
    );
    Facts {
        input: Some([4, 8, 8]),
        model: Some(Arc::new(model.facts("small"))),
        ..fixture::facts()
    }
}

/// The network with the cursor behind a text.
fn behind(before: &str) -> (Analyzed, u32) {
    let at = NETWORK.find(before).expect("in the network") + before.len();
    let text = format!("{}$0{}", &NETWORK[..at], &NETWORK[at..]);
    fixture::with_facts(&text, modelled())
}

/// The text that refers, and the one that is gone to.
fn gone(before: &str) -> String {
    let (analyzed, offset) = behind(before);
    match definition(&analyzed, offset) {
        Some(target) => format!(
            "{} => {} in {}",
            target.origin.text(&analyzed.text),
            target.selection.text(&target.file.text),
            target.span.text(&target.file.text)
        ),
        None => "nowhere".to_owned(),
    }
}

#[test]
fn layers_and_networks_are_defined_by_the_model() {
    insta::assert_snapshot!(gone("arch: sm"), @"small => small in def small");
    insta::assert_snapshot!(gone("name: fi"), @r"
    first => self.conv1 in self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3,
                                              padding=1, bias=bias, **kwargs)
    ");
    insta::assert_snapshot!(gone("0x1000\n  -"), @"- => self.conv2 in self.conv2 = ai8x.FusedMaxPoolConv2d(8, num_classes, 3, padding=1, **kwargs)");
    insta::assert_snapshot!(gone("  - op: Conv"), @"Conv2d => self.conv2 in self.conv2 = ai8x.FusedMaxPoolConv2d(8, num_classes, 3, padding=1, **kwargs)");
    for elsewhere in ["dataset: de", "activate: re", "in_dim: [8"] {
        assert_eq!(gone(elsewhere), "nowhere");
    }
}

#[test]
fn without_a_model_there_is_nothing() {
    let (analyzed, offset) = fixture::cursor("arch: sm$0all\nlayers:\n  - op: Conv2d\n");
    assert_eq!(definition(&analyzed, offset), None);
    assert_eq!(about(&analyzed, 0), None);
    assert_eq!(about_network(&analyzed), None);
}

/// The part of the hover that is about the model.
fn hovered(before: &str) -> String {
    let (analyzed, offset) = behind(before);
    let hover = hover(&analyzed, offset, None).expect("a hover");
    let start = ["In the model", "Model `"];
    let start = start.iter().find_map(|text| hover.markdown.find(text));
    let shown = &hover.markdown[start.expect("about the model")..];
    // Then the key is explained.
    shown
        .split("\n\n### ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn hovers_show_the_module() {
    insta::assert_snapshot!(hovered("name: fi"), @r"
    In the model: `conv1`, models/small.py, line 9

    ```python
    self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3,
                                      padding=1, bias=bias, **kwargs)
    ```

    4x8x8 -> 8x8x8 in the model. The network and the model agree here.
    ");
    insta::assert_snapshot!(hovered("0x1000\n  -"), @r"
    In the model: `conv2`, models/small.py, line 11

    ```python
    self.conv2 = ai8x.FusedMaxPoolConv2d(8, num_classes, 3, padding=1, **kwargs)
    ```

    8x8x8 -> 10x4x4 in the model. The network and the model differ in the kernel size and the padding.
    ");
    insta::assert_snapshot!(hovered("arch: sm"), @r"
    Model `small`, models/small.py, line 17

    ```python
    def small(pretrained=False, **kwargs):
    ```

    2 layers of the network stand for its 2 modules with weights. They differ in layer 1 (the kernel size, the padding).
    ");
}

/// What stands at the cursor of the model's file, and the layers that it stands for.
fn met(model: &str) -> String {
    let offset = model.find("$0").expect("a cursor");
    assert_eq!(model.replacen("$0", "", 1), MODEL);
    let (analyzed, _) = behind("arch: ");
    let model = analyzed.facts.model.clone().unwrap();
    let file = files(&model)[0];
    match counterpart(&analyzed, file, offset as u32) {
        Some((span, what)) => format!("{} {what:?}", span.text(MODEL)),
        None => "nothing".to_owned(),
    }
}

#[test]
fn modules_and_their_calls_stand_for_layers() {
    let at = |text: &str| met(&MODEL.replacen(text, &format!("{}$0{}", &text[..4], &text[4..]), 1));
    insta::assert_snapshot!(at("self.conv1 ="), @"self.conv1 = ai8x.FusedConv2dReLU Layers([0])");
    insta::assert_snapshot!(at("self.conv2(self"), @"self.conv2 Layers([1])");
    insta::assert_snapshot!(at("self.conv1(x"), @"self.conv1 Layers([0])");
    insta::assert_snapshot!(at("small(pre"), @"small Network");
    assert_eq!(at("padding=1, bias"), "nothing");
    assert_eq!(at("forward(self, x)"), "nothing");
}

#[test]
fn constructors_know_their_layers() {
    let (analyzed, _) = behind("arch: ");
    let model = analyzed.facts.model.clone().unwrap();
    let found = constructors(&analyzed, files(&model)[0]);
    let lines: Vec<String> = found
        .iter()
        .map(|(span, layers)| format!("{} {layers:?}", &span.text(MODEL)[..20]))
        .collect();
    assert_eq!(
        lines,
        ["ai8x.FusedConv2dReLU [0]", "ai8x.FusedMaxPoolCon [1]"]
    );
    let other = TextFile {
        path: "models/other.py".to_owned(),
        text: MODEL.to_owned(),
    };
    assert_eq!(constructors(&analyzed, &other), []);
    insta::assert_snapshot!(about_in_python(&analyzed, 1, "small.yaml").unwrap(), @r"
    **layer 1** of small.yaml  max pool 2x2 + Conv2d 1x1  8x8x8 -> ?

    processors 0 to 7 (`0x00000000000000ff`), reads at 0x1000, writes at 0x0000

    The network and the model differ in the kernel size and the padding.
    ");
}

const RESIDUAL: &str = "\
from torch import nn

import ai8x


class Residual(nn.Module):
    def __init__(self, num_classes=10, num_channels=4, dimensions=(8, 8), bias=False, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, **kwargs)
        self.conv2 = ai8x.FusedConv2dReLU(8, 8, 3, padding=1, **kwargs)
        self.conv3 = ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)
        self.add = ai8x.Add()
        self.pool = ai8x.MaxPool2d(2)
        self.unused = ai8x.Sub()

    def forward(self, x):
        x = self.conv1(x)
        x = self.pool(self.add(self.conv2(x), x))
        return self.pool(self.conv3(x))
";

/// A network of which layer 2 adds, layer 3 pools and re-forms, and layer 4 pools what it has made.
const RESIDUAL_NETWORK: &str = "\
arch: Residual
dataset: demo

layers:
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0xf
    out_offset: 0x1000
  - op: Conv2d
    activate: relu
    processors: 0xff
    out_offset: 0x2000
  - name: sum
    op: none
    eltwise: add
    in_sequences: [1, 0]
    processors: 0xff
    out_offset: 0x3000
  - op: none
    max_pool: 2
    pool_stride: 2
    processors: 0xff
    out_offset: 0x1000
  - op: Conv2d
    processors: 0xff
    out_offset: 0x2000
  - op: none
    max_pool: 2
    pool_stride: 2
    processors: 0xff
    out_offset: 0x1000
";

fn residual(network: &str) -> Analyzed {
    let training = Training {
        input: Some([4, 8, 8]),
        ..Training::default()
    };
    let request = training.request("models/residual.py", RESIDUAL, "Residual");
    let model = read_model(&request, &|_: &str| None);
    let facts = Facts {
        input: Some([4, 8, 8]),
        model: Some(Arc::new(model.facts("Residual"))),
        ..fixture::facts()
    };
    fixture::with_facts(&format!("{network}$0"), facts).0
}

/// The layers of each line of the model that has some.
fn lines(network: &str) -> String {
    let analyzed = residual(network);
    let model = analyzed.facts.model.clone().unwrap();
    let found = constructors(&analyzed, files(&model)[0]);
    let lines = found.iter().map(|(span, layers)| {
        let name = RESIDUAL[..span.start as usize].rsplit("self.").next();
        format!("{}{layers:?}", name.unwrap().replace(" = ", " "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_without_weights_know_their_layers() {
    insta::assert_snapshot!(lines(RESIDUAL_NETWORK), @"
    conv1 [0]
    conv2 [1]
    conv3 [4]
    add [2]
    pool [3, 5]
    ");
    // The layer that reads may pool, too.
    let merged = RESIDUAL_NETWORK.replacen(
        "  - op: none
    max_pool: 2
    pool_stride: 2
    processors: 0xff
    out_offset: 0x1000
  - op: Conv2d
",
        "  - op: Conv2d
    max_pool: 2
    pool_stride: 2
",
        1,
    );
    insta::assert_snapshot!(lines(&merged), @"
    conv1 [0]
    conv2 [1]
    conv3 [3]
    add [2]
    pool [3, 4]
    ");
    // What another layer computes is nobody's.
    let other = RESIDUAL_NETWORK.replace("in_sequences: [1, 0]", "in_sequences: [1, 1]");
    insta::assert_snapshot!(lines(&other), @"
    conv1 [0]
    conv2 [1]
    conv3 [4]
    pool [5]
    ");
    let other = RESIDUAL_NETWORK.replace("eltwise: add", "eltwise: whatever");
    insta::assert_snapshot!(lines(&other), @"
    conv1 [0]
    conv2 [1]
    conv3 [4]
    pool [5]
    ");
}

#[test]
fn sums_and_pools_are_found_in_both_directions() {
    let analyzed = residual(RESIDUAL_NETWORK);
    let at = RESIDUAL_NETWORK.find("sum").unwrap() as u32;
    let target = definition(&analyzed, at).expect("a place");
    assert_eq!(target.selection.text(RESIDUAL), "self.add");
    let model = analyzed.facts.model.clone().unwrap();
    let file = files(&model)[0];
    let met = |text: &str| {
        let at = RESIDUAL.find(text).unwrap() + 6;
        counterpart(&analyzed, file, at as u32).map(|(_, what)| what)
    };
    let layers = |layers: &[usize]| Some(Counterpart::Layers(layers.to_vec()));
    assert_eq!(met("self.add ="), layers(&[2]));
    assert_eq!(met("self.add(self"), layers(&[2]));
    assert_eq!(met("self.pool ="), layers(&[3, 5]));
    assert_eq!(met("self.pool(self.conv3"), layers(&[5]));
    assert_eq!(met("self.unused"), None);
    insta::assert_snapshot!(about(&analyzed, 2).unwrap(), @"
    In the model: `add`, models/residual.py, line 12

    ```python
    self.add = ai8x.Add()
    ```

    8x8x8 -> 8x8x8 in the model. The network and the model agree here.
    ");
    let merged = RESIDUAL_NETWORK.replace(
        "    in_sequences: [1, 0]\n",
        "    in_sequences: [1, 0]\n    max_pool: 2\n    pool_stride: 2\n    pool_first: false\n",
    );
    insta::assert_snapshot!(about(&residual(&merged), 2).unwrap(), @"
    In the model: `add`, models/residual.py, line 12

    ```python
    self.add = ai8x.Add()
    ```

    8x8x8 -> 8x8x8 in the model. The layer runs `pool`, too. The network and the model agree here.
    ");
}
