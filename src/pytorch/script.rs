//! Shell scripts that call the vendor's tools: which command gets which options.
//!
//! A script is read, not run. A word that depends on what only running it would tell is unknown.

use std::collections::{BTreeSet, HashMap};

/// Bytes of a script; the vendor's longest have some ten thousand.
const LARGEST: usize = 1 << 18;
/// Bytes that one word may become by its variables.
const LONGEST_WORD: usize = 1 << 14;
/// Words of one command.
const MOST_WORDS: usize = 4096;
/// Options whose value scripts often compute; an unknown word behind one of them hides nothing.
const VALUED: &[&str] = &[
    "--board-name",
    "--checkpoint-file",
    "--config-file",
    "--dataset",
    "--device",
    "--model",
    "--prefix",
    "--qat-policy",
    "--sample-input",
    "--test-dir",
    "--timer",
];

/// A call of a Python program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line where it starts, from 1.
    pub line: u32,
    /// The name of the program: `ai8xize.py`.
    pub program: String,
    /// Its arguments; none for an unknown one. What the caller of the script may add is left out.
    pub arguments: Vec<Option<String>>,
}

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'a> {
    /// The option is not given.
    Absent,
    /// It is, or may be, but its value is unknown.
    Unknown,
    /// Its value.
    Is(&'a str),
}

impl<'a> Setting<'a> {
    /// The value, where it is known.
    pub fn known(self) -> Option<&'a str> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

impl Command {
    /// The value of an option; of several, the last counts.
    pub fn setting(&self, option: &str) -> Setting<'_> {
        let mut found = Setting::Absent;
        for (at, argument) in self.arguments.iter().enumerate() {
            let Some(argument) = argument.as_deref() else {
                continue;
            };
            if argument == option {
                found = match self.arguments.get(at + 1) {
                    Some(Some(value)) => Setting::Is(value),
                    _ => Setting::Unknown,
                };
            } else if let Some(value) = argument
                .strip_prefix(option)
                .and_then(|rest| rest.strip_prefix('='))
            {
                found = Setting::Is(value);
            }
        }
        if found == Setting::Absent && !self.is_complete() {
            return Setting::Unknown;
        }
        found
    }

    /// Whether an option is given.
    pub fn has(&self, option: &str) -> bool {
        let named = |argument: &str| {
            let rest = argument.strip_prefix(option);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        self.arguments
            .iter()
            .flatten()
            .any(|argument| named(argument))
    }

    /// Whether no options may hide behind unknown arguments.
    fn is_complete(&self) -> bool {
        let before = std::iter::once(None).chain(self.arguments.iter().map(Option::as_deref));
        before.zip(&self.arguments).all(|(before, argument)| {
            argument.is_some() || before.is_some_and(|before| VALUED.contains(&before))
        })
    }

    /// The arguments as one line, where all are known.
    pub fn words(&self) -> Option<Vec<&str>> {
        self.is_complete().then(|| {
            let unknown = "?";
            self.arguments
                .iter()
                .map(|argument| argument.as_deref().unwrap_or(unknown))
                .collect()
        })
    }
}

/// The calls of Python programs in a script, in order.
pub fn commands(text: &str) -> Vec<Command> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let mut shell = Shell::default();
    let mut lexer = Lexer {
        rest: text,
        line: 1,
    };
    let mut words = Vec::new();
    let mut line = 1;
    loop {
        match lexer.token() {
            Some(Token::Word(pieces)) => {
                if words.is_empty() {
                    line = lexer.line;
                }
                if words.len() < MOST_WORDS {
                    words.push(pieces);
                }
            }
            Some(Token::End) => shell.statement(line, &std::mem::take(&mut words)),
            None => {
                shell.statement(line, &words);
                return shell.commands;
            }
        }
    }
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Text as it stands.
    Text(String),
    /// The value of a variable; split into words unless quoted.
    Variable { name: String, quoted: bool },
    /// What the caller of the script gives.
    Arguments,
    /// Something that only running it would tell.
    Unknown,
}

enum Token {
    Word(Vec<Piece>),
    /// The end of a command.
    End,
}

struct Lexer<'a> {
    rest: &'a str,
    line: u32,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.starts_with(text);
        if found {
            for _ in text.chars() {
                self.next();
            }
        }
        found
    }

    /// The next word or end of a command; none at the end of the script.
    fn token(&mut self) -> Option<Token> {
        loop {
            if self.eat("\\\r\n") || self.eat("\\\n") {
                continue;
            }
            match self.rest.chars().next()? {
                ' ' | '\t' | '\r' => drop(self.next()),
                '#' => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                c if is_separator(c) => {
                    self.next();
                    return Some(Token::End);
                }
                _ => return Some(Token::Word(self.word())),
            }
        }
    }

    fn word(&mut self) -> Vec<Piece> {
        let mut word = Word::default();
        // A quote around nothing is a word, too.
        while let Some(c) = self.rest.chars().next() {
            if self.eat("\\\r\n") || self.eat("\\\n") {
                continue;
            }
            if c.is_whitespace() || is_separator(c) {
                break;
            }
            self.next();
            match c {
                '\'' => {
                    word.text("");
                    while let Some(c) = self.next().filter(|c| *c != '\'') {
                        word.push(c);
                    }
                }
                '"' => self.quoted(&mut word),
                '\\' => {
                    if let Some(c) = self.next() {
                        word.push(c);
                    }
                }
                '$' => self.dollar(&mut word, false),
                '`' => {
                    while self.next().is_some_and(|c| c != '`') {}
                    word.pieces.push(Piece::Unknown);
                }
                '*' | '?' | '[' | '{' => {
                    word.pieces.push(Piece::Unknown);
                    word.push(c);
                }
                _ => word.push(c),
            }
        }
        word.pieces
    }

    fn quoted(&mut self, word: &mut Word) {
        word.text("");
        loop {
            if self.eat("\\\r\n") || self.eat("\\\n") {
                continue;
            }
            match self.next() {
                None | Some('"') => return,
                Some('$') => self.dollar(word, true),
                Some('`') => {
                    while self.next().is_some_and(|c| c != '`') {}
                    word.pieces.push(Piece::Unknown);
                }
                Some('\\') => match self.rest.chars().next() {
                    Some(c @ ('"' | '\\' | '$' | '`')) => {
                        self.next();
                        word.push(c);
                    }
                    _ => word.push('\\'),
                },
                Some(c) => word.push(c),
            }
        }
    }

    /// What follows a `$`.
    fn dollar(&mut self, word: &mut Word, quoted: bool) {
        let piece = match self.rest.chars().next() {
            Some('{') => {
                self.next();
                let end = self.rest.find('}').unwrap_or(self.rest.len());
                let inside = self.rest[..end].to_owned();
                for _ in inside.chars() {
                    self.next();
                }
                self.next();
                match inside.as_str() {
                    "@" | "*" => Piece::Arguments,
                    name if is_name(name) => Piece::Variable {
                        name: name.to_owned(),
                        quoted,
                    },
                    _ => Piece::Unknown,
                }
            }
            Some('(') => {
                let mut depth = 0_u32;
                while let Some(c) = self.next() {
                    match c {
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
                Piece::Unknown
            }
            Some('@' | '*') => {
                self.next();
                Piece::Arguments
            }
            Some(c) if is_name_character(c) && !c.is_ascii_digit() => {
                let end = self.rest.find(|c| !is_name_character(c));
                let name = self.rest[..end.unwrap_or(self.rest.len())].to_owned();
                self.rest = &self.rest[name.len()..];
                Piece::Variable { name, quoted }
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '#' | '?' | '$' | '!' | '-') => {
                self.next();
                Piece::Unknown
            }
            _ => Piece::Text("$".to_owned()),
        };
        word.pieces.push(piece);
    }
}

#[derive(Default)]
struct Word {
    pieces: Vec<Piece>,
}

impl Word {
    fn text(&mut self, more: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text.push_str(more),
            _ => self.pieces.push(Piece::Text(more.to_owned())),
        }
    }

    fn push(&mut self, c: char) {
        self.text(c.encode_utf8(&mut [0; 4]));
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '\n' | ';' | '&' | '|' | '(' | ')')
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(is_name_character)
}

/// What is known while a script is read.
#[derive(Default)]
struct Shell {
    commands: Vec<Command>,
    /// The variables that have a known value.
    variables: HashMap<String, String>,
    /// How many `if`, `for` and the like are open.
    depth: usize,
    /// The variables that the open ones may or may not have changed.
    doubtful: BTreeSet<String>,
}

impl Shell {
    fn statement(&mut self, line: u32, words: &[Vec<Piece>]) {
        let mut words = words;
        while let Some((first, rest)) = words.split_first() {
            match literal(first) {
                Some("if" | "for" | "while" | "until" | "case" | "select" | "{") => {
                    self.depth += 1;
                    if literal(first) != Some("if") && literal(first) != Some("{") {
                        if let Some(name) = rest.first().and_then(|name| literal(name)) {
                            self.variables.remove(name);
                        }
                        return;
                    }
                }
                Some("fi" | "done" | "esac" | "}") => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        for name in std::mem::take(&mut self.doubtful) {
                            self.variables.remove(&name);
                        }
                    }
                }
                Some("then" | "else" | "elif" | "do" | "!" | "export" | "readonly" | "local") => {}
                Some("read" | "unset" | "source" | "." | "eval") => {
                    self.variables.clear();
                    return;
                }
                _ => {
                    if !self.assignment(first) {
                        break;
                    }
                }
            }
            words = rest;
        }
        self.call(line, words);
    }

    /// Follows `NAME=value`; tells whether it was one.
    fn assignment(&mut self, word: &[Piece]) -> bool {
        let Some(Piece::Text(start)) = word.first() else {
            return false;
        };
        let Some((name, start)) = start.split_once('=') else {
            return false;
        };
        let (name, added) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !is_name(name) {
            return false;
        }
        let mut value = vec![Piece::Text(start.to_owned())];
        if added {
            let before = Piece::Variable {
                name: name.to_owned(),
                quoted: true,
            };
            value.insert(0, before);
        }
        value.extend_from_slice(&word[1..]);
        match self.joined(&value) {
            Some(value) => self.variables.insert(name.to_owned(), value),
            None => self.variables.remove(name),
        };
        if self.depth > 0 {
            self.doubtful.insert(name.to_owned());
        }
        true
    }

    fn call(&mut self, line: u32, words: &[Vec<Piece>]) {
        let mut all = words.iter().flat_map(|word| self.expand(word));
        let program = all.find_map(|word| word.filter(|word| word.ends_with(".py")));
        let Some(program) = program else {
            return;
        };
        let program = program.rsplit(['/', '\\']).next().unwrap_or(&program);
        let command = Command {
            line,
            program: program.to_owned(),
            arguments: all.take(MOST_WORDS).collect(),
        };
        self.commands.push(command);
    }

    /// The words that a word becomes.
    fn expand(&self, word: &[Piece]) -> Vec<Option<String>> {
        let mut words: Vec<Option<String>> = Vec::new();
        let mut open: Option<Option<String>> = None;
        let add = |open: &mut Option<Option<String>>, text: Option<&str>| {
            let whole = open.take().unwrap_or_else(|| Some(String::new()));
            *open = Some(whole.zip(text).and_then(|(mut whole, text)| {
                whole.push_str(text);
                (whole.len() <= LONGEST_WORD).then_some(whole)
            }));
        };
        for piece in word {
            match piece {
                Piece::Text(text) => add(&mut open, Some(text)),
                Piece::Unknown => add(&mut open, None),
                Piece::Arguments => {}
                Piece::Variable { name, quoted } => match self.variables.get(name) {
                    Some(value) if !quoted => {
                        if value.starts_with(char::is_whitespace) {
                            words.extend(open.take());
                        }
                        for (at, part) in value.split_whitespace().enumerate() {
                            if at > 0 {
                                words.extend(open.take());
                            }
                            add(&mut open, Some(part));
                        }
                        if value.ends_with(char::is_whitespace) {
                            words.extend(open.take());
                        }
                    }
                    value => add(&mut open, value.map(String::as_str)),
                },
            }
        }
        // `"$@"` alone is no word where the caller gives nothing.
        let only_arguments = word.contains(&Piece::Arguments)
            && open.as_ref().is_none_or(|word| word.as_deref() == Some(""));
        if !only_arguments {
            words.extend(open);
        }
        words
    }

    /// What a word is where it is not split.
    fn joined(&self, word: &[Piece]) -> Option<String> {
        let mut whole = String::new();
        for piece in word {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Variable { name, .. } => whole.push_str(self.variables.get(name)?),
                Piece::Arguments | Piece::Unknown => return None,
            }
            if whole.len() > LONGEST_WORD {
                return None;
            }
        }
        Some(whole)
    }
}

/// A word without variables and the like.
fn literal(word: &[Piece]) -> Option<&str> {
    match word {
        [Piece::Text(text)] => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands, a line each; `?` is an unknown argument.
    fn read(text: &str) -> String {
        let commands: Vec<String> = commands(text)
            .iter()
            .map(|command| {
                let arguments: Vec<&str> = command
                    .arguments
                    .iter()
                    .map(|argument| argument.as_deref().unwrap_or("?"))
                    .collect();
                format!(
                    "{} {} | {}",
                    command.line,
                    command.program,
                    arguments.join(" | ")
                )
            })
            .collect();
        commands.join("\n")
    }

    #[test]
    fn a_script_as_the_vendor_writes_it() {
        insta::assert_snapshot!(read(
            "#!/bin/sh\nDEVICE=\"MAX78000\"\nTARGET=\"sdk/$DEVICE/CNN\"\n\
             COMMON_ARGS=\"--device $DEVICE --timer 0\"\n\n\
             python ai8xize.py --test-dir $TARGET --config-file networks/a.yaml --fifo $COMMON_ARGS \"$@\" # why\n"
        ), @"6 ai8xize.py | --test-dir | sdk/MAX78000/CNN | --config-file | networks/a.yaml | --fifo | --device | MAX78000 | --timer | 0");
    }

    #[test]
    fn lines_go_on_and_quotes_join() {
        insta::assert_snapshot!(read(
            "python3 ./ai8xize.py \\\n  --config-file 'my net.yaml' \\\r\n  --prefix \"a\"'b'\\ c --x=\"\" && ./train.py --model m;train.py\nls *.py\n"
        ), @r"
        1 ai8xize.py | --config-file | my net.yaml | --prefix | ab c | --x=
        3 train.py | --model | m
        3 train.py |
        ");
    }

    #[test]
    fn what_only_running_tells_is_unknown() {
        insta::assert_snapshot!(read(
            "A=1\nif test -f x; then A=2; fi\nfor f in a b; do\n  python ai8xize.py --a $A --f \"$f\" --c $(pwd)/x `date` ${B:-c} $1 *.yaml\ndone\n"
        ), @"4 ai8xize.py | --a | ? | --f | ? | --c | ? | ? | ? | ? | ?");
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let command =
            &commands("ai8xize.py --device MAX78000 --fifo --device=MAX78002 --prefix")[0];
        assert_eq!(command.setting("--device"), Setting::Is("MAX78002"));
        assert_eq!(command.setting("--prefix"), Setting::Unknown);
        assert_eq!(command.setting("--boost"), Setting::Absent);
        assert!(command.has("--fifo") && !command.has("--fif"));
    }

    #[test]
    fn an_unknown_argument_may_hide_an_option() {
        let hidden = &commands("ai8xize.py --softmax $MORE --fifo")[0];
        assert_eq!(hidden.setting("--device"), Setting::Unknown);
        assert_eq!(hidden.words(), None);
        let value = &commands("ai8xize.py --prefix $NAME --fifo")[0];
        assert_eq!(value.setting("--device"), Setting::Absent);
        assert_eq!(value.words().unwrap(), ["--prefix", "?", "--fifo"]);
    }

    #[test]
    fn variables_do_not_grow_without_end() {
        let doubling = "A=aaaaaaaa\n".to_owned() + &"A=$A$A\n".repeat(64) + "ai8xize.py $A $A$A";
        assert_eq!(read(&doubling), "66 ai8xize.py | ? | ?");
        for text in ["\"", "'", "$", "${", "$(", "`", "\\", "=", "ai8xize.py \\"] {
            commands(text);
        }
    }
}
