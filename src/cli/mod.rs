//! The command line: arguments, commands, exit codes.

mod allocate;
mod args;
mod check;
mod config;
mod devices;
mod explain;
mod generate;
mod inputs;
mod map;
mod output;
mod plain;
mod shapes;

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::to_string_pretty;

use crate::map::json_schema as map_schema;
use crate::network::schema;
use crate::report::json_schema;
use crate::workspace;

use args::{Cli, Command, SchemaOf};

/// Exit code where there are findings.
const FOUND: u8 = 1;
/// Exit code where the tool could not do its work.
const FAILED: u8 = 2;

/// Runs the command line of this process, and yields its exit code. The language server is another
/// edge; the caller brings it.
pub fn main(serve: fn() -> u8) -> u8 {
    let cli = match Cli::try_parse_from(with_command(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way, too.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(FAILED);
        }
    };
    match run(cli.command, serve) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            FAILED
        }
    }
}

/// Puts `check` where no command is named: the first argument then is a path or an option.
fn with_command(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let first = arguments.get(1).and_then(|first| first.to_str());
    let about_us = ["-h", "--help", "-V", "--version"];
    if !first.is_some_and(|first| Command::is_named(first) || about_us.contains(&first)) {
        arguments.insert(arguments.len().min(1), "check".into());
    }
    arguments
}

fn run(command: Command, serve: fn() -> u8) -> Result<u8> {
    match command {
        Command::Check(args) => return check::run(&args),
        Command::Server(_) => return Ok(serve()),
        Command::Generate(args) => print(&generate::run(&args)?)?,
        Command::Explain(args) => print(&explain::run(&args)?)?,
        Command::Map(args) => print(&map::run(&args)?)?,
        Command::Allocate(args) => print(&allocate::run(&args)?)?,
        Command::Devices => print(&devices::table())?,
        Command::Config(args) => print(&config::run(&args)?)?,
        Command::Shapes(args) => match (shapes::run(&args)?, &args.output_file) {
            (text, None) => print(&text)?,
            (text, Some(path)) => std::fs::write(path, text)
                .with_context(|| format!("{} cannot be written", workspace::shown(path)))?,
        },
        Command::Schema(args) => {
            let schema = match args.of {
                SchemaOf::Network => schema::network(),
                SchemaOf::Config => workspace::config::schema(),
                SchemaOf::Output => json_schema(),
                SchemaOf::Map => map_schema(),
                SchemaOf::Shapes => workspace::shapes::schema(),
            };
            print(&(to_string_pretty(&schema)? + "\n"))?;
        }
    }
    Ok(0)
}

/// Writes to standard output. A reader that has gone away has seen enough.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Says something about the work, beside the output.
fn complain(message: &str) {
    // There is nobody left to tell if this fails.
    let _ = writeln!(io::stderr(), "ai8x-lint: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_is_the_default_command() {
        let run = |arguments: &[&str]| {
            let all = std::iter::once("ai8x-lint").chain(arguments.iter().copied());
            with_command(all.map(OsString::from))
                .into_iter()
                .skip(1)
                .map(|argument| argument.into_string().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(run(&[]), "check");
        assert_eq!(run(&["a.yaml"]), "check a.yaml");
        assert_eq!(run(&["--fix", "a.yaml"]), "check --fix a.yaml");
        assert_eq!(run(&["-"]), "check -");
        for own in [
            "check",
            "map",
            "allocate",
            "explain",
            "generate",
            "schema",
            "devices",
            "config",
            "shapes",
            "server",
            "lsp",
            "help",
            "--version",
            "-h",
        ] {
            assert_eq!(run(&[own]), own);
        }
    }
}
