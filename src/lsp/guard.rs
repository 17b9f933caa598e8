//! One wrapper around the framework's service: addresses become legal ones, a handler that panics
//! answers an error, and the exit code is remembered.

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Request, Response};
use tower_service::Service;

/// Keys of the protocol whose values are addresses.
const ADDRESSES: [&str; 6] = [
    "uri",
    "oldUri",
    "newUri",
    "scopeUri",
    "rootUri",
    "targetUri",
];

/// What the client has said about the end.
#[derive(Debug, Default)]
pub(super) struct Life {
    shutdown: AtomicBool,
    exit: AtomicBool,
}

impl Life {
    pub(super) fn was_shut_down(&self) -> bool {
        self.shutdown.load(Ordering::SeqCst)
    }

    pub(super) fn has_exited(&self) -> bool {
        self.exit.load(Ordering::SeqCst)
    }

    fn hear(&self, method: &str) {
        match method {
            "shutdown" => self.shutdown.store(true, Ordering::SeqCst),
            "exit" => self.exit.store(true, Ordering::SeqCst),
            _ => {}
        }
    }
}

/// The wrapper.
pub(super) struct Guard<S> {
    service: S,
    life: Arc<Life>,
}

impl<S> Guard<S> {
    pub(super) fn new(service: S, life: Arc<Life>) -> Self {
        Self { service, life }
    }
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<Option<Response>, E>> + Send>>;

impl<S> Service<Request> for Guard<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.life.hear(request.method());
        let (method, id, params) = request.into_parts();
        let mut legal = Request::build(method);
        if let Some(mut params) = params {
            legalise(&mut params);
            legal = legal.params(params);
        }
        if let Some(id) = id.clone() {
            legal = legal.id(id);
        }
        let mut answer = Box::pin(self.service.call(legal.finish()));
        Box::pin(poll_fn(move |context| {
            let poll = || answer.as_mut().poll(context);
            catch_unwind(AssertUnwindSafe(poll)).unwrap_or_else(|_| {
                let error = |id| Response::from_error(id, Error::internal_error());
                Poll::Ready(Ok(id.clone().map(error)))
            })
        }))
    }
}

/// Makes the addresses in a message legal.
fn legalise(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(address) if ADDRESSES.contains(&key.as_str()) => {
                        *address = legal(address);
                    }
                    _ => legalise(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(legalise),
        _ => {}
    }
}

/// The address with every byte escaped that may not stand in one, and `untitled:` before one that
/// has no scheme.
pub(super) fn legal(address: &str) -> String {
    let bytes = address.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    if !has_scheme(address) {
        out.push_str("untitled:");
    }
    for (at, &byte) in bytes.iter().enumerate() {
        let is_digit = |after: usize| bytes.get(at + after).is_some_and(u8::is_ascii_hexdigit);
        let stays = byte.is_ascii_alphanumeric()
            || b"-._~:/?#@!$&'()*+,;=".contains(&byte)
            || (byte == b'%' && is_digit(1) && is_digit(2));
        if stays {
            out.push(byte.into());
        } else {
            // Writing into a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;
    use tower_lsp::jsonrpc::ErrorCode;
    use tower_lsp::ls_types::Uri;

    use super::*;

    /// Panics at `panic`, and answers everything else with its parameters.
    struct Echo;

    impl Service<Request> for Echo {
        type Response = Option<Response>;
        type Error = Infallible;
        type Future = Answer<Infallible>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> Self::Future {
            Box::pin(async move {
                assert_ne!(request.method(), "panic", "on purpose");
                let (_, id, params) = request.into_parts();
                Ok(id.map(|id| Response::from_ok(id, params.unwrap_or_default())))
            })
        }
    }

    fn ask(guard: &mut Guard<Echo>, method: &'static str, params: Value) -> Response {
        let request = Request::build(method).params(params).id(1).finish();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(guard.call(request)).unwrap().unwrap()
    }

    #[test]
    fn a_panic_is_an_internal_error_and_the_service_lives_on() {
        let mut guard = Guard::new(Echo, Arc::default());
        let answer = ask(&mut guard, "panic", json!({}));
        assert_eq!(answer.error().unwrap().code, ErrorCode::InternalError);
        assert!(ask(&mut guard, "other", json!({})).is_ok());
    }

    #[test]
    fn odd_addresses_become_legal() {
        let cases = [
            ("file:///a/b.yaml", "file:///a/b.yaml"),
            (
                "file:///a b/[x]/ü.yaml",
                "file:///a%20b/%5Bx%5D/%C3%BC.yaml",
            ),
            ("file:///100%/a%20b.yaml", "file:///100%25/a%20b.yaml"),
            ("file:///c:/a.yaml", "file:///c:/a.yaml"),
            ("file:///c%3A/a.yaml", "file:///c%3A/a.yaml"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
            ("vscode-remote://ssh+host/a", "vscode-remote://ssh+host/a"),
            (
                "git:/a.yaml?{\"ref\":\"~\"}",
                "git:/a.yaml?%7B%22ref%22:%22~%22%7D",
            ),
            ("a b", "untitled:a%20b"),
            ("", "untitled:"),
        ];
        for (address, expected) in cases {
            assert_eq!(legal(address), expected);
            assert!(expected.parse::<Uri>().is_ok(), "{expected}");
        }
        let mut guard = Guard::new(Echo, Arc::default());
        let answer = ask(
            &mut guard,
            "x",
            json!({"textDocument": {"uri": "a b", "text": "a b"}, "all": [{"newUri": "c d"}]}),
        );
        assert_eq!(
            answer.result(),
            Some(&json!({
                "textDocument": {"uri": "untitled:a%20b", "text": "a b"},
                "all": [{"newUri": "untitled:c%20d"}],
            }))
        );
    }
}
