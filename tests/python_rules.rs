//! The rules for models in Python: each is documented, its examples are true, the vendor's models
//! are clean, and hostile files end soon with a message. `RULE=AX871` narrows the examples.
//!
//! The vendor's models are those of the folder that `AI8X_TRAINING` names, or of
//! `../ai8x-training`; where it is missing, the test says so and does nothing.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ai8x_lint::diagnostic::{Finding, Severity};
use ai8x_lint::rules::python::{PythonRule, RULES};
use ai8x_lint::workspace::{Config, Overrides, Selection, SourceFile, lint};

/// What linting says of a model file, every rule selected.
fn check(path: &Path, text: &str, selection: Selection) -> Vec<Finding> {
    let file = SourceFile::new("demo.py".to_owned(), path.to_owned(), text.to_owned());
    let overrides = Overrides {
        selection,
        ..Overrides::default()
    };
    lint(&file, &Config::default(), &overrides).report.findings
}

fn every_rule() -> Selection {
    Selection {
        extend_select: vec!["AX".parse().expect("a selector")],
        ..Selection::default()
    }
}

fn wanted() -> Vec<&'static PythonRule> {
    let wanted = std::env::var("RULE").ok();
    let is_wanted = |rule: &&&PythonRule| {
        wanted
            .as_ref()
            .is_none_or(|code| rule.code.to_string() == *code || rule.name == code)
    };
    RULES.iter().filter(is_wanted).copied().collect()
}

#[test]
fn rules_are_documented_by_code() {
    let codes: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
    assert!(
        codes.is_sorted(),
        "the rules are not in order of their codes"
    );
    for rule in RULES {
        let summary = rule.summary;
        assert!(
            !summary.contains('\n') && !summary.ends_with('.'),
            "{summary}"
        );
        assert_eq!(rule.explanation.trim(), rule.explanation);
        assert!(rule.explanation.len() > summary.len(), "{}", rule.code);
        assert!(!rule.examples.is_empty() && !rule.source.is_empty());
    }
}

#[test]
fn examples_are_true() {
    let mut wrong = String::new();
    for rule in wanted() {
        for example in rule.examples {
            for (kind, text) in [("bad", example.bad), ("good", example.good)] {
                let found = check(Path::new("/none/demo.py"), text, every_rule());
                let mut faults = support::compare(text, &found, Some(rule.code));
                let fires = found.iter().any(|finding| finding.code == rule.code);
                if fires != (kind == "bad") {
                    faults.push(format!("fires: {fires}"));
                }
                let others = found
                    .iter()
                    .filter(|finding| support::is_loud(finding) && finding.code != rule.code);
                faults.extend(others.map(|other| support::show(text, other)));
                for fault in faults {
                    wrong += &format!("\n{} {kind}: {fault}", rule.code);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The vendor's models that the rules speak of, by file, code and number of findings, all told.
///
/// * AX873: `ai87netmobilenetv2` gives `dimensions` beside `**kwargs`; PyTorch refuses it, too.
/// * AX880, hints: these layers are made without `**kwargs`. They deploy, but the trainer's 8-bit
///   evaluation does not reach them.
const SPOKEN_OF: [(&str, &str, usize); 8] = [
    ("ai85net-afsk.py", "AX880", 1),
    ("ai85net-audio.py", "AX880", 1),
    ("ai85net-bayer2rgbnet.py", "AX880", 3),
    ("ai85net-tinierssd-face.py", "AX880", 2),
    ("ai85net-tinierssd-kpts-qr.py", "AX880", 6),
    ("ai85net-unet.py", "AX880", 9),
    ("ai87-fpndetector.py", "AX880", 8),
    ("ai87net-mobilenet-v2.py", "AX873", 1),
];

#[test]
fn the_vendors_models_are_clean() {
    let training = std::env::var_os("AI8X_TRAINING")
        .map_or_else(|| support::package_path("../ai8x-training"), PathBuf::from);
    let models = training.join("models");
    if !models.is_dir() {
        println!("SKIPPED: {} is absent", models.display());
        return;
    }
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut files = 0;
    for entry in std::fs::read_dir(&models).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).expect("a readable model");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for finding in check(&path, &text, Selection::default()) {
            println!("{name}: {}", support::show(&text, &finding));
            *found
                .entry((name.to_string(), finding.code.to_string()))
                .or_default() += 1;
        }
    }
    assert!(files >= 33, "{files} model files");
    let expected: BTreeMap<(String, String), usize> = SPOKEN_OF
        .iter()
        .map(|(file, code, count)| (((*file).to_owned(), (*code).to_owned()), *count))
        .collect();
    assert_eq!(found, expected);
}

/// What is said, and that it is said soon.
fn said_soon(text: &str) -> Vec<String> {
    let start = Instant::now();
    let found = check(Path::new("/none/demo.py"), text, Selection::default());
    let taken = start.elapsed();
    // Far more than it takes, for machines under load.
    assert!(taken < Duration::from_secs(20), "it took {taken:?}");
    found
        .iter()
        .map(|finding| support::show(text, finding))
        .collect()
}

const HEAD: &str = "import ai8x\nimport torch.nn as nn\n";

#[test]
fn a_huge_file_is_refused() {
    let text = format!("{HEAD}models = []\n{}", "x = 1\n".repeat(10 << 20 >> 2));
    assert_eq!(
        said_soon(&text),
        [format!(
            "1:1 warning AX881: this cannot be read: the file has {} bytes; model files are read \
             up to 1048576",
            text.len()
        )]
    );
}

#[test]
fn endless_work_ends() {
    let body = |line: &str| {
        format!(
            "{HEAD}class Net(nn.Module):\n    def __init__(self, **kwargs):\n        {line}\n\n    \
             def forward(self, x):\n        return x\n\n\nmodels = [{{'name': 'Net'}}]\n"
        )
    };
    for line in [
        "while True: pass",
        "while True: self.c = ai8x.Conv2d(1, 1, 3, **kwargs)",
        "self.__init__(**kwargs)",
    ] {
        let found = said_soon(&body(line));
        assert!(
            matches!(found.as_slice(), [one] if one.contains("AX881") && one.contains("not followed to the end")),
            "{line}: {found:?}"
        );
    }
    // Doubling lists, and nesting without end.
    said_soon(&body("x = [0]\n        while True: x = x + x"));
    let nested = format!("{HEAD}models = []\nx = {}", "[".repeat(100_000));
    let found = said_soon(&nested);
    assert!(found.len() == 1 && found[0].contains("AX881"), "{found:?}");
}

#[test]
fn comments_silence_findings() {
    let text = "\
import ai8x
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.Conv2d(num_channels, 8, 5, **kwargs)  # ai8x-lint: ignore[AX877] why not
        # ai8x-lint: ignore[layer-setting]
        self.conv2 = ai8x.Conv2d(8, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        return self.conv2(self.conv1(x))


models = [{'name': 'Net'}]
";
    let text = text.replace(
        "def __init__(self, ",
        "def __init__(self, pretrained=False, ",
    );
    // The second comment has nothing to silence.
    let found = said_soon(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("9:9 information AX981"), "{found:?}");
}

#[test]
fn the_chip_decides() {
    let model = |device: &str| {
        format!(
            "{device}{HEAD}class Net(nn.Module):\n    def __init__(self, num_channels=128, \
             dimensions=(128, 1), **kwargs):\n        super().__init__()\n        self.c = \
             ai8x.Conv1d(num_channels, 8, 3, padding=1, bias=True)\n\n    def forward(self, x):\n        \
             return self.c(x)\n\n\nmodels = [{{'name': 'Net'}}]\n"
        )
    };
    let errors = |device: &str| {
        let text = model(device);
        let found = check(Path::new("/none/demo.py"), &text, Selection::default());
        let errors = found
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors.map(|error| error.message).collect::<Vec<_>>()
    };
    assert_eq!(errors("# ai8x-lint: device=MAX78000\n"), [""; 0]);
    assert_eq!(
        errors("# ai8x-lint: device=MAX78002\n"),
        ["`c`: a padding of 1 with 128 input channels; the MAX78002 pads a Conv1d of up to 64"]
    );
    // Wrong on one of both only, and nobody says which is meant.
    assert_eq!(errors(""), [""; 0]);
}

/// What a model of these lines, behind `super().__init__()`, is told.
fn told(body: &str) -> Vec<String> {
    let text = format!(
        "{HEAD}import torch.nn.functional as F\n\n\nclass Net(nn.Module):\n    def \
         __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, \
         **kwargs):\n        super().__init__()\n{body}\n\ndef ai85demo(pretrained=False, \
         **kwargs):\n    return Net(**kwargs)\n\n\nmodels = [{{'name': 'ai85demo'}}]\n"
    );
    check(Path::new("/none/demo.py"), &text, Selection::default())
        .iter()
        .map(|finding| format!("{} {}: {}", finding.severity, finding.code, finding.message))
        .collect()
}

#[test]
fn a_model_ported_from_pytorch_is_told_what_to_change() {
    insta::assert_snapshot!(
        told(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 16, 3, padding=1, **kwargs)
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1)
        self.bn = nn.BatchNorm2d(16)
        self.act = nn.ReLU()
        self.drop = nn.Dropout(0.2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = ai8x.Linear(16, num_classes, **kwargs)
        self.loss = nn.CrossEntropyLoss()

    def forward(self, x):
        x = y = self.conv1(x)
        x = self.drop(self.act(self.bn(self.conv2(x)))) + y
        x = self.pool(x).flatten(1)
        return F.softmax(self.fc(x), dim=1)
"
        )
        .join("\n"),
        @r"
    warning AX871: `nn.Conv2d` is not quantised and does not run on the accelerator
    warning AX871: `nn.BatchNorm2d` is not quantised and does not run on the accelerator
    warning AX872: this arithmetic between layers does not run on the accelerator
    warning AX872: `nn.ReLU` between layers does not run on the accelerator
    warning AX872: `nn.AdaptiveAvgPool2d` between layers does not run on the accelerator
    "
    );
}

/// An operation that does not run on the accelerator makes no shape unknown.
#[test]
fn shapes_go_on_behind_functions() {
    insta::assert_snapshot!(
        told(
            "
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 4, 3, padding=1, **kwargs)
        self.fc = ai8x.Linear(4 * 16 * 16, num_classes, **kwargs)

    def forward(self, x):
        x = F.interpolate(F.max_pool2d(self.conv1(x), 4), scale_factor=2.0)
        x = F.avg_pool2d(x, 2)
        return self.fc(x.flatten(1))
"
        )
        .join("\n"),
        @"warning AX875: the layer takes 1024 features, gets 256 in (1, 256), with an input of 3x32x32"
    );
}

#[test]
fn what_is_not_between_layers_is_free() {
    let body = "
        self.a = ai8x.Conv2d(num_channels, 16, 3, padding=1, **kwargs)
        self.b = ai8x.Conv2d(16, 8, 3, padding=1, **kwargs)

    def forward(self, x):
        x = self.a(F.relu(x / 2).view(x.size(0), 3, 32, 32))
        y = self.b(x.clamp(-1, 1))
        y = y.permute(0, 2, 3, 1).contiguous().view(y.size(0), -1, 4)
        return F.relu(y).clamp(-1, 1) * 2
";
    // So is what happens to the input: whoever makes it can do that.
    assert_eq!(
        told(body),
        ["warning AX872: `clamp` between layers does not run on the accelerator"]
    );
}

#[test]
fn settings_are_held_against_the_chip() {
    insta::assert_snapshot!(
        told(
            "
        self.a = ai8x.FusedMaxPoolConv2dReLU(num_channels, 2000, 3, pool_size=17,
                                             pool_stride=(1, 2), padding=3, **kwargs)
        self.b = ai8x.FusedConv2dReLU(16, 16, 3, dilation=2, wide=True, **kwargs)
        self.c = ai8x.FusedConv2dBNReLU(16, 16, 1, bias=False, **kwargs)
        self.d = ai8x.ConvTranspose2d(16, 16, 3, stride=1, **kwargs)
        self.e = ai8x.Conv1d(16, 16, 5, dilation=3, **kwargs)
        self.f = ai8x.Conv1d(16, 16, 12, weight_bits=3)
        self.g = ai8x.Conv2d(16, 16, 1, groups=4, **kwargs)
        self.h = ai8x.MaxPool2d(2, dilation=2)
        self.i = ai8x.Linear(2048, num_classes, **kwargs)

    def forward(self, x):
        return unknown(x)
"
        )
        .join("\n"),
        @r"
    warning AX877: `a`: 2000 output channels; the MAX78000 has up to 1024
    error AX877: `a`: a pooling window of 17; it goes up to 16
    error AX877: `a`: a pooling stride of 1x2; it is the same in both directions
    error AX877: `a`: a padding of 3; it can be 0 to 2
    error AX877: `b`: a dilation of 2; that of two-dimensional kernels is 1
    error AX877: `b`: an activation and wide outputs; only one of both is possible
    error AX877: `c`: batch normalization without a bias; it becomes part of the bias, which must be there
    error AX877: `d`: a stride of 1; that of transposed convolutions is 2
    error AX877: `e`: a kernel of 5 with a dilation of 3 spans 13; it can span 9, or have at most 3 taps and no padding
    error AX877: `f`: a kernel of 12; it can be 1 to 9
    error AX877: `f`: `weight_bits` of 3; it can be 1, 2, 4 or 8
    error AX877: `g`: 4 groups; the MAX78000 has none
    warning AX877: `h`: a pooling dilation of 2; it goes up to 1 on the MAX78000
    error AX879: `i` takes 2048 features; a fully connected layer takes up to 1024
    "
    );
}

#[test]
fn what_stops_in_another_file_is_told_at_the_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let block = "import torch.nn as nn\n\n\nclass Block(nn.Module):\n    def __init__(self, \
                 channels):\n        super().__init__()\n        assert channels == 4\n";
    std::fs::write(folder.path().join("blocks.py"), block).expect("a file");
    let text = format!(
        "{HEAD}from blocks import Block\n\n\nclass Net(nn.Module):\n    def __init__(self, \
         **kwargs):\n        super().__init__()\n        self.block = Block(5)\n\n\nmodels = \
         [{{'name': 'Net'}}]\n"
    );
    let found = check(&folder.path().join("net.py"), &text, Selection::default());
    let [finding] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        support::show(&text, finding),
        "9:22 error AX874: `Net` fails: this assertion fails"
    );
    let place = &finding.related[0];
    let file = place.file.as_ref().expect("another file");
    assert!(file.path.ends_with("blocks.py"), "{}", file.path);
    assert_eq!(place.span.text(&file.text), "assert channels == 4");
}

#[test]
fn arguments_of_the_trainer_must_be_taken() {
    let class = |parameters: &str, made: &str| {
        let text = format!(
            "{HEAD}class Net(nn.Module):\n    def __init__(self, {parameters}):\n        \
             super().__init__()\n        self.c = ai8x.Conv2d(num_channels, 8, 3, **kwargs)\n\n    \
             def forward(self, x):\n        return self.c(x)\n\n\nmodels = [{{'name': '{made}'}}]\n"
        );
        said_soon(&text)
    };
    let all = "pretrained, num_classes, num_channels, dimensions, bias";
    assert_eq!(class(&format!("{all}, **kwargs"), "Net"), [""; 0]);
    assert_eq!(
        class(&format!("{all}, kwargs={{}}"), "Net"),
        ["12:20 error AX874: `Net` fails: `__init__` has no parameter `weight_bits`"]
    );
    assert_eq!(
        class(&format!("{all}, **kwargs"), "Not"),
        ["12:20 error AX874: `Not` fails: `demo.py` defines no `Not`"]
    );
}

#[test]
fn folders_are_walked_for_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    let model = RULES
        .iter()
        .find(|rule| rule.name == "shape-mismatch")
        .expect("the rule")
        .examples[0]
        .bad;
    write("models/net.py", model);
    write("models/other.py", "models = [{'name': 'net'}]\n");
    write("train.py", "import ai8x\n");
    write(
        "scripts/train.sh",
        "python train.py --model ai85demo --dataset CIFAR10 --device MAX78000 \"$@\"\n",
    );
    let run = |arguments: &[&str]| {
        let output = assert_cmd::Command::cargo_bin("ai8x-lint")
            .expect("the program")
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .expect("it runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    // The script says the input, so the finding is certain.
    assert_eq!(
        run(&["check", "--output-format", "concise", "."]),
        "models/net.py:14:16: error[AX875] the layer takes 32 channels, gets 16 in (1, 16, 32, 32), \
         with an input of 3x32x32\nFound 1 error in 1 file\n"
    );
    for format in [
        "full",
        "json",
        "json-lines",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "yamllint",
    ] {
        let said = run(&["check", "--output-format", format, "models/net.py"]);
        assert!(said.contains("AX875"), "{format}: {said}");
    }
    assert_eq!(
        run(&["check", "--output-format", "json", "models/other.py"]).trim(),
        "[]"
    );
}

#[test]
fn other_python_files_stay_silent() {
    for text in [
        "import torch.nn as nn\n\nmodels = [{'name': 'missing'}]\n",
        "x = (\n",
        "import ai8x\n\nx = (\n",
        "",
    ] {
        assert_eq!(said_soon(text), [""; 0], "{text}");
    }
}
