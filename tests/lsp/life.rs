//! Starting and ending.

use super::*;

#[test]
fn shutdown_and_exit_end_with_0() {
    for command in [&["server"][..], &["lsp"], &["server", "--stdio"]] {
        let mut client = Client::spawn(command);
        let answer = client.request("initialize", json!({"capabilities": {}}));
        assert_eq!(answer["serverInfo"]["name"], "ai8x-lint");
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        client.notify("initialized", json!({}));
        client.finish();
    }
}

#[test]
fn any_other_end_is_1() {
    let mut exit = Client::pushed();
    exit.notify("exit", Value::Null);
    assert_eq!(exit.end(), (Some(1), String::new()));

    let mut gone = Client::pushed();
    gone.hang_up();
    let (code, errors) = gone.end();
    assert_eq!((code, errors.lines().count()), (Some(1), 1), "{errors}");

    let mut babble = Client::pushed();
    babble.send_raw(b"Content-Length: none\r\n\r\n{}");
    let (code, errors) = babble.end();
    assert_eq!((code, errors.lines().count()), (Some(1), 1), "{errors}");
}

#[test]
fn requests_out_of_turn_are_refused() {
    let mut client = Client::spawn(&["server"]);
    let early = client.answer(
        "textDocument/diagnostic",
        json!({"textDocument": {"uri": URI}}),
    );
    assert_eq!(early["error"]["code"], -32002);
    client.request("initialize", json!({"capabilities": {}}));
    let unknown = client.answer("ai8x/unknown", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    client.request("shutdown", Value::Null);
    let late = client.answer(
        "textDocument/diagnostic",
        json!({"textDocument": {"uri": URI}}),
    );
    assert_eq!(late["error"]["code"], -32600);
}

#[test]
fn cancelled_requests_are_answered() {
    let mut client = Client::pushed();
    client.open(URI, NETWORK);
    let symbols = json!({"textDocument": {"uri": URI}});
    let id = client.post("textDocument/documentSymbol", symbols.clone());
    client.notify("$/cancelRequest", json!({ "id": id }));
    let answer = client.wait(|message| message["id"] == id);
    let cancelled = answer["error"]["code"] == -32800;
    assert!(cancelled || answer["result"].is_array(), "{answer}");
    let again = client.request("textDocument/documentSymbol", symbols);
    assert!(again.is_array());
    client.finish();
}
