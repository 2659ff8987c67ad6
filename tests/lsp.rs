//! `phivet lsp`, as an editor speaks to it.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it starts the program

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::Folder;

struct Editor {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    number: i64,
    /// All that was heard.
    heard: String,
}

impl Editor {
    fn new(folder: &Folder) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
            .arg("lsp")
            .current_dir(&folder.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("phivet starts");
        let (to, from) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut editor = Self { child, to, from: BufReader::new(from), number: 0, heard: String::new() };
        let hello = editor.ask("initialize", &json!({"capabilities": {}, "processId": null, "rootUri": null}));
        assert_eq!(hello["serverInfo"]["name"], "phivet");
        assert_eq!(hello["capabilities"]["textDocumentSync"]["change"], 1);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("phivet listens");
        self.to.flush().expect("phivet listens");
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).expect("a line");
            match line.trim().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.from.read_exact(&mut text).expect("a message");
        let text = String::from_utf8(text).expect("UTF-8");
        self.heard += &text;
        serde_json::from_str(&text).expect("JSON")
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        let answer = self.hear();
        assert_eq!(answer["id"], self.number, "{answer}");
        if answer["error"].is_null() { answer["result"].clone() } else { answer["error"].clone() }
    }

    /// Opens or changes a text, and hears what is found in it.
    fn set(&mut self, uri: &str, text: &str, is_new: bool) -> Vec<Value> {
        if is_new {
            let document = json!({"uri": uri, "languageId": "python", "version": 1, "text": text});
            self.tell("textDocument/didOpen", &json!({"textDocument": document}));
        } else {
            let document = json!({"uri": uri, "version": 2});
            self.tell("textDocument/didChange", &json!({"textDocument": document, "contentChanges": [{"text": text}]}));
        }
        let told = self.hear();
        assert_eq!(told["method"], "textDocument/publishDiagnostics");
        assert_eq!(told["params"]["uri"], uri);
        told["params"]["diagnostics"].as_array().expect("diagnostics").clone()
    }
}

/// A text with an edit made in it.
fn edited(text: &str, edit: &Value) -> String {
    let mut lines: Vec<Vec<u16>> = text.split('\n').map(|line| line.encode_utf16().collect()).collect();
    let at =
        |name: &str, key: &str| usize::try_from(edit["range"][name][key].as_u64().expect("a number")).expect("small");
    let (line, from, to) = (at("start", "line"), at("start", "character"), at("end", "character"));
    assert_eq!(line, at("end", "line"));
    lines[line].splice(from..to, edit["newText"].as_str().expect("a text").encode_utf16());
    lines.iter().map(|line| String::from_utf16_lossy(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_editor_is_told_while_somebody_types() {
    let folder = Folder::new("lsp");
    folder.file("phivet.yaml", "exclude: [vendor/]\n");
    let uri = format!("file://{}/app/visit%20one.py", folder.0.display());
    let mut editor = Editor::new(&folder);
    assert!(editor.set(&uri, "print('all is well')\n", true).is_empty());
    let text = "def load():\n    café = '🙂'; patient_ssn = \"536-90-4399\"\n";
    let found = editor.set(&uri, text, false);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["code"], &found[0]["source"]), (&json!("ssn"), &json!("phivet")));
    // Columns count UTF-16 units.
    assert_eq!(found[0]["range"], json!({"start": {"line": 1, "character": 32}, "end": {"line": 1, "character": 43}}));
    let document = json!({"uri": uri});
    let hover =
        editor.ask("textDocument/hover", &json!({"textDocument": document, "position": {"line": 1, "character": 35}}));
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("Social Security")), "{hover}");
    let nothing =
        editor.ask("textDocument/hover", &json!({"textDocument": document, "position": {"line": 0, "character": 1}}));
    assert!(nothing.is_null());
    let params = json!({"textDocument": document, "range": found[0]["range"], "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", &params);
    let actions = actions.as_array().expect("actions");
    assert_eq!(actions.len(), 2);
    // Each of them leaves nothing to be found.
    for action in actions {
        let edit = &action["edit"]["changes"][&uri][0];
        let left = editor.set(&uri, &edited(text, edit), false);
        assert!(left.is_empty(), "{action}: {left:?}");
        editor.set(&uri, text, false);
    }
    assert!(
        actions[1]["edit"]["changes"][&uri][0]["newText"]
            .as_str()
            .is_some_and(|t| t.starts_with("    # phivet:allow ssn -- "))
    );
    let vendored = format!("file://{}/vendor/x.py", folder.0.display());
    assert!(editor.set(&vendored, text, true).is_empty());
    let strange = editor.ask("textDocument/rename", &json!({}));
    assert_eq!(strange["code"], -32601, "{strange}");
    editor.tell("textDocument/didClose", &json!({"textDocument": {"uri": uri}}));
    assert!(editor.hear()["params"]["diagnostics"].as_array().is_some_and(Vec::is_empty));
    assert!(editor.ask("shutdown", &Value::Null).is_null());
    editor.tell("exit", &Value::Null);
    assert!(editor.child.wait().expect("it ends").success());
    assert!(!editor.heard.contains("4399") && !editor.heard.contains("536-90"), "a value went to the editor");
}
