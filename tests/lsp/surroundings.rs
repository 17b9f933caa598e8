//! Addresses, configuration, shapes files, comments, settings.

use super::*;

#[test]
fn any_address_will_do() {
    let addresses = [
        "file:///no where/a.yaml",
        "file:///nowhere/[x]/ü/100%.yaml",
        "file:///c%3A/nets/a.yaml",
        "file:///C:/nets/a.yaml",
        "untitled:Untitled-1",
        "vscode-remote://ssh-remote+host/home/a.yaml",
        "git:/home/a.yaml?{\"path\":\"/home/a.yaml\",\"ref\":\"~\"}",
        "a buffer",
        "",
    ];
    for folders in [
        json!(null),
        json!([{"uri": "file:///no where", "name": "w"}]),
    ] {
        let (mut client, _) = Client::start_in(folders, json!({}), Value::Null);
        for (index, address) in addresses.iter().enumerate() {
            let version = index as i64 + 1;
            client.open_version(address, version, NETWORK);
            with_code(&client.published(version), "AX304");
            client.close(address);
        }
        client.finish();
    }
}

#[test]
fn the_nearest_configuration_counts_and_is_read_again() {
    let folder = tempdir().unwrap();
    let config = folder.path().join("ai8x-lint.toml");
    fs::write(&config, "ignore = [\"AX304\"]\nmin-severity = \"error\"\n").unwrap();
    let (config_uri, uri) = (uri(&config), uri(&folder.path().join("net.yaml")));
    let watch = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let (mut client, _) = Client::start(watch, Value::Null);
    client.open(&uri, NETWORK);
    let found = client.published(1);
    assert!(!codes(&found).contains(&"AX304"));
    assert!(found.iter().all(|one| one["severity"] == 1));
    assert_eq!(client.asked, ["client/registerCapability"]);

    let reload = json!({"changes": [{"uri": config_uri, "type": 2}]});
    fs::write(&config, "ignore = [\"AX981\"]\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", reload.clone());
    let found = client.published(1);
    assert!(codes(&found).contains(&"AX304") && !codes(&found).contains(&"AX981"));

    fs::write(&config, "ignore = [\"AX304\"]\ndevise = 1\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", reload);
    let found = client.published(1);
    let fault = with_code(&found, "AX983")["message"].as_str().unwrap();
    assert!(fault.contains("ai8x-lint.toml, line 2: "), "{fault}");
    assert!(codes(&found).contains(&"AX304"));
    client.finish();
}

#[test]
fn the_shapes_file_is_read() {
    let folder = tempdir().unwrap();
    let shapes = folder.path().join("net.shapes.json");
    fs::write(&shapes, "{\"inptu\": [1, 16, 16]}").unwrap();
    let mut client = Client::pushed();
    let uri = uri(&folder.path().join("net.yaml"));
    client.open(&uri, NETWORK);
    let found = client.published(1);
    let fault = with_code(&found, "AX983");
    let place = &fault["relatedInformation"][0]["location"];
    let name = place["uri"].as_str().unwrap();
    assert!(name.ends_with("/net.shapes.json"), "{name}");
    assert_eq!(place["range"], range((0, 1), (0, 8)));
    client.finish();
}

#[test]
fn comments_suppress_as_on_the_command_line() {
    let mut client = Client::pushed();
    client.open(URI, &format!("# ai8x-lint: ignore-file[AX304]\n{NETWORK}"));
    assert!(!codes(&client.published(1)).contains(&"AX304"));
    client.finish();
}

#[test]
fn settings_choose_the_chip_of_networks_that_do_not_say_it() {
    // Layer 1 writes past the end of an instance of the smaller chip only.
    let text = NETWORK
        .replace("# ai8x-lint: device=MAX78000\n", "")
        .replace("ai85net", "net")
        .replace("0x2004", "0x7f00");
    let uri = "file:///nowhere/net.yaml";
    let (mut client, _) = Client::start(json!({}), json!({"device": "MAX78002"}));
    client.open(uri, &text);
    assert!(!codes(&client.published(1)).contains(&"AX303"));
    let settings = json!({"settings": {"ai8x-lint": {"device": "MAX78000"}}});
    client.notify("workspace/didChangeConfiguration", settings);
    with_code(&client.published(1), "AX303");
    // A comment wins.
    let text = format!("# ai8x-lint: device=MAX78002\n{text}");
    client.change(uri, 2, json!([{ "text": text }]));
    assert!(!codes(&client.published(2)).contains(&"AX303"));
    client.finish();
}

#[test]
fn settings_are_asked_for_where_the_client_tells_them() {
    let ability = json!({"workspace": {"configuration": true}});
    let (mut client, _) = Client::start(ability, Value::Null);
    client.settings = json!({"device": "MAX78002"});
    client.wait(|message| message["method"] == "workspace/configuration");
    client.finish();
}
