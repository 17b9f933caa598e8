//! A client of the language server: talks to the real process over its standard input and output.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, and what it has said.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Messages that nobody has asked for yet.
    unread: VecDeque<Value>,
    next_id: i64,
    /// The methods of the requests that the server has made.
    pub(crate) asked: Vec<String>,
    /// What the client answers where the server asks for settings.
    pub(crate) settings: Value,
}

impl Client {
    /// Starts a server; it is not initialized.
    pub(crate) fn spawn(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ai8x-lint"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().expect("an output"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            stdin,
            messages,
            unread: VecDeque::new(),
            next_id: 0,
            asked: Vec::new(),
            settings: Value::Null,
        }
    }

    /// Starts a server and initializes it. Yields what it answers, too.
    pub(crate) fn start(capabilities: Value, options: Value) -> (Self, Value) {
        Self::start_in(Value::Null, capabilities, options)
    }

    /// [`Self::start`] with workspace folders.
    pub(crate) fn start_in(folders: Value, capabilities: Value, options: Value) -> (Self, Value) {
        let mut client = Self::spawn(&["server"]);
        let answer = client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "workspaceFolders": folders,
                "capabilities": capabilities,
                "initializationOptions": options,
            }),
        );
        client.notify("initialized", json!({}));
        (client, answer)
    }

    /// A server for a client that is pushed diagnostics to.
    pub(crate) fn pushed() -> Self {
        let related = json!({"textDocument": {"publishDiagnostics": {"relatedInformation": true}}});
        Self::start(related, Value::Null).0
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("the input is open");
        stdin.write_all(bytes).expect("the server reads");
        stdin.flush().expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request, and yields its id.
    pub(crate) fn post(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let mut request = json!({"jsonrpc": "2.0", "id": self.next_id, "method": method});
        if !params.is_null() {
            request["params"] = params;
        }
        self.send(&request);
        self.next_id
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn answer(&mut self, method: &str, params: Value) -> Value {
        let id = self.post(method, params);
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a request and waits for its result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Waits for a message; others stay unread.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at).expect("a position of a message");
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(error) => panic!("{error}; unread: {:#?}", self.unread),
            };
            self.serve(&message);
            if wanted(&message) {
                return message;
            }
            self.unread.push_back(message);
        }
    }

    /// Answers a request of the server.
    fn serve(&mut self, message: &Value) {
        let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) else {
            return;
        };
        self.asked.push(method.to_owned());
        let result = match method {
            "workspace/configuration" => json!([self.settings]),
            "workspace/applyEdit" => json!({"applied": true}),
            _ => Value::Null,
        };
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
        self.send(&answer);
    }

    /// Everything that has come and that nobody has asked for, after the server has answered once
    /// more.
    pub(crate) fn rest(&mut self) -> Vec<Value> {
        let answer = self.answer("ai8x/nothing", Value::Null);
        assert_eq!(answer["error"]["code"], -32601);
        self.unread.drain(..).collect()
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        self.open_version(uri, 1, text);
    }

    pub(crate) fn open_version(&mut self, uri: &str, version: i64, text: &str) {
        let item = json!({"uri": uri, "languageId": "yaml", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": changes}),
        );
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify(
            "textDocument/didClose",
            json!({"textDocument": {"uri": uri}}),
        );
    }

    /// The next diagnostics that are published for a version.
    pub(crate) fn published(&mut self, version: i64) -> Vec<Value> {
        self.publication(|params| params["version"] == version)["diagnostics"]
            .as_array()
            .cloned()
            .expect("a list of diagnostics")
    }

    /// The next publication that is wanted.
    pub(crate) fn publication(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics" && wanted(&message["params"])
        });
        message["params"].take()
    }

    /// Closes the server's input.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Waits for the end of the process: its exit code, and what it has written as errors.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        // What it still says has to go somewhere.
        while let Err(RecvTimeoutError::Timeout) | Ok(_) =
            self.messages.recv_timeout(Duration::from_millis(10))
        {
            assert!(Instant::now() < end, "the server does not end");
        }
        let status = self.child.wait().expect("a process that ends");
        let mut errors = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut errors);
        }
        (status.code(), errors)
    }

    /// Ends the session as the protocol says.
    pub(crate) fn finish(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert_eq!(self.end().0, Some(0));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that fails leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
