//! Is a trail whole and unchanged? Read once, from its first line to its last; memory does not grow with it.

use std::io::{self, BufRead, Read};

use super::chain::{Closed, Head, Key, LINE_MOST, Seal, begins, opened};
use super::entry::Entry;

/// The first line that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The number of the file among those that were read, from 0.
    pub file: usize,
    /// Its line there, from 1; one behind the last where the end is missing.
    pub line: u64,
    /// What is wrong, in words.
    pub why: String,
}

/// What is known of a trail that was read.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Entries that fit.
    pub entries: u64,
    /// The number and the time of the first.
    pub first: Option<(u64, String)>,
    /// The last, and its time.
    pub head: Option<(Head, String)>,
    /// Torn lines that a later entry has closed.
    pub closed: u64,
    /// The line that is torn at the end: its writer was killed, or the end cut off. The next entry closes it.
    pub torn: Option<u64>,
    /// Anchors that were met.
    pub anchors: u64,
    /// The first line that does not fit. Nothing behind it was looked at.
    pub bad: Option<Bad>,
}

/// Reads a trail, segment after segment.
pub struct Verifier<'k> {
    keys: Vec<&'k Key>,
    anchors: Vec<Head>,
    /// What the next entry hangs on.
    before: Head,
    /// Which file is read.
    file: usize,
    /// The last line that was read in it.
    line: u64,
    /// Has its last entry ended the segment?
    ended: bool,
    /// A line that may be torn, and what is wrong with it if it is not.
    suspect: Option<(u64, Vec<u8>, String)>,
    checked: Checked,
}

impl<'k> Verifier<'k> {
    /// A verifier of a trail that begins behind `after` (else with its first entry), must hold these anchors and is sealed
    /// with these keys, or with none.
    #[must_use]
    pub fn new(keys: Vec<&'k Key>, anchors: Vec<Head>, after: Option<Head>) -> Self {
        let before = after.unwrap_or_else(Head::start);
        Self { keys, anchors, before, file: 0, line: 0, ended: true, suspect: None, checked: Checked::default() }
    }

    /// Reads one file; `on` is told every entry that fits, with its line.
    ///
    /// # Errors
    /// The reader's.
    pub fn read(&mut self, mut reader: impl BufRead, on: &mut dyn FnMut(u64, &Entry)) -> io::Result<()> {
        if self.checked.bad.is_some() {
            return Ok(());
        }
        let (mut line, mut number) = (Vec::new(), 0);
        if !std::mem::take(&mut self.ended) {
            self.wrong(1, "the segment before it has no end: what it said last is missing".to_owned());
            return Ok(());
        }
        loop {
            line.clear();
            let read = reader.by_ref().take(LINE_MOST as u64 + 1).read_until(b'\n', &mut line)?;
            if read == 0 || self.checked.bad.is_some() {
                break;
            }
            number += 1;
            self.line = number;
            match line.pop() {
                Some(b'\n') => self.whole(number, &line, on),
                last => {
                    line.extend(last);
                    self.unfinished(number, &line);
                    break;
                }
            }
        }
        if let Some((line, _, why)) = self.suspect.take() {
            self.wrong(line, why);
        }
        self.file += 1;
        Ok(())
    }

    /// What is known at the end.
    #[must_use]
    pub fn end(mut self) -> Checked {
        if self.checked.bad.is_none()
            && let Some(missing) =
                self.anchors.iter().filter(|anchor| anchor.seq > self.before.seq).max_by_key(|a| a.seq)
        {
            let (last, seq) = (self.before.seq, missing.seq);
            let why = format!("the end is missing: an anchor holds entry {seq}, and the last one here is {last}");
            let file = self.file.saturating_sub(1);
            let line = self.checked.torn.unwrap_or(self.line + 1);
            self.checked.bad = Some(Bad { file, line, why });
        }
        self.checked
    }

    fn wrong(&mut self, line: u64, why: String) {
        if self.checked.bad.is_none() {
            self.checked.bad = Some(Bad { file: self.file, line, why });
        }
    }

    /// The last line has no end. Of a line that is too long there is more.
    fn unfinished(&mut self, number: u64, line: &[u8]) {
        if self.ended {
            return self.wrong(number, "it stands behind the end of its segment".to_owned());
        }
        if line.len() > LINE_MOST {
            return self.wrong(number, "it is longer than any entry".to_owned());
        }
        if let Some((first, _, why)) = self.suspect.take() {
            return self.wrong(first, why);
        }
        // Only its line end may be missing.
        match opened(line, &self.keys) {
            Ok((entry, _)) => {
                if let Some(why) = self.misfit(&entry) {
                    return self.wrong(number, why);
                }
            }
            Err(_) if self.may_be_torn(line) => {}
            Err(why) => return self.wrong(number, why),
        }
        self.checked.torn = Some(number);
    }

    /// Is it what an append closes: the beginning of the next entry, behind one that fits?
    fn may_be_torn(&self, line: &[u8]) -> bool {
        self.before.seq > 0 && begins(line, self.before.seq + 1)
    }

    fn whole(&mut self, number: u64, line: &[u8], on: &mut dyn FnMut(u64, &Entry)) {
        if self.ended {
            return self.wrong(number, "it stands behind the end of its segment".to_owned());
        }
        match (opened(line, &self.keys), self.suspect.take()) {
            (Ok((entry, hash)), suspect) => self.entry((number, &entry, hash), suspect, on),
            // One line, at the most, is torn before the entry that closes it.
            (Err(_), Some((first, _, why))) => self.wrong(first, why),
            // It may be torn: then the next entry says so.
            (Err(why), None) if !line.is_empty() && self.may_be_torn(line) => {
                self.suspect = Some((number, line.to_vec(), why));
            }
            (Err(why), None) => self.wrong(number, why),
        }
    }

    fn entry(
        &mut self,
        (number, entry, hash): (u64, &Entry, String),
        suspect: Option<(u64, Vec<u8>, String)>,
        on: &mut dyn FnMut(u64, &Entry),
    ) {
        let key = self.keys.iter().find(|key| Some(key.id()) == entry.key.as_deref()).copied();
        let closed: Vec<Closed> = suspect.iter().map(|(_, line, _)| Closed::of(line, Seal(key))).collect();
        if closed != entry.closes {
            return match suspect {
                Some((line, _, why)) => self.wrong(line, why),
                None => self.wrong(number, "a torn line that it closes is missing before it".to_owned()),
            };
        }
        if let Some(why) = self.misfit(entry) {
            return self.wrong(number, why);
        }
        if let Some(anchor) = self.anchors.iter().find(|anchor| anchor.seq == entry.seq) {
            if anchor.hash != hash {
                return self.wrong(number, "an anchor holds another entry: the trail was written anew".to_owned());
            }
            self.checked.anchors += 1;
        }
        self.checked.closed += closed.len() as u64;
        self.checked.entries += 1;
        self.checked.first.get_or_insert_with(|| (entry.seq, entry.time.clone()));
        self.before = Head { seq: entry.seq, hash };
        self.checked.head = Some((self.before.clone(), entry.time.clone()));
        self.ended = entry.ends.is_some();
        on(number, entry);
    }

    /// Why an entry does not follow the one before it.
    fn misfit(&self, entry: &Entry) -> Option<String> {
        let wanted = self.before.seq + 1;
        if entry.seq == wanted && entry.prev == self.before.hash {
            return None;
        }
        Some(match entry.seq {
            seq if seq > wanted && seq - wanted > 1 => format!("entries {wanted} to {} are missing before it", seq - 1),
            seq if seq > wanted => format!("entry {wanted} is missing before it"),
            seq if seq < wanted => format!("entry {seq} stands here, where {wanted} belongs"),
            _ => "it does not follow the entry before it".to_owned(),
        })
    }
}
