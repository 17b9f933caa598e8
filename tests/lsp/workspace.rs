//! Networks that are not open, and files that say something about open ones.

use tempfile::TempDir;

use super::*;

/// A folder with networks: one with an error, one without, one that is excluded, and no network.
fn workspace() -> TempDir {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("bad.yaml", NETWORK);
    write("good.yaml", &NETWORK.replace("0x2004", "0x4000"));
    write("left-out.yaml", NETWORK);
    write("other.yaml", "a: 1\n");
    write(
        "model.py",
        &models::MODEL.replace("5, padding=2", "3, padding=1"),
    );
    write("ai8x-lint.toml", "exclude = [\"left-out.yaml\"]\n");
    folder
}

fn start(folder: &TempDir, capabilities: Value) -> Client {
    let folders = json!([{"uri": uri(folder.path()), "name": "w"}]);
    Client::start_in(folders, capabilities, Value::Null).0
}

fn check(client: &mut Client) -> Value {
    let command = json!({"command": "ai8x.checkWorkspace", "arguments": []});
    client.request("workspace/executeCommand", command)
}

/// Says that a file has changed, come or gone.
fn changed(client: &mut Client, uri: &str) {
    let changes = json!({"changes": [{"uri": uri, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changes);
}

/// The next publication about a file that is not open.
fn published(client: &mut Client, uri: &str) -> Vec<Value> {
    let told = client.publication(|params| params["uri"] == uri);
    assert_eq!(told.get("version"), None);
    told["diagnostics"].as_array().cloned().unwrap()
}

#[test]
fn all_networks_are_checked_when_asked_and_kept_up_to_date() {
    let folder = workspace();
    let bad = uri(&folder.path().join("bad.yaml"));
    let good = uri(&folder.path().join("good.yaml"));
    let model = folder.path().join("model.py");
    let mut client = start(&folder, json!({}));
    client.open(&good, NETWORK);
    client.published(1);
    let counts = check(&mut client);
    let found = published(&mut client, &bad);
    with_code(&found, "AX304");
    // Both have the same faults.
    let expected = json!({"files": 3, "errors": 0, "warnings": 2, "others": 4, "unread": 0});
    assert_eq!(counts, expected);

    // What is closed is as it lies on the disk; here it is without a fault.
    client.close(&good);
    assert_eq!(published(&mut client, &good), [Value::Null; 0]);
    fs::write(folder.path().join("good.yaml"), NETWORK).unwrap();
    changed(&mut client, &good);
    with_code(&published(&mut client, &good), "AX304");

    // A document says what there is to say itself.
    client.open_version(&bad, 7, &NETWORK.replace("0x2004", "0x4000"));
    assert!(!codes(&client.published(7)).contains(&"AX304"));
    client.close(&bad);
    assert_eq!(published(&mut client, &bad), [Value::Null; 0]);
    with_code(&published(&mut client, &bad), "AX304");

    fs::remove_file(folder.path().join("bad.yaml")).unwrap();
    changed(&mut client, &bad);
    assert_eq!(published(&mut client, &bad), [Value::Null; 0]);

    fs::write(&model, models::MODEL).unwrap();
    changed(&mut client, &uri(&model));
    with_code(&published(&mut client, &uri(&model)), "AX877");

    let config = folder.path().join("ai8x-lint.toml");
    fs::write(&config, "exclude = [\"*.yaml\"]\n").unwrap();
    changed(&mut client, &uri(&config));
    assert_eq!(published(&mut client, &good), [Value::Null; 0]);
    client.finish();
}

#[test]
fn nothing_is_said_of_other_files_before_somebody_asks() {
    let folder = workspace();
    let bad = uri(&folder.path().join("bad.yaml"));
    let mut client = start(&folder, json!({}));
    changed(&mut client, &bad);
    client.open(URI, NETWORK);
    client.published(1);
    let told = client.rest();
    assert!(told.iter().all(|message| message["params"]["uri"] != bad));
    client.finish();
}

#[test]
fn a_check_shows_its_progress() {
    let folder = workspace();
    let mut client = start(&folder, json!({"window": {"workDoneProgress": true}}));
    check(&mut client);
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "end") {
        let message = client.wait(|message| message["method"] == "$/progress");
        kinds.push(
            message["params"]["value"]["kind"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(kinds[0], "begin");
    assert_eq!(client.asked, ["window/workDoneProgress/create"]);
    // One that makes the place itself is not asked.
    let command = json!({"command": "ai8x.checkWorkspace", "workDoneToken": "mine"});
    client.request("workspace/executeCommand", command);
    client.wait(|message| {
        message["params"]["token"] == "mine" && message["params"]["value"]["kind"] == "end"
    });
    assert_eq!(client.asked, ["window/workDoneProgress/create"]);
    client.finish();
}

#[test]
fn a_client_that_pulls_asks_about_the_workspace() {
    let folder = workspace();
    let bad = uri(&folder.path().join("bad.yaml"));
    let good = uri(&folder.path().join("good.yaml"));
    let able = json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    let mut client = start(&folder, able);
    let ask = |client: &mut Client, known: Value| {
        let params = json!({"previousResultIds": known});
        client.request("workspace/diagnostic", params)["items"].take()
    };
    assert_eq!(ask(&mut client, json!([])), json!([]));
    client.open(&good, NETWORK);
    check(&mut client);
    client.wait(|message| message["method"] == "workspace/diagnostic/refresh");
    let told = ask(&mut client, json!([]));
    let model = told[1].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!(
        (&told[0]["uri"], &told[0]["kind"]),
        (&json!(bad), &json!("full"))
    );
    with_code(told[0]["items"].as_array().unwrap(), "AX304");

    // The client writes the address in its own way.
    let written = bad.replace("bad", "%62ad");
    let known = json!([
        {"uri": written, "value": told[0]["resultId"]},
        {"uri": model["uri"], "value": model["resultId"]},
    ]);
    assert_eq!(ask(&mut client, known.clone())[0]["kind"], "unchanged");

    fs::remove_file(folder.path().join("bad.yaml")).unwrap();
    changed(&mut client, &bad);
    client.wait(|message| message["method"] == "workspace/diagnostic/refresh");
    let told = ask(&mut client, known);
    assert_eq!(told[0]["kind"], "unchanged");
    assert_eq!(
        told[1],
        json!({"kind": "full", "uri": written, "version": null, "items": []})
    );
    let published = |message: &Value| message["method"] == "textDocument/publishDiagnostics";
    assert!(!client.rest().iter().any(published));
    client.finish();
}

#[test]
fn a_client_that_pulls_documents_only_is_told_of_other_files() {
    let folder = workspace();
    let bad = uri(&folder.path().join("bad.yaml"));
    let mut client = start(&folder, json!({"textDocument": {"diagnostic": {}}}));
    check(&mut client);
    with_code(&published(&mut client, &bad), "AX304");
    // From now on it asks.
    client.open(&bad, NETWORK);
    assert_eq!(published(&mut client, &bad), [Value::Null; 0]);
    client.finish();
}

/// A sample of this shape.
fn sample(shape: &str) -> Vec<u8> {
    let header = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes
}

#[test]
fn files_beside_a_network_are_watched_and_read_again() {
    let folder = tempdir().unwrap();
    let network = folder.path().join("net.yaml");
    let text = NETWORK
        .replace("# ai8x-lint: device=MAX78000\n", "")
        .replace("ai85net", "net")
        .replace("    in_dim: [16, 16]\n", "");
    let uri = uri(&network);
    let able = json!({"workspace": {
        "didChangeWatchedFiles": {"dynamicRegistration": true},
        "inlayHint": {"refreshSupport": true},
    }});
    let (mut client, _) = Client::start(able, Value::Null);
    let registered = client.wait(|message| message["method"] == "client/registerCapability");
    let watchers = &registered["params"]["registrations"][0]["registerOptions"]["watchers"];
    let patterns: Vec<&str> = watchers
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|watcher| watcher["globPattern"].as_str())
        .collect();
    assert_snapshot!(patterns.join(" "), @"**/ai8x-lint.toml **/.ai8x-lint.toml **/pyproject.toml **/*.shapes.json **/*.sh **/*.pth.tar **/*.npy **/*.py **/*.{yaml,yml}");

    client.open(&uri, &text);
    client.published(1);
    let shapes = |client: &mut Client| {
        let everything = range((0, 0), (30, 0));
        let params = json!({"textDocument": {"uri": uri}, "range": everything});
        client.request("textDocument/inlayHint", params)[0]["label"].take()
    };
    let known = |client: &mut Client| {
        let command = json!({"command": "ai8x.serverInformation"});
        let mut answer = client.request("workspace/executeCommand", command);
        answer["documents"][0].take()
    };
    assert_ne!(shapes(&mut client), "1x8x8 → 4x8x8");
    fs::create_dir(folder.path().join("tests")).unwrap();
    let npy = folder.path().join("tests/sample_demo.npy");
    fs::write(&npy, sample("1, 8, 8")).unwrap();
    changed(&mut client, &super::uri(&npy));
    client.published(1);
    assert_eq!(shapes(&mut client), "1x8x8 → 4x8x8");
    client.wait(|message| message["method"] == "workspace/inlayHint/refresh");

    let before = known(&mut client);
    assert_eq!(before["input"], json!([1, 8, 8]));
    assert_eq!(
        [&before["device"], &before["checkpoint"]],
        [&Value::Null; 2]
    );
    let script = folder.path().join("gen.sh");
    let command = "python ai8xize.py --device MAX78002 --config-file net.yaml \
                   --checkpoint-file trained.pth.tar\n";
    fs::write(&script, command).unwrap();
    changed(&mut client, &super::uri(&script));
    client.published(1);
    let with_script = known(&mut client);
    assert_eq!(with_script["device"], "MAX78002");
    assert_eq!(with_script["checkpoint"], Value::Null);

    let checkpoint = folder.path().join("trained.pth.tar");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/checkpoints");
    fs::copy(fixtures.join("small.pth.tar"), &checkpoint).unwrap();
    changed(&mut client, &super::uri(&checkpoint));
    client.published(1);
    assert_eq!(known(&mut client)["checkpoint"], json!(checkpoint));
    client.finish();
}
