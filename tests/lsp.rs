//! The language server as a client sees it: the real process, over standard input and output.

mod support {
    pub(crate) mod client;
}

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};
use support::client::Client;
use tempfile::tempdir;

const URI: &str = "file:///nowhere/ai85net.yaml";

/// A network in which layer 1 overwrites what it reads, with a hint and a comment that does nothing.
const NETWORK: &str = "\
# ai8x-lint: device=MAX78000
arch: ai85net # 😀ü
dataset: demo

layers:
  - name: first
    processors: 0x0000000000000001
    in_dim: [16, 16]
    in_channels: 1
    out_offset: 0x2000
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: ReLU
    output_processors: 0x000000000000000f
  - name: second
    in_sequences: first
    processors: 0x000000000000000f
    out_offset: 0x2004
    op: Conv2d
    kernel_size: 3x3
    pad: 1
    activate: ReLU
    output_processors: 0x000000000000000f # ai8x-lint: ignore[AX201]
";

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Line, columns and code of each.
fn places(diagnostics: &[Value]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|one| {
            let (start, end) = (&one["range"]["start"], &one["range"]["end"]);
            format!(
                "{}:{}-{}:{} {}",
                start["line"],
                start["character"],
                end["line"],
                end["character"],
                one["code"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics
        .iter()
        .filter_map(|one| one["code"].as_str())
        .collect()
}

fn with_code<'a>(diagnostics: &'a [Value], code: &str) -> &'a Value {
    diagnostics
        .iter()
        .find(|one| one["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {diagnostics:#?}"))
}

fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({
        "start": {"line": start.0, "character": start.1},
        "end": {"line": end.0, "character": end.1},
    })
}

mod life {
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
}

mod diagnostics {
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
        let page = page.strip_prefix("file://").unwrap().to_owned();
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
}

mod text {
    use super::*;

    /// The columns of the unused comment on a line with an emoji.
    fn columns(offers: &[&str]) -> (String, String) {
        let offers = json!({"general": {"positionEncodings": offers}});
        let (mut client, answer) = Client::start(offers, Value::Null);
        let agreed = &answer["capabilities"]["positionEncoding"];
        let agreed = agreed.as_str().unwrap().to_owned();
        client.open(URI, "arch: '😀ü' # ai8x-lint: ignore[AX304]\nlayers: []\n");
        let found = client.published(1);
        let place = places(std::slice::from_ref(with_code(&found, "AX981"))).remove(0);
        client.finish();
        (agreed, place)
    }

    #[test]
    fn positions_are_in_the_unit_that_is_agreed_upon() {
        let all = [
            columns(&["utf-8", "utf-16"]),
            columns(&["utf-32", "utf-8"]),
            columns(&["utf-16"]),
            columns(&[]),
        ];
        let all: Vec<String> = all
            .iter()
            .map(|(unit, at)| format!("{unit}: {at}"))
            .collect();
        assert_snapshot!(all.join("\n"), @"
        utf-8: 0:15-0:41 AX981
        utf-32: 0:11-0:37 AX981
        utf-16: 0:12-0:38 AX981
        utf-16: 0:12-0:38 AX981
        ");
    }

    #[test]
    fn every_line_break_counts() {
        let mut client = Client::pushed();
        client.open(URI, &NETWORK.replace('\n', "\r\n"));
        let windows = places(&client.published(1));
        client.change(URI, 2, json!([{"text": NETWORK}]));
        assert_eq!(places(&client.published(2)), windows);
        client.finish();
    }

    /// Numbers that look random; the same in each run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % limit.max(1) as u64) as usize
        }
    }

    /// The position of a byte in UTF-16, worked out the long way.
    fn position(text: &str, offset: usize) -> (u32, u32) {
        let before = &text[..offset];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line as u32, before[start..].encode_utf16().count() as u32)
    }

    #[test]
    fn two_thousand_edits_are_one_fresh_text() {
        let pieces = [
            "",
            "",
            "",
            "x",
            "0",
            "\n",
            "  - ",
            "😀",
            "ü\n",
            "op: Conv2d\n",
            "# ",
            "[",
            "'",
            "    out_offset: 0x1000\n",
        ];
        let mut random = Random(0x2545_F491_4F6C_DD1D);
        let mut text = NETWORK.to_owned();
        let mut client = Client::pushed();
        client.open(URI, &text);
        let mut changes = Vec::new();
        let mut version = 1;
        for _ in 0..2000 {
            let start = text.floor_char_boundary(random.below(text.len() + 1));
            let end = text.ceil_char_boundary((start + random.below(6)).min(text.len()));
            let piece = pieces[random.below(pieces.len())];
            let at = range(position(&text, start), position(&text, end));
            changes.push(json!({"range": at, "text": piece}));
            text.replace_range(start..end, piece);
            // Several changes may come in one message.
            if random.below(3) > 0 {
                version += 1;
                client.change(URI, version, Value::Array(std::mem::take(&mut changes)));
            }
        }
        version += 1;
        client.change(URI, version, Value::Array(changes));
        let edited = client.published(version);

        let fresh = "file:///nowhere/fresh/ai85net.yaml";
        let item = json!({"uri": fresh, "languageId": "ai8x", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        let opened = client.publication(|params| params["uri"] == fresh);
        let opened = opened["diagnostics"].as_array().unwrap();
        assert_eq!(places(&edited), places(opened));
        assert!(!edited.is_empty());
        client.finish();
    }

    #[test]
    fn two_thousand_changes_at_once_lose_nothing() {
        let mut client = Client::pushed();
        client.open(URI, NETWORK);
        // Each change depends on all before it: characters are put behind the last one.
        let comment = "# ai8x-lint: devise=x ";
        for (at, c) in comment.chars().cycle().take(2000).enumerate() {
            let place = (0, at as u32);
            let change = json!({"range": range(place, place), "text": c.to_string()});
            client.change(URI, at as i64 + 2, json!([change]));
        }
        let last = client.published(2001);
        let expected: String = comment.chars().cycle().take(2000).collect();
        client.change(URI, 2002, json!([{"text": format!("{expected}{NETWORK}")}]));
        assert_eq!(places(&client.published(2002)), places(&last));
        let versions: Vec<i64> = client
            .rest()
            .iter()
            .filter_map(|one| one["params"]["version"].as_i64())
            .collect();
        assert!(versions.is_sorted(), "{versions:?}");
        client.finish();
    }
}

mod surroundings {
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
        let uri = uri(&folder.path().join("net.yaml"));
        let watch = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
        let (mut client, _) = Client::start(watch, Value::Null);
        client.open(&uri, NETWORK);
        let found = client.published(1);
        assert!(!codes(&found).contains(&"AX304"));
        assert!(found.iter().all(|one| one["severity"] == 1));
        assert_eq!(client.asked, ["client/registerCapability"]);

        let reload = json!({"changes": [{"uri": uri, "type": 2}]});
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
}

mod features {
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
        Suppress AX304 on this line (quickfix)
        Suppress AX304 in this file (quickfix)
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
        5: 1x16x16 -> 4x16x16, memory map [ai8x-lint.showMap 0]
        5: read by 1 layer [ai8x-lint.showReaders {"character":2,"line":5}]
        15: 4x16x16 -> 4x16x16, memory map [ai8x-lint.showMap 1]
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
              "configuration": null,
              "device": "MAX78000",
              "deviceFrom": "comment in line 1",
              "findings": 3,
              "flags": null,
              "shapes": null,
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
}
