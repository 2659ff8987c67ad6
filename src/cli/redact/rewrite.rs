//! A stream of bytes, rewritten in its own format: texts in parts, archives member by member, compression in and out.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::super::outputs;
use super::{Work, tar, zip};
use crate::document::Document;
use crate::error::Error;
use crate::fields::remarks;
use crate::kind::Kind;
use crate::source::rewrite::{Encoding, Form, form, parts, unpacked};
use crate::source::{self, Item, Limits};

/// How many first bytes say what a stream is.
const HEAD: u64 = 4 << 10;

/// How often what stands encoded in a document is looked at again.
const ROUNDS: usize = 4;

/// As `xz` does unless it is told otherwise: 8 MiB of what came before are looked at.
#[cfg(feature = "containers")]
const XZ_PRESET: u32 = 6;

/// Why a document was not rewritten to its end.
pub(super) enum Stop {
    /// It cannot be; the reason.
    Skip(String),
    /// Nothing can be: the target cannot be written, a key is missing.
    Fail(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fail(error)
    }
}

/// The result of rewriting something.
pub(super) type Done<T = ()> = std::result::Result<T, Stop>;

/// An error of reading the source.
pub(super) fn unread(error: &io::Error) -> Stop {
    Stop::Skip(error.to_string())
}

/// What a target is called while it is written.
pub(super) const RESULT: &str = "the result";

/// An error of writing the target.
pub(super) fn unwritten(error: &io::Error) -> Stop {
    Stop::Fail(outputs::unwritten(RESULT, error))
}

/// Rewrites one input.
pub(super) struct Rewriter<'w> {
    pub(super) work: &'w mut Work,
    /// Bytes that decompression may still make.
    room: u64,
}

impl<'w> Rewriter<'w> {
    /// For an input of so many bytes.
    pub(super) fn new(work: &'w mut Work, size: u64) -> Self {
        let limits = &work.limits;
        let room = limits.expanded.min(size.saturating_mul(limits.ratio).max(Limits::FREE));
        Self { work, room }
    }

    /// Rewrites a document that stands in `depth` containers. An archive that is a file is read in any order.
    pub(super) fn document(
        &mut self,
        name: &str,
        from: &mut dyn Read,
        file: Option<&File>,
        out: &mut dyn Write,
        depth: u32,
    ) -> Done {
        let mut head = Vec::new();
        (&mut *from).take(HEAD).read_to_end(&mut head).map_err(|error| unread(&error))?;
        let form = form(name, &head);
        let mut all = (&head[..]).chain(from);
        match form {
            Form::Text(encoding) => self.text(name, &mut all, encoding, out),
            Form::Holder(what) => self.holder(name, what, &mut all, out),
            Form::Dicom => self.dicom(name, &mut all, out),
            Form::Packed(_) | Form::Archive(_) if depth >= self.work.limits.depth => {
                Err(Stop::Skip(format!("nested in {depth} containers already (--max-depth)")))
            }
            Form::Packed(codec) => self.packed(name, codec, &mut all, out, depth),
            Form::Archive("tar") => tar::rewrite(self, name, &mut all, out, depth),
            Form::Archive(_) => zip::rewrite(self, name, &mut all, file, out, depth),
            Form::Other(what) => Err(Stop::Skip(format!("{what}: it is not rewritten; convert it to text first"))),
        }
    }

    /// A text, part by part.
    fn text(&mut self, name: &str, from: &mut dyn Read, encoding: Encoding, out: &mut dyn Write) -> Done {
        let (mut done, mut carry) = (Ok(()), 0);
        parts(name, from, &mut |item| {
            if done.is_err() {
                return;
            }
            done = match item {
                Item::Part(part) => self.part(part, &mut carry, encoding, out),
                Item::Skipped { reason, .. } => Err(Stop::Skip(reason)),
                Item::Pause | Item::End { .. } => Ok(()),
            };
        });
        done?;
        self.work.documents += 1;
        Ok(())
    }

    fn part(&mut self, mut part: Document, carry: &mut usize, encoding: Encoding, out: &mut dyn Write) -> Done {
        // What the part before has replaced beyond its end.
        let taken = (*carry).min(part.own.len());
        part.own.start += taken;
        *carry -= taken;
        let redacted = self.work.redactor.redact(&part)?;
        *carry += redacted.carry;
        let text = encoding.encode(&redacted.bytes);
        let text = text.ok_or_else(|| Stop::Skip("its UTF-16 or UTF-32 is damaged".to_owned()))?;
        self.work.count(redacted.counts);
        out.write_all(&text).map_err(|error| unwritten(&error))
    }

    /// A text in which other documents stand encoded: rewritten as the text it is, and by what is decoded out of it. If
    /// something is left in it that cannot be reached so, none of it is written.
    fn holder(&mut self, name: &str, what: &str, from: &mut dyn Read, out: &mut dyn Write) -> Done {
        let mut text = self.whole(from)?;
        for _ in 0..ROUNDS {
            let decoded = self.decoded(name, &text)?;
            let document = Document::of(name, text);
            let redacted = self.work.redactor.redact_with(&document, &decoded)?;
            let is_done = redacted.bytes == document.bytes;
            self.work.count(redacted.counts);
            text = redacted.bytes;
            if is_done {
                break;
            }
        }
        self.is_clean(name, what, &text)?;
        self.work.documents += 1;
        out.write_all(&text).map_err(|error| unwritten(&error))
    }

    /// The documents inside of one.
    fn decoded(&self, name: &str, text: &[u8]) -> Done<Vec<Document>> {
        let (mut decoded, mut skipped) = (Vec::new(), None);
        source::unpack(name, text, &self.work.limits, &mut |item| match item {
            Item::Part(part) => decoded.push(part),
            Item::Skipped { reason, .. } => skipped = Some(reason),
            Item::Pause | Item::End { .. } => {}
        });
        skipped.map_or(Ok(decoded), |reason| Err(Stop::Skip(format!("a part of it cannot be read: {reason}"))))
    }

    /// Stops where something is left in what is decoded out of a result.
    pub(super) fn is_clean(&self, name: &str, what: &str, text: &[u8]) -> Done {
        for document in self.decoded(name, text)? {
            if self.work.redactor.finds_more(&document)? {
                return Err(Stop::Skip(format!("{what}: it holds identifiers encoded in a way that is not rewritten")));
            }
        }
        Ok(())
    }

    /// A DICOM file: values keep their length, pixels stay.
    fn dicom(&mut self, name: &str, from: &mut dyn Read, out: &mut dyn Write) -> Done {
        let document = Document::new(name, Kind::Binary, self.whole(from)?);
        if let Some(reason) = remarks::unread(&document) {
            return Err(Stop::Skip(reason.to_owned()));
        }
        if let Some(remark) = remarks::remarks(&document).first() {
            return Err(Stop::Skip(remark.says.to_owned()));
        }
        let redacted = self.work.redactor.redact(&document)?;
        if memchr::memmem::find(&document.bytes, &[0xE0, 0x7F, 0x10, 0x00]).is_some() {
            let note = "its pixels were not looked at: names may be burned in, and faces shown".to_owned();
            let shown = self.work.shown(name);
            self.work.notes.push((shown, note));
        }
        self.work.count(redacted.counts);
        self.work.documents += 1;
        out.write_all(&redacted.bytes).map_err(|error| unwritten(&error))
    }

    /// A compressed stream: rewritten inside, and compressed as it was.
    fn packed(&mut self, name: &str, codec: &str, from: &mut dyn Read, out: &mut dyn Write, depth: u32) -> Done {
        let mut from = BufReader::with_capacity(64 << 10, from);
        let Some(opened) = unpacked(codec, name, &mut from) else { return Err(unpackable(codec)) };
        let (from, inner) = opened.map_err(|error| unread(&error))?;
        let from = Bounded { from, room: self.room };
        match codec {
            "gzip" => self.through(&inner, from, GzEncoder::new(out, Compression::default()), GzEncoder::finish, depth),
            "zlib" => {
                self.through(&inner, from, ZlibEncoder::new(out, Compression::default()), ZlibEncoder::finish, depth)
            }
            #[cfg(feature = "containers")]
            "zstd" => {
                let packed = zstd::stream::write::Encoder::new(out, 0).map_err(|error| unwritten(&error))?;
                self.through(&inner, from, packed, zstd::stream::write::Encoder::finish, depth)
            }
            #[cfg(feature = "containers")]
            "bzip2" => {
                let packed = bzip2::write::BzEncoder::new(out, bzip2::Compression::best());
                self.through(&inner, from, packed, bzip2::write::BzEncoder::finish, depth)
            }
            #[cfg(feature = "containers")]
            "xz" => {
                let options = lzma_rust2::XzOptions::with_preset(XZ_PRESET);
                let packed = lzma_rust2::XzWriter::new(out, options).map_err(|error| unwritten(&error))?;
                self.through(&inner, from, packed, lzma_rust2::XzWriter::finish, depth)
            }
            #[cfg(feature = "containers")]
            "lz4" => {
                let about = lz4_flex::frame::FrameInfo::new().content_checksum(true);
                let packed = lz4_flex::frame::FrameEncoder::with_frame_info(about, out);
                self.through(&inner, from, packed, |packed| Ok(packed.finish()?), depth)
            }
            _ => Err(unpackable(codec)),
        }
    }

    /// Rewrites what is in a compressed stream through what compresses it anew.
    fn through<W: Write, O>(
        &mut self,
        inner: &str,
        mut from: impl Read,
        mut packed: W,
        finish: impl FnOnce(W) -> io::Result<O>,
        depth: u32,
    ) -> Done {
        self.document(inner, &mut from, None, &mut packed, depth + 1)?;
        finish(packed).map(drop).map_err(|error| unwritten(&error))
    }

    /// All bytes, where there is room for them in memory.
    pub(super) fn whole(&self, from: &mut dyn Read) -> Done<Vec<u8>> {
        let most = self.work.limits.memory;
        let mut bytes = Vec::new();
        from.take(most + 1).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
        if bytes.len() as u64 > most {
            return Err(Stop::Skip(format!(
                "it can only be rewritten as a whole, and at most {most} bytes are kept in memory (--max-kept)"
            )));
        }
        Ok(bytes)
    }

    /// What decompression may make, for one member.
    pub(super) fn room(&self) -> u64 {
        self.room
    }
}

/// A decoder that may make only so many bytes.
pub(super) struct Bounded<R> {
    pub(super) from: R,
    pub(super) room: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.from.read(into).map_err(|_| io::Error::other("damaged, or cut off"))?;
        self.room = self
            .room
            .checked_sub(got as u64)
            .ok_or_else(|| io::Error::other("it expands too far (--max-ratio, --max-expanded)"))?;
        Ok(got)
    }
}

fn unpackable(codec: &str) -> Stop {
    Stop::Skip(format!("{codec}: it is not rewritten by this build; unpack it first"))
}
