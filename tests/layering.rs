//! The invariants of docs/architecture.md that can be read off the source text: which room may use
//! which, where the world is touched, where device numbers stand, and where each rule lives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ai8x_lint::rules;

/// The rooms, lowest first: each may use itself and those before it.
const ROOMS: &[&str] = &[
    "text",
    "diagnostic",
    "yaml",
    "device",
    "network",
    "facts",
    "pytorch",
    "analysis",
    "allocate",
    "rules",
    "check",
    "generate",
    "map",
    "report",
    "ide",
    "workspace",
    "cli",
    "lsp",
];

/// The two edges know nothing of each other.
const EDGES: &[&str] = &["cli", "lsp"];

/// From this room on, code may touch the world.
const FIRST_ROOM_WITH_IO: &str = "workspace";

/// What touches the world: files, environment, clock, other processes, the terminal, the network.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::time",
    "std::process",
    "std::net",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "println!",
    "eprintln!",
    "Instant::",
    "SystemTime",
];

/// Numbers that can hardly mean anything but a size or an address of one of the chips.
const DEVICE_NUMBERS: &[u128] = &[
    0x8000,      // an instance of the MAX78000
    0x1_4000,    // an instance of the MAX78002
    0x2_0000,    // a quadrant of the MAX78000, the instance pitch of the MAX78002
    0x5_0000,    // a quadrant of the MAX78002
    0x40_0000,   // data memory of the MAX78000
    0x180_0000,  // data memory of the MAX78002
    0x100_0000,  // quadrant pitch of the MAX78002
    0x5000_0000, // the accelerator
    8192,        // words of an instance of the MAX78000
    20480,       // words of an instance of the MAX78002
    768,         // kernel words of the MAX78000
    5120,        // kernel words of a large processor of the MAX78002
    3072,        // TRAM words of the MAX78000
    12288,       // TRAM words of the MAX78002
    1023,        // documented largest dimension of the MAX78000
    2047,        // documented largest dimension of the MAX78002
];

/// The areas: folder under `src/rules` and the hundred of its codes.
const AREAS: &[(&str, u16)] = &[
    ("syntax", 0),
    ("sequence", 1),
    ("processors", 2),
    ("data_memory", 3),
    ("operators", 4),
    ("streaming", 5),
    ("weight_memory", 6),
    ("device", 7),
    ("model", 8),
    ("advice", 9),
];

/// Files under `src/rules` that hold several rules: what the key table implies needs one check, not
/// one a code.
const FILES_OF_SEVERAL_RULES: &[&str] = &["syntax/key_table.rs"];

#[test]
fn rooms_use_only_rooms_below() {
    let mut wrong = String::new();
    for file in sources() {
        let Some(own) = rank(&file.room) else {
            continue;
        };
        for used in used_rooms(&file.code) {
            match rank(&used) {
                Some(_) if used != file.room && EDGES.contains(&used.as_str()) => {
                    let _ = writeln!(wrong, "{}: uses `crate::{used}`, an edge", file.name);
                }
                Some(other) if other <= own => {}
                Some(_) => {
                    let _ = writeln!(wrong, "{}: uses `crate::{used}`, a room above", file.name);
                }
                None => {
                    let _ = writeln!(wrong, "{}: `crate::{used}` is no room", file.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_folder_is_a_known_room() {
    for file in sources() {
        assert!(
            rank(&file.room).is_some() || ["lib", "main"].contains(&file.room.as_str()),
            "{}: `{}` has no place in the order of the rooms",
            file.name,
            file.room
        );
    }
}

#[test]
fn the_world_is_touched_only_at_the_edges() {
    let mut wrong = String::new();
    for file in sources().iter().filter(|file| is_pure(&file.room)) {
        // `use std::{fs, env}` is taken apart as `std::fs`, `std::env`.
        let code = format!("{}\n{}", file.code, grouped_paths(&file.code, "std"));
        for word in WORLD.iter().filter(|word| code.contains(**word)) {
            let _ = writeln!(wrong, "{}: uses `{word}`", file.name);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn only_the_server_speaks_the_protocol() {
    for file in sources().iter().filter(|file| file.room != "lsp") {
        for word in ["tower_lsp", "ls_types", "tokio", "ropey"] {
            assert!(!file.code.contains(word), "{}: uses `{word}`", file.name);
        }
    }
}

#[test]
fn device_numbers_stand_in_the_device_tables() {
    let mut wrong = String::new();
    for file in sources().iter().filter(|file| file.room != "device") {
        for (line, number) in integers(&file.code) {
            if DEVICE_NUMBERS.contains(&number) {
                let _ = writeln!(wrong, "{}:{line}: {number} ({number:#x})", file.name);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "numbers of a chip outside src/device:\n{wrong}"
    );
}

/// Codes of conditions that a wider rule reports, which says so by covering them.
const FOLDED: &[u16] = &[209, 210, 305, 311, 464, 653];

#[test]
fn codes_and_names_are_unique_and_in_order() {
    let mut wrong = Vec::new();
    let mut names = BTreeMap::new();
    let mut last = None;
    for rule in rules::documented() {
        if last >= Some(rule.code) {
            wrong.push(format!(
                "{} stands behind {last:?} in the registry",
                rule.code
            ));
        }
        last = Some(rule.code);
        let is_kebab = rule.name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if !is_kebab {
            wrong.push(format!("{} `{}` is not kebab-case", rule.code, rule.name));
        }
        if let Some(other) = names.insert(rule.name, rule.code) {
            wrong.push(format!(
                "{other} and {} are both `{}`",
                rule.code, rule.name
            ));
        }
    }
    for rule in rules::all() {
        wrong.extend(
            rule.covers
                .iter()
                .filter(|covered| {
                    let exists = rules::all().any(|other| other.code == **covered);
                    **covered == rule.code || !exists && !FOLDED.contains(&covered.0)
                })
                .map(|covered| format!("{} covers {covered}, which is no other rule", rule.code)),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_rule_lives_where_its_code_and_name_say() {
    let mut wrong = String::new();
    let files: BTreeMap<String, String> = rule_files();
    for rule in rules::python::RULES {
        let own = format!("python/{}.rs", rule.name.replace('-', "_"));
        let is_there = |text: &String| text.contains(&format!("\"{}\"", rule.name));
        if !files.get(&own).is_some_and(is_there) {
            let _ = writeln!(wrong, "{} is not in src/rules/{own}", rule.code);
        }
    }
    for rule in rules::all() {
        let Some(folder) = area_of(rule.code.0) else {
            let _ = writeln!(wrong, "{}: no area for this hundred", rule.code);
            continue;
        };
        let own = format!("{folder}/{}.rs", rule.name.replace('-', "_"));
        let home = FILES_OF_SEVERAL_RULES
            .iter()
            .filter(|file| file.starts_with(folder))
            .map(|file| (*file).to_owned())
            .chain([own.clone()])
            .find(|file| {
                files
                    .get(file)
                    .is_some_and(|text| text.contains(&format!("\"{}\"", rule.name)))
            });
        if home.is_none() {
            let _ = writeln!(
                wrong,
                "{} `{}` is not in src/rules/{own}",
                rule.code, rule.name
            );
        }
    }
    for (file, text) in &files {
        let registered = rules::all().any(|rule| text.contains(&format!("\"{}\"", rule.name)));
        if text.contains("Rule = Rule {") && !registered {
            let _ = writeln!(wrong, "src/rules/{file} is in no area's RULES");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_reader_of_this_test_sees_code_only() {
    let source = "use crate::{text, yaml::{Node, parse}};\n// crate::cli\nlet x = 0x1_4000u32 + \
                  a.0; /* 5120 */\nlet s = \"crate::lsp 768\"; let r = r#\"std::fs \"768\"\"#; \
                  let c = '\"'; let l: &'a str = crate::facts::Facts; let y = 81_920;";
    let code = code_only(source);
    assert_eq!(used_rooms(&code), ["facts", "text", "yaml"]);
    let numbers: Vec<u128> = integers(&code).into_iter().map(|(_, n)| n).collect();
    assert_eq!(numbers, [0x1_4000, 0, 81_920]);
    assert!(!code.contains("std::fs"));
    assert_eq!(
        grouped_paths("use std::{fs, io::Write};", "std"),
        "std::fs\nstd::io::Write\n"
    );
    assert_eq!(
        code_only("a\n#[cfg(test)]\nmod tests { use crate::cli; }"),
        "a\n"
    );
}

/// A source file of the library, with what is not code taken out.
struct Source {
    /// Relative to the package.
    name: String,
    /// The folder or file directly under `src`.
    room: String,
    /// Its code: no comments, no strings, no unit tests; the line breaks are kept.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 10, "no sources found");
    files
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(root).expect("below the package");
            let mut parts = relative.iter().skip(1);
            let first = parts
                .next()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Source {
                name: slashed(relative),
                room: first.trim_end_matches(".rs").to_owned(),
                code: code_only(&std::fs::read_to_string(path).expect("a readable source")),
            }
        })
        .collect()
}

/// The text of each file in the areas, by its path under `src/rules`, without the area's registry.
fn rule_files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files
        .into_iter()
        .filter(|path| path.parent() != Some(&root) && !path.ends_with("mod.rs"))
        .map(|path| {
            (
                slashed(path.strip_prefix(&root).expect("below the rules")),
                std::fs::read_to_string(&path).expect("a readable source"),
            )
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|name| *name == room)
}

fn is_pure(room: &str) -> bool {
    rank(room) < rank(FIRST_ROOM_WITH_IO) && rank(room).is_some()
}

fn area_of(code: u16) -> Option<&'static str> {
    AREAS
        .iter()
        .find(|(_, hundred)| *hundred == code / 100)
        .map(|(folder, _)| *folder)
}

/// The rooms behind `crate::`, each once.
fn used_rooms(code: &str) -> Vec<String> {
    let mut rooms: Vec<String> = code
        .match_indices("crate::")
        .map(|(at, word)| &code[at + word.len()..])
        .filter(|rest| !rest.starts_with('{'))
        .map(first_word)
        .chain(
            grouped_paths(code, "crate")
                .lines()
                .filter_map(|path| path.strip_prefix("crate::"))
                .map(first_word),
        )
        .collect();
    rooms.sort();
    rooms.dedup();
    rooms
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The paths of `root::{a, b::c}`, one a line; what stands deeper than one brace is left out.
fn grouped_paths(code: &str, root: &str) -> String {
    let open = format!("{root}::{{");
    let mut paths = String::new();
    for (at, _) in code.match_indices(&open) {
        let mut depth = 1;
        let mut path = String::new();
        for c in code[at + open.len()..].chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                if !path.is_empty() {
                    let _ = writeln!(paths, "{root}::{path}");
                }
                path.clear();
            } else if depth == 1 && !c.is_whitespace() && c != '}' {
                path.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    paths
}

/// The whole numbers in the code, with their lines from 1.
fn integers(code: &str) -> Vec<(usize, u128)> {
    let mut found = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut before = ' ';
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let starts = c.is_ascii_digit() && !before.is_alphanumeric() && before != '_';
            if !starts {
                before = c;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let word = first_word(rest);
            rest = &rest[word.len()..];
            before = '0';
            let plain = word.replace('_', "");
            let plain = [
                "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "u128", "i128", "usize",
                "isize",
            ]
            .iter()
            .find_map(|suffix| plain.strip_suffix(suffix))
            .unwrap_or(&plain);
            let value = match plain.split_at_checked(2) {
                Some(("0x", digits)) => u128::from_str_radix(digits, 16),
                Some(("0b", digits)) => u128::from_str_radix(digits, 2),
                Some(("0o", digits)) => u128::from_str_radix(digits, 8),
                _ => plain.parse(),
            };
            found.extend(value.ok().map(|value| (line + 1, value)));
        }
    }
    found
}

/// The code of a source: comments and the insides of strings taken out, up to the unit tests.
fn code_only(source: &str) -> String {
    let source = source
        .find("\n#[cfg(test)]\nmod ")
        .map_or(source, |at| &source[..=at]);
    let mut code = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = hashes + 2;
            rest[open..]
                .find(&close)
                .map_or(rest.len(), |end| open + end + close.len())
        } else if c == '"' {
            quoted(rest)
        } else if c == '\'' {
            character(rest)
        } else {
            code.push(c);
            // An identifier that ends in `r` does not open a raw string.
            let word = first_word(rest);
            code.push_str(word.get(c.len_utf8()..).unwrap_or_default());
            rest = &rest[c.len_utf8().max(word.len())..];
            continue;
        };
        code.extend(rest[..skip].chars().filter(|c| *c == '\n'));
        rest = &rest[skip..];
    }
    code
}

/// The number of `#` of a raw string that starts here.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text
        .strip_prefix('r')?
        .bytes()
        .take_while(|b| *b == b'#')
        .count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
}

/// Length of a quoted string with its quotes.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Length of a character literal, or of the quote alone where a lifetime starts.
fn character(text: &str) -> usize {
    let mut inside = text.char_indices().skip(1);
    match inside.next() {
        Some((_, '\\')) => text[2..].find('\'').map_or(1, |end| {
            // `'\''` closes with the second quote.
            if end == 0 { 4 } else { end + 3 }
        }),
        Some((at, c)) if text[at + c.len_utf8()..].starts_with('\'') => at + c.len_utf8() + 1,
        _ => 1,
    }
}
