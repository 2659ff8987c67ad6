//! Avro object container files: each record a line of JSON, under the names of the schema (Apache Avro 1.12, specification).

mod value;

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::bufread::DeflateDecoder;

use super::body::Body;
use super::bytes::{Exact, array, broken, bytes, cut_off};
use super::codecs;
use super::limits::{Counts, Metered};
use super::markup::Made;
use super::members::Members;
use value::{Schema, long, long_or_end};

/// Largest block of data that is kept in memory (only where its codec wants it), and largest header.
const BLOCK: u64 = 16 << 20;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    head.starts_with(b"Obj\x01")
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let header = Header::read(body)?;
    let meter = members.meter();
    let (mut left, mut block) = (0_i64, Vec::new());
    let mut at = 0;
    let mut lines = Made::new(|out| {
        while left == 0 {
            let Some(count) = long_or_end(body)? else { return Ok(false) };
            let size = u64::try_from(long(body)?).map_err(|_| broken("a length in it is negative"))?;
            let mut packed = Exact::new(body, size);
            block.clear();
            let mut inner = io::BufReader::new(&mut packed);
            let mut content = Metered { from: header.open(&mut inner, size)?, meter, counts: Counts::Made };
            (&mut content).take(4 * BLOCK + 1).read_to_end(&mut block)?;
            drop(content);
            packed.finish()?;
            if array::<16>(body)? != header.sync {
                return Err(broken("a block in it is damaged"));
            }
            if block.len() as u64 > 4 * BLOCK {
                return Err(broken("a block in it is too large"));
            }
            (left, at) = (count, 0);
        }
        left -= 1;
        let mut rest = block.get(at..).unwrap_or_default();
        header.schema.line(&mut rest, out)?;
        at = block.len() - rest.len();
        Ok(true)
    });
    members.lines("records", ".jsonl", &mut lines)
}

/// What stands before the data.
struct Header {
    schema: Schema,
    codec: Vec<u8>,
    sync: [u8; 16],
}

impl Header {
    fn read(body: &mut Body<'_>) -> io::Result<Self> {
        array::<4>(body)?;
        let mut entries = HashMap::new();
        let mut total = 0;
        loop {
            let mut count = long(body)?;
            if count < 0 {
                count = count.checked_neg().ok_or_else(cut_off)?;
                long(body)?;
            }
            if count == 0 {
                break;
            }
            for _ in 0..count {
                let mut text = || -> io::Result<Vec<u8>> {
                    let len = u64::try_from(long(body)?).map_err(|_| broken("a length in it is negative"))?;
                    total += len;
                    bytes(body, len, BLOCK.saturating_sub(total))
                };
                let key = text()?;
                entries.insert(key, text()?);
            }
        }
        let sync = array::<16>(body)?;
        let schema = entries.get(b"avro.schema".as_slice()).ok_or_else(|| broken("it has no schema"))?;
        let schema = Schema::parse(schema).ok_or_else(|| broken("its schema is damaged"))?;
        Ok(Self { schema, codec: entries.remove(b"avro.codec".as_slice()).unwrap_or_default(), sync })
    }

    fn open<'r>(&self, from: &'r mut dyn io::BufRead, size: u64) -> io::Result<Box<dyn Read + 'r>> {
        let heavy = |method| codecs::of_zip(method).ok_or_else(|| broken("its codec is not in this build of phivet"));
        match self.codec.as_slice() {
            b"" | b"null" => Ok(Box::new(from)),
            b"deflate" => Ok(Box::new(DeflateDecoder::new(from))),
            b"zstandard" => heavy(93)?(from),
            b"bzip2" => heavy(12)?(from),
            b"xz" => heavy(95)?(from),
            b"snappy" => snappy(from, size),
            _ => Err(broken("its codec is not known")),
        }
    }
}

/// Snappy without frames, and four bytes of checksum behind it.
#[cfg(feature = "containers")]
fn snappy<'r>(from: &mut dyn io::BufRead, size: u64) -> io::Result<Box<dyn Read + 'r>> {
    let packed = bytes(from, size, BLOCK)?;
    let packed = packed.get(..packed.len().saturating_sub(4)).unwrap_or_default();
    let len = snap::raw::decompress_len(packed).map_err(|_| broken("damaged"))?;
    if len as u64 > 4 * BLOCK {
        return Err(broken("a block in it is too large"));
    }
    let block = snap::raw::Decoder::new().decompress_vec(packed).map_err(|_| broken("damaged"))?;
    Ok(Box::new(io::Cursor::new(block)))
}

#[cfg(not(feature = "containers"))]
fn snappy<'r>(_: &mut dyn io::BufRead, _: u64) -> io::Result<Box<dyn Read + 'r>> {
    Err(broken("snappy is not in this build of phivet; releases have it (feature `containers`)"))
}
