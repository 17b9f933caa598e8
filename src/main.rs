//! The binary: hands the arguments to the command line, and its exit code to the system.

use std::process::ExitCode;

fn main() -> ExitCode {
    ai8x_lint::cli::main()
}
