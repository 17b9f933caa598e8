//! The language server: the edge that speaks the Language Server Protocol over standard input and
//! output. Nothing else names the framework, or the protocol's types.
//!
//! The framework runs several handlers at once, in one task. These rules make that
//! safe:
//!
//! 1. Documents change before a handler's first `await`, under a lock: that part of the handlers
//!    runs in the order of the messages.
//! 2. No handler waits for the client: requests to it run in tasks of their own, with a time limit.
//! 3. Handlers take a snapshot of one version of a document and work on that, off the threads that
//!    serve messages. No lock is held during analysis.
//! 4. The newest version of a document is analysed; those that came while the one before was
//!    analysed are dropped. There is no timer.
//! 5. `guard` stands around the service: addresses become legal before the framework sees them, and
//!    a handler that panics answers an internal error.

mod actions;
mod address;
mod client;
mod commands;
mod completion;
mod diagnostics;
mod documents;
mod edits;
mod features;
mod guard;
mod pages;
mod position;
mod server;
mod session;
mod settings;
mod snapshot;

use std::sync::Arc;

use tower_lsp::{LspService, Server};

use guard::{Guard, Life};
use pages::Pages;
use server::LintServer;
use session::Session;

/// Handlers at once.
const CONCURRENCY: usize = 16;
/// Threads that serve messages.
const THREADS: usize = 2;

/// Serves the client at standard input and output until it says `exit` or goes away, and yields the
/// exit code: 0 where it has said `shutdown` before, else 1.
pub fn run() -> u8 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build();
    let life = match runtime {
        Ok(runtime) => {
            let life = runtime.block_on(serve());
            // Somebody may still read standard input; that has no end.
            runtime.shutdown_background();
            life
        }
        Err(error) => {
            eprintln!("ai8x-lint: the server cannot start: {error}");
            return 1;
        }
    };
    if !life.has_exited() {
        eprintln!("ai8x-lint: the client has gone, or sent what is no message; the server ends");
    }
    u8::from(!life.was_shut_down())
}

async fn serve() -> Arc<Life> {
    let life = Arc::new(Life::default());
    let pages = Arc::new(Pages::default());
    let new = |client| LintServer::new(Session::new(client, Arc::clone(&pages)));
    let (service, socket) = LspService::build(new)
        .custom_method(commands::MAP, LintServer::map)
        .custom_method(commands::THEME, LintServer::theme)
        .finish();
    Server::new(tokio::io::stdin(), tokio::io::stdout(), socket)
        .concurrency_level(CONCURRENCY)
        .serve(Guard::new(service, Arc::clone(&life)))
        .await;
    pages.delete();
    life
}
