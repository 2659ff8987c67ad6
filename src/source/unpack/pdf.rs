//! PDF: the text that its pages show, a line for each line drawn; and what its title and authors are (ISO 32000-2).
//!
//! Objects are found by looking for them, not by the table at the end, so a damaged file gives what it has. Text is what
//! the operators of 9.4 show, through the fonts' own tables (9.10.3). Encrypted files and pictures of text are told.

mod object;
mod show;

use std::collections::HashMap;
use std::io::{self, Read};

use flate2::bufread::ZlibDecoder;

use super::body::Body;
use super::bytes::broken;
use super::limits::{Counts, Meter, Metered};
use super::members::Members;
use object::{Object, dictionary};
use show::{CharMap, Page};

/// Most bytes of one stream, unpacked.
const STREAM: u64 = 32 << 20;

/// Most objects.
const OBJECTS: usize = 500_000;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some()
        && head.iter().take(1024).take_while(|b| !matches!(**b, b'%')).all(|b| !b.is_ascii_alphanumeric())
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let bytes = members.whole(body)?;
    let file = File::read(&bytes, members.meter())?;
    if file.is_encrypted {
        return Err(broken("it is encrypted; take its password off first"));
    }
    let (text, mut cut) = (file.text(), file.is_cut);
    cut |= memchr::memmem::rfind(&bytes, b"%%EOF").is_none();
    if text.trim_ascii().is_empty() && file.has_pictures {
        members.skip("", "PDF: it shows pictures only, and phivet does not read pictures of text".to_owned());
    } else {
        members.text("text", ".txt", &text)?;
    }
    if cut { Err(broken("it ends too early, or is damaged")) } else { Ok(()) }
}

/// A file's objects.
struct File<'f> {
    objects: HashMap<u32, Object<'f>>,
    order: Vec<u32>,
    meter: &'f std::cell::RefCell<Meter>,
    is_encrypted: bool,
    has_pictures: bool,
    is_cut: bool,
}

impl<'f> File<'f> {
    fn read(bytes: &'f [u8], meter: &'f std::cell::RefCell<Meter>) -> io::Result<Self> {
        let mut file = Self {
            objects: HashMap::new(),
            order: Vec::new(),
            meter,
            is_encrypted: false,
            has_pictures: false,
            is_cut: false,
        };
        let mut from = 0;
        while let Some(at) = memchr::memmem::find(&bytes[from..], b" obj") {
            let at = from + at;
            from = at + 4;
            let Some(number) = object::number_before(bytes, at) else { continue };
            let found = Object::read(bytes, from);
            from = found.end.max(from);
            file.is_cut |= found.is_cut;
            file.add(number, found)?;
        }
        file.is_encrypted = memchr::memmem::rfind(bytes, b"/Encrypt").is_some_and(|at| {
            // In a trailer, or in the dictionary of a stream that is one.
            bytes[at + 8..].iter().take(12).any(|b| *b == b'R' || *b == b'<')
        });
        file.unpack_objects()?;
        Ok(file)
    }

    fn add(&mut self, number: u32, object: Object<'f>) -> io::Result<()> {
        if self.order.len() >= OBJECTS {
            return Err(broken("it has too many objects"));
        }
        self.has_pictures |= object.says(b"/Subtype", b"/Image");
        if self.objects.insert(number, object).is_none() {
            self.order.push(number);
        }
        Ok(())
    }

    /// Objects that are packed into streams (7.5.7).
    fn unpack_objects(&mut self) -> io::Result<()> {
        if self.is_encrypted {
            return Ok(());
        }
        for number in self.order.clone() {
            let Some(object) = self.objects.get(&number).filter(|object| object.says(b"/Type", b"/ObjStm")) else {
                continue;
            };
            let first = object.number(b"/First").unwrap_or(0);
            let content = self.content(object)?;
            let head = String::from_utf8_lossy(content.get(..first).unwrap_or_default()).into_owned();
            let mut numbers = head.split_ascii_whitespace().map_while(|word| word.parse::<u32>().ok());
            while let (Some(number), Some(offset)) = (numbers.next(), numbers.next()) {
                let inner = content.get(first + offset as usize..).unwrap_or_default();
                let dictionary = dictionary(inner).to_vec();
                self.add(number, Object::packed(dictionary))?;
            }
        }
        Ok(())
    }

    /// A stream's bytes, unpacked where it is packed by a way that text is packed by.
    fn content(&self, object: &Object<'_>) -> io::Result<Vec<u8>> {
        let Some(stream) = object.stream else { return Ok(Vec::new()) };
        if !object.has(b"/Filter") {
            return Ok(stream.to_vec());
        }
        if !object.has(b"/FlateDecode") && !object.has(b"/Fl") {
            return Ok(Vec::new());
        }
        let plain = if object.has(b"/ASCII85Decode") { object::ascii85(stream) } else { stream.to_vec() };
        let mut out = Vec::new();
        let from = Metered { from: ZlibDecoder::new(&plain[..]), meter: self.meter, counts: Counts::Made };
        // What could be unpacked before an error is text all the same; a limit ends all.
        match from.take(STREAM).read_to_end(&mut out) {
            Err(error) if self.meter.borrow().stopped().is_some() => Err(error),
            _ => Ok(out),
        }
    }

    /// What a key refers to, if it does.
    fn refer(&self, dictionary: &[u8], key: &[u8]) -> Option<&Object<'f>> {
        self.objects.get(&object::reference(object::value(dictionary, key)?)?)
    }

    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut fonts = HashMap::new();
        for object in self.order.iter().filter_map(|number| self.objects.get(number)) {
            if object.says(b"/Type", b"/Page") {
                let page = self.page(object, &mut fonts);
                out.extend(page.unwrap_or_default());
            } else if object.says(b"/Subtype", b"/Form") && object.stream.is_some() {
                let maps = self.fonts(self.resources(&object.dictionary), &mut fonts);
                let content = self.content(object).unwrap_or_default();
                Page::new(&maps).show(&content, &mut out);
            }
            for key in [&b"/Title"[..], b"/Author", b"/Subject", b"/Keywords", b"/Contents", b"/V"] {
                if let Some(value) = object::value(&object.dictionary, key)
                    && let Some(text) = object::string(value)
                {
                    out.extend_from_slice(&key[1..]);
                    out.extend_from_slice(b": ");
                    out.extend(show::document_text(&text));
                    out.push(b'\n');
                }
            }
        }
        out
    }

    fn page(&self, page: &Object<'_>, fonts: &mut HashMap<u32, CharMap>) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        for number in object::references(object::value(&page.dictionary, b"/Contents").unwrap_or_default()) {
            let Some(object) = self.objects.get(&number) else { continue };
            if object.stream.is_none() {
                for number in object::references(&object.dictionary) {
                    content.extend(self.objects.get(&number).map_or(Ok(Vec::new()), |part| self.content(part))?);
                }
            }
            content.extend(self.content(object)?);
            content.push(b'\n');
        }
        // Resources may stand with the page or with the pages above it (7.7.3.4).
        let mut above = Some(page);
        let mut maps = HashMap::new();
        for _ in 0..16 {
            let Some(now) = above else { break };
            if object::value(&now.dictionary, b"/Resources").is_some() {
                maps = self.fonts(self.resources(&now.dictionary), fonts);
                break;
            }
            above = self.refer(&now.dictionary, b"/Parent");
        }
        let mut out = Vec::new();
        Page::new(&maps).show(&content, &mut out);
        Ok(out)
    }

    fn resources<'o>(&'o self, dictionary: &'o [u8]) -> &'o [u8] {
        match self.refer(dictionary, b"/Resources") {
            Some(object) => &object.dictionary,
            None => object::value(dictionary, b"/Resources").unwrap_or_default(),
        }
    }

    /// The fonts of some resources: what their codes mean, by name.
    fn fonts(&self, resources: &[u8], known: &mut HashMap<u32, CharMap>) -> HashMap<Vec<u8>, CharMap> {
        let list = match self.refer(resources, b"/Font") {
            Some(object) => &object.dictionary[..],
            None => object::value(resources, b"/Font").unwrap_or_default(),
        };
        let mut maps = HashMap::new();
        for (name, value) in object::entries(list) {
            let Some(number) = object::reference(value) else { continue };
            let map = known.entry(number).or_insert_with(|| self.font(number));
            maps.insert(name.to_vec(), map.clone());
        }
        maps
    }

    fn font(&self, number: u32) -> CharMap {
        let Some(font) = self.objects.get(&number) else { return CharMap::default() };
        let map = self.refer(&font.dictionary, b"/ToUnicode").map(|map| self.content(map).unwrap_or_default());
        CharMap::read(&map.unwrap_or_default(), font.says(b"/Subtype", b"/Type0"))
    }
}
