//! Everything that is asked for at a place or a document.

use super::*;

/// Everything that changes answers.
fn able() -> Value {
    json!({
        "workspace": {"workspaceEdit": {"documentChanges": true}},
        "textDocument": {
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "definition": {"linkSupport": true},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {
                "dataSupport": true,
                "isPreferredSupport": true,
                "resolveSupport": {"properties": ["edit"]},
            },
        },
    })
}

/// A client with the network open, and with that ability or none.
fn opened(abilities: Value) -> Client {
    let (mut client, _) = Client::start(abilities, Value::Null);
    client.open_version(URI, 3, NETWORK);
    client
}

fn document() -> Value {
    json!({"uri": URI})
}

/// Parameters for the place of a word, its `nth` occurrence, and `after` characters into it.
fn at(word: &str, nth: usize, after: usize) -> Value {
    let (offset, _) = NETWORK.match_indices(word).nth(nth).expect("the word");
    let before = &NETWORK[..offset + after];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let position = json!({
        "line": line,
        "character": before[start..].encode_utf16().count(),
    });
    json!({"textDocument": document(), "position": position})
}

/// The text under a range.
fn text_at(range: &Value) -> String {
    let number = |side: &str, key: &str| range[side][key].as_u64().unwrap() as usize;
    let lines: Vec<&str> = NETWORK.split('\n').collect();
    let (first, last) = (number("start", "line"), number("end", "line"));
    let mut text: Vec<String> = lines[first..=last]
        .iter()
        .map(|line| (*line).to_owned())
        .collect();
    let end = number("end", "character");
    let last = text.last_mut().unwrap();
    last.truncate(end);
    text[0] = text[0].chars().skip(number("start", "character")).collect();
    text.join("\n")
}

fn actions_at(client: &mut Client, range: &Value, context: Value) -> Vec<Value> {
    let params = json!({"textDocument": document(), "range": range, "context": context});
    let actions = client.request("textDocument/codeAction", params);
    actions.as_array().cloned().unwrap_or_default()
}

fn titles(actions: &[Value]) -> String {
    let titles: Vec<String> = actions
        .iter()
        .map(|action| {
            let preferred = if action["isPreferred"] == true {
                "* "
            } else {
                ""
            };
            let (title, kind) = (&action["title"], &action["kind"]);
            format!(
                "{preferred}{} ({})",
                title.as_str().unwrap(),
                kind.as_str().unwrap()
            )
        })
        .collect();
    titles.join("\n")
}

#[test]
fn actions_come_with_edits_to_who_cannot_ask_for_them() {
    let mut client = opened(json!({}));
    let unused = range((23, 42), (23, 68));
    let actions = actions_at(&mut client, &unused, json!({"diagnostics": []}));
    assert_snapshot!(titles(&actions), @"* Delete the suppression (quickfix)");
    let action = &actions[0];
    assert_eq!(action["diagnostics"][0]["code"], "AX981");
    let edit = &action["edit"]["changes"][URI][0];
    assert_eq!(text_at(&edit["range"]), " # ai8x-lint: ignore[AX201]");
    client.finish();
}

#[test]
fn actions_are_resolved_when_they_are_chosen() {
    let mut client = opened(able());
    let offset = range((18, 16), (18, 22));
    let actions = actions_at(&mut client, &offset, json!({"diagnostics": []}));
    assert_snapshot!(titles(&actions), @"
    Move `out_offset` of layer 1 (`second`) to 0x0000 (free to the end) (quickfix)
    Move `out_offset` of layer 0 (`first`) to 0x0400 (free to the end) (quickfix)
    Move `out_offset` of layer 1 (`second`) to 0x0400 (free to the end) (quickfix)
    Suppress AX304 on this line (quickfix)
    Suppress AX304 in this file (quickfix)
    Re-allocate the data memory of this network (refactor.rewrite)
    Re-allocate the data memory of this layer (refactor.rewrite)
    Apply all safe fixes of ai8x-lint (source.fixAll.ai8x)
    ");
    for action in &actions {
        assert!(action.get("edit").is_none());
        let resolved = client.request("codeAction/resolve", action.clone());
        let change = &resolved["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({"uri": URI, "version": 3}));
        assert!(change["edits"][0]["newText"].is_string(), "{resolved}");
    }
    client.change(URI, 4, json!([{"text": NETWORK}]));
    let late = client.answer("codeAction/resolve", actions[0].clone());
    assert_eq!(late["error"]["code"], -32801);
    client.finish();
}

#[test]
fn all_safe_fixes_are_one_action() {
    let mut client = opened(json!({}));
    let everything = range((0, 0), (24, 0));
    let only = json!({"diagnostics": [], "only": ["source.fixAll"]});
    let actions = actions_at(&mut client, &everything, only);
    assert_eq!(
        titles(&actions),
        "Apply all safe fixes of ai8x-lint (source.fixAll.ai8x)"
    );
    let edits = &actions[0]["edit"]["changes"][URI];
    assert!(
        text_at(&edits[0]["range"]).contains("ignore[AX201]"),
        "{edits}"
    );
    let other = json!({"diagnostics": [], "only": ["source.organizeImports"]});
    assert_eq!(
        actions_at(&mut client, &everything, other),
        [Value::Null; 0]
    );
    client.finish();
}

#[test]
fn hovers_draw_in_the_clients_colours() {
    let mut client = opened(able());
    let on_layer = at("- name: second", 0, 0);
    let plain = client.request("textDocument/hover", on_layer.clone());
    assert_eq!(plain["contents"]["kind"], "markdown");
    let value = plain["contents"]["value"].as_str().unwrap();
    assert!(!value.contains("data:image/svg+xml"), "{value}");
    let mut pictures = Vec::new();
    for theme in ["light", "dark", "highContrast"] {
        client.notify("ai8x/theme", json!({ "theme": theme }));
        let drawn = client.request("textDocument/hover", on_layer.clone());
        let value = drawn["contents"]["value"].as_str().unwrap();
        assert!(value.contains("data:image/svg+xml;base64,"), "{value}");
        pictures.push(value.to_owned());
    }
    pictures.dedup();
    assert_eq!(pictures.len(), 3);
    let off = json!({"settings": {"ai8x-lint": {"hover": {"picture": false}}}});
    client.notify("workspace/didChangeConfiguration", off);
    let drawn = client.request("textDocument/hover", on_layer);
    assert_eq!(drawn["contents"], plain["contents"]);
    client.finish();
}

#[test]
fn completions_replace_what_is_typed() {
    let complete = |abilities: Value| {
        let mut client = opened(abilities);
        let text = NETWORK
            .replace("    op: Conv2d\n", "")
            .replace("pad: 1", "p");
        client.change(URI, 4, json!([{"text": text}]));
        let line = text[..text.find("    p\n").unwrap()].matches('\n').count();
        let place = json!({
            "textDocument": document(),
            "position": {"line": line, "character": 5},
        });
        let items = client.request("textDocument/completion", place);
        client.finish();
        (line, items)
    };
    let (line, items) = complete(json!({}));
    let pad = items
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["label"] == "pad");
    let pad = pad.unwrap_or_else(|| panic!("no `pad` in {items:#}"));
    let edit = &pad["textEdit"];
    let end = &edit["range"]["end"];
    assert_eq!(*end, json!({"line": line, "character": 5}));
    assert_eq!(edit["newText"].as_str().unwrap().trim_start(), "pad: ");
    assert!(
        pad["documentation"]["value"]
            .as_str()
            .unwrap()
            .contains("pad")
    );
    let order = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["sortText"]);
    assert!(order.map(Value::as_str).is_sorted());
}

#[test]
fn typing_is_compared_with_all_spellings() {
    let mut client = opened(json!({}));
    let items = client.request("textDocument/completion", at("op: Conv2d", 0, 4));
    let filters: Vec<&Value> = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["label"] == "None" || item["label"] == "Conv2d")
        .map(|item| &item["filterText"])
        .collect();
    assert_eq!(filters, [&Value::Null, &json!("None Passthrough")]);
    client.finish();
}

#[test]
fn snippets_go_to_clients_that_know_them() {
    let layer = |abilities: Value| {
        let mut client = opened(abilities);
        client.change(URI, 4, json!([{"text": format!("{NETWORK}  - \n")}]));
        let place = json!({
            "textDocument": document(),
            "position": {"line": 24, "character": 4},
        });
        let items = client.request("textDocument/completion", place);
        client.finish();
        let snippet = |item: &&Value| item["kind"] == 15;
        let found = items.as_array().unwrap().iter().find(snippet).cloned();
        found.unwrap_or_else(|| panic!("no snippet in {items:#}"))
    };
    let item = json!({"snippetSupport": true});
    let with = layer(json!({"textDocument": {"completion": {"completionItem": item}}}));
    let without = layer(json!({}));
    assert_eq!(with["insertTextFormat"], 2);
    assert!(
        with["textEdit"]["newText"]
            .as_str()
            .unwrap()
            .contains("${1:")
    );
    assert_eq!(without.get("insertTextFormat"), None);
    assert!(
        !without["textEdit"]["newText"]
            .as_str()
            .unwrap()
            .contains('$')
    );
}

#[test]
fn hints_have_their_switches() {
    let mut client = opened(json!({}));
    let params = json!({"textDocument": document(), "range": range((0, 0), (30, 0))});
    let hints = client.request("textDocument/inlayHint", params.clone());
    let labels: Vec<&str> = hints
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|hint| hint["label"].as_str())
        .collect();
    assert_snapshot!(labels.join("\n"), @"
    1x16x16 → 4x16x16
    1 ch, 1 pass
    to 0x23ff (29 %)
    4 ch, 1 pass
    4x16x16 → 4x16x16
    4 ch, 1 pass
    to 0x2403 (29 %)
    4 ch, 1 pass
    ");
    let off = json!({"settings": {"inlayHints": {"enabled": false}}});
    client.notify("workspace/didChangeConfiguration", off);
    assert_eq!(client.request("textDocument/inlayHint", params), json!([]));
    client.finish();
}

#[test]
fn lenses_carry_commands_of_the_client() {
    let mut client = opened(json!({}));
    let params = json!({"textDocument": document()});
    let lenses = client.request("textDocument/codeLens", params.clone());
    let lines: Vec<String> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| {
            let command = &lens["command"];
            format!(
                "{}: {} [{} {}]",
                lens["range"]["start"]["line"],
                command["title"].as_str().unwrap(),
                command["command"].as_str().unwrap(),
                command["arguments"][1]
            )
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    4: Memory map: 2 layers, data 29 %, kernels 2 % [ai8x-lint.showMap null]
    5: memory map [ai8x-lint.showMap 0]
    5: read by #1 second [ai8x-lint.showReaders {"character":2,"line":5}]
    15: memory map [ai8x-lint.showMap 1]
    15: output of the network [ai8x-lint.showReaders {"character":2,"line":15}]
    "#);
    let readers = |lens: &&Value| lens["command"]["command"] == "ai8x-lint.showReaders";
    let readers = lenses.as_array().unwrap().iter().find(readers).unwrap();
    let place = &readers["command"]["arguments"][2][0];
    assert_eq!(text_at(&place["range"]), "first");
    let off = json!({"settings": {"codeLens": {"enabled": false}}});
    client.notify("workspace/didChangeConfiguration", off);
    assert_eq!(client.request("textDocument/codeLens", params), json!([]));
    client.finish();
}

#[test]
fn the_outline_is_nested_where_the_client_can() {
    let params = json!({"textDocument": document()});
    let mut able = opened(able());
    let nested = able.request("textDocument/documentSymbol", params.clone());
    let layers = nested[0]["children"].as_array().unwrap();
    assert!(
        layers.iter().any(|one| one["name"] == "#1 second"),
        "{nested:#}"
    );
    able.finish();
    let mut plain = opened(json!({}));
    let flat = plain.request("textDocument/documentSymbol", params);
    let all = flat.as_array().unwrap();
    let layer = all.iter().find(|one| one["name"] == "#1 second").unwrap();
    assert_eq!(layer["location"]["uri"], URI);
    plain.finish();
}

#[test]
fn the_workspace_is_searched_for_layers() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), NETWORK).unwrap();
    fs::write(folder.path().join("b.yaml"), "services: []\n").unwrap();
    let open = folder.path().join("c.yaml");
    fs::write(&open, NETWORK).unwrap();
    let folders = json!([{"uri": uri(folder.path()), "name": "nets"}]);
    let (mut client, _) = Client::start_in(folders, json!({}), Value::Null);
    client.open(&uri(&open), &NETWORK.replace("second", "secondary"));
    let found = client.request("workspace/symbol", json!({"query": "SECOND"}));
    let mut found: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let address = one["location"]["uri"].as_str().unwrap();
            let name = address.rsplit('/').next().unwrap();
            format!("{} in {name}", one["name"].as_str().unwrap())
        })
        .collect();
    found.sort();
    assert_eq!(found, ["#1 second in a.yaml", "#1 secondary in c.yaml"]);
    client.finish();
}

#[test]
fn references_lead_to_layers_and_back() {
    let mut client = opened(able());
    let reference = at("in_sequences: first", 0, 15);
    let links = client.request("textDocument/definition", reference.clone());
    assert_eq!(text_at(&links[0]["originSelectionRange"]), "first");
    assert_eq!(links[0]["targetSelectionRange"]["start"]["line"], 5);
    let mut params = reference.clone();
    params["context"] = json!({"includeDeclaration": true});
    let all = client.request("textDocument/references", params);
    assert_eq!(all.as_array().unwrap().len(), 2, "{all:#}");
    let lit = client.request("textDocument/documentHighlight", reference);
    let kinds: Vec<i64> = lit
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["kind"].as_i64())
        .collect();
    assert_eq!(kinds, [3, 2]);
    client.finish();

    let mut plain = opened(json!({}));
    let found = plain.request("textDocument/definition", at("in_sequences: first", 0, 15));
    assert_eq!(found[0]["uri"], URI);
    plain.finish();
}

#[test]
fn layers_are_renamed_with_their_references() {
    let mut client = opened(json!({}));
    let mut place = at("name: first", 0, 7);
    let prepared = client.request("textDocument/prepareRename", place.clone());
    assert_eq!(prepared["placeholder"], "first");
    place["newName"] = json!("conv1");
    let edit = client.request("textDocument/rename", place.clone());
    let edits = edit["changes"][URI].as_array().unwrap();
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().all(|edit| edit["newText"] == "conv1"));
    place["newName"] = json!("second");
    let taken = client.answer("textDocument/rename", place);
    assert_eq!(taken["error"]["code"], -32602);
    let elsewhere = client.request("textDocument/prepareRename", at("op:", 0, 0));
    assert_eq!(elsewhere, Value::Null);
    client.finish();
}

#[test]
fn data_flows_as_calls_do() {
    let mut client = opened(json!({}));
    let items = client.request(
        "textDocument/prepareCallHierarchy",
        at("name: second", 0, 8),
    );
    let item = json!({"item": items[0]});
    let read = client.request("callHierarchy/incomingCalls", item.clone());
    assert_eq!(read[0]["from"]["name"], "#0 first");
    let none = client.request("callHierarchy/outgoingCalls", item);
    assert_eq!(none, json!([]));
    let first = json!({"item": read[0]["from"]});
    let readers = client.request("callHierarchy/outgoingCalls", first);
    assert_eq!(readers[0]["to"]["name"], "#1 second");
    client.finish();
}

#[test]
fn text_has_structure() {
    let mut client = opened(json!({}));
    let only = json!({"textDocument": document()});
    let folds = client.request("textDocument/foldingRange", only.clone());
    let layer = json!({"startLine": 5, "endLine": 14});
    assert!(folds.as_array().unwrap().contains(&layer), "{folds:#}");

    let mut params = only.clone();
    params["positions"] = json!([at("kernel_size: 3x3", 1, 14)["position"]]);
    let selections = client.request("textDocument/selectionRange", params);
    let mut texts = Vec::new();
    let mut next = &selections[0];
    while next.is_object() {
        texts.push(text_at(&next["range"]));
        next = &next["parent"];
    }
    assert_eq!(texts[..2], ["3x3", "kernel_size: 3x3"]);
    assert_eq!(texts.last().unwrap(), NETWORK);

    let links = client.request("textDocument/documentLink", only.clone());
    assert_eq!(text_at(&links[0]["range"]), "AX201");
    let target = links[0]["target"].as_str().unwrap();
    assert!(target.ends_with("/AX201.md"), "{target}");

    let tokens = client.request("textDocument/semanticTokens/full", only.clone());
    let all = tokens["data"].as_array().unwrap().len();
    assert!(all > 0 && all.is_multiple_of(5));
    let mut params = only;
    params["range"] = range((15, 0), (15, 20));
    let some = client.request("textDocument/semanticTokens/range", params);
    let some = some["data"].as_array().unwrap().len();
    assert!(some > 0 && some < all);
    client.finish();
}

#[test]
fn the_memory_map_is_data_and_text() {
    let mut client = opened(json!({}));
    let map = client.request("ai8x/map", json!({"textDocument": document()}));
    assert_eq!(map["map"]["device"], "MAX78000");
    assert_eq!(map["map"]["steps"].as_array().unwrap().len(), 2);
    assert!(map["text"].as_str().unwrap().contains("second"));
    let command = json!({"command": "ai8x.memoryMap", "arguments": [URI]});
    assert_eq!(client.request("workspace/executeCommand", command), map);
    client.open("file:///nowhere/other.yaml", "a: 1\n");
    for address in ["file:///nowhere/other.yaml", "file:///nowhere/closed.yaml"] {
        let params = json!({"textDocument": {"uri": address}});
        assert_eq!(client.request("ai8x/map", params), Value::Null);
    }
    let wrong = json!({"command": "ai8x.memoryMap", "arguments": []});
    let wrong = client.answer("workspace/executeCommand", wrong);
    assert_eq!(wrong["error"]["code"], -32602);
    client.finish();
}

#[test]
fn the_server_says_what_it_knows() {
    let mut client = opened(json!({}));
    let command = json!({"command": "ai8x.serverInformation"});
    let mut known = client.request("workspace/executeCommand", command);
    known["version"].take();
    assert_snapshot!(serde_json::to_string_pretty(&known).unwrap(), @r#"
    {
      "diagnostics": "push",
      "documents": [
        {
          "checkpoint": null,
          "configuration": null,
          "device": "MAX78000",
          "deviceFrom": "comment in line 1",
          "findings": 3,
          "flags": null,
          "input": null,
          "model": null,
          "modelCandidates": [],
          "modelFrom": null,
          "shapes": null,
          "training": null,
          "uri": "file:///nowhere/ai85net.yaml",
          "version": 3
        }
      ],
      "folders": [],
      "positionEncoding": "utf-16",
      "version": null
    }
    "#);
    client.finish();
}
