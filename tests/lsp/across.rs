//! From networks to their models in Python, and back.

use super::*;

const MODEL: &str = "\
from torch import nn

import ai8x


class Small(nn.Module):
    def __init__(self, num_classes=10, num_channels=4, dimensions=(8, 8), bias=False, **kwargs):
        super().__init__()
        self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)
        self.conv2 = ai8x.Conv2d(8, num_classes, 3, padding=1, bias=bias, **kwargs)

    def forward(self, x):
        x = self.conv1(x)
        return self.conv2(x)


def small(pretrained=False, **kwargs):
    return Small(**kwargs)


models = [{'name': 'small', 'min_input': 1, 'dim': 2}]
";

const SMALL: &str = "\
arch: small
dataset: Demo

layers:
  - name: first
    op: Conv2d
    activate: relu
    in_dim: [8, 8]
    processors: 0xf
    out_offset: 0x1000
  - op: Conv2d
    activate: none
    processors: 0xff
    out_offset: 0x0
";

/// A folder with a model and two networks of it, and one of another.
struct World {
    folder: tempfile::TempDir,
    root: String,
    client: Client,
}

impl World {
    fn new(abilities: Value) -> Self {
        let folder = tempdir().unwrap();
        let path = folder.path().to_owned();
        fs::create_dir(path.join("models")).unwrap();
        let named = SMALL.replace("  - op", "  - name: last\n    op");
        for (name, text) in [
            ("models/small.py", MODEL),
            ("small.yaml", SMALL),
            ("twin.yaml", &named),
            ("other.yaml", &SMALL.replace("arch: small", "arch: large")),
        ] {
            fs::write(path.join(name), text).unwrap();
        }
        let folders = json!([{"uri": uri(&path), "name": "here"}]);
        let (client, _) = Client::start_in(folders, abilities, Value::Null);
        Self {
            root: uri(&path),
            folder,
            client,
        }
    }

    fn uri(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }

    fn open(&mut self, name: &str, text: &str) {
        let language = if name.ends_with(".py") {
            "python"
        } else {
            "yaml"
        };
        let item = json!({
            "uri": self.uri(name), "languageId": language, "version": 1, "text": text,
        });
        self.client
            .notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Asks about the cursor `$0` in a text of a file.
    fn ask(&mut self, method: &str, name: &str, text: &str) -> Value {
        let before = text.split_once("$0").expect("a cursor").0;
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        self.client.request(
            &format!("textDocument/{method}"),
            json!({
                "textDocument": {"uri": self.uri(name)},
                "position": {"line": line, "character": before.len() - start},
                "context": {"includeDeclaration": true, "triggerKind": 1},
            }),
        )
    }

    /// `small.yaml 4:10-4:15` of each location or link.
    fn places(&self, found: &Value) -> Vec<String> {
        let none = Vec::new();
        let found = found.as_array().unwrap_or(&none).iter();
        found
            .map(|one| {
                let (uri, range) = if one["uri"].is_string() {
                    (&one["uri"], &one["range"])
                } else {
                    (&one["targetUri"], &one["targetSelectionRange"])
                };
                let name = uri.as_str().unwrap().strip_prefix(&self.root).unwrap();
                let (start, end) = (&range["start"], &range["end"]);
                format!(
                    "{} {}:{}-{}:{}",
                    &name[1..],
                    start["line"],
                    start["character"],
                    end["line"],
                    end["character"]
                )
            })
            .collect()
    }

    fn hints(&mut self) -> Vec<String> {
        let whole = json!({
            "textDocument": {"uri": self.uri("models/small.py")},
            "range": range((0, 0), (100, 0)),
        });
        let found = self.client.request("textDocument/inlayHint", whole);
        let none = Vec::new();
        let found = found.as_array().unwrap_or(&none).iter();
        found
            .map(|hint| {
                let parts = hint["label"].as_array().unwrap().iter();
                let parts: Vec<&str> = parts.map(|part| part["value"].as_str().unwrap()).collect();
                format!("{} {}", hint["position"]["line"], parts.concat())
            })
            .collect()
    }
}

/// A text with the cursor in it.
fn with_cursor(text: &str, before: &str) -> String {
    let at = text.find(before).expect("in the text") + before.len();
    format!("{}$0{}", &text[..at], &text[at..])
}

#[test]
fn networks_lead_to_their_models() {
    let mut world = World::new(json!({"textDocument": {"definition": {"linkSupport": true}}}));
    world.open("small.yaml", SMALL);
    let mut go = |before: &str| {
        let found = world.ask("definition", "small.yaml", &with_cursor(SMALL, before));
        world.places(&found)
    };
    assert_eq!(go("arch: sm"), ["models/small.py 16:4-16:9"]);
    assert_eq!(go("name: fi"), ["models/small.py 8:8-8:18"]);
    assert_eq!(go("0x1000\n  -"), ["models/small.py 9:8-9:18"]);
    assert_eq!(go("dataset: D"), [""; 0]);
    // What is typed counts, not what was saved.
    world.open("models/small.py", &format!("# new\n{MODEL}"));
    let found = world.ask("definition", "small.yaml", &with_cursor(SMALL, "name: fi"));
    assert_eq!(world.places(&found), ["models/small.py 9:8-9:18"]);
    world.client.finish();
}

#[test]
fn layers_show_their_modules() {
    let mut world = World::new(json!({}));
    world.open("small.yaml", SMALL);
    let hover = world.ask("hover", "small.yaml", &with_cursor(SMALL, "name: fi"));
    let text = hover["contents"]["value"].as_str().unwrap();
    let shown =
        "self.conv1 = ai8x.FusedConv2dReLU(num_channels, 8, 3, padding=1, bias=bias, **kwargs)";
    assert!(text.contains(shown), "{text}");
    assert!(
        text.contains("The network and the model agree here"),
        "{text}"
    );
    world.client.finish();
}

#[test]
fn models_lead_to_the_layers_of_their_networks() {
    let mut world = World::new(json!({}));
    // One of the networks is open, and has another line at its start.
    world.open("small.yaml", &format!("\n{SMALL}"));
    world.open("models/small.py", MODEL);
    let mut go = |method: &str, before: &str| {
        let found = world.ask(method, "models/small.py", &with_cursor(MODEL, before));
        world.places(&found)
    };
    for method in ["definition", "references"] {
        assert_eq!(
            go(method, "self.con"),
            ["small.yaml 5:10-5:15", "twin.yaml 4:10-4:15"]
        );
        assert_eq!(
            go(method, "return self.con"),
            ["small.yaml 11:2-11:6", "twin.yaml 10:10-10:14"]
        );
        assert_eq!(
            go(method, "def sm"),
            ["small.yaml 1:6-1:11", "twin.yaml 0:6-0:11"]
        );
        assert_eq!(go(method, "import ai"), [""; 0]);
    }
    let hover = world.ask("hover", "models/small.py", &with_cursor(MODEL, "self.con"));
    let text = hover["contents"]["value"].as_str().unwrap();
    assert_snapshot!(text, @r"
    **layer 0 (`first`)** of small.yaml  Conv2d 3x3  4x8x8 -> 8x8x8

    processors 0 to 3 (`0x000000000000000f`), output for processors 0 to 7, reads at 0x0000, writes at 0x1000

    The network and the model agree here.

    **layer 0 (`first`)** of twin.yaml  Conv2d 3x3  4x8x8 -> 8x8x8

    processors 0 to 3 (`0x000000000000000f`), output for processors 0 to 7, reads at 0x0000, writes at 0x1000

    The network and the model agree here.
    ");
    world.client.finish();
}

#[test]
fn constructors_say_which_layers_they_are() {
    let mut world = World::new(json!({}));
    world.open("models/small.py", MODEL);
    assert_eq!(
        world.hints(),
        [
            "8 YAML layer 0 (first)",
            "9 YAML layer 1 of small.yaml; YAML layer 1 (last) of twin.yaml",
        ]
    );
    let uri = world.uri("models/small.py");
    let change = json!([{"range": range((8, 0), (8, 0)), "text": "        # two\n"}]);
    world.client.change(&uri, 2, change);
    assert_eq!(world.hints()[0], "9 YAML layer 0 (first)");
    world.client.finish();
}

#[test]
fn python_files_without_models_have_nothing() {
    let mut world = World::new(json!({}));
    let other = MODEL.replace("ai8x", "torch");
    world.open("models/small.py", &other);
    assert_eq!(world.hints(), [""; 0]);
    for method in ["definition", "references", "hover"] {
        let text = with_cursor(&other, "self.con");
        let answer = world.ask(method, "models/small.py", &text);
        assert!(answer.is_null(), "{method}: {answer}");
    }
    world.client.finish();
}

#[test]
fn models_and_data_sets_are_offered() {
    let mut world = World::new(json!({}));
    let folder = world.folder.path().join("datasets");
    fs::create_dir(&folder).unwrap();
    let sets = "datasets = [{'name': 'Demo', 'input': (4, 8, 8), 'output': (0, 1, 2)}]\n";
    fs::write(folder.join("demo.py"), sets).unwrap();
    let text = SMALL.replace("dataset: Demo", "dataset: D");
    world.open("small.yaml", &text);
    let mut labels = |before: &str| {
        let found = world.ask("completion", "small.yaml", &with_cursor(&text, before));
        let one = |one: &Value| format!("{} {}", one["label"], one["detail"]);
        let all: Vec<String> = found.as_array().unwrap().iter().map(one).collect();
        all
    };
    let models = labels("arch: ");
    assert_eq!(models.len(), 1);
    assert!(models[0].starts_with("\"small\"") && models[0].ends_with("small.py\""));
    let sets = labels("dataset: D");
    assert_eq!(sets[0], "\"Demo\" \"4x8x8, 3 classes\"");
    assert!(sets.contains(&"\"CIFAR10\" \"3x32x32\"".to_owned()));
    world.client.finish();
}
