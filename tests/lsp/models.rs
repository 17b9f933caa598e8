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
