//! The binary: hands the arguments to the command line, the language server to it, and its exit code
//! to the system.

fn main() {
    let code = ai8x_lint::cli::main(ai8x_lint::lsp::run);
    // The thread that reads standard input must not hold up the end.
    std::process::exit(code.into());
}
