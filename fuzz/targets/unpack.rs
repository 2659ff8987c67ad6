//! Any bytes behind the beginning of any format that is unpacked: no panic, bounded work, documents in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use phivet::source::{Item, Limits, unpack};

/// First bytes of the formats; the first byte of the data chooses one, or none.
const BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\x1f\x8b\x08\x00",
    b"\x78\x9c",
    b"PK\x03\x04",
    b"!<arch>\n",
    b"070701",
    b"070707",
    b"\xed\xab\xee\xdb",
    b"SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20\0\0\0\x01\0\0\0\x01",
    b"Obj\x01",
    b"%PDF-1.4\n",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"{\"cells\":[{\"cell_type\":",
    b"{\"log\":{\"version\":\"1\",\"creator\":1,\"entries\":[",
    b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"From a b 1:2:3\nSubject: x\n\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let begin = BEGINNINGS[usize::from(*first) % BEGINNINGS.len()];
    let limits = Limits { depth: 4, entries: 200, expanded: 4 << 20, ratio: 1000, seconds: 5, memory: 1 << 20 };
    let mut open: Option<String> = None;
    unpack("a", &[begin, rest].concat()[..], &limits, &mut |item| match item {
        Item::Part(document) => {
            assert!(open.as_ref().is_none_or(|name| *name == document.name), "documents are interleaved");
            assert!(document.own.start <= document.own.end && document.own.end <= document.bytes.len());
            open = Some(document.name);
        }
        Item::End { .. } => open = None,
        Item::Skipped { .. } | Item::Pause => {}
    });
});
