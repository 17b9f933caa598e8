//! Random edits of real networks: no panic, and accepted or refused as by PyYAML.

use std::io::Write;
use std::process::{Command, Stdio};

use ai8x_lint::yaml::{self, SyntaxErrorKind};

use crate::corpus::{self, Random};

const MUTATIONS: usize = 3_000;
const DISAGREEMENTS: usize = 3;

/// One or two edits: a character deleted, inserted or replaced, or up to 12 deleted.
fn mutate(text: &str, random: &mut Random) -> String {
    const NEW: &[char] = &[
        'a', 'Z', '0', '7', ' ', ' ', '\n', '\t', ':', '-', '#', '\'', '"', '[', ']', '{', '}',
        ',', '&', '*', '!', '|', '>', '%', '@', '`', '?', '.', '_', '/', '\\', '=', '<', '~', 'é',
    ];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(characters.len());
        match random.below(4) {
            0 => drop(characters.drain(at..(at + 1).min(characters.len()))),
            1 => characters.insert(at, random.pick(NEW)),
            2 => {
                let new = random.pick(NEW);
                if let Some(old) = characters.get_mut(at) {
                    *old = new;
                }
            }
            _ => {
                let end = (at + 1 + random.below(12)).min(characters.len());
                drop(characters.drain(at..end));
            }
        }
    }
    characters.into_iter().collect()
}

/// Whether PyYAML composes each text; `None` where there is no Python with PyYAML.
fn pyyaml(texts: &[String]) -> Option<Vec<String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/pyyaml_compose.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = python.stdin.take()?;
    let lines: String = texts
        .iter()
        .map(|text| serde_json::to_string(text).expect("a string") + "\n")
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().ok()?;
    drop(writer.join());
    let answers: Vec<String> = String::from_utf8(output.stdout)
        .ok()?
        .lines()
        .map(str::to_owned)
        .collect();
    (output.status.success() && answers.len() == texts.len()).then_some(answers)
}

/// Whether composing, which looks at the grammar alone, has to refuse the text.
fn refused(text: &str) -> bool {
    yaml::parse(text).errors.iter().any(|error| {
        matches!(
            error.kind,
            SyntaxErrorKind::Grammar
                | SyntaxErrorKind::Tab
                | SyntaxErrorKind::SecondDocument
                | SyntaxErrorKind::UnknownAlias
        )
    })
}

#[test]
fn mutations_are_taken_as_by_pyyaml() {
    let folders = ["vendor/networks", "vendor/tests", "users"];
    let Some(texts) = folders
        .iter()
        .map(|folder| corpus::texts(folder))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let texts: Vec<String> = texts.into_iter().flatten().map(|(_, text)| text).collect();
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let mut random = Random(seed.unwrap_or(20_260_101));
    // PyYAML takes a second for a hundred kilobytes.
    let small: Vec<&String> = texts.iter().filter(|text| text.len() < 6_000).collect();
    let mutated: Vec<String> = (0..MUTATIONS)
        .map(|_| {
            let text = random.pick(&small);
            mutate(text, &mut random)
        })
        .collect();
    let ours: Vec<bool> = mutated.iter().map(|text| refused(text)).collect();
    let Some(answers) = pyyaml(&mutated) else {
        println!("skipped: no python3 with PyYAML here");
        return;
    };
    let mut disagreements = Vec::new();
    for ((text, refused), answer) in mutated.iter().zip(&ours).zip(&answers) {
        if *refused == (answer == "ok") {
            let errors = yaml::parse(text).errors;
            disagreements.push(format!("{answer}\n{errors:?}\n{text}\n"));
        }
    }
    let refused = ours.iter().filter(|refused| **refused).count();
    println!(
        "{MUTATIONS} mutations, {refused} refused, {} disagreements with PyYAML",
        disagreements.len()
    );
    assert!(
        disagreements.len() <= DISAGREEMENTS,
        "{}",
        disagreements.join("\n----------\n")
    );
}
