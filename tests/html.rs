//! The HTML report in a real browser: filters, search, phone and print, light and dark, nothing fetched, accessible.
//! Its pictures lie in target/tmp/html.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::disallowed_methods)] // it makes files, starts programs and speaks with a driver on this machine

mod support;
#[path = "support/tools.rs"]
mod tools;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tools::root;

/// A browser, by its driver.
struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    fn new() -> Self {
        provide();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut browser = Self { driver, port, session: String::new() };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": flags}}}});
        let value = browser.post("/session", &wanted);
        browser.session = value["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {value}")).to_owned();
        browser
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.request("POST", path, &body.to_string())
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        let host = format!("Host: 127.0.0.1:{}\r\nContent-Type: application/json", self.port);
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .expect("the driver listens");
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).expect("an answer");
            match line.to_lowercase().trim().split_once("content-length:") {
                Some((_, number)) => length = number.trim().parse().expect("a number"),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut text = vec![0; length];
        answer.read_exact(&mut text).expect("an answer");
        serde_json::from_slice::<Value>(&text).expect("JSON")["value"].clone()
    }

    fn tell(&self, command: &str, body: &Value) -> Value {
        self.post(&format!("/session/{}/{command}", self.session), body)
    }

    fn script(&self, script: &str) -> Value {
        self.tell("execute/sync", &json!({"script": script, "args": []}))
    }

    fn click(&self, selector: &str) {
        let element = self.tell("element", &json!({"using": "css selector", "value": selector}));
        let id = element.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("no {selector}: {element}")).to_owned();
        let done = self.tell(&format!("element/{id}/click"), &json!({}));
        assert!(done.is_null(), "{selector}: {done}");
    }

    /// How many findings are shown, counted by what is visible.
    fn shown(&self) -> u64 {
        let script = "return [...document.querySelectorAll('article')].filter(a => a.offsetParent !== null).length";
        self.script(script).as_u64().expect("a number")
    }

    fn picture(&self, name: &str, width: u32, height: u32) {
        self.tell("window/rect", &json!({"width": width, "height": height}));
        let value = self.request("GET", &format!("/session/{}/screenshot", self.session), "");
        let picture = base64(value.as_str().expect("a picture"));
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000);
        std::fs::write(pictures().join(name), picture).expect("a file");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            self.request("DELETE", &format!("/session/{}", self.session), "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let Some(value) = LETTERS.iter().position(|known| *known == letter) else { continue };
        bits = bits << 6 | u32::try_from(value).expect("small");
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).expect("a byte"));
        }
    }
    out
}

fn pictures() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("html");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Installs browser and driver, unless they are there.
fn provide() {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success());
    if there("chromedriver") && there("chromium") {
        return;
    }
    let packages = ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver", "fonts-dejavu-core"];
    let done = Command::new("apt-get").args(packages).output();
    assert!(
        done.is_ok_and(|done| done.status.success()),
        "this test needs chromium and chromedriver (apt-get install chromium chromium-driver, as root); without them set PHIVET_OFFLINE=1"
    );
}

/// The report on the clinic, as a file.
fn page() -> PathBuf {
    let page = pictures().join("clinic.html");
    let done = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "--isolated", "--quiet", "--format", "html", "testdata/clinic"])
        .current_dir(root())
        .output()
        .expect("phivet starts");
    std::fs::write(&page, done.stdout).expect("a file");
    page
}

#[test]
fn people_find_their_way() {
    if tools::offline() {
        return;
    }
    let browser = Browser::new();
    let page = page();
    browser.tell("url", &json!({"url": format!("file://{}", page.display())}));
    browser.picture("light.png", 1280, 1600);
    let all = browser.shown();
    assert!(all > 100, "{all}");
    // A bar filters, and lets go.
    browser.click(".bars button[data-by=rule][data-key=ssn]");
    let ssn =
        browser.script("return document.querySelectorAll('article[data-rule=ssn]').length").as_u64().expect("a number");
    assert!(ssn > 0 && ssn < all);
    assert_eq!(browser.shown(), ssn);
    assert_eq!(browser.script("return document.getElementById('shown').textContent"), format!("{ssn} of {all} shown"));
    browser.picture("filtered.png", 1280, 1000);
    browser.click(".bars button[data-by=rule][data-key=ssn]");
    assert_eq!(browser.shown(), all);
    // Severity, search, and back.
    browser.click("input[name=sev][value=error]");
    assert!(browser.shown() < all);
    browser.click("input[name=sev][value=error]");
    browser.script("const q = document.getElementById('q'); q.value = 'patients.csv birth'; q.dispatchEvent(new Event('input', {bubbles: true}))");
    let found = browser.shown();
    assert!(found > 0 && found < all, "{found}");
    browser.click("button[type=reset]");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(browser.shown(), all);
    // Nothing was fetched from anywhere.
    assert_eq!(browser.script("return performance.getEntriesByType('resource').length"), 0);
    accessible(&browser, "light");
    let media = |features: Value| {
        let params = json!({"media": "", "features": features});
        browser.tell("goog/cdp/execute", &json!({"cmd": "Emulation.setEmulatedMedia", "params": params}));
    };
    media(json!([{"name": "prefers-color-scheme", "value": "dark"}]));
    browser.picture("dark.png", 1280, 1600);
    accessible(&browser, "dark");
    media(json!([]));
    browser.picture("phone.png", 500, 900);
    let wide = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(wide, 0, "a phone would scroll sideways");
}

/// What axe, the checker of many browsers, has to say.
fn accessible(browser: &Browser, name: &str) {
    let axe = tools::node("axe", &["axe-core"]).join("axe-core/axe.min.js");
    browser.script(&std::fs::read_to_string(axe).expect("axe"));
    let script = "const done = arguments[arguments.length - 1]; \
        axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes[0].html.slice(0, 200))), e => done(['' + e]))";
    let found = browser.tell("execute/async", &json!({"script": script, "args": []}));
    assert_eq!(found, json!([]), "{name}");
}
