//! The reader of PyTorch models on our own models in `tests/fixtures/models`, each a few constructs
//! of Python, and on texts that must end soon with a clear message.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use ai8x_lint::pytorch::{
    Input, Literal, Model, ProblemKind, Request, SourceOf, TrainingDevice, read_model,
};

#[test]
fn a_straight_line() {
    insta::assert_snapshot!(read("straight.py", "straight", &[], &[1, 3, 28, 28]), @r"
    conv1 ai8x.FusedConv2dReLU 3->15 kernel [3, 3] pad [1, 1] groups 1 ReLU
    conv2 ai8x.FusedMaxPoolConv2dReLU 15->30 kernel [3, 3] pad [2, 2] groups 1 ReLU Max [2, 2]
    fc ai8x.Linear 7680->10 kernel [] pad [] groups 1 -
    conv1#0(input) -> [1, 15, 28, 28]
    conv2#0(0) -> [1, 30, 16, 16]
    fc#0(1.view) -> [1, 10]
    returns 2 [1, 10]
    ");
}

#[test]
fn keywords_are_the_trainers() {
    let keywords = [
        ("num_channels", Literal::Int(1)),
        (
            "dimensions",
            Literal::Tuple(vec![Literal::Int(28), Literal::Int(32)]),
        ),
    ];
    insta::assert_snapshot!(read("straight.py", "straight", &keywords, &[1, 1, 28, 32]), @"Failure straight.py:10 this assertion fails");
}

#[test]
fn sub_modules_lists_and_inheritance() {
    insta::assert_snapshot!(read("blocks.py", "Stack", &[], &[1, 3, 16, 16]), @r"
    head ai8x.FusedConv2dReLU 32->2 kernel [1, 1] pad [0, 0] groups 1 ReLU
    stages.0 ai8x.FusedConv2dBNReLU 3->16 kernel [3, 3] pad [1, 1] groups 1 ReLU
    stages.1 ai8x.FusedMaxPoolConv2dBNReLU 16->32 kernel [3, 3] pad [1, 1] groups 1 ReLU Max [2, 2]
    blocks.block_0.conv ai8x.FusedDepthwiseConv2dReLU 32->32 kernel [3, 3] pad [1, 1] groups 32 ReLU
    blocks.block_0.add ai8x.Add
    blocks.block_1.conv ai8x.FusedDepthwiseConv2dReLU 32->32 kernel [3, 3] pad [1, 1] groups 32 ReLU
    blocks.block_1.add ai8x.Add
    tail.1 ai8x.Conv2d 32->4 kernel [1, 1] pad [0, 0] groups 1 -
    stages.0#0(input) -> [1, 16, 16, 16]
    stages.1#0(0) -> [1, 32, 8, 8]
    blocks.block_0.conv#0(1) -> [1, 32, 8, 8]
    blocks.block_0.add#0(2; 1) -> [1, 32, 8, 8]
    blocks.block_1.conv#0(3) -> [1, 32, 8, 8]
    blocks.block_1.add#0(4; 3) -> [1, 32, 8, 8]
    tail.1#0(5.nn.Dropout) -> [1, 4, 8, 8]
    head#0(5) -> [1, 2, 8, 8]
    returns 6 [1, 4, 8, 8]
    returns 7 [1, 2, 8, 8]
    ");
}

#[test]
fn branches_and_joins() {
    insta::assert_snapshot!(read("branches.py", "branches", &[], &[1, 8, 12]), @r"
    left ai8x.FusedConv1dReLU 8->8 kernel [3] pad [1] groups 1 ReLU
    right ai8x.FusedConv1dAbs 8->8 kernel [1] pad [0] groups 1 Abs
    half ai8x.MaxPool1d Max [2]
    extra ai8x.FusedAvgPoolConv1dBNReLU 16->16 kernel [3] pad [1] groups 1 ReLU Average [2]
    head.conv ai8x.Conv1d 16->2 kernel [3] pad [1] groups 1 -
    left#0(input) -> [1, 8, 12]
    right#0(input) -> [1, 8, 12]
    half#0(0.cat + 1.cat) -> [1, 16, 6]
    extra#0(0.cat + 1.cat) -> [1, 16, 6]
    head.conv#0(0.cat + 1.cat) -> [1, 2, 12]
    head.conv#1(2) -> [1, 2, 6]
    head.conv#2(3) -> [1, 2, 6]
    returns 4.permute.contiguous.cat.relu + 5.permute.contiguous.cat.relu + 6.permute.contiguous.cat.relu [1, 24, 2]
    ");
}

#[test]
fn frames_in_a_buffer() {
    insta::assert_snapshot!(read("frames.py", "Frames", &[], &[1, 8, 4, 4]), @r"
    each ai8x.FusedConv2dReLU 4->8 kernel [3, 3] pad [1, 1] groups 1 ReLU
    over ai8x.FusedConv1dReLU 8->4 kernel [2] pad [0] groups 1 ReLU
    each#0(input.getitem) -> [1, 8, 4, 4]
    each#1(input.getitem) -> [1, 8, 4, 4]
    over#0(constant.setitem.setitem + 0.getitem.setitem.setitem + 1.getitem.setitem) -> [1, 4, 1]
    returns 2 [1, 4, 1]
    ");
}

#[test]
fn a_class_in_a_function() {
    insta::assert_snapshot!(read("frames.py", "nested", &[], &[1, 4, 4, 4]), @r"
    conv ai8x.Conv2d 4->8 kernel [1, 1] pad [0, 0] groups 1 -
    conv#0(input) -> [1, 8, 4, 4]
    returns 0 [1, 8, 4, 4]
    ");
}

#[test]
fn half_written() {
    insta::assert_snapshot!(read("broken.py", "Broken", &[], &[1, 3, 8, 8]), @r"
    conv1 ai8x.FusedConv2dReLU 3->? kernel [3, 3] pad [1, 1] groups 1 ReLU
    conv2 ai8x.FusedConv2dReLU ?->4 kernel [1, 1] pad [0, 0] groups 1 ReLU
    conv1#0(input) -> []
    conv2#0(0) -> []
    returns 1.view []
    Syntax broken.py:23 unexpected EOF while parsing
    Unknown broken.py:13 `os.environ.get` is not known
    Lost broken.py:13 this condition is not known, so what depends on it is not either
    ");
}

#[test]
fn wrong_shapes_and_arguments_are_failures() {
    let failures = [
        (
            "ai8x.Conv2d(3, 4, 3)(x)",
            "the layer takes 3 channels, gets 1 in (1, 1, 4, 4)",
        ),
        (
            "ai8x.Conv2d(1, 4, 5)(x)",
            "nothing is left: the shape (1, 1, 4, 4) becomes (1, 4, 0, 0)",
        ),
        (
            "F.avg_pool2d(x, 5)",
            "nothing is left: the shape (1, 1, 4, 4) becomes (1, 1, 0, 0)",
        ),
        ("ai8x.Conv2d(1, 4)(x)", "`Conv2d` needs `kernel_size`"),
        (
            "ai8x.Conv2d(1, 4, 3, kernel_size=1)",
            "`Conv2d` gets `kernel_size` twice",
        ),
        ("f(1, **{'a': 2})", "`f` gets `a` twice"),
        ("f(2, b=3)", "`f` has no parameter `b`"),
        ("x.view(3, -1)", "(1, 1, 4, 4) cannot become (3, -1)"),
        ("[1, 2][2]", "there is no such element"),
        ("1 // 0", "a division by zero"),
    ];
    for (code, message) in failures {
        let model = forward(code, &[1, 1, 4, 4]);
        let failure = model.problems.iter().find(|p| p.kind.stops());
        let found = failure.map(|p| p.message.as_str());
        assert_eq!(found, Some(message), "{code}: {:?}", model.problems);
    }
}

/// By the documentation of PyTorch, with sides of 4 and 10.
#[test]
fn functions_have_shapes() {
    let shapes: [(&str, &[i64]); 33] = [
        ("F.relu(x)", &[1, 1, 4, 10]),
        ("F.leaky_relu(x, 0.1)", &[1, 1, 4, 10]),
        ("x.relu_()", &[1, 1, 4, 10]),
        ("F.max_pool2d(x, 2)", &[1, 1, 2, 5]),
        ("F.max_pool2d(x, (2, 5))", &[1, 1, 2, 2]),
        ("F.max_pool2d(x, 3, 2)", &[1, 1, 1, 4]),
        ("F.max_pool2d(x, 3, stride=2, padding=1)", &[1, 1, 2, 5]),
        ("F.max_pool2d(x, 3, 2, ceil_mode=True)", &[1, 1, 2, 5]),
        ("F.max_pool2d(x, 2, 3, 1, ceil_mode=True)", &[1, 1, 2, 4]),
        ("F.max_pool2d(x, 2, 1, dilation=2)", &[1, 1, 2, 8]),
        ("F.max_pool2d(x[0], kernel_size=2)", &[1, 2, 5]),
        ("F.avg_pool2d(x, 2, None)", &[1, 1, 2, 5]),
        ("F.avg_pool2d(x, [4, 3], 1, 0, False)", &[1, 1, 1, 8]),
        ("F.max_pool1d(x.flatten(1, 2), 4)", &[1, 4, 2]),
        ("F.avg_pool1d(x.squeeze(0).squeeze(0), 2)", &[4, 5]),
        ("F.adaptive_avg_pool2d(x, 1)", &[1, 1, 1, 1]),
        ("F.adaptive_avg_pool2d(x, (None, 5))", &[1, 1, 4, 5]),
        (
            "F.adaptive_max_pool2d(x, output_size=[2, 3])",
            &[1, 1, 2, 3],
        ),
        ("F.adaptive_avg_pool1d(x[0], 3)", &[1, 4, 3]),
        ("F.interpolate(x, scale_factor=2)", &[1, 1, 8, 20]),
        (
            "F.interpolate(x, None, 0.75, mode='nearest')",
            &[1, 1, 3, 7],
        ),
        ("F.interpolate(x, scale_factor=(1, 0.5))", &[1, 1, 4, 5]),
        ("F.interpolate(x, size=(6, 7))", &[1, 1, 6, 7]),
        ("F.interpolate(x, 5, mode='bilinear')", &[1, 1, 5, 5]),
        ("F.pad(x, (1, 2))", &[1, 1, 4, 13]),
        ("F.pad(x, (0, 0, 1, -2), 'constant', 0)", &[1, 1, 3, 10]),
        ("x.mean([2, 3])", &[1, 1]),
        ("x.mean(dim=-1, keepdim=True)", &[1, 1, 4, 1]),
        ("x.sum(1)", &[1, 4, 10]),
        ("torch.mean(x, (2, 3))", &[1, 1]),
        ("x.mean()", &[]),
        ("F.log_softmax(x, dim=1)", &[1, 1, 4, 10]),
        ("torch.abs(x)", &[1, 1, 4, 10]),
    ];
    let after = |code: &str| {
        let model = forward(code, &[1, 1, 4, 10]);
        let shape = model.outputs[0].shape.clone();
        (shape, model.problems)
    };
    for (code, shape) in shapes {
        let (found, problems) = after(code);
        assert_eq!(found.as_deref(), Some(shape), "{code}: {problems:?}");
        assert!(problems.is_empty(), "{code}: {problems:?}");
    }
    // What follows from values, or fails, has no shape.
    for code in [
        "F.max_pool2d(x, 2, return_indices=True)",
        "F.max_pool2d(x, (1, 2, 3))",
        "F.max_pool2d(x, 2, 0)",
        "F.avg_pool2d(x.flatten(), 2)",
        "F.interpolate(x)",
        "F.interpolate(x, 2, 2)",
        "F.interpolate(x, size=(1, 2, 3))",
        "F.interpolate(x, scale_factor=0.01)",
        "F.pad(x, (1, 2, 3))",
        "F.pad(x, (-6, -6))",
        "x.mean(7)",
        "F.unfold(x, 3)",
    ] {
        assert_eq!(after(code).0, None, "{code}");
    }
}

#[test]
fn every_argument_has_its_range() {
    let text = "import ai8x\nk = 3\ndef m(**kwargs):\n    p = k // 2\n    \
                return ai8x.Conv2d(1, 4, k, padding=p, **kwargs)\n";
    let request = Request {
        file: "m.py",
        text,
        factory: "m",
        arguments: vec![("bias".to_owned(), Literal::Bool(true))],
        input: None,
        device: TrainingDevice::Ai85,
    };
    let model = read_model(&request, &|_: &str| None);
    let ranges: Vec<String> = model.layers[0]
        .arguments
        .iter()
        .map(|a| {
            let (place, origin) = (a.place.span.range(), a.origin.span.range());
            format!("{}: `{}` from `{}`", a.name, &text[place], &text[origin])
        })
        .collect();
    assert_eq!(
        &ranges[..4],
        [
            "in_channels: `1` from `1`",
            "out_channels: `4` from `4`",
            "kernel_size: `k` from `3`",
            "padding: `p` from `k // 2`",
        ]
    );
    assert!(ranges[4].starts_with("bias: `def m("), "{}", ranges[4]);
    let padding = &model.layers[0].padding;
    assert_eq!(padding.value, Some(vec![1, 1]));
    assert_eq!(padding.place, Some(model.layers[0].arguments[3].place));
}

#[test]
fn too_much_work_ends_soon_with_a_message() {
    let lines = |line: &str, count: usize| line.repeat(count);
    let module = |text: String| read_text(&format!("{text}\ndef m():\n    return 1\n"));
    let body = |code: &str| read_text(&format!("import ai8x\nfrom torch import nn\n{code}\n"));
    let cases = [
        ("10 MB", module(lines("a = 1  # so long\n", 600_000))),
        (
            "brackets",
            module(format!(
                "a = {}{}",
                lines("(", 100_000),
                lines(")", 100_000)
            )),
        ),
        ("open brackets", module(lines("[", 300_000))),
        ("signs", module(format!("a = {}1", lines("-", 300_000)))),
        ("sums", module(format!("a = 1{}", lines(" + 1", 200_000)))),
        (
            "attributes",
            module(format!("a = a{}", lines(".a", 200_000))),
        ),
        ("nots", module(format!("a = {}1", lines("not ", 200_000)))),
        (
            "lines in brackets",
            module(format!("a = ({}1)", lines("1 +\n", 200_000))),
        ),
        (
            "blocks",
            module((0..2_000).fold(String::new(), |mut text, i| {
                let _ = writeln!(text, "{}if 1:", " ".repeat(i));
                text
            })),
        ),
        (
            "endless loop",
            body("def m():\n    while True:\n        pass"),
        ),
        ("recursion", body("def m(**k):\n    return m()")),
        (
            "nested values",
            body("def m():\n    x = ()\n    while True:\n        x = (x,)"),
        ),
        (
            "nested modules",
            body(
                "def m():\n    x = nn.Sequential()\n    while True:\n        x = nn.Sequential(x)",
            ),
        ),
        (
            "doubled list",
            body("def m():\n    x = [1]\n    while True:\n        x = x + x"),
        ),
        (
            "lists of lists",
            body("def m():\n    return [[0] * 9999 for i in range(9999)]"),
        ),
        (
            "doubled text",
            body("def m():\n    x = 'abc'\n    while True:\n        x += x"),
        ),
        (
            "layers",
            body("def m():\n    x = []\n    while True:\n        x = ai8x.Add()"),
        ),
        (
            "classes",
            body("def m():\n    class A: pass\n    while True:\n        class A(A): pass"),
        ),
        (
            "functions",
            body("def m():\n    while True:\n        def f(): pass"),
        ),
        (
            "range",
            body("def m():\n    return [i for i in range(10 ** 15)]"),
        ),
    ];
    for (name, (model, time)) in cases {
        let stopped = model
            .problems
            .iter()
            .find(|p| matches!(p.kind, ProblemKind::Budget | ProblemKind::Syntax));
        assert!(stopped.is_some(), "{name}: {:?}", model.problems);
        assert!(time < Duration::from_secs(10), "{name}: {time:?}");
    }
}

#[test]
fn a_costly_helper_is_unknown_and_the_rest_goes_on() {
    let (model, _) = read_text(
        "import ai8x\ndef count():\n    n = 0\n    for i in range(5000):\n        n += 1\n    \
         return n\ndef m():\n    n = count()\n    return ai8x.Conv2d(n, 4, 1)\n",
    );
    assert_eq!(model.layers[0].in_channels.value, None);
    assert_eq!(model.layers[0].out_channels.value, Some(4));
    assert!(model.is_complete(), "{:?}", model.problems);
}

/// A model that only evaluates `code` on an input `x`.
fn forward(code: &str, input: &[i64]) -> Model {
    let text = format!(
        "import ai8x\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\ndef f(a):\n    return a\nclass M(nn.Module):\n    \
         def forward(self, x):\n        return {code}\n"
    );
    let request = Request {
        file: "m.py",
        text: &text,
        factory: "M",
        arguments: Vec::new(),
        input: Some(input.to_vec()),
        device: TrainingDevice::Ai85,
    };
    read_model(&request, &|_: &str| None)
}

/// Builds `m` of a text, without arguments.
fn read_text(text: &str) -> (Model, Duration) {
    let start = Instant::now();
    let request = Request {
        file: "m.py",
        text,
        factory: "m",
        arguments: Vec::new(),
        input: None,
        device: TrainingDevice::Ai85,
    };
    let model = read_model(&request, &|_: &str| None);
    (model, start.elapsed())
}

/// What is read of a fixture, as text.
fn read(file: &str, factory: &str, arguments: &[(&str, Literal)], shape: &[i64]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
    let load = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    let text = load(file).expect("a fixture");
    let request = Request {
        file,
        text: &text,
        factory,
        arguments: arguments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        input: Some(shape.to_vec()),
        device: TrainingDevice::Ai85,
    };
    let resolve = |name: &str| {
        let file = format!("{name}.py");
        load(&file).map(|text| (file, text))
    };
    show(&read_model(&request, &resolve))
}

fn show(model: &Model) -> String {
    let mut out = String::new();
    for layer in &model.layers {
        let _ = write!(out, "{} {}", layer.path, layer.class);
        let number = |n: Option<i64>| n.map_or("?".to_owned(), |n| n.to_string());
        if layer.operator.has_weights() {
            let channels = (layer.in_channels.value, layer.out_channels.value);
            let _ = write!(out, " {}->{}", number(channels.0), number(channels.1));
            let sides = |list: &Option<Vec<i64>>| format!("{:?}", list.as_deref().unwrap_or(&[]));
            let _ = write!(out, " kernel {}", sides(&layer.kernel.value));
            let _ = write!(out, " pad {}", sides(&layer.padding.value));
            let _ = write!(out, " groups {}", number(layer.groups.value));
            let activation = layer.activation.value.clone().flatten();
            let _ = write!(out, " {}", activation.as_deref().unwrap_or("-"));
        }
        if let Some(pool) = &layer.pool {
            let size = pool.size.value.as_deref().unwrap_or(&[]);
            let _ = write!(out, " {:?} {size:?}", pool.kind);
        }
        out.push('\n');
    }
    for call in &model.calls {
        let inputs: Vec<String> = call.inputs.iter().map(show_input).collect();
        let layer = &model.layers[call.layer];
        let _ = writeln!(
            out,
            "{}#{}({}) -> {:?}",
            layer.path,
            call.number,
            inputs.join("; "),
            call.shape.as_deref().unwrap_or(&[])
        );
    }
    for output in &model.outputs {
        let shape = output.shape.as_deref().unwrap_or(&[]);
        let _ = writeln!(out, "returns {} {shape:?}", show_input(output));
    }
    for problem in &model.problems {
        let file = &model.files[problem.place.file as usize];
        let line = file.line(problem.place.span);
        let (kind, file) = (problem.kind, &file.path);
        let _ = writeln!(out, "{kind:?} {file}:{line} {}", problem.message);
    }
    out
}

fn show_input(input: &Input) -> String {
    let sources: Vec<String> = input
        .sources
        .iter()
        .map(|source| {
            let of = match source.of {
                SourceOf::Input => "input".to_owned(),
                SourceOf::Constant => "constant".to_owned(),
                SourceOf::Call(at) => at.to_string(),
            };
            [vec![of], source.via.clone()].concat().join(".")
        })
        .collect();
    sources.join(" + ")
}
