//! Which model, data set and checkpoint belong to a network, found among files, and by whom.

use std::fs;
use std::path::{Path, PathBuf};

use ai8x_lint::diagnostic::Severity;
use ai8x_lint::text::apply_edits;
use ai8x_lint::workspace::{Config, Linted, ModelName, Overrides, SourceFile, lint};
use tempfile::TempDir;

const NETWORK: &str = "\
arch: small
dataset: Demo

layers:
  - op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0xf
    out_offset: 0x1000
  - op: Conv2d
    activate: none
    processors: 0xff
    out_offset: 0x2000
";

/// A model whose first layer has so much padding, and which offers these names.
fn model(pad: u8, names: &[&str]) -> String {
    let mut text = format!(
        "\
from torch import nn

import ai8x


class Small(nn.Module):
    def __init__(self, num_classes=10, num_channels=4, dimensions=(8, 8), bias=False, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding={pad}, bias=bias, **kwargs)
        self.conv2 = ai8x.Conv2d(8, num_classes, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        x = self.conv1(x)
        return self.conv2(x)

"
    );
    for name in names {
        text += &format!("\ndef {name}(pretrained=False, **kwargs):\n    return Small(**kwargs)\n");
    }
    let listed: Vec<String> = names
        .iter()
        .map(|name| format!("{{'name': '{name}', 'min_input': 1, 'dim': 2}}"))
        .collect();
    text + &format!("\nmodels = [{}]\n", listed.join(", "))
}

/// A folder of files.
struct World {
    folder: TempDir,
}

impl World {
    fn new(files: &[(&str, &str)]) -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            world.write(name, text);
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn lint(&self, network: &str, text: &str, overrides: &Overrides) -> Linted {
        let path = self.path(network);
        let config = self.path("ai8x-lint.toml");
        let config = if config.is_file() {
            Config::read(&config)
        } else {
            Config::default()
        };
        let file = SourceFile::new(network.to_owned(), path, text.to_owned());
        lint(&file, &config, overrides)
    }

    /// The model of a network, without the folder, and why it is the one; else why there is none.
    fn model(&self, text: &str, overrides: &Overrides) -> String {
        let linted = self.lint("nets/networks/a.yaml", text, overrides);
        let known = linted.assumptions;
        let said = match &known.model {
            Some(model) => format!("{} ({})", model.value.name.show(), model.origin),
            None => known
                .unsettled("model")
                .map_or_else(|| "nothing".to_owned(), |unsettled| unsettled.why.clone()),
        };
        let root = format!("{}/", self.folder.path().display());
        said.replace(&root, "")
    }
}

fn found(files: &[(&str, &str)]) -> String {
    World::new(files).model(NETWORK, &Overrides::default())
}

#[test]
fn models_are_found_beside_above_and_in_training_projects() {
    let own = model(1, &["small"]);
    let is = |path: &str| format!("{path}:small (`arch` is its name)");
    assert_eq!(found(&[]), "nothing");
    for path in [
        "nets/networks/a.py",
        "nets/networks/models/a.py",
        "nets/models/a.py",
        "nets/ai8x-training/models/a.py",
        "ai8x-training/models/a.py",
        "ai8x-training-2024/models/a.py",
    ] {
        assert_eq!(found(&[(path, &own)]), is(path));
    }
    // A script beside the network is no model, whatever its functions are called.
    let script = [
        ("nets/networks/draw.py", "def small():\n    print(1)\n"),
        ("nets/models/a.py", own.as_str()),
    ];
    assert_eq!(found(&script), is("nets/models/a.py"));
    assert_eq!(found(&script[..1]), "nothing");
    // The nearest counts, whatever lies further off.
    let both = [
        ("nets/networks/models/b.py", own.as_str()),
        ("ai8x-training/models/a.py", own.as_str()),
    ];
    assert_eq!(found(&both), is("nets/networks/models/b.py"));
    // A repository ends the search, but for what lies beside it.
    let repository = [("nets/.git/HEAD", ""), ("ai8x-training/models/a.py", &own)];
    assert_eq!(found(&repository), is("ai8x-training/models/a.py"));
}

#[test]
fn the_name_decides_first_as_written_then_in_any_case() {
    let upper = model(1, &["SMALL"]);
    let other = model(1, &["smaller"]);
    let files = [("models/a.py", upper.as_str()), ("models/b.py", &other)];
    assert_eq!(found(&files), "models/a.py:SMALL (`arch` is its name)");
    let exact = model(1, &["tiny", "small"]);
    let files = [("models/a.py", upper.as_str()), ("models/b.py", &exact)];
    assert_eq!(found(&files), "models/b.py:small (`arch` is its name)");
    // Without a list, a function or a class.
    let (unlisted, _) = exact.split_once("\nmodels =").unwrap();
    let files = [("models/a.py", unlisted)];
    assert_eq!(found(&files), "models/a.py:small (`arch` is its name)");
}

#[test]
fn of_several_none_is_chosen() {
    let own = model(1, &["small"]);
    let files = [("models/a.py", own.as_str()), ("models/b.py", &own)];
    let world = World::new(&files);
    assert_eq!(
        world.model(NETWORK, &Overrides::default()),
        "it may be one of models/a.py:small and models/b.py:small; `--model` or a comment \
         `# ai8x-lint: model=…` says which"
    );
    let linted = world.lint("nets/networks/a.yaml", NETWORK, &Overrides::default());
    assert_eq!(linted.assumptions.candidates.len(), 2);
    // Whoever chooses gets the comment.
    let [finding] = linted.report.findings.as_slice() else {
        panic!("{:?}", linted.report.findings);
    };
    assert_eq!(
        (finding.code.0, finding.severity),
        (869, Severity::Information)
    );
    let chosen = apply_edits(NETWORK, &finding.fixes[1].edits).unwrap();
    assert!(
        chosen.starts_with("# ai8x-lint: model=../../models/b.py:small\narch:"),
        "{chosen}"
    );
    assert_eq!(
        world.model(&chosen, &Overrides::default()),
        "models/b.py:small (comment in line 1)"
    );
}

/// What the network says beside `arch` decides nothing, but says what is offered first.
#[test]
fn the_likeliest_of_several_comes_first() {
    let own = model(1, &["small"]);
    let named = own.replace("self.conv1", "self.stem");
    let world = World::new(&[
        ("models/a.py", &own),
        ("models/b.py", &named),
        ("models/kws.py", &own),
    ]);
    let order = |file: &str, text: &str| {
        let linted = world.lint(file, text, &Overrides::default());
        assert!(linted.assumptions.model.is_none());
        let candidates = linted.assumptions.candidates.iter();
        let names = candidates.map(|name| name.path.file_name().unwrap().to_str().unwrap());
        names.collect::<Vec<_>>().join(" ")
    };
    let plain = "nets/networks/x.yaml";
    assert_eq!(order(plain, NETWORK), "a.py b.py kws.py");
    // The name of the network's file.
    assert_eq!(
        order("nets/networks/kws-v2.yaml", NETWORK),
        "kws.py a.py b.py"
    );
    // What the model calls its layers.
    let stem = NETWORK.replacen("  - op", "  # stem: 8 channels\n  - op", 1);
    assert_eq!(order(plain, &stem), "b.py a.py kws.py");
    let stem = NETWORK.replacen("  - op", "  - name: Stem\n    op", 1);
    assert_eq!(order(plain, &stem), "b.py a.py kws.py");
    // The file itself says more.
    let stem = format!("# see models/kws.py\n{stem}");
    assert_eq!(order(plain, &stem), "kws.py b.py a.py");
}

#[test]
fn whoever_names_a_model_is_believed() {
    let own = model(1, &["small"]);
    let others = model(1, &["other", "third"]);
    let world = World::new(&[
        ("models/a.py", &own),
        ("elsewhere/b.py", &others),
        ("far/models/c.py", &own),
    ]);
    let directive = |value: &str| {
        let text = format!("# ai8x-lint: model={value}\n{NETWORK}");
        world.model(&text, &Overrides::default())
    };
    let nets = "nets/networks";
    let by = |path: &str| format!("{path} (comment in line 1)");
    assert_eq!(
        directive("../../elsewhere/b.py:third"),
        by("elsewhere/b.py:third")
    );
    assert_eq!(directive("../../models/a.py"), by("models/a.py:small"));
    assert_eq!(directive("../../far"), by("far/models/c.py:small"));
    assert!(directive("../../elsewhere/b.py").starts_with("it may be one of"));
    assert_eq!(
        directive("absent.py:net"),
        format!("{nets}/absent.py: there is no such file")
    );
    let missing = directive("../../models/a.py:absent");
    assert!(missing.contains("defines no `absent`"), "{missing}");

    let overrides = Overrides {
        model: Some(ModelName {
            path: world.path("elsewhere/b.py"),
            name: Some("other".to_owned()),
        }),
        ..Overrides::default()
    };
    let text = format!("# ai8x-lint: model=../../models/a.py\n{NETWORK}");
    assert_eq!(
        world.model(&text, &overrides),
        "elsewhere/b.py:other (command line)"
    );
}

#[test]
fn a_named_model_that_is_not_there_is_a_finding() {
    let world = World::new(&[]);
    let text = format!("# ai8x-lint: model=absent.py:net\n{NETWORK}");
    let linted = world.lint("a.yaml", &text, &Overrides::default());
    let [finding] = linted.report.findings.as_slice() else {
        panic!("{:?}", linted.report.findings);
    };
    assert_eq!(finding.span.text(&text), "absent.py:net");
    let text = format!("# ai8x-lint: checkpoint=absent.pth.tar\n{NETWORK}");
    let linted = world.lint("a.yaml", &text, &Overrides::default());
    let [finding] = linted.report.findings.as_slice() else {
        panic!("{:?}", linted.report.findings);
    };
    assert_eq!(finding.span.text(&text), "absent.pth.tar");
}

#[test]
fn the_configuration_names_the_training_project() {
    let own = model(1, &["small"]);
    let world = World::new(&[
        ("ai8x-lint.toml", "training-dir = \"far\"\n"),
        ("far/models/a.py", &own),
        ("models/b.py", &own),
    ]);
    assert_eq!(
        world.model(NETWORK, &Overrides::default()),
        "far/models/a.py:small (ai8x-lint.toml)"
    );
}

#[test]
fn a_model_is_built_as_its_scripts_and_data_sets_say() {
    let world = World::new(&[
        ("t/models/a.py", &model(1, &["small"])),
        (
            "t/datasets/demo.py",
            "datasets = [{'name': 'Demo_few', 'input': (4, 8, 8), 'output': ('a', 'b')},\n\
             {'name': 'Other', 'input': (3, 8, 8), 'output': (1, 2, 3)}]\n",
        ),
        (
            "t/scripts/train.sh",
            "python train.py --model small --dataset Demo_few --use-bias --qat-policy p.yaml \
             --device MAX78000\n",
        ),
        (
            "t/p.yaml",
            "weight_bits: 4\noverrides:\n  conv2:\n    weight_bits: 2\n",
        ),
    ]);
    let text = format!("# ai8x-lint: model=t\n{NETWORK}");
    let linted = world.lint("a.yaml", &text, &Overrides::default());
    let model = linted.assumptions.model.expect("a model").value;
    let root = format!("{}/", world.folder.path().display());
    assert_eq!(
        model.training.known.join("; ").replace(&root, ""),
        "data set Demo_few (like `dataset`), 2 classes; input 4x8x8; with bias \
         (t/scripts/train.sh:1); weight bits as t/p.yaml says"
    );
    let modules = &model.model.modules;
    let shape = |at: usize| {
        let module = &modules[at];
        (
            module.in_channels,
            module.out_channels,
            module.bias,
            module.bits,
        )
    };
    assert_eq!(shape(0), (Some(4), Some(8), Some(true), Some(4)));
    assert_eq!(shape(1), (Some(8), Some(2), Some(true), Some(2)));
}

#[test]
fn a_change_of_the_model_counts_at_once() {
    let path = "models/a.py";
    let world = World::new(&[(path, &model(1, &["small"]))]);
    let codes = || {
        let linted = world.lint("a.yaml", NETWORK, &Overrides::default());
        let findings = linted.report.findings.into_iter();
        let codes = findings.map(|finding| finding.code.0);
        codes.filter(|code| code / 100 == 8).collect::<Vec<_>>()
    };
    assert_eq!(codes(), [0u16; 0]);
    world.write(path, &(model(2, &["small"]) + "# changed\n"));
    assert_eq!(codes(), [862]);
    fs::remove_file(world.path(path)).unwrap();
    assert_eq!(codes(), [0u16; 0]);
}

#[test]
fn a_model_that_fails_is_said_where_the_models_are_asked_for() {
    let broken = model(1, &["small"]).replace("Conv2d(8,", "Conv2d(9,");
    let world = World::new(&[("models/a.py", &broken)]);
    let said = world.model(NETWORK, &Overrides::default());
    assert!(
        said.starts_with("models/a.py:small: it cannot be followed: models/a.py:"),
        "{said}"
    );
    let linted = world.lint("nets/networks/a.yaml", NETWORK, &Overrides::default());
    let codes = linted.report.findings.iter().map(|finding| finding.code.0);
    assert_eq!(codes.collect::<Vec<_>>(), [869]);
}

#[test]
fn what_a_function_does_behind_a_layer_may_be_its_activation() {
    let plain = model(1, &["small"])
        .replace("FusedConv2dReLU", "Conv2d")
        .replace(
            "import ai8x\n",
            "import ai8x\nimport torch.nn.functional as F\n",
        );
    let codes = |text: &str| {
        let world = World::new(&[("models/a.py", text)]);
        let linted = world.lint("a.yaml", NETWORK, &Overrides::default());
        let codes = linted.report.findings.iter().map(|finding| finding.code.0);
        codes.filter(|code| code / 100 == 8).collect::<Vec<_>>()
    };
    assert_eq!(codes(&plain), [862]);
    let called = "self.conv1(x)";
    assert_eq!(
        codes(&plain.replace(called, &format!("F.relu({called})"))),
        [0u16; 0]
    );
    assert_eq!(
        codes(&plain.replace(called, &format!("F.dropout({called})"))),
        [862]
    );
}

#[test]
fn findings_name_the_place_in_the_model() {
    let world = World::new(&[("models/a.py", &model(0, &["small"]))]);
    let linted = world.lint("a.yaml", NETWORK, &Overrides::default());
    let [finding] = linted.report.findings.as_slice() else {
        panic!("{:?}", linted.report.findings);
    };
    let places: Vec<String> = finding
        .related
        .iter()
        .map(|place| {
            let file = place.file.as_deref().expect("another file");
            let name = Path::new(&file.path).file_name().unwrap();
            format!("{}:{}", name.display(), file.line(place.span))
        })
        .collect();
    assert_eq!(places, ["a.py:9", "a.py:13"]);
}

/// Findings about the files of a network that a script builds with these options.
fn of_files(options: &str, files: &[(&str, &[u8])]) -> Vec<String> {
    let command = format!("python ai8xize.py --config-file networks/a.yaml {options}\n");
    let world = World::new(&[("gen.sh", &command)]);
    for (name, bytes) in files {
        world.write(name, "");
        fs::write(world.path(name), bytes).unwrap();
    }
    let linted = world.lint("networks/a.yaml", NETWORK, &Overrides::default());
    let root = format!("{}/", world.folder.path().display());
    let findings = linted.report.findings.iter();
    findings
        .filter(|finding| (800..860).contains(&finding.code.0))
        .map(|finding| {
            let message = finding.message.replace(&root, "");
            let place = finding.span.text(NETWORK);
            format!("{} {} `{place}`: {message}", finding.code, finding.severity)
        })
        .collect()
}

#[test]
fn a_build_needs_its_checkpoint_and_its_sample() {
    assert_eq!(
        of_files("--device MAX78000", &[]),
        ["AX811 error `small`: the command in gen.sh:1 names no checkpoint"]
    );
    assert_eq!(
        of_files("--checkpoint-file a.pth.tar", &[]),
        ["AX811 information `small`: a.pth.tar: there is no such file"]
    );
    let with = |sample: &[u8]| {
        let files = [("a.npy", sample), ("a.pth.tar", b"no checkpoint")];
        of_files("--checkpoint-file a.pth.tar --sample-input a.npy", &files)
    };
    let found = with(b"no array");
    assert!(
        found[0].starts_with("AX810 error `small`: a.pth.tar: "),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("AX809 error `Demo`: a.npy: "),
        "{found:?}"
    );
    let array = |header: &str| {
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes()].concat()
    };
    assert_eq!(
        with(&array("{'descr': '<f4', 'shape': (4, 8, 8)}"))[1],
        "AX809 error `Demo`: a.npy: its values are of the type `<f4`, not 64-bit integers (`<i8`)"
    );
}
