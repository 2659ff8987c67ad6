//! Avro's schemas and values.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use serde_json::Value as Json;

use super::super::bytes::{array, array_or_end, broken, bytes, cut_off};
use super::super::rows;

/// Deepest nesting of a value, and longest string.
const DEEPEST: u32 = 64;
const TEXT: u64 = 16 << 20;

/// Writes one item of a block.
type Item<'a> = dyn FnMut(&mut &[u8], &mut Vec<u8>) -> io::Result<()> + 'a;

/// What a value is.
enum Type {
    Null,
    Boolean,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(u64),
    Enum(Vec<String>),
    Array(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<(String, usize)>),
}

/// A schema: types that name each other by their number; the first is that of a record of the file.
pub(super) struct Schema {
    types: Vec<Type>,
    root: usize,
}

impl Schema {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let json = serde_json::from_slice(text).ok()?;
        let mut parser = Parser { types: Vec::new(), named: HashMap::new() };
        let root = parser.of(&json)?;
        Some(Self { types: parser.types, root })
    }

    /// Reads a record and adds it as a line of JSON.
    pub(super) fn line(&self, from: &mut &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.value(self.root, from, out, 0)?;
        out.push(b'\n');
        Ok(())
    }

    fn value(&self, of: usize, from: &mut &[u8], out: &mut Vec<u8>, depth: u32) -> io::Result<()> {
        if depth > DEEPEST || out.len() as u64 > 4 * TEXT {
            return Err(broken("a record in it is too deep or too long"));
        }
        let kind = self.types.get(of).ok_or_else(|| broken("its schema is damaged"))?;
        match kind {
            Type::Null => out.extend_from_slice(b"null"),
            Type::Boolean => out.extend_from_slice(if array::<1>(from)?[0] == 0 { b"false" } else { b"true" }),
            Type::Long => write!(out, "{}", long(from)?)?,
            Type::Float => write!(out, "{}", f32::from_le_bytes(array(from)?))?,
            Type::Double => write!(out, "{}", f64::from_le_bytes(array(from)?))?,
            Type::Bytes | Type::String => {
                let len = u64::try_from(long(from)?).map_err(|_| broken("a length in it is negative"))?;
                text(&bytes(from, len, TEXT)?, out);
            }
            Type::Fixed(len) => text(&bytes(from, *len, TEXT)?, out),
            Type::Enum(symbols) => {
                let at = usize::try_from(long(from)?).unwrap_or(usize::MAX);
                text(symbols.get(at).map_or(&b""[..], String::as_bytes), out);
            }
            Type::Union(branches) => {
                let at = usize::try_from(long(from)?).unwrap_or(usize::MAX);
                let branch = branches.get(at).ok_or_else(|| broken("damaged"))?;
                self.value(*branch, from, out, depth + 1)?;
            }
            Type::Record(fields) => {
                for (at, (name, of)) in fields.iter().enumerate() {
                    out.push(if at == 0 { b'{' } else { b',' });
                    text(name.as_bytes(), out);
                    out.push(b':');
                    self.value(*of, from, out, depth + 1)?;
                }
                out.extend_from_slice(if fields.is_empty() { b"{}" } else { b"}" });
            }
            Type::Array(of) => self.blocks(b"[]", from, out, &mut |from, out| self.value(*of, from, out, depth + 1))?,
            Type::Map(of) => self.blocks(b"{}", from, out, &mut |from, out| {
                let len = u64::try_from(long(from)?).map_err(|_| broken("a length in it is negative"))?;
                text(&bytes(from, len, TEXT)?, out);
                out.push(b':');
                self.value(*of, from, out, depth + 1)
            })?,
        }
        Ok(())
    }

    /// Arrays and maps come in blocks, each with its count; the last is empty.
    fn blocks(&self, brackets: &[u8; 2], from: &mut &[u8], out: &mut Vec<u8>, one: &mut Item<'_>) -> io::Result<()> {
        out.push(brackets[0]);
        let mut first = true;
        loop {
            let mut count = long(from)?;
            if count == 0 {
                break;
            }
            if count < 0 {
                count = count.checked_neg().ok_or_else(|| broken("damaged"))?;
                long(from)?;
            }
            for _ in 0..count {
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                let before = (from.len(), out.len());
                one(from, out)?;
                // Values of no length (null) may be claimed without end.
                if before.0 == from.len() && out.len() as u64 > TEXT {
                    return Err(broken("a record in it is too long"));
                }
            }
        }
        out.push(brackets[1]);
        Ok(())
    }
}

/// Adds a JSON string.
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    let text = rows::printable(bytes);
    let _ = serde_json::to_writer(out, &String::from_utf8_lossy(&text));
}

/// A number in zigzag order, seven bits a byte.
pub(super) fn long(from: &mut (impl Read + ?Sized)) -> io::Result<i64> {
    long_or_end(from)?.ok_or_else(cut_off)
}

/// The same, or `None` at the very end.
pub(super) fn long_or_end(from: &mut (impl Read + ?Sized)) -> io::Result<Option<i64>> {
    let mut value = 0_u64;
    for at in 0..10 {
        let Some([byte]) = array_or_end::<1>(from)? else {
            return if at == 0 { Ok(None) } else { Err(cut_off()) };
        };
        value |= u64::from(byte & 0x7f).checked_shl(7 * at).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed()));
        }
    }
    Err(broken("a number in it is too long"))
}

struct Parser {
    types: Vec<Type>,
    named: HashMap<String, usize>,
}

impl Parser {
    /// The number of the type that `json` describes.
    fn of(&mut self, json: &Json) -> Option<usize> {
        // A place before its content: a record may hold itself.
        let at = self.types.len();
        if at > 10_000 {
            return None;
        }
        let word = match json {
            Json::String(word) => word.as_str(),
            Json::Array(branches) => {
                self.types.push(Type::Null);
                let branches = branches.iter().map(|branch| self.of(branch)).collect::<Option<_>>()?;
                self.types[at] = Type::Union(branches);
                return Some(at);
            }
            Json::Object(_) => match &json["type"] {
                Json::String(word) => word.as_str(),
                inner => return self.of(inner),
            },
            _ => return None,
        };
        let simple = match word {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" | "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes,
            "string" => Type::String,
            "record" | "error" | "enum" | "fixed" | "array" | "map" => return self.complex(word, json, at),
            name => return self.named.get(name.rsplit('.').next().unwrap_or(name)).copied(),
        };
        self.types.push(simple);
        Some(at)
    }

    fn complex(&mut self, word: &str, json: &Json, at: usize) -> Option<usize> {
        self.types.push(Type::Null);
        if let Some(name) = json["name"].as_str() {
            self.named.insert(name.rsplit('.').next().unwrap_or(name).to_owned(), at);
        }
        self.types[at] = match word {
            "enum" => {
                Type::Enum(json["symbols"].as_array()?.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect())
            }
            "fixed" => Type::Fixed(json["size"].as_u64()?),
            "array" => Type::Array(self.of(&json["items"])?),
            "map" => Type::Map(self.of(&json["values"])?),
            _ => {
                let field = |field: &Json| Some((field["name"].as_str()?.to_owned(), self.of(&field["type"])?));
                Type::Record(json["fields"].as_array()?.iter().map(field).collect::<Option<_>>()?)
            }
        };
        Some(at)
    }
}
