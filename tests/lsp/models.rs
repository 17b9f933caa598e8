//! Model files in Python.

use super::*;

pub(super) const MODEL: &str = "\
import torch.nn as nn

import ai8x


class Net(nn.Module):
    def __init__(self, num_classes=10, num_channels=3, dimensions=(32, 32), bias=True, **kwargs):
        super().__init__()
        self.conv1 = ai8x.Conv2d(num_channels, 8, 5, padding=2, **kwargs)

    def forward(self, x):
        return self.conv1(x)


def ai85demo(pretrained=False, **kwargs):
    return Net(**kwargs)


models = [{'name': 'ai85demo', 'min_input': 1, 'dim': 2}]
";

const MODEL_URI: &str = "file:///nowhere/models/demo.py";

fn open(client: &mut Client, text: &str) -> Vec<Value> {
    let item = json!({"uri": MODEL_URI, "languageId": "python", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    client.published(1)
}

#[test]
fn models_are_checked_as_they_are_typed() {
    let mut client = Client::pushed();
    let found = open(&mut client, MODEL);
    assert_eq!(places(&found), ["8:50-8:51 AX877"]);
    assert_eq!(
        found[0]["message"],
        "`conv1`: a kernel of 5x5; it can be 1x1 or 3x3"
    );
    let change = |text: &str| json!([{"range": range((8, 50), (8, 51)), "text": text}]);
    client.change(MODEL_URI, 2, change("3"));
    assert_eq!(places(&client.published(2)), [""; 0]);
    client.change(MODEL_URI, 3, change("7"));
    assert_eq!(codes(&client.published(3)), ["AX877"]);
    // What is there for networks is not there for models.
    let document = json!({"textDocument": {"uri": MODEL_URI}});
    for method in ["textDocument/codeLens", "textDocument/documentSymbol"] {
        let answer = client.request(method, document.clone());
        assert!(answer.is_null(), "{method}: {answer}");
    }
    client.finish();
}

#[test]
fn a_client_that_pulls_asks_about_models_too() {
    let (mut client, _) = Client::start(json!({"textDocument": {"diagnostic": {}}}), Value::Null);
    let item = json!({"uri": MODEL_URI, "languageId": "python", "version": 1, "text": MODEL});
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let document = json!({"textDocument": {"uri": MODEL_URI}});
    let answer = client.request("textDocument/diagnostic", document);
    assert_eq!(codes(answer["items"].as_array().unwrap()), ["AX877"]);
    client.finish();
}

#[test]
fn other_python_files_are_left_alone() {
    let mut client = Client::pushed();
    let other = MODEL.replace("ai8x", "ai9x").replace("'name'", "'n' x");
    assert_eq!(places(&open(&mut client, &other)), [""; 0]);
    client.finish();
}

#[test]
fn a_network_is_compared_with_its_model_as_it_is_typed() {
    let folder = tempdir().unwrap();
    let model = folder.path().join("models/demo.py");
    fs::create_dir(folder.path().join("models")).unwrap();
    let right = MODEL.replace("8, 5, padding=2", "8, 3, padding=1");
    fs::write(&model, &right).unwrap();
    let network = "\
arch: ai85demo
dataset: demo

layers:
  - op: Conv2d
    in_dim: [32, 32]
    processors: 0x0000000000000007
    out_offset: 0x2000
    activate: none
";
    let (network_uri, model_uri) = (uri(&folder.path().join("a.yaml")), uri(&model));
    let mut client = Client::pushed();
    let of_network = |client: &mut Client| {
        client.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == network_uri.as_str()
        })["params"]["diagnostics"]
            .as_array()
            .unwrap()
            .clone()
    };
    client.open_version(&network_uri, 1, network);
    assert!(!codes(&of_network(&mut client)).contains(&"AX862"));
    let item = json!({"uri": model_uri, "languageId": "python", "version": 1, "text": right});
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    of_network(&mut client);
    let wrong = right.replace("padding=1", "padding=0");
    client.change(&model_uri, 2, json!([{ "text": wrong }]));
    let found = of_network(&mut client);
    let finding = with_code(&found, "AX862");
    assert_eq!(
        finding["message"].as_str().unwrap().lines().next().unwrap(),
        "`pad` is 1 by default, but 0 of `conv1` in the model"
    );
    let place = &finding["relatedInformation"][0]["location"];
    assert_eq!(place["uri"], model_uri.as_str());
    assert_eq!(place["range"]["start"], json!({"line": 8, "character": 21}));
    // Closed, the text of the file counts again.
    client.close(&model_uri);
    assert!(!codes(&of_network(&mut client)).contains(&"AX862"));
    client.finish();
}

#[test]
fn a_network_is_completed_from_its_model() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("models")).unwrap();
    let model = MODEL.replace("8, 5, padding=2", "8, 3, padding=1");
    fs::write(folder.path().join("models/demo.py"), model).unwrap();
    let text = "# Ours\narch: ai85demo\ndataset: CIFAR10\nlayers:\n";
    let path = folder.path().join("demo.yaml");
    fs::write(&path, text).unwrap();
    let mut client = Client::pushed();
    let item = json!({"uri": uri(&path), "languageId": "yaml", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let params = json!({
        "textDocument": {"uri": uri(&path)},
        "range": range((0, 0), (0, 0)),
        "context": {"diagnostics": [], "only": ["source.generate"]},
    });
    let actions = client.request("textDocument/codeAction", params.clone());
    assert_eq!(actions[0]["title"], "Complete the network from its model");
    let changes = &actions[0]["edit"]["changes"][uri(&path)];
    let new = changes[0]["newText"].as_str().unwrap();
    assert!(new.contains("  - name: conv1\n"), "{new}");
    // Then there is nothing to add.
    client.notify(
        "textDocument/didChange",
        json!({
            "textDocument": {"uri": uri(&path), "version": 2},
            "contentChanges": changes.as_array().unwrap().iter().map(|change| {
                json!({"range": change["range"], "text": change["newText"]})
            }).collect::<Vec<_>>(),
        }),
    );
    let again = client.request("textDocument/codeAction", params);
    assert_eq!(again.as_array().map_or(0, Vec::len), 0, "{again}");
    client.finish();
}

#[test]
fn layers_that_the_model_has_not_are_left_out_only_with_notice() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("models")).unwrap();
    let model = MODEL.replace("8, 5, padding=2", "8, 3, padding=1");
    fs::write(folder.path().join("models/demo.py"), model).unwrap();
    let text = "\
arch: ai85demo
dataset: CIFAR10
layers:
  - name: mine
    op: none
    processors: 0x0000000000000007
    out_offset: 0x2000
";
    let path = folder.path().join("demo.yaml");
    fs::write(&path, text).unwrap();
    let only = json!({
        "textDocument": {"uri": uri(&path)},
        "range": range((0, 0), (0, 0)),
        "context": {"diagnostics": [], "only": ["source.generate"]},
    });
    let loss = "leaves out layer 0 (`mine`), which the model has not";
    let action = json!({"dataSupport": true, "resolveSupport": {"properties": ["edit"]}});
    let edits = json!({"documentChanges": true, "changeAnnotationSupport": {}});
    let started = |capabilities| {
        let mut client = Client::start(capabilities, Value::Null).0;
        let item = json!({"uri": uri(&path), "languageId": "yaml", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        let actions = client.request("textDocument/codeAction", only.clone());
        (client, actions[0].clone())
    };
    // A client that can asks the user.
    let (mut client, action_found) = started(json!({
        "textDocument": {"codeAction": action},
        "workspace": {"workspaceEdit": edits},
    }));
    let resolved = client.request("codeAction/resolve", action_found);
    let edit = &resolved["edit"];
    let change = &edit["documentChanges"][0]["edits"][0];
    let annotation = &edit["changeAnnotations"][change["annotationId"].as_str().unwrap()];
    assert_eq!(
        annotation,
        &json!({"label": loss, "needsConfirmation": true})
    );
    client.finish();
    // Another is told.
    let (mut client, action_found) = started(json!({"textDocument": {"codeAction": action}}));
    let resolved = client.request("codeAction/resolve", action_found);
    assert!(
        resolved["edit"]["changes"][uri(&path)].is_array(),
        "{resolved}"
    );
    let told = client.wait(|message| message["method"] == "window/showMessage");
    assert_eq!(told["params"]["message"], loss);
    client.finish();
    // Where nothing is asked for later, the title says it.
    let (client, action_found) = started(json!({}));
    let title = format!("Complete the network from its model: {loss}");
    assert_eq!(action_found["title"], title.as_str());
    client.finish();
}

/// The titles of the actions that write a network into a file, and the file after the first of them.
fn begun(folder: &Path, name: &str, text: &str) -> (Vec<String>, String) {
    let path = folder.join(name);
    let action = json!({"dataSupport": true, "resolveSupport": {"properties": ["edit"]}});
    let capabilities = json!({"textDocument": {"codeAction": action}});
    let mut client = Client::start(capabilities, Value::Null).0;
    let item = json!({"uri": uri(&path), "languageId": "yaml", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let params = json!({
        "textDocument": {"uri": uri(&path)},
        "range": range((0, 0), (0, 0)),
        "context": {"diagnostics": []},
    });
    let actions = client.request("textDocument/codeAction", params);
    let mut actions = actions.as_array().cloned().unwrap_or_default();
    actions.retain(|action| action["kind"] == "source.generate.ai8x");
    let root = format!("{}/", folder.display());
    let title = |action: &Value| action["title"].as_str().unwrap().replace(&root, "");
    let titles = actions.iter().map(title).collect();
    let mut new = text.to_owned();
    if let Some(action) = actions.first() {
        let resolved = client.request("codeAction/resolve", action.clone());
        let changes = &resolved["edit"]["changes"][uri(&path)];
        let Some(changes) = changes.as_array() else {
            let told = client.wait(|message| message["method"] == "window/showMessage");
            let told = told["params"]["message"]
                .as_str()
                .unwrap()
                .replace(&root, "");
            client.finish();
            return (titles, told);
        };
        let line = changes[0]["range"]["start"]["line"].as_u64().unwrap() as usize;
        new = text
            .lines()
            .take(line)
            .map(|line| format!("{line}\n"))
            .collect();
        new.push_str(changes[0]["newText"].as_str().unwrap());
    }
    client.finish();
    (titles, new)
}

#[test]
fn a_file_without_layers_gets_them_from_a_model() {
    let folder = tempdir().unwrap();
    let models = folder.path().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("other.py"), "models = [{'name': 'other'}]\n").unwrap();
    assert_eq!(begun(folder.path(), "net.yaml", "").0, [""; 0]);
    let model = MODEL.replace("8, 5, padding=2", "8, 3, padding=1");
    fs::write(models.join("demo.py"), &model).unwrap();
    let only = ["Write the network of models/demo.py:ai85demo"];
    // Its input has to be known.
    let (titles, told) = begun(folder.path(), "net.yaml", "");
    assert_eq!(titles, only);
    assert_eq!(
        told,
        "its input is not known: name its data set, or the size of the input"
    );
    let (titles, text) = begun(folder.path(), "net.yaml", "# Ours\ndataset: CIFAR10\n");
    assert_eq!(titles, only);
    let start = "# Ours\ndataset: CIFAR10\n\narch: ai85demo\n\nlayers:\n  # Layer 0";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("  - name: conv1\n"), "{text}");
    // Whatever is no network is left alone.
    assert_eq!(begun(folder.path(), "net.yaml", "services:\n").0, [""; 0]);
    // Of several, the likeliest comes first; `arch` decides.
    fs::write(
        models.join("faces.py"),
        model.replace("ai85demo", "ai85faces"),
    )
    .unwrap();
    let both = [
        "Write the network of models/faces.py:ai85faces",
        "Write the network of models/demo.py:ai85demo",
    ];
    assert_eq!(begun(folder.path(), "faces.yaml", "").0, both);
    let (titles, text) = begun(
        folder.path(),
        "faces.yaml",
        "arch: ai85demo\ndataset: CIFAR10\n",
    );
    assert_eq!(titles, ["Complete the network from its model"]);
    assert!(text.contains("  - name: conv1\n"), "{text}");
    assert_eq!(
        begun(folder.path(), "faces.yaml", "arch: ai85\n").0,
        [""; 0]
    );
}
