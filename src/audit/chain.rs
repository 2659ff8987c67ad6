//! How lines hang together: numbers, hashes, keys, and what a writer finds at a trail's end.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entry::Entry;

/// Longest line of a trail, in bytes. What is longer was not written by phivet.
pub const LINE_MOST: usize = 1 << 20;

/// Bytes that a key has at least.
pub const KEY_LEAST: usize = 16;

/// What stands between an entry and its hash, and behind it.
const BEFORE: &[u8] = b",\"hash\":\"";
const AFTER: &[u8] = b"\"}";
/// A hash in hex.
const HASH: usize = 64;

/// A secret under which lines are sealed: whoever does not have it cannot make a line, or a whole trail, anew.
#[derive(Clone)]
pub struct Key {
    hmac: Hmac<Sha256>,
    id: String,
}

impl Key {
    /// A key of at least [`KEY_LEAST`] bytes; `None` for a shorter one.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let hmac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        let mut of_nothing = hmac.clone();
        of_nothing.update(b"phivet audit key id");
        let id = hex(&of_nothing.finalize().into_bytes()[..4]);
        (secret.len() >= KEY_LEAST).then_some(Self { hmac, id })
    }

    /// By what lines name it: 32 bits, in hex.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

/// The hash of a line of a trail (which holds no value of anybody): HMAC-SHA-256 under the key, else SHA-256.
#[derive(Clone, Copy)]
pub struct Seal<'k>(pub Option<&'k Key>);

impl Seal<'_> {
    /// In hex.
    #[must_use]
    pub fn hash(&self, bytes: &[u8]) -> String {
        match self.0 {
            Some(key) => {
                let mut hmac = key.hmac.clone();
                hmac.update(bytes);
                hex(&hmac.finalize().into_bytes())
            }
            None => hex(&Sha256::digest(bytes)),
        }
    }
}

/// The last entry of a trail, as an anchor notes it: `12:9f86…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// What the first entry of a trail hangs on.
    #[must_use]
    pub fn start() -> Self {
        Self { seq: 0, hash: "0".repeat(HASH) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split_once(':');
        let head = parts.and_then(|(seq, hash)| {
            let good = hash.len() == HASH && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            Some(Self { seq: seq.parse().ok()?, hash: good.then(|| hash.to_owned())? })
        });
        head.ok_or_else(|| "a head is NUMBER:HASH with 64 hex digits, as `phivet audit head` prints it".to_owned())
    }
}

/// The torn line that an entry closes: from now on it, too, cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Its length in bytes, without the line end.
    pub bytes: u64,
    /// Its hash. It has another name than an entry's own, so that nothing but a whole line ends as an entry does.
    pub digest: String,
}

impl Closed {
    pub(super) fn of(line: &[u8], seal: Seal<'_>) -> Self {
        Self { bytes: line.len() as u64, digest: seal.hash(line) }
    }
}

/// Puts an entry behind `before`: the line to append, with its line end, and the new head.
///
/// # Errors
/// None that data could cause: serialisation of an entry.
pub fn sealed(mut entry: Entry, before: &Head, seal: Seal<'_>) -> io::Result<(String, Head)> {
    entry.seq = before.seq + 1;
    entry.prev.clone_from(&before.hash);
    entry.key = seal.0.map(|key| key.id().to_owned());
    let mut line = serde_json::to_string(&entry)?;
    line.pop();
    let hash = seal.hash(line.as_bytes());
    line.push_str(",\"hash\":\"");
    line.push_str(&hash);
    line.push_str("\"}\n");
    Ok((line, Head { seq: entry.seq, hash }))
}

/// A line's part that is hashed, and its hash; `None` if it does not end as an entry does.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &str)> {
    let rest = line.strip_suffix(AFTER)?;
    let (rest, hash) = rest.split_at(rest.len().checked_sub(HASH)?);
    let hash = std::str::from_utf8(hash).ok()?;
    let good = hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    rest.strip_suffix(BEFORE).filter(|_| good).map(|body| (body, hash))
}

/// An entry that stands whole in a line, with its hash; `Err` says what is wrong with it.
pub(super) fn opened(line: &[u8], keys: &[&Key]) -> Result<(Entry, String), String> {
    let (body, hash) = split(line).ok_or("it is no entry")?;
    let entry: Entry = serde_json::from_slice(line).map_err(|_| "it is no entry")?;
    let key = match (&entry.key, keys) {
        (None, []) => None,
        (None, _) => return Err("it is not sealed with a key, as the others are".to_owned()),
        (Some(id), []) => return Err(format!("it is sealed with the key {id}, which was not given")),
        (Some(id), keys) => {
            let key = keys.iter().find(|key| key.id() == id);
            Some(*key.ok_or_else(|| format!("it is sealed with another key ({id})"))?)
        }
    };
    if Seal(key).hash(body) != hash {
        return Err("it has been changed: its hash does not fit".to_owned());
    }
    Ok((entry, hash.to_owned()))
}

/// The head that a line is, if it is an entry; its hash is not looked at.
#[must_use]
pub fn head_of(line: &[u8]) -> Option<Head> {
    let entry: Entry = serde_json::from_slice(line).ok()?;
    Some(Head { seq: entry.seq, hash: split(line)?.1.to_owned() })
}

/// May a line be what a writer that was killed has left of entry `seq`: its beginning, and no other entry in it?
pub(super) fn begins(line: &[u8], seq: u64) -> bool {
    let start = format!("{{\"v\":1,\"seq\":{seq},");
    let both = line.len().min(start.len());
    // Inside of a text quotes are escaped: only an entry's own end looks so.
    let ends = memchr::memmem::find_iter(line, BEFORE).any(|at| {
        let hash = at + BEFORE.len();
        line.get(hash + HASH..hash + HASH + AFTER.len()) == Some(AFTER)
    });
    line[..both] == start.as_bytes()[..both] && !ends
}

/// What stands at the end of a trail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// The last line that is complete.
    pub last: Option<Vec<u8>>,
    /// What stands behind it and has no line end: its writer was killed.
    pub torn: Option<Vec<u8>>,
    /// Does the last of all lack its line end?
    pub open: bool,
}

/// Why nothing can be appended.
#[derive(Debug)]
pub enum Refused {
    /// The file cannot be read.
    Io(io::Error),
    /// A line is not as an append leaves it: how many lines stand behind it, and what is wrong.
    Line(u64, String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the end of a trail backwards.
///
/// # Errors
/// The reader's; [`Refused::Line`] where what stands there is longer than any entry.
pub fn tail(file: &mut (impl Read + Seek)) -> Result<Tail, Refused> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut window: u64 = 16 << 10;
    loop {
        let from = size.saturating_sub(window);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.by_ref().take(size - from).read_to_end(&mut bytes)?;
        if let Some(tail) = within(&bytes, from == 0) {
            return Ok(tail);
        }
        if window > 4 * LINE_MOST as u64 {
            return Err(Refused::Line(0, "it is longer than any entry".to_owned()));
        }
        window *= 2;
    }
}

/// The tail within the last bytes of a file; `None` if more of them are needed.
fn within(bytes: &[u8], whole: bool) -> Option<Tail> {
    let open = bytes.last().is_some_and(|b| *b != b'\n');
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    // Behind the last line end stands nothing, or what is open; before the first one perhaps half a line.
    let behind = lines.pop().filter(|_| open);
    let first = usize::from(!whole);
    let mut complete = lines.get(first..).unwrap_or_default().iter();
    // Only its line end is missing.
    let (last, torn) = match behind {
        Some(line) if split(line).is_some() && (whole || !lines.is_empty()) => (Some(line), None),
        torn => (complete.next_back().copied(), torn),
    };
    (whole || last.is_some()).then(|| Tail { last: last.map(<[u8]>::to_vec), torn: torn.map(<[u8]>::to_vec), open })
}

/// What a writer has to go by: the head that its entry follows, what it closes, and whether it begins with a line end.
#[derive(Debug, PartialEq, Eq)]
pub struct End {
    /// The last entry; `None` where there is none yet.
    pub head: Option<Head>,
    /// The torn line behind it.
    pub closes: Vec<Closed>,
    /// Must a line end be written first?
    pub open: bool,
    /// The segment that the last entry ended, if it did.
    pub ended: Option<String>,
}

/// Judges a tail before something is appended to it. `before` is what a file without an entry goes on from: the end of
/// the segment before it, if there is one.
///
/// # Errors
/// [`Refused::Line`] where the last line is no entry that fits, or what is torn behind it is not what an append leaves:
/// then nothing may be appended, or a change would be covered up.
pub fn end(tail: &Tail, keys: &[&Key], (own, before): (Option<&Key>, Option<Head>)) -> Result<End, Refused> {
    let behind = u64::from(tail.torn.is_some());
    let (head, ended) = match &tail.last {
        Some(last) => {
            let (entry, hash) = opened(last, keys).map_err(|why| Refused::Line(behind, why))?;
            (Some(Head { seq: entry.seq, hash }), entry.ends)
        }
        None => (before, None),
    };
    if let Some(torn) = &tail.torn {
        let follows = head.as_ref().is_some_and(|head| begins(torn, head.seq + 1)) && ended.is_none();
        if !follows {
            return Err(Refused::Line(0, "it is neither an entry nor the beginning of the next".to_owned()));
        }
    }
    let closes = tail.torn.iter().map(|line| Closed::of(line, Seal(own))).collect();
    Ok(End { head, closes, open: tail.open, ended })
}
