//! `phivet lsp`: diagnostics while typing, the rule on hover, and two ways out as code actions.
//!
//! Texts come from the editor and findings go back to it; nothing is read from the disk but the configuration.
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

mod actions;
mod open;
mod wire;

use lsp_server::{Connection, ErrorCode, ExtractError, Message, Notification, Request, Response};
use serde_json::{Value, json};

use super::args::{ConfigFlags, ScanArgs};
use super::command::{Cli, Command};
use super::{CLEAN, scan, setup};
use crate::error::{Error, Result};
use crate::scan::Scanner;

use open::Texts;

/// Speaks with an editor until it says good-bye.
pub(super) fn run() -> Result<u8> {
    let args = defaults()?;
    let loaded = setup::configuration(&ConfigFlags { config: None, isolated: false })?;
    let scanner = scan::scanner(&args, &loaded)?;
    let excluded = setup::excluded(&loaded)?;
    let (connection, read, written) = wire::connect();
    let mut server = Server { scanner: &scanner, texts: Texts::new(excluded), connection: &connection };
    let done = server.serve();
    drop(connection);
    let sent = written.join();
    // An editor that was told good-bye may keep the input open.
    let heard = if done.is_ok() || !read.is_finished() { Ok(Ok(())) } else { read.join() };
    match (heard, sent) {
        (Ok(Err(why)), _) => Err(broken(&why)),
        (Ok(Ok(())), Ok(Ok(()))) => done.map(|()| CLEAN),
        _ => Err(broken(&"it no longer listens")),
    }
}

/// The flags of a scan that nobody gave any.
fn defaults() -> Result<ScanArgs> {
    use clap::Parser;
    match Cli::try_parse_from(["phivet", "scan"]).map(|cli| cli.command) {
        Ok(Command::Scan(args)) => Ok(args.scan),
        _ => Err(broken(&"no flags")),
    }
}

/// What the protocol's errors say is never a text of a document.
fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Usage {
        what: format!("the editor broke off: {error}"),
        help: "`phivet lsp` is started by an editor".to_owned(),
    }
}

fn refused(request: Request, code: ErrorCode, why: &str) -> Response {
    Response::new_err(request.id, code as i32, why.to_owned())
}

struct Server<'a> {
    scanner: &'a Scanner,
    texts: Texts,
    connection: &'a Connection,
}

impl Server<'_> {
    fn serve(&mut self) -> Result<()> {
        let capabilities = json!({
            "positionEncoding": "utf-16",
            "textDocumentSync": {"openClose": true, "change": 1},
            "hoverProvider": true,
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
        });
        let server = json!({"capabilities": capabilities, "serverInfo": {"name": "phivet", "version": env!("CARGO_PKG_VERSION")}});
        let (mut begun, mut over) = (false, false);
        for message in &self.connection.receiver {
            match message {
                Message::Request(request) => {
                    let response = match request.method.as_str() {
                        "initialize" if !begun => {
                            begun = true;
                            Response::new_ok(request.id, server.clone())
                        }
                        _ if !begun => refused(request, ErrorCode::ServerNotInitialized, "not initialized yet"),
                        _ if over => refused(request, ErrorCode::InvalidRequest, "shut down already"),
                        "shutdown" => {
                            over = true;
                            Response::new_ok(request.id, Value::Null)
                        }
                        _ => self.answer(request),
                    };
                    self.send(Message::Response(response))?;
                }
                Message::Notification(told) if told.method == "exit" => {
                    return if over { Ok(()) } else { Err(broken(&"it left without a shutdown")) };
                }
                Message::Notification(told) if begun && !over => self.take(told)?,
                Message::Notification(_) | Message::Response(_) => {}
            }
        }
        Ok(())
    }

    fn send(&self, message: Message) -> Result<()> {
        self.connection.sender.send(message).map_err(|_| broken(&"it no longer listens"))
    }

    fn answer(&self, request: Request) -> Response {
        let id = request.id.clone();
        let asked = |method: &str| request.clone().extract::<Value>(method);
        let unknown = || Response::new_err(id.clone(), ErrorCode::MethodNotFound as i32, "not spoken here".to_owned());
        for (method, answer) in ANSWERS {
            return match asked(method) {
                Ok((id, params)) => Response::new_ok(id, answer(self, &params)),
                Err(ExtractError::MethodMismatch(_)) => continue,
                Err(ExtractError::JsonError { .. }) => Response::new_err(
                    id,
                    ErrorCode::InvalidParams as i32,
                    "its parameters are not understood".to_owned(),
                ),
            };
        }
        unknown()
    }

    fn take(&mut self, notification: Notification) -> Result<()> {
        let params = &notification.params;
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default().to_owned();
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let text = params["textDocument"]["text"].as_str().unwrap_or_default();
                self.texts.set(self.scanner, &uri, text);
            }
            "textDocument/didChange" => {
                // Whole texts were asked for; the last is the newest.
                let newest = params["contentChanges"].as_array().and_then(|changes| changes.last());
                let Some(text) = newest.and_then(|change| change["text"].as_str()) else { return Ok(()) };
                self.texts.set(self.scanner, &uri, text);
            }
            "textDocument/didClose" => self.texts.close(&uri),
            _ => return Ok(()),
        }
        let diagnostics = self.texts.diagnostics(self.scanner, &uri);
        let version = &params["textDocument"]["version"];
        let mut told = json!({"uri": uri, "diagnostics": diagnostics});
        if version.is_i64() {
            told["version"] = version.clone();
        }
        self.send(Message::Notification(Notification::new("textDocument/publishDiagnostics".to_owned(), told)))
    }

    fn hover(&self, params: &Value) -> Value {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        self.texts
            .at(uri, &params["position"])
            .map_or(Value::Null, |finding| actions::hover(self.scanner.rules(), finding))
    }

    fn actions(&self, params: &Value) -> Value {
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        let Some(open) = self.texts.get(uri) else { return json!([]) };
        let near = open.within(&params["range"]);
        near.flat_map(|finding| actions::of(self.scanner.rules(), uri, open, finding)).collect()
    }
}

/// A request's answer, from its parameters.
type Answer = fn(&Server<'_>, &Value) -> Value;

/// What is answered.
const ANSWERS: &[(&str, Answer)] = &[
    ("textDocument/hover", |server, params| server.hover(params)),
    ("textDocument/codeAction", |server, params| server.actions(params)),
];
