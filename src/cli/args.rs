//! The arguments of the command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::device::DeviceId;
use crate::diagnostic::Severity;
use crate::facts::{Flags, parse_flags};
use crate::workspace::{DeviceChoice, Selector};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Linter for the network YAML files of the MAX78000 and MAX78002 AI accelerators
#[derive(Parser)]
#[command(
    name = "ai8x-lint",
    version,
    styles = STYLES,
    override_usage = "ai8x-lint [check] [OPTIONS] [PATHS]...\n       ai8x-lint <COMMAND>",
    after_help = "Without a command, `check` is meant: `ai8x-lint network.yaml`."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Lint network files, and models in Python
    Check(Box<CheckArgs>),
    /// Draw what lies where in data memory, and how much of the chip a network takes
    Map(MapArgs),
    /// Choose where in data memory each layer writes, and masks where there are none
    Allocate(AllocateArgs),
    /// Make the network file of a PyTorch model
    Generate(Box<GenerateArgs>),
    /// Explain a rule or a key of the network file
    Explain(ExplainArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Print the facts of both chips
    Devices,
    /// Print what is in force for a network, and why
    Config(ConfigArgs),
    /// Write the shapes file of a checkpoint
    Shapes(ShapesArgs),
    /// Serve an editor over standard input and output, by the Language Server Protocol
    #[command(alias = "lsp")]
    Server(ServerArgs),
}

impl Command {
    /// Whether an argument is the name of a command.
    pub(super) fn is_named(argument: &str) -> bool {
        Cli::command().find_subcommand(argument).is_some() || argument == "help"
    }
}

#[derive(Args)]
#[command(group(ArgGroup::new("apply").args(["fix", "diff"]).multiple(true)))]
pub(super) struct CheckArgs {
    /// Files, and folders to look for networks and models in; `-` is standard input
    #[arg(default_value = ".")]
    pub(super) paths: Vec<PathBuf>,

    /// How to print the findings
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        env = "AI8X_LINT_OUTPUT_FORMAT"
    )]
    pub(super) output_format: Format,
    /// Print the findings into a file
    #[arg(long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Count the findings of each rule instead of printing them
    #[arg(long)]
    pub(super) statistics: bool,
    /// Least severity to show
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(super) min_severity: Option<Level>,
    /// When to use colors
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub(super) color: Color,
    /// Print the findings only
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Print what is assumed about each network
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Apply safe fixes
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// Apply unsafe fixes, too
    #[arg(long, help_heading = "Fixes", requires = "apply")]
    pub(super) unsafe_fixes: bool,
    /// Print what --fix would change, and change nothing
    #[arg(long, help_heading = "Fixes")]
    pub(super) diff: bool,

    /// Only these rules: codes, beginnings of codes, names
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(super) select: Option<Vec<Selector>>,
    /// These rules, too
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(super) extend_select: Vec<Selector>,
    /// Not these rules
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(super) ignore: Vec<Selector>,

    #[command(flatten)]
    pub(super) facts: FactArgs,
    #[command(flatten)]
    pub(super) files: FileArgs,

    /// Least severity that makes the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Exit code")]
    pub(super) fail_on: Option<Level>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Exit code")]
    pub(super) exit_zero: bool,
}

/// What the network does not say itself.
#[derive(Args, Default)]
pub(super) struct FactArgs {
    /// The chip: MAX78000, MAX78002 (or AI85, AI87), or `both` for what is wrong on either
    #[arg(long, value_name = "DEVICE", value_parser = device, help_heading = "Facts")]
    pub(super) device: Option<DeviceChoice>,
    /// A shapes file for all networks, instead of each one's NAME.shapes.json
    #[arg(long, value_name = "FILE", help_heading = "Facts")]
    pub(super) shapes: Option<PathBuf>,
    /// A checkpoint (.pth.tar), instead of the one that the network's build command names
    #[arg(long, value_name = "FILE", help_heading = "Facts")]
    pub(super) checkpoint: Option<PathBuf>,
    /// The PyTorch model, or a training project, instead of the model that `arch` names
    #[arg(long, value_name = "FILE:NAME", help_heading = "Facts")]
    pub(super) model: Option<String>,
    /// The flags that the vendor's tool gets: "--fifo --overlap-data"
    #[arg(
        long,
        value_name = "FLAGS",
        value_parser = flags,
        allow_hyphen_values = true,
        help_heading = "Facts"
    )]
    pub(super) izer_flags: Option<(String, Flags)>,
}

/// Which files count.
#[derive(Args)]
pub(super) struct FileArgs {
    /// The configuration file, instead of the nearest one above each network
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(super) config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long, conflicts_with = "config", help_heading = "Files")]
    pub(super) isolated: bool,
    /// Exclude named files, too, where the configuration excludes them
    #[arg(long, help_heading = "Files")]
    pub(super) force_exclude: bool,
    /// The name that standard input goes by
    #[arg(
        long,
        value_name = "FILE",
        default_value = "<stdin>",
        help_heading = "Files"
    )]
    pub(super) stdin_filename: PathBuf,
}

#[derive(Args)]
pub(super) struct MapArgs {
    /// The network
    pub(super) file: PathBuf,
    /// How to print the map
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: MapFormat,
    /// Only this layer: its number or its name
    #[arg(long, value_name = "LAYER")]
    pub(super) layer: Option<String>,
    #[command(flatten)]
    pub(super) facts: FactArgs,
    /// The configuration file, instead of the nearest one above the network
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct AllocateArgs {
    /// The network
    pub(super) file: PathBuf,
    /// Move the output of this layer only: its number or its name
    #[arg(long, value_name = "LAYER", conflicts_with_all = ["keep", "objective"])]
    pub(super) layer: Option<String>,
    /// What stays as it is written; what is missing is always chosen
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub(super) keep: Keep,
    /// What the offsets are to be good at
    #[arg(long, value_name = "GOAL", value_enum, default_value_t)]
    pub(super) objective: Goal,
    /// Show the changes; that is what happens without --write and --report
    #[arg(long, conflicts_with = "write")]
    pub(super) diff: bool,
    /// Write the changes into the file instead of showing them
    #[arg(long)]
    pub(super) write: bool,
    /// Print how full the memories are, before and after
    #[arg(long)]
    pub(super) report: bool,
    #[command(flatten)]
    pub(super) facts: FactArgs,
    /// The configuration file, instead of the nearest one above the network
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// What `allocate` leaves as it is.
#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Keep {
    /// The masks
    #[default]
    Masks,
    /// The offsets
    Offsets,
    /// Masks and offsets
    All,
    /// Neither
    Nothing,
}

/// What `allocate` aims at.
#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Goal {
    /// The lowest peak
    #[default]
    Peak,
    /// The fewest changes
    Edits,
    /// Round offsets
    Readable,
}

#[derive(Args)]
pub(super) struct GenerateArgs {
    /// The model file, and the function or class in it that makes the model [default: the model of
    /// the network that `--merge` names]
    #[arg(long, value_name = "FILE:NAME", required_unless_present = "merge")]
    pub(super) model: Option<String>,
    /// The data set [default: that of the model's training script]
    #[arg(long, value_name = "NAME")]
    pub(super) dataset: Option<String>,
    /// Channels, height and width of the input, or channels and length [default: those of the data set]
    #[arg(long, value_name = "CxHxW", value_parser = input)]
    pub(super) input: Option<[i64; 3]>,
    /// Classes that the model tells apart [default: those of the data set]
    #[arg(long, value_name = "NUMBER")]
    pub(super) classes: Option<i64>,
    /// Frames that the model looks at, where those are several
    #[arg(long, value_name = "NUMBER")]
    pub(super) frames: Option<i64>,
    /// The model is trained with bias [default: as in its training script]
    #[arg(long)]
    pub(super) use_bias: bool,
    /// The chip: MAX78000, MAX78002 (or AI85, AI87) [default: that of the training script]
    #[arg(long, value_name = "DEVICE", value_parser = one_device)]
    pub(super) device: Option<DeviceId>,
    /// The checkpoint (.pth.tar) that says bits and bias of each layer
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// The policy that says the bits of each layer [default: that of the training script]
    #[arg(long, value_name = "FILE")]
    pub(super) qat_policy: Option<PathBuf>,
    /// Print into this new file
    #[arg(short, long, value_name = "FILE", conflicts_with = "merge")]
    pub(super) output_file: Option<PathBuf>,
    /// Complete this network: its names, masks, offsets and comments stay where the model has its
    /// layers, by name or by what they compute
    #[arg(long, value_name = "FILE")]
    pub(super) merge: Option<PathBuf>,
    /// Write the changes of `--merge` into the file instead of showing them
    #[arg(long, requires = "merge")]
    pub(super) write: bool,
    /// Let `--write` leave out layers of the file that the model has not
    #[arg(long, requires = "write")]
    pub(super) drop_layers: bool,
}

#[derive(Args)]
pub(super) struct ExplainArgs {
    /// Codes or names of rules, beginnings of codes, or keys of the network file
    #[arg(value_name = "RULE|KEY", required_unless_present = "all")]
    pub(super) topics: Vec<String>,
    /// Explain all rules and all keys
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Args)]
pub(super) struct SchemaArgs {
    /// What the schema describes
    #[arg(value_enum)]
    pub(super) of: SchemaOf,
}

#[derive(Args)]
pub(super) struct ConfigArgs {
    /// The network
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) facts: FactArgs,
    /// The configuration file, instead of the nearest one above the network
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct ShapesArgs {
    /// The checkpoint (.pth.tar)
    pub(super) checkpoint: PathBuf,
    /// The network that uses it: says which weights are transposed or grouped, and its input
    pub(super) network: Option<PathBuf>,
    /// Print into this file, such as NAME.shapes.json
    #[arg(short, long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct ServerArgs {
    /// Standard input and output are the only way; some editors say so
    #[arg(long, hide = true)]
    stdio: bool,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The source with the places underlined, notes, and fixes
    #[default]
    Full,
    /// A line a finding
    Concise,
    /// A JSON array; `ai8x-lint schema output` describes it
    Json,
    /// A JSON object a line
    JsonLines,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// The code quality report of GitLab
    Gitlab,
    /// XML as JUnit writes it, for build servers
    Junit,
    /// The text of yamllint, for `ai8xize.py --yamllint ai8x-lint`
    Yamllint,
}

/// The formats of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MapFormat {
    /// A drawing for each layer, and tables
    #[default]
    Text,
    /// JSON; `ai8x-lint schema map` describes it
    Json,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    Error,
    Warning,
    Information,
    Hint,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Information => Self::Information,
            Level::Hint => Self::Hint,
        }
    }
}

/// What a schema can be printed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// The network file
    Network,
    /// The configuration file
    Config,
    /// The output of `--output-format json`
    Output,
    /// The output of `map --format json`
    Map,
    /// The shapes file
    Shapes,
}

fn device(name: &str) -> Result<DeviceChoice, String> {
    if name.eq_ignore_ascii_case("both") {
        return Ok(DeviceChoice::Both);
    }
    DeviceId::parse(name)
        .map(DeviceChoice::One)
        .ok_or_else(|| "it is MAX78000, MAX78002 or both".to_owned())
}

fn one_device(name: &str) -> Result<DeviceId, String> {
    DeviceId::parse(name).ok_or_else(|| "it is MAX78000 or MAX78002".to_owned())
}

fn input(sizes: &str) -> Result<[i64; 3], String> {
    let sizes: Option<Vec<i64>> = sizes
        .split(['x', ','])
        .map(|size| size.trim().parse().ok().filter(|size| *size > 0))
        .collect();
    match sizes.as_deref() {
        Some([channels, length]) => Ok([*channels, *length, 1]),
        Some([channels, height, width]) => Ok([*channels, *height, *width]),
        _ => Err("it is like 3x32x32, or 128x128 for 1-D data".to_owned()),
    }
}

fn flags(words: &str) -> Result<(String, Flags), String> {
    let flags = parse_flags(words.split_whitespace())?;
    Ok((words.to_owned(), flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
