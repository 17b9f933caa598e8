//! The key table as Markdown.

use std::fmt::Write as _;

use crate::network::keys::{Devices, Domain, Key, LARGEST, Range, Scope, Word};

/// What there is to read about one key.
pub fn key_chapter(scope: Scope, key: &Key) -> String {
    let mut page = format!("### {}{}\n\n", prefix(scope), key.name);
    let _ = writeln!(page, "- Value: {}", value(key.domain));
    if key.required {
        let _ = writeln!(page, "- Required");
    } else if !key.default.is_empty() {
        let _ = writeln!(page, "- Default: {}", key.default);
    }
    if !key.aliases.is_empty() {
        let aliases: Vec<String> = key
            .aliases
            .iter()
            .map(|alias| format!("`{alias}`"))
            .collect();
        let _ = writeln!(page, "- Also: {}", aliases.join(", "));
    }
    if key.devices == Devices::Max78002 {
        let _ = writeln!(page, "- MAX78002 only");
    }
    if key.advanced {
        let _ = writeln!(page, "- Rarely needed");
    }
    let _ = writeln!(page, "\n{}", key.documentation);
    for (number, word) in words(key.domain).iter().enumerate() {
        if number == 0 {
            page.push('\n');
        }
        let spellings: Vec<String> = word.spellings().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "- {}: {}", spellings.join(", "), word.documentation);
    }
    page
}

/// The page of all keys.
pub fn keys_page() -> String {
    let mut page = String::from(
        "# Keys of a network file\n\n\
         Made from the key table; `ai8x-lint explain KEY` shows the same.\n",
    );
    for scope in Scope::ALL {
        let _ = writeln!(page, "\n## {}", title(scope));
        for key in scope.keys() {
            page.push('\n');
            page.push_str(&key_chapter(scope, key));
        }
    }
    page
}

fn title(scope: Scope) -> &'static str {
    match scope {
        Scope::Global => "At the top",
        Scope::Layer => "In a layer",
        Scope::Unload => "In a block of `unload`",
        Scope::DataBuffer => "In a block of `data_buffer`",
    }
}

/// What tells a block's keys from a layer's keys of the same name.
fn prefix(scope: Scope) -> &'static str {
    match scope {
        Scope::Global | Scope::Layer => "",
        Scope::Unload => "unload.",
        Scope::DataBuffer => "data_buffer.",
    }
}

fn value(domain: Domain) -> String {
    match domain {
        Domain::Mask { .. } => {
            "a mask of 64 processors, in hex; dots and underscores may group the digits".to_owned()
        }
        Domain::NumericMask => "a mask of 64 processors, as a plain number".to_owned(),
        Domain::Integer(range) => limited("a whole number", range),
        Domain::Offset(range) => limited("a number of bytes", range),
        Domain::Numbers { numbers, .. } => {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let or_word = if words(domain).is_empty() {
                ""
            } else {
                ", or a word"
            };
            format!("{}{or_word}", numbers.join(", "))
        }
        Domain::Words { .. } => "one of the words below, in any case".to_owned(),
        Domain::Boolean => "`true` or `false`".to_owned(),
        Domain::Pair(range) => limited("a number for both directions, or `[height, width]`", range),
        Domain::Dimensions(range) => limited("`[height, width]`, or the length of 1-D data", range),
        Domain::Crop => "`[front, back]`".to_owned(),
        Domain::Kernel => "`3x3`, `1x1`, or a length from 1 to 9".to_owned(),
        Domain::Reference => "the number or name of a layer".to_owned(),
        Domain::References => {
            "the number or name of a layer, `input`, or a list of these".to_owned()
        }
        Domain::Target => "the number or name of a layer, or `stop`".to_owned(),
        Domain::Integers(range) => limited("a whole number or a list of them", range),
        Domain::Numbered { count } => format!("a list of {count} numbers"),
        Domain::Text => "text".to_owned(),
        Domain::Blocks(_) => "a list of blocks".to_owned(),
    }
}

fn limited(what: &str, range: Range) -> String {
    if range.max < LARGEST {
        format!("{what}, {} to {}", range.min, range.max)
    } else {
        format!("{what}, at least {}", range.min)
    }
}

fn words(domain: Domain) -> &'static [Word] {
    match domain {
        Domain::Words { words, .. } | Domain::Numbers { words, .. } => words,
        _ => &[],
    }
}
