//! Servers of buckets on this machine, and a proxy that fails at random.
#![allow(dead_code)] // each test uses some of it

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools")
}

/// The Python of an environment with the servers and clients of buckets in it, made on first use.
pub(crate) fn python() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tools().join("moto");
        let marker = folder.join("ready");
        if !marker.exists() {
            must(Command::new("python3").args(["-m", "venv"]).arg(&folder));
            let pip = folder.join("bin/pip");
            must(Command::new(pip).args(["install", "--quiet", "moto[server]", "boto3", "azure-storage-blob"]));
            std::fs::write(marker, "").expect("a file");
        }
        folder.join("bin/python")
    })
    .clone()
}

fn azurite() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tools().join("azurite");
        let program = folder.join("node_modules/.bin/azurite-blob");
        if !program.exists() {
            std::fs::create_dir_all(&folder).expect("a folder");
            must(
                Command::new("npm")
                    .args(["install", "--silent", "--no-fund", "--no-audit", "azurite@3"])
                    .current_dir(&folder),
            );
        }
        program
    })
    .clone()
}

fn must(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A server that is stopped at the end.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Amazon's and Google's protocol.
pub(crate) fn moto() -> Server {
    let port = free_port();
    let moto = python().with_file_name("moto_server");
    started(port, Command::new(moto).args(["-H", "127.0.0.1", "-p", &port.to_string()]))
}

/// The second account of the server of Azure's protocol, and its key.
pub(crate) const OTHER_ACCOUNT: (&str, &str) = ("cleanaccount", "Y2xlYW4tY2xlYW4tY2xlYW4tY2xlYW4tY2xlYW4tY2xlYW4=");

/// The emulator's published account.
pub(crate) const ACCOUNT: (&str, &str) =
    ("devstoreaccount1", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

/// Azure's protocol.
pub(crate) fn azure() -> Server {
    let port = free_port();
    let mut command = Command::new(azurite());
    command.args(["--silent", "--disableTelemetry", "--inMemoryPersistence", "--skipApiVersionCheck"]);
    let accounts = [ACCOUNT, OTHER_ACCOUNT].map(|(name, key)| format!("{name}:{key}"));
    command.env("AZURITE_ACCOUNTS", accounts.join(";"));
    started(port, command.args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()]))
}

fn started(port: u16, command: &mut Command) -> Server {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let server = Server { child, port };
    for _ in 0..1200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return server;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the server does not answer");
}

/// Fills a bucket; says how many objects hold a planted value.
pub(crate) fn fill(kind: &str, port: u16, bucket: &str, count: usize) -> usize {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/fill.py");
    let mut command = Command::new(python());
    let output =
        command.arg(script).args([kind, &port.to_string(), bucket, &count.to_string()]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}

/// What `tests/support/objects.py` answers: it makes buckets, puts, and lists with contents.
pub(crate) fn objects(kind: &str, port: u16, arguments: &[&str], input: &[u8]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/objects.py");
    let mut command = Command::new(python());
    command.arg(script).args([kind, &port.to_string()]).args(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a proxy does with the requests that it gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It hands them on.
    Good,
    /// It hands them on slowly.
    Slow,
    /// Three in ten fail: 500, 503, a reset, an answer that is cut off, a late one.
    Bad,
    /// It has no room: no object arrives, and of one in parts the first part alone.
    Full,
}

/// A proxy before a server. It counts what it is asked, by method, and says who asked for what.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    pub(crate) methods: Arc<Mutex<std::collections::BTreeMap<String, u64>>>,
    /// Methods with the access key that each request was signed with.
    pub(crate) callers: Arc<Mutex<std::collections::BTreeSet<(String, String)>>>,
    pub(crate) failed: Arc<AtomicU64>,
}

pub(crate) fn proxy(to: u16, mood: Mood) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let made = Proxy { port, methods: Arc::default(), callers: Arc::default(), failed: Arc::new(AtomicU64::new(0)) };
    let told = Arc::new(Proxy {
        port,
        methods: Arc::clone(&made.methods),
        callers: Arc::clone(&made.callers),
        failed: Arc::clone(&made.failed),
    });
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let told = Arc::clone(&told);
            std::thread::spawn(move || drop(serve(client, to, mood, number as u64, &told)));
        }
    });
    made
}

/// What stands in a head between two words.
fn between<'h>(head: &'h str, before: &str, behind: char) -> Option<&'h str> {
    let at = head.to_ascii_lowercase().find(before)? + before.len();
    head[at..].split([behind, '\r']).next().map(str::trim)
}

fn serve(mut client: TcpStream, to: u16, mood: Mood, number: u64, told: &Proxy) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let method = text.split(' ').next().unwrap_or_default().to_owned();
    *told.methods.lock().expect("a lock").entry(method.clone()).or_default() += 1;
    let caller = between(&text, "credential=", '/').unwrap_or_default().to_owned();
    told.callers.lock().expect("a lock").insert((method.clone(), caller));
    let length = between(&text, "\r\ncontent-length:", '\r').and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    // Numbers that look random and are the same each time, whatever the order of requests.
    let dice = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let fate = if mood == Mood::Bad && dice % 10 < 3 { dice / 10 % 5 } else { 9 };
    told.failed.fetch_add(u64::from(fate < 5), Ordering::Relaxed);
    let status = |line: &str| format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    match fate {
        _ if mood == Mood::Full && method == "PUT" && !text.contains("partNumber=1&") => {
            return client.write_all(status("507 Insufficient Storage").as_bytes());
        }
        0 => return client.write_all(status("500 Internal Server Error").as_bytes()),
        1 => return client.write_all(status("503 Slow Down").as_bytes()),
        2 => return Ok(()),
        3 => std::thread::sleep(Duration::from_millis(400)),
        _ if mood == Mood::Slow => std::thread::sleep(Duration::from_millis(40)),
        _ => {}
    }
    let mut server = TcpStream::connect(("127.0.0.1", to))?;
    server.write_all(text.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let end = if fate == 4 { answer.len() * 2 / 3 } else { answer.len() };
    client.write_all(&answer[..end])
}
