//! New offsets in data memory.

use super::*;

/// A client that applies changes, and asks for the edit of an action when it is chosen.
fn able() -> Value {
    json!({
        "workspace": {"applyEdit": true},
        "textDocument": {"codeAction": {
            "dataSupport": true,
            "resolveSupport": {"properties": ["edit"]},
        }},
    })
}

fn opened(capabilities: Value, text: &str) -> Client {
    let (mut client, _) = Client::start(capabilities, Value::Null);
    client.open(URI, text);
    client.published(1);
    client
}

/// The actions for new offsets in a line.
fn offers(client: &mut Client, line: u32, only: Value) -> Vec<Value> {
    let mut context = json!({"diagnostics": []});
    if !only.is_null() {
        context["only"] = json!([only]);
    }
    let params = json!({
        "textDocument": {"uri": URI},
        "range": range((line, 6), (line, 6)),
        "context": context,
    });
    let actions = client.request("textDocument/codeAction", params);
    let title = |action: &Value| action["title"].as_str().unwrap_or_default().to_owned();
    let mut found = actions.as_array().cloned().unwrap_or_default();
    found.retain(|action| title(action).starts_with("Re-allocate"));
    assert!(
        found
            .iter()
            .all(|action| action["kind"] == "refactor.rewrite")
    );
    found
}

/// The line of a text in the network.
fn line(text: &str) -> u32 {
    let before = &NETWORK[..NETWORK.find(text).unwrap()];
    before.matches('\n').count() as u32
}

/// The network with an edit of one change for each line.
fn with_edit(edit: &Value) -> String {
    let mut text = NETWORK.to_owned();
    let mut edits = edit["changes"][URI].as_array().cloned().unwrap();
    edits.sort_by_key(|edit| edit["range"]["start"]["line"].as_u64());
    for edit in edits.iter().rev() {
        let place = |end: &str| {
            let position = &edit["range"][end];
            let line = position["line"].as_u64().unwrap() as usize;
            let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            before + position["character"].as_u64().unwrap() as usize
        };
        let places = place("start")..place("end");
        text.replace_range(places, edit["newText"].as_str().unwrap());
    }
    text
}

/// Whether the output of the second layer is no longer where the first one's is read.
fn is_mended(client: &mut Client, edit: &Value) -> bool {
    client.change(URI, 2, json!([{"text": with_edit(edit)}]));
    !codes(&client.published(2)).contains(&"AX304")
}

#[test]
fn an_action_places_the_network_or_a_layer_anew() {
    let here = line("out_offset: 0x2004");
    for (nth, title) in [
        (0, "Re-allocate the data memory of this network"),
        (1, "Re-allocate the data memory of this layer"),
    ] {
        let mut client = opened(able(), NETWORK);
        let action = offers(&mut client, here, Value::Null).remove(nth);
        assert_eq!(action["title"], title);
        assert_eq!(action.get("edit"), None);
        let resolved = client.request("codeAction/resolve", action);
        assert!(is_mended(&mut client, &resolved["edit"]), "{resolved:#}");
        client.finish();
    }
}

#[test]
fn actions_stand_where_offsets_do_or_where_they_are_asked_for() {
    let mut client = opened(able(), NETWORK);
    let count =
        |client: &mut Client, text: &str, only: Value| offers(client, line(text), only).len();
    assert_eq!(count(&mut client, "layers:", Value::Null), 1);
    assert_eq!(count(&mut client, "out_offset: 0x2000", Value::Null), 2);
    assert_eq!(count(&mut client, "kernel_size", Value::Null), 0);
    assert_eq!(count(&mut client, "dataset", Value::Null), 0);
    assert_eq!(count(&mut client, "kernel_size", json!("refactor")), 2);
    assert_eq!(count(&mut client, "dataset", json!("refactor")), 1);
    assert_eq!(count(&mut client, "kernel_size", json!("quickfix")), 0);
    client.finish();
    // Nobody could carry them out.
    let mut client = opened(json!({}), NETWORK);
    assert_eq!(count(&mut client, "out_offset: 0x2000", Value::Null), 0);
    client.finish();
}

#[test]
fn an_action_that_changes_nothing_says_why() {
    let unknown = NETWORK.replace("    in_dim: [16, 16]\n", "");
    let mut client = opened(able(), &unknown);
    let action = offers(&mut client, line("out_offset: 0x2004") - 1, Value::Null).remove(0);
    let resolved = client.request("codeAction/resolve", action);
    assert_eq!(resolved.get("edit"), None);
    let message = client.wait(|message| message["method"] == "window/showMessage");
    let text = message["params"]["message"].as_str().unwrap();
    assert_snapshot!(text, @"the data memory cannot be re-allocated: what layer 0 (`first`) reads or writes is not known: correct the errors first, or say the shapes");
    client.finish();

    // What has been placed stays.
    let mut client = opened(able(), NETWORK);
    let here = line("out_offset: 0x2004");
    let action = offers(&mut client, here, Value::Null).remove(0);
    let resolved = client.request("codeAction/resolve", action);
    assert!(is_mended(&mut client, &resolved["edit"]));
    let action = offers(&mut client, here, Value::Null).remove(0);
    let resolved = client.request("codeAction/resolve", action);
    assert_eq!(resolved.get("edit"), None);
    let message = client.wait(|message| message["method"] == "window/showMessage");
    let text = message["params"]["message"].as_str().unwrap();
    assert!(text.starts_with("0 outputs moved; "), "{text}");
    client.finish();
}

#[test]
fn a_command_has_the_client_apply_the_change() {
    let mut client = opened(json!({"workspace": {"applyEdit": true}}), NETWORK);
    // A client that cannot ask for edits is given the command.
    let action = offers(&mut client, line("out_offset: 0x2004"), Value::Null).remove(1);
    let command = action["command"].clone();
    assert_eq!(command["command"], "ai8x.allocate");
    let answer = client.request("workspace/executeCommand", command);
    assert_snapshot!(answer["summary"].as_str().unwrap(), @"1 output moved; highest byte in use 0x2404 (28 %) before, 0x2400 (28 %) with these offsets; with these masks it cannot be below 0x0800");
    let asked = client.wait(|message| message["method"] == "workspace/applyEdit");
    assert!(
        is_mended(&mut client, &asked["params"]["edit"]),
        "{asked:#}"
    );
    client.finish();
}

#[test]
fn a_command_that_cannot_be_met_answers_why() {
    let mut client = opened(
        json!({"workspace": {"applyEdit": true}}),
        &NETWORK.replace("    in_dim: [16, 16]\n", ""),
    );
    let ask = |client: &mut Client, arguments: Value| {
        let command = json!({"command": "ai8x.allocate", "arguments": arguments});
        client.answer("workspace/executeCommand", command)
    };
    let answer = ask(&mut client, json!([URI]));
    assert_eq!(answer["error"]["code"], -32803);
    let top = json!({"line": 0, "character": 0});
    let answer = ask(&mut client, json!([URI, top]));
    assert_eq!(answer["error"]["message"], "no layer stands here");
    assert_eq!(ask(&mut client, json!([]))["error"]["code"], -32602);
    assert_eq!(
        ask(&mut client, json!(["file:///absent.yaml"]))["result"],
        Value::Null
    );
    client.finish();
    let mut client = opened(json!({}), NETWORK);
    assert_eq!(ask(&mut client, json!([URI]))["error"]["code"], -32803);
    client.finish();
}
