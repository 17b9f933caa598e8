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
mod allocation;
mod client;
mod closed;
mod commands;
mod completion;
mod diagnostics;
mod documents;
mod edits;
mod features;
mod guard;
mod pages;
mod position;
mod python;
mod server;
mod session;
mod settings;
mod snapshot;

use std::sync::Arc;

use tower_lsp::{LspService, LspServiceBuilder, Server};

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

/// The service without what stands around it.
fn service(pages: &Arc<Pages>) -> LspServiceBuilder<LintServer> {
    let new = |client| LintServer::new(Session::new(client, Arc::clone(pages)));
    LspService::build(new)
        .custom_method(commands::MAP, LintServer::map)
        .custom_method(commands::THEME, LintServer::theme)
}

async fn serve() -> Arc<Life> {
    let life = Arc::new(Life::default());
    let pages = Arc::new(Pages::default());
    let (service, socket) = service(&pages).finish();
    Server::new(tokio::io::stdin(), tokio::io::stdout(), socket)
        .concurrency_level(CONCURRENCY)
        .serve(Guard::new(service, Arc::clone(&life)))
        .await;
    pages.delete();
    life
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tower_lsp::ClientSocket;
    use tower_lsp::jsonrpc::{ErrorCode, Request, Response, Result};
    use tower_service::Service;

    use super::*;

    impl LintServer {
        /// A handler that fails at once.
        async fn fail(&self) -> Result<Value> {
            panic!("on purpose")
        }

        /// A handler that fails after it has waited.
        async fn fail_later(&self) -> Result<Value> {
            tokio::task::yield_now().await;
            panic!("on purpose, later")
        }
    }

    /// The whole server but for the streams, with handlers that fail.
    fn server() -> (Guard<LspService<LintServer>>, ClientSocket) {
        let (service, socket) = service(&Arc::default())
            .custom_method("test/fail", LintServer::fail)
            .custom_method("test/failLater", LintServer::fail_later)
            .finish();
        (Guard::new(service, Arc::default()), socket)
    }

    async fn ask(
        server: &mut Guard<LspService<LintServer>>,
        id: i64,
        method: &'static str,
        params: Value,
    ) -> Response {
        let request = Request::build(method).params(params).id(id).finish();
        let answer = server.call(request).await;
        answer.expect("a server that lives").expect("an answer")
    }

    #[test]
    fn a_handler_that_panics_answers_an_error_and_the_server_lives_on() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let (mut server, _socket) = server();
            let start = ask(&mut server, 0, "initialize", json!({"capabilities": {}})).await;
            assert!(start.is_ok(), "{start:?}");
            let text = "arch: a\nlayers:\n  - op: fc\n";
            let document = json!({
                "textDocument": {"uri": "untitled:a", "languageId": "yaml", "version": 1, "text": text},
            });
            let open = Request::build("textDocument/didOpen").params(document);
            assert_eq!(server.call(open.finish()).await.expect("a server"), None);
            for (id, method) in [(1, "test/fail"), (3, "test/failLater"), (5, "test/fail")] {
                let answer = ask(&mut server, id, method, json!(null)).await;
                let code = answer.error().map(|error| error.code);
                assert_eq!(code, Some(ErrorCode::InternalError), "{method}");
                let document = json!({"textDocument": {"uri": "untitled:a"}});
                let symbols = ask(&mut server, id + 1, "textDocument/documentSymbol", document).await;
                let found = symbols.result().and_then(Value::as_array).map(Vec::len);
                assert!(found > Some(0), "{symbols:?}");
            }
        });
    }
}
