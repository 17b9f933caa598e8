//! Positions, line breaks, and many changes.

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
