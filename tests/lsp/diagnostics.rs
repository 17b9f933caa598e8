//! Findings as diagnostics, pushed or pulled.

use super::*;

#[test]
fn findings_are_pushed_with_all_that_belongs_to_them() {
    let mut client = Client::pushed();
    client.open_version(URI, 7, NETWORK);
    let found = client.published(7);
    assert_snapshot!(places(&found).join("\n"), @"
    15:2-15:8 AX906
    18:16-18:22 AX304
    23:42-23:68 AX981
    ");
    let overwritten = with_code(&found, "AX304");
    assert_eq!(overwritten["source"], "ai8x");
    assert_eq!(overwritten["severity"], 2);
    assert_eq!(overwritten["relatedInformation"][0]["location"]["uri"], URI);
    assert_eq!(overwritten["data"]["rule"], "output-overwrites-input");
    assert_eq!(overwritten["data"]["layer"], 1);
    let page = overwritten["codeDescription"]["href"].as_str().unwrap();
    let slashes = if cfg!(windows) { "file:///" } else { "file://" };
    let page = page.strip_prefix(slashes).unwrap().to_owned();
    assert!(fs::read_to_string(&page).unwrap().contains("AX304"));
    let unused = with_code(&found, "AX981");
    assert_eq!(unused["tags"], json!([1]));
    let fix = json!({
        "title": "Delete the suppression",
        "applicability": "safe",
        "edits": [{"range": range((23, 41), (23, 68)), "newText": ""}],
    });
    assert_eq!(unused["data"]["fixes"], json!([fix]));
    client.finish();
    assert!(!Path::new(&page).exists());
}

#[test]
fn related_places_go_into_the_message_where_they_are_not_shown() {
    let (mut client, _) = Client::start(json!({}), Value::Null);
    client.open(URI, NETWORK);
    let found = client.published(1);
    let overwritten = with_code(&found, "AX304");
    assert!(overwritten.get("relatedInformation").is_none());
    let message = overwritten["message"].as_str().unwrap();
    assert!(message.contains("\nline "), "{message}");
    client.finish();
}

#[test]
fn closing_withdraws_and_opening_starts_anew() {
    let mut client = Client::pushed();
    client.open_version(URI, 7, NETWORK);
    assert!(!client.published(7).is_empty());
    client.close(URI);
    let cleared = client.publication(|_| true);
    assert_eq!(cleared, json!({"uri": URI, "diagnostics": []}));
    client.open_version(URI, 1, NETWORK);
    assert!(!client.published(1).is_empty());
    client.finish();
}

#[test]
fn what_is_no_network_is_left_alone_until_it_is_one() {
    let mut client = Client::pushed();
    client.open(URI, "services:\n  - [\n");
    assert_eq!(client.published(1), [Value::Null; 0]);
    client.change(URI, 2, json!([{"text": NETWORK}]));
    assert!(!client.published(2).is_empty());
    // Now it stays one while it is typed.
    client.change(URI, 3, json!([{"text": "layers: [\n"}]));
    assert!(codes(&client.published(3)).contains(&"AX001"));
    client.finish();
}

#[test]
fn a_client_that_pulls_is_not_pushed_to() {
    let pull = json!({"textDocument": {"diagnostic": {}}});
    let (mut client, answer) = Client::start(pull, Value::Null);
    let provider = &answer["capabilities"]["diagnosticProvider"];
    assert_eq!(provider["interFileDependencies"], false);
    let document = json!({"uri": URI});
    client.open(URI, NETWORK);
    let first = client.request("textDocument/diagnostic", json!({"textDocument": document}));
    assert_eq!(first["kind"], "full");
    with_code(first["items"].as_array().unwrap(), "AX304");
    let again = json!({"textDocument": document, "previousResultId": first["resultId"]});
    let second = client.request("textDocument/diagnostic", again.clone());
    assert_eq!(
        second,
        json!({"kind": "unchanged", "resultId": first["resultId"]})
    );
    client.change(URI, 2, json!([{"text": "arch: a\nlayers: []\n"}]));
    let third = client.request("textDocument/diagnostic", again);
    assert_eq!(third["kind"], "full");
    client.close(URI);
    let rest = client.rest();
    let published = rest
        .iter()
        .filter(|one| one["method"] == "textDocument/publishDiagnostics");
    assert_eq!(published.count(), 0, "{rest:#?}");
    client.finish();
}

#[test]
fn a_client_that_is_pushed_to_is_not_offered_pulling() {
    let (client, answer) = Client::start(json!({}), Value::Null);
    assert!(answer["capabilities"].get("diagnosticProvider").is_none());
    client.finish();
}
